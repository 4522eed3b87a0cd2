"""The first few of a list, sorted anew: token by token, or by a judge that has learnt from judged questions.

A score that compares every token of a question with every token of a document costs too much for all documents, and
little for the first fifty.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from keras import ops

from course_lib.applications.ranking import ndcg
from course_lib.applications.search import rarity
from course_lib.base.arguments import require_integer, require_positive
from course_lib.bert.encoder import BertEncoder
from course_lib.bert.tokens import BertTokenizer
from course_lib.preprocessing.batches import filled_batches
from course_lib.training.recorded import recorded_in


def max_sim(question: np.ndarray, document: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Late interaction: each token of a question looks for the token of a document that is nearest to it.

    Args:
        question: a vector of length 1 for each token.
        document: likewise.
        weights: what each token of the question counts; None for 1.

    Returns:
        The sum of the largest cosines, 0 of no token.

    Shapes: question (tokens, width), document (others, width), weights (tokens,).

    Raises:
        ValueError: if the shapes do not belong together.

    Source: O. Khattab and M. Zaharia, "ColBERT", SIGIR 2020 (arXiv:2004.12832), equation 3; the weights are ours.
    """
    question, document = (np.asarray(side, dtype=np.float32) for side in (question, document))
    if question.ndim != 2 or document.ndim != 2 or question.shape[1] != document.shape[1]:
        raise ValueError(
            f"question and document have the shapes {question.shape} and {document.shape};"
            " allowed: (tokens, width), of the same width"
        )
    weights = np.ones(len(question)) if weights is None else np.asarray(weights)
    if weights.shape != (len(question),):
        raise ValueError(f"weights has the shape {weights.shape}; allowed: ({len(question)},), one for each token")
    if not len(question) or not len(document):
        return 0.0
    return float(weights @ (question @ document.T).max(axis=1))


def token_vectors(
    encoder: BertEncoder, tokenizer: BertTokenizer, texts: Sequence[str], max_length: int = 128, batch_size: int = 8
) -> list[tuple[np.ndarray, np.ndarray]]:
    """The pieces of each text and their last vectors, of length 1, without the special tokens.

    Args:
        encoder: a trained encoder.
        tokenizer: its own.
        texts: the texts.
        max_length: to how many tokens a longer text is cut.
        batch_size: how many are read at a time.

    Shapes: for each text (tokens,) and (tokens, width), float32.
    """
    rows = [tokenizer.ids_of(text, max_length=max_length)[0] for text in texts]
    found: list[tuple[np.ndarray, np.ndarray]] = [(np.zeros(0, np.int64), np.zeros((0, encoder.width)))] * len(rows)
    for places, token_ids in filled_batches(rows, batch_size, 16, max_length):
        states = ops.convert_to_numpy(ops.cast(encoder(token_ids), "float32"))
        for place, own in zip(places, states, strict=False):
            vectors = own[1 : len(rows[place]) - 1]
            lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
            found[place] = np.array(rows[place][1:-1]), vectors / lengths
    return found


def piece_rarity(documents: Sequence[Sequence[int]]) -> dict[int, float]:
    """What each piece counts, as a word does in BM25: ln(1 + (N - n + 0.5) / (n + 0.5)).

    Args:
        documents: the pieces of each document.
    """
    holding: dict[int, int] = {}
    for pieces in documents:
        for piece in {int(piece) for piece in pieces}:
            holding[piece] = holding.get(piece, 0) + 1
    return {piece: rarity(len(documents), n) for piece, n in holding.items()}


class Matches(NamedTuple):
    """How well the tokens of questions are met in the first documents of a list.

    Args:
        documents: for each question the first documents, best first.
        plain: their `max_sim`.
        weighted: the same, each piece of the question by its rarity.

    Shapes: each (questions, depth).
    """

    documents: np.ndarray
    plain: np.ndarray
    weighted: np.ndarray


def token_matches(
    questions: Sequence[tuple[np.ndarray, np.ndarray]],
    documents: Sequence[tuple[np.ndarray, np.ndarray]],
    firsts: np.ndarray,
) -> Matches:
    """Compare questions with their first documents, token by token.

    Args:
        questions: from `token_vectors`.
        documents: likewise, all of them: how rare a piece is, is counted in these.
        firsts: for each question the documents that are compared.

    Shapes: firsts (questions, depth).
    """
    counts = piece_rarity([pieces for pieces, _ in documents])
    unseen = rarity(len(documents), 0)
    plain, weighted = (np.zeros(np.shape(firsts)) for _ in range(2))
    for row, ((pieces, own), first) in enumerate(zip(questions, firsts, strict=True)):
        weights = np.array([counts.get(int(piece), unseen) for piece in pieces])
        for column, document in enumerate(first):
            vectors = documents[document][1]
            plain[row, column] = max_sim(own, vectors)
            weighted[row, column] = max_sim(own, vectors, weights)
    return Matches(np.array(firsts), plain, weighted)


def recorded_matches() -> Matches:
    """Those of Cranfield's 225 queries with the first 50 of BM25 and MiniLM's vectors fused, computed once by MiniLM.

    Shapes: each (225, 50).
    """
    kept = np.load(io.BytesIO((recorded_in("course_lib.applications") / "cranfield_matches.npz").read_bytes()))
    return Matches(*(kept[name].astype(kind) for name, kind in zip(Matches._fields, (int, float, float), strict=True)))


def rerank(order: Sequence[int], anew: Sequence[float]) -> np.ndarray:
    """A list whose first documents are sorted anew; of equal ones the earlier stays before the other.

    Args:
        order: documents, best first.
        anew: the new score of the first of them, for as many as there are.

    Shapes: order (documents,), anew (depth,) → (documents,), int64.

    Raises:
        ValueError: if there are more scores than documents, or one is no number.
    """
    order, anew = np.asarray(order, dtype=np.int64), np.asarray(anew, dtype=np.float64)
    if anew.ndim != 1 or len(anew) > len(order) or np.isnan(anew).any():
        raise ValueError(
            f"anew has the shape {anew.shape}, or holds NaN; allowed: numbers for at most {len(order)} documents"
        )
    return np.concatenate([order[: len(anew)][np.argsort(-anew, kind="stable")], order[len(anew) :]])


def standard(rows: np.ndarray) -> np.ndarray:
    """Numbers of the documents of one question, less their mean and by their deviation, column by column.

    Shapes: (documents, features) → the same.
    """
    rows = np.asarray(rows, dtype=np.float64)
    return (rows - rows.mean(axis=0)) / np.maximum(rows.std(axis=0), 1e-9)


class Reranker:
    """A weight for each feature of a document, learnt from pairs: the one that is worth more shall score higher.

    For documents i and j of the same question, p(i before j) = σ(w · (x_i - x_j)), and a pair counts by how much more
    the one is worth, 2^g_i - 2^g_j.

    Args:
        penalty: the inverse strength of regularisation.

    Attributes:
        weights: one for each feature; after `fit`.

    Source: the linear form of C. Burges et al., "Learning to rank using gradient descent", ICML 2005.
    """

    def __init__(self, penalty: float = 1.0) -> None:
        require_positive("penalty", penalty)
        self.penalty = penalty
        self.weights: np.ndarray | None = None

    def fit(self, features: Sequence[np.ndarray], gains: Sequence[Sequence[float]]) -> Reranker:
        """Learn from judged questions.

        Args:
            features: for each question those of its documents.
            gains: what each of these documents is worth.

        Shapes: of each question features (documents, features), gains (documents,).

        Raises:
            ValueError: if no question has two documents that are worth a different amount.
        """
        from sklearn.linear_model import LogisticRegression

        differences, counts = [], []
        for rows, worth in zip(features, gains, strict=True):
            worth = 2.0 ** np.asarray(worth, dtype=np.float64)
            better, worse = np.nonzero(worth[:, None] > worth[None])
            differences.append(np.asarray(rows)[better] - np.asarray(rows)[worse])
            # Each question counts the same, however many pairs it has.
            counts.append((worth[better] - worth[worse]) / max(1, len(better)))
        differences, counts = np.concatenate(differences), np.concatenate(counts)
        if not len(differences):
            raise ValueError("gains are all the same; allowed: at least one question with two that differ")
        # Each pair is told both ways round: of one class alone nothing could be learnt.
        signs = np.repeat([1, -1], len(differences))
        model = LogisticRegression(C=self.penalty, fit_intercept=False, max_iter=500)
        model.fit(np.concatenate([differences, -differences]), signs, np.tile(counts / counts.mean() / 2, 2))
        self.weights = model.coef_[0]
        return self

    def scores(self, features: np.ndarray) -> np.ndarray:
        """A new score for each document.

        Shapes: (documents, features) → (documents,).

        Raises:
            ValueError: before `fit`.
        """
        if self.weights is None:
            raise ValueError("the reranker has learnt nothing; allowed: fit() before it is asked")
        return np.asarray(features) @ self.weights


def rerank_by_folds(
    orders: Sequence[Sequence[int]],
    features: Sequence[np.ndarray],
    gains: Sequence[Mapping[int, float]],
    depths: Sequence[int] = (10, 20, 50),
    folds: int = 5,
    seed: int = 0,
) -> tuple[list[np.ndarray], list[int]]:
    """Each question's list as it is sorted anew by a reranker that has never seen the question.

    The questions are dealt into folds. For each fold, one other fold decides how deep a list is sorted anew, by nDCG,
    with a reranker of the rest; then all others teach the one that is used.

    Args:
        orders: of each question the documents, best first.
        features: of each question those of its first documents, for as many as the largest depth.
        gains: of each question what its documents are worth.
        depths: how many documents may be sorted anew.
        folds: how many, 3 or more.
        seed: of the dealing.

    Returns:
        The new lists, and for each fold the depth.
    """
    folds = require_integer("folds", folds, at_least=3, at_most=len(orders))
    fold = np.random.default_rng(seed).permutation(len(orders)) % folds

    def learnt(places: np.ndarray, depth: int) -> Reranker:
        worth = [[gains[place].get(int(one), 0) for one in orders[place][:depth]] for place in places]
        return Reranker().fit([features[place][:depth] for place in places], worth)

    def sorted_anew(judge: Reranker, place: int, depth: int) -> np.ndarray:
        return rerank(orders[place], judge.scores(features[place][:depth]))

    found: list[np.ndarray] = [np.zeros(0, np.int64)] * len(orders)
    chosen = []
    for number in range(folds):
        held = (number + 1) % folds
        rest = np.flatnonzero((fold != number) & (fold != held))
        quality = []
        for depth in depths:
            judge = learnt(rest, depth)
            quality.append(
                np.mean(
                    [ndcg(sorted_anew(judge, place, depth), gains[place]) for place in np.flatnonzero(fold == held)]
                )
            )
        depth = depths[int(np.argmax(quality))]
        chosen.append(depth)
        judge = learnt(np.flatnonzero(fold != number), depth)
        for place in np.flatnonzero(fold == number):
            found[place] = sorted_anew(judge, place, depth)
    return found, chosen
