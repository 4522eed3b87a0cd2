"""Constructions about what people like, can and want to do, what is going on, what was done and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

from course_lib.data.grammar.draft import Draft, ask, choose, tell
from course_lib.data.grammar.words import (
    ACTIVITIES,
    ASKED,
    BROTHER,
    FATHER,
    FRIEND,
    GARDEN,
    HE,
    INDOORS,
    KITCHEN,
    MOTHER,
    PEOPLE,
    PLACES,
    RELATIVES,
    RIVER,
    ROOM,
    SHE,
    SISTER,
    THEY,
    VERBS,
    WE,
    named,
    suited,
)

_PLURAL = (WE, THEY)

_PASTIMES = named(
    "tea coffee milk noodles fish fruit newspaper read television films music radio football basketball piano guitar "
    "chess letters pictures photos bicycle horse sing dance swim run"
)

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

_SKILLS = named("piano guitar chess football basketball swim dance sing drive bicycle horse speak speak-English")

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


def liking() -> Iterator[Draft]:
    """She likes swimming. She does not like swimming. Does she like swimming?"""
    for name in _PASTIMES:
        deed = ACTIVITIES[name]
        for who in choose(suited(PEOPLE, name), 2, name):
            verb = who.present(VERBS["like"])
            yield tell(("yes", name), f"{who.english} {verb} {deed.gerund}", f"{who.chinese}喜欢{deed.chinese}")
        for who in choose(suited(PEOPLE, name), 2, name, "not"):
            english = f"{who.english} {who.do} not like {deed.gerund}"
            yield tell(("not", name), english, f"{who.chinese}不喜欢{deed.chinese}")
        for who in choose(suited(ASKED, name), 2, name):
            english = f"{who.do} {who.english} like {deed.gerund}"
            yield ask(("ask", name), english, f"{who.chinese}喜欢{deed.chinese}吗")


def liking_too() -> Iterator[Draft]:
    """I also like swimming. 我也喜欢游泳。 We all like swimming. 我们都喜欢游泳。"""
    for name in _PASTIMES:
        deed = ACTIVITIES[name]
        for who in choose(suited(PEOPLE, name), 2, name):
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
        for liked, other in permutations(named(group), 2):
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
        for who in choose(suited(PEOPLE, name), 2, name):
            yield tell(("yes", name), f"{who.english} {who.be} {deed.gerund}", f"{who.chinese}在{deed.chinese}")
        for who in choose(suited(ASKED, name), 1, name):
            yield ask(("ask", name), f"{who.be} {who.english} {deed.gerund}", f"{who.chinese}在{deed.chinese}吗")


def going_on_somewhere() -> Iterator[Draft]:
    """She is reading books in the library. 她正在图书馆看书。"""
    for place, names in _SETTINGS.items():
        for name in named(names):
            deed = ACTIVITIES[name]
            for who in choose(suited(PEOPLE, name, place), 3, place.at, name):
                yield tell(
                    (name, place.at),
                    f"{who.english} {who.be} {deed.gerund} {place.at}",
                    f"{who.chinese}正在{place.chinese}{deed.chinese}",
                )


def done_somewhere() -> Iterator[Draft]:
    """We played football in the park yesterday. 我们昨天在公园踢足球了。"""
    times = {"yesterday": "昨天", "this morning": "今天早上", "last Sunday": "上个星期天"}
    for place, names in _SETTINGS.items():
        for name in named(names):
            deed = ACTIVITIES[name]
            for who, time in choose(product(suited(PEOPLE, name, place), times), 2, place.at, name):
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
        for who, time in choose(product(suited(PEOPLE, name), times), 2, name):
            english = f"{who.english} did not {deed.base} {time}"
            yield tell(("not", name), english, f"{who.chinese}{times[time]}没{deed.chinese}")
        for who, time in choose(product(suited(ASKED, name), times), 2, name):
            english = f"did {who.english} {deed.base} {time}"
            yield ask(("ask", name), english, f"{who.chinese}{times[time]}{deed.chinese}了吗")


def ability() -> Iterator[Draft]:
    """She can play the piano. She cannot play the piano. Can she play the piano? Ability that was learnt is 会."""
    for name in _SKILLS:
        deed = ACTIVITIES[name]
        for who in choose(suited(PEOPLE, name), 2, name):
            yield tell(("yes", name), f"{who.english} can {deed.base}", f"{who.chinese}会{deed.chinese}")
        for who in choose(suited(PEOPLE, name), 2, name, "not"):
            yield tell(("not", name), f"{who.english} cannot {deed.base}", f"{who.chinese}不会{deed.chinese}")
        for who in choose(suited(ASKED, name), 2, name):
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
        for who in choose(suited(PEOPLE, name), 2, name):
            english = f"{who.english} {who.present(VERBS['want'])} to {deed.base}"
            yield tell(("yes", name), english, f"{who.chinese}想{deed.chinese}")
        for who in choose(suited(PEOPLE, name), 2, name, "not"):
            english = f"{who.english} {who.do} not want to {deed.base}"
            yield tell(("not", name), english, f"{who.chinese}不想{deed.chinese}")
        for who in choose(suited(ASKED, name), 1, name):
            english = f"{who.do} {who.english} want to {deed.base}"
            yield ask(("ask", name), english, f"{who.chinese}想{deed.chinese}吗")


def for_some_time() -> Iterator[Draft]:
    """She played the piano for two hours yesterday. 她昨天弹了两个小时钢琴。"""
    times = {"yesterday": "昨天", "this morning": "今天早上", "this afternoon": "今天下午"}
    for length, names in _LASTING.items():
        for name in named(names):
            deed = ACTIVITIES[name]
            for who, time in choose(product(suited(PEOPLE, name), times), 3, length, name):
                yield tell(
                    (name, length),
                    f"{who.english} {deed.past} for {length} {time}",
                    f"{who.chinese}{times[time]}{deed.chinese_verb}了{_DURATIONS[length]}{deed.chinese_object}",
                )


def how_long() -> Iterator[Draft]:
    """How long did you play the piano yesterday? 你昨天弹了多长时间钢琴？"""
    for name in sorted({name for names in _LASTING.values() for name in named(names)}):
        deed = ACTIVITIES[name]
        for who in choose(suited(ASKED, name), 2, name):
            english = f"how long did {who.english} {deed.base} yesterday"
            yield ask((name,), english, f"{who.chinese}昨天{deed.chinese_verb}了多长时间{deed.chinese_object}")


def ever_or_never() -> Iterator[Draft]:
    """Have you ever ridden a horse? 你骑过马吗？ I have never ridden a horse. 我从来没骑过马。"""
    for name in named("horse bicycle piano guitar chess Chinese English football basketball drive flowers"):
        deed = ACTIVITIES[name]
        done = f"{deed.chinese_verb}过{deed.chinese_object}"
        for who in choose(suited(ASKED, name), 2, name):
            yield ask(("ever", name), f"{who.have} {who.english} ever {deed.participle}", f"{who.chinese}{done}吗")
        for who in choose(suited(PEOPLE, name), 3, name):
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


def the_one_who() -> Iterator[Draft]:
    """The person who is singing is my older sister. 在唱歌的人是我姐姐。"""
    names = named(
        "tea coffee newspaper music piano guitar photos pictures sing dance swim run read dinner flowers clothes"
    )
    for name in names:
        deed = ACTIVITIES[name]
        for who in choose((MOTHER, FATHER, SISTER, BROTHER, FRIEND), 3, name):
            english = f"the person who is {deed.gerund} is {who.english}"
            yield tell((name, who.english), english, f"在{deed.chinese}的人是{who.chinese}")


CONSTRUCTIONS = (
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
    the_one_who,
)
