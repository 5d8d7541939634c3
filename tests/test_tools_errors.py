"""What went wrong at a provider, told in people's words and by their clock, with what to do next."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.support.books import FakeBank, make_access, usual_world
from tools.base import Access, Draft, ReadTool, ToolResult, read_tool, write_tool
from tools.catalogue import toolset
from tools.errors import (
    NO_PERMISSION,
    NO_SUCH_RECORD,
    ConnectionLost,
    OutcomeUnknown,
    ProviderBusy,
    ProviderRefused,
    ProviderUnavailable,
    ToolError,
    bad_credentials,
    not_accepted,
)
from tools.solaris.bank import BankAccount
from tools.trouble import BROKE_OFF, error_status, exception_trouble, too_slow, trouble_of
from tools.xero.payments import RECORD_PAYMENT

pytestmark = pytest.mark.anyio
UNTIL = datetime(2026, 11, 22, 13, 5, 46, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reason", "en", "de"),
    [
        ("ReadTimeout", "did not answer in time", "hat nicht rechtzeitig geantwortet"),
        ("time-out", "did not answer in time", "hat nicht rechtzeitig geantwortet"),
        ("ConnectError", "cannot be reached", "ist nicht erreichbar"),
        ("RemoteProtocolError", "broke off the connection", "hat die Verbindung abgebrochen"),
        ("ProtocolError", "broke off the connection", "hat die Verbindung abgebrochen"),
        ("HTTP 503", "answered with an error (503)", "hat mit einem Fehler geantwortet (503)"),
        ("an answer that cannot be read", "gave an answer that cannot be read", "sich nicht lesen lässt"),
        ("SomethingNewError", "did not give a usable answer", "hat nicht brauchbar geantwortet"),
        ("", "did not give a usable answer", "hat nicht brauchbar geantwortet"),
    ],
)
def test_a_class_name_never_reaches_the_person(reason: str, en: str, de: str) -> None:
    for error in (ProviderUnavailable("Solaris", reason=reason), OutcomeUnknown("Solaris", reason=reason)):
        assert f"Solaris {en}" in error.text("en") and de in error.text("de")
        assert "Error" not in error.text("en") and "HTTP" not in error.text("en") + error.text("de")


def test_the_time_limit_is_named_where_it_is_known() -> None:
    slow = exception_trouble(httpx.ReadTimeout("x"), seconds=20)
    assert ProviderUnavailable("Solaris", trouble=slow).text("en") == (
        "Solaris did not answer within 20 seconds. Nothing was changed. Try again in a minute."
    )
    assert "innerhalb von 0,5 Sekunden" in ProviderUnavailable("Solaris", trouble=too_slow(0.5)).text("de")
    assert too_slow(1).en.endswith("within 1 second") and too_slow(1).de.endswith("von 1 Sekunde geantwortet")
    assert exception_trouble(httpx.RemoteProtocolError("x"), seconds=20) == BROKE_OFF == trouble_of("ReadError")


ERRORS: list[ToolError] = [
    ProviderUnavailable("Xero", trouble=error_status(500)),
    ProviderBusy("Xero", until=UNTIL),
    ConnectionLost("Xero"),
    ProviderRefused("Xero", said="Payment amount exceeds the amount outstanding.", status=400),
    ProviderRefused("Solaris", said=bad_credentials(), status=401),
    ProviderRefused("Xero", said=NO_PERMISSION, status=401),
    ProviderRefused("Xero", said=NO_SUCH_RECORD, status=404),
    ProviderRefused("Xero", said=not_accepted(418), status=418),
]


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_every_failure_says_that_nothing_was_done_and_what_to_do_next(error: ToolError) -> None:
    for language, nothing in (("en", "Nothing was changed. "), ("de", "Es wurde nichts geändert. ")):
        before, _, after = error.text(language).partition(nothing)
        assert before and len(after) > 15, error.text(language)
    assert error.text("de") != error.text("en")


def test_an_unknown_outcome_says_that_it_may_have_been_done() -> None:
    error = OutcomeUnknown("Xero", trouble=too_slow(30))
    assert error.text("en") == (
        "Xero did not answer within 30 seconds, so it is not known yet whether it was done. We are finding out."
    )
    assert error.text("de").endswith("ist noch nicht bekannt. Wir klären das.")


def test_without_an_organisation_the_time_is_said_in_utc() -> None:
    assert "until 13:05:46 UTC (limit per minute)" in ProviderBusy("Xero", until=UNTIL).text("en")
    home = ProviderBusy("Xero", until=UNTIL).at_home("Europe/Berlin")
    assert "until 14:05:46 (limit per minute)" in home.text("en")
    assert "bis 14:05:46 keine weiteren Abrufe (Limit pro Minute)" in home.text("de")
    assert home.until == UNTIL
    day = ProviderBusy("Xero", until=UNTIL, limit="day", timezone="Europe/Berlin")
    assert "until 22 Nov 2026, 14:05:46 (limit per day)" in day.text("en")
    assert "bis 22.11.2026, 14:05:46 keine" in day.text("de")


def test_what_happened_can_be_told_without_what_to_do() -> None:
    assert ProviderUnavailable("Xero", reason="HTTP 503").happened["en"] == "Xero answered with an error (503)."
    assert ProviderBusy("Xero", until=UNTIL).happened["de"].endswith("keine weiteren Abrufe (Limit pro Minute).")


class BusyBank(FakeBank):
    """Has no call left until that time."""

    async def accounts(self) -> list[BankAccount]:
        raise ProviderBusy("Solaris", until=UNTIL, limit="call")


async def test_a_read_tool_tells_the_time_by_the_organisation_s_clock() -> None:
    tool = toolset().get("get_account_balance")
    assert isinstance(tool, ReadTool)
    with pytest.raises(ProviderBusy) as busy:
        await tool.run(make_access(bank=BusyBank(usual_world())))
    assert "until 14:05:46." in busy.value.text("en") and "UTC" not in busy.value.text("en")


async def test_a_write_tool_tells_the_time_by_the_organisation_s_clock() -> None:
    async def pay(access: Access) -> Draft:
        """Pay."""
        raise ProviderBusy("Xero", until=UNTIL)

    async def changed(access: Access, payload: Any) -> None:
        raise ProviderBusy("Xero", until=UNTIL)

    tool = write_tool(
        "xero",
        propose=pay,
        changed=changed,
        execute=RECORD_PAYMENT.execute,
        look_up=RECORD_PAYMENT.look_up,
        card=RECORD_PAYMENT.card,
        subject=RECORD_PAYMENT.subject,
        stakes=RECORD_PAYMENT.stakes,
    )
    for call in (tool.propose(make_access()), tool.changed(make_access(), {})):
        with pytest.raises(ProviderBusy, match="until 14:05:46 "):
            await call


async def test_a_tool_keeps_its_name_description_and_arguments() -> None:
    async def look(access: Access, what: str) -> ToolResult:
        """Look at something."""
        return ToolResult(answer=what)

    tool = read_tool("xero")(look)
    assert (tool.name, tool.signature.description) == ("look", "Look at something.")
    assert (await tool.run(make_access(), what="a")).answer == "a"
