"""Runs every test of the course in parts that suit them, and closes with one line about all of them.

Unit tests run side by side, on TensorFlow and then, where they touch Keras and are quick, on JAX; then lessons, two at
a time and the longest first, and beside them, where memory allows, pages and browsers, one at a time, because they
share a site.
`--fast` runs the quick ones alone, `--long` what takes an hour or more: every model on every backend and device, long
trainings on JAX, kills by the dozen, Binder from its first lesson to its last.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "test-reports"
sys.path.insert(0, str(ROOT))

from course_lib.publishing import memory, schedule  # noqa: E402

# Each has a folder of its name, which alone is gathered for it.
LARGE = "chapters or site or browser"
ON_REQUEST = "benchmark or net or long"
FAST_LEAVES_OUT = f"slow or seconds or binder or {LARGE} or {ON_REQUEST}"
# Half of the time of the quick tests, near enough; whatever is new is in the other half until it stands here.
WITH_MODELS = (
    *("alignment", "applications", "attention", "autoencoder", "bert", "language_model", "mlp", "scaling"),
    *("training", "transformer", "vae"),
)
# Folders and files whose tests touch no backend; whatever is new is run on both until it stands here.
BACKEND_FREE = (
    *("architecture", "benchmarks", "binder", "browser", "chapters", "classroom", "cli", "data", "publishing", "site"),
    *(f"preprocessing/test_{name}.py" for name in ("merges", "segmentation", "subwords")),
    *("bert/test_tokens.py", "language_model/test_rhymes.py"),
    # These choose backends for processes of their own.
    *("training/devices", "training/interruptions/test_kills.py"),
)

# Tests on JAX spend their time in XLA's compiler: it may leave out its last optimisations, which small shapes do not
# repay, and what it compiled once is kept for the other process and for the next run.
ON_JAX = {
    "KERAS_BACKEND": "jax",
    "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} --xla_backend_optimization_level=0".strip(),
    "JAX_COMPILATION_CACHE_DIR": str(ROOT / "build" / "compiled-by-jax"),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
}

NO_TESTS_COLLECTED = 5


@dataclass(frozen=True)
class Part:
    """One run of pytest.

    Args:
        name: what it is called in the closing lines.
        options: what pytest is told.
        environment: the variables it runs with, besides those of this process.
        beside: whether it runs beside the part before it; what it prints comes when both have ended.
        budget: the minutes that it may take on two quiet cores; 0 for as many as it takes.
    """

    name: str
    options: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=lambda: {"KERAS_BACKEND": "tensorflow"})
    beside: bool = False
    budget: float = 0


def parts(fast: bool, long: bool = False) -> list[Part]:
    """The runs of pytest, one after the other."""
    side_by_side = ("-n", "2", "--dist", "loadgroup")
    if fast:
        # In two processes that know nothing of each other: handing thousands of quick tests to workers, of which each
        # gathers them all, would take longer than most of the tests.
        marks = ("-q", "-m", f"not ({FAST_LEAVES_OUT})")
        folders = [f"tests/{folder}" for folder in WITH_MODELS]
        return [
            Part("fast, models", (*folders, *marks)),
            Part("fast, all else", ("tests", *(f"--ignore={folder}" for folder in folders), *marks), beside=True),
        ]
    ignored = tuple(f"--ignore={Path('tests', folder)}" for folder in BACKEND_FREE)
    units = f"not ({LARGE} or {ON_REQUEST})"
    on_jax = f"{units} and not own_backend"
    if long:
        return [
            # One at a time: some of them watch the memory of all they start.
            Part("long", ("-m", "long", "--durations=0")),
            Part("slow units on JAX", (*side_by_side, "-m", f"slow and {on_jax}", *ignored), ON_JAX),
        ]
    lessons, beside = lessons_at_a_time()
    return [
        Part("units on TensorFlow", (*side_by_side, "-m", units), budget=10),
        # Every model is trained on JAX by tests/training/devices, beside TensorFlow; longer trainings are `--long`'s.
        Part("units on JAX", (*side_by_side, "-m", f"{on_jax} and not slow", *ignored), ON_JAX, budget=5),
        # Apart from each other: what drives a browser leaves an event loop running, and a kernel needs its own.
        Part(
            "lessons",
            (
                *("tests/chapters", "-n", str(lessons), "--dist", "loadgroup"),
                *("-m", f"chapters and not ({ON_REQUEST})", "--durations=8"),
            ),
            budget=13,
        ),
        Part(
            "site, browser",
            ("tests/site", "tests/browser", "-m", f"(site or browser) and not ({ON_REQUEST})", "--durations=8"),
            beside=beside,
            budget=8,
        ),
    ]


def lessons_at_a_time() -> tuple[int, bool]:
    """How many lessons the tests run at a time, and whether pages and browsers run beside them: two, if all fit."""
    places = int(memory.free_gigabytes() / schedule.GIGABYTES_EACH)
    return max(1, min(2, schedule.side_by_side())), places > 2


@dataclass
class Run:
    """One part at work; its results go into a report.

    Args:
        part: which.
        report: where its results go.
        extra: what pytest is told besides.
    """

    part: Part
    report: Path
    extra: list[str]

    @property
    def said(self) -> Path:
        """Where the words of a part are kept that runs beside another."""
        return self.report.with_suffix(".txt")

    def start(self) -> None:
        """Start pytest; what it says is shown at once, or kept where it runs beside another part."""
        self.report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", *self.part.options, f"--junitxml={self.report}", *self.extra]
        environment = {**os.environ, **self.part.environment}
        self.begun = time.monotonic()
        if self.part.beside:
            with self.said.open("wb") as out:
                self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        else:
            print(f"\n──── {self.part.name}", flush=True)
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment)

    def end(self) -> int:
        """Wait for the end.

        Returns:
            pytest's exit code, 0 where it found no test.
        """
        code = self.process.wait()
        if self.part.beside:
            said = self.said.read_text(encoding="utf-8", errors="replace")
            print(f"\n──── {self.part.name}\n{said}", flush=True)
        return 0 if code == NO_TESTS_COLLECTED else code

    def seconds(self) -> float:
        """How long the part took, by its report; where there is none, until now."""
        if not self.report.is_file():
            return time.monotonic() - self.begun
        return sum(float(suite.get("time")) for suite in ElementTree.parse(self.report).iter("testsuite"))


def outcomes(report: Path) -> tuple[Counter[str], Counter[str]]:
    """How many tests passed, failed and were skipped, and why they were skipped."""
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for case in ElementTree.parse(report).iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            counts["failed"] += 1
        elif skipped is not None:
            counts["skipped"] += 1
            reasons[skipped.get("message") or "no reason given"] += 1
        else:
            counts["passed"] += 1
    return counts, reasons


def main() -> int:
    """Run the parts and say how all of them ended.

    Returns:
        0 if no part failed and at least one test passed.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fast", action="store_true", help="the quick tests alone, in a few minutes")
    parser.add_argument("--long", action="store_true", help="the tests that take an hour or more, and no others")
    arguments, extra = parser.parse_known_args()
    REPORTS.mkdir(parents=True, exist_ok=True)

    total: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    lines = []
    failed = False
    plan = parts(arguments.fast, arguments.long)
    runs = [Run(part, REPORTS / f"part-{number}.xml", extra) for number, part in enumerate(plan)]
    for number, one in enumerate(runs):
        part = one.part
        if not part.beside:
            one.start()
            for other in takewhile(lambda following: following.part.beside, runs[number + 1 :]):
                other.start()
        code = one.end()
        if one.report.is_file():
            counts, why = outcomes(one.report)
            total += counts
            reasons += why
            said = ", ".join(f"{counts[word]} {word}" for word in ("passed", "failed", "skipped"))
        else:
            said = "pytest stopped before it could report"
        if code:
            failed = True
            said += f" (pytest left with {code})"
        budget = f" of {60 * part.budget:.0f}" if part.budget else ""
        lines.append(f"{part.name:<24} {said}, {one.seconds():.0f}{budget} s")

    print("\n──── all")
    print("\n".join(lines))
    for reason, count in reasons.most_common():
        print(f"skipped {count}: {reason}")
    if failed and not total["failed"]:
        total["failed"] = 1
    print(f"total: {total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped", flush=True)
    return int(failed or not total["passed"])


if __name__ == "__main__":
    sys.exit(main())
