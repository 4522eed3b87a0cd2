"""`course build`, `run`, `site` and `all`: from the lessons' sources to pages."""

from __future__ import annotations

import click

from course_lib.cli.options import EDITION, LANGUAGE_OR_BOTH, SCALE, chosen_chapters, languages


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 where a notebook differs from its source.")
@click.option("--solutions", is_flag=True, help="Also write the solution edition, to build/solutions.")
def build(check: bool, solutions: bool) -> None:
    """Build the notebooks of both languages from the lessons' sources."""


@click.command()
@click.argument("chapters", nargs=-1, metavar="[CHAPTER]...")
@click.option("--scale", type=SCALE, default=None, help="How much is computed; COURSE_SCALE, or quick, if left out.")
@click.option("--language", type=LANGUAGE_OR_BOTH, default="en", show_default=True)
@click.option("--edition", type=EDITION, default="solution", show_default=True)
def run(chapters: tuple[str, ...], scale: str | None, language: str, edition: str) -> None:
    """Execute lessons and hold their results against the expected ranges."""
    chosen_chapters(chapters)
    languages(language)


COMMANDS = (build, run)
