"""Grading hand-ins: each in a process of its own, judged in another, one student's file at a time.

The verdict is reached here. A hand-in's process is asked for the value of its function at arguments that it did not
choose, and the check compares what it sends; there is nothing in that process that could be patched or redefined to
make a wrong value right.
"""

from __future__ import annotations

import errno
import hashlib
import json
import multiprocessing
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from course_lib.base.errors import CourseError, EnvironmentProblem, UsageError
from course_lib.base.files import check_room, remove_unfinished, shown, workshop, write_atomically
from course_lib.checks import core
from course_lib.checks.hints import Hint
from course_lib.classroom import hidden, submissions
from course_lib.classroom.confinement import Limits
from course_lib.classroom.manifest import GRADED, SUBMITTED, Exercise, Manifest
from course_lib.classroom.remote import Gone, Remote, RemoteFunction, of_the_process
from course_lib.classroom.submissions import HandIn, Refused, Work
from course_lib.showing import language
from course_lib.showing.language import tr

STATE = "state"

# As many times a hand-in's process is started again, each time without the cell that ended it.
MOST_STARTS = 8

_ROOM_MB = 200
# What a disk says that is full.
_FULL = (errno.ENOSPC, errno.EDQUOT)
SOLVED, WRONG, OPEN, UNDONE = "solved", "not solved", "to be read", "not attempted"


@dataclass(frozen=True)
class Verdict:
    """What became of one exercise.

    Args:
        exercise: `"05.1"`, or `"open 1"`.
        status: `"solved"`, `"not solved"`, `"not attempted"` or `"to be read"`.
        points: what was reached; None where a person has to read it.
        maximum: what could be.
        visible: whether the check on the page passes.
        hidden: whether the hidden tests do.
        hint: what the check said, in the student's language.
        answer: to an open exercise, what was written.
    """

    exercise: str
    status: str
    points: float | None
    maximum: float
    visible: bool = False
    hidden: bool = False
    hint: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Result:
    """What became of one hand-in.

    Args:
        student: whose it is.
        number: Moodle's number of the student; empty elsewhere.
        notebook: the file's name.
        language: the student's.
        when: when it came, as ISO 8601.
        late_minutes: how long after it was due; 0 for in time.
        status: `"graded"`, `"refused"` or `"nothing"`.
        verdicts: one for each exercise.
        notes: what else instructors are told.
        why: where it is refused, the reason in each language.
        others: the names of earlier hand-ins, which do not count.
        work: a digest of the code.
        layers: what held the process.
        made_from: a digest of the file and of all that it was graded by.
    """

    student: str
    number: str
    notebook: str
    language: str
    when: str
    late_minutes: int
    status: str
    verdicts: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    why: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    work: str = ""
    layers: list[str] = field(default_factory=list)
    made_from: str = ""

    @property
    def points(self) -> float:
        """All points reached, without those that a person has still to give."""
        return sum(each.points or 0 for each in self.verdicts)

    @property
    def reason(self) -> str:
        """Why it is refused, in the language that is spoken; empty for one that is graded."""
        return tr(self.why.get("en", ""), self.why.get("zh", ""))


def grade(
    folder: Path,
    *,
    jobs: int = 1,
    limits: Limits | None = None,
    again: bool = False,
    these_checks: bool = False,
    told: Callable[[Result, bool], None] = lambda result, kept: None,
) -> list[Result]:
    """Grade all that was handed in.

    What is graded already, and has not changed, is kept: after a kill, the same call goes on where it stopped.

    Args:
        folder: the assignment's.
        jobs: how many hand-ins are graded side by side.
        limits: what each may take.
        again: grade anew what is graded already.
        these_checks: grade although the checks have changed since the assignment was made.
        told: called with each result, and whether it was kept.

    Returns:
        The results, by student.

    Raises:
        UsageError: if the folder holds no assignment, or nothing was handed in.
        EnvironmentProblem: if it is being graded by somebody else, was made by another version, or a disk is full or
            fills meanwhile; what is graded by then is kept.
    """
    from filelock import FileLock, Timeout

    manifest = Manifest.load(folder)
    if not these_checks:
        manifest.require_these_checks()
    handed = folder / SUBMITTED
    hand_ins = submissions.find(handed) if handed.is_dir() else []
    if not hand_ins:
        raise UsageError(
            tr(
                f"nothing was handed in: {shown(handed)} is empty; allowed: a notebook NAME.ipynb for each student, or"
                " a folder NAME with one",
                f"没有收到作答：{shown(handed)} 是空的；请放入每名学生的笔记本 NAME.ipynb，或放着笔记本的文件夹 NAME",
            )
        )
    limits = limits or Limits()
    state = folder / GRADED / STATE
    check_room(state, _ROOM_MB)
    # Hand-ins work in the system's folder for such; what all of them may write there at once must not fill its disk.
    check_room(Path(tempfile.gettempdir()), min(jobs, len(hand_ins)) * limits.folder_mb)
    done: list[bool] = []

    def counted(result: Result, kept: bool) -> None:
        done.append(kept)
        told(result, kept)

    try:
        state.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / GRADED / "grading.lock", timeout=0):
            remove_unfinished(state)
            results = _all(manifest, hand_ins, state, jobs, limits, again, counted)
    except Timeout:
        raise EnvironmentProblem(
            tr(
                f"{shown(folder)} is being graded already; wait until that has ended",
                f"{shown(folder)} 正在评分；请等它结束",
            )
        ) from None
    except OSError as problem:
        if problem.errno not in _FULL:
            raise
        place = shown(Path(problem.filename or state))
        raise EnvironmentProblem(
            tr(
                f"the disk of {place} is full: {len(done)} of {len(hand_ins)} hand-ins are graded, and kept; make room"
                " and run this again",
                f"{place} 所在的磁盘已满：{len(hand_ins)} 份作答已评 {len(done)} 份，均已保留；请腾出空间后重新运行",
            )
        ) from None
    return _with_twins(results)


def _all(
    manifest: Manifest,
    hand_ins: Sequence[HandIn],
    state: Path,
    jobs: int,
    limits: Limits,
    again: bool,
    told: Callable[[Result, bool], None],
) -> list[Result]:
    results, waiting = {}, []
    for hand_in in hand_ins:
        made_from = _made_from(manifest, hand_in, limits)
        kept = None if again else _kept(state / file_name(hand_in.student), made_from)
        if kept is None:
            waiting.append((hand_in, made_from))
        else:
            results[hand_in.student] = kept
            told(kept, True)
    for result in _graded(manifest, waiting, jobs, limits):
        text = json.dumps(asdict(result), ensure_ascii=False, indent=1)
        write_atomically(state / file_name(result.student), text.encode("utf-8", "replace"))
        results[result.student] = result
        told(result, False)
    return [results[hand_in.student] for hand_in in hand_ins]


def _graded(manifest: Manifest, waiting: list[tuple[HandIn, str]], jobs: int, limits: Limits) -> Iterator[Result]:
    if jobs <= 1 or len(waiting) <= 1:
        for hand_in, made_from in waiting:
            yield grade_one(manifest, hand_in, made_from, limits)
        return
    # Not by fork: who judges begins clean.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(jobs, len(waiting)), context)
    try:
        futures = [pool.submit(grade_one, manifest, hand_in, made_from, limits) for hand_in, made_from in waiting]
        for future in as_completed(futures):
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def grade_one(manifest: Manifest, hand_in: HandIn, made_from: str, limits: Limits) -> Result:
    """Grade one hand-in.

    Args:
        manifest: the assignment.
        hand_in: what was handed in.
        made_from: kept with the result.
        limits: what its process may take.
    """
    late = _late(manifest, hand_in.when)
    about = {
        "student": hand_in.student,
        "number": hand_in.number,
        "notebook": hand_in.path.name if hand_in.path else "",
        "when": hand_in.when.isoformat(timespec="seconds") if hand_in.when else "",
        "late_minutes": late,
        "others": list(hand_in.others),
        "made_from": made_from,
    }
    before = language.current()
    try:
        try:
            if hand_in.path is None:
                raise Refused("there is no notebook", "没有笔记本")
            work = submissions.read(hand_in.path, manifest)
            _require_this_assignment(work, manifest)
        except Refused as refused:
            status = "refused" if hand_in.path else "nothing"
            spoken = _language_of(hand_in)
            return Result(**about, language=spoken, status=status, verdicts=_nothing(manifest), why=refused.words)
        language.use(work.language)
        with workshop("course-grading-") as bench:
            verdicts, layers = _Judge(manifest, work, bench, limits).verdicts()
            _require_room(bench)
    finally:
        language.use(before)
    verdicts += [
        Verdict(f"open {each.number}", OPEN, None, each.points, answer=work.answers.get(each.cell, ""))
        for each in manifest.open
    ]
    return Result(**about, language=work.language, status="graded", verdicts=verdicts, work=work.digest, layers=layers)


def _require_room(bench: Path) -> None:
    """See that a hand-in had room for the files that it is allowed; one that had none may have failed for that alone.

    Raises:
        OSError: if the disk is full, beside what the hand-in itself wrote.
    """
    own = sum(path.lstat().st_size for path in bench.rglob("*"))
    if shutil.disk_usage(bench).free + own < 1_000_000:
        raise OSError(errno.ENOSPC, "full", str(bench.parent))


class _Judge:
    """Judges one hand-in: starts its process, and starts it again where a cell or a call has ended it."""

    def __init__(self, manifest: Manifest, work: Work, bench: Path, limits: Limits) -> None:
        self.manifest, self.work, self.bench, self.limits = manifest, work, bench, limits
        self.starts = 0
        self.layers: list[str] = []
        # What became of a cell: the error that it raised, or how it ended the process.
        self.failed: dict[int, Hint] = {}
        self.fatal: set[int] = set()
        self.remote: Remote | None = None
        # A hand-in that ends its process again and again is not started for ever.
        self.deadline = time.monotonic() + 2 * limits.seconds

    def verdicts(self) -> tuple[list[Verdict], list[str]]:
        try:
            found = [self._verdict(exercise) for exercise in self.manifest.exercises]
        finally:
            self._close()
        return found, self.layers

    def _verdict(self, exercise: Exercise) -> Verdict:
        try:
            function = self._function(exercise.function)
            if function is None:
                return self._missing(exercise)
            said = core.check(exercise.number, function, hint=2)
            status, visible, hint = said.status, said.passed, said.message
            passes = False
            if status != core.NOT_ATTEMPTED:
                function = self._function(exercise.function)
                passes, more = self._hidden(exercise, function)
                hint = hint or more
        except Gone as gone:
            status, visible, passes, hint = core.HINT, False, False, of_the_process(gone)
            self._close()
        share = self.manifest.visible_share
        points = exercise.points * (visible * share + (visible and passes) * (1 - share))
        if status == core.NOT_ATTEMPTED:
            return Verdict(exercise.number, UNDONE, 0.0, exercise.points)
        solved = SOLVED if visible and passes else WRONG
        return Verdict(exercise.number, solved, round(points, 2), exercise.points, visible, passes, hint)

    def _hidden(self, exercise: Exercise, function: RemoteFunction | None) -> tuple[bool, str]:
        if function is None:
            return False, ""
        cases = hidden.varied_cases(exercise.number, _solution(self.manifest, exercise), self.manifest.seed)
        found = hidden.ask(exercise.number, function, cases, self.manifest.seed)
        if found is None:
            return True, ""
        said = tr(
            "The check on the page passes; on other cases of the same kind the function is wrong.",
            "页面上的检查通过了；但换成同类的其他情形，函数就错了。",
        )
        return False, f"{said} {found}".strip()

    def _function(self, name: str) -> RemoteFunction | None:
        """The student's function, in a process that is alive."""
        if self.remote is not None and not self.remote.alive:
            self._close()
        while self.remote is None:
            self._start()
        try:
            return self.remote.function(name)
        except Gone:
            self._close()
            return None

    def _start(self) -> None:
        """Run every cell that did not end the process before."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Gone("time")
        self.starts += 1
        scratch = self.bench / str(self.starts)
        scratch.mkdir()
        self.remote = Remote(scratch, replace(self.limits, seconds=min(left, self.limits.seconds)))
        self.layers = self.remote.layers
        self.remote.run(self.manifest.imports, "imports")
        for place, (name, code) in enumerate(self.work.cells):
            if place in self.fatal or (self.starts > MOST_STARTS and name not in self._exercise_cells()):
                continue
            try:
                error = self.remote.run(code, name)
            except Gone as gone:
                self.failed[place] = Hint(of_the_process(gone))
                self.fatal.add(place)
                self._close()
                return
            if error is not None:
                kind, text = error
                self.failed[place] = Hint(
                    tr(f"The cell {name} stops with {kind}: {text}", f"单元格 {name} 因 {kind} 中断：{text}")
                )

    def _exercise_cells(self) -> set[str]:
        return {each.cell for each in self.manifest.exercises}

    def _missing(self, exercise: Exercise) -> Verdict:
        """Why there is no function: its cell stopped, or it has another name."""
        pattern = re.compile(rf"\bdef\s+{re.escape(exercise.function)}\b|\b{re.escape(exercise.function)}\s*=")
        for place, hint in self.failed.items():
            name, code = self.work.cells[place]
            if name == exercise.cell or pattern.search(code):
                return Verdict(exercise.number, WRONG, 0.0, exercise.points, hint=str(hint))
        hint = tr(
            f"The notebook has no function {exercise.function}.", f"笔记本里没有名为 {exercise.function} 的函数。"
        )
        return Verdict(exercise.number, UNDONE, 0.0, exercise.points, hint=hint)

    def _close(self) -> None:
        if self.remote is not None:
            self.remote.close()
            self.remote = None


def _solution(manifest: Manifest, exercise: Exercise) -> Callable[..., object]:
    """The lesson's own function. It comes from the manifest, which is the instructor's."""
    names: dict[str, object] = {}
    exec(manifest.imports, names)
    for each in manifest.exercises:
        exec(each.solution, names)
    return names[exercise.function]


def _require_this_assignment(work: Work, manifest: Manifest) -> None:
    if work.assignment and work.assignment != manifest.id:
        raise Refused(
            f"it belongs to the assignment {work.assignment}, made by version {work.version or '?'} of the course; this"
            f" one is {manifest.id}, version {manifest.version}",
            f"它属于作业 {work.assignment}（课程版本 {work.version or '?'}）；这份作业是 {manifest.id}，版本"
            f" {manifest.version}",
        )


def _nothing(manifest: Manifest) -> list[Verdict]:
    return [Verdict(each.number, UNDONE, 0.0, each.points) for each in manifest.exercises] + [
        Verdict(f"open {each.number}", UNDONE, 0.0, each.points) for each in manifest.open
    ]


def _language_of(hand_in: HandIn) -> str:
    """Of a notebook that cannot be graded, the language as far as its beginning tells."""
    try:
        return "zh" if b'"language": "zh"' in submissions.content(hand_in.path) else "en"
    except (Refused, TypeError):
        return "en"


def _late(manifest: Manifest, when: datetime | None) -> int:
    if not manifest.due or when is None:
        return 0
    return max(0, int((when - datetime.fromisoformat(manifest.due)).total_seconds() // 60))


def _made_from(manifest: Manifest, hand_in: HandIn, limits: Limits) -> str:
    """A digest of all that a result comes from."""
    digest = hashlib.sha256(json.dumps([asdict(manifest), asdict(limits)]).encode())
    digest.update(repr((hand_in.student, hand_in.when, hand_in.others)).encode("utf-8", "replace"))
    try:
        digest.update(submissions.content(hand_in.path) if hand_in.path else b"")
    except Refused as refused:
        digest.update(str(refused).encode())
    return digest.hexdigest()[:16]


def _kept(path: Path, made_from: str) -> Result | None:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["made_from"] != made_from:
            return None
        held["verdicts"] = [Verdict(**each) for each in held["verdicts"]]
        return Result(**held)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def file_name(student: str, ending: str = ".json") -> str:
    """A file's name for a student's: what no system allows in a name, or could lead elsewhere, is replaced."""
    plain = re.sub(r"[^\w.-]+", "_", student).strip("._")[:80]
    if plain != student:
        plain = f"{plain or 'student'}-{hashlib.sha256(student.encode('utf-8', 'surrogateescape')).hexdigest()[:6]}"
    return f"{plain}{ending}"


def _with_twins(results: list[Result]) -> list[Result]:
    """A note for instructors where two students handed in the same code."""
    by_work: dict[str, list[str]] = {}
    for result in results:
        if result.work and any(each.status != UNDONE for each in result.verdicts):
            by_work.setdefault(result.work, []).append(result.student)
    marked = []
    for result in results:
        same = [student for student in by_work.get(result.work, []) if student != result.student]
        twins = tr(f"same code as {', '.join(same)}", f"代码与 {'、'.join(same)} 相同")
        notes = [*result.notes, *([twins] if same else [])]
        marked.append(Result(**{**vars(result), "notes": notes}))
    return marked


def available() -> str:
    """How this system shuts hand-ins in, in one line.

    Raises:
        CourseError: if no process starts.
    """
    with workshop("course-grading-") as bench:
        try:
            with Remote(bench, Limits()) as remote:
                return ", ".join(remote.layers)
        except (Gone, OSError) as problem:
            raise CourseError(
                tr(f"no process for a hand-in starts here ({problem})", f"作答所用的进程在本机无法启动（{problem}）")
            ) from None
