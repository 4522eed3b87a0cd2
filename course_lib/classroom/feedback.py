"""A page for each student, in the student's language: points, what the check said, what was late or counted twice."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from course_lib.base.files import write_atomically
from course_lib.classroom.grading import OPEN, SOLVED, UNDONE, Result, Verdict, file_name
from course_lib.classroom.manifest import GRADED, Manifest

_WORDS = {
    "en": {
        "title": "Assignment {name}: {student}",
        "points": "{points:g} of {maximum:g} points",
        "open": " so far; {points:g} more are given by hand",
        "head": ("Exercise", "Result", "Points", "What the check says"),
        SOLVED: "✔ solved",
        "not solved": "✘ not solved",
        UNDONE: "○ not attempted",
        OPEN: "to be read",
        "read": "read",
        "half": "✘ the check on the page passes, other cases do not",
        "late": "Handed in {late} after it was due.",
        "handed": "Handed in: {when}, {notebook}.",
        "others": "You handed in more than once; this one, the latest, counts. Earlier: {others}.",
        "refused": "This hand-in could not be graded: {why}.",
        "answer": "Your answer",
        "opened": "Open",
        "minutes": "{minutes} min",
        "hours": "{hours:.0f} h",
    },
    "zh": {
        "title": "作业 {name}：{student}",
        "points": "{points:g} 分（满分 {maximum:g} 分）",
        "open": "，另有 {points:g} 分由教师批阅",
        "head": ("练习", "结果", "得分", "检查的提示"),
        SOLVED: "✔ 通过",
        "not solved": "✘ 未通过",
        UNDONE: "○ 未作答",
        OPEN: "待批阅",
        "read": "已批阅",
        "half": "✘ 页面上的检查通过，其他情形未通过",
        "late": "迟交 {late}。",
        "handed": "提交时间：{when}，文件 {notebook}。",
        "others": "你提交了不止一次，以最后一次为准。较早的：{others}。",
        "refused": "这次提交无法批改：{why}。",
        "answer": "你的回答",
        "opened": "开放题",
        "minutes": "{minutes} 分钟",
        "hours": "{hours:.0f} 小时",
    },
}

_CODES = {"en": "en", "zh": "zh-CN"}

_STYLE = """
body { font: 1rem/1.6 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem;
  color: #1c1c1c; background: #fff; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem; border-bottom: 1px solid #ccc; }
td:nth-child(3) { white-space: nowrap; }
td:last-child { white-space: pre-wrap; overflow-wrap: anywhere; }
blockquote { white-space: pre-wrap; border-left: 4px solid #888; margin: 0; padding-left: 1rem; }
.points { font-size: 1.4rem; }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #161616; } th, td { border-color: #444; } }
"""


def write(folder: Path, manifest: Manifest, result: Result) -> Path:
    """Write the page of one student.

    Args:
        folder: the assignment's.
        manifest: the assignment.
        result: what became of the hand-in.

    Returns:
        The file.
    """
    path = folder / GRADED / "feedback" / file_name(result.student, ".html")
    write_atomically(path, page(manifest, result).encode("utf-8", "replace"))
    return path


def page(manifest: Manifest, result: Result) -> str:
    """The page: it loads nothing and runs nothing, and what a student wrote is text in it."""
    words = _WORDS[result.language]
    title = escape(words["title"].format(name=manifest.name, student=result.student))
    points = words["points"].format(points=result.points, maximum=manifest.maximum)
    to_read = sum(each.maximum for each in result.verdicts if each.points is None)
    if to_read:
        points += words["open"].format(points=to_read)
    said = []
    if result.when:
        said.append(words["handed"].format(when=result.when.replace("T", " "), notebook=result.notebook))
    if result.late_minutes:
        unit = "minutes" if result.late_minutes < 120 else "hours"
        late = words[unit].format(minutes=result.late_minutes, hours=result.late_minutes / 60)
        said.append(words["late"].format(late=late))
    if result.others:
        said.append(words["others"].format(others=", ".join(result.others)))
    if result.status != "graded":
        said.append(words["refused"].format(why=result.why.get(result.language, "")))
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in words["head"])
    rows = "".join(_row(each, words) for each in result.verdicts)
    answers = "".join(
        f"<h2>{escape(_name(each, words))} · {escape(words['answer'])}</h2>"
        f"<blockquote>{escape(each.answer)}</blockquote>"
        for each in result.verdicts
        if each.answer
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{_CODES[result.language]}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        f'<p class="points">{escape(points)}</p>\n'
        + "".join(f"<p>{escape(each)}</p>\n" for each in said)
        + f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n{answers}</body>\n</html>\n"
    )


def _name(each: Verdict, words: dict[str, object]) -> str:
    """An exercise as the notebook calls it: `open 2` is the second open one."""
    return re.sub(r"^open (\d+)$", rf"{words['opened']} \1", each.exercise)


def _row(each: Verdict, words: dict[str, object]) -> str:
    status = "half" if each.visible and not each.hidden and each.status != SOLVED else each.status
    points = f"{'–' if each.points is None else f'{each.points:g}'} / {each.maximum:g}"
    cells = (_name(each, words), words[status], points, each.hint)
    return f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in cells)}</tr>\n"
