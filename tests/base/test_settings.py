"""Proves that folders and switches are read as the reader means them, and that a guess is never made."""

from __future__ import annotations

import pytest

from course_lib.base import errors, settings


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


def test_another_checkout_is_one_with_a_library_of_its_own(tmp_path):
    ours = settings.library_folder().parent
    assert settings.other_checkout(ours / "chapters" / "en") is None
    (tmp_path / "pyproject.toml").touch()
    for folder in ("chapters", "course_lib/base"):
        (tmp_path / folder).mkdir(parents=True)
    assert settings.other_checkout(tmp_path / "chapters") is None  # a folder of the same names, and no library
    (tmp_path / "course_lib" / "base" / "settings.py").touch()
    assert settings.other_checkout(tmp_path / "chapters") == tmp_path
