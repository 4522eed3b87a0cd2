"""Reading the percent format: a file becomes cells with their metadata, their text and exact line numbers.

A cell begins at a marker, `# %%` for code and `# %% [markdown]` for prose, which carries its metadata as `key=value`
with JSON values: `# %% [markdown] id="scores" lang="en" tags=["quiz"]`. Prose lines are comments. What stands
before the first marker is a note to authors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Report = Callable[[int, str], None]

_MARKER = re.compile(r"# %%(?P<prose> \[markdown\])?(?P<metadata>( .*)?)")
# Everything a notebook tool might take for a marker, so that a mistyped one is an error and not silently a comment.
_LOOKS_LIKE_MARKER = re.compile(r"\s*#\s*%%|\s*#\s*In\[[0-9 ]*\]:?\s*$")
_KEY = re.compile(r"\s*(?P<key>[A-Za-z_]\w*)=")


@dataclass
class RawCell:
    """One cell as it stands in the file.

    Args:
        line: the line of its marker, counted from 1.
        prose: whether it is prose; else it is code.
        metadata: what the marker says.
        body: its lines: code as it is, prose without the comment signs; no blank lines at either end.
        body_line: the line of the first of them.
    """

    line: int
    prose: bool
    metadata: dict[str, object]
    body: list[str] = field(default_factory=list)
    body_line: int = 0

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.body)


def read_text(path: Path, report: Report) -> str:
    """The file's text with plain line ends, or an empty text after reporting why it cannot be read as one."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        report(line, f"byte {content[error.start]:#04x} is not UTF-8; save the file as UTF-8")
        return ""
    text = text.replace("\r\n", "\n")
    for number, content_line in enumerate(text.split("\n"), start=1):
        if "\t" in content_line:
            report(number, "a tab; use spaces")
        if "\r" in content_line:
            report(number, "a bare carriage return; end lines with a line feed")
    return text


def read_cells(text: str, report: Report) -> list[RawCell]:
    """Cut the text into cells.

    Args:
        text: the whole file.
        report: called with the line and a message for everything that breaks the format.

    Returns:
        The cells in order; what was reported is left out or mended as well as can be, so that reading goes on.
    """
    cells: list[RawCell] = []
    for number, line in enumerate(text.split("\n"), start=1):
        marker = _MARKER.fullmatch(line.rstrip())
        if marker:
            metadata = _read_metadata(marker["metadata"], number, report)
            cells.append(RawCell(number, bool(marker["prose"]), metadata, body_line=number + 1))
        elif _LOOKS_LIKE_MARKER.match(line):
            report(number, 'not a cell marker; write \'# %% id="…"\' or \'# %% [markdown] id="…" lang="…"\'')
        elif cells:
            cells[-1].body.append(line)
        elif line.strip() and not line.startswith("#"):
            report(number, "code before the first cell marker; only comments may stand there")
    for cell in cells:
        if cell.prose:
            cell.body = _uncomment(cell, report)
        _trim(cell)
    return cells


def _read_metadata(text: str, line: int, report: Report) -> dict[str, object]:
    """Read `key=value` pairs whose values are JSON."""
    metadata: dict[str, object] = {}
    decoder = json.JSONDecoder()
    position = 0
    while text[position:].strip():
        key = _KEY.match(text, position)
        if not key:
            report(
                line,
                f'cannot read {text[position:].strip()!r} of the cell marker; write key=value, such as id="scores"',
            )
            return metadata
        try:
            value, position = decoder.raw_decode(text, key.end())
        except json.JSONDecodeError:
            report(
                line, f'the value of {key["key"]} is no JSON; write {key["key"]}="text", a number, or a list ["a", "b"]'
            )
            return metadata
        if key["key"] in metadata:
            report(line, f"{key['key']} is given twice")
        metadata[key["key"]] = value
    return metadata


def _uncomment(cell: RawCell, report: Report) -> list[str]:
    body = list(cell.body)
    while body and not body[-1].strip():
        body.pop()
    lines = []
    for number, line in enumerate(body, start=cell.body_line):
        if not line.startswith("# ") and line != "#":
            report(number, "every line of a prose cell begins with '# ' (an empty one is a lone '#')")
        lines.append(line.removeprefix("#").removeprefix(" "))
    return lines


def _trim(cell: RawCell) -> None:
    """Drop blank lines at both ends, and keep count of the first line that is left."""
    while cell.body and not cell.body[-1].strip():
        cell.body.pop()
    while cell.body and not cell.body[0].strip():
        cell.body.pop(0)
        cell.body_line += 1
