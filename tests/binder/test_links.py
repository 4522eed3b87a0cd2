"""Proves that a launch link opens the right notebook in the right edition, under menus of its language."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from course_lib.publishing.addresses import launch_addresses

from . import image

pytestmark = [pytest.mark.binder, pytest.mark.skipif(os.name != "posix", reason="shell scripts")]

ROOT = image.ROOT
SLUGS = sorted(path.stem for path in (ROOT / "chapters").glob("[0-9][0-9]_*.py"))
PUBLIC = "https://github.com/example/course@v1.0"
BLOB = "https://github.com/example/course/blob/v1.0"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_link_of_every_lesson_names_a_notebook_that_is_there(language: str) -> None:
    for slug in SLUGS:
        links = launch_addresses(slug, language, PUBLIC)
        assert set(links) == {"Binder", "Colab", "Kaggle"}
        notebook = f"chapters/{language}/{slug}.ipynb"
        assert (ROOT / notebook).is_file()
        assert links["Colab"].endswith(f"/github/example/course/blob/v1.0/{notebook}")
        assert parse_qs(urlsplit(links["Kaggle"]).query)["src"] == [f"{BLOB}/{notebook}"]
        assert parse_qs(urlsplit(links["Binder"]).query)["urlpath"] == [f"course/{language}/lab/tree/{notebook}"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[image.Lab]:
    """JupyterLab with what `postBuild` sets."""
    pytest.importorskip("jupyterlab", reason="needs JupyterLab: pip install jupyterlab")
    folder = tmp_path_factory.mktemp("image")
    answer = image.post_build(folder, {**os.environ, "COURSE_DATA": ""})
    assert answer.returncode == 0, answer.stderr
    with image.lab(folder, ROOT, os.environ) as found:
        yield found


def _open(lab: image.Lab, path: str) -> tuple[int, str]:
    """The status of an address, and where it leads to."""
    with contextlib.closing(http.client.HTTPConnection(urlsplit(lab.address).netloc, timeout=60)) as connection:
        connection.request("GET", path)
        with connection.getresponse() as answer:
            return answer.status, answer.headers.get("Location", "")


def _locale(lab: image.Lab) -> str | None:
    path = lab.user_settings / "@jupyterlab" / "translation-extension" / "plugin.jupyterlab-settings"
    return json.loads(path.read_text(encoding="utf-8"))["locale"] if path.exists() else None


@pytest.mark.slow
def test_the_door_asks_for_the_token_sets_the_language_and_leads_to_the_notebook(lab: image.Lab) -> None:
    target = "/lab/tree/chapters/zh/01_preprocessing.ipynb"
    status, to = _open(lab, f"/course/zh{target}")
    assert status == 302 and to.startswith("/login") and _locale(lab) is None
    for language, locale in (("zh", "zh_CN"), ("en", "default")):
        status, to = _open(lab, f"/course/{language}{target}?token={lab.token}")
        assert (status, to) == (302, f"{target}?token={lab.token}")
        assert _locale(lab) == locale
    settings = json.loads(lab.ask("/lab/api/settings/@jupyterlab/translation-extension:plugin"))
    assert settings["settings"]["locale"] == "default"


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/course/fr/lab/tree/x.ipynb", "/course/zh/api/shutdown", "/course/zh//evil.example"])
def test_the_door_leads_nowhere_else(lab: image.Lab, path: str) -> None:
    status, to = _open(lab, f"{path}?token={lab.token}")
    assert "evil" not in to and status == 404


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/course/zh/lab/x%0d%0aSet-Cookie:a=b", "/course/en/lab/%0a", "/course/en/lab/%7f"])
def test_a_line_break_in_a_path_is_a_bad_request_and_no_header(lab: image.Lab, path: str) -> None:
    before = _locale(lab)
    status, to = _open(lab, f"{path}?token={lab.token}")
    assert (status, to) == (400, "") and _locale(lab) == before
