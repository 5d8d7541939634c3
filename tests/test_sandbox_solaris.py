"""The Solaris stand-in over real HTTP: login, account, balance and bookings that tie, paging, filters, errors."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.company import generate
from tests.support.sandbox import RunningProvider, run_sandbox

TODAY = "2026-11-22"
PARTNER = ("sandbox-solaris", "sandbox-solaris-secret")


@pytest.fixture(scope="module")
def solaris() -> Iterator[RunningProvider]:
    with run_sandbox("solaris", today=TODAY) as provider:
        yield provider


def log_in(url: str) -> httpx.Client:
    form = {"grant_type": "client_credentials", "scope": "partners"}
    answer = httpx.post(f"{url}/oauth2/token", data=form, auth=PARTNER).raise_for_status().json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {answer['access_token']}"})


@pytest.fixture(scope="module")
def bank(solaris: RunningProvider) -> Iterator[httpx.Client]:
    with log_in(solaris.url) as client:
        yield client


@pytest.fixture(scope="module")
def account(bank: httpx.Client) -> str:
    return f"/v1/accounts/{bank.get('/v1/accounts').json()[0]['id']}"


def every(bank: httpx.Client, path: str, **query: str) -> list[dict[str, Any]]:
    """Every page, by following the link header as a client of the vendor does."""
    rows: list[dict[str, Any]] = []
    address: str | None = str(httpx.URL(path, params={"page[size]": "200", **query}))
    while address:
        answer = bank.get(address).raise_for_status()
        rows += answer.json()
        address = answer.links.get("next", {}).get("url")
    return rows


def error_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code, having checked the vendor's shape."""
    [error] = answer.json()["errors"]
    assert set(error) == {"id", "status", "code", "title", "detail", "source"}
    assert error["status"] == answer.status_code
    assert re.fullmatch(r"[0-9a-f]{32}ex", error["id"])
    assert set(error["source"]) == {"field", "message"}
    return answer.status_code, error["code"]


def test_account_belongs_to_the_demo_company(bank: httpx.Client, account: str) -> None:
    [entry] = bank.get("/v1/accounts").json()
    assert "balance" not in entry, "lists carry no balance"
    assert entry["type"] == "CHECKING_BUSINESS"
    assert entry["id"].endswith("cacc")
    assert (entry["status"], entry["locking_status"], entry["bic"]) == ("ACTIVE", "NO_BLOCK", "SOBKDEBBXXX")
    [expected] = [a for a in generate(1, date.fromisoformat(TODAY), 1).bank_accounts if a.provider == "solaris"]
    assert (entry["iban"], entry["purpose"]) == (expected.iban, "Solaris Geschäftskonto")
    whole = bank.get(account).json()
    assert whole["balance"].keys() == {"value", "unit", "currency"}
    assert whole.items() >= entry.items()


def test_balance_ties_with_every_booking_and_with_the_ledgers_bank_lines(bank: httpx.Client, account: str) -> None:
    rows = every(bank, f"{account}/bookings")
    balance = bank.get(f"{account}/balance").json()
    assert sum(row["amount"]["value"] for row in rows) == balance["balance"]["value"]
    company = generate(1, date.fromisoformat(TODAY), 1)
    [code] = [a.code for a in company.bank_accounts if a.provider == "solaris"]
    assert balance["balance"]["value"] == company.balance_of(code) * 100
    assert balance["balance"]["unit"] == "cents" and balance["balance"]["currency"] == "EUR"
    lines = company.lines_of(code)
    assert len(rows) == len(lines) + 1, "every bank line, and the opening deposit"
    assert {row["amount"]["value"] for row in rows} >= {int(line.amount * 100) for line in lines}
    assert all(isinstance(row["amount"]["value"], int) for row in rows)


def test_open_reservations_are_what_is_booked_but_not_available(bank: httpx.Client, account: str) -> None:
    balance = bank.get(f"{account}/balance").json()
    held = every(bank, f"{account}/reservations", **{"filter[status]": "OPEN"})
    gap = balance["balance"]["value"] - balance["available_balance"]["value"]
    assert gap == sum(row["amount"]["value"] for row in held) > 0
    resolved = every(bank, f"{account}/reservations", **{"filter[status]": "RESOLVED"})
    assert resolved and all(row["resolved_at"] for row in resolved)


def test_reservations_have_an_old_and_a_new_form(bank: httpx.Client, account: str) -> None:
    new = bank.get(
        f"{account}/reservations",
        params={"filter[type]": "CardAuthorization"},
        headers={"api-version": "2022-07-18"},
    ).json()
    old = bank.get(f"{account}/reservations", params={"filter[reservation_type]": "CARD_AUTHORIZATION"}).json()
    assert [row["id"] for row in new] == [row["id"] for row in old] != []
    assert "type" in new[0] and "reservation_type" not in new[0]
    assert "reservation_type" in old[0] and "type" not in old[0]


def test_direction_decides_who_is_sender(bank: httpx.Client, account: str) -> None:
    iban = bank.get(account).json()["iban"]
    for row in every(bank, f"{account}/bookings"):
        out = row["amount"]["value"] < 0
        assert (row["sender_iban"] == iban) is out
        assert (row["recipient_iban"] == iban) is not out
        assert row["id"].endswith("boo")


def test_paging_covers_every_booking_once_newest_first(bank: httpx.Client, account: str) -> None:
    first = bank.get(f"{account}/bookings")
    assert len(first.json()) == 10 and first.headers["per-page"] == "10"
    total = int(first.headers["total"])
    rows = every(bank, f"{account}/bookings")
    assert len({row["id"] for row in rows}) == len(rows) == total > 400
    dates = [row["booking_date"] for row in rows]
    assert dates == sorted(dates, reverse=True)
    assert set(first.links) == {"first", "last", "next"}
    last = bank.get(first.links["last"]["url"])
    assert "next" not in last.links and len(last.json()) == (total % 10 or 10)
    beyond = bank.get(f"{account}/bookings", params={"page[number]": 9999})
    assert beyond.json() == [] and beyond.links["prev"]["url"] == last.url


def test_links_keep_the_filters(bank: httpx.Client, account: str) -> None:
    query = {"filter[booking_type]": "SEPA_DIRECT_DEBIT", "page[size]": "7"}
    second = bank.get(bank.get(f"{account}/bookings", params=query).links["next"]["url"])
    assert len(second.json()) == 7
    assert {row["booking_type"] for row in second.json()} == {"SEPA_DIRECT_DEBIT"}


@pytest.mark.parametrize("field", ["booking_date", "valuta_date", "recorded_at", "id"])
def test_sorting_goes_both_ways(bank: httpx.Client, account: str, field: str) -> None:
    up = [row[field] for row in every(bank, f"{account}/bookings", sort=field)]
    down = [row[field] for row in every(bank, f"{account}/bookings", sort=f"-{field}")]
    assert up == sorted(up) and down == up[::-1]


def test_filters_choose(bank: httpx.Client, account: str) -> None:
    rows = every(bank, f"{account}/bookings", sort="booking_date")
    some = rows[50]

    def found(**query: str) -> list[dict[str, Any]]:
        return every(bank, f"{account}/bookings", sort="booking_date", **query)

    assert found(**{"filter[id]": some["id"]}) == [some]
    low, high = "2026-03-01", "2026-03-31"
    for name, field in (("booking_date", "booking_date"), ("valuta_date", "valuta_date")):
        span = {f"filter[{name}][min]": low, f"filter[{name}][max]": high}
        assert found(**span) == [row for row in rows if low <= row[field] <= high] != []
    recorded = {"filter[recorded_at][min]": f"{low}T00:00:00Z", "filter[recorded_at][max]": high}
    assert found(**recorded) == [row for row in rows if low <= row["recorded_at"][:10] <= high] != []
    one_day = found(**{"filter[valuta_date]": some["valuta_date"]})
    assert one_day == [row for row in rows if row["valuta_date"] == some["valuta_date"]]
    word = some["description"].split()[0]
    assert found(**{"filter[description]": word}) == [row for row in rows if word in row["description"]]
    sent = [row for row in rows if row["transaction_id"]]
    assert found(**{"filter[transaction_id]": sent[0]["transaction_id"]}) == [sent[0]]
    assert found(**{"filter[receiver_iban_virtual]": "DE89370400440532013000"}) == []


def test_lists_of_business_and_person(solaris: RunningProvider, bank: httpx.Client) -> None:
    known = solaris.state()
    [entry] = bank.get(f"/v1/businesses/{known['business_id']}/accounts").json()
    assert (entry["business_id"], entry["person_id"]) == (known["business_id"], None)
    iban = {"filter[iban]": entry["iban"]}
    assert len(bank.get(f"/v1/businesses/{known['business_id']}/accounts", params=iban).json()) == 1
    other = {"filter[iban]": "DE89370400440532013000"}
    assert bank.get(f"/v1/businesses/{known['business_id']}/accounts", params=other).json() == []
    assert bank.get(f"/v1/persons/{known['person_id']}/accounts").json() == []


def test_reckoning_agrees_with_the_api(solaris: RunningProvider, bank: httpx.Client, account: str) -> None:
    known, balance = solaris.state(), bank.get(f"{account}/balance").json()
    assert known["balance_cents"] == balance["balance"]["value"]
    assert known["available_cents"] == balance["available_balance"]["value"]
    assert solaris.effects() == [], "reading leaves no effect"


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/v1/accounts/nocacc", {}, (404, "model_not_found")),
        ("/v1/accounts/nocacc/balance", {}, (404, "model_not_found")),
        ("/v1/accounts/nocacc/bookings", {}, (404, "model_not_found")),
        ("/v1/accounts/nocacc/reservations", {}, (404, "model_not_found")),
        ("/v1/persons/nocper/accounts", {}, (404, "model_not_found")),
        ("/v1/businesses/nocbiz/accounts", {}, (404, "model_not_found")),
        ("/v1/nothing", {}, (404, "not_found")),
        ("/v1/accounts", {"page[size]": "201"}, (400, "validation_error")),
        ("{account}/bookings", {"page[size]": "1001"}, (400, "validation_error")),
        ("{account}/bookings", {"page[size]": "0"}, (400, "validation_error")),
        ("{account}/bookings", {"page[number]": "x"}, (400, "validation_error")),
        ("{account}/bookings", {"sort": "amount"}, (400, "validation_error")),
        ("{account}/bookings", {"filter[booking_date][min]": "22.11.2026"}, (400, "validation_error")),
        ("{account}/bookings", {"filter[booking_type]": " FEE"}, (400, "validation_error")),
        ("{account}/reservations", {"filter[status]": "open"}, (400, "validation_error")),
    ],
)
def test_refusals_have_the_vendors_shape(
    bank: httpx.Client, account: str, path: str, query: dict[str, str], expected: tuple[int, str]
) -> None:
    assert error_of(bank.get(path.format(account=account), params=query)) == expected


def test_only_a_bearer_with_a_token_in_the_header_gets_in(
    solaris: RunningProvider, bank: httpx.Client, account: str
) -> None:
    for path in ("/v1/accounts", account, f"{account}/balance", f"{account}/bookings", "/v1/persons/x/accounts"):
        assert error_of(httpx.get(f"{solaris.url}{path}")) == (401, "token_required")
        wrong = httpx.get(f"{solaris.url}{path}", headers={"Authorization": "Bearer no"})
        assert error_of(wrong) == (401, "invalid_token")
    token = bank.headers["authorization"].split()[1]
    in_address = httpx.get(f"{solaris.url}{account}", params={"access_token": token})
    assert error_of(in_address) == (401, "token_required")


@pytest.mark.parametrize(
    ("form", "auth", "expected"),
    [
        ({"grant_type": "client_credentials"}, ("sandbox-solaris", "wrong"), (401, "invalid_client")),
        ({"grant_type": "client_credentials"}, ("x", PARTNER[1]), (401, "invalid_client")),
        ({"grant_type": "password"}, PARTNER, (400, "unsupported_grant_type")),
        ({"grant_type": "client_credentials", "scope": "all"}, PARTNER, (400, "invalid_scope")),
    ],
)
def test_login_is_refused_without_the_partners_secret(
    solaris: RunningProvider, form: dict[str, str], auth: tuple[str, str], expected: tuple[int, str]
) -> None:
    answer = httpx.post(f"{solaris.url}/oauth2/token", data=form, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == expected


def test_token_ends_after_an_hour() -> None:
    with run_sandbox("solaris", today=TODAY) as solaris, log_in(solaris.url) as bank:
        solaris.advance(3590)
        assert bank.get("/v1/accounts").status_code == 200
        solaris.advance(20)
        assert error_of(bank.get("/v1/accounts")) == (401, "invalid_token")


def test_unknown_parameter_is_ignored_but_noted_and_refused_when_strict() -> None:
    with run_sandbox("solaris", today=TODAY) as solaris, log_in(solaris.url) as bank:
        path = f"/v1/accounts/{solaris.state()['account_id']}/bookings"
        typo = {"filter[boking_type]": "FEE"}
        assert bank.get(path, params=typo).headers["total"] == bank.get(path).headers["total"]
        assert solaris.state()["ignored_parameters"] == [f"GET {path} filter[boking_type]"]
        httpx.post(f"{solaris.url}/_sandbox/strict").raise_for_status()
        assert error_of(bank.get(path, params=typo)) == (400, "validation_error")
        assert bank.get(path, params={"filter[booking_type]": "FEE"}).status_code == 200


def test_faults_answer_in_the_vendors_shape(solaris: RunningProvider, bank: httpx.Client) -> None:
    expected = {
        "unauthorized": (401, "invalid_token"),
        "rate_limit": (429, "too_many_requests"),
        "error_500": (500, "internal_server_error"),
        "unavailable": (503, "service_unavailable"),
    }
    for kind, answer in expected.items():
        solaris.fault("/v1/accounts", kind)
        assert error_of(bank.get("/v1/accounts")) == answer


def test_restart_finds_the_same_account_on_a_later_day(tmp_path: Path) -> None:
    later = (date.fromisoformat(TODAY) + timedelta(days=3)).isoformat()
    states = []
    for day in (TODAY, later):
        with run_sandbox("solaris", today=day, state=tmp_path) as solaris:
            states.append(solaris.state())
    assert states[0] == states[1]


def test_another_seed_is_another_company_and_scale_gives_more_bookings() -> None:
    seen = []
    for seed, scale in ((1, 1), (2, 1), (1, 2)):
        with run_sandbox("solaris", today=TODAY, seed=seed, scale=scale) as solaris:
            seen.append(solaris.state())
    assert seen[0]["balance_cents"] != seen[1]["balance_cents"]
    assert seen[2]["bookings"] > 1.5 * seen[0]["bookings"]
    assert all(before != after for before, after in pairwise(seen))
