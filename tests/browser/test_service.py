"""Proves that the page of the service searches and talks, in both languages, and shows tags as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course_lib import applications
from course_lib.showing import language

service = pytest.importorskip("course_lib.applications.service", exc_type=Exception)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[object]:
    talk = applications.Dialogue({"send money": "transfer"}.get, {"transfer": ("amount",)})
    finder = applications.Finder(["wings", "<b>heat</b>"], ["a wing in a stream", "hot <img src=x onerror=alert(1)>"])
    app = service.create_app(finder, talk, applications.Sessions(tmp_path / "talk.sqlite"))
    with service.Running(app) as made:
        yield made


def test_a_reader_searches_and_sees_tags_as_text(running: object, visit: Callable, photograph: Callable) -> None:
    watched = visit(running.url)
    page = watched.page
    page.fill("input[name=question]", "heat <script>alert(1)</script>")
    page.click("text=Search >> nth=-1")
    page.wait_for_selector("#hits li")
    assert page.inner_text("#hits li b") == "<b>heat</b>"
    assert page.locator("#hits img, #hits script").count() == 0
    assert page.input_value("input[name=question]") == "heat <script>alert(1)</script>"
    photograph(page, "service-search")
    assert not watched.errors and not watched.outside


def test_a_reader_talks_to_the_bot_in_chinese(running: object, visit: Callable, photograph: Callable) -> None:
    language.use("zh")
    watched = visit(running.url, size="phone", locale="zh-CN")
    page = watched.page
    assert page.get_attribute("html", "lang") == "zh" and page.inner_text("h1") == "搜索与客服"
    for said in ("send money", "<i>50 euros</i>"):
        page.fill("#said", said)
        page.press("#said", "Enter")
        page.wait_for_function("(n) => document.querySelectorAll('#talk .bot').length === n", arg=1 + (said[0] == "<"))
    lines = page.locator("#talk li").all_inner_texts()
    assert lines[0] == "send money" and lines[2] == "<i>50 euros</i>" and lines[3].startswith("已办理")
    assert page.locator("#talk i").count() == 0
    photograph(page, "service-talk")
    assert not watched.errors and not watched.outside
