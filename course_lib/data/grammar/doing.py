"""Constructions about what people do: habits, wishes, abilities, what is going on, what was done and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

from course_lib.data.grammar.draft import Draft, ask, choose, tell
from course_lib.data.grammar.english import Person
from course_lib.data.grammar.words import (
    ACTIVITIES,
    ASKED,
    BROTHER,
    FATHER,
    FRIEND,
    FUTURE_TIMES,
    GARDEN,
    HABIT_TIMES,
    HE,
    HOURS,
    INDOORS,
    KITCHEN,
    MARY,
    MOTHER,
    PEOPLE,
    PLACES,
    RELATIVES,
    RIVER,
    ROOM,
    SHE,
    SISTER,
    THEY,
    TOM,
    VERBS,
    WE,
    YOU,
    YOUNG,
    I,
    Place,
)

_PLURAL = (WE, THEY)


def _names(names: str) -> list[str]:
    return names.split()


_PASTIMES = _names(
    "tea coffee milk noodles fish fruit newspaper read television films music radio football basketball piano guitar "
    "chess letters pictures photos bicycle horse sing dance swim run"
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
_SETTINGS = {
    PLACES["library"]: "read Chinese English homework letters newspaper",
    PLACES["park"]: "walk run football pictures photos dance sing chess bicycle",
    PLACES["school"]: "basketball English Chinese football homework dance",
    PLACES["restaurant"]: "noodles fish coffee tea",
    PLACES["seaside"]: "swim photos walk pictures run",
    INDOORS: "television music piano tea guitar homework dinner clothes chess read radio",
    GARDEN: "flowers newspaper tea sing pictures read photos",
    ROOM: "music homework letters guitar read",
    KITCHEN: "dinner coffee milk noodles radio",
    RIVER: "walk run photos pictures",
}
_FORBIDDEN = {
    PLACES["library"]: "sing dance run football music",
    PLACES["museum"]: "run photos sing football",
    PLACES["hospital"]: "sing run photos dance",
    PLACES["station"]: "football basketball bicycle",
    KITCHEN: "football dance basketball",
}
_SKILLS = _names("piano guitar chess football basketball swim dance sing drive bicycle horse speak speak-English")
_DURATIONS = {
    "ten minutes": "十分钟",
    "half an hour": "半个小时",
    "an hour": "一个小时",
    "two hours": "两个小时",
    "three hours": "三个小时",
}
_LASTING = {
    "ten minutes": "run newspaper radio",
    "half an hour": "piano run swim homework radio newspaper English",
    "an hour": "piano guitar television music football basketball Chinese English homework swim chess dance read",
    "two hours": "television music football Chinese English homework chess read drive bicycle piano",
    "three hours": "television Chinese English drive chess read bicycle",
}
# done; not yet done; already done
_TASKS = (
    ("eaten breakfast", "吃早饭", "吃过早饭"),
    ("eaten lunch", "吃午饭", "吃过午饭"),
    ("eaten dinner", "吃晚饭", "吃过晚饭"),
    ("finished the work", "做完工作", "做完工作"),
    ("cleaned the room", "打扫房间", "打扫完房间"),
    ("washed the clothes", "洗衣服", "洗完衣服"),
    ("bought the tickets", "买票", "买好票"),
    ("written the letter", "写信", "写完信"),
    ("watered the flowers", "浇花", "浇过花"),
    ("cooked dinner", "做晚饭", "做好晚饭"),
)
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


def _fit(people: tuple[Person, ...], name: str, place: Place | None = None) -> tuple[Person, ...]:
    """Leave out the parents where homework or a school is concerned."""
    if name == "homework" or place is PLACES["school"]:
        return tuple(who for who in people if who in YOUNG or who is YOU)
    return people


def habit() -> Iterator[Draft]:
    """She drinks tea every morning. 她每天早上喝茶。"""
    for time, names in _HABITS.items():
        for name in _names(names):
            deed = ACTIVITIES[name]
            for who in choose(_fit(PEOPLE, name), 4, time, name):
                yield tell(
                    (name, time),
                    f"{who.english} {deed.present(who)} {time}",
                    who.chinese + HABIT_TIMES[time] + deed.chinese,
                )


def frequency() -> Iterator[Draft]:
    """My father often reads the newspaper in the morning. 我爸爸早上经常看报纸。"""
    adverbs = {"often": "经常", "usually": "通常", "sometimes": "有时候", "always": "总是"}
    for time, names in _DAILY.items():
        for name, adverb in product(_names(names), adverbs):
            deed = ACTIVITIES[name]
            for who in choose(_fit(PEOPLE, name), 2, time, name, adverb):
                yield tell(
                    (adverb, name),
                    f"{who.english} {adverb} {deed.present(who)} {time}",
                    who.chinese + _PARTS_OF_DAY[time] + adverbs[adverb] + deed.chinese,
                )


def never() -> Iterator[Draft]:
    """My mother never drinks coffee. 我妈妈从来不喝咖啡。"""
    names = _names("tea coffee milk fish meat newspaper television films radio football chess letters sing dance drive")
    for name in names:
        deed = ACTIVITIES[name]
        for who in choose(_fit(PEOPLE, name), 3, name):
            yield tell((name,), f"{who.english} never {deed.present(who)}", f"{who.chinese}从来不{deed.chinese}")


def liking() -> Iterator[Draft]:
    """She likes swimming. She does not like swimming. Does she like swimming?"""
    for name in _PASTIMES:
        deed = ACTIVITIES[name]
        for who in choose(_fit(PEOPLE, name), 2, name):
            verb = who.present(VERBS["like"])
            yield tell(("yes", name), f"{who.english} {verb} {deed.gerund}", f"{who.chinese}喜欢{deed.chinese}")
        for who in choose(_fit(PEOPLE, name), 2, name, "not"):
            english = f"{who.english} {who.do} not like {deed.gerund}"
            yield tell(("not", name), english, f"{who.chinese}不喜欢{deed.chinese}")
        for who in choose(_fit(ASKED, name), 2, name):
            english = f"{who.do} {who.english} like {deed.gerund}"
            yield ask(("ask", name), english, f"{who.chinese}喜欢{deed.chinese}吗")


def liking_too() -> Iterator[Draft]:
    """I also like swimming. 我也喜欢游泳。 We all like swimming. 我们都喜欢游泳。"""
    for name in _PASTIMES:
        deed = ACTIVITIES[name]
        for who in choose(_fit(PEOPLE, name), 2, name):
            english = f"{who.english} also {who.present(VERBS['like'])} {deed.gerund}"
            yield tell(("also", name), english, f"{who.chinese}也喜欢{deed.chinese}")
        for who in choose(_PLURAL, 1, name):
            yield tell(("all", name), f"{who.english} all like {deed.gerund}", f"{who.chinese}都喜欢{deed.chinese}")


def liking_one_not_the_other() -> Iterator[Draft]:
    """Tom likes singing, but he does not like dancing. 汤姆喜欢唱歌，但是不喜欢跳舞。"""
    for group in (
        "tea coffee milk",
        "noodles fish meat fruit",
        "football basketball swim run",
        "sing dance piano guitar",
    ):
        for liked, other in permutations(_names(group), 2):
            for who in choose(PEOPLE, 2, liked, other):
                first = f"{who.english} {who.present(VERBS['like'])} {ACTIVITIES[liked].gerund}"
                yield tell(
                    (liked, other),
                    f"{first}, but {who.pronoun} {who.do} not like {ACTIVITIES[other].gerund}",
                    f"{who.chinese}喜欢{ACTIVITIES[liked].chinese}，但是不喜欢{ACTIVITIES[other].chinese}",
                )


def going_on() -> Iterator[Draft]:
    """She is drinking tea. 她在喝茶。 Is she drinking tea? 她在喝茶吗？"""
    for name in [
        *_PASTIMES,
        "walk",
        "Chinese",
        "homework",
        "dinner",
        "clothes",
        "flowers",
        "room",
        "sleep",
        "rest",
        "work",
    ]:
        deed = ACTIVITIES[name]
        for who in choose(_fit(PEOPLE, name), 2, name):
            yield tell(("yes", name), f"{who.english} {who.be} {deed.gerund}", f"{who.chinese}在{deed.chinese}")
        for who in choose(_fit(ASKED, name), 1, name):
            yield ask(("ask", name), f"{who.be} {who.english} {deed.gerund}", f"{who.chinese}在{deed.chinese}吗")


def going_on_somewhere() -> Iterator[Draft]:
    """She is reading books in the library. 她正在图书馆看书。"""
    for place, names in _SETTINGS.items():
        for name in _names(names):
            deed = ACTIVITIES[name]
            for who in choose(_fit(PEOPLE, name, place), 3, place.at, name):
                yield tell(
                    (name, place.at),
                    f"{who.english} {who.be} {deed.gerund} {place.at}",
                    f"{who.chinese}正在{place.chinese}{deed.chinese}",
                )


def done_somewhere() -> Iterator[Draft]:
    """We played football in the park yesterday. 我们昨天在公园踢足球了。"""
    times = {"yesterday": "昨天", "this morning": "今天早上", "last Sunday": "上个星期天"}
    for place, names in _SETTINGS.items():
        for name in _names(names):
            deed = ACTIVITIES[name]
            for who, time in choose(product(_fit(PEOPLE, name, place), times), 2, place.at, name):
                yield tell(
                    (name, place.at),
                    f"{who.english} {deed.past} {place.at} {time}",
                    f"{who.chinese}{times[time]}在{place.chinese}{deed.chinese}了",
                )


def done_or_not() -> Iterator[Draft]:
    """I did not watch television yesterday. 我昨天没看电视。 Did you watch television yesterday? 你昨天看电视了吗？"""
    times = {"yesterday": "昨天", "this morning": "今天早上"}
    for name in [*_PASTIMES, "walk", "Chinese", "English", "homework", "clothes", "room"]:
        deed = ACTIVITIES[name]
        for who, time in choose(product(_fit(PEOPLE, name), times), 2, name):
            english = f"{who.english} did not {deed.base} {time}"
            yield tell(("not", name), english, f"{who.chinese}{times[time]}没{deed.chinese}")
        for who, time in choose(product(_fit(ASKED, name), times), 2, name):
            english = f"did {who.english} {deed.base} {time}"
            yield ask(("ask", name), english, f"{who.chinese}{times[time]}{deed.chinese}了吗")


def ability() -> Iterator[Draft]:
    """She can play the piano. She cannot play the piano. Can she play the piano? Ability that was learnt is 会."""
    for name in _SKILLS:
        deed = ACTIVITIES[name]
        for who in choose(_fit(PEOPLE, name), 2, name):
            yield tell(("yes", name), f"{who.english} can {deed.base}", f"{who.chinese}会{deed.chinese}")
        for who in choose(_fit(PEOPLE, name), 2, name, "not"):
            yield tell(("not", name), f"{who.english} cannot {deed.base}", f"{who.chinese}不会{deed.chinese}")
        for who in choose(_fit(ASKED, name), 2, name):
            yield ask(("ask", name), f"can {who.english} {deed.base}", f"{who.chinese}会{deed.chinese}吗")


def told_ability() -> Iterator[Draft]:
    """He says that he can swim. 他说他会游泳。 I know that she can swim. 我知道她会游泳。"""
    for name in _SKILLS:
        deed = ACTIVITIES[name]
        for who in choose((HE, SHE, *RELATIVES), 2, name):
            pronoun = "他" if who.pronoun == "he" else "她"
            english = f"{who.english} says that {who.pronoun} can {deed.base}"
            yield tell(("say", name), english, f"{who.chinese}说{pronoun}会{deed.chinese}")
        for who in choose((HE, SHE, THEY, *RELATIVES), 2, name, "know"):
            english = f"I know that {who.english} can {deed.base}"
            yield tell(("know", name), english, f"我知道{who.chinese}会{deed.chinese}")


def wish() -> Iterator[Draft]:
    """I want to read books. I do not want to read books. Do you want to read books? 想."""
    for name in [*_PASTIMES, "walk", "Chinese", "English", "sleep", "rest"]:
        deed = ACTIVITIES[name]
        for who in choose(_fit(PEOPLE, name), 2, name):
            english = f"{who.english} {who.present(VERBS['want'])} to {deed.base}"
            yield tell(("yes", name), english, f"{who.chinese}想{deed.chinese}")
        for who in choose(_fit(PEOPLE, name), 2, name, "not"):
            english = f"{who.english} {who.do} not want to {deed.base}"
            yield tell(("not", name), english, f"{who.chinese}不想{deed.chinese}")
        for who in choose(_fit(ASKED, name), 1, name):
            english = f"{who.do} {who.english} want to {deed.base}"
            yield ask(("ask", name), english, f"{who.chinese}想{deed.chinese}吗")


def for_some_time() -> Iterator[Draft]:
    """She played the piano for two hours yesterday. 她昨天弹了两个小时钢琴。"""
    times = {"yesterday": "昨天", "this morning": "今天早上", "this afternoon": "今天下午"}
    for length, names in _LASTING.items():
        for name in _names(names):
            deed = ACTIVITIES[name]
            for who, time in choose(product(_fit(PEOPLE, name), times), 3, length, name):
                yield tell(
                    (name, length),
                    f"{who.english} {deed.past} for {length} {time}",
                    f"{who.chinese}{times[time]}{deed.chinese_verb}了{_DURATIONS[length]}{deed.chinese_object}",
                )


def how_long() -> Iterator[Draft]:
    """How long did you play the piano yesterday? 你昨天弹了多长时间钢琴？"""
    for name in sorted({name for names in _LASTING.values() for name in _names(names)}):
        deed = ACTIVITIES[name]
        for who in choose(_fit(ASKED, name), 2, name):
            english = f"how long did {who.english} {deed.base} yesterday"
            yield ask((name,), english, f"{who.chinese}昨天{deed.chinese_verb}了多长时间{deed.chinese_object}")


def ever_or_never() -> Iterator[Draft]:
    """Have you ever ridden a horse? 你骑过马吗？ I have never ridden a horse. 我从来没骑过马。"""
    for name in _names("horse bicycle piano guitar chess Chinese English football basketball drive flowers"):
        deed = ACTIVITIES[name]
        done = f"{deed.chinese_verb}过{deed.chinese_object}"
        for who in choose(_fit(ASKED, name), 2, name):
            yield ask(("ever", name), f"{who.have} {who.english} ever {deed.participle}", f"{who.chinese}{done}吗")
        for who in choose(_fit(PEOPLE, name), 3, name):
            english = f"{who.english} {who.have} never {deed.participle}"
            yield tell(("never", name), english, f"{who.chinese}从来没{done}")


def already_or_not_yet() -> Iterator[Draft]:
    """She has already eaten breakfast. 她已经吃过早饭了。 She has not eaten breakfast yet. 她还没吃早饭。"""
    for done, plain, complete in _TASKS:
        for who in choose(PEOPLE, 3, done):
            english = f"{who.english} {who.have} already {done}"
            yield tell(("already", done), english, f"{who.chinese}已经{complete}了")
        for who in choose(PEOPLE, 3, done, "not"):
            yield tell(("yet", done), f"{who.english} {who.have} not {done} yet", f"{who.chinese}还没{plain}")
        for who in choose(ASKED, 2, done):
            yield ask(("ask", done), f"{who.have} {who.english} {done} yet", f"{who.chinese}{plain}了吗")


def just_now() -> Iterator[Draft]:
    """We have just finished the work. 我们刚做完工作。"""
    for done, _, complete in _TASKS:
        for who in choose(PEOPLE, 2, done):
            yield tell((done,), f"{who.english} {who.have} just {done}", f"{who.chinese}刚{complete}")


def advice() -> Iterator[Draft]:
    """You should drink more water. 你应该多喝水。"""
    for english, chinese in _ADVICE.items():
        for who in choose((YOU, *PEOPLE), 4, english):
            yield tell((english,), f"{who.english} should {english}", f"{who.chinese}应该{chinese}")


def duty() -> Iterator[Draft]:
    """I have to clean the room this afternoon. 我今天下午得打扫房间。"""
    for name, time in product(_names("room clothes homework dinner Chinese English work flowers"), FUTURE_TIMES):
        deed = ACTIVITIES[name]
        for who in choose(_fit(PEOPLE, name), 2, name, time):
            english = f"{who.english} {who.have} to {deed.base} {time}"
            yield tell((name, time), english, f"{who.chinese}{FUTURE_TIMES[time]}得{deed.chinese}")


def suggestion() -> Iterator[Draft]:
    """Let's play chess this afternoon. 我们今天下午下棋吧。"""
    names = _names("tea coffee noodles films music football basketball chess sing dance swim walk run photos pictures")
    for name, time in product(names, ("tomorrow", "this afternoon", "on Sunday")):
        deed = ACTIVITIES[name]
        yield tell((name, time), f"let's {deed.base} {time}", f"我们{FUTURE_TIMES[time]}{deed.chinese}吧")


def prohibition() -> Iterator[Draft]:
    """Please do not sing in the library. 请不要在图书馆唱歌。"""
    for place, names in _FORBIDDEN.items():
        for name in _names(names):
            deed = ACTIVITIES[name]
            yield tell(
                (name, place.at), f"please do not {deed.base} {place.at}", f"请不要在{place.chinese}{deed.chinese}"
            )


def the_one_who() -> Iterator[Draft]:
    """The person who is singing is my older sister. 在唱歌的人是我姐姐。"""
    names = _names(
        "tea coffee newspaper music piano guitar photos pictures sing dance swim run read dinner flowers clothes"
    )
    for name in names:
        deed = ACTIVITIES[name]
        for who in choose((MOTHER, FATHER, SISTER, BROTHER, FRIEND), 3, name):
            english = f"the person who is {deed.gerund} is {who.english}"
            yield tell((name, who.english), english, f"在{deed.chinese}的人是{who.chinese}")


def as_a_child() -> Iterator[Draft]:
    """When I was a child, I liked swimming. 我小时候喜欢游泳。"""
    for name in _names(
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
        for name in _names(names):
            deed = ACTIVITIES[name]
            for who in choose(_fit(YOUNG if occasion == "after school" else PEOPLE, name), 3, occasion, name):
                english = f"{who.english} {deed.present(who)} {occasion}"
                yield tell((name, occasion), english, f"{who.chinese}{chinese}{deed.chinese}")


CONSTRUCTIONS = (
    habit,
    frequency,
    never,
    liking,
    liking_too,
    liking_one_not_the_other,
    going_on,
    going_on_somewhere,
    done_somewhere,
    done_or_not,
    ability,
    told_ability,
    wish,
    for_some_time,
    how_long,
    ever_or_never,
    already_or_not_yet,
    just_now,
    advice,
    duty,
    suggestion,
    prohibition,
    the_one_who,
    as_a_child,
    at_what_time,
    before_or_after,
)
