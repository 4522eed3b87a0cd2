"""The recorded translations of lesson 06 come again, from the raw sentences, within their ranges."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_lib.transformer import study

pytestmark = pytest.mark.benchmark


def test_a_recorded_translator_comes_again(real_data: Path) -> None:
    assert study.recorded_translations()
    assert study.main(["--cuts", "words-characters", "--seeds", "1"]) == 0
