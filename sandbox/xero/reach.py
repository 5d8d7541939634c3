"""How a contact is reached: its usual phone number and its two addresses, as clients send and read them.

Kept here are one phone number and of each address its first line, postal code, city and country; what cannot be kept
is refused rather than dropped.
"""

from __future__ import annotations

from typing import Any

from sandbox.xero.records import Contact
from sandbox.xero.refusals import Invalid, echo
from sandbox.xero.wire import Json, text_of

_PLACE = ("AddressLine1", "PostalCode", "City", "Country")
_LONGEST = {"AddressLine1": 500, "PostalCode": 50, "City": 255, "Country": 50}
_UNKEPT = ("AddressLine2", "AddressLine3", "AddressLine4", "Region", "AttentionTo")
_LONGEST_PHONE = 50


def reach_sent(body: Json) -> dict[str, Any]:
    """The fields of a contact that a body's phones and addresses give. Raises Invalid."""
    found: dict[str, Any] = {}
    for phone in _listed(body, "Phones"):
        number = " ".join(
            part for name in ("PhoneCountryCode", "PhoneAreaCode", "PhoneNumber") if (part := text_of(phone, name))
        )
        if text_of(phone, "PhoneType").upper() == "DEFAULT":
            found["phone"] = number
        elif number:
            raise Invalid(echo(body, "Only the DEFAULT phone number is kept in this sandbox"))
        if len(text_of(phone, "PhoneNumber")) > _LONGEST_PHONE:
            raise Invalid(echo(body, f"The PhoneNumber must not be longer than {_LONGEST_PHONE} characters"))
    for address in _listed(body, "Addresses"):
        found |= _place(body, address)
    return found


def _place(body: Json, address: Json) -> dict[str, Any]:
    for name in _UNKEPT:
        if text_of(address, name):
            raise Invalid(echo(body, f"{name} is not kept in this sandbox"))
    for name, longest in _LONGEST.items():
        if len(text_of(address, name)) > longest:
            raise Invalid(echo(body, f"The {name} must not be longer than {longest} characters"))
    line, code, city, country = (text_of(address, name).strip() for name in _PLACE)
    if not all(char.isascii() and (char.isalpha() or char == " ") for char in country):
        raise Invalid(echo(body, "The Country must be of the letters A to Z"))
    match text_of(address, "AddressType").upper():
        case "STREET":
            return {"street": line, "postal_code": code, "city": city, "country_code": country}
        case "POBOX":
            return {"postal": (line, code, city, country)}
        case other:
            raise Invalid(echo(body, f"AddressType '{other}' is not valid"))


def _listed(body: Json, name: str) -> list[Json]:
    sent = body.get(name)
    return [one for one in sent if isinstance(one, dict)] if isinstance(sent, list) else []


def postal_shown(contact: Contact) -> Json:
    """The postal address, bare where there is none."""
    if not any(contact.postal):
        return {"AddressType": "POBOX"}
    return {"AddressType": "POBOX", **dict(zip(_PLACE, contact.postal, strict=True))}
