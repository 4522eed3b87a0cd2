"""Results as tables: the course's own, and in the columns that Moodle, nbgrader and otter-grader read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from course_lib.base.errors import UsageError
from course_lib.base.files import shown, write_atomically
from course_lib.base.language import tr
from course_lib.classroom.grading import OPEN, SOLVED, UNDONE, Result, Verdict
from course_lib.classroom.manifest import GRADED, Manifest

FORMS = ("course", "moodle", "nbgrader", "otter")

# What instructors give for open exercises: one line for each answer that was read.
BY_HAND = "by_hand.csv"
_BY_HAND_COLUMNS = ("student", "exercise", "points", "comment")

_MOODLE_NAMES = ("Full name", "全名", "姓名")
_MOODLE_GRADES = ("Grade", "成绩", "评分")
_MOODLE_COMMENTS = ("Feedback comments", "反馈评论", "反馈意见")
_MOODLE_MOST = ("Maximum Grade", "Maximum grade", "最高分")


def write(folder: Path, manifest: Manifest, results: Sequence[Result], form: str, worksheet: Path | None) -> Path:
    """Write a table of results.

    Args:
        folder: the assignment's.
        manifest: the assignment.
        results: what was graded.
        form: `"course"`, `"moodle"`, `"nbgrader"` or `"otter"`.
        worksheet: for Moodle, the grading worksheet that it gave; the grades are filled in.

    Returns:
        The file.

    Raises:
        UsageError: for an unknown form, or a worksheet that is none.
    """
    if form not in FORMS:
        raise UsageError.unknown("form of a table", form, FORMS)
    if (worksheet is not None) and form != "moodle":
        raise UsageError(
            tr(
                f"a worksheet is Moodle's, and the table is for {form}; allowed: --csv moodle",
                f"评分表是 Moodle 的，而这张表是给 {form} 的；请用 --csv moodle",
            )
        )
    if form == "moodle":
        rows = _moodle(manifest, results, worksheet)
    else:
        rows = {"course": _course, "nbgrader": _nbgrader, "otter": _otter}[form](manifest, results)
    path = folder / GRADED / ("results.csv" if form == "course" else f"{form}.csv")
    write_atomically(path, _text(rows).encode("utf-8-sig"))
    return path


def with_points_by_hand(folder: Path, results: Sequence[Result]) -> list[Result]:
    """The results with what instructors gave for open exercises, from `by_hand.csv` in the assignment's folder.

    Raises:
        UsageError: if a line is not what it should be.
    """
    path = folder / BY_HAND
    if not path.is_file():
        return list(results)
    given: dict[tuple[str, str], tuple[float, str]] = {}
    known = {result.student: result for result in results}
    for line, row in enumerate(_read(path, _BY_HAND_COLUMNS[:3]), start=2):
        student, exercise = row["student"].strip(), row["exercise"].strip()
        if student not in known:
            what = tr(f"student in line {line} of {shown(path)}", f"学生（{shown(path)} 第 {line} 行）")
            raise UsageError.unknown(what, student, known)
        maximum = {each.exercise: each.maximum for each in known[student].verdicts}
        if exercise not in maximum:
            what = tr(f"exercise in line {line} of {shown(path)}", f"练习（{shown(path)} 第 {line} 行）")
            raise UsageError.unknown(what, exercise, maximum)
        try:
            points = float(row["points"])
        except (TypeError, ValueError):
            points = -1.0
        if not 0 <= points <= maximum[exercise]:
            most = f"{maximum[exercise]:g}"
            raise UsageError(
                tr(
                    f"line {line} of {shown(path)} gives {row['points']!r} points; allowed: 0 to {most}",
                    f"{shown(path)} 第 {line} 行的分数是 {row['points']!r}；只能是 0 到 {most}",
                )
            )
        given[student, exercise] = points, (row.get("comment") or "").strip()

    def counted(student: str, each: Verdict) -> Verdict:
        if (student, each.exercise) not in given:
            return each
        points, comment = given[student, each.exercise]
        status = SOLVED if points == each.maximum else each.status if each.status != OPEN else "read"
        return replace(each, points=points, status=status, hint=comment or each.hint)

    return [replace(result, verdicts=[counted(result.student, each) for each in result.verdicts]) for result in results]


def _course(manifest: Manifest, results: Iterable[Result]) -> list[list[object]]:
    exercises = [*(each.number for each in manifest.exercises), *(f"open {each.number}" for each in manifest.open)]
    head = ["student", "number", "language", "notebook", "handed_in", "late_minutes", "status"]
    rows: list[list[object]] = [[*head, *exercises, "points", "maximum", "notes"]]
    for result in results:
        points = {each.exercise: each.points for each in result.verdicts}
        earlier = tr(f"earlier: {', '.join(result.others)}", f"较早的：{'、'.join(result.others)}")
        notes = [*([result.reason] if result.why else []), *result.notes, *([earlier] if result.others else [])]
        rows.append(
            [
                *(result.student, result.number, result.language, result.notebook, result.when, result.late_minutes),
                result.status,
                *(("" if points.get(name) is None else points[name]) for name in exercises),
                *(result.points, manifest.maximum, "; ".join(notes)),
            ]
        )
    return rows


def _nbgrader(manifest: Manifest, results: Iterable[Result]) -> list[list[object]]:
    head = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"]
    rows: list[list[object]] = [[*head, "raw_score", "late_submission_penalty", "score", "max_score"]]
    for result in results:
        about = [manifest.name, manifest.due, result.when, result.student, "", "", ""]
        rows.append([*about, result.points, 0.0, result.points, manifest.maximum])
    return rows


def _otter(manifest: Manifest, results: Iterable[Result]) -> list[list[object]]:
    exercises = {each.number: each.points for each in manifest.exercises}
    exercises |= {f"open {each.number}": each.points for each in manifest.open}
    rows: list[list[object]] = [
        ["file", *exercises, "total_points_earned", "percent_correct", "grading_status"],
        ["points-per-question", *exercises.values(), manifest.maximum, 1, "--"],
    ]
    for result in results:
        points = {each.exercise: each.points or 0 for each in result.verdicts}
        share = result.points / manifest.maximum if manifest.maximum else 0
        status = "Completed" if result.status == "graded" else result.reason or result.status
        rows.append(
            [
                result.notebook or result.student,
                *(points.get(each, 0) for each in exercises),
                result.points,
                share,
                status,
            ]
        )
    return rows


def _moodle(manifest: Manifest, results: Sequence[Result], worksheet: Path | None) -> list[list[object]]:
    """Moodle's grading worksheet, filled in; without one, a table with its columns."""
    if worksheet is None:
        rows: list[list[object]] = [["Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments"]]
        for result in results:
            number = f"Participant {result.number}" if result.number else ""
            rows.append([number, result.student, result.points, manifest.maximum, summary(result)])
        return rows
    lines = _read(worksheet, ())
    columns = list(lines[0]) if lines else []
    name, grade = _column(columns, _MOODLE_NAMES), _column(columns, _MOODLE_GRADES)
    if not lines or not grade or not (name or "Identifier" in columns):
        raise UsageError(
            tr(
                f"{shown(worksheet)} is no grading worksheet of Moodle; allowed: a CSV with the columns Identifier or"
                " Full name, and Grade",
                f"{shown(worksheet)} 不是 Moodle 的评分表；请给出含有 Identifier 或 Full name（全名）、以及 Grade"
                "（成绩）各列的 CSV",
            )
        )
    comment, most = _column(columns, _MOODLE_COMMENTS), _column(columns, _MOODLE_MOST)
    by_number = {result.number: result for result in results if result.number}
    by_name = {result.student: result for result in results}
    for row in lines:
        number = "".join(letter for letter in row.get("Identifier") or "" if letter.isdecimal())
        result = by_number.get(number) or by_name.get(row.get(name) or "")
        if result is None:
            continue
        try:
            scale = float((row.get(most) or "").replace(",", ".")) / manifest.maximum
        except (ValueError, ZeroDivisionError):
            scale = 1.0
        row[grade] = f"{result.points * scale:.2f}"
        if comment:
            row[comment] = summary(result)
    return [columns, *([row.get(column) or "" for column in columns] for row in lines)]


def summary(result: Result) -> str:
    """A result in a line, for the student: nothing of others' hand-ins is in it."""
    parts = [
        f"{each.exercise}: {'–' if each.points is None else f'{each.points:g}'}/{each.maximum:g}"
        for each in result.verdicts
    ]
    return "; ".join([*parts, *([result.why[result.language]] if result.why else [])])


def unsolved(results: Iterable[Result]) -> dict[str, int]:
    """For each exercise, how many did not solve it."""
    counts: dict[str, int] = {}
    for result in results:
        for each in result.verdicts:
            if each.status not in (OPEN, "read"):
                counts[each.exercise] = counts.get(each.exercise, 0) + (each.status != SOLVED)
    return counts


def not_attempted(results: Iterable[Result]) -> int:
    """How many attempted nothing."""
    return sum(all(each.status == UNDONE for each in result.verdicts) for result in results)


def _column(columns: Sequence[str], names: Sequence[str]) -> str:
    return next((name for name in names if name in columns), "")


def _read(path: Path, needed: Sequence[str]) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise UsageError(
            tr(f"{shown(path)} cannot be read as CSV ({problem})", f"{shown(path)} 不能当作 CSV 读取（{problem}）")
        ) from None
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        has = list(reader.fieldnames or ())
        raise UsageError(
            tr(
                f"{shown(path)} lacks the columns {', '.join(missing)}; it has {', '.join(has) or 'none'}",
                f"{shown(path)} 缺少列 {'、'.join(missing)}；现有的列：{'、'.join(has) or '无'}",
            )
        )
    return rows


def _text(rows: Iterable[Sequence[object]]) -> str:
    """The rows as CSV in which no field is a formula of a spreadsheet: a name may begin with `=`."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    for row in rows:
        writer.writerow(
            [
                f"'{each}" if isinstance(each, str) and each[:1] in "=+@-\t\r" and each not in ("", "--") else each
                for each in row
            ]
        )
    return made.getvalue().encode("utf-8", "replace").decode("utf-8")
