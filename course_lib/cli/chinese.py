"""What the command says in Chinese where its English stands elsewhere: help texts, and what click itself says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Words:
    """The help of a command.

    Args:
        help: the whole text.
        short: the line in the list of commands; the first line of `help` where it is left out.
        options: the help of each option, by its first name.
    """

    help: str
    short: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


# Said alike wherever the option stands.
OPTIONS = {
    "--json": "以 JSON 格式输出。",
    "--jobs": "同时运行几课；不写时由核数和内存决定。",
    "--scale": "计算规模；不写时取 COURSE_SCALE，否则为 quick。",
    "--resume": "跳过已经运行过、此后没有改动的课。",
    "--version": "显示版本后退出。",
}

HELP = {
    "course": Words(
        "面向语言的深度学习：课程、数据与网站。\n\n\b\n"
        "退出码：0 一切正常 · 1 检查出了错误 · 2 用法不对 · 3 数据无法取得 ·\n"
        "4 本机缺少所需的东西 · 130 被中断，143 被终止",
        options={"--language": "帮助和消息使用的语言；不写时取 COURSE_LANGUAGE，否则取系统的语言。"},
    ),
    "course doctor": Words(
        "检查本机有什么、缺什么，以及如何补上。\n\n缺少的东西使课程无法运行时，退出码为 4。",
        options={"--language": "检查结果使用的语言。"},
    ),
    "course data": Words("列出、取来、校验或清空数据集。"),
    "course data list": Words("列出有哪些数据集，以及各自从哪里来。", options={"--long": "同时显示许可、出处和网址。"}),
    "course data fetch": Words(
        "把数据集取到本机；不写 ID 时，取来除大文件以外的全部数据集。\n\n"
        "取不到的不影响其余的。最后仍有缺少时，退出码为 3。",
        short="把数据集取到本机。",
    ),
    "course data verify": Words(
        "校验本机上的每一份副本：大小、校验和、内容。\n\n有副本损坏时，退出码为 1；指定的数据集不在本机时，退出码为 3。"
    ),
    "course data clear": Words(
        "从缓存中删除数据集；不写 ID 时全部删除。你自己的 COURSE_DATA 不会被改动。", short="从缓存中删除数据集。"
    ),
    "course build": Words(
        "由各课的源文件生成两种语言的笔记本。\n\n"
        "译文过期、标签未知、缺少另一半：每一处都会报出文件和行号，此时不写任何文件。",
        short="生成两种语言的笔记本；--check 只作比较。",
        options={
            "--check": "不写文件；笔记本与源文件不一致时，退出码为 1。",
            "--solutions": "同时生成参考答案版，放在 build/solutions。",
            "--accept": "先声明这一格的译文已是最新。可以多次给出。",
        },
    ),
    "course run": Words(
        "运行课程，并检查结果是否落在所承诺的范围内。\n\n"
        "CHAPTER 是编号或名字：1、01、preprocessing。不写时运行全部课程，同时运行的课数由核数和空闲内存决定，"
        "最长的先运行。某一课出错停止，或结果超出范围时，退出码为 1。进程被终止后，用 --resume 接着运行没有完成的课。",
        short="运行课程，并检查结果是否在预期范围内。",
        options={
            "--language": "运行哪种语言的笔记本。",
            "--edition": "运行哪个版本：学生版或参考答案版。",
            "--record": "记下时间和内存，供笔记本引用：一次只运行一课。",
            "--json": "以 JSON 格式输出各次运行的记录。",
        },
    ),
    "course spread": Words(
        "换用不同的随机种子重复运行课程，看结果变动多大：预期范围由此而来。\n\n"
        "某个种子失败不影响其余的；此时这一课不作记录。",
        short="换种子重复运行课程，看结果变动多大。",
        options={"--seeds": "用多少个种子：1、2、3……", "--record": "把这些值记录下来。"},
    ),
    "course site": Words(
        "由运行过的课程生成两种语言的网站；先用 `course run --language both` 运行课程。",
        short="由运行过的课程生成网站。",
    ),
    "course all": Words(
        "取来数据，运行两种语言的全部课程，生成网站：与 `make course` 相同。\n\n"
        "没有网络时，课程使用自带的样例，并会说明。",
        short="数据、两种语言的课程、网站：一次完成。",
    ),
    "course lab": Words(
        "在 JupyterLab 中打开课程：需要令牌，仅限本机访问。\n\n"
        "LAB_OPTIONS 原样交给 JupyterLab，例如 --no-browser 或 --port=9000。",
        short="在 JupyterLab 中打开课程。",
        options={"--language": "打开哪种语言的笔记本；不写时与本命令的语言相同。"},
    ),
    "course slides": Words(
        "由运行过的课程制作幻灯片：图、公式、可展开的预测，以及讲解备注。\n\n"
        "放在 build/slides，所需的一切都在其中，不访问网络。在浏览器中：按 S 打开讲解备注，按 ? 查看其他按键。",
        short="由运行过的课程制作幻灯片，用浏览器放映。",
        options={
            "--language": "哪种语言的幻灯片。",
            "--serve": "在本机提供服务，直到按 Ctrl-C。",
            "--port": "端口；0 表示任选一个。",
        },
    ),
    "course book": Words(
        "用 Chromium 把运行过的课程印成 PDF，每种语言一本：有目录、页码，答案在书末。\n\n"
        "书是 build/book/en.pdf 和 zh.pdf。不写 CHAPTER 时，收入全部课程。",
        short="把运行过的课程印成 PDF，每种语言一本。",
        options={"--language": "哪种语言的书。"},
    ),
    "course assignment": Words("布置课程中的练习，收回学生的作答并评分。"),
    "course assignment make": Words(
        "制作一份作业：两种语言的学生笔记本、带参考答案的教师笔记本，以及一份清单。\n\n"
        "学生拿到 `hand_out/`；收回的作答放进 `submitted/`，每人一个文件 NAME.ipynb 或一个文件夹 NAME。",
        short="由一课的练习制作作业。",
        options={
            "--exercises": "由程序检查的练习的编号。",
            "--open": "开放练习的编号，由人阅卷。",
            "--out": "作业的文件夹，会新建。",
            "--due": "截止时间；此后交来的会注明。",
            "--points": "每道练习的分值。",
            "--for": "nbgrader：附带它的元数据。",
        },
    ),
    "course assignment grade": Words(
        "为收回的作答评分：一张成绩表，每名学生一页反馈。\n\n"
        "每份作答在单独的进程中运行，没有网络，时间和内存都有限制，并且只计算要求的内容；"
        "比较在另一个进程中进行。已评过的会保留：进程被终止后，再运行一次即可。",
        short="为收回的作答评分。",
        options={
            "--jobs": "同时评几份；不写时与核数相同。",
            "--seconds": "每份作答的时限（秒）。",
            "--call": "每次调用的时限（秒）。",
            "--memory": "每份作答的内存上限（MB）。",
            "--csv": "另外写一张表，供其他系统使用。",
            "--worksheet": "要填写的 Moodle 评分表。",
            "--given": "在别处给出的分数表，例如 otter 的。",
            "--again": "已评过的也重新评。",
            "--with-these-checks": "即使检查程序此后有改动。",
        },
    ),
    "course progress": Words(
        "查看一个文件夹的笔记本中哪些练习已通过，哪些需要重做。\n\n"
        "不写 FOLDER 时，查看本课程的笔记本。只读取保存下来的内容，都在本机进行；"
        "不运行任何代码，也不向外发送任何内容。",
        short="查看笔记本中哪些已通过，哪些需要重做。",
    ),
}

HEADINGS = {"Options": "选项", "Commands": "命令"}
# Parts of a line that click writes itself.
PARTS = (
    ("Show this message and exit.", "显示本说明后退出。"),
    ("[default: ", "[默认："),
    ("[required]", "[必填]"),
)
ERRORS = (
    (r"No such command '(.+)'\.(?: .*)?", "没有命令 '{0}'。"),
    (
        r"No such option:? '?([^' ]+?)'?\.?(?: Did you mean '?([^'?]+?)'?\?| \(Possible options: (.+)\))?",
        "没有选项 {0}。",
    ),
    (r"Missing command\.", "缺少命令。"),
    (r"Missing argument '(.+)'\.", "缺少参数 {0}。"),
    (r"Missing option '(.+)'\.", "缺少选项 {0}。"),
    (r"Option '(.+)' requires an argument\.", "选项 {0} 需要一个值。"),
    (r"Got unexpected extra arguments? \((.+)\)", "多出了参数：{0}。"),
    (r"Invalid value for '(.+?)': (.+) is not in the range (.+?)\.", "'{0}' 的值不对：{1}；可用的范围：{2}。"),
    (r"Invalid value for '(.+?)': '(.+)' is not a valid .+?\.", "'{0}' 的值不对：'{1}' 不是数。"),
    (r"Invalid value for '(.+?)': (.+?)\.?", "'{0}' 的值不对：{1}。"),
)
