"""The checks of chapter 09."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

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
from course_lib.checks.core import Learner, exercise, require
from course_lib.checks.hints import Hint


def _softmax(scores: np.ndarray, axis: int | tuple[int, ...] | None = -1) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


@contextmanager
def _another(learner: Learner) -> Iterator[None]:
    """Around a later case: a hint gives way to the one about a first answer that is kept, where that is what it is."""
    try:
        yield
    except Hint:
        if learner.calls:
            require_new(learner)
        raise


def _agree_in_parts(
    learner: Learner,
    ask: Callable[..., Sequence[object]],
    oracle: Callable[..., Sequence[np.ndarray | float]],
    names: Callable[[int], tuple[str, str]],
    *cases: tuple[object, ...],
) -> None:
    """Hold the parts of the reader's answer, each with its name, against ours on several cases."""
    for arguments in cases:
        with _another(learner):
            for place, (found, right) in enumerate(zip(ask(*arguments), oracle(*arguments), strict=True)):
                require_close(found, right, *names(place))


def _shaped(found: np.ndarray, shape: tuple[int, ...], english: str, chinese: str) -> None:
    """Give this hint for another shape than this one; an axis of length 1 that is gone has a hint of its own."""
    if found.shape == tuple(size for size in shape if size != 1):
        numbers(found, shape)
    require(found.shape == shape, english, chinese)


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
        "你用来除奈特数的不是词元的个数：每个词元的困惑度，问的是一个词元付多少。",
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
            "你先求了每篇文字的平均，短文里的词元就占了便宜。整个语料里每个词元应当同样算。",
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
            "这是每个词元的比特数；困惑度是花费相同的等可能词元有多少个。",
        ),
        (
            float(2 ** (nats / tokens)),
            "You raise 2 to the power of nats. To nats belongs e, as 2 belongs to bits.",
            "你用奈特作了 2 的指数。奈特对应的底是 e，比特对应的底才是 2。",
        ),
        (
            float(np.exp(nats / np.log(2) / tokens)),
            "You raise e to the power of bits. To bits belongs 2, as e belongs to nats.",
            "你用比特作了 e 的指数。比特对应的底是 2，奈特对应的底才是 e。",
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
                "你多数了几个字节，它们不在任何一篇文字里：是不是 join 在中间加了东西？",
            )
            for between in (2, 3)
        ),
    )
    require_close(bits, right_bits, *names[1])
    _agree_in_parts(
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
    with _another(learner):
        perplexity, _ = ask(*long)
    require(
        np.isfinite(perplexity) and perplexity > 0,
        "For a corpus of 1,500 tokens your perplexity is no number that can be used: such a product of probabilities "
        "is too small for the computer. Add logarithms.",
        "语料有 1,500 个词元时，你的困惑度就算不出来了：这么多概率相乘，小得计算机表示不了。应当把对数相加。",
    )
    _agree_in_parts(learner, ask, _scores, lambda place: names[place], long)


def _stream(documents: list[list[int]], separator: int) -> tuple[list[int], list[int]]:
    tokens, owners = [], []
    for place, document in enumerate(documents):
        tokens += [separator, *document]
        owners += [place] * (len(document) + 1)
    return tokens, owners


def _inputs(tokens: list[int], length: int) -> np.ndarray:
    rows = max(len(tokens) - 1, 0) // length
    return np.array(tokens[: rows * length], dtype=float).reshape(rows, length)


def _packed(documents: list[list[int]], length: int, separator: int) -> tuple[np.ndarray, ...]:
    tokens, owners = _stream(documents, separator)
    inputs = _inputs(tokens, length)
    rest = (
        np.array(part, dtype=float).reshape(inputs.shape)
        for part in (tokens[1 : inputs.size + 1], owners[: inputs.size])
    )
    return inputs, *rest


@exercise(
    "09.2",
    more=(
        "Write the whole stream as one list first, and beside it a second list of the same length that says which "
        "document each token belongs to. Inputs and segments are cut at the same places; the targets are cut from the "
        "stream one token later. For r rows of n inputs, how many tokens must the stream have so that the very last "
        "input has a target?",
        "先把整个序列写成一个列表，旁边再写一个同样长的列表，说明每个词元属于哪一篇。输入和编号在同样的地方切开；"
        "目标则从晚一个词元的地方切起。r 行、每行 n 个输入，要让最后一个输入也有目标，整个序列至少要有多少个词元？",
    ),
)
def pack_rows(learner: Learner) -> None:
    """Catches: separators elsewhere, no shift, rows that lose a token, a row too many, segments of targets or rows."""
    cases = (
        ([[5, 6], [3], [8, 7, 2, 4, 9]], 4, 1),
        # An empty document, one that stands twice, and ids that a byte cannot hold.
        ([[4, 4], [4, 4], [], [300, 70_000, 2, 6]], 5, 9),
        # As many tokens as fill three rows, so that the last has no target; 0 is a token like any other.
        ([[0, 5], [2, 0, 7, 8], [6, 3, 4]], 4, 11),
        ([[7, 8, 6]], 3, 0),  # one row, and no remainder
        ([[7], [8, 3]], 1, 2),
        ([[12, 15, 13], [16, 14, 11, 17, 19, 18], [13], [12, 19, 11, 15], [18, 16, 14, 17, 12, 13, 11]], 6, 10),
    )
    for case in cases:
        with _another(learner):
            _require_packed(learner, *case)


def _require_packed(learner: Learner, documents: list[list[int]], length: int, separator: int) -> None:
    """One case: the inputs first, then the targets, then the segments."""
    given = f"{documents}, length {length}, separator {separator}"
    given_zh = f"{documents}、length {length}、分隔符 {separator}"
    found = parts(
        learner(documents, length, separator),
        3,
        "Return three arrays: inputs, targets, segments.",
        "应返回三个数组：输入、目标、编号。",
    )
    inputs, targets, segments = map(numbers, found)
    right_inputs, right_targets, right_segments = _packed(documents, length, separator)
    _recognise_inputs(inputs, targets, documents, length, separator)
    named = zip(("inputs", "targets", "segments"), ("输入", "目标", "编号"), (inputs, targets, segments), strict=True)
    for name, chinese, each in named:
        _shaped(
            each,
            right_inputs.shape,
            f"For {given} there are {len(right_inputs)} full rows, so the {name} must have the shape (rows, length) = "
            f"{right_inputs.shape}; yours is {each.shape}.",
            f"对 {given_zh}，能凑满 {len(right_inputs)} 行，所以{chinese}的形状应为 (rows, length) = "
            f"{right_inputs.shape}；你的是 {each.shape}。",
        )
    require_close(inputs, right_inputs, f"The inputs for {given}:", f"{given_zh} 的输入：")
    _recognise_targets(targets, right_targets, right_inputs, _stream(documents, separator)[0])
    require_close(targets, right_targets, f"The targets for {given}:", f"{given_zh} 的目标：")
    _recognise_segments(segments, right_segments, right_inputs, _stream(documents, separator)[1], separator)
    require_close(segments, right_segments, f"The segments for {given}:", f"{given_zh} 的编号：")


def _recognise_inputs(
    inputs: np.ndarray, targets: np.ndarray, documents: list[list[int]], length: int, separator: int
) -> None:
    right, right_targets, _ = _packed(documents, length, separator)
    tokens, _ = _stream(documents, separator)
    behind = [token for document in documents for token in (*document, separator)]
    longer = len(tokens) // (length + 1)
    rows = [_inputs([separator, *document], length) for document in documents if len(document) >= length]
    require(
        close(inputs, right) or not (close(inputs, right_targets) and close(targets, right)),
        "Inputs and targets have changed places: the target is the token that follows.",
        "输入和目标弄反了：目标是后面的那个词元。",
    )
    mistakes = (
        *(
            (
                _inputs(stream, length),
                "Your first document has no separator in front of it: do yours stand behind the documents, or only "
                "between them?",
                "你的第一篇文档前面没有分隔符：是不是放在了文档后面，或者只放在文档之间？",
            )
            for stream in (behind, tokens[1:])
        ),
        (
            _inputs([token for document in documents for token in document], length),
            "Your rows have no separators: put one in front of every document.",
            "你的各行里没有分隔符：每篇文档前面都要放一个。",
        ),
        (
            # One row alone would not tell.
            np.array(tokens[: longer * (length + 1)], float).reshape(longer, length + 1)[:, :-1]
            if longer > 1
            else right,
            "You cut every length + 1 tokens, so that the last one of each row is never an input. The next row begins "
            "`length` tokens further: a row's last target is the first input of the next.",
            "你每 length + 1 个词元切一刀，每行的最后一个词元就从来不是输入。下一行应从 `length` 个词元之后开始："
            "一行的最后一个目标，正是下一行的第一个输入。",
        ),
        (
            np.array([tokens[start : start + length] for start in range(len(tokens) - length)], float),
            "Your rows overlap: each begins one token after the last. A token is an input once.",
            "你的各行有重叠：每行只比上一行晚一个词元。一个词元只应当一次输入。",
        ),
        (
            np.concatenate([np.zeros((0, length)), *rows]),
            "You cut each document by itself and lose what does not fill a row; write all of them one after the other "
            "first, then cut.",
            "你把每篇文档单独切开，凑不满一行的就丢了；应当先把所有文档首尾相接，再切。",
        ),
        (
            right.reshape(length, -1).T,
            "Your tokens run down the columns; a row holds tokens that follow each other.",
            "你的词元是按列排下去的；相邻的词元应当在同一行里。",
        ),
    )
    recognise(inputs, right, *(mistake for mistake in mistakes if mistake[0].size))
    if inputs.ndim == 2 and inputs.shape[1] == length and len(inputs) != len(right):
        few = min(len(inputs), len(right))
        if close(inputs[:few], right[:few]):
            require(
                len(inputs) < len(right),
                f"You have a row too many: with {len(tokens)} tokens (no separator at the very end) its last input has "
                f"no target. Leave it out.",
                f"你多了一行：一共 {len(tokens)} 个词元（最末尾没有分隔符），这一行的最后一个输入没有目标，应当舍去。",
            )
            require(
                False,
                f"You lose a row: {len(tokens)} tokens are enough for {len(right)} rows of {length} with all their "
                "targets.",
                f"你少了一行：{len(tokens)} 个词元连同目标够排 {len(right)} 行，每行 {length} 个。",
            )


def _recognise_targets(targets: np.ndarray, right: np.ndarray, inputs: np.ndarray, tokens: list[int]) -> None:
    recognise(
        targets,
        right,
        (
            inputs,
            "Your targets are the inputs again: nothing is shifted, and the model would learn to copy.",
            "你的目标与输入一模一样：没有错开，模型学会的只是照抄。",
        ),
        (
            np.roll(inputs, -1, axis=1),
            "The last target of each of your rows is the row's own first token: roll runs in a circle. It is the first "
            "token of the next row.",
            "你每一行的最后一个目标又是这一行的第一个词元：roll 是绕圈的。它应当是下一行的第一个词元。",
        ),
        (
            np.array(([*tokens[2:], tokens[0]])[: inputs.size], float).reshape(inputs.shape),
            "Your targets are two tokens ahead; the target is the very next one.",
            "你的目标往后错了两个；应当是紧接着的那一个。",
        ),
        (
            np.array([targets.flat[0], *tokens[: inputs.size - 1]], float).reshape(inputs.shape),
            "Your targets are the tokens before; the target is the one that follows.",
            "你的目标是前面的词元；应当是后面的那一个。",
        ),
    )
    wrong = targets != right
    ends = np.zeros(right.shape, bool)
    ends[:, -1] = True
    require(
        right.shape[1] == 1 or not wrong.any() or wrong[~ends].any() or not wrong[:-1].any(),
        "Only the last target of your rows is wrong: the token that follows it stands at the beginning of the next "
        "row.",
        "你只有各行的最后一个目标不对：它后面的词元，就在下一行的开头。",
    )
    require(
        not wrong.any() or wrong.sum() > wrong[-1, -1],
        "Only the very last target is wrong: it is the token after the last row, which the stream still has.",
        "你只有最后一行的最后一个目标不对：它是最后一行之后的那个词元，序列里还有。",
    )
    require(
        not wrong.any() or (right[wrong] != tokens[0]).any() or not wrong[right == tokens[0]].all(),
        "Separators are missing among your targets: a separator is a token to be guessed like any other.",
        "你的目标里没有分隔符：分隔符与别的词元一样，也是要猜的。",
    )


def _recognise_segments(
    segments: np.ndarray, right: np.ndarray, inputs: np.ndarray, owners: list[int], separator: int
) -> None:
    opens = inputs == separator
    places, since = np.zeros(inputs.size), 0
    for place, opening in enumerate(opens.flat):
        since = 0 if opening else since + 1
        places[place] = since
    recognise(
        segments,
        right,
        (
            np.array(owners[1 : inputs.size + 1], float).reshape(inputs.shape),
            "Your segments are those of the targets; say which document each input belongs to.",
            "你给出的是目标所属的文档；要的是每个输入属于哪一篇。",
        ),
        (right + 1, "Your documents are numbered from 1; begin with 0.", "你的文档从 1 开始编号；应当从 0 开始。"),
        *(
            (
                right - right[:, :1] + first,
                "Your numbers begin anew in each row; documents are numbered through all rows.",
                "你的编号每行重新开始；应当所有行连着编号。",
            )
            for first in (0, 1)
        ),
        *(
            (
                right - opens + first,
                "Your separator belongs to the document before; it belongs to the one that it opens.",
                "你的分隔符属于前一篇；它应当属于由它开头的那一篇。",
            )
            for first in (0, 1)
        ),
        (
            np.maximum(right - opens, 0),
            "Your separator belongs to the document before; it belongs to the one that it opens.",
            "你的分隔符属于前一篇；它应当属于由它开头的那一篇。",
        ),
        (
            opens,
            "You mark where documents begin; say for each input the number of its document.",
            "你标出的是文档从哪里开始；要的是每个输入所属文档的编号。",
        ),
        (
            places.reshape(inputs.shape),
            "You count the tokens of each document; say which document it is.",
            "你数的是词元在文档里的位置；要的是它属于哪一篇。",
        ),
        (
            np.broadcast_to(np.arange(len(right))[:, None], right.shape),
            "You number the rows; number the documents.",
            "你给行编了号；应当给文档编号。",
        ),
    )


def _length(gradients: list[np.ndarray]) -> float:
    return float(np.sqrt(sum(np.sum(np.square(gradient)) for gradient in gradients)))


def _clipped(gradients: list[np.ndarray], limit: float) -> list[np.ndarray]:
    length = _length(gradients)
    return [gradient * (limit / length) if length > limit else gradient.copy() for gradient in gradients]


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
            _shaped(
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
    require(
        close(found, right),
        "The common length is right, but the direction is another: every number is multiplied by the same factor.",
        "合起来的长度对了，方向却变了：每个数都应乘以同一个倍数。",
    )
    short = [0.2 * random.normal(size=gradient.shape) for gradient in gradients]
    with _another(learner):
        found = _flat(ask(short, limit))
    require_new(learner)
    require(
        close(found, _flat(short)) or not close(float(np.linalg.norm(found)), limit),
        "These gradients are shorter than the limit, and yours become longer: leave them alone.",
        "这些梯度本来就不到 limit，你却把它们变长了：应当保持不变。",
    )
    zeros = [np.zeros((2, 2)), np.zeros(3)]
    with _another(learner):
        found = _flat(ask(zeros, 1.0))
    require(
        np.isfinite(found).all(),
        "Gradients of zeros give NaN: what do you divide by there?",
        "梯度全为零时你得到 NaN：那里你除以了什么？",
    )
    _agree_in_parts(
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
    )


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
    return _cut(_softmax(logits / temperature), share)


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
    chances, plain = _softmax(tempered), _softmax(logits)
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
            _cut(_softmax(logits * temperature), share),
            "You multiply by the temperature; divide by it: above one all become more alike.",
            "你乘上了温度；应当除以它：温度大于 1，大家更接近。",
        ),
        (_softmax(np.where(_cut(plain, share) > 0, tempered, -np.inf)), *after),
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
            _softmax(chances * kept),
            "You take a softmax of probabilities; divide what stays by its sum.",
            "你对概率又做了一次 softmax；应当把留下的除以它们的和。",
        ),
        (
            _softmax(np.where(kept, chances, -np.inf)),
            "You take a softmax of probabilities; divide what stays by its sum.",
            "你对概率又做了一次 softmax；应当把留下的除以它们的和。",
        ),
        (_softmax(tempered * kept), *hidden_by_zero),
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
    with _another(learner):
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
    return np.einsum("ht,htd->hd", _softmax(products, axis), values)


def _step(
    query: np.ndarray, key: np.ndarray, value: np.ndarray, cache: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    keys, values = _longer(key, value, cache)
    return _attended(query, keys, values), keys, values


def _token(random: np.random.Generator, heads: int, old: int, dim: int) -> tuple[object, ...]:
    query, key, value = random.normal(size=(3, heads, dim)) * 1.5
    return query, key, value, (random.normal(size=(heads, old, dim)), random.normal(size=(heads, old, dim)))


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
        keys, values = parts(
            longer,
            2,
            "The cache you return must have two parts, keys and values, like the one you were given.",
            "返回的缓存应有两部分，键和值，与给你的一样。",
        )
        output, keys, values = numbers(output), numbers(keys), numbers(values)
        require(
            output.shape != (heads, old + 1) or dim == old + 1,
            "Your output are the weights, one for each token; average the values by them.",
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
            _shaped(
                each,
                (heads, old + 1, dim),
                f"The {english} of the longer cache must have the shape (heads, t + 1, d) = {(heads, old + 1, dim)}; "
                f"yours is {each.shape}.",
                f"加长了的缓存里，{chinese}的形状应为 (heads, t + 1, d) = {(heads, old + 1, dim)}；"
                f"你的是 {each.shape}。",
            )
        return output, keys, values

    random = np.random.default_rng(2)
    heads, old, dim = 3, 4, 2
    query, key, value, cache = given = _token(random, heads, old, dim)
    output, keys, values = ask(*given)
    right, right_keys, right_values = _step(*given)
    products = np.einsum("hd,htd->ht", query, right_keys)
    scores = products / np.sqrt(dim)
    weights = _softmax(scores)
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
            "你的 softmax 沿各个头做了；应当是每个头把目光分配给各个词元。",
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
            np.einsum("t,htd->hd", _softmax(scores.sum(axis=0)), right_values),
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
    with _another(learner):
        output, _, _ = ask(*empty)
        require_new(learner)
    require(
        close(output, empty[2]),
        f"With an empty cache (t = 0) the new token sees only itself, so the output is its value. "
        f"{difference(output, empty[2])}",
        f"缓存为空（t = 0）时，新词元只看得见自己，输出就是它的值。{difference(output, empty[2])}",
    )
    _agree_in_parts(
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
    return _softmax(1.5 * random.normal(size=(heads, 2 * n, 2 * n))), n


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
            "你量的是看第一遍里同一个词元的目光；要看再往后一个，也就是它后面的那个。",
        ),
        (
            weights[:, second, second - n - 1].mean(axis=-1),
            "You measure the look at the token before the same one; an induction head looks at the one after it.",
            "你量的是看同一个词元前面那个的目光；归纳头看的是后面那个。",
        ),
        (
            weights[:, second[1:], second[1:] - n - 1].mean(axis=-1),
            "You measure the look at the token before the same one; an induction head looks at the one after it.",
            "你量的是看同一个词元前面那个的目光；归纳头看的是后面那个。",
        ),
        (
            weights[:, second, second - n + 2].mean(axis=-1),
            "You measure the look at the second token after the same one; take the one right after it.",
            "你量的是看同一个词元后面第二个的目光；应当是紧跟在它后面的那个。",
        ),
        (
            weights[:, second, second - 1].mean(axis=-1),
            "You measure the look at the token just before in the row; look into the first copy.",
            "你量的是看紧挨着的前一个词元的目光；要看第一遍里的。",
        ),
        (
            weights[:, second, second].mean(axis=-1),
            "You measure how much each position looks at itself; look into the first copy.",
            "你量的是每个位置看自己的目光；要看第一遍里的。",
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
        (looks.max(axis=-1), "This is the largest look; take the mean.", "这是最大的一次目光；应当取平均。"),
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
            "你把看整个第一遍的目光都加起来了；每个位置只有一处算数。",
        ),
        (
            weights[:, n:, :n].mean(axis=(1, 2)),
            "You average over the whole first copy; each position has one place that counts.",
            "你对整个第一遍求了平均；每个位置只有一处算数。",
        ),
        (
            (weights[:, n:].argmax(axis=-1) == second - n + 1).mean(axis=-1),
            "You count how often the place is looked at most; average how much it is looked at.",
            "你数的是有多少次那里看得最多；应当对看了多少求平均。",
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
