"""Proves of LoRA, adapters, prefixes and AdaLoRA, on a reader, a writer and a plain network: at first they change
nothing, then what is frozen stays to the last bit and all that learns has moved; merged is unmerged; nothing is left of
what is taken off; the few weights, and whole models, come back.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib.base.errors import DataCorrupt
from course_lib.bert import AdaLoRA, AdaLoRAOptimizer, Adapters, BertClassifier, LoRA, Prefixes
from course_lib.bert.freezing import all_layers
from course_lib.language_model import DecoderLanguageModel
from course_lib.mlp import MLP, CrossEntropy
from course_lib.training import compile_for_training
from tensors import normal, numpy

from .samples import batch, small, stir

LABELS = np.arange(8) % 2


def _reader(**options: object) -> BertClassifier:
    model = BertClassifier(small(num_layers=1, **options), 2, dropout=0.0, seed=0)
    stir(model.head, 3)
    return model


def _writer() -> DecoderLanguageModel:
    model = DecoderLanguageModel(19, 8, 1, 2, max_length=8, seed=1)
    model.build((None, None))
    return model


def _plain() -> MLP:
    model = MLP(2, (6, 5))
    model(normal(2, 4))
    return model


def _ids(rows: int = 8) -> np.ndarray:
    return batch(rows)["token_ids"]


INPUTS = {"reader": _ids, "writer": _ids, "plain": lambda: normal(8, 4)}
MODELS = {"reader": _reader, "writer": _writer, "plain": _plain}
TARGETS = {
    "reader": ("query", "value", "feed_forward_hidden"),
    "writer": ("query", "feed_forward_hidden", "feed_forward_output"),
}
METHODS: dict[str, Callable[..., keras.Model]] = {
    "lora": lambda model, **more: LoRA(model, 3, alpha=6, seed=0, **more),
    "ada_lora": lambda model, **more: AdaLoRA(model, 4, seed=0, **more),
    "adapters": lambda model, **more: Adapters(model, 3, seed=0, **more),
}


def _targets(kind: str, model: keras.Model) -> tuple[str, ...]:
    return TARGETS.get(kind) or tuple(
        layer.name for layer in all_layers(model) if isinstance(layer, keras.layers.Dense)
    )


def _stir_grafts(few: keras.Model, seed: int = 7) -> None:
    for number, graft in enumerate(few.grafts):
        stir(graft, seed + number, 0.4)


@pytest.mark.slow
@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("method", METHODS)
def test_at_first_nothing_changes_and_later_nothing_is_left(kind: str, method: str) -> None:
    model, inputs = MODELS[kind](), INPUTS[kind]()
    before = numpy(model(inputs))
    few = METHODS[method](model, targets=_targets(kind, model))
    # Adapters begin nearly, not quite, without effect.
    np.testing.assert_allclose(numpy(few(inputs)), before, atol=2e-2 if method == "adapters" else 1e-5)
    _stir_grafts(few)
    assert np.abs(numpy(few(inputs)) - before).max() > 1e-2
    assert few.prune() is model
    np.testing.assert_array_equal(numpy(model(inputs)), before)
    assert all(weight.trainable for weight in model.weights if "seed" not in weight.path)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("method", ["lora", "ada_lora"])
def test_merged_is_unmerged(kind: str, method: str) -> None:
    model, inputs = MODELS[kind](), INPUTS[kind]()
    few = METHODS[method](model, targets=_targets(kind, model))
    stir(few, 5, 0.2)
    unmerged = numpy(few(inputs))
    kernels = {path: numpy(layer.kernel) for path, layer in few.grafted().items()}
    changes = {path: numpy(graft.change()) for path, graft in zip(few.grafted(), few.grafts, strict=True)}
    layers = few.grafted()
    merged = few.merge()
    assert merged is model
    np.testing.assert_allclose(numpy(merged(inputs)), unmerged, atol=1e-6, rtol=1e-5)
    for path, layer in layers.items():
        np.testing.assert_allclose(numpy(layer.kernel), kernels[path] + changes[path], atol=1e-6)
        assert "call" not in vars(layer)


def test_lora_is_the_equation() -> None:
    model = _plain()
    few = LoRA(model, 2, alpha=3, targets=_targets("plain", model), seed=0)
    _stir_grafts(few)
    x = normal(8, 4).astype(np.float64)
    # By the width of what each is given: 4, 6 and 5.
    both = {
        layer.kernel.shape[0]: (layer, graft) for layer, graft in zip(few.grafted().values(), few.grafts, strict=True)
    }
    for width in (4, 6, 5):
        layer, graft = both[width]
        down, up = numpy(graft.down).astype(np.float64), numpy(graft.up).astype(np.float64)
        x = x @ (numpy(layer.kernel) + 1.5 * down @ up) + numpy(layer.bias)
        if width != 5:
            x = np.maximum(x, 0)
    np.testing.assert_allclose(numpy(few(normal(8, 4))), x, atol=1e-5)


def _values(weights: list[keras.Variable]) -> list[np.ndarray]:
    return [numpy(weight) for weight in weights]


def _trained(few: keras.Model, optimizer: keras.Optimizer, epochs: int = 3) -> list[float]:
    compile_for_training(few, None, optimizer, loss=CrossEntropy())
    return few.fit(_ids(), LABELS, epochs=epochs, batch_size=4, shuffle=False, verbose=0).history["loss"]


def _optimizer(method: str) -> keras.Optimizer:
    if method == "ada_lora":
        return AdaLoRAOptimizer(0.02, budget=6, total_steps=60)
    return keras.optimizers.Adam(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("method", [*METHODS, "prefixes"])
def test_what_is_frozen_stays_and_all_that_learns_moves(method: str) -> None:
    model = _reader()
    if method == "prefixes":
        few = Prefixes(model, 3, trained=("head",), seed=0)
    else:
        few = METHODS[method](model, targets=("query", "value"), trained=("head", "attention_norm"))
    learns = {id(weight) for weight in few.trainable_variables}
    frozen = [weight for weight in model.weights if id(weight) not in learns and "seed" not in weight.path]
    names = [weight.path for weight in few.trainable_variables]
    assert any("head" in name for name in names) and len(frozen) >= 15
    assert not any("token_vectors" in name for name in names)
    before, small_ones = _values(frozen), _values(few.trainable_variables)
    history = _trained(few, _optimizer(method))
    for old, weight in zip(before, frozen, strict=True):
        np.testing.assert_array_equal(numpy(weight), old)
    stayed = [
        weight.path
        for old, weight in zip(small_ones, few.trainable_variables, strict=True)
        if np.array_equal(numpy(weight), old)
    ]
    assert stayed == [] and history[-1] < history[0]


@pytest.mark.slow
@pytest.mark.parametrize("method", [*METHODS, "prefixes"])
def test_a_whole_model_and_the_few_weights_come_back(method: str, tmp_path: Path) -> None:
    def made() -> keras.Model:
        model = _reader()
        if method == "prefixes":
            return Prefixes(model, 3, trained=("head",), seed=0)
        return METHODS[method](model, targets=("query", "value"), trained=("head",))

    few, inputs = made(), _ids()
    stir(few.model.head, 11)
    _stir_grafts(few)
    expected = numpy(few(inputs))
    few.save(tmp_path / "few.keras")
    again = keras.saving.load_model(tmp_path / "few.keras")
    np.testing.assert_allclose(numpy(again(inputs)), expected, atol=1e-6)
    assert {weight.path.split("/")[-1] for weight in again.trainable_variables} == {
        weight.path.split("/")[-1] for weight in few.trainable_variables
    }
    few.save_few(tmp_path / "few.npz")
    fresh = made()
    assert np.abs(numpy(fresh(inputs)) - expected).max() > 1e-3
    fresh.load_few(tmp_path / "few.npz")
    np.testing.assert_allclose(numpy(fresh(inputs)), expected, atol=1e-6)
    with np.load(tmp_path / "few.npz") as arrays:
        count = sum(arrays[name].size for name in arrays.files)
    assert count == sum(int(np.prod(weight.shape)) for weight in few.trainable_variables)
    other = LoRA(_reader(), 2, trained=("head",))
    untouched = _values(other.trainable_variables)
    with pytest.raises(DataCorrupt, match=r"few\.npz: the array \S+ is .*; expected"):
        other.load_few(tmp_path / "few.npz")
    for old, weight in zip(untouched, other.trainable_variables, strict=True):
        np.testing.assert_array_equal(numpy(weight), old)
    for content in ((tmp_path / "few.npz").read_bytes()[:-30], b"junk", b""):
        (tmp_path / "few.npz").write_bytes(content)
        with pytest.raises(DataCorrupt, match=r"few\.npz: no file of arrays"):
            fresh.load_few(tmp_path / "few.npz")


def test_prefixes_are_keys_and_values_that_every_token_looks_at() -> None:
    model, given = _reader(), batch()
    before = numpy(model(given))
    few = Prefixes(model, 3, seed=0)
    _stir_grafts(few)
    graft, (layer,) = few.grafts[0], few.grafted().values()
    vectors, mask = normal(2, 5, 12), np.array([[True] * 5, [True] * 3 + [False] * 2])
    found = numpy(layer(vectors, padding_mask=mask))
    q, k, v = (
        vectors.astype(np.float64) @ numpy(part.kernel) + numpy(part.bias)
        for part in (layer.query_dense, layer.key_dense, layer.value_dense)
    )
    expected = np.zeros((2, 5, 12))
    for row in range(2):
        for head in range(3):
            part, kept = slice(4 * head, 4 * head + 4), mask[row]
            keys = np.concatenate([numpy(graft.keys)[head], k[row][kept][:, part]])
            values = np.concatenate([numpy(graft.values)[head], v[row][kept][:, part]])
            for place in range(5):
                chances = np.exp(keys @ q[row, place, part] / 2)
                expected[row, place, part] = chances / chances.sum() @ values
    expected = expected @ numpy(layer.output_dense.kernel) + numpy(layer.output_dense.bias)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.abs(numpy(few(given)) - before).max() > 1e-3
    longer = {name: np.pad(values, [(0, 0), (0, 2)]) for name, values in given.items()}
    np.testing.assert_allclose(numpy(few(longer)), numpy(few(given)), atol=1e-5)
    with pytest.raises(ValueError, match="allowed: self-attention with padding"):
        layer(vectors, use_causal_mask=True)
    np.testing.assert_array_equal(numpy(few.prune()(given)), before)


def test_adapters_are_the_equation() -> None:
    model = _plain()
    few = Adapters(model, 3, activation="relu", targets=_targets("plain", model)[-1:], seed=0)
    _stir_grafts(few)
    (layer,), (graft,) = few.grafted().values(), few.grafts
    x = normal(3, layer.kernel.shape[0])
    h = x @ numpy(layer.kernel) + numpy(layer.bias)
    hidden = np.maximum(h @ numpy(graft.down.kernel) + numpy(graft.down.bias), 0)
    expected = h + hidden @ numpy(graft.up.kernel) + numpy(graft.up.bias)
    np.testing.assert_allclose(numpy(layer(x)), numpy(layer.activation(expected)), atol=1e-5)


def test_dropout_on_the_way_down_is_at_work_in_training_alone() -> None:
    few = LoRA(_reader(), 3, dropout=0.5, seed=0)
    _stir_grafts(few)
    inputs = _ids()
    np.testing.assert_array_equal(numpy(few(inputs)), numpy(few(inputs)))
    assert np.abs(numpy(few(inputs, training=True)) - numpy(few(inputs))).max() > 1e-3


def test_the_same_seed_begins_alike() -> None:
    one, same, other = (LoRA(_reader(), 3, seed=seed) for seed in (1, 1, 2))
    for a, b, c in zip(one.grafts, same.grafts, other.grafts, strict=True):
        np.testing.assert_array_equal(numpy(a.down), numpy(b.down))
        assert not np.array_equal(numpy(a.down), numpy(c.down))
    assert not np.array_equal(numpy(one.grafts[0].down), numpy(one.grafts[1].down))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: LoRA(_reader(), targets="query"), TypeError, "targets is one str"),
        (lambda: LoRA(_reader(), targets=("querry",)), ValueError, "targets holds 'querry'; allowed: names of Dense"),
        (lambda: LoRA(_reader(), trained=("hat",)), ValueError, "trained holds 'hat'"),
        (lambda: LoRA(_reader(), 0), ValueError, "rank is 0; allowed: 1 or more"),
        (lambda: LoRA(_reader(), 2, alpha=0), ValueError, "alpha is 0"),
        (lambda: LoRA(LoRA(_reader()).model), ValueError, "model has a graft on .* already"),
        (lambda: LoRA(MLP(2, (3,)), targets=("x",)), ValueError, "model has no weights yet"),
        (lambda: Adapters(_reader(), 0), ValueError, "bottleneck is 0"),
        (lambda: Prefixes(_reader(), 0), ValueError, "length is 0"),
        (lambda: AdaLoRA(_reader(), orthogonality=-1), ValueError, "orthogonality is -1"),
    ],
)
def test_what_cannot_be_is_refused(make, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()
