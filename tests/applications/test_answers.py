"""Proves that answers are scored as by the official scorers, and that the reader learns, is saved and refuses."""

from __future__ import annotations

import re
import string
from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib import applications as ap
from course_lib.applications import scoring
from course_lib.applications.reading import FEATURES
from course_lib.data import questions

PAIRS = [
    ("The  Eiffel Tower!", "eiffel tower"),
    ("in 1889, in Paris", "Paris in 1889"),
    ("a cat", "the dog"),
    ("the", "a"),
    ("", "x"),
    ("U.S. (50%)", "us 50"),
    ("An-other thing", "other thing"),
    ("two two one", "two one one"),
    ("İstanbul", "istanbul"),
]


def official(text: str) -> str:
    """The rule of SQuAD's scorer, step by step: small letters, no punctuation, no articles, single blanks."""
    text = text.lower()
    text = "".join(letter for letter in text if letter not in set(string.punctuation))
    text = re.sub(r"\b(a|an|the)\b", " ", text)
    return " ".join(text.split())


def official_f1(answer: str, right: str) -> float:
    said, wanted = official(answer).split(), official(right).split()
    if not said or not wanted:
        return float(said == wanted)
    left, same = list(wanted), 0
    for word in said:
        if word in left:
            left.remove(word)
            same += 1
    if not same:
        return 0.0
    precision, recall = same / len(said), same / len(wanted)
    return 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize(("answer", "right"), PAIRS)
def test_exact_match_and_f1_follow_the_official_rules(answer: str, right: str) -> None:
    assert ap.exact_match(answer, right) == float(official(answer) == official(right))
    assert ap.word_f1(answer, right) == pytest.approx(official_f1(answer, right))


def test_chinese_is_scored_by_characters() -> None:
    assert ap.normalised("《战国无双3》，ω-force。", "zh") == ["战", "国", "无", "双", "3ωforce"]
    assert ap.exact_match("41米。", "41 米", "zh") == 1
    assert ap.word_f1("克拉拉", "克拉拉沃斯", "zh") == pytest.approx(2 * 3 / 8)
    assert ap.best_of(ap.word_f1, "红岩", ["白石", "红岩石"], "zh") == pytest.approx(0.8)
    with pytest.raises(ValueError, match="right is empty"):
        ap.best_of(ap.word_f1, "a", [])
    with pytest.raises(ValueError, match="language"):
        ap.exact_match("a", "a", "fr")


def cmrc_f1(said: list[str], wanted: list[str]) -> float:
    """The rule of CMRC's scorer on pieces: every run of one side is looked for in the other."""
    longest = 0
    for start in range(len(said)):
        for end in range(start + 1, len(said) + 1):
            run = said[start:end]
            if any(wanted[place : place + len(run)] == run for place in range(len(wanted))):
                longest = max(longest, len(run))
    if not longest:
        return 0.0
    precision, recall = longest / len(said), longest / len(wanted)
    return 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize(
    ("answer", "right", "said", "wanted"),
    [
        ("《战国无双3》，光荣和ω-force。", "光荣和 ω-force",
         [*"战国无双", "3", *"光荣和", "ωforce"], [*"光荣和", "ωforce"]),
        ("克拉拉·沃斯", "沃斯克拉拉", [*"克拉拉沃斯"], [*"沃斯克拉拉"]),
        ("Tom's 15 km", "15 km 远", ["tom", "'s", "15", "km"], ["15", "km", "远"]),
        ("红岩", "白石", [*"红岩"], [*"白石"]),
        ("", "白石", [], [*"白石"]),
    ],
)  # fmt: skip
def test_the_f1_of_cmrc_counts_the_longest_unbroken_run(
    answer: str, right: str, said: list[str], wanted: list[str]
) -> None:
    assert (scoring.run_pieces(answer), scoring.run_pieces(right)) == (said, wanted)
    assert ap.run_f1(answer, right) == pytest.approx(cmrc_f1(said, wanted))
    assert ap.run_f1(answer, right) <= ap.word_f1(answer, right, "zh") + 1e-9


def test_sentences_keep_their_places() -> None:
    english, chinese = 'It cost $5. Dr Who left. "Yes." Then 1910 came', "他走了。“好！”她说。完"
    for text, language in ((english, "en"), (chinese, "zh")):
        found = ap.sentences_of(text, language)
        assert all(text[start:].startswith(sentence) for start, sentence in found)
        assert len(found) > 2
    assert ap.sentences_of(chinese, "zh")[0] == (0, "他走了。")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_spans_stand_where_they_say_and_hold_the_answers(language: str) -> None:
    loaded = questions.load("xquad", language, sample="only")
    reached = 0
    for one in loaded.questions:
        paragraph = loaded.paragraphs[one.paragraph]
        spans = ap.candidates(paragraph, language)
        assert all(paragraph[span.start : span.start + len(span.text)] == span.text for span in spans)
        reached += any(ap.exact_match(span.text, one.answers[0], language) for span in spans)
    assert reached / len(loaded) > 0.85


@pytest.mark.parametrize(
    ("question", "language", "kind"),
    [("Who won?", "en", "person"), ("In what year did it end?", "en", "time"), ("How many are there?", "en", "number"),
     ("Name it", "en", "other"), ("谁赢了？", "zh", "person"), ("有多少人？", "zh", "number"),
     ("何时结束？", "zh", "time")],
)  # fmt: skip
def test_a_question_says_what_it_asks_for(question: str, language: str, kind: str) -> None:
    assert ap.kind_of(question, language) == kind


@pytest.fixture(scope="module")
def learnt() -> tuple:
    """A reader of the sample's questions, and what it saw."""
    loaded = questions.load("xquad", "en", sample="only")
    index = ap.BM25(loaded.paragraphs)
    rarity = {word: index.idf(word) for word in index.postings}
    asked = [(one.text, loaded.paragraphs[one.paragraph], one.answers) for one in loaded.questions]
    seen = ap.examples_of(asked, rarity)
    reader = ap.SpanReader(hidden=8, seed=1)
    reader.compile(optimizer=keras.optimizers.Adam(2e-2), loss=ap.SpanLoss())
    can = seen.right >= 0
    before = reader.evaluate(seen.features[can], seen.right[can], verbose=0)
    reader.fit(seen.features[can], seen.right[can], epochs=30, batch_size=16, verbose=0)
    return loaded, seen, reader, before, rarity


@pytest.mark.seconds
def test_the_reader_learns_what_the_loss_says(learnt: tuple) -> None:
    loaded, seen, reader, before, _ = learnt
    can = seen.right >= 0
    assert seen.features.shape[-1] == len(FEATURES) and can.mean() > 0.7
    # A fresh reader cannot tell the spans apart: the loss is about the log of their number.
    spans = np.log(seen.mask[can].sum(axis=1)).mean()
    assert abs(before - spans) < 1
    said = [text for text, _ in reader.answers(seen)]
    right = np.mean([ap.exact_match(text, one.answers[0]) for text, one in zip(said, loaded.questions, strict=True)])
    assert right > 0.3


def test_the_loss_is_the_cross_entropy_of_the_right_span() -> None:
    scores = np.array([[1.0, 2.0, -1e9], [0.5, 0.0, 3.0]], np.float32)
    exact = [-np.log(np.exp(row[place]) / np.exp(row).sum()) for row, place in zip(scores, [0, 2], strict=True)]
    assert float(ap.SpanLoss()(np.array([0, 2]), scores)) == pytest.approx(np.mean(exact), rel=1e-5)


def test_what_fills_up_is_no_span(learnt: tuple) -> None:
    _, seen, reader, _, _ = learnt
    wider = np.pad(seen.features, ((0, 0), (0, 5), (0, 0)))
    one, other = (keras.ops.convert_to_numpy(reader(rows)) for rows in (seen.features, wider))
    np.testing.assert_allclose(one, other[:, :-5], rtol=1e-5)
    assert (other[:, -5:] < -1e8).all()


@pytest.mark.seconds
def test_a_reader_is_saved_and_no_span_is_no_answer(learnt: tuple, tmp_path: Path) -> None:
    _, seen, reader, _, rarity = learnt
    reader.save(tmp_path / "reader.keras")
    again = keras.saving.load_model(tmp_path / "reader.keras")
    assert again.answers(seen) == reader.answers(seen)
    assert reader.answers(ap.examples_of([("who?", "!!", ())], rarity)) == [("", 0.0)]
