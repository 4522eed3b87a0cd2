"""Proves that positions are the numbers of the papers, that no two of them are one under any precision, that rotation
makes scores depend on distances alone, and that a sequence longer than the table is refused.
"""

from __future__ import annotations

import math
from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib.transformer import LearnedPositions, SinusoidalPositions, rotate, sinusoidal_positions
from tensors import normal, numpy


def test_the_table_is_that_of_loops() -> None:
    table = sinusoidal_positions(50, 6)
    assert table.dtype == np.float32 and table.shape == (50, 6)
    for position in range(50):
        for pair in range(3):
            angle = position / 10_000 ** (2 * pair / 6)
            assert table[position, 2 * pair] == pytest.approx(math.sin(angle), abs=1e-7)
            assert table[position, 2 * pair + 1] == pytest.approx(math.cos(angle), abs=1e-7)


def test_a_step_ahead_is_the_same_turn_everywhere() -> None:
    """Section 3.5: for a fixed offset, one matrix leads from every position to the one that far ahead."""
    table = sinusoidal_positions(100, 8).astype(np.float64)
    turn, *_ = np.linalg.lstsq(table[:50], table[7:57], rcond=None)
    np.testing.assert_allclose(table[50:90] @ turn, table[57:97], atol=1e-5)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("make", [SinusoidalPositions, LearnedPositions])
def test_512_positions_stay_512_rows_under_any_policy(make, policy: str) -> None:
    layer = make(512, dtype=policy)
    outputs = layer(np.zeros((1, 512, 64), np.float32))
    assert keras.backend.standardize_dtype(outputs.dtype) == policy.removeprefix("mixed_")
    assert len(np.unique(numpy(keras.ops.cast(outputs, "float32"))[0], axis=0)) == 512
    assert numpy(layer.table).dtype == np.float32


@pytest.mark.parametrize("make", [SinusoidalPositions, LearnedPositions])
def test_the_sum_is_rounded_once(make) -> None:
    exact, low = make(40), make(40, dtype="mixed_bfloat16")
    inputs = numpy(keras.ops.cast(keras.ops.cast(normal(2, 40, 8), "bfloat16"), "float32"))
    expected = exact(inputs)
    low(inputs)
    low.set_weights(exact.get_weights())
    rounded = keras.ops.cast(expected, "bfloat16")
    np.testing.assert_array_equal(
        numpy(keras.ops.cast(low(inputs), "float32")), numpy(keras.ops.cast(rounded, "float32"))
    )


@pytest.mark.parametrize("make", [SinusoidalPositions, LearnedPositions])
@pytest.mark.parametrize("known", [True, False])
def test_a_later_start_takes_later_rows(make, known: bool) -> None:
    layer, inputs = make(10), normal(2, 10, 4)
    whole = numpy(layer(inputs))
    np.testing.assert_allclose(numpy(layer.table), whole[0] - inputs[0], atol=1e-6)
    start = 7 if known else keras.ops.convert_to_tensor(7, dtype="int32")
    np.testing.assert_allclose(numpy(layer(inputs[:, 7:9], start=start)), whole[:, 7:9], atol=1e-7)


def test_a_start_may_be_a_number_of_numpys_and_is_never_negative() -> None:
    layer, inputs = SinusoidalPositions(10), normal(2, 2, 4)
    expected = numpy(layer(inputs, start=7))
    for start in (np.int64(7), np.array(7)):
        np.testing.assert_array_equal(numpy(layer(inputs, start=start)), expected)
    with pytest.raises(ValueError, match=r"start is -1; allowed: 0 or more"):
        layer(inputs, start=-1)  # would take rows from the table's end


@pytest.mark.parametrize("make", [SinusoidalPositions, LearnedPositions])
def test_vectors_of_another_width_are_refused(make) -> None:
    layer = make(10)
    layer(normal(2, 3, 4))
    for shape in ((2, 3, 1), (2, 4)):
        with pytest.raises(ValueError, match="incompatible"):
            layer(normal(*shape))


def test_whole_numbers_are_turned_as_numbers() -> None:
    vectors = np.array([[1, 2, 3, 4], [5, 6, 7, 8]])
    expected = numpy(rotate(vectors.astype(np.float32), [1, 2]))
    np.testing.assert_array_equal(numpy(rotate(vectors, [1, 2])), expected)


def test_rotation_is_that_of_loops_and_keeps_lengths() -> None:
    vectors = normal(2, 3, 5, 6)
    positions = np.array([0, 1, 2, 40, 511])
    turned = numpy(rotate(vectors, positions))
    expected = np.zeros(vectors.shape)
    for place, position in enumerate(positions):
        for pair in range(3):
            angle = position / 10_000 ** (2 * pair / 6)
            first, second = (vectors[:, :, place, 2 * pair + i].astype(np.float64) for i in (0, 1))
            expected[:, :, place, 2 * pair] = first * math.cos(angle) - second * math.sin(angle)
            expected[:, :, place, 2 * pair + 1] = first * math.sin(angle) + second * math.cos(angle)
    # float32 knows an angle of 511 to about 3e-5.
    np.testing.assert_allclose(turned, expected, atol=1e-4)
    np.testing.assert_allclose((turned**2).sum(-1), (vectors**2).sum(-1), rtol=1e-5)


def test_turned_scores_know_distances_alone() -> None:
    query, key = normal(1, 8), normal(1, 8, seed=1)

    def score(at: int, of: int) -> float:
        return float((numpy(rotate(query, [at])) * numpy(rotate(key, [of]))).sum())

    assert score(5, 2) == pytest.approx(score(105, 102), abs=1e-4)
    assert abs(score(5, 2) - score(2, 5)) > 0.01 and abs(score(5, 2) - score(5, 3)) > 0.01


def test_turned_positions_stay_apart_in_half_precision() -> None:
    ones = keras.ops.ones((512, 64), dtype="bfloat16")
    turned = rotate(ones, keras.ops.arange(512))
    assert keras.backend.standardize_dtype(turned.dtype) == "bfloat16"
    assert len(np.unique(numpy(keras.ops.cast(turned, "float32")), axis=0)) == 512


@pytest.mark.parametrize("make", [SinusoidalPositions, LearnedPositions])
def test_positions_beyond_the_table_are_refused(make) -> None:
    layer = make(5)
    with pytest.raises(ValueError, match=r"inputs reaches to 6 positions; allowed: 5, which is max_length"):
        layer(normal(1, 6, 4))
    with pytest.raises(ValueError, match=r"inputs reaches to 6 positions"):
        layer(normal(1, 2, 4), start=4)
    with pytest.raises(ValueError, match=r"max_length is 0; allowed: 1 or more"):
        make(0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sinusoidal_positions(3, 5), ValueError, r"width is 5; allowed: an even number"),
        (lambda: sinusoidal_positions(-1, 4), ValueError, r"length is -1"),
        (lambda: sinusoidal_positions(2.0, 4), TypeError, r"length is 2.0"),
        (lambda: SinusoidalPositions(4)(normal(1, 2, 3)), ValueError, r"width is 3; allowed: an even number"),
        (lambda: rotate(normal(2, 3), [0, 1]), ValueError, r"the last axis of vectors is 3"),
    ],
)
def test_odd_widths_and_wrong_lengths_are_named(call, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_learnt_positions_come_back_from_a_file(tmp_path: Path) -> None:
    inputs = keras.Input((None, 4))
    model = keras.Model(inputs, LearnedPositions(6)(inputs))
    model.layers[-1].set_weights([normal(6, 4)])
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(numpy(again(normal(2, 6, 4))), numpy(model(normal(2, 6, 4))))
    assert again.layers[-1].get_config() == model.layers[-1].get_config()
