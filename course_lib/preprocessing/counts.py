"""Words to counts: bags of words, TF-IDF weights and one-hot vectors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral

import numpy as np
from scipy import sparse

from course_lib.base.arguments import require_choice, require_integer, require_whole_numbers
from course_lib.preprocessing.vocabulary import UNK, Vocabulary, each_token_list


def bag_of_words(token_lists: Iterable[Iterable[str]], vocabulary: Vocabulary) -> sparse.csr_matrix:
    """Count every known word of every text; the order of the words is lost, unknown words are not counted.

    Args:
        token_lists: one list of words per text.
        vocabulary: gives each word its column.

    Returns:
        The counts, int64.

    Shapes: (documents, vocabulary_size), nearly all zeros and therefore sparse.

    Raises:
        TypeError: if `token_lists` is one str or one list of str.
    """
    columns: list[int] = []
    row_ends = [0]
    for tokens in each_token_list(token_lists):
        columns += [index for index in vocabulary.encode(tokens) if index != UNK]
        row_ends.append(len(columns))
    ones = np.ones(len(columns), dtype=np.int64)
    counts = sparse.csr_matrix((ones, columns, row_ends), shape=(len(row_ends) - 1, len(vocabulary)), dtype=np.int64)
    counts.sum_duplicates()
    return counts


def inverse_document_frequency(counts: sparse.spmatrix | np.ndarray, smooth: bool = True) -> np.ndarray:
    """How much a word tells: the fewer texts hold it, the more.

    Args:
        counts: a bag of words.
        smooth: count one more text that holds every word once, so that a word of no text does not divide by zero.
            Without it, such a word is treated as a word of one text.

    Returns:
        One weight per word, at least 1.

    Shapes: counts (documents, vocabulary_size) → (vocabulary_size,).

    Raises:
        TypeError: if `counts` is no table of numbers.
        ValueError: if it holds a number that is not finite.

    Source: K. Spärck Jones, "A statistical interpretation of term specificity", Journal of Documentation 28(1), 1972;
    the constants are scikit-learn's.
    """
    counts = _table(counts)
    documents = counts.shape[0]
    holding = np.bincount(counts.indices[counts.data != 0], minlength=counts.shape[1])  # texts that hold each word
    if smooth:
        return np.log((1 + documents) / (1 + holding)) + 1
    return np.log(np.maximum(documents, 1) / np.maximum(holding, 1)) + 1


def tf_idf(
    counts: sparse.spmatrix | np.ndarray, idf: np.ndarray | None = None, norm: str | None = "l2"
) -> sparse.csr_matrix:
    """Weigh each count by what its word tells, then scale each text to length one.

    Args:
        counts: a bag of words.
        idf: the weights of `inverse_document_frequency`, those of the training texts; None computes them from `counts`.
        norm: "l2" (Euclidean length one), "l1" (absolute values sum to one) or None.

    Returns:
        The weighted counts, float64. A text without known words stays all zeros.

    Shapes: (documents, vocabulary_size) → the same.

    Raises:
        TypeError: if `counts` is no table of numbers.
        ValueError: if it holds a number that is not finite, `norm` is unknown, or `idf` has not one finite
            weight per word.

    Source: equal to scikit-learn's TfidfTransformer.
    """
    require_choice("norm", norm, ["l2", "l1", None])
    counts = _table(counts).astype(np.float64)
    idf = inverse_document_frequency(counts) if idf is None else np.asarray(idf, dtype=np.float64)
    if idf.shape != (counts.shape[1],):
        raise ValueError(f"idf has the shape {idf.shape}; allowed: {(counts.shape[1],)}, one weight per word")
    if not np.isfinite(idf).all():
        raise ValueError("idf holds NaN or infinity; allowed: finite weights")
    weighted = counts @ sparse.diags(idf)  # tf(word, text) · idf(word)
    if norm is None:
        return weighted.tocsr()
    lengths = abs(weighted).sum(axis=1).A1 if norm == "l1" else np.sqrt(weighted.multiply(weighted).sum(axis=1).A1)
    return (sparse.diags(1 / np.where(lengths == 0, 1, lengths)) @ weighted).tocsr()


def one_hot(ids: Sequence[int] | np.ndarray, depth: int):
    """A vector per id, all zeros but for a one at the id.

    Args:
        ids: whole numbers, an array of any shape. An id outside 0 … depth - 1 gives all zeros, however large it is.
        depth: the length of a vector, the size of the vocabulary.

    Returns:
        A float32 tensor of the Keras backend.

    Shapes: ids (...) → (..., depth).

    Raises:
        TypeError: if an id is no whole number.
        ValueError: if `depth` is less than 1.
    """
    from keras import ops

    from course_lib.base.tensors import dtype_of, floating_dtype

    depth = require_integer("depth", depth, at_least=1)
    if isinstance(ids, Integral | Sequence | np.ndarray):
        ids = np.asarray(ids)
        if ids.size:  # what is empty has no type that could be asked for
            require_whole_numbers("ids", ids)
        # Only then in int32, where 2³² + 1 would be 1.
        ids = np.where((ids >= 0) & (ids < depth), ids, -1).astype(np.int32)
    elif floating_dtype(ids):
        raise TypeError("ids is a tensor of floats; allowed: whole numbers")
    elif dtype_of(ids) in ("int64", "uint32", "uint64"):
        ids = ops.where(ops.logical_and(ids >= 0, ids < depth), ids, ops.full_like(ids, depth))
    ids = ops.expand_dims(ops.cast(ids, "int32"), -1)  # (..., 1)
    return ops.cast(ids == ops.arange(depth, dtype="int32"), "float32")  # (..., depth)


def _table(counts: sparse.spmatrix | np.ndarray) -> sparse.csr_matrix:
    """A bag of words, sparse; raises where it is none."""
    table = counts if sparse.issparse(counts) else np.asarray(counts)
    if table.ndim != 2 or table.dtype.kind not in "biuf":
        raise TypeError(f"counts is of type {type(counts).__name__}; allowed: a table of numbers (documents, words)")
    table = sparse.csr_matrix(table)
    if not np.isfinite(table.data).all():
        raise ValueError("counts holds NaN or infinity; allowed: finite numbers")
    return table
