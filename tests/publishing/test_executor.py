"""Proves that a lesson's run is kept whole or not at all, and that no result, check or cell that is wrong passes.

Kernels are stood in for by what they would have shown; three tests run a real one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from course_lib.base.errors import ChapterFailed, EnvironmentProblem, UsageError
from course_lib.checks import core as checks
from course_lib.publishing import executor, kernel, notebooks, records, source
from course_lib.publishing.kernel import CellStopped, Execution
from course_lib.publishing.lesson import Chapter
from course_lib.session import scale as scales

Outputs = dict[str, list[NotebookNode]]


def result(value: float = 0.5, within: bool | None = True, name: str = "accuracy", **more: object) -> NotebookNode:
    """What `course.report` shows."""
    said = {"name": name, "value": value, "low": 0.4, "high": 0.6, "within": within, "scale": "quick", "data": "real"}
    return new_output("display_data", {"text/plain": name, scales.RESULT_MIME: said | more})


def promise(*names: str, data: str = "real") -> NotebookNode:
    """What `dial` shows."""
    said = {"scale": "quick", "data": data, "names": list(names)}
    return new_output("display_data", {"text/plain": "", scales.EXPECTED_MIME: said})


def checked(status: str, exercise: str = "99.1") -> NotebookNode:
    """What `check` shows."""
    return new_output("display_data", {"text/plain": "", executor.CHECK_MIME: {"exercise": exercise, "status": status}})


@pytest.fixture
def shows(monkeypatch: pytest.MonkeyPatch) -> Callable[[Outputs], list[dict[str, object]]]:
    """Stand in for the kernel: cells show these outputs, checks what they should unless something else is given.

    Gives a list in which each run's arguments appear.
    """
    calls: list[dict[str, object]] = []

    def stand_in(outputs: Outputs) -> list[dict[str, object]]:
        def execute(notebook, environment, timeout, on_cell):
            calls.append({"environment": environment, "timeout": timeout, "on_cell": on_cell})
            right = {"solution": "passed", "student": "not attempted"}[notebook.metadata.course.edition]
            all_well = {"ex1-check": [checked(right)], "ex2-check": [checked(right, "99.2")]}
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    cell.outputs = list((all_well | outputs).get(cell.id, []))
            return Execution(1.234, {"two-sentences": 1.0}, 321.09, {"python": "3.12.0"})

        monkeypatch.setattr(executor, "execute", execute)
        return calls

    return stand_in


@pytest.fixture
def run(chapter: Chapter, root: Path) -> Callable[..., records.RunRecord]:
    """Execute the small lesson in English."""

    def run(edition: str = "solution", scale: str = "quick", **more: object) -> records.RunRecord:
        return executor.run(chapter, "en", edition, scale, build_folder=root / "build", **more)

    return run


def written(root: Path) -> list[str]:
    """Everything in the build folder."""
    return sorted(path.relative_to(root).as_posix() for path in (root / "build").rglob("*") if path.is_file())


def test_a_run_that_went_well_leaves_a_notebook_and_a_record(root: Path, run, shows):
    shows({"two-sentences": [promise("accuracy"), result()]})
    record = run()
    assert written(root) == [
        "build/executed/en/solution/99_counting.ipynb",
        "build/results/99_counting.en.solution.quick.json",
    ]
    assert records.load_all(root / "build" / "results") == [record]
    kept = json.loads((root / "build" / "results" / record.file_name).read_text(encoding="utf-8"))
    assert {"chapter": 99, "title": "Counting words", "language": "en", "edition": "solution"}.items() <= kept.items()
    assert (kept["scale"], kept["data"], kept["seconds"], kept["peak_memory_mb"]) == ("quick", "real", 1.23, 321.1)
    assert kept["results"][0]["value"] == 0.5 and kept["checks"] == {"99.1": "passed", "99.2": "passed"}
    assert kept["versions"] == {"python": "3.12.0"} and kept["seconds_per_cell"] == {"two-sentences": 1.0}
    assert set(kept["machine"]) == {"cores", "memory_gb", "platform"} and kept["machine"]["cores"] >= 1
    assert kept["date"].endswith("+00:00")
    notebook = nbformat.read(root / "build" / "executed" / "en" / "solution" / "99_counting.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert "../zh/" not in "".join(cell.source for cell in notebook.cells), "no link to where nothing stands"


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ({"two-sentences": [promise("a"), result(0.7, False, "a")]}, "a = 0.7 lies outside 0.4 to 0.6"),
        ({"two-sentences": [promise("a", "b"), result(name="a")]}, "b was expected and never reported"),
        (
            {"ex1-check": [checked("hint")]},
            "the check of exercise 99.1 says 'hint'; the solution edition needs 'passed'",
        ),
        ({"ex1-check": [checked("not attempted")]}, "the check of exercise 99.1 says 'not attempted'"),
        ({"ex2-check": []}, "the check of exercise 99.2 says 'nothing'; the solution edition needs 'passed'"),
    ],
)
def test_what_is_wrong_fails_the_chapter_and_nothing_is_kept_but_the_notebook_to_look_at(
    outputs: Outputs, said: str, root: Path, run, shows
):
    shows(outputs)
    with pytest.raises(ChapterFailed) as raised:
        run()
    assert said in str(raised.value)
    assert str(raised.value).startswith("99_counting (en, solution edition, quick scale) ")
    assert written(root) == ["build/failed/en/solution/99_counting.ipynb"]


def test_everything_wrong_is_told_at_once(run, shows):
    results = [promise("a", "b"), result(9, False, "c"), result(8, False, "d")]
    shows({"two-sentences": results, "ex1-check": [checked("hint")]})
    with pytest.raises(ChapterFailed) as raised:
        run()
    assert len(str(raised.value).splitlines()) == 6


def test_the_student_edition_needs_its_exercises_not_attempted(run, shows):
    shows({})
    assert run("student").checks == {"99.1": "not attempted", "99.2": "not attempted"}
    shows({"ex1-check": [checked("passed")]})
    with pytest.raises(ChapterFailed, match="the student edition needs 'not attempted'"):
        run("student")


def test_at_the_smoke_scale_no_result_is_looked_at(run, shows):
    shows({"two-sentences": [promise("accuracy", "loss"), result(0.7, False)]})
    assert run(scale="smoke").results[0]["value"] == 0.7


def test_a_result_reported_twice_counts_as_it_was_reported_last(run, shows):
    shows({"two-sentences": [result(0.7, False), result(0.5, True)]})
    assert [said["value"] for said in run().results] == [0.5]


@pytest.mark.parametrize("outputs", [[result(data="sample")], [promise("accuracy", data="sample"), result()]])
def test_a_run_on_a_sample_says_so(outputs: list[NotebookNode], run, shows):
    shows({"two-sentences": outputs})
    assert run().data == "sample"


def test_after_a_failure_the_next_run_works_and_clears_the_failed_notebook(root: Path, run, shows):
    shows({"two-sentences": [result(0.7, False)]})
    with pytest.raises(ChapterFailed):
        run()
    shows({"two-sentences": [result()]})
    run()
    assert not any("failed" in name for name in written(root))


def test_the_scale_the_language_and_the_time_limit_reach_the_kernel(run, shows):
    calls = shows({})
    run(scale="full")
    run(scale="smoke", timeout=5)
    assert calls[0]["environment"] == {"COURSE_SCALE": "full", "COURSE_LANGUAGE": "en"}
    assert [call["timeout"] for call in calls] == [executor.TIMEOUTS["full"], 5]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fr", "solution", "quick"), "unknown language 'fr'"),
        (("en", "teacher", "quick"), "unknown edition 'teacher'"),
        (("en", "solution", "huge"), "unknown scale 'huge'; allowed: smoke, quick, full"),
    ],
)
def test_an_unknown_language_edition_or_scale_is_told(
    arguments: tuple[str, ...], said: str, chapter: Chapter, root: Path
):
    with pytest.raises(UsageError, match=said):
        executor.run(chapter, *arguments, build_folder=root / "build")


def test_outputs_lose_colours_and_the_folders_of_this_machine(root: Path, run, shows):
    text = f"\x1b[1;31mred\x1b[0m {sys.prefix}/lib {Path.home()}/notes"
    shows(
        {
            "two-sentences": [
                new_output("stream", name="stdout", text=text),
                new_output(
                    "display_data", {"text/plain": f"{sys.prefix}/lib", "text/html": f"<b>{sys.prefix}/lib</b>"}
                ),
            ]
        }
    )
    run()
    kept = nbformat.read(root / "build" / "executed" / "en" / "solution" / "99_counting.ipynb", as_version=4)
    stream, display = next(cell for cell in kept.cells if cell.id == "two-sentences").outputs
    assert stream.text == "red <python>/lib ~/notes"
    assert display.data == {"text/plain": "<python>/lib", "text/html": "<b><python>/lib</b>"}


@pytest.mark.parametrize(
    ("cell_id", "edition", "inner_line", "content"),
    [
        ("ex1", "solution", 3, "    return words.count(word) / len(words)"),
        ("ex1", "student", 3, "    raise NotImplementedError"),
        ("two-sentences", "student", 6, "        counts[word] = counts.get(word, 0) + 1"),
    ],
)
def test_a_failing_cell_is_told_with_its_line_in_the_source(
    cell_id: str,
    edition: str,
    inner_line: int,
    content: str,
    root: Path,
    lesson_text: str,
    run,
    monkeypatch: pytest.MonkeyPatch,
):
    def execute(notebook, *_):
        cell = next(cell for cell in notebook.cells if cell.id == cell_id)
        cell.execution_count = 4
        trace = f"\x1b[31mValueError\x1b[0m\nCell \x1b[32mIn[4], line {inner_line}\x1b[0m\nIn[3], line 77, in f(x)"
        raise CellStopped(cell, "ValueError: no", trace)

    monkeypatch.setattr(executor, "execute", execute)
    with pytest.raises(ChapterFailed) as raised:
        run(edition)
    message = str(raised.value)
    line = int(message.split("99_counting.py:")[1].split(":")[0])
    assert lesson_text.split("\n")[line - 1] == content
    assert f"stopped in cell '{cell_id}', " in message and ": ValueError: no\n" in message
    assert "\x1b" not in message and "In[4], line" in message
    assert written(root) == [f"build/failed/en/{edition}/99_counting.ipynb"]


def test_a_line_below_words_in_two_languages_is_told_as_it_is_in_the_source(
    path: Path, root: Path, change: Callable[..., int], monkeypatch: pytest.MonkeyPatch
):
    line = change("twice = sentences * 2", 'twice = tr(\n    "two",\n    "两",\n)\nbroken')

    def execute(notebook, *_):
        cell = next(cell for cell in notebook.cells if cell.id == "twice")
        cell.execution_count = 4
        raise CellStopped(cell, "NameError: no", "In[4], line 2")

    monkeypatch.setattr(executor, "execute", execute)
    with pytest.raises(ChapterFailed, match=f"99_counting.py:{line + 4}: NameError"):
        executor.run(source.parse(path), "zh", "student", "quick", build_folder=root / "build")


def test_colours_stay_where_a_terminal_shows_them(run, monkeypatch: pytest.MonkeyPatch):
    def execute(notebook, *_):
        raise CellStopped(notebook.cells[2], "ValueError: no", "\x1b[31mValueError\x1b[0m")

    monkeypatch.setattr(executor, "execute", execute)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    with pytest.raises(ChapterFailed, match="\x1b\\[31m"):
        run()
    monkeypatch.setenv("NO_COLOR", "1")
    with pytest.raises(ChapterFailed) as raised:
        run()
    assert "\x1b" not in str(raised.value)


def test_the_setup_cell_has_no_line_in_the_source(run, monkeypatch: pytest.MonkeyPatch):
    def execute(notebook, *_):
        raise CellStopped(next(cell for cell in notebook.cells if cell.id == notebooks.SETUP_ID), "ImportError: keras")

    monkeypatch.setattr(executor, "execute", execute)
    with pytest.raises(ChapterFailed, match="stopped in the set-up cell: ImportError: keras"):
        run()


LIVE_SETUP = """\
import course_lib
from course_lib import dial
from course_lib.checks.core import check, exercise
exercise("99.1")(lambda learner: learner("one", ["one"]))
exercise("99.2")(lambda learner: learner(["one"]))
course = dial(
    settings={scale: {"n": 1} for scale in ("smoke", "quick", "full")},
    expected={"quick": {"accuracy": (0.4, 0.6)}, "full": {"accuracy": (0.4, 0.6)}},
)
"""


def test_checks_and_executor_mean_the_same_outputs():
    assert executor.CHECK_MIME == checks.CHECK_MIME


@pytest.mark.seconds
@pytest.mark.parametrize(("edition", "scale", "value"), [("solution", "quick", 0.5), ("student", "smoke", 9.0)])
def test_a_real_kernel_and_the_real_dial_give_a_record(
    edition: str, scale: str, value: float, root: Path, run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(notebooks, "setup_code", lambda *_: f'{LIVE_SETUP}course.report("accuracy", {value})')
    seen = []
    record = run(edition, scale, on_cell=lambda *step: seen.append(step))
    assert [said["value"] for said in record.results] == [value]
    assert record.checks == dict.fromkeys(("99.1", "99.2"), {"solution": "passed", "student": "not attempted"}[edition])
    assert record.data == "real" and record.seconds > 0.1 and record.peak_memory_mb > 20
    assert list(record.seconds_per_cell) == [name for _, _, name in seen]
    assert seen[0] == (1, 7, "course-setup")
    assert len(written(root)) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reported", "said"),
    [
        ('course.report("accuracy", 0.9)', "accuracy = 0.9 lies outside 0.4 to 0.6"),
        ("", "accuracy was expected and never reported"),
        ("undefined_name", "stopped in the set-up cell: NameError: name 'undefined_name' is not defined"),
    ],
)
def test_a_real_kernel_and_the_real_dial_fail_what_is_wrong(
    reported: str, said: str, run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(notebooks, "setup_code", lambda *_: LIVE_SETUP + reported)
    with pytest.raises(ChapterFailed) as raised:
        run()
    assert said in str(raised.value)


@pytest.mark.slow
def test_a_real_error_is_told_with_its_line(path: Path, root: Path, change: Callable[..., int], monkeypatch):
    line = change("    return max(words, key=len)", "    return max(words, key=undefined)\nlongest(['a'])")
    monkeypatch.setattr(notebooks, "setup_code", lambda *_: "check = print")
    with pytest.raises(ChapterFailed) as raised:
        executor.run(source.parse(path), "zh", build_folder=root / "build")
    message = str(raised.value)
    assert f"stopped in cell 'ex2', {path.as_posix()}:{line}: NameError: name 'undefined' is not defined" in message
    assert "\x1b" not in message and "return max(words, key=undefined)" in message


@pytest.mark.slow
def test_a_machine_without_a_kernel_is_told(run, monkeypatch: pytest.MonkeyPatch):
    class Broken(kernel.KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> kernel.KernelSpec:
            argv = [sys.executable, "-c", "raise SystemExit('no such module')", "{connection_file}"]
            return kernel.KernelSpec(argv=argv, display_name="Python 3", language="python")

    monkeypatch.setattr(kernel, "_ThisInterpreter", Broken)
    with pytest.raises(
        EnvironmentProblem, match=r"(?s)no notebook kernel starts .*is ipykernel installed\?.*no such module"
    ):
        run()


def test_with_another_seed_results_are_read_whatever_their_range_and_nothing_is_kept(root: Path, chapter, shows):
    calls = shows({"two-sentences": [promise("accuracy"), result(9.0, False)]})
    assert executor.results(chapter, "quick", seed=3) == {"accuracy": 9.0}
    assert calls[0]["environment"] == {"COURSE_SCALE": "quick", "COURSE_LANGUAGE": "en", "COURSE_SEED": "3"}
    assert not (root / "build").exists()


class Resumed:
    """The small lesson, executed once on these versions; `kept()` is what another run would leave out."""

    def __init__(self, root: Path, run: Callable[..., records.RunRecord], chapter: Chapter) -> None:
        self.build, self.chapter = root / "build", chapter
        self.record = run()

    def kept(self, chapter: Chapter | None = None, scale: str = "quick", language: str = "en"):
        return executor.kept_run(chapter or self.chapter, language, "solution", scale, build_folder=self.build)


@pytest.fixture
def resumed(root: Path, run, chapter: Chapter, shows, monkeypatch: pytest.MonkeyPatch) -> Resumed:
    """A run that went well."""
    shows({"two-sentences": [promise("accuracy"), result()]})
    monkeypatch.setattr(executor.platform, "python_version", lambda: "3.12.0")
    return Resumed(root, run, chapter)


def test_a_run_that_nothing_has_changed_since_need_not_be_repeated(resumed: Resumed):
    assert resumed.kept() == resumed.record
    assert resumed.kept(scale="full") is None and resumed.kept(language="zh") is None


def test_a_lesson_that_has_changed_is_run_again(resumed: Resumed, path: Path, change):
    change("twice = sentences * 2", "twice = sentences + sentences")
    assert resumed.kept(source.parse(path)) is None


@pytest.mark.parametrize("what", ["seed", "version", "library"])
def test_another_seed_version_or_library_is_run_again(what: str, resumed: Resumed, monkeypatch: pytest.MonkeyPatch):
    if what == "seed":
        monkeypatch.setenv("COURSE_SEED", "7")
    elif what == "version":
        monkeypatch.setattr(executor.platform, "python_version", lambda: "3.13.0")
    else:
        read = Path.read_bytes
        changed = lambda path: read(path) + (b"#" if path.name == "metrics.py" else b"")  # noqa: E731
        monkeypatch.setattr(Path, "read_bytes", changed)
    assert resumed.kept() is None


@pytest.mark.parametrize("lost", ["record", "notebook", "half the record", "half the notebook"])
def test_a_run_whose_files_are_not_whole_is_repeated(lost: str, resumed: Resumed):
    notebook = executor.executed_path(resumed.build, "99_counting", "en", "solution")
    path = notebook if "notebook" in lost else resumed.build / "results" / resumed.record.file_name
    if "half" in lost:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        path.unlink()
    assert resumed.kept() is None


def test_the_notebook_of_another_scale_is_not_taken_for_this_one(resumed: Resumed, run):
    run(scale="smoke")
    assert resumed.kept() is None and resumed.kept(scale="smoke") is not None


def test_a_run_on_a_sample_is_repeated_since_the_data_may_have_come(run, root: Path, chapter, shows):
    shows({"two-sentences": [promise("accuracy"), result(data="sample")]})
    run()
    assert executor.kept_run(chapter, "en", "solution", "quick", build_folder=root / "build") is None


def test_what_earlier_runs_cost_is_no_change_of_a_lesson(chapter: Chapter):
    assert executor.made_from(chapter, "en", "solution") == executor.made_from(chapter, "en", "solution")
    assert executor.made_from(chapter, "en", "solution") != executor.made_from(chapter, "zh", "solution")
