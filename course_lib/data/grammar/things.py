"""Constructions about things: counting, having, finding, giving and placing them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from course_lib.data.grammar.draft import Draft, ask, choose, tell
from course_lib.data.grammar.english import Person, a
from course_lib.data.grammar.words import (
    ASKED,
    BROTHER,
    FATHER,
    HE,
    MOTHER,
    PAST_TIMES,
    PEOPLE,
    SHE,
    SISTER,
    SPOTS,
    TEACHER,
    THEY,
    TOM,
    VERBS,
    WE,
    YOU,
    I,
    nouns,
)

# What was done to things: the Chinese verb already carries its 了; "not" is the verb after 没.
_DEEDS = (
    (
        "buy",
        "买了",
        "买",
        "book map ticket umbrella apple orange egg cup hat shirt coat watch bicycle computer camera flower bread",
    ),
    ("sell", "卖了", "卖", "bicycle car house horse picture computer"),
    ("find", "找到了", "找到", "key pen ticket map photo letter umbrella"),
    ("lose", "弄丢了", "弄丢", "key umbrella pen hat ticket camera bag watch"),
    ("see", "看见了", "看见", "cat dog bird horse fish tree house"),
    ("draw", "画了", "画", "cat dog horse bird flower tree house map"),
    ("borrow", "借了", "借", "book umbrella camera bicycle pen chair"),
    ("receive", "收到了", "收到", "letter book photo ticket"),
    ("eat", "吃了", "吃", "apple orange egg noodles rice bread"),
    ("drink", "喝了", "喝", "tea coffee milk water"),
    ("write", "写了", "写", "letter song book"),
    ("break", "打碎了", "打碎", "cup egg"),
    ("plant", "种了", "种", "tree flower"),
)

_SMALL = "book map ticket photo key pen letter hat camera watch newspaper umbrella"

_PLACED = {
    "on the table": _SMALL + " apple egg cup flower knife computer",
    "on the chair": "hat coat shirt book bag newspaper umbrella",
    "on the bed": "shirt coat book cat newspaper bag",
    "under the bed": "box cat dog bag".replace("box ", ""),
    "under the table": "cat dog bag umbrella chair",
    "in the bag": "book map ticket key pen letter camera apple orange umbrella",
    "in the box": "photo letter cup egg orange hat book pen",
    "in the car": "bag coat umbrella map dog camera",
    "in the room": "table chair computer cat child",
    "in the kitchen": "table chair cup egg knife orange",
    "in the garden": "cat dog bird tree flower horse chair child",
    "behind the door": "umbrella bag cat chair",
    "under the tree": "bicycle dog cat table child",
    "in front of the house": "car bicycle tree dog flower",
    "behind the house": "garden car tree horse bicycle",
    "by the river": "house tree horse bird bicycle",
    "next to the window": "table chair computer flower bag",
}

_OWNED = "umbrella key book bag hat coat bicycle car camera pen watch computer cup newspaper"

_KEPT = "cat dog horse bicycle car computer camera umbrella map watch garden"

_BELONGINGS = nouns(_SMALL + " coat shirt bag computer bicycle car cup cat dog horse chair table knife")

# One is enough of these.
_SINGLE = nouns("house garden")

_HOMEMADE = nouns("photo")

_GIVEN = "book watch hat pen cup map flower apple orange ticket photo umbrella camera"


def _mine(who: Person) -> str:
    return f"{who.chinese}的"


def deed() -> Iterator[Draft]:
    """I bought two books yesterday. 我昨天买了两本书。"""
    for verb, chinese, _, names in _DEEDS:
        for noun in nouns(names):
            for who, time, number in choose(product(PEOPLE, PAST_TIMES, (1, 2, 3, 4, 5)), 4, verb, noun):
                english, counted = noun.count(number)
                yield tell(
                    (verb, noun.english),
                    f"{who.english} {VERBS[verb].past} {english} {time}",
                    f"{who.chinese}{PAST_TIMES[time]}{chinese}{counted}",
                )


def undone() -> Iterator[Draft]:
    """She did not buy that coat. 她没买那件大衣。"""
    for verb, _, chinese, names in _DEEDS:
        for noun in nouns(names):
            for who in choose(PEOPLE, 1, verb, noun):
                english = f"{who.english} did not {verb} that {noun.english}"
                yield tell((verb, noun.english), english, f"{who.chinese}没{chinese}{noun.this('那')}")


def how_many() -> Iterator[Draft]:
    """How many books did you buy yesterday? 你昨天买了几本书？"""
    for verb, chinese, _, names in _DEEDS:
        for noun in nouns(names):
            for who, time in choose(product(ASKED, PAST_TIMES), 1, verb, noun):
                english = f"how many {noun.plural} did {who.english} {verb} {time}"
                counted = noun.this("几")
                yield ask((verb, noun.english), english, f"{who.chinese}{PAST_TIMES[time]}{chinese}{counted}")


def what() -> Iterator[Draft]:
    """What did you buy yesterday? 你昨天买了什么？"""
    for (verb, chinese, *_), time in product(_DEEDS, PAST_TIMES):
        for who in choose(ASKED, 1, verb, time):
            english = f"what did {who.english} {verb} {time}"
            yield ask((verb, time), english, f"{who.chinese}{PAST_TIMES[time]}{chinese}什么")


def mislaid() -> Iterator[Draft]:
    """Did you see my umbrella? 你看见我的雨伞了吗？ Where is my umbrella? 我的雨伞在哪里？"""
    for noun in nouns("umbrella key book bag hat coat camera pen watch cat dog ticket map"):
        for who, owner in choose(product((YOU, HE, SHE, TOM), (I, WE)), 2, noun):
            english = f"did {who.english} see {owner.possessive} {noun.english}"
            yield ask(("see", noun.english), english, f"{who.chinese}看见{_mine(owner)}{noun.chinese}了吗")
        for owner in choose((I, HE, SHE, WE, MOTHER, FATHER), 2, noun):
            english = f"where is {owner.possessive} {noun.english}"
            yield ask(("where", noun.english), english, f"{_mine(owner)}{noun.chinese}在哪里")


def existence() -> Iterator[Draft]:
    """There are two cats in the garden. Is there a dog in the garden? 花园里有两只猫。花园里有狗吗？"""
    for spot, names in _PLACED.items():
        for noun in nouns(names):
            words = noun.english, spot
            for number in (1,) if noun in _SINGLE else choose((1, 2, 3, 4, 5), 2, spot, noun):
                english, chinese = noun.count(number)
                be = "is" if number == 1 else "are"
                yield tell(("yes", *words), f"there {be} {english} {spot}", f"{SPOTS[spot]}有{chinese}")
            english = f"there are no {noun.plural} {spot}"
            yield tell(("no", *words), english, f"{SPOTS[spot]}没有{noun.chinese}")
            yield ask(("ask", *words), f"is there {a(noun.english)} {spot}", f"{SPOTS[spot]}有{noun.chinese}吗")


def position() -> Iterator[Draft]:
    """My umbrella is behind the door. 我的雨伞在门后面。 The cat is not in the garden. 猫不在花园里。"""
    for spot, names in _PLACED.items():
        for noun in nouns(names):
            if noun.english in ("tree", "garden", "house", "child"):
                continue
            words = noun.english, spot
            if noun in _BELONGINGS:
                owner = choose((I, HE, SHE, MOTHER, FATHER, TOM), 1, spot, noun)[0]
                english = f"{owner.possessive} {noun.english} is {spot}"
                yield tell(("mine", *words), english, f"{_mine(owner)}{noun.chinese}在{SPOTS[spot]}")
            yield tell(("not", *words), f"the {noun.english} is not {spot}", f"{noun.chinese}不在{SPOTS[spot]}")


def putting() -> Iterator[Draft]:
    """Please put the book on the table. 请把书放在桌子上。 She put the book on the table. 她把书放在了桌子上。"""
    places = ("on the table", "on the chair", "on the bed", "in the bag", "in the box", "in the car", "in the kitchen")
    for spot in (*places, "behind the door", "next to the window"):
        for noun in nouns(_PLACED[spot]):
            if noun.english in ("cat", "dog"):
                continue
            words = noun.english, spot
            english = f"please put the {noun.english} {spot}"
            yield tell(("please", *words), english, f"请把{noun.chinese}放在{SPOTS[spot]}")
            for who in choose((HE, SHE, WE, THEY, MOTHER, FATHER, SISTER, BROTHER), 2, spot, noun):
                english = f"{who.english} put the {noun.english} {spot}"
                yield tell(("past", *words), english, f"{who.chinese}把{noun.chinese}放在了{SPOTS[spot]}")


def giving() -> Iterator[Draft]:
    """My father gave me a watch. 我爸爸给了我一块手表。 He bought me a hat. 他给我买了一顶帽子。"""
    givers = (HE, SHE, MOTHER, FATHER, SISTER, BROTHER, TEACHER, TOM)
    for noun in nouns(_GIVEN):
        for receiver in (I, WE, HE, SHE, THEY):
            others = [who for who in givers if who.pronoun != receiver.pronoun]
            for who, number in choose(product(others, (1, 2)), 1, noun, receiver):
                english, chinese = noun.count(number)
                yield tell(
                    ("give", noun.english, receiver.object),
                    f"{who.english} gave {receiver.object} {english}",
                    f"{who.chinese}给了{receiver.chinese}{chinese}",
                )
            for who, number in (
                choose(product(others, (1, 2)), 1, noun, receiver, "buy") if noun not in _HOMEMADE else ()
            ):
                english, chinese = noun.count(number)
                yield tell(
                    ("buy", noun.english, receiver.object),
                    f"{who.english} bought {receiver.object} {english}",
                    f"{who.chinese}给{receiver.chinese}买了{chinese}",
                )


def please_give() -> Iterator[Draft]:
    """Please give me two apples. 请给我两个苹果。"""
    for noun in nouns(_GIVEN + " tea coffee water noodles bread egg"):
        for receiver, number in choose(product((I, WE, SHE, HE), (1, 2, 3)), 2, noun):
            english, chinese = noun.count(number)
            words = noun.english, receiver.object
            yield tell(words, f"please give {receiver.object} {english}", f"请给{receiver.chinese}{chinese}")


def having() -> Iterator[Draft]:
    """I have two cats. She does not have a car. Do you have an umbrella? How many books do you have?"""
    for noun in nouns(_KEPT):
        for who, number in choose(product(PEOPLE, (1,) if noun in _SINGLE else (1, 2, 3)), 3, noun):
            english, chinese = noun.count(number)
            yield tell(("yes", noun.english), f"{who.english} {who.have} {english}", f"{who.chinese}有{chinese}")
        for who in choose(PEOPLE, 3, noun, "not"):
            english = f"{who.english} {who.do} not have {a(noun.english)}"
            yield tell(("not", noun.english), english, f"{who.chinese}没有{noun.chinese}")
        for who in choose(ASKED, 2, noun):
            english = f"{who.do} {who.english} have {a(noun.english)}"
            yield ask(("ask", noun.english), english, f"{who.chinese}有{noun.chinese}吗")
        for who in choose(ASKED, 2, noun, "how many"):
            english = f"how many {noun.plural} {who.do} {who.english} have"
            yield ask(("how many", noun.english), english, f"{who.chinese}有{noun.this('几')}")


def belonging() -> Iterator[Draft]:
    """This is my umbrella. That is not her car. Is this your key? Whose key is this? 这是我的雨伞。"""
    owners = (I, HE, SHE, WE, THEY, MOTHER, FATHER, TOM)
    for noun in nouns(_OWNED):
        for owner in choose(owners, 3, noun):
            english = f"this is {owner.possessive} {noun.english}"
            yield tell(("yes", noun.english), english, f"这是{_mine(owner)}{noun.chinese}")
        for owner in choose(owners, 3, noun, "not"):
            english = f"that is not {owner.possessive} {noun.english}"
            yield tell(("not", noun.english), english, f"那不是{_mine(owner)}{noun.chinese}")
        for owner in choose((YOU, HE, SHE, TOM), 2, noun):
            english = f"is this {owner.possessive} {noun.english}"
            yield ask(("ask", noun.english), english, f"这是{_mine(owner)}{noun.chinese}吗")
        yield ask(("whose", noun.english), f"whose {noun.english} is this", f"这是谁的{noun.chinese}")


def wanting() -> Iterator[Draft]:
    """I want to buy an umbrella. 我想买一把雨伞。"""
    for verb, chinese, names in (
        ("buy", "买", "umbrella hat coat shirt bicycle camera computer map watch table chair cup bag picture"),
        ("sell", "卖", "bicycle car house computer"),
        ("borrow", "借", "book umbrella pen camera"),
        ("eat", "吃", "apple orange egg noodles bread"),
        ("drink", "喝", "tea coffee milk water"),
        ("write", "写", "letter book song"),
    ):
        for noun in nouns(names):
            for who, number in choose(product(PEOPLE, (1,) if verb == "write" else (1, 2)), 2, verb, noun):
                english, counted = noun.count(number)
                yield tell(
                    (verb, noun.english),
                    f"{who.english} {who.present(VERBS['want'])} to {verb} {english}",
                    f"{who.chinese}想{chinese}{counted}",
                )


CONSTRUCTIONS = (
    deed,
    undone,
    how_many,
    what,
    mislaid,
    existence,
    position,
    putting,
    giving,
    please_give,
    having,
    belonging,
    wanting,
)
