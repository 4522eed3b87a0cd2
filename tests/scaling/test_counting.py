"""Proves that counts are the model's own, that the planner's are those of published runs; bad input is named."""

from __future__ import annotations

import pytest

from course_lib.language_model import DecoderLanguageModel
from course_lib.scaling import (
    DEVICES,
    PUBLISHED,
    Sizes,
    activation_bytes,
    best_interval,
    failures_per_day,
    forward_flops,
    matrix_weights,
    parameters,
    plan,
    published,
    six_nd,
    state_bytes,
    training_flops,
    utilisation_of,
)

SMALL = Sizes(2, 16, 48, 50, 12, 4)


@pytest.mark.parametrize("positions", ["rotary", "learned"])
@pytest.mark.parametrize("hidden_dim", [48, 64])
def test_the_count_is_that_of_the_model(positions: str, hidden_dim: int) -> None:
    model = DecoderLanguageModel(50, 16, 2, 4, hidden_dim, max_length=12, positions=positions, seed=0)
    model.build((None, 12))
    sizes = Sizes(2, 16, hidden_dim, 50, 12, 4, learned_positions=positions == "learned")
    assert parameters(sizes) == model.count_params()


def test_the_count_of_llamas_layout_is_that_of_the_model() -> None:
    model = DecoderLanguageModel(
        50, 16, 2, 4, 24, 12, "rotary", num_key_value_heads=2, norm="rms", feed_forward="swiglu", use_bias=False
    )
    model.build((None, 12))
    sizes = Sizes(2, 16, 24, 50, 12, 4, gated=True, key_value_dim=8)
    assert parameters(sizes, use_bias=False) == model.count_params()


def test_operations_are_two_for_each_weight_and_what_attention_compares() -> None:
    flops = forward_flops(SMALL)
    weights = matrix_weights(SMALL)
    assert weights == {"attention": 2 * 4 * 16**2, "feed-forward": 2 * 2 * 16 * 48, "scores": 50 * 16}
    assert {name: flops[name] for name in weights} == {name: 2 * number for name, number in weights.items()}
    # In one block, for one token: 12 products of two vectors of 16, then 12 vectors of 16 added up.
    assert flops["looking back"] == 2 * (2 * 12 * 16 + 2 * 12 * 16)
    assert training_flops(SMALL, 7) == 3 * 7 * sum(flops.values())
    assert training_flops(SMALL, 7, recompute=True) == 4 * 7 * sum(flops.values())


def test_six_nd_is_what_is_left_without_attention() -> None:
    wide = Sizes(2, 512, 2048, 50, 4, 4)
    ratio = training_flops(wide, 10) / six_nd(sum(matrix_weights(wide).values()), 10)
    assert 1 < ratio < 1.01


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_models_have_the_weights_that_their_papers_say(name: str) -> None:
    run = published(name)
    assert parameters(run.sizes, run.use_bias) == pytest.approx(run.weights, rel=0.003)
    if run.flops is not None:
        assert six_nd(run.weights, run.tokens) == pytest.approx(run.flops, rel=0.01)
        assert training_flops(run.sizes, run.tokens) == pytest.approx(run.flops, rel=0.1)


def test_published_hours_are_a_plausible_share_of_the_peak() -> None:
    shares = {name: utilisation_of(run) for name, run in PUBLISHED.items() if run.device_hours is not None}
    assert shares == {"BLOOM": pytest.approx(0.326, abs=0.001), "Llama 2 7B": pytest.approx(0.445, abs=0.001)}
    with pytest.raises(ValueError, match=r"GPT-3.*device_hours"):
        utilisation_of(published("GPT-3"))


def test_a_plan_with_the_share_that_was_reached_gives_the_hours_that_were_told() -> None:
    run = published("BLOOM")
    found = plan(run.sizes, run.tokens, DEVICES["A100"], run.devices, utilisation=utilisation_of(run), overhead=1.0)
    assert found.device_hours == pytest.approx(run.device_hours, rel=1e-9)
    assert found.kilowatt_hours == pytest.approx(run.kilowatt_hours, rel=1e-3)
    assert found.days == pytest.approx(117.5, abs=0.5)
    assert found.fits


def test_sixteen_bytes_a_weight_and_what_each_stage_cuts() -> None:
    assert sum(state_bytes(1000).values()) == 16_000
    assert [sum(state_bytes(1000, 10, stage).values()) for stage in range(4)] == [16_000, 5_200, 3_400, 1_600]


def test_activations_are_those_of_the_paper() -> None:
    # Its table 2 per layer: s·b·h·(34 + 5·a·s/h), then without the scores, then the inputs alone.
    sizes = Sizes(3, 64, 256, 100, 32, 8)
    whole, fused, inputs = (activation_bytes(sizes, 2, which) for which in ("none", "attention", "full"))
    assert whole == 3 * 32 * 2 * 64 * (34 + 5 * 8 * 32 / 64)
    assert (fused, inputs) == (3 * 32 * 2 * 64 * 34, 3 * 32 * 2 * 64 * 2)


def test_failures_and_how_often_to_save() -> None:
    assert failures_per_day(1000, 500) == 2
    # The cost of saving and of what is lost, at the best interval and beside it.
    best = best_interval(2, 400)
    cost = {interval: 2 / interval + interval / (2 * 400) for interval in (0.8 * best, best, 1.2 * best)}
    assert min(cost, key=cost.get) == best


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: Sizes(0, 1, 1, 1, 1), "num_layers is 0"),
        (lambda: Sizes(1, 1.5, 1, 1, 1), "width is 1.5"),
        (lambda: state_bytes(10, stage=4), "stage is 4; allowed: 0 to 3"),
        (lambda: activation_bytes(SMALL, 1, "some"), "recompute is 'some'"),
        (lambda: plan(SMALL, 0, DEVICES["A100"], 1), "tokens is 0"),
        (lambda: plan(SMALL, 1, DEVICES["A100"], 1, utilisation=1.5), "utilisation is 1.5"),
        (lambda: plan(SMALL, 1, DEVICES["A100"], 0), "devices is 0"),
        (lambda: published("GPT-9"), "name is 'GPT-9'"),
        (lambda: failures_per_day(0, 1), "devices is 0"),
        (lambda: best_interval(0, 1), "minutes_to_save is 0"),
    ],
)
def test_bad_input_is_named(wrong, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        wrong()
