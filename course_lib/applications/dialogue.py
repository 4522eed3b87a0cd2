"""A conversation about a task: what is wanted, what is still missing for it, and when a person has to take over."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from course_lib.base.arguments import require_integer, require_text

_PATTERNS = {
    "amount": re.compile(
        r"(?:[$€£¥]\s?(?P<before>\d[\d,]*(?:\.\d+)?))|(?P<after>\d[\d,]*(?:\.\d+)?)\s?(?:dollars?|euros?|pounds?|yuan|元|美元)",
        re.IGNORECASE,
    ),
    "date": re.compile(
        r"\b(today|tomorrow|yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
        r"|\b(\d{4}-\d{2}-\d{2})\b|(今天|明天|昨天|(?:星期|周)[一二三四五六日天])",
        re.IGNORECASE,
    ),
    "account": re.compile(r"\b(checking|savings|credit card)\b|(储蓄|活期|信用卡)", re.IGNORECASE),
}
PERSON = "person"


def slots_of(text: str) -> dict[str, str]:
    """What a request says by the way, by rule: an amount of money, a date, an account.

    Args:
        text: the request.

    Returns:
        By the name of the slot what was said first for it; what was not said is not there.

    Raises:
        TypeError: if the request is no str.
    """
    require_text("text", text)
    found = {}
    for name, pattern in _PATTERNS.items():
        if match := pattern.search(text):
            found[name] = next(part for part in match.groups() if part).replace(",", "").lower()
    return found


@dataclass(frozen=True)
class State:
    """Where a conversation stands.

    Args:
        intent: what is wanted; None as long as it is not known.
        slots: what was said for it so far.
        failures: how often in a row nothing was understood.
        handed_over: whether a person has taken over.
    """

    intent: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    failures: int = 0
    handed_over: bool = False


class Reply(NamedTuple):
    """What is said, and what is done.

    Args:
        action: `"ask"` for a slot, `"do"` the task, `"answer"` a question, `"repeat"` where nothing was understood, or
            `"person"`.
        intent: what is wanted; None where that is not known.
        slot: the slot that is asked for; None where none is.
        slots: what is known.
        text: the answer to a question; None where there is none.
    """

    action: str
    intent: str | None
    slot: str | None
    slots: Mapping[str, str]
    text: str | None = None


class Dialogue:
    """Rules of a conversation: a request, then the slots that it needs, then it is done.

    Args:
        understand: gives the intent of a text, or None where it is none of those that can be done.
        needed: by intent the slots without which it cannot be done.
        patience: after how many texts in a row that were not understood a person takes over.
        person: the intent that asks for a person.
        look_up: gives the answer to a question where no intent was understood, or None where it knows none.

    Raises:
        ValueError: if a slot is not one that `slots_of` finds, or `patience` is below 1.
    """

    def __init__(
        self,
        understand: Callable[[str], str | None],
        needed: Mapping[str, tuple[str, ...]],
        patience: int = 2,
        person: str = "talk_to_person",
        look_up: Callable[[str], str | None] | None = None,
    ) -> None:
        unknown = {slot for slots in needed.values() for slot in slots} - set(_PATTERNS)
        if unknown:
            raise ValueError(f"needed asks for {sorted(unknown)}; allowed: {', '.join(_PATTERNS)}")
        self.understand, self.needed, self.person = understand, dict(needed), person
        self.look_up = look_up
        self.patience = require_integer("patience", patience, at_least=1)

    def turn(self, state: State, text: str) -> tuple[State, Reply]:
        """One turn: what somebody says, and what comes of it. The state that is given stays as it is.

        Args:
            state: where the conversation stands.
            text: what was said.
        """
        if state.handed_over:
            return state, Reply(PERSON, state.intent, None, state.slots)
        slots = {**state.slots, **slots_of(text)}
        missing = self._missing(state.intent, state.slots)
        # Asked for a date, "tomorrow" answers; it is no new request.
        if missing and missing in slots_of(text):
            return self._go_on(replace(state, slots=slots, failures=0))
        intent = self.understand(text)
        if intent == self.person:
            return self._hand_over(state)
        if intent is not None:
            kept = slots if intent == state.intent else slots_of(text)
            return self._go_on(State(intent, kept))
        answer = None if self.look_up is None else self.look_up(text)
        if answer is not None:
            # What was wanted before is still wanted, and still lacks what it lacked.
            return replace(state, failures=0), Reply("answer", state.intent, missing, state.slots, answer)
        state = replace(state, failures=state.failures + 1)
        if state.failures >= self.patience:
            return self._hand_over(state)
        return state, Reply("ask" if missing else "repeat", state.intent, missing, state.slots)

    def _missing(self, intent: str | None, slots: Mapping[str, str]) -> str | None:
        return next((slot for slot in self.needed.get(intent, ()) if slot not in slots), None)

    def _go_on(self, state: State) -> tuple[State, Reply]:
        missing = self._missing(state.intent, state.slots)
        if missing is not None:
            return state, Reply("ask", state.intent, missing, state.slots)
        return State(), Reply("do", state.intent, None, state.slots)

    def _hand_over(self, state: State) -> tuple[State, Reply]:
        state = replace(state, handed_over=True)
        return state, Reply(PERSON, state.intent, None, state.slots)
