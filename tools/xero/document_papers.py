"""The papers of an invoice or bill, to be opened in the chat: its PDF, the files on it, its online address."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Language, ProviderRefused, ToolFailed, ToolRetry
from tools.inputs import ContactName, Text
from tools.views import File
from tools.xero.books import Document, DocumentKind
from tools.xero.document_view import titled
from tools.xero.documents import contact_of
from tools.xero.finding import document_meant
from tools.xero.links import document_link
from tools.xero.papers import AttachedFile

MOST_FILES = 10
"""Xero takes no more on a document."""
_ONLINE = "https://in.xero.com/"
"""Where Xero shows invoices to customers; another address is not handed on."""
DocumentNumber = Annotated[Text, Field(description="Number of the invoice or bill, as typed")]


@read_tool("xero")
async def get_document_pdf(
    access: Access, document_number: DocumentNumber = "", contact_name: ContactName = ""
) -> ToolResult:
    """Show the PDF of an invoice or bill, as Xero prints it, for the person to open. You do not see what is in it."""
    document = await _meant(access, document_number, contact_name)
    title, house = titled(document, access.language), words.visible(access.organisation.name)
    file = File(
        title=title,
        name=f"{document.number or 'draft'}.pdf",
        media_type="application/pdf",
        organisation=access.organisation.name,
        organisation_id=access.organisation.id,
        document_id=document.id,
        language=words.spoken(access.language),
    )
    return ToolResult(
        answer=words.say(
            access.language, f"Here is the PDF of {title} ({house}).", f"Hier ist das PDF: {title} ({house})."
        ),
        facts=_facts(access, document),
        files=(file,),
    )


@read_tool("xero")
async def list_attachments(
    access: Access, document_number: DocumentNumber = "", contact_name: ContactName = ""
) -> ToolResult:
    """The files on an invoice or bill in Xero, for the person to open. You see their names, not what is in them."""
    document = await _meant(access, document_number, contact_name)
    found = await access.papers.files_on(document.id)
    language, title = access.language, titled(document, access.language)
    return ToolResult(
        answer=f"{_sentence(found, title, language)} {words.as_of(access, access.now)}.",
        facts={
            **_facts(access, document),
            "count": len(found),
            "files": [
                {"name": words.visible(file.name), "type": words.visible(file.media_type), "bytes": file.size}
                for file in found[:MOST_FILES]
            ],
        },
        files=tuple(
            File(
                title=title,
                name=words.visible(file.name),
                media_type=file.media_type,
                size=file.size,
                organisation=access.organisation.name,
                organisation_id=access.organisation.id,
                document_id=document.id,
                file_id=file.id,
                language=words.spoken(language),
            )
            for file in found[:MOST_FILES]
        ),
    )


@read_tool("xero")
async def get_online_invoice(
    access: Access, document_number: DocumentNumber = "", contact_name: ContactName = ""
) -> ToolResult:
    """The address at which the customer looks at an approved sales invoice and can pay it."""
    document = await _meant(access, document_number, contact_name)
    en, de = titled(document, "en"), titled(document, "de")
    house = words.visible(access.organisation.name)
    try:
        if document.kind is DocumentKind.BILL:
            raise _no_address(en, de)
        address = await access.papers.online_address(document.id)
        if not address.startswith(_ONLINE):
            raise _no_address(en, de)
    except ProviderRefused as refused:
        if refused.status != 404:
            raise
        raise _no_address(en, de) from refused
    return ToolResult(
        answer=words.say(
            access.language,
            f"The address at which the customer sees {en} ({house}) is below. Whoever has it sees the invoice.",
            f"Die Adresse, unter der der Kunde {de} ({house}) sieht, steht unten. Wer sie hat, sieht die Rechnung.",
        ),
        facts={**_facts(access, document), "online_address": address},
        files=(
            File(
                title=titled(document, access.language),
                name=address,
                media_type="text/uri-list",
                organisation=access.organisation.name,
                organisation_id=access.organisation.id,
                document_id=document.id,
                online=address,
                leads=bool(access.organisation.short_code),
                language=words.spoken(access.language),
            ),
        ),
    )


def _no_address(en: str, de: str) -> ToolFailed:
    return ToolFailed(
        {
            "en": f"{en} has no online address: only approved sales invoices have one.",
            "de": f"{de} hat keine Online-Adresse: Die haben nur freigegebene Ausgangsrechnungen.",
        }
    )


async def _meant(access: Access, number: str, contact_name: str) -> Document:
    if not number.strip():
        raise ToolRetry({"en": "Of which invoice or bill?", "de": "Von welcher Rechnung?"})
    return await document_meant(access, number, contact=await contact_of(access, contact_name))


def _facts(access: Access, document: Document) -> dict[str, object]:
    return {
        "organisation": access.organisation.name,
        "document": titled(document, "en"),
        "contact": words.visible(document.contact_name),
        "link": document_link(access.organisation.short_code, document.kind, document.id),
    }


def _sentence(found: list[AttachedFile], title: str, language: Language) -> str:
    if not found:
        return words.say(language, f"There is no file on {title}", f"An {title} hängt keine Datei")
    names = words.listed([words.visible(file.name) for file in found[:MOST_FILES]], language)
    return words.say(
        language,
        f"{title} has {words.many(len(found), 'file', 'files')}: {names}",
        f"{title} hat {words.many(len(found), 'Datei', 'Dateien')}: {names}",
    )
