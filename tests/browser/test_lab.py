"""Proves that a reader can work in JupyterLab: the lesson runs, a wrong answer gets its hint, a right one turns green.

`course lab` is started as a reader starts it, on a checkout that holds only the first lesson's notebooks, at the smoke
scale and on the samples. Chromium edits the first exercise with the keyboard. Nothing is asked from outside.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from course_lib.publishing import notebooks, source
from course_lib.publishing.wording import in_language
from servers import free_port, stopping, wait_for

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
LANGUAGES = ("en", "zh")
# Generous: the kernel imports a deep-learning library, perhaps on a machine that is busy with other tests.
START, RUN = 120_000, 400_000

_NOTEBOOK = "window.jupyterapp?.shell?.currentWidget"
_READY = (
    f"() => {_NOTEBOOK}?.sessionContext?.session?.kernel?.status === 'idle' && {_NOTEBOOK}.content.widgets.length > 3"
)
_RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
_SELECT = f"""(id) => {{
  const content = {_NOTEBOOK}.content;
  const index = content.widgets.findIndex((cell) => cell.model.id === id);
  content.activeCellIndex = index;
  content.deselectAll();
  return content.scrollToItem(index).then(() => index);
}}"""
_OUTPUT = f"""(id) => JSON.stringify(
  {_NOTEBOOK}.content.widgets.find((cell) => cell.model.id === id).model.outputs.toJSON()
)"""
_ERRORS = f"""() => {_NOTEBOOK}.content.widgets.filter((cell) => cell.model.type === 'code').flatMap((cell) =>
  cell.model.outputs.toJSON().filter((output) => output.output_type === 'error')
    .map((output) => `${{cell.model.id}}: ${{output.ename}}: ${{output.evalue}}`))"""


@pytest.fixture(scope="module")
def lesson() -> source.Chapter:
    """The first lesson."""
    return source.parse(next((ROOT / "chapters").glob("01_*.py")))


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab, opened for one language."""

    language: str
    notebook: str


@pytest.fixture(scope="module", params=LANGUAGES)
def lab(
    request: pytest.FixtureRequest, lesson: source.Chapter, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    """JupyterLab, and the address of the lesson in it, its token included."""
    pytest.importorskip("jupyterlab", reason="needs JupyterLab: pip install jupyterlab")
    language = request.param
    checkout = tmp_path_factory.mktemp("checkout")
    (checkout / "course_lib").mkdir()
    shutil.copyfile(ROOT / "pyproject.toml", checkout / "pyproject.toml")
    path = checkout / "chapters" / language / f"{lesson.slug}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(notebooks.to_bytes(notebooks.notebook(lesson, language)))
    with running_lab(checkout, language) as (address, token):
        yield Lab(language, f"{address}/lab/tree/chapters/{language}/{path.name}?reset&token={token}")


@contextmanager
def running_lab(checkout: Path, language: str) -> Iterator[tuple[str, str]]:
    """Start `course lab` on a checkout, and stop it and its kernels afterwards; its address and its token."""
    token, port = secrets.token_hex(16), free_port()
    environment = {name: value for name, value in os.environ.items() if name != "COURSE_DATA"}
    environment.update(
        COURSE_SCALE="smoke",
        COURSE_OFFLINE="1",
        JUPYTER_CONFIG_DIR=str(checkout / "jupyter"),
        JUPYTER_DATA_DIR=str(checkout / "jupyter-data"),
        JUPYTER_RUNTIME_DIR=str(checkout / "jupyter-runtime"),
    )
    log = checkout / "lab.log"
    command = [
        *(sys.executable, "-P", "-c", "from course_lib.cli import main; main()", "lab", "--language", language),
        *(
            "--no-browser",
            "--allow-root",
            f"--port={port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={token}",
        ),
        "--LabApp.expose_app_in_browser=True",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=checkout, env=environment, stdout=output, stderr=subprocess.STDOUT)
    with stopping(process):
        wait_for(f"http://127.0.0.1:{port}/api/status?token={token}", process, log, START / 1000)
        yield f"http://127.0.0.1:{port}", token


def _write(page: object, cell_id: str, code: str) -> None:
    """Replace a cell's code as a reader does: go into the cell, select everything, type."""
    index = page.evaluate(_SELECT, cell_id)
    cell = page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"]')
    editor = cell.locator(".cm-content")
    editor.wait_for()
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(code)
    page.keyboard.press("Escape")


def _run(page: object, *cell_ids: str) -> None:
    for cell_id in cell_ids:
        page.evaluate(_SELECT, cell_id)
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-cell')")


def _box(page: object, cell_id: str) -> tuple[str, str]:
    """What a check says, and the colour of the box it says it in."""
    index = page.evaluate(_SELECT, cell_id)
    box = page.locator(
        f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"] .jp-OutputArea-output [role="status"]'
    )
    box.wait_for()
    box.scroll_into_view_if_needed()
    red, green, _blue = map(int, re.findall(r"\d+", box.evaluate("(box) => getComputedStyle(box).backgroundColor"))[:3])
    return box.inner_text(), "green" if green > red + 8 else "red" if red > green + 8 else "plain"


def test_a_reader_solves_the_first_exercise(
    visit: Callable, lab: Lab, lesson: source.Chapter, photograph: Callable
) -> None:
    language = lab.language
    first, second = [cell for cell in lesson.cells if "exercise" in cell.tags][:2]
    watched = visit(lab.notebook, locale={"en": "en-GB", "zh": "zh-CN"}[language])
    page = watched.page
    page.wait_for_function(_READY, timeout=START)
    photograph(page, f"lab-{language}-opening")

    page.set_default_timeout(RUN)
    stub = in_language(first.code, language).code
    _write(page, first.id, stub.replace("raise NotImplementedError", "return 'nothing like it'"))
    page.evaluate(_RUN_ALL)
    assert page.evaluate(_ERRORS) == []
    said, colour = _box(page, f"{second.id}-check")
    assert {"en": "not attempted", "zh": "尚未作答"}[language] in said
    assert colour == "plain"
    said, colour = _box(page, f"{first.id}-check")
    assert {"en": "not yet", "zh": "还差一点"}[language] in said
    assert colour == "red"
    photograph(page, f"lab-{language}-hint")

    _write(page, first.id, in_language(first.solution, language).code)
    _run(page, first.id, f"{first.id}-check")
    said, colour = _box(page, f"{first.id}-check")
    assert {"en": "solved", "zh": "通过"}[language] in said
    assert colour == "green"
    photograph(page, f"lab-{language}-solved")
    assert watched.outside == []


def test_quizzes_and_predictions_open_without_a_kernel(
    visit: Callable, lab: Lab, lesson: source.Chapter, photograph: Callable
) -> None:
    watched = visit(lab.notebook)
    page = watched.page
    page.wait_for_function(_READY, timeout=START)
    for tag in ("quiz", "predict"):
        cell = next(cell for cell in lesson.cells if tag in cell.tags)
        index = page.evaluate(_SELECT, cell.id)
        fold = page.locator(
            f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"] .jp-RenderedMarkdown details'
        ).first
        fold.wait_for()
        fold.scroll_into_view_if_needed()
        inside = fold.locator(":scope > :not(summary)").first
        assert not inside.is_visible()
        fold.locator("summary").click()
        assert inside.is_visible()
        assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.mode") == "command"
        photograph(page, f"lab-{lab.language}-{tag}")
    assert watched.outside == []
