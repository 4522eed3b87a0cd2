"""Proves that a sample stands in only where there is nothing else, that nobody can miss it, and that it is recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib import data
from course_lib.base.errors import DataCorrupt, UsageError
from course_lib.data import imdb, tatoeba
from course_lib.showing import language

pytestmark = pytest.mark.usefixtures("cache", "no_data_folder")


def test_the_sample_stands_in_with_a_notice_and_is_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    assert data.samples_in_use() == frozenset()
    reviews = imdb.load("train")
    assert reviews.source == "sample" and data.samples_in_use() == {"imdb"}
    shown = capsys.readouterr().out
    for word in (
        "⚠ SAMPLE DATA",
        "film_reviews.csv",
        "COURSE_OFFLINE forbids",
        "course data fetch imdb",
        "COURSE_DATA",
    ):
        assert word in shown


def test_the_notice_is_in_the_readers_language(capsys: pytest.CaptureFixture[str]) -> None:
    language.use("zh")
    imdb.load("train")
    shown = capsys.readouterr().out
    assert "⚠ 这是样例数据，不是真实数据" in shown and "SAMPLE" not in shown


def test_the_notice_comes_once_for_each_data_set(capsys: pytest.CaptureFixture[str]) -> None:
    imdb.load("train")
    capsys.readouterr()
    imdb.load("test")
    assert capsys.readouterr().out == ""


def test_a_notebook_shows_the_notice_as_a_box(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    monkeypatch.setattr("course_lib.showing.display.in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.publish_display_data", shown.append)
    imdb.load("train")
    (bundle,) = shown
    assert 'role="' in bundle["text/html"]
    assert "SAMPLE DATA" in bundle["text/html"] and "SAMPLE DATA" in bundle["text/plain"]


def test_who_asks_for_the_sample_alone_gets_it_without_a_notice(capsys: pytest.CaptureFixture[str]) -> None:
    assert imdb.load("train", sample="only").source == "sample"
    assert capsys.readouterr().out == "" and data.samples_in_use() == frozenset()


def test_the_parts_of_the_sample_share_no_film_and_no_text() -> None:
    training, test = imdb.load("train", sample="only"), imdb.load("test", sample="only")
    assert not set(training.film_ids) & set(test.film_ids) and not set(training.texts) & set(test.texts)
    assert 0.2 < len(test) / (len(test) + len(training)) < 0.3
    assert abs(training.labels.mean() - 0.5) < 0.02 and abs(test.labels.mean() - 0.5) < 0.02
    assert all((training.ratings > 5) == (training.labels == 1))


def test_the_unlabelled_sample_tells_no_label_and_nothing_of_the_test() -> None:
    training, unlabelled = imdb.load("train", sample="only"), imdb.load("unlabelled", sample="only")
    assert set(unlabelled.labels) == {-1} and set(unlabelled.ratings) == {0}
    assert sorted(unlabelled.texts) == sorted(training.texts)


def test_a_limit_beyond_the_sample_gives_all_of_it_where_it_stands_in_and_is_refused_where_it_was_asked_for() -> None:
    everything = len(imdb.load("train", sample="only"))
    assert len(imdb.load("train", limit=5000)) == everything
    assert len(imdb.load("train", limit=10)) == 10
    with pytest.raises(UsageError, match=f"from 1 to {everything}"):
        imdb.load("train", limit=5000, sample="only")


@pytest.mark.parametrize("limit", [0, -1, 25_001, 1.5])
def test_a_limit_that_real_data_would_refuse_is_refused_without_it_too(limit: object) -> None:
    with pytest.raises(UsageError, match="from 1 to 25,000"):
        imdb.load("train", limit=limit)
    assert data.samples_in_use() == frozenset()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,rating\na,1\n", "expected the columns text, rating and film_id"),
        ("text,rating,film_id\na,good,tt1\n", "expected the columns"),
        ("text,rating,film_id\na,5,tt1\n", "expected ratings of 1 to 4 or 7 to 10, got 5"),
        ("text,rating,film_id\na\n", "expected the columns"),
    ],
)
def test_a_sample_of_another_form_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "film_reviews.csv"
    path.write_text(content)
    with pytest.raises(DataCorrupt, match=message):
        imdb.read_sample(path)


def test_a_sample_is_read_with_its_commas_and_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "film_reviews.csv"
    path.write_text('text,rating,film_id\n"Good, they say.\nNot ""good"".",2,f1\n好看！,9,f2\n', encoding="utf-8")
    reviews = imdb.read_sample(path)
    assert reviews.texts == ['Good, they say.\nNot "good".', "好看！"]
    assert reviews.labels.tolist() == [0, 1] and reviews.ratings.tolist() == [2, 9]
    assert reviews.film_ids.tolist() == ["f1", "f2"]


def test_phrases_stand_in_for_tatoeba(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], use_cards: Callable[..., None]
) -> None:
    from course_lib.data.pairs import Pairs

    monkeypatch.setattr(tatoeba, "_sample", lambda: Pairs(["Hi.", "No."], ["你好。", "不。"], "sample"))
    pairs = tatoeba.load(limit=1000)
    assert sorted(pairs.english) == ["Hi.", "No."] and pairs.source == "sample"
    assert data.samples_in_use() == {"tatoeba"} and "phrases.tsv" in capsys.readouterr().out
