"""The arguments of a tool call as a model wrote them: read strictly, checked by the tool's own schema.

Whatever is not exactly one JSON object of the tool's fields is refused in words that let the model mend it; nothing is
guessed. An amount keeps the digits that were written: no number passes through binary floating point.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

MAX_CHARACTERS = 8_000
"""Longer arguments are not those of any tool."""
_MAX_DIGITS = 30


class BadArguments(Exception):
    """The call cannot be made as written; the text says why, for the model."""


def read_arguments(written: str, schema: type[BaseModel]) -> dict[str, Any]:
    """The checked arguments by name, only those that were given. Raises BadArguments."""
    values = _object(written or "{}")
    for name, value in values.items():
        if isinstance(value, int) and not isinstance(value, bool) and name in _only_text(schema):
            values[name] = str(value)
    return check_arguments(values, schema)


def check_arguments(values: dict[str, Any], schema: type[BaseModel]) -> dict[str, Any]:
    """The same check for arguments that are values already (an edit). Raises BadArguments."""
    try:
        checked = schema.model_validate(values)
    except ValidationError as error:
        raise BadArguments(_explained(error)) from None
    return {name: getattr(checked, name) for name in checked.model_fields_set}


def _object(written: str) -> dict[str, Any]:
    if len(written) > MAX_CHARACTERS:
        raise BadArguments(f"the arguments are longer than {MAX_CHARACTERS} characters")
    try:
        # parse_float=str: 980.10 stays "980.10"; a field that wants a number turns the text into one itself.
        values = json.loads(
            written,
            object_pairs_hook=_no_duplicates,
            parse_float=_digits,
            parse_int=_whole,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError) as error:
        raise BadArguments(f"the arguments are not valid JSON ({str(error)[:80]})") from None
    if not isinstance(values, dict):
        raise BadArguments("the arguments must be one JSON object")
    return values


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a name appears twice")
    return values


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a value")


def _digits(text: str) -> str:
    if len(text) > _MAX_DIGITS or "e" in text.lower():
        raise ValueError("write numbers plainly, without an exponent")
    return text


def _whole(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise ValueError("a number is too long")
    return int(text)


@lru_cache(maxsize=256)
def _only_text(schema: type[BaseModel]) -> frozenset[str]:
    """The fields that take text but no number: a model that writes 201 for a document's number means its digits."""
    names = set()
    for name, spec in schema.model_json_schema().get("properties", {}).items():
        kinds = {spec.get("type"), *(option.get("type") for option in spec.get("anyOf", ()))}
        if "string" in kinds and not kinds & {"integer", "number"}:
            names.add(name)
    return frozenset(names)


def _explained(error: ValidationError) -> str:
    problems = []
    for item in error.errors(include_input=False, include_url=False, include_context=False)[:5]:
        where = ".".join(str(part) for part in item["loc"])[:60] or "arguments"
        problems.append(f"{where}: {item['msg'][:120]}")
    return "; ".join(problems)
