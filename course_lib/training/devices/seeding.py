"""Setting every seed, without a second backend being imported for it."""

from __future__ import annotations

import sys


def set_seeds(seed: int) -> None:
    """Set the seeds of Python, NumPy, Keras and its backend: `keras.utils.set_random_seed` without an import of more.

    Args:
        seed: a whole number, 0 or more.
    """
    import keras

    leave_out_tensorflow()
    keras.utils.set_random_seed(seed)


def leave_out_tensorflow() -> None:
    """Have Keras take TensorFlow for not installed, where another backend computes and nothing has imported it yet.

    Keras imports it where it is there, to set its seed and to see whether something is of one of its types. That takes
    seconds and up to 700 MB, and a TPU may not be looked at by two libraries.
    """
    import keras

    if keras.backend.backend() == "tensorflow" or "tensorflow" in sys.modules:
        return
    sys.modules["tensorflow"] = None  # makes `import tensorflow` raise an ImportError, which Keras expects
    try:
        # Keras asks once, at the first object it writes down, and remembers the answer.
        keras.saving.serialize_keras_object(keras.initializers.Zeros())
    finally:
        del sys.modules["tensorflow"]
