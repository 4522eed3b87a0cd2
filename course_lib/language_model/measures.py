"""What a guess costs: entropy, bits per byte, and what a compressor pays for the same text."""

from __future__ import annotations

import lzma
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike

from course_lib.base.arguments import require_not_negative, require_text


def entropy(probabilities: ArrayLike) -> np.ndarray:
    """How many bits the best code needs for a symbol, on average: H = -Σ p log₂ p, with 0 log₂ 0 = 0.

    Args:
        probabilities: of all symbols; they add up to one.

    Shapes: (..., symbols) → (...).

    Raises:
        ValueError: if a probability is negative or NaN, or a row does not add up to one.

    Source: C. E. Shannon, "A Mathematical Theory of Communication", 1948, section 6.
    """
    probabilities = np.asarray(probabilities, dtype=np.float64)
    if not probabilities.ndim or not (probabilities >= 0).all():
        raise ValueError("probabilities holds a negative number or NaN; allowed: numbers from 0 to 1 (..., symbols)")
    sums = probabilities.sum(axis=-1)
    if not np.allclose(sums, 1, atol=1e-6):
        raise ValueError(f"probabilities adds up to {np.round(sums, 6)}; allowed: 1 for each row")
    bits = np.log2(probabilities, out=np.zeros_like(probabilities), where=probabilities > 0)
    return -(probabilities * bits).sum(axis=-1)


def bits_per_byte(nats: float, text: str) -> float:
    """What a model pays for a text: its surprise in bits, by the number of the text's bytes in UTF-8.

    A perplexity per token depends on what a token is; bytes are the same for every model.

    Args:
        nats: the sum of -ln p over all tokens of the text.
        text: the text itself.

    Raises:
        TypeError: if `text` is no str.
        ValueError: if `nats` is negative or not finite, or the text is empty.
    """
    require_text("text", text)
    require_not_negative("nats", nats)
    if not text:
        raise ValueError("text is empty; allowed: one character or more")
    return float(nats / np.log(2) / len(text.encode("utf-8")))


def compressed_bits_per_byte(text: str, primed_with: str = "") -> float:
    """What `xz` pays for a text that follows another one: a yardstick that has no model of language.

    Args:
        text: the text that is measured.
        primed_with: the text before it, from which the compressor may copy.

    Raises:
        TypeError: if one is no str.
        ValueError: if `text` is empty.
    """
    require_text("text", text)
    require_text("primed_with", primed_with)
    if not text:
        raise ValueError("text is empty; allowed: one character or more")
    before, measured = primed_with.encode("utf-8"), text.encode("utf-8")
    # The compressor works outside Python's lock: two cores halve the time.
    with ThreadPoolExecutor(2) as threads:
        both, first = threads.map(_compressed, (before + measured, before))
    return 8 * (both - first) / len(measured)


def _compressed(content: bytes) -> int:
    """How many bytes `xz` needs; its memory reaches back over the whole content."""
    reach = max(len(content), 4096)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": reach}]
    return len(lzma.compress(content, format=lzma.FORMAT_RAW, filters=filters))
