"""What every test of a check stands on: no earlier failure is remembered."""

from __future__ import annotations

import pytest

from course_lib.checks import core


@pytest.fixture(autouse=True)
def _no_failures_before(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(core, "_failures", {})
