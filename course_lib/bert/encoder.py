"""BERT's encoder: three vectors for every token, then layers in which every position looks at every other.

The layers are those of lesson 06 in the order of 2017: normalised after each sublayer.
"""

from __future__ import annotations

from collections.abc import Mapping

import keras
import numpy as np

from course_lib.base.arguments import require_ids, require_integer, require_not_negative, require_whole_numbers
from course_lib.bert.embeddings import BertEmbeddings
from course_lib.mlp.seeds import offset_seed
from course_lib.preprocessing.batches import padding_mask as where_tokens_are
from course_lib.transformer.blocks import TransformerEncoderLayer

# The two models of the paper, with the published vocabulary of English in lower case.
BERT_BASE = {"vocabulary_size": 30_522, "width": 768, "num_layers": 12, "num_heads": 12, "hidden_dim": 3072}
BERT_LARGE = {"vocabulary_size": 30_522, "width": 1024, "num_layers": 24, "num_heads": 16, "hidden_dim": 4096}


@keras.saving.register_keras_serializable("course_lib")
class BertEncoder(keras.Model):
    """Ids → one vector for each token, which knows what stands around it on both sides.

    Id 0 is padding and stands at the end. The model has its weights as soon as it is made, and the same seed gives the
    same ones on every backend. BERT's dropout of attention weights is left out, so that fused attention serves.

    Args:
        vocabulary_size: how many ids there are.
        width: the length of every vector between layers.
        num_layers: how many layers.
        num_heads: attentions side by side in each; a divisor of the width.
        hidden_dim: the width of each layer's hidden layer; None for four times the width.
        max_length: how many positions there are.
        num_segments: how many kinds of segments.
        dropout: the share of the first vectors, and of sublayers' outputs, that is set to zero in training.
        activation: of the hidden layers; "gelu" is the exact one.
        epsilon: what a norm adds to a variance.
        pooler: whether there is a dense layer for the first token's vector, as in BERT.
        initializer_range: the standard deviation of the first weights, which are drawn anew beyond two of it.
        seed: of the first weights and of dropout.

    Shapes: ids (batch, time) → (batch, time, width).

    Raises:
        TypeError: if a size is no whole number.
        ValueError: if a size is less than 1, `num_heads` does not divide `width`, or a number is out of its range.

    Source: Devlin et al., 2019, section 3; the code of its authors for the pooler, epsilon and first weights.
    """

    def __init__(
        self,
        vocabulary_size: int,
        width: int = 768,
        num_layers: int = 12,
        num_heads: int = 12,
        hidden_dim: int | None = None,
        max_length: int = 512,
        num_segments: int = 2,
        dropout: float = 0.1,
        activation: str = "gelu",
        epsilon: float = 1e-12,
        pooler: bool = False,
        initializer_range: float = 0.02,
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        sizes = {"width": width, "num_layers": num_layers, "num_heads": num_heads}
        sizes = {name: require_integer(name, size, at_least=1) for name, size in sizes.items()}
        width, num_layers, num_heads = sizes.values()
        hidden_dim = 4 * width if hidden_dim is None else require_integer("hidden_dim", hidden_dim, at_least=1)
        if width % num_heads:
            raise ValueError(f"num_heads is {num_heads}; allowed: a divisor of the width, which is {width}")
        require_not_negative("initializer_range", initializer_range)
        super().__init__(**kwargs)
        options = {"dropout": dropout, "epsilon": epsilon, "dtype": self.dtype_policy}
        self.embeddings = BertEmbeddings(
            vocabulary_size, width, max_length, num_segments, seed=seed, name="embeddings", **options
        )
        self.settings = {
            **self.embeddings.settings,
            **sizes,
            "hidden_dim": hidden_dim,
            "activation": activation,
            "pooler": pooler,
            "initializer_range": initializer_range,
        }
        self.vocabulary_size, self.width, self.max_length = self.embeddings.vocabulary_size, width, max_length
        # Two layers must not drop the same places: each has a seed of its own.
        self.encoder_layers = [
            TransformerEncoderLayer(
                num_heads,
                hidden_dim,
                norm_first=False,
                activation=activation,
                seed=offset_seed(seed, 1 + number),
                name=f"layer_{number}",
                **options,
            )
            for number in range(num_layers)
        ]
        self.pooler = None
        if pooler:
            self.pooler = keras.layers.Dense(width, activation="tanh", dtype=self.dtype_policy, name="pooler")
        self.build()
        draw_weights(self, initializer_range, seed)

    def build(self, input_shape: object = None) -> None:
        """Make all weights; their shapes do not depend on the batch."""
        self.embeddings.build((None, None))
        for layer in self.encoder_layers:
            layer.build((None, None, self.width))
        if self.pooler is not None:
            self.pooler.build((None, self.width))
        self.built = True

    def __call__(self, inputs, *args, **kwargs):
        """Look at what comes from outside, then do as every model: on some backends a wrong id would go unnoticed."""
        token_ids, segment_ids, _ = parts_of(inputs)
        _require_ids("token_ids", token_ids, self.vocabulary_size)
        _require_ids("segment_ids", segment_ids, self.embeddings.num_segments)
        return super().__call__(inputs, *args, **kwargs)

    def call(
        self,
        inputs,
        return_hidden_states: bool = False,
        return_attention_scores: bool = False,
        training: bool = False,
    ):
        """Read every token with all others in sight.

        Args:
            inputs: ids; or a dictionary of "token_ids" with, where they are needed, "segment_ids" and "padding_mask"
                (boolean, True for a token; else what is not 0 is one).
            return_hidden_states: return what goes into the first layer and what comes out of each, as a list.
            return_attention_scores: return the attention weights of all layers as well.
            training: whether dropout is at work.

        Returns:
            The last layer's vectors, or the list; with `return_attention_scores` a pair of this and a list of weights.

        Shapes: each input (batch, time) → (batch, time, width), or a list of num_layers + 1 of these; weights (batch,
        num_heads, time, time) for each layer.
        """
        token_ids, segment_ids, padding_mask = parts_of(inputs)
        if padding_mask is None:
            padding_mask = where_tokens_are(token_ids)
        states, scores = [self.embeddings(token_ids, segment_ids, training=training)], []
        for layer in self.encoder_layers:
            outputs = layer(
                states[-1],
                padding_mask=padding_mask,
                return_attention_scores=return_attention_scores,
                training=training,
            )
            if return_attention_scores:
                outputs, weights = outputs
                scores.append(weights)
            states.append(outputs)
        returned = states if return_hidden_states else states[-1]
        return (returned, scores) if return_attention_scores else returned

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), **self.settings}


def parts_of(inputs):
    """Ids, segments and mask of what an encoder is given; None for what is left out.

    Shapes: each (batch, time).

    Raises:
        TypeError: if it is a list.
        ValueError: if it has no token ids.
    """
    if isinstance(inputs, Mapping):
        if "token_ids" not in inputs:
            raise ValueError(f"inputs holds {', '.join(sorted(inputs)) or 'nothing'}; allowed: token_ids and others")
        return inputs["token_ids"], inputs.get("segment_ids"), inputs.get("padding_mask")
    if not hasattr(inputs, "shape"):
        raise TypeError(f"inputs is of type {type(inputs).__name__}; allowed: an array of ids, or a dictionary")
    return inputs, None, None


def draw_weights(layer: keras.layers.Layer, deviation: float, seed: int | None) -> None:
    """Draw a layer's first weights: matrices from a normal distribution cut at two deviations; NumPy draws them.

    Args:
        layer: has its weights; biases and norms are left as they are.
        deviation: the standard deviation, before the cut.
        seed: of the draws.
    """
    if not deviation:  # an encoder that is about to be filled from a file: nothing is drawn to be thrown away
        return
    random = np.random.default_rng(seed)
    for weight in layer.weights:
        if weight.path.rpartition("/")[2] in ("kernel", "token_vectors", "position_vectors", "segment_vectors"):
            drawn = random.standard_normal(weight.shape, dtype=np.float32)
            # A table of vectors is large: what is drawn anew is found by its places, and nothing is held twice.
            flat = drawn.reshape(-1)
            far = np.flatnonzero((flat > 2) | (flat < -2))
            while len(far):
                flat[far] = random.standard_normal(len(far), dtype=np.float32)
                far = far[np.abs(flat[far]) > 2]
            drawn *= deviation
            weight.assign(drawn)


def _require_ids(name: str, ids: object, count: int) -> None:
    """Raise where a NumPy array holds no ids; what a tensor holds is not known before the run."""
    if not isinstance(ids, np.ndarray):
        return
    if ids.ndim != 2:
        raise ValueError(f"{name} has the shape {ids.shape}; allowed: (batch, time)")
    require_whole_numbers(name, ids)
    require_ids(name, ids.ravel(), count)
