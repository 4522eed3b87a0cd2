"""Principal components: the best linear code there is, and the yardstick for every other one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.base.arguments import require_integer
from course_lib.base.examples import checked_examples


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """The directions in which data vary most, most first. Make one by `fit_principal_components`.

    Args:
        mean: the mean example.
        components: one direction a row; rows have length one and are at right angles.
        variances: the variance of the data along each.
        total_variance: the variance along all directions there are.

    Shapes: mean (features,), components (code_dim, features), variances (code_dim,).
    """

    mean: np.ndarray
    components: np.ndarray
    variances: np.ndarray
    total_variance: float

    @property
    def input_dim(self) -> int:
        """How many numbers an example has."""
        return len(self.mean)

    @property
    def code_dim(self) -> int:
        """How many numbers the code has."""
        return len(self.components)

    def first(self, code_dim: int) -> PrincipalComponents:
        """The same with fewer components: they are nested, so that nothing has to be computed again.

        Raises:
            ValueError: if there are not so many.
        """
        require_integer("code_dim", code_dim, at_least=1, at_most=self.code_dim)
        return PrincipalComponents(
            self.mean, self.components[:code_dim], self.variances[:code_dim], self.total_variance
        )

    def encode(self, inputs: np.ndarray) -> np.ndarray:
        """The coordinates along the components: (x - mean) Vᵀ (equation 2 of the lesson).

        Shapes: (examples, features) → (examples, code_dim).
        """
        return (checked_examples("inputs", inputs, self.input_dim) - self.mean) @ self.components.T  # (2)

    def decode(self, code: np.ndarray) -> np.ndarray:
        """Back from coordinates: z V + mean (equation 3 of the lesson).

        Shapes: (examples, code_dim) → (examples, features).
        """
        return checked_examples("code", code, self.code_dim) @ self.components + self.mean  # (3)

    def reconstruct(self, inputs: np.ndarray) -> np.ndarray:
        """Encode and decode.

        Shapes: (examples, features) → (examples, features).
        """
        return self.decode(self.encode(inputs))


def fit_principal_components(inputs: np.ndarray, code_dim: int) -> PrincipalComponents:
    """Find the directions in which data vary most, as the eigenvectors of their covariance.

    The sign of a component is arbitrary; here the number of largest size in each is positive.

    Args:
        inputs: the examples.
        code_dim: how many components to keep.

    Shapes: inputs (examples, features).

    Raises:
        TypeError: if `inputs` holds no numbers or `code_dim` is no whole number.
        ValueError: if there are fewer than two examples, a number is not finite, or `code_dim` is less than 1 or more
            than there are features or examples.

    Source: K. Pearson, "On Lines and Planes of Closest Fit to Systems of Points in Space", 1901.
    """
    inputs = checked_examples("inputs", inputs)
    if len(inputs) < 2:
        raise ValueError(f"inputs has {len(inputs)} example; allowed: two or more")
    require_integer("code_dim", code_dim, at_least=1, at_most=min(inputs.shape))
    mean = inputs.mean(axis=0, dtype=np.float64)  # (features,)
    centred = inputs - mean  # (examples, features)
    # The right singular vectors of the centred data are the eigenvectors of their covariance, which is smaller.
    variances, directions = np.linalg.eigh(centred.T @ centred / (len(inputs) - 1))  # rising
    variances, directions = np.maximum(variances[::-1], 0), directions.T[::-1]
    largest = directions[np.arange(len(directions)), np.abs(directions).argmax(axis=1)]
    directions = directions * np.sign(largest)[:, None]
    return PrincipalComponents(
        mean.astype(np.float32),
        directions[:code_dim].astype(np.float32),
        variances[:code_dim],
        float(variances.sum()),
    )


def principal_angles(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The angles between two subspaces, in degrees, smallest first: all zero where one lies within the other.

    Args:
        first: vectors that span the one, one a row; neither of length one nor at right angles.
        second: vectors that span the other.

    Returns:
        As many angles as the smaller subspace has dimensions.

    Shapes: first (vectors, features), second (vectors, features) → (fewer of the two,).

    Raises:
        TypeError: if they hold no numbers.
        ValueError: if they differ in `features`, or a set of vectors is not linearly independent.

    Source: Å. Björck, G. Golub, "Numerical Methods for Computing Angles Between Linear Subspaces", 1973.
    """
    bases = []
    for name, vectors in (("first", first), ("second", second)):
        vectors = checked_examples(name, vectors).astype(np.float64)
        rank = np.linalg.matrix_rank(vectors)
        if rank < len(vectors):
            raise ValueError(f"{name} has {len(vectors)} vectors that span {rank} dimensions; allowed: as many")
        bases.append(np.linalg.qr(vectors.T)[0])  # (features, vectors), orthonormal columns
    wide, narrow = sorted(bases, key=lambda basis: -basis.shape[1])
    if wide.shape[0] != narrow.shape[0]:
        raise ValueError(
            f"first and second have {bases[0].shape[0]} and {bases[1].shape[0]} features; allowed: the same"
        )
    cosines = np.linalg.svd(wide.T @ narrow, compute_uv=False)  # falling
    # A cosine near one hides a small angle, its sine does not: what of one basis sticks out of the other.
    sines = np.linalg.svd(narrow - wide @ (wide.T @ narrow), compute_uv=False)[::-1]  # rising
    return np.degrees(np.arctan2(np.clip(sines, 0, 1), np.clip(cosines, 0, 1)))
