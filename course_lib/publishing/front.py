"""The pictures at the head of the README: drawn by a lesson and from records, so that they cannot go stale unseen.

`course build` makes them beside the notebooks, and `course build --check` compares.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from html import escape
from pathlib import Path

from course_lib.publishing.lesson import Chapter
from course_lib.publishing.wording import in_language
from course_lib.showing import diagrams, display
from course_lib.showing.language import LANGUAGES

FOLDER = Path(".github") / "pictures"

# The lesson whose map is shown, and the cell that draws it.
_MAP = ("05_attention", "map")
# The models of lesson 07 whose records make the ladder, with what they are called.
_LADDER = {
    "lexicon": ("counting good and bad words", "情感词典"),
    "lstm": ("LSTM as the article has it", "文章里的 LSTM"),
    "lstm-mended": ("the same LSTM, mended", "改正后的 LSTM"),
    "mean-of-words": ("mean of word vectors", "词向量平均"),
    "bag-of-words": ("bag of words", "词袋"),
    "documents": ("document vectors", "文档向量"),
    "nb-n-grams": ("weighted n-grams", "加权 n 元语法"),
}
_WORDS = {
    "en": ("Film reviews, 25,000 test texts: share judged rightly", "mean of {seeds} runs each"),
    "zh": ("影评，25,000 篇测试文本：判断正确的比例", "各 {seeds} 次运行的平均"),
}


def pictures(root: Path, lessons: Sequence[Chapter]) -> dict[Path, bytes]:
    """Every picture with its bytes; none where the lesson or its records are not there.

    Args:
        root: the checkout.
        lessons: its lessons.
    """
    by_slug = {lesson.slug: lesson for lesson in lessons}
    found = {}
    for number, language in enumerate(LANGUAGES):
        if _MAP[0] in by_slug:
            drawn = _map(by_slug[_MAP[0]], language)
            found[root / FOLDER / f"map-{language}.svg"] = drawn.encode("utf-8")
        scores = _scores(root / "course_lib" / "sentiment" / "recorded")
        if scores and "07_sentiment" in by_slug:
            found[root / FOLDER / f"ladder-{language}.svg"] = _ladder(scores, language, number).encode("utf-8")
    return found


def _map(lesson: Chapter, language: str) -> str:
    """What the cell of a lesson draws."""
    drawn: list[str] = []
    shown, display.show_picture = display.show_picture, lambda markup, alternative: drawn.append(markup)
    try:
        exec(in_language(lesson.cell(_MAP[1]).code, language).code, {"diagrams": diagrams})
    finally:
        display.show_picture = shown
    return f"{drawn[0]}\n"


def _scores(folder: Path) -> dict[str, list[float]]:
    """The shares on the test set that are recorded of each model of the ladder."""
    found: dict[str, list[float]] = {}
    for model in _LADDER:
        for path in sorted(folder.glob(f"{model}.[0-9]*.json")):
            score = json.loads(path.read_text(encoding="utf-8"))["test"]
            if score is not None:
                found.setdefault(model, []).append(score)
    return found


def _ladder(scores: dict[str, list[float]], language: str, place: int) -> str:
    """Bars for the models, the best last."""
    title, foot = _WORDS[language]
    foot = foot.format(seeds=min(map(len, scores.values())))
    rows = sorted(((statistics.mean(values), model) for model, values in scores.items()))
    height = 74 + 30 * len(rows)
    said = "; ".join(f"{_LADDER[model][place]} {100 * score:.1f}%" for score, model in rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(f"{title}: {said}")}"'
        f' viewBox="0 0 720 {height}" width="720" font-family="system-ui, sans-serif" font-size="14">',
        f'<rect width="720" height="{height}" fill="#fff"/>',
        f'<text x="16" y="28" font-size="16" font-weight="600" fill="#12324f">{escape(title)}</text>',
    ]
    for row, (score, model) in enumerate(rows):
        y, width = 44 + 30 * row, 380 * (score - 0.7) / 0.25
        parts.append(f'<text x="16" y="{y + 16}" fill="#12324f">{escape(_LADDER[model][place])}</text>')
        parts.append(f'<rect x="240" y="{y}" width="{width:.1f}" height="22" rx="3" fill="#0b5566"/>')
        parts.append(f'<text x="{248 + width:.1f}" y="{y + 16}" fill="#12324f">{100 * score:.1f}%</text>')
    parts.append(f'<text x="240" y="{height - 10}" font-size="12" fill="#44505e">{escape(foot)}; 70–95%</text></svg>')
    return "\n".join(parts) + "\n"
