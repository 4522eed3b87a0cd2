"""English–Chinese phrases from the course's own small grammar, with a test part that is held out by combination."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from course_lib.base.errors import DataCorrupt
from course_lib.data import registry, samples, sources
from course_lib.data.gate import Opened
from course_lib.data.grammar import drafts
from course_lib.data.grammar.draft import Draft, choose, digest
from course_lib.data.pairs import Pairs

PARTS = ("train", "test")

_HEADER = ("english", "chinese", "part")
# No construction may have more sentences than this, so that none drowns the others.
_LARGEST = 120
_TEST_FRACTION = 0.1
# A combination goes to the test part only if training still holds each of its words this often.
_LEAST = 6

_WORD = re.compile(r"[a-z']+|[\u4e00-\u9fff]")


class Phrase(NamedTuple):
    """One sentence in both languages, and the part it belongs to: `"train"` or `"test"`."""

    english: str
    chinese: str
    part: str


def generate() -> list[Phrase]:
    """Make every phrase from the grammar, the same ones on every machine.

    A combination is a construction (say, what somebody did to so many things) with its key words (say, "find" and
    "umbrella"). A tenth of them are held out: the test part has sentences in combinations that training never shows,
    though training shows each of their words six times or more. No sentence of either language is in both parts.

    Returns:
        The phrases, in the order of the grammar; no English and no Chinese sentence comes twice.
    """
    chosen = list(_chosen())
    held_out = _held_out(chosen)
    return [Phrase(draft.english, draft.chinese, PARTS[(name, draft.words) in held_out]) for name, draft in chosen]


def write(path: Path | str) -> None:
    """Write the phrases as tab-separated lines below a header.

    Args:
        path: the file; it is replaced if it is there.
    """
    samples.write_rows(path, [_HEADER, *generate()])


def load(part: str = "train", limit: int | None = None, seed: int = 0) -> Pairs:
    """Load phrases, in a random order that depends on the seed alone.

    Args:
        part: `"train"`, or `"test"`: known words in combinations that training does not show.
        limit: how many; None for all. A smaller limit with the same seed gives some of the same phrases.
        seed: of the drawing and the order.

    Returns:
        The pairs (`course_lib.data.pairs.Pairs`, the same as of Tatoeba); their `source` is `"sample"`.

    Raises:
        UsageError: if the part is unknown, or the limit is not from 1 to the number there is.
        DataCorrupt: if the file of the phrases is not as `write` wrote it.
    """
    sources.choice(part, "part", PARTS)
    whole, _ = sources.read(registry.card("phrases"), read)
    phrases = [phrase for phrase in whole if phrase.part == part]
    chosen = phrases[:]
    random.Random(seed).shuffle(chosen)
    chosen = chosen[: sources.checked_limit(limit, len(phrases))]
    return Pairs([phrase.english for phrase in chosen], [phrase.chinese for phrase in chosen], "sample")


def _chosen() -> Iterator[tuple[str, Draft]]:
    """The sentences of each construction after its name, in the order of the grammar, at most `_LARGEST` of each."""
    constructions: dict[str, list[Draft]] = {}
    for name, draft in drafts():
        constructions.setdefault(name, []).append(draft)
    for name, group in constructions.items():
        kept = set(choose(group, _LARGEST, name))
        yield from ((name, draft) for draft in group if draft in kept)


def _held_out(chosen: list[tuple[str, Draft]]) -> set[tuple[str, tuple[str, ...]]]:
    """The combinations of the test part: about a tenth of each construction's, as if drawn by lot."""
    combinations: dict[str, dict[tuple[str, ...], Counter]] = {}
    remaining: Counter = Counter()
    for name, draft in chosen:
        words = _words(draft)
        remaining.update(words)
        combinations.setdefault(name, {}).setdefault(draft.words, Counter()).update(words)
    held_out = set()
    for name, group in combinations.items():
        wanted = max(1, round(_TEST_FRACTION * len(group)))
        for key in sorted(group, key=lambda key: digest(name, key)):
            if wanted and all(remaining[word] - count >= _LEAST for word, count in group[key].items()):
                remaining.subtract(group[key])
                held_out.add((name, key))
                wanted -= 1
    return held_out


def _words(draft: Draft) -> Counter:
    """English words and Chinese characters, each once for a sentence."""
    return Counter(set(_WORD.findall(f"{draft.english.lower()} {draft.chinese}")))


def read(opened: Opened) -> list[Phrase]:
    """Read the phrases as `write` wrote them.

    Args:
        opened: the file.

    Raises:
        DataCorrupt: if it is not of this form.
    """
    header, *rows = [tuple(line.split("\t")) for line in opened.text().splitlines()] or [()]
    if header != _HEADER or any(len(row) != 3 or row[2] not in PARTS for row in rows):
        raise DataCorrupt(
            f"{opened.path}: expected the columns {', '.join(_HEADER)}, the last one of {', '.join(PARTS)}"
        )
    return [Phrase(*row) for row in rows]
