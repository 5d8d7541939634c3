"""Makes the demo company's quotes, purchase orders, repeating invoices and contact groups.

Chance here has topics of its own, so that the documents and the bank of a company are the same with and without them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sandbox.company.chart import NO_TAX, REDUCED_IN, REDUCED_OUT, STANDARD_IN, STANDARD_OUT
from sandbox.company.making import Making, first_of_month, total_of, working_day
from sandbox.company.papers import Group, Order, OrderStatus, Paperwork, Quote, QuoteStatus, Repeating, Schedule
from sandbox.company.people import keys
from sandbox.company.shape import Company, Contact, DocumentKind, Line

# contact | days ago | valid for days | status | title | what is offered: account, item, quantity, unit price
_QUOTES = """
kranich|118|30|INVOICED|Book series, six covers|200 DESIGN-H 42 98.00;203 PRINT-BOOK 300 6.80
alster|96|21|INVOICED|Sales brochure Hafenquartier|200 DESIGN-H 30 98.00;203 PRINT-BOOK 500 6.80
moosbach|87|30|DECLINED|Citizens' portal, concept|201 DEV-H 85 112.00;204 WORKSHOP-D 1 1900.00
fjord|71|14|INVOICED|Summer catalogue, layout|200 DESIGN-H 36 98.00
bramble|58|30|DECLINED|Rebranding|200 DESIGN-H 64 105.00;204 WORKSHOP-D 1 1900.00
tannen|44|30|SENT|Wayfinding for the new wing|200 DESIGN-H 110 98.00
grünwerk|33|45|ACCEPTED|Customer app, second stage|201 DEV-H 140 112.00;200 DESIGN-H 24 98.00
orchidee|26|30|ACCEPTED|Packaging, spring line|200 DESIGN-H 28 98.00;203 PRINT-BOOK 120 6.80
vanderveen|17|30|SENT|Webshop, relaunch|201 DEV-H 96 112.00
polaris|9|21|SENT|Course material 2027|200 DESIGN-H 18 98.00;203 PRINT-BOOK 400 6.80
hooli|4|30|DRAFT|Prototype, third part|201 DEV-H 52 112.00
winzer|1|30|DRAFT|Labels, new vintage|200 DESIGN-H 9 98.00
"""

# contact | days ago | delivery in days | status | account | tax | what is ordered: text, quantity, unit price
_ORDERS = """
bergmann|102|12|BILLED|311|INPUT|Brochures Hafenquartier~500~3.10
depot|79|4|BILLED|453|INPUT|Copy paper, box~12~28.40;Toner, black~3~84.90
typehaus|61|1|BILLED|312|TAX002|Typeface licence, ten seats~1~340.00
bergmannei|40|18|AUTHORISED|311|INPUT|Book covers, embossed~600~2.35
holzweg|29|35|AUTHORISED|710|INPUT|Meeting table, oak~1~2890.00;Shelf, to measure~4~610.00
fotoalm|21|2|AUTHORISED|312|NONE|Pictures, alpine series~14~38.00
obrien|12|20|SUBMITTED|311|NONE|Letterpress cards~1500~0.92
kopierwerk|8|5|SUBMITTED|311|INPUT|Plots A0~16~21.50
rossi|5|24|DRAFT|311|NONE|Cotton paper, reams~20~47.80
mueller|2|10|DRAFT|457|INPUT|Network switch~2~318.00
"""

_GROUPS = """
Retainer customers|grünwerk moosbach alster polaris kranich
Freelancers|krueger okafor santos nguyen weber1 weber2
Printers|bergmann bergmannei kopierwerk rossi obrien
"""

# contact | kind | status | unit | period | due days | begun months ago | ends in months | account | net | text
_REPEATING = """
grünwerk|ACCREC|AUTHORISED|MONTHLY|1|30|14||202|1450.00|Monthly care, brand and website [Month] [Year]
moosbach|ACCREC|AUTHORISED|MONTHLY|1|30|9|15|202|3900.00|Monthly care with design days [Month] [Year]
polaris|ACCREC|DRAFT|MONTHLY|3|14|6||202|980.00|Course material, quarterly upkeep
hofgarten|ACCPAY|AUTHORISED|MONTHLY|1|7|17||469|2650.00|Miete Atelier Lindenhof [Month] [Year]
blitzblank|ACCPAY|AUTHORISED|WEEKLY|2|14|11||408|165.00|Studio cleaning, fortnight to [Day] [Month]
pixelcloud|ACCPAY|DRAFT|MONTHLY|12|14|5||455|780.00|Design suite, yearly seats
"""

_TERMS = "Valid until the day named above. Half on order, half on delivery; plus VAT where it is due."


def paperwork(company: Company) -> Paperwork:
    """The papers of this company; the same company always has the same."""
    making = Making(company.seed, company.today, company.scale)
    by_id = {contact.contact_id: contact for contact in company.contacts}
    sold = {item.code: item.name for item in company.items}
    contacts = {key: by_id[making.new_id(f"contact/{key}")] for key in keys()}
    begun = datetime(company.books_begin.year, company.books_begin.month, 1, 8, 30, tzinfo=UTC)
    return Paperwork(
        quotes=tuple(_quote(making, contacts, sold, place, row) for place, row in enumerate(_rows(_QUOTES), 1)),
        orders=tuple(_order(making, contacts, place, row) for place, row in enumerate(_rows(_ORDERS), 1)),
        groups=tuple(_group(making, contacts, row, begun) for row in _rows(_GROUPS)),
        repeating=tuple(_repeating(making, contacts, row) for row in _rows(_REPEATING)),
    )


def _rows(table: str) -> list[str]:
    return table.strip().splitlines()


def _day(making: Making, days_ago: str) -> date:
    return min(working_day(making.today - timedelta(days=int(days_ago))), making.today)


def _moved_on(making: Making, name: str, on: date, status: str) -> datetime:
    """When the paper came to its status: a draft on the day itself, the rest some days later."""
    rng = making.rng(f"moment/{name}")
    later = 0 if status in ("DRAFT", "SUBMITTED") else rng.randrange(1, 6)
    return making.moment(min(on + timedelta(days=later), making.today), rng)


def _quote(making: Making, contacts: dict[str, Contact], sold: dict[str, str], place: int, row: str) -> Quote:
    key, ago, valid, status, title, offered = row.split("|")
    contact, on, name = contacts[key], _day(making, ago), f"quote/{place}"
    rng = making.rng(name)
    lines = []
    for number, part in enumerate(offered.split(";")):
        account, item, quantity, price = part.split()
        tax_type = REDUCED_OUT if account == "203" else STANDARD_OUT
        if contact.tax_free:
            account, tax_type = "205", NO_TAX
        net = Decimal(price) * Decimal(quantity)
        team = {"DEV-H": "Digital", "PRINT-BOOK": "Print"}.get(item, "Branding")
        line = making.line(
            f"{name}/{number}",
            f"{title}: {sold[item]}",
            net,
            account,
            tax_type,
            quantity=Decimal(quantity),
            item=item,
            team=team,
        )
        lines.append(line)
    subtotal, tax = _sums(lines)
    return Quote(
        quote_id=making.new_id(name),
        number=f"QU-{place:04d}",
        status=QuoteStatus(status),
        contact_id=contact.contact_id,
        date=on,
        expiry_date=on + timedelta(days=int(valid)),
        title=title,
        summary=f"Thank you for asking us, {contact.first_name} {contact.last_name}.",
        terms=_TERMS,
        reference=rng.choice(("", "by telephone", f"RFQ {rng.randrange(100, 999)}")),
        currency=contact.currency,
        rate=making.rate(contact.currency, on),
        line_amounts="Exclusive",
        lines=tuple(lines),
        subtotal=subtotal,
        tax=tax,
        total=subtotal + tax,
        updated_at=_moved_on(making, name, on, status),
    )


def _order(making: Making, contacts: dict[str, Contact], place: int, row: str) -> Order:
    key, ago, delivered_in, status, account, tax_type, ordered = row.split("|")
    contact, on, name = contacts[key], _day(making, ago), f"purchase order/{place}"
    rng = making.rng(name)
    lines = []
    for number, part in enumerate(ordered.split(";")):
        text, quantity, price = part.split("~")
        net = Decimal(price) * Decimal(quantity)
        lines.append(making.line(f"{name}/{number}", text, net, account, tax_type, quantity=Decimal(quantity)))
    subtotal, tax = _sums(lines)
    delivery = working_day(on + timedelta(days=int(delivered_in)))
    return Order(
        order_id=making.new_id(name),
        number=f"PO-{place:04d}",
        status=OrderStatus(status),
        contact_id=contact.contact_id,
        date=on,
        delivery_date=delivery,
        arrival_date=delivery if status in ("AUTHORISED", "BILLED") else None,
        delivery_address="Lindenhof 7, 10115 Berlin, Germany",
        attention_to=rng.choice(("Paul Peters", "Max Maurer")),
        telephone="+49 30 5550 142",
        instructions=rng.choice(("", "Second courtyard, ring at the studio", "Please call half an hour before")),
        reference=rng.choice(("", f"Angebot {rng.randrange(1000, 9999)}")),
        sent=status in ("AUTHORISED", "BILLED"),
        currency=contact.currency,
        rate=making.rate(contact.currency, on),
        line_amounts="Exclusive",
        lines=tuple(lines),
        subtotal=subtotal,
        tax=tax,
        total=subtotal + tax,
        updated_at=_moved_on(making, name, on, status),
    )


def _group(making: Making, contacts: dict[str, Contact], row: str, begun: datetime) -> Group:
    name, members = row.split("|")
    ids = tuple(contacts[key].contact_id for key in members.split())
    return Group(making.new_id(f"group/{name}"), name, ids, "ACTIVE", begun)


def _repeating(making: Making, contacts: dict[str, Contact], row: str) -> Repeating:
    key, kind, status, unit, period, due_days, begun, ends, account, net, text = row.split("|")
    contact, name, every = contacts[key], f"repeating/{key}", int(period)
    start = first_of_month(making.today, int(begun))
    usual = STANDARD_OUT if kind == "ACCREC" else REDUCED_IN if account == "485" else STANDARD_IN
    line = making.line(f"{name}/0", text, Decimal(net), account, NO_TAX if contact.tax_free else usual)
    subtotal, tax = _sums([line])
    return Repeating(
        repeating_id=making.new_id(name),
        kind=DocumentKind(kind),
        status="AUTHORISED" if status == "AUTHORISED" else "DRAFT",
        contact_id=contact.contact_id,
        schedule=Schedule(
            period=every,
            unit="WEEKLY" if unit == "WEEKLY" else "MONTHLY",
            due_days=int(due_days),
            start_date=start,
            next_date=_next(start, unit, every, making.today),
            end_date=first_of_month(making.today, -int(ends)) if ends else None,
        ),
        reference="" if kind == "ACCPAY" else f"Contract {making.rng(name).randrange(100, 999)}",
        approved_for_sending=kind == "ACCREC" and status == "AUTHORISED",
        currency=contact.currency,
        line_amounts="Exclusive",
        lines=(line,),
        subtotal=subtotal,
        tax=tax,
        total=subtotal + tax,
        updated_at=making.moment(start, making.rng(f"moment/{name}")),
    )


def _next(start: date, unit: str, every: int, today: date) -> date:
    """The first day of the schedule after today."""
    day, turns = start, 0
    while day <= today:
        turns += 1
        day = start + timedelta(weeks=every * turns) if unit == "WEEKLY" else first_of_month(start, -every * turns)
    return day


def _sums(lines: list[Line]) -> tuple[Decimal, Decimal]:
    return total_of(line.line_amount for line in lines), total_of(line.tax_amount for line in lines)
