"""Proves on the course's sample that the ladder goes from raw reviews to records, that the same seed gives the same,
that nothing of the test reviews is learnt from, and that a difference from the record is told.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import keras
import numpy as np
import pytest

from course_lib.data import imdb
from course_lib.preprocessing.corpus import Corpus
from course_lib.sentiment import Record, ladder, reading_rungs, rungs
from course_lib.sentiment.encoding import encode, task
from course_lib.sentiment.ladder import compare, run

pytestmark = pytest.mark.slow

OF_REPAIRS = [reading_rungs.settings_of(name) for name in reading_rungs.REPAIRED]
OF_DOCUMENTS = reading_rungs.settings_of("lstm")
COUNTING = (*rungs.SETTINGS, "majority", "lexicon", "average")


@pytest.fixture(scope="module")
def small():
    patch = pytest.MonkeyPatch()
    documents = {**rungs.SETTINGS["documents"], "min_reviews": 3, "dim": 8, "epochs": 1}
    patch.setitem(rungs.SETTINGS, "documents", documents)
    for name in ("bag-of-words", "nb-n-grams", "ends"):
        patch.setitem(rungs.SETTINGS, name, {**rungs.SETTINGS[name], "epochs": 1, "learning_rate": 0.05})
    for name, settings in reading_rungs.SETTINGS.items():
        tiny = {key: 4 for key in ("width", "units", "hidden_dim", "num_heads") if key in settings}
        patch.setitem(reading_rungs.SETTINGS, name, {**settings, **tiny, "length": 24, "epochs": 2, "reviews": 60})
    parts = [imdb.load(part, sample="only") for part in ("train", "unlabelled", "test")]
    yield encode(*parts, processes=1)
    patch.undo()


def _climb(encoded, seed: int, models=COUNTING) -> list[Record]:
    found: list[Record] = []
    run(encoded, seed, found.append, models)
    return found


@pytest.fixture(scope="module")
def climbed(small) -> list[Record]:
    return _climb(small, 1)


def test_every_rung_has_a_record_and_the_average_comes_last(small, climbed) -> None:
    assert [record.model for record in climbed] == [name for name in ladder.MODELS if name in COUNTING]
    assert climbed[0].test == pytest.approx(0.5, abs=0.1)
    for record in climbed:
        if record.model == "pseudo-labels":
            assert record.test is None
        else:
            assert 0 <= record.test <= 1
        assert record.data == small.data
        assert set(record.minutes) == set(record.processor_minutes)
        assert "features" in record.minutes
    assert {"nb-n-grams: training", "documents: reading"} <= set(climbed[-1].minutes)
    assert len(climbed[-1].settings["slopes"]) == len(ladder.AVERAGED)


def test_learning_beats_saying_always_the_same(climbed) -> None:
    by_name = {record.model: record.test for record in climbed}
    assert by_name["nb-n-grams"] > by_name["majority"] + 0.1
    assert by_name["documents"] > by_name["majority"]


def test_the_same_seed_gives_the_same_records_and_another_another_split(small, climbed) -> None:
    again = _climb(small, 1)
    assert [(record.model, record.validation, record.test) for record in again] == [
        (record.model, record.validation, record.test) for record in climbed
    ]
    assert not np.array_equal(task(small, 1).validation, task(small, 2).validation)


def test_training_and_validation_share_no_film_and_leave_none_out(small) -> None:
    given = task(small, 3)
    films = small.labelled.film_ids
    assert not set(films[given.training]) & set(films[given.validation])
    assert len(given.training) + len(given.validation) == len(small.labelled)
    np.testing.assert_array_equal(small.labelled.labels[given.validation], given.protocol.validation.labels)


def test_no_n_gram_of_the_test_alone_is_known(small) -> None:
    met = np.asarray(small.known.sum(axis=0) + small.unlabelled.sum(axis=0)).ravel()
    assert (met > 0).all()


def test_what_stands_between_the_ends_of_a_review_is_not_read_and_each_end_has_columns_of_its_own(small) -> None:
    vocabulary, corpus = small.n_grams, small.corpora[0]
    long = next(place for place, ids in enumerate(corpus) if len(ids) > 30)
    begins, ends = corpus.offsets[long : long + 2]
    moved = Corpus(corpus.ids.copy(), corpus.offsets)
    moved.ids[begins + 5 : ends - 5] = moved.ids[begins + 5 : ends - 5][::-1]
    before, after = (rungs.ends_of(each, vocabulary, 5) for each in (corpus, moved))
    assert before.shape == (len(corpus), 2 * len(vocabulary)) and before.dtype == np.float32
    assert (before != after).nnz == 0
    first, last = before[:, : len(vocabulary)], before[:, len(vocabulary) :]
    for part, ids in ((first, corpus[long][:5]), (last, corpus[long][-5:])):
        alone = vocabulary.encode(Corpus(ids, np.array([0, len(ids)])))
        assert (part[long] != alone).nnz == 0
    moved.ids[begins + 4], moved.ids[ends - 5] = 7, 8
    assert (rungs.ends_of(moved, vocabulary, 5)[long] != before[long]).nnz > 0


def test_a_difference_from_the_record_is_told(climbed) -> None:
    assert compare(climbed, climbed) == []
    moved = [replace(record, validation=record.validation + 0.01) for record in climbed]
    assert len(compare(moved, climbed)) == len(climbed)
    assert "recorded" in compare(moved, climbed)[0]
    other = [replace(climbed[0], data={"train": "x", "test": "y"})]
    assert compare(other, climbed) == ["majority, seed 1: the data differs from the recorded data"]
    assert compare([replace(climbed[0], seed=99)], climbed) == []


def test_a_network_may_differ_by_more_than_a_count_may_on_another_backend(climbed) -> None:
    counted = next(record for record in climbed if record.model == "nb-n-grams")
    network = replace(counted, model="lstm-mended")
    for by, told in ((0.01, [True, False]), (0.03, [True, True])):
        moved = [replace(record, validation=record.validation + by) for record in (counted, network)]
        assert [bool(compare([one], [counted, network])) for one in moved] == told


@pytest.mark.parametrize("name", ["mean-of-words", "encoder", "lstm-1-mask", "lstm-5-vectors"])
def test_a_reading_rung_keeps_the_epoch_that_is_best_on_validation(small, name: str) -> None:
    (record,) = _climb(small, 1, [name])
    curve = record.settings["validation_by_epoch"]
    assert len(curve) == 2
    assert record.validation == max(curve)
    assert record.settings["reviews"] == 60
    assert (record.test is None) == (name == "lstm-1-mask")  # a step on the way
    vectors = {step for step in record.minutes if step.startswith("documents")}
    assert vectors == ({"documents: vectors"} if name == "lstm-5-vectors" else set())


def test_each_repair_of_the_network_changes_one_thing_of_the_one_before() -> None:
    for one, other in pairwise(OF_REPAIRS):
        changed = {key for key in {*one, *other} if one.get(key) != other.get(key)}
        assert changed in [
            {"use_mask"},
            {"length"},
            {"bidirectional", "pooling"},
            {"dropout"},
            {"pretrained", "scored"},
        ]


@pytest.mark.parametrize("settings", [OF_DOCUMENTS, OF_REPAIRS[0]], ids=["their size", "small"])
def test_the_documents_network_reads_what_their_program_would_have_read(settings: dict) -> None:
    texts = [list(range(2, 2 + length)) for length in (1, 40, 127, 128, 129, 400)]
    corpus = Corpus(np.concatenate(texts).astype(np.int32), np.cumsum([0, *map(len, texts)]))
    theirs = keras.utils.pad_sequences(texts, padding="post", maxlen=128)
    ours = reading_rungs.padded(corpus, np.arange(len(texts)), 1000, settings["length"], settings["truncate"])
    np.testing.assert_array_equal(ours, theirs)


def test_reviews_are_cut_at_the_end_that_is_named_and_rare_words_are_unknown() -> None:
    corpus = Corpus(np.array([2, 3, 9, 4, 5, 6], dtype=np.int32), np.array([0, 4, 6]))
    first = reading_rungs.padded(corpus, np.array([0, 1]), words=8, length=3, truncate="right")
    last = reading_rungs.padded(corpus, np.array([0, 1]), words=8, length=3, truncate="left")
    assert first.tolist() == [[2, 3, 1], [5, 6, 0]]
    assert last.tolist() == [[3, 1, 4], [5, 6, 0]]


def test_a_word_begins_with_the_vector_learnt_for_it_and_a_rare_one_at_random(small) -> None:
    given = task(small, 1)
    columns, learnt = rungs.learn_documents(given, 1)
    vectors = reading_rungs.word_vectors(given, 1, 300, learnt.n_grams.shape[1])
    single = columns < small.n_grams.offsets[1]
    ids = small.n_grams.keys[0][columns[single]]
    names = [small.n_grams.text(int(column)) for column in columns[single][ids < 300]]
    assert names == [small.words.words[word] for word in ids[ids < 300]]
    # Turned and made smaller: lengths and angles stay in proportion.
    found, expected = (each @ each.T for each in (vectors[ids[ids < 300]], learnt.n_grams[single][ids < 300]))
    np.testing.assert_allclose(found / found.max(), expected / expected.max(), atol=1e-4)
    assert not vectors[0].any()
    assert vectors.std() == pytest.approx(0.05 / 3**0.5, rel=0.1)
    rare = np.setdiff1d(np.arange(1, 300), ids)
    assert len(rare) and (vectors[rare] != 0).all()
    narrow = reading_rungs.word_vectors(given, 1, 300, 3)[ids[ids < 300]]
    kept, whole = (np.linalg.svd(each, compute_uv=False) for each in (narrow, vectors[ids[ids < 300]]))
    np.testing.assert_allclose(kept / kept[0], whole[:3] / whole[0], rtol=1e-3)


def test_with_the_average_come_those_that_it_is_of(small, climbed) -> None:
    alone = _climb(small, 1, ["average"])
    assert [record.model for record in alone] == [*ladder.AVERAGED, "average"]
    assert alone[-1].test == climbed[-1].test


def test_a_model_that_is_none_is_refused(small) -> None:
    with pytest.raises(ValueError, match=r"\['svm'\]; allowed: majority, .*average"):
        run(small, 1, print, ["svm", "average"])
