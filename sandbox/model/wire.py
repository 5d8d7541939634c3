"""The shapes of OpenAI's Chat Completions: a request checked, an answer and its pieces made."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from sandbox.model.bind import OFFER_TOOLS, Offered
from sandbox.model.dialogue import Reply

MODEL = "offline-router-1"
"""The model's own id, whatever was asked for."""
_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
_TOOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TOKEN = re.compile(r"\w{1,6}|[^\w\s]")
_MOST_MESSAGES = 2000


class BadRequest(ValueError):
    """The request cannot be served; the message says why, `param` where."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.param, self.code = param, code


@dataclass(frozen=True)
class Asked:
    """A checked request."""

    messages: list[dict[str, Any]]
    offered: Offered
    stream: bool
    usage: bool
    """Whether a stream ends with the usage figures."""
    parallel: bool
    seed: str
    """The same request has the same seed, so the same ids."""


def error(
    message: str, *, kind: str = "invalid_request_error", param: str | None = None, code: str | None = None
) -> dict[str, Any]:
    """An error in OpenAI's shape."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def read_request(body: bytes) -> Asked:
    """Check a request body. Raises BadRequest."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as broken:
        raise BadRequest("We could not parse the JSON body of your request.") from broken
    if not isinstance(found, dict):
        raise BadRequest("The JSON body of a request must be an object.")
    if not isinstance(found.get("model"), str) or not found["model"]:
        raise BadRequest("you must provide a model parameter", "model")
    if found.get("n") not in (None, 1):
        raise BadRequest("The offline model gives one choice: n must be 1.", "n", "unsupported_value")
    messages = _messages(found.get("messages"))
    offered, choice = _tools(found.get("tools")), found.get("tool_choice")
    stream = found.get("stream")
    if stream not in (None, True, False):
        raise BadRequest("stream must be true or false.", "stream")
    options = found.get("stream_options")
    if options is not None and not (stream and isinstance(options, dict)):
        raise BadRequest("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
    return Asked(
        messages=messages,
        offered=_choose(offered, choice),
        stream=bool(stream),
        usage=bool(options and options.get("include_usage")),
        parallel=found.get("parallel_tool_calls") is not False,
        seed=hashlib.sha256(body).hexdigest(),
    )


def _messages(found: Any) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not found:
        raise BadRequest(
            "[] is too short - 'messages'" if found == [] else "Missing required parameter: 'messages'.", "messages"
        )
    if len(found) > _MOST_MESSAGES:
        raise BadRequest(f"'messages' has {len(found)} entries; at most {_MOST_MESSAGES} are read.", "messages")
    open_calls: set[str] = set()
    for place, message in enumerate(found):
        _message(message, f"messages[{place}]")
        if message["role"] == "tool":
            if message.get("tool_call_id") not in open_calls:
                alone = "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
                raise BadRequest(f"Invalid parameter: {alone}", f"messages[{place}].role")
            open_calls.discard(message["tool_call_id"])
            continue
        if open_calls:
            raise BadRequest(_unanswered(open_calls), "messages")
        if message["role"] == "assistant":
            open_calls = _call_ids(message.get("tool_calls"), f"messages[{place}]")
    if open_calls:
        raise BadRequest(_unanswered(open_calls), "messages")
    return found


def _message(message: Any, where: str) -> None:
    if not isinstance(message, dict) or message.get("role") not in _ROLES:
        wrong = f"Invalid value: '{where}.role' must be one of {', '.join(sorted(_ROLES))}."
        raise BadRequest(wrong, f"{where}.role", "invalid_value")
    content = message.get("content")
    if not (content is None or isinstance(content, str | list)):
        wrong = f"Invalid type for '{where}.content': expected a string or a list of parts."
        raise BadRequest(wrong, f"{where}.content", "invalid_type")
    if content is None and message["role"] != "assistant":
        wrong = f"Missing required parameter: '{where}.content'."
        raise BadRequest(wrong, f"{where}.content", "missing_required_parameter")


def _unanswered(ids: set[str]) -> str:
    return (
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
        f"The following tool_call_ids did not have response messages: {', '.join(sorted(ids))}"
    )


def _call_ids(calls: Any, where: str) -> set[str]:
    if calls is None:
        return set()
    if not isinstance(calls, list) or not all(
        isinstance(call, dict) and isinstance(call.get("id"), str) and isinstance(call.get("function"), dict)
        for call in calls
    ):
        raise BadRequest(
            f"Invalid type for '{where}.tool_calls': expected a list of calls with id and function.",
            f"{where}.tool_calls",
            "invalid_type",
        )
    return {call["id"] for call in calls}


def _tools(found: Any) -> Offered:
    if found is None:
        return Offered({})
    if not isinstance(found, list):
        raise BadRequest("Invalid type for 'tools': expected a list.", "tools", "invalid_type")
    schemas: dict[str, dict[str, Any]] = {}
    more: dict[str, str] = {}
    for place, tool in enumerate(found):
        function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
        name = function.get("name") if isinstance(function, dict) else None
        if not isinstance(function, dict) or not isinstance(name, str) or not _TOOL_NAME.fullmatch(name):
            raise BadRequest(
                f"Invalid value: 'tools[{place}]' is not a function tool with a valid name.",
                f"tools[{place}]",
                "invalid_value",
            )
        parameters = function.get("parameters") or {}
        if not isinstance(parameters, dict):
            raise BadRequest(
                f"Invalid type for 'tools[{place}].function.parameters': expected an object.",
                f"tools[{place}].function.parameters",
                "invalid_type",
            )
        schemas[name] = parameters
        if name == OFFER_TOOLS:
            more = _groups(str(function.get("description", "")))
    return Offered(schemas, more=more)


_GROUP = re.compile(r"(?:^|[;.:]\s*)(?P<name>[a-z_]+): [^;()]*\((?P<tools>[a-z_, ]+)\)")


def _groups(description: str) -> dict[str, str]:
    """The group of each tool that `offer_tools` says it can bring out: "reports: … (get_profit_and_loss, …); …"."""
    found = _GROUP.finditer(description)
    return {tool: match["name"] for match in found for tool in match["tools"].split(", ")}


def _choose(offered: Offered, choice: Any) -> Offered:
    if choice in (None, "auto", "required"):
        return offered
    if choice == "none":
        return Offered({})
    name = (
        choice.get("function", {}).get("name")
        if isinstance(choice, dict) and isinstance(choice.get("function"), dict)
        else None
    )
    if name not in offered.schemas:
        raise BadRequest(
            "Invalid value for 'tool_choice': it names no tool of the request.", "tool_choice", "invalid_value"
        )
    return Offered(offered.schemas, name)


def tokens(text: str) -> int:
    """How many tokens a text counts as: words in pieces of up to six letters, and signs."""
    return sum(1 for _ in _TOKEN.finditer(text))


def usage(asked: Asked, reply: Reply) -> dict[str, Any]:
    """The usage figures of one exchange, counted by `tokens`."""
    prompt = tokens(json.dumps(asked.messages, ensure_ascii=False)) + tokens(
        json.dumps(dict(asked.offered.schemas), ensure_ascii=False)
    )
    answer = tokens(reply.text) + sum(tokens(call.tool) + tokens(json.dumps(call.arguments)) for call in reply.calls)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": answer,
        "total_tokens": prompt + answer,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }  # fmt: skip


def _calls(asked: Asked, reply: Reply) -> list[dict[str, Any]]:
    return [
        {"id": f"call_{asked.seed[:20]}{place}", "type": "function",
         "function": {"name": call.tool, "arguments": json.dumps(call.arguments, ensure_ascii=False)}}
        for place, call in enumerate(reply.calls)
    ]  # fmt: skip


def completion(asked: Asked, reply: Reply, created: int) -> dict[str, Any]:
    """A whole answer."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None, "refusal": None, "annotations": []}
    if reply.calls:
        message["tool_calls"] = _calls(asked, reply)
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": "tool_calls" if reply.calls else "stop",
    }
    return {
        "id": f"chatcmpl-{asked.seed[:28]}", "object": "chat.completion", "created": created, "model": MODEL,
        "choices": [choice], "usage": usage(asked, reply), "service_tier": "default", "system_fingerprint": MODEL,
    }  # fmt: skip


def chunks(asked: Asked, reply: Reply, created: int) -> list[dict[str, Any]]:
    """An answer as the pieces of a stream."""
    base = {
        "id": f"chatcmpl-{asked.seed[:28]}",
        "object": "chat.completion.chunk",
        "created": created,
        "model": MODEL,
        "system_fingerprint": MODEL,
    }

    def piece(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        made = {**base, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}
        return {**made, "usage": None} if asked.usage else made

    found = [piece({"role": "assistant", "content": None if reply.calls else "", "refusal": None})]
    found += [piece({"content": words}) for words in re.findall(r"\S+\s*|\s+", reply.text)]
    for place, call in enumerate(_calls(asked, reply)):
        arguments = call["function"]["arguments"]
        head = {**call, "index": place, "function": {"name": call["function"]["name"], "arguments": ""}}
        found.append(piece({"tool_calls": [head]}))
        for at in range(0, len(arguments), 24):
            found.append(piece({"tool_calls": [{"index": place, "function": {"arguments": arguments[at : at + 24]}}]}))
    found.append(piece({}, "tool_calls" if reply.calls else "stop"))
    if asked.usage:
        found.append({**base, "choices": [], "usage": usage(asked, reply)})
    return found
