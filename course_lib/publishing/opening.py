"""The cell under a chapter's title: its time, what a run costs, where to open it, the way to the translation."""

from __future__ import annotations

from collections.abc import Mapping

from course_lib.publishing.addresses import launch_addresses

_SCALES = {"en": {"quick": "quick scale", "full": "full scale"}, "zh": {"quick": "quick 规模", "full": "full 规模"}}
_GLOSSARY = {"en": "Glossary", "zh": "术语表"}
_OTHER = {"en": ("zh", "中文版"), "zh": ("en", "English edition")}


def opening_text(
    slug: str,
    language: str,
    measured: Mapping[str, Mapping[str, float]],
    time: str = "",
    repository: str = "",
    link_to_other: bool = True,
    glossary: bool = False,
) -> str:
    """The Markdown of the opening cell.

    Args:
        slug: the chapter, `"01_preprocessing"`.
        language: the language of this notebook.
        measured: what is recorded of the chapter by scale: `seconds`, `peak_memory_mb` and `cores` of a run.
        time: what the lesson asks of its reader, in a sentence.
        repository: the public address of the course with its release; launch links are made only where it is on GitHub.
        link_to_other: whether the notebook in the other language stands in the folder beside this one.
        glossary: whether a glossary stands beside this notebook.

    Returns:
        The text; empty where there is nothing to say.
    """
    paragraphs = [time] if time else []
    costs = [
        _cost(language, scale, measured[scale]) for scale in ("quick", "full") if "seconds" in measured.get(scale, {})
    ]
    if costs:
        paragraphs.append(
            f"**Measured:** {'; '.join(costs)}." if language == "en" else f"**实测：** {'；'.join(costs)}。"
        )
    links = _launch_links(slug, language, repository)
    if glossary:
        links.append(f"[{_GLOSSARY[language]}](glossary.md)")
    if link_to_other:
        other, name = _OTHER[language]
        links.append(f"[{name}](../{other}/{slug}.ipynb)")
    if links:
        paragraphs.append(" · ".join(links))
    return "\n\n".join(paragraphs)


def _cost(language: str, scale: str, run: Mapping[str, float]) -> str:
    minutes, gigabytes, cores = run["seconds"] / 60, run["peak_memory_mb"] / 1000, int(run["cores"])
    shown = f"{minutes:.1f}" if minutes < 10 else f"{minutes:.0f}"
    name = _SCALES[language][scale]
    if language == "zh":
        return f"{name}约 {shown} 分钟，内存最多 {gigabytes:.1f} GB（{cores} 核）"
    return f"about {shown} min and at most {gigabytes:.1f} GB of memory at the {name}, on {cores} cores"


def _launch_links(slug: str, language: str, repository: str) -> list[str]:
    words = {"en": "Open on {}", "zh": "在 {} 上打开"}[language]
    return [f"[{words.format(place)}]({link})" for place, link in launch_addresses(slug, language, repository).items()]
