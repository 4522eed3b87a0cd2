"""Runs on record, each a small JSON file: written, read, and held against a run that repeats one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from course_lib.base.files import write_atomically

Record = TypeVar("Record")


def recorded_in(package: str) -> Traversable:
    """The folder of records and weights that come with a package of the course.

    Args:
        package: its name, such as "course_lib.bert".
    """
    return resources.files(package) / "recorded"


def write_record(record: object, path: Path) -> None:
    """Write a record, whole or not at all.

    Args:
        record: a dataclass that JSON can hold.
        path: where to.
    """
    write_atomically(path, json.dumps(asdict(record), indent=1, ensure_ascii=False).encode() + b"\n")


def read_records(kind: type[Record], folder: Path | Traversable, begins: str | tuple[str, ...] = "") -> list[Record]:
    """The records of a folder, by the names of their files; one that is not there holds none.

    Args:
        kind: the dataclass of the records.
        folder: where they lie.
        begins: what the names of their files begin with, where others lie beside them.

    Raises:
        ValueError: if a file holds no record.
    """
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if not (path.name.startswith(begins) and path.name.endswith(".json")):
            continue
        try:
            found.append(kind(**json.loads(path.read_text(encoding="utf-8"))))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path.name} holds no record: {error}") from error
    return found


def differences(
    found: object,
    recorded: Iterable[object],
    of: tuple[str, ...],
    measures: Iterable[str],
    tolerance: float,
    digits: int = 3,
) -> list[str]:
    """What a repeated run measured that its record did not, in words; what is not a number differs, too.

    Args:
        found: the run.
        recorded: the records, of which the run's own is looked up.
        of: what tells one run from another; the last one is called by its name.
        measures: which numbers are compared.
        tolerance: how far one may be from its record.
        digits: how many are shown.
    """
    *names, last = of
    run = ", ".join([*(str(getattr(found, name)) for name in names), f"{last} {getattr(found, last)}"])
    return [
        f"{run}: {name} {getattr(found, name):.{digits}f}, recorded {getattr(known, name):.{digits}f}"
        for known in recorded
        if all(getattr(known, name) == getattr(found, name) for name in of)
        for name in measures
        if not abs(getattr(found, name) - getattr(known, name)) <= tolerance
    ]
