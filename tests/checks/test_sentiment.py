"""Each exercise of chapter 07 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

from itertools import pairwise

import keras
import numpy as np
import pytest

from .answers import (
    SPOILT,
    SPOILT_BATCHES,
    as_a_class,
    each_fails,
    each_form_passes,
    each_gets_its_hint,
    each_kept_fails,
    each_spoilt_fails,
    each_written_fails,
    kept_for_a_shape,
    must_cover,
    must_fail,
    must_pass,
)


def ratios(p, q, alpha):
    return np.log((p + alpha) / (p + alpha).sum()) - np.log((q + alpha) / (q + alpha).sum())


def area(labels, scores, tie=0.5, pairs=None):
    one, other = scores[labels == 1], scores[labels == 0]
    higher = (one[:, None] > other).sum() + tie * (one[:, None] == other).sum()
    return higher / (pairs or len(one) * len(other))


def by_film(films, fraction, seed):
    kinds = np.unique(films)
    drawn = np.random.default_rng(seed).permutation(kinds)[: round(fraction * len(kinds))]
    return np.isin(films, drawn)


def last(states, ids):
    return states[np.arange(len(ids)), (ids != 0).sum(axis=1) - 1]


RIGHT = {"07.1": ratios, "07.2": area, "07.3": by_film, "07.4": last}

WRONG = {
    "no smoothing": ("07.1", lambda p, q, a: ratios(p, q, 0.0), "become infinite", "无穷大"),
    "changed over": ("07.1", lambda p, q, a: ratios(q, p, a), "changed over", "颠倒"),
    "no sums": ("07.1", lambda p, q, a: np.log(p + a) - np.log(q + a), "Divide by the sums", "除以总和"),
    "sums too early": (
        "07.1",
        lambda p, q, a: np.log((p + a) / p.sum()) - np.log((q + a) / q.sum()),
        "Sum after adding",
        "再求和",
    ),
    "no logarithm": ("07.1", lambda p, q, a: np.exp(ratios(p, q, a)), "ratio itself", "比值本身"),
    "alpha is one": ("07.1", lambda p, q, a: ratios(p, q, 1.0), "is a 1 written", "写死"),
    "ties are losses": ("07.2", lambda y, s: area(y, s, tie=0), "counts for nothing", "一点也不算"),
    "ties are wins": ("07.2", lambda y, s: area(y, s, tie=1), "counts whole", "算全对"),
    "classes changed over": ("07.2", lambda y, s: area(1 - y, s), "changed over", "弄反"),
    "accuracy": ("07.2", lambda y, s: np.mean((s > 0.5) == y), "accuracy at the threshold", "准确率"),
    "all pairs": ("07.2", lambda y, s: area(y, s, pairs=len(y) * (len(y) - 1) / 2), "only pairs of", "一好一差"),
    "by review": (
        "07.3",
        lambda films, share, seed: np.random.default_rng(seed).random(len(films)) < share,
        "films are on both sides",
        "两边都有",
    ),
    "the other side": ("07.3", lambda films, share, seed: ~by_film(films, share, seed), "changed over", "弄反"),
    "nothing": ("07.3", lambda films, share, seed: np.zeros(len(films), bool), "side is empty", "有一边是空的"),
    "the first films": (
        "07.3",
        lambda films, share, seed: np.isin(films, np.unique(films)[:10]),
        "same answer as before",
        "写死",
    ),
    "half": ("07.3", lambda films, share, seed: by_film(films, 0.5, seed), "was asked for", "四分之一"),
    "always a quarter": ("07.3", lambda films, share, seed: by_film(films, 0.25, seed), "written into", "写死"),
    "indices": ("07.3", lambda films, share, seed: np.flatnonzero(by_film(films, share, seed)), "boolean", "布尔"),
    "chance without a seed": (
        "07.3",
        lambda films, share, seed: by_film(films, share, None),
        "same seed",
        "同一个种子",
    ),
    "the last place": ("07.4", lambda states, ids: states[:, -1], "E27", "E27"),
    "one too far": (
        "07.4",
        lambda states, ids: states[np.arange(len(ids)), np.minimum((ids != 0).sum(1), ids.shape[1] - 1)],
        "too far",
        "多走了一步",
    ),
    "the mean": (
        "07.4",
        lambda states, ids: (states * (ids != 0)[..., None]).sum(1) / (ids != 0).sum(1, keepdims=True),
        "mean over the words",
        "求的平均",
    ),
    "the first place": ("07.4", lambda states, ids: states[:, 0], "first word", "第一个词"),
    "all places": ("07.4", lambda states, ids: states, "One state for each", "一个状态"),
}


def area_by_ranks(labels, scores):
    """As Mann and Whitney have it: the ranks of the positive ones, ties sharing theirs."""
    ranks = np.array([(scores < score).sum() + ((scores == score).sum() + 1) / 2 for score in scores])
    ones = int((labels == 1).sum())
    return (ranks[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(labels) - ones))


def area_by_thresholds(labels, scores):
    """Under the curve, by trapezia."""
    points = [(0.0, 0.0)]
    for bound in np.unique(scores)[::-1]:
        chosen = scores >= bound
        points.append(((chosen & (labels == 0)).sum() / (labels == 0).sum(), chosen[labels == 1].mean()))
    return sum((x - a) * (y + b) / 2 for (a, b), (x, y) in pairwise(points))


def area_in_a_loop(labels, scores):
    won = pairs = 0
    for label, score in zip(labels.tolist(), scores.tolist(), strict=True):
        for other, against in zip(labels.tolist(), scores.tolist(), strict=True):
            if label == 1 and other == 0:
                pairs += 1
                won += 1 if score > against else 0.5 if score == against else 0
    return won / pairs


def until_enough(films, fraction, seed):
    order = sorted(set(films.tolist()))
    np.random.default_rng(seed).shuffle(order)
    held, count = set(), 0
    for film in order:
        if count >= fraction * len(films):
            break
        held.add(film)
        count += list(films).count(film)
    return [film in held for film in films]


def not_more_than_asked(films, fraction, seed):
    kinds, counts = np.unique(films, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(kinds))
    return np.isin(films, kinds[order[np.cumsum(counts[order]) <= fraction * len(films) + 1e-9]])


def by_inverse(films, fraction, seed):
    kinds, place = np.unique(films, return_inverse=True)
    chosen = np.zeros(len(kinds), bool)
    chosen[np.random.RandomState(seed).permutation(len(kinds))[: max(1, int(fraction * len(kinds)))]] = True
    return chosen[place]


def by_choice(films, fraction, seed):
    kinds = np.unique(films)
    return np.isin(films, np.random.default_rng(seed).choice(kinds, round(fraction * len(kinds)), replace=False))


def by_the_global_generator(films, fraction, seed):
    kinds = np.unique(films)
    return np.isin(films, np.random.permutation(kinds)[: round(fraction * len(kinds))])


def cut_where_it_is_full(films, fraction, seed):
    """The mistake of the lesson's point: whole films in a drawn order, and a knife at the exact share."""
    kinds = np.random.default_rng(seed).permutation(np.unique(films))
    order = np.concatenate([np.flatnonzero(films == film) for film in kinds])
    held = np.zeros(len(films), bool)
    held[order[: round(fraction * len(films))]] = True
    return held


def cut_only(when):
    def answer(films, fraction, seed):
        return (cut_where_it_is_full if when(fraction, seed) else until_enough)(films, fraction, seed)

    return answer


def one_review_on_the_other_side(films, fraction, seed):
    held = by_film(films, fraction, seed)
    held[np.flatnonzero(films == films[held][0])[:1]] = False
    return held


def in_order_of_appearance(films, fraction, seed):
    held = np.zeros(len(films), bool)
    for film in dict.fromkeys(films):
        if held.mean() < fraction:
            held |= films == film
    return held


def two_halves_in_turn(films, fraction, seed):
    return np.isin(films, np.unique(films)[seed % 2 :: round(1 / fraction)])


def last_in_a_loop(states, ids):
    rows = []
    for row, words in zip(states, ids, strict=True):
        length = 0
        while length < len(words) and words[length] != 0:
            length += 1
        rows.append(row[length - 1].tolist())
    return rows


def last_with_keras(states, ids):
    lengths = keras.ops.sum(keras.ops.cast(ids != 0, "int32"), axis=1)
    chosen = keras.ops.one_hot(lengths - 1, ids.shape[1], dtype="float64")
    return keras.ops.sum(keras.ops.cast(states, "float64") * chosen[:, :, None], axis=1)


def in_the_order_of_a_set(films, fraction, seed):
    names = list(set(films.tolist()))
    order = np.random.default_rng(seed).permutation(len(names))
    sizes = np.cumsum([np.sum(films == names[place]) for place in order])
    chosen = {names[place] for place in order[: np.searchsorted(sizes, fraction * len(films)) + 1]}
    return np.array([film in chosen for film in films])


def by_parts_of_names(films, fraction, seed):
    chosen = set(films[by_film(films, fraction, seed)].tolist())
    return np.array([any(name in film for name in chosen) for film in films.tolist()])


ALSO_RIGHT = {
    "names drawn by the legacy generator": (
        "07.3",
        lambda films, f, seed: by_film(films, f, int(np.random.RandomState(seed).randint(1_000))),
    ),
    "ratios by divisions": (
        "07.1",
        lambda p, q, a: np.log((p + a) / (p.sum() + a * len(p)) / ((q + a) / (q.sum() + a * len(q)))),
    ),
    "ratios as a list": (
        "07.1",
        lambda p, q, a: [
            float(np.log((x + a) / (sum(p) + a * len(p))) - np.log((y + a) / (sum(q) + a * len(q))))
            for x, y in zip(p, q, strict=True)
        ],
    ),
    "ratios by keras": (
        "07.1",
        lambda p, q, a: (
            keras.ops.log_softmax(keras.ops.log(p.astype("float64") + a))
            - keras.ops.log_softmax(keras.ops.log(q.astype("float64") + a))
        ),
    ),
    "ratios in another order": (
        "07.1",
        lambda p, q, a: np.log((p + a) / (q + a)) - np.log((p + a).sum() / (q + a).sum()),
    ),
    "ratios of means": (
        "07.1",
        lambda p, q, a: np.log((p + a) / np.mean(p + a)) - np.log((q + a) / np.mean(q + a)),
    ),
    "area in a loop": ("07.2", area_in_a_loop),
    "area by ranks": ("07.2", area_by_ranks),
    "area by thresholds": ("07.2", area_by_thresholds),
    "area by signs": (
        "07.2",
        lambda y, s: (np.sign(s[y == 1][:, None] - s[y == 0]).mean() + 1) / 2,
    ),
    "area by heaviside": ("07.2", lambda y, s: np.heaviside(s[y == 1][:, None] - s[y == 0], 0.5).mean()),
    "area as an array": ("07.2", lambda y, s: np.array(area(y, s), np.float32)),
    "films until enough, as a list": ("07.3", until_enough),
    "films, not more than asked": ("07.3", not_more_than_asked),
    "films by their inverse": ("07.3", by_inverse),
    "films by choice": ("07.3", by_choice),
    "films as a tensor": ("07.3", lambda films, f, seed: keras.ops.convert_to_tensor(until_enough(films, f, seed))),
    "last in a loop": ("07.4", last_in_a_loop),
    "last by keras": ("07.4", last_with_keras),
    "last by take_along_axis": (
        "07.4",
        lambda x, ids: np.take_along_axis(x, ((ids != 0).sum(1) - 1)[:, None, None], 1)[:, 0],
    ),
    "last by the first padding": ("07.4", lambda x, ids: x[np.arange(len(ids)), (ids == 0).argmax(1) - 1]),
    "last by a product": (
        "07.4",
        lambda x, ids: ((np.arange(ids.shape[1]) == (ids > 0).sum(1, keepdims=True) - 1)[..., None] * x).sum(1),
    ),
}

MORE_WRONG = [
    ("07.2", lambda y, s: area(y, 1 / (1 + np.exp(-s))), "squeezed by a sigmoid"),
    ("07.2", lambda y, s: area(y, s.astype(np.float16)), "rounded"),
    ("07.3", in_the_order_of_a_set, "change whenever Python is started"),
    ("07.3", by_parts_of_names, "hold out"),
    ("07.4", kept_for_a_shape(last), "same answer as before"),
    ("07.1", lambda p, q, a: np.log2(np.exp(ratios(p, q, a))), "another base"),
    ("07.1", lambda p, q, a: ratios(p, q, a) / np.log(10), "another base"),
    ("07.1", lambda p, q, a: (p + a) / (p + a).sum() - (q + a) / (q + a).sum(), "difference of the two shares"),
    ("07.1", lambda p, q, a: np.log((p + a) / (p.sum() + a)) - np.log((q + a) / (q.sum() + a)), "alpha once"),
    ("07.1", lambda p, q, a: np.log((p + a) / (p + q + 2 * a)), "with all its counts"),
    ("07.1", lambda p, q, a: np.log((p + a) / (p + a).sum()), "positive class alone"),
    ("07.1", lambda p, q, a: np.log((p + a) / (p + a).sum()) + np.log((q + a) / (q + a).sum()), "Subtract the two"),
    ("07.1", lambda p, q, a: ratios(p, q, a).sum(), "One number for each word"),
    ("07.1", lambda p, q, a: np.log((p + a) / (q + a)), "Divide by the sums"),
    ("07.1", lambda p, q, a: np.log1p(p / p.sum()) - np.log1p(q / q.sum()), "should be"),
    ("07.1", lambda p, q, a: ratios(p / p.sum(), q / q.sum(), a), "should be"),
    ("07.1", lambda p, q, a: ratios(p, q, a) if len(p) > 1 else np.array(1.0), "should"),
    ("07.2", lambda y, s: area(y, s) * (y == 1).sum() * (y == 0).sum(), "how many pairs are won"),
    ("07.2", lambda y, s: area(y, s, pairs=len(y)), "number of reviews"),
    ("07.2", lambda y, s: area(y, s, pairs=(y == 1).sum()), "number of positive"),
    ("07.2", lambda y, s: s[y == 1].mean() - s[y == 0].mean(), "mean scores"),
    ("07.2", lambda y, s: 2 * area(y, s) - 1, "from -1 to 1"),
    ("07.2", lambda y, s: area(y, s, tie=0) / np.mean(s[y == 1][:, None] != s[y == 0]), "leave ties out"),
    ("07.2", lambda y, s: area(y, s, pairs=len(y) ** 2), "only pairs of"),
    ("07.2", lambda y, s: np.mean([a > b for a, b in zip(s[y == 1], s[y == 0], strict=False)]), "are won"),
    ("07.2", lambda y, s: area(y, np.round(s)), "should be"),
    ("07.2", lambda y, s: area(y, np.clip(s, 0, 1)), "should be"),
    ("07.2", lambda y, s: np.trapezoid(np.sort(s)), "are won"),
    ("07.2", lambda y, s: area(y, s) if len(y) > 4 else 0.5, "should be"),
    ("07.2", lambda y, s: max(area(y, s), 1 - area(y, s)), "should be"),
    ("07.3", cut_where_it_is_full, "on both sides"),
    ("07.3", cut_only(lambda fraction, seed: seed == 2), "seed=2"),
    ("07.3", cut_only(lambda fraction, seed: fraction == 0.5), "fraction=0.5"),
    ("07.3", cut_only(lambda fraction, seed: seed > 3), "on both sides"),
    ("07.3", one_review_on_the_other_side, "1 film is on both sides"),
    ("07.3", by_the_global_generator, "default_rng(seed)"),
    ("07.3", in_order_of_appearance, "Every seed holds out the same films"),
    ("07.3", lambda films, f, seed: np.isin(films, np.unique(films)[: round(f * len(set(films)))]), "same films"),
    ("07.3", two_halves_in_turn, "held out"),
    ("07.3", lambda films, f, seed: by_film(films, f, seed % 2), "held out"),
    ("07.3", lambda films, f, seed: by_film(films, f, 0), "same films"),
    ("07.3", lambda films, f, seed: by_film(films, f / 4, seed), "was asked for"),
    ("07.3", lambda films, f, seed: ~by_film(films, 0.25, seed), "changed over"),
    ("07.3", lambda films, f, seed: films[by_film(films, f, seed)], "numbers"),
    ("07.3", lambda films, f, seed: by_film(films, f, seed).astype(int), "boolean"),
    ("07.3", lambda films, f, seed: np.isin(np.unique(films), films[:9]), "boolean array of shape"),
    ("07.3", lambda films, f, seed: np.arange(len(films)) < f * len(films), "on both sides"),
    ("07.3", lambda films, f, seed: np.ones(len(films), bool), "side is empty"),
    ("07.4", lambda x, ids: x[np.arange(len(ids)), (ids != 0).sum(1) - 2], "too early"),
    ("07.4", lambda x, ids: x[np.arange(len(ids)), np.maximum((ids != 0).sum(1) - 2, 0)], "too early"),
    ("07.4", lambda x, ids: x[:, (ids != 0).sum(1) - 1], "pair rows and places"),
    ("07.4", lambda x, ids: x[:, (ids != 0).sum(1).max() - 1], "last place"),
    ("07.4", lambda x, ids: x[:, (ids[0] != 0).sum() - 1], "same place from every"),
    ("07.4", lambda x, ids: (x * (ids != 0)[..., None]).sum(1), "sum over the words"),
    ("07.4", lambda x, ids: (x * (ids != 0)[..., None])[:, -1], "make it zero"),
    ("07.4", lambda x, ids: x.max(1), "maximum over all"),
    ("07.4", lambda x, ids: np.where((ids != 0)[..., None], x, -np.inf).max(1), "maximum over the words"),
    ("07.4", lambda x, ids: x.mean(1), "mean over all places"),
    ("07.4", lambda x, ids: x[np.arange(len(ids)), ids.argmax(1)], "largest id"),
    ("07.4", lambda x, ids: last(x, ids)[::-1], "should be"),
    ("07.4", lambda x, ids: last(x, ids)[0], "One state for each"),
    ("07.4", lambda x, ids: x[np.arange(len(ids)), ids.argmin(1) - 1], "should be"),
    ("07.4", lambda x, ids: x[np.arange(len(ids)), (ids > 0).sum(0) - 1], "stopped with"),
]

BATCHES = ["07.1", "07.4"]
REAL = ["07.1", "07.2", "07.4"]


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number: str) -> None:
    must_pass(number, RIGHT[number])
    must_pass(number, as_a_class(RIGHT[number]))


@pytest.mark.parametrize("name", ALSO_RIGHT)
def test_another_way_to_be_right_passes(name: str) -> None:
    must_pass(*ALSO_RIGHT[name])


test_numbers_may_come_in_any_form = each_form_passes({number: RIGHT[number] for number in REAL})


test_a_typical_mistake_gets_its_hint = each_gets_its_hint(WRONG)


test_more_wrong_answers_are_refused_by_what_is_wrong = each_fails(MORE_WRONG)


test_spoilt_answers_are_refused = each_spoilt_fails(
    RIGHT,
    [(number, name) for number in REAL for name in SPOILT]
    + [(number, name) for number in BATCHES for name in SPOILT_BATCHES],
)


test_a_first_answer_kept_for_ever_is_refused = each_kept_fails(RIGHT)


WRITTEN = [(number, place) for number in ("07.1", "07.2", "07.4") for place in range(2)]


test_writing_into_what_was_given_is_refused = each_written_fails(RIGHT, WRITTEN)


def test_sorting_the_callers_films_is_refused() -> None:
    def sorts(films, fraction, seed):
        held = by_film(films, fraction, seed)
        films.sort()
        return held

    must_fail("07.3", sorts, "write into the caller's")


def test_every_exercise_has_its_wrong_answers() -> None:
    must_cover(RIGHT, WRONG, at_least=4)
    several = [number for number, *_ in [*WRONG.values(), *MORE_WRONG]]
    assert min(several.count(number) for number in RIGHT) >= 18
