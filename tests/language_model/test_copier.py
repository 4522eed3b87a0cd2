"""Proves that rows repeat as they should, that training reports what a second copy costs, and that the recorded model
copies rows it has never seen by two layers of heads.
"""

from __future__ import annotations

import numpy as np
import pytest

from course_lib import language_model as lm
from course_lib.language_model import copier


def test_rows_begin_again_after_a_number_of_places_of_their_own() -> None:
    rows = copier.repeating_rows(200, seed=3)
    assert rows.token_ids.shape == rows.targets.shape == rows.segment_ids.shape == (200, copier.ROW)
    np.testing.assert_array_equal(rows.token_ids[:, 1:], rows.targets[:, :-1])
    periods = [next(k for k in range(1, 33) if np.array_equal(row[k:], row[:-k])) for row in rows.token_ids]
    assert set(periods) == set(range(6, 17))
    assert all(len(set(row[:period])) == period for row, period in zip(rows.token_ids, periods, strict=True))
    np.testing.assert_array_equal(rows.token_ids, copier.repeating_rows(200, seed=3).token_ids)
    with pytest.raises(ValueError, match="periods is 65; allowed: "):
        copier.repeating_rows(1, periods=(6, 65))


@pytest.mark.slow
def test_training_reports_what_a_second_copy_costs() -> None:
    told = []
    copier.train_copier(2, on_report=told.append)
    assert [report["step"] for report in told] == [2] and 3 < told[0]["second"] < 7


def test_the_recorded_model_copies_by_two_layers_of_heads() -> None:
    model, curve = lm.recorded_copier()
    assert curve[0][1] > 2 and curve[-1][1] < copier.AT_MOST
    asked = lm.repeated_sequences(8, 16, copier.TOKENS, seed=99)
    whole = lm.copy_losses(model, asked)
    assert whole.second < 0.2 < 4 < whole.first
    scores = lm.induction_scores(lm.attention_weights(model, asked))
    assert scores[1].max() > 0.5 > scores[0].max()
    for layer in range(2):
        with lm.without_heads(model, [(layer, head) for head in range(4)]):
            assert lm.copy_losses(model, asked).second > 3
