"""How a model generates: everything chapter 04 uses, one small module per idea, each imported when it is first used.

images → encoder → a distribution over codes → a sample → decoder → a distribution over images.
"""

from __future__ import annotations

import importlib

_MODULES = {
    "terms": [
        "active_units",
        "bernoulli_log_likelihood",
        "gaussian_kl",
        "gaussian_log_likelihood",
        "importance_bound",
        "kl_penalty",
        "log_normal",
        "sample_latent",
    ],
    "model": ["VAE", "PreviousPixels", "ReconstructionLoss", "Sampling"],
    "training": ["BetaWarmUp", "BinarisedImages", "binarise", "train"],
    "evaluation": ["draw_images", "elbo_terms", "encode", "generate", "log_weights", "mean_and_error"],
    "sliding": ["slider"],
}
_LAZY = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}

__all__ = sorted(_LAZY)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
