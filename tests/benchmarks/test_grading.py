"""Measures how long a hundred hand-ins take; `course_lib/classroom/recorded/hundred.json` keeps what was measured."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from course_lib.classroom import assignment, grading
from course_lib.publishing import source

pytestmark = pytest.mark.benchmark

ROOT = Path(__file__).resolve().parents[2]
CUT = "def cut_heads(x, n):\n    return np.stack(np.split(x, n, axis=-1), axis=1)\n"


def test_a_hundred_hand_ins_take_less_than_three_minutes(tmp_path: Path) -> None:
    assignment.make(source.parse(ROOT / "chapters" / "05_attention.py"), tmp_path, ["1", "3"])
    book = json.loads((tmp_path / "hand_out" / "en" / "05_attention.ipynb").read_text(encoding="utf-8"))
    for place in range(100):
        for cell in book["cells"]:
            if cell["id"] == "ex3":
                cell["source"] = f"{CUT}# {place}\n"
        (tmp_path / "submitted" / f"student {place}.ipynb").write_text(json.dumps(book), encoding="utf-8")
    begun = time.perf_counter()
    results = grading.grade(tmp_path, jobs=2)
    seconds = time.perf_counter() - begun
    print(f"\n100 hand-ins on 2 of {os.cpu_count()} cores: {seconds:.1f} s")
    assert all(result.points == 10 for result in results)
    assert seconds < 180
