"""A step-up as a person's browser walks it, and a hand in the database that shows what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from assistant.clock import utc_now
from assistant.login.doorkeeper import attempt_cookie
from assistant.login.step_up_words import step_up_address
from assistant.proposals import Proposal
from assistant.stores.database import Database
from tests.support.chat import plain
from tests.support.database import run_sql
from tests.support.okta import shown_code
from tests.support.paying import PAUL, Core, HandClock
from tests.support.sandbox import run_sandbox
from tests.support.web import Served, follow, serve_echo, submit

TWO = "urn:okta:loa:2fa:any"
THREAD = "0b0c2ed0-8c10-4ff0-a5d5-8f1f6f1f0001"
CALLBACK = "/auth/oauth/okta/callback"
GROUPS = (
    "finance-viewers=viewer,finance-preparers=preparer,finance-approvers=approver,finance-admins=admin,"
    "finance-approvers-ost=approver@Nord"
)


@dataclass
class House:
    """The running application, and a hand in its database that makes proposals and looks at what came of it."""

    served: Served
    core: Core

    async def proposal(self, **more: Any) -> Proposal:
        """A proposal that waits now."""
        self.core.clock.now = utc_now()
        return await self.core.propose(PAUL, **more)

    async def rows(self, proposal: Proposal) -> list[tuple[object, ...]]:
        """What was stored for that proposal."""
        sql = f"SELECT digest, person_id, session_id, acr FROM step_up WHERE proposal_id = '{proposal.id}'"
        return await run_sql(self.core.database, sql)

    async def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Look, or change something, behind the application's back."""
        return await run_sql(self.core.database, statement)

    async def refusal(self, subject: str) -> str:
        """The reason of the last refusal about that subject in the audit trail; "" when there is none."""
        sql = f"SELECT facts FROM audit_event WHERE tag = 'step_up:refused' AND subject = '{subject}' ORDER BY seq"
        found = await self.sql(sql)
        return str(found[-1][0]).partition('"reason":"')[2].partition('"')[0] if found else ""

    async def nothing_came_of_it(self, proposal: Proposal) -> bool:
        """Whether the proposal waits as before: no step-up, no decision."""
        decided = await self.sql(f"SELECT 1 FROM decision WHERE proposal_id = '{proposal.id}'")
        states = await self.sql(f"SELECT state FROM proposal WHERE id = '{proposal.id}'")
        return not await self.rows(proposal) and not decided and states == [("awaiting_confirmation",)]


@contextmanager
def serve_with_step_up(home: Path) -> Iterator[Served]:
    """The application with the sandbox's login, which can ask for a second factor."""
    with run_sandbox("okta") as okta, serve_echo(home, f"{okta.url}/oauth2/default", ROLE_GROUPS=GROUPS) as running:
        yield running


@asynccontextmanager
async def house_of(served: Served) -> AsyncIterator[House]:
    """A hand in its database."""
    database = Database(served.database)
    yield House(served, Core(database, clock=HandClock(utc_now())))
    await database.close()


def address(proposal: Proposal, thread: str = THREAD) -> str:
    return step_up_address(proposal.id, proposal.digest, thread)


def asked(answer: httpx.Response) -> dict[str, str]:
    """What the redirect to the issuer asks for."""
    assert answer.status_code == 303, plain(answer.text)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def at_the_issuer(client: httpx.Client, begun: httpx.Response, person: str) -> str:
    """Walk the sandbox's two pages as that person; the address with which it sends the browser back."""
    ours = f"{client.base_url}".rstrip("/") + CALLBACK
    page = submit(client, follow(client, begun), person)
    page = follow(client, page, until=ours)
    if not page.is_redirect:
        page = follow(client, submit(client, page, "Verify", code=shown_code(page)), until=ours)
    return urljoin(str(page.url), page.headers["location"])


def state_of(back: str) -> str:
    return parse_qs(urlsplit(back).query)["state"][0]


def note_of(client: httpx.Client, state: str, purpose: str = "stepup") -> str:
    """The sealed note that this browser keeps for that sign-in."""
    return client.cookies[attempt_cookie(purpose, state, secure=False)]


def refused(answer: httpx.Response) -> str:
    """The page's words; fails when it is no refusal."""
    assert answer.status_code == 400, f"{answer.status_code} {answer.headers.get('location')}"
    words = plain(answer.text)
    assert "Nothing was confirmed" in words
    assert not any(c.startswith("assistant_session") for c in answer.headers.get_list("set-cookie"))
    return words
