"""Proves that the phrases are right in both languages and the same everywhere, and that the test part leaks nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from course_lib.base.errors import DataCorrupt, UsageError
from course_lib.data import phrases, registry
from course_lib.data.grammar import CONSTRUCTIONS, drafts
from course_lib.data.grammar.english import Verb, a, comparative
from course_lib.data.grammar.words import NOUNS, PEOPLE, VERBS
from course_lib.data.pairs import Pairs
from course_lib.data.phrases import Phrase

PATH = Path(__file__).resolve().parents[2] / "datasets" / "phrases.tsv"


@pytest.fixture(scope="module")
def generated() -> list[Phrase]:
    return phrases.generate()


@pytest.fixture(scope="module")
def combinations() -> dict[str, tuple[str, ...]]:
    """The construction and the key words of each English sentence."""
    return {draft.english: (name, *draft.words) for name, draft in drafts()}


@pytest.fixture(scope="module")
def translations() -> dict[str, str]:
    """Every sentence of the grammar, chosen for the file or not."""
    return {draft.english: draft.chinese for _, draft in drafts()}


def _english_words(text: str) -> set[str]:
    return set(re.findall(r"[a-z']+", text.lower()))


def _sides(generated: list[Phrase], part: str) -> tuple[list[str], list[str]]:
    chosen = [phrase for phrase in generated if phrase.part == part]
    return [phrase.english for phrase in chosen], [phrase.chinese for phrase in chosen]


# --- the set ----------------------------------------------------------------------------------------------------------


def test_there_are_some_thousand_phrases_and_a_tenth_is_held_out(generated: list[Phrase]) -> None:
    assert 3000 <= len(generated) <= 6000
    share = sum(phrase.part == "test" for phrase in generated) / len(generated)
    assert 0.08 <= share <= 0.12
    assert {phrase.part for phrase in generated} == {"train", "test"}


def test_no_sentence_of_either_language_comes_twice(generated: list[Phrase]) -> None:
    assert len({phrase.english for phrase in generated}) == len(generated)
    assert len({phrase.chinese for phrase in generated}) == len(generated)


def test_no_combination_of_the_test_part_is_shown_in_training(
    generated: list[Phrase], combinations: dict[str, tuple[str, ...]]
) -> None:
    train, test = ({combinations[english] for english in _sides(generated, part)[0]} for part in ("train", "test"))
    assert len(test) > 250
    assert not train & test


def test_every_word_and_character_of_the_test_part_is_shown_in_training_six_times(generated: list[Phrase]) -> None:
    def counts(part: str) -> Counter[str]:
        english, chinese = _sides(generated, part)
        return Counter(word for one in english for word in _english_words(one)) + Counter(
            character for one in chinese for character in set(one)
        )

    train, test = counts("train"), counts("test")
    assert {word: train[word] for word in test if train[word] < 6} == {}


def test_every_construction_is_tested(generated: list[Phrase], combinations: dict[str, tuple[str, ...]]) -> None:
    sizes: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase in generated:
        sizes[combinations[phrase.english][0]][phrase.part] += 1
    assert set(sizes) == set(CONSTRUCTIONS)
    assert [name for name, parts in sizes.items() if parts["test"] < 1 or parts["train"] < 10] == []


def test_no_construction_drowns_the_others(generated: list[Phrase], combinations: dict[str, tuple[str, ...]]) -> None:
    sizes = Counter(combinations[phrase.english][0] for phrase in generated)
    assert max(sizes.values()) <= len(generated) / 40


def test_the_file_is_what_the_grammar_makes(generated: list[Phrase]) -> None:
    lines = PATH.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "english\tchinese\tpart"
    assert [tuple(line.split("\t")) for line in lines[1:]] == [tuple(phrase) for phrase in generated]


def test_another_process_with_another_hash_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    there = tmp_path / "there.tsv"
    program = "import sys; from course_lib.data import phrases; phrases.write(sys.argv[1])"
    environment = os.environ | {"PYTHONHASHSEED": "12345"}
    subprocess.run([sys.executable, "-c", program, str(there)], env=environment, cwd=PATH.parents[1], check=True)
    assert there.read_bytes() == PATH.read_bytes().replace(b"\r\n", b"\n")


# --- Chinese ----------------------------------------------------------------------------------------------------------


def test_chinese_is_written_in_chinese_characters_and_marks_alone(generated: list[Phrase]) -> None:
    wrong = [one.chinese for one in generated if not re.fullmatch(r"[\u4e00-\u9fff，]+[。？]", one.chinese)]
    assert wrong == []


def test_a_question_is_a_question_in_both_languages(generated: list[Phrase]) -> None:
    wrong = [one for one in generated if one.english.endswith("?") != one.chinese.endswith("？")]
    assert wrong == []
    asking = "吗|什么|哪|谁|几|多少|多长|多大|怎么"
    silent = [one for one in generated if one.chinese.endswith("？") and not re.search(asking, one.chinese)]
    assert silent == []


def test_every_counted_thing_has_its_own_measure_word(generated: list[Phrase]) -> None:
    measures = {noun.chinese: noun.measure for noun in NOUNS.values()}
    things = "|".join(sorted(measures, key=len, reverse=True))
    found = [
        (measure, thing, one.chinese)
        for one in generated
        for measure, thing in re.findall(rf"[一两三四五几](.)({things})(?![\u4e00-\u9fff])", one.chinese)
    ]
    assert len(found) > 300
    assert [each for each in found if each[0] != measures[each[1]]] == []


def test_two_things_are_两_and_never_二(generated: list[Phrase]) -> None:
    assert [
        one.chinese for one in generated if re.search("二[本张把只匹条个支顶件块辆棵朵份台座部首幅封]", one.chinese)
    ] == []
    assert sum("两" in one.chinese for one in generated) > 50


@pytest.mark.parametrize(
    ("what", "english", "chinese"),
    [
        ("the place before the verb", "They read books in the library yesterday.", "他们昨天在图书馆看书了。"),
        ("a length of time before the object", "He ran for ten minutes yesterday.", "他昨天跑了十分钟步。"),
        ("过 for what one has lived through", "Has Tom ever ridden a horse?", "汤姆骑过马吗？"),
        ("已经 and 了", "She has already eaten breakfast.", "她已经吃过早饭了。"),
        ("没 for what was not done", "I did not buy that map.", "我没买那张地图。"),
        ("没 before 有", "That book is not interesting.", "那本书没有意思。"),
        ("很 where English has nothing", "That book is interesting.", "那本书很有意思。"),
        ("a sentence that begins with the place", "There are three books on the table.", "桌子上有三本书。"),
        ("把", "Please put the book on the table.", "请把书放在桌子上。"),
        ("给 before the verb", "My father bought me a book.", "我爸爸给我买了一本书。"),
        ("a clause before its noun", "The person who is drinking tea is my younger brother.", "在喝茶的人是我弟弟。"),
        ("比", "This book is more interesting than that one.", "这本书比那本有意思。"),
        ("more before the verb", "He should drink more water.", "他应该多喝水。"),
        ("了 twice", "He has lived in Beijing for two months.", "他在北京住了两个月了。"),
        (
            "the reason first",
            "My mother did not go to school yesterday because she was too tired.",
            "我妈妈昨天因为太累没去学校。",
        ),
        ("如果 and 就", "If it rains tomorrow, Mary will stay at home.", "如果明天下雨，玛丽就待在家里。"),
        ("an aim without to", "Mary wants to go to the market to buy fish.", "玛丽想去市场买鱼。"),
        ("whose", "Whose umbrella is this?", "这是谁的雨伞？"),
    ],
)
def test_the_grammar_knows(translations: dict[str, str], what: str, english: str, chinese: str) -> None:
    assert translations[english] == chinese, what


# --- English ----------------------------------------------------------------------------------------------------------

_THIRD = r"(?:He|She|Tom|Mary|My (?:mother|father|older sister|younger brother))"
_ADVERB = r"(?:also |often |usually |sometimes |always |never )?"


def test_english_is_plain_sentences(generated: list[Phrase]) -> None:
    wrong = [one.english for one in generated if not re.fullmatch(r"[A-Z][A-Za-z', ]*[A-Za-z][.?]", one.english)]
    assert wrong == []
    assert [one.english for one in generated if "  " in one.english] == []


def test_the_article_follows_the_sound(generated: list[Phrase]) -> None:
    assert [one.english for one in generated if re.search(r"\b[Aa] [aeiou]", one.english)] == []
    wrong = [one.english for one in generated if re.search(r"\ban (?!hour)[^aeiou]", one.english)]
    assert wrong == []
    assert sum(" an " in one.english for one in generated) > 20


def test_a_third_person_takes_an_s_and_no_other_person_does(generated: list[Phrase]) -> None:
    bases = "|".join(sorted(verb.base for verb in VERBS.values() if verb.base != verb.past))
    thirds = "|".join(sorted(verb.third for verb in VERBS.values()))
    bare = [one.english for one in generated if re.match(rf"{_THIRD} {_ADVERB}({bases})\b", one.english)]
    assert bare == []
    marked = [
        one.english for one in generated if re.match(rf"(I|We|They|You) {_ADVERB}(all )?({thirds})\b", one.english)
    ]
    assert marked == []
    assert sum(bool(re.match(rf"{_THIRD} {_ADVERB}({thirds})\b", one.english)) for one in generated) > 200


def test_be_and_have_and_do_agree(generated: list[Phrase]) -> None:
    wrong = [
        one.english
        for one in generated
        if re.match(rf"{_THIRD} (am|are|were|have|do)\b", one.english)
        or re.match(r"(We|They|You) (am|is|was|has|does)\b", one.english)
        or re.match(r"I (are|is|were|has|does)\b", one.english)
        or re.match(
            rf"(Do|Are|Were|Have) {_THIRD.lower().replace('tom', 'Tom').replace('mary', 'Mary')}\b", one.english
        )
        or re.match(r"(Does|Is|Was|Has) (you|they|we)\b", one.english)
    ]
    assert wrong == []


def test_after_did_and_can_and_will_the_verb_is_bare(generated: list[Phrase]) -> None:
    changed = "|".join(
        sorted({form for verb in VERBS.values() for form in (verb.past, verb.third, verb.gerund) if form != verb.base})
    )
    wrong = [
        one.english
        for one in generated
        if re.search(rf"\b(did|does|do) not ({changed})\b|\b(can|cannot|will|should|to) ({changed})\b", one.english)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("base", "third"),
    [
        ("drink", "drinks"),
        ("watch", "watches"),
        ("wash", "washes"),
        ("go", "goes"),
        ("study", "studies"),
        ("play", "plays"),
    ],
)
def test_the_third_person_is_spelt(base: str, third: str) -> None:
    assert Verb(base, "", "", "").third == third


@pytest.mark.parametrize(
    ("noun", "with_article"),
    [
        ("book", "a book"),
        ("umbrella", "an umbrella"),
        ("hour", "an hour"),
        ("engineer", "an engineer"),
        ("house", "a house"),
    ],
)
def test_the_article_is_chosen(noun: str, with_article: str) -> None:
    assert a(noun) == with_article


@pytest.mark.parametrize(
    ("adjective", "compared"),
    [
        ("cheap", "cheaper"),
        ("big", "bigger"),
        ("thin", "thinner"),
        ("heavy", "heavier"),
        ("nice", "nicer"),
        ("expensive", "more expensive"),
    ],
)
def test_adjectives_are_compared(adjective: str, compared: str) -> None:
    assert comparative(adjective) == compared


def test_every_person_is_spoken_of(generated: list[Phrase]) -> None:
    for person in PEOPLE:
        assert sum(person.chinese in one.chinese for one in generated) > 100, person.english


# --- loading ----------------------------------------------------------------------------------------------------------


def test_a_part_is_loaded_whole_and_shuffled(generated: list[Phrase]) -> None:
    for part in ("train", "test"):
        loaded = phrases.load(part)
        english, chinese = _sides(generated, part)
        assert isinstance(loaded, Pairs)
        assert loaded.source == "sample"
        assert sorted(zip(loaded.english, loaded.chinese, strict=True)) == sorted(zip(english, chinese, strict=True))
        assert loaded.english != english


def test_the_seed_alone_decides_the_order() -> None:
    assert phrases.load("test", seed=3) == phrases.load("test", seed=3)
    assert phrases.load("test", seed=3).english != phrases.load("test", seed=4).english


def test_a_limit_takes_the_first_of_the_same_order() -> None:
    assert phrases.load("train", limit=5).english == phrases.load("train").english[:5]
    assert len(phrases.load("test", limit=1)) == 1


@pytest.mark.parametrize("part", ["Train", "validation", "", None])
def test_an_unknown_part_is_refused_with_the_parts_there_are(part: object) -> None:
    with pytest.raises(UsageError, match=r"part.*train, test"):
        phrases.load(part)


@pytest.mark.parametrize("limit", [0, -1, 1.5, "10", True, 10**6])
def test_a_senseless_limit_is_refused(limit: object) -> None:
    with pytest.raises(UsageError, match="limit"):
        phrases.load("train", limit=limit)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"english\tchinese\n",
        b"english\tchinese\tpart\nA cat.\t\xff\xfe\ttrain\n",
        "english\tchinese\tpart\nA cat.\t猫。\n".encode(),
        "english\tchinese\tpart\nA cat.\t猫。\tvalidation\n".encode(),
    ],
)
def test_a_damaged_file_is_named(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "phrases.tsv"
    damaged.write_bytes(content)
    monkeypatch.setattr(registry, "sample_path", lambda card: damaged)
    with pytest.raises(DataCorrupt, match=re.escape(str(damaged))):
        phrases.load()
