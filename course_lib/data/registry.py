"""The cards of the data sets, read from `datasets/registry.toml`."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from course_lib.base.errors import EnvironmentProblem, UsageError
from course_lib.showing.language import tr


@dataclass(frozen=True)
class PublishedFile:
    """A file on a data set's own site, and what it must look like when it is whole.

    Args:
        name: its file name.
        url: where it is published.
        size: its bytes; None where the site renews it.
        md5: its checksum, where the site gives this one.
        sha256: its checksum.
        largest: how many bytes are taken of it at most, where `size` is not known.
        also: other names under which a reader's own copy may lie.
    """

    name: str
    url: str
    size: int | None = None
    md5: str | None = None
    sha256: str | None = None
    largest: int = 64 * 2**20
    also: tuple[str, ...] = ()

    @property
    def checksum(self) -> tuple[str, str] | None:
        """The algorithm and the digest to check by, or None where no checksum is fixed."""
        if self.sha256:
            return "sha256", self.sha256
        return ("md5", self.md5) if self.md5 else None


@dataclass(frozen=True)
class Card:
    """What the course knows about one data set; the fields are explained at the top of `registry.toml`."""

    id: str
    origin: str
    automatic: bool
    home: str
    licence: str
    citation: str
    titles: Mapping[str, str]
    summaries: Mapping[str, str]
    local: tuple[str, ...] = ()
    file: PublishedFile | None = None
    files: tuple[PublishedFile, ...] = ()
    package: str | None = None
    sample: str | None = None
    contents: Mapping[str, object] = field(default_factory=dict)
    largest: int = 64 * 2**20

    @property
    def title(self) -> str:
        """The name, in the reader's language."""
        return tr(self.titles["en"], self.titles["zh"])

    @property
    def summary(self) -> str:
        """One sentence about it, in the reader's language."""
        return tr(self.summaries["en"], self.summaries["zh"])

    @property
    def parts(self) -> tuple[Card, ...]:
        """A card for each file of a data set that is published as several; otherwise itself alone."""
        return tuple(self._part(file) for file in self.files) or (self,)

    def _part(self, file: PublishedFile) -> Card:
        places = (f"{folder}/{name}" for folder in self.local for name in (file.name, *file.also))
        return replace(self, file=file, files=(), local=tuple(places))


def datasets_folder() -> Path:
    """The folder of the cards and samples: inside an installed course_lib, or beside it in a checkout.

    Raises:
        EnvironmentProblem: if neither is there.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_datasets", package.parent / "datasets"):
        if (folder / "registry.toml").is_file():
            return folder
    raise EnvironmentProblem(
        f"course_lib's datasets/registry.toml is missing beside {package}; install course_lib again"
    )


@cache
def _read() -> dict[str, Card]:
    import tomllib

    with (datasets_folder() / "registry.toml").open("rb") as stream:
        tables = tomllib.load(stream)
    return {card_id: _card(card_id, table) for card_id, table in tables.items()}


def _card(card_id: str, table: dict) -> Card:
    published, several, site = table.pop("file", None), table.pop("files", ()), table.pop("site", "")
    return Card(
        id=card_id,
        titles=table.pop("title"),
        summaries=table.pop("summary"),
        local=tuple(table.pop("local", ())),
        file=_file(published) if published else None,
        files=tuple(_file({"url": site + one["name"], **one}) for one in several),
        **table,
    )


def _file(table: dict) -> PublishedFile:
    return PublishedFile(**{**table, "also": tuple(table.get("also", ()))})


def cards() -> list[Card]:
    """Every card, in the order of the registry."""
    return list(_read().values())


def card(card_id: str) -> Card:
    """The card of one data set.

    Args:
        card_id: such as `"imdb"`.

    Raises:
        UsageError: if no data set has this name.
    """
    known = _read()
    if card_id not in known:
        raise UsageError.unknown("data set", card_id, known)
    return known[card_id]


def sample_path(one: Card) -> Path:
    """The file of this course that stands in for a data set.

    Raises:
        EnvironmentProblem: if the file is missing from the installation.
    """
    path = datasets_folder() / str(one.sample)
    if not path.is_file():
        raise EnvironmentProblem(f"the sample {path} is missing; install course_lib again")
    return path


def packaged_path(one: Card) -> Path:
    """The file of a data set that an installed package ships; the package is not imported.

    Raises:
        EnvironmentProblem: if the package or its file is not there.
    """
    top, _, rest = str(one.package).partition("/")
    spec = importlib.util.find_spec(top)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(place) / rest).is_file():
            return path
    raise EnvironmentProblem(
        f"{one.id}: {one.package} is not installed here; run: pip install {_DISTRIBUTIONS.get(top, top)}"
    )


_DISTRIBUTIONS = {"sklearn": "scikit-learn"}
