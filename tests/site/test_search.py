"""Proves that the site's own search finds each term of the glossary by its Chinese and by its English name, in both
languages: the scripts of the finished site run here in Node, on the index that they would read.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from example_site import ROOT

from course_lib.publishing.site import content, terms

pytestmark = [
    pytest.mark.site,
    pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed here"),
]

GLOSSARY = content.glossary(ROOT / "chapters" / "glossary.toml")
SCRIPTS = ("doctools.js", "sphinx_highlight.js", "language_data.js", "searchtools.js")
# As much of a browser as the scripts touch before a page is there.
BROWSER = """
const document = {
  readyState: "loading", addEventListener() {}, getElementById: () => null, querySelectorAll: () => [],
};
const window = { location: { search: "" }, addEventListener() {} };
const localStorage = { setItem() {}, getItem: () => null };
const DOCUMENTATION_OPTIONS = { ENABLE_SEARCH_SHORTCUTS: false, NAVIGATION_WITH_KEYS: false };
"""
ASK = """
const pages = (query) => Search._performSearch(...Search._parseQuery(query)).map((result) => result[0]);
console.log(JSON.stringify(JSON.parse(require("fs").readFileSync(0, "utf8")).map(pages)));
"""


def pages_found(site: Path, tmp_path: Path, language: str, queries: list[str]) -> list[list[str]]:
    """Of each query the pages that the search of one edition finds, the best last."""
    folder = site / language
    parts = [(folder / "_static" / name).read_text(encoding="utf-8") for name in SCRIPTS]
    script = "\n".join([BROWSER, *parts, (folder / "searchindex.js").read_text(encoding="utf-8"), ASK])
    place = tmp_path / "search.js"
    place.write_text(script, encoding="utf-8")
    done = subprocess.run(
        ["node", str(place)],
        input=json.dumps(queries),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["en", "zh"])
def test_the_search_finds_every_term_by_either_name(site: Path, tmp_path: Path, language: str, name: str) -> None:
    queries = [form for term in GLOSSARY for form in terms.forms(term.name[name]) if len(form) > 1]
    found = pages_found(site, tmp_path, language, queries)
    missed = [query for query, pages in zip(queries, found, strict=True) if "glossary" not in pages]
    assert not missed, ", ".join(missed)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_no_page_says_is_not_found(site: Path, tmp_path: Path, language: str) -> None:
    assert pages_found(site, tmp_path, language, ["flibbertigibbet", "鳜鱼"]) == [[], []]
