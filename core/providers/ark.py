"""Seedance over Ark (BytePlus, Volcengine): the video adapter.

A job is found again by `safety_identifier`, which carries a hash of our submission's key, and by its
seed. DELETE cancels a task that is queued and deletes the record of one that has ended, clip and all:
it is sent in one place only, right after a GET that said `queued`.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, ProviderFault, RushesError
from core.base.rates import Ask
from core.base.text import one_line
from core.providers.ark_api import models, tasks
from core.providers.ark_api import request as orders
from core.providers.ark_api.errors import explain
from core.providers.base import (
    Account,
    Capabilities,
    ErrorClass,
    Fetched,
    Payload,
    ProviderError,
    Quote,
    Sent,
    Status,
    SubmitOutcome,
    Ticket,
    VideoProvider,
    VideoRequest,
)
from core.providers.wire.magic import Magic
from core.providers.wire.reply import BEARER, Reply, WireFault
from core.providers.wire.site import Site, wire_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

log = logging.getLogger("rushes.ark")

MAX_CLIP = 2 << 30
"""Bytes; thirty seconds of 4K are a quarter of that."""
CLIP_DEADLINE_S = 1800.0
MAX_FRAME = 64 << 20
FRAME_DEADLINE_S = 120.0
FRAME_TRIES = 2
PAGE_SIZE = 100
MAX_PAGES = 50
"""Five thousand tasks in seven days; a listing beyond that proves nothing here."""
BETWEEN_PAGES_S = 1.1
"""The list may be asked once a second for the whole account (vendor's tutorial, rate limits)."""
_BLOCKS = (ErrorClass.AUTH, ErrorClass.KEY_LIMIT, ErrorClass.INSUFFICIENT_CREDIT)


class Ark(VideoProvider):
    name = "ark"
    key_name = "ARK_API_KEY"
    base_name = "ARK_BASE_URL"

    def __init__(self, site: Site) -> None:
        """Raises BadInput for an unusable ARK_BASE_URL."""
        self._site = site
        self._wire = wire_of(site, self.base_name, models.INTERNATIONAL, BEARER)
        self.key_id = site.secret.fingerprint(self.name) if site.secret else ""
        self.missing_key = "" if site.secret else self.key_name

    def capabilities(self, model: str) -> Capabilities:
        """Raises BadInput for a model nobody here knows."""
        return models.capabilities_of(models.model_of(model))

    def quote(self, request: VideoRequest) -> Quote | None:
        """None too for what the model does not take; `build_payload` says what that is."""
        try:
            model = models.model_of(request.model)
            seconds = orders.duration_of(request, model)
            resolution = orders.resolution_of(request, model)
        except BadInput:
            return None
        ask = Ask(
            self.name,
            request.model,
            seconds=Fraction(seconds),
            width=request.width,
            height=request.height,
            resolution=resolution,
            audio=request.audio,
            references=len(request.references),
            first_frame=request.first_frame is not None,
        )
        priced = self._site.card().price(ask)
        return Quote(priced.upper, priced.expected, priced.certainty, priced.row) if priced else None

    def build_payload(self, request: VideoRequest, key: str) -> Payload:
        """Pure. Raises BadInput for what the model does not take."""
        body = orders.body_of(request, key)
        return Payload(models.TASKS, body, key, orders.pictures_of(request), request.seed)

    def submit(self, payload: Payload) -> SubmitOutcome:
        if self.missing_key:
            error = ProviderError(ErrorClass.AUTH, f"{self.key_name} is not set: nothing was sent")
            return SubmitOutcome(Sent.NOT_SENT, error=error)
        try:
            body = orders.filled(payload, self._site.encode_picture)
        except (RushesError, OSError) as error:
            said = ProviderError(ErrorClass.BAD_REQUEST, one_line(str(error), 500), code="picture")
            return SubmitOutcome(Sent.REFUSED, error=said)
        return self._wire.post(payload.endpoint, body, explain=explain, job_of=_job_of)

    def poll(self, job_id: str) -> Status:
        secrets = (self._site.secret.reveal(),) if self._site.secret else ()
        return tasks.status_of(self._task(job_id), self._site.card(), secrets)

    def cancel(self, job_id: str) -> bool:
        """Only while the task is queued; True when it is seen cancelled afterwards.

        A task that starts between our GET and our DELETE is refused by the provider
        (`TaskRunningCannotCancel`) and goes on. One that also ended in that moment, by failing at
        once, would lose its record; a clip takes far longer than the two calls.
        """
        if self._task(job_id)["status"] != "queued":
            return False
        try:
            self._wire.call("DELETE", _path(job_id), explain=explain, read_s=10.0, deadline_s=15.0)
        except WireFault as fault:
            if fault.error and fault.error.code.startswith("TaskRunningCannotCancel"):
                return False
            raise
        return bool(self._task(job_id)["status"] == "cancelled")

    def find(self, key: str, seed: int, since: datetime) -> Sequence[Ticket]:
        """Tasks under our tag; else those of this seed that carry no tag of ours.

        Raises ProviderFault where none is found and the listing is not whole, or reaches back less
        far than `since`.
        """
        found = tasks.ours(self._listed(since), key, seed)
        if not found and self._site.clock.now() - since >= timedelta(seconds=models.RETENTION_S):
            raise ProviderFault("Ark lists seven days, and this is older", todo="look at Ark's bills")
        return found

    def _listed(self, since: datetime) -> Iterator[tasks.Task]:
        """Every task made since then, each once. Raises ProviderFault for a listing that is not whole."""
        seen: set[str] = set()
        oldest, ordered, total = float("inf"), True, 0
        begin = float(int(since.timestamp()))
        for page in range(1, MAX_PAGES + 1):
            if page > 1:
                self._site.clock.sleep(BETWEEN_PAGES_S)
            items, count = self._page(page)
            if count < total:
                raise ProviderFault(
                    "Ark's list grew shorter while it was read", todo="it is asked again later"
                )
            total = count
            for task in items:
                at = tasks.made_at(task)
                # Newest first is how it comes, and nowhere promised: it counts while it is seen.
                ordered, oldest = ordered and (at <= oldest or task["id"] in seen), min(at, oldest)
                if task["id"] not in seen and at >= begin:
                    yield task
                seen.add(task["id"])
            if len(seen) >= total or (ordered and oldest < begin):
                return
            if not items:
                break
        raise ProviderFault(
            "Ark's list of tasks could not be read to its end", todo="it is asked again later"
        )

    def _page(self, page: int, size: int = PAGE_SIZE) -> tuple[list[dict[str, Any]], int]:
        params = {"page_num": page, "page_size": size}
        return tasks.page_of(self._wire.get(models.TASKS, params=params, explain=explain).json_object)

    def account(self) -> Account:
        """Whether the key works, by a listing of one task. Raises ProviderFault where that cannot be said."""
        if self.missing_key:
            return Account(self.name, "no key", said=f"{self.key_name} is not set")
        now = self._site.clock.now()
        try:
            self._page(1, 1)
        except WireFault as fault:
            if fault.error is None or fault.error.kind not in _BLOCKS:
                raise
            return Account(self.name, "blocked", said=fault.error.message, read_at=now)
        return Account(self.name, "active", said="Ark tells no balance to an API key", read_at=now)

    def fetch(self, job_id: str, status: Status, dest: Path) -> Fetched:
        """The clip to `dest`, the provider's own last frame to `<stem>.native.png` beside it.

        Nothing is carried: the addresses are signed and live a day. A last frame that cannot be had
        does not take the clip away. Raises ProviderFault.
        """
        if not status.outputs:
            raise ProviderFault("the job names no clip", where=job_id[:60], todo="it is asked again")
        clip = self._wire.download(
            status.outputs[0],
            dest,
            hosts=models.OUTPUT_HOSTS,
            with_key=False,
            magic=Magic.MP4,
            max_bytes=MAX_CLIP,
            deadline_s=CLIP_DEADLINE_S,
        )
        frame = self._last_frame(status.outputs[1], dest) if len(status.outputs) > 1 else None
        return Fetched(clip.path, clip.sha, clip.size, native_last_frame=frame)

    def _last_frame(self, url: str, dest: Path) -> Path | None:
        beside = dest.with_name(f"{dest.stem}.native.png")
        for _ in range(FRAME_TRIES):
            try:
                return self._wire.download(
                    url,
                    beside,
                    hosts=models.OUTPUT_HOSTS,
                    with_key=False,
                    magic=Magic.PNG,
                    max_bytes=MAX_FRAME,
                    deadline_s=FRAME_DEADLINE_S,
                ).path
            except WireFault as fault:
                log.warning("%s: the provider's last frame did not come: %s", dest.name, fault.what)
        return None

    def _task(self, job_id: str) -> dict[str, Any]:
        """The task as it is now. Raises ProviderFault, also for an answer about another task."""
        task = self._wire.get(_path(job_id), explain=explain).json_object
        if task.get("id") != job_id or not isinstance(task.get("status"), str):
            raise ProviderFault("Ark answered about something else", where=job_id, todo="it is asked again")
        return task


def _path(job_id: str) -> str:
    if not tasks.is_job(job_id):
        raise ProviderFault(
            f"'{one_line(job_id, 60)}' is not a job of Ark", todo="look for the take's job id"
        )
    return f"{models.TASKS}/{job_id}"


def _job_of(reply: Reply) -> str | None:
    found = reply.json_object.get("id")
    return found if tasks.is_job(found) else None
