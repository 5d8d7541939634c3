"""A plain HTTP client connected to the Xero stand-in, for tests."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from tests.support.sandbox import RunningProvider, run_sandbox

TODAY = "2026-11-22"
APP = ("sandbox-xero", "sandbox-xero-secret")
REDIRECT = "http://localhost:8000/connections/xero/callback"
SCOPES = (
    "openid profile email offline_access accounting.invoices accounting.payments accounting.contacts "
    "accounting.settings accounting.attachments accounting.banktransactions.read accounting.reports.balancesheet.read"
)
API = "/api.xro/2.0"


class Connected:
    """An app with a token and an organisation."""

    def __init__(self, provider: RunningProvider, scope: str = "") -> None:
        self.provider = provider
        form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        self.http = httpx.Client(base_url=provider.url, timeout=30)
        answer = self.http.post("/connect/token", data=form, auth=APP).raise_for_status()
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self.tenant: str = self.http.get("/connections").json()[0]["tenantId"]
        self.http.headers["xero-tenant-id"] = self.tenant

    def get(self, path: str, **parameters: str) -> Any:
        """The body of a GET that must succeed."""
        return self.http.get(f"{API}/{path}", params=parameters).raise_for_status().json()

    def send(self, method: str, path: str, body: Any, key: str = "", **parameters: str) -> httpx.Response:
        """A write, whatever the answer is."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.http.request(method, f"{API}/{path}", json=body, headers=headers, params=parameters)

    def document(self, number: str, **parameters: str) -> dict[str, Any]:
        """One invoice or bill by its number (of several, the first)."""
        where = f'InvoiceNumber=="{number}"'
        found: dict[str, Any] = self.get("Invoices", where=where, page="1", **parameters)["Invoices"][0]
        return found

    def pay(self, number: str, amount: Any, *, key: str = "", on: str = TODAY, account: str = "090") -> httpx.Response:
        """PUT of one payment for the document with that number."""
        body = {
            "Payments": [
                {
                    "Invoice": {"InvoiceID": self.document(number)["InvoiceID"]},
                    "Account": {"Code": account},
                    "Date": on,
                    "Amount": amount,
                    "Reference": f"for {number}",
                }
            ]
        }
        return self.send("PUT", "Payments", body, key)


@contextmanager
def connected(
    *, limits: bool = False, scope: str = "", scale: int = 1, state: Path | None = None
) -> Iterator[Connected]:
    """A stand-in of its own and an app connected to it."""
    with run_sandbox("xero", today=TODAY, limits=limits, scale=scale, state=state) as provider:
        yield Connected(provider, scope)


def messages(response: httpx.Response) -> list[str]:
    """The validation messages of a refused write."""
    body = response.json()
    return [error["Message"] for element in body["Elements"] for error in element["ValidationErrors"]]


def authorize(http: httpx.Client, **wish: str) -> dict[str, str]:
    """Walks the consent page as a browser does, pressing Allow; what the app's callback receives."""
    query = {"response_type": "code", "client_id": APP[0], "redirect_uri": REDIRECT, "scope": SCOPES, "state": "s"}
    page = http.get(f"/identity/connect/authorize?{urlencode(query | wish)}")
    if page.status_code == 200:
        action = re.search(r'action="([^"]+)"', page.text)
        assert action is not None
        page = http.post(action[1].replace("&amp;", "&"), data={"decision": "allow"})
    assert page.status_code == 302, page.text
    return {name: values[0] for name, values in parse_qs(urlsplit(page.headers["location"]).query).items()}


def pkce() -> tuple[str, str]:
    """A verifier and its S256 challenge."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
