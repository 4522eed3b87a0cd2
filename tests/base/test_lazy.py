"""Proves that every promised name is there, is imported when it is first used, and that no other name is."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

PACKAGES = [
    "course_lib",
    *(f"course_lib.{name}" for name in ["attention", "autoencoder", "data", "mlp", "preprocessing", "vae"]),
]


@pytest.mark.parametrize("name", PACKAGES)
def test_the_library_names_what_it_does_not_have(name):
    package = importlib.import_module(name)
    with pytest.raises(AttributeError, match=rf"\b{name}\b.* no_such_thing"):
        _ = package.no_such_thing


@pytest.mark.parametrize("name", PACKAGES)
def test_everything_the_library_promises_is_there(name):
    package = importlib.import_module(name)
    assert package.__all__
    for promised in package.__all__:
        assert getattr(package, promised)
    assert set(package.__all__) <= set(dir(package))


def test_names_are_imported_when_they_are_first_used():
    names = (
        "course_lib, course_lib.attention, course_lib.data, course_lib.mlp, course_lib.preprocessing, course_lib.vae"
    )
    listed = "print([name for name in ('keras', 'numpy', 'sklearn', 'matplotlib') if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {names}; {listed}; course_lib.tr; {listed}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["[]", "[]"]
