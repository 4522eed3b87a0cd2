"""Proves that a mirror is asked after a data set's own site, by the same checksum, and never for what has none."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from course_lib.base.errors import DataCorrupt, DataUnavailable, UsageError
from course_lib.data import download, management, registry
from course_lib.data.registry import PublishedFile

from . import tiny
from .tiny import Behaviour, left_in, site

CONTENT = hashlib.sha256(b"mirrored").digest() * 1000
NOBODY = "http://127.0.0.1:9/own/file.bin"


@pytest.fixture(autouse=True)
def _forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_silent_sites", {})


def _file(url: str, **changes: object) -> PublishedFile:
    return PublishedFile(
        "file.bin", url, **{"size": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest(), **changes}
    )


def _fetch(cache: Path, url: str, **changes: object) -> Path:
    return download.fetch("a set", _file(url, **changes), cache / "set/file.bin", progress=False)


def _mirror(monkeypatch: pytest.MonkeyPatch, url: str, rest: str = "") -> None:
    monkeypatch.setenv("COURSE_MIRROR", url.rsplit("/", 1)[0] + rest)


def test_a_mirror_is_asked_where_the_own_site_gives_no_answer(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    behaviour = Behaviour(CONTENT)
    with site(behaviour) as url:
        _mirror(monkeypatch, url)
        assert _fetch(cache, NOBODY).read_bytes() == CONTENT
    assert behaviour.ranges == [None] and left_in(cache) == ["set", "set/file.bin"]


@pytest.mark.parametrize("own", [{"status": 404}, {"status": 503}, {"content": b"x" * len(CONTENT)}])
def test_a_mirror_is_asked_where_the_own_site_has_something_else(
    cache: Path, monkeypatch: pytest.MonkeyPatch, own: dict[str, object]
) -> None:
    theirs, mirrors = Behaviour(**{"content": CONTENT, **own}), Behaviour(CONTENT)
    with site(theirs) as url, site(mirrors) as mirror:
        _mirror(monkeypatch, mirror, "/")
        assert _fetch(cache, url).read_bytes() == CONTENT
    assert theirs.ranges and len(mirrors.ranges) == 1


def test_the_own_site_is_asked_first_and_alone_where_it_answers(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, mirrors = Behaviour(CONTENT), Behaviour(CONTENT)
    with site(theirs) as url, site(mirrors) as mirror:
        _mirror(monkeypatch, mirror)
        _fetch(cache, url)
    assert len(theirs.ranges) == 1 and not mirrors.ranges


def test_what_a_mirror_sends_is_held_against_the_same_checksum(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with site(Behaviour(b"y" * len(CONTENT))) as url:
        _mirror(monkeypatch, url)
        with pytest.raises(DataUnavailable, match=r"nor from the mirror: .* expected sha256"):
            _fetch(cache, NOBODY)
    assert left_in(cache) == ["set"]


def test_without_a_checksum_a_mirror_is_not_trusted(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirrors = Behaviour(CONTENT)
    with site(mirrors) as url:
        _mirror(monkeypatch, url)
        with pytest.raises(DataUnavailable, match="could not be fetched"):
            _fetch(cache, NOBODY, size=None, sha256=None)
    assert not mirrors.ranges


def test_what_had_come_is_gone_on_with(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, mirrors = Behaviour(CONTENT, cut_after=(5_000, 5_000)), Behaviour(CONTENT)
    with site(theirs) as url, site(mirrors) as mirror:
        _mirror(monkeypatch, mirror)
        assert _fetch(cache, url).read_bytes() == CONTENT
    assert mirrors.ranges[0] is not None and mirrors.ranges[0].startswith("bytes=")


def test_a_silent_site_is_not_asked_again_for_each_file(
    online: None, no_data_folder: None, cache: Path, monkeypatch: pytest.MonkeyPatch, use_cards: object
) -> None:
    contents = {"stories260K.bin": b"a" * 999, "tok512.bin": b"b" * 555}
    asked = []
    real = download.client.answer

    def answer(url: str, had: int = 0):
        asked.append(url)
        return real(url, had)

    monkeypatch.setattr(download.client, "answer", answer)
    with site(Behaviour(b"", contents=contents)) as url:
        use_cards(tiny.several("stories260k", contents))
        _mirror(monkeypatch, url)
        assert management.fetch("stories260k", progress=False) == cache / "stories260k"
    own = [url for url in asked if ":9/" in url]
    assert len(own) == download.TRIES and len(asked) == len(own) + len(contents)


def test_where_a_file_lies_on_a_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    card = registry.card("tang_300")
    assert download.mirrored(card.id, card.file) is None
    monkeypatch.setenv("COURSE_MIRROR", "https://mirror.example/data/")
    assert download.mirrored(card.id, card.file) == (
        "https://mirror.example/data/tang_300/%E5%94%90%E8%AF%97%E4%B8%89%E7%99%BE%E9%A6%96.json"
    )
    assert download.mirrored("tatoeba", registry.card("tatoeba").file) is None
    monkeypatch.setenv("COURSE_MIRROR", "https://mirror.example/{url}")
    assert download.mirrored(card.id, card.file) == f"https://mirror.example/{card.file.url}"


@pytest.mark.parametrize("wrong", ["mirror.example", "ftp://a.b/c", "https://", "https://me:pass@a.b/", "http://[x"])
def test_what_is_no_address_is_refused_and_no_password_shown(
    cache: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("COURSE_MIRROR", wrong)
    with pytest.raises(UsageError, match="COURSE_MIRROR is no address") as problem:
        _fetch(cache, NOBODY)
    assert "pass@" not in str(problem.value)


def test_offline_no_mirror_is_asked(cache: Path, no_data_folder: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from course_lib.data import stories

    with site(Behaviour(CONTENT)) as url:
        _mirror(monkeypatch, url)
        with pytest.raises(DataUnavailable, match="COURSE_OFFLINE forbids"):
            stories.load()


def test_a_damaged_file_of_the_own_site_without_a_mirror_is_still_called_damaged(cache: Path) -> None:
    with site(Behaviour(b"x" * len(CONTENT))) as url, pytest.raises(DataCorrupt, match="sends something else"):
        _fetch(cache, url)
