"""Proves that documents are compared token by token as by loops, and that a reranker learns from other questions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from course_lib import applications as ap
from course_lib import bert, data
from course_lib.applications import reranking


def loops(question: np.ndarray, document: np.ndarray, weights: np.ndarray) -> float:
    total = 0.0
    for own, weight in zip(question, weights, strict=True):
        total += weight * max(sum(float(a) * float(b) for a, b in zip(own, other, strict=True)) for other in document)
    return total


def test_late_interaction_equals_loops() -> None:
    random = np.random.default_rng(0)
    for tokens, others in ((1, 1), (3, 5), (6, 2)):
        question, document = random.normal(size=(tokens, 4)), random.normal(size=(others, 4))
        weights = random.random(tokens)
        assert ap.max_sim(question, document, weights) == pytest.approx(loops(question, document, weights), rel=1e-5)
        assert ap.max_sim(question, document) == pytest.approx(loops(question, document, np.ones(tokens)), rel=1e-5)
    assert ap.max_sim(np.zeros((0, 4)), np.ones((2, 4))) == 0 == ap.max_sim(np.ones((2, 4)), np.zeros((0, 4)))
    # The two sides are not alike: every token of the question is met, not every one of the document.
    one, two = np.array([[1.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    assert (ap.max_sim(one, two), ap.max_sim(two, one)) == (1, 1) and ap.max_sim(two, two) == 2
    with pytest.raises(ValueError, match="same width"):
        ap.max_sim(np.ones((2, 3)), np.ones((2, 4)))
    with pytest.raises(ValueError, match="one for each token"):
        ap.max_sim(np.ones((2, 3)), np.ones((2, 3)), np.ones(3))


@pytest.fixture(scope="module")
def small() -> tuple:
    model, tokenizer = bert.recorded_reader()
    return model.encoder, tokenizer


def test_tokens_have_the_encoders_vectors_whatever_stands_in_the_batch(small: tuple) -> None:
    encoder, tokenizer = small
    texts = ["a fine film", "dull", "the actors were good and the story was not"]
    found = ap.token_vectors(encoder, tokenizer, texts, max_length=16, batch_size=2)
    for text, (pieces, vectors) in zip(texts, found, strict=True):
        ids = tokenizer.ids_of(text, max_length=16)[0]
        assert pieces.tolist() == list(ids[1:-1])
        exact = np.asarray(encoder(np.array([ids], np.int32)))[0, 1:-1]
        np.testing.assert_allclose(vectors, exact / np.linalg.norm(exact, axis=1, keepdims=True), atol=1e-5)


def test_matches_are_those_of_each_pair_and_rare_pieces_count_more(small: tuple) -> None:
    documents = [(np.array([5, 6]), np.eye(2)), (np.array([5]), np.eye(2)[:1]), (np.array([5, 5]), np.eye(2))]
    questions = [(np.array([5, 6, 9]), np.array([[1.0, 0], [0.6, 0.8], [0, 1]]))]
    found = ap.token_matches(questions, documents, np.array([[2, 0]]))
    rarity = reranking.piece_rarity([pieces for pieces, _ in documents])
    assert rarity[6] > rarity[5] == pytest.approx(np.log(1 + 0.5 / 3.5))
    weights = np.array([rarity[5], rarity[6], np.log(1 + 3.5 / 0.5)])
    for place, document in enumerate((2, 0)):
        vectors = documents[document][1]
        assert found.plain[0, place] == pytest.approx(ap.max_sim(questions[0][1], vectors))
        assert found.weighted[0, place] == pytest.approx(ap.max_sim(questions[0][1], vectors, weights))


def test_only_the_first_are_sorted_anew_and_ties_stay() -> None:
    assert ap.rerank([4, 2, 7, 1], [0.1, 0.5, 0.5]).tolist() == [2, 7, 4, 1]
    assert ap.rerank([4, 2], []).tolist() == [4, 2]
    with pytest.raises(ValueError, match="at most 2"):
        ap.rerank([4, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="NaN"):
        ap.rerank([4, 2], [float("nan")])


def judged(count: int, seed: int) -> tuple[list, list, list]:
    """Questions whose relevant documents have a large second feature; the first one is noise that orders the list."""
    random = np.random.default_rng(seed)
    orders, features, gains = [], [], []
    for _ in range(count):
        rows = random.normal(size=(12, 2))
        order = random.permutation(12)
        features.append(rows)
        orders.append(order)
        best = np.argsort(-rows[:, 1])[:3]
        gains.append({int(order[place]): 4 - rank for rank, place in enumerate(best)})
    return orders, features, gains


def test_a_reranker_learns_which_feature_tells() -> None:
    orders, features, gains = judged(20, 0)
    worth = [[own.get(int(one), 0) for one in order] for order, own in zip(orders, gains, strict=True)]
    learnt = ap.Reranker().fit(features, worth)
    assert learnt.weights[1] > 5 * abs(learnt.weights[0])
    np.testing.assert_allclose(learnt.scores(features[0]), features[0] @ learnt.weights)
    # Turned round, the worst is called the best.
    turned = ap.Reranker().fit([-rows for rows in features], worth)
    np.testing.assert_allclose(turned.weights, -learnt.weights, rtol=1e-3)
    with pytest.raises(ValueError, match="learnt nothing"):
        ap.Reranker().scores(features[0])
    with pytest.raises(ValueError, match="all the same"):
        ap.Reranker().fit(features[:1], [[0] * 12])


@pytest.mark.parametrize("worth", [[1, 0], [0, 1]])
def test_one_pair_is_enough_to_learn_from(worth: list[int]) -> None:
    features = np.array([[1.0, 0.0], [0.0, 0.0]])
    learnt = ap.Reranker().fit([features], [worth])
    assert np.argmax(learnt.scores(features)) == np.argmax(worth)


def test_no_question_is_sorted_by_what_has_seen_its_judgements() -> None:
    orders, features, gains = judged(15, 1)
    found, depths = ap.rerank_by_folds(orders, features, gains, depths=(3, 12), folds=3)
    assert len(depths) == 3 and np.mean([ap.ndcg(*pair) for pair in zip(found, gains, strict=True)]) > 0.95
    fold = np.random.default_rng(0).permutation(15) % 3
    # Other judgements of one fold change nothing of its own lists.
    place = int(np.flatnonzero(fold == 2)[0])
    other = [dict(own) for own in gains]
    for number in np.flatnonzero(fold == 2):
        other[number] = {int(orders[number][1]): 4}
    again, _ = ap.rerank_by_folds(orders, features, other, depths=(3, 12), folds=3)
    assert again[place].tolist() == found[place].tolist()
    with pytest.raises(ValueError, match="folds"):
        ap.rerank_by_folds(orders, features, gains, folds=2)


@pytest.mark.seconds
def test_the_recorded_matches_are_the_encoders(real_data: Path) -> None:
    files = data.minilm.load()
    tokenizer = bert.BertTokenizer.from_file(files.vocabulary)
    encoder = bert.load_encoder(files.weights, files.config, pooler=False)
    library = data.cranfield.load(sample="never")
    kept = ap.recorded_matches()
    assert kept.documents.shape == kept.plain.shape == kept.weighted.shape == (225, 50)
    index, (documents, queries) = ap.BM25(library.documents), ap.recorded_vectors()
    for number in (0, 100, 224):
        both = ap.fuse([index.scores(library.queries[number]), documents @ queries[number]])
        assert ap.ranked(both, 50).tolist() == kept.documents[number].tolist()
        texts = [library.documents[place] for place in kept.documents[number][[0, 49]]]
        (_, own), *others = ap.token_vectors(encoder, tokenizer, [library.queries[number], *texts], max_length=128)
        live = [ap.max_sim(own, vectors) for _, vectors in others]
        np.testing.assert_allclose(kept.plain[number][[0, 49]], live, rtol=3e-3)


@pytest.mark.seconds
def test_what_the_lesson_says_of_reranking_holds_for_other_foldings(real_data: Path) -> None:
    library, kept = data.cranfield.load(sample="never"), ap.recorded_matches()
    index, (documents, queries) = ap.BM25(library.documents), ap.recorded_vectors()
    words, near = np.array([index.scores(query) for query in library.queries]), queries @ documents.T
    orders = [ap.ranked(ap.fuse(pair)) for pair in zip(words, near, strict=True)]
    before = np.array([ap.ndcg(*pair) for pair in zip(orders, library.gains, strict=True)])

    def gain(lists: list) -> np.ndarray:
        return np.array([ap.ndcg(*pair) for pair in zip(lists, library.gains, strict=True)]) - before

    alone = gain([ap.rerank(order, own[:10]) for order, own in zip(orders, kept.weighted, strict=True)])
    low, high = ap.bootstrap_interval(alone)
    assert low < 0 < high
    columns = [
        np.stack([words[place][own], near[place][own], kept.plain[place], kept.weighted[place]], axis=1)
        for place, own in enumerate(kept.documents)
    ]
    for seed in (0, 1, 2):
        lists, _ = ap.rerank_by_folds(orders, [ap.standard(rows) for rows in columns], library.gains, seed=seed)
        assert ap.bootstrap_interval(gain(lists))[0] > 0
