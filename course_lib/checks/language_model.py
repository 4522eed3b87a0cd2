"""The checks of chapter 09; those of packing and of the steps of generation are in `packing` and `generating`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_lib.checks import generating, packing  # noqa: F401  register 09.2 and 09.4 to 09.6
from course_lib.checks.answers import (
    agree_in_parts,
    close,
    later_case,
    number,
    numbers,
    parts,
    recognise,
    require_close,
    require_new,
    require_shape,
)
from course_lib.checks.core import Learner, exercise, require


def _scores(losses: list[list[float]], texts: list[str]) -> tuple[float, float]:
    nats, tokens = sum(map(sum, losses)), sum(map(len, losses))
    return float(np.exp(nats / tokens)), float(nats / np.log(2) / sum(len(text.encode("utf-8")) for text in texts))


@exercise(
    "09.1",
    more=(
        "Three numbers say all about the corpus: its nats, its tokens, its bytes, each added up over all texts. Both "
        "measures are made from the same nats; they differ in what the sum is divided by and in the unit. A bit is "
        'ln 2 nats, and `text.encode("utf-8")` has as many items as the text has bytes.',
        "整个语料只需要三个数：奈特数、词元数、字节数，各自对所有文字累加。两种度量都从同一个奈特数算出，"
        '不同的是除以什么、用什么单位。1 比特等于 ln 2 奈特；`text.encode("utf-8")` 有多少项，文字就有多少字节。',
    ),
)
def corpus_scores(learner: Learner) -> None:
    """Catches: means of means, a number for each text, other bases, characters or tokens for bytes, nats for bits."""
    names = (("The perplexity:", "困惑度："), ("Bits per byte:", "每字节的比特数："))

    def ask(losses: list[list[float]], texts: list[str]) -> list[float]:
        found = parts(
            learner(losses, texts),
            2,
            "Return two numbers: the perplexity, and the bits for a byte.",
            "应返回两个数：困惑度，和每个字节的比特数。",
        )
        for each in found:
            shape = numbers(each).shape
            require(
                shape != (len(texts),),
                "You give a number for each text; asked for is one perplexity and one number of bits for the whole "
                "corpus.",
                "你给每篇文字各算了一个数；这里要的是整个语料的一个困惑度和一个比特数。",
            )
        return [number(each) for each in found]

    # Tokens, words, characters and bytes: four different numbers in each text.
    losses = [[0.5, 2.5, 1.0, 0.7], [3.2], [0.4, 1.9]]
    texts = ["naïve 猫", "苹果", "a cat!"]
    perplexity, bits = ask(losses, texts)
    right_perplexity, right_bits = _scores(losses, texts)
    nats, tokens, size = sum(map(sum, losses)), 7, 22
    characters = sum(map(len, texts))
    by_tokens = (
        "You divide the nats by something other than the number of tokens: a perplexity per token asks how much one "
        "token costs.",
        "你除以的不是词元的个数：每个词元的困惑度，问的是平均一个词元的代价。",
    )
    recognise(
        np.array([perplexity, bits]),
        np.array([right_perplexity, right_bits]),
        (
            np.array([right_bits, right_perplexity]),
            "The two numbers have changed places: first the perplexity, then the bits.",
            "两个数的次序反了：先写困惑度，再写比特数。",
        ),
    )
    recognise(
        perplexity,
        right_perplexity,
        (
            float(np.exp(np.mean([np.mean(each) for each in losses]))),
            "You average each text first, so that a token of a short text counts more. Every token of the corpus "
            "counts the same.",
            "你先求了每篇文字的平均，短文里的词元就占了便宜。整个语料里，每个词元的分量应当相同。",
        ),
        (
            float(np.mean([np.exp(np.mean(each)) for each in losses])),
            "This is the mean of the texts' perplexities: neither exponentials nor texts are averaged, but the nats of "
            "all tokens.",
            "这是各篇困惑度的平均：要平均的不是指数，也不是文字，而是所有词元的奈特数。",
        ),
        (
            float(np.mean([np.exp(nat) for each in losses for nat in each])),
            "You average the exponentials; average the nats first, then take one exponential.",
            "你对指数求了平均；应当先对奈特数求平均，再取一次指数。",
        ),
        (
            float(np.exp(nats)),
            "This is the exponential of the sum of all nats; divide it by the number of tokens before.",
            "这是全部奈特之和的指数；取指数之前先除以词元的个数。",
        ),
        (
            float(np.exp(nats) / tokens),
            "You take the exponential of the sum and divide afterwards; divide first.",
            "你先对总和取指数，之后才除；应当先除。",
        ),
        (
            nats / tokens,
            "This is the mean of the nats, a cross-entropy; the perplexity is its exponential.",
            "这是奈特数的平均，也就是交叉熵；困惑度是它的指数。",
        ),
        (
            nats / np.log(2) / tokens,
            "This is the number of bits for a token; the perplexity is how many equally likely tokens cost as much.",
            "这是每个词元的比特数；困惑度说的是：这样的代价，相当于在多少个等可能的词元里挑一个。",
        ),
        (
            float(2 ** (nats / tokens)),
            "You raise 2 to the power of nats. To nats belongs e, as 2 belongs to bits.",
            "你拿奈特数当了 2 的指数。奈特对应的底是 e，比特对应的底才是 2。",
        ),
        (
            float(np.exp(nats / np.log(2) / tokens)),
            "You raise e to the power of bits. To bits belongs 2, as e belongs to nats.",
            "你拿比特数当了 e 的指数。比特对应的底是 2，奈特对应的底才是 e。",
        ),
        (
            float(np.exp(-nats / tokens)),
            "This is the mean probability of a token; the perplexity is one over it: the nats are positive already.",
            "这是一个词元的（几何）平均概率；困惑度是它的倒数：奈特数本来就是正的。",
        ),
        *((float(np.exp(nats / other)), *by_tokens) for other in (3, 5, size, characters)),
    )
    require_close(perplexity, right_perplexity, *names[0])
    by_bytes = (
        "You divide by the number of characters; a character of UTF-8 has one to four bytes.",
        "你除以的是字符数；UTF-8 的一个字符占一到四个字节。",
    )
    recognise(
        bits,
        right_bits,
        (
            nats / size,
            "These are nats for a byte; a bit is ln 2 = 0.693 nats.",
            "这是每个字节的奈特数；1 比特等于 ln 2 = 0.693 奈特。",
        ),
        (
            nats * np.log(2) / size,
            "You multiply by ln 2. A bit is smaller than a nat, so there are more bits than nats.",
            "你乘上了 ln 2。比特比奈特小，所以比特数应比奈特数多。",
        ),
        (
            nats / np.log(10) / size,
            "You took the logarithm to the base 10; bits belong to the base 2.",
            "你用的是以 10 为底的对数；比特对应的底是 2。",
        ),
        (nats / np.log(2) / characters, *by_bytes),
        (
            nats / characters,
            "These are nats for a character; asked for are bits for a byte.",
            "这是每个字符的奈特数；要的是每个字节的比特数。",
        ),
        (
            nats / np.log(2) / tokens,
            "These are the bits for a token; divide by the number of bytes.",
            "这是每个词元的比特数；应除以字节数。",
        ),
        (
            nats / np.log(2) / tokens / size,
            "You divide by the tokens and by the bytes: the bits of the whole corpus are shared by its bytes.",
            "你既除以了词元数，又除以了字节数：应当是整个语料的比特数由它的字节来分。",
        ),
        (
            nats / np.log(2) / 5,
            "These are the bits for a word; divide by the number of bytes.",
            "这是每个单词的比特数；应除以字节数。",
        ),
        (
            nats / np.log(2) / 3,
            "These are the bits for a text; divide by the number of bytes.",
            "这是每篇文字的比特数；应除以字节数。",
        ),
        (
            nats / np.log(2),
            "These are the bits of the whole corpus; divide by the number of its bytes.",
            "这是整个语料的比特数；还要除以它的字节数。",
        ),
        (
            nats / np.log(2) / size / 8,
            "You divide by the bits of the texts; divide by their bytes.",
            "你除以的是文字本身的比特数；应除以字节数。",
        ),
        (
            size * np.log(2) / nats,
            "This is how many bytes a bit buys; the other way round.",
            "这是每个比特能换多少字节；应当反过来。",
        ),
        (
            float(np.mean([sum(n) / np.log(2) / len(t.encode()) for n, t in zip(losses, texts, strict=True)])),
            "You average the texts' bits per byte, so that a byte of a short text counts more: add up bits and bytes "
            "over the whole corpus, then divide once.",
            "你对各篇的每字节比特数求了平均，短文里的字节就占了便宜：应当把整个语料的比特和字节分别加起来，再除一次。",
        ),
        *(
            (
                nats / np.log(2) / sum(len(text.encode(code)) for text in texts),
                "You count the bytes of UTF-16; count those of UTF-8.",
                "你数的是 UTF-16 的字节；应当数 UTF-8 的。",
            )
            for code in ("utf-16", "utf-16-le")
        ),
        *(
            (
                nats / np.log(2) / (size + between),
                "You count bytes that stand in no text: does a join put something between them?",
                "你多算了几个字节，它们不在任何一篇文字里：是不是 join 在中间加了东西？",
            )
            for between in (2, 3)
        ),
    )
    require_close(bits, right_bits, *names[1])
    agree_in_parts(
        learner,
        ask,
        _scores,
        lambda place: names[place],
        ([[0.7]], ["好"]),
        ([[1.2, 0.1, 2.0], [0.3, 0.9], [0.3, 0.9]], [" the end\n", "🙂 ok", "🙂 ok"]),
        ([[2.0, 1.0], [0.6, 0.8, 5.0, 0.1]], ["Plain", "plain text, no more"]),
        ([[0.0, 0.0], [0.0]], ["sure", "so"]),
    )
    long = [[1.5, 0.5] * 600, [2.5] * 300], ["word " * 700, "字" * 300]
    with later_case(learner):
        perplexity, _ = ask(*long)
    require(
        np.isfinite(perplexity) and perplexity > 0,
        "For a corpus of 1,500 tokens your perplexity is no number that can be used: such a product of probabilities "
        "is too small for the computer. Add logarithms.",
        "语料有 1,500 个词元时，你的困惑度就算不出来了：这么多概率相乘，小得计算机表示不了。应当把对数相加。",
    )
    agree_in_parts(learner, ask, _scores, lambda place: names[place], long)


def _length(gradients: Sequence[np.ndarray]) -> float:
    return float(np.sqrt(sum(np.sum(np.square(gradient)) for gradient in gradients)))


def _clipped(gradients: Sequence[np.ndarray], limit: float) -> list[np.ndarray]:
    length = _length(gradients)
    factor = limit / length if length > limit else 1.0
    return [gradient * factor for gradient in gradients]


def _flat(gradients: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.ravel(gradient) for gradient in gradients])


@exercise(
    "09.3",
    more=(
        "Imagine all arrays laid end to end as one long vector: its length is the root of the sum of the squares of "
        "all its numbers, whichever array they come from. From this one length and the limit comes one factor, which "
        "never makes anything longer, and every array is multiplied by it. What is the factor where the length is 0?",
        "设想把所有数组首尾相接，排成一个长向量：它的长度是全部数的平方和的平方根，不管这些数来自哪个数组。"
        "由这一个长度和 limit 得到一个倍数，它绝不会把什么变长；每个数组都乘以它。长度为 0 时，倍数是多少？",
    ),
)
def clip_gradients(learner: Learner) -> None:
    """Catches: arrays or numbers clipped by themselves, other lengths, short ones made longer, NaN from zeros."""

    def ask(gradients: list[np.ndarray], limit: float) -> list[np.ndarray]:
        count = len(gradients)
        found = parts(
            learner(gradients, limit),
            count,
            f"Return a list of as many arrays as were given, {count}, and nothing besides.",
            f"应返回一个列表，给了几个数组就有几个，这里是 {count} 个，别无其他。",
        )
        found = [numbers(each) for each in found]
        for place, (each, gradient) in enumerate(zip(found, gradients, strict=True)):
            require_shape(
                each,
                gradient.shape,
                f"Array {place} must keep its shape {gradient.shape}; yours is {each.shape}.",
                f"第 {place} 个数组的形状应保持 {gradient.shape}；你的是 {each.shape}。",
            )
        return found

    def names(place: int) -> tuple[str, str]:
        return f"Array {place}:", f"第 {place} 个数组："

    random = np.random.default_rng(0)
    # Of the lengths 2, 3 and 0.5 two are above the limit, and the number in the last array is negative.
    gradients = [random.normal(size=(2, 3)), random.normal(size=4), np.array([-0.5])]
    gradients[0] *= 2 / np.linalg.norm(gradients[0])
    gradients[1] *= 3 / np.linalg.norm(gradients[1])
    limit = 1.6
    found = _flat(ask(gradients, limit))
    flat, right = _flat(gradients), _flat(_clipped(gradients, limit))
    lengths = np.array([np.linalg.norm(gradient) for gradient in gradients])
    length = _length(gradients)
    squared = (
        "You divide by the sum of the squares; a length is its root.",
        "你除以的是平方和；长度是它的平方根。",
    )
    elements = (
        "You clip each number by itself, which turns the gradient in another direction; all are multiplied by one "
        "factor.",
        "你把每个数单独截断了，梯度就变了方向；应当全部乘以同一个倍数。",
    )
    largest = (
        "You take the largest number for the length; the length is the root of the sum of all squares.",
        "你把最大的那个数当成了长度；长度是全部平方之和的平方根。",
    )
    recognise(
        found,
        right,
        (
            _flat([gradient * min(1, limit / size) for gradient, size in zip(gradients, lengths, strict=True)]),
            "You shorten each array by itself. All get one factor, from their common length, so that the direction of "
            "the step stays.",
            "你把每个数组各自缩短了。应当由合起来的长度得出一个倍数，全部乘以它，这样迈步的方向才不变。",
        ),
        (
            _flat([gradient * limit / size for gradient, size in zip(gradients, lengths, strict=True)]),
            "You bring each array to the length `limit`; all get one factor, from their common length.",
            "你把每个数组的长度都变成了 `limit`；应当由合起来的长度得出一个倍数，全部乘以它。",
        ),
        (np.clip(flat, -limit, limit), *elements),
        (np.minimum(flat, limit), *elements),
        (flat * limit / np.abs(flat).max(), *largest),
        (flat * limit / flat.max(), *largest),
        (
            flat * limit / lengths.sum(),
            "You add up the lengths of the arrays; what is added are squares, and the root comes last.",
            "你把各个数组的长度相加了；要相加的是平方，最后才开方。",
        ),
        (
            flat * limit / lengths.max(),
            "You take the length of the longest array; take the common length of all.",
            "你用的是最长的那个数组的长度；应当用合起来的长度。",
        ),
        (
            flat * limit / lengths.mean(),
            "You take the mean of the arrays' lengths; take the common length of all.",
            "你用的是各个数组长度的平均；应当用合起来的长度。",
        ),
        (flat * limit / length**2, *squared),
        (flat * limit**2 / length**2, *squared),
        (
            flat * np.sqrt(limit / length),
            "You take a root too many: the factor is limit / length.",
            "你多开了一次方：倍数是 limit 与长度之比。",
        ),
        (
            flat * limit / np.abs(flat).sum(),
            "You add up absolute values; a length is the root of a sum of squares.",
            "你把绝对值相加了；长度是平方和的平方根。",
        ),
        (
            flat * limit / (length / np.sqrt(flat.size)),
            "You divide the sum of squares by the count of numbers: that is their typical size, not a length.",
            "你把平方和除以了个数：这是一般一个数的大小，不是长度。",
        ),
        (
            flat / length,
            "The length of yours is 1; it should be `limit`.",
            "你的结果长度是 1；应当是 `limit`。",
        ),
        (
            flat * length / limit,
            "Your factor is upside down: the gradients become longer.",
            "你的倍数上下颠倒了：梯度反而变长了。",
        ),
        (
            flat / limit,
            "You divide by the limit; the factor is made of the limit and the length.",
            "你只除以了 limit；倍数要由 limit 和长度一起得出。",
        ),
        (
            flat * limit,
            "You multiply by the limit; the factor is made of the limit and the length.",
            "你只乘以了 limit；倍数要由 limit 和长度一起得出。",
        ),
        (
            flat,
            f"Nothing is shortened: the common length is {length:.3f} and the limit {limit}.",
            f"什么也没有缩短：合起来的长度是 {length:.3f}，limit 是 {limit}。",
        ),
    )
    mine = float(np.linalg.norm(found))
    require(
        close(found, right) or close(mine, limit),
        f"The common length of what you return is {mine:.4g}; it should be {limit}.",
        f"你返回的梯度合起来的长度是 {mine:.4g}；应当是 {limit}。",
    )
    recognise(
        found,
        right,
        (
            -right,
            "Yours point the opposite way: multiply by a positive factor.",
            "你的梯度方向正好反了：应乘以一个正的倍数。",
        ),
    )
    require(
        close(found, right, atol=1e-2),  # less is no other direction, but rounding
        "The common length is right, but the direction is another: every number is multiplied by the same factor.",
        "合起来的长度对了，方向却变了：每个数都应乘以同一个倍数。",
    )
    require_close(found, right)
    short = [0.2 * random.normal(size=gradient.shape) for gradient in gradients]
    with later_case(learner):
        found = _flat(ask(short, limit))
    require_new(learner)
    require(
        close(found, _flat(short)) or not close(float(np.linalg.norm(found)), limit),
        "These gradients are shorter than the limit, and yours become longer: leave them alone.",
        "这些梯度本来就不到 limit，你却把它们变长了：应当保持不变。",
    )
    zeros = [np.zeros((2, 2)), np.zeros(3)]
    with later_case(learner):
        found = _flat(ask(zeros, 1.0))
    require(
        np.isfinite(found).all(),
        "Gradients of zeros give NaN: what do you divide by there?",
        "梯度全为零时你得到 NaN：那里你除以了什么？",
    )
    agree_in_parts(
        learner,
        ask,
        _clipped,
        names,
        (short, limit),
        (zeros, 1.0),
        # Each is shorter than the limit, all together are longer.
        ([np.full((2, 2), 0.4), np.full((1, 3), -0.4), np.full(2, 0.5), np.array([0.7])], 1.0),
        ([random.normal(size=(2, 3)), random.normal(size=4), np.array([5.0])], 0.7),
        ([random.normal(size=(3, 1, 2))], 0.5),
        ([np.zeros((2, 1)), -10 * random.random(5)], 3.0),
        ([100 * random.normal(size=(4, 2)), 0.01 * random.normal(size=(2, 4))], 20.0),
        ([random.normal(size=3), random.normal(size=(1, 1))], 50.0),
        # Shorter, and longer, than the limit; of the square of the length the opposite is true.
        ([np.array([[0.9, -1.2]]), np.zeros(2)], 2.0),
        ([np.array([0.8]), np.array([[0.0], [0.1]])], 0.75),
    )
