"""How the weights of a network begin: at random, and of the right size."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from course_lib.base.arguments import require_choice, require_integer

# The variance of a weight, from the number of inputs and outputs of its layer.
SCHEMES = {
    "zeros": lambda inputs, outputs: 0.0,
    "unit": lambda inputs, outputs: 1.0,
    "glorot": lambda inputs, outputs: 2 / (inputs + outputs),
    "he": lambda inputs, outputs: 2 / inputs,
}


def initialise(
    sizes: Sequence[int], scheme: str = "he", seed: int = 0, dtype: str = "float32"
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Draw the weights of a network from normal distributions; biases begin at zero.

    Args:
        sizes: the number of inputs, then the units of each layer.
        scheme: the variance of a weight: "glorot" 2 / (inputs + outputs), "he" 2 / inputs, "unit" 1, "zeros" 0.
        seed: the same seed draws the same weights.
        dtype: "float32", or "float64" where gradients are to be checked.

    Returns:
        For each layer its weights and biases.

    Shapes: weights (inputs, outputs), biases (outputs,) of each layer.

    Raises:
        TypeError: if a size is no whole number.
        ValueError: if there are fewer than two sizes, one is less than 1, or the scheme or type is unknown.

    Source: X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010,
    equation 12; K. He et al., "Delving deep into rectifiers", 2015, equation 10 (arXiv:1502.01852).
    """
    require_choice("scheme", scheme, SCHEMES)
    require_choice("dtype", dtype, ["float32", "float64"])
    require_integer("the number of sizes", len(sizes), at_least=2)
    for size in sizes:
        require_integer("sizes holds what", size, at_least=1)
    random = np.random.default_rng(seed)
    layers = []
    for inputs, outputs in pairwise(sizes):
        spread = np.sqrt(SCHEMES[scheme](inputs, outputs))
        weights = random.normal(size=(inputs, outputs)) * spread
        layers.append((weights.astype(dtype), np.zeros(outputs, dtype)))
    return layers
