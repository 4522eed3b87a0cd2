"""English–Chinese sentence pairs from Tatoeba, as selected by manythings.org/anki."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import partial

import numpy as np

from course_lib.base.errors import DataCorrupt, UsageError
from course_lib.data import archives, gate, registry, samples, sources
from course_lib.data.gate import Opened
from course_lib.data.groups import connected
from course_lib.data.pairs import Pairs

_MEMBER = "cmn.txt"
# How an archive begins, whatever it is called: one with files in it, and one without.
_ZIP = (b"PK\3\4", b"PK\5\6")
SIDES = ("english", "chinese")
_BLOCK = 200  # how many sentences others are compared with at once

# Two ways to write the same words.
_SHORT_FORMS = (
    ("can't", "can not"),
    ("won't", "will not"),
    ("let's", "let us"),
    ("n't", " not"),
    ("'m", " am"),
    ("'re", " are"),
    ("'ll", " will"),
    ("'ve", " have"),
)


def load(limit: int | None = None, seed: int = 0, sample: str = "fallback") -> Pairs:
    """Load sentence pairs, in a random order that depends on the seed alone.

    The published file runs from the shortest sentence to the longest. An English sentence may stand there several
    times, with a different translation each time: keep all of them on one side when you split. Simplified and
    traditional characters are mixed.

    Args:
        limit: how many; None for all. A smaller limit with the same seed gives some of the same pairs.
        seed: of the drawing and the order.
        sample: what to do where the data set cannot be had: `"fallback"` takes the course's own phrases and says so
            (fewer than `limit` if there are fewer), `"never"` raises, `"only"` takes the phrases in any case.

    Returns:
        The pairs, and where they came from in `.source`.

    Raises:
        UsageError: if the choice of sample is unknown, or the limit is not from 1 to the number there is.
        DataUnavailable: with `sample="never"`, if the data set cannot be had.
        DataCorrupt: if the copy in `COURSE_DATA` is not of this form.

    Source: the Tatoeba Project, tatoeba.org; manythings.org/anki.
    """
    card = registry.card("tatoeba")
    whole = samples.published(card, sample, partial(_real, card))
    if whole is None:
        whole = _sample()
        limit = limit if sample == "only" else sources.at_most(limit, len(whole))
    return _draw(whole, limit, seed)


def read(opened: Opened, pairs_at_least: int) -> tuple[list[str], list[str]]:
    """Read the published file: English, a tab, Chinese, and possibly a tab and the authors.

    Args:
        opened: `cmn.txt`, or the archive that holds it.
        pairs_at_least: how many there must be; the site adds some from time to time.

    Raises:
        DataCorrupt: if it is not of this form, or shorter.
        Exception: whatever a damaged archive makes a reader stumble over.
    """
    packed = opened.stream.read(4) in _ZIP
    opened.stream.seek(0)
    text = gate.decoded(archives.zip_file(opened, _MEMBER), str(opened.path)) if packed else opened.text()
    lines = text.split("\n")
    english, chinese = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) < 2 or not fields[0] or not fields[1]:
            raise DataCorrupt(f"{opened.path}: line {number}: expected English, a tab and Chinese, got {line[:60]!r}")
        english.append(fields[0])
        chinese.append(fields[1])
    if len(english) < pairs_at_least:
        raise DataCorrupt(f"{opened.path}: expected at least {pairs_at_least:,} pairs, got {len(english):,}")
    return english, chinese


def split(
    pairs: Pairs, validation: int, test: int, seed: int = 0, similarity: float = 0.5
) -> tuple[Pairs, Pairs, Pairs]:
    """Split pairs so that no sentence of one part is in another part, and training holds no near copy of the others'.

    Pairs hang together where their English or their Chinese is the same but for case, punctuation and short forms, or
    where a third pair hangs together with both; what hangs together stays together. So no test sentence was seen in
    training with another translation, nor a translation with another sentence. What differs by a word or two would
    still tell too much: training pairs that are too similar to a validation or a test pair are left out.

    Args:
        pairs: the pairs.
        validation: how many pairs the second part shall have.
        test: how many the third shall have.
        seed: of the drawing.
        similarity: from which similarity on (as in `similar`, of the English or of the Chinese) a training pair is left
            out; above 1 for none.

    Returns:
        Training, validation and test part, each in the order of `pairs`.

    Raises:
        UsageError: if a number is less than 1, or so many cannot be had without tearing apart what hangs together; if
            `similarity` is not above 0, or no pair is left to train on.
    """
    if not similarity > 0:
        raise UsageError(f"similarity is {similarity}; allowed: a number above 0")
    for name, wanted in (("validation", validation), ("test", test)):
        if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 1:
            raise UsageError(f"{name} is {wanted!r}; allowed: a whole number, 1 or more")
    groups = _groups(pairs)
    random.Random(seed).shuffle(groups)
    parts: list[list[int]] = []
    for name, wanted in (("validation", validation), ("test", test)):
        part: list[int] = []
        left = []
        for group in groups:
            if len(part) + len(group) <= wanted:
                part += group
            else:
                left.append(group)
        if len(part) < wanted or not left:
            raise UsageError(f"{name} is {wanted}; allowed: fewer, of {len(pairs)} pairs in {len(groups)} groups")
        parts.append(part)
        groups = left
    rest = [index for group in groups for index in group]
    left, kept_back = _chosen(pairs, rest), _chosen(pairs, parts[0] + parts[1])
    near = np.any([similar(getattr(left, side), getattr(kept_back, side), similarity) for side in SIDES], axis=0)
    rest = [index for index, too_near in zip(rest, near, strict=True) if not too_near]
    if not rest:
        raise UsageError(f"similarity is {similarity}; allowed: more, all {len(left)} training pairs are left out")
    return tuple(_chosen(pairs, sorted(part)) for part in (rest, *parts))


def similar(sentences: Sequence[str], others: Sequence[str], similarity: float) -> np.ndarray:
    """Which sentences are similar to one of the others.

    The similarity of two sentences is that of the sets of runs of two and three characters in them, spaces and
    punctuation left out, both ends marked: how many runs they share, by how many they have together (Jaccard).

    Args:
        sentences: the sentences.
        others: what each of them is compared with.
        similarity: how similar, from 0 (no run shared) to 1 (the same runs).

    Shapes: → (sentences,), bool.

    Source: A. Z. Broder, "On the resemblance and containment of documents", 1997.
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    runs = HashingVectorizer(
        analyzer="char", ngram_range=(2, 3), norm=None, binary=True, alternate_sign=False, dtype=np.float32
    )
    ours, theirs = (runs.transform([f" {normalised(sentence)} " for sentence in part]) for part in (sentences, others))
    own, their = (np.asarray(part.sum(axis=1)) for part in (ours, theirs))
    found = np.zeros(len(sentences), bool)
    for start in range(0, len(others), _BLOCK):
        block = slice(start, start + _BLOCK)
        shared = (ours @ theirs[block].T).toarray()
        found |= ((shared > 0) & (shared >= similarity * (own + their[block].T - shared))).any(axis=1)
    return found


def normalised(sentence: str) -> str:
    """A sentence without case, punctuation and spaces, its English short forms written out.

    Args:
        sentence: English or Chinese.
    """
    text = sentence.lower().replace("’", "'")
    for short, full in _SHORT_FORMS:
        text = text.replace(short, full)
    return re.sub(r"[\W_]+", "", text)


def _groups(pairs: Pairs) -> list[list[int]]:
    """The indices of pairs that hang together."""
    return connected(
        (("english", normalised(english)), ("chinese", normalised(chinese)))
        for english, chinese in zip(pairs.english, pairs.chinese, strict=True)
    )


def _real(card: registry.Card) -> Pairs:
    (english, chinese), source = sources.read(card, lambda opened: read(opened, card.contents["pairs_at_least"]))
    return Pairs(english, chinese, source)


def _sample() -> Pairs:
    from course_lib.data import phrases

    return phrases.load("train")


def _draw(whole: Pairs, limit: int | None, seed: int) -> Pairs:
    order = list(range(len(whole)))
    random.Random(seed).shuffle(order)
    chosen = order[: sources.checked_limit(limit, len(whole))]
    return _chosen(whole, chosen)


def _chosen(whole: Pairs, indices: list[int]) -> Pairs:
    return Pairs([whole.english[index] for index in indices], [whole.chinese[index] for index in indices], whole.source)
