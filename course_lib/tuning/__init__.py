"""How good settings are found: rates, schedules, searches at one price, folds, noise, and searches that survive a kill.

settings → a training run that can go on → a validation loss → an oracle proposes the next → the best, trained again.
"""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "schedules": ["SCHEDULES", "cosine", "learning_rate_at", "linear_scaling", "step_decay", "warm_up"],
        "training": ["Settings", "Training"],
        "rates": ["RangeTest", "lr_range_test", "suggest_rate"],
        "designs": ["Axis", "best_so_far", "chance_of_top", "grid_points", "random_points"],
        "budget": ["Round", "epochs_spent", "hyperband_brackets", "keras_tuner_brackets"],
        "careful": ["Careful", "Failure", "SearchDamaged", "SearchFailed", "best_trial", "failed_trials", "repair"],
        "tuners": ["BayesianOptimization", "Hyperband", "KFoldSearch", "RandomSearch"],
        "searching": ["METHODS", "FunctionTuner", "Job", "Search", "Tried", "make_oracle", "run_search"],
        "folds": ["cross_validate", "k_folds", "nested"],
        "n_grams": ["fitted_logits", "recorded_rung", "search_settings", "search_space"],
        "study": ["recorded_searches", "summarise"],
        "noise": ["Again", "best_again", "expected_maximum"],
    },
)
