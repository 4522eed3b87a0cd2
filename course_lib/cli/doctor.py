"""`course doctor`: what this machine has, what it lacks, and the line that mends it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from course_lib.base.errors import EnvironmentProblem
from course_lib.base.language import tr
from course_lib.cli.options import LANGUAGE
from course_lib.cli.speaking import columns, padded
from course_lib.showing import language as languages

if TYPE_CHECKING:
    from course_lib.cli.examination import Finding

_SIGNS = {"fine": ("✔", "green"), "optional": ("–", "yellow"), "missing": ("✘", "red")}
_WORDS = {"fine": ("ok", "正常"), "optional": ("optional", "可选"), "missing": ("MISSING", "缺少")}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--language", type=LANGUAGE, default=None, help="The language of the findings.")
def doctor(as_json: bool, language: str | None) -> None:
    """Say what this machine has and lacks, and how to mend it.

    Exit code 4 where something is missing without which the course does not work.
    """
    from course_lib.cli import examination

    if language or as_json:
        # Programs read the names, so these are the same for everyone who does not ask for others.
        languages.use(language or "en")
    findings = examination.examine()
    if as_json:
        click.echo(json.dumps([vars(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        width = max(columns(finding.name) for finding in findings)
        for finding in findings:
            _show(finding, width)
    missing = [finding.name for finding in findings if finding.status == "missing"]
    if missing:
        raise EnvironmentProblem(
            tr(
                f"the course cannot run here yet: mend {', '.join(missing)}",
                f"课程在本机还不能运行：请先解决{'、'.join(missing)}",
            )
        )


def _show(finding: Finding, width: int) -> None:
    sign, colour = _SIGNS[finding.status]
    head = click.style(padded(f"{sign} {tr(*_WORDS[finding.status])}", 10), fg=colour)
    click.echo(f"{head} {padded(finding.name, width)}  {finding.says}")
    if finding.mend:
        click.echo(f"{'':<{width + 11}}  → {finding.mend}")
