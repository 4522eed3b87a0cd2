"""Proves that both kinds of model learn from what they are fed, that a state is carried, and that a kill changes
nothing.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib.base.errors import UsageError
from course_lib.language_model import (
    DecoderLanguageModel,
    Packed,
    RecurrentLanguageModel,
    loss_per_token,
    pack,
    train_language_model,
)
from course_lib.language_model.feeding import DrawnRows, RememberingLearner, StreamsInOrder
from course_lib.language_model.training import _is_matrix
from tensors import numpy

LENGTH = 6


def model_of(kind: str, **changes: object) -> keras.Model:
    if kind == "decoder":
        return DecoderLanguageModel(11, 16, 1, 2, **{"max_length": LENGTH, "seed": 0, **changes})
    return RecurrentLanguageModel(11, 16, 16, kind, **{"seed": 0, **changes})


def text_of(documents: int = 12, seed: int = 0) -> Packed:
    random = np.random.default_rng(seed)
    return pack([random.integers(1, 11, random.integers(2, 9)) for _ in range(documents)], LENGTH, 0)


def weights_of(model: keras.Model) -> list[np.ndarray]:
    return [numpy(weight) for weight in model.trainable_variables]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["decoder", "lstm"])
def test_one_batch_is_learnt_by_heart(kind: str) -> None:
    # Within each row every token is followed by one token only, so that nothing needs to be guessed.
    packed = pack([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]], LENGTH, 0)
    packed = Packed(*(part[:1] for part in packed))
    model = model_of(kind)
    history = train_language_model(model, packed, 150, batch_size=1, learning_rate=0.03, weight_decay=0.0)
    assert history["loss"][0] > 1 and history["loss"][-1] < 0.05
    assert loss_per_token(model, packed) < 0.05


@pytest.mark.seconds
@pytest.mark.parametrize("kind", ["decoder", "rnn", "gru", "lstm"])
def test_every_weight_is_reached(kind: str) -> None:
    model = model_of(kind, **({"positions": "learned"} if kind == "decoder" else {"num_layers": 2}))
    model.build((None, None))
    before = weights_of(model)
    train_language_model(model, text_of(), 3, batch_size=4, weight_decay=0.0)
    for weight, old in zip(model.trainable_variables, before, strict=True):
        moved = numpy(weight)
        assert np.isfinite(moved).all() and not np.array_equal(moved, old), weight.path


def test_rows_are_drawn_once_a_pass_and_the_row_that_was_filled_up_never() -> None:
    packed = text_of()
    whole = len(packed.targets) - 1
    assert (packed.targets[-1] < 0).any() and whole % 5
    fed = DrawnRows(packed, 5, True, seed=5)
    rows = np.concatenate([fed.batch(step)[1] for step in range(whole)])  # five passes
    expected = sorted(packed.targets[:-1].tolist())
    for number in range(5):
        assert sorted(rows[number * whole : (number + 1) * whole].tolist()) == expected
    assert rows[:whole].tolist() != rows[whole : 2 * whole].tolist()
    np.testing.assert_array_equal(fed.batch(2)[1], rows[10:15])  # asked again, out of order
    inputs, targets = fed.batch(0)
    np.testing.assert_array_equal(inputs["token_ids"][:, 1:], targets[:, :-1])
    assert not np.array_equal(DrawnRows(packed, 5, True, seed=6).batch(0)[1], targets)


def test_streams_go_on_and_begin_anew_with_each_pass() -> None:
    fed = StreamsInOrder(text_of(), 2, carry=True)
    steps = len(fed.targets)
    assert steps > 2
    begins = [bool(fed.batch(step)[0]["begins"].all()) for step in range(2 * steps)]
    assert begins == ([True] + [False] * (steps - 1)) * 2
    np.testing.assert_array_equal(fed.batch(1)[0]["token_ids"][:, 0], fed.batch(0)[1][:, -1])
    np.testing.assert_array_equal(fed.batch(steps)[1], fed.batch(0)[1])
    apart = StreamsInOrder(text_of(), 2, carry=False)
    assert all(apart.batch(step)[0]["begins"].all() for step in range(steps))


@pytest.mark.parametrize("kind", ["rnn", "lstm"])
def test_the_state_of_one_batch_is_where_the_next_begins(kind: str) -> None:
    model = model_of(kind, num_layers=2)
    learner = RememberingLearner(model, 3)
    ids = np.random.default_rng(0).integers(0, 11, (3, 12))
    whole = numpy(model(ids))

    def read(first: int, begins: bool) -> np.ndarray:
        given = {"token_ids": ids[:, first : first + 6], "begins": np.full((3, 1), begins)}
        return numpy(learner(given, training=True))

    np.testing.assert_allclose(read(0, True), whole[:, :6], atol=1e-5)
    np.testing.assert_allclose(read(6, False), whole[:, 6:], atol=1e-5)
    np.testing.assert_allclose(read(6, True), numpy(model(ids[:, 6:])), atol=1e-5)
    assert all(weight.trainable is False for weight in learner.kept)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["decoder", "lstm"])
def test_the_same_seed_gives_the_same_losses_however_often_one_reports(kind: str) -> None:
    found = []
    for report_every, seed in ((3, 1), (5, 1), (5, 2)):
        model = model_of(kind, dropout=0.2)
        train_language_model(model, text_of(), 10, batch_size=2, report_every=report_every, seed=seed)
        found.append(weights_of(model))
    for one, two in zip(*found[:2], strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)
    if kind == "decoder":  # streams have an order of their own
        assert any(not np.allclose(one, two, atol=1e-4) for one, two in zip(*found[1:], strict=True))


@pytest.mark.seconds
@pytest.mark.parametrize("kind", ["decoder", "gru"])
def test_reports_say_what_was_measured(kind: str) -> None:
    told, validation = [], text_of(5, seed=1)
    model = model_of(kind)
    history = train_language_model(
        model, text_of(), 7, batch_size=2, validation=validation, report_every=3, on_report=told.append
    )
    assert history["step"] == [3, 6, 7]
    assert set(history) == {"step", "loss", "validation_loss", "seconds", "processor_seconds"}
    assert history["validation_loss"][-1] == pytest.approx(loss_per_token(model, validation, 2), abs=1e-5)
    for name, numbers in history.items():
        assert [one[name] for one in told] == pytest.approx(numbers)
    for name in ("seconds", "processor_seconds"):
        assert 0 < history[name][0] < history[name][1] < history[name][2]


@pytest.mark.seconds
def test_time_that_is_spent_ends_the_training() -> None:
    history = train_language_model(model_of("decoder"), text_of(), 50, batch_size=2, report_every=5, seconds=1e-6)
    assert history["step"] == [5]


@pytest.mark.slow
def test_documents_are_kept_apart_unless_one_says_otherwise() -> None:
    losses = [
        train_language_model(model_of("decoder"), text_of(), 1, batch_size=4, use_segments=apart)["loss"][0]
        for apart in (True, False)
    ]
    assert losses[0] != pytest.approx(losses[1], abs=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["decoder", "lstm"])
def test_after_a_kill_it_goes_on_as_if_nothing_had_happened(kind: str, tmp_path) -> None:
    def train(folder, on_report=None) -> tuple[dict[str, list[float]], list[np.ndarray]]:
        model = model_of(kind, dropout=0.2)
        history = train_language_model(
            model, text_of(), 12, batch_size=2, report_every=3, folder=folder, on_report=on_report
        )
        return history, weights_of(model)

    told = []

    def kill(numbers: dict[str, float]) -> None:
        told.append(numbers)
        if len(told) == 3:
            raise KeyboardInterrupt

    expected = train(tmp_path / "undisturbed")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "killed", kill)
    resumed = []
    history, weights = train(tmp_path / "killed", resumed.append)
    for one, two in zip(weights, expected[1], strict=True):
        np.testing.assert_array_equal(one, two)
    assert history["loss"] == expected[0]["loss"] and history["step"] == [3, 6, 9, 12]
    assert [one["step"] for one in resumed] == [9, 12]
    assert resumed[0]["processor_seconds"] > told[1]["processor_seconds"]  # what was spent before counts
    with pytest.raises(UsageError, match="its text is"):
        train_language_model(
            model_of(kind, dropout=0.2), text_of(seed=4), 12, batch_size=2, report_every=3, folder=tmp_path / "killed"
        )


@pytest.mark.parametrize("kind", ["decoder", "gru"])
def test_weight_decay_is_for_matrices(kind: str) -> None:
    model = model_of(kind, **({"positions": "learned"} if kind == "decoder" else {}))
    model.build((None, None))
    names = {weight.path.split("/", 1)[-1] for weight in model.trainable_variables if not _is_matrix(weight)}
    kept = {name.rsplit("/", 1)[-1] for name in names}
    assert kept == ({"bias", "gamma", "beta", "embeddings"} if kind == "decoder" else {"bias"})
    assert [name for name in names if name.endswith("embeddings")] == [
        name for name in names if "position_vectors" in name
    ]


@pytest.mark.slow
def test_a_weight_that_is_no_matrix_does_not_decay() -> None:
    found = []
    for decay in (0.0, 0.5):
        model = model_of("decoder")
        train_language_model(model, text_of(), 1, batch_size=2, learning_rate=0.1, weight_decay=decay)
        found.append(model)
    for one, two in zip(*(model.trainable_variables for model in found), strict=True):
        assert np.allclose(numpy(one), numpy(two), atol=1e-6) != _is_matrix(one), one.path


@pytest.mark.parametrize(
    ("changes", "error", "named"),
    [
        ({"steps": 0}, ValueError, "steps is 0"),
        ({"steps": 1.0}, TypeError, r"steps is 1\.0"),
        ({"batch_size": 0}, ValueError, "batch_size is 0"),
        ({"learning_rate": 0.0}, ValueError, r"learning_rate is 0\.0"),
        ({"warmup_steps": 0}, ValueError, "warmup_steps is 0"),
        ({"weight_decay": -1.0}, ValueError, r"weight_decay is -1\.0"),
        ({"clip_norm": 0.0}, ValueError, r"clip_norm is 0\.0"),
        ({"report_every": 0}, ValueError, "report_every is 0"),
        ({"seconds": 0.0}, ValueError, r"seconds is 0\.0"),
        ({"packed": pack([[11] * 9], LENGTH, 0)}, ValueError, r"packed\.token_ids holds ids from 0 to 11"),
        ({"packed": pack([[1] * 9], LENGTH + 1, 0)}, ValueError, "packed has rows of 7 tokens; allowed: up to the"),
        ({"packed": pack([[1] * 3], LENGTH, 0)}, ValueError, "packed has no whole row"),
        ({"validation": pack([[11] * 9], LENGTH, 0)}, ValueError, r"validation\.token_ids holds"),
        ({"packed": text_of()._replace(targets=np.ones(3))}, ValueError, "packed has parts of the shapes"),
        ({"model": model_of("lstm"), "batch_size": 99}, ValueError, "token_ids has .* 99 rows of 6"),
    ],
)
def test_a_wrong_argument_is_named(changes: dict[str, object], error: type[Exception], named: str) -> None:
    given = {"model": model_of("decoder"), "packed": text_of(), "steps": 2, **changes}
    with pytest.raises(error, match=named):
        train_language_model(**given)
