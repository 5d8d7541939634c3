"""The vendor's own scenario simulators: they play what banks and payers do. State table: the vendor's page on them."""

from sandbox.gocardless.book import CREDITOR_ID, Book, Record
from sandbox.gocardless.lists import find
from sandbox.gocardless.problems import missing, stuck

# simulator -> the statuses that a payment goes through, each with the event's action and cause
_TO_BANK = ("submitted", "submitted", "payment_submitted")
_COLLECTED = ("confirmed", "confirmed", "payment_confirmed")
_PAID_OUT = ("paid_out", "paid_out", "payment_paid_out")
_FAILED = ("failed", "failed", "insufficient_funds")
_BACK = ("charged_back", "charged_back", "authorisation_disputed")
_BACK_SETTLED = ("charged_back", "chargeback_settled", "chargeback_settled")
_LATE_SETTLED = ("failed", "late_failure_settled", "late_failure_settled")
_PAYMENT_PATHS = {
    "payment_submitted": (_TO_BANK,),
    "payment_confirmed": (_TO_BANK, _COLLECTED),
    "payment_paid_out": (_TO_BANK, _COLLECTED, _PAID_OUT),
    "payment_failed": (_TO_BANK, _FAILED),
    "payment_late_failure": (_TO_BANK, _COLLECTED, _FAILED),
    "payment_late_failure_settled": (_TO_BANK, _COLLECTED, _FAILED, _LATE_SETTLED),
    "payment_charged_back": (_TO_BANK, _COLLECTED, _PAID_OUT, _BACK),
    "payment_chargeback_settled": (_TO_BANK, _COLLECTED, _PAID_OUT, _BACK, _BACK_SETTLED),
}
# simulator -> the statuses it may start from, the schemes it is not for, and the way of the mandate
_NOT_SEPA = ("sepa_core",)
_MANDATE_PATHS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "mandate_activated": (("pending_submission",), _NOT_SEPA, ("submitted", "active")),
    "mandate_customer_approval_granted": (("pending_customer_approval",), (), ("pending_submission",)),
    "mandate_customer_approval_skipped": (("pending_customer_approval",), (), ("pending_submission",)),
    "mandate_failed": (("pending_submission", "submitted"), _NOT_SEPA, ("failed",)),
    "mandate_expired": (("pending_submission",), (), ("submitted", "active", "expired")),
}


class Simulators:
    """Runs a scenario on one payment or mandate."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def run(self, name: str, number: str) -> Record:
        """Play the scenario through; the record as it is afterwards. Raises Problem if it cannot start."""
        if name in _PAYMENT_PATHS:
            return self._payment(name, find(self._book, "payments", number))
        if name in _MANDATE_PATHS:
            return self._mandate(name, find(self._book, "mandates", number))
        raise missing()

    def _payment(self, name: str, payment: Record) -> Record:
        mandate = find(self._book, "mandates", payment["links"]["mandate"])
        with_first = mandate["scheme"] == "sepa_core" and mandate["status"] == "pending_submission"
        ready = payment["status"] == "pending_submission" and (mandate["status"] == "active" or with_first)
        if not ready and not (name == "payment_submitted" and payment["status"] == "pending_submission"):
            known = f"the payment is {payment['status']}, its mandate {mandate['status']}"
            raise stuck("simulator_not_applicable", f"{name} cannot run: {known}")
        for status, action, cause in _PAYMENT_PATHS[name]:
            payment["status"] = status
            if with_first and status in ("submitted", "confirmed"):
                self._move_mandate(mandate, "submitted" if status == "submitted" else "active")
            if status == "paid_out":
                payment["links"]["payout"] = self._pay_out(payment)["id"]
            self._book.event("payments", payment, action, cause, _origin(status))
        return payment

    def _pay_out(self, payment: Record) -> Record:
        fee = max(1, payment["amount"] // 100)
        payout = self._book.add(
            "payouts",
            {
                "amount": payment["amount"] - fee,
                "deducted_fees": fee,
                "currency": payment["currency"],
                "arrival_date": self._book.control.today().isoformat(),
                "payout_type": "merchant",
                "reference": f"LINDENHOF-{len(self._book.records['payouts']) + 1:04}",
                "status": "paid",
                "fx": None,
                "tax_currency": None,
                "metadata": {},
                "links": {"creditor": CREDITOR_ID, "creditor_bank_account": "BA00LINDENHOF01"},
            },
        )
        self._book.event("payouts", payout, "paid", "payout_paid", "gocardless")
        return payout

    def _mandate(self, name: str, mandate: Record) -> Record:
        starts, not_for, way = _MANDATE_PATHS[name]
        if mandate["status"] not in starts or mandate["scheme"] in not_for:
            known = f"the mandate is {mandate['status']}, its scheme {mandate['scheme']}"
            raise stuck("simulator_not_applicable", f"{name} cannot run: {known}")
        for status in way:
            self._move_mandate(mandate, status)
        if name.startswith("mandate_customer_approval"):
            self._release(mandate)
        return mandate

    def _move_mandate(self, mandate: Record, status: str) -> None:
        if mandate["status"] == status:
            return
        mandate["status"] = status
        if status in ("failed", "expired", "cancelled"):
            mandate["next_possible_charge_date"] = None
        action = {"pending_submission": "customer_approval_granted"}.get(status, status)
        causes = {"active": "mandate_activated", "failed": "invalid_bank_details"}
        cause = causes.get(status, f"mandate_{action}")
        self._book.event("mandates", mandate, action, cause, _origin(status))

    def _release(self, mandate: Record) -> None:
        """Payments that waited for the payer's approval may go to the banks."""
        for payment in self._book.records["payments"].values():
            waits = payment["status"] == "pending_customer_approval"
            if waits and payment["links"]["mandate"] == mandate["id"]:
                payment["status"] = "pending_submission"
                cause = "customer_approval_granted"
                self._book.event("payments", payment, cause, cause, "customer")


def _origin(status: str) -> str:
    return "bank" if status in ("failed", "charged_back") else "gocardless"
