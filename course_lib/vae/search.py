"""The search that lesson 04's settings come from: each candidate is trained on 3,500 training digits and judged on 500.

    python -m course_lib.vae.search build/vae_search.json

The test digits have no part in it. The course keeps what one such run gave in `recorded/search.json`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from course_lib import data
from course_lib.training import provenance
from course_lib.training.recorded import recorded_in
from course_lib.vae.evaluation import elbo_terms, mean_and_error
from course_lib.vae.model import VAE
from course_lib.vae.training import binarise, train

# What each candidate does otherwise than this.
COMMON = {
    "hidden_dims": (400,),
    "activation": "relu",
    "dropout": 0.0,
    "learning_rate": 0.005,
    "epochs": 40,
    "max_shift": 0,
}
CANDIDATES = {
    "rate 0.003": {"learning_rate": 0.003},
    "rate 0.005": {},
    "dropout": {"dropout": 0.1},
    "two layers": {"hidden_dims": (400, 200), "learning_rate": 0.002},
    "moved digits": {"max_shift": 1},
    "moved digits, swish, 160 epochs": {"max_shift": 1, "activation": "swish", "epochs": 160},
}
SEEDS = (0, 1)
TRAINING, VALIDATION = 3_500, 500


def validation_bound(choice: dict[str, object], seed: int) -> tuple[float, float]:
    """Train one candidate -> its bound on the validation digits in nats, by 10 codes for each, and its standard error.

    Args:
        choice: what it does otherwise than `COMMON`.
        seed: of the first weights, the order, the pixels and the shifts.
    """
    settings = {**COMMON, **choice}
    digits = data.digits.load(28, seed=0)
    images = digits.images.reshape(len(digits), -1)[: TRAINING + VALIDATION]
    inner = {name: settings[name] for name in ("hidden_dims", "activation", "dropout")}
    outer = {name: settings[name] for name in ("learning_rate", "epochs", "max_shift")}
    model = VAE(images.shape[1], latent_dim=20, seed=seed, **inner)
    train(model, images[:TRAINING], seed=seed, **outer)
    reconstruction, kl = elbo_terms(model, binarise(images[TRAINING:], seed=1), num_samples=10, seed=0)
    return mean_and_error(reconstruction - kl)


def recorded() -> dict[str, object]:
    """The course's own run: `runs` (candidate, seed, elbo, error), `minutes`, `machine`, `versions`, `settings`."""
    place = recorded_in("course_lib.vae") / "search.json"
    return json.loads(place.read_text(encoding="utf-8"))


def main(target: Path) -> None:
    """Train all candidates with all seeds and write the record."""
    runs, minutes = [], {}
    for name, choice in CANDIDATES.items():
        for seed in SEEDS:
            with provenance.clock(minutes, name):
                elbo, error = validation_bound(choice, seed)
            runs.append({"candidate": name, "seed": seed, "elbo": round(elbo, 2), "error": round(error, 2)})
            print(f"{name}, seed {seed}: {elbo:.2f} ± {error:.2f}", flush=True)
    found = {
        "runs": runs,
        "settings": {name: {**COMMON, **choice} for name, choice in CANDIDATES.items()},
        "digits": {"training": TRAINING, "validation": VALIDATION},
    }
    provenance.write_record(target, found, minutes)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
