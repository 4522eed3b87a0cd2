"""Proves that what is kept of earlier tokens changes no draw, for any sampler, seed and kind of model, also when a text
outgrows the window; that a greedy text is what a loop over the plain model gives; and that wrong arguments are named.
"""

from __future__ import annotations

from itertools import islice

import keras
import numpy as np
import pytest

from course_lib.language_model import RecurrentLanguageModel, Sampler, generate, stream

from .test_decoder import model_of, numpy

REACH = 12  # of the small decoders
SAMPLERS = {
    "as learnt": Sampler(),
    "greedy": Sampler(greedy=True),
    "cool": Sampler(temperature=0.5),
    "top k": Sampler(top_k=3),
    "nucleus": Sampler(nucleus=0.8),
    "min p": Sampler(min_p=0.2),
    "all": Sampler(temperature=1.5, top_k=6, nucleus=0.95, min_p=0.01, repetition_penalty=1.3),
}


def writer_of(kind: str) -> keras.Model:
    if kind != "recurrent":
        return model_of(kind)
    model = RecurrentLanguageModel(11, 6, 7, "lstm", num_layers=2, seed=3)
    model.build((None, None))
    random = np.random.default_rng(5)
    for weight in model.trainable_variables:  # louder than at first, so that what was read before is heard
        weight.assign(random.normal(size=weight.shape, scale=0.8))
    return model


@pytest.fixture(scope="module", params=["gpt", "llama", "recurrent"])
def writer(request: pytest.FixtureRequest) -> keras.Model:
    return writer_of(request.param)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLERS)
def test_what_is_kept_changes_no_draw(writer: keras.Model, name: str) -> None:
    """With 20 tokens more the window of a decoder moves twice; the prompts fill it in part and wholly."""
    for seed, length in ((0, 3), (1, REACH)):
        prompt = np.random.default_rng(seed).integers(0, 11, size=length).tolist()
        kept = generate(writer, prompt, 20, SAMPLERS[name], seed)
        assert kept == generate(writer, prompt, 20, SAMPLERS[name], seed, cached=False)
        assert len(kept) == 20 and set(kept) <= set(range(11))


def _greedy(model: keras.Model, prompt: list[int], new_tokens: int, reach: int | None) -> list[int]:
    """The plain model, called with the plain window, of which half is kept when it is full.

    What stands behind the window fills it up to one length, so that little is compiled; no position sees a later one.
    """
    window, found = list(prompt), []
    for _ in range(new_tokens):
        if reach is not None and len(window) > reach:
            window = window[-max(1, reach // 2) :]
        filled = window + [0] * ((reach or 32) - len(window))
        found.append(int(numpy(model(np.array([filled])))[0, len(window) - 1].argmax()))
        window.append(found[-1])
    return found


@pytest.mark.slow
def test_a_greedy_text_is_what_a_loop_gives(writer: keras.Model) -> None:
    reach = getattr(writer, "max_length", None)
    prompt = [1, 9, 3, 3, 0, 10]
    expected = _greedy(writer, prompt, 16, reach)
    for cached in (True, False):
        assert generate(writer, prompt, 16, Sampler(greedy=True), cached=cached) == expected


@pytest.mark.slow
def test_a_recurrent_model_reads_a_prompt_of_any_length_to_its_end(writer: keras.Model) -> None:
    if hasattr(writer, "max_length"):
        return
    for length in (16, 27):
        prompt = np.random.default_rng(0).integers(0, 11, size=length).tolist()
        assert generate(writer, prompt, 2, Sampler(greedy=True)) == _greedy(writer, prompt, 2, None)


@pytest.mark.seconds
def test_the_scores_with_a_cache_are_those_of_a_full_pass_on_both_sides_of_the_edge(writer, monkeypatch) -> None:
    seen: dict[bool, list[np.ndarray]] = {True: [], False: []}
    draw = Sampler.draw

    for cached, scores in seen.items():

        def noted(self, logits, random, previous=(), scores=scores):
            scores.append(np.array(logits))
            return draw(self, logits, random, previous)

        monkeypatch.setattr(Sampler, "draw", noted)
        generate(writer, [3, 1], 30, seed=4, cached=cached)
    np.testing.assert_allclose(seen[True], seen[False], atol=2e-5)


@pytest.mark.slow
def test_a_model_of_one_position_writes_on() -> None:
    model = model_of("rotary", max_length=1)
    found = generate(model, [5], 8, Sampler(greedy=True))
    assert found == generate(model, [5], 8, Sampler(greedy=True), cached=False) == _greedy(model, [5], 8, 1)


def test_the_same_seed_writes_the_same_and_another_something_else(writer: keras.Model) -> None:
    first = generate(writer, [1, 2], 20, seed=3)
    assert first == generate(writer, [1, 2], 20, seed=3)
    assert first != generate(writer, [1, 2], 20, seed=4)


def test_tokens_stream_one_by_one_and_two_texts_do_not_mix(writer: keras.Model) -> None:
    alone = [generate(writer, [1, 2], 20, seed=3), generate(writer, [7], 20, seed=5)]
    turns = zip(stream(writer, [1, 2], 20, seed=3), stream(writer, [7], 20, seed=5), strict=True)
    assert [list(each) for each in zip(*turns, strict=True)] == alone
    assert list(islice(stream(writer, [1, 2], 10**9, seed=3), 20)) == alone[0]  # no more is computed than is asked for


def test_a_text_ends_before_its_stop(writer: keras.Model) -> None:
    whole = generate(writer, [1, 2], 20, seed=3)
    stop = whole[7]
    assert generate(writer, [1, 2], 20, seed=3, stop=stop) == whole[: whole.index(stop)]
    unused = next((token for token in range(11) if token not in whole), None)
    if unused is not None:
        assert generate(writer, [1, 2], 20, seed=3, stop=unused) == whole


@pytest.mark.slow
def test_new_weights_write_another_text_with_what_was_compiled_before() -> None:
    model = model_of("gpt")
    before, weights = generate(model, [1, 2], 20, Sampler(greedy=True)), model.get_weights()
    model.token_vectors.embeddings.assign(numpy(model.token_vectors.embeddings)[::-1])
    assert generate(model, [1, 2], 20, Sampler(greedy=True)) == _greedy(model, [1, 2], 20, REACH) != before
    model.set_weights(weights)
    assert generate(model, [1, 2], 20, Sampler(greedy=True)) == before
    model.token_vectors.enable_lora(2)  # variables that were not there when it was compiled
    model.token_vectors.lora_embeddings_b.assign(np.random.default_rng(0).normal(size=(2, 16)))
    assert generate(model, [1, 2], 20, Sampler(greedy=True)) == _greedy(model, [1, 2], 20, REACH) != before


@pytest.mark.slow
def test_half_precision_writes_as_well() -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = model_of("llama")
        assert len(generate(model, [1, 2], 20)) == len(generate(model, [1, 2], 20, cached=False)) == 20
    finally:
        keras.config.set_dtype_policy(before)


@pytest.mark.parametrize(
    ("changes", "error", "named"),
    [
        ({"prompt_ids": []}, ValueError, "prompt_ids is empty; allowed: one id or more"),
        ({"prompt_ids": [1] * 13}, ValueError, "prompt_ids has 13 tokens; allowed: 12, which is the model's"),
        ({"prompt_ids": [3, 11]}, ValueError, "prompt_ids holds ids from 3 to 11; allowed: 0 to 10"),
        ({"prompt_ids": [-1]}, ValueError, "prompt_ids holds ids from -1 to -1"),
        ({"prompt_ids": [1.5]}, TypeError, "prompt_ids holds values of type float64"),
        ({"prompt_ids": [[1, 2]]}, ValueError, "prompt_ids has 2 axes; allowed: one"),
        ({"prompt_ids": "once"}, ValueError, "prompt_ids has 0 axes"),
        ({"new_tokens": 0}, ValueError, "new_tokens is 0; allowed: 1 or more"),
        ({"new_tokens": 2.0}, TypeError, "new_tokens is 2.0"),
        ({"sampler": Sampler(top_k=12)}, ValueError, "top_k is 12; allowed: 1 to 11"),
        ({"sampler": Sampler(top_k=12, greedy=True)}, ValueError, "top_k is 12; allowed: 1 to 11"),
        ({"sampler": "greedy"}, TypeError, "sampler is 'greedy' of type str; allowed: a Sampler"),
        ({"stop": 11}, ValueError, "stop is 11; allowed: 0 to 10"),
        ({"stop": "."}, TypeError, "stop is '.'"),
        ({"seed": -1}, ValueError, "seed is -1"),
        ({"model": keras.Sequential()}, TypeError, "model is of type Sequential; allowed: one with empty_cache"),
    ],
)  # fmt: skip
@pytest.mark.slow
def test_a_wrong_argument_is_named_before_the_first_token(changes, error: type[Exception], named: str) -> None:
    arguments = {"model": model_of("gpt"), "prompt_ids": [1, 2], "new_tokens": 3, **changes}
    with pytest.raises(error, match=named):
        stream(**arguments)
