"""How a model generates: everything chapter 04 uses, one small module per idea, each imported when it is first used.

images → encoder → a distribution over codes → a sample → decoder → a distribution over images.
"""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
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
        "search": ["recorded"],
    },
)
