"""One contact with its details: how it is reached, where it is, what is open with it."""

from __future__ import annotations

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Language, ToolRetry
from tools.inputs import ContactName
from tools.payee import masked
from tools.xero.books import Contact, DocumentKind
from tools.xero.contacts import left_with, left_words, role_word
from tools.xero.documents import contact_of
from tools.xero.links import contact_link
from tools.xero.master_data import ContactDetails, Phone, Place, Terms
from tools.xero.master_table import columns, table, told, with_link

_PHONES = {
    "DEFAULT": ("Phone", "Telefon"),
    "DDI": ("Direct dial", "Durchwahl"),
    "MOBILE": ("Mobile", "Mobil"),
    "FAX": ("Fax", "Fax"),
    "OFFICE": ("Office", "Büro"),
}
_PLACES = {"POBOX": ("Postal address", "Postanschrift"), "STREET": ("Street address", "Lieferanschrift")}
_TERMS = {
    "DAYSAFTERBILLDATE": ("{} days after the date", "{} Tage nach Datum"),
    "DAYSAFTERBILLMONTH": ("{} days after the end of the month", "{} Tage nach Monatsende"),
    "OFCURRENTMONTH": ("on day {} of the month", "am {}. des Monats"),
    "OFFOLLOWINGMONTH": ("on day {} of the following month", "am {}. des Folgemonats"),
}


@read_tool("xero")
async def get_contact(access: Access, contact_name: ContactName) -> ToolResult:
    """Show one contact's details: e-mail, phone, address, groups, payment terms, and what is open with them."""
    contact = await contact_of(access, contact_name)
    if contact is None:
        raise ToolRetry({"en": "Which contact?", "de": "Welcher Kontakt?"})
    details = await access.masters.contact_details(contact.id)
    invoices = await left_with(access, DocumentKind.INVOICE, [contact])
    bills = await left_with(access, DocumentKind.BILL, [contact])
    language = access.language
    lines = _lines(details, contact, language)
    open_now = [
        (words.say(language, "Owes us", "Schuldet uns"), left_words(invoices, contact, language)),
        (words.say(language, "We owe", "Wir schulden"), left_words(bills, contact, language)),
    ]
    lines += [(label, value) for label, value in open_now if value]
    link = contact_link(access.organisation.short_code, contact.id)
    shown = columns(access, (("what", "Detail", "Angabe"), ("value", "Value", "Wert")))
    rows = [with_link({"what": label, "value": value}, link) for label, value in lines]
    tables = [table(access, (details.name, details.name), shown, rows, access.now)]
    answer = _sentence(details, contact, [value for _, value in open_now], language)
    told_rows = [{"detail": label, "value": value} for label, value in _lines(details, contact, "en")]
    return told(
        access,
        answer,
        told_rows,
        access.now,
        tables,
        contact_name=words.visible(details.name),
        owes_us=left_words(invoices, contact, "en"),
        we_owe=left_words(bills, contact, "en"),
    )


def phone_words(phone: Phone) -> str:
    """A number as it is dialled."""
    return words.visible(" ".join(part for part in (phone.country, phone.area, phone.number) if part))


def place_words(place: Place) -> str:
    """An address in one line."""
    city = " ".join(part for part in (place.postal_code, place.city) if part)
    parts = (place.attention, place.line1, place.line2, place.line3, place.line4, city, place.region, place.country)
    return words.visible(", ".join(part for part in parts if part))


def place_label(place: Place, language: Language) -> str:
    """What kind of address it is."""
    return words.say(language, *_PLACES.get(place.kind, ("Address", "Anschrift")))


def _terms(terms: Terms, language: Language) -> str:
    return words.say(language, *_TERMS.get(terms.kind, ("{}", "{}"))).format(terms.day)


def _lines(details: ContactDetails, contact: Contact, language: Language) -> list[tuple[str, str]]:
    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    person = " ".join(part for part in (details.first_name, details.last_name) if part)
    lines = [
        (label("Role", "Rolle"), role_word(contact, language)),
        (label("Person", "Ansprechperson"), words.visible(person)),
        (label("E-mail", "E-Mail"), words.visible(details.email)),
        *((label(*_PHONES.get(phone.kind, ("Phone", "Telefon"))), phone_words(phone)) for phone in details.phones),
        *((place_label(place, language), place_words(place)) for place in details.places),
        (label("Account number", "Kunden-/Lieferantennummer"), words.visible(details.account_number)),
        (label("Tax number", "Steuernummer"), words.visible(details.tax_number)),
        (label("Groups", "Gruppen"), words.visible(", ".join(details.groups))),
    ]
    if details.sales_terms:
        lines.append((label("Invoices are due", "Rechnungen fällig"), _terms(details.sales_terms, language)))
    if details.bill_terms:
        lines.append((label("Bills are due", "Eingangsrechnungen fällig"), _terms(details.bill_terms, language)))
    lines.append((label("Bank account", "Bankverbindung"), masked(contact.iban)))
    return [(name, value) for name, value in lines if value]


def _sentence(details: ContactDetails, contact: Contact, left: list[str], language: Language) -> str:
    phone = next((said for phone in details.phones if (said := phone_words(phone))), "")
    place = next((place_words(place) for place in details.places if not place.is_empty), "")
    parts = [role_word(contact, language), words.visible(details.email), phone, place]
    if left[0]:
        parts.append(words.say(language, f"owes us {left[0]}", f"schuldet uns {left[0]}"))
    if left[1]:
        parts.append(words.say(language, f"we owe {left[1]}", f"wir schulden {left[1]}"))
    return f"{words.visible(details.name)}: {', '.join(part for part in parts if part)}"
