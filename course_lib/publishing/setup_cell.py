"""The first code cell of every notebook: it makes sure that the course's library is there, and starts the lesson.

On Colab and Kaggle it fetches the library alone and whatever small package is missing; their TensorFlow, Keras and
NumPy fit their accelerators and are left as they are. Small packages have needs of their own, such as a newer NumPy:
pip is told to keep every version that is there, and takes one that fits.
"""

from __future__ import annotations

# What hosted notebooks may lack, by the name it is imported by; versions are those of requirements.txt.
SMALL_PACKAGES = {
    "filelock": "filelock>=3.13",
    "jieba": "jieba>=0.42",
    "keras_tuner": "keras-tuner>=1.4.8",
    "lazy_loader": "lazy-loader>=0.4",
    "mlxtend": "mlxtend>=0.23",
    "nltk": "nltk>=3.9.1",
    "opencc": "opencc-python-reimplemented>=0.1.7",
    "platformdirs": "platformdirs>=4.2",
    "rich": "rich>=13.7",
    "safetensors": "safetensors>=0.5",
    "tensorboard": "tensorboard>=2.20",
    "tokenizers": "tokenizers>=0.21",
    "truststore": "truststore>=0.10",
}

_COMMENT = {
    "en": "# The set-up: seeds, scale, language and fonts. Run it first; there is nothing to learn in it.",
    "zh": "# 准备工作：随机种子、规模、语言和字体。请先运行这一格，内容不必细看。",
}

_FETCH = """\
except ModuleNotFoundError:  # {why}
    import importlib.metadata
    import importlib.util
    import pathlib
    import re
    import subprocess
    import sys
    import tempfile

    # {keep}
    there = [(one.name, one.version) for one in importlib.metadata.distributions()]
    kept = pathlib.Path(tempfile.mkdtemp(), "kept.txt")
    kept.write_text("".join(f"{{n}}=={{v}}\\n" for n, v in there if n and re.fullmatch("[0-9][0-9a-z.+]*", v or "")))
    install = [sys.executable, "-P", "-m", "pip", "install", "--quiet", "--constraint", str(kept)]
    small = {packages}
    missing = [package for name, package in small.items() if importlib.util.find_spec(name) is None]
    for packages in ["--no-deps", "git+{repository}"], missing:
        if packages and subprocess.run([*install, *packages]).returncode:
            raise ConnectionError("{trouble}") from None
    importlib.invalidate_caches()
    import course_lib
"""

_TROUBLE = {
    "en": "The course cannot be fetched. On Kaggle, turn on Internet in the notebook's settings, then run again.",
    "zh": "无法下载课程代码。如果在 Kaggle 上，请先在笔记本设置中打开 Internet，再重新运行。",
}

_WHY = {"en": "on Colab and Kaggle, fetch the course first", "zh": "在 Colab 和 Kaggle 上先安装课程代码"}

_KEEP = {
    "en": "whatever is fetched has to fit what is there: no package is replaced",
    "zh": "新装的包必须与已有的包相容，不替换任何已有的包",
}

_ADVISE = """\
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        "{advice}"
    ) from None
"""

_ADVICE = {
    "en": "This notebook needs the whole course: download its folder, run `make lab` there, and open the notebook.",
    "zh": "这本笔记需要完整的课程：请下载整个课程文件夹，在其中运行 `make lab`，再从那里打开这本笔记。",
}


def setup_code(chapter: int, language: str, repository: str = "") -> str:
    """The code of the set-up cell.

    Args:
        chapter: the chapter's number.
        language: `"en"` or `"zh"`.
        repository: the public address of the course with its release, or nothing where it has none.

    Returns:
        Plain Python, without magics, so that it can be tested as it is.
    """
    if repository:
        packages = (
            "{\n" + "".join(f'        "{name}": "{package}",\n' for name, package in SMALL_PACKAGES.items()) + "    }"
        )
        otherwise = _FETCH.format(
            why=_WHY[language],
            keep=_KEEP[language],
            repository=repository,
            packages=packages,
            trouble=_TROUBLE[language],
        )
    else:
        otherwise = _ADVISE.format(advice=_ADVICE[language])
    return (
        f"{_COMMENT[language]}\n"
        "try:\n"
        "    import course_lib\n"
        f"{otherwise}"
        "from course_lib import check, dial\n"
        "\n"
        f'course_lib.start(chapter={chapter}, language="{language}")'
    )
