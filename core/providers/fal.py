"""fal: its queue, by the unit its price list names.

The queue has no failed state: a request completes, and its result says whether there is a clip. Its own
retries and fallbacks to other endpoints are switched off with every request, for a predictable bill.
Three hosts: the queue (`FAL_BASE_URL`), the platform API for lists, prices and the account
(`FAL_API_BASE_URL`), and a store for uploads that is not used: stills go in the body.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

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
from core.providers.fal_api import body as bodies
from core.providers.fal_api import models, words
from core.providers.fal_api.history import DAYS, ended_since
from core.providers.wire.magic import Magic
from core.providers.wire.pictures import data_uri, read_picture
from core.providers.wire.reply import KEY, WireFault, without
from core.providers.wire.site import Site, wire_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from core.base.rates import Rate
    from core.providers.fal_api.body import Job, Order
    from core.providers.wire.reply import Reply

QUEUE = "https://queue.fal.run"
PLATFORM = "https://api.fal.ai/v1"
HOSTS = (".fal.media",)
NO_FALLBACKS = {"x-fal-disable-fallbacks": "1"}
"""After five failures fal may run another endpoint. That the header's value is `1` is unverified."""
START_S = 3600
"""Seconds a request may wait for its start; then 504, uncharged."""
KEEP_S = 7 * 86_400
"""How long fal keeps the clip: its own default is not stated."""
HEADERS = {
    "X-Fal-No-Retry": "1",
    **NO_FALLBACKS,
    "X-Fal-Request-Timeout": str(START_S),
    "X-Fal-Queue-Priority": "normal",
    "X-Fal-Object-Lifecycle-Preference": json.dumps({"expiration_duration_seconds": KEEP_S}),
}
"""Never `X-Fal-Store-IO: 0`: without the stored input nobody finds a job by its tag."""
PICTURE_BYTES = 1_000_000
"""A still in the body. The list echoes bodies, ten to a page: larger ones would make it unreadable."""
CLIP_BYTES = 2 << 30
CLIP_S = 900.0
SERVER_ERRORS_ARE_FREE = True
"""fal's docs: a 5xx is not charged. A 422 may be, if a machine was at work: its cost stays unknown."""
_ABOUT_US = (401, 402, 403, 404, 429)
"""On a result these speak of our read, not of the job."""


class Fal(VideoProvider):
    """One key at one queue. A job's name holds its endpoint: `bytedance:seedance-2.0:text-to-video:<id>`."""

    name = models.NAME
    key_name = "FAL_KEY"
    base_name = "FAL_BASE_URL"
    api_name = "FAL_API_BASE_URL"

    def __init__(self, site: Site) -> None:
        self._site = site
        self._queue = wire_of(site, self.base_name, QUEUE, KEY)
        self._platform = wire_of(site, self.api_name, PLATFORM, KEY)
        self._root = urlsplit(site.base_urls.get(self.base_name) or QUEUE).path
        self.key_id = site.secret.fingerprint(self.name) if site.secret else ""
        self.missing_key = "" if site.secret else self.key_name
        self._cancelled: set[str] = set()

    def capabilities(self, model: str) -> Capabilities:
        """Raises BadInput for a model this program does not know."""
        as_of, _ = self._kept()
        sizes, field = self._live(model)
        return models.capabilities_of(model, as_of if sizes or field else "", sizes)

    def quote(self, request: VideoRequest) -> Quote | None:
        """None too for what the model cannot make; `build_payload` says what that is."""
        try:
            ask = self._order(request).ask
        except BadInput:
            return None
        priced = self._site.card().price(ask)
        return Quote(priced.upper, priced.expected, priced.certainty, priced.row) if priced else None

    def build_payload(self, request: VideoRequest, key: str) -> Payload:
        """Pure but for the kept live schema. Raises BadInput for what the model cannot make."""
        order = self._order(request)
        sent = json.dumps({name: value for name, value in order.body.items() if name != "prompt"})
        pictures = (request.first_frame, request.last_frame, *request.references)
        used = {p.sha: p for p in pictures if p is not None and bodies.MARK + p.sha in sent}
        return Payload(f"/{order.endpoint}", order.body, key, tuple(used.values()), request.seed)

    def submit(self, payload: Payload) -> SubmitOutcome:
        if not self._site.secret:
            error = ProviderError(ErrorClass.AUTH, f"{self.key_name} is not set", code="no_key")
            return SubmitOutcome(Sent.NOT_SENT, error=error)
        try:
            shown = {
                bodies.MARK + p.sha: data_uri(*read_picture(p, self._site.encode_picture, PICTURE_BYTES))
                for p in payload.pictures
            }
        except (RushesError, OSError) as error:
            said = ProviderError(ErrorClass.BAD_REQUEST, one_line(str(error), 500), flagged="image")
            return SubmitOutcome(Sent.REFUSED, error=said)
        endpoint = payload.endpoint.strip("/")

        def job_of(reply: Reply) -> str | None:
            job = bodies.job_of(endpoint, reply.json_object, self._root)
            return job.name if job else None

        return self._queue.post(
            payload.endpoint, _put(payload.body, shown), explain=words.explain, job_of=job_of, headers=HEADERS
        )

    def poll(self, job_id: str) -> Status:
        job = bodies.job_named(job_id)
        try:
            found = self._queue.get(f"{job.path}/status", explain=words.explain).json_object
        except WireFault as fault:
            if fault.status == 404 and job_id in self._cancelled:
                return Status(JobState.CANCELLED, error=fault.error)
            raise
        word = found.get("status")
        if not isinstance(word, str) or found.get("request_id", job.request_id) != job.request_id:
            raise ProviderFault("fal's answer is not about this job", where=job_id, todo="poll again")
        if word == words.DONE:
            return self._result(job, found)
        return Status(words.STATES.get(word, JobState.RUNNING))

    def cancel(self, job_id: str) -> bool:
        """By the word in the body: which HTTP codes come with it is not documented in full."""
        job = bodies.job_named(job_id)
        try:
            said = self._queue.call("PUT", f"{job.path}/cancel", explain=_cancel_word).json_object
        except WireFault as fault:
            if fault.error is not None and fault.error.code in ("ALREADY_COMPLETED", "NOT_FOUND"):
                return False
            raise
        if said.get("status") != "CANCELLATION_REQUESTED":
            return False
        self._cancelled.add(job_id)
        return True

    def find(self, key: str, seed: int, since: datetime) -> Sequence[Ticket]:
        """Ended requests since then whose input carries our seed; one that still runs is not listed, so an
        empty answer proves nothing. Raises ProviderFault where the list cannot be read to its end, or
        holds a request whose input is gone."""
        found, hidden = [], ""
        for item in ended_since(self._platform, since, self._site.clock.now()):
            endpoint, request_id, sent = (item.get(n) for n in ("endpoint_id", "request_id", "json_input"))
            if not isinstance(endpoint, str) or not isinstance(request_id, str) or not isinstance(sent, dict):
                hidden = str(request_id)
            elif sent.get("seed") == seed and not isinstance(sent.get("seed"), bool):
                name = f"{endpoint.replace('/', ':')}:{request_id}"
                found.append(Ticket(bodies.job_named(name).name))
        if not found and (hidden or self._site.clock.now() - since > timedelta(days=DAYS)):
            raise ProviderFault(
                "fal's list reaches back too little, or no longer shows an input",
                where=one_line(hidden, 80),
                todo="look at fal.ai/dashboard, then `rushes reconcile`",
            )
        return found

    def account(self) -> Account:
        """The balance takes an admin key; with any other it is unknown, which is not empty."""
        now = self._site.clock.now()
        if not self._site.secret:
            return Account(self.name, "no key", said=f"{self.key_name} is not set", read_at=now)
        try:
            params = {"expand": "credits"}
            found = self._platform.get("/account/billing", params=params, explain=words.explain).json_object
        except WireFault as fault:
            if fault.error is None or fault.status not in (401, 402, 403):
                raise
            if fault.status == 403 and fault.error.kind is ErrorClass.AUTH:
                return Account(
                    self.name, "active", said="fal tells its balance to admin keys only", read_at=now
                )
            return Account(self.name, "blocked", said=fault.error.message, read_at=now)
        return Account(self.name, "active", balance=words.balance_of(found), read_at=now)

    def fetch(self, job_id: str, status: Status, dest: Path) -> Fetched:
        if not status.outputs:
            raise ProviderFault("the job names no clip", where=job_id, todo="poll again")
        got = self._queue.download(
            status.outputs[0],
            dest,
            hosts=HOSTS,
            with_key=False,
            magic=Magic.MP4,
            max_bytes=CLIP_BYTES,
            deadline_s=CLIP_S,
        )
        return Fetched(got.path, got.sha, got.size)

    # -- what fal knows of itself

    def discover(self) -> bool:
        """Live schemas, and with a key live prices, into the catalogue. Raises ProviderFault."""
        query = {"endpoint_id": ",".join(models.ENDPOINTS), "expand": "openapi-3.0", "limit": "50"}
        found = self._platform.get("/models", params=query, explain=words.explain).json_object
        schemas = words.schemas_of(found)
        # A price is asked only for what the list knows: one name too many may refuse them all.
        prices = self._prices(",".join(schemas)) if self._site.secret and schemas else {}
        self._site.catalogue.keep(self.name, {"schemas": schemas, "prices": prices})
        return True

    def live_rates(self) -> Sequence[Rate]:
        """For those models where one price says it all; see `fal_api.words.live_rates`."""
        as_of, kept = self._kept()
        prices = kept.get("prices")
        return words.live_rates(prices, as_of) if isinstance(prices, dict) else ()

    def _prices(self, endpoints: str, tries: int = 4) -> dict[str, dict[str, str]]:
        query = {"endpoint_id": endpoints}
        return words.prices_of(
            self._platform.get(
                "/models/pricing", params=query, explain=words.explain, tries=tries
            ).json_object
        )

    def _kept(self) -> tuple[str, Mapping[str, Any]]:
        found = self._site.catalogue.read(self.name)
        return found if found and isinstance(found[1], dict) else ("", {})

    def _live(self, model: str) -> tuple[tuple[str, ...], str]:
        """Resolutions and the field for references, by the kept schemas; empty where they do not say."""
        schemas = self._kept()[1].get("schemas")
        sizes: tuple[str, ...] = ()
        field = ""
        for way, mode in models.family_of(model).modes.items():
            endpoint = models.endpoint_of(model, mode)
            row = schemas.get(endpoint) if isinstance(schemas, dict) else None
            if not isinstance(row, dict):
                continue
            if way != "reference":
                sizes = words.sizes_of(row) or sizes
            elif row.get("reference_field") in models.REFERENCE_FIELDS:
                field = str(row["reference_field"])
        return sizes, field

    def _order(self, request: VideoRequest) -> Order:
        return bodies.order_of(request, *self._live(request.model))

    # -- how a request ended

    def _result(self, job: Job, said: Mapping[str, Any]) -> Status:
        secrets = (self._site.secret.reveal(),) if self._site.secret else ()
        failed = words.failure_of(without(said, secrets))
        try:
            reply = self._queue.get(job.path, explain=words.explain, tries=2)
        except WireFault as fault:
            return self._no_result(job, fault, failed)
        video = reply.json_object.get("video")
        url = video.get("url") if isinstance(video, dict) else None
        cost = self._cost(job, reply.headers.get("x-fal-billable-units", ""))
        if isinstance(url, str) and url:
            return Status(JobState.SUCCEEDED, 1.0, cost, (url,))
        none = ProviderError(ErrorClass.PROVIDER_FAULT, "it completed and names no clip", code="no_output")
        quoted = words.explain(replace(reply, body=without(reply.body, secrets)))
        return self._failed(job, quoted or failed or none, cost)

    def _no_result(self, job: Job, fault: WireFault, failed: ProviderError | None) -> Status:
        """An error in fal's own shape is the job's end; anything else says nothing about it."""
        status = fault.status or 0
        if status == 400 and fault.error and "still in progress" in fault.error.message.casefold():
            return Status(JobState.RUNNING)
        of_job = fault.error is not None and status >= 400 and status not in _ABOUT_US
        error = fault.error if of_job else failed
        if error is None:
            raise fault
        free = of_job and status >= 500 and SERVER_ERRORS_ARE_FREE
        return self._failed(job, error, Amount.exact(ZERO) if free else Amount.unknown())

    def _failed(self, job: Job, error: ProviderError, cost: Amount) -> Status:
        stopped = words.was_cancelled(error) or job.name in self._cancelled
        key = (self._site.secret.reveal(),) if self._site.secret else ()
        shown = replace(
            error, message=one_line(redact(error.message, key), 2000), code=redact(error.code, key)
        )
        return Status(JobState.CANCELLED if stopped else JobState.FAILED, cost=cost, error=shown)

    def _cost(self, job: Job, units: str) -> Amount:
        """Billed units at fal's live price, kept or asked for now; else what the card allows to say."""
        row = words.fresh_price(*self._kept(), job.endpoint, self._site.clock.now().date())
        if row is None:
            try:
                row = self._prices(job.endpoint, tries=1).get(job.endpoint)
            except ProviderFault:
                row = None
        if row is not None:
            return words.bill(units, row.get("unit_price"))
        return words.estimate(units, self._site.card().of(self.name, bodies.model_of(job.endpoint)))


def _cancel_word(reply: Reply) -> ProviderError | None:
    word = reply.json_object.get("status")
    if isinstance(word, str):
        return ProviderError(
            ErrorClass.BAD_REQUEST, f"fal says {one_line(word, 80)}", code=one_line(word, 80)
        )
    return words.explain(reply)


def _put(body: Mapping[str, Any], shown: Mapping[str, str]) -> dict[str, Any]:
    """The body with each still in its place; a prompt is never touched."""

    def fill(name: str, value: Any) -> Any:
        if isinstance(value, list):
            return [shown.get(inner, inner) for inner in value]
        return shown.get(value, value) if isinstance(value, str) and name != "prompt" else value

    return {name: fill(name, value) for name, value in body.items()}
