"""From a model to something people use: search, answers, service, opinion, recommendation, summaries, and a server.

Each is small and measured, and stands on what earlier lessons built.
"""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "ranking": ["bootstrap_interval", "hit_rate", "ndcg", "ranked", "reciprocal_rank"],
        "search": ["BM25", "fuse", "words_of"],
        "reranking": [
            "Reranker",
            "max_sim",
            "recorded_matches",
            "rerank",
            "rerank_by_folds",
            "standard",
            "token_matches",
            "token_vectors",
        ],
        "vectors": ["Int8Rows", "keep_rows", "recorded_vectors", "unit_vectors"],
        "finding": ["Finder", "Hit"],
        "scoring": ["best_of", "exact_match", "normalised", "run_f1", "word_f1"],
        "reading": [
            "Candidate",
            "Examples",
            "SpanLoss",
            "SpanReader",
            "candidates",
            "examples_of",
            "features_of",
            "kind_of",
            "sentences_of",
        ],
        "intents": ["IntentClassifier", "alarm_threshold"],
        "helping": ["HelpDesk", "Passage", "help_threshold"],
        "dialogue": ["Dialogue", "Reply", "State", "slots_of"],
        "alarms": ["Cusum", "alarm_times", "opinion_stream"],
        "recommendation": [
            "MatrixFactorisation",
            "PairLoss",
            "item_profiles",
            "leave_last_out",
            "popularity",
            "ranks_of",
            "recommended",
            "sample_triples",
        ],
        "headlines": ["Headliner", "learnt_words", "measured", "recorded_headliner", "right_facts"],
        "local_news": ["Story", "stories"],
        "summaries": ["lead", "rouge_l", "rouge_n", "text_rank"],
        "exporting": [
            "SentenceEncoder",
            "ask_elsewhere",
            "dequantised",
            "export",
            "export_onnx",
            "int8_onnx",
            "milliseconds",
            "onnx_model",
            "put_back",
            "quantised",
            "size_of",
        ],
        "loading": ["Load", "measure"],
        "records": ["Measured", "recorded_runs"],
        "sessions": ["Sessions"],
    },
)
