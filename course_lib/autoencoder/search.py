"""The search behind lesson 03's deep codes: two recipes at each code size, judged on training digits set aside.

    python -m course_lib.autoencoder.search build/autoencoder_search.json

The held-out digits, on which the lesson measures, have no part in it. The course keeps what one such run gave in
`recorded/search.json`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from course_lib import data
from course_lib.autoencoder.model import Autoencoder
from course_lib.autoencoder.training import reconstruction_errors, train_autoencoder
from course_lib.session.scale import DEFAULT_SEED
from course_lib.training import provenance
from course_lib.training.recorded import recorded_in

RECIPES = {
    "elu": {"activation": "elu", "learning_rate": 0.005, "epochs": 10},
    "relu, slower and longer": {"activation": "relu", "learning_rate": 0.003, "epochs": 15},
}
SIZES = (2, 8, 32)
SEEDS = (0, 1, 2)
TRAINING, VALIDATION = 3_500, 500


def validation_error(size: int, recipe: dict[str, object], seed: int) -> float:
    """Train one deep autoencoder -> its mean squared error on the digits set aside.

    Args:
        size: how many numbers the code has.
        recipe: activation, learning rate and epochs.
        seed: of the first weights and of the batches.
    """
    digits = data.digits.load(28, seed=DEFAULT_SEED)  # as the lesson splits them
    pictures = digits.images.reshape(len(digits), -1)[: TRAINING + VALIDATION]
    hidden_dims = (200, 50) if size < 16 else (200,)
    model = Autoencoder(pictures.shape[1], size, hidden_dims, activation=recipe["activation"], seed=seed)
    train_autoencoder(
        model,
        pictures[:TRAINING],
        epochs=recipe["epochs"],
        batch_size=100,
        learning_rate=recipe["learning_rate"],
        seed=seed,
    )
    return float(reconstruction_errors(model, pictures[TRAINING:]).mean())


def recorded() -> dict[str, object]:
    """The course's own run: `runs` (size, recipe, seed, error), `minutes`, `machine`, `versions`, `recipes`."""
    place = recorded_in("course_lib.autoencoder") / "search.json"
    return json.loads(place.read_text(encoding="utf-8"))


def main(target: Path) -> None:
    """Train each recipe at each size with all seeds and write the record."""
    runs, minutes = [], {}
    for size in SIZES:
        for name, recipe in RECIPES.items():
            for seed in SEEDS:
                with provenance.clock(minutes, f"{size}, {name}"):
                    error = validation_error(size, recipe, seed)
                runs.append({"size": size, "recipe": name, "seed": seed, "error": round(error, 5)})
                print(f"{size} numbers, {name}, seed {seed}: {error:.4f}", flush=True)
    found = {
        "runs": runs,
        "recipes": RECIPES,
        "digits": {"training": TRAINING, "validation": VALIDATION},
    }
    provenance.write_record(target, found, minutes)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
