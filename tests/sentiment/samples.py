"""Small reviews whose verdict hangs on a few words, and helpers that the tests of this folder share."""

from __future__ import annotations

import numpy as np
from keras import ops
from scipy import sparse

import course_lib.preprocessing as prep
from course_lib.sentiment import NGramVocabulary

TEXTS = ["a good film", "good, so good!", "a bad film", "not good, a bad film", "so bad", ""]
LABELS = np.array([1, 1, 0, 0, 0, 1])


def vocabulary_of(texts=TEXTS, min_reviews=(1, 1, 1)) -> tuple[NGramVocabulary, prep.Corpus]:
    """All n-grams of some texts, and the texts as ids."""
    words, corpus = prep.texts_to_ids(texts, processes=1)
    return NGramVocabulary.build(words, [corpus], min_reviews), corpus


def random_features(reviews: int, columns: int, seed: int = 0, density: float = 0.3) -> sparse.csr_matrix:
    """Zeros and ones at random."""
    drawn = np.random.default_rng(seed).random((reviews, columns)) < density
    return sparse.csr_matrix(drawn.astype(np.float32))


def numpy(tensor) -> np.ndarray:
    """A tensor of any backend as an array."""
    return ops.convert_to_numpy(tensor)
