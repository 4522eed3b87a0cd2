"""Proves that the slider is self-contained, holds every picture in its place, can be moved by keys, speaks
both languages, and refuses frames that do not fit their names.
"""

from __future__ import annotations

import base64
import html
import io
import json
import re

import numpy as np
import pytest

from course_lib.showing import display, sliders

FRAMES = np.linspace(0, 1, 2 * 3 * 4 * 4).reshape(2, 3, 4, 4)


def shown(monkeypatch: pytest.MonkeyPatch, frames: np.ndarray = FRAMES, **changes: object) -> tuple[str, str]:
    caught = []
    monkeypatch.setattr(display, "show_picture", lambda *said: caught.append(said))
    settings = {
        "rows": ["slant <1>", "width"][: len(frames)],
        "columns": ["-1", "0", "+1"],
        "row_name": "dimension",
        "column_name": "value",
        "alternative": 'a 2 that "leans"',
    }
    sliders.slider(frames, **(settings | changes))
    return caught[0]


def test_the_sheet_holds_every_frame_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.image import imread

    markup, _ = shown(monkeypatch)
    sheet = imread(io.BytesIO(base64.b64decode(re.search(r"base64,([^\"]+)", markup)[1])))[..., 0]
    assert sheet.shape == (8, 12)
    for row in range(2):
        for column in range(3):
            frame = sheet[4 * row : 4 * row + 4, 4 * column : 4 * column + 4]
            np.testing.assert_allclose(frame, 1 - FRAMES[row, column], atol=0.07)  # 1 is black


def test_it_can_be_used_by_keys_and_by_ear(monkeypatch: pytest.MonkeyPatch) -> None:
    markup, alternative = shown(monkeypatch)
    assert markup.count('<input type="range"') == 2 and markup.count("<label") == 2 and 'role="group"' in markup
    assert "dimension" in markup and "value" in markup and alternative == 'a 2 that "leans"'
    assert f'alt="{html.escape(alternative)}"' in markup and 'aria-valuetext="0"' in markup
    rows = json.loads(html.unescape(re.search(r'data-rows="([^"]*)"', markup)[1]))
    assert rows == ["slant <1>", "width"] and "slant <1>" not in markup


def test_it_speaks_chinese_in_the_chinese_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, alternative="倾斜的 2")[1] == "倾斜的 2"


def test_it_needs_nothing_from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    markup, _ = shown(monkeypatch)
    assert "http" not in markup and "<script" not in markup and markup.count("src=") == 1


def test_a_single_row_has_one_slider_to_see(monkeypatch: pytest.MonkeyPatch) -> None:
    markup, _ = shown(monkeypatch, FRAMES[:1])
    assert markup.count("display:none") == 1


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        (
            FRAMES[0],
            r"^frames have the shape \(3, 4, 4\); allowed: \(rows, columns, height, width\)",
        ),
        (FRAMES[:, :2], r"^frames have the shape \(2, 2, 4, 4\)"),
        (2 * FRAMES, r"^frames holds values from 0 to 2; allowed: 0 to 1$"),
        (FRAMES * np.nan, r"^frames holds NaN or infinity"),
    ],
)
def test_frames_that_do_not_fit_are_refused(frames: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sliders.slider(frames, ["a", "b"], ["-", "0", "+"], "row", "column", "text")
