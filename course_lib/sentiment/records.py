"""Runs of models, kept as small JSON files, and the tables drawn from them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from course_lib.base.files import write_atomically
from course_lib.training.recorded import read_records, recorded_in


@dataclass(frozen=True)
class Record:
    """One model, trained and scored once.

    Args:
        model: its name in the table.
        seed: of the split and of everything drawn.
        settings: what it was trained with.
        validation: accuracy on the validation reviews.
        test: accuracy on the test reviews, scored once; None where it was not a final model.
        minutes: what it took by the clock, by step, whatever else ran on the machine.
        processor_minutes: how long processors worked on it, by step, its helpers' included.
        data: digests of the training and the test reviews.
        machine: kind of processor and number of cores.
        versions: of Python, Keras, its backend, NumPy.
        note: what else there is to know.
    """

    model: str
    seed: int
    settings: Mapping[str, object]
    validation: float
    test: float | None
    minutes: Mapping[str, float]
    processor_minutes: Mapping[str, float]
    data: Mapping[str, str]
    machine: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def save_record(record: Record, folder: Path | str) -> Path:
    """Write a record as `MODEL.SEED.json`, whole or not at all."""
    path = Path(folder) / f"{record.model}.{record.seed}.json"
    text = json.dumps(asdict(record), indent=1, ensure_ascii=False, sort_keys=True)
    write_atomically(path, text.encode("utf-8") + b"\n")
    return path


def load_records(folder: Path | str | None = None) -> list[Record]:
    """Read all records of a folder, by model and seed.

    Args:
        folder: where they lie; None for those of the course, which its lesson draws its tables from. One that is not
            there holds none.

    Raises:
        ValueError: if a file holds no record.
    """
    place = recorded_in("course_lib.sentiment") if folder is None else Path(folder)
    records = read_records(Record, place)
    return sorted(records, key=lambda record: (record.model, record.seed))


def table(records: Iterable[Record]) -> dict[str, dict[str, object]]:
    """By model: its seeds, validation and test accuracies in their order, means, and the minutes."""
    found: dict[str, dict[str, object]] = {}
    for record in records:
        empty = {name: [] for name in ("seeds", "validation", "test", "minutes", "work")}
        row = found.setdefault(record.model, empty)
        row["seeds"].append(record.seed)
        row["validation"].append(record.validation)
        if record.test is not None:
            row["test"].append(record.test)
        row["minutes"].append(sum(record.minutes.values()))
        row["work"].append(sum(record.processor_minutes.values()))
    for row in found.values():
        row["mean_validation"] = float(np.mean(row["validation"]))
        row["mean_test"] = float(np.mean(row["test"])) if row["test"] else None
        row["mean_minutes"] = float(np.mean(row["minutes"]))
        row["mean_work"] = float(np.mean(row["work"]))
    return found
