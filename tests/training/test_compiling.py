"""Compiled for training, a model has its variables at once and is traced once; AdamW is that of Keras."""

import keras
import numpy as np
import pytest

from course_lib.training import devices
from course_lib.training.compiling import adamw, compile_for_training, starting_point


class Noting(keras.Model):
    """Notes each time its `call` is run by Python: once a trace, on a backend that traces."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3)
        self.calls = 0

    def build(self, input_shape):
        self.dense.build(input_shape)
        self.built = True

    def call(self, inputs):
        self.calls += 1
        return self.dense(inputs)


def test_weights_and_optimiser_are_made_at_once():
    model = Noting()
    compile_for_training(model, (None, 4), keras.optimizers.Adam(), loss="mse")
    assert model.dense.kernel.shape == (4, 3)
    assert model.optimizer.built
    assert model.optimizer.iterations == 0


def test_weights_that_are_there_stay():
    model = Noting()
    model.build((None, 4))
    before = keras.ops.convert_to_numpy(model.dense.kernel)
    compile_for_training(model, (None, 4), keras.optimizers.Adam(), loss="mse")
    np.testing.assert_array_equal(before, model.dense.kernel)


def test_the_first_step_is_traced_once():
    x = np.ones((8, 4), dtype="float32")
    calls = []
    for compile_it in (
        lambda model: model.compile(optimizer=keras.optimizers.Adam(), loss="mse"),
        lambda model: compile_for_training(model, (None, 4), keras.optimizers.Adam(), loss="mse"),
    ):
        model = Noting()
        model.build((None, 4))
        compile_it(model)
        model.fit(x, x[:, :3], verbose=0)
        calls.append(model.calls)
    if keras.backend.backend() == "tensorflow":
        assert calls == [2, 1]
    assert calls[1] <= calls[0]


@pytest.mark.parametrize(("steps", "in_a_call"), [(None, 1), (3, 3), (8, 8), (100, 8)])
def test_short_steps_run_up_to_eight_to_a_call(steps, in_a_call):
    model = Noting()
    compile_for_training(model, (None, 4), keras.optimizers.Adam(), short_steps=steps, loss="mse")
    assert model.steps_per_execution == (1 if keras.backend.backend() == "torch" else in_a_call)


def test_pytorch_is_asked_for_one_step_in_a_call(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    assert devices.steps_in_a_call(8) == 1
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert devices.steps_in_a_call(8) == 8


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_adamw_is_kerass(decay):
    rates = keras.optimizers.schedules.CosineDecay(0.05, 20)
    ours = adamw(rates, decay, beta_2=0.98, global_clipnorm=1.0)
    kerass = keras.optimizers.AdamW(rates, weight_decay=decay, beta_2=0.98, global_clipnorm=1.0)
    random = np.random.default_rng(0)
    start = random.normal(size=(4, 3)).astype("float32")
    weights = [keras.Variable(start), keras.Variable(start)]
    for _ in range(5):
        slope = random.normal(size=(4, 3)).astype("float32")
        for optimizer, weight in zip((ours, kerass), weights, strict=True):
            optimizer.apply([keras.ops.convert_to_tensor(slope)], [weight])
    np.testing.assert_array_equal(*map(keras.ops.convert_to_numpy, weights))
    assert not np.array_equal(keras.ops.convert_to_numpy(weights[0]), start)


def test_a_training_begins_again_where_the_first_one_did():
    inputs, targets = np.random.default_rng(0).normal(size=(32, 4)), np.ones((32, 3))
    model = keras.Sequential([keras.layers.Dense(3)])
    compile_for_training(model, (None, 4), keras.optimizers.Adam(0.1), loss="mse")
    begin_again = starting_point(model)
    losses = []
    for _ in range(2):
        begin_again()
        assert int(keras.ops.convert_to_numpy(model.optimizer.iterations)) == 0
        losses.append(model.fit(inputs, targets, epochs=2, shuffle=False, verbose=0).history["loss"])
    assert losses[0] == losses[1] and losses[0][1] < losses[0][0]
