"""Seeds of a model's parts, made from the one that its reader gives."""

from __future__ import annotations


def offset_seed(seed: int | None, by: int) -> int | None:
    """A seed of its own for each part, so that two layers of one shape do not begin alike; None stays None."""
    return None if seed is None else seed + by
