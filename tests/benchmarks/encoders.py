"""One BERT of MiniLM's sizes three times: the course's encoder, KerasHub's, and that of `transformers` on PyTorch.

Each library is imported where it is asked for, so that a process which measures one of them holds no other.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras
    import torch

    from course_lib.bert import BertEncoder

WORDS, WIDTH, LAYERS, HEADS, HIDDEN, PLACES = 30_522, 384, 6, 12, 1536, 512
# A layer's parts: ours, KerasHub's and those of `transformers`.
PARTS = (
    ("attention.query_dense", "_self_attention_layer._query_dense", "attention.self.query"),
    ("attention.key_dense", "_self_attention_layer._key_dense", "attention.self.key"),
    ("attention.value_dense", "_self_attention_layer._value_dense", "attention.self.value"),
    ("attention.output_dense", "_self_attention_layer._output_dense", "attention.output.dense"),
    ("attention_norm", "_self_attention_layer_norm", "attention.output.LayerNorm"),
    ("hidden_dense", "_feedforward_intermediate_dense", "intermediate.dense"),
    ("output_dense", "_feedforward_output_dense", "output.dense"),
    ("feed_forward_norm", "_feedforward_layer_norm", "output.LayerNorm"),
)


def texts(count: int, length: int) -> dict[str, np.ndarray]:
    """Ids, segments and mask of texts that fill a half to all of their places, as those of a batch do.

    Args:
        count: how many texts.
        length: how many places each has.

    Shapes: each (count, length).
    """
    random = np.random.default_rng(0)
    token_ids = random.integers(1000, WORDS, size=(count, length), dtype=np.int32)
    for row, filled in enumerate(np.linspace(length // 2, length, count).astype(int)):
        token_ids[row, filled:] = 0
    return {"token_ids": token_ids, "segment_ids": np.zeros_like(token_ids), "padding_mask": token_ids != 0}


def ours() -> BertEncoder:
    """The course's encoder: MiniLM where `COURSE_DATA` has it, else one of its sizes with weights drawn at random."""
    from course_lib.bert import BertEncoder, load_encoder

    folder = Path(os.environ.get("COURSE_DATA", ""), "minilm")
    if folder.joinpath("model.safetensors").exists():
        return load_encoder(folder, pooler=False, dropout=0.0)
    return BertEncoder(WORDS, WIDTH, LAYERS, HEADS, HIDDEN, PLACES, dropout=0.0, seed=0)


def of_keras_hub() -> keras.Model:
    """KerasHub's encoder, with weights of its own."""
    from keras_hub.models import BertBackbone

    return BertBackbone(WORDS, LAYERS, HEADS, WIDTH, HIDDEN, dropout=0.0, max_sequence_length=PLACES)


def of_transformers() -> torch.nn.Module:
    """The encoder of `transformers`, with weights of its own and the attention that it takes by itself."""
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=WORDS,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=HIDDEN,
        max_position_embeddings=PLACES,
    )
    return BertModel(config, add_pooling_layer=False).eval()  # without dropout


def for_keras_hub(given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What KerasHub's encoder is called with: its mask holds whole numbers."""
    return {**given, "padding_mask": given["padding_mask"].astype(np.int32)}


def for_transformers(given: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """What the encoder of `transformers` is called with."""
    import torch

    names = {"token_ids": "input_ids", "segment_ids": "token_type_ids", "padding_mask": "attention_mask"}
    return {names[name]: torch.tensor(values).long() for name, values in given.items()}


def fill_keras_hub(theirs: keras.Model, encoder: BertEncoder) -> None:
    """Give KerasHub's encoder our weights; its attention keeps them with an axis for the heads."""
    from keras import ops

    vectors = encoder.embeddings
    pairs = [
        (theirs.token_embedding.embeddings, vectors.token_vectors),
        (theirs.position_embedding.position_embeddings, vectors.position_vectors),
        (theirs.segment_embedding.embeddings, vectors.segment_vectors),
        (theirs.embeddings_layer_norm.gamma, vectors.norm.gamma),
        (theirs.embeddings_layer_norm.beta, vectors.norm.beta),
    ]
    for theirs_layer, layer in zip(theirs.transformer_layers, encoder.encoder_layers, strict=True):
        for name, their_name, _ in PARTS:
            pairs += zip(_part(theirs_layer, their_name).weights, _part(layer, name).weights, strict=True)
    for weight, value in pairs:
        weight.assign(ops.reshape(value, weight.shape))


def fill_transformers(theirs: torch.nn.Module, encoder: BertEncoder) -> None:
    """Give the encoder of `transformers` our weights; PyTorch keeps a dense layer's matrix turned over."""
    import torch
    from keras import ops

    vectors = encoder.embeddings
    values = {
        "embeddings.word_embeddings.weight": vectors.token_vectors,
        "embeddings.position_embeddings.weight": vectors.position_vectors,
        "embeddings.token_type_embeddings.weight": vectors.segment_vectors,
        "embeddings.LayerNorm.weight": vectors.norm.gamma,
        "embeddings.LayerNorm.bias": vectors.norm.beta,
    }
    for number, layer in enumerate(encoder.encoder_layers):
        for name, _, their_name in PARTS:
            scale, shift = _part(layer, name).weights
            their_name = f"encoder.layer.{number}.{their_name}"
            values |= {f"{their_name}.weight": ops.transpose(scale), f"{their_name}.bias": shift}
    theirs.load_state_dict({name: torch.tensor(ops.convert_to_numpy(value)) for name, value in values.items()})


def torch_steps(
    theirs: torch.nn.Module, given: dict[str, np.ndarray]
) -> tuple[Callable[[], object], Callable[[], object]]:
    """What reads texts with the encoder of `transformers`, and what computes the gradient for all its weights.

    Args:
        theirs: the encoder.
        given: the texts.
    """
    import torch

    inputs = for_transformers(given)

    def read() -> object:
        with torch.no_grad():
            return theirs(**inputs).last_hidden_state.numpy()

    def step() -> None:
        theirs.zero_grad()
        theirs(**inputs).last_hidden_state.square().mean().backward()

    return read, step


def keras_steps(model: keras.Model, given: dict[str, np.ndarray]) -> tuple[Callable[[], object], Callable[[], object]]:
    """The same for our encoder or KerasHub's, compiled as `predict` and `fit` do it.

    Args:
        model: the encoder.
        given: the texts.
    """
    from keras import ops

    from course_lib.training import devices

    from .contenders import gradient_step

    def states(inputs):
        found = model(inputs)
        return found["sequence_output"] if isinstance(found, dict) else found

    reader = devices.compiled(states, model)
    step = gradient_step(model, lambda inputs: ops.mean(ops.square(states(inputs))), given)
    return lambda: ops.convert_to_numpy(reader(given)), step


def _part(layer: object, path: str) -> object:
    for name in path.split("."):
        layer = getattr(layer, name)
    return layer
