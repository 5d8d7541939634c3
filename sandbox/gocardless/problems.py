"""GoCardless' error shape (facts/providers.md, 2): a type, a code and a list of reasons or of wrong fields."""

import hashlib
from typing import Any

from starlette.responses import JSONResponse

_DOCUMENTATION = "https://developer.gocardless.com/api-reference"


class Problem(Exception):
    """The request is refused; nothing was done."""

    def __init__(self, code: int, kind: str, message: str, errors: list[dict[str, Any]]) -> None:
        super().__init__(message)
        self.code = code
        self.kind = kind
        self.message = message
        self.errors = errors

    def response(self) -> JSONResponse:
        """As the vendor answers."""
        reason = next((error["reason"] for error in self.errors if "reason" in error), self.kind)
        error = {
            "message": self.message,
            "errors": self.errors,
            "documentation_url": f"{_DOCUMENTATION}#{reason}",
            "type": self.kind,
            "request_id": hashlib.sha256(f"{self.errors}".encode()).hexdigest()[:32],
            "code": self.code,
        }
        return JSONResponse({"error": error}, status_code=self.code)


def reasoned(code: int, kind: str, reason: str, message: str, **links: str) -> Problem:
    """A refusal with one reason."""
    error: dict[str, Any] = {"reason": reason, "message": message}
    if links:
        error["links"] = links
    return Problem(code, kind, message, [error])


def misused(code: int, reason: str, message: str) -> Problem:
    """The request itself is wrong: its token, its headers, its form, its path."""
    return reasoned(code, "invalid_api_usage", reason, message)


def stuck(reason: str, message: str) -> Problem:
    """The record is not in a state that allows this."""
    return reasoned(422, "invalid_state", reason, message)


def repeated(number: str) -> Problem:
    """The idempotency key was used before; the link says for what."""
    message = "A resource has already been created with this idempotency key"
    links = {"conflicting_resource_id": number}
    return reasoned(409, "invalid_state", "idempotent_creation_conflict", message, **links)


def missing() -> Problem:
    """There is no such record."""
    return misused(404, "resource_not_found", "Resource not found")


def invalid(resource: str, wrong: dict[str, str]) -> Problem:
    """Fields that cannot be taken; `request_pointer` is always there, since the vendor's library needs it."""
    errors = [
        {"field": field.rsplit("/", 1)[-1], "message": message, "request_pointer": f"/{resource}/{field}"}
        for field, message in wrong.items()
    ]
    return Problem(422, "validation_failed", "Validation failed", errors)
