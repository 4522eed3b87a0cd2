"""Labels from the text itself: some of its words are hidden, and have to be guessed from what stands around them.

Of all tokens 15% are chosen. Of these 80% become "[MASK]"; since no reader will ever write "[MASK]", 10% become any
other word and 10% stay what they are, so that the model has to have an opinion on every word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np

from course_lib.base.arguments import checked_id_lists, require_integer, require_number
from course_lib.bert.tokens import BertTokenizer
from course_lib.preprocessing.batches import pad


@dataclass(frozen=True)
class Masking:
    """How words are hidden.

    Args:
        rate: the share of a text's tokens that are chosen.
        masked: the share of these that become "[MASK]".
        random: the share that become another word; the rest stay.
        whole_words: choose all pieces of a word or none.

    Raises:
        TypeError: if a share is no number.
        ValueError: if `rate` is not above 0 and below 1, or the two shares are negative or more than 1 together.

    Source: J. Devlin et al., "BERT", 2019 (arXiv:1810.04805), section 3.1 and appendix C.2; whole words: the authors'
    code of 2019.
    """

    rate: float = 0.15
    masked: float = 0.8
    random: float = 0.1
    whole_words: bool = False

    def __post_init__(self) -> None:
        for name in ("rate", "masked", "random"):
            require_number(name, getattr(self, name))
        if not 0 < self.rate < 1:
            raise ValueError(f"rate is {self.rate}; allowed: above 0 and below 1")
        if self.masked < 0 or self.random < 0 or self.masked + self.random > 1 + 1e-12:
            raise ValueError(f"masked is {self.masked} and random {self.random}; allowed: from 0, together up to 1")


def choose(words: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """Choose whole words at random until the number of tokens is reached; a word that would exceed it is passed over.

    Args:
        words: for each token the number of its word; a negative number for what may not be chosen.
        count: how many tokens.
        random: draws the order of the words.

    Returns:
        The chosen positions in rising order; fewer than `count` where what is left are longer words.

    Shapes: words (time,) → (chosen,).
    """
    allowed = np.flatnonzero(words >= 0)
    _, word_of, sizes = np.unique(words[allowed], return_inverse=True, return_counts=True)
    order = random.permutation(len(sizes))
    if sizes.size and sizes.max() == 1:
        return np.sort(allowed[order[:count]])
    kept, room = np.zeros(len(sizes), bool), count
    for word in order:
        if sizes[word] <= room:
            kept[word] = True
            room -= sizes[word]
    return allowed[kept[word_of]]


def mask_words(
    token_ids: np.ndarray,
    tokenizer: BertTokenizer,
    masking: Masking | None = None,
    seed: int | Sequence[int] = 0,
    predictions: int | None = None,
) -> dict[str, np.ndarray]:
    """Hide words of a batch of texts.

    Args:
        token_ids: the texts with their special tokens, 0 for padding.
        tokenizer: knows which ids are special, and which go on with a word.
        masking: how words are hidden; None for BERT's own way.
        seed: of all draws; several numbers make one seed.
        predictions: how many words are asked for in each text at most; None for as many as the longest text needs.

    Returns:
        "token_ids" with what is hidden, "positions" of the chosen tokens, and "labels": what stood there. Where a text
        has fewer than the others, position 0 and label 0 fill up: a label of 0, padding, is none.

    Shapes: token_ids (batch, time), positions and labels (batch, predictions).

    Raises:
        TypeError: if `token_ids` are no whole numbers.
        ValueError: if they have another shape or lie outside the vocabulary, or `predictions` is less than 1.
    """
    masking = Masking() if masking is None else masking
    token_ids = np.asarray(token_ids)
    if token_ids.ndim != 2:
        raise ValueError(f"token_ids has the shape {token_ids.shape}; allowed: (batch, time)")
    checked_id_lists("token_ids", list(token_ids), len(tokenizer))
    random = np.random.default_rng(seed)
    special = np.isin(token_ids, list(tokenizer.special_ids.values()))
    words = np.cumsum(~tokenizer.is_continuation(token_ids), axis=1) if masking.whole_words else None
    chosen = []
    for row, is_special in enumerate(special):
        count = _count((~is_special).sum(), masking.rate)
        count = count if predictions is None else min(count, require_integer("predictions", predictions, at_least=1))
        of_words = np.arange(token_ids.shape[1]) if words is None else words[row]
        chosen.append(choose(np.where(is_special, -1, of_words), count, random))
    positions = pad(chosen, predictions)
    is_asked = pad([np.ones(len(places), np.int32) for places in chosen], predictions) == 1
    labels = np.where(is_asked, np.take_along_axis(token_ids, positions, axis=1), 0)
    kinds = random.random(labels.shape)
    ordinary = np.setdiff1d(np.arange(len(tokenizer)), list(tokenizer.special_ids.values()))
    others = random.choice(ordinary, labels.shape)
    put = np.where(kinds < masking.masked, tokenizer.special_ids["[MASK]"], labels)
    is_other = (kinds >= masking.masked) & (kinds < masking.masked + masking.random)
    put = np.where(is_other, others, put)
    hidden = token_ids.copy()
    rows = np.broadcast_to(np.arange(len(token_ids))[:, None], labels.shape)
    hidden[rows[is_asked], positions[is_asked]] = put[is_asked]
    return {
        "token_ids": hidden.astype(np.int32),
        "positions": positions.astype(np.int32),
        "labels": labels.astype(np.int32),
    }


def _count(tokens: int, rate: float) -> int:
    """How many tokens of a text are chosen: at least one, where there is one."""
    return min(int(tokens), max(1, round(float(tokens) * rate)))


class MaskedBatches(keras.utils.PyDataset):
    """Texts as batches for pre-training: in every epoch other words are hidden, as (seed, epoch) says.

    Args:
        texts: the ids of each text, special tokens included.
        tokenizer: the tokenizer they were made with.
        batch_size: how many texts a batch has; what does not fill a batch waits for another epoch.
        length: what every text is cut or padded to, so that a compiler meets one shape.
        masking: how words are hidden; None for BERT's own way.
        segments: the segment of each token of each text; None where all are of the first.
        seed: of the order of the texts and of what is hidden.
        epoch: the number of the epoch.

    Raises:
        TypeError: if an id is no whole number.
        ValueError: if there are fewer texts than a batch has, an id lies outside the vocabulary, or segments do not
            fit.

    Source: masks drawn anew in every epoch: Y. Liu et al., "RoBERTa", 2019 (arXiv:1907.11692), section 4.1.
    """

    def __init__(
        self,
        texts: Sequence[Sequence[int]],
        tokenizer: BertTokenizer,
        batch_size: int,
        length: int,
        masking: Masking | None = None,
        segments: Sequence[Sequence[int]] | None = None,
        seed: int = 0,
        epoch: int = 0,
    ) -> None:
        super().__init__()
        self.texts = checked_id_lists("texts", texts, len(tokenizer))
        self.batch_size = require_integer("batch_size", batch_size, at_least=1, at_most=max(1, len(self.texts)))
        self.length = require_integer("length", length, at_least=3)
        if not self.texts:
            raise ValueError("texts is empty; allowed: one text or more")
        if segments is not None and [len(one) for one in segments] != [len(one) for one in self.texts]:
            raise ValueError("segments are not as many as ids; allowed: one for each id of each text")
        self.tokenizer, self.masking, self.segments = tokenizer, masking or Masking(), segments
        self.seed = require_integer("seed", seed, at_least=0)
        self.epoch = require_integer("epoch", epoch, at_least=0)
        self.predictions = _count(self.length - 2, self.masking.rate)
        self._order = np.random.default_rng((seed, epoch)).permutation(len(self.texts))

    def __len__(self) -> int:
        return len(self.texts) // self.batch_size

    def __getitem__(self, index: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """What `BertPretrainer` is given, and the words that were hidden; 0 for none.

        Shapes: token_ids and segment_ids (batch_size, length), positions (batch_size, predictions); labels (batch_size,
        predictions).
        """
        if not 0 <= index < len(self):
            raise IndexError(f"index is {index}; allowed: 0 to {len(self) - 1}")
        rows = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        token_ids = pad([self.texts[row] for row in rows], self.length)
        hidden = mask_words(token_ids, self.tokenizer, self.masking, (self.seed, self.epoch, index), self.predictions)
        labels = hidden.pop("labels")
        given = [[0] * self.length] * len(rows) if self.segments is None else [self.segments[row] for row in rows]
        return {**hidden, "segment_ids": pad(given, self.length)}, labels

    def next_epoch(self, epoch: int) -> MaskedBatches:
        """The same texts in another epoch, as `fit_resumable` asks for them.

        Args:
            epoch: its number.
        """
        return MaskedBatches(
            self.texts,
            self.tokenizer,
            self.batch_size,
            self.length,
            self.masking,
            self.segments,
            self.seed,
            epoch,
        )
