"""KerasTuner's searches over Keras models, made careful, and one that scores each trial by cross-validation."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import keras
import keras_tuner
import numpy as np
from keras_tuner.engine.trial import Trial

from course_lib.training.devices import set_seeds
from course_lib.tuning.arguments import checked_pairs
from course_lib.tuning.careful import Careful
from course_lib.tuning.folds import k_folds


class RandomSearch(Careful, keras_tuner.RandomSearch):
    """`keras_tuner.RandomSearch` that reports failures and survives a kill."""


class BayesianOptimization(Careful, keras_tuner.BayesianOptimization):
    """`keras_tuner.BayesianOptimization` that reports failures and survives a kill."""


class Hyperband(Careful, keras_tuner.Hyperband):
    """`keras_tuner.Hyperband` that reports failures and survives a kill."""


class KFoldSearch(RandomSearch):
    """A random search whose score is the mean over folds: every example is held out once.

    Arguments are those of `RandomSearch`, without `executions_per_trial`. A trial costs as many fits as there are
    folds. No model is kept: train the best settings on all examples afterwards.

    Raises:
        ValueError: if `executions_per_trial` is not 1: a trial is fitted once for each fold.
    """

    def __init__(self, *args, executions_per_trial: int = 1, **kwargs) -> None:
        if executions_per_trial != 1:
            raise ValueError(
                f"executions_per_trial is {executions_per_trial!r}; allowed: 1, since a trial is fitted for each fold"
            )
        super().__init__(*args, **kwargs)

    def search(
        self,
        inputs: np.ndarray,
        targets: np.ndarray,
        folds: int = 5,
        seed: int = 0,
        groups: Sequence | None = None,
        **fit_options,
    ) -> None:
        """Search with all examples in the place of a training and a validation set.

        Args:
            inputs: all examples.
            targets: their targets.
            folds: how many parts.
            seed: of the parting.
            groups: what must not be parted, such as films; None for nothing.
            fit_options: what else `fit` takes, such as `epochs`. Each fold has its own copy of the `callbacks`; the
                fold held out is not shown to `fit`, so that they can watch `loss`, but not `val_loss`.

        Shapes: inputs (examples, ...), targets (examples, ...).

        Raises:
            SearchFailed: if no trial has a score.
            TypeError: if inputs or targets are no arrays, or a number is no whole number.
            ValueError: if the examples cannot be parted so, or an option would have to be parted with them.
        """
        inputs, targets = checked_pairs(inputs, targets)
        k_folds(len(inputs), folds, seed, groups)
        for name in ("validation_data", "validation_split", "sample_weight"):
            if fit_options.get(name) is not None:
                raise ValueError(f"{name} is given; allowed: none, since the folds part inputs and targets alone")
        super().search(inputs, targets, folds=folds, seed=seed, groups=groups, **fit_options)

    def run_trial(
        self,
        trial: Trial,
        inputs: np.ndarray,
        targets: np.ndarray,
        folds: int,
        seed: int,
        groups: Sequence | None,
        **fit_options,
    ) -> list[dict[str, float]]:
        """The metrics of each fold; KerasTuner takes their mean. The arguments are those of `search`."""
        results = []
        for number, (known, held) in enumerate(k_folds(len(inputs), folds, seed, groups)):
            # The same first weights and orders for every setting: what differs is the setting.
            set_seeds(seed + number)
            model = self.hypermodel.build(trial.hyperparameters)
            if not isinstance(model, keras.Model):
                raise TypeError(f"the hypermodel built {model!r}; allowed: a compiled keras.Model")
            options = {"verbose": 0, **fit_options, "callbacks": copy.deepcopy(fit_options.get("callbacks"))}
            model.fit(inputs[known], targets[known], **options)
            found = model.evaluate(inputs[held], targets[held], verbose=0, return_dict=True)
            results.append({f"val_{name}": float(value) for name, value in found.items()})
        return results

    def get_best_models(self, num_models: int = 1) -> list[keras.Model]:
        """There are none.

        Raises:
            NotImplementedError: always; it says what to do.
        """
        raise NotImplementedError(
            "KFoldSearch keeps no model: build one from best_trial(tuner).hyperparameters and train it on all examples"
        )
