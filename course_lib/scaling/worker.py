"""One of several processes that train one model together, and go on after any of them is killed.

Run by `alone` in a process with KERAS_BACKEND=jax; `processes.together` starts them. All read the newest state before
they join, the first one writes the next; a state is whole or not there.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from course_lib.base.errors import UsageError
from course_lib.scaling.walks import walks

ROWS, LENGTH, WORDS, STEPS_OF_A_PART = 16, 16, 32, 4


def batch_of(step: int) -> tuple[np.ndarray, np.ndarray]:
    """The batch of a step, whoever asks and however often.

    Args:
        step: its number.

    Shapes: twice int32 (rows, length).
    """
    return walks(ROWS, LENGTH, WORDS, seed=step)


def build_model(attentive: bool = False) -> keras.Model:
    """A small model of fixed first weights, compiled.

    Args:
        attentive: whether it is a Transformer. What follows a number depends on it alone, so a network that looks at
            nothing else learns as well, and is compiled far more quickly.
    """
    from course_lib.language_model.decoder import DecoderLanguageModel
    from course_lib.training import compile_for_training

    if attentive:
        model = DecoderLanguageModel(WORDS, 16, 1, 4, max_length=LENGTH, seed=0)
    else:
        model = keras.Sequential(
            [keras.layers.Embedding(WORDS, 16), keras.layers.Dense(32, "relu"), keras.layers.Dense(WORDS)]
        )
    model.build((None, LENGTH))
    # By NumPy: each backend would draw other numbers from the same seed.
    random = np.random.default_rng(0)
    for weight in model.trainable_variables:
        if len(weight.shape) > 1:
            deviation = (1 if weight.path.endswith("embeddings") else weight.shape[0]) ** -0.5
            weight.assign((random.normal(size=weight.shape) * deviation).astype(np.float32))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    # Adam squares the gradient of a table once for every time a word occurs where TensorFlow hands it over in pieces,
    # and once for their sum elsewhere; momentum is the same on every backend.
    optimizer = keras.optimizers.Adam(0.01) if attentive else keras.optimizers.SGD(0.5, momentum=0.9)
    compile_for_training(model, (None, LENGTH), optimizer, loss=loss)
    return model


def train(
    parts: int,
    folder: Path | None,
    place: int = 0,
    share: Callable[[object], object] | None = None,
    tell: Callable[[int, float], None] | None = None,
    attentive: bool = False,
) -> dict:
    """Train for some parts of a few steps each, from the newest state in the folder on.

    Args:
        parts: how many in all; those that were done count.
        folder: where states are kept; None for nowhere.
        place: which process this is; the first one writes.
        share: gives this process's rows of a batch; None for all.
        tell: told the number and the loss of every part; None for nobody.
        attentive: whether the model is a Transformer.

    Returns:
        The losses of all parts, the part that it went on from, and the last weights.
    """
    from course_lib.language_model.feeding import Steps
    from course_lib.training import Checkpoint, CheckpointFolder

    model = build_model(attentive)
    variables = [*model.variables, *model.optimizer.variables]
    kept = None if folder is None else CheckpointFolder(folder)
    found = kept.latest()[0] if kept is not None else None
    begin, losses = 0, []
    if found is not None:
        begin, losses = found.epoch, list(found.history["loss"])
        for number, variable in enumerate(variables):
            variable.assign(found.state[f"variable_{number}"])

    def own(step):
        return batch_of(step) if share is None else share(batch_of(step))

    for part in range(begin, parts):
        told = model.fit(Steps(own, part * STEPS_OF_A_PART, STEPS_OF_A_PART), shuffle=False, verbose=0)
        losses.append(float(told.history["loss"][-1]))
        state = {f"variable_{number}": keras.ops.convert_to_numpy(each) for number, each in enumerate(variables)}
        if kept is not None and place == 0:
            kept.save(Checkpoint(part + 1, state, history={"loss": losses}))
        if tell is not None:
            tell(part, losses[-1])
    weights = np.concatenate([keras.ops.convert_to_numpy(weight).ravel() for weight in model.trainable_variables])
    return {"losses": losses, "begin": begin, "weights": weights}


def main() -> None:
    """Read what to do from the first argument, and do it; say every part, and at the end the result, as JSON."""
    task = json.loads(sys.argv[1])
    from course_lib.training import devices

    place, workers = task["place"], task["workers"]
    if not 0 <= place < len(workers):
        raise UsageError(f"place is {place}; allowed: 0 to {len(workers) - 1}")
    placement = devices.use("data", "float32", workers=workers, worker=place, seed=0, quiet=True)

    def tell(part: int, loss: float) -> None:
        print(json.dumps({"part": part, "loss": loss}), flush=True)

    said = train(task["parts"], Path(task["folder"]), place, placement.share, tell)
    digest = hashlib.sha256(said.pop("weights").tobytes()).hexdigest()
    print(json.dumps({**said, "digest": digest}), flush=True)


if __name__ == "__main__":
    main()
