"""`course assignment` and `course progress`: to hand out, to collect and grade, and to see what is solved."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from course_lib.base.errors import UsageError
from course_lib.base.language import current, tr
from course_lib.cli.options import AtOnce, Known, checkout, chosen_chapters
from course_lib.cli.speaking import padded

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
    checked, opens, most = len(made.exercises), len(made.open), f"{made.maximum:g}"
    click.echo(
        tr(
            f"{made.id}: {checked} exercises with checks, {opens} open, {most} points",
            f"{made.id}：由检查评判的练习 {checked} 道，开放题 {opens} 道，共 {most} 分",
        )
    )
    places = (
        (tr("to hand out:", "发给学生："), HAND_OUT),
        (tr("hand-ins go to:", "作答放进："), SUBMITTED),
        (tr("for instructors:", "教师自留："), MANIFEST.parent),
    )
    for what, place in places:
        click.echo(f"{padded(what, 16)} {shown(out / place)}")


@assignment.command(short_help="Grade what was handed in.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--jobs",
    type=AtOnce("hand-ins are graded", "评几份"),
    default=None,
    help="How many at a time; if left out, as many as there are cores.",
)
@click.option("--seconds", type=click.FloatRange(min=1), default=120.0, show_default=True, help="For one hand-in.")
@click.option("--call", type=click.FloatRange(min=0.1), default=10.0, show_default=True, help="Seconds for a call.")
@click.option("--memory", type=click.IntRange(min=500), default=4000, show_default=True, help="Megabytes for one.")
@click.option("--csv", "table", type=TABLE, default="course", show_default=True, help="A second table, for others.")
@click.option("--worksheet", type=click.Path(path_type=Path), help="Moodle's grading worksheet, to be filled in.")
@click.option("--given", type=click.Path(path_type=Path), help="A table of points given elsewhere, such as otter's.")
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
    given: Path | None,
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
        raise UsageError(
            tr(
                "--worksheet is Moodle's; allowed with --csv moodle",
                "--worksheet 是 Moodle 的评分表；请同时写 --csv moodle",
            )
        )
    manifest = Manifest.load(folder)
    # Before the minutes that grading takes.
    if worksheet is not None:
        tables.read_worksheet(worksheet)
    if given is not None:
        tables.read_points(given)
    results = grading.grade(
        folder,
        jobs=jobs or devices.cores(),
        limits=Limits(seconds=seconds, cell_seconds=max(call, seconds / 4), call_seconds=call, memory_mb=memory),
        again=again,
        these_checks=these_checks,
        told=_say,
    )
    results = tables.with_points_by_hand(folder, results, given)
    path = tables.write(folder, manifest, results, "course", None)
    for result in results:
        page = feedback.write(folder, manifest, result)
    layers = {tr(", ", "、").join(tr(each, _LAYERS.get(each, each)) for each in result.layers) for result in results}
    layers.discard("")
    if any("Python" in each for each in layers):
        click.echo(
            tr(
                "note: this system cannot shut a process in (no Landlock or seccomp); what held the hand-ins is a guard"
                " in Python: grade on Linux, or in a container, what you have reason to distrust",
                "注意：本系统无法封闭一个进程（没有 Landlock 或 seccomp），挡住作答的只是 Python 内部的守卫："
                "不可信的作答请在 Linux 或容器里评分",
            ),
            err=True,
        )
    held = "; ".join(sorted(layers)) or tr("nothing ran", "没有运行任何作答")
    click.echo(tr(f"held by: {held}", f"限制手段：{held}"))
    missed = tables.unsolved(results).items()
    counts = tr(", ", "，").join(
        tr(f"{exercise} by {count}", f"{exercise} 有 {count} 人") for exercise, count in missed
    )
    counts = counts or tr("nothing to solve", "没有要检查的练习")
    click.echo(tr(f"{len(results)} students; not solved: {counts}", f"共 {len(results)} 名学生；未通过：{counts}"))
    click.echo(tr(f"table: {shown(path)}", f"成绩表：{shown(path)}"))
    if table != "course":
        other = shown(tables.write(folder, manifest, results, table, worksheet))
        click.echo(tr(f"table for {table}: {other}", f"{table} 格式的表：{other}"))
    click.echo(tr(f"pages: {shown(page.parent)}", f"反馈页：{shown(page.parent)}"))


# What a hand-in's process says of what holds it, in Chinese.
_LAYERS = {
    "limits": "资源上限",
    "files: Landlock": "文件：Landlock",
    "net and processes: seccomp": "网络与进程：seccomp",
    "files, net and processes: Python": "文件、网络与进程：Python",
}
_STATUS = {"graded": "已评分", "refused": "拒收", "nothing": "没有作答"}


def _say(result: Result, kept: bool) -> None:
    said = [tr(f"{result.points:g} points", f"{result.points:g} 分")]
    if result.late_minutes:
        said.append(tr(f"{result.late_minutes} min late", f"迟交 {result.late_minutes} 分钟"))
    if kept:
        said.append(tr("kept", "沿用已有结果"))
    status = tr(result.status, _STATUS[result.status])
    if result.why:
        status += tr(f" ({result.reason})", f"（{result.reason}）")
    click.echo(tr(f"{result.student}: ", f"{result.student}：") + tr(", ", "，").join([status, *said]), err=True)


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
        words = _PROGRESS["zh" if "zh" in (lesson.language, current()) else "en"]
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
        click.echo(
            tr(
                "no lesson was begun here; a notebook counts once its cells were run and it was saved",
                "这里还没有开始学的课；运行过单元格并保存之后，笔记本才计入",
            )
        )
    for name in others:
        click.echo(tr(f"note: {name} is no notebook of the course", f"注意：{name} 不是本课程的笔记本"), err=True)


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
