"""A network computed and differentiated by hand, in NumPy: what automatic differentiation does, line by line.

A network is a list of layers, each a pair (weights, biases): weights (inputs, outputs), biases (outputs,). The last
layer gives logits; every other one is followed by an activation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from course_lib.base.arguments import require_choice, require_labels, require_positive

Layer = tuple[np.ndarray, np.ndarray]


def _sigmoid(sums: np.ndarray) -> np.ndarray:
    # Half a tanh, which overflows nowhere.
    return 0.5 * (np.tanh(0.5 * sums) + 1)


# Each activation, and its slope written in terms of its own outputs.
ACTIVATIONS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]] = {
    "linear": (lambda sums: sums, np.ones_like),
    "relu": (lambda sums: np.maximum(sums, 0), lambda outputs: (outputs > 0).astype(outputs.dtype)),
    "sigmoid": (_sigmoid, lambda outputs: outputs * (1 - outputs)),
    "tanh": (np.tanh, lambda outputs: 1 - outputs**2),
}


def forward(
    layers: Sequence[Layer],
    inputs: np.ndarray,
    activation: str = "relu",
    keep: Sequence[np.ndarray] | None = None,
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The logits of a network, and what every layer was given, which the backward pass needs again.

    Args:
        layers: the network.
        inputs: one row per example.
        activation: what follows each layer but the last: "linear", "relu", "sigmoid" or "tanh".
        keep: for each hidden layer what its outputs are multiplied by, as dropout does; None for nothing.

    Returns:
        The logits, and the inputs of each layer.

    Shapes: inputs (batch, features), keep[i] (batch, units of layer i) → logits (batch, classes), layer inputs
    (batch, features), (batch, units of the first layer), and so on.

    Raises:
        ValueError: if the activation is unknown.
    """
    require_choice("activation", activation, ACTIVATIONS)
    bend, _ = ACTIVATIONS[activation]
    given = [inputs]
    for number, (weights, biases) in enumerate(layers[:-1]):
        outputs = bend(given[-1] @ weights + biases)  # h = f(h W + b)
        given.append(outputs if keep is None else outputs * keep[number])
    weights, biases = layers[-1]
    return given[-1] @ weights + biases, given


def backward(
    layers: Sequence[Layer],
    given: Sequence[np.ndarray],
    logits_gradient: np.ndarray,
    activation: str = "relu",
    keep: Sequence[np.ndarray] | None = None,
) -> list[Layer]:
    """The gradient of the loss for every weight and bias, from the last layer to the first, by the chain rule.

    Args:
        layers: the network.
        given: the inputs of each layer, from `forward`.
        logits_gradient: the gradient of the loss for the logits.
        activation: as in `forward`.
        keep: as in `forward`.

    Returns:
        For each layer the gradients of its weights and of its biases.

    Shapes: logits_gradient (batch, classes) → gradients of the shapes of the layers.

    Source: D. E. Rumelhart, G. E. Hinton and R. J. Williams, "Learning representations by back-propagating errors",
    Nature 323, 1986.
    """
    require_choice("activation", activation, ACTIVATIONS)
    bend, slope = ACTIVATIONS[activation]
    gradients: list[Layer] = []
    sums_gradient = logits_gradient  # (batch, units of the layer)
    for number in reversed(range(len(layers))):
        gradients.append((given[number].T @ sums_gradient, sums_gradient.sum(axis=0)))
        if number:
            outputs_gradient = sums_gradient @ layers[number][0].T  # (batch, units of the layer below)
            outputs = given[number]
            if keep is not None:
                outputs_gradient = outputs_gradient * keep[number - 1]
                # The slope is that of the outputs before they were multiplied.
                outputs = bend(given[number - 1] @ layers[number - 1][0] + layers[number - 1][1])
            sums_gradient = outputs_gradient * slope(outputs)
    return gradients[::-1]


def cross_entropy_and_gradient(labels: np.ndarray, logits: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean cross-entropy of some examples, and its gradient for their logits: (softmax - one-hot) / batch.

    Args:
        labels: the right class of each example.
        logits: the scores of each class.

    Returns:
        The mean over the batch, and the gradient.

    Shapes: labels (batch,), logits (batch, classes) → a number, (batch, classes).

    Raises:
        TypeError: if the labels are no whole numbers.
        ValueError: if a label is no class, or the shapes do not fit.
    """
    labels, logits = np.asarray(labels), np.asarray(logits)
    if logits.ndim != 2 or labels.shape != logits.shape[:1]:
        raise ValueError(
            f"labels and logits have the shapes {labels.shape} and {logits.shape}; allowed: (batch,) and"
            " (batch, classes)"
        )
    require_labels("labels", labels, logits.shape[-1])
    # The largest logit becomes 0, so that no exponential overflows and one of them is 1.
    shifted = logits - logits.max(axis=-1, keepdims=True)
    exponentials = np.exp(shifted)
    totals = exponentials.sum(axis=-1, keepdims=True)  # (batch, 1)
    rows = np.arange(len(labels))
    losses = np.log(totals[:, 0]) - shifted[rows, labels]  # (batch,)
    gradient = exponentials / totals
    gradient[rows, labels] -= 1
    return float(losses.mean()), gradient / len(labels)


def predict(layers: Sequence[Layer], inputs: np.ndarray, activation: str = "relu") -> np.ndarray:
    """The class with the largest logit, for each example.

    Shapes: inputs (batch, features) → (batch,).
    """
    return forward(layers, inputs, activation)[0].argmax(axis=-1)


def numerical_gradients(
    loss: Callable[[Sequence[Layer]], float], layers: Sequence[Layer], step: float = 1e-5
) -> list[Layer]:
    """The gradients by central differences: nudge each number up and down, and see how the loss moves.

    It needs two forward passes for every single number, so it serves to check a backward pass, not to learn.

    Args:
        loss: the loss of a network.
        layers: where the gradients are taken; computed in float64, for else the differences would drown in rounding.
        step: how far each number is nudged.

    Returns:
        For each layer the gradients of its weights and of its biases.

    Raises:
        ValueError: if the step is not positive.
    """
    require_positive("step", step)
    nudged = [(np.array(weights, dtype=np.float64), np.array(biases, dtype=np.float64)) for weights, biases in layers]
    gradients = []
    for layer in nudged:
        slopes = []
        for values in layer:
            slope = np.zeros_like(values)
            for place in np.ndindex(values.shape):
                middle = values[place]
                values[place] = middle + step
                above = loss(nudged)
                values[place] = middle - step
                below = loss(nudged)
                values[place] = middle
                slope[place] = (above - below) / (2 * step)
            slopes.append(slope)
        gradients.append((slopes[0], slopes[1]))
    return gradients
