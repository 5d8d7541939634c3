"""Settings: what is missing becomes the sandbox, and unsafe mixtures are refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.settings import Settings


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[arg-type]


def test_with_nothing_set_everything_is_the_sandbox() -> None:
    found = settings()
    assert all(found.sandboxed(provider) for provider in ("okta", "xero", "solaris", "model"))
    assert found.problems() == []
    assert found.sandbox_url("solaris") == "http://localhost:8103"
    assert found.url == "http://localhost:8000"


def test_real_books_behind_the_sandboxs_login_are_refused() -> None:
    found = settings(xero_client_id="id", xero_client_secret="s").problems()
    assert len(found) == 1
    assert "anybody can pick any person" in found[0]
    assert "OKTA_ISSUER" in found[0]


def test_a_secret_that_is_missing_is_named() -> None:
    found = settings(okta_issuer="https://x.example", okta_client_id="c", solaris_client_id="id").problems()
    assert found == ["SOLARIS_CLIENT_ID is set but SOLARIS_CLIENT_SECRET is missing."]


def test_listening_beyond_this_machine_needs_https() -> None:
    assert "HTTPS" in settings(host="0.0.0.0").problems()[0]
    assert settings(host="0.0.0.0", public_url="https://books.example").problems() == []
    assert settings(public_url="https://books.example/").secure


def test_groups_are_read_from_one_line() -> None:
    found = settings(role_groups="a=viewer, b=approver@Ost GmbH")
    assert found.role_groups == {"a": "viewer", "b": "approver@Ost GmbH"}
    with pytest.raises(ValidationError, match="the roles are"):
        settings(role_groups="a=boss")


def test_the_database_is_in_the_home_unless_named(tmp_path: Path) -> None:
    assert settings(assistant_home=tmp_path).database == f"sqlite:///{tmp_path}/assistant.db"
    assert settings(database_url="postgresql://u@h/n").database == "postgresql://u@h/n"
