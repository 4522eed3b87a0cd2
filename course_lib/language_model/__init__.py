"""A machine that writes: everything chapter 09 uses, one small module per idea, each imported when it is first used.

text → ids → a distribution over the next token → its cost in bits → one token drawn → the text, longer by one.
"""

from __future__ import annotations

from course_lib.base import lazy

__getattr__, __dir__, __all__ = lazy.offer(
    __name__,
    {
        "copying": ["longest_copied_span", "novel_share"],
        "decoder": ["CausalSelfAttention", "DecoderBlock", "DecoderLanguageModel"],
        "kneser_ney": ["ModifiedKneserNey"],
        "measures": ["bits_per_byte", "compressed_bits_per_byte", "entropy"],
        "sampling": ["Sampler", "keep_nucleus", "keep_probable", "keep_top", "penalise_repetition"],
    },
)
