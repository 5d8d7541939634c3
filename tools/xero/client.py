"""Calls to Xero by its own SDK, with the manners that it lacks; `reader` and `writer` say what is called.

With `wire` and `wire_masters` the only module that imports xero_python. What the SDK would do silently is switched
off (measured with 15.2.0): it repeats PUTs and sleeps on 429, has no time limit, shares one configuration between all
clients, and refreshes tokens by itself. Answers are decoded by `decoding`, not by its models, which fail on anything
new.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tools.errors import (
    NO_PERMISSION,
    NO_SUCH_RECORD,
    ConnectionLost,
    ProviderBusy,
    ProviderRefused,
    ProviderUnavailable,
    ToolFailed,
    not_accepted,
)
from tools.trouble import BROKE_OFF, TOO_LARGE, UNREACHABLE, Trouble, error_status, too_slow
from tools.xero import decoding
from tools.xero.allowance import AT_ONCE, Urgency
from tools.xero.pace import Pace

if TYPE_CHECKING:
    from xero_python.accounting import AccountingApi  # type: ignore[import-untyped]

T = TypeVar("T")
Call = Callable[["AccountingApi"], Any]

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
_LARGEST_BODY = 64 * 1024 * 1024
_MOST_429 = 3
"""So often a read is refused for being one too many before it gives up."""


class TokenSource(Protocol):
    """Gives the bearer token of the organisation's connection."""

    async def token(self, *, refused: str = "") -> str:
        """A token, and not `refused`, which Xero did not take. Raises ConnectionLost when there is none to be had."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever it says."""

    status: int
    body: bytes
    retry_after: str
    limit: str
    left_today: int | None = None
    """How many calls Xero still takes today."""


class NotSentError(Exception):
    """No connection came about: not a byte of the request has left."""

    trouble = UNREACHABLE


class LostError(Exception):
    """The request left, at least in part, and no whole answer came back."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        super().__init__(trouble.en)


class _Bearer:
    """The SDK's idea of a token, reduced to the header: each thread sends the token of its own call."""

    def __init__(self) -> None:
        self.current = threading.local()

    def get_auth_settings(self) -> Callable[[Any], dict[str, str]]:
        """A callable, as the SDK expects of OAuth 2."""
        return lambda api_client: {
            "type": "oauth2",
            "in": "header",
            "key": "Authorization",
            "value": f"Bearer {self.current.token}",
        }


class XeroCalls:
    """One client of the SDK, its threads and its manners."""

    def __init__(
        self,
        api_url: str,
        tenant_id: str,
        tokens: TokenSource,
        pace: Pace,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.tenant_id = tenant_id
        self._url = f"{api_url.rstrip('/')}/api.xro/2.0"
        self._tokens = tokens
        self._pace = pace
        self._timeout = (connect_seconds, read_seconds)
        self._clock = clock
        self._bearer = _Bearer()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="xero")
        self._building = threading.Lock()
        self._api: AccountingApi | None = None

    def close(self) -> None:
        """Lets the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _client(self) -> AccountingApi:
        """Built at the first call, in a thread: the SDK's import takes half a second."""
        with self._building:
            if self._api is None:
                self._api = _build(self._url, self._bearer, self._timeout)
            return self._api

    async def ask(self, call: Call, urgency: Urgency) -> Answer:
        """Makes the call; once more with a fresh token if Xero does not take the first one.

        A 401 is answered before anything is done, so a write may be sent again after it. A 429 closes the gate for
        everybody; a read then waits for its turn again, a write does not. Raises NotSentError, LostError, ProviderBusy
        and whatever the source of tokens raises.
        """
        for _ in range(_MOST_429):
            token = await self._tokens.token()
            answer = await self._once(call, urgency, token)
            if answer.status == 401 and decoding.detail(answer.body) != "AuthorizationUnsuccessful":
                answer = await self._once(call, urgency, await self._tokens.token(refused=token))
            if answer.status != 429:
                return answer
            busy = await self._busy(answer)
            if urgency == "write":
                break
        raise busy

    async def _once(self, call: Call, urgency: Urgency, token: str) -> Answer:
        async with self._pace.turn(urgency) as turn:
            running = asyncio.get_running_loop().run_in_executor(self._threads, self._send, call, token)
            try:
                async with asyncio.timeout(sum(self._timeout) + 5):
                    answer = await running
            except TimeoutError as problem:
                raise LostError(too_slow(self._timeout[1])) from problem
            turn.left_today = answer.left_today
            return answer

    def _send(self, call: Call, token: str) -> Answer:
        """In a thread: the call, its answer read whole, its failures told apart by whether anything was sent."""
        import urllib3.exceptions as http
        from xero_python.exceptions import ApiSSLException, HTTPStatusException  # type: ignore[import-untyped]

        self._bearer.current.token = token
        try:
            response = call(self._client())
            body = response.read(_LARGEST_BODY + 1)
            response.release_conn()
        except HTTPStatusException as refused:
            response, body = refused.http_resp.urllib3_response, refused.http_resp.data
        except (http.NewConnectionError, http.ConnectTimeoutError, ApiSSLException) as problem:
            raise NotSentError(type(problem).__name__) from problem
        except http.ReadTimeoutError as problem:
            raise LostError(too_slow(self._timeout[1])) from problem
        except http.HTTPError as problem:
            raise LostError(BROKE_OFF) from problem
        if len(body) > _LARGEST_BODY:
            raise LostError(TOO_LARGE)
        return Answer(
            response.status,
            body,
            response.headers.get("Retry-After", ""),
            response.headers.get("X-Rate-Limit-Problem", ""),
            _number(response.headers.get("X-DayLimit-Remaining", "")),
        )

    async def _busy(self, answer: Answer) -> ProviderBusy:
        limit = answer.limit.casefold() or "minute"
        said = _number(answer.retry_after)
        wait = said if said is not None else (1 if limit == "concurrent" else 60)
        until = self._clock() + timedelta(seconds=wait)
        await self._pace.refused(until=until, limit=limit)
        return ProviderBusy("Xero", until=until, limit=limit)

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Decoding of thousands of records, off the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() else None


def _build(url: str, bearer: _Bearer, timeout: tuple[float, float]) -> AccountingApi:
    from xero_python import rest  # type: ignore[import-untyped]
    from xero_python.accounting import AccountingApi
    from xero_python.api_client import ApiClient  # type: ignore[import-untyped]
    from xero_python.api_client.configuration import Configuration  # type: ignore[import-untyped]

    class TimedRest(rest.RESTClientObject):  # type: ignore[misc]
        """Every request has a time limit; the SDK drops those that are floats or left out."""

        def request(self, *args: Any, **more: Any) -> Any:
            more["_request_timeout"] = timeout
            return super().request(*args, **more)

    # The class hands out copies of the first configuration ever made, so its own constructor is called past that.
    configuration = object.__new__(Configuration)
    Configuration.__init__(configuration, debug=False, oauth2_token=bearer)
    configuration.connection_pool_maxsize = AT_ONCE
    client = ApiClient(configuration)
    client.rest_client = TimedRest(configuration)
    client.rest_client.pool_manager.connection_pool_kw["retries"] = False
    client.set_default_header("Accept-Encoding", "gzip")
    return AccountingApi(client, base_url=url)


def refused(answer: Answer) -> ToolFailed | None:
    """The error for an answer by which certainly nothing was done; None for all others."""
    match answer.status:
        case 401 if decoding.detail(answer.body) == "AuthorizationUnsuccessful":
            return ProviderRefused("Xero", said=NO_PERMISSION, status=401)
        case 401:
            return ConnectionLost("Xero")
        case 403:
            said = decoding.refusal(answer.body)
            if not said or "AuthenticationUnsuccessful" in said:
                return ConnectionLost("Xero")
            return ProviderRefused("Xero", said=said, status=403)
        case 404:
            return ProviderRefused("Xero", said=NO_SUCH_RECORD, status=404)
        case status if 400 <= status < 500 and status != 408:
            return ProviderRefused("Xero", said=decoding.refusal(answer.body) or not_accepted(status), status=status)
    return None


async def read(calls: XeroCalls, call: Call, urgency: Urgency) -> bytes:
    """The body of a read that succeeded; every failure as the error that says what to do."""
    try:
        answer = await calls.ask(call, urgency)
    except (NotSentError, LostError) as problem:
        raise ProviderUnavailable("Xero", trouble=problem.trouble) from problem
    if no := refused(answer):
        raise no
    if not 200 <= answer.status < 300:
        raise ProviderUnavailable("Xero", trouble=error_status(answer.status))
    return answer.body
