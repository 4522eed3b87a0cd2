"""A small Llama that somebody else has trained: its file read into the decoder of this course, and its tokens.

The layout is that of llama2.c: seven whole numbers, then the matrices, one after the other and without names. A file
that is not what its numbers say is refused before a weight of it is used.

Source: A. Karpathy, llama2.c, 2023; stories of a child's words: R. Eldan and Y. Li, "TinyStories", 2023
(arXiv:2305.07759).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from pathlib import Path

import numpy as np

from course_lib.base.arguments import checked_ids, require_integer, require_text
from course_lib.base.errors import DataCorrupt
from course_lib.language_model.decoder import DecoderLanguageModel
from course_lib.transformer.positions import BASE

_NUMBERS = ("dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "seq_len")
_HEADER = struct.Struct(f"<{len(_NUMBERS)}i")
_MARK_OF_LATER_LAYOUTS = 0x616B3432  # "ak42"


def read_story_model(path: str | Path) -> DecoderLanguageModel:
    """A model from a file in llama2.c's first layout, such as stories260K.bin.

    Args:
        path: the file.

    Returns:
        The model, with its weights: root mean squares, gates, rotary positions, keys and values for groups of heads.

    Raises:
        DataCorrupt: if the file is of another layout, damaged, or shorter or longer than its own numbers say.
        OSError: if it cannot be read.
    """
    path = Path(path)
    size = path.stat().st_size
    with path.open("rb") as file:
        numbers = _checked_numbers(path, file.read(_HEADER.size))
        shapes = _shapes(numbers)
        expected = _HEADER.size + 4 * sum(math.prod(shape) for shape in shapes.values())
        if size != expected:
            raise DataCorrupt(f"{path}: {size:,} bytes; the numbers at its beginning ask for {expected:,}")
        floats = np.frombuffer(file.read(), dtype="<f4")
    ends = np.cumsum([math.prod(shape) for shape in shapes.values()])
    tensors = {
        name: part.reshape(shape)
        for (name, shape), part in zip(shapes.items(), np.split(floats, ends[:-1]), strict=True)
    }
    _check_tensors(path, tensors)
    return _filled(numbers, tensors)


def _checked_numbers(path: Path, header: bytes) -> dict[str, int]:
    if len(header) < _HEADER.size:
        raise DataCorrupt(f"{path}: {len(header)} bytes; seven numbers alone take {_HEADER.size}")
    numbers = dict(zip(_NUMBERS, _HEADER.unpack(header), strict=True))
    if numbers["dim"] == _MARK_OF_LATER_LAYOUTS:
        raise DataCorrupt(f"{path}: begins with 'ak42', the mark of a later layout; allowed: the first, which has none")
    if numbers["vocab_size"] < 0:
        raise DataCorrupt(
            f"{path}: vocab_size is {numbers['vocab_size']}, below 0: the scores have a matrix of their own;"
            " allowed: the vectors of the tokens, used a second time"
        )
    for name, number in numbers.items():
        if number < 1:
            raise DataCorrupt(f"{path}: {name} is {number}; allowed: 1 or more")
    dim, heads, groups = numbers["dim"], numbers["n_heads"], numbers["n_kv_heads"]
    if dim % heads or dim // heads % 2:
        raise DataCorrupt(f"{path}: n_heads is {heads}; allowed: what cuts dim, {dim}, into pieces of an even length")
    if heads % groups:
        raise DataCorrupt(f"{path}: n_kv_heads is {groups}; allowed: a divisor of n_heads, {heads}")
    return numbers


def _shapes(numbers: dict[str, int]) -> dict[str, tuple[int, ...]]:
    """What follows the numbers, in this order; a matrix has a row for each output."""
    dim, hidden, layers, heads, groups, vocabulary, length = numbers.values()
    head_dim = dim // heads
    shared = groups * head_dim
    return {
        "token_embedding": (vocabulary, dim),
        "rms_att": (layers, dim),
        "wq": (layers, dim, dim),
        "wk": (layers, shared, dim),
        "wv": (layers, shared, dim),
        "wo": (layers, dim, dim),
        "rms_ffn": (layers, dim),
        "w1": (layers, hidden, dim),
        "w2": (layers, dim, hidden),
        "w3": (layers, hidden, dim),
        "rms_final": (dim,),
        "freq_cis_real": (length, head_dim // 2),
        "freq_cis_imag": (length, head_dim // 2),
    }


def _check_tensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    for name, tensor in tensors.items():
        if not np.isfinite(tensor).all():
            raise DataCorrupt(f"{path}: {name} holds NaN or infinity; the file is damaged")
    length, pairs = tensors["freq_cis_real"].shape
    angles = np.arange(length)[:, None] * BASE ** (-np.arange(pairs) / pairs)
    # The tables are not needed, for the decoder computes its angles. But with others the model would be another, and a
    # file whose parts lie elsewhere shows here.
    for name, expected in (("freq_cis_real", np.cos(angles)), ("freq_cis_imag", np.sin(angles))):
        if not np.allclose(tensors[name], expected, atol=1e-3):
            raise DataCorrupt(f"{path}: {name} does not hold the angles of rotary positions; the file is damaged")


def _filled(numbers: dict[str, int], tensors: dict[str, np.ndarray]) -> DecoderLanguageModel:
    model = DecoderLanguageModel(
        numbers["vocab_size"],
        numbers["dim"],
        numbers["n_layers"],
        numbers["n_heads"],
        numbers["hidden_dim"],
        numbers["seq_len"],
        positions="rotary",
        num_key_value_heads=numbers["n_kv_heads"],
        norm="rms",
        feed_forward="swiglu",
        use_bias=False,
        epsilon=1e-5,
    )
    model.build((None, None))
    model.token_vectors.embeddings.assign(tensors["token_embedding"])
    model.last_norm.scale.assign(tensors["rms_final"])
    for place, block in enumerate(model.blocks):
        block.attention_norm.scale.assign(tensors["rms_att"][place])
        block.feed_forward_norm.scale.assign(tensors["rms_ffn"][place])
        matrices = {
            "wq": block.attention.query_dense,
            "wk": block.attention.key_dense,
            "wv": block.attention.value_dense,
            "wo": block.attention.output_dense,
            "w1": block.hidden_dense,
            "w2": block.output_dense,
            "w3": block.gate_dense,
        }
        for name, dense in matrices.items():
            dense.kernel.assign(tensors[name][place].T)
    return model


class StoryTokenizer:
    """Splits a text into characters and joins, again and again, the two neighbours that make the best piece.

    A space belongs to the word behind it, and every text is taken to begin with one; a character that is no piece is
    spelt by its bytes in UTF-8.

    Args:
        pieces: what each id stands for: unknown, start, end, the 256 bytes as "<0x00>" to "<0xFF>", then pieces.
        scores: how good each piece is.

    Raises:
        ValueError: if there is not one score for each piece, one is NaN, or the bytes are not where they belong.

    Source: T. Kudo and J. Richardson, "SentencePiece", 2018 (arXiv:1808.06226).
    """

    UNKNOWN, START, END, FIRST_BYTE = 0, 1, 2, 3
    _BYTES = tuple(b"<0x%02X>" % byte for byte in range(256))

    def __init__(self, pieces: Sequence[bytes], scores: Sequence[float]) -> None:
        self.pieces, self.scores = list(pieces), list(scores)
        if len(self.pieces) != len(self.scores):
            raise ValueError(f"scores has {len(self.scores)} numbers; allowed: {len(self.pieces)}, one for each piece")
        if any(math.isnan(score) for score in self.scores):
            raise ValueError("scores holds NaN; allowed: numbers")
        last_byte = self.FIRST_BYTE + len(self._BYTES)
        if tuple(self.pieces[self.FIRST_BYTE : last_byte]) != self._BYTES:
            raise ValueError("pieces holds others from 3 to 258 than <0x00> to <0xFF>; allowed: the 256 bytes")
        # Of two equal pieces the first serves.
        self._ids = {piece: place for place, piece in reversed(list(enumerate(self.pieces)))}

    def __len__(self) -> int:
        return len(self.pieces)

    @classmethod
    def read(cls, path: str | Path, vocabulary_size: int) -> StoryTokenizer:
        """The tokenizer from a file in llama2.c's layout, such as tok512.bin.

        Args:
            path: the file.
            vocabulary_size: how many pieces the model knows.

        Raises:
            DataCorrupt: if the file is damaged or holds more or fewer pieces.
            OSError: if it cannot be read.
        """
        require_integer("vocabulary_size", vocabulary_size, at_least=1)
        path = Path(path)
        content = path.read_bytes()
        if len(content) < 4:
            raise DataCorrupt(f"{path}: {len(content)} bytes; the length of the longest piece alone takes 4")
        (longest,), place = struct.unpack_from("<i", content), 4
        pieces, scores = [], []
        while place < len(content):
            begins = place + 8
            score, length = struct.unpack_from("<fi", content, place) if begins <= len(content) else (0.0, -1)
            place = begins + length
            if not 0 <= length <= longest or place > len(content):
                raise DataCorrupt(f"{path}: piece {len(pieces)} is cut short or longer than {longest} bytes")
            pieces.append(content[begins:place])
            scores.append(score)
        if len(pieces) != vocabulary_size:
            raise DataCorrupt(f"{path}: {len(pieces)} pieces; the model knows {vocabulary_size}")
        try:
            return cls(pieces, scores)
        except ValueError as error:
            raise DataCorrupt(f"{path}: {error}") from None

    def encode(self, text: str, start: bool = True) -> list[int]:
        """The ids of a text.

        Args:
            text: any text.
            start: whether the id that starts every story comes first.

        Raises:
            TypeError: if `text` is no str.
        """
        require_text("text", text)
        ids = []
        for character in f" {text}" if text else "":
            spelt = character.encode("utf-8", "surrogatepass")
            ids += [self._ids[spelt]] if spelt in self._ids else [self.FIRST_BYTE + byte for byte in spelt]
        return [self.START] * start + self._joined(ids)

    def _joined(self, ids: list[int]) -> list[int]:
        """The best pair first, and of equal ones the leftmost: a heap of pairs, some of which are there no longer."""
        ids = [*ids, None]  # behind the last piece there is none
        before, after = [place - 1 for place in range(len(ids))], [place + 1 for place in range(len(ids))]

        def pair(left: int) -> list[tuple[float, int, int, int, int]]:
            one, other = ids[left], ids[after[left]]
            joined = None if other is None else self._ids.get(self.pieces[one] + self.pieces[other])
            return [] if joined is None else [(-self.scores[joined], left, one, other, joined)]

        pairs = [found for left in range(len(ids) - 1) for found in pair(left)]
        heapify(pairs)
        while pairs:
            _, left, one, other, joined = heappop(pairs)
            right = after[left]
            if ids[left] != one or ids[right] != other:
                continue
            ids[left], ids[right] = joined, None
            after[left] = after[right]
            before[after[left]] = left
            for place in (before[left], left):
                if place >= 0:
                    for found in pair(place):
                        heappush(pairs, found)
        return [one for one in ids if one is not None]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of some ids; the space that a text was taken to begin with is left out behind the start.

        Args:
            ids: the tokens; start and end have no text, and bytes that make no character become "�".

        Raises:
            TypeError: if an id is no whole number.
            ValueError: if one is negative or not less than the size of the vocabulary.
        """
        spelt, previous = [], None
        for token in checked_ids("ids", ids, len(self)):
            piece = self.pieces[token]
            if self.FIRST_BYTE <= token < self.FIRST_BYTE + len(self._BYTES):
                piece = bytes([token - self.FIRST_BYTE])
            if previous == self.START:
                piece = piece.removeprefix(b" ")
            spelt.append(b"" if token in (self.START, self.END) else piece)
            previous = token
        return b"".join(spelt).decode("utf-8", "replace")
