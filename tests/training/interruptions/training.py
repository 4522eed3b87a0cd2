"""Trains a small model with dropout in a folder, in a process of its own that may be killed; keeps its last weights.

Arguments: the folder of states, the file of the last weights, the number of epochs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np


def model(eager: bool = False):
    """A model that draws numbers while it learns, compiled; `eager` where compiling would take longer than learning."""
    import keras

    from course_lib.mlp import MLP, CrossEntropy
    from course_lib.training.compiling import compile_for_training

    made = MLP(3, (16,), dropout=0.3, seed=1)
    compile_for_training(made, (None, 8), keras.optimizers.Adam(0.01), loss=CrossEntropy(), run_eagerly=eager)
    return made


def examples() -> tuple[np.ndarray, np.ndarray]:
    """Pictures and their classes."""
    random = np.random.default_rng(0)
    return random.random((192, 8)).astype(np.float32), random.integers(0, 3, 192).astype(np.int32)


def main() -> None:
    """Train, and say when the first epoch begins and when all is done."""
    folder, weights, epochs = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    from course_lib.training.resuming import fit_resumable

    made = model()
    print("begun", flush=True)
    history = fit_resumable(made, examples(), epochs, folder, batch_size=16, seed=4)
    content = {f"w{place}": array for place, array in enumerate(made.get_weights())}
    np.savez(weights, losses=np.array(history["loss"]), **content)
    print("done", flush=True)


if __name__ == "__main__":
    main()
