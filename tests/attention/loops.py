"""Attention once more, in float64 and with a loop for every axis: slow, plain, and written without the library."""

from __future__ import annotations

import math

import numpy as np


def softmax(scores: list[float], kept: list[bool]) -> list[float]:
    """Positive weights that sum to one over the kept places; zeros where none is kept."""
    if not any(kept):
        return [0.0] * len(scores)
    highest = max(score for score, keep in zip(scores, kept, strict=True) if keep)
    powers = [math.exp(score - highest) if keep else 0.0 for score, keep in zip(scores, kept, strict=True)]
    return [power / sum(powers) for power in powers]


def attend(scores: np.ndarray, value: np.ndarray, mask: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """The weighted means of the values, and the weights, for scores (queries, keys) and values (keys, dim)."""
    queries, keys = scores.shape
    weights = np.zeros((queries, keys))
    outputs = np.zeros((queries, value.shape[1]))
    for i in range(queries):
        kept = [True if mask is None else bool(mask[i, j]) for j in range(keys)]
        weights[i] = softmax([float(score) for score in scores[i]], kept)
        for j in range(keys):
            for c in range(value.shape[1]):
                outputs[i, c] += weights[i, j] * float(value[j, c])
    return outputs, weights


def dot_scores(query: np.ndarray, key: np.ndarray) -> np.ndarray:
    """q · k / √d for each query and key."""
    scores = np.zeros((len(query), len(key)))
    for i, q in enumerate(query):
        for j, k in enumerate(key):
            scores[i, j] = sum(float(a) * float(b) for a, b in zip(q, k, strict=True)) / math.sqrt(len(q))
    return scores


def additive_scores(query: np.ndarray, key: np.ndarray, w: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """v · tanh(W q + U k) for each query and key."""
    scores = np.zeros((len(query), len(key)))
    for i, q in enumerate(query.astype(np.float64)):
        for j, k in enumerate(key.astype(np.float64)):
            for h in range(len(v)):
                inside = sum(q[a] * w[a, h] for a in range(len(q))) + sum(k[b] * u[b, h] for b in range(len(k)))
                scores[i, j] += v[h] * math.tanh(inside)
    return scores


def multi_head(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    weights: dict[str, np.ndarray],
    num_heads: int,
    mask: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Multi-head attention of one example, head by head; `weights` has kernel and bias of query, key, value, output."""
    projected = {}
    for name, inputs in (("query", query), ("key", key), ("value", value)):
        projected[name] = inputs.astype(np.float64) @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]
    dim, value_dim = projected["query"].shape[1] // num_heads, projected["value"].shape[1] // num_heads
    heads, shown = [], []
    for head in range(num_heads):
        q = projected["query"][:, head * dim : (head + 1) * dim]
        k = projected["key"][:, head * dim : (head + 1) * dim]
        v = projected["value"][:, head * value_dim : (head + 1) * value_dim]
        outputs, each = attend(dot_scores(q, k), v, mask)
        heads.append(outputs)
        shown.append(each)
    joined = np.concatenate(heads, axis=1)
    return joined @ weights["output/kernel"] + weights["output/bias"], np.stack(shown)
