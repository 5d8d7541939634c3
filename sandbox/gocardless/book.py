"""What the collector knows: customers, bank accounts, mandates, payments, payouts, events, in the vendor's JSON.

Amounts are integers in minor units. With a state folder everything survives a restart.
"""

import hashlib
import json
from copy import deepcopy
from datetime import datetime
from typing import Any

from sandbox.control import Control

Record = dict[str, Any]
CREDITOR_ID = "CR00LINDENHOF01"
PREFIXES = {
    "customers": "CU",
    "customer_bank_accounts": "BA",
    "mandates": "MD",
    "payments": "PM",
    "payouts": "PO",
    "events": "EV",
}


def stamp(moment: datetime) -> str:
    """A moment as the vendor writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


class Book:
    """All records by resource and id, in the order in which they came."""

    def __init__(self, control: Control) -> None:
        self.control = control
        self.records: dict[str, dict[str, Record]] = {resource: {} for resource in PREFIXES}
        self.keys: dict[str, str] = {}
        """Idempotency key (with its path) to the id of what it created."""
        self.retries: dict[str, int] = {}
        """How often a payment was retried."""
        self._file = None if control.state is None else control.state / "gocardless.json"
        self.found = self._file is not None and self._file.exists()
        if self._file is not None and self.found:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            self.records, self.keys, self.retries = kept["records"], kept["keys"], kept["retries"]

    def add(self, resource: str, record: Record) -> Record:
        """Put a new record in, with an id and the time; the record."""
        number = self._new_id(resource)
        whole = {"id": number, "created_at": stamp(self.control.now()), **record}
        self.records[resource][number] = whole
        return whole

    def _new_id(self, resource: str) -> str:
        place = len(self.records[resource]) + 1
        made = hashlib.sha256(f"{self.control.seed}/{resource}/{place}".encode()).hexdigest()[:6].upper()
        return f"{PREFIXES[resource]}{place:06}{made}"

    def event(self, resource: str, record: Record, action: str, cause: str, origin: str, **more: Any) -> Record:
        """Note that something happened to a record; webhooks tell it."""
        scheme = record.get("scheme")
        details = {"origin": origin, "cause": cause, "description": _description(resource, cause)}
        if scheme:
            details["scheme"] = scheme
        single = {"payments": "payment", "mandates": "mandate", "payouts": "payout"}[resource]
        links = {single: record["id"]}
        body = {"resource_type": resource, "action": action, "links": links, "details": details | more}
        return self.add("events", {**body, "metadata": deepcopy(record.get("metadata", {}))})

    def save(self) -> None:
        """Keep everything for the next start."""
        if self._file is None:
            return
        kept = {"records": self.records, "keys": self.keys, "retries": self.retries}
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        new.replace(self._file)

    def reckoning(self) -> dict[str, Any]:
        """For `GET /_sandbox/state`: what is collected how far, in minor units by status and currency."""
        totals: dict[str, int] = {}
        for payment in self.records["payments"].values():
            name = f"{payment['status']} {payment['currency']}"
            totals[name] = totals.get(name, 0) + payment["amount"]
        used = {number: key.partition(" ")[2] for key, number in self.keys.items()}
        shown = ("id", "status", "amount", "currency", "reference")
        return {
            "mandates": {one["id"]: one["status"] for one in self.records["mandates"].values()},
            "payments": [
                {**{name: one[name] for name in shown}, "idempotency_key": used.get(one["id"])}
                for one in self.records["payments"].values()
            ],
            "minor_units_by_status": totals,
        }


def _description(resource: str, cause: str) -> str:
    return f"{resource[:-1].capitalize()} event: {cause.replace('_', ' ')}."
