"""A whole collection to ids: exactly what the single functions give, on one process or several; a corpus is a list."""

from __future__ import annotations

import multiprocessing
import warnings
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest

from course_lib.preprocessing import corpus as corpus_module
from course_lib.preprocessing.corpus import Corpus, texts_to_ids
from course_lib.preprocessing.text import clean, tokenize
from course_lib.preprocessing.vocabulary import Vocabulary

TEXTS = [
    "A <b>good</b> film, a very good film!<br />Don't miss it &amp; enjoy.",
    "",
    "电影很好看！ It isn't bad at all… 8.5/10 👍🏽",
    "<script>bad bad bad</script>Boring. Boring? BORING!",
    "   ",
    "The <i>best</i> film of the year, the year’s best.",
    "Bad film; good cast.",
]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two texts make a part, so that seven texts make four."""
    monkeypatch.setattr(corpus_module, "TEXTS_PER_TASK", 2)


def one_after_the_other(
    texts: list[str], vocabulary: Vocabulary | None = None, **limits: int
) -> tuple[Vocabulary, list[list[int]]]:
    token_lists = [tokenize(clean(text)) for text in texts]
    vocabulary = vocabulary or Vocabulary.build(token_lists, **limits)
    return vocabulary, [vocabulary.encode(tokens) for tokens in token_lists]


class Pool(corpus_module.ProcessPoolExecutor):
    """The real pool, counted."""

    started: list[int]

    def __init__(self, max_workers: int, **settings: object) -> None:
        self.started.append(max_workers)
        super().__init__(max_workers, **settings)


@pytest.fixture
def pools(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many processes each pool that was started has."""
    monkeypatch.setattr(Pool, "started", [], raising=False)
    monkeypatch.setattr(corpus_module, "ProcessPoolExecutor", Pool)
    return Pool.started


# --- Texts to ids --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limits", [{}, {"max_size": 8}, {"min_count": 2}, {"max_size": 5, "min_count": 2}], ids=str)
def test_ids_equal_cleaning_tokenising_and_encoding_one_after_the_other(small_parts, limits):
    expected_vocabulary, expected = one_after_the_other(TEXTS, **limits)
    vocabulary, corpus = texts_to_ids(TEXTS, processes=1, **limits)
    assert vocabulary.words == expected_vocabulary.words
    assert [ids.tolist() for ids in corpus] == expected
    assert corpus.ids.dtype == np.int32 and corpus.offsets.dtype == np.int64
    assert corpus.offsets[0] == 0 and corpus.offsets[-1] == len(corpus.ids)


def test_a_given_vocabulary_is_used_as_it_is(small_parts):
    known = Vocabulary(["film", "good", "!", "never"])
    vocabulary, corpus = texts_to_ids(TEXTS, vocabulary=known, processes=1)
    assert vocabulary is known
    assert [ids.tolist() for ids in corpus] == one_after_the_other(TEXTS, known)[1]
    assert set(corpus.ids.tolist()) == {1, 2, 3, 4}


def test_two_processes_give_what_one_does(small_parts, pools):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vocabulary, corpus = texts_to_ids(TEXTS, processes=2)
    assert pools == [2]
    alone_vocabulary, alone = texts_to_ids(TEXTS, processes=1)
    assert pools == [2]
    assert vocabulary == alone_vocabulary
    np.testing.assert_array_equal(corpus.ids, alone.ids)
    np.testing.assert_array_equal(corpus.offsets, alone.offsets)


def test_few_texts_start_no_process(pools):
    texts_to_ids(TEXTS, processes=2)
    assert pools == []


def test_no_more_processes_are_started_than_there_are_parts(small_parts, monkeypatch):
    asked = []

    def number(parts, processes):
        asked.append((len(parts), processes))
        return map(corpus_module.number_words, parts)

    monkeypatch.setattr(corpus_module, "_on_processes", number)
    texts_to_ids(TEXTS, processes=9)
    texts_to_ids(TEXTS, processes=3)
    assert asked == [(4, 4), (4, 3)]


@pytest.mark.parametrize("error", [OSError("no processes here"), BrokenProcessPool("a process died")])
def test_where_no_process_can_be_started_one_does_all_the_work_and_says_so(small_parts, monkeypatch, error):
    def broken(*_, **__):
        raise error

    monkeypatch.setattr(corpus_module, "ProcessPoolExecutor", broken)
    with pytest.warns(UserWarning, match=f"no further process could be started.*{error}"):
        vocabulary, corpus = texts_to_ids(TEXTS, processes=2)
    expected_vocabulary, expected = one_after_the_other(TEXTS)
    assert vocabulary == expected_vocabulary
    assert [ids.tolist() for ids in corpus] == expected


def test_a_daemon_which_must_have_no_children_starts_none(small_parts, pools, monkeypatch):
    monkeypatch.setattr(type(multiprocessing.current_process()), "daemon", True)
    assert len(texts_to_ids(TEXTS, processes=2)[1]) == len(TEXTS)
    assert pools == []


@pytest.mark.parametrize("texts", [[], [""], ["", "   "]], ids=str)
def test_no_words_make_an_empty_corpus(texts):
    vocabulary, corpus = texts_to_ids(texts)
    assert vocabulary.words == ["[PAD]", "[UNK]"]
    assert corpus.ids.shape == (0,) and corpus.ids.dtype == np.int32
    assert [ids.tolist() for ids in corpus] == [[] for _ in texts]


def test_texts_may_be_any_sequence_of_str():
    expected = [ids.tolist() for ids in texts_to_ids(TEXTS)[1]]
    for texts in (tuple(TEXTS), np.array(TEXTS), iter(TEXTS)):
        assert [ids.tolist() for ids in texts_to_ids(texts)[1]] == expected


# --- The corpus ----------------------------------------------------------------------------------------------------


@pytest.fixture
def three_texts() -> Corpus:
    return Corpus(np.array([5, 6, 7, 8, 9], dtype=np.int32), np.array([0, 2, 2, 5]))


def test_a_corpus_is_indexed_from_both_ends_counted_and_walked_through(three_texts):
    expected = [[5, 6], [], [7, 8, 9]]
    assert len(three_texts) == 3
    assert [three_texts[index].tolist() for index in range(3)] == expected
    assert [three_texts[index].tolist() for index in range(-3, 0)] == expected
    assert [ids.tolist() for ids in three_texts] == expected
    assert three_texts[np.int64(2)].tolist() == [7, 8, 9]
    assert three_texts.lengths.tolist() == [2, 0, 3]


@pytest.mark.parametrize("index", [3, -4, 100])
def test_an_index_outside_the_corpus_is_refused(three_texts, index):
    with pytest.raises(IndexError, match=rf"^index is {index}; allowed: -3 to 2"):
        three_texts[index]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_of_every_text_its_first_or_its_last_tokens_are_kept(three_texts, count):
    texts = [ids.tolist() for ids in three_texts]
    assert [ids.tolist() for ids in three_texts.first(count)] == [ids[:count] for ids in texts]
    assert [ids.tolist() for ids in three_texts.last(count)] == [ids[-count:] for ids in texts]
    assert three_texts.first(count).ids.dtype == np.int32
    nothing = Corpus(np.zeros(0, np.int32), np.array([0]))
    assert len(nothing.first(count)) == len(nothing.last(count)) == 0


@pytest.mark.parametrize(("count", "error"), [(0, ValueError), (-1, ValueError), (2.0, TypeError)])
def test_no_tokens_of_every_text_are_refused(three_texts, count, error):
    for part in (three_texts.first, three_texts.last):
        with pytest.raises(error, match=f"count is {count}"):
            part(count)


def test_a_text_of_a_corpus_is_no_copy(three_texts):
    assert np.shares_memory(three_texts[2], three_texts.ids)


# --- What is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["one text", b"one text"])
def test_one_text_in_place_of_many_is_refused(text):
    with pytest.raises(TypeError, match=r"^texts is one (str|bytes).*allowed"):
        texts_to_ids(text)


@pytest.mark.parametrize(("bad", "hint"), [(b"bytes", "decode"), (None, "allowed: a str"), (3, "allowed: a str")])
def test_what_is_no_str_is_refused_before_any_work(bad, hint):
    with pytest.raises(TypeError, match=rf"^texts holds what is .*{hint}"):
        texts_to_ids(["good", bad])


@pytest.mark.parametrize("name", ["processes", "min_count"])
@pytest.mark.parametrize(("given", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)])
def test_numbers_that_are_too_small_or_not_whole_are_refused_by_name(name, given, error):
    with pytest.raises(error, match=rf"^{name} is {given}\b.*allowed"):
        texts_to_ids(TEXTS, **{name: given})


def test_a_vocabulary_must_have_room_for_the_special_words():
    with pytest.raises(ValueError, match=r"^max_size is 1; allowed: 2 or more"):
        texts_to_ids(TEXTS, max_size=1)
    assert len(texts_to_ids(TEXTS, max_size=2)[0]) == 2


@pytest.mark.parametrize("limit", [{"max_size": 9}, {"min_count": 2}], ids=str)
def test_a_limit_beside_a_given_vocabulary_is_refused(limit):
    with pytest.raises(ValueError, match=r"^max_size and min_count limit a new vocabulary; allowed"):
        texts_to_ids(TEXTS, vocabulary=Vocabulary(["film"]), **limit)
