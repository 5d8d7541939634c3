"""The chart of accounts, tax rates, items and opening balances of the demo company."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from sandbox.company.shape import Item, LedgerAccount, OpeningBalance, TaxRate, TrackingCategory

SOLARIS, SAVINGS, POUNDS = "090", "091", "092"
RECEIVABLES, PAYABLES, VAT, ROUNDING = "610", "800", "820", "860"
WAGES_PAYABLE, WAGE_TAX, SOCIAL_SECURITY = "803", "825", "826"
REALISED_GAINS, RETAINED_EARNINGS = "499", "960"

STANDARD_OUT, STANDARD_IN, REDUCED_OUT, REDUCED_IN, NO_TAX = "OUTPUT", "INPUT", "TAX001", "TAX002", "NONE"

TAX_RATES = (
    TaxRate(STANDARD_OUT, "Umsatzsteuer 19 %", Decimal(19), "OUTPUT"),
    TaxRate(STANDARD_IN, "Vorsteuer 19 %", Decimal(19), "INPUT"),
    TaxRate(REDUCED_OUT, "Umsatzsteuer 7 %", Decimal(7), "OUTPUT"),
    TaxRate(REDUCED_IN, "Vorsteuer 7 %", Decimal(7), "INPUT"),
    TaxRate(NO_TAX, "Steuerfrei 0 %", Decimal(0), "NONE"),
)
PERCENT = {rate.tax_type: rate.percent for rate in TAX_RATES}

# code | name | type | class | tax type | system account | payments enabled
_CHART = """
090|Solaris Geschäftskonto|BANK|ASSET|NONE||
091|Nordlicht Tagesgeld|BANK|ASSET|NONE||
092|Harbour GBP Account|BANK|ASSET|NONE||
200|Design services|REVENUE|REVENUE|OUTPUT||
201|Web and app projects|REVENUE|REVENUE|OUTPUT||
202|Retainers|REVENUE|REVENUE|OUTPUT||
203|Printed matter|REVENUE|REVENUE|TAX001||
204|Workshops|REVENUE|REVENUE|OUTPUT||
205|Services abroad, reverse charge|REVENUE|REVENUE|NONE||
260|Other revenue|OTHERINCOME|REVENUE|OUTPUT||
270|Interest income|OTHERINCOME|REVENUE|NONE||
310|Freelancers|DIRECTCOSTS|EXPENSE|INPUT||
311|Printing and production|DIRECTCOSTS|EXPENSE|INPUT||
312|Images and typefaces|DIRECTCOSTS|EXPENSE|TAX002||
313|Hosting for clients|DIRECTCOSTS|EXPENSE|INPUT||
400|Advertising|EXPENSE|EXPENSE|INPUT||
404|Bank fees|EXPENSE|EXPENSE|NONE||
408|Cleaning|EXPENSE|EXPENSE|INPUT||
412|Tax adviser and bookkeeping|EXPENSE|EXPENSE|INPUT||
416|Depreciation|DEPRECIATN|EXPENSE|NONE||
420|Entertaining|EXPENSE|EXPENSE|INPUT||
421|Gifts|EXPENSE|EXPENSE|INPUT||
425|Freight and courier|EXPENSE|EXPENSE|INPUT||
429|General expenses|EXPENSE|EXPENSE|INPUT||
433|Insurance|EXPENSE|EXPENSE|NONE||
437|Interest expense|EXPENSE|EXPENSE|NONE||
441|Legal advice|EXPENSE|EXPENSE|INPUT||
445|Electricity and heating|EXPENSE|EXPENSE|INPUT||
449|Vehicle|EXPENSE|EXPENSE|INPUT||
453|Office supplies|EXPENSE|EXPENSE|INPUT||
455|Software subscriptions|EXPENSE|EXPENSE|INPUT||
457|Small equipment|EXPENSE|EXPENSE|INPUT||
461|Training|EXPENSE|EXPENSE|INPUT||
463|Repairs and IT support|EXPENSE|EXPENSE|INPUT||
469|Rent|EXPENSE|EXPENSE|INPUT||
477|Salaries|EXPENSE|EXPENSE|NONE||
478|Social security, employer|EXPENSE|EXPENSE|NONE||
485|Books and journals|EXPENSE|EXPENSE|TAX002||
489|Telephone and internet|EXPENSE|EXPENSE|INPUT||
493|Travel, domestic|EXPENSE|EXPENSE|TAX002||
494|Travel, abroad|EXPENSE|EXPENSE|NONE||
497|Bank revaluations|EXPENSE|EXPENSE|NONE|BANKCURRENCYGAIN|
498|Unrealised currency gains|EXPENSE|EXPENSE|NONE|UNREALISEDCURRENCYGAIN|
499|Realised currency gains|EXPENSE|EXPENSE|NONE|REALISEDCURRENCYGAIN|
505|Income taxes|EXPENSE|EXPENSE|NONE||
610|Accounts receivable|CURRENT|ASSET|NONE|DEBTORS|
620|Prepaid expenses|CURRENT|ASSET|NONE||
640|Rent deposit|CURRENT|ASSET|NONE||
710|Office equipment|FIXED|ASSET|INPUT||
711|Depreciation of office equipment|FIXED|ASSET|NONE||
720|Computers|FIXED|ASSET|INPUT||
721|Depreciation of computers|FIXED|ASSET|NONE||
800|Accounts payable|CURRLIAB|LIABILITY|NONE|CREDITORS|
803|Wages payable|CURRLIAB|LIABILITY|NONE|WAGEPAYABLES|
820|VAT|CURRLIAB|LIABILITY|NONE|GST|
825|Wage tax payable|CURRLIAB|LIABILITY|NONE||
826|Social security payable|CURRLIAB|LIABILITY|NONE||
840|Historical adjustment|CURRLIAB|LIABILITY|NONE|HISTORICAL|
850|Company card, clearing|CURRLIAB|LIABILITY|NONE||1
860|Rounding|CURRLIAB|LIABILITY|NONE|ROUNDING|
880|Loan from shareholder|TERMLIAB|LIABILITY|NONE||1
960|Retained earnings|EQUITY|EQUITY|NONE|RETAINEDEARNINGS|
970|Share capital|EQUITY|EQUITY|NONE||
"""


def accounts(new_id: Callable[[str], str]) -> tuple[LedgerAccount, ...]:
    """The chart of accounts; ids follow from the code."""
    chart = []
    for row in _CHART.strip().splitlines():
        code, name, kind, group, tax_type, system, payments = row.split("|")
        chart.append(
            LedgerAccount(
                account_id=new_id(f"account/{code}"),
                code=code,
                name=name,
                type=kind,
                account_class=group,
                tax_type=tax_type,
                description="",
                system_account=system,
                payments_enabled=bool(payments),
            )
        )
    return tuple(chart)


def items(new_id: Callable[[str], str]) -> tuple[Item, ...]:
    """What the studio sells by the hour or by the piece."""
    rows = (
        ("DESIGN-H", "Design, hour", "Design work by the hour", "98.00", "200", STANDARD_OUT),
        ("DEV-H", "Development, hour", "Front-end development by the hour", "112.00", "201", STANDARD_OUT),
        ("RETAINER-S", "Retainer small", "Monthly care of brand and website", "1450.00", "202", STANDARD_OUT),
        ("RETAINER-L", "Retainer large", "Monthly care with design days", "3900.00", "202", STANDARD_OUT),
        ("PRINT-BOOK", "Printed brochure", "Brochures, printed and bound", "6.80", "203", REDUCED_OUT),
        ("WORKSHOP-D", "Workshop day", "Workshop with two facilitators", "1900.00", "204", STANDARD_OUT),
    )
    return tuple(
        Item(new_id(f"item/{code}"), code, name, text, Decimal(price), account, tax)
        for code, name, text, price, account, tax in rows
    )


def tracking(new_id: Callable[[str], str]) -> tuple[TrackingCategory, ...]:
    """The teams by which sales are split."""
    teams = tuple((new_id(f"team/{name}"), name) for name in ("Branding", "Digital", "Print"))
    return (TrackingCategory(new_id("tracking/team"), "Team", teams),)


def opening() -> tuple[OpeningBalance, ...]:
    """The closing balance sheet of the time before these books; debits positive, in euros, sums to zero."""
    known = (
        (SOLARIS, "86420.55"),
        (SAVINGS, "40000.00"),
        (POUNDS, "9302.33"),
        ("640", "7200.00"),
        ("710", "18400.00"),
        ("711", "-7360.00"),
        ("720", "22950.00"),
        ("721", "-9180.00"),
        (VAT, "-6120.40"),
        (WAGE_TAX, "-4380.00"),
        ("880", "-20000.00"),
        ("970", "-25000.00"),
    )
    rest = -sum((Decimal(amount) for _, amount in known), Decimal(0))
    rows = [OpeningBalance(code, Decimal(amount)) for code, amount in known]
    return (*rows, OpeningBalance(RETAINED_EARNINGS, rest))
