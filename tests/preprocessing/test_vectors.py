"""Word vectors in use: neighbours and analogies equal gensim's; files come back exactly, bad lines are named."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors

from course_lib.preprocessing.vectors import analogy, cosine_similarity, load_vectors, nearest, save_vectors

WORDS = [f"word{number}" for number in range(40)]


@pytest.fixture
def vectors() -> np.ndarray:
    """Forty vectors of very different lengths, so that a scalar product would find other neighbours than a cosine."""
    random = np.random.default_rng(0)
    return (random.normal(size=(40, 6)) * np.exp(random.uniform(-3, 3, (40, 1)))).astype(np.float32)


@pytest.fixture
def gensims(vectors: np.ndarray) -> KeyedVectors:
    keyed = KeyedVectors(vector_size=6)
    keyed.add_vectors(WORDS, vectors)
    return keyed


def assert_same(found: list[tuple[str, float]], expected: list[tuple[str, float]]) -> None:
    assert [word for word, _ in found] == [word for word, _ in expected]
    np.testing.assert_allclose([number for _, number in found], [number for _, number in expected], rtol=1e-4)


# --- Neighbours ----------------------------------------------------------------------------------------------------


def test_cosines_equal_a_loop_and_broadcast(vectors):
    a, b = vectors[:5], vectors[5:10]
    expected = [
        sum(float(x) * float(y) for x, y in zip(u, v, strict=True)) / (math.hypot(*u) * math.hypot(*v))
        for u, v in zip(a, b, strict=True)
    ]
    np.testing.assert_allclose(cosine_similarity(a, b), expected, rtol=1e-6)
    np.testing.assert_allclose(cosine_similarity(a, b[0])[0], expected[0], rtol=1e-6)
    assert cosine_similarity(a[:, None], b[None]).shape == (5, 5)


def test_cosines_are_one_zero_and_minus_one_where_they_must_be():
    assert cosine_similarity([3, 0], [5, 0]) == 1
    assert cosine_similarity([3, 0], [0, 5]) == 0
    assert cosine_similarity([3, 0], [-5, 0]) == -1


def test_a_vector_without_length_is_like_nothing():
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(cosine_similarity([[0, 0], [1, 0]], [[1, 2], [0, 0]]), [0, 0])


def test_neighbours_equal_gensims(vectors, gensims):
    for word in WORDS[::7]:
        assert_same(nearest(word, WORDS, vectors, k=12), gensims.most_similar(word, topn=12))


def test_ten_neighbours_are_found_unless_told_otherwise_and_never_more_than_there_are(vectors):
    assert len(nearest("word0", WORDS, vectors)) == 10
    assert len(nearest("word0", WORDS, vectors, k=1)) == 1
    assert len(nearest("word0", WORDS, vectors, k=1000)) == 39
    assert len(analogy("word0", "word1", "word2", WORDS, vectors)) == 10
    assert len(analogy("word0", "word1", "word2", WORDS, vectors, k=1000)) == 37


def test_analogies_equal_gensims(vectors, gensims):
    for a, b, c in [("word1", "word2", "word3"), ("word9", "word30", "word4"), ("word7", "word8", "word39")]:
        expected = gensims.most_similar(positive=[b, c], negative=[a], topn=12)
        assert_same(analogy(a, b, c, WORDS, vectors, k=12), expected)


def test_an_analogy_goes_from_a_to_b_and_not_back():
    words = ["man", "king", "woman", "queen", "servant"]
    plane = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [1, -1, 1]], dtype=np.float32)
    assert analogy("man", "king", "woman", words, plane, k=1)[0][0] == "queen"
    assert analogy("king", "man", "woman", words, plane, k=1)[0][0] == "servant"


def test_padding_and_unknown_words_are_nobodys_neighbours():
    words = ["[PAD]", "[UNK]", "good", "fine", "bad"]
    plane = np.array([[1, 0], [1, 0], [1, 0], [1, 1], [-1, 0]], dtype=np.float32)
    assert [word for word, _ in nearest("good", words, plane)] == ["fine", "bad"]
    assert [word for word, _ in analogy("good", "fine", "bad", words, plane)] == []


def test_a_word_without_length_has_neighbours_at_zero():
    with np.errstate(all="raise"):
        found = nearest("a", ["a", "b"], np.array([[0.0, 0.0], [1.0, 0.0]]))
    assert found == [("b", 0.0)]


def test_words_that_are_not_there_and_sizes_that_do_not_fit_are_refused_by_name(vectors):
    with pytest.raises(ValueError, match=r"'nowhere' is not among the 40 words.*allowed"):
        nearest("nowhere", WORDS, vectors)
    for place in range(3):
        asked = ["word0", "word1", "word2"]
        asked[place] = "nowhere"
        with pytest.raises(ValueError, match=r"'nowhere' is not among"):
            analogy(*asked, WORDS, vectors)
    with pytest.raises(ValueError, match=r"^words has 39 words for 40 vectors; allowed"):
        nearest("word0", WORDS[:39], vectors)
    with pytest.raises(TypeError, match=r"^words is one str"):
        nearest("w", "word", vectors[:4])
    with pytest.raises(ValueError, match=r"^k is 0; allowed"):
        nearest("word0", WORDS, vectors, k=0)
    with pytest.raises(ValueError, match=r"^k is -1; allowed"):
        analogy("word0", "word1", "word2", WORDS, vectors, k=-1)
    with pytest.raises(TypeError, match=r"^k is 2.0"):
        nearest("word0", WORDS, vectors, k=2.0)


# --- Files ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vectors.txt"


def test_saved_vectors_come_back_exactly_and_gensim_reads_the_same(path):
    random = np.random.default_rng(1)
    words = ["film", "电影", "don't", "😀", "8.5", "naïve", "!"]
    vectors = (random.normal(size=(7, 5)) * 10.0 ** random.integers(-30, 30, (7, 5))).astype(np.float32)
    save_vectors(path, words, vectors)
    found, read = load_vectors(path)
    assert found == words and read.dtype == np.float32
    np.testing.assert_array_equal(read, vectors)
    theirs = KeyedVectors.load_word2vec_format(str(path), no_header=True)
    assert theirs.index_to_key == words
    np.testing.assert_array_equal(theirs.vectors, vectors)


def test_a_file_that_gensim_wrote_is_read_with_and_without_its_header(path, vectors, gensims):
    for header in (True, False):
        gensims.save_word2vec_format(str(path), write_header=header)
        found, read = load_vectors(str(path))
        assert found == WORDS
        np.testing.assert_array_equal(read, vectors)


def test_the_file_holds_one_line_per_word_with_single_spaces_and_no_header(path):
    save_vectors(str(path), ["a", "b"], np.array([[1.0, -0.5], [0.25, 3.0]]))
    assert path.read_bytes() == b"a 1.0 -0.5\nb 0.25 3.0\n"


def test_a_vector_of_one_number_is_not_taken_for_a_header(path):
    save_vectors(path, ["1990", "b"], np.array([[7.0], [2.0]]))
    found, read = load_vectors(path)
    assert found == ["1990", "b"] and read.tolist() == [[7.0], [2.0]]


def test_only_the_words_asked_for_are_read_in_the_order_of_the_file(path, vectors):
    save_vectors(path, WORDS, vectors)
    found, read = load_vectors(path, words=iter(["word30", "nowhere", "word2"]))
    assert found == ["word2", "word30"]
    np.testing.assert_array_equal(read, vectors[[2, 30]])
    found, read = load_vectors(path, words=["nowhere"])
    assert found == [] and read.shape == (0, 6)


def test_windows_line_ends_a_last_space_and_words_with_a_space_are_read(path):
    path.write_bytes("a 1 2 3\r\nNew York 4 5 6 \nb\u2028c 7 8 9".encode())
    found, read = load_vectors(path)
    assert found == ["a", "New York", "b\u2028c"]
    np.testing.assert_array_equal(read, np.arange(1, 10).reshape(3, 3))


def test_where_a_word_comes_twice_the_first_line_counts(path):
    path.write_text("a 1 2\nb 3 4\na 5 6\n", encoding="utf-8")
    found, read = load_vectors(path)
    assert found == ["a", "b"] and read.tolist() == [[1, 2], [3, 4]]


def test_an_empty_file_holds_no_vectors(path):
    path.write_bytes(b"")
    found, read = load_vectors(path)
    assert found == [] and read.shape == (0, 0)


@pytest.mark.parametrize("bad", ["b 4 5", "b", "", "b 4 five 6", "7 8 9"], ids=str)
def test_a_bad_line_is_named_with_its_number_and_what_was_expected(path, bad):
    path.write_text(f"a 1 2 3\n{bad}\nc 7 8 9\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"^line 2 of .*vectors\.txt is .*allowed: a word and 3 numbers"):
        load_vectors(path)


@pytest.mark.parametrize("bad", ["b 4 5", "b", ""], ids=str)
def test_a_line_with_too_few_numbers_is_refused_even_where_its_word_was_not_asked_for(path, bad):
    path.write_text(f"a 1 2 3\n{bad}\nc 7 8 9\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"^line 2 of .*vectors\.txt is .*allowed: a word and 3 numbers"):
        load_vectors(path, words=["a", "b", "c"])


def test_a_bad_line_after_a_header_has_the_number_an_editor_shows(path):
    path.write_text("3 2\na 1 2\nb 3 4\nc 5\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"^line 4 of "):
        load_vectors(path)


@pytest.mark.parametrize("word", ["", " ", "New York", "a\tb", "a\n", "a\u00a0b"])
def test_words_that_could_not_be_read_again_are_not_written(path, word):
    with pytest.raises(ValueError, match=r"^words holds .*allowed"):
        save_vectors(path, ["a", word], np.zeros((2, 3)))
    assert not path.exists()


@pytest.mark.parametrize("shape", [(1, 3), (3, 3), (2,), (2, 3, 1)])
def test_vectors_that_do_not_fit_the_words_are_refused(path, shape):
    with pytest.raises(ValueError, match=r"^vectors has the shape .*allowed: \(2, dim\)"):
        save_vectors(path, ["a", "b"], np.zeros(shape))
    assert not path.exists()


def test_one_text_in_place_of_words_is_refused(path):
    with pytest.raises(TypeError, match=r"^words is one str"):
        save_vectors(path, "ab", np.zeros((2, 3)))
    save_vectors(path, ["a", "b"], np.zeros((2, 3)))
    with pytest.raises(TypeError, match=r"^words is one str"):
        load_vectors(path, words="ab")


def test_a_full_disk_leaves_the_saved_vectors_as_they_were(tmp_path, monkeypatch):
    path = tmp_path / "vectors.txt"
    save_vectors(path, ["film"], np.ones((1, 2)))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space left"):
        save_vectors(path, ["book"], np.zeros((1, 2)))
    assert load_vectors(path)[0] == ["film"]
    assert list(tmp_path.iterdir()) == [path]
