"""Names and numbers as people type them: found when certain, offered when not, never guessed."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.books import ACME, DUPONT, MUELLER, NORTHWIND, SCHNEIDER, bill, contact, invoice
from tools.errors import ToolRetry
from tools.xero.books import Contact, DocumentStatus
from tools.xero.finding import nearest, numbered
from tools.xero.matching import contact_meant, match_contact
from tools.xero.names import number_key

WEBERS = [
    contact("Studio Weber", id="weber-1", city="Berlin", email="post@weber1.example"),
    contact("Studio Weber", id="weber-2", city="Dortmund", email="post@weber2.example"),
]
EVERYONE = [
    ACME, MUELLER, DUPONT, NORTHWIND, SCHNEIDER, *WEBERS,
    *map(contact, (
        "Globex Corporation", "Initech", "Hooli", "Café Lumière", "Rossi & Figli", "Bianchi Srl", "Office Depot",
        "Bergmann Druck", "Bergmann Druckerei GmbH", "O'Brien & Sons Ltd", "Van der Veen Interieur", "Lena Krüger",
        "Grünwerk Energie eG", "Schreinerei Holzweg",
    )),
]  # fmt: skip


def meant(typed: str, among: Sequence[Contact] = EVERYONE) -> str | None:
    """The name of the contact that is certain, None when it would be asked."""
    match = match_contact(among, typed)
    return match.contact.name if match and match.sure else None


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Müller GmbH", "Müller GmbH"),
        ("müller", "Müller GmbH"),
        ("Mueller", "Müller GmbH"),
        ("muller gmbh", "Müller GmbH"),
        ("MÜLLER GMBH", "Müller GmbH"),
        ("Mu\u0308ller", "Müller GmbH"),
        ("Acme", "Acme Ltd"),
        ("Acme Limited", "Acme Ltd"),
        ("Globex", "Globex Corporation"),
        ("globx corportion", "Globex Corporation"),
        ("Northwnd Trader", "Northwind Traders"),
        ("cafe lumiere", "Café Lumière"),
        ("Rossi and Figli", "Rossi & Figli"),
        ("rossi e figli", "Rossi & Figli"),
        ("obrien", "O'Brien & Sons Ltd"),
        ("O’Brien", "O'Brien & Sons Ltd"),
        ("Krueger", "Lena Krüger"),
        ("Schneider", "Schneider Logistik"),
        ("Schnider", "Schneider Logistik"),
        ("Hoolie", "Hooli"),
        ("Bergmann Druck", "Bergmann Druck"),
        ("grunwerk", "Grünwerk Energie eG"),
        ("Acme\u200b Ltd", "Acme Ltd"),
        ("post@weber2.example", "Studio Weber"),
        (ACME.id, "Acme Ltd"),
    ],
)
def test_a_name_is_found_in_the_spellings_that_people_use(typed: str, name: str) -> None:
    assert meant(typed) == name


@pytest.mark.parametrize("typed", ["Bergmann", "Studio Weber", "Weber", "Druck", "Amazon", "", "x", "GmbH", "ab", "  "])
def test_what_could_be_several_or_none_is_not_decided(typed: str) -> None:
    assert meant(typed) is None


def test_the_same_name_twice_is_asked_with_what_tells_them_apart() -> None:
    with pytest.raises(ToolRetry) as asked:
        contact_meant(
            EVERYONE,
            "studio weber",
            organisation="Demo GmbH",
            language="de",
            open_documents=lambda one: 2 if one.id == "weber-2" else 0,
        )
    labels = [choice.label for choice in asked.value.choices]
    assert labels == [
        "Studio Weber · Berlin · post@weber1.example · 0 offen",
        "Studio Weber · Dortmund · post@weber2.example · 2 offen",
    ]
    for choice in asked.value.choices:
        match = match_contact(EVERYONE, choice.label)
        assert match is not None and match.sure and match.contact.id == choice.id


def test_without_an_e_mail_address_the_id_tells_them_apart() -> None:
    twins = [contact("Twin", id="twin-1"), contact("Twin", id="twin-2")]
    with pytest.raises(ToolRetry) as asked:
        contact_meant(twins, "Twin", organisation="Demo GmbH", language="en", open_documents=lambda one: 0)
    assert [choice.label for choice in asked.value.choices] == ["Twin · twin-1 · 0 open", "Twin · twin-2 · 0 open"]


def test_a_name_that_nobody_has_is_said_with_what_comes_near() -> None:
    with pytest.raises(ToolRetry) as asked:
        contact_meant(EVERYONE, "Hooligan", organisation="Demo GmbH", language="en", open_documents=lambda one: 0)
    assert "no customer or supplier called “Hooligan” in Demo GmbH" in asked.value.text("en")
    assert "Hooli" in [choice.label for choice in asked.value.choices]


def test_two_typos_away_from_two_names_is_asked() -> None:
    near = [contact("Maier Technik"), contact("Meier Technik")]
    assert meant("Meyer Technik", near) is None
    assert meant("Meier Technik", near) == "Meier Technik"


@given(st.text(max_size=40))
def test_no_text_breaks_the_matching(typed: str) -> None:
    match = match_contact(EVERYONE, typed)
    assert match is None or match.contact in EVERYONE


@pytest.mark.parametrize("written", ["INV-0045", "inv-45", "INV 0045", "Inv0045", "inv_45", "INV–0045", "45", "#45"])
def test_a_number_is_found_in_every_spelling(written: str) -> None:
    documents = [
        invoice("INV-0045", DUPONT, "1.00"),
        invoice("INV-0450", DUPONT, "1.00"),
        bill("LP-0012/26", ACME, "1.00"),
    ]
    assert [doc.number for doc in numbered(documents, written)] == ["INV-0045"]


def test_digits_alone_are_not_enough_when_two_documents_end_in_them() -> None:
    documents = [invoice("INV-0045", DUPONT, "1.00"), bill("RE-45", ACME, "1.00")]
    assert numbered(documents, "45") == []
    assert len(numbered([*documents, bill("45", ACME, "1.00")], "45")) == 1


def test_the_exact_number_wins_over_another_spelling_of_it() -> None:
    documents = [bill("2026-1", ACME, "1.00"), bill("2026-001", ACME, "2.00")]
    assert [doc.number for doc in numbered(documents, "2026-001")] == ["2026-001"]
    assert len(numbered(documents, "2026 01")) == 2


def test_a_typo_in_a_number_is_offered_not_taken() -> None:
    documents = [invoice("INV-0045", DUPONT, "1.00"), invoice("INV-0099", DUPONT, "1.00")]
    assert numbered(documents, "INV-0O45") == []
    assert nearest(documents, "INV-0046")[0].number == "INV-0045"


def test_letters_of_another_series_do_not_match() -> None:
    assert numbered([bill("BILL-201", ACME, "1.00", status=DocumentStatus.AUTHORISED)], "INV-201") == []


@given(st.text(max_size=60))
def test_no_text_breaks_the_search_for_a_number(typed: str) -> None:
    documents = [invoice("INV-0045", DUPONT, "1.00")]
    assert len(numbered(documents, typed)) <= 1
    assert len(nearest(documents, typed)) <= 1
    assert isinstance(number_key(typed), tuple)
