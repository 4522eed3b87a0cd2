"""What the tests of the data layer share: the tiny IMDB, a net that answers, and no memory of earlier tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.data import download, registry, samples

from . import tiny


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sample is in use, the net has not failed yet, and a second try comes at once."""
    monkeypatch.setattr(samples, "_in_use", set())
    monkeypatch.setattr(download, "_silent_since", None)
    monkeypatch.setattr(download, "PAUSE_SECONDS", 0.0)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    """Downloads are allowed; the tests that ask for this publish on this machine."""
    monkeypatch.setenv("COURSE_OFFLINE", "0")


@pytest.fixture
def use_cards(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A function that puts cards into the registry for one test."""

    def use(*cards: registry.Card) -> None:
        changed = tiny.only(*cards)
        monkeypatch.setattr(registry, "_read", lambda: changed)

    return use


@pytest.fixture
def tiny_imdb(data_folder: Path, cache: Path, use_cards: Callable[..., None]) -> Path:
    """The tiny IMDB in `COURSE_DATA`, packed; an empty cache."""
    path = data_folder / "imdb" / tiny.ARCHIVE
    path.parent.mkdir()
    path.write_bytes(tiny.pack(tiny.files()))
    use_cards(tiny.card())
    return path


@pytest.fixture
def downloaded_imdb(cache: Path, no_data_folder: None, use_cards: Callable[..., None]) -> Path:
    """The tiny IMDB in the cache, packed, as a download leaves it."""
    content = tiny.pack_once()
    use_cards(tiny.card(content))
    path = cache / "imdb" / tiny.ARCHIVE
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path
