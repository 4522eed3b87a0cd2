"""Proves that padding equals Keras's own, that what is padding never reaches a mean or a later position, and that
buckets hold every text once and far less padding than batches drawn at random.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib.preprocessing import bucket_batches, causal_mask, combine_masks, masked_mean, pad, padding_mask
from course_lib.preprocessing.batches import filled_batches

numpy = keras.ops.convert_to_numpy
SEQUENCES = [[5, 6, 7, 8], [], [9], [3, 4]]


@pytest.mark.parametrize("length", [None, 1, 2, 3, 4, 6])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("truncate", ["left", "right"])
@pytest.mark.parametrize("value", [0, 1])
def test_padding_is_that_of_keras(length: int | None, side: str, truncate: str, value: int) -> None:
    names = {"left": "pre", "right": "post"}
    theirs = keras.utils.pad_sequences(
        SEQUENCES, maxlen=length, padding=names[side], truncating=names[truncate], value=value
    )
    ours = pad(SEQUENCES, length, side=side, truncate=truncate, value=value)
    np.testing.assert_array_equal(ours, theirs)
    assert ours.dtype == np.int32


def test_padding_goes_right_and_the_end_is_cut_unless_said_otherwise() -> None:
    assert pad([[1, 2, 3], [4]]).tolist() == [[1, 2, 3], [4, 0, 0]]
    assert pad([[1, 2, 3], [4]], 2).tolist() == [[1, 2], [4, 0]]


def test_arrays_and_generators_are_padded_too() -> None:
    assert pad(np.array(row) for row in ([1, 2], [3])).tolist() == [[1, 2], [3, 0]]
    assert pad(SEQUENCES, 0).shape == pad(SEQUENCES, 0, "left", "left").shape == (4, 0)
    assert pad([]).shape == (0, 0) and pad([], 3).shape == (0, 3) and pad([[], []]).shape == (2, 0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"side": "pre"}, ValueError, r"^side is 'pre'; allowed: 'left', 'right'$"),
        ({"truncate": "post"}, ValueError, r"^truncate is 'post'; allowed: 'left', 'right'$"),
        ({"length": -1}, ValueError, r"^length is -1; allowed: 0 or more$"),
        ({"length": 2.0}, TypeError, r"^length is 2.0 of type float; allowed: a whole number$"),
        ({"sequences": [[1.5]]}, TypeError, r"^sequences holds values of type float64; allowed: whole numbers$"),
        ({"sequences": [["film"]]}, TypeError, r"^sequences holds values of type <U4; allowed: whole numbers$"),
    ],
)
def test_wrong_padding_is_named(arguments: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        pad(**{"sequences": SEQUENCES, **arguments})


def test_the_padding_mask_is_true_where_there_is_a_token() -> None:
    mask = numpy(padding_mask(np.array([[5, 1, 0], [2, 0, 0]])))
    assert mask.dtype == bool and mask.tolist() == [[True, True, False], [True, False, False]]


@pytest.mark.parametrize("length", [0, 1, 2, 7])
def test_the_causal_mask_is_true_for_the_past_and_the_present(length: int) -> None:
    mask = numpy(causal_mask(length))
    assert mask.dtype == bool and mask.shape == (length, length)
    for query in range(length):
        for key in range(length):
            assert mask[query, key] == (key <= query)


def test_a_negative_length_is_named() -> None:
    with pytest.raises(ValueError, match=r"^length is -1; allowed: 0 or more$"):
        causal_mask(-1)


def test_masks_are_combined_as_in_a_loop() -> None:
    padding = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 0]])
    keys = numpy(combine_masks(padding))
    both = numpy(combine_masks(padding, causal_mask(3)))
    assert keys.shape == (3, 1, 3) and both.shape == (3, 3, 3) and keys.dtype == both.dtype == bool
    for batch in range(3):
        for query in range(3):
            for key in range(3):
                assert keys[batch, 0, key] == bool(padding[batch, key])
                assert both[batch, query, key] == (bool(padding[batch, key]) and key <= query)


def test_the_masked_mean_is_that_of_a_loop() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(6, 5, 3)).astype(np.float32)
    mask = random.random((6, 5)) < 0.6
    mask[0], mask[1] = False, True
    means = numpy(masked_mean(vectors, mask))
    assert means.shape == (6, 3)
    for row in range(6):
        kept = [vectors[row, time] for time in range(5) if mask[row, time]]
        np.testing.assert_allclose(means[row], np.mean(kept, axis=0) if kept else np.zeros(3), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("rubbish", [1e6, np.nan, np.inf, -np.inf])
def test_what_stands_behind_the_mask_changes_nothing_nor_does_more_padding(rubbish: float) -> None:
    vectors = np.random.default_rng(0).normal(size=(2, 4, 3)).astype(np.float32)
    mask = np.array([[True, True, False, False], [True, False, True, False]])
    before = numpy(masked_mean(vectors, mask))
    changed = np.where(mask[..., None], vectors, np.float32(rubbish))
    longer = np.concatenate([changed, np.full((2, 5, 3), rubbish, np.float32)], axis=1)
    np.testing.assert_array_equal(numpy(masked_mean(changed, mask)), before)
    np.testing.assert_allclose(numpy(masked_mean(longer, np.pad(mask, [(0, 0), (0, 5)]))), before, rtol=1e-6)


def test_the_masked_mean_takes_a_mask_of_numbers_and_keeps_small_vectors_small() -> None:
    vectors = np.full((1, 3, 2), 1e-3, dtype=np.float32)
    np.testing.assert_allclose(numpy(masked_mean(vectors, np.array([[1, 1, 0]]))), [[1e-3, 1e-3]], rtol=1e-6)
    np.testing.assert_allclose(numpy(masked_mean(vectors, np.array([[0, 1, 0]]))), [[1e-3, 1e-3]], rtol=1e-6)


LENGTHS = np.random.default_rng(0).integers(0, 60, size=503)


@pytest.mark.parametrize("drop", [False, True])
def test_every_text_is_in_one_batch_of_the_first_bucket_it_fits(drop: bool) -> None:
    boundaries = [10, 20, 40]
    batches = bucket_batches(LENGTHS, 16, boundaries, seed=0, drop_remainder=drop)
    seen = np.concatenate([indices for _, indices in batches])
    assert len(set(seen.tolist())) == len(seen)
    for boundary, indices in batches:
        below = max([0, *(b for b in boundaries if b < boundary)])
        for length in LENGTHS[indices]:
            assert length <= boundary or boundary == 40
            assert length > below or below == 0
        assert len(indices) == 16 or (not drop and 0 < len(indices) < 16)
    left_out = sum(int(np.sum(_bucket(LENGTHS, boundaries) == bucket)) % 16 for bucket in range(3))
    assert len(LENGTHS) - len(seen) == (left_out if drop else 0)


def _bucket(lengths: np.ndarray, boundaries: list[int]) -> np.ndarray:
    return np.array(
        [next((n for n, b in enumerate(boundaries) if length <= b), len(boundaries) - 1) for length in lengths]
    )


def test_each_bucket_has_one_short_batch_at_most() -> None:
    batches = bucket_batches(LENGTHS, 16, [10, 20, 40], seed=0)
    for boundary in (10, 20, 40):
        assert sum(len(indices) < 16 for length, indices in batches if length == boundary) <= 1


def test_the_same_seed_draws_the_same_batches_and_another_draws_others() -> None:
    def drawn(seed: int) -> list[tuple[int, list[int]]]:
        return [(length, indices.tolist()) for length, indices in bucket_batches(LENGTHS, 16, [10, 20, 40], seed)]

    assert drawn(0) == drawn(0) != drawn(1)
    assert [length for length, _ in drawn(0)] != sorted(length for length, _ in drawn(0))  # buckets are mixed
    first = next(indices for length, indices in drawn(0) if length == 40)
    assert first != sorted(first)  # and so are the texts in a bucket


def test_buckets_need_far_less_padding_than_random_batches() -> None:
    buckets = bucket_batches(LENGTHS, 16, [10, 20, 30, 40, 50, 60], seed=0)
    padded = sum(length * len(indices) - LENGTHS[indices].sum() for length, indices in buckets)
    order = np.random.default_rng(0).permutation(len(LENGTHS))
    rows = [LENGTHS[order[start : start + 16]] for start in range(0, len(order), 16)]
    at_random = sum(row.max() * len(row) - row.sum() for row in rows)
    assert padded < 0.3 * at_random


def test_no_texts_make_no_batches() -> None:
    assert bucket_batches([], 4, [5], seed=0) == []
    assert bucket_batches([3], 4, [5], seed=0, drop_remainder=True) == []
    assert [(length, indices.tolist()) for length, indices in bucket_batches([9], 4, [5], seed=0)] == [(5, [0])]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, r"^batch_size is 0; allowed: 1 or more$"),
        ({"boundaries": []}, r"^boundaries is \[\]; allowed: one or more positive lengths in rising order$"),
        ({"boundaries": [0, 5]}, r"^boundaries is \[0, 5\]; allowed"),
        ({"boundaries": [5, 3]}, r"^boundaries is \[5, 3\]; allowed"),
        ({"boundaries": [5, 5]}, r"^boundaries is \[5, 5\]; allowed"),
    ],
)
def test_wrong_buckets_are_named(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bucket_batches(**{"lengths": [1], "batch_size": 1, "boundaries": [1], "seed": 0, **arguments})


def test_filled_batches_read_every_text_once_in_few_shapes():
    texts = [[place + 1] * length for place, length in enumerate([9, 2, 5, 1, 7])]
    batches = list(filled_batches(texts, batch_size=2, step=4, at_most=8))
    assert [rows.tolist() for rows, _ in batches] == [[3, 1], [2, 4], [0]]
    assert [token_ids.shape for _, token_ids in batches] == [(2, 4), (2, 8), (2, 8)]
    for rows, token_ids in batches:
        for row, ids in zip(rows, token_ids, strict=False):
            assert ids[ids != 0].tolist() == texts[row][:8]
    assert (batches[-1][1][1] == batches[-1][1][0]).all()  # filled up with what it has
