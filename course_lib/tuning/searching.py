"""Searching the settings of anything: a function from settings and epochs to a loss, under KerasTuner's oracles."""

from __future__ import annotations

import json
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

from course_lib.base.arguments import require_choice, require_function, require_integer
from course_lib.base.files import write_atomically
from course_lib.tuning.careful import Careful, Failure, SearchFailed, failed_trials, read_json

METHODS = ("random", "bayesian", "hyperband")
RECORD = "search.json"  # in a search's folder: what it searches, and how


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
        epochs: how many epochs it had been trained for when it was scored. With Hyperband they differ between trials,
            and a score belongs to the values and the epochs together.
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
        trials: in the order in which they ended. A setting that Hyperband lets go on is a new trial in each round, so
            there are more trials than settings. On a worker, whose trials are kept by the chief, there are none.
        failures: those that failed.
        seconds: what it took in this process; what was done before it was taken up again is not counted.
    """

    method: str
    trials: list[Tried]
    failures: list[Failure]
    seconds: float

    @property
    def best(self) -> Tried:
        """The trial with the least loss.

        Hyperband's may be one that it stopped early: its values have won with `best.epochs` epochs, and are to be
        trained again for as many, in a run with the total epochs of the search.

        Raises:
            SearchFailed: if no trial has a score.
        """
        scored = [trial for trial in self.trials if np.isfinite(trial.score)]
        if not scored:
            reason = f"; the first of {len(self.failures)} failures: {self.failures[0].reason}" if self.failures else ""
            raise SearchFailed(f"no trial has a score, of {len(self.trials)}{reason}")
        return min(scored, key=lambda trial: trial.score)

    @property
    def epochs(self) -> int:
        """What the search cost.

        Raises:
            SearchFailed: if no trial has ended.
        """
        if not self.trials:
            raise SearchFailed("no trial has ended, so it is not known what the search cost")
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
    method: str,
    space: keras_tuner.HyperParameters,
    trials: int,
    epochs: int,
    seed: int,
    iterations: int = 1,
    initial_points: int | None = None,
) -> keras_tuner.Oracle:
    """One of KerasTuner's oracles, to minimise a loss. What is said of one method has no effect on the others.

    Args:
        method: "random", "bayesian" or "hyperband".
        space: the hyperparameters.
        trials: how many settings random and Bayesian search try.
        epochs: how long Hyperband trains one setting at most.
        seed: of what is drawn.
        iterations: how often Hyperband goes through all its brackets.
        initial_points: after how many scored trials, drawn as random search draws them, Bayesian search begins to
            think; None for three for each hyperparameter.

    Raises:
        TypeError: if a number is no whole number, or `space` of another type.
        ValueError: if an argument is out of its range.
    """
    require_choice("method", method, METHODS)
    require_integer("trials", trials, at_least=1)
    require_integer("epochs", epochs, at_least=1)
    require_integer("iterations", iterations, at_least=1)
    require_integer("seed", seed, at_least=0)
    if initial_points is not None:
        require_integer("initial_points", initial_points, at_least=1)
    if not isinstance(space, keras_tuner.HyperParameters):
        raise TypeError(f"space is of type {type(space).__name__}; allowed: keras_tuner.HyperParameters")
    if not space.space:
        raise ValueError("space holds no hyperparameter; allowed: one or more")
    # KerasTuner takes the seed 0 for none, and cannot write NumPy's numbers down.
    common = {"objective": keras_tuner.Objective("loss", "min"), "hyperparameters": space.copy(), "seed": int(seed) + 1}
    if method == "hyperband":
        return keras_tuner.oracles.HyperbandOracle(
            max_epochs=int(epochs), hyperband_iterations=int(iterations), **common
        )
    if method == "bayesian":
        points = 3 * len(space.space) if initial_points is None else int(initial_points)
        return keras_tuner.oracles.BayesianOptimizationOracle(
            max_trials=int(trials), num_initial_points=points, **common
        )
    return keras_tuner.oracles.RandomSearchOracle(max_trials=int(trials), **common)


def run_search(
    evaluate: Callable[[Job], float],
    space: keras_tuner.HyperParameters,
    method: str = "random",
    trials: int = 10,
    epochs: int = 9,
    seed: int = 0,
    iterations: int = 1,
    folder: Path | str | None = None,
    initial_points: int | None = None,
) -> Search:
    """Search for the settings with the least loss. What is said of one method has no effect on the others.

    A search in a folder is taken up where it stopped; `evaluate` must then be the same, which nobody can check. With
    more trials than before it goes on, with fewer none is cut off. One that KerasTuner stops, because several trials
    failed in a row, says so in a line and returns what it has found.

    Args:
        evaluate: given a `Job`, its loss.
        space: the hyperparameters.
        method: "random", "bayesian" or "hyperband".
        trials: how many settings random and Bayesian search try.
        epochs: how long one setting is trained, with Hyperband at most.
        seed: of what the search draws.
        iterations: how often Hyperband goes through all its brackets.
        folder: where the search is kept, so that it can be taken up again; None for nowhere. It holds one search.
        initial_points: after how many scored trials, drawn as random search draws them, Bayesian search begins to
            think; None for three for each hyperparameter.

    Raises:
        SearchDamaged: if the folder's files cannot be read.
        SearchFailed: if no trial has a score.
        TypeError: if a number is no whole number, `evaluate` no function, or `space` or `folder` of another type.
        ValueError: if an argument is out of its range, or the folder holds another search: of another method, space,
            seed or number of epochs, or of other iterations (Hyperband) or initial points (Bayesian search).
    """
    require_function("evaluate", evaluate)
    if not isinstance(folder, Path | str | None):
        raise TypeError(f"folder is {folder!r} of type {type(folder).__name__}; allowed: a path, or None")
    oracle = make_oracle(method, space, trials, epochs, seed, iterations, initial_points)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        if folder is not None:
            _claim(Path(folder), _described(oracle, method, epochs, seed))
        tuner = FunctionTuner(oracle, directory=str(folder or temporary), project_name=method)
        oracle.verbose = 0
        tuner.search(evaluate, int(epochs))
        return Search(method, ended_trials(oracle, epochs), failed_trials(tuner), time.perf_counter() - begun)


def _described(oracle: keras_tuner.Oracle, method: str, epochs: int, seed: int) -> dict[str, object]:
    """What makes a search this one and no other."""
    described = {"method": method, "space": oracle.hyperparameters.get_config()["space"]}
    described |= {"seed": int(seed), "epochs": int(epochs)}
    if method == "hyperband":
        described["iterations"] = oracle.hyperband_iterations
    if method == "bayesian":
        described["initial_points"] = oracle.num_initial_points
    return described


def _claim(folder: Path, asked: dict[str, object]) -> None:
    """Note in a folder which search it holds; raise a ValueError where it holds another."""
    asked = json.loads(json.dumps(asked))  # as it will be read again
    for method in METHODS:
        path = folder / method / RECORD
        if path.exists():
            held = read_json(path)
        elif method != asked["method"] and (folder / method / "oracle.json").exists():
            held = {"method": method}
        else:
            continue
        others = [name for name in held if held[name] != asked.get(name)]
        if others:
            others = others[:1] if others[0] == "method" else others
            pairs = ((_shown(name, each, other) for name in others) for each, other in ((held, asked), (asked, held)))
            there, here = (", ".join(texts) for texts in pairs)
            raise ValueError(f"folder holds a search with {there}; allowed: the same and not {here}, or another folder")
    write_atomically(folder / str(asked["method"]) / RECORD, json.dumps(asked).encode())


def _shown(name: str, record: dict[str, object], other: dict[str, object]) -> str:
    """What a record says, short enough for an error: of a space the hyperparameters that the other has not."""
    if name != "space":
        return f"{name} {record[name]!r}"
    texts = []
    for each in [each for each in record[name] if each not in other[name]] or record[name]:
        limits = {key: value for key, value in each["config"].items() if key != "name" and value not in (None, [])}
        texts.append(f"{each['class_name']} {each['config']['name']} {limits}")
    return f"space {', '.join(texts)}"


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
