"""Which layers a model is made of, and which of them learn."""

from __future__ import annotations

from collections.abc import Iterator

import keras


def all_layers(layer: keras.layers.Layer) -> Iterator[keras.layers.Layer]:
    """A layer and all that it is made of, each once, outer ones first."""
    met: set[int] = set()
    waiting = [layer]
    while waiting:
        one = waiting.pop(0)
        if id(one) not in met:
            met.add(id(one))
            yield one
            waiting += _parts(one)


def _parts(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """The layers that a layer holds as attributes, or in lists and dictionaries of these."""
    held, found = list(vars(layer).values()), []
    while held:
        thing = held.pop(0)
        if isinstance(thing, keras.layers.Layer):
            found.append(thing)
        elif isinstance(thing, list | tuple):
            held += thing
        elif isinstance(thing, dict):
            held += thing.values()
    return found


def set_trainable(layer: keras.layers.Layer, value: bool) -> None:
    """Freeze a layer and all that it is made of, or let it learn again.

    Args:
        layer: the layer.
        value: whether it learns.
    """
    for one in all_layers(layer):
        # An attribute that is given the value it has already is left alone on TensorFlow, and so is all below it.
        one.trainable = not value
        one.trainable = value
