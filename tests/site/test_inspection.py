"""Proves that a fault of a finished page is found: a request to outside, a broken link, a picture without words."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_lib.publishing.site.inspection import inspect

_PAGE = (
    '<!doctype html><html lang="en"><head><title>t</title>{head}</head><body><h1 id="top">t</h1>{body}</body></html>'
)


def _faults(folder: Path, body: str = "", head: str = "") -> list[str]:
    (folder / "page.html").write_text(_PAGE.format(head=head, body=body), encoding="utf-8")
    (folder / "other.html").write_text(_PAGE.format(head="", body='<p id="here">x</p>'), encoding="utf-8")
    return inspect(folder)


def test_a_sound_page_has_no_faults(tmp_path: Path) -> None:
    (tmp_path / "dot.gif").write_bytes(b"GIF")
    body = '<a href="other.html#here">a</a><a href="https://example.org/">b</a><img src="dot.gif" alt="a dot">'
    assert _faults(tmp_path, body) == []


@pytest.mark.parametrize(
    "body",
    [
        '<script src="https://cdn.example.org/x.js"></script>',
        '<img alt="x" src="//cdn.example.org/x.png">',
        '<iframe src="http://example.org/"></iframe>',
        '<p style="background: url(https://example.org/x.png)">x</p>',
        '<img alt="x" src="data:," srcset="https://example.org/x.png 2x">',
    ],
)
def test_what_a_page_asks_from_outside_is_found(tmp_path: Path, body: str) -> None:
    assert any("asks for something outside" in fault for fault in _faults(tmp_path, body))


def test_of_several_pictures_to_choose_from_each_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "dot.gif").write_bytes(b"GIF")
    inside = "data:image/png;base64," + "A" * 5000
    body = f'<picture><source srcset="{inside}"><img alt="x" src="dot.gif" srcset="dot.gif 1x, {inside} 2x"></picture>'
    assert _faults(tmp_path, body) == []
    assert _faults(tmp_path, body.replace("dot.gif 1x", "dot.gif 1x, lost.gif, gone.gif 3x")) == [
        "page.html: file is missing: lost.gif",
        "page.html: file is missing: gone.gif",
    ]


def test_a_style_sheet_from_outside_is_found(tmp_path: Path) -> None:
    head = '<link rel="preload stylesheet" href="https://fonts.example.org/x.css">'
    assert _faults(tmp_path, head=head) == ["page.html: asks for something outside: https://fonts.example.org/x.css"]


def test_a_style_sheet_that_fetches_from_outside_is_found(tmp_path: Path) -> None:
    (tmp_path / "x.css").write_text("@font-face { src: url('https://example.org/x.woff'); }", encoding="utf-8")
    assert _faults(tmp_path) == ["x.css: asks for something outside"]


@pytest.mark.parametrize("link", ["nothing.html", "other.html#nowhere", "#nowhere"])
def test_a_link_that_leads_nowhere_is_found(tmp_path: Path, link: str) -> None:
    assert _faults(tmp_path, f'<a href="{link}">x</a>') == [f"page.html: link to nowhere: {link}"]


def test_a_picture_without_words_is_found(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"")
    assert _faults(tmp_path, '<img src="x.png" alt=" ">') == ["page.html: a picture without alternative text: x.png"]


def test_a_missing_file_is_found(tmp_path: Path) -> None:
    assert _faults(tmp_path, '<script src="gone.js"></script>') == ["page.html: file is missing: gone.js"]


def test_two_titles_on_a_page_are_found(tmp_path: Path) -> None:
    assert "2 headings of the first level" in _faults(tmp_path, "<h1>again</h1>")[0]


def test_a_page_without_a_language_is_found(tmp_path: Path) -> None:
    (tmp_path / "x.html").write_text("<html><body><h1>x</h1></body></html>", encoding="utf-8")
    assert inspect(tmp_path) == ["x.html: the page does not say its language"]
