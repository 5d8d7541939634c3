"""Solaris over HTTP, reading: accounts, balances and bookings with the partner's client credentials.

Source: docs.solarisgroup.com, API reference (authentication; requests and responses; errors; account management).
Tokens live one hour and there is no refresh token; lists are bare arrays, counted in the `total` header; amounts are
integer cents; unknown query parameters are ignored silently, so that every filter is applied here once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from tools.errors import (
    NO_SUCH_RECORD,
    ConnectionLost,
    ProviderBusy,
    ProviderRefused,
    ProviderUnavailable,
    ToolFailed,
    bad_credentials,
    not_accepted,
)
from tools.money import Money
from tools.solaris.bank import BankAccount, Booking
from tools.tls import trust
from tools.trouble import UNREADABLE, error_status, exception_trouble

API_URL = "https://api.solarisbank.de"
AUTH_URL = "https://auth.solarisbank.de"
_ACCOUNTS_PAGE = 200
_BOOKINGS_PAGE = 1000
_MOST_PAGES = 200
_AT_ONCE = 4
_EARLY = timedelta(seconds=60)
"""A token is renewed this long before its hour is over."""


@dataclass(frozen=True, slots=True)
class SolarisPartner:
    """The partner's credentials and hosts; `business_id` limits the accounts to those of one business."""

    client_id: str
    client_secret: str = field(repr=False)
    business_id: str = ""
    api_url: str = API_URL
    auth_url: str = AUTH_URL


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Token(_Wire):
    access_token: str
    expires_in: int = 3600


class _Cents(_Wire):
    value: int
    currency: str
    unit: Literal["cents"] = "cents"

    @property
    def money(self) -> Money:
        return Money.from_minor(self.value, self.currency)


class _Account(_Wire):
    id: str
    iban: str = ""
    purpose: str | None = None
    type: str = ""
    currency: str
    status: str = "ACTIVE"
    locking_status: str = "NO_BLOCK"


class _Balance(_Wire):
    balance: _Cents
    available_balance: _Cents


class _Booking(_Wire):
    id: str
    booking_type: str = ""
    amount: _Cents
    description: str | None = None
    recipient_name: str | None = None
    recipient_iban: str | None = None
    sender_name: str | None = None
    sender_iban: str | None = None
    end_to_end_id: str | None = None
    booking_date: date
    valuta_date: date | None = None


T = TypeVar("T")
_TOKEN = TypeAdapter(_Token)
_BALANCE = TypeAdapter(_Balance)
_ACCOUNTS = TypeAdapter(list[_Account])
_BOOKINGS = TypeAdapter(list[_Booking])


class SolarisBank:
    """The bank, reading; implements `Bank`."""

    def __init__(
        self,
        partner: SolarisPartner,
        *,
        connect_seconds: float = 5.0,
        read_seconds: float = 20.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._partner = partner
        self._clock = clock
        self._read_seconds = read_seconds
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(read_seconds, connect=connect_seconds),
            verify=trust(partner.api_url, partner.auth_url),
        )
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._signing_in = asyncio.Lock()
        self._token = ""
        self._token_until = datetime.min.replace(tzinfo=UTC)

    async def close(self) -> None:
        """Closes its connections."""
        await self._http.aclose()

    async def accounts(self) -> list[BankAccount]:
        """The company's accounts with balances. Raises ToolFailed kinds."""
        business = self._partner.business_id
        path = f"/v1/businesses/{business}/accounts" if business else "/v1/accounts"
        found = await self._all(path, {}, _ACCOUNTS, _ACCOUNTS_PAGE)
        balances = await asyncio.gather(*(self._balance(account.id) for account in found))
        return [
            BankAccount(
                id=account.id,
                name=account.purpose or account.type.replace("_", " ").capitalize(),
                iban=account.iban,
                currency=account.currency,
                status=account.status,
                locking_status=account.locking_status,
                booked=balance.balance.money,
                available=balance.available_balance.money,
            )
            for account, balance in zip(found, balances, strict=True)
        ]

    async def bookings(self, account_id: str, *, since: date | None, until: date | None) -> list[Booking]:
        """Every booking in the range (both days included), newest first."""
        asked = {}
        if since is not None:
            asked["filter[booking_date][min]"] = since.isoformat()
        if until is not None:
            asked["filter[booking_date][max]"] = until.isoformat()
        path = f"/v1/accounts/{_path_part(account_id)}/bookings"
        found = [
            _shape(one)
            for one in await self._all(path, asked, _BOOKINGS, _BOOKINGS_PAGE)
            if (since is None or one.booking_date >= since) and (until is None or one.booking_date <= until)
        ]
        return sorted(found, key=lambda one: (one.booked_on, one.id), reverse=True)

    async def _balance(self, account_id: str) -> _Balance:
        answer = await self._get(f"/v1/accounts/{_path_part(account_id)}/balance", {})
        return _read(_BALANCE, answer)

    async def _all(self, path: str, asked: dict[str, str], shape: TypeAdapter[list[Any]], size: int) -> list[Any]:
        """Every page of a list, each record once: one that is booked meanwhile shifts the pages."""
        found: dict[str, Any] = {}
        for number in range(1, _MOST_PAGES + 1):
            answer = await self._get(path, {**asked, "page[number]": str(number), "page[size]": str(size)})
            page = _read(shape, answer)
            found.update((one.id, one) for one in page)
            total = answer.headers.get("total", "")
            if len(page) < size and not (total.isdigit() and len(found) < int(total) and page):
                return list(found.values())
        raise ToolFailed(
            {
                "en": "Solaris has more bookings than can be read at once. Nothing was changed. "
                "Ask for a shorter period.",
                "de": "Solaris hat mehr Buchungen, als sich auf einmal lesen lassen. Es wurde nichts geändert. "
                "Bitte nach einem kürzeren Zeitraum fragen.",
            }
        )

    async def _get(self, path: str, asked: dict[str, str]) -> httpx.Response:
        """One answer, with a fresh token if the bank does not take the one at hand."""
        answer = await self._send(path, asked, await self._bearer(refused=""))
        if answer.status_code == 401:
            answer = await self._send(path, asked, await self._bearer(refused=self._token))
        if answer.status_code == 200:
            return answer
        raise self._problem(answer)

    async def _send(self, path: str, asked: dict[str, str], token: str) -> httpx.Response:
        url = f"{self._partner.api_url.rstrip('/')}{path}"
        async with self._places:
            try:
                return await self._http.get(url, params=asked, headers={"Authorization": f"Bearer {token}"})
            except httpx.HTTPError as problem:
                raise self._silent(problem) from problem

    async def _bearer(self, *, refused: str) -> str:
        """The token at hand, or a new one when it is about to end or was refused; one sign-in at a time."""
        async with self._signing_in:
            if self._token and self._token != refused and self._clock() < self._token_until:
                return self._token
            credentials = httpx.BasicAuth(self._partner.client_id, self._partner.client_secret)
            form = {"grant_type": "client_credentials", "scope": "partners"}
            try:
                answer = await self._http.post(
                    f"{self._partner.auth_url.rstrip('/')}/oauth2/token", data=form, auth=credentials
                )
            except httpx.HTTPError as problem:
                raise self._silent(problem) from problem
            if answer.status_code in (400, 401, 403):
                raise ProviderRefused("Solaris", said=bad_credentials(), status=answer.status_code)
            if answer.status_code != 200:
                raise self._problem(answer)
            token = _read(_TOKEN, answer)
            self._token = token.access_token
            self._token_until = self._clock() + timedelta(seconds=token.expires_in) - _EARLY
            return self._token

    def _silent(self, problem: httpx.HTTPError) -> ProviderUnavailable:
        """The error for a request without a whole answer."""
        return ProviderUnavailable("Solaris", trouble=exception_trouble(problem, seconds=self._read_seconds))

    def _problem(self, answer: httpx.Response) -> ToolFailed:
        """The error that an answer stands for, in the bank's own words where it gives any."""
        status = answer.status_code
        if status == 401:
            return ConnectionLost("Solaris")
        if status in (429, 503) and (status == 429 or "Retry-After" in answer.headers):
            wait = answer.headers.get("Retry-After", "")
            seconds = int(wait) if wait.isdigit() else 60
            return ProviderBusy("Solaris", until=self._clock() + timedelta(seconds=seconds), limit="call")
        if 400 <= status < 500:
            return ProviderRefused("Solaris", said=_said(answer) or not_accepted(status), status=status)
        return ProviderUnavailable("Solaris", trouble=error_status(status))


def _read(shape: TypeAdapter[T], answer: httpx.Response) -> T:
    try:
        return shape.validate_json(answer.content)
    except (ValidationError, RecursionError):
        raise ProviderUnavailable("Solaris", trouble=UNREADABLE) from None


def _path_part(text: str) -> str:
    """An id that may stand in an address. Raises ProviderRefused for anything else."""
    if not text.isalnum() or not text.isascii():
        raise ProviderRefused("Solaris", said=NO_SUCH_RECORD, status=404)
    return text


def _shape(one: _Booking) -> Booking:
    """A booking as tools see it: the counterparty is the recipient of money out, the sender of money in."""
    out = one.amount.value < 0
    return Booking(
        id=one.id,
        booked_on=one.booking_date,
        valuta_on=one.valuta_date or one.booking_date,
        type=one.booking_type,
        amount=one.amount.money,
        counterparty=(one.recipient_name if out else one.sender_name) or "",
        counterparty_iban=(one.recipient_iban if out else one.sender_iban) or "",
        description=one.description or "",
        end_to_end_id=one.end_to_end_id or "",
    )


def _said(answer: httpx.Response) -> str:
    """What the bank says against a request: the details of its errors, one after the other."""
    try:
        body = answer.json()
    except ValueError:
        return ""
    errors = body.get("errors") if isinstance(body, dict) else None
    details = [
        str(error.get("detail") or error.get("title") or "")[:200]
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict)
    ]
    return " ".join(text if text.endswith(".") else f"{text}." for text in details if text)
