"""The network of `network` trained, in NumPy: batches, an optimiser, and what holds it back from learning by heart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from course_lib.base.arguments import require_integer, require_not_negative, require_patience, require_share
from course_lib.base.examples import checked_examples, checked_labels
from course_lib.mlp.network import Layer, backward, cross_entropy_and_gradient, forward
from course_lib.mlp.optimizers import Rule, adam, descend


def train_network(
    layers: Sequence[Layer],
    inputs: np.ndarray,
    labels: np.ndarray,
    rule: Rule = adam,
    epochs: int = 10,
    batch_size: int = 64,
    activation: str = "relu",
    l1: float = 0.0,
    l2: float = 0.0,
    dropout: float = 0.0,
    change: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    patience: int | None = None,
    seed: int = 0,
) -> tuple[list[Layer], dict[str, list[float]]]:
    """Train a network by gradient descent on batches.

    Args:
        layers: the network to begin with; it stays as it was.
        inputs: the training examples.
        labels: the right class of each.
        rule: an optimiser, its settings bound by `functools.partial`.
        epochs: how often the examples are gone through, each time in another order.
        batch_size: how many examples make a step; the last batch of an epoch may hold fewer.
        activation: what follows each layer but the last.
        l1: strength of the penalty on absolute weights.
        l2: strength of the penalty on squared weights.
        dropout: the share of hidden outputs set to zero in training.
        change: makes a new batch of inputs from the old one, such as moved pictures; None for no change.
        validation: inputs and labels to measure on after each epoch, not to learn from.
        patience: stop after so many epochs without a smaller validation loss, and go back to the best; None for never.
        seed: of the orders, the changes and the dropout.

    Returns:
        The trained network, and for each epoch "loss" and "accuracy" (on the training batches, as they were learned
        from, without the penalties) and, with a validation set, "validation_loss" and "validation_accuracy".

    Shapes: inputs (examples, features), labels (examples,).

    Raises:
        TypeError: if the labels are no whole numbers.
        ValueError: if an argument is out of its range, the inputs hold NaN or infinity or do not fit the network or the
            labels, or there is a patience without a validation set.
    """
    require_integer("epochs", epochs, at_least=1)
    require_integer("batch_size", batch_size, at_least=1)
    require_not_negative("l1", l1)
    require_not_negative("l2", l2)
    require_share("dropout", dropout)
    require_patience(patience, validation)
    inputs, labels = _checked("inputs", inputs, labels, layers)
    if validation is not None:
        validation = _checked("validation", *validation, layers)
    random = np.random.default_rng(seed)
    layers, states = list(layers), None
    best, best_loss, waited = layers, np.inf, 0
    history: dict[str, list[float]] = {"loss": [], "accuracy": []}
    for _ in range(epochs):
        order = random.permutation(len(inputs))
        total, right = 0.0, 0
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            batch = inputs[chosen] if change is None else change(inputs[chosen], random)
            keep = _keep(layers, len(chosen), dropout, random)
            logits, given = forward(layers, batch, activation, keep)
            loss, gradient = cross_entropy_and_gradient(labels[chosen], logits)
            gradients = backward(layers, given, gradient, activation, keep)
            if l1 or l2:
                # The slopes of l1 |w| and l2 w²; biases go free.
                gradients = [
                    (slope + l1 * np.sign(weights) + 2 * l2 * weights, bias_slope)
                    for (slope, bias_slope), (weights, _) in zip(gradients, layers, strict=True)
                ]
            states, layers = descend(rule, states, layers, gradients)
            total += loss * len(chosen)
            right += int((logits.argmax(axis=1) == labels[chosen]).sum())
        history["loss"].append(total / len(inputs))
        history["accuracy"].append(right / len(inputs))
        if validation is None:
            continue
        logits, _ = forward(layers, validation[0], activation)
        loss, _ = cross_entropy_and_gradient(validation[1], logits)
        history.setdefault("validation_loss", []).append(loss)
        history.setdefault("validation_accuracy", []).append(float((logits.argmax(axis=1) == validation[1]).mean()))
        if loss < best_loss:
            best, best_loss, waited = layers, loss, 0
        else:
            waited += 1
        if patience is not None and waited >= patience:
            break
    return (best if patience is not None else layers), history


def _keep(layers: Sequence[Layer], batch: int, rate: float, random: np.random.Generator) -> list[np.ndarray] | None:
    """What dropout multiplies the hidden outputs by: 0, or 1 / (1 - rate)."""
    if not rate:
        return None
    return [
        ((random.random((batch, len(biases)), dtype=np.float32) >= rate) / (1 - rate)).astype(biases.dtype)
        for _, biases in layers[:-1]
    ]


def _checked(
    name: str, inputs: np.ndarray, labels: np.ndarray, layers: Sequence[Layer]
) -> tuple[np.ndarray, np.ndarray]:
    """The examples in the network's type; raises where they do not fit it."""
    first, last = layers[0][0], layers[-1][1]
    inputs = checked_examples(name, inputs, features=len(first), dtype=first.dtype)
    return inputs, checked_labels(name, labels, len(inputs), num_classes=len(last))
