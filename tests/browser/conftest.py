"""A real Chromium, pages that tell of every request and every error, and pictures of what was seen.

Pictures go to `build/screenshots`. The browser is `COURSE_CHROMIUM`, or one that is installed; without
one, these tests are skipped and say so.
"""

from __future__ import annotations

import functools
import http.server
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from course_lib.cli import examination

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SCREENSHOTS = ROOT / "build" / "screenshots"
# The site of one small lesson is made by the tests of the site.
sys.path.insert(0, str(HERE.parent / "site"))

# Without these, Chromium itself asks the net at every start.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
SIZES = {"desktop": (1360, 900), "phone": (390, 844)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder drives a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


class Watched:
    """A page of which every request to outside and every error is remembered."""

    def __init__(self, page: object) -> None:
        self.page = page
        self.outside: list[str] = []
        self.errors: list[str] = []
        page.on("request", self._request)
        page.on("websocket", lambda socket: self._url(socket.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._console)
        page.on("response", self._response)

    def _request(self, request: object) -> None:
        self._url(request.url)

    def _url(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob", "file", "about"} and parts.hostname != "127.0.0.1":
            self.outside.append(url)

    def _console(self, message: object) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _response(self, response: object) -> None:
        if response.status >= 400:
            self.errors.append(f"{response.status} {response.url}")


def found_chromium(playwright: object) -> str | None:
    """The browser that `course doctor` finds, or Playwright's own; None where there is none."""
    own = playwright.chromium.executable_path
    return examination.find_chromium() or (own if Path(own).is_file() else None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """The browser."""
    api = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install playwright")
    with api.sync_playwright() as playwright:
        path = found_chromium(playwright)
        if path is None:
            pytest.skip("needs Chromium; `course doctor` says how to install it")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: object) -> Iterator[Callable[..., Watched]]:
    """Open a page in a browser without a past: `visit(url, size="phone", dark=True, locale="zh-CN", …)`."""
    contexts = []

    def opened(
        url: str, size: str = "desktop", dark: bool = False, locale: str = "en-US", **options: object
    ) -> Watched:
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale=locale,
            **options,
        )
        contexts.append(context)
        watched = Watched(context.new_page())
        watched.page.goto(url)
        return watched

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of a finished site with one lesson."""
    import example_site

    return example_site.finished()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    with serve(site) as url:
        yield url


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine alone."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def photograph() -> Callable[..., None]:
    """Keep a picture of a page: `photograph(page, "name")`; with `whole=True` from top to bottom."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def taken(page: object, name: str, whole: bool = False) -> None:
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)

    return taken
