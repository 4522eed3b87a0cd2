"""Proves that a vocabulary numbers words by how often they occur, knows what it lacks, and survives its file."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from course_lib.preprocessing import Vocabulary, tokenize

from .samples import film_reviews

LISTS = [["the", "film", "the"], [], ["a", "film", "!", "the"], ["zebra", "a"]]


def test_the_most_frequent_words_come_first_and_equals_by_the_alphabet() -> None:
    assert Vocabulary.build(LISTS).words == ["[PAD]", "[UNK]", "the", "a", "film", "!", "zebra"]


def test_reviews_are_counted_as_a_counter_counts_them() -> None:
    lists = [tokenize(text) for text in film_reviews()]
    counts = Counter(token for tokens in lists for token in tokens)
    vocabulary = Vocabulary.build(lists, max_size=500, min_count=2)
    assert len(vocabulary) == 500 == len(vocabulary.words)
    expected = sorted(counts, key=lambda word: (-counts[word], word))[:498]
    assert vocabulary.words[2:] == expected and min(counts[word] for word in expected) >= 2


def test_the_order_of_the_texts_does_not_matter() -> None:
    shuffled = [list(tokens) for tokens in LISTS]
    random.Random(0).shuffle(shuffled)
    assert Vocabulary.build(shuffled) == Vocabulary.build(LISTS)
    assert (
        Vocabulary.build(iter(LISTS))
        == Vocabulary.build(LISTS)
        == Vocabulary.from_counts({"zebra": 1, "!": 1, "film": 2, "a": 2, "the": 3})
    )


@pytest.mark.parametrize(("size", "words"), [(2, 0), (3, 1), (5, 3), (7, 5), (8, 5), (None, 5)])
def test_the_largest_size_counts_the_two_special_words(size: int | None, words: int) -> None:
    assert len(Vocabulary.build(LISTS, max_size=size)) == words + 2


def test_rare_words_are_left_out() -> None:
    assert Vocabulary.build(LISTS, min_count=2).words[2:] == ["the", "a", "film"]
    assert Vocabulary.build(LISTS, min_count=3).words[2:] == ["the"]
    assert Vocabulary.build(LISTS, min_count=4).words[2:] == []
    assert Vocabulary.build(LISTS, max_size=4, min_count=2).words[2:] == ["the", "a"]


def test_words_become_ids_and_ids_words() -> None:
    vocabulary = Vocabulary(["film", "good"])
    assert vocabulary.encode(["good", "film", "dull", "[UNK]", "[PAD]"]) == [3, 2, 1, 1, 0]
    assert vocabulary.decode([3, 2, 1, 0]) == ["good", "film", "[UNK]", "[PAD]"]
    assert vocabulary.decode(np.array([2], dtype=np.int32)) == ["film"]
    assert vocabulary.decode(index for index in (2, 3)) == ["film", "good"]
    assert vocabulary.encode([]) == vocabulary.decode([]) == []
    assert vocabulary.encode(token for token in ["film"]) == [2]


def test_a_vocabulary_knows_its_words() -> None:
    vocabulary = Vocabulary(["film"])
    assert len(vocabulary) == 3
    assert "film" in vocabulary and "[UNK]" in vocabulary and "good" not in vocabulary and 2 not in vocabulary
    assert vocabulary == Vocabulary(["film"])
    assert vocabulary != Vocabulary(["good"]) and vocabulary != ["[PAD]", "[UNK]", "film"]
    assert repr(Vocabulary(map(str, range(9_999)))) == "Vocabulary(10,001 words: [PAD], [UNK], 0, 1, 2, 3, …)"
    with pytest.raises(TypeError, match="unhashable"):
        hash(vocabulary)


def test_special_words_in_the_texts_are_no_words_of_their_own() -> None:
    assert Vocabulary.build([["[PAD]", "[UNK]", "film"]]).words == ["[PAD]", "[UNK]", "film"]


def test_a_saved_vocabulary_comes_back(tmp_path: Path) -> None:
    vocabulary = Vocabulary(["film", "don't", "很", "👍🏽", "é", '"', "\\"])
    path = tmp_path / "vocabulary.json"
    vocabulary.save(path)
    assert Vocabulary.load(path) == vocabulary
    assert Vocabulary.load(str(path)).encode(["很", "\\", "x"]) == [4, 8, 1]
    assert "很" in path.read_text(encoding="utf-8")  # a reader can read it


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '["film"]', '"film"', "3"])
def test_a_file_that_holds_no_vocabulary_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content)
    with pytest.raises(
        ValueError, match=r"^path names '.*broken.json', which holds no vocabulary; allowed: a file `save`"
    ):
        Vocabulary.load(path)


def test_a_file_that_is_not_there_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Vocabulary.load(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Vocabulary("film"), TypeError, r"^words is one str, 'film'; allowed: a list of words$"),
        (lambda: Vocabulary(["film", 3]), TypeError, r"^words holds 3 of type int; allowed: str$"),
        (lambda: Vocabulary(["a", "b", "a"]), ValueError, r"^words holds 'a' twice; allowed: each word once, without"),
        (lambda: Vocabulary(["[UNK]"]), ValueError, r"^words holds '\[UNK\]' twice; .* without \[PAD\] and \[UNK\]$"),
        (lambda: Vocabulary.build("film"), TypeError, r"^token_lists is one str, 'film'"),
        (lambda: Vocabulary.build(["film"]), TypeError, r"^token_lists holds what is one str, 'film'"),
        (lambda: Vocabulary.build(LISTS, max_size=1), ValueError, r"^max_size is 1; allowed: 2 or more$"),
        (lambda: Vocabulary.build(LISTS, min_count=0), ValueError, r"^min_count is 0; allowed: 1 or more$"),
        (lambda: Vocabulary.build(LISTS, max_size=5.0), TypeError, r"^max_size is 5.0 of type float; allowed: a whole"),
        (lambda: Vocabulary(["a"]).encode("a"), TypeError, r"^tokens is one str, 'a'"),
        (lambda: Vocabulary(["a"]).decode([3]), ValueError, r"^ids holds ids from 3 to 3; allowed: 0 to 2$"),
        (lambda: Vocabulary(["a"]).decode([0, -1]), ValueError, r"^ids holds ids from -1 to 0; allowed: 0 to 2$"),
        (lambda: Vocabulary(["a"]).decode([1.0]), TypeError, r"^ids holds values of type float64; allowed: whole"),
        (lambda: Vocabulary(["a"]).decode([[]]), TypeError, r"^ids holds values of type float64; allowed: whole"),
        (lambda: Vocabulary(["a"]).decode(["a"]), TypeError, r"^ids holds values of type <U1; allowed: whole numbers$"),
    ],
)
def test_what_is_wrong_is_named(call, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_full_disk_leaves_the_saved_vocabulary_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "words.json"
    Vocabulary.build([["film"]]).save(path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space left"):
        Vocabulary.build([["book"]]).save(path)
    assert "film" in Vocabulary.load(path)
    assert list(tmp_path.iterdir()) == [path]
