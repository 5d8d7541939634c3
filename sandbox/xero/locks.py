"""Lock dates: nothing may be written into a period that is closed."""

from __future__ import annotations

from datetime import date

from sandbox.xero.books import Books


def lock_messages(books: Books, on: date) -> list[str]:
    """Xero's message when `on` lies in the locked period (the lock date itself is locked), else nothing."""
    organisation = books.company.organisation
    if on <= organisation.end_of_year_lock_date and organisation.end_of_year_lock_date > organisation.period_lock_date:
        kind, until = "end of year", organisation.end_of_year_lock_date
    elif on <= organisation.period_lock_date:
        kind, until = "period", organisation.period_lock_date
    else:
        return []
    return [f"The document date cannot be before the {kind} lock date, currently set at {until.day} {until:%b %Y}"]
