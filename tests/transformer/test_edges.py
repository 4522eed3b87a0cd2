"""Proves that angles stay exact far from the beginning, and that whoever hands a translator something else than ids is
told which argument it was.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib.transformer import Transformer, beam_search, greedy_search, rotate

numpy = keras.ops.convert_to_numpy


@pytest.fixture(scope="module")
def model() -> Transformer:
    return Transformer(8, 9, max_length=6, width=4, num_heads=1, hidden_dim=4, num_layers=1, dropout=0.0, seed=0)


@pytest.mark.parametrize("start", [0, 1, 4095, 4096, 10**5 + 3, 10**6, 2**24 - 8])
def test_vectors_are_turned_by_the_angle_of_float64_wherever_they_stand(start: int) -> None:
    vectors = np.random.default_rng(0).normal(size=(5, 16)).astype(np.float32)
    positions = start + np.arange(5)
    angles = positions[:, None] * 10_000.0 ** (-np.arange(0, 16, 2) / 16)
    even, odd = vectors[:, 0::2].astype(float), vectors[:, 1::2].astype(float)
    expected = np.empty((5, 16))
    expected[:, 0::2] = even * np.cos(angles) - odd * np.sin(angles)
    expected[:, 1::2] = even * np.sin(angles) + odd * np.cos(angles)
    np.testing.assert_allclose(numpy(rotate(vectors, positions)), expected, atol=5e-6)
    np.testing.assert_allclose(numpy(rotate(vectors, keras.ops.convert_to_tensor(positions))), expected, atol=5e-6)


@pytest.mark.parametrize("positions", [[0.5, 1.25], [-1.0, -7.5], [4096.5, 100_000.25]])
def test_positions_between_whole_ones_and_before_the_first_are_angles_too(positions: list[float]) -> None:
    angles = np.array(positions)[:, None] * 10_000.0 ** (-np.arange(0, 4, 2) / 4)
    turned = numpy(rotate(np.tile([1.0, 0.0], (2, 2)).astype(np.float32), positions))
    np.testing.assert_allclose(turned[:, 0::2], np.cos(angles), atol=5e-6)
    np.testing.assert_allclose(turned[:, 1::2], np.sin(angles), atol=5e-6)


@pytest.mark.parametrize("search", [greedy_search, beam_search])
@pytest.mark.parametrize(
    ("sources", "error", "message"),
    [
        ([1, 2], TypeError, r"^sources\[0\] is 1; allowed: a list of ids for each text"),
        (5, TypeError, r"^sources is 5; allowed: a list of ids for each sentence"),
        ("film", TypeError, r"^sources is one str"),
        ([[1.5]], TypeError, r"^sources\[0\] holds values of type float64"),
        ([[2**32 + 1]], ValueError, r"^sources\[0\] holds ids from 4294967297 to 4294967297; allowed: 0 to 7"),
        ([], ValueError, r"^sources holds no sentence"),
        ([[[1, 2]]], ValueError, r"^sources\[0\] has the shape \(1, 2\)"),
    ],
)
def test_what_is_no_list_of_sentences_is_named(model, search, sources, error, message: str) -> None:
    with pytest.raises(error, match=message):
        search(model, sources, 1, 2)


@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        ({"source": [[1, 2]], "target": [[1]]}, TypeError, r"^source is of type list; allowed: an array of ids"),
        ({"source": np.ones((1, 2), int), "target": [[1]]}, TypeError, r"^target is of type list; allowed"),
        (
            {"source": np.ones((2, 2), int), "target": np.ones((3, 2), int)},
            ValueError,
            r"^source has 2 sentences and target 3; allowed: as many of each$",
        ),
    ],
)
def test_what_a_translator_cannot_read_is_named(model, inputs: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        model(inputs)
