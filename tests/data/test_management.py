"""Proves that the data command can fetch, look at, check and clear every data set, and touches nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib import data
from course_lib.base.errors import DataCorrupt, DataUnavailable, EnvironmentProblem, UsageError
from course_lib.data import imdb, registry
from course_lib.data import management as manage
from course_lib.showing import language

from . import tiny

TEXTS = ("jane_austen", "tinyshakespeare", "song_ci", "tang_shi", "tang_300", "stories260k", "minilm")


@pytest.mark.parametrize("call", [data.fetch, data.status, data.verify, lambda name: data.clear([name])])
def test_an_unknown_data_set_is_refused_by_all(cache: Path, call: Callable[[str], object]) -> None:
    with pytest.raises(UsageError, match="unknown data set 'nope'; allowed: imdb"):
        call("nope")


# ── status


def test_status_tells_folder_cache_package_course_and_missing(
    tiny_imdb: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = data.status("imdb")
    assert (folder.where, folder.path, folder.size) == ("folder", tiny_imdb, tiny_imdb.stat().st_size)
    assert folder.cached == 0
    imdb.load("train")
    parsed = sum(path.stat().st_size for path in (cache / "imdb").rglob("*"))
    assert data.status("imdb").cached == sum(p.stat().st_size for p in imdb._entry(tiny.card()).iterdir()) <= parsed
    monkeypatch.delenv("COURSE_DATA")
    assert data.status("imdb").where == "cache" and data.status("imdb").size > 0
    assert data.status("digits8").where == data.status("mnist5000").where == "package"
    assert data.status("film_reviews").where == "course"
    glove = data.status("glove.6B")
    assert (glove.where, glove.path, glove.size, glove.cached) == ("missing", None, 862_182_613, 0)


def test_status_of_a_data_set_whose_package_is_missing(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setattr(registry.importlib.util, "find_spec", lambda name: None)
    assert data.status("digits8").where == "missing"
    with pytest.raises(EnvironmentProblem):
        data.fetch("digits8")


def test_a_file_of_another_size_in_the_cache_is_as_good_as_missing(downloaded_imdb: Path) -> None:
    content = downloaded_imdb.read_bytes()
    assert data.status("imdb").where == "cache"
    downloaded_imdb.write_bytes(content[:-1])
    assert data.status("imdb").where == "missing"


def test_status_reads_no_data_and_makes_no_folder(tiny_imdb: Path, cache: Path) -> None:
    tiny_imdb.write_bytes(b"anything")
    assert data.status("imdb").where == "folder" and not cache.exists()


# ── fetch


def test_fetch_gives_the_readers_own_file_without_the_net(tiny_imdb: Path) -> None:
    assert data.fetch("imdb") == tiny_imdb


def test_fetch_gives_what_packages_and_the_course_hold() -> None:
    assert data.fetch("digits8").name == "digits.csv.gz" and data.fetch("mnist5000").name == "mnist_5k.csv.gz"
    assert data.fetch("film_reviews").name == "film_reviews.csv"


def test_fetch_downloads_verifies_and_tells_its_progress(
    online: None, no_data_folder: None, cache: Path, use_cards: Callable[..., None]
) -> None:
    content = tiny.pack_once()
    told = []
    with tiny.site(tiny.Behaviour(content)) as url:
        use_cards(tiny.card(content, url))
        path = data.fetch("imdb", progress=lambda done, total: told.append((done, total)))
    assert path == cache / "imdb" / tiny.ARCHIVE and path.read_bytes() == content
    assert told[-1] == (len(content), len(content))
    assert data.status("imdb").where == "cache"


def test_fetch_never_lets_a_sample_stand_in(cache: Path, no_data_folder: None) -> None:
    with pytest.raises(DataUnavailable, match="COURSE_OFFLINE"):
        data.fetch("imdb")
    assert data.samples_in_use() == frozenset()


def test_fetch_refuses_wrong_content(
    online: None, no_data_folder: None, cache: Path, use_cards: Callable[..., None]
) -> None:
    with tiny.site(tiny.Behaviour(b"x" * 100)) as url:
        use_cards(tiny.card(b"y" * 100, url))
        with pytest.raises(DataCorrupt):
            data.fetch("imdb", progress=False)
    assert tiny.left_in(cache) == ["imdb"]


# ── verify


def test_verify_checks_every_copy_and_says_what_it_found(tiny_imdb: Path, cache: Path) -> None:
    imdb.load("train")
    first, parsed = data.verify("imdb")
    assert (first.verdict, first.path) == ("good", tiny_imdb)
    assert "20 labelled reviews with the published digest, 9 without a label" in first.message
    assert (parsed.verdict, parsed.path) == ("good", imdb._entry(tiny.card()))
    language.use("zh")
    assert "摘要与发布版一致" in data.verify("imdb")[0].message


def test_verify_finds_what_is_wrong_with_each_copy(tiny_imdb: Path, cache: Path) -> None:
    imdb.load("train")
    (imdb._entry(tiny.card()) / "test.texts").write_bytes(b"")
    tiny_imdb.write_bytes(tiny_imdb.read_bytes()[:-20])
    first, parsed = data.verify("imdb")
    assert first.verdict == parsed.verdict == "bad"
    assert "cut short or damaged" in first.message and "damaged" in parsed.message


def test_verify_checks_size_and_checksum_of_what_was_downloaded(downloaded_imdb: Path) -> None:
    content = downloaded_imdb.read_bytes()
    assert [one.verdict for one in data.verify("imdb")] == ["good"]
    # The end of a tar is padding: the reviews are whole, the file is not the published one.
    downloaded_imdb.write_bytes(content[:-1] + b"x")
    (finding,) = data.verify("imdb")
    assert finding.verdict == "bad" and "expected md5" in finding.message
    downloaded_imdb.write_bytes(content[:-1])
    (finding,) = data.verify("imdb")
    assert finding.verdict == "bad" and f"expected {len(content):,} bytes, got {len(content) - 1:,}" in finding.message


@pytest.mark.parametrize("card_id", [card.id for card in registry.cards() if card.origin == "download"])
def test_verify_of_what_is_not_here_is_no_alarm(cache: Path, no_data_folder: None, card_id: str) -> None:
    (finding,) = data.verify(card_id)
    assert finding.verdict == "absent" and finding.path is None


@pytest.mark.seconds
@pytest.mark.parametrize("card_id", ["digits8", "mnist5000", "film_reviews", "phrases", "tales", "quatrains"])
def test_what_packages_and_the_course_hold_is_good(card_id: str) -> None:
    (finding,) = data.verify(card_id)
    assert finding.verdict == "good" and finding.path == data.fetch(card_id), finding.message


def test_verify_finds_a_package_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry.importlib.util, "find_spec", lambda name: None)
    (finding,) = data.verify("digits8")
    assert finding.verdict == "bad" and "pip install scikit-learn" in finding.message


@pytest.mark.slow
@pytest.mark.parametrize("card_id", ["imdb", "tatoeba", "stopwords", *TEXTS])
def test_the_real_data_sets_are_good(real_data: Path, cache: Path, card_id: str) -> None:
    assert [one.verdict for one in data.verify(card_id)] == ["good"]


# ── clear


def _fill(cache: Path) -> None:
    for name in ("imdb/parsed-abc-1/train.texts", f"imdb/{tiny.ARCHIVE}", f"imdb/{tiny.ARCHIVE}.part"):
        (cache / name).parent.mkdir(parents=True, exist_ok=True)
        (cache / name).write_bytes(bytes(10))
    (cache / "imdb/.unfinished-7").mkdir()
    (cache / "imdb/.unfinished-7/texts").write_bytes(bytes(10))
    (cache / "glove.6B").mkdir()
    (cache / "glove.6B/glove.6B.50d.txt").write_bytes(bytes(10))


def test_clear_frees_what_the_course_put_there_and_counts_it(cache: Path) -> None:
    _fill(cache)
    assert data.clear(["imdb"]) == 40
    assert tiny.left_in(cache) == ["glove.6B", "glove.6B/glove.6B.50d.txt"]
    assert data.clear() == 10
    assert tiny.left_in(cache) == []
    assert data.clear() == 0


def test_clear_leaves_what_others_keep_in_the_same_folder(cache: Path) -> None:
    _fill(cache)
    (cache / "imdb/my notes.txt").write_text("mine")
    (cache / "other").mkdir()
    data.clear()
    assert tiny.left_in(cache) == ["imdb", "imdb/my notes.txt", "other"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a system where everyone may make links")
def test_clear_does_not_follow_a_link(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "precious").write_text("mine")
    (cache / "imdb").mkdir(parents=True)
    (cache / "imdb" / "parsed-abc-1").symlink_to(tmp_path / "elsewhere")
    data.clear(["imdb"])
    assert (tmp_path / "elsewhere" / "precious").exists() and tiny.left_in(cache) == []


def test_clear_removes_nothing_if_one_name_is_wrong(cache: Path) -> None:
    _fill(cache)
    before = tiny.left_in(cache)
    with pytest.raises(UsageError):
        data.clear(["imdb", "nope"])
    assert tiny.left_in(cache) == before


def test_clear_never_touches_the_readers_folder(tiny_imdb: Path, cache: Path) -> None:
    imdb.load("train")
    data.clear()
    assert tiny_imdb.exists() and tiny.left_in(cache) == []
    assert len(imdb.load("train")) == 12


def test_a_cache_that_cannot_be_changed_is_told(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(cache)

    def refuse(path: Path) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(manage.shutil, "rmtree", refuse)
    with pytest.raises(DataUnavailable, match=r"the cache of imdb cannot be cleared: .*Read-only"):
        data.clear(["imdb"])
