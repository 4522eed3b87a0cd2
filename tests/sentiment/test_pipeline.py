"""Proves that vocabulary, model and calibration saved together give the same verdicts in a fresh process; that reasons
are those of the text; and that odd texts get a sensible answer: empty, another script, a hundred thousand words.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course_lib.sentiment import (
    Calibration,
    NGramClassifier,
    SentimentPipeline,
    count_reviews,
    log_count_ratios,
    occlusion,
)

from .samples import LABELS, TEXTS, vocabulary_of


@pytest.fixture(scope="module")
def pipeline() -> SentimentPipeline:
    vocabulary, corpus = vocabulary_of()
    features = vocabulary.encode(corpus)
    model = NGramClassifier(len(vocabulary))
    model.set_ratios(log_count_ratios(count_reviews(features, LABELS), count_reviews(features, 1 - LABELS)))
    model.log_odds.assign(np.ones(len(vocabulary) + 1))
    model.bias.assign(-0.1)
    return SentimentPipeline(vocabulary, model, Calibration((0.7,), 0.2))


def test_a_verdict_and_its_reasons_are_those_of_the_text(pipeline: SentimentPipeline) -> None:
    good, bad = pipeline.verdict("A good film!"), pipeline.verdict("so bad, a bad film")
    assert (good.label, bad.label) == (1, 0)
    assert good.probability > 0.5 > bad.probability
    assert all(reason.text in "a good film !" for reason in good.reasons)
    logit = pipeline.logits(["so bad, a bad film"])[0]
    everything = pipeline.verdict("so bad, a bad film", most=1_000)
    assert sum(reason.logit for reason in everything.reasons) + 0.7 * -0.1 + 0.2 == pytest.approx(logit, abs=1e-5)
    assert everything.known == len(everything.reasons)


def test_leaving_words_out_works_on_the_whole_pipeline(pipeline: SentimentPipeline) -> None:
    moved = dict(occlusion(["so", "bad"], pipeline.token_logits))
    assert moved["bad"] < 0


@pytest.mark.parametrize("text", ["", "   ", "<br /><br />", "这部电影很好看", "zebra quagga"])
def test_a_text_in_which_nothing_is_known_has_no_verdict(pipeline: SentimentPipeline, text: str) -> None:
    verdict = pipeline.verdict(text)
    assert (verdict.probability, verdict.label, verdict.known, verdict.reasons) == (0.5, -1, 0, ())


def test_a_hundred_thousand_words_are_read(pipeline: SentimentPipeline) -> None:
    verdict = pipeline.verdict("so bad " * 50_000)
    assert verdict.label == 0
    assert 0 <= verdict.probability < 0.5


@pytest.mark.parametrize("given", [None, 3, b"good", ["good"]])
def test_what_is_no_text_is_refused(pipeline: SentimentPipeline, given: object) -> None:
    with pytest.raises(TypeError, match="text is"):
        pipeline.verdict(given)


@pytest.mark.slow
def test_a_fresh_process_gives_the_same_verdicts(pipeline: SentimentPipeline, tmp_path: Path) -> None:
    pipeline.save(tmp_path / "saved")
    script = (
        "import sys; from course_lib.sentiment import SentimentPipeline\n"
        "print(repr(SentimentPipeline.load(sys.argv[1]).logits(sys.argv[2:]).tolist()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "saved"), *TEXTS],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    np.testing.assert_allclose(eval(done.stdout), pipeline.logits(TEXTS), rtol=1e-6)


def test_a_folder_that_lacks_a_part_is_refused(pipeline: SentimentPipeline, tmp_path: Path) -> None:
    pipeline.save(tmp_path)
    (tmp_path / "words.json").unlink()
    with pytest.raises(FileNotFoundError, match="lacks words"):
        SentimentPipeline.load(tmp_path)


def test_a_model_of_another_vocabulary_is_refused(pipeline: SentimentPipeline) -> None:
    with pytest.raises(ValueError, match="model knows 3 n-grams"):
        SentimentPipeline(pipeline.vocabulary, NGramClassifier(3))
