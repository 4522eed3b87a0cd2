"""Verdicts on film reviews, from a word count to an averaged ensemble, and the protocol that keeps their number honest.

texts → `Corpus` of word ids → n-grams or padded batches → a model's logit → a calibrated probability → metrics.
"""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "bayes": ["count_reviews", "log_count_ratios"],
        "features": ["NGramVocabulary"],
        "n_grams": [
            "LogitLoss",
            "NGramBatches",
            "NGramClassifier",
            "fit_n_grams",
            "linear_logit",
            "n_gram_logits",
            "padded_ids",
        ],
        "documents": [
            "DocumentVectors",
            "LatentSpace",
            "document_step",
            "informative_weights",
            "kept_shares",
            "latent_space",
            "train_documents",
            "weighted_rows",
        ],
        "sequence": ["build_fasttext", "build_lstm", "build_transformer"],
        "lexicon": ["NEGATIVE", "POSITIVE", "lexicon_score"],
        "calibration": ["Calibration", "fit_calibration", "fit_temperature"],
        "explanation": ["Contribution", "contributions", "occlusion"],
        "protocol": ["Protocol", "ScoredTwice", "digest"],
        "pipeline": ["SentimentPipeline", "Verdict"],
        "reading_rungs": ["REPAIRED"],
        "records": ["Record", "load_records", "save_record", "table"],
    },
)
