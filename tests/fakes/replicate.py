"""Replicate as its documents say: predictions, files, and lists that forget inputs after an hour.

A prediction's input, output and logs are gone an hour after its end (`ttl`), its row stays. Lists are
newest first, a page at a time, and `next` is a whole address. `Cancel-After` is obeyed.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from tests.fakes.clips import clip_bytes
from tests.fakes.loopback import Answer, Call, Job, Loopback

ROOT = "/v1"
HOUR = 3600.0
ENDED = ("succeeded", "failed", "canceled", "aborted")
MICRO_A_SECOND = {
    ("bytedance/seedance-2.0", "480p"): 80_000,
    ("bytedance/seedance-2.0", "720p"): 180_000,
    ("bytedance/seedance-2.0", "1080p"): 450_000,
    ("google/veo-3.1", "720p"): 200_000,
}
CREDIT = "You have insufficient credit to run this model. Go to https://replicate.com/account/billing"


def problem(status: int, detail: Any, title: str = "", **more: Any) -> Answer:
    body = {"title": title, "detail": detail, "status": status, **more}
    return Answer.of({name: value for name, value in body.items() if value}, status)


def moment(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


class Replicate(Loopback):
    """`key`: the only one it lets in. `page`: predictions a page of the list."""

    def __init__(self, key: str, *, lag: float = 0.0, page: int = 100) -> None:
        super().__init__(ttl=HOUR, lag=lag)
        self.key = key
        self.page = page
        self.files: dict[str, bytes] = {}

    @property
    def url(self) -> str:
        return self.base + ROOT

    def handle(self, call: Call) -> Answer:
        if call.path.startswith("/out/"):
            return self._result(call)
        if call.headers.get("authorization") != f"Bearer {self.key}":
            return problem(401, "You did not pass a valid authentication token", "Unauthenticated")
        for job in self.jobs.values():
            self._obey_deadline(job)
        path = call.path.removeprefix(ROOT)
        if call.method == "GET" and path == "/account":
            return Answer.of({"type": "user", "username": "director", "name": "A Director", "github_url": ""})
        if call.method == "POST" and path == "/files":
            return self._upload(call)
        if made := re.fullmatch(r"/models/([^/]+/[^/]+)/predictions", path):
            return self._create(made.group(1), call)
        if call.method == "GET" and path == "/predictions":
            return self._list(call)
        if named := re.fullmatch(r"/predictions/([^/]+)(/cancel)?", path):
            return self._of_job(named.group(1), call.method, bool(named.group(2)))
        return problem(404, "The requested resource could not be found.", "Not found")

    def _create(self, model: str, call: Call) -> Answer:
        body = call.json
        sent = body.get("input") if isinstance(body, dict) else None
        if not isinstance(sent, dict) or not sent.get("prompt"):
            rows = [{"type": "required", "field": "prompt", "description": "prompt is required"}]
            return problem(422, "input: prompt is required", "Input validation failed", invalid_fields=rows)
        if "last_frame_image" in sent and "image" not in sent:
            return problem(422, "last_frame_image needs image", "Input validation failed")
        if "reference_images" in sent and "image" in sent:
            return problem(422, "reference_images excludes image", "Input validation failed")
        each = MICRO_A_SECOND.get((model, sent.get("resolution", "")), 100_000)
        name = hashlib.sha256(f"prediction {len(self.bill)}".encode()).hexdigest()[:26]
        after = call.headers.get("cancel-after", "")
        job = self.accept(
            body, state="starting", micro=each * int(sent["duration"]), name=name, model=model, after=after
        )
        return Answer.of(self.prediction(job), 201)

    def _of_job(self, name: str, method: str, cancel: bool) -> Answer:
        job = self.jobs.get(name)
        if job is None or (method == "POST") is not cancel:
            return problem(404, "The requested resource could not be found.", "Not found")
        if cancel and job.state not in ENDED:
            # Before it runs nothing is charged; while it runs, all of it.
            if job.state == "starting":
                self.bill[job.id] = 0
            self.finish(job.id, "canceled", output=False)
        return Answer.of(self.prediction(job))

    def _obey_deadline(self, job: Job) -> None:
        found = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", job.extra["after"])
        if not job.extra["after"] or not found or job.state in ENDED:
            return
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        if self.time() >= job.made_at + hours * 3600 + minutes * 60 + seconds:
            started = job.state == "processing"
            self.bill[job.id] = self.bill[job.id] if started else 0
            self.finish(job.id, "canceled" if started else "aborted", output=False)

    def prediction(self, job: Job) -> dict[str, Any]:
        gone = job.ended_at is not None and not self.alive(job)
        done = job.state == "succeeded" and job.output and not gone
        return {
            "id": job.id,
            "model": job.extra["model"],
            "version": "hidden",
            "input": {} if gone else job.body["input"],
            "output": job.extra.get("output", f"{self.base}/out/{job.id}/clip.mp4") if done else None,
            "logs": "",
            "error": job.error or None,
            "status": job.state,
            "created_at": moment(job.made_at),
            "started_at": moment(job.made_at) if job.state in ("processing", "succeeded") else None,
            "completed_at": moment(job.ended_at),
            "deadline": None,
            "data_removed": gone,
            "source": "api",
            "metrics": {"predict_time": 81.2, "total_time": 83.0} if job.ended_at else {},
            "urls": {
                "get": f"{self.url}/predictions/{job.id}",
                "cancel": f"{self.url}/predictions/{job.id}/cancel",
            },
        }

    def _list(self, call: Call) -> Answer:
        after = call.query.get("created_after", ["1970-01-01T00:00:00+00:00"])[0]
        since = datetime.fromisoformat(after).timestamp()
        shown = [job for job in self.jobs.values() if self.shown(job) and job.made_at >= since]
        shown.sort(key=lambda job: job.made_at, reverse=True)
        at = int(call.query.get("cursor", ["0"])[0])
        rest = at + self.page
        query = urlencode({"created_after": after, "cursor": rest})
        return Answer.of(
            {
                "next": f"{self.url}/predictions?{query}" if rest < len(shown) else None,
                "previous": None,
                "results": [self.prediction(job) for job in shown[at:rest]],
            }
        )

    def _upload(self, call: Call) -> Answer:
        head, _, rest = call.body.partition(b"\r\n\r\n")
        named = re.search(rb'name="content"; filename="([^"]+)"', head)
        if named is None:
            return problem(400, "content is required", "Bad request")
        content = rest.rpartition(b"\r\n--")[0]
        self.files[named.group(1).decode()] = content
        name = hashlib.sha256(content).hexdigest()[:20]
        row = {"id": name, "urls": {"get": f"{self.url}/files/{name}"}, "size": len(content)}
        return Answer.of({**row, "checksums": {"sha256": hashlib.sha256(content).hexdigest()}}, 201)

    def _result(self, call: Call) -> Answer:
        job = self.jobs.get(call.path.split("/")[2])
        if job is None or not self.alive(job):
            return Answer(404, {"Content-Type": "text/html"}, b"<html><title>Not found</title></html>")
        return Answer.file(clip_bytes())
