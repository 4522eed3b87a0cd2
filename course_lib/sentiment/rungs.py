"""The rungs of the ladder that count: from the more frequent label to vectors learnt without labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy import sparse

from course_lib.preprocessing.corpus import Corpus
from course_lib.sentiment.bayes import count_reviews, log_count_ratios
from course_lib.sentiment.calibration import fit_calibration
from course_lib.sentiment.documents import DocumentVectors, latent_space, train_documents
from course_lib.sentiment.encoding import MIN_REVIEWS, Task
from course_lib.sentiment.features import NGramVocabulary
from course_lib.sentiment.lexicon import lexicon_score
from course_lib.sentiment.n_grams import NGramClassifier, fit_n_grams, n_gram_logits
from course_lib.training.provenance import clock

SETTINGS: dict[str, dict[str, object]] = {
    "bag-of-words": {"l2": 1e-4, "epochs": 3, "learning_rate": 0.005},
    "nb-n-grams": {"min_reviews": list(MIN_REVIEWS), "alpha": 1.0, "l2": 3e-5, "epochs": 3, "learning_rate": 0.005},
    "ends": {"words": 60, "alpha": 1.0, "l2": 3e-5, "epochs": 3, "learning_rate": 0.005},
    "documents": {"min_reviews": 20, "dim": 150, "epochs": 3, "learning_rate": 0.01, "threshold": 100.0, "l2": 5e-5},
    "pseudo-labels": {"weight": 0.2},
}

# What a rung gives: logits of the validation reviews by a model of the training reviews; logits of the test reviews, by
# one of all labelled reviews where nothing else is said, or None where the rung was given up before; and what is to be
# noted. It adds to the task's minutes what it takes.
Climbed = tuple[np.ndarray, np.ndarray | None, dict[str, object]]
Rung = Callable[[Task, int], Climbed]


def majority(given: Task, seed: int) -> Climbed:
    """The more frequent label, whatever is asked."""
    logit = 1.0 if given.labels[given.training].mean() > 0.5 else -1.0
    return np.full(len(given.validation), logit), np.full(len(given.encoded.asked), logit), {}


def lexicon(given: Task, seed: int) -> Climbed:
    """Praising words less blaming ones."""
    with clock(given.minutes, "lexicon"):
        worth = np.array([lexicon_score([word]) for word in given.encoded.words.words], dtype=float)
        known, asked = (np.array([worth[ids].sum() for ids in corpus]) for corpus in given.encoded.corpora)
    return known[given.validation], asked, {}


def fit_frequent(
    features: sparse.csr_matrix,
    targets: np.ndarray,
    settings: Mapping[str, object],
    seed: int,
    *,
    counts: np.ndarray | None = None,
    bayes: bool = True,
    least: int = 2,
) -> tuple[NGramClassifier, np.ndarray]:
    """Logistic regression over the n-grams that several of the reviews have.

    Args:
        features: zeros and ones.
        targets: labels, or probabilities where they are guesses.
        settings: "l2", "epochs", "learning_rate", and "alpha" for weights of naive Bayes.
        seed: of the orders.
        counts: how much each review counts; None for all alike.
        bayes: whether n-grams are weighted by their log-count ratios.
        least: in how many of these reviews an n-gram must stand.

    Returns:
        The model, and the columns that it reads.

    Shapes: features (reviews, n-grams), targets and counts (reviews,); columns (n-grams kept,).
    """
    counts = np.ones(len(targets)) if counts is None else counts
    keep = np.flatnonzero(np.bincount(features.indices, minlength=features.shape[1]) >= least)
    features, ratios = features[:, keep], np.ones(len(keep))
    if bayes:
        praise, blame = count_reviews(features, counts * targets), count_reviews(features, counts * (1 - targets))
        ratios = log_count_ratios(praise, blame, settings["alpha"])
    how = {key: settings[key] for key in ("l2", "epochs", "learning_rate")}
    return fit_n_grams(features, targets, ratios, weights=counts, seed=seed, **how), keep


def _linear(given: Task, seed: int, name: str, features: Sequence[sparse.csr_matrix], bayes: bool = True) -> Climbed:
    """Logistic regression over n-grams of labelled and of test reviews, once for choosing and once for good."""
    logits, (known, test) = [], features
    for step, rows, asked in (
        ("choosing", given.training, known[given.validation]),
        ("training", np.arange(len(given.labels)), test),
    ):
        with clock(given.minutes, f"{name}: {step}"):
            model, keep = fit_frequent(known[rows], given.labels[rows], SETTINGS[name], seed, bayes=bayes)
            logits.append(n_gram_logits(model, asked[:, keep]))
    return *logits, {"n_grams": len(keep)}


def bag_of_words(given: Task, seed: int) -> Climbed:
    """Logistic regression over single words."""
    words = slice(0, given.encoded.n_grams.offsets[1])
    both = [part[:, words] for part in (given.encoded.known, given.encoded.test)]
    return _linear(given, seed, "bag-of-words", both, bayes=False)


def nb_n_grams(given: Task, seed: int) -> Climbed:
    """Logistic regression over words, pairs and triples weighted by their log-count ratios."""
    return _linear(given, seed, "nb-n-grams", [given.encoded.known, given.encoded.test])


def ends_of(corpus: Corpus, vocabulary: NGramVocabulary, words: int) -> sparse.csr_matrix:
    """The n-grams of the first and of the last words of reviews, in columns of their own.

    Args:
        corpus: the reviews.
        vocabulary: the n-grams that are known.
        words: how many words an end has.

    Shapes: (reviews, 2 · n-grams), float32.

    Raises:
        TypeError: if `words` is no whole number.
        ValueError: if it is less than 1.
    """
    parts = corpus.first(words), corpus.last(words)
    return sparse.hstack([vocabulary.encode(part) for part in parts], format="csr", dtype=np.float32)


def ends(given: Task, seed: int) -> Climbed:
    """The weighted n-grams of a review's first and last words alone: what stands there is meant, mostly."""
    encoded = given.encoded
    with clock(given.minutes, "ends: features"):
        both = [ends_of(corpus, encoded.n_grams, SETTINGS["ends"]["words"]) for corpus in encoded.corpora]
    return _linear(given, seed, "ends", both)


def learn_documents(given: Task, seed: int) -> tuple[np.ndarray, DocumentVectors]:
    """Vectors of n-grams and reviews from all training reviews, without their labels; learnt once for a task.

    Returns:
        The columns of the n-grams that have a vector, and what was learnt.
    """
    if given.document_vectors is None:
        settings, encoded = SETTINGS["documents"], given.encoded
        with clock(given.minutes, "documents: vectors"):
            everything = sparse.vstack([encoded.known, encoded.unlabelled], format="csr")
            reviews = np.bincount(everything.indices, minlength=everything.shape[1])
            frequent = np.flatnonzero(reviews >= settings["min_reviews"])
            everything = everything[:, frequent]
            space = latent_space(everything, settings["dim"], seed=seed)
            how = {key: settings[key] for key in ("epochs", "learning_rate", "threshold")}
            given.document_vectors = frequent, train_documents(everything, space, seed=seed, **how)
    return given.document_vectors


def documents(given: Task, seed: int) -> Climbed:
    """Logistic regression over vectors of reviews that were learnt from all training reviews without their labels."""
    frequent, learnt = learn_documents(given, seed)
    with clock(given.minutes, "documents: reading"):
        # Training, validation and test reviews are read in the same way, by what was learnt.
        known, asked = (
            learnt.vectors(part[:, frequent], seed=seed) for part in (given.encoded.known, given.encoded.test)
        )
    with clock(given.minutes, "documents: training"):
        chosen, final = (
            fit_calibration(given.labels[rows], known[rows], l2=SETTINGS["documents"]["l2"], targets_smoothed=False)
            for rows in (given.training, np.arange(len(known)))
        )
    return chosen.logits(known[given.validation]), final.logits(asked), {"losses": list(learnt.losses)}


def pseudo_labels(given: Task, seed: int) -> Climbed:
    """The weighted n-grams taught by themselves: what they guess about the unlabelled reviews counts as labels, less.

    It is not scored on the test: on the validation reviews it gains nothing.
    """
    settings, encoded = SETTINGS["nb-n-grams"], given.encoded
    own, labels = encoded.known[given.training], given.labels[given.training].astype(float)
    with clock(given.minutes, "pseudo-labels: choosing"):
        teacher, keep = fit_frequent(own, labels, settings, seed)
        guessed = 1 / (1 + np.exp(-n_gram_logits(teacher, encoded.unlabelled[:, keep])))
        counts = np.concatenate([np.ones(len(labels)), np.full(len(guessed), SETTINGS["pseudo-labels"]["weight"])])
        everything = sparse.vstack([own, encoded.unlabelled], format="csr")
        pupil, keep = fit_frequent(everything, np.concatenate([labels, guessed]), settings, seed, counts=counts)
    return n_gram_logits(pupil, encoded.known[given.validation][:, keep]), None, {"n_grams": len(keep)}
