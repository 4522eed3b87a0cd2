"""What makes a large model trainable: counting, measuring, sharing the work, going on after failures, predicting.

sizes → operations, memory, days; one device → many; many small trainings → what a large one will reach.
"""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "counting": [
            "Sizes",
            "activation_bytes",
            "forward_flops",
            "matrix_weights",
            "parameters",
            "six_nd",
            "state_bytes",
            "training_flops",
        ],
        "planner": [
            "DEVICES",
            "PUBLISHED",
            "Device",
            "Plan",
            "best_interval",
            "failures_per_day",
            "plan",
            "published",
            "utilisation_of",
        ],
        "roofline": ["Roof", "copy_speed", "measure_roof", "product_intensity", "product_speed"],
        "noise": ["Noise", "cost_of_batch", "measure_noise"],
        "accumulation": ["Parts", "mean_of_batch", "mean_of_means", "token_weights"],
        "precision": ["LossScale", "lost"],
        "recomputing": ["RecomputingLanguageModel"],
        "rings": ["all_gather", "all_reduce_by_one", "reduce_scatter", "ring_all_reduce", "split_network"],
        "sharding": ["ShardedAdam"],
        "pipelines": ["bubble", "bubble_formula", "pipeline"],
        "walks": ["walks"],
        "processes": ["counted_steps", "jax_is_here", "killed_and_resumed", "many_devices", "on_backend", "together"],
        "records": ["recorded", "recorded_points", "recorded_rates"],
        "small": ["NextCharacter", "characters_of", "examples_of", "losses_by_rate"],
        "laws": ["Law", "Point", "bootstrap_laws", "fit_law", "train_and_measure"],
        "near_copies": ["MinHash", "candidates", "chance_to_meet", "jaccard", "near_copies", "shingles"],
    },
    submodules=["small", "study", "worker"],
)
