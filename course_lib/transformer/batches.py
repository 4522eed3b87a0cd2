"""Targets shifted by one, and pairs of sentences in batches of few shapes."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from course_lib.base.arguments import checked_id_lists, checked_ids, require_integer
from course_lib.preprocessing.batches import bucket_batches, pad


def shift(target_ids: Sequence[int], start_id: int, end_id: int) -> tuple[list[int], list[int]]:
    """What the decoder is given, and what it shall answer at each position: the same sentence, one token apart.

    Args:
        target_ids: the ids of a sentence.
        start_id: the id that starts every sentence.
        end_id: the id that ends every sentence.

    Returns:
        The start and the sentence; the sentence and the end. At position i the answer is the token after the i-th given
        one, so that the right answer is never among what the decoder may look at.

    Source: I. Sutskever, O. Vinyals and Q. V. Le, "Sequence to Sequence Learning with Neural Networks", 2014
    (arXiv:1409.3215); as "teacher forcing" R. J. Williams and D. Zipser, 1989.
    """
    target_ids = list(target_ids)
    return [start_id, *target_ids], [*target_ids, end_id]


class TranslationBatches(keras.utils.PyDataset):
    """Pairs of sentences as batches of few shapes: one for each boundary, drawn anew in every epoch.

    A compiler works anew for every shape it has not seen. So each batch is filled up with rows of padding, which count
    nothing, until it is as large as all others.

    Args:
        sources: the ids of each source sentence.
        targets: the ids of each target sentence, without start and end.
        start_id: the id that starts every target.
        end_id: the id that ends every target.
        batch_size: how many pairs a batch has.
        boundaries: the lengths that batches are padded to; the longest sentence (with its start or end) must fit.
        seed: of the drawing.

    Shapes: each batch {"source": (batch_size, boundary), "target": (batch_size, boundary)}, (batch_size, boundary).

    Raises:
        TypeError: if an id or a number is no whole one.
        ValueError: if there is no pair, there are not as many of one side as of the other, a sentence is empty, or one
            is longer than the last boundary.
    """

    def __init__(
        self,
        sources: Sequence[Sequence[int]],
        targets: Sequence[Sequence[int]],
        start_id: int,
        end_id: int,
        batch_size: int,
        boundaries: Sequence[int],
        seed: int = 0,
    ) -> None:
        super().__init__()
        sources, targets = checked_id_lists("sources", sources), checked_id_lists("targets", targets)
        for name, value in (("start_id", start_id), ("end_id", end_id)):
            require_integer(name, value, at_least=0)
        shifted = [shift(ids.tolist(), start_id, end_id) for ids in targets]
        self.sources = [ids.tolist() for ids in sources]
        self.given = [given for given, _ in shifted]
        self.answers = [answers for _, answers in shifted]
        if len(self.sources) != len(self.answers) or not self.sources:
            raise ValueError(
                f"sources has {len(self.sources)} sentences and targets {len(self.answers)};"
                " allowed: as many of each, one or more"
            )
        for name, sentences in (("sources", self.sources), ("targets", targets)):
            for place, ids in enumerate(sentences):
                if not len(ids):
                    raise ValueError(f"{name} holds an empty sentence at {place}; allowed: one token or more")
        self.lengths = [max(len(one), len(other)) for one, other in zip(self.sources, self.answers, strict=True)]
        self.batch_size = require_integer("batch_size", batch_size, at_least=1)
        self.boundaries = checked_ids("boundaries", boundaries, 2**31)
        if not self.boundaries:
            raise ValueError("boundaries is empty; allowed: one length or more")
        if max(self.lengths) > self.boundaries[-1]:
            raise ValueError(
                f"boundaries ends with {self.boundaries[-1]}; allowed: {max(self.lengths)} or more, as the longest has"
            )

        self.seed, self.epoch = seed, -1
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Draw the next epoch's batches."""
        self.epoch += 1
        seed = (self.seed, self.epoch)
        batches = bucket_batches(self.lengths, self.batch_size, self.boundaries, seed)
        # Keras looks at the first two batches to learn which axes vary: two lengths, where there are two.
        other = next((place for place, (length, _) in enumerate(batches) if length != batches[0][0]), 0)
        batches.insert(1, batches.pop(other))
        self.batches = batches

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
        length, rows = self.batches[index]
        source, given, answers = (
            self._filled([side[row] for row in rows], length) for side in (self.sources, self.given, self.answers)
        )
        return {"source": source, "target": given}, answers

    def _filled(self, sentences: list[list[int]], length: int) -> np.ndarray:
        return pad(sentences + [[]] * (self.batch_size - len(sentences)), length)


def batches_of_all(
    sources: list[list[int]],
    targets: list[list[int]],
    start_id: int,
    end_id: int,
    batch_size: int,
    boundaries: Sequence[int],
) -> TranslationBatches:
    """Batches to measure a loss on; sentences that are longer than every boundary get one of their own."""
    longest = thirds(sources, targets)[-1]
    boundaries = [*(each for each in boundaries if each < longest), max([longest, *boundaries])]
    return TranslationBatches(sources, targets, start_id, end_id, batch_size, sorted(set(boundaries)))


def thirds(sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[int]:
    """Boundaries of three batch shapes, so that about a third of the pairs falls below each; fewer where they coincide.

    Args:
        sources: the ids of each source sentence.
        targets: the ids of each target sentence, without start and end.

    Returns:
        The boundaries in rising order, the last as long as the longest sentence with its end.
    """
    lengths = sorted(max(len(one), len(other) + 1) for one, other in zip(sources, targets, strict=True))
    return sorted({lengths[-(-len(lengths) * part // 3) - 1] for part in (1, 2, 3)})
