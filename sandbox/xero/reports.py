"""Reports over the journal: balance sheet, profit and loss, trial balance, bank, summary, aged debts."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from sandbox.company.shape import LedgerAccount
from sandbox.xero.aged import aged_rows
from sandbox.xero.books import ZERO, Books
from sandbox.xero.call import Call
from sandbox.xero.cash_basis import cash_postings
from sandbox.xero.executive import SECTIONS, figures, shown
from sandbox.xero.journal import Journal, Posting
from sandbox.xero.refusals import BadRequest
from sandbox.xero.report_rows import change, header, long_day, money, row, section, short_day, summary
from sandbox.xero.wire import Json

_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_MOST_PERIODS = 11
_NOT_HERE = ("paymentsOnly", "trackingCategoryID", "trackingCategoryID2", "trackingOptionID", "trackingOptionID1")
"""What the sandbox does not reckon; profit and loss knows the first two."""
RETAINED = "960"


def months_earlier(day: date, count: int) -> date:
    """The same day so many months before; the end of a month stays the end of a month."""
    index = day.year * 12 + day.month - 1 - count
    year, month = divmod(index, 12)
    last = monthrange(year, month + 1)[1]
    was_last = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if was_last else min(day.day, last))


def _summed(postings: Iterable[Posting], since: date, until: date) -> dict[str, Decimal]:
    """What each account came to between two days, both included, debit positive."""
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for posting in postings:
        if since <= posting.on <= until:
            sums[posting.code] += posting.amount
    return dict(sums)


class Reports:
    """Serves /Reports; every figure is a sum over the journal, so the reports tie with each other."""

    def __init__(self, books: Books, journal: Journal) -> None:
        self._books = books
        self._journal = journal

    def _day(self, call: Call, name: str, usual: date, *, known: Sequence[str] = ()) -> date:
        for refused in (name for name in _NOT_HERE if name not in known):
            if call.query.get(refused, "").lower() not in ("", "false"):
                raise BadRequest(f"{refused} is not available in this sandbox")
        text = call.query.get(name, "")
        if not text:
            return usual
        try:
            return date.fromisoformat(text[:10])
        except ValueError as error:
            raise BadRequest(f"{name} '{text}' is not a date") from error

    def _periods(self, call: Call) -> tuple[int, int]:
        """How many columns beside the first, and how many months each goes back."""
        try:
            periods = int(call.query.get("periods", 0) or 0)
        except ValueError as error:
            raise BadRequest("periods must be a whole number") from error
        timeframe = call.query.get("timeframe", "MONTH").upper() or "MONTH"
        if not 0 <= periods <= _MOST_PERIODS or timeframe not in _MONTHS:
            raise BadRequest(f"periods must be 0 to {_MOST_PERIODS} and timeframe MONTH, QUARTER or YEAR")
        return periods, _MONTHS[timeframe]

    def _report(self, name: str, kind: str, when: str, rows: Sequence[Json]) -> Json:
        now = self._books.control.now()
        return {
            "Reports": [
                {
                    "ReportID": kind,
                    "ReportName": name,
                    "ReportType": kind,
                    "ReportTitles": [name, self._books.company.organisation.name, when],
                    "ReportDate": long_day(now.date()),
                    "UpdatedDateUTC": now,
                    "Fields": [],
                    "Rows": list(rows),
                }
            ]
        }

    def _accounts(self, *, group: str = "", kinds: Sequence[str] = ()) -> list[LedgerAccount]:
        return [a for a in self._books.accounts.values() if a.account_class == group or a.type in kinds]

    def _section(
        self, title: str, accounts: Sequence[LedgerAccount], columns: Sequence[dict[str, Decimal]], sign: int
    ) -> tuple[Json | None, list[Decimal]]:
        """The lines of accounts that have moved, and their totals by column."""
        rows, totals = [], [ZERO] * len(columns)
        for account in accounts:
            values = [sign * column.get(account.code, ZERO) for column in columns]
            if any(values):
                totals = [total + value for total, value in zip(totals, values, strict=True)]
                texts = [money(value) for value in values]
                rows.append(row(account.name, *texts, attribute=("account", account.account_id)))
        if not rows:
            return None, totals
        return section(
            title, [*rows, summary(f"Total {title.removeprefix('Less ').removeprefix('Plus ')}", *map(money, totals))]
        ), totals

    def _earnings(self, until: date) -> tuple[Decimal, Decimal]:
        """Profit of all years before and of the year so far."""
        begin = date(until.year, 1, 1)
        result = [account.code for account in self._accounts(group="REVENUE")]
        result += [account.code for account in self._accounts(group="EXPENSE")]
        before = self._journal.balances(begin - timedelta(days=1))
        this_year = self._journal.balances(until, begin)
        return (
            -sum((before.get(code, ZERO) for code in result), ZERO),
            -sum((this_year.get(code, ZERO) for code in result), ZERO),
        )

    def balance_sheet(self, call: Call) -> Json:
        """What the organisation owns, owes and is worth on a day."""
        day = self._day(call, "date", self._books.control.today())
        periods, step = self._periods(call)
        days = [months_earlier(day, step * place) for place in range(periods + 1)]
        columns = [self._journal.balances(until) for until in days]
        rows = [header("", *map(short_day, days)), section("Assets", [])]
        assets, liabilities = [ZERO] * len(days), [ZERO] * len(days)
        groups = (("Bank", "BANK"), ("Current Assets", "CURRENT"), ("Fixed Assets", "FIXED"))
        for title, kind in groups:
            made, totals = self._section(title, self._accounts(kinds=[kind]), columns, 1)
            assets = [one + other for one, other in zip(assets, totals, strict=True)]
            rows += [made] if made else []
        rows += [section("", [summary("Total Assets", *map(money, assets))]), section("Liabilities", [])]
        for title, kind in (("Current Liabilities", "CURRLIAB"), ("Non-Current Liabilities", "TERMLIAB")):
            made, totals = self._section(title, self._accounts(kinds=[kind]), columns, -1)
            liabilities = [one + other for one, other in zip(liabilities, totals, strict=True)]
            rows += [made] if made else []
        net = [asset - debt for asset, debt in zip(assets, liabilities, strict=True)]
        rows.append(section("", [summary("Total Liabilities", *map(money, liabilities))]))
        rows.append(section("", [row("Net Assets", *map(money, net))]))
        rows.append(self._equity(days, columns))
        return self._report("Balance Sheet", "BalanceSheet", f"As at {long_day(day)}", rows)

    def _equity(self, days: Sequence[date], columns: Sequence[dict[str, Decimal]]) -> Json:
        earned = [self._earnings(until) for until in days]
        lines = [row("Current Year Earnings", *(money(year) for _, year in earned))]
        totals = [year for _, year in earned]
        for account in self._accounts(group="EQUITY"):
            values = [-column.get(account.code, ZERO) for column in columns]
            if account.code == RETAINED:
                values = [value + before for value, (before, _) in zip(values, earned, strict=True)]
            totals = [total + value for total, value in zip(totals, values, strict=True)]
            lines.append(row(account.name, *map(money, values), attribute=("account", account.account_id)))
        return section("Equity", [*lines, summary("Total Equity", *map(money, totals))])

    def profit_and_loss(self, call: Call) -> Json:
        """Income less costs between two days."""
        today = self._books.control.today()
        begin = self._day(call, "fromDate", today.replace(day=1), known=_NOT_HERE[:2])
        end = self._day(call, "toDate", today, known=_NOT_HERE[:2])
        if begin > end:
            raise BadRequest("fromDate must not be after toDate")
        periods, step = self._periods(call)
        spans = [(months_earlier(begin, step * n), months_earlier(end, step * n)) for n in range(periods + 1)]
        postings = list(
            cash_postings(self._books, self._journal) if call.flag("paymentsOnly", False) else self._journal.postings()
        )
        heads = [short_day(until) for _, until in spans]
        columns = [_summed(postings, since, until) for since, until in spans]
        if wanted := call.query.get("trackingCategoryID", ""):
            if periods:
                raise BadRequest("periods cannot be compared by tracking category")
            heads, columns = self._by_option(postings, begin, end, wanted)
        rows = [header("", *heads)]
        none = [ZERO] * len(columns)
        income, earned = self._section("Income", self._accounts(kinds=["REVENUE"]), columns, -1)
        costs, spent = self._section("Less Cost of Sales", self._accounts(kinds=["DIRECTCOSTS"]), columns, 1)
        other, extra = self._section("Plus Other Income", self._accounts(kinds=["OTHERINCOME"]), columns, -1)
        running = ["EXPENSE", "DEPRECIATN", "OVERHEADS"]
        accounts = [account for account in self._accounts(kinds=running) if account.type in running]
        expenses, run = self._section("Less Operating Expenses", accounts, columns, 1)
        gross = [one - cost for one, cost in zip(earned, spent, strict=True)]
        net = [a + b - c for a, b, c in zip(gross, extra or none, run or none, strict=True)]
        rows += [made for made in (income, costs) if made]
        rows.append(section("", [row("Gross Profit", *map(money, gross))]))
        rows += [made for made in (other, expenses) if made]
        rows.append(section("", [row("Net Profit", *map(money, net))]))
        when = f"{long_day(begin)} to {long_day(end)}"
        return self._report("Profit and Loss", "ProfitAndLoss", when, rows)

    def _by_option(
        self, postings: Sequence[Posting], begin: date, end: date, wanted: str
    ) -> tuple[list[str], list[dict[str, Decimal]]]:
        """A column for each option of the tracking category, one for what names none, and their sum."""
        categories = [one for one in self._books.company.tracking if one.category_id == wanted.lower()]
        if not categories:
            raise BadRequest(f"trackingCategoryID '{wanted}' is not known")
        options = [name for _, name in categories[0].options]
        columns = [_summed((p for p in postings if p.option == option), begin, end) for option in options]
        columns.append(_summed((p for p in postings if p.option not in options), begin, end))
        return [*options, "Unassigned", "Total"], [*columns, _summed(postings, begin, end)]

    def trial_balance(self, call: Call) -> Json:
        """Every account's movement in the month and its balance: debits equal credits."""
        day = self._day(call, "date", self._books.control.today())
        month = self._journal.balances(day, day.replace(day=1))
        whole = self._journal.balances(day)
        year = self._journal.balances(day, date(day.year, 1, 1))
        before, _ = self._earnings(day)
        rows = [header("Account", "Debit", "Credit", "YTD Debit", "YTD Credit")]
        totals = [ZERO] * 4
        classes = (
            ("Revenue", "REVENUE"),
            ("Expenses", "EXPENSE"),
            ("Assets", "ASSET"),
            ("Liabilities", "LIABILITY"),
            ("Equity", "EQUITY"),
        )
        for title, group in classes:
            lines = []
            for account in self._accounts(group=group):
                moved = month.get(account.code, ZERO)
                held = (year if group in ("REVENUE", "EXPENSE") else whole).get(account.code, ZERO)
                held -= before if account.code == RETAINED else ZERO
                if not moved and not held:
                    continue
                figures = [max(moved, ZERO), max(-moved, ZERO), max(held, ZERO), max(-held, ZERO)]
                totals = [total + figure for total, figure in zip(totals, figures, strict=True)]
                texts = [money(figure) if figure else "" for figure in figures]
                name = f"{account.name} ({account.code})"
                lines.append(row(name, *texts, attribute=("account", account.account_id)))
            if lines:
                rows.append(section(title, lines))
        rows.append(section("", [summary("Total", *map(money, totals))]))
        return self._report("Trial Balance", "TrialBalance", f"As at {long_day(day)}", rows)

    def bank_summary(self, call: Call) -> Json:
        """What came into and went out of each bank account between two days, in the base currency."""
        today = self._books.control.today()
        begin = self._day(call, "fromDate", today.replace(day=1))
        end = self._day(call, "toDate", today)
        opening = self._journal.balances(begin - timedelta(days=1))
        moved: dict[str, list[Decimal]] = {code: [ZERO, ZERO] for code in self._books.banks}
        for posting in self._journal.postings():
            if posting.code in moved and begin <= posting.on <= end:
                moved[posting.code][posting.amount < 0] += abs(posting.amount)
        rows, totals = [], [ZERO] * 4
        for code, (received, spent) in moved.items():
            start = opening.get(code, ZERO)
            figures = [start, received, spent, start + received - spent]
            totals = [total + figure for total, figure in zip(totals, figures, strict=True)]
            account = self._books.accounts[code]
            rows.append(row(account.name, *map(money, figures), attribute=("accountID", account.account_id)))
        head = header("Bank Accounts", "Opening Balance", "Cash Received", "Cash Spent", "Closing Balance")
        body = section("", [*rows, summary("Total", *map(money, totals))])
        when = f"From {long_day(begin)} to {long_day(end)}"
        return self._report("Bank Summary", "BankSummary", when, [head, body])

    def executive_summary(self, call: Call) -> Json:
        """The month at a glance beside the month before."""
        day = self._day(call, "date", self._books.control.today())
        end = day.replace(day=monthrange(day.year, day.month)[1])
        now, before = (
            figures(self._books, self._journal, until) for until in (end, day.replace(day=1) - timedelta(days=1))
        )
        rows = [header("", f"{end:%b %Y}", f"{months_earlier(end, 1):%b %Y}", "Variance")]
        for title, names in SECTIONS:
            lines = [row(n, shown(n, now[n]), shown(n, before[n]), change(now[n], before[n])) for n in names]
            rows.append(section(title, lines))
        return self._report("Executive Summary", "ExecutiveSummary", f"For the month of {end:%B %Y}", rows)

    def aged_receivables(self, call: Call) -> Json:
        """What one customer owes, document by document."""
        return self._aged(call, sales=True)

    def aged_payables(self, call: Call) -> Json:
        """What we owe one supplier, document by document."""
        return self._aged(call, sales=False)

    def _aged(self, call: Call, *, sales: bool) -> Json:
        contact = self._books.contacts.get(call.query.get("contactId", call.query.get("contactID", "")).lower())
        if contact is None:
            raise BadRequest("contactId of an existing contact must be given")
        day = self._day(call, "date", self._books.control.today())
        since = self._day(call, "fromDate", date.min)
        until = self._day(call, "toDate", day)
        name = "Receivables" if sales else "Payables"
        rows = aged_rows(self._books, contact.contact_id, sales=sales, day=day, since=since, until=until)
        report = self._report(
            f"Aged {name} By Contact", f"Aged{name}ByContact", f"Showing payments to {long_day(day)}", rows
        )
        report["Reports"][0]["ReportTitles"].insert(1, contact.name)
        return report
