"""Measure the router on a file of sentences: `python -m sandbox.model.measure FILE [--misses] [--rules]`.

The file holds one JSON object a line: `text`, `context` (what the assistant had said, or null), `expected` (a list of
`{tool, args}`; empty: no tool shall be called) and `alts` (other acceptable readings). An argument whose name begins
with `?` may be left out; a list of values means any of them; a key that is not expected counts as wrong.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sandbox.model.bind import Call, Offered
from sandbox.model.dialogue import Reply, Router
from sandbox.model.encoder import Encoder, NoEncoder, SentenceEncoder
from sandbox.model.transcript import Transcript, Turn

_TEXT, _AMOUNT, _DATE = {"type": "string"}, {"type": "number"}, {"type": "string", "format": "date"}
_ARGUMENTS = {
    "list_invoices": "status contact_name date_from date_to min_amount limit",
    "get_invoice": "invoice_number",
    "get_overdue_summary": "contact_name",
    "create_invoice": "contact_name amount currency description due_date",
    "send_invoice_reminder": "invoice_number contact_name",
    "void_invoice": "invoice_number",
    "mark_invoice_paid": "invoice_number",
    "list_bills": "status contact_name date_from date_to min_amount",
    "create_payment": "contact_name iban amount currency invoice_number reference date",
    "collect_payment": "contact_name amount currency invoice_number date",
    "get_payment_status": "payment_id contact_name",
    "list_payments": "direction status date_from date_to contact_name",
    "cancel_payment": "payment_id",
    "refund_payment": "payment_id amount",
    "get_account_balance": "",
    "list_transactions": "date_from date_to contact_name min_amount direction limit",
    "get_profit_and_loss": "date_from date_to",
    "get_balance_sheet": "date",
    "get_aged_receivables": "date",
    "get_aged_payables": "date",
    "forecast_cash_flow": "days",
    "list_contacts": "query",
    "create_contact": "name email iban",
    "change_bank_details": "contact_name account_number reason",
    "list_mandates": "contact_name status",
    "get_vat_summary": "date_from date_to",
}
WRITES = frozenset(
    [
        "create_invoice",
        "send_invoice_reminder",
        "void_invoice",
        "mark_invoice_paid",
        "create_payment",
        "collect_payment",
        "cancel_payment",
        "refund_payment",
        "create_contact",
        "change_bank_details",
    ]
)
_NEEDS = {
    "create_payment": (("invoice_number",), ("contact_name", "amount"), ("iban", "amount")),
    "collect_payment": (("contact_name", "amount"), ("invoice_number",)),
    "create_invoice": (("contact_name", "amount"),),
}


def neutral_tools() -> Offered:
    """The neutral tool set that the sentences are written for."""
    schemas = {}
    for name, line in _ARGUMENTS.items():
        known = {
            arg: _AMOUNT if "amount" in arg else {"type": "integer"} if arg in ("days", "limit") else _TEXT
            for arg in line.split()
        }
        schemas[name] = {"type": "object", "properties": known}
    return Offered(schemas)


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, list):
        return any(_same(value, one) for one in wanted)
    if isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return isinstance(value, int | float) and abs(value - wanted) < 0.005
    return str(value).strip().lower() == str(wanted).strip().lower()


def _fits(arguments: dict[str, Any], wanted: dict[str, Any]) -> bool:
    known = {key.lstrip("?") for key in wanted}
    if arguments.keys() - known:
        return False
    for key, value in wanted.items():
        name = key.lstrip("?")
        if name not in arguments:
            if not key.startswith("?"):
                return False
        elif not _same(arguments[name], value):
            return False
    return True


def _matches(calls: Sequence[Call], expected: list[dict[str, Any]], *, arguments: bool) -> bool:
    if len(calls) != len(expected):
        return False
    left = list(expected)
    for call in calls:
        fit = next(
            (one for one in left if one["tool"] == call.tool and (not arguments or _fits(call.arguments, one["args"]))),
            None,
        )
        if fit is None:
            return False
        left.remove(fit)
    return True


def complete_write(call: Call) -> bool:
    """Whether a call would write as it stands."""
    if call.tool not in WRITES:
        return False
    return any(all(name in call.arguments for name in names) for names in _NEEDS.get(call.tool, ((),)))


@dataclass
class Score:
    """What was measured."""

    count: int = 0
    tool: int = 0
    exact: int = 0
    wrong_writes: list[str] = field(default_factory=list)
    outside: int = 0
    outside_seen: int = 0
    times: list[float] = field(default_factory=list)
    """Milliseconds."""
    misses: list[tuple[str, dict[str, Any], Reply]] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """A percentile of the times, in milliseconds."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def measure(lines: list[dict[str, Any]], encoder: Encoder, today: date) -> Score:
    """Put every sentence to the router and compare."""
    router, offered, score = Router(encoder), neutral_tools(), Score()
    for line in lines:
        transcript = Transcript("", line.get("context") or "", (Turn(line["text"]),), bool(line.get("context")))
        began = time.perf_counter()
        reply = router.reply(transcript, offered, today)
        score.times.append((time.perf_counter() - began) * 1000)
        readings = [line["expected"], *line.get("alts", ())]
        tool = any(_matches(reply.calls, expected, arguments=False) for expected in readings)
        exact = any(_matches(reply.calls, expected, arguments=True) for expected in readings)
        score.count, score.tool, score.exact = score.count + 1, score.tool + tool, score.exact + exact
        if line["tag"] == "oos":
            score.outside, score.outside_seen = score.outside + 1, score.outside_seen + (not reply.calls)
        if not exact and any(complete_write(call) for call in reply.calls):
            score.wrong_writes.append(line["text"])
        if not exact:
            score.misses.append(("args" if tool else "tool", line, reply))
    return score


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures for one file."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.model.measure", description="Measure the offline model.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--today", type=date.fromisoformat, default=date(2026, 11, 22))
    parser.add_argument("--misses", action="store_true", help="show what was missed")
    parser.add_argument("--rules", action="store_true", help="without the sentence encoder")
    asked = parser.parse_args(argv)
    lines = [json.loads(line) for line in asked.file.read_text(encoding="utf-8").splitlines() if line.strip()]
    encoder: Encoder = NoEncoder() if asked.rules else SentenceEncoder()
    encoder.likeness("warm up")
    score = measure(lines, encoder, asked.today)
    out = [
        f"sentences             {score.count}",
        f"tool                  {100 * score.tool / score.count:.1f} %",
        f"tool and arguments    {100 * score.exact / score.count:.1f} %",
        f"wrong complete writes {len(score.wrong_writes)}",
        f"outside recognised    {score.outside_seen} of {score.outside}",
        f"time p50 / p95        {score.percentile(0.5):.1f} / {score.percentile(0.95):.1f} ms",
        f"encoder               {encoder.problem or 'in use'}",
    ]
    if asked.misses:
        for kind, line, reply in score.misses:
            calls = [(call.tool, call.arguments) for call in reply.calls]
            out.append(
                f"[{kind}] {line['text']!r}\n    wanted {line['expected']}\n    got    {calls or reply.text[-160:]!r}"
            )
    sys.stdout.write("\n".join([*out, ""]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
