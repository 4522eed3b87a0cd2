"""Asking a site for a file: what the course adds to `requests`, which speaks HTTP, and `truststore`, which knows whom
to trust.

`requests` is here anyway (TensorFlow brings it), and keeps the protocol, proxies and encryption right. It does not
bound what a site may do, so that is here: nothing may drip, a redirect may not leave https, no word of a site reaches a
terminal as it came, and whatever fails is one kind of error. `pooch` resumes nothing; `httpx` is not in the image of
mybinder.org and would be a second client beside that of TensorFlow.
"""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from socket import SHUT_RDWR, socket
from urllib.parse import urljoin, urlsplit

import requests
import requests.adapters
import truststore
import urllib3

import course_lib
from course_lib.base.errors import CourseError, DataCorrupt

CONNECT_SECONDS = 10
READ_SECONDS = 30
# A site has so long to begin its answer, all redirects together, and then for each so many bytes.
PACE_SECONDS = 60
PACE_BYTES = 64 * 1024

_MOST_REDIRECTS = 5
_BLOCK = 64 * 1024
_LONGEST_WORDS = 300


class Interrupted(Exception):
    """The net failed.

    Args:
        message: how.
        answered: whether there was anybody at all.
        again: whether a second try may mend it.
    """

    def __init__(self, message: str, answered: bool = True, again: bool = True) -> None:
        super().__init__(plain(message))
        self.answered = answered
        self.again = again


@dataclass(frozen=True)
class Answer:
    """What a site answers.

    Args:
        resumed: whether it goes on behind the bytes that were there.
        length: how many bytes it says will come, or None.
    """

    resumed: bool
    length: int | None
    _response: requests.Response
    _pace: _Pace

    def blocks(self) -> Iterator[bytes]:
        """The content as it comes.

        Raises:
            Interrupted: if the connection ends too early, or too little comes.
        """
        while True:
            try:
                block = self._response.raw.read1(_BLOCK, decode_content=False)
            except Exception as problem:
                raise Interrupted(f"cut off ({self._pace.blame or _reason(problem)})") from problem
            if self._pace.blame:
                raise Interrupted(f"cut off ({self._pace.blame})")
            if not block:
                return
            self._pace.came(len(block))
            yield block


@contextmanager
def answer(url: str, had: int = 0) -> Iterator[Answer]:
    """Ask for a file.

    Args:
        url: where it is; from https a site may send elsewhere on https alone.
        had: how many bytes of it are there; the rest is asked for.

    Raises:
        Interrupted: if there is no such file, or no answer.
        DataCorrupt: if what the site sends cannot follow what is there.
    """
    with _Pace() as pace, _session(url, pace) as session, _asked(session, url, had, pace) as response:
        resumed = response.status_code == http.HTTPStatus.PARTIAL_CONTENT
        begins = response.headers.get("Content-Range", "")
        if resumed and not begins.startswith(f"bytes {had}-"):
            raise DataCorrupt(f"{url}: asked for the bytes from {had:,} on, the site sends {plain(begins)!r}")
        yield Answer(resumed, response.raw.length_remaining, response, pace)


def plain(words: object) -> str:
    """What a site says, on one line, without a character that could steer a terminal, and not without end."""
    text = " ".join("".join(one if one.isprintable() else " " for one in str(words)).split())
    return text if len(text) <= _LONGEST_WORDS else f"{text[:_LONGEST_WORDS]}…"


@contextmanager
def _asked(session: requests.Session, url: str, had: int, pace: _Pace) -> Iterator[requests.Response]:
    # Some sites refuse a client that does not call itself Mozilla.
    headers = {
        "User-Agent": f"Mozilla/5.0 (compatible; course_lib/{course_lib.__version__})",
        # A checksum is of the file as it is published, not of another packing of it.
        "Accept-Encoding": "identity",
        **({"Range": f"bytes={had}-"} if had else {}),
    }
    try:
        response = _followed(session, url, headers)
    except (CourseError, Interrupted):
        raise
    except requests.exceptions.ConnectTimeout as problem:
        raise Interrupted("no connection (timed out)", answered=False, again=False) from problem
    except requests.exceptions.ConnectionError as problem:
        what = "no answer" if pace.blame else "no connection"
        raise Interrupted(f"{what} ({pace.blame or _reason(problem)})", answered=False) from problem
    except requests.exceptions.Timeout as problem:
        raise Interrupted("no answer (timed out)", answered=False) from problem
    # An address that is none, an answer that is no HTTP: a library meets them in too many ways to name.
    except Exception as problem:
        raise Interrupted(f"no answer ({pace.blame or _reason(problem)})", again=False) from problem
    with response:
        status = response.status_code
        if status == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and had:
            raise DataCorrupt(f"{url}: the site has fewer than the {had:,} bytes that came earlier")
        if status not in ({200, 206} if had else {200}):
            raise Interrupted(f"the site answers {status} {response.reason}", again=status >= 500)
        yield response


def _followed(session: requests.Session, url: str, headers: dict[str, str]) -> requests.Response:
    for _ in range(_MOST_REDIRECTS + 1):
        response = session.get(
            url, headers=headers, stream=True, allow_redirects=False, timeout=(CONNECT_SECONDS, READ_SECONDS)
        )
        target = session.get_redirect_target(response)
        if target is None:
            return response
        response.close()
        before, url = url, urljoin(url, target)
        if urlsplit(url).scheme not in _allowed(before):
            raise Interrupted(f"the site sends elsewhere, and not by https: {url}", again=False)
    raise Interrupted("the site sends from one place to another without end", again=False)


def _allowed(url: str) -> set[str]:
    return {"https", "http"} if url.lower().startswith("http:") else {"https"}


class _Session(requests.Session):
    """Follows no redirect by itself: `requests` reads what comes with one to its end, even when it is told not to."""

    def resolve_redirects(self, *arguments: object, **options: object) -> Iterator[requests.Response]:
        return iter(())


def _session(url: str, pace: _Pace) -> requests.Session:
    session = _Session()
    session.adapters.clear()
    for scheme in _allowed(url):
        session.mount(f"{scheme}://", _Adapter(pace))
    # No file of a data set needs a name and a password, so none of the reader's is sent anywhere.
    session.auth = lambda request: request
    return session


def trust() -> ssl.SSLContext:
    """Whom to trust: those whom the system trusts. `requests` adds certifi's list, for a system that has none."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _Adapter(requests.adapters.HTTPAdapter):
    """Makes connections that keep pace, and trusts whom the system trusts."""

    def __init__(self, pace: _Pace) -> None:
        self._classes = _classes(pace)
        super().__init__()

    def init_poolmanager(self, *arguments: object, **options: object) -> None:
        super().init_poolmanager(*arguments, **options, ssl_context=trust())
        self.poolmanager.pool_classes_by_scheme = self._classes

    def proxy_manager_for(self, proxy: str, **options: object) -> urllib3.ProxyManager:
        manager = super().proxy_manager_for(proxy, **options, ssl_context=trust())
        manager.pool_classes_by_scheme = self._classes
        return manager


def _classes(pace: _Pace) -> dict[str, type[urllib3.HTTPConnectionPool]]:
    class Plain(urllib3.connection.HTTPConnection):
        def _new_conn(self) -> socket:
            return pace.watched(super()._new_conn())

    class Secure(urllib3.connection.HTTPSConnection):
        def _new_conn(self) -> socket:
            return pace.watched(super()._new_conn())

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Pace:
    """Ends connections on which too little comes.

    A time-out of a socket begins anew with every byte, and a byte a second would never end. So a second thread looks
    at the clock and shuts the socket when the time for the next bytes is over, whatever the client is waiting for:
    encryption, headers or content.
    """

    def __init__(self) -> None:
        self.blame = ""
        self._sockets: list[socket] = []
        self._left = PACE_BYTES
        self._end = time.monotonic() + PACE_SECONDS
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="pace of a download", daemon=True)

    def __enter__(self) -> _Pace:
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._over.set()
        self._thread.join()
        for one in self._sockets:
            one.close()

    def watched(self, connection: socket) -> socket:
        """Watch a connection, by a name of its own: encryption takes the first one over."""
        self._sockets.append(connection.dup())
        return connection

    def came(self, count: int) -> None:
        """Count bytes that have come."""
        self._left -= count
        if self._left <= 0:
            self._left, self._end = PACE_BYTES, time.monotonic() + PACE_SECONDS

    def _watch(self) -> None:
        while not self._over.wait(max(self._end - time.monotonic(), 0)):
            if time.monotonic() >= self._end:
                self.blame = f"fewer than {PACE_BYTES // 1024:,} KiB in {PACE_SECONDS:g} seconds"
                for one in self._sockets.copy():
                    with suppress(OSError):
                        one.shutdown(SHUT_RDWR)
                # A connection that was being made just now is shut in the next round.
                self._end = time.monotonic() + 1


def _reason(problem: BaseException) -> str:
    """The innermost cause, in words: what a library wraps around it names its own classes."""
    while inner := problem.__cause__ or problem.__context__:
        problem = inner
    if isinstance(problem, TimeoutError):
        return "timed out"
    if isinstance(problem, http.client.IncompleteRead):
        return "the connection ended"
    return str(problem) or type(problem).__name__
