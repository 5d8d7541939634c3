"""The papers of the books as people open them: PDFs and attached files, fetched from Xero at that moment and kept
nowhere. Only who may read the organisation gets them, and only what a browser can show without running it is shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from assistant.login.current import SessionOver, current
from assistant.principal import Role
from tools import words
from tools.errors import ToolFailed
from tools.views import File
from tools.xero.papers import Papers

T = TypeVar("T")
ROOT = "/papers"
PDF = "application/pdf"
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_MAGIC = {
    PDF: (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF8",),
    "image/webp": (b"RIFF",),
}
"""How files of the types that are shown begin: what claims to be one and is another is only given to be saved."""
NOT_HERE = "There is no such file, or you may not read it. Nothing was fetched."


@dataclass(frozen=True, slots=True)
class PaperDesk:
    """The address of every paper."""

    papers_of: Callable[[str], Awaitable[Papers]]
    """The papers of an organisation. Raises ToolFailed when it is not connected."""

    def router(self) -> APIRouter:
        """The addresses, for signed-in people."""
        router = APIRouter()
        router.add_api_route(f"{ROOT}/{{organisation_id}}/{{document_id}}", self.document, methods=["GET"])
        router.add_api_route(f"{ROOT}/{{organisation_id}}/{{document_id}}/{{file_id}}", self.file, methods=["GET"])
        return router

    async def document(self, organisation_id: str, document_id: str, request: Request) -> Response:
        """An invoice or bill as it is printed."""
        papers = await self._papers(organisation_id)
        content = await _fetched(papers.printed(document_id))
        return file_answer(content, PDF, f"{document_id}.pdf", request)

    async def file(self, organisation_id: str, document_id: str, file_id: str, request: Request) -> Response:
        """A file on an invoice or bill."""
        papers = await self._papers(organisation_id)
        files = await _fetched(papers.files_on(document_id))
        file = next((one for one in files if one.id == file_id), None)
        if file is None:
            raise HTTPException(404, NOT_HERE)
        return file_answer(await _fetched(papers.content(document_id, file)), file.media_type, file.name, request)

    async def _papers(self, organisation_id: str) -> Papers:
        try:
            principal, _ = await current()
        except SessionOver as over:
            raise HTTPException(401, SessionOver.words) from over
        if not principal.may(Role.VIEWER, organisation_id):
            raise HTTPException(404, NOT_HERE)
        return await _fetched(self.papers_of(organisation_id))


async def _fetched(asked: Awaitable[T]) -> T:
    try:
        return await asked
    except ToolFailed as problem:
        raise HTTPException(502, problem.text("en")) from problem


def file_answer(content: bytes, media_type: str, name: str, request: Request) -> Response:
    """The file: to be looked at where that is harmless, else to be saved."""
    media_type = media_type.split(";")[0].strip().casefold()
    shown = content.startswith(_MAGIC.get(media_type, ())) and "save" not in request.query_params
    wanted = request.query_params.get("name") or name
    headers = {
        "content-disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(_safe(wanted))}",
        # Nothing in it may load or run anything; our own page alone may show it inside itself.
        "content-security-policy": "default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'; "
        "frame-ancestors 'self'",
        "x-frame-options": "SAMEORIGIN",
    }
    return Response(content, media_type=media_type if shown else "application/octet-stream", headers=headers)


def _safe(name: str) -> str:
    """A name that can stand in a folder: no way out of it, nothing unseen."""
    plain = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in words.without_invisible(name))
    return plain.replace("/", "-").replace("\\", "-").strip(" .")[:120] or "file"


def looked_at(media_type: str) -> str:
    """How the page shows a file of that type: as a PDF, as an image, or only its name."""
    media_type = media_type.split(";")[0].strip().casefold()
    return "pdf" if media_type == PDF else "image" if media_type in _IMAGES else "other"


def file_props(file: File) -> dict[str, Any]:
    """Everything the file element shows."""
    if file.online:
        return _online_props(file)
    address = "/".join(part for part in (ROOT, file.organisation_id, file.document_id, file.file_id) if part)
    name = _safe(file.name)

    def say(en: str, de: str) -> str:
        return words.say(file.language, en, de)

    return {
        "language": file.language,
        "kind": looked_at(file.media_type),
        "name": name,
        "address": f"{address}?name={quote(name)}",
        "about": " · ".join(
            part
            for part in (
                file.title,
                words.visible(file.organisation),
                words.size(file.size, file.language) if file.size else "",
            )
            if part
        ),
        "words": {
            "show": say("Show here", "Hier zeigen"),
            "hide": say("Hide", "Ausblenden"),
            "open": say("Open", "Öffnen"),
            "save": say("Save", "Speichern"),
        },
    }


def _online_props(file: File) -> dict[str, Any]:
    """An address at Xero: shown whole to be copied, and opened where there is something to see."""

    def say(en: str, de: str) -> str:
        return words.say(file.language, en, de)

    return {
        "language": file.language,
        "kind": "link",
        "name": words.visible(file.online),
        "address": file.online if file.leads else "",
        "about": " · ".join((file.title, words.visible(file.organisation))),
        "words": {"open": say("Open", "Öffnen"), "copy": say("Copy", "Kopieren"), "copied": say("Copied", "Kopiert")},
    }
