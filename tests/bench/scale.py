"""`python -m tests.bench.scale`: the ledger copy of small and very large companies, side by side in one run.

For each size a server of Xero's pages (`tests.bench.pages`) and a process of the product's reading side: the first
load over real HTTP, a delta, and typical questions through the tools, with the calls to Xero and the size of what the
model is given. Our own time only: no model, no screen, and Xero's limits are not waited for.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import uvicorn

from assistant.dispatch import succeeded
from assistant.ledger.copy import LedgerCopy
from assistant.ledger.sync import LedgerSync
from assistant.model import CallRequest
from assistant.stores.database import Database
from assistant.tables import table_props
from tests.bench.pages import TODAY, Ledger, app
from tests.support.assistant import free_ports
from tests.support.database import make_tables
from tests.support.real_tools import OneToken
from tests.support.reports import NoReports
from tools.base import Access, Organisation, ReadTool
from tools.catalogue import toolset
from tools.errors import ToolRetry
from tools.solaris.bank import Bank
from tools.xero.books import DocumentKind
from tools.xero.client import XeroCalls
from tools.xero.pace import pace_here
from tools.xero.reader import XeroReader
from tools.xero.sides import reading_sides

ROUNDS = 7
SIZES = (5_000, 50_000, 500_000)
ORGANISATION = Organisation(id="org-1", name="Large GmbH", base_currency="EUR")


def _questions(ledger: Ledger) -> dict[str, tuple[str, dict[str, Any]]]:
    """What people ask, as the tool calls that it becomes."""
    customer, supplier = (str(ledger.contact(number)["Name"]) for number in (8, 21))
    typo = customer.replace("GmbH", "").strip()
    typo = typo[:3] + typo[4:]
    number = str(ledger.invoice(ledger.documents // 2 * 2 - 10)["InvoiceNumber"])
    return {
        "What is overdue?": ("get_overdue_summary", {}),
        "Open invoices": ("list_invoices", {"status": "open"}),
        "All bills": ("list_bills", {"status": "all"}),
        "Invoices of one customer": ("list_invoices", {"status": "all", "contact_name": customer}),
        "Bills of somebody misspelt": ("list_bills", {"status": "open", "contact_name": typo}),
        "Bills due this week": ("list_bills", {"status": "open", "due_from": "2026-11-23", "due_to": "2026-11-29"}),
        "An invoice by its number": ("list_invoices", {"status": "all", "number": number.replace("INV-00", "inv ")}),
        "Invoices over 8,000": ("list_invoices", {"status": "open", "min_amount": "8000"}),
        "Payments this month": ("list_payments", {"date_from": "2026-11-01", "date_to": "2026-11-30"}),
        "Was FA-0000012C paid?": ("get_payment_status", {"reference": "FA-0000012C"}),
        "Who is this supplier?": ("list_contacts", {"query": supplier}),
        "Receivables by age": ("get_aged_receivables", {}),
        "Search: PO 4711": ("search_ledger", {"text": "PO 4711"}),
        "Search: an amount": ("search_ledger", {"text": f"{ledger.invoice(0)['Total']:.2f}"}),
    }


async def _one(documents: int, url: str) -> dict[str, Any]:
    """Load and ask; the figures of one size."""
    ledger = Ledger(documents)
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        address = f"sqlite:///{Path(folder) / 'ledger.db'}"
        await make_tables(address)
        database = Database(address)
        pace = pace_here(lambda: datetime.now(UTC), per_minute=0, per_day=1_000_000)
        calls = XeroCalls(url, "tenant", OneToken("token"), pace, read_seconds=60)
        reader = XeroReader(calls)

        async def read(_organisation_id: str) -> XeroReader:
            return reader

        sync = LedgerSync(database, read, read, fresh_seconds=100_000)
        idle = _memory()
        figures: dict[str, Any] = {"documents": documents, "contacts": ledger.contacts, "questions": {}}
        began = time.perf_counter()
        copy = LedgerCopy(database, sync, ORGANISATION.id)
        await copy.credit_notes(DocumentKind.INVOICE)
        figures |= {"load_seconds": time.perf_counter() - began, "load_calls": _calls(url)}
        figures["load_memory"] = _memory() - idle
        began = time.perf_counter()
        await copy.renew()
        figures |= {"delta_seconds": time.perf_counter() - began, "delta_calls": _calls(url)}
        access = _access(copy, reader)
        for asked, (name, said) in _questions(ledger).items():
            figures["questions"][asked] = await _asked(access, name, said) | {"calls": _calls(url)}
        figures["memory"] = _memory() - idle
        figures["file"] = _size(Path(folder))
        calls.close()
        await database.close()
    return figures


def _access(copy: LedgerCopy, reader: XeroReader) -> Access:
    return Access(
        organisation=ORGANISATION,
        now=datetime.now(UTC),
        today=TODAY,
        language="en",
        books=copy,
        live=reader,
        reports=NoReports(),
        **reading_sides(reader.calls),
        bank=cast(Bank, None),
        new_marker=lambda: "FA-TESTMARK",
    )


async def _asked(access: Access, name: str, said: dict[str, Any]) -> dict[str, Any]:
    tool = toolset().get(name)
    assert isinstance(tool, ReadTool)
    checked = tool.signature.arguments(**said)
    arguments = {key: getattr(checked, key) for key in checked.model_fields_set}
    times, size, answer = [], 0, ""
    for _ in range(ROUNDS):
        began = time.perf_counter()
        try:
            found = await tool.run(replace(access, now=datetime.now(UTC)), **arguments)
        except ToolRetry as asks:
            answer = f"(asks) {asks.text('en')}"
        else:
            outcome = succeeded(CallRequest("c", name, "{}"), found)
            for table in found.tables:
                table_props(table, "Europe/Berlin")
            size, answer = len(outcome.result), outcome.answer
        times.append(time.perf_counter() - began)
    return {"ms": statistics.median(times) * 1000, "worst": max(times) * 1000, "size": size, "answer": answer}


def _size(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.iterdir())


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _calls(url: str) -> int:
    return int(httpx.get(f"{url}/calls", timeout=60).json()["calls"])


@contextmanager
def _pages(documents: int) -> Iterator[str]:
    """The server of pages in a process of its own."""
    port = free_ports(1)
    command = [sys.executable, "-m", "tests.bench.scale", "--serve", str(documents), "--port", str(port)]
    with subprocess.Popen(command) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(200):
                try:
                    httpx.get(f"{url}/calls", timeout=1)
                    break
                except httpx.HTTPError:
                    time.sleep(0.05)
            yield url
        finally:
            process.terminate()


def _measured(documents: int) -> dict[str, Any]:
    with _pages(documents) as url:
        command = [sys.executable, "-m", "tests.bench.scale", "--measure", str(documents), "--url", url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _report(found: Sequence[dict[str, Any]]) -> str:
    """A table with a column for each size, and how the largest compares with the smallest."""
    sizes = [f"{one['documents']:,} documents" for one in found]
    lines = [f"| | {' | '.join(sizes)} | largest / smallest |", f"| --- |{' ---: |' * (len(sizes) + 1)}"]

    def row(name: str, values: Sequence[float], form: str) -> None:
        ratio = f"{values[-1] / values[0]:.1f}" if values[0] else ""
        lines.append(f"| {name} | {' | '.join(format(value, form) for value in values)} | {ratio} |")

    row("contacts", [one["contacts"] for one in found], ",")
    row("first load, s", [one["load_seconds"] for one in found], ".1f")
    row("first load, calls", [one["load_calls"] for one in found], ",")
    row("delta of 40 records, s", [one["delta_seconds"] for one in found], ".2f")
    row("delta, calls", [one["delta_calls"] for one in found], ",")
    row("memory of the load, MiB", [one["load_memory"] / 2**20 for one in found], ".0f")
    row("memory after the questions, MiB", [one["memory"] / 2**20 for one in found], ".0f")
    row("database file, MiB", [one["file"] / 2**20 for one in found], ".0f")
    for place, asked in enumerate(found[0]["questions"]):
        answers = [list(one["questions"].values())[place] for one in found]
        row(f"“{asked}”, ms", [one["ms"] for one in answers], ".0f")
        row("… characters for the model", [one["size"] for one in answers], ",")
        row("… calls to Xero", [one["calls"] for one in answers], ",")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure each size and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale", description=__doc__)
    parser.add_argument("--documents", type=int, nargs="+", default=SIZES, help="sizes of the ledger, smallest first")
    for hidden in ("--serve", "--port", "--measure"):
        parser.add_argument(hidden, type=int, help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    parser.add_argument("--answers", action="store_true", help="print the answers too")
    wishes = parser.parse_args()
    if wishes.serve:
        uvicorn.run(app(wishes.serve), host="127.0.0.1", port=wishes.port, log_level="error")
        return 0
    if wishes.measure:
        sys.stdout.write(json.dumps(asyncio.run(_one(wishes.measure, wishes.url))))
        return 0
    found = []
    for documents in wishes.documents:
        sys.stderr.write(f"{documents:,} documents ...\n")
        found.append(_measured(documents))
        if wishes.answers:
            for asked, got in found[-1]["questions"].items():
                sys.stderr.write(f"  {asked} {got['ms']:.0f} ms: {got['answer']}\n")
    sys.stdout.write(_report(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
