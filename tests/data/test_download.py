"""Proves that a download is resumed or restarted, checked, and put into its place only when it is whole."""

from __future__ import annotations

import errno
import hashlib
import socket
import threading
import time
from collections import namedtuple
from pathlib import Path
from typing import BinaryIO

import pytest
import urllib3

from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.data import cache as store
from course_lib.data import client, download, registry
from course_lib.data.registry import PublishedFile

from .tiny import Behaviour, left_in, site

CONTENT = hashlib.sha256(b"seed").digest() * 1000
SIZE = len(CONTENT)
TARGET = "set/file.bin"


def _file(url: str, **changes: object) -> PublishedFile:
    facts = {"size": SIZE, "md5": hashlib.md5(CONTENT).hexdigest(), **changes}
    return PublishedFile("file.bin", url, **facts)


def _fetch(cache: Path, url: str, **changes: object) -> Path:
    return download.fetch("set", _file(url, **changes), cache / TARGET, progress=False)


def _begin(cache: Path, content: bytes) -> None:
    (cache / "set").mkdir(parents=True)
    (cache / f"{TARGET}.part").write_bytes(content)


def test_a_file_is_fetched_whole_and_leaves_nothing_beside_it(cache: Path) -> None:
    behaviour = Behaviour(CONTENT)
    with site(behaviour) as url:
        assert _fetch(cache, url) == cache / TARGET
    assert (cache / TARGET).read_bytes() == CONTENT
    assert left_in(cache) == ["set", TARGET]
    assert behaviour.ranges == [None]


def test_a_file_that_is_there_is_not_asked_for(cache: Path) -> None:
    behaviour = Behaviour(CONTENT)
    with site(behaviour) as url:
        _fetch(cache, url)
        _fetch(cache, url)
    assert len(behaviour.ranges) == 1


def test_a_cut_download_is_resumed_within_the_run(cache: Path) -> None:
    behaviour = Behaviour(CONTENT, cut_after=(10_000,))
    with site(behaviour) as url:
        _fetch(cache, url)
    assert (cache / TARGET).read_bytes() == CONTENT
    assert behaviour.ranges == [None, "bytes=10000-"]


def test_a_server_that_cannot_resume_starts_the_file_again(cache: Path) -> None:
    behaviour = Behaviour(CONTENT, cut_after=(10_000,), resumes=False)
    with site(behaviour) as url:
        _fetch(cache, url)
    assert (cache / TARGET).read_bytes() == CONTENT
    assert behaviour.ranges == [None, "bytes=10000-"]


def test_a_download_cut_twice_names_what_came_and_the_next_run_takes_it_up(cache: Path) -> None:
    behaviour = Behaviour(CONTENT, cut_after=(10_000, 5_000))
    with site(behaviour) as url:
        with pytest.raises(DataUnavailable, match=r"file\.bin could not be fetched .* after 15,000 of 32,000 bytes"):
            _fetch(cache, url)
        assert left_in(cache) == ["set", f"{TARGET}.part"]
        _fetch(cache, url)
    assert (cache / TARGET).read_bytes() == CONTENT
    assert left_in(cache) == ["set", TARGET]
    assert behaviour.ranges == [None, "bytes=10000-", "bytes=15000-"]


def test_a_part_that_is_already_whole_is_checked_and_taken(cache: Path) -> None:
    _begin(cache, CONTENT)
    behaviour = Behaviour(CONTENT)
    with site(behaviour) as url:
        _fetch(cache, url)
    assert (cache / TARGET).read_bytes() == CONTENT and behaviour.ranges == []


@pytest.mark.parametrize("part", [b"x" * 1000, b"x" * SIZE, b"x" * (SIZE + 5)])
def test_a_part_that_does_not_fit_is_dropped_and_the_file_fetched_anew(cache: Path, part: bytes) -> None:
    _begin(cache, part)
    behaviour = Behaviour(CONTENT)
    with site(behaviour) as url:
        _fetch(cache, url)
    assert (cache / TARGET).read_bytes() == CONTENT
    assert left_in(cache) == ["set", TARGET]
    assert behaviour.ranges[-1] is None


def test_an_answer_that_begins_elsewhere_is_not_appended(cache: Path) -> None:
    _begin(cache, CONTENT[:1000])
    behaviour = Behaviour(CONTENT, range_shift=3)
    with site(behaviour) as url:
        _fetch(cache, url)
    assert (cache / TARGET).read_bytes() == CONTENT
    assert behaviour.ranges == ["bytes=1000-", None]


def test_without_a_checksum_nothing_is_resumed(cache: Path) -> None:
    _begin(cache, b"of an older edition")
    behaviour = Behaviour(CONTENT)
    with site(behaviour) as url:
        _fetch(cache, url, size=None, md5=None)
    assert (cache / TARGET).read_bytes() == CONTENT and behaviour.ranges == [None]


def test_wrong_content_is_refused_with_what_was_expected_and_what_came(cache: Path) -> None:
    behaviour = Behaviour(bytes(SIZE))
    with site(behaviour) as url, pytest.raises(DataCorrupt) as caught:
        _fetch(cache, url)
    message = str(caught.value)
    assert "file.bin" in message
    assert hashlib.md5(CONTENT).hexdigest() in message and hashlib.md5(bytes(SIZE)).hexdigest() in message
    assert left_in(cache) == ["set"]
    # A site that sent the wrong file whole would send it again.
    assert behaviour.ranges == [None]


def test_a_sha256_is_checked_where_it_is_the_one_known(cache: Path) -> None:
    with site(Behaviour(CONTENT)) as url:
        with pytest.raises(DataCorrupt, match="expected sha256 00ff"):
            _fetch(cache, url, md5=None, sha256="00ff")
        _fetch(cache, url, md5=None, sha256=hashlib.sha256(CONTENT).hexdigest())


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"x", b"<html>log in</html>"])
def test_a_wrong_size_is_refused_before_anything_is_fetched(cache: Path, content: bytes) -> None:
    with (
        site(Behaviour(content)) as url,
        pytest.raises(DataCorrupt, match=rf"32,000 bytes, .* offers {len(content):,}"),
    ):
        _fetch(cache, url)
    assert left_in(cache) == ["set"]


def test_a_server_that_sends_without_end_is_stopped_at_the_expected_size(cache: Path) -> None:
    with (
        site(Behaviour(CONTENT * 3, says_length=False)) as url,
        pytest.raises(DataCorrupt, match="expected 32,000 bytes, the site sends more"),
    ):
        _fetch(cache, url)
    assert left_in(cache) == ["set"]


def test_a_server_that_does_not_say_the_length_is_fine(cache: Path) -> None:
    with site(Behaviour(CONTENT, says_length=False)) as url:
        _fetch(cache, url)
    assert (cache / TARGET).read_bytes() == CONTENT


@pytest.mark.parametrize(("status", "asked"), [(404, 1), (403, 1), (503, 2)])
def test_an_error_of_the_site_is_told_and_only_a_passing_one_is_asked_again(
    cache: Path, status: int, asked: int
) -> None:
    behaviour = Behaviour(CONTENT, status=status)
    with site(behaviour) as url, pytest.raises(DataUnavailable, match=f"the site answers {status}"):
        _fetch(cache, url)
    assert len(behaviour.ranges) == asked
    assert left_in(cache) == ["set"]


def test_a_passing_error_is_got_over(cache: Path) -> None:
    with site(Behaviour(CONTENT, status=503, failures=1)) as url:
        _fetch(cache, url)
    assert (cache / TARGET).read_bytes() == CONTENT


def test_a_site_that_is_not_there_is_told(cache: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(DataUnavailable, match="no connection"):
            _fetch(cache, f"http://127.0.0.1:{port}/file.bin")


def test_a_site_that_accepts_and_then_says_nothing_is_given_up(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "READ_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/file.bin"
        begun = time.monotonic()
        with pytest.raises(DataUnavailable, match="timed out"):
            _fetch(cache, url)
        # Sooner than the wait for a connection would end: once it is there, another patience holds.
        assert time.monotonic() - begun < client.CONNECT_SECONDS


def test_a_site_that_falls_silent_in_the_middle_is_given_up_and_what_came_is_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "READ_SECONDS", 0.3)
    monkeypatch.setattr(download, "TRIES", 1)
    behaviour = Behaviour(CONTENT, stall_after=4096)
    with site(behaviour) as url, pytest.raises(DataUnavailable, match="cut off"):
        _fetch(cache, url)
    assert (cache / f"{TARGET}.part").read_bytes() == CONTENT[:4096]


def test_the_wait_for_a_connection_is_ten_seconds(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = []

    def connect(address: object, timeout: float, **rest: object) -> None:
        waits.append(timeout)
        raise TimeoutError("timed out")

    monkeypatch.setattr(urllib3.util.connection, "create_connection", connect)
    with pytest.raises(DataUnavailable, match="no connection"):
        _fetch(cache, "http://192.0.2.1/file.bin")
    # Who waited ten seconds for nothing is not made to wait again.
    assert waits == [10]


def test_after_a_silent_net_a_lesson_does_not_wait_again_but_a_reader_who_asks_is_heard(cache: Path) -> None:
    file = _file("http://127.0.0.1:1/file.bin")
    with pytest.raises(DataUnavailable, match="no connection"):
        download.fetch("set", file, cache / TARGET, progress=False, patient=False)
    with pytest.raises(DataUnavailable, match="no answer a moment ago"):
        download.fetch("set", file, cache / TARGET, progress=False, patient=False)
    with site(Behaviour(CONTENT)) as url:
        _fetch(cache, url)
        (cache / TARGET).unlink()
        download.fetch("set", _file(url), cache / TARGET, progress=False, patient=False)


def test_a_disk_without_room_is_told_before_anything_is_fetched(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    _begin(cache, CONTENT[:1000])
    monkeypatch.setattr(store.shutil, "disk_usage", lambda folder: usage(0, 0, 3 * 2**20))
    with site(Behaviour(CONTENT)) as url, pytest.raises(DataUnavailable, match="needed 16 MiB, free 3 MiB"):
        _fetch(cache, url)
    assert left_in(cache) == ["set", f"{TARGET}.part"]


def test_a_disk_that_fills_up_is_left_no_fuller(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs a system with /dev/full")

    def full(part: Path, append: bool = False) -> BinaryIO:
        # Whatever is written to this device meets a full disk.
        return open("/dev/full", "wb")

    with site(Behaviour(CONTENT)) as url:
        with monkeypatch.context() as patch:
            patch.setattr(store, "open_part", full)
            with pytest.raises(DataUnavailable, match="the disk is full"):
                _fetch(cache, url)
        assert left_in(cache) == ["set"]
        _fetch(cache, url)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_write_that_fails_is_told_and_leaves_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(code, "it cannot be written")

    with site(Behaviour(CONTENT)) as url:
        with monkeypatch.context() as patch:
            patch.setattr(download.os, "fsync", fail)
            with pytest.raises(DataUnavailable, match=r"set: file\.bin cannot be written to the cache"):
                _fetch(cache, url)
        assert left_in(cache) == ["set"]
        _fetch(cache, url)
    assert (cache / TARGET).read_bytes() == CONTENT


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with (
        site(Behaviour(CONTENT)) as url,
        pytest.raises(DataUnavailable, match="cannot be written to the cache"),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
        _fetch(tmp_path / "cache", url)


def test_an_interrupt_keeps_what_came_and_frees_the_lock(cache: Path) -> None:
    def stop(done: int, total: int | None) -> None:
        if done > 8000:
            raise KeyboardInterrupt

    behaviour = Behaviour(CONTENT)
    with site(behaviour) as url:
        with pytest.raises(KeyboardInterrupt):
            download.fetch("set", _file(url), cache / TARGET, progress=stop)
        assert left_in(cache) == ["set", f"{TARGET}.part"]
        _fetch(cache, url)
    assert (cache / TARGET).read_bytes() == CONTENT
    assert behaviour.ranges[1] is not None


def test_two_threads_fetch_a_file_once(cache: Path) -> None:
    behaviour = Behaviour(CONTENT, pause=0.002)
    with site(behaviour) as url:
        threads = [threading.Thread(target=_fetch, args=(cache, url)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (cache / TARGET).read_bytes() == CONTENT and len(behaviour.ranges) == 1
    assert left_in(cache) == ["set", TARGET]


@pytest.mark.net
@pytest.mark.parametrize(
    "card",
    [part for card in registry.cards() for part in card.parts if part.file],
    ids=lambda card: f"{card.id}-{card.file.name}",
)
def test_each_site_offers_the_file_of_its_card(card: registry.Card) -> None:
    with client.answer(card.file.url) as answer:
        assert not answer.resumed
        assert card.file.size in (None, answer.length)


def test_progress_is_told_in_bytes_that_grow_to_the_total(cache: Path) -> None:
    told: list[tuple[int, int | None]] = []
    with site(Behaviour(CONTENT, cut_after=(10_000,))) as url:
        download.fetch("set", _file(url), cache / TARGET, progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (SIZE, SIZE) and {total for _, total in told} == {SIZE}


def test_a_quiet_line_says_once_what_is_fetched_and_how_much(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with site(Behaviour(CONTENT, cut_after=(10_000,))) as url:
        download.fetch("set", _file(url), cache / TARGET)
    assert capsys.readouterr().out == "Fetching file.bin (0.0 MB) …\n"


def test_a_terminal_is_shown_a_bar(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    with site(Behaviour(CONTENT)) as url:
        download.fetch("set", _file(url), cache / TARGET)
    shown = capsys.readouterr()
    assert "file.bin" in shown.err and "32.0/32.0 kB" in shown.err and not shown.out
