"""Our own tables; the only rooms that know sqlmodel and SQL."""
