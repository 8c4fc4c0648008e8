"""What is Replicate's own: field names, codes, uploads, an hour's memory. The rest: test_contract.py."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput, ProviderFault
from core.base.units import ZERO, Amount, Certainty, Money
from core.providers.base import ErrorClass, JobState, Picture, Reconcile, Sent, VideoRequest
from core.providers.replicate import CANCEL_AFTER, Replicate
from core.providers.replicate_api import models, words
from core.providers.wire.reply import Reply
from tests.fakes.loopback import Altered, Html, Raw, Refuse, Reset
from tests.fakes.replicate import Replicate as Server
from tests.providers.cases import fake_key, picture, video_request
from tests.providers.cases_replicate import MODEL, ROWS, ServerClock, refuse, site_of


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(fake_key("r8_")) as server:
        yield server


@pytest.fixture
def replicate(server: Server, tmp_path: Path) -> Replicate:
    return Replicate(site_of(tmp_path, server))


def sent(adapter: Replicate, n: int = 1, **more: Any) -> str:
    outcome = adapter.submit(adapter.build_payload(video_request(n, MODEL, **more), f"key-{n}"))
    assert outcome.sent is Sent.ACCEPTED, outcome
    assert outcome.ticket
    return outcome.ticket.job_id


def body_of(request: VideoRequest) -> dict[str, Any]:
    return models.input_of(request)


def still(folder: Path, role: str, size: int = 100) -> Picture:
    """A file of `size` bytes; nobody decodes it here."""
    data = hashlib.shake_256(role.encode()).digest(size)
    path = folder / f"{role}.png"
    path.write_bytes(data)
    return Picture(path, hashlib.sha256(data).hexdigest(), role)


def since(server: Server) -> datetime:
    return datetime.fromtimestamp(server.time(), UTC) - timedelta(minutes=5)


# -- payloads

FRAMES = {
    "bytedance/seedance-2.0": ("image", "last_frame_image"),
    "bytedance/seedance-2.0-fast": ("image", "last_frame_image"),
    "bytedance/seedance-1-pro": ("image", "last_frame_image"),
    "bytedance/seedance-1.5-pro": ("image", "last_frame_image"),
    "google/veo-3.1": ("image", "last_frame"),
    "google/veo-3.1-fast": ("image", "last_frame"),
    "google/veo-3.1-lite": ("image", "last_frame"),
    "kwaivgi/kling-v3-video": ("start_image", "end_image"),
    "kwaivgi/kling-v3-omni-video": ("start_image", "end_image"),
    "kwaivgi/kling-v2.5-turbo-pro": ("start_image", "end_image"),
    "kwaivgi/kling-v2.6": ("start_image", ""),
}
FRAME = Picture(Path("a.png"), "aa" * 32, "first_frame")
LAST = Picture(Path("b.png"), "bb" * 32, "last_frame")
REFERENCE = Picture(Path("c.png"), "cc" * 32, "reference")


def test_every_known_model_is_in_the_table_of_frame_fields() -> None:
    assert set(FRAMES) == set(models.MODELS)


@pytest.mark.parametrize("model", FRAMES)
def test_frames_go_into_the_models_own_fields(model: str) -> None:
    first, last = FRAMES[model]
    body = body_of(video_request(1, model, first_frame=FRAME, last_frame=LAST if last else None))
    assert body[first] == models.MARK + FRAME.sha
    assert not last or body[last] == models.MARK + LAST.sha


@pytest.mark.parametrize("model", models.MODELS)
def test_every_expensive_default_is_written_out(model: str) -> None:
    body, known = body_of(video_request(1, model)), models.MODELS[model]
    assert body["duration"] in known.lengths
    assert body["aspect_ratio"] == "16:9"
    assert body.get("generate_audio") is (False if known.audio else None)
    assert body.get("seed") == (1001 if known.seed else None)
    if known.size_field:
        assert body[known.size_field] == known.sizes["720p"]


def test_kling_is_told_a_mode_for_a_resolution() -> None:
    body = body_of(video_request(1, "kwaivgi/kling-v3-video", resolution="1080p"))
    assert (body["mode"], "resolution" in body, "seed" in body) == ("pro", False, False)


def test_the_frame_goes_and_the_references_stay_where_a_model_takes_either() -> None:
    body = body_of(video_request(1, MODEL, first_frame=FRAME, references=(REFERENCE,)))
    assert "reference_images" not in body
    assert models.capabilities_of(MODEL).frames_exclude_references


def test_no_more_references_are_sent_than_the_model_takes() -> None:
    many = tuple(replace(REFERENCE, sha=f"{n:02d}" * 32) for n in range(12))
    body = body_of(video_request(1, MODEL, references=many))
    assert body["reference_images"] == [models.MARK + p.sha for p in many[:9]]


def test_veo_takes_references_at_eight_seconds_and_16_9_only() -> None:
    with pytest.raises(BadInput, match="references only for 8 s"):
        body_of(video_request(1, "google/veo-3.1", references=(REFERENCE,)))
    body = body_of(video_request(1, "google/veo-3.1", references=(REFERENCE,), frames=192))
    assert body["reference_images"] == [models.MARK + REFERENCE.sha]


@pytest.mark.parametrize(
    ("model", "frames", "fps", "length"),
    [
        (MODEL, 120, Fraction(24), 5),
        (MODEL, 121, Fraction(24), 5),
        (MODEL, 124, Fraction(24), 6),
        (MODEL, 96, Fraction(24000, 1001), 4),
        (MODEL, 24, Fraction(24), 4),
        ("google/veo-3.1", 120, Fraction(24), 6),
        ("kwaivgi/kling-v2.6", 144, Fraction(24), 10),
    ],
)
def test_the_shortest_clip_that_holds_the_shot_is_ordered(
    model: str, frames: int, fps: Fraction, length: int
) -> None:
    assert body_of(video_request(1, model, frames=frames, fps=fps))["duration"] == length


def test_veo_lite_makes_1080p_at_eight_seconds_only() -> None:
    assert body_of(video_request(1, "google/veo-3.1-lite", resolution="1080p", frames=96))["duration"] == 8


@pytest.mark.parametrize(
    ("model", "more", "said"),
    [
        ("bytedance/seedance-2", {}, "seedance-2.0"),
        (MODEL, {"frames": 480}, "at most 15 s"),
        (MODEL, {"resolution": "721p"}, "720p"),
        (MODEL, {"last_frame": LAST}, "together with a first"),
        ("kwaivgi/kling-v2.6", {"first_frame": FRAME, "last_frame": LAST}, "no last frame"),
        ("google/veo-3.1", {"width": 1024, "height": 1024}, "no shape"),
    ],
)
def test_what_a_model_cannot_make_is_said_and_has_no_price(
    replicate: Replicate, model: str, more: dict[str, Any], said: str
) -> None:
    request = video_request(1, model, **more)
    with pytest.raises(BadInput, match=said):
        replicate.build_payload(request, "key")
    assert replicate.quote(request) is None


def test_the_resolution_follows_from_the_film_where_none_is_asked() -> None:
    assert body_of(video_request(1, MODEL, resolution=""))["resolution"] == "720p"
    assert body_of(video_request(1, MODEL, resolution="", width=1920, height=1080))["resolution"] == "1080p"


# -- quotes and capabilities


def test_a_quote_is_output_seconds_by_resolution(replicate: Replicate) -> None:
    quote = replicate.quote(video_request(1, MODEL, resolution="1080p"))
    assert quote
    assert quote.expected == Money.parse("2.25")
    silent, loud = (replicate.quote(video_request(1, "google/veo-3.1", audio=a)) for a in (False, True))
    assert silent
    assert loud
    assert (silent.expected.usd(), loud.expected.usd()) == ("1.20", "2.40")


def test_a_resolution_without_a_price_has_no_quote(replicate: Replicate) -> None:
    assert replicate.quote(video_request(1, "bytedance/seedance-1.5-pro", resolution="720p")) is None


def test_only_models_with_a_seed_can_be_found_again(replicate: Replicate) -> None:
    assert replicate.capabilities(MODEL).reconcile is Reconcile.TAGGED_LIST
    assert replicate.capabilities(MODEL).window_s == 3600
    assert replicate.capabilities("kwaivgi/kling-v3-video").reconcile is Reconcile.NOTHING


# -- the paid call


def test_the_paid_call_never_waits_and_names_its_deadline(replicate: Replicate, server: Server) -> None:
    sent(replicate)
    (call,) = server.calls
    assert "prefer" not in call.headers
    assert call.headers["cancel-after"] == CANCEL_AFTER
    assert call.path == f"/v1/models/{MODEL}/predictions"


def test_a_small_still_goes_in_the_body(replicate: Replicate, server: Server, tmp_path: Path) -> None:
    sent(replicate, first_frame=picture(tmp_path))
    (call,) = server.calls
    assert call.json["input"]["image"].startswith("data:image/png;base64,")


def test_a_large_still_is_uploaded_before_the_paid_call(
    replicate: Replicate, server: Server, tmp_path: Path
) -> None:
    large = still(tmp_path, "first_frame", 300_000)
    job = sent(replicate, first_frame=large)
    upload, paid = server.calls
    assert upload.path == "/v1/files"
    assert server.files == {f"{large.sha}.png": large.path.read_bytes()}
    assert paid.json["input"]["image"].startswith(f"{server.url}/files/")
    assert job in server.bill


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Reset(), Sent.NOT_SENT),
        (Html(502), Sent.NOT_SENT),
        (Html(413), Sent.NOT_SENT),
        (refuse(500, "Internal error"), Sent.NOT_SENT),
        (Raw(b"{}", 201), Sent.NOT_SENT),
        (refuse(413, "File too large"), Sent.REFUSED),
        (refuse(401, "You did not pass a valid authentication token"), Sent.REFUSED),
        (refuse(429, "Request was throttled. Your rate limit resets in ~9s."), Sent.THROTTLED),
    ],
    ids=str,
)
def test_an_upload_that_fails_costs_nothing(
    replicate: Replicate, server: Server, tmp_path: Path, fault: Any, outcome: Sent
) -> None:
    server.script("POST", "/files", fault)
    request = video_request(1, MODEL, first_frame=still(tmp_path, "first_frame", 300_000))
    found = replicate.submit(replicate.build_payload(request, "key"))
    assert found.sent is outcome, found
    assert found.error
    assert server.calls_to("POST", "/predictions") == []


def test_a_still_that_has_changed_is_refused_before_any_call(
    replicate: Replicate, server: Server, tmp_path: Path
) -> None:
    frame = picture(tmp_path)
    payload = replicate.build_payload(video_request(1, MODEL, first_frame=frame), "key")
    frame.path.write_bytes(b"another")
    found = replicate.submit(payload)
    assert (found.sent, server.calls) == (Sent.REFUSED, [])


def test_a_prompt_that_looks_like_a_still_stays_a_prompt(
    replicate: Replicate, server: Server, tmp_path: Path
) -> None:
    frame = picture(tmp_path)
    sent(replicate, first_frame=frame, prompt=models.MARK + frame.sha)
    assert server.calls[0].json["input"]["prompt"] == models.MARK + frame.sha


# -- errors


def _reply(answer: Refuse) -> Reply:
    return Reply(answer.status, dict(answer.headers), answer.body, str(answer.body), 0.1)


@pytest.mark.parametrize(("answer", "kind", "code"), ROWS, ids=str)
def test_every_http_error_of_the_documents_has_its_class(answer: Refuse, kind: ErrorClass, code: str) -> None:
    error = words.explain(_reply(answer))
    assert error
    assert (error.kind, error.code) == (kind, code)


def test_a_throttle_says_when_it_ends() -> None:
    waits = [
        e.retry_after_s for e in (words.explain(_reply(row[0])) for row in ROWS) if e and e.retry_after_s
    ]
    assert waits == [30.0, 7.0]


@pytest.mark.parametrize("body", [{}, {"detail": None}, {"error": "no"}, {"detail": 7}])
def test_another_shape_is_not_replicates(body: dict[str, Any]) -> None:
    assert words.explain(_reply(Refuse(400, body))) is None


F = ErrorClass.PROVIDER_FAULT
FAILURES: tuple[tuple[str, ErrorClass, str], ...] = (
    ("Something went wrong (E001)", F, "E001"),
    ("Something went wrong (E002)", F, "E002"),
    ("The service is unavailable due to high demand. (E003) (aXb3)", ErrorClass.RATE_LIMITED, "E003"),
    ("Temporarily unavailable (E004)", F, "E004"),
    (
        "The input or output was flagged as sensitive. Please try again with different inputs. (E005) (k3Jz)",
        ErrorClass.MODERATION,
        "E005",
    ),
    ("Invalid input (E006)", ErrorClass.BAD_REQUEST, "E006"),
    ("Unknown error (E1000)", F, "E1000"),
    ("Out of memory (E1001)", F, "E1001"),
    ("E4875: webhook url is empty", ErrorClass.BAD_REQUEST, "E4875"),
    ("E6716 timed out starting", F, "E6716"),
    ("Health check failed E8765", F, "E8765"),
    ("E9243", F, "E9243"),
    ("Director: unexpected error handling prediction (E9828)", F, "E9828"),
    ("Prediction interrupted; please retry (code: PA)", F, "PA"),
    ("The output video may contain sensitive information", ErrorClass.MODERATION, ""),
    ("InputImageSensitiveContentDetected.PrivacyInformation", ErrorClass.MODERATION, ""),
    ("Prediction timed out", ErrorClass.TIMEOUT, ""),
    ("Time out", ErrorClass.TIMEOUT, ""),
    ("It broke", F, ""),
    ("A code of tomorrow (E777)", F, ""),
    ("", F, ""),
)


@pytest.mark.parametrize(("said", "kind", "code"), FAILURES)
def test_every_code_of_a_failed_prediction_has_its_class(
    replicate: Replicate, server: Server, said: str, kind: ErrorClass, code: str
) -> None:
    job = sent(replicate)
    server.finish(job, "failed", error=said, output=False)
    status = replicate.poll(job)
    assert status.state is JobState.FAILED
    assert status.error
    assert (status.error.kind, status.error.code) == (kind, code)
    # No page says that a failure is free: its cost is unknown, and unknown is not zero.
    assert status.cost == Amount.unknown()


def test_the_same_refusal_reads_the_same_twice() -> None:
    texts = {words.failure_of(f"Flagged as sensitive. (E005) ({token})").message for token in ("a1", "Zz9_-")}
    assert texts == {"Flagged as sensitive. (E005)"}


@pytest.mark.parametrize(
    ("said", "flagged"),
    [
        ("The input or output was flagged as sensitive (E005)", ""),
        ("The output audio may contain sensitive information", "audio"),
        ("Input image is sensitive", "image"),
        ("Your prompt was flagged", "prompt"),
        ("The output video may contain sensitive information", "output"),
    ],
)
def test_a_moderation_names_the_input_where_the_text_does(said: str, flagged: str) -> None:
    error = words.failure_of(said)
    assert (error.kind, error.flagged) == (ErrorClass.MODERATION, flagged)


# -- states, outputs, costs


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("starting", JobState.QUEUED),
        ("processing", JobState.RUNNING),
        ("succeeded", JobState.SUCCEEDED),
        ("failed", JobState.FAILED),
        ("canceled", JobState.CANCELLED),
        ("aborted", JobState.CANCELLED),
        ("queued_by_tomorrow", JobState.RUNNING),
    ],
)
def test_every_word_for_a_state_is_known(
    replicate: Replicate, server: Server, word: str, state: JobState
) -> None:
    job = sent(replicate)
    server.jobs[job].state = word
    assert replicate.poll(job).state is state


def test_aborted_is_free_and_canceled_is_not_known_to_be(replicate: Replicate, server: Server) -> None:
    stopped, never_ran = sent(replicate, 1), sent(replicate, 2)
    server.jobs[stopped].state = "processing"
    server.advance(3601)
    costs = [replicate.poll(job).cost for job in (stopped, never_ran)]
    assert costs == [Amount.unknown(), Amount.exact(ZERO)]
    assert server.bill[never_ran] == 0
    assert server.bill[stopped] > 0


def test_a_stop_that_nobody_asked_for_is_a_timeout(replicate: Replicate, server: Server) -> None:
    theirs, ours = sent(replicate, 1), sent(replicate, 2)
    server.finish(theirs, "canceled", output=False)
    assert replicate.cancel(ours) is True
    error = replicate.poll(theirs).error
    assert error
    assert error.kind is ErrorClass.TIMEOUT
    assert replicate.poll(ours).error is None


def test_a_job_that_has_ended_cannot_be_cancelled(replicate: Replicate, server: Server) -> None:
    job = sent(replicate)
    server.finish(job, "succeeded")
    assert replicate.cancel(job) is False


@pytest.mark.parametrize(
    "shape", [str, lambda url: [url], lambda url: {"video": url}, lambda url: [{"url": url}]]
)
def test_an_output_may_be_an_address_a_list_or_an_object(
    replicate: Replicate, server: Server, tmp_path: Path, shape: Any
) -> None:
    job = sent(replicate)
    url = f"{server.base}/out/{job}/clip.mp4"
    server.jobs[job].extra["output"] = shape(url)
    server.finish(job, "succeeded")
    status = replicate.poll(job)
    assert status.outputs == (url,)
    assert replicate.fetch(job, status, tmp_path / "take.mp4").size > 100


def test_the_cost_is_the_cards_price_of_the_echoed_input(replicate: Replicate, server: Server) -> None:
    request = video_request(1, MODEL, frames=240)
    outcome = replicate.submit(replicate.build_payload(request, "key"))
    assert outcome.ticket
    server.finish(outcome.ticket.job_id, "succeeded")
    quote, cost = replicate.quote(request), replicate.poll(outcome.ticket.job_id).cost
    assert quote
    assert (cost.money, cost.certainty) == (quote.expected, Certainty.ESTIMATED)
    assert cost.money == Money(server.bill[outcome.ticket.job_id])


@pytest.mark.parametrize("length", [-1, 0, "5", None, True, 5.0])
def test_an_echo_that_names_no_length_has_no_cost(replicate: Replicate, server: Server, length: Any) -> None:
    job = sent(replicate)
    server.jobs[job].body["input"]["duration"] = length
    server.finish(job, "succeeded")
    assert replicate.poll(job).cost == Amount.unknown()


def test_after_an_hour_the_clip_was_paid_and_is_lost(replicate: Replicate, server: Server) -> None:
    job = sent(replicate)
    server.finish(job, "succeeded")
    status = replicate.poll(job)
    assert status.expires_at
    server.advance(3601)
    assert datetime.fromtimestamp(server.time(), UTC) > status.expires_at
    lost = replicate.poll(job)
    assert lost.state is JobState.EXPIRED
    assert lost.error
    assert lost.error.code == "output_expired"
    assert lost.cost == Amount.unknown()


def test_a_clip_elsewhere_on_the_internet_is_not_fetched(
    replicate: Replicate, server: Server, tmp_path: Path
) -> None:
    job = sent(replicate)
    server.jobs[job].extra["output"] = "https://replicate.delivery.example.org/clip.mp4"
    server.finish(job, "succeeded")
    with pytest.raises(ProviderFault):
        replicate.fetch(job, replicate.poll(job), tmp_path / "take.mp4")


# -- finding a job again


def test_a_job_is_found_on_whatever_page_it_stands(server: Server, tmp_path: Path) -> None:
    server.page = 2
    adapter = Replicate(site_of(tmp_path, server))
    jobs = [sent(adapter, n) for n in range(1, 8)]
    found = adapter.find("key-1", 1001, since(server))
    assert [ticket.job_id for ticket in found] == [jobs[0]]
    assert len(server.calls_to("GET", "/predictions$")) == 4
    assert adapter.find("key-9", 4242, since(server)) == []


def test_a_list_that_lags_shows_the_job_later(server: Server, tmp_path: Path) -> None:
    server.lag = 60
    adapter = Replicate(site_of(tmp_path, server))
    job = sent(adapter)
    assert adapter.find("key-1", 1001, since(server)) == []
    server.advance(adapter.capabilities(MODEL).quiet_s)
    assert [t.job_id for t in adapter.find("key-1", 1001, since(server) - timedelta(minutes=5))] == [job]


def test_an_input_that_is_deleted_proves_nothing(replicate: Replicate, server: Server) -> None:
    job = sent(replicate)
    begin = since(server)
    server.finish(job, "succeeded")
    server.advance(3601)
    with pytest.raises(ProviderFault, match="deleted"):
        replicate.find("key-1", 1001, begin)


def test_jobs_of_other_models_are_passed_over(replicate: Replicate, server: Server) -> None:
    job = sent(replicate)
    begin = since(server)
    server.jobs[job].extra["model"] = "stability-ai/sdxl"
    server.finish(job, "succeeded")
    server.advance(3601)
    assert replicate.find("key-1", 1001, begin) == []


@pytest.mark.parametrize(
    "after", ["https://api.replicate.example.org/v1/predictions?cursor=2", 7, "", "same", {"x": 1}]
)
def test_a_next_page_that_leads_nowhere_sound_is_a_fault(
    replicate: Replicate, server: Server, after: Any
) -> None:
    sent(replicate)
    address = f"{server.url}/predictions?cursor=0" if after == "same" else after
    server.script("GET", "/predictions$", Altered(lambda body: {**body, "next": address}), times=99)
    with pytest.raises(ProviderFault):
        replicate.find("key-1", 4242, since(server))


@pytest.mark.parametrize(
    "body", [b'{"results": null, "next": null}', b'{"results": [7], "next": null}', b"{}"]
)
def test_a_page_in_another_shape_is_a_fault(replicate: Replicate, server: Server, body: bytes) -> None:
    server.script("GET", "/predictions$", Raw(body), times=9)
    with pytest.raises(ProviderFault):
        replicate.find("key-1", 1001, since(server))


# -- the account


def test_the_account_is_known_to_work_and_tells_no_balance(replicate: Replicate) -> None:
    account = replicate.account()
    assert (account.state, account.balance) == ("active", None)


def test_a_key_that_is_refused_is_blocked(server: Server, tmp_path: Path) -> None:
    adapter = Replicate(site_of(tmp_path, server))
    server.key = "another"
    account = adapter.account()
    assert account.state == "blocked"
    assert "authentication" in account.said


def test_polls_wait_by_the_clock_they_are_given(server: Server, tmp_path: Path) -> None:
    clock = ServerClock(server)
    adapter = Replicate(site_of(tmp_path, server, clock=clock))
    job = sent(adapter)
    server.script("GET", "/predictions/", refuse(429, "Request was throttled."))
    assert adapter.poll(job).state is JobState.QUEUED
    assert clock.slept
