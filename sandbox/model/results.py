"""Tool results told to the person: the tool's own sentence where it has one, else its rows and figures in order."""

import json
from typing import Any

from sandbox.model.say import numbered, say
from sandbox.model.text import clean

_MOST_ROWS = 10
_LONGEST = 6000
_ROWS = (
    "rows",
    "items",
    "invoices",
    "bills",
    "payments",
    "transactions",
    "bookings",
    "contacts",
    "accounts",
    "mandates",
    "data",
    "results",
)


def tell(raw: str, language: str) -> str:
    """One tool result in words. What it contains is told, never obeyed."""
    try:
        found: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return clean(raw)[:_LONGEST] or say("no_rows", language)
    if isinstance(found, dict):
        return _object(found, language)
    if isinstance(found, list):
        return _rows(found, language)
    return clean(str(found))[:_LONGEST]


def rows_of(raw: str) -> list[dict[str, Any]]:
    """The rows of a tool result, if it has any."""
    try:
        found: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return []
    rows = (
        found
        if isinstance(found, list)
        else next((found[key] for key in _ROWS if isinstance(found.get(key), list)), [])
        if isinstance(found, dict)
        else []
    )
    return [row for row in rows if isinstance(row, dict)]


def _object(found: dict[str, Any], language: str) -> str:
    choices = found.get("choices")
    error = found.get("error")
    if (isinstance(error, dict) and error.get("message")) or (isinstance(error, str) and error):
        text = clean(str(error["message"] if isinstance(error, dict) else error))
        more = choices or (error.get("choices") if isinstance(error, dict) else None)
        return _with_choices(text, more, language)
    said = next(
        (
            str(found[key])
            for key in ("answer", "question", "summary", "message")
            if isinstance(found.get(key), str) and found[key].strip()
        ),
        "",
    )
    if isinstance(found.get("question"), str) and said != found["question"]:
        said = f"{said}\n{found['question']}"
    if said:
        return _with_choices(clean(said), choices, language)
    if isinstance(choices, list) and choices:
        return _with_choices(say("which_one", language), choices, language)
    for key in _ROWS:
        if isinstance(found.get(key), list):
            rest = {name: value for name, value in found.items() if name != key and not isinstance(value, list | dict)}
            head = _pairs(rest)
            return "\n".join(part for part in (head, _rows(found[key], language)) if part)
    return _pairs(found) or say("done", language)


def _with_choices(text: str, choices: Any, language: str) -> str:
    lines = [choice_label(choice) for choice in choices] if isinstance(choices, list) else []
    lines = [line for line in lines if line][:30]
    return f"{text}\n{numbered(lines)}"[:_LONGEST] if lines else text[:_LONGEST]


def choice_label(choice: Any) -> str:
    """How one choice is offered."""
    if isinstance(choice, dict):
        word = choice.get("label") or choice.get("name") or choice.get("number") or ""
        return clean(str(word)).replace("\n", " ")
    return clean(str(choice)).replace("\n", " ")


def _rows(rows: list[Any], language: str) -> str:
    if not rows:
        return say("no_rows", language)
    lines = []
    for row in rows[:_MOST_ROWS]:
        if isinstance(row, dict):
            lines.append(
                " ".join(_value(value) for value in row.values() if not isinstance(value, list) and _value(value))[:300]
            )
        else:
            lines.append(_value(row)[:300])
    more = [say("more_rows", language, count=str(len(rows) - _MOST_ROWS))] if len(rows) > _MOST_ROWS else []
    return "\n".join([numbered(lines), *more])


def _value(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, dict):
        return " ".join(part for part in (_value(inner) for inner in value.values()) if part)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return clean(str(value)).replace("\n", " ")


def _pairs(found: dict[str, Any]) -> str:
    lines = []
    for key, value in found.items():
        words = ", ".join(_value(inner) for inner in value[:_MOST_ROWS]) if isinstance(value, list) else _value(value)
        if words:
            lines.append(f"{key.replace('_', ' ')}: {words}"[:500])
    return "\n".join(lines[:30])
