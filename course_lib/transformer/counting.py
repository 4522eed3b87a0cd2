"""Where a model's parameters are: by kind, for a model that is there and for one that is too large to be made."""

from __future__ import annotations

import math

import keras

from course_lib.base.arguments import require_integer

KINDS = ("embeddings", "attention", "feed-forward", "normalisation", "output")


def count_parameters(model: keras.layers.Layer) -> dict[str, int]:
    """How many numbers a model learns, by what they are for.

    Args:
        model: a `Transformer`, a `BertEncoder`, or a layer of one, that has its weights.

    Returns:
        For each of `KINDS` how many; "output" is what is not shared with the embeddings.

    Raises:
        ValueError: if a weight is of none of the kinds.
    """
    counts = dict.fromkeys(KINDS, 0)
    for weight in model.trainable_variables:
        counts[_kind(weight.path)] += math.prod(weight.shape)
    return counts


def _kind(path: str) -> str:
    *layers, name = path.split("/")
    if name in ("embeddings", "table") or name.endswith("_vectors"):
        return "embeddings"
    if any(layer.endswith("norm") for layer in layers):
        return "normalisation"
    if any(layer.endswith("attention") for layer in layers):
        return "attention"
    if any(layer.startswith("feed_forward") for layer in layers):
        return "feed-forward"
    if layers[-1:] in (["output"], ["pooler"]):
        return "output"
    raise ValueError(f"model has the weight {path}; allowed: those of a Transformer or of its layers")


def encoder_parameters(
    num_layers: int,
    width: int,
    hidden_dim: int,
    vocabulary_size: int,
    max_length: int,
    segments: int = 0,
    pooler: bool = False,
) -> dict[str, int]:
    """What an encoder with learned positions would count, by formula: nothing is made.

    Args:
        num_layers: how many layers.
        width: the length of every vector between layers; the number of heads does not matter.
        hidden_dim: the width of the hidden layers.
        vocabulary_size: how many ids there are.
        max_length: how many positions.
        segments: how many kinds of segments have an embedding (BERT has 2).
        pooler: whether a dense layer of the first vector follows, as BERT has it, which counts as "output".

    Returns:
        For each of `KINDS` how many. The embeddings are normalised once, as in BERT, and each layer twice.

    Raises:
        ValueError: if a number is out of its range.

    Source: J. Devlin et al., "BERT", 2019 (arXiv:1810.04805).
    """
    for name, value in (
        ("num_layers", num_layers),
        ("width", width),
        ("hidden_dim", hidden_dim),
        ("vocabulary_size", vocabulary_size),
        ("max_length", max_length),
    ):
        require_integer(name, value, at_least=1)
    require_integer("segments", segments, at_least=0)
    return {
        "embeddings": (vocabulary_size + max_length + segments) * width,
        "attention": num_layers * 4 * (width * width + width),
        "feed-forward": num_layers * (width * hidden_dim + hidden_dim + hidden_dim * width + width),
        "normalisation": (2 * num_layers + 1) * 2 * width,
        "output": width * width + width if pooler else 0,
    }


def bert_large() -> dict[str, int]:
    """BERT-large's parameters by kind: 24 layers, 1,024 wide, 16 heads, 4,096 hidden, 30,522 word pieces.

    Returns:
        For each of `KINDS` how many; 335,141,888 altogether.

    Source: Devlin et al., 2019, section 3, and the published vocabulary.
    """
    return encoder_parameters(24, 1024, 4096, 30_522, 512, segments=2, pooler=True)
