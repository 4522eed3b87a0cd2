"""Chinese reviews by what they are cut into: naive Bayes weights and logistic regression, the same for every unit.

`python -m course_lib.sentiment.chinese_study` repeats the recorded runs on the reader's own copies and fails where one
leaves its recorded range; `--folder FOLDER` records anew; `--kinds`, `--units` and `--seeds` choose some. For each seed
a fifth of the reviews is the test set, and a fifth of the others chooses how strongly weights are held down; then the
model is fitted to all but the test set, and answers once.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy import sparse

from course_lib import metrics
from course_lib.base.docstrings import docstring
from course_lib.data import chinese_reviews
from course_lib.data.reviews import Reviews
from course_lib.sentiment.bayes import count_reviews, log_count_ratios
from course_lib.sentiment.chinese_units import UNITS, features_of, joins_a_negation, normal
from course_lib.sentiment.protocol import digest
from course_lib.training.provenance import Minutes, clock, rounded, these_versions, this_machine
from course_lib.training.recorded import differences, read_records, recorded_in, write_record

SEEDS = (1, 2, 3)
# How much a weight may cost: the larger, the freer.
STRENGTHS = (0.01, 0.1, 1.0)
HELD_OUT = 0.2
TOLERANCE = 0.01
# Phrases whose verdict turns on a negation; what a model makes of each is kept.
PROBES = (
    "好吃",
    "不好吃",
    "难吃",
    "不难吃",
    "满意",
    "不满意",
    "没有不满意",
    "推荐",
    "不推荐",
    "好",
    "并不好",
    "不是不好",
)


@dataclass(frozen=True)
class Counted:
    """One unit on one collection, over all seeds.

    Args:
        kind: the collection, `"deliveries"` or `"hotels"`.
        unit: what reviews are cut into.
        seeds: of the splits.
        validation: accuracy on the reviews that chose, by seed.
        test: accuracy on the test reviews, by seed.
        negated: the same of those test reviews in which 不 or 没 stands.
        plain: the same of the others.
        majority: how many test reviews have the more frequent label, by seed.
        strengths: the chosen strength, by seed.
        features: how many features were counted, by seed.
        negations: how many of these join a negation and something else, by seed.
        probes: the mean over seeds of what each phrase adds to the logit.
        tokens: how many features of the shortest run a review has for each of its characters.
        reviews: of training and validation, and of test.
        minutes: by the clock, by step.
        data: a digest of all reviews.
        machine: kind of processor and number of cores.
        versions: of Python, Keras, its backend, NumPy.
    """

    kind: str
    unit: str
    seeds: Sequence[int]
    validation: Sequence[float]
    test: Sequence[float]
    negated: Sequence[float]
    plain: Sequence[float]
    majority: Sequence[float]
    strengths: Sequence[float]
    features: Sequence[int]
    negations: Sequence[int]
    probes: Mapping[str, float]
    tokens: float
    reviews: tuple[int, int]
    minutes: Mapping[str, float]
    data: str = ""
    machine: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def mean_test(self) -> float:
        """The mean accuracy on test reviews."""
        return float(np.mean(self.test))

    @property
    def error(self) -> float:
        """The standard error of that mean over seeds; NaN of one seed."""
        return float(np.std(self.test, ddof=1) / np.sqrt(len(self.test))) if len(self.test) > 1 else float("nan")


class UnitClassifier:
    """Zeros and ones of features seen in two reviews or more, weighted by naive Bayes, in a logistic regression.

    Args:
        unit: one of `UNITS`.
        learnt: the reviews to learn from.
        least: in how many reviews a feature must occur.

    Raises:
        ValueError: if the unit is unknown, or no feature occurs often enough.
    """

    def __init__(self, unit: str, learnt: Reviews, least: int = 2) -> None:
        from sklearn.feature_extraction.text import CountVectorizer

        self.unit, self._labels = unit, np.asarray(learnt.labels, dtype=np.float64)
        self._counter = CountVectorizer(
            analyzer=features_of(unit, learnt.texts), binary=True, min_df=least, dtype=np.float64
        )
        counted = sparse.csr_matrix(self._counter.fit_transform(learnt.texts))
        self.ratios = log_count_ratios(count_reviews(counted, self._labels), count_reviews(counted, 1 - self._labels))
        self._weighted = counted.multiply(self.ratios).tocsr()
        self.features: list[str] = self._counter.get_feature_names_out().tolist()

    def fit(self, strength: float = 0.1) -> UnitClassifier:
        """Fit the logistic regression.

        Args:
            strength: how freely weights may grow; scikit-learn's C.

        Returns:
            Itself.
        """
        from sklearn.linear_model import LogisticRegression

        self._model = LogisticRegression(C=strength, solver="liblinear").fit(self._weighted, self._labels)
        # What each feature adds to the logit.
        self.weights = self._model.coef_[0] * self.ratios
        return self

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        """The logit of each review.

        Shapes: texts (reviews,) → (reviews,).
        """
        return self._counter.transform(texts) @ self.weights + self._model.intercept_[0]

    def added(self, text: str) -> dict[str, float]:
        """What each known feature of a text adds to its logit.

        Args:
            text: a review, or a phrase.
        """
        row = self._counter.transform([text])
        return {self.features[column]: float(self.weights[column]) for column in row.indices}


def run(kind: str, reviews: Reviews, unit: str, seeds: Sequence[int] = SEEDS) -> Counted:
    """Choose, fit and score a unit once for each seed.

    Args:
        kind: what the collection is called.
        reviews: all of it.
        unit: one of `UNITS`.
        seeds: of the splits.
    """
    minutes: Minutes = {}
    rows = [_once(reviews, unit, seed, minutes) for seed in seeds]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    probes = {probe: round(float(np.mean([each[probe] for each in columns["probes"]])), 3) for probe in PROBES}
    return Counted(
        kind=kind,
        unit=unit,
        seeds=list(seeds),
        probes=probes,
        tokens=_tokens_per_character(unit, reviews.texts),
        reviews=columns["reviews"][0],
        minutes=rounded(minutes)[0],
        data=digest(reviews.texts, reviews.labels),
        machine=this_machine(),
        versions=these_versions(),
        **{name: column for name, column in columns.items() if name not in {"probes", "reviews"}},
    )


def _once(reviews: Reviews, unit: str, seed: int, minutes: Minutes) -> dict[str, object]:
    learnt, asked = chinese_reviews.split(reviews, HELD_OUT, seed)
    first, watched = chinese_reviews.split(learnt, HELD_OUT, seed)
    with clock(minutes, "choosing"):
        classifier = UnitClassifier(unit, first)
        accuracies = {
            strength: _accuracy(watched, classifier.fit(strength).logits(watched.texts)) for strength in STRENGTHS
        }
        strength = max(accuracies, key=accuracies.__getitem__)  # of equals the smallest
    with clock(minutes, "fitting"):
        classifier = UnitClassifier(unit, learnt).fit(strength)
    with clock(minutes, "scoring"):
        logits = classifier.logits(asked.texts)
    negated = np.array([bool(re.search("[不没]", text)) for text in asked.texts])
    share = float(asked.labels.mean())
    return {
        "validation": round(accuracies[strength], 4),
        "test": round(_accuracy(asked, logits), 4),
        "negated": round(_accuracy(asked.subset(negated), logits[negated]), 4),
        "plain": round(_accuracy(asked.subset(~negated), logits[~negated]), 4),
        "majority": round(max(share, 1 - share), 4),
        "strengths": strength,
        "features": len(classifier.features),
        "negations": sum(map(joins_a_negation, classifier.features)),
        "probes": {probe: sum(classifier.added(probe).values()) for probe in PROBES},
        "reviews": (len(learnt), len(asked)),
    }


def _accuracy(reviews: Reviews, logits: np.ndarray) -> float:
    return metrics.accuracy(reviews.labels, (logits > 0).astype(int)) if len(reviews) else float("nan")


def _tokens_per_character(unit: str, texts: Sequence[str]) -> float:
    shortest = unit.partition("+")[0].rpartition("-")[0] + "-1"
    features = features_of(shortest, texts)
    characters = sum(len(normal(text).replace(" ", "")) for text in texts)
    return round(sum(len(features(text)) for text in texts) / max(characters, 1), 3)


def recorded_units() -> list[Counted]:
    """The runs on record, by collection and unit; none where there is no record."""
    found = read_records(Counted, recorded_in("course_lib.sentiment") / "chinese")
    return sorted(found, key=lambda each: (each.kind, list(UNITS).index(each.unit)))


def compare(found: Counted, recorded: Sequence[Counted]) -> list[str]:
    """What differs from the record by more than the tolerance, in words."""
    return differences(found, recorded, ("kind", "unit"), ("mean_test",), TOLERANCE, digits=4)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.sentiment.chinese_study",
        description=docstring(sys.modules[__name__]).splitlines()[0],
    )
    kinds = tuple(chinese_reviews.KINDS)
    parser.add_argument("--kinds", nargs="+", choices=kinds, default=list(kinds))
    parser.add_argument("--units", nargs="+", choices=tuple(UNITS), default=list(UNITS))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--reviews", type=int, help="how many reviews; all without it")
    parser.add_argument("--folder", type=Path, help="where records are written; none without it")
    chosen = parser.parse_args(arguments)
    known = recorded_units() if chosen.reviews is None and tuple(chosen.seeds) == SEEDS else []
    moved = []
    for kind in chosen.kinds:
        reviews = chinese_reviews.load(kind, limit=chosen.reviews, seed=0, sample="never")
        for unit in chosen.units:
            found = run(kind, reviews, unit, chosen.seeds)
            print(f"{kind}, {unit}: test {found.mean_test:.4f} ± {found.error:.4f},", end=" ")
            print(f"with 不 or 没 {np.mean(found.negated):.4f}, without {np.mean(found.plain):.4f}", flush=True)
            if chosen.folder is not None:
                write_record(found, chosen.folder / f"{kind}.{unit}.json")
            moved += compare(found, known)
    print("\n".join(moved) or "within the recorded ranges")
    return int(bool(moved))


if __name__ == "__main__":
    sys.exit(main())
