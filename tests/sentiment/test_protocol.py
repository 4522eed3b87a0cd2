"""Proves that the protocol keeps its rules: films and texts on one side of the split, choices on validation as often as
one likes, one score for each final model, and none once the test labels were looked at; and what a digest notices.
"""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.data.reviews import Reviews
from course_lib.sentiment import Protocol, ScoredTwice, digest


def _reviews(count: int, films: int, seed: int = 0) -> Reviews:
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    return Reviews(
        [f"text {seed} {index}" for index in range(count)],
        labels.astype(np.int8),
        np.where(labels, 9, 2).astype(np.int8),
        random.integers(0, films, count).astype(str),
        "sample",
    )


def _protocol(seed: int = 0) -> Protocol:
    return Protocol(_reviews(200, 40), _reviews(20, 5, seed=1), fraction=0.25, seed=seed)


def test_no_film_is_on_both_sides_and_the_seed_draws_the_split() -> None:
    protocol = _protocol()
    assert not set(protocol.train.film_ids) & set(protocol.validation.film_ids)
    assert len(protocol.train) + len(protocol.validation) == 200
    assert protocol.validation.texts == _protocol().validation.texts
    assert protocol.validation.texts != _protocol(seed=1).validation.texts


def test_choices_are_free_and_a_final_model_is_scored_once() -> None:
    protocol = _protocol()
    right = np.where(protocol.validation.labels, 1.0, -1.0)
    assert protocol.choose(right) == protocol.choose(right) == 1.0
    logits = np.where(np.arange(20) % 2, 2.0, -2.0)
    assert protocol.score("ours", logits) == 1.0
    assert protocol.score("upside down", -logits) == 0.0
    assert protocol.scores == {"ours": 1.0, "upside down": 0.0}
    with pytest.raises(ScoredTwice, match="scored already: 1"):
        protocol.score("ours", -logits)


def test_a_logit_of_zero_says_negative() -> None:
    assert _protocol().score("undecided", np.zeros(20)) == 0.5


def test_after_the_labels_were_looked_at_nothing_is_scored() -> None:
    protocol = _protocol()
    labels = protocol.reveal()
    np.testing.assert_array_equal(labels, np.arange(20) % 2)
    with pytest.raises(ScoredTwice, match="too late"):
        protocol.score("ours", np.zeros(20))


def test_scores_of_another_number_or_not_finite_are_refused() -> None:
    for logits in (np.zeros(19), np.full(20, np.nan)):
        with pytest.raises(ValueError, match="20 finite numbers"):
            _protocol().score("ours", logits)


def test_a_digest_notices_a_text_a_label_and_an_order() -> None:
    known = digest(["a", "b"], [0, 1])
    assert len(known) == 16
    assert known == digest(["a", "b"], np.array([0, 1], dtype=np.int8))
    others = {
        digest(["a", "c"], [0, 1]),
        digest(["a", "b"], [1, 1]),
        digest(["b", "a"], [1, 0]),
        digest(["ab", ""], [0, 1]),
    }
    assert known not in others
    assert len(others) == 4
    with pytest.raises(ValueError, match="labels has the shape"):
        digest(["a"], [0, 1])
