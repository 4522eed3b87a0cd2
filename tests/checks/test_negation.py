"""The exercise of chapter 07 on negation accepts right answers in any style, and catches wrong ones with a hint."""

from __future__ import annotations

import re
from itertools import accumulate

import pytest

from .answers import (
    as_a_class,
    each_fails,
    each_gets_its_hint,
    each_kept_fails,
    each_written_fails,
    must_cover,
    must_pass,
)


def marked(tokens, negations, stops, one_only=False, second=True, stop_ends=True, on_stops=False, on_negations=False):
    negated, found = False, []
    for token in tokens:
        turns, ends = token in negations, token in stops
        spared = (turns and not on_negations) or (ends and not on_stops)
        found.append("NOT_" + token if negated and not spared else token)
        if turns:
            negated = not negated if second else True
        elif (ends and stop_ends) or one_only:
            negated = False
    return found


def by_state(tokens, negations, stops):
    states = list(accumulate(tokens, lambda on, t: False if t in stops else on ^ (t in negations), initial=False))
    plain = negations | stops
    return [("NOT_" if on and token not in plain else "") + token for on, token in zip(states, tokens, strict=False)]


def by_looking_back(tokens, negations, stops):
    found = []
    for place, token in enumerate(tokens):
        since = max((i + 1 for i in range(place) if tokens[i] in stops), default=0)
        odd = sum(before in negations for before in tokens[since:place]) % 2
        found.append(f"NOT_{token}" if odd and token not in negations and token not in stops else token)
    return found


def by_parts_of_a_review(tokens, negations, stops):
    found, clause = [], []
    for token in [*tokens, None]:
        if token is None or token in stops:
            on = False
            for word in clause:
                if word in negations:
                    on = not on
                    found += [word]
                else:
                    found += ["NOT_" + word if on else word]
            clause = []
            found += [] if token is None else [token]
        else:
            clause.append(token)
    return tuple(found)


def by_a_generator(tokens, negations, stops):
    def going():
        sign = 1
        for token in tokens:
            if token in stops:
                sign = 1
                yield token
            elif token in negations:
                sign = -sign
                yield token
            else:
                yield token if sign > 0 else "NOT_" + token

    return list(going())


def in_place(tokens, negations, stops):
    on = False
    for place, token in enumerate(tokens):
        if token in negations:
            on = not on
        elif token in stops:
            on = False
        elif on:
            tokens[place] = "NOT_" + token
    return tokens


def by_parts_of_words(tokens, negations, stops):
    holding = {token for token in tokens if any(negation in token for negation in negations)}
    return marked(tokens, holding, stops)


RIGHT = {"07.5": marked}
ALSO_RIGHT = [by_state, by_looking_back, by_parts_of_a_review, by_a_generator]
WRONG = {
    "one token": ("07.5", lambda t, n, s: marked(t, n, s, one_only=True), "right behind", "紧跟"),
    "no end": ("07.5", lambda t, n, s: marked(t, n, s, stop_ends=False), "beyond the comma", "越过了逗号"),
    "no end, stops marked": ("07.5", lambda t, n, s: marked(t, n, set()), "comma is marked as well", "连逗号也标"),
    "a second negation": ("07.5", lambda t, n, s: marked(t, n, s, second=False), "must switch marking off", "好话"),
    "stops marked": ("07.5", lambda t, n, s: marked(t, n, s, on_stops=True), "stops are never marked", "停顿从不"),
    "negations marked": ("07.5", lambda t, n, s: marked(t, n, s, on_negations=True), "negations as well", "否定词也标"),
    "nothing": ("07.5", lambda t, n, s: list(t), "Nothing is marked", "一个也没有标"),
    "another mark": ("07.5", lambda t, n, s: [w.replace("_", "") for w in marked(t, n, s)], "underscore", "下划线"),
    "negations lost": ("07.5", lambda t, n, s: [w for w in marked(t, n, s) if w not in n], "negations out", "否定词丢"),
    "stops lost": ("07.5", lambda t, n, s: [w for w in marked(t, n, s) if w not in s], "stops out", "停顿丢"),
    "only marked": ("07.5", lambda t, n, s: [w for w in marked(t, n, s) if "NOT_" in w], "only what is", "只返回"),
    "one text": ("07.5", lambda t, n, s: " ".join(marked(t, n, s)), "list of tokens", "词元组成的列表"),
    "its own negations": ("07.5", lambda t, n, s: marked(t, {"不", "没有", "没"}, s), "that are given", "传进来"),
    "its own stops": ("07.5", lambda t, n, s: marked(t, n, {"，", "。"}), "that are given", "传进来"),
}
MORE_WRONG = [
    ("07.5", by_parts_of_words, ""),
    ("07.5", lambda t, n, s: marked(t, n, s) or [""], "empty list"),
    ("07.5", lambda t, n, s: ["NOT_" + w if w in n else w for w in t], ""),
    ("07.5", lambda t, n, s: [w[::-1] for w in marked(t, n, s)], ""),
    ("07.5", lambda t, n, s: marked(t, n, s)[::-1], ""),
    ("07.5", lambda t, n, s: marked(t[::-1], n, s)[::-1], ""),
    ("07.5", lambda t, n, s: [re.sub("^(NOT_)+", "NOT_", w) for w in marked(t, n, s)], "like any other"),
    ("07.5", lambda t, n, s: set(marked(t, n, s)), "list of tokens"),
    ("07.5", lambda t, n, s: None, ""),
    ("07.5", lambda t, n, s: [w + "_NOT" if m != w else w for m, w in zip(marked(t, n, s), t, strict=True)], ""),
    ("07.5", lambda t, n, s: [m.lower() for m in marked(t, n, s)], ""),
]


def test_a_right_answer_passes():
    must_pass("07.5", RIGHT["07.5"])
    must_pass("07.5", as_a_class(RIGHT["07.5"]))


@pytest.mark.parametrize("answer", ALSO_RIGHT)
def test_other_ways_to_be_right_pass(answer):
    must_pass("07.5", answer)


test_a_wrong_answer_gets_the_hint_meant_for_it = each_gets_its_hint(WRONG)
test_more_wrong_answers_are_refused_by_what_is_wrong = each_fails(MORE_WRONG)
test_a_first_answer_kept_for_ever_is_refused = each_kept_fails(RIGHT)
test_writing_into_what_was_given_is_refused = each_written_fails(RIGHT, [("07.5", place) for place in range(3)])


def test_writing_marks_into_the_callers_list_is_refused():
    from .answers import must_fail

    must_fail("07.5", in_place, "")


def test_the_exercise_has_twenty_wrong_answers():
    must_cover(RIGHT, WRONG, at_least=7)
    assert len(WRONG) + len(MORE_WRONG) >= 20
