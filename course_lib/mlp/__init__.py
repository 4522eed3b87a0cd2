"""Networks of layers: everything chapter 02 uses, one small module per idea, each imported when it is first used.

inputs → layers → logits → cross-entropy → gradients → an optimiser's step.
"""

from __future__ import annotations

import importlib

_MODULES = {
    "network": ["ACTIVATIONS", "backward", "cross_entropy_and_gradient", "forward", "numerical_gradients", "predict"],
    "initialisation": ["SCHEMES", "initialise"],
    "losses": [
        "CrossEntropy",
        "binary_cross_entropy",
        "cross_entropy",
        "cross_entropy_gradient",
        "next_token_cross_entropy",
        "perplexity",
        "softmax",
    ],
    "optimizers": ["adagrad", "adam", "descend", "momentum", "path", "rmsprop", "sgd"],
    "training": ["train_network"],
    "regularisation": ["Dropout", "dropout", "l1_penalty", "l2_penalty", "move_images"],
    "classifier": ["MLP", "train_classifier"],
    "language_model": [
        "NeuralLanguageModel",
        "contexts_and_targets",
        "next_word_probabilities",
        "surprisals",
        "train_language_model",
    ],
    "n_grams": ["InterpolatedNGrams", "KneserNey", "Unigram"],
    "generation": ["generate", "soften"],
}
_LAZY = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}

__all__ = sorted(_LAZY)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
