"""Attention as equations: scores, a softmax that knows masks, weighted means, and heads that stand side by side.

Every function takes any number of leading axes, written (...): none for one sentence, (batch,) for many, (batch,
num_heads) for many heads of many. A mask is boolean, True = keep, and is broadcast against the scores.

Sources: D. Bahdanau, K. Cho and Y. Bengio, "Neural Machine Translation by Jointly Learning to Align and Translate",
ICLR 2015 (arXiv:1409.0473); A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017 (arXiv:1706.03762).
"""

from __future__ import annotations

import numpy as np
from keras import ops

from course_lib.base.tensors import floating, require_boolean


def dot_product_scores(query, key):
    """How well each key fits each query: their dot products, divided by the root of their length.

    Shapes: query (..., queries, key_dim), key (..., keys, key_dim) → (..., queries, keys).

    Source: Vaswani et al., 2017, section 3.2.1.
    """
    # The query is scaled rather than the products: there are fewer of them, and float16 does not overflow.
    scaled = ops.multiply(query, ops.shape(query)[-1] ** -0.5)
    return ops.matmul(scaled, ops.swapaxes(key, -1, -2))  # QKᵀ / √d_k of (1)


def additive_scores(query, key, query_kernel, key_kernel, score_kernel):
    """How well each key fits each query, as a network with one hidden layer sees it: v · tanh(W q + U k).

    Args:
        query: what is looked for.
        key: what can be found.
        query_kernel: W.
        key_kernel: U.
        score_kernel: v.

    Shapes: query (..., queries, query_dim), key (..., keys, key_width), query_kernel (query_dim, hidden_dim),
    key_kernel (key_width, hidden_dim), score_kernel (hidden_dim,) → (..., queries, keys).

    Source: Bahdanau et al., 2015, section A.1.2.
    """
    query, key, query_kernel, key_kernel, score_kernel = map(
        floating, (query, key, query_kernel, key_kernel, score_kernel)
    )
    asked = ops.expand_dims(ops.matmul(query, query_kernel), -2)  # (..., queries, 1, hidden_dim)
    offered = ops.expand_dims(ops.matmul(key, key_kernel), -3)  # (..., 1, keys, hidden_dim)
    return ops.matmul(ops.tanh(asked + offered), score_kernel)  # e_ij = vᵀ tanh(W s_i + U h_j)


def masked_softmax(scores, mask=None, may_be_blind: bool = True):
    """Weights from scores: positive, summing to one over the keys that the mask keeps, and zero for all others.

    A query that may look at no key at all gets zeros, never NaN, and a gradient of zero.

    Args:
        scores: any numbers that float32 holds.
        mask: which keys each query may look at; None for all.
        may_be_blind: whether the mask may leave a query no key at all; where it cannot, as when every query may look at
            its own position, False spares a step.

    Returns:
        Weights in float32, whatever the scores came in.

    Raises:
        TypeError: if the mask is not boolean. Numbers are refused, because some libraries add them to the scores.

    Shapes: scores (..., queries, keys), mask boolean, broadcast to it → (..., queries, keys).

    Source: Vaswani et al., 2017, section 3.2.3 (masking before the softmax).
    """
    weights, sighted = _weights_and_sight(scores, mask, may_be_blind)
    return _zero_where_blind(weights, sighted)


def scaled_dot_product_attention(query, key, value, mask=None):
    """Look at the keys that fit, and average their values: softmax(QKᵀ / √d_k) V.

    Returns:
        The averages, and the weights (float32) they were taken with.

    Shapes: query (..., queries, key_dim), key (..., keys, key_dim), value (..., keys, value_dim), mask boolean,
    broadcast to (..., queries, keys) → (..., queries, value_dim), (..., queries, keys).

    Source: Vaswani et al., 2017, equation 1.
    """
    weights = masked_softmax(dot_product_scores(query, key), mask)  # (1)
    return weighted_mean(weights, value), weights


def additive_attention(query, key, value, query_kernel, key_kernel, score_kernel, mask=None):
    """Look at the keys that fit by `additive_scores`, and average their values.

    Returns:
        The averages, and the weights (float32) they were taken with.

    Shapes: as for `additive_scores`, and value (..., keys, value_dim), mask boolean, broadcast to (..., queries, keys)
    → (..., queries, value_dim), (..., queries, keys).

    Source: Bahdanau et al., 2015, equations 5 and 6.
    """
    weights = masked_softmax(additive_scores(query, key, query_kernel, key_kernel, score_kernel), mask)  # (6)
    return weighted_mean(weights, value), weights  # (5)


def weighted_mean(weights, value):
    """The values averaged with the weights of each query, in the values' own precision.

    Shapes: weights (..., queries, keys), value (..., keys, value_dim) → (..., queries, value_dim).
    """
    value = floating(value)
    return ops.matmul(ops.cast(weights, value.dtype), value)


def fused_attention(query, key, value, mask=None, may_be_blind: bool = True):
    """The outputs of `scaled_dot_product_attention`, by the backend's own kernel where it has one.

    Such a kernel never holds all weights at once, which is why it cannot return them.

    Args:
        query: what looks.
        key: what is looked at.
        value: what is averaged.
        mask: which keys each query may look at; None for all.
        may_be_blind: as in `masked_softmax`.

    Shapes: query (batch, num_heads, queries, dim), key and value (batch, num_heads, keys, dim), mask boolean, broadcast
    to (batch, num_heads, queries, keys) → (batch, num_heads, queries, dim).

    Source: Vaswani et al., 2017, equation 1; T. Dao et al., "FlashAttention", NeurIPS 2022 (arXiv:2205.14135).
    """
    mask = None if mask is None else _boolean(mask)
    open_mask, sighted = mask, None
    if mask is not None and may_be_blind:
        # Kernels differ in what they give for a row that is masked as a whole: it looks anywhere, then becomes zero.
        sighted = ops.any(mask, axis=-1, keepdims=True)
        open_mask = ops.logical_or(mask, ops.logical_not(sighted))
    turned = [ops.swapaxes(floating(each), 1, 2) for each in (query, key, value)]  # (batch, time, num_heads, dim)
    outputs = ops.swapaxes(ops.dot_product_attention(*turned, mask=open_mask), 1, 2)
    return _zero_where_blind(outputs, sighted)


def stepwise_attention(query, key, value, mask=None, may_be_blind: bool = True):
    """The outputs of `scaled_dot_product_attention`, step by step, without the weights.

    What a query without keys found is set to zero here, and not its weights: these are the largest thing in attention,
    and the gradient would keep them twice.

    Args:
        query: what looks.
        key: what is looked at.
        value: what is averaged.
        mask: which keys each query may look at; None for all.
        may_be_blind: as in `masked_softmax`.

    Shapes: as for `scaled_dot_product_attention` → (..., queries, value_dim).

    Source: Vaswani et al., 2017, equation 1.
    """
    weights, sighted = _weights_and_sight(dot_product_scores(query, key), mask, may_be_blind)
    outputs = weighted_mean(weights, value)
    return _zero_where_blind(outputs, sighted)


def on_each_position(layer, inputs):
    """What a layer makes of every vector of every sequence: all of them at once, as the rows of one matrix.

    A dense layer gives the same for three axes; on JAX its gradient is then slower on CPUs.

    Args:
        layer: a function of vectors, such as a dense layer.
        inputs: sequences of vectors.

    Shapes: inputs (batch, time, width) → (batch, time, the layer's width).
    """
    batch, time, width = ops.shape(inputs)
    outputs = layer(ops.reshape(inputs, (batch * time, width)))
    return ops.reshape(outputs, (batch, time, outputs.shape[-1]))


def split_heads(inputs, num_heads: int):
    """Cut every vector into `num_heads` equal pieces, and give each piece an attention of its own.

    Shapes: inputs (batch, time, num_heads · dim) → (batch, num_heads, time, dim).

    Raises:
        ValueError: if `num_heads` does not divide the length of the vectors.
    """
    batch, time, width = ops.shape(inputs)
    if width % num_heads:
        raise ValueError(f"num_heads is {num_heads}; allowed: a divisor of the width, which is {width}")
    pieces = ops.reshape(inputs, (batch, time, num_heads, width // num_heads))
    return ops.swapaxes(pieces, 1, 2)


def merge_heads(inputs):
    """Put the pieces of `split_heads` side by side again.

    Shapes: inputs (batch, num_heads, time, dim) → (batch, time, num_heads · dim).
    """
    batch, num_heads, time, dim = ops.shape(inputs)
    return ops.reshape(ops.swapaxes(inputs, 1, 2), (batch, time, num_heads * dim))


def _boolean(mask):
    mask = ops.convert_to_tensor(mask)
    require_boolean("mask", mask)
    return mask


def _weights_and_sight(scores, mask, may_be_blind: bool):
    """The softmax over the kept keys, and which queries have one, (..., queries, 1); None where all have.

    A query without any looks everywhere: what it finds is not to be used.
    """
    scores = ops.cast(scores, "float32")
    if mask is None:
        return ops.softmax(scores, axis=-1), None
    mask = _boolean(mask)
    if not may_be_blind:
        return ops.softmax(ops.where(mask, scores, -np.inf), axis=-1), None
    sighted = ops.any(mask, axis=-1, keepdims=True)
    # Where all is masked, minus infinity alone would make 0/0.
    return ops.softmax(ops.where(mask, scores, ops.where(sighted, -np.inf, 0.0)), axis=-1), sighted


def _zero_where_blind(found, sighted):
    """What queries found, and zeros for those that could look at no key."""
    return found if sighted is None else ops.where(sighted, found, ops.zeros_like(found))
