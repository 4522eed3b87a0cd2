"""A multilayer perceptron in Keras, and its training with everything that helps it on new data."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import keras
import numpy as np

from course_lib.base.arguments import (
    checked_seed,
    require_integer,
    require_not_negative,
    require_patience,
    require_positive,
    require_share,
    require_widths,
)
from course_lib.base.examples import checked_examples, checked_labels
from course_lib.mlp.losses import CrossEntropy
from course_lib.mlp.regularisation import Dropout
from course_lib.mlp.seeds import offset_seed
from course_lib.training.compiling import compile_for_training


@keras.saving.register_keras_serializable("course_lib")
class MLP(keras.Model):
    """Dense layers, one after the other, each bent by an activation; the last gives logits.

    Args:
        num_classes: how many classes there are.
        hidden_dims: the units of each hidden layer; none for logistic regression.
        activation: what follows each hidden layer, by its Keras name.
        dropout: the share of hidden outputs set to zero in training.
        l1: strength of the penalty on absolute weights.
        l2: strength of the penalty on squared weights.
        initializer: how weights begin: "he_normal" suits "relu", "glorot_uniform" suits "tanh".
        seed: the same seed begins with the same weights and drops the same values.

    Shapes: (batch, features) or (batch, height, width) → logits (batch, num_classes), in float32 under any policy.

    Raises:
        TypeError: if a number of units is no whole number.
        ValueError: if an argument is out of its range.
    """

    def __init__(
        self,
        num_classes: int,
        hidden_dims: Sequence[int] = (512, 512),
        activation: str = "relu",
        dropout: float = 0.0,
        l1: float = 0.0,
        l2: float = 0.0,
        initializer: str = "he_normal",
        seed: int | None = None,
        **kwargs,
    ) -> None:
        num_classes = require_integer("num_classes", num_classes, at_least=2)
        hidden_dims = require_widths("hidden_dims", hidden_dims)
        require_share("dropout", dropout)
        require_not_negative("l1", l1)
        require_not_negative("l2", l2)
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.hidden_dims = hidden_dims
        self.activation = activation
        self.dropout_rate = dropout
        self.l1 = l1
        self.l2 = l2
        self.initializer = initializer
        self.seed = checked_seed(seed)
        inner = {"dtype": self.dtype_policy}
        self.flatten = keras.layers.Flatten(**inner)
        self.hidden = [self._dense(number, units, activation, **inner) for number, units in enumerate(self.hidden_dims)]
        self.dropouts = [
            Dropout(dropout, offset_seed(seed, 100 + number), **inner) for number in range(len(self.hidden_dims))
        ]
        # Logits in float32: softmax and logarithm lose too much in half precision.
        self.logits = self._dense(len(self.hidden_dims), num_classes, None, dtype="float32", name="logits")

    def _dense(self, number: int, units: int, activation: str | None, **kwargs) -> keras.layers.Dense:
        begin = keras.initializers.get(self.initializer)
        if "seed" in begin.get_config():  # zeros and the like draw nothing
            begin = begin.from_config({**begin.get_config(), "seed": offset_seed(self.seed, number)})
        penalty = keras.regularizers.L1L2(self.l1, self.l2) if self.l1 or self.l2 else None
        return keras.layers.Dense(units, activation, kernel_initializer=begin, kernel_regularizer=penalty, **kwargs)

    def build(self, input_shape) -> None:
        """Make the weights.

        Shapes: input_shape (batch, features) or (batch, height, width).
        """
        features = math.prod(input_shape[1:])
        for layer in (*self.hidden, self.logits):
            layer.build((None, features))
            features = layer.units
        self.built = True

    def call(self, inputs, training: bool = False):
        """The logits of each example.

        Shapes: inputs (batch, ...) → (batch, num_classes).
        """
        outputs = self.flatten(inputs)
        for layer, dropout in zip(self.hidden, self.dropouts, strict=True):
            outputs = dropout(layer(outputs), training=training)
        return self.logits(outputs)

    def get_config(self) -> dict:
        """The arguments this model was made with."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "hidden_dims": list(self.hidden_dims),
            "activation": self.activation,
            "dropout": self.dropout_rate,
            "l1": self.l1,
            "l2": self.l2,
            "initializer": self.initializer,
            "seed": self.seed,
        }


class _Batches(keras.utils.PyDataset):
    """The examples in batches, each epoch in another order and, where asked for, changed anew."""

    def __init__(
        self,
        inputs: np.ndarray,
        labels: np.ndarray,
        batch_size: int,
        change: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None,
        seed: int,
    ) -> None:
        super().__init__()
        self._inputs, self._labels, self._batch_size, self._change = inputs, labels, batch_size, change
        self._seed, self._epoch = seed, -1
        self.on_epoch_end()

    def __len__(self) -> int:
        # Whole batches only, so that every step has one shape and one compilation; the order makes all take turns.
        return max(1, len(self._inputs) // self._batch_size)

    def __getitem__(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self._order[number * self._batch_size : (number + 1) * self._batch_size]
        batch = self._inputs[chosen]
        if self._change is not None:
            # The generator depends on the place alone: Keras asks for some batches twice.
            batch = self._change(batch, np.random.default_rng((self._seed, self._epoch, number)))
        return batch, self._labels[chosen]

    def on_epoch_end(self) -> None:
        self._epoch += 1
        self._order = np.random.default_rng((self._seed, self._epoch)).permutation(len(self._inputs))


def train_classifier(
    model: MLP,
    inputs: np.ndarray,
    labels: np.ndarray,
    epochs: int = 20,
    batch_size: int = 64,
    learning_rate: float = 1e-3,
    change: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    patience: int | None = None,
    seed: int = 0,
    verbose: int = 0,
) -> dict[str, list[float]]:
    """Train a classifier with Adam and a learning rate that falls to zero along half a cosine.

    Args:
        model: gives logits; it is compiled and trained in place.
        inputs: the training examples; values from 0 to 1, such as pictures.
        labels: the right class of each.
        epochs: how often the examples are gone through, each time in another order.
        batch_size: how many examples make a step; what is left of an epoch waits for the next.
        learning_rate: the rate at the beginning.
        change: makes a new batch of inputs from the old one, such as `move_images`; None for no change.
        validation: inputs and labels to measure on after each epoch, not to learn from.
        patience: stop after so many epochs without a smaller validation loss, and go back to the best weights; None for
            never.
        seed: of the orders and the changes.
        verbose: as in `fit`: 0 for silence, 2 for a line an epoch.

    Returns:
        For each epoch "loss" and "accuracy" and, with a validation set, "val_loss" and "val_accuracy".

    Shapes: inputs (examples, features) or (examples, height, width), labels (examples,).

    Raises:
        TypeError: if the labels are no whole numbers.
        ValueError: if an argument is out of its range, the inputs hold NaN or values outside 0 to 1, the labels do not
            fit, or there is a patience without a validation set.
    """
    require_integer("epochs", epochs, at_least=1)
    require_integer("batch_size", batch_size, at_least=1)
    require_positive("learning_rate", learning_rate)
    require_patience(patience, validation)
    inputs, labels = _checked("inputs", inputs, labels, model.num_classes)
    if validation is not None:
        validation = _checked("validation", *validation, model.num_classes)
    batches = _Batches(inputs, labels, batch_size, change, seed)
    falling = keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps=epochs * len(batches))
    compile_for_training(
        model,
        (None, *inputs.shape[1:]),
        keras.optimizers.Adam(falling),
        short_steps=len(batches),
        loss=CrossEntropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    callbacks = []
    if patience is not None:
        callbacks.append(keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True))
    # Validated in one batch size, so that the step is compiled once; the order is the batches' own affair.
    history = model.fit(
        batches,
        epochs=epochs,
        validation_data=validation,
        validation_batch_size=batch_size,
        callbacks=callbacks,
        shuffle=False,
        verbose=verbose,
    )
    return history.history


def _checked(name: str, inputs: np.ndarray, labels: np.ndarray, num_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs as float32 and labels as int32; raises where they are not what a classifier can learn from."""
    inputs = np.asarray(inputs)
    if inputs.ndim < 2 or not inputs.size:
        raise ValueError(
            f"{name} has the shape {inputs.shape}; allowed: (examples, features) or (examples, height, width), at"
            " least one example"
        )
    rows = checked_examples(name, inputs.reshape(len(inputs), -1), low=0, high=1, reason=" (divide pixels by 255)")
    return rows.reshape(inputs.shape), checked_labels(name, labels, len(rows), num_classes).astype(np.int32)
