"""A translator from its parts: everything chapter 06 uses, one small module per idea, each imported when first used.

ids → embeddings + positions → encoder → decoder, which looks back at itself and across at the encoder → the next token.
"""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "positions": ["LearnedPositions", "SinusoidalPositions", "rotate", "sinusoidal_positions"],
        "blocks": ["TransformerDecoderLayer", "TransformerEncoderLayer"],
        "model": ["Transformer"],
        "batches": ["TranslationBatches", "shift"],
        "losses": ["SmoothedCrossEntropy", "smoothed_cross_entropy"],
        "schedules": ["WarmUp"],
        "training": ["train_translator", "translation_loss"],
        "decoding": ["BeamSearch", "GreedySearch", "beam_search", "greedy_search", "length_penalty"],
        "evaluation": ["bleu", "bleu_interval"],
        "counting": ["bert_large", "count_parameters", "encoder_parameters"],
    },
)
