"""Proves that the stop words are NLTK's where they can be had, and that a list that stands in for them says so."""

from __future__ import annotations

import dataclasses
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib import data
from course_lib.base.errors import DataCorrupt
from course_lib.data import registry, stopwords
from course_lib.showing import language

from . import tiny

WORDS = [f"word{number}" for number in range(120)]


def _zip(path: Path, content: bytes, name: str = "stopwords/english") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("stopwords/german", "der\n")
        archive.writestr(name, content)
    return path


@pytest.mark.parametrize("place", registry.card("stopwords").local)
def test_the_english_list_is_read_at_each_of_its_places(data_folder: Path, cache: Path, place: str) -> None:
    _zip(data_folder / place, "\n".join(WORDS).encode())
    words = stopwords.load()
    assert words == frozenset(WORDS) and words.source == "nltk"


def test_scikit_learns_list_stands_in_and_says_so(
    cache: Path, no_data_folder: None, capsys: pytest.CaptureFixture[str]
) -> None:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    words = stopwords.load()
    assert words == ENGLISH_STOP_WORDS and words.source == "scikit-learn"
    shown = capsys.readouterr().out
    assert "scikit-learn's list stands in (318 words)" in shown and "COURSE_OFFLINE forbids" in shown
    language.use("zh")
    stopwords.load()
    assert "改用 scikit-learn 的词表" in capsys.readouterr().out
    # It is a list as good as the other, no sample of the course.
    assert data.samples_in_use() == frozenset()


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"the\nof\n", "stopwords/english", "expected at least 100 lower-case words, got 2"),
        ("\n".join([*WORDS, "The"]).encode(), "stopwords/english", "lower-case"),
        ("\n".join([*WORDS, "é"]).encode("latin-1"), "stopwords/english", "not UTF-8"),
        (b"x", "stopwords/englisch", "has no file 'stopwords/english'"),
        (b"x", "../stopwords/english", "leads out of the archive"),
    ],
)
def test_an_archive_in_the_readers_folder_that_is_not_nltks_is_refused(
    data_folder: Path, cache: Path, content: bytes, name: str, message: str
) -> None:
    _zip(data_folder / "stopwords.zip", content, name)
    with pytest.raises(DataCorrupt, match=message):
        stopwords.load()


def test_the_list_is_fetched_and_a_damaged_copy_is_fetched_again(
    online: None, no_data_folder: None, cache: Path, use_cards: Callable[..., None], tmp_path: Path
) -> None:
    behaviour = tiny.Behaviour(_zip(tmp_path / "good.zip", "\n".join(WORDS).encode()).read_bytes())
    with tiny.site(behaviour) as url:
        card = registry.card("stopwords")
        use_cards(dataclasses.replace(card, file=dataclasses.replace(card.file, url=url)))
        assert stopwords.load().source == "nltk"
        (cache / "stopwords" / "stopwords.zip").write_bytes(b"PK")
        assert stopwords.load() == frozenset(WORDS)
        assert len(behaviour.ranges) == 2
        shutil.rmtree(cache / "stopwords")
        behaviour.status = 404
        assert stopwords.load().source == "scikit-learn"


def test_the_words_keep_their_source_when_a_process_hands_them_to_another() -> None:
    words = stopwords.StopWords(WORDS, "nltk")
    again = pickle.loads(pickle.dumps(words))
    assert again == words and again.source == "nltk"


def test_nltks_real_list_is_read(real_data: Path, cache: Path) -> None:
    words = stopwords.load()
    assert words.source == "nltk" and len(words) == 179
    assert {"the", "not", "don't"} <= words and "film" not in words
