"""What a Transformer costs before it is trained: its weights, its arithmetic, its memory, each from its sizes alone.

A product of matrices (n, k) and (k, m) takes 2·n·k·m operations: a multiplication and an addition for each triple. The
rest of a step (norms, activations, the optimiser) grows with the widths and not with their products, and is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from course_lib.base.arguments import require_choice, require_integer

# Bytes that Adam in mixed precision keeps for each weight: the weight and its gradient in 16 bits; the weight once more
# and two averages in 32. S. Rajbhandari et al., "ZeRO", 2020 (arXiv:1910.02054), section 3.1.
WEIGHT_BYTES, GRADIENT_BYTES, OPTIMIZER_BYTES = 2, 2, 12
RECOMPUTATIONS = ("none", "attention", "full")


@dataclass(frozen=True)
class Sizes:
    """The sizes of a Transformer that has a decoder alone.

    Args:
        num_layers: how many blocks.
        width: the length of a vector between blocks.
        hidden_dim: the width of a block's hidden layer.
        vocabulary_size: how many ids there are.
        length: how many tokens a row has.
        num_heads: how many attentions a block has.
        gated: whether the hidden layer has a gate, a third matrix, as in Llama.
        tied: whether the table of token vectors also gives the scores.
        learned_positions: whether every position has a vector.
        key_value_dim: how wide keys and values are, all heads together; None for the width.

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if one is less than 1.
    """

    num_layers: int
    width: int
    hidden_dim: int
    vocabulary_size: int
    length: int
    num_heads: int = 1
    gated: bool = False
    tied: bool = True
    learned_positions: bool = False
    key_value_dim: int | None = None

    def __post_init__(self) -> None:
        for name in ("num_layers", "width", "hidden_dim", "vocabulary_size", "length", "num_heads"):
            require_integer(name, getattr(self, name), at_least=1)
        if self.key_value_dim is not None:
            require_integer("key_value_dim", self.key_value_dim, at_least=1)


def matrix_weights(sizes: Sizes) -> dict[str, int]:
    """The weights that every token is multiplied with, by kind; what is only looked up is not among them.

    Args:
        sizes: of the model.
    """
    width, shared = sizes.width, sizes.key_value_dim or sizes.width
    matrices = 3 if sizes.gated else 2
    return {
        "attention": sizes.num_layers * (2 * width * width + 2 * width * shared),
        "feed-forward": sizes.num_layers * matrices * width * sizes.hidden_dim,
        "scores": sizes.vocabulary_size * width,
    }


def parameters(sizes: Sizes, use_bias: bool = True) -> int:
    """How many numbers the model learns.

    Args:
        sizes: of the model.
        use_bias: whether projections have biases and norms a shift, as in GPT; Llama has neither.
    """
    of_matrices = sum(matrix_weights(sizes).values())
    tables = 0 if sizes.tied else sizes.vocabulary_size * sizes.width
    if sizes.learned_positions:
        tables += sizes.length * sizes.width
    norms = (2 * sizes.num_layers + 1) * sizes.width * (2 if use_bias else 1)
    biases = 0
    if use_bias:
        shared = sizes.key_value_dim or sizes.width
        hidden = sizes.hidden_dim * (2 if sizes.gated else 1)
        biases = sizes.num_layers * (2 * sizes.width + 2 * shared + hidden + sizes.width)
    return of_matrices + tables + norms + biases


def forward_flops(sizes: Sizes) -> dict[str, int]:
    """Operations of the forward pass for one token of a full row, by kind.

    A causal mask hides half of what attention compares; plain code computes the other half all the same, and so it is
    counted. Fused attention leaves it out.

    Args:
        sizes: of the model.
    """
    counted = {name: 2 * weights for name, weights in matrix_weights(sizes).items()}
    # q·k for every position of the row, then the average of the values: 2 · length · width each.
    counted["looking back"] = sizes.num_layers * 4 * sizes.length * sizes.width
    return counted


def training_flops(sizes: Sizes, tokens: float, recompute: bool = False) -> float:
    """Operations of a training: forward, and twice as many backward, for the gradients of inputs and of weights.

    Args:
        sizes: of the model.
        tokens: how many it reads.
        recompute: whether the forward pass is computed again on the way back.
    """
    return (4 if recompute else 3) * sum(forward_flops(sizes).values()) * tokens


def six_nd(weights: float, tokens: float) -> float:
    """The rule of thumb for a training: 2 operations forward and 4 backward for every weight and token.

    Args:
        weights: how many.
        tokens: how many are read.

    Source: J. Kaplan et al., "Scaling Laws for Neural Language Models", 2020 (arXiv:2001.08361), section 2.1.
    """
    return 6.0 * weights * tokens


def state_bytes(weights: int, devices: int = 1, stage: int = 0) -> dict[str, float]:
    """What one device keeps of weights, gradients and the optimiser's state, in mixed precision with Adam.

    Args:
        weights: how many the model has.
        devices: how many share the work.
        stage: what is cut into as many parts as there are devices: 0 nothing, 1 the optimiser's state, 2 the gradients
            as well, 3 the weights as well.

    Source: Rajbhandari et al., 2020, figure 1.

    Raises:
        ValueError: if a number is out of its range.
    """
    require_integer("weights", weights, at_least=1)
    require_integer("devices", devices, at_least=1)
    require_integer("stage", stage, at_least=0, at_most=3)
    return {
        "weights": WEIGHT_BYTES * weights / (devices if stage >= 3 else 1),
        "gradients": GRADIENT_BYTES * weights / (devices if stage >= 2 else 1),
        "optimiser": OPTIMIZER_BYTES * weights / (devices if stage >= 1 else 1),
    }


def activation_bytes(sizes: Sizes, batch_size: int, recompute: str = "none") -> float:
    """What a forward pass keeps for the backward pass, in 16 bits, without the scores of the vocabulary.

    Args:
        sizes: of the model; the formula is that of a hidden layer four times as wide as the model, with dropout.
        batch_size: rows of one device.
        recompute: `"none"`; `"attention"`, the matrices of weights of attention alone, as fused attention does; or
            `"full"`, all but what goes into each block.

    Source: V. Korthikanti et al., "Reducing Activation Recomputation in Large Transformer Models", 2022
    (arXiv:2205.05198), equations 1 and 6 and table 2, with one device.

    Raises:
        ValueError: if a number or the choice is not allowed.
    """
    require_integer("batch_size", batch_size, at_least=1)
    require_choice("recompute", recompute, RECOMPUTATIONS)
    of_a_vector = sizes.num_layers * sizes.length * batch_size * sizes.width
    if recompute == "full":
        return 2.0 * of_a_vector
    scores = 0 if recompute == "attention" else 5 * sizes.num_heads * sizes.length / sizes.width
    return of_a_vector * (34 + scores)
