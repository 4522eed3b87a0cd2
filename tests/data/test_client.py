"""Proves that no site can keep a download for ever, fill a disk, lead it astray or write on a terminal, and that
whatever it answers is one kind of error."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import itertools
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.data import client, download
from course_lib.data.registry import PublishedFile

from .tiny import crude_site, left_in

# urllib3 and truststore leave the socket of an answer that is none to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed .*[sS]ocket:ResourceWarning")

CONTENT = hashlib.sha256(b"seed").digest() * 50
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(CONTENT) + CONTENT


@pytest.fixture(scope="module", autouse=True)
def _sockets_are_collected_here():
    yield
    gc.collect()  # and not during another module's test, which has not asked for the warning to be ignored


def _fetch(cache: Path, url: str, **changes: object) -> Path:
    """Fetch a file whose size nobody knows, of at most 10,000 bytes."""
    file = PublishedFile("file.bin", url, **{"largest": 10_000, **changes})
    return download.fetch("set", file, cache / "set" / "file.bin", progress=False)


def _saying(*answers: bytes) -> Callable[[socket.socket], None]:
    """A site that gives one answer after the other, and the last one ever after."""
    left = list(answers)

    def answer(connection: socket.socket) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return answer


# ── what drips, and what never ends


def _dripping(beginning: bytes, drops: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(beginning)
        for drop in itertools.cycle(drops):
            connection.sendall(bytes([drop]))
            time.sleep(0.02)

    return answer


@pytest.mark.parametrize(
    ("beginning", "drops"),
    [
        (b"", b"HTTP/1.1 "),
        (b"HTTP/1.1 200 OK\r\n", b"X-Name: value\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Name: ", b"v"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n1;", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=[
        *("status", "headers", "a header", "content", "no length", "chunks", "a chunk", "size of a chunk"),
        *("words of a chunk", "continue"),
    ],
)
def test_what_drips_is_given_up(cache: Path, monkeypatch: pytest.MonkeyPatch, beginning: bytes, drops: bytes) -> None:
    monkeypatch.setattr(client, "PACE_SECONDS", 0.3)
    monkeypatch.setattr(download, "TRIES", 1)
    begun = time.monotonic()
    with crude_site(_dripping(beginning, drops)) as (url, _), pytest.raises(DataUnavailable, match="fewer than 64 KiB"):
        _fetch(cache, url)
    assert time.monotonic() - begun < 8
    assert not (cache / "set" / "file.bin").exists()


def test_encryption_that_drips_is_given_up(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PACE_SECONDS", 0.3)
    monkeypatch.setattr(download, "TRIES", 1)
    # The beginning of a record of 16 KiB.
    with crude_site(_dripping(b"\x16\x03\x03\x40\x00", b"\x02")) as (url, _), pytest.raises(DataUnavailable):
        begun = time.monotonic()
        _fetch(cache, url.replace("http:", "https:"))
    assert time.monotonic() - begun < 8


@pytest.mark.seconds
def test_a_slow_site_that_keeps_the_pace_is_waited_for(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PACE_SECONDS", 1.0)
    monkeypatch.setattr(client, "PACE_BYTES", 1024)

    def answer(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9216\r\n\r\n")
        for _ in range(9):
            time.sleep(0.2)
            connection.sendall(bytes(1024))

    with crude_site(answer) as (url, _):
        assert _fetch(cache, url).read_bytes() == bytes(9216)


def test_nothing_is_left_running_or_open_after_a_download(cache: Path) -> None:
    def watchers() -> list[threading.Thread]:
        return [one for one in threading.enumerate() if one.name == "pace of a download"]

    descriptors = Path("/proc/self/fd")
    with crude_site(_saying(GOOD)) as (url, _):
        _fetch(cache, url)
        before = len(list(descriptors.iterdir())) if descriptors.exists() else 0
        for _ in range(5):
            (cache / "set" / "file.bin").unlink()
            _fetch(cache, url)
        # The site's own connections end a moment later.
        time.sleep(0.1)
        assert not watchers()
        assert not descriptors.exists() or len(list(descriptors.iterdir())) <= before + 1


@pytest.mark.parametrize(
    "beginning",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000000\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10001\r\n\r\n",
    ],
    ids=["no length", "chunks", "a terabyte", "one byte too many"],
)
def test_a_body_without_end_stops_at_the_bound_of_its_card(cache: Path, beginning: bytes) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(beginning)
        while True:
            connection.sendall(bytes(4096))

    with (
        crude_site(answer) as (url, asked),
        pytest.raises(DataCorrupt, match=r"expected (at most )?10,000 bytes, the site (offers|sends more)"),
    ):
        _fetch(cache, url)
    assert left_in(cache) == ["set"] and len(asked) == 1


# ── answers that are none

PLACE = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
ODD = {
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "not modified": b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "a part unasked": b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\n12345",
    "created": b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok",
    "unauthorised": b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
    "proxy": b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
    "too many": b"HTTP/1.1 429 Slow down\r\nRetry-After: 100000\r\nContent-Length: 0\r\n\r\n",
    "a failure": b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
    "switching": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "nothing": b"",
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "noise": bytes(range(256)) * 40,
    "a status in words": b"HTTP/1.1 good\r\n\r\n",
    "a large status": b"HTTP/1.1 99999 OK\r\n\r\n",
    "a long status": b"HTTP/1.1 200 " + b"x" * 100_000,
    "a long header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000,
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
    "cut in the headers": b"HTTP/1.1 200 OK\r\nContent-Le",
    "cut in the content": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nabc",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    "two lengths in one": b"HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\n\r\nabc",
    "chunks without a size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
    "chunks of less": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc",
    "chunks cut": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nabc",
    "to nowhere": b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
    "to itself": PLACE + b"file.bin\r\n\r\n",
    "to ftp": PLACE + b"ftp://127.0.0.1/x\r\n\r\n",
    "to a file": PLACE + b"file:///etc/passwd\r\n\r\n",
    "to a script": PLACE + b"javascript:alert(1)\r\n\r\n",
    "to half an address": PLACE + b"http://[::1\r\n\r\n",
    "to no port": PLACE + b"http://127.0.0.1:99999/\r\n\r\n",
    "to no host": PLACE + b"http:///x\r\n\r\n",
    "to noise": PLACE + b"\xff\xfe\x1b[2J\r\n\r\n",
    "to a name that is none": PLACE + b"http://" + b"x" * 300 + b"/\r\n\r\n",
}


@pytest.mark.parametrize("answer", ODD)
def test_an_answer_that_is_none_is_one_kind_of_error_in_plain_words(cache: Path, answer: str) -> None:
    begun = time.monotonic()
    with crude_site(_saying(ODD[answer])) as (url, _), pytest.raises(DataUnavailable) as caught:
        _fetch(cache, url, sha256=hashlib.sha256(CONTENT).hexdigest())
    assert str(caught.value).isprintable() and "file.bin" in str(caught.value)
    assert not (cache / "set" / "file.bin").exists()
    assert time.monotonic() - begun < 8


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://127.0.0.1/x", "http://[::1", "https://[::1", "http://", "https://", "", "nonsense", "//127.0.0.1/x"),
        *("file:///etc/passwd", "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://\0/", "http://a b/"),
        *("HTTP://127.0.0.1:1/", "http://.../", "http://" + "x" * 300 + "/", "http://用户@/"),
    ],
)
def test_an_address_that_is_none_is_that_error_too(cache: Path, url: str) -> None:
    with pytest.raises(DataUnavailable, match=r"file\.bin could not be fetched"):
        _fetch(cache, url)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 \x1b[2J\x1b]0;owned\x07 \xc2\x9b31m gone\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: gopher://\x1b[31mx\x07\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 206 Partial\r\nContent-Range: \x1b[2J\x07bytes\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\x1b[2J\x07\r\nabc",
        b"\x1b[2J\x07 hello",
        b"HTTP/1.1 404 " + b"long " * 5000 + b"\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["reason", "place", "range", "chunk", "noise", "long"],
)
def test_no_word_of_a_site_reaches_a_terminal_as_it_came(cache: Path, answer: bytes) -> None:
    (cache / "set").mkdir(parents=True)
    (cache / "set" / "file.bin.part").write_bytes(b"abc")
    with crude_site(_saying(answer)) as (url, _), pytest.raises(DataUnavailable) as caught:
        _fetch(cache, url, sha256="00")
    assert str(caught.value).isprintable() and len(str(caught.value)) < 1000


# ── from one place to another


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for this machine, and what a site encrypts with."""
    openssl = shutil.which("openssl")
    if sys.platform != "linux" or not openssl:
        pytest.skip("needs Linux with openssl, to make a certificate and have it trusted")
    folder = tmp_path_factory.mktemp("certificate")
    key, path = folder / "key.pem", folder / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", key, "-out", path, "-days", "2", "-subj", "/CN=course", "-addext"]
    subprocess.run([*command, "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    return path, context


def _to(url: str) -> bytes:
    return PLACE + url.encode() + b"\r\n\r\n"


def test_a_site_nobody_vouches_for_is_refused(
    cache: Path, certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, encryption = certificate
    with crude_site(_saying(GOOD), encryption) as (url, asked):
        with pytest.raises(DataUnavailable, match="certificate"):
            _fetch(cache, url)
        assert not asked
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert _fetch(cache, url).read_bytes() == CONTENT
        # Trusted, but for another name.
        with pytest.raises(DataUnavailable, match=r"certificate|localhost"):
            download.fetch(
                "set",
                PublishedFile("other.bin", url.replace("127.0.0.1", "localhost")),
                cache / "set" / "other.bin",
                progress=False,
            )


def test_where_a_system_has_no_list_that_of_requests_is_trusted(
    cache: Path, certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, encryption = certificate
    assert Path(requests.adapters.DEFAULT_CA_BUNDLE_PATH).stat().st_size > 10**5
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(path))
    with crude_site(_saying(GOOD), encryption) as (url, _):
        assert _fetch(cache, url).read_bytes() == CONTENT


def test_from_https_a_site_cannot_send_to_anything_else(
    cache: Path, certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, encryption = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with (
        crude_site(_saying(GOOD)) as (plain, heard),
        crude_site(_saying(_to(plain)), encryption) as (secure, asked),
    ):
        with pytest.raises(DataUnavailable, match="sends elsewhere, and not by https: http://127"):
            _fetch(cache, secure)
        assert len(asked) == 1 and not heard
        # Nor over a detour.
        with (
            crude_site(_saying(_to(secure)), encryption) as (detour, _),
            pytest.raises(DataUnavailable, match="not by https"),
        ):
            _fetch(cache, detour)
        assert not heard
        with (
            crude_site(_saying(GOOD), encryption) as (other, _),
            crude_site(_saying(_to(other)), encryption) as (url, _),
        ):
            assert _fetch(cache, url).read_bytes() == CONTENT


def test_a_redirect_is_followed_without_reading_what_comes_with_it(cache: Path) -> None:
    with crude_site(_saying(GOOD)) as (good, _):

        def answer(connection: socket.socket) -> None:
            connection.sendall(_to(good).replace(b"Content-Length: 0\r\n", b""))
            while True:
                connection.sendall(bytes(4096))

        begun = time.monotonic()
        with crude_site(answer) as (url, _):
            assert _fetch(cache, url).read_bytes() == CONTENT
        assert time.monotonic() - begun < 5


def test_nobodys_password_is_sent(cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login reader password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert requests.utils.get_netrc_auth("http://127.0.0.1/") == ("reader", "secret")
    with crude_site(_saying(GOOD)) as (url, asked):
        _fetch(cache, url)
    assert b"Authorization" not in asked[0] and b"Accept-Encoding: identity" in asked[0]


def _tunnel(target: str) -> Callable[[socket.socket], None]:
    """A proxy that hands on, both ways, what is said to a site."""

    def answer(connection: socket.socket) -> None:
        host, port = urlsplit(target).netloc.split(":")
        with socket.create_connection((host, int(port))) as site:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            there = threading.Thread(target=_hand_on, args=(connection, site), daemon=True)
            there.start()
            _hand_on(site, connection)

    return answer


def _hand_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := source.recv(4096):
            target.sendall(block)


@pytest.mark.seconds
def test_a_proxy_of_the_reader_is_used_and_trusted_no_more_than_the_site(
    cache: Path, certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, encryption = certificate
    monkeypatch.setattr(client, "PACE_SECONDS", 1.0)
    with crude_site(_saying(GOOD)) as (proxy, asked):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "")
        assert _fetch(cache, "http://data.invalid/file.bin").read_bytes() == CONTENT
        assert asked[0].startswith(b"GET http://data.invalid/file.bin HTTP/1.1")
    (cache / "set" / "file.bin").unlink()
    with crude_site(_saying(GOOD), encryption) as (url, _), crude_site(_tunnel(url)) as (proxy, asked):
        monkeypatch.setenv("https_proxy", proxy)
        with pytest.raises(DataUnavailable, match="certificate"):
            _fetch(cache, url)
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
        assert _fetch(cache, url).read_bytes() == CONTENT
        assert asked[-1].startswith(b"CONNECT 127.0.0.1:")
    (cache / "set" / "file.bin").unlink()
    with crude_site(_dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n")) as (proxy, _):
        monkeypatch.setenv("https_proxy", proxy)
        with pytest.raises(DataUnavailable, match="fewer than 64 KiB"):
            _fetch(cache, "https://data.invalid/file.bin")


# ── the unfinished file


@pytest.mark.skipif(sys.platform == "win32", reason="needs a system with links and pipes")
@pytest.mark.parametrize("kind", ["link", "hanging link", "hard link", "pipe"])
def test_an_unfinished_file_is_never_written_through_a_link(cache: Path, tmp_path: Path, kind: str) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(CONTENT[:100])
    part = cache / "set" / "file.bin.part"
    part.parent.mkdir(parents=True)
    if kind == "pipe":
        os.mkfifo(part)
    elif kind == "hard link":
        os.link(precious, part)
    else:
        part.symlink_to(precious if kind == "link" else tmp_path / "new")
    with crude_site(_saying(GOOD)) as (url, asked):
        assert _fetch(cache, url, sha256=hashlib.sha256(CONTENT).hexdigest()).read_bytes() == CONTENT
    assert precious.read_bytes() == CONTENT[:100] and not (tmp_path / "new").exists()
    assert left_in(cache) == ["set", "set/file.bin"] and not (cache / "set" / "file.bin").is_symlink()
    assert b"Range" not in asked[0]


def test_a_folder_in_the_place_of_an_unfinished_file_is_told(cache: Path) -> None:
    (cache / "set" / "file.bin.part" / "inside").mkdir(parents=True)
    with crude_site(_saying(GOOD)) as (url, _), pytest.raises(DataUnavailable, match="cannot be written to the cache"):
        _fetch(cache, url)


def test_the_rest_of_another_edition_is_not_taken_for_the_rest_of_this_one(cache: Path) -> None:
    part = cache / "set" / "file.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 100)
    rest = b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 100-1599/1600\r\nContent-Length: 1500\r\n\r\n" + CONTENT[100:]
    with crude_site(_saying(rest, GOOD)) as (url, asked):
        assert _fetch(cache, url, sha256=hashlib.sha256(CONTENT).hexdigest()).read_bytes() == CONTENT
    assert b"Range: bytes=100-" in asked[0] and b"Range" not in asked[1]
