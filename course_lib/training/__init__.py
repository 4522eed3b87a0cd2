"""What any training needs: compiling, devices, checkpoints, going on after a kill, and what a record says of itself."""

from __future__ import annotations

from course_lib.base import lazy

__getattr__, __dir__, __all__ = lazy.offer(
    __name__,
    {
        "checkpoints": ["Checkpoint", "CheckpointFolder"],
        "compiling": ["adamw", "compile_for_training"],
        "resuming": ["fit_resumable"],
    },
    modules=["checkpoints", "compiling", "devices", "provenance", "resuming"],
)
