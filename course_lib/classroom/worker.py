"""The process in which a hand-in's code runs. It executes cells and calls functions when it is told to, and no more.

It is started by `remote`, as a program of its own, with what is asked on its standard input and what it answers on its
standard output; what the hand-in prints goes elsewhere. What comes out of here is not believed: somebody else's code
runs in this process and may send whatever it likes.
"""

from __future__ import annotations

import builtins

# Names that come with any lesson, and what costs time to import once the process is shut in.
import collections  # noqa: F401
import contextlib
import functools  # noqa: F401
import inspect
import io
import itertools  # noqa: F401
import math  # noqa: F401
import os
import random  # noqa: F401
import re  # noqa: F401
import struct
import sys
import types
from pathlib import Path
from typing import BinaryIO

import numpy as np

from course_lib.classroom.confinement import Limits, confine
from course_lib.classroom.values import dumps, loads, pack, unpack


def main() -> None:
    """Answer until the questions end."""
    questions, answers = _channels()
    told = loads(_read(questions))
    layers = confine(Limits(**told["limits"]), map(Path, told["readable"]), Path(told["scratch"]))
    sys.stdout = sys.stderr = _Nowhere()
    # Cells that call the check may stay; nothing that they are told counts.
    checks = types.ModuleType("course_lib.checks")
    checks.check = lambda *given, **named: None
    sys.modules["course_lib.checks"] = checks
    np.random.seed(0)
    names = {"__name__": "__main__", "__builtins__": builtins, "check": checks.check}
    _send(answers, {"layers": layers, "token": told["token"]})
    while True:
        question = loads(_read(questions))
        if "run" in question:
            answer = _run(question["run"], question["name"], names)
        elif "look" in question:
            answer = _look(question["look"], names)
        else:
            answer = _call(question["call"], question["with"], names)
        # Which question it belongs to: what the hand-in itself may have sent meanwhile belongs to none.
        _send(answers, {**answer, "token": question["token"]})


class _Nowhere(io.TextIOBase):
    """What a hand-in prints is not read: it can print as much as it likes."""

    def write(self, text: str) -> int:
        """Drop it."""
        return len(text)


def _channels() -> tuple[BinaryIO, BinaryIO]:
    """Where questions come from and answers go; what is printed goes to where errors go."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    sys.stdin = io.StringIO()
    return questions, answers


def _read(stream: BinaryIO) -> bytes:
    head = stream.read(4)
    if len(head) < 4:
        os._exit(0)
    return stream.read(struct.unpack("<I", head)[0])


def _send(stream: BinaryIO, message: dict[str, object]) -> None:
    try:
        data = dumps(message)
    except (RecursionError, MemoryError, ValueError):
        error = ["MemoryError", "the answer is too large"]
        data = dumps({"error": error, "token": message["token"]})
    stream.write(struct.pack("<I", len(data)) + data)
    stream.flush()


def _run(code: str, name: str, names: dict[str, object]) -> dict[str, object]:
    try:
        exec(compile(code, f"<{name}>", "exec"), names)
    except BaseException as error:
        return {"error": _said(error)}
    return {}


def _look(name: str, names: dict[str, object]) -> dict[str, object]:
    """What a function's arguments are called; whether there is one."""
    function = names.get(name)
    if not callable(function):
        return {"callable": False}
    try:
        parameters = [
            [each.name, int(each.kind), each.default is not each.empty]
            for each in inspect.signature(function).parameters.values()
        ]
    except Exception:
        parameters = None
    return {"callable": True, "parameters": parameters}


def _call(name: str, sent: object, names: dict[str, object]) -> dict[str, object]:
    arguments = unpack(sent)
    try:
        with np.errstate(all="ignore"):
            answer = names[name](*arguments)
            if isinstance(answer, types.GeneratorType):
                return {"answer": pack(answer), "after": pack(arguments)}
            packed = pack(answer)
        return {"answer": packed, "after": pack(arguments)}
    except BaseException as error:
        return {"error": _said(error)}


def _said(error: BaseException) -> list[str]:
    text = "?"
    with contextlib.suppress(Exception):
        text = str(error)
    return [type(error).__name__[:80], str(text)[:500]]


if __name__ == "__main__":
    main()
