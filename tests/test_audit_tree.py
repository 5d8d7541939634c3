"""The Merkle tree over the trail: against the published vectors, and against a second way to compute everything."""

from __future__ import annotations

import hashlib
import random

import pytest

from assistant.audit.tree import (
    Tree,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    root_of,
)

LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The leaves of the reference tests of Certificate Transparency, and the roots of their beginnings."""
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {
    # (place, size): the audit paths of the same reference tests
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}


# a second way: the definitions of RFC 6962 2.1, word for word, over lists of leaves


def naive_root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 0:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_climb(leaf: bytes, place: int, size: int, proof: list[bytes]) -> bytes:
    """The root from an audit path, from the top down."""
    if size == 1:
        assert proof == []
        return hashlib.sha256(b"\x00" + leaf).digest()
    k = 1
    while k * 2 < size:
        k *= 2
    *rest, sibling = proof
    if place < k:
        return hashlib.sha256(b"\x01" + naive_climb(leaf, place, k, rest) + sibling).digest()
    return hashlib.sha256(b"\x01" + sibling + naive_climb(leaf, place - k, size - k, rest)).digest()


def some_leaves(count: int, seed: int = 5) -> list[bytes]:
    dice = random.Random(seed)
    return [dice.randbytes(32) for _ in range(count)]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]
    assert naive_root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("place", "size"), PATHS)
def test_the_audit_paths_are_those_of_certificate_transparency(place: int, size: int) -> None:
    assert [step.hex() for step in inclusion_proof(LEAVES[:size], place)] == PATHS[place, size]


def test_a_tree_that_grows_has_the_root_of_every_beginning() -> None:
    leaves, tree = some_leaves(130), Tree()
    for size, leaf in enumerate(leaves):
        assert tree.root() == naive_root(leaves[:size]) and tree.size == size
        tree.append(leaf)


def test_every_event_of_every_size_can_be_shown_to_be_in_the_tree() -> None:
    for size in range(1, 34):
        leaves = some_leaves(size)
        root = root_of(leaves)
        for place, leaf in enumerate(leaves):
            proof = inclusion_proof(leaves, place)
            assert is_included(leaf, place, size, root, proof)
            assert naive_climb(leaf, place, size, proof) == root
            assert not is_included(b"another", place, size, root, proof)
            assert not is_included(leaf, place, size, leaf_hash(b"another"), proof)
            assert not is_included(leaf, (place + 1) % (size + 1), size, root, proof)
            assert not is_included(leaf, place, size, root, [*proof, leaf])
            assert not proof or not is_included(leaf, place, size, root, proof[:-1])
            for step in range(len(proof)):
                bent = [*proof[:step], leaf_hash(proof[step]), *proof[step + 1 :]]
                assert not is_included(leaf, place, size, root, bent)


def test_every_beginning_can_be_shown_to_be_one() -> None:
    for size in range(1, 34):
        leaves = some_leaves(size)
        root = root_of(leaves)
        for earlier in range(1, size + 1):
            old = naive_root(leaves[:earlier])
            proof = consistency_proof(leaves, earlier)
            assert is_consistent(earlier, old, size, root, proof)
            assert not is_consistent(earlier, leaf_hash(old), size, root, proof)
            assert not is_consistent(earlier, old, size, leaf_hash(root), proof)
            assert not is_consistent(earlier, old, size, root, [*proof, old])
            for step in range(len(proof)):
                bent = [*proof[:step], leaf_hash(proof[step]), *proof[step + 1 :]]
                assert not is_consistent(earlier, old, size, root, bent)


def test_a_rewritten_beginning_has_no_proof() -> None:
    leaves = some_leaves(21)
    for earlier in range(1, 21):
        for place in range(earlier):
            rewritten = [*leaves[:place], b"forged", *leaves[place + 1 :]]
            proof = consistency_proof(rewritten, earlier)
            assert not is_consistent(earlier, root_of(leaves[:earlier]), 21, root_of(rewritten), proof)


def test_what_has_no_place_is_refused() -> None:
    leaves = some_leaves(3)
    for place in (-1, 3):
        with pytest.raises(IndexError):
            inclusion_proof(leaves, place)
        assert not is_included(leaves[0], place, 3, root_of(leaves), [])
    for earlier in (0, 4):
        with pytest.raises(IndexError):
            consistency_proof(leaves, earlier)
        assert not is_consistent(earlier, b"", 3, root_of(leaves), [])
    assert not is_consistent(3, b"old", 5, b"new", [])


def test_a_leaf_cannot_be_taken_for_a_node() -> None:
    left, right = some_leaves(2)
    assert root_of([leaf_hash(left) + leaf_hash(right)]) != root_of([left, right])
