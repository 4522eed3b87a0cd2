"""Classes that Keras finds by their registered names before anything has imported them, so that saved models open."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Collection, Mapping


class _Later:
    """Stands under a class's registered name until its module is imported; the class itself then takes the place.

    Args:
        registered_name: the name.
        module: where the class is.
    """

    def __init__(self, registered_name: str, module: str) -> None:
        self._registered_name, self._module = registered_name, module

    def _real(self) -> type:
        from keras.saving import get_custom_objects

        importlib.import_module(self._module)
        return get_custom_objects()[self._registered_name]

    # What Keras asks for is `from_config`; whoever gets hold of the stand-in otherwise need not know that it is one.
    def __getattr__(self, name: str) -> object:
        # Who copies or pickles something asks for these, and means the stand-in; only names of the class lead to it.
        if name.startswith("__") and name.endswith("__") and name not in ("__name__", "__qualname__"):
            raise AttributeError(name)
        return getattr(self._real(), name)

    def __call__(self, *arguments: object, **options: object) -> object:
        return self._real()(*arguments, **options)

    def __repr__(self) -> str:
        return f"<{self._registered_name}, in {self._module}>"


class _WhenImported:
    """A finder of modules (PEP 451) that does something once, as soon as a module has been imported.

    wrapt's `register_post_import_hook` does the same, but importing wrapt takes longer than importing this library may.

    Args:
        name: the module's name.
        do: what to do.
    """

    def __init__(self, name: str, do: Callable[[], None]) -> None:
        self._name, self._do = name, do

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        if name != self._name:
            return None
        others = (finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec"))
        spec = next((found for finder in others if (found := finder.find_spec(name, path, target))), None)
        if spec is None or spec.loader is None:
            return spec
        loader, exec_module = spec.loader, spec.loader.exec_module

        def exec_and_do(module: object) -> None:
            # An import that fails leaves the finder where it is, for the next attempt.
            loader.exec_module = exec_module
            exec_module(module)
            if self in sys.meta_path:
                sys.meta_path.remove(self)
            self._do()

        loader.exec_module = exec_and_do
        return spec


def offer(package: str, classes: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Let Keras find classes under their registered names; nothing is imported until it asks for one.

    Args:
        package: the package, which is also what they are registered under where nothing else is said.
        classes: by module of the package, what the classes are called: `"MLP"`, or in full `"course_lib.vae>VAE"`.

    Returns:
        By registered name, the module.
    """
    home = {
        name if ">" in name else f"{package}>{name}": f"{package}.{module}"
        for module, names in classes.items()
        for name in names
    }

    def put_in() -> None:
        from keras.saving import get_custom_objects

        known = get_custom_objects()
        for name, module in home.items():
            known.setdefault(name, _Later(name, module))

    if "keras" in sys.modules:
        put_in()
    else:
        sys.meta_path.insert(0, _WhenImported("keras", put_in))
    return home
