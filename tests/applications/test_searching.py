"""Proves that search equals an independent count, ranks are measured as defined, and bad input is named."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from course_lib import applications as ap
from course_lib import data
from course_lib.applications.finding import Finder

DOCUMENTS = ["The wing of a bird", "a bird, a plane: a wing", "heat in a plate", "", "机翼的升力与阻力"]


def plain_bm25(documents: list[str], question: str, k1: float, b: float) -> list[float]:
    """The formula, word by word, in loops over lists of words."""
    cut = [re.findall(r"[a-z]+", document.lower()) for document in documents]
    mean = sum(map(len, cut)) / len(cut)
    scores = []
    for words in cut:
        total = 0.0
        for word in re.findall(r"[a-z]+", question.lower()):
            holding = sum(word in other for other in cut)
            times = words.count(word)
            if times:
                rarity = math.log(1 + (len(cut) - holding + 0.5) / (holding + 0.5))
                total += rarity * times * (k1 + 1) / (times + k1 * (1 - b + b * len(words) / mean))
        scores.append(total)
    return scores


@pytest.mark.parametrize(("k1", "b"), [(1.2, 0.75), (0.0, 0.5), (2.0, 0.0), (1.2, 1.0)])
@pytest.mark.parametrize("question", ["bird", "a wing, a wing!", "heat of a bird", "nothing known"])
def test_bm25_equals_an_independent_count(question: str, k1: float, b: float) -> None:
    english = DOCUMENTS[:4]
    index = ap.BM25(english, k1, b)
    np.testing.assert_allclose(index.scores(question), plain_bm25(english, question, k1, b), atol=1e-12)


def test_chinese_is_found_by_characters_and_pairs() -> None:
    assert ap.words_of("机翼 A1升") == ["机", "翼", "机翼", "a1", "升"]
    assert ap.BM25(DOCUMENTS).top("机翼的升力")[0][0] == 4


def test_an_empty_index_and_a_question_without_words_find_nothing() -> None:
    assert ap.BM25([]).top("wing") == [] and ap.BM25([]).scores("wing").shape == (0,)
    assert ap.BM25(DOCUMENTS).top("?!") == []
    assert Finder([], []).find("wing") == []


@pytest.mark.parametrize(("given", "error"), [({"k1": -1}, ValueError), ({"b": 1.5}, ValueError)])
def test_settings_out_of_range_are_refused(given: dict, error: type) -> None:
    with pytest.raises(error, match="allowed"):
        ap.BM25(DOCUMENTS, **given)
    with pytest.raises(TypeError, match="text"):
        ap.BM25([5])


def test_fusion_goes_by_ranks_alone() -> None:
    one, other = [3.0, 2.0, 1.0], [10.0, 900.0, 20.0]
    expected = [1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62]
    np.testing.assert_allclose(ap.fuse([one, other]), expected)
    np.testing.assert_allclose(ap.fuse([np.exp(one), other]), expected)
    with pytest.raises(ValueError, match="one length"):
        ap.fuse([one, [1.0]])


def test_ndcg_equals_scikit_learns() -> None:
    random = np.random.default_rng(4)
    for _ in range(20):
        gains, scores = random.integers(0, 4, 15), random.permutation(15).astype(float)
        ours = ap.ndcg(ap.ranked(scores), {place: int(gain) for place, gain in enumerate(gains) if gain})
        assert ours == pytest.approx(ndcg_score([2.0**gains - 1], [scores], k=10))
    assert ap.ndcg([0, 1], {}) == 0 and ap.ndcg([5, 0], {0: 1}) == pytest.approx(1 / np.log2(3))


def test_reciprocal_rank_is_that_of_the_first_and_ties_go_to_the_earlier() -> None:
    assert ap.reciprocal_rank([4, 2, 7], {7: 1, 2: 1}) == 0.5 and ap.reciprocal_rank([4], {1: 1}) == 0
    assert ap.ranked([1, 2, 2, 0], 2).tolist() == [1, 2]
    assert ap.hit_rate([[1, 2, 3], [3, 2, 1]], [3, 3], depth=2) == 0.5
    with pytest.raises(ValueError, match="NaN"):
        ap.ranked([1, float("nan")])


def test_the_interval_holds_the_mean_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    held = 0
    for draw in range(200):
        low, high = ap.bootstrap_interval(random.normal(3, 1, 40), draws=200, seed=draw)
        held += low < 3 < high
    assert 0.88 < held / 200 < 0.99
    assert ap.bootstrap_interval([1.0, 1.0]) == (1.0, 1.0)
    with pytest.raises(ValueError, match="questions"):
        ap.bootstrap_interval([])


def test_kept_rows_are_a_quarter_and_near() -> None:
    rows = np.random.default_rng(1).normal(size=(50, 64)).astype(np.float32)
    rows[3] = 0
    kept = ap.keep_rows(rows)
    assert kept.numbers.dtype == np.int8 and kept.numbers.nbytes * 4 == rows.nbytes
    assert np.abs(kept.rows - rows).max() <= np.abs(rows).max() / 254 + 1e-6 and not kept.rows[3].any()


def test_many_rows_are_kept_as_each_would_be() -> None:
    rows = np.random.default_rng(2).normal(size=(9_000, 3)).astype(np.float32)
    rows[::2] -= 3
    kept = ap.keep_rows(rows)
    largest = np.abs(rows).max(axis=1, keepdims=True)
    np.testing.assert_allclose(kept.scales, largest / 127, rtol=1e-6)
    np.testing.assert_array_equal(kept.numbers, np.rint(rows / kept.scales))
    assert np.abs(kept.numbers.astype(int)).max(axis=1).min() == 127
    assert ap.keep_rows(np.zeros((0, 4))).numbers.shape == (0, 4)


@pytest.mark.seconds
def test_the_recorded_vectors_are_those_of_the_encoder(real_data: Path) -> None:
    from course_lib import bert

    files = data.minilm.load()
    tokenizer = bert.BertTokenizer.from_file(files.vocabulary)
    encoder = bert.load_encoder(files.weights, files.config, pooler=False)
    found = data.cranfield.load(sample="never")
    documents, queries = ap.recorded_vectors()
    some = [0, 470, 1399]
    again = ap.unit_vectors(encoder, tokenizer, [found.documents[place] for place in some], max_length=128)
    np.testing.assert_allclose(documents[some], again, atol=3e-3)
    again = ap.unit_vectors(encoder, tokenizer, found.queries[:3], max_length=64)
    np.testing.assert_allclose(queries[:3], again, atol=3e-3)


def test_both_together_are_better_than_either_on_cranfield(real_data: Path) -> None:
    found = data.cranfield.load(sample="never")
    documents, queries = ap.recorded_vectors()
    index = ap.BM25(found.documents)
    words = [index.scores(query) for query in found.queries]
    near = queries @ documents.T
    both = [ap.fuse(pair) for pair in zip(words, near, strict=True)]
    scores = [
        np.array([ap.ndcg(ap.ranked(own), gains) for own, gains in zip(each, found.gains, strict=True)])
        for each in (words, near, both)
    ]
    assert [round(each.mean(), 2) for each in scores] == [0.51, 0.51, 0.56]
    for alone in scores[:2]:
        assert ap.bootstrap_interval(scores[2] - alone)[0] > 0
