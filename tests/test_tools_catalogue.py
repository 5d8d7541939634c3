"""What the model is told of the tools: changed on purpose or not at all. `UPDATE_SNAPSHOTS=1` writes it anew."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.books import make_access, usual_world
from tests.support.papers import FakePapers, PaperWorld
from tests.test_tools_aged import note
from tools.base import Access, Draft, Effect, ReadTool, ToolResult, Toolset, WriteTool, read_tool
from tools.catalogue import toolset

SNAPSHOT = Path(__file__).parent / "snapshots" / "tools.json"


def test_the_tools_are_as_in_the_snapshot() -> None:
    now = json.dumps(toolset().definitions(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(now, encoding="utf-8")
    assert SNAPSHOT.read_text(encoding="utf-8") == now


def test_what_can_be_written_is_this_and_nothing_else() -> None:
    assert [tool.name for tool in toolset().only(Effect.WRITE)] == [
        "record_payment",
        "create_invoice",
        "create_bill",
        "copy_document",
        "change_document_status",
        "change_draft",
        "send_invoice",
        "add_document_note",
        "attach_file",
        "create_quote",
        "change_quote_status",
        "invoice_quote",
        "create_purchase_order",
        "change_purchase_order_status",
        "bill_purchase_order",
        "record_money_spent",
        "record_money_received",
        "record_bank_transfer",
        "allocate_advance",
        "create_credit_note",
        "allocate_credit",
        "remove_payment",
        "create_contact",
        "change_bank_details",
        "create_item",
        "change_item",
        "change_contact",
        "archive_contact",
        "add_to_contact_group",
    ]
    assert {type(tool) for tool in toolset().only(Effect.READ)} == {ReadTool}
    assert {type(tool) for tool in toolset().only(Effect.WRITE)} == {WriteTool}


def test_no_tool_takes_what_only_the_house_may_decide() -> None:
    forbidden = {"confirmed", "confirm", "approve", "approved", "organisation", "organisation_id", "role", "tenant_id",
                 "access", "digest", "iban"}  # fmt: skip
    for tool in toolset():
        schema = tool.signature.schema()
        assert not forbidden & set(schema.get("properties", {})), tool.name
        assert schema["additionalProperties"] is False


def test_a_description_is_the_whole_docstring_without_line_breaks_inside_sentences() -> None:
    for tool in toolset():
        assert tool.signature.description
        assert all("\n" not in part for part in tool.signature.description.split("\n\n"))


def test_an_unknown_tool_is_none_and_a_doubled_one_an_error() -> None:
    assert toolset().get("delete_everything") is None
    tool = toolset().get("list_bills")
    assert tool is not None
    with pytest.raises(TypeError, match="two tools are called list_bills"):
        Toolset((tool, tool))


def test_a_tool_without_a_docstring_cannot_be_declared() -> None:
    async def silent(access: Access) -> ToolResult:
        return ToolResult(answer="")

    with pytest.raises(TypeError, match="no docstring"):
        read_tool("xero")(silent)


@pytest.mark.parametrize(
    "arguments", [{"status": "everything"}, {"colour": "red"}, {"limit": -1}, {"number": "x" * 301}]
)
def test_arguments_outside_the_schema_are_refused(arguments: dict[str, object]) -> None:
    tool = toolset().get("list_invoices")
    assert tool is not None
    with pytest.raises(ValidationError):
        tool.signature.arguments(**arguments)


@pytest.mark.anyio
async def test_every_read_tool_answers_with_its_own_provider_named() -> None:
    for tool in toolset().only(Effect.READ):
        assert isinstance(tool, ReadTool)
        required = {name: "INV-0042" for name in tool.signature.schema().get("required", [])}
        if tool.name == "get_payment_status":
            required = {"contact_name": "Dupont"}
        if tool.name == "get_contact":
            required = {"contact_name": "Acme"}
        if tool.name == "get_bill":
            required = {"bill_number": "BILL-201"}
        if tool.name in ("get_quote", "get_purchase_order"):
            required = {"quote_number": "QU-0001"} if tool.name == "get_quote" else {"order_number": "PO-0001"}
        if tool.name in ("get_document_pdf", "list_attachments", "get_online_invoice"):
            required = {"document_number": "INV-0042"}
        world = usual_world()
        world.credit_notes = [note("CN-1", "10.00")]
        online = dict.fromkeys((document.id for document in world.documents), "https://in.xero.com/1")
        access = make_access(world, papers=FakePapers(PaperWorld(online=online)))
        result = await tool.run(access, **required)
        if not result.tables:
            if tool.provider == "chat":
                continue
            assert tool.name in ("get_document_pdf", "list_attachments", "get_online_invoice")
            assert "Demo GmbH" in result.answer
            continue
        named = {table.source.casefold() for table in result.tables}
        assert named == ({"solaris", "xero"} if tool.name == "list_bank_accounts" else {tool.provider})
        assert "Demo GmbH" in result.answer


@pytest.mark.parametrize("value", [None, 9.8, {"a": [1, None]}])
def test_a_draft_holds_nothing_without_an_exact_form(value: Any) -> None:
    """A null or float would be refused when the card is made, which no test of a tool alone would see."""
    with pytest.raises(TypeError, match="no exact form"):
        Draft({"amount": 1, "more": value}, "x")
