"""Proves that the sample of film reviews is what its card says: balanced, varied, untidy on purpose, and learnable."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

PATH = Path(__file__).resolve().parents[2] / "datasets" / "film_reviews.csv"
NEGATIVE, POSITIVE = range(1, 5), range(7, 11)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with PATH.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def texts(rows: list[dict[str, str]]) -> list[str]:
    return [row["text"] for row in rows]


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", re.sub(r"<[^>]*>", " ", text).replace("’", "'").lower())


def _containing(texts: list[str], pattern: str) -> int:
    return sum(bool(re.search(pattern, text)) for text in texts)


def test_there_are_400_reviews_in_the_three_columns(rows: list[dict[str, str]]) -> None:
    assert len(rows) == 400
    assert all(list(row) == ["text", "rating", "film_id"] for row in rows)
    assert all(row["text"].strip() for row in rows)


def test_half_of_the_reviews_are_positive_and_every_clear_rating_is_used(rows: list[dict[str, str]]) -> None:
    ratings = Counter(int(row["rating"]) for row in rows)
    assert set(ratings) == {*NEGATIVE, *POSITIVE}
    assert sum(ratings[rating] for rating in POSITIVE) == sum(ratings[rating] for rating in NEGATIVE) == 200
    assert min(ratings.values()) >= 20


def test_every_film_has_two_to_eight_reviews_and_most_films_divide_their_audience(rows: list[dict[str, str]]) -> None:
    films: dict[str, list[bool]] = {}
    for row in rows:
        assert re.fullmatch(r"s\d{3}", row["film_id"])
        films.setdefault(row["film_id"], []).append(int(row["rating"]) in POSITIVE)
    assert 80 <= len(films) <= 100
    assert all(2 <= len(verdicts) <= 8 for verdicts in films.values())
    assert sum(len(set(verdicts)) == 2 for verdicts in films.values()) > len(films) / 2


def test_lengths_run_from_a_phrase_to_a_page(texts: list[str]) -> None:
    lengths = sorted(len(_words(text)) for text in texts)
    assert 3 <= lengths[0] <= 6
    assert 120 <= lengths[-1] <= 170
    assert lengths[20] < 15 < 25 < lengths[200] < 50 < lengths[360]


def test_no_two_reviews_share_six_words_in_a_row(texts: list[str]) -> None:
    first_seen: dict[tuple[str, ...], int] = {}
    for number, text in enumerate(texts):
        words = _words(text)
        for start in range(len(words) - 5):
            run = tuple(words[start : start + 6])
            assert first_seen.setdefault(run, number) == number, f"{' '.join(run)!r} is in two reviews"


def test_no_review_repeats_the_opening_of_another(texts: list[str]) -> None:
    openings = Counter(tuple(_words(text)[:4]) for text in texts)
    assert not [opening for opening, count in openings.items() if count > 1]


@pytest.mark.parametrize(
    ("what", "pattern", "at_least"),
    [
        ("line breaks of HTML", r"<br ?/?>", 20),
        ("other tags", r"</(b|i)>", 2),
        ("named entities", r"&(amp|quot|eacute|mdash|pound);", 15),
        ("numbered entities", r"&#\d+;", 2),
        ("accents", r"[éèï]", 3),
        ("an accent apart from its letter", "e\u0301", 1),
        ("emoji", "[\U0001f300-\U0001faff]", 4),
        ("a space that does not break, or has no width", "[\u00a0\u200b]", 2),
        ("curly quotation marks", "[“”]", 3),
        ("emphatic capitals", r"\b[A-Z]{4,}\b", 12),
        ("repeated marks", r"!!|\.\.\.|\?\?", 6),
        ("a mark out of ten", r"\d+(/| out of )10\b", 3),
        ("negation", r"\b(not|never|no|nothing)\b|n't", 100),
    ],
)
def test_the_cleaning_lesson_finds(texts: list[str], what: str, pattern: str, at_least: int) -> None:
    assert _containing(texts, pattern) >= at_least, what


def test_the_file_holds_nothing_that_was_not_meant(texts: list[str]) -> None:
    content = PATH.read_text(encoding="utf-8")
    assert not content.startswith("\ufeff")
    strange = {
        character
        for text in texts
        for character in text
        if unicodedata.category(character) in ("Cc", "Co", "Cn", "Cs") or character == "\ufffd"
    }
    assert not strange
    rewritten = io.StringIO(newline="")
    writer = csv.writer(rewritten, lineterminator="\n")
    writer.writerow(["text", "rating", "film_id"])
    with PATH.open(encoding="utf-8", newline="") as stream:
        writer.writerows(list(csv.reader(stream))[1:])
    assert rewritten.getvalue() == content


def test_counted_words_tell_the_verdict_on_unseen_films_but_not_always(rows: list[dict[str, str]]) -> None:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_score
    from sklearn.pipeline import make_pipeline

    accuracy = cross_val_score(
        make_pipeline(CountVectorizer(), LogisticRegression(solver="liblinear")),
        [row["text"] for row in rows],
        [int(row["rating"]) in POSITIVE for row in rows],
        groups=[row["film_id"] for row in rows],
        cv=GroupKFold(5),
    ).mean()
    assert 0.70 <= accuracy <= 0.85
