"""Short stories from a small town's paper with their headlines, written by a grammar: facts are known, names are many.

No sentence of a story holds all that its headline says. Who, what, where and how it ended stand in different sentences,
among others that do not matter, and the headline says it with a verb that the story does not use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from course_lib.base.arguments import checked_seed, require_integer

# By part the given names, family names and towns: those that are asked for are in no story that is learnt from.
NAMES = {
    "train": (
        "Ada Bruno Carla Derek Elena Felix Greta Hugo Irene Jonas Katja Leon Mara Nils Olga Pavel Rosa Stefan Tilda"
        " Viktor",
        "Adler Brandt Castell Dorn Eklund Farkas Gruber Holm Ivanov Jensen Keller Lindt Moreau Novak Orlov Petri Quist"
        " Ritter Sand Tamm",
        "Altdorf Bergen Calden Dunmore Eastry Fennel Garve Hollin Ilmen Jarrow Kelso Lunden Mirow Norden Oslev",
    ),
    "test": (
        "Anton Bea Clara Dora Emil Frida Georg Helga Ivo Judit",
        "Amsel Becker Corvin Drexler Engel Fuchs Gantz Huber Iversen Jung",
        "Arden Birkby Corning Dalen Elmsham Fallow Grimsby Hatten",
    ),
}
_PLANS = {
    "open": ("a bakery", "a cinema", "a bookshop", "a museum", "a swimming pool", "a music school", "a cafe"),
    "build": ("a bridge", "a playground", "a tower", "a windmill", "a footpath", "a theatre", "a harbour"),
    "close": ("a factory", "a station", "a car park", "a road", "a quarry", "an airfield"),
}
# How it ended: what the paper says of it, and the headline's verb.
_ENDS = {
    "allowed": ("the council said yes", "the mayor signed the papers", "all members of the council agreed"),
    "refused": ("the council said no", "the mayor did not sign the papers", "no member of the council agreed"),
    "postponed": ("the council wants to think about it until spring", "the mayor asked for more time"),
}
# The same in words that no story has from which is learnt.
_REWORDED = {
    "allowed": ("the council gave its permission", "the mayor had nothing against it"),
    "refused": ("the council turned the idea down", "the mayor was against it"),
    "postponed": ("the council put it off", "the mayor will decide next year"),
}
VERBS = {"allowed": "lets", "refused": "stops", "postponed": "keeps"}
_JOBS = ("baker", "teacher", "farmer", "nurse", "painter", "carpenter", "driver", "pharmacist")
_WEATHER = ("rainy", "windy", "quiet", "cold", "sunny", "foggy")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIMES = ("for years", "since last summer", "for a long time", "since winter")


class Story(NamedTuple):
    """A story, its headline, and what is true in it.

    Args:
        sentences: of the story.
        headline: what the paper printed above it.
        facts: "who", "plan", "thing", "where" and "end", a key of `VERBS`.
    """

    sentences: list[str]
    headline: str
    facts: Mapping[str, str]


def headline_of(facts: Mapping[str, str]) -> str:
    """The headline that says some facts.

    Args:
        facts: see `Story`.
    """
    last = {"allowed": f"{facts['plan']}", "refused": f"from {_going(facts['plan'])}"}.get(
        facts["end"], f"waiting to {facts['plan']}"
    )
    return f"{facts['where']} {VERBS[facts['end']]} {facts['who']} {last} {facts['thing'].split(' ', 1)[1]}"


def _going(verb: str) -> str:
    return {"open": "opening", "build": "building", "close": "closing"}[verb]


def stories(count: int, part: str = "train", seed: int | None = 0) -> list[Story]:
    """Write stories.

    Args:
        count: how many.
        part: "train" or "test"; no name of the one occurs in the other. "reworded" for those of "test" with their
            endings in other words.
        seed: the same seed writes the same stories.

    Raises:
        ValueError: if the part is unknown or the count below 1.
    """
    if part not in (*NAMES, "reworded"):
        raise ValueError(f"part is {part!r}; allowed: {', '.join(NAMES)}, reworded")
    names, ends = NAMES["train" if part == "train" else "test"], _REWORDED if part == "reworded" else _ENDS
    count = require_integer("count", count, at_least=1)
    random = np.random.default_rng((checked_seed(seed), len(part)))
    return [_story(random, names, ends) for _ in range(count)]


def _story(random: np.random.Generator, names: Sequence[str], ends: Mapping[str, tuple[str, ...]]) -> Story:
    def one(options):
        return options[int(random.integers(len(options)))]

    given, family, towns = (kind.split() for kind in names)
    who, other = (
        " ".join(pair) for pair in zip(*(random.choice(own, 2, False) for own in (given, family)), strict=True)
    )
    where, elsewhere = random.choice(towns, 2, replace=False)
    plan = one(tuple(_PLANS))
    thing, end = one(_PLANS[plan]), one(tuple(_ENDS))
    decoy = one([other for other in _PLANS[plan] if other != thing])
    job, other_job = random.choice(_JOBS, 2, replace=False)
    pronoun, day = one(("he", "she")), one(_DAYS)
    scene = one(
        (
            f"It was a {one(_WEATHER)} {day} in {where}.",
            f"On {day} many people came to the town hall of {where}.",
            f"The town hall of {where} was full on {day}.",
        )
    )
    wish = one(
        (
            f"{who}, a {job}, has wanted to {plan} {thing} {one(_TIMES)}.",
            f"The {job} {who} plans to {plan} {thing}.",
            f"{thing[0].upper() + thing[1:]} is what the {job} {who} wants to {plan}.",
        )
    )
    ending = f"After a meeting of {one(('two', 'three', 'four'))} hours, {one(ends[end])}."
    besides = [
        f"The {other_job} {other} from {elsewhere} had come to listen.",
        f"{other}, a {other_job}, said that {pronoun} had expected it.",
        f"In {elsewhere} somebody wanted to {plan} {decoy} last year.",
        f"There was coffee, and {other} sang a song.",
    ]
    middle = [wish, ending, *(besides[place] for place in random.choice(len(besides), 2, replace=False))]
    random.shuffle(middle)
    # What was wanted is told before what came of it.
    first, second = sorted((middle.index(wish), middle.index(ending)))
    middle[first], middle[second] = wish, ending
    facts = {"who": who, "plan": plan, "thing": thing, "where": str(where), "end": end}
    return Story([scene, *middle], headline_of(facts), facts)
