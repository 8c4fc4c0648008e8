"""Ark's video tasks as its documents say: create, read, list, cancel or delete, and signed addresses.

The list goes back seven days, newest first, and may lag; results live a day; DELETE cancels what is
queued, is refused while it runs, and deletes the record of what has ended.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from tests.fakes.clips import clip_bytes, picture_bytes
from tests.fakes.loopback import Answer, Call, Job, Loopback

ROOT = "/api/v3"
TASKS = f"{ROOT}/contents/generations/tasks"
WEEK = 7 * 86400.0
SIZES = {"480p": (864, 496), "720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160)}
SECONDS = {"2-5": (4, 30), "2-0": (4, 15), "1-5": (4, 12), "1-0": (2, 12)}
USD_A_MILLION = {"seedance-1-5-pro-251215": 1.2, "dreamina-seedance-2-5-260628": 10.7}


def error(code: str, message: str = "no", status: int = 400) -> Answer:
    body = {"code": code, "message": f"{message} Request id: 0217", "param": "", "type": "BadRequest"}
    return Answer.of({"error": body}, status)


class Ark(Loopback):
    """`key`: the only one it lets in. `echoes`: whether lists and tasks repeat our tag."""

    def __init__(self, key: str, *, echoes: bool = True, lag: float = 0.0) -> None:
        super().__init__(ttl=86400.0, lag=lag)
        self.key = key
        self.echoes = echoes
        self.newest_first = True

    @property
    def url(self) -> str:
        return self.base + ROOT

    def handle(self, call: Call) -> Answer:
        if call.path.startswith("/out/"):
            return self._result(call)
        if call.headers.get("authorization") != f"Bearer {self.key}":
            return error("AuthenticationError", "the API key in the request is missing or invalid", 401)
        name = call.path.removeprefix(TASKS).strip("/")
        match call.method, name:
            case "POST", "":
                return self._create(call.json)
            case "GET", "":
                return self._list(call)
            case "GET", _ if name in self.jobs and not self._old(self.jobs[name]):
                return Answer.of(self.task(self.jobs[name]))
            case "DELETE", _ if name in self.jobs:
                return self._delete(self.jobs[name])
        return error("InvalidParameter.TaskNotFound", "the task is not found", 404)

    def _create(self, body: Any) -> Answer:
        wrong = wrong_with(body) if isinstance(body, dict) else error("InvalidParameter")
        if wrong:
            return wrong
        moment = datetime.fromtimestamp(self.time(), UTC).strftime("%Y%m%d%H%M%S")
        name = f"cgt-{moment}-{len(self.bill):05x}"
        micro = round(tokens_of(body) * USD_A_MILLION.get(body["model"], 7.0))
        job = self.accept(body, state="queued", micro=micro, name=name)
        return Answer.of({"id": job.id, "safety_identifier": None})

    def task(self, job: Job) -> dict[str, Any]:
        body = job.body
        told: dict[str, Any] = {
            "id": job.id,
            "model": body["model"],
            "status": job.state,
            "error": None,
            "created_at": int(job.made_at),
            "updated_at": int(job.ended_at or job.made_at),
            "service_tier": body.get("service_tier", "default"),
            "execution_expires_after": body.get("execution_expires_after", 172800),
            "seed": body["seed"],
            "safety_identifier": body.get("safety_identifier") if self.echoes else None,
            "duration": body["duration"],
            "resolution": body["resolution"],
            "ratio": body["ratio"],
            "framespersecond": 24,
            "generate_audio": body.get("generate_audio", True),
            **job.extra,
        }
        if job.state == "failed" and job.error:
            code, _, said = str(job.error).rpartition("|")
            told["error"] = {"code": code or "InternalServiceError", "message": said}
        if job.state == "succeeded":
            count = tokens_of(body) if job.cost is None else job.cost
            told["usage"] = {"completion_tokens": count, "total_tokens": count}
            told["content"] = self._content(job) if job.output else {}
        return told

    def _content(self, job: Job) -> dict[str, Any]:
        signed = urlencode({"X-Tos-Expires": 86400, "X-Tos-Signature": f"{hash(job.id):x}"})
        frame = f"{self.base}/out/{job.id}.png?{signed}"
        return {
            "video_url": f"{self.base}/out/{job.id}.mp4?{signed}",
            "last_frame_url": frame if job.body.get("return_last_frame") else None,
            "file_url": None,
        }

    def _result(self, call: Call) -> Answer:
        name, _, kind = call.path.removeprefix("/out/").rpartition(".")
        job = self.jobs.get(name)
        if job is None or "X-Tos-Signature" not in call.query or not self.alive(job):
            return Answer(
                403, {"Content-Type": "application/xml"}, b"<Error><Code>AccessDenied</Code></Error>"
            )
        if kind == "png":
            return Answer.file(picture_bytes("PNG", 120), "image/png")
        return Answer.file(clip_bytes())

    def _list(self, call: Call) -> Answer:
        ask = {name: values[0] for name, values in call.query.items()}
        size, page = int(ask.get("page_size", 10)), int(ask.get("page_num", 1))
        if not 1 <= size <= 500 or not 1 <= page <= 500:
            return error("InvalidParameter", "page_num and page_size are 1 to 500")
        found = [job for job in self.jobs.values() if self.shown(job) and not self._old(job)]
        for name in ("status", "model", "service_tier"):
            if wanted := ask.get(f"filter.{name}"):
                found = [job for job in found if self.task(job)[name] == wanted]
        if ids := call.query.get("filter.task_ids"):
            found = [job for job in found if job.id in ids]
        found.sort(key=lambda job: job.made_at, reverse=self.newest_first)
        items = [self.task(job) for job in found[(page - 1) * size : page * size]]
        return Answer.of({"total": len(found), "items": items})

    def _delete(self, job: Job) -> Answer:
        if job.state == "running":
            return error("TaskRunningCannotCancel", "the task is running", 409)
        if job.state == "queued":
            job.state, job.ended_at = "cancelled", self.time()
            self.bill[job.id] = 0
        else:
            del self.jobs[job.id]
        return Answer.of({})

    def _old(self, job: Job) -> bool:
        return self.time() - job.made_at >= WEEK


def tokens_of(body: dict[str, Any]) -> int:
    """Width x height x frames / 1024: 108,900 for five seconds of 720p."""
    width, height = SIZES[body["resolution"]]
    return math.ceil((24 * body["duration"] + 1) * width * height / 1024)


def wrong_with(body: dict[str, Any]) -> Answer | None:
    """The documented refusals of a create."""
    model = str(body.get("model"))
    family = next((name for name in SECONDS if f"seedance-{name}" in model), None)
    if family is None:
        return error("InvalidEndpointOrModel.NotFound", f"the model {model} does not exist", 404)
    roles = [part.get("role") for part in body["content"] if part["type"] == "image_url"]
    frames = {"first_frame", "last_frame"} & set(roles)
    if frames and "reference_image" in roles:
        return error("InvalidParameter", "first/last frame and reference images cannot be mixed")
    if any(not part["image_url"]["url"].startswith(("data:image/", "https://")) for part in images(body)):
        return error("InvalidParameter", "the image is neither a URL nor base64")
    if family == "2-5" and frames and body.get("ratio", "adaptive") != "adaptive":
        return error("InvalidParameter.TaskTypeConstraint", "ratio must be adaptive")
    if family.startswith("2") and "camera_fixed" in body:
        return error("InvalidParameter", "camera_fixed is not supported by this model")
    if family == "1-0" and body.get("generate_audio"):
        return error("InvalidParameter", "generate_audio is not supported by this model")
    low, high = SECONDS[family]
    if body.get("duration") != -1 and not low <= body.get("duration", 5) <= high:
        return error("InvalidParameter", "duration is out of range")
    if body["resolution"] not in SIZES or (body["resolution"] == "4k" and "2-0-260128" not in model):
        return error("InvalidParameter", "resolution is not supported by this model")
    return None


def images(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for part in body["content"] if part["type"] == "image_url"]
