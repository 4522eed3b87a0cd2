"""Which keys each query may look at: the masks a reader names, checked and put together into one."""

from __future__ import annotations

from keras import ops

from course_lib.base.tensors import require_boolean, require_shape
from course_lib.preprocessing.batches import combine_masks


def look_back_mask(queries: int, keys: int, first=0):
    """True where a query may look at a key: at its own position and at what came before.

    Args:
        queries: how many queries there are.
        keys: how many keys there are, counted from position 0.
        first: the position of the first query; with 0 and as many queries as keys this is the causal mask.

    Shapes: boolean (queries, keys).
    """
    return first + ops.arange(queries)[:, None] >= ops.arange(keys)[None, :]


def attention_mask_of(padding_mask=None, attention_mask=None, look_back=None):
    """All masks that were given, as one: a key is looked at only where every mask keeps it.

    Args:
        padding_mask: which keys are tokens.
        attention_mask: which keys each query may look at; for all examples alike, or for each.
        look_back: which keys do not lie in the future.

    Returns:
        One mask for every head, or None where no mask was given.

    Shapes: padding_mask (batch, keys), attention_mask (queries, keys) or (batch, queries, keys), look_back (queries,
    keys), all boolean → boolean, broadcast to (batch, num_heads, queries, keys).
    """
    mask = look_back
    if padding_mask is not None:
        mask = combine_masks(padding_mask, look_back)
    if attention_mask is not None:
        mask = attention_mask if mask is None else ops.logical_and(mask, attention_mask)
    if mask is None:
        return None
    # The heads' axis goes before queries and keys; broadcasting adds the batch's where it is missing.
    return ops.expand_dims(ops.convert_to_tensor(mask), -3)


def require_mask(name: str, mask: object, *allowed: tuple[int | None, ...]) -> None:
    """Raise unless the mask is boolean and has one of the shapes, as far as both are known.

    Args:
        name: the argument.
        mask: what was given; None is none.
        allowed: shapes; None stands for a size that is not known, and a given 1 for any.

    Raises:
        TypeError: if the mask is not boolean. Numbers are refused, because some libraries add them to the scores.
        ValueError: if the mask has another shape.
    """
    if mask is None:
        return
    mask = ops.convert_to_tensor(mask)
    require_boolean(name, mask)
    require_shape(name, mask.shape, *allowed, ones_serve=True)
