"""The address of a file that somebody sent into the chat: for that person alone, while it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from assistant.login.current import SessionOver, current
from assistant.papers import file_answer, looked_at
from assistant.sent_files import SentFileRoom
from tools import words
from tools.errors import Language
from tools.sent_files import SentFile
from tools.xero.sent_list import kind_word

ROOT = "/sent"
NOT_KEPT = "This file is not kept here any more, or it is not yours."


@dataclass(frozen=True, slots=True)
class SentDesk:
    """The address of every file that was sent."""

    room: SentFileRoom

    def router(self) -> APIRouter:
        """The addresses, for signed-in people."""
        router = APIRouter()
        router.add_api_route(f"{ROOT}/{{file_id}}", self.file, methods=["GET"])
        return router

    async def file(self, file_id: str, request: Request) -> Response:
        """One file, to whoever sent it."""
        try:
            principal, _ = await current()
        except SessionOver as over:
            raise HTTPException(401, SessionOver.words) from over
        found = await self.room.opened(file_id, person_id=principal.id)
        if found is None:
            raise HTTPException(404, NOT_KEPT)
        file, content = found
        return file_answer(content, file.media_type, file.name, request)


def sent_props(file: SentFile, language: Language) -> dict[str, Any]:
    """What the file element shows beneath the message that it came with."""
    return {
        "language": words.spoken(language),
        "kind": looked_at(file.media_type),
        "name": words.visible(file.name),
        "address": f"{ROOT}/{file.id}?name={quote(file.name)}",
        "about": " · ".join(
            (
                words.say(language, f"File {file.number}", f"Datei {file.number}"),
                kind_word(file.media_type, language),
                words.size(file.size, language),
            )
        ),
        "words": {
            "show": words.say(language, "Show here", "Hier zeigen"),
            "hide": words.say(language, "Hide", "Ausblenden"),
            "open": words.say(language, "Open", "Öffnen"),
            "save": words.say(language, "Save", "Speichern"),
        },
    }
