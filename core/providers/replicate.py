"""Replicate: predictions of official video models, by the second of video.

The paid POST carries `Cancel-After` and never `Prefer: wait`: a wait that times out looks like a
failure and is not one. Inputs and outputs live for an hour, so a job is found by its tag, priced from
its echoed input and downloaded within it, or not at all.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, ProviderFault, RushesError
from core.base.redact import redact
from core.base.text import one_line
from core.base.units import ZERO, Amount
from core.providers.base import (
    Account,
    Capabilities,
    ErrorClass,
    Fetched,
    JobState,
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
from core.providers.replicate_api import models, words
from core.providers.wire.magic import Magic
from core.providers.wire.pictures import data_uri, read_picture
from core.providers.wire.reply import BEARER, WireFault
from core.providers.wire.site import Site, wire_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from core.providers.base import Picture
    from core.providers.wire.reply import Reply

BASE = "https://api.replicate.com/v1"
HOSTS = (".replicate.delivery",)
CANCEL_AFTER = "1h"
"""Counted from creation, the queue included; stops a job that nobody polls any more. Well above what a
clip takes, and above Replicate's own 30 minutes of running."""
INLINE_BYTES = 256_000
"""A data URI in the body: at most 256 KB (API reference); what is longer is uploaded first."""
UPLOAD_BYTES = 20_000_000
"""The Files API takes 100 MB; models refuse pictures long before."""
CLIP_BYTES = 2 << 30
CLIP_S = 900.0
PAGES = 60
"""Of 100 predictions: more within the hour is not a list that can be read to its end."""
FAILED_IS_FREE = False
"""Commonly said of official models, found on no official page: a failure's cost stays unknown."""
ABORTED_IS_FREE = True
"""Stopped before it ran: not charged; `canceled` while running is (changelog of 2025-10-16)."""
JOB_ID = re.compile(r"(?!\.+$)[A-Za-z0-9._:-]{1,200}")


class Replicate(VideoProvider):
    """One key at one address."""

    name = models.NAME
    key_name = "REPLICATE_API_TOKEN"
    base_name = "REPLICATE_BASE_URL"

    def __init__(self, site: Site) -> None:
        self._site = site
        self._wire = wire_of(site, self.base_name, BASE, BEARER)
        self.key_id = site.secret.fingerprint(self.name) if site.secret else ""
        self.missing_key = "" if site.secret else self.key_name
        self._cancelled: set[str] = set()

    def capabilities(self, model: str) -> Capabilities:
        """Raises BadInput for a model this program does not know."""
        return models.capabilities_of(model)

    def quote(self, request: VideoRequest) -> Quote | None:
        """None too for what the model cannot make; `build_payload` says what that is."""
        try:
            ask = models.ask_of(request.model, models.input_of(request))
        except BadInput:
            return None
        priced = self._site.card().price(ask) if ask else None
        return Quote(priced.upper, priced.expected, priced.certainty, priced.row) if priced else None

    def build_payload(self, request: VideoRequest, key: str) -> Payload:
        """Pure. Raises BadInput for what the model cannot make. Stills stand by their hash."""
        sent = models.input_of(request)
        pictures = (request.first_frame, request.last_frame, *request.references)
        named = _marks(sent)
        used = {p.sha: p for p in pictures if p is not None and models.MARK + p.sha in named}
        endpoint = f"/models/{request.model}/predictions"
        return Payload(endpoint, {"input": sent}, key, tuple(used.values()), request.seed)

    def submit(self, payload: Payload) -> SubmitOutcome:
        """Uploads what is too large for the body, which is free, then posts once."""
        if not self._site.secret:
            error = ProviderError(ErrorClass.AUTH, f"{self.key_name} is not set", code="no_key")
            return SubmitOutcome(Sent.NOT_SENT, error=error)
        try:
            addresses = {models.MARK + p.sha: self._address_of(p) for p in payload.pictures}
        except WireFault as fault:
            return _upload_failed(fault)
        except (RushesError, OSError) as error:
            said = ProviderError(ErrorClass.BAD_REQUEST, one_line(str(error), 500), flagged="image")
            return SubmitOutcome(Sent.REFUSED, error=said)
        return self._wire.post(
            payload.endpoint,
            _put(payload.body, addresses),
            explain=words.explain,
            job_of=_id_of,
            headers={"Cancel-After": CANCEL_AFTER},
        )

    def poll(self, job_id: str) -> Status:
        found = self._wire.get(f"/predictions/{_checked(job_id)}", explain=words.explain).json_object
        if found.get("id") != job_id:
            raise ProviderFault("Replicate answered with another job", where=job_id, todo="poll again")
        return self._status(job_id, found)

    def cancel(self, job_id: str) -> bool:
        path = f"/predictions/{_checked(job_id)}/cancel"
        try:
            said = self._wire.call("POST", path, explain=words.explain).json_object
        except WireFault as fault:
            if fault.error is not None and fault.status in (400, 404, 409, 422):
                return False
            raise
        self._cancelled.add(job_id)
        stopped = words.STATES.get(str(said.get("status"))) is JobState.CANCELLED
        return stopped or self.poll(job_id).state is JobState.CANCELLED

    def find(self, key: str, seed: int, since: datetime) -> Sequence[Ticket]:
        """Predictions since then whose input carries our seed. Raises ProviderFault where the list cannot
        be read to its end, or holds one of our models' jobs whose input is gone already: then nothing
        is proven."""
        found, hidden = [], ""
        for job in self._listed(since):
            sent, model, name = job.get("input"), job.get("model"), job.get("id")
            if isinstance(model, str) and model not in models.MODELS:
                continue
            gone = job.get("data_removed") is True or not isinstance(name, str)
            if gone or not isinstance(sent, dict) or not sent:
                hidden = str(name)
            elif _is_seed(sent.get("seed"), seed):
                found.append(Ticket(_checked(str(name))))
        if hidden and not found:
            raise ProviderFault(
                "the list holds a job whose input Replicate has deleted",
                where=one_line(hidden, 80),
                todo="look at replicate.com/predictions, then `rushes reconcile`",
            )
        return found

    def account(self) -> Account:
        now = self._site.clock.now()
        if not self._site.secret:
            return Account(self.name, "no key", said=f"{self.key_name} is not set", read_at=now)
        try:
            self._wire.get("/account", explain=words.explain)
        except WireFault as fault:
            if fault.error is None or fault.status not in (401, 402, 403):
                raise
            return Account(self.name, "blocked", said=fault.error.message, read_at=now)
        return Account(self.name, "active", said="Replicate tells no balance", read_at=now)

    def fetch(self, job_id: str, status: Status, dest: Path) -> Fetched:
        if not status.outputs:
            raise ProviderFault("the job names no clip", where=job_id, todo="poll again")
        got = self._wire.download(
            status.outputs[0],
            dest,
            hosts=HOSTS,
            with_key=False,
            magic=Magic.MP4,
            max_bytes=CLIP_BYTES,
            deadline_s=CLIP_S,
        )
        return Fetched(got.path, got.sha, got.size)

    # -- what a prediction says

    def _status(self, job_id: str, job: Mapping[str, Any]) -> Status:
        word = str(job.get("status"))
        state = words.STATES.get(word, JobState.RUNNING)
        if state is JobState.SUCCEEDED:
            return self._succeeded(job)
        if state is JobState.FAILED:
            cost = Amount.exact(ZERO) if FAILED_IS_FREE else Amount.unknown()
            key = (self._site.secret.reveal(),) if self._site.secret else ()
            said = words.failure_of(redact(str(job.get("error") or ""), key))
            return Status(state, cost=cost, error=said)
        if state is JobState.CANCELLED:
            free = word == "aborted" and ABORTED_IS_FREE
            late = ProviderError(ErrorClass.TIMEOUT, f"Replicate says {word}, and not by this program", word)
            return Status(
                state,
                cost=Amount.exact(ZERO) if free else Amount.unknown(),
                error=None if job_id in self._cancelled else late,
            )
        return Status(state)

    def _succeeded(self, job: Mapping[str, Any]) -> Status:
        outputs, cost = words.outputs_of(job.get("output")), self._estimate(job)
        ended = words.moment(job.get("completed_at"))
        gone = ended + timedelta(seconds=models.WINDOW_S) if ended else None
        if outputs:
            return Status(JobState.SUCCEEDED, 1.0, cost, outputs, expires_at=gone)
        if job.get("data_removed") is True or (gone is not None and self._site.clock.now() >= gone):
            said = "paid, and Replicate deleted the clip: it keeps results for an hour"
            lost = ProviderError(ErrorClass.PROVIDER_FAULT, said, code="output_expired")
            return Status(JobState.EXPIRED, cost=cost, error=lost)
        none = ProviderError(ErrorClass.PROVIDER_FAULT, "it ended well and names no clip", code="no_output")
        return Status(JobState.FAILED, cost=cost, error=none)

    def _estimate(self, job: Mapping[str, Any]) -> Amount:
        """Replicate tells no charge: the rate card's price of the input it echoes."""
        sent = job.get("input")
        ask = models.ask_of(str(job.get("model")), sent) if isinstance(sent, dict) else None
        try:
            priced = self._site.card().price(ask) if ask else None
        except BadInput:  # an echo of a million hours is no bill, and takes no clip away
            priced = None
        return Amount.estimated(priced.expected) if priced else Amount.unknown()

    # -- lists and pictures

    def _listed(self, since: datetime) -> list[Mapping[str, Any]]:
        """Every prediction since then, all pages. Raises ProviderFault short of the end."""
        jobs: list[Mapping[str, Any]] = []
        params: dict[str, str] | None = {"created_after": since.isoformat()}
        address, seen = "/predictions", set[str]()
        for _ in range(PAGES):
            page = self._wire.get(address, params=params, explain=words.explain).json_object
            results, after = page.get("results"), page.get("next")
            if not isinstance(results, list) or not all(isinstance(job, dict) for job in results):
                break
            jobs += [job for job in results if (words.moment(job.get("created_at")) or since) >= since]
            if after is None:
                return jobs
            if not isinstance(after, str) or after in seen:
                break
            seen.add(after)
            address, params = after, None  # the wire refuses another origin
        raise ProviderFault("Replicate's list of predictions cannot be read to its end", todo="try again")

    def _address_of(self, picture: Picture) -> str:
        data, mime = read_picture(picture, self._site.encode_picture, UPLOAD_BYTES)
        inline = data_uri(data, mime)
        if len(inline) <= INLINE_BYTES:
            return inline
        # Named by its content: the same still is the same file however often it is sent.
        name = f"{picture.sha}.{mime.rpartition('/')[2]}"
        reply = self._wire.call(
            "POST", "/files", files={"content": (name, data, mime)}, explain=words.explain
        )
        urls = reply.json_object.get("urls")
        address = urls.get("get") if isinstance(urls, dict) else None
        if not isinstance(address, str) or "://" not in address:
            raise WireFault("Replicate took the picture and names no address", status=reply.status)
        return address


def _upload_failed(fault: WireFault) -> SubmitOutcome:
    """Before the paid POST: whatever happened, nothing of it is billed."""
    if fault.error is None or fault.status is None or fault.status >= 500:
        said = ProviderError(ErrorClass.PROVIDER_FAULT, f"upload of a picture: {fault.what}", "upload")
        return SubmitOutcome(Sent.NOT_SENT, error=fault.error or said, http_status=fault.status)
    limited = fault.error.kind is ErrorClass.RATE_LIMITED
    sent = Sent.THROTTLED if limited else Sent.REFUSED
    return SubmitOutcome(sent, error=fault.error, http_status=fault.status)


def _id_of(reply: Reply) -> str | None:
    found = reply.json_object.get("id")
    return found if isinstance(found, str) else None


def _checked(job_id: str) -> str:
    """An id that is one step of a path, never two dots. Raises ProviderFault."""
    if not JOB_ID.fullmatch(job_id):
        raise ProviderFault(
            f"'{one_line(job_id, 80)}' is not one of Replicate's jobs", todo="look at its list"
        )
    return job_id


def _is_seed(found: Any, seed: int) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and found == seed


def _marks(sent: Mapping[str, Any]) -> set[str]:
    """Every string of the input but its prompt, one level of lists deep."""
    values = [value for name, value in sent.items() if name != "prompt"]
    flat = [inner for value in values for inner in (value if isinstance(value, list) else [value])]
    return {value for value in flat if isinstance(value, str)}


def _put(body: Mapping[str, Any], addresses: Mapping[str, str]) -> dict[str, Any]:
    """The body with each still's address in its place; a prompt is never touched."""
    sent: Mapping[str, Any] = body["input"]
    filled = {
        name: value
        if name == "prompt"
        else [addresses.get(inner, inner) for inner in value]
        if isinstance(value, list)
        else addresses.get(value, value)
        if isinstance(value, str)
        else value
        for name, value in sent.items()
    }
    return {**body, "input": filled}
