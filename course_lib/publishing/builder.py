"""Keeping notebooks what their sources say: writing them, comparing them, and losing nothing that a reader wrote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from course_lib.base.files import write_atomically
from course_lib.publishing import front, glossary, source
from course_lib.publishing.notebooks import Publication, digest, notebook, to_bytes
from course_lib.showing.language import LANGUAGES


@dataclass(frozen=True)
class Difference:
    """A notebook that is not what the source builds.

    Args:
        path: the notebook.
        hint: what the first difference is.
    """

    path: Path
    hint: str


def build(root: Path, solutions: bool = False) -> list[Path]:
    """Write the notebooks of every lesson: `chapters/en` and `chapters/zh`, the student edition, without outputs.

    The glossary is written beside them.

    A notebook in which a reader worked stays as it is while its lesson does; when the lesson changes, the reader's is
    kept beside it as `….mine.ipynb`.

    Args:
        root: the checkout.
        solutions: write the solution edition into `build/solutions/` as well.

    Returns:
        The files written and removed; a notebook is removed when its lesson is gone.

    Raises:
        SourceProblems: if a source breaks a rule; then nothing is written.
    """
    planned = _planned(root, solutions)
    changed = []
    for path, content in planned.items():
        if path.is_file() and path.read_bytes() == content:
            continue
        if _worked_in(path):
            if _metadata(path)["digest"] == _digest_of(content):
                continue
            changed.append(_keep(path))
        write_atomically(path, content)
        changed.append(path)
    for path in _left_over(root, planned):
        path.unlink()
        changed.append(path)
    return changed


def check(root: Path, solutions: bool = False) -> list[Difference]:
    """Compare the notebooks with what their sources build, and write nothing.

    Args:
        root: the checkout.
        solutions: compare those in `build/solutions/` as well.

    Returns:
        What differs, and where first.

    Raises:
        SourceProblems: if a source breaks a rule.
    """
    planned = _planned(root, solutions)
    differences = []
    for path, content in planned.items():
        if not path.is_file():
            differences.append(Difference(path, "it is missing"))
        elif path.read_bytes() != content:
            hint = _first_difference(path.read_bytes(), content)
            if _worked_in(path):
                hint += "\nsomebody worked in it; to have it built anew, move it away"
            differences.append(Difference(path, hint))
    differences += [Difference(path, "its lesson is gone") for path in _left_over(root, planned)]
    return differences


def _planned(root: Path, solutions: bool) -> dict[Path, bytes]:
    """Every notebook that should be, the glossary beside them and the README's pictures, each with its bytes."""
    lessons = source.chapters(root / "chapters")
    publication = Publication.of(root)
    terms = root / "chapters" / "glossary.toml"
    pages = {
        folder / language / glossary.NAME: glossary.page(terms, language)
        for edition, folder in _folders(root).items()
        if edition == "student" or solutions
        for language in LANGUAGES
        if publication.glossary
    }
    return (
        pages
        | front.pictures(root, lessons)
        | {
            folder / language / f"{lesson.slug}.ipynb": to_bytes(notebook(lesson, language, edition, publication))
            for edition, folder in _folders(root).items()
            if edition == "student" or solutions
            for language in LANGUAGES
            for lesson in lessons
        }
    )


def _folders(root: Path) -> dict[str, Path]:
    return {"student": root / "chapters", "solution": root / "build" / "solutions"}


def _left_over(root: Path, planned: dict[Path, bytes]) -> list[Path]:
    """Notebooks that the build made once and makes no more; a reader's own notes are not among them."""
    return [
        path
        for folder in sorted({path.parent for path in planned} | {root / "chapters" / name for name in LANGUAGES})
        for path in sorted(folder.glob("*.ipynb"))
        if path not in planned and _metadata(path) and not _worked_in(path)
    ]


def _metadata(path: Path) -> dict[str, object]:
    """What the build wrote into a notebook about itself; nothing where the file is missing, broken or not its."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))["metadata"]["course"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _worked_in(path: Path) -> bool:
    """Whether a cell was changed, added or removed since the build wrote the notebook; outputs do not count."""
    built_as = _metadata(path).get("digest")
    return built_as is not None and built_as != _digest_of(path.read_bytes())


def _digest_of(content: bytes) -> str:
    return digest(json.loads(content)["cells"])


def _keep(path: Path) -> Path:
    """Move a reader's notebook out of the way, and tell where to."""
    number = 1
    while (kept := path.with_suffix(f".mine{'' if number == 1 else number}.ipynb")).exists():
        number += 1
    return path.rename(kept)


def _first_difference(given: bytes, wanted: bytes) -> str:
    there = given.decode("utf-8", errors="replace").split("\n")
    built = wanted.decode("utf-8").split("\n")
    for number, (one, other) in enumerate(zip(there, built, strict=False), start=1):
        if one != other:
            return f"line {number}:\n- {one}\n+ {other}"
    return f"it has {len(there)} lines, and {len(built)} are built"
