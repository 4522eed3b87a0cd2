"""Proves on the course's own quatrains that a run keeps a whole record and judges what it wrote, and that the records
that come with the course are whole.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from course_lib import language_model as lm
from course_lib.data import quatrains
from course_lib.language_model import verse_study

SMALL = {"width": 16, "num_layers": 1, "num_heads": 2}


@pytest.fixture(scope="module")
def texts() -> verse_study.Verses:
    poems = [poem.text for poem in quatrains.load()]
    return verse_study.Verses(poems[:200], poems[200:230], poems[230:260])


@pytest.mark.slow
def test_a_run_judges_what_it_wrote_and_what_is_real(texts: verse_study.Verses) -> None:
    found, model, signs = verse_study.run(texts, 1, SMALL, {"steps": 3, "batch_size": 4}, written=3)
    assert len(found.samples) == 3 and found.samples == verse_study.write_poems(model, signs, 3, seed=1_000)
    assert found.real["in_form"] == 1 and found.real["rhyming"] > 0.75
    assert found.form["in_form"] == 0  # three steps teach no form
    assert 0 < found.test_bits < 16 and found.weights == model.count_params()
    assert verse_study.Versed(**json.loads(json.dumps(asdict(found)))).form == found.form


def test_poems_are_judged_by_hand_made_books() -> None:
    rhymes, tones = lm.RhymeBook(["東風", "山間"]), lm.ToneBook({"一": 1.0, "二": -1.0})
    good, bad = "甲一乙二東，甲二乙一風。甲一乙二月，甲二乙一東。", "甲一乙一東，甲一乙一山。甲一乙一月，甲一乙一山"
    form = verse_study.judge([good], rhymes, tones)
    assert (form.in_form, form.rhyming, form.alternating) == (1.0, 1.0, 1.0)
    form = verse_study.judge([good, bad, "甲"], rhymes, tones)
    assert form.in_form == pytest.approx(2 / 3) and form.alternating == pytest.approx(0.5)


@pytest.mark.slow
def test_the_records_are_whole() -> None:
    records = lm.recorded_verses()
    assert records and not verse_study.compare(records[0], records)
    assert verse_study.compare(replace(records[0], test_bits=20.0), records)
    for record in records:
        assert record.form["in_form"] > 0.5 and record.real["in_form"] == 1
    # As the page says of poems that could look into their neighbours.
    leaking = lm.recorded_verses(together=True)
    assert [run.seed for run in records] == [run.seed for run in leaking] == [1, 2, 3]
    bits, leaking_bits = ([run.test_bits for run in runs] for runs in (records, leaking))
    assert max(bits) < min(leaking_bits) and 1.01 < np.mean(leaking_bits) / np.mean(bits) < 1.02
    assert min(run.form["in_form"] for run in records) > max(run.form["in_form"] for run in leaking)
    poet, signs = lm.recorded_poet()
    assert poet.vocabulary_size == len(signs) + 1 == records[0].settings["characters"] + 1
    poem = lm.write_poems(poet, signs, 1)[0]
    assert len(lm.verse_lines(poem)) > 1
