"""Text to numbers: everything chapter 01 uses, one small module per idea, each imported when it is first used.

text → `clean` → `tokenize` → `Vocabulary` ids → padded batches and a mask.
"""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "text": ["clean", "n_grams", "remove_stop_words", "stem", "tokenize"],
        "vocabulary": ["Vocabulary"],
        "counts": ["bag_of_words", "inverse_document_frequency", "one_hot", "tf_idf"],
        "batches": ["bucket_batches", "causal_mask", "combine_masks", "masked_mean", "pad", "padding_mask"],
        "word2vec": [
            "negative_distribution",
            "skip_gram_loss",
            "skip_gram_pairs",
            "skip_gram_step",
            "subsample",
            "train_skip_gram",
        ],
        "glove": ["cooccurrence", "glove_loss", "glove_weight", "train_glove"],
        "vectors": ["analogy", "cosine_similarity", "load_vectors", "nearest", "save_vectors"],
        "subwords": ["BytePairEncoding", "WordPiece"],
        "corpus": ["Corpus", "texts_to_ids"],
        "width": ["full_width", "half_width"],
        "script": ["to_simplified", "to_traditional"],
        "chinese_numbers": ["read_number", "write_number"],
        "dictionary": ["Dictionary"],
        "segmentation": ["backward_matching", "bidirectional_matching", "cut_runs", "forward_matching"],
        "lattice": ["UnigramSegmenter", "word_lattice"],
        "word_tags": ["WordTagger", "word_tags"],
        "jieba_words": ["jieba_words"],
        "spans": ["SpanScore", "span_score", "word_spans"],
    },
)
