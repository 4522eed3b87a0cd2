"""Autoencoders: everything chapter 03 uses, one small module per idea, each imported when it is first used.

inputs → (corruption) → encoder → code → decoder → reconstruction; principal components are the yardstick.
"""

from __future__ import annotations

import importlib

_MODULES = {
    "losses": ["ReconstructionLoss", "binary_cross_entropy", "squared_error", "word_cross_entropy"],
    "constraints": ["Corruption", "SparsityPenalty", "absolute_sum", "corrupt", "rate_divergence"],
    "model": ["Autoencoder"],
    "training": ["reconstruction_errors", "train_autoencoder"],
    "principal": ["PrincipalComponents", "fit_principal_components", "principal_angles"],
    "outliers": ["area_under_curve", "roc_curve"],
}
_LAZY = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}

__all__ = sorted(_LAZY)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
