"""What every rung of the ladder begins with: all reviews as ids and as n-grams, and the split of one seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from course_lib.data.reviews import Reviews
from course_lib.preprocessing.corpus import Corpus, texts_to_ids
from course_lib.preprocessing.vocabulary import Vocabulary
from course_lib.sentiment.documents import DocumentVectors
from course_lib.sentiment.features import NGramVocabulary
from course_lib.sentiment.protocol import Protocol, digest
from course_lib.training.provenance import Minutes, clock

# In how many reviews a word, a pair, a triple must stand.
MIN_REVIEWS = (2, 3, 3)


@dataclass
class Encoded:
    """All reviews as ids and as n-grams; the same for every seed."""

    labelled: Reviews
    asked: Reviews
    words: Vocabulary
    n_grams: NGramVocabulary
    corpora: tuple[Corpus, Corpus]
    known: sparse.csr_matrix
    unlabelled: sparse.csr_matrix
    test: sparse.csr_matrix
    data: dict[str, str]
    minutes: Minutes


@dataclass
class Task:
    """What one seed makes of them: which labelled reviews are for training, and which for choosing.

    The vectors learnt without labels are kept with it, once a rung has made them: which n-grams have one, and what was
    learnt.
    """

    encoded: Encoded
    protocol: Protocol
    training: np.ndarray
    validation: np.ndarray
    labels: np.ndarray
    minutes: Minutes = field(default_factory=dict)
    document_vectors: tuple[np.ndarray, DocumentVectors] | None = None


def encode(
    labelled: Reviews,
    unlabelled: Reviews,
    test: Reviews,
    min_reviews: Sequence[int] = MIN_REVIEWS,
    processes: int = 2,
) -> Encoded:
    """Count the n-grams of all reviews but the test's, and encode all.

    Args:
        labelled: the labelled training reviews.
        unlabelled: those without a label.
        test: the test reviews; nothing is counted in them.
        min_reviews: for words, pairs and triples, in how many reviews one must stand.
        processes: how many processes tokenise.
    """
    minutes: Minutes = {}
    with clock(minutes, "features"):
        words, corpus = texts_to_ids([*labelled.texts, *unlabelled.texts], min_count=2, processes=processes)
        _, asked = texts_to_ids(test.texts, words, processes=processes)
        end = corpus.offsets[len(labelled)]
        known = Corpus(corpus.ids[:end], corpus.offsets[: len(labelled) + 1])
        others = Corpus(corpus.ids[end:], corpus.offsets[len(labelled) :] - end)
        vocabulary = NGramVocabulary.build(words, [known, others], min_reviews)
        matrices = [vocabulary.encode(each) for each in (known, others, asked)]
    return Encoded(labelled, test, words, vocabulary, (known, asked), *matrices, digests(labelled, test), minutes)


def digests(labelled: Reviews, test: Reviews) -> dict[str, str]:
    """What a record says of its data: a digest of the "train" and one of the "test" reviews, whatever their order.

    Args:
        labelled: the labelled training reviews.
        test: the test reviews.
    """
    return {"train": digest(*_sorted(labelled)), "test": digest(*_sorted(test))}


def _sorted(reviews: Reviews) -> tuple[list[str], list[int]]:
    """Texts and labels in one order, whatever the seed they were drawn with."""
    both = sorted(zip(reviews.texts, reviews.labels.tolist(), strict=True))
    return [text for text, _ in both], [label for _, label in both]


def task(encoded: Encoded, seed: int) -> Task:
    """Split the labelled reviews by film.

    Args:
        encoded: from `encode`.
        seed: of the split.
    """
    protocol = Protocol(encoded.labelled, encoded.asked, seed=seed)
    # No film is on both sides, so that its films tell the validation reviews.
    held = np.isin(encoded.labelled.film_ids, np.unique(protocol.validation.film_ids))
    labels = encoded.labelled.labels.astype(int)
    return Task(encoded, protocol, np.flatnonzero(~held), np.flatnonzero(held), labels)
