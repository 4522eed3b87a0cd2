"""The whole translator: an encoder that reads the source, a decoder that writes the target token by token."""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import ops

from course_lib.attention import on_each_position
from course_lib.base.arguments import (
    checked_seed,
    require_choice,
    require_ids,
    require_integer,
    require_share,
    require_whole_numbers,
)
from course_lib.base.tensors import known
from course_lib.mlp.seeds import offset_seed
from course_lib.preprocessing.batches import padding_mask
from course_lib.transformer.blocks import TransformerDecoderLayer, TransformerEncoderLayer
from course_lib.transformer.positions import LearnedPositions, SinusoidalPositions

POSITIONS = {"sinusoidal": SinusoidalPositions, "learned": LearnedPositions}


@keras.saving.register_keras_serializable("course_lib")
class Transformer(keras.Model):
    """An encoder and a decoder of the same depth and width, each with embeddings of its own language.

    Id 0 is padding, on both sides, and stands at the end. The model has its weights as soon as it is made, and the same
    seed gives the same ones on every backend.

    Args:
        source_vocabulary_size: how many ids the source has.
        target_vocabulary_size: how many ids the target has.
        max_length: how many positions a sequence may have, on either side.
        width: the length of every vector between layers.
        num_heads: attentions side by side in each layer; a divisor of the width.
        hidden_dim: the width of the hidden layer in every small network.
        num_layers: how many layers the encoder has, and the decoder.
        dropout: the share of embeddings and of sublayers' outputs that is set to zero in training.
        norm_first: normalise what goes into a sublayer, and once more at the end; else after each sublayer, as in 2017.
        positions: "sinusoidal" or "learned".
        tie_embeddings: score the target's tokens by their own embeddings; else by a matrix of its own.
        activation: of the hidden layers.
        seed: of the first weights and of dropout.

    Shapes: {"source": ids (batch, source time), "target": ids (batch, target time)} → logits (batch, target time,
    target_vocabulary_size), in float32 under any policy.

    Raises:
        TypeError: if a size is no whole number.
        ValueError: if a size is less than 1, `num_heads` does not divide `width`, `dropout` is not from 0 to less than
            1, or `positions` is unknown.

    Source: A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017 (arXiv:1706.03762); tied embeddings after O.
    Press and L. Wolf, 2017 (arXiv:1608.05859).
    """

    def __init__(
        self,
        source_vocabulary_size: int,
        target_vocabulary_size: int,
        max_length: int = 64,
        width: int = 128,
        num_heads: int = 4,
        hidden_dim: int = 256,
        num_layers: int = 2,
        dropout: float = 0.1,
        norm_first: bool = True,
        positions: str = "sinusoidal",
        tie_embeddings: bool = True,
        activation: str = "relu",
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        sizes = {
            "source_vocabulary_size": source_vocabulary_size,
            "target_vocabulary_size": target_vocabulary_size,
            "max_length": max_length,
            "width": width,
            "num_heads": num_heads,
            "hidden_dim": hidden_dim,
            "num_layers": num_layers,
        }
        sizes = {name: require_integer(name, size, at_least=1) for name, size in sizes.items()}
        source_vocabulary_size, target_vocabulary_size, max_length, width, num_heads, hidden_dim, num_layers = (
            sizes.values()
        )
        if width % num_heads:
            raise ValueError(f"num_heads is {num_heads}; allowed: a divisor of the width, which is {width}")
        require_share("dropout", dropout)
        seed = checked_seed(seed)
        require_choice("positions", positions, POSITIONS)
        super().__init__(**kwargs)
        self.settings = {
            **sizes,
            "dropout": dropout,
            "norm_first": norm_first,
            "positions": positions,
            "tie_embeddings": tie_embeddings,
            "activation": activation,
            "seed": seed,
        }
        self.max_length, self.width, self.tie_embeddings = max_length, width, tie_embeddings
        self.source_vocabulary_size, self.target_vocabulary_size = source_vocabulary_size, target_vocabulary_size
        self.dropout = dropout
        self.seed_generator = keras.random.SeedGenerator(seed)

        options = {"dtype": self.dtype_policy}
        # In float32: their rows are the exact vectors that positions are added to and that logits are made with.
        self.source_embedding = keras.layers.Embedding(
            source_vocabulary_size, width, dtype="float32", name="source_embedding"
        )
        self.target_embedding = keras.layers.Embedding(
            target_vocabulary_size, width, dtype="float32", name="target_embedding"
        )
        place = POSITIONS[positions]
        self.source_positions = place(max_length, **options, name="source_positions")
        self.target_positions = place(max_length, **options, name="target_positions")
        layer = {
            "num_heads": num_heads,
            "hidden_dim": hidden_dim,
            "dropout": dropout,
            "norm_first": norm_first,
            "activation": activation,
            **options,
        }
        # Two layers must not drop the same places: each has a seed of its own.
        seeds = [offset_seed(seed, 1 + number) for number in range(2 * num_layers)]
        self.encoder_layers = [
            TransformerEncoderLayer(**layer, seed=seeds[number], name=f"encoder_{number}")
            for number in range(num_layers)
        ]
        self.decoder_layers = [
            TransformerDecoderLayer(**layer, seed=seeds[num_layers + number], name=f"decoder_{number}")
            for number in range(num_layers)
        ]
        self.encoder_norm = self.decoder_norm = None
        if norm_first:
            # What runs past all sublayers was never normalised.
            self.encoder_norm = keras.layers.LayerNormalization(epsilon=1e-5, **options, name="encoder_norm")
            self.decoder_norm = keras.layers.LayerNormalization(epsilon=1e-5, **options, name="decoder_norm")
        self.output_dense = None
        if not tie_embeddings:
            self.output_dense = keras.layers.Dense(
                target_vocabulary_size, use_bias=False, dtype="float32", name="output"
            )
        self.build()
        self._draw_weights(seed)

    def build(self, input_shape: object = None) -> None:
        """Make all weights; their shapes do not depend on the batch."""
        shape = (None, None, self.width)
        for embedding in (self.source_embedding, self.target_embedding):
            embedding.build((None, None))
        for layer in (self.source_positions, self.target_positions, *self.encoder_layers):
            layer.build(shape)
        for layer in self.decoder_layers:
            layer.build(shape, shape)
        for layer in (self.encoder_norm, self.decoder_norm, self.output_dense):
            if layer is not None:
                layer.build(shape)

    def _draw_weights(self, seed: int | None) -> None:
        """Kernels within ±√(6 / (inputs + outputs)), embeddings of length 1 on average; NumPy draws them everywhere."""
        random = np.random.default_rng(seed)
        for weight in self.weights:  # those of a frozen model as well
            name = weight.path.rpartition("/")[2]
            if name == "kernel":
                limit = math.sqrt(6 / sum(weight.shape))
                weight.assign(random.uniform(-limit, limit, weight.shape))
            elif name in ("embeddings", "table"):
                weight.assign(random.normal(0, self.width**-0.5, weight.shape))

    def __call__(self, inputs, *args, **kwargs):
        """Look at what comes from outside, then do as every model: on some backends a wrong id would go unnoticed.

        NumPy arrays are looked at in a call and in `encode`, `decode` and `decode_step`. `fit` and `predict` hand on
        tensors, which only `train_translator` and the searches check beforehand: on JAX wrong ids give NaN there.
        """
        if not isinstance(inputs, dict):
            raise TypeError(f"inputs is of type {type(inputs).__name__}; allowed: a dictionary of source and target")
        if set(inputs) != {"source", "target"}:
            raise ValueError(f"inputs holds {', '.join(sorted(inputs)) or 'nothing'}; allowed: source and target")
        _require_ids("source", inputs["source"], self.source_vocabulary_size)
        _require_ids("target", inputs["target"], self.target_vocabulary_size)
        source, target = (known(inputs[name].shape) for name in ("source", "target"))
        if None not in (source[0], target[0]) and source[0] != target[0]:
            raise ValueError(f"source has {source[0]} sentences and target {target[0]}; allowed: as many of each")
        return super().__call__(inputs, *args, **kwargs)

    def call(self, inputs, training: bool = False, return_attention_scores: bool = False):
        """Score what may follow each token of the target, given the source and the target up to there.

        Args:
            inputs: ids of both languages; the target begins with the id that starts a sentence.
            training: whether dropout is at work.
            return_attention_scores: return the attention weights of all layers as well.

        Returns:
            The logits; with `return_attention_scores` a pair of these and a dictionary of lists with an entry for each
            layer: "source" (the source looking at itself), "target" (the target looking back at itself), "cross" (the
            target looking at the source).

        Shapes: weights (batch, num_heads, queries, keys).

        Raises:
            ValueError: if a sequence has no position, or more than `max_length`.
        """
        source, target = inputs["source"], inputs["target"]
        scores = {"source": [], "target": [], "cross": []} if return_attention_scores else None
        memory = self._encode(source, training, scores)
        logits = self._decode(target, memory, padding_mask(source), training, scores)
        return (logits, scores) if return_attention_scores else logits

    def encode(self, source, training: bool = False):
        """What the encoder makes of the source: the memory that the decoder looks at.

        Shapes: ids (batch, source time) → (batch, source time, width).
        """
        _require_ids("source", source, self.source_vocabulary_size)
        return self._encode(source, training)

    def decode(self, target, memory, source_mask, training: bool = False):
        """Score what may follow each token of the target, given what `encode` made of the source.

        Shapes: ids (batch, target time), memory (batch, source time, width), source_mask boolean (batch, source time) →
        (batch, target time, target_vocabulary_size).
        """
        _require_ids("target", target, self.target_vocabulary_size)
        return self._decode(target, memory, source_mask, training)

    def make_cache(self, memory, max_length: int):
        """What decoding step by step begins with: for each decoder layer the source's keys and values, and room.

        Args:
            memory: from `encode`.
            max_length: how many tokens will be written at most.

        Shapes: memory (batch, source time, width) → a list of what `TransformerDecoderLayer.make_cache` gives.
        """
        return [layer.make_cache(memory, max_length) for layer in self.decoder_layers]

    def decode_step(self, token_ids, source_mask, cache, index):
        """Score what may follow, given one more token (or a few) and what was kept of those before.

        Args:
            token_ids: the new tokens.
            source_mask: which positions of the source are tokens.
            cache: from `make_cache`, or from the step before.
            index: the position of the first new token, a number or a scalar tensor.

        Returns:
            The logits, and the cache of the next step.

        Shapes: token_ids (batch, new), source_mask boolean (batch, source time) → (batch, new,
        target_vocabulary_size).
        """
        _require_ids("token_ids", token_ids, self.target_vocabulary_size)
        outputs = self._embed(token_ids, self.target_embedding, self.target_positions, False, start=index)
        after = []
        for layer, kept in zip(self.decoder_layers, cache, strict=True):
            outputs, kept = layer(outputs, memory_padding_mask=source_mask, cache=kept, cache_index=index)
            after.append(kept)
        return self._logits(outputs), after

    def _encode(self, source, training: bool, scores: dict | None = None):
        outputs = self._embed(source, self.source_embedding, self.source_positions, training)
        for layer in self.encoder_layers:
            outputs = layer(
                outputs,
                padding_mask=padding_mask(source),
                return_attention_scores=scores is not None,
                training=training,
            )
            if scores is not None:
                outputs, weights = outputs
                scores["source"].append(weights)
        return outputs if self.encoder_norm is None else self.encoder_norm(outputs)

    def _decode(self, target, memory, source_mask, training: bool, scores: dict | None = None):
        outputs = self._embed(target, self.target_embedding, self.target_positions, training)
        for layer in self.decoder_layers:
            outputs = layer(
                outputs,
                memory,
                target_padding_mask=padding_mask(target),
                memory_padding_mask=source_mask,
                return_attention_scores=scores is not None,
                training=training,
            )
            if scores is not None:
                outputs, own, across = outputs
                scores["target"].append(own)
                scores["cross"].append(across)
        return self._logits(outputs)

    def _embed(self, token_ids, embedding, positions, training: bool, start=0):
        # √d brings the numbers of an embedding to the size of the sines and cosines (section 3.4).
        placed = positions(embedding(token_ids) * math.sqrt(self.width), start=start)
        if not (self.dropout and training):
            return placed
        return keras.random.dropout(placed, self.dropout, seed=self.seed_generator)

    def _logits(self, outputs):
        if self.decoder_norm is not None:
            outputs = self.decoder_norm(outputs)
        outputs = ops.cast(outputs, "float32")
        if self.output_dense is not None:
            return on_each_position(self.output_dense, outputs)
        words = ops.transpose(self.target_embedding.embeddings)
        return on_each_position(lambda rows: ops.matmul(rows, words), outputs)

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), **self.settings}


def _require_ids(name: str, token_ids: object, vocabulary_size: int) -> None:
    """Raise where a NumPy array holds no ids of the vocabulary; what a tensor holds is not known before the run."""
    if not hasattr(token_ids, "shape"):
        raise TypeError(
            f"{name} is of type {type(token_ids).__name__}; allowed: an array of ids (batch, time), as `pad` makes it"
        )
    if not isinstance(token_ids, np.ndarray):
        return
    if token_ids.ndim != 2:
        raise ValueError(f"{name} has the shape {token_ids.shape}; allowed: (batch, time)")
    require_whole_numbers(name, token_ids)
    require_ids(name, token_ids.ravel(), vocabulary_size)
