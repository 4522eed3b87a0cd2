"""Proves that AdaLoRA's importance is that of the paper, that ranks change and differ, that the budget follows its
curve and is met exactly at the end, on a training that was stopped and taken up again too.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib.bert import AdaLoRA, AdaLoRAOptimizer, BertClassifier, budget_at
from course_lib.mlp import CrossEntropy
from course_lib.training import compile_for_training, fit_resumable
from tensors import normal, numpy

from .samples import batch, small

TARGETS = ("query", "value", "feed_forward_hidden")


def _model(rank: int = 4, **options: object) -> AdaLoRA:
    return AdaLoRA(
        BertClassifier(small(seed=0, num_layers=1), 2, dropout=0.0, seed=0),
        rank,
        targets=TARGETS,
        trained=("head",),
        seed=1,
        **options,
    )


def _data(rows: int = 16) -> tuple[np.ndarray, np.ndarray]:
    ids = batch(rows)["token_ids"]
    return ids, (ids[:, 3] % 2).astype(np.int32)


class _Ranks(keras.callbacks.Callback):
    """Notes the ranks after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[dict[str, int]] = []

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        self.noted.append(self.model.ranks())


def test_the_budget_falls_along_a_cubic_from_all_to_the_last() -> None:
    found = [int(numpy(budget_at(step, 40, 10, 5, 25))) for step in range(32)]
    expected = [round(10 + 30 * (1 - min(max((step - 5) / 20, 0), 1)) ** 3) for step in range(32)]
    assert found == expected and found[:6] == [40] * 6 and found[25:] == [10] * 7
    assert found == sorted(found, reverse=True)


@pytest.mark.slow
def test_every_rank_of_the_whole_model_is_spent_where_it_matters_and_the_budget_is_met_exactly() -> None:
    few, ranks = _model(), _Ranks()
    optimizer = AdaLoRAOptimizer(0.02, budget=5, total_steps=24, warmup_steps=4, last_steps=8)
    compile_for_training(few, None, optimizer, loss=CrossEntropy())
    assert few.ranks() == dict.fromkeys(few.ranks(), 0)  # nothing is changed yet
    few.fit(*_data(), epochs=12, batch_size=8, shuffle=False, verbose=0, callbacks=[ranks])
    totals = [sum(one.values()) for one in ranks.noted]
    expected = [int(numpy(budget_at(step, 12, 5, 4, 16))) for step in range(1, 25)]
    # While all are allowed, all are there.
    assert totals == expected and totals[3] == 12 and totals[-9:] == [5] * 9
    assert len({tuple(one.values()) for one in ranks.noted}) > 3
    assert len(set(ranks.noted[-1].values())) > 1  # some matrices keep more than others
    # In the last steps none comes back, and none goes.
    assert len({tuple(one.values()) for one in ranks.noted[-9:]}) == 1
    merged, ids = few.merge(), _data()[0]
    assert merged(ids).shape == (16, 2)


@pytest.mark.seconds
def test_between_judgements_directions_come_back_and_judgements_see_all() -> None:
    few, ranks = _model(), _Ranks()
    optimizer = AdaLoRAOptimizer(0.02, budget=4, total_steps=20, warmup_steps=2, last_steps=6, interval=5)
    compile_for_training(few, None, optimizer, loss=CrossEntropy())
    few.fit(*_data(), epochs=10, batch_size=8, shuffle=False, verbose=0, callbacks=[ranks])
    totals = [sum(one.values()) for one in ranks.noted]
    assert totals[4] == int(numpy(budget_at(5, 12, 4, 2, 14))) and totals[5] == 12
    assert totals[13:] == [4] * 7


def test_importance_is_that_of_the_paper() -> None:
    """Three steps by hand, in float64, on gradients that a test can choose."""
    few = _model(2, orthogonality=0.0)
    options = {"warmup_steps": 0, "last_steps": 1, "interval": 3, "smoothing": 0.8, "doubt": 0.6}
    optimizer = AdaLoRAOptimizer(0.0, budget=3, total_steps=4, **options)
    variables = few.trainable_variables
    optimizer.build(variables)
    random = np.random.default_rng(3)
    for variable in variables:
        variable.assign(random.normal(size=variable.shape))
    start = [numpy(variable).astype(np.float64) for variable in variables]
    means, spreads = [[np.zeros(one.shape) for one in start] for _ in range(2)]
    for step in range(3):
        gradients = [normal(*variable.shape, seed=10 * step + place) for place, variable in enumerate(variables)]
        now = [numpy(variable).astype(np.float64) for variable in variables]
        optimizer.apply([keras.ops.convert_to_tensor(one) for one in gradients], variables)
        for place, gradient in enumerate(gradients):
            sensitivity = np.abs(now[place] * gradient)
            means[place] = 0.8 * means[place] + 0.2 * sensitivity
            spreads[place] = 0.6 * spreads[place] + 0.4 * np.abs(sensitivity - means[place])
    parts = {variable.path: place for place, variable in enumerate(variables)}
    scores, values = [], []
    for number in range(3):
        left, singular, right = (
            means[place] * spreads[place]
            for place in (
                parts[f"graft_{number}/{name}"] for name in ("left_directions", "singular_values", "right_directions")
            )
        )
        scores += (singular + left.mean(axis=0) + right.mean(axis=1)).tolist()
        values += numpy(variables[parts[f"graft_{number}/singular_values"]]).tolist()
    best = np.argsort(-np.array(scores))[:3]
    assert sorted(np.flatnonzero(values).tolist()) == sorted(best.tolist())


@pytest.mark.slow
def test_directions_are_kept_nearly_orthogonal() -> None:
    def crookedness(orthogonality: float) -> float:
        few = _model(orthogonality=orthogonality)
        optimizer = AdaLoRAOptimizer(0.02, budget=12, total_steps=40, warmup_steps=1)
        compile_for_training(few, None, optimizer, loss=CrossEntropy())
        few.fit(*_data(), epochs=20, batch_size=8, verbose=0)
        return float(np.mean([numpy(graft.crookedness()) for graft in few.grafts]))

    graft = _model().grafts[0]
    left, right = numpy(graft.left_directions), numpy(graft.right_directions)
    expected = ((left.T @ left - np.eye(4)) ** 2).sum() + ((right @ right.T - np.eye(4)) ** 2).sum()
    assert float(numpy(graft.crookedness())) == pytest.approx(expected, rel=1e-5)
    assert crookedness(0.5) < 0.1 * crookedness(0.0)


@pytest.mark.slow
def test_a_training_that_was_stopped_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    def trained(folder: Path, *stops: int) -> tuple[dict[str, int], list[np.ndarray]]:
        for epochs in stops:
            few = _model()
            optimizer = AdaLoRAOptimizer(0.02, budget=5, total_steps=12, warmup_steps=2, last_steps=3)
            compile_for_training(few, None, optimizer, loss=CrossEntropy())
            fit_resumable(few, _data(), epochs, folder, batch_size=4)
        return few.ranks(), [numpy(weight) for weight in few.weights]

    (ranks, whole), (again, parts) = trained(tmp_path / "whole", 3), trained(tmp_path / "parts", 2, 3)
    assert ranks == again and sum(ranks.values()) == 5
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_optimiser_comes_back_with_its_settings() -> None:
    optimizer = AdaLoRAOptimizer(0.02, budget=5, total_steps=12, interval=3, beta_1=0.8)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert isinstance(again, AdaLoRAOptimizer) and again.get_config() == optimizer.get_config()
    assert (again.warmup_steps, again.last_steps, again.interval, again.beta_1) == (1, 3, 3, 0.8)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"budget": 0}, ValueError, "budget is 0"),
        ({"total_steps": 1.5}, TypeError, "total_steps is 1.5"),
        ({"warmup_steps": 8, "last_steps": 5}, ValueError, "warmup_steps and last_steps are 8 and 5; allowed: .* 12"),
        ({"last_steps": 0}, ValueError, "last_steps is 0"),
        ({"interval": 0}, ValueError, "interval is 0"),
        ({"smoothing": 1.0}, ValueError, "smoothing is 1.0"),
    ],
)
def test_settings_out_of_range_are_refused(arguments: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        AdaLoRAOptimizer(0.1, **{"budget": 2, "total_steps": 12, **arguments})


def test_weights_of_another_method_and_too_large_a_budget_are_refused() -> None:
    with pytest.raises(ValueError, match="given no weights of AdaLoRA"):
        AdaLoRAOptimizer(0.1, 2, 10).build([keras.Variable(np.ones(3, np.float32))])
    with pytest.raises(ValueError, match="budget is 13; allowed: up to 12"):
        AdaLoRAOptimizer(0.1, 13, 10).build(_model().trainable_variables)
