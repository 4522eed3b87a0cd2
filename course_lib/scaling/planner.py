"""From a model, tokens and devices to days, money, memory and energy; and what published runs say they took.

A plan is no better than its assumptions, so each is a field of it: the share of a device's peak that is reached, the
price of its hour, and what a hall of machines needs besides what the devices draw.
"""

from __future__ import annotations

from dataclasses import dataclass

from course_lib.base.arguments import require_choice, require_integer, require_positive
from course_lib.scaling.counting import Sizes, activation_bytes, parameters, state_bytes, training_flops


@dataclass(frozen=True)
class Device:
    """What a maker says of a device.

    Args:
        name: what it is called.
        peak: operations in a second, in 16 bits, of dense matrices.
        bandwidth: bytes in a second between its memory and its units.
        memory: bytes.
        watts: the most that it draws.
    """

    name: str
    peak: float
    bandwidth: float
    memory: float
    watts: float

    @property
    def ridge(self) -> float:
        """How many operations a byte must be used for, so that arithmetic and not memory is what is waited for."""
        return self.peak / self.bandwidth


# From the makers' data sheets: V100 SXM2, A100 SXM 80 GB, H100 SXM; Google's tables of TPU versions.
DEVICES = {
    "V100": Device("V100", 125e12, 0.9e12, 32e9, 300),
    "A100": Device("A100", 312e12, 2.039e12, 80e9, 400),
    "H100": Device("H100", 989e12, 3.35e12, 80e9, 700),
    "TPU v4": Device("TPU v4", 275e12, 1.2e12, 32e9, 192),
}


@dataclass(frozen=True)
class Plan:
    """What a training is going to take.

    Args:
        flops: operations.
        days: by the clock, without interruptions.
        device_hours: of all devices together.
        money: what the hours cost.
        kilowatt_hours: what is drawn, cooling included.
        state: bytes of weights, gradients and optimiser's state on each device.
        activations: bytes of what is kept for the way back on each device.
        fits: whether both go into its memory.
    """

    flops: float
    days: float
    device_hours: float
    money: float
    kilowatt_hours: float
    state: float
    activations: float
    fits: bool


def plan(
    sizes: Sizes,
    tokens: float,
    device: Device,
    devices: int,
    *,
    utilisation: float = 0.4,
    price: float = 2.0,
    overhead: float = 1.1,
    rows: int = 1,
    stage: int = 3,
    recompute: str = "full",
) -> Plan:
    """Plan a training; every number after `devices` is an assumption.

    Args:
        sizes: of the model.
        tokens: how many it reads.
        device: what it is computed with.
        devices: how many of them.
        utilisation: the share of the peak that is reached, counted without what is computed twice.
        price: of a device's hour.
        overhead: what the hall draws for each watt of a device.
        rows: of the batch on each device at a time.
        stage: what is cut among the devices, as in `state_bytes`.
        recompute: what is computed again, as in `activation_bytes`.

    Raises:
        TypeError: if a number is none.
        ValueError: if one is out of its range.
    """
    require_positive("tokens", tokens)
    require_integer("devices", devices, at_least=1)
    require_positive("utilisation", utilisation)
    if utilisation > 1:
        raise ValueError(f"utilisation is {utilisation}; allowed: above 0, up to 1")
    require_positive("price", price)
    require_positive("overhead", overhead)
    flops = training_flops(sizes, tokens)
    hours = flops / (device.peak * utilisation) / 3600
    state = sum(state_bytes(parameters(sizes), devices, stage).values())
    kept = activation_bytes(sizes, rows, recompute)
    return Plan(
        flops=flops,
        days=hours / devices / 24,
        device_hours=hours,
        money=hours * price,
        kilowatt_hours=hours * device.watts / 1000 * overhead,
        state=state,
        activations=kept,
        fits=state + kept <= device.memory,
    )


@dataclass(frozen=True)
class Published:
    """A training as its paper tells it.

    Args:
        name: of the model.
        sizes: of it.
        use_bias: whether it has biases.
        weights: how many, as the paper says.
        tokens: how many it read.
        device: what it was computed with.
        devices: how many of them; None where it is not told.
        device_hours: of all devices together; None where it is not told.
        flops: operations, where they are told.
        kilowatt_hours: what was drawn, where it is told.
        source: where it stands.
    """

    name: str
    sizes: Sizes
    use_bias: bool
    weights: float
    tokens: float
    device: str
    devices: int | None
    device_hours: float | None
    flops: float | None
    kilowatt_hours: float | None
    source: str


PUBLISHED = {
    "GPT-3": Published(
        "GPT-3",
        Sizes(96, 12_288, 4 * 12_288, 50_257, 2048, 96, learned_positions=True),
        True,
        174.6e9,
        300e9,
        "V100",
        None,
        None,
        3.14e23,
        None,
        "T. Brown et al., 2020 (arXiv:2005.14165), tables 2.1 and D.1",
    ),
    "BLOOM": Published(
        "BLOOM",
        Sizes(70, 14_336, 4 * 14_336, 250_880, 2048, 112),
        True,
        176.25e9,
        366e9,
        "A100",
        384,
        1_082_990,
        None,
        433_196,
        "T. Le Scao et al., 2022 (arXiv:2211.05100), table 3; S. Luccioni et al., 2022 (arXiv:2211.02001)",
    ),
    "Llama 2 7B": Published(
        "Llama 2 7B",
        Sizes(32, 4096, 11_008, 32_000, 4096, 32, gated=True, tied=False),
        False,
        6.74e9,
        2e12,
        "A100",
        None,
        184_320,
        None,
        None,
        "H. Touvron et al., 2023 (arXiv:2307.09288), tables 1 and 2",
    ),
    "Llama 3 405B": Published(
        "Llama 3 405B",
        Sizes(126, 16_384, 53_248, 128_256, 8192, 128, gated=True, tied=False, key_value_dim=1024),
        False,
        405e9,
        15.6e12,
        "H100",
        16_384,
        None,
        3.8e25,
        None,
        "A. Grattafiori et al., 2024 (arXiv:2407.21783), sections 3.2 and 3.3",
    ),
}


def utilisation_of(run: Published) -> float:
    """The share of the peak that a published run reached, by its hours and our count of operations.

    Args:
        run: one that tells its hours.

    Raises:
        ValueError: if it does not.
    """
    if run.device_hours is None:
        raise ValueError(f"run is {run.name}, which does not tell its hours; allowed: one that has device_hours")
    return training_flops(run.sizes, run.tokens) / (run.device_hours * 3600 * DEVICES[run.device].peak)


def published(name: str) -> Published:
    """A published run by its name.

    Args:
        name: one of `PUBLISHED`.

    Raises:
        ValueError: if there is none of the name.
    """
    require_choice("name", name, PUBLISHED)
    return PUBLISHED[name]


def failures_per_day(devices: int, days_between: float) -> float:
    """How many devices, or what belongs to them, fail in a day.

    Args:
        devices: how many there are.
        days_between: days from one failure of one device to its next.

    Raises:
        ValueError: if a number is out of its range.
    """
    require_integer("devices", devices, at_least=1)
    require_positive("days_between", days_between)
    return devices / days_between


def best_interval(minutes_to_save: float, minutes_between_failures: float) -> float:
    """How long to compute between two checkpoints, so that saving and what a failure costs again are least together.

    Args:
        minutes_to_save: how long training waits for a checkpoint.
        minutes_between_failures: of the whole machine.

    Source: J. W. Young, "A first order approximation to the optimum checkpoint interval", Communications of the ACM
    17 (9), 1974: the root of twice the product.

    Raises:
        ValueError: if a number is not above 0.
    """
    require_positive("minutes_to_save", minutes_to_save)
    require_positive("minutes_between_failures", minutes_between_failures)
    return (2 * minutes_to_save * minutes_between_failures) ** 0.5
