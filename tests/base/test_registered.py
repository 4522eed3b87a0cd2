"""Proves that `import course_lib` is enough for Keras to find every class of the library, and that it costs nothing."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys

import keras
import pytest

import course_lib
from course_lib.base import registered


def _registered_classes() -> dict[str, type]:
    found = {}
    for module in pkgutil.walk_packages(course_lib.__path__, "course_lib."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    # What is registered takes the place of what stood there for it.
    for name, value in keras.saving.get_custom_objects().items():
        if name.startswith("course_lib") and isinstance(value, type):
            found[name] = value
    return found


def test_every_registered_class_is_in_the_table_with_its_module():
    found = _registered_classes()
    assert len(found) > 20
    assert {name: each.__module__ for name, each in found.items()} == course_lib._REGISTERED


def _said(code: str) -> str:
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.seconds
def test_keras_and_the_lessons_are_imported_when_they_are_asked_for():
    said = _said(
        "import sys, course_lib\n"
        "print('keras' in sys.modules)\n"
        "import keras\n"
        "objects = keras.saving.get_custom_objects()\n"
        "print(objects['course_lib>MLP'], 'course_lib.mlp' in sys.modules)\n"
        "print(objects['course_lib>MLP'].from_config.__self__.__name__, 'course_lib.vae' in sys.modules)\n"
        "print(objects['course_lib>MLP'] is sys.modules['course_lib.mlp.classifier'].MLP)\n"
        "print([finder for finder in sys.meta_path if 'course_lib' in type(finder).__module__])\n"
        "print(keras.__spec__.loader.exec_module.__func__ is type(keras.__spec__.loader).exec_module)"
    )
    assert said.splitlines() == [
        "False",
        "<course_lib>MLP, in course_lib.mlp.classifier> False",
        "MLP False",
        "True",
        "[]",
        "True",
    ]


def test_a_stand_in_makes_what_its_class_makes_and_is_not_taken_for_it_by_copying():
    stand_in = registered._Later("course_lib>Dropout", "course_lib.mlp.regularisation")
    assert stand_in(0.25).rate == 0.25
    assert stand_in.from_config({"rate": 0.5}).rate == 0.5
    assert stand_in.__name__ == "Dropout"
    assert not hasattr(stand_in, "__deepcopy__")


def test_an_import_that_fails_is_tried_again(tmp_path, monkeypatch):
    module = tmp_path / "comes_late.py"
    module.write_text("raise ImportError('not yet')", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    done = []
    finder = registered._WhenImported("comes_late", lambda: done.append(sys.modules["comes_late"].READY))
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    with pytest.raises(ImportError, match="not yet"):
        importlib.import_module("comes_late")
    assert done == []
    module.write_text("READY = 'ready'", encoding="utf-8")
    importlib.invalidate_caches()
    importlib.import_module("comes_late")
    monkeypatch.delitem(sys.modules, "comes_late")
    assert done == ["ready"]
    assert finder not in sys.meta_path
