"""Proves that contributions add up to the logit, that the largest come first whichever way they point, and that leaving
a word out of a linear model gives back exactly what the word contributed.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from course_lib.sentiment import contributions, occlusion

WEIGHTS = np.array([0.5, -2.0, 0.0, 1.0])
NAMES = ["fine", "dull", "the", "film"]


def test_contributions_sum_to_the_logit_and_come_by_size() -> None:
    row = sparse.csr_matrix(np.array([[1.0, 1.0, 0.0, 1.0]]))
    found = contributions(row, WEIGHTS, NAMES.__getitem__)
    assert [each.text for each in found] == ["dull", "film", "fine"]
    assert sum(each.logit for each in found) == pytest.approx(float((row @ WEIGHTS)[0]))
    assert [each.text for each in contributions(row, WEIGHTS, NAMES.__getitem__, most=1)] == ["dull"]


def test_an_empty_review_has_no_contributions() -> None:
    assert contributions(sparse.csr_matrix((1, 4)), WEIGHTS, NAMES.__getitem__) == []


def _linear(token_lists):
    return np.array(
        [
            0.25 + sum(dict(zip(NAMES, WEIGHTS, strict=True)).get(token, 0.0) for token in tokens)
            for tokens in token_lists
        ]
    )


def test_leaving_out_a_word_of_a_linear_model_gives_its_weight_in_the_order_of_the_text() -> None:
    found = occlusion(["the", "film", "dull"], _linear)
    assert [each.text for each in found] == ["the", "film", "dull"]
    np.testing.assert_allclose([each.logit for each in found], [0.0, 1.0, -2.0])


def test_wider_pieces_cover_the_text_once() -> None:
    found = occlusion(["the", "film", "dull", "fine", "the"], _linear, width=2)
    assert [each.text for each in found] == ["the film", "dull fine", "the"]
    np.testing.assert_allclose([each.logit for each in found], [1.0, -1.5, 0.0])
    assert occlusion([], _linear) == []


def test_a_text_in_place_of_words_and_other_shapes_are_refused() -> None:
    with pytest.raises(TypeError, match="tokens is one str"):
        occlusion("the film", _linear)
    with pytest.raises(ValueError, match="row and weights"):
        contributions(sparse.csr_matrix((2, 4)), WEIGHTS, NAMES.__getitem__)
    with pytest.raises(ValueError, match="width"):
        occlusion(["the"], _linear, width=0)
