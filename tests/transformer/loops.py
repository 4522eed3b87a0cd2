"""Encoder and decoder layers once more, in float64, position by position and head by head, without the library."""

from __future__ import annotations

import math

import numpy as np

Weights = dict[str, np.ndarray]


def norm(vector: np.ndarray, weights: Weights, name: str, epsilon: float) -> np.ndarray:
    """One vector with mean 0 and variance 1, scaled and moved."""
    mean = sum(vector) / len(vector)
    variance = sum((each - mean) ** 2 for each in vector) / len(vector)
    plain = np.array([(each - mean) / math.sqrt(variance + epsilon) for each in vector])
    return plain * weights[f"{name}/gamma"] + weights[f"{name}/beta"]


def dense(vector: np.ndarray, weights: Weights, name: str) -> np.ndarray:
    """x W + b."""
    return vector @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]


def attend(
    queries: np.ndarray, keys: np.ndarray, weights: Weights, name: str, num_heads: int, mask: np.ndarray
) -> np.ndarray:
    """Every query looks at the keys that the mask (queries, keys) keeps; zeros before the last matrix where none."""
    projected = [
        np.array([dense(each, weights, f"{name}/{part}") for each in given])
        for part, given in (("query", queries), ("key", keys), ("value", keys))
    ]
    dim = queries.shape[1] // num_heads
    outputs = []
    for i in range(len(queries)):
        heads = []
        for h in range(num_heads):
            q, k, v = (each[:, h * dim : (h + 1) * dim] for each in projected)
            kept = [j for j in range(len(keys)) if mask[i, j]]
            powers = [math.exp(float(q[i] @ k[j]) / math.sqrt(dim)) for j in kept]
            mean = np.zeros(dim)
            for power, j in zip(powers, kept, strict=True):
                mean += power / sum(powers) * v[j]
            heads.append(mean)
        outputs.append(dense(np.concatenate(heads), weights, f"{name}/output"))
    return np.array(outputs)


def residual(inputs: np.ndarray, weights: Weights, name: str, norm_first: bool, epsilon: float, sublayer) -> np.ndarray:
    """x + f(norm(x)), or norm(x + f(x))."""

    def normed(sequence: np.ndarray) -> np.ndarray:
        return np.array([norm(each, weights, name, epsilon) for each in sequence])

    if norm_first:
        return inputs + sublayer(normed(inputs))
    return normed(inputs + sublayer(inputs))


def feed_forward(sequence: np.ndarray, weights: Weights) -> np.ndarray:
    """max(0, x W₁ + b₁) W₂ + b₂ at each position."""
    hidden = [np.maximum(dense(each, weights, "feed_forward_hidden"), 0) for each in sequence]
    return np.array([dense(each, weights, "feed_forward_output") for each in hidden])


def encoder_layer(
    inputs: np.ndarray, weights: Weights, num_heads: int, mask: np.ndarray, norm_first: bool, epsilon: float = 1e-5
) -> np.ndarray:
    """One sentence (time, width) through an encoder layer."""
    options = (norm_first, epsilon)
    outputs = residual(
        inputs, weights, "attention_norm", *options, lambda x: attend(x, x, weights, "attention", num_heads, mask)
    )
    return residual(outputs, weights, "feed_forward_norm", *options, lambda x: feed_forward(x, weights))


def decoder_layer(
    target: np.ndarray,
    memory: np.ndarray,
    weights: Weights,
    num_heads: int,
    own_mask: np.ndarray,
    cross_mask: np.ndarray,
    norm_first: bool,
    epsilon: float = 1e-5,
) -> np.ndarray:
    """One target (time, width) through a decoder layer that looks at one memory."""
    options = (norm_first, epsilon)
    outputs = residual(
        target,
        weights,
        "self_attention_norm",
        *options,
        lambda x: attend(x, x, weights, "self_attention", num_heads, own_mask),
    )
    outputs = residual(
        outputs,
        weights,
        "cross_attention_norm",
        *options,
        lambda x: attend(x, memory, weights, "cross_attention", num_heads, cross_mask),
    )
    return residual(outputs, weights, "feed_forward_norm", *options, lambda x: feed_forward(x, weights))
