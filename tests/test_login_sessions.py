"""Who may come in and for how long, as the tables say, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from assistant.audit import AuditTrail
from assistant.login.current import Speaker, current, speaking
from assistant.login.doorkeeper import Doorkeeper
from assistant.login.oidc import Identity
from assistant.login.sealing import Sealer
from assistant.login.sessions import NoRole, SessionOver, Sessions, session_id_of
from assistant.principal import Role
from assistant.stores.database import Database
from tests.support.database import run_sql

pytestmark = pytest.mark.anyio
SECRET = "a secret that only tests know, long enough"
GROUPS = {
    "viewers": "viewer",
    "approvers": "approver",
    "ost": "approver@Ost",
    "nord": "approver@Nord",
    "admins": "admin",
}


class Watch:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def identity(*groups: str, subject: str = "anna", issuer: str = "https://okta.example") -> Identity:
    return Identity(issuer, subject, "Anna Albrecht", "anna@example.test", groups, "2fa", None, "eyJ.id.token")


async def ids_of(name: str) -> Sequence[str]:
    return {"Nord": ["org-nord"], "NORD": ["org-nord"]}.get(name, [])


def sessions_of(database: Database, watch: Watch, *, audit: AuditTrail | None = None) -> Sessions:
    return Sessions(
        database, watch, Sealer(SECRET, watch), role_groups=GROUPS, hours=8, organisation_ids=ids_of, audit=audit
    )


async def test_a_session_lives_eight_hours_and_not_a_moment_longer(database: Database) -> None:
    watch = Watch()
    sessions = sessions_of(database, watch)
    admitted = await sessions.admit(identity("approvers"))
    assert admitted.session_id == session_id_of(admitted.secret)
    watch.now += timedelta(hours=8) - timedelta(microseconds=1)
    assert await sessions.session_alive(admitted.session_id)
    watch.now += timedelta(microseconds=1)
    assert await sessions.session_alive(admitted.session_id) is None
    assert await sessions.alive_among([admitted.session_id]) == set()


async def test_an_ended_session_stays_ended_and_gives_its_logout_hint_once(database: Database) -> None:
    sessions = sessions_of(database, Watch())
    one, two = await sessions.admit(identity("viewers")), await sessions.admit(identity("viewers"))
    assert await sessions.end(one.session_id) == "eyJ.id.token"
    assert await sessions.end(one.session_id) is None
    assert await sessions.session_alive(one.session_id) is None
    assert await sessions.alive_among([one.session_id, two.session_id]) == {two.session_id}
    assert await sessions.end_all_of(two.principal.id) == 1
    assert await sessions.session_alive(two.session_id) is None
    assert await sessions.end("unknown") is None


async def test_a_role_for_one_organisation_serves_there_only(database: Database) -> None:
    admitted = await sessions_of(database, Watch()).admit(identity("nord"))
    assert admitted.principal.may(Role.APPROVER, "org-nord")
    assert not admitted.principal.may(Role.VIEWER, "org-sued")


async def test_a_role_for_an_organisation_that_is_not_here_serves_nowhere(database: Database) -> None:
    admitted = await sessions_of(database, Watch()).admit(identity("ost"))
    assert not any(
        admitted.principal.may(role, organisation) for role in Role for organisation in ("org-nord", "Ost", "")
    )


async def test_each_login_replaces_the_roles(database: Database) -> None:
    sessions = sessions_of(database, Watch())
    first = await sessions.admit(identity("approvers", "admins", "unknown-group"))
    assert {g.role for g in first.principal.grants} == {Role.APPROVER, Role.ADMIN}
    second = await sessions.admit(identity("viewers"))
    assert second.principal.id == first.principal.id
    still = await sessions.session_alive(first.session_id)
    assert still and {g.role for g in still.grants} == {Role.VIEWER}, "for the session that is open already, too"


async def test_who_lost_every_role_is_kept_out_of_every_session(database: Database) -> None:
    sessions = sessions_of(database, Watch())
    first = await sessions.admit(identity("approvers"))
    with pytest.raises(NoRole):
        await sessions.admit(identity("everyone"))
    assert await sessions.session_alive(first.session_id) is None


async def test_nobody_is_known_before_they_had_a_role(database: Database) -> None:
    with pytest.raises(NoRole):
        await sessions_of(database, Watch()).admit(identity())
    assert await run_sql(database, "SELECT * FROM person") == []


async def test_the_same_subject_of_another_issuer_is_another_person(database: Database) -> None:
    sessions = sessions_of(database, Watch())
    one = await sessions.admit(identity("viewers"))
    other = await sessions.admit(identity("viewers", issuer="https://other.example"))
    assert one.principal.id != other.principal.id


async def test_two_first_logins_at_once_make_one_person(database: Database) -> None:
    sessions = sessions_of(database, Watch())
    both = await asyncio.gather(*(sessions.admit(identity("viewers")) for _ in range(4)))
    assert len({admitted.principal.id for admitted in both}) == 1
    assert len(await run_sql(database, "SELECT id FROM person")) == 1


async def test_old_sessions_are_forgotten(database: Database) -> None:
    watch = Watch()
    sessions = sessions_of(database, watch)
    await sessions.admit(identity("viewers"))
    watch.now += timedelta(days=200)
    await sessions.admit(identity("viewers"))
    assert len(await run_sql(database, "SELECT id FROM login_session")) == 1


async def test_the_speaker_is_read_anew_at_every_call(database: Database) -> None:
    sessions = sessions_of(database, Watch())
    admitted = await sessions.admit(identity("approvers"))
    with pytest.raises(SessionOver):
        await current()
    speaking.set(Speaker(admitted.session_id, admitted.principal.id, sessions))
    principal, session_id = await current()
    assert principal == admitted.principal and session_id == admitted.session_id
    await run_sql(database, "UPDATE role_grant SET role = 'viewer'")
    assert [g.role for g in (await current())[0].grants] == [Role.VIEWER]
    await sessions.end(admitted.session_id)
    with pytest.raises(SessionOver):
        await current()


async def test_logins_refusals_and_ends_are_in_the_audit_trail(database: Database) -> None:
    watch = Watch()
    audit = AuditTrail(database, clock=watch)
    sessions = sessions_of(database, watch, audit=audit)
    admitted = await sessions.admit(identity("nord"))
    with pytest.raises(NoRole):
        await sessions.admit(identity("everyone", subject="nora"))
    await sessions.end(admitted.session_id)
    rows = await run_sql(database, "SELECT tag, subject, session_id, facts FROM audit_event ORDER BY seq")
    assert [row[0] for row in rows] == ["login:started", "login:refused", "login:ended"]
    assert [row[1] for row in rows] == [admitted.principal.id, "nora", admitted.principal.id]
    assert rows[0][2] == admitted.session_id == rows[2][2] and '"approver@Nord"' in str(rows[0][3])
    assert "eyJ.id.token" not in str(rows) and admitted.secret not in str(rows)
    assert (await audit.verify()).ok


async def test_the_doorkeeper_notices_what_ended_elsewhere(database: Database) -> None:
    """Revoked by another process, or in the table: the sweep closes the socket and the next request is refused."""
    watch = Watch()
    sessions = sessions_of(database, watch)
    keeper = Doorkeeper(sessions, Sealer(SECRET, watch), watch, secure=False)
    one, two = await sessions.admit(identity("viewers")), await sessions.admit(identity("viewers"))
    closed: list[tuple[str, int]] = []

    def closing(name: str):  # type: ignore[no-untyped-def]
        async def close(code: int, _reason: str) -> None:
            closed.append((name, code))

        return close

    for name, admitted in (("one", one), ("two", two)):
        keeper.open_line(admitted.session_id, closing(name))
        assert await keeper.alive(admitted.session_id)
    await sessions_of(database, watch).end(one.session_id)
    await keeper.sweep()
    assert closed == [("one", 4401)]
    assert await keeper.alive(one.session_id) is None and await keeper.alive(two.session_id)
    await keeper.end(two.session_id)
    assert closed == [("one", 4401), ("two", 4401)]
    assert await keeper.alive(two.session_id) is None, "at once, without waiting for what was known to grow old"


async def test_a_cookie_is_read_only_if_it_is_ours_and_in_time(database: Database) -> None:
    watch = Watch()
    sessions = sessions_of(database, watch)
    keeper = Doorkeeper(sessions, Sealer(SECRET, watch), watch, secure=True)
    admitted = await sessions.admit(identity("viewers"))
    header = keeper.cookie_header(admitted)
    assert header.startswith("__Host-assistant=") and "; Secure" in header and "; Path=/" in header
    pair = header.partition(";")[0]
    found = keeper.read([pair])
    assert found and found[1] == admitted.session_id
    other = Doorkeeper(sessions, Sealer(SECRET[::-1], watch), watch, secure=True)
    assert other.read([pair]) is None and keeper.read([]) is None and keeper.read(["__Host-assistant=x"]) is None
    watch.now += timedelta(hours=8)
    assert keeper.read([pair]) is None


def test_sealed_notes_are_bound_to_purpose_key_and_time() -> None:
    watch = Watch()
    sealer = Sealer(SECRET, watch)
    sealed = sealer.seal("sign-in", {"a": 1})
    assert sealer.open("sign-in", sealed, timedelta(minutes=10)) == {"a": 1}
    assert sealer.open("other", sealed, timedelta(minutes=10)) is None
    assert Sealer(SECRET[::-1], watch).open("sign-in", sealed, timedelta(minutes=10)) is None
    assert sealer.open("sign-in", sealed[:-4] + "AAAA", timedelta(minutes=10)) is None
    watch.now += timedelta(minutes=11)
    assert sealer.open("sign-in", sealed, timedelta(minutes=10)) is None
    with pytest.raises(ValueError, match="32"):
        Sealer("short", watch)
