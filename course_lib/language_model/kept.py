"""Weights of recorded runs that come with the course: in half precision, nothing in them that could be executed."""

from __future__ import annotations

import io
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import keras
import numpy as np

from course_lib.base.files import write_atomically

# Records and weights of this lesson's runs.
RECORDED = resources.files("course_lib.language_model") / "recorded"


def keep_weights(model: keras.Model, path: Path) -> None:
    """Write the weights of a model in half precision.

    Args:
        model: a model that has its weights.
        path: where to.
    """
    content = io.BytesIO()
    arrays = {f"{place:03}": weight.astype(np.float16) for place, weight in enumerate(model.get_weights())}
    np.savez_compressed(content, **arrays)
    write_atomically(path, content.getvalue())


def with_kept_weights(model: keras.Model, path: Traversable) -> keras.Model:
    """A model of the same layout with the weights that were kept; they moved by less than a thousandth.

    Args:
        model: any draw of it.
        path: what `keep_weights` wrote.

    Raises:
        ValueError: if the layout is another.
    """
    if not model.built:
        model.build((None, None))
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
        model.set_weights([arrays[name].astype(np.float32) for name in sorted(arrays.files)])
    return model
