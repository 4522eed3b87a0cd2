"""Networks of layers: everything chapter 02 uses, one small module per idea, each imported when it is first used.

inputs → layers → logits → cross-entropy → gradients → an optimiser's step.
"""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "network": [
            "ACTIVATIONS",
            "backward",
            "cross_entropy_and_gradient",
            "forward",
            "numerical_gradients",
            "predict",
        ],
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
    },
)
