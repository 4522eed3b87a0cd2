"""Proves that a model built by hand of a head that looks back by one and a head that copies is found out, head by head:
it foresees the second copy, its weights lie where they should, and without its heads the second copy is as dear as the
first; and that leaving heads out changes nothing else, and nothing for good.
"""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.language_model import (
    DecoderLanguageModel,
    ablated_losses,
    attention_weights,
    copy_losses,
    induction_scores,
    repeat_losses,
    repeated_sequences,
    without_heads,
)

from .test_decoder import ids_of, model_of, numpy

TOKENS, LENGTH = 12, 8
PLACES = 2 * LENGTH
WIDTH, HEAD = TOKENS + PLACES + TOKENS, (TOKENS + PLACES + TOKENS) // 2
COPIER = (1, 1)
LOOKS_BACK = (0, 0)


@pytest.fixture(scope="module")
def copier() -> DecoderLanguageModel:
    """A vector says which token this is, where it stands, and, after the first layer, which token stood before.

    Head (0, 0): a place looks at the place before and notes its token. Head (1, 1): a token looks at the place before
    which it stood, and says that place's token, loudly. The other two heads look everywhere and say nothing.
    """
    model = DecoderLanguageModel(
        TOKENS, WIDTH, 2, 2, hidden_dim=4, max_length=PLACES, positions="learned", norm="rms", use_bias=False, seed=0
    )
    model.build((None, None))
    token, place, before = np.split(np.eye(WIDTH), [TOKENS, TOKENS + PLACES])  # rows of unit vectors
    model.token_vectors.embeddings.assign(token)
    model.position_vectors.embeddings.assign(place)
    for block in model.blocks:
        for dense in (block.attention.query_dense, block.attention.key_dense, block.attention.value_dense):
            dense.kernel.assign(np.zeros((WIDTH, WIDTH)))
        block.attention.output_dense.kernel.assign(np.zeros((WIDTH, WIDTH)))
        block.output_dense.kernel.assign(np.zeros((4, WIDTH)))

    def build(layer: int, head: int, query: np.ndarray, key: np.ndarray, value: np.ndarray, says: np.ndarray) -> None:
        """Rows of directions; the first of the query meets the first of the key."""
        attention, columns = model.blocks[layer].attention, slice(head * HEAD, (head + 1) * HEAD)
        for dense, directions, scale in (
            (attention.query_dense, query, 10.0),
            (attention.key_dense, key, 10.0),
            (attention.value_dense, value, 1.0),
        ):
            kernel = np.zeros((WIDTH, WIDTH))
            kernel[:, columns][:, : len(directions)] = scale * directions.T
            dense.kernel.assign(kernel)
        kernel = np.zeros((WIDTH, WIDTH))
        kernel[columns][: len(says)] = says
        attention.output_dense.kernel.assign(kernel)

    build(*LOOKS_BACK, query=place[1:], key=place[:-1], value=token, says=before)
    # The first place had none before it, and noted itself: it is not to be found.
    build(*COPIER, query=token, key=before - 5 * place[:1], value=token, says=10 * token)
    model.last_norm.scale.assign(np.full(WIDTH, 3.0))
    return model


@pytest.fixture(scope="module")
def ids() -> np.ndarray:
    return repeated_sequences(16, LENGTH, TOKENS, seed=1)


def test_sequences_stand_twice_and_hold_no_token_twice() -> None:
    found = repeated_sequences(50, 6, 10, seed=2, first_id=3)
    assert found.shape == (50, 12) and found.dtype == np.int32
    np.testing.assert_array_equal(found[:, :6], found[:, 6:])
    assert all(len(set(row)) == 6 for row in found[:, :6].tolist())
    assert set(found.ravel().tolist()) == set(range(3, 10))
    np.testing.assert_array_equal(found, repeated_sequences(50, 6, 10, seed=2, first_id=3))
    assert not np.array_equal(found, repeated_sequences(50, 6, 10, seed=3, first_id=3))


def test_the_built_model_foresees_the_second_copy_and_not_the_first(copier, ids) -> None:
    losses = repeat_losses(copier, ids)
    assert losses.shape == (PLACES - 1,)
    assert losses[LENGTH:].max() < 0.01 and losses[:LENGTH].min() > 1
    first, second = copy_losses(copier, ids)
    assert (first, second) == pytest.approx((losses[: LENGTH - 1].mean(), losses[LENGTH:].mean()))


def test_losses_are_those_of_a_loop() -> None:
    model, ids = model_of("llama"), ids_of()
    expected = np.zeros(8)
    for row in ids:
        for place in range(8):
            seen = np.where(np.arange(9) <= place, row, 0)  # what comes later is not there
            logits = numpy(model(seen[None]))[0, place].astype(np.float64)
            expected[place] -= (logits[row[place + 1]] - np.log(np.exp(logits).sum())) / len(ids)
    np.testing.assert_allclose(repeat_losses(model, ids), expected, atol=1e-5)


def test_the_scores_find_the_head_that_was_built(copier, ids) -> None:
    scores = induction_scores(attention_weights(copier, ids))
    assert scores.shape == (2, 2) and scores[COPIER] > 0.99
    assert max(score for head, score in np.ndenumerate(scores) if head != COPIER) < 0.2


@pytest.mark.parametrize("kind", ["gpt", "rotary", "llama"])
def test_weights_are_what_the_heads_average_with(kind: str) -> None:
    """They add up to one, look at nothing later, and, with the values, give what the fused attention gives."""
    model, ids = model_of(kind), ids_of()
    weights = attention_weights(model, ids)
    assert weights.shape == (2, 2, 4, 9, 9)
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-5)
    assert not np.triu(weights, 1).any()
    block = model.blocks[0]
    attention, given = block.attention, block.attention_norm(model.embed(ids))
    values = numpy(attention.value_dense(given)).reshape(2, 9, -1, 4)
    values = np.repeat(values, 4 // values.shape[2], axis=2)  # of the groups, for each head
    attended = np.einsum("bhqk,bkhd->bqhd", weights[0], values).reshape(2, 9, 16)
    np.testing.assert_allclose(numpy(attention.output_dense(attended)), numpy(attention(given)), atol=1e-5)


def test_a_score_is_the_mean_of_its_cells() -> None:
    random = np.random.default_rng(0)
    weights = random.random((2, 3, 4, 10, 10))
    expected = np.zeros((2, 4))
    for batch in range(3):
        for place in range(5, 10):
            expected += weights[:, batch, :, place, place - 4] / 15
    np.testing.assert_allclose(induction_scores(weights), expected)


def test_without_its_heads_the_model_no_longer_copies(copier, ids) -> None:
    for head in (COPIER, LOOKS_BACK):
        found = ablated_losses(copier, ids, [head], controls=4, seed=1)
        assert found.whole == copy_losses(copier, ids)
        assert found.without.second > 1 > 0.01 > found.whole.second
        assert len(found.without_others) == 4
        if head == COPIER:  # nobody says anything
            assert found.without.second == pytest.approx(found.without.first, abs=1e-4)
    with without_heads(copier, [(0, 1), (1, 0)]):  # those that say nothing
        assert copy_losses(copier, ids).second == pytest.approx(found.whole.second, abs=1e-6)


def test_the_others_are_as_many_and_never_the_heads_themselves(copier, ids, monkeypatch) -> None:
    from course_lib.language_model import induction

    seen = []
    plain = induction.without_heads

    def noted(model, heads):
        seen.append(list(heads))
        return plain(model, seen[-1])

    monkeypatch.setattr(induction, "without_heads", noted)
    ablated_losses(copier, ids, [COPIER, LOOKS_BACK], controls=3)
    assert seen[:2] == [[], [COPIER, LOOKS_BACK]]
    assert [sorted(others) for others in seen[2:]] == [[(0, 1), (1, 0)]] * 3


@pytest.mark.parametrize("kind", ["gpt", "llama"])
def test_a_head_that_is_left_out_says_nothing_and_comes_back(kind: str) -> None:
    model, ids = model_of(kind), ids_of()
    whole, weights = numpy(model(ids)), [np.array(weight) for weight in model.get_weights()]
    with without_heads(model, []):
        np.testing.assert_array_equal(numpy(model(ids)), whole)
    with pytest.raises(RuntimeError), without_heads(model, [(0, 2), (1, 0), (1, 3)]):
        assert not np.allclose(numpy(model(ids)), whole)
        kernel = numpy(model.blocks[0].attention.output_dense.kernel)
        assert not kernel[8:12].any() and kernel[:8].all() and kernel[12:].all()
        raise RuntimeError
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: repeated_sequences(0, 4, 9), ValueError, "batch_size is 0"),
        (lambda: repeated_sequences(2, 1, 9), ValueError, "length is 1; allowed: 2 to 9"),
        (lambda: repeated_sequences(2, 8, 9, first_id=2), ValueError, "length is 8; allowed: 2 to 7"),
        (lambda: repeated_sequences(2, 4.0, 9), TypeError, "length is 4.0"),
        (lambda: repeat_losses(model_of("gpt"), np.array([1, 2])), ValueError, r"token_ids has the shape \(2,\)"),
        (lambda: repeat_losses(model_of("gpt"), np.array([[1, 11]])), ValueError, "token_ids holds ids from 1 to"),
        (lambda: repeat_losses(model_of("gpt"), np.array([[1.0, 2.0]])), TypeError, "token_ids holds values of"),
        (lambda: copy_losses(model_of("gpt"), ids_of(time=8)), ValueError, "repeated_ids has two halves that differ"),
        (lambda: induction_scores(np.zeros((2, 3, 4, 5, 5))), ValueError, r"weights has the shape \(2, 3, 4, 5, 5\)"),
        (lambda: without_heads(model_of("gpt"), [(2, 0)]).__enter__(), ValueError, "layer is 2; allowed: 0 to 1"),
        (lambda: without_heads(model_of("gpt"), [(0, 4)]).__enter__(), ValueError, "head is 4; allowed: 0 to 3"),
        (
            lambda: ablated_losses(
                model_of("gpt"), repeated_sequences(1, 4, 11), [(layer, head) for layer in (0, 1) for head in range(3)]
            ),
            ValueError,
            "heads has 6 heads; allowed: 2",
        ),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_named(make, error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        make()
