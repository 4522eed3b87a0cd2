"""What any training needs: compiling, devices, checkpoints, going on after a kill, and what a record says of itself."""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "checkpoints": ["Checkpoint", "CheckpointFolder"],
        "compiling": ["adamw", "compile_for_training", "starting_point"],
        "kept": ["keep_weights", "with_kept_weights"],
        "recorded": ["differences", "read_records", "recorded_in", "write_record"],
        "resuming": ["fit_resumable"],
    },
    submodules=["checkpoints", "compiling", "devices", "kept", "provenance", "recorded", "resuming"],
)
