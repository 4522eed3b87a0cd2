"""A whole corpus at speed: clean, tokenise, count and number many texts in one pass, on all cores.

The ids are those of `clean`, `tokenize` and `Vocabulary` one after the other, to the last one.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from course_lib.preprocessing.arguments import require_integer, require_text, require_words
from course_lib.preprocessing.text import clean, tokenize
from course_lib.preprocessing.vocabulary import Vocabulary

# Large enough that handing a part over costs little, small enough that all cores finish together.
_TEXTS_IN_A_PART = 2_000


@dataclass(frozen=True)
class Corpus:
    """Texts as ids, one behind the other in a single array.

    Args:
        ids: the ids of all texts.
        offsets: where each text begins, and at last where the last one ends.

    Shapes: ids (tokens,) int32, offsets (texts + 1,) int64.
    """

    ids: np.ndarray
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, text: int) -> np.ndarray:
        """The ids of one text, (tokens,); negative numbers count from the end."""
        if not -len(self) <= text < len(self):
            raise IndexError(f"text {text} of a corpus of {len(self)}")
        text %= len(self)
        return self.ids[self.offsets[text] : self.offsets[text + 1]]

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[text] for text in range(len(self)))

    @property
    def lengths(self) -> np.ndarray:
        """How many tokens each text has, (texts,)."""
        return np.diff(self.offsets)


def texts_to_ids(
    texts: Sequence[str],
    vocabulary: Vocabulary | None = None,
    max_size: int | None = None,
    min_count: int = 1,
    processes: int = 1,
) -> tuple[Vocabulary, Corpus]:
    """Clean and tokenise texts and turn them into ids.

    Args:
        texts: any number of texts.
        vocabulary: the words to know; None to build a vocabulary from these texts.
        max_size: of a vocabulary built here, as for `Vocabulary.build`.
        min_count: of a vocabulary built here, as for `Vocabulary.build`.
        processes: how many processes share the work. More than one start fresh interpreters, so a script that asks for
            them must keep its own work under `if __name__ == "__main__":`; a notebook need not.

    Returns:
        The vocabulary and the ids.

    Raises:
        TypeError: if `texts` is one str, or one of them is no str.
        ValueError: if `processes`, `max_size` or `min_count` is out of range.
    """
    require_words("texts", texts)
    require_integer("processes", processes, at_least=1)
    parts = [texts[start : start + _TEXTS_IN_A_PART] for start in range(0, len(texts), _TEXTS_IN_A_PART)]
    if processes == 1 or len(parts) < 2:
        numbered = list(map(_number_part, parts))
    else:
        # Forking a process in which a backend already runs its threads can hang; fresh interpreters cannot.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(processes, len(parts)), mp_context=context) as pool:
            numbered = list(pool.map(_number_part, parts))

    if vocabulary is None:
        counts: dict[str, int] = {}
        for words, local_ids, _ in numbered:
            for word, count in zip(words, np.bincount(local_ids, minlength=len(words)).tolist(), strict=True):
                counts[word] = counts.get(word, 0) + count
        vocabulary = Vocabulary.from_counts(counts, max_size, min_count)
    ids = [np.zeros(0, dtype=np.int32)]
    lengths = [np.zeros(1, dtype=np.int64)]
    for words, local_ids, part_lengths in numbered:
        ids.append(np.array(vocabulary.encode(words), dtype=np.int32)[local_ids])
        lengths.append(part_lengths)
    return vocabulary, Corpus(np.concatenate(ids), np.cumsum(np.concatenate(lengths)))


def _number_part(texts: Sequence[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The words of some texts in the order they first occur, the texts as numbers of these words, their lengths."""
    numbers: dict[str, int] = {}
    ids: list[int] = []
    lengths: list[int] = []
    for text in texts:
        require_text("texts holds what", text)
        tokens = tokenize(clean(text))
        ids += [numbers.setdefault(token, len(numbers)) for token in tokens]
        lengths.append(len(tokens))
    return list(numbers), np.array(ids, dtype=np.int32), np.array(lengths, dtype=np.int64)
