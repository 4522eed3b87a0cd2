"""One training, placed in several ways, and what steps of larger models compute and keep; a process of its own.

Run by `alone`; `processes.many_devices` starts the process, because the number of devices that a CPU plays must be set
before JAX starts.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict

import numpy as np


def train_in_each_way(parts: int, model_parts: int) -> dict:
    """The worker's training on one device, then by data, then by model: losses, farthest weight, exchanges.

    Args:
        parts: how many parts of the training.
        model_parts: into how many parts matrices are cut.
    """
    import keras

    from course_lib.scaling import worker
    from course_lib.training import devices

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    inputs, targets = worker.batch_of(0)
    said, one = {}, None
    for way, options in (("none", {}), ("data", {}), ("model", {"model_parts": model_parts})):
        placement = devices.use(way, "float32", quiet=True, seed=0, **options)
        begun = time.perf_counter()
        found = worker.train(parts, None, attentive=True)
        one = found["weights"] if one is None else one
        model = worker.build_model(attentive=True)
        said[way] = {
            "devices": len(placement.devices),
            "losses": found["losses"],
            "seconds": time.perf_counter() - begun,
            "farthest_weight": float(np.abs(found["weights"] - one).max()),
            # Compiling is costly: of each way what it is known by.
            "forward": devices.exchanges(model, inputs) if way == "model" else {},
            "both_ways": devices.exchanges(model, inputs, loss, targets) if way == "data" else {},
        }
    return said


def count(
    num_layers: int,
    width: int,
    num_heads: int,
    length: int,
    batch_size: int,
    vocabulary_size: int,
    recompute: bool = False,
    precision: str = "float32",
) -> dict:
    """What a step of a Transformer computes and keeps.

    Args:
        num_layers: how many blocks.
        width: the length of a vector.
        num_heads: how many attentions a block has.
        length: tokens of a row.
        batch_size: rows.
        vocabulary_size: how many ids there are.
        recompute: whether every block is computed again on the way back.
        precision: the dtype policy.
    """
    import keras

    from course_lib.language_model.decoder import DecoderLanguageModel
    from course_lib.scaling.recomputing import RecomputingLanguageModel
    from course_lib.scaling.walks import walks
    from course_lib.training import devices

    keras.config.set_dtype_policy(precision)
    made = RecomputingLanguageModel if recompute else DecoderLanguageModel
    model = made(
        vocabulary_size=vocabulary_size,
        width=width,
        num_layers=num_layers,
        num_heads=num_heads,
        max_length=length,
        seed=0,
    )
    model.build((None, length))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    inputs, targets = walks(batch_size, length, vocabulary_size)
    return {**asdict(devices.count_step(model, loss, inputs, targets)), "weights": model.count_params()}


def main() -> None:
    """Read what to do from the first argument, do it, and print what was found as JSON."""
    task = json.loads(sys.argv[1])
    from course_lib.training import devices

    if task.get("alone"):
        from course_lib.scaling import worker

        begun = time.perf_counter()
        found = worker.train(task["parts"], None, attentive=True)
        said = {"losses": found["losses"], "seconds": time.perf_counter() - begun}
    elif "count" in task:
        devices.use("none", "float32", quiet=True)
        said = {"counted": [count(**settings) for settings in task["count"]]}
    else:
        said = train_in_each_way(task["parts"], task["model_parts"])
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
