"""Solaris' error shape: a list of errors, each with a code, a title, a detail and the field it is about."""

import hashlib
from http import HTTPStatus

from starlette.responses import JSONResponse


class Problem(Exception):
    """The request is refused; nothing was done. Source: the vendor's page on errors (facts/providers.md, 1.1)."""

    def __init__(
        self, status: int, code: str, detail: str, *, title: str | None = None, field: str | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.title = title or code.replace("_", " ").title()
        self.field = field

    def response(self) -> JSONResponse:
        """As the vendor answers."""
        number = hashlib.sha256(f"{self.code}{self.detail}".encode()).hexdigest()[:32] + "ex"
        error = {
            "id": number,
            "status": self.status,
            "code": self.code,
            "title": self.title,
            "detail": self.detail,
            "source": {"field": self.field or "", "message": self.detail if self.field else ""},
        }
        headers = {"WWW-Authenticate": "Bearer"} if self.status == HTTPStatus.UNAUTHORIZED else None
        return JSONResponse({"errors": [error]}, status_code=self.status, headers=headers)


def invalid(field: str, message: str) -> Problem:
    """A parameter or value that cannot be taken."""
    return Problem(400, "validation_error", f"{field} {message}", field=field)


def missing(model: str, number: str) -> Problem:
    """A record that is not there, or not this partner's."""
    return Problem(404, "model_not_found", f"Couldn't find '{model}' for id '{number}'.")


def unknown_route(path: str) -> Problem:
    """A path that the vendor does not have, or that this stand-in does not serve yet."""
    return Problem(404, "not_found", f"No route matches {path}.")
