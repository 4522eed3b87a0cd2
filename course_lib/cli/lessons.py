"""`course build`, `run`, `spread`, `site` and `all`: from the lessons' sources to notebooks, results and pages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from course_lib.base.errors import ChapterFailed, UsageError
from course_lib.base.language import tr
from course_lib.cli.options import (
    EDITION,
    EDITIONS,
    LANGUAGE_OR_BOTH,
    SCALE,
    AtOnce,
    checkout,
    chosen_chapters,
    languages,
)

if TYPE_CHECKING:
    from course_lib.cli.report import Failed
    from course_lib.publishing.records import RunRecord

# What the executed notebook of one lesson takes on the disk, and the site of all lessons, in megabytes, amply.
LESSON_MB, SITE_MB = 3, 100

_jobs = click.option(
    "--jobs", type=AtOnce(), default=None, help="How many lessons run at a time; if left out, cores and memory decide."
)


@click.command(short_help="Build the notebooks of both languages; --check compares only.")
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 where a notebook differs from its source.")
@click.option("--solutions", is_flag=True, help="The solution edition as well, in build/solutions.")
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="CHAPTER:CELL",
    help="First declare the translation of this cell up to date. Can be given several times.",
)
def build(check: bool, solutions: bool, accepted: tuple[str, ...]) -> None:
    """Build the notebooks of both languages from the lessons' sources.

    A stale translation, an unknown tag, a missing pair: each stops the build with its file and line; nothing is
    written then.
    """
    if check and accepted:
        raise UsageError(
            tr(
                "--accept changes a source, and --check changes nothing: use one of them",
                "--accept 会改动源文件，--check 不作任何改动：请只用其中一个",
            )
        )
    for word in accepted:
        _accept(word)
    from course_lib.base.files import shown
    from course_lib.publishing import builder

    root = checkout()
    if not check:
        changed = builder.build(root, solutions)
        for path in changed:
            click.echo(f"{tr('wrote', '写入') if path.exists() else tr('removed', '删除')} {shown(path)}")
        count = tr(f"notebooks changed: {len(changed)}", f"{len(changed)} 个笔记本有改动")
        click.echo(count if changed else tr("every notebook is up to date", "所有笔记本都是最新的"))
        return
    differences = builder.check(root, solutions)
    for difference in differences:
        click.echo(f"{shown(difference.path)}: {difference.hint}")
    if differences:
        raise ChapterFailed(
            tr(
                f"notebooks that differ from their sources: {len(differences)}; run: course build",
                f"{len(differences)} 个笔记本与源文件不一致；请运行：course build",
            )
        )
    click.echo(tr("every notebook is what its source builds", "所有笔记本都与源文件一致"))


def _accept(word: str) -> None:
    """Accept the translation that `CHAPTER:CELL` names."""
    from course_lib.publishing import source

    chapter, colon, cell = word.partition(":")
    if not colon or not cell:
        raise UsageError(
            tr(
                f"--accept takes CHAPTER:CELL, such as 01:opening; given: {word!r}",
                f"--accept 的值写成 CHAPTER:CELL，例如 01:opening；现在是 {word!r}",
            )
        )
    (path,) = chosen_chapters([chapter])
    of = source.accept(path, cell)
    click.echo(
        tr(
            f'{path.stem}: the translation of {cell!r} is accepted, of="{of}"',
            f'{path.stem}：已确认 {cell!r} 的译文，of="{of}"',
        )
    )


@click.command(short_help="Execute lessons and hold results against expected ranges.")
@click.argument("chapters", nargs=-1, metavar="[CHAPTER]...")
@click.option("--scale", type=SCALE, default=None, help="How much is computed; if left out, COURSE_SCALE or quick.")
@click.option("--language", type=LANGUAGE_OR_BOTH, default="en", show_default=True)
@click.option("--edition", type=EDITION, default="solution", show_default=True)
@_jobs
@click.option("--record", is_flag=True, help="Keep time and memory where notebooks quote them from: one at a time.")
@click.option("--resume", is_flag=True, help="Leave out lessons that were executed and have not changed since.")
@click.option("--json", "as_json", is_flag=True, help="Print the records of the runs as JSON.")
def run(
    chapters: tuple[str, ...],
    scale: str | None,
    language: str,
    edition: str,
    jobs: int | None,
    record: bool,
    resume: bool,
    as_json: bool,
) -> None:
    """Execute lessons and hold their results against the ranges they promise.

    CHAPTER is a number or a name: 1, 01, preprocessing. Without one, every lesson is executed, as many at a time as
    cores and free memory allow, the longest first. Exit code 1 where a lesson stops at an error or a result lies
    outside its range. After a kill, --resume goes on with the lessons that were not done.
    """
    from course_lib.cli import report

    chosen = _scale(scale)
    if record and chosen == "smoke":
        raise _not_smoke()
    if record and resume:
        raise UsageError(
            tr(
                "--record keeps what was measured now, and --resume leaves runs out: use one of them",
                "--record 记录本次的测量，--resume 会跳过一些运行：请只用其中一个",
            )
        )
    if record and jobs is not None and jobs > 1:
        raise UsageError(
            tr(
                f"--record keeps what a lesson takes when it runs alone, and --jobs is {jobs}; allowed: 1",
                f"--record 记录一课单独运行时的开销，而 --jobs 的值是 {jobs}；可用的只有：1",
            )
        )
    paths = chosen_chapters(chapters)
    records, failed = _execute(paths, chosen, languages(language), edition, 1 if record else jobs, resume)
    if record and not failed:
        _remember(records)
    if as_json:
        click.echo(report.as_json(records, failed))
    else:
        report.table(records, failed)
    if failed:
        raise ChapterFailed(_failed(failed, records))


@click.command(short_help="Repeat lessons with other seeds and show how far results move.")
@click.argument("chapters", nargs=-1, metavar="[CHAPTER]...")
@click.option("--seeds", type=click.IntRange(min=2), default=5, show_default=True, help="How many seeds: 1, 2, 3 …")
@click.option("--scale", type=SCALE, default=None, help="How much is computed; if left out, COURSE_SCALE or quick.")
@click.option("--record", is_flag=True, help="Keep the values beside them.")
def spread(chapters: tuple[str, ...], seeds: int, scale: str | None, record: bool) -> None:
    """Repeat lessons with other seeds and show how far their results move: what expected ranges are made from.

    A seed with which a lesson fails does not stop the others; nothing is recorded of that lesson then.
    """
    from course_lib.cli import report
    from course_lib.publishing import executor, source
    from course_lib.publishing import records as publishing_records

    chosen = _scale(scale)
    if record and chosen == "smoke":
        raise _not_smoke()
    root = checkout()
    failures: list[ChapterFailed] = []
    for lesson in [source.parse(path) for path in chosen_chapters(chapters)]:
        found: dict[int, dict[str, float]] = {}
        for seed in range(1, seeds + 1):
            try:
                with report.progress(f"{lesson.slug} ({chosen}, seed {seed})") as on_cell:
                    found[seed] = executor.results(lesson, chosen, seed, on_cell=on_cell)
            except ChapterFailed as failure:
                failures.append(failure)
                continue
            report.results_of_seed(lesson.slug, seed, found[seed])
        # A result that only some seeds report has no spread.
        common = [name for name in next(iter(found.values()), {}) if all(name in each for each in found.values())]
        values = {name: [each[name] for each in found.values()] for name in common}
        report.spread(lesson.slug, values)
        if record and len(found) == seeds:
            publishing_records.remember_spread(
                lesson.number, chosen, list(found), values, root / "course_lib" / "session" / "measured.json"
            )
    if failures:
        raise ChapterFailed("\n".join(map(str, failures)))


@click.command(short_help="Build the website from executed lessons.")
def site() -> None:
    """Build the website of both languages from executed lessons; `course run --language both` executes them."""
    _check_room(SITE_MB)
    click.echo(_site_is_at(_build_site()))


@click.command(name="all", short_help="Data, lessons in both languages, site: all in one.")
@click.option("--scale", type=SCALE, default=None, help="How much is computed; if left out, COURSE_SCALE or quick.")
@_jobs
@click.option("--resume", is_flag=True, help="Leave out lessons that were executed and have not changed since.")
@click.pass_context
def everything(context: click.Context, scale: str | None, jobs: int | None, resume: bool) -> None:
    """Fetch the data, execute every lesson in both languages, build the site: what `make course` does.

    Without the net the lessons run on the course's own samples and say so.
    """
    from course_lib.cli import report

    chosen = _scale(scale)
    paths = chosen_chapters(())
    _check_room(2 * LESSON_MB * len(paths) + SITE_MB)
    _fetch_what_can_be_had()
    context.invoke(build)
    records, failed = _execute(paths, chosen, languages("both"), "solution", jobs, resume)
    place = None if failed else _build_site()
    report.table(records, failed)
    if failed:
        count = _failed(failed, records)
        raise ChapterFailed(tr(f"{count}; the site was not built", f"{count}；没有生成网站"))
    click.echo(_site_is_at(place))


COMMANDS = (build, run, spread, site, everything)


def _failed(failed: list[Failed], records: list[RunRecord]) -> str:
    count, runs = len(failed), len(failed) + len(records)
    return tr(f"{count} of {runs} runs failed", f"{runs} 次运行中有 {count} 次失败")


def _not_smoke() -> UsageError:
    return UsageError(
        tr(
            "--record keeps what readers will see; allowed scales: quick, full",
            "--record 记录读者会看到的内容；可用的规模：quick、full",
        )
    )


def _scale(chosen: str | None) -> str:
    """The scale: the option, or what the environment says."""
    if chosen:
        return chosen
    from course_lib.session import scale

    return scale.current()


def _execute(
    paths: Iterable[Path],
    scale: str,
    chosen_languages: Iterable[str],
    edition: str,
    wanted: int | None,
    resume: bool,
) -> tuple[list[RunRecord], list[Failed]]:
    """Execute lessons, several at a time; one that fails does not keep the others from running.

    With `resume`, what was executed and has not changed since is not executed again.

    Returns:
        The records of the runs that went well, and those that did not. What went wrong is on stderr.
    """
    from course_lib.cli import report
    from course_lib.publishing import executor, schedule, source
    from course_lib.publishing import records as publishing_records
    from course_lib.publishing.notebooks import Publication

    root = checkout()
    publication = Publication.of(root)
    # Every source is read before the first kernel starts: a mistake in the last one shows at once.
    jobs = [
        schedule.Job(lesson, language, edition, scale)
        for lesson in [source.parse(path) for path in paths]
        for language in chosen_languages
    ]
    outcomes: dict[schedule.Job, RunRecord | ChapterFailed] = {}
    for job in jobs if resume else ():
        kept = executor.kept_run(job.lesson, job.language, edition, scale, build_folder=root / "build")
        if kept is not None:
            click.echo(tr(f"kept {job.name}, executed {kept.date}", f"保留 {job.name}，运行于 {kept.date}"), err=True)
            outcomes[job] = kept
    measured = publishing_records.measured(root / "course_lib" / "session" / "measured.json")
    waiting = schedule.longest_first([job for job in jobs if job not in outcomes], measured)
    if waiting:
        _check_room(LESSON_MB * len(waiting))
        at_once = _at_once(wanted, len(waiting))
        with report.watching(waiting) as watcher:
            outcomes |= schedule.execute(
                waiting, at_once, watcher, build_folder=root / "build", publication=publication
            )
    # In the order of the lessons, whichever was done first.
    ended = [(job, outcomes[job]) for job in jobs]
    failed = [
        report.Failed(job.lesson.slug, job.language, edition, scale)
        for job, outcome in ended
        if isinstance(outcome, ChapterFailed)
    ]
    return [outcome for _, outcome in ended if not isinstance(outcome, ChapterFailed)], failed


def _at_once(wanted: int | None, lessons: int) -> int:
    """How many lessons run at a time; where they are fewer than could be wanted, the reason is on stderr."""
    from course_lib.publishing import memory, schedule
    from course_lib.training import devices

    allowed = schedule.side_by_side(wanted)
    if wanted is not None and allowed < min(wanted, lessons):
        cores, free = devices.cores(), memory.free_gigabytes()
        click.echo(
            tr(
                f"note: --jobs is {wanted}, and {allowed} run at a time: {cores} cores and"
                f" {free:.1f} GB of free memory, {schedule.GIGABYTES_EACH} GB for each, allow no more",
                f"说明：--jobs 的值是 {wanted}，实际同时运行 {allowed} 课：{cores} 核、空闲内存 {free:.1f} GB，"
                f"每课需要 {schedule.GIGABYTES_EACH} GB，不能更多",
            ),
            err=True,
        )
    at_once = min(allowed, lessons)
    if at_once > 1 and (wanted is None or allowed >= min(wanted, lessons)):
        click.echo(
            tr(f"{at_once} lessons run at a time, the longest first", f"同时运行 {at_once} 课，最长的先运行"), err=True
        )
    return at_once


def _check_room(megabytes: int) -> None:
    """See that results can be kept, before anything is computed.

    Raises:
        EnvironmentProblem: where a folder below `build/` cannot be written, or the disk is too full.
    """
    from course_lib.base.files import check_room

    build = checkout() / "build"
    # Each of them, since somebody else may have made one, such as root.
    editions = [build / "executed" / language / edition for language in languages("both") for edition in EDITIONS]
    for folder in (build, build / "results", build / "site", *editions):
        check_room(folder, megabytes)


def _fetch_what_can_be_had() -> None:
    """Fetch the data sets; where one cannot be had, say once what happens instead."""
    from course_lib.cli.data import automatic_cards, fetched
    from course_lib.cli.examination import instead_of

    for card in automatic_cards():
        if error := fetched(card):
            click.echo(tr(f"note: {error}; {instead_of(card)}", f"说明：{error}；{instead_of(card)}"), err=True)


def _build_site() -> Path:
    """Build the site from what was executed; its first page."""
    from course_lib.publishing.notebooks import Publication
    from course_lib.publishing.site import building

    root = checkout()
    return building.build(
        root / "build" / "executed",
        root / "build" / "site",
        repository=Publication.of(root).repository,
        progress=lambda sentence: click.echo(sentence, err=True),
    )


def _site_is_at(page: Path) -> str:
    """Where the site is, and how it is opened."""
    from course_lib.base.files import shown

    place, address = shown(page.parent), page.as_uri()
    return tr(f"The site is in {place}; open {address}", f"网站在 {place}；请打开 {address}")


def _remember(records: Iterable[RunRecord]) -> None:
    """Keep what the runs cost, and bring the notebooks up to date, which quote it."""
    from course_lib.publishing import builder
    from course_lib.publishing import records as publishing_records

    root = checkout()
    for record in records:
        publishing_records.remember(record, root / "course_lib" / "session" / "measured.json")
    builder.build(root)
