"""A model without its program: a graph that another process can run, and weights in a quarter of their bytes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from course_lib.applications.vectors import AT_A_TIME, keep_rows
from course_lib.base.arguments import require_integer
from course_lib.base.errors import EnvironmentProblem
from course_lib.base.files import shown
from course_lib.bert.encoder import BertEncoder
from course_lib.bert.heads import mean_vector
from course_lib.training import devices


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


def export_onnx(model: keras.Model, path: Path | str, length: int = 32) -> Path:
    """Write a model of token ids in ONNX, which many programs run without TensorFlow and without Keras.

    The length is fixed, since tf2onnx 1.17 joins two changes of shape wrongly where neither batch nor time is known.

    Args:
        model: takes (batch, time) int32.
        path: the file.
        length: what each row is filled up to; the batch is of any size.

    Returns:
        The file.

    Raises:
        EnvironmentProblem: if Keras's backend is not TensorFlow, or tf2onnx and ONNX are not installed.
    """
    if keras.backend.backend() != "tensorflow":
        raise EnvironmentProblem(
            f"the backend is {keras.backend.backend()}; ONNX is written here from TensorFlow's graph"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # Keras asks NumPy for a name that it no longer has
        _teach_tf2onnx()
        length = require_integer("length", length, at_least=1)
        signature = [keras.InputSpec(shape=(None, length), dtype="int32", name="token_ids")]
        model.export(str(path), format="onnx", input_signature=signature, verbose=False)
    return Path(path)


def _teach_tf2onnx() -> None:
    """Tell tf2onnx 1.17 of two operations: Erfc, which it lacks, and SelectV2, which it makes 0 · inf = NaN of."""
    try:
        import onnx  # noqa: F401
        from tf2onnx.handler import tf_op
    except ImportError as problem:
        raise _missing(problem) from problem

    @tf_op("Erfc")
    class Erfc:
        """The exact GELU has it: 1 - erf(x)."""

        @classmethod
        def version_11(cls, graph, node, **_: object) -> None:
            """By ONNX's own Erf."""
            shape, kind = graph.get_shape(node.output[0]), graph.get_dtype(node.output[0])
            graph.remove_node(node.name)
            one = graph.make_const(f"{node.name}_one", np.ones((), np.float32))
            erf = graph.make_node("Erf", node.input, shapes=[shape], dtypes=[kind])
            inputs = [one.output[0], erf.output[0]]
            graph.make_node("Sub", inputs, name=node.name, outputs=node.output, shapes=[shape], dtypes=[kind])

    @tf_op("SelectV2")
    class SelectV2:
        """One number or the other; the one that is not taken may be minus infinity, as in a masked softmax."""

        @classmethod
        def version_11(cls, graph, node, **_: object) -> None:
            """By ONNX's own Where, which broadcasts as TensorFlow does."""
            node.type = "Where"


def _missing(problem: ImportError) -> EnvironmentProblem:
    return EnvironmentProblem(f'{problem.name} is not installed here; run: pip install "course-lib[serve]"')


def int8_onnx(path: Path | str, target: Path | str) -> Path:
    """The same model with its matrices in int8, which ONNX Runtime multiplies as whole numbers.

    What comes into a product is rounded while it runs, with a scale for each call.

    Args:
        path: from `export_onnx`.
        target: the new file.

    Raises:
        EnvironmentProblem: if ONNX Runtime is not installed.
    """
    try:
        from onnxruntime.quantization import quantize_dynamic
    except ImportError as problem:
        raise _missing(problem) from problem
    quantize_dynamic(str(path), str(target))
    return Path(target)


def onnx_model(path: Path | str, threads: int = 1) -> Callable[[np.ndarray], np.ndarray]:
    """A function that asks a model in ONNX.

    Args:
        path: the file.
        threads: that one answer may use.

    Raises:
        EnvironmentProblem: if ONNX Runtime is not installed.
    """
    try:
        import onnxruntime
    except ImportError as problem:
        raise _missing(problem) from problem
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = require_integer("threads", threads, at_least=1)
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (name,) = (one.name for one in session.get_inputs())
    return lambda token_ids: session.run(None, {name: np.asarray(token_ids, np.int32)})[0]


def milliseconds(call: Callable[[], object], repeats: int = 5) -> float:
    """How long a processor works on an answer: the median of some, after a first one that is not counted.

    By one thread and on a machine that does nothing else, this is how long one waits for it.

    Args:
        call: asks for one.
        repeats: how many.
    """
    require_integer("repeats", repeats, at_least=1)
    call()
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        call()
        times.append(time.process_time() - begin)
    return 1_000 * float(np.median(times))


# What a process without this library does: with TensorFlow and a SavedModel, or with ONNX Runtime and a file.
_ASK = {
    "graph": (
        "import tensorflow\n"
        "rows = tensorflow.constant(rows, tensorflow.int32)\n"
        "graph = tensorflow.saved_model.load(sys.argv[1])\n"
        "found = graph.serve(rows).numpy()\n"
        "foreign = ('course_lib',)\n"
    ),
    "onnx": (
        "import numpy, onnxruntime\n"
        "session = onnxruntime.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])\n"
        "found = session.run(None, {session.get_inputs()[0].name: numpy.array(rows, numpy.int32)})[0]\n"
        "foreign = ('course_lib', 'keras', 'tensorflow')\n"
    ),
}


def ask_elsewhere(place: Path | str, token_ids: np.ndarray, patience: float = 120.0) -> np.ndarray:
    """Ask an exported model in a fresh Python process that has nothing of this library.

    Args:
        place: from `export`, which that process asks by TensorFlow; or a file from `export_onnx`, which it asks by ONNX
            Runtime, without TensorFlow and Keras.
        token_ids: what it is asked.
        patience: after how many seconds it is given up.

    Shapes: token_ids (batch, time) → what the model gives.

    Raises:
        EnvironmentProblem: if the process fails.
    """
    place = Path(place).resolve()
    if place.is_dir() and not (place / "saved_model.pb").is_file():
        raise EnvironmentProblem(f"the exported model cannot be asked: {shown(place)} holds none")
    code = (
        "import json, sys\n"
        "rows = json.load(sys.stdin)\n"
        + _ASK["onnx" if place.suffix == ".onnx" else "graph"]
        + "assert not any(name.partition('.')[0] in foreign for name in sys.modules)\n"
        "print(json.dumps(found.tolist()))\n"
    )
    # -I: neither this folder nor PYTHONPATH; where the course is installed, nothing imports it.
    answer = subprocess.run(
        [sys.executable, "-I", "-c", code, str(place)],
        input=json.dumps(np.asarray(token_ids).tolist()),
        capture_output=True,
        text=True,
        timeout=patience,
        cwd=place if place.is_dir() else place.parent,
        check=False,
    )
    if answer.returncode:
        raise EnvironmentProblem(f"the exported model cannot be asked: {answer.stderr.strip()[-300:]}")
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
    return (number if scale is None else np.multiply(number, scale, dtype=np.float32)).reshape(shape)


def put_back(model: keras.Model, kept: Quantised) -> None:
    """Give a model the weights as they were kept, one after the other, and of a table some rows at a time: nothing
    large is there twice.

    Args:
        model: the model that they are of.
        kept: from `quantised`.

    Raises:
        ValueError: if they are another model's.
    """
    if [tuple(weight.shape) for weight in model.weights] != [tuple(shape) for shape in kept.shapes]:
        raise ValueError("kept has other shapes than the model's weights; allowed: what quantised() made of this model")
    for weight, number, scale, shape in zip(model.weights, *kept, strict=True):
        if scale is None:
            continue
        if number.shape != tuple(shape) or len(scale) != len(number):  # no scale for each row: no table
            weight.assign(_as_computed(number, scale, shape))
            continue
        for begin in range(0, len(number), AT_A_TIME):
            part = slice(begin, begin + AT_A_TIME)
            devices.put_rows(weight, begin, _as_computed(number[part], scale[part], number[part].shape))


def size_of(weights: list[np.ndarray] | Quantised) -> int:
    """How many bytes the weights take in a file.

    Args:
        weights: the arrays, or what `quantised` made of them.
    """
    arrays = weights
    if isinstance(weights, Quantised):
        arrays = [*weights.numbers, *(scale for scale in weights.scales if scale is not None)]
    with tempfile.TemporaryFile() as file:  # and not in memory, where they are already
        np.savez(file, *arrays)
        return file.tell()
