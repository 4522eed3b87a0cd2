"""Constructions about what things are like and cost: describing, comparing and choosing them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from course_lib.data.grammar.draft import Draft, ask, choose, tell
from course_lib.data.grammar.english import comparative
from course_lib.data.grammar.words import (
    ASKED,
    PAST_TIMES,
    PEOPLE,
    QUALITIES,
    VERBS,
    nouns,
)

_DISPLEASING = ("expensive", "old", "small", "big", "heavy", "difficult", "long")


def price() -> Iterator[Draft]:
    """How much is this coat? 这件大衣多少钱？"""
    for noun in nouns("coat hat shirt book umbrella bag bicycle car camera computer watch table chair picture cup map"):
        for english, chinese in (("this", "这"), ("that", "那")):
            yield ask((noun.english, english), f"how much is {english} {noun.english}", f"{noun.this(chinese)}多少钱")


def quality() -> Iterator[Draft]:
    """This book is interesting. 这本书很有意思。 That coat is not expensive. Is this coat expensive?"""
    for one in QUALITIES:
        for noun in one.of:
            words = one.english, noun.english
            english, chinese = choose((("this", "这"), ("that", "那")), 1, words)[0]
            thing = f"{english} {noun.english}"
            yield tell(("yes", *words), f"{thing} is {one.english}", f"{noun.this(chinese)}很{one.chinese}")
            # 有意思 begins with 有, and what begins with 有 is denied by 没.
            no = "没" if one.chinese.startswith("有") else "不"
            yield tell(("not", *words), f"{thing} is not {one.english}", f"{noun.this(chinese)}{no}{one.chinese}")
            yield ask(("ask", *words), f"is {thing} {one.english}", f"{noun.this(chinese)}{one.chinese}吗")
            these, them = choose((("these", "这些"), ("those", "那些")), 1, words)[0]
            plural = f"{these} {noun.plural} are very {one.english}"
            yield tell(("very", *words), plural, f"{them}{noun.chinese}非常{one.chinese}")


def too_much() -> Iterator[Draft]:
    """This coat is too expensive. 这件大衣太贵了。 That bag is a little heavy. 那个包有点儿重。"""
    for one in QUALITIES:
        for noun in one.of if one.english in _DISPLEASING else ():
            words = one.english, noun.english
            yield tell(("too", *words), f"this {noun.english} is too {one.english}", f"{noun.this()}太{one.chinese}了")
            english = f"that {noun.english} is a little {one.english}"
            yield tell(("little", *words), english, f"{noun.this('那')}有点儿{one.chinese}")


def comparison() -> Iterator[Draft]:
    """This book is cheaper than that one. 这本书比那本便宜。 This room is as big as that one. 这个房间跟那个一样大。"""
    for one in QUALITIES:
        for noun in one.of:
            if noun.english == "child":
                continue
            words = one.english, noun.english
            this, that, more = noun.this(), f"那{noun.measure}", comparative(one.english)
            thing = f"this {noun.english} is"
            yield tell(("more", *words), f"{thing} {more} than that one", f"{this}比{that}{one.chinese}")
            yield tell(("much", *words), f"{thing} much {more} than that one", f"{this}比{that}{one.chinese}得多")
            yield tell(("as", *words), f"{thing} as {one.english} as that one", f"{this}跟{that}一样{one.chinese}")
            english = f"{thing} not as {one.english} as that one"
            yield tell(("less", *words), english, f"{this}没有{that}{one.chinese}")


def the_one_that() -> Iterator[Draft]:
    """The book that I bought yesterday is interesting. 我昨天买的书很有意思。"""
    kinds = (
        ("buy", "买", "book umbrella coat hat shirt watch bicycle computer camera apple orange flower bag chair"),
        ("borrow", "借", "book bicycle camera umbrella"),
        ("draw", "画", "picture"),
        ("see", "看", "film"),
        ("write", "写", "letter song"),
    )
    for verb, chinese, names in kinds:
        for noun, one in product(nouns(names), QUALITIES):
            if noun not in one.of:
                continue
            for who, time in choose(product(PEOPLE, PAST_TIMES), 1, verb, noun, one.english):
                yield tell(
                    (verb, noun.english, one.english),
                    f"the {noun.english} that {who.english} {VERBS[verb].past} {time} is very {one.english}",
                    f"{who.chinese}{PAST_TIMES[time]}{chinese}的{noun.chinese}非常{one.chinese}",
                )


def opinion() -> Iterator[Draft]:
    """My father thinks that this book is interesting. 我爸爸觉得这本书很有意思。"""
    for one in QUALITIES:
        for noun in one.of:
            for who in choose(PEOPLE, 1, one.english, noun):
                english = f"{who.english} {who.present(VERBS['think'])} that this {noun.english} is very {one.english}"
                yield tell((one.english, noun.english), english, f"{who.chinese}觉得{noun.this()}非常{one.chinese}")


def choice() -> Iterator[Draft]:
    """Which picture do you like? 你喜欢哪幅画？ I like this picture very much. 我很喜欢这幅画。"""
    for noun in nouns("picture book film song hat coat shirt house garden room photo flower bag cup watch"):
        for who in choose(ASKED, 2, noun):
            english = f"which {noun.english} {who.do} {who.english} like"
            yield ask(("which", noun.english), english, f"{who.chinese}喜欢{noun.this('哪')}")
        for who in choose(PEOPLE, 2, noun):
            english = f"{who.english} {who.present(VERBS['like'])} this {noun.english} very much"
            yield tell(("this", noun.english), english, f"{who.chinese}很喜欢{noun.this()}")


CONSTRUCTIONS = (
    price,
    quality,
    too_much,
    comparison,
    the_one_that,
    opinion,
    choice,
)
