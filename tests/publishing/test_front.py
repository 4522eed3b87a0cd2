"""The README's pictures are what the lesson and the records say now, small, and shown in their own language."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from course_lib.publishing import front, source

ROOT = Path(__file__).resolve().parents[2]
LESSONS = [source.parse(ROOT / "chapters" / f"{slug}.py") for slug in ("05_attention", "07_sentiment")]


def test_no_picture_is_stale_or_large():
    made = front.pictures(ROOT, LESSONS)
    assert {path.name for path in made} == {"map-en.svg", "map-zh.svg", "ladder-en.svg", "ladder-zh.svg"}
    for path, content in made.items():
        assert path.read_bytes() == content, f"{path.name} is stale; run: course build"
        assert len(content) < 100_000


def test_each_language_of_the_readme_shows_its_own():
    english, chinese = (ROOT / "README.md").read_text(encoding="utf-8").split("## 中文说明")
    for part, language in ((english, "en"), (chinese, "zh")):
        assert f"{front.FOLDER.as_posix()}/map-{language}.svg" in part
        assert f"{front.FOLDER.as_posix()}/ladder-{language}.svg" in part


def test_another_record_is_another_picture_and_none_is_no_picture(tmp_path: Path):
    assert front.pictures(tmp_path, []) == {}
    folder = tmp_path / "course_lib" / "sentiment" / "recorded"
    folder.mkdir(parents=True)
    shutil.copyfile(ROOT / "course_lib" / "sentiment" / "recorded" / "lstm.1.json", folder / "lstm.1.json")
    one = front.pictures(tmp_path, LESSONS)[tmp_path / front.FOLDER / "ladder-en.svg"]
    record = json.loads((folder / "lstm.1.json").read_text(encoding="utf-8")) | {"test": 0.9}
    (folder / "lstm.1.json").write_text(json.dumps(record), encoding="utf-8")
    other = front.pictures(tmp_path, LESSONS)[tmp_path / front.FOLDER / "ladder-en.svg"]
    assert one != other and b"90.0%" in other
