"""The Merkle tree over the audit trail: one root stands for every event, and short proofs speak for it.

RFC 6962, section 2.1 (SHA-256): a leaf is hashed after a zero byte, a node after a one byte, so that neither can be
taken for the other. A leaf's content is the 32 bytes of an event's hash. The checks follow RFC 9162, sections 2.1.3.2
and 2.1.4.2, which are the same tree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


class Tree:
    """A tree that grows event by event and keeps only what its next root needs: one hash for each bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[bytes] = []

    def append(self, content: bytes) -> None:
        """One more leaf at the end."""
        node, size = leaf_hash(content), self.size
        while size & 1:
            node, size = node_hash(self._whole.pop(), node), size >> 1
        self._whole.append(node)
        self.size += 1

    def root(self) -> bytes:
        """What stands for everything so far; the hash of nothing for an empty tree."""
        if not self._whole:
            return hashlib.sha256().digest()
        *earlier, node = self._whole
        for whole in reversed(earlier):
            node = node_hash(whole, node)
        return node


def leaf_hash(content: bytes) -> bytes:
    """The hash of one event's place in the tree."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash that stands for two neighbours."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(contents: Sequence[bytes]) -> bytes:
    """The root of a tree with these leaves."""
    tree = Tree()
    for content in contents:
        tree.append(content)
    return tree.root()


def inclusion_proof(contents: Sequence[bytes], place: int) -> list[bytes]:
    """What shows that the leaf at `place` (from 0) is in the tree, without the other leaves. Raises IndexError."""
    if not 0 <= place < len(contents):
        raise IndexError(place)
    if len(contents) == 1:
        return []
    half = _half(len(contents))
    left, right = contents[:half], contents[half:]
    if place < half:
        return [*inclusion_proof(left, place), root_of(right)]
    return [*inclusion_proof(right, place - half), root_of(left)]


def is_included(content: bytes, place: int, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that `content` is leaf number `place` of the tree of that size and root."""
    if not 0 <= place < size:
        return False
    node, last = leaf_hash(content), size - 1
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(step, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, step)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def consistency_proof(contents: Sequence[bytes], earlier: int) -> list[bytes]:
    """What shows that the tree of the first `earlier` leaves is the beginning of this one. Raises IndexError."""
    if not 0 < earlier <= len(contents):
        raise IndexError(earlier)
    return _consistency(contents, earlier, whole=True)


def _consistency(contents: Sequence[bytes], earlier: int, *, whole: bool) -> list[bytes]:
    if earlier == len(contents):
        return [] if whole else [root_of(contents)]
    half = _half(len(contents))
    left, right = contents[:half], contents[half:]
    if earlier <= half:
        return [*_consistency(left, earlier, whole=whole), root_of(right)]
    return [*_consistency(right, earlier - half, whole=False), root_of(left)]


def is_consistent(earlier: int, earlier_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that nothing of the earlier tree was changed, only leaves added."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not proof and earlier_root == root
    steps = [earlier_root, *proof] if earlier & (earlier - 1) == 0 else list(proof)
    if not steps:
        return False
    first, last = earlier - 1, size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(new, step)
        first, last = first >> 1, last >> 1
    return last == 0 and old == earlier_root and new == root


def _half(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
