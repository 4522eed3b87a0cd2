"""Function words of Chinese, by their class: what the course's list of stop words is made of.

Written for this course, class by class, as grammars of modern Chinese order them; no list of others was taken over.
"""

from __future__ import annotations

CLASSES = {
    "particles": "的 地 得 了 着 过 吗 呢 吧 啊 呀 嘛 哦 哈 呗 啦 罢了 而已 似的 一样 等 等等 之 所 们",
    "pronouns": (
        "我 你 您 他 她 它 咱 自己 我们 你们 他们 她们 它们 咱们 大家 人家 别人 这 那 这个 "
        "那个 这些 那些 这样 那样 这么 那么 这里 那里 这儿 那儿 此 其 某 各 每 谁 什么 哪 "
        "哪个 哪里 哪儿 怎么 怎样 几 多少"
    ),
    "prepositions": (
        "在 从 自 自从 由 于 到 往 向 朝 对 对于 关于 至于 把 将 被 给 让 叫 跟 和 与 同 比 "
        "按 按照 根据 为 为了 以 用 通过 除了 沿着 随着 作为"
    ),
    "conjunctions": (
        "和 与 及 以及 或 或者 还是 而 而且 并 并且 且 但 但是 可是 然而 不过 因为 因此 所以 "
        "由于 如果 要是 假如 只要 只有 除非 无论 不管 虽然 尽管 即使 既 既然 于是 然后 那么 "
        "则 否则 从而 以便"
    ),
    "auxiliaries": "是 有 能 能够 可以 可能 会 要 应该 应当 必须 得 肯 敢 愿意",
    "adverbs of time and scope": (
        "就 才 又 再 还 也 都 已 已经 曾 曾经 正 正在 刚 刚刚 马上 便 只 仅 仅仅 一共 总共 另 另外 一直 一边 同时"
    ),
    "localisers": "上 下 里 外 中 内 前 后 之间 之前 之后 以前 以后 以上 以下 里面 外面 上面 下面",
    "numbers and measures": "一 两 个 些 种 次 位 件 条 张 只 点 一个 一些 一种 一下",
}

# They are function words, too; a verdict hangs on them.
NEGATIONS = "不 没 没有 未 非 无 别 莫 勿 不是 不会 不能 不要 并不 并非 从不 毫不 毫无 绝不"
# So does it on how much: what was only 有点 good, or 太 good, or 最 good.
DEGREES = "很 太 非常 十分 特别 尤其 极 极其 最 更 更加 比较 稍 稍微 有点 有些 相当 挺 真 多么 越 越来越 几乎 差点"
