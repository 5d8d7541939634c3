"""Canonical bytes: one meaning, one text; and what must never be kept is masked or refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import canonical
from assistant.canonical import NotCanonical
from assistant.masking import names_of_secrets, without_ibans

_LEAVES = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
)
_VALUES = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(
    st.characters(exclude_categories=["Cs"]), max_size=8), inner, max_size=4), max_leaves=12)  # fmt: skip
_OBJECTS = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), _VALUES, max_size=5)


@given(_OBJECTS)
def test_what_was_written_reads_back_as_the_same_and_writes_the_same(value: dict[str, Any]) -> None:
    written = canonical.canonical(value)
    assert canonical.read(written.decode()) == value
    assert canonical.canonical(json.loads(written)) == written


def test_the_order_of_names_does_not_matter_and_the_form_is_rfc_8785() -> None:
    one = canonical.canonical({"b": 1, "a": "€", "ä": [True, "x"], "\U0001f600": 2})
    other = canonical.canonical({"a": "€", "ä": [True, "x"], "😀": 2, "b": 1})
    assert one == other == '{"a":"€","b":1,"ä":[true,"x"],"😀":2}'.encode()


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"amount": {"value": 1.5}}, "amount.value"),
        ({"amount": float("nan")}, "amount"),
        ({"rows": ["a", None]}, "rows[1]"),
        ({"n": 2**53}, "n"),
        ({"n": -(2**53)}, "n"),
        ({1: "x"}, ""),
        ({"x": b"bytes"}, "x"),
        ({"x": "\ud800"}, ""),
        ({"x": "y" * 70_000}, ""),
    ],
    ids=["fraction", "nan", "null", "large", "small", "name", "bytes", "surrogate", "long"],
)
def test_what_has_no_single_meaning_is_refused(value: Any, where: str) -> None:
    with pytest.raises(NotCanonical) as caught:
        canonical.canonical(value)
    assert caught.value.where == where


def test_nesting_without_end_is_refused() -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]
    with pytest.raises(NotCanonical):
        canonical.canonical(deep)


@pytest.mark.parametrize(
    "text",
    ['{"a":1,"a":2}', '{"a": 1}', '{"b":1,"a":2}', '{"a":1.0}', '{"a":1e2}', '{"a":NaN}', "[]", "{", "", '{"a":null}'],
)
def test_only_the_canonical_text_is_read(text: str) -> None:
    with pytest.raises(NotCanonical):
        canonical.read(text)


def test_the_digest_covers_version_organisation_tool_and_every_field() -> None:
    payload = {"minor": 98000, "currency": "EUR", "document": {"id": "1"}}

    def digest(organisation: str = "o", tool: str = "t", **change: Any) -> str:
        return canonical.digest(canonical.facts(organisation_id=organisation, tool=tool, payload={**payload, **change}))

    changed = [
        digest("p"),
        digest("o", "u"),
        digest(minor=98001),
        digest(minor="98000"),
        digest(currency="USD"),
        digest(document={"id": "2"}),
        digest(extra=True),
    ]
    assert digest() not in changed and len(set(changed)) == len(changed)
    assert len(digest()) == 64
    assert b'"version":1' in canonical.facts(organisation_id="o", tool="t", payload=payload)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("to DE89370400440532013000 please", "to DE89…3000 please"),
        ("to DE89 3704 0044 0532 0130 00 please", "to DE89…3000 please"),
        ("GB82 WEST 1234 5698 7654 32 RENT", "GB82…5432 RENT"),
        ("de89370400440532013000", "de89…3000"),
        ("DE00370400440532013000", "DE00…3000"),
        ("BILL-204 FA-7K3M9QXZ", "BILL-204 FA-7K3M9QXZ"),
        ("0f9ad9f1-5fd2-4a7e-9f0f-ab12cdef3456", "0f9ad9f1-5fd2-4a7e-9f0f-ab12cdef3456"),
    ],
)
def test_bank_account_numbers_are_masked_to_their_ends(written: str, kept: str) -> None:
    assert without_ibans({"a": [written]}) == {"a": [kept]}


def test_names_of_secrets_are_found_at_any_depth() -> None:
    assert list(names_of_secrets({"a": [{"access_token": 1}], "Client-Secret": "x", "key": "fine"})) == [
        "access_token",
        "Client-Secret",
    ]
