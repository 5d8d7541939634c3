"""The language model: what is asked of it, what it streams back, and what can go wrong, told in words.

The only module that knows the openai package. It speaks Chat Completions, which OpenAI, Azure and every compatible
server offer. The package takes more than a second to import, so it is imported at the first use; `warm` does that in
the background after the start.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from assistant.model_errors import ModelError, ModelProblem

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletionChunk

ChatMessage = dict[str, Any]
"""One message in the shape of Chat Completions (role, content, tool_calls, tool_call_id)."""

MAX_TEXT = 60_000
"""Characters of one answer; more is cut off as nonsense."""
MAX_ARGUMENTS = 40_000
"""Characters of the arguments of one tool call."""
MAX_CALLS = 40
"""Tool calls in one step."""
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,80}")


class Finish(StrEnum):
    """Why the model stopped."""

    STOP = "stop"
    CALLS = "tool_calls"
    LENGTH = "length"
    FILTER = "content_filter"


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer, as it came: untrusted text."""

    text: str


@dataclass(frozen=True, slots=True)
class CallRequest:
    """A tool call as the model wrote it: name and arguments are unchecked text; the id is unique in its step."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens counted by the server."""

    prompt: int
    answer: int


@dataclass(frozen=True, slots=True)
class StepEnd:
    """The model has finished one step: either an answer was streamed, or these calls are wanted (or both)."""

    finish: Finish
    calls: tuple[CallRequest, ...] = ()
    usage: Usage | None = None
    model: str = ""


Delta = TextDelta | StepEnd


class Model(Protocol):
    """Anything that continues a conversation; its output is trusted with nothing."""

    def stream(self, messages: list[ChatMessage], tools: list[dict[str, Any]]) -> AsyncIterator[Delta]:
        """Text deltas as they come, and one StepEnd last. Raises ModelError."""
        ...


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    size: int = 0


_PASSING = frozenset({408, 409, 429, 500, 502, 503, 504})
"""Statuses that may be gone a moment later."""
_RETRY_SECONDS = 0.5
_LONGEST_PAUSE = 3.0


class OpenAIModel:
    """Chat Completions at OpenAI or any server that speaks it."""

    def __init__(self, *, api_key: str, base_url: str, model: str, timeout: float) -> None:
        """`timeout` is in seconds: between two pieces of an answer; a whole step may take three times that."""
        self._api_key, self._base_url, self._model, self._timeout = api_key, base_url, model, timeout
        self._client: AsyncOpenAI | None = None

    async def warm(self) -> None:
        """Import the package off the event loop and make the client, so that the first question is quick."""
        if self._client is None:
            self._client = await asyncio.to_thread(self._open)

    def _open(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        return AsyncOpenAI(
            api_key=self._api_key or "unset",
            base_url=self._base_url or None,
            timeout=self._timeout,
            max_retries=0,  # the package would wait a whole Retry-After in silence: see _begin
        )

    async def close(self) -> None:
        """Give the connections back."""
        if self._client is not None:
            await self._client.close()

    async def stream(self, messages: list[ChatMessage], tools: list[dict[str, Any]]) -> AsyncIterator[Delta]:
        """Stream one step. A failure is a ModelError whose words say what happened and that nothing was written."""
        await self.warm()
        deadline = asyncio.get_running_loop().time() + self._timeout * 3
        async with aclosing(self._step(messages, tools)) as step:
            while True:
                # Only the waiting is timed: a deadline that struck while the reader holds a delta would cancel it.
                try:
                    async with asyncio.timeout_at(deadline):
                        delta = await anext(step, None)
                except TimeoutError:
                    raise ModelError(ModelProblem.TIMEOUT) from None
                if delta is None:
                    return
                yield delta

    async def _begin(self, messages: list[ChatMessage], offered: dict[str, Any]) -> Any:
        """Open the stream, once more if that failed at once: a person waits, so a long Retry-After is told instead."""
        import openai

        assert self._client is not None
        create: Any = self._client.chat.completions.create
        # As `extra_body` the messages go as they are: as arguments the package would first copy every one of them
        # through its types, on the event loop, which was half of a turn's own time (measured at 42 turns).
        body = {"messages": messages, "stream_options": {"include_usage": True}, **offered}
        asked = {"model": self._model, "messages": [], "stream": True, "extra_body": body}
        try:
            return await create(**asked)
        except openai.APITimeoutError:
            raise
        except openai.APIStatusError as error:
            pause = error.response.headers.get("retry-after", "")
            seconds = float(pause) if pause.replace(".", "", 1).isdigit() else _RETRY_SECONDS
            if error.status_code not in _PASSING or seconds > _LONGEST_PAUSE:
                raise
            await asyncio.sleep(seconds)
        except openai.APIConnectionError:
            await asyncio.sleep(_RETRY_SECONDS)
        return await create(**asked)

    async def _step(self, messages: list[ChatMessage], tools: list[dict[str, Any]]) -> AsyncGenerator[Delta, None]:
        import openai

        assert self._client is not None
        offered: dict[str, Any] = {"tools": tools} if tools else {}  # parallel calls are every server's default
        begun = False
        try:
            chunks = await self._begin(messages, offered)
            async with chunks:
                gathered = _Gathered()
                async for chunk in chunks:
                    begun = True
                    if text := gathered.add(chunk):
                        yield TextDelta(text)
                yield gathered.end()
        except openai.APIStatusError as error:
            raise ModelError.of_status(error.status_code, error.code) from error
        except openai.APITimeoutError as error:
            raise ModelError(ModelProblem.TIMEOUT) from error
        except openai.APIConnectionError as error:
            raise ModelError(ModelProblem.BROKEN_OFF if begun else ModelProblem.UNREACHABLE) from error
        except openai.APIError as error:
            raise ModelError(ModelProblem.BROKEN_OFF) from error
        except (ValueError, AttributeError, TypeError) as error:  # broken JSON and bytes are ValueErrors too
            # The SDK does not validate what a compatible server streams: whatever is not its format ends here.
            raise ModelError(ModelProblem.NONSENSE) from error
        except OSError as error:
            raise ModelError(ModelProblem.BROKEN_OFF) from error
        except _transport_errors() as error:
            raise ModelError(ModelProblem.BROKEN_OFF) from error


def _transport_errors() -> tuple[type[Exception], ...]:
    """What a stream that breaks off raises through the SDK, which wraps only errors before the first byte."""
    import httpx2

    return (httpx2.TransportError, httpx2.StreamError)


class _Gathered:
    """What one step has streamed so far: bounded text, and tool calls put together by index."""

    def __init__(self) -> None:
        self._text = 0
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}
        self._finish: str | None = None
        self._usage: Usage | None = None
        self._model = ""

    def add(self, chunk: ChatCompletionChunk) -> str:
        """Take one chunk in; gives the text that it brought."""
        self._model = self._model or str(chunk.model or "")
        if chunk.usage:
            self._usage = Usage(int(chunk.usage.prompt_tokens or 0), int(chunk.usage.completion_tokens or 0))
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        self._finish = choice.finish_reason or self._finish
        delta = choice.delta
        if delta is None:
            return ""
        for part in delta.tool_calls or ():
            self._add_call(part)
        text = delta.content or delta.refusal or ""
        if not isinstance(text, str):
            raise ModelError(ModelProblem.NONSENSE)
        self._text += len(text)
        if self._text > MAX_TEXT:
            raise ModelError(ModelProblem.TOO_MUCH)
        return text

    def _add_call(self, part: Any) -> None:
        function = part.function
        written = (part.id, function and function.name, function and function.arguments)
        if not all(isinstance(each, str) for each in written if each):
            raise ModelError(ModelProblem.NONSENSE)  # a list as a name would break whoever looks it up
        index = part.index if isinstance(part.index, int) else 0
        call = self._by_index.get(index)
        # Some servers number every parallel call 0: a new id at a known index is a new call, never a mixture of two.
        if call is None or (part.id and call.id and part.id != call.id):
            call = _Call(id=part.id or "")
            self._by_index[index] = call
            self._calls.append(call)
            if len(self._calls) > MAX_CALLS:
                raise ModelError(ModelProblem.TOO_MUCH)
        if function is None:
            return
        call.name = call.name or function.name or ""
        if function.name and function.name != call.name:
            raise ModelError(ModelProblem.NONSENSE)
        piece = function.arguments or ""
        call.arguments.append(piece)
        call.size += len(piece)
        if call.size > MAX_ARGUMENTS:
            raise ModelError(ModelProblem.TOO_MUCH)

    def end(self) -> StepEnd:
        """The step as a whole. A stream that ended without saying why was cut."""
        if self._finish is None and not self._calls and not self._text:
            raise ModelError(ModelProblem.NONSENSE)
        if self._finish is None:
            raise ModelError(ModelProblem.BROKEN_OFF)
        if self._finish == "content_filter" and not self._text:
            raise ModelError(ModelProblem.DECLINED)
        calls = tuple(_unique(self._calls))
        finish = Finish.CALLS if calls else _finish(self._finish)
        return StepEnd(finish, calls, self._usage, self._model)


def _finish(reason: str) -> Finish:
    try:
        return Finish(reason)
    except ValueError:
        return Finish.STOP


def _unique(calls: Iterable[_Call]) -> Iterable[CallRequest]:
    """Calls with ids that are unique and harmless: an id joins a result to its call in the history."""
    seen: set[str] = set()
    for number, call in enumerate(calls, start=1):
        identity = call.id if _ID.fullmatch(call.id) and call.id not in seen else f"call_{number}"
        while identity in seen:
            identity += "_"
        seen.add(identity)
        yield CallRequest(identity, call.name, "".join(call.arguments))
