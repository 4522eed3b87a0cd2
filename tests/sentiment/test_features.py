"""Proves that n-gram features are those of a loop over tokens, once per review, never across two reviews, never with an
unknown word; that columns and texts belong together; and that the vocabulary comes back from disk as it was.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import course_lib.preprocessing as prep
from course_lib.sentiment import NGramVocabulary

from .samples import TEXTS, vocabulary_of


def _by_loop(text: str, orders: int = 3) -> set[str]:
    tokens = prep.tokenize(prep.clean(text))
    return {gram for n in range(1, orders + 1) for gram in prep.n_grams(tokens, n)}


def test_a_row_holds_the_n_grams_of_its_review_and_no_others() -> None:
    vocabulary, corpus = vocabulary_of()
    features = vocabulary.encode(corpus)
    assert features.dtype == np.float32
    assert features.shape == (len(TEXTS), len(vocabulary))
    assert set(features.data) == {1.0}  # "good" stands twice in the second review
    for row, text in enumerate(TEXTS):
        assert {vocabulary.text(column) for column in features[row].indices} == _by_loop(text)


def test_columns_and_texts_belong_together() -> None:
    vocabulary, _ = vocabulary_of()
    texts = [vocabulary.text(column) for column in range(len(vocabulary))]
    assert len(set(texts)) == len(texts)
    assert sorted(texts, key=lambda text: len(text.split())) == texts  # words, then pairs, then triples
    for column in (-1, len(vocabulary)):
        with pytest.raises(ValueError, match="column"):
            vocabulary.text(column)


@pytest.mark.parametrize("least", [(1, 2, 3), (2, 2, 2), (3,), (1, 9)])
def test_rare_n_grams_are_left_out_by_the_number_of_reviews(least: tuple[int, ...]) -> None:
    vocabulary, _ = vocabulary_of(TEXTS, least)
    counts = Counter(gram for text in TEXTS for gram in _by_loop(text))
    wanted = {
        gram
        for gram, count in counts.items()
        if len(gram.split()) <= len(least) and count >= least[len(gram.split()) - 1]
    }
    assert {vocabulary.text(column) for column in range(len(vocabulary))} == wanted


def test_new_reviews_keep_what_is_known_and_break_n_grams_at_unknown_words() -> None:
    vocabulary, _ = vocabulary_of()
    _, corpus = prep.texts_to_ids(["a good zebra film", "zebra", "film a"], vocabulary.words, processes=1)
    rows = vocabulary.encode(corpus)
    found = [{vocabulary.text(column) for column in rows[row].indices} for row in range(3)]
    assert found == [{"a", "good", "film", "a good"}, set(), {"film", "a"}]


def test_the_end_of_one_review_and_the_beginning_of_the_next_make_no_n_gram() -> None:
    vocabulary, _ = vocabulary_of(["so", "good"], (1, 1, 1))
    assert [vocabulary.text(column) for column in range(len(vocabulary))] == ["good", "so"]


def test_reviews_without_any_word_have_empty_rows() -> None:
    vocabulary, _ = vocabulary_of()
    _, corpus = prep.texts_to_ids(["", "   ", "很好"], vocabulary.words, processes=1)
    assert vocabulary.encode(corpus).nnz == 0
    _, none = prep.texts_to_ids([], vocabulary.words, processes=1)
    assert vocabulary.encode(none).shape == (0, len(vocabulary))


def test_some_of_the_n_grams_keep_their_texts() -> None:
    vocabulary, corpus = vocabulary_of()
    keep = np.arange(len(vocabulary)) % 3 == 0
    fewer = vocabulary.subset(keep)
    assert [fewer.text(column) for column in range(len(fewer))] == [
        vocabulary.text(column) for column in np.flatnonzero(keep)
    ]
    assert (fewer.encode(corpus) != vocabulary.encode(corpus)[:, keep]).nnz == 0


def test_it_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    vocabulary, corpus = vocabulary_of()
    vocabulary.save(tmp_path)
    again = NGramVocabulary.load(tmp_path)
    assert again.words == vocabulary.words
    assert (again.encode(corpus) != vocabulary.encode(corpus)).nnz == 0
    assert again.text(len(again) - 1) == vocabulary.text(len(vocabulary) - 1)


def test_keys_out_of_order_and_numbers_too_large_are_refused() -> None:
    words = prep.Vocabulary(["a", "b"])
    with pytest.raises(ValueError, match="do not rise"):
        NGramVocabulary(words, [np.array([3, 2])])
    with pytest.raises(ValueError, match="cannot be packed"):
        NGramVocabulary(words, [np.zeros(0, np.int64)] * 40)
    with pytest.raises(ValueError, match="min_reviews"):
        NGramVocabulary.build(words, [], (0,))
