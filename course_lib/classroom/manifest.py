"""What an assignment is: its exercises, its points, its secret, and by which course it was made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course_lib import __version__
from course_lib.base import settings
from course_lib.base.errors import EnvironmentProblem, UsageError
from course_lib.base.files import shown, write_atomically
from course_lib.base.language import tr

MANIFEST = Path("instructors") / "manifest.json"
HAND_OUT, SUBMITTED, GRADED = "hand_out", "submitted", "graded"

_FORMAT = 1


@dataclass(frozen=True)
class Exercise:
    """An exercise that a check decides.

    Args:
        number: `"05.1"`.
        cell: the id of its cell in the notebook, `"ex1"`.
        function: the name of the function to write.
        points: what it is worth; `Manifest.visible_share` of them for the check on the page.
        solution: the lesson's solution, from which hidden tests are made.
    """

    number: str
    cell: str
    function: str
    points: float
    solution: str


@dataclass(frozen=True)
class Open:
    """An exercise that a person reads.

    Args:
        number: its place among the lesson's open exercises, from 1.
        cell: the id of the cell for the answer.
        points: what it is worth.
    """

    number: int
    cell: str
    points: float


@dataclass(frozen=True)
class Manifest:
    """An assignment.

    Args:
        id: what its notebooks are known by.
        name: the lesson it is made from, `"05_attention"`.
        chapter: its number.
        version: the course's version.
        checks: a digest of the checks that it was made with.
        due: when it is due, as ISO 8601 with its zone; empty for never.
        seed: what the hidden tests are drawn from; nobody but instructors knows it.
        exercises: those that a check decides.
        open: those that a person reads.
        imports: what the notebook imports for its reader.
        ours: ids of the cells that are not the student's to change: what stands there is not looked at.
        visible_share: of an exercise's points, what the check on the page gives; hidden tests give the rest.
    """

    id: str
    name: str
    chapter: int
    version: str
    checks: str
    due: str
    seed: int
    exercises: list[Exercise]
    open: list[Open]
    imports: str
    ours: list[str]
    visible_share: float = 0.5
    format: int = field(default=_FORMAT)

    @property
    def maximum(self) -> float:
        """All points there are."""
        return sum(each.points for each in (*self.exercises, *self.open))

    def save(self, folder: Path) -> Path:
        """Write it into the assignment's folder."""
        path = folder / MANIFEST
        write_atomically(path, (json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
        return path

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read it again.

        Raises:
            UsageError: if the folder holds no assignment, or a damaged one.
        """
        path = folder / MANIFEST
        if not path.is_file():
            raise UsageError(
                tr(
                    f"{shown(folder)} is no assignment: {MANIFEST.as_posix()} is missing;"
                    " allowed: a folder that `course assignment make … --out FOLDER` made",
                    f"{shown(folder)} 不是作业：缺少 {MANIFEST.as_posix()}；"
                    "请给出由 `course assignment make … --out FOLDER` 建立的文件夹",
                )
            )
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            if held["format"] != _FORMAT:
                raise UsageError(
                    tr(
                        f"{shown(path)} has the format {held['format']!r}; allowed: {_FORMAT}",
                        f"{shown(path)} 的格式是 {held['format']!r}；只能是 {_FORMAT}",
                    )
                )
            held["exercises"] = [_made(Exercise, each) for each in held["exercises"]]
            held["open"] = [_made(Open, each) for each in held["open"]]
            made = cls(**held)
            if not made.exercises and not made.open:
                raise ValueError("no exercise")
        except (TypeError, ValueError, KeyError) as problem:
            if isinstance(problem, UsageError):
                raise
            raise UsageError(
                tr(
                    f"{shown(path)} is damaged ({problem}); make the assignment again",
                    f"{shown(path)} 已损坏，其中有字段缺失或写错；请重新制作作业",
                )
            ) from None
        return made

    def require_these_checks(self) -> None:
        """See that this course is the one that it was made with.

        Raises:
            EnvironmentProblem: if its checks are others: a hand-in would be held against what it was not given.
        """
        if self.checks != checks_digest():
            raise EnvironmentProblem(
                tr(
                    f"this assignment was made with version {self.version} of the course (checks {self.checks}), and"
                    f" this is version {__version__} (checks {checks_digest()}): grade with the course that made it,"
                    " or, where you have mended a check since, with --with-these-checks",
                    f"这份作业由课程版本 {self.version}（检查 {self.checks}）制作，而现在的版本是 {__version__}"
                    f"（检查 {checks_digest()}）：请用制作它的课程来评分；如果是你后来修正了检查，"
                    "请加上 --with-these-checks",
                )
            )


def checks_digest() -> str:
    """What tells one version of the checks from another."""
    digest = hashlib.sha256()
    for path in sorted((settings.library_folder() / "checks").glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:12]


def _made(kind: type, held: Mapping[str, object]) -> object:
    made = kind(**held)
    if not isinstance(made.points, int | float) or made.points < 0:
        raise ValueError(f"points are {made.points!r}; allowed: 0 or more")
    return made
