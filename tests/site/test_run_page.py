"""Proves that the page "run it on…" quotes what was measured, in both languages, and that its links open the right
notebook in the right edition."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from course_lib.publishing.site import texts

LANGUAGES = ("en", "zh")
LESSONS = [texts.Lesson(1, "01_preprocessing", "One", {}), texts.Lesson(2, "02_mlp", "Two", {})]
PUBLIC = "https://github.com/example/course@v1.0"
BLOB = "https://github.com/example/course/blob/v1.0"


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record of what two lessons took."""
    path = tmp_path / "measured.json"
    record = {
        "01": {"quick": {"seconds": 61, "peak_memory_mb": 1234, "cores": 2}},
        "02": {
            "quick": {"seconds": 87, "peak_memory_mb": 987, "cores": 2, "spread": {}},
            "full": {"spread": {}},
            "binder": {"seconds": 200, "peak_memory_mb": 1777, "cores": 1},
        },
    }
    path.write_text(json.dumps(record), encoding="utf-8")
    monkeypatch.setattr(texts, "_MEASURED", path)
    monkeypatch.setattr(texts.Site, "place", lambda self, where: "")  # the article map names cells of real lessons
    return path


def _page(language: str, repository: str = "") -> str:
    return texts.render(texts.Site(language, LESSONS, repository=repository))["run"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_minutes_and_memory_are_those_that_were_measured(language: str, measured: Path) -> None:
    page = _page(language)
    assert '<td class="course-number">61 s, 1.2 GB</td>' in page
    assert '<td class="course-number">3.3 min, 1.8 GB</td>' in page
    assert re.search(r"61 s (to|到) 87 s.*1\.2 GB", page)
    assert {"en": "at most 1.8 GB with two lessons open", "zh": "同时打开两课时内存最多 1.8 GB"}[language] in page
    # No lesson was measured at the full scale, so the page promises nothing of it.
    assert {"en": "The full scale takes", "zh": "full 规模每课约"}[language] not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_measured_on_other_backends_stands_beside_tensorflows(language: str, measured: Path) -> None:
    assert "PyTorch" not in _page(language), "nothing was measured there"
    record = json.loads(measured.read_text(encoding="utf-8"))
    record["02"]["quick"]["on"] = {"torch": {"seconds": 130, "peak_memory_mb": 1500, "cores": 2}}
    measured.write_text(json.dumps(record), encoding="utf-8")
    table = _page(language).rpartition("<table>")[2]
    assert re.findall(r'<td class="course-number">(.*?)</td>', table) == ["87 s, 1.0 GB", "–", "2.2 min, 1.5 GB"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_record_it_promises_nothing(language: str, measured: Path) -> None:
    measured.unlink()
    page = _page(language)
    assert "course-number" not in page and not re.search(r"\d (s|min) (to|到)", page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_opens_the_lesson_in_the_language_of_the_page(language: str, measured: Path) -> None:
    page = _page(language, PUBLIC)
    for slug in ("01_preprocessing", "02_mlp"):
        notebook = f"chapters/{language}/{slug}.ipynb"
        for address in (
            f"https://mybinder.org/v2/gh/example/course/v1.0?urlpath=course/{language}/lab/tree/{notebook}",
            f"https://colab.research.google.com/github/example/course/blob/v1.0/{notebook}",
            f"https://www.kaggle.com/kernels/welcome?src={BLOB}/{notebook}",
        ):
            assert f'href="{address}"' in page
    other = {"en": "zh", "zh": "en"}[language]
    assert f"chapters/{other}/" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_course_without_a_public_address_says_that_links_are_to_come(language: str, measured: Path) -> None:
    page = _page(language)
    assert "mybinder.org" not in page and "`repository`" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_place_has_at_most_five_lines(language: str, measured: Path) -> None:
    sections = re.split(r"^## .+$", _page(language, PUBLIC), flags=re.M)[1:]
    counts = [len(re.findall(r"^\d\. ", section, re.M)) for section in sections]
    assert len(counts) == 6 and all(count in (4, 5) for count in counts)
