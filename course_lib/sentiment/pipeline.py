"""From a text to a verdict with its reasons: vocabulary, model and calibration together, saved and loaded as one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from course_lib.base.arguments import require_text, require_words
from course_lib.base.files import write_atomically
from course_lib.preprocessing.corpus import texts_to_ids
from course_lib.sentiment.calibration import Calibration
from course_lib.sentiment.explanation import Contribution, contributions
from course_lib.sentiment.features import NGramVocabulary
from course_lib.sentiment.n_grams import NGramClassifier, n_gram_logits


@dataclass(frozen=True)
class Verdict:
    """What a model makes of one review.

    Args:
        probability: that it is positive; 0.5 where nothing in it is known.
        label: 1 positive, 0 negative, -1 where nothing in it is known.
        known: how many of its n-grams the model knows.
        reasons: the n-grams that moved the verdict most.
    """

    probability: float
    label: int
    known: int
    reasons: tuple[Contribution, ...]


class SentimentPipeline:
    """A vocabulary, an n-gram model and its calibration: texts in, verdicts out.

    Args:
        vocabulary: the n-grams the model knows.
        model: the model.
        calibration: from its logits to probabilities; None for its own.

    Raises:
        ValueError: if vocabulary and model differ in size.
    """

    def __init__(
        self, vocabulary: NGramVocabulary, model: NGramClassifier, calibration: Calibration | None = None
    ) -> None:
        if model.num_features != len(vocabulary):
            raise ValueError(
                f"model knows {model.num_features:,} n-grams; allowed: {len(vocabulary):,}, the vocabulary's"
            )
        self.vocabulary, self.model = vocabulary, model
        self.calibration = calibration or Calibration((1.0,))

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        """The calibrated logits of many texts.

        Shapes: (texts,).

        Raises:
            TypeError: if `texts` is one str, or holds something that is no str.
        """
        _, corpus = texts_to_ids(texts, self.vocabulary.words, processes=1)
        return self.calibration.logits(n_gram_logits(self.model, self.vocabulary.encode(corpus)))

    def token_logits(self, token_lists: Sequence[Sequence[str]]) -> np.ndarray:
        """The calibrated logits of texts that are lists of words already, as `occlusion` asks for them.

        Shapes: (texts,).
        """
        require_words("token_lists", token_lists)
        return self.logits([" ".join(tokens) for tokens in token_lists])

    def verdict(self, text: str, most: int = 10) -> Verdict:
        """The verdict on one text, and what moved it. An empty text, or one in an unknown script, has none.

        Args:
            text: a review.
            most: how many reasons to give.

        Raises:
            TypeError: if `text` is no str.
        """
        require_text("text", text)
        _, corpus = texts_to_ids([text], self.vocabulary.words, processes=1)
        row = self.vocabulary.encode(corpus)
        if not row.nnz:
            return Verdict(0.5, -1, 0, ())
        score = n_gram_logits(self.model, row)
        probability = float(self.calibration.probabilities(score)[0])
        weights = self.model.weights_by_feature() * self.calibration.slopes[0]
        reasons = contributions(row, weights, self.vocabulary.text, most)
        return Verdict(probability, int(probability > 0.5), row.nnz, tuple(reasons))

    def save(self, folder: Path | str) -> None:
        """Write vocabulary, model and calibration into one folder: none is of use without the others."""
        folder = Path(folder)
        self.vocabulary.save(folder)
        self.model.save(folder / "model.keras")
        known = {"slopes": self.calibration.slopes, "intercept": self.calibration.intercept}
        write_atomically(folder / "calibration.json", json.dumps(known).encode("utf-8"))

    @classmethod
    def load(cls, folder: Path | str) -> SentimentPipeline:
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: if a part is missing.
        """
        folder = Path(folder)
        for name in ("words.json", "n_grams.npz", "model.keras", "calibration.json"):
            if not (folder / name).is_file():
                raise FileNotFoundError(f"folder {str(folder)!r} lacks {name}; allowed: a folder that `save` wrote")
        known = json.loads((folder / "calibration.json").read_text(encoding="utf-8"))
        calibration = Calibration(tuple(known["slopes"]), known["intercept"])
        return cls(NGramVocabulary.load(folder), keras.saving.load_model(folder / "model.keras"), calibration)
