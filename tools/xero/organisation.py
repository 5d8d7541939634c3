"""The organisation itself: who it is, its currency, and until when its books are locked."""

from __future__ import annotations

from datetime import date

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Language
from tools.views import Column, Table
from tools.xero.books import OrganisationDetails
from tools.xero.documents import local


@read_tool("xero")
async def get_organisation(access: Access) -> ToolResult:
    """Details of the organisation in Xero: legal name, base currency, tax number, lock dates, time zone."""
    details = await access.live.organisation()
    facts = _facts(details)
    labels = _LABELS_DE if words.spoken(access.language) == "de" else _LABELS_EN
    return ToolResult(
        answer=f"{_sentence(access, details)} {words.as_of(access, access.now)}.",
        facts={
            "as_of": local(access, access.now).isoformat(timespec="seconds"),
            "organisation": {key: value for key, value in facts.items() if value},
        },
        tables=(
            Table(
                title=words.visible(details.name),
                columns=(
                    Column(key="label", label=words.say(access.language, "Detail", "Angabe")),
                    Column(key="value", label=words.say(access.language, "Value", "Wert")),
                ),
                rows=tuple(
                    {"label": labels[key], "value": _shown(key, value, access.language)}
                    for key, value in facts.items()
                    if value
                ),
                organisation=access.organisation.name,
                as_of=access.now,
                source="Xero",
                language=words.spoken(access.language),
            ),
        ),
    )


_LABELS_EN = {
    "name": "Name",
    "legal_name": "Legal name",
    "base_currency": "Base currency",
    "country": "Country",
    "tax_number": "Tax number",
    "registration_number": "Registration number",
    "financial_year_end": "Financial year ends",
    "period_lock_date": "Books locked until",
    "end_of_year_lock_date": "Year end locked until",
    "timezone": "Time zone",
    "demo": "Demo company",
}
_LABELS_DE = {
    "name": "Name",
    "legal_name": "Firma",
    "base_currency": "Basiswährung",
    "country": "Land",
    "tax_number": "Steuernummer",
    "registration_number": "Registernummer",
    "financial_year_end": "Geschäftsjahresende",
    "period_lock_date": "Buchungen gesperrt bis",
    "end_of_year_lock_date": "Jahresabschluss gesperrt bis",
    "timezone": "Zeitzone",
    "demo": "Demofirma",
}


def _facts(details: OrganisationDetails) -> dict[str, str]:
    return {
        "name": details.name,
        "legal_name": details.legal_name,
        "base_currency": details.base_currency,
        "country": details.country,
        "tax_number": details.tax_number,
        "registration_number": details.registration_number,
        "financial_year_end": details.financial_year_end,
        "period_lock_date": details.period_lock_date.isoformat() if details.period_lock_date else "",
        "end_of_year_lock_date": details.end_of_year_lock_date.isoformat() if details.end_of_year_lock_date else "",
        "timezone": details.timezone,
        "demo": "yes" if details.is_demo else "",
    }


def _shown(key: str, value: str, language: Language) -> str:
    """A fact as the person reads it: days and yes in their language."""
    if key in ("period_lock_date", "end_of_year_lock_date"):
        return words.day(date.fromisoformat(value), language)
    if key == "financial_year_end":
        ends = date.fromisoformat(f"2024-{value}")  # a leap year: 29 February is somebody's year end
        return words.day(ends, language).replace("2024", "").strip()
    if key == "demo":
        return words.say(language, "yes", "ja")
    return words.visible(value)


def _sentence(access: Access, details: OrganisationDetails) -> str:
    language = access.language
    name = words.visible(details.legal_name or details.name)
    text = words.say(
        language,
        f"{name} keeps its books in {details.base_currency}",
        f"{name} führt die Bücher in {details.base_currency}",
    )
    locked = max((day for day in (details.period_lock_date, details.end_of_year_lock_date) if day), default=None)
    if locked:
        text += words.say(
            language, f"; locked up to {words.day(locked, 'en')}", f"; gesperrt bis {words.day(locked, 'de')}"
        )
    return text
