"""A training run that can stop after any epoch and go on as if it had not: lesson 02's network with all its knobs.

A search stops bad settings early and lets good ones go on. So a run keeps its weights, its optimiser's memory and its
place in the order of the examples, in memory or in a file.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from course_lib.base.arguments import (
    require_choice,
    require_integer,
    require_not_negative,
    require_number,
    require_positive,
    require_share,
)
from course_lib.base.examples import checked_examples, checked_labels
from course_lib.base.files import write_atomically
from course_lib.mlp.initialisation import initialise
from course_lib.mlp.network import backward, cross_entropy_and_gradient, forward
from course_lib.mlp.optimizers import adam, descend
from course_lib.tuning.schedules import SCHEDULES, learning_rate_at


@dataclass(frozen=True)
class Settings:
    """The hyperparameters of a network with one hidden layer; the defaults are what one would try first.

    Args:
        learning_rate: Adam's, the highest of its schedule.
        hidden_units: the width of the hidden layer.
        dropout: the share of hidden outputs set to zero in training.
        weight_decay: how much of each weight, times the learning rate, is taken off at each step.
        batch_size: how many examples make a step.
        schedule: how the rate falls: "constant", "cosine", "linear" or "step".
        warmup_share: which share of the steps it rises over.

    Raises:
        TypeError: if a setting that is a number is none, or one that counts units or examples is no whole number.
        ValueError: if a setting is out of its range.
    """

    learning_rate: float = 1e-3
    hidden_units: int = 64
    dropout: float = 0.0
    weight_decay: float = 0.0
    batch_size: int = 32
    schedule: str = "constant"
    warmup_share: float = 0.0

    def __post_init__(self) -> None:
        for name in ("learning_rate", "dropout", "weight_decay", "warmup_share"):
            require_number(name, getattr(self, name))
        require_positive("learning_rate", self.learning_rate)
        require_integer("hidden_units", self.hidden_units, at_least=1)
        require_share("dropout", self.dropout)
        require_not_negative("weight_decay", self.weight_decay)
        require_integer("batch_size", self.batch_size, at_least=1)
        require_choice("schedule", self.schedule, SCHEDULES)
        require_share("warmup_share", self.warmup_share)


class Training:
    """One run of a network on some examples.

    Args:
        settings: its hyperparameters.
        inputs: the training examples.
        labels: the class of each.
        total_epochs: how long the whole run is meant to be; the schedule needs to know.
        seed: of the first weights, the orders and the dropout. Each epoch draws from its own number, so that a run
            that was interrupted goes on with the draws it would have made.

    Attributes:
        epoch: how many epochs are done.
        layers: the network as it is now.

    Shapes: inputs (examples, features), labels (examples,).

    Raises:
        TypeError: if `settings` is of another type, or the labels, the epochs or the seed are no whole numbers.
        ValueError: if the inputs hold NaN or infinity, do not fit the labels, or there is none; or a number is out of
            its range.
    """

    def __init__(
        self, settings: Settings, inputs: np.ndarray, labels: np.ndarray, total_epochs: int, seed: int = 0
    ) -> None:
        if not isinstance(settings, Settings):
            raise TypeError(f"settings is of type {type(settings).__name__}; allowed: Settings(...)")
        require_integer("total_epochs", total_epochs, at_least=1)
        require_integer("seed", seed, at_least=0)
        self.settings, self.total_epochs, self.seed = settings, total_epochs, seed
        self.inputs = checked_examples("inputs", inputs)
        self.labels = checked_labels("inputs", labels, len(self.inputs))
        classes = int(self.labels.max()) + 1
        sizes = [self.inputs.shape[1], settings.hidden_units, max(classes, 2)]
        self.layers = initialise(sizes, "he", seed)
        self.states: list | None = None
        self.epoch = 0

    def run(self, epochs: int) -> float:
        """Train for some more epochs, at most to the end of the run.

        Returns:
            The mean loss of the last epoch's batches; NaN where none was left to do.
        """
        require_integer("epochs", epochs, at_least=0)
        settings, loss = self.settings, float("nan")
        steps_per_epoch = -(-len(self.inputs) // settings.batch_size)
        total_steps = steps_per_epoch * self.total_epochs
        for _ in range(min(epochs, self.total_epochs - self.epoch)):
            random = np.random.default_rng((self.seed, self.epoch))
            order, total = random.permutation(len(self.inputs)), 0.0
            for number in range(steps_per_epoch):
                chosen = order[number * settings.batch_size : (number + 1) * settings.batch_size]
                step = self.epoch * steps_per_epoch + number
                rate = learning_rate_at(
                    step, settings.learning_rate, total_steps, settings.schedule, settings.warmup_share
                )
                total += self._step(chosen, rate, random) * len(chosen)
            loss = total / len(self.inputs)
            self.epoch += 1
        return loss

    def _step(self, chosen: np.ndarray, rate: float, random: np.random.Generator) -> float:
        settings = self.settings
        keep = None
        if settings.dropout:
            kept = random.random((len(chosen), settings.hidden_units)) >= settings.dropout
            keep = [(kept / (1 - settings.dropout)).astype(np.float32)]
        # Too high a rate overflows; the loss says so, and warnings of every step would not say more.
        with np.errstate(all="ignore"):
            logits, given = forward(self.layers, self.inputs[chosen], keep=keep)
            loss, gradient = cross_entropy_and_gradient(self.labels[chosen], logits)
            gradients = backward(self.layers, given, gradient, keep=keep)
            before = self.layers
            self.states, moved = descend(partial(adam, learning_rate=rate), self.states, before, gradients)
            # Decoupled from the gradient, as in AdamW; biases go free.
            shrunk = rate * settings.weight_decay
            self.layers = [
                (weights - np.float32(shrunk) * old, biases)
                for (weights, biases), (old, _) in zip(moved, before, strict=True)
            ]
        return loss

    def measure(self, inputs: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
        """The loss and the accuracy on other examples.

        Shapes: inputs (examples, features), labels (examples,).

        Raises:
            TypeError: if the labels are no whole numbers.
            ValueError: if there is no example, the shapes do not fit each other or the network, the inputs hold NaN or
                infinity, or a label is no class of the training examples.
        """
        features, classes = self.layers[0][0].shape[0], self.layers[-1][0].shape[1]
        inputs = checked_examples("inputs", inputs, features)
        labels = checked_labels("inputs", labels, len(inputs), classes)
        with np.errstate(all="ignore"):
            logits, _ = forward(self.layers, inputs)
            loss, _ = cross_entropy_and_gradient(labels, logits)
        return loss, float((logits.argmax(axis=1) == labels).mean())

    def save(self, path: Path) -> None:
        """Write the run to a file, whole or not at all."""
        arrays = {"epoch": np.array(self.epoch), "made": np.array(json.dumps(self._made()))}
        for number, value in enumerate(value for layer in self.layers for value in layer):
            arrays[f"value{number}"] = value
            if self.states is not None:
                arrays[f"mean{number}"], arrays[f"square{number}"], arrays[f"steps{number}"] = self.states[number]
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        write_atomically(Path(path), buffer.getvalue())

    def load(self, path: Path) -> None:
        """Go on where the run in the file stopped. It must be the same run: its settings, its seed, its total epochs.

        A file that does not say how its run was made is held against the shapes of the network alone. The examples are
        not in the file; they must be the same as well. Where the file is refused, the run stays as it was.

        Raises:
            FileNotFoundError: if there is no such file.
            ValueError: if the file holds no run, or another one.
        """
        try:
            # Opened here: of a file that is damaged NumPy leaves open what it opened itself.
            with Path(path).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                arrays = dict(file)
            made, epoch = json.loads(str(arrays.get("made", "{}"))), int(arrays["epoch"])
            layers, states = _network(arrays, len(self.layers))
        except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise ValueError(f"path is {path}, which holds no run; allowed: a file written by save") from error
        own = self._made()
        others = [name for name in made if made[name] != own.get(name)]
        if others:
            held, ours = (", ".join(f"{name} {each.get(name)!r}" for name in others) for each in (made, own))
            raise ValueError(f"path holds a run with {held}; allowed: {ours}")
        shapes, ours = ([value.shape for layer in each for value in layer] for each in (layers, self.layers))
        if shapes != ours:
            raise ValueError(f"path holds a network of the shapes {shapes}; allowed: {ours}")
        if not 0 <= epoch <= self.total_epochs:
            raise ValueError(f"path holds a run after epoch {epoch}; allowed: 0 to {self.total_epochs}")
        self.layers, self.states, self.epoch = layers, states, epoch

    def _made(self) -> dict[str, object]:
        """What decides how the run goes, beside the examples, in numbers that JSON knows."""
        made = {**self.config(), "seed": self.seed, "total_epochs": self.total_epochs}
        return {name: value.item() if isinstance(value, np.generic) else value for name, value in made.items()}

    def config(self) -> dict[str, object]:
        """The settings as a dictionary, for tables and records."""
        return asdict(self.settings)


def _network(arrays: Mapping[str, np.ndarray], depth: int) -> tuple[list, list | None]:
    """The layers and the optimiser's memory in a file; None for the memory of a run that has not made a step."""
    values = [arrays[f"value{number}"] for number in range(2 * depth)]
    layers = list(zip(values[0::2], values[1::2], strict=True))
    if "mean0" not in arrays:
        return layers, None
    return layers, [
        (arrays[f"mean{number}"], arrays[f"square{number}"], int(arrays[f"steps{number}"]))
        for number in range(len(values))
    ]
