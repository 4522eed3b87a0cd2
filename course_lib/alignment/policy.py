"""A writer that learns from a judge: draw, judge, and make likelier what was better than expected."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from course_lib.alignment.rewards import clipped_loss, group_advantages, reinforce_loss, token_log_probs
from course_lib.alignment.writing import Writer, Written
from course_lib.base.arguments import require_choice, require_integer, require_not_negative, require_positive
from course_lib.training.compiling import compile_for_training

History = list[dict[str, float]]


@keras.saving.register_keras_serializable("course_lib")
class PolicyLoss(keras.losses.Loss):
    """`reinforce_loss`, or with `clip` `clipped_loss`, summed over the tokens of a text; targets: `policy_targets`.

    Args:
        clip: PPO's ε; None for REINFORCE.
        name: what the loss is called.

    Raises:
        TypeError: if `clip` is no number.
        ValueError: if it is not above 0.
    """

    def __init__(self, clip: float | None = None, name: str = "policy", **kwargs: object) -> None:
        if clip is not None:
            require_positive("clip", clip)
        kwargs.setdefault("dtype", "float32")
        super().__init__(name=name, **kwargs)
        self.clip = clip

    def call(self, y_true, y_pred):
        """The loss of each text, before the mean.

        Shapes: y_true (batch, time, 4), y_pred (batch, time, vocabulary) → (batch,).
        """
        token_ids, advantages, old, counted = (y_true[..., part] for part in range(4))
        log_probs = token_log_probs(y_pred, ops.cast(token_ids, "int32"))
        if self.clip is None:
            losses = reinforce_loss(log_probs, advantages)
        else:
            losses = clipped_loss(log_probs, old, advantages, self.clip)
        return ops.sum(ops.where(counted > 0, losses, 0.0), axis=-1)

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), "clip": self.clip, "dtype": self.dtype}


def policy_targets(written: Written, advantages: ArrayLike) -> np.ndarray:
    """What `PolicyLoss` compares with: tokens, the advantage of their text, the old log-probabilities, what counts.

    Shapes: advantages (texts,) → (texts, time, 4), float32; ids above 2²⁴ would be rounded.

    Raises:
        ValueError: if there is not one advantage for each text, or one is not finite.
    """
    advantages = np.asarray(advantages, np.float32)
    if advantages.shape != (len(written.token_ids),) or not np.isfinite(advantages).all():
        raise ValueError(
            f"advantages has the shape {advantages.shape}; allowed: ({len(written.token_ids)},), finite numbers"
        )
    spread = np.broadcast_to(advantages[:, None], written.token_ids.shape)
    return np.stack([written.token_ids, spread, written.log_probs, written.counted], axis=-1).astype(np.float32)


def train_on_reward(
    writer: Writer,
    reference: Writer,
    reward: Callable[[list[list[int]]], ArrayLike],
    steps: int,
    *,
    batch_size: int = 64,
    beta: float = 0.0,
    learning_rate: float = 1e-3,
    advantages: str = "baseline",
    clip: float | None = None,
    passes: int = 1,
    seed: int = 0,
    on_step: Callable[[dict[str, float]], None] | None = None,
) -> History:
    """Let a writer write, judge what it wrote, and train it, again and again.

    What is maximised is the mean of r(x) − β (log π(x) − log π_ref(x)), whose second part is on average β times the KL
    from the reference.

    Args:
        writer: learns.
        reference: a writer with the weights that it began with, never changed.
        reward: from texts of ids to a number for each.
        steps: how many times texts are drawn.
        batch_size: how many texts.
        beta: β.
        learning_rate: Adam's.
        advantages: "baseline" for the reward less a running mean, "group" for `group_advantages` of the batch.
        clip: PPO's ε; None for REINFORCE.
        passes: how many steps of descent each draw is used for; more than one wants `clip`.
        seed: of the draws.
        on_step: is told the numbers of each step.

    Returns:
        For each step the mean "reward", "kl" (nats a text) and "length" of what was drawn before its update.

    Raises:
        TypeError: if a number is none.
        ValueError: if one is out of its range, or rewards are not one finite number for each text.
    """
    require_integer("steps", steps, at_least=1)
    require_integer("batch_size", batch_size, at_least=2)
    require_integer("passes", passes, at_least=1)
    require_not_negative("beta", beta)
    require_choice("advantages", advantages, ("baseline", "group"))
    optimizer = keras.optimizers.Adam(learning_rate, global_clipnorm=1.0)
    compile_for_training(writer.model, (None, writer.length), optimizer, loss=PolicyLoss(clip))
    history: History = []
    expected = None
    for step in range(steps):
        written = writer.write(batch_size, seed=seed + step)
        rewards = np.asarray(reward(written.texts(writer.stop)), np.float64)
        if rewards.shape != (batch_size,) or not np.isfinite(rewards).all():
            raise ValueError(f"reward gives the shape {rewards.shape}; allowed: ({batch_size},), finite numbers")
        # Both by the same compiled call: its rounding must not look like a distance.
        moved = writer.log_probs(written).sum(axis=1) - reference.log_probs(written).sum(axis=1)
        worth = rewards - beta * moved
        if advantages == "group":
            better = group_advantages(worth[None])[0]
        else:
            expected = worth.mean() if expected is None else expected
            better = worth - expected
            expected += 0.1 * (worth.mean() - expected)  # moved after its use: it must not know these texts
        inputs, targets = writer.before(written.token_ids), policy_targets(written, better)
        for _ in range(passes):
            writer.model.train_on_batch(inputs, targets)
        numbers = {"reward": rewards.mean(), "kl": moved.mean(), "length": written.counted.sum(axis=1).mean()}
        history.append({name: float(value) for name, value in numbers.items()})
        if on_step is not None:
            on_step({"step": step + 1, **history[-1]})
    return history


def best_of(rewards: ArrayLike, n: int) -> np.ndarray:
    """Best of n: of each n texts in a row the one with the highest reward.

    Args:
        rewards: of all that was written; what is left over after the last whole n is left out.
        n: how many are drawn for one that is kept.

    Returns:
        The places of those that are kept.

    Shapes: rewards (texts,) → (texts // n,).

    Raises:
        TypeError: if n is no whole number.
        ValueError: if it is less than 1 or more than there are texts.
    """
    rewards = np.asarray(rewards, np.float64)
    if rewards.ndim != 1 or not len(rewards):
        raise ValueError(f"rewards has the shape {rewards.shape}; allowed: (texts,), one or more")
    n = require_integer("n", n, at_least=1, at_most=len(rewards))
    groups = rewards[: len(rewards) // n * n].reshape(-1, n)
    return np.arange(len(groups)) * n + groups.argmax(axis=1)


def distinct_share(texts: Sequence[Sequence[int]]) -> float:
    """How many different tokens are among all that were written, as a share: near 0 where a writer repeats itself.

    Raises:
        ValueError: if nothing was written.
    """
    written = [token for text in texts for token in text]
    if not written:
        raise ValueError("texts holds no token; allowed: one or more")
    return len(set(written)) / len(written)
