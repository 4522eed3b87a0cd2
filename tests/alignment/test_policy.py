"""Proves that a writer writes what its model expects, weighs it rightly, and learns what it is rewarded for."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib import alignment
from course_lib.language_model import DecoderLanguageModel
from tensors import numpy

STOP, LENGTH = 5, 4


def model(seed=3):
    made = DecoderLanguageModel(6, 8, 1, 2, max_length=8, seed=seed)
    made.build((None, None))
    return made


@pytest.fixture(scope="module")
def writer():
    return alignment.Writer(model(), STOP, LENGTH)


@pytest.fixture(scope="module")
def pair():
    """One that learns and one that it began as: their calls are traced once for all that train."""
    made = [alignment.Writer(model(), STOP, LENGTH) for _ in range(2)]
    return *made, made[0].model.get_weights()


@pytest.fixture
def learner_and_reference(pair):
    own, reference, begin = pair
    own.model.set_weights(begin)
    return own, reference


@pytest.fixture(scope="module")
def written(writer):
    return writer.write(400, seed=1)


def test_a_text_ends_with_its_first_stop(written):
    for row, counted in zip(written.token_ids.tolist(), written.counted.tolist(), strict=True):
        length = sum(counted)
        assert counted == [True] * length + [False] * (LENGTH - length)
        assert STOP not in row[: length - 1] and row[length:] == [STOP] * (LENGTH - length)
        assert length == LENGTH or row[length - 1] == STOP
    texts = written.texts(STOP)
    assert max(map(len, texts)) == LENGTH and not any(STOP in text for text in texts)


def test_its_log_probs_are_those_of_one_pass_over_the_whole_text(writer, written):
    logits = numpy(writer.model(writer.before(written.token_ids))).astype(np.float64)
    log_probs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    chosen = np.take_along_axis(log_probs, written.token_ids[..., None], axis=-1)[..., 0]
    np.testing.assert_allclose(written.log_probs, chosen * written.counted, atol=1e-4)
    np.testing.assert_allclose(writer.log_probs(written), chosen * written.counted, atol=1e-4)


def test_the_same_seed_writes_the_same_and_first_tokens_come_as_often_as_they_should(writer, written):
    again, other = writer.write(400, seed=1), writer.write(400, seed=2)
    np.testing.assert_array_equal(again.token_ids, written.token_ids)
    assert (other.token_ids != written.token_ids).any()
    logits = numpy(writer.model(np.array([[STOP]])))[0, 0]
    chances = np.exp(logits) / np.exp(logits).sum()
    found = np.bincount(written.token_ids[:, 0], minlength=6) / 400
    np.testing.assert_allclose(found, chances, atol=4 * np.sqrt(0.25 / 400))


@pytest.mark.seconds
def test_how_many_texts_are_handled_at_once_changes_no_probability(writer, written):
    few = alignment.Writer(writer.model, STOP, LENGTH, at_once=7)
    np.testing.assert_allclose(few.log_probs(written), written.log_probs, atol=1e-4)
    drawn = few.write(16, seed=3)
    assert drawn.token_ids.shape == drawn.counted.shape == drawn.log_probs.shape == (16, LENGTH)
    np.testing.assert_allclose(writer.log_probs(drawn), drawn.log_probs, atol=1e-4)


def test_one_step_moves_the_weights_along_reinforces_gradient():
    """The loss of a batch, by hand from the log-probabilities."""
    own = alignment.Writer(model(), STOP, LENGTH)
    drawn = own.write(8, seed=2)
    better = np.linspace(-1, 1, 8)
    targets = alignment.policy_targets(drawn, better)
    logits = own.model(own.before(drawn.token_ids))
    for clip in (None, 0.2):
        found = float(numpy(alignment.PolicyLoss(clip)(targets, logits)))
        by_hand = better if clip else better * drawn.log_probs.sum(axis=1)
        lengths = drawn.counted.sum(axis=1) if clip else 1
        assert found == pytest.approx(float(-(by_hand * lengths).mean()), abs=1e-3)


@pytest.mark.seconds
@pytest.mark.parametrize(
    "options", [{}, {"advantages": "group", "clip": 0.2, "passes": 2}], ids=["reinforce", "clipped groups"]
)
def test_a_writer_learns_what_is_rewarded_and_every_weight_moves(learner_and_reference, options):
    own, reference = learner_and_reference
    begin = [np.array(weight) for weight in own.model.get_weights()]

    def reward(texts):
        return [sum(token == 2 for token in text) for text in texts]

    told = []
    history = alignment.train_on_reward(
        own, reference, reward, 25, batch_size=32, learning_rate=2e-2, seed=4, on_step=told.append, **options
    )
    assert len(history) == len(told) == 25 and told[-1]["step"] == 25
    assert history[0]["kl"] == pytest.approx(0, abs=1e-4) and history[0]["reward"] < 1.2
    assert history[-1]["reward"] > 2.5 and history[-1]["kl"] > 1
    moved = [np.abs(new - old).max() for new, old in zip(own.model.get_weights(), begin, strict=True)]
    assert min(moved) > 0
    for new, old in zip(reference.model.get_weights(), begin, strict=True):
        np.testing.assert_array_equal(new, old)


@pytest.mark.seconds
def test_a_high_price_of_kl_keeps_the_writer_near(learner_and_reference):
    own, reference = learner_and_reference
    history = alignment.train_on_reward(
        own, reference, lambda texts: [text.count(2) for text in texts], 12, batch_size=32, beta=20.0,
        learning_rate=2e-2, seed=4,
    )  # fmt: skip
    assert history[-1]["kl"] < 0.5


def test_best_of_n_keeps_the_best_of_each_group():
    assert alignment.best_of([3, 9, 1, 4, 5, 0, 8], 3).tolist() == [1, 4]
    assert alignment.best_of([3, 9], 1).tolist() == [0, 1]
    assert alignment.distinct_share([[1, 1], [1, 2]]) == 0.5


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda w: alignment.Writer(w.model, 6, 4), "stop is 6"),
        (lambda w: alignment.Writer(w.model, 5, 9), "length is 9"),
        (lambda w: alignment.Writer(w.model, 5, 4, at_once=0), "at_once is 0"),
        (lambda w: w.write(0), "count is 0"),
        (lambda w: w.write(1, temperature=0), "temperature is 0"),
        (lambda w: w.before(np.zeros((2, 3), int)), "token_ids has the shape"),
        (lambda w: w.before(np.full((1, 4), 6)), "token_ids holds ids"),
        (lambda w: alignment.policy_targets(w.write(2), [1.0]), "advantages has the shape"),
        (lambda w: alignment.train_on_reward(w, w, len, 1, batch_size=2), "reward gives the shape"),
        (lambda w: alignment.train_on_reward(w, w, len, 1, advantages="none"), "advantages is 'none'"),
        (lambda w: alignment.best_of([1.0], 2), "n is 2"),
        (lambda w: alignment.best_of([], 1), "rewards has the shape"),
        (lambda w: alignment.distinct_share([[]]), "no token"),
        (lambda w: alignment.PolicyLoss(-1.0), "clip is -1.0"),
    ],
)
def test_what_cannot_be_is_named(writer, call, words):
    with pytest.raises(ValueError, match=words):
        call(writer)
