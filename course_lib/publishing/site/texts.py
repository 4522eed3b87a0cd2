"""The site's own pages: start, where to run it, results, glossary, article map, errata; one template for each."""

from __future__ import annotations

import html
import json
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from course_lib.base.errors import CourseError
from course_lib.publishing import effort, records
from course_lib.publishing.addresses import launch_addresses, without_release
from course_lib.publishing.records import RunRecord
from course_lib.publishing.site import content, hub
from course_lib.publishing.site.content import Place
from course_lib.publishing.site.lessons import anchor

PAGES = ("index", "run", "teach", "results", "glossary", "articles", "errata")

_TEMPLATES = Path(__file__).parent / "templates" / "pages"
_MEASURED = Path(__file__).parents[2] / "session" / "measured.json"
_GRADED = Path(__file__).parents[2] / "classroom" / "recorded" / "hundred.json"
_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Lesson:
    """A lesson that has a page.

    Args:
        number: the chapter's number.
        slug: the page's name.
        title: in the page's language.
        sections: the nearest heading of each cell, by cell id.
        minutes: how long it takes to read and to work through; 0 where a notebook does not say.
    """

    number: int
    slug: str
    title: str
    sections: Mapping[str, str]
    minutes: int = 0

    @classmethod
    def of(cls, notebook: NotebookNode) -> Lesson:
        """Read it from an executed notebook."""
        course = notebook.metadata["course"]
        sections: dict[str, str] = {}
        heading = course["title"]
        for cell in notebook.cells:
            found = _HEADING.search(cell.source) if cell.cell_type == "markdown" else None
            heading = found[1].strip() if found else heading
            sections[cell.id] = heading
        return cls(course["chapter"], course["slug"], course["title"], sections, course.get("minutes", 0))


@dataclass(frozen=True)
class Site:
    """Everything that the pages of one language are made from.

    Args:
        language: `"en"` or `"zh"`.
        lessons: those that have a page, in order.
        records: what runs measured, of either language.
        terms: the glossary.
        repository: the public address of the course with its release; empty where it has none.
    """

    language: str
    lessons: Sequence[Lesson]
    records: Sequence[RunRecord] = ()
    terms: Sequence[content.Term] = ()
    repository: str = ""
    by_number: dict[int, Lesson] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.by_number.update({lesson.number: lesson for lesson in self.lessons})

    def best_record(self, number: int) -> RunRecord | None:
        """The run that the start page quotes: of this language, at the largest scale below smoke that was run."""
        order = {"quick": 2, "full": 1}
        found = [record for record in self.records if record.chapter == number and record.scale in order]
        return max(
            found,
            key=lambda record: (record.language == self.language, record.edition == "solution", order[record.scale]),
            default=None,
        )

    def short_title(self, number: int) -> str:
        """The lesson's title in the outline, or the whole title of one that the outline does not know."""
        known = next((row.title[self.language] for row in content.outline() if row.number == number), None)
        return known or _plain(self.by_number[number].title)

    def place(self, where: Place) -> str:
        """A place as HTML: a link where there is a page, and an honest word where it is still to come."""
        chinese = self.language == "zh"
        if where.kind == "start":
            return f'<a href="index.html">{"首页" if chinese else "Start page"}</a>'
        if where.kind == "README":
            if self.repository:
                return f'<a href="{html.escape(without_release(self.repository))}#readme">README</a>'
            return "README"
        lesson = self.by_number.get(where.chapter)
        name = f"{where.chapter:02d} · {html.escape(self.short_title(where.chapter))}"
        if lesson is None:
            soon = "编写中" if chinese else "in preparation"
            return f'<span class="course-place-soon">{name} <span class="course-soon">{soon}</span></span>'
        if not where.cell:
            return f'<a href="{lesson.slug}.html">{name}</a>'
        if where.cell not in lesson.sections:
            raise CourseError(
                f"the article map names the cell {where.cell!r}, and chapter {where.chapter:02d} has no such cell"
            )
        target = f"{lesson.slug}.html#{anchor(lesson.number, where.cell)}"
        section = html.escape(_plain(lesson.sections[where.cell]))
        return f'<a href="{target}">{lesson.number:02d} · {section}</a>'


def render(site: Site) -> dict[str, str]:
    """Write every page of one language as MyST Markdown.

    Args:
        site: what the pages are made from.

    Returns:
        The text of each page by its name.

    Raises:
        CourseError: if the article map names a cell that is not there.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=False,  # the templates write Markdown; values go through the filters e and inline
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["inline"] = _inline
    environment.globals.update(
        language=site.language,
        t=lambda english, chinese: chinese if site.language == "zh" else english,
        site=site,
        outline=content.outline(),
        articles=content.articles(),
        errata=content.errata(),
        runs=_runs(site),
        minutes=_minutes,
        duration=lambda minutes: effort.duration(minutes, site.language),
        rates=effort,
        number=_number,
        versions=_versions,
        each_gb=hub.memory_for_one(records.measured(_MEASURED)),
        memory_for=hub.memory_for,
        pull_link=hub.pull_link,
        graded=json.loads(_GRADED.read_text(encoding="utf-8")),
        spreads_of=_spreads,
        **_places(site),
    )
    return {name: environment.get_template(f"{name}.md").render() for name in PAGES}


def _runs(site: Site) -> list[RunRecord]:
    """The runs of the results page: solution edition, this language before the other, the larger scale first."""
    scales = {"full": 0, "quick": 1, "smoke": 2}
    chosen: dict[tuple[int, str], RunRecord] = {}
    # The best of each kind comes last and stays: the solution edition, in this language.
    for record in sorted(site.records, key=lambda one: (one.edition == "solution", one.language == site.language)):
        chosen[record.chapter, record.scale] = record
    return sorted(chosen.values(), key=lambda record: (record.chapter, scales.get(record.scale, 3)))


def _spreads(run: RunRecord) -> dict[str, str]:
    """How far results moved between seeds: mean ± standard deviation, and of how many. Nothing of runs on a sample."""
    if run.data != "real":
        return {}
    return {
        name: f"{_number(statistics.mean(values))} ± {_number(statistics.stdev(values))} ({len(values)})"
        for name, values in records.spread(run.chapter, run.scale, _MEASURED).items()
    }


def _places(site: Site) -> dict[str, object]:
    """What the page of places tells: what each lesson costs, the least and the most of all, the cost on each backend,
    and the launch links.
    """
    recorded = records.measured(_MEASURED)
    costs = {
        lesson.number: {
            scale: cost for scale, cost in recorded.get(f"{lesson.number:02d}", {}).items() if "seconds" in cost
        }
        for lesson in site.lessons
    }
    spans: dict[str, dict[str, str] | None] = {}
    for scale in ("quick", "full", "binder"):
        found = [cost[scale] for cost in costs.values() if scale in cost]
        spans[scale] = found and {
            "least": _minutes(min(cost["seconds"] for cost in found)),
            "most": _minutes(max(cost["seconds"] for cost in found)),
            "memory": f"{max(cost['peak_memory_mb'] for cost in found) / 1000:.1f}",
        }
    on = {
        number: {records.DEFAULT_BACKEND: cost["quick"], **cost["quick"]["on"]}
        for number, cost in costs.items()
        if "on" in cost.get("quick", {})
    }
    has_links = launch_addresses("", site.language, site.repository)
    launch = (lambda slug: launch_addresses(slug, site.language, site.repository)) if has_links else None
    return {"costs": costs if any(costs.values()) else {}, "on": on, "launch": launch, **spans}


def _plain(title: str) -> str:
    """A heading without its own number and its Markdown signs."""
    title = re.sub(r"^(?:Chapter\s*)?\d+\s*[.:：·–—-]?\s*", "", title)
    return re.sub(r"[*_`]", "", title)


def _inline(text: str) -> str:
    """Emphasis and code of a sentence as HTML."""
    from course_lib.publishing.folding import inline_html

    return inline_html(text)


def _versions(run: RunRecord) -> str:
    """The versions of a run under the names their makers write."""
    names = {
        "python": "Python",
        "keras": "Keras",
        "numpy": "NumPy",
        "tensorflow": "TensorFlow",
        "jax": "JAX",
        "torch": "PyTorch",
    }
    return ", ".join(f"{names[key]} {version}" for key, version in run.versions.items() if key in names)


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def _number(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else "–"
