"""Proves that the data sets of applications are read as published, that samples stand in, and that damage is named."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib import data
from course_lib.base.errors import DataCorrupt, DataUnavailable, UsageError
from course_lib.data import company_news, cranfield, intents, questions, ratings, registry

LOADERS = {
    "cranfield": lambda **given: cranfield.load(**given),
    "xquad": lambda **given: questions.load("xquad", "zh", **given),
    "cmrc2018": lambda **given: questions.load("cmrc2018", "zh", **given),
    "clinc150": lambda **given: intents.load("clinc150", "validation", **given),
    "banking77": lambda **given: intents.load("banking77", "test", **given),
    "financial_phrasebank": lambda **given: company_news.load(**given),
    "movielens_small": lambda **given: ratings.load(**given),
}
COUNTS = {
    "cranfield": 1_400,
    "xquad": 1_190,
    "cmrc2018": 3_219,
    "clinc150": 3_100,
    "banking77": 3_080,
    "financial_phrasebank": 4_838,  # eight of 4,846 stand there twice
    "movielens_small": 100_836,
}


@pytest.mark.parametrize("name", LOADERS)
def test_the_sample_stands_in_and_says_so(name: str, cache: Path, no_data_folder: None, capsys) -> None:
    loaded = LOADERS[name]()
    assert loaded.source == "sample" and len(loaded) > 10 and "sample" in repr(loaded)
    assert data.samples_in_use() == {name} and registry.card(name).sample in capsys.readouterr().out
    assert len(LOADERS[name](sample="only")) == len(loaded)
    with pytest.raises(DataUnavailable):
        LOADERS[name](sample="never")
    with pytest.raises(UsageError, match="choice of sample"):
        LOADERS[name](sample="always")


@pytest.mark.parametrize("name", LOADERS)
def test_the_real_ones_have_as_many_as_their_sites_say(name: str, real_data: Path, cache: Path) -> None:
    assert len(LOADERS[name](sample="never")) == COUNTS[name]


def _cards(use_cards: Callable, name: str, contents: dict) -> None:
    card = registry.card(name)
    card = dataclasses.replace(card, contents=contents)
    use_cards(card)


ABSTRACTS = (
    ".I 1\n.T\nwings in flow .\n.A\nsomebody\n.B\nj. 1\n.W\nwings in flow .\n  a wing was\nblown at .\n"
    ".I 2\n.T\nheat .\n.W\nheat . plates\n"
)
QUERIES = ".I 003\n.W\nwhat of wings\n.I 007\n.W\nwhat of heat .\n"


def _put_cranfield(folder: Path, judgements: str, abstracts: str = ABSTRACTS) -> None:
    (folder / "cranfield").mkdir()
    for name, text in (("cran.all.1400", abstracts), ("cran.qry", QUERIES), ("cranqrel", judgements)):
        (folder / "cranfield" / name).write_text(text)


def test_an_abstract_is_parted_from_its_title_and_judgements_count_queries_by_place(
    data_folder: Path, cache: Path, use_cards: Callable
) -> None:
    _cards(use_cards, "cranfield", {"cran.all.1400": 2, "cran.qry": 2, "cranqrel": 3})
    _put_cranfield(data_folder, "1 1 -1\n1 2 3 \n2 2 1\n")
    found = cranfield.load(sample="never")
    assert found.titles == ["wings in flow .", "heat ."] and found.texts == ["a wing was blown at .", "plates"]
    assert found.queries == ["what of wings", "what of heat ."]
    # The paper whose author asked is worth as much as a complete answer; 3 is the third of four degrees.
    assert found.gains == [{0: 4, 1: 2}, {1: 4}]
    assert found.documents[0] == "wings in flow . a wing was blown at ."


@pytest.mark.parametrize(
    ("judgements", "message"),
    [("1 1 9\n1 2 3\n2 2 1\n", "a code of"), ("1 1 1\n", "expected 3"), ("1 7 1\n1 2 3\n2 2 1\n", "document 7")],
)
def test_damage_of_judgements_is_named(
    judgements: str, message: str, data_folder: Path, cache: Path, use_cards: Callable
) -> None:
    _cards(use_cards, "cranfield", {"cran.all.1400": 2, "cran.qry": 2, "cranqrel": 3})
    _put_cranfield(data_folder, judgements)
    with pytest.raises(DataCorrupt, match=message):
        cranfield.load()


def test_answers_stand_where_they_should(data_folder: Path, cache: Path, use_cards: Callable) -> None:
    card = dataclasses.replace(registry.card("xquad"), contents={"questions": 1})
    use_cards(card)
    (data_folder / "xquad").mkdir()

    def put(start: int) -> None:
        asked = {"question": "who?", "answers": [{"text": "Ann", "answer_start": start}]}
        content = {"data": [{"title": "A", "paragraphs": [{"context": "It was Ann.", "qas": [asked]}]}]}
        (data_folder / "xquad" / "xquad.en.json").write_text(json.dumps(content))

    put(7)
    (question,) = questions.load("xquad", "en").questions
    assert question == (0, "who?", ("Ann",), (7,))
    put(6)
    with pytest.raises(DataCorrupt, match="'Ann' does not stand"):
        questions.load("xquad", "en")


def test_every_answer_of_the_sample_stands_in_its_paragraph_in_both_languages() -> None:
    english, chinese = (questions.load("xquad", language, sample="only") for language in ("en", "zh"))
    for loaded in (english, chinese):
        for one in loaded.questions:
            paragraph = loaded.paragraphs[one.paragraph]
            assert paragraph[one.starts[0] :].startswith(one.answers[0])
    assert [one.paragraph for one in english.questions] == [one.paragraph for one in chinese.questions]


def test_a_film_without_title_and_a_label_that_is_none_are_refused(
    data_folder: Path, cache: Path, use_cards: Callable
) -> None:
    movielens = dataclasses.replace(registry.card("movielens_small"), contents={"folder": "ml", "ratings_at_least": 1})
    phrasebank = dataclasses.replace(
        registry.card("financial_phrasebank"), contents={"folder": "f", "50": 1, "66": 1, "75": 1, "100": 1}
    )
    use_cards(movielens, phrasebank)
    folder = data_folder / "movielens_small"
    folder.mkdir()
    (folder / "movies.csv").write_text('movieId,title,genres\n1,"A, B (1999)",Drama|War\n2,C,(no genres listed)\n')
    (folder / "ratings.csv").write_text("userId,movieId,rating,timestamp\n9,1,4.0,20\n4,2,0.5,10\n9,2,3.0,30\n")
    found = ratings.load(sample="never")
    assert found.titles == ["A, B (1999)", "C"] and found.genres == [("Drama", "War"), ()]
    assert found.users.tolist() == [0, 1, 1] and found.items.tolist() == [1, 0, 1]  # in the order of time
    (folder / "ratings.csv").write_text("userId,movieId,rating,timestamp\n9,5,4.0,20\n")
    with pytest.raises(DataCorrupt, match="a title for each film"):
        ratings.load()
    folder = data_folder / "financial_phrasebank"
    folder.mkdir()
    for name in ("50", "66", "75", "All"):
        (folder / f"Sentences_{name}Agree.txt").write_bytes("Profit rose 5 \xb0 .@positive\n".encode("latin-1"))
    assert company_news.load(sample="never").labels.tolist() == [2]
    (folder / "Sentences_66Agree.txt").write_text("Profit rose .@good\n")
    with pytest.raises(DataCorrupt, match=r"66Agree.*@ and one of"):
        company_news.load()


@pytest.mark.parametrize(
    ("reader", "content"),
    [
        (questions.sample_questions, "article\tlanguage\tkind\ttext\tanswer\na\tfr\tparagraph\tb\t-\n"),
        (intents.sample_requests, "part\tintent\ttext\ntrain\ta\n"),
        (company_news.sample_news, "label\ttext\ngood\ta\n"),
        (ratings.sample_ratings, "user\titem\n1\t2\n"),
    ],
)
def test_a_sample_of_another_form_is_refused(reader: Callable, content: str, tmp_path: Path) -> None:
    from course_lib.data import gate

    path = tmp_path / "sample.tsv"
    path.write_text(content)
    with pytest.raises(DataCorrupt, match="expected the columns"):
        gate.passing(registry.card("passages"), path, reader)
