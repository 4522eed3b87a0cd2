"""Proves that packing loses no token and mixes no documents, and that streams go on where they were cut."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.language_model import UNCOUNTED, DecoderLanguageModel, pack, streams
from tensors import numpy

SEPARATOR = 0


def documents_of(count: int = 7, seed: int = 0) -> list[list[int]]:
    random = np.random.default_rng(seed)
    return [random.integers(1, 11, size=random.integers(1, 9)).tolist() for _ in range(count)]


@pytest.mark.parametrize("length", [1, 3, 5, 8, 100])
def test_packing_equals_a_loop_over_tokens(length: int) -> None:
    documents = documents_of()
    rows, row = [], []
    for number, document in enumerate(documents, start=1):
        for given, target in zip([SEPARATOR, *document], [*document, SEPARATOR], strict=True):
            row.append((given, target, number))
            if len(row) == length:
                rows.append(row)
                row = []
    if row:
        rows.append(row + [(SEPARATOR, UNCOUNTED, 0)] * (length - len(row)))
    packed = pack(documents, length, SEPARATOR)
    np.testing.assert_array_equal(np.stack(packed, axis=-1), np.array(rows))
    assert {part.dtype for part in packed} == {np.dtype(np.int32)}


def test_every_token_and_every_end_is_a_target_once() -> None:
    documents = documents_of()
    packed = pack(documents, 4, SEPARATOR)
    counted = packed.targets[packed.targets != UNCOUNTED].tolist()
    assert counted == [target for document in documents for target in [*document, SEPARATOR]]
    np.testing.assert_array_equal(packed.targets == UNCOUNTED, packed.segment_ids == 0)


def test_a_document_changed_changes_no_other_of_its_row_and_without_segments_it_does() -> None:
    documents = [[3, 4, 5], [6, 7, 8, 9], [2, 3]]
    packed = pack(documents, 12, SEPARATOR)
    changed = pack([[5, 3, 3], *documents[1:]], 12, SEPARATOR)
    others = packed.segment_ids[0] > 1
    model = DecoderLanguageModel(11, 16, 2, 4, max_length=12, seed=0)
    model.build((None, None))
    random = np.random.default_rng(1)
    for weight in model.trainable_variables:
        weight.assign(numpy(weight) + random.normal(size=weight.shape, scale=0.2))
    apart = [numpy(model(each.token_ids, each.segment_ids))[0] for each in (packed, changed)]
    np.testing.assert_allclose(apart[0][others], apart[1][others], atol=1e-6)
    assert np.abs(apart[0][~others] - apart[1][~others]).max() > 1e-3
    mixed = [numpy(model(each.token_ids))[0] for each in (packed, changed)]
    assert np.abs(mixed[0][others] - mixed[1][others]).max() > 1e-3


@pytest.mark.parametrize(("batch_size", "length", "steps"), [(1, 4, 24), (3, 4, 8), (3, 32, 1), (2, 7, 7)])
def test_streams_go_on_from_step_to_step(batch_size: int, length: int, steps: int) -> None:
    text = np.arange(100)
    given, targets = streams(text, batch_size, length)
    assert given.shape == targets.shape == (steps, batch_size, length)
    np.testing.assert_array_equal(targets, given + 1)
    np.testing.assert_array_equal(given[1:, :, 0], targets[:-1, :, -1])
    assert sorted(given.ravel().tolist()) == list(range(batch_size * steps * length))


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: pack([], 4, 0), ValueError, "documents is empty"),
        (lambda: pack([[1], []], 4, 0), ValueError, "documents holds an empty one at 1"),
        (lambda: pack([1, 2], 4, 0), TypeError, r"documents\[0\] is 1"),
        (lambda: pack([[1.5]], 4, 0), TypeError, r"documents\[0\] holds values of type float64"),
        (lambda: pack([[-1]], 4, 0), ValueError, "documents holds ids from -1"),
        (lambda: pack([[1]], 0, 0), ValueError, "length is 0"),
        (lambda: pack([[1]], 4, -1), ValueError, "separator is -1"),
        (lambda: streams([1, 2, 3, 4], 2, 2), ValueError, "token_ids has 4 tokens; allowed: 5 or more"),
        (lambda: streams([1.5] * 9, 2, 2), TypeError, "token_ids holds values of type float64"),
        (lambda: streams([2**31] * 9, 2, 2), ValueError, "token_ids holds 2147483648"),
        (lambda: streams([1] * 9, 0, 2), ValueError, "batch_size is 0"),
        (lambda: streams([1] * 9, 2, 1.0), TypeError, r"length is 1\.0"),
    ],
)
def test_a_wrong_argument_is_named(make, error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        make()
