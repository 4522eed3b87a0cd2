"""Prefixes: keys and values that stand before every text, belong to no word, and are all that learns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
from keras import ops

from course_lib.attention.layers import MultiHeadAttention
from course_lib.base.arguments import checked_seed, require_integer
from course_lib.bert.grafting import FewWeights, Graft


class PrefixGraft(Graft):
    """Attention that looks at a few learnt keys besides those of the text, and averages their learnt values too.

    Args:
        length: how many there are.
        seed: of the first ones.

    Shapes: those of the attention, which must look at its own input alone.

    Raises:
        TypeError: if `length` is no whole number.
        ValueError: if it is less than 1.

    Source: X. L. Li and P. Liang, "Prefix-Tuning", ACL 2021 (arXiv:2101.00190), section 4, without the network that
    they make prefixes with while these are trained.
    """

    def __init__(self, length: int, seed: int | None = None, **kwargs: object) -> None:
        length = require_integer("length", length, at_least=1)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.length, self.seed = length, seed

    def build(self, input_shape) -> None:
        """Make them for attention of this shape: heads, length of a key, length of a value."""
        num_heads, key_dim, value_dim = input_shape
        draws = keras.random.SeedGenerator(self.seed)
        small = keras.initializers.RandomNormal(stddev=0.02, seed=draws)
        self.keys = self.add_weight(shape=(num_heads, self.length, key_dim), initializer=small, name="keys")
        self.values = self.add_weight(shape=(num_heads, self.length, value_dim), initializer=small, name="values")

    def call(self, keys, values, padding_mask=None):
        """Put them before a text's keys and values; the mask lets everybody look at them.

        Shapes: keys (batch, num_heads, time, key_dim), values (batch, num_heads, time, value_dim), padding_mask boolean
        (batch, time) → each with `length` more in time.
        """
        batch = ops.shape(keys)[0]
        with_own = [
            ops.concatenate([ops.repeat(ops.cast(own, given.dtype)[None], batch, axis=0), given], axis=2)
            for own, given in ((self.keys, keys), (self.values, values))
        ]
        if padding_mask is None:
            return (*with_own, None)
        return (*with_own, ops.concatenate([ops.ones((batch, self.length), dtype="bool"), padding_mask], axis=1))

    def around(self, layer: MultiHeadAttention) -> Callable:
        """Attention with these in front."""
        whole = layer.call

        def call(query, key=None, value=None, padding_mask=None, use_causal_mask: bool = False, **options):
            others = [name for name in ("attention_mask", "cache") if options.get(name) is not None]
            if use_causal_mask or others or not (key is None and value is None):
                raise ValueError(f"{layer.path} is given more than its own input; allowed: self-attention with padding")
            keys, values, mask = self(*layer.project(query), padding_mask)
            return whole(query, cache=(keys, values), padding_mask=mask, **options)

        return call


@keras.saving.register_keras_serializable("course_lib")
class Prefixes(FewWeights):
    """A model that learns by prefixes, in every attention that looks at its own input.

    Args:
        model: a model that has its weights.
        length: how many keys and values each attention gets.
        targets: names of attentions.
        trained: names of layers that learn as well.
        seed: of the first weights.

    Shapes: those of the model.

    Raises:
        TypeError, ValueError: as `FewWeights` and `PrefixGraft`.

    Source: Li and Liang, 2021.
    """

    KIND = MultiHeadAttention

    def __init__(
        self,
        model: keras.Model,
        length: int = 16,
        targets: Sequence[str] = ("attention",),
        trained: Sequence[str] = (),
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(model, targets, trained, seed, {"length": length}, **kwargs)

    def make_graft(self, layer: MultiHeadAttention, name: str, seed: int | None) -> PrefixGraft:
        """Keys and values."""
        return PrefixGraft(**self.settings, seed=seed, dtype=layer.dtype_policy, name=name)

    def shape_of(self, layer: MultiHeadAttention) -> tuple[int, ...]:
        """Heads, length of a key, length of a value."""
        return layer.num_heads, layer.head_dim, layer.head_value_dim
