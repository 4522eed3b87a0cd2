"""Runs a notebook's code as a hosted notebook would: its set-up cell first, then every cell, in one namespace.

Arguments: the notebook. The language of its outputs does not matter here; figures are drawn and thrown away.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

cells = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["cells"]
namespace: dict[str, object] = {"__name__": "__main__"}
for cell in cells:
    if cell["cell_type"] != "code":
        continue
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    exec(compile(source, cell["id"], "exec"), namespace)
import keras  # noqa: E402

print(f"ran {len(cells)} cells on Keras {keras.__version__}")
