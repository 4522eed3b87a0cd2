"""Two short lists of words, and the verdict of counting them: what can be done without learning."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from course_lib.base.arguments import listed

POSITIVE = frozenset(
    {
        "amazing",
        "beautiful",
        "best",
        "brilliant",
        "charming",
        "clever",
        "delightful",
        "enjoy",
        "enjoyable",
        "enjoyed",
        "excellent",
        "fantastic",
        "fascinating",
        "favorite",
        "favourite",
        "fine",
        "fresh",
        "fun",
        "funny",
        "gem",
        "good",
        "great",
        "hilarious",
        "impressive",
        "love",
        "loved",
        "lovely",
        "magnificent",
        "masterpiece",
        "memorable",
        "moving",
        "outstanding",
        "perfect",
        "powerful",
        "recommend",
        "strong",
        "superb",
        "terrific",
        "touching",
        "unforgettable",
        "wonderful",
    }
)
NEGATIVE = frozenset(
    {
        "annoying",
        "avoid",
        "awful",
        "bad",
        "badly",
        "bland",
        "boring",
        "cheap",
        "crap",
        "disappointed",
        "disappointing",
        "disappointment",
        "dreadful",
        "dull",
        "fail",
        "failed",
        "fails",
        "garbage",
        "hate",
        "hated",
        "horrible",
        "lame",
        "laughable",
        "mediocre",
        "mess",
        "pathetic",
        "pointless",
        "poor",
        "poorly",
        "predictable",
        "ridiculous",
        "silly",
        "stupid",
        "tedious",
        "terrible",
        "trash",
        "ugly",
        "unfortunately",
        "unwatchable",
        "waste",
        "wasted",
        "weak",
        "worse",
        "worst",
    }
)


def lexicon_score(
    tokens: Iterable[str], positive: Collection[str] = POSITIVE, negative: Collection[str] = NEGATIVE
) -> int:
    """How many praising words there are, less the blaming ones; each as often as it stands.

    Args:
        tokens: the words of a review, in lower case.
        positive: words that praise.
        negative: words that blame.

    Raises:
        TypeError: if `tokens` is one str, or holds something that is no str.
    """
    return sum((token in positive) - (token in negative) for token in listed("tokens", tokens))
