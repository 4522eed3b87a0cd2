"""Logistic regression over a million n-grams, as a Keras model: each n-gram adds one number to the logit."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike
from scipy import sparse

from course_lib.base.arguments import require_integer, require_not_negative, require_positive
from course_lib.mlp.losses import binary_cross_entropy
from course_lib.preprocessing.batches import bucket_batches
from course_lib.training.compiling import compile_for_training

# Reviews are padded to the next of these; of a review with more n-grams than the last, some are dropped.
LENGTHS = (256, 512, 1024, 2048, 4096)


def linear_logit(ids, ratios, weights, bias):
    """The logit of each review: b + Σ r_f w_f over the n-grams f that occur in it.

    Args:
        ids: the n-grams of each review, counted from 1; 0 is padding.
        ratios: the fixed weight of each n-gram, that of padding, 0, first.
        weights: the learnt weight of each.
        bias: one number.

    Shapes: ids (batch, n-grams of a review), ratios and weights (n-grams + 1,), bias () → (batch,), in float32.

    Source: S. Wang and C. D. Manning, "Baselines and Bigrams", ACL 2012, section 2.3 (x ∘ r as the input, here of
    logistic regression).
    """
    taken = ops.cast(ops.take(weights, ids, axis=0), "float32") * ops.cast(ops.take(ratios, ids, axis=0), "float32")
    return ops.cast(bias, "float32") + ops.sum(taken, axis=-1)


@keras.saving.register_keras_serializable("course_lib")
class LogitLoss(keras.losses.Loss):
    """`binary_cross_entropy` of one logit for each review, for labels and for probabilities.

    Keras's own takes the mean over the last axis first, which here is the batch: weights of examples would be lost.

    Shapes: targets (batch,), logits (batch,) → (batch,) before reduction, in float32.
    """

    def call(self, y_true, y_pred):
        """The loss of each review."""
        return binary_cross_entropy(y_true, y_pred)


@keras.saving.register_keras_serializable("course_lib")
class NGramClassifier(keras.Model):
    """`linear_logit` as a model. The ratios are frozen; the weights start at 0.

    Args:
        num_features: how many n-grams there are.
        l2: strength of the penalty on squared weights; large weights for rare n-grams are learning by heart.

    Shapes: ids (batch, n-grams of a review) → logits (batch,), in float32 under any policy.

    Raises:
        TypeError: if `num_features` is no whole number.
        ValueError: if it is less than 1, or `l2` negative.
    """

    def __init__(self, num_features: int, l2: float = 0.0, **kwargs) -> None:
        require_integer("num_features", num_features, at_least=1)
        require_not_negative("l2", l2)
        super().__init__(**kwargs)
        self.num_features, self.l2 = num_features, l2
        self.ratios = self.add_weight((num_features + 1,), "zeros", trainable=False, dtype="float32", name="ratios")
        regularizer = keras.regularizers.L2(l2) if l2 else None
        self.log_odds = self.add_weight(
            (num_features + 1,), "zeros", dtype="float32", regularizer=regularizer, name="log_odds"
        )
        self.bias = self.add_weight((), "zeros", dtype="float32", name="bias")
        self.built = True

    def set_ratios(self, ratios: ArrayLike) -> None:
        """Fix the log-count ratios.

        Shapes: ratios (n-grams,).

        Raises:
            ValueError: if there is not one for each n-gram.
        """
        ratios = np.asarray(ratios, dtype=np.float32)
        if not np.isfinite(ratios).all():
            raise ValueError("ratios holds NaN or infinity; allowed: finite numbers")
        if ratios.shape != (self.num_features,):
            raise ValueError(f"ratios has the shape {ratios.shape}; allowed: ({self.num_features},)")
        self.ratios.assign(np.concatenate([[0.0], ratios]))

    def call(self, ids):
        """The logits."""
        # On several devices of TensorFlow, Keras 3.15 first tries a model with the mean over batches, in floats.
        return linear_logit(ops.cast(ids, "int32"), self.ratios, self.log_odds, self.bias)

    def weights_by_feature(self) -> np.ndarray:
        """What each n-gram adds to the logit: r_f w_f.

        Shapes: (n-grams,).
        """
        return ops.convert_to_numpy(self.ratios * self.log_odds)[1:]

    def get_config(self) -> dict:
        """The arguments this model was made with."""
        return {**super().get_config(), "num_features": self.num_features, "l2": self.l2}


class NGramBatches:
    """Batches of similarly long reviews, padded; drawn anew each time they are gone through.

    Args:
        features: zeros and ones.
        targets: labels or probabilities.
        batch_size: how many reviews make a batch.
        seed: of the orders.
        weights: how much each review counts; None for all alike.

    Shapes: features (reviews, n-grams), targets (reviews,), weights (reviews,); a batch: ids (batch, length), targets
    (batch,), and weights (batch,) or None.
    """

    def __init__(
        self,
        features: sparse.csr_matrix,
        targets: ArrayLike,
        batch_size: int = 128,
        seed: int = 0,
        weights: ArrayLike | None = None,
    ) -> None:
        self.features, self.batch_size = features, batch_size
        self.targets = np.asarray(targets, dtype=np.float32)
        self.weights = None if weights is None else np.asarray(weights, dtype=np.float32)
        self.random = np.random.default_rng(seed)

    def __len__(self) -> int:
        """How many batches make an epoch."""
        bucket = np.minimum(np.searchsorted(LENGTHS, np.diff(self.features.indptr)), len(LENGTHS) - 1)
        return int(sum(-(-count // self.batch_size) for count in np.bincount(bucket) if count))

    def __iter__(self):
        """One epoch."""
        lengths = np.diff(self.features.indptr)
        drawn = bucket_batches(lengths, self.batch_size, LENGTHS, seed=int(self.random.integers(2**31)))
        for length, reviews in drawn:
            weights = None if self.weights is None else self.weights[reviews]
            yield padded_ids(self.features[reviews], length), self.targets[reviews], weights


def padded_ids(features: sparse.csr_matrix, length: int | None = None) -> np.ndarray:
    """The columns of the n-grams in each row, counted from 1, padded with 0.

    Args:
        features: zeros and ones.
        length: how many places; None for as many as the longest row needs. The last columns of a longer row go.

    Shapes: features (reviews, n-grams) → (reviews, length), int32.
    """
    counts = np.diff(features.indptr)
    length = max(int(counts.max(initial=0)), 1) if length is None else length
    places = np.arange(len(features.indices)) - np.repeat(features.indptr[:-1], counts)
    rows = np.repeat(np.arange(len(counts)), counts)
    fits = places < length
    ids = np.zeros((len(counts), length), dtype=np.int32)
    ids[rows[fits], places[fits]] = features.indices[fits] + 1
    return ids


def fit_n_grams(
    features: sparse.csr_matrix,
    targets: ArrayLike,
    ratios: ArrayLike,
    l2: float = 1e-5,
    epochs: int = 5,
    learning_rate: float = 0.02,
    batch_size: int = 128,
    weights: ArrayLike | None = None,
    seed: int = 0,
    verbose: int = 0,
) -> NGramClassifier:
    """Train an `NGramClassifier` with Adam.

    Args:
        features: zeros and ones.
        targets: labels 0 and 1, or probabilities where they are guesses.
        ratios: from `log_count_ratios`; ones for plain logistic regression.
        l2: strength of the penalty on squared weights.
        epochs: how often the reviews are gone through.
        learning_rate: Adam's, falling to nothing along half a cosine.
        batch_size: how many reviews make a step.
        weights: how much each review counts; None for all alike.
        seed: of the orders.
        verbose: 1 for a line per epoch.

    Shapes: features (reviews, n-grams), targets (reviews,), ratios (n-grams,), weights (reviews,).

    Raises:
        TypeError: if a number of epochs or reviews is no whole number.
        ValueError: if an argument is out of its range, or the targets are not one probability for each review.
    """
    require_integer("epochs", epochs, at_least=1)
    require_integer("batch_size", batch_size, at_least=1)
    require_positive("learning_rate", learning_rate)
    targets = np.asarray(targets, dtype=np.float32)
    if targets.shape != (features.shape[0],) or not ((targets >= 0) & (targets <= 1)).all():
        raise ValueError(f"targets has the shape {targets.shape}; allowed: {features.shape[0]} numbers from 0 to 1")
    if weights is not None:
        weights = np.asarray(weights, dtype=np.float32)
        if weights.shape != targets.shape or not (np.isfinite(weights) & (weights >= 0)).all():
            raise ValueError(f"weights has the shape {weights.shape}; allowed: {len(targets)} numbers of 0 or more")
    model = NGramClassifier(features.shape[1], l2)
    model.set_ratios(ratios)
    batches = NGramBatches(features, targets, batch_size, seed, weights)
    steps = keras.optimizers.schedules.CosineDecay(learning_rate, len(batches) * epochs)
    compile_for_training(model, (None, LENGTHS[0]), keras.optimizers.Adam(steps), loss=LogitLoss())
    # `fit` wants batches of one length; these have five.
    for epoch in range(epochs):
        for ids, wanted, counted in batches:
            loss = model.train_on_batch(ids, wanted, counted)
        if verbose:
            print(f"epoch {epoch + 1}: loss {float(loss):.4f}")
        model.reset_metrics()
    return model


def n_gram_logits(model: NGramClassifier, features: sparse.csr_matrix) -> np.ndarray:
    """The logits of many reviews at once, as one sparse product: equal to the model's own, without padding.

    Shapes: features (reviews, n-grams) → (reviews,), float32.
    """
    return features @ model.weights_by_feature() + float(ops.convert_to_numpy(model.bias))
