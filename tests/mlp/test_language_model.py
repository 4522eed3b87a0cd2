"""The neural language model equals its equation, sees its own text alone, and learns what decides the next word."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from course_lib import mlp

SIZE = 9


def numpy(values) -> np.ndarray:
    return ops.convert_to_numpy(values)


def small(**settings) -> mlp.NeuralLanguageModel:
    model = mlp.NeuralLanguageModel(
        SIZE, **{"context_length": 3, "embedding_dim": 4, "hidden_dim": 5, "seed": 1, **settings}
    )
    model.build((None, model.context_length))
    return model


def pairs(number: int = 40, seed: int = 0, context_length: int = 3):
    """Texts in which a word is always the word two before it plus one: only a context of two can tell."""
    random = np.random.default_rng(seed)
    lists = []
    for _ in range(number):
        words = [int(word) for word in random.integers(1, SIZE, size=2)]
        while len(words) < 12:
            words.append(words[-2] % (SIZE - 1) + 1)
        lists.append(words)
    return mlp.contexts_and_targets(lists, context_length)


# --- Contexts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("context_length", [1, 2, 5])
def test_contexts_equal_loops(context_length):
    random = np.random.default_rng(2)
    lists = [random.integers(1, 50, size=size).tolist() for size in (7, 0, 1, 3)]
    expected = [
        [*([0] * context_length + text)[place : place + context_length], word]
        for text in lists
        for place, word in enumerate(text)
    ]
    contexts, targets = mlp.contexts_and_targets(lists, context_length)
    assert contexts.dtype == targets.dtype == np.int32
    np.testing.assert_array_equal(np.column_stack([contexts, targets]), expected)


def test_no_text_gives_no_pair():
    for lists in ([], [[]], [[], []]):
        contexts, targets = mlp.contexts_and_targets(lists, 4)
        assert contexts.shape == (0, 4) and targets.shape == (0,)


@pytest.mark.parametrize("lists", [[[1, 0, 2]], [[3], [-1]]])
def test_padding_inside_a_text_is_refused(lists):
    with pytest.raises(ValueError, match="allowed: ids above 0"):
        mlp.contexts_and_targets(lists, 2)


def test_what_are_no_ids_is_refused():
    with pytest.raises(TypeError, match="float64"):
        mlp.contexts_and_targets([[1.0, 2.0]], 2)
    with pytest.raises(TypeError, match="whole numbers"):
        mlp.contexts_and_targets([["good", "film"]], 2)
    with pytest.raises(ValueError, match="context_length is 0"):
        mlp.contexts_and_targets([[1, 2]], 0)
    with pytest.raises(ValueError, match=r"a text of the shape \(2, 2\); allowed: \(tokens,\)"):
        mlp.contexts_and_targets([[[1, 2], [3, 4]]], 2)
    with pytest.raises(ValueError, match=r"the id 4294967297; allowed: up to 2147483647"):
        mlp.contexts_and_targets([[2**32 + 1]], 2)


# --- The model -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direct", [False, True])
def test_the_logits_are_equation_1(direct):
    model, (contexts, _) = small(direct=direct), pairs(3)
    vectors, hidden, hidden_bias, output, output_bias, *straight = (
        values.astype("float64") for values in model.get_weights()
    )
    assert len(straight) == direct
    rows = []
    for context in contexts:
        x = np.concatenate([vectors[word] for word in context])  # the nearest word last
        row = output_bias + np.tanh(hidden_bias + x @ hidden) @ output
        rows.append(row + x @ straight[0] if direct else row)
    np.testing.assert_allclose(numpy(model(contexts)), rows, atol=1e-5)


def test_words_beyond_the_context_are_not_seen_and_all_within_are():
    model, (contexts, _) = small(), pairs(1)
    before = numpy(model(contexts[5:6]))
    for place in range(3):
        changed = contexts[5:6].copy()
        changed[0, place] = changed[0, place] % (SIZE - 1) + 1
        assert np.abs(numpy(model(changed)) - before).max() > 1e-5


def test_every_weight_gets_a_finite_gradient_that_is_not_zero():
    model, (contexts, targets) = small(direct=True), pairs()
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss=mlp.CrossEntropy())
    before = [values.copy() for values in model.get_weights()]
    model.train_on_batch(contexts, targets)
    for old, new in zip(before, model.get_weights(), strict=True):
        assert np.isfinite(new).all() and np.abs(old - new).max() > 1e-6


def test_the_seed_decides_how_a_model_begins():
    first, again, other = (small(seed=seed).get_weights() for seed in (1, 1, 2))
    for one, two, three in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(one, two)
        assert not one.any() or np.abs(one - three).max() > 1e-3


def test_dropout_is_at_work_in_training_only():
    model, (contexts, _) = small(dropout=0.5), pairs(4)
    still = numpy(model(contexts))
    np.testing.assert_array_equal(numpy(model(contexts)), still)
    assert np.abs(numpy(model(contexts, training=True)) - still).max() > 1e-3


@pytest.mark.parametrize("direct", [False, True])
def test_logits_are_float32_under_a_half_precision_policy(direct):
    contexts, _ = pairs(2)
    expected, before = numpy(small(direct=direct)(contexts)), keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = small(direct=direct)
        assert model.hidden.compute_dtype == "bfloat16"
        logits = model(contexts)
    finally:
        keras.config.set_dtype_policy(before)
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    np.testing.assert_allclose(numpy(logits), expected, atol=0.05)


def test_a_model_has_the_policy_it_was_given_and_keeps_it(tmp_path):
    contexts, _ = pairs(2)
    model = small(direct=True, dtype="mixed_bfloat16")
    assert {layer.compute_dtype for layer in (model.vectors, model.hidden)} == {"bfloat16"}
    before = numpy(model(contexts))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.vectors.compute_dtype == "bfloat16"
    np.testing.assert_array_equal(numpy(again(contexts)), before)


def test_sizes_may_come_from_numpy(tmp_path):
    model = small(context_length=np.int64(3), hidden_dim=np.int32(5))
    model.save(tmp_path / "model.keras")  # JSON takes no number of NumPy's
    assert keras.saving.load_model(tmp_path / "model.keras").get_config() == model.get_config()


def test_compiled_by_xla_it_gives_the_same():
    results = []
    for compiled in (False, True):
        model, (contexts, targets) = small(direct=True), pairs()
        model.compile(optimizer=keras.optimizers.SGD(0.5), loss=mlp.CrossEntropy(), jit_compile=compiled)
        losses = [float(model.train_on_batch(contexts, targets)) for _ in range(3)]
        results.append([*losses, *np.concatenate([values.ravel() for values in model.get_weights()])])
    np.testing.assert_allclose(*results, atol=1e-5)


# --- Training and measuring ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained() -> mlp.NeuralLanguageModel:
    model = small(hidden_dim=32)
    history = mlp.train_language_model(model, *pairs(200), epochs=4, batch_size=32, learning_rate=0.03, seed=3)
    # The first two of the twelve words of a text are chance among eight, the others certain: 2 ln 8 / 12 = 0.347.
    assert len(history["loss"]) == 4 and history["loss"][0] > history["loss"][-1] == pytest.approx(0.347, abs=0.04)
    return model


@pytest.mark.slow
def test_it_learns_what_decides_the_next_word_where_a_unigram_cannot(trained):
    contexts, targets = pairs(30, seed=9)
    told = contexts[:, -2] > 0  # the first two words of a text are chance
    neural = mlp.perplexity(mlp.surprisals(trained, contexts, targets), told)
    unigram = mlp.Unigram(*pairs(200), SIZE)
    assert neural < 1.5
    assert mlp.perplexity(unigram.surprisals(contexts, targets), told) > 7


@pytest.mark.slow
def test_surprises_do_not_depend_on_the_batch_and_are_those_of_the_probabilities(trained):
    contexts, targets = pairs(5, seed=4)
    expected = [
        -np.log(mlp.next_word_probabilities(trained, context)[word])
        for context, word in zip(contexts, targets, strict=True)
    ]
    for batch_size in (1, 7, 1000):
        found = mlp.surprisals(trained, contexts, targets, batch_size)
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_context_may_be_short_or_long(trained):
    np.testing.assert_allclose(
        mlp.next_word_probabilities(trained, [4]), mlp.next_word_probabilities(trained, [0, 0, 4]), rtol=1e-6
    )
    np.testing.assert_allclose(
        mlp.next_word_probabilities(trained, [8, 8, 8, 1, 2, 3]),
        mlp.next_word_probabilities(trained, [1, 2, 3]),
        rtol=1e-6,
    )
    assert mlp.next_word_probabilities(trained, []).sum() == pytest.approx(1)


def test_it_writes_by_the_rule_it_learned(trained):
    words = mlp.generate(
        lambda ids: mlp.next_word_probabilities(trained, ids), [3, 7], 8, temperature=0.1, forbidden=(0,)
    )
    assert words == [3, 7, 4, 8, 5, 1, 6, 2, 7, 3]


def test_it_is_the_same_after_saving_and_loading(trained, tmp_path):
    trained.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.get_config() == trained.get_config()
    contexts, _ = pairs(3)
    np.testing.assert_allclose(numpy(again(contexts)), numpy(trained(contexts)), atol=1e-6)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_losses_and_another_seed_others():
    def run(seed):
        return mlp.train_language_model(small(), *pairs(20), epochs=2, batch_size=16, seed=seed)["loss"]

    first, again, other = run(1), run(1), run(2)
    np.testing.assert_allclose(first, again, rtol=1e-6)
    assert np.abs(np.array(first) - other).max() > 1e-5


# --- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["vocabulary_size", "context_length", "embedding_dim", "hidden_dim"])
def test_sizes_that_make_no_model_are_refused(name):
    with pytest.raises(ValueError, match=f"{name} is 0"):
        mlp.NeuralLanguageModel(**{"vocabulary_size": 5, name: 0})
    with pytest.raises(TypeError, match=f"{name} is 2.5"):
        mlp.NeuralLanguageModel(**{"vocabulary_size": 5, name: 2.5})


def test_ids_outside_the_vocabulary_and_shapes_that_do_not_fit_are_refused():
    model, (contexts, targets) = small(), pairs(2)
    for function in (mlp.surprisals, mlp.train_language_model):
        with pytest.raises(ValueError, match=f"targets holds ids from .* to {SIZE}; allowed: 0 to {SIZE - 1}"):
            function(model, contexts, np.full_like(targets, SIZE))
        with pytest.raises(ValueError, match="contexts holds ids from -1"):
            function(model, np.full_like(contexts, -1), targets)
        with pytest.raises(ValueError, match=r"allowed: \(tokens, 3\) and \(tokens,\)"):
            function(model, contexts[:, 1:], targets)
        with pytest.raises(ValueError, match="at least one token"):
            function(model, contexts[:0], targets[:0])
        with pytest.raises(TypeError, match="contexts holds values of type float64"):
            function(model, contexts.astype(float), targets)
    for wrong in (contexts[:, 1:], np.concatenate([contexts, contexts], axis=1), contexts[0]):
        # Six words could pass for two contexts of three.
        with pytest.raises(ValueError, match=r"contexts has the shape .*; allowed: \(batch, 3\)"):
            model(wrong)
    with pytest.raises(ValueError, match="contexts holds ids"):
        mlp.next_word_probabilities(model, [SIZE])
    with pytest.raises(ValueError, match="batch_size is 0"):
        mlp.surprisals(model, contexts, targets, batch_size=0)
    with pytest.raises(ValueError, match="learning_rate is -1"):
        mlp.train_language_model(model, contexts, targets, learning_rate=-1)
