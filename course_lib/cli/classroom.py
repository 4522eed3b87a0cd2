"""`course assignment` and `course progress`: to hand out, to collect and grade, and to see what is solved."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from course_lib.base.errors import UsageError
from course_lib.cli.options import AtOnce, Known, checkout, chosen_chapters

if TYPE_CHECKING:
    from course_lib.classroom.grading import Result

FORM = Known("form", ("course", "nbgrader"))
TABLE = Known("form of a table", ("course", "moodle", "nbgrader", "otter"))


@click.group(short_help="Hand out exercises, collect answers, grade them.")
def assignment() -> None:
    """Hand out exercises of a lesson, collect what students wrote, grade it."""


@assignment.command(short_help="Make an assignment from a lesson's exercises.")
@click.argument("chapter", metavar="CHAPTER")
@click.option("--exercises", default="", metavar="1,3", help="Exercises that a check decides, by their numbers.")
@click.option("--open", "opened", default="", metavar="1,2", help="Open exercises, which a person reads.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The assignment's folder; it is made.")
@click.option("--due", default="", metavar='"2027-03-01 18:00"', help="When it is due; what comes later is marked.")
@click.option("--points", type=click.FloatRange(min=0), default=10.0, show_default=True, help="Of each exercise.")
@click.option("--for", "form", type=FORM, default="course", show_default=True, help="nbgrader: with its metadata.")
def make(chapter: str, exercises: str, opened: str, out: Path, due: str, points: float, form: str) -> None:
    """Make an assignment: notebooks to hand out in both languages, instructors' with the solutions, a manifest.

    Students get `hand_out/`; what they hand in goes to `submitted/`, a file NAME.ipynb or a folder NAME each.
    """
    from course_lib.base.files import shown
    from course_lib.classroom import assignment as making
    from course_lib.classroom.manifest import HAND_OUT, MANIFEST, SUBMITTED
    from course_lib.publishing import source
    from course_lib.publishing.notebooks import Publication

    (path,) = chosen_chapters([chapter])
    made = making.make(
        source.parse(path),
        out,
        _words(exercises),
        _words(opened),
        points=points,
        due=due,
        form=form,
        publication=Publication.of(checkout()),
    )
    click.echo(
        f"{made.id}: {len(made.exercises)} exercises with checks, {len(made.open)} open, {made.maximum:g} points"
    )
    click.echo(f"to hand out:     {shown(out / HAND_OUT)}")
    click.echo(f"hand-ins go to:  {shown(out / SUBMITTED)}")
    click.echo(f"for instructors: {shown(out / MANIFEST.parent)}")


@assignment.command(short_help="Grade what was handed in.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--jobs", type=AtOnce(), default=None, help="How many at a time; if left out, as many as there are cores."
)
@click.option("--seconds", type=click.FloatRange(min=1), default=120.0, show_default=True, help="For one hand-in.")
@click.option("--call", type=click.FloatRange(min=0.1), default=10.0, show_default=True, help="Seconds for a call.")
@click.option("--memory", type=click.IntRange(min=500), default=4000, show_default=True, help="Megabytes for one.")
@click.option("--csv", "table", type=TABLE, default="course", show_default=True, help="A second table, for others.")
@click.option("--worksheet", type=click.Path(path_type=Path), help="Moodle's grading worksheet, to be filled in.")
@click.option("--again", is_flag=True, help="Grade anew what is graded already.")
@click.option("--with-these-checks", "these_checks", is_flag=True, help="Although checks have changed since.")
def grade(
    folder: Path,
    jobs: int | None,
    seconds: float,
    call: float,
    memory: int,
    table: str,
    worksheet: Path | None,
    again: bool,
    these_checks: bool,
) -> None:
    """Grade what was handed in: a table of results, and a page for each student.

    Every hand-in runs in a process of its own, without the net, with limits of time and memory, and only computes what
    it is asked; the check compares in another. What is graded already is kept: after a kill, run this again.
    """
    from course_lib.base.files import shown
    from course_lib.classroom import feedback, grading, tables
    from course_lib.classroom.confinement import Limits
    from course_lib.classroom.manifest import Manifest
    from course_lib.training import devices

    if worksheet is not None and table != "moodle":
        raise UsageError("--worksheet is Moodle's; allowed with --csv moodle")
    manifest = Manifest.load(folder)
    results = grading.grade(
        folder,
        jobs=jobs or devices.cores(),
        limits=Limits(seconds=seconds, cell_seconds=max(call, seconds / 4), call_seconds=call, memory_mb=memory),
        again=again,
        these_checks=these_checks,
        told=_say,
    )
    results = tables.with_points_by_hand(folder, results)
    path = tables.write(folder, manifest, results, "course", None)
    for result in results:
        page = feedback.write(folder, manifest, result)
    layers = {", ".join(result.layers) for result in results if result.layers}
    if any("Python" in each for each in layers):
        click.echo(
            "note: this system cannot shut a process in (no Landlock or seccomp); what held the hand-ins is a guard in"
            " Python: grade on Linux, or in a container, what you have reason to distrust",
            err=True,
        )
    click.echo(f"held by: {'; '.join(sorted(layers)) or 'nothing ran'}")
    counts = ", ".join(f"{exercise} by {count}" for exercise, count in tables.unsolved(results).items())
    click.echo(f"{len(results)} students; not solved: {counts or 'nothing to solve'}")
    click.echo(f"table: {shown(path)}")
    if table != "course":
        click.echo(f"table for {table}: {shown(tables.write(folder, manifest, results, table, worksheet))}")
    click.echo(f"pages: {shown(page.parent)}")


def _say(result: Result, kept: bool) -> None:
    late = f", {result.late_minutes} min late" if result.late_minutes else ""
    again = ", kept" if kept else ""
    why = f" ({'; '.join(result.notes)})" if result.status != "graded" else ""
    click.echo(f"{result.student}: {result.status}{why}, {result.points:g} points{late}{again}", err=True)


def _words(given: str) -> list[str]:
    return [word.strip() for word in given.split(",") if word.strip()]


@click.command(short_help="What is solved in your notebooks, and what to repeat.")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def progress(folder: Path | None, as_json: bool) -> None:
    """Say which exercises are solved in the notebooks of a folder, and what to repeat.

    Without a FOLDER, the notebooks of this checkout. They are read as they were saved, on this machine; nothing is
    executed, and nothing leaves it.
    """
    from course_lib.classroom import progress as reading

    lessons, others = reading.read(folder or checkout() / "chapters")
    if as_json:
        click.echo(json.dumps([asdict(lesson) for lesson in lessons], ensure_ascii=False, indent=1))
        return
    begun = [lesson for lesson in lessons if lesson.begun]
    for lesson in begun if folder is None else lessons:
        words = _PROGRESS.get(lesson.language, _PROGRESS["en"])
        solved = words["solved"].format(solved=lesson.solved, all=len(lesson.steps))
        click.echo(f"{lesson.title}\n  {solved} · {words['run'].format(run=lesson.run, all=lesson.cells)}")
        for step in lesson.to_repeat:
            click.echo(f"  {_SIGNS.get(step.status, '○')} {step.exercise} {step.title}")
            if step.hint:
                click.echo(f"      {step.hint}")
            if step.sections:
                click.echo(f"      {words['read']} {'; '.join(step.sections)}")
        if lesson.begun and lesson.ahead:
            click.echo(f"  {words['ahead'].format(count=len(lesson.ahead))}")
    if folder is None and not begun:
        click.echo("no lesson was begun here; a notebook counts once its cells were run and it was saved")
    for name in others:
        click.echo(f"note: {name} is no notebook of the course", err=True)


_SIGNS = {"hint": "✘"}
_PROGRESS = {
    "en": {
        "solved": "{solved} of {all} exercises solved",
        "run": "{run} of {all} cells run",
        "read": "read again:",
        "ahead": "{count} quiz questions still ahead",
    },
    "zh": {
        "solved": "{all} 道练习已通过 {solved} 道",
        "run": "{all} 格代码已运行 {run} 格",
        "read": "请重读：",
        "ahead": "后面还有 {count} 道测验题",
    },
}

COMMANDS = (assignment, progress)
