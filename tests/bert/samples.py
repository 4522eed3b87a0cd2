"""What the tests of BERT share: a small encoder whose weights are nothing special, inputs, a forward pass in NumPy."""

from __future__ import annotations

import math

import keras
import numpy as np

from course_lib.bert import BertEncoder, BertTokenizer
from tensors import numpy

SIZES = {"vocabulary_size": 19, "width": 12, "num_layers": 2, "num_heads": 3, "hidden_dim": 20, "max_length": 10}
WORDS = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "film", "is", "good", "bad", "un", "##watch", "##able"),
    *("a", "very", "long", "##er", "!", "."),
]


def tokenizer() -> BertTokenizer:
    """A vocabulary of 19 tokens."""
    return BertTokenizer(WORDS)


def stir(layer: keras.layers.Layer, seed: int = 1, scale: float = 0.3) -> None:
    """Give a layer weights that no initialiser makes: biases that are not zero, norms that are not one."""
    random = np.random.default_rng(seed)
    for weight in layer.weights:
        if "seed_generator" not in weight.path:
            middle = 1.0 if weight.path.endswith("gamma") else 0.0
            weight.assign(middle + random.normal(size=weight.shape) * scale)


def small(seed: int = 3, **options: object) -> BertEncoder:
    """An encoder of 12 numbers a vector, stirred."""
    encoder = BertEncoder(**{**SIZES, "dropout": 0.0, "seed": seed, "name": "bert", **options})
    stir(encoder, seed)
    return encoder


def batch(rows: int = 3, time: int = 7, seed: int = 0) -> dict[str, np.ndarray]:
    """Ids of two segments; the last two places of the first row are padding."""
    token_ids = np.random.default_rng(seed).integers(5, 19, size=(rows, time)).astype(np.int32)
    token_ids[:, 0] = 2
    token_ids[0, -2:] = 0
    segment_ids = np.zeros_like(token_ids)
    segment_ids[:, time // 2 :] = 1
    return {"token_ids": token_ids, "segment_ids": segment_ids, "padding_mask": token_ids != 0}


def weights_of(layer: keras.layers.Layer) -> dict[str, np.ndarray]:
    """The weights by the path below the layer, in float64."""
    return {
        weight.path.split("/", 1)[1]: numpy(weight).astype(np.float64)
        for weight in layer.weights
        if "seed_generator" not in weight.path
    }


def norm(x: np.ndarray, weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    """A norm with an epsilon of 1e-12."""
    plain = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
    return plain * weights[f"{name}/gamma"] + weights[f"{name}/beta"]


def gelu(x: np.ndarray) -> np.ndarray:
    """x Φ(x), by the error function."""
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def states_in_numpy(
    weights: dict[str, np.ndarray], token_ids: list[int], segment_ids: list[int], num_layers: int, num_heads: int
) -> list[np.ndarray]:
    """What goes into the first layer and comes out of each, for one text without padding, in float64, by loops."""
    x = np.array(
        [
            weights["embeddings/token_vectors"][token]
            + weights["embeddings/position_vectors"][place]
            + weights["embeddings/segment_vectors"][segment]
            for place, (token, segment) in enumerate(zip(token_ids, segment_ids, strict=True))
        ]
    )
    states = [norm(x, weights, "embeddings/norm")]
    time, width = x.shape
    dim = width // num_heads
    for number in range(num_layers):
        w = {
            name.removeprefix(f"layer_{number}/"): value
            for name, value in weights.items()
            if name.startswith(f"layer_{number}/")
        }
        x = states[-1]
        q, k, v = (x @ w[f"attention/{n}/kernel"] + w[f"attention/{n}/bias"] for n in ("query", "key", "value"))
        attended = np.zeros_like(x)
        for head in range(num_heads):
            part = slice(head * dim, (head + 1) * dim)
            for place in range(time):
                scores = np.array([q[place, part] @ k[other, part] / math.sqrt(dim) for other in range(time)])
                chances = np.exp(scores - scores.max())
                attended[place, part] = chances / chances.sum() @ v[:, part]
        x = norm(x + attended @ w["attention/output/kernel"] + w["attention/output/bias"], w, "attention_norm")
        hidden = gelu(x @ w["feed_forward_hidden/kernel"] + w["feed_forward_hidden/bias"])
        outputs = hidden @ w["feed_forward_output/kernel"] + w["feed_forward_output/bias"]
        states.append(norm(x + outputs, w, "feed_forward_norm"))
    return states
