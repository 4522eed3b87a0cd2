"""One word for one thing: what a reader meets in Chinese keeps to the glossary, what he meets in English is plain.

`chapters/glossary.toml` fixes the terms, and with `avoid_zh` the other ways of saying them. Code between backticks,
formulas, addresses and lists of references are not looked at.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from course_lib.publishing.percent import RawCell, read_cells, read_text

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "chapters").glob("[0-9]*.py"))
SITE = ROOT / "course_lib" / "publishing" / "site"
DATA = ROOT / "course_lib" / "data"  # texts to learn from, not to be read
MOODLE = ROOT / "course_lib" / "classroom" / "tables.py"  # headings as Moodle writes them
TERMS = tomllib.loads((ROOT / "chapters" / "glossary.toml").read_text(encoding="utf-8"))
KEYS = {"en", "zh", "chapter", "explanation_en", "explanation_zh", "avoid_zh"}
MOST_WORDS = 40

# Names that have one spelling, beside the terms of the glossary.
NAMES = {
    "Bengio": ["本吉奥", "本希奥"],
    "Hinton": ["辛顿", "欣顿"],
    "β": [r"(?i)\bbeta\b"],
    "电影": ["影片"],
    "随机猜测": ["瞎猜"],
    "指标": ["尺子"],
    "逐张图相减": ["逐个数字相减"],
    "好评": ["正面评", "正面和负面"],
}

# Words that stand in the way of a reader whose English is not his mother's, each with what to write.
PLAIN = {
    r"(?:to|can|cannot|could|can\*\*) be had": "is missing, is available, reach",
    r"foret(?:ell|old)\w*": "predict",
    r"dear(?:er|est|ly)?": "costly",
    r"asked once": "used once",
    r"over-?fits?\b(?<=over-fit)|over-fits": "overfits",
}

CHINESE = re.compile(r"[\u3400-\u9fff]")
# What stands in code that has words in two languages, or Chinese, also as escapes; elsewhere there is nothing to look for.
IN_TWO = re.compile(r"\b(?:tr|label)\b")
IN_TWO_OR_CHINESE = re.compile(rf"{IN_TWO.pattern}|{CHINESE.pattern}|\\[uUN]")
HIDDEN = re.compile(r"`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$|\]\([^)]*\)|https?://\S+|\b(?:arXiv|doi):\S+", re.DOTALL)


@dataclass(frozen=True)
class Text:
    """Words that a reader meets, and for each of their characters the line on which it stands."""

    path: Path
    words: str
    lines: tuple[int, ...]
    references: bool = False

    def place(self, offset: int) -> str:
        return f"{self.path.relative_to(ROOT).as_posix()}:{self.lines[offset]}"


def text_of(path: Path, lines: list[str], first: int, *, references: bool = False) -> Text:
    """One text of several lines; where a line breaks between two Chinese characters it is as if it did not."""
    words, places = "", []
    for number, line in enumerate(lines, start=first):
        line = line.replace("*", "")  # emphasis may divide a term
        joined = words and line and CHINESE.match(words[-1]) and CHINESE.match(line[0])
        piece = line if joined or not words else "\n" + line
        words += piece
        places += [number] * len(piece)
    words = HIDDEN.sub(lambda hidden: re.sub(r"\S", " ", hidden[0]), words)
    return Text(path, words, tuple(places), references)


def prose(path: Path, language: str) -> Iterator[Text]:
    """The cells of a lesson's prose."""
    for cell in cells(path):
        if cell.prose and cell.metadata.get("lang") == language:
            references = cell.metadata.get("id") == "references"
            yield text_of(path, cell.body, cell.body_line, references=references)


def cells(path: Path) -> list[RawCell]:
    return read_cells(read_text(path, lambda *_: None), lambda *_: None)


def shown_by_code(path: Path, code: str, first: int, language: str) -> Iterator[Text]:
    """Words in code: what stands in Chinese, and both arguments of `tr` and `label`, which name a word twice."""
    if not (IN_TWO if language == "en" else IN_TWO_OR_CHINESE).search(code):
        return
    tree = ast.parse(code)
    said = {"en": set(), "zh": set()}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and re.fullmatch(r"tr|(?:\w+\.)?label", ast.unparse(call.func)):
            for spoken, argument in zip(("en", "zh"), call.args, strict=False):
                said[spoken] |= {id(node) for node in ast.walk(argument)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            in_chinese = id(node) in said["zh"] or (id(node) not in said["en"] and CHINESE.search(node.value))
            if in_chinese if language == "zh" else id(node) in said["en"]:
                yield spanning(path, node.value, first + node.lineno - 1)
    if language == "zh":
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.COMMENT and CHINESE.search(token.string):
                own = token.string.rpartition("  # ")[2]  # the English stands before it
                yield spanning(path, own, first + token.start[0] - 1)


def spanning(path: Path, words: str, line: int) -> Text:
    """A text that stands on one line of its file, or begins there."""
    words = words.replace("*", "")
    words = HIDDEN.sub(lambda hidden: re.sub(r"\S", " ", hidden[0]), words)
    return Text(path, words, (line,) * len(words))


def texts(language: str) -> Iterator[Text]:
    """All that a reader of one edition meets in the lessons."""
    for path in LESSONS:
        yield from prose(path, language)
        for cell in cells(path):
            if not cell.prose:
                yield from shown_by_code(path, cell.text, cell.body_line, language)


def chinese() -> Iterator[Text]:
    """All Chinese: of the lessons, of the library, of the site, of the glossary and of the README."""
    yield from texts("zh")
    for path in sorted((ROOT / "course_lib").rglob("*.py")):
        if not path.is_relative_to(DATA) and path != MOODLE:
            yield from shown_by_code(path, path.read_text(encoding="utf-8"), 1, "zh")
    for path in (
        ROOT / "README.md",
        ROOT / "chapters" / "glossary.toml",
        *sorted(SITE.glob("*.toml")),
        *sorted(SITE.rglob("*.html")),
    ):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if CHINESE.search(line) and not line.startswith(("avoid_zh", "zh = ")):
                yield spanning(path, line, number)


@cache
def avoided() -> list[tuple[str, re.Pattern[str]]]:
    """What to write, and what not to write in its place."""
    rules = [(row["zh"], row.get("avoid_zh", [])) for row in TERMS.values()] + list(NAMES.items())
    return [(term, re.compile(other)) for term, others in rules for other in others]


def variants(found_in: Text) -> list[str]:
    """Every place of a text at which another word stands for a term of the glossary."""
    found = []
    for term, other in avoided():
        for match in other.finditer(found_in.words):
            own = [place.span() for place in re.finditer(re.escape(term), found_in.words)]
            within = any(first <= match.start() and match.end() <= last for first, last in own)
            if not within and not (found_in.references and match[0].isascii()):
                found.append(f"{found_in.place(match.start())}: “{match[0]}”; write “{term}”")
    return found


def test_chinese_keeps_to_the_terms_of_the_glossary():
    found = [place for text in chinese() for place in variants(text)]
    assert not found, "\n" + "\n".join(found)


def test_english_is_plain():
    found = [
        f"{text.place(match.start())}: “{match[0]}”; better: {better}"
        for text in texts("en")
        for word, better in PLAIN.items()
        for match in re.finditer(rf"\b(?:{word})", text.words, re.IGNORECASE)
    ]
    assert not found, "\n" + "\n".join(found)


def sentences(words: str) -> Iterator[tuple[int, str]]:
    """The sentences of a text, each with the place of its first character; a colon, a semicolon, a row or a point ends one too."""
    for block in re.finditer(r"(?:(?!\n\s*\n|\n(?:[-#|>]|\d+\.) ).)+", words, re.DOTALL):
        if not block[0].lstrip().startswith("|"):
            start = 0
            for end in re.finditer(r"[.?!;:][*”\")_]*(?=\s)| — |\Z", block[0]):
                yield block.start() + start, block[0][start : end.end()]
                start = end.end()


def test_no_english_sentence_is_long():
    found = [
        f"{text.place(start)}: {length} words: {' '.join(sentence.split())[:80]} …"
        for path in LESSONS
        for text in prose(path, "en")
        if not text.references
        for start, sentence in sentences(text.words)
        if (length := len(re.findall(r"\w[\w’'.-]*", sentence))) > MOST_WORDS
    ]
    assert not found, "\n" + "\n".join(found)


def test_the_glossary_has_no_key_but_its_own_and_no_name_that_it_avoids_elsewhere():
    for key, row in TERMS.items():
        assert set(row) <= KEYS, key
        assert not variants(spanning(ROOT / "chapters" / "glossary.toml", row["zh"], 1)), key


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("先做随机丢弃，再求和", ["随机丢弃"]),
        ("**暂退法**（dropout）把一部分单元置零", []),
        ("加大 dropout", ["dropout"]),
        ("写成 `Dropout(0.5)`", []),
        ("本吉奥等人", ["本吉奥"]),
        ("分成四个小批次", ["批次"]),  # the term stands in its own variant
        ("分成四小批", []),
    ],
)
def test_a_variant_is_found_and_the_term_is_not(words: str, found: list[str]):
    said = variants(spanning(LESSONS[0], HIDDEN.sub(" ", words), 3))
    assert [re.search("“(.*?)”", line)[1] for line in said] == found
    assert all(line.startswith("chapters/01_preprocessing.py:3: ") for line in said)


def test_a_term_that_a_line_break_divides_is_found_on_its_line():
    text = text_of(LESSONS[0], ["先做随机", "丢弃，再求和"], 7)
    assert variants(text)[0].startswith("chapters/01_preprocessing.py:7: “随机丢弃”")


def test_sentences_end_where_a_reader_stops():
    words = "One two. Three?\n- four\n\nFive — six\n| seven | eight |"
    assert [sentence.strip(" —\n-") for _, sentence in sentences(words)] == [
        "One two.",
        "Three?",
        "four",
        "Five",
        "six",
    ]
