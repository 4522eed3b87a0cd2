"""A small bilingual grammar: each construction is written once, in English and in Chinese, over one list of words.

Both sides of a sentence come from the same words, so that a translation is right by construction. Where the languages
differ (articles and agreement here, measure words and particles there, the order of words), each has its own rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from course_lib.data.grammar import doing, habits, journeys, people, qualities, things
from course_lib.data.grammar.draft import Draft

CONSTRUCTIONS = {
    rule.__name__: rule
    for module in (habits, doing, things, qualities, people, journeys)
    for rule in module.CONSTRUCTIONS
}


def drafts() -> Iterator[tuple[str, Draft]]:
    """Every sentence of the grammar after the name of its construction, always in the same order."""
    for name, rule in CONSTRUCTIONS.items():
        for draft in rule():
            yield name, draft
