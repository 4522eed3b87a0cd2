"""The checks of chapter 07; that of what a negation turns is in `negation`."""

from __future__ import annotations

import numpy as np

from course_lib.checks import negation  # noqa: F401  registers 07.5
from course_lib.checks.answers import agree, as_array, number, numbers, recognise, require_close, require_new
from course_lib.checks.core import Learner, exercise, require
from course_lib.checks.hints import Hint


def _ratios(positive: np.ndarray, negative: np.ndarray, alpha: float) -> np.ndarray:
    p, q = positive + alpha, negative + alpha
    return np.log(p / p.sum()) - np.log(q / q.sum())


@exercise(
    "07.1",
    more=(
        "Make the two classes alike first: add alpha to each count, then turn the counts of a class into shares that "
        "add up to one. Only then compare the two shares of a word, and ask which function makes a ratio of 2 and a "
        "ratio of 1/2 equally far from 0.",
        "先让两类可比：给每个计数加上 alpha，再把一类的计数变成和为 1 的份额。然后才比较一个词的两个份额，"
        "想一想：哪个函数能让比值 2 和比值 1/2 离 0 一样远？",
    ),
)
def log_count_ratios(learner: Learner) -> None:
    """Catches: no smoothing, no division by the sums, sums before smoothing, the sign, no logarithm."""
    positive, negative = np.array([3.0, 1.0, 2.0, 0.0]), np.array([0.0, 2.0, 2.0, 6.0])
    result = numbers(learner(positive, negative, 1.0))
    require(
        result.shape == (4,),
        f"One number for each word: the shape must be (4,); yours is {result.shape}.",
        f"每个词一个数：形状应为 (4,)；你的是 {result.shape}。",
    )
    require(
        np.isfinite(result).all(),
        "A word that one class never used has become infinite: add alpha to every count first.",
        "某一类从没用过的词变成了无穷大：先给每个计数加上 alpha。",
    )
    p, q = positive + 1, negative + 1
    right = _ratios(positive, negative, 1.0)
    base = (
        "You take the logarithm to another base; (3) takes the natural one, np.log.",
        "你取对数用了别的底；(3) 式用的是自然对数 np.log。",
    )
    recognise(
        result,
        right,
        (
            -right,
            "Praise and blame are changed over: a word from positive reviews must come out above 0.",
            "褒贬颠倒了：出自好评的词应当大于 0。",
        ),
        (
            np.log(p) - np.log(q),
            "Divide by the sums: negative reviews hold more words here, and that alone must not count against a word.",
            "要除以总和：这里的差评用词更多，不能单凭这一点就让一个词吃亏。",
        ),
        (
            np.log(p / positive.sum()) - np.log(q / negative.sum()),
            "Sum after adding alpha: the shares of a class must add up to one.",
            "先加 alpha 再求和：一类之内各词的份额之和应为 1。",
        ),
        (
            np.log(p / (positive.sum() + 1)) - np.log(q / (negative.sum() + 1)),
            "You add alpha once to the sum; every word has brought its own, so that the shares add up to one.",
            "你在总和里只加了一个 alpha；每个词都带来了一个，这样各份额之和才是 1。",
        ),
        (
            p / p.sum() / (q / q.sum()),
            "That is the ratio itself; its logarithm makes praise and blame two sides of 0.",
            "这是比值本身；取对数，褒贬才会落在 0 的两边。",
        ),
        (
            p / p.sum() - q / q.sum(),
            "That is the difference of the two shares; (3) takes the logarithm of their ratio.",
            "这是两个份额之差；(3) 式取的是它们之比的对数。",
        ),
        (
            np.log(p / p.sum()),
            "That is the positive class alone; (3) compares it with the negative one.",
            "这只是好评那一类；(3) 式要拿它与差评比。",
        ),
        (
            np.log(p / (p + q)),
            "You compare a word's positive count with all its counts; (3) compares its share in one class with its "
            "share in the other.",
            "你拿一个词在好评中的计数与它的全部计数比；(3) 式比的是它在两类中各自的份额。",
        ),
        (np.log(p / p.sum()) + np.log(q / q.sum()), "Subtract the two logarithms.", "两个对数应相减。"),
        (right / np.log(2), *base),
        (right / np.log(10), *base),
    )
    require_close(result, right)
    counts = np.array([4, 0, 7, 1, 2, 0]), np.array([1, 3, 0, 1, 5, 0])
    half = numbers(learner(*counts, 0.5))
    recognise(
        half,
        _ratios(*counts, 0.5),
        (
            _ratios(*counts, 1.0),
            "With alpha = 0.5 your answer is that for 1: is a 1 written in the code?",
            "alpha = 0.5 时你给出的是 alpha = 1 的结果：代码里是不是把 1 写死了？",
        ),
    )
    agree(
        learner,
        _ratios,
        (*counts, 0.5),
        (np.array([2.0, 5.0, 1.0]), np.array([3.0, 1.0, 9.0]), 2.0),
        (np.array([3.0]), np.array([1.0]), 1.0),
        (np.array([900.0, 1.0]), np.array([2.0, 4.0]), 0.1),
    )


def _area(labels: np.ndarray, scores: np.ndarray) -> float:
    pairs = [(a, b) for a in scores[labels == 1] for b in scores[labels == 0]]
    return float(np.mean([(a > b) + (a == b) / 2 for a, b in pairs]))


@exercise(
    "07.2",
    more=(
        "Take the scores of the positive reviews, and those of the negative ones. Each of the first meets each of the "
        "second: a table of wins. What stands in it for a win, for a tie, for a loss, and what is its mean?",
        "取出好评的分数，再取出差评的分数。前者的每一个都与后者的每一个相遇：得到一张胜负表。"
        "胜、平、负各记多少？整张表的平均是什么？",
    ),
)
def area_under_roc(learner: Learner) -> None:
    """Catches: ties counted whole or not at all, accuracy in its place, classes changed over, pairs of one class."""
    labels = np.array([1, 0, 1, 0, 1, 0, 1, 1, 0])
    scores = np.array([0.9, 0.9, 0.2, 0.4, 0.7, 0.1, 0.3, 0.4, 0.3])
    value = number(learner(labels, scores))
    one, other = scores[labels == 1][:, None], scores[labels == 0]
    above, tied, pairs = (one > other).sum(), (one == other).sum(), one.size * other.size
    right = _area(labels, scores)
    wins = above + tied / 2
    all_pairs = (
        "You divide by all pairs of reviews; only pairs of a positive and a negative one count.",
        "你除以的是所有的影评对；只有一好一差的才算一对。",
    )
    count = (
        "That is how many pairs are won; divide by how many there are.",
        "这是赢了多少对；还要除以一共有多少对。",
    )
    recognise(
        value,
        right,
        (
            above / pairs,
            "A tie counts for nothing in your sum; a model that gives all the same score would get 0, not one half.",
            "你的和里，平局一点也不算；给所有影评同一个分数的模型会得 0，而它应得二分之一。",
        ),
        (
            (above + tied) / pairs,
            "A tie counts whole in your sum; a model that gives all the same score would look perfect.",
            "你的和里，平局算全对；给所有影评同一个分数的模型就成了满分。",
        ),
        (
            above / (pairs - tied),
            "You leave ties out of the count; each is a pair, and counts one half.",
            "你把平局的对去掉了；每个平局也是一对，算一半。",
        ),
        (
            1 - right,
            "The classes are changed over: count the pairs in which the positive review scores higher.",
            "两类弄反了：要数的是好评得分更高的那些对。",
        ),
        (
            np.mean((scores > 0.5) == labels),
            "That is an accuracy at the threshold 0.5; the area needs no threshold.",
            "这是阈值 0.5 下的准确率；面积用不着阈值。",
        ),
        (wins / (len(scores) * (len(scores) - 1) / 2), *all_pairs),
        (wins / (len(scores) * (len(scores) - 1)), *all_pairs),
        (wins / len(scores) ** 2, *all_pairs),
        (float(wins), *count),
        (float(above), *count),
        (
            wins / len(scores),
            "You divide by the number of reviews; divide by the number of pairs.",
            "你除以的是影评数；应除以配对的个数。",
        ),
        (
            wins / one.size,
            "You divide by the number of positive reviews; divide by the number of pairs.",
            "你除以的是好评数；应除以配对的个数。",
        ),
        (
            one.mean() - other.mean(),
            "That is how far apart the mean scores are; count pairs.",
            "这是平均得分之差；应当逐对比较，数出胜负。",
        ),
        (
            2 * right - 1,
            "Yours runs from -1 to 1, wins less losses; the area is the share of wins, from 0 to 1.",
            "你的结果从 -1 到 1，是胜减负；面积是胜的份额，从 0 到 1。",
        ),
    )
    require(
        np.isclose(value, right, rtol=0, atol=1e-5),
        f"Of {pairs} pairs of a positive and a negative review {above} are won and {tied} tied: {right:.4f}; yours is "
        f"{value:.4f}.",
        f"一好一差的 {pairs} 对中，{above} 对胜、{tied} 对平：应得 {right:.4f}；你得到 {value:.4f}。",
    )
    random = np.random.default_rng(2)
    agree(
        learner,
        _area,
        (np.array([0, 0, 1, 0, 1, 0]), np.array([-3.0, 2.0, 1.5, -0.5, 2.2, 2.5])),
        (np.array([1, 1, 0]), np.array([5.0, 5.0, 5.0])),
        (np.array([0, 1]), np.array([0.3, 0.2])),
        (np.array([0, 1]), np.array([0.2, 0.3])),
        (np.array([1, 0, 0, 0]), np.array([0.6, 0.9, 0.8, 0.1])),
        (random.permutation(np.repeat([0, 1], [9, 4])), random.integers(0, 5, 13) / 4),
        rtol=0,
    )
    agree(
        learner,
        _area,
        (np.array([1, 0, 0, 1]), np.array([60.0, 50.0, -900.0, -800.0])),
        (np.array([0, 1, 0, 1]), np.array([0.5001, 0.50015, 0.5, 0.50012])),
        english="Compare the scores as they are: squeezed by a sigmoid or rounded, unequal ones become ties.",
        chinese="应直接比较得分：经过 sigmoid 或舍入之后，不相等的得分会变成平局。",
        rtol=0,
    )


class _Name(str):
    """A text whose hash, and with it the place in a set, can change, as it does from one process to the next."""

    salt = 0

    def __hash__(self) -> int:
        return hash((_Name.salt, str(self)))


def _same_in_every_process(learner: Learner, films: np.ndarray) -> bool:
    """Whether the split stays when the hashes of the names do not; also where such names cannot be handled."""
    named, found = np.array([_Name(film) for film in films], dtype=object), []
    for _Name.salt in (1, 2):
        try:
            found.append(as_array(learner(named, 0.25, 0)))
        except Hint:
            return True
    return np.array_equal(*found)


def _require_whole(films: np.ndarray, held: np.ndarray, fraction: float, seed: int) -> None:
    """Refuse a split that has a film on both sides, or an empty side."""
    given = f"fraction={fraction}, seed={seed}:", f"fraction={fraction}、seed={seed} 时，"
    require(held.any() and not held.all(), f"{given[0]} one side is empty.", f"{given[1]}有一边是空的。")
    both = set(films[held]) & set(films[~held])
    named = ", ".join(sorted(both)[:3])
    require(
        not both,
        f"{given[0]} {len(both)} {'film is' if len(both) == 1 else 'films are'} on both sides ({named}): draw films, "
        "not reviews, and cut none in two.",
        f"{given[1]}有 {len(both)} 部电影两边都有（{named}）：要抽的是电影，不是影评，也不能把一部电影切成两半。",
    )


@exercise(
    "07.3",
    more=(
        "List each film once, and put this list in an order that the seed decides, with a generator of its own. Go "
        "through it and hold out one whole film after another, as long as the reviews held out are still fewer than "
        "asked for. The answer says for each review whether its film is among those.",
        "把每部电影各列一次，用种子自己的生成器打乱这个列表。然后依次整部整部地留出，直到留出的影评够数为止。"
        "答案是：每条影评的电影是不是在其中。",
    ),
)
def hold_out_films(learner: Learner) -> None:
    """Catches: a film cut in two for any seed or share, a side empty, another share, always the same films."""
    films = np.repeat([f"tt{film:02d}" for film in range(40)], np.tile([1, 3, 5, 7], 10))
    shuffled = np.random.default_rng(0).permutation(films)

    def ask(films: np.ndarray, fraction: float, seed: int) -> np.ndarray:
        held = as_array(learner(films, fraction, seed))
        require(
            held.shape == films.shape and held.dtype == bool,
            f"Return one True or False for each review: a boolean array of shape {films.shape}; yours is {held.dtype},"
            f" {held.shape}.",
            f"每条影评一个 True 或 False：形状为 {films.shape} 的布尔数组；你的是 {held.dtype}、{held.shape}。",
        )
        return held

    held = ask(shuffled, 0.25, 0)
    share = held.mean()
    _require_whole(shuffled, held, 0.25, 0)
    require(
        not 0.6 < share < 0.88,
        "The shares are changed over: True is for the reviews held out, a quarter of them here.",
        "两边弄反了：True 表示留出的影评，这里是四分之一。",
    )
    require(
        0.12 < share < 0.4,
        f"A quarter was asked for, and {share:.0%} of the reviews are held out.",
        f"要留出四分之一，你留出了 {share:.0%}。",
    )
    again = ask(shuffled, 0.25, 0)
    require(
        np.array_equal(held, again),
        "The same seed gives another split: draw with np.random.default_rng(seed).",
        "同一个种子给出了不同的划分：请用 np.random.default_rng(seed) 来抽。",
    )
    half = ask(shuffled, 0.5, 0)
    require_new(learner)
    _require_whole(shuffled, half, 0.5, 0)
    require(
        0.35 < half.mean() < 0.65,
        f"With fraction=0.5 you hold out {half.mean():.0%} of the reviews: is a quarter written into the code?",
        f"fraction=0.5 时你留出了 {half.mean():.0%} 的影评：是不是把四分之一写死在代码里了？",
    )
    splits = [held]
    for seed in range(1, 7):
        splits.append(ask(shuffled, 0.25, seed))
        _require_whole(shuffled, splits[-1], 0.25, seed)
        require(
            0.1 < splits[-1].mean() < 0.45,
            f"With fraction=0.25 and seed={seed} you hold out {splits[-1].mean():.0%} of the reviews.",
            f"fraction=0.25、seed={seed} 时，你留出了 {splits[-1].mean():.0%} 的影评。",
        )
    require(
        len({split.tobytes() for split in splits}) > 1,
        "Every seed holds out the same films: with the first of an ordered list you test on films of one letter.",
        "不管种子是几，留出的总是同样的电影：取有序列表的开头，测到的只是片号靠前的那些。",
    )
    ever = set.union(*(set(shuffled[split]) for split in splits))
    require(
        len(ever) > 20,
        f"In seven draws of a quarter only {len(ever)} of 40 films were ever held out: each must have its chance.",
        f"抽了七次四分之一，40 部电影里只有 {len(ever)} 部被留出过：每部电影都应有机会。",
    )
    for seed in range(1, 5):
        half = ask(shuffled, 0.5, seed)
        _require_whole(shuffled, half, 0.5, seed)
    other = np.random.default_rng(5).permutation(
        np.repeat(["aa", "a", "ab", "aab", "b", "aba"], 9)
    )  # parts of each other
    for fraction, seed in ((0.3, 0), (0.5, 3), (0.6, 11), (0.4, 12)):
        held = ask(other, fraction, seed)
        _require_whole(other, held, fraction, seed)
        require(
            abs(held.mean() - fraction) < 0.2,
            f"Six films of nine reviews each, fraction={fraction}: you hold out {held.mean():.0%} of the reviews.",
            f"六部电影各九条影评，fraction={fraction}：你留出了 {held.mean():.0%} 的影评。",
        )
    require(
        _same_in_every_process(learner, shuffled),
        "The order of a set, and the hash of a text, change whenever Python is started: tomorrow the same seed would "
        "hold out other films. Sort the names first, or take np.unique.",
        "集合的次序和字符串的哈希值，每次启动 Python 都会变：到了明天，同一个种子留出的就是别的电影了。"
        "应先给片名排序，或用 np.unique。",
    )


def _last(states: np.ndarray, ids: np.ndarray) -> np.ndarray:
    return np.array([row[np.flatnonzero(words)[-1]] for row, words in zip(states, ids, strict=True)])


@exercise(
    "07.4",
    more=(
        "How many words has each review, and at which place does the last one stand? You then want one place from each "
        "row, another in each: give NumPy two lists of indices of the same length, the rows and the places.",
        "每条影评有几个词，最后一个词在哪个位置？然后要从每一行各取一个位置，各行不同：给 NumPy 两个一样长的下标列表，"
        "行的和位置的。",
    ),
)
def last_words_state(learner: Learner) -> None:
    """Catches: the last place, one too far or too few, the mean, the sum, the first place."""
    random = np.random.default_rng(1)
    states = random.normal(size=(4, 5, 2))
    ids = np.array([[4, 7, 9, 0, 0], [3, 0, 0, 0, 0], [5, 6, 9, 8, 2], [2, 8, 1, 5, 0]])
    rows = np.arange(4)
    result = numbers(learner(states, ids))
    lengths = (ids != 0).sum(axis=1)
    require(
        result.shape != (4, 4, 2),
        "You pick the places of all reviews from each of them; pair rows and places: one place from each row.",
        "你从每条影评里取了所有影评的位置；行与位置要配对：每一行只取一个位置。",
    )
    require(
        result.shape == (4, 2),
        f"One state for each review: the shape must be (4, 2); yours is {result.shape}.",
        f"每条影评一个状态：形状应为 (4, 2)；你的是 {result.shape}。",
    )
    right = _last(states, ids)
    keep = (ids != 0)[:, :, None]
    too_far = (
        "One place too far: a review of n words has its last word at n - 1.",
        "多走了一步：有 n 个词的影评，最后一个词在位置 n - 1。",
    )
    recognise(
        result,
        right,
        (
            states[:, -1],
            "These are the states at the last place, which is E27 itself: some of the reviews have ended before.",
            "你取的是最后一个位置的状态，这正是 E27：有几条影评早就结束了。",
        ),
        (states[rows, np.minimum(lengths, 4)], *too_far),
        (states[rows, lengths % 5], *too_far),
        (
            states[rows, np.maximum(lengths - 2, 0)],
            "One place too early: a review of n words has its last word at n - 1.",
            "少走了一步：有 n 个词的影评，最后一个词在位置 n - 1。",
        ),
        (
            states[rows, lengths - 2],
            "One place too early: a review of n words has its last word at n - 1.",
            "少走了一步：有 n 个词的影评，最后一个词在位置 n - 1。",
        ),
        (
            (states * keep).sum(axis=1) / keep.sum(axis=1),
            "That is the mean over the words; asked for is the state after the last one.",
            "这是对各个词求的平均；要的是最后一个词之后的状态。",
        ),
        (
            states.mean(axis=1),
            "That is the mean over all places; asked for is the state after the last word.",
            "这是对所有位置求的平均；要的是最后一个词之后的状态。",
        ),
        (
            (states * keep).sum(axis=1),
            "That is the sum over the words; asked for is the state after the last one.",
            "这是对各个词求的和；要的是最后一个词之后的状态。",
        ),
        (
            (states * keep)[:, -1],
            "You take the last place, and make it zero where it is padding; go back to the last word instead.",
            "你取的是最后一个位置，是填充就置零；应当回到最后一个词那里。",
        ),
        (
            np.where(keep, states, -np.inf).max(axis=1),
            "That is the maximum over the words; asked for is the state after the last one.",
            "这是对各个词取的最大值；要的是最后一个词之后的状态。",
        ),
        (states.max(axis=1), "That is the maximum over all places.", "这是对所有位置取的最大值。"),
        (states[:, 0], "That is the state after the first word.", "这是第一个词之后的状态。"),
        (
            states[rows, ids.argmax(axis=1)],
            "You pick the place of the largest id; ids are names, and a large one means nothing.",
            "你取的是编号最大的位置；编号只是名字，大小没有意义。",
        ),
        (
            states[:, lengths.max() - 1],
            "You take the same place from every review; each has a length of its own.",
            "你从每条影评取的是同一个位置；各条长度不同。",
        ),
        (
            states[:, lengths[0] - 1],
            "You take the same place from every review; each has a length of its own.",
            "你从每条影评取的是同一个位置；各条长度不同。",
        ),
    )
    require_close(result, right)
    agree(
        learner,
        _last,
        (random.normal(size=(4, 5, 2)), ids[::-1].copy()),  # shaped like the first, with other lengths
        (random.normal(size=(1, 4, 3)), np.array([[5, 6, 0, 0]])),
        (random.normal(size=(3, 3, 1)), np.array([[1, 0, 0], [2, 2, 2], [9, 1, 0]])),
        (random.normal(size=(2, 1, 3)), np.array([[7], [3]])),
        (random.normal(size=(3, 6, 3)), np.array([[1, 1, 1, 1, 1, 1], [9, 9, 9, 9, 9, 0], [300, 0, 0, 0, 0, 0]])),
    )
