"""Proves that sentence pairs are read in each form their site gives them, and that a broken line is named."""

from __future__ import annotations

import dataclasses
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.data import registry, tatoeba
from course_lib.data.pairs import Pair, Pairs
from course_lib.errors import DataCorrupt, DataUnavailable, UsageError

from . import tiny

LINES = ["Hi.\t嗨。", "Run.\t你用跑的。", "Wait!\t等等！", "Hello!\t你好。", "I try.\t让我来。"]
PAIRS = {tuple(line.split("\t")) for line in LINES}


@pytest.fixture
def place(data_folder: Path, cache: Path, use_cards: Callable[..., None]) -> Path:
    """Where the pairs lie in `COURSE_DATA`; five of them are enough."""
    use_cards(dataclasses.replace(registry.card("tatoeba"), contents={"pairs_at_least": 5}))
    (data_folder / "tatoeba").mkdir()
    return data_folder / "tatoeba" / "cmn.txt"


def _pairs(loaded: Pairs) -> set[tuple[str, str]]:
    return {tuple(loaded[index]) for index in range(len(loaded))}


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(LINES),
        "\n".join(LINES) + "\n",
        "\r\n".join(LINES) + "\r\n",
        "\ufeff" + "\n".join(LINES),
        "\n\n".join(LINES) + "\n \t \n\n",
        "".join(f"{line}\tCC-BY 2.0 (France) Attribution: tatoeba.org #1 & #2\n" for line in LINES),
    ],
    ids=["no last line break", "plain", "Windows", "byte order mark", "empty lines", "with authors"],
)
def test_pairs_are_read_whatever_surrounds_them(place: Path, content: str) -> None:
    place.write_bytes(content.encode())
    pairs = tatoeba.load()
    assert _pairs(pairs) == PAIRS and len(pairs) == 5 and pairs.source == "folder"


def test_pairs_are_read_from_the_published_archive(place: Path) -> None:
    with zipfile.ZipFile(place.with_name("cmn-eng.zip"), "w") as archive:
        archive.writestr("cmn.txt", "\n".join(LINES))
        archive.writestr("_about.txt", "about")
    assert _pairs(tatoeba.load()) == PAIRS


@pytest.mark.parametrize("line", ["no tab", "\t只有中文", "only English\t", "only English\t \tCC-BY"])
def test_a_line_that_is_no_pair_is_named(place: Path, line: str) -> None:
    place.write_text("\n".join([*LINES, line]), encoding="utf-8")
    with pytest.raises(DataCorrupt, match=r"cmn\.txt: line 6: expected English, a tab and Chinese, got .*COURSE_DATA"):
        tatoeba.load()


def test_too_few_pairs_are_no_tatoeba(place: Path) -> None:
    place.write_text("\n".join(LINES[:4]), encoding="utf-8")
    with pytest.raises(DataCorrupt, match="expected at least 5 pairs, got 4"):
        tatoeba.load()


def test_what_is_not_utf_8_is_refused(place: Path) -> None:
    place.write_bytes("\n".join(LINES).encode("gb18030"))
    with pytest.raises(DataCorrupt, match=r"not UTF-8 \(byte 4\)"):
        tatoeba.load()


def test_pairs_come_in_an_order_of_the_seed_alone_and_a_limit_draws_some(place: Path) -> None:
    place.write_text("\n".join(f"{number}\t{number}号" for number in range(50)), encoding="utf-8")
    first, again, other = tatoeba.load(seed=1), tatoeba.load(seed=1), tatoeba.load(seed=2)
    assert first == again and first.english != other.english
    assert first.english != sorted(first.english, key=int)
    few = tatoeba.load(limit=7, seed=1)
    assert few.english == first.english[:7]
    assert all(chinese == f"{english}号" for english, chinese in zip(few.english, few.chinese, strict=True))


@pytest.mark.parametrize("limit", [0, -3, 6, 1.0])
def test_a_limit_that_cannot_be_met_is_refused(place: Path, limit: object) -> None:
    place.write_text("\n".join(LINES), encoding="utf-8")
    with pytest.raises(UsageError, match="from 1 to 5; given: "):
        tatoeba.load(limit=limit)


def test_an_unknown_choice_of_sample_is_refused(place: Path) -> None:
    with pytest.raises(UsageError, match="unknown choice of sample 'no'"):
        tatoeba.load(sample="no")


def test_pairs_are_fetched_and_a_damaged_copy_is_fetched_again(
    online: None, no_data_folder: None, cache: Path, use_cards: Callable[..., None], tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "good.zip", "w") as archive:
        archive.writestr("cmn.txt", "\n".join(LINES))
    behaviour = tiny.Behaviour((tmp_path / "good.zip").read_bytes())
    with tiny.site(behaviour) as url:
        card = registry.card("tatoeba")
        file = dataclasses.replace(card.file, url=url)
        use_cards(dataclasses.replace(card, contents={"pairs_at_least": 5}, file=file))
        assert (tatoeba.load().source, tatoeba.load().source) == ("download", "cache")
        (cache / "tatoeba" / "cmn-eng.zip").write_bytes(b"")
        assert _pairs(tatoeba.load()) == PAIRS
        assert len(behaviour.ranges) == 2
        behaviour.content = b"<html>log in</html>"
        (cache / "tatoeba" / "cmn-eng.zip").unlink()
        with pytest.raises(DataCorrupt):
            tatoeba.load(sample="never")
    assert tiny.left_in(cache) == ["tatoeba"]


def test_never_means_never(cache: Path, no_data_folder: None) -> None:
    with pytest.raises(DataUnavailable, match=r"cmn-eng\.zip is neither"):
        tatoeba.load(sample="never")


def test_pairs_that_do_not_match_are_refused() -> None:
    assert Pairs(["Hi."], ["嗨。"], "sample")[0] == Pair("Hi.", "嗨。")
    with pytest.raises(ValueError, match="english has 2 sentences, chinese 1"):
        Pairs(["Hi.", "No."], ["嗨。"], "sample")
