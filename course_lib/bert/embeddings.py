"""Three vectors for every token: what it is, where it stands, and to which of two texts it belongs."""

from __future__ import annotations

import keras
from keras import ops

from course_lib.base.arguments import checked_seed, require_integer, require_positive, require_share
from course_lib.base.tensors import known

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable("course_lib")
class BertEmbeddings(keras.layers.Layer):
    """What the first layer is given: the vectors of a token, of its place and of its segment, added and normalised.

    Args:
        vocabulary_size: how many ids there are.
        width: the length of a vector.
        max_length: how many places there are.
        num_segments: how many kinds of segments there are.
        dropout: the share of the sum's numbers that is set to zero in training.
        epsilon: what the norm adds to a variance.
        seed: of the dropout.

    Shapes: token_ids (batch, time) → (batch, time, width).

    Raises:
        TypeError: if a size is no whole number.
        ValueError: if a size is less than 1, `dropout` not from 0 to less than 1, or `epsilon` not above 0.

    Source: J. Devlin, M.-W. Chang, K. Lee and K. Toutanova, "BERT", 2019 (arXiv:1810.04805), section 3 and figure 2.
    """

    def __init__(
        self,
        vocabulary_size: int,
        width: int,
        max_length: int = 512,
        num_segments: int = 2,
        dropout: float = 0.0,
        epsilon: float = 1e-12,
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        sizes = {"vocabulary_size": vocabulary_size, "width": width}
        sizes = {**sizes, "max_length": max_length, "num_segments": num_segments}
        sizes = {name: require_integer(name, size, at_least=1) for name, size in sizes.items()}
        require_share("dropout", dropout)
        require_positive("epsilon", epsilon)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.settings = {**sizes, "dropout": dropout, "epsilon": epsilon, "seed": seed}
        self.vocabulary_size, self.width, self.max_length, self.num_segments = sizes.values()
        self.dropout = dropout
        self.norm = keras.layers.LayerNormalization(epsilon=epsilon, dtype=self.dtype_policy, name="norm")
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Shape) -> None:
        """Make the three tables, in float32 under any policy, and the norm."""
        rows = {"token": self.vocabulary_size, "position": self.max_length, "segment": self.num_segments}
        self.token_vectors, self.position_vectors, self.segment_vectors = (
            self.add_weight(shape=(count, self.width), initializer="zeros", name=f"{name}_vectors", autocast=False)
            for name, count in rows.items()
        )
        self.norm.build((None, None, self.width))

    def call(self, token_ids, segment_ids=None, training: bool = False):
        """Add the three vectors, normalise, drop.

        Args:
            token_ids: the tokens.
            segment_ids: the segment of each; None where all are of the first.
            training: whether dropout is at work.

        Shapes: token_ids and segment_ids (batch, time) → (batch, time, width).

        Raises:
            ValueError: if there are more positions than `max_length`.
        """
        time = known(token_ids.shape)[1]
        if time is not None and time > self.max_length:
            raise ValueError(f"token_ids has {time} positions; allowed: {self.max_length}, which is max_length")
        segments = ops.zeros_like(token_ids) if segment_ids is None else segment_ids
        total = (
            ops.take(self.token_vectors, token_ids, axis=0)
            + ops.take(self.position_vectors, ops.arange(ops.shape(token_ids)[1]), axis=0)
            + ops.take(self.segment_vectors, segments, axis=0)
        )
        outputs = self.norm(ops.cast(total, self.compute_dtype))
        if not (self.dropout and training):
            return outputs
        return keras.random.dropout(outputs, self.dropout, seed=self.seed_generator)

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), **self.settings}
