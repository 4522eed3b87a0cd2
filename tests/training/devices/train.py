"""Trains models of the table in a process of its own and prints their losses as JSON; arguments as JSON as well.

`before` is run before Keras is imported: what a device or a backend needs by then.
"""

from __future__ import annotations

import json
import os
import sys
import time


class _NoTensorFlow:
    """Makes TensorFlow unimportable, as it is on a TPU's machine."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] == "tensorflow":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main() -> None:
    """Read what to do from the first argument, and do it."""
    task = json.loads(sys.argv[1])
    if task.get("without_tensorflow"):
        sys.meta_path.insert(0, _NoTensorFlow())
    cpus = task.get("cpus", 1)
    if cpus > 1 and task["backend"] == "jax":
        os.environ["XLA_FLAGS"] += f" --xla_force_host_platform_device_count={cpus}"
    if cpus > 1 and task["backend"] == "tensorflow":
        import tensorflow as tf

        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * cpus)

    from course_lib.training import devices

    placement = devices.use(**task.get("use", {}), quiet=True)
    import models

    losses, seconds = {}, {}
    for name in task["models"]:
        begun = time.perf_counter()
        losses[name] = models.trained(name, task.get("jit", "auto"), placement.share)
        seconds[name] = round(time.perf_counter() - begun, 2)
    said = {
        "losses": losses,
        "seconds": seconds,
        "placement": str(placement),
        "replicas": placement.replicas,
        "tensorflow": "tensorflow" in sys.modules,
    }
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
