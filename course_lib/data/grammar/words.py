"""The words of the phrases: people, things, deeds, places, times, with what each language needs to know of them."""

from __future__ import annotations

from typing import NamedTuple

from course_lib.data.grammar.english import Person, Verb, a

# --- people -----------------------------------------------------------------------------------------------------------

I = Person("I", "me", "my", "我", "I")  # noqa: E741
YOU = Person("you", "you", "your", "你", "you")
HE = Person("he", "him", "his", "他", "he")
SHE = Person("she", "her", "her", "她", "she")
WE = Person("we", "us", "our", "我们", "we")
THEY = Person("they", "them", "their", "他们", "they")


def _relative(english: str, chinese: str, pronoun: str, owner: Person = I) -> Person:
    name = f"{owner.possessive} {english}"
    return Person(name, name, f"{name}'s", owner.chinese + chinese, pronoun)


def _named(english: str, chinese: str, pronoun: str) -> Person:
    return Person(english, english, f"{english}'s", chinese, pronoun)


MOTHER = _relative("mother", "妈妈", "she")
FATHER = _relative("father", "爸爸", "he")
SISTER = _relative("older sister", "姐姐", "she")
BROTHER = _relative("younger brother", "弟弟", "he")
FRIEND = _relative("friend", "朋友", "he")
TOM = _named("Tom", "汤姆", "he")
MARY = _named("Mary", "玛丽", "she")
TEACHER = _named("the teacher", "老师", "she")

RELATIVES = (MOTHER, FATHER, SISTER, BROTHER)
PEOPLE = (I, HE, SHE, WE, THEY, *RELATIVES, TOM, MARY)
# Whoever may still go to school.
YOUNG = tuple(person for person in PEOPLE if person not in (MOTHER, FATHER))
ASKED = (YOU, HE, SHE, THEY, TOM, MARY, _relative("mother", "妈妈", "she", YOU), _relative("father", "爸爸", "he", YOU))

PROFESSIONS = {
    "doctor": "医生",
    "teacher": "老师",
    "nurse": "护士",
    "engineer": "工程师",
    "lawyer": "律师",
    "actor": "演员",
    "cook": "厨师",
    "driver": "司机",
    "painter": "画家",
    "farmer": "农民",
    "writer": "作家",
}

# --- things -----------------------------------------------------------------------------------------------------------


class Noun(NamedTuple):
    """A thing that can be counted, with the measure word that Chinese counts it by."""

    english: str
    plural: str
    measure: str
    chinese: str

    def count(self, number: int) -> tuple[str, str]:
        """So many of it, in both languages: two books, 两本书."""
        english = a(self.english) if number == 1 else f"{_NUMBERS[number]} {self.plural}"
        return english, "一两三四五"[number - 1] + self.measure + self.chinese

    def this(self, pointer: str = "这") -> str:
        """这本书, or 那本书, 哪本书, 几本书."""
        return pointer + self.measure + self.chinese


_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}

_NOUNS = """
book books 本 书 | map maps 张 地图 | ticket tickets 张 票 | photo photos 张 照片 | letter letters 封 信
table tables 张 桌子 | chair chairs 把 椅子 | umbrella umbrellas 把 雨伞 | key keys 把 钥匙 | knife knives 把 刀
cat cats 只 猫 | dog dogs 只 狗 | bird birds 只 鸟 | horse horses 匹 马 | fish fish 条 鱼
apple apples 个 苹果 | orange oranges 个 橙子 | egg eggs 个 鸡蛋 | cup cups 个 杯子 | bag bags 个 包
pen pens 支 笔 | hat hats 顶 帽子 | shirt shirts 件 衬衫 | coat coats 件 大衣 | watch watches 块 手表
bicycle bicycles 辆 自行车 | car cars 辆 汽车 | tree trees 棵 树 | flower flowers 朵 花 | newspaper newspapers 份 报纸
computer computers 台 电脑 | camera cameras 台 相机 | house houses 座 房子 | room rooms 个 房间 | garden gardens 个 花园
film films 部 电影 | song songs 首 歌 | picture pictures 幅 画 | question questions 个 问题 | child children 个 孩子
"""
NOUNS = {entry.split()[0]: Noun(*entry.split()) for line in _NOUNS.strip().splitlines() for entry in line.split("|")}
# Drinks and dishes are counted by what they come in.
HELPINGS = {
    "tea": Noun("cup of tea", "cups of tea", "杯", "茶"),
    "coffee": Noun("cup of coffee", "cups of coffee", "杯", "咖啡"),
    "milk": Noun("glass of milk", "glasses of milk", "杯", "牛奶"),
    "water": Noun("bottle of water", "bottles of water", "瓶", "水"),
    "noodles": Noun("bowl of noodles", "bowls of noodles", "碗", "面条"),
    "rice": Noun("bowl of rice", "bowls of rice", "碗", "米饭"),
    "bread": Noun("piece of bread", "pieces of bread", "块", "面包"),
}


def nouns(names: str) -> tuple[Noun, ...]:
    """The nouns of these names, which may also be drinks and dishes."""
    return tuple(NOUNS.get(name) or HELPINGS[name] for name in names.split())


class Quality(NamedTuple):
    """An adjective, and the things that it can sensibly be said of."""

    english: str
    chinese: str
    of: tuple[Noun, ...]


QUALITIES = (
    Quality("interesting", "有意思", nouns("book film newspaper letter question")),
    Quality("boring", "无聊", nouns("book film newspaper")),
    Quality("difficult", "难", nouns("book song question")),
    Quality(
        "expensive", "贵", nouns("book umbrella coat hat shirt watch bicycle car computer camera table bag ticket")
    ),
    Quality("cheap", "便宜", nouns("book umbrella coat hat shirt watch bicycle computer camera chair bag ticket")),
    Quality("beautiful", "漂亮", nouns("hat shirt coat flower bird horse garden house picture umbrella cup")),
    Quality("new", "新", nouns("bicycle car computer camera coat shirt bag house")),
    Quality("old", "旧", nouns("book map bicycle car computer camera coat shirt bag table chair")),
    Quality("big", "大", nouns("house room garden table bag apple fish dog tree hat")),
    Quality("small", "小", nouns("house room garden table bag apple fish dog cup key")),
    Quality("heavy", "重", nouns("book table chair bag computer camera")),
    Quality("light", "轻", nouns("chair bag computer camera umbrella coat")),
    Quality("long", "长", nouns("letter film song coat knife")),
    Quality("comfortable", "舒服", nouns("chair shirt coat house room")),
    Quality("clean", "干净", nouns("room house shirt cup table car")),
    Quality("quiet", "安静", nouns("room house garden child")),
    Quality("bright", "明亮", nouns("room house")),
    Quality("warm", "暖和", nouns("coat room hat house")),
    Quality("clever", "聪明", nouns("cat dog horse bird child")),
    Quality("fast", "快", nouns("car bicycle horse computer")),
    Quality("sweet", "甜", nouns("apple orange")),
    Quality("fresh", "新鲜", nouns("apple orange egg fish")),
)

# --- what people do ---------------------------------------------------------------------------------------------------


class Activity(NamedTuple):
    """Something people do: an English verb and the rest, a Chinese verb and its object.

    The two Chinese parts are apart because 了, 过 and a length of time stand between them: 看书, 看了两个小时书.
    """

    verb: Verb
    rest: str
    chinese_verb: str
    chinese_object: str

    @property
    def base(self) -> str:
        """read books."""
        return f"{self.verb.base} {self.rest}".strip()

    @property
    def past(self) -> str:
        """read, swam, wrote letters."""
        return f"{self.verb.past} {self.rest}".strip()

    @property
    def participle(self) -> str:
        """written letters."""
        return f"{self.verb.participle} {self.rest}".strip()

    @property
    def gerund(self) -> str:
        """reading books."""
        return f"{self.verb.gerund} {self.rest}".strip()

    def present(self, person: Person) -> str:
        """I read books, she reads books: without the person."""
        return f"{person.present(self.verb)} {self.rest}".strip()

    @property
    def chinese(self) -> str:
        """看书."""
        return self.chinese_verb + self.chinese_object


_VERBS = """
buy bought bought buying | sell sold sold selling | find found found finding
lose lost lost losing | borrow borrowed borrowed borrowing | see saw seen seeing
draw drew drawn drawing | write wrote written writing | take took taken taking
eat ate eaten eating | drink drank drunk drinking | break broke broken breaking
plant planted planted planting | receive received received receiving | read read read reading
watch watched watched watching | listen listened listened listening | play played played playing
study studied studied studying | cook cooked cooked cooking | do did done doing
ride rode ridden riding | sing sang sung singing | dance danced danced dancing
swim swam swum swimming | run ran run running | clean cleaned cleaned cleaning
wash washed washed washing | drive drove driven driving | sleep slept slept sleeping
water watered watered watering | go went gone going | come came come coming
get got got getting | live lived lived living | like liked liked liking
want wanted wanted wanting | work worked worked working | rest rested rested resting
think thought thought thinking | speak spoke spoken speaking
"""
VERBS = {entry.split()[0]: Verb(*entry.split()) for line in _VERBS.strip().splitlines() for entry in line.split("|")}

_ACTIVITIES = """
tea: drink tea 喝 茶
coffee: drink coffee 喝 咖啡
milk: drink milk 喝 牛奶
water: drink water 喝 水
noodles: eat noodles 吃 面条
fish: eat fish 吃 鱼
meat: eat meat 吃 肉
fruit: eat fruit 吃 水果
newspaper: read the newspaper 看 报纸
read: read books 看 书
television: watch television 看 电视
films: watch films 看 电影
music: listen to music 听 音乐
radio: listen to the radio 听 广播
football: play football 踢 足球
basketball: play basketball 打 篮球
piano: play the piano 弹 钢琴
guitar: play the guitar 弹 吉他
chess: play chess 下 棋
Chinese: study Chinese 学 中文
English: study English 学 英语
dinner: cook dinner 做 晚饭
homework: do homework 做 作业
letters: write letters 写 信
pictures: draw pictures 画 画
photos: take photos 拍 照片
bicycle: ride a bicycle 骑 自行车
horse: ride a horse 骑 马
sing: sing 唱 歌
dance: dance 跳 舞
swim: swim 游 泳
walk: take a walk 散 步
run: run 跑 步
room: clean the room 打扫 房间
clothes: wash clothes 洗 衣服
drive: drive 开 车
sleep: sleep 睡 觉
flowers: water the flowers 浇 花
work: work 工作 -
rest: rest 休息 -
speak: speak Chinese 说 中文
speak-English: speak English 说 英语
"""


def _activity(entry: str) -> Activity:
    verb, *rest, chinese_verb, chinese_object = entry.split()
    return Activity(VERBS[verb], " ".join(rest), chinese_verb, chinese_object.strip("-"))


ACTIVITIES = {name: _activity(entry) for name, entry in (line.split(": ") for line in _ACTIVITIES.strip().splitlines())}


def named(names: str) -> list[str]:
    """The names of activities, one by one."""
    return names.split()


# --- places -----------------------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """A place to be at or to go to.

    Args:
        to: "to the park"; "home".
        at: "in the park"; "at home".
        chinese: 公园.
    """

    to: str
    at: str
    chinese: str


def _place(preposition: str, name: str, chinese: str) -> Place:
    return Place(f"to {name}", f"{preposition} {name}", chinese)


PLACES = {
    "library": _place("in", "the library", "图书馆"),
    "park": _place("in", "the park", "公园"),
    "restaurant": _place("at", "the restaurant", "饭馆"),
    "school": _place("at", "school", "学校"),
    "station": _place("at", "the station", "车站"),
    "airport": _place("at", "the airport", "机场"),
    "hospital": _place("at", "the hospital", "医院"),
    "market": _place("at", "the market", "市场"),
    "supermarket": _place("at", "the supermarket", "超市"),
    "bookshop": _place("in", "the bookshop", "书店"),
    "bank": _place("at", "the bank", "银行"),
    "post office": _place("at", "the post office", "邮局"),
    "cinema": _place("at", "the cinema", "电影院"),
    "museum": _place("in", "the museum", "博物馆"),
    "seaside": _place("at", "the seaside", "海边"),
}
CITIES = {
    "Beijing": _place("in", "Beijing", "北京"),
    "Shanghai": _place("in", "Shanghai", "上海"),
    "Nanjing": _place("in", "Nanjing", "南京"),
    "Guangzhou": _place("in", "Guangzhou", "广州"),
}
COUNTRIES = {
    "France": _place("in", "France", "法国"),
    "Japan": _place("in", "Japan", "日本"),
    "Canada": _place("in", "Canada", "加拿大"),
}
HOME = Place("home", "at home", "家")
INDOORS = HOME._replace(chinese="家里")
GARDEN = Place("to the garden", "in the garden", "花园里")
KITCHEN = Place("to the kitchen", "in the kitchen", "厨房里")
ROOM = Place("to the room", "in the room", "房间里")
RIVER = Place("to the river", "by the river", "河边")

# Where things lie and animals sit: the English phrase and the Chinese one, which stands the other way round.
SPOTS = {
    "on the table": "桌子上",
    "under the table": "桌子下面",
    "on the chair": "椅子上",
    "on the bed": "床上",
    "under the bed": "床下面",
    "in the bag": "包里",
    "in the box": "箱子里",
    "in the car": "车里",
    "in the room": "房间里",
    "in the kitchen": "厨房里",
    "in the garden": "花园里",
    "behind the door": "门后面",
    "under the tree": "树下",
    "in front of the house": "房子前面",
    "behind the house": "房子后面",
    "by the river": "河边",
    "next to the window": "窗户旁边",
}


def suited(people: tuple[Person, ...], name: str, place: Place | None = None) -> tuple[Person, ...]:
    """Those who may do it: parents are left out where homework or a school is concerned."""
    if name == "homework" or place is PLACES["school"]:
        return tuple(person for person in people if person in YOUNG or person is YOU)
    return people


# --- times ------------------------------------------------------------------------------------------------------------

PAST_TIMES = {
    "yesterday": "昨天",
    "this morning": "今天早上",
    "last week": "上个星期",
    "last Sunday": "上个星期天",
}
FUTURE_TIMES = {
    "tomorrow": "明天",
    "next week": "下个星期",
    "this afternoon": "今天下午",
    "on Sunday": "星期天",
}
HABIT_TIMES = {
    "every day": "每天",
    "every morning": "每天早上",
    "every evening": "每天晚上",
    "every night": "每天晚上",
    "every weekend": "每个周末都",
}
HOURS = {
    5: ("five", "五"),
    6: ("six", "六"),
    7: ("seven", "七"),
    8: ("eight", "八"),
    9: ("nine", "九"),
    10: ("ten", "十"),
    11: ("eleven", "十一"),
    12: ("twelve", "十二"),
}
