"""Hand-ins as they lie in a folder: whose they are, when they came, and what a student wrote in them.

Nothing of a hand-in is believed: it may be no notebook, a link to somewhere else, or as large as the disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from course_lib.classroom.manifest import Manifest
from course_lib.publishing.wording import without_magics

# A notebook with figures in it has a few megabytes.
MOST_BYTES = 30_000_000
MOST_CELLS, MOST_CODE = 2000, 2_000_000

# How Moodle names the folders of what it packs: the student's name, a number, what it is.
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?.*", re.DOTALL)
_STAMP = "timestamp.txt"


@dataclass(frozen=True)
class HandIn:
    """What one student handed in.

    Args:
        student: the name of the file or the folder.
        number: the number that Moodle gave the student for this; empty elsewhere.
        path: the notebook that counts, the latest; None where there is none.
        when: when it came.
        others: the names of earlier ones.
    """

    student: str
    number: str
    path: Path | None
    when: datetime | None
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Work:
    """What stands in a notebook.

    Args:
        language: of the notebook, where it says.
        assignment: the assignment that it says it belongs to; empty where it says nothing.
        version: the version of the course that it says made it.
        cells: the code to run, each with its id, in order; those of the course are left out.
        answers: what was written to open exercises, by the id of the cell.
        digest: of the code, to tell the same work handed in twice.
    """

    language: str
    assignment: str
    version: str
    cells: list[tuple[str, str]] = field(default_factory=list)
    answers: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""


class Refused(Exception):
    """A hand-in that cannot be read; the message is in English and in Chinese.

    Args:
        english: why.
        chinese: the same in Chinese.
    """

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.words = {"en": english, "zh": chinese}


def find(folder: Path) -> list[HandIn]:
    """The hand-ins of a folder, by student.

    Whoever's it is stands in the name: `NAME.ipynb`, or a folder `NAME` with notebooks anywhere in it, as nbgrader
    collects them and Moodle packs them. A link is never followed.

    Args:
        folder: where they lie.
    """
    found: dict[str, list[tuple[datetime, Path]]] = {}
    numbers: dict[str, str] = {}
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or (not entry.is_symlink() and entry.is_file() and entry.suffix != ".ipynb"):
            continue
        name = entry.stem if entry.suffix == ".ipynb" else entry.name
        moodle = _MOODLE.fullmatch(name)
        student = moodle["name"] if moodle else name
        numbers[student] = moodle["number"] if moodle else ""
        mine = found.setdefault(student, [])
        if entry.is_symlink() or not entry.is_dir():
            mine.append((_when(entry), entry))
        else:
            mine += [(_when(path), path) for path in _notebooks(entry)]
    hand_ins = []
    for student, mine in found.items():
        mine.sort(key=lambda each: (each[0], str(each[1])))
        when, path = mine[-1] if mine else (None, None)
        others = tuple(each.name for _, each in mine[:-1])
        hand_ins.append(HandIn(student, numbers[student], path, when, others))
    return hand_ins


def _notebooks(folder: Path) -> list[Path]:
    found = []
    for place, folders, files in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "__MACOSX"]
        found += [Path(place, name) for name in files if name.endswith(".ipynb") and not name.startswith(".")]
    return found


def _when(path: Path) -> datetime:
    """When a hand-in came: what a file `timestamp.txt` beside it says, as nbgrader keeps it, or when it was written."""
    stamp = path.with_name(_STAMP)
    try:
        if stat.S_ISREG(os.lstat(stamp).st_mode):
            said = stamp.read_text(encoding="utf-8")[:60].strip().replace(" UTC", "+00:00")
            return datetime.fromisoformat(said).astimezone()
    except (OSError, ValueError):
        pass
    return datetime.fromtimestamp(os.lstat(path).st_mtime).astimezone()


def read(path: Path, manifest: Manifest) -> Work:
    """What a student wrote.

    Args:
        path: the notebook.
        manifest: the assignment.

    Raises:
        Refused: if it is no notebook.
    """
    notebook = _json(path)
    cells = notebook.get("cells")
    if not isinstance(cells, list) or len(cells) > MOST_CELLS:
        raise Refused("it is no notebook: it has no list of cells", "它不是笔记本：里面没有单元格")
    metadata = notebook.get("metadata")
    course = metadata.get("course") if isinstance(metadata, dict) else None
    course = course if isinstance(course, dict) else {}
    code, answers = [], {}
    wanted = {each.cell for each in manifest.open}
    for place, cell in enumerate(cells):
        text = _text(cell)
        if text is None:
            continue
        name = str(
            cell.get("id") or (cell.get("metadata") or {}).get("nbgrader", {}).get("grade_id") or f"cell-{place}"
        )
        if cell["cell_type"] != "code":
            if name in wanted:
                answers[name] = text[:20_000]
        elif name not in manifest.ours and not _is_ours(text):
            code.append((name[:80], _plain(text)))
    if sum(len(text) for _, text in code) > MOST_CODE:
        raise Refused("its code is larger than two million characters", "其中的代码超过两百万字符")
    digest = hashlib.sha256("\n".join(re.sub(r"\s+", " ", text) for _, text in code).encode("utf-8", "replace"))
    language = course.get("language")
    return Work(
        language if language in ("en", "zh") else _language(cells),
        str(course.get("assignment") or "")[:80],
        str(course.get("version") or "")[:40],
        code,
        answers,
        digest.hexdigest()[:16],
    )


def content(path: Path) -> bytes:
    """The bytes of a file that is a file, and not too large.

    Raises:
        Refused: if it is a link, a pipe, a device, or too large.
    """
    try:
        found = os.lstat(path)
        if stat.S_ISLNK(found.st_mode):
            raise Refused("it is a link, which is not followed", "它是一个链接；链接不会被打开")
        if not stat.S_ISREG(found.st_mode):
            raise Refused("it is no file", "它不是文件")
        if found.st_size > MOST_BYTES:
            raise Refused(
                f"it has {found.st_size / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} MB are read",
                f"它有 {found.st_size / 1e6:.0f} MB；最多读取 {MOST_BYTES / 1e6:.0f} MB",
            )
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(handle, "rb") as file:
            return file.read(MOST_BYTES)
    except OSError as error:
        raise Refused(f"it cannot be read ({error.strerror})", f"它无法读取（{error.strerror}）") from None


def _json(path: Path) -> dict[str, object]:
    try:
        held = json.loads(content(path))
    except (ValueError, RecursionError):
        raise Refused("it is no notebook: it is no JSON", "它不是笔记本：不是 JSON") from None
    if not isinstance(held, dict):
        raise Refused("it is no notebook", "它不是笔记本")
    return held


def _text(cell: object) -> str | None:
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        return None
    if not isinstance(cell.get("metadata", {}), dict):
        return None
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(each for each in source if isinstance(each, str))
    return source if isinstance(source, str) else None


def _is_ours(text: str) -> bool:
    """Whether a cell is the set-up cell or one that only asks the check, where an editor has lost their ids."""
    return "course_lib.start(" in text or re.fullmatch(r"\s*(assert )?check\([^()]*\)(\.passed)?\s*", text) is not None


def _plain(text: str) -> str:
    """The code without what only a notebook understands."""
    try:
        return without_magics(text)
    except (RecursionError, MemoryError, ValueError):
        return text


def _language(cells: list[object]) -> str:
    """The language that most of a notebook's prose seems to be in."""
    prose = "".join(
        _text(cell) or "" for cell in cells[:20] if isinstance(cell, dict) and cell.get("cell_type") != "code"
    )
    return "zh" if sum("\u4e00" <= letter <= "\u9fff" for letter in prose) > 20 else "en"
