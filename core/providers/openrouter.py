"""Video over OpenRouter: many makers' models behind one address and one key.

It has no list of jobs, no idempotency key and no cancel: a paid call without a clear answer can be
settled by a person only, with the key's use before and after as evidence (`account`). `session_id` and
`trace` carry our submission's key into its dashboards; nothing can be read back by them.

For video its documents name no switch against falling back to another provider (`provider` takes only
`options` there), so none is sent.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as quoted

from core.base.errors import BadInput, ProviderFault
from core.base.rates import Ask, Rate
from core.base.units import Amount
from core.providers.base import (
    Account,
    Capabilities,
    ErrorClass,
    Fetched,
    JobState,
    Payload,
    Picture,
    ProviderError,
    Quote,
    Reconcile,
    Status,
    SubmitOutcome,
    VideoProvider,
    VideoRequest,
)
from core.providers.openrouter_api.door import BASE_NAME, KEY_NAME, NAME, Door, checked, distinct, still
from core.providers.openrouter_api.errors import explain, job_error, moment
from core.providers.openrouter_api.models import SHIPPED, Model, find_model, read_models, trimmed
from core.providers.openrouter_api.money import cost_of
from core.providers.openrouter_api.prices import rates_of
from core.providers.wire.magic import Magic
from core.providers.wire.reply import Reply, WireFault

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.providers.wire.site import Site

MAX_CLIP = 2 << 30
"""Bytes."""
CLIP_DEADLINE_S = 1800.0
SIGNED_HOSTS = (
    "openrouter.ai",
    ".openrouter.ai",
    ".r2.cloudflarestorage.com",
    ".amazonaws.com",
    "storage.googleapis.com",
)
"""Where its signed copies may lie: usual homes of such addresses, not documented. Unverified."""
_STATES = {
    "pending": JobState.QUEUED,
    "in_progress": JobState.RUNNING,
    "completed": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "cancelled": JobState.CANCELLED,
    "expired": JobState.EXPIRED,
}


class OpenRouter(VideoProvider):
    name = NAME
    key_name = KEY_NAME
    base_name = BASE_NAME

    def __init__(self, site: Site) -> None:
        """Raises BadInput for an unusable OPENROUTER_BASE_URL."""
        self._door = Door(site)
        self.key_id = self._door.key_id
        self.missing_key = self._door.missing_key

    def discover(self) -> bool:
        """Reads its catalogue and keeps it. An empty one replaces nothing."""
        found = self._door.wire.get("/videos/models", explain=explain).json_object.get("data")
        if not read_models(found, ""):
            raise ProviderFault("OpenRouter's catalogue came empty", todo="try again later")
        self._door.site.catalogue.keep(NAME, trimmed(found))
        return True

    def live_rates(self) -> list[Rate]:
        """Prices out of the kept catalogue, of its day; a model whose prices are not understood has none."""
        return [
            rate
            for model in self._models().values()
            for rate in rates_of(NAME, model.id, model.skus, model.as_of)
        ]

    def capabilities(self, model: str) -> Capabilities:
        """Of the kept catalogue, or of the table that is shipped. Raises BadInput for an unknown model."""
        known = find_model(self._models(), model)
        lengths = known.lengths or (1, 30)
        return Capabilities(
            seconds=(float(min(lengths)), float(max(lengths))),
            lengths=known.lengths,
            resolutions=known.resolutions,
            aspects=known.aspects,
            first_frame="first_frame" in known.frames,
            last_frame="last_frame" in known.frames,
            references=known.references,
            frames_exclude_references=True,
            seed=known.seed,
            audio=known.audio,
            reconcile=Reconcile.NOTHING,
            proves_absence=False,
            as_of=known.as_of,
        )

    def quote(self, request: VideoRequest) -> Quote | None:
        try:
            model = find_model(self._models(), request.model)
            seconds = model.length(request.frames, request.fps)
            resolution = model.resolution(request.resolution, request.width, request.height)
        except BadInput:
            return None  # `build_payload` says what is wrong
        frames, references = _pictures(request, model)
        # Some models bill a picture; whether a frame counts as one is not documented, so it does.
        return self._door.quote(
            Ask(
                NAME,
                request.model,
                seconds=Fraction(seconds),
                width=request.width,
                height=request.height,
                resolution=resolution,
                audio=request.audio and model.audio,
                references=len(frames) + len(references),
                first_frame=bool(frames),
            )
        )

    def build_payload(self, request: VideoRequest, key: str) -> Payload:
        """Pure. Raises BadInput for what the model does not take, with the nearest that it does."""
        model = find_model(self._models(), request.model)
        frames, references = _pictures(request, model)
        for picture in frames:
            if picture.role not in model.frames:
                raise BadInput(
                    f"{model.id} takes no {picture.role.replace('_', ' ')}", todo="use another model"
                )
        body: dict[str, Any] = {
            "model": model.id,
            "prompt": request.prompt,
            "duration": model.length(request.frames, request.fps),
            **_shape(model, request),
            "session_id": key[:256],
            "trace": {"trace_id": key, "trace_name": f"{request.shot} take {request.take}"},
        }
        if model.audio:
            body["generate_audio"] = request.audio
        if model.seed:
            body["seed"] = request.seed
        if frames:
            body["frame_images"] = [{**still(one), "frame_type": one.role} for one in frames]
        elif references:
            body["input_references"] = [still(one) for one in references]
        return Payload("/videos", body, key, distinct((*frames, *references)), request.seed)

    def submit(self, payload: Payload) -> SubmitOutcome:
        return self._door.post(payload, _job_of)

    def poll(self, job_id: str) -> Status:
        reply = self._door.wire.get(_path(job_id), explain=explain)
        body = reply.json_object
        if body.get("id", job_id) != job_id or not isinstance(body.get("status"), str):
            raise ProviderFault("OpenRouter answered about something else than this job", where=job_id)
        # A word we do not know is a job that still runs: only its own words end it.
        state = _STATES.get(body["status"], JobState.RUNNING)
        cost = cost_of(body.get("usage"))
        if state in (JobState.QUEUED, JobState.RUNNING):
            return Status(state)
        if state is not JobState.SUCCEEDED:
            why = job_error(state, self._door.masked(body.get("error")))
            return Status(state, cost=cost, error=self._door.shown(why))
        return _finished(job_id, body, cost)

    def cancel(self, job_id: str) -> bool:
        """It has no way to."""
        return False

    def find(self, key: str, seed: int, since: datetime) -> None:
        """It has no list."""
        return

    def fetch(self, job_id: str, status: Status, dest: Path) -> Fetched:
        """Its own copy with the key first, then the signed ones without. Raises ProviderFault."""
        wire = self._door.wire
        tries = [(self._door.base + _content(job_id), True), *((url, False) for url in status.outputs[1:])]
        fault: WireFault | None = None
        for url, with_key in tries:
            try:
                found = wire.download(
                    url,
                    dest,
                    hosts=SIGNED_HOSTS,
                    with_key=with_key,
                    magic=Magic.MP4,
                    max_bytes=MAX_CLIP,
                    deadline_s=CLIP_DEADLINE_S,
                )
            except WireFault as error:
                # The first fault tells most: the signed copies are a second chance.
                fault = fault or error
            else:
                return Fetched(found.path, found.sha, found.size)
        raise fault or ProviderFault("there is nothing to fetch", where=job_id)

    def account(self) -> Account:
        return self._door.account()

    def _models(self) -> dict[str, Model]:
        kept = self._door.site.catalogue.read(NAME)
        return {**SHIPPED, **(read_models(kept[1], kept[0]) if kept else {})}


def _shape(model: Model, request: VideoRequest) -> dict[str, str]:
    given = {
        "resolution": model.resolution(request.resolution, request.width, request.height),
        "aspect_ratio": model.aspect(request.width, request.height),
    }
    return {name: value for name, value in given.items() if value}


def _pictures(request: VideoRequest, model: Model) -> tuple[list[Picture], list[Picture]]:
    """Frames, or the first references where there are none: of both, OpenRouter drops the references in
    silence."""
    ends = (("first_frame", request.first_frame), ("last_frame", request.last_frame))
    frames = [Picture(one.path, one.sha, role) for role, one in ends if one]
    return frames, [] if frames else list(request.references[: model.references])


def _job_of(reply: Reply) -> str | None:
    found = reply.json_object.get("id")
    return found if isinstance(found, str) else None


def _path(job_id: str) -> str:
    """From the id alone: `polling_url` is documented as absolute and as relative, and leads anywhere."""
    return f"/videos/{quoted(checked(job_id), safe='')}"


def _content(job_id: str) -> str:
    return f"{_path(job_id)}/content?index=0"


def _finished(job_id: str, body: dict[str, Any], cost: Amount) -> Status:
    unsigned, signed = _urls(body.get("unsigned_urls")), _urls(body.get("urls"))
    if not unsigned and not signed:
        nothing = ProviderError(ErrorClass.PROVIDER_FAULT, "the job is done, and OpenRouter names no clip")
        return Status(JobState.FAILED, cost=cost, error=nothing)
    return Status(
        JobState.SUCCEEDED,
        1.0,
        cost,
        outputs=(_content(job_id), *signed[:1]),
        expires_at=moment(body.get("expires_at")),
    )


def _urls(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else []
    return tuple(item for item in items if isinstance(item, str) and item)
