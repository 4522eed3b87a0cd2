"""A figure carries its alternative text, is shown once, and has no boxes in place of Chinese; a map holds together."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ElementTree

import matplotlib
import numpy as np
import pytest
from PIL import Image

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from course_lib.showing import diagrams, display, language, plots


@pytest.fixture
def pictures(monkeypatch) -> list[tuple[str, str]]:
    shown: list[tuple[str, str]] = []
    monkeypatch.setattr(display, "show_picture", lambda markup, alternative: shown.append((markup, alternative)))
    return shown


@pytest.fixture
def no_chinese_font(monkeypatch):
    monkeypatch.setattr(plots, "chinese_font", lambda: None)


@pytest.fixture
def chinese_font(monkeypatch):
    monkeypatch.setattr(plots, "chinese_font", lambda: "Noto Sans CJK SC")


def test_a_figure_carries_its_alternative_text(pictures):
    plots.show(plt.figure(), '一条"线"')
    markup, alternative = pictures[0]
    assert alternative == '一条"线"'
    assert 'alt="一条&quot;线&quot;"' in markup


def test_a_figure_without_an_alternative_text_is_refused(pictures):
    with pytest.raises(ValueError, match="alternative text"):
        plots.show(plt.figure(), " ")
    assert not pictures


def test_a_figure_is_closed_once_shown_so_that_no_notebook_draws_it_twice(pictures):
    figure = plt.figure()
    plots.show(figure, "A line.")
    assert not plt.fignum_exists(figure.number)


def test_the_same_figure_gives_the_same_bytes(pictures):
    for _ in range(2):
        figure, axis = plt.subplots()
        axis.plot([1, 2, 3])
        plots.show(figure, "A line.")
    assert pictures[0] == pictures[1]


def test_without_a_chinese_font_a_plot_is_labelled_in_english(no_chinese_font):
    language.use("zh")
    assert plots.label("loss", "损失") == "loss"


def test_with_a_chinese_font_a_plot_is_labelled_in_chinese(chinese_font):
    language.use("zh")
    assert plots.label("loss", "损失") == "损失"
    plots.prepare()
    assert matplotlib.rcParams["font.family"][-1] == "Noto Sans CJK SC"


def test_where_a_chinese_font_is_installed_no_glyph_is_missing(pictures, recwarn):
    if plots.chinese_font() is None:
        pytest.skip("this machine has no font that can write Chinese")
    language.use("zh")
    plots.prepare()
    figure, axis = plt.subplots()
    axis.set_title("词频、排名与损失：−1")
    plots.show(figure, "A title.")
    assert not [warning for warning in recwarn if "missing from" in str(warning.message)]


def test_a_map_is_well_formed_and_says_what_it_shows(pictures):
    diagrams.flow({"a": (0, 0, "text\n<raw>"), "b": (1, 1, "ids")}, [("a", "b", "")], "A map.")
    markup, alternative = pictures[0]
    drawing = ElementTree.fromstring(markup)
    assert (drawing.get("role"), drawing.get("aria-label"), alternative) == ("img", "A map.", "A map.")
    assert [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")] == ["text", "<raw>", "ids"]


@pytest.mark.parametrize(("column", "row"), [(1, 0), (0, 1), (1, 1), (2, 1), (1, 3)])
def test_an_arrow_runs_from_the_edge_of_one_box_to_the_edge_of_the_other(pictures, column, row):
    diagrams.flow({"a": (0, 0, "a"), "b": (column, row, "b")}, [("a", "b", "")], "A map.")
    markup = pictures[0][0]
    x1, y1, x2, y2 = map(float, re.search(r'<line x1="(\S+)" y1="(\S+)" x2="(\S+)" y2="(\S+)"', markup).groups())
    boxes = [
        tuple(map(float, box)) for box in re.findall(r'<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"', markup)
    ]
    for (x, y), (left, top, width, height) in zip([(x1, y1), (x2, y2)], boxes, strict=True):
        on_side = min(abs(x - left), abs(x - left - width)) <= 1 and top - 1 <= y <= top + height + 1
        on_top = min(abs(y - top), abs(y - top - height)) <= 1 and left - 1 <= x <= left + width + 1
        assert on_side or on_top
    # The edges are those that face each other: the line is shorter than from centre to centre.
    (left, top, width, height), (other_left, other_top, *_) = boxes
    assert np.hypot(x2 - x1, y2 - y1) < np.hypot(other_left - left, other_top - top) - height / 2


def test_everything_in_a_map_lies_inside_its_picture(pictures):
    diagrams.flow({"a": (0, 0, "a"), "b": (2, 1.5, "b")}, [("a", "b", "joins")], "A map.")
    markup = pictures[0][0]
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', markup).groups())
    for x, y, w, h in re.findall(r'<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"', markup):
        assert float(x) >= 0 and float(x) + float(w) <= width
        assert float(y) >= 0 and float(y) + float(h) <= height


def test_a_grid_shows_its_words_and_marks_and_lies_inside_its_picture(pictures):
    diagrams.grid(
        [("round 1", ["a", "b"], "0.9"), ("round 2", ["c", "d"], "0.8")], [[True, False], [False, True]], "Two."
    )
    markup, alternative = pictures[0]
    drawing = ElementTree.fromstring(markup)
    words = [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert words == ["round 1", "a", "b", "0.9", "round 2", "c", "d", "0.8"] and alternative == "Two."
    bold = [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text") if text.get("font-weight") == "700"]
    assert bold == ["a", "d"]
    width, height = map(float, drawing.get("viewBox").split()[2:])
    for box in drawing.iter("{http://www.w3.org/2000/svg}rect"):
        assert float(box.get("x")) + float(box.get("width")) <= width
        assert float(box.get("y")) + float(box.get("height")) <= height


def test_a_grid_without_a_mark_for_each_cell_is_refused():
    with pytest.raises(ValueError, match="one mark for each cell"):
        diagrams.grid([("", ["a", "b"], "")], [[True]], "One.")


def test_an_arrow_to_nowhere_is_refused():
    with pytest.raises(ValueError, match=r"ids.*there are: text"):
        diagrams.flow({"text": (0, 0, "text")}, [("text", "ids", "")], "A map.")


def test_a_line_in_a_terminal_is_its_text_and_in_a_notebook_a_box_with_the_same_words(capsys):
    line = display.Line("a < b", "bad", (("application/x-test", {"value": 1}),))
    display.show(line)
    assert capsys.readouterr().out == "a < b\n"
    bundle = line._repr_mimebundle_()
    assert "a &lt; b" in bundle["text/html"]
    assert bundle["application/x-test"] == {"value": 1}


HEADS, ROWS = ["模型", "accuracy", "份"], [["n 元语法", "92.41 ± 0.17", 3], ["a < b", "9.0", 12]]


def test_columns_of_a_table_are_straight_in_a_terminal_where_chinese_is_twice_as_wide(capsys):
    display.table(HEADS, ROWS)
    assert capsys.readouterr().out.splitlines() == [
        "模型          accuracy  份",
        "n 元语法  92.41 ± 0.17   3",
        "a < b              9.0  12",
    ]


def test_a_table_in_a_notebook_has_heads_of_columns_and_of_rows_and_says_the_same_as_text(monkeypatch):
    published: list[dict[str, str]] = []
    monkeypatch.setattr(display, "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.publish_display_data", published.append)
    display.table(HEADS, (row for row in ROWS))
    page = ElementTree.fromstring(published[0]["text/html"])
    assert [(cell.get("scope"), cell.text) for cell in page.iter("th")] == [
        *(("col", head) for head in HEADS),
        *(("row", row[0]) for row in ROWS),
    ]
    assert [cell.text for cell in page.iter("td")] == ["92.41 ± 0.17", "3", "9.0", "12"]
    assert "right" in page.find(".//td").get("style") and "left" in page.find(".//th").get("style")
    assert published[0]["text/plain"].splitlines()[1] == "n 元语法  92.41 ± 0.17   3"


def test_what_heads_nothing_is_no_heading(monkeypatch):
    published: list[dict[str, str]] = []
    monkeypatch.setattr(display, "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.publish_display_data", published.append)
    display.table(["", "count"], [["good", 3], [" ", 4]])
    page = ElementTree.fromstring(published[0]["text/html"])
    assert [cell.text for cell in page.iter("th")] == ["count", "good"]
    assert [cell.text for cell in page.iter("td")] == [None, "3", " ", "4"]


def test_a_library_of_tables_marks_no_heads_of_rows_and_lets_empty_ones_stand():
    """Why the course writes its own tables: the day a library does both, this fails, and ours may go."""
    tabulate = pytest.importorskip("tabulate", reason="needs tabulate, which comes with the extra test")
    page = ElementTree.fromstring(tabulate.tabulate([["good", 3]], ["", "count"], tablefmt="html"))
    assert [(cell.get("scope"), (cell.text or "").strip()) for cell in page.iter("th")] == [(None, ""), (None, "count")]


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("编码", "编码  "),
        ("code", "code  "),
        ("cafe\u0301", "cafe\u0301  "),  # an accent of its own takes no room
        ("\U0001f469\u200d\U0001f52c", "\U0001f469\u200d\U0001f52c    "),  # nor does what joins two signs to one
        ("too long", "too long"),
    ],
    ids=["chinese", "latin", "accent", "joined", "long"],
)
def test_a_column_is_as_wide_as_its_letters_look(text: str, filled: str) -> None:
    assert display.padded(text, 6) == filled


def test_a_table_without_rows_shows_its_heads_and_one_with_a_short_row_names_it(capsys):
    display.table(["a", "b"], [])
    assert capsys.readouterr().out == "a  b\n"
    with pytest.raises(ValueError, match=r"row 1 has 1 cells: \['x'\]; allowed: 2"):
        display.table(["a", "b"], [[1, 2], ["x"]])


def _contrast(first: str, second: str) -> float:
    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mood", ["good", "bad", "plain"])
def test_the_words_in_a_box_stand_out_from_its_background(mood):
    foreground, background = re.search(r"color:(#\w+);background:(#\w+)", display.box("text", mood)).groups()
    assert _contrast(foreground, background) >= 7


def test_a_film_is_one_picture_with_its_words_and_a_still_for_readers_who_want_no_motion(pictures):
    figure, axis = plt.subplots(figsize=(2, 1))
    (line,) = axis.plot([0, 1], [0, 0])
    drawn = []

    def draw(height):
        drawn.append(height)
        line.set_ydata([0, height])

    plots.film(figure, draw, [0, 1, 2], '一条"上升"的线')
    ((markup, alternative),) = pictures
    assert alternative == '一条"上升"的线' and 'alt="一条&quot;上升&quot;的线"' in markup
    assert drawn[:3] == [0, 1, 2] and set(drawn[3:]) == {2}
    still, moving = (
        base64.b64decode(re.search(rf'data:image/{kind};base64,([^"]+)"', markup)[1]) for kind in ("png", "gif")
    )
    assert "prefers-reduced-motion" in markup and still.startswith(b"\x89PNG")
    with Image.open(io.BytesIO(moving)) as film:
        assert film.format == "GIF" and film.n_frames == 3
        film.seek(2)
        assert film.info["duration"] > 1000  # the last frame stays
    assert not plt.fignum_exists(figure.number)


@pytest.mark.parametrize(("frames", "words"), [([], "A line."), ([1], " ")])
def test_a_film_without_frames_or_words_is_refused(pictures, frames, words):
    with pytest.raises(ValueError, match=r"needs frames.*alternative text"):
        plots.film(plt.figure(), print, frames, words)
    assert not pictures


@pytest.mark.parametrize(
    ("text", "size"), [("all", 14), ("why, and where wrong", 11), ("一格里写下十二个汉字吧", 12.4)]
)
def test_words_that_are_longer_than_their_box_are_smaller(pictures, text, size):
    diagrams.flow({"a": (0, 0, text)}, [], "A box.")
    found = float(re.search(r'font-size="([\d.]+)" font-weight', pictures[0][0])[1])
    assert found == pytest.approx(size, abs=0.1)
