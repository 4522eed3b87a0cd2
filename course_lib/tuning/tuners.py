"""KerasTuner's searches over Keras models, made careful, and one that scores each trial by cross-validation."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import keras_tuner
import numpy as np

from course_lib.devices import set_seeds
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

    `search` takes arrays instead of a validation set: `search(inputs, targets, folds=5, epochs=5)`. A trial costs as
    many fits as there are folds. No model is kept: train the best settings on all examples afterwards.
    """

    def run_trial(
        self,
        trial,
        inputs: np.ndarray,
        targets: np.ndarray,
        folds: int = 5,
        seed: int = 0,
        groups: Sequence | None = None,
        **fit_options,
    ) -> list[dict[str, float]]:
        """The metrics of each fold; KerasTuner takes their mean.

        Args:
            trial: holds the hyperparameters.
            inputs: all examples.
            targets: their targets.
            folds: how many parts.
            seed: of the parting.
            groups: what must not be parted, such as films; None for nothing.
            fit_options: what else `fit` takes, such as `epochs`.

        Shapes: inputs (examples, ...), targets (examples, ...).
        """
        results = []
        for number, (known, held) in enumerate(k_folds(len(inputs), folds, seed, groups)):
            # The same first weights and orders for every setting: what differs is the setting.
            set_seeds(seed + number)
            model = self.hypermodel.build(trial.hyperparameters)
            if not isinstance(model, keras.Model):
                raise TypeError(f"the hypermodel built {model!r}; allowed: a compiled keras.Model")
            model.fit(inputs[known], targets[known], **{"verbose": 0, **fit_options})
            found = model.evaluate(inputs[held], targets[held], verbose=0, return_dict=True)
            results.append({f"val_{name}": float(value) for name, value in found.items()})
        return results
