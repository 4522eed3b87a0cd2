"""A machine that writes: what a guess costs, the model, how text is drawn; each module is imported when first used.

text → ids → a distribution over the next token → its cost in bits → one token drawn → the text, longer by one.
"""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "copier": ["recorded_copier", "repeating_rows", "train_copier"],
        "copying": ["longest_copied_span", "novel_share"],
        "decoder": ["CausalSelfAttention", "DecoderBlock", "DecoderLanguageModel"],
        "generation": ["generate", "stream"],
        "induction": [
            "AblatedLosses",
            "CopyLosses",
            "ablated_losses",
            "attention_weights",
            "copy_losses",
            "induction_scores",
            "repeat_losses",
            "repeated_sequences",
            "without_heads",
        ],
        "kneser_ney": ["ModifiedKneserNey"],
        "measuring": ["loss_by_position", "loss_per_token", "surprise"],
        "measures": ["bits_per_byte", "compressed_bits_per_byte", "entropy"],
        "packing": ["UNCOUNTED", "Packed", "pack", "streams"],
        "recurrent": ["RecurrentLanguageModel", "gru_step", "lstm_step", "rnn_step"],
        "rhymes": ["RhymeBook", "ToneBook", "alternating_pairs"],
        "sampling": ["Sampler", "keep_nucleus", "keep_probable", "keep_top", "penalise_repetition"],
        "stories": ["StoryTokenizer", "read_story_model"],
        "verse_study": ["judge", "recorded_poet", "recorded_verses", "verses", "write_poems"],
        "study": ["recorded_model", "recorded_races", "recorded_tokens"],
        "through_time": ["gradient_through_time"],
        "training": ["train_language_model"],
        "verse": [
            "FORMS",
            "chance_pairs",
            "form_of",
            "rhyming_ends",
            "rhyming_pairs",
            "share_in_form",
            "share_of_rhymes",
            "verse_lines",
        ],
    },
)
