"""Proves that targets are shifted, losses smoothed and padding left out as the equations say; that batches have few
shapes and every pair once; and that a small model learns to copy to the last token, alike from the same seed.
"""

from __future__ import annotations

import functools
import itertools
import math

import keras
import numpy as np
import pytest

from course_lib.mlp.losses import next_token_cross_entropy
from course_lib.preprocessing import pad
from course_lib.transformer import (
    SmoothedCrossEntropy,
    Transformer,
    TranslationBatches,
    WarmUp,
    greedy_search,
    shift,
    smoothed_cross_entropy,
    train_translator,
    translation_loss,
)
from tensors import normal, numpy

from .samples import END, SOURCE_SIZE, START, TARGET_SIZE, shared


def test_what_is_given_and_what_is_asked_are_one_token_apart() -> None:
    assert shift([7, 8, 9], START, END) == ([2, 7, 8, 9], [7, 8, 9, 3])
    assert shift(np.array([5]), START, END) == ([2, 5], [5, 3])
    assert shift([], START, END) == ([2], [3])


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_the_smoothed_loss_is_that_of_a_loop(smoothing: float) -> None:
    logits, answers = 3 * normal(2, 3, 5), np.array([[1, 4, 0], [2, 0, 0]])
    total, tokens = 0.0, 0
    for row in range(2):
        for place in range(3):
            scores = logits[row, place].astype(np.float64)
            minus_log = np.log(np.exp(scores).sum()) - scores
            target = [smoothing / 5 + (1 - smoothing) * (token == answers[row, place]) for token in range(5)]
            loss = float(target @ minus_log)
            given = smoothed_cross_entropy(answers[row, place], logits[row, place], smoothing)
            assert float(numpy(given)) == pytest.approx(loss, rel=1e-5)
            if answers[row, place]:
                total, tokens = total + loss, tokens + 1
    assert tokens == 3
    assert float(numpy(SmoothedCrossEntropy(smoothing)(answers, logits))) == pytest.approx(total / tokens, rel=1e-5)


def test_without_smoothing_it_is_the_cross_entropy_of_next_tokens() -> None:
    logits, answers = normal(2, 3, 5), np.array([[1, 4, 0], [2, 0, 0]])
    expected = next_token_cross_entropy(answers, logits, answers != 0)
    assert float(numpy(SmoothedCrossEntropy(0.0)(answers, logits))) == pytest.approx(float(numpy(expected)), rel=1e-6)


def test_examples_may_weigh_differently() -> None:
    """The weights of Keras: each example's share of the total loss is multiplied by its own."""
    logits, answers, weights = normal(2, 3, 5), np.array([[1, 4, 0], [2, 0, 0]]), np.array([3.0, 0.5], np.float32)
    losses = numpy(smoothed_cross_entropy(answers, logits, 0.1))
    expected = (3.0 * (losses[0, 0] + losses[0, 1]) + 0.5 * losses[1, 0]) / 3
    given = SmoothedCrossEntropy(0.1)(answers, logits, sample_weight=weights)
    assert float(numpy(given)) == pytest.approx(expected, rel=1e-5)


def test_a_tenth_is_spread_where_nobody_chose() -> None:
    """As Vaswani et al. (2017, section 5.4) do; the function and the layer say the same."""
    logits = normal(2, 3, 5)
    answers = np.array([[1, 4, 2], [2, 3, 1]])
    expected = float(numpy(SmoothedCrossEntropy(0.1)(answers, logits)))
    assert float(numpy(SmoothedCrossEntropy()(answers, logits))) == expected
    assert float(numpy(smoothed_cross_entropy(answers, logits)).mean()) == pytest.approx(expected, rel=1e-6)


def test_what_stands_where_padding_is_does_not_matter_not_even_nan() -> None:
    loss, logits, answers = SmoothedCrossEntropy(0.1), normal(1, 3, 5), np.array([[1, 4, 0]])
    before = float(numpy(loss(answers, logits)))
    logits[0, 2] = np.nan
    assert float(numpy(loss(answers, logits))) == before
    assert float(numpy(loss(np.zeros((1, 3), int), logits))) == 0


def test_a_smoothed_loss_is_least_at_the_smoothed_target_and_float32() -> None:
    target = np.full(5, 0.1 / 5)
    target[2] += 0.9
    best = np.log(target).astype(np.float32)
    least = float(numpy(smoothed_cross_entropy(2, best, 0.1)))
    assert least == pytest.approx(-(target * np.log(target)).sum(), rel=1e-5)
    for place in range(5):
        moved = best.copy()
        moved[place] += 0.3
        assert float(numpy(smoothed_cross_entropy(2, moved, 0.1))) > least
    half = SmoothedCrossEntropy(0.1)(np.array([[2]]), keras.ops.cast(best[None, None], "bfloat16"))
    assert keras.backend.standardize_dtype(half.dtype) == "float32"


def test_the_rate_rises_and_falls_as_equation_3_says() -> None:
    schedule = WarmUp.of_width(512, 4000)
    for step in (1, 100, 3999, 4000, 4001, 100_000):
        expected = 512**-0.5 * min(step**-0.5, step * 4000**-1.5)
        assert float(numpy(schedule(step - 1))) == pytest.approx(expected, rel=1e-5)
    line = WarmUp(1.0, 4, 10)
    rates = [float(numpy(line(step))) for step in range(12)]
    np.testing.assert_allclose(rates, [0.25, 0.5, 0.75, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6, 0, 0, 0], atol=1e-6)
    again = WarmUp.from_config(line.get_config())
    assert [float(numpy(again(step))) for step in range(12)] == rates


def _lists(count: int, seed: int, longest: int = 6) -> list[list[int]]:
    random = np.random.default_rng(seed)
    return [random.integers(4, TARGET_SIZE, size=random.integers(1, longest + 1)).tolist() for _ in range(count)]


def test_every_pair_comes_once_an_epoch_in_batches_of_few_shapes() -> None:
    sources, targets = _lists(37, 0), _lists(37, 1)
    batches = TranslationBatches(sources, targets, START, END, 8, [3, 5, 7], seed=1)
    orders = []
    for _ in range(2):
        seen, shapes = [], set()
        for place in range(len(batches)):
            inputs, answers = batches[place]
            shapes.add((inputs["source"].shape, inputs["target"].shape, answers.shape))
            for source, given, answer in zip(inputs["source"], inputs["target"], answers, strict=True):
                if source.any():
                    assert given[0] == START and answer[np.count_nonzero(answer) - 1] == END
                    seen.append((source[source > 0].tolist(), answer[(answer > 0)][:-1].tolist()))
                    assert given[given > 0][1:].tolist() == seen[-1][1]
                else:
                    assert not given.any() and not answer.any()
        assert sorted(seen) == sorted(zip(sources, targets, strict=True))
        assert shapes == {((8, length),) * 3 for length in (3, 5, 7)}
        lengths = [batches[place][1].shape[1] for place in (0, 1)]
        assert lengths[0] != lengths[1]  # from these two Keras learns which axes vary
        orders.append(seen)
        batches.on_epoch_end()
    assert orders[0] != orders[1]
    again = TranslationBatches(sources, targets, START, END, 8, [3, 5, 7], seed=1)
    np.testing.assert_array_equal(again[0][1], TranslationBatches(sources, targets, START, END, 8, [3, 5, 7], 1)[0][1])


def _copier(seed: int = 1, **options: object) -> Transformer:
    settings = {"max_length": 8, "width": 16, "num_heads": 2, "hidden_dim": 32, "num_layers": 1, "dropout": 0.0}
    return Transformer(TARGET_SIZE, TARGET_SIZE, **{**settings, "seed": seed, **options})


@pytest.mark.slow
def test_one_batch_is_copied_to_the_last_token_and_so_are_the_search_and_the_loss() -> None:
    sentences = [list(each) for each in itertools.islice(itertools.permutations(range(4, 9), 3), 0, 60, 4)]
    model, told = _copier(), []
    history = train_translator(
        model,
        sentences,
        sentences,
        START,
        END,
        epochs=120,
        batch_size=len(sentences),
        learning_rate=0.02,
        smoothing=0.0,
        boundaries=[4],
        on_epoch_end=lambda done, numbers: told.append((done, numbers["loss"])),
    )
    assert history["loss"][-1] < 0.05 < 1 < history["loss"][0]
    assert told == list(zip(range(1, 121), history["loss"], strict=True))
    assert all(one < other for one, other in itertools.pairwise(history["seconds"]))
    assert greedy_search(model, sentences, START, END) == sentences
    assert translation_loss(model, sentences, sentences, START, END) < 0.05
    wrong = sentences[1:] + sentences[:1]
    assert translation_loss(model, sentences, wrong, START, END) > 1


TRACED: list[tuple[int | None, ...]] = []
VALIDATION = _lists(5, 2), _lists(5, 3)


class Counting(Transformer):
    """Notes every time that its equations are gone through: once for each trace where they are compiled."""

    def call(self, inputs, **options: object):
        TRACED.append(tuple(inputs["target"].shape))
        return super().call(inputs, **options)


@functools.cache
def _train(seed: int, validated: bool = False, jit_compile: bool = False) -> tuple[dict[str, list[float]], list, list]:
    """What a short training tells, the shapes it was traced for, and the validation loss measured beside it after each
    epoch; tracing takes longest, so each is done once.
    """
    TRACED.clear()
    model, beside = Counting(**_copier(seed=seed, dropout=0.3).settings), []

    def measure(done: int, numbers: dict[str, float]) -> None:
        beside.append(translation_loss(model, *VALIDATION, START, END, batch_size=6, boundaries=[4, 7]))

    history = train_translator(
        model,
        _lists(24, 0),
        _lists(24, 1),
        START,
        END,
        epochs=2,
        batch_size=6,
        boundaries=[4, 7],
        validation=VALIDATION if validated else None,
        on_epoch_end=measure if validated else None,
        jit_compile=jit_compile,
        seed=seed,
    )
    return history, list(TRACED), beside


@pytest.mark.slow
def test_the_same_seed_gives_the_same_losses_and_another_seed_others_whatever_is_measured_besides() -> None:
    (plain, *_), (validated, _, beside), (other, *_) = _train(0), _train(0, validated=True), _train(1)
    assert plain["loss"] == validated["loss"] != other["loss"]
    assert set(plain) == {"loss", "seconds"}
    assert len(validated["validation_loss"]) == 2 and all(map(math.isfinite, validated["validation_loss"]))
    assert validated["validation_loss"] == beside
    assert beside[0] != beside[1]


def test_validation_is_the_loss_per_token_without_smoothing() -> None:
    model = _copier(seed=0)
    total = tokens = 0.0
    for source, target in zip(*VALIDATION, strict=True):
        given, answers = shift(target, START, END)
        ids = {"source": pad([source], 6), "target": pad([given], 8)}  # of one length: JAX compiles once
        logits = numpy(model(ids))[0, : len(answers)].astype(np.float64)
        total += sum(np.log(np.exp(row).sum()) - row[answer] for row, answer in zip(logits, answers, strict=True))
        tokens += len(answers)
    loss = translation_loss(model, *VALIDATION, START, END, batch_size=2, boundaries=[3])
    assert loss == pytest.approx(total / tokens, rel=1e-4)


@pytest.mark.slow
def test_compiled_training_is_the_same_and_traced_at_most_once_for_each_shape() -> None:
    (plain, *_), (compiled, traced, _) = _train(0), _train(0, jit_compile=True)
    np.testing.assert_allclose(compiled["loss"], plain["loss"], rtol=1e-4)
    # On JAX, Keras walks through the model once before it compiles anything, to make the variables of its measures.
    assert 1 <= len(set(traced)) <= 2, traced
    assert len(traced) <= (3 if keras.backend.backend() == "jax" else 2), traced


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"sources": []}, ValueError, r"sources holds no sentence"),
        ({"sources": [[4]]}, ValueError, r"sources has 1 sentences and targets 2; allowed: as many of each"),
        ({"sources": [[4], [SOURCE_SIZE]]}, ValueError, r"sources\[1\] holds ids from 11 to 11; allowed: 0 to 10"),
        ({"targets": [[4], [TARGET_SIZE]]}, ValueError, r"targets\[1\] holds ids from 9 to 9; allowed: 0 to 8"),
        ({"targets": [[4], []]}, ValueError, r"targets\[1\] is empty; allowed: one id or more"),
        ({"targets": [[4], [4] * 8]}, ValueError, r"targets\[1\] has 8 ids; allowed: 7"),
        ({"targets": [[4], [0, 4]]}, ValueError, r"targets\[1\] holds 0, which is padding"),
        ({"targets": [[4], [4.5]]}, TypeError, r"targets\[1\] holds values of type float64"),
        ({"targets": "ab"}, TypeError, r"targets is one str"),
        ({"validation": ([[4]], [[99]])}, ValueError, r"validation targets\[0\] holds ids from 99 to 99"),
        ({"epochs": 0}, ValueError, r"epochs is 0"),
        ({"batch_size": 0}, ValueError, r"batch_size is 0"),
        ({"learning_rate": 0.0}, ValueError, r"learning_rate is 0.0"),
        ({"weight_decay": -1.0}, ValueError, r"weight_decay is -1.0"),
        ({"smoothing": 1.0}, ValueError, r"smoothing is 1.0; allowed: from 0 to less than 1"),
        ({"boundaries": [2]}, ValueError, r"boundaries ends with 2; allowed: 3 or more"),
        ({"boundaries": [99]}, ValueError, r"boundaries ends with 99; allowed: up to the model's max_length, 8"),
        ({"boundaries": []}, ValueError, r"boundaries is empty; allowed: one length or more"),
        ({"clip_norm": 0.0}, ValueError, r"clip_norm is 0.0; allowed: a number above 0"),
        ({"validation": ([[4]], [[4]], [1.0])}, ValueError, r"validation has 3 parts; allowed: a pair"),
        ({"end_id": START}, ValueError, r"end_id is 2, and so is start_id"),
    ],
)
def test_what_cannot_be_learnt_from_is_named(options: dict, error: type[Exception], message: str) -> None:
    settings = {
        "sources": [[4], [5, 6]],
        "targets": [[4], [5, 6]],
        "start_id": START,
        "end_id": END,
        "epochs": 1,
        **options,
    }
    with pytest.raises(error, match=message):
        train_translator(shared(), **settings)


def test_batches_of_nothing_are_named() -> None:
    with pytest.raises(ValueError, match=r"sources holds an empty sentence at 1; allowed: one token or more"):
        TranslationBatches([[4], []], [[4], [5]], START, END, 2, [4])
    with pytest.raises(ValueError, match=r"batch_size is 0; allowed: 1 or more"):
        TranslationBatches([[4]], [[4]], START, END, 0, [4])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"peak": 0.0}, r"peak is 0.0"),
        ({"warmup_steps": 0}, r"warmup_steps is 0"),
        ({"total_steps": 4}, r"total_steps is 4; allowed: 5 or more"),
    ],
)
def test_a_schedule_out_of_range_is_named(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WarmUp(**{"peak": 1.0, "warmup_steps": 4, "total_steps": 10, **options})


def test_the_loss_comes_back_from_its_config() -> None:
    loss = SmoothedCrossEntropy(0.3, name="mine")
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert again.get_config() == loss.get_config() and again.smoothing == 0.3
