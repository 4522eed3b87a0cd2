"""Proves that `course doctor` sees what is there and what is missing, names the line that mends it, starts nothing."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.base.errors import UsageError
from course_lib.cli import examination
from course_lib.publishing import memory
from course_lib.showing import plots

from .conftest import Answer

Course = Callable[..., Answer]


def test_everything_the_course_needs_is_here(course: Course, cache: Path, no_data_folder: None) -> None:
    answer = course("doctor")
    assert answer.code == 0, answer.out + answer.err
    for name in ("Python", "packages", "backend", "machine", "cache", "disk", "data imdb", "accelerator", "Chromium"):
        assert f" {name} " in answer.out
    assert "→ course data fetch imdb\n" in answer.out
    assert "\x1b" not in answer.out


def test_json_holds_the_same_findings(course: Course, cache: Path) -> None:
    findings = json.loads(course("doctor", "--json").out)
    assert {tuple(sorted(one)) for one in findings} == {("mend", "name", "says", "status")}
    assert {one["status"] for one in findings} <= {"fine", "optional", "missing"}
    assert len(findings) > 8


def test_whatever_is_not_fine_comes_with_its_mend(cache: Path, no_data_folder: None) -> None:
    findings = examination.examine()
    assert [one.name for one in findings if one.status != "fine" and not one.mend] == []


def test_a_missing_thing_is_named_and_leaves_with_4(
    course: Course, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    answer = course("doctor")
    assert answer.code == 4
    assert answer.err == "error: the course cannot run here yet: mend Python\n"
    assert "the course needs 3.11 to 3.13" in answer.out


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9), (3, 13, 1)])
def test_the_supported_pythons_are_fine(version: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    assert examination.python().status == "fine"


def test_a_python_too_new_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    assert examination.python().status == "missing"


def _pretend_versions(monkeypatch: pytest.MonkeyPatch, pretended: dict[str, str | None]) -> None:
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name not in pretended:
            return real(name)
        if pretended[name] is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return pretended[name]

    monkeypatch.setattr(importlib.metadata, "version", version)


def test_a_package_of_a_wrong_version_is_missing_and_a_mend_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend_versions(monkeypatch, {"keras": "3.16.0", "nltk": None})
    (finding, *_) = examination.packages()
    assert finding.status == "missing"
    assert "keras 3.16.0 (needs <3.16,>=3.13)" in finding.says
    assert "nltk not installed" in finding.says
    assert finding.mend.startswith("python -m pip install")


def test_a_package_that_only_the_site_needs_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend_versions(monkeypatch, {"ziamath": None})
    packages, site = examination.packages()
    assert packages.status == "fine"
    assert (site.name, site.status) == ("site", "optional")
    assert "ziamath" in site.says


@pytest.mark.parametrize(("chosen", "status"), [("tensorflow", "fine"), ("", "fine"), ("theano", "missing")])
def test_the_backend_is_the_one_that_keras_would_take(
    chosen: str, status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", chosen)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    finding = examination.backend()
    assert finding.status == status
    if status == "fine":
        assert finding.says.startswith("TensorFlow 2.")


def test_the_backend_of_the_readers_keras_settings_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "keras.json").write_text('{"backend": "theano"}', encoding="utf-8")
    assert "'theano' is no backend" in examination.backend().says


def test_a_backend_that_is_not_installed_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    monkeypatch.setattr(examination.importlib.util, "find_spec", lambda name: None)
    finding = examination.backend()
    assert (finding.status, finding.mend) == ("missing", 'python -m pip install -c requirements.lock -e ".[torch]"')


def test_a_cache_that_cannot_be_written_is_told_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("COURSE_CACHE", str(blocked / "cache"))
    finding = examination.cache()
    assert finding.status == "optional"
    assert "COURSE_CACHE" in finding.mend


def test_looking_at_the_cache_does_not_make_it(cache: Path) -> None:
    assert examination.cache().status == "fine"
    assert not cache.exists()


def test_little_disk_and_little_memory_are_told(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "DISK_GB", 1e9)
    monkeypatch.setattr(examination, "MEMORY_GB", 1e9)
    assert examination.disk().status == examination.cores_and_memory().status == "optional"


def test_data_sets_in_a_wrong_folder_are_told(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA", "nowhere")
    answer = course("doctor")
    assert answer.code == 4
    assert "COURSE_DATA names 'nowhere'" in answer.out


@pytest.mark.skipif(os.name != "posix", reason="the pretended tool is a shell script")
def test_a_gpu_is_told_with_the_way_to_use_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA H100'\n", encoding="utf-8")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    _pretend_versions(monkeypatch, {"jax-cuda12-plugin": None, "jax-cuda13-plugin": None})
    finding = examination.accelerators()
    assert finding.status == "optional"
    assert "NVIDIA H100" in finding.says
    assert ".[gpu]" in finding.mend
    assert "KERAS_BACKEND=jax" in finding.mend
    _pretend_versions(monkeypatch, {"jax-cuda12-plugin": "0.10.2"})
    assert examination.accelerators().status == "fine"
    tool.write_text("#!/bin/sh\nexit 9\n", encoding="utf-8")
    assert examination.nvidia_gpus() == []


@pytest.mark.parametrize("device", [True, False])
@pytest.mark.parametrize("package", [True, False])
def test_a_tpu_is_told_with_the_way_to_use_it(
    device: bool, package: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its driver shows a file of the machine; a hosted notebook has the package alone."""
    monkeypatch.setattr(examination, "nvidia_gpus", list)
    monkeypatch.setattr(examination, "Path", lambda place: tmp_path if place == "/dev" else Path(place))
    if device:
        (tmp_path / "accel0").touch()
    found = examination.importlib.util.find_spec
    monkeypatch.setattr(
        examination.importlib.util, "find_spec", lambda name: package or None if name == "libtpu" else found(name)
    )
    _pretend_versions(monkeypatch, {"libtpu": "0.0.30" if package else None})
    finding = examination.accelerators()
    assert finding.status == ("optional" if device and not package else "fine")
    assert ("TPU" in finding.says) == (device or package)
    assert ("none" in finding.says) == (not device and not package)
    assert (".[tpu]" in (finding.mend or "")) == (device and not package)


def test_without_a_chinese_font_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "chinese_font", lambda: None)
    finding = examination.chinese_font()
    assert finding.status == "optional"
    assert finding.mend


def test_chromium_is_found_by_name_by_place_or_where_the_reader_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COURSE_CHROMIUM", raising=False)
    monkeypatch.setattr(examination.shutil, "which", lambda name: None)
    monkeypatch.setattr(examination, "_CHROMIUM_PLACES", ())
    assert examination.find_chromium() is None
    assert examination.chromium().status == "optional"
    program = tmp_path / "Chromium"
    program.write_text("", encoding="utf-8")
    monkeypatch.setattr(examination, "_CHROMIUM_PLACES", (str(tmp_path / "no"), str(program)))
    assert examination.find_chromium() == str(program)
    monkeypatch.setattr(examination.shutil, "which", lambda name: f"/bin/{name}" if name == "google-chrome" else None)
    assert examination.find_chromium() == "/bin/google-chrome"
    monkeypatch.setenv("COURSE_CHROMIUM", str(program))
    assert examination.find_chromium() == str(program)
    monkeypatch.setenv("COURSE_CHROMIUM", str(tmp_path / "no"))
    with pytest.raises(UsageError, match="COURSE_CHROMIUM names"):
        examination.find_chromium()


def test_the_examination_starts_no_backend() -> None:
    code = (
        "import sys\nfrom course_lib.cli import examination\nexamination.examine()\n"
        "print(sorted({'keras', 'tensorflow', 'jax', 'torch', 'sklearn', 'sphinx'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[2]
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert answer.stdout.strip() == "[]"


def test_in_a_container_only_what_its_limit_leaves_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free_gigabytes", lambda: 1.1)
    found = examination.cores_and_memory()
    assert found.status == "optional" and "1.1 GB of it free" in found.says
