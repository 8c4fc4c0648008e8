"""OpenRouter as its documents say: videos, images, chat, key and catalogue."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.fakes.clips import clip_bytes, picture_bytes
from tests.fakes.loopback import Answer, Call, Job, Loopback

API = "/api/v1"


def error(status: int, message: str, *, code: Any = ..., **metadata: Any) -> dict[str, Any]:
    """The body of a refusal; `metadata=None` is sent as it is."""
    given = metadata.get("metadata", ...) if "metadata" in metadata else metadata
    body: dict[str, Any] = {"code": status if code is ... else code, "message": message}
    if given is None or given:
        body["metadata"] = given
    return {"error": body, "user_id": "user_2abc"}


CATALOGUE: list[dict[str, Any]] = [
    {
        "id": "bytedance/seedance-2.0",
        "supported_durations": list(range(4, 16)),
        "supported_resolutions": ["480p", "720p", "1080p", "4K"],
        "supported_aspect_ratios": ["1:1", "3:4", "9:16", "4:3", "16:9", "21:9", "9:21"],
        "supported_frame_images": ["first_frame", "last_frame"],
        "generate_audio": True,
        "seed": True,
        "pricing_skus": {
            "video_tokens": "0.000007",
            "video_tokens_4k": "0.000004",
            "video_tokens_1080p": "0.0000077",
            "video_tokens_without_audio": "0.000007",
            "video_tokens_with_video_input": "0.0000043",
            "video_tokens_4k_with_video_input": "0.0000024",
            "video_tokens_1080p_with_video_input": "0.0000047",
        },
    },
    {
        "id": "runway/gen-4.5",
        "supported_durations": list(range(2, 11)),
        "supported_resolutions": ["720p"],
        "supported_aspect_ratios": ["16:9", "9:16"],
        "supported_frame_images": ["first_frame"],
        "generate_audio": False,
        "seed": True,
        "pricing_skus": {"cents_per_second_output": "12"},
    },
    {
        "id": "new/model-1",
        "supported_durations": [3, 6],
        "supported_resolutions": None,
        "supported_aspect_ratios": None,
        "supported_frame_images": None,
        "generate_audio": None,
        "seed": None,
        "pricing_skus": {"credits_per_moon_phase": "3"},
    },
]


class OpenRouterApi(Loopback):
    """`key` is the one it takes. New jobs are `pending`; `cost` is `usage.cost` in dollars."""

    def __init__(self, key: str, *, cost: Any = 0.756, ttl: float | None = None) -> None:
        super().__init__(cost=cost, ttl=ttl)
        self.key = key
        self.signed = True
        """Whether it keeps a copy under a signed address."""
        self.account: dict[str, Any] = {"label": "films", "limit": 50, "limit_remaining": 12.5, "usage": 37.5}
        self.credits: dict[str, Any] | None = None
        """What a management key sees; None: this is an ordinary key."""
        self.picture: str = base64.b64encode(picture_bytes("PNG")).decode()
        self.choice: dict[str, Any] = {"finish_reason": "stop", "message": {"content": "{}"}}
        self.catalogue: Any = CATALOGUE

    def handle(self, call: Call) -> Answer:
        if call.path.startswith("/signed/"):
            return self._clip(call.path.rpartition("/")[2])
        if call.headers.get("authorization") != f"Bearer {self.key}":
            return Answer.of(error(401, "No auth credentials found"), 401)
        steps = call.path.removeprefix(API).strip("/").split("/")
        match call.method, steps:
            case "POST", ["videos"]:
                return self._order(call.json)
            case "POST", ["images"]:
                return self._image(call.json)
            case "POST", ["chat", "completions"]:
                return self._chat(call.json)
            case "GET", ["videos", "models"]:
                return Answer.of({"data": self.catalogue})
            case "GET", ["videos", name]:
                return self._job(name)
            case "GET", ["videos", name, "content"]:
                return self._clip(name)
            case "GET", [name]:
                return self._about(name)
        return Answer.of(error(404, "Not found"), 404)

    def _order(self, body: Any) -> Answer:
        wrong = _wrong(body)
        if wrong:
            return Answer.of(error(400, wrong), 400)
        job = self.accept(body, state="pending", micro=756_000, name=f"gen-vid-{len(self.bill) + 1:04d}-AbC")
        path = f"{API}/videos/{job.id}"
        return Answer.of({"id": job.id, "polling_url": path, "status": "pending", "error": None}, 202)

    def _job(self, name: str) -> Answer:
        job = self.jobs.get(name)
        if job is None:
            return Answer.of(error(404, "Video generation job not found"), 404)
        # Leads astray on purpose: nobody may follow it.
        body: dict[str, Any] = {"id": name, "polling_url": "https://elsewhere.example/x", "status": job.state}
        body["error"] = job.error or None
        if job.state == "completed":
            body |= {"usage": {"cost": job.cost, "is_byok": False}, **self._places(job)}
        return Answer.of(body)

    def _places(self, job: Job) -> dict[str, Any]:
        if not job.output:
            return {"unsigned_urls": [], "urls": None}
        found: dict[str, Any] = {"unsigned_urls": [f"{self.base}{API}/videos/{job.id}/content?index=0"]}
        if self.signed:
            found |= {"urls": [f"{self.base}/signed/{job.id}?sig=abc"], "expires_at": int(self.time()) + 3600}
        return found

    def _clip(self, name: str) -> Answer:
        job = self.jobs.get(name)
        if job is None or job.state != "completed":
            return Answer.of(error(409, "The video is not ready"), 409)
        if not self.alive(job):
            return Answer.of(error(410, "The video is no longer available"), 410)
        return Answer.file(clip_bytes())

    def _image(self, body: Any) -> Answer:
        job = self.accept(body, state="done", micro=100_000)
        data = [{"b64_json": self.picture, "media_type": "image/png"}] if self.picture else []
        return Answer.of({"created": int(self.time()), "data": data, "usage": {"cost": job.cost}})

    def _chat(self, body: Any) -> Answer:
        job = self.accept(body, state="done", micro=10_000, name=f"gen-{len(self.bill) + 1}")
        usage = {"prompt_tokens": 900, "completion_tokens": 60, "cost": job.cost}
        return Answer.of(
            {"id": job.id, "object": "chat.completion", "choices": [self.choice], "usage": usage}
        )

    def _about(self, name: str) -> Answer:
        if name == "key":
            return Answer.of({"data": self.account})
        if name == "credits":
            if self.credits is None:
                return Answer.of(error(403, "Only management keys can perform this operation"), 403)
            return Answer.of({"data": self.credits})
        if name == "models":
            prices = {"prompt": "0.0000003", "completion": "0.0000025"}
            return Answer.of({"data": [{"id": "google/gemini-3.1-flash", "pricing": prices}, {"id": 7}]})
        return Answer.of(error(404, "Not found"), 404)


def _wrong(body: Any) -> str:
    """What the documents say is refused with 400."""
    if not isinstance(body, dict) or not isinstance(body.get("model"), str):
        return "model: Required"
    if not isinstance(body.get("duration"), int):
        return "duration: Expected number"
    for name in ("frame_images", "input_references"):
        for item in body.get(name, []):
            if not isinstance(item, dict) or not item["image_url"]["url"].startswith("data:image/"):
                return f"{name}: Invalid discriminator value"
    return "" if json.dumps(body) else "empty"
