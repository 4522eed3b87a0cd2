"""Proves on small texts that a run keeps a whole record and measures what it says, that kept weights come back, that
what moved away from its record is told; and that the records that come with the course are whole.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from keras import ops

from course_lib import language_model as lm
from course_lib.data import tales
from course_lib.language_model import study
from course_lib.preprocessing import BytePairEncoding
from course_lib.training import kept

SMALL = {
    "transformer": {"width": 16, "num_layers": 1, "num_heads": 2},
    "lstm": {"width": 16, "units": 16},
}


@pytest.fixture(scope="module")
def texts() -> study.Novels:
    told = [tale.text for tale in tales.load()]
    return study.Novels("\n\n".join(told[:2])[:12_000], told[2][:1_500], told[3][:1_500])


@pytest.fixture(scope="module")
def tokens(texts: study.Novels) -> BytePairEncoding:
    return BytePairEncoding.train([texts.training], 400)


@pytest.mark.slow
@pytest.mark.parametrize("model", study.MODELS)
def test_a_run_records_what_the_model_pays(texts: study.Novels, tokens: BytePairEncoding, model: str) -> None:
    told = []
    found, network = study.run(texts, tokens, model, 1, SMALL[model], {"steps": 4, "report_every": 2}, told.append)
    ids = tokens.to_ids(tokens.encode(texts.test))
    assert found.test_bits == round(study.bits_of(network, ids, texts.test, len(tokens)), 4)
    # Nothing is learnt in four steps: about log2 V bits for each token.
    expected = len(ids) * np.log2(len(tokens) + 1) / len(texts.test.encode())
    assert abs(found.test_bits / expected - 1) < 0.15
    assert found.weights == network.count_params() and len(found.curve) == len(told) == 2
    assert len(found.by_position) == study.LENGTH and found.settings["steps"] == 4
    assert study.Raced(**json.loads(json.dumps(asdict(found)))).test_bits == found.test_bits


def test_a_model_of_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="model is 'gpt'; allowed: 'transformer', 'lstm'"):
        study.make("gpt", 100, 1)


def test_what_left_its_record_is_told() -> None:
    record = study.recorded_races()[0]
    assert study.compare(record, [record]) == []
    moved = replace(record, test_bits=record.test_bits + 2 * study.TOLERANCE)
    assert study.compare(moved, [record]) == [
        f"{record.model}, seed {record.seed}: test_bits {moved.test_bits:.3f}, recorded {record.test_bits:.3f}"
    ]
    assert study.compare(replace(moved, test_bits=float("nan")), [record])


def test_kept_weights_come_back(tmp_path: Path) -> None:
    model, other = (study.make("transformer", 50, seed, **SMALL["transformer"]) for seed in (1, 2))
    model.build((None, None))
    kept.keep_weights(model, tmp_path / "weights.npz")
    ids = np.array([[3, 7, 9]])
    back = ops.convert_to_numpy(kept.with_kept_weights(other, tmp_path / "weights.npz")(ids))
    np.testing.assert_allclose(back, ops.convert_to_numpy(model(ids)), atol=2e-3)
    wider = study.make("transformer", 50, 1, **{**SMALL["transformer"], "width": 32})
    with pytest.raises(ValueError):
        kept.with_kept_weights(wider, tmp_path / "weights.npz")


@pytest.mark.parametrize("levels", [127, 31])
def test_weights_kept_in_steps_move_by_half_a_step_at_most(tmp_path: Path, levels: int) -> None:
    model, other = (study.make("transformer", 50, seed, **SMALL["transformer"]) for seed in (1, 2))
    model.build((None, None))
    table, *rest = model.get_weights()
    table[3] = 0  # a row without a largest number
    model.set_weights([table, *rest])
    kept.keep_weights(model, tmp_path / "weights.npz", levels)
    back = kept.with_kept_weights(other, tmp_path / "weights.npz").get_weights()
    for before, after in zip(model.get_weights(), back, strict=True):
        if before.ndim < 2:
            np.testing.assert_array_equal(after, before.astype(np.float16))
            continue
        step = np.abs(before).max(axis=-1, keepdims=True) / levels
        # The step itself is kept in half precision.
        assert (np.abs(after - before) <= 0.5 * step + 2e-3 * np.abs(before) + 1e-6).all()
    with pytest.raises(ValueError, match="levels is 128; allowed: "):
        kept.keep_weights(model, tmp_path / "weights.npz", 128)


def test_the_records_are_whole_and_the_same_for_every_seed() -> None:
    races = study.recorded_races()
    # Three seeds of each, as the page says.
    assert [(race.model, race.seed) for race in races] == [
        (model, seed) for model in ("transformer", "lstm") for seed in (1, 2, 3)
    ]
    for race in races:
        assert race.settings["steps"] == study.TRAINING[race.model]["steps"]
        assert race.curve[-1][1] < race.curve[0][1] and len(race.by_position) == study.LENGTH
    assert len({race.data for race in races}) == 1
    # Equal weights, about a quarter of an hour, and for the LSTM up to twenty minutes, as the page says.
    weights, minutes = [race.weights for race in races], [race.curve[-1][0] / 60 for race in races]
    assert max(weights) / min(weights) < 1.01
    assert all(12 < each < 16 for each in minutes[:3]) and all(16 < each < 20 for each in minutes[3:])
    # What the page makes of the end: the nearest two are twice as far apart as the runs of one network.
    ends = [race.test_bits for race in races]
    gap, spreads = min(ends[3:]) - max(ends[:3]), [max(three) - min(three) for three in (ends[:3], ends[3:])]
    assert gap > 2 * max(spreads)


def test_the_recorded_model_pays_what_its_record_says() -> None:
    model, tokens = lm.recorded_model(), lm.recorded_tokens()
    assert model.vocabulary_size == len(tokens) + 1 == study.TOKENS + 1
    text = "It is a truth, that a young lady of good sense will walk in any weather."
    assert tokens.decode(tokens.to_ids(tokens.encode(text))) == text
    # Far less than the eight bits of a blind guess, on a sentence that stands in no novel.
    assert study.bits_of(model, tokens.to_ids(tokens.encode(text)), text, len(tokens)) < 2.5


@pytest.mark.slow
def test_the_recorded_bits_come_again_from_the_kept_weights(real_data: Path) -> None:
    texts, tokens = study.split(), lm.recorded_tokens()
    record = next(race for race in study.recorded_races() if (race.model, race.seed) == study.KEPT)
    assert study.digest(texts) == record.data
    ids = tokens.to_ids(tokens.encode(texts.validation))
    assert abs(study.bits_of(lm.recorded_model(), ids, texts.validation, len(tokens)) - record.validation_bits) < 1e-3
