"""Results as tables: the course's own, and in the columns that Moodle, nbgrader and otter-grader read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from course_lib.base.errors import UsageError
from course_lib.base.files import shown, write_atomically
from course_lib.base.language import tr
from course_lib.classroom.grading import OPEN, SOLVED, UNDONE, Result, Verdict
from course_lib.classroom.manifest import GRADED, Manifest

FORMS = ("course", "moodle", "nbgrader", "otter")

# What a spreadsheet takes for the beginning of a formula.
_FORMULAE = ("=", "+", "@", "-", "\t", "\r")

# What instructors give for open exercises: one line for each answer that was read.
BY_HAND = "by_hand.csv"
_BY_HAND_COLUMNS = ("student", "exercise", "points", "comment")

# The columns of otter-grader's `final_grades.csv` that are no question, and its line of what each is worth.
_OTTER_COLUMNS = ("file", "total_points_earned", "percent_correct", "grading_status")
_OTTER_MOST, _OTTER_DONE = "points-per-question", "Completed"

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


def with_points_by_hand(folder: Path, results: Sequence[Result], table: Path | None = None) -> list[Result]:
    """The results with the points that were given elsewhere: by instructors for open exercises, or by otter-grader.

    Args:
        folder: the assignment's; `by_hand.csv` in it is read where no other table is named.
        results: what was graded.
        table: a CSV with the columns student, exercise, points and comment, or otter-grader's `final_grades.csv`.

    Raises:
        UsageError: if a line is not what it should be.
    """
    path = folder / BY_HAND if table is None else table
    if table is None and not path.is_file():
        return list(results)
    given: dict[tuple[str, str], tuple[float, str]] = {}
    known = {result.student: result for result in results}
    for line, student, exercise, worth, comment in _given(path, results):
        if student not in known:
            what = tr(f"student in line {line} of {shown(path)}", f"学生（{shown(path)} 第 {line} 行）")
            raise UsageError.unknown(what, student, known)
        maximum = {each.exercise: each.maximum for each in known[student].verdicts}
        if exercise not in maximum:
            what = tr(f"exercise in line {line} of {shown(path)}", f"练习（{shown(path)} 第 {line} 行）")
            raise UsageError.unknown(what, exercise, maximum)
        points = _number(worth)
        if not 0 <= points <= maximum[exercise]:
            most = f"{maximum[exercise]:g}"
            raise UsageError(
                tr(
                    f"line {line} of {shown(path)} gives {worth!r} points; allowed: 0 to {most}",
                    f"{shown(path)} 第 {line} 行的分数是 {worth!r}；只能是 0 到 {most}",
                )
            )
        given[student, exercise] = points, comment

    def counted(student: str, each: Verdict) -> Verdict:
        if (student, each.exercise) not in given:
            return each
        points, comment = given[student, each.exercise]
        status = SOLVED if points == each.maximum else each.status if each.status != OPEN else "read"
        return replace(each, points=points, status=status, hint=comment or each.hint)

    return [replace(result, verdicts=[counted(result.student, each) for each in result.verdicts]) for result in results]


def read_points(path: Path) -> list[dict[str, str]]:
    """The lines of a table of points: ours, or otter-grader's.

    Raises:
        UsageError: if it is none.
    """
    return _read(path, _OTTER_COLUMNS, _BY_HAND_COLUMNS[:3])


def _given(path: Path, results: Sequence[Result]) -> Iterator[tuple[int, str, str, str, str]]:
    """The line, the student, the exercise, the points and the comment of each line of a table of points."""
    rows = read_points(path)
    if rows and set(_OTTER_COLUMNS) <= set(rows[0]):
        yield from _from_otter(rows, results)
        return
    for line, row in enumerate(rows, start=2):
        comment = (row.get("comment") or "").strip()
        yield line, _plain(row["student"]), _plain(row["exercise"]), row["points"] or "", comment


def _from_otter(rows: Sequence[dict[str, str]], results: Sequence[Result]) -> Iterator[tuple[int, str, str, str, str]]:
    """The same of otter-grader's table: a line for each file, a column for each question.

    A hand-in that otter could not grade is left out, and points are counted in the measure of this assignment.
    """
    most = {each.exercise: each.maximum for result in results[:1] for each in result.verdicts}
    # Tests of otter are named like files: `05_1` is exercise 05.1, and `open_2` the second open one.
    named = {name.replace(".", "_").replace(" ", "_"): name for name in most}
    worth = next((row for row in rows if row["file"] == _OTTER_MOST), {})
    for line, row in enumerate(rows, start=2):
        if row["file"] == _OTTER_MOST or row["grading_status"] != _OTTER_DONE:
            continue
        for column, text in row.items():
            if column in _OTTER_COLUMNS or column is None:
                continue
            exercise = named.get(column, column)
            points, theirs = _number(text), _number(worth.get(column))
            if points >= 0 and theirs > 0 and exercise in most:
                text = str(round(points / theirs * most[exercise], 2))
            yield line, PurePosixPath(_plain(row["file"]).replace("\\", "/")).stem, exercise, text or "", ""


def _number(text: str | None) -> float:
    """The number that a field holds; -1 for none."""
    try:
        return float(text or "")
    except ValueError:
        return -1.0


def _plain(text: str | None) -> str:
    """A field without the mark that keeps a spreadsheet from taking it for a formula."""
    text = (text or "").strip()
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULAE else text


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
        ["file", *exercises, *_OTTER_COLUMNS[1:]],
        [_OTTER_MOST, *exercises.values(), manifest.maximum, 1, "--"],
    ]
    for result in results:
        points = {each.exercise: each.points or 0 for each in result.verdicts}
        share = result.points / manifest.maximum if manifest.maximum else 0
        status = _OTTER_DONE if result.status == "graded" else result.reason or result.status
        rows.append(
            [
                # Where each student's folder holds a notebook of the same name, the file's own would tell nothing.
                f"{result.student}.ipynb",
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
    lines = read_worksheet(worksheet)
    columns = list(lines[0])
    name, grade = _column(columns, _MOODLE_NAMES), _column(columns, _MOODLE_GRADES)
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


def read_worksheet(path: Path) -> list[dict[str, str]]:
    """The lines of Moodle's grading worksheet.

    Raises:
        UsageError: if it is none.
    """
    lines = _read(path)
    columns = list(lines[0]) if lines else []
    if not _column(columns, _MOODLE_GRADES) or not (_column(columns, _MOODLE_NAMES) or "Identifier" in columns):
        raise UsageError(
            tr(
                f"{shown(path)} is no grading worksheet of Moodle; allowed: a CSV with the columns Identifier or"
                " Full name, and Grade",
                f"{shown(path)} 不是 Moodle 的评分表；请给出含有 Identifier 或 Full name（全名）、以及 Grade"
                "（成绩）各列的 CSV",
            )
        )
    return lines


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


def _read(path: Path, *kinds: Sequence[str]) -> list[dict[str, str]]:
    """The lines of a table that has the columns of one of these kinds; the last is named where it is none of them."""
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        rows = list(reader)
    except FileNotFoundError:
        raise UsageError(
            tr(
                f"{shown(path)} is not there; allowed: a CSV that can be read",
                f"{shown(path)} 不存在；请给出可以读取的 CSV 文件",
            )
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise UsageError(
            tr(
                f"{shown(path)} cannot be read as CSV ({problem})",
                f"{shown(path)} 不能当作 CSV 读取；请用 UTF-8 编码保存",
            )
        ) from None
    has = list(reader.fieldnames or ())
    if kinds and not any(set(kind) <= set(has) for kind in kinds):
        missing = [name for name in kinds[-1] if name not in has]
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
                f"'{each}" if isinstance(each, str) and each[:1] in _FORMULAE and each.strip("-") else each
                for each in row
            ]
        )
    return made.getvalue().encode("utf-8", "replace").decode("utf-8")
