"""A short vector for each review, learnt from reviews without labels: first by latent semantic analysis, then as
Word2Vec does, by telling the review's own n-grams from others (the distributed bag of words of paragraph vectors).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from course_lib.base.arguments import require_integer, require_positive
from course_lib.preprocessing.steps import sigmoid

# So many more directions than wanted are followed, so that the wanted ones come out true (Halko, section 4.3).
_OVERSAMPLING = 10


def informative_weights(features: sparse.csr_matrix) -> np.ndarray:
    """Inverse document frequencies log(N / n_f): what stands in every review tells nothing, whoever wrote it.

    Shapes: features (reviews, n-grams) → (n-grams,), float32; 0 for n-grams that occur nowhere.
    """
    reviews = np.bincount(features.indices, minlength=features.shape[1])
    return np.where(reviews > 0, np.log(features.shape[0] / np.maximum(reviews, 1)), 0).astype(np.float32)


def weighted_rows(features: sparse.csr_matrix, weights: np.ndarray) -> sparse.csr_matrix:
    """Each column times its weight, then each row of length 1 (or 0, where it is empty).

    Shapes: features (reviews, n-grams), weights (n-grams,) → (reviews, n-grams), float32.
    """
    rows = sparse.csr_matrix(features, dtype=np.float32, copy=True)
    rows.data *= np.asarray(weights, dtype=np.float32)[rows.indices]
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows.data /= np.repeat(np.maximum(lengths, 1e-12), np.diff(rows.indptr)).astype(np.float32)
    return rows


@dataclass(frozen=True)
class LatentSpace:
    """Directions along which reviews differ most; a review's vector is where it lies on them, brought to length 1.

    Args:
        weights: of the n-grams.
        directions: one column each.
        strengths: the singular values, the largest first.

    Shapes: weights (n-grams,), directions (n-grams, dim), strengths (dim,).

    Source: S. Deerwester et al., "Indexing by Latent Semantic Analysis", JASIS 41(6), 1990.
    """

    weights: np.ndarray
    directions: np.ndarray
    strengths: np.ndarray

    def vectors(self, features: sparse.csr_matrix) -> np.ndarray:
        """The vectors of reviews, also of new ones: nothing is learnt from them.

        Shapes: features (reviews, n-grams) → (reviews, dim), float32.

        Raises:
            ValueError: if the features have another number of columns.
        """
        if features.shape[1] != len(self.weights):
            raise ValueError(f"features has {features.shape[1]} columns; allowed: {len(self.weights)}")
        found = weighted_rows(features, self.weights) @ self.directions
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)


def latent_space(features: sparse.csr_matrix, dim: int = 150, iterations: int = 2, seed: int = 0) -> LatentSpace:
    """Find the directions by a randomised singular value decomposition: a few sparse products, no labels.

    Args:
        features: zeros and ones of all reviews there are, labelled or not.
        dim: how many directions.
        iterations: how often a random guess is drawn towards the strongest directions.
        seed: of the first guess.

    Shapes: features (reviews, n-grams).

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if `dim` is less than 1 or more than there are reviews or n-grams, or `iterations` negative.

    Source: N. Halko, P. G. Martinsson and J. A. Tropp, "Finding structure with randomness", SIAM Review 53(2), 2011
    (arXiv:0909.4061), algorithms 4.4 and 5.1.
    """
    require_integer("dim", dim, at_least=1, at_most=min(features.shape))
    require_integer("iterations", iterations, at_least=0)
    weights = informative_weights(features)
    rows = weighted_rows(features, weights)
    width = min(dim + _OVERSAMPLING, *rows.shape)
    guess = np.random.default_rng(seed).standard_normal((rows.shape[1], width), dtype=np.float32)
    found, _ = np.linalg.qr(rows @ guess)  # (reviews, width)
    for _ in range(iterations):
        back, _ = np.linalg.qr(rows.T @ found)  # (n-grams, width)
        found, _ = np.linalg.qr(rows @ back)
    # What lies in the directions found is small enough to be taken apart exactly.
    small = rows.T @ found  # (n-grams, width)
    directions, strengths, _ = np.linalg.svd(small, full_matrices=False)
    return LatentSpace(weights, np.ascontiguousarray(directions[:, :dim]), strengths[:dim])


def kept_shares(features: sparse.csr_matrix, threshold: float = 100.0) -> np.ndarray:
    """The probability that an n-gram is looked at where it is met: sqrt(t / n_f), at most 1, as for frequent words.

    Args:
        features: zeros and ones.
        threshold: t; n-grams in fewer reviews than that are always looked at.

    Shapes: features (reviews, n-grams) → (n-grams,), float32.

    Raises:
        ValueError: if `threshold` is not positive.

    Source: T. Mikolov et al., 2013 (arXiv:1310.4546), equation 5.
    """
    require_positive("threshold", threshold)
    reviews = np.bincount(features.indices, minlength=features.shape[1])
    return np.minimum(np.sqrt(threshold / np.maximum(reviews, 1)), 1.0).astype(np.float32)


def document_step(
    documents: np.ndarray,
    n_grams: np.ndarray,
    reviews: np.ndarray,
    own: sparse.csr_matrix,
    negatives: np.ndarray,
    learning_rate: float,
    num_negatives: float,
    learn_n_grams: bool = True,
) -> float:
    """One step of gradient descent on -Σ log σ(u_f · d) - K mean log σ(-u_g · d), summed over some reviews; in place.

    The first sum is over a review's own n-grams f; against each stand K others g, drawn once for all reviews.

    Args:
        documents: the vectors d of all reviews.
        n_grams: the vectors u of all n-grams.
        reviews: which reviews the step is about.
        own: their n-grams.
        negatives: the others, each once.
        learning_rate: how far to go.
        num_negatives: K, how much the others count.
        learn_n_grams: whether u moves, too; not where new reviews are read by a model that has learnt.

    Returns:
        The mean loss of an own n-gram, its others included, before the step.

    Shapes: documents (all reviews, dim), n_grams (n-grams, dim), reviews (batch,), own (batch, n-grams), negatives
    (others,).

    Source: Q. Le and T. Mikolov, "Distributed Representations of Sentences and Documents", ICML 2014 (arXiv:1405.4053),
    section 2.3, with the loss of Mikolov et al., 2013, equation 4, and n-grams as in B. Li et al., 2016
    (arXiv:1512.08183).
    """
    counts = np.diff(own.indptr)
    if not counts.sum():
        return 0.0
    row = np.repeat(np.arange(len(reviews)), counts)
    columns, place = np.unique(own.indices, return_inverse=True)
    document, mine, others = documents[reviews], n_grams[columns], n_grams[negatives]
    scores = np.einsum("ij,ij->i", mine[place], document[row])
    against = document @ others.T  # (batch, m)
    share = (num_negatives / len(negatives) * counts[:, None]).astype(np.float32)
    loss = np.logaddexp(0, -scores).sum() + (share * np.logaddexp(0, against)).sum()
    # The derivatives of the loss by the scores: σ(s) - 1 for its own, σ(s) for the others.
    pulls = sparse.csr_matrix((sigmoid(scores) - 1, (row, place)), shape=(len(reviews), len(columns)))
    pushes = sigmoid(against) * share
    documents[reviews] = document - learning_rate * (pulls @ mine + pushes @ others)
    if learn_n_grams:
        n_grams[columns] = mine - learning_rate * (pulls.T @ document)
        n_grams[negatives] -= learning_rate * (pushes.T @ document)
    return float(loss / counts.sum())


@dataclass(frozen=True)
class DocumentVectors:
    """What `train_documents` learnt: with it, vectors of new reviews are found.

    Args:
        space: where vectors begin.
        n_grams: the vectors of the n-grams.
        shares: with what probability an n-gram is looked at.
        cumulated: how often n-grams are drawn as others, added up from the first.
        settings: epochs, learning rate, numbers of negatives, batch size.
        losses: the mean loss of each epoch.

    Shapes: n_grams (n-grams, dim), shares and cumulated (n-grams,).
    """

    space: LatentSpace
    n_grams: np.ndarray
    shares: np.ndarray
    cumulated: np.ndarray
    settings: dict[str, float]
    losses: tuple[float, ...]

    def vectors(self, features: sparse.csr_matrix, seed: int = 0) -> np.ndarray:
        """The vectors of reviews, with the vectors of n-grams left as they are: no review learns from another.

        Shapes: features (reviews, n-grams) → (reviews, dim), float32.
        """
        documents = _SCALE * self.space.vectors(features)
        _descend(documents, self.n_grams, features, self.shares, self.cumulated, self.settings, seed, False)
        return documents


# A latent vector has length 1; the scores of longer ones can say more from the first step on.
_SCALE = np.float32(2.0)


def train_documents(
    features: sparse.csr_matrix,
    space: LatentSpace,
    epochs: int = 3,
    learning_rate: float = 0.01,
    num_negatives: int = 5,
    shared_negatives: int = 2048,
    batch_size: int = 64,
    threshold: float = 100.0,
    seed: int = 0,
) -> DocumentVectors:
    """Learn vectors of n-grams, and of reviews on the way, from reviews without labels.

    Begun with the vectors of a latent space, it needs a few epochs where random vectors need ten times as many.

    Args:
        features: zeros and ones.
        space: from `latent_space`, of the same n-grams.
        epochs: how often the reviews are gone through, in another order each time.
        learning_rate: the rate at the beginning; it falls to nothing.
        num_negatives: how many others stand against each own n-gram.
        shared_negatives: how many others are drawn for a batch.
        batch_size: how many reviews make a step.
        threshold: n-grams in more reviews than that are passed over at random.
        seed: of everything drawn.

    Shapes: features (reviews, n-grams).

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if a number is out of range, space and features do not fit, or training diverges.
    """
    numbers = {"epochs": epochs, "num_negatives": num_negatives, "shared_negatives": shared_negatives}
    for name, value in {**numbers, "batch_size": batch_size}.items():
        require_integer(name, value, at_least=1)
    require_positive("learning_rate", learning_rate)
    documents = _SCALE * space.vectors(features)
    n_grams = np.zeros((features.shape[1], documents.shape[1]), dtype=np.float32)
    shares = kept_shares(features, threshold)
    cumulated = np.cumsum((np.bincount(features.indices, minlength=features.shape[1]) * shares) ** 0.75)
    settings = {**numbers, "batch_size": batch_size, "learning_rate": learning_rate}
    with np.errstate(over="ignore", invalid="ignore"):
        losses = _descend(documents, n_grams, features, shares, cumulated, settings, seed, True)
    if not np.isfinite(losses[-1]) or not np.isfinite(n_grams).all():
        raise ValueError(f"learning_rate {learning_rate} diverged; allowed: a smaller one, or more shared negatives")
    return DocumentVectors(space, n_grams, shares, cumulated, settings, tuple(losses))


def _descend(
    documents: np.ndarray,
    n_grams: np.ndarray,
    features: sparse.csr_matrix,
    shares: np.ndarray,
    cumulated: np.ndarray,
    settings: dict[str, float],
    seed: int,
    learn_n_grams: bool,
) -> list[float]:
    """Go through the reviews; changes the vectors in place, and returns the mean loss of each epoch."""
    random = np.random.default_rng(seed)
    batch, epochs = int(settings["batch_size"]), int(settings["epochs"])
    steps, step, losses = epochs * -(-len(documents) // batch), 0, []
    for _ in range(epochs):
        order, found = random.permutation(len(documents)), []
        for start in range(0, len(order), batch):
            reviews = order[start : start + batch]
            own = features[reviews]
            own.data = (random.random(own.nnz, dtype=np.float32) < shares[own.indices]).astype(np.float32)
            own.eliminate_zeros()
            drawn = random.random(int(settings["shared_negatives"])) * cumulated[-1]
            negatives = np.unique(np.searchsorted(cumulated, drawn, side="right"))
            rate = np.float32(settings["learning_rate"] * max(1 - step / steps, 0.02))
            step += 1
            found.append(
                document_step(
                    documents, n_grams, reviews, own, negatives, rate, settings["num_negatives"], learn_n_grams
                )
            )
        losses.append(float(np.mean(found)))
    return losses
