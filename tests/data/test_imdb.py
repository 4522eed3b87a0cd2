"""Proves, on a tiny copy of it, that IMDB is read rightly from everywhere it can lie, and that damage never passes."""

from __future__ import annotations

import errno
import re
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from course_lib import data
from course_lib.base.errors import DataCorrupt, DataUnavailable, UsageError
from course_lib.data import cache as store
from course_lib.data import imdb, imdb_archive, samples

from . import tiny

PARTS = {"train": 12, "test": 8, "unlabelled": 9}


def _rows(reviews: imdb.Reviews) -> set[tuple[object, ...]]:
    return {tuple(reviews[index]) for index in range(len(reviews))}


def _expected(part: str) -> set[tuple[object, ...]]:
    rows = set()
    for (folder, kind), ratings in tiny.GROUPS.items():
        mine = "unlabelled" if kind == "unsup" else folder
        label = {"neg": 0, "pos": 1, "unsup": -1}[kind]
        for number, rating in enumerate(ratings):
            if mine == part:
                rows.add((tiny.text(folder, kind, number), label, rating, tiny.film(folder, kind, number)))
    return rows


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as packed:
        packed.extractall(folder)


@pytest.mark.parametrize("part", PARTS)
def test_each_review_comes_with_its_text_label_rating_and_film(tiny_imdb: Path, part: str) -> None:
    reviews = imdb.load(part)
    assert _rows(reviews) == _expected(part)
    assert len(reviews) == PARTS[part] and reviews.source == "folder"
    assert (reviews.labels.dtype, reviews.ratings.dtype) == (np.int8, np.int8)
    assert reviews.film_ids.dtype.kind == "U"


@pytest.mark.parametrize("place", ["imdb/aclImdb_v1.tar.gz", "aclImdb_v1.tar.gz", "imdb/aclImdb", "aclImdb"])
def test_the_data_set_is_found_packed_and_unpacked_at_each_of_its_places(
    data_folder: Path, cache: Path, use_cards: Callable[..., None], tmp_path: Path, place: str
) -> None:
    use_cards(tiny.card())
    archive = tmp_path / "packed.tar.gz"
    archive.write_bytes(tiny.pack(tiny.files()))
    (data_folder / place).parent.mkdir(exist_ok=True)
    if place.endswith("aclImdb"):
        _unpack(archive, (data_folder / place).parent)
    else:
        shutil.copy(archive, data_folder / place)
    reviews = imdb.load("test")
    assert _rows(reviews) == _expected("test") and reviews.source == "folder"


def test_it_does_not_matter_how_the_archive_was_packed(tiny_imdb: Path, cache: Path) -> None:
    first = imdb.load("train")
    shutil.rmtree(cache)
    contents = {f"./{name}": content for name, content in reversed(tiny.files().items())}
    contents["./aclImdb/train/labeledBow.feat"] = b"9 0:9 1:1\n"
    contents["./aclImdb/README"] = b"Large Movie Review Dataset v1.0\n"
    tiny_imdb.write_bytes(tiny.pack(contents))
    second = imdb.load("train")
    assert first.texts == second.texts and np.array_equal(first.film_ids, second.film_ids)


def test_the_order_depends_on_the_seed_alone_and_is_never_the_order_of_labels(tiny_imdb: Path) -> None:
    first, again, other = imdb.load("train"), imdb.load("train", seed=0), imdb.load("train", seed=1)
    assert first.texts == again.texts
    assert first.texts != other.texts and sorted(first.texts) == sorted(other.texts)
    assert np.abs(np.diff(first.labels)).sum() > 1


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 11, 12])
def test_a_limit_draws_in_balance_and_a_smaller_one_some_of_the_same(tiny_imdb: Path, limit: int) -> None:
    reviews = imdb.load("train", limit=limit, seed=3)
    assert len(reviews) == len(set(reviews.texts)) == limit
    assert abs(int((reviews.labels == 1).sum()) - int((reviews.labels == 0).sum())) == limit % 2
    assert set(reviews.texts) <= set(imdb.load("train", limit=min(limit + 3, 12), seed=3).texts)
    assert _rows(reviews) <= _expected("train")


@pytest.mark.parametrize("limit", [0, -1, 13, 2.5, "5", True, float("nan")])
def test_a_limit_that_cannot_be_met_is_refused_with_what_is_allowed(tiny_imdb: Path, limit: object) -> None:
    with pytest.raises(UsageError, match=r"limit must be None or a whole number from 1 to 12; given: "):
        imdb.load("train", limit=limit)


def test_a_numpy_number_is_a_limit(tiny_imdb: Path) -> None:
    assert len(imdb.load("train", limit=np.int64(4))) == 4


def test_an_unknown_part_or_choice_of_sample_is_refused_with_what_there_is(tiny_imdb: Path) -> None:
    with pytest.raises(UsageError, match="unknown part 'dev'; allowed: train, test, unlabelled"):
        imdb.load("dev")
    with pytest.raises(UsageError, match="unknown choice of sample 'always'; allowed: fallback, never, only"):
        imdb.load(sample="always")


def test_a_data_folder_that_is_none_is_refused_and_no_sample_stands_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cache: Path
) -> None:
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match=r"COURSE_DATA names .*nowhere"):
        imdb.load()
    assert not samples.samples_in_use()


# ── what was parsed is kept


def _never(*arguments: object) -> None:
    raise AssertionError("it was parsed again")


def test_a_second_load_parses_nothing(tiny_imdb: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = imdb.load("train")
    monkeypatch.setattr(imdb_archive, "parse", _never)
    assert imdb.load("train").texts == first.texts
    assert _rows(imdb.load("unlabelled")) == _expected("unlabelled")
    assert [path for path in tiny.left_in(cache) if path.count("/") == 1] == [f"imdb/{imdb._entry(tiny.card()).name}"]


def test_what_was_parsed_serves_without_the_archive_and_says_so(
    tiny_imdb: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imdb.load("train")
    monkeypatch.delenv("COURSE_DATA")
    reviews = imdb.load("test")
    assert _rows(reviews) == _expected("test") and reviews.source == "cache"
    assert not samples.samples_in_use()


@pytest.mark.parametrize("name", ["train.texts", "train.npz", "manifest.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_a_damaged_cache_is_made_again(tiny_imdb: Path, cache: Path, name: str, damage: str) -> None:
    imdb.load("train")
    path = imdb._entry(tiny.card()) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    if damage == "remove":
        path.unlink()
    else:
        path.write_bytes(bytes(content) if damage == "flip" else bytes(content[: len(content) // 2]))
    assert _rows(imdb.load("train")) == _expected("train")
    assert store.is_sound(imdb._entry(tiny.card()))


def _a_file_in_its_place(cache: Path, patch: pytest.MonkeyPatch) -> None:
    cache.write_text("not a folder")


def _read_only(cache: Path, patch: pytest.MonkeyPatch) -> None:
    mkdir = Path.mkdir

    def refuse(self: Path, *arguments: object, **options: object) -> None:
        if cache in (self, *self.parents):
            raise OSError(errno.EROFS, "Read-only file system", str(self))
        mkdir(self, *arguments, **options)

    patch.setattr(Path, "mkdir", refuse)


def _no_permission(cache: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        store, "locked", lambda card_id: (_ for _ in ()).throw(PermissionError(errno.EACCES, "Permission denied"))
    )


@pytest.mark.parametrize("obstacle", [_a_file_in_its_place, _read_only, _no_permission])
@pytest.mark.parametrize("part", PARTS)
def test_where_the_cache_cannot_be_written_the_reviews_are_read_all_the_same_and_a_line_says_so(
    tiny_imdb: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    obstacle: Callable[..., None],
    part: str,
) -> None:
    obstacle(cache, monkeypatch)
    reviews = imdb.load(part)
    assert _rows(reviews) == _expected(part) and reviews.source == "folder"
    assert "cannot be kept in the cache" in capsys.readouterr().out


def test_a_cache_that_can_only_be_read_serves(tiny_imdb: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imdb.load("train")
    _read_only(cache, monkeypatch)
    monkeypatch.setattr(imdb_archive, "parse", _never)
    assert _rows(imdb.load("train")) == _expected("train")


def test_a_disk_that_fills_up_while_parsing_leaves_nothing_and_the_reviews_are_read(
    tiny_imdb: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packed, full = imdb._packed, [OSError(errno.ENOSPC, "No space left on device")]

    def write(columns: dict[str, np.ndarray]) -> bytes:
        if full:
            raise full.pop()
        return packed(columns)

    monkeypatch.setattr(imdb, "_packed", write)
    assert _rows(imdb.load("train")) == _expected("train")
    assert "No space left" in capsys.readouterr().out
    assert tiny.left_in(cache) == ["imdb"]
    assert _rows(imdb.load("train")) == _expected("train")
    assert store.is_sound(imdb._entry(tiny.card()))


# ── what is damaged or strange is refused


def _replace(path: Path, **changes: bytes | None) -> None:
    contents = tiny.files()
    for name, content in changes.items():
        if content is None:
            del contents[name]
        else:
            contents[name] = content
    path.write_bytes(tiny.pack(contents))


@pytest.mark.parametrize("part", PARTS)
def test_a_review_that_is_not_utf_8_is_named_whichever_part_is_asked_for(
    tiny_imdb: Path, cache: Path, part: str
) -> None:
    _replace(tiny_imdb, **{"aclImdb/train/unsup/3_0.txt": b"caf\xe9"})
    with pytest.raises(DataCorrupt, match=r"aclImdb/train/unsup/3_0\.txt is not UTF-8 \(byte 3\).*COURSE_DATA"):
        imdb.load(part)
    assert tiny.left_in(cache) == ["imdb"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"aclImdb/test/pos/0_7.txt": b"another text"}, "digest of the labelled reviews: expected [0-9a-f]{64}, got"),
        ({"aclImdb/test/pos/0_7.txt": None}, "labelled reviews: expected 20, got 19"),
        ({"aclImdb/test/pos/99_7.txt": b"one more"}, "labelled reviews: expected 20, got 21"),
        ({"aclImdb/train/unsup/0_0.txt": None}, "unlabelled reviews: expected 9, got 8"),
        ({"aclImdb/train/urls_pos.txt": None}, r"train/urls_pos\.txt names no film for review 0"),
        ({"aclImdb/test/urls_neg.txt": b"http://www.imdb.com/title/tt1/usercomments\n"}, "no film for review 1"),
        ({"aclImdb/test/urls_neg.txt": b"x\n" * 9}, "names no film for review 0"),
    ],
)
def test_what_is_not_the_published_data_set_is_refused_with_the_difference(
    tiny_imdb: Path, cache: Path, changes: dict[str, bytes | None], message: str
) -> None:
    _replace(tiny_imdb, **changes)
    for sample in ("fallback", "never"):
        with pytest.raises(DataCorrupt, match=message) as caught:
            imdb.load("test", sample=sample)
        assert str(tiny_imdb) in str(caught.value) and "put a whole copy there" in str(caught.value)
    assert tiny.left_in(cache) == ["imdb"] and not samples.samples_in_use()


ONE_FILM = b"http://www.imdb.com/title/tt1/usercomments\n" * 9


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({f"aclImdb/{folder}/urls_{kind}.txt": None for folder, kind in tiny.GROUPS}, "names no film for review 0"),
        ({"aclImdb/train/urls_unsup.txt": None}, "names no film for review 0"),
        ({"aclImdb/train/unsup/3_0.txt": b"caf\xe9"}, "is not UTF-8"),
        ({"aclImdb/test/pos/0_7.txt": b"caf\xe9"}, "is not UTF-8"),
        ({"aclImdb/test/urls_pos.txt": b"\xe9" + ONE_FILM}, "is not UTF-8"),
        (
            {f"aclImdb/{folder}/urls_{kind}.txt": ONE_FILM for folder, kind in tiny.GROUPS},
            "the digest of all reviews and addresses",
        ),
        ({"aclImdb/train/unsup/3_0.txt": b"another text"}, "the digest of all reviews and addresses"),
        ({"aclImdb/train/unsup/3_0.txt": None, "aclImdb/train/unsup/3_1.txt": b"another"}, "the digest of all"),
    ],
    ids=["no addresses", "not one list", "unlabelled", "labelled", "address", "one film", "another text", "rating"],
)
def test_all_that_is_parsed_is_checked_by_load_and_verify_and_poisons_no_cache(
    tiny_imdb: Path, cache: Path, changes: dict[str, bytes | None], message: str
) -> None:
    whole = tiny_imdb.read_bytes()
    _replace(tiny_imdb, **changes)
    for part in PARTS:
        with pytest.raises(DataCorrupt, match=message):
            imdb.load(part)
    (finding,) = data.verify("imdb")
    assert finding.verdict == "bad" and re.search(message, finding.message)
    assert tiny.left_in(cache) == ["imdb"]
    tiny_imdb.write_bytes(whole)
    assert _rows(imdb.load("test")) == _expected("test")


def test_what_is_kept_goes_by_all_that_was_parsed(tiny_imdb: Path, use_cards: Callable[..., None]) -> None:
    first = imdb._entry(tiny.card())
    for name in ("labelled_sha256", "parsed_sha256"):
        other = imdb._entry(tiny.card(**{name: "0" * 64}))
        assert (other == first) == (name == "labelled_sha256")


def test_the_published_archive_is_known_by_its_checksum_wherever_it_lies(
    tiny_imdb: Path, use_cards: Callable[..., None]
) -> None:
    # The digest of all that is parsed was taken from a copy: it must never lock out what the site itself publishes.
    use_cards(tiny.card(tiny_imdb.read_bytes(), parsed_sha256="0" * 64))
    assert _rows(imdb.load("test")) == _expected("test")
    tiny_imdb.write_bytes(tiny.pack_once())
    shutil.rmtree(imdb._entry(tiny.card(parsed_sha256="0" * 64)))
    with pytest.raises(DataCorrupt, match="the digest of all reviews and addresses"):
        imdb.load("test")


def test_an_unpacked_folder_that_lacks_a_review_is_refused(tiny_imdb: Path) -> None:
    _unpack(tiny_imdb, tiny_imdb.parent)
    tiny_imdb.unlink()
    assert len(imdb.load("train")) == 12
    shutil.rmtree(imdb._entry(tiny.card()))
    (tiny_imdb.parent / "aclImdb/train/pos/0_7.txt").unlink()
    with pytest.raises(DataCorrupt, match="expected 20, got 19"):
        imdb.load("train")


@pytest.mark.parametrize(
    "name",
    ["../climbed.txt", "/climbed.txt", "aclImdb/train/pos/../../../../climbed.txt"],
    ids=["up", "root", "inside"],
)
def test_an_archive_that_climbs_out_is_refused_and_nothing_is_written_outside(
    tiny_imdb: Path, cache: Path, tmp_path: Path, name: str
) -> None:
    tiny_imdb.write_bytes(tiny.pack(tiny.files(), [tarfile.TarInfo(name)]))
    with pytest.raises(DataCorrupt, match="leads out of the archive"):
        imdb.load("train")
    assert not list(tmp_path.rglob("climbed.txt")) and not Path("/climbed.txt").exists()
    assert tiny.left_in(cache) == ["imdb"]


def test_a_link_in_an_archive_is_refused_and_not_followed(tiny_imdb: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not a review")
    contents = tiny.files()
    del contents["aclImdb/train/pos/0_7.txt"]
    link = tarfile.TarInfo("aclImdb/train/pos/0_7.txt")
    link.type, link.linkname = tarfile.SYMTYPE, str(secret)
    tiny_imdb.write_bytes(tiny.pack(contents, [link]))
    with pytest.raises(DataCorrupt, match="is a link or a device"):
        imdb.load("train")


def test_a_cut_archive_is_refused(tiny_imdb: Path, cache: Path) -> None:
    tiny_imdb.write_bytes(tiny_imdb.read_bytes()[:-30])
    with pytest.raises(DataCorrupt, match="cut short or damaged"):
        imdb.load("train")
    assert tiny.left_in(cache) == ["imdb"]


# ── the net, and the sample where there is none


@pytest.fixture
def published(online: None, no_data_folder: None, cache: Path, use_cards: Callable[..., None]):
    """A site that publishes the tiny data set; no folder, an empty cache."""
    content = tiny.pack_once()
    behaviour = tiny.Behaviour(content)
    with tiny.site(behaviour) as url:
        use_cards(tiny.card(content, url))
        yield behaviour


def test_it_is_fetched_once_and_read_from_the_cache_ever_after(published: tiny.Behaviour, cache: Path) -> None:
    first = imdb.load("train")
    assert _rows(first) == _expected("train") and first.source == "download"
    assert imdb.load("train").source == "cache"
    shutil.rmtree(imdb._entry(tiny.card()))
    assert imdb.load("test").source == "cache"
    assert len(published.ranges) == 1


def test_the_folder_comes_before_the_cache_and_the_cache_before_the_net(
    published: tiny.Behaviour, data_folder: Path
) -> None:
    (data_folder / tiny.ARCHIVE).write_bytes(tiny.pack(tiny.files()))
    assert imdb.load("train").source == "folder"
    assert published.ranges == []


def test_a_damaged_archive_in_the_cache_is_fetched_again(published: tiny.Behaviour, cache: Path) -> None:
    imdb.load("train")
    shutil.rmtree(imdb._entry(tiny.card()))
    archive = cache / "imdb" / tiny.ARCHIVE
    content = bytearray(archive.read_bytes())
    content[content.index(b"test pos")] ^= 1
    archive.write_bytes(bytes(content))
    assert _rows(imdb.load("train")) == _expected("train")
    assert len(published.ranges) == 2 and archive.read_bytes() == published.content


def test_a_damaged_archive_in_the_cache_and_no_net_is_told(
    published: tiny.Behaviour, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imdb.load("train")
    shutil.rmtree(imdb._entry(tiny.card()))
    archive = cache / "imdb" / tiny.ARCHIVE
    archive.write_bytes(bytes(len(published.content)))
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    with pytest.raises(DataUnavailable, match=r"got [0-9a-f]{32}; it was removed from the cache.*COURSE_OFFLINE"):
        imdb.load("train", sample="never")
    assert tiny.left_in(cache) == ["imdb"]


def test_without_any_way_to_it_never_raises_and_says_what_was_tried(
    cache: Path, no_data_folder: None, use_cards: Callable[..., None]
) -> None:
    use_cards(tiny.card())
    with pytest.raises(DataUnavailable) as caught:
        imdb.load("train", sample="never")
    message = str(caught.value)
    for word in ("imdb", tiny.ARCHIVE, "COURSE_DATA (not set)", str(cache), "COURSE_OFFLINE forbids a download"):
        assert word in message


def test_a_site_that_sends_something_else_lets_the_sample_stand_in_with_the_reason(
    published: tiny.Behaviour, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published.content = bytes(len(published.content))
    assert imdb.load("train").source == "sample"
    shown = capsys.readouterr().out
    assert "sends something else than was published" in shown and "expected md5" in shown
    assert tiny.left_in(cache) == ["imdb"]
    with pytest.raises(DataCorrupt):
        imdb.load("train", sample="never")
