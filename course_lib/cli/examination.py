"""What this machine has and lacks for the course, and the line that mends it; nothing heavy is imported to find out."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.base import settings
from course_lib.base.errors import CourseError, UsageError
from course_lib.base.language import tr
from course_lib.training import devices

if TYPE_CHECKING:
    from course_lib.data.registry import Card

PYTHONS = ((3, 11), (3, 13))
# The archive of reviews, what is parsed from it, and room to work.
DISK_GB = 1.0
MEMORY_GB = 2.0

# Where a data set is, as the command says it in Chinese.
_PLACES = {
    "folder": "COURSE_DATA 中",
    "cache": "缓存中",
    "package": "软件包中",
    "course": "课程自带",
    "missing": "不在本机",
}

_INSTALL = 'python -m pip install -c requirements.lock -e ".[site]"'
_CHROMIUM_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_CHROMIUM_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Args:
        name: the thing, in a word or two.
        status: `"fine"`, `"missing"` (the course does not work without it) or `"optional"` (it does, with less).
        says: what was found.
        mend: the line to type, or the thing to do, where something is to be mended.
    """

    name: str
    status: str
    says: str
    mend: str = ""


def examine() -> list[Finding]:
    """Look at everything the course needs or can use; the net is not asked.

    Returns:
        The findings, in the order in which a person would mend them.
    """
    return [
        python(),
        *packages(),
        backend(),
        cores_and_memory(),
        cache(),
        disk(),
        *data_sets(),
        accelerators(),
        chinese_font(),
        chromium(),
    ]


def python() -> Finding:
    """The Python that runs this."""
    version = platform.python_version()
    system = f"{platform.system()} {platform.machine()}"
    says = tr(f"{version} on {system}", f"{version}（{system}）")
    low, high = (f"{major}.{minor}" for major, minor in PYTHONS)
    if PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return Finding("Python", "fine", says)
    return Finding(
        "Python",
        "missing",
        tr(f"{says}; the course needs {low} to {high}", f"{says}；课程需要 {low} 到 {high}"),
        tr(f"install Python {high}", f"请安装 Python {high}"),
    )


def packages() -> list[Finding]:
    """The packages of requirements.txt, against the versions the course supports."""
    from packaging.requirements import InvalidRequirement, Requirement

    name = tr("packages", "软件包")
    try:
        declared = importlib.metadata.requires("course-lib") or []
    except importlib.metadata.PackageNotFoundError:
        return [Finding(name, "missing", tr("course-lib is not installed", "没有安装 course-lib"), _INSTALL)]
    wrong, extras_missing, seen = [], [], 0
    for line in declared:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        of_extra = requirement.marker is not None and "extra ==" in str(requirement.marker)
        if requirement.marker and not requirement.marker.evaluate({"extra": "site"}):
            continue
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            version = None
        if version and requirement.specifier.contains(version, prereleases=True):
            seen += 1
        elif of_extra:
            extras_missing.append(requirement.name)
        else:
            wrong.append(
                tr(
                    f"{requirement.name} {version or 'not installed'} (needs {requirement.specifier})",
                    f"{requirement.name} {version or '没有安装'}（需要 {requirement.specifier}）",
                )
            )
    findings = [
        Finding(name, "missing", tr("; ", "；").join(wrong), _INSTALL)
        if wrong
        else Finding(name, "fine", tr(f"{seen} installed, versions supported", f"已安装 {seen} 个，版本都受支持"))
    ]
    if extras_missing:
        lacking = ", ".join(extras_missing)
        says = tr(f"to build the site: {lacking}", f"生成网站还需要：{lacking}")
        findings.append(Finding(tr("site", "网站"), "optional", says, _INSTALL))
    return findings


def backend() -> Finding:
    """The backend that Keras would use, and whether it is installed."""
    chosen = devices.configured_backend()
    name = tr("backend", "后端")
    source = "KERAS_BACKEND" if os.environ.get("KERAS_BACKEND") else tr("the default", "默认")
    if chosen not in devices.BACKENDS:
        allowed = ", ".join(devices.BACKENDS)
        says = tr(f"{chosen!r} is no backend; allowed: {allowed}", f"{chosen!r} 不是后端；可用的有：{allowed}")
        return Finding(name, "missing", says, "export KERAS_BACKEND=tensorflow")
    if importlib.util.find_spec(chosen) is None:
        mends = {"jax": "python -m pip install -c requirements.lock jax", "torch": _INSTALL.replace("site", "torch")}
        says = tr(f"{chosen} ({source}) is not installed", f"没有安装 {chosen}（{source}）")
        return Finding(name, "missing", says, mends.get(chosen, _INSTALL))
    version = devices.version_of(chosen)
    return Finding(name, "fine", tr(f"{version} ({source})", f"{version}（{source}）"))


def cores_and_memory() -> Finding:
    """Processor cores and working memory, against what a chapter takes at the quick scale."""
    import psutil

    from course_lib.publishing import memory

    # In a container its limit counts: what the machine has besides is not to be had.
    total, free = psutil.virtual_memory().total / 1e9, memory.free_gigabytes()
    name = tr("machine", "机器")
    says = tr(
        f"{devices.cores()} cores, {total:.1f} GB of memory, {free:.1f} GB of it free",
        f"{devices.cores()} 核，内存 {total:.1f} GB，空闲 {free:.1f} GB",
    )
    if free < MEMORY_GB:
        says = tr(f"{says}; a chapter takes up to 1.2 GB", f"{says}；一课最多占用 1.2 GB")
        return Finding(name, "optional", says, tr("close other programs", "请关闭其他程序"))
    return Finding(name, "fine", says)


def cache() -> Finding:
    """Whether the cache can be written."""
    folder = settings.cache_folder()
    try:
        # The cache itself is made when it is first needed; here the nearest folder that exists is asked.
        with tempfile.TemporaryFile(dir=_existing(folder)):
            pass
    except OSError as error:
        says = tr(
            f"{folder} cannot be written ({error.strerror}); data is prepared anew each time",
            f"{folder} 无法写入（{error.strerror}）；每次都要重新准备数据",
        )
        mend = tr("name a folder of your own: export COURSE_CACHE=…", "请指定自己的文件夹：export COURSE_CACHE=…")
        return Finding(tr("cache", "缓存"), "optional", says, mend)
    return Finding(tr("cache", "缓存"), "fine", str(folder))


def disk() -> Finding:
    """Free space where the cache is."""
    folder = settings.cache_folder()
    place = _existing(folder)
    free = shutil.disk_usage(place).free / 1e9
    if free < DISK_GB:
        says = tr(
            f"{free:.1f} GB free at {place}; downloads need {DISK_GB:g} GB",
            f"{place} 剩余 {free:.1f} GB；下载需要 {DISK_GB:g} GB",
        )
        mend = tr(
            "make room, or move the cache: export COURSE_CACHE=…", "请腾出空间，或把缓存移到别处：export COURSE_CACHE=…"
        )
        return Finding(tr("disk", "磁盘"), "optional", says, mend)
    return Finding(tr("disk", "磁盘"), "fine", tr(f"{free:.0f} GB free at {place}", f"{place} 剩余 {free:.0f} GB"))


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next((place for place in (folder, *folder.parents) if place.exists()), Path.cwd())


def data_sets() -> list[Finding]:
    """Where each data set would come from, without fetching anything."""
    from course_lib import data

    findings = []
    for card in data.registry.cards():
        if card.origin == "course":
            continue
        try:
            status = data.status(card.id)
        except CourseError as error:
            mend = tr("unset COURSE_DATA, or name an existing folder", "请取消 COURSE_DATA，或改为已有的文件夹")
            return [Finding(tr("data", "数据"), "missing", str(error), mend)]
        name = tr(f"data {card.id}", f"数据 {card.id}")
        if status.where != "missing":
            says = tr(f"{status.where}: {status.path}", f"{_PLACES[status.where]}：{status.path}")
            findings.append(Finding(name, "fine", says))
        elif card.origin == "package":
            says = tr(f"{card.package} is not installed", f"没有安装 {card.package}")
            findings.append(Finding(name, "missing", says, _INSTALL))
        elif card.automatic:
            says = tr(f"not here yet; {instead_of(card)}", f"尚未取来；{instead_of(card)}")
            findings.append(Finding(name, "optional", says, f"course data fetch {card.id}"))
    return findings


def instead_of(card: Card) -> str:
    """What lessons use where a data set cannot be had."""
    if card.sample:
        return tr(f"the sample {card.sample} stands in", f"以样例 {card.sample} 代替")
    return tr("lessons use a substitute and say so", "课程会使用替代数据并注明")


def accelerators() -> Finding:
    """A GPU or TPU of this machine, and whether the installed packages can use it; the backend is not started."""
    name = tr("accelerator", "加速器")
    used = tr("{}; used with KERAS_BACKEND=jax", "{}；设置 KERAS_BACKEND=jax 即可使用")
    unused = tr("{}; the installed packages use the CPU alone", "{}；已安装的软件包只使用 CPU")
    tpu = bool(list(Path("/dev").glob("accel*"))) or importlib.util.find_spec("libtpu") is not None
    gpus = nvidia_gpus()
    if gpus:
        if _distribution("jax-cuda12-plugin") or _distribution("jax-cuda13-plugin"):
            return Finding(name, "fine", used.format(", ".join(gpus)))
        mend = _INSTALL.replace("site", "gpu") + " && export KERAS_BACKEND=jax"
        return Finding(name, "optional", unused.format(", ".join(gpus)), mend)
    if tpu:
        if _distribution("libtpu"):
            return Finding(name, "fine", used.format("TPU"))
        mend = _INSTALL.replace("site", "tpu") + " && export KERAS_BACKEND=jax"
        return Finding(name, "optional", unused.format("TPU"), mend)
    return Finding(name, "fine", tr("none; every chapter has a scale for a CPU", "没有；每一课都有适合 CPU 的规模"))


def nvidia_gpus() -> list[str]:
    """The names of the NVIDIA GPUs that the driver's own tool reports; empty where there is none."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return []
    command = [tool, "--query-gpu=name", "--format=csv,noheader"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in answer.stdout.splitlines() if line.strip()]


def chinese_font() -> Finding:
    """A font for Chinese words in figures."""
    from course_lib.showing import plots

    found = plots.chinese_font()
    if found:
        return Finding(tr("Chinese font", "中文字体"), "fine", found)
    mends = {
        "Linux": "sudo apt-get install fonts-noto-cjk",
        "Darwin": "brew install --cask font-noto-sans-cjk-sc",
        "Windows": tr(
            "Settings > Time & language > Language: add Chinese (Simplified)",
            "设置 > 时间和语言 > 语言：添加中文（简体）",
        ),
    }
    mend = mends.get(platform.system(), tr("install the font Noto Sans CJK SC", "请安装字体 Noto Sans CJK SC"))
    says = tr("none: figures have English words in the Chinese edition", "没有：中文版的图中会用英文")
    return Finding(tr("Chinese font", "中文字体"), "optional", says, mend)


def chromium() -> Finding:
    """A Chromium, which only the browser tests need."""
    found = find_chromium()
    if found:
        return Finding("Chromium", "fine", found)
    install = tr("install Chromium or Chrome", "请安装 Chromium 或 Chrome")
    mend = "sudo apt-get install chromium" if platform.system() == "Linux" else install
    says = tr("none: the browser tests are skipped", "没有：跳过浏览器测试")
    return Finding("Chromium", "optional", says, mend)


def find_chromium() -> str | None:
    """The program file of a Chromium, Chrome or Edge, or None. `COURSE_CHROMIUM` names another one.

    Raises:
        UsageError: if `COURSE_CHROMIUM` names no file.
    """
    chosen = os.environ.get("COURSE_CHROMIUM")
    if chosen:
        if not Path(chosen).is_file():
            raise UsageError(
                tr(
                    f"COURSE_CHROMIUM names {chosen!r}, which is no file; name Chromium's program file",
                    f"COURSE_CHROMIUM 指向 {chosen!r}，那里没有文件；请改为 Chromium 的程序文件",
                )
            )
        return chosen
    by_name = (shutil.which(name) for name in _CHROMIUM_COMMANDS)
    by_place = (place for place in _CHROMIUM_PLACES if Path(place).is_file())
    return next((found for found in (*by_name, *by_place) if found), None)


def _distribution(name: str) -> bool:
    """Whether a package is installed."""
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
