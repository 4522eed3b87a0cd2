"""A Transformer whose blocks forget what they computed, and compute it again when the gradient comes back."""

from __future__ import annotations

from functools import partial

import keras
from keras import ops

from course_lib.attention.functions import on_each_position
from course_lib.language_model.decoder import DecoderLanguageModel


@keras.saving.register_keras_serializable("course_lib")
class RecomputingLanguageModel(DecoderLanguageModel):
    """A `DecoderLanguageModel` that keeps, of each block, only what goes in.

    `keras.RematScope` would do the same to layers by their names. On TensorFlow it fails here, since the engine
    beneath takes no named arguments, and our blocks are called with some; so each block is wrapped here by hand.

    Args:
        options: what `DecoderLanguageModel` takes.

    Shapes: ids (batch, time) → logits (batch, time, vocabulary_size), float32.

    Source: T. Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016 (arXiv:1604.06174).
    """

    def call(self, token_ids, segment_ids=None, training: bool = False):
        """Say what comes next at every position.

        Args:
            token_ids: the tokens.
            segment_ids: to which document each belongs.
            training: whether dropout is at work.

        Shapes: both (batch, time) → (batch, time, vocabulary_size), float32.
        """
        vectors = self.embed(token_ids)
        mask = None
        if segment_ids is not None:
            mask = ops.expand_dims(segment_ids, 2) == ops.expand_dims(segment_ids, 1)
        for block in self.blocks:
            vectors = keras.remat(partial(_through, block, mask, training))(vectors)
        return on_each_position(self._scores, self.last_norm(vectors))


def _through(block, mask, training, vectors):
    return block(vectors, mask, training=training)
