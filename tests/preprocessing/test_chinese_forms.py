"""Proves what normal forms, widths, scripts and Chinese numerals make of a text, and that the way back is the way there
wherever one is promised.
"""

from __future__ import annotations

import builtins
import random
import unicodedata

import pytest

import course_lib.preprocessing as prep
from course_lib.base.errors import EnvironmentProblem
from course_lib.data import stopwords
from course_lib.preprocessing import script

from .samples import random_text

# ── NFC and NFKC in `clean`


def test_one_form_keeps_apart_what_was_typed_apart_and_the_other_does_not() -> None:
    text = "ＡＢＣ１２３ ABC123 ① ½ 2⁵ ㎡ ﾊﾝｶｸ ，！？。、"
    assert prep.clean(text) == text == prep.clean(text, form="NFC")
    assert prep.clean(text, form="NFKC") == "ABC123 ABC123 1 1⁄2 25 m2 ハンカク ,!?。、"
    assert prep.clean("e\u0301", form="NFKC") == "é" and prep.clean("a\u3000b", form="NFKC") == "a b"
    # A letter between whose parts nothing visible stood is one in both forms; a sign's colour goes with the sign.
    assert prep.clean("e\u200b\u0301") == prep.clean("e\u200b\u0301", form="NFKC") == "é"
    assert prep.clean("™\ufe0f", form="NFKC") == "TM" and prep.clean("❤️👩‍🚀", form="NFKC") == "❤️👩‍🚀"


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_a_cleaned_text_is_in_its_form_and_cleaning_it_again_changes_nothing(form: str) -> None:
    for seed in range(300):
        text = random_text(seed).replace("<", "").replace("&", "").replace("＜", "").replace("＆", "")
        cleaned = prep.clean(text, form=form)
        assert unicodedata.is_normalized(form, cleaned), ascii(text)
        assert prep.clean(cleaned, form=form) == cleaned, ascii(text)


def test_the_compatible_form_of_the_usual_one_is_that_of_the_text_itself() -> None:
    for seed in range(300):
        text = "".join(random.Random(seed).choices("ＡＢ１２ab12é①㎡中文，！e\u0301ﬁカﾊﾞ", k=12))
        assert prep.clean(prep.clean(text), form="NFKC") == prep.clean(text, form="NFKC"), ascii(text)


@pytest.mark.parametrize("form", ["nfc", "NFD", None, 3])
def test_another_form_is_refused_by_name(form: object) -> None:
    with pytest.raises(ValueError, match=r"form is .*; allowed: 'NFC', 'NFKC'"):
        prep.clean("中", form=form)


# ── Half and full width


def test_what_has_a_wide_form_comes_back_from_it() -> None:
    ascii_text = "".join(map(chr, range(0x20, 0x7F)))
    wide = prep.full_width(ascii_text)
    assert len(wide) == len(ascii_text) and not set(wide) & set(ascii_text)
    assert prep.half_width(wide, punctuation=True) == ascii_text == unicodedata.normalize("NFKC", wide)
    assert prep.half_width(prep.half_width(wide)) == prep.half_width(wide)


def test_only_letters_and_digits_become_narrow_unless_marks_are_asked_for() -> None:
    assert prep.half_width("（ＡＢＣ，１２３！）　①㎡ｱ") == "（ABC，123！）　①㎡ｱ"
    assert prep.half_width("（１２％！）　。", punctuation=True) == "(12%!) 。"
    assert prep.half_width("") == prep.full_width("") == ""
    assert prep.half_width("\ud800中") == prep.full_width("\ud800中") == "\ud800中"


# ── Traditional and simplified


def test_scripts_are_opencc_s() -> None:
    assert prep.to_simplified("頭髮與發展，皇后在後面，乾隆喜歡乾燥") == "头发与发展，皇后在后面，乾隆喜欢干燥"
    assert prep.to_traditional("头发与发展，皇后在后面") == "頭髮與發展，皇后在後面"
    for text in ("", "abc 1!", "！。", "中", "かな", "\ud800"):
        assert prep.to_simplified(text) == text == prep.to_traditional(text)
    for function in (prep.to_simplified, prep.to_traditional, prep.half_width, prep.full_width, prep.read_number):
        with pytest.raises(TypeError, match="text is"):
            function(None)


def test_what_is_simplified_stays_and_comes_back() -> None:
    from course_lib.data import treebank

    for text in treebank.load("dev", sample="only").texts:
        assert prep.to_simplified(text) == text
        assert prep.to_simplified(prep.to_traditional(text)) == text


def test_without_opencc_there_is_a_word_of_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: object, **named: object) -> object:
        if name == "opencc":
            raise ImportError(name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    script._converter.cache_clear()
    with pytest.raises(EnvironmentProblem, match="pip install opencc-python-reimplemented"):
        prep.to_simplified("頭")


# ── Numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("零", 0), ("〇", 0), ("七", 7), ("十", 10), ("十二", 12), ("二十", 20), ("一百零五", 105), ("一百一十", 110),
        ("两百", 200), ("三千零五", 3005), ("二〇二六", 2026), ("一九九八", 1998), ("两万", 20_000), 
        ("十二万", 120_000),
        ("一万零一十", 10_010), ("二十万零三百", 200_300), ("一亿零五", 100_000_005), ("十四亿", 1_400_000_000),
        ("一千二百三十四万五千六百七十八", 12_345_678), ("九千九百九十九亿", 999_900_000_000),
    ],
)  # fmt: skip
def test_numerals_are_read(text: str, number: int) -> None:
    assert prep.read_number(text) == number


@pytest.mark.parametrize("seed", range(20))
def test_what_is_written_is_read_again(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(50):
        number = int("".join(chance.choice("00123456789") for _ in range(chance.randint(1, 12))))
        written = prep.write_number(number)
        assert prep.read_number(written) == number, written
        assert "零零" not in written and (number == 0 or written[-1] != "零"), written


@pytest.mark.parametrize(
    "text", ["", "多少", "三千五百年", "十十", "百千", "一万万", "三零百", "二百五十亿万", "12", "零五百", "三千五"]
)
def test_what_is_no_numeral_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="text is"):
        prep.read_number(text)


def test_a_number_out_of_range_is_named() -> None:
    for wrong in (-1, 10**12):
        with pytest.raises(ValueError, match="number is"):
            prep.write_number(wrong)
    with pytest.raises(TypeError, match="number is"):
        prep.write_number(1.5)


# ── Stop words


def test_negations_and_degrees_are_stop_words_only_when_asked_for() -> None:
    plain = stopwords.chinese()
    assert plain.source == "course" and {"的", "了", "我们", "因为"} <= plain and not {"不", "没", "并不", "很"} & plain
    assert stopwords.chinese(negations=True) - plain >= {"不", "没", "并不"}
    assert stopwords.chinese(degrees=True) - plain >= {"很", "太", "有点"}
    both = stopwords.chinese(negations=True, degrees=True)
    assert both == stopwords.chinese(negations=True) | stopwords.chinese(degrees=True)
    assert all(word.split() == [word] and len(word) <= 3 for word in both)
