"""`course slides` and `course book`: executed lessons for a wall and for paper."""

from __future__ import annotations

from pathlib import Path

import click

from course_lib.base.errors import EnvironmentProblem
from course_lib.base.language import tr
from course_lib.cli.options import LANGUAGE_OR_BOTH, checkout, chosen_chapters, languages

# Megabytes that slides and a book take, amply.
_ROOM_MB = 60


@click.command(short_help="Slides of executed lessons, for a browser.")
@click.argument("chapters", nargs=-1, required=True, metavar="CHAPTER...")
@click.option("--language", type=LANGUAGE_OR_BOTH, default="en", show_default=True)
@click.option("--serve", is_flag=True, help="Serve them on this machine until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="Where; 0 for any.")
def slides(chapters: tuple[str, ...], language: str, serve: bool, port: int) -> None:
    """Make slides of executed lessons: figures, formulae, predictions that unfold, what the speaker says.

    They are in build/slides, hold everything they need, and ask the net for nothing. In the browser: S opens the
    speaker's notes, ? tells the other keys.
    """
    from course_lib.base.files import check_room, shown
    from course_lib.publishing import executor, source
    from course_lib.publishing.printed import slides as making

    root = checkout()
    folder = root / "build" / "slides"
    check_room(folder, _ROOM_MB)
    made = []
    for path in chosen_chapters(chapters):
        lesson = source.parse(path)
        for each in languages(language):
            executed = executor.executed_path(root / "build", lesson.slug, each, "solution")
            made.append(making.write(lesson, executed, folder))
            click.echo(f"{lesson.slug} ({each}): {shown(made[-1])}")
    if serve:
        _serve(folder, port, made)


@click.command(short_help="The executed lessons as one PDF for each language.")
@click.argument("chapters", nargs=-1, metavar="[CHAPTER]...")
@click.option("--language", type=LANGUAGE_OR_BOTH, default="both", show_default=True)
def book(chapters: tuple[str, ...], language: str) -> None:
    """Print executed lessons as one PDF for each language, by Chromium: contents, page numbers, answers at the end.

    The books are build/book/en.pdf and zh.pdf. Without a CHAPTER, every lesson is in them.
    """
    from course_lib.base.files import check_room, shown
    from course_lib.cli.examination import find_chromium
    from course_lib.publishing import source
    from course_lib.publishing.printed import book as making

    root = checkout()
    chromium = find_chromium()
    if chromium is None:
        raise EnvironmentProblem(
            tr(
                "a book is printed by Chromium or Chrome, and there is none; COURSE_CHROMIUM names one",
                "书由 Chromium 或 Chrome 打印，而本机没有；可以用 COURSE_CHROMIUM 指定一个",
            )
        )
    folder = root / "build" / "book"
    check_room(folder, _ROOM_MB)
    lessons = [source.parse(path) for path in chosen_chapters(chapters)]
    for each in languages(language):
        path = folder / f"{each}.pdf"
        click.echo(tr(f"printing {shown(path)}", f"正在打印 {shown(path)}"), err=True)
        pages = making.write(lessons, root / "build" / "executed" / each / "solution", each, path, chromium)
        size = path.stat().st_size / 1e6
        click.echo(tr(f"{shown(path)}: {pages} pages, {size:.1f} MB", f"{shown(path)}：共 {pages} 页，{size:.1f} MB"))


def _serve(folder: Path, port: int, made: list[Path]) -> None:
    """Serve the slides to this machine alone."""
    import functools
    import http.server

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing of every request."""

    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Quiet, directory=folder))
    except OSError as error:
        raise EnvironmentProblem(
            tr(
                f"port {port} cannot be used ({error.strerror}); name another: --port 0",
                f"端口 {port} 无法使用（{error.strerror}）；请换一个：--port 0",
            )
        ) from None
    for path in made:
        click.echo(f"http://127.0.0.1:{server.server_port}/{path.relative_to(folder).as_posix()}")
    with server:
        server.serve_forever()


COMMANDS = (slides, book)
