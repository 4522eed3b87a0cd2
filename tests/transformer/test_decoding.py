"""Proves that greedy search takes the likeliest token each time and beam search finds what trying everything finds,
that keys and values kept give what one full pass gives, and that a search compiles once for a shape.
"""

from __future__ import annotations

import itertools
import math

import keras
import numpy as np
import pytest

from course_lib.preprocessing import pad
from course_lib.transformer import BeamSearch, GreedySearch, Transformer, beam_search, greedy_search, length_penalty
from tensors import numpy

from .samples import END, SOURCE_SIZE, START, TARGET_SIZE, shared, small

SOURCES = [[4, 5, 6, 7, 8], [9, 4], [10], [5, 5, 9]]


@pytest.fixture(scope="module")
def model() -> Transformer:
    """A model whose sentences have different lengths, some of which end."""
    model = small(seed=8, num_layers=1, tie_embeddings=False)
    random = np.random.default_rng(10)
    model.output_dense.kernel.assign(random.normal(size=(8, TARGET_SIZE)) * 1.5)
    return model


def _likelihoods(model: Transformer, source: list[int], written: list[int]) -> np.ndarray:
    """The logarithm of the probability of each next token, in one full pass, without padding and start.

    All are padded to one length, which changes nothing (see the tests of the model), so that JAX compiles once.
    """
    ids = {"source": pad([source], max(map(len, SOURCES))), "target": pad([[START, *written]], 8)}
    logits = numpy(model(ids))[0, len(written)].astype(np.float64)
    logits[[0, START]] = -np.inf
    return logits - np.log(np.exp(logits).sum())


def _greedy(model: Transformer, source: list[int], max_length: int) -> tuple[list[int], float]:
    written, score = [], 0.0
    while len(written) < max_length:
        likelihoods = _likelihoods(model, source, written)
        token = int(likelihoods.argmax())
        score += likelihoods[token]
        if token == END:
            break
        written.append(token)
    return written, score


@pytest.mark.slow
@pytest.mark.parametrize("use_cache", [True, False])
def test_greedy_search_takes_the_likeliest_token_of_a_full_pass_each_time(model, use_cache: bool) -> None:
    found, scores = GreedySearch(model, START, END, batch_size=3, use_cache=use_cache).translate(SOURCES)
    lengths = set()
    for source, written, score in zip(SOURCES, found, scores, strict=True):
        expected, total = _greedy(model, source, 8)
        assert written == expected and score == pytest.approx(total, abs=1e-4)
        lengths.add(len(expected))
    assert len(lengths) > 1 and min(lengths) < 8  # else nothing has ended


@pytest.mark.slow
@pytest.mark.parametrize("use_cache", [True, False])
@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_a_beam_as_wide_as_needed_finds_what_trying_all_finds(model, use_cache: bool, alpha: float) -> None:
    """Three tokens at most, of 7 kinds: all beginnings of two tokens that have not ended (36) and all that have."""
    tokens = [token for token in range(1, TARGET_SIZE) if token not in (START, END)]
    search = BeamSearch(
        model, START, END, max_length=3, batch_size=2, use_cache=use_cache, beam_width=TARGET_SIZE, alpha=alpha
    )
    search.beam_width = 60  # wider than a reader may, so that nothing is pushed out
    found, scores = search.translate(SOURCES[:2])
    for source, written, score in zip(SOURCES, found, scores, strict=False):
        likelihoods = _of_all_beginnings(model, source, tokens)
        best = (-math.inf, None, None)
        for length in range(4):
            for sentence in itertools.product(tokens, repeat=length):
                ends = length < 3
                given = [*sentence, END][: length + ends]
                total = sum(likelihoods[sentence[:place]][token] for place, token in enumerate(given))
                best = max(best, (total / ((5 + length + ends) / 6) ** alpha, list(sentence), total))
        assert written == best[1] and score == pytest.approx(best[2], abs=1e-4)


def _of_all_beginnings(model: Transformer, source: list[int], tokens: list[int]) -> dict[tuple, np.ndarray]:
    """After every beginning of two tokens or fewer the logarithm of the probability of each next token."""
    pairs = list(itertools.product(tokens, repeat=2))
    target = np.array([[START, *pair] for pair in pairs])
    logits = numpy(model({"source": np.array([source] * len(pairs)), "target": target})).astype(np.float64)
    logits[..., [0, START]] = -np.inf
    found = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    return {pair[:place]: found[row, place] for row, pair in enumerate(pairs) for place in range(3)}


@pytest.mark.slow
@pytest.mark.parametrize("alpha", [0.0, 0.6])
def test_the_cache_changes_no_beam(model, alpha: float) -> None:
    kept, again = (
        BeamSearch(model, START, END, batch_size=4, use_cache=use_cache, beam_width=3, alpha=alpha).translate(SOURCES)
        for use_cache in (True, False)
    )
    assert kept[0] == again[0]
    np.testing.assert_allclose(kept[1], again[1], atol=1e-4)
    greedy = GreedySearch(model, START, END, batch_size=4).translate(SOURCES)
    assert kept[0] != greedy[0] and (alpha or (kept[1] >= greedy[1] - 1e-5).all())


@pytest.mark.slow
def test_one_beginning_is_the_greedy_search(model) -> None:
    assert beam_search(model, SOURCES, START, END, beam_width=1) == greedy_search(model, SOURCES, START, END)


@pytest.mark.slow
def test_a_stronger_penalty_makes_longer_sentences(model) -> None:
    lengths = [
        sum(map(len, beam_search(model, SOURCES, START, END, beam_width=4, alpha=alpha))) for alpha in (0.0, 3.0)
    ]
    assert lengths[0] < lengths[1]


@pytest.mark.slow
def test_four_beginnings_and_a_penalty_of_0_6_where_nobody_chose(model) -> None:
    """As Vaswani et al. (2017, section 6.1) do; the function and the class say the same."""
    search = BeamSearch(model, START, END)
    assert (search.beam_width, search.alpha) == (4, 0.6)
    chosen = beam_search(model, SOURCES, START, END, beam_width=4, alpha=0.6)
    assert beam_search(model, SOURCES, START, END) == chosen


def test_the_penalty_is_that_of_the_paper() -> None:
    assert length_penalty(1, 0.6) == pytest.approx(1) and length_penalty(7, 0.0) == 1
    assert length_penalty(19, 0.5) == pytest.approx(2) and length_penalty(7, 1.0) == pytest.approx(2)


def test_companions_in_the_batch_do_not_matter(model) -> None:
    search = GreedySearch(model, START, END, batch_size=4)
    together, scores = search.translate(SOURCES)
    for number, source in enumerate(SOURCES):
        alone, score = search.translate([source])
        assert alone == together[number : number + 1]
        assert score[0] == pytest.approx(scores[number], abs=1e-5)


def test_a_search_is_traced_once_for_a_shape_and_sees_new_weights() -> None:
    model = small(seed=8, num_layers=1)
    traced, encode = [], model.encode

    def counted(source):
        traced.append(tuple(source.shape))
        return encode(source)

    model.encode = counted
    search = GreedySearch(model, START, END, batch_size=2)
    before, _ = search.translate(SOURCES)
    search.translate([[4], [5, 6, 7]])
    # PyTorch runs the search as it is written, for each batch; the other backends trace it once and compile that.
    batches = 3 if keras.backend.backend() == "torch" else 1
    assert traced == [(2, 8)] * batches, traced
    model.set_weights([np.random.default_rng(4).normal(size=each.shape) for each in model.get_weights()])
    after, _ = search.translate(SOURCES)
    assert after != before
    assert keras.backend.backend() == "torch" or len(traced) == 1


@pytest.mark.slow
def test_nothing_is_written_that_is_no_token(model) -> None:
    model = small(seed=8, num_layers=1, tie_embeddings=False)
    kernel = np.zeros((8, TARGET_SIZE))
    model.decoder_norm.beta.assign(np.ones(8))
    kernel[:, [0, START]] = 5  # what the model would like most
    kernel[:, 5] = 1
    model.output_dense.kernel.assign(kernel)
    for search in (GreedySearch(model, START, END, 4), BeamSearch(model, START, END, 4, beam_width=2)):
        assert search.translate([[4, 5]])[0] == [[5, 5, 5, 5]]


@pytest.mark.slow
def test_under_half_precision_the_same_is_found_where_nothing_is_close() -> None:
    low = small(seed=8, num_layers=1, dtype="mixed_bfloat16")
    found, scores = GreedySearch(low, START, END, batch_size=4).translate(SOURCES)
    assert len(found) == 4 and np.isfinite(scores).all() and scores.dtype == np.float32
    again = GreedySearch(low, START, END, batch_size=4, use_cache=False).translate(SOURCES)
    np.testing.assert_allclose(scores, again[1], atol=0.5)


@pytest.mark.parametrize(
    ("sources", "error", "message"),
    [
        ([], ValueError, r"sources holds no sentence; allowed: one or more"),
        ([[4], []], ValueError, r"sources\[1\] is empty; allowed: one id or more"),
        ([[4] * 9], ValueError, r"sources\[0\] has 9 ids; allowed: 8"),
        ([[SOURCE_SIZE]], ValueError, r"sources\[0\] holds ids from 11 to 11; allowed: 0 to 10"),
        ([[4, 0]], ValueError, r"sources\[0\] holds 0, which is padding; allowed: 1 to 10"),
        ([[4.0]], TypeError, r"sources\[0\] holds values of type float64; allowed: whole numbers"),
        (["ab"], TypeError, r"sources\[0\] is one str"),
        ("ab", TypeError, r"sources is one str"),
    ],
)
def test_sentences_that_cannot_be_translated_are_named(sources, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        greedy_search(shared(), sources, START, END)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start_id": 0}, r"start_id is 0; allowed: 1 to 8"),
        ({"end_id": TARGET_SIZE}, r"end_id is 9; allowed: 1 to 8"),
        ({"end_id": START}, r"end_id is 2, and so is start_id"),
        ({"max_length": 9}, r"max_length is 9; allowed: 1 to 8"),
        ({"batch_size": 0}, r"batch_size is 0"),
        ({"beam_width": 0}, r"beam_width is 0; allowed: 1 to 9"),
        ({"beam_width": 10}, r"beam_width is 10; allowed: 1 to 9"),
        ({"alpha": -1.0}, r"alpha is -1.0"),
    ],
)
def test_settings_out_of_range_are_named(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BeamSearch(shared(), **{"start_id": START, "end_id": END, **options})


@pytest.mark.slow
def test_a_whole_search_is_compiled_by_xla() -> None:
    model = small(seed=8, num_layers=1)
    plain, fast = (BeamSearch(model, START, END, 4, 4, beam_width=2) for _ in range(2))
    fast.compile(jit_compile=True)
    expected, found = plain.translate(SOURCES), fast.translate(SOURCES)
    assert expected[0] == found[0]
    np.testing.assert_allclose(found[1], expected[1], atol=1e-4)
