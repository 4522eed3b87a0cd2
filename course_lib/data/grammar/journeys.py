"""Constructions about going somewhere: when, with whom, by what, what for, and what keeps one from it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from course_lib.data.grammar.draft import Draft, ask, choose, tell
from course_lib.data.grammar.words import (
    ASKED,
    BROTHER,
    CITIES,
    COUNTRIES,
    FATHER,
    FRIEND,
    FUTURE_TIMES,
    HE,
    MARY,
    MOTHER,
    PAST_TIMES,
    PEOPLE,
    PLACES,
    SHE,
    SISTER,
    THEY,
    TOM,
    VERBS,
    WE,
    I,
)

_EXCUSES = {"too tired": "太累", "too busy": "太忙", "ill": "生病"}

_RIDES = {"by train": "坐火车", "by bus": "坐公共汽车", "by plane": "坐飞机", "by car": "开车"}

# What one goes to a place for.
_ERRANDS = {
    "market": {
        "buy fish": "买鱼",
        "buy eggs": "买鸡蛋",
        "buy flowers": "买花",
        "buy fruit": "买水果",
        "buy apples": "买苹果",
    },
    "supermarket": {"buy milk": "买牛奶", "buy bread": "买面包", "buy eggs": "买鸡蛋", "buy water": "买水"},
    "library": {"read books": "看书", "borrow books": "借书", "study Chinese": "学中文", "write letters": "写信"},
    "bookshop": {"buy books": "买书", "buy maps": "买地图", "buy pens": "买笔"},
    "park": {
        "take a walk": "散步",
        "run": "跑步",
        "play football": "踢足球",
        "take photos": "拍照片",
        "draw pictures": "画画",
    },
    "station": {"buy tickets": "买票", "meet a friend": "接朋友"},
    "airport": {"meet a friend": "接朋友"},
    "hospital": {"see the doctor": "看医生", "visit a friend": "看朋友"},
    "bank": {"get some money": "取钱"},
    "post office": {"send a letter": "寄信"},
    "cinema": {"watch a film": "看电影"},
    "restaurant": {"eat noodles": "吃面条", "eat lunch": "吃午饭"},
    "seaside": {"swim": "游泳", "take photos": "拍照片", "take a walk": "散步"},
    "school": {"play basketball": "打篮球", "study English": "学英语"},
}

_CONDITIONS = {
    "it rains": "下雨",
    "it snows": "下雪",
    "it is cold": "很冷",
    "the weather is good": "天气好",
}

_PLANS = {
    "it rains": ("stay", "bus", "read"),
    "it snows": ("stay", "photos", "tea"),
    "it is cold": ("stay", "tea", "noodles"),
    "the weather is good": ("swim", "football", "walk"),
}

_CONSEQUENCES = {
    "stay": ("stay at home", "待在家里"),
    "bus": ("go by bus", "坐公共汽车去"),
    "read": ("read books at home", "在家看书"),
    "photos": ("go to the park to take photos", "去公园拍照片"),
    "tea": ("drink tea at home", "在家喝茶"),
    "noodles": ("eat noodles at home", "在家吃面条"),
    "swim": ("go to the seaside to swim", "去海边游泳"),
    "football": ("go to the park to play football", "去公园踢足球"),
    "walk": ("take a walk by the river", "去河边散步"),
}

_TOURS = (*CITIES.values(), *COUNTRIES.values())


def plan() -> Iterator[Draft]:
    """We will go to Shanghai tomorrow. He will not go to school tomorrow. Will you go to the bank tomorrow?"""
    for (name, place), time in product((PLACES | CITIES).items(), FUTURE_TIMES):
        if name in CITIES and time == "this afternoon":
            continue
        for who in choose(PEOPLE, 1, name, time):
            english = f"{who.english} will go {place.to} {time}"
            yield tell(("yes", name, time), english, f"{who.chinese}{FUTURE_TIMES[time]}要去{place.chinese}")
        for who in choose(PEOPLE, 1, name, time, "not"):
            english = f"{who.english} will not go {place.to} {time}"
            yield tell(("not", name, time), english, f"{who.chinese}{FUTURE_TIMES[time]}不去{place.chinese}")
        for who in choose(ASKED, 1, name, time):
            english = f"will {who.english} go {place.to} {time}"
            yield ask(("ask", name, time), english, f"{who.chinese}{FUTURE_TIMES[time]}去{place.chinese}吗")


def journey() -> Iterator[Draft]:
    """They went to the museum yesterday. They did not go to the bank yesterday. Did you go to the bank yesterday?"""
    for (name, place), time in product((PLACES | CITIES).items(), PAST_TIMES):
        if name in CITIES and time == "this morning":
            continue
        for who in choose(PEOPLE, 1, name, time):
            english = f"{who.english} went {place.to} {time}"
            yield tell(("yes", name, time), english, f"{who.chinese}{PAST_TIMES[time]}去了{place.chinese}")
        for who in choose(PEOPLE, 1, name, time, "not"):
            english = f"{who.english} did not go {place.to} {time}"
            yield tell(("not", name, time), english, f"{who.chinese}{PAST_TIMES[time]}没去{place.chinese}")
        for who in choose(ASKED, 1, name, time):
            english = f"did {who.english} go {place.to} {time}"
            yield ask(("ask", name, time), english, f"{who.chinese}{PAST_TIMES[time]}去{place.chinese}了吗")


def where_and_when() -> Iterator[Draft]:
    """Where did you go yesterday? When will you go to Beijing? How did you go to the airport?"""
    for time in PAST_TIMES:
        for who in choose(ASKED, 4, time):
            yield ask((time,), f"where did {who.english} go {time}", f"{who.chinese}{PAST_TIMES[time]}去了哪里")
    for time in FUTURE_TIMES:
        for who in choose(ASKED, 4, time):
            yield ask((time,), f"where will {who.english} go {time}", f"{who.chinese}{FUTURE_TIMES[time]}去哪里")
    for name, place in (PLACES | CITIES).items():
        for who in choose(ASKED, 2, name):
            yield ask(
                ("when", name), f"when will {who.english} go {place.to}", f"{who.chinese}什么时候去{place.chinese}"
            )
        for who in choose(ASKED, 2, name, "how"):
            yield ask(("how", name), f"how will {who.english} go {place.to}", f"{who.chinese}怎么去{place.chinese}")


def company() -> Iterator[Draft]:
    """I went to the cinema with my friend yesterday. 我昨天跟我朋友一起去了电影院。"""
    companions = (MOTHER, FATHER, SISTER, BROTHER, FRIEND, TOM, MARY)
    for (name, place), companion in product(PLACES.items(), companions):
        if name in ("bank", "post office", "school"):
            continue
        for who, time in choose(product((I, HE, SHE, WE, THEY), PAST_TIMES), 1, name, companion):
            yield tell(
                (name, companion.english),
                f"{who.english} went {place.to} with {companion.object} {time}",
                f"{who.chinese}{PAST_TIMES[time]}跟{companion.chinese}一起去了{place.chinese}",
            )


def ride() -> Iterator[Draft]:
    """We will go to Shanghai by train tomorrow. 我们明天要坐火车去上海。"""
    for (name, place), way in product((PLACES | CITIES).items(), _RIDES):
        far, near = name in CITIES, name in PLACES and name != "seaside"
        if (way == "by plane" and not far) or (way == "by train" and near):
            continue
        for who, time in choose(product(PEOPLE, ("tomorrow", "next week", "on Sunday")), 2, name, way):
            yield tell(
                (name, way),
                f"{who.english} will go {place.to} {way} {time}",
                f"{who.chinese}{FUTURE_TIMES[time]}要{_RIDES[way]}去{place.chinese}",
            )


def errand() -> Iterator[Draft]:
    """I want to go to the library to borrow books. My mother went to the market to buy eggs. 我妈妈去市场买鸡蛋了。"""
    for name, aims in _ERRANDS.items():
        place = PLACES[name]
        for english, chinese in aims.items():
            words = name, english
            for who in choose(PEOPLE, 2, words):
                wants = f"{who.english} {who.present(VERBS['want'])} to go {place.to} to {english}"
                yield tell(("want", *words), wants, f"{who.chinese}想去{place.chinese}{chinese}")
            for who in choose(PEOPLE, 2, words, "went"):
                went = f"{who.english} went {place.to} to {english}"
                yield tell(("went", *words), went, f"{who.chinese}去{place.chinese}{chinese}了")
            for time in choose(("tomorrow", "this afternoon", "on Sunday"), 1, words):
                invitation = f"let's go {place.to} to {english} {time}"
                yield tell(("let us", *words), invitation, f"我们{FUTURE_TIMES[time]}去{place.chinese}{chinese}吧")


def been_to() -> Iterator[Draft]:
    """I have been to Beijing. She has never been to Japan. Have you ever been to France? 你去过法国吗？"""
    for place in (*_TOURS, PLACES["museum"], PLACES["seaside"]):
        for who in choose(PEOPLE, 3, place):
            yield tell(
                ("yes", place.to), f"{who.english} {who.have} been {place.to}", f"{who.chinese}去过{place.chinese}"
            )
        for who in choose(PEOPLE, 3, place, "never"):
            english = f"{who.english} {who.have} never been {place.to}"
            yield tell(("never", place.to), english, f"{who.chinese}从来没去过{place.chinese}")
        for who in choose(ASKED, 3, place):
            english = f"{who.have} {who.english} ever been {place.to}"
            yield ask(("ever", place.to), english, f"{who.chinese}去过{place.chinese}吗")


def reason() -> Iterator[Draft]:
    """She did not go to school yesterday because she was ill. 她昨天因为生病没去学校。"""
    names = ("school", "park", "library", "museum", "cinema", "market", "seaside", "restaurant", "bank")
    for (english, chinese), name in product(_EXCUSES.items(), names):
        place = PLACES[name]
        for who, time in choose(product(PEOPLE, ("yesterday", "this morning", "last Sunday")), 3, english, name):
            yield tell(
                (english, name),
                f"{who.english} did not go {place.to} {time} because {who.pronoun} {who.was} {english}",
                f"{who.chinese}{PAST_TIMES[time]}因为{chinese}没去{place.chinese}",
            )


def condition() -> Iterator[Draft]:
    """If it rains tomorrow, we will stay at home. 如果明天下雨，我们就待在家里。"""
    for (english, chinese), time in product(_CONDITIONS.items(), ("tomorrow", "on Sunday")):
        for name in _PLANS[english]:
            consequence, then = _CONSEQUENCES[name]
            for who in choose(PEOPLE, 3, english, time, name):
                yield tell(
                    (english, name, time),
                    f"if {english} {time}, {who.english} will {consequence}",
                    f"如果{FUTURE_TIMES[time]}{chinese}，{who.chinese}就{then}",
                )
        for place in ("park", "seaside", "school", "market", "museum"):
            if english == "the weather is good":
                continue
            for who in choose(PEOPLE, 1, english, time, place):
                yield tell(
                    (english, place, time),
                    f"if {english} {time}, {who.english} will not go {PLACES[place].to}",
                    f"如果{FUTURE_TIMES[time]}{chinese}，{who.chinese}就不去{PLACES[place].chinese}",
                )


CONSTRUCTIONS = (
    plan,
    journey,
    where_and_when,
    company,
    ride,
    errand,
    been_to,
    reason,
    condition,
)
