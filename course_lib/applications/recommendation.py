"""What somebody may like next: by what all like, by what similar people like, by what is said about a thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import ops
from scipy.sparse import csr_matrix, issparse

from course_lib.base.arguments import checked_seed, require_integer, require_not_negative
from course_lib.data.ratings import Ratings


def leave_last_out(ratings: Ratings, least: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Which ratings are learnt from, and which are asked for: of each user the last one in time.

    Args:
        ratings: the ratings, in the order of their time.
        least: users with fewer ratings are learnt from alone.

    Returns:
        Numbers of ratings, rising.

    Shapes: (ratings kept,), (users asked,).

    Raises:
        ValueError: if nobody has as many ratings.
    """
    require_integer("least", least, at_least=2)
    counts = np.bincount(ratings.users, minlength=ratings.num_users)
    last = np.full(ratings.num_users, -1)
    last[ratings.users] = np.arange(len(ratings))  # of several the latest stays
    asked = np.sort(last[counts >= least])
    if not len(asked):
        raise ValueError(f"least is {least}; allowed: at most {counts.max()}, as many as one user has ratings")
    return np.setdiff1d(np.arange(len(ratings)), asked), asked


def popularity(ratings: Ratings, known: np.ndarray) -> np.ndarray:
    """How often each item was rated: the recommendation that is the same for all.

    Args:
        ratings: the ratings.
        known: which of them are known.

    Shapes: known (ratings kept,) → (items,), float64.
    """
    return np.bincount(ratings.items[known], minlength=ratings.num_items).astype(np.float64)


def sample_triples(ratings: Ratings, known: np.ndarray, seed: int = 0) -> np.ndarray:
    """For each known rating the user, the item, and an item that the user has not rated.

    Args:
        ratings: the ratings.
        known: which of them are known.
        seed: of the drawing.

    Shapes: known (ratings kept,) → (ratings kept, 3), int32.
    """
    random = np.random.default_rng(seed)
    users, items = ratings.users[known], ratings.items[known]
    pairs = np.unique(users * ratings.num_items + items)
    others = random.integers(0, ratings.num_items, len(users))
    for _ in range(20):  # drawn again where the user knows it
        taken = np.isin(users * ratings.num_items + others, pairs)
        if not taken.any():
            break
        others[taken] = random.integers(0, ratings.num_items, int(taken.sum()))
    return np.stack([users, items, others], axis=1).astype(np.int32)


@keras.saving.register_keras_serializable("course_lib")
class MatrixFactorisation(keras.Model):
    """A vector for each user and each item, and a number for how liked an item is: score = u · v + b.

    It is trained on triples of a user, an item that he chose and one that he did not: the first shall score higher. Its
    output is the difference of the two scores, its loss (`PairLoss`) -ln sigmoid of that.

    Args:
        num_users: how many users.
        num_items: how many items.
        width: numbers of a vector.
        seed: of the first vectors.

    Shapes: triples (batch, 3), whole numbers → differences (batch,).

    Source: Y. Koren, R. Bell and C. Volinsky, "Matrix factorization techniques", 2009; the loss of S. Rendle et al.,
    "BPR: Bayesian personalized ranking from implicit feedback", UAI 2009.
    """

    def __init__(
        self, num_users: int, num_items: int, width: int = 16, seed: int | None = None, **kwargs: object
    ) -> None:
        super().__init__(**kwargs)
        sizes = {"num_users": num_users, "num_items": num_items, "width": width}
        self.sizes = {name: require_integer(name, size, at_least=1) for name, size in sizes.items()}
        self.seed = checked_seed(seed)
        seeds = [None if seed is None else seed + place for place in range(2)]
        normal = keras.initializers.RandomNormal
        self.user_vectors = self.add_weight(
            shape=(num_users, width), initializer=normal(stddev=0.1, seed=seeds[0]), name="users"
        )
        self.item_vectors = self.add_weight(
            shape=(num_items, width), initializer=normal(stddev=0.1, seed=seeds[1]), name="items"
        )
        self.item_biases = self.add_weight(shape=(num_items,), initializer="zeros", name="biases")
        self.built = True

    def build(self, input_shape: object) -> None:
        """The weights are there from the start."""

    def call(self, triples):
        """By how much the chosen item scores higher.

        Shapes: (batch, 3) → (batch,).
        """
        users = ops.take(self.user_vectors, triples[:, 0], axis=0)
        chosen, other = (ops.take(self.item_vectors, triples[:, place], axis=0) for place in (1, 2))
        biases = [ops.take(self.item_biases, triples[:, place]) for place in (1, 2)]
        return ops.sum(users * (chosen - other), axis=-1) + biases[0] - biases[1]

    def scores(self, users: Sequence[int]) -> np.ndarray:
        """The score of every item for some users.

        Shapes: (users,) → (users, items).
        """
        own = ops.convert_to_numpy(self.user_vectors)[np.asarray(users)]
        return own @ ops.convert_to_numpy(self.item_vectors).T + ops.convert_to_numpy(self.item_biases)

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), **self.sizes, "seed": self.seed}


@keras.saving.register_keras_serializable("course_lib")
class PairLoss(keras.losses.Loss):
    """-ln sigmoid of the difference: small where the chosen item scores higher. The first argument is not looked at.

    Shapes: differences (batch,) → a number.
    """

    def call(self, y_true, y_pred):
        """The loss of each triple.

        Shapes: as for the loss.
        """
        return ops.softplus(-y_pred)


def ranks_of(
    scores: np.ndarray, wanted: Sequence[int], known: Sequence[Sequence[int]], allowed: np.ndarray | None = None
) -> np.ndarray:
    """At which rank, from 1, the item stands that somebody chose next, among all that he did not know.

    Of items with the same score the earlier one stands first, but the wanted one last: a model that says the same of
    all things shall not look good.

    Args:
        scores: of every item for each user.
        wanted: the item that each user chose.
        known: the items that each user knew.
        allowed: which items may be recommended at all; None for every one.

    Shapes: scores (users, items), wanted (users,), allowed (items,), boolean → (users,), int64.
    """
    found = np.empty(len(scores), np.int64)
    for place, (own, item, others) in enumerate(zip(scores, wanted, known, strict=True)):
        rivals = np.ones(len(own), bool) if allowed is None else np.array(allowed)
        rivals[list(others)] = False
        rivals[item] = False
        found[place] = 1 + int((np.asarray(own)[rivals] >= own[item]).sum())
    return found


def recommended(
    scores_of: Callable[[np.ndarray], np.ndarray],
    users: Sequence[int],
    wanted: Sequence[int],
    known: Sequence[Sequence[int]],
    allowed: np.ndarray | None = None,
    count: int = 10,
    at_a_time: int = 64,
) -> tuple[np.ndarray, np.ndarray]:
    """What is recommended to each user, and at which rank the item stands that he chose next.

    Scores of all items for all users would be the largest array of a lesson, so a few users are asked at a time.

    Args:
        scores_of: gives the scores of every item for some users; as a matrix, which may be sparse.
        users: who is asked.
        wanted: see `ranks_of`.
        known: likewise; these are not recommended.
        allowed: likewise.
        count: how many are recommended.
        at_a_time: how many users.

    Returns:
        The ranks, and the items that are recommended, the best first.

    Shapes: users, wanted and known (users,), scores (some users, items) → (users,) and (users, count), int64.

    Raises:
        ValueError: if there are fewer items than are recommended.
    """
    count, size = (require_integer("count", count, at_least=1), require_integer("at_a_time", at_a_time, at_least=1))
    users, ranks, tops = np.asarray(users), [], []
    for begin in range(0, len(users), size):
        part = slice(begin, begin + size)
        scores = scores_of(users[part])
        scores = np.array(scores.toarray() if issparse(scores) else scores, dtype=np.float32)
        if scores.shape[1] < count:
            raise ValueError(f"count is {count}; allowed: up to {scores.shape[1]}, as many items as there are")
        ranks.append(ranks_of(scores, wanted[part], known[part], allowed))
        if allowed is not None:
            scores[:, ~allowed] = -np.inf
        for row, others in zip(scores, known[part], strict=True):
            row[list(others)] = -np.inf
        tops.append(np.argsort(-scores, axis=1, kind="stable")[:, :count])
    return np.concatenate([np.zeros(0, np.int64), *ranks]), np.concatenate([np.zeros((0, count), np.int64), *tops])


def item_profiles(
    vectors: np.ndarray | csr_matrix, ratings: Ratings, known: np.ndarray, shrink: float = 0.0
) -> np.ndarray | csr_matrix:
    """What each user likes, as the mean of the vectors of what he rated, those above his own mean alone.

    Args:
        vectors: one for each item, such as TF-IDF of its title and genres; sparse ones stay so.
        ratings: the ratings.
        known: which of them are known.
        shrink: counts as so many more items with a vector of zeros.

    Shapes: vectors (items, width), known (ratings kept,) → (users, width).
    """
    require_not_negative("shrink", shrink)
    users, items, stars = (part[known] for part in (ratings.users, ratings.items, ratings.stars))
    counts = np.maximum(np.bincount(users, minlength=ratings.num_users), 1)
    means = np.bincount(users, stars, minlength=ratings.num_users) / counts
    liked = stars >= means[users] - 1e-9
    # A row for each user: the share that each item has in the profile.
    numbers = np.bincount(users[liked], minlength=ratings.num_users) + shrink
    shares = csr_matrix(
        (1 / numbers[users[liked]], (users[liked], items[liked])), shape=(ratings.num_users, ratings.num_items)
    )
    return shares @ vectors
