"""What a run of a lesson measured: its time, its memory, its results. Kept as JSON for the site and for readers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course_lib.base.errors import CourseError
from course_lib.base.files import write_atomically

# The one whose costs lessons tell their readers.
DEFAULT_BACKEND = "tensorflow"


def record_name(slug: str, language: str, edition: str, scale: str) -> str:
    """The file of a run's record."""
    return f"{slug}.{language}.{edition}.{scale}.json"


@dataclass(frozen=True)
class RunRecord:
    """One run of one notebook.

    Args:
        chapter: the chapter's number.
        slug: `"01_preprocessing"`.
        title: the lesson's title in the language of the run.
        language: `"en"` or `"zh"`.
        edition: `"student"` or `"solution"`.
        scale: `"smoke"`, `"quick"` or `"full"`.
        data: `"real"`, or `"sample"` where a sample of the course stood in.
        seconds: the whole run, the kernel's start included.
        seconds_per_cell: by cell id, in the order of the notebook.
        peak_memory_mb: the most memory the kernel and its children held at once.
        results: what the lesson reported: `name`, `value`, `low`, `high`, `within`, `scale`, `data`.
        checks: by exercise number, what its check said.
        versions: of Python, Keras, the backend and NumPy.
        machine: `cores`, `memory_gb`, `platform`.
        date: when it ended, in UTC.
        made_from: a digest of the notebook, of the library and of the seed, from `executor.made_from`.
    """

    chapter: int
    slug: str
    title: str
    language: str
    edition: str
    scale: str
    data: str
    seconds: float
    seconds_per_cell: Mapping[str, float]
    peak_memory_mb: float
    results: list[dict[str, object]] = field(default_factory=list)
    checks: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, object] = field(default_factory=dict)
    date: str = ""
    made_from: str = ""

    @property
    def file_name(self) -> str:
        """`01_preprocessing.en.solution.quick.json`."""
        return record_name(self.slug, self.language, self.edition, self.scale)

    def save(self, folder: Path) -> Path:
        """Write the record into a folder, whole or not at all."""
        path = folder / self.file_name
        write_atomically(path, _to_json(asdict(self)))
        return path

    @classmethod
    def load(cls, path: Path) -> RunRecord:
        """Read a record again.

        Raises:
            CourseError: if the file is no record, or one of another version of the course.
        """
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (TypeError, ValueError) as problem:
            raise CourseError(f"{path} is no record of a run ({problem}); delete it and run the lesson again") from None


def load_all(folder: Path) -> list[RunRecord]:
    """Every record of a folder, by file name; none where there is no folder."""
    return [RunRecord.load(path) for path in sorted(Path(folder).glob("*.json"))]


def measured(path: Path) -> dict[str, dict[str, dict]]:
    """What `session/measured.json` keeps: chapter ("01") → scale → its cost and spread; empty where no file is.

    Costs are TensorFlow's; those of other backends stand beside them, by name, under `"on"`.

    Raises:
        CourseError: if the file is damaged.
    """
    if not path.is_file():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise CourseError(f"{path} is damaged ({problem}); allowed: JSON, as `git checkout` brings it back") from None
    if not isinstance(kept, dict):
        raise CourseError(f"{path} holds a {type(kept).__name__}; allowed: an object with a key for each chapter")
    return kept


def remember(record: RunRecord, path: Path) -> None:
    """Keep what a chapter's run costs in `session/measured.json`, from where lessons tell it to their readers.

    Args:
        record: a run at the quick or the full scale.
        path: the file; other chapters, scales and backends in it stay as they are.
    """
    entry: dict[str, object] = {
        "seconds": round(record.seconds),
        "peak_memory_mb": round(record.peak_memory_mb),
        "cores": record.machine["cores"],
    }
    backend = record.versions.get("backend", DEFAULT_BACKEND)
    if backend != DEFAULT_BACKEND:
        others = measured(path).get(f"{record.chapter:02d}", {}).get(record.scale, {}).get("on", {})
        entry = {"on": dict(sorted({**others, backend: entry}.items()))}
    _update(path, record.chapter, record.scale, entry)


def remember_spread(
    chapter: int, scale: str, seeds: Sequence[int], results: Mapping[str, Sequence[float]], path: Path
) -> None:
    """Keep how far a chapter's results move with the seed, beside what its run costs.

    Args:
        chapter: its number.
        scale: `"quick"` or `"full"`.
        seeds: the seeds.
        results: for each result its values, one for each seed.
        path: the file; everything else in it stays as it is.
    """
    rounded = {name: [float(f"{value:.5g}") for value in values] for name, values in results.items()}
    _update(path, chapter, scale, {"spread": {"seeds": list(seeds), "results": rounded}})


def spread(chapter: int, scale: str, path: Path) -> dict[str, list[float]]:
    """The values of each result, one for each seed, that `remember_spread` kept; empty where it has kept none."""
    return measured(path).get(f"{chapter:02d}", {}).get(scale, {}).get("spread", {}).get("results", {})


def _update(path: Path, chapter: int, scale: str, entry: Mapping[str, object]) -> None:
    kept = measured(path)
    scales = kept.setdefault(f"{chapter:02d}", {})
    scales[scale] = {**scales.get(scale, {}), **entry}
    write_atomically(path, _to_json(dict(sorted(kept.items()))))


def _to_json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
