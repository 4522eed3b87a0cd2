"""Proves that the learning rate rises and falls as equation 3 says, or along a line to zero."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.transformer import WarmUp
from tensors import numpy


def test_a_schedule_over_a_training_ends_after_its_last_step():
    assert WarmUp.over(0.5, 4, 20).get_config() == {"peak": 0.5, "warmup_steps": 4, "total_steps": 21}
    assert WarmUp.over(0.5, 30, 20).total_steps == 31  # it ends on its way up


def test_the_rate_rises_and_falls_as_equation_3_says() -> None:
    schedule = WarmUp.of_width(512, 4000)
    for step in (1, 100, 3999, 4000, 4001, 100_000):
        expected = 512**-0.5 * min(step**-0.5, step * 4000**-1.5)
        assert float(numpy(schedule(step - 1))) == pytest.approx(expected, rel=1e-5)
    line = WarmUp(1.0, 4, 10)
    rates = [float(numpy(line(step))) for step in range(12)]
    np.testing.assert_allclose(rates, [0.25, 0.5, 0.75, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6, 0, 0, 0], atol=1e-6)
    again = WarmUp.from_config(line.get_config())
    assert [float(numpy(again(step))) for step in range(12)] == rates


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"peak": 0.0}, r"peak is 0.0"),
        ({"warmup_steps": 0}, r"warmup_steps is 0"),
        ({"total_steps": 4}, r"total_steps is 4; allowed: 5 or more"),
    ],
)
def test_a_schedule_out_of_range_is_named(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WarmUp(**{"peak": 1.0, "warmup_steps": 4, "total_steps": 10, **options})
