"""Languages, settings, metrics, devices and the first line of a lesson: right for good input, clear for bad."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from importlib import resources

import numpy as np
import pytest

import course_lib
from course_lib import devices, errors, language, metrics, session, settings


def test_words_follow_the_language():
    assert language.tr("loss", "损失") == "loss"
    language.use("zh")
    assert (language.current(), language.tr("loss", "损失")) == ("zh", "损失")


def test_an_unknown_language_is_refused_and_changes_nothing():
    with pytest.raises(errors.UsageError, match=r"'fr'.*en, zh"):
        language.use("fr")
    assert language.current() == "en"


PACKAGES = [
    "course_lib",
    *(f"course_lib.{name}" for name in ["attention", "autoencoder", "data", "mlp", "preprocessing", "vae"]),
]


@pytest.mark.parametrize("name", PACKAGES)
def test_the_library_names_what_it_does_not_have(name):
    package = importlib.import_module(name)
    with pytest.raises(AttributeError, match=f"'{name}' has no attribute 'no_such_thing'"):
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


def test_the_data_folder_must_exist(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert settings.data_folder() == tmp_path
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(errors.UsageError, match=r"COURSE_DATA.*nowhere"):
        settings.data_folder()
    monkeypatch.delenv("COURSE_DATA")
    assert settings.data_folder() is None


def test_the_cache_is_where_the_reader_wants_it(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    assert settings.cache_folder() == tmp_path
    monkeypatch.delenv("COURSE_CACHE")
    assert settings.cache_folder().name == "course_lib"


@pytest.mark.parametrize(("given", "meant"), [("1", True), ("YES", True), ("", False), ("0", False), ("no", False)])
def test_offline_is_a_yes_or_a_no(monkeypatch, given, meant):
    monkeypatch.setenv("COURSE_OFFLINE", given)
    assert settings.offline() is meant


def test_offline_is_not_a_guess(monkeypatch):
    monkeypatch.setenv("COURSE_OFFLINE", "perhaps")
    with pytest.raises(errors.UsageError, match="perhaps"):
        settings.offline()


def test_the_checkout_is_found_from_inside_it_and_a_second_one_works_on_itself(monkeypatch, tmp_path):
    for folder in ("chapters", "course_lib", "deep/inside"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path / "deep" / "inside")
    assert settings.repository_root() == tmp_path


def test_accuracy_and_its_standard_error():
    assert metrics.accuracy([1, 0, 1, 1], [1, 1, 1, 0]) == 0.5
    assert metrics.standard_error(0.5, 100) == pytest.approx(0.05)
    draws = np.random.default_rng(0).binomial(400, 0.87, size=20_000) / 400
    assert metrics.standard_error(0.87, 400) == pytest.approx(draws.std(), rel=0.02)


@pytest.mark.parametrize(("labels", "predictions"), [([], []), ([1, 0], [1]), ([[1]], [[1]]), (1, 1)])
def test_accuracy_needs_two_lists_of_one_length(labels, predictions):
    with pytest.raises(ValueError, match="shape"):
        metrics.accuracy(labels, predictions)


@pytest.mark.parametrize(
    ("value", "examples", "named"), [(1.2, 10, "accuracy"), (-0.1, 10, "accuracy"), (0.5, 0, "examples")]
)
def test_a_standard_error_of_nonsense_is_refused(value, examples, named):
    with pytest.raises(ValueError, match=named):
        metrics.standard_error(value, examples)


def test_an_error_of_a_lesson_names_file_and_line():
    error = errors.SourceError("chapters/01_preprocessing.py", 12, "unknown tag")
    assert str(error) == "chapters/01_preprocessing.py:12: unknown tag"


def test_every_error_has_an_exit_code_scripts_can_tell_apart():
    codes = {kind.__name__: kind.exit_code for kind in (errors.CourseError, errors.UsageError, errors.DataUnavailable)}
    assert codes == {"CourseError": 1, "UsageError": 2, "DataUnavailable": 3}
    assert errors.EnvironmentProblem.exit_code == 4


def test_the_first_line_of_a_lesson_says_what_it_runs_on(capsys):
    course_lib.start(chapter=1, language="zh")
    line = capsys.readouterr().out.strip()
    assert line.count("\n") == 0
    assert line.startswith("Keras 3.")
    assert devices.backend_name() in line
    assert "规模 smoke" in line


def test_a_lesson_starts_from_the_same_random_numbers(capsys):
    import keras

    course_lib.start(chapter=1)
    first = np.random.rand(), float(keras.random.normal((), seed=keras.random.SeedGenerator()))
    course_lib.start(chapter=1)
    assert (np.random.rand(), float(keras.random.normal((), seed=keras.random.SeedGenerator()))) == first


_START = """
import os, sys
import course_lib
course_lib.start(1)
print("jax" in sys.modules)
import jax
print(jax.__name__)
"""


@pytest.mark.slow
@pytest.mark.own_backend
@pytest.mark.parametrize(
    ("settings", "backend"), [("{}", "TensorFlow"), ('{"backend": "jax"}', "JAX"), ("[", "TensorFlow")]
)
def test_a_lesson_on_tensorflow_does_without_jax_where_nobody_chose_it(tmp_path, settings, backend):
    pytest.importorskip("jax")
    (tmp_path / "keras.json").write_text(settings, encoding="utf-8")
    environment = {**os.environ, "KERAS_HOME": str(tmp_path)}
    environment.pop("KERAS_BACKEND", None)
    done = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, check=True, env=environment)
    first, loaded, usable = done.stdout.splitlines()
    assert backend in first
    assert loaded == str(backend == "JAX")
    assert usable == "jax"


def test_a_lesson_in_an_unknown_language_does_not_start():
    with pytest.raises(errors.UsageError, match="'fr'"):
        course_lib.start(chapter=1, language="fr")


def test_the_backend_is_named_with_its_version():
    name, version = devices.backend_name().split(" ")
    assert name in {"TensorFlow", "JAX", "PyTorch"}
    assert version[0].isdigit()


@pytest.mark.parametrize(
    ("written", "backend"),
    [
        (b'{"backend": "jax"}', "jax"),
        (b'{"backend": "theano"}', "theano"),
        (b'{"backend": null}', "tensorflow"),
        (b"{}", "tensorflow"),
        (b"[]", "tensorflow"),
        (b"not JSON", "tensorflow"),
        (b"\xff", "tensorflow"),
        (None, "tensorflow"),
    ],
)
def test_the_backend_to_come_is_that_of_the_environment_then_of_the_readers_keras_settings(
    written, backend, tmp_path, monkeypatch
):
    if written is not None:
        (tmp_path / "keras.json").write_bytes(written)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_BACKEND", "")
    assert devices.configured_backend() == backend
    monkeypatch.delenv("KERAS_BACKEND")
    assert devices.configured_backend() == backend
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert devices.configured_backend() == "torch"


def test_the_readers_keras_settings_are_in_the_home_folder_unless_said_otherwise(tmp_path, monkeypatch):
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text('{"backend": "jax"}', encoding="utf-8")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert devices.configured_backend() == "jax"
    monkeypatch.setenv("KERAS_HOME", "~/.keras")
    assert devices.configured_backend() == "jax"
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert devices.configured_backend() == "tensorflow"


def test_cores_are_those_this_process_may_use():
    assert 1 <= devices.cores() <= (os.cpu_count() or 1)


def test_where_fewer_cores_are_allowed_fewer_are_counted(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0}, raising=False)
    assert devices.cores() == 1


def test_the_recorded_cost_is_read_in_minutes_and_gigabytes(monkeypatch, tmp_path):
    (tmp_path / "measured.json").write_text(json.dumps({"03": {"quick": {"seconds": 90, "peak_memory_mb": 1100}}}))
    monkeypatch.setattr(resources, "files", lambda package: tmp_path)
    assert session.recorded_cost(3, "quick") == (1.5, 1.1)
    assert session.recorded_cost(3, "full") is None
    assert session.recorded_cost(4, "quick") is None
