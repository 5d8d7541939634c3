"""How Xero says no: its error shapes, one exception each, and where each becomes an answer.

Refusal
├── Unauthorised     401  who are you / token expired / scope missing
├── Forbidden        403  not your organisation
├── NotFound         404  plain text
├── Invalid          400  ValidationException with the offending elements
├── BadQuery         400  QueryParseException
├── BadRequest       400  anything else that cannot be read
└── TooMany          429  with the limit that was hit and Retry-After
"""

from __future__ import annotations

import uuid
from typing import Any

from starlette.responses import Response

from sandbox.xero.wire import Json, encode

NOT_FOUND = "The resource you're looking for cannot be found"


def json_answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer in Xero's own number and date forms."""
    return Response(encode(body), status, headers, media_type="application/json")


class Refusal(Exception):
    """A request that was not carried out; nothing was written."""

    def answer(self) -> Response:
        """The vendor's answer to it."""
        raise NotImplementedError


class Unauthorised(Refusal):
    """No valid token, or one without the scope: `detail` as Xero words it."""

    def __init__(self, detail: str = "AuthenticationUnsuccessful") -> None:
        super().__init__(detail)
        self.detail = detail

    def answer(self) -> Response:
        """401 in Xero's problem shape."""
        headers = {}
        if self.detail == "AuthorizationUnsuccessful":
            headers["WWW-Authenticate"] = 'Bearer error="insufficient_scope"'
        return json_answer(_problem("Unauthorized", 401, self.detail), 401, headers)


class Forbidden(Refusal):
    """The token has no connection to the organisation in `xero-tenant-id`."""

    def answer(self) -> Response:
        """403 in Xero's problem shape."""
        return json_answer(_problem("Forbidden", 403, "AuthenticationUnsuccessful"), 403)


class NotFound(Refusal):
    """No such thing at this address."""

    def answer(self) -> Response:
        """404, in plain text."""
        return Response(NOT_FOUND, 404, media_type="text/plain")


class Invalid(Refusal):
    """Elements that break a rule: each is the echo of what was sent with its ValidationErrors."""

    def __init__(self, *elements: Json) -> None:
        super().__init__(*(error["Message"] for element in elements for error in element["ValidationErrors"]))
        self.elements = list(elements)

    def answer(self) -> Response:
        """400 with ErrorNumber 10."""
        body = {
            "ErrorNumber": 10,
            "Type": "ValidationException",
            "Message": "A validation exception occurred",
            "Elements": self.elements,
        }
        return json_answer(body, 400)


class BadQuery(Refusal):
    """A `where` or `order` that cannot be understood."""

    def answer(self) -> Response:
        """400 with ErrorNumber 16."""
        body = {"ErrorNumber": 16, "Type": "QueryParseException", "Message": str(self)}
        return json_answer(body, 400)


class BadRequest(Refusal):
    """A request that cannot be read or served."""

    def __init__(self, message: str, *, number: int = 14, type_name: str = "PostDataInvalidException") -> None:
        super().__init__(message)
        self.number = number
        self.type_name = type_name

    def answer(self) -> Response:
        """400 with that number and type."""
        return json_answer({"ErrorNumber": self.number, "Type": self.type_name, "Message": str(self)}, 400)


class TooMany(Refusal):
    """A limit was hit: `problem` is minute, day or concurrent; `retry_after` is in seconds."""

    def __init__(self, problem: str, retry_after: int | None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.retry_after = retry_after

    def answer(self) -> Response:
        """429, no body."""
        headers = {"X-Rate-Limit-Problem": self.problem}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        return Response(b"", 429, headers)


def echo(sent: Json, *messages: str) -> Json:
    """What was sent, with what is wrong about it."""
    return {**sent, "ValidationErrors": [{"Message": message} for message in messages]}


def _problem(title: str, status: int, detail: str) -> Json:
    return {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": str(uuid.uuid4()),
        "Extensions": {},
    }
