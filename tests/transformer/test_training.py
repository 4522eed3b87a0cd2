"""Proves that a small model learns to copy to the last token, alike from the same seed, compiled or not; and that the
loss on other sentences is the mean over their tokens.
"""

from __future__ import annotations

import functools
import itertools
import math

import keras
import numpy as np
import pytest

from course_lib.preprocessing import pad
from course_lib.transformer import Transformer, greedy_search, shift, train_translator, translation_loss
from tensors import numpy

from .samples import END, START, TARGET_SIZE, lists, shared


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
VALIDATION = lists(5, 2), lists(5, 3)


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
        lists(24, 0),
        lists(24, 1),
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
        ({"epochs": 0}, ValueError, r"epochs is 0"),
        ({"batch_size": 0}, ValueError, r"batch_size is 0"),
        ({"learning_rate": 0.0}, ValueError, r"learning_rate is 0.0"),
        ({"weight_decay": -1.0}, ValueError, r"weight_decay is -1.0"),
        ({"smoothing": 1.0}, ValueError, r"smoothing is 1.0; allowed: from 0 to less than 1"),
        ({"boundaries": [2]}, ValueError, r"boundaries ends with 2; allowed: 3 or more"),
        ({"boundaries": [99]}, ValueError, r"boundaries ends with 99; allowed: up to the model's max_length, 8"),
        ({"boundaries": []}, ValueError, r"boundaries is empty; allowed: one length or more"),
        ({"clip_norm": 0.0}, ValueError, r"clip_norm is 0.0; allowed: a number above 0"),
    ],
)
def test_numbers_that_nothing_is_learnt_with_are_named(options: dict, error: type[Exception], message: str) -> None:
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
