"""Proves that principal components are those of scikit-learn, that no other plane loses less, and that angles between
planes are those of SciPy, down to the smallest.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA

from course_lib import data
from course_lib.autoencoder import fit_principal_components, principal_angles, reconstruction_errors


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    """The small digits, flat: (1797, 64)."""
    return data.digits.load(8).images.reshape(-1, 64)


def test_components_variances_and_reconstructions_are_those_of_scikit_learn(digits: np.ndarray) -> None:
    ours, theirs = fit_principal_components(digits[:1000], 10), PCA(10, svd_solver="full").fit(digits[:1000])
    signs = np.sign(np.sum(ours.components * theirs.components_, axis=1, keepdims=True))
    np.testing.assert_allclose(ours.components, signs * theirs.components_, atol=1e-4)
    np.testing.assert_allclose(ours.variances, theirs.explained_variance_, rtol=1e-4)
    np.testing.assert_allclose(ours.variances / ours.total_variance, theirs.explained_variance_ratio_, rtol=1e-4)
    held_out = digits[1000:]
    np.testing.assert_allclose(ours.encode(held_out) * signs.T, theirs.transform(held_out), atol=1e-4)
    np.testing.assert_allclose(
        ours.reconstruct(held_out), theirs.inverse_transform(theirs.transform(held_out)), atol=1e-4
    )


def test_directions_have_length_one_and_stand_at_right_angles(digits: np.ndarray) -> None:
    components = fit_principal_components(digits, 40).components
    np.testing.assert_allclose(components @ components.T, np.eye(40), atol=1e-5)


def test_the_largest_number_of_every_direction_is_positive(digits: np.ndarray) -> None:
    components = fit_principal_components(digits, 20).components
    assert (components[np.arange(20), np.abs(components).argmax(axis=1)] > 0).all()


def test_what_is_lost_is_the_variance_of_the_directions_left_out(digits: np.ndarray) -> None:
    full = fit_principal_components(digits, 64)
    for size in (1, 5, 20):
        lost = reconstruction_errors(full.first(size), digits).mean() * 64 * len(digits) / (len(digits) - 1)
        assert lost == pytest.approx(full.variances[size:].sum(), rel=1e-4)
    assert reconstruction_errors(full, digits).max() < 1e-9


def test_no_other_plane_loses_less(digits: np.ndarray) -> None:
    best = fit_principal_components(digits, 5)
    least = reconstruction_errors(best, digits).mean()
    centred, random = digits - best.mean, np.random.default_rng(0)
    for scale in (0.01, 0.1, 1, 100):
        for _ in range(5):
            basis = np.linalg.qr((best.components + scale * random.normal(size=(5, 64))).T)[0].T
            assert np.mean((centred - centred @ basis.T @ basis) ** 2) > least


def test_fewer_components_are_the_first_of_more(digits: np.ndarray) -> None:
    few, many = fit_principal_components(digits, 3), fit_principal_components(digits, 9).first(3)
    np.testing.assert_array_equal(few.components, many.components)
    assert few.code_dim == many.code_dim == 3 and many.input_dim == 64
    with pytest.raises(ValueError, match=r"^code_dim is 10; allowed: 1 to 9$"):
        fit_principal_components(digits, 9).first(10)


def test_two_points_have_a_direction() -> None:
    found = fit_principal_components(np.array([[0.0, 0.0], [3.0, 4.0]]), 1)
    np.testing.assert_allclose(found.components, [[0.6, 0.8]], rtol=1e-6)


def test_data_far_from_zero_are_centred_first() -> None:
    line = 1e3 + np.outer(np.linspace(-1, 1, 50), [3.0, 4.0])
    found = fit_principal_components(line, 1)
    np.testing.assert_allclose(found.components, [[0.6, 0.8]], atol=1e-4)
    np.testing.assert_allclose(found.mean, [1e3, 1e3], rtol=1e-6)


@pytest.mark.parametrize(("first", "second"), [(3, 3), (2, 5), (5, 2), (1, 1), (6, 7)])
def test_angles_are_those_of_scipy(first: int, second: int) -> None:
    random = np.random.default_rng(first * 10 + second)
    one, other = random.normal(size=(first, 12)), random.normal(size=(second, 12))
    expected = np.sort(np.degrees(subspace_angles(one.T, other.T)))
    np.testing.assert_allclose(principal_angles(one, other), expected, atol=1e-4)


def test_a_plane_has_no_angle_with_itself_however_its_axes_are_turned() -> None:
    random = np.random.default_rng(1)
    plane = random.normal(size=(3, 10))
    np.testing.assert_allclose(principal_angles(plane, random.normal(size=(3, 3)) @ plane), 0, atol=1e-3)


def test_a_known_small_angle_is_found_exactly() -> None:
    for degrees in (0.01, 1.0, 45.0, 89.5, 90.0):
        tilted = [[np.cos(np.radians(degrees)), np.sin(np.radians(degrees)), 0.0]]
        assert principal_angles([[2.0, 0, 0]], tilted)[0] == pytest.approx(degrees, rel=1e-3, abs=1e-5)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: fit_principal_components(np.zeros((4, 2, 2)), 1), ValueError, r"shape \(4, 2, 2\).*reshape"),
        (lambda: fit_principal_components(np.zeros((1, 3)), 1), ValueError, r"^inputs has 1 example; allowed: two"),
        (lambda: fit_principal_components([[1, np.nan], [0, 1]], 1), ValueError, r"NaN or infinity in 1 of 2 examples"),
        (lambda: fit_principal_components([["a", "b"]], 1), TypeError, r"values of type <U1; allowed: numbers"),
        (lambda: fit_principal_components(np.eye(3), 0), ValueError, r"^code_dim is 0; allowed: 1 to 3$"),
        (lambda: fit_principal_components(np.eye(3), 4), ValueError, r"^code_dim is 4; allowed: 1 to 3$"),
        (lambda: fit_principal_components(np.eye(3), 1.0), TypeError, r"^code_dim is 1.0 of type float"),
        (lambda: fit_principal_components(np.eye(3), 1).encode(np.eye(4)), ValueError, r"allowed: \(examples, 3\)"),
        (lambda: fit_principal_components(np.eye(3), 1).decode(np.eye(2)), ValueError, r"^code has the shape \(2, 2\)"),
        (lambda: principal_angles(np.eye(2), np.eye(3)), ValueError, r"2 and 3 features; allowed: the same$"),
        (lambda: principal_angles([[1, 0], [2, 0]], np.eye(2)), ValueError, r"^first has 2 vectors that span 1"),
    ],
)
def test_wrong_arguments_are_named(call, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
