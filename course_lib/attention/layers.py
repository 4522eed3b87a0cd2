"""Attention with weights to learn: additive attention, and dot-product attention with many heads and a cache."""

from __future__ import annotations

from numbers import Integral

import keras
from keras import ops

from course_lib.attention import functions
from course_lib.attention.masks import attention_mask_of, look_back_mask, require_mask
from course_lib.base.arguments import checked_seed, require_integer, require_share
from course_lib.base.language import tr
from course_lib.base.tensors import known
from course_lib.training import devices

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable("course_lib")
class AdditiveAttention(keras.layers.Layer):
    """Attention whose scores come from a small network of query and key.

    Args:
        hidden_dim: the width of that network's one hidden layer.

    Shapes: query (batch, queries, query_dim), key (batch, keys, key_width), value (batch, keys, value_dim) → (batch,
    queries, value_dim).

    Raises:
        ValueError: if `hidden_dim` is less than 1.

    Source: Bahdanau, Cho and Bengio, 2015 (arXiv:1409.0473), section A.1.2.
    """

    def __init__(self, hidden_dim: int, **kwargs: object) -> None:
        hidden_dim = require_integer("hidden_dim", hidden_dim, at_least=1)
        super().__init__(**kwargs)
        self.hidden_dim = hidden_dim
        self.supports_masking = True

    def build(self, query_shape: Shape, key_shape: Shape | None = None, value_shape: Shape | None = None) -> None:
        """Make W, U and v."""
        key_shape = key_shape or query_shape
        _require_sequences(query_shape, key_shape, value_shape or key_shape)
        self.query_kernel = self.add_weight(shape=(query_shape[-1], self.hidden_dim), name="query_kernel")
        self.key_kernel = self.add_weight(shape=(key_shape[-1], self.hidden_dim), name="key_kernel")
        # v alone has one column, so that its scale is that of a layer with one output.
        self.score_kernel = self.add_weight(shape=(self.hidden_dim, 1), name="score_kernel")

    def call(
        self,
        query,
        key=None,
        value=None,
        padding_mask=None,
        attention_mask=None,
        return_attention_scores: bool = False,
        mask=None,
        query_mask=None,
        key_mask=None,
    ):
        """Average the values for each query.

        Args:
            query: what looks.
            key: what is looked at; the queries themselves where it is left out.
            value: what is averaged; the keys where it is left out.
            padding_mask: which keys are tokens; where it is left out, the mask that Keras keeps for the keys, if any.
            attention_mask: which keys each query may look at.
            return_attention_scores: return the weights as well.
            mask: filled by Keras with the mask that it keeps for the query, where this is the only tensor given.
            query_mask: likewise where it is not.
            key_mask: filled by Keras with the mask that it keeps for the key.

        Returns:
            The averages; with `return_attention_scores` a pair of these and the weights.

        Shapes: padding_mask (batch, keys), attention_mask (queries, keys) or (batch, queries, keys), both boolean →
        (batch, queries, value_dim), (batch, queries, keys).

        Raises:
            TypeError: if a mask is not boolean.
            ValueError: if the shapes do not fit together, or there is no key.
        """
        kept = _kept_by_keras(key, mask, query_mask, key_mask)
        key = query if key is None else key
        value = key if value is None else value
        _require_sequences(query.shape, key.shape, value.shape)
        padding_mask = kept if padding_mask is None else padding_mask
        _require_masks(padding_mask, attention_mask, query.shape, key.shape)
        mask = attention_mask_of(padding_mask, attention_mask)
        if mask is not None:
            mask = ops.squeeze(mask, -3)  # there is one head only
        kernels = (self.query_kernel, self.key_kernel, ops.squeeze(self.score_kernel, -1))
        outputs, weights = functions.additive_attention(query, key, value, *kernels, mask)
        return (outputs, weights) if return_attention_scores else outputs

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), "hidden_dim": self.hidden_dim}


@keras.saving.register_keras_serializable("course_lib")
class MultiHeadAttention(keras.layers.Layer):
    """Several attentions side by side, each in a smaller space of its own, their outputs joined by a last matrix.

    Args:
        num_heads: how many attentions.
        key_dim: the length of a head's queries and keys; None for the width of the query divided among the heads.
        value_dim: the length of a head's values; None for `key_dim`.
        output_dim: the width of the output; None for the width of the query.
        use_bias: whether the four projections add a bias.
        dropout: the share of weights that is set to zero in training.
        seed: of the dropout.

    Shapes: query (batch, queries, query_width), key (batch, keys, key_width), value (batch, keys, value_width) →
    (batch, queries, output_dim).

    Raises:
        TypeError: if a number of units is no whole number.
        ValueError: if one is less than 1, `dropout` is not from 0 to less than 1, or, where `key_dim` is None,
            `num_heads` does not divide the width of the query.

    Source: Vaswani et al., 2017 (arXiv:1706.03762), section 3.2.2.
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int | None = None,
        value_dim: int | None = None,
        output_dim: int | None = None,
        use_bias: bool = True,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        num_heads = require_integer("num_heads", num_heads, at_least=1)
        key_dim, value_dim, output_dim = (
            None if width is None else require_integer(name, width, at_least=1)
            for name, width in (("key_dim", key_dim), ("value_dim", value_dim), ("output_dim", output_dim))
        )
        require_share("dropout", dropout)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.num_heads, self.use_bias, self.dropout, self.seed = num_heads, use_bias, dropout, seed
        self.key_dim, self.value_dim, self.output_dim = key_dim, value_dim, output_dim
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def build(self, query_shape: Shape, key_shape: Shape | None = None, value_shape: Shape | None = None) -> None:
        """Make the four projections."""
        key_shape = key_shape or query_shape
        value_shape = value_shape or key_shape
        _require_sequences(query_shape, key_shape, value_shape)
        width = query_shape[-1]
        if self.key_dim is None and width % self.num_heads:
            raise ValueError(
                f"num_heads is {self.num_heads}; allowed: a divisor of the query's width, which is {width}"
                " (or give key_dim)"
            )
        self.head_dim = self.key_dim or width // self.num_heads
        self.head_value_dim = self.value_dim or self.head_dim
        self.query_dense = self._projection("query", self.num_heads * self.head_dim, query_shape)
        self.key_dense = self._projection("key", self.num_heads * self.head_dim, key_shape)
        self.value_dense = self._projection("value", self.num_heads * self.head_value_dim, value_shape)
        joined = (*query_shape[:-1], self.num_heads * self.head_value_dim)
        self.output_dense = self._projection("output", self.output_dim or width, joined)

    def _projection(self, name: str, width: int, input_shape: Shape) -> keras.layers.Dense:
        dense = keras.layers.Dense(width, use_bias=self.use_bias, dtype=self.dtype_policy, name=name)
        dense.build(input_shape)
        return dense

    def call(
        self,
        query,
        key=None,
        value=None,
        padding_mask=None,
        attention_mask=None,
        use_causal_mask: bool = False,
        return_attention_scores: bool = False,
        cache=None,
        cache_index=None,
        training: bool = False,
        mask=None,
        query_mask=None,
        key_mask=None,
    ):
        """Let every query look at the keys, head by head.

        Args:
            query: what looks.
            key: what is looked at; the queries themselves where it is left out.
            value: what is averaged; the keys where it is left out.
            padding_mask: which keys are tokens; where it is left out, the mask that Keras keeps for the keys, if any.
            attention_mask: which keys each query may look at.
            use_causal_mask: let no query look at a later position.
            return_attention_scores: return the weights as well, as they are before dropout.
            cache: keys and values computed earlier, from `empty_cache` or `project`. Without `cache_index` they are all
                there is to look at; with it the new keys and values are added to them first.
            cache_index: the position of the first query, a number or a scalar tensor. Each query then looks at the
                positions up to its own; the masks speak of all positions of the cache.
            training: whether dropout is at work.
            mask: filled by Keras with the mask that it keeps for the query, where this is the only tensor given.
            query_mask: likewise where it is not.
            key_mask: filled by Keras with the mask that it keeps for the key.

        Returns:
            The outputs; then the weights where they were asked for; then the cache where `cache_index` was given. A
            tuple if there is more than one.

        Shapes: padding_mask (batch, keys), attention_mask (queries, keys) or (batch, queries, keys), both boolean;
        cache (batch, num_heads, keys, key_dim) and (batch, num_heads, keys, value_dim) → (batch, queries, output_dim),
        (batch, num_heads, queries, keys).

        Raises:
            TypeError: if a mask is not boolean.
            ValueError: if the shapes do not fit together, there is no key, or the cache has no room.
        """
        looks_at_cache_alone = cache is not None and cache_index is None
        if looks_at_cache_alone and not (key is None and value is None):
            raise ValueError("key or value is given with a cache but without cache_index; allowed: to leave them out")
        if cache is None and cache_index is not None:
            raise ValueError(f"cache_index is {cache_index} and there is no cache; allowed: both or none")
        kept = _kept_by_keras(key, mask, query_mask, key_mask)
        key = query if key is None else key
        value = key if value is None else value
        _require_sequences(query.shape, key.shape, value.shape)
        if padding_mask is None and cache is None:
            padding_mask = kept

        heads, first = self._heads(self.query_dense, query), 0
        keys, values = cache if looks_at_cache_alone else self.project(key, value)
        if cache_index is not None:
            first = int(cache_index) if isinstance(cache_index, Integral) else ops.cast(cache_index, "int32")
            _require_room(first, keys.shape, cache[0].shape)
            keys, values = cache = write_to_cache(cache[0], keys, first), write_to_cache(cache[1], values, first)
        _require_masks(padding_mask, attention_mask, query.shape, (query.shape[0], keys.shape[2]))
        look_back = None
        if use_causal_mask or cache_index is not None:
            queries, there = known((query.shape[1], keys.shape[2]))
            if cache_index is None and None not in (queries, there) and queries != there:
                raise ValueError(f"use_causal_mask with {queries} queries and {there} keys; allowed: as many of each")
            look_back = look_back_mask(ops.shape(heads)[2], ops.shape(keys)[2], first)
        mask = attention_mask_of(padding_mask, attention_mask, look_back)

        # Looking back leaves every query its own position; other masks may leave it nothing.
        may_be_blind = padding_mask is not None or attention_mask is not None
        weights = None
        dropping = self.dropout and training
        # A kernel gives no weights, drops none, and takes values as long as keys.
        fusible = devices.has_fused_attention() and self.head_dim == self.head_value_dim
        if return_attention_scores or dropping:
            weights = functions.masked_softmax(functions.dot_product_scores(heads, keys), mask, may_be_blind)
            kept = keras.random.dropout(weights, self.dropout, seed=self.seed_generator) if dropping else weights
            attended = functions.weighted_mean(kept, values)
        else:
            attend = functions.fused_attention if fusible else functions.stepwise_attention
            attended = attend(heads, keys, values, mask, may_be_blind)
        # Concat(head_1, …, head_h) W^O
        outputs = functions.on_each_position(self.output_dense, functions.merge_heads(attended))

        returned = [outputs]
        if return_attention_scores:
            returned.append(weights)
        if cache_index is not None:
            returned.append(cache)
        return returned[0] if len(returned) == 1 else tuple(returned)

    def project(self, key, value=None):
        """The keys and values of all heads, to be computed once and looked at many times.

        Shapes: key (batch, keys, key_width), value (batch, keys, value_width) → (batch, num_heads, keys, key_dim),
        (batch, num_heads, keys, value_dim).
        """
        return self._heads(self.key_dense, key), self._heads(self.value_dense, key if value is None else value)

    def _heads(self, dense: keras.layers.Dense, inputs):
        return functions.split_heads(functions.on_each_position(dense, inputs), self.num_heads)

    def empty_cache(self, batch_size: int, max_length: int):
        """Room for the keys and values of `max_length` positions, to be filled step by step; its shape never changes.

        Shapes: (batch_size, num_heads, max_length, key_dim), (batch_size, num_heads, max_length, value_dim).

        Raises:
            ValueError: if the layer has no weights yet, or a number is less than 1.
        """
        require_integer("batch_size", batch_size, at_least=1)
        require_integer("max_length", max_length, at_least=1)
        if not self.built:
            raise ValueError("the layer has not been built; call it once, or its build(), before asking for a cache")
        return tuple(
            ops.zeros((batch_size, self.num_heads, max_length, dim), dtype=self.compute_dtype)
            for dim in (self.head_dim, self.head_value_dim)
        )

    def get_config(self) -> dict:
        """All arguments."""
        names = ("num_heads", "key_dim", "value_dim", "output_dim", "use_bias", "dropout", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _kept_by_keras(key, mask, query_mask, key_mask):
    """The mask that an embedding with `mask_zero` or a masking layer has left with the keys, or None.

    Keras fills the argument `mask` where the query is the only tensor of a call, and one for each tensor where there
    are several.
    """
    if key is not None:
        return key_mask
    return query_mask if mask is None else mask


def _require_sequences(query: Shape, key: Shape, value: Shape) -> None:
    """Raise unless these are three sequences of vectors of which the last two have the same length, which is not 0."""
    query, key, value = known(query), known(key), known(value)
    for name, shape in (("query", query), ("key", key), ("value", value)):
        if len(shape) != 3:
            raise ValueError(
                tr(
                    f"{name} has the shape {shape}; allowed: (batch, time, width)",
                    f"{name} 的形状是 {shape}；可用的是 (batch, time, width)",
                )
            )
        if shape[1] == 0:
            raise ValueError(f"{name} has the shape {shape}, no position at all; allowed: at least one")
    for name, shape, other_name, other, axis, what in (
        ("query", query, "key", key, 0, "batch"),
        ("key", key, "value", value, 0, "batch"),
        ("key", key, "value", value, 1, "time"),
    ):
        if None not in (shape[axis], other[axis]) and shape[axis] != other[axis]:
            raise ValueError(f"{name} has the shape {shape} and {other_name} {other}; allowed: the same {what}")


def _require_masks(padding_mask, attention_mask, query: Shape, key: Shape) -> None:
    batch, queries, keys = query[0], query[1], key[1]
    require_mask("padding_mask", padding_mask, (batch, keys))
    require_mask("attention_mask", attention_mask, (queries, keys), (batch, queries, keys))


def write_to_cache(cache, new, first):
    """The cache with new positions in it, from position `first` on.

    Shapes: cache (batch, num_heads, max_length, dim), new (batch, num_heads, new positions, dim) → as cache.
    """
    # Reading every place anew costs no more than looking at it, works at a position that is known only during the run,
    # and needs no compiler; `keras.ops.slice_update` calls XLA on TensorFlow.
    place = ops.arange(cache.shape[2]) - first  # (max_length,), 0 for the first new position
    count = ops.shape(new)[2]
    # The one new position of a decoding step is spread by broadcasting, which copies nothing.
    spread = new if new.shape[2] == 1 else ops.take(new, ops.clip(place, 0, count - 1), axis=2)
    written = ops.logical_and(place >= 0, place < count)[:, None]  # (max_length, 1)
    return ops.where(written, ops.cast(spread, cache.dtype), cache)


def _require_room(index: object, new_shape: Shape, cache_shape: Shape) -> None:
    """Raise where the new positions would fall outside the cache, as far as this is known before the run."""
    (batch, _, new, _), (cache_batch, _, room, _) = known(new_shape), known(cache_shape)
    if None not in (batch, cache_batch) and batch != cache_batch:
        raise ValueError(f"the cache is for {cache_batch} examples and query has {batch}; allowed: as many of each")
    if new is not None and new > room:
        raise ValueError(f"query has {new} positions; allowed: as many as the cache has, {room}")
    if isinstance(index, int) and not 0 <= index <= room - (new or 0):
        raise ValueError(f"cache_index is {index}; allowed: 0 to {room - (new or 0)}, so that {new} fit into {room}")
