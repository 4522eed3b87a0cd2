"""What a computation takes from the socket and puts into the air, as a range with its assumptions written down."""

from __future__ import annotations

from dataclasses import dataclass

from course_lib.base.arguments import require_integer, require_positive
from course_lib.session.starting import recorded_costs

# What one busy core takes, with its part of memory and board: a laptop's, and an old server's. Watts.
WATTS_A_CORE = (5.0, 25.0)
# What a building takes besides, for cooling and losses: none at home, a poor computing centre.
OVERHEAD = (1.0, 1.6)
# Grams of CO2 for a kilowatt-hour: of wind or water over its life, of coal.
GRAMS_A_KWH = (15.0, 900.0)


@dataclass(frozen=True)
class EnergyRange:
    """What a computation took, from the least to the most that the assumptions allow.

    Args:
        watt_hours: least and most energy.
        grams: least and most carbon dioxide.
    """

    watt_hours: tuple[float, float]
    grams: tuple[float, float]


def energy_of(
    seconds: float,
    cores: int = 2,
    watts: tuple[float, float] = WATTS_A_CORE,
    overhead: tuple[float, float] = OVERHEAD,
    grams: tuple[float, float] = GRAMS_A_KWH,
) -> EnergyRange:
    """Energy is power times time, carbon is energy times what the grid emits; each factor is known as a range.

    Args:
        seconds: how long it ran.
        cores: how many were busy; counted as fully busy, which is too much rather than too little.
        watts: of one core.
        overhead: of the building.
        grams: of CO2 for a kilowatt-hour.

    Raises:
        TypeError: if a number is none.
        ValueError: if one is not above 0, or a range falls.
    """
    require_positive("seconds", seconds)
    require_integer("cores", cores, at_least=1)
    for name, ends in (("watts", watts), ("overhead", overhead), ("grams", grams)):
        for end in ends:
            require_positive(name, end)
        if len(ends) != 2 or ends[0] > ends[1]:
            raise ValueError(f"{name} is {ends}; allowed: a least and a most")
    hours = seconds / 3600
    low, high = (hours * cores * power * factor for power, factor in zip(watts, overhead, strict=True))
    return EnergyRange((low, high), (low / 1000 * grams[0], high / 1000 * grams[1]))


def measured_seconds(scale: str = "quick") -> dict[str, float]:
    """How long each lesson of the course took at this scale, where it was measured: seconds by lesson."""
    return {number: float(found["seconds"]) for number, found in recorded_costs(scale).items()}
