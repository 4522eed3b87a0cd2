"""What a function or a module says of itself, also where Python was told to forget it (`PYTHONOPTIMIZE=2`)."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from types import ModuleType


def docstring(thing: Callable | ModuleType) -> str:
    """A docstring, read from the source where it is not kept; empty where there is none.

    Args:
        thing: a function, a class or a module.
    """
    kept = inspect.getdoc(thing)
    if kept:
        return kept
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(thing)))
    except (OSError, TypeError):  # only bytecode is here
        return ""
    return ast.get_docstring(tree if isinstance(thing, ModuleType) else tree.body[0]) or ""
