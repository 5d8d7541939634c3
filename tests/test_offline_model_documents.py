# ruff: noqa: E501  (sentences: one line a case)
"""What the offline model makes of wishes about documents, contacts, payments that were recorded, and reports."""

import json
from datetime import date
from typing import Any

import pytest

from assistant.offering import Shelf
from sandbox.model.bind import Offered
from sandbox.model.dialogue import Reply, Router
from sandbox.model.encoder import SentenceEncoder
from sandbox.model.transcript import read_transcript
from sandbox.model.wire import read_request
from tools.base import Effect
from tools.catalogue import families, toolset

TODAY = date(2026, 11, 26)
PRODUCT = Offered({tool["function"]["name"]: tool["function"]["parameters"] for tool in toolset().definitions()})
READS = Offered({name: PRODUCT.schemas[name] for name in (tool.name for tool in toolset().only(Effect.READ))})


@pytest.fixture(scope="module")
def router() -> Router:
    return Router(SentenceEncoder())


def asked(router: Router, text: str, tools: Offered = PRODUCT) -> Reply:
    return router.reply(
        read_transcript([{"role": "system", "content": ""}, {"role": "user", "content": text}]), tools, TODAY
    )


def status(number: str, to: str) -> tuple[str, dict[str, Any]]:
    return "change_document_status", {"document_number": number, "to": to}


CASES: list[tuple[str, tuple[str, dict[str, Any]]]] = [
    ("Approve invoice INV-0053", status("INV-0053", "approve")),
    ("please authorise bill BILL-300", status("BILL-300", "approve")),
    ("Gib die Rechnung INV-0053 frei", status("INV-0053", "approve")),
    ("Bitte Eingangsrechnung BILL-300 freigeben", status("BILL-300", "approve")),
    ("Approva la fattura INV-0053", status("INV-0053", "approve")),
    ("Approuve la facture INV-0053", status("INV-0053", "approve")),
    ("Void invoice INV-0042", status("INV-0042", "void")),
    ("void bill BILL-201", status("BILL-201", "void")),
    ("Storniere INV-0042", status("INV-0042", "void")),
    ("Delete the draft INV-0053", status("INV-0053", "delete")),
    ("Lösche den Entwurf INV-0053", status("INV-0053", "delete")),
    ("Submit BILL-300 for approval", status("BILL-300", "submit")),
    ("Reiche die Rechnung BILL-300 ein", status("BILL-300", "submit")),
    ("Take back the payment on BILL-201", ("remove_payment", {"document_number": "BILL-201"})),
    ("Delete the payment on INV-0045", ("remove_payment", {"document_number": "INV-0045"})),
    ("Undo the payment of 500 euros on INV-0045", ("remove_payment", {"document_number": "INV-0045", "amount": "500.00"})),
    ("Nimm die Zahlung auf INV-0045 zurück", ("remove_payment", {"document_number": "INV-0045"})),
    ("Create an invoice for Dupont over 500 euros for consulting", ("create_invoice", {"contact_name": "Dupont", "amount": "500.00", "currency": "EUR", "description": "consulting"})),
    ("Erstelle eine Rechnung an Dupont über 500 Euro für Beratung", ("create_invoice", {"contact_name": "Dupont", "amount": "500.00", "currency": "EUR", "description": "Beratung"})),
    ("Create an invoice for Dupont over 640 euros for layout, account 200", ("create_invoice", {"contact_name": "Dupont", "amount": "640.00", "currency": "EUR", "description": "layout", "account": "200"})),
    ("Create a quote for Dupont over 640 euros for layout, account 200", ("create_quote", {"contact_name": "Dupont", "amount": "640.00", "currency": "EUR", "description": "layout", "account": "200"})),
    ("Erstelle ein Angebot für Dupont über 640 Euro für Layout, Konto 200", ("create_quote", {"contact_name": "Dupont", "amount": "640.00", "currency": "EUR", "description": "Layout", "account": "200"})),
    ("Add a contact Neue Werkstatt GmbH, post@werkstatt.example", ("create_contact", {"name": "Neue Werkstatt GmbH", "email": "post@werkstatt.example"})),
    ("Set credit note CN-0003 off against INV-0045", ("allocate_credit", {"credit_note_number": "CN-0003", "document_number": "INV-0045"})),
    ("Verrechne die Gutschrift CN-0003 mit INV-0045", ("allocate_credit", {"credit_note_number": "CN-0003", "document_number": "INV-0045"})),
    ("Create a credit note for Dupont over 50 euros for returned goods", ("create_credit_note", {"contact_name": "Dupont", "amount": "50.00", "currency": "EUR", "description": "returned goods"})),
    ("Erstelle eine Gutschrift für Dupont über 50 Euro", ("create_credit_note", {"contact_name": "Dupont", "amount": "50.00", "currency": "EUR"})),
    ("Show me the PDF of INV-0042", ("get_document_pdf", {"document_number": "INV-0042"})),
    ("Rechnung INV-0042 als PDF", ("get_document_pdf", {"document_number": "INV-0042"})),
    ("Which files are attached to BILL-201?", ("list_attachments", {"document_number": "BILL-201"})),
    ("Zeige die Anhänge von BILL-201", ("list_attachments", {"document_number": "BILL-201"})),
    ("Attach this to invoice INV-0042", ("attach_file", {"document_number": "INV-0042"})),
    ("attach the file I just sent to bill BILL-201", ("attach_file", {"document_number": "BILL-201"})),
    ("Here is the delivery note. Attach it to BILL-201", ("attach_file", {"document_number": "BILL-201"})),
    ("put this file on INV-0042", ("attach_file", {"document_number": "INV-0042"})),
    ("Häng das an die Rechnung BILL-201", ("attach_file", {"document_number": "BILL-201"})),
    ("Bitte an BILL-201 anhängen", ("attach_file", {"document_number": "BILL-201"})),
    ("Hänge das an das Angebot QU-0003", ("attach_file", {"document_number": "QU-0003"})),
    ("Allega questo alla fattura INV-0042", ("attach_file", {"document_number": "INV-0042"})),
    ("Joins ce fichier à la facture INV-0042", ("attach_file", {"document_number": "INV-0042"})),
    ("Adjunta este archivo a la factura INV-0042", ("attach_file", {"document_number": "INV-0042"})),
    ("attach scan.pdf to INV-0042", ("attach_file", {"document_number": "INV-0042", "file": "scan.pdf"})),
    ("Hänge Datei 2 an BILL-201", ("attach_file", {"document_number": "BILL-201", "file": "2"})),
    ("attach this to INV-0042 so the customer sees it", ("attach_file", {"document_number": "INV-0042", "show_to_customer": True})),
    ("Which files did I send?", ("list_sent_files", {})),
    ("Welche Dateien habe ich geschickt?", ("list_sent_files", {})),
    ("Give me the online link for INV-0042", ("get_online_invoice", {"document_number": "INV-0042"})),
    ("Email invoice INV-0042 to the customer", ("send_invoice", {"document_number": "INV-0042", "how": "email"})),
    ("Schicke die Rechnung INV-0042 per E-Mail an den Kunden", ("send_invoice", {"document_number": "INV-0042", "how": "email"})),
    ("send INV-0042 by email", ("send_invoice", {"document_number": "INV-0042", "how": "email"})),
    ("Mark INV-0042 as sent", ("send_invoice", {"document_number": "INV-0042", "how": "mark"})),
    ("Markiere INV-0042 als versandt", ("send_invoice", {"document_number": "INV-0042", "how": "mark"})),
    ("Leave a note on BILL-201: waiting for the delivery", ("add_document_note", {"document_number": "BILL-201", "text": "waiting for the delivery"})),
    ("We moved 5,000.00 from the Solaris account to 091", ("record_bank_transfer", {"from_account": "Solaris account", "to_account": "091", "amount": "5000.00"})),
    ("Bitte Umbuchung von 250,00 € von 090 auf 091 erfassen", ("record_bank_transfer", {"from_account": "090", "to_account": "091", "amount": "250.00", "currency": "EUR"})),
    ("Record that we spent 23.80 euros at Acme for a taxi, account 453", ("record_money_spent", {"contact_name": "Acme", "amount": "23.80", "currency": "EUR", "description": "a taxi", "account": "453"})),
    ("Spend money: 12.50 to Acme for bank fees from 090", ("record_money_spent", {"contact_name": "Acme", "amount": "12.50", "description": "bank fees", "bank_account": "090"})),
    ("Erfasse eine Ausgabe von 23,80 Euro an Acme für ein Taxi, Konto 453", ("record_money_spent", {"contact_name": "Acme", "amount": "23.80", "currency": "EUR", "description": "ein Taxi", "account": "453"})),
    ("Registra una spesa di 23,80 euro a Acme per un taxi", ("record_money_spent", {"contact_name": "Acme", "amount": "23.80", "currency": "EUR", "description": "un taxi"})),
    ("Enregistre une dépense de 23,80 euros à Acme pour un taxi", ("record_money_spent", {"contact_name": "Acme", "amount": "23.80", "currency": "EUR", "description": "un taxi"})),
    ("Record money received: 40.00 from Dupont for interest, account 260", ("record_money_received", {"contact_name": "Dupont", "amount": "40.00", "description": "interest", "account": "260"})),
    ("Erfasse eine Einnahme von 40 Euro von Dupont für Zinsen auf 090", ("record_money_received", {"contact_name": "Dupont", "amount": "40.00", "currency": "EUR", "description": "Zinsen", "bank_account": "090"})),
    ("Enregistre une recette de 40 euros de Dupont pour les intérêts", ("record_money_received", {"contact_name": "Dupont", "amount": "40.00", "currency": "EUR", "description": "intérêts"})),
    ("Set the prepayment off against INV-0045", ("allocate_advance", {"document_number": "INV-0045"})),
    ("Apply 50 euros of the overpayment to BILL-201", ("allocate_advance", {"document_number": "BILL-201", "amount": "50.00"})),
    ("Verrechne die Anzahlung mit INV-0045", ("allocate_advance", {"document_number": "INV-0045"})),
    ("Compensa l'acconto con la fattura INV-0045", ("allocate_advance", {"document_number": "INV-0045"})),
    ("Imputer l'acompte sur la facture INV-0045", ("allocate_advance", {"document_number": "INV-0045"})),
    ("Hinterlasse eine Notiz zu BILL-201: Lieferung fehlt noch", ("add_document_note", {"document_number": "BILL-201", "text": "Lieferung fehlt noch"})),
    ("Change the draft INV-0053 to 650.00", ("change_draft", {"document_number": "INV-0053", "amount": "650.00"})),
    ("Change the due date of INV-0053 to 2026-12-24", ("change_draft", {"document_number": "INV-0053", "due_date": "2026-12-24"})),
    ("Ändere den Entwurf INV-0053 auf 650,00 Euro", ("change_draft", {"document_number": "INV-0053", "amount": "650.00"})),
    ("Copy invoice INV-0042", ("copy_document", {"document_number": "INV-0042"})),
    ("Kopiere die Rechnung INV-0042", ("copy_document", {"document_number": "INV-0042"})),
    ("Show the trial balance", ("get_trial_balance", {})),
    ("Saldenliste zum 30. September", ("get_trial_balance", {"date": "2026-09-30"})),
    ("bank summary for October", ("get_bank_summary", {"date_from": "2026-10-01", "date_to": "2026-10-31"})),
    ("Executive summary please", ("get_executive_summary", {})),
    ("Zeige die Monatsübersicht", ("get_executive_summary", {})),
    ("What was our profit last quarter?", ("get_profit_and_loss", {"date_from": "2026-07-01", "date_to": "2026-09-30"})),
    ("What was our profit last quarter on cash basis?", ("get_profit_and_loss", {"date_from": "2026-07-01", "date_to": "2026-09-30", "basis": "cash"})),
    ("Profit and loss by team for October", ("get_profit_and_loss", {"date_from": "2026-10-01", "date_to": "2026-10-31", "by_tracking": "team"})),
    ("Gewinn im Oktober nach Team", ("get_profit_and_loss", {"date_from": "2026-10-01", "date_to": "2026-10-31", "by_tracking": "team"})),
    ("List the bank transactions in Xero for October", ("list_bank_transactions", {"date_from": "2026-10-01", "date_to": "2026-10-31"})),
    ("Zeige die Bankbuchungen in Xero vom Oktober", ("list_bank_transactions", {"date_from": "2026-10-01", "date_to": "2026-10-31"})),
    ("Show the transfers between our accounts in October", ("list_bank_transfers", {"date_from": "2026-10-01", "date_to": "2026-10-31"})),
    ("Zeige die Umbuchungen im Oktober", ("list_bank_transfers", {"date_from": "2026-10-01", "date_to": "2026-10-31"})),
    ("Which prepayments are left?", ("list_advances", {})),
    ("Zeige die Vorauszahlungen von Dupont", ("list_advances", {"contact_name": "Dupont"})),
    ("Show the batch payments in October", ("list_batch_payments", {"date_from": "2026-10-01", "date_to": "2026-10-31"})),
    ("Zeige die Sammelzahlungen im Oktober", ("list_batch_payments", {"date_from": "2026-10-01", "date_to": "2026-10-31"})),
    ("Show the manual journals for October", ("list_manual_journals", {"date_from": "2026-10-01", "date_to": "2026-10-31"})),
    ("Zeige die manuellen Buchungen im Oktober", ("list_manual_journals", {"date_from": "2026-10-01", "date_to": "2026-10-31"})),
    ("Show all quotes", ("list_quotes", {})),
    ("Zeige die Angebote an Dupont", ("list_quotes", {"contact_name": "Dupont"})),
    ("Show quote QU-0003", ("get_quote", {"quote_number": "QU-0003"})),
    ("Create a quote for Dupont over 500 euros for consulting", ("create_quote", {"contact_name": "Dupont", "amount": "500.00", "currency": "EUR", "description": "consulting"})),
    ("Erstelle ein Angebot für Dupont über 500 Euro", ("create_quote", {"contact_name": "Dupont", "amount": "500.00", "currency": "EUR"})),
    ("Mark quote QU-0003 as sent", ("change_quote_status", {"quote_number": "QU-0003", "to": "send"})),
    ("Mark quote QU-0003 as accepted", ("change_quote_status", {"quote_number": "QU-0003", "to": "accept"})),
    ("Markiere das Angebot QU-0003 als abgelehnt", ("change_quote_status", {"quote_number": "QU-0003", "to": "decline"})),
    ("Turn quote QU-0003 into an invoice", ("invoice_quote", {"quote_number": "QU-0003"})),
    ("List the purchase orders", ("list_purchase_orders", {})),
    ("Zeige die Bestellung PO-0004", ("get_purchase_order", {"order_number": "PO-0004"})),
    ("Create a purchase order for Acme over 80 euros for paper", ("create_purchase_order", {"contact_name": "Acme", "amount": "80.00", "currency": "EUR", "description": "paper"})),
    ("Approve purchase order PO-0004", ("change_purchase_order_status", {"order_number": "PO-0004", "to": "approve"})),
    ("Turn purchase order PO-0004 into a bill", ("bill_purchase_order", {"order_number": "PO-0004"})),
    ("Show the balance sheet", ("get_balance_sheet", {})),
    ("Bilanz zum 30. September", ("get_balance_sheet", {"date": "2026-09-30"})),
    ("Lege den Kontakt Neue Werkstatt GmbH an", ("create_contact", {"name": "Neue Werkstatt GmbH"})),
    ("List the items", ("list_items", {})),
    ("Search the items for design", ("list_items", {"query": "design"})),
    ("Zeige die Preisliste", ("list_items", {})),
    ("Mostra gli articoli", ("list_items", {})),
    ("Montre les produits", ("list_items", {})),
    ("Show the contact groups", ("list_contact_groups", {})),
    ("Who is in the group Printers?", ("list_contact_groups", {"group": "Printers"})),
    ("Zeige die Kontaktgruppen", ("list_contact_groups", {})),
    ("Wer ist in der Gruppe Printers?", ("list_contact_groups", {"group": "Printers"})),
    ("Show the repeating invoices", ("list_repeating_invoices", {"kind": "invoice"})),
    ("Which recurring bills do we have?", ("list_repeating_invoices", {"kind": "bill"})),
    ("Zeige die wiederkehrenden Rechnungen", ("list_repeating_invoices", {"kind": "invoice"})),
    ("What is the phone number of Dupont?", ("get_contact", {"contact_name": "Dupont"})),
    ("Show the details of Dupont", ("get_contact", {"contact_name": "Dupont"})),
    ("Zeige die Kontaktdaten von Dupont", ("get_contact", {"contact_name": "Dupont"})),
    ("Wie lautet die Adresse von Dupont?", ("get_contact", {"contact_name": "Dupont"})),
    ("Find duplicate contacts", ("find_duplicate_contacts", {})),
    ("Gibt es doppelte Kontakte?", ("find_duplicate_contacts", {})),
    ("Add an item LOGO at 1200 euros", ("create_item", {"code": "LOGO", "price": "1200.00"})),
    ("Add an item LOGO named Logo design at 1200 euros", ("create_item", {"code": "LOGO", "name": "Logo design", "price": "1200.00"})),
    ("Lege den Artikel CONSULT-H an, Name Beratung, Preis 95,00", ("create_item", {"code": "CONSULT-H", "name": "Beratung", "price": "95.00"})),
    ("Lege den Artikel LOGO zu 1200 Euro an", ("create_item", {"code": "LOGO", "price": "1200.00"})),
    ("Change the price of item DESIGN-H to 110 euros", ("change_item", {"item": "DESIGN-H", "price": "110.00"})),
    ("Ändere den Preis des Artikels DESIGN-H auf 110 Euro", ("change_item", {"item": "DESIGN-H", "price": "110.00"})),
    ("Change the e-mail address of Dupont to new@dupont.example", ("change_contact", {"contact_name": "Dupont", "email": "new@dupont.example"})),
    ("Ändere die E-Mail-Adresse von Dupont in neu@dupont.example", ("change_contact", {"contact_name": "Dupont", "email": "neu@dupont.example"})),
    ("Change the phone number of Dupont to +33 4 555 0100", ("change_contact", {"contact_name": "Dupont", "phone": "+33 4 555 0100"})),
    ("Ändere die Telefonnummer von Dupont auf +33 4 555 0100", ("change_contact", {"contact_name": "Dupont", "phone": "+33 4 555 0100"})),
    ("Change the city of Dupont to Paris", ("change_contact", {"contact_name": "Dupont", "city": "Paris"})),
    ("Rename Dupont to Dupont Europe SA", ("change_contact", {"contact_name": "Dupont", "name": "Dupont Europe SA"})),
    ("Benenne Dupont in Dupont Europe SA um", ("change_contact", {"contact_name": "Dupont", "name": "Dupont Europe SA"})),
    ("Archive the contact Dupont", ("archive_contact", {"contact_name": "Dupont"})),
    ("Archiviere den Kontakt Dupont", ("archive_contact", {"contact_name": "Dupont"})),
    ("Add Dupont to the group Printers", ("add_to_contact_group", {"contact_name": "Dupont", "group": "Printers"})),
    ("Nimm Dupont in die Gruppe Printers auf", ("add_to_contact_group", {"contact_name": "Dupont", "group": "Printers"})),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_wish_becomes_its_one_call(router: Router, text: str, expected: tuple[str, dict[str, Any]]) -> None:
    reply = asked(router, text)
    assert [(call.tool, call.arguments) for call in reply.calls] == [expected], reply.text


@pytest.mark.parametrize("text", [text for text, (tool, _) in CASES if not tool.startswith("get_")])
def test_without_the_right_to_write_nothing_else_is_called_in_its_place(router: Router, text: str) -> None:
    assert all(call.tool.startswith(("get_", "list_", "find_")) for call in asked(router, text, READS).calls)


@pytest.mark.parametrize(
    "text",
    [
        "Is the scan attached to BILL-201?", "Is INV-0053 approved?", "Which invoices were voided?", "Was BILL-300 submitted?", "Who approves INV-0053?", "Ist die Rechnung INV-0053 freigegeben?", "Was the payment on BILL-201 deleted?",
    ],
)  # fmt: skip
def test_a_question_about_it_writes_nothing(router: Router, text: str) -> None:
    assert all(call.tool.startswith(("get_", "list_", "find_")) for call in asked(router, text).calls)


def laid_out(*texts: str) -> Offered:
    """The tools of a request as the product sends them for these messages, with what can be had beside them."""
    shelf = Shelf(families(), toolset())
    shelf.choose(texts, ())
    request = {"model": "x", "messages": [{"role": "user", "content": "-"}], "tools": shelf.definitions()}
    return read_request(json.dumps(request).encode()).offered


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_tool_that_is_not_offered_is_asked_for_and_then_called(
    router: Router, text: str, expected: tuple[str, dict[str, Any]]
) -> None:
    [first] = asked(router, text, laid_out()).calls
    (group,) = [family.name for family in families() if any(tool.name == expected[0] for tool in family.tools)]
    assert (first.tool, first.arguments) == ("offer_tools", {"group": group})
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": text},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "c-1",
                    "type": "function",
                    "function": {"name": first.tool, "arguments": json.dumps(first.arguments)},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "c-1", "content": '{"answer": "offered now"}'},
    ]
    second = router.reply(read_transcript(messages), laid_out(text), TODAY)
    assert [(call.tool, call.arguments) for call in second.calls] == [expected]
    refused = router.reply(read_transcript(messages), laid_out(), TODAY)
    assert all(call.tool != "offer_tools" for call in refused.calls), "it asks for the same again and again"


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("Search the books for 1,250.00", "1,250.00"),
        ("search everything for FA-7K2M9X", "FA-7K2M9X"),
        ("Durchsuche die Bücher nach Wartung Oktober", "Wartung Oktober"),
        ("Such überall nach 4711", "4711"),
        ("Cerca nei libri Dupont", "Dupont"),
    ],
)
def test_the_books_are_searched_for_whatever_was_typed(router: Router, text: str, sought: str) -> None:
    [called] = asked(router, text, READS).calls
    assert (called.tool, called.arguments) == ("search_ledger", {"text": sought})


@pytest.mark.parametrize(
    "text", ["Show the open credit notes", "Which credit notes do we have?", "Zeige alle Gutschriften"]
)
def test_credit_notes_are_listed(router: Router, text: str) -> None:
    [called] = asked(router, text, READS).calls
    assert (called.tool, called.arguments) == ("list_credit_notes", {})


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("Add an item", "DESIGN-D", ("create_item", {"code": "DESIGN-D"})),
        ("Ändere den Artikel", "Beratung", ("change_item", {"item": "Beratung"})),
        ("Archive a contact", "Dupont", ("archive_contact", {"contact_name": "Dupont"})),
    ],
)
def test_what_is_missing_is_asked_for(
    router: Router, text: str, answer: str, expected: tuple[str, dict[str, Any]]
) -> None:
    said: list[dict[str, Any]] = [{"role": "user", "content": text}]
    asked_for = router.reply(read_transcript(said), PRODUCT, TODAY)
    assert asked_for.calls == () and "?" in asked_for.text
    said += [{"role": "assistant", "content": asked_for.text}, {"role": "user", "content": answer}]
    assert [(call.tool, call.arguments) for call in router.reply(read_transcript(said), PRODUCT, TODAY).calls] == [
        expected
    ]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("Häng das an die Rechnung BILL-201", [("attach_file", {"document_number": "BILL-201"})]),
        ("Here you are", []),
    ],
)
def test_files_that_came_with_a_message_are_told_as_of_a_call(
    router: Router, text: str, calls: list[tuple[str, dict[str, Any]]]
) -> None:
    told = {
        "answer": "1 Datei in dieser Unterhaltung: 1. scan.pdf.",
        "files": [{"number": 1, "name": "pay BILL-300.pdf"}],
    }
    function = {"name": "list_sent_files", "arguments": "{}"}
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": text},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": "c", "content": json.dumps(told)},
    ]
    reply = router.reply(read_transcript(messages), PRODUCT, TODAY)
    assert [(call.tool, call.arguments) for call in reply.calls] == calls
    assert calls or "scan.pdf" in reply.text
