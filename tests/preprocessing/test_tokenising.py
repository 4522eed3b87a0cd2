"""Proves that tokens are those of a tokeniser written letter by letter, of scikit-learn where the rules agree, and of
Unicode where emoji are concerned; that stems are NLTK's; and that no text is too strange or too long.
"""

from __future__ import annotations

import random
import time
import unicodedata
from itertools import pairwise

import pytest
import regex
from nltk.stem.porter import PorterStemmer
from sklearn.feature_extraction.text import CountVectorizer

from course_lib.preprocessing import clean, n_grams, remove_stop_words, stem, tokenize

from .samples import film_reviews, random_text


def _is_cjk(character: str) -> bool:
    name = unicodedata.name(character, "")
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return unicodedata.category(character).startswith("L")
    return name.startswith(("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC ITERATION"))


def _letter_by_letter(text: str) -> list[str]:
    """The rules of `tokenize` for a text without emoji, one character after the other."""
    same = {"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "＇": "'", "！": "!", "？": "?", "_": " "}
    text = "".join(same.get(character, character) for character in text.lower()) + "  "
    tokens, word = [], ""
    for character, after in pairwise(text):
        belongs = (
            character.isalnum()
            or (word and unicodedata.category(character).startswith("M"))
            or (word and character == "'" and after.isalnum() and not _is_cjk(after))
            or (word and character in ".," and word[-1].isdecimal() and after.isdecimal())
        )
        if belongs and not _is_cjk(character):
            word += character
            continue
        tokens.append(word)
        word = ""
        if _is_cjk(character) or character in "!?":
            tokens.append(character)
    return [token for token in tokens if token]


def test_reviews_are_tokenised_as_letter_by_letter() -> None:
    for text in film_reviews():
        without_emoji = regex.sub(r"[\p{So}\ufe0f\u200d\p{Emoji_Modifier}]", " ", text)
        assert tokenize(without_emoji) == _letter_by_letter(without_emoji)


def test_random_texts_are_tokenised_as_letter_by_letter() -> None:
    for seed in range(500):
        generator = random.Random(seed)
        pieces = [
            *"abcXYZabcXYZ",
            *"012345''’`´ʼ‘＇-_/..,,!?！？…;:()&<>#*",
            "é",
            "İ",
            "ΑΣ",
            *"中文々のカー・",
            "한글",
            "كَ",
            "הָ",
        ]
        pieces += [
            "हिन्दी",
            "ไทย",
            "２",
            "٣",
            "²",
            " ",
            " ",
            "\n",
            "e\u0301",
            "\u0301",
            "\x00",
            "\u200b",
            "\ud800",
            "\U00020000",
        ]
        text = "".join(generator.choice(pieces) for _ in range(generator.randrange(40)))
        assert tokenize(text) == _letter_by_letter(text)


def test_a_text_is_tokenised_alike_whatever_stands_beside_it() -> None:
    for seed in range(300):
        text = "".join(piece for piece in random_text(seed, 200) if piece.isascii())
        assert tokenize(f"{text} é") == [*tokenize(text), "é"]  # a letter beyond ASCII takes the other way


def test_plain_words_are_those_of_scikit_learn() -> None:
    words = CountVectorizer(token_pattern=r"(?u)\b\w+\b").build_analyzer()
    for text in film_reviews():
        plain = regex.sub(r"[^A-Za-zé ]", " ", text)
        assert tokenize(plain) == words(plain)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("...", []),
        ("Don't DON’T don`t don´t", ["don't"] * 4),
        ("'quoted' rock 'n' roll, the actors' film's", ["quoted", "rock", "n", "roll", "the", "actors", "film's"]),
        ("a''b a' 'b o'clock's", ["a", "b", "a", "b", "o'clock's"]),
        ("well-made and/or state_of_the_art", ["well", "made", "and", "or", "state", "of", "the", "art"]),
        ("8.5/10, 1,000,000 in 1999.", ["8.5", "10", "1,000,000", "in", "1999"]),
        ("3.x v2.0 .5 5. 1.,2", ["3", "x", "v2.0", "5", "5", "1", "2"]),
        ("What?! No!!!", ["what", "?", "!", "no", "!", "!", "!"]),
        ("这部电影很good！真的？", [*"这部电影很", "good", "!", *"真的", "?"]),
        ("映画はカッコいい", list("映画はカッコいい")),
        ("한국 영화", ["한국", "영화"]),
        ("हिन्दी फ़िल्म สวัสดี", ["हिन्दी", "फ़िल्म", "สวัสดี"]),
        ("سلام عليكم שָׁלוֹם", ["سلام", "عليكم", "שָׁלוֹם"]),
        ("Straße ÇA İstanbul ΟΔΟΣ", ["straße", "ça", "i̇stanbul", "οδος"]),
        ("I❤️it😀😀👍🏽", ["i", "❤️", "it", "😀", "😀", "👍🏽"]),
        ("👨‍👩‍👧🇨🇳🇬🇧1️⃣#️⃣*️⃣", ["👨‍👩‍👧", "🇨🇳", "🇬🇧", "1️⃣", "#️⃣", "*️⃣"]),
        ("🏴‍☠️ ♥ ★★ ©️ ™️ © ↔️ ↔", ["🏴‍☠️", "♥", "★", "★", "©️", "™️", "↔️"]),
        ("\x00a\ud800b\u200bc", ["a", "b", "c"]),
        ("<b>x</b> &amp;", ["b", "x", "b", "amp"]),
    ],
)
def test_the_rules_of_tokenising(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


PICTURES = regex.findall(r"\p{Emoji_Presentation}", "".join(map(chr, range(0x203C, 0x1FB00))))
PICTURES = [picture for picture in PICTURES if not regex.match(r"[\p{Regional_Indicator}\p{Emoji_Modifier}]", picture)]
SEQUENCES = [
    "❤️", "☺️", "☎️", "⁉️", "‼️", "™️", "©️", "®️", "ℹ️", "↩️", "⌨️", "⏏️", "▶️", "◼️", "〰️", "〽️",
    "㊗️", "㊙️", "⤴️", "⬅️", "⭕", "👍🏿", "☝🏽", "👩🏽‍🚀", "🧑‍🤝‍🧑", "👩‍❤️‍💋‍👨", "👁️‍🗨️", "🏳️‍⚧️", "🐻‍❄️",
    "🐦‍⬛", "🙂‍↔️", "🏃🏽‍♀️‍➡️", "⛹🏻‍♂️", "🇩🇪", "🇨🇳", "3️⃣", "#️⃣", "*️⃣",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # the flag of England
]  # fmt: skip


@pytest.mark.parametrize("picture", SEQUENCES)
def test_an_emoji_of_many_characters_is_one_token_and_survives_cleaning(picture: str) -> None:
    assert tokenize(f"so {picture} good") == ["so", picture, "good"]
    assert clean(f"so {picture} good") == f"so {picture} good"


def test_every_emoji_that_unicode_knows_is_one_token() -> None:
    assert len(PICTURES) > 1_000
    assert [picture for picture in PICTURES if tokenize(f"a{picture}b") != ["a", picture, "b"]] == []


def test_emoji_side_by_side_part_where_unicode_parts_them() -> None:
    for seed in range(100):
        generator = random.Random(seed)
        row = "".join(generator.choice(SEQUENCES + generator.sample(PICTURES, 40)) for _ in range(12))
        assert tokenize(row) == regex.findall(r"\X", row)  # \X is one character as a reader sees it
        assert clean(row) == row


def test_no_token_is_empty_or_holds_a_space_or_changes_when_it_is_tokenised_again() -> None:
    for seed in range(400):
        tokens = tokenize(clean(random_text(seed)))
        assert all(token and not regex.search(r"\s", token) for token in tokens)
        assert tokenize(" ".join(tokens)) == tokens


@pytest.mark.parametrize(
    "pattern",
    [
        "'",
        "a'",
        "''",
        "1.",
        "1,",
        "1.a",
        ".",
        "!",
        "\u200d",
        "😀\u200d",
        "🇨",
        "\u0301",
        "a\u0301",
        "中",
        " ",
        "a ",
        "_",
        "<",
    ],
)
def test_no_pattern_repeated_a_hundred_thousand_times_is_slow(pattern: str) -> None:
    text = pattern * 100_000
    begun = time.process_time()
    tokenize(text)
    # One pass takes a few tenths of a second; work that grows with the square of the length would take minutes.
    assert time.process_time() - begun < 5


@pytest.mark.slow
@pytest.mark.parametrize(("character", "tokens"), [("a", 1), ("中", 1_000_000), ("😀", 1_000_000), (" ", 0), ("'", 0)])
def test_a_million_times_one_character_is_read_to_its_end(character: str, tokens: int) -> None:
    assert len(tokenize(character * 1_000_000)) == tokens


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (b"bytes", r"^text is bytes; decode it first: text.decode\('utf-8'\)$"),
        (5, r"^text is 5 of type int; allowed: a str$"),
    ],
)
def test_what_is_no_text_is_named(given: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        tokenize(given)


def test_stop_words_go_save_those_to_keep() -> None:
    tokens = ["this", "was", "not", "a", "good", "film", "not"]
    assert remove_stop_words(tokens, {"this", "was", "not", "a"}) == ["good", "film"]
    assert remove_stop_words(tokens, ["this", "was", "not", "a"], keep={"not"}) == ["not", "good", "film", "not"]
    assert remove_stop_words(tokens, frozenset(), keep={"not"}) == tokens
    assert remove_stop_words([], {"a"}) == []
    assert tokens == ["this", "was", "not", "a", "good", "film", "not"]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [(("the film", {"the"}), "tokens"), ((["the"], "the"), "stop_words"), ((["the"], {"the"}, "not"), "keep")],
)
def test_a_text_in_place_of_words_is_named(arguments: tuple, name: str) -> None:
    with pytest.raises(
        TypeError, match=rf"^{name} is one str, 'the.*|{name} is one str, 'not'; allowed: a list of words$"
    ):
        remove_stop_words(*arguments)


def test_stems_are_those_of_nltk() -> None:
    tokens = [token for text in film_reviews()[:60] for token in tokenize(text)]
    tokens += ["loving", "中", "😀", "don't", "8.5", ""]
    stemmer = PorterStemmer()
    assert stem(tokens) == [stemmer.stem(token) for token in tokens]
    assert stem(["loved", "loving", "loves"]) == ["love"] * 3
    assert stem([]) == []
    with pytest.raises(TypeError, match=r"^tokens is one str, 'loved'; allowed: a list of words$"):
        stem("loved")


def test_n_grams_are_all_neighbours() -> None:
    tokens = ["not", "so", "very", "good"]
    assert n_grams(tokens, 1) == tokens
    assert n_grams(tokens, 2) == ["not so", "so very", "very good"]
    assert n_grams(tokens, 4) == ["not so very good"]
    assert n_grams(tokens, 5) == n_grams([], 1) == []


@pytest.mark.parametrize("n", [1, 2, 3])
def test_n_grams_are_those_of_scikit_learn(n: int) -> None:
    analyze = CountVectorizer(ngram_range=(n, n), token_pattern=r"(?u)\b\w+\b").build_analyzer()
    for text in film_reviews()[:50]:
        plain = regex.sub(r"[^A-Za-z ]", " ", text)
        assert n_grams(tokenize(plain), n) == analyze(plain)


def test_n_grams_name_what_is_wrong() -> None:
    with pytest.raises(ValueError, match=r"^n is 0; allowed: 1 or more$"):
        n_grams(["a"], 0)
    with pytest.raises(TypeError, match=r"^n is 1.5 of type float; allowed: a whole number$"):
        n_grams(["a"], 1.5)
    with pytest.raises(TypeError, match=r"^n is True of type bool; allowed: a whole number$"):
        n_grams(["a"], True)
    with pytest.raises(TypeError, match=r"^tokens is one str, 'a b'; allowed: a list of words$"):
        n_grams("a b", 2)
