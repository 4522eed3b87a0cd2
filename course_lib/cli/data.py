"""`course data`: what data sets there are, where they come from, and how they get here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from course_lib.base.errors import CourseError, DataCorrupt, DataUnavailable
from course_lib.base.language import tr
from course_lib.cli.speaking import padded

if TYPE_CHECKING:
    from course_lib.data.registry import Card

_WHERE = {
    "folder": ("in COURSE_DATA", "COURSE_DATA 中"),
    "cache": ("in the cache", "缓存中"),
    "package": ("in a package", "软件包中"),
    "course": ("in the course", "课程自带"),
    "missing": ("not here", "不在本机"),
}
_VERDICTS = {"good": "完好", "bad": "损坏", "absent": "没有"}


@click.group()
def data() -> None:
    """List, fetch, verify or clear the data sets."""


@data.command(name="list")
@click.option("--long", "long", is_flag=True, help="With licence, citation and address.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def list_sets(long: bool, as_json: bool) -> None:
    """Say what data sets there are and where each would come from."""
    from course_lib import data as data_sets

    rows = [(card, data_sets.status(card.id)) for card in data_sets.registry.cards()]
    if as_json:
        cards = [
            {"title": card.title, "automatic": card.automatic, "licence": card.licence, "citation": card.citation}
            | {"home": card.home, **asdict(status)}
            for card, status in rows
        ]
        click.echo(json.dumps(cards, ensure_ascii=False, indent=1, default=str))
        return
    width = max(len(card.id) for card, _ in rows)
    for card, status in rows:
        place = padded(tr(*_WHERE[status.where]), 14)
        click.echo(f"{card.id:<{width}}  {place} {size(status.size):>9}  {card.title}")
        if long:
            indent = " " * (width + 2)
            licence = tr(f"Licence: {card.licence}", f"许可：{card.licence}")
            for text in (card.summary, licence, card.citation, card.home, status.path):
                if text:
                    click.echo(f"{indent}{text}")


@data.command(short_help="Get data sets onto this machine.")
@click.argument("ids", nargs=-1, metavar="[ID]...")
def fetch(ids: tuple[str, ...]) -> None:
    """Get data sets onto this machine; without an ID, all but the large ones.

    What cannot be had does not keep the rest from coming. Exit code 3 where something is missing then.
    """
    missing = [error for card in _cards(ids) if (error := fetched(card))]
    for error in missing:
        click.echo(tr(f"error: {error}", f"错误：{error}"), err=True)
    if missing:
        raise DataUnavailable(tr(f"{len(missing)} data sets could not be had", f"有 {len(missing)} 个数据集无法取得"))


@data.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
def verify(ids: tuple[str, ...]) -> None:
    """Check every copy on this machine: size, checksum, contents.

    Exit code 1 where a copy is bad, 3 where a data set that was named is not here.
    """
    from course_lib import data as data_sets

    bad, absent = [], []
    for card in _cards(ids, automatic=False):
        for finding in data_sets.verify(card.id):
            place = tr(f" ({finding.path})", f"（{finding.path}）") if finding.path else ""
            verdict = padded(tr(finding.verdict, _VERDICTS.get(finding.verdict, finding.verdict)), 7)
            click.echo(f"{verdict} {card.id}{tr(': ', '：')}{finding.message}{place}")
            if finding.verdict == "bad":
                bad.append(card.id)
            elif finding.verdict == "absent" and ids:
                absent.append(card.id)
    if bad:
        raise CourseError(
            tr(
                f"bad copies of {', '.join(bad)}; `course data clear` removes those in the cache",
                f"副本损坏：{'、'.join(bad)}；`course data clear` 可删除缓存中的副本",
            )
        )
    if absent:
        raise DataUnavailable(
            tr(
                f"not on this machine: {', '.join(absent)}; run: course data fetch {' '.join(absent)}",
                f"不在本机：{'、'.join(absent)}；请运行：course data fetch {' '.join(absent)}",
            )
        )


@data.command(short_help="Remove data sets from the cache.")
@click.argument("ids", nargs=-1, metavar="[ID]...")
def clear(ids: tuple[str, ...]) -> None:
    """Remove data sets from the cache; without an ID, all of them. Your own COURSE_DATA is never touched."""
    from course_lib import data as data_sets

    freed = size(data_sets.clear(ids or None))
    click.echo(tr(f"{freed} freed", f"已腾出 {freed}"))


def automatic_cards() -> list[Card]:
    """The data sets that lessons may fetch unasked."""
    from course_lib.data import registry

    return [card for card in registry.cards() if card.automatic and card.origin == "download"]


def fetched(card: Card) -> CourseError | None:
    """Fetch one data set and say where it is; what went wrong is returned, so that others can follow."""
    from course_lib import data as data_sets

    try:
        path = data_sets.fetch(card.id)
    except (DataUnavailable, DataCorrupt) as error:
        return error
    click.echo(f"{card.id}: {path}")
    return None


def _cards(ids: Iterable[str], automatic: bool = True) -> list[Card]:
    """The named data sets, or all (of the automatic ones).

    Raises:
        UsageError: if one does not exist; then nothing has been done.
    """
    from course_lib.data import registry

    named = [registry.card(card_id) for card_id in ids]
    return named or (automatic_cards() if automatic else registry.cards())


def size(count: int | None) -> str:
    """Bytes as a person says them."""
    if count is None:
        return "?"
    return f"{count / 1e6:,.1f} MB" if count >= 1e5 else f"{count / 1e3:,.1f} kB"
