"""The words of the quatrains, by tone: 平 (level) or 仄 (oblique), as the rhyme books of the time count them.

What decides in a line are its even places and its end; so a word of two characters is filed by the tone of its second.
"""

from __future__ import annotations

# Who or what a line is about, by kind and by tone.
SUBJECTS: dict[str, dict[str, str]] = {
    "sky": {
        "平": "春云 朝霞 寒云 轻云 孤云 残霞 寒星 疏星 斜阳 秋阳 轻烟 炊烟 寒烟 晴烟",
        "仄": "明月 残月 晓月 落日 旭日 暮霭 薄雾 晓雾 细雨 暮雨 夜雨 白露 素雪 皓月",
    },
    "water": {
        "平": "清泉 寒溪 长江 春江 秋江 清波 寒潮 秋波",
        "仄": "流水 碧水 野水 春水 瀑布 细浪 碧浪 暗水",
    },
    "plant": {
        "平": "梅花 桃花 荷花 芦花 飞花 垂杨 青松 幽兰 苍苔 丹枫 黄花 梨花",
        "仄": "芳草 翠竹 绿柳 落叶 碧草 野菊 老树 弱柳 柳絮 嫩蕊 败叶 古木",
    },
    "creature": {
        "平": "黄莺 孤鸿 寒鸦 归鸿 沙鸥 秋蝉 鸣蝉 寒蛩 飞鸿",
        "仄": "白鹭 紫燕 归雁 野鹤 宿鸟 旅雁 蛱蝶 社燕 杜宇",
    },
    "sound": {
        "平": "钟声 琴声 歌声 泉声 松声 猿声 书声 砧声",
        "仄": "短笛 暮鼓 画角 牧笛 晚磬 古调 玉笛 夜柝",
    },
    "people": {
        "平": "渔翁 行人 樵夫 孤舟 归舟 轻帆 归人 山僧 诗翁",
        "仄": "钓叟 牧子 旅客 野老 远客 小艇 客子 过客 老衲",
    },
}

# Where it is.
PLACES: dict[str, str] = {
    "平": "江边 窗前 溪边 阶前 山中 庭前 桥边 林间 池边 门前 云间 楼前 天边 湖边 城南 溪西 峰头 村前 山前 沙边",
    "仄": "陌上 渡口 水上 月下 岭上 窗外 江上 溪畔 城外 林下 楼上 门外 陇上 池上 桥畔 云外 岭外 湖上 郭外 村外",
}

# What it does at the end of a line that does not rhyme.
VERBS: dict[str, str] = {
    "sky": "照 落 起 尽 散 冷 静 近",
    "water": "去 绕 急 阔 碧 涨 静 远",
    "plant": "发 落 老 绿 暗 瘦 舞 密",
    "creature": "过 宿 去 散 立 起 下 语",
    "sound": "起 断 绝 远 近 歇 落 动",
    "people": "去 望 坐 宿 过 醉 老 立",
}

# What it does at the end of a line that rhymes: each group is of one rhyme of the rhyme book (平水韵).
RHYMES: dict[str, dict[str, str]] = {
    "东": {"sky": "红 空 中", "water": "通 空 东", "plant": "红 丛 空", "creature": "空 中 东", "sound": "空 中 风"},
    "微": {"sky": "微 飞 稀", "water": "微 归 肥", "plant": "肥 飞 稀", "creature": "飞 归 稀", "people": "归 稀 违"},
    "灰": {"sky": "来 开 堆", "water": "来 回 开", "plant": "开 栽 摧", "creature": "来 回 催", "people": "来 回 陪"},
    "先": {"sky": "悬 天 妍", "water": "连 前 涟", "plant": "妍 鲜 眠", "creature": "旋 眠 前", "people": "眠 前 年"},
    "阳": {"sky": "凉 黄 长", "water": "长 凉 茫", "plant": "香 黄 长", "creature": "忙 翔 藏", "sound": "长 凉 扬"},
    "庚": {"sky": "明 清 生", "water": "清 平 声", "plant": "生 荣 横", "creature": "鸣 惊 迎", "people": "行 情 耕"},
    "尤": {"sky": "浮 收 流", "water": "流 悠 浮", "plant": "幽 稠 秋", "creature": "游 留 啾", "people": "游 愁 留"},
    "侵": {"sky": "深 沉 阴", "water": "深 侵 沉", "plant": "深 阴 侵", "creature": "吟 寻 临", "people": "吟 寻 临"},
}

# In the middle of a line: what one thing does to another.
LINKS = "照 过 映 对 连 隔 傍 绕 入 送 临 伴"

# The other thing, by the tones of both its characters; no line that ends so rhymes.
OBJECTS: dict[str, str] = {
    "平仄": "芳径 寒水 荒径 新柳 疏影 青嶂 平野 残雪 幽谷 高阁 秋色 春水",
    "仄仄": "古寺 远浦 翠竹 野渡 古道 断岸 绿野 小院 暮色 旧垒 远岫 画阁",
}

# What stands in front of a line of five to make it one of seven.
FRONTS: dict[str, str] = {
    "平": "春来 秋深 黄昏 清晨 山深 天寒 风轻 云开 今朝 年年 悠悠 萧萧 遥遥 依依 三更 重阳",
    "仄": "日暮 夜静 雨后 雪后 岁晚 昨夜 此夜 寂寂 漠漠 处处 雨过 酒后 梦里 岁岁 二月 九月",
}

TITLES = (
    "春日 秋日 夏日 冬日 春夜 秋夜 早春 暮春 初夏 新秋 岁暮 雨后 月夜 清晨",
    "湖上 江行 山行 郊行 登楼 怀友 闻笛 看花 独坐 偶成 晚眺 书怀 泛舟 访僧",
)
