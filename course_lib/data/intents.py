"""What people ask a service for: short requests with their intent, and some that no intent fits."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from functools import partial

from course_lib.base.errors import DataCorrupt
from course_lib.data import registry, samples, sources
from course_lib.data.gate import Opened

OUT_OF_SCOPE = "oos"
PARTS = {"clinc150": ("train", "validation", "test"), "banking77": ("train", "test")}

_HEADER = ("part", "intent", "text")
_OF_CLINC = {"train": "train", "validation": "val", "test": "test"}


@dataclass(frozen=True, eq=False)
class Requests:
    """Requests and their intents.

    Args:
        texts: what was said.
        intents: what was wanted; `"oos"` where nothing fits that the service can do.
        source: `"folder"`, `"cache"`, `"download"` or `"sample"`.
    """

    texts: list[str]
    intents: list[str]
    source: str

    def __len__(self) -> int:
        return len(self.texts)

    def __repr__(self) -> str:
        return f"Requests({len(self):,} of {len(set(self.intents))} intents, source={self.source!r})"


def load(name: str = "clinc150", part: str = "train", sample: str = "fallback") -> Requests:
    """Load the requests of a part, in the order of the file.

    Args:
        name: `"clinc150"` (150 intents and what is out of scope: 15,100, 3,100 and 5,500 requests) or `"banking77"`
            (77 intents of one bank's customers: 10,003 and 3,080).
        part: `"train"`, `"validation"` (of clinc150 alone) or `"test"`.
        sample: what to do where they cannot be had: `"fallback"` takes the course's own requests to a library and says
            so, `"never"` raises, `"only"` takes these in any case.

    Raises:
        UsageError: if the name, the part or the choice of sample is unknown.
        DataUnavailable: with `sample="never"`, if they cannot be had.
        DataCorrupt: if the copy in `COURSE_DATA` is not of this form.

    Source: Larson et al., EMNLP 2019 (arXiv:1909.02027); Casanueva et al., 2020 (arXiv:2003.04807).
    """
    sources.choice(name, "name", tuple(PARTS))
    sources.choice(part, "part", PARTS[name])
    card = registry.card(name)
    place = 0 if name == "clinc150" else PARTS[name].index(part)
    found = samples.published(card, sample, partial(sources.read, card.parts[place], partial(read, card.parts[place])))
    if found is None:
        return _sample(part)
    requests, source = found
    return Requests(*requests[part], source)


def read(card: registry.Card, opened: Opened) -> dict[str, tuple[list[str], list[str]]]:
    """The requests of a published file by part: JSON with pairs for each part, or CSV with a text and a category.

    Raises:
        DataCorrupt: if it is not of this form, or has another number of requests than the card says.
    """
    if card.file.name.endswith(".json"):
        content = json.loads(opened.text())
        pairs = {part: [*content[name], *content[f"oos_{name}"]] for part, name in _OF_CLINC.items()}
    else:
        rows = csv.DictReader(io.StringIO(opened.text(), newline=""), strict=True)
        pairs = {card.file.name.removesuffix(".csv"): [(row["text"], row["category"]) for row in rows]}
    found = {part: _columns(each, opened) for part, each in pairs.items()}
    for part, (texts, _) in found.items():
        if len(texts) != (expected := card.contents[part]):
            raise DataCorrupt(f"{opened.path}: expected {expected:,} requests in {part}, got {len(texts):,}")
    return found


def _columns(pairs: list, opened: Opened) -> tuple[list[str], list[str]]:
    texts, intents = (list(column) for column in zip(*pairs, strict=True))
    if not all(isinstance(one, str) and one.strip() for one in (*texts, *intents)):
        raise DataCorrupt(f"{opened.path}: expected a text and an intent in each request")
    return texts, intents


def sample_requests(opened: Opened) -> dict[str, tuple[list[str], list[str]]]:
    """The course's own requests by part: below a header, in each line the part, the intent and the text.

    Raises:
        DataCorrupt: if the file is not of this form.
    """
    header, *rows = [tuple(line.split("\t")) for line in opened.text().splitlines()] or [()]
    if header != _HEADER or any(len(row) != 3 or not all(row) or row[0] not in PARTS["clinc150"] for row in rows):
        raise DataCorrupt(f"{opened.path}: expected the columns {', '.join(_HEADER)}")
    return {
        part: ([text for own, _, text in rows if own == part], [intent for own, intent, _ in rows if own == part])
        for part in PARTS["clinc150"]
    }


def _sample(part: str) -> Requests:
    found, _ = sources.read(registry.card("library_requests"), sample_requests)
    return Requests(*found[part], "sample")
