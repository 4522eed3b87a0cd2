"""The checks of few weights, exercises 10.4 and 10.5: a change of low rank, a budget of directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from course_lib.checks.answers import (
    agree_in_parts,
    later_case,
    numbers,
    parts,
    recognise,
    require_close,
    require_shape,
)
from course_lib.checks.core import Learner, exercise, require
from course_lib.checks.mistakes import instead_of

_LAYER = (("The outputs:", "输出："), ("The merged matrix:", "合并后的矩阵："))


def _low_rank(
    x: np.ndarray, W: np.ndarray, b: np.ndarray, A: np.ndarray, B: np.ndarray, alpha: float
) -> tuple[np.ndarray, np.ndarray]:
    merged = W + alpha / A.shape[1] * (A @ B)
    return x @ merged + b, merged


def _a_layer(
    random: np.random.Generator, batch: int, n: int, m: int, rank: int, alpha: float
) -> tuple[np.ndarray | float, ...]:
    shapes = (batch, n), (n, m), (m,), (n, rank), (rank, m)
    return *(random.normal(size=shape) for shape in shapes), alpha


@exercise(
    "10.4",
    more=(
        "Follow the shapes: x is (batch, n), with A it becomes (batch, r), with B (batch, m), just like x W. The "
        "factor is one number, made of alpha and of one axis of A. For the second answer think of x in front of a "
        "bracket: x W + c x A B = x ( … ). What stands in the bracket has the shape of W, and the bias does not "
        "stand in it.",
        "顺着形状走：x 是 (batch, n)，乘上 A 变成 (batch, r)，再乘上 B 变成 (batch, m)，与 x W 一样。"
        "倍数是一个数，由 alpha 和 A 的一个轴得出。第二个答案，把 x 提到括号外面：x W + c x A B = x ( … )。"
        "括号里的形状与 W 相同，偏置不在里面。",
    ),
)
def low_rank(learner: Learner) -> None:
    """Catches: another factor, another r, A and B exchanged, biases missing, doubled or merged, a change alone."""

    def ask(
        x: np.ndarray, W: np.ndarray, b: np.ndarray, A: np.ndarray, B: np.ndarray, alpha: float
    ) -> list[np.ndarray]:
        with instead_of(
            ["matmul", "not aligned", "matrices", "Matrix size-incompatible", "dot_general requires"],
            "Two matrices do not fit each other: x is (batch, n), A (n, r), B (r, m), so A comes before B, and x "
            "before both.",
            "有两个矩阵的形状配不上：x 是 (batch, n)，A 是 (n, r)，B 是 (r, m)，所以 A 在 B 前面，x 在两者前面。",
        ):
            answer = learner(x, W, b, A, B, alpha)
        found = parts(
            answer,
            2,
            "Return two things: the outputs, and the merged matrix.",
            "应返回两样：输出，和合并后的矩阵。",
        )
        outputs, merged = map(numbers, found)
        wanted = (len(x), W.shape[1])
        require(
            wanted == W.shape or outputs.shape != W.shape or merged.shape != wanted,
            "The two have changed places: first the outputs, then the merged matrix.",
            "两样的次序反了：先写输出，再写合并后的矩阵。",
        )
        require_shape(
            outputs,
            wanted,
            f"The outputs must have the shape (batch, m) = {wanted}; yours is {outputs.shape}.",
            f"输出的形状应为 (batch, m) = {wanted}；你的是 {outputs.shape}。",
        )
        require(
            merged.shape != (W.shape[0] + 1, W.shape[1]),
            "Your merged matrix has a row more: is it the bias? It stays outside, as it was.",
            "你合并后的矩阵多了一行：是不是偏置？偏置留在外面，保持不变。",
        )
        require(
            W.shape[0] == W.shape[1] or merged.shape != W.shape[::-1],
            f"Your merged matrix is turned round: it takes the place of W, whose shape is {W.shape}.",
            f"你合并后的矩阵是转置的：它要代替 W，形状应为 {W.shape}。",
        )
        require_shape(
            merged,
            W.shape,
            f"The merged matrix takes the place of W and must have its shape {W.shape}; yours is {merged.shape}.",
            f"合并后的矩阵要代替 W，形状应与它相同，为 {W.shape}；你的是 {merged.shape}。",
        )
        return [outputs, merged]

    # No length is another's square: each wrong factor is told from all others.
    random = np.random.default_rng(6)
    given = _a_layer(random, 4, 5, 2, 3, 7.0)
    outputs, merged = ask(*given)
    right, right_merged = _low_rank(*given)
    _recognise_outputs(outputs, right, *given)
    require_close(outputs, right, *_LAYER[0])
    _recognise_merged(merged, right_merged, *given)
    agree_in_parts(
        learner,
        ask,
        _low_rank,
        lambda place: _LAYER[place],
        given,
        _a_layer(random, 4, 5, 2, 3, 1.5),  # shaped like the first, with other numbers
        _a_layer(random, 1, 3, 4, 1, 2.0),
        _a_layer(random, 2, 6, 1, 3, 16.0),
        _a_layer(random, 5, 2, 6, 4, 1),  # a higher rank than x has numbers
        _a_layer(random, 2, 3, 3, 2, 0.0),
    )


# A factor before the change, and what is said about it.
_Factors = Sequence[tuple[float, str, str]]


def _wrong_factors(batch: int, n: int, m: int, rank: int, alpha: float) -> _Factors:
    another = (
        "You divide alpha by another length; r is how many columns A has, `A.shape[1]`.",
        "你用 alpha 除以了别的长度；r 是 A 的列数，`A.shape[1]`。",
    )
    return (
        (alpha, "You multiply by alpha; divide it by r before.", "你只乘了 alpha；还要先除以 r。"),
        (1.0, "The factor alpha / r is missing.", "少了倍数 alpha / r。"),
        (1 / rank, "You divide by r; the factor is alpha / r.", "你只除以了 r；倍数是 alpha / r。"),
        (rank / alpha, "Your factor is upside down: alpha / r.", "你的倍数上下颠倒了：应是 alpha / r。"),
        (alpha * rank, "You multiply by r; divide by it.", "你乘上了 r；应当除以它。"),
        (
            alpha / np.sqrt(rank),
            "You divide by the root of r; the formula divides by r itself.",
            "你除以的是 r 的平方根；公式里除以的是 r 本身。",
        ),
        (
            alpha // rank,
            "Your factor has lost its decimals: `//` gives a whole number; divide with `/`.",
            "你的倍数丢了小数：`//` 只给整数，除法要用 `/`。",
        ),
        (
            (alpha / rank) ** 2,
            "The factor comes twice: put it in front of the product A B once.",
            "倍数乘了两次：在 A B 的乘积前面乘一次就够了。",
        ),
        (alpha / rank**2, "You divide by r twice; the factor is alpha / r.", "你除了两次 r；倍数是 alpha / r。"),
        (alpha / n, *another),
        (alpha / m, *another),
        (alpha / batch, *another),
        (-alpha / rank, "You take the change away; it is added.", "你减去了改变；应当加上。"),
    )


def _recognise_outputs(
    found: np.ndarray,
    right: np.ndarray,
    x: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    A: np.ndarray,
    B: np.ndarray,
    alpha: float,
) -> None:
    plain, change = x @ W, x @ A @ B
    factor = alpha / A.shape[1]
    recognise(
        found,
        right,
        *(
            (plain + b + wrong * change, english, chinese)
            for wrong, english, chinese in _wrong_factors(*x.shape, *B.shape[::-1], alpha)
        ),
        (
            plain + b,
            "Your outputs are those of the layer without the change.",
            "你的输出是没有改变时的输出。",
        ),
        *(
            (
                each + factor * change,
                "x W is missing in your outputs: the change is added to what the layer does.",
                "你的输出里少了 x W：改变是加在原来那一层上的。",
            )
            for each in (b, 0)
        ),
        (
            plain + factor * change,
            "The bias is missing in your outputs.",
            "你的输出里少了偏置。",
        ),
        (
            plain + 2 * b + factor * change,
            "The bias comes twice in your outputs.",
            "你的输出里加了两次偏置。",
        ),
        *(
            (
                each,
                "Your factor multiplies more than the change: only x A B has it.",
                "你的倍数乘得太多了：只有 x A B 前面有它。",
            )
            for each in (factor * (plain + change) + b, factor * (plain + b + change), plain + factor * (b + change))
        ),
        (
            x @ (W + b + factor * A @ B),
            "You add the bias to the matrix; it is added to x W, after the product.",
            "你把偏置加进了矩阵；应当加在乘积 x W 之后。",
        ),
        (
            x @ (W + b + factor * A @ B) + b,
            "You add the bias to the matrix, and once more behind; it is added once, to x W.",
            "你把偏置加进了矩阵，后面又加了一次；应当只在乘积 x W 之后加一次。",
        ),
        (
            np.maximum(right, 0),
            "You cut off what is below 0; this layer has no ReLU.",
            "你把小于 0 的截掉了；这一层没有 ReLU。",
        ),
    )


def _recognise_merged(
    found: np.ndarray,
    right: np.ndarray,
    x: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    A: np.ndarray,
    B: np.ndarray,
    alpha: float,
) -> None:
    change, factor = A @ B, alpha / A.shape[1]
    recognise(
        found,
        right,
        (
            right + b,
            "You add the bias to the merged matrix: x times it would multiply the bias, too. It stays outside.",
            "你把偏置加进了合并后的矩阵：再乘 x，偏置也会被乘。它应留在外面。",
        ),
        *(
            (
                each,
                "Your merged matrix is the change alone; it takes the place of W, and so contains it.",
                "你合并后的矩阵只有改变；它要代替 W，所以应当包含 W。",
            )
            for each in (change, factor * change)
        ),
        (
            W,
            "Your merged matrix is W as it was: the change must go into it.",
            "你合并后的矩阵还是原来的 W：改变也要放进去。",
        ),
        *(
            (W + wrong * change, f"In the merged matrix: {english}", f"合并后的矩阵里：{chinese}")
            for wrong, english, chinese in _wrong_factors(*x.shape, *B.shape[::-1], alpha)
        ),
        (
            factor * (W + change),
            "In the merged matrix the factor multiplies W, too; only A B has it.",
            "合并后的矩阵里，倍数也乘到了 W 上；只有 A B 前面有它。",
        ),
    )


def _kept(values: Sequence[np.ndarray], stays: np.ndarray) -> list[np.ndarray]:
    ends = np.cumsum([len(each) for each in values])[:-1]
    return [np.where(stay, each, 0.0) for stay, each in zip(np.split(stays, ends), values, strict=True)]


def _first(order: np.ndarray, budget: int) -> np.ndarray:
    stays = np.zeros(len(order), bool)
    stays[order[:budget]] = True
    return stays


def _best(scores: np.ndarray, budget: int) -> np.ndarray:
    """Which directions stay: those with the highest scores, of equal ones the earlier."""
    return _first(np.argsort(-scores, kind="stable"), budget)


def _spent(values: Sequence[np.ndarray], scores: Sequence[np.ndarray], budget: int) -> list[np.ndarray]:
    return _kept(values, _best(np.concatenate(scores), budget))


@exercise(
    "10.5",
    more=(
        "Lay the scores of all matrices end to end, as one row, and choose the best of that row: where a direction "
        "stands in the row also says which of two equal ones is the earlier. Then cut a row of true and false of the "
        'same length into the pieces again. `np.argsort(…, kind="stable")` leaves equal ones in their order, from the '
        "small to the large; what is to be done with the scores so that the large come first and equal ones still keep "
        "their order?",
        "把所有矩阵的分数首尾相接，排成一行，再从这一行里挑最好的：分数相同时谁在前面，看它在这一行里的位置就知道。"
        "然后把同样长的一行真假值按原来的长短切开。"
        '`np.argsort(…, kind="stable")` 从小到大排，相同的保持原来的次序；'
        "怎样处理分数，才能让大的在前面，而相同的次序仍然不变？",
    ),
)
def keep_best(learner: Learner) -> None:
    """Catches: a budget for each matrix, other ranks, one too many, ties, a budget of nothing or of more than all."""

    def ask(values: list[np.ndarray], scores: list[np.ndarray], budget: int) -> list[np.ndarray]:
        count = len(values)
        found = parts(
            learner(values, scores, budget),
            count,
            f"Return a list of as many arrays as there are matrices, {count}, and nothing besides.",
            f"应返回一个列表，有几个矩阵就有几个数组，这里是 {count} 个，别无其他。",
        )
        found = [numbers(each) for each in found]
        for place, (each, old) in enumerate(zip(found, values, strict=True)):
            require(
                each.ndim != 1 or len(each) >= len(old),
                f"Matrix {place} has {len(old)} directions and keeps only {len(each)} in yours: do not take any out, "
                "set its singular value to 0.",
                f"第 {place} 个矩阵有 {len(old)} 个方向，你只留下了 {len(each)} 个：不要删掉，把奇异值设为 0。",
            )
            require_shape(
                each,
                old.shape,
                f"Array {place} must keep its shape {old.shape}; yours is {each.shape}.",
                f"第 {place} 个数组的形状应保持 {old.shape}；你的是 {each.shape}。",
            )
        return found

    # Neither the sizes of the values nor their products with the scores have the order of the scores.
    values = [
        np.array([0.9, -2.4, 0.3, 1.7, -0.2, 2.8]),
        np.array([-0.6, 3.1, 1.4]),
        np.array([1.2, -0.5, 0.8, -1.9]),
    ]
    scores = [
        np.array([5.5, 0.5, 9.0, 3.0, 8.5, 1.5]),
        np.array([6.5, 0.2, 3.2]),
        np.array([7.5, 6.0, 1.0, 5.2]),
    ]
    _require_spent(learner, ask, values, scores, 5)
    # Of the four scores of 2 two may stay.
    equal = (
        [np.array([1.5, -0.7, 2.2]), np.array([0.4, 1.1]), np.array([3.3, 0.6, -1.9])],
        [np.array([2.0, 5.0, 2.0]), np.array([2.0, 7.0]), np.array([0.0, 1.0, 2.0])],
        4,
    )
    with later_case(learner):
        found = np.concatenate(ask(*equal))
    flat = np.concatenate(equal[1])
    stays = _best(flat, 4)
    mine = found != 0
    require(
        not np.array_equal(mine, flat >= 2),
        "All of equal scores stay in yours, and so more than `budget` directions: of equal ones the earlier stay.",
        "分数相同的你全留下了，结果超过了 `budget` 个：分数相同时，只留前面的。",
    )
    require(
        not np.array_equal(mine, flat > 2),
        "None of the equal scores at the border stays in yours, and so fewer than `budget` directions: of equal ones "
        "the earlier stay.",
        "正好卡在界线上的相同分数，你一个也没有留，结果不到 `budget` 个：分数相同时，要留前面的。",
    )
    require(
        not np.array_equal(mine, _first(np.argsort(flat, kind="stable")[::-1], 4)),
        "Of equal scores the later stay in yours: does [::-1] turn their order round, too? The earlier stay.",
        "分数相同时，你留下的是后面的：是不是 [::-1] 把它们的次序也反过来了？应当留前面的。",
    )
    _require_directions(
        found,
        np.concatenate(equal[0]),
        stays,
        equal[0],
        "Of equal scores the earlier direction stays (matrices in their order, directions in theirs). np.argsort keeps "
        'equal ones in their order only with kind="stable".',
        "分数相同时，应留下排在前面的方向（先按矩阵的次序，再按方向的次序）。"
        'np.argsort 写了 kind="stable" 才保证相同的次序不变。',
    )
    nothing = (values, scores, 0)
    with later_case(learner):
        found = np.concatenate(ask(*nothing))
    require(
        not found.any(),
        "With a budget of 0 nothing may stay; in yours something does. Is it a slice like [-budget:]? [-0:] is "
        "everything.",
        "budget 为 0 时什么都不该留下；你却留下了。是不是用了 [-budget:] 这样的切片？[-0:] 是全部。",
    )
    everything = ([np.array([0.8, -1.4]), np.array([2.6])], [np.array([1.0, 0.0]), np.array([4.0])], 5)
    with (
        instead_of(
            ["stopped with", "中断"],
            "A budget that is larger than the number of directions lets all of them stay; yours stops with an error "
            "there.",
            "budget 比方向的总数还大时，全部留下；你的函数这时却出错了。",
        ),
        later_case(learner),
    ):
        found = np.concatenate(ask(*everything))
    require_close(
        found,
        np.concatenate(everything[0]),
        "A budget that is larger than the number of directions lets all of them stay:",
        "budget 比方向的总数还大时，全部留下：",
    )
    random = np.random.default_rng(9)

    def drawn(sizes: Sequence[int], budget: int, ties: int = 0) -> tuple[list[np.ndarray], list[np.ndarray], int]:
        """Values and scores; these are all different unless `ties` says how many different ones there are."""
        flat = random.integers(0, ties, sum(sizes)) if ties else random.permutation(sum(sizes))
        scores = np.split(flat * 0.5, np.cumsum(sizes)[:-1])
        return [random.normal(size=size) for size in sizes], scores, budget

    many = drawn((90, 70, 140), 120, ties=4)
    with later_case(learner):
        found = np.concatenate(ask(*many))
    require_close(
        found,
        np.concatenate(_spent(*many)),
        'Of 300 directions, many with equal scores: only `kind="stable"` promises that argsort keeps the order of '
        "equal ones.",
        '300 个方向，许多分数相同：argsort 只有写了 `kind="stable"` 才保证相同的次序不变。',
    )
    agree_in_parts(
        learner,
        ask,
        _spent,
        lambda place: (f"Matrix {place}:", f"第 {place} 个矩阵："),
        drawn((6, 3, 4), 5),  # shaped like the first, with other numbers
        drawn((5,), 2),
        ([np.array([0.5, -0.2]), np.array([0.7])], [np.array([-1.0, -2.0]), np.array([-0.5])], 2),  # scores below 0
    )


def _require_directions(
    found: np.ndarray,
    values: np.ndarray,
    stays: np.ndarray,
    matrices: Sequence[np.ndarray],
    english: str = "",
    chinese: str = "",
) -> None:
    """Which directions stay, by matrix and place, and then with which values."""

    def named(which: np.ndarray) -> str:
        pieces = np.split(which, np.cumsum([len(each) for each in matrices])[:-1])
        return str([np.flatnonzero(piece).tolist() for piece in pieces])

    require(
        np.array_equal(found != 0, stays),
        f"{english} By matrix, directions {named(stays)} should stay; in yours it is {named(found != 0)}.".strip(),
        f"{chinese}按矩阵列出，应留下的方向是 {named(stays)}；你留下的是 {named(found != 0)}。",
    )
    require_close(found, np.where(stays, values, 0))


def _require_spent(
    learner: Learner,
    ask: Callable[[list[np.ndarray], list[np.ndarray], int], list[np.ndarray]],
    values: list[np.ndarray],
    scores: list[np.ndarray],
    budget: int,
) -> None:
    """The first case, whose mistakes are told by what they give."""
    found = np.concatenate(ask(values, scores, budget))
    flat, ranks = np.concatenate(values), np.concatenate(scores)
    stays = _best(ranks, budget)
    order = np.argsort(-ranks, kind="stable")

    def each_alone(share: int) -> np.ndarray:
        return np.concatenate([_best(each, share) for each in scores])

    alone = (
        "You spend the budget in each matrix by itself; it is one budget for the whole model: rank the directions of "
        "all matrices together.",
        "你给每个矩阵各用了一份预算；预算是整个模型合用的：要把所有矩阵的方向放在一起排。",
    )
    by_values = (
        "You rank by the singular values; rank by the scores.",
        "你按奇异值的大小排了名；应当按分数排。",
    )
    sets = (
        *((each_alone(share), *alone) for share in (budget, budget // len(values), -(-budget // len(values)))),
        (_best(np.abs(flat), budget), *by_values),
        (_best(flat, budget), *by_values),
        *(
            (
                _best(each * ranks, budget),
                "You rank by the product of score and singular value; rank by the scores.",
                "你按分数与奇异值的乘积排了名；应当按分数排。",
            )
            for each in (flat, np.abs(flat))
        ),
        (
            _first(order[::-1], budget),
            "The directions with the lowest scores stay in yours; the highest stay.",
            "你留下的是分数最低的方向；应留最高的。",
        ),
        (
            ~stays,
            "You set the best to zero; they stay, and the others become zero.",
            "你把最好的设成了零；它们应当留下，其余的才是零。",
        ),
        (
            ~_first(order[::-1], budget),
            f"You set {budget} directions to zero; the budget says how many stay.",
            f"你把 {budget} 个方向设成了零；budget 说的是留下几个。",
        ),
        (
            _best(ranks, budget + 1),
            f"One direction too many stays in yours: {budget + 1} in place of {budget}.",
            f"你多留了一个方向：留了 {budget + 1} 个，应为 {budget} 个。",
        ),
        (
            _best(ranks, budget - 1),
            f"One direction too few stays in yours: {budget - 1} in place of {budget}.",
            f"你少留了一个方向：留了 {budget - 1} 个，应为 {budget} 个。",
        ),
        (
            _first(np.arange(len(flat)), budget),
            "The first directions stay in yours, whatever their scores.",
            "你留下的是最前面的几个方向，没有看分数。",
        ),
        (
            ranks > budget,
            "You compare the scores with the budget; the budget is how many stay.",
            "你拿分数与 budget 相比；budget 说的是留下几个。",
        ),
        (
            ranks >= budget,
            "You compare the scores with the budget; the budget is how many stay.",
            "你拿分数与 budget 相比；budget 说的是留下几个。",
        ),
        (
            np.ones(len(flat), bool),
            "Nothing becomes zero in yours.",
            "你没有把任何一个设为零。",
        ),
    )
    recognise(
        found,
        np.where(stays, flat, 0),
        *((np.where(which, flat, 0), english, chinese) for which, english, chinese in sets),
        *(
            (
                each,
                "You say which directions stay; return their singular values, and zeros for the others.",
                "你只标出了哪些方向留下；应返回它们的奇异值，其余为零。",
            )
            for each in (stays, ~stays)
        ),
        (
            np.where(stays, ranks, 0),
            "You return the scores of what stays; return the singular values.",
            "你返回的是留下的分数；应返回奇异值。",
        ),
        (
            np.where(stays, flat * ranks, 0),
            "You multiply the singular values by their scores; what stays keeps its value.",
            "你把奇异值乘上了分数；留下的应保持原值。",
        ),
        (
            np.where(stays, np.abs(flat), 0),
            "The signs are gone: what stays keeps its value.",
            "符号丢了：留下的应保持原值。",
        ),
    )
    _require_directions(found, flat, stays, values)
