"""The checks of exercises 09.4 to 09.6: how a token is drawn, one step with a cache, where heads look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_lib.checks.answers import (
    agree,
    agree_in_parts,
    close,
    difference,
    later_case,
    numbers,
    parts,
    recognise,
    require_close,
    require_new,
    require_shape,
)
from course_lib.checks.core import Learner, exercise, require
from course_lib.checks.hints import Hint
from course_lib.checks.softmax import softmax


def _cut(
    chances: np.ndarray, share: float, order: np.ndarray | None = None, more: int = 0, crossing: bool = True
) -> np.ndarray:
    order = np.argsort(-chances, kind="stable") if order is None else order
    held = np.cumsum(chances[order])
    count = int((held - chances[order] < share).sum() if crossing else (held <= share).sum()) + more
    only = np.zeros_like(chances)
    only[order[:count]] = chances[order[:count]]
    return only / only.sum() if count else only


def _nucleus(logits: np.ndarray, temperature: float, share: float) -> np.ndarray:
    return _cut(softmax(logits / temperature), share)


@exercise(
    "09.4",
    more=(
        "Sort the probabilities, the most probable first, and go along their running sum. A token stays as long as the "
        "better ones before it hold less than `share`: so the first always stays, and so does the one that crosses the "
        "line. What stays goes back to its own place in the vocabulary, and is divided by its sum.",
        "把概率从大到小排好，看逐项累加的和。只要排在前面的那些合起来还不到 `share`，这个词元就留下："
        "所以第一个总会留下，使累加和越线的那一个也会留下。留下的要放回词表里原来的位置，再除以它们的和。",
    ),
)
def nucleus_distribution(learner: Learner) -> None:
    """Catches: a temperature multiplied or too late, no sorting, a token too few or too many, nothing shared out."""
    logits, temperature, share = np.array([-1.8, 0.9, 0.6, 1.9, 2.0, -0.3, 0.5, 0.4]), 3.0, 0.57
    result = numbers(learner(logits, temperature, share))
    tempered = logits / temperature
    chances, plain = softmax(tempered), softmax(logits)
    right = _cut(chances, share)
    kept = right > 0
    require(
        result.shape != (int(kept.sum()),),
        f"You return only the tokens that stay; return all {logits.size}, each in its place, with 0 for those that go.",
        f"你只返回了留下的词元；应返回全部 {logits.size} 个，各在原来的位置，去掉的为 0。",
    )
    result = numbers(result, (8,), "V,")
    order = np.argsort(-chances)
    not_sorted = (
        "You add up probabilities in the order of the vocabulary; begin with the most probable token.",
        "你按词表的次序累加概率；应当从最可能的词元取起。",
    )
    too_few = (
        "The token with which the sum passes `share` is missing: what stays holds less than `share`.",
        "少了使累加和达到 `share` 的那个词元：留下的合起来还不到 `share`。",
    )
    no_sharing = (
        "What stays does not sum to one: share out everything among it.",
        "留下的概率加起来不是 1：要把全部概率分给它们。",
    )
    after = (
        "The cut is made at temperature 1, and the temperature comes afterwards: divide the scores first, then choose.",
        "你在温度 1 下就做了取舍，之后才用温度：应当先除以温度，再取舍。",
    )
    hidden_by_zero = (
        "You set the scores of the others to 0; exp(0) is 1, so they keep a probability.",
        "你把其余的得分设成了 0；exp(0) 等于 1，它们仍有概率。",
    )
    recognise(
        result,
        right,
        (
            _cut(plain, share),
            "The temperature has no effect: divide the scores by it.",
            "温度没有起作用：要用它去除得分。",
        ),
        (
            _cut(softmax(logits * temperature), share),
            "You multiply by the temperature; divide by it: above one all become more alike.",
            "你乘上了温度；应当除以它：温度大于 1 时，各个词元的概率更接近。",
        ),
        (softmax(np.where(_cut(plain, share) > 0, tempered, -np.inf)), *after),
        (
            _cut(plain / temperature, share),
            "You divide the probabilities by the temperature; divide the scores, before the softmax.",
            "你用温度去除概率；应当在 softmax 之前去除得分。",
        ),
        (_cut(chances, share, np.arange(8)), *not_sorted),
        (_cut(chances, share, np.arange(8), crossing=False), *not_sorted),
        (
            _cut(chances, share, order[::-1]),
            "You begin with the least probable token; begin with the most probable.",
            "你从最不可能的词元取起；应当从最可能的取起。",
        ),
        (_cut(chances, share, crossing=False), *too_few),
        (chances * (_cut(chances, share, crossing=False) > 0), *too_few),
        (
            _cut(chances, share, more=1),
            "You keep one token too many: the best ones before it hold `share` already.",
            "你多留了一个词元：排在它前面的那些已经够 `share` 了。",
        ),
        (chances * kept, *no_sharing),
        (
            softmax(chances * kept),
            "You take a softmax of probabilities; divide what stays by its sum.",
            "你对概率又做了一次 softmax；应当把留下的除以它们的和。",
        ),
        (
            softmax(np.where(kept, chances, -np.inf)),
            "You take a softmax of probabilities; divide what stays by its sum.",
            "你对概率又做了一次 softmax；应当把留下的除以它们的和。",
        ),
        (softmax(tempered * kept), *hidden_by_zero),
        (
            chances,
            "Nothing is cut off: this is the softmax of all scores.",
            "什么也没有去掉：这是全部得分的 softmax。",
        ),
        (
            kept / kept.sum(),
            "All that stay get the same; among them the probabilities keep their ratios.",
            "留下的都分到一样多；它们之间应当保持原来的比例。",
        ),
        (
            -np.sort(-right),
            "Your probabilities are sorted; put each back into its token's place.",
            "你的概率是排好序的；每个都要放回自己词元的位置。",
        ),
        (
            np.where(chances >= share * chances.max(), chances, 0) / chances[chances >= share * chances.max()].sum(),
            "You compare each probability with a share of the largest; what counts is how much the best hold together.",
            "你拿每个概率与最大概率的一部分相比；这里看的是最好的那些合起来占多少。",
        ),
        (
            (chances == chances.max()) * 1.0,
            "Only the best token stays in yours: together the tokens that stay hold at least `share`.",
            "你只留下了最好的一个：留下的词元合起来至少要占 `share`。",
        ),
    )
    require(
        np.isfinite(result).all(),
        f"Your probabilities are not all numbers: {result.round(4).tolist()}.",
        f"你的概率里有的不是数：{result.round(4).tolist()}。",
    )
    require(
        np.array_equal(result > 1e-6, kept),
        f"Tokens {np.flatnonzero(kept).tolist()} should stay; in yours it is {np.flatnonzero(result > 1e-6).tolist()}.",
        f"应留下词元 {np.flatnonzero(kept).tolist()}；你留下的是 {np.flatnonzero(result > 1e-6).tolist()}。",
    )
    require(close(result.sum(), 1.0), *no_sharing)
    require_close(result, right)
    alone = np.array([0.2, 4.0, -1.0, 0.5, 0.0]), 1.0, 0.5
    with later_case(learner):
        found = numbers(learner(*alone), (5,), "V,")
    require_new(learner)
    require(
        np.isfinite(found).all() and found.any(),
        "Here the best token alone holds more than `share`, and nothing stays in yours: the best always stays.",
        "这里最好的一个词元自己就超过了 `share`，你却一个也没有留下：最好的总要留下。",
    )
    require_close(
        found,
        _nucleus(*alone),
        "Where the best token alone holds more than `share`, it stays alone:",
        "最好的一个词元自己就超过 `share` 时，只留下它：",
    )
    halves = numbers(learner(np.zeros(4), 1.0, 0.5), (4,), "V,")
    require_new(learner)
    require(
        not close(np.sort(halves), np.array([0, 1, 1, 1]) / 3),
        'Of four equal tokens two hold exactly one half, which is "at least" one half; you keep three.',
        "四个相同的词元里，两个恰好占一半，已经“至少”占一半；你却留下了三个。",
    )
    if not close(halves, np.full(4, 0.25)):  # whoever keeps all that are as probable as the last is right, too
        require_close(
            np.sort(halves),
            np.array([0.0, 0.0, 0.5, 0.5]),
            "Of four equal tokens two hold one half; sorted, your probabilities:",
            "四个相同的词元，其中两个占一半；把你的概率排好序：",
        )
    random = np.random.default_rng(4)
    agree(
        learner,
        _nucleus,
        (random.normal(size=8), 1.6, 0.6),  # shaped like the first, with other numbers
        (random.normal(size=6), 0.5, 0.9),
        (np.zeros(4), 1.0, 1.0),
        (np.array([-3.0]), 0.7, 0.3),
        (2 * random.normal(size=40), 1.0, 0.8),
        (np.array([1.0, 3.0, 2.0]), 0.8, 1e-3),
        (np.array([1.0, 2.5, 2.0, -1.0, 0.3]), 3.0, 0.85),
    )
    for large, english, chinese in (
        (
            (np.array([1000.0, 999.0, 0.0, 998.0]), 1.0, 0.9),
            "Scores near 1,000 give NaN: exp(1000) overflows. Subtract the largest score first.",
            "得分接近 1,000 时你得到 NaN：exp(1000) 溢出了。先减去最大的得分。",
        ),
        (
            (np.array([-1000.0, -999.0, -998.5]), 1.0, 0.9),
            "Scores near -1,000 go wrong: exp(-1000) is rounded to 0. Subtract the largest score first, with its sign.",
            "得分接近 -1,000 时不对：exp(-1000) 被舍入成了 0。先减去最大的得分，连同它的符号。",
        ),
        (
            (np.array([1000.0, -1000.0, 999.5, -1000.0]), 1.0, 0.9),
            "Scores of 1,000 and -1,000 side by side go wrong: subtract the largest, not the mean or the smallest.",
            "得分相差到 1,000 和 -1,000 时不对：要减去最大的得分，而不是平均值或最小的。",
        ),
        (
            (np.array([9.0, 9.01, 8.99, 5.0]), 0.01, 0.9),
            "At a temperature of 0.01 scores become a hundred times as large, and exp overflows: subtract the largest "
            "after dividing.",
            "温度为 0.01 时，得分变成一百倍，exp 就溢出了：除以温度之后再减去最大的。",
        ),
    ):
        found = numbers(learner(*large), large[0].shape, "V,")
        require(np.isfinite(found).all() and found.any(), english, chinese)
        require_close(found, _nucleus(*large))


def _longer(key: np.ndarray, value: np.ndarray, cache: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate([cache[0], key[:, None]], axis=1), np.concatenate([cache[1], value[:, None]], axis=1)


def _attended(
    query: np.ndarray, keys: np.ndarray, values: np.ndarray, scale: float | None = None, axis: int | None = -1
) -> np.ndarray:
    products = np.einsum("hd,htd->ht", query, keys) / (np.sqrt(query.shape[-1]) if scale is None else scale)
    return np.einsum("ht,htd->hd", softmax(products, axis), values)


def _step(
    query: np.ndarray, key: np.ndarray, value: np.ndarray, cache: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    keys, values = _longer(key, value, cache)
    return _attended(query, keys, values), keys, values


def _token(random: np.random.Generator, heads: int, old: int, dim: int) -> tuple[object, ...]:
    query, key, value = random.normal(size=(3, heads, dim)) * 1.5
    return query, key, value, (random.normal(size=(heads, old, dim)), random.normal(size=(heads, old, dim)))


def _is_cache(answer: object, shape: tuple[int, ...]) -> bool:
    """Whether an answer has the shape of keys and values together."""
    try:
        return numbers(answer).shape == shape
    except Hint:
        return False


@exercise(
    "09.5",
    more=(
        "Lengthen the cache first: `key[:, None]` has the shape (heads, 1, d) and fits behind (heads, t, d). Then each "
        "head has one query and t + 1 keys, so its scores are (heads, t + 1), and each row of them has a softmax of "
        "its own. d is the length of one head's query. Only the values are still to be averaged.",
        "先把缓存加长：`key[:, None]` 的形状是 (heads, 1, d)，可以接在 (heads, t, d) 后面。这样每个头有一个查询和 "
        "t + 1 个键，得分是 (heads, t + 1)，每一行各做各的 softmax。d 是一个头的查询的长度。最后只剩下对值求加权平均。",
    ),
)
def cached_step(learner: Learner) -> None:
    """Catches: another scale, no new token, a softmax over heads, the new token in front, an empty cache, overflow."""
    names = (
        ("The output:", "输出："),
        ("The keys of the longer cache:", "加长后的键："),
        ("The values of the longer cache:", "加长后的值："),
    )

    def ask(
        query: np.ndarray, key: np.ndarray, value: np.ndarray, cache: tuple[np.ndarray, np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        heads, old, dim = cache[0].shape
        output, longer = parts(
            learner(query, key, value, cache),
            2,
            "Return two things: the output, and the longer cache, which is again keys and values.",
            "应返回两样：输出，和加长了的缓存；缓存仍是键和值两个数组。",
        )
        require(
            not _is_cache(output, (2, heads, old + 1, dim)),
            "The two have changed places: first the output, then the longer cache.",
            "两样的次序反了：先写输出，再写加长了的缓存。",
        )
        keys, values = parts(
            longer,
            2,
            "The cache you return must have two parts, keys and values, like the one you were given.",
            "返回的缓存应有两部分，键和值，与给你的一样。",
        )
        output, keys, values = numbers(output), numbers(keys), numbers(values)
        require(
            output.shape != (heads, old + 1) or dim == old + 1,
            "Your output is the weights, one for each token; average the values by them.",
            "你的输出是每个词元的权重；还要用它们对值求加权平均。",
        )
        require(
            output.shape not in ((dim,), (heads * dim,)) or heads == 1,
            f"Give the output of each head, (heads, d) = {(heads, dim)}; yours has the shape {output.shape}: are heads "
            "averaged, or put side by side?",
            f"应给出每个头的输出，(heads, d) = {(heads, dim)}；你的形状是 {output.shape}：是不是把各个头平均或并排了？",
        )
        output = numbers(output, (heads, dim), "heads, d")
        for each, english, chinese in ((keys, "keys", "键"), (values, "values", "值")):
            require(
                each.shape != (heads, old, dim),
                f"The {english} of your cache are as many as before, {old}; with those of the new token there are "
                f"{old + 1}.",
                f"你的缓存里，{chinese}还是原来的 {old} 个；加上新词元的，应有 {old + 1} 个。",
            )
            require_shape(
                each,
                (heads, old + 1, dim),
                f"The {english} of the longer cache must have the shape (heads, t + 1, d) = {(heads, old + 1, dim)}; "
                f"yours is {each.shape}.",
                f"加长了的缓存里，{chinese}的形状应为 (heads, t + 1, d) = {(heads, old + 1, dim)}；"
                f"你的是 {each.shape}。",
            )
        return output, keys, values

    random = np.random.default_rng(2)
    heads, old, dim = 3, 7, 2  # no two of them, their roots and products are the same
    query, key, value, cache = given = _token(random, heads, old, dim)
    output, keys, values = ask(*given)
    right, right_keys, right_values = _step(*given)
    products = np.einsum("hd,htd->ht", query, right_keys)
    scores = products / np.sqrt(dim)
    weights = softmax(scores)
    by_others = (
        "You divide by the root of another length; d is how long the query of one head is, here 2.",
        "你除以了另一个长度的平方根；d 是一个头的查询有多长，这里是 2。",
    )
    recognise(
        output,
        right,
        (
            _attended(query, right_keys, right_values, 1.0),
            "You do not divide by √d.",
            "你没有除以 √d。",
        ),
        (
            _attended(query, right_keys, right_values, float(dim)),
            "You divide by d; divide by its root.",
            "你除以了 d；应除以它的平方根。",
        ),
        (
            _attended(query, right_keys, right_values, 1 / np.sqrt(dim)),
            "You multiply by √d; divide by it.",
            "你乘上了 √d；应当除以它。",
        ),
        (
            _attended(query, right_keys, right_values, np.sqrt(heads * dim)),
            "You divide by the root of the width of all heads together; d is that of one head.",
            "你除以的是所有头合起来的宽度的平方根；d 是一个头的宽度。",
        ),
        *((_attended(query, right_keys, right_values, np.sqrt(other)), *by_others) for other in (heads, old, old + 1)),
        (
            _attended(query, *cache),
            "The new token is missing in your output: it looks at itself, too.",
            "你的输出里没有新词元：它也要看自己。",
        ),
        (
            value,
            "Your output is the new token's own value: it looks at the old tokens, too.",
            "你的输出就是新词元自己的值：它也要看旧的词元。",
        ),
        (
            _attended(query, right_keys, right_values, axis=0),
            "Your softmax runs over the heads; each head shares out its look over the tokens.",
            "你的 softmax 沿各个头做了；应当是每个头把权重分配给各个词元。",
        ),
        (
            _attended(query, right_keys, right_values, axis=None),
            "All your weights together sum to one; those of each head should.",
            "你的全部权重加起来为 1；应当是每个头的权重之和为 1。",
        ),
        (
            np.einsum("ht,htd->hd", scores, right_values),
            "You average by the scores; a softmax must turn them into weights first.",
            "你直接用得分去加权；先要用 softmax 把它们变成权重。",
        ),
        (
            np.einsum("ht,htd->hd", np.exp(scores), right_values),
            "Your weights are exponentials, not yet divided by their sum.",
            "你的权重只是指数，还没有除以它们的和。",
        ),
        (
            np.einsum("ht,htd->hd", weights, right_keys),
            "You average the keys; the keys are for the scores, what is averaged are the values.",
            "你对键求了加权平均；键只用来算得分，要平均的是值。",
        ),
        (
            _attended(query, right_values, right_keys),
            "Keys and values have changed places.",
            "键和值弄反了。",
        ),
        (
            _attended(query, right_values, right_values),
            "Your scores are made with the values; they are made with the keys.",
            "你用值算了得分；得分应当用键来算。",
        ),
        (
            _attended(key, right_keys, right_values),
            "Your scores are made with the new key in place of the query.",
            "你用新词元的键代替查询算了得分。",
        ),
        (
            np.einsum("ht,htd->hd", weights, np.concatenate([value[:, None], cache[1]], axis=1)),
            "The new key stands last and the new value first: each weight falls on the value of another token.",
            "新的键放在最后，新的值却放在最前：每个权重都落在了别的词元的值上。",
        ),
        (
            np.einsum("t,htd->hd", softmax(scores.sum(axis=0)), right_values),
            "Your heads share their scores; each head has weights of its own.",
            "你的各个头共用了得分；每个头应有自己的权重。",
        ),
        (
            right_values.mean(axis=1),
            "All tokens get the same weight in yours: query and keys have no effect.",
            "在你这里所有词元权重相同：查询和键没有起作用。",
        ),
    )
    require_close(output, right, *names[0])
    in_front = (
        "The new token stands in front in your cache; it comes last, behind the old ones.",
        "你的缓存里，新词元放在了最前面；应当放在最后，接在旧的后面。",
    )
    recognise(
        np.stack([keys, values]),
        np.stack([right_keys, right_values]),
        (
            np.stack([right_values, right_keys]),
            "In the cache you return keys and values have changed places: keys come first.",
            "你返回的缓存里，键和值的次序反了：键在前。",
        ),
        (
            np.stack(_longer(value, key, cache)),
            "The new token's key went to the values, and its value to the keys.",
            "新词元的键放进了值里，值放进了键里。",
        ),
    )
    for found, wanted, new, before in ((keys, right_keys, key, cache[0]), (values, right_values, value, cache[1])):
        recognise(
            found,
            wanted,
            (np.concatenate([new[:, None], before], axis=1), *in_front),
            (
                np.concatenate([before, query[:, None]], axis=1),
                "You put the query into the cache; what is kept are keys and values.",
                "你把查询放进了缓存；要存的是键和值。",
            ),
        )
    require_close(keys, right_keys, *names[1])
    require_close(values, right_values, *names[2])
    empty = _token(random, 2, 0, 3)
    with later_case(learner):
        output, _, _ = ask(*empty)
        require_new(learner)
    require(
        close(output, empty[2]),
        f"With an empty cache (t = 0) the new token sees only itself, so the output is its value. "
        f"{difference(output, empty[2])}",
        f"缓存为空（t = 0）时，新词元只看得见自己，输出就是它的值。{difference(output, empty[2])}",
    )
    agree_in_parts(
        learner,
        ask,
        _step,
        lambda place: names[place],
        empty,
        _token(random, heads, old, dim),  # shaped like the first, with other numbers
        _token(random, 1, 2, 4),
        _token(random, 4, 1, 1),
        _token(random, 2, 2, 2),
        _token(random, 1, 0, 1),
        _token(random, 2, 9, 5),
    )
    # One head's scores are near 1,000, the other's near -1,000, where exp of every one is 0.
    keys = np.array([[[1000.0], [998.0]], [[-1000.0], [-1001.0]]])
    large = (
        np.ones((2, 1)),
        np.array([[999.0], [-999.5]]),
        np.array([[3.0], [5.0]]),
        (keys, np.array([[[1.0], [2.0]]] * 2)),
    )
    right = _step(*large)[0]
    alone = ask(*(each[1:] for each in large[:3]), tuple(each[1:] for each in large[3]))[0]
    output, _, _ = ask(*large)
    require(
        np.isfinite(output[0]).all(),
        "Scores near 1,000 give NaN: exp(1000) overflows. Subtract the largest score of the head first.",
        "得分接近 1,000 时你得到 NaN：exp(1000) 溢出了。先减去这个头的最大得分。",
    )
    require(
        close(output[1], right[1]) or not close(alone, right[1:]),
        "A head with scores near -1,000 goes wrong beside one with scores near 1,000: subtract the largest score of "
        "each head, not of all.",
        "一个头的得分接近 -1,000，旁边另一个头的接近 1,000 时，前者就错了：要减去每个头各自的最大得分，而不是全部的。",
    )
    far = (
        np.ones((1, 1)),
        np.array([[-1000.0]]),
        np.array([[3.0]]),
        (np.array([[[1000.0], [-1000.0]]]), np.array([[[1.0], [2.0]]])),
    )
    require(
        np.isfinite(ask(*far)[0]).all(),
        "Scores of 1,000 and -1,000 in one head give NaN: subtract the largest score of the head, not the mean or the "
        "smallest.",
        "同一个头里得分有 1,000 和 -1,000 时你得到 NaN：要减去这个头的最大得分，而不是平均值或最小的。",
    )
    require(
        np.isfinite(output[1]).all() and output[1].any(),
        "Scores near -1,000 go wrong: exp(-1000) is rounded to 0. Subtract the largest score of the head, with its "
        "sign.",
        "得分接近 -1,000 时不对：exp(-1000) 被舍入成了 0。先减去这个头的最大得分，连同它的符号。",
    )
    require_close(output, right, *names[0])


def _induction(weights: np.ndarray, n: int) -> np.ndarray:
    second = np.arange(n, 2 * n)
    return weights[:, second, second - n + 1].mean(axis=-1)


def _looks(random: np.random.Generator, heads: int, n: int) -> tuple[np.ndarray, int]:
    return softmax(1.5 * random.normal(size=(heads, 2 * n, 2 * n))), n


@exercise(
    "09.6",
    more=(
        "Write a row with n = 3 on paper: a b c a b c, with the positions 0 to 5. Draw an arrow from each position of "
        "the second copy to the one it should look at: from 3 to 1. What is the difference between the two ends, and "
        "is it the same for all arrows? Where does the last one end?",
        "在纸上写一行 n = 3 的例子：a b c a b c，位置是 0 到 5。从第二遍的每个位置画一个箭头，指向它该看的位置："
        "从 3 指向 1。箭头两端相差多少？每个箭头都一样吗？最后一个箭头落在哪里？",
    ),
)
def induction_scores(learner: Learner) -> None:
    """Catches: the same token or the one before, all positions, the first copy, sums, a position left out."""
    random = np.random.default_rng(12)  # no head looks most at the first or the last place
    weights, n = _looks(random, 3, 4)
    result = numbers(learner(weights, n))
    right = _induction(weights, n)
    second, first = np.arange(n, 2 * n), np.arange(n)
    looks = weights[:, second, second - n + 1]
    require(
        result.shape != (3, n),
        "You give a number for each position; average them for each head.",
        "你给每个位置各算了一个数；应当对每个头求平均。",
    )
    require(
        result.shape != (),
        "You give one number for all heads; give one for each.",
        "你给所有的头只算了一个数；应当每个头一个。",
    )
    result = numbers(result, (3,), "heads,")
    left_out = (
        "You leave a position of the second copy out: there are n, and the last one looks, too. The token after the "
        "last one of the first copy stands at position n.",
        "你漏了第二遍的一个位置：一共 n 个，最后一个也算。第一遍最后一个词元的后面，就是位置 n 上的词元。",
    )
    all_positions = (
        "You average over all 2n positions; only those of the second copy can know the row already.",
        "你对全部 2n 个位置求了平均；只有第二遍的位置才可能见过这一行。",
    )
    columns = (
        "You have exchanged rows and columns: row i says where position i looks, so i is the first index.",
        "你把行和列弄反了：第 i 行说的是位置 i 看哪里，所以 i 是前一个下标。",
    )
    recognise(
        result,
        right,
        (
            weights[:, second, first].mean(axis=-1),
            "You measure the look at the same token in the first copy; look one further, at what came after it.",
            "你算的是落在第一遍里同一个词元上的注意力；应当再往后一个，也就是它后面的那个词元。",
        ),
        (
            weights[:, second, second - n - 1].mean(axis=-1),
            "You measure the look at the token before the same one; an induction head looks at the one after it.",
            "你算的是落在同一个词元前面那个上的注意力；归纳头看的是后面那个。",
        ),
        (
            weights[:, second[1:], second[1:] - n - 1].mean(axis=-1),
            "You measure the look at the token before the same one; an induction head looks at the one after it.",
            "你算的是落在同一个词元前面那个上的注意力；归纳头看的是后面那个。",
        ),
        (
            weights[:, second, second - n + 2].mean(axis=-1),
            "You measure the look at the second token after the same one; take the one right after it.",
            "你算的是落在同一个词元后面第二个上的注意力；应当是紧跟在它后面的那个。",
        ),
        (
            weights[:, second, second - 1].mean(axis=-1),
            "You measure the look at the token just before in the row; look into the first copy.",
            "你算的是落在紧挨着的前一个词元上的注意力；应当看第一遍。",
        ),
        (
            weights[:, second, second].mean(axis=-1),
            "You measure how much each position looks at itself; look into the first copy.",
            "你算的是每个位置看自己的注意力；应当看第一遍。",
        ),
        (
            weights[:, first, first + 1].mean(axis=-1),
            "You average over the first copy, which has seen nothing twice; take the positions of the second.",
            "你对第一遍的位置求了平均，那时还什么都没有重复；应当取第二遍的位置。",
        ),
        (weights[:, second - n + 1, second].mean(axis=-1), *columns),
        (weights[:, first, first + n].mean(axis=-1), *columns),
        (
            np.diagonal(weights, 1 - n, 1, 2).mean(axis=-1),
            "Your diagonal has one place too many: position n - 1 still belongs to the first copy.",
            "你的对角线多了一格：位置 n - 1 还属于第一遍。",
        ),
        (
            np.diagonal(weights, 1 - n, 1, 2).sum(axis=-1) / n,
            "Your diagonal has one place too many: position n - 1 still belongs to the first copy.",
            "你的对角线多了一格：位置 n - 1 还属于第一遍。",
        ),
        (looks.sum(axis=-1) / (2 * n), *all_positions),
        (weights[:, np.arange(2 * n), np.arange(2 * n) - n + 1].mean(axis=-1), *all_positions),
        (looks.sum(axis=-1), "This is the sum; divide it by the n positions.", "这是总和；还要除以位置的个数 n。"),
        (looks.max(axis=-1), "This is the largest look; take the mean.", "这是最大的一个权重；应当取平均。"),
        (
            np.median(looks, axis=-1),
            "This is the median; take the mean.",
            "这是中位数；应当取平均。",
        ),
        (looks[:, :-1].mean(axis=-1), *left_out),
        (
            looks[:, 1:].mean(axis=-1),
            "You leave out position n, the first of the second copy; it looks, too.",
            "你漏了位置 n，也就是第二遍的第一个；它也算。",
        ),
        (looks[:, :-1].sum(axis=-1) / n, *left_out),
        (
            looks.sum(axis=-1) / (n - 1),
            "You divide by n - 1; the second copy has n positions.",
            "你除以了 n - 1；第二遍有 n 个位置。",
        ),
        (
            weights[:, n:, :n].sum(axis=-1).mean(axis=-1),
            "You add up the look at the whole first copy; each position has one place that counts.",
            "你把落在整个第一遍上的注意力都加起来了；每个位置只有一处算数。",
        ),
        (
            weights[:, n:, :n].mean(axis=(1, 2)),
            "You average over the whole first copy; each position has one place that counts.",
            "你对整个第一遍求了平均；每个位置只有一处算数。",
        ),
        (
            (weights[:, n:].argmax(axis=-1) == second - n + 1).mean(axis=-1),
            "You count how often the place is looked at most; average how much it is looked at.",
            "你数的是那里有多少次得到最多的注意力；应当对落在那里的注意力求平均。",
        ),
        (
            looks.mean(axis=-1)[::-1],
            "Your heads come in the opposite order.",
            "你的各个头次序反了。",
        ),
    )
    require_close(result, right)
    perfect, other = np.zeros((2, 10, 10))
    perfect[np.arange(10), np.maximum(np.arange(10) - 4, 0)] = 1
    other[np.arange(10), np.maximum(np.arange(10) - 1, 0)] = 1
    agree(
        learner,
        _induction,
        _looks(random, 3, 4),  # shaped like the first, with other numbers
        _looks(random, 1, 3),
        _looks(random, 4, 2),
        _looks(random, 2, 7),
        (np.stack([perfect, other, perfect / 2]), 5),
    )
    agree(
        learner,
        _induction,
        _looks(random, 2, 1),
        english="A row of one token, read twice:",
        chinese="只有一个词元、读了两遍的一行：",
    )
