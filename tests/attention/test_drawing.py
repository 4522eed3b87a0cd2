"""Proves that the pictures of weights show the weights that were given, in words any browser can write, that a head can
be chosen from the keyboard, and that wrong shapes are named.
"""

from __future__ import annotations

import re

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.attention import head_chooser, heat_map
from course_lib.showing import display, language

WEIGHTS = np.array([[[0.25, 0.75], [1.0, 0.0], [0.5, 0.5]], [[0.9, 0.1], [0.0, 1.0], [0.333, 0.667]]])
QUERIES, KEYS = ["你", "好", "<b>"], ["hello", "& you"]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    seen: list[tuple[str, str]] = []
    monkeypatch.setattr(display, "show_picture", lambda markup, alternative: seen.append((markup, alternative)))
    return seen


def test_each_head_is_a_table_of_its_weights_in_hundredths(shown: list[tuple[str, str]]) -> None:
    head_chooser(WEIGHTS, QUERIES, KEYS, "two heads")
    ((markup, alternative),) = shown
    assert alternative == "two heads"
    tables = re.findall(r"<table.*?</table>", markup, flags=re.DOTALL)
    assert len(tables) == 2
    for table, weights in zip(tables, WEIGHTS, strict=True):
        cells = re.findall(r'min-width:2em[^"]*">(\d+)</td>', table)
        assert [int(cell) for cell in cells] == [round(100 * weight) for weight in weights.ravel()]
        assert "你" in table and "&lt;b&gt;" in table and "&amp; you" in table
    assert "<b>" not in markup and "<script" not in markup


def test_every_number_can_be_read_on_its_square(shown: list[tuple[str, str]]) -> None:
    def luminance(colour: list[float]) -> float:
        parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    weights = np.linspace(0, 1, 101)[None, None]
    head_chooser(weights, ["one"], [str(number) for number in range(101)], "shades")
    cells = re.findall(r"background:rgb\((\d+),(\d+),(\d+)\);color:(#\w+)", shown[0][0])
    grounds = [luminance([int(part) / 255 for part in cell[:3]]) for cell in cells]
    inks = [1.0 if cell[3] == "#fff" else 0.0 for cell in cells]
    figure, axis = plt.subplots()
    heat_map(axis, weights[0], ["one"], [""] * 101)
    grounds += [luminance(axis.images[0].cmap(weight)[:3]) for weight in weights.ravel()]
    inks += [1.0 if text.get_color() == "white" else 0.0 for text in axis.texts]
    plt.close(figure)
    assert len(grounds) == len(inks) == 202
    for ground, ink in zip(grounds, inks, strict=True):
        assert (max(ground, ink) + 0.05) / (min(ground, ink) + 0.05) >= 4.5


def test_a_head_is_chosen_by_radio_buttons_of_which_the_first_is_on(shown: list[tuple[str, str]]) -> None:
    language.use("zh")
    head_chooser(WEIGHTS, QUERIES, KEYS, "两个头")
    ((markup, alternative),) = shown
    assert alternative == "两个头" and 'aria-label="两个头"' in markup
    radios = re.findall(r'<input type="radio" name="([^"]+)" id="([^"]+)"( checked)?', markup)
    assert len({name for name, _, _ in radios}) == 1
    assert [bool(checked) for _, _, checked in radios] == [True, False]
    for _, identity, _ in radios:
        assert f'<label for="{identity}"' in markup and f"#{identity}:checked~" in markup
    assert "第 1 头" in markup and "第 2 头" in markup


def test_two_choosers_on_a_page_do_not_move_each_other_and_every_run_names_them_alike(
    shown: list[tuple[str, str]],
) -> None:
    for weights in (WEIGHTS, WEIGHTS, WEIGHTS[::-1]):
        head_chooser(weights, QUERIES, KEYS, "heads", names=["left", "right"])
    names = [re.search(r'name="(heads-\w+)"', markup)[1] for markup, _ in shown]
    assert names[0] == names[1] != names[2]
    assert "left" in shown[0][0] and "head 1" not in shown[0][0]


def test_a_heat_map_has_the_words_on_its_sides_and_the_weights_in_its_squares() -> None:
    figure, axis = plt.subplots()
    heat_map(axis, WEIGHTS[0], QUERIES, KEYS)
    assert [text.get_text() for text in axis.get_yticklabels()] == QUERIES
    assert [text.get_text() for text in axis.get_xticklabels()] == KEYS
    assert [text.get_text() for text in axis.texts] == ["25", "75", "100", "0", "50", "50"]
    np.testing.assert_array_equal(axis.images[0].get_array(), WEIGHTS[0])
    assert axis.images[0].get_clim() == (0, 1)
    plt.close(figure)
    figure, axis = plt.subplots()
    heat_map(axis, WEIGHTS[0], QUERIES, KEYS, numbers=False)
    assert not axis.texts
    plt.close(figure)


@pytest.mark.parametrize(
    ("weights", "queries", "message"),
    [
        (WEIGHTS, ["one"], r"^weights has the shape \(2, 3, 2\); allowed: \(2, 1, 2\), one word for each$"),
        (WEIGHTS[0], QUERIES, r"^weights has the shape \(3, 2\)"),
        (WEIGHTS * 3, QUERIES, r"^weights holds values outside 0 to 1"),
        (WEIGHTS * np.nan, QUERIES, r"^weights holds values outside 0 to 1 or not a number"),
        (0.5, QUERIES, r"^weights has the shape \(\)"),
    ],
)
def test_what_is_no_table_of_weights_is_named(weights: np.ndarray, queries: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        head_chooser(weights, queries, KEYS, "heads")
