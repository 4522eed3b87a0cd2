"""Building the whole site: a Sphinx project for each language in a folder of its own, put in place when all is well."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from course_lib.base import settings
from course_lib.base.errors import CourseError
from course_lib.base.files import workshop
from course_lib.publishing import notebooks as student_notebooks
from course_lib.publishing import records
from course_lib.publishing.site import content, reference, texts
from course_lib.publishing.site.requirements import require
from course_lib.publishing.site.words import WORDS
from course_lib.showing.language import LANGUAGES, tr

_HERE = Path(__file__).parent
_TITLES = {"en": "Deep learning for language", "zh": "面向语言的深度学习"}
_SPHINX_LANGUAGE = {"en": "en", "zh": "zh_CN"}
# Where a site is built, beside the one that it will replace, and what that one is called meanwhile.
_WORKSHOP, _OLD = ".site-", "old"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def build(
    executed_folder: Path,
    output_folder: Path,
    *,
    results_folder: Path | None = None,
    chapters_folder: Path | None = None,
    repository: str = "",
    documented: Sequence[str] = reference.PACKAGES,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Build the site in both languages.

    Args:
        executed_folder: where `<language>/solution/*.ipynb` are, `build/executed`.
        output_folder: the site, `build/site`; the old one stays whole until the new one is finished.
        results_folder: the records of the runs; by default `results` beside `executed_folder`.
        chapters_folder: where `glossary.toml` is and, in `en` and `zh`, the students' notebooks that the pages offer;
            by default `chapters` of the checkout.
        repository: the public address of the course.
        documented: the packages of the library whose names the reference lists.
        progress: called with a sentence before each step.

    Returns:
        The page to open, `output_folder/index.html`.

    Raises:
        EnvironmentProblem: if what the site needs is not installed.
        CourseError: if a language lacks a lesson, Sphinx warns of anything, or the finished pages have a fault; all are
            named.
    """
    require()
    tell = progress or (lambda sentence: None)
    executed_folder, output_folder = Path(executed_folder), Path(output_folder)
    chapters_folder = chapters_folder or _chapters_folder()
    runs = records.load_all(results_folder or executed_folder.parent / "results")
    terms = content.glossary(chapters_folder / "glossary.toml")
    notebooks = _notebooks(executed_folder)
    output_folder.parent.mkdir(parents=True, exist_ok=True)
    _recover(output_folder)
    with workshop(_WORKSHOP, output_folder.parent) as folder:
        finished = folder / "site"
        for language in LANGUAGES:
            tell(
                {
                    "en": tr("Building the pages in English", "正在生成英文页面"),
                    "zh": tr("Building the pages in Chinese", "正在生成中文页面"),
                }[language]
            )
            source = folder / f"source-{language}"
            students = chapters_folder / language
            _write_project(source, language, notebooks[language], students, runs, terms, repository, documented)
            _run_sphinx(source, finished / language, folder / f"cache-{language}", language, terms)
            _link_names(finished / language, notebooks[language], documented)
        shutil.copyfile(_HERE / "templates" / "choose.html", finished / "index.html")
        shutil.copyfile(_HERE / "static" / "favicon.svg", finished / "favicon.svg")
        tell(tr("Looking at every page", "正在检查每一页"))
        _inspect(finished)
        _put_in_place(finished, output_folder, folder)
    return output_folder / "index.html"


def _recover(output: Path) -> None:
    """Put the old site back that a process took away before it was killed, so that no sweep takes it."""
    if not output.exists() and (left := next(output.parent.glob(f"{_WORKSHOP}*/{_OLD}"), None)) is not None:
        left.rename(output)


def _chapters_folder() -> Path:
    root = settings.repository_root()
    if root is None:
        raise CourseError("the site is built from a checkout of the course; go into it, or name its chapters folder")
    return root / "chapters"


def _notebooks(executed_folder: Path) -> dict[str, list[Path]]:
    """The executed notebooks of each language, which must be the same lessons."""
    found = {language: sorted((executed_folder / language / "solution").glob("*.ipynb")) for language in LANGUAGES}
    names = {language: {path.name for path in paths} for language, paths in found.items()}
    lacking = [
        f"{language}/solution/{name}"
        for language in LANGUAGES
        for name in sorted(set().union(*names.values()) - names[language])
    ]
    if lacking:
        missing = ", ".join(lacking)
        raise CourseError(f"these executed notebooks are missing: {missing}; run: course run --language both")
    return found


def _write_project(
    source: Path,
    language: str,
    notebooks: Sequence[Path],
    students: Path,
    runs: Sequence[records.RunRecord],
    terms: Sequence[content.Term],
    repository: str,
    documented: Sequence[str],
) -> None:
    """Write everything that Sphinx reads."""
    from course_lib.publishing.site import lessons

    source.mkdir(parents=True)
    read = {path: lessons.read(path) for path in notebooks}
    offered = source / "extra" / "notebooks"
    offered.mkdir(parents=True)
    for path, notebook in read.items():
        student = students / path.name
        download = f"notebooks/{path.name}" if student.is_file() else None
        if download:
            shutil.copyfile(student, offered / path.name)
        (source / path.name).write_bytes(student_notebooks.to_bytes(lessons.page(notebook, download)))
    listed = [texts.Lesson.of(notebook) for notebook in read.values()]
    site = texts.Site(language, listed, runs, terms, repository)
    written = texts.render(site) | _reference(site, students.parent, documented)
    for name, text in written.items():
        (source / f"{name}.md").write_text(text, encoding="utf-8")


def _reference(site: texts.Site, chapters_folder: Path, documented: Sequence[str]) -> dict[str, str]:
    """The pages of the library's public names."""
    sources = {path.stem: path.read_text(encoding="utf-8") for path in sorted(chapters_folder.glob("[0-9]*.py"))}
    titles = {lesson.slug: f"{lesson.number:02d} · {site.short_title(lesson.number)}" for lesson in site.lessons}
    made = {"reference": reference.index(site.language, documented)}
    for package in documented:
        made[f"reference-{package}"] = reference.page(package, site.language, sources, titles)
    return made


def _link_names(folder: Path, lessons: Sequence[Path], documented: Sequence[str]) -> None:
    """In the code of lessons, let the library's names lead to the reference."""
    for lesson in lessons:
        path = folder / f"{lesson.stem}.html"
        path.write_text(reference.with_links(path.read_text(encoding="utf-8"), documented), encoding="utf-8")


def _run_sphinx(source: Path, output: Path, cache: Path, language: str, terms: Sequence[content.Term]) -> None:
    """Build one language; whatever Sphinx warns about is an error.

    Raises:
        CourseError: listing every warning.
    """
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    warnings = io.StringIO()
    problems: list[str] = []
    try:
        with patch_docutils(), docutils_namespace():
            app = Sphinx(
                srcdir=source,
                confdir=None,
                outdir=output,
                doctreedir=cache,
                buildername="html",
                confoverrides=_configuration(language, terms),
                status=None,
                warning=warnings,
                freshenv=True,
            )
            app.build()
    except SphinxError as problem:
        problems.append(str(problem))
    for line in _ANSI.sub("", warnings.getvalue()).splitlines():
        if line.strip():
            problems.append(line.strip().replace(f"{source}/", ""))
    if problems:
        listed = "\n".join(f"  {problem}" for problem in dict.fromkeys(problems))
        raise CourseError(f"the pages in {'Chinese' if language == 'zh' else 'English'} have faults:\n{listed}")
    # The theme's macros are what its templates are made from: no page asks for them.
    macros = [str(path.relative_to(output)) for path in output.glob("_static/*webpack-macros.html")]
    for leftover in (".buildinfo", "objects.inv", "_sources", "_static/locales", "../jupyter_execute", *macros):
        path = output / leftover
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _configuration(language: str, terms: Sequence[content.Term]) -> dict[str, object]:
    words = {name: wording[language] for name, wording in WORDS.items()}
    return {
        "project": _TITLES[language],
        "html_title": _TITLES[language],
        "language": _SPHINX_LANGUAGE[language],
        "extensions": ["myst_nb", "sphinx_book_theme", "course_lib.publishing.site.extension"],
        "course_language": language,
        "course_terms": tuple(re.sub(r"（.*?）", "", term.name["zh"]) for term in terms) if language == "zh" else (),
        "course_glossary": tuple(terms),
        "exclude_patterns": ["extra"],
        "templates_path": [str(_HERE / "templates" / "theme")],
        "html_static_path": [str(_HERE / "static")],
        "html_extra_path": ["extra"],
        "html_css_files": ["course.css"],
        "html_js_files": [("course.js", {"defer": "defer"})],
        "html_favicon": str(_HERE / "static" / "favicon.svg"),
        "html_theme": "sphinx_book_theme",
        "html_theme_options": {
            "article_header_end": ["language-switch.html", "article-header-buttons.html"],
            "navbar_persistent": [],
            "primary_sidebar_end": [],
            "search_bar_text": words["search"],
            "show_navbar_depth": 1,
            "toc_title": words["on_this_page"],
            "use_download_button": False,
            "use_fullscreen_button": False,
            "footer_content_items": [],
            "pygments_light_style": "a11y-high-contrast-light",
            "pygments_dark_style": "a11y-high-contrast-dark",
        },
        "html_context": {"default_mode": "auto"},
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_show_sphinx": False,
        "html_show_copyright": False,
        "html_use_index": False,
        "html_domain_indices": False,
        "html_permalinks_icon": "#",
        "html_last_updated_fmt": None,
        "html_math_renderer": "mathml",
        "math_number_all": False,
        "nb_execution_mode": "off",
        "nb_ipywidgets_js": {},
        "myst_enable_extensions": ["amsmath", "colon_fence", "dollarmath"],
        "myst_dmath_double_inline": True,
        "myst_heading_anchors": 0,
        "myst_update_mathjax": False,
        "smartquotes": False,
        "keep_warnings": True,
    }


def _inspect(finished: Path) -> None:
    from course_lib.publishing.site.inspection import inspect
    from course_lib.publishing.site.policy import protect

    problems = [*inspect(finished), *protect(finished)]
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise CourseError(f"the finished pages have faults:\n{listed}")


def _put_in_place(finished: Path, output: Path, folder: Path) -> None:
    """Replace the old site by the new one: two renames, and the old one back where the second fails."""
    old = folder / _OLD
    if output.exists():
        output.rename(old)
    try:
        finished.rename(output)
    except OSError:
        if old.exists():
            old.rename(output)
        raise
