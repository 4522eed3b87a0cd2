"""The layers that a Transformer is stacked from: attention and a small network, each beside a path that skips it."""

from __future__ import annotations

import keras

from course_lib.attention import MultiHeadAttention, on_each_position
from course_lib.base.arguments import checked_seed, require_integer, require_positive, require_share
from course_lib.base.language import tr

Shape = tuple[int | None, ...]


class _Block(keras.layers.Layer):
    """What encoder and decoder layers share: sublayers, each with its normalisation, dropout and residual path."""

    def __init__(
        self,
        num_heads: int,
        hidden_dim: int,
        dropout: float = 0.0,
        norm_first: bool = True,
        activation: str = "relu",
        epsilon: float = 1e-5,
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        num_heads = require_integer("num_heads", num_heads, at_least=1)
        hidden_dim = require_integer("hidden_dim", hidden_dim, at_least=1)
        require_share("dropout", dropout)
        require_positive("epsilon", epsilon)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.num_heads, self.hidden_dim, self.dropout = num_heads, hidden_dim, dropout
        self.norm_first, self.activation, self.epsilon, self.seed = norm_first, activation, epsilon, seed
        # One generator draws for all dropouts of the layer, one after the other.
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def _attention(self, name: str, query_shape: Shape, key_shape: Shape) -> MultiHeadAttention:
        attention = MultiHeadAttention(self.num_heads, dtype=self.dtype_policy, name=name)
        attention.build(query_shape, key_shape)
        return attention

    def _norm(self, name: str, shape: Shape) -> keras.layers.LayerNormalization:
        norm = keras.layers.LayerNormalization(epsilon=self.epsilon, dtype=self.dtype_policy, name=name)
        norm.build(shape)
        return norm

    def _build_feed_forward(self, shape: Shape) -> None:
        """Make the last sublayer, which both kinds of layers have."""
        self.hidden_dense = keras.layers.Dense(
            self.hidden_dim, activation=self.activation, dtype=self.dtype_policy, name="feed_forward_hidden"
        )
        self.hidden_dense.build(shape)
        self.output_dense = keras.layers.Dense(shape[-1], dtype=self.dtype_policy, name="feed_forward_output")
        self.output_dense.build((*shape[:-1], self.hidden_dim))
        self.feed_forward_norm = self._norm("feed_forward_norm", shape)

    def _feed_forward(self, inputs, training: bool):
        """The last sublayer, its residual path included."""
        given = self._before(inputs, self.feed_forward_norm)
        # (2): max(0, x W₁ + b₁) W₂ + b₂
        outputs = on_each_position(lambda rows: self.output_dense(self.hidden_dense(rows)), given)
        return self._after(inputs, outputs, self.feed_forward_norm, training)

    def _drop(self, inputs, training: bool):
        if not (self.dropout and training):
            return inputs
        return keras.random.dropout(inputs, self.dropout, seed=self.seed_generator)

    def _before(self, inputs, norm):
        """What a sublayer is given."""
        return norm(inputs) if self.norm_first else inputs

    def _after(self, inputs, outputs, norm, training: bool):
        """What becomes of a sublayer's outputs: x + f(norm(x)), or norm(x + f(x)) as in 2017."""
        total = inputs + self._drop(outputs, training)
        return total if self.norm_first else norm(total)

    def get_config(self) -> dict:
        """All arguments."""
        names = ("num_heads", "hidden_dim", "dropout", "norm_first", "activation", "epsilon", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@keras.saving.register_keras_serializable("course_lib")
class TransformerEncoderLayer(_Block):
    """Every position looks at every other, then a small network works on each position by itself.

    Args:
        num_heads: how many attentions stand side by side; a divisor of the width.
        hidden_dim: the width of the network's hidden layer.
        dropout: the share of each sublayer's outputs that is set to zero in training.
        norm_first: normalise what goes into a sublayer; else what comes out of the sum, as in 2017.
        activation: of the hidden layer.
        epsilon: what normalisation adds to a variance.
        seed: of the dropout.

    Shapes: (batch, time, width) → (batch, time, width).

    Raises:
        TypeError: if a number of units is no whole number.
        ValueError: if one is less than 1, `dropout` is not from 0 to less than 1, or `num_heads` does not divide the
            width.

    Source: Vaswani et al., 2017 (arXiv:1706.03762), section 3.1; normalisation first after R. Xiong et al., "On Layer
    Normalization in the Transformer Architecture", 2020 (arXiv:2002.04745).
    """

    def build(self, input_shape: Shape) -> None:
        """Make the sublayers."""
        self.attention = self._attention("attention", input_shape, input_shape)
        self.attention_norm = self._norm("attention_norm", input_shape)
        self._build_feed_forward(input_shape)

    def call(
        self,
        inputs,
        padding_mask=None,
        attention_mask=None,
        use_causal_mask: bool = False,
        return_attention_scores: bool = False,
        training: bool = False,
    ):
        """One layer of an encoder (with `use_causal_mask`, of a model that has a decoder alone).

        Args:
            inputs: a vector for each position.
            padding_mask: which positions are tokens.
            attention_mask: which positions each may look at.
            use_causal_mask: let no position look at a later one.
            return_attention_scores: return the attention weights as well.
            training: whether dropout is at work.

        Returns:
            The outputs; with `return_attention_scores` a pair of these and the weights.

        Shapes: padding_mask (batch, time), attention_mask (time, time) or (batch, time, time), both boolean → (batch,
        time, width), (batch, num_heads, time, time).
        """
        given = self._before(inputs, self.attention_norm)
        attended, *weights = _as_tuple(
            self.attention(
                given,
                padding_mask=padding_mask,
                attention_mask=attention_mask,
                use_causal_mask=use_causal_mask,
                return_attention_scores=return_attention_scores,
            )
        )
        outputs = self._feed_forward(self._after(inputs, attended, self.attention_norm, training), training)
        return (outputs, *weights) if return_attention_scores else outputs


@keras.saving.register_keras_serializable("course_lib")
class TransformerDecoderLayer(_Block):
    """Every position looks back at the target so far, then across at the source, then a small network works on it.

    Arguments and errors are those of `TransformerEncoderLayer`; both attentions have `num_heads` heads.

    Shapes: target (batch, target time, width), memory (batch, source time, memory width) → (batch, target time, width).

    Source: Vaswani et al., 2017, section 3.1.
    """

    def build(self, target_shape: Shape, memory_shape: Shape | None = None) -> None:
        """Make the sublayers."""
        memory_shape = memory_shape or target_shape
        self.self_attention = self._attention("self_attention", target_shape, target_shape)
        self.self_attention_norm = self._norm("self_attention_norm", target_shape)
        self.cross_attention = self._attention("cross_attention", target_shape, memory_shape)
        self.cross_attention_norm = self._norm("cross_attention_norm", target_shape)
        self._build_feed_forward(target_shape)

    def call(
        self,
        target,
        memory=None,
        target_padding_mask=None,
        memory_padding_mask=None,
        cache=None,
        cache_index=None,
        return_attention_scores: bool = False,
        training: bool = False,
    ):
        """One layer of a decoder.

        Args:
            target: a vector for each position of the target.
            memory: what the encoder made of the source; left out where there is a cache, which knows it.
            target_padding_mask: which positions of the target are tokens (with a cache: of all its positions).
            memory_padding_mask: which positions of the source are tokens.
            cache: from `make_cache`, or from the step before.
            cache_index: the position of the first target vector, a number or a scalar tensor; given with a cache.
            return_attention_scores: return both kinds of attention weights as well.
            training: whether dropout is at work.

        Returns:
            The outputs; then the weights where they were asked for, first the target's at itself, then the target's at
            the source; then the cache where one was given. A tuple if there is more than one.

        Shapes: target_padding_mask (batch, target time), memory_padding_mask (batch, source time), both boolean →
        (batch, target time, width), (batch, num_heads, target time, target time), (batch, num_heads, target time,
        source time).

        Raises:
            ValueError: if neither a memory nor a cache is given or both are, or a cache without `cache_index`.
        """
        if (memory is None) == (cache is None):
            given = ("neither", "都没有给出") if cache is None else ("both", "都给出了")
            raise ValueError(
                tr(
                    f"{given[0]} of memory and cache is given; allowed: one of them",
                    f"memory 和 cache {given[1]}；应当只给出其中一个",
                )
            )
        if (cache_index is None) != (cache is None):
            raise ValueError(f"cache_index is {cache_index}; allowed: a position with a cache, None without one")
        stepping = cache is not None
        own, *found = _as_tuple(
            self.self_attention(
                self._before(target, self.self_attention_norm),
                padding_mask=target_padding_mask,
                use_causal_mask=True,
                cache=cache["target"] if stepping else None,
                cache_index=cache_index,
                return_attention_scores=return_attention_scores,
            )
        )
        outputs = self._after(target, own, self.self_attention_norm, training)
        across, *seen = _as_tuple(
            self.cross_attention(
                self._before(outputs, self.cross_attention_norm),
                key=memory,
                padding_mask=memory_padding_mask,
                cache=cache["memory"] if stepping else None,
                return_attention_scores=return_attention_scores,
            )
        )
        outputs = self._after(outputs, across, self.cross_attention_norm, training)
        returned = [self._feed_forward(outputs, training)]
        if return_attention_scores:
            returned += [found[0], seen[0]]
        if stepping:
            returned.append({"target": found[-1], "memory": cache["memory"]})
        return returned[0] if len(returned) == 1 else tuple(returned)

    def make_cache(self, memory, max_length: int):
        """Keys and values of the source, computed once, and room for those of `max_length` target positions.

        Args:
            memory: what the encoder made of the source.
            max_length: how many positions the target may have.

        Shapes: memory (batch, source time, memory width) → {"target": twice (batch, num_heads, max_length, dim),
        "memory": twice (batch, num_heads, source time, dim)}.
        """
        room = self.self_attention.empty_cache(memory.shape[0], max_length)
        return {"target": room, "memory": self.cross_attention.project(memory)}


def _as_tuple(returned) -> tuple:
    return returned if isinstance(returned, tuple) else (returned,)
