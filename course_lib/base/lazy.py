"""Names that a package offers and imports when they are first used (PEP 562), so that importing it is instant."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Mapping


def offer(
    package: str, names: Mapping[str, Collection[str]], modules: Collection[str] = ()
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """What a package's `__init__.py` assigns to `__getattr__`, `__dir__` and `__all__`.

    Args:
        package: its `__name__`.
        names: by module of the package, what is offered of it.
        modules: modules of the package that are offered themselves.

    Returns:
        The two functions, and the names in the order of the alphabet.
    """
    home = {name: f"{package}.{module}" for module, offered in names.items() for name in offered}
    everything = sorted((*home, *modules))

    def get(name: str) -> object:
        if name in home:
            return getattr(importlib.import_module(home[name]), name)
        if name in modules:
            return importlib.import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def names_there() -> list[str]:
        return sorted({*vars(importlib.import_module(package)), *everything})

    return get, names_there, everything
