"""A caller of the sandbox's GoCardless, with the right headers, and a reader of its errors."""

from typing import Any

import httpx

HEADERS = {"Authorization": "Bearer sandbox-gocardless-token", "GoCardless-Version": "2015-07-06"}


class Collector:
    """A caller with the right headers."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, headers=HEADERS)

    def mandate(self, status: str = "active", scheme: str = "sepa_core") -> dict[str, Any]:
        rows = self.http.get("/mandates", params={"status": status, "scheme": scheme}).json()["mandates"]
        found: dict[str, Any] = rows[0]
        return found

    def pay(self, mandate: str, key: str | None = None, **changed: Any) -> httpx.Response:
        body = {"amount": 98_000, "currency": "EUR", "reference": "INV-0042", "links": {"mandate": mandate}}
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.http.post("/payments", json={"payments": body | changed}, headers=headers)

    def paid(self, mandate: str, **changed: Any) -> str:
        answer = self.pay(mandate, **changed)
        assert answer.status_code == 201, answer.text
        number: str = answer.json()["payments"]["id"]
        return number

    def payment(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/payments/{number}").json()["payments"]
        return found

    def simulate(self, name: str, number: str) -> httpx.Response:
        body = {"data": {"links": {"resource": number}}}
        return self.http.post(f"/scenario_simulators/{name}/actions/run", json=body)

    def actions(self, **query: str) -> list[str]:
        rows = self.http.get("/events", params=query).json()["events"]
        return [row["action"] for row in reversed(rows)]


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and first reason (or wrong field), having checked the vendor's shape."""
    error = answer.json()["error"]
    assert set(error) == {"message", "errors", "documentation_url", "type", "request_id", "code"}
    assert error["code"] == answer.status_code
    first = error["errors"][0]
    if "field" in first:
        assert "request_pointer" in first, "the vendor's library fails without it"
        return answer.status_code, first["field"]
    return answer.status_code, first["reason"]
