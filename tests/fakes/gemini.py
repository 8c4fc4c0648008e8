"""Gemini's `generateContent` as its documents say, for pictures and for answers in JSON.

Synchronous: the reply is the result. `cost` is the count of tokens that came out; `says` scripts what
the model does with the next calls.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.fakes.clips import picture_bytes
from tests.fakes.loopback import Answer, Call, Loopback

MODELS = "/v1beta/models"
IMAGE_TOKENS = {"512": 747, "1K": 1120, "2K": 1680, "4K": 2520}
RATIOS = {"1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9", "1:4", "4:1", "1:8", "8:1"}


def error(status: int, name: str, message: str, **more: Any) -> Answer:
    return Answer.of({"error": {"code": status, "message": message, "status": name, **more}}, status)


class Gemini(Loopback):
    """`key`: the only one it lets in. `answer`: what a model asked for JSON says."""

    def __init__(self, key: str, answer: Any = None) -> None:
        super().__init__()
        self.key = key
        self.answer_text = json.dumps(answer)
        self.thinks = True
        self.picture = picture_bytes("PNG", 70)
        self.changes: list[dict[str, Any]] = []
        """Laid over the next replies, one each."""

    def handle(self, call: Call) -> Answer:
        if call.headers.get("x-goog-api-key") != self.key or "key" in call.query:
            return error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.")
        if call.method == "GET" and call.path == MODELS:
            return Answer.of({"models": [{"name": "models/gemini-3.8-flash"}], "nextPageToken": "b"})
        if call.method != "POST" or not call.path.endswith(":generateContent"):
            return error(404, "NOT_FOUND", "Requested entity was not found.")
        model = call.path.removeprefix(f"{MODELS}/").removesuffix(":generateContent")
        if not model.startswith("gemini-3"):
            return error(404, "NOT_FOUND", f"models/{model} is not found for API version v1beta")
        return self._generate(model, call.json)

    def _generate(self, model: str, body: Any) -> Answer:
        wrong = wrong_with(body)
        if wrong:
            return error(400, "INVALID_ARGUMENT", wrong)
        config = body["generationConfig"]
        image = config.get("responseModalities") == ["IMAGE"]
        size = config.get("imageConfig", {}).get("imageSize", "1K")
        count = (IMAGE_TOKENS[size] if image else 120) if self.cost is None else self.cost
        job = self.accept(body, state="done", micro=0)
        reply = {
            "candidates": [
                {
                    "content": {"role": "model", "parts": self._parts(image)},
                    "finishReason": "STOP",
                    "index": 0,
                }
            ],
            "usageMetadata": {
                "promptTokenCount": 300,
                "candidatesTokenCount": count,
                "thoughtsTokenCount": 80,
                "totalTokenCount": 500,
            },
            "modelVersion": model,
            "responseId": f"rE-{job.id}",
        }
        over = self.changes.pop(0) if self.changes else {}
        return Answer.of({name: value for name, value in {**reply, **over}.items() if value is not ...})

    def _parts(self, image: bool) -> list[dict[str, Any]]:
        thought = {"text": "Let me think of a lighthouse.", "thought": True}
        if not image:
            half = len(self.answer_text) // 2
            return [thought, {"text": self.answer_text[:half]}, {"text": self.answer_text[half:]}]
        draft = {**inline(picture_bytes("PNG", 10)), "thought": True}
        return [thought, draft, {"text": "Here it is."}, inline(self.picture)]


def inline(data: bytes, mime: str = "image/png") -> dict[str, Any]:
    return {"inlineData": {"mimeType": mime, "data": base64.b64encode(data).decode()}}


def wrong_with(body: Any) -> str:
    """The documented refusals, in the words of its parser; empty: nothing is wrong."""
    if not isinstance(body, dict) or not body.get("contents"):
        return "contents is not specified"
    for part in body["contents"][0]["parts"]:
        if "inlineData" in part:
            try:
                base64.b64decode(part["inlineData"]["data"], validate=True)
            except ValueError:
                return "Invalid value at 'contents[0].parts[0].inline_data.data': base64 decoding failed"
            if not part["inlineData"]["mimeType"].startswith("image/"):
                return "Unsupported MIME type"
    image = body["generationConfig"].get("imageConfig")
    if image and (image["aspectRatio"] not in RATIOS or image["imageSize"] not in IMAGE_TOKENS):
        return "Invalid value at 'generation_config.image_config'"
    return ""
