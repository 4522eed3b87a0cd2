"""Headlines that are written, not chosen: lesson 06's Transformer on stories whose names it has never seen.

A word that the vocabulary lacks gets a number by lot, the same one in the story and in its headline. So a name can be
copied and not learnt by heart: what is learnt is which of them does what.

`python -m course_lib.applications.headlines` trains the recorded model again and fails where its headlines are worse
than on record; `--folder FOLDER` records anew.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from course_lib.applications.local_news import Story, stories
from course_lib.applications.records import RECORDED, Measured, recorded_runs
from course_lib.applications.summaries import lead, rouge_l, rouge_n
from course_lib.base.arguments import require_integer
from course_lib.preprocessing.vocabulary import Vocabulary
from course_lib.training.kept import keep_weights, with_kept_weights
from course_lib.training.provenance import Minutes, clock, rounded, these_versions, this_machine
from course_lib.training.recorded import write_record
from course_lib.transformer.decoding import greedy_search
from course_lib.transformer.model import Transformer
from course_lib.transformer.training import train_translator

SEED, STORIES, ASKED, EPOCHS = 12, 8_000, 300, 6
# How many words of one story can have a number.
NUMBERS = 12
SETTINGS = {"width": 64, "num_layers": 2, "num_heads": 4, "hidden_dim": 128, "max_length": 80, "dropout": 0.0}
LEVELS = 127
# How much lower a repeated run may be.
TOLERANCE = 0.05
_TOKEN = re.compile(r"[A-Za-z]+|[.,]")
_START, _END = "[START]", "[END]"


class Numbered:
    """Words to ids, those that are not known as numbers that hold for one story.

    Args:
        texts: what the known words are taken from: all that stand there in small letters, and the marks.

    Attributes:
        vocabulary: the special words, the numbers and the known words.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        known = {token for text in texts for token in _TOKEN.findall(text) if not token[0].isupper()}
        numbers = [f"[{number}]" for number in range(NUMBERS)]
        self.vocabulary = Vocabulary([_START, _END, *numbers, *sorted(known)])

    def __len__(self) -> int:
        return len(self.vocabulary)

    @property
    def start_id(self) -> int:
        """What a headline begins with."""
        return 2

    @property
    def end_id(self) -> int:
        """What a headline ends with."""
        return 3

    def numbers_of(self, story: str, seed: int = 0) -> dict[str, int]:
        """By lot a number for each word of a story that is not known; none for those that are too many.

        Args:
            story: the text.
            seed: of the lot.
        """
        unknown = dict.fromkeys(token for token in _TOKEN.findall(story) if token.lower() not in self.vocabulary)
        drawn = np.random.default_rng(seed).permutation(NUMBERS)
        return dict(zip(unknown, drawn.tolist(), strict=False))

    def ids(self, text: str, numbers: dict[str, int]) -> list[int]:
        """The ids of a text.

        Args:
            text: a story or its headline.
            numbers: from `numbers_of` of the story.
        """
        tokens = _TOKEN.findall(text)
        return self.vocabulary.encode(
            [f"[{numbers[token]}]" if token in numbers else token.lower() for token in tokens]
        )

    def text(self, ids: Sequence[int], numbers: dict[str, int]) -> str:
        """The text of ids; a number that no word has stays a number.

        Args:
            ids: of a headline.
            numbers: from `numbers_of` of the story.
        """
        names = {f"[{number}]": token for token, number in numbers.items()}
        return " ".join(names.get(token, token) for token in self.vocabulary.decode(ids))


class Headliner:
    """A Transformer that writes headlines.

    Args:
        words: makes ids.
        seed: of the first weights.
    """

    def __init__(self, words: Numbered, seed: int = SEED) -> None:
        self.words = words
        self.model = Transformer(len(words), len(words), seed=seed, **SETTINGS)

    def fit(
        self,
        learnt: Sequence[Story],
        epochs: int = 1,
        seed: int = SEED,
        on_epoch_end: Callable[[int, dict[str, float]], None] | None = None,
    ) -> dict[str, list[float]]:
        """Learn from stories and their headlines; the numbers of unknown words are drawn once for each story.

        Args:
            learnt: the stories.
            epochs: passes over them.
            seed: of their order and of the numbers.
            on_epoch_end: see `train_translator`.
        """
        sources, targets = [], []
        for place, story in enumerate(learnt):
            text = " ".join(story.sentences)
            numbers = self.words.numbers_of(text, seed + place)
            sources.append(self.words.ids(text, numbers))
            targets.append(self.words.ids(story.headline, numbers))
        return train_translator(
            self.model, sources, targets, self.words.start_id, self.words.end_id, epochs, batch_size=32,
            boundaries=[SETTINGS["max_length"]], learning_rate=2e-3, smoothing=0.0, seed=seed,
            on_epoch_end=on_epoch_end,
        )  # fmt: skip

    def write(self, texts: Sequence[str], batch_size: int = 50) -> list[str]:
        """A headline for each text, the likeliest word each time.

        Args:
            texts: the stories.
            batch_size: how many are written at a time.
        """
        require_integer("batch_size", batch_size, at_least=1)
        if not texts:
            return []
        numbers = [self.words.numbers_of(text, place) for place, text in enumerate(texts)]
        sources = [
            self.words.ids(text, own)[: SETTINGS["max_length"]] for text, own in zip(texts, numbers, strict=True)
        ]
        found = greedy_search(
            self.model, sources, self.words.start_id, self.words.end_id, max_length=16, batch_size=batch_size
        )
        return [self.words.text(ids, own) for ids, own in zip(found, numbers, strict=True)]


def right_facts(headline: str, story: Story) -> dict[str, bool]:
    """Which facts of a story a headline says, and whether it says nothing else.

    Args:
        headline: what was written.
        story: what is true.

    Returns:
        "who", "thing", "where" and "end", and "all" for a headline that is the paper's own, word for word.
    """
    said, right = (_TOKEN.findall(text.lower()) for text in (headline, story.headline))

    def holds(words: str) -> bool:
        wanted = words.lower().split()
        return any(said[place : place + len(wanted)] == wanted for place in range(len(said)))

    facts = story.facts
    verb = right[len(facts["where"].split())]
    return {
        "who": holds(facts["who"]),
        "thing": holds(facts["thing"].split(" ", 1)[1]),
        "where": holds(facts["where"]),
        "end": verb in said,
        "all": said == right,
    }


def learnt_words() -> Numbered:
    """The words of the recorded model: those of the stories that it has learnt from."""
    return Numbered(text for story in stories(STORIES, "train", SEED) for text in (*story.sentences, story.headline))


def recorded_headliner() -> Headliner:
    """The trained model."""
    found = Headliner(learnt_words())
    with_kept_weights(found.model, RECORDED / "headlines.npz")
    return found


def measured(written: Sequence[str], told: Sequence[Story]) -> dict[str, float]:
    """ROUGE of headlines, and which share of them says which fact.

    Args:
        written: a headline for each story.
        told: the stories.
    """
    pairs = [(made, story.headline) for made, story in zip(written, told, strict=True)]
    facts = [right_facts(made, story) for made, story in zip(written, told, strict=True)]
    found = {
        "rouge_1": np.mean([rouge_n(*pair) for pair in pairs]),
        "rouge_2": np.mean([rouge_n(*pair, 2) for pair in pairs]),
        "rouge_l": np.mean([rouge_l(*pair) for pair in pairs]),
        **{name: np.mean([own[name] for own in facts]) for name in ("who", "thing", "where", "end", "all")},
    }
    return {name: float(value) for name, value in found.items()}


def examined(made: Headliner, count: int = ASKED) -> dict[str, float]:
    """What a model is measured on: stories with other names, and those with endings in other words as well.

    Args:
        made: the model.
        count: how many stories of each.

    Returns:
        What `measured` says of the first; of the others, "reworded_" before the name; and ROUGE-1 of the first sentence
        and of the first three.
    """
    told = stories(count, "test", SEED)
    results = measured(made.write([" ".join(story.sentences) for story in told]), told)
    other = stories(count, "reworded", SEED)
    found = measured(made.write([" ".join(story.sentences) for story in other]), other)
    results.update({f"reworded_{name}": value for name, value in found.items()})
    for size in (1, 3):
        first = [" ".join(story.sentences[place] for place in lead(story.sentences, size)) for story in told]
        results[f"lead_{size}_rouge_1"] = measured(first, told)["rouge_1"]
    return results


def train(on_epoch_end: Callable[[int, dict[str, float]], None] | None = None) -> tuple[Headliner, Measured]:
    """Train the recorded model, and measure it.

    Args:
        on_epoch_end: see `train_translator`.
    """
    minutes: Minutes = {}
    made = Headliner(learnt_words())
    with clock(minutes, "learning"):
        made.fit(stories(STORIES, "train", SEED), EPOCHS, on_epoch_end=on_epoch_end)
    with clock(minutes, "writing"):
        results = examined(made)
    _, work = rounded(minutes)
    kept = {name: round(value, 4) for name, value in results.items()}
    settings = {**SETTINGS, "epochs": EPOCHS}
    run = Measured("headlines", SEED, settings, (STORIES, ASKED), kept, work, this_machine(), these_versions())
    return made, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Train it from the command line."""
    parser = argparse.ArgumentParser(description="Headlines by a Transformer.")
    parser.add_argument("--folder", type=Path, help="record anew, here")
    given = parser.parse_args(arguments)
    made, run = train(lambda epoch, numbers: print(epoch, f"{numbers['loss']:.3f}", flush=True))
    print(dict(run.results))
    if given.folder is not None:
        keep_weights(made.model, given.folder / "headlines.npz", LEVELS)
        write_record(run, given.folder / "study-headlines.json")
        return 0
    before = recorded_runs()["headlines"].results
    moved = [name for name, value in run.results.items() if value < before[name] - TOLERANCE]
    print(", ".join(moved) or "within the recorded ranges")
    return int(bool(moved))


if __name__ == "__main__":
    sys.exit(main())
