"""The neural language model of 2003: the vectors of the last n words, side by side, foretell the next one.

Source: Y. Bengio, R. Ducharme, P. Vincent and C. Jauvin, "A neural probabilistic language model", JMLR 3, 2003.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import keras
import numpy as np
from keras import ops

from course_lib.base.arguments import (
    checked_seed,
    require_ids,
    require_integer,
    require_positive,
    require_share,
    require_whole_numbers,
)
from course_lib.mlp.losses import CrossEntropy, cross_entropy
from course_lib.mlp.regularisation import Dropout
from course_lib.mlp.seeds import offset_seed
from course_lib.training.compiling import compile_for_training

PAD = 0


def contexts_and_targets(id_lists: Iterable[Sequence[int]], context_length: int) -> tuple[np.ndarray, np.ndarray]:
    """Each token of some texts, with the tokens before it in its own text.

    Args:
        id_lists: one sequence of ids per text; 0, padding, may not occur in it.
        context_length: how many tokens before it; where the text has fewer, 0 stands for what is not there.

    Returns:
        The contexts, the nearest token last, and the targets.

    Shapes: (tokens, context_length) and (tokens,), int32.

    Raises:
        TypeError: if `context_length` or an id is no whole number.
        ValueError: if `context_length` is less than 1, a text is no list of ids, or an id is 0, negative or too large.
    """
    require_integer("context_length", context_length, at_least=1)
    texts = [np.asarray(ids) for ids in id_lists]
    for text in texts:
        if text.size:  # what is empty has no type that could be asked for
            require_whole_numbers("id_lists", text)
            if text.ndim != 1:
                raise ValueError(f"id_lists holds a text of the shape {text.shape}; allowed: (tokens,)")
            if text.max() > np.iinfo(np.int32).max:
                raise ValueError(f"id_lists holds the id {text.max()}; allowed: up to {np.iinfo(np.int32).max}")
    # Padding in front of every text, long enough that no context reaches into the text before.
    gap = np.full(context_length, PAD, dtype=np.int32)
    stream = np.concatenate([gap, *(part for text in texts for part in (text.astype(np.int32), gap))])
    is_token = np.concatenate([gap, *(part for text in texts for part in (np.ones(len(text), np.int32), gap))])
    places = np.flatnonzero(is_token)
    targets = stream[places]
    if len(targets) and targets.min() <= PAD:
        raise ValueError(f"id_lists holds the id {targets.min()}; allowed: ids above 0, which is padding")
    contexts = stream[places[:, None] + np.arange(-context_length, 0)]  # (tokens, context_length)
    return contexts, targets


@keras.saving.register_keras_serializable("course_lib")
class NeuralLanguageModel(keras.Model):
    """y = b + W x + U tanh(d + H x), where x holds the vectors of the last words side by side (equation 1).

    Args:
        vocabulary_size: how many ids there are.
        context_length: how many words it looks back.
        embedding_dim: the length of a word's vector, m in the paper.
        hidden_dim: the number of hidden units, h in the paper.
        direct: whether x also goes straight to the output, through W; else W is zero.
        dropout: the share of x and of the hidden units set to zero in training (the paper had none).
        seed: the same seed begins with the same weights.

    Shapes: (batch, context_length) of ids → logits (batch, vocabulary_size), in float32 under any policy.

    Raises:
        TypeError: if a size is no whole number.
        ValueError: if a size is less than 1, `dropout` is out of its range, or contexts have another length.
    """

    def __init__(
        self,
        vocabulary_size: int,
        context_length: int = 4,
        embedding_dim: int = 32,
        hidden_dim: int = 64,
        direct: bool = False,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs,
    ) -> None:
        vocabulary_size = require_integer("vocabulary_size", vocabulary_size, at_least=1)
        context_length = require_integer("context_length", context_length, at_least=1)
        embedding_dim = require_integer("embedding_dim", embedding_dim, at_least=1)
        hidden_dim = require_integer("hidden_dim", hidden_dim, at_least=1)
        require_share("dropout", dropout)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.context_length = context_length
        self.embedding_dim = embedding_dim
        self.hidden_dim = hidden_dim
        self.direct = direct
        self.dropout_rate = dropout
        self.seed = seed

        def begin(number: int) -> keras.initializers.Initializer:
            return keras.initializers.GlorotUniform(offset_seed(seed, number))

        small = keras.initializers.RandomNormal(stddev=0.1, seed=seed)
        inner = {"dtype": self.dtype_policy}
        self.vectors = keras.layers.Embedding(vocabulary_size, embedding_dim, small, name="C", **inner)
        self.hidden = keras.layers.Dense(hidden_dim, "tanh", kernel_initializer=begin(1), name="H", **inner)
        self.from_hidden = keras.layers.Dense(vocabulary_size, kernel_initializer=begin(2), dtype="float32", name="U")
        self.from_vectors = None
        if direct:
            self.from_vectors = keras.layers.Dense(
                vocabulary_size, use_bias=False, kernel_initializer=begin(3), dtype="float32", name="W"
            )
        self.drop_vectors = Dropout(dropout, offset_seed(seed, 4), **inner)
        self.drop_hidden = Dropout(dropout, offset_seed(seed, 5), **inner)

    def build(self, input_shape) -> None:
        """Make the weights.

        Shapes: input_shape (batch, context_length).
        """
        wide = self.context_length * self.embedding_dim
        self.vectors.build((None, self.context_length))
        self.hidden.build((None, wide))
        self.from_hidden.build((None, self.hidden_dim))
        if self.direct:
            self.from_vectors.build((None, wide))
        self.built = True

    def call(self, contexts, training: bool = False):
        """The logits of the next word.

        Shapes: contexts (batch, context_length) → (batch, vocabulary_size).
        """
        if len(contexts.shape) != 2 or contexts.shape[1] not in (None, self.context_length):
            given = tuple(contexts.shape)
            raise ValueError(f"contexts has the shape {given}; allowed: (batch, {self.context_length})")
        x = self.vectors(contexts)  # (batch, context_length, embedding_dim)
        x = ops.reshape(x, (-1, self.context_length * self.embedding_dim))
        x = self.drop_vectors(x, training=training)
        hidden = self.drop_hidden(self.hidden(x), training=training)  # tanh(d + H x)
        logits = self.from_hidden(hidden)  # (1) b + U tanh(d + H x)
        return logits + self.from_vectors(x) if self.direct else logits  # (1) + W x

    def get_config(self) -> dict:
        """The arguments this model was made with."""
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "context_length": self.context_length,
            "embedding_dim": self.embedding_dim,
            "hidden_dim": self.hidden_dim,
            "direct": self.direct,
            "dropout": self.dropout_rate,
            "seed": self.seed,
        }


def train_language_model(
    model: NeuralLanguageModel,
    contexts: np.ndarray,
    targets: np.ndarray,
    epochs: int = 1,
    batch_size: int = 256,
    learning_rate: float = 3e-3,
    seed: int = 0,
    verbose: int = 0,
) -> dict[str, list[float]]:
    """Train the model with Adam and a learning rate that falls to zero along half a cosine.

    Args:
        model: it is compiled and trained in place.
        contexts: the words before each target.
        targets: the words to foretell.
        epochs: how often all of them are gone through, each time in another order.
        batch_size: how many make a step; what is left over of an epoch is left out of it.
        learning_rate: the rate at the beginning.
        seed: of the orders.
        verbose: as in `fit`: 0 for silence, 2 for a line an epoch.

    Returns:
        For each epoch "loss", the mean cross-entropy of the batches while they were learned from.

    Shapes: contexts (tokens, context_length), targets (tokens,).

    Raises:
        TypeError: if an id is no whole number.
        ValueError: if an argument is out of its range, the shapes do not fit, or an id lies outside the vocabulary.
    """
    require_integer("epochs", epochs, at_least=1)
    require_integer("batch_size", batch_size, at_least=1)
    require_positive("learning_rate", learning_rate)
    contexts, targets = _checked(model, contexts, targets)
    batch_size = min(batch_size, len(targets))
    steps = len(targets) // batch_size
    random = np.random.default_rng(seed)
    falling = keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps=epochs * steps)
    compile_for_training(
        model, (None, model.context_length), keras.optimizers.Adam(falling), short_steps=steps, loss=CrossEntropy()
    )
    losses: list[float] = []
    for epoch in range(epochs):
        chosen = random.permutation(len(targets))[: steps * batch_size]
        history = model.fit(
            contexts[chosen],
            targets[chosen],
            batch_size=batch_size,
            shuffle=False,
            initial_epoch=epoch,
            epochs=epoch + 1,
            verbose=verbose,
        )
        losses += history.history["loss"]
    return {"loss": losses}


def surprisals(
    model: NeuralLanguageModel, contexts: np.ndarray, targets: np.ndarray, batch_size: int = 1024
) -> np.ndarray:
    """The negative log-likelihood of each target, in nats: what `perplexity` is made from.

    Args:
        model: the model.
        contexts: the words before each target.
        targets: the words that came.
        batch_size: how many are computed at once; logits for the whole vocabulary take room.

    Shapes: contexts (tokens, context_length), targets (tokens,) → float32 (tokens,).

    Raises:
        TypeError: if an id is no whole number.
        ValueError: if `batch_size` is less than 1, the shapes do not fit, or an id lies outside the vocabulary.
    """
    require_integer("batch_size", batch_size, at_least=1)
    contexts, targets = _checked(model, contexts, targets)
    parts = [
        ops.convert_to_numpy(
            cross_entropy(targets[start : start + batch_size], model(contexts[start : start + batch_size]))
        )
        for start in range(0, len(targets), batch_size)
    ]
    return np.concatenate(parts)


def next_word_probabilities(model: NeuralLanguageModel, context: Sequence[int]) -> np.ndarray:
    """The probability of every word to be the next.

    Args:
        model: the model.
        context: the ids before it, any number of them: the last ones are looked at, padding stands for missing ones.

    Shapes: context (any number,) → float64 (vocabulary_size,).

    Raises:
        ValueError: if an id lies outside the vocabulary.
    """
    seen = [*[PAD] * model.context_length, *context][-model.context_length :]
    contexts, _ = _checked(model, np.array([seen]), np.zeros(1, dtype=np.int32))
    logits = ops.convert_to_numpy(model(contexts))[0].astype(np.float64)
    exponentials = np.exp(logits - logits.max())
    return exponentials / exponentials.sum()


def _checked(model: NeuralLanguageModel, contexts: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    contexts, targets = np.asarray(contexts), np.asarray(targets)
    if contexts.shape != (len(targets), model.context_length) or targets.ndim != 1 or not len(targets):
        raise ValueError(
            f"contexts and targets have the shapes {contexts.shape} and {targets.shape}; allowed:"
            f" (tokens, {model.context_length}) and (tokens,), at least one token"
        )
    for name, ids in (("contexts", contexts), ("targets", targets)):
        require_whole_numbers(name, ids)
        require_ids(name, ids, model.vocabulary_size)
    return contexts.astype(np.int32), targets.astype(np.int32)
