"""OpenRouter's own ways: its table of errors, its catalogue and prices, its three adapters."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput, ProviderFault
from core.base.rates import Ask, Rate, RateCard, Unit
from core.base.units import Amount, Certainty, Money
from core.providers import openrouter_images
from core.providers.base import ErrorClass, JobState, Picture, Sent
from core.providers.openrouter import OpenRouter
from core.providers.openrouter_api.errors import explain, job_error, moment
from core.providers.openrouter_api.money import cost_of
from core.providers.openrouter_api.prices import rates_of
from core.providers.openrouter_images import OpenRouterImages
from core.providers.openrouter_review import OpenRouterReview
from core.providers.wire.reply import Reply
from tests.fakes.clips import picture_bytes
from tests.fakes.loopback import Altered, CutBody, Hang, Html, Refuse
from tests.fakes.openrouter import API, CATALOGUE, OpenRouterApi, error
from tests.providers.cases import (
    ANSWER,
    SCHEMA,
    image_request,
    picture,
    review_request,
    video_request,
)
from tests.providers.cases_openrouter import IMAGE, KEY, REVIEW, VIDEO, site

E = ErrorClass
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def reply(status: int, body: Any) -> Reply:
    return Reply(status, {}, body, json.dumps(body), 0.1)


@contextmanager
def video(folder: Path) -> Iterator[tuple[OpenRouter, OpenRouterApi]]:
    with OpenRouterApi(KEY) as server:
        yield OpenRouter(site(folder, server)), server


def offline(folder: Path) -> OpenRouter:
    return OpenRouter(site(folder, None))


# -- errors


TABLE: list[tuple[int, dict[str, Any], ErrorClass]] = [
    (402, error(402, "Busy", limit_source="openrouter_in_flight_budget"), E.RATE_LIMITED),
    (402, error(402, "Limit", limit_source="openrouter_key_limit"), E.KEY_LIMIT),
    (403, error(403, "Limit", limit_source="openrouter_key_limit"), E.KEY_LIMIT),
    (403, error(403, "Limit", limit_source="openrouter_guardrail_budget"), E.KEY_LIMIT),
    (402, error(402, "Limit", limit_source="openrouter_workspace_budget"), E.KEY_LIMIT),
    (402, error(402, "None left", limit_source="openrouter_credits"), E.INSUFFICIENT_CREDIT),
    (
        402,
        error(402, "Too dear", limit_source="openrouter_credits", reason="weight_exceeds_budget"),
        E.INSUFFICIENT_CREDIT,
    ),
    (403, error(403, "Key limit exceeded (total limit). Manage it in your settings"), E.KEY_LIMIT),
    (403, error(403, "Key limit exceeded (daily limit)"), E.KEY_LIMIT),
    (402, error(402, "The workspace budget was exceeded"), E.KEY_LIMIT),
    (400, error(400, "No", error_type="content_policy_violation"), E.MODERATION),
    (400, error(400, "No", error_type="refusal"), E.MODERATION),
    (403, error(403, "No", reasons=["violence"]), E.MODERATION),
    (403, error(403, "No", flagged_input="a fight"), E.MODERATION),
    (403, error(403, "Request blocked: a guardrail", patterns=["secret-.*"]), E.MODERATION),
    (402, error(402, "Insufficient credits"), E.INSUFFICIENT_CREDIT),
    (429, error(429, "Slow down"), E.RATE_LIMITED),
    (401, error(401, "No auth credentials found"), E.AUTH),
    (403, error(403, "The input may contain real person"), E.MODERATION),
    (403, error(403, "Not in your region"), E.BAD_REQUEST),
    (400, error(400, "Provider returned error", raw="InputImageSensitiveContentDetected"), E.MODERATION),
    (400, error(400, "duration: Invalid"), E.BAD_REQUEST),
    (400, error(400, "names are case-sensitive"), E.BAD_REQUEST),
    (400, error(400, "safety_tolerance must be 0 to 5"), E.BAD_REQUEST),
    (404, error(404, "No endpoints found"), E.BAD_REQUEST),
    (409, error(409, "Not ready"), E.BAD_REQUEST),
    (413, error(413, "Too large"), E.BAD_REQUEST),
    (422, error(422, "Unprocessable"), E.BAD_REQUEST),
    (408, error(408, "Late"), E.TIMEOUT),
    (499, error(499, "Gone"), E.TIMEOUT),
    (504, error(504, "Late"), E.TIMEOUT),
    (500, error(500, "Internal"), E.PROVIDER_FAULT),
    (502, error(502, "Bad gateway"), E.PROVIDER_FAULT),
    (503, error(503, "Overloaded"), E.PROVIDER_FAULT),
    (418, error(418, "Short and stout"), E.UNKNOWN),
    # The body's own code goes before the status line, as a number or as text.
    (400, error(400, "x", code=429), E.RATE_LIMITED),
    (400, error(400, "x", code="402"), E.INSUFFICIENT_CREDIT),
    (403, error(403, "x", code="forbidden"), E.BAD_REQUEST),
    (200, error(200, "x", code=None, error_type="authentication"), E.AUTH),
    (401, error(401, "x", metadata=None), E.AUTH),
]


@pytest.mark.parametrize(("status", "body", "kind"), TABLE)
def test_every_refusal_of_its_documents_has_its_class(
    status: int, body: dict[str, Any], kind: ErrorClass
) -> None:
    found = explain(reply(status, body))
    assert found
    assert found.kind is kind


@pytest.mark.parametrize("body", [None, [], {}, {"error": "no"}, {"error": {"code": 402}}, {"detail": "no"}])
def test_what_has_not_its_shape_is_not_taken_for_its_word(body: Any) -> None:
    assert explain(reply(402, body)) is None


def test_a_limit_says_when_it_is_lifted() -> None:
    source = "openrouter_key_limit"
    when = {"limit_source": source, "resets_at": "2026-12-01T00:00:00Z", "remedy_hint": "Raise it."}
    found = explain(reply(403, error(403, "Limit", **when)))
    assert found
    assert found.resets_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert found.code == source
    assert found.message == "Limit - Raise it."
    for bad in ("soon", None, True, 1e30, [], ""):
        again = explain(reply(403, error(403, "Limit", limit_source=source, resets_at=bad)))
        assert again
        assert again.resets_at is None
    assert moment(1767225600) == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "flagged"),
    [
        (error(403, "No", flagged_input="the words"), "prompt"),
        (error(400, "InputImageSensitiveContentDetected.PrivacyInformation"), "image"),
        (error(400, "the output video may contain sensitive information"), "output"),
        (error(400, "the output audio was flagged"), "audio"),
        (error(400, "the prompt was flagged"), "prompt"),
        (error(400, "flagged"), ""),
    ],
)
def test_a_moderation_says_what_was_flagged(body: dict[str, Any], flagged: str) -> None:
    found = explain(reply(400, body))
    assert found
    assert (found.kind, found.flagged) == (E.MODERATION, flagged)


@pytest.mark.parametrize(
    ("state", "text", "kind"),
    [
        (JobState.FAILED, "Content policy violation", E.MODERATION),
        (JobState.FAILED, "blocked by ResponsibleAI", E.MODERATION),
        (JobState.FAILED, "a RAI filter", E.MODERATION),
        (JobState.FAILED, "trail of a train", E.PROVIDER_FAULT),
        (JobState.FAILED, "The model is under high demand", E.RATE_LIMITED),
        (JobState.FAILED, "rate limit", E.RATE_LIMITED),
        (JobState.FAILED, None, E.PROVIDER_FAULT),
        (JobState.FAILED, {"message": "nsfw"}, E.MODERATION),
        (JobState.FAILED, 7, E.PROVIDER_FAULT),
        (JobState.EXPIRED, None, E.TIMEOUT),
        (JobState.CANCELLED, None, E.PROVIDER_FAULT),
    ],
)
def test_a_job_that_ended_badly_has_a_class_and_a_sentence(
    state: JobState, text: Any, kind: ErrorClass
) -> None:
    found = job_error(state, text)
    assert found.kind is kind
    assert found.message


# -- money


def test_a_cost_is_exact_to_the_micro_dollar_or_unknown() -> None:
    assert cost_of({"cost": 0.29, "is_byok": False}) == Amount.exact(Money(290_000))
    assert cost_of({"cost": 0}) == Amount.exact(Money(0))
    assert cost_of({"cost": 7.1e-6}) == Amount.exact(Money(7))
    for bad in (None, "0.2", True, -0.1, float("nan"), float("inf"), 1e18, [0.2], {}):
        assert cost_of({"cost": bad}) == Amount.unknown()
    assert cost_of(None) == cost_of([]) == cost_of({}) == Amount.unknown()


def test_with_a_key_of_ones_own_the_fee_is_not_the_cost() -> None:
    assert cost_of({"cost": 0.01, "is_byok": True}) == Amount.unknown()


def rates(skus: dict[str, str]) -> list[Rate]:
    return rates_of("openrouter", "m", skus, "2026-10-09")


def cents(skus: dict[str, str], **ask: Any) -> float | None:
    """Upper bound in cents of five seconds of 720p."""
    given = {"seconds": Fraction(5), "width": 1280, "height": 720, "resolution": "720p", "audio": False}
    priced = RateCard(rates(skus)).price(Ask("openrouter", "m", **{**given, **ask}))
    return priced.upper.micro / 10_000 if priced else None


SEEDANCE = CATALOGUE[0]["pricing_skus"]
VEO = {
    "duration_seconds_with_audio": "0.12",
    "duration_seconds_with_audio_4k": "0.30",
    "duration_seconds_without_audio": "0.10",
    "duration_seconds_with_audio_720p": "0.10",
    "duration_seconds_without_audio_4k": "0.25",
    "duration_seconds_without_audio_720p": "0.08",
}
KLING = {
    "duration_seconds": "0.112",
    "duration_seconds_with_audio": "0.168",
    "text_to_video_duration_seconds_480p": "0.112",
    "text_to_video_duration_seconds_720p": "0.112",
    "image_to_video_duration_seconds_720p": "0.112",
}
WAN = {
    "text_to_video_duration_seconds_720p": "0.08",
    "image_to_video_duration_seconds_720p": "0.10",
    "text_to_video_duration_seconds_1080p": "0.12",
}


@pytest.mark.parametrize(
    ("skus", "ask", "expected"),
    [
        (VEO, {}, 40),
        (VEO, {"audio": True}, 50),
        (VEO, {"audio": True, "resolution": "1080p"}, 60),
        (VEO, {"resolution": "4K"}, 125),
        (KLING, {}, 56),
        (KLING, {"audio": True}, 84),
        (KLING, {"audio": True, "first_frame": True}, 84),
        (WAN, {}, 40),
        (WAN, {"first_frame": True}, 50),
        (WAN, {"resolution": "1080p"}, 60),
        (WAN, {"resolution": "1080p", "first_frame": True}, None),
        ({"cents_per_second_output": "12"}, {}, 60),
        ({"cents_per_second_output_720p": "17", "cents_per_second_output": "20"}, {}, 85),
        (
            {"cents_per_video_output_second_720p": "7", "cents_per_image_input": "0.2"},
            {"references": 2},
            35.4,
        ),
        ({"duration_seconds": "0.13", "reference_images": "0.04"}, {"references": 3}, 77),
        ({"duration_seconds_720p": "0.03", "reference_duration_seconds_720p": "0.06"}, {}, 30),
        ({"cents_per_second_output": "17", "cents_per_second_video_continuation_720p": "41"}, {}, 85),
    ],
)
def test_a_price_is_read_by_what_its_key_says(
    skus: dict[str, str], ask: dict[str, Any], expected: float | None
) -> None:
    assert cents(skus, **ask) == expected


def test_a_token_price_is_never_read_as_one_of_seconds() -> None:
    # 121 frames of 720p: 108,900 tokens, the bill of a measured five-second job; $7 a million.
    assert cents(SEEDANCE) == 76.23
    assert cents(SEEDANCE, audio=True) == 76.23
    in_4k = cents(SEEDANCE, resolution="4K", width=3840, height=2160)
    assert in_4k
    assert in_4k == pytest.approx(76.23 * 9 * 4 / 7, abs=0.01)
    assert {rate.unit for rate in rates(SEEDANCE)} == {Unit.TOKEN}


@pytest.mark.parametrize(
    "more",
    [
        {"credits_per_moon_phase": "3"},
        {"minimum_cents_per_generation": "56"},
        {"cents_per_megapixel_second_precise": "7.5"},
        {"video_tokens": "0.000007"},
        {"duration_seconds_720p": "free"},
        {"duration_seconds_720p": "0"},
        {"duration_seconds_720p": "-1"},
    ],
)
def test_a_key_that_is_not_understood_leaves_its_model_without_a_price(more: dict[str, str]) -> None:
    assert rates({"duration_seconds": "0.1", **more}) == []
    assert rates({}) == []


# -- catalogue


def test_the_catalogue_is_kept_with_its_day_and_asked_of_nobody_afterwards(tmp_path: Path) -> None:
    with video(tmp_path) as (provider, server):
        assert provider.live_rates() == []
        shipped = provider.capabilities("runway/gen-4.5")
        assert shipped.as_of == "2026-10-09"
        assert provider.discover() is True
        assert len(server.calls) == 1
        found = provider.capabilities("new/model-1")
        assert (found.lengths, found.seconds, found.first_frame) == ((3, 6), (3.0, 6.0), False)
        assert found.as_of == "2026-03-01"
        live = provider.live_rates()
        assert {rate.model for rate in live} == {"bytedance/seedance-2.0", "runway/gen-4.5"}
        assert {(rate.origin, rate.as_of) for rate in live} == {("live", "2026-03-01")}
        assert len(server.calls) == 1


@pytest.mark.parametrize("data", [[], None, {}, [7], [{"id": None}], "models"])
def test_an_empty_catalogue_replaces_nothing(tmp_path: Path, data: Any) -> None:
    with video(tmp_path) as (provider, server):
        provider.discover()
        server.catalogue = data
        with pytest.raises(ProviderFault):
            provider.discover()
        assert provider.capabilities("new/model-1").lengths == (3, 6)


def test_an_entry_full_of_nonsense_does_not_spoil_the_others(tmp_path: Path) -> None:
    bad = {
        "id": "bad/one",
        "supported_durations": [True, -1, "5", 5],
        "supported_aspect_ratios": ["0:1", "wide", 7, "16:9"],
        "supported_resolutions": "720p",
        "pricing_skus": ["0.1"],
    }
    with video(tmp_path) as (provider, server):
        server.catalogue = [bad, 7, None, CATALOGUE[1]]
        provider.discover()
        able = provider.capabilities("bad/one")
        assert (able.lengths, able.aspects, able.resolutions) == ((5,), ("16:9",), ())


def test_an_unknown_model_is_told_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as raised:
        offline(tmp_path).capabilities("bytedance/sedance-2.0")
    assert raised.value.nearest == "bytedance/seedance-2.0"


# -- the video payload


def body_of(tmp_path: Path, model: str = VIDEO, **more: Any) -> dict[str, Any]:
    provider = offline(tmp_path)
    return dict(provider.build_payload(video_request(1, model, **more), "submission-1").body)


def test_a_frame_goes_without_references_and_references_without_a_frame(tmp_path: Path) -> None:
    first, other = picture(tmp_path), picture(tmp_path, "reference", shade=30)
    both = body_of(tmp_path, first_frame=first, references=(other,))
    assert "input_references" not in both
    assert [frame["frame_type"] for frame in both["frame_images"]] == ["first_frame"]
    request = video_request(1, VIDEO, first_frame=first, references=(other,))
    assert [still.sha for still in offline(tmp_path).build_payload(request, "k").pictures] == [first.sha]
    alone = body_of(tmp_path, references=(other,) * 12)
    assert "frame_images" not in alone
    assert len(alone["input_references"]) == 9
    assert "input_references" not in body_of(tmp_path, "google/veo-3.1", frames=96, references=(other,))


def test_a_seam_may_have_both_ends_where_the_model_takes_them(tmp_path: Path) -> None:
    first, last = picture(tmp_path), picture(tmp_path, "last_frame", shade=30)
    body = body_of(tmp_path, first_frame=first, last_frame=last)
    assert [frame["frame_type"] for frame in body["frame_images"]] == ["first_frame", "last_frame"]
    with pytest.raises(BadInput, match="takes no last frame"):
        body_of(tmp_path, "runway/gen-4.5", first_frame=first, last_frame=last)


def test_a_frame_of_another_shot_says_what_it_is_for_by_its_place(tmp_path: Path) -> None:
    handed = picture(tmp_path, "last_frame")
    assert body_of(tmp_path, first_frame=handed)["frame_images"][0]["frame_type"] == "first_frame"


def test_sound_and_seed_are_said_only_to_models_that_have_them(tmp_path: Path) -> None:
    seedance = body_of(tmp_path)
    assert (seedance["generate_audio"], seedance["seed"]) == (False, 1001)
    kling = body_of(tmp_path, "kwaivgi/kling-v3.0-pro", audio=True)
    assert kling["generate_audio"] is True
    assert "seed" not in kling
    runway = body_of(tmp_path, "runway/gen-4.5", audio=True)
    assert "generate_audio" not in runway
    assert runway["seed"] == 1001


@pytest.mark.parametrize(("frames", "nearest"), [(132, "6 s"), (24, "4 s"), (1200, "8 s"), (120, "4 s")])
def test_a_length_the_model_does_not_make_is_told_the_nearest(
    tmp_path: Path, frames: int, nearest: str
) -> None:
    with pytest.raises(BadInput) as raised:
        body_of(tmp_path, "google/veo-3.1", frames=frames)
    assert raised.value.nearest == nearest
    assert "4, 6, 8" in str(raised.value)
    provider = offline(tmp_path)
    assert provider.quote(video_request(1, "google/veo-3.1", frames=frames)) is None


def test_a_film_of_24000_1001_is_asked_for_in_whole_seconds(tmp_path: Path) -> None:
    assert body_of(tmp_path, frames=240, fps=Fraction(24000, 1001))["duration"] == 10
    with pytest.raises(BadInput):
        body_of(tmp_path, frames=121)


def test_shape_and_resolution_are_the_models_own_words(tmp_path: Path) -> None:
    body = body_of(tmp_path, width=3840, height=2160, resolution="4k")
    assert (body["resolution"], body["aspect_ratio"]) == ("4K", "16:9")
    assert body_of(tmp_path, width=720, height=1280, resolution="")["aspect_ratio"] == "9:16"
    assert body_of(tmp_path, width=848, height=480, resolution="")["resolution"] == "480p"
    with pytest.raises(BadInput, match="has no 360p"):
        body_of(tmp_path, resolution="360p")
    with pytest.raises(BadInput) as raised:
        body_of(tmp_path, width=1280, height=500)
    assert raised.value.nearest == "21:9"


# -- the video job


def test_a_still_is_put_in_when_it_is_sent_and_only_the_one_that_was_planned_with(tmp_path: Path) -> None:
    still = picture(tmp_path)
    with video(tmp_path) as (provider, server):
        payload = provider.build_payload(video_request(1, VIDEO, first_frame=still), "submission-1")
        assert payload.pictures == (Picture(still.path, still.sha, "first_frame"),)
        assert provider.submit(payload).sent is Sent.ACCEPTED
        sent = server.calls[0].json
        data = sent["frame_images"][0]["image_url"]["url"].removeprefix("data:image/png;base64,")
        assert base64.b64decode(data) == picture_bytes("PNG")
        assert sent["session_id"] == sent["trace"]["trace_id"] == "submission-1"
        still.path.write_bytes(picture_bytes("PNG", 7))
        again = provider.submit(payload)
        assert again.sent is Sent.REFUSED
        assert len(server.calls) == 1


def test_a_poll_goes_where_the_id_leads_and_not_the_address_in_the_reply(tmp_path: Path) -> None:
    with video(tmp_path) as (provider, server):
        outcome = provider.submit(provider.build_payload(video_request(1, VIDEO), "submission-1"))
        assert outcome.ticket
        job = outcome.ticket.job_id
        server.finish(job, "completed")
        status = provider.poll(job)
        assert status.cost == Amount.exact(Money(756_000))
        assert status.expires_at
        assert [call.path for call in server.calls[1:]] == [f"{API}/videos/{job}"]


@pytest.mark.parametrize(
    ("word", "state", "kind"),
    [
        ("failed", JobState.FAILED, E.PROVIDER_FAULT),
        ("cancelled", JobState.CANCELLED, E.PROVIDER_FAULT),
        ("expired", JobState.EXPIRED, E.TIMEOUT),
    ],
)
def test_each_bad_end_is_told_from_the_others(
    tmp_path: Path, word: str, state: JobState, kind: ErrorClass
) -> None:
    with video(tmp_path) as (provider, server):
        outcome = provider.submit(provider.build_payload(video_request(1, VIDEO), "submission-1"))
        assert outcome.ticket
        server.finish(outcome.ticket.job_id, word)
        status = provider.poll(outcome.ticket.job_id)
        assert status.state is state
        assert status.cost == Amount.unknown()
        assert status.error
        assert status.error.kind is kind


def test_the_signed_copy_is_fetched_without_the_key_when_the_first_is_gone(tmp_path: Path) -> None:
    with video(tmp_path) as (provider, server):
        outcome = provider.submit(provider.build_payload(video_request(1, VIDEO), "submission-1"))
        assert outcome.ticket
        job = outcome.ticket.job_id
        server.finish(job, "completed")
        status = provider.poll(job)
        server.script("GET", "/content$", CutBody(40))
        assert provider.fetch(job, status, tmp_path / "take.mp4").size > 100
        signed = server.calls_to("GET", "/signed/")
        assert len(signed) == 1
        assert "authorization" not in signed[0].headers


def test_a_signed_copy_somewhere_else_is_not_fetched(tmp_path: Path) -> None:
    def elsewhere(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "urls": ["https://127.0.0.1.evil.example/clip.mp4"]}

    with video(tmp_path) as (provider, server):
        outcome = provider.submit(provider.build_payload(video_request(1, VIDEO), "submission-1"))
        assert outcome.ticket
        job = outcome.ticket.job_id
        server.finish(job, "completed")
        server.script("GET", f"/videos/{job}$", Altered(elsewhere))
        status = provider.poll(job)
        server.script("GET", "/content$", Html(502), times=9)
        with pytest.raises(ProviderFault):
            provider.fetch(job, status, tmp_path / "take.mp4")
        assert not (tmp_path / "take.mp4").exists()


# -- the key


def account(tmp_path: Path, data: dict[str, Any], shown: dict[str, Any] | None = None) -> Any:
    with video(tmp_path) as (provider, server):
        server.account, server.credits = data, shown
        return provider.account()


def test_headroom_is_the_least_of_what_is_known(tmp_path: Path) -> None:
    budget = {"remaining_usd": 3.25, "resets_at": "2026-12-01T00:00:00Z"}
    found = account(tmp_path, {"limit_remaining": 12.5, "usage": 37.5, "effective_budget": budget})
    assert (found.limit_remaining, found.usage) == (Money(3_250_000), Money(37_500_000))
    assert (found.state, found.balance) == ("active", None)
    assert found.resets_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert "management" in found.said
    free = account(tmp_path, {"limit_remaining": None, "effective_budget": None, "usage": 0})
    assert (free.state, free.limit_remaining, free.usage) == ("active", None, Money(0))


@pytest.mark.parametrize("left", [0, -2.5])
def test_a_key_without_headroom_is_blocked(tmp_path: Path, left: float) -> None:
    found = account(tmp_path, {"limit_remaining": 9, "effective_budget": {"remaining_usd": left}})
    assert (found.state, found.limit_remaining) == ("blocked", Money(0))
    assert found.said


def test_the_balance_is_what_a_management_key_is_shown(tmp_path: Path) -> None:
    shown = {"total_credits": 100, "total_usage": 62.5}
    assert account(tmp_path, {"usage": 1}, shown).balance == Money(37_500_000)
    with video(tmp_path) as (provider, server):
        server.account, server.credits = {"usage": 1, "is_management_key": False}, shown
        assert provider.account().balance is None
        assert [call.path for call in server.calls] == [f"{API}/key"]


def test_a_key_that_is_not_accepted_is_blocked_and_one_that_cannot_be_asked_is_not(tmp_path: Path) -> None:
    with OpenRouterApi(KEY + "0") as server:
        provider = OpenRouter(site(tmp_path, server))
        found = provider.account()
        assert found.state == "blocked"
        assert found.said.startswith("auth")
    with video(tmp_path) as (provider, server):
        server.script("GET", "/key$", Html(403), times=9)
        with pytest.raises(ProviderFault):
            provider.account()
        server.forget()
        limit = error(403, "Key limit exceeded (monthly limit)")
        server.script("GET", "/key$", Refuse(403, limit))
        assert provider.account().state == "blocked"


# -- pictures


@contextmanager
def images(folder: Path) -> Iterator[tuple[OpenRouterImages, OpenRouterApi]]:
    with OpenRouterApi(KEY) as server:
        yield OpenRouterImages(site(folder, server)), server


def test_a_picture_that_was_paid_for_survives_the_worker(tmp_path: Path) -> None:
    with images(tmp_path) as (provider, server):
        payload = provider.build_payload(image_request(1, IMAGE), "submission-1")
        assert provider.find("submission-1", 0, LONG_AGO) is None
        outcome = provider.submit(payload)
        assert outcome.ticket
        after = OpenRouterImages(site(tmp_path, server))
        found = after.find("submission-1", 0, LONG_AGO)
        assert found is not None
        assert [ticket.job_id for ticket in found] == [outcome.ticket.job_id]
        status = after.poll(outcome.ticket.job_id)
        assert status.cost == Amount.exact(Money(756_000))
        fetched = after.fetch(outcome.ticket.job_id, status, tmp_path / "board.png")
        assert fetched.path.read_bytes() == picture_bytes("PNG")
        assert len(server.calls) == 1


def test_a_reply_the_disk_does_not_take_is_unclear(tmp_path: Path) -> None:
    (tmp_path / "replies").write_text("in the way")
    with images(tmp_path) as (provider, server):
        outcome = provider.submit(provider.build_payload(image_request(1, IMAGE), "submission-1"))
        assert outcome.sent is Sent.UNCLEAR
        assert len(server.bill) == 1


def test_a_picture_that_does_not_come_in_time_is_unclear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openrouter_images, "READ_S", 0.2)
    with images(tmp_path) as (provider, server):
        server.script("POST", "/images$", Hang(30, accepted=True))
        outcome = provider.submit(provider.build_payload(image_request(1, IMAGE), "submission-1"))
        assert outcome.sent is Sent.UNCLEAR
        assert outcome.error
        assert outcome.error.kind is E.TIMEOUT
        assert len(server.calls) == len(server.bill) == 1


@pytest.mark.parametrize(
    "data", [b"", b"<html>no</html>" * 9, b"GIF89a" + b"\0" * 40, b"\0\0\0\x18ftypmp42" + b"\0" * 40]
)
def test_what_is_no_picture_is_not_written(tmp_path: Path, data: bytes) -> None:
    with images(tmp_path) as (provider, server):
        server.picture = base64.b64encode(data).decode() or "!!!!"
        outcome = provider.submit(provider.build_payload(image_request(1, IMAGE), "submission-1"))
        assert outcome.ticket
        status = provider.poll(outcome.ticket.job_id)
        with pytest.raises(ProviderFault):
            provider.fetch(outcome.ticket.job_id, status, tmp_path / "out" / "board.png")
        assert not (tmp_path / "out").exists()


def test_a_paid_reply_without_a_picture_is_a_failure_and_not_a_doubt(tmp_path: Path) -> None:
    with images(tmp_path) as (provider, server):
        server.picture = ""
        outcome = provider.submit(provider.build_payload(image_request(1, IMAGE), "submission-1"))
        assert outcome.ticket
        status = provider.poll(outcome.ticket.job_id)
        assert status.state is JobState.FAILED
        assert status.cost.certainty is Certainty.EXACT


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_other_kinds_of_picture_are_taken_too(tmp_path: Path, kind: str) -> None:
    with images(tmp_path) as (provider, server):
        server.picture = base64.b64encode(picture_bytes(kind)).decode()
        outcome = provider.submit(provider.build_payload(image_request(1, IMAGE), "submission-1"))
        assert outcome.ticket
        job = outcome.ticket.job_id
        assert provider.fetch(job, provider.poll(job), tmp_path / "board").size == len(picture_bytes(kind))


def test_the_size_of_a_picture_follows_the_films_and_its_settings_go_before(tmp_path: Path) -> None:
    provider = OpenRouterImages(site(tmp_path, None))

    def asked(model: str = IMAGE, **more: Any) -> Any:
        return provider.build_payload(image_request(1, model, **more), "k").body

    assert [asked(width=w, height=h)["resolution"] for w, h in ((1280, 720), (1920, 1080), (3840, 2160))] == [
        "1K",
        "2K",
        "4K",
    ]
    assert asked(width=720, height=1280)["aspect_ratio"] == "9:16"
    assert asked(settings={"resolution": "2K"})["resolution"] == "2K"
    assert "quality" not in asked()
    assert asked("openai/gpt-image-2")["quality"] == "medium"
    for bad in ({"resolutoin": "2K"}, {"resolution": "3K"}, {"quality": 7}):
        with pytest.raises(BadInput):
            asked(settings=bad)


# -- questions


@contextmanager
def review(folder: Path) -> Iterator[tuple[OpenRouterReview, OpenRouterApi]]:
    with OpenRouterApi(KEY) as server:
        yield OpenRouterReview(site(folder, server)), server


def asked(tmp_path: Path, choice: dict[str, Any]) -> tuple[Any, Any]:
    """The status, and the answer or the sentence why there is none."""
    with review(tmp_path) as (provider, server):
        server.choice = choice
        outcome = provider.submit(provider.build_payload(review_request(1, REVIEW), "submission-1"))
        assert outcome.ticket
        job = outcome.ticket.job_id
        status = provider.poll(job)
        try:
            return status, provider.answer(job, status)
        except ProviderFault as fault:
            return status, str(fault)


def said(content: Any, ended: str = "stop", **more: Any) -> dict[str, Any]:
    return {"finish_reason": ended, "message": {"role": "assistant", "content": content, **more}}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(ANSWER),
        f"```json\n{json.dumps(ANSWER)}\n```",
        [{"type": "text", "text": json.dumps(ANSWER)}],
    ],
)
def test_an_answer_that_fits_its_schema_is_given(tmp_path: Path, content: Any) -> None:
    status, answer = asked(tmp_path, said(content))
    assert status.state is JobState.SUCCEEDED
    assert answer == ANSWER


@pytest.mark.parametrize(
    "content",
    [
        "It is red.",
        '{"pass": true}',
        json.dumps({**ANSWER, "score": "8"}),
        json.dumps({**ANSWER, "more": 1}),
        json.dumps({**ANSWER, "score": 11}),
        "[]",
        "null",
        json.dumps(ANSWER)[:-1],
        '{"pass": true, "reason": "x", "score": NaN}',
    ],
)
def test_an_answer_that_does_not_fit_is_not_given(tmp_path: Path, content: str) -> None:
    _, sentence = asked(tmp_path, said(content))
    assert isinstance(sentence, str)


@pytest.mark.parametrize(
    ("choice", "kind"),
    [
        (said(json.dumps(ANSWER), "length"), E.PROVIDER_FAULT),
        (said("", "content_filter"), E.MODERATION),
        (said(None, refusal="I will not."), E.MODERATION),
        (said(None), E.PROVIDER_FAULT),
        (said("  "), E.PROVIDER_FAULT),
        ({"error": {"code": 429, "message": "busy"}, "finish_reason": "error"}, E.RATE_LIMITED),
        ({"error": {"code": 403, "message": "No", "metadata": {"reasons": ["gore"]}}}, E.MODERATION),
        ({}, E.PROVIDER_FAULT),
        ({"message": "text"}, E.PROVIDER_FAULT),
    ],
)
def test_an_answer_that_broke_off_or_was_refused_says_why(
    tmp_path: Path, choice: dict[str, Any], kind: ErrorClass
) -> None:
    status, sentence = asked(tmp_path, choice)
    assert status.state is JobState.FAILED
    assert status.error.kind is kind
    assert status.cost == Amount.exact(Money(756_000))
    assert isinstance(sentence, str)


def test_the_prices_of_questions_come_from_its_list_of_models(tmp_path: Path) -> None:
    with review(tmp_path) as (provider, server):
        assert provider.live_rates() == []
        assert provider.discover() is True
        found = {rate.unit: float(rate.price) for rate in provider.live_rates()}
        assert found == {Unit.INPUT_TOKEN: 3e-7, Unit.OUTPUT_TOKEN: 2.5e-6}
        assert {rate.model for rate in provider.live_rates()} == {"google/gemini-3.1-flash"}
        assert len(server.calls) == 1


def test_the_reserve_for_a_question_covers_every_byte_and_the_longest_answer(tmp_path: Path) -> None:
    with review(tmp_path) as (provider, _):
        short = provider.quote(review_request(1, REVIEW))
        long = provider.quote(review_request(1, REVIEW, prompt="x" * 10_000))
        assert short
        assert long
        assert short.upper.micro >= 4096 * 2.5
        assert long.upper.micro - short.upper.micro >= 9_900 * 0.3


def test_a_schema_that_could_not_be_checked_is_refused_before_it_costs(tmp_path: Path) -> None:
    with review(tmp_path) as (provider, server):
        with pytest.raises(BadInput, match="not checked here"):
            provider.build_payload(review_request(1, REVIEW, schema={**SCHEMA, "oneOf": []}), "k")
        assert server.calls == []
