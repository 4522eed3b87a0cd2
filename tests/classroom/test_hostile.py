"""Hand-ins that cheat or attack: each is survived, none is taken for solved, and the honest one beside them is."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from course_lib.classroom import grading
from course_lib.classroom.grading import SOLVED

from .conftest import ROOT, SHORT
from .hostile import HOSTILE

linux = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")


@pytest.mark.seconds
@linux
def test_no_hostile_hand_in_is_graded_as_solved_and_none_harms_another(handed_out: Path, hand_in, tmp_path: Path):
    asked = []
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=lambda: asked.append(server.accept()), daemon=True).start()
    secrets = {
        "FOLDER": str(handed_out),
        "PORT": server.getsockname()[1],
        "SOURCE": str(ROOT / "chapters" / "05_attention.py"),
    }
    head = "".join(f"{name} = {value!r}\n" for name, value in secrets.items())
    for name, code in HOSTILE.items():
        hand_in(name, head + code)
    honest = hand_in("honest")
    hand_in("honest in Chinese", language="zh")
    before = honest.read_bytes()
    # Without a cell of code that could be refused: what is no notebook at all.
    submitted = handed_out / "submitted"
    (submitted / "no JSON.ipynb").write_bytes(b"{" * 100_000)
    (submitted / "a list.ipynb").write_text("[]")
    (submitted / "no cells.ipynb").write_text(json.dumps({"cells": {"a": 1}}))
    (submitted / "nothing").mkdir()
    os.symlink(handed_out / "instructors" / "en" / "05_attention.ipynb", submitted / "a link.ipynb")
    os.symlink(handed_out / "instructors", submitted / "a linked folder")
    os.mkfifo(submitted / "a pipe.ipynb")

    results = {result.student: result for result in grading.grade(handed_out, jobs=2, limits=SHORT)}

    for name in HOSTILE:
        first, second = results[name].verdicts[:2]
        assert first.status != SOLVED, name
        assert first.points == (5 if name == "knows the page's cases" else 0), (name, first)
        assert second.status == SOLVED, (name, second)
    for name in ("honest", "honest in Chinese"):
        assert [each.status for each in results[name].verdicts[:2]] == [SOLVED, SOLVED], results[name]
    for name in ("no JSON", "a list", "no cells", "a link", "a linked folder", "a pipe"):
        assert results[name].status == "refused", name
    assert results["nothing"].status == "nothing"
    assert honest.read_bytes() == before
    assert not asked
    assert not Path("/tmp/owned").exists()
    assert "files: Landlock" in results["honest"].layers
    assert len(HOSTILE) >= 20
