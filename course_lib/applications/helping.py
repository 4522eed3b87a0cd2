"""What a service answers where nothing is to be done: a passage of its help pages that is near enough, or none.

The passages are those of a bank that does not exist, written for this course, and so are the questions about them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from course_lib.applications.intents import threshold_of_share
from course_lib.base.arguments import require_text


class Passage(NamedTuple):
    """A piece of a help page.

    Args:
        title: what it answers.
        text: the answer.
    """

    title: str
    text: str


PASSAGES = (
    Passage("How long does a transfer take?", "A transfer within the country arrives on the next working day."),
    Passage(
        "When are the branches open?", "Branches are open from nine to five on working days, on Saturday till noon."
    ),
    Passage("Is my money insured?", "Deposits are insured by law, up to 100,000 for each customer."),
    Passage(
        "What does an account cost?", "An account is free as long as a salary comes in; else it costs three a month."
    ),
    Passage("Can a child have an account?", "Children from seven on may have an account, if both parents sign for it."),
    Passage("How do I complain?", "Write to the complaints office; you have an answer within ten days."),
    Passage("Which documents do I need to open an account?", "Bring a passport and a bill that shows your address."),
    Passage("What does a card cost abroad?", "Paying abroad in another currency costs one and a half per cent."),
    Passage(
        "How do I close an account?", "An account is closed at any branch; what is left on it is paid out at once."
    ),
    Passage(
        "What is a standing order?", "A standing order pays the same sum again and again, on a day that you choose."
    ),
    Passage("How do I recognise a false message?", "We never ask for a password by mail; delete such a message."),
    Passage(
        "Who may read my data?", "Your data are read by those alone who work on your request, and kept for ten years."
    ),
)

# Questions in other words than the passages', each with the number of the passage that answers it.
ASKED = (
    ("how many days until a transfer arrives", 0), ("is a transfer there on the same day", 0),
    ("at what time do the branches open on saturday", 1), ("are your branches open today", 1),
    ("are my deposits insured", 2), ("what happens to my money if the bank goes broke, is it insured", 2),
    ("is an account free", 3), ("do i pay each month for an account", 3),
    ("my son is eight, may he have an account", 4), ("accounts for children", 4),
    ("where do i send a complaint", 5), ("i want to complain about a branch", 5),
    ("what must i bring to open an account", 6), ("do you need my passport for a new account", 6),
    ("is there a fee when i pay abroad", 7), ("what do you charge in another currency", 7),
    ("please close my account", 8), ("how is an account closed", 8),
    ("what does standing order mean", 9), ("explain standing orders", 9),
    ("is this message really from you", 10), ("somebody asked for my password by mail", 10),
    ("who sees my data", 11), ("how long do you keep my data", 11),
)  # fmt: skip


class HelpDesk:
    """Finds the passage that is nearest to a question, by the cosine of their TF-IDF.

    Args:
        passages: of the help pages, one at least.
        threshold: how near a passage must be to be given as an answer.

    Raises:
        ValueError: if there is no passage, or the threshold is not from 0 to 1.
    """

    def __init__(self, passages: Sequence[Passage] = PASSAGES, threshold: float = 0.0) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        if not passages:
            raise ValueError("passages is empty; allowed: one passage or more")
        if not 0 <= threshold <= 1:
            raise ValueError(f"threshold is {threshold}; allowed: from 0 to 1")
        self.passages, self.threshold = list(passages), threshold
        self._words = TfidfVectorizer(sublinear_tf=True, stop_words=sorted(_ASKING))
        self._rows = self._words.fit_transform([f"{one.title} {one.text}" for one in self.passages])

    def nearest(self, question: str) -> tuple[int, float]:
        """The number of the nearest passage, and how near it is; 0 where no word is shared.

        Args:
            question: what is asked.
        """
        require_text("question", question)
        cosines = (self._rows @ self._words.transform([question]).T).toarray()[:, 0]
        best = int(cosines.argmax())
        return best, float(cosines[best])

    def answer(self, question: str) -> str | None:
        """The text of the nearest passage; None where it is not near enough.

        Args:
            question: what is asked.
        """
        best, cosine = self.nearest(question)
        return self.passages[best].text if cosine > self.threshold else None


def help_threshold(cosines: Sequence[float], share: float = 0.05) -> float:
    """How near a passage must be, so that few questions are answered to which there is no answer.

    Args:
        cosines: of questions that no passage answers, each to its nearest passage.
        share: of these that may be answered all the same, less than 1.

    Returns:
        The smallest of the cosines above which at most this share lies.

    Raises:
        ValueError: if there is no cosine, or the share is not from 0 to less than 1.
    """
    falling = -np.asarray(cosines, dtype=np.float64)
    return -threshold_of_share(falling, share, "cosines", "questions", "share")


# Words in which one asks, whatever it is about.
_ASKING = frozenset(
    [
        "a",
        "an",
        "the",
        "i",
        "my",
        "me",
        "you",
        "your",
        "we",
        "our",
        "is",
        "are",
        "was",
        "do",
        "does",
        "did",
        "can",
        "may",
        "must",
        "will",
        "would",
        "there",
        "this",
        "that",
        "it",
        "and",
        "or",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "if",
        "as",
        "with",
        "what",
        "when",
        "where",
        "which",
        "who",
        "how",
        "why",
        "many",
        "much",
        "have",
        "has",
        "had",
        "be",
        "not",
        "no",
    ]
)
