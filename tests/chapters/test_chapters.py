"""Every lesson runs from top to bottom: English with its solutions at quick scale, Chinese as a student opens it.

The quick run is held against the lesson's own ranges and its solutions against its own checks; the Chinese one, at
smoke scale, shows that every cell runs with the stubs in place, with the packages alone that every reader has, with no
data set but the course's samples, and without the net.
"""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from course_lib.publishing import executor, notebooks, records, schedule
from course_lib.publishing.lesson import Chapter
from tests import lessons, watching

from . import bare

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.chapters


@pytest.fixture(params=lessons.SLUGS)
def chapter(request: pytest.FixtureRequest) -> Chapter:
    return lessons.lesson(request.param)


def test_there_is_a_lesson():
    assert lessons.SLUGS


def test_the_english_solutions_give_the_expected_results_at_quick_scale(chapter, tmp_path):
    record = executor.run(chapter, "en", "solution", "quick", build_folder=tmp_path)
    assert record.results
    assert all(result["within"] for result in record.results)
    assert set(record.checks.values()) == {"passed"}


@pytest.mark.long
def test_the_english_solutions_give_the_expected_results_on_jax(chapter, tmp_path, monkeypatch):
    pytest.importorskip("jax")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    record = executor.run(chapter, "en", "solution", "quick", build_folder=tmp_path)
    assert record.versions["backend"] == "jax"
    assert all(result["within"] for result in record.results)
    assert set(record.checks.values()) == {"passed"}


@pytest.mark.long
def test_the_english_solutions_give_the_expected_results_without_data_and_net(chapter, tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    record = executor.run(chapter, "en", "solution", "quick", build_folder=tmp_path)
    assert all(result["within"] for result in record.results)
    assert set(record.checks.values()) == {"passed"}


# The two whose models hold most kinds of layers; the long run takes every lesson to both backends.
SHARE = {"torch": "05_attention", "jax": "06_transformer"}


@pytest.mark.parametrize(
    ("backend", "chapter"), SHARE.items(), ids=SHARE, indirect=["chapter"]
)
def test_a_lesson_runs_on_another_backend_at_smoke_scale(chapter, backend, tmp_path, monkeypatch):
    runs_on(backend, chapter, tmp_path, monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_every_cell_runs_on_every_backend(chapter, backend, tmp_path, monkeypatch):
    runs_on(backend, chapter, tmp_path, monkeypatch)


def runs_on(backend, chapter, tmp_path, monkeypatch):
    """Hold that every cell of a lesson runs on a backend and its solutions pass; skip where that is not installed."""
    pytest.importorskip(backend)
    monkeypatch.setenv("KERAS_BACKEND", backend)
    record = executor.run(chapter, "en", "solution", "smoke", build_folder=tmp_path)
    assert record.versions["backend"] == backend
    assert set(record.checks.values()) == {"passed"}


def test_the_chinese_student_edition_runs_at_smoke_scale_and_training_reaches_every_weight(
    chapter, tmp_path, monkeypatch
):
    monkeypatch.setattr(executor, "notebook", watched)
    bare.hide_all_others(tmp_path, monkeypatch)
    monkeypatch.delenv("COURSE_DATA", raising=False)
    record = executor.run(chapter, "zh", "student", "smoke", build_folder=tmp_path)
    assert set(record.checks.values()) == {"not attempted"}
    loose, still = what_training_missed(executor.executed_path(tmp_path, chapter.slug, "zh", "student"))
    alone = ALONE.get(chapter.slug, set())
    assert {cell for cell, _ in loose} == alone, "layers that are in no model: " + str(loose)
    assert [found for found in still if found[0] not in alone] == []


# In these cells a layer is shown by itself, and no model is meant to hold it.
ALONE = {
    "05_attention": {"gated-by-hand", "erratum-15", "errata-mended-run", "heads-once-run"},
    "06_transformer": {
        "positions-learned",
        "norm-loop",
        "encoder-layer",
        "decoder-layer",
        "erratum-06-run",
        "erratum-19-mended-run",
        "erratum-20-run",
    },
    "07_sentiment": {"lstm-by-hand"},
}

# The tools of the watch stay out of the lesson's names: what a lesson forgets to import must still be missing.
WATCH = """\
_watch = {{}}
exec({source!r}, _watch)
_watch["cells"] = []
get_ipython().events.register("pre_run_cell", _watch["cells"].append)
_watch = _watch["Watch"](lambda cells=_watch["cells"]: len(cells) - 1)
"""
ASK = """\
import json as _json
print(_json.dumps([_watch.loose(), _watch.still]))
"""


WATCHED_FROM = 2  # the code cells before: the lesson's first one, which imports Keras, and the watch itself


def watched(*args: object, **options: object) -> NotebookNode:
    """The notebook of a lesson in which a watch is set before the lesson's first cell, and asked after its last."""
    made = notebooks.notebook(*args, **options)
    setup = next(number for number, cell in enumerate(made.cells) if cell.id == notebooks.SETUP_ID)
    made.cells.insert(setup + 1, new_code_cell(WATCH.format(source=Path(watching.__file__).read_text("utf-8"))))
    made.cells.append(new_code_cell(ASK, id="ask"))
    return made


def what_training_missed(executed: Path) -> list[list[tuple[str, str]]]:
    """What the watch of an executed notebook says, with ids of cells."""
    code = [cell for cell in nbformat.read(executed, as_version=4).cells if cell.cell_type == "code"]
    said = json.loads(code[-1].outputs[0].text)
    return [[(code[place + WATCHED_FROM].id, what) for place, what in found] for found in said]


def test_the_longest_lessons_are_begun_first(request):
    slugs = [item.callspec.params["chapter"] for item in request.session.items if "at_quick_scale[" in item.name]
    jobs = [schedule.Job(chapter, "en", "solution", "quick") for chapter in lessons.lessons() if chapter.slug in slugs]
    measured = records.measured(ROOT / "course_lib" / "session" / "measured.json")
    assert slugs == [job.lesson.slug for job in schedule.longest_first(jobs, measured)]
