"""Proves of shared work, in NumPy: rings add up and send what the formula says, cut matrices and cut states equal the
whole, a pipeline waits as long as its formula; bad input is named.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from course_lib.mlp import adam
from course_lib.scaling import (
    ShardedAdam,
    all_reduce_by_one,
    bubble,
    bubble_formula,
    pipeline,
    ring_all_reduce,
    split_network,
)

RANDOM = np.random.default_rng(3)


@pytest.mark.parametrize("devices", [1, 2, 3, 8])
@pytest.mark.parametrize("shape", [(24,), (5, 7), (3,)])
def test_a_ring_adds_up_on_every_device(devices: int, shape: tuple[int, ...]) -> None:
    parts = [RANDOM.normal(size=shape) for _ in range(devices)]
    before = [part.copy() for part in parts]
    for found in (ring_all_reduce(parts), all_reduce_by_one(parts)):
        assert len(found.results) == devices
        for result in found.results:
            assert result.shape == shape
            np.testing.assert_allclose(result, np.sum(parts, axis=0), atol=1e-12)
    np.testing.assert_array_equal(parts, before)


@pytest.mark.parametrize("devices", [2, 4, 8])
def test_a_ring_sends_twice_its_numbers_less_a_piece_and_a_star_all_through_one_line(devices: int) -> None:
    size = 24 * devices
    parts = [RANDOM.normal(size=size) for _ in range(devices)]
    ring, star = ring_all_reduce(parts), all_reduce_by_one(parts)
    assert ring.sent == [2 * (devices - 1) * size // devices] * devices
    assert ring.rounds == 2 * (devices - 1)
    assert max(star.sent) == (devices - 1) * size


def test_a_cut_network_is_the_whole_one_after_one_exchange() -> None:
    inputs, first, second = RANDOM.normal(size=(5, 6)), RANDOM.normal(size=(6, 8)), RANDOM.normal(size=(8, 6))
    whole = np.maximum(inputs @ first, 0) @ second
    for devices in (1, 2, 4, 8):
        outputs, exchanged = split_network(inputs, first, second, devices)
        np.testing.assert_allclose(outputs, whole, atol=1e-12)
        assert exchanged.rounds == 2 * (devices - 1)
    with pytest.raises(ValueError, match="devices is 3; allowed: a divisor of the hidden width, 8"):
        split_network(inputs, first, second, 3)


@pytest.mark.parametrize(("size", "devices"), [(12, 4), (13, 4), (5, 8)])
def test_cut_states_of_adam_move_the_weights_as_whole_ones_do(size: int, devices: int) -> None:
    weights = whole = RANDOM.normal(size=size)
    state = None
    optimiser = ShardedAdam(size, devices, 0.1)
    for _ in range(4):
        gradients = [RANDOM.normal(size=size) for _ in range(devices)]
        weights = optimiser.apply(weights, gradients)
        state, update = adam(state, np.mean(gradients, axis=0), 0.1)
        whole = whole + update
    np.testing.assert_allclose(weights, whole, atol=1e-12)
    assert sum(optimiser.numbers_kept) == 2 * size
    assert max(optimiser.numbers_kept) <= 2 * -(-size // devices)


@pytest.mark.parametrize(("stages", "parts"), [(1, 1), (1, 5), (4, 1), (4, 8), (8, 3)])
@pytest.mark.parametrize("backward_cost", [1.0, 2.0])
def test_a_pipeline_waits_as_long_as_its_formula(stages: int, parts: int, backward_cost: float) -> None:
    tasks = pipeline(stages, parts, backward_cost)
    assert len(tasks) == 2 * stages * parts
    assert bubble(tasks) == pytest.approx(bubble_formula(stages, parts))
    by_stage = [sorted((t.begin, t.end) for t in tasks if t.stage == stage) for stage in range(stages)]
    assert all(before[1] <= after[0] for busy in by_stage for before, after in pairwise(busy))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: ring_all_reduce([]), "parts is empty"),
        (lambda: ring_all_reduce([np.zeros(2), np.zeros(3)]), r"shapes \[\(2,\), \(3,\)\]"),
        (lambda: ShardedAdam(4, 2, 0.1).apply(np.zeros(4), [np.zeros(4)]), "gradients are 1; allowed: 2"),
        (lambda: ShardedAdam(4, 0, 0.1), "devices is 0"),
        (lambda: pipeline(0, 1), "stages is 0"),
        (lambda: bubble([]), "tasks is empty"),
        (lambda: bubble_formula(2, 0), "parts is 0"),
    ],
)
def test_bad_input_is_named(wrong, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        wrong()
