"""Adam with its state cut among devices: each keeps the averages of its own stretch of the weights, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from course_lib.base.arguments import require_integer, require_positive
from course_lib.mlp.optimizers import adam
from course_lib.scaling.rings import all_gather, reduce_scatter


class ShardedAdam:
    """Adam on several devices, each with its own stretch of both averages.

    Every device has all weights and a gradient of its own part of the batch. A reduce-scatter gives to each the summed
    gradient of its stretch; it moves its stretch of the weights, and an all-gather tells the others.

    Args:
        size: how many weights there are.
        devices: how many devices.
        learning_rate: how far a step goes.

    Source: Rajbhandari et al., "ZeRO", 2020 (arXiv:1910.02054), section 5.1.

    Raises:
        TypeError: if a number is none.
        ValueError: if one is out of its range.
    """

    def __init__(self, size: int, devices: int, learning_rate: float) -> None:
        self.size = require_integer("size", size, at_least=1)
        self.devices = require_integer("devices", devices, at_least=1)
        require_positive("learning_rate", learning_rate)
        self.learning_rate, self.sent = learning_rate, 0
        ends = [size * number // devices for number in range(devices + 1)]
        stretches = [slice(begin, end) for begin, end in pairwise(ends)]
        # Where the ring leaves the sums: device d has piece d + 1.
        self.stretches = [stretches[(device + 1) % devices] for device in range(devices)]
        self.states: list[tuple | None] = [None] * devices

    @property
    def numbers_kept(self) -> list[int]:
        """How many numbers of optimiser's state each device keeps."""
        return [2 * (one.stop - one.start) for one in self.stretches]

    def apply(self, weights: np.ndarray, gradients: Sequence[np.ndarray]) -> np.ndarray:
        """One step of all devices together.

        Args:
            weights: the same on every device.
            gradients: for each device that of its part of the batch; their mean is the gradient.

        Shapes: weights (size,), gradients devices times (size,) → (size,).

        Raises:
            ValueError: if there are not as many gradients as devices.
        """
        if len(gradients) != self.devices:
            raise ValueError(f"gradients are {len(gradients)}; allowed: {self.devices}, one for each device")
        scattered = reduce_scatter([gradient / self.devices for gradient in gradients])
        moved = []
        for device, own in enumerate(self.stretches):
            gradient = scattered.results[device][own]
            self.states[device], update = adam(self.states[device], gradient, self.learning_rate)
            held = weights.copy()
            held[own] += update
            moved.append(held)
        gathered = all_gather(moved)
        self.sent += scattered.sent[0] + gathered.sent[0]
        return gathered.results[0]
