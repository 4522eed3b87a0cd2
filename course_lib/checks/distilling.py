"""The check of distilling, exercise 10.6: the right answer alone, the teacher's part alone, then both."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import (
    agree,
    close,
    later_case,
    number,
    numbers,
    recognise,
    require_close,
    require_new,
    side_by_side,
)
from course_lib.checks.core import Learner, exercise, require
from course_lib.checks.softmax import log_softmax


def _right(labels: np.ndarray, logits: np.ndarray, axis: int = 1) -> np.ndarray:
    """The cross-entropy with the right answer, for each example."""
    return -log_softmax(logits, axis)[np.arange(len(labels)), labels]


def _doubts(logits: np.ndarray, teacher_logits: np.ndarray, axis: int = 1) -> np.ndarray:
    """The cross-entropy between the teacher's answer and the student's, for each example."""
    return -(np.exp(log_softmax(teacher_logits, axis)) * log_softmax(logits, axis)).sum(axis=1)


def _distillation(
    labels: np.ndarray, logits: np.ndarray, teacher_logits: np.ndarray, temperature: float, share: float
) -> float:
    doubts = temperature**2 * _doubts(logits / temperature, teacher_logits / temperature)
    return float((share * doubts + (1 - share) * _right(labels, logits)).mean())


@exercise(
    "10.6",
    more=(
        "Write one helper that gives the logarithm of a softmax, row by row: the scores less the largest of their row, "
        "less the logarithm of the sum of the exponentials. It is needed three times: of the teacher's scores and of "
        "the student's, both divided by T, and of the student's as they are. A share of 1 leaves only the first part, "
        "a share of 0 only the second: try your function on both before you mix them.",
        "先写一个小函数，逐行给出 softmax 的对数：得分减去本行的最大值，再减去指数之和的对数。它要用三次："
        "教师的得分和学生的得分，都除以 T；还有学生原来的得分。share 为 1 时只剩第一部分，为 0 时只剩第二部分："
        "先分别试过这两种，再把它们合起来。",
    ),
)
def distillation(learner: Learner) -> None:
    """Catches: T squared forgotten, one side not softened, roles and shares exchanged, sums, other axes, overflow."""
    random = np.random.default_rng(7)
    logits, teacher_logits = 2 * random.normal(size=(2, 4, 3))
    labels, temperature = np.array([2, 0, 1, 2]), 2.5
    given = labels, logits, teacher_logits, temperature
    _require_right(_a_number(learner, *given, 0.0), *given)
    with later_case(learner):
        found = _a_number(learner, *given, 1.0)
    require_new(learner)
    _require_doubts(found, *given)
    doubts, right = _distillation(*given, 1.0), _distillation(*given, 0.0)
    with later_case(learner):
        found = _a_number(learner, *given, 0.3)
    require_close(found, 0.3 * doubts + 0.7 * right, "With a share of 0.3:", "share 为 0.3 时：")

    def drawn(batch: int, classes: int, temperature: float, share: float) -> tuple[object, ...]:
        scores = 2 * random.normal(size=(2, batch, classes))
        return random.integers(0, classes, batch), *scores, temperature, share

    agree(
        learner,
        _distillation,
        drawn(4, 3, 2.5, 0.3),  # shaped like the first, with other numbers
        drawn(1, 5, 2, 0.5),
    )
    _require_far_apart(learner)


def _a_number(learner: Learner, *given: object) -> float:
    answer = learner(*given)
    batch, classes = given[1].shape
    shape = numbers(answer).shape
    require(
        shape not in ((batch,), (batch, 1)) or batch == 1,
        "You give a number for each example; give their mean.",
        "你给每个样本各算了一个数；应当求平均。",
    )
    require(
        shape != (batch, classes),
        "You give a number for each class of each example: add them up over the classes, then take the mean over the "
        "batch.",
        "你给每个样本的每一类各算了一个数：应先对类别求和，再对整批求平均。",
    )
    return number(answer)


def _require_right(
    found: float, labels: np.ndarray, logits: np.ndarray, teacher_logits: np.ndarray, temperature: float
) -> None:
    """With a share of 0: the cross-entropy with the right answer alone."""
    right, doubts = _right(labels, logits).mean(), _doubts(logits / temperature, teacher_logits / temperature).mean()
    squared, classes = temperature**2, logits.shape[1]
    sums = (
        "You add up over the batch; take the mean.",
        "你对整批求了和；应当求平均。",
    )
    said = "With a share of 0 only the cross-entropy with the right answer is left."
    said_zh = "share 为 0 时，只剩下与正确答案的交叉熵。"
    softened = (
        "Yours is softened: the temperature belongs to the teacher's part.",
        "你的是软化过的：温度只用在教师那部分。",
    )
    mistakes = (
        *(
            (
                each,
                "Yours is the teacher's part: `share` belongs to that one, and 1 - share to the right answer.",
                "你剩下的是教师那部分：`share` 是它的份额，正确答案占 1 - share。",
            )
            for each in (squared * doubts, doubts)
        ),
        *(
            (
                right + each,
                "In yours the teacher's part is still there: it is multiplied by `share`.",
                "你的结果里还有教师那部分：它要乘以 `share`。",
            )
            for each in (squared * doubts, doubts)
        ),
        (_right(labels, logits / temperature).mean(), *softened),
        (squared * _right(labels, logits / temperature).mean(), *softened),
        (
            squared * right,
            "Yours is multiplied by T²; this belongs to the teacher's part alone.",
            "你的结果乘上了 T²；T² 只属于教师那部分。",
        ),
        (
            _right(labels, teacher_logits).mean(),
            "Yours is made with the teacher's scores; it is the student who is to give the right answer.",
            "你用了教师的得分；要答对的是学生。",
        ),
        (right * len(labels), *sums),
        (
            right / classes,
            "You take a mean over the classes, too: it is a sum over them, and a mean over the batch alone.",
            "你对类别也求了平均：对类别应当求和，只对整批求平均。",
        ),
        (
            -right,
            "Yours has the other sign: a cross-entropy is minus the mean of the logarithms.",
            "你的符号反了：交叉熵是对数的平均再取负。",
        ),
        (
            right / np.log(2),
            "Yours is in bits; take the natural logarithm.",
            "你的单位是比特；应当用自然对数。",
        ),
        *(
            (
                each,
                "You take probabilities; a cross-entropy takes their logarithms.",
                "你用的是概率；交叉熵要用它的对数。",
            )
            for each in (
                -np.exp(-_right(labels, logits)).mean(),
                np.exp(-_right(labels, logits)).mean(),
                1 - np.exp(-_right(labels, logits)).mean(),
            )
        ),
        (
            -np.log(np.exp(-_right(labels, logits)).mean()),
            "You average the probabilities before the logarithm; take the logarithm of each first.",
            "你先对概率求了平均，再取对数；应当先各取对数。",
        ),
        (
            -logits[np.arange(len(labels)), labels].mean(),
            "You take the scores themselves; a softmax must turn them into probabilities, whose logarithm counts.",
            "你直接用了得分；要先用 softmax 变成概率，再取对数。",
        ),
        (
            -log_softmax(logits)[:, labels].mean(),
            "`[:, labels]` takes all labels for every example; `[np.arange(batch), labels]` takes each one's own.",
            "`[:, labels]` 给每个样本取了全部标签；`[np.arange(batch), labels]` 才是各取各的。",
        ),
        (
            -log_softmax(logits).mean(),
            "Yours is the mean over all classes; only the class of the label counts.",
            "你对所有类别求了平均；只有标签那一类算数。",
        ),
        (
            _right(labels, logits, axis=0).mean(),
            "Your softmax runs over the batch; each example shares out its probability over the classes, axis 1.",
            "你的 softmax 沿着批做了；应当让每个样本在各类别之间分配概率，也就是轴 1。",
        ),
        *(
            (
                _right(each.argmax(axis=1), logits).mean(),
                "You take the label from the scores; the right answers are given as `labels`.",
                "你从得分里取了标签；正确答案在 `labels` 里。",
            )
            for each in (teacher_logits, logits)
        ),
        *(
            (
                (right + each) / 2,
                "Yours is half of each part: use `share`.",
                "你各取了一半：应当用 `share`。",
            )
            for each in (squared * doubts, doubts)
        ),
        (
            0.0,
            "Nothing is left in yours: the right answer gets 1 - share.",
            "你的结果里什么也没有剩下：正确答案应占 1 - share。",
        ),
    )
    recognise(found, right, *((wrong, f"{said} {english}", said_zh + chinese) for wrong, english, chinese in mistakes))
    require_close(found, right, said, said_zh)


def _require_doubts(
    found: float, labels: np.ndarray, logits: np.ndarray, teacher_logits: np.ndarray, temperature: float
) -> None:
    """With a share of 1: the teacher's part alone."""
    squared, classes = temperature**2, logits.shape[1]
    soft, taught = logits / temperature, teacher_logits / temperature
    plain = _doubts(soft, taught).mean()
    entropy = _doubts(taught, taught).mean()
    right = _right(labels, logits).mean()
    said, said_zh = "With a share of 1 only the teacher's part is left.", "share 为 1 时，只剩下教师那部分。"
    divergence = (
        "Yours is the divergence, which is smaller by the teacher's own entropy. It has the same gradient, but formula "
        "(9) is the cross-entropy.",
        "你算的是散度，比交叉熵少了教师自己的熵。两者梯度相同，但公式 (9) 写的是交叉熵。",
    )
    student = (
        "The student's answer is not softened in yours: both are divided by the temperature.",
        "学生的回答你没有软化：两者都要除以温度。",
    )
    teacher = (
        "The teacher's answer is not softened in yours: both are divided by the temperature.",
        "教师的回答你没有软化：两者都要除以温度。",
    )
    neither = (
        "Neither answer is softened in yours: both are divided by the temperature.",
        "两边的回答你都没有软化：都要除以温度。",
    )
    multiplied = (
        "You multiply scores by the temperature; divide by it, so that the answers become softer.",
        "你把得分乘上了温度；应当除以它，回答才会变软。",
    )
    apart = np.exp(log_softmax(soft)) - np.exp(log_softmax(taught))
    pairs = (
        ((logits, taught), student),
        ((soft, teacher_logits), teacher),
        ((logits, teacher_logits), neither),
        ((logits * temperature, teacher_logits * temperature), multiplied),
        ((logits * temperature, taught), multiplied),
        ((soft, teacher_logits * temperature), multiplied),
    )
    mistakes = (
        (plain, "T² is forgotten: multiply by it.", "忘了乘 T²。"),
        (
            plain * temperature,
            "You multiply by T; multiply by T².",
            "你乘的是 T；应当乘 T²。",
        ),
        (
            plain / squared,
            "You divide by T²; multiply by it.",
            "你除以了 T²；应当乘上它。",
        ),
        *((factor * _doubts(*pair).mean(), *hint) for pair, hint in pairs for factor in (squared, 1.0)),
        (squared * (plain - entropy), *divergence),
        (plain - entropy, *divergence),
        *(
            (
                factor * (_doubts(taught, soft).mean() - less),
                "Teacher and student have changed places: the teacher's probabilities weigh the student's logarithms.",
                "教师和学生弄反了：应当用教师的概率，给学生的对数加权。",
            )
            for factor in (squared, 1.0)
            for less in (0.0, _doubts(soft, soft).mean())
        ),
        *(
            (
                factor * entropy,
                "Yours is the teacher's own entropy: the logarithms are the student's.",
                "你算的是教师自己的熵：对数应当取学生的。",
            )
            for factor in (squared, 1.0)
        ),
        *(
            (
                factor * each,
                "You take squares of differences; take a cross-entropy.",
                "你用的是差的平方；应当用交叉熵。",
            )
            for factor in (squared, 1.0)
            for each in (
                ((logits - teacher_logits) ** 2).mean(),
                ((soft - taught) ** 2).mean(),
                (apart**2).mean(),
                (apart**2).sum(axis=1).mean(),
            )
        ),
        *(
            (
                factor * _doubts(soft, taught, axis=0).mean(),
                "Your softmax runs over the batch; each example shares out its probability over the classes, axis 1.",
                "你的 softmax 沿着批做了；应当让每个样本在各类别之间分配概率，也就是轴 1。",
            )
            for factor in (squared, 1.0)
        ),
        *(
            (
                factor * plain * len(labels),
                "You add up over the batch; take the mean.",
                "你对整批求了和；应当求平均。",
            )
            for factor in (squared, 1.0)
        ),
        *(
            (
                factor * plain / classes,
                "You take a mean over the classes, too: it is a sum over them, and a mean over the batch alone.",
                "你对类别也求了平均：对类别应当求和，只对整批求平均。",
            )
            for factor in (squared, 1.0)
        ),
        *(
            (
                -factor * plain,
                "Yours has the other sign: a cross-entropy is minus the sum.",
                "你的符号反了：交叉熵是和再取负。",
            )
            for factor in (squared, 1.0)
        ),
        (
            squared * plain / np.log(2),
            "Yours is in bits; take the natural logarithm.",
            "你的单位是比特；应当用自然对数。",
        ),
        *(
            (
                -factor * (each * log_softmax(soft)).sum(axis=1).mean(),
                "The teacher's scores weigh in yours; a softmax must turn them into probabilities first.",
                "你用教师的得分加了权；要先用 softmax 把它们变成概率。",
            )
            for factor in (squared, 1.0)
            for each in (teacher_logits, taught)
        ),
        *(
            (
                factor * _right(taught.argmax(axis=1), soft).mean(),
                "You keep only the teacher's first choice; its doubts are what the student is to learn.",
                "你只保留了教师的首选；学生要学的，正是教师的迟疑。",
            )
            for factor in (squared, 1.0)
        ),
        *(
            (
                each + right,
                "In yours the right answer is still there: it is multiplied by 1 - share.",
                "你的结果里还有正确答案那部分：它要乘以 1 - share。",
            )
            for each in (squared * plain, plain)
        ),
        (
            right,
            "Yours is that of the right answer: `share` belongs to the teacher's part.",
            "你剩下的是正确答案那部分：`share` 是教师那部分的份额。",
        ),
        (
            0.0,
            "Nothing is left in yours: this part gets `share`.",
            "你的结果里什么也没有剩下：这一部分应占 `share`。",
        ),
    )
    recognise(
        found,
        squared * plain,
        *((wrong, f"{said} {english}", said_zh + chinese) for wrong, english, chinese in mistakes),
    )
    require_close(found, squared * plain, said, said_zh)


def _require_far_apart(learner: Learner) -> None:
    """Scores of 1,000 and more: of the student with the right answer, of the student with doubts, of the teacher."""
    far = np.array([[1000.0, 0.0, -1000.0], [-1000.0, -1003.0, -1001.0]])
    near = np.array([[0.5, 1.5, -0.5], [0.0, 0.7, 0.2]])
    labels = np.array([1, 2])
    for logits, teacher_logits, share, english, chinese in (
        (far, near, 0.0, "the right answer and scores of the student", "正确答案那部分，学生的得分"),
        (far, near, 1.0, "the teacher's part and scores of the student", "教师那部分，学生的得分"),
        (near, far, 1.0, "the teacher's part and scores of the teacher", "教师那部分，教师的得分"),
        (far, far, 0.5, "both parts and the scores of both", "两部分合起来，两边的得分"),
    ):
        case = labels, logits, teacher_logits, 1.0, share
        found, right = _a_number(learner, *case), _distillation(*case)
        should, yours = side_by_side(right, found)
        require(
            close(found, right),
            f"For {english} near 1,000 and -1,000 it should be {should}; yours is {yours}. exp(1000) overflows, and a "
            "probability as small as exp(-1000) is rounded to 0 before its logarithm is taken. The logarithm of a "
            "softmax needs neither: it is the score less the largest of its row, less the logarithm of the sum of the "
            "exponentials of these differences.",
            f"{chinese}接近 1,000 和 -1,000 时，应为 {should}；你得到 {yours}。exp(1000) 会溢出；像 exp(-1000) 这么小的"
            "概率，还没取对数就已舍入成 0。softmax 的对数两者都用不着：得分先减去本行的最大值，再减去这些差的指数之和"
            "的对数。",
        )
