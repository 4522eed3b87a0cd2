"""How a reward moves a writer: each objective from its formula, as a pure function of log-probabilities.

Log-probabilities are those of whole texts or of single tokens, as the caller likes; advantages are numbers that no
gradient goes through.
"""

from __future__ import annotations

import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from course_lib.base.arguments import require_choice, require_integer, require_not_negative, require_positive
from course_lib.base.tensors import require_shape, wide


def token_log_probs(logits, token_ids):
    """The logarithm of the probability that each token had.

    Args:
        logits: scores of what comes at each place.
        token_ids: what came.

    Shapes: logits (batch, time, vocabulary), token_ids (batch, time) → (batch, time), float32.

    Raises:
        ValueError: if the shapes do not fit.
    """
    logits, token_ids = wide(logits), ops.convert_to_tensor(token_ids)
    require_shape("token_ids", token_ids.shape, logits.shape[:-1])
    log_probs = ops.log_softmax(logits, axis=-1)
    chosen = ops.take_along_axis(log_probs, ops.cast(token_ids, "int32")[..., None], axis=-1)
    return chosen[..., 0]


def reinforce_loss(log_probs, advantages):
    """−A log π: its gradient is REINFORCE's estimate, with the sign turned, since optimisers go down.

    Args:
        log_probs: log π of what was done.
        advantages: A, the reward less a baseline.

    Shapes: both (...) → (...).

    Raises:
        ValueError: if the shapes differ.

    Source: R. J. Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement learning",
    Machine Learning 8, 1992, theorem 1.
    """
    log_probs, advantages = _pair("advantages", log_probs, advantages)
    return -ops.stop_gradient(advantages) * log_probs


def clipped_loss(log_probs, old_log_probs, advantages, clip: float = 0.2):
    """PPO's loss: −min(ρ A, clip(ρ, 1 − ε, 1 + ε) A), with ρ = π / π_old.

    Once a step has moved a probability by the share ε in the direction that its advantage asks for, the gradient is
    zero: texts of one draw can be used for several steps.

    Args:
        log_probs: log π of what was done, as the policy is now.
        old_log_probs: log π as the policy was when it was drawn.
        advantages: A.
        clip: ε.

    Shapes: all (...) → (...).

    Raises:
        TypeError: if `clip` is no number.
        ValueError: if it is not above 0, or the shapes differ.

    Source: J. Schulman et al., "Proximal Policy Optimization Algorithms", 2017 (arXiv:1707.06347), equation 7.
    """
    require_positive("clip", clip)
    log_probs, old_log_probs = _pair("old_log_probs", log_probs, old_log_probs)
    _, advantages = _pair("advantages", log_probs, advantages)
    ratio = ops.exp(log_probs - ops.stop_gradient(old_log_probs))  # ρ
    advantages = ops.stop_gradient(advantages)
    return -ops.minimum(ratio * advantages, ops.clip(ratio, 1 - clip, 1 + clip) * advantages)  # (7)


def group_advantages(rewards: ArrayLike, scale: bool = True, epsilon: float = 1e-6) -> np.ndarray:
    """Rewards less the mean of their group, over its standard deviation: a baseline that needs no second network.

    The mean holds the text's own reward too, so that on average the estimate is (G − 1) / G of the gradient; dividing
    by the deviation makes groups of unlike spread count alike, and is no longer an estimate of the reward's gradient.

    Args:
        rewards: of G texts for each of several prompts.
        scale: whether to divide by the deviation.
        epsilon: is added to it.

    Shapes: rewards (groups, G) → the same, float64.

    Raises:
        TypeError: if `epsilon` is no number.
        ValueError: if there are fewer than two rewards in a group, or one is not finite.

    Source: Z. Shao et al., "DeepSeekMath", 2024 (arXiv:2402.03300), section 4.1.2; without the division: Z. Liu et al.,
    2025 (arXiv:2503.20783).
    """
    rewards = np.asarray(rewards, dtype=np.float64)
    require_not_negative("epsilon", epsilon)
    if rewards.ndim != 2 or rewards.shape[1] < 2 or not np.isfinite(rewards).all():
        raise ValueError(f"rewards has the shape {rewards.shape}; allowed: (groups, 2 or more), finite numbers")
    centred = rewards - rewards.mean(axis=1, keepdims=True)
    return centred / (rewards.std(axis=1, keepdims=True) + epsilon) if scale else centred


def kl_estimate(log_probs, reference_log_probs, kind: str = "k3"):
    """One draw's estimate of KL(π ‖ π_ref) from x ~ π, with d = log π_ref − log π: k1 is −d, k3 is e^d − 1 − d.

    Both are right on average. k3 is never negative and varies less where the two are close.

    Args:
        log_probs: log π of what was drawn from π.
        reference_log_probs: log π_ref of the same.
        kind: "k1" or "k3".

    Shapes: both (...) → (...).

    Raises:
        ValueError: if `kind` is unknown, or the shapes differ.

    Source: J. Schulman, "Approximating KL divergence", 2020.
    """
    require_choice("kind", kind, ("k1", "k3"))
    log_probs, reference_log_probs = _pair("reference_log_probs", log_probs, reference_log_probs)
    difference = reference_log_probs - log_probs
    return -difference if kind == "k1" else ops.expm1(difference) - difference


def preference_loss(chosen, rejected, reference_chosen, reference_rejected, beta: float = 0.1):
    """DPO: −log σ(β [(log π − log π_ref)(chosen) − (log π − log π_ref)(rejected)]), with no reward model at all.

    Args:
        chosen: log π of the text that was preferred.
        rejected: log π of the other one.
        reference_chosen: log π_ref of the first.
        reference_rejected: log π_ref of the second.
        beta: β, what a nat of KL costs.

    Shapes: all (pairs,) → (pairs,).

    Raises:
        TypeError: if `beta` is no number.
        ValueError: if it is not above 0, or the shapes differ.

    Source: R. Rafailov et al., 2023 (arXiv:2305.18290), equation 7.
    """
    require_positive("beta", beta)
    chosen, rejected = _pair("rejected", chosen, rejected)
    _, reference_chosen = _pair("reference_chosen", chosen, reference_chosen)
    _, reference_rejected = _pair("reference_rejected", chosen, reference_rejected)
    margin = beta * ((chosen - reference_chosen) - (rejected - reference_rejected))
    return ops.softplus(-margin)  # −log σ, (7)


def preference_probability(rewards: ArrayLike, other_rewards: ArrayLike) -> np.ndarray:
    """How often a judge with these rewards prefers the first text: σ(r − r').

    Shapes: both (...) → (...), float64.

    Source: R. A. Bradley and M. E. Terry, "Rank analysis of incomplete block designs", Biometrika 39, 1952.
    """
    return np.exp(-np.logaddexp(0.0, np.asarray(other_rewards, np.float64) - np.asarray(rewards, np.float64)))


def best_of_n_kl(n: int) -> float:
    """How far, at most, taking the best of n draws moves from the policy: log n − (n − 1) / n nats.

    Raises:
        TypeError: if n is no whole number.
        ValueError: if it is less than 1.

    Source: J. Hilton, "KL divergence of max-of-n", 2023; exact where no two rewards are equal, an upper bound otherwise
    (A. Beirami et al., 2024, arXiv:2401.01879).
    """
    n = require_integer("n", n, at_least=1)
    return float(np.log(n) - (n - 1) / n)


def _pair(name: str, one, other):
    """Both in float32 at least, of one shape."""
    one, other = wide(one), wide(other)
    require_shape(name, other.shape, one.shape)
    return one, ops.cast(other, one.dtype)
