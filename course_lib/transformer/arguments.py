"""Sentences and markers, looked at once where a reader hands them over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from course_lib.base.arguments import checked_ids, one_list, require_integer, require_words
from course_lib.preprocessing.vocabulary import PAD
from course_lib.transformer.model import Transformer


def checked_pairs(
    model: Transformer,
    sources: Sequence[Sequence[int]],
    targets: Sequence[Sequence[int]],
    start_id: int,
    end_id: int,
    name: str = "",
) -> tuple[list[list[int]], list[list[int]]]:
    """Both sides as lists of ids; raises where there are none, or the model cannot take them.

    Args:
        model: whose vocabularies and length they must fit.
        sources: the ids of each source sentence.
        targets: the ids of each target sentence, without start and end.
        start_id: the id that starts every target.
        end_id: the id that ends every target.
        name: how errors call the pair, in front of its sides.
    """
    label = f"{name} " if name else ""
    checked_markers(model, start_id, end_id)
    # A target and its start, or its end, take one position more.
    sources = checked_sentences(f"{label}sources", sources, model.source_vocabulary_size, model.max_length)
    targets = checked_sentences(f"{label}targets", targets, model.target_vocabulary_size, model.max_length - 1)
    if len(sources) != len(targets):
        raise ValueError(
            f"{label}sources has {len(sources)} sentences and targets {len(targets)}; allowed: as many of each"
        )
    return sources, targets


def checked_markers(model: Transformer, start_id: int, end_id: int) -> None:
    """Raise unless start and end are two ids of the target, none of them padding."""
    for name, value in (("start_id", start_id), ("end_id", end_id)):
        require_integer(name, value, at_least=1, at_most=model.target_vocabulary_size - 1)
    if start_id == end_id:
        raise ValueError(f"end_id is {end_id}, and so is start_id; allowed: another id")


def checked_sentences(
    name: str, sentences: Sequence[Sequence[int]], vocabulary_size: int, max_length: int
) -> list[list[int]]:
    """Sentences as lists of ids; raises where there is none, or one is empty, too long or holds another id.

    Args:
        name: how errors call them.
        sentences: the ids of each.
        vocabulary_size: what every id must be less than.
        max_length: how many ids a sentence may have.

    Raises:
        TypeError: if they are no lists of whole numbers.
        ValueError: if there is none, or one is empty, longer than `max_length`, or holds padding or an id that is not
            in the vocabulary.
    """
    require_words(name, sentences)
    if not isinstance(sentences, Iterable):
        raise TypeError(f"{name} is {sentences!r}; allowed: a list of ids for each sentence, as in [[5, 6], [7]]")
    checked = []
    for number, sentence in enumerate(sentences):
        require_words(f"{name}[{number}]", sentence)
        sentence = one_list(f"{name}[{number}]", sentence)
        ids = checked_ids(f"{name}[{number}]", sentence, vocabulary_size)
        if not ids:
            raise ValueError(f"{name}[{number}] is empty; allowed: one id or more")
        if len(ids) > max_length:
            raise ValueError(f"{name}[{number}] has {len(ids)} ids; allowed: {max_length}")
        if PAD in ids:
            raise ValueError(f"{name}[{number}] holds {PAD}, which is padding; allowed: 1 to {vocabulary_size - 1}")
        checked.append(ids)
    if not checked:
        raise ValueError(f"{name} holds no sentence; allowed: one or more")
    return checked
