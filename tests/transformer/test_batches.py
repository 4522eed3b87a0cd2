"""Proves that what is given and what is asked are one token apart, and that batches have few shapes and every pair once
an epoch, in another order in each.
"""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.transformer import TranslationBatches, shift

from .samples import END, START, lists


def test_what_is_given_and_what_is_asked_are_one_token_apart() -> None:
    assert shift([7, 8, 9], START, END) == ([2, 7, 8, 9], [7, 8, 9, 3])
    assert shift(np.array([5]), START, END) == ([2, 5], [5, 3])
    assert shift([], START, END) == ([2], [3])


def test_every_pair_comes_once_an_epoch_in_batches_of_few_shapes() -> None:
    sources, targets = lists(37, 0), lists(37, 1)
    batches = TranslationBatches(sources, targets, START, END, 8, [3, 5, 7], seed=1)
    orders = []
    for _ in range(2):
        seen, shapes = [], set()
        for place in range(len(batches)):
            inputs, answers = batches[place]
            shapes.add((inputs["source"].shape, inputs["target"].shape, answers.shape))
            for source, given, answer in zip(inputs["source"], inputs["target"], answers, strict=True):
                if source.any():
                    assert given[0] == START and answer[np.count_nonzero(answer) - 1] == END
                    seen.append((source[source > 0].tolist(), answer[(answer > 0)][:-1].tolist()))
                    assert given[given > 0][1:].tolist() == seen[-1][1]
                else:
                    assert not given.any() and not answer.any()
        assert sorted(seen) == sorted(zip(sources, targets, strict=True))
        assert shapes == {((8, length),) * 3 for length in (3, 5, 7)}
        lengths = [batches[place][1].shape[1] for place in (0, 1)]
        assert lengths[0] != lengths[1]  # from these two Keras learns which axes vary
        orders.append(seen)
        batches.on_epoch_end()
    assert orders[0] != orders[1]
    again = TranslationBatches(sources, targets, START, END, 8, [3, 5, 7], seed=1)
    np.testing.assert_array_equal(again[0][1], TranslationBatches(sources, targets, START, END, 8, [3, 5, 7], 1)[0][1])


def test_batches_of_nothing_are_named() -> None:
    with pytest.raises(ValueError, match=r"sources holds an empty sentence at 1; allowed: one token or more"):
        TranslationBatches([[4], []], [[4], [5]], START, END, 2, [4])
    with pytest.raises(ValueError, match=r"batch_size is 0; allowed: 1 or more"):
        TranslationBatches([[4]], [[4]], START, END, 0, [4])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"sources": [1, 2]}, TypeError, r"^sources\[0\] is 1; allowed"),
        ({"targets": [[2.7]]}, TypeError, r"^targets\[0\] holds values of type float64"),
        ({"sources": [[2**40]]}, ValueError, r"^sources holds ids from"),
        ({"boundaries": [4.5]}, TypeError, r"^boundaries holds values of type float64"),
        ({"start_id": 1.5}, TypeError, r"^start_id is 1.5"),
    ],
)
def test_batches_are_made_of_ids_alone(options: dict, error: type[Exception], message: str) -> None:
    good = {"sources": [[3]], "targets": [[4]], "start_id": 1, "end_id": 2, "batch_size": 1, "boundaries": [4]}
    with pytest.raises(error, match=message):
        TranslationBatches(**{**good, **options})
