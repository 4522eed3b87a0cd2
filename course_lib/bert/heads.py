"""What stands on an encoder: one vector for a text, a guess at a masked word, whether two sentences belong together."""

from __future__ import annotations

import keras
from keras import ops

from course_lib.attention.functions import on_each_position
from course_lib.base.arguments import (
    checked_seed,
    require_choice,
    require_integer,
    require_not_negative,
    require_positive,
    require_share,
)
from course_lib.base.tensors import wide
from course_lib.bert.encoder import BertEncoder, draw_weights, parts_of
from course_lib.preprocessing.batches import masked_mean
from course_lib.preprocessing.batches import padding_mask as where_tokens_are

POOLINGS = ("first", "mean", "pooler")


def mean_vector(vectors, padding_mask):
    """The mean of the vectors of a text's tokens: `masked_mean`, by the name under which BERT's readers look for it.

    Shapes: vectors (batch, time, width), padding_mask boolean (batch, time) → (batch, width).
    """
    return masked_mean(vectors, padding_mask)


def first_vector(vectors):
    """The vector of "[CLS]", which stands first in every text and for no word.

    Shapes: vectors (batch, time, width) → (batch, width).
    """
    return vectors[:, 0]


def vectors_at(vectors, positions):
    """The vectors of some positions of each text.

    Shapes: vectors (batch, time, width), positions (batch, chosen) → (batch, chosen, width).
    """
    batch, time, width = ops.shape(vectors)
    first = time * ops.arange(batch, dtype="int32")[:, None]  # where each text begins among all rows
    rows = ops.reshape(vectors, (batch * time, width))
    return ops.take(rows, first + ops.cast(positions, "int32"), axis=0)


@keras.saving.register_keras_serializable("course_lib")
class MaskedWordHead(keras.layers.Layer):
    """Scores of all words for a position: a dense layer, a norm, and the table of token vectors used a second time.

    Args:
        vocabulary_size: how many ids there are.
        activation: of the dense layer.
        epsilon: what the norm adds to a variance.

    Shapes: vectors (batch, chosen, width), table (vocabulary_size, width) → (batch, chosen, vocabulary_size), float32.

    Raises:
        TypeError: if `vocabulary_size` is no whole number.
        ValueError: if it is less than 1, or `epsilon` is not above 0.

    Source: Devlin et al., 2019, section 3.1, and the code of its authors.
    """

    def __init__(
        self, vocabulary_size: int, activation: str = "gelu", epsilon: float = 1e-12, **kwargs: object
    ) -> None:
        vocabulary_size = require_integer("vocabulary_size", vocabulary_size, at_least=1)
        require_positive("epsilon", epsilon)
        super().__init__(**kwargs)
        self.vocabulary_size, self.activation, self.epsilon = vocabulary_size, activation, epsilon

    def build(self, vectors_shape, table_shape=None) -> None:
        """Make the dense layer, the norm, and a bias for each word."""
        width = vectors_shape[-1]
        self.dense = keras.layers.Dense(width, self.activation, dtype=self.dtype_policy, name="dense")
        self.dense.build((None, width))
        self.norm = keras.layers.LayerNormalization(epsilon=self.epsilon, dtype=self.dtype_policy, name="norm")
        self.norm.build((None, width))
        self.word_bias = self.add_weight(
            shape=(self.vocabulary_size,), initializer="zeros", name="word_bias", autocast=False
        )

    def call(self, vectors, table):
        """The scores.

        Shapes: as for the layer.
        """
        words = ops.transpose(ops.cast(table, "float32"))

        def scores(rows):
            return ops.matmul(wide(self.norm(self.dense(rows))), words) + self.word_bias

        return on_each_position(scores, vectors)

    def compute_output_shape(self, vectors_shape, table_shape=None):
        """A score for each word."""
        return (*vectors_shape[:-1], self.vocabulary_size)

    def get_config(self) -> dict:
        """All arguments."""
        own = {"vocabulary_size": self.vocabulary_size, "activation": self.activation, "epsilon": self.epsilon}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("course_lib")
class BertPretrainer(keras.Model):
    """An encoder with the two tasks that it learns from text alone: masked words, and pairs of sentences.

    Args:
        encoder: the encoder; where there are pairs, one with a pooler.
        pairs: whether there is the second task: is the second sentence the next one (BERT), or are the two in their
            order (ALBERT)? Which one the labels say.
        initializer_range: the standard deviation of the heads' first weights.
        seed: of the heads' first weights.

    Shapes: "token_ids", "segment_ids" and "padding_mask" (batch, time), "positions" (batch, chosen), where it is left
    out all of them → logits (batch, chosen, vocabulary), float32; with pairs {"words": those, "pair": (batch, 2)}.

    Raises:
        TypeError: if `encoder` is no `BertEncoder`.
        ValueError: if there are pairs and the encoder has no pooler.

    Source: Devlin et al., 2019, section 3.1; Z. Lan et al., "ALBERT", 2020 (arXiv:1909.11942), section 3.1, for the
    order of sentences.
    """

    def __init__(
        self,
        encoder: BertEncoder,
        pairs: bool = False,
        initializer_range: float = 0.02,
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        _require_encoder(encoder, "pairs is True", needs_pooler=pairs)
        require_not_negative("initializer_range", initializer_range)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.settings = {"pairs": pairs, "initializer_range": initializer_range, "seed": seed}
        self.encoder = encoder
        settings = encoder.settings
        self.word_head = MaskedWordHead(
            encoder.vocabulary_size, settings["activation"], settings["epsilon"], name="word_head"
        )
        self.pair_head = keras.layers.Dense(2, dtype="float32", name="pair_head") if pairs else None
        self.build()
        for head in (self.word_head, self.pair_head):
            if head is not None:
                draw_weights(head, initializer_range, seed)

    def build(self, input_shape: object = None) -> None:
        """Make the heads' weights."""
        self.word_head.build((None, None, self.encoder.width))
        if self.pair_head is not None:
            self.pair_head.build((None, self.encoder.width))
        self.built = True

    def call(self, inputs, training: bool = False):
        """Score every word for the chosen positions, and both answers for the pair.

        Shapes: as for the model.
        """
        vectors = self.encoder(inputs, training=training)
        positions = inputs.get("positions") if isinstance(inputs, dict) else None
        chosen = vectors if positions is None else vectors_at(vectors, positions)
        words = self.word_head(chosen, ops.convert_to_tensor(self.encoder.embeddings.token_vectors))
        if self.pair_head is None:
            return words
        return {"words": words, "pair": self.pair_head(self.encoder.pooler(first_vector(vectors)))}

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), "encoder": keras.saving.serialize_keras_object(self.encoder), **self.settings}

    @classmethod
    def from_config(cls, config: dict) -> BertPretrainer:
        """Make the encoder first."""
        return cls(keras.saving.deserialize_keras_object(config.pop("encoder")), **config)


@keras.saving.register_keras_serializable("course_lib")
class BertClassifier(keras.Model):
    """An encoder, one vector for each text, and a score for each class.

    Args:
        encoder: the encoder, pre-trained or not.
        num_classes: how many classes.
        pooling: what stands for a text: "first" (the vector of "[CLS]"), "mean" (of all its tokens), or "pooler" (the
            first through the encoder's pooler).
        dropout: the share of this vector that is set to zero in training.
        initializer_range: the standard deviation of the last layer's first weights.
        seed: of these and of the dropout.

    Shapes: ids (batch, time), or a dictionary as for `BertEncoder` → logits (batch, num_classes), float32.

    Raises:
        TypeError: if `encoder` is no `BertEncoder`, or `num_classes` no whole number.
        ValueError: if `num_classes` is less than 2, `pooling` unknown, or "pooler" and the encoder has none.

    Source: Devlin et al., 2019, section 4.1; the mean after N. Reimers and I. Gurevych, "Sentence-BERT", 2019
    (arXiv:1908.10084), section 3.
    """

    def __init__(
        self,
        encoder: BertEncoder,
        num_classes: int = 2,
        pooling: str = "first",
        dropout: float = 0.1,
        initializer_range: float = 0.02,
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        require_choice("pooling", pooling, POOLINGS)
        _require_encoder(encoder, "pooling is 'pooler'", needs_pooler=pooling == "pooler")
        num_classes = require_integer("num_classes", num_classes, at_least=2)
        require_share("dropout", dropout)
        require_not_negative("initializer_range", initializer_range)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.settings = {
            "num_classes": num_classes,
            "pooling": pooling,
            "dropout": dropout,
            "initializer_range": initializer_range,
            "seed": seed,
        }
        self.encoder, self.pooling, self.dropout = encoder, pooling, dropout
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.head = keras.layers.Dense(num_classes, dtype="float32", name="head")
        self.build()
        draw_weights(self.head, initializer_range, seed)

    def build(self, input_shape: object = None) -> None:
        """Make the last layer's weights."""
        self.head.build((None, self.encoder.width))
        self.built = True

    def call(self, inputs, training: bool = False):
        """Score the classes.

        Shapes: as for the model.
        """
        vector = self.pooled(self.encoder(inputs, training=training), inputs)
        if self.dropout and training:
            vector = keras.random.dropout(vector, self.dropout, seed=self.seed_generator)
        return self.head(vector)

    def pooled(self, vectors, inputs):
        """One vector for each text, from those of its tokens.

        Shapes: vectors (batch, time, width), inputs as for the model → (batch, width).
        """
        if self.pooling == "mean":
            token_ids, _, padding_mask = parts_of(inputs)
            return mean_vector(vectors, where_tokens_are(token_ids) if padding_mask is None else padding_mask)
        first = first_vector(vectors)
        return self.encoder.pooler(first) if self.pooling == "pooler" else first

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), "encoder": keras.saving.serialize_keras_object(self.encoder), **self.settings}

    @classmethod
    def from_config(cls, config: dict) -> BertClassifier:
        """Make the encoder first."""
        return cls(keras.saving.deserialize_keras_object(config.pop("encoder")), **config)


def _require_encoder(encoder: object, why: str, needs_pooler: bool) -> None:
    if not isinstance(encoder, BertEncoder):
        raise TypeError(f"encoder is of type {type(encoder).__name__}; allowed: a BertEncoder")
    if needs_pooler and encoder.pooler is None:
        raise ValueError(f"{why} and the encoder has no pooler; allowed: BertEncoder(…, pooler=True)")
