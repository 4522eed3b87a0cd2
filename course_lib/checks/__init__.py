"""Checks of the exercises: they take the reader's own function and answer at once, in the reader's language.

A check never raises for what a reader wrote: a stub not yet filled in is "not attempted", a mistake is a hint.
"""

from course_lib.checks.core import CheckResult, check

__all__ = ["CheckResult", "check"]
