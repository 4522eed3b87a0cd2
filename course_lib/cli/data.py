"""`course data`: what data sets there are, where they come from, and how they get here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from course_lib.base.errors import CourseError, DataCorrupt, DataUnavailable

if TYPE_CHECKING:
    from course_lib.data.registry import Card

_WHERE = {
    "folder": "in COURSE_DATA",
    "cache": "in the cache",
    "package": "in a package",
    "course": "in the course",
    "missing": "not here",
}


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
        click.echo(f"{card.id:<{width}}  {_WHERE[status.where]:<14} {size(status.size):>9}  {card.title}")
        if long:
            indent = " " * (width + 2)
            for text in (card.summary, f"Licence: {card.licence}", card.citation, card.home, status.path):
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
        click.echo(f"error: {error}", err=True)
    if missing:
        raise DataUnavailable(f"{len(missing)} data sets could not be had")


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
            place = f" ({finding.path})" if finding.path else ""
            click.echo(f"{finding.verdict:<7} {card.id}: {finding.message}{place}")
            if finding.verdict == "bad":
                bad.append(card.id)
            elif finding.verdict == "absent" and ids:
                absent.append(card.id)
    if bad:
        raise CourseError(f"bad copies of {', '.join(bad)}; `course data clear` removes those in the cache")
    if absent:
        raise DataUnavailable(f"not on this machine: {', '.join(absent)}; run: course data fetch {' '.join(absent)}")


@data.command(short_help="Remove data sets from the cache.")
@click.argument("ids", nargs=-1, metavar="[ID]...")
def clear(ids: tuple[str, ...]) -> None:
    """Remove data sets from the cache; without an ID, all of them. Your own COURSE_DATA is never touched."""
    from course_lib import data as data_sets

    click.echo(f"{size(data_sets.clear(ids or None))} freed")


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
