"""Proves that every token is priced once, after the context it is said to have, whatever a batch holds."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib.language_model import (
    DecoderLanguageModel,
    RecurrentLanguageModel,
    bits_per_byte,
    loss_by_position,
    loss_per_token,
    measuring,
    pack,
    surprise,
)
from course_lib.mlp.losses import perplexity
from tensors import normal, numpy

CONTEXT = 8


def model_of(kind: str) -> keras.Model:
    """A small model with weights unlike their first values."""
    if kind == "decoder":
        model = DecoderLanguageModel(11, 16, 1, 2, max_length=CONTEXT, seed=0)
    else:
        model = RecurrentLanguageModel(11, 8, 6, kind, seed=0)
    model.build((None, None))
    for place, weight in enumerate(model.trainable_variables):
        weight.assign(numpy(weight) + 0.3 * normal(*weight.shape, seed=place))
    return model


def text_of(tokens: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 11, tokens)


def price(model: keras.Model, given: np.ndarray, target: int) -> float:
    """-ln p of one token after some others, in float64."""
    scores = numpy(model(given[None]))[0, -1].astype(np.float64)
    return float(np.log(np.exp(scores - scores.max()).sum()) + scores.max() - scores[target])


@pytest.mark.parametrize(("tokens", "stride"), [(2, 1), (8, 3), (9, 8), (10, 8), (23, 1), (23, 3), (23, 8)])
def test_a_window_slides_and_prices_each_token_once(tokens: int, stride: int) -> None:
    model, text = model_of("decoder"), text_of(tokens)
    expected = []
    for place in range(1, tokens):
        # The first window that holds the place.
        start = max(0, -(-(place - CONTEXT) // stride)) * stride
        assert place - start >= min(place, CONTEXT - stride + 1)
        expected.append(price(model, text[start:place], text[place]))
    np.testing.assert_allclose(surprise(model, text, stride=stride, batch_size=3), expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["decoder", "lstm"])
def test_neither_batches_nor_pieces_change_a_price(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, text = model_of(kind), text_of(40)
    prices = [surprise(model, text, context=8, stride=4, batch_size=size) for size in (1, 3, 16)]
    for other in prices[1:]:
        np.testing.assert_allclose(other, prices[0], atol=1e-5)
    if kind == "lstm":
        whole = surprise(model, text)
        monkeypatch.setattr(measuring, "_PIECE", 7)
        np.testing.assert_allclose(surprise(model, text), whole, atol=1e-5)
        np.testing.assert_allclose(surprise(model, text, context=39, stride=1), whole, atol=1e-5)


def test_a_recurrent_model_remembers_the_whole_text() -> None:
    model, text = model_of("gru"), text_of(12)
    expected = [price(model, text[:place], text[place]) for place in range(1, len(text))]
    np.testing.assert_allclose(surprise(model, text), expected, atol=1e-5)


def test_perplexity_and_bits_per_byte_are_those_of_the_whole_text() -> None:
    model, text = model_of("decoder"), text_of(30)
    prices = surprise(model, text)
    product = np.exp(-prices).prod()  # the probability of the text
    assert perplexity(prices) == pytest.approx(product ** (-1 / 29))
    assert bits_per_byte(prices.sum(), "x" * 29) == pytest.approx(-np.log2(product) / 29)
    parts = [surprise(model, text, stride=stride).sum() for stride in (1, 4, 8)]
    assert len({round(part, 6) for part in parts}) == 3  # a longer context is another price


@pytest.mark.parametrize("kind", ["decoder", "rnn"])
def test_the_loss_by_position_is_the_mean_over_rows_read_alone(kind: str) -> None:
    model, text = model_of(kind), text_of(23)
    rows = [
        [price(model, text[first : first + after], text[first + after]) for after in range(1, 6)]
        for first in (0, 5, 10, 15)
    ]
    found = loss_by_position(model, text, 5, batch_size=3)
    np.testing.assert_allclose(found, np.mean(rows, axis=0), atol=1e-5)


def test_packed_documents_cost_what_they_cost_alone() -> None:
    documents = [[3, 4, 5], [6, 7], [2, 3, 4, 1]]
    model = model_of("decoder")
    alone = [surprise(model, [0, *document, 0]) for document in documents]
    mean = np.concatenate(alone).mean()
    packed = pack(documents, 7, 0)  # two in the first row, one in the second
    assert loss_per_token(model, packed, batch_size=2) == pytest.approx(mean, abs=1e-5)
    assert loss_per_token(model, packed, batch_size=2, use_segments=False) != pytest.approx(mean, abs=1e-3)


def test_a_recurrent_model_reads_packed_rows_as_one_text() -> None:
    documents = [[3, 4, 5], [6, 7], [2, 3, 4, 1]]
    model = model_of("lstm")
    text = [0, 3, 4, 5, 0, 6, 7, 0, 2, 3, 4, 1, 0]
    assert loss_per_token(model, pack(documents, 5, 0)) == pytest.approx(surprise(model, text).mean(), abs=1e-6)


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda model: surprise(model, [1]), ValueError, "token_ids has 1 tokens; allowed: 2 or more"),
        (lambda model: surprise(model, [1, 11]), ValueError, "token_ids holds ids from 1 to 11"),
        (lambda model: surprise(model, [1.0, 2.0]), TypeError, "token_ids holds values of type float64"),
        (lambda model: surprise(model, [1, 2], context=9), ValueError, "context is 9; allowed: 1 to 8"),
        (lambda model: surprise(model, [1, 2], stride=9), ValueError, "stride is 9; allowed: 1 to 8"),
        (lambda model: surprise(model, [1, 2], batch_size=0), ValueError, "batch_size is 0"),
        (lambda model: surprise(model_of("rnn"), [1, 2], stride=2), ValueError, "stride is 2 without a context"),
        (lambda model: loss_by_position(model, [1, 2], 2), ValueError, "token_ids has 2 tokens; allowed: 3 or more"),
        (lambda model: loss_by_position(model, [1, 2], 9), ValueError, "length is 9; allowed: 1 to 8"),
        (
            lambda model: loss_per_token(model, pack([[1]], 2, 0)._replace(targets=np.full((1, 2), -1))),
            ValueError,
            "packed has no target that counts",
        ),
    ],
)
def test_a_wrong_argument_is_named(make, error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        make(model_of("decoder"))
