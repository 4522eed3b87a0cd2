"""Proves that entropy, bits per byte and the compressor's price are what they are called."""

from __future__ import annotations

import lzma

import numpy as np
import pytest
from scipy import stats

from course_lib.language_model import bits_per_byte, compressed_bits_per_byte, entropy


def test_entropy_by_hand_and_beside_scipy() -> None:
    assert entropy([0.5, 0.25, 0.125, 0.125]) == pytest.approx(1.75)
    assert entropy([1.0, 0.0]) == 0.0
    rows = np.random.default_rng(0).dirichlet(np.ones(5), size=(2, 3))
    np.testing.assert_allclose(entropy(rows), stats.entropy(rows, base=2, axis=-1), rtol=1e-12)


@pytest.mark.parametrize("given", [[0.5, 0.6], [1.5, -0.5], [np.nan, 1.0], 1.0, [0.2, 0.2]])
def test_what_is_no_distribution_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match="probabilities"):
        entropy(given)


def test_a_text_costs_the_same_whatever_its_tokens() -> None:
    """Ten characters guessed among 16, or five pairs among 256: the same model, another perplexity, the same bits."""
    text = "abcdefghij"
    by_character = bits_per_byte(10 * np.log(16), text)
    by_pair = bits_per_byte(5 * np.log(256), text)
    assert by_character == pytest.approx(4.0) == by_pair


def test_bytes_are_counted_and_not_characters() -> None:
    assert bits_per_byte(6 * np.log(2), "春水") == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("nats", "text", "named"), [(1.0, "", "text is empty"), (-1.0, "a", "nats is -1"), (np.nan, "a", "nats is nan")]
)
def test_what_cannot_be_measured_is_named(nats: float, text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        bits_per_byte(nats, text)


def test_a_compressor_pays_little_for_what_it_has_read() -> None:
    random = np.random.default_rng(1)
    text = "".join(random.choice(list("abcdefgh"), size=4000))
    alone = compressed_bits_per_byte(text)
    assert 2.9 < alone < 3.8  # three bits are what chance costs
    assert compressed_bits_per_byte(text, primed_with="xyz" * 50_000 + text + "pqr" * 50_000) < 0.2 * alone


def test_the_compressor_is_xz() -> None:
    text = "the cat sat on the mat, and the dog sat on the log. " * 40
    whole = len(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    ours = compressed_bits_per_byte(text) * len(text) / 8
    assert 0 < whole - ours < 80  # the frame of a file, which is no price of the text
    with pytest.raises(ValueError, match="text is empty"):
        compressed_bits_per_byte("")
