"""A model without its program: a graph that another process can run, and weights in a quarter of their bytes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from course_lib.applications.vectors import keep_rows
from course_lib.base.arguments import require_integer
from course_lib.base.errors import EnvironmentProblem
from course_lib.bert.encoder import BertEncoder
from course_lib.bert.heads import mean_vector


@keras.saving.register_keras_serializable("course_lib")
class SentenceEncoder(keras.Model):
    """An encoder that gives one vector of length 1 for each text, as it is served.

    Args:
        encoder: the encoder.

    Shapes: token_ids (batch, time), 0 for padding → (batch, width), float32.
    """

    def __init__(self, encoder: BertEncoder, **kwargs: object) -> None:
        if not isinstance(encoder, BertEncoder):
            raise TypeError(f"encoder is of type {type(encoder).__name__}; allowed: a BertEncoder")
        super().__init__(**kwargs)
        self.encoder = encoder
        self.built = True

    def build(self, input_shape: object) -> None:
        """The encoder's weights are there from the start."""

    def call(self, token_ids):
        """One vector for each text.

        Shapes: as for the model.
        """
        ops = keras.ops
        means = ops.cast(mean_vector(self.encoder(token_ids), ops.not_equal(token_ids, 0)), "float32")
        return means / ops.maximum(ops.norm(means, axis=-1, keepdims=True), 1e-12)

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), "encoder": keras.saving.serialize_keras_object(self.encoder)}

    @classmethod
    def from_config(cls, config: dict) -> SentenceEncoder:
        """Make the encoder first."""
        return cls(keras.saving.deserialize_keras_object(config.pop("encoder")), **config)


def export(model: keras.Model, folder: Path | str) -> Path:
    """Write a model of token ids as a graph that TensorFlow alone can load, in batches and lengths of any size.

    Args:
        model: takes (batch, time) int32.
        folder: where to; it is made.

    Returns:
        The folder.
    """
    signature = [keras.InputSpec(shape=(None, None), dtype="int32")]
    model.export(str(folder), format="tf_saved_model", input_signature=signature, verbose=False)
    return Path(folder)


def ask_elsewhere(folder: Path | str, token_ids: np.ndarray, patience: float = 120.0) -> np.ndarray:
    """Ask an exported graph in a fresh Python process that has TensorFlow, and nothing of this library.

    Args:
        folder: from `export`.
        token_ids: what it is asked.
        patience: after how many seconds it is given up.

    Shapes: token_ids (batch, time) → what the model gives.

    Raises:
        EnvironmentProblem: if the process fails.
    """
    code = (
        "import json, sys\n"
        "import tensorflow\n"
        "rows = tensorflow.constant(json.load(sys.stdin), tensorflow.int32)\n"
        "graph = tensorflow.saved_model.load(sys.argv[1])\n"
        "found = graph.serve(rows)\n"
        "assert not any(name.startswith('course_lib') for name in sys.modules)\n"
        "print(json.dumps(found.numpy().tolist()))\n"
    )
    # -I: neither this folder nor PYTHONPATH; where the course is installed, nothing imports it.
    answer = subprocess.run(
        [sys.executable, "-I", "-c", code, str(folder)],
        input=json.dumps(np.asarray(token_ids).tolist()),
        capture_output=True,
        text=True,
        timeout=patience,
        cwd=folder,
        check=False,
    )
    if answer.returncode:
        raise EnvironmentProblem(f"the exported graph cannot be asked: {answer.stderr.strip()[-300:]}")
    return np.array(json.loads(answer.stdout.splitlines()[-1]), dtype=np.float32)


class Quantised(NamedTuple):
    """The weights of a model, the large tables and matrices among them as int8.

    Args:
        numbers: of each weight, int8 with a row of scales, or as it was.
        scales: of each weight; None where it was left alone.
        shapes: of each weight.
    """

    numbers: list[np.ndarray]
    scales: list[np.ndarray | None]
    shapes: list[tuple[int, ...]]


def quantised(model: keras.Model, least: int = 1_024) -> Quantised:
    """Round every matrix of a model to int8, with a scale for each of its columns; vectors stay.

    What a layer computes of a matrix is a sum along its first axis, so each output number gets a scale of its own. Of a
    table of vectors each row would be as good, and is taken where a matrix is taller than wide by ten to one.

    Args:
        model: the model; it stays as it is.
        least: weights with fewer numbers are left alone.
    """
    least = require_integer("least", least, at_least=1)
    numbers, scales, shapes = [], [], []
    for weight in model.weights:
        value = keras.ops.convert_to_numpy(weight)
        shapes.append(value.shape)
        if value.dtype != np.float32 or value.ndim < 2 or value.size < least:
            numbers.append(value)
            scales.append(None)
            continue
        matrix = value.reshape(-1, value.shape[-1])
        by_rows = len(matrix) > 10 * matrix.shape[1]
        kept = keep_rows(matrix if by_rows else matrix.T)
        numbers.append(kept.numbers if by_rows else kept.numbers.T)
        scales.append(kept.scales if by_rows else kept.scales.T)
    return Quantised(numbers, scales, shapes)


def dequantised(kept: Quantised) -> list[np.ndarray]:
    """The weights as a model computes with them, for `model.set_weights`.

    Args:
        kept: from `quantised`.
    """
    return [_as_computed(*one) for one in zip(*kept, strict=True)]


def _as_computed(number: np.ndarray, scale: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray:
    return (number if scale is None else (number * scale).astype(np.float32)).reshape(shape)


def put_back(model: keras.Model, kept: Quantised) -> None:
    """Give a model the weights as they were kept, one after the other, so that they are not all there twice.

    Args:
        model: the model that they are of.
        kept: from `quantised`.

    Raises:
        ValueError: if they are another model's.
    """
    if [tuple(weight.shape) for weight in model.weights] != [tuple(shape) for shape in kept.shapes]:
        raise ValueError("kept has other shapes than the model's weights; allowed: what quantised() made of this model")
    for weight, number, scale, shape in zip(model.weights, *kept, strict=True):
        if scale is not None:
            weight.assign(_as_computed(number, scale, shape))


def size_of(weights: list[np.ndarray] | Quantised) -> int:
    """How many bytes the weights take in a file.

    Args:
        weights: the arrays, or what `quantised` made of them.
    """
    arrays = weights
    if isinstance(weights, Quantised):
        arrays = [*weights.numbers, *(scale for scale in weights.scales if scale is not None)]
    file = io.BytesIO()
    np.savez(file, *arrays)
    return file.tell()
