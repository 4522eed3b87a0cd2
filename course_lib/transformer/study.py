"""Real sentences from English to Chinese, cut in three ways: what the page of lesson 06 has no time to train.

`python -m course_lib.transformer.study` repeats the recorded runs from the raw sentences and fails where one leaves its
recorded range; `--folder FOLDER` records anew; `--cuts` and `--seeds` choose some. The recipe is the same for every cut
and was chosen for the time it takes; each model translates the test sentences once.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.base.arguments import require_choice
from course_lib.base.docstrings import docstring
from course_lib.data import tatoeba
from course_lib.data.pairs import Pairs
from course_lib.preprocessing.subwords import BytePairEncoding
from course_lib.preprocessing.text import tokenize
from course_lib.preprocessing.vocabulary import Vocabulary
from course_lib.training.provenance import Minutes, clock, rounded, these_versions, this_machine
from course_lib.training.recorded import differences, read_records, recorded_in, write_record
from course_lib.transformer.decoding import beam_search
from course_lib.transformer.evaluation import bleu, bleu_interval
from course_lib.transformer.model import Transformer
from course_lib.transformer.training import train_translator, translation_loss

CUTS = ("words-characters", "subwords-characters", "subwords-subwords")
HELD_OUT = 1_000  # pairs for validation, and as many for the test
MODEL = {"width": 128, "num_heads": 4, "hidden_dim": 512, "num_layers": 2, "dropout": 0.3}
TRAINING = {"epochs": 22, "batch_size": 64, "learning_rate": 2e-3, "boundaries": (8, 10, 12, 14, 18, 32)}
SUBWORDS = {"english": 4_000, "chinese": 6_000}
# Longer sentences are left out of training: there are few, and every batch of theirs takes twice as long.
LONGEST = 32
# How far a repeated run's BLEU may be from the record's: other machines add up in another order.
TOLERANCE = 2.5


@dataclass(frozen=True)
class Cut:
    """How sentences become ids, and ids of the second language sentences.

    Args:
        source: an English sentence to ids.
        target: a Chinese sentence to ids.
        join: ids of the second language to a sentence.
        sizes: how many ids there are on either side.
    """

    source: Callable[[str], list[int]]
    target: Callable[[str], list[int]]
    join: Callable[[Sequence[int]], str]
    sizes: tuple[int, int]


@dataclass(frozen=True)
class Translated:
    """One translator, trained and scored once.

    Args:
        cut: one of `CUTS`.
        seed: of the split, the first weights and the order.
        settings: of model and training, and the numbers of ids and weights.
        validation_loss: nats for each Chinese character of the validation sentences, whatever they were cut into.
        validation_bleu: of characters, in hundredths.
        test_bleu: the same of the test sentences.
        interval: between which values it lies with 95% confidence (bootstrap).
        pairs: of training, validation and test.
        samples: some test sentences: English, translation, references, and the translation's own score.
        minutes: by the clock, by step.
        processor_minutes: of processors' work.
        data: a digest of all pairs.
        machine: kind of processor and number of cores.
        versions: of Python, Keras, its backend, NumPy.
    """

    cut: str
    seed: int
    settings: Mapping[str, object]
    validation_loss: float
    validation_bleu: float
    test_bleu: float
    interval: tuple[float, float]
    pairs: tuple[int, int, int]
    samples: Sequence[Mapping[str, object]]
    minutes: Mapping[str, float]
    processor_minutes: Mapping[str, float]
    data: str = ""
    machine: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


def make_cut(cut: str, learnt: Pairs, subwords: Mapping[str, int] = SUBWORDS) -> Cut:
    """Decide from the training pairs how sentences are cut.

    Args:
        cut: "words-characters" (English words seen twice, Chinese characters), "subwords-characters" or
            "subwords-subwords".
        learnt: the training pairs.
        subwords: how many tokens byte-pair encoding has on either side.

    Raises:
        ValueError: if `cut` is another.
    """
    require_choice("cut", cut, CUTS)
    first, second = cut.split("-")
    english = [text.lower() for text in learnt.english]
    source, source_size, _ = _by_words(english) if first == "words" else _by_subwords(english, subwords["english"])
    target, target_size, join = (
        _by_characters(learnt.chinese) if second == "characters" else _by_subwords(learnt.chinese, subwords["chinese"])
    )
    return Cut(lambda text: source(text.lower()), target, join, (source_size, target_size))


# Sentences to ids, how many ids there are, and ids to sentences.
_Way = tuple[Callable[[str], list[int]], int, Callable[[Sequence[int]], str]]


def _by_words(texts: Sequence[str]) -> _Way:
    known = Vocabulary.build(map(tokenize, texts), min_count=2)
    return lambda text: known.encode(tokenize(text)), len(known), lambda ids: " ".join(known.decode(ids))


def _by_characters(texts: Sequence[str]) -> _Way:
    known = Vocabulary.build(map(list, texts))
    return lambda text: known.encode(list(text)), len(known), lambda ids: "".join(known.decode(ids))


def _by_subwords(texts: Sequence[str], size: int) -> _Way:
    known = BytePairEncoding.train(texts, size)
    return lambda text: known.to_ids(known.encode(text)), len(known), known.decode


def train(
    cut: Cut,
    learnt: Pairs,
    seed: int,
    model: Mapping[str, object],
    training: Mapping[str, object],
    **options: object,
) -> tuple[Transformer, dict[str, list[float]], int]:
    """Train a translator of real sentences.

    Args:
        cut: from `make_cut`.
        learnt: the training pairs; those longer than `LONGEST` on either side are left out.
        seed: of the first weights and the order.
        model: arguments of `Transformer`.
        training: arguments of `train_translator`.
        options: more of them.

    Returns:
        The model, its history, and how many pairs were left out.
    """
    ids = [(cut.source(pair.english), cut.target(pair.chinese)) for pair in learnt]
    short = [pair for pair in ids if max(map(len, pair)) < LONGEST]
    start, end = _markers(cut)
    translator = Transformer(cut.sizes[0], end + 1, max_length=2 * LONGEST, seed=seed, **model)
    history = train_translator(translator, *zip(*short, strict=True), start, end, seed=seed, **training, **options)
    return translator, history, len(ids) - len(short)


def translate(translator: Transformer, cut: Cut, english: Sequence[str], **options: object) -> list[str]:
    """Translate English sentences by beam search.

    Args:
        translator: from `train`.
        cut: as in training.
        english: the sentences; what is beyond the model's length is cut off.
        options: of `beam_search`.
    """
    asked = [cut.source(text)[: translator.max_length] for text in english]
    found = beam_search(translator, asked, *_markers(cut), **{"max_length": LONGEST, "batch_size": 32, **options})
    return [cut.join(ids) for ids in found]


def _markers(cut: Cut) -> tuple[int, int]:
    return cut.sizes[1], cut.sizes[1] + 1


def references(pairs: Pairs) -> dict[str, list[str]]:
    """Each English sentence once, with all its translations."""
    found: dict[str, list[str]] = {}
    for pair in pairs:
        found.setdefault(pair.english, []).append(pair.chinese)
    return found


def character_bleu(written: Sequence[str], right: Sequence[Sequence[str]], **options: int) -> float:
    """BLEU of characters, whatever the model wrote with, so that cuts can be compared; options as for `bleu`."""
    return bleu(list(map(list, written)), [list(map(list, each)) for each in right], **options)


def chosen_samples(written: Sequence[str], right: Mapping[str, Sequence[str]]) -> list[dict[str, object]]:
    """Translations from the best to the worst tenth, one of each by rule and not by taste.

    Args:
        written: the translations.
        right: the English sentences with their references, in the same order.

    Returns:
        "english", "written", "references" and "score" (BLEU of runs of up to two characters) of the sentence in the
        middle of each tenth of all sentences with six words or more, the best first.
    """
    rows = [
        {"english": english, "written": ours, "references": list(each), "score": 0.0}
        for (english, each), ours in zip(right.items(), written, strict=True)
        if len(english.split()) >= 6
    ]
    for row in rows:
        row["score"] = round(character_bleu([row["written"]], [row["references"]], max_order=2), 1)
    rows.sort(key=lambda row: (-row["score"], row["english"]))
    return [rows[len(rows) * place // 20] for place in range(1, 20, 2)] if rows else []


def run(
    pairs: Pairs,
    cut: str,
    seed: int,
    model: Mapping[str, object] = MODEL,
    training: Mapping[str, object] = TRAINING,
    on_epoch_end: Callable[[int, dict[str, float]], None] | None = None,
) -> Translated:
    """Split, cut, train, choose nothing, and score the test once.

    Args:
        pairs: all pairs.
        cut: one of `CUTS`.
        seed: of all that is drawn.
        model: arguments of `Transformer`.
        training: arguments of `train_translator`.
        on_epoch_end: called after each epoch with the number of epochs done and the latest numbers.
    """
    minutes: Minutes = {}
    # Small selections, to see that it works, are held out in the same shares.
    held_out = min(HELD_OUT, len(pairs) // 20)
    learnt, watched, asked = tatoeba.split(pairs, held_out, held_out, seed)
    with clock(minutes, "cutting"):
        made = make_cut(cut, learnt)
    with clock(minutes, "training"):
        translator, _, left_out = train(made, learnt, seed, model, training, on_epoch_end=on_epoch_end)
    with clock(minutes, "translating"):
        held, right = references(watched), references(asked)
        first, written = (translate(translator, made, list(each)) for each in (held, right))
    sources = [made.source(pair.english)[: translator.max_length] for pair in watched]
    targets = [made.target(pair.chinese)[: translator.max_length - 1] for pair in watched]
    loss = translation_loss(translator, sources, targets, *_markers(made))
    # Per token, ends included, it depends on the cut; per character it does not.
    tokens = sum(map(len, targets)) + len(targets)
    settings = {
        **model,
        **training,
        "sizes": list(made.sizes),
        "weights": translator.count_params(),
        "left_out": left_out,
    }
    cut_references = [list(map(list, each)) for each in right.values()]
    return Translated(
        cut,
        seed,
        settings,
        round(loss * tokens / sum(map(len, watched.chinese)), 4),
        round(character_bleu(first, list(held.values())), 2),
        round(character_bleu(written, list(right.values())), 2),
        tuple(round(each, 2) for each in bleu_interval(list(map(list, written)), cut_references, seed)),
        (len(learnt), len(watched), len(asked)),
        chosen_samples(written, right),
        *rounded(minutes),
        _digest(pairs),
        this_machine(),
        these_versions(),
    )


def _digest(pairs: Pairs) -> str:
    lines = sorted(f"{pair.english}\t{pair.chinese}" for pair in pairs)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def recorded_translations() -> list[Translated]:
    """The runs on record, by cut and seed; none where there is no record."""
    found = read_records(Translated, recorded_in("course_lib.transformer"))
    return sorted(found, key=lambda each: (CUTS.index(each.cut), each.seed))


def compare(found: Translated, recorded: Sequence[Translated]) -> list[str]:
    """What differs from the record by more than the tolerance, in words."""
    return differences(found, recorded, ("cut", "seed"), ("validation_bleu", "test_bleu"), TOLERANCE, digits=2)


def _tell(epochs: int, numbers: Mapping[str, float]) -> None:
    minutes = numbers["seconds"] / 60
    print(f"{epochs} epochs, {minutes:.1f} min, loss {numbers['loss']:.3f}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.transformer.study", description=docstring(sys.modules[__name__]).splitlines()[0]
    )
    parser.add_argument("--cuts", nargs="+", choices=CUTS, default=list(CUTS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--pairs", type=int, help="how many pairs; all without it")
    parser.add_argument("--epochs", type=int, default=TRAINING["epochs"])
    parser.add_argument("--folder", type=Path, help="where records are written; none without it")
    chosen = parser.parse_args(arguments)
    pairs = tatoeba.load(chosen.pairs, seed=0, sample="never")
    whole = chosen.pairs is None and chosen.epochs == TRAINING["epochs"]
    known, moved = recorded_translations() if whole else [], []
    for seed in chosen.seeds:
        for cut in chosen.cuts:
            found = run(pairs, cut, seed, MODEL, {**TRAINING, "epochs": chosen.epochs}, _tell)
            low, high = found.interval
            print(f"{cut}, seed {seed}: BLEU {found.test_bleu:.1f} (95%: {low:.1f} to {high:.1f}),", end=" ")
            print(f"validation {found.validation_bleu:.1f}, {found.validation_loss:.3f} nats per character", flush=True)
            if chosen.folder is not None:
                write_record(found, chosen.folder / f"{cut}.{seed}.json")
            moved += compare(found, known)
    print("\n".join(moved) or "within the recorded ranges")
    return int(bool(moved))


if __name__ == "__main__":
    sys.exit(main())
