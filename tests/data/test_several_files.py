"""Proves that a data set of several files is found, fetched, mended, checked and cleared as one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib import data
from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.data import registry, stories
from course_lib.showing import language

from . import tiny

CONTENTS = {"stories260K.bin": bytes(range(256)) * 8, "tok512.bin": b"tokens" * 50}
Use = Callable[..., None]


def _lay(folder: Path, names: dict[str, bytes] = CONTENTS, prefix: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in names.items():
        (folder / f"{prefix}{name}").write_bytes(content)
    return folder


@pytest.mark.parametrize("prefix", ["", "my_"])
def test_the_files_are_found_in_the_readers_folder_under_each_of_their_names(
    data_folder: Path, cache: Path, use_cards: Use, prefix: str
) -> None:
    use_cards(tiny.several("stories260k", CONTENTS))
    folder = _lay(data_folder / "stories260k", prefix=prefix)
    files = stories.load()
    assert files == (folder / f"{prefix}stories260K.bin", folder / f"{prefix}tok512.bin", "folder")
    status = data.status("stories260k")
    assert (status.where, status.path, status.size) == ("folder", folder, sum(map(len, CONTENTS.values())))
    assert data.fetch("stories260k") == folder
    (finding,) = data.verify("stories260k")
    assert (finding.verdict, finding.path, finding.message) == ("good", folder, "2 of 2 files, whole")
    assert not cache.exists()


def test_a_damaged_file_in_the_readers_folder_is_named_and_stays(
    data_folder: Path, cache: Path, use_cards: Use
) -> None:
    use_cards(tiny.several("stories260k", CONTENTS))
    damaged = _lay(data_folder / "stories260k") / "tok512.bin"
    damaged.write_bytes(CONTENTS["tok512.bin"][:-1] + b"x")
    with pytest.raises(DataCorrupt, match=r"tok512\.bin: expected sha256 .*it lies in COURSE_DATA"):
        stories.load()
    (finding,) = data.verify("stories260k")
    assert finding.verdict == "bad" and "tok512.bin" in finding.message
    assert damaged.exists()


def test_all_are_fetched_at_once_with_one_line_and_then_lie_in_the_cache(
    online: None, no_data_folder: None, cache: Path, use_cards: Use, capsys: pytest.CaptureFixture[str]
) -> None:
    behaviour = tiny.Behaviour(b"", contents=CONTENTS)
    with tiny.site(behaviour) as url:
        use_cards(tiny.several("stories260k", CONTENTS, url))
        assert data.status("stories260k").size == sum(map(len, CONTENTS.values()))
        files = stories.load()
    assert capsys.readouterr().out.count("Fetching stories260k (0.0 MB)") == 1
    assert files.source == "download" and files.weights.read_bytes() == CONTENTS["stories260K.bin"]
    assert stories.load() == (*files[:2], "cache") and len(behaviour.ranges) == 2
    assert data.status("stories260k").where == "cache"
    assert tiny.left_in(cache) == ["stories260k", *(f"stories260k/{name}" for name in CONTENTS)]


def test_progress_counts_all_that_is_missing(online: None, no_data_folder: None, cache: Path, use_cards: Use) -> None:
    told = []
    with tiny.site(tiny.Behaviour(b"", contents=CONTENTS)) as url:
        use_cards(tiny.several("stories260k", CONTENTS, url))
        place = data.fetch("stories260k", progress=lambda done, total: told.append((done, total)))
    assert place == cache / "stories260k"
    whole = sum(map(len, CONTENTS.values()))
    assert told[-1] == (whole, whole) and {total for _, total in told} == {whole}
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_only_what_is_missing_or_damaged_is_fetched(
    online: None, no_data_folder: None, cache: Path, use_cards: Use
) -> None:
    behaviour = tiny.Behaviour(b"", contents=CONTENTS)
    with tiny.site(behaviour) as url:
        use_cards(tiny.several("stories260k", CONTENTS, url))
        _lay(cache / "stories260k", {"tok512.bin": CONTENTS["tok512.bin"]})
        assert data.status("stories260k").where == "missing"
        assert stories.load().source == "download" and len(behaviour.ranges) == 1
        (cache / "stories260k" / "tok512.bin").write_bytes(bytes(len(CONTENTS["tok512.bin"])))
        (finding,) = data.verify("stories260k")
        assert finding.verdict == "bad" and "expected sha256" in finding.message
        assert stories.load().vocabulary.read_bytes() == CONTENTS["tok512.bin"] and len(behaviour.ranges) == 2


def test_a_file_in_the_readers_folder_and_one_in_the_cache_make_a_whole(
    data_folder: Path, cache: Path, use_cards: Use
) -> None:
    use_cards(tiny.several("stories260k", CONTENTS))
    _lay(data_folder / "stories260k", {"stories260K.bin": CONTENTS["stories260K.bin"]})
    _lay(cache / "stories260k", {"tok512.bin": CONTENTS["tok512.bin"]})
    assert stories.load().source == "cache" and data.status("stories260k").where == "cache"
    assert [one.message for one in data.verify("stories260k")] == ["1 of 2 files, whole"] * 2


def test_what_a_site_sends_instead_is_refused(online: None, no_data_folder: None, cache: Path, use_cards: Use) -> None:
    wrong = {**CONTENTS, "tok512.bin": b"x" * len(CONTENTS["tok512.bin"])}
    with tiny.site(tiny.Behaviour(b"", contents=wrong)) as url:
        use_cards(tiny.several("stories260k", CONTENTS, url))
        with pytest.raises(DataCorrupt, match="sends something else than was published"):
            stories.load()
    assert tiny.left_in(cache) == ["stories260k", "stories260k/stories260K.bin"]


def test_clear_removes_every_file_and_nothing_beside_them(cache: Path, no_data_folder: None, use_cards: Use) -> None:
    use_cards(tiny.several("stories260k", CONTENTS))
    folder = _lay(cache / "stories260k", {**CONTENTS, "tok512.bin.part": b"x", "notes.txt": b"mine"})
    assert data.status("stories260k").cached == sum(map(len, CONTENTS.values())) + 1
    assert data.clear(["stories260k"]) == sum(map(len, CONTENTS.values())) + 1
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(("edition", "words"), [("en", "Connect to the net"), ("zh", "请联网后运行")])
def test_of_a_trained_model_there_is_no_sample_and_the_reader_is_told_where_it_is_to_be_got(
    cache: Path, no_data_folder: None, edition: str, words: str
) -> None:
    language.use(edition)
    with pytest.raises(DataUnavailable, match=words) as caught:
        stories.load()
    for word in (
        "course data fetch stories260k",
        "huggingface.co/karpathy/tinyllamas",
        "stories260K.bin",
        "tok512.bin",
    ):
        assert word in str(caught.value)
    assert not isinstance(caught.value, DataCorrupt) and data.samples_in_use() == frozenset()


def test_the_real_model_is_there(real_data: Path, cache: Path) -> None:
    files = stories.load()
    assert [path.stat().st_size for path in files[:2]] == [1_056_540, 6_227]
    header = files.weights.read_bytes()[:28]
    numbers = [int.from_bytes(header[start : start + 4], "little", signed=True) for start in range(0, 28, 4)]
    assert numbers == [64, 172, 5, 8, 4, 512, 512]
    assert [file.size for file in registry.card("stories260k").files] == [1_056_540, 6_227]
