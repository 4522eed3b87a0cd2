"""Proves that cleaning reads a page as the standard library's HTML parser does, keeps what carries meaning, removes
what nobody sees, and takes a time that grows with the text alone, however hostile the text is.
"""

from __future__ import annotations

import html
import random
import time
import unicodedata
from html.parser import HTMLParser

import pytest

from course_lib.preprocessing import clean

from .samples import random_text

INLINE = [
    "a",
    "abbr",
    "acronym",
    "b",
    "bdi",
    "bdo",
    "big",
    "cite",
    "code",
    "data",
    "del",
    "dfn",
    "em",
    "font",
    "i",
    "ins",
    "kbd",
    "mark",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "time",
    "tt",
    "u",
    "var",
    "wbr",
]
BLOCK = [
    "br",
    "p",
    "div",
    "li",
    "ul",
    "td",
    "tr",
    "table",
    "h1",
    "h6",
    "hr",
    "img",
    "blockquote",
    "article",
    "input",
    "sp",
]
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


class _Reader(HTMLParser):
    """What a page says, by the standard library's parser."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in {"script", "style"}
        self.said.append("" if tag in INLINE else " ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"script", "style"}
        self.said.append("" if tag in INLINE else " ")

    def handle_comment(self, data: str) -> None:
        self.said.append(" ")

    def handle_data(self, data: str) -> None:
        self.said.append("" if self._hidden else data)


ODDITIES = [
    '<a href="x.html" title="1 > 2">',
    "<a title='it\"s'>",
    "<font color=red>",
    "<!-- a <b> hidden --> ",
    "<script>if (a < b) c();</script>",
    "<style type='text/css'>p > b {}</style>",
    "<SCRIPT src='x'>\n</SCRIPT >",
    *["&amp;", "&lt;", "&gt;", "&eacute;", "&#233;", "&#x1F600;", "&nbsp;", "&hellip;", "&quot;"],
    *["film", "good", "x", "café", "中文", "😀", "!", "'", "1<2"],
    *[" ", " ", "\n", "<3 ", "< ", " > "],
]


def _random_page(seed: int) -> str:
    generator = random.Random(seed)
    parts = []
    for _ in range(generator.randrange(40)):
        tag = generator.choice(INLINE + BLOCK)
        tag = generator.choice([f"<{tag}>", f"</{tag}>", f"<{tag} />", f"<{tag.upper()}>", f"<{tag}\n id=x>"])
        parts.append(generator.choice([tag, generator.choice(ODDITIES)]))
    return "".join(parts)


def test_a_page_reads_as_the_standard_library_reads_it() -> None:
    for seed in range(300):
        page = _random_page(seed)
        reader = _Reader()
        reader.feed(page)
        reader.close()
        assert clean(page) == " ".join(unicodedata.normalize("NFC", "".join(reader.said)).split())


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("", ""),
        ("   \n\t ", ""),
        ("<br /><br />", ""),
        ("It was <b>good</b>.<br /><br />Really.", "It was good. Really."),
        ("I <3 it, 2 < 3 and 4 > 1 <<<", "I <3 it, 2 < 3 and 4 > 1 <<<"),
        ("<!DOCTYPE html><?xml version='1'?>x", "x"),
        ("<grin> and <sigh>", "and"),
        ("""<a title="x' y">z</a> <p '">w""", "z w"),
        ("a <!-- b --> c <!---> d <!--> e", "a c d e"),
        ("a<!-- b -->c", "a c"),
        ("a <!-- b <b>c</b>\nd", "a"),
        ("a<script>b\nb</script>c<script>d", "a c"),
        ("<scripture>stays</scripture>", "stays"),
        ("<style>p{}</style>x<STYLE>y</style>z", "x z"),
        ("<script>a</style>b</script>c", "c"),
        ("&lt;b&gt; is text", "<b> is text"),
        ("&amp;lt; once", "&lt; once"),
        ("AT&T, R&B, Q&A;", "AT&T, R&B, Q&A;"),
        ("caf&eacute; &#39;x&#39; &#X27; &copy 2001", "café 'x' ' © 2001"),
        ("&#0; &#xD800; &#1114112;", "\ufffd \ufffd \ufffd"),
        ("cafe\u0301", "café"),
        ("e\u200b\u0301", "é"),
        ("won\u00adder\u200bful\x07\ufeff", "wonderful"),
        ("a\u00a0b\u2028c\u3000d\x0be\x1ff", "a b c d e f"),
        ("don\x92t \x96 wait\x85 na\x97no", "don’t – wait… na—no"),
        ("\x81\x8d\x8f\x90\x9dx", "x"),
        ("left\u202eright\u2066x\u2069", "leftrightx"),
        ("a\ud800b\udfff", "ab"),
        ("a\x00b\x7fc\x1b", "abc"),
        ("👩‍🚀 ❤️ 🏳️‍🌈 🇨🇳 1️⃣ 👍🏽", "👩‍🚀 ❤️ 🏳️‍🌈 🇨🇳 1️⃣ 👍🏽"),
        (ENGLAND, ENGLAND),
        ("a\u200db ☺\u200d \U000e0041x a\ufe0f", "ab ☺ x a"),
        ("NOT Good!? naïve 2/10 don't", "NOT Good!? naïve 2/10 don't"),
        ("שלום <b>עולם</b>&rlm; سلام", "שלום עולם سلام"),
        ("很好！<br/>再看一次", "很好！ 再看一次"),
    ],
)
def test_what_is_kept_and_what_goes(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize("inline", INLINE)
def test_a_tag_inside_words_leaves_no_gap(inline: str) -> None:
    assert clean(f"un<{inline}>believ</{inline.upper()}>able") == "unbelievable"


@pytest.mark.parametrize("block", [*BLOCK, "bb", "ab", "xi", "spans", "unknown"])
def test_any_other_tag_leaves_one(block: str) -> None:
    assert clean(f"one<{block}>two</{block}>three") == "one two three"


def test_entities_become_what_the_standard_library_says() -> None:
    for seed in range(300):
        generator = random.Random(seed)
        pieces = [
            "&",
            "&amp",
            "&lt;",
            "&#",
            "&#x",
            "12",
            "ff;",
            ";",
            "&notit;",
            "&copy",
            "&eacute;",
            "x",
            "&#65",
            "&#x41;",
            "&nosuch;",
        ]
        text = "".join(generator.choice([*pieces, " "]) for _ in range(generator.randrange(12)))
        assert clean(text) == clean(html.unescape(text).replace("&", "&amp;"))


def test_a_number_too_long_for_any_character_is_no_character() -> None:
    assert clean("&#" + "1" * 5_000 + "; x") == "\ufffd x"
    assert clean("&#x" + "f" * 5_000 + "; x") == "\ufffd x"
    assert clean("&#" + "0" * 35 + "65;") == "A"


def test_nothing_invisible_and_no_needless_space_is_left_of_any_text() -> None:
    for seed in range(400):
        cleaned = clean(random_text(seed))
        assert cleaned == cleaned.strip() and "  " not in cleaned
        assert unicodedata.is_normalized("NFC", cleaned)
        for character in cleaned:
            joins = character == "\u200d" or "\U000e0020" <= character <= "\U000e007f"  # inside an emoji
            assert joins or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}, repr(character)
        assert cleaned.encode("utf-8").decode("utf-8") == cleaned


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (b"bytes", r"^text is bytes; decode it first: text.decode\('utf-8'\)$"),
        (bytearray(b"x"), r"^text is bytearray; decode it first: text.decode\('utf-8'\)$"),
        (None, r"^text is None of type NoneType; allowed: a str$"),
        (["a", "list"], r"^text is \['a', 'list'\] of type list; allowed: a str$"),
    ],
)
def test_what_is_no_text_is_named(given: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        clean(given)


@pytest.mark.parametrize(
    "pattern",
    [
        *[
            "<",
            "<<",
            "<a",
            "<a ",
            '<a "',
            "<a b='",
            '<a b="">',
            "</",
            "<!--",
            "<!-- --",
            "<script>",
            "<script",
            "</script",
        ],
        *[
            "&",
            "&#",
            "&#1",
            "&a",
            "&;",
            "\u200d",
            "😀\u200d",
            "👍🏽",
            "🇨",
            "\u0301",
            "\x00",
            "\ud800",
            " ",
            "\n",
            "\x97",
        ],
    ],
)
def test_no_pattern_repeated_a_hundred_thousand_times_is_slow(pattern: str) -> None:
    text = pattern * 100_000
    begun = time.process_time()
    clean(text)
    # One pass takes a few tenths of a second; work that grows with the square of the length would take minutes.
    assert time.process_time() - begun < 5


@pytest.mark.seconds
@pytest.mark.parametrize("character", ["a", "中", "😀", "<", "&", "\u00e9"])
def test_a_million_times_one_character_comes_out_whole(character: str) -> None:
    assert clean(character * 1_000_000) == character * 1_000_000
