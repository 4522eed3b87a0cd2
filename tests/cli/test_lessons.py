"""Proves what `course build`, `run`, `site` and `all` do with lessons: which are chosen, what is written and said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.base.errors import ChapterFailed, DataUnavailable, UsageError
from course_lib.cli import lessons
from course_lib.cli.options import chosen_chapters
from course_lib.publishing import executor
from course_lib.publishing.records import RunRecord
from course_lib.publishing.site import building

from .conftest import Answer, lesson

Course = Callable[..., Answer]

RESULTS = [
    {
        "name": "accuracy",
        "value": 0.871234,
        "low": 0.85,
        "high": 0.89,
        "within": True,
        "scale": "quick",
        "data": "real",
    },
    {
        "name": "vocabulary",
        "value": 20000.0,
        "low": None,
        "high": None,
        "within": None,
        "scale": "quick",
        "data": "real",
    },
]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str, str]]:
    """An executor that only notes what it is asked for; the lesson on adding fails in Chinese where it is told to."""
    asked = []

    def run(chapter, language, edition, scale, *, build_folder, publication, on_cell):
        asked.append((chapter.slug, language, edition, scale))
        if "fails" in chapter.cell("count").code and language == "zh":
            raise ChapterFailed(f"{chapter.slug} stopped in cell 'count'")
        return RunRecord(
            chapter.number, chapter.slug, "Counting", language, edition, scale, "real", 90.0, {"count": 90.0}, 1104.2,
            RESULTS, machine={"cores": 2},
        )  # fmt: skip

    monkeypatch.setattr(executor, "run", run)
    return asked


@pytest.mark.parametrize("words", [["1"], ["01"], ["01_counting"], ["counting"], ["Counting"], ["1", "01", "counting"]])
def test_a_chapter_can_be_named_by_number_or_by_name(checkout: Path, words: list[str]) -> None:
    assert [path.stem for path in chosen_chapters(words)] == ["01_counting"]


def test_without_a_word_every_chapter_is_chosen_in_order(checkout: Path) -> None:
    assert [path.stem for path in chosen_chapters([])] == ["01_counting", "02_adding"]
    assert [path.stem for path in chosen_chapters(["2", "1"])] == ["01_counting", "02_adding"]


@pytest.mark.parametrize("word", ["", "0", "-1", "1.0", "²", "01_", "../01_counting", "counting.py"])
def test_a_word_that_is_no_chapter_is_refused(checkout: Path, word: str) -> None:
    with pytest.raises(UsageError, match="allowed: 01_counting, 02_adding"):
        chosen_chapters([word])


def test_build_writes_both_languages_once_and_check_agrees(course: Course, checkout: Path) -> None:
    before = course("build", "--check")
    assert before.code == 1
    assert before.out.count("it is missing") == 4
    first = course("build")
    assert first.code == 0
    assert "wrote chapters/zh/02_adding.ipynb\n" in first.out
    assert first.out.endswith("notebooks changed: 4\n")
    assert course("build").out == "every notebook is up to date\n"
    assert course("build", "--check").code == 0
    assert not (checkout / "build").exists()


def test_build_can_write_the_solutions_too(course: Course, checkout: Path) -> None:
    assert course("build", "--solutions").code == 0
    assert (checkout / "build" / "solutions" / "zh" / "01_counting.ipynb").is_file()


def test_a_stale_translation_stops_the_build_with_file_and_line_and_can_be_accepted(
    course: Course, checkout: Path
) -> None:
    path = checkout / "chapters" / "01_counting.py"
    path.write_text(lesson(stale=True), encoding="utf-8")
    stopped = course("build")
    assert stopped.code == 1
    assert "chapters/01_counting.py:5: " in stopped.err
    assert not (checkout / "chapters" / "en").exists()
    accepted = course("build", "--accept", "01:title", "--accept", "counting:end")
    assert accepted.code == 0
    assert path.read_text(encoding="utf-8") == lesson()


def test_run_tells_the_executor_what_the_options_say(course: Course, checkout: Path, runs: list) -> None:
    assert course("run", "2", "--scale", "full", "--language", "both", "--edition", "student").code == 0
    assert runs == [("02_adding", "en", "student", "full"), ("02_adding", "zh", "student", "full")]


def test_run_takes_the_english_solution_at_the_scale_of_the_environment(
    course: Course, checkout: Path, runs: list
) -> None:
    assert course("run").code == 0
    assert runs == [("01_counting", "en", "solution", "smoke"), ("02_adding", "en", "solution", "smoke")]


def test_run_ends_with_a_plain_table_of_what_was_measured(course: Course, checkout: Path, runs: list) -> None:
    answer = course("run", "1", "--scale", "quick")
    assert "\x1b" not in answer.out + answer.err
    assert all(len(line) <= 100 and line == line.rstrip() for line in answer.out.splitlines())
    assert answer.out.split()[:5] == ["chapter", "language", "minutes", "peak", "memory"]
    for piece in ("01_counting", "1.5", "1.10 GB", "✔ accuracy 0.8712 (0.85 to 0.89)", "vocabulary 20,000"):
        assert piece in answer.out
    assert answer.err.splitlines() == [
        "running 01_counting (en, solution, quick)",
        "done 01_counting (en, solution, quick) in 1.5 min, 1 of 1",
    ]


def test_a_lesson_that_fails_does_not_keep_the_next_from_running(course: Course, checkout: Path, runs: list) -> None:
    (checkout / "chapters" / "01_counting.py").write_text(lesson("fails = True"), encoding="utf-8")
    answer = course("run", "--language", "both", "--scale", "quick")
    assert answer.code == 1
    assert len(runs) == 4
    assert "error: 01_counting stopped in cell 'count'\n" in answer.err
    assert answer.err.endswith("error: 1 of 4 runs failed\n")
    (row,) = [line.split() for line in answer.out.splitlines() if "✘" in line]
    assert row == ["01_counting", "zh", "✘", "failed"]
    (failed,) = json.loads(course("run", "1", "--language", "zh", "--scale", "quick", "--json").out)["failed"]
    assert failed == {"slug": "01_counting", "language": "zh", "edition": "solution", "scale": "quick"}


def test_run_speaks_json_to_programs(course: Course, checkout: Path, runs: list) -> None:
    said = json.loads(course("run", "--scale", "quick", "--json").out)
    assert [one["slug"] for one in said["runs"]] == ["01_counting", "02_adding"]
    assert said["runs"][0]["results"] == RESULTS
    assert said["failed"] == []


def test_a_mistake_in_the_last_lesson_shows_before_the_first_is_run(course: Course, checkout: Path, runs: list) -> None:
    (checkout / "chapters" / "02_adding.py").write_text(lesson(stale=True), encoding="utf-8")
    answer = course("run")
    assert answer.code == 1
    assert "chapters/02_adding.py:5: " in answer.err
    assert runs == []


def test_record_keeps_the_cost_and_brings_the_notebooks_up_to_date(course: Course, checkout: Path, runs: list) -> None:
    assert course("run", "--scale", "quick", "--record").code == 0
    measured = json.loads((checkout / "course_lib" / "session" / "measured.json").read_text(encoding="utf-8"))
    assert measured["01"]["quick"]["seconds"] == 90
    assert course("build", "--check").code == 0


def test_resume_leaves_out_what_was_executed_and_shows_it_all_the_same(
    course: Course, checkout: Path, runs: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept(chapter, language, edition, scale, *, build_folder):
        if chapter.number == 1:
            return RunRecord(1, chapter.slug, "", language, edition, scale, "real", 60.0, {}, 900.0, date="2026-11-22")

    monkeypatch.setattr(executor, "kept_run", kept)
    answer = course("run", "--scale", "quick", "--resume")
    assert answer.code == 0 and runs == [("02_adding", "en", "solution", "quick")]
    assert "kept 01_counting (en, solution, quick), executed 2026-11-22" in answer.err
    assert "01_counting" in answer.out and "02_adding" in answer.out
    runs.clear()
    assert course("run", "--scale", "quick").code == 0 and len(runs) == 2


def test_resume_and_record_are_not_used_together(course: Course, checkout: Path, runs: list) -> None:
    answer = course("run", "--scale", "quick", "--resume", "--record")
    assert (answer.code, runs) == (2, []) and "use one of them" in answer.err


def test_record_refuses_the_scale_that_measures_nothing(course: Course, checkout: Path, runs: list) -> None:
    answer = course("run", "--scale", "smoke", "--record")
    assert (answer.code, runs) == (2, [])
    assert "allowed scales: quick, full" in answer.err


@pytest.mark.parametrize("command", ["run", "all", "site"])
@pytest.mark.parametrize("occupied", ["build", "build/results", "build/executed/zh"])
def test_where_results_cannot_be_kept_it_is_said_before_anything_is_computed(
    course: Course, checkout: Path, runs: list, no_net: None, command: str, occupied: str
) -> None:
    (checkout / occupied).parent.mkdir(parents=True, exist_ok=True)
    (checkout / occupied).write_text("a file where a folder should be")
    answer = course(command)
    assert (answer.code, runs, answer.out) == (4, [], "")
    assert answer.err.startswith("error: build") and answer.err.count("\n") == 1
    assert "cannot be written (Not a directory)" in answer.err


def test_a_disk_that_fills_up_meanwhile_is_one_line_too(
    course: Course, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "build/executed")

    monkeypatch.setattr(executor, "run", full)
    answer = course("run")
    assert answer.code == 4
    assert answer.err.splitlines()[-1] == (
        "error: build/executed cannot be written (No space left on device);"
        " make room or change its rights, and run this again"
    )


@pytest.fixture
def no_net(monkeypatch: pytest.MonkeyPatch) -> None:
    """No data set can be fetched."""
    from course_lib import data

    def fetch(card_id: str, progress: object = None) -> Path:
        raise DataUnavailable(f"{card_id}: the net gave no answer")

    monkeypatch.setattr(data, "fetch", fetch)


def test_all_goes_on_without_the_net_and_says_once_what_stands_in(
    course: Course, checkout: Path, runs: list, no_net: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []

    def build(executed: Path, output: Path, *, repository: str, progress: Callable[[str], None]) -> Path:
        built.append(executed.relative_to(checkout).as_posix())
        return output / "index.html"

    monkeypatch.setattr(building, "build", build)
    answer = course("all", "--scale", "quick")
    assert answer.code == 0
    assert [run[:2] for run in runs] == [
        ("01_counting", "en"), ("01_counting", "zh"), ("02_adding", "en"), ("02_adding", "zh"),
    ]  # fmt: skip
    assert built == ["build/executed"]
    assert answer.err.count("the sample film_reviews.csv stands in") == 1
    assert (checkout / "chapters" / "zh" / "02_adding.ipynb").is_file()
    last = answer.out.splitlines()[-1]
    assert last.startswith("The site is in build/site; open file://")
    assert last.endswith("/build/site/index.html")


def test_all_builds_no_site_from_lessons_that_failed(
    course: Course, checkout: Path, runs: list, no_net: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(*arguments: object, **options: object) -> Path:
        raise AssertionError("the site was built")

    monkeypatch.setattr(building, "build", build)
    (checkout / "chapters" / "02_adding.py").write_text(lesson("fails = True"), encoding="utf-8")
    answer = course("all")
    assert answer.code == 1
    assert answer.err.endswith("error: 1 of 4 runs failed; the site was not built\n")


def test_the_site_needs_executed_lessons_and_says_how_to_get_them(course: Course, checkout: Path) -> None:
    folder = checkout / "build" / "executed" / "en" / "solution"
    folder.mkdir(parents=True)
    (folder / "01_counting.ipynb").write_text("{}", encoding="utf-8")
    (checkout / "chapters" / "glossary.toml").write_text("", encoding="utf-8")
    answer = course("site")
    assert answer.code == 1
    assert "course run --language both" in answer.err


def test_every_command_of_lessons_has_a_help_of_its_own(course: Course) -> None:
    for command in lessons.COMMANDS:
        answer = course(command.name, "--help")
        assert answer.code == 0
        assert answer.out.startswith(f"Usage: course {command.name}")


def test_spread_repeats_a_lesson_with_each_seed_and_shows_how_far_results_move(
    course: Course, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def results(chapter, scale, seed, *, on_cell):
        return {"accuracy": seed / 10}

    monkeypatch.setattr(executor, "results", results)
    answer = course("spread", "counting", "--seeds", "3", "--scale", "quick", "--record")
    assert answer.code == 0
    assert "counting, seed 2: accuracy 0.2" in answer.out
    assert answer.out.splitlines()[-1].split() == ["accuracy", "0.2", "0.1", "0.1", "0.3", "0.1", "0.2", "0.3"]
    kept = json.loads((checkout / "course_lib" / "session" / "measured.json").read_text(encoding="utf-8"))
    assert kept["01"]["quick"]["spread"] == {"seeds": [1, 2, 3], "results": {"accuracy": [0.1, 0.2, 0.3]}}


def test_spread_goes_on_after_a_seed_that_fails_says_so_and_records_nothing(
    course: Course, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def results(chapter, scale, seed, *, on_cell):
        if seed == 2:
            raise ChapterFailed("it stopped with seed 2")
        return {"accuracy": seed / 10} | ({"of the first alone": 1.0} if seed == 1 else {})

    monkeypatch.setattr(executor, "results", results)
    measured = checkout / "course_lib" / "session" / "measured.json"
    answer = course("spread", "counting", "--seeds", "3", "--scale", "quick", "--record")
    assert answer.code == ChapterFailed.exit_code
    assert "it stopped with seed 2" in answer.err
    assert answer.out.splitlines()[-1].split() == ["accuracy", "0.2", "0.1414", "0.1", "0.3", "0.1", "0.3"]
    assert not measured.exists()
    answer = course("spread", "counting", "--seeds", "2", "--scale", "quick")
    assert answer.code == ChapterFailed.exit_code
    assert "counting, seed 1: accuracy 0.1" in answer.out and "fewer than two seeds" in answer.out


def test_spread_refuses_one_seed_and_a_record_of_the_smoke_scale(course: Course, checkout: Path) -> None:
    assert course("spread", "--seeds", "1").code == 2
    refused = course("spread", "--scale", "smoke", "--record")
    assert refused.code == 2
    assert "allowed scales: quick, full" in refused.err
