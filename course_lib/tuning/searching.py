"""Searching the settings of anything: a function from settings and epochs to a loss, under KerasTuner's oracles."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import keras_tuner
import numpy as np
from keras_tuner.engine.base_tuner import BaseTuner
from keras_tuner.engine.trial import Trial

from course_lib.arguments import require_choice, require_integer
from course_lib.tuning.careful import Careful, Failure, failed_trials

METHODS = ("random", "bayesian", "hyperband")


@dataclass(frozen=True)
class Job:
    """What one trial is to do.

    Args:
        values: the hyperparameters.
        epochs: how many epochs it shall have been trained for when it ends.
        file: where it may keep its state.
        previous: the state to go on from; None to begin.
    """

    values: dict[str, object]
    epochs: int
    file: Path
    previous: Path | None


@dataclass(frozen=True)
class Tried:
    """A trial that has ended.

    Args:
        values: its hyperparameters.
        score: its loss; NaN where it failed.
        epochs: how many epochs it had been trained for.
        spent: how many epochs the search had cost by then.
    """

    values: dict[str, object]
    score: float
    epochs: int
    spent: int


@dataclass(frozen=True)
class Search:
    """A search that has ended.

    Args:
        method: "random", "bayesian" or "hyperband".
        trials: in the order in which they ended.
        failures: those that failed.
        seconds: what it took in this process.
    """

    method: str
    trials: list[Tried]
    failures: list[Failure]
    seconds: float

    @property
    def best(self) -> Tried:
        """The trial with the least loss."""
        return min((trial for trial in self.trials if np.isfinite(trial.score)), key=lambda trial: trial.score)

    @property
    def epochs(self) -> int:
        """What the search cost."""
        return self.trials[-1].spent


class FunctionTuner(Careful, BaseTuner):
    """A search over the settings of any function; `search(evaluate, epochs)` is given a `Job` and returns a loss."""

    def run_trial(self, trial: Trial, evaluate: Callable[[Job], float], epochs: int) -> dict[str, float]:
        """Run one trial; Hyperband says itself for how many epochs, and from which trial it goes on."""
        values = trial.hyperparameters.values
        previous = values.get("tuner/trial_id")
        job = Job(
            {name: value for name, value in values.items() if not name.startswith("tuner/")},
            int(values.get("tuner/epochs", epochs)),
            Path(self.get_trial_dir(trial.trial_id)) / "state.npz",
            None if previous is None else Path(self.get_trial_dir(previous)) / "state.npz",
        )
        loss = float(evaluate(job))
        if not math.isfinite(loss):
            raise FloatingPointError(f"the loss is {loss}")
        return {"loss": loss}


def make_oracle(
    method: str, space: keras_tuner.HyperParameters, trials: int, epochs: int, seed: int, iterations: int = 1
) -> keras_tuner.Oracle:
    """One of KerasTuner's oracles, to minimise a loss.

    Args:
        method: "random", "bayesian" or "hyperband".
        space: the hyperparameters.
        trials: how many settings random and Bayesian search try.
        epochs: how long Hyperband trains one setting at most.
        seed: of what is drawn.
        iterations: how often Hyperband goes through all its brackets.

    Raises:
        TypeError: if a number is no whole number.
        ValueError: if an argument is out of its range.
    """
    require_choice("method", method, METHODS)
    require_integer("trials", trials, at_least=1)
    require_integer("epochs", epochs, at_least=1)
    require_integer("iterations", iterations, at_least=1)
    require_integer("seed", seed, at_least=0)
    if not space.space:
        raise ValueError("space holds no hyperparameter; allowed: one or more")
    # KerasTuner takes the seed 0 for none.
    common = {"objective": keras_tuner.Objective("loss", "min"), "hyperparameters": space.copy(), "seed": seed + 1}
    if method == "hyperband":
        return keras_tuner.oracles.HyperbandOracle(max_epochs=epochs, hyperband_iterations=iterations, **common)
    kind = {
        "random": keras_tuner.oracles.RandomSearchOracle,
        "bayesian": keras_tuner.oracles.BayesianOptimizationOracle,
    }
    return kind[method](max_trials=trials, **common)


def run_search(
    evaluate: Callable[[Job], float],
    space: keras_tuner.HyperParameters,
    method: str = "random",
    trials: int = 10,
    epochs: int = 9,
    seed: int = 0,
    iterations: int = 1,
    folder: Path | str | None = None,
) -> Search:
    """Search for the settings with the least loss.

    Args:
        evaluate: given a `Job`, its loss.
        space: the hyperparameters.
        method: "random", "bayesian" or "hyperband".
        trials: how many settings random and Bayesian search try.
        epochs: how long one setting is trained, with Hyperband at most.
        seed: of what the search draws.
        iterations: how often Hyperband goes through all its brackets.
        folder: where the search is kept, so that it can be taken up again; None for nowhere.

    Raises:
        SearchFailed: if no trial has a score.
        ValueError: if an argument is out of its range.
    """
    oracle = make_oracle(method, space, trials, epochs, seed, iterations)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        tuner = FunctionTuner(oracle, directory=str(folder or temporary), project_name=method)
        oracle.verbose = 0
        tuner.search(evaluate, epochs)
        return Search(method, ended_trials(oracle, epochs), failed_trials(tuner), time.perf_counter() - begun)


def ended_trials(oracle: keras_tuner.Oracle, epochs: int) -> list[Tried]:
    """The trials of a search in the order in which they ended, with what they cost.

    Args:
        oracle: of the search.
        epochs: how long a trial is trained where the oracle does not say.
    """
    spent, tried = 0, []
    for trial_id in oracle.end_order:
        trial = oracle.trials[trial_id]
        values: Mapping[str, object] = trial.hyperparameters.values
        trained = int(values.get("tuner/epochs", epochs))
        spent += trained - int(values.get("tuner/initial_epoch", 0))
        own = {name: value for name, value in values.items() if not name.startswith("tuner/")}
        score = trial.score if trial.status == "COMPLETED" else float("nan")
        tried.append(Tried(own, score, trained, spent))
    return tried
