"""A content security policy in every page: its own scripts run, and nothing else, whatever a page comes to hold."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

from course_lib.showing.sliders import MOVE

# The one piece of code that may stand in an attribute: it moves lesson 04's sliders, in a notebook as on a page.
_HANDLERS = {"oninput": MOVE}
# A script whose type is no language, such as data for another script, is not run and needs no leave.
_RUN = {"", "module", "text/javascript", "application/javascript"}
# Styles stand in the pages themselves (tables, drawings); they can fetch nothing that the other lines forbid. A page
# that is opened from a folder has no origin of its own, so files are named beside 'self'.
_RULES = (
    "default-src 'none'",
    "script-src 'self' file: {hashes}",
    "style-src 'self' file: 'unsafe-inline'",
    "img-src 'self' file: data:",
    "font-src 'self' file: data:",
    "connect-src 'self' file:",
    "manifest-src 'self'",
    "form-action 'self' file:",
    "base-uri 'none'",
)
_CHARSET = re.compile(r"<meta charset=[^>]*>", re.IGNORECASE)
_HANDLER = re.compile(r"on[a-z]+")
_CATALOGUE = re.compile(r"Documentation\.addTranslations\((?P<catalogue>\{.*\})\);?\s*", re.DOTALL)


class _Scripts(HTMLParser):
    """The scripts that stand in a page, and what no policy would let run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.inline: list[str] = []
        self.handlers: set[str] = set()
        self.problems: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        for name, value in attributes.items():
            if value and _HANDLERS.get(name) == value:
                self.handlers.add(value)
            elif _HANDLER.fullmatch(name):
                self.problems.append(f"code in the attribute {name} of <{tag}>")
            elif name in {"href", "src", "action"} and value.strip().lower().startswith("javascript:"):
                self.problems.append(f"code in the address of <{tag}>")
        self._open = tag == "script" and "src" not in attributes and attributes.get("type", "").lower() in _RUN
        if self._open:
            self.inline.append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.inline[-1] += data


def policy(page: str) -> tuple[str, list[str]]:
    """The policy of a page: the scripts that stand in it may run, each known by its hash.

    Args:
        page: the HTML.

    Returns:
        The policy, and what in the page it would not let run.
    """
    scripts = _Scripts()
    scripts.feed(page)
    scripts.close()
    hashes = " ".join(sorted({_hash(script) for script in (*scripts.inline, *scripts.handlers)}))
    if scripts.handlers:
        hashes = f"'unsafe-hashes' {hashes}"  # what CSP calls a hash that holds for attributes too
    return "; ".join(_RULES).format(hashes=hashes).replace(" ;", ";"), scripts.problems


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode('utf-8')).digest()).decode('ascii')}'"


def protect(folder: Path) -> list[str]:
    """Write the policy into every page of a finished site.

    Args:
        folder: the site.

    Returns:
        What no policy would let run, by page; empty where all is well.
    """
    problems = []
    for path in sorted(folder.rglob("translations.js")):
        path.write_text(without_evaluation(path.read_text(encoding="utf-8")), encoding="utf-8")
    for path in sorted(folder.rglob("*.html")):
        page = path.read_text(encoding="utf-8")
        rules, forbidden = policy(page)
        name = path.relative_to(folder).as_posix()
        problems += [f"{name}: {problem}" for problem in forbidden]
        head = _CHARSET.search(page)
        if head is None:
            problems.append(f"{name}: no <meta charset> to put the policy after")
            continue
        meta = f'<meta http-equiv="Content-Security-Policy" content="{rules}">'
        path.write_text(f"{page[: head.end()]}{meta}{page[head.end() :]}", encoding="utf-8")
    return problems


def without_evaluation(script: str) -> str:
    """Sphinx's translations, handed over without the text of a function that the page would have to evaluate.

    Raises:
        ValueError: if the script is another than Sphinx writes, or the language has more than one form of plural.
    """
    found = _CATALOGUE.fullmatch(script.strip())
    catalogue = json.loads(found["catalogue"]) if found else {}
    if catalogue.get("plural_expr") != "0":
        raise ValueError("translations.js is not as expected: one catalogue, of a language with one form of plural")
    messages, locale = (json.dumps(catalogue[name]) for name in ("messages", "locale"))
    return (
        f"Object.assign(Documentation.TRANSLATIONS, {messages});\n"
        "Documentation.PLURAL_EXPR = () => 0;\n"
        f"Documentation.LOCALE = {locale};\n"
    )
