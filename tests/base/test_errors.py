"""Proves that errors say where, and that scripts can tell them apart."""

from __future__ import annotations

from course_lib.base import errors


def test_an_error_of_a_lesson_names_file_and_line():
    error = errors.SourceError("chapters/01_preprocessing.py", 12, "unknown tag")
    assert str(error) == "chapters/01_preprocessing.py:12: unknown tag"


def test_every_error_has_an_exit_code_scripts_can_tell_apart():
    codes = {kind.__name__: kind.exit_code for kind in (errors.CourseError, errors.UsageError, errors.DataUnavailable)}
    assert codes == {"CourseError": 1, "UsageError": 2, "DataUnavailable": 3}
    assert errors.EnvironmentProblem.exit_code == 4
