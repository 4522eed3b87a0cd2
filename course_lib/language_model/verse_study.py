"""Tang poems of strict form, read by characters: what the page of lesson 09 has no time to train.

`python -m course_lib.language_model.verse_study` repeats the recorded runs and fails where one leaves its recorded
range; `--folder FOLDER` records anew; `--seeds` chooses some. What was written is judged by what the training poems
alone teach about rhymes and tones.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from course_lib.base.docstrings import docstring
from course_lib.base.files import write_atomically
from course_lib.data import poems
from course_lib.language_model.decoder import DecoderLanguageModel
from course_lib.language_model.generation import generate
from course_lib.language_model.measuring import loss_per_token
from course_lib.language_model.packing import pack
from course_lib.language_model.rhymes import RhymeBook, ToneBook, alternating_pairs
from course_lib.language_model.sampling import Sampler
from course_lib.language_model.training import train_language_model
from course_lib.language_model.verse import form_of, rhyming_pairs, share_in_form, share_of_rhymes, verse_lines
from course_lib.preprocessing.vocabulary import SPECIAL_WORDS, Vocabulary
from course_lib.training.kept import keep_weights, with_kept_weights
from course_lib.training.provenance import Minutes, clock, rounded, these_versions, this_machine
from course_lib.training.recorded import differences, read_records, recorded_in, write_record

# Records and weights of this lesson's runs.
RECORDED = recorded_in("course_lib.language_model")

LENGTH = 64
SETTINGS = {"width": 128, "num_layers": 4, "num_heads": 4, "max_length": 128, "dropout": 0.2}
TRAINING = {"steps": 1_800, "batch_size": 16, "learning_rate": 3e-3}
SAMPLER = Sampler(temperature=0.9, nucleus=0.95)
# How many poems are written and judged, and how long one may become.
WRITTEN, LONGEST = 200, 80
# The run whose weights are kept, for readers who want to see it write.
KEPT = 1
# What records are called, by whether poems of one row could look into each other.
_KINDS = {False: "verses", True: "together"}
# In what steps its weights are kept, so that no file of the course is larger than a mebibyte; it costs 0.001 bits.
POET_LEVELS = 31
# How far a repeated run's bits per character may be from the record's.
TOLERANCE = 0.1


class Verses(NamedTuple):
    """Poems of four or eight lines of five or seven characters.

    Args:
        training: what is learnt from.
        validation: what is chosen on.
        test: what is asked once.
    """

    training: list[str]
    validation: list[str]
    test: list[str]


def verses(sample: str = "fallback") -> Verses:
    """The poems of the Tang that have one of the `FORMS`, no poem of one part in another.

    Args:
        sample: as in `data.poems.load`.
    """
    parts = poems.split(poems.load("shi", sample=sample))
    return Verses(*([poem.text for poem in part if form_of(poem.text)] for part in parts))


@dataclass(frozen=True)
class Form:
    """How well poems keep their form; shares from 0 to 1.

    Args:
        in_form: have four or eight lines of five or of seven characters.
        rhyming: of the ends of even lines that can be judged.
        alternating: of the characters at even places of a line, level and oblique by turns, that can be judged.
    """

    in_form: float
    rhyming: float
    alternating: float


def judge(texts: Sequence[str], rhymes: RhymeBook, tones: ToneBook) -> Form:
    """Judge the form of poems.

    Args:
        texts: one poem or more.
        rhymes: which characters rhyme.
        tones: which are level and which oblique.
    """
    lines = [line for text in texts for line in verse_lines(text)]
    stands = [pair for line in lines for pair in alternating_pairs(line)]
    rhyming, _ = share_of_rhymes(rhyming_pairs(texts), rhymes.rhyme)
    alternating, _ = share_of_rhymes(stands, tones.alternate)
    return Form(share_in_form(texts), rhyming, alternating)


def write_poems(
    model: DecoderLanguageModel, characters: Vocabulary, count: int, sampler: Sampler = SAMPLER, seed: int = 0
) -> list[str]:
    """Let a model write poems, each from the separator to the next one; where it writes none, "？".

    Args:
        model: its last id is the separator.
        characters: what the other ids stand for.
        count: how many.
        sampler: how characters are drawn.
        seed: of the first poem; each has another.
    """
    begin = len(characters)
    drawn = (generate(model, [begin], LONGEST, sampler, seed + number, stop=begin) for number in range(count))
    return ["".join(characters.decode(ids)) or "？" for ids in drawn]


@dataclass(frozen=True)
class Versed:
    """One model of poems, trained once.

    Args:
        seed: of the first weights, of the order and of the poems it wrote.
        settings: of model and training.
        weights: how many numbers were trained.
        validation_bits: bits for a character, signs and ends included, of the validation poems.
        test_bits: the same of the test poems.
        form: of what it wrote; None where nothing could be judged.
        real: the form of the test poems, by the same books.
        samples: the first poems that it wrote, not chosen.
        minutes: by the clock, by step.
        processor_minutes: of processors' work.
        machine: kind of processor and number of cores.
        versions: of Python, Keras, its backend, NumPy.
    """

    seed: int
    settings: Mapping[str, object]
    weights: int
    validation_bits: float
    test_bits: float
    form: Mapping[str, float | None]
    real: Mapping[str, float | None]
    samples: Sequence[str]
    minutes: Mapping[str, float]
    processor_minutes: Mapping[str, float]
    machine: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


def run(
    texts: Verses,
    seed: int,
    settings: Mapping[str, object] | None = None,
    training: Mapping[str, object] | None = None,
    written: int = WRITTEN,
    on_report: Callable[[dict[str, float]], None] | None = None,
) -> tuple[Versed, DecoderLanguageModel, Vocabulary]:
    """Train on poems, let it write, judge what it wrote, ask the test poems once.

    Args:
        texts: from `verses`.
        seed: of all that is drawn.
        settings: changes to the model's settings.
        training: changes to the arguments of `train_language_model`.
        written: how many poems it writes.
        on_report: told the numbers of each report.

    Returns:
        The record, the model, and its characters.
    """
    minutes: Minutes = {}
    characters = Vocabulary.build(map(list, texts.training))
    learnt, watched, asked = (
        pack([characters.encode(list(text)) for text in part], LENGTH, len(characters)) for part in texts
    )
    model = DecoderLanguageModel(len(characters) + 1, seed=seed, **{**SETTINGS, **(settings or {})})
    chosen = {**TRAINING, **(training or {})}
    with clock(minutes, "training"):
        train_language_model(model, learnt, validation=watched, seed=seed, on_report=on_report, **chosen)
    with clock(minutes, "writing"):
        poems_written = write_poems(model, characters, written, seed=1_000 * seed)
    books = RhymeBook.learn(texts.training), ToneBook.learn(texts.training)
    versed = Versed(
        seed,
        {**SETTINGS, **(settings or {}), **chosen, "characters": len(characters)},
        model.count_params(),
        *(round(loss_per_token(model, part) / float(np.log(2)), 4) for part in (watched, asked)),
        _rounded(judge(poems_written, *books)),
        _rounded(judge(texts.test, *books)),
        poems_written[:12],
        *rounded(minutes),
        this_machine(),
        these_versions(),
    )
    return versed, model, characters


def _rounded(form: Form) -> dict[str, float | None]:
    """Shares as JSON knows them: None where nothing could be judged."""
    return {name: None if np.isnan(share) else round(share, 4) for name, share in asdict(form).items()}


def recorded_verses(together: bool = False) -> list[Versed]:
    """The runs on record, by seed; none where there is no record.

    Args:
        together: those in which poems of one row could look into each other.
    """
    found = read_records(Versed, RECORDED, f"{_KINDS[together]}.")
    return sorted(found, key=lambda each: each.seed)


def recorded_poet() -> tuple[DecoderLanguageModel, Vocabulary]:
    """The model of the recorded run whose weights were kept, with its characters; its last id is the separator."""
    known = json.loads((RECORDED / "characters.json").read_text("utf-8"))
    characters = Vocabulary(known)
    model = DecoderLanguageModel(len(characters) + 1, seed=KEPT, **SETTINGS)
    return with_kept_weights(model, RECORDED / "poet.npz"), characters


def compare(found: Versed, recorded: Sequence[Versed]) -> list[str]:
    """What differs from the record by more than the tolerance, in words."""
    return differences(found, recorded, ("seed",), ("validation_bits", "test_bits"), TOLERANCE)


def _tell(numbers: Mapping[str, float]) -> None:
    minutes, loss = numbers["processor_seconds"] / 60, numbers["validation_loss"] / np.log(2)
    print(f"step {numbers['step']:.0f}, {minutes:.1f} processor minutes, {loss:.3f}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.language_model.verse_study",
        description=docstring(sys.modules[__name__]).splitlines()[0],
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--steps", type=int, help="how many; those of the record without it")
    parser.add_argument("--written", type=int, default=WRITTEN, help="how many poems are written")
    parser.add_argument("--together", action="store_true", help="let poems of one row look into each other")
    parser.add_argument("--folder", type=Path, help="where records are written; none without it")
    chosen = parser.parse_args(arguments)
    texts = verses(sample="never")
    whole = chosen.steps is None and chosen.written == WRITTEN
    known, moved = recorded_verses(chosen.together) if whole else [], []
    for seed in chosen.seeds:
        changes = {} if chosen.steps is None else {"steps": chosen.steps}
        changes = {**changes, "use_segments": False} if chosen.together else changes
        found, model, characters = run(texts, seed, None, changes, chosen.written, _tell)
        print(f"seed {seed}: validation {found.validation_bits:.3f}, test {found.test_bits:.3f} bits a character")
        print(f"written {found.form}, real {found.real}", flush=True)
        if chosen.folder is not None:
            write_record(found, chosen.folder / f"{_KINDS[chosen.together]}.{seed}.json")
            if seed == KEPT and not chosen.together:
                keep_weights(model, chosen.folder / "poet.npz", POET_LEVELS)
                words = json.dumps(characters.words[len(SPECIAL_WORDS) :], ensure_ascii=False)
                write_atomically(chosen.folder / "characters.json", words.encode() + b"\n")
        moved += compare(found, known)
    print("\n".join(moved) or "within the recorded ranges")
    return int(bool(moved))


if __name__ == "__main__":
    sys.exit(main())
