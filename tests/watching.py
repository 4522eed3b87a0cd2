"""Watching what training reaches: the layers that are made, the models they are in, and the weights that move.

The source of this module is also executed in the kernel of a lesson, before its first cell: it imports nothing of the
tests.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import keras
import numpy as np


class Watch:
    """From its making until `stop`: every layer that is made, and every variable that `fit` leaves as it was.

    The layers are kept, since one that no model holds would be gone before anybody asked for it.

    Args:
        where: what it gives when a layer is made or a model is fitted tells the place of it.
    """

    def __init__(self, where: Callable[[], object] = lambda: None) -> None:
        self.made: dict[int, tuple[keras.layers.Layer, object]] = {}
        self.still: list[tuple[object, str]] = []
        self.fits = 0
        self._where = where
        self._undo = [_wrap(keras.layers.Layer, "__new__", self._make), _wrap(keras.Model, "fit", self._fit)]

    def stop(self) -> None:
        """Leave Keras as it was."""
        while self._undo:
            self._undo.pop()()

    def loose(self) -> list[tuple[object, str]]:
        """The layers with trainable weights of which no model knows: the place where each was made, and its class."""
        # One whose making stopped with an error, as a lesson may show, is no layer.
        made = [(layer, where) for layer, where in self.made.values() if "built" in vars(layer)]
        known = {id(weight) for model, _ in made if isinstance(model, keras.Model) for weight in model.weights}
        return [
            (where, type(layer).__name__)
            for layer, where in made
            if not known.issuperset(map(id, layer.trainable_weights))
        ]

    def _make(self, original: Callable, *args: object, **options: object) -> keras.layers.Layer:
        layer = original(*args, **options)
        self.made.setdefault(id(layer), (layer, self._where()))
        return layer

    def _fit(self, original: Callable, model: keras.Model, *args: object, **options: object) -> object:
        before: list[tuple[str, np.ndarray]] = []

        def remember(*_: object, **__: object) -> None:
            if not before:
                before.extend(_values(model))

        # A model has its weights when training begins, or else, on some backends, after the first batch.
        watch = keras.callbacks.LambdaCallback(on_train_begin=remember, on_train_batch_end=remember)
        given = options.pop("callbacks", None) or []
        history = original(model, *args, callbacks=[*given, watch], **options)
        self.fits += 1
        for (path, old), (_, new) in zip(before, _values(model), strict=True):
            if np.array_equal(old, new):
                self.still.append((self._where(), path))
        return history


def _values(model: keras.Model) -> list[tuple[str, np.ndarray]]:
    return [(weight.path, np.array(keras.ops.convert_to_numpy(weight.value))) for weight in model.trainable_variables]


def _wrap(owner: type, name: str, around: Callable) -> Callable[[], None]:
    """Put `around(original, ...)` in the place of a method -> what takes it away again."""
    original, own = getattr(owner, name), vars(owner).get(name)

    @functools.wraps(original)
    def method(*args: object, **options: object) -> object:
        return around(original, *args, **options)

    setattr(owner, name, staticmethod(method) if name == "__new__" else method)
    return lambda: setattr(owner, name, own) if own is not None else delattr(owner, name)
