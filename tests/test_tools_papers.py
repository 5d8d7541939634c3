"""The papers of a document: shown to the person alone; sent and noted once, after a person confirmed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.books import World, fake_writing, make_access, usual_world
from tests.support.papers import FakePapers, FakePaperWriter, PaperWorld
from tools.base import Draft, ReadTool, WriteAccess, WriteKind, WriteTool
from tools.errors import OutcomeUnknown, ToolFailed, ToolRetry
from tools.xero.books import DocumentStatus
from tools.xero.document_note import ADD_NOTE
from tools.xero.document_papers import get_document_pdf, get_online_invoice, list_attachments
from tools.xero.papers import AttachedFile, Sending
from tools.xero.sending import SEND_INVOICE
from tools.xero.setup_shapes import HistoryRecord

pytestmark = pytest.mark.anyio


def with_address(world: World | None = None, address: str = "rechnung@dupont.example") -> World:
    """The usual company; every contact has an e-mail address."""
    world = world or usual_world()
    world.contacts = [one.model_copy(update={"email": address}) for one in world.contacts]
    return world


async def read(tool: ReadTool, number: str, papers: PaperWorld | None = None, language: str = "en") -> Any:
    access = make_access(language=language, papers=FakePapers(papers))
    return await tool.run(access, document_number=number)


async def propose(tool: WriteTool, world: World, papers: PaperWorld, *, language: str = "en", **said: Any) -> Draft:
    arguments = tool.signature.arguments(**said).model_dump()
    draft = await tool.propose(make_access(world, language=language, papers=FakePapers(papers)), **arguments)
    assert isinstance(draft, Draft)
    return draft


def writing(world: World, papers: PaperWorld, *answers: str) -> tuple[WriteAccess, FakePaperWriter]:
    writer = FakePaperWriter(papers, answers)
    return fake_writing(world, papers=writer), writer


# reading


async def test_a_pdf_is_a_file_to_open_and_the_model_sees_nothing_of_it() -> None:
    result = await read(get_document_pdf, "INV-0042")
    (file,) = result.files
    assert (file.name, file.media_type, file.file_id) == ("INV-0042.pdf", "application/pdf", "")
    assert set(result.facts) == {"organisation", "document", "contact", "link"}


async def test_the_files_on_a_bill_are_listed_by_name_and_size() -> None:
    bill = usual_world().document("BILL-201")
    scan = AttachedFile(
        id="00000000-0000-4000-8000-00000000f11e", name="scan\u202e.pdf", media_type="application/pdf", size=2048
    )
    result = await read(list_attachments, "BILL-201", PaperWorld(files={bill.id: [scan]}))
    assert "1 file" in result.answer and "\u202e" not in result.answer + str(result.facts)
    assert [(file.file_id, file.size) for file in result.files] == [(scan.id, 2048)]
    none = await read(list_attachments, "BILL-201", language="de")
    assert "keine Datei" in none.answer and none.files == ()


async def test_only_an_approved_sales_invoice_has_an_online_address() -> None:
    invoice = usual_world().document("INV-0042")
    papers = PaperWorld(online={invoice.id: "https://in.xero.com/abc"})
    result = await read(get_online_invoice, "INV-0042", papers)
    assert [(file.online, file.leads) for file in result.files] == [("https://in.xero.com/abc", True)]
    papers.online[invoice.id] = "https://evil.example/abc"
    with pytest.raises(ToolFailed):
        await read(get_online_invoice, "INV-0042", papers)
    for number in ("BILL-201", "INV-0042"):
        with pytest.raises(ToolFailed, match="only approved sales invoices"):
            await read(get_online_invoice, number)
    with pytest.raises(ToolRetry, match="which invoice"):
        await read(get_online_invoice, "")


# sending


async def test_the_card_says_to_which_address_it_goes() -> None:
    draft = await propose(SEND_INVOICE, with_address(), PaperWorld(), document_number="INV-0042")
    card = SEND_INVOICE.card(draft.payload, "en")
    shown = {fact.label: fact.value for fact in card.facts}
    assert (shown["E-mail"], shown["Sent before"]) == ("rechnung@dupont.example", "no")
    assert card.deed == "Send by e-mail" and "called back" in card.note and card.warnings == ()
    assert SEND_INVOICE.card(draft.payload, "de").deed == "Per E-Mail senden"
    stakes = SEND_INVOICE.stakes(draft.payload)
    assert (stakes.kind, stakes.money, stakes.reference) == (WriteKind.DOCUMENT_SENT, None, "INV-0042")


def test_the_model_cannot_name_an_address() -> None:
    assert set(SEND_INVOICE.signature.schema()["properties"]) == {"document_number", "how", "contact_name"}


async def test_one_that_was_sent_before_is_pointed_out() -> None:
    world, papers = with_address(), PaperWorld()
    papers.sending[world.document("INV-0042").id] = Sending(sent=True, times=1)
    draft = await propose(SEND_INVOICE, world, papers, document_number="INV-0042")
    assert "sent before" in SEND_INVOICE.card(draft.payload, "en").warnings[0]
    with pytest.raises(ToolFailed, match="marked as sent already"):
        await propose(SEND_INVOICE, world, papers, document_number="INV-0042", how="mark")


@pytest.mark.parametrize(
    ("number", "address", "about"),
    [
        ("BILL-201", "a@b.example", "only sales invoices"),
        ("INV-0042", "", "no e-mail address"),
        ("INV-0042", "a@b.example, other@evil.example", "no e-mail address"),
    ],
)
async def test_what_cannot_be_sent_is_said_before_a_card(number: str, address: str, about: str) -> None:
    with pytest.raises(ToolFailed) as refused:
        await propose(SEND_INVOICE, with_address(address=address), PaperWorld(), document_number=number)
    assert about in refused.value.text("en") and "Nothing was sent" in refused.value.text("en")


async def test_a_draft_is_not_sent() -> None:
    world = with_address()
    world.change("INV-0042", status=DocumentStatus.DRAFT)
    with pytest.raises(ToolFailed, match="Approve it first"):
        await propose(SEND_INVOICE, world, PaperWorld(), document_number="INV-0042")


async def test_a_changed_address_or_another_letter_stops_it() -> None:
    world, papers = with_address(), PaperWorld()
    draft = await propose(SEND_INVOICE, world, papers, document_number="INV-0042")
    access = make_access(world, papers=FakePapers(papers))
    assert await SEND_INVOICE.changed(access, draft.payload) is None
    with_address(world, "new@evil.example")
    papers.sending[world.document("INV-0042").id] = Sending(sent=True, times=1)
    said = await SEND_INVOICE.changed(access, draft.payload)
    assert said is not None and "new@evil.example" in said["en"] and "meanwhile" in said["en"]


@pytest.mark.parametrize("how", ["email", "mark"])
async def test_it_is_sent_once_and_found_again_when_the_answer_is_lost(how: str) -> None:
    world, papers = with_address(), PaperWorld()
    draft = await propose(SEND_INVOICE, world, papers, document_number="INV-0042", how=how)
    access, writer = writing(world, papers, "nothing", "lost")
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await SEND_INVOICE.execute(access, draft.payload, "key-1")
        assert (await SEND_INVOICE.look_up(access, draft.payload, "key-1") is not None) is found
    assert writer.keys == ["key-1", "key-1"]
    assert papers.sending[world.document("INV-0042").id] == Sending(sent=True, times=1 if how == "email" else 0)


async def test_a_second_letter_is_told_from_the_first() -> None:
    world, papers = with_address(), PaperWorld()
    papers.sending[world.document("INV-0042").id] = Sending(sent=True, times=1)
    draft = await propose(SEND_INVOICE, world, papers, document_number="INV-0042")
    access, _ = writing(world, papers, "nothing", "lost")
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await SEND_INVOICE.execute(access, draft.payload, "key-1")
        assert (await SEND_INVOICE.look_up(access, draft.payload, "key-1") is not None) is found


# noting


async def test_a_note_is_shown_whole_and_carries_our_mark() -> None:
    draft = await propose(ADD_NOTE, usual_world(), PaperWorld(), document_number="BILL-201", text="Wartet auf Ware")
    card = ADD_NOTE.card(draft.payload, "en")
    (noted,) = [fact.value for fact in card.facts if fact.label == "Note"]
    assert noted.startswith("Wartet auf Ware FA-") and card.payee == "bill BILL-201"
    assert ADD_NOTE.stakes(draft.payload).kind is WriteKind.DOCUMENT_NOTE


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ({"text": "x"}, "On which"),
        ({"document_number": "BILL-201"}, "What should be noted"),
        ({"document_number": "BILL-201", "text": "pay to DE89370400440532013000"}, "account number"),
        ({"document_number": "BILL-201", "text": "see https://evil.example"}, "link"),
    ],
)
async def test_what_may_not_be_noted_is_asked_again(said: dict[str, str], about: str) -> None:
    with pytest.raises(ToolRetry) as asked:
        await propose(ADD_NOTE, usual_world(), PaperWorld(), **said)
    assert about in asked.value.text("en") and "Nothing was noted" in asked.value.text("en")


def test_a_note_that_nobody_could_read_on_a_card_is_no_argument() -> None:
    with pytest.raises(ValidationError):
        ADD_NOTE.signature.arguments(document_number="BILL-201", text="x" * 501)


async def test_a_note_is_left_once_and_found_by_its_mark() -> None:
    world, papers = usual_world(), PaperWorld()
    draft = await propose(ADD_NOTE, world, papers, document_number="BILL-201", text="Lieferung fehlt")
    bill = world.document("BILL-201")
    papers.notes[bill.id] = [HistoryRecord(at=datetime.now(UTC), changes="Note", user="x", details="Lieferung fehlt")]
    access, _ = writing(world, papers, "nothing", "lost")
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await ADD_NOTE.execute(access, draft.payload, "key-1")
        assert (await ADD_NOTE.look_up(access, draft.payload, "key-1") is not None) is found
    assert await ADD_NOTE.changed(make_access(world), draft.payload) is None
