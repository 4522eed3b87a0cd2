"""The checks of chapter 06."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from course_lib.checks.answers import (
    agree,
    close,
    difference,
    number,
    numbers,
    parts,
    recognise,
    require_close,
    require_new,
)
from course_lib.checks.calling import short
from course_lib.checks.core import Learner, exercise, require
from course_lib.checks.softmax import log_softmax


def _table(length: int, width: int, first: int = 0, exponent: float = 2.0, base: float = 10_000.0) -> np.ndarray:
    angles = np.arange(first, first + length)[:, None] / base ** (exponent * np.arange(width // 2) / width)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(length, width)


@exercise(
    "06.1",
    more=(
        "Two arrays first: the positions as a column, (length, 1), and one speed for each pair of columns, "
        "(width / 2,). Their product is every angle, (length, width / 2). Then sines and cosines take turns: slices "
        "with a step of 2 put each where it belongs.",
        "先做两个数组：位置是一列 (length, 1)，每一对列共用一个频率 (width / 2,)。两者相乘就是所有的角 "
        "(length, width / 2)。然后正弦余弦交替：步长为 2 的切片能把它们各放各位。",
    ),
)
def position_table(learner: Learner) -> None:
    """Catches: sines and cosines in two halves or changed over, i for 2i, degrees, counting from 1, no pairs."""
    result = numbers(learner(5, 6))
    require(
        result.shape == (5, 6),
        f"The table must have the shape (length, width) = (5, 6); yours is {result.shape}.",
        f"表的形状应为 (length, width) = (5, 6)；你的是 {result.shape}。",
    )
    right = _table(5, 6)
    sines, cosines = right[:, 0::2], right[:, 1::2]
    places = np.arange(5)[:, None]
    every = places / 10_000 ** (np.arange(6) / 6)
    double = places / 10_000 ** (2 * np.arange(6) / 6)
    fast = places * 10_000 ** (np.arange(0, 6, 2) / 6)
    each = (
        "Each of your columns has a speed of its own. A pair of columns shares one: the exponent is 2i/d in both.",
        "你的每一列各有各的频率。同一对的两列频率应当相同：指数都是 2i/d。",
    )
    recognise(
        result,
        right,
        (
            np.concatenate([sines, cosines], axis=1),
            "All sines stand on the left and all cosines on the right; here they take turns, a pair for each hand.",
            "你把正弦都放在左边、余弦都放在右边；这里要交替排列，每根指针占一对。",
        ),
        (
            np.stack([cosines, sines], axis=-1).reshape(5, 6),
            "Sines and cosines have changed places: column 0 is a sine, so position 0 begins with 0, 1, 0, 1.",
            "正弦和余弦放反了：第 0 列是正弦，所以位置 0 的开头是 0、1、0、1。",
        ),
        (np.where(np.arange(6) % 2, np.cos(every), np.sin(every)), *each),
        (np.where(np.arange(6) % 2, np.cos(double), np.sin(double)), *each),
        (
            _table(5, 6, exponent=1),
            "Your hands slow down too little from one to the next: the exponent is 2i/d, and not i/d.",
            "你的指针逐根变慢，却慢得不够：指数是 2i/d，不是 i/d。",
        ),
        (
            _table(5, 6, exponent=4),
            "Your hands slow down too much from one to the next: 2i is counted twice, i = 0, 1, 2, and not 0, 2, 4.",
            "你的指针逐根变慢，却慢得太多：2i 里的 2 乘了两次，i 是 0、1、2，不是 0、2、4。",
        ),
        (_table(5, 6, first=1), "Your positions begin at 1; the first is 0.", "你的位置从 1 开始；第一个应当是 0。"),
        (
            np.stack([np.sin(fast), np.cos(fast)], axis=-1).reshape(5, 6),
            "Your hands become faster from one to the next: divide the position by the power, do not multiply.",
            "你的指针一根比一根快：位置应除以那个乘方，不是相乘。",
        ),
        (
            np.repeat(sines, 2, axis=1),
            "There are only sines in yours; columns 1, 3, 5, … are cosines.",
            "你的表里只有正弦；第 1、3、5……列应是余弦。",
        ),
        (
            _table(5, 6, base=1_000),
            "The base in (1) is 10,000.",
            "(1) 式的底是 10,000。",
        ),
    )
    require_close(result, right)
    agree(learner, lambda length, width: _table(length, width), (1, 4), (3, 2), (8, 8), (4, 12), (60, 4))
    # An angle of float32 is off by 1e-4 out here; one of half precision by much more.
    agree(
        learner,
        lambda length, width: _table(length, width),
        (600, 4),
        english="Far out, in a table of 600 positions:",
        chinese="位置很靠后时（600 个位置的表）：",
        atol=2e-3,
    )


def _forced(sentences: list[list[int]], start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
    given, answers = np.zeros((2, len(sentences), max(map(len, sentences)) + 1))
    for row, ids in enumerate(sentences):
        given[row, : len(ids) + 1] = [start, *ids]
        answers[row, : len(ids) + 1] = [*ids, end]
    return given, answers


@exercise(
    "06.2",
    more=(
        "Write one sentence with both marks in a row: start, ids, end. What is given is this row without its last, "
        "what is to be answered is it without its first. Only then fill each up with zeros to the same length.",
        "把一句话连同两个记号写成一行：开始符、各编号、结束符。给出的是这一行去掉最后一个，该回答的是它去掉第一个。"
        "最后才各自用零补到同样长。",
    ),
)
def teacher_forcing(learner: Learner) -> None:
    """Catches: no shift, a shift the wrong way, an end after the padding, no end, padding on the left."""

    def ask(*arguments: object) -> tuple[np.ndarray, np.ndarray]:
        two = (
            "Return two arrays: what is given, and what is to be answered.",
            "应返回两个数组：给出的，和该回答的。",
        )
        found = parts(learner(*arguments), 2, *two)
        require(len(arguments[0]) < 2 or any(numbers(each).ndim > 1 for each in found), *two)
        shape = _forced(*arguments)[0].shape
        for name, chinese, each in zip(("given", "answers"), ("给出的", "该回答的"), found, strict=True):
            require(
                numbers(each).shape == shape,
                f"'{name}' must have the shape (batch, longest + 1) = {shape}; yours is {numbers(each).shape}.",
                f"“{chinese}”的形状应为 (batch, longest + 1) = {shape}；你的是 {numbers(each).shape}。",
            )
        given, answers = map(numbers, found)
        return given, answers

    case = [[5, 6, 7], [8]], 2, 3
    given, answers = ask(*case)
    right_given, right_answers = _forced(*case)
    require(
        not np.array_equal(given, answers),
        "Both arrays are the same: nothing is shifted, and the model would learn to copy.",
        "两个数组一模一样：没有错开，模型学会的只是照抄。",
    )
    require(
        not (np.array_equal(given, right_answers) and np.array_equal(answers, right_given)),
        "The shift goes the wrong way: the start is given, the end is answered.",
        "错开的方向反了：开始符是给出的，结束符是该回答的。",
    )
    require(
        not np.array_equal(answers[1], [8, 0, 0, 3]),
        "The end of the short sentence stands behind its padding; it comes right after the last word, then padding.",
        "短句的结束符跑到填充后面去了；它应紧跟在最后一个词之后，然后才是填充。",
    )
    require(
        not (np.array_equal(given[1], [0, 0, 2, 8]) or np.array_equal(answers[1], [0, 0, 8, 3])),
        "Your padding is on the left; fill up on the right.",
        "你把填充放在了左边；应当在右边补齐。",
    )
    require(
        not (np.array_equal(given[1], [2, 8, 2, 2]) or np.array_equal(answers[1], [8, 3, 3, 3])),
        "You fill up with the start or the end; fill up with zeros.",
        "你用开始符或结束符来补齐；应当用零。",
    )
    require(
        not np.array_equal(given[1], [2, 8, 3, 0]),
        "The end is among what is given: after it nothing is asked, so that the decoder never needs it.",
        "给出的里面有结束符：它之后什么也不问了，解码器用不着它。",
    )
    require(
        not (np.array_equal(given[1], right_answers[0]) and np.array_equal(answers[0], right_given[1])),
        "You put what is given and what is to be answered side by side for each sentence; return two arrays, one with "
        "all that is given, one with all answers.",
        "你把每句话给出的和该回答的放在了一起；应返回两个数组：一个放全部给出的，一个放全部该回答的。",
    )
    require(
        not ((answers == 2).any() and np.isin(given[:, 0], case[1:]).all()),
        "The start is among the answers; nobody asks for it, it is only given.",
        "答案里有开始符；没有人问它，它只是给出的。",
    )
    require(
        (given[:, 0] == 2).all(),
        "What is given must begin with the start: from it the first word is to be guessed.",
        "给出的应以开始符开头：第一个词就是由它猜出来的。",
    )
    require(
        3 in answers[0] and 3 in answers[1],
        "Nothing teaches the model to stop: the last answer of each sentence is the end.",
        "没有什么教模型停下来：每句的最后一个答案应是结束符。",
    )
    for sentences, start, end in (
        case,
        ([[9, 4]], 1, 2),
        ([[4, 9], [7, 5, 6, 8], [6]], 11, 12),
        ([[3], [5]], 7, 8),
        (
            [[300, 70_000], [], [9]],
            4,
            5,
        ),
    ):
        given, answers = ask(sentences, start, end)
        right_given, right_answers = _forced(sentences, start, end)
        if not (np.array_equal(given, right_given) and np.array_equal(answers, right_answers)):
            require_new(learner)
        for name, chinese, found, right in (
            ("'given'", "“给出的”", given, right_given),
            ("'answers'", "“该回答的”", answers, right_answers),
        ):
            require(
                np.array_equal(found, right),
                f"For {sentences}, start {start} and end {end} {name} should be {right.astype(int).tolist()}; yours is"
                f" {_whole(found)}.",
                f"对 {sentences}、开始符 {start}、结束符 {end}，{chinese}应为 {right.astype(int).tolist()}；"
                f"你得到 {_whole(found)}。",
            )


def _whole(found: np.ndarray) -> list[object]:
    """As a list, of whole numbers where they are."""
    return (found.astype(int) if np.array_equal(found, np.round(found)) else found).tolist()


def _smoothed(logits: np.ndarray, answers: np.ndarray, epsilon: float) -> float:
    log_p = log_softmax(logits)
    right = np.take_along_axis(log_p, answers[..., None], axis=-1)[..., 0]
    return float((-(1 - epsilon) * right - epsilon * log_p.mean(axis=-1))[answers != 0].mean())


@exercise(
    "06.3",
    more=(
        "First the logarithms of the probabilities, for all V characters at each place. From them come two numbers for "
        "each place: that of the right character, and the mean over all V. (5) mixes the two; only then throw out the "
        "places without a token, and take one mean over all that are left.",
        "先求出每个位置上全部 V 个字的对数概率。由它们得到每个位置的两个数：正确的字的，和全部 V 个的平均。"
        "(5) 式把两者混合起来；然后才去掉没有词元的位置，对剩下的全部取一次平均。",
    ),
)
def smoothed_loss(learner: Learner) -> None:
    """Catches: padding counted, sentences' means averaged, sums, no smoothing, smoothing of others alone, overflow."""
    random = np.random.default_rng(3)
    logits, answers = random.normal(size=(2, 3, 5)) * 2, np.array([[1, 4, 2], [3, 0, 0]])
    value = numbers(learner(logits, answers, 0.2))
    require(
        value.ndim == 0,
        f"The loss is one number; yours has the shape {value.shape}.",
        f"损失是一个数；你的形状是 {value.shape}。",
    )
    log_p = log_softmax(logits)
    plain = -np.take_along_axis(log_p, answers[..., None], axis=-1)[..., 0]
    kept = answers != 0
    losses = 0.8 * plain - 0.2 * log_p.mean(axis=-1)
    others = -(log_p.sum(axis=-1) + plain) / 4
    wrong_axis = log_softmax(logits, 1)
    wrong_plain = -np.take_along_axis(wrong_axis, answers[..., None], axis=-1)[..., 0]
    right = _smoothed(logits, answers, 0.2)
    recognise(
        float(value),
        right,
        (
            losses.mean(),
            "Padding counts in your mean; where the answer is 0 there is no token.",
            "你把填充也算进去了；答案为 0 的地方没有词元。",
        ),
        (
            (losses * kept).mean(),
            "Padding adds nothing to your sum, but you still divide by it: divide by the number of tokens.",
            "填充没有加进和里，除数里却还有它：应除以词元的个数。",
        ),
        (
            ((losses * kept).sum(axis=1) / kept.sum(axis=1)).mean(),
            "You average each sentence first, so that a word in a short one counts more. The mean is over all tokens.",
            "你先求了每句的平均，短句里的词就占了便宜。应当对所有词元求平均。",
        ),
        (
            (losses * kept).sum(),
            "This is the sum; divide it by the number of tokens.",
            "这是总和；还要除以词元的个数。",
        ),
        (
            (losses * kept).sum() / 2,
            "You divide by the number of sentences; divide by the number of tokens.",
            "你除以的是句数；应除以词元的个数。",
        ),
        (
            plain[kept].mean(),
            "This is the plain cross-entropy: ε = 0.2 has no effect.",
            "这是普通的交叉熵：ε = 0.2 没有起作用。",
        ),
        (
            (0.8 * plain)[kept].mean(),
            "The right character gives ε away, but nobody gets it: every character receives ε/V.",
            "正确的字让出了 ε，却没有人得到：每个字应分到 ε/V。",
        ),
        (
            (0.2 * plain - 0.8 * log_p.mean(axis=-1))[kept].mean(),
            "ε and 1 - ε have changed places.",
            "ε 和 1 - ε 放反了。",
        ),
        (
            (0.8 * plain - 0.2 * log_p.sum(axis=-1))[kept].mean(),
            "Every character gets the whole of ε; it is shared among all V: ε/V for each.",
            "你给每个字都加了整个 ε；它应由 V 个字均分：每个 ε/V。",
        ),
        (
            (plain - 0.2 * log_p.mean(axis=-1))[kept].mean(),
            "The right character keeps all its weight; it gives ε away: 1 - ε is left.",
            "正确的字还拿着全部的权重；它要让出 ε，只剩 1 - ε。",
        ),
        (
            (0.8 * plain + 0.2 * others)[kept].mean(),
            "You share ε among the V - 1 wrong characters; in (5) all V get ε/V, the right one, too.",
            "你把 ε 分给了 V - 1 个错误的字；(5) 式里全部 V 个字都分到 ε/V，包括正确的那个。",
        ),
        (
            -right,
            "The sign is wrong: a loss is never negative here.",
            "符号反了：这里的损失不会是负的。",
        ),
        (
            right / np.log(2),
            "You take logarithms to the base 2; (5) takes natural ones, np.log.",
            "你取的是以 2 为底的对数；(5) 式用的是自然对数 np.log。",
        ),
        (
            (0.8 * wrong_plain - 0.2 * wrong_axis.mean(axis=-1))[kept].mean(),
            "Your softmax runs over the time; the characters are the last axis.",
            "你的 softmax 沿时间做了；各个字在最后一个轴上。",
        ),
    )
    require(
        close(value, right),
        f"The loss of our small batch: {difference(value, right)}",
        f"我们这一小批的损失：{difference(value, right)}",
    )
    more = random.normal(size=(3, 4, 7)), np.array([[6, 0, 0, 0], [2, 3, 5, 0], [1, 1, 4, 2]])
    agree(
        learner,
        _smoothed,
        (*more, 0.1),
        (*more, 0.0),
        (random.normal(size=(1, 2, 3)), np.array([[2, 0]]), 0.5),
        (random.normal(size=(2, 2, 2)), np.array([[1, 0], [0, 0]]), 0.3),
        (random.normal(size=(4, 1, 4)), np.array([[1], [3], [0], [2]]), 0.2),
    )
    large = number(learner(logits + 1_000.0, answers, 0.2))
    require(
        np.isfinite(large) and np.isclose(large, right, rtol=1e-3),
        "With 1,000 added to all logits the loss must stay: exp(1000) overflows. Subtract the largest logit first.",
        "所有 logits 都加上 1,000，损失应当不变：exp(1000) 溢出了。先减去最大的那个。",
    )
    offset = np.array([[[1_000.0], [-1_000.0], [0.0]], [[-1_000.0], [0.0], [500.0]]])
    large = number(learner(logits + offset, answers, 0.2))
    require(
        np.isfinite(large) and np.isclose(large, right, rtol=1e-3),
        "With 1,000 added to the logits of one place and taken from those of another the loss must stay: subtract the "
        "largest logit of each place, not of the whole batch.",
        "给一个位置的 logits 加上 1,000、给另一个位置的减去 1,000，损失应当不变：要减去每个位置各自的最大值，"
        "而不是整批的最大值。",
    )
    sure = np.array([[[60.0, 0.0, 5.0], [0.0, 1_500.0, 900.0]]]), np.array([[1, 2]]), 0.1
    found, right = number(learner(*sure)), _smoothed(*sure)
    require(
        np.isfinite(found) and np.isclose(found, right, rtol=1e-4),
        f"Where the model is sure of a wrong character, the loss is large, here {right:.1f}; yours is {found:.1f}. The "
        "probability of the right one has been rounded to 0, or lifted by a small number: work out log p as the logit "
        "less the logarithm of the sum, without the probability in between.",
        f"模型确信一个错误的字时，损失很大，这里是 {right:.1f}；你得到 {found:.1f}。"
        "正确的字的概率被舍入成了 0，或者因为加了一个很小的数而变大了："
        "log p 应直接用 logit 减去“和的对数”来算，不要先求概率。",
    )


def _grams(text: str, n: int) -> Counter[str]:
    return Counter(text[start : start + n] for start in range(len(text) - n + 1))


def _bleu(
    ours: Sequence[str],
    references: Sequence[str],
    clip: bool = True,
    price: bool = True,
    reward: bool = False,
    mean: str = "geometric",
    longest: int = 4,
    pooled: bool = False,
    distinct: bool = False,
    recall: bool = False,
) -> float:
    shares = []
    for n in range(1, longest + 1):
        pairs = [(_grams(one, n), _grams(two, n)) for one, two in zip(ours, references, strict=True)]
        if pooled:
            pairs = [tuple(sum(side, Counter()) for side in zip(*pairs, strict=True))]
        matched = tried = 0
        for mine, theirs in pairs:
            if distinct:
                mine, theirs = Counter(set(mine)), Counter(set(theirs))
            matched += sum(min(c, theirs[g]) if clip else c * (g in theirs) for g, c in mine.items())
            tried += sum((theirs if recall else mine).values())
        shares.append(matched / max(tried, 1))
    factor = float(np.exp(1 - sum(map(len, references)) / max(sum(map(len, ours)), 1)))
    factor = (factor if reward else min(1.0, factor)) if price else 1.0
    product = float(np.prod(shares))
    together = {"geometric": product ** (1 / longest), "arithmetic": float(np.mean(shares)), "product": product}
    return 100 * factor * together[mean]


@exercise(
    "06.4",
    more=(
        "For each n from 1 to 4 keep two counts for the whole corpus, matched and tried, and add to them sentence by "
        "sentence: a piece of one translation is matched with its own reference only, at most as often as it stands "
        "there. Four fractions, once, at the end; then their geometric mean, and the price for brevity from the two "
        "total lengths.",
        "对 1 到 4 的每个 n，为整个语料记两个数：对上的和试过的，一句一句地累加："
        "一句译文里的片段只与它自己的参考译文比，"
        "最多算它在那里出现的次数。最后才做四个除法；再取几何平均，并用两边的总长度算出过短惩罚。",
    ),
)
def bleu_score(learner: Learner) -> None:
    """Catches: no clipping, pieces pooled over sentences, no price for brevity, another mean, 0 to 1, NaN."""
    corpora = [
        (["她会游泳会游泳", "他们昨天去了公园看书"], ["她会游泳吗会不会", "他们昨天下午去了公园看书写字"]),
        # What the first translation lacks stands in the reference of the second.
        (
            ["我们去公园看书吧", "今天天气很好我们走吧"],
            ["今天天气不好在家看书", "我们去公园吧今天天气很好"],
        ),
    ]
    for ours, references in corpora:
        value = number(learner(ours, references))
        right = _bleu(ours, references)
        recognise(
            value,
            right,
            (
                right / 100,
                "Yours runs from 0 to 1; BLEU is given from 0 to 100.",
                "你的结果在 0 到 1 之间；BLEU 习惯写成 0 到 100。",
            ),
            (
                _bleu(ours, references, clip=False),
                "Pieces are not clipped: 游泳 stands twice in yours and once in the reference, so it counts once.",
                "片段没有截断：“游泳”在译文里有两个，参考译文里只有一个，只能算一次。",
            ),
            (
                _bleu(ours, references, distinct=True),
                "You count each kind of piece once: a piece that stands twice in both is matched twice.",
                "你把每种片段只算了一次：两边都出现两次的片段，应算对上两次。",
            ),
            (
                _bleu(ours, references, price=False),
                "Being short costs nothing here: our translations have fewer characters than the references.",
                "译得短没有受罚：这里的译文比参考译文字数少。",
            ),
            (
                _bleu(ours, references, pooled=True),
                "A piece of one translation is matched with the reference of another: compare sentence by sentence, "
                "and add up only the counts.",
                "一句译文里的片段对上了另一句的参考译文：应逐句比较，累加的只是计数。",
            ),
            (
                _bleu(["".join(ours)], ["".join(references)]),
                "You join all sentences into one text: pieces run across their ends. Compare sentence by sentence, and "
                "add up only the counts.",
                "你把所有句子连成了一个文本：片段跨过了句子的界线。应逐句比较，累加的只是计数。",
            ),
            (
                _bleu(ours, references, mean="arithmetic"),
                "You take the arithmetic mean of the four shares; (7) takes the geometric one.",
                "你对四个比例求了算术平均；(7) 式用的是几何平均。",
            ),
            (
                _bleu(ours, references, mean="product"),
                "That is the product of the four shares; the geometric mean is its fourth root.",
                "这是四个比例之积；几何平均是它的四次方根。",
            ),
            (
                np.mean([_bleu([one], [two]) for one, two in zip(ours, references, strict=True)]),
                "This is the mean of the sentences' scores; add up the counts of all sentences first, then divide "
                "once.",
                "这是各句得分的平均；应当先把所有句子的计数加起来，再除一次。",
            ),
            (
                _bleu(ours, references, recall=True),
                "You divide by the pieces of the references; divide by those of our translations.",
                "你除以的是参考译文的片段数；应除以译文的片段数。",
            ),
            (
                _bleu(references, ours),
                "The two lists have changed places: it is our translations whose pieces are tried.",
                "两个列表弄反了：要试的是我们译文里的片段。",
            ),
            (
                _bleu(ours, references, longest=3),
                "Your pieces go up to 3 characters; (7) goes up to 4.",
                "你的片段最长 3 个字；(7) 式到 4 个字。",
            ),
            (
                _bleu(ours, references, longest=1),
                "You compare single characters only; (7) takes pieces of 1 to 4.",
                "你只比较了单个字；(7) 式用 1 到 4 个字的片段。",
            ),
        )
        if not np.isclose(value, right, atol=1e-2):
            require_new(learner)
        require(
            np.isclose(value, right, atol=1e-2),
            f"For two short sentences BLEU should be {right:.2f}; yours is {value:.2f}.",
            f"这两个短句的 BLEU 应是 {right:.2f}；你得到 {value:.2f}。",
        )
    long = ["今天天气很好我们去公园"], ["今天天气很好"]
    require(
        np.isclose(number(learner(*long)), _bleu(*long), atol=1e-2),
        "A translation longer than the reference is rewarded for it; the factor for length is never more than 1.",
        "译文比参考译文长，反而得了奖励；长度因子不会超过 1。",
    )
    for ours, references in ((["猫"], ["狗"]), (["我们走"], ["我们走"])):
        none = number(learner(ours, references))
        require(
            none == 0,
            f"Where no piece of some length matches, BLEU is 0 (here for {ours} and {references}); yours is {none}.",
            f"某个长度的片段一个也对不上时，BLEU 是 0（这里是 {ours} 和 {references}）；你得到 {none}。",
        )
    agree(
        learner,
        _bleu,
        (["今天天气很好我们去公园"], ["今天天气很好我们去公园"]),
        (["今天天气很好", "好"], ["今天天气不好", "好"]),
        (["我们昨天去了公园"], ["我们昨天去了公园看书写字"]),
        atol=1e-2,
    )
    agree(
        learner,
        _bleu,
        (["We saw the Cat", "a cat"], ["we saw  the cat", "a c at"]),
        english="Every character counts, a space and a capital letter, too.",
        chinese="每个字符都算，空格和大写字母也一样。",
        atol=1e-2,
    )


def _best(scores: np.ndarray, log_p: np.ndarray, width: int) -> list[tuple[int, int]]:
    longer = scores[:, None] + log_p
    order = np.argsort(-longer, axis=None, kind="stable")[:width]
    return [(int(beam), int(token)) for beam, token in zip(*np.unravel_index(order, longer.shape), strict=True)]


def _pairs(answer: object, width: int) -> list[tuple[int, int]]:
    wanted = (
        f"Return `width` = {width} pairs (beam, token); yours is {short(answer)}.",
        f"应返回 `width` = {width} 个 (beam, token)；你的是 {short(answer)}。",
    )
    found = [numbers(pair) for pair in parts(answer, width, *wanted)]
    require(all(pair.shape == (2,) for pair in found), *wanted)
    require(
        all(np.array_equal(pair, np.round(pair)) for pair in found),
        f"Your pairs hold scores; a pair is two whole numbers, (beam, token): {short(answer)}.",
        f"你的数对里有得分；一对应是两个整数 (beam, token)：{short(answer)}。",
    )
    return [(int(beam), int(token)) for beam, token in found]


@exercise(
    "06.5",
    more=(
        "Make one table of the scores of all longer beginnings, (beams, V), and look for its `width` largest numbers "
        "wherever they stand. A place in the flat table tells the row and the column: think of a division with a "
        "remainder, and by which of the two lengths.",
        "先做一张表，写出所有加长后的开头的得分 (beams, V)，不管在哪一行，找出最大的 `width` 个数。"
        "展平后的位置能告诉你行和列：想想带余数的除法，以及该除以哪一个长度。",
    ),
)
def beam_step(learner: Learner) -> None:
    """Catches: scores forgotten, the best of each beam, products of logarithms, worst first, beam and token changed."""
    # Each mistake keeps another three here, and none keeps the right ones.
    scores = np.array([-2.6, -1.4, -0.8])
    log_p = np.array([[-2.3, -0.8, -3.6, -0.6], [-2.3, -1.1, -1.3, -2.9], [-3.7, -1.6, -2.7, -1.1]])
    result = _pairs(learner(scores, log_p, 3), 3)
    right = _best(scores, log_p, 3)
    flat = [divmod(place, 3) for place in np.argsort(-(scores[:, None] + log_p), axis=None)[:3].tolist()]
    mistakes = (
        (
            _best(0 * scores, log_p, 3),
            "The score of a beginning so far plays no part in yours: add it to what comes next.",
            "你没有考虑开头本身的得分：要把它加到下一步上。",
        ),
        (
            [(row, int(log_p[row].argmax())) for row in range(3)],
            "You keep the best token of each beginning. A good beginning may have two heirs, and a poor one none.",
            "你在每个开头里各取了最好的一个。好的开头可以留下两个后代，差的可以一个不留。",
        ),
        (
            _best(0 * scores, scores[:, None] * log_p, 3),
            "You multiply logarithms. Probabilities are multiplied, so that their logarithms are added.",
            "你把对数相乘了。相乘的是概率，所以对数应当相加。",
        ),
        (
            _best(scores, np.exp(log_p), 3),
            "You add probabilities to logarithms: log_p is what is added.",
            "你把概率加到了对数上：要加的是 log_p。",
        ),
        (
            _best(np.exp(scores), log_p, 3),
            "You take exp of a score before adding it: a score is the sum of logarithms so far, and stays as it is.",
            "你先对开头的得分取了 exp 再相加：得分本身就是到此为止的对数之和，应当原样相加。",
        ),
        (
            _best(np.exp(scores), np.exp(log_p), 3),
            "You add probabilities; what is added are their logarithms.",
            "你把概率相加了；应当相加的是它们的对数。",
        ),
        (
            _best(-scores, -log_p, 3),
            "These are the worst: the largest sum of log-probabilities is the best.",
            "这是最差的几个：对数概率之和越大越好。",
        ),
        (
            _best(-scores, log_p, 3),
            "You subtract the score of the beginning; add it.",
            "你减去了开头的得分；应当相加。",
        ),
        (
            flat,
            "You divide the place in the flat table by the number of beginnings; a row has V places.",
            "你用展平后的位置除以开头的个数；一行有 V 个位置。",
        ),
    )
    for in_order in (list, sorted):  # the very answer of a mistake first, then its pairs in another order
        for wrong, english, chinese in mistakes:
            require(in_order(result) != in_order(wrong) or sorted(wrong) == sorted(right), english, chinese)
    require(
        result != [(token, beam) for beam, token in right],
        "Your pairs are (token, beam); the beam comes first.",
        "你的次序是 (token, beam)；应当先写 beam。",
    )
    require(
        result == right or sorted(result) != sorted(right),
        "The right three, but not the best first.",
        "三个都对，但没有把最好的排在前面。",
    )
    require(
        result == right,
        f"The best three should be {right}; yours are {result}.",
        f"最好的三个应是 {right}；你得到 {result}。",
    )
    random = np.random.default_rng(6)
    first = np.array([-1.0]), np.array([[-0.5, -2.0, -0.1]]), 2
    found = _pairs(learner(*first), 2)
    require(
        found == _best(*first),
        "With one beginning (the first step) and width 2, its two best tokens are kept.",
        "只有一个开头（第一步）、width 为 2 时，应留下它最好的两个词元。",
    )
    # (3, 4, 3) is shaped like our first table, with other numbers.
    for beams, tokens, width in ((3, 4, 3), (4, 3, 2), (2, 6, 5), (3, 3, 1), (5, 2, 6), (2, 9, 2)):
        case = random.normal(-3, 1, beams), random.normal(-2, 1, (beams, tokens)), width
        answer, right = learner(*case), _best(*case)
        found = _pairs(answer, width)
        if found != right:
            require_new(learner)
        require(
            found == right,
            f"With {beams} beginnings, {tokens} tokens and width {width} the best are {right}; yours are {found}.",
            f"{beams} 个开头、{tokens} 个词元、width 为 {width} 时，最好的是 {right}；你得到 {found}。",
        )
    low = scores - 1_000.0, log_p, 3
    require(
        _pairs(learner(*low), 3) == _best(*low),
        "With 1,000 taken from every score the best stay the best: such a probability is too small for the computer, "
        "and rounds to 0. Stay with the logarithms, and add them.",
        "每个得分都减去 1,000，最好的还是那几个：这么小的概率会被计算机舍入成 0。应当一直用对数，把它们相加。",
    )
    tied = np.array([-1.0, -1.0]), np.array([[-0.5, -2.0, -3.0], [-0.5, -2.5, -4.0]]), 2
    found = _pairs(learner(*tied), 2)
    require(
        sorted(found) == [(0, 0), (1, 0)],
        f"Two longer beginnings have the same score here, the best one: both are kept, in any order, (0, 0) and (1, 0);"
        f" yours are {found}.",
        f"这里有两个加长后的开头得分相同，而且都是最好的：两个都应留下，次序不限，即 (0, 0) 和 (1, 0)；"
        f"你得到 {found}。",
    )
    barred = np.array([-1.0, -1.5]), np.array([[-np.inf, -0.4, -2.0], [-0.3, -np.inf, -3.0]]), 3
    found, right = _pairs(learner(*barred), 3), _best(*barred)
    require(
        found == right,
        f"A token that must not come has the log-probability -∞, and is the worst of all: the best are {right}; yours "
        f"are {found}.",
        f"不许出现的词元，对数概率是 -∞，比谁都差：最好的是 {right}；你得到 {found}。",
    )


def _parameters(width: int, hidden: int, num_heads: int, decoder: bool) -> int:
    attention, network, norm = 4 * (width**2 + width), 2 * width * hidden + hidden + width, 2 * width
    return (1 + decoder) * attention + network + (2 + decoder) * norm


@exercise(
    "06.6",
    more=(
        "Draw the layer as boxes, and write beside each box the shapes of its arrays. An attention is four Dense "
        "layers, the network is two, each has a matrix and a bias; a norm has two rows as long as the width, and every "
        "branch has one. How many boxes of each kind has a decoder more?",
        "把这一层画成几个方框，在旁边写下各自数组的形状。一个注意力是四个 Dense 层，前馈网络是两个，"
        "每个都有一个矩阵和一个偏置；归一化有两行与宽度一样长的数，每条支路一个。解码器比编码器各多几个方框？",
    ),
)
def layer_parameters(learner: Learner) -> None:
    """Catches: no biases, one attention in a decoder, norms forgotten or too few, heads counted, three matrices."""
    width, hidden, heads = 12, 50, 6
    square, biases, norm = width**2, width, 2 * width
    attention, network = 4 * (square + biases), 2 * width * hidden + hidden + width
    mine = number(learner(width, hidden, heads, False))
    right = _parameters(width, hidden, heads, False)
    if mine == right - 4 * biases:  # as many as two norms have; a decoder layer tells the two apart
        require(
            number(learner(width, hidden, heads, True)) != _parameters(width, hidden, heads, True) - 8 * biases,
            "The attention's four matrices have biases, too.",
            "注意力的四个矩阵也有偏置。",
        )
    by_heads = (
        "The number of heads changes nothing: they share the columns of the same four matrices.",
        "头数不影响参数：各个头分的是同样四个矩阵的列。",
    )
    recognise(
        mine,
        float(right),
        (
            float(right - 4 * biases - hidden - width),
            "Your matrices have no biases: each adds one number per column.",
            "你的矩阵没有偏置：每个矩阵的每一列还要加一个数。",
        ),
        (
            float(right - hidden - width),
            "The network's two matrices have biases, too: hidden, and width.",
            "前馈网络的两个矩阵也有偏置：分别是 hidden 个和 width 个。",
        ),
        (
            float(right - 2 * norm),
            "The norms are missing: each has γ and β, and there is one for each branch.",
            "漏了归一化：每一次都有 γ 和 β，每条支路一次。",
        ),
        (
            float(right - norm),
            "You count one γ and β; there is one norm for each of the two branches, each with both.",
            "你只数了一组 γ 和 β；两条支路各有一次归一化，每次都有这两样。",
        ),
        (
            float(right - 4 * biases - hidden - width - 2 * norm),
            "You count matrices alone: biases and norms are missing.",
            "你只数了矩阵：漏了偏置和归一化。",
        ),
        (
            float(right - square - biases),
            "An attention has four matrices: query, key, value, and the one that joins the heads.",
            "一个注意力有四个矩阵：查询、键、值，还有把各个头合起来的那个。",
        ),
        (float(right + (heads - 1) * attention), *by_heads),
        (float(right + (heads - 1) * 3 * (square + biases)), *by_heads),
        (float(right - attention + attention / heads), *by_heads),
        (
            float(right - network + width * hidden + hidden),
            "The network has two matrices: into the hidden width, and back.",
            "前馈网络有两个矩阵：变到隐藏宽度，再变回来。",
        ),
        (
            float(right - network),
            "The network is missing: two matrices with biases, through the hidden width and back.",
            "漏了前馈网络：两个带偏置的矩阵，变到隐藏宽度再变回来。",
        ),
        (
            float(right - attention),
            "The attention is missing.",
            "漏了注意力。",
        ),
        (
            float(_parameters(width, hidden, heads, True)),
            "That is a decoder layer; asked for was an encoder layer: decoder=False.",
            "这是解码器层；要的是编码器层：decoder=False。",
        ),
    )
    require(
        mine == right,
        f"An encoder layer of width {width} and hidden width {hidden} has {right:,} parameters; yours: {mine:,.0f}.",
        f"宽 {width}、隐藏宽 {hidden} 的编码器层有 {right:,} 个参数；你得到 {mine:,.0f}。",
    )
    _agree_on_parameters(learner, (16, 64, 4, False), (10, 10, 5, False))
    mine, encoder, right = number(learner(width, hidden, heads, True)), right, _parameters(width, hidden, heads, True)
    recognise(
        mine,
        float(right),
        (
            float(encoder),
            "A decoder layer has a second attention, which looks across at the source, with a norm of its own.",
            "解码器层还有第二个注意力，用来看编码器的输出，并有自己的归一化。",
        ),
        (
            float(encoder + attention),
            "You counted the decoder's second attention, but not the norm of its branch.",
            "解码器的第二个注意力数了，它那条支路的归一化却没数。",
        ),
        (
            float(encoder + norm),
            "You counted the norm of the decoder's third branch, but not the attention in it.",
            "解码器第三条支路的归一化数了，里面的注意力却没数。",
        ),
        (
            float(2 * encoder),
            "A decoder layer is not two encoder layers: it has a second attention with its norm, and one network.",
            "解码器层不是两个编码器层：它多一个注意力和一次归一化，前馈网络只有一个。",
        ),
        (
            float(encoder + attention + network + norm),
            "A decoder layer has one network, like an encoder layer.",
            "解码器层与编码器层一样，只有一个前馈网络。",
        ),
    )
    require(
        mine == right,
        f"A decoder layer of width {width} and hidden width {hidden} has {right:,} parameters; yours: {mine:,.0f}.",
        f"宽 {width}、隐藏宽 {hidden} 的解码器层有 {right:,} 个参数；你得到 {mine:,.0f}。",
    )
    _agree_on_parameters(learner, (16, 64, 4, True), (6, 5, 1, True), (12, 50, 2, True), (5, 6, 1, False))


def _agree_on_parameters(learner: Learner, *cases: tuple[int, int, int, bool]) -> None:
    for case in cases:
        found, right = number(learner(*case)), _parameters(*case)
        if found != right:
            require_new(learner)
        kind = ("A decoder", "解码器") if case[3] else ("An encoder", "编码器")
        require(
            found == right,
            f"{kind[0]} layer of width {case[0]}, hidden width {case[1]} and {case[2]} heads has {right:,} parameters; "
            f"yours: {found:,.0f}.",
            f"宽 {case[0]}、隐藏宽 {case[1]}、{case[2]} 个头的{kind[1]}层有 {right:,} 个参数；你得到 {found:,.0f}。",
        )
