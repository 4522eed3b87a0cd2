"""What a model begins with: the spread of the first weights decides whether the first steps learn anything, and no
accuracy tells of a factor of two.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import pytest

from course_lib import alignment, bert, language_model, mlp, transformer
from course_lib.applications.recommendation import MatrixFactorisation
from tensors import numpy

# What is left of a normal distribution's spread where it is cut off at two of them.
TRUNCATED = 0.8796


def built(layer: keras.layers.Layer, *shape: object) -> keras.layers.Layer:
    layer.build(*shape)
    return layer


def writer(**settings: object) -> keras.Model:
    return built(language_model.RecurrentLanguageModel(400, 50, 60, seed=3, **settings), (None, 5))


# By the name of the case: what makes the layer, and the spread of some of its weights, by the end of their paths.
CASES: dict[str, tuple[Callable[[], keras.layers.Layer], dict[str, float]]] = {
    "reader": (lambda: built(alignment.AttentiveReader(400, 50, seed=3), (None, 5)), {"word_vectors/embeddings": 0.1}),
    "positions": (lambda: built(transformer.LearnedPositions(400), (None, 5, 64)), {"table": 1 / 8}),
    "neural": (lambda: built(mlp.NeuralLanguageModel(400, 5, 50, seed=3), (None, 5)), {"C/embeddings": 0.1}),
    "decoder": (
        lambda: built(language_model.DecoderLanguageModel(400, 64, 1, 2, max_length=300, seed=3), (None, 5)),
        {"token_vectors/embeddings": 0.02},
    ),
    "recurrent, tied": (writer, {"token_vectors/embeddings": 0.1}),
    "recurrent": (lambda: writer(tied=False), {"token_vectors/embeddings": 0.1, "scores/kernel": 0.02}),
    "prefixes": (lambda: built(bert.PrefixGraft(50, seed=3), (4, 32, 32)), {"keys": 0.02, "values": 0.02}),
    "adapter": (
        lambda: built(bert.Adapter(50, seed=3), (None, 200), (None, 200)),
        {"down/kernel": 0.01 * TRUNCATED, "up/kernel": 0.01 * TRUNCATED, "down/bias": 0, "up/bias": 0},
    ),
    "LoRA": (lambda: built(bert.LowRankGraft(64, seed=3), (100, 50), (100, 50)), {"down": 0.1, "up": 0}),
    "AdaLoRA": (
        lambda: built(bert.SingularGraft(64, seed=3), (100, 400), (100, 400)),
        {"left_directions": 0.1, "right_directions": 0.05, "singular_values": 0},
    ),
    "recommender": (lambda: MatrixFactorisation(400, 300, seed=3), {"users": 0.1, "items": 0.1, "biases": 0}),
}


@pytest.mark.parametrize("case", CASES)
def test_first_weights_have_the_spread_that_their_source_gives(case: str) -> None:
    make, spreads = CASES[case]
    layer = make()
    for name, spread in spreads.items():
        (weight,) = (numpy(each) for each in layer.weights if each.path.endswith(name))
        assert np.std(weight) == pytest.approx(spread, rel=0.06), name
        assert abs(np.mean(weight)) <= 0.1 * spread, name
