"""Proves by axe-core that nothing on any page keeps somebody from using it: both languages, light and dark.

axe-core is fetched by npm into `build/axe` once; where npm or the net is missing, these tests are skipped and say so.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import example_site
import pytest

from conftest import serve
from course_lib.publishing import notebooks, source
from course_lib.publishing.site import build
from course_lib.showing import language as languages

ROOT = Path(__file__).resolve().parents[2]
AXE = "axe-core@4.14.1"
FOLDER = ROOT / "build" / AXE
# Everything folded is looked at as well, as it is when a reader opens it.
LOOK = """async () => {
  for (const fold of document.querySelectorAll("article details")) fold.open = true;
  // A colour on its way to another is none that readers are left with: on a slow machine it would be looked at.
  for (const moving of document.getAnimations()) if (moving instanceof CSSTransition) moving.finish();
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.html.slice(0, 120)).join(" · ")}`);
}"""


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core."""
    script = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("needs axe-core, which npm fetches, and npm is not installed")
        command = [npm, "install", "--prefix", str(FOLDER), "--ignore-scripts", "--no-audit", "--no-fund", AXE]
        try:
            FOLDER.mkdir(parents=True, exist_ok=True)
            subprocess.run(command, check=True, capture_output=True, timeout=120)
        except (subprocess.SubprocessError, OSError):
            pytest.skip(f"npm cannot fetch {AXE}")
    return script.read_text(encoding="utf-8")


def faults(visit: Callable, folder: Path, language: str, dark: bool, axe: str) -> list[str]:
    """What axe-core finds on the pages of one language."""
    found = []
    with serve(folder) as address:
        for path in sorted((folder / language).glob("*.html")):
            page = visit(f"{address}/{language}/{path.name}", dark=dark).page
            page.wait_for_load_state("networkidle")
            page.evaluate(axe)
            found += [f"{path.name}: {fault}" for fault in page.evaluate(LOOK)]
            page.close()
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_axe_finds_nothing_on_any_page(visit: Callable, site: Path, axe: str, language: str, dark: bool) -> None:
    assert faults(visit, site, language, dark, axe) == []


def test_axe_finds_what_is_there(visit: Callable, site: Path, axe: str) -> None:
    page = visit((site / "en" / f"{example_site.SLUG}.html").as_uri()).page
    page.evaluate(axe)
    page.evaluate("document.querySelector('table thead th').textContent = ''")
    page.evaluate("document.querySelector('.search-button__button').setAttribute('aria-label', 'Look')")
    found = {fault.partition(":")[0] for fault in page.evaluate(LOOK)}
    assert found == {"empty-table-header", "label-content-name-mismatch"}


@pytest.mark.long
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_axe_finds_nothing_in_any_lesson(visit: Callable, lessons: Path, axe: str, language: str, dark: bool) -> None:
    assert faults(visit, lessons, language, dark, axe) == []


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of all lessons as they are written; executed ones where `make course` left them."""
    made = ROOT / "build" / "site"
    if made.is_dir():
        return made
    folder = tmp_path_factory.mktemp("lessons")
    for lesson in source.chapters(ROOT / "chapters"):
        for language in languages.LANGUAGES:
            path = folder / "executed" / language / "solution" / f"{lesson.slug}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(notebooks.to_bytes(notebooks.notebook(lesson, language, "solution", link_to_other=False)))
    build(folder / "executed", folder / "site")
    return folder / "site"
