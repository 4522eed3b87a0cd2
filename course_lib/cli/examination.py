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

from course_lib.base import settings
from course_lib.base.errors import CourseError, UsageError
from course_lib.training import devices

PYTHONS = ((3, 11), (3, 13))
# The archive of reviews, what is parsed from it, and room to work.
DISK_GB = 1.0
MEMORY_GB = 2.0

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
    says = f"{version} on {platform.system()} {platform.machine()}"
    low, high = (f"{major}.{minor}" for major, minor in PYTHONS)
    if PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return Finding("Python", "fine", says)
    return Finding("Python", "missing", f"{says}; the course needs {low} to {high}", f"install Python {high}")


def packages() -> list[Finding]:
    """The packages of requirements.txt, against the versions the course supports."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        declared = importlib.metadata.requires("course-lib") or []
    except importlib.metadata.PackageNotFoundError:
        return [Finding("packages", "missing", "course-lib is not installed", _INSTALL)]
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
            wrong.append(f"{requirement.name} {version or 'not installed'} (needs {requirement.specifier})")
    findings = [
        Finding("packages", "missing", "; ".join(wrong), _INSTALL)
        if wrong
        else Finding("packages", "fine", f"{seen} installed, versions supported")
    ]
    if extras_missing:
        findings.append(Finding("site", "optional", f"to build the site: {', '.join(extras_missing)}", _INSTALL))
    return findings


def backend() -> Finding:
    """The backend that Keras would use, and whether it is installed."""
    chosen = devices.configured_backend()
    source = "KERAS_BACKEND" if os.environ.get("KERAS_BACKEND") else "the default"
    if chosen not in devices.BACKENDS:
        allowed = ", ".join(devices.BACKENDS)
        return Finding(
            "backend", "missing", f"{chosen!r} is no backend; allowed: {allowed}", "export KERAS_BACKEND=tensorflow"
        )
    if importlib.util.find_spec(chosen) is None:
        mends = {"jax": "python -m pip install -c requirements.lock jax", "torch": _INSTALL.replace("site", "torch")}
        return Finding("backend", "missing", f"{chosen} ({source}) is not installed", mends.get(chosen, _INSTALL))
    return Finding("backend", "fine", f"{devices.version_of(chosen)} ({source})")


def cores_and_memory() -> Finding:
    """Processor cores and working memory, against what a chapter takes at the quick scale."""
    import psutil

    from course_lib.publishing import memory

    # In a container its limit counts: what the machine has besides is not to be had.
    total, free = psutil.virtual_memory().total / 1e9, memory.free_gigabytes()
    says = f"{devices.cores()} cores, {total:.1f} GB of memory, {free:.1f} GB of it free"
    if free < MEMORY_GB:
        return Finding("machine", "optional", f"{says}; a chapter takes up to 1.2 GB", "close other programs")
    return Finding("machine", "fine", says)


def cache() -> Finding:
    """Whether the cache can be written."""
    folder = settings.cache_folder()
    try:
        # The cache itself is made when it is first needed; here the nearest folder that exists is asked.
        with tempfile.TemporaryFile(dir=_existing(folder)):
            pass
    except OSError as error:
        says = f"{folder} cannot be written ({error.strerror}); data is prepared anew each time"
        return Finding("cache", "optional", says, "name a folder of your own: export COURSE_CACHE=…")
    return Finding("cache", "fine", str(folder))


def disk() -> Finding:
    """Free space where the cache is."""
    folder = settings.cache_folder()
    place = _existing(folder)
    free = shutil.disk_usage(place).free / 1e9
    if free < DISK_GB:
        says = f"{free:.1f} GB free at {place}; downloads need {DISK_GB:g} GB"
        return Finding("disk", "optional", says, "make room, or move the cache: export COURSE_CACHE=…")
    return Finding("disk", "fine", f"{free:.0f} GB free at {place}")


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
            return [Finding("data", "missing", str(error), "unset COURSE_DATA, or name an existing folder")]
        if status.where != "missing":
            findings.append(Finding(f"data {card.id}", "fine", f"{status.where}: {status.path}"))
        elif card.origin == "package":
            findings.append(Finding(f"data {card.id}", "missing", f"{card.package} is not installed", _INSTALL))
        elif card.automatic:
            instead = f"the sample {card.sample} stands in" if card.sample else "lessons use a substitute and say so"
            mend = f"course data fetch {card.id}"
            findings.append(Finding(f"data {card.id}", "optional", f"not here yet; {instead}", mend))
    return findings


def accelerators() -> Finding:
    """A GPU or TPU of this machine, and whether the installed packages can use it; the backend is not started."""
    tpu = bool(list(Path("/dev").glob("accel*"))) or importlib.util.find_spec("libtpu") is not None
    gpus = nvidia_gpus()
    if gpus:
        if _distribution("jax-cuda12-plugin") or _distribution("jax-cuda13-plugin"):
            return Finding("accelerator", "fine", f"{', '.join(gpus)}; used with KERAS_BACKEND=jax")
        mend = _INSTALL.replace("site", "gpu") + " && export KERAS_BACKEND=jax"
        return Finding("accelerator", "optional", f"{', '.join(gpus)}; the installed packages use the CPU alone", mend)
    if tpu:
        if _distribution("libtpu"):
            return Finding("accelerator", "fine", "TPU; used with KERAS_BACKEND=jax")
        return Finding(
            "accelerator",
            "optional",
            "TPU; the installed packages use the CPU alone",
            _INSTALL.replace("site", "tpu") + " && export KERAS_BACKEND=jax",
        )
    return Finding("accelerator", "fine", "none; every chapter has a scale for a CPU")


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
        return Finding("Chinese font", "fine", found)
    mends = {
        "Linux": "sudo apt-get install fonts-noto-cjk",
        "Darwin": "brew install --cask font-noto-sans-cjk-sc",
        "Windows": "Settings > Time & language > Language: add Chinese (Simplified)",
    }
    mend = mends.get(platform.system(), "install the font Noto Sans CJK SC")
    return Finding("Chinese font", "optional", "none: figures have English words in the Chinese edition", mend)


def chromium() -> Finding:
    """A Chromium, which only the browser tests need."""
    found = find_chromium()
    if found:
        return Finding("Chromium", "fine", found)
    mend = "sudo apt-get install chromium" if platform.system() == "Linux" else "install Chromium or Chrome"
    return Finding("Chromium", "optional", "none: the browser tests are skipped", mend)


def find_chromium() -> str | None:
    """The program file of a Chromium, Chrome or Edge, or None. `COURSE_CHROMIUM` names another one.

    Raises:
        UsageError: if `COURSE_CHROMIUM` names no file.
    """
    chosen = os.environ.get("COURSE_CHROMIUM")
    if chosen:
        if not Path(chosen).is_file():
            raise UsageError(f"COURSE_CHROMIUM names {chosen!r}, which is no file; name Chromium's program file")
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
