"""What an outside tester sees and steers of one provider: its effects, its faults, its clock, its state.

The control surface lies under `/_sandbox/`, outside every vendor path; `sandbox.faults` has the faults.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.faults import Fault, FaultMiddleware, FaultPlan, Means, Responder, parse_fault
from sandbox.late import LatePost

_LONGEST_ADVANCE = 20 * 366 * 24 * 3600  # seconds; beyond it dates overflow rather than test anything


class Control:
    """What an outside tester sees and steers of one provider: its effects, its faults, its clock, its state.

    `state` is the folder of this provider alone (made here); without it everything lives in memory.
    `reckoning` answers `GET /_sandbox/state`; a provider usually sets it from its `build`.
    """

    def __init__(
        self,
        provider: str,
        *,
        seed: int = 1,
        today: date | None = None,
        state: Path | None = None,
        reckoning: Callable[[], dict[str, Any]] | None = None,
    ) -> None:
        self.provider = provider
        self.seed = seed
        self.state = state
        self.reckoning = reckoning
        self.plan = FaultPlan()
        self.means = Means()
        self.post = LatePost()
        self._shift = timedelta() if today is None else today - datetime.now(UTC).date()
        self._advanced = 0.0
        self._effects: list[dict[str, Any]] = []
        if state is not None:
            state.mkdir(parents=True, exist_ok=True)
            self.load()

    def now(self) -> datetime:
        """The provider's own time, aware UTC: `today`, if set, at the real time of day, plus what was advanced."""
        return self.wall() + self._shift

    def today(self) -> date:
        """The provider's own date (UTC)."""
        return self.now().date()

    def wall(self) -> datetime:
        """The real time plus what was advanced, whatever `today` is: for tokens others check by a real clock."""
        return datetime.now(UTC) + timedelta(seconds=self._advanced)

    def advance(self, seconds: float) -> datetime:
        """Move the provider's clock forward by `seconds` and say what it shows now."""
        self._advanced += seconds
        self.save()
        return self.now()

    def record(
        self,
        *,
        operation: str,
        method: str,
        path: str,
        idempotency_key: str | None,
        body: Any,
        result_id: str | None,
    ) -> None:
        """Note a write that took effect, in the same step in which it does, before the answer is sent."""
        effect = {
            "seq": len(self._effects) + 1,
            "at": self.now().isoformat(),
            "provider": self.provider,
            "operation": operation,
            "method": method,
            "path": path,
            "idempotency_key": idempotency_key,
            "body": body,
            "result_id": result_id,
        }
        line = json.dumps(effect, default=str, ensure_ascii=False)
        self._effects.append(json.loads(line))  # a copy: what the caller changes later does not change the record
        if self.state is not None:
            with (self.state / "effects.jsonl").open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def effects(self) -> list[dict[str, Any]]:
        """Every write that took effect, oldest first."""
        return list(self._effects)

    def save(self) -> None:
        """Keep the clock's offset for the next start (effects are appended as they happen)."""
        if self.state is not None:
            new = self.state / "clock.json.new"
            new.write_text(json.dumps({"advanced_seconds": self._advanced}), encoding="utf-8")
            new.replace(self.state / "clock.json")  # whole or not at all

    def load(self) -> None:
        """Find the effects and the clock's offset of an earlier start again, if `state` holds any."""
        if self.state is None:
            return
        clock, effects = self.state / "clock.json", self.state / "effects.jsonl"
        if clock.exists():
            self._advanced = float(json.loads(clock.read_text(encoding="utf-8"))["advanced_seconds"])
        if effects.exists():
            text = effects.read_text(encoding="utf-8")
            *lines, rest = text.split("\n")
            self._effects = [json.loads(line) for line in lines]
            if rest:  # a line that was cut off in the middle by a kill: its write was never answered
                effects.write_text("".join(line + "\n" for line in lines), encoding="utf-8")

    def respond(self, kind: str, responder: Responder) -> None:
        """Answer `unauthorized`, `rate_limit`, `error_500`, `unavailable` or `refuse` in the vendor's own shape."""
        self.means.responders[kind] = responder

    def routes(self) -> list[BaseRoute]:
        """The control surface, to be put before the provider's own routes."""
        return [
            Route("/_sandbox/effects", self._get_effects, methods=["GET"]),
            Route("/_sandbox/faults", self._get_faults, methods=["GET"]),
            Route("/_sandbox/faults", self._post_fault, methods=["POST"]),
            Route("/_sandbox/faults", self._delete_faults, methods=["DELETE"]),
            Route("/_sandbox/faults/deliver", self._post_deliver, methods=["POST"]),
            Route("/_sandbox/clock", self._get_clock, methods=["GET"]),
            Route("/_sandbox/clock", self._post_clock, methods=["POST"]),
            Route("/_sandbox/state", self._get_state, methods=["GET"]),
            Route("/_sandbox/healthz", self._get_healthz, methods=["GET"]),
        ]

    def middleware(self) -> list[Middleware]:
        """What applies the faults to every request outside `/_sandbox/`."""
        return [Middleware(FaultMiddleware, plan=self.plan, means=self.means, post=self.post, now=self.now)]

    async def _get_effects(self, request: Request) -> Response:
        after = request.query_params.get("after", "0")
        if not after.isdecimal():
            return _refused("No effects are shown: after must be the number (seq) of an effect.")
        return JSONResponse(self._effects[int(after) :])

    async def _get_faults(self, request: Request) -> Response:
        return JSONResponse([fault.shown() for fault in self.plan.pending()])

    async def _post_fault(self, request: Request) -> Response:
        try:
            fault: Fault = parse_fault(await _json_object(request))
            self.means.check(fault.kind)
        except ValueError as error:
            return _refused(f"No fault was set: {error}")
        if fault.kind == "stale" and self.means.freeze is not None:
            fault.frozen = self.means.freeze()
            if "seconds" in fault.extra:
                fault.until = self.now() + timedelta(seconds=fault.seconds("seconds", 0))
        self.plan.add(fault)
        return JSONResponse(fault.shown(), status_code=201)

    async def _delete_faults(self, request: Request) -> Response:
        self.plan.clear(request.query_params.get("keep", ""))
        return Response(status_code=204)

    async def _post_deliver(self, request: Request) -> Response:
        return JSONResponse({"delivered": await self.post.deliver()})

    async def _get_clock(self, request: Request) -> Response:
        return JSONResponse({"now": self.now().isoformat(), "advanced_seconds": self._advanced})

    async def _post_clock(self, request: Request) -> Response:
        try:
            seconds = (await _json_object(request)).get("advance_seconds")
        except ValueError as error:
            return _refused(f"The clock was not moved: {error}")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= _LONGEST_ADVANCE:
            return _refused("The clock was not moved: advance_seconds must be a number from 0 to 20 years.")
        await self._pass(float(seconds))
        return JSONResponse({"now": self.now().isoformat(), "advanced_seconds": self._advanced})

    async def _pass(self, seconds: float) -> None:
        """Move the clock, stopping where a late request is due, so that it is handled at its own time."""
        left, end = seconds, self.now() + timedelta(seconds=seconds)
        while (due := self.post.next_due()) is not None and due <= end:
            step = min(left, max(0.0, (due - self.now()).total_seconds()))
            self.advance(step)
            left -= step
            await self.post.deliver(due)
        self.advance(left)

    async def _get_state(self, request: Request) -> Response:
        reckoned = {} if self.reckoning is None else self.reckoning()
        text = json.dumps(reckoned, default=str, ensure_ascii=False)
        return Response(text, media_type="application/json")

    async def _get_healthz(self, request: Request) -> Response:
        return JSONResponse({"ok": True, "provider": self.provider, "now": self.now().isoformat()})


def _refused(words: str) -> Response:
    return JSONResponse({"error": words}, status_code=400)


async def _json_object(request: Request) -> dict[str, Any]:
    """The request's JSON object. Raises ValueError, in plain words, for anything else."""
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise ValueError("the body is not JSON") from error
    if not isinstance(body, dict):
        raise ValueError("the body is not a JSON object")
    return body
