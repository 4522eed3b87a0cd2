"""The check of packed documents, exercise 09.2: the inputs first, then the targets, then the segments."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import (
    close,
    later_case,
    numbers,
    parts,
    recognise,
    require_close,
    require_shape,
)
from course_lib.checks.core import Learner, exercise, require


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
        ([[4, 4], [4, 4], [], [300, 5_001, 2, 6]], 5, 9),
        # As many tokens as fill three rows, so that the last has no target; 0 is a token like any other.
        ([[0, 5], [2, 0, 7, 8], [6, 3, 4]], 4, 11),
        ([[7, 8, 6]], 3, 0),  # one row, and no remainder
        ([[7], [8, 3]], 1, 2),
        ([[12, 15, 13], [16, 14, 11, 17, 19, 18], [13], [12, 19, 11, 15], [18, 16, 14, 17, 12, 13, 11]], 6, 10),
    )
    for case in cases:
        with later_case(learner):
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
        require_shape(
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
            "你的各行有重叠：每行只比上一行晚一个词元。每个词元只作一次输入。",
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
            "你的目标往后错开了两个；应当是紧接着的那一个。",
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
                np.cumsum(opens, axis=1) + first,
                "Your numbers begin anew in each row; documents are numbered through all rows.",
                "你的编号每行重新开始；应当所有行连着编号。",
            )
            for first in (-1, 0)
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
