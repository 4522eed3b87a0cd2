"""Teaching a model to say what comes next: rows in any order for one that looks back, in their order for one that
remembers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from course_lib.base.arguments import (
    require_ids,
    require_integer,
    require_not_negative,
    require_positive,
)
from course_lib.language_model.feeding import DrawnRows, Learner, RememberingLearner, Steps, StreamsInOrder, mark_of
from course_lib.language_model.measuring import Scorer, loss_per_token
from course_lib.language_model.packing import UNCOUNTED, Packed
from course_lib.language_model.recurrent import RecurrentLanguageModel
from course_lib.training.compiling import adamw, compile_for_training
from course_lib.training.resuming import fit_resumable
from course_lib.transformer.schedules import WarmUp

History = dict[str, list[float]]


def train_language_model(
    model: keras.Model,
    packed: Packed,
    steps: int,
    *,
    batch_size: int = 8,
    learning_rate: float = 2e-3,
    warmup_steps: int | None = None,
    weight_decay: float = 0.1,
    clip_norm: float | None = 1.0,
    use_segments: bool = True,
    carry: bool = True,
    validation: Packed | None = None,
    report_every: int | None = None,
    on_report: Callable[[dict[str, float]], None] | None = None,
    seconds: float | None = None,
    folder: Path | str | None = None,
    seed: int = 0,
    jit_compile: bool | str = "auto",
) -> History:
    """Train with AdamW, and a learning rate that warms up, then falls along a line to zero at the last step.

    A model that looks back gets whole rows, drawn anew in every pass over them. A recurrent one reads the text in
    `batch_size` streams, in order, and its state goes on from step to step while gradients stop between two of them:
    backpropagation through time, truncated to the length of a row. At the beginning of every pass it starts empty.

    Args:
        model: the model, of either kind.
        packed: the training text, from `pack`; the row that was filled up is left out.
        steps: how many there are in all; the learning rate is made for that number.
        batch_size: rows in a batch. On CPUs few rows and more steps learn more in the same time.
        learning_rate: the highest one.
        warmup_steps: over how many steps it rises; None for a tenth of all.
        weight_decay: AdamW's, of matrices; norms, biases and vectors of positions are left alone.
        clip_norm: how long the gradient of all weights may be at most; None for any length.
        use_segments: whether a document is kept from looking into those before it in its row.
        carry: whether a recurrent model's state goes on; without, every step starts empty, in the middle of a text.
        validation: a text whose loss is measured at every report.
        report_every: steps between two reports; None for a twentieth of all.
        on_report: called with the numbers of each report.
        seconds: processor seconds of training after which it ends at the next report, wherever the learning rate is
            then; None for no such limit. A race is fairer with the steps that fit into the time.
        folder: where the state is kept at every report, so that the same call goes on after a kill; None for nowhere.
        seed: of the order of the rows.
        jit_compile: whether XLA compiles the step; "auto" for Keras's choice.

    Returns:
        For each report "step", "loss" (the mean since the one before), "seconds" by the clock and "processor_seconds"
        (of training alone, so far) and, with a validation text, "validation_loss"; losses in nats per token.

    Raises:
        TypeError: if a number is none.
        ValueError: if an argument is out of its range, an id lies outside the vocabulary, or there are too few rows.

    Source: I. Loshchilov and F. Hutter, 2019 (arXiv:1711.05101); truncation: R. J. Williams and J. Peng, 1990.
    """
    require_integer("steps", steps, at_least=1)
    require_integer("batch_size", batch_size, at_least=1)
    require_positive("learning_rate", learning_rate)
    require_not_negative("weight_decay", weight_decay)
    for name, value in (("clip_norm", clip_norm), ("seconds", seconds)):
        if value is not None:
            require_positive(name, value)
    warmup_steps = max(1, steps // 10) if warmup_steps is None else warmup_steps
    report_every = max(1, steps // 20) if report_every is None else report_every
    require_integer("warmup_steps", warmup_steps, at_least=1)
    require_integer("report_every", report_every, at_least=1)
    for name, text in (("packed", packed), ("validation", validation)):
        if text is not None:
            _require_fitting(model, name, text)

    if not model.built:
        model.build((None, None))
    if isinstance(model, RecurrentLanguageModel):
        learner, fed = RememberingLearner(model, batch_size), StreamsInOrder(packed, batch_size, carry)
    else:
        learner, fed = Learner(model), DrawnRows(packed, batch_size, use_segments, seed)
    schedule = WarmUp.over(learning_rate, warmup_steps, steps)
    optimizer = adamw(schedule, weight_decay, beta_2=0.99, global_clipnorm=clip_norm)
    optimizer.exclude_from_weight_decay([each for each in model.trainable_variables if not _is_matrix(each)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    compile_for_training(learner, None, optimizer, loss=loss, jit_compile=jit_compile)

    measure = None
    if validation is not None:
        scorer = Scorer(model)

        def measure() -> float:
            return loss_per_token(scorer, validation, batch_size, use_segments)

    reports = _Reports(steps, report_every, measure, on_report, seconds)

    def data(number: int) -> Steps:
        first = number * report_every
        return Steps(fed.batch, first, min(report_every, steps - first))

    count = -(-steps // report_every)
    if folder is None:
        history = _fit(learner, data, count, reports)
    else:
        of_data = {"text": mark_of(packed), "batch_size": batch_size, "seed": seed, "carry": carry}
        settings = {"steps": steps, "report_every": report_every, "use_segments": use_segments, **of_data}
        history = fit_resumable(
            learner, data, count, folder, settings=settings, stop=reports.enough, callbacks=[reports]
        )
    for name in _Reports.TIMES:
        history[name] = np.cumsum(history[name]).tolist()
    return history


class _Reports(keras.callbacks.Callback):
    """Takes the time of the steps between two reports, measures, and tells who asked."""

    TIMES = ("seconds", "processor_seconds")

    def __init__(
        self,
        steps: int,
        report_every: int,
        measure: Callable[[], float] | None,
        on_report: Callable[[dict[str, float]], None] | None,
        seconds: float | None,
    ) -> None:
        super().__init__()
        self.steps, self.report_every = steps, report_every
        self.measure, self.on_report, self.limit = measure, on_report, seconds
        self.spent = np.zeros(2)

    def enough(self, history: History) -> bool:
        """Whether the time is spent; what was spent before a kill counts."""
        self.spent = np.array([sum(history[name]) for name in self.TIMES])
        return self.limit is not None and self.spent[1] >= self.limit

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Look at both clocks."""
        self.begun = _clocks()

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Put the numbers where `fit` keeps them."""
        took = _clocks() - self.begun
        logs.update(step=min((epoch + 1) * self.report_every, self.steps), **dict(zip(self.TIMES, took, strict=True)))
        if self.measure is not None:
            logs["validation_loss"] = self.measure()
        if self.on_report is not None:
            self.on_report({**logs, **dict(zip(self.TIMES, (self.spent + took).tolist(), strict=True))})


def _clocks() -> np.ndarray:
    return np.array([time.perf_counter(), time.process_time()])


def _fit(learner: Learner, data: Callable[[int], Steps], count: int, reports: _Reports) -> History:
    """What `fit_resumable` does, with nothing kept."""
    history: History = {}
    for number in range(count):
        if history and reports.enough(history):
            break
        told = learner.fit(
            data(number), initial_epoch=number, epochs=number + 1, shuffle=False, callbacks=[reports], verbose=0
        ).history
        for name, values in told.items():
            history.setdefault(name, []).append(float(values[-1]))
    return history


def _is_matrix(variable: keras.Variable) -> bool:
    """Whether weight decay applies: a GRU's two biases lie in one table, and vectors of positions are no matrix."""
    return len(variable.shape) == 2 and variable.name != "bias" and "position_vectors" not in variable.path


def _require_fitting(model: keras.Model, name: str, packed: Packed) -> None:
    """Raise unless the rows are as `pack` makes them, and the model can read them."""
    shapes = {np.shape(part) for part in packed}
    if len(packed) != 3 or len(shapes) != 1 or len(next(iter(shapes))) != 2:
        raise ValueError(f"{name} has parts of the shapes {[np.shape(part) for part in packed]}; allowed: from pack")
    require_ids(f"{name}.token_ids", packed.token_ids, model.vocabulary_size)
    require_ids(f"{name}.targets", packed.targets[packed.targets != UNCOUNTED], model.vocabulary_size)
    length = packed.targets.shape[1]
    if length > getattr(model, "max_length", length):
        raise ValueError(f"{name} has rows of {length} tokens; allowed: up to the model's {model.max_length}")
