"""fal as its documents say: a queue without a failed state, results that carry the error, a platform API.

Addresses in a reply name owner and app only. The list of requests shows those that have ended, unless
`lists_running` is set: which of the two is true is documented nowhere. The balance takes an admin key.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

from tests.fakes.clips import clip_bytes
from tests.fakes.loopback import Answer, Call, Job, Loopback

PLATFORM = "/v1"
MONTH = 30 * 86_400.0
NINETY_DAYS = 90 * 86_400.0
UNIT_PRICE = 0.3
"""Dollars a second, for every endpoint that has no price of its own."""
NOT_FOUND = {"detail": "Not Found"}
FORBIDDEN = {"error": {"type": "authorization_error", "message": "An admin key is required"}}


def model_error(kind: str, msg: str = "no", loc: tuple[str, ...] = ("body", "prompt")) -> dict[str, Any]:
    """A model's own error body."""
    return {"detail": [{"loc": list(loc), "msg": msg, "type": kind, "url": "", "ctx": {}, "input": ""}]}


class Fal(Loopback):
    """`key`: the only one it lets in. `app_steps`: how much of an endpoint its addresses name."""

    def __init__(self, key: str, *, lag: float = 0.0, lists_running: bool = False, page: int = 100) -> None:
        super().__init__(ttl=7 * 86_400.0, lag=lag)
        self.key = key
        self.lists_running = lists_running
        self.page = page
        self.app_steps = 2
        self.admin = False
        self.balance: Any = 24.5
        self.prices: dict[str, dict[str, Any]] = {}
        self.schemas: dict[str, dict[str, Any]] = {}

    @property
    def platform(self) -> str:
        return self.base + PLATFORM

    def handle(self, call: Call) -> Answer:
        if call.path.startswith("/files/"):
            return self._result_file(call)
        if call.path == f"{PLATFORM}/models":
            return self._models(call)
        if call.headers.get("authorization") != f"Key {self.key}":
            return Answer.of({"detail": "No user found for Key ID and Secret"}, 401)
        if call.path.startswith(PLATFORM + "/"):
            return self._platform(call)
        if named := re.fullmatch(r"/(.+)/requests/([^/]+)(/status|/cancel)?", call.path):
            job = next((j for j in self.jobs.values() if j.extra["request_id"] == named.group(2)), None)
            if job is None or job.extra["app"] != named.group(1):
                return Answer.of(NOT_FOUND, 404)
            return self._of_job(job, call.method, named.group(3) or "")
        return self._create(call) if call.method == "POST" else Answer.of(NOT_FOUND, 404)

    def _create(self, call: Call) -> Answer:
        endpoint, body = call.path.strip("/"), call.json
        if not isinstance(body, dict) or not body.get("prompt"):
            return Answer.of(model_error("missing", "Field required"), 422)
        digest = hashlib.sha256(f"request {len(self.bill)}".encode()).hexdigest()
        request_id = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
        app = "/".join(endpoint.split("/")[: self.app_steps])
        job = self.accept(
            body,
            state="IN_QUEUE",
            micro=int(self._price(endpoint) * 1_000_000 * _seconds(body)),
            name=f"{endpoint.replace('/', ':')}:{request_id}",
            endpoint=endpoint,
            app=app,
            request_id=request_id,
        )
        root = f"{self.base}/{app}/requests/{request_id}"
        job.extra["root"] = root
        reply = {"request_id": request_id, "status": "IN_QUEUE", "queue_position": 0, "response_url": root}
        return Answer.of({**reply, "status_url": f"{root}/status", "cancel_url": f"{root}/cancel"})

    def _price(self, endpoint: str) -> float:
        return float(self.prices.get(endpoint, {"unit_price": UNIT_PRICE})["unit_price"])

    def _of_job(self, job: Job, method: str, what: str) -> Answer:
        match method, what:
            case "GET", "/status":
                return Answer.of(self._status(job), 200 if job.state == "COMPLETED" else 202)
            case "GET", "":
                return self._result(job)
            case "PUT", "/cancel":
                return self._cancel(job)
        return Answer.of({"detail": "Method Not Allowed"}, 405)

    def _status(self, job: Job) -> dict[str, Any]:
        if job.state == "IN_QUEUE":
            return {"status": "IN_QUEUE", "queue_position": 0}
        if job.state != "COMPLETED":
            return {"status": job.state, "logs": None}
        return {
            "status": "COMPLETED",
            "logs": None,
            "metrics": {"inference_time": 90.1},
            **job.extra.get("said", {}),
        }

    def _result(self, job: Job) -> Answer:
        if job.state != "COMPLETED":
            return Answer.of({"detail": "Request is still in progress"}, 400)
        if isinstance(job.error, Answer):
            return job.error
        units = _seconds(job.body) if job.cost is None else job.cost
        video = {"url": f"{self.base}/files/{job.extra['request_id']}/clip.mp4", "content_type": "video/mp4"}
        body = {"video": video, "seed": job.body.get("seed")} if job.output else {"seed": 1}
        return Answer.of(
            body, 200, {"x-fal-request-id": job.extra["request_id"], "X-Fal-Billable-Units": str(units)}
        )

    def _cancel(self, job: Job) -> Answer:
        if job.state == "COMPLETED":
            return Answer.of({"status": "ALREADY_COMPLETED"}, 400)
        if job.state == "IN_QUEUE":
            self.bill[job.id] = 0
            body = {"detail": "Request was cancelled", "error_type": "request_cancelled"}
            self.finish(job.id, "COMPLETED", error=Answer.of(body, 499), output=False)
        return Answer.of({"status": "CANCELLATION_REQUESTED"}, 202)

    # -- the platform API

    def _platform(self, call: Call) -> Answer:
        match call.path.removeprefix(PLATFORM):
            case "/models/pricing":
                return self._pricing(call)
            case "/models/requests/by-endpoint":
                return self._history(call)
            case "/account/billing":
                if not self.admin:
                    return Answer.of(FORBIDDEN, 403)
                money = {"current_balance": self.balance, "currency": "USD"}
                return Answer.of({"username": "director", "credits": money})
        return Answer.of({"error": {"type": "not_found", "message": "no such path"}}, 404)

    def _pricing(self, call: Call) -> Answer:
        asked = [name for value in call.query.get("endpoint_id", []) for name in value.split(",")]
        rows = [{"endpoint_id": name, **self.prices[name]} for name in asked if name in self.prices]
        return Answer.of({"prices": rows, "next_cursor": None, "has_more": False})

    def _models(self, call: Call) -> Answer:
        asked = [name for value in call.query.get("endpoint_id", []) for name in value.split(",")]
        rows = [
            {
                "endpoint_id": name,
                "metadata": {"status": "active"},
                "openapi": {"components": {"schemas": {"VideoInput": {"properties": self.schemas[name]}}}},
            }
            for name in asked
            if name in self.schemas
        ]
        return Answer.of({"models": rows, "next_cursor": None, "has_more": False})

    def _history(self, call: Call) -> Answer:
        asked = [name for value in call.query.get("endpoint_id", []) for name in value.split(",")]
        start = datetime.fromisoformat(call.query["start"][0]).timestamp()
        if len(asked) > 50 or start < self.time() - NINETY_DAYS - 60:
            message = {"type": "validation_error", "message": "at most 50 endpoints, at most 90 days"}
            return Answer.of({"error": message}, 422)
        jobs = [
            job
            for job in self.jobs.values()
            if job.extra["endpoint"] in asked
            and self.shown(job)
            and job.made_at >= start
            and (self.lists_running or job.ended_at is not None)
        ]
        at = int(call.query.get("cursor", ["0"])[0])
        size = min(self.page, int(call.query.get("limit", ["50"])[0]))
        more = at + size < len(jobs)
        items = [self._item(job, "payloads" in call.query.get("expand", [])) for job in jobs[at : at + size]]
        return Answer.of({"items": items, "next_cursor": str(at + size) if more else None, "has_more": more})

    def _item(self, job: Job, payloads: bool) -> dict[str, Any]:
        row = {
            "request_id": job.extra["request_id"],
            "endpoint_id": job.extra["endpoint"],
            "sent_at": _moment(job.made_at),
            "started_at": _moment(job.made_at),
            "ended_at": _moment(job.ended_at) if job.ended_at else None,
            "status_code": 200 if job.ended_at else None,
        }
        kept = payloads and self.time() < job.made_at + MONTH
        return {**row, "json_input": job.body, "json_output": {}} if kept else row

    def _result_file(self, call: Call) -> Answer:
        job = next((j for j in self.jobs.values() if j.extra["request_id"] == call.path.split("/")[2]), None)
        if job is None or not self.alive(job):
            return Answer(404, {"Content-Type": "text/html"}, b"<html><title>Not found</title></html>")
        return Answer.file(clip_bytes())


def _seconds(body: Any) -> int:
    return int(str(body.get("duration", "5")).removesuffix("s"))


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
