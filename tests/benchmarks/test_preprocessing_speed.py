"""Whole IMDB: cleaned, tokenised and numbered within 25 s on two cores, beside NLTK, scikit-learn and Keras."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.data import imdb
from course_lib.preprocessing import BytePairEncoding, WordPiece, clean, texts_to_ids

resource = pytest.importorskip("resource", reason="processor time is measured as Unix counts it")
pytestmark = pytest.mark.benchmark

VOCABULARY_SIZE = 20_000


@pytest.fixture(scope="module")
def texts(real_data: Path) -> list[str]:
    return [text for part in ("train", "test", "unlabelled") for text in imdb.load(part, sample="never").texts]


def _measure(what: str, work: Callable[[], object], beside: float | None = None) -> float:
    """The seconds on the clock; prints them, those of all processors, and how often `beside` goes into them."""

    def spent() -> float:
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in usages)

    begun, worked = time.perf_counter(), spent()
    work()
    seconds = time.perf_counter() - begun
    times = f"{seconds / beside:6.1f} ×" if beside else "     1 ×"
    print(f"\n{what:<62} {seconds:6.2f} s ({spent() - worked:6.2f} s of one core) {times}", end="")
    return seconds


def test_all_of_imdb_becomes_ids_within_twenty_five_seconds(texts: list[str]) -> None:
    assert len(texts) == 100_000
    both = _measure("100,000 reviews to ids, two processes", lambda: texts_to_ids(texts, max_size=VOCABULARY_SIZE))
    _measure("the same, one process", lambda: texts_to_ids(texts, max_size=VOCABULARY_SIZE, processes=1), both)
    assert both <= 25


def test_how_others_do_on_ten_thousand_reviews(texts: list[str]) -> None:
    from keras.layers import TextVectorization
    from nltk.tokenize import NLTKWordTokenizer
    from sklearn.feature_extraction.text import CountVectorizer

    texts = texts[:10_000]
    cleaned = [clean(text) for text in texts]

    def ours(processes: int) -> Callable[[], object]:
        return lambda: texts_to_ids(texts, max_size=VOCABULARY_SIZE, processes=processes)

    def nltk() -> None:
        tokenizer = NLTKWordTokenizer()
        for text in cleaned:
            tokenizer.tokenize(text)

    def keras() -> None:
        layer = TextVectorization(max_tokens=VOCABULARY_SIZE)
        layer.adapt(cleaned, batch_size=256)
        for start in range(0, len(cleaned), 256):
            layer(cleaned[start : start + 256])

    alone = _measure("ours: clean, tokenise, count, ids; one process", ours(1))
    _measure("ours, two processes", ours(2), alone)
    _measure("scikit-learn's CountVectorizer: tokenise, count", lambda: CountVectorizer().fit_transform(cleaned), alone)
    _measure("Keras's TextVectorization: tokenise, count, ids", keras, alone)
    others = _measure("NLTK's NLTKWordTokenizer: tokenise", nltk, alone)
    assert alone < others


def test_subwords_are_learnt_from_five_thousand_reviews_within_twenty_seconds(texts: list[str]) -> None:
    cleaned = [clean(text) for text in texts[:5_000]]
    encoding = BytePairEncoding.train(cleaned[:10], 300)
    assert len(encoding) == 300
    assert _measure("4,000 byte-pair merges", lambda: BytePairEncoding.train(cleaned, 4_400)) <= 20
    assert _measure("WordPiece, 4,400 tokens", lambda: WordPiece.train(cleaned, 4_400)) <= 20
