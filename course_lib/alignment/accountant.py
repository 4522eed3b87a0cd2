"""How much privacy a training with noise has spent: Rényi's divergence, added up over the steps.

A mechanism is (ε, δ)-private when no answer gets more than e^ε times as likely by one person's example, but for cases
of probability δ. Each step of DP-SGD draws every example with the share q and adds noise of σ times the clipping norm.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, exp, inf, log, log1p

import numpy as np

from course_lib.base.arguments import require_integer, require_positive

ORDERS = tuple(range(2, 257))


def gaussian_rdp(share: float, noise: float, order: int) -> float:
    """Rényi's divergence of one step, of a whole order α:

    1 / (α − 1) · log Σ_k C(α, k) (1 − q)^(α − k) q^k exp(k (k − 1) / (2 σ²)), for k from 0 to α.

    Args:
        share: q, with what probability each example is drawn.
        noise: σ, the noise's deviation over the clipping norm.
        order: α.

    Raises:
        TypeError: if `order` is no whole number, or another is no number.
        ValueError: if `share` is not above 0 and at most 1, `noise` not above 0, or `order` less than 2.

    Source: I. Mironov, K. Talwar and L. Zhang, "Rényi Differential Privacy of the Sampled Gaussian Mechanism", 2019
    (arXiv:1908.10530), section 3.3.
    """
    require_positive("share", share)
    require_positive("noise", noise)
    order = require_integer("order", order, at_least=2)
    if share > 1:
        raise ValueError(f"share is {share}; allowed: above 0, at most 1")
    if share == 1:
        return order / (2 * noise**2)
    terms = [
        log(comb(order, k)) + (order - k) * log1p(-share) + k * log(share) + k * (k - 1) / (2 * noise**2)
        for k in range(order + 1)
    ]
    return float(np.logaddexp.reduce(terms)) / (order - 1)


def epsilon_of(share: float, noise: float, steps: int, delta: float, orders: Sequence[int] = ORDERS) -> float:
    """ε after so many steps: divergences add up, and each order gives a bound of which the best one counts.

    Args:
        share: q, with what probability each example is drawn into a step.
        noise: σ, over the clipping norm; 0 for none.
        steps: how many.
        delta: δ, less than one over the number of examples.
        orders: the orders that are tried.

    Returns:
        ε; infinity without noise.

    Raises:
        TypeError: if a number is none.
        ValueError: if one is out of its range.

    Source: Mironov et al., 2019; from an order to ε: C. Canonne, G. Kamath and T. Steinke, 2020 (arXiv:2004.00010),
    proposition 12.
    """
    steps = require_integer("steps", steps, at_least=0)
    require_positive("delta", delta)
    if delta >= 1:
        raise ValueError(f"delta is {delta}; allowed: above 0 and below 1")
    if steps == 0:
        return 0.0
    if noise == 0:
        return inf
    bounds = [
        steps * gaussian_rdp(share, noise, order) + log1p(-1 / order) - log(delta * order) / (order - 1)
        for order in orders
    ]
    return max(0.0, min(bounds))


def noise_for(epsilon: float, share: float, steps: int, delta: float, tolerance: float = 1e-3) -> float:
    """The smallest noise with which so many steps spend no more than ε, by halving.

    Raises:
        TypeError, ValueError: as `epsilon_of`, or if no noise up to 10,000 suffices.
    """
    require_positive("epsilon", epsilon)
    require_positive("tolerance", tolerance)
    low, high = log(1e-2), log(1e4)
    if epsilon_of(share, exp(high), steps, delta) > epsilon:
        raise ValueError(f"epsilon is {epsilon}; allowed: one that noise of 10,000 reaches")
    while high - low > tolerance:
        middle = (low + high) / 2
        if epsilon_of(share, exp(middle), steps, delta) > epsilon:
            low = middle
        else:
            high = middle
    return exp(high)
