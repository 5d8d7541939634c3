"""How one event of the audit trail is chained to the one before it.

An event's bytes are the canonical JSON (RFC 8785) of its ten fields, `facts` as the text that is stored; its hash is
SHA-256 over the 32 bytes of the hash before it and these bytes, as 64 hex digits; the first follows 32 zero bytes.
"""

from __future__ import annotations

import hashlib

from assistant.canonical import canonical
from assistant.stores.audit import AuditRow, StoredEvent

HASHED = (
    "seq",
    "at",
    "tag",
    "actor_id",
    "actor_name",
    "roles",
    "session_id",
    "organisation_id",
    "subject",
    "facts",
)
"""The fields that the hash covers, besides the hash before it."""


def fields_of(event: AuditRow | StoredEvent) -> dict[str, object]:
    """What the hash covers, by name."""
    fields = {name: getattr(event, name) for name in HASHED}
    return {**fields, "tag": str(event.tag)} if isinstance(event.tag, str) else fields


def event_hash(event: AuditRow | StoredEvent, *, number: int | None = None) -> str:
    """The hash that the event's content gives; `number`: as if it were the event of that number.

    Raises ValueError or TypeError for a row that holds something that was never written so.
    """
    fields = fields_of(event)
    if number is not None:
        fields["seq"] = number
    return hashlib.sha256(bytes.fromhex(event.previous) + canonical(fields)).hexdigest()  # type: ignore[arg-type]


def gives_its_hash(event: AuditRow | StoredEvent, *, number: int | None = None) -> bool:
    """Whether the content and the hash before it give the stored hash."""
    try:
        return event_hash(event, number=number) == event.hash
    except (ValueError, TypeError):
        return False
