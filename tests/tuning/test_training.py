"""A run that stops and goes on equals one that never stopped; its steps are lesson 02's; every knob acts."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from course_lib import mlp, tuning

from .samples import examples

X, Y = examples()


def trained(epochs=4, seed=0, total=4, **settings) -> tuning.Training:
    run = tuning.Training(tuning.Settings(**{"hidden_units": 5, **settings}), X, Y, total, seed)
    run.run(epochs)
    return run


def same(one: tuning.Training, other: tuning.Training) -> bool:
    pairs = zip(one.layers, other.layers, strict=True)
    return all(np.array_equal(a, b) for left, right in pairs for a, b in zip(left, right, strict=True))


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not(tmp_path, schedule) -> None:
    knobs = {"dropout": 0.3, "weight_decay": 0.1, "schedule": schedule, "warmup_share": 0.2}
    trained(2, **knobs).save(tmp_path / "run.npz")
    later = tuning.Training(tuning.Settings(hidden_units=5, **knobs), X, Y, 4, 0)
    later.load(tmp_path / "run.npz")
    assert later.epoch == 2
    later.run(10)
    assert later.epoch == 4
    assert same(later, trained(4, **knobs))


def test_one_batch_an_epoch_takes_the_steps_of_lesson_02() -> None:
    ours = trained(3, batch_size=len(X), learning_rate=0.01)
    layers = mlp.initialise([X.shape[1], 5, 2], "he", 0)
    theirs, _ = mlp.train_network(layers, X, Y, partial(mlp.adam, learning_rate=0.01), epochs=3, batch_size=len(X))
    for left, right in zip(ours.layers, theirs, strict=True):
        np.testing.assert_allclose(left[0], right[0], rtol=2e-4, atol=1e-6)


def test_weight_decay_takes_its_share_off_the_weights_and_not_off_the_biases() -> None:
    plain, decayed = (trained(1, batch_size=len(X), weight_decay=decay, learning_rate=0.01) for decay in (0.0, 2.0))
    start = mlp.initialise([X.shape[1], 5, 2], "he", 0)
    for (one, bias), (other, other_bias), (first, _) in zip(plain.layers, decayed.layers, start, strict=True):
        np.testing.assert_allclose(other, one - 0.01 * 2.0 * first, atol=1e-6)
        np.testing.assert_allclose(bias, other_bias)


@pytest.mark.parametrize(
    "knob",
    [
        {"learning_rate": 0.02},
        {"hidden_units": 6},
        {"dropout": 0.5},
        {"weight_decay": 0.5},
        {"batch_size": 16},
        {"schedule": "cosine"},
        {"schedule": "step"},
        {"warmup_share": 0.5},
    ],
)
def test_every_knob_changes_the_result(knob) -> None:
    assert trained(**knob).measure(X, Y)[0] != trained().measure(X, Y)[0]


def test_the_same_seed_gives_the_same_run_and_another_another() -> None:
    assert same(trained(seed=3), trained(seed=3))
    assert not same(trained(seed=3), trained(seed=4))


def test_a_small_task_is_learnt_by_heart() -> None:
    run = tuning.Training(tuning.Settings(learning_rate=0.03, hidden_units=32), X[:20], Y[:20], 60)
    assert run.run(60) < 0.02
    assert run.measure(X[:20], Y[:20])[1] == 1.0


def test_dropout_drops_its_share_and_makes_up_for_it() -> None:
    run = tuning.Training(tuning.Settings(hidden_units=5, dropout=0.4, batch_size=len(X), learning_rate=0.01), X, Y, 1)
    layers = run.layers
    run.run(1)
    random = np.random.default_rng((0, 0))
    order = random.permutation(len(X))
    keep = [((random.random((len(X), 5)) >= 0.4) / 0.6).astype("float32")]
    logits, given = mlp.forward(layers, X[order], keep=keep)
    _, gradient = mlp.cross_entropy_and_gradient(Y[order], logits)
    gradients = mlp.backward(layers, given, gradient, keep=keep)
    _, moved = mlp.descend(partial(mlp.adam, learning_rate=0.01), None, layers, gradients)
    for left, right in zip(run.layers, moved, strict=True):
        np.testing.assert_allclose(left[0], right[0], atol=1e-6)


def test_a_rate_that_is_far_too_high_gives_a_bad_loss_and_no_crash() -> None:
    loss, _ = trained(learning_rate=1e8).measure(X, Y)
    assert not loss < 1.0


def test_nothing_is_done_after_the_end() -> None:
    run = trained(4)
    before = [weights.copy() for weights, _ in run.layers]
    assert np.isnan(run.run(3))
    assert all(np.array_equal(a, b) for a, (b, _) in zip(before, run.layers, strict=True))


def test_a_state_of_another_network_is_refused(tmp_path) -> None:
    trained(1).save(tmp_path / "run.npz")
    with pytest.raises(ValueError, match="path holds a network of the shapes"):
        tuning.Training(tuning.Settings(hidden_units=5), X[:, :3], Y, 4).load(tmp_path / "run.npz")


@pytest.mark.parametrize(
    "made, message",
    [
        ({"hidden_units": 6}, "a run with hidden_units 6; allowed: hidden_units 5"),
        ({"learning_rate": 0.1}, "a run with learning_rate 0.1; allowed: learning_rate 0.001"),
        (
            {"dropout": 0.5, "batch_size": 8},
            "a run with dropout 0.5, batch_size 8; allowed: dropout 0.0, batch_size 32",
        ),
        ({"seed": 1}, "a run with seed 1; allowed: seed 0"),
        ({"total": 3}, "a run with total_epochs 3; allowed: total_epochs 4"),
    ],
)
def test_a_state_of_another_run_is_refused_and_changes_nothing(tmp_path, made, message) -> None:
    trained(2, **made).save(tmp_path / "run.npz")
    run = trained(1)
    with pytest.raises(ValueError, match=message):
        run.load(tmp_path / "run.npz")
    assert run.epoch == 1 and same(run, trained(1))


def test_settings_in_numbers_of_numpy_are_the_same_settings(tmp_path) -> None:
    trained(1, seed=np.int64(3), hidden_units=np.int32(5), dropout=np.float64(0.3)).save(tmp_path / "run.npz")
    run = trained(0, seed=3, hidden_units=5, dropout=0.3)
    run.load(tmp_path / "run.npz")
    assert run.epoch == 1


def test_a_state_from_before_the_first_step_clears_the_optimisers_memory(tmp_path) -> None:
    trained(0).save(tmp_path / "run.npz")
    run = trained(3)
    run.load(tmp_path / "run.npz")
    run.run(4)
    assert same(run, trained(4))


def rewritten(path, **changes) -> None:
    with np.load(path) as file:
        arrays = {name: value for name, value in {**file, **changes}.items() if value is not None}
    np.savez(path, **arrays)


def test_a_file_that_does_not_say_how_it_was_made_is_held_against_the_run(tmp_path) -> None:
    path = tmp_path / "run.npz"
    trained(3).save(path)
    rewritten(path, made=None)
    run = trained(0)
    run.load(path)
    assert run.epoch == 3
    with pytest.raises(ValueError, match="after epoch 3; allowed: 0 to 2"):
        trained(0, total=2).load(path)


@pytest.mark.parametrize("content", [b"", b"rubbish", b"PK\x03\x04 rubbish", "array", "cut", "hole", "nothing"])
def test_a_file_that_holds_no_run_is_named(tmp_path, content) -> None:
    path = tmp_path / "run.npz"
    trained(1).save(path)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "array":
        np.save(tmp_path / "one.npy", X)
        (tmp_path / "one.npy").replace(path)
    elif content == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    else:
        rewritten(path, **{{"hole": "square1", "nothing": "value0"}[content]: None})
    with pytest.raises(ValueError, match=r"path is .*run\.npz, which holds no run; allowed: a file written by save"):
        trained(0).load(path)


def test_a_file_that_is_not_there_is_named(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.npz"):
        trained(0).load(tmp_path / "none.npz")


@pytest.mark.parametrize(
    "settings, kind",
    [
        ({"learning_rate": 0}, ValueError),
        ({"hidden_units": 0}, ValueError),
        ({"hidden_units": 2.5}, TypeError),
        ({"dropout": 1.0}, ValueError),
        ({"weight_decay": -1}, ValueError),
        ({"batch_size": 0}, ValueError),
        ({"schedule": "up"}, ValueError),
        ({"warmup_share": 1.5}, ValueError),
        ({"learning_rate": "1e-3"}, TypeError),
        ({"dropout": None}, TypeError),
        ({"weight_decay": True}, TypeError),
        ({"warmup_share": [0.1]}, TypeError),
    ],
)
def test_a_wrong_setting_is_named(settings, kind) -> None:
    with pytest.raises(kind, match=next(iter(settings))):
        tuning.Settings(**settings)


def test_bad_examples_are_refused() -> None:
    hole = X.copy()
    hole[3, 2] = np.nan
    for inputs, labels, message in (
        (hole, Y, "NaN"),
        (X[:0], Y[:0], "inputs is empty, of shape .*; allowed: one example or more"),
        (X, Y[:-1], "labels"),
        (X[0], Y, "shape"),
    ):
        with pytest.raises(ValueError, match=message):
            tuning.Training(tuning.Settings(), inputs, labels, 2)
    with pytest.raises(TypeError, match="whole numbers"):
        tuning.Training(tuning.Settings(), X, Y.astype(float), 2)


@pytest.mark.parametrize(
    "arguments, kind, message",
    [
        ({"settings": {}}, TypeError, "settings is of type dict; allowed: Settings"),
        ({"seed": 1.5}, TypeError, "seed is 1.5"),
        ({"seed": None}, TypeError, "seed is None"),
        ({"seed": -1}, ValueError, "seed is -1"),
        ({"total_epochs": 2.0}, TypeError, "total_epochs is 2.0"),
        ({"inputs": [[1.0], [2.0, 3.0]]}, ValueError, "inputs holds examples of different lengths"),
    ],
)
def test_a_wrong_argument_is_named(arguments, kind, message) -> None:
    given = {"settings": tuning.Settings(), "inputs": X, "labels": Y, "total_epochs": 2, "seed": 0}
    with pytest.raises(kind, match=message):
        tuning.Training(**{**given, **arguments})


@pytest.mark.parametrize(
    "inputs, labels, message",
    [
        (X, Y[:1], "the labels of inputs have the shape"),
        (X, Y[:, None], "the labels of inputs have the shape"),
        (X[:, :5], Y, r"inputs has the shape \(120, 5\); allowed: \(examples, 6\)"),
        (X[:0], Y[:0], "inputs is empty"),
        (np.full_like(X, np.nan), Y, "inputs holds NaN"),
        (X, Y + 1, "the labels of inputs holds labels from 1 to 2; allowed: 0 to 1"),
        (X, Y - 1, "the labels of inputs holds labels from -1"),
    ],
)
def test_what_cannot_be_measured_is_named(inputs, labels, message) -> None:
    with pytest.raises(ValueError, match=message):
        trained(1).measure(inputs, labels)


def test_labels_that_are_no_whole_numbers_are_not_measured() -> None:
    with pytest.raises(TypeError, match="whole numbers"):
        trained(1).measure(X, Y.astype(float))
