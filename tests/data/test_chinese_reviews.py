"""Proves that Chinese reviews are read as they stand, real ones and a reader's own, that damage is named, and that the
course's sample is what its card says: balanced, varied, full of negations, and learnable.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from course_lib import data
from course_lib.base.errors import DataCorrupt, DataUnavailable, UsageError
from course_lib.data import chinese_reviews, registry
from course_lib.data.reviews import Reviews

CSV = '﻿label,review\r\n1,"好吃,送得快"\r\n0,凉了\r\n0,  \r\n1,"两行\n的评论"\r\n'.encode()


# ── Real ones


@pytest.fixture
def _few(use_cards: object) -> None:
    use_cards(dataclasses.replace(registry.card("waimai_10k"), contents={"positive": 2, "negative": 1}))


def _put(folder: Path, content: bytes) -> None:
    (folder / "waimai_10k").mkdir()
    (folder / "waimai_10k" / "waimai_10k.csv").write_bytes(content)


@pytest.mark.usefixtures("_few")
def test_texts_and_labels_are_read_and_what_has_no_text_is_left_out(data_folder: Path, cache: Path) -> None:
    _put(data_folder, CSV)
    loaded = chinese_reviews.load("deliveries")
    assert loaded.source == "folder" and loaded.labels.dtype == np.int8 and len(set(loaded.film_ids)) == 3
    assert dict(zip(loaded.texts, loaded.labels, strict=True)) == {"好吃,送得快": 1, "凉了": 0, "两行\n的评论": 1}
    both = chinese_reviews.load("deliveries", limit=2)
    assert sorted(both.labels) == [0, 1] and both.texts == chinese_reviews.load("deliveries", limit=2).texts


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (CSV.replace(b"review", b"text"), "no column 'review'; it has: label, text"),
        (CSV.replace(b"\n0,\xe5", b"\n2,\xe5"), "line 3: label '2'; allowed: '1', '0'"),
        (CSV + "0,冷".encode(), "expected 1 negative reviews, got 2"),
        (CSV.replace(b'\n1,"\xe4', b'\n0,"\xe4'), "expected 2 positive reviews, got 1"),
        (CSV.decode().encode("gb18030"), "not UTF-8"),
        (b"label,review\n", "expected reviews, got none"),
        (b"", "no column 'review'"),
        (CSV + b'1,"open', "cut short or damaged"),
    ],
)
def test_damage_is_named(data_folder: Path, cache: Path, content: bytes, message: str) -> None:
    _put(data_folder, content)
    with pytest.raises(DataCorrupt, match=message):
        chinese_reviews.load("deliveries")


def test_without_a_licence_nothing_is_fetched_unasked(
    cache: Path, no_data_folder: None, online: None, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind in chinese_reviews.KINDS:
        with pytest.raises(DataUnavailable, match="fetched only when you ask for it"):
            chinese_reviews.load(kind, sample="never")
        assert chinese_reviews.load(kind, limit=1000).source == "sample"
    assert data.samples_in_use() == set(chinese_reviews.KINDS.values())
    assert capsys.readouterr().out.count("SAMPLE DATA") == 2


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown kind 'films'; allowed: deliveries, hotels"):
        chinese_reviews.load("films")
    with pytest.raises(UsageError, match="limit must be"):
        chinese_reviews.load(limit=0, sample="only")


# ── A reader's own


def test_any_columns_and_labels_will_do(tmp_path: Path, data_folder: Path) -> None:
    content = "id,comment,stars\n1,不错,good\n2,不好,bad\n"
    (tmp_path / "own.csv").write_text(content, encoding="utf-8")
    (data_folder / "mine.csv").write_text(content, encoding="utf-8")
    names = {"text": "comment", "label": "stars", "positive": "good", "negative": "bad"}
    for path in (tmp_path / "own.csv", str(tmp_path / "own.csv"), "mine.csv"):
        own = chinese_reviews.read_csv(path, **names)
        assert own.texts == ["不错", "不好"] and own.labels.tolist() == [1, 0] and own.source == "folder"
    with pytest.raises(UsageError, match="no column 'review'; it has: id, comment, stars"):
        chinese_reviews.read_csv("mine.csv")
    with pytest.raises(DataCorrupt, match="line 2: label 'good'; allowed: '1', '0'"):
        chinese_reviews.read_csv("mine.csv", text="comment", label="stars")
    with pytest.raises(UsageError, match=r"path is 'other\.csv'"):
        chinese_reviews.read_csv("other.csv")


# ── The course's own


@pytest.fixture(scope="module")
def sample() -> Reviews:
    return chinese_reviews.load(sample="only")


def test_half_of_them_are_positive_at_every_place(sample: Reviews) -> None:
    counts = Counter(zip(sample.film_ids.tolist(), sample.labels.tolist(), strict=True))
    assert len(sample) == 440 and len(counts) == 40 and set(counts.values()) == {11}
    assert registry.card("chinese_reviews").summaries["en"].startswith("440 ")


def test_lengths_run_from_a_phrase_to_a_paragraph(sample: Reviews) -> None:
    lengths = sorted(map(len, sample.texts))
    assert (lengths[0], lengths[-1]) == (7, 124) and lengths[100] < 20 and lengths[-40] > 70


def test_no_two_reviews_share_seven_characters_in_a_row_nor_how_they_begin(sample: Reviews) -> None:
    first: dict[str, int] = {}
    names = re.compile("《[^》]*》")
    for number, text in enumerate(sample.texts):
        plain = names.sub("", text)
        for start in range(len(plain) - 6):
            run = plain[start : start + 7]
            assert first.setdefault(run, number) == number, f"{run!r} is in {sample.texts[first[run]]!r} and {text!r}"
    openings = Counter(text[:4] for text in sample.texts)
    assert not [opening for opening, count in openings.items() if count > 1]


def test_negation_stands_in_praise_as_often_as_in_scorn(sample: Reviews) -> None:
    def share(pattern: str, label: int) -> float:
        chosen = [text for text, own in zip(sample.texts, sample.labels, strict=True) if own == label]
        return float(np.mean([bool(re.search(pattern, text)) for text in chosen]))

    for label in (0, 1):
        assert share("[不没]", label) > 0.4
    assert abs(share("[不没]", 0) - share("[不没]", 1)) < 0.15
    # What is negated twice, or only to be taken back.
    twice = [
        text
        for text in sample.texts
        if re.search("没有[^，。]{0,8}不|不[^，。]{0,3}不|不得不|不能不|并不|不是不", text)
    ]
    assert len(twice) >= 15


def test_they_can_be_learnt_from_but_not_easily(sample: Reviews) -> None:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB

    found = []
    for seed in range(4):
        train, test = chinese_reviews.split(sample, 0.25, seed)
        assert not set(train.film_ids) & set(test.film_ids) and test.labels.mean() == 0.5
        grams = CountVectorizer(analyzer="char", ngram_range=(1, 2), binary=True)
        model = MultinomialNB().fit(grams.fit_transform(train.texts), train.labels)
        found.append(model.score(grams.transform(test.texts), test.labels))
    assert 0.6 < np.mean(found) < 0.85, found


# ── The real ones, where they are


@pytest.mark.parametrize(("kind", "count"), [("deliveries", 11_987), ("hotels", 7_765)])
def test_the_real_ones_are_as_many_as_their_card_says(real_data: Path, kind: str, count: int) -> None:
    card = registry.card(chinese_reviews.KINDS[kind])
    if not (real_data / card.local[0]).exists():
        pytest.skip(f"needs {card.id} in COURSE_DATA")
    loaded = chinese_reviews.load(kind)
    assert len(loaded) == count and loaded.source == "folder"
