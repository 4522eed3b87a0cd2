"""Proves that a saved model can be read back whatever else has been imported: no two classes share a name in Keras."""

from __future__ import annotations

import importlib
import json
import pkgutil

import keras
import numpy as np
import pytest

import course_lib
from course_lib import attention, autoencoder, mlp, transformer, vae


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


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: mlp.MLP(3, seed=seed),
        lambda seed: mlp.NeuralLanguageModel(9, seed=seed),
        lambda seed: mlp.Dropout(0.1, seed),
        lambda seed: autoencoder.Autoencoder(5, 2, seed=seed),
        lambda seed: autoencoder.Corruption("masking", 0.1, seed=seed),
        lambda seed: vae.VAE(5, 2, seed=seed),
        lambda seed: vae.Sampling(seed=seed),
        lambda seed: attention.MultiHeadAttention(2, seed=seed),
        lambda seed: transformer.TransformerEncoderLayer(2, 3, seed=seed),
        lambda seed: transformer.Transformer(5, 6, width=4, num_heads=1, hidden_dim=3, num_layers=1, seed=seed),
    ],
)
def test_a_seed_may_come_from_numpy_and_must_be_a_whole_number(make) -> None:
    """A search draws its seeds with NumPy; JSON takes no number of NumPy's."""
    assert json.dumps(make(np.int64(3)).get_config()["seed"]) == "3"
    for seed, error, message in [(1.5, TypeError, "seed is 1.5"), (-1, ValueError, "seed is -1; allowed: 0 or more")]:
        with pytest.raises(error, match=message):
            make(seed)


def test_every_layer_model_and_loss_can_be_saved() -> None:
    kinds = (keras.layers.Layer, keras.losses.Loss)
    # Layers only so that Keras compiles them, around a model that is saved by itself.
    around = {"BeamSearch", "GreedySearch", "Learner", "RememberingLearner", "Scorer"}
    # What is put into a model and taken out of it again is saved by `save_few`, or merged.
    grafts = {"Adapter", "DenseGraft", "FewWeights", "Graft", "LowRankGraft", "Merging", "PrefixGraft", "SingularGraft"}
    public = [each for each in _classes() if issubclass(each, kinds) and not each.__name__.startswith("_")]
    public = [each for each in public if each.__name__ not in around | grafts]
    unnamed = sorted(each.__name__ for each in public if keras.saving.get_registered_name(each) == each.__name__)
    assert not unnamed and len(public) > 20
