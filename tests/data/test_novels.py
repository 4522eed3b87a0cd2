"""Proves that novels come as chapters of clean paragraphs from either edition, and that no other text passes."""

from __future__ import annotations

import dataclasses
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib import data
from course_lib.base.errors import DataCorrupt, DataUnavailable, UsageError
from course_lib.data import novels, registry, tales
from course_lib.data.documents import Documents, Novel

from . import tiny

PLAIN = """EMMA

By Jane Austen

VOLUME I

CHAPTER I

It was a "mild" day, and the mother-
in-law of Mr. ---- was _very_ well pleased;--
so she said.  "Nobody,"
said he.

CHAPTER II

Verses were read:

    My first is a letter,
      And so is my last.

[At this point in the first edition, Volume 1 ends.]

They went out.

VOLUME II

CHAPTER I

The last of it.

* * * * *

[End of volume two.
Printed by somebody.]

Really.*



THE END"""

PUBLISHED = """\ufeffThe Project Gutenberg eBook of Emma

You may copy it under the terms of the Project Gutenberg License.

*** START OF THE PROJECT GUTENBERG EBOOK EMMA ***

Produced by volunteers

Contents

 CHAPTER I.
 CHAPTER II.
 CHAPTER I.

PREFACE

By somebody else.

[Illustration: ·EMMA·

Chapter I.]

It was a “mild” day, and the mother-in-law of Mr. ---- was _very_

[Illustration:

“She was pleased”

[_Copyright 1894._]]

well pleased;—so
she said. “Nobody,” said he.

[Illustration]

CHAPTER II.

Verses were read:

My first is a letter,
And so is my last.

They went out.

VOLUME II.

CHAPTER I.

The last of it.

Really.[1]

 [1] Vide a letter from somebody,
No. 97.

                            [Illustration:
                                  THE
                                  END
                                   ]

             CHISWICK PRESS:--CHARLES AND CO.

*** END OF THE PROJECT GUTENBERG EBOOK EMMA ***

Updated editions will replace the previous one.
"""

CHAPTERS = (
    'It was a "mild" day, and the mother-in-law of Mr. ---- was very well pleased;--so she said. "Nobody," said he.',
    "Verses were read:\n\nMy first is a letter,\nAnd so is my last.\n\nThey went out.",
    "The last of it.\n\nReally.",
)


@pytest.fixture
def place(data_folder: Path, cache: Path, use_cards: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where one novel of three short chapters lies in `COURSE_DATA`."""
    monkeypatch.setattr(novels, "_SHORTEST", 5)
    use_cards(_card())
    (data_folder / "jane_austen").mkdir()
    return data_folder / "jane_austen" / "emma.txt"


def _card(url: str = "http://127.0.0.1:9/pg158.txt") -> registry.Card:
    card = registry.card("jane_austen")
    file = registry.PublishedFile("pg158.txt", url, also=("emma.txt",))
    contents = {"pg158.txt": {"title": "Emma", "year": 1815, "chapters": 3}}
    return dataclasses.replace(card, files=(file,), contents=contents)


@pytest.mark.parametrize("text", [PLAIN, PUBLISHED, PLAIN.replace("\n", "\r\n")], ids=["plain", "published", "Windows"])
def test_both_editions_give_the_same_chapters(place: Path, text: str) -> None:
    place.write_bytes(text.encode())
    (emma,) = found = novels.load()
    assert emma == ("Emma", 1815, CHAPTERS) and found.source == "folder"
    assert emma.text == "\n\n".join(CHAPTERS)


def test_a_note_behind_the_last_sentence_is_no_part_of_it() -> None:
    for end in ("FINIS", "Finis", "The End", "*Vide a letter, No. 97.\n\nA NOTE ON THE TEXT\n\nIt was written."):
        assert novels.split(f"Chapter 1\n\nOne.\n\nChapter 2\n\nTwo.\n\n{end}\n", 2) == ("One.", "Two.")


def test_prose_whose_lines_begin_with_capitals_by_chance_is_one_line() -> None:
    lines = "Mr. Knightley, who was a sensible man of seven or eight-and-thirty,", "Mr. Woodhouse, and Emma."
    assert novels.split("Chapter 1\n\n" + "\n".join(lines), 1) == (" ".join(lines),)


def test_a_bracket_that_is_never_closed_leaves_less_and_does_not_hang() -> None:
    assert novels.split("Chapter 1\n\nOne.\n\n[Illustration: [\n\nChapter 2\n\nTwo.", 2) != ("One.", "Two.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PLAIN.replace("CHAPTER II\n", "\n"), "expected the 3 chapters of Emma, got 2"),
        (PLAIN[: PLAIN.index("VOLUME II\n")], "got 2"),
        ("<html>log in</html>", "got 0, the shortest of 0"),
        ("", "got 0"),
        (PLAIN.replace("The last of it.", "").replace("Really.", "So."), "got 3, the shortest of 3 characters"),
    ],
)
def test_another_text_is_refused(place: Path, text: str, message: str) -> None:
    place.write_text(text)
    with pytest.raises(DataCorrupt, match=rf"emma\.txt: .*{message}.*COURSE_DATA"):
        novels.load()
    assert data.samples_in_use() == frozenset()


def test_what_is_not_utf_8_is_refused(place: Path) -> None:
    place.write_bytes(PLAIN.replace("mild", "m\xefld").encode("latin-1"))
    with pytest.raises(DataCorrupt, match="not UTF-8"):
        novels.load()


def test_a_novel_is_fetched_and_a_damaged_copy_is_fetched_again(
    place: Path, online: None, no_data_folder: None, cache: Path, use_cards: Callable[..., None]
) -> None:
    behaviour = tiny.Behaviour(PUBLISHED.encode())
    with tiny.site(behaviour) as url:
        use_cards(_card(url))
        assert [novels.load().source for _ in range(2)] == ["download", "cache"]
        copy = cache / "jane_austen" / "pg158.txt"
        copy.write_bytes(copy.read_bytes()[:-900])
        assert novels.load()[0].chapters == CHAPTERS and len(behaviour.ranges) == 2
        behaviour.content = b"<html>log in</html>"
        copy.unlink()
        with pytest.raises(DataCorrupt, match="sends something else"):
            novels.load(sample="never")
    assert tiny.left_in(cache) == ["jane_austen"]


def test_the_tales_stand_in_and_say_so(cache: Path, no_data_folder: None, capsys: pytest.CaptureFixture[str]) -> None:
    found = novels.load()
    assert found.source == "sample" and found == tales.load() and data.samples_in_use() == {"jane_austen"}
    shown = capsys.readouterr().out
    assert "⚠ SAMPLE DATA" in shown and "tales.tsv" in shown and "course data fetch jane_austen" in shown


def test_never_means_never_and_only_means_only(cache: Path, no_data_folder: None) -> None:
    with pytest.raises(DataUnavailable, match=r"pg161\.txt is neither"):
        novels.load(sample="never")
    assert novels.load(sample="only") == tales.load() and data.samples_in_use() == frozenset()
    with pytest.raises(UsageError, match="unknown choice of sample 'no'"):
        novels.load(sample="no")


def test_documents_keep_their_source_when_a_process_hands_them_to_another() -> None:
    made = Documents([Novel("A", 1811, ("One.",))], "folder", {"gaps": 2})
    again = pickle.loads(pickle.dumps(made))
    assert (again, again.source, again.left_out) == (made, "folder", {"gaps": 2})
    assert repr(made) == "Documents(1 novels, source='folder')" and "1 chapters, 4 characters" in repr(made[0])


def test_the_real_novels_have_their_chapters_and_nothing_of_their_editions(real_data: Path, cache: Path) -> None:
    found = novels.load(sample="never")
    assert [(novel.title, novel.year, len(novel.chapters)) for novel in found] == [
        ("Sense and Sensibility", 1811, 50),
        ("Pride and Prejudice", 1813, 61),
        ("Mansfield Park", 1814, 48),
        ("Emma", 1815, 55),
        ("Northanger Abbey", 1817, 31),
        ("Persuasion", 1817, 24),
    ]
    texts = [novel.text for novel in found]
    assert 3_950_000 < sum(map(len, texts)) < 4_030_000
    for text in texts:
        assert not re.search(r"gutenberg|ebook|volume [ivx1-3]+\b|chapter [ivx\d]+\b|finis\b|the end\b\W*$", text, re.I)
        assert not re.search(r"\r|\t|  |\n\n\n|_\w|[“”‘’—*]|\[|^\s|\s$", text)
        assert len(text) > 400_000
        # Verse and the heads of letters are the only lines within a paragraph.
        assert sum("\n" in paragraph for paragraph in text.split("\n\n")) < 12
    assert texts[1].startswith("It is a truth universally acknowledged,")
    assert texts[1].endswith("had been the means of uniting them.")
    assert texts[4].endswith("or reward filial disobedience.")


def test_no_word_of_the_real_novels_is_broken_or_lost(real_data: Path, cache: Path) -> None:
    # Every word of the files, in their order, but for headings and what stands outside the chapters.
    for novel, part in zip(novels.load(sample="never"), registry.card("jane_austen").parts, strict=True):
        raw = next(real_data / place for place in part.local if (real_data / place).exists()).read_text("utf-8")
        there = re.findall(r"\w+", raw.replace("_", ""))
        kept = re.findall(r"\w+", novel.text)
        assert 0 <= len(there) - len(kept) < 350
        rest = iter(there)
        assert all(word in rest for word in kept), novel.title
