"""The first cell of every lesson: seeds, language, fonts, quiet imports, and one line about this machine."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from course_lib.base import settings
from course_lib.base.errors import EnvironmentProblem
from course_lib.session import scale
from course_lib.showing import language as _language
from course_lib.showing.language import tr
from course_lib.training import devices


def start(chapter: int, language: str = "en") -> None:
    """Prepare a lesson, and say in one line what it will run on.

    Args:
        chapter: the chapter's number, such as 1.
        language: `"en"` or `"zh"`.

    Raises:
        UsageError: if the language, the scale in `COURSE_SCALE` or the seed in `COURSE_SEED` is unknown.
        EnvironmentProblem: if the notebook lies in a checkout whose library is another than this one.
    """
    _language.use(language)
    _refuse_another_checkouts_library()
    current = scale.current()
    # These must be set before the backend is imported: they silence start-up notes that no reader can act on.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    _split_no_small_operations()
    warnings.filterwarnings("ignore", category=DeprecationWarning)

    with _unheard():
        _import_keras_alone()
        import keras

        devices.set_seeds(scale.seed())

    from course_lib.session import tidying
    from course_lib.showing import plots

    plots.prepare()
    tidying.tidy_after_long_cells()
    found = devices.accelerators()
    cores = devices.cores()
    device = ", ".join(found) if found else tr(f"CPU ({cores} cores)", f"CPU（{cores} 核）")
    parts = [f"Keras {keras.__version__}", devices.backend_name(), device, tr(f"scale {current}", f"规模 {current}")]
    cost = recorded_cost(chapter, current)
    if cost:
        minutes, gigabytes = cost
        parts.append(
            tr(
                f"about {minutes:.1f} min and {gigabytes:.1f} GB on two cores",
                f"两核上约 {minutes:.1f} 分钟、{gigabytes:.1f} GB 内存",
            )
        )
    print(" · ".join(parts))


def _refuse_another_checkouts_library() -> None:
    """A notebook runs on the library beside it: on another version's, it would go wrong in places that look like it."""
    other = settings.other_checkout(Path.cwd())
    if other is None or _same_library(other / "course_lib", library := settings.library_folder()):
        return
    raise EnvironmentProblem(
        tr(
            f"this notebook belongs to the course in {other}, and Python takes course_lib from {library.parent}:"
            f" run `make lab` or `course lab` in {other}, and open the notebook there",
            f"这个笔记本属于 {other} 中的课程，而 Python 使用的是 {library.parent} 中的 course_lib："
            f"请在 {other} 中运行 `make lab` 或 `course lab`，再从那里打开这个笔记本",
        )
    )


def _same_library(one: Path, other: Path) -> bool:
    """Whether two copies of the library hold the same code, as an installed one and its checkout do."""
    ours, theirs = ({path.relative_to(folder) for path in folder.rglob("*.py")} for folder in (one, other))
    return ours == theirs and all((one / name).read_bytes() == (other / name).read_bytes() for name in ours)


def _split_no_small_operations() -> None:
    """Set for how many threads work is split, where the reader has not; NumPy and TensorFlow read it when imported."""
    # The lessons' matrices are small: on several threads their products take longer than on one, and many times as long
    # where cores are shared, as on Binder.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if (cores := devices.cores()) <= 2:
        # So few cores do TensorFlow's small operations sooner side by side than each of them in parts.
        os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
        os.environ.setdefault("TF_NUM_INTEROP_THREADS", str(cores))


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """Keep from the reader what C++ says while something is imported, unless the import fails."""
    try:
        sys.stderr.flush()
        kept = os.dup(2)
    except (OSError, ValueError):  # no such stream here, as in some windowed programs: nothing to keep quiet
        yield
        return
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        except BaseException:
            said.seek(0)
            os.write(kept, said.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)


def _import_keras_alone() -> None:
    """Import Keras and its backend without what they take along for nothing; a lesson may import it afterwards.

    Keras asks for pandas and scikit-learn, 90 MB, for the sake of tables and of wrappers that no lesson uses; a part of
    TensorFlow asks for JAX, another 100 MB.
    """
    if {"keras", "tensorflow"} & sys.modules.keys():
        return
    unused = {"pandas", "sklearn"} | ({"jax"} if devices.configured_backend() == "tensorflow" else set())
    unused -= sys.modules.keys()
    sys.modules |= dict.fromkeys(unused)  # makes their import raise an ImportError, which Keras and TensorFlow expect
    try:
        importlib.import_module("keras")
    finally:
        for name in unused:
            del sys.modules[name]


def recorded_costs(scale_name: str) -> dict[str, dict]:
    """What each lesson's recorded run at this scale took, by the lesson's number; empty where nothing is on record."""
    record = resources.files("course_lib.session").joinpath("measured.json")
    if not record.is_file():
        return {}
    lessons = json.loads(record.read_text(encoding="utf-8"))
    found = {number: scales.get(scale_name) for number, scales in sorted(lessons.items())}
    return {number: entry for number, entry in found.items() if entry and "seconds" in entry}


def recorded_cost(chapter: int, scale_name: str) -> tuple[float, float] | None:
    """Minutes and gigabytes of the chapter's recorded run at this scale, or None where there is no record."""
    entry = recorded_costs(scale_name).get(f"{chapter:02d}")
    return None if entry is None else (entry["seconds"] / 60, entry["peak_memory_mb"] / 1000)
