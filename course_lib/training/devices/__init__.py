"""What differs by backend and by device, in one place: what is there, and how training is spread over it.

The one call is `devices.use()`; the rest is what it is made from.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "compilation": ("compiled",),
        "detection": (
            "BACKENDS",
            "accelerators",
            "backend_name",
            "best_devices",
            "computes_in_bfloat16",
            "configured_backend",
            "cores",
            "has_fused_attention",
            "steps_in_a_call",
            "version_of",
        ),
        "filling": ("put_rows",),
        "gradients": ("gradients",),
        "inspection": ("Counted", "count_step", "exchanges"),
        "placement": ("DISTRIBUTIONS", "PRECISIONS", "Placement", "use"),
        "seeding": ("leave_out_tensorflow", "set_seeds"),
    },
)
