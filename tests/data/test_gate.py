"""Proves that every file of a data set passes one door: whatever lies at its place, a reader is told in one sentence,
and nothing hangs, fills the memory or is taken for what it is not."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import gzip
import io
import os
import struct
import sys
import tarfile
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from course_lib import data
from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.data import (
    archives,
    checking,
    digits,
    gate,
    glove,
    imdb,
    imdb_archive,
    phrases,
    registry,
    sources,
    stopwords,
    tatoeba,
)
from course_lib.data import cache as store

from . import tiny

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a system with pipes and links")

PAIRS = "".join(f"Sentence {number}.\t句子{number}。\n" for number in range(60))
WORDS = "\n".join(f"word{number}" for number in range(120))


def _zip(contents: dict[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _mnist() -> bytes:
    random = np.random.default_rng(0)
    arrays = {}
    for part, count in (("train", 3), ("test", 2)):
        arrays[f"x_{part}"] = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        arrays[f"y_{part}"] = np.arange(count, dtype=np.uint8)
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def _card(name: str, **contents: object) -> registry.Card:
    """A data set's card without a checksum, for contents as small as these."""
    card = registry.card(name)
    file = dataclasses.replace(card.file, size=None, md5=None, sha256=None) if card.file else None
    return dataclasses.replace(card, file=file, contents={**card.contents, **contents}, largest=2**20)


def _digit_lines(count: int) -> bytes:
    return "".join(",".join(["0", "16"] * 32 + [str(number % 10)]) + "\n" for number in range(count)).encode()


# Of each format: the card, the file, and what its loader makes of it. All but plain text carries a checksum of its own.
FORMATS: dict[str, tuple[registry.Card, bytes, Callable[[gate.Opened], object]]] = {
    "tar.gz": (
        tiny.card(),
        tiny.pack(tiny.files()),
        lambda opened: imdb_archive.parse(opened, tiny.card().contents, {"test": io.BytesIO()})["test"],
    ),
    "tar": (
        tiny.card(),
        tiny.pack_once(),
        lambda opened: imdb_archive.parse(opened, tiny.card().contents, {"test": io.BytesIO()})["test"],
    ),
    "pairs in a zip": (
        _card("tatoeba"),
        _zip({"cmn.txt": PAIRS, "_about.txt": "about"}),
        lambda opened: tatoeba.read(opened, 60),
    ),
    "stop words in a zip": (_card("stopwords"), _zip({"stopwords/english": WORDS}), stopwords.read),
    "npz": (
        _card("mnist"),
        _mnist(),
        lambda opened: digits.read_mnist(opened, _card("mnist", train=3, test=2)),
    ),
    "csv.gz": (
        _card("digits8"),
        gzip.compress(_digit_lines(9), mtime=0),
        lambda opened: digits.table(opened, _card("digits8", images=9), 8),
    ),
    "pairs": (_card("tatoeba"), PAIRS.encode(), lambda opened: tatoeba.read(opened, 60)),
    "reviews": (
        _card("film_reviews"),
        b"text,rating,film_id\n" + b"".join(b'"Good, ""very"" good",8,f%d\n' % number for number in range(20)),
        imdb.sample_reviews,
    ),
    "phrases": (
        _card("phrases"),
        b"english\tchinese\tpart\n" + "Hi.\t嗨。\ttrain\n".encode() * 20,
        phrases.read,
    ),
    "vectors": (
        _card("glove.6B"),
        b"".join(b"word%d %s\n" % (number, b" ".join([b"0.25"] * 50)) for number in range(4)),
        lambda opened: glove._look(opened, 50),
    ),
}
PLAIN = {"pairs", "reviews", "phrases", "vectors"}


def _frozen(value: object) -> object:
    """A value that can be compared, arrays by their bytes."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, dict):
        return {key: _frozen(one) for key, one in value.items()}
    return [_frozen(one) for one in value] if isinstance(value, tuple | list) else value


@pytest.mark.seconds
@pytest.mark.parametrize("form", FORMATS)
def test_a_byte_changed_anywhere_is_noticed_or_harmless_and_never_anything_else(tmp_path: Path, form: str) -> None:
    card, content, reader = FORMATS[form]
    path = tmp_path / "file"
    path.write_bytes(content)
    whole = _frozen(gate.passing(card, path, reader))
    # Everywhere in its first and last parts, where formats keep what they are, and at every few bytes between.
    places = {*range(min(len(content), 200)), *range(max(0, len(content) - 300), len(content))}
    places |= set(range(0, len(content), max(1, len(content) // 100)))
    noticed = 0
    for place in sorted(places):
        for change in (1 << place % 8, 0xFF):
            changed = bytearray(content)
            changed[place] ^= change
            path.write_bytes(changed)
            try:
                read = gate.passing(card, path, reader)
                assert form in PLAIN or _frozen(read) == whole, (place, change)
            except DataCorrupt:
                noticed += 1
    assert noticed > len(places) / 10


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_cut_anywhere_or_with_something_else_in_it_is_noticed(tmp_path: Path, form: str) -> None:
    card, content, reader = FORMATS[form]
    path = tmp_path / "file"
    path.write_bytes(content)
    whole = _frozen(gate.passing(card, path, reader))
    for keep in range(0, len(content), max(1, len(content) // 60)):
        path.write_bytes(content[:keep])
        with contextlib.suppress(DataCorrupt):
            # The end of a tar is padding; of a text, whole lines may be all that is looked for.
            assert form in PLAIN or _frozen(gate.passing(card, path, reader)) == whole, keep
    for other in (b"", b"<html>log in</html>", b"PK\5\6" + bytes(18), b"\x1f\x8b", bytes(5000), os.urandom(3000)):
        path.write_bytes(other)
        with pytest.raises(DataCorrupt, match="file: "):
            gate.passing(card, path, reader)


def test_whatever_a_reader_raises_is_one_sentence_that_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    card = registry.card("phrases")
    for problem in (
        NotImplementedError(),
        RuntimeError("bad"),
        MemoryError(),
        OSError(errno.EINVAL, "Invalid"),
        KeyError(1),
    ):

        def stumble(opened: gate.Opened, problem: Exception = problem) -> None:
            raise problem

        with pytest.raises(DataCorrupt, match="file: cut short or damaged") as caught:
            gate.passing(card, path, stumble)
        assert caught.value.__cause__ is problem and "\n" not in str(caught.value)


# ── what lies at the place


@pytest.fixture
def places(data_folder: Path, cache: Path, use_cards: Callable[..., None]) -> list[tuple[str, Path]]:
    """Where a file of each data set may lie: in `COURSE_DATA`, and in the cache."""
    use_cards(*(dataclasses.replace(_card(name), largest=2000) for name in ("tatoeba", "stopwords", "mnist", "imdb")))
    found = []
    for name in ("tatoeba", "stopwords", "mnist", "imdb"):
        card = registry.card(name)
        found += [(name, data_folder / card.local[0]), (name, cache / name / card.file.name)]
    return found


LOADERS: dict[str, Callable[[], object]] = {
    "tatoeba": lambda: tatoeba.load(sample="never"),
    "stopwords": stopwords.load,
    "mnist": lambda: digits.mnist("test"),
    "imdb": lambda: imdb.load(sample="never"),
}


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _enormous(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(3 * 2**30)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _page(path: Path) -> None:
    path.write_bytes(b"<html><body>Please log in.</body></html>")


@posix
@pytest.mark.parametrize("lay", [_pipe, _enormous, _device, _page])
def test_what_is_no_file_of_the_data_set_is_refused_by_load_verify_and_fetch_alike(
    places: list[tuple[str, Path]], cache: Path, lay: Callable[[Path], None]
) -> None:
    begun = time.monotonic()
    for name, path in places:
        path.parent.mkdir(parents=True, exist_ok=True)
        for ask in (LOADERS[name], lambda name=name: data.fetch(name, progress=False)):
            lay(path)
            if name == "stopwords" and ask is LOADERS[name] and cache in path.parents:
                assert ask().source == "scikit-learn"
            else:
                with pytest.raises(DataUnavailable, match=path.name):
                    ask()
            # One in the cache is out of the way; the reader's own is theirs.
            assert os.path.lexists(path) == (cache not in path.parents)
            path.unlink(missing_ok=True)
        lay(path)
        verdicts = {finding.path: finding.verdict for finding in data.verify(name)}
        assert verdicts == {path: "bad"}
        path.unlink()
    assert time.monotonic() - begun < 20


@posix
def test_a_pipe_in_an_unpacked_folder_or_a_parsed_entry_hangs_nobody(tiny_imdb: Path, cache: Path) -> None:
    with tarfile.open(tiny_imdb) as packed:
        packed.extractall(tiny_imdb.parent, filter="data")
    tiny_imdb.unlink()
    assert len(imdb.load("train")) == 12
    entry = imdb._entry(tiny.card())
    (entry / "train.npz").unlink()
    os.mkfifo(entry / "train.npz")
    assert [finding.verdict for finding in data.verify("imdb")] == ["good", "bad"]
    assert len(imdb.load("train")) == 12
    review = tiny_imdb.parent / "aclImdb/train/pos/0_7.txt"
    review.unlink()
    os.mkfifo(review)
    assert [finding.verdict for finding in data.verify("imdb")] == ["bad", "good"]


# ── more than a reader can bear


def _header(kind: bytes, size: int) -> bytes:
    info = tarfile.TarInfo("a")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def _peak(call: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        with pytest.raises(DataCorrupt) as caught:
            call()
        assert "\n" not in str(caught.value)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _many_members() -> bytes:
    return b"".join(_header(tarfile.REGTYPE, 0) for _ in range(300))


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        (_header(tarfile.GNUTYPE_LONGNAME, 2**28) + bytes(2**25), "a header in the archive has more than 65,536"),
        (_header(tarfile.GNUTYPE_LONGLINK, 2**28) + bytes(2**25), "a header in the archive has more than 65,536"),
        (_header(tarfile.XHDTYPE, 2**28) + bytes(2**25), "a header in the archive has more than 65,536"),
        (_header(tarfile.XGLTYPE, 2**28) + bytes(2**25), "a header in the archive has more than 65,536"),
        (_header(tarfile.REGTYPE, 2**25) + bytes(2**25), "unpacks to more than"),
        (bytes(2**25), "unpacks to more than"),
        (_many_members(), "has more than 200 members"),
    ],
    ids=["long name", "long link", "extended", "global", "large member", "zeros", "members"],
)
def test_an_archive_that_unpacks_to_a_flood_is_refused_in_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: bytes, message: str
) -> None:
    monkeypatch.setattr(archives, "_MOST_MEMBERS", 200)
    path = tmp_path / "flood.tar.gz"
    path.write_bytes(gzip.compress(plain, 1))
    card = dataclasses.replace(registry.card("film_reviews"), largest=2**20)
    peak = _peak(lambda: gate.passing(card, path, lambda opened: list(archives.tar_files(opened))))
    with pytest.raises(DataCorrupt, match=message):
        gate.passing(card, path, lambda opened: list(archives.tar_files(opened)))
    assert peak < 4 * 2**20


def _lying(size: int) -> bytes:
    """A zip archive that says of a large file that it is small."""
    honest = bytearray(_zip({"cmn.txt": bytes(2**25)}))
    for signature, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        struct.pack_into("<I", honest, honest.index(signature) + offset, size)
    return bytes(honest)


def _with_method(method: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("cmn.txt", PAIRS)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_zip({"cmn.txt": bytes(2**25)}), "has 33,554,432 bytes"),
        (_lying(100), "cmn.txt"),
        (_with_method(zipfile.ZIP_LZMA), "packed by method 14; allowed"),
        (_with_method(zipfile.ZIP_BZIP2), "packed by method 12; allowed"),
        (_zip({f"{number:0200}": b"" for number in range(5000)}), "its directory has"),
        (b"PK\3\4" + bytes(90) + b"PK\6\7" + bytes(16) + b"PK\5\6" + bytes(18), "its directory has"),
    ],
    ids=["large", "says it is small", "lzma", "bzip2", "directory", "zip64"],
)
def test_a_zip_that_unpacks_to_a_flood_is_refused_in_little_memory(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "flood.zip"
    path.write_bytes(content)
    card = dataclasses.replace(registry.card("tatoeba"), largest=4 * 2**20)
    peak = _peak(lambda: gate.passing(card, path, lambda opened: tatoeba.read(opened, 1)))
    with pytest.raises(DataCorrupt, match=message):
        gate.passing(card, path, lambda opened: tatoeba.read(opened, 1))
    assert peak < 8 * 2**20


# ── what cannot be read is not damaged


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES, errno.ESTALE])
def test_a_file_that_cannot_be_read_now_stays_in_the_cache(
    downloaded_imdb: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(code, os.strerror(code))

    for place in ((gate.os, "open"), (imdb_archive, "parse"), (gate, "check")):
        with monkeypatch.context() as patch:
            patch.setattr(*place, fail)
            with pytest.raises(DataUnavailable, match=f"cannot be read: {os.strerror(code)}") as caught:
                sources.read(registry.card("imdb"), lambda opened: imdb_archive.parse(opened, {}, {}))
            assert not isinstance(caught.value, DataCorrupt)
        assert downloaded_imdb.exists()
    assert len(imdb.load("train", sample="never")) == 12


def test_a_whole_file_that_another_process_has_put_there_meanwhile_is_not_removed(
    downloaded_imdb: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = downloaded_imdb.read_bytes()
    downloaded_imdb.write_bytes(whole[:-1] + b"x")
    locked = store.locked

    def slow(card_id: str) -> object:
        # The other process had the lock before.
        other = downloaded_imdb.with_name("other")
        other.write_bytes(whole)
        os.replace(other, downloaded_imdb)
        return locked(card_id)

    monkeypatch.setattr(store, "locked", slow)
    assert data.fetch("imdb", progress=False) == downloaded_imdb
    assert downloaded_imdb.read_bytes() == whole


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_damaged_file_in_a_cache_that_cannot_be_written_is_one_sentence_and_the_sample_stands_in(
    downloaded_imdb: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int
) -> None:
    downloaded_imdb.write_bytes(downloaded_imdb.read_bytes()[:-1] + b"x")

    def refuse(*arguments: object, **options: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "unlink", refuse)
    for ask in (lambda: imdb.load("train", sample="never"), lambda: data.fetch("imdb", progress=False)):
        with pytest.raises(
            DataUnavailable, match=f"it cannot be removed from the cache: {os.strerror(code)}"
        ) as caught:
            ask()
        assert "\n" not in str(caught.value) and caught.value.exit_code == 3
    assert imdb.load("train").source == "sample"
    assert "SAMPLE DATA" in capsys.readouterr().out


# ── a site is believed nothing


@pytest.mark.parametrize("name", ["tatoeba", "stopwords", "imdb", "mnist"])
@pytest.mark.parametrize(
    "content",
    [b"<html><body>Please log in to this net.</body></html>", b"", b"PK\3\4" + bytes(60), gzip.compress(b"x" * 99)],
    ids=["a page", "nothing", "a zip of nothing", "another file"],
)
def test_what_is_not_the_data_set_never_gets_into_the_cache(
    online: None, no_data_folder: None, cache: Path, use_cards: Callable[..., None], name: str, content: bytes
) -> None:
    with tiny.site(tiny.Behaviour(content)) as url:
        # Without a size or a checksum, its form is all there is to go by.
        card = _card(name)
        use_cards(dataclasses.replace(card, file=dataclasses.replace(card.file, url=url)))
        with pytest.raises(DataCorrupt, match="sends something else than was published"):
            data.fetch(name, progress=False)
    assert tiny.left_in(cache) == [name]


def test_fetch_finds_out_that_what_is_in_the_cache_is_damaged_and_fetches_it_anew(
    online: None, no_data_folder: None, cache: Path, use_cards: Callable[..., None]
) -> None:
    behaviour = tiny.Behaviour(_zip({"stopwords/english": WORDS}))
    with tiny.site(behaviour) as url:
        card = registry.card("stopwords")
        use_cards(dataclasses.replace(card, file=dataclasses.replace(card.file, url=url)))
        for damage in (b"<html>log in</html>", behaviour.content[:-30], b""):
            path = cache / "stopwords" / "stopwords.zip"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(damage)
            assert data.fetch("stopwords", progress=False) == path
            assert path.read_bytes() == behaviour.content
        assert data.fetch("stopwords", progress=False) == path and len(behaviour.ranges) == 3


def test_every_data_set_has_a_check_and_a_bound() -> None:
    assert set(checking._CHECKS) == {card.id for card in registry.cards()}
    for card in registry.cards():
        assert 10**6 < card.largest < 2 * 10**9
        assert card.file is None or (card.file.size or card.file.largest) <= card.largest
