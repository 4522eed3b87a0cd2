"""GloVe: its table, weight and loss equal loops in float64; training goes down the slope and finds a planted table."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from keras import ops
from scipy import sparse

from course_lib.preprocessing import glove


class RecordingAdaGrad(glove._AdaGrad):
    """AdaGrad that remembers every gradient, and the values before and after each step."""

    made: list[RecordingAdaGrad]

    def __init__(self, values: np.ndarray) -> None:
        super().__init__(values)
        self.history: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.rates: list[float] = []
        self.made.append(self)

    def step(self, gradient: np.ndarray, learning_rate: float) -> None:
        before = self.values.copy()
        super().step(gradient, learning_rate)
        self.history.append((before, gradient.copy(), self.values.copy()))
        self.rates.append(learning_rate)


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> list[RecordingAdaGrad]:
    """What training keeps: words, contexts, word biases, context biases, in the order in which they are made."""
    monkeypatch.setattr(RecordingAdaGrad, "made", [], raising=False)
    monkeypatch.setattr(glove, "_AdaGrad", RecordingAdaGrad)
    return RecordingAdaGrad.made


def small_table(size: int = 7, seed: int = 0) -> sparse.csr_matrix:
    """A symmetric table with gaps, counts from 0.5 to 200: some above and some below where the weight is full."""
    random = np.random.default_rng(seed)
    counts = np.exp(random.uniform(math.log(0.5), math.log(200), (size, size))) * (random.random((size, size)) < 0.6)
    counts[:2] = 0
    counts[:, :2] = 0
    return sparse.csr_matrix(np.triu(counts) + np.triu(counts, 1).T)


# --- The table -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", [1, 3, 50])
def test_the_table_equals_a_loop_over_all_neighbours(window):
    random = np.random.default_rng(1)
    texts = [random.integers(0, 8, size=size).tolist() for size in (15, 0, 1, 6, 22)]
    expected = np.zeros((8, 8))
    for text in texts:
        for place, word in enumerate(text):
            for other, neighbour in enumerate(text):
                if other != place and abs(other - place) <= window and word > 1 and neighbour > 1:
                    expected[word, neighbour] += 1 / abs(other - place)
    found = glove.cooccurrence(texts, 8, window)
    assert sparse.issparse(found) and found.format == "csr"
    np.testing.assert_allclose(found.toarray(), expected, rtol=1e-12)
    np.testing.assert_array_equal(found.toarray(), found.toarray().T)


def test_padding_and_unknown_words_take_up_room_and_are_not_counted():
    found = glove.cooccurrence([[2, 1, 3, 0, 1, 1, 4]], 5, window=2).toarray()
    expected = np.zeros((5, 5))
    expected[2, 3] = expected[3, 2] = 0.5
    np.testing.assert_array_equal(found, expected)


def test_words_of_different_texts_are_never_near_each_other():
    found = glove.cooccurrence([[2, 3], [], [4]], 5, window=5).toarray()
    assert found[2, 3] == found[3, 2] == 1 and found.sum() == 2


def test_the_window_is_five_unless_another_is_asked_for():
    found = glove.cooccurrence([[2, 1, 1, 1, 1, 3, 4]], 5).toarray()
    assert found[2, 3] == pytest.approx(1 / 5) and found[2, 4] == 0


def test_no_text_makes_an_empty_table():
    assert glove.cooccurrence([], 6).shape == (6, 6)
    assert glove.cooccurrence([[]], 6).nnz == 0


@pytest.mark.parametrize("name", ["vocabulary_size", "window"])
@pytest.mark.parametrize(("given", "error"), [(0, ValueError), (-1, ValueError), (2.0, TypeError)])
def test_sizes_of_the_table_are_refused_by_name(name, given, error):
    with pytest.raises(error, match=rf"^{name} is {given}.*allowed"):
        glove.cooccurrence([[2, 3]], **{"vocabulary_size": 4, name: given})


@pytest.mark.parametrize("text", [[2, 4], [-1, 2]])
def test_ids_outside_the_vocabulary_are_refused(text):
    with pytest.raises(ValueError, match=r"^id_lists holds ids from .* allowed: 0 to 3"):
        glove.cooccurrence([text], 4)


# --- Weight and loss -----------------------------------------------------------------------------------------------

COUNTS = [0.2, 1.0, 9.0, 50.0, 99.0, 100.0, 101.0, 5000.0]


@pytest.mark.parametrize(("x_max", "alpha"), [(100.0, 0.75), (10.0, 0.75), (100.0, 1.0), (30.0, 0.5)])
def test_weight_and_loss_equal_a_loop_over_equations_8_and_9(x_max, alpha):
    predictions = np.linspace(-3, 6, len(COUNTS))
    weights = [(count / x_max) ** alpha if count < x_max else 1.0 for count in COUNTS]
    losses = [w * (p - math.log(x)) ** 2 for w, p, x in zip(weights, predictions, COUNTS, strict=True)]
    found = ops.convert_to_numpy(glove.glove_weight(COUNTS, x_max, alpha))
    np.testing.assert_allclose(found, weights, rtol=1e-5)
    prediction = ops.convert_to_tensor(predictions, "float32")
    found = ops.convert_to_numpy(glove.glove_loss(prediction, np.array(COUNTS), x_max, alpha))
    np.testing.assert_allclose(found, losses, rtol=1e-4)


def test_weight_and_loss_take_the_papers_numbers_unless_told_otherwise():
    assert float(glove.glove_weight(10.0)) == pytest.approx(0.1**0.75, rel=1e-5)
    assert float(glove.glove_weight(100.0)) == 1.0
    assert float(glove.glove_loss(ops.convert_to_tensor(3.0), 10.0)) == pytest.approx(
        0.1**0.75 * (3 - math.log(10)) ** 2, rel=1e-4
    )


# --- Training ------------------------------------------------------------------------------------------------------


def total_loss(table: sparse.coo_matrix, **settings: float) -> Callable[[list[np.ndarray]], float]:
    """The sum of `glove_loss` over all pairs, as a function of the four parameter tables."""

    def total(parameters: list[np.ndarray]) -> float:
        words, contexts, word_biases, context_biases = parameters
        prediction = np.sum(words[table.row] * contexts[table.col], axis=1)
        prediction = prediction + word_biases[table.row, 0] + context_biases[table.col, 0]
        losses = glove.glove_loss(prediction.astype(np.float32), table.data, **settings)
        return float(np.sum(ops.convert_to_numpy(losses), dtype=np.float64))

    return total


@pytest.mark.parametrize("settings", [{}, {"x_max": 20.0, "alpha": 0.5}])
def test_the_gradient_of_a_step_is_the_slope_of_the_loss(tables, settings):
    counts = small_table()
    glove.train_glove(counts, dim=2, epochs=4, learning_rate=0.3, **settings)
    assert [table.values.shape for table in tables] == [(7, 2), (7, 2), (7, 1), (7, 1)]
    total = total_loss(counts.tocoo(), **settings)
    last = [table.history[-1] for table in tables]
    largest = max(float(np.abs(gradient).max()) for _, gradient, _ in last)
    step = 0.1  # the loss is a parabola along each parameter: differences are exact however far apart they are
    for which, (_, gradient, _) in enumerate(last):
        for place in np.ndindex(gradient.shape):
            sides = []
            for sign in (1, -1):
                parameters = [before.copy() for before, _, _ in last]
                parameters[which][place] += sign * step
                sides.append(total(parameters))
            assert gradient[place] == pytest.approx((sides[0] - sides[1]) / (2 * step), abs=1e-3 * largest)


def test_steps_are_adagrads_by_hand(tables):
    result = glove.train_glove(small_table(), dim=3, epochs=5, learning_rate=0.2)
    for table in tables:
        assert len(table.history) == 5 and table.rates == [0.2] * 5
        squares = np.full(table.values.shape, 0.1)
        for before, gradient, after in table.history:
            squares += gradient.astype(np.float64) ** 2
            np.testing.assert_allclose(after, before - 0.2 * gradient / np.sqrt(squares), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(result, tables[0].values + tables[1].values)


def test_training_in_batches_uses_every_pair_once_an_epoch(tables, monkeypatch):
    seen = []
    original = glove.sum_by_row

    def spy(rows, values, number):
        seen.append(rows)
        return original(rows, values, number)

    monkeypatch.setattr(glove, "sum_by_row", spy)
    counts = small_table(9).tocoo()
    glove.train_glove(counts, dim=2, epochs=2, batch_size=4)
    steps = -(-counts.nnz // 4)
    assert len(tables[0].history) == 2 * steps
    rows, columns = (np.concatenate(seen[start::4]) for start in (0, 1))  # words, contexts, and the two biases
    everything = sorted(zip(counts.row.tolist(), counts.col.tolist(), strict=True))
    pairs = list(zip(rows.tolist(), columns.tolist(), strict=True))
    epochs = [pairs[: counts.nnz], pairs[counts.nnz :]]
    assert [sorted(epoch) for epoch in epochs] == [everything, everything]
    assert epochs[0] != epochs[1]


def test_a_planted_table_of_low_rank_is_found_again(tables):
    random = np.random.default_rng(3)
    planted = random.normal(0, 0.8, (24, 3))
    biases = random.uniform(0.5, 2, (24, 1))
    logs = planted @ planted.T + biases + biases.T
    glove.train_glove(sparse.csr_matrix(np.exp(logs)), dim=3, epochs=1500, learning_rate=0.1, x_max=0.01, seed=1)
    words, contexts, word_biases, context_biases = (table.values for table in tables)
    error = words @ contexts.T + word_biases + context_biases.T - logs
    assert np.sqrt(np.mean(error**2)) < 0.1 * logs.std()
    # Not so with a rank too small: the table is not flat.
    values = np.linalg.svd(logs - logs.mean(0) - logs.mean(1, keepdims=True) + logs.mean())[1]
    assert values[2] > 5


def test_vectors_of_words_that_share_neighbours_are_alike():
    group = np.arange(16) % 2
    random = np.random.default_rng(5)
    logs = 1.5 + 2.0 * (group[:, None] == group) + random.normal(0, 0.1, (16, 16))
    counts = np.zeros((18, 18))
    counts[2:, 2:] = np.exp((logs + logs.T) / 2)
    vectors = glove.train_glove(sparse.csr_matrix(counts), dim=4, epochs=200)[2:]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    assert cosines[group[:, None] == group].min() > cosines[group[:, None] != group].max() + 0.5


def test_the_same_seed_gives_the_same_vectors_and_another_seed_others():
    counts = small_table()
    first, again, other = (glove.train_glove(counts, dim=5, epochs=3, batch_size=8, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (7, 5) and first.dtype == np.float32
    assert np.abs(first - other).max() > 0.01


def test_words_without_neighbours_keep_their_first_vectors():
    counts = small_table()
    short, long = (glove.train_glove(counts, dim=3, epochs=epochs) for epochs in (1, 5))
    np.testing.assert_array_equal(short[:2], long[:2])
    assert (short[2:] != long[2:]).all()


# --- What is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dim", "epochs", "batch_size"])
@pytest.mark.parametrize(("given", "error"), [(0, ValueError), (2.5, TypeError), (True, TypeError)])
def test_sizes_that_are_no_whole_number_above_zero_are_refused_by_name(name, given, error):
    with pytest.raises(error, match=rf"^{name} is {given}.*allowed"):
        glove.train_glove(small_table(), **{name: given})


@pytest.mark.parametrize("name", ["learning_rate", "x_max", "alpha"])
@pytest.mark.parametrize("given", [0.0, -0.5, float("nan"), float("inf")])
def test_rates_that_are_not_above_zero_are_refused_by_name(name, given):
    with pytest.raises(ValueError, match=rf"^{name} is {given}.*allowed"):
        glove.train_glove(small_table(), **{name: given})


@pytest.mark.parametrize(
    "counts",
    [np.ones((2, 3)), np.zeros((3, 3)), np.array([[1.0, -2.0], [-2.0, 1.0]]), np.array([[1.0, math.nan], [1.0, 1.0]])],
    ids=["not square", "no pair", "below zero", "not a number"],
)
def test_tables_that_cannot_be_trained_on_are_refused(counts):
    with pytest.raises(ValueError, match=r"^counts has the shape.*allowed"):
        glove.train_glove(sparse.csr_matrix(counts))
