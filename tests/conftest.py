"""What every test shares: asyncio only, and no way to a real provider."""

from __future__ import annotations

import os

import pytest

pytest_plugins = ["tests.support.database", "tests.support.assistant"]

for name in list(os.environ):
    if name.startswith(("OKTA_", "XERO_CLIENT", "SOLARIS_", "OPENAI_", "DATABASE_URL", "TOKEN_KEYS", "SECRET_KEY")):
        del os.environ[name]
for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
    os.environ.pop(name, None)


@pytest.fixture
def anyio_backend() -> str:
    """asyncio, which the product runs on."""
    return "asyncio"
