"""Files of tensors (safetensors), looked at before anything in them is believed.

Such a file is a length of 8 bytes, a header in JSON that says of each tensor its type, its shape and where its bytes
lie, and the bytes. Nothing in it can be executed; a pickle, which many weights are still published as, can do anything
to whoever opens it, and is refused.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from course_lib.base.errors import DataCorrupt, DataUnavailable

# Bytes of a number of each type that weights come in; all become float32.
NUMBER_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4}
# Rows of a tensor that are read at a time.
_ROWS = 4096
LARGEST_FILE = 4 * 2**30
_LARGEST_HEADER = 16 * 2**20
_LARGEST_SIZE = 2**40
# How pickles begin: the protocol's mark, or a zip archive around them, as PyTorch writes it.
_PICKLE_MARKS = (*(b"\x80" + bytes([protocol]) for protocol in range(2, 6)), b"PK\x03\x04")
_PICKLE_ENDINGS = {".bin", ".ckpt", ".pickle", ".pkl", ".pt", ".pth"}


class TensorFile:
    """The tensors of one file, by name; each is read when it is asked for.

    Args:
        path: where the file lies.
        shapes: the shape of every tensor.
    """

    def __init__(self, path: Path, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.path, self.shapes = path, dict(shapes)

    def read(self, name: str) -> np.ndarray:
        """One tensor, as float32.

        Shapes: that of the tensor.

        Raises:
            DataCorrupt: if it holds NaN or infinity, or cannot be read.
        """
        parts = [part for _, part in self.parts(name)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def parts(self, name: str) -> Iterator[tuple[int, np.ndarray]]:
        """One tensor, as float32, some rows at a time: of a table of vectors that is a small part of the memory.

        Returns:
            Of each part the number of its first row, and the part.

        Raises:
            DataCorrupt: as `read`, when its part is asked for.
        """
        count = self.shapes[name][0] if self.shapes[name] else 0
        for begin in range(0, max(count, 1), _ROWS):
            values = self._part(name, slice(begin, min(begin + _ROWS, count)) if count > _ROWS else None)
            if not np.isfinite(values).all():
                raise DataCorrupt(f"{self.path}: the tensor {name} holds NaN or infinity; expected finite numbers")
            yield begin, values

    def _part(self, name: str, rows: slice | None) -> np.ndarray:
        from safetensors import safe_open

        try:
            # While the file is open, what was read of it counts as the process's memory: it is opened for each part.
            with safe_open(self.path, framework="numpy") as tensors:
                values = tensors.get_tensor(name) if rows is None else tensors.get_slice(name)[rows]
            return np.asarray(values).astype(np.float32, copy=False)
        except Exception as problem:  # the package's own errors have no common ancestor but this one
            raise DataCorrupt(f"{self.path}: the tensor {name} cannot be read ({problem})") from problem


@contextmanager
def opened(path: Path | str, at_most: int = LARGEST_FILE) -> Iterator[TensorFile]:
    """Open a file of tensors.

    Args:
        path: the file.
        at_most: how many bytes it may have.

    Raises:
        DataUnavailable: if it is not there.
        DataCorrupt: if it is a pickle, larger than allowed, or its header is not of this form or does not fit its
            bytes; the error names the tensor.
    """
    from safetensors import safe_open

    path = Path(path)
    shapes = _checked_header(path, at_most)
    try:
        with safe_open(path, framework="numpy"):
            pass
        yield TensorFile(path, shapes)
    except OSError:
        raise
    except Exception as problem:
        if type(problem).__module__.partition(".")[0] not in ("safetensors", "safetensors_rust"):
            raise
        raise DataCorrupt(f"{path}: cut short or damaged ({problem})") from problem


def _checked_header(path: Path, at_most: int) -> dict[str, tuple[int, ...]]:
    """The shapes that the header promises, once it is known that the file can keep it."""
    if not path.is_file():
        raise DataUnavailable(f"{path} is not there, or no file")
    size = path.stat().st_size
    with path.open("rb") as file:
        begin = file.read(8)
        if path.suffix in _PICKLE_ENDINGS or begin.startswith(_PICKLE_MARKS):
            raise DataCorrupt(
                f"{path} is a pickle, or named like one: opening it can run any code; expected a .safetensors file"
            )
        if size > at_most:
            raise DataCorrupt(f"{path}: has {size:,} bytes; at most {at_most:,} are read")
        length = int.from_bytes(begin, "little")
        if len(begin) < 8 or not 2 <= length <= min(_LARGEST_HEADER, size - 8):
            raise DataCorrupt(f"{path}: no file of tensors: its header would have {length:,} bytes, it has {size:,}")
        text = file.read(length)
    try:
        header = json.loads(text, object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as problem:
        raise DataCorrupt(f"{path}: its header is no JSON ({problem})") from problem
    if not isinstance(header, dict):
        raise DataCorrupt(f"{path}: its header is of type {type(header).__name__}; expected names with tensors")
    header.pop("__metadata__", None)
    room, place = size - 8 - length, 0
    facts = {name: _checked_entry(path, name, entry, room) for name, entry in header.items()}
    for name, (_, begin, end) in sorted(facts.items(), key=lambda item: item[1][1:]):
        if begin != place:
            raise DataCorrupt(f"{path}: the tensor {name} begins at byte {begin:,}; expected {place:,}, where one ends")
        place = end
    if place != room:
        raise DataCorrupt(f"{path}: {room - place:,} bytes belong to no tensor")
    return {name: shape for name, (shape, _, _) in facts.items()}


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands in it twice")
    return dict(pairs)


def _checked_entry(path: Path, name: str, entry: object, room: int) -> tuple[tuple[int, ...], int, int]:
    """Shape, first and last byte of one tensor."""
    try:
        number, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
        whole = all(type(value) is int and 0 <= value < _LARGEST_SIZE for value in (*shape, begin, end))
    except (KeyError, TypeError, ValueError):
        whole = False
    if not whole or len(shape) > 8:
        raise DataCorrupt(f"{path}: the header does not say type, shape and place of the tensor {name}")
    if number not in NUMBER_BYTES:
        raise DataCorrupt(f"{path}: the tensor {name} is of type {number}; allowed: {', '.join(NUMBER_BYTES)}")
    needed = math.prod(shape) * NUMBER_BYTES[number]
    if end - begin != needed:
        raise DataCorrupt(
            f"{path}: the tensor {name} has {end - begin:,} bytes; its shape {tuple(shape)} of {number} takes"
            f" {needed:,}"
        )
    if end > room:
        raise DataCorrupt(f"{path}: cut short: the tensor {name} reaches to byte {end:,} of {room:,}")
    return tuple(shape), begin, end
