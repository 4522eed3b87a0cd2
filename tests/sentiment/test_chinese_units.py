"""Proves what each unit makes of a Chinese review, that a classifier of them is naive Bayes and logistic regression as
scikit-learn has them, that nothing of the test set is learnt from, and that records say what was run.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from course_lib.data import chinese_reviews
from course_lib.data.reviews import Reviews
from course_lib.sentiment import chinese_study as study
from course_lib.sentiment import chinese_units as units


@pytest.fixture(scope="module")
def sample() -> Reviews:
    return chinese_reviews.load(sample="only")


def _runs(unit: str, text: str, name: str) -> list[str]:
    found = units.features_of(unit, ["不好吃", "不好吃，不好吃"])(text)
    return [feature.partition(":")[2] for feature in found if feature.startswith(f"{name}:")]


def test_each_unit_cuts_as_its_name_says() -> None:
    assert _runs("characters-1", "不 好吃！", "characters") == ["不", "好", "吃", "!"]
    assert _runs("characters-2", "不好吃", "characters") == ["不", "好", "吃", "不 好", "好 吃"]
    assert _runs("words-1", "味道并不好", "words") == ["味道", "并", "不好"]
    assert _runs("words-2", "味道并不好", "words")[-2:] == ["味道 并", "并 不好"]
    assert _runs("content-words-1", "我在这里不开心", "content words") == ["不", "开心"]
    assert _runs("content-words-no-negation-1", "我在这里不开心", "content words without negation") == ["开心"]
    assert "".join(_runs("byte-pairs-1", "不好吃", "byte pairs")).strip() == "不好吃"
    mix = units.features_of("characters-2+words-1")("味道好")
    characters = ["味", "道", "好", "味 道", "道 好"]
    assert mix == [*(f"characters:{run}" for run in characters), "words:味道", "words:好"]


def test_a_negation_marks_what_follows_until_a_stop_or_another_negation() -> None:
    def marked(text: str) -> str:
        return " ".join(units.mark_negations(text.split()))

    assert marked("面 不 难吃 , 汤 好喝") == "面 不 NOT_难吃 , 汤 好喝"
    assert marked("没有 不 满意") == "没有 不 满意" and marked("并不 太 好") == "并不 NOT_太 NOT_好"
    assert marked("不错 , 不 贵") == "不错 , 不 NOT_贵" and marked("") == ""
    words = _runs("marked-words-1", "味道并不是不好吃，我不喜欢！", "marked words")
    assert "NOT_喜欢" in words and "!" in words and not any(word.startswith("NOT_不") for word in words)
    assert units.joins_a_negation("marked words:NOT_好吃")
    plain = _runs("words-1", "味道不好吃，我不喜欢！", "words")
    assert [word.removeprefix("NOT_") for word in units.mark_negations(plain)] == plain


@pytest.mark.parametrize("unit", units.UNITS)
def test_any_review_can_be_cut(unit: str) -> None:
    features = units.features_of(unit, ["好吃", "不好吃"])
    for text in ("", " ", "好", "！！！", "ＡＢＣ abc 好1", "😀", "\ud800好"):
        assert all(feature.count(":") and feature.partition(":")[2] for feature in features(text))
    assert features("ＯＫ好吃") == features("ok好吃")


def test_what_is_no_unit_is_named() -> None:
    with pytest.raises(ValueError, match="unit is 'letters'"):
        units.features_of("letters")
    with pytest.raises(ValueError, match="longest is 0"):
        units.runs(["a"], 0)


def test_a_negation_is_joined_where_it_stands_with_something_else() -> None:
    assert units.joins_a_negation("characters:不 好") and units.joins_a_negation("words:不好")
    assert not units.joins_a_negation("characters:不") and not units.joins_a_negation("words:好吃")


def test_a_classifier_is_what_scikit_learn_makes_of_the_same_features(sample: Reviews) -> None:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    learnt, asked = chinese_reviews.split(sample, 0.25, seed=3)
    ours = study.UnitClassifier("characters-2", learnt).fit(0.1)
    theirs = CountVectorizer(
        analyzer="char",
        ngram_range=(1, 2),
        binary=True,
        min_df=2,
        preprocessor=lambda t: units.normal(t).replace(" ", ""),
    )
    counted = theirs.fit_transform(learnt.texts)
    positive, negative = (
        np.asarray(counted[learnt.labels == label].sum(axis=0), np.float64).ravel() + 1 for label in (1, 0)
    )
    ratios = np.log(positive / positive.sum()) - np.log(negative / negative.sum())
    model = LogisticRegression(C=0.1, solver="liblinear").fit(counted.multiply(ratios).tocsr(), learnt.labels)
    expected = model.decision_function(theirs.transform(asked.texts).multiply(ratios).tocsr())
    assert np.allclose(ours.logits(asked.texts), expected, atol=1e-3)
    text = asked.texts[0]
    assert sum(ours.added(text).values()) + ours._model.intercept_[0] == pytest.approx(ours.logits([text])[0])


def test_a_run_says_what_was_run_and_a_second_one_finds_the_same(sample: Reviews, tmp_path) -> None:
    found = study.run("deliveries", sample, "characters-2", seeds=(1, 2))
    assert found.reviews == (352, 88) and found.seeds == [1, 2] and len(found.test) == 2
    assert found.majority == [0.5, 0.5] and found.tokens == 1.0
    assert all(0.5 < accuracy < 0.95 for accuracy in found.test) and set(found.probes) == set(study.PROBES)
    assert all(0 < some < all_of_them for some, all_of_them in zip(found.negations, found.features, strict=True))
    study.write_record(found, tmp_path / "deliveries.characters-2.json")
    (read,) = study.read_records(study.Counted, tmp_path)
    assert read.mean_test == found.mean_test and read.error == found.error
    again = study.run("deliveries", sample, "characters-2", seeds=(1, 2))
    assert study.compare(again, [read]) == []
    worse = json.loads((tmp_path / "deliveries.characters-2.json").read_text(encoding="utf-8"))
    worse["test"] = [accuracy - 0.02 for accuracy in worse["test"]]
    (moved,) = study.compare(again, [study.Counted(**worse)])
    assert "characters-2" in moved and "mean_test" in moved


def test_labels_of_the_test_set_change_nothing_that_is_learnt(sample: Reviews) -> None:
    _, asked = chinese_reviews.split(sample, study.HELD_OUT, 1)
    hidden = set(asked.texts)
    labels = np.array(
        [1 - own if text in hidden else own for text, own in zip(sample.texts, sample.labels, strict=True)], np.int8
    )
    turned = Reviews(sample.texts, labels, sample.ratings, sample.film_ids, sample.source)
    first, second = (study.run("deliveries", each, "characters-2", seeds=(1,)) for each in (sample, turned))
    assert first.probes == second.probes and first.validation == second.validation
    assert first.test[0] == pytest.approx(1 - second.test[0], abs=1e-3)


def test_records_of_the_course_are_whole_and_better_than_the_majority() -> None:
    known = study.recorded_units()
    for kind in {each.kind for each in known}:
        assert {each.unit for each in known if each.kind == kind} == set(units.UNITS)
    for each in known:
        assert tuple(each.seeds) == study.SEEDS and each.mean_test > np.mean(each.majority) + 0.1
        assert 0 < each.error < 0.02
    assert len({(each.kind, each.data) for each in known}) == len({each.kind for each in known})
