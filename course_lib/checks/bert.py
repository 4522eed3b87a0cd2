"""The checks of chapter 10; those of sizes, of few weights and of distilling are in modules of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_lib.checks import counting, distilling, few_weights  # noqa: F401  register 10.2 and 10.4 to 10.6
from course_lib.checks.answers import (
    agree,
    close,
    difference,
    later_case,
    numbers,
    parts,
    recognise,
    require_close,
    require_shape,
)
from course_lib.checks.core import Learner, exercise, require
from course_lib.checks.mistakes import instead_of

# A text of which tokens are hidden: the text, the positions, their draws, their others, the mask's id.
_Text = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]

_NAMES = (("The text as the model reads it:", "模型读到的文本："), ("The labels:", "标签："))


def _text(
    token_ids: Sequence[int], positions: Sequence[int], draws: Sequence[float], others: Sequence[int], mask_id: int
) -> _Text:
    return (
        np.array(token_ids, np.int64),
        np.array(positions, np.int64),
        np.array(draws, np.float64),
        np.array(others, np.int64),
        mask_id,
    )


def _put(ground: np.ndarray, positions: np.ndarray, what: np.ndarray | float) -> np.ndarray:
    """The ground with something else at these positions."""
    result = np.array(ground, np.float64)
    result[positions] = what
    return result


def _hidden(token_ids: np.ndarray, positions: np.ndarray, draws: np.ndarray, others: np.ndarray, mask_id: int):
    own = token_ids[positions]
    became = np.where(draws < 0.8, mask_id, np.where(draws < 0.9, others, own))
    return _put(token_ids, positions, became), _put(np.zeros(len(token_ids)), positions, own)


@exercise(
    "10.1",
    more=(
        "Begin with a copy of the text and with as many zeros, and go through positions, draws and others side by "
        "side: the first draw and the first of `others` belong to the first position. The label does not depend on "
        "the draw at all, so it can be written before anything is hidden. Then a draw falls into one of three ranges: "
        "in which of them does nothing happen to the copy?",
        "先准备原文的一个副本和同样多的 0，再把 positions、draws、others 并排走一遍：第一个抽到的数和 `others` 的"
        "第一个词元，都属于第一个位置。标签与抽到的数完全无关，可以在藏词之前就写好。抽到的数落在三段之一：落在哪一段时，副本不用动？",
    ),
)
def hide_words(learner: Learner) -> None:
    """Catches: other ranges, ends of ranges, labels of what stays or of the mask, labels elsewhere, another order."""
    first = _text(
        [101, 2023, 3185, 2001, 2025, 2919, 1010, 2061, 2146, 1998, 6945, 102],
        [1, 2, 4, 5, 8, 9, 10],
        [0.31, 0.84, 0.95, 0.79, 0.05, 0.88, 0.12],
        [4518, 7592, 1037, 5573, 2613, 3000, 1029],
        103,
    )
    _require_hidden(learner, *first)
    ends = _text([15, 12, 19, 17, 13], [0, 2, 3], [0.8, 0.9, 0.7], [31, 37, 35], 4)
    with later_case(learner):
        hidden, _ = _ask_hidden(learner, *ends)
    require(
        hidden[3] != 103,
        "The mask's id is 4 here, and you put 103: use the argument `mask_id`.",
        "这里掩码的编号是 4，你写的却是 103：要用参数 `mask_id`。",
    )
    require(
        hidden[0] != 4,
        "A draw of exactly 0.8 is not below 0.8: the token becomes that of `others`.",
        "抽到的恰好是 0.8，就不小于 0.8：应换成 `others` 里的词元。",
    )
    require(
        hidden[2] != 37,
        "A draw of exactly 0.9 is not below 0.9: the token stays.",
        "抽到的恰好是 0.9，就不小于 0.9：词元应保持不变。",
    )
    mixed = _text([52, 58, 51, 57, 55, 53], [4, 0, 5, 2], [0.85, 0.3, 0.97, 0.6], [71, 72, 73, 74], 9)
    with later_case(learner):
        found = np.stack(_ask_hidden(learner, *mixed))
        token_ids, positions, draws, others, mask_id = mixed
        recognise(
            found,
            np.stack(_hidden(*mixed)),
            (
                np.stack(_hidden(token_ids, np.sort(positions), draws, others, mask_id)),
                "The positions need not rise, and yours are sorted: each draw belongs to the position that stands at "
                "the same place of `positions`.",
                "位置不一定从小到大，你却按大小排了序：每个抽到的数，都属于 `positions` 里同一处的那个位置。",
            ),
        )
    cases = (
        ends,
        _text(  # shaped like the first, with other numbers
            [101, 1045, 2572, 2025, 2469, 2054, 2000, 2228, 1997, 2009, 999, 102],
            [0, 3, 4, 6, 7, 9, 11],
            [0.91, 0.2, 0.83, 0.0, 0.89, 0.99, 0.5],
            [4, 2002, 2003, 2004, 2005, 2006, 2007],
            3,
        ),
        _text([8, 6, 7], [], [], [], 4),
        _text([23], [0], [0.41], [29], 5),
        # The mask, a token that is hidden, and padding stand elsewhere too; an id that two bytes do not hold; an
        # `other` that is the token itself.
        _text([2, 41, 4, 119_500, 41, 43, 0, 0], [1, 3, 5], [0.1, 0.86, 0.81], [60, 119_501, 43], 4),
        _text([14, 16, 18, 12], [3, 2, 1, 0], [0.805, 0.799, 0.895, 0.905], [11, 17, 13, 19], 70_001),
    )
    for case in cases:
        with later_case(learner):
            for found, right, names in zip(_ask_hidden(learner, *case), _hidden(*case), _NAMES, strict=True):
                _require_ids(found, right, names, case)


def _require_ids(found: np.ndarray, right: np.ndarray, names: tuple[str, str], case: _Text) -> None:
    """Ids are compared to the last digit."""
    english, chinese = names
    positions, draws = case[1].tolist(), case[2].tolist()
    if len(positions) != 7:  # few enough to be shown
        english = f"With positions {positions} and draws {draws}: {english[0].lower()}{english[1:]}"
        chinese = f"位置是 {positions}、抽到的数是 {draws} 时，{chinese}"
    require_close(found, right, english, chinese, rtol=0, atol=1e-3)


def _ask_hidden(
    learner: Learner, token_ids: np.ndarray, positions: np.ndarray, draws: np.ndarray, others: np.ndarray, mask_id: int
) -> list[np.ndarray]:
    with instead_of(
        [f"out of bounds for axis 0 with size {len(positions)}"],
        "You look further into `draws` or `others` than they reach: they have one entry for each chosen position, in "
        "the order of `positions`, not one for each token of the text.",
        "你在 `draws` 或 `others` 里找的地方超出了它们的长度：它们不是每个词元一项，而是每个选中的位置一项，次序与 "
        "`positions` 相同。",
    ):
        answer = learner(token_ids, positions, draws, others, mask_id)
    found = parts(
        answer,
        2,
        "Return two arrays: the text as the model reads it, and the labels.",
        "应返回两个数组：模型读到的文本，和标签。",
    )
    time = len(token_ids)
    hidden, labels = map(numbers, found)
    require(
        time == len(positions) or labels.shape != (len(positions),),
        f"Your labels are only those of the {len(positions)} chosen positions; return one for each of the {time} "
        "positions of the text, 0 where nothing was chosen.",
        f"你的标签只有选中的 {len(positions)} 个；应当对文本的 {time} 个位置各给一个，没选中的是 0。",
    )
    for each, (english, chinese) in zip((hidden, labels), (("text", "文本"), ("labels", "标签")), strict=True):
        require_shape(
            each,
            (time,),
            f"The {english} must have the shape (time,) = ({time},); yours has {each.shape}.",
            f"{chinese}的形状应为 (time,) = ({time},)；你的是 {each.shape}。",
        )
    return [hidden, labels]


def _require_hidden(
    learner: Learner, token_ids: np.ndarray, positions: np.ndarray, draws: np.ndarray, others: np.ndarray, mask_id: int
) -> None:
    """The first case, whose mistakes are told by what they give."""
    case = token_ids, positions, draws, others, mask_id
    hidden, labels = _ask_hidden(learner, *case)
    right, right_labels = _hidden(*case)
    own, count = token_ids[positions], np.arange(len(positions))
    became = right[positions]
    ranges = (draws < 0.8, draws < 0.9)
    recognise(
        np.stack([hidden, labels]),
        np.stack([right, right_labels]),
        (
            np.stack([right_labels, right]),
            "The two have changed places: first the text as the model reads it, then the labels.",
            "两样的次序反了：先写模型读到的文本，再写标签。",
        ),
    )

    def with_these(below: np.ndarray | int, between: np.ndarray | int, above: np.ndarray | int) -> np.ndarray:
        return _put(token_ids, positions, np.select(ranges, [below, between], above))

    turned = (
        "You hide the tokens with the high draws; a token is hidden where its draw is below 0.8.",
        "你把抽到大数的词元藏了起来；应当是抽到的数小于 0.8 的才藏。",
    )
    recognise(
        hidden,
        right,
        (
            token_ids,
            "Nothing is hidden: your text is the one that was given.",
            "什么也没有藏：你的文本就是原文。",
        ),
        (
            with_these(mask_id, mask_id, mask_id),
            "Every chosen token becomes the mask in yours: the draws have no effect.",
            "你把选中的词元全部换成了掩码：抽到的数没有起作用。",
        ),
        (
            with_these(mask_id, mask_id, own),
            "Draws from 0.8 and below 0.9 give the mask in yours; there the token of `others` belongs.",
            "抽到 0.8 以上、0.9 以下时，你也换成了掩码；那里应当是 `others` 里的词元。",
        ),
        (
            with_these(mask_id, own, own),
            "Tokens with draws from 0.8 and below 0.9 stay in yours; they become those of `others`. Is it `elif draw "
            "< 0.9`, and not `< 0.1`?",
            "抽到 0.8 以上、0.9 以下的词元，你保留了原样；应换成 `others` 里的。写的是不是 `elif draw < 0.9`，而不是 "
            "`< 0.1`？",
        ),
        (
            with_these(mask_id, own, others),
            "The last two ranges are exchanged: from 0.8 and below 0.9 the token of `others`, from 0.9 on it stays.",
            "后两段弄反了：0.8 以上、0.9 以下换成 `others` 里的词元，0.9 以上才保持不变。",
        ),
        (
            with_these(mask_id, others, others),
            "From 0.9 on you put the token of `others`, too; there the token stays.",
            "0.9 以上你也换成了 `others` 里的词元；那里应保持不变。",
        ),
        (
            with_these(mask_id, others, mask_id),
            "From 0.9 on you put the mask; there the token stays.",
            "0.9 以上你换成了掩码；那里应保持不变。",
        ),
        (
            with_these(others, others, own),
            "Every draw below 0.9 gives the token of `others`, those below 0.8 as well: does a second `if` write over "
            "the first? It should be `elif`.",
            "小于 0.9 的全换成了 `others` 里的词元，连小于 0.8 的也是：是不是第二个 `if` 盖掉了第一个？应当用 `elif`。",
        ),
        (
            with_these(others, mask_id, own),
            "Mask and `others` are exchanged: below 0.8 comes the mask.",
            "掩码和 `others` 弄反了：小于 0.8 时才是掩码。",
        ),
        (with_these(own, others, mask_id), *turned),
        (with_these(own, mask_id, mask_id), *turned),
        (with_these(others, mask_id, mask_id), *turned),
        (
            with_these(own, others, own),
            "Tokens with draws below 0.8 stay in yours; they become the mask.",
            "抽到的数小于 0.8 时，你保留了原样；应换成掩码。",
        ),
        (
            with_these(0, others, own),
            "You put 0 for the hidden tokens; it is `mask_id` that stands for them.",
            "你用 0 代替藏起来的词元；应当用 `mask_id`。",
        ),
        *(
            (
                _put(token_ids, positions, np.select([draws < one, draws < 0.2], [first, second], mask_id)),
                "Your three ranges are as long as they should be, but lie elsewhere: it is below 0.8 that a token "
                "becomes the mask.",
                "你的三段长短都对，位置却不对：应当是小于 0.8 时换成掩码。",
            )
            for one, first, second in ((0.1, own, others), (0.1, others, own))
        ),
        *(
            (
                _put(token_ids, positions, np.select(ranges, [mask_id, always], own)),
                "You put the same token of `others` everywhere; each chosen position has one of its own.",
                "你在各处放的是 `others` 里的同一个词元；每个选中的位置各有一个。",
            )
            for always in (others[0], others[-1])
        ),
        *(
            (
                _put(token_ids, count, what),
                "You hide the first tokens of the text: count through `positions` and write where it points.",
                "你藏的是文本开头的几个词元：应当逐个取出 `positions` 里的位置，写到那里去。",
            )
            for what in (became, np.select(ranges, [mask_id, others], token_ids[count]))
        ),
        (
            _put(np.full(len(token_ids), mask_id), positions, own),
            "You hide the tokens that were not chosen; the chosen ones are hidden.",
            "你把没选中的词元藏了起来；要藏的是选中的。",
        ),
        (
            _put(np.zeros(len(token_ids)), positions, became),
            "Where nothing was chosen your text has 0; there it stays as it was.",
            "没选中的地方，你的文本是 0；那里应保持原样。",
        ),
    )
    _require_ids(hidden, right, _NAMES[0], case)
    zeros = np.zeros(len(token_ids))
    recognise(
        labels,
        right_labels,
        (
            _put(zeros, positions, became),
            "Your labels are what stands there now: read them from the text before anything is hidden.",
            "你的标签是现在那里的词元：应当在藏词之前，从原文里读出来。",
        ),
        (
            token_ids,
            "Every position has a label in yours; where nothing was chosen it is 0, so that nothing is to be guessed.",
            "你给每个位置都写了标签；没选中的位置应是 0，那里什么也不用猜。",
        ),
        (
            hidden,
            "Your labels are the hidden text again; a label is what stood there, and 0 where nothing was chosen.",
            "你的标签又是藏过的文本；标签应是原来的词元，没选中的位置是 0。",
        ),
        (
            _put(zeros, positions[ranges[1]], own[ranges[1]]),
            "Tokens that stay have no label in yours: every chosen position has one, so that the model cannot trust "
            "what it sees there either.",
            "保持不变的词元，你没有给标签：选中的位置都要有，这样模型对看到的词元也不能全信。",
        ),
        (
            _put(zeros, positions[ranges[0]], own[ranges[0]]),
            "Only tokens that become the mask have a label in yours; every chosen position has one.",
            "只有换成掩码的词元，你才给了标签；选中的位置都要有。",
        ),
        (
            _put(zeros, positions, 1),
            "You mark the chosen positions; the label says which token stood there.",
            "你只标出了选中的位置；标签要写明那里原来是哪个词元。",
        ),
        (
            _put(token_ids, positions, 0),
            "Your labels stand where nothing was chosen; turn that round.",
            "你的标签写在了没选中的位置上；应当反过来。",
        ),
        *(
            (
                _put(np.full(len(token_ids), nothing), positions, own),
                f"Where nothing was chosen your labels are {nothing}; here that is written as 0.",
                f"没选中的位置，你的标签是 {nothing}；这里要写成 0。",
            )
            for nothing in (-100, -1, mask_id)
        ),
        (
            _put(zeros, positions, mask_id),
            "Your labels are the mask; the model is to guess what stood there.",
            "你的标签是掩码；要模型猜的，是那里原来的词元。",
        ),
        (
            _put(zeros, positions, others),
            "Your labels are `others`; the model is to guess what stood there.",
            "你的标签是 `others`；要模型猜的，是那里原来的词元。",
        ),
        (
            _put(zeros, positions, positions),
            "Your labels are positions; they should be the tokens that stood there.",
            "你的标签是位置；应当是那里原来的词元。",
        ),
        (
            _put(zeros, count, own),
            "Your labels stand at the beginning; each belongs to its own position.",
            "你的标签都写在了开头；每个都应写在自己的位置上。",
        ),
    )
    _require_ids(labels, right_labels, _NAMES[1], case)


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def _sentences(vectors: np.ndarray, is_token: np.ndarray) -> np.ndarray:
    return _unit(np.where(is_token[..., None], vectors, 0).sum(axis=1))


@exercise(
    "10.3",
    more=(
        "`is_token[:, :, None]` has the shape (batch, time, 1) and fits beside the vectors: with it, what is padding "
        "can be made 0 before anything is added up. Then one sum over time, then one length for each text, "
        "`keepdims=True` so that it divides its own row. Which two numbers are 0 for a text without a token, and what "
        "may be divided by them?",
        "`is_token[:, :, None]` 的形状是 (batch, time, 1)，正好能与向量相配：相加之前，先用它把填充变成 0。"
        "然后沿时间求一次和，再给每段文本求一个长度；用 `keepdims=True`，让它除自己的那一行。"
        "一段没有词元的文本，哪两个数会是 0？那时该除以什么？",
    ),
)
def sentence_vectors(learner: Learner) -> None:
    """Catches: padding counted, no or another length, tokens scaled one by one, other axes, NaN of an empty text."""
    random = np.random.default_rng(5)
    batch, time, width = 3, 5, 4  # no two are the same
    vectors = random.normal(size=(batch, time, width)) + 0.4
    vectors[0] *= 3.0
    is_token = np.arange(time) < np.array([[4], [3], [2]])
    given = vectors, is_token

    def ask(vectors: np.ndarray, is_token: np.ndarray) -> np.ndarray:
        return numbers(learner(vectors, is_token), (vectors.shape[0], vectors.shape[2]), "batch, width")

    found = numbers(learner(*given))
    for shape, english, chinese in (
        (
            (batch, time, width),
            "You give a vector for each token; give one for each text: average over time.",
            "你给每个词元各一个向量；应当给每段文本一个：沿时间求平均。",
        ),
        (
            (batch, batch),
            "You give the products of all pairs; give the vectors themselves.",
            "你给出的是两两之间的内积；要的是向量本身。",
        ),
        (
            (time, width),
            "You average over the batch; average over time, the axis in the middle.",
            "你沿批求了平均；应当沿中间的时间轴求。",
        ),
        (
            (batch, time),
            "You average over the width; average over time, the axis in the middle.",
            "你沿宽度求了平均；应当沿中间的时间轴求。",
        ),
        (
            (batch, 1, width),
            "An axis of length 1 is left in the middle; the answer has two axes. Is `keepdims` one too many?",
            "中间多留了一个长度为 1 的轴；答案只有两个轴。是不是多写了一个 `keepdims`？",
        ),
        (
            (width,),
            "You give one vector for the whole batch; give one for each text.",
            "你给整批只算了一个向量；应当每段文本一个。",
        ),
    ):
        require(found.shape != shape, english, chinese)
    found = numbers(found, (batch, width), "batch, width")
    _recognise_sentences(found, *given)
    right = _sentences(*given)
    lengths = np.linalg.norm(found, axis=1)
    require(
        np.isfinite(found).all(),
        "Some of your numbers are NaN or infinite: what do you divide by?",
        "你的结果里有 NaN 或无穷大：你除以了什么？",
    )
    require(
        close(lengths, np.ones(batch)),
        f"Each vector must have the length 1, the root of the sum of its squares; yours have "
        f"{lengths.round(4).tolist()}.",
        f"每个向量的长度（平方和的平方根）都应是 1；你的是 {lengths.round(4).tolist()}。",
    )
    require_close(found, right)
    # Padding on the left, in the middle, on both sides.
    holes = (
        random.normal(size=(3, 6, 2)),
        np.array([[0, 0, 1, 1, 1, 1], [1, 0, 1, 0, 0, 1], [0, 1, 1, 0, 0, 0]], bool),
    )
    with later_case(learner):
        found = ask(*holes)
        recognise(
            found,
            _sentences(*holes),
            (
                _sentences(holes[0], np.arange(6) < holes[1].sum(axis=1)[:, None]),
                "You count the tokens and take as many from the front; padding may stand anywhere: `is_token` says "
                "which positions count.",
                "你数出词元的个数，再从开头取这么多；填充可能在任何地方：哪些位置算数，要看 `is_token`。",
            ),
        )
        require_close(
            found,
            _sentences(*holes),
            "Where padding stands in front and between tokens:",
            "填充在前面或中间时：",
        )
    empty = random.normal(size=(3, 4, 2)), np.array([[1, 1, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1]], bool)
    with later_case(learner):
        found = ask(*empty)
    require(
        np.isfinite(found).all(),
        "For a text without any token you get NaN or infinity: its count and its length are 0, and you divide by one "
        "of them. It gets zeros.",
        "一个词元也没有的文本，你得到 NaN 或无穷大：它的词元数和长度都是 0，你除以了其中一个。应当给全零。",
    )
    require(
        close(found[1], np.zeros(2)),
        f"A text without any token gets zeros. {difference(found[1], np.zeros(2))}",
        f"一个词元也没有的文本，应当给全零。{difference(found[1], np.zeros(2))}",
    )
    agree(
        learner,
        _sentences,
        empty,
        (random.normal(size=(batch, time, width)) - 0.3, np.arange(time) < np.array([[2], [5], [3]])),
        (random.normal(size=(1, 7, 3)), np.arange(7)[None] < 4),
    )


def _recognise_sentences(found: np.ndarray, vectors: np.ndarray, is_token: np.ndarray) -> None:
    kept = is_token[..., None]
    sums = np.where(kept, vectors, 0).sum(axis=1)
    counts = is_token.sum(axis=1, keepdims=True)
    means = sums / counts
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    last = vectors[np.arange(len(vectors)), counts[:, 0] - 1]
    not_scaled = (
        "The mean is right, but it keeps its length: divide it by the root of the sum of its squares.",
        "平均是对的，但长度没有变成 1：还要除以它的平方和的平方根。",
    )
    one_by_one = (
        "You scale each token's vector to the length 1; average first, then scale the mean.",
        "你把每个词元的向量都缩放到了长度 1；应当先求平均，再缩放平均向量。",
    )
    padding = (
        "Padding is counted: leave it out of the mean.",
        "填充也算了进去：求平均时不要把它算在内。",
    )
    units = np.where(kept, _unit(vectors), 0).sum(axis=1)
    largest = (
        "You take the largest of each number; take the mean.",
        "你取的是每一维的最大值；应当取平均。",
    )
    among = np.where(kept, vectors, -np.inf).max(axis=1)
    recognise(
        found,
        _sentences(vectors, is_token),
        (_unit(vectors.sum(axis=1)), *padding),
        (vectors.mean(axis=1), *padding),
        (vectors.sum(axis=1) / counts, *padding),
        (means, *not_scaled),
        (
            sums,
            "This is the sum of the tokens' vectors, and its length is not 1: divide it by the root of the sum of its "
            "squares.",
            "这是各词元向量之和，长度不是 1：还要除以它的平方和的平方根。",
        ),
        (
            sums / vectors.shape[1],
            "This is the sum of the tokens divided by the length of the batch, and its length is not 1: divide by the "
            "vector's own length.",
            "这是词元向量之和除以这批的时间长度，它的长度不是 1：应除以向量自己的长度。",
        ),
        (
            _unit(np.where(kept, 0, vectors).sum(axis=1)),
            "You average the padding: True in `is_token` means that a token stands there.",
            "你平均的是填充：`is_token` 里的 True 表示那里是词元。",
        ),
        (units / counts, *one_by_one),
        (units, *one_by_one),
        (_unit(units), *one_by_one),
        (
            means / lengths**2,
            "You divide by the sum of the squares; a length is its root.",
            "你除以的是平方和；长度是它的平方根。",
        ),
        (
            means / np.sqrt(lengths),
            "You take a root too many: divide by the length itself.",
            "你多开了一次方：应除以长度本身。",
        ),
        (
            means / np.abs(means).sum(axis=1, keepdims=True),
            "You divide by the sum of the absolute values; a length is the root of the sum of the squares.",
            "你除以的是绝对值之和；长度是平方和的平方根。",
        ),
        (
            means / means.sum(axis=1, keepdims=True),
            "You divide by the sum of the numbers; a length is the root of the sum of the squares.",
            "你除以的是各数之和；长度是平方和的平方根。",
        ),
        *(
            (
                means / np.abs(means).max(axis=axis, keepdims=True),
                "You divide by the largest number; a length is the root of the sum of the squares.",
                "你除以的是最大的数；长度是平方和的平方根。",
            )
            for axis in (1, None)
        ),
        *(
            (
                each / np.linalg.norm(each, axis=axis, keepdims=True),
                "You divide by a length that runs over the texts; each text has its own.",
                "你除以的长度把各段文本合在了一起；每段文本有自己的长度。",
            )
            for each in (means, sums)
            for axis in (0, None)
        ),
        (
            means / np.sqrt(means.shape[1]),
            "You divide by the root of the width; divide by the mean's own length.",
            "你除以的是宽度的平方根；应除以平均向量自己的长度。",
        ),
        (
            means * lengths,
            "You multiply by the length; divide by it.",
            "你乘上了长度；应当除以它。",
        ),
        *(
            (
                change(vectors[:, 0]),
                "You take the first token's vector; take the mean of all.",
                "你取的是第一个词元的向量；应当取全部的平均。",
            )
            for change in (_unit, np.asarray)
        ),
        *(
            (
                change(each),
                "You take the vector at the last position; take the mean of all tokens.",
                "你取的是最后一个位置的向量；应当取全部词元的平均。",
            )
            for change in (_unit, np.asarray)
            for each in (last, vectors[:, -1])
        ),
        (_unit(among), *largest),
        (among, *largest),
        (_unit(vectors.max(axis=1)), *largest),
        (
            np.exp(means) / np.exp(means).sum(axis=1, keepdims=True),
            "You take a softmax; divide by the length.",
            "你做了 softmax；应当除以长度。",
        ),
        (
            _unit(means - means.mean(axis=1, keepdims=True)),
            "You take the mean of its numbers away from each vector; only its length is to change.",
            "你从每个向量里减去了各维的平均；要变的只是长度。",
        ),
        (
            -_sentences(vectors, is_token),
            "Yours point the opposite way.",
            "你的向量方向正好反了。",
        ),
    )
