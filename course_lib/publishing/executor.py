"""Executing a lesson: its cells run, its time and memory are measured, its results held against their ranges."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
from nbformat import NotebookNode

from course_lib.base.errors import ChapterFailed, CourseError
from course_lib.base.files import shown, write_atomically
from course_lib.publishing.kernel import CellStopped, Execution, OnCell, execute
from course_lib.publishing.lesson import Chapter
from course_lib.publishing.notebooks import SETUP_ID, Publication, notebook, to_bytes
from course_lib.publishing.records import RunRecord, record_name
from course_lib.publishing.wording import in_language
from course_lib.session import scale as scales
from course_lib.training import devices

# As in course_lib.checks.core, which readers import and the publisher does not.
CHECK_MIME = "application/vnd.course.check+json"

# Seconds that one cell may take: far beyond what a lesson needs, so that only a cell that hangs is stopped.
TIMEOUTS = {"smoke": 300.0, "quick": 900.0, "full": 6 * 3600.0}

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def executed_path(build_folder: Path, slug: str, language: str, edition: str) -> Path:
    """Where the executed notebook of a lesson is kept."""
    return build_folder / "executed" / language / edition / f"{slug}.ipynb"


def run(
    chapter: Chapter,
    language: str,
    edition: str = "solution",
    scale: str = "quick",
    *,
    build_folder: Path,
    publication: Publication | None = None,
    timeout: float | None = None,
    on_cell: OnCell | None = None,
) -> RunRecord:
    """Execute a lesson and keep what came of it.

    The executed notebook goes to `build_folder/executed/<language>/<edition>/`, the record to `build_folder/results/`.
    Of a run that fails neither is written; the notebook as far as it came goes to `build_folder/failed/`, to be looked
    at.

    Args:
        chapter: the lesson.
        language: `"en"` or `"zh"`.
        edition: `"student"` or `"solution"`.
        scale: `"smoke"`, `"quick"` or `"full"`.
        build_folder: the checkout's `build/`.
        publication: the course's address and recorded runs, for the opening cell.
        timeout: seconds that one cell may take; by default what `TIMEOUTS` says for the scale.
        on_cell: called before each code cell with its place (from 1), how many there are, and its id.

    Returns:
        The record of the run.

    Raises:
        ChapterFailed: if a cell fails, a check does not say what it should in this edition, or (at the quick and the
            full scale) a result lies outside its range or was never reported.
        UsageError: for an unknown language, edition or scale.
        EnvironmentProblem: if no kernel starts.
    """
    scales.checked(scale)
    # Before the cells run: somebody may change the library meanwhile.
    digest = made_from(chapter, language, edition)
    made = notebook(chapter, language, edition, publication, link_to_other=False)
    where = f"{chapter.slug} ({language}, {edition} edition, {scale} scale)"
    failed = build_folder / "failed" / language / edition / f"{chapter.slug}.ipynb"
    environment = {"COURSE_SCALE": scale, "COURSE_LANGUAGE": language}
    try:
        execution = execute(made, environment, TIMEOUTS[scale] if timeout is None else timeout, on_cell)
    except CellStopped as stopped:
        _tidy(made)
        write_atomically(failed, to_bytes(made))
        reason = _stopped(where, chapter, language, edition, stopped)
        raise ChapterFailed(f"{reason}\nThe notebook so far: {shown(failed)}") from None
    _tidy(made)
    record = _record(chapter, language, edition, scale, made, execution, digest)
    wrong = [*_wrong_results(record, made), *_wrong_checks(record, chapter)]
    if wrong:
        write_atomically(failed, to_bytes(made))
        raise ChapterFailed("\n".join((f"{where} ran, and not as it should:", *(f"  {line}" for line in wrong))))
    failed.unlink(missing_ok=True)
    made.metadata["course"]["scale"] = scale
    write_atomically(executed_path(build_folder, chapter.slug, language, edition), to_bytes(made))
    record.save(build_folder / "results")
    return record


def made_from(chapter: Chapter, language: str, edition: str) -> str:
    """A digest of all that a run comes from: the notebook's cells, the library, the seed and the backend.

    What earlier runs cost, which a notebook quotes, is left out.
    """
    digest = hashlib.sha256(to_bytes(notebook(chapter, language, edition, None, link_to_other=False)))
    library = Path(__file__).resolve().parents[1]
    for path in sorted(library.rglob("*.py")):
        digest.update(path.relative_to(library).as_posix().encode() + path.read_bytes())
    digest.update(f"{scales.seed()} {devices.version_of(devices.configured_backend())}".encode())
    return digest.hexdigest()[:16]


def kept_run(chapter: Chapter, language: str, edition: str, scale: str, *, build_folder: Path) -> RunRecord | None:
    """The record of an earlier run, where running again would only repeat it; else None.

    It is repeated where the lesson, the library, the seed or a version has changed since, where a file of it is missing
    or cut short, and where a sample stood in for data that may have come by now.

    Args:
        chapter: the lesson.
        language: `"en"` or `"zh"`.
        edition: `"student"` or `"solution"`.
        scale: `"smoke"`, `"quick"` or `"full"`.
        build_folder: the checkout's `build/`.
    """
    try:
        record = RunRecord.load(build_folder / "results" / record_name(chapter.slug, language, edition, scale))
        executed = executed_path(build_folder, chapter.slug, language, edition).read_bytes()
        # One notebook is kept for all scales: it must be of this run.
        kept_scale = json.loads(executed)["metadata"]["course"].get("scale")
    except (CourseError, OSError, ValueError, TypeError, KeyError):
        return None
    installed = all(_installed(package) == version for package, version in record.versions.items())
    if record.data != "real" or kept_scale != scale or not installed:
        return None
    return record if record.made_from == made_from(chapter, language, edition) else None


def _installed(name: str) -> str | None:
    """The version of something a record names; the backend's own name stands for itself."""
    if name == "python":
        return platform.python_version()
    if name == "backend":
        return devices.configured_backend()
    return devices.version_of(name).rpartition(" ")[2]


def results(chapter: Chapter, scale: str, seed: int, *, on_cell: OnCell | None = None) -> dict[str, float]:
    """What a lesson's English solution reports with another seed. No range is looked at, nothing is kept.

    Args:
        chapter: the lesson.
        scale: `"smoke"`, `"quick"` or `"full"`.
        seed: what `COURSE_SEED` is set to.
        on_cell: as in `run`.

    Returns:
        Each result by its name.

    Raises:
        ChapterFailed: if a cell fails.
        UsageError: for an unknown scale.
        EnvironmentProblem: if no kernel starts.
    """
    made = notebook(chapter, "en", "solution", None, link_to_other=False)
    environment = {"COURSE_SCALE": scales.checked(scale), "COURSE_LANGUAGE": "en", "COURSE_SEED": str(seed)}
    try:
        execute(made, environment, TIMEOUTS[scale], on_cell)
    except CellStopped as stopped:
        where = f"{chapter.slug} ({scale} scale, seed {seed})"
        raise ChapterFailed(_stopped(where, chapter, "en", "solution", stopped)) from None
    return {str(result["name"]): float(result["value"]) for result in _outputs(made, scales.RESULT_MIME)}


def _stopped(where: str, chapter: Chapter, language: str, edition: str, stopped: CellStopped) -> str:
    place = _place(chapter, language, edition, stopped)
    return f"{where} stopped in {place}: {stopped.reason}\n{_traceback(stopped.traceback)}"


def _record(
    chapter: Chapter, language: str, edition: str, scale: str, made: NotebookNode, execution: Execution, digest: str
) -> RunRecord:
    # A result reported twice counts as it was reported last.
    results = {str(result["name"]): result for result in _outputs(made, scales.RESULT_MIME)}
    promises = list(_outputs(made, scales.EXPECTED_MIME))
    on_sample = any(said["data"] == "sample" for said in (*results.values(), *promises))
    return RunRecord(
        chapter=chapter.number,
        slug=chapter.slug,
        title=chapter.title[language],
        language=language,
        edition=edition,
        scale=scale,
        data="sample" if on_sample else "real",
        seconds=round(execution.seconds, 2),
        seconds_per_cell={name: round(seconds, 3) for name, seconds in execution.seconds_per_cell.items()},
        peak_memory_mb=round(execution.peak_memory_mb, 1),
        results=list(results.values()),
        checks={str(said["exercise"]): str(said["status"]) for said in _outputs(made, CHECK_MIME)},
        versions=execution.versions,
        machine={
            "cores": devices.cores(),
            "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
            "platform": f"{platform.system()} {platform.machine()}",
        },
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        made_from=digest,
    )


def _wrong_results(record: RunRecord, made: NotebookNode) -> Iterator[str]:
    if record.scale == "smoke":
        return
    for result in record.results:
        if result["within"] is False:
            yield f"{result['name']} = {result['value']:.6g} lies outside {result['low']:g} to {result['high']:g}"
    promised = {name for promise in _outputs(made, scales.EXPECTED_MIME) for name in promise["names"]}
    for name in sorted(promised - {result["name"] for result in record.results}):
        yield f"{name} was expected and never reported"


def _wrong_checks(record: RunRecord, chapter: Chapter) -> Iterator[str]:
    """A solution passes its check, and a stub is not attempted; anything else is a mistake in the lesson."""
    wanted = {"solution": "passed", "student": "not attempted"}[record.edition]
    for exercise in (cell.number for cell in chapter.cells if cell.number is not None):
        status = record.checks.get(exercise, "nothing")
        if status != wanted:
            yield f"the check of exercise {exercise} says {status!r}; the {record.edition} edition needs {wanted!r}"


def _outputs(made: NotebookNode, mime: str) -> Iterator[dict[str, object]]:
    for cell in made.cells:
        for output in cell.get("outputs", ()):
            if mime in output.get("data", {}):
                yield output["data"][mime]


def _place(chapter: Chapter, language: str, edition: str, stopped: CellStopped) -> str:
    """The cell, and the line of the source at which it stopped."""
    cell_id = stopped.cell.id
    if cell_id == SETUP_ID:
        return "the set-up cell"
    cell = chapter.cell(cell_id)
    solved = edition == "solution" and cell.solution is not None
    first = cell.lines["solution" if solved else "code"]
    lines = in_language(cell.solution if solved else cell.code, language).lines
    inside = re.findall(rf"In\[{stopped.cell.execution_count}\], line (\d+)", _ANSI.sub("", stopped.traceback))
    line = first + lines[int(inside[-1]) - 1] if inside else first
    return f"cell {cell_id!r}, {shown(chapter.path)}:{line}"


def _traceback(text: str) -> str:
    coloured = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    return _without_machine(text if coloured else _ANSI.sub("", text)).strip()


def _tidy(made: NotebookNode) -> None:
    """Outputs without terminal colours and without this machine's folders."""
    for cell in made.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                output.text = _without_machine(_ANSI.sub("", output.text))
            elif output.output_type == "error":
                output.traceback = [_without_machine(line) for line in output.traceback]
            else:
                for mime in ("text/plain", "text/html"):
                    if isinstance(output.data.get(mime), str):
                        output.data[mime] = _without_machine(output.data[mime])


def _without_machine(text: str) -> str:
    for folder, name in ((sys.prefix, "<python>"), (str(Path.home()), "~")):
        if len(folder) > 1:
            text = text.replace(folder, name)
    return text
