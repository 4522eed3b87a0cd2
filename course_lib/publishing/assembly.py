"""From the cells of a file to the cells of a lesson: two languages become one cell, as do an exercise and its solution.

The rules about markers live here: which keys and tags there are, that ids are single, that partners follow each other,
that no translation is stale. Every broken rule is reported with its line, and reading goes on.
"""

from __future__ import annotations

import re

from course_lib.publishing.lesson import SLIDE_FORMS, Cell, digest
from course_lib.publishing.percent import RawCell, Report

# Each tag, and whether it is for prose; a cell has one of them at most, but any code may be folded as well, and before
# any section a sitting may end.
TAGS = {
    "quiz": True,
    "predict": True,
    "stop": True,
    "exercise": False,
    "solution": False,
    "check": False,
    "fold": False,
}

_KEYS = {
    True: ("id", "lang", "of", "tags", "slide"),
    False: ("id", "tags", "difficulty", "minutes", "chinese", "slide"),
}
_ID = re.compile(r"[a-z0-9-]{1,64}")
_RESERVED = "course-"


def assemble(raw_cells: list[RawCell], chapter: int, report: Report) -> list[Cell]:
    """Join the cells of a file to the cells of a lesson.

    Args:
        raw_cells: the cells as they stand in the file.
        chapter: the chapter's number, for exercise numbers and advice.
        report: called with the line and a message for every broken rule.

    Returns:
        The cells; where a partner is missing, the cell alone.
    """
    for raw in raw_cells:
        _check_marker(raw, report)
    cells: list[Cell] = []
    lines_of_ids: dict[str, int] = {}
    exercises = 0
    remaining = list(raw_cells)
    while remaining:
        raw = remaining.pop(0)
        name = _name(raw)
        if name in lines_of_ids:
            report(raw.line, f'id="{name}" is used already on line {lines_of_ids[name]}; {_advice(raw)}')
            continue
        if name is not None:
            lines_of_ids[name] = raw.line
        following = remaining[0] if remaining and _name(remaining[0]) == name is not None else None
        if raw.prose:
            partner = _translation(raw, following, chapter, report)
            cells.append(_prose(raw, partner or raw))
        else:
            partner = _solution(raw, following, report)
            if "exercise" in _tags(raw):
                exercises += 1
            cells.append(_code(raw, partner, f"{chapter:02d}.{exercises}" if "exercise" in _tags(raw) else None))
        if partner is not None:
            remaining.pop(0)
    return cells


def _check_marker(raw: RawCell, report: Report) -> None:
    """Every rule about one marker that needs no look at another."""
    metadata = raw.metadata
    name = metadata.get("id")
    if name is None:
        report(raw.line, 'the cell has no id; give it one: id="…"')
    elif not isinstance(name, str) or not _ID.fullmatch(name):
        report(raw.line, f"id={name!r}: an id is made of at most 64 of a–z, 0–9 and -")
    elif name.startswith(_RESERVED):
        report(raw.line, f"id={name!r}: ids that begin with {_RESERVED!r} are for cells that the build adds")
    for key in metadata:
        if key not in _KEYS[raw.prose]:
            report(raw.line, _wrong_key(key, raw.prose))
    _check_tags(raw, report)
    if not any(line.strip() for line in raw.body):
        report(raw.line, "the cell is empty")
    if metadata.get("slide", "code") not in SLIDE_FORMS:
        report(raw.line, f"slide={metadata['slide']!r}; allowed: {', '.join(SLIDE_FORMS)}")
    if raw.prose:
        return
    if metadata.get("chinese", "data") != "data":
        report(raw.line, f'chinese={metadata["chinese"]!r}; allowed: chinese="data", where Chinese in the code is data')
    is_stub = "exercise" in _tags(raw)
    for key, allowed, valid in (
        ("difficulty", "1, 2 or 3", lambda value: 1 <= value <= 3),
        ("minutes", "a whole number above 0", lambda value: value > 0),
    ):
        if is_stub and key not in metadata:
            report(raw.line, f"an exercise says its {key}: {key}=… ({allowed})")
        elif not is_stub and key in metadata:
            report(raw.line, f"{key} belongs to a cell tagged exercise")
        elif is_stub and (type(metadata[key]) is not int or not valid(metadata[key])):
            report(raw.line, f"{key}={metadata[key]!r}; allowed: {allowed}")


def _wrong_key(key: str, prose: bool) -> str:
    if key in _KEYS[not prose]:
        if prose:
            return f"{key} belongs to code, and this is prose"
        return f"{key} belongs to prose, and this is code; code is the same in every language"
    return f"unknown key {key!r}; allowed here: {', '.join(_KEYS[prose])}"


def _check_tags(raw: RawCell, report: Report) -> None:
    tags = raw.metadata.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        report(raw.line, f'tags={tags!r}; write a list: tags=["quiz"]')
        return
    for tag in tags:
        if tag not in TAGS:
            report(raw.line, f"unknown tag {tag!r}; allowed: {', '.join(TAGS)}")
        elif TAGS[tag] is not raw.prose:
            report(raw.line, f"the tag {tag!r} is for {'prose' if TAGS[tag] else 'code'}")
    kinds = [tag for tag in tags if tag in TAGS and tag not in ("fold", "stop")]
    if len(kinds) > 1:
        report(raw.line, f"a cell is one of these, not several: {', '.join(kinds)}")


def _translation(english: RawCell, chinese: RawCell | None, chapter: int, report: Report) -> RawCell | None:
    """The Chinese of an English cell, or None after reporting why there is none."""
    name, language = _name(english), english.metadata.get("lang")
    if language not in ("en", "zh"):
        given = "nothing" if language is None else repr(language)
        report(english.line, f'prose says its language: lang="en" or lang="zh"; given: {given}')
        return None
    if language == "zh":
        report(english.line, f"the English of {name!r} is missing: it stands directly before its Chinese")
        return None
    if chinese is None or not chinese.prose or chinese.metadata.get("lang") != "zh":
        report(english.line, f"the Chinese of {name!r} is missing: it follows its English directly")
        return None
    if "slide" in chinese.metadata:
        report(chinese.line, "slide belongs to the English cell; it holds for both languages")
    if "of" in english.metadata:
        report(english.line, "of belongs to the Chinese cell; this is the English one")
    accept = f"course build --accept {chapter:02d}:{name}"
    if "of" not in chinese.metadata:
        report(chinese.line, f"of is missing: it says which English text this translates; when it does: {accept}")
    elif chinese.metadata["of"] != digest(english.text):
        report(
            chinese.line,
            f"the Chinese of {name!r} is stale: its English has changed. Revise it, then accept it: {accept}",
        )
    if _tags(english) != _tags(chinese):
        report(
            chinese.line, f"the two languages of {name!r} have different tags: {_tags(english)} and {_tags(chinese)}"
        )
    return chinese


def _solution(stub: RawCell, following: RawCell | None, report: Report) -> RawCell | None:
    """The solution of an exercise, or None; what should be there and is not is reported."""
    if "solution" in _tags(stub):
        report(
            stub.line,
            f"a solution without its exercise: the stub stands directly before it, with id={stub.metadata.get('id')!r}",
        )
        return None
    if "exercise" not in _tags(stub):
        return None
    if following is None or following.prose or "solution" not in _tags(following):
        report(stub.line, "an exercise without a solution: it follows directly, with the same id and the tag solution")
        return None
    return following


def _advice(raw: RawCell) -> str:
    if raw.metadata.get("lang") == "zh":
        return "a translation follows its English directly"
    if "solution" in _tags(raw):
        return "a solution follows its stub directly"
    return "each cell has its own"


def _name(raw: RawCell) -> str | None:
    name = raw.metadata.get("id")
    return name if isinstance(name, str) else None


def _tags(raw: RawCell) -> list[str]:
    tags = raw.metadata.get("tags", [])
    return tags if isinstance(tags, list) else []


def _prose(english: RawCell, chinese: RawCell) -> Cell:
    return Cell(
        id=_name(english) or "",
        kind="markdown",
        tags=tuple(map(str, _tags(english))),
        line=english.line,
        lines={"en": english.body_line, "zh": chinese.body_line},
        texts={"en": english.text, "zh": chinese.text},
        slide=str(english.metadata.get("slide", "")),
    )


def _code(raw: RawCell, solution: RawCell | None, number: str | None) -> Cell:
    return Cell(
        id=_name(raw) or "",
        kind="code",
        tags=tuple(map(str, _tags(raw))),
        line=raw.line,
        lines={"code": raw.body_line} | ({"solution": solution.body_line} if solution else {}),
        code=raw.text,
        solution=solution.text if solution else None,
        difficulty=raw.metadata.get("difficulty"),
        minutes=raw.metadata.get("minutes"),
        number=number,
        holds_chinese="chinese" in raw.metadata,
        slide=str(raw.metadata.get("slide", "")),
    )
