"""Constructions about what people do again and again, should do, or may not do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from course_lib.data.grammar.draft import Draft, ask, choose, tell
from course_lib.data.grammar.words import (
    ACTIVITIES,
    FUTURE_TIMES,
    HABIT_TIMES,
    HE,
    HOURS,
    KITCHEN,
    MARY,
    PEOPLE,
    PLACES,
    RELATIVES,
    SHE,
    THEY,
    TOM,
    VERBS,
    YOU,
    YOUNG,
    I,
    named,
    suited,
)

_HABITS = {
    "every day": "tea milk fruit newspaper music radio football piano Chinese English homework swim walk run read",
    "every morning": "milk coffee tea newspaper radio run walk English flowers swim noodles fruit",
    "every evening": "television music dinner walk piano chess homework read radio guitar",
    "every weekend": "films football basketball swim photos clothes room dance horse bicycle chess fish",
}

_PARTS_OF_DAY = {"in the morning": "早上", "in the afternoon": "下午", "in the evening": "晚上", "on Sundays": "星期天"}

_DAILY = {
    "in the morning": "coffee milk newspaper radio run English",
    "in the afternoon": "tea walk basketball chess homework Chinese",
    "in the evening": "television music piano read dinner letters",
    "on Sundays": "football swim films room clothes bicycle",
}

_FORBIDDEN = {
    PLACES["library"]: "sing dance run football music",
    PLACES["museum"]: "run photos sing football",
    PLACES["hospital"]: "sing run photos dance",
    PLACES["station"]: "football basketball bicycle",
    KITCHEN: "football dance basketball",
}

_ADVICE = {
    "drink more water": "多喝水",
    "eat more fruit": "多吃水果",
    "rest more": "多休息",
    "read more books": "多看书",
    "drink less coffee": "少喝咖啡",
    "eat less meat": "少吃肉",
    "watch less television": "少看电视",
    "go to bed early": "早点睡觉",
    "get up early": "早点起床",
}

# verb, the rest in English, Chinese, when, and at which hours
_ROUTINE = (
    ("get", "up", "起床", "every morning", (5, 6, 7, 8)),
    ("eat", "breakfast", "吃早饭", "every morning", (6, 7, 8)),
    ("go", "to school", "上学", "every morning", (7, 8)),
    ("go", "to work", "上班", "every morning", (6, 7, 8, 9)),
    ("eat", "lunch", "吃午饭", "every day", (11, 12)),
    ("come", "home", "回家", "every evening", (5, 6, 7, 8)),
    ("eat", "dinner", "吃晚饭", "every evening", (6, 7, 8)),
    ("go", "to bed", "睡觉", "every night", (9, 10, 11)),
)

_OCCASIONS = {
    "before going to bed": ("睡觉以前", "milk read music letters television radio"),
    "after dinner": ("吃完晚饭以后", "tea walk television chess piano newspaper fruit homework"),
    "before breakfast": ("吃早饭以前", "run swim walk water newspaper"),
    "after work": ("下班以后", "football basketball swim coffee tea dinner films"),
    "after school": ("放学以后", "football basketball homework piano English Chinese"),
}


def habit() -> Iterator[Draft]:
    """She drinks tea every morning. 她每天早上喝茶。"""
    for time, names in _HABITS.items():
        for name in named(names):
            deed = ACTIVITIES[name]
            for who in choose(suited(PEOPLE, name), 4, time, name):
                yield tell(
                    (name, time),
                    f"{who.english} {deed.present(who)} {time}",
                    who.chinese + HABIT_TIMES[time] + deed.chinese,
                )


def frequency() -> Iterator[Draft]:
    """My father often reads the newspaper in the morning. 我爸爸早上经常看报纸。"""
    adverbs = {"often": "经常", "usually": "通常", "sometimes": "有时候", "always": "总是"}
    for time, names in _DAILY.items():
        for name, adverb in product(named(names), adverbs):
            deed = ACTIVITIES[name]
            for who in choose(suited(PEOPLE, name), 2, time, name, adverb):
                yield tell(
                    (adverb, name),
                    f"{who.english} {adverb} {deed.present(who)} {time}",
                    who.chinese + _PARTS_OF_DAY[time] + adverbs[adverb] + deed.chinese,
                )


def never() -> Iterator[Draft]:
    """My mother never drinks coffee. 我妈妈从来不喝咖啡。"""
    names = named("tea coffee milk fish meat newspaper television films radio football chess letters sing dance drive")
    for name in names:
        deed = ACTIVITIES[name]
        for who in choose(suited(PEOPLE, name), 3, name):
            yield tell((name,), f"{who.english} never {deed.present(who)}", f"{who.chinese}从来不{deed.chinese}")


def advice() -> Iterator[Draft]:
    """You should drink more water. 你应该多喝水。"""
    for english, chinese in _ADVICE.items():
        for who in choose((YOU, *PEOPLE), 4, english):
            yield tell((english,), f"{who.english} should {english}", f"{who.chinese}应该{chinese}")


def duty() -> Iterator[Draft]:
    """I have to clean the room this afternoon. 我今天下午得打扫房间。"""
    for name, time in product(named("room clothes homework dinner Chinese English work flowers"), FUTURE_TIMES):
        deed = ACTIVITIES[name]
        for who in choose(suited(PEOPLE, name), 2, name, time):
            english = f"{who.english} {who.have} to {deed.base} {time}"
            yield tell((name, time), english, f"{who.chinese}{FUTURE_TIMES[time]}得{deed.chinese}")


def suggestion() -> Iterator[Draft]:
    """Let's play chess this afternoon. 我们今天下午下棋吧。"""
    names = named("tea coffee noodles films music football basketball chess sing dance swim walk run photos pictures")
    for name, time in product(names, ("tomorrow", "this afternoon", "on Sunday")):
        deed = ACTIVITIES[name]
        yield tell((name, time), f"let's {deed.base} {time}", f"我们{FUTURE_TIMES[time]}{deed.chinese}吧")


def prohibition() -> Iterator[Draft]:
    """Please do not sing in the library. 请不要在图书馆唱歌。"""
    for place, names in _FORBIDDEN.items():
        for name in named(names):
            deed = ACTIVITIES[name]
            yield tell(
                (name, place.at), f"please do not {deed.base} {place.at}", f"请不要在{place.chinese}{deed.chinese}"
            )


def as_a_child() -> Iterator[Draft]:
    """When I was a child, I liked swimming. 我小时候喜欢游泳。"""
    for name in named(
        "milk fish fruit read television music football basketball piano chess pictures sing dance swim bicycle"
    ):
        deed = ACTIVITIES[name]
        for who in choose((I, HE, SHE, *RELATIVES), 2, name):
            english = f"when {who.english} {who.was} a child, {who.pronoun} liked {deed.gerund}"
            yield tell(("like", name), english, f"{who.chinese}小时候喜欢{deed.chinese}")
        for who in choose((I, HE, SHE, *RELATIVES), 2, name, "often"):
            english = f"when {who.english} {who.was} a child, {who.pronoun} often {deed.past}"
            yield tell(("often", name), english, f"{who.chinese}小时候经常{deed.chinese}")


def at_what_time() -> Iterator[Draft]:
    """I get up at seven every morning. 我每天早上七点起床。 What time do you get up? 你几点起床？"""
    for verb, rest, chinese, time, hours in _ROUTINE:
        for hour, half in product(hours, (False, True)):
            clock = f"half past {HOURS[hour][0]}" if half else HOURS[hour][0]
            chinese_clock = HOURS[hour][1] + ("点半" if half else "点")
            for who in choose(YOUNG if rest == "to school" else PEOPLE, 2, rest, hour, half):
                english = f"{who.english} {who.present(VERBS[verb])} {rest} at {clock} {time}"
                yield tell((rest, clock), english, f"{who.chinese}{HABIT_TIMES[time]}{chinese_clock}{chinese}")
        for who in choose((YOU, HE, SHE, THEY, TOM, MARY), 3, rest):
            english = f"what time {who.do} {who.english} {verb} {rest} {time}"
            yield ask((rest, "what time"), english, f"{who.chinese}{HABIT_TIMES[time]}几点{chinese}")


def before_or_after() -> Iterator[Draft]:
    """She drinks milk before going to bed. 她睡觉以前喝牛奶。"""
    for occasion, (chinese, names) in _OCCASIONS.items():
        for name in named(names):
            deed = ACTIVITIES[name]
            for who in choose(suited(YOUNG if occasion == "after school" else PEOPLE, name), 3, occasion, name):
                english = f"{who.english} {deed.present(who)} {occasion}"
                yield tell((name, occasion), english, f"{who.chinese}{chinese}{deed.chinese}")


CONSTRUCTIONS = (
    habit,
    frequency,
    never,
    advice,
    duty,
    suggestion,
    prohibition,
    as_a_child,
    at_what_time,
    before_or_after,
)
