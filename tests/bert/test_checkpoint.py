"""Proves that published weights are read under every name the hub has, equal an independent forward pass, layer by
layer, and that what is damaged, misnamed, missing, too large or a pickle is refused by the name of its tensor.
"""

from __future__ import annotations

import io
import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.bert import BertTokenizer, load_encoder, load_pretrained, read_settings, tensor_files
from course_lib.data import minilm
from tensors import numpy

from .samples import batch, gelu, norm, states_in_numpy, weights_of

WIDTH, HIDDEN, LAYERS, HEADS, WORDS, PLACES = 12, 20, 2, 3, 19, 10
CONFIG = {
    "architectures": ["BertModel"],
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "hidden_size": WIDTH,
    "intermediate_size": HIDDEN,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": PLACES,
    "model_type": "bert",
    "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS,
    "type_vocab_size": 2,
    "vocab_size": WORDS,
}
FIRST = "encoder.layer.0.attention.self.query.weight"
TABLE = "embeddings.word_embeddings.weight"


def _tensors(pooler: bool = False, heads: bool = False, seed: int = 0) -> dict[str, np.ndarray]:
    """A random checkpoint under the plain names of the hub."""
    shapes = {
        TABLE: (WORDS, WIDTH),
        "embeddings.position_embeddings.weight": (PLACES, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm": None,
    }
    for number in range(LAYERS):
        part = f"encoder.layer.{number}"
        for name in ("self.query", "self.key", "self.value", "output.dense"):
            shapes[f"{part}.attention.{name}"] = (WIDTH, WIDTH)
        shapes[f"{part}.intermediate.dense"] = (HIDDEN, WIDTH)
        shapes[f"{part}.output.dense"] = (WIDTH, HIDDEN)
        shapes[f"{part}.attention.output.LayerNorm"] = shapes[f"{part}.output.LayerNorm"] = None
    if pooler:
        shapes["pooler.dense"] = (WIDTH, WIDTH)
    if heads:
        shapes["cls.predictions.transform.dense"] = (WIDTH, WIDTH)
        shapes["cls.predictions.transform.LayerNorm"] = None
        shapes["cls.seq_relationship"] = (2, WIDTH)
    random = np.random.default_rng(seed)
    tensors = {}
    for name, shape in shapes.items():
        if name.endswith(".weight"):
            tensors[name] = random.normal(0, 0.3, shape)
        elif shape is None:
            tensors[f"{name}.weight"] = 1 + random.normal(0, 0.3, WIDTH)
            tensors[f"{name}.bias"] = random.normal(0, 0.3, WIDTH)
        else:
            tensors[f"{name}.weight"] = random.normal(0, 0.3, shape)
            tensors[f"{name}.bias"] = random.normal(0, 0.3, shape[0])
    if heads:
        tensors["cls.predictions.bias"] = random.normal(0, 0.3, WORDS)
    return {name: values.astype(np.float32) for name, values in tensors.items()}


def _old_norms(name: str) -> str:
    for new, old in ((".weight", ".gamma"), (".bias", ".beta")):
        if name.endswith(f"LayerNorm{new}"):
            return name.removesuffix(new) + old
    return name


def _prefixed(prefix: str) -> Callable[[str], str]:
    """The naming in which the encoder has a prefix and the heads of pre-training none."""
    return lambda name: name if name.startswith("cls.") else prefix + name


NAMINGS = {
    "plain": lambda name: name,
    "bert.": _prefixed("bert."),
    "model.": _prefixed("model."),
    "module.bert.": lambda name: f"module.{name}" if name.startswith("cls.") else f"module.bert.{name}",
    "gamma and beta": _old_norms,
    "bert., gamma and beta": lambda name: _prefixed("bert.")(_old_norms(name)),
}


def _publish(folder: Path, tensors: dict[str, np.ndarray], config: dict | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    save_file({name: np.ascontiguousarray(values) for name, values in tensors.items()}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(CONFIG if config is None else config))
    return folder


def _plain_names(tensors: dict[str, np.ndarray], layers: int = LAYERS) -> dict[str, np.ndarray]:
    """A checkpoint in the names of `states_in_numpy`, matrices turned over, in float64."""
    parts = {
        "attention.self.query": "attention/query",
        "attention.self.key": "attention/key",
        "attention.self.value": "attention/value",
        "attention.output.dense": "attention/output",
        "attention.output.LayerNorm": "attention_norm",
        "intermediate.dense": "feed_forward_hidden",
        "output.dense": "feed_forward_output",
        "output.LayerNorm": "feed_forward_norm",
    }
    named = {
        "embeddings/token_vectors": tensors[TABLE],
        "embeddings/position_vectors": tensors["embeddings.position_embeddings.weight"],
        "embeddings/segment_vectors": tensors["embeddings.token_type_embeddings.weight"],
        "embeddings/norm/gamma": tensors["embeddings.LayerNorm.weight"],
        "embeddings/norm/beta": tensors["embeddings.LayerNorm.bias"],
    }
    for number in range(layers):
        for theirs, ours in parts.items():
            weight, bias = (tensors[f"encoder.layer.{number}.{theirs}.{kind}"] for kind in ("weight", "bias"))
            first, second = ("gamma", "beta") if "norm" in ours else ("kernel", "bias")
            named[f"layer_{number}/{ours}/{first}"] = weight.T
            named[f"layer_{number}/{ours}/{second}"] = bias
    return {name: values.astype(np.float64) for name, values in named.items()}


@pytest.mark.parametrize("pooler", [False, True])
@pytest.mark.parametrize("naming", NAMINGS)
def test_an_encoder_is_read_under_every_naming_and_every_layer_is_right(
    naming: str, pooler: bool, tmp_path: Path
) -> None:
    tensors = _tensors(pooler, heads=pooler)
    names = NAMINGS[naming]
    folder = _publish(tmp_path / "model", {names(name): values for name, values in tensors.items()})
    encoder = load_encoder(folder)
    assert (encoder.pooler is not None) == pooler and encoder.settings["dropout"] == 0.1
    assert encoder.get_config()["initializer_range"] == 0.02
    given = batch()
    found = [numpy(one) for one in encoder(given, return_hidden_states=True)]
    for row in range(3):
        length = int(given["padding_mask"][row].sum())
        parts = [given[name][row, :length].tolist() for name in ("token_ids", "segment_ids")]
        expected = states_in_numpy(_plain_names(tensors), *parts, LAYERS, HEADS)
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_allclose(ours[row, :length], theirs, atol=1e-5)
        if pooler:
            first = np.tanh(expected[-1][0] @ tensors["pooler.dense.weight"].T + tensors["pooler.dense.bias"])
            np.testing.assert_allclose(numpy(encoder.pooler(found[-1][row : row + 1, 0]))[0], first, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("tied", ["not written", "written twice", "bias under its other name"])
@pytest.mark.parametrize("naming", ["plain", "bert."])
def test_the_heads_of_pre_training_are_read_and_right(tied: str, naming: str, tmp_path: Path) -> None:
    tensors = _tensors(pooler=True, heads=True)
    if tied != "not written":
        tensors["cls.predictions.decoder.weight"] = tensors[TABLE]
        tensors["cls.predictions.decoder.bias"] = tensors["cls.predictions.bias"]
    if tied == "bias under its other name":
        del tensors["cls.predictions.bias"]
    folder = _publish(tmp_path / "model", {NAMINGS[naming](name): values for name, values in tensors.items()})
    model, given = load_pretrained(folder), batch()
    positions = np.array([[1, 3]] * 3)
    found = {name: numpy(one) for name, one in model({**given, "positions": positions}).items()}
    row = 1
    parts = [given[name][row].tolist() for name in ("token_ids", "segment_ids")]
    last = states_in_numpy(_plain_names(tensors), *parts, LAYERS, HEADS)[-1]
    w = {name: values.astype(np.float64) for name, values in _tensors(pooler=True, heads=True).items()}
    head = "cls.predictions.transform"
    hidden = gelu(last[[1, 3]] @ w[f"{head}.dense.weight"].T + w[f"{head}.dense.bias"])
    scales = {"n/gamma": w[f"{head}.LayerNorm.weight"], "n/beta": w[f"{head}.LayerNorm.bias"]}
    words = norm(hidden, scales, "n") @ w[TABLE].T + w["cls.predictions.bias"]
    np.testing.assert_allclose(found["words"][row], words, atol=2e-5)
    first = np.tanh(last[0] @ w["pooler.dense.weight"].T + w["pooler.dense.bias"])
    pair = first @ w["cls.seq_relationship.weight"].T + w["cls.seq_relationship.bias"]
    np.testing.assert_allclose(found["pair"][row], pair, atol=1e-5)
    alone = load_pretrained(folder, pairs=False)
    assert alone.encoder.pooler is None and alone.pair_head is None
    assert set(weights_of(alone)) < set(weights_of(model))


@pytest.mark.parametrize("rows", [4096, 7])
def test_weights_of_half_precision_and_of_double_are_read(
    rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ml_dtypes

    monkeypatch.setattr(tensor_files, "_ROWS", rows)
    exact = _tensors()
    for kind, error in ((np.float16, 1e-3), (np.float64, 0), (ml_dtypes.bfloat16, 1e-2)):
        folder = _publish(tmp_path / np.dtype(kind).name, {name: one.astype(kind) for name, one in exact.items()})
        found = numpy(load_encoder(folder).embeddings.token_vectors)
        np.testing.assert_allclose(found, exact[TABLE], atol=error)


def test_places_counted_out_and_heads_of_other_tasks_do_no_harm(tmp_path: Path) -> None:
    tensors = {**_tensors(), "embeddings.position_ids": np.arange(PLACES)[None]}
    tensors["classifier.weight"] = np.ones((2, WIDTH), np.float32)
    assert load_encoder(_publish(tmp_path / "model", tensors)).pooler is None


def test_what_the_reader_asks_for_goes_before_what_was_published(tmp_path: Path) -> None:
    folder = _publish(tmp_path / "model", _tensors(pooler=True))
    encoder = load_encoder(folder, pooler=False, dropout=0.0)
    assert encoder.pooler is None and encoder.settings["dropout"] == 0.0
    with pytest.raises(DataCorrupt, match=r"the tensor pooler\.dense\.weight is missing"):
        load_encoder(_publish(tmp_path / "other", _tensors()), pooler=True)
    with pytest.raises(DataCorrupt, match=r"the tensor cls\.predictions\.bias is missing"):
        load_pretrained(folder)


def test_the_two_files_may_lie_apart(tmp_path: Path) -> None:
    folder = _publish(tmp_path / "model", _tensors())
    config = (folder / "config.json").rename(tmp_path / "settings.json")
    np.testing.assert_array_equal(
        numpy(load_encoder(folder, config).embeddings.token_vectors),
        numpy(load_encoder(folder / "model.safetensors", config).embeddings.token_vectors),
    )


# ── what is refused


def _without(name: str) -> Callable[[dict], None]:
    return lambda tensors: tensors.pop(name)


def _put(name: str, values: np.ndarray) -> Callable[[dict], None]:
    return lambda tensors: tensors.update({name: values})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_without(FIRST), rf"the tensor {FIRST} is missing"),
        (_without("embeddings.LayerNorm.bias"), r"the tensor embeddings\.LayerNorm\.bias is missing"),
        (
            _put(FIRST, np.ones((WIDTH, WIDTH + 1), np.float32)),
            rf"the tensor {FIRST} has the shape \(12, 13\); its config\.json asks for \(12, 12\)",
        ),
        (
            _put("encoder.layer.1.intermediate.dense.weight", np.ones((WIDTH, HIDDEN), np.float32)),
            r"encoder\.layer\.1\.intermediate\.dense\.weight has the shape \(12, 20\); .*asks for \(20, 12\)",
        ),
        (
            _put(TABLE, np.ones((WORDS + 1, WIDTH), np.float32)),
            rf"the tensor {TABLE} has the shape \(20, 12\); its config\.json and vocab_size asks for \(19, 12\)",
        ),
        (
            _put("encoder.layer.2.attention.self.query.weight", np.ones((WIDTH, WIDTH), np.float32)),
            r"the tensor encoder\.layer\.2\.attention\.self\.query\.weight is none of the 2 layers'",
        ),
        (
            _put("bert." + FIRST, np.ones((WIDTH, WIDTH), np.float32)),
            r"are names of one tensor; expected one of them",
        ),
        (_put(FIRST, np.full((WIDTH, WIDTH), np.nan, np.float32)), rf"the tensor {FIRST} holds NaN or infinity"),
    ],
)
def test_tensors_that_do_not_fit_are_named(change: Callable[[dict], None], message: str, tmp_path: Path) -> None:
    tensors = _tensors()
    change(tensors)
    with pytest.raises(DataCorrupt, match=message):
        load_encoder(_publish(tmp_path / "model", tensors))


@pytest.mark.parametrize("name", ["cls.predictions.decoder.weight", "cls.predictions.decoder.bias"])
def test_scores_that_are_not_tied_to_the_words_are_refused(name: str, tmp_path: Path) -> None:
    tensors = _tensors(pooler=True, heads=True)
    twin = tensors[TABLE] if name.endswith("weight") else tensors["cls.predictions.bias"]
    folder = _publish(tmp_path / "model", {**tensors, name: twin + 1})
    with pytest.raises(DataCorrupt, match=rf"the tensor {name} is not that of"):
        load_pretrained(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vocab_size": 21}, rf"the tensor {TABLE} has the shape \(19, 12\); its config.json and vocab_size asks for"),
        ({"model_type": "roberta"}, "model_type is 'roberta'; allowed: 'bert'"),
        ({"hidden_act": "gelu_new"}, "hidden_act is 'gelu_new'; allowed: 'gelu'"),
        ({"position_embedding_type": "relative_key"}, "position_embedding_type is 'relative_key'"),
        ({"is_decoder": True}, "is_decoder is True"),
        ({"hidden_size": 0}, "hidden_size is 0; expected a whole number from 1"),
        ({"hidden_size": 12.0}, "hidden_size is 12.0"),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers is 1000000000; expected a whole number from 1 to 1,000"),
        ({"intermediate_size": None}, "intermediate_size is None"),
        ({"num_attention_heads": 5}, "num_attention_heads is 5; expected a divisor of 12"),
        ({"layer_norm_eps": 0}, "layer_norm_eps is 0; expected a number from more than 0"),
        ({"hidden_dropout_prob": "x"}, "hidden_dropout_prob is 'x'"),
    ],
)
def test_settings_that_do_not_fit_are_named(changes: dict, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataCorrupt, match=message):
        load_encoder(_publish(tmp_path / "model", _tensors(), {**CONFIG, **changes}))


@pytest.mark.parametrize("text", ["", "[1]", "{", "[" * 100_000, '{"a": ' * 50_000])
def test_settings_that_are_no_settings_are_refused(text: str, tmp_path: Path) -> None:
    folder = _publish(tmp_path / "model", _tensors())
    (folder / "config.json").write_text(text)
    with pytest.raises(DataCorrupt, match=r"config\.json"):
        load_encoder(folder)


def test_settings_of_an_early_model_are_filled_up(tmp_path: Path) -> None:
    early = {name: CONFIG[name] for name in CONFIG if name not in ("model_type", "layer_norm_eps", "type_vocab_size")}
    folder = _publish(tmp_path / "model", _tensors(), early)
    assert read_settings(folder / "config.json")["epsilon"] == 1e-12


def _content(folder: Path) -> tuple[dict, bytes, Path]:
    path = folder / "model.safetensors"
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8 : 8 + length]), content[8 + length :], path


def _write(path: Path, header: object, data: bytes) -> None:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def _mislabelled(entry: dict) -> Callable[[dict, bytes], tuple[object, bytes]]:
    def change(header: dict, data: bytes) -> tuple[object, bytes]:
        return {**header, FIRST: {**header[FIRST], **entry}}, data

    return change


def _swapped(header: dict, data: bytes) -> tuple[object, bytes]:
    """Two tensors in one place."""
    other = "encoder.layer.0.attention.self.key.weight"
    return {**header, FIRST: {**header[FIRST], "data_offsets": header[other]["data_offsets"]}}, data


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda header, data: (header, data[:-4]), r"cut short: the tensor \S+ reaches to byte [\d,]+ of"),
        (lambda header, data: (header, data + b"1234"), "4 bytes belong to no tensor"),
        (
            _mislabelled({"shape": [WIDTH, WIDTH - 1]}),
            rf"the tensor {FIRST} has 576 bytes; its shape \(12, 11\) of F32",
        ),
        (_mislabelled({"dtype": "F16"}), rf"the tensor {FIRST} has 576 bytes; its shape \(12, 12\) of F16 takes 288"),
        (_mislabelled({"dtype": "U8"}), rf"the tensor {FIRST} is of type U8; allowed: F64, F32"),
        (_mislabelled({"shape": [-12, -12]}), rf"does not say type, shape and place of the tensor {FIRST}"),
        (_mislabelled({"shape": [2**33, 2**33]}), rf"the tensor {FIRST} has 576 bytes"),
        (_mislabelled({"shape": "12"}), rf"does not say type, shape and place of the tensor {FIRST}"),
        (_mislabelled({"data_offsets": [0]}), rf"does not say type, shape and place of the tensor {FIRST}"),
        (_swapped, r"the tensor \S+ begins at byte"),
        (lambda header, data: (b"{" * 50, data), "its header is no JSON"),
        (lambda header, data: (b"[1]", data), "its header is of type list"),
        (lambda header, data: (b'{"a": 1, "a": 2}', data), "'a' stands in it twice"),
        (lambda header, data: (b"\xff\xfe", data), "its header is no JSON"),
    ],
)
def test_files_that_lie_are_refused(
    change: Callable[[dict, bytes], tuple[object, bytes]], message: str, tmp_path: Path
) -> None:
    folder = _publish(tmp_path / "model", _tensors())
    header, data, path = _content(folder)
    _write(path, *change(header, data))
    with pytest.raises(DataCorrupt, match=message):
        load_encoder(folder)


@pytest.mark.parametrize("content", [b"", b"1234567", struct.pack("<Q", 2**62), struct.pack("<Q", 0), b"\xff" * 100])
def test_what_is_no_file_of_tensors_is_refused(content: bytes, tmp_path: Path) -> None:
    folder = _publish(tmp_path / "model", _tensors())
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(DataCorrupt, match="no file of tensors"):
        load_encoder(folder)


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    folder = _publish(tmp_path / "model", _tensors())
    path = folder / "model.safetensors"
    content = path.read_bytes()
    for end in range(0, len(content), 997):
        path.write_bytes(content[:end])
        with pytest.raises(DataCorrupt):
            load_encoder(folder)


def test_a_file_larger_than_allowed_is_not_read(tmp_path: Path) -> None:
    folder = _publish(tmp_path / "model", _tensors())
    size = (folder / "model.safetensors").stat().st_size
    load_encoder(folder, at_most=size)
    with pytest.raises(DataCorrupt, match=rf"has {size:,} bytes; at most {size - 1:,} are read"):
        load_encoder(folder, at_most=size - 1)


class _Trap:
    """What a pickle can do: here it only leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self.path,)


def test_pickles_are_refused_unopened_whatever_they_are_called(tmp_path: Path) -> None:
    folder, trap = _publish(tmp_path / "model", _tensors()), tmp_path / "sprung"
    path = folder / "model.safetensors"
    path.unlink()
    for protocol in range(2, 6):
        (folder / "pytorch_model.bin").write_bytes(pickle.dumps(_Trap(trap), protocol))
        with pytest.raises(DataCorrupt, match=r"pytorch_model\.bin, a pickle, and no model\.safetensors"):
            load_encoder(folder)
        path.write_bytes(pickle.dumps(_Trap(trap), protocol))
        with pytest.raises(DataCorrupt, match="is a pickle"):
            load_encoder(folder)
        path.unlink()
    buffer = io.BytesIO()
    np.savez(buffer, weights=np.ones(3))  # a zip archive, as PyTorch's own files are
    path.write_bytes(buffer.getvalue())
    with pytest.raises(DataCorrupt, match="is a pickle"):
        load_encoder(folder)
    assert not trap.exists()


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailable, match=r"nowhere is not there; expected a folder with config\.json"):
        load_encoder(tmp_path / "nowhere")
    folder = _publish(tmp_path / "model", _tensors())
    (folder / "config.json").unlink()
    with pytest.raises(DataUnavailable, match=r"config\.json cannot be read"):
        load_encoder(folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(DataUnavailable, match=r"model\.safetensors is not there"):
        load_encoder(folder)


# ── the real one


def _minilm(real_data: Path) -> minilm.MiniLMFiles:
    if not (real_data / "minilm").exists():
        pytest.skip("needs minilm in COURSE_DATA")
    return minilm.load()


@pytest.mark.seconds
def test_the_real_encoder_equals_a_forward_pass_in_float64(real_data: Path) -> None:
    from safetensors.numpy import load_file

    files = _minilm(real_data)
    encoder, words = load_encoder(files.weights, files.config), BertTokenizer.from_file(files.vocabulary)
    assert sum(int(np.prod(weight.shape)) for weight in encoder.trainable_variables) == 22_713_216
    given = words.batch(["The film was not good at all, I'm afraid.", "看了两遍。"])
    found = [numpy(one) for one in encoder(given, return_hidden_states=True)]
    tensors = load_file(files.weights)
    names = _plain_names(tensors, 6)
    for row in range(2):
        length = int(given["padding_mask"][row].sum())
        parts = [given[name][row, :length].tolist() for name in ("token_ids", "segment_ids")]
        for ours, theirs in zip(found, states_in_numpy(names, *parts, 6, 12), strict=True):
            np.testing.assert_allclose(ours[row, :length], theirs, atol=1e-5)


@pytest.mark.seconds
def test_the_real_encoder_equals_that_of_transformers(real_data: Path) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    files = _minilm(real_data)
    encoder, words = load_encoder(files.weights, files.config), BertTokenizer.from_file(files.vocabulary)
    theirs = transformers.BertModel.from_pretrained(files.weights.parent, add_pooling_layer=False).eval()
    given = words.batch(["The film was not good at all, I'm afraid.", "Two texts", "看了两遍。"], ["", "and", "more"])
    with torch.no_grad():
        expected = theirs(
            torch.tensor(given["token_ids"].astype(np.int64)),
            attention_mask=torch.tensor(given["padding_mask"].astype(np.int64)),
            token_type_ids=torch.tensor(given["segment_ids"].astype(np.int64)),
            output_hidden_states=True,
        ).hidden_states
    for ours, one in zip(encoder(given, return_hidden_states=True), expected, strict=True):
        kept = given["padding_mask"]
        np.testing.assert_allclose(numpy(ours)[kept], one.numpy()[kept], atol=1e-5)
