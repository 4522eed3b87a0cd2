"""One call that spreads training over what is there: several devices, several machines, a precision that suits them.

On JAX it is `keras.distribution`, on TensorFlow `tf.distribute`; a lesson need not know which. Several machines train
together on JAX alone: Keras 3 does not work with TensorFlow's `MultiWorkerMirroredStrategy`, as its author says in
keras-team/keras issue 20585, and where two processes are brought past its errors, gradients are lost.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from course_lib.base.arguments import require_choice, require_integer
from course_lib.base.errors import EnvironmentProblem, UsageError
from course_lib.showing.language import tr
from course_lib.training.devices import detection
from course_lib.training.devices.seeding import leave_out_tensorflow, set_seeds

DISTRIBUTIONS = ("auto", "none", "data", "model")
PRECISIONS = ("auto", "float32", "mixed_bfloat16", "mixed_float16")

# How the matrices of our Transformer are cut for `distribution="model"`: what widens a vector by its columns, what
# brings it back to the old width by its rows, so that one exchange after each pair is all that the devices need.
# M. Shoeybi et al., "Megatron-LM", 2019 (arXiv:1909.08053), section 3.
_CUT_BY_COLUMNS = (
    r".*attention/(query|key|value)/kernel",
    r".*feed_forward_hidden/kernel",
)
_CUT_BY_ROWS = (
    r".*attention/output/kernel",
    r".*feed_forward_output/kernel",
)
_CUT_BIASES = (r".*attention/(query|key|value)/bias", r".*feed_forward_hidden/bias")


@dataclass(frozen=True)
class Placement:
    """Where models are trained, from `use`.

    Args:
        backend: Keras's name of the backend.
        devices: all that take part, those of other machines too.
        distribution: `"none"`, `"data"` or `"model"`.
        precision: the dtype policy.
        replicas: into how many parts a batch is cut.
        workers: how many processes take part.
        worker: which of them this one is, from 0.
    """

    backend: str
    devices: tuple[str, ...]
    distribution: str
    precision: str
    replicas: int = 1
    workers: int = 1
    worker: int = 0
    _strategy: object = field(default=None, repr=False, compare=False)

    @property
    def kind(self) -> str:
        """`"cpu"`, `"gpu"` or `"tpu"`."""
        return self.devices[0].partition(":")[0]

    def require_batch_size(self, batch_size: int, examples: int | None = None) -> None:
        """Raise a ValueError unless batches can be cut into equal parts, one for each replica.

        Args:
            batch_size: examples of a batch, of all machines together.
            examples: how many there are in all, where the last batch of an epoch holds what is left over.
        """
        require_integer("batch_size", batch_size, at_least=1)
        if batch_size % self.replicas:
            raise ValueError(
                f"batch_size is {batch_size}; allowed: a multiple of {self.replicas}, since each of {self.replicas}"
                " replicas takes an equal part of every batch"
            )
        left = examples % batch_size if examples is not None else 0
        if left % self.replicas:
            raise ValueError(
                f"{examples} examples leave a last batch of {left}; allowed: a multiple of {self.replicas}, such as the"
                f" first {examples - examples % self.replicas} examples"
            )

    def share(self, batch: object) -> object:
        """This process's part of a batch: whole for one process, an equal slice of the rows for each of several.

        Args:
            batch: an array, or a tuple, list or dictionary of arrays, of which the first axis is the batch.

        Raises:
            ValueError: if the rows cannot be divided among the processes.
        """
        if self.workers == 1:
            return batch
        if isinstance(batch, dict):
            return {name: self.share(part) for name, part in batch.items()}
        if isinstance(batch, tuple | list):
            return type(batch)(self.share(part) for part in batch)
        if len(batch) % self.workers:
            raise ValueError(
                f"a batch of {len(batch)} cannot be divided among {self.workers} machines; allowed: a multiple of that"
            )
        rows = len(batch) // self.workers
        return batch[self.worker * rows : (self.worker + 1) * rows]

    def scope(self) -> contextlib.AbstractContextManager:
        """What models are made in where `use` was called on another thread; elsewhere there is no need of it."""
        return self._strategy.scope() if self._strategy is not None else contextlib.nullcontext()

    def __str__(self) -> str:
        """What was found and set, in the reader's language."""
        count, names = len(self.devices), {"cpu": "CPU", "gpu": "GPU", "tpu": "TPU"}
        name = names.get(self.kind, self.kind)
        how = {
            "none": tr("one device computes", "由一个设备计算"),
            "data": tr(
                f"every batch is cut into {self.replicas} parts (data parallel)",
                f"每一批分成 {self.replicas} 份（数据并行）",
            ),
            "model": tr(
                f"every matrix is cut into {max(1, count // self.replicas)} parts, every batch into {self.replicas} "
                "(model parallel)",
                f"每个矩阵分成 {max(1, count // self.replicas)} 份，每一批分成 {self.replicas} 份（模型并行）",
            ),
        }[self.distribution]
        machines = tr(f" on {self.workers} machines", f"，共 {self.workers} 台机器") if self.workers > 1 else ""
        return " · ".join(
            (
                detection.version_of(self.backend),
                f"{count} × {name}{machines}",
                how,
                tr(f"precision {self.precision}", f"精度 {self.precision}"),
            )
        )


def use(
    distribution: str = "auto",
    precision: str = "auto",
    *,
    num_devices: int | None = None,
    model_parts: int | None = None,
    workers: Sequence[str] = (),
    worker: int = 0,
    seed: int | None = None,
    quiet: bool = False,
) -> Placement:
    """Look what this machine computes with, say it in a line, and have all models made from now on trained there.

    Call it before the first model is made; call it again for another choice.

    On TensorFlow each replica takes the mean over its own part of a batch, and the means are averaged: where a loss is
    divided by the tokens of a batch and the parts hold unequally many, that is close to the mean of the whole, and not
    the same. So it is with the free bits of a VAE. On JAX a batch is one batch, however many devices compute it.

    On two simulated CPUs of TensorFlow 2.21 a VAE's losses were others in about one run of ten, from some step on, and
    the cause is not known; those of other models never were, nor any on JAX. Where a result must come again, take JAX.

    Args:
        distribution: `"data"` cuts every batch into parts, one for each device; `"model"` (on JAX) cuts the matrices of
            a Transformer as well; `"none"` takes one device; `"auto"` is `"data"` where there are several.
        precision: `"float32"`; `"mixed_bfloat16"`, products in 16 bits and weights in 32; `"mixed_float16"`, for GPUs
            before 2020; `"auto"` for bfloat16 on devices that are made for it, and float32 elsewhere.
        num_devices: how many devices to use; None for all.
        model_parts: into how many parts matrices are cut with `"model"`; None for as many as there are devices.
        workers: on JAX, the addresses of all machines that train together, `"host:port"`, the first of them leading;
            every machine makes the same call, with a `worker` of its own.
        worker: the place of this machine in `workers`.
        seed: of Python, NumPy, Keras and the backend; several machines must have the same, and take 0 for None.
        quiet: print nothing.

    Returns:
        What was found and set.

    Raises:
        TypeError: if a number is none.
        ValueError: if a name is unknown or a number not allowed; it says what is.
        EnvironmentProblem: if the backend cannot do it.
    """
    require_choice("distribution", distribution, DISTRIBUTIONS)
    require_choice("precision", precision, PRECISIONS)
    if model_parts is not None and distribution != "model":
        raise ValueError(f"model_parts is {model_parts} and distribution {distribution!r}; allowed: with 'model' only")
    if workers:
        require_integer("worker", worker, at_least=0, at_most=len(workers) - 1)
    import keras

    backend = keras.backend.backend()
    if backend not in ("tensorflow", "jax", "torch"):
        raise EnvironmentProblem(f"Keras runs on {backend!r}, which cannot train; set KERAS_BACKEND=tensorflow or jax")
    if len(workers) > 1 and backend != "jax":
        raise EnvironmentProblem(
            f"Keras trains on several machines with JAX alone, and runs on {backend!r}; set KERAS_BACKEND=jax on each"
        )
    leave_out_tensorflow()
    if len(workers) > 1:
        seed = 0 if seed is None else seed
        # The seed first: a group without one agrees on one, and imports TensorFlow for that.
        set_seeds(seed)
        _join(workers, worker)
    elif seed is not None:
        set_seeds(seed)

    found = detection.best_devices()
    if num_devices is not None:
        require_integer("num_devices", num_devices, at_least=1)
        if num_devices > len(found):
            raise UsageError(f"num_devices is {num_devices}; allowed: 1 to {len(found)}, there are {', '.join(found)}")
        found = found[:num_devices]
    if distribution == "auto":
        distribution = "data" if (len(found) > 1 or len(workers) > 1) and backend != "torch" else "none"
    if distribution == "none":
        found = found[:1]
    if precision == "auto":
        precision = "mixed_bfloat16" if detection.computes_in_bfloat16(found[0]) else "float32"

    spread = {"tensorflow": _on_tensorflow, "jax": _on_jax, "torch": _on_torch}[backend]
    replicas, strategy = spread(distribution, found, model_parts)
    keras.config.set_dtype_policy(precision)
    placement = Placement(
        backend, tuple(found), distribution, precision, replicas, max(1, len(workers)), worker, strategy
    )
    if not quiet:
        print(placement)
    return placement


def _join(workers: Sequence[str], worker: int) -> None:
    """Wait for the other machines, through JAX's own engine."""
    import keras

    if keras.distribution.distribution() is None:
        keras.distribution.initialize(workers[0], len(workers), worker)


def _on_jax(distribution: str, devices: list[str], model_parts: int | None) -> tuple[int, None]:
    import keras

    engine = keras.distribution
    if distribution == "none":
        engine.set_distribution(None)
        return 1, None
    if distribution == "data":
        # Each machine cuts its own batches (`Placement.share`); Keras could only cut those of tf.data.
        engine.set_distribution(engine.DataParallel(devices=devices, auto_shard_dataset=False))
        return len(devices), None
    parts = len(devices) if model_parts is None else model_parts
    require_integer("model_parts", parts, at_least=1, at_most=len(devices))
    if len(devices) % parts:
        raise ValueError(f"model_parts is {parts}; allowed: a divisor of {len(devices)}, the number of devices")
    mesh = engine.DeviceMesh((len(devices) // parts, parts), ("batch", "model"), devices)
    layout = engine.LayoutMap(mesh)
    for path in _CUT_BY_COLUMNS:
        layout[path] = (None, "model")
    for path in _CUT_BY_ROWS:
        layout[path] = ("model", None)
    for path in _CUT_BIASES:
        layout[path] = ("model",)
    engine.set_distribution(engine.ModelParallel(layout_map=layout, batch_dim_name="batch", auto_shard_dataset=False))
    return len(devices) // parts, None


def _on_tensorflow(distribution: str, devices: list[str], model_parts: int | None) -> tuple[int, object | None]:
    import tensorflow as tf

    if distribution == "model":
        raise EnvironmentProblem(
            "models are cut into parts on JAX alone; set KERAS_BACKEND=jax, or distribution='data'"
        )
    if distribution == "none":
        tf.distribute.experimental_set_strategy(None)
        return 1, None
    strategy = tf.distribute.MirroredStrategy([device.upper() for device in devices])
    tf.distribute.experimental_set_strategy(strategy)
    return strategy.num_replicas_in_sync, strategy


def _on_torch(distribution: str, devices: list[str], model_parts: int | None) -> tuple[int, None]:
    if distribution != "none":
        raise EnvironmentProblem(
            f"distribution is {distribution!r}; Keras spreads training over devices on JAX and TensorFlow, not on"
            " PyTorch: set KERAS_BACKEND=jax, or distribution='none'"
        )
    return 1, None
