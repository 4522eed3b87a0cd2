"""Published BERT models, read into the course's own layers: their settings, their names for weights, their weights.

The hub knows one tensor under many names: with "bert." in front, with "model.", with neither; the scale of a norm is
"weight" or "gamma"; some files hold the heads of pre-training, some the pooler, some neither.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import keras

from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.bert.encoder import BertEncoder
from course_lib.bert.heads import BertPretrainer
from course_lib.bert.tensor_files import LARGEST_FILE, TensorFile, opened
from course_lib.training import devices

CONFIG, WEIGHTS, VOCABULARY = "config.json", "model.safetensors", "vocab.txt"
ACTIVATIONS = ("gelu", "relu", "silu", "tanh")
_MOST_LAYERS = 1_000
_PREFIXES = ("module.", "model.", "bert.")
# Places and segments counted out, which some files hold beside the weights.
_BUFFERS = ("embeddings.position_ids", "embeddings.token_type_ids")
# A layer's tensors, by our names for its parts.
_LAYER = {
    "attention.query_dense": "attention.self.query",
    "attention.key_dense": "attention.self.key",
    "attention.value_dense": "attention.self.value",
    "attention.output_dense": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "hidden_dense": "intermediate.dense",
    "output_dense": "output.dense",
    "feed_forward_norm": "output.LayerNorm",
}
_SIZES = {
    "vocabulary_size": "vocab_size",
    "width": "hidden_size",
    "num_layers": "num_hidden_layers",
    "num_heads": "num_attention_heads",
    "hidden_dim": "intermediate_size",
    "max_length": "max_position_embeddings",
}
# Which of our weights holds which tensor, and whether it is turned over.
Places = dict[str, tuple[keras.Variable, bool]]


def read_settings(path: Path | str) -> dict[str, object]:
    """The arguments of `BertEncoder` that a published `config.json` asks for.

    Args:
        path: the file.

    Raises:
        DataUnavailable: if it is not there.
        DataCorrupt: if it is no JSON, is of another kind of model, or asks for what the encoder has not.
    """
    path = Path(path)
    try:
        if path.stat().st_size > 2**20:
            raise DataCorrupt(f"{path}: has {path.stat().st_size:,} bytes; at most {2**20:,} are read")
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise DataUnavailable(f"{path} cannot be read: {problem.strerror}") from problem
    except (ValueError, RecursionError) as problem:
        raise DataCorrupt(f"{path}: no JSON ({problem})") from problem
    if not isinstance(config, dict):
        raise DataCorrupt(f"{path}: holds {type(config).__name__}; expected names with settings")
    fixed = {
        "model_type": ("bert",),
        "hidden_act": ACTIVATIONS,
        "position_embedding_type": ("absolute",),
        "is_decoder": (False,),
    }
    for name, allowed in fixed.items():
        if (given := config.get(name, allowed[0])) not in allowed:
            raise DataCorrupt(f"{path}: {name} is {given!r}; allowed: {', '.join(map(repr, allowed))}")
    defaults = {"max_position_embeddings": 512}
    settings: dict[str, object] = {
        ours: _whole(path, theirs, config.get(theirs, defaults.get(theirs))) for ours, theirs in _SIZES.items()
    }
    settings["num_segments"] = _whole(path, "type_vocab_size", config.get("type_vocab_size", 2))
    if settings["width"] % settings["num_heads"]:
        raise DataCorrupt(
            f"{path}: num_attention_heads is {settings['num_heads']}; expected a divisor of {settings['width']}"
        )
    for ours, theirs, default in (
        ("dropout", "hidden_dropout_prob", 0.1),
        ("epsilon", "layer_norm_eps", 1e-12),
        ("initializer_range", "initializer_range", 0.02),
    ):
        number = config.get(theirs, default)
        least = "more than 0" if ours == "epsilon" else "0"
        fits = isinstance(number, int | float) and 0 <= number < 1 and (number or ours != "epsilon")
        if isinstance(number, bool) or not fits:
            raise DataCorrupt(f"{path}: {theirs} is {number!r}; expected a number from {least} to less than 1")
        settings[ours] = number
    return {**settings, "activation": config.get("hidden_act", "gelu")}


def _whole(path: Path, name: str, value: object) -> int:
    largest = _MOST_LAYERS if name == "num_hidden_layers" else 2**24
    if type(value) is not int or not 1 <= value <= largest:
        raise DataCorrupt(f"{path}: {name} is {value!r}; expected a whole number from 1 to {largest:,}")
    return value


def load_encoder(
    place: Path | str,
    config: Path | str | None = None,
    *,
    pooler: bool | None = None,
    dropout: float | None = None,
    seed: int = 0,
    at_most: int = LARGEST_FILE,
) -> BertEncoder:
    """An encoder with the weights of a published model.

    Args:
        place: a folder with `config.json` and `model.safetensors`, as on the hub; or the file of weights.
        config: the file of settings; None for the `config.json` beside the weights.
        pooler: whether to read the pooler; None for yes where the file has one.
        dropout: in place of the published one.
        seed: of the dropout.
        at_most: how many bytes the weights may have.

    Raises:
        DataUnavailable: if a file is not there.
        DataCorrupt: if one is damaged, a pickle, or they do not fit each other; the error names the tensor.
    """
    settings, weights = _files_of(place, config)
    with opened(weights, at_most) as file:
        names = _our_names(file)
        has_pooler = "pooler.dense.weight" in names
        settings["pooler"] = has_pooler if pooler is None else pooler
        _require_shapes(file, names, _encoder_shapes(settings), settings)
        if dropout is not None:
            settings["dropout"] = dropout
        encoder = _empty_encoder(settings, seed)
        _fill(file, names, _encoder_places(encoder))
    return encoder


def load_pretrained(
    place: Path | str,
    config: Path | str | None = None,
    *,
    pairs: bool | None = None,
    dropout: float | None = None,
    seed: int = 0,
    at_most: int = LARGEST_FILE,
) -> BertPretrainer:
    """An encoder with the head that guesses masked words, and where it was published the one that judges pairs.

    Args:
        place: as for `load_encoder`.
        config: likewise.
        pairs: whether to read the head of pairs; None for yes where the file has one.
        dropout: in place of the published one.
        seed: of the dropout.
        at_most: how many bytes the weights may have.

    Raises:
        DataUnavailable: if a file is not there.
        DataCorrupt: as `load_encoder`, or if there is no head for masked words, or the scores' matrix is not the table
            of token vectors.
    """
    settings, weights = _files_of(place, config)
    with opened(weights, at_most) as file:
        names = _our_names(file)
        has_pairs = {"cls.seq_relationship.weight", "pooler.dense.weight"} <= names.keys()
        pairs = has_pairs if pairs is None else pairs
        settings["pooler"] = pairs
        shapes = {**_encoder_shapes(settings), **_head_shapes(settings, pairs)}
        # The bias of words has two names; the matrix of scores is the table of token vectors, written once or twice.
        if "cls.predictions.bias" not in names and "cls.predictions.decoder.bias" in names:
            names["cls.predictions.bias"] = names["cls.predictions.decoder.bias"]
        _require_shapes(file, names, shapes, settings)
        _require_tied(file, names)
        if dropout is not None:
            settings["dropout"] = dropout
        encoder = _empty_encoder(settings, seed)
        model = BertPretrainer(encoder, pairs=pairs, initializer_range=settings["initializer_range"], seed=seed)
        _fill(file, names, {**_encoder_places(encoder), **_head_places(model)})
    return model


def _files_of(place: Path | str, config: Path | str | None) -> tuple[dict[str, object], Path]:
    """The settings, and where the weights lie."""
    place = Path(place)
    weights = place / WEIGHTS if place.is_dir() else place
    if not weights.exists() and (pickles := sorted(weights.parent.glob("*.bin"))):
        raise DataCorrupt(
            f"{place} has {pickles[0].name}, a pickle, and no {weights.name}: opening a pickle can run any code"
        )
    if not weights.exists():
        raise DataUnavailable(f"{weights} is not there; expected a folder with {CONFIG} and {WEIGHTS}")
    return read_settings(weights.parent / CONFIG if config is None else config), weights


def _our_names(file: TensorFile) -> dict[str, str]:
    """By a tensor's plain name, the one that it has in the file."""
    names: dict[str, str] = {}
    for theirs in file.shapes:
        plain = theirs
        while prefix := next((prefix for prefix in _PREFIXES if plain.startswith(prefix)), None):
            plain = plain.removeprefix(prefix)
        for old, new in ((".gamma", ".weight"), (".beta", ".bias")):
            if plain.endswith(f"LayerNorm{old}"):
                plain = plain.removesuffix(old) + new
        if plain in names:
            raise DataCorrupt(f"{file.path}: {names[plain]} and {theirs} are names of one tensor; expected one of them")
        names[plain] = theirs
    return names


def _encoder_shapes(settings: Mapping[str, object]) -> dict[str, tuple[int, ...]]:
    """By its plain name the shape of every tensor of an encoder."""
    width, hidden = settings["width"], settings["hidden_dim"]
    shapes = {
        "embeddings.word_embeddings.weight": (settings["vocabulary_size"], width),
        "embeddings.position_embeddings.weight": (settings["max_length"], width),
        "embeddings.token_type_embeddings.weight": (settings["num_segments"], width),
    }
    parts = {"embeddings.LayerNorm": None}
    for number in range(settings["num_layers"]):
        for ours, theirs in _LAYER.items():
            sizes = {"hidden_dense": (hidden, width), "output_dense": (width, hidden)}
            parts[f"encoder.layer.{number}.{theirs}"] = None if "norm" in ours else sizes.get(ours, (width, width))
    if settings["pooler"]:
        parts["pooler.dense"] = (width, width)
    for part, shape in parts.items():
        shapes[f"{part}.weight"] = shape or (width,)
        shapes[f"{part}.bias"] = (shape[0],) if shape else (width,)
    return shapes


def _head_shapes(settings: Mapping[str, object], pairs: bool) -> dict[str, tuple[int, ...]]:
    width = settings["width"]
    shapes = {
        "cls.predictions.bias": (settings["vocabulary_size"],),
        "cls.predictions.transform.dense.weight": (width, width),
        "cls.predictions.transform.dense.bias": (width,),
        "cls.predictions.transform.LayerNorm.weight": (width,),
        "cls.predictions.transform.LayerNorm.bias": (width,),
    }
    return {**shapes, "cls.seq_relationship.weight": (2, width), "cls.seq_relationship.bias": (2,)} if pairs else shapes


def _require_shapes(
    file: TensorFile,
    names: Mapping[str, str],
    expected: Mapping[str, tuple[int, ...]],
    settings: Mapping[str, object],
) -> None:
    """Raise unless the file has every tensor in its shape, and no other of an encoder."""
    for name, shape in expected.items():
        if name not in names:
            raise DataCorrupt(f"{file.path}: the tensor {name} is missing")
        if (given := file.shapes[names[name]]) != shape:
            told = " and vocab_size" if name == "embeddings.word_embeddings.weight" and given[1:] == shape[1:] else ""
            raise DataCorrupt(
                f"{file.path}: the tensor {names[name]} has the shape {given}; its {CONFIG}{told} asks for {shape}"
            )
    known = {*expected, *_BUFFERS, *_encoder_shapes({**settings, "pooler": True})}
    for name, theirs in names.items():
        if name.startswith(("embeddings.", "encoder.", "pooler.")) and name not in known:
            raise DataCorrupt(f"{file.path}: the tensor {theirs} is none of the {settings['num_layers']} layers'")


def _require_tied(file: TensorFile, names: Mapping[str, str]) -> None:
    """Raise where scores are made by a matrix of their own, or by a bias that is not the words'."""
    for twin, first in (
        ("cls.predictions.decoder.weight", "embeddings.word_embeddings.weight"),
        ("cls.predictions.decoder.bias", "cls.predictions.bias"),
    ):
        if twin in names and names[twin] != names[first]:
            one, other = file.read(names[twin]), file.read(names[first])
            if one.shape != other.shape or (one != other).any():
                raise DataCorrupt(f"{file.path}: the tensor {names[twin]} is not that of {names[first]}; expected ties")


def _empty_encoder(settings: Mapping[str, object], seed: int) -> BertEncoder:
    """An encoder whose weights are still to be read: none is drawn, which would take as much memory again."""
    encoder = BertEncoder(**{**settings, "initializer_range": 0.0}, seed=seed, name="bert")
    encoder.settings["initializer_range"] = settings["initializer_range"]
    return encoder


def _encoder_places(encoder: BertEncoder) -> Places:
    """By a tensor's plain name the weight that it belongs into."""
    vectors = encoder.embeddings
    places: Places = {
        "embeddings.word_embeddings.weight": (vectors.token_vectors, False),
        "embeddings.position_embeddings.weight": (vectors.position_vectors, False),
        "embeddings.token_type_embeddings.weight": (vectors.segment_vectors, False),
        **_pair_of("embeddings.LayerNorm", vectors.norm),
    }
    for number, layer in enumerate(encoder.encoder_layers):
        for ours, theirs in _LAYER.items():
            part = layer
            for name in ours.split("."):
                part = getattr(part, name)
            places |= _pair_of(f"encoder.layer.{number}.{theirs}", part)
    return places if encoder.pooler is None else {**places, **_pair_of("pooler.dense", encoder.pooler)}


def _head_places(model: BertPretrainer) -> Places:
    head = model.word_head
    places = {
        "cls.predictions.bias": (head.word_bias, False),
        **_pair_of("cls.predictions.transform.dense", head.dense),
        **_pair_of("cls.predictions.transform.LayerNorm", head.norm),
    }
    return places if model.pair_head is None else {**places, **_pair_of("cls.seq_relationship", model.pair_head)}


def _pair_of(name: str, layer: keras.layers.Layer) -> Places:
    """Where a norm's scale and shift go, or a dense layer's matrix, which they keep turned over, and bias."""
    if isinstance(layer, keras.layers.Dense):
        return {f"{name}.weight": (layer.kernel, True), f"{name}.bias": (layer.bias, False)}
    return {f"{name}.weight": (layer.gamma, False), f"{name}.bias": (layer.beta, False)}


def _fill(file: TensorFile, names: Mapping[str, str], places: Places) -> None:
    for name, (weight, turned) in places.items():
        if turned:
            weight.assign(file.read(names[name]).T)
        else:
            for begin, rows in file.parts(names[name]):
                devices.put_rows(weight, begin, rows)
