"""Autoencoders: everything chapter 03 uses, one small module per idea, each imported when it is first used.

inputs → (corruption) → encoder → code → decoder → reconstruction; principal components are the yardstick.
"""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "losses": ["ReconstructionLoss", "binary_cross_entropy", "squared_error", "word_cross_entropy"],
        "constraints": ["Corruption", "SparsityPenalty", "absolute_sum", "corrupt", "rate_divergence"],
        "model": ["Autoencoder"],
        "training": ["reconstruction_errors", "train_autoencoder"],
        "search": ["recorded"],
        "principal": ["PrincipalComponents", "fit_principal_components", "principal_angles"],
        "outliers": ["area_under_curve", "roc_curve"],
    },
)
