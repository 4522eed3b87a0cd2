"""Proves that the decoder looks back alone, and into no other document; that its cache changes nothing; that groups of
heads, rotary positions and gates are what an independent forward pass in NumPy says.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from course_lib.language_model import CausalSelfAttention, DecoderBlock, DecoderLanguageModel

LLAMA = {
    "num_key_value_heads": 2,
    "norm": "rms",
    "feed_forward": "swiglu",
    "use_bias": False,
    "hidden_dim": 20,
    "epsilon": 1e-5,
}
KINDS = {"gpt": {"positions": "learned"}, "rotary": {}, "llama": LLAMA}


def model_of(kind: str, **changes: object) -> DecoderLanguageModel:
    """A small model with weights unlike their first values, so that no bias is 0 and no scale 1."""
    model = DecoderLanguageModel(11, 16, 2, 4, **{"max_length": 12, "seed": 3, **KINDS[kind], **changes})
    model.build((None, None))
    random = np.random.default_rng(5)
    for weight in model.weights:
        if "seed" not in weight.path:
            weight.assign(ops.convert_to_numpy(weight) + random.normal(size=weight.shape, scale=0.2))
    return model


def numpy(tensor: object) -> np.ndarray:
    return ops.convert_to_numpy(tensor)


def ids_of(batch: int = 2, time: int = 9, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 11, size=(batch, time))


@pytest.mark.parametrize("kind", KINDS)
def test_no_position_sees_a_later_one(kind: str) -> None:
    model, ids = model_of(kind), ids_of()
    before = numpy(model(ids))
    for place in (1, 4, 8):
        changed = ids.copy()
        changed[:, place:] = (changed[:, place:] + 1) % 11
        after = numpy(model(changed))
        np.testing.assert_allclose(after[:, :place], before[:, :place], atol=1e-5)
        assert np.abs(after[:, place] - before[:, place]).max() > 1e-3


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_packed_behind_another_does_not_see_it(kind: str) -> None:
    model, ids = model_of(kind), ids_of()
    segments = np.array([[0, 0, 0, 0, 1, 1, 1, 1, 1]] * 2)
    before = numpy(model(ids, segments))
    changed = ids.copy()
    changed[:, :4] = (changed[:, :4] + 1) % 11
    after = numpy(model(changed, segments))
    np.testing.assert_allclose(after[:, 4:], before[:, 4:], atol=1e-5)
    assert np.abs(numpy(model(changed))[:, 4:] - numpy(model(ids))[:, 4:]).max() > 1e-3  # without segments it leaks


def test_with_rotary_positions_a_packed_document_reads_as_it_does_alone() -> None:
    model, ids = model_of("llama"), ids_of()
    packed = numpy(model(ids, np.array([[0, 0, 0, 0, 1, 1, 1, 1, 1]] * 2)))
    np.testing.assert_allclose(packed[:, 4:], numpy(model(ids[:, 4:])), atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [[1] * 9, [4, 1, 3, 1]])
def test_step_by_step_with_a_cache_equals_one_pass(kind: str, steps: list[int]) -> None:
    model, ids = model_of(kind), ids_of()
    cache, first, found = model.empty_cache(2), 0, []
    for step in steps:
        logits, cache = model(ids[:, first : first + step], cache=cache, first=first)
        found.append(numpy(logits))
        first += step
    np.testing.assert_allclose(np.concatenate(found, axis=1), numpy(model(ids)), atol=1e-5)


def _rms(x: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-5) * scale


def _llama_in_numpy(weights: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """One position, one head, one pair of numbers at a time, in float64."""
    table = weights["token_vectors/embeddings"]
    x = table[ids]
    for block in range(2):
        w = {name.split("/", 1)[1]: value for name, value in weights.items() if name.startswith(f"block_{block}/")}
        given = _rms(x, w["attention_norm/scale"])
        q, k, v = (given @ w[f"attention/{name}/kernel"] for name in ("query", "key", "value"))
        for vectors, heads in ((q, 4), (k, 2)):
            for place in range(len(ids)):
                for head in range(heads):
                    for pair in range(2):
                        angle = place * 10000.0 ** (-2 * pair / 4)
                        at = head * 4 + 2 * pair
                        a, b = vectors[place, at], vectors[place, at + 1]
                        vectors[place, at] = a * np.cos(angle) - b * np.sin(angle)
                        vectors[place, at + 1] = a * np.sin(angle) + b * np.cos(angle)
        attended = np.zeros_like(x)
        for place in range(len(ids)):
            for head in range(4):
                mine, theirs = slice(4 * head, 4 * head + 4), slice(4 * (head // 2), 4 * (head // 2) + 4)
                scores = np.array([q[place, mine] @ k[other, theirs] / 2 for other in range(place + 1)])
                chances = np.exp(scores - scores.max())
                chances /= chances.sum()
                attended[place, mine] = chances @ v[: place + 1, theirs]
        x = x + attended @ w["attention/output/kernel"]
        given = _rms(x, w["feed_forward_norm/scale"])
        hidden = given @ w["feed_forward_hidden/kernel"]
        gated = hidden / (1 + np.exp(-hidden)) * (given @ w["feed_forward_gate/kernel"])
        x = x + gated @ w["feed_forward_output/kernel"]
    return _rms(x, weights["last_norm/scale"]) @ table.T


def test_the_layout_of_llama_equals_loops_in_numpy() -> None:
    model, ids = model_of("llama"), ids_of(batch=1)
    weights = {}
    for weight in model.trainable_variables:
        path = weight.path
        name = path[path.index("block_") :] if "block_" in path else "/".join(path.split("/")[-2:])
        weights[name] = numpy(weight).astype(np.float64)
    np.testing.assert_allclose(numpy(model(ids))[0], _llama_in_numpy(weights, ids[0].tolist()), atol=1e-4)


def test_grouped_queries_equal_keras() -> None:
    random = np.random.default_rng(0)
    inputs = random.normal(size=(2, 5, 16)).astype("float32")
    ours = CausalSelfAttention(4, num_key_value_heads=2)
    theirs = keras.layers.GroupQueryAttention(head_dim=4, num_query_heads=4, num_key_value_heads=2)
    ours(inputs), theirs(inputs, inputs, use_causal_mask=True)
    # Outputs of about 1, of which the rounding of float32 is far below what is allowed here.
    kernels = [random.normal(scale=0.3, size=weight.shape).astype("float32") for weight in ours.weights]
    ours.set_weights(kernels)
    shapes = [weight.shape for weight in theirs.weights]
    theirs.set_weights([kernel.reshape(shape) for kernel, shape in zip(kernels, shapes, strict=True)])
    expected = numpy(theirs(inputs, inputs, use_causal_mask=True))
    np.testing.assert_allclose(numpy(ours(inputs)), expected, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_model_knows_nothing(kind: str) -> None:
    """The first loss is ln V: vectors shared with the output must not be large."""
    model = DecoderLanguageModel(500, 32, 2, 4, max_length=16, seed=0, **{**KINDS[kind], "hidden_dim": 64})
    ids = np.random.default_rng(0).integers(0, 500, size=(4, 16))
    logits = numpy(model(ids[:, :-1]))
    shifted = logits - logits.max(-1, keepdims=True)
    chances = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    loss = -np.take_along_axis(chances, ids[:, 1:, None], axis=-1).mean()
    assert loss == pytest.approx(np.log(500), abs=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_model_is_read_back_and_says_the_same(kind: str, tmp_path) -> None:
    model, ids = model_of(kind), ids_of()
    model(ids)
    model.save(tmp_path / "writer.keras")
    again = keras.saving.load_model(tmp_path / "writer.keras")
    np.testing.assert_allclose(numpy(again(ids)), numpy(model(ids)), atol=1e-6)


def test_the_same_seed_draws_the_same_weights_and_another_others() -> None:
    first, again, other = (DecoderLanguageModel(11, 8, 1, 2, seed=seed) for seed in (1, 1, 2))
    for model in (first, again, other):
        model.build((None, None))
    for one, two, three in zip(*(model.trainable_variables for model in (first, again, other)), strict=True):
        np.testing.assert_array_equal(numpy(one), numpy(two))
        assert len(one.shape) == 1 or not np.allclose(numpy(one), numpy(three)), one.path
    alike = [numpy(one) for one in first.trainable_variables if one.path.endswith(("query/kernel", "output/kernel"))]
    assert not np.allclose(alike[0], alike[1])


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: DecoderLanguageModel(0, 8, 1, 2), ValueError, "vocabulary_size is 0"),
        (lambda: DecoderLanguageModel(9, 8, 1.5, 2), TypeError, r"num_layers is 1\.5"),
        (lambda: DecoderLanguageModel(9, 8, 1, 2, positions="none"), ValueError, "positions is 'none'"),
        (lambda: CausalSelfAttention(4, num_key_value_heads=3), ValueError, "num_key_value_heads is 3"),
        (lambda: CausalSelfAttention(3).build((None, 4, 8)), ValueError, "num_heads is 3; allowed"),
        (lambda: DecoderBlock(2, 8, norm="batch"), ValueError, "norm is 'batch'; allowed: 'layer', 'rms'"),
        (lambda: DecoderBlock(2, 8, feed_forward="relu"), ValueError, "feed_forward is 'relu'"),
        (lambda: DecoderBlock(2, 8, dropout=1.0), ValueError, r"dropout is 1\.0"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_named(make, error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        make()
