"""A Transformer that has a decoder alone: every position looks back, and says what it expects next.

What lesson 06 built, less one half: no encoder, no look across. With other settings it is the layout of Llama: root
mean squares instead of normalisation, a gate in the small network, rotary positions, keys and values shared by groups
of heads.
"""

from __future__ import annotations

import keras
from keras import ops

from course_lib.attention.functions import (
    dot_product_scores,
    fused_attention,
    masked_softmax,
    merge_heads,
    on_each_position,
    split_heads,
)
from course_lib.attention.layers import write_to_cache
from course_lib.attention.masks import look_back_mask
from course_lib.base.arguments import checked_seed, require_choice, require_integer, require_positive, require_share
from course_lib.mlp.seeds import offset_seed
from course_lib.transformer.positions import rotate

Shape = tuple[int | None, ...]
POSITIONS = ("learned", "rotary")
NORMS = ("layer", "rms")
FEED_FORWARDS = ("gelu", "swiglu")


@keras.saving.register_keras_serializable("course_lib")
class CausalSelfAttention(keras.layers.Layer):
    """Attention that looks back, with turned queries and keys, and keys and values that groups of heads share.

    Args:
        num_heads: how many attentions stand side by side; a divisor of the width.
        num_key_value_heads: how many of them have keys and values of their own; None for all. A divisor of `num_heads`.
        rotary: whether queries and keys are turned by their positions.
        use_bias: whether the four projections add a bias.
        seed: of the first weights.

    Shapes: (batch, time, width) → (batch, time, width).

    Raises:
        TypeError: if a number of heads is no whole number.
        ValueError: if one is less than 1 or no divisor.

    Source: Vaswani et al., 2017 (arXiv:1706.03762), section 3.2; rotary positions: Su et al., 2021 (arXiv:2104.09864);
    grouped queries: J. Ainslie et al., "GQA", 2023 (arXiv:2305.13245).
    """

    def __init__(
        self,
        num_heads: int,
        num_key_value_heads: int | None = None,
        rotary: bool = False,
        use_bias: bool = True,
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        num_heads = require_integer("num_heads", num_heads, at_least=1)
        if num_key_value_heads is not None:
            num_key_value_heads = require_integer("num_key_value_heads", num_key_value_heads, at_least=1)
            if num_heads % num_key_value_heads:
                raise ValueError(
                    f"num_key_value_heads is {num_key_value_heads}; allowed: a divisor of num_heads, {num_heads}"
                )
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.num_heads, self.num_key_value_heads = num_heads, num_key_value_heads
        self.rotary, self.use_bias, self.seed = rotary, use_bias, seed

    def build(self, input_shape: Shape) -> None:
        """Make the four projections."""
        width = input_shape[-1]
        if width % self.num_heads:
            raise ValueError(f"num_heads is {self.num_heads}; allowed: a divisor of the width, which is {width}")
        self.head_dim = width // self.num_heads
        shared = (self.num_key_value_heads or self.num_heads) * self.head_dim
        widths = {"query": width, "key": shared, "value": shared, "output": width}
        self.query_dense, self.key_dense, self.value_dense, self.output_dense = (
            self._projection(name, widths[name], input_shape, offset_seed(self.seed, number))
            for number, name in enumerate(widths)
        )

    def _projection(self, name: str, width: int, input_shape: Shape, seed: int | None) -> keras.layers.Dense:
        begin = keras.initializers.GlorotUniform(seed)
        dense = keras.layers.Dense(
            width, use_bias=self.use_bias, kernel_initializer=begin, dtype=self.dtype_policy, name=name
        )
        dense.build(input_shape)
        return dense

    def call(self, inputs, attention_mask=None, cache=None, first=0):
        """Let every position look back.

        Args:
            inputs: a vector for each position.
            attention_mask: which positions each may look at besides; each must be allowed its own.
            cache: keys and values of earlier positions, from `empty_cache`.
            first: the position of the first vector, a number or a scalar tensor.

        Returns:
            The outputs; with a cache a pair of these and the cache, in which the new positions are noted.

        Shapes: attention_mask boolean (batch, time, keys), cache twice (batch, num_key_value_heads, keys, head_dim) →
        (batch, time, width).
        """
        queries, keys = self._queries_and_keys(inputs, first)
        values = split_heads(on_each_position(self.value_dense, inputs), self.num_key_value_heads or self.num_heads)
        time = ops.shape(inputs)[1]
        if cache is not None:
            keys, values = cache = write_to_cache(cache[0], keys, first), write_to_cache(cache[1], values, first)
        mask = look_back_mask(time, ops.shape(keys)[2], first)[None]  # (1, time, keys)
        if attention_mask is not None:
            mask = ops.logical_and(mask, attention_mask)
        attended = fused_attention(
            queries, self._for_all_heads(keys), self._for_all_heads(values), mask[:, None], may_be_blind=False
        )
        outputs = on_each_position(self.output_dense, merge_heads(attended))
        return outputs if cache is None else (outputs, cache)

    def weights_of(self, inputs):
        """How much each position looks at each, in every head: what `call` averages with and never holds.

        Shapes: (batch, time, width) → (batch, num_heads, time, time), float32.
        """
        queries, keys = self._queries_and_keys(inputs, 0)
        scores = dot_product_scores(queries, self._for_all_heads(keys))
        time = ops.shape(inputs)[1]
        return masked_softmax(scores, look_back_mask(time, time), may_be_blind=False)

    def _queries_and_keys(self, inputs, first):
        queries = split_heads(on_each_position(self.query_dense, inputs), self.num_heads)
        keys = split_heads(on_each_position(self.key_dense, inputs), self.num_key_value_heads or self.num_heads)
        if self.rotary:
            places = first + ops.arange(ops.shape(inputs)[1])
            queries, keys = rotate(queries, places), rotate(keys, places)
        return queries, keys

    def _for_all_heads(self, shared):
        """Keys or values of each group, once for each of its heads: (batch, groups, …) → (batch, num_heads, …)."""
        heads_of_a_group = self.num_heads // shared.shape[1]
        return shared if heads_of_a_group == 1 else ops.repeat(shared, heads_of_a_group, axis=1)

    def empty_cache(self, batch_size: int, max_length: int):
        """Room for the keys and values of `max_length` positions; its shape never changes.

        Shapes: twice (batch_size, num_key_value_heads, max_length, head_dim).
        """
        groups = self.num_key_value_heads or self.num_heads
        shape = (batch_size, groups, max_length, self.head_dim)
        return ops.zeros(shape, dtype=self.compute_dtype), ops.zeros(shape, dtype=self.compute_dtype)

    def get_config(self) -> dict:
        """All arguments."""
        names = ("num_heads", "num_key_value_heads", "rotary", "use_bias", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@keras.saving.register_keras_serializable("course_lib")
class DecoderBlock(keras.layers.Layer):
    """x + attention(norm(x)), then x + network(norm(x)): one layer of a model that writes.

    Args:
        num_heads: how many attentions stand side by side.
        hidden_dim: the width of the network's hidden layer.
        num_key_value_heads: how many have keys and values of their own; None for all.
        rotary: whether positions turn queries and keys.
        norm: `"layer"` or `"rms"`.
        feed_forward: `"gelu"`, two matrices, or `"swiglu"`, three, of which one opens and shuts the others' outputs.
        use_bias: whether projections add a bias.
        dropout: the share of each sublayer's outputs that is set to zero in training.
        epsilon: what a norm adds to a mean square.
        seed: of the first weights and of the dropout.

    Shapes: (batch, time, width) → (batch, time, width).

    Raises:
        TypeError: if a number of units is no whole number.
        ValueError: if an argument is out of its range.

    Source: A. Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, section 2.3; root mean
    squares: B. Zhang and R. Sennrich, 2019 (arXiv:1910.07467); SwiGLU: N. Shazeer, 2020 (arXiv:2002.05202).
    """

    def __init__(
        self,
        num_heads: int,
        hidden_dim: int,
        num_key_value_heads: int | None = None,
        rotary: bool = False,
        norm: str = "layer",
        feed_forward: str = "gelu",
        use_bias: bool = True,
        dropout: float = 0.0,
        epsilon: float = 1e-5,
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        hidden_dim = require_integer("hidden_dim", hidden_dim, at_least=1)
        require_choice("norm", norm, NORMS)
        require_choice("feed_forward", feed_forward, FEED_FORWARDS)
        require_share("dropout", dropout)
        require_positive("epsilon", epsilon)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.hidden_dim, self.norm, self.feed_forward = hidden_dim, norm, feed_forward
        self.dropout, self.epsilon, self.seed = dropout, epsilon, seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.attention = CausalSelfAttention(
            num_heads,
            num_key_value_heads,
            rotary,
            use_bias,
            offset_seed(seed, 1),
            dtype=self.dtype_policy,
            name="attention",
        )

    def build(self, input_shape: Shape) -> None:
        """Make the sublayers."""
        self.attention.build(input_shape)
        self.attention_norm = norm_of(self.norm, self.epsilon, input_shape, self.dtype_policy, "attention_norm")
        self.feed_forward_norm = norm_of(self.norm, self.epsilon, input_shape, self.dtype_policy, "feed_forward_norm")
        hidden = (*input_shape[:-1], self.hidden_dim)
        activation = "silu" if self.feed_forward == "swiglu" else "gelu"
        self.hidden_dense = self._dense("hidden", self.hidden_dim, input_shape, 5, activation)
        self.output_dense = self._dense("output", input_shape[-1], hidden, 6)
        self.gate_dense = None
        if self.feed_forward == "swiglu":
            self.gate_dense = self._dense("gate", self.hidden_dim, input_shape, 7)

    def _dense(
        self, name: str, width: int, input_shape: Shape, number: int, activation: str | None = None
    ) -> keras.layers.Dense:
        dense = keras.layers.Dense(
            width,
            activation,
            use_bias=self.attention.use_bias,
            kernel_initializer=keras.initializers.GlorotUniform(offset_seed(self.seed, number)),
            dtype=self.dtype_policy,
            name=f"feed_forward_{name}",
        )
        dense.build(input_shape)
        return dense

    def call(self, inputs, attention_mask=None, cache=None, first=0, training: bool = False):
        """One layer; with a cache a pair of the outputs and the cache.

        Shapes: as for `CausalSelfAttention`.
        """
        given = self.attention_norm(inputs)
        if cache is None:
            attended = self.attention(given, attention_mask)
        else:
            attended, cache = self.attention(given, attention_mask, cache=cache, first=first)
        outputs = inputs + self._drop(attended, training)
        changed = on_each_position(self._network, self.feed_forward_norm(outputs))
        outputs = outputs + self._drop(changed, training)
        return outputs if cache is None else (outputs, cache)

    def _network(self, rows):
        # GELU(x W₁) W₂, or (SiLU(x W₁) ⊙ x V) W₂
        hidden = self.hidden_dense(rows)
        return self.output_dense(hidden if self.gate_dense is None else hidden * self.gate_dense(rows))

    def _drop(self, inputs, training: bool):
        if not (self.dropout and training):
            return inputs
        return keras.random.dropout(inputs, self.dropout, seed=self.seed_generator)

    def get_config(self) -> dict:
        """All arguments."""
        of_attention = {
            name: getattr(self.attention, name) for name in ("num_heads", "num_key_value_heads", "rotary", "use_bias")
        }
        names = ("hidden_dim", "norm", "feed_forward", "dropout", "epsilon", "seed")
        return {**super().get_config(), **of_attention, **{name: getattr(self, name) for name in names}}


def norm_of(kind: str, epsilon: float, shape: Shape, dtype: object, name: str) -> keras.layers.Layer:
    """A norm with its weights: `"layer"`, to mean 0 and variance 1, or `"rms"`, to a mean square of 1.

    Args:
        kind: one of `NORMS`.
        epsilon: what it adds to a mean square.
        shape: of what it is given.
        dtype: its policy.
        name: what it is called.
    """
    made = {"layer": keras.layers.LayerNormalization, "rms": keras.layers.RMSNormalization}[kind]
    norm = made(epsilon=epsilon, dtype=dtype, name=name)
    norm.build(shape)
    return norm


@keras.saving.register_keras_serializable("course_lib")
class DecoderLanguageModel(keras.Model):
    """ids → vectors → blocks → a norm → scores of the next token, by the same vectors that stand for tokens.

    Args:
        vocabulary_size: how many ids there are.
        width: the length of a vector.
        num_layers: how many blocks.
        num_heads: how many attentions a block has.
        hidden_dim: the width of a block's hidden layer; None for four times the width.
        max_length: how many positions it can look back over.
        positions: `"learned"`, a vector for each, or `"rotary"`.
        num_key_value_heads: how many heads have keys and values of their own; None for all.
        norm: `"layer"` or `"rms"`.
        feed_forward: `"gelu"` or `"swiglu"`.
        use_bias: whether projections add a bias.
        dropout: the share of each sublayer's outputs that is set to zero in training.
        epsilon: what a norm adds to a mean square.
        seed: of the first weights and of the dropout.

    Shapes: ids (batch, time) → logits (batch, time, vocabulary_size), float32.

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if an argument is out of its range.

    Source: A. Radford et al., 2019; shared vectors: O. Press and L. Wolf, 2017 (arXiv:1608.05859).
    """

    def __init__(
        self,
        vocabulary_size: int,
        width: int,
        num_layers: int,
        num_heads: int,
        hidden_dim: int | None = None,
        max_length: int = 128,
        positions: str = "rotary",
        num_key_value_heads: int | None = None,
        norm: str = "layer",
        feed_forward: str = "gelu",
        use_bias: bool = True,
        dropout: float = 0.0,
        epsilon: float = 1e-5,
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        numbers = {"vocabulary_size": vocabulary_size, "width": width, "num_layers": num_layers}
        for name, value in {**numbers, "max_length": max_length}.items():
            require_integer(name, value, at_least=1)
        require_choice("positions", positions, POSITIONS)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.settings = {
            **numbers,
            "num_heads": num_heads,
            "hidden_dim": hidden_dim,
            "max_length": max_length,
            "positions": positions,
            "num_key_value_heads": num_key_value_heads,
            "norm": norm,
            "feed_forward": feed_forward,
            "use_bias": use_bias,
            "dropout": dropout,
            "epsilon": epsilon,
            "seed": seed,
        }
        self.vocabulary_size, self.width, self.max_length = vocabulary_size, width, max_length
        self.norm, self.epsilon = norm, epsilon
        draws = keras.random.SeedGenerator(seed)
        small = keras.initializers.RandomNormal(stddev=0.02, seed=draws)
        self.token_vectors = keras.layers.Embedding(vocabulary_size, width, small, name="token_vectors")
        self.position_vectors = None
        if positions == "learned":
            self.position_vectors = keras.layers.Embedding(max_length, width, small, name="position_vectors")
        self.blocks = [
            DecoderBlock(
                num_heads,
                4 * width if hidden_dim is None else hidden_dim,
                num_key_value_heads,
                positions == "rotary",
                norm,
                feed_forward,
                use_bias,
                dropout,
                epsilon,
                offset_seed(seed, 100 * (place + 1)),
                name=f"block_{place}",
            )
            for place in range(num_layers)
        ]

    def build(self, input_shape: Shape) -> None:
        """Make all weights."""
        vectors = (*input_shape[:2], self.width)
        self.token_vectors.build(input_shape)
        if self.position_vectors is not None:
            self.position_vectors.build(input_shape)
        for block in self.blocks:
            block.build(vectors)
        self.last_norm = norm_of(self.norm, self.epsilon, vectors, self.dtype_policy, "last_norm")
        self.built = True

    def call(self, token_ids, segment_ids=None, cache=None, first=0, training: bool = False):
        """Say what comes next at every position.

        Args:
            token_ids: the tokens.
            segment_ids: to which document each belongs, where several are packed into one row: none looks into another.
            cache: from `empty_cache`: keys and values of the positions before these.
            first: the position of the first token, a number or a scalar tensor.
            training: whether dropout is at work.

        Returns:
            The logits; with a cache a pair of these and the cache.

        Shapes: token_ids and segment_ids (batch, time) → (batch, time, vocabulary_size), float32.
        """
        vectors = self.embed(token_ids, first)
        mask = None
        if segment_ids is not None:
            mask = ops.expand_dims(segment_ids, 2) == ops.expand_dims(segment_ids, 1)  # (batch, time, time)
        noted = []
        for place, block in enumerate(self.blocks):
            if cache is None:
                vectors = block(vectors, mask, training=training)
            else:
                vectors, filled = block(vectors, mask, cache=cache[place], first=first, training=training)
                noted.append(filled)
        logits = on_each_position(self._scores, self.last_norm(vectors))
        return logits if cache is None else (logits, noted)

    def embed(self, token_ids, first=0):
        """The vectors of tokens, and of their places where these have some: what the first block is given.

        Shapes: (batch, time) → (batch, time, width).
        """
        vectors = self.token_vectors(token_ids)
        if self.position_vectors is None:
            return vectors
        places = first + ops.cumsum(ops.ones_like(token_ids), axis=1) - 1
        return vectors + self.position_vectors(places)

    def _scores(self, rows):
        # The table of token vectors, used a second time.
        table = ops.cast(self.token_vectors.embeddings, rows.dtype)
        return ops.cast(ops.matmul(rows, ops.transpose(table)), "float32")

    def empty_cache(self, batch_size: int):
        """Room for all positions of all blocks: keys and values of each.

        Shapes: for each block twice (batch_size, num_key_value_heads, max_length, head_dim).
        """
        require_integer("batch_size", batch_size, at_least=1)
        return [block.attention.empty_cache(batch_size, self.max_length) for block in self.blocks]

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), **self.settings}
