"""Looking where it matters: everything chapter 05 uses, one small module per idea, each imported when it is first used.

scores → masked softmax → weights → a weighted mean of values; many heads side by side; weights drawn.
"""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "functions": [
            "additive_attention",
            "additive_scores",
            "dot_product_scores",
            "fused_attention",
            "masked_softmax",
            "merge_heads",
            "on_each_position",
            "scaled_dot_product_attention",
            "split_heads",
            "stepwise_attention",
        ],
        "masks": ["attention_mask_of", "look_back_mask"],
        "layers": ["AdditiveAttention", "MultiHeadAttention"],
        "drawing": ["head_chooser", "heat_map"],
    },
)
