"""Proves that the three losses equal loops in float64 and other people's code, stay exact where exponentials overflow,
are computed in float32 under any precision policy, and that cross-entropy has its floor and its missing floor.
"""

from __future__ import annotations

from math import exp, log

import keras
import numpy as np
import pytest

from course_lib.autoencoder import ReconstructionLoss, binary_cross_entropy, squared_error, word_cross_entropy

numpy = keras.ops.convert_to_numpy
RANDOM = np.random.default_rng(0)
SHADES = RANDOM.random((5, 7)).astype(np.float32)
LOGITS = RANDOM.normal(scale=2, size=(5, 7)).astype(np.float32)
COUNTS = RANDOM.integers(0, 4, size=(5, 7)).astype(np.float32)


def test_binary_cross_entropy_is_the_loop_of_its_first_form() -> None:
    expected = []
    for shades, logits in zip(SHADES.astype(float), LOGITS.astype(float), strict=True):
        nats = 0.0
        for x, a in zip(shades, logits, strict=True):
            p = 1 / (1 + exp(-a))
            nats -= x * log(p) + (1 - x) * log(1 - p)
        expected.append(nats)
    np.testing.assert_allclose(numpy(binary_cross_entropy(SHADES, LOGITS)), expected, rtol=1e-5)


def test_squared_error_is_the_loop_of_a_mean() -> None:
    expected = [sum((x - a) ** 2 for x, a in zip(*pair, strict=True)) / 7 for pair in zip(SHADES, LOGITS, strict=True)]
    np.testing.assert_allclose(numpy(squared_error(SHADES, LOGITS)), expected, rtol=1e-5)


def test_word_cross_entropy_is_the_loop_over_the_words() -> None:
    expected = []
    for counts, logits in zip(COUNTS.astype(float), LOGITS.astype(float), strict=True):
        total = sum(exp(a) for a in logits)
        expected.append(-sum(n * log(exp(a) / total) for n, a in zip(counts, logits, strict=True)))
    np.testing.assert_allclose(numpy(word_cross_entropy(COUNTS, LOGITS)), expected, rtol=1e-5)


def test_cross_entropies_equal_those_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    theirs = functional.binary_cross_entropy_with_logits(
        torch.tensor(LOGITS), torch.tensor(SHADES), reduction="none"
    ).sum(dim=1)
    np.testing.assert_allclose(numpy(binary_cross_entropy(SHADES, LOGITS)), theirs.numpy(), rtol=1e-5)
    shares = COUNTS / COUNTS.sum(axis=1, keepdims=True)
    theirs = functional.cross_entropy(torch.tensor(LOGITS), torch.tensor(shares), reduction="none")
    ours = numpy(word_cross_entropy(COUNTS, LOGITS)) / COUNTS.sum(axis=1)
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-5)


def test_squared_error_equals_that_of_keras() -> None:
    theirs = numpy(keras.losses.mean_squared_error(SHADES, LOGITS))
    np.testing.assert_allclose(numpy(squared_error(SHADES, LOGITS)), theirs, rtol=1e-6)


@pytest.mark.parametrize(("target", "logit", "nats"), [(1, 1000, 0), (0, -1000, 0), (0, 1000, 1000), (1, -1000, 1000)])
def test_cross_entropy_is_exact_for_huge_logits(target: float, logit: float, nats: float) -> None:
    assert float(numpy(binary_cross_entropy([[target]], [[logit]]))[0]) == pytest.approx(nats, abs=1e-4)


def test_word_cross_entropy_is_finite_for_huge_logits() -> None:
    np.testing.assert_allclose(numpy(word_cross_entropy([[0.0, 2.0]], [[1000.0, -1000.0]])), [4000], rtol=1e-6)


def test_the_lowest_cross_entropy_of_a_shade_is_its_own_entropy() -> None:
    for shade in (0.1, 0.3, 0.5, 0.9):
        logits = np.linspace(-6, 6, 4001, dtype=np.float32)[:, None]
        costs = numpy(binary_cross_entropy(np.full_like(logits, shade), logits))
        assert costs.min() == pytest.approx(-shade * log(shade) - (1 - shade) * log(1 - shade), abs=1e-4)
        assert logits[costs.argmin(), 0] == pytest.approx(log(shade / (1 - shade)), abs=0.02)


@pytest.mark.parametrize(("target", "direction"), [(1.5, 1), (-0.5, -1)])
def test_beyond_zero_and_one_cross_entropy_has_no_lower_bound(target: float, direction: int) -> None:
    targets = keras.ops.convert_to_tensor([[target]] * 4)  # in a tensor nobody looks
    costs = numpy(binary_cross_entropy(targets, [[direction * 10.0**power] for power in range(1, 5)]))
    assert (np.diff(costs) < 0).all() and costs[-1] < -4000


def test_a_text_without_words_costs_nothing() -> None:
    assert numpy(word_cross_entropy(np.zeros((1, 7)), LOGITS[:1])).tolist() == [0.0]


@pytest.mark.parametrize("loss", [binary_cross_entropy, squared_error, word_cross_entropy])
def test_losses_are_float32_even_for_half_precision_inputs(loss) -> None:
    halves = keras.ops.convert_to_tensor(COUNTS, "float16"), keras.ops.convert_to_tensor(LOGITS, "float16")
    assert keras.backend.standardize_dtype(loss(*halves).dtype) == "float32"
    # 3,000 features of cost 50 would overflow a float16, whose largest number is 65,504.
    wide = numpy(binary_cross_entropy(np.zeros((1, 3000), np.float16), np.full((1, 3000), 50, np.float16)))
    assert wide[0] == pytest.approx(150_000, rel=1e-3)


@pytest.mark.parametrize(
    ("kind", "function"),
    [("cross_entropy", binary_cross_entropy), ("squared_error", squared_error), ("words", word_cross_entropy)],
)
def test_the_loss_object_averages_over_examples_alone(kind: str, function) -> None:
    targets = COUNTS if kind == "words" else SHADES
    loss = ReconstructionLoss(kind)
    assert float(loss(targets, LOGITS)) == pytest.approx(float(numpy(function(targets, LOGITS)).mean()), rel=1e-5)
    again = ReconstructionLoss.from_config(loss.get_config())
    assert again.kind == kind and float(again(targets, LOGITS)) == float(loss(targets, LOGITS))


def test_the_loss_object_keeps_its_precision() -> None:
    again = ReconstructionLoss.from_config(ReconstructionLoss("words", dtype="float64").get_config())
    assert again.dtype == "float64"


def test_an_unknown_loss_is_named() -> None:
    with pytest.raises(ValueError, match=r"^kind is 'mse'; allowed: 'cross_entropy', 'squared_error', 'words'$"):
        ReconstructionLoss("mse")


@pytest.mark.parametrize("shape", [(5, 1), (1, 7), (7,), (5, 6)])
@pytest.mark.parametrize(
    ("loss", "name"), [(binary_cross_entropy, "targets"), (squared_error, "targets"), (word_cross_entropy, "counts")]
)
def test_what_has_another_shape_is_refused_and_not_broadcast(loss, name: str, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=rf"^{name} has the shape .*; allowed: \(5, 7\)$"):
        loss(np.ones(shape, np.float32), LOGITS)


@pytest.mark.parametrize("shade", [1.01, -0.01, np.nan, np.inf])
def test_a_number_that_is_no_shade_is_refused(shade: float) -> None:
    with pytest.raises(ValueError, match=r"^targets holds a number outside 0 to 1, or NaN; allowed: probabilities$"):
        binary_cross_entropy([[0.5, shade]], LOGITS[:1, :2])
    with pytest.raises(TypeError, match=r"^targets holds values of type"):
        binary_cross_entropy([["a", "b"]], LOGITS[:1, :2])


@pytest.mark.parametrize("count", [-1, np.nan])
def test_a_word_occurs_no_less_than_never(count: float) -> None:
    with pytest.raises(ValueError, match=r"^counts holds a number below 0, or NaN"):
        word_cross_entropy([[1, count]], LOGITS[:1, :2])
