"""`course doctor`: what this machine has, what it lacks, and the line that mends it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from course_lib.base.errors import EnvironmentProblem

if TYPE_CHECKING:
    from course_lib.cli.examination import Finding

_SIGNS = {"fine": ("✔", "green"), "optional": ("–", "yellow"), "missing": ("✘", "red")}
_WORDS = {"fine": "ok", "optional": "optional", "missing": "MISSING"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:
    """Say what this machine has and lacks, and how to mend it.

    Exit code 4 where something is missing without which the course does not work.
    """
    from course_lib.cli import examination

    findings = examination.examine()
    if as_json:
        click.echo(json.dumps([vars(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            _show(finding, width)
    missing = [finding.name for finding in findings if finding.status == "missing"]
    if missing:
        raise EnvironmentProblem(f"the course cannot run here yet: mend {', '.join(missing)}")


def _show(finding: Finding, width: int) -> None:
    sign, colour = _SIGNS[finding.status]
    head = click.style(f"{sign} {_WORDS[finding.status]:<8}", fg=colour)
    click.echo(f"{head} {finding.name:<{width}}  {finding.says}")
    if finding.mend:
        click.echo(f"{'':<{width + 11}}  → {finding.mend}")
