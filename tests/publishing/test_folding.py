"""Proves that quizzes and predictions fold into HTML that nests rightly, and that what is inside stays Markdown."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from course_lib.publishing.folding import fold_prediction, fold_quiz, inline_html
from course_lib.publishing.lesson import Chapter


class Folds(HTMLParser):
    """Reads rendered HTML: what is outside every <details>, in each the summary and the rest; wrong nesting fails."""

    VOID = frozenset({"br", "hr", "img"})

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.outside = ""
        self.folds: list[dict[str, str]] = []
        self.tags_inside: list[set[str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "details":
            assert "details" not in self._open, "a fold inside a fold"
            assert not self._open, f"a fold inside {self._open}"
            self.folds.append({"summary": "", "inside": ""})
            self.tags_inside.append(set())
        elif "details" in self._open and "summary" not in self._open and tag != "summary":
            self.tags_inside[-1].add(tag)
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1] == tag, f"</{tag}> closes {self._open}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if "summary" in self._open:
            self.folds[-1]["summary"] += data
        elif "details" in self._open:
            self.folds[-1]["inside"] += data
        else:
            self.outside += data


def folds(markdown: str) -> Folds:
    """Render as GitHub, Lab and the site do: CommonMark with raw HTML."""
    return Folds(MarkdownIt("commonmark", {"html": True}).render(markdown))


def test_each_choice_folds_its_verdict_and_its_reason(chapter: Chapter):
    rendered = folds(fold_quiz(chapter.cell("quiz-share").texts["en"], "en"))
    assert rendered.outside.strip() == "What do all shares add up to?"
    assert [fold["summary"] for fold in rendered.folds] == [
        "N, the length & the len(text) <of> it",
        "1",
        "It depends",
    ]
    assert [fold["inside"].strip() for fold in rendered.folds] == [
        "✘ Not quite. That is what all counts add up to: $\\sum n_w = N$.",
        "✔ Right. Every word is some word, so nothing is left over.",
        "✘ Not quite. It does not.",
    ]


def test_the_chinese_quiz_has_chinese_verdicts_that_are_drawn_bold(chapter: Chapter):
    rendered = folds(fold_quiz(chapter.cell("quiz-share").texts["zh"], "zh"))
    insides = [fold["inside"].strip() for fold in rendered.folds]
    assert insides[0].startswith("✘ 不对。 那是所有次数之和")
    assert insides[1] == "✔ 对。 每个词总是某个词，所以不会剩下什么。", "no space where a Chinese line was broken"
    assert all("strong" in tags for tags in rendered.tags_inside)


def test_a_prediction_folds_its_explanation_and_keeps_lists_and_emphasis_in_it(chapter: Chapter):
    english = folds(fold_prediction(chapter.cell("predict-more").texts["en"], "en"))
    assert english.outside.strip() == "Before you run it. What happens to $p_w$ when every sentence is written twice?"
    assert english.folds[0]["summary"] == "Explanation"
    inside = " ".join(english.folds[0]["inside"].split())
    assert inside == "Nothing: $n_w$ and $N$ both double. The share is a ratio."
    assert {"ul", "li", "em"} <= english.tags_inside[0]
    assert "blockquote" not in english.tags_inside[0]
    chinese = folds(fold_prediction(chapter.cell("predict-more").texts["zh"], "zh"))
    assert chinese.folds[0]["summary"] == "展开解释"


def test_blank_lines_stand_around_what_is_inside_so_that_it_stays_markdown(chapter: Chapter):
    for text in (
        fold_quiz(chapter.cell("quiz-share").texts["en"], "en"),
        fold_prediction(chapter.cell("predict-more").texts["en"], "en"),
    ):
        lines = text.split("\n")
        for number, line in enumerate(lines):
            if line.startswith("<summary>"):
                assert lines[number - 1] == "<details>" and lines[number - 2] == "" and lines[number + 1] == ""
            if line == "</details>":
                assert lines[number - 1] == ""


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("*a* and **b**", "<em>a</em> and <strong>b</strong>"),
        ("`x < y` & z", "<code>x &lt; y</code> &amp; z"),
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("</summary></details>", "&lt;/summary&gt;&lt;/details&gt;"),
        ("`</summary>`", "<code>&lt;/summary&gt;</code>"),
        ('say "no"', "say &quot;no&quot;"),
        (r"2 \* 3 \* 4", "2 * 3 * 4"),
        ("[a](b)", "[a](b)"),
        ("⅓, ⅓, ⅓", "⅓, ⅓, ⅓"),
    ],
)
def test_a_summary_has_its_emphasis_and_code_as_html_and_all_else_escaped(markdown: str, html: str):
    assert inline_html(markdown) == html


def test_a_choice_ends_at_the_first_dash_and_its_reason_may_hold_others():
    rendered = folds(fold_quiz("Q?\n\n- [x] a — because — well — b\n- [ ] c — d", "en"))
    assert rendered.folds[0] == {"summary": "a", "inside": rendered.folds[0]["inside"]}
    assert rendered.folds[0]["inside"].strip() == "✔ Right. because — well — b"
