"""A look at the finished pages: nothing is asked from outside, no link leads nowhere, everyone can use every page."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself while it shows a page; a link that a reader follows is no such thing.
_FETCHED = {
    ("img", "src"), ("script", "src"), ("iframe", "src"), ("audio", "src"), ("video", "src"), ("source", "src"),
    ("embed", "src"), ("object", "data"), ("input", "src"), ("track", "src"), ("image", "href"), ("use", "href"),
}  # fmt: skip
_FETCHED_LINKS = {
    "stylesheet",
    "icon",
    "preload",
    "modulepreload",
    "prefetch",
    "preconnect",
    "dns-prefetch",
    "manifest",
}
_OUTSIDE = ("http:", "https:", "//", "ws:", "wss:")


@dataclass
class _Page(HTMLParser):
    """What one page asks for and offers."""

    fetched: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    headings: int = 0
    language: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if "id" in attributes:
            self.anchors.add(attributes["id"])
        if tag == "html":
            self.language = attributes.get("lang", "")
        elif tag == "h1":
            self.headings += 1
        elif tag == "img" and not attributes.get("alt", "").strip():
            self.problems.append(f"a picture without alternative text: {attributes.get('src', '')[:60]}")
        elif tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        elif tag == "link" and _FETCHED_LINKS & set(attributes.get("rel", "").lower().split()):
            self.fetched.append(attributes.get("href", ""))
        self.fetched += [attributes[name] for element, name in _FETCHED if element == tag and name in attributes]
        if tag in {"img", "source"} and "srcset" in attributes:
            self.fetched += _candidates(attributes["srcset"])
        if "url(" in attributes.get("style", "").replace(" ", ""):
            self.fetched.append(attributes["style"].partition("url(")[2].strip("'\" )"))


def inspect(site: Path) -> list[str]:
    """Look at every page and every style sheet.

    Args:
        site: the folder of the finished site.

    Returns:
        What is wrong, a line each, beginning with the page; nothing where all is well.
    """
    site = site.resolve()
    pages = {path: _read(path) for path in sorted(site.rglob("*.html")) if "_static" not in path.parts}
    found = []
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        problems = list(page.problems)
        problems += [f"asks for something outside: {url}" for url in page.fetched if url.lower().startswith(_OUTSIDE)]
        problems += [f"link to nowhere: {link}" for link in page.links if not _leads_somewhere(link, path, pages)]
        problems += [f"file is missing: {url}" for url in page.fetched if not _is_there(url, path)]
        if not page.language:
            problems.append("the page does not say its language")
        if page.headings != 1:
            problems.append(f"the page has {page.headings} headings of the first level; it must have one")
        found += [f"{name}: {problem}" for problem in dict.fromkeys(problems)]
    for sheet in sorted(site.rglob("*.css")):
        text = sheet.read_text(encoding="utf-8", errors="replace").replace(" ", "").replace("'", "").replace('"', "")
        if any(f"url({scheme}" in text or f"@import{scheme}" in text for scheme in _OUTSIDE):
            found.append(f"{sheet.relative_to(site).as_posix()}: asks for something outside")
    return found


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _candidates(srcset: str) -> list[str]:
    """The addresses of a `srcset`, as browsers read it: each ends at white space, for `data:` addresses hold commas."""
    found = []
    rest = srcset.lstrip(" \t\n,")
    while rest:
        url, _, rest = rest.partition(" ")
        found.append(url.rstrip(","))
        if not url.endswith(","):
            rest = rest.partition(",")[2]  # what stands before the comma is a width or a density
        rest = rest.lstrip(" \t\n,")
    return found


def _is_there(url: str, page: Path) -> bool:
    parts = urlsplit(url)
    if parts.scheme or parts.netloc or not parts.path:
        return True
    return (page.parent / unquote(parts.path)).exists()


def _leads_somewhere(link: str, page: Path, pages: dict[Path, _Page]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if target.is_dir():
        target /= "index.html"
    if not target.exists():
        return False
    anchor = unquote(parts.fragment)
    return not anchor or target not in pages or anchor in pages[target].anchors
