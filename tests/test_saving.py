"""Proves that a saved model can be read back whatever else has been imported: no two classes share a name in Keras."""

from __future__ import annotations

import importlib
import pkgutil

import keras

import course_lib


def _classes() -> set[type]:
    found = set()
    for module in pkgutil.walk_packages(course_lib.__path__, "course_lib."):
        if module.name.endswith("__main__"):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and value.__module__.startswith("course_lib"):
                found.add(value)
    return found


def test_every_registered_name_belongs_to_one_class() -> None:
    registered = {}
    for each in _classes():
        name = keras.saving.get_registered_name(each)
        if name != each.__name__:
            assert keras.saving.get_registered_object(name) is each
            assert registered.setdefault(name, each) is each
    assert len(registered) > 20
    named = {each.__name__ for each in registered.values()}
    assert {"MLP", "Autoencoder", "VAE", "MultiHeadAttention", "Transformer", "SmoothedCrossEntropy"} <= named


def test_every_layer_model_and_loss_can_be_saved() -> None:
    kinds = (keras.layers.Layer, keras.losses.Loss)
    searches = {"BeamSearch", "GreedySearch"}  # layers only so that Keras compiles them; they have no weights to save
    public = [each for each in _classes() if issubclass(each, kinds) and not each.__name__.startswith("_")]
    public = [each for each in public if each.__name__ not in searches]
    unnamed = sorted(each.__name__ for each in public if keras.saving.get_registered_name(each) == each.__name__)
    assert not unnamed and len(public) > 20
