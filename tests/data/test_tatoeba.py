"""Proves that sentence pairs are read in each form their site gives them, and that a broken line is named."""

from __future__ import annotations

import dataclasses
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.base.errors import DataCorrupt, DataUnavailable, UsageError
from course_lib.data import registry, tatoeba
from course_lib.data.pairs import Pair, Pairs

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


def _parts(seed: int = 0) -> tuple[Pairs, tuple[Pairs, Pairs, Pairs]]:
    english = [f"Sentence {number}." for number in range(40)] + [
        "I'm late!",
        "I am late.",
        "i’m late",
        "He ran",
        "Who?",
    ]
    chinese = [f"句子{number}。" for number in range(40)] + ["我迟到了。", "我晚了。", "我来晚了！", "我来晚了", "谁？"]
    pairs = Pairs(english, chinese, "folder")
    return pairs, tatoeba.split(pairs, validation=8, test=6, seed=seed, similarity=2)


@pytest.mark.parametrize("seed", range(12))
def test_a_split_loses_nothing_and_keeps_together_what_hangs_together(seed: int) -> None:
    pairs, parts = _parts(seed)
    assert [len(part) for part in parts] == [31, 8, 6]
    assert sorted(pair for part in parts for pair in _pairs(part)) == sorted(_pairs(pairs))
    assert {part.source for part in parts} == {"folder"}
    # The same English but for its writing, and another English with a Chinese that one of those has.
    homes = [number for number, part in enumerate(parts) for pair in _pairs(part) if pair[1][0] == "我"]
    assert len(homes) == 4 and len(set(homes)) == 1


def test_a_split_depends_on_the_seed_alone() -> None:
    assert _parts(3) == _parts(3) and len({tuple(_parts(seed)[1][2].english) for seed in range(4)}) > 1


def test_a_part_that_cannot_be_had_is_named() -> None:
    pairs, _ = _parts()
    for options, message in (
        ({"validation": 0, "test": 1}, "validation is 0; allowed: a whole number, 1 or more"),
        ({"validation": 1, "test": 2.0}, "test is 2.0"),
        ({"validation": 45, "test": 1}, "validation is 45; allowed: fewer, of 45 pairs in 42 groups"),
        ({"validation": 30, "test": 20}, "test is 20; allowed: fewer"),
        ({"validation": 1, "test": 1, "similarity": 0}, "similarity is 0; allowed: a number above 0"),
        ({"validation": 1, "test": 1, "similarity": float("nan")}, "similarity is nan"),
        (
            {"validation": 20, "test": 20, "similarity": 1e-6},
            "similarity is 1e-06; allowed: more, all ",
        ),
    ):
        with pytest.raises(UsageError, match=message):
            tatoeba.split(pairs, **options)


def _similarity(one: str, other: str) -> float:
    """By sets, one run after the other."""
    runs = [
        {text[start : start + size] for size in (2, 3) for start in range(len(text) - size + 1)}
        for text in (f" {tatoeba.normalised(sentence)} " for sentence in (one, other))
    ]
    return len(runs[0] & runs[1]) / len(runs[0] | runs[1])


def test_sentences_are_similar_by_the_runs_they_share() -> None:
    ours = ["He wears glasses.", "Who?", "嗨。", "I wrote a letter.", "我不知道他在那裡。"]
    others = ["He always wears glasses!", "嗨", "I wrote a letter to my mother.", "我不知道他住在哪裡。"]
    for similarity in (0.2, 0.45, 0.6, 0.7, 1.0):
        by_hand = [any(_similarity(one, other) >= similarity for other in others) for one in ours]
        assert tatoeba.similar(ours, others, similarity).tolist() == by_hand, similarity
    assert tatoeba.similar(["!!!", "Hi."], ["?!", "..."], 0.5).tolist() == [False, False]
    assert tatoeba.similar(["Hi."], ["Other."] * 500 + ["hi"], 1).tolist() == [True]


def test_training_holds_no_near_copy_of_what_is_held_out() -> None:
    english = ["Prices are double what they were ten years ago.", "Prices are double what they were two years ago."]
    english += [f"{word}?" for word in ("Snow", "Why", "Bread", "Green", "Milk", "Upstairs")]
    chinese = ["现在的物价是十年前的两倍。", "价格翻了一番。", "雪", "为什么", "面包", "绿", "牛奶", "楼上"]
    pairs = Pairs(english, chinese, "folder")
    apart = 0
    for seed in range(20):
        learnt, validation, test = tatoeba.split(pairs, validation=1, test=1, seed=seed)
        homes = [any("double" in text for text in part.english) for part in (learnt, validation, test)]
        assert not homes[0] or not (homes[1] or homes[2])
        kept = tatoeba.split(pairs, validation=1, test=1, seed=seed, similarity=2)
        assert (validation, test) == kept[1:] and len(kept[0]) == 6
        apart += len(learnt) == 5
    assert apart


@pytest.mark.slow
def test_no_sentence_of_the_real_pairs_is_in_two_parts(real_data: Path) -> None:
    pairs = tatoeba.load(sample="never")
    parts = tatoeba.split(pairs, validation=1000, test=1000, seed=1)
    assert [len(part) for part in parts[1:]] == [1000, 1000] and 0.94 * len(pairs) < sum(map(len, parts)) < len(pairs)
    for side in ("english", "chinese"):
        seen = [{tatoeba.normalised(sentence) for sentence in getattr(part, side)} for part in parts]
        assert not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2])
        held_out = getattr(parts[1], side) + getattr(parts[2], side)
        assert not tatoeba.similar(getattr(parts[0], side), held_out, 0.5).any()
