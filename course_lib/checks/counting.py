"""The check of an encoder's size, exercise 10.2: what stands outside the layers first, then one layer."""

from __future__ import annotations

from collections.abc import Sequence

from course_lib.checks.answers import later_case, number, require_new
from course_lib.checks.core import Learner, exercise, require
from course_lib.checks.mistakes import instead_of


def _tables(vocabulary: int, width: int, positions: int, segments: int) -> int:
    return (vocabulary + positions + segments) * width + 2 * width


def _layer(width: int, hidden: int) -> int:
    return 4 * (width * width + width) + 2 * width * hidden + hidden + width + 4 * width


def _count(
    vocabulary: int, width: int, layers: int, hidden: int, positions: int = 512, segments: int = 2
) -> tuple[float, float]:
    return _tables(vocabulary, width, positions, segments), layers * _layer(width, hidden)


def _told(weights: float) -> str:
    return f"{weights:,.12g}"


@exercise(
    "10.2",
    more=(
        "Write three small sums first: one table, one dense layer, one norm. A table has rows times width and nothing "
        "besides. A dense layer from n to m numbers has n times m, and a bias for each of the m that come out; between "
        "width and `hidden` there is one in each direction, so that their biases differ. A norm has a factor and a "
        "summand for each of the width. Which of these stand outside the layers, which are there once for every layer?",
        "先写出三个小算式：一张表、一个全连接层、一个归一化层各有多少。一张表只有行数乘宽度。"
        "从 n 个数到 m 个数的全连接层有 n 乘 m 个，"
        "再加 m 个输出各一个偏置；宽度与 `hidden` 之间来回各一层，所以两层的偏置个数不同。"
        "归一化层对宽度里的每一维有一个倍数、一个加数。"
        "哪些在各层之外，哪些每层都有？",
    ),
)
def count_weights(learner: Learner) -> None:
    """Catches: biases, norms or tables left out, poolers and heads, a layer counted once, sizes written as numbers."""

    def ask(*sizes: int) -> float:
        with instead_of(
            ["missing 1 required", "missing 2 required"],
            "Keep the first line as it is given, with positions=512 and segments=2: both may be left out in a call.",
            "函数的第一行请保持原样，带上 positions=512 和 segments=2：调用时这两个可以省略。",
        ):
            return number(learner(*sizes))

    vocabulary, width, hidden, positions, segments = 211, 12, 31, 17, 5
    one = ask(vocabulary, width, 1, hidden, positions, segments)
    with later_case(learner):
        two = ask(vocabulary, width, 2, hidden, positions, segments)
    if one == two:
        ask(97, 5, 1, 8, 9, 3)
        require_new(learner)
    require(
        one != two,
        "One layer or two, your count is the same: everything in a layer is there once for each of `layers`.",
        "一层还是两层，你数出来的都一样：层里的东西每层各有一份，要乘以 `layers`。",
    )
    layer, outside = two - one, 2 * one - two
    tables, inside = _tables(vocabulary, width, positions, segments), _layer(width, hidden)
    sizes = f"width {width} and hidden {hidden}"
    sizes_zh = f"width {width}、hidden {hidden}"
    require(
        layer != tables + inside,
        "Your tables are counted once for every layer; they stand before the layers, once.",
        "你把表也乘以了层数；表在各层之前，只有一份。",
    )
    require(
        layer != inside + 2 * width or outside != tables - 2 * width,
        "You count the norm behind the tables once for every layer; there is one.",
        "表后面的那个归一化层，你也乘以了层数；它只有一个。",
    )
    for less, english, chinese in _beside_the_layers(vocabulary, width, positions, segments):
        require(outside - tables != less or not less, english, chinese)
    shown = _told(tables), _told(outside)
    require(
        outside == tables,
        f"Outside the layers, with a vocabulary of {vocabulary}, width {width}, {positions} positions and {segments} "
        f"segments, there are {shown[0]} weights; in yours {shown[1]}.",
        f"词表 {vocabulary}、width {width}、位置 {positions} 个、片段 {segments} 种时，各层之外有 {shown[0]} 个权重；"
        f"你数出 {shown[1]} 个。",
    )
    for less, english, chinese in _in_a_layer(width, hidden):
        require(layer - inside != less or not less, f"With {sizes}: {english}", f"{sizes_zh} 时：{chinese}")
    shown = _told(inside), _told(layer)
    require(
        layer == inside,
        f"With {sizes} a layer has {shown[0]} weights; in yours {shown[1]}.",
        f"{sizes_zh} 时，一层有 {shown[0]} 个权重；你数出 {shown[1]} 个。",
    )
    for case in (
        (30_522, 768, 12, 3_072),  # BERT's own sizes
        (97, 5, 3, 8),
        (50_265, 768, 12, 3_072, 514, 1),
    ):
        with later_case(learner):
            right = sum(_count(*case))
            found = ask(*case)
            should, yours = _told(right), _told(found)
            require(
                found == right,
                f"With {', '.join(f'{size:,}' for size in case)} there are {should} weights; yours are {yours}.",
                f"参数为 {'、'.join(f'{size:,}' for size in case)} 时，应有 {should} 个权重；你数出 {yours} 个。",
            )


def _beside_the_layers(vocabulary: int, width: int, positions: int, segments: int) -> Sequence[tuple[int, str, str]]:
    """By how much the count outside the layers is wrong, and why."""
    dense = width * width + width
    pooler = (
        "Your encoder has a dense layer from width to width outside its layers: that is the pooler, and it does not "
        "count here.",
        "你的编码器在各层之外还有一个从宽度到宽度的全连接层：那是池化层，这里不算。",
    )
    head = (
        "You count a head that guesses tokens; what is asked for has no heads.",
        "你把猜词元的头也算进去了；这里不算任何头。",
    )
    return (
        (
            -2 * width,
            "The norm behind the tables is missing.",
            "少了表后面的那个归一化层。",
        ),
        (
            -width,
            "The norm behind the tables has two numbers for each of the width: a factor and a summand.",
            "表后面的归一化层，对宽度里的每一维有两个数：一个倍数、一个加数。",
        ),
        *(
            (
                -segments * width - more,
                "The table of segments is missing.",
                "少了片段的表。",
            )
            for more in (0, 2 * width)
        ),
        *(
            (
                -positions * width - more,
                "The table of positions is missing.",
                "少了位置的表。",
            )
            for more in (0, 2 * width)
        ),
        *(
            (
                -(positions + segments) * width - more,
                "There are three tables: tokens, positions, segments; yours is that of the tokens alone.",
                "一共有三张表：词元、位置、片段；你只算了词元的表。",
            )
            for more in (0, 2 * width)
        ),
        (
            (512 - positions) * width,
            f"You count 512 positions; here there are {positions}: use the argument.",
            f"你按 512 个位置算；这里是 {positions} 个：要用参数。",
        ),
        (
            (2 - segments) * width,
            f"You count 2 segments; here there are {segments}: use the argument.",
            f"你按 2 种片段算；这里是 {segments} 种：要用参数。",
        ),
        (
            (514 - positions - segments) * width,
            f"You count 512 positions and 2 segments; here there are {positions} and {segments}: use the arguments.",
            f"你按 512 个位置、2 种片段算；这里是 {positions} 个、{segments} 种：要用参数。",
        ),
        (
            2 * width,
            "You count two norms outside the layers; there is one, behind the tables.",
            "你在各层之外算了两个归一化层；只有一个，在表的后面。",
        ),
        (
            3 * width,
            "You count a bias for each table; a table has none.",
            "你给每张表算了偏置；表没有偏置。",
        ),
        (
            4 * width,
            "You count a norm for each table; there is one, behind their sum.",
            "你给每张表各算了一个归一化层；只有一个，在三者相加之后。",
        ),
        (
            vocabulary + positions + segments,
            "You count a bias for each row of the tables; a table has none.",
            "你给表的每一行算了偏置；表没有偏置。",
        ),
        (dense, *pooler),
        (width * width, *pooler),
        (vocabulary, *head),
        (vocabulary * width, *head),
        (vocabulary * width + vocabulary, *head),
        (dense + 2 * width + vocabulary, *head),
        (2 * dense + 2 * width + vocabulary, *head),
    )


def _in_a_layer(width: int, hidden: int) -> Sequence[tuple[int, str, str]]:
    """By how much the count of a layer is wrong, and why; what gives the same number has one hint."""
    dense, product = width * width + width, width * hidden
    three = (
        "a dense layer from width to width is missing in yours. There are four: query, key, value, and the one behind "
        "the heads.",
        "少了一个从宽度到宽度的全连接层。一共四个：查询、键、值，还有各个头之后的那一个。",
    )
    one_way = (
        "one of the two layers with `hidden` is missing in yours: one leads from width to hidden, one back.",
        "带 `hidden` 的两层，你只算了一层：一层从 width 到 hidden，一层再回来。",
    )
    return (
        (-dense, *three),
        (-width * width, *three),
        (
            -3 * dense,
            "you count one dense layer from width to width; there are four.",
            "从宽度到宽度的全连接层，你只算了一个；应有四个。",
        ),
        (-4 * dense, "the attention is missing in yours.", "少了注意力的部分。"),
        (
            dense,
            "you count five dense layers from width to width; there are four.",
            "从宽度到宽度的全连接层，你算了五个；应有四个。",
        ),
        (
            4 * dense,
            "you count two attentions in a layer, as a decoder has; an encoder has one.",
            "你在一层里算了两个注意力，那是解码器的做法；编码器只有一个。",
        ),
        (
            -4 * width,
            "4 times the width is missing in a layer of yours. That is what the biases of the four dense layers of the "
            "attention make, and as much as the two norms have: which of them did you leave out?",
            "你的一层少了 4 倍的宽度。注意力的四个全连接层的偏置正好这么多，两个归一化层也正好这么多：你漏了哪一样？",
        ),
        (
            -3 * width,
            "3 times the width is missing in a layer of yours: has each of the four dense layers its own bias? "
            "4 * n * n + n counts one.",
            "你的一层少了 3 倍的宽度：四个全连接层是不是各有自己的偏置？4 * n * n + n 只算了一个。",
        ),
        (
            -2 * width,
            "twice the width is missing in a layer of yours. There are two norms, each with two numbers for each of "
            "the width.",
            "你的一层少了 2 倍的宽度。归一化层有两个，每个对宽度里的每一维有两个数。",
        ),
        (
            -width,
            "the width is missing once in a layer of yours: has the dense layer that leads back from hidden its bias?",
            "你的一层少了一个宽度：从 hidden 回来的那个全连接层，有没有算偏置？",
        ),
        (
            -hidden,
            "the dense layer that leads from width to hidden has no bias in yours.",
            "从 width 到 hidden 的那个全连接层，你没有算偏置。",
        ),
        (
            -hidden - width,
            "the two dense layers with `hidden` have no biases in yours.",
            "带 `hidden` 的两个全连接层，你都没有算偏置。",
        ),
        (
            -hidden - 5 * width,
            "no dense layer has a bias in yours: one for each number that comes out.",
            "你的全连接层都没有偏置：每个输出的数各有一个。",
        ),
        (
            -hidden - 9 * width,
            "a layer of yours has neither biases nor norms.",
            "你的一层里既没有偏置，也没有归一化层。",
        ),
        (
            hidden - width,
            "both biases between width and hidden have `hidden` numbers in yours; the layer that leads back puts out "
            "the width.",
            "width 与 hidden 之间的两个偏置，你都按 `hidden` 算了；回来的那层输出的是宽度。",
        ),
        (
            width - hidden,
            "both biases between width and hidden have the width in yours; the first of the two layers puts out "
            "`hidden` numbers.",
            "width 与 hidden 之间的两个偏置，你都按宽度算了；第一层输出的是 `hidden` 个数。",
        ),
        (-product - width, *one_way),
        (-product - hidden, *one_way),
        (-product, *one_way),
        (
            -2 * product - hidden - width,
            "the two dense layers with `hidden` are missing in yours.",
            "少了带 `hidden` 的两个全连接层。",
        ),
        *(
            (
                2 * width * (instead - hidden) + instead - hidden,
                f"you count {instead} for `hidden`; use the argument, which need not be four times the width.",
                f"你把 `hidden` 算成了 {instead}；要用参数，它不一定是宽度的四倍。",
            )
            for instead in (4 * width, width, 3072)
        ),
        (
            2 * hidden,
            "you count a norm between the two layers with `hidden`; there are two norms, both of the width.",
            "你在带 `hidden` 的两层之间也算了归一化层；归一化层只有两个，都按宽度。",
        ),
        (
            2 * hidden - 2 * width,
            "one of your norms has the length of `hidden`; both have that of the width.",
            "你有一个归一化层按 `hidden` 算；两个都应按宽度算。",
        ),
        (
            2 * width,
            "twice the width is too much in a layer of yours: are there three norms?",
            "你的一层多了 2 倍的宽度：是不是算了三个归一化层？",
        ),
        (
            4 * width,
            "4 times the width is too much in a layer of yours: has each norm four numbers, as a batch normalisation "
            "has, or are there four norms?",
            "你的一层多了 4 倍的宽度：是不是像批归一化那样，每维算了四个数，或者算了四个归一化层？",
        ),
    )
