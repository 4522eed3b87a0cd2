"""Constructions about people: what they are, how they are, where they are and live, and the weather there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

from course_lib.data.grammar.draft import Draft, ask, choose, tell
from course_lib.data.grammar.english import a, comparative
from course_lib.data.grammar.words import (
    ASKED,
    BROTHER,
    CITIES,
    COUNTRIES,
    GARDEN,
    HE,
    HOME,
    KITCHEN,
    MARY,
    PEOPLE,
    PLACES,
    PROFESSIONS,
    RELATIVES,
    ROOM,
    SHE,
    SISTER,
    THEY,
    TOM,
    VERBS,
    I,
)

_WORKERS = (HE, SHE, *RELATIVES, TOM, MARY)

_MOODS = {"tired": "累", "happy": "高兴", "busy": "忙", "sad": "难过"}

_NEEDS = {"tired": "累", "hungry": "饿", "thirsty": "渴", "cold": "冷"}

_TRAITS = {"tall": "高", "thin": "瘦", "busy": "忙", "clever": "聪明", "strong": "强壮"}

_WEATHER = {"cold": "冷", "hot": "热", "warm": "暖和"}

_LENGTHS = {
    "two months": "两个月",
    "a year": "一年",
    "three years": "三年",
    "five years": "五年",
    "ten years": "十年",
}

_AGES = {
    "six": "六",
    "eight": "八",
    "ten": "十",
    "twelve": "十二",
    "fifteen": "十五",
    "twenty": "二十",
    "thirty": "三十",
    "forty": "四十",
}

_TOURS = (*CITIES.values(), *COUNTRIES.values())


def profession() -> Iterator[Draft]:
    """My mother is an engineer. She is not a doctor. Is he a lawyer? He wants to be a painter. He used to be a cook."""
    for english, chinese in PROFESSIONS.items():
        one = a(english)
        for who in choose((I, *_WORKERS), 3, english):
            yield tell(("yes", english), f"{who.english} {who.be} {one}", f"{who.chinese}是{chinese}")
        for who in choose((I, *_WORKERS), 2, english, "not"):
            yield tell(("not", english), f"{who.english} {who.be} not {one}", f"{who.chinese}不是{chinese}")
        for who in choose((who for who in ASKED if who is not THEY), 2, english):
            yield ask(("ask", english), f"{who.be} {who.english} {one}", f"{who.chinese}是{chinese}吗")
        for who in choose((I, HE, SHE, SISTER, BROTHER, TOM, MARY), 2, english, "want"):
            wants = f"{who.english} {who.present(VERBS['want'])} to be {one}"
            yield tell(("want", english), wants, f"{who.chinese}想当{chinese}")
        for who in choose((I, *_WORKERS), 2, english, "used to"):
            yield tell(("used to", english), f"{who.english} used to be {one}", f"{who.chinese}以前是{chinese}")


def age() -> Iterator[Draft]:
    """My younger brother is ten years old. 我弟弟十岁。 How old is Tom? 汤姆多大？"""
    for english, chinese in _AGES.items():
        for who in choose((I, HE, SHE, SISTER, BROTHER, TOM, MARY), 3, english):
            yield tell((english,), f"{who.english} {who.be} {english} years old", f"{who.chinese}{chinese}岁")
            yield tell(
                ("next year", english),
                f"{who.english} will be {english} years old next year",
                f"{who.chinese}明年{chinese}岁",
            )
    for who in ASKED:
        yield ask(("how old", who.english), f"how old {who.be} {who.english}", f"{who.chinese}多大")


def mood() -> Iterator[Draft]:
    """I am very tired today. 我今天非常累。 Was he busy yesterday? 他昨天忙吗？ She is a little hungry. 她有点儿饿。"""
    for english, chinese in _MOODS.items():
        for who in choose(PEOPLE, 4, english):
            told = f"{who.english} {who.be} very {english} today"
            yield tell(("today", english), told, f"{who.chinese}今天非常{chinese}")
        for who in choose(PEOPLE, 4, english, "yesterday"):
            told = f"{who.english} {who.was} not {english} yesterday"
            yield tell(("not", english), told, f"{who.chinese}昨天不{chinese}")
        for who in choose(ASKED, 4, english):
            asked = f"{who.was} {who.english} {english} yesterday"
            yield ask(("was", english), asked, f"{who.chinese}昨天{chinese}吗")
    for english, chinese in _NEEDS.items():
        for who in choose(PEOPLE, 4, english, "little"):
            yield tell(
                ("little", english), f"{who.english} {who.be} a little {english}", f"{who.chinese}有点儿{chinese}"
            )
        for who in choose(ASKED, 4, english, "now"):
            yield ask(("now", english), f"{who.be} {who.english} {english}", f"{who.chinese}{chinese}吗")


def comparing_people() -> Iterator[Draft]:
    """My older sister is taller than me. 我姐姐比我高。 He is not as tall as her. 他没有她高。"""
    for english, chinese in _TRAITS.items():
        for who, other in choose(permutations((I, HE, SHE, *RELATIVES, TOM, MARY), 2), 14, english):
            more = f"{who.english} {who.be} {comparative(english)} than {other.object}"
            less = f"{who.english} {who.be} not as {english} as {other.object}"
            same = f"{who.english} {who.be} as {english} as {other.object}"
            words = english, who.english, other.english
            yield tell(("more", *words), more, f"{who.chinese}比{other.chinese}{chinese}")
            yield tell(("less", *words), less, f"{who.chinese}没有{other.chinese}{chinese}")
            yield tell(("same", *words), same, f"{who.chinese}跟{other.chinese}一样{chinese}")


def whereabouts() -> Iterator[Draft]:
    """My mother is in the kitchen. Is your father at home? Who is in the garden? 谁在花园里？"""
    indoors = ((place.at, place.chinese) for place in (*PLACES.values(), HOME, GARDEN, KITCHEN, ROOM))
    for english, chinese in indoors:
        for who in choose(PEOPLE, 3, english):
            yield tell(("yes", english), f"{who.english} {who.be} {english}", f"{who.chinese}在{chinese}")
        for who in choose(PEOPLE, 2, english, "not"):
            yield tell(("not", english), f"{who.english} {who.be} not {english}", f"{who.chinese}不在{chinese}")
        for who in choose(ASKED, 3, english):
            yield ask(("ask", english), f"{who.be} {who.english} {english}", f"{who.chinese}在{chinese}吗")
        yield ask(("who", english), f"who is {english}", f"谁在{chinese}")


def living() -> Iterator[Draft]:
    """She has lived in Beijing for three years. 她在北京住了三年了。 We live in Nanjing. 我们住在南京。"""
    for place in _TOURS:
        for length, chinese in _LENGTHS.items():
            for who in choose(PEOPLE, 2, place, length):
                english = f"{who.english} {who.have} lived {place.at} for {length}"
                yield tell((length, place.at), english, f"{who.chinese}在{place.chinese}住了{chinese}了")
        for who in choose(PEOPLE, 3, place):
            english = f"{who.english} {who.present(VERBS['live'])} {place.at}"
            yield tell(("live", place.at), english, f"{who.chinese}住在{place.chinese}")
        for who in choose(PEOPLE, 2, place, "work"):
            english = f"{who.english} {who.present(VERBS['work'])} {place.at}"
            yield tell(("work", place.at), english, f"{who.chinese}在{place.chinese}工作")
        for who in choose(PEOPLE, 2, place, "want"):
            english = f"{who.english} {who.do} not want to live {place.at}"
            yield tell(("want", place.at), english, f"{who.chinese}不想住在{place.chinese}")


def weather() -> Iterator[Draft]:
    """It is very cold in Beijing today. 北京今天非常冷。 Is it hot in Shanghai? It will be warm tomorrow."""
    for place, (english, chinese) in product(_TOURS, _WEATHER.items()):
        words = english, place.at
        yield tell(("today", *words), f"it is very {english} {place.at} today", f"{place.chinese}今天非常{chinese}")
        yield tell(("was", *words), f"it was {english} {place.at} yesterday", f"{place.chinese}昨天很{chinese}")
        yield tell(("will", *words), f"it will be {english} {place.at} tomorrow", f"{place.chinese}明天会很{chinese}")
        yield ask(("ask", *words), f"is it {english} {place.at} today", f"{place.chinese}今天{chinese}吗")
        colder = f"it is {comparative(english)} {place.at} today than yesterday"
        yield tell(("more", *words), colder, f"{place.chinese}今天比昨天{chinese}")


CONSTRUCTIONS = (
    profession,
    age,
    mood,
    comparing_people,
    whereabouts,
    living,
    weather,
)
