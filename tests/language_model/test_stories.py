"""Proves that a file in llama2.c's layout gives the model that an independent forward pass in NumPy computes, and its
tokens are those of the plain algorithm; that files which are not what they say are refused, each by what is wrong with
it; and, where the real files are, that the model tells its story.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from course_lib.base.errors import DataCorrupt
from course_lib.language_model import Sampler, StoryTokenizer, generate, read_story_model

from .test_decoder import numpy

TINY = {"dim": 24, "hidden_dim": 20, "n_layers": 2, "n_heads": 6, "n_kv_heads": 2, "vocab_size": 270, "seq_len": 64}
ORDER = ("token_embedding", "rms_att", "wq", "wk", "wv", "wo", "rms_ffn", "w1", "w2", "w3", "rms_final")
TEXT = (
    "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a"
    " big red ball and wanted to play with it. Her mom said yes and they were happy."
)


def _shapes(dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len) -> dict[str, tuple[int, ...]]:
    shared = dim // n_heads * n_kv_heads
    of_layers = {
        "rms_att": (dim,), "wq": (dim, dim), "wk": (shared, dim), "wv": (shared, dim), "wo": (dim, dim),
        "rms_ffn": (dim,), "w1": (hidden_dim, dim), "w2": (dim, hidden_dim), "w3": (hidden_dim, dim),
    }  # fmt: skip
    whole = {"token_embedding": (vocab_size, dim), "rms_final": (dim,)}
    return {name: whole[name] if name in whole else (n_layers, *of_layers[name]) for name in ORDER}


def _tables(numbers: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    head_dim = numbers["dim"] // numbers["n_heads"]
    angles = np.outer(np.arange(numbers["seq_len"]), 10000.0 ** (-np.arange(0, head_dim, 2) / head_dim))
    return np.cos(angles), np.sin(angles)


def write_model(path: Path, numbers: dict[str, int] = TINY, **changed: object) -> Path:
    """Random weights in the layout."""
    random = np.random.default_rng(0)
    tensors = {name: random.normal(size=shape, scale=0.3) for name, shape in _shapes(**numbers).items()}
    tensors |= {"rms_att": 1 + tensors["rms_att"], "rms_ffn": 1 + tensors["rms_ffn"]}
    tensors |= dict(zip(("freq_cis_real", "freq_cis_imag"), _tables(numbers), strict=True))
    tensors |= changed
    header = struct.pack("<7i", *numbers.values())
    path.write_bytes(header + b"".join(np.asarray(tensor, dtype="<f4").tobytes() for tensor in tensors.values()))
    return path


def _read_plainly(path: Path) -> tuple[dict[str, int], dict[str, np.ndarray]]:
    content = path.read_bytes()
    numbers = dict(zip(TINY, struct.unpack_from("<7i", content), strict=True))
    tensors, place = {}, 28
    for name, shape in _shapes(**numbers).items():
        count = int(np.prod(shape))
        tensors[name] = np.frombuffer(content, "<f4", count, place).reshape(shape).astype(np.float64)
        place += 4 * count
    return numbers, tensors


def _rms(x: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return x / np.sqrt(np.mean(x * x) + 1e-5) * scale


def forward(path: Path, ids: list[int]) -> np.ndarray:
    """One token after the other, one head after the other, in float64: matrices times columns, as the layout has it."""
    numbers, w = _read_plainly(path)
    heads, groups = numbers["n_heads"], numbers["n_kv_heads"]
    size = numbers["dim"] // heads
    kept: list[list[tuple[np.ndarray, np.ndarray]]] = [[] for _ in range(numbers["n_layers"])]
    logits = []

    def turned(vector: np.ndarray, place: int) -> np.ndarray:
        pairs = vector.reshape(-1, size // 2, 2)
        complex_pairs = pairs[..., 0] + 1j * pairs[..., 1]
        turns = np.exp(1j * place * 10000.0 ** (-2 * np.arange(size // 2) / size))
        return np.stack([(complex_pairs * turns).real, (complex_pairs * turns).imag], axis=-1).reshape(-1, size)

    for place, token in enumerate(ids):
        x = w["token_embedding"][token].copy()
        for layer in range(numbers["n_layers"]):
            given = _rms(x, w["rms_att"][layer])
            queries = turned(w["wq"][layer] @ given, place)
            kept[layer].append((turned(w["wk"][layer] @ given, place), (w["wv"][layer] @ given).reshape(groups, size)))
            found = []
            for head in range(heads):
                group = head // (heads // groups)
                scores = np.array([keys[group] @ queries[head] for keys, _ in kept[layer]]) / np.sqrt(size)
                chances = np.exp(scores - scores.max())
                chances /= chances.sum()
                found.append(sum(chance * values[group] for chance, (_, values) in zip(chances, kept[layer])))  # noqa: B905
            x += w["wo"][layer] @ np.concatenate(found)
            given = _rms(x, w["rms_ffn"][layer])
            hidden = w["w1"][layer] @ given
            x += w["w2"][layer] @ (hidden / (1 + np.exp(-hidden)) * (w["w3"][layer] @ given))
        logits.append(w["token_embedding"] @ _rms(x, w["rms_final"]))
    return np.array(logits)


WORDS = [b" ", b"a", b"b", b"c", b"\xe5\xb1\xb1", b"ab", b" a", b"abc", b"bc", b" ab", b"cc"]
WORD_SCORES = [-20.0, -21.0, -22.0, -23.0, -24.0, -2.0, -3.0, -1.0, -2.0, -5.0, -4.0]


def tokenizer() -> StoryTokenizer:
    return StoryTokenizer(
        [b"<unk>", b"\n<s>\n", b"\n</s>\n", *(f"<0x{byte:02X}>".encode() for byte in range(256)), *WORDS],
        [0.0] * 259 + WORD_SCORES,
    )


def write_tokens(path: Path, of: StoryTokenizer) -> Path:
    pieces = (struct.pack("<fi", score, len(piece)) + piece for piece, score in zip(of.pieces, of.scores, strict=True))
    path.write_bytes(struct.pack("<i", max(map(len, of.pieces))) + b"".join(pieces))
    return path


def test_a_file_gives_the_model_that_numpy_computes(tmp_path: Path) -> None:
    path = write_model(tmp_path / "tiny.bin")
    ids = np.random.default_rng(1).integers(0, 270, size=60).tolist()
    np.testing.assert_allclose(numpy(read_story_model(path)(np.array([ids])))[0], forward(path, ids), atol=1e-4)


@pytest.mark.slow
def test_the_real_model_equals_numpy_and_tells_its_story(real_data: Path) -> None:
    path = real_data / "stories260k" / "stories260K.bin"
    if not path.exists():
        pytest.skip("needs stories260k")
    model, tokens = read_story_model(path), StoryTokenizer.read(path.with_name("tok512.bin"), 512)
    assert model.count_params() == 264_128 - 2 * 512 * 4  # the tables are computed
    ids = tokens.encode(TEXT)[:60]
    assert len(ids) == 60
    np.testing.assert_allclose(numpy(model(np.array([ids])))[0], forward(path, ids), atol=1e-4)
    story = generate(model, [tokens.START], 60, Sampler(greedy=True), stop=tokens.START)
    begun = tokens.decode([tokens.START, *story])
    assert begun.startswith("Once upon a time, there was a little girl named Lily")


def test_the_real_tokens_join_to_the_texts_they_were_made_from(real_data: Path) -> None:
    path = real_data / "stories260k" / "tok512.bin"
    if not path.exists():
        pytest.skip("needs stories260k")
    tokens = StoryTokenizer.read(path, 512)
    for text in (TEXT, "", " two  spaces ", "naïve 山水 🙂\n\ttab", "<s>", "<0x41>"):
        ids = tokens.encode(text)
        assert tokens.decode(ids) == text
        assert ids[1:] == _joined_plainly(tokens, text)


def _joined_plainly(tokens: StoryTokenizer, text: str) -> list[int]:
    """All pairs are looked at, each time anew; the best is joined, of equal ones the first."""
    pieces = []
    for character in f" {text}" if text else "":
        spelt = character.encode()
        pieces += [spelt] if spelt in tokens.pieces else [f"<0x{byte:02X}>".encode() for byte in spelt]
    while True:
        best, at = -np.inf, None
        for place in range(len(pieces) - 1):
            joined = pieces[place] + pieces[place + 1]
            if joined in tokens.pieces and tokens.scores[tokens.pieces.index(joined)] > best:
                best, at = tokens.scores[tokens.pieces.index(joined)], place
        if at is None:
            return [tokens.pieces.index(piece) for piece in pieces]
        pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]


def test_the_best_neighbours_are_joined_first() -> None:
    tokens = tokenizer()
    assert [tokens.pieces[token] for token in tokens.encode("abc", start=False)] == [b" ", b"abc"]
    assert [tokens.pieces[token] for token in tokens.encode("abcc", start=False)] == [b" ", b"abc", b"c"]
    assert [tokens.pieces[token] for token in tokens.encode("ba", start=False)] == [b" ", b"b", b"a"]
    random = np.random.default_rng(0)
    for _ in range(300):
        text = "".join(random.choice(list("abc 山z"), size=random.integers(1, 20)))
        assert tokens.encode(text, start=False) == _joined_plainly(tokens, text)
        assert tokens.decode(tokens.encode(text)) == text


def test_long_texts_take_no_longer_by_the_square() -> None:
    assert len(tokenizer().encode("abc " * 20_000)) == 1 + 2 * 20_000 + 1


def test_the_space_before_a_text_is_left_out_behind_the_start_alone() -> None:
    tokens = tokenizer()
    ids = tokens.encode("ab")
    assert ids[0] == tokens.START and tokens.decode(ids) == "ab" and tokens.decode(ids[1:]) == " ab"
    assert tokens.encode("") == [1] and tokens.decode([]) == ""
    assert tokens.decode([1, 2]) == ""
    assert tokens.decode([3 + 0xE5, 3 + 0xB1, 3 + 0xB1]) == "山" and tokens.decode([3 + 0xE5]) == "�"


def test_a_file_of_tokens_is_read_as_it_was_written(tmp_path: Path) -> None:
    tokens = tokenizer()
    read = StoryTokenizer.read(write_tokens(tmp_path / "tokens.bin", tokens), len(tokens))
    assert read.pieces == tokens.pieces and read.scores == tokens.scores and len(read) == 270


def _bytes_changed(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(change(path.read_bytes())) and None


def _with(**changed: object) -> Callable[[Path], None]:
    return lambda path: write_model(path, **changed) and None


def _header(**changed: int) -> Callable[[bytes], bytes]:
    return lambda content: struct.pack("<7i", *{**TINY, **changed}.values()) + content[28:]


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (_bytes_changed(lambda content: b""), "0 bytes; seven numbers alone take 28"),
        (_bytes_changed(lambda content: content[:27]), "27 bytes"),
        (_bytes_changed(lambda content: content[:-4]), "bytes; the numbers at its beginning ask for"),
        (_bytes_changed(lambda content: content[: len(content) // 2]), "bytes; the numbers at its beginning ask for"),
        (_bytes_changed(lambda content: content + b"\0"), "bytes; the numbers at its beginning ask for"),
        (_bytes_changed(lambda content: b"<!DOCTYPE html><html><head></head>"), "n_heads is|ask for"),
        (_bytes_changed(lambda content: struct.pack("<7i", 0x616B3432, 1, 24, 20, 2, 6, 2)), "'ak42'.*later layout"),
        (_bytes_changed(_header(vocab_size=-270)), "vocab_size is -270, below 0"),
        (_bytes_changed(_header(n_layers=0)), "n_layers is 0; allowed: 1 or more"),
        (_bytes_changed(_header(seq_len=-3)), "seq_len is -3"),
        (_bytes_changed(_header(n_heads=5)), "n_heads is 5; allowed: what cuts dim, 24"),
        (_bytes_changed(_header(n_heads=8)), "n_heads is 8"),  # pieces of 3
        (_bytes_changed(_header(n_kv_heads=4)), "n_kv_heads is 4; allowed: a divisor of n_heads, 6"),
        (_bytes_changed(_header(dim=2**31 - 2, n_heads=1, n_kv_heads=1)), "ask for"),
        # As many numbers, of which some lie elsewhere.
        (_bytes_changed(_header(n_heads=12, n_kv_heads=4, seq_len=128)), "freq_cis_real does not hold the angles"),
        (_bytes_changed(lambda content: content[:28] + content[32:] + content[28:32]), "freq_cis_real does not hold"),
        (_with(wq=np.full((2, 24, 24), np.nan)), "wq holds NaN or infinity"),
        (_with(freq_cis_imag=-_tables(TINY)[1]), "freq_cis_imag does not hold the angles"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(damage, named: str, tmp_path: Path) -> None:
    path = write_model(tmp_path / "tiny.bin")
    damage(path)
    with pytest.raises(DataCorrupt, match=f"tiny.bin: .*({named})"):
        read_story_model(path)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda content: b"\1", "1 bytes; the length of the longest piece alone takes 4"),
        (lambda content: content[:-1], "piece 269 is cut short"),
        (lambda content: content[:-6], "piece 269 is cut short"),
        (lambda content: content + content[4:17], "271 pieces; the model knows 270"),
        (lambda content: content[:4], "0 pieces; the model knows 270"),
        (lambda content: struct.pack("<i", 3) + content[4:], "piece 0 is cut short or longer than 3 bytes"),
        (lambda content: content.replace(b"<0x07>", b"<0x08>"), "pieces holds others from 3 to 258"),
        (lambda content: content[:4] + struct.pack("<f", np.nan) + content[8:], "scores holds NaN"),
    ],
)
def test_tokens_that_are_none_are_refused(change, named: str, tmp_path: Path) -> None:
    path = write_tokens(tmp_path / "tokens.bin", tokenizer())
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DataCorrupt, match=f"tokens.bin: .*{named}"):
        StoryTokenizer.read(path, 270)


def test_a_wrong_argument_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.bin"):
        read_story_model(tmp_path / "none.bin")
    with pytest.raises(TypeError, match="text is"):
        tokenizer().encode(b"ab")
    with pytest.raises(ValueError, match="ids holds ids from 270 to 270; allowed: 0 to 269"):
        tokenizer().decode([270])
    with pytest.raises(ValueError, match="scores has 1 numbers; allowed: 2"):
        StoryTokenizer([b"a", b"b"], [0.0])
