"""What hangs together, directly or through others: a split must not tear it apart."""

from __future__ import annotations

from collections.abc import Hashable, Iterable


def connected(keys: Iterable[Iterable[Hashable]]) -> list[list[int]]:
    """The indices of items that share a key, or hang together through others, as groups.

    Args:
        keys: the keys of each item.

    Returns:
        The groups in the order of their first items, the indices of each in order.
    """
    parent: list[int] = []
    first_with: dict[Hashable, int] = {}

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for index, own in enumerate(keys):
        parent.append(index)
        for key in own:
            parent[root(index)] = root(first_with.setdefault(key, index))
    groups: dict[int, list[int]] = {}
    for index in range(len(parent)):
        groups.setdefault(root(index), []).append(index)
    return list(groups.values())
