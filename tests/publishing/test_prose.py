"""Proves that a line broken between two Chinese characters goes on without a space, and that nothing else is joined."""

from __future__ import annotations

import pytest

from course_lib.publishing.prose import join_chinese_lines


@pytest.mark.parametrize(
    ("broken", "joined"),
    [
        ("先想一想，\n再运行。", "先想一想，再运行。"),
        ("他说“好”\n——然后走了。", "他说“好”——然后走了。"),
        ("- 第一项很长，\n  还没完\n- 第二项", "- 第一项很长，还没完\n- 第二项"),
        ("> 引用的话，\n> 分成两行。", "> 引用的话，分成两行。"),
        ("**粗体里\n也一样。**", "**粗体里也一样。**"),
        ("<details>\n<summary>说明</summary>\n\n一行，\n两行\n\n</details>",) * 2,
    ],
    ids=["sentence", "dash", "list", "quotation", "bold", "details"],
)
def test_a_break_between_two_chinese_characters_goes(broken: str, joined: str) -> None:
    expected = joined.replace("一行，\n两行", "一行，两行")
    assert join_chinese_lines(broken) == expected


@pytest.mark.parametrize(
    "text",
    [
        "# 标题\n正文",
        "第一段。\n\n第二段。",
        "用 NumPy\n来算",
        "错误在这里。**粗体。**\n下一行",
        "- 甲\n- 乙",
        "| 词 | 数 |\n|---|---|\n| 好 | 一 |\n| 坏 | 二 |",
        "```text\n第一行\n第二行\n```",
        "    第一行\n    第二行",
        "硬换行，  \n另起一行",
        "English lines\nare left as they are",
        "",
    ],
    ids=[
        "heading", "paragraphs", "latin", "bold", "items", "table", "fence", "indented", "hard break", "english", "",
    ],
)  # fmt: skip
def test_every_other_break_stays(text: str) -> None:
    assert join_chinese_lines(text) == text
