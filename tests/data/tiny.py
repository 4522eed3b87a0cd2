"""A tiny IMDB in its published form, and a site that publishes files, well or badly. Subprocesses import it, too."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import socket
import socketserver
import ssl
import tarfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from course_lib.data import imdb_archive, registry

# Of each group: its folder, and the ratings of its reviews. Four groups hold labelled reviews, one does not.
GROUPS = {
    ("train", "neg"): (1, 2, 3, 4, 1, 2),
    ("train", "pos"): (7, 8, 9, 10, 7, 8),
    ("test", "neg"): (1, 2, 3, 4),
    ("test", "pos"): (7, 8, 9, 10),
    ("train", "unsup"): (0,) * 9,
}
ARCHIVE = "aclImdb_v1.tar.gz"


def text(folder: str, kind: str, number: int) -> str:
    """What the review says: letters beyond ASCII, HTML, and enough words to be told apart."""
    return f"{folder} {kind} №{number}: a film, naïve and 好看。<br /><br />Shown {number} times."


def film(folder: str, kind: str, number: int) -> str:
    """Two neighbours are about one film."""
    return f"tt{folder[1]}{kind[0]}{number // 2:03}"


def files() -> dict[str, bytes]:
    """Every file of the tiny data set."""
    made = {}
    for (folder, kind), ratings in GROUPS.items():
        addresses = "".join(
            f"http://www.imdb.com/title/{film(folder, kind, n)}/usercomments\n" for n in range(len(ratings))
        )
        made[f"aclImdb/{folder}/urls_{kind}.txt"] = addresses.encode()
        for number, rating in enumerate(ratings):
            made[f"aclImdb/{folder}/{kind}/{number}_{rating}.txt"] = text(folder, kind, number).encode()
    return made


def pack(contents: Mapping[str, bytes], odd: Iterable[tarfile.TarInfo] = ()) -> bytes:
    """A tar.gz of the files, and of odd members after them."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in odd:
            archive.addfile(info, io.BytesIO(bytes(info.size)))
    return stream.getvalue()


def card(published: bytes = b"", url: str = "http://127.0.0.1:9/nothing", **changes: object) -> registry.Card:
    """IMDB's card, changed to fit the tiny data set and the bytes that are published of it."""
    digests = [(name, hashlib.sha256(content).hexdigest()) for name, content in files().items()]
    labelled = [pair for pair in digests if "/urls_" not in pair[0] and "/unsup/" not in pair[0]]
    return dataclasses.replace(
        registry.card("imdb"),
        file=registry.PublishedFile(ARCHIVE, url, size=len(published), md5=hashlib.md5(published).hexdigest()),
        contents={
            "train": 12,
            "test": 8,
            "unlabelled": 9,
            "labelled_sha256": imdb_archive.digest(labelled),
            "parsed_sha256": imdb_archive.digest(digests),
            **changes,
        },
    )


def several(card_id: str, contents: Mapping[str, bytes], address: str = "http://127.0.0.1:9/x") -> registry.Card:
    """A card of several files, changed to fit these; they are published beside the address."""
    place = address.rsplit("/", 1)[0]
    files = tuple(
        registry.PublishedFile(
            name, f"{place}/{name}", size=len(content), sha256=hashlib.sha256(content).hexdigest(), also=(f"my_{name}",)
        )
        for name, content in contents.items()
    )
    return dataclasses.replace(registry.card(card_id), files=files)


def only(*cards: registry.Card) -> dict[str, registry.Card]:
    """What the registry reads, with these cards in place of those of the same name."""
    return {**registry._read(), **{one.id: one for one in cards}}


def use_url(url: str, known: bool = True) -> None:
    """In a subprocess: the tiny data set is published at this address, its size and checksum known or not."""
    changed = card(pack_once(), url)
    if not known:
        changed = dataclasses.replace(changed, file=registry.PublishedFile(ARCHIVE, url))
    cards = only(changed)
    registry._read = lambda: cards


def pack_once() -> bytes:
    """The tiny archive with the same bytes in every process: gzip would write the time into it."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for name, content in files().items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return plain.getvalue()


@dataclasses.dataclass
class Behaviour:
    """How a site answers.

    Args:
        content: what it publishes.
        resumes: whether it answers a Range.
        says_length: whether it says how long the content is.
        cut_after: for each of the first requests, after how many bytes it cuts the connection (None: not).
        status: an error it answers with instead.
        failures: how many of the first requests get the error; the others are answered.
        stall_after: after how many bytes it sends no more until `go_on` is set.
        pause: seconds between two blocks.
        range_shift: how far its answers to a Range are off.
        contents: what it publishes under other names.
    """

    content: bytes
    resumes: bool = True
    says_length: bool = True
    cut_after: tuple[int | None, ...] = ()
    status: int | None = None
    failures: int = 10**6
    stall_after: int | None = None
    pause: float = 0.0
    range_shift: int = 0
    go_on: threading.Event = dataclasses.field(default_factory=threading.Event)
    ranges: list[str | None] = dataclasses.field(default_factory=list)
    contents: dict[str, bytes] = dataclasses.field(default_factory=dict)


@contextlib.contextmanager
def site(behaviour: Behaviour) -> Iterator[str]:
    """A site on this machine; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            behaviour.ranges.append(self.headers.get("Range"))
            count = len(behaviour.ranges)
            if behaviour.status and count <= behaviour.failures:
                self.send_error(behaviour.status)
                return
            content, start = behaviour.contents.get(self.path.rsplit("/", 1)[-1], behaviour.content), 0
            if behaviour.resumes and (asked := self.headers.get("Range")):
                start = int(asked.removeprefix("bytes=").rstrip("-"))
                if start >= len(content):
                    self.send_error(416)
                    return
                self.send_response(206)
                shown = start + behaviour.range_shift
                self.send_header("Content-Range", f"bytes {shown}-{len(content) - 1}/{len(content)}")
            else:
                self.send_response(200)
            rest = content[start:]
            if behaviour.says_length:
                self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            cut = behaviour.cut_after[count - 1] if count <= len(behaviour.cut_after) else None
            self._send(rest if cut is None else rest[:cut])

        def _send(self, rest: bytes) -> None:
            step = 512
            for begin in range(0, len(rest), step):
                if behaviour.stall_after is not None and begin >= behaviour.stall_after:
                    behaviour.go_on.wait(30)
                try:
                    self.wfile.write(rest[begin : begin + step])
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(behaviour.pause)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{ARCHIVE}"
    finally:
        behaviour.go_on.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def crude_site(
    answer: Callable[[socket.socket], None], encryption: ssl.SSLContext | None = None
) -> Iterator[tuple[str, list[bytes]]]:
    """A site that answers with whatever bytes a function writes; gives its address and what it was asked."""
    asked: list[bytes] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                self.request.settimeout(10)
                connection = self.request
                if encryption:
                    connection = encryption.wrap_socket(connection, server_side=True)
                question = b""
                while b"\r\n\r\n" not in question and (more := connection.recv(4096)):
                    question += more
                    if not question.startswith((b"GET", b"CONNECT")):
                        break
                asked.append(question)
                answer(connection)
                connection.close()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, *arguments: object) -> None:
            """Say nothing."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    scheme = "https" if encryption else "http"
    try:
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}/{ARCHIVE}", asked
    finally:
        server.shutdown()
        thread.join()
        server.socket.close()


def left_in(folder: Path) -> list[str]:
    """Every file and folder below, but for locks, as a sorted list of paths."""
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if "locks" not in path.relative_to(folder).parts
    )
