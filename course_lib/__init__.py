"""Deep learning for language, from a word count to a language model, in Keras 3: the library behind the lessons.

Importing it is instant: Keras and everything else that is heavy is imported when it is first used.
"""

from __future__ import annotations

import lazy_loader as lazy

from course_lib.base import registered

__version__ = "0.1.0"

# What lessons write stays short, whatever room a name lives in: `from course_lib import attention, data, plots`.
__getattr__, _, _OFFERED = lazy.attach(
    __name__,
    submod_attrs={
        "checks": ["check"],
        "session": ["dial", "start"],
        "showing": ["diagrams", "display", "language", "plots", "sliders", "tr"],
        "training": ["devices", "resuming"],
    },
)
__all__ = ["__version__", *_OFFERED]

# A saved model names its classes; after `import course_lib` alone Keras finds them.
_REGISTERED = registered.offer(
    __name__,
    {
        "alignment.policy": ["PolicyLoss"],
        "alignment.reader": ["AttentiveReader"],
        "applications.exporting": ["SentenceEncoder"],
        "applications.reading": ["SpanLoss", "SpanReader"],
        "applications.recommendation": ["MatrixFactorisation", "PairLoss"],
        "attention.layers": ["AdditiveAttention", "MultiHeadAttention"],
        "autoencoder.constraints": ["Corruption", "SparsityPenalty"],
        "autoencoder.losses": ["course_lib.autoencoder>ReconstructionLoss"],
        "autoencoder.model": ["Autoencoder"],
        "bert.ada_lora": ["AdaLoRA"],
        "bert.adapters": ["Adapters"],
        "bert.budget": ["AdaLoRAOptimizer"],
        "bert.distillation": ["DistillationLoss"],
        "bert.embeddings": ["BertEmbeddings"],
        "bert.encoder": ["BertEncoder"],
        "bert.heads": ["BertClassifier", "BertPretrainer", "MaskedWordHead"],
        "bert.layerwise": ["LayerwiseAdam"],
        "bert.low_rank": ["LoRA"],
        "bert.prefixes": ["Prefixes"],
        "language_model.decoder": ["CausalSelfAttention", "DecoderBlock", "DecoderLanguageModel"],
        "language_model.recurrent": ["RecurrentLanguageModel"],
        "mlp.classifier": ["MLP"],
        "mlp.language_model": ["NeuralLanguageModel"],
        "mlp.losses": ["CrossEntropy"],
        "mlp.regularisation": ["Dropout"],
        "scaling.recomputing": ["RecomputingLanguageModel"],
        "sentiment.n_grams": ["LogitLoss", "NGramClassifier"],
        "sentiment.sequence": ["Pool", "WordMask"],
        "transformer.blocks": ["TransformerDecoderLayer", "TransformerEncoderLayer"],
        "transformer.losses": ["SmoothedCrossEntropy"],
        "transformer.model": ["Transformer"],
        "transformer.positions": ["LearnedPositions", "SinusoidalPositions"],
        "transformer.schedules": ["WarmUp"],
        "vae.model": ["PreviousPixels", "Sampling", "VAE", "course_lib.vae>ReconstructionLoss"],
    },
)


def __dir__() -> list[str]:
    return __all__
