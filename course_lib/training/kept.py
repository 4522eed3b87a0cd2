"""Weights of recorded runs that come with the course: small, and nothing in them that could be executed."""

from __future__ import annotations

import io
from importlib.resources.abc import Traversable
from pathlib import Path

import keras
import numpy as np

from course_lib.base.arguments import require_integer
from course_lib.base.files import write_atomically


def keep_weights(model: keras.Model, path: Path, levels: int | None = None) -> None:
    """Write the weights of a model in half precision, or its matrices in whole steps, one byte a weight.

    Args:
        model: a model that has its weights.
        path: where to.
        levels: how many steps the largest number of a row is long, each row with steps of its own; None for half
            precision. Fewer make a smaller file.

    Raises:
        TypeError: if `levels` is no whole number.
        ValueError: if it is less than 1 or more than a byte holds.
    """
    if levels is not None:
        require_integer("levels", levels, at_least=1, at_most=127)
    arrays = {}
    for place, weight in enumerate(model.get_weights()):
        if levels is None or weight.ndim < 2:
            arrays[f"{place:03}"] = weight.astype(np.float16)
            continue
        step = (np.abs(weight).max(axis=-1, keepdims=True) / levels).astype(np.float16)
        divisor = np.where(step == 0, 1, step).astype(np.float32)
        steps = np.clip(np.round(weight / divisor), -levels, levels)
        arrays[f"{place:03}"], arrays[f"{place:03}.step"] = steps.astype(np.int8), step
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    write_atomically(path, content.getvalue())


def with_kept_weights(model: keras.Model, path: Traversable) -> keras.Model:
    """A model of the same layout with the weights that were kept, each moved by rounding alone.

    Args:
        model: any draw of it.
        path: what `keep_weights` wrote.

    Raises:
        ValueError: if the layout is another.
    """
    if not model.built:
        model.build((None, None))
    weights = []
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
        for name in sorted(name for name in arrays.files if not name.endswith(".step")):
            step = arrays[f"{name}.step"].astype(np.float32) if f"{name}.step" in arrays.files else 1
            weights.append(arrays[name].astype(np.float32) * step)
    model.set_weights(weights)
    return model
