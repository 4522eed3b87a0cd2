"""What should a model do, and how would we know? Reward, explanation, bias, privacy, robustness, each one measured.

a writer and a judge → reward → a policy that moves; a reader → attributions; a judge → rates of groups; a text → what
is remembered of it; numbers → a card.
"""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "tables": ["all_texts", "table_log_probs", "table_gradients", "tilted"],
        "rewards": [
            "best_of_n_kl",
            "clipped_loss",
            "group_advantages",
            "kl_estimate",
            "preference_loss",
            "preference_probability",
            "reinforce_loss",
            "token_log_probs",
        ],
        "writing": ["Writer", "Written"],
        "policy": ["PolicyLoss", "best_of", "distinct_share", "policy_targets", "train_on_reward"],
        "reader": ["AttentiveReader", "reader_logits"],
        "attribution": ["deletion_curve", "gradient_times_input", "integrated_gradients", "leave_one_out"],
        "kept_writer": ["recorded_words", "recorded_writer", "short_sentences"],
        "intervals": ["Rate", "rate", "share_interval"],
        "bias": ["association", "association_test", "fill_templates", "without_direction"],
        "memory": ["deduplicate", "exposure", "membership_auc", "ranks_among"],
        "private_training": ["PrivateLogistic", "clip_rows", "private_gradient", "train_private"],
        "accountant": ["ORDERS", "epsilon_of", "gaussian_rdp", "noise_for"],
        "robustness": ["risk_coverage", "with_typos"],
        "cards": ["data_sheet", "model_card"],
        "energy": ["EnergyRange", "energy_of", "measured_seconds"],
    },
)
