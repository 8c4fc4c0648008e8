"""What is fal's own: endpoints by the way a shot begins, errors in results, bills.

The rest: test_contract.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput, ProviderFault
from core.base.rates import RateCard, Unit
from core.base.units import ZERO, Amount, Certainty, Money
from core.providers.base import ErrorClass, JobState, Picture, Reconcile, Sent, VideoRequest
from core.providers.fal import Fal
from core.providers.fal_api import body as bodies
from core.providers.fal_api import models, words
from core.providers.fal_api.body import Job, job_named
from core.providers.wire.reply import Reply
from tests.fakes.fal import Fal as Server
from tests.fakes.fal import model_error
from tests.fakes.loopback import Altered, Answer, Html, Raw, Refuse
from tests.providers.cases import fake_key, picture, video_request
from tests.providers.cases_fal import ENDPOINT, MODEL, ROWS, SERVER_ROWS, site_of

FRAME = Picture(Path("a.png"), "aa" * 32, "first_frame")
LAST = Picture(Path("b.png"), "bb" * 32, "last_frame")
REFERENCE = Picture(Path("c.png"), "cc" * 32, "reference")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(fake_key("fal-")) as server:
        yield server


@pytest.fixture
def fal(server: Server, tmp_path: Path) -> Fal:
    return Fal(site_of(tmp_path, server))


def sent(adapter: Fal, n: int = 1, **more: Any) -> str:
    outcome = adapter.submit(
        adapter.build_payload(video_request(n, more.pop("model", MODEL), **more), f"key-{n}")
    )
    assert outcome.sent is Sent.ACCEPTED, outcome
    assert outcome.ticket
    return outcome.ticket.job_id


def ended(server: Server, job: str, answer: Refuse | None = None) -> None:
    error = Answer.of(answer.body, answer.status, answer.headers) if answer else ""
    server.finish(job, "COMPLETED", error=error, output=answer is None)


def since(server: Server) -> datetime:
    return datetime.fromtimestamp(server.time(), UTC) - timedelta(minutes=5)


def price(unit_price: Any, unit: str = "seconds", currency: str = "USD") -> dict[str, Any]:
    return {"unit_price": unit_price, "unit": unit, "currency": currency}


# -- payloads

V15, V1 = "fal-ai/bytedance/seedance/v1.5/pro", "fal-ai/bytedance/seedance/v1/pro"
VEO, KLING = "fal-ai/veo3.1", "fal-ai/kling-video"
WAYS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (MODEL, "text", f"{MODEL}/text-to-video", {}),
    (MODEL, "image", f"{MODEL}/image-to-video", {"image_url": FRAME.sha}),
    (MODEL, "ends", f"{MODEL}/image-to-video", {"image_url": FRAME.sha, "end_image_url": LAST.sha}),
    (MODEL, "reference", f"{MODEL}/reference-to-video", {"image_urls": REFERENCE.sha}),
    (f"{MODEL}/fast", "image", f"{MODEL}/fast/image-to-video", {"image_url": FRAME.sha}),
    (f"{MODEL}/mini", "reference", f"{MODEL}/mini/reference-to-video", {"image_urls": REFERENCE.sha}),
    (V15, "ends", f"{V15}/image-to-video", {"image_url": FRAME.sha, "end_image_url": LAST.sha}),
    (V1, "image", f"{V1}/image-to-video", {"image_url": FRAME.sha}),
    (f"{V1}/fast", "image", f"{V1}/fast/image-to-video", {"image_url": FRAME.sha}),
    (VEO, "text", VEO, {}),
    (VEO, "image", f"{VEO}/image-to-video", {"image_url": FRAME.sha}),
    (
        VEO,
        "ends",
        f"{VEO}/first-last-frame-to-video",
        {"first_frame_url": FRAME.sha, "last_frame_url": LAST.sha},
    ),
    (VEO, "reference", f"{VEO}/reference-to-video", {"image_urls": REFERENCE.sha}),
    (f"{VEO}/fast", "image", f"{VEO}/fast/image-to-video", {"image_url": FRAME.sha}),
    (
        f"{KLING}/v3/pro",
        "ends",
        f"{KLING}/v3/pro/image-to-video",
        {"start_image_url": FRAME.sha, "end_image_url": LAST.sha},
    ),
    (f"{KLING}/v3/turbo/pro", "image", f"{KLING}/v3/turbo/pro/image-to-video", {"image_url": FRAME.sha}),
    (
        f"{KLING}/v3/turbo/standard",
        "image",
        f"{KLING}/v3/turbo/standard/image-to-video",
        {"image_url": FRAME.sha},
    ),
    (
        f"{KLING}/o3/standard",
        "ends",
        f"{KLING}/o3/standard/image-to-video",
        {"image_url": FRAME.sha, "end_image_url": LAST.sha},
    ),
    (
        f"{KLING}/v2.5-turbo/pro",
        "ends",
        f"{KLING}/v2.5-turbo/pro/image-to-video",
        {"image_url": FRAME.sha, "tail_image_url": LAST.sha},
    ),
)


def begun(model: str, way: str, **more: Any) -> VideoRequest:
    """A request that begins on text, a frame, two frames or a reference."""
    return video_request(
        1,
        model,
        first_frame=FRAME if way in ("image", "ends") else None,
        last_frame=LAST if way == "ends" else None,
        references=(REFERENCE,) if way == "reference" else (),
        **more,
    )


def test_every_known_model_is_in_the_table_of_ways() -> None:
    assert {row[0] for row in WAYS} == set(models.MODELS)


@pytest.mark.parametrize(("model", "way", "endpoint", "fields"), WAYS)
def test_the_way_a_shot_begins_chooses_the_endpoint_and_its_fields(
    model: str, way: str, endpoint: str, fields: dict[str, str]
) -> None:
    order = bodies.order_of(begun(model, way))
    assert order.endpoint == endpoint
    marks = {name: bodies.MARK + sha for name, sha in fields.items()}
    pictures = {n: v[0] if isinstance(v, list) else v for n, v in order.body.items() if bodies.MARK in str(v)}
    assert pictures == marks


@pytest.mark.parametrize(("model", "way", "endpoint", "fields"), WAYS)
def test_every_expensive_default_is_written_out(
    model: str, way: str, endpoint: str, fields: dict[str, str]
) -> None:
    body, family = bodies.order_of(begun(model, way)).body, models.MODELS[model]
    assert body["duration"] in {f"{length}{family.suffix}" for length in family.lengths}
    assert isinstance(body["duration"], str)
    assert body.get("resolution") == ("720p" if family.resolutions else None)
    assert body.get("generate_audio") is (False if family.audio else None)
    assert body.get("seed") == (1001 if family.seed else None)
    assert ("aspect_ratio" in body) is not model.startswith(KLING)
    if model.startswith(VEO):
        assert body["auto_fix"] is False
    assert "safety_tolerance" not in body
    assert "enable_safety_checker" not in body


def test_veo_counts_its_seconds_with_their_unit() -> None:
    assert bodies.order_of(begun(VEO, "text")).body["duration"] == "6s"


def test_the_frame_goes_and_the_references_stay_where_both_are_given() -> None:
    order = bodies.order_of(video_request(1, MODEL, first_frame=FRAME, references=(REFERENCE,)))
    assert order.endpoint.endswith("/image-to-video")
    assert REFERENCE.sha not in json.dumps(order.body)


@pytest.mark.parametrize(
    ("model", "more", "said"),
    [
        ("bytedance/seedance-2", {}, "seedance-2.0"),
        (MODEL, {"frames": 480}, "at most 15 s"),
        (MODEL, {"resolution": "4k"}, "no 4k"),
        (MODEL, {"last_frame": LAST}, "together with a first"),
        (f"{KLING}/v3/turbo/pro", {"first_frame": FRAME, "last_frame": LAST}, "no last frame"),
        (f"{KLING}/v3/pro", {}, "begins on a picture"),
        (VEO, {"width": 1024, "height": 1024}, "no shape"),
    ],
)
def test_what_a_model_cannot_make_is_said_and_has_no_price(
    fal: Fal, model: str, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        fal.build_payload(video_request(1, model, **more), "key")
    assert fal.quote(video_request(1, model, **more)) is None


def test_a_quote_is_what_the_card_says_for_the_length_that_is_ordered(fal: Fal) -> None:
    veo = fal.quote(begun(VEO, "text", audio=True))
    assert veo
    assert veo.expected == Money.parse("2.40")
    seedance = fal.quote(begun(MODEL, "image"))
    assert seedance
    assert Decimal("1.5") < Decimal(seedance.expected.usd()) < Decimal("1.54")
    assert fal.quote(begun(V1, "image")) is None  # no price is known: nothing is sent


def test_only_models_with_a_seed_can_be_found_again_and_absence_is_never_proven(fal: Fal) -> None:
    able = fal.capabilities(MODEL)
    assert able.reconcile is Reconcile.TAGGED_LIST
    assert able.proves_absence is False
    assert fal.capabilities(f"{KLING}/v3/pro").reconcile is Reconcile.NOTHING


# -- the paid call


def test_the_paid_call_switches_off_what_would_run_twice(fal: Fal, server: Server) -> None:
    sent(fal)
    (call,) = server.calls
    assert call.path == f"/{ENDPOINT}"
    assert call.headers["x-fal-no-retry"] == "1"
    assert call.headers["x-fal-disable-fallbacks"] == "1"
    assert int(call.headers["x-fal-request-timeout"]) > 0
    assert call.headers["x-fal-queue-priority"] == "normal"
    kept = json.loads(call.headers["x-fal-object-lifecycle-preference"])
    assert kept["expiration_duration_seconds"] > 86_400
    assert "x-fal-store-io" not in call.headers


def test_stills_go_in_the_body_and_prompts_are_left_alone(fal: Fal, server: Server, tmp_path: Path) -> None:
    frame = picture(tmp_path)
    sent(fal, first_frame=frame, prompt=bodies.MARK + frame.sha)
    body = server.calls[0].json
    assert body["image_url"].startswith("data:image/png;base64,")
    assert body["prompt"] == bodies.MARK + frame.sha


def test_a_still_that_has_changed_is_refused_before_any_call(
    fal: Fal, server: Server, tmp_path: Path
) -> None:
    frame = picture(tmp_path)
    payload = fal.build_payload(video_request(1, MODEL, first_frame=frame), "key")
    frame.path.write_bytes(b"another")
    assert fal.submit(payload).sent is Sent.REFUSED
    assert server.calls == []


# -- names of jobs


@pytest.mark.parametrize(
    "job",
    [
        Job("fal-ai/veo3.1/fast/image-to-video", "fal-ai/veo3.1", "764cabcf-b745"),
        Job("fal-ai/veo3.1", "fal-ai/veo3.1", "1"),
        Job(ENDPOINT, "bytedance/seedance-2.0/text-to-video", "a.b_c-d"),
        Job(ENDPOINT, "workflows/owner/app", "x"),
    ],
)
def test_a_jobs_name_leads_back_to_its_endpoint_app_and_id(job: Job) -> None:
    assert job_named(job.name) == job
    assert len(job.name) < 200


@pytest.mark.parametrize(
    "name",
    [
        "",
        "764cabcf",
        "fal-ai:1",
        "a:b:",
        "a:b:c/d",
        "..:b:c",
        "a:..:c",
        "a:b:..",
        "a::b:c",
        "a:b::c",
        ":::",
        "a b:c:d",
    ],
)
def test_what_names_no_job_is_a_sentence(name: str) -> None:
    with pytest.raises(ProviderFault, match="does not name a job"):
        job_named(name)


def test_a_poll_goes_where_the_reply_said_on_our_own_host(server: Server, tmp_path: Path) -> None:
    server.app_steps = 3
    adapter = Fal(site_of(tmp_path, server))
    body = video_request(1, MODEL)
    outcome = adapter.submit(adapter.build_payload(body, "key"))
    assert outcome.ticket
    assert outcome.ticket.job_id.startswith("bytedance:seedance-2.0:text-to-video::")
    assert adapter.poll(outcome.ticket.job_id).state is JobState.QUEUED
    assert server.calls[-1].path.startswith(f"/{ENDPOINT}/requests/")


@pytest.mark.parametrize(
    "url", ["https://queue.fal.example.org/x/y/requests/1/status", "no", None, 7, "../.."]
)
def test_an_address_of_another_host_is_never_asked(fal: Fal, server: Server, url: Any) -> None:
    server.script("POST", ENDPOINT, Altered(lambda body: {**body, "status_url": url, "response_url": url}))
    outcome = fal.submit(fal.build_payload(video_request(1, MODEL), "key"))
    assert outcome.sent is Sent.ACCEPTED
    assert outcome.ticket
    with_app = job_named(outcome.ticket.job_id)
    assert with_app.endpoint == ENDPOINT
    assert with_app.request_id == server.jobs[next(iter(server.jobs))].extra["request_id"]


# -- how a request ends


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("IN_QUEUE", JobState.QUEUED),
        ("IN_PROGRESS", JobState.RUNNING),
        ("COMPLETED", JobState.SUCCEEDED),
        ("FAILED_BY_TOMORROW", JobState.RUNNING),
    ],
)
def test_every_word_for_a_state_is_known(fal: Fal, server: Server, word: str, state: JobState) -> None:
    job = sent(fal)
    server.jobs[job].state = word
    assert fal.poll(job).state is state


OF_JOB = [row for row in ROWS if row[0].status not in (401, 403, 404, 429)]


@pytest.mark.parametrize(("answer", "kind"), [*OF_JOB, *SERVER_ROWS], ids=str)
def test_an_error_in_the_result_is_the_end_of_the_job(
    fal: Fal, server: Server, answer: Refuse, kind: ErrorClass
) -> None:
    job = sent(fal)
    ended(server, job, answer)
    status = fal.poll(job)
    assert status.state is JobState.FAILED
    assert status.error
    assert status.error.kind is kind
    # A server error is not charged, says fal; a 4xx may be.
    assert status.cost == (Amount.exact(ZERO) if answer.status >= 500 else Amount.unknown())


@pytest.mark.parametrize(("answer", "kind"), [*ROWS, *SERVER_ROWS], ids=str)
def test_every_error_of_the_documents_has_its_class(answer: Refuse, kind: ErrorClass) -> None:
    error = words.explain(Reply(answer.status, {}, answer.body, "", 0.1))
    assert error
    assert error.kind is kind


def test_a_user_timeout_says_so_in_a_header_only() -> None:
    reply = Reply(
        504,
        {"x-fal-request-timeout-type": "user", "x-fal-error-type": "request_timeout"},
        {"detail": "x"},
        "",
        0,
    )
    error = words.explain(reply)
    assert error
    assert error.kind is ErrorClass.TIMEOUT


@pytest.mark.parametrize(
    "body", [{}, {"detail": None}, {"detail": []}, {"detail": [7]}, {"error": "no"}, {"error": {"type": "x"}}]
)
def test_another_shape_is_not_fals(body: dict[str, Any]) -> None:
    assert words.explain(Reply(400, {}, body, "", 0.1)) is None


@pytest.mark.parametrize(
    "answer",
    [
        Refuse(401, {"detail": "No user found"}),
        Refuse(403, {"detail": "User is locked. Reason: Exhausted balance."}),
        Refuse(404, {"detail": "Not Found"}),
        Refuse(429, {"detail": "Too many requests"}),
        Refuse(500, {"detail": "Internal Server Error"}),
        Html(502),
        Html(404),
    ],
    ids=str,
)
def test_a_result_that_cannot_be_read_now_says_nothing_about_the_job(
    fal: Fal, server: Server, answer: Any
) -> None:
    job = sent(fal)
    ended(server, job)
    server.script("GET", r"/requests/[^/]+$", answer, times=9)
    with pytest.raises(ProviderFault):
        fal.poll(job)


def test_a_result_asked_for_too_early_is_a_job_that_runs(fal: Fal, server: Server) -> None:
    job = sent(fal)
    ended(server, job)
    server.script("GET", r"/requests/[^/]+$", Refuse(400, {"detail": "Request is still in progress"}))
    assert fal.poll(job).state is JobState.RUNNING


@pytest.mark.parametrize("answer", [Html(502), Refuse(404, {"detail": "Not Found"})], ids=str)
def test_an_error_in_the_status_counts_where_the_result_is_unreadable(
    fal: Fal, server: Server, answer: Any
) -> None:
    job = sent(fal)
    ended(server, job)
    server.jobs[job].extra["said"] = {"error": "Generation took too long", "error_type": "generation_timeout"}
    server.script("GET", r"/requests/[^/]+$", answer, times=9)
    status = fal.poll(job)
    assert status.state is JobState.FAILED
    assert status.error
    assert status.error.kind is ErrorClass.TIMEOUT
    assert status.cost == Amount.unknown()


@pytest.mark.parametrize(
    ("loc", "msg", "flagged"),
    [
        (("body", "prompt"), "no", "prompt"),
        (("body", "image_url"), "no", "image"),
        (("body", "first_frame_url"), "no", "image"),
        (("body", "generate_audio"), "no", "audio"),
        (("body",), "the output was flagged", "output"),
        ((), "no", ""),
    ],
)
def test_a_moderation_names_the_input_where_fal_does(loc: tuple[str, ...], msg: str, flagged: str) -> None:
    body = model_error("content_policy_violation", msg, loc)
    error = words.explain(Reply(422, {}, body, "", 0.1))
    assert error
    assert (error.kind, error.flagged, error.code) == (
        ErrorClass.MODERATION,
        flagged,
        "content_policy_violation",
    )


def test_one_moderation_among_other_errors_decides() -> None:
    both = {"detail": [*model_error("missing")["detail"], *model_error("content_policy_violation")["detail"]]}
    error = words.explain(Reply(422, {}, both, "", 0.1))
    assert error
    assert error.kind is ErrorClass.MODERATION


def test_a_failures_words_never_hold_the_key(fal: Fal, server: Server) -> None:
    job = sent(fal)
    ended(server, job)
    server.jobs[job].extra["said"] = {"error": f"bad\x1b[2J key {server.key}\nhere", "error_type": "runner_x"}
    server.script("GET", r"/requests/[^/]+$", Html(502), times=9)
    error = fal.poll(job).error
    assert error
    assert error.message.isprintable()
    assert server.key not in error.message


def test_cancelling_goes_by_the_word_and_not_by_the_code(fal: Fal, server: Server) -> None:
    waiting, done = sent(fal, 1), sent(fal, 2)
    ended(server, done)
    assert fal.cancel(done) is False
    server.script("PUT", "/cancel$", Refuse(404, {"status": "NOT_FOUND"}))
    assert fal.cancel(waiting) is False
    assert fal.cancel(waiting) is True
    status = fal.poll(waiting)
    assert (status.state, status.cost) == (JobState.CANCELLED, Amount.unknown())


def test_a_cancelled_request_that_is_gone_is_cancelled(fal: Fal, server: Server) -> None:
    job = sent(fal)
    assert fal.cancel(job) is True
    server.script("GET", "/status$", Refuse(404, {"detail": "Not Found"}))
    assert fal.poll(job).state is JobState.CANCELLED


def test_a_request_that_is_gone_without_a_cancel_is_a_fault(fal: Fal, server: Server) -> None:
    job = sent(fal)
    server.script("GET", "/status$", Refuse(404, {"detail": "Not Found"}))
    with pytest.raises(ProviderFault):
        fal.poll(job)


def test_a_cancel_that_gets_no_word_is_a_fault(fal: Fal, server: Server) -> None:
    job = sent(fal)
    server.script("PUT", "/cancel$", Html(502))
    with pytest.raises(ProviderFault):
        fal.cancel(job)


# -- what it cost


def test_the_bill_is_billed_units_at_fals_own_price(fal: Fal, server: Server) -> None:
    server.prices[ENDPOINT] = price(0.3024)
    server.cost = "5.008"
    job = sent(fal)
    ended(server, job)
    assert fal.poll(job).cost == Amount.exact(Money(1_514_419))


def test_a_kept_price_is_used_while_it_is_fresh(fal: Fal, server: Server) -> None:
    server.prices[ENDPOINT] = price(0.3)
    server.schemas[ENDPOINT] = {}
    assert fal.discover() is True
    job = sent(fal)
    ended(server, job)
    asked = len(server.calls_to("GET", "/models/pricing"))
    assert fal.poll(job).cost == Amount.exact(Money(1_500_000))
    assert len(server.calls_to("GET", "/models/pricing")) == asked
    server.prices[ENDPOINT] = price(0.4)
    server.advance(8 * 86_400)
    assert fal.poll(job).cost == Amount.exact(Money(2_000_000))


@pytest.mark.parametrize(
    "bad",
    [price("0.3"), price(-1), price(0), price(True), price(1e9), price(0.3, currency="EUR"), {}, price(None)],
    ids=str,
)
def test_a_live_price_that_cannot_be_meant_is_no_price(fal: Fal, server: Server, bad: dict[str, Any]) -> None:
    job = sent(fal)
    server.prices[ENDPOINT] = bad
    ended(server, job)
    assert fal.poll(job).cost == Amount.unknown()


def test_without_a_live_price_one_price_a_second_makes_an_estimate(fal: Fal, server: Server) -> None:
    model = f"{KLING}/v2.5-turbo/pro"
    frame = replace(FRAME, path=Path("unused"))
    order = bodies.order_of(video_request(1, model, first_frame=frame))
    rates = fal._site.card().of("fal", model)
    assert order.body["duration"] == "5"
    assert words.estimate("5", rates) == Amount.estimated(Money(350_000))
    assert words.estimate("108900", rates) == Amount.unknown()
    # Sound changes Veo's price, and units do not say whether there is any.
    assert words.estimate("8", fal._site.card().of("fal", VEO)) == Amount.unknown()


# -- finding a job again


def test_a_request_is_found_by_its_seed_when_it_has_ended(server: Server, tmp_path: Path) -> None:
    server.page = 2
    adapter = Fal(site_of(tmp_path, server))
    jobs = [sent(adapter, n) for n in range(1, 6)]
    assert adapter.find("key-1", 1001, since(server)) == []
    for job in jobs:
        ended(server, job)
    assert [t.job_id for t in adapter.find("key-1", 1001, since(server))] == [jobs[0]]
    assert len(server.calls_to("GET", "/by-endpoint$")) == 4


def test_a_request_whose_input_is_gone_proves_nothing(fal: Fal, server: Server) -> None:
    job = sent(fal)
    begin = since(server)
    ended(server, job)
    server.advance(31 * 86_400)
    with pytest.raises(ProviderFault, match="no longer shows"):
        fal.find("key-1", 1001, begin)


def test_what_lies_before_the_list_is_not_proven_absent(fal: Fal, server: Server) -> None:
    with pytest.raises(ProviderFault):
        fal.find("key-1", 1001, since(server) - timedelta(days=91))


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"items": [7], "next_cursor": null, "has_more": false}',
        b'{"items": [], "next_cursor": null, "has_more": true}',
        b'{"items": [], "next_cursor": "same", "has_more": true}',
        b'{"items": [], "next_cursor": 7}',
    ],
)
def test_a_list_that_does_not_come_to_its_end_is_a_fault(fal: Fal, server: Server, body: bytes) -> None:
    server.script("GET", "/by-endpoint$", Raw(body), times=200)
    with pytest.raises(ProviderFault):
        fal.find("key-1", 1001, since(server))
    assert len(server.calls) <= 3


# -- what fal knows of itself


def test_the_balance_takes_an_admin_key(fal: Fal, server: Server) -> None:
    account = fal.account()
    assert (account.state, account.balance) == ("active", None)
    assert "admin" in account.said
    server.admin = True
    assert fal.account().balance == Money.parse("24.50")


@pytest.mark.parametrize("balance", [-1, 1e12, "24", None, True])
def test_a_balance_that_is_no_sum_is_unknown(fal: Fal, server: Server, balance: Any) -> None:
    server.admin, server.balance = True, balance
    account = fal.account()
    assert (account.state, account.balance) == ("active", None)


@pytest.mark.parametrize(
    "answer",
    [
        Refuse(401, {"detail": "No user found"}),
        Refuse(403, {"detail": "User is locked. Reason: Exhausted balance."}),
        Refuse(403, {"detail": "User budget is exceeded"}),
        Refuse(403, {"detail": "This account is archived"}),
    ],
    ids=str,
)
def test_a_key_that_cannot_pay_is_blocked(fal: Fal, server: Server, answer: Refuse) -> None:
    server.script("GET", "/account/billing", answer)
    assert fal.account().state == "blocked"


def test_live_schemas_correct_what_pages_did_not_say(fal: Fal, server: Server) -> None:
    fast = f"{MODEL}/fast"
    server.schemas[f"{fast}/text-to-video"] = {"resolution": {"enum": ["720p", "480p", "1080p", "8k"]}}
    server.schemas[f"{fast}/reference-to-video"] = {
        "reference_image_urls": {"type": "array"},
        "image_url": {},
    }
    with pytest.raises(BadInput):
        fal.build_payload(video_request(1, fast, resolution="1080p"), "key")
    assert fal.discover() is True
    assert fal.capabilities(fast).resolutions == ("480p", "720p", "1080p")
    assert fal.capabilities(fast).as_of == datetime.fromtimestamp(server.time(), UTC).date().isoformat()
    assert fal.capabilities(MODEL).as_of == models.AS_OF
    body = fal.build_payload(begun(fast, "reference", resolution="1080p"), "key").body
    assert (body["resolution"], "image_urls" in body) == ("1080p", False)
    assert body["reference_image_urls"] == [bodies.MARK + REFERENCE.sha]


@pytest.mark.parametrize("path", ["/models$", "/models/pricing$"])
@pytest.mark.parametrize("body", [b"{}", b'{"models": 7, "prices": "no"}'])
def test_a_discovery_that_fails_leaves_what_was_known(
    fal: Fal, server: Server, path: str, body: bytes
) -> None:
    fast = f"{MODEL}/fast"
    server.schemas[f"{fast}/text-to-video"] = {"resolution": {"enum": ["720p"]}}
    fal.discover()
    server.script("GET", path, Raw(body), times=9)
    with pytest.raises(ProviderFault):
        fal.discover()
    assert fal.capabilities(fast).resolutions == ("720p",)


@pytest.mark.parametrize(
    "kept",
    [
        [],
        {"schemas": 7, "prices": 7},
        {"schemas": {f"{MODEL}/text-to-video": 7}, "prices": {ENDPOINT: 7}},
        {"schemas": {f"{MODEL}/text-to-video": {"resolutions": 7}}, "prices": {ENDPOINT: {"unit_price": []}}},
    ],
    ids=str,
)
def test_a_broken_cache_is_no_cache(fal: Fal, server: Server, kept: Any) -> None:
    fal._site.catalogue.keep("fal", kept)
    assert fal.capabilities(MODEL).resolutions == ("480p", "720p", "1080p")
    assert fal.live_rates() == ()
    job = sent(fal)
    ended(server, job)
    assert fal.poll(job).state is JobState.SUCCEEDED


def test_one_list_holds_all_endpoints() -> None:
    assert len(models.tagged_endpoints()) < len(models.ENDPOINTS) <= 50


def test_without_a_key_schemas_are_read_and_prices_are_not(server: Server, tmp_path: Path) -> None:
    adapter = Fal(site_of(tmp_path, server, secret=None))
    assert adapter.discover() is True
    assert [call.path for call in server.calls] == ["/v1/models"]


def test_a_live_price_quotes_only_where_it_says_it_all(fal: Fal, server: Server) -> None:
    turbo = f"{KLING}/v3/turbo/pro"
    server.prices = {
        f"{turbo}/image-to-video": price(0.2),
        f"{VEO}/image-to-video": price(0.1),  # silent or with sound: it does not say
        f"{MODEL}/image-to-video": price(0.3024),  # a second of which size: it does not say
        f"{MODEL}/fast/image-to-video": price(0.0112, "1000 tokens"),
        f"{MODEL}/fast/text-to-video": price(0.011, "1k tokens"),
        f"{MODEL}/fast/reference-to-video": price(0.012, "1k tokens"),
        "fal-ai/somebody-else": price(0.2),
    }
    server.schemas = {name: {} for name in server.prices}
    assert fal.live_rates() == ()
    fal.discover()
    rates = {(rate.model, rate.first_frame): rate for rate in fal.live_rates()}
    assert {key: (rate.unit, rate.price) for key, rate in rates.items()} == {
        (turbo, True): (Unit.SECOND, Decimal("0.2")),
        (f"{MODEL}/fast", True): (Unit.TOKEN, Decimal("0.0112")),
        (f"{MODEL}/fast", False): (Unit.TOKEN, Decimal("0.012")),
    }
    assert {rate.origin for rate in rates.values()} == {"live"}
    card = fal._site.card().with_over(RateCard(fal.live_rates()))
    priced = card.price(bodies.order_of(begun(turbo, "image")).ask)
    assert priced
    assert priced.expected == Money.parse("1.00")
    assert priced.certainty is not Certainty.UNKNOWN
