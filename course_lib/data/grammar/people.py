"""Constructions about people: what they are, where they are and go, the weather there, reasons and conditions."""

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
    FATHER,
    FRIEND,
    FUTURE_TIMES,
    GARDEN,
    HE,
    HOME,
    KITCHEN,
    MARY,
    MOTHER,
    PAST_TIMES,
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
    WE,
    I,
)

_WORKERS = (HE, SHE, *RELATIVES, TOM, MARY)
_MOODS = {"tired": "累", "happy": "高兴", "busy": "忙", "sad": "难过"}
_NEEDS = {"tired": "累", "hungry": "饿", "thirsty": "渴", "cold": "冷", "hot": "热"}
_TRAITS = {"tall": "高", "thin": "瘦", "busy": "忙", "clever": "聪明", "strong": "强壮"}
_EXCUSES = {"too tired": "太累", "too busy": "太忙", "ill": "生病"}
_WEATHER = {"cold": "冷", "hot": "热", "warm": "暖和"}
_RIDES = {"by train": "坐火车", "by bus": "坐公共汽车", "by plane": "坐飞机", "by car": "开车"}
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
    profession,
    age,
    mood,
    comparing_people,
    whereabouts,
    plan,
    journey,
    where_and_when,
    company,
    ride,
    errand,
    been_to,
    living,
    weather,
    reason,
    condition,
)
