"""Proves that the training pattern gives the same losses everywhere: from the same weights and without noise on every
backend as in NumPy, compiled by XLA as eagerly, and on two devices as on one, each pair in processes of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from course_lib import vae

from .samples import stir

pytestmark = pytest.mark.slow

IMAGES = (np.random.default_rng(0).random((40, 16)) < 0.5).astype(np.float32)

SCRIPT = """
import contextlib, json
import numpy as np
{before}
import keras
from course_lib import vae

class Noiseless(vae.Sampling):
    def call(self, inputs):
        return inputs[0] + 0.0 * inputs[1]

images = (np.random.default_rng(0).random((40, 16)) < 0.5).astype(np.float32)

def trained(scope=contextlib.nullcontext, jit=False):
    with scope():
        model = vae.VAE(16, 3, (5,), activation="tanh", beta=0.5, seed=0)
        model.sampling = Noiseless(name="sampling")
        model.build((None, 16))
        random = np.random.default_rng(1)
        for variable in model.trainable_variables:
            variable.assign(0.5 * random.standard_normal(variable.shape))
        model.compile(optimizer=keras.optimizers.SGD(0.01), loss=vae.ReconstructionLoss(), jit_compile=jit)
    return model.fit(images, batch_size=20, epochs=3, shuffle=False, verbose=0).history

found = {{"one device": trained(), "compiled by XLA": trained(jit=True)}}
{after}
print(json.dumps(found))
"""

BACKEND = os.environ.get("KERAS_BACKEND") or "tensorflow"
# How one CPU becomes two devices, and how training is spread over them.
TWO_CPUS = {
    "tensorflow": (
        "import tensorflow as tf\n"
        "cpu = tf.config.list_physical_devices('CPU')[0]\n"
        "tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)\n",
        "found['two devices'] = trained(tf.distribute.MirroredStrategy(['CPU:0', 'CPU:1']).scope)\n",
    ),
    "jax": (
        "import os\nos.environ['XLA_FLAGS'] = '--xla_force_host_platform_device_count=2'\n",
        "assert len(keras.distribution.list_devices('cpu')) == 2\n"
        "keras.distribution.set_distribution(keras.distribution.DataParallel())\n"
        "found['two devices'] = trained()\n",
    ),
}


@pytest.fixture(scope="module")
def histories() -> dict[str, dict[str, list[float]]]:
    """The losses of a process of its own, where Keras has not yet looked for devices."""
    before, after = TWO_CPUS.get(BACKEND, ("", ""))
    script = SCRIPT.format(before=before, after=after)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout.splitlines()[-1])


def in_numpy() -> dict[str, list[float]]:
    """The same training by hand, in float64: forward, the gradients by the chain rule, plain gradient descent."""
    random = np.random.default_rng(1)
    shapes = [(16, 5), (5,), (5, 3), (3,), (5, 3), (3,), (3, 5), (5,), (5, 16), (16,)]
    weights = [0.5 * random.standard_normal(shape) for shape in shapes]
    history = {name: [] for name in ("loss", "reconstruction", "kl", "elbo")}
    for _ in range(3):
        seen = []
        for start in (0, 20):
            x = IMAGES[start : start + 20].astype(np.float64)
            w1, b1, wm, bm, wv, bv, w2, b2, w3, b3 = weights
            hidden = np.tanh(x @ w1 + b1)
            mean, log_var = hidden @ wm + bm, hidden @ wv + bv
            back = np.tanh(mean @ w2 + b2)
            logits = back @ w3 + b3
            reconstruction = np.mean(np.sum(np.logaddexp(0, logits) - x * logits, axis=1))
            kl = np.mean(np.sum(0.5 * (mean**2 + np.exp(log_var) - 1 - log_var), axis=1))
            seen.append((reconstruction + 0.5 * kl, reconstruction, kl, -reconstruction - kl))
            d_logits = (1 / (1 + np.exp(-logits)) - x) / 20
            d_back = d_logits @ w3.T * (1 - back**2)
            d_mean = d_back @ w2.T + 0.5 * mean / 20
            d_log_var = 0.5 * 0.5 * (np.exp(log_var) - 1) / 20
            d_hidden = (d_mean @ wm.T + d_log_var @ wv.T) * (1 - hidden**2)
            pairs = [(x, d_hidden), (hidden, d_mean), (hidden, d_log_var), (mean, d_back), (back, d_logits)]
            gradients = [part for values, d in pairs for part in (values.T @ d, d.sum(axis=0))]
            weights = [weight - 0.01 * gradient for weight, gradient in zip(weights, gradients, strict=True)]
        for name, values in zip(history, np.mean(seen, axis=0), strict=True):
            history[name].append(values)
    return history


@pytest.mark.parametrize("where", ["one device", "two devices", "compiled by XLA"])
def test_the_losses_are_those_of_numpy(histories: dict[str, dict[str, list[float]]], where: str) -> None:
    if where == "two devices" and BACKEND not in TWO_CPUS:
        pytest.skip(f"no way to make two devices of one CPU on {BACKEND}")
    for name, values in in_numpy().items():
        np.testing.assert_allclose(histories[where][name], values, rtol=1e-4, err_msg=name)


class Noiseless(vae.Sampling):
    """The mean of every code: XLA and eager TensorFlow draw other noise from the same seed."""

    def call(self, inputs):
        return inputs[0]


def test_compiled_and_eager_training_of_an_autoregressive_decoder_lose_the_same() -> None:
    losses = []
    for settings in ({"jit_compile": True}, {"run_eagerly": True}):
        model = vae.VAE(16, 3, (5,), autoregressive=True, free_bits=0.2, seed=0)
        model.sampling = Noiseless(name="sampling")
        model.build((None, 16))
        stir(model)
        model.compile(optimizer=keras.optimizers.SGD(0.01), loss=vae.ReconstructionLoss(), **settings)
        losses.append(model.fit(IMAGES, batch_size=20, epochs=2, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-4)
