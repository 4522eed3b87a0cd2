"""Looking where it matters: everything chapter 05 uses, one small module per idea, each imported when it is first used.

scores → masked softmax → weights → a weighted mean of values; many heads side by side; weights drawn.
"""

from __future__ import annotations

import importlib

_MODULES = {
    "functions": [
        "additive_attention",
        "additive_scores",
        "dot_product_scores",
        "fused_attention",
        "masked_softmax",
        "merge_heads",
        "scaled_dot_product_attention",
        "split_heads",
    ],
    "masks": ["attention_mask_of", "look_back_mask"],
    "layers": ["AdditiveAttention", "MultiHeadAttention"],
    "drawing": ["head_chooser", "heat_map"],
}
_LAZY = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}

__all__ = sorted(_LAZY)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
