"""Proves that words are hidden as often and in the ways that the paper says, never special ones, whole words where
asked; that no label can be read off the inputs; and that every epoch hides others, the same whenever it is asked.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from course_lib.bert import BertPretrainer, MaskedBatches, Masking, mask_words
from course_lib.bert.masking import choose
from tensors import numpy

from .samples import small, tokenizer

TOKENS = tokenizer()
ORDINARY = range(5, 19)


def _texts(rows: int = 2_000, length: int = 40, seed: int = 0) -> np.ndarray:
    """[CLS] words [SEP] and padding, of several lengths."""
    random = np.random.default_rng(seed)
    ids = random.integers(5, 19, size=(rows, length))
    ends = random.integers(3, length, size=rows)
    ids[:, 0] = 2
    for row, end in enumerate(ends):
        ids[row, end] = 3
        ids[row, end + 1 :] = 0
    return ids


def _kinds(ids: np.ndarray, found: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The tokens that were chosen, what stands there now, and where."""
    asked = found["labels"] != 0
    rows = np.nonzero(asked)[0]
    places = found["positions"][asked]
    return found["labels"][asked], found["token_ids"][rows, places], np.stack([rows, places])


def test_fifteen_percent_are_chosen_and_of_these_eighty_ten_and_ten() -> None:
    ids = _texts()
    found = mask_words(ids, TOKENS, seed=1)
    labels, now, places = _kinds(ids, found)
    sizes = ((ids != 0) & (ids != 2) & (ids != 3)).sum(axis=1)
    expected = np.array([min(size, max(1, round(size * 0.15))) for size in sizes.tolist()])
    np.testing.assert_array_equal((found["labels"] != 0).sum(axis=1), expected)
    np.testing.assert_array_equal(ids[tuple(places)], labels)
    # Another word is drawn from all ordinary ones, so that one in fourteen is the same by chance.
    masked, same = (now == 4).sum(), (now == labels).sum()
    counts = [masked, len(now) - masked - same, same]
    shares = np.array([0.8, 0.1 * 13 / 14, 0.1 + 0.1 / 14])
    assert stats.chisquare(counts, shares * len(now)).pvalue > 0.01
    others = now[(now != 4) & (now != labels)]
    assert set(others.tolist()) <= set(ORDINARY)
    assert stats.chisquare(np.bincount(others, minlength=19)[5:]).pvalue > 0.01


def test_every_place_is_chosen_as_often_as_any_other() -> None:
    ids = np.tile(np.array([[2, *range(5, 19), 3]]), (4_000, 1))
    found = mask_words(ids, TOKENS, seed=2)
    counts = np.bincount(found["positions"][found["labels"] != 0], minlength=16)
    assert counts[0] == counts[15] == 0
    assert stats.chisquare(counts[1:15]).pvalue > 0.01
    # Two of a text are two different ones.
    assert all(len(set(row)) == len(row) for row in found["positions"].tolist())


@pytest.mark.parametrize("whole_words", [False, True])
def test_special_tokens_are_never_chosen_and_nothing_else_changes(whole_words: bool) -> None:
    ids = _texts(300)
    before = ids.copy()
    found = mask_words(ids, TOKENS, Masking(whole_words=whole_words), seed=3)
    np.testing.assert_array_equal(ids, before)
    labels, _, places = _kinds(ids, found)
    assert labels.min() >= 5
    untouched = np.ones(ids.shape, bool)
    untouched[tuple(places)] = False
    np.testing.assert_array_equal(found["token_ids"][untouched], ids[untouched])
    assert (found["positions"][found["labels"] == 0] == 0).all()


def test_whole_words_are_chosen_with_all_their_pieces_or_not_at_all() -> None:
    ids = _texts(500)
    found = mask_words(ids, TOKENS, Masking(rate=0.3, whole_words=True), seed=4)
    chosen = np.zeros(ids.shape, bool)
    chosen[tuple(_kinds(ids, found)[2])] = True
    goes_on = TOKENS.is_continuation(ids)
    # A piece right behind "[CLS]" goes on with nothing that can be chosen.
    inside = goes_on[:, 1:] & (ids[:, :-1] >= 5)
    np.testing.assert_array_equal(chosen[:, 1:][inside], chosen[:, :-1][inside])
    pieces = mask_words(ids, TOKENS, Masking(rate=0.3), seed=4)
    apart = np.zeros(ids.shape, bool)
    apart[tuple(_kinds(ids, pieces)[2])] = True
    assert (apart[:, 1:][inside] != apart[:, :-1][inside]).any()
    sizes = ((ids != 0) & (ids != 2) & (ids != 3)).sum(axis=1)
    assert (chosen.sum(axis=1) <= np.maximum(1, np.round(sizes * 0.3))).all()
    assert chosen.sum() > 0.8 * np.round(sizes * 0.3).sum()


def test_a_word_that_would_exceed_the_number_is_passed_over() -> None:
    words = np.array([-1, 1, 1, 1, 2, 3, 3, -1])
    for seed in range(50):
        chosen = choose(words, 2, np.random.default_rng(seed))
        assert chosen.tolist() in ([4], [5, 6])
    assert choose(np.array([-1, -1]), 3, np.random.default_rng(0)).tolist() == []


def test_no_label_can_be_read_off_the_inputs() -> None:
    """Two texts that differ in what is masked alone are one text to the model, at every position, segments included."""
    first = np.array([[2, *range(5, 19), 3]])
    found = mask_words(first, TOKENS, Masking(rate=0.5, masked=1.0, random=0.0), seed=5)
    places = found["positions"][0]
    second = first.copy()
    second[0, places] = 5 + (second[0, places] - 4) % 14
    other = mask_words(second, TOKENS, Masking(rate=0.5, masked=1.0, random=0.0), seed=5)
    assert (found["labels"] != other["labels"]).all()
    np.testing.assert_array_equal(found["positions"], other["positions"])
    np.testing.assert_array_equal(found["token_ids"], other["token_ids"])
    assert (found["token_ids"][0, places] == 4).all()
    batch = MaskedBatches(first.tolist(), TOKENS, 1, 16, Masking(masked=1.0, random=0.0))
    changed = MaskedBatches([second[0].tolist()], TOKENS, 1, 16, Masking(masked=1.0, random=0.0))
    (given, labels), (given_too, _) = batch[0], changed[0]
    kept = labels[0] != 0
    same = np.delete(given["token_ids"][0], given["positions"][0][kept])
    assert not np.isin(given["token_ids"][0, given["positions"][0][kept]], labels[0]).any()
    assert len(same) == 16 - kept.sum() and (given["segment_ids"] == given_too["segment_ids"]).all()
    np.testing.assert_array_equal(given["positions"], given_too["positions"])


def test_a_model_cannot_tell_which_word_was_masked() -> None:
    model = BertPretrainer(small(max_length=16), seed=0)
    first = np.array([[2, *range(5, 19), 3]])
    rule = Masking(rate=0.3, masked=1.0, random=0.0)
    found = mask_words(first, TOKENS, rule, seed=6)
    second = first.copy()
    second[0, found["positions"][0]] = 6
    other = mask_words(second, TOKENS, rule, seed=6)
    logits = [numpy(model({name: one[name] for name in ("token_ids", "positions")})) for one in (found, other)]
    np.testing.assert_array_equal(*logits)


def test_epochs_hide_other_words_and_come_again_as_they_were() -> None:
    texts = [row[row != 0].tolist() for row in _texts(20)]
    batches = MaskedBatches(texts, TOKENS, 6, 40, seed=7)
    assert len(batches) == 3
    (first, labels), (again, labels_again) = batches[1], MaskedBatches(texts, TOKENS, 6, 40, seed=7)[1]
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])
    np.testing.assert_array_equal(labels, labels_again)
    assert first["token_ids"].shape == first["segment_ids"].shape == (6, 40)
    assert first["positions"].shape == labels.shape == (6, 6)
    later, other = batches.next_epoch(1), MaskedBatches(texts, TOKENS, 6, 40, seed=8)
    for one in (later, other):
        assert (one[1][0]["token_ids"] != first["token_ids"]).any()
    # One text that stands in both epochs has other words hidden.
    alone = MaskedBatches(texts[:1], TOKENS, 1, 40, seed=7)
    hidden = [alone.next_epoch(epoch)[0][0]["token_ids"].tolist() for epoch in range(6)]
    assert len({str(one) for one in hidden}) > 3


def test_a_batch_is_made_alike_in_whatever_order_batches_are_asked_for() -> None:
    texts = [row[row != 0].tolist() for row in _texts(20)]
    one, other = (MaskedBatches(texts, TOKENS, 5, 40, seed=1) for _ in range(2))
    backwards = {index: other[index] for index in reversed(range(4))}
    for index in range(4):
        np.testing.assert_array_equal(one[index][0]["token_ids"], backwards[index][0]["token_ids"])
        np.testing.assert_array_equal(one[index][1], backwards[index][1])


def test_segments_go_with_their_texts() -> None:
    texts = [[2, 5, 3, number, 3] for number in range(5, 15)]
    batches = MaskedBatches(texts, TOKENS, 5, 6, segments=[[0, 0, 0, 1, 1]] * 10)
    given, _ = batches[0]
    assert given["segment_ids"].tolist() == [[0, 0, 0, 1, 1, 0]] * 5


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"rate": 0.0}, ValueError, "rate is 0.0; allowed: above 0 and below 1"),
        ({"rate": True}, TypeError, "rate is True"),
        ({"masked": 0.9, "random": 0.2}, ValueError, "masked is 0.9 and random 0.2"),
        ({"random": -0.1}, ValueError, "random -0.1"),
    ],
)
def test_shares_out_of_range_are_refused(arguments: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Masking(**arguments)


def test_wrong_arguments_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"token_ids has the shape \(3,\)"):
        mask_words(np.array([2, 5, 3]), TOKENS)
    with pytest.raises(ValueError, match="holds ids from 5 to 19"):
        mask_words(np.array([[5, 19]]), TOKENS)
    with pytest.raises(ValueError, match="predictions is 0"):
        mask_words(np.array([[2, 5, 3]]), TOKENS, predictions=0)
    with pytest.raises(ValueError, match="texts is empty"):
        MaskedBatches([], TOKENS, 1, 8)
    with pytest.raises(ValueError, match="batch_size is 2; allowed: 1 to 1"):
        MaskedBatches([[2, 5, 3]], TOKENS, 2, 8)
    with pytest.raises(ValueError, match="segments are not as many as ids"):
        MaskedBatches([[2, 5, 3]], TOKENS, 1, 8, segments=[[0, 0]])
    with pytest.raises(IndexError, match="index is 1; allowed: 0 to 0"):
        MaskedBatches([[2, 5, 3]], TOKENS, 1, 8)[1]
