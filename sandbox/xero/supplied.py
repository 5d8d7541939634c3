"""The papers that suppliers sent with their bills: some bills have one, and which ones never changes."""

from __future__ import annotations

import uuid

from sandbox.xero.records import Attached, Doc, DocumentKind


def own_paper(document: Doc) -> Attached | None:
    """What a supplier sent with a bill: two of five have it, told by their id."""
    if document.kind is not DocumentKind.BILL or int(document.document_id[:2], 16) > 102 or not document.number:
        return None
    return Attached(
        attachment_id=str(uuid.uuid5(uuid.UUID(document.document_id), "paper")),
        document_id=document.document_id,
        file_name=f"{document.number.replace('/', '-')}.pdf",
        media_type="application/pdf",
        size=0,
        content="",
    )
