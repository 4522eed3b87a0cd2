"""Proves that Tiny Shakespeare is the published file and nothing else, and that tales stand in for it."""

from __future__ import annotations

import dataclasses
import hashlib
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib import data
from course_lib.base.errors import DataCorrupt, DataUnavailable, UsageError
from course_lib.data import registry, shakespeare, tales

from . import tiny

PLAY = "First Citizen:\nBefore we proceed any further, hear me speak.\n\nAll:\nSpeak, speak.\n"


def _card(url: str = "http://127.0.0.1:9/input.txt") -> registry.Card:
    card, content = registry.card("tinyshakespeare"), PLAY.encode()
    sha256 = hashlib.sha256(content).hexdigest()
    return dataclasses.replace(card, file=dataclasses.replace(card.file, url=url, size=len(content), sha256=sha256))


@pytest.fixture
def place(data_folder: Path, cache: Path, use_cards: Callable[..., None]) -> Path:
    """Where two speeches lie in `COURSE_DATA`."""
    use_cards(_card())
    (data_folder / "tinyshakespeare").mkdir()
    return data_folder / "tinyshakespeare" / "input.txt"


@pytest.mark.parametrize("content", [PLAY, PLAY.replace("\n", "\r\n"), f"\ufeff{PLAY}"])
def test_it_is_read_whatever_the_ends_of_its_lines(place: Path, content: str) -> None:
    place.write_bytes(content.encode())
    text = shakespeare.load()
    assert text == PLAY and isinstance(text, str) and text.source == "folder"
    assert pickle.loads(pickle.dumps(text)).source == "folder"


@pytest.mark.parametrize("content", [PLAY[:-5], "", "<html>log in</html>"])
def test_another_file_is_refused(place: Path, content: str) -> None:
    place.write_text(content)
    with pytest.raises(DataCorrupt, match=rf"expected {len(PLAY)} characters, got {len(content)}.*COURSE_DATA"):
        shakespeare.load()


def test_it_is_fetched_and_a_damaged_copy_is_fetched_again(
    online: None, no_data_folder: None, cache: Path, use_cards: Callable[..., None]
) -> None:
    behaviour = tiny.Behaviour(PLAY.encode())
    with tiny.site(behaviour) as url:
        use_cards(_card(url))
        assert [shakespeare.load().source for _ in range(2)] == ["download", "cache"]
        (cache / "tinyshakespeare" / "input.txt").write_text(PLAY.lower())
        assert shakespeare.load() == PLAY and len(behaviour.ranges) == 2


def test_the_tales_stand_in_and_say_so(cache: Path, no_data_folder: None, capsys: pytest.CaptureFixture[str]) -> None:
    text = shakespeare.load()
    assert text.source == "sample" and data.samples_in_use() == {"tinyshakespeare"}
    assert all(tale.text in text for tale in tales.load())
    assert "⚠ SAMPLE DATA" in capsys.readouterr().out
    assert shakespeare.load(sample="only") == text
    with pytest.raises(DataUnavailable, match=r"input\.txt is neither"):
        shakespeare.load(sample="never")
    with pytest.raises(UsageError, match="unknown choice of sample"):
        shakespeare.load(sample="maybe")


def test_the_real_file_is_the_published_one(real_data: Path, cache: Path) -> None:
    text = shakespeare.load(sample="never")
    assert len(text) == 1_115_394 and len(set(text)) == 65
    assert text.startswith("First Citizen:\nBefore we proceed")
    assert hashlib.sha256(text.encode()).hexdigest() == registry.card("tinyshakespeare").file.sha256
