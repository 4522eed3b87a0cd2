"""The scale dial: how much a lesson computes, and which results it must then show.

`COURSE_SCALE` is `smoke` (for tests: every cell runs, no result is looked at), `quick` (the default: a laptop, about a
minute) or `full` (the chapter's real result). `COURSE_SEED` sets the seed: how far results move
with it is what ranges are made from.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from numbers import Real

from course_lib import data
from course_lib.base.errors import UsageError
from course_lib.showing import display
from course_lib.showing.language import tr

SCALES = ("smoke", "quick", "full")
DEFAULT_SEED = 2026

# What the executor of lessons looks for among a notebook's outputs.
RESULT_MIME = "application/vnd.course.result+json"
EXPECTED_MIME = "application/vnd.course.expected+json"

Range = tuple[float, float]


def checked(scale: str) -> str:
    """The scale itself, or an error that names the allowed ones."""
    if scale not in SCALES:
        raise UsageError.unknown("scale", scale, SCALES)
    return scale


def current() -> str:
    """The scale chosen by `COURSE_SCALE`; `"quick"` where it is not set.

    Raises:
        UsageError: if `COURSE_SCALE` is no scale.
    """
    return checked(os.environ.get("COURSE_SCALE") or "quick")


def seed() -> int:
    """The seed of a lesson's random numbers: `COURSE_SEED`, or the one that the course was written with.

    Raises:
        UsageError: if `COURSE_SEED` is no whole number from 0 to 2³¹ − 1.
    """
    chosen = os.environ.get("COURSE_SEED") or str(DEFAULT_SEED)
    if not chosen.isdecimal() or int(chosen) >= 2**31:
        raise UsageError(f"COURSE_SEED is {chosen!r}; allowed: a whole number from 0 to {2**31 - 1}")
    return int(chosen)


class Dial:
    """A lesson's settings at the current scale, and the ranges its results are held against.

    A setting is read as an attribute: `course.reviews`; `course.seed` is the seed that every random number of the
    lesson comes from. Make one by `dial`.
    """

    def __init__(
        self,
        settings: Mapping[str, Mapping[str, object]],
        expected: Mapping[str, Mapping[str, Range]] | None = None,
    ) -> None:
        expected = expected or {}
        if set(settings) != set(SCALES):
            raise ValueError(f"settings must have exactly the scales {', '.join(SCALES)}; given: {', '.join(settings)}")
        names = {scale: set(settings[scale]) for scale in SCALES}
        if taken := names["quick"] & {"seed", "scale", "data", "ranges", "names", "results", "report"}:
            raise ValueError(f"settings may not be called {', '.join(sorted(taken))}: the dial has these of its own")
        if len({frozenset(group) for group in names.values()}) > 1:
            raise ValueError(f"settings must have the same names at every scale; given: {names}")
        allowed = {"quick", "full", "sample"}
        if not set(expected) <= allowed:
            raise ValueError(f"expected may have {', '.join(sorted(allowed))}; given: {', '.join(expected)}")
        for key, ranges in expected.items():
            for name, (low, high) in ranges.items():
                if not low <= high:
                    raise ValueError(
                        f"expected[{key!r}][{name!r}] must be (low, high) with low <= high; given: {low, high}"
                    )
        self.scale = current()
        self.seed = seed()
        self._settings = dict(settings[self.scale])
        self._expected = {key: dict(ranges) for key, ranges in expected.items()}
        self.results: dict[str, float] = {}

    def __getattr__(self, name: str) -> object:
        settings = self.__dict__.get("_settings", {})
        if name not in settings:
            raise AttributeError(f"no setting {name!r} at the scale dial; there are: {', '.join(settings)}")
        return settings[name]

    @property
    def data(self) -> str:
        """`"sample"` while a sample of the course stands in for real data, else `"real"`."""
        return "sample" if data.samples_in_use() else "real"

    @property
    def ranges(self) -> dict[str, Range]:
        """The ranges that hold here: those of the scale, or those of the sample where that is what was computed on."""
        if self.scale == "smoke":
            return {}
        return self._expected.get("sample" if self.data == "sample" else self.scale, {})

    @property
    def names(self) -> list[str]:
        """Every result the lesson promises to report at this scale."""
        if self.scale == "smoke":
            return []
        return sorted({name for ranges in self._expected.values() for name in ranges})

    def report(self, name: str, value: float) -> None:
        """Show a result beside the range it is expected in, and keep it for the results page.

        Args:
            name: one of the names in `expected`.
            value: one finite number.

        Raises:
            UsageError: if the lesson's `expected` does not have the name.
            ValueError: if the value is not a finite number.
        """
        known = sorted({known for ranges in self._expected.values() for known in ranges})
        if name not in known:
            raise UsageError.unknown("result", name, known)
        try:
            value = float(value)
        except (TypeError, ValueError):
            raise ValueError(f"the result {name!r} must be one number; given: {value!r}") from None
        if not math.isfinite(value):
            raise ValueError(f"the result {name!r} must be a finite number; given: {value!r}")
        self.results[name] = value
        low, high = self.ranges.get(name, (None, None))
        within = None if low is None else bool(low <= value <= high)
        display.show(_result_line(name, value, low, high, within, self.scale, self.data))

    def __repr__(self) -> str:
        return ", ".join(f"{name}={_number(value)}" for name, value in self._settings.items())


def dial(
    settings: Mapping[str, Mapping[str, object]],
    expected: Mapping[str, Mapping[str, Range]] | None = None,
) -> Dial:
    """Set the scale dial of a lesson: what it computes at each scale, and what then comes out.

    Args:
        settings: for each of `smoke`, `quick` and `full`, the same names with the values at that scale.
        expected: for `quick`, `full` and `sample` (a sample stands in for real data), each range as (low, high).

    Returns:
        The dial: settings as attributes, and `report` for the results.

    Raises:
        ValueError: if a scale or a name is missing, or a range is upside down.
        UsageError: if `COURSE_SCALE` is no scale.
    """
    chosen = Dial(settings, expected)
    promise = {"scale": chosen.scale, "data": chosen.data, "names": chosen.names}
    text = tr(f"Scale {chosen.scale}: {chosen!r}", f"规模 {chosen.scale}：{chosen!r}")
    display.show(display.Line(text, "plain", ((EXPECTED_MIME, promise),)))
    return chosen


def _number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, Real):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def _result_line(
    name: str, value: float, low: float | None, high: float | None, within: bool | None, scale: str, source: str
) -> display.Line:
    shown = f"{name} = {_number(value)}"
    sample = tr(" on the sample", "，样例数据") if source == "sample" else ""
    if within is None:
        text, mood = tr(f"{shown} ({scale} scale{sample})", f"{shown}（{scale} 规模{sample}）"), "plain"
    else:
        span = f"{_number(low)} – {_number(high)}"
        if within:
            text, mood = (
                tr(
                    f"✔ {shown}, expected {span} ({scale} scale{sample})",
                    f"✔ {shown}，预期 {span}（{scale} 规模{sample}）",
                ),
                "good",
            )
        else:
            text, mood = (
                tr(
                    f"✘ {shown}, outside the expected {span} ({scale} scale{sample})",
                    f"✘ {shown}，超出预期 {span}（{scale} 规模{sample}）",
                ),
                "bad",
            )
    result = {"name": name, "value": value, "low": low, "high": high, "within": within, "scale": scale, "data": source}
    return display.Line(text, mood, ((RESULT_MIME, result),))
