"""Checking the copies of a data set against its card."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from course_lib.base.errors import CourseError, DataCorrupt, EnvironmentProblem
from course_lib.data import cache, gate, registry, sources
from course_lib.data.gate import Opened
from course_lib.showing.language import tr


@dataclass(frozen=True)
class Finding:
    """What was found out about one copy of a data set.

    Args:
        verdict: `"good"`, `"bad"`, or `"absent"` where there is no copy.
        path: the copy.
        message: what was checked, or what is wrong, in the reader's language.
    """

    verdict: str
    path: Path | None
    message: str


def findings(card: registry.Card) -> list[Finding]:
    """Check every copy of a data set on this machine."""
    try:
        found = [_finding(path, check) for path, check in _copies(card)]
    except EnvironmentProblem as problem:
        return [Finding("bad", None, str(problem))]
    return found or [Finding("absent", None, tr(f"{card.id} is not on this machine", f"本机没有 {card.id}"))]


def whole(card: registry.Card) -> Callable[[Opened], None]:
    """A reader that makes sure of everything a loader needs; a checksum that fits has made sure of it already."""

    def read(opened: Opened) -> None:
        if not opened.published:
            _CHECKS[card.id](card, opened)

    return read


def _finding(path: Path, check: Callable[[], str]) -> Finding:
    try:
        return Finding("good", path, check())
    except (CourseError, OSError) as problem:
        return Finding("bad", path, str(problem))


def _copies(card: registry.Card) -> Iterator[tuple[Path, Callable[[], str]]]:
    """Each copy, and the check that fits it."""

    def through(place: Path, ours: bool = False) -> tuple[Path, Callable[[], str]]:
        return place, lambda: gate.passing(card, place, lambda opened: _CHECKS[card.id](card, opened), ours)

    if card.origin != "download":
        yield through(sources.here(card).path)
        return
    if card.files:
        yield from _sets(card)
        return
    if (folder := sources.in_folder(card)) is not None:
        yield through(folder)
    if os.path.lexists(cached := cache.folder(card.id) / card.file.name):
        yield through(cached, ours=True)
    if card.id == "glove.6B":
        from course_lib.data import glove

        for path, dimensions in glove.unpacked():
            yield path, lambda path=path, dimensions=dimensions: glove.check_vectors(path, dimensions)
    for parsed in sorted(cache.folder(card.id).glob("parsed-*")):
        yield parsed, lambda parsed=parsed: _parsed(parsed)


def _sets(card: registry.Card) -> Iterator[tuple[Path, Callable[[], str]]]:
    """The files in `COURSE_DATA` as one copy, and those in the cache."""
    own = [(part, place) for part in card.parts if (place := sources.in_folder(part)) is not None]
    cached = [(part, cache.folder(card.id) / part.file.name) for part in card.parts]
    fetched = [(part, place) for part, place in cached if os.path.lexists(place)]
    for places, ours in ((own, False), (fetched, True)):
        if places:
            yield places[0][1].parent, partial(_each, card, places, ours)


def _each(card: registry.Card, places: list[tuple[registry.Card, Path]], ours: bool) -> str:
    for part, place in places:
        gate.passing(part, place, partial(_CHECKS[card.id], part), ours)
    count = len(card.parts)
    return tr(f"{len(places)} of {count} files, whole", f"{count} 个文件中的 {len(places)} 个，完好")


def _parsed(entry: Path) -> str:
    if not cache.is_sound(entry):
        raise DataCorrupt(f"{entry}: damaged; the next run makes it again")
    return tr("parsed data, whole", "已解析的数据，完好")


def _imdb(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import imdb_archive

    imdb_archive.parse(opened, card.contents, {})
    labelled, unlabelled = card.contents["train"] + card.contents["test"], card.contents["unlabelled"]
    return tr(
        f"{labelled:,} labelled reviews with the published digest, {unlabelled:,} without a label",
        f"{labelled:,} 篇有标签影评，摘要与发布版一致；{unlabelled:,} 篇无标签影评",
    )


def _tatoeba(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import tatoeba

    english, _ = tatoeba.read(opened, card.contents["pairs_at_least"])
    return tr(f"{len(english):,} pairs", f"{len(english):,} 条句对")


def _stopwords(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import stopwords

    words = stopwords.read(opened)
    return tr(f"{len(words)} English words", f"{len(words)} 个英语词")


def _digits(size: int) -> Callable[[registry.Card, Opened], str]:
    def check(card: registry.Card, opened: Opened) -> str:
        from course_lib.data import digits

        rows = digits.table(opened, card, size)
        return tr(f"{len(rows):,} images", f"{len(rows):,} 张图像")

    return check


def _mnist(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import digits

    parts = digits.read_mnist(opened, card)
    count = sum(len(labels) for _, labels in parts.values())
    return tr(f"{count:,} images", f"{count:,} 张图像")


def _film_reviews(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import imdb

    reviews = imdb.sample_reviews(opened)
    return tr(f"{len(reviews)} reviews", f"{len(reviews)} 篇影评")


def _phrases(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import phrases

    count = len(phrases.read(opened))
    return tr(f"{count:,} pairs", f"{count:,} 条句对")


def _novels(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import novels

    count = len(novels.read(card, opened).chapters)
    return tr(f"{count} chapters", f"{count} 章")


def _shakespeare(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import shakespeare

    count = len(shakespeare.read(card, opened))
    return tr(f"{count:,} characters", f"{count:,} 个字符")


def _poems(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import poems

    count = len(poems.read(card, opened))
    return tr(f"{count:,} poems", f"{count:,} 首诗词")


def _published(card: registry.Card, opened: Opened) -> str:
    if not opened.published:
        gate.check(opened, card.file)
    return tr("the published file", "与发布的文件一致")


def _tales(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import tales

    count = len(tales.read(opened))
    return tr(f"{count} tales", f"{count} 篇故事")


def _quatrains(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import quatrains

    count = len(quatrains.read(opened))
    return tr(f"{count} quatrains", f"{count} 首绝句")


def _words(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import chinese_words

    count = len(chinese_words.read(card, opened))
    return tr(f"{count:,} words", f"{count:,} 个词")


def _treebank(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import treebank

    count = len(treebank.read(card, opened))
    return tr(f"{count:,} sentences", f"{count:,} 个句子")


def _segmented(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import treebank

    count = sum(map(len, treebank.sample_sentences(opened).values()))
    return tr(f"{count} sentences", f"{count} 个句子")


def _chinese_reviews(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import chinese_reviews

    whole = card.origin == "course"
    count = len(chinese_reviews.sample_reviews(opened) if whole else chinese_reviews.read(card, opened)[0])
    return tr(f"{count:,} reviews", f"{count:,} 条评论")


def _cranfield(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import cranfield

    found = cranfield.read(card, opened)
    count = len(found[0] if isinstance(found, tuple) else found)
    return tr(f"{count:,} records", f"{count:,} 条记录")


def _questions(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import questions

    if card.origin == "course":
        count = sum(len(found) for _, _, found in questions.sample_questions(opened).values())
    else:
        count = len(questions.read(card, opened)[2])
    return tr(f"{count:,} questions", f"{count:,} 个问题")


def _intents(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import intents

    found = intents.sample_requests(opened) if card.origin == "course" else intents.read(card, opened)
    count = sum(len(texts) for texts, _ in found.values())
    return tr(f"{count:,} requests", f"{count:,} 条请求")


def _company_news(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import company_news

    whole = card.origin == "course"
    count = len(company_news.sample_news(opened) if whole else company_news.read(card, opened)[50])
    return tr(f"{count:,} sentences", f"{count:,} 个句子")


def _ratings(card: registry.Card, opened: Opened) -> str:
    from course_lib.data import ratings

    rows, _ = ratings.sample_ratings(opened) if card.origin == "course" else ratings.read(card, opened)
    return tr(f"{len(rows):,} ratings", f"{len(rows):,} 条评分")


_CHECKS: dict[str, Callable[[registry.Card, Opened], str]] = {
    "imdb": _imdb,
    "tatoeba": _tatoeba,
    "stopwords": _stopwords,
    "glove.6B": _published,
    "digits8": _digits(8),
    "mnist5000": _digits(28),
    "mnist": _mnist,
    "film_reviews": _film_reviews,
    "jane_austen": _novels,
    "tinyshakespeare": _shakespeare,
    "song_ci": _poems,
    "tang_shi": _poems,
    "tang_300": _poems,
    "stories260k": _published,
    "phrases": _phrases,
    "tales": _tales,
    "quatrains": _quatrains,
    "minilm": _published,
    "jieba_words": _words,
    "gsd_simplified": _treebank,
    "segmented": _segmented,
    "waimai_10k": _chinese_reviews,
    "chnsenticorp_htl": _chinese_reviews,
    "chinese_reviews": _chinese_reviews,
    "cranfield": _cranfield,
    "xquad": _questions,
    "cmrc2018": _questions,
    "clinc150": _intents,
    "banking77": _intents,
    "financial_phrasebank": _company_news,
    "movielens_small": _ratings,
    "passages": _questions,
    "library_requests": _intents,
    "company_news": _company_news,
    "invented_ratings": _ratings,
}
