"""Proves that archives are read without following a path out of them, and that damage is told from content."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.base.errors import DataCorrupt
from course_lib.data import archives, gate, registry

from . import tiny

CARD = registry.card("film_reviews")


def _tar(path: Path, *wanted: Callable[[str], bool]) -> list[tuple[str, bytes]]:
    """The files of a tar archive, through the door."""
    return gate.passing(CARD, path, lambda opened: list(archives.tar_files(opened, *wanted)))


def _zipped(path: Path, name: str) -> bytes:
    """One file of a zip archive, through the door."""
    return gate.passing(CARD, path, lambda opened: archives.zip_file(opened, name))


def _unpack(path: Path, name: str, target: Path) -> None:
    """Unpack one file of a zip archive, through the door."""
    gate.passing(CARD, path, lambda opened: archives.unpack_one(opened, name, target))


def _odd(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_tar_gives_each_file_with_its_content_compressed_or_not(tmp_path: Path) -> None:
    contents = {"./a/b.txt": b"one", "c.txt": b"", "a/d.txt": "好".encode()}
    for mode in ("w", "w:gz"):
        path = tmp_path / f"packed-{mode[2:]}"
        with tarfile.open(path, mode) as archive:
            archive.addfile(_odd("a/", tarfile.DIRTYPE))
            for name, content in contents.items():
                archive.addfile(_odd(name, size=len(content)), io.BytesIO(content))
        assert _tar(path) == [("a/b.txt", b"one"), ("c.txt", b""), ("a/d.txt", "好".encode())]


@pytest.mark.parametrize(
    "member",
    [
        _odd("../outside.txt"),
        _odd("aclImdb/../../outside.txt"),
        _odd("/outside.txt"),
        _odd("..\\outside.txt"),
        _odd("C:\\outside.txt"),
        _odd("C:outside.txt"),
        _odd("aclImdb/link", tarfile.SYMTYPE, "/etc/passwd"),
        _odd("aclImdb/hard", tarfile.LNKTYPE, "../outside.txt"),
        _odd("aclImdb/device", tarfile.CHRTYPE),
        _odd("aclImdb/pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda member: repr(member.name),
)
def test_a_tar_with_a_member_that_leads_outside_is_refused(tmp_path: Path, member: tarfile.TarInfo) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path = _write(inside / "bad.tar.gz", tiny.pack({"aclImdb/good.txt": b"good"}, [member]))
    with pytest.raises(DataCorrupt) as caught:
        _tar(path)
    assert repr(member.name) in str(caught.value) and "bad.tar.gz" in str(caught.value)
    assert [one.name for one in tmp_path.rglob("*")] == ["inside", "bad.tar.gz"]


@pytest.mark.parametrize("name", ["a/..b/c.txt", "a/b...txt", ".hidden", "./a.txt", "a//b.txt", "a/./b.txt"])
def test_a_name_that_only_looks_odd_is_fine(name: str) -> None:
    assert archives.safe_name(name, Path("x.tar")) == name.removeprefix("./").replace("//", "/").replace("/./", "/")


@pytest.mark.parametrize("keep", [0, 5, 100, -200, -1])
def test_a_tar_cut_short_anywhere_is_refused(tmp_path: Path, keep: int) -> None:
    content = tiny.pack(tiny.files())
    path = _write(tmp_path / "cut.tar.gz", content[:keep])
    with pytest.raises(DataCorrupt, match=r"cut\.tar\.gz: cut short or damaged"):
        _tar(path)


@pytest.mark.parametrize("keep", [600, 512 + 1024 + 512 + 100])
def test_a_tar_that_is_not_compressed_and_cut_inside_a_member_is_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "cut.tar"
    with tarfile.open(path, "w") as archive:
        for name in ("a.txt", "b.txt"):
            archive.addfile(_odd(name, size=1024), io.BytesIO(bytes(1024)))
    with pytest.raises(DataCorrupt, match=r"cut\.tar: cut short"):
        _tar(_write(path, path.read_bytes()[:keep]))


def test_a_tar_with_a_changed_byte_is_refused(tmp_path: Path) -> None:
    content = bytearray(tiny.pack({"a.txt": bytes(range(256)) * 400}))
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(DataCorrupt):
        _tar(_write(tmp_path / "changed.tar.gz", bytes(content)))


def test_something_else_under_the_name_of_a_tar_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataCorrupt):
        _tar(_write(tmp_path / "page.tar.gz", b"<html>Please log in</html>" * 100))


def test_a_member_too_large_to_be_a_text_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_LARGEST", 10)
    path = _write(tmp_path / "bomb.tar.gz", tiny.pack({"a.txt": b"x" * 11}))
    with pytest.raises(DataCorrupt, match="has 11 bytes; at most 10 are read"):
        _tar(path)


def test_only_wanted_members_are_read_but_all_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_LARGEST", 10)
    contents = {"a.txt": b"one", "counts.feat": b"x" * 5000, "b.txt": b"two"}
    path = _write(tmp_path / "mixed.tar.gz", tiny.pack(contents))
    assert _tar(path, lambda name: name.endswith(".txt")) == [("a.txt", b"one"), ("b.txt", b"two")]
    _write(path, tiny.pack(contents, [_odd("../counts.feat")]))
    with pytest.raises(DataCorrupt, match="leads out of the archive"):
        _tar(path, lambda name: name.endswith(".txt"))


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_names_and_contents_are_those_that_tarfile_itself_reads(tmp_path: Path, format: int) -> None:
    path = tmp_path / "any.tar"
    names = ["short.txt", "a" * 99, "b" * 100, "d/" * 40 + "e" * 60, "好.txt", "old time.txt"]
    with tarfile.open(path, "w", format=format) as archive:
        for number, name in enumerate(names):
            info = _odd(name, size=number * 300)
            info.mtime = 1.5 if "old" in name else 2**31 + number
            info.uid = 2_000_000
            archive.addfile(info, io.BytesIO(bytes([number]) * info.size))
    with tarfile.open(path) as archive:
        expected = [(info.name, archive.extractfile(info).read()) for info in archive]
    assert [name for name, _ in expected] == names
    assert _tar(path) == expected


def test_a_header_with_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "flipped.tar"
    with tarfile.open(path, "w") as archive:
        for name in ("a.txt", "b.txt"):
            archive.addfile(_odd(name, size=3), io.BytesIO(b"one"))
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    with pytest.raises(DataCorrupt, match="cut short or damaged"):
        _tar(_write(path, bytes(content)))


def _zip(path: Path, contents: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def test_one_file_is_read_from_a_zip(tmp_path: Path) -> None:
    path = _zip(tmp_path / "good.zip", {"a/b": b"one", "c": b"two"})
    assert _zipped(path, "a/b") == b"one"
    with pytest.raises(DataCorrupt, match="has no file 'd'"):
        _zipped(path, "d")


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "C:/x"])
def test_a_zip_with_a_member_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    path = _zip(tmp_path / "bad.zip", {"a": b"one", name: b"two"})
    with pytest.raises(DataCorrupt, match="leads out of the archive"):
        _zipped(path, "a")
    with pytest.raises(DataCorrupt, match="leads out of the archive"):
        _unpack(path, "a", tmp_path / "out" / "a")
    assert tiny.left_in(tmp_path / "out") == []


def test_a_damaged_zip_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    path = _zip(tmp_path / "good.zip", {"a": bytes(range(256)) * 500})
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    for damaged in (bytes(content), bytes(content[:300]), b""):
        path.write_bytes(damaged)
        with pytest.raises(DataCorrupt, match=r"good\.zip"):
            _zipped(path, "a")
        with pytest.raises(DataCorrupt, match=r"good\.zip"):
            _unpack(path, "a", tmp_path / "out" / "a")
        assert tiny.left_in(tmp_path / "out") == []


def test_a_file_is_unpacked_where_it_is_asked_for(tmp_path: Path) -> None:
    path = _zip(tmp_path / "good.zip", {"a/b": b"one"})
    _unpack(path, "a/b", tmp_path / "out" / "other")
    assert (tmp_path / "out" / "other").read_bytes() == b"one"
    assert tiny.left_in(tmp_path / "out") == ["other"]
    with pytest.raises(DataCorrupt):
        _unpack(path, "missing", tmp_path / "out" / "other")
    assert (tmp_path / "out" / "other").read_bytes() == b"one"
