"""The vendor's own OpenAPI files, and holding an answer of the stand-in against them."""

from __future__ import annotations

import os
from pathlib import Path

import httpx
import pytest
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

ROOT = Path(__file__).resolve().parent.parent.parent
SPECS = Path(os.environ.get("XERO_OPENAPI_DIR", ROOT.parent / "shared" / "specs" / "xero"))
needs_specs = pytest.mark.skipif(
    not (SPECS / "xero_accounting.yaml").exists(),
    reason="Xero's OpenAPI files are not here: set XERO_OPENAPI_DIR to a folder with xero_accounting.yaml",
)


def spec(name: str) -> OpenAPI:
    """One of the files."""
    loaded = yaml.load((SPECS / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return OpenAPI.from_dict(loaded, config=Config(spec_validator_cls=None))


def check(spec: OpenAPI, response: httpx.Response, *, path: str) -> None:
    """Holds request and response against the files; raises what differs."""
    sent = response.request
    headers = {"xero-tenant-id": "t", "Authorization": "Bearer t"}
    if "idempotency-key" in sent.headers:
        headers["Idempotency-Key"] = sent.headers["idempotency-key"]
    request = MockRequest(
        "https://api.xero.com",
        sent.method.lower(),
        path,
        args=dict(sent.url.params),
        headers=headers,
        data=sent.content or None,
        content_type="application/json",
    )
    answer = MockResponse(
        data=response.content,
        status_code=response.status_code,
        content_type=response.headers.get("content-type", "application/json"),
    )
    spec.validate_response(request, answer)
