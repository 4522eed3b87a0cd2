"""A small decoder that learns to copy what it has seen: what the page of lesson 09 has no time to train.

`python -m course_lib.language_model.copier` trains it again and fails where the second copy costs more than on record;
`--folder FOLDER` records anew. Its rows are random tokens that come again after 6 to 16 places, so that neither tokens
nor distances can be known by heart.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from course_lib.base.arguments import checked_seed, require_integer
from course_lib.base.docstrings import docstring
from course_lib.base.files import write_atomically
from course_lib.language_model.decoder import DecoderLanguageModel
from course_lib.language_model.induction import copy_losses, repeated_sequences
from course_lib.language_model.packing import Packed
from course_lib.language_model.training import train_language_model
from course_lib.training.kept import keep_weights, with_kept_weights
from course_lib.training.recorded import recorded_in

# Records and weights of this lesson's runs.
RECORDED = recorded_in("course_lib.language_model")

TOKENS, ROW, SEED = 64, 32, 1
PERIODS = (6, 16)
SETTINGS = {"width": 64, "num_layers": 2, "num_heads": 4, "max_length": ROW}
TRAINING = {"steps": 2_500, "batch_size": 32, "learning_rate": 2e-3, "weight_decay": 0.0, "report_every": 100}
# In what steps its weights are kept.
LEVELS = 127
# What a token of the second copy may cost a repeated run, in nats: ln 64 is 4.16.
AT_MOST = 0.1


def repeating_rows(count: int, seed: int | None = 0, row: int = ROW, periods: tuple[int, int] = PERIODS) -> Packed:
    """Random tokens, which begin again after a number of places that is another one in each row.

    Args:
        count: how many rows.
        seed: the same seed draws the same rows.
        row: how long each is.
        periods: after how many places it may begin again, from and to.

    Shapes: each int32 (count, row).

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if one is out of its range.
    """
    require_integer("count", count, at_least=1)
    require_integer("row", row, at_least=2)
    shortest, longest = (require_integer("periods", each, at_least=1, at_most=TOKENS) for each in periods)
    random = np.random.default_rng(checked_seed(seed))
    lengths = random.integers(shortest, longest + 1, size=count)
    rows = np.array([np.resize(random.permutation(TOKENS)[:length], row + 1) for length in lengths], dtype=np.int32)
    return Packed(rows[:, :-1], rows[:, 1:], np.ones((count, row), dtype=np.int32))


def train_copier(
    steps: int, seed: int = SEED, on_report: Callable[[dict[str, float]], None] | None = None
) -> DecoderLanguageModel:
    """Train a decoder of two layers on rows that repeat.

    Args:
        steps: how many.
        seed: of the first weights and of the rows.
        on_report: told the numbers of each report, and, as "second", what a token of a second copy costs.
    """
    model = DecoderLanguageModel(TOKENS, seed=seed, **SETTINGS)
    asked = repeated_sequences(16, ROW // 2, TOKENS, seed=seed + 1)
    chosen = {**TRAINING, "steps": steps, "report_every": min(TRAINING["report_every"], steps)}

    def report(numbers: dict[str, float]) -> None:
        if on_report is not None:
            on_report({**numbers, "second": copy_losses(model, asked).second})

    rows = repeating_rows(min(steps, TRAINING["steps"]) * TRAINING["batch_size"], seed)
    train_language_model(model, rows, seed=seed, on_report=report, **chosen)
    return model


def recorded_copier() -> tuple[DecoderLanguageModel, list[tuple[int, float]]]:
    """The trained model, and for each report of its training the step and the nats of a token of a second copy."""
    curve = json.loads((RECORDED / "copier.json").read_text("utf-8"))
    model = with_kept_weights(DecoderLanguageModel(TOKENS, seed=SEED, **SETTINGS), RECORDED / "copier.npz")
    return model, [(step, second) for step, second in curve]


def main(arguments: Sequence[str] | None = None) -> int:
    """Train it from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.language_model.copier", description=docstring(sys.modules[__name__]).splitlines()[0]
    )
    parser.add_argument("--steps", type=int, default=TRAINING["steps"])
    parser.add_argument("--folder", type=Path, help="where the record is written; nowhere without it")
    chosen = parser.parse_args(arguments)
    curve: list[tuple[int, float]] = []
    model = train_copier(
        chosen.steps, on_report=lambda numbers: curve.append((int(numbers["step"]), round(numbers["second"], 4)))
    )
    print(*(f"step {step}: {second:.3f} nats" for step, second in curve), sep="\n")
    if chosen.folder is not None:
        keep_weights(model, chosen.folder / "copier.npz", LEVELS)
        write_atomically(chosen.folder / "copier.json", json.dumps(curve).encode() + b"\n")
    return int(not curve[-1][1] <= AT_MOST)


if __name__ == "__main__":
    sys.exit(main())
