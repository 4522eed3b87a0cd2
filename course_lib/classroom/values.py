"""Values as plain text between two processes of which one is not trusted: numbers, texts, arrays and containers.

Nothing that is read here runs code: no pickle, no class by its name. What has another type travels as its name and a
short text, and is no answer to anything.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice
from numbers import Number

import numpy as np

# More than an answer has. What is larger is not read.
MOST_BYTES = 64_000_000
MOST_ITEMS = 100_001
DEEPEST = 40

_KINDS = "biufcSU"


class Unreadable(ValueError):
    """What the other side sent is no value."""


class Foreign:
    """Stands for something that is neither number nor text nor a container of them.

    Args:
        name: the name of its type.
        text: how it shows itself.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    def __repr__(self) -> str:
        return f"<{self.name}: {self.text}>"


def pack(value: object, depth: int = 0) -> object:
    """A value in the form in which it travels, made of what JSON knows."""
    if depth > DEEPEST:
        return {"foreign": ["deep", "…"]}
    # The exact types first: what only claims to be one of them is read by what it holds, never by what it does.
    if value is None or type(value) in (bool, str):
        return value
    if type(value) is int:
        return value if abs(value) < 2**53 else {"int": str(value)} if abs(value) < 10**300 else _foreign(value)
    if type(value) is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, np.random.Generator):
        return {"generator": [type(value.bit_generator).__name__, pack(value.bit_generator.state, depth + 1)]}
    if isinstance(value, np.generic):
        return {"scalar": pack(np.asarray(value), depth + 1)}
    if isinstance(value, np.ndarray) or hasattr(value, "__array__") or hasattr(value, "detach"):
        return _array(value, depth)
    if isinstance(value, Number):
        return _number(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytes | bytearray):
        return {"bytes": base64.b64encode(bytes(value)).decode("ascii")}
    for name, kind in (("tuple", tuple), ("list", Sequence), ("frozenset", frozenset), ("set", Set)):
        if isinstance(value, kind):
            return {name: [pack(each, depth + 1) for each in islice(iter(value), MOST_ITEMS)]}
    if isinstance(value, Mapping):
        pairs = islice(value.items(), MOST_ITEMS)
        return {"dict": [[pack(key, depth + 1), pack(each, depth + 1)] for key, each in pairs]}
    if isinstance(value, Iterator):
        return {"iterator": [pack(each, depth + 1) for each in islice(value, MOST_ITEMS)]}
    return _foreign(value)


def _array(value: object, depth: int) -> object:
    try:
        if hasattr(value, "detach"):
            value = value.detach().cpu()
        array = np.asarray(value)
    except Exception:
        return _foreign(value)
    if array.dtype == object:
        items = [pack(each, depth + 1) for each in array.ravel().tolist()[:MOST_ITEMS]]
        return {"objects": [list(array.shape), items]}
    if array.dtype.name == "bfloat16":
        array = array.astype(np.float32)
    if array.dtype.kind not in _KINDS:
        return _foreign(value)
    if array.nbytes > MOST_BYTES // 2:
        return {"foreign": ["array", f"{array.nbytes} bytes"]}
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
    return {"array": [array.dtype.str, list(array.shape), data]}


def _number(value: Number) -> object:
    """Fractions, decimals and the like as the number that they are."""
    try:
        if isinstance(value, int):  # a class made from it
            return pack(int.__index__(value))
        if isinstance(value, float):
            return pack(float.__float__(value))
        if isinstance(value, complex):
            return {"complex": [value.real, value.imag]}
        return pack(float(value))
    except Exception:
        return _foreign(value)


def _foreign(value: object) -> object:
    name = type(value).__name__
    try:
        text = repr(value)
    except Exception:
        text = "?"
    return {"foreign": [str(name)[:80], str(text)[:200]]}


def unpack(sent: object, depth: int = 0) -> object:
    """The value that `pack` was given.

    Raises:
        Unreadable: if it is in no form that `pack` gives.
    """
    if depth > 2 * DEEPEST:
        raise Unreadable("nested too deeply")
    if sent is None or isinstance(sent, bool | str | int | float):
        return sent
    if not isinstance(sent, dict) or len(sent) != 1:
        raise Unreadable("no value")
    ((kind, held),) = sent.items()
    reader = _READERS.get(kind)
    if reader is None:
        raise Unreadable("no such kind of value")
    try:
        return reader(held, depth + 1)
    except Unreadable:
        raise
    except (TypeError, ValueError, KeyError, IndexError, OverflowError, MemoryError, binascii.Error) as error:
        raise Unreadable(f"no {kind}: {error}") from None


def _items(held: object, depth: int) -> list[object]:
    if not isinstance(held, list):
        raise Unreadable("no list")
    return [unpack(each, depth) for each in held]


def _read_array(held: object, depth: int) -> np.ndarray:
    name, shape, data = held
    dtype = np.dtype(name)
    if dtype.kind not in _KINDS or dtype.names or dtype.subdtype:
        raise Unreadable("no such type of array")
    return np.frombuffer(base64.b64decode(data, validate=True), dtype).reshape(_shape(shape)).copy()


def _shape(shape: object) -> tuple[int, ...]:
    if not isinstance(shape, list) or not all(type(each) is int and each >= 0 for each in shape):
        raise Unreadable("no shape")
    return tuple(shape)


def _read_objects(held: object, depth: int) -> np.ndarray:
    shape, items = held
    found = _items(items, depth)
    array = np.empty(len(found), object)
    for place, each in enumerate(found):
        array[place] = each
    return array.reshape(_shape(shape))


def _read_generator(held: object, depth: int) -> np.random.Generator:
    name, state = held
    if name not in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"):
        raise Unreadable("no such generator")
    bits = getattr(np.random, name)()
    bits.state = unpack(state, depth)
    return np.random.Generator(bits)


def _read_int(held: object, depth: int) -> int:
    if not isinstance(held, str) or len(held) > 310:
        raise Unreadable("no whole number")
    return int(held)


_READERS = {
    "int": _read_int,
    "float": lambda held, depth: float(held),
    "complex": lambda held, depth: complex(*held),
    "bytes": lambda held, depth: base64.b64decode(held, validate=True),
    "array": _read_array,
    "objects": _read_objects,
    "scalar": lambda held, depth: unpack(held, depth)[()],
    "generator": _read_generator,
    "list": _items,
    "tuple": lambda held, depth: tuple(_items(held, depth)),
    "set": lambda held, depth: set(_items(held, depth)),
    "frozenset": lambda held, depth: frozenset(_items(held, depth)),
    "iterator": lambda held, depth: iter(_items(held, depth)),
    "dict": lambda held, depth: {unpack(key, depth): unpack(each, depth) for key, each in held},
    "foreign": lambda held, depth: Foreign(str(held[0])[:80], str(held[1])[:200]),
}


def dumps(message: object) -> bytes:
    """A message as bytes."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def loads(data: bytes) -> object:
    """A message from bytes.

    Raises:
        Unreadable: if it is none.
    """
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise Unreadable("no message") from None


def take_over(before: object, after: object) -> None:
    """Bring what was handed over to the state in which the other side left it, as a call in this process would have."""
    if isinstance(before, np.ndarray) and isinstance(after, np.ndarray):
        if before.shape == after.shape and before.flags.writeable:
            before[...] = after
    elif isinstance(before, np.random.Generator) and isinstance(after, np.random.Generator):
        before.bit_generator.state = after.bit_generator.state
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) == len(after):
            for place, (one, other) in enumerate(zip(before, after, strict=True)):
                if isinstance(one, list | dict | set | tuple | np.ndarray):
                    take_over(one, other)
                else:
                    before[place] = other
        else:
            before[:] = after
    elif isinstance(before, tuple) and isinstance(after, tuple):
        for one, other in zip(before, after, strict=False):
            take_over(one, other)
    elif (isinstance(before, dict) and isinstance(after, dict)) or (isinstance(before, set) and isinstance(after, set)):
        before.clear()
        before.update(after)
