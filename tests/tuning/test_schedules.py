"""The learning rates of all steps equal Keras's own schedules and lesson 06's; larger batches ask for longer steps."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from course_lib import tuning
from course_lib.transformer import WarmUp


def curve(**options) -> np.ndarray:
    return np.array([tuning.learning_rate_at(step, 0.3, 20, **options) for step in range(21)])


def test_half_a_cosine_equals_keras() -> None:
    theirs = keras.optimizers.schedules.CosineDecay(0.3, 20)
    np.testing.assert_allclose(
        curve(schedule="cosine"), [float(ops.convert_to_numpy(theirs(step))) for step in range(21)], atol=1e-6
    )


def test_the_rise_and_the_line_equal_lesson_06_at_its_steps() -> None:
    theirs = WarmUp(0.3, 5, 25)
    ours = [tuning.learning_rate_at(step, 0.3, 25, "linear", 0.2) for step in range(5)]
    np.testing.assert_allclose(ours, [float(ops.convert_to_numpy(theirs(step))) for step in range(5)], rtol=1e-6)


def test_a_run_rises_to_its_peak_then_falls_to_nothing() -> None:
    rates = curve(schedule="cosine", warmup_share=0.25)
    assert rates[0] == pytest.approx(0.3 / 5)
    assert rates.argmax() in (4, 5) and rates.max() == pytest.approx(0.3)
    assert (np.diff(rates[:5]) > 0).all() and (np.diff(rates[5:]) < 0).all()
    assert rates[-1] == pytest.approx(0, abs=1e-12)


def test_a_stair_has_its_drops_evenly_spread() -> None:
    rates = curve(schedule="step")
    np.testing.assert_allclose(rates[:20], np.repeat(0.3 * 0.3 ** np.arange(4), 5))


def test_a_constant_rate_stays() -> None:
    assert set(curve()) == {0.3}


def test_eight_times_the_batch_allows_eight_times_the_step() -> None:
    assert tuning.linear_scaling(0.1, 32, 256) == pytest.approx(0.8)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"peak": 0.0}, "peak is 0.0; allowed: a number above 0"),
        ({"peak": float("nan")}, "peak is nan"),
        ({"schedule": "cosin"}, "schedule is 'cosin'; allowed: 'constant'"),
        ({"warmup_share": 1.0}, "warmup_share is 1.0"),
        ({"total_steps": 0}, "total_steps is 0; allowed: 1 or more"),
        ({"step": -1}, "step is -1"),
    ],
)
def test_a_wrong_argument_is_named(options, message) -> None:
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        tuning.learning_rate_at(**{"step": 0, "peak": 0.1, "total_steps": 10, **options})


@pytest.mark.parametrize(
    "make, kind, message",
    [
        (lambda: tuning.warm_up(-1, 4), ValueError, "step is -1"),
        (lambda: tuning.warm_up(1, -4), ValueError, "warmup_steps is -4"),
        (lambda: tuning.cosine(1, 0), ValueError, "total_steps is 0"),
        (lambda: tuning.cosine(-5, 10), ValueError, "step is -5"),
        (lambda: tuning.cosine(0.5, 10), TypeError, "step is 0.5"),
        (lambda: tuning.step_decay(1, 0), ValueError, "total_steps is 0"),
        (lambda: tuning.step_decay(1, 4, drops=-1), ValueError, "drops is -1"),
        (lambda: tuning.step_decay(1, 4, factor=1.5), ValueError, "factor is 1.5"),
        (lambda: tuning.step_decay(1, 4, factor="a"), TypeError, "factor is 'a'"),
        (lambda: tuning.SCHEDULES["linear"](1, 0), ValueError, "total_steps is 0"),
        (lambda: tuning.SCHEDULES["constant"](-1, 3), ValueError, "step is -1"),
        (lambda: tuning.learning_rate_at(0, "a", 10), TypeError, "peak is 'a'"),
        (lambda: tuning.learning_rate_at(0, 0.1, 10, "cosine", None), TypeError, "warmup_share is None"),
        (lambda: tuning.linear_scaling("0.1", 1, 2), TypeError, "learning_rate is '0.1'"),
    ],
)
def test_every_public_schedule_names_what_is_wrong(make, kind, message) -> None:
    with pytest.raises(kind, match=message):
        make()


def test_the_rise_ends_at_its_last_step_and_without_one_the_peak_is_there_at_once() -> None:
    assert [tuning.warm_up(step, 4) for step in range(6)] == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    assert tuning.warm_up(0, 1) == tuning.warm_up(0, 0) == tuning.warm_up(7, 0) == 1.0
