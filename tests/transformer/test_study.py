"""Proves on the course's own phrases that every cut gives sentences back, that a run keeps a whole record and scores
what it says, that samples are chosen by rule, and that what moved away from its record is told.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from course_lib.data import phrases
from course_lib.data.pairs import Pairs
from course_lib.transformer import study, translation_loss

SMALL = {"width": 16, "num_heads": 2, "hidden_dim": 16, "num_layers": 1, "dropout": 0.0}
SHORT = {"epochs": 1, "batch_size": 32, "learning_rate": 2e-3, "boundaries": [32]}


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    return phrases.load("train", limit=240, seed=1)


@pytest.mark.parametrize("name", study.CUTS)
def test_a_cut_gives_the_sentence_back_and_every_id_has_its_place(pairs: Pairs, name: str) -> None:
    cut = study.make_cut(name, pairs, {"english": 320, "chinese": 700})
    for pair in pairs:
        assert cut.join(cut.target(pair.chinese)) == pair.chinese
        for ids, size in ((cut.source(pair.english), cut.sizes[0]), (cut.target(pair.chinese), cut.sizes[1])):
            assert ids and 0 < min(ids) <= max(ids) < size


def test_the_cuts_differ_in_what_their_names_say(pairs: Pairs) -> None:
    words, mixed, subwords = (study.make_cut(name, pairs, {"english": 320, "chinese": 700}) for name in study.CUTS)
    text = next(pair.chinese for pair in pairs if len(pair.chinese) > 8)
    assert words.target(text) == mixed.target(text) and len(words.target(text)) == len(text)
    assert len(subwords.target(text)) < len(text)
    assert mixed.source("Unheard.") == subwords.source("unheard.") and 1 not in mixed.source("Unheard.")
    assert 1 in words.source("Unheard.")
    with pytest.raises(ValueError, match="cut is 'letters'; allowed: 'words-characters', "):
        study.make_cut("letters", pairs)


def test_an_english_sentence_is_asked_once_and_has_all_its_translations() -> None:
    pairs = Pairs(["Hi.", "Who?", "Hi."], ["嗨。", "谁？", "你好。"], "sample")
    assert study.references(pairs) == {"Hi.": ["嗨。", "你好。"], "Who?": ["谁？"]}


def test_samples_are_the_middles_of_the_tenths_of_the_longer_sentences() -> None:
    right = {f"one two three four five {number}": ["一二三四五六七八九十"] for number in range(20)} | {"short": ["短"]}
    written = ["一二三四五六七八九十"[: 1 + number // 2] for number in range(20)] + ["短"]
    samples = study.chosen_samples(written, right)
    scores = [sample["score"] for sample in samples]
    assert len(samples) == 10 and scores == sorted(scores, reverse=True) and scores[0] == 100 and scores[-1] == 0
    assert [len(sample["written"]) for sample in samples] == list(range(10, 0, -1))
    assert "short" not in {sample["english"] for sample in samples}
    assert study.chosen_samples(["短"], {"short": ["短"]}) == []


@pytest.mark.slow
def test_a_run_keeps_a_whole_record_and_its_numbers_are_those_of_the_model(
    pairs: Pairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {}

    def train(cut, learnt, *how, **options):
        kept["cut"], kept["learnt"], (kept["model"], *rest) = cut, learnt, original(cut, learnt, *how, **options)
        return kept["model"], *rest

    original = study.train
    monkeypatch.setattr(study, "train", train)
    found = study.run(pairs, "words-characters", 3, model=SMALL, training=SHORT)
    assert (found.cut, found.seed) == ("words-characters", 3)
    assert found.pairs[0] == len(kept["learnt"]) and found.pairs[1:] == (12, 12)
    assert found.settings["weights"] == kept["model"].count_params() and found.settings["epochs"] == 1
    assert set(found.minutes) == set(found.processor_minutes) == {"cutting", "training", "translating"}
    assert found.interval[0] <= found.test_bleu <= found.interval[1]
    assert {"python", "keras", "numpy"} < set(found.versions) and found.machine["cores"]
    again = study.Translated(**json.loads(json.dumps(asdict(found))))
    assert asdict(again) | {"interval": found.interval, "pairs": found.pairs} == asdict(found)
    # Nats for each character: the total over tokens and ends, by the characters.
    _, watched, asked = study.tatoeba.split(pairs, 12, 12, 3)
    cut, model = kept["cut"], kept["model"]
    sides = [cut.source(pair.english) for pair in watched], [cut.target(pair.chinese) for pair in watched]
    per_token = translation_loss(model, *sides, cut.sizes[1], cut.sizes[1] + 1)
    characters = sum(len(pair.chinese) for pair in watched)
    assert found.validation_loss == pytest.approx(per_token * (characters + len(watched)) / characters, abs=1e-3)
    right = study.references(asked)
    written = study.translate(model, cut, list(right))
    assert found.test_bleu == pytest.approx(study.character_bleu(written, list(right.values())), abs=0.01)


def test_what_moved_away_from_its_record_is_told() -> None:
    known = study.Translated("words-characters", 1, {}, 1.0, 20.0, 21.0, (19.0, 23.0), (1, 1, 1), [], {}, {})
    assert study.compare(replace(known, test_bleu=21 + 0.9 * study.TOLERANCE), [known]) == []
    moved = replace(known, validation_bleu=20 - 1.1 * study.TOLERANCE, test_bleu=math.nan)
    assert study.compare(moved, [known]) == [
        f"words-characters, seed 1: validation_bleu {20 - 1.1 * study.TOLERANCE:.2f}, recorded 20.00",
        "words-characters, seed 1: test_bleu nan, recorded 21.00",
    ]
    assert study.compare(replace(moved, seed=2), [known]) == []


@pytest.mark.slow
def test_the_command_writes_whole_records(
    pairs: Pairs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(study.tatoeba, "load", lambda *_, **__: pairs)
    monkeypatch.setattr(study, "MODEL", SMALL)
    monkeypatch.setattr(study, "TRAINING", SHORT)
    asked = ["--cuts", "words-characters", "--seeds", "5", "--pairs", "240", "--epochs", "1", "--folder", str(tmp_path)]
    assert study.main(asked) == 0
    (path,) = tmp_path.iterdir()
    record = json.loads(path.read_text(encoding="utf-8"))
    assert path.name == "words-characters.5.json" and record["settings"]["width"] == SMALL["width"]
    said = capsys.readouterr().out
    assert f"BLEU {record['test_bleu']:.1f}" in said and "within the recorded ranges" in said


def test_what_is_on_record_was_found_on_equal_data_and_scored_with_an_interval() -> None:
    recorded = study.recorded_translations()
    assert {each.cut for each in recorded} == set(study.CUTS)
    assert len({each.data for each in recorded}) == 1
    for each in recorded:
        assert each.interval[0] < each.test_bleu < each.interval[1]
        assert sum(each.processor_minutes.values()) <= 30 * 1.2
        assert np.isclose(sum(each.pairs[1:]), 2 * study.HELD_OUT)
