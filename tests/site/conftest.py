"""The small site of `example_site`, built once."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of a finished site with one lesson."""
    import example_site

    return example_site.finished()
