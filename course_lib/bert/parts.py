"""Training in parts: after each of them the state is kept, the clocks are read, and some validation texts too."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np

from course_lib import metrics
from course_lib.bert.fine_tuning import LabelledBatches, windows
from course_lib.mlp.losses import CrossEntropy
from course_lib.preprocessing.batches import filled_batches
from course_lib.training.compiling import compile_for_training
from course_lib.training.resuming import fit_resumable
from course_lib.transformer.schedules import WarmUp

# To a multiple of how many tokens texts are padded where nothing is learnt.
STEP = 32


def logits_of(model: keras.Model, texts: Sequence[Sequence[int]], batch_size: int = 64) -> np.ndarray:
    """For each text the second class's score less the first's.

    Args:
        model: from ids to a score for each of two classes.
        texts: the ids of each text, special tokens included.
        batch_size: how many are read at a time.

    Shapes: (texts,).
    """
    found = np.empty(len(texts), np.float32)
    for rows, _, scores in read_texts(model, texts, batch_size):
        found[rows] = scores[:, 1] - scores[:, 0]
    return found


def logits_of_whole(
    model: keras.Model, texts: Sequence[Sequence[int]], length: int, batch_size: int = 64
) -> np.ndarray:
    """As `logits_of`, of texts of any length: each is read through windows, whose logits are averaged.

    Args:
        model: from ids to a score for each of two classes.
        texts: the ids of each text, special tokens included.
        length: how many ids a window has, as for `windows`.
        batch_size: how many windows are read at a time.

    Shapes: (texts,).
    """
    seen = [windows(text, length) for text in texts]
    counts = [len(each) for each in seen]
    found = logits_of(model, [window for each in seen for window in each], batch_size)
    return np.bincount(np.repeat(np.arange(len(texts)), counts), found) / np.array(counts)


def read_texts(model: keras.Model, texts: Sequence[Sequence[int]], batch_size: int = 64) -> Iterator:
    """What a model makes of texts, those of one length read together, by a compiled step.

    Args:
        model: from ids to anything that has a row for each text.
        texts: the ids of each text, special tokens included.
        batch_size: how many are read at a time.

    Returns:
        An iterator over batches: which texts, their padded ids, and the model's rows for them.
    """
    for rows, token_ids in filled_batches(texts, batch_size, STEP, max(map(len, texts))):
        yield rows, token_ids[: len(rows)], model.predict_on_batch(token_ids)[: len(rows)]


class Parts:
    """A training in parts: which texts each part reads, in which batches.

    Args:
        texts: the ids of each text, special tokens included.
        labels: the class of each.
        settings: "passes", how many "parts" a pass has, "batch_size", "boundaries" (as for `LabelledBatches`), and for
            the learning rate "learning_rate" (its peak) and "warmup_share".
        seed: of the order.
    """

    def __init__(
        self, texts: Sequence[Sequence[int]], labels: np.ndarray, settings: Mapping[str, object], seed: int
    ) -> None:
        self.texts, self.labels, self.settings, self.seed = texts, np.asarray(labels), settings, seed
        self.count = settings["passes"] * settings["parts"]

    def rows(self, part: int) -> np.ndarray:
        """Which texts a part reads: a stretch of its pass, whose order is drawn from (seed, pass).

        Args:
            part: its number, counted from 0.

        Shapes: (texts of the part,).
        """
        turn, place = divmod(part, self.settings["parts"])
        order = np.random.default_rng((self.seed, turn)).permutation(len(self.texts))
        return np.array_split(order, self.settings["parts"])[place]

    def batches(self, part: int) -> LabelledBatches:
        """The part's batches.

        Args:
            part: its number.
        """
        rows = self.rows(part)
        boundaries = self.settings["boundaries"]
        texts = [self.texts[row] for row in rows]
        return LabelledBatches(texts, self.labels[rows], self.settings["batch_size"], boundaries, self.seed, part)

    def steps(self) -> int:
        """How many steps all parts have together."""
        return sum(len(self.batches(part)) for part in range(self.count))

    def rate(self, steps: int) -> WarmUp:
        """A learning rate that rises, then falls to zero.

        Args:
            steps: how many there are.
        """
        warmup_steps = max(1, round(self.settings["warmup_share"] * steps))
        return WarmUp.over(self.settings["learning_rate"], warmup_steps, steps)


class Clocks(keras.callbacks.Callback):
    """Takes the time of an epoch: puts "seconds" and "processor_seconds" where `fit` keeps its numbers."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Look at both clocks."""
        self.begun = time.perf_counter(), time.process_time()

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Put the times there, so that they are kept after a kill too."""
        logs["seconds"] = time.perf_counter() - self.begun[0]
        logs["processor_seconds"] = time.process_time() - self.begun[1]


class Watch(Clocks):
    """Takes the time of a part, and reads some validation texts after it.

    Args:
        reader: reads them, and says the accuracy.
        texts: how many texts each part reads.
        tell: told the numbers of each part.
    """

    def __init__(
        self,
        reader: Callable[[], float],
        texts: Sequence[int],
        tell: Callable[[Mapping[str, float]], None] | None = None,
    ) -> None:
        super().__init__()
        self.reader, self.texts, self.tell = reader, texts, tell

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Put the numbers where `fit` keeps them, so that they are there after a kill too."""
        super().on_epoch_end(epoch, logs)
        logs["texts"] = self.texts[epoch]
        logs["watched"] = self.reader()
        if self.tell is not None:
            self.tell({**logs, "part": epoch + 1})


def fit_parts(
    model: keras.Model,
    optimizer: keras.Optimizer,
    parts: Parts,
    reader: Callable[[], float],
    folder: Path,
    settings: Mapping[str, object] | None = None,
    tell: Callable[[Mapping[str, float]], None] | None = None,
) -> dict[str, list[float]]:
    """Train in parts; called again after a kill, go on after the last one.

    Args:
        model: from ids to a score for each class.
        optimizer: a fresh one.
        parts: of the training.
        reader: as for `Watch`.
        folder: where the states are kept.
        settings: what else must be the same for a kept state to be this training's.
        tell: as for `Watch`.

    Returns:
        For each part "texts" (read in it), "loss", "watched" (what the reader said), "seconds" and "processor_seconds".
    """
    compile_for_training(model, None, optimizer, loss=CrossEntropy(), metrics=["accuracy"])
    read = [len(parts.batches(part)) * parts.settings["batch_size"] for part in range(parts.count)]
    same = {name: parts.settings[name] for name in ("passes", "parts", "batch_size", "boundaries")}
    same.update(settings or {}, texts=len(parts.texts), seed=parts.seed)
    watch = Watch(reader, read, tell)
    return fit_resumable(model, parts.batches, parts.count, folder, settings=same, callbacks=[watch])


def accuracy(labels: np.ndarray, logits: np.ndarray) -> float:
    """The share of logits on the right side of zero.

    Shapes: labels (texts,), logits (texts,).
    """
    return float(metrics.accuracy(labels, (logits > 0).astype(int)))


@contextmanager
def kept_folder(folder: Path | None) -> Iterator[Path]:
    """The folder, or where there is none one that is gone afterwards.

    Args:
        folder: where states are to be kept; None for nowhere.
    """
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory() as place:
        yield Path(place)
