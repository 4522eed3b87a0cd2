"""What a check says: a hint, in the reader's language, and a longer one for whoever asks again."""

from __future__ import annotations

from course_lib.showing.language import tr


class Hint(Exception):
    """What a check tells the reader about the mistake it found.

    Args:
        message: what is said at once.
        more: what is said besides to whoever asks again; without it the exercise's own second hint serves.
    """

    def __init__(self, message: str, more: str = "") -> None:
        super().__init__(message)
        self.more = more


class NotAttempted(Exception):
    """The reader's function is still the stub."""


def require(condition: object, english: str, chinese: str, more: tuple[str, str] | None = None) -> None:
    """Give the reader this hint unless the condition holds.

    Args:
        condition: what holds for a right answer.
        english: the hint.
        chinese: the same in Chinese.
        more: a longer hint in English and in Chinese, for whoever asks again; never the solution.

    Raises:
        Hint: with the wording in the reader's language.
    """
    if not condition:
        raise Hint(tr(english, chinese), tr(*more) if more else "")
