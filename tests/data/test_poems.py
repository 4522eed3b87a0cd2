"""Proves that poems are read in both forms of the collection, without gaps or repeats, and split without leaks."""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib import data
from course_lib.base.errors import DataCorrupt, DataUnavailable, UsageError
from course_lib.data import poems, quatrains
from course_lib.data.documents import Documents, Poem

from . import tiny

Use = Callable[..., None]


def _ci(number: int, author: str = "某甲", **changes: object) -> dict:
    lines = [f"第{'一二三四五六七八九十'[number]}句，春风吹又生。", "夜来风雨声。"]
    return {"author": author, "paragraphs": lines, "rhythmic": "如梦令", **changes}


RECORDS = {
    "ci.song.0.json": [_ci(0), _ci(1), _ci(0, "某乙"), _ci(2, paragraphs=["一□二。"]), _ci(3, paragraphs=[])],
    "ci.song.1000.json": [
        _ci(4),
        *(_ci(3, paragraphs=[f"一{sign}二。"]) for sign in ("け", "…", "（下缺）", "\ufffd", "[二三]")),
        _ci(5, paragraphs=["[第]六句，《春风》吹又生。"]),
        _ci(0, paragraphs=["第一句，春风吹又生！", "夜来风雨声"]),
    ],
}
CONTENTS = {name: json.dumps(records, ensure_ascii=False).encode() for name, records in RECORDS.items()}


@pytest.fixture
def place(data_folder: Path, cache: Path, use_cards: Use) -> Path:
    """Where the records in two files lie in `COURSE_DATA`."""
    use_cards(tiny.several("song_ci", CONTENTS))
    folder = data_folder / "chinese_poetry"
    folder.mkdir()
    for name, content in CONTENTS.items():
        (folder / name).write_bytes(content)
    return folder


def test_gaps_and_repeats_are_left_out_and_counted(place: Path) -> None:
    found = poems.load("ci")
    assert [poem.lines[0][1] for poem in found] == list("一二五六")
    assert found[0] == ("如梦令", "某甲", ("第一句，春风吹又生。", "夜来风雨声。"))
    assert found[-1].lines == ("第六句，《春风》吹又生。",)
    assert found[0].text == "第一句，春风吹又生。\n夜来风雨声。"
    assert found.source == "folder" and found.left_out == {"gaps": 1, "damaged": 5, "empty": 1, "repeated": 2}


def test_shi_have_titles(data_folder: Path, cache: Path, use_cards: Use) -> None:
    record = {"author": "李白", "paragraphs": ["牀前明月光，疑是地上霜。"], "title": "靜夜思", "id": "1", "tags": []}
    content = json.dumps([record], ensure_ascii=False).encode()
    use_cards(tiny.several("tang_shi", {"poet.tang.1000.json": content}))
    (data_folder / "chinese_poetry").mkdir()
    (data_folder / "chinese_poetry" / "poet.tang.1000.json").write_bytes(content)
    assert poems.load("shi") == (Poem("靜夜思", "李白", ("牀前明月光，疑是地上霜。",)),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cut short or damaged"),
        (CONTENTS["ci.song.0.json"][:-1], "cut short or damaged"),
        (b"[]", "expected poems, got none"),
        (b"{}", "expected poems, got none"),
        (b"7", "expected records with author"),
        (b"[7]", "expected records with author"),
        (json.dumps([{"author": "a", "paragraphs": ["b"]}]).encode(), "'rhythmic'"),
        (json.dumps([_ci(0, paragraphs=None)]).encode(), "expected records with author"),
        (json.dumps([_ci(0, paragraphs=[1])]).encode(), "expected records with author"),
        (json.dumps([_ci(0, author=None)]).encode(), "expected records with author"),
        (b"[" * 100_000, "cut short or damaged"),
        ('["夏"]'.encode("gb18030"), "not UTF-8"),
    ],
)
def test_a_file_of_another_form_is_named(place: Path, content: bytes, message: str) -> None:
    (place / "ci.song.1000.json").write_bytes(content)
    with pytest.raises(DataCorrupt, match=rf"ci\.song\.1000\.json: .*{message}.*COURSE_DATA"):
        poems.load("ci")
    assert [one.verdict for one in data.verify("song_ci")] == ["bad"]


def test_poems_are_fetched_and_a_damaged_file_is_fetched_again(
    online: None, no_data_folder: None, cache: Path, use_cards: Use
) -> None:
    behaviour = tiny.Behaviour(b"", contents=CONTENTS)
    with tiny.site(behaviour) as url:
        use_cards(tiny.several("song_ci", CONTENTS, url))
        first, again = poems.load("ci"), poems.load("ci")
        assert first == again and (first.source, again.source) == ("download", "cache")
        damaged = cache / "song_ci" / "ci.song.1000.json"
        damaged.write_bytes(damaged.read_bytes().replace("春".encode(), "秋".encode()))
        assert poems.load("ci") == first and len(behaviour.ranges) == 3


@pytest.mark.parametrize("kind", poems.KINDS)
def test_quatrains_stand_in_and_say_so(
    cache: Path, no_data_folder: None, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    found = poems.load(kind)
    assert found == quatrains.load() == poems.load(kind, sample="only") and found.source == "sample"
    assert data.samples_in_use() == {poems.KINDS[kind]}
    assert "⚠ SAMPLE DATA" in capsys.readouterr().out
    with pytest.raises(DataUnavailable, match="COURSE_OFFLINE"):
        poems.load(kind, sample="never")


def test_an_unknown_kind_or_choice_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown kind 'qu'; allowed: ci, shi, tang300"):
        poems.load("qu")
    with pytest.raises(UsageError, match="unknown choice of sample"):
        poems.load("ci", sample="yes")


# ── splits


def _many(count: int = 400) -> Documents[Poem]:
    signs = [chr(0x4E00 + number) for number in range(count * 3)]
    made = [Poem("题", "某", (f"{''.join(signs[3 * n : 3 * n + 3])}，春风。",)) for n in range(count)]
    # Three that hang together by long lines, the first and the last only through the second.
    lines = "大江东去浪淘尽千古", "乱石穿空惊涛拍岸卷"
    made += [Poem("甲", "某", (f"{lines[0]}人。",)), Poem("乙", "某", (f"{lines[0]}，人！", f"{lines[1]}起。"))]
    made += [Poem("丙", "某", (f"{lines[1]}，起。", "小楼一夜听春雨。", "深巷明朝卖杏花。"))]
    # One more by two clauses; and one that shares a single clause with it, which may be anywhere.
    made += [Poem("丁", "某", ("小楼一夜听春雨，人。", "深巷明朝卖杏花，去。", "春江潮水连海平，人。"))]
    made += [Poem("题", "某", ("春江潮水连海平，去。",))]
    return Documents(made, "folder")


def test_a_split_loses_nothing_keeps_the_order_and_has_about_its_shares() -> None:
    whole = _many()
    parts = poems.split(whole, validation=0.1, test=0.2)
    assert sorted(itertools.chain(*parts)) == sorted(whole)
    assert all(list(part) == [poem for poem in whole if poem in set(part)] for part in parts)
    assert [round(len(part) / len(whole), 1) for part in parts] == [0.7, 0.1, 0.2]
    assert {part.source for part in parts} == {"folder"}


def test_a_poem_falls_into_the_same_part_whatever_lies_beside_it() -> None:
    whole = list(_many())
    homes = [set(part) for part in poems.split(Documents(whole, "folder"))]
    random.Random(1).shuffle(whole)
    for part, home in zip(poems.split(Documents(whole[:250], "folder")), homes, strict=True):
        singles = {poem for poem in part if poem.title == "题"}
        assert singles <= home


def test_poems_that_share_a_long_line_stay_together() -> None:
    for share in (0.05, 0.3, 0.45):
        parts = poems.split(_many(), validation=share, test=share)
        assert sorted(sum(poem.title in "甲乙丙丁" for poem in part) for part in parts) == [0, 0, 4]


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({"validation": 0}, "validation is 0; allowed: a number between 0 and 1"),
        ({"test": 1}, "test is 1"),
        ({"test": float("nan")}, "test is nan"),
        ({"validation": 0.5, "test": 0.5}, "less than 1 together"),
    ],
)
def test_shares_that_cannot_be_are_refused(shares: dict[str, float], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        poems.split(_many(), **shares)


# ── the real ones


@pytest.mark.parametrize(("kind", "records", "gaps"), [("ci", 21_053, 879), ("shi", 9_008, None), ("tang300", 366, 0)])
def test_the_real_poems_are_all_there(real_data: Path, cache: Path, kind: str, records: int, gaps: int | None) -> None:
    found = poems.load(kind, sample="never")
    assert len(found) + sum(found.left_out.values()) == records
    assert gaps in (None, found.left_out["gaps"])
    assert found.left_out["repeated"] < 0.04 * records
    assert all(poem.author and "□" not in poem.text for poem in found)
    assert len({poems.characters(poem.text) for poem in found}) == len(found)


def _runs(poem: Poem) -> set[str]:
    text = poems.characters(poem.text)
    return {text[start : start + 3] for start in range(len(text) - 2)}


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "near"), [("ci", 3), ("shi", 3)])
def test_hardly_a_version_of_a_held_out_poem_is_among_those_to_train_on(
    real_data: Path, cache: Path, kind: str, near: int
) -> None:
    found = poems.load(kind, sample="never")
    parts = poems.split(found)
    assert sum(map(len, parts)) == len(found)
    assert all(0.04 < len(part) / len(found) < 0.06 for part in parts[1:])
    lines = [{poems.characters(line) for poem in part for line in poem.lines} for part in parts]
    for one, other in itertools.combinations(lines, 2):
        assert max(map(len, one & other), default=0) < 10
    learnt = [_runs(poem) for poem in parts[0]]
    holders: dict[str, list[int]] = {}
    for index, runs in enumerate(learnt):
        for run in runs:
            holders.setdefault(run, []).append(index)
    count = 0
    for runs in map(_runs, [*parts[1], *parts[2]]):
        shared = Counter(index for run in runs for index in holders.get(run, ()))
        count += any(both > 0.3 * (len(runs) + len(learnt[index]) - both) for index, both in shared.items())
    assert count == near
