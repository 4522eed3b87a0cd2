"""Proves that the trained encoder's files are those that were published, and that who lacks them is told the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.data import minilm
from course_lib.showing import language

from . import tiny

CONTENTS = {"model.safetensors": bytes(range(256)) * 8, "config.json": b"{}", "vocab.txt": b"[PAD]\n"}


@pytest.mark.parametrize("place", ["minilm", "all-MiniLM-L6-v2"])
def test_the_files_are_found_in_the_readers_folder(
    data_folder: Path, cache: Path, use_cards: Callable[..., None], place: str
) -> None:
    use_cards(tiny.several("minilm", CONTENTS))
    folder = data_folder / place
    folder.mkdir()
    for name, content in CONTENTS.items():
        (folder / name).write_bytes(content)
    files = minilm.load()
    assert files == (folder / "model.safetensors", folder / "config.json", folder / "vocab.txt", "folder")
    files.weights.write_bytes(bytes(len(CONTENTS["model.safetensors"])))
    with pytest.raises(DataCorrupt, match=r"model\.safetensors: expected sha256"):
        minilm.load()


def test_they_are_fetched_into_one_folder(
    online: None, no_data_folder: None, cache: Path, use_cards: Callable[..., None]
) -> None:
    with tiny.site(tiny.Behaviour(b"", contents=CONTENTS)) as url:
        use_cards(tiny.several("minilm", CONTENTS, url))
        files = minilm.load()
    assert files.source == "download"
    assert {path.parent for path in files[:3]} == {cache / "minilm"}
    assert files.vocabulary.read_bytes() == CONTENTS["vocab.txt"]


def test_who_cannot_have_them_is_told_where_they_are(cache: Path, no_data_folder: None) -> None:
    with pytest.raises(DataUnavailable, match=r"run `course data fetch minilm`.*COURSE_OFFLINE forbids"):
        minilm.load()
    language.use("zh")
    with pytest.raises(DataUnavailable, match=r"无法取得 model\.safetensors"):
        minilm.load()


def test_the_real_files_are_those_that_were_published(real_data: Path, cache: Path) -> None:
    if not (real_data / "minilm").exists():
        pytest.skip("needs minilm in COURSE_DATA")
    files = minilm.load()
    assert files.source == "folder" and files.weights.stat().st_size == 90_868_376
