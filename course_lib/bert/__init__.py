"""An encoder that learns from text alone before it is asked anything: everything of BERT, one small module per idea.

text → `BertTokenizer` ids → some words hidden → `BertEncoder` → a guess at them; then a few labels, or a few weights.
"""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "tokens": ["BertTokenizer", "basic_tokens"],
        "masking": ["MaskedBatches", "Masking", "mask_words"],
        "embeddings": ["BertEmbeddings"],
        "encoder": ["BERT_BASE", "BERT_LARGE", "BertEncoder"],
        "heads": ["BertClassifier", "BertPretrainer", "MaskedWordHead", "first_vector", "mean_vector", "vectors_at"],
        "checkpoint": ["load_encoder", "load_pretrained", "read_settings"],
        "probing": ["Probe", "probe_layers", "text_vectors"],
        "layerwise": ["LayerwiseAdam", "rates_by_layer"],
        "fine_tuning": [
            "LabelledBatches",
            "class_probabilities",
            "fine_tune",
            "freeze_bottom",
            "head_and_tail",
            "windows",
        ],
        "freezing": ["all_layers", "set_trainable"],
        "low_rank": ["LoRA", "LowRankGraft"],
        "ada_lora": ["AdaLoRA", "SingularGraft"],
        "budget": ["AdaLoRAOptimizer", "budget_at"],
        "adapters": ["Adapter", "Adapters"],
        "prefixes": ["PrefixGraft", "Prefixes"],
        "records": ["Tuned", "recorded_logits", "recorded_runs"],
        "pretraining": ["Pretrained", "recorded_pretraining", "recorded_reader"],
        "distillation": ["DistillationLoss", "distillation_loss", "student_of", "with_teacher"],
    },
)
