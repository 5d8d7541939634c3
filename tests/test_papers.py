"""The papers of the books as people open them: for whom they may be, and never more than a browser can look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from fastapi import FastAPI

from assistant.login.current import Speaker, speaking
from assistant.papers import PaperDesk, file_props
from assistant.principal import Grant, Principal, Role
from tests.support.papers import FakePapers, PaperWorld
from tools.errors import ProviderUnavailable
from tools.trouble import UNREACHABLE
from tools.views import File
from tools.xero.papers import AttachedFile, Papers

pytestmark = pytest.mark.anyio
HERE, ELSEWHERE = "11111111-0000-4000-8000-000000000000", "22222222-0000-4000-8000-000000000000"
DOCUMENT, SCAN = "33333333-0000-4000-8000-000000000000", "44444444-0000-4000-8000-000000000000"
VERA = Principal("p-1", "https://okta.example", "vera", "Vera", "vera@x.example", (Grant(Role.VIEWER, HERE),))


class _Alive:
    """Sessions in which Vera is signed in."""

    def __init__(self, principal: Principal | None) -> None:
        self.principal = principal

    async def session_alive(self, _session_id: str) -> Principal | None:
        return self.principal


@contextmanager
def signed_in(principal: Principal | None = VERA) -> Iterator[None]:
    mark = speaking.set(Speaker("session-1", "p-1", _Alive(principal)))  # type: ignore[arg-type]
    try:
        yield
    finally:
        speaking.reset(mark)


class Desk:
    """The address over files that a test gives."""

    def __init__(self, *files: tuple[AttachedFile, bytes], broken: bool = False) -> None:
        self.asked: list[str] = []
        self.papers = FakePapers(
            PaperWorld(files={DOCUMENT: [file for file, _ in files]}, contents={file.id: what for file, what in files})
        )
        self.broken = broken
        app = FastAPI()
        app.include_router(PaperDesk(self._papers_of).router())
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")

    async def _papers_of(self, organisation_id: str) -> Papers:
        self.asked.append(organisation_id)
        if self.broken:
            raise ProviderUnavailable("Xero", trouble=UNREACHABLE)
        return self.papers

    async def get(self, *parts: str, query: str = "") -> httpx.Response:
        return await self.client.get(f"/papers/{'/'.join(parts)}{query}")


def scan(content: bytes, media_type: str = "application/pdf", name: str = "scan.pdf") -> tuple[AttachedFile, bytes]:
    return AttachedFile(id=SCAN, name=name, media_type=media_type, size=len(content)), content


async def test_a_document_is_shown_to_who_may_read_the_organisation() -> None:
    desk = Desk()
    with signed_in():
        shown = await desk.get(HERE, DOCUMENT, query="?name=INV-0042.pdf")
        assert (shown.status_code, shown.headers["content-type"]) == (200, "application/pdf")
        assert shown.headers["content-disposition"] == "inline; filename*=UTF-8''INV-0042.pdf"
        saved = await desk.get(HERE, DOCUMENT, query="?name=INV-0042.pdf&save=1")
        assert saved.headers["content-disposition"].startswith("attachment")
        assert saved.headers["content-type"] == "application/octet-stream"


async def test_nobody_else_gets_anything_and_nothing_is_fetched() -> None:
    desk = Desk(scan(b"%PDF-1"))
    with signed_in():
        assert (await desk.get(ELSEWHERE, DOCUMENT)).status_code == 404
    with signed_in(None):
        assert (await desk.get(HERE, DOCUMENT)).status_code == 401
    assert (await desk.get(HERE, DOCUMENT, SCAN)).status_code == 401
    assert desk.asked == []


async def test_a_file_of_another_document_is_not_here() -> None:
    with signed_in():
        assert (await Desk().get(HERE, DOCUMENT, SCAN)).status_code == 404


@pytest.mark.parametrize(
    ("content", "media_type", "shown"),
    [
        (b"%PDF-1.7 x", "application/pdf", True),
        (b"\x89PNG\r\n\x1a\n x", "image/png", True),
        (b"\xff\xd8\xff x", "image/jpeg; charset=x", True),
        (b"<script>alert(1)</script>", "application/pdf", False),
        (b"<html>", "text/html", False),
        (b"<svg onload=alert(1)>", "image/svg+xml", False),
        (b"x", "application/octet-stream", False),
    ],
)
async def test_only_what_a_browser_looks_at_is_shown_and_the_rest_saved(
    content: bytes, media_type: str, shown: bool
) -> None:
    with signed_in():
        answer = await Desk(scan(content, media_type)).get(HERE, DOCUMENT, SCAN)
    assert answer.content == content
    assert answer.headers["content-disposition"].split(";")[0] == ("inline" if shown else "attachment")
    assert (answer.headers["content-type"] == "application/octet-stream") is not shown
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_name_cannot_lead_out_of_a_folder() -> None:
    name = '../../etc\\pass\u202ewd".pdf'
    with signed_in():
        answer = await Desk(scan(b"%PDF-1", name=name)).get(HERE, DOCUMENT, SCAN)
    said = answer.headers["content-disposition"]
    assert "/" not in said.replace("inline; filename*=UTF-8''", "") and "\\" not in said and "%E2%80%AE" not in said


async def test_a_provider_that_is_down_is_said() -> None:
    with signed_in():
        answer = await Desk(broken=True).get(HERE, DOCUMENT)
    assert answer.status_code == 502 and "Xero" in answer.json()["detail"]


def test_what_the_page_gets_of_a_file() -> None:
    file = File(
        title="BILL-201 von Acme Ltd",
        name="scan.pdf",
        media_type="application/pdf",
        size=2_621_440,
        organisation="Demo GmbH",
        organisation_id=HERE,
        document_id=DOCUMENT,
        file_id=SCAN,
        language="de",
    )
    props = file_props(file)
    assert (props["kind"], props["about"]) == ("pdf", "BILL-201 von Acme Ltd · Demo GmbH · 2,5 MB")
    assert props["address"] == f"/papers/{HERE}/{DOCUMENT}/{SCAN}?name=scan.pdf"
    assert props["words"]["save"] == "Speichern"


def test_an_address_is_shown_whole_and_opened_only_where_it_leads_somewhere() -> None:
    file = File(
        title="INV-0042 to Dupont SA",
        name="x",
        media_type="text/uri-list",
        organisation="Demo GmbH",
        organisation_id=HERE,
        document_id=DOCUMENT,
        online="https://in.xero.com/abc",
    )
    props = file_props(file)
    assert (props["kind"], props["name"], props["address"]) == ("link", *["https://in.xero.com/abc"] * 2)
    assert file_props(file.model_copy(update={"leads": False}))["address"] == ""
