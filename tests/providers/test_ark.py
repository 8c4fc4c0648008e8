"""What is Ark's own: its exclusions, its tags, its list, its DELETE, its tokens, its two results."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput, ProviderFault
from core.base.rates import Rate, RateCard, Unit
from core.base.units import ZERO, Amount, Certainty, Money
from core.providers.ark import Ark
from core.providers.ark_api.errors import explain
from core.providers.ark_api.request import tag_of
from core.providers.base import CameraMove, ErrorClass, JobState, Sent, Ticket
from core.providers.wire.reply import Reply
from tests.fakes.ark import Ark as Server
from tests.fakes.clips import clip_bytes, picture_bytes
from tests.fakes.loopback import Altered, Answer, Call, Html, Raw
from tests.providers.cases import fake_key, video_request
from tests.providers.cases_ark import FREE_TRIAL, MODEL, QUEUE, ROWS, ServerClock, refuse, site_of, still

V25, V20, FAST, MINI = (
    "dreamina-seedance-2-5-260628",
    "dreamina-seedance-2-0-260128",
    "dreamina-seedance-2-0-fast-260128",
    "dreamina-seedance-2-0-mini-260615",
)
PRO, PRO_FAST, LITE_T2V = (
    "seedance-1-0-pro-250528",
    "seedance-1-0-pro-fast-251015",
    "seedance-1-0-lite-t2v-250428",
)
LIST = "/contents/generations/tasks$"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(fake_key("ark-")) as running:
        yield running


@pytest.fixture
def ark(server: Server, tmp_path: Path) -> Ark:
    return Ark(site_of(tmp_path, server))


def body(ark: Ark, model: str = MODEL, **more: Any) -> dict[str, Any]:
    return dict(ark.build_payload(video_request(1, model, **more), "key-1").body)


def made(ark: Ark, n: int = 1, key: str = "", **more: Any) -> str:
    outcome = ark.submit(ark.build_payload(video_request(n, MODEL, **more), key or f"key-{n}"))
    assert outcome.ticket, outcome
    return outcome.ticket.job_id


def began(server: Server) -> datetime:
    return datetime.fromtimestamp(server.time(), UTC) - timedelta(minutes=5)


# -- the request


def test_a_take_from_text_says_everything_that_costs(ark: Ark) -> None:
    assert body(ark) == {
        "model": MODEL,
        "content": [{"type": "text", "text": "A lighthouse at dusk, number 1."}],
        "resolution": "720p",
        "ratio": "16:9",
        "duration": 5,
        "seed": 1001,
        "generate_audio": False,
        "camera_fixed": False,
        "watermark": False,
        "return_last_frame": True,
        "service_tier": "default",
        "execution_expires_after": 3600,
        "safety_identifier": tag_of("key-1"),
    }


def test_the_tag_hides_the_key_fits_and_differs(ark: Ark) -> None:
    one, two = (ark.build_payload(video_request(1, MODEL), key).body["safety_identifier"] for key in "ab")
    assert one != two
    assert len(one) <= 64
    assert "submission" not in tag_of("submission-9")


def test_frames_and_references_take_their_roles(ark: Ark, tmp_path: Path) -> None:
    first, last = still(tmp_path), still(tmp_path, "last_frame", shade=30)
    content = body(ark, first_frame=first, last_frame=last)["content"]
    assert [part.get("role") for part in content] == [None, "first_frame", "last_frame"]
    assert content[1]["image_url"]["url"] == f"sha256:{first.sha}"
    refs = body(ark, V20, references=(first, last))["content"]
    assert [part.get("role") for part in refs[1:]] == ["reference_image", "reference_image"]


def test_a_still_camera_is_ordered_only_where_the_model_knows_how(ark: Ark) -> None:
    assert body(ark, camera=CameraMove("static"))["camera_fixed"] is True
    assert body(ark, camera=CameraMove("dolly-in"))["camera_fixed"] is False
    for model in (V25, V20, FAST, MINI):
        assert "camera_fixed" not in body(ark, model, camera=CameraMove("static"))


def test_a_model_without_sound_is_not_asked_about_sound(ark: Ark) -> None:
    assert "generate_audio" not in body(ark, PRO)
    assert body(ark, V25, audio=True)["generate_audio"] is True


def test_the_newest_model_takes_the_shape_of_its_frames(ark: Ark, tmp_path: Path) -> None:
    assert body(ark, V25, first_frame=still(tmp_path))["ratio"] == "adaptive"
    assert body(ark, V25)["ratio"] == "16:9"
    assert body(ark, V20, first_frame=still(tmp_path))["ratio"] == "16:9"


@pytest.mark.parametrize(
    ("width", "height", "ratio"),
    [
        (1280, 720, "16:9"),
        (720, 1280, "9:16"),
        (1024, 768, "4:3"),
        (768, 1024, "3:4"),
        (900, 900, "1:1"),
        (1470, 630, "21:9"),
    ],
)
def test_the_films_shape_becomes_a_ratio(ark: Ark, width: int, height: int, ratio: str) -> None:
    assert body(ark, width=width, height=height)["ratio"] == ratio


@pytest.mark.parametrize(
    ("width", "height", "model", "lines"),
    [
        (1280, 720, MODEL, "720p"),
        (720, 1280, MODEL, "720p"),
        (640, 360, MODEL, "480p"),
        (1920, 1080, FAST, "720p"),
        (3840, 2160, V20, "4k"),
    ],
)
def test_an_open_resolution_is_closed_before_it_is_sent(
    ark: Ark, width: int, height: int, model: str, lines: str
) -> None:
    assert body(ark, model, width=width, height=height, resolution="")["resolution"] == lines


@pytest.mark.parametrize(
    ("model", "low", "high"),
    [
        (V25, 4, 30),
        (V20, 4, 15),
        (FAST, 4, 15),
        (MINI, 4, 15),
        (MODEL, 4, 12),
        (PRO, 2, 12),
        (PRO_FAST, 2, 12),
    ],
)
def test_each_model_keeps_to_its_lengths(ark: Ark, model: str, low: int, high: int) -> None:
    assert ark.capabilities(model).seconds == (low, high)
    assert ark.capabilities(model).lengths == tuple(range(low, high + 1))
    for seconds in (low, high):
        assert body(ark, model, frames=24 * seconds)["duration"] == seconds
    for seconds in (low - 1, high + 1):
        with pytest.raises(BadInput, match=str(high)):
            body(ark, model, frames=24 * seconds)


def test_a_length_is_whole_seconds_to_the_frame_and_never_left_to_the_model(ark: Ark) -> None:
    assert body(ark, frames=120, fps=Fraction(24000, 1001))["duration"] == 5
    with pytest.raises(BadInput, match="whole seconds"):
        body(ark, frames=132)


@pytest.mark.parametrize(
    ("model", "more", "said"),
    [
        (FAST, {"resolution": "1080p"}, "has no 1080p"),
        (MINI, {"resolution": "1080p"}, "has no 1080p"),
        (V25, {"resolution": "4k"}, "has no 4k"),
        (MODEL, {"resolution": "4k"}, "has no 4k"),
        (PRO, {"audio": True}, "no sound"),
        (MODEL, {"width": 2000, "height": 720}, "none of them"),
        (MODEL, {"prompt": "A lighthouse --duration 12"}, "--duration"),
        (MODEL, {"prompt": "A lighthouse --RS 1080p"}, "--RS"),
        (MODEL, {"prompt": "  "}, "needs a prompt"),
        ("seedance-1-5-por-251215", {}, "not a video model"),
        ("sora-2", {}, "not a video model"),
    ],
)
def test_what_a_model_does_not_take_is_said_before_a_reserve(
    ark: Ark, model: str, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        body(ark, model, **more)


def test_a_dash_in_a_sentence_is_no_order(ark: Ark) -> None:
    prompt = "A long --very long-- pan; the duration--of a breath."
    assert body(ark, prompt=prompt)["content"][0]["text"] == prompt


def test_frames_and_references_exclude_each_other(ark: Ark, tmp_path: Path) -> None:
    one = still(tmp_path)
    wrong: list[tuple[str, dict[str, Any], str]] = [
        (V20, {"first_frame": one, "references": (one,)}, "not both"),
        (MODEL, {"last_frame": one}, "needs a first"),
        (PRO_FAST, {"first_frame": one, "last_frame": one}, "no last frame"),
        (LITE_T2V, {"first_frame": one}, "begins with no frame"),
        (MODEL, {"references": (one,)}, "0 reference"),
        (V20, {"references": (one,) * 10}, "9 reference"),
    ]
    for model, more, said in wrong:
        with pytest.raises(BadInput, match=said):
            body(ark, model, **more)
    able = ark.capabilities(V20)
    assert (able.references, able.frames_exclude_references, able.native_last_frame) == (9, True, True)


def test_a_model_of_the_other_platform_is_known_and_a_slip_is_shown_its_nearest(ark: Ark) -> None:
    assert ark.capabilities("doubao-seedance-2-0-260128") == ark.capabilities(V20)
    with pytest.raises(BadInput) as raised:
        ark.capabilities("seedance-1-5-por")
    assert raised.value.nearest == "seedance-1-5-pro"


# -- pictures


def test_pictures_go_out_as_their_bytes(ark: Ark, server: Server, tmp_path: Path) -> None:
    first = still(tmp_path)
    made(ark, first_frame=first)
    url = server.calls[0].json["content"][1]["image_url"]["url"]
    assert url == "data:image/png;base64," + base64.b64encode(first.path.read_bytes()).decode()


@pytest.mark.parametrize(
    ("width", "height"), [(300, 400), (400, 300), (6000, 2600), (2600, 6000), (1000, 400), (400, 1000)]
)
def test_a_picture_beyond_the_limits_is_refused_here_by_name(
    ark: Ark, server: Server, tmp_path: Path, width: int, height: int
) -> None:
    first = still(tmp_path, width=width, height=height)
    outcome = ark.submit(ark.build_payload(video_request(1, MODEL, first_frame=first), "key-1"))
    assert outcome.sent is Sent.REFUSED
    assert outcome.error
    assert outcome.error.kind is ErrorClass.BAD_REQUEST
    assert first.path.name in outcome.error.message
    assert f"{width}x{height}" in outcome.error.message
    assert server.calls == []


def test_a_picture_that_changed_since_it_was_planned_is_not_sent(
    ark: Ark, server: Server, tmp_path: Path
) -> None:
    first = still(tmp_path)
    payload = ark.build_payload(video_request(1, MODEL, first_frame=first), "key-1")
    first.path.write_bytes(picture_bytes("PNG", 10, 640, 360))
    assert ark.submit(payload).sent is Sent.REFUSED
    first.path.unlink()
    assert ark.submit(payload).sent is Sent.REFUSED
    assert server.calls == []


# -- errors


def reply(status: int, code: str, message: str = "no") -> Reply:
    return Reply(status, {}, refuse(code, status, message).body, "", 0.1)


@pytest.mark.parametrize(("status", "code", "kind", "flagged"), ROWS)
def test_every_row_of_the_error_list_has_its_class(
    status: int, code: str, kind: ErrorClass, flagged: str
) -> None:
    error = explain(reply(status, code))
    assert error
    assert (error.kind, error.flagged, error.code) == (kind, flagged, code)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (FREE_TRIAL, ErrorClass.INSUFFICIENT_CREDIT),
        ("当前账号的免费试用额度已消耗完毕", ErrorClass.INSUFFICIENT_CREDIT),
        (QUEUE, ErrorClass.RATE_LIMITED),
    ],
)
def test_one_code_for_two_things_is_told_apart_by_its_message(message: str, kind: ErrorClass) -> None:
    error = explain(reply(429, "QuotaExceeded", message))
    assert error
    assert error.kind is kind


@pytest.mark.parametrize("code", ["InternalServiceError", "InvalidParameter", "CodeOfTomorrow"])
def test_a_fault_of_the_house_is_the_houses_under_any_code(code: str) -> None:
    error = explain(reply(500, code))
    assert error
    assert error.kind is ErrorClass.PROVIDER_FAULT


@pytest.mark.parametrize(
    "body", [None, [], {}, {"error": None}, {"error": "no"}, {"error": {"code": 7}}, {"error": {"code": ""}}]
)
def test_another_shape_explains_nothing(body: Any) -> None:
    assert explain(Reply(400, {}, body, "", 0.1)) is None


# -- the task


def test_a_finished_task_names_two_results_their_end_and_its_price(ark: Ark, server: Server) -> None:
    job = made(ark)
    assert ark.poll(job).state is JobState.QUEUED
    server.jobs[job].state = "running"
    assert ark.poll(job).state is JobState.RUNNING
    ended = server.finish(job, "succeeded").ended_at
    status = ark.poll(job)
    assert status.state is JobState.SUCCEEDED
    assert [url.split("?")[0][-4:] for url in status.outputs] == [".mp4", ".png"]
    assert status.expires_at == datetime.fromtimestamp(int(ended or 0), UTC) + timedelta(hours=24)
    # 108,900 tokens at $1.2 a million.
    assert status.cost.money == Money(130_680)


def test_the_quote_covers_the_bill(ark: Ark, server: Server) -> None:
    for number, more in enumerate(({}, {"audio": True}, {"frames": 288}, {"resolution": "1080p"}), 1):
        request = video_request(number, MODEL, **more)
        quote = ark.quote(request)
        job = made(ark, number, **more)
        server.finish(job, "succeeded")
        cost = ark.poll(job).cost.money
        assert quote
        assert cost
        assert quote.expected.micro * 0.95 <= cost.micro <= quote.upper.micro


def test_a_cost_is_as_sure_as_its_row(server: Server, tmp_path: Path) -> None:
    def card(verified: bool) -> RateCard:
        row = Rate(
            "ark", MODEL, Unit.TOKEN, Decimal(2), "a test", "2026-11-01", per=1_000_000, verified=verified
        )
        return RateCard((row,))

    for verified, certainty in ((True, Certainty.EXACT), (False, Certainty.ESTIMATED)):
        ark = Ark(site_of(tmp_path, server, card=card(verified)))
        job = made(ark)
        server.finish(job, "succeeded")
        assert ark.poll(job).cost == Amount(Money(217_800), certainty)


def test_without_a_price_row_there_is_no_quote_and_no_cost(server: Server, tmp_path: Path) -> None:
    ark = Ark(site_of(tmp_path, server, card=RateCard()))
    assert ark.quote(video_request(1, MODEL)) is None
    job = made(ark)
    server.finish(job, "succeeded")
    assert ark.poll(job).cost == Amount.unknown()


def test_a_failed_task_says_why_in_our_classes_and_costs_nothing(ark: Ark, server: Server) -> None:
    said = {
        "OutputVideoSensitiveContentDetected": (ErrorClass.MODERATION, "output"),
        "InputImageSensitiveContentDetected.PrivacyInformation": (ErrorClass.MODERATION, "image"),
        "InternalServiceError": (ErrorClass.PROVIDER_FAULT, ""),
        "CodeOfTomorrow": (ErrorClass.UNKNOWN, ""),
    }
    for number, (code, (kind, flagged)) in enumerate(said.items(), 1):
        job = made(ark, number)
        server.finish(job, "failed", error=f"{code}|it went wrong")
        status = ark.poll(job)
        assert status.state is JobState.FAILED
        assert status.cost == Amount.exact(ZERO)
        assert status.error
        assert (status.error.kind, status.error.flagged, status.error.code) == (kind, flagged, code)


def test_an_expired_task_is_a_timeout_of_unknown_cost(ark: Ark, server: Server) -> None:
    job = made(ark)
    server.finish(job, "expired")
    status = ark.poll(job)
    assert status.state is JobState.EXPIRED
    assert status.cost == Amount.unknown()
    assert status.error
    assert status.error.kind is ErrorClass.TIMEOUT


@pytest.mark.parametrize("state", [None, 7, ["succeeded"]])
def test_a_task_without_a_state_is_no_answer(ark: Ark, server: Server, state: Any) -> None:
    job = made(ark)
    server.jobs[job].extra["status"] = state
    with pytest.raises(ProviderFault):
        ark.poll(job)


def test_a_task_older_than_a_week_is_no_answer(ark: Ark, server: Server) -> None:
    job = made(ark)
    server.advance(8 * 86400)
    with pytest.raises(ProviderFault):
        ark.poll(job)


# -- results


def test_the_clip_and_the_providers_last_frame_lie_side_by_side(
    ark: Ark, server: Server, tmp_path: Path
) -> None:
    job = made(ark)
    server.finish(job, "succeeded")
    fetched = ark.fetch(job, ark.poll(job), tmp_path / "takes" / "s001_t001.mp4")
    assert fetched.path.read_bytes() == clip_bytes()
    assert fetched.native_last_frame == tmp_path / "takes" / "s001_t001.native.png"
    assert fetched.native_last_frame.read_bytes().startswith(b"\x89PNG")
    assert fetched.carried is None


def test_a_last_frame_that_does_not_come_leaves_the_clip(ark: Ark, server: Server, tmp_path: Path) -> None:
    job = made(ark)
    server.finish(job, "succeeded")
    server.script("GET", r"\.png$", Html(404), times=9)
    fetched = ark.fetch(job, ark.poll(job), tmp_path / "takes" / "s001_t001.mp4")
    assert fetched.native_last_frame is None
    assert [path.name for path in (tmp_path / "takes").iterdir()] == ["s001_t001.mp4"]


def test_a_last_frame_is_asked_for_again(ark: Ark, server: Server, tmp_path: Path) -> None:
    job = made(ark)
    server.finish(job, "succeeded")
    server.script("GET", r"\.png$", Raw(clip_bytes(), 200, {"Content-Type": "image/png"}))
    assert ark.fetch(job, ark.poll(job), tmp_path / "take.mp4").native_last_frame


# -- cancel


def test_a_queued_task_is_cancelled_by_one_delete(ark: Ark, server: Server) -> None:
    job = made(ark)
    assert ark.cancel(job) is True
    assert len(server.calls_to("DELETE", ".")) == 1
    assert ark.poll(job).state is JobState.CANCELLED
    assert ark.cancel(job) is False
    assert len(server.calls_to("DELETE", ".")) == 1


@pytest.mark.parametrize("state", ["running", "succeeded", "failed", "expired", "pondering"])
def test_what_is_not_queued_is_never_deleted(ark: Ark, server: Server, state: str) -> None:
    job = made(ark)
    server.finish(job, state)
    assert ark.cancel(job) is False
    assert server.calls_to("DELETE", ".") == []
    assert job in server.jobs


def test_a_task_that_starts_in_between_goes_on(ark: Ark, server: Server, monkeypatch: Any) -> None:
    job = made(ark)
    true = server.handle

    def handle(call: Call) -> Answer:
        answer = true(call)
        if call.method == "GET":
            server.jobs[job].state = "running"
        return answer

    monkeypatch.setattr(server, "handle", handle)
    assert ark.cancel(job) is False
    assert len(server.calls_to("DELETE", ".")) == 1
    assert server.jobs[job].state == "running"


def test_a_delete_that_is_answered_and_changes_nothing_is_no_cancel(ark: Ark, server: Server) -> None:
    job = made(ark)
    server.script("DELETE", ".", Raw(b"{}"))
    assert ark.cancel(job) is False
    assert ark.poll(job).state is JobState.QUEUED


# -- find


def test_a_job_is_found_by_our_tag_among_others_of_its_seed(ark: Ark, server: Server) -> None:
    since = began(server)
    mine, other = made(ark, 1, "key-a", seed=7), made(ark, 2, "key-b", seed=7)
    assert ark.find("key-a", 7, since) == [Ticket(mine)]
    assert ark.find("key-b", 7, since) == [Ticket(other)]
    assert ark.find("key-c", 7, since) == []


def test_where_no_tag_comes_back_the_seed_tells(server: Server, tmp_path: Path) -> None:
    server.echoes = False
    ark = Ark(site_of(tmp_path, server))
    since = began(server)
    mine = made(ark, 1)
    made(ark, 2)
    assert ark.find("key-1", 1001, since) == [Ticket(mine)]
    assert ark.find("key-9", 1009, since) == []


def test_two_of_one_seed_without_tags_are_both_shown(server: Server, tmp_path: Path) -> None:
    server.echoes = False
    ark = Ark(site_of(tmp_path, server))
    both = {made(ark, n, seed=7) for n in (1, 2)}
    assert {ticket.job_id for ticket in ark.find("key-1", 7, began(server))} == both


def test_our_tag_outweighs_a_strangers_task_of_the_same_seed(ark: Ark, server: Server) -> None:
    mine, stranger = made(ark, 1, seed=7), made(ark, 2, seed=7)
    server.jobs[stranger].extra["safety_identifier"] = None
    assert ark.find("key-1", 7, began(server)) == [Ticket(mine)]


def test_a_tag_the_provider_rewrote_does_not_hide_the_seed(ark: Ark, server: Server) -> None:
    mine = made(ark)
    server.jobs[mine].extra["safety_identifier"] = "5e884898da28047151d0e56f8dc62927"
    assert ark.find("key-1", 1001, began(server)) == [Ticket(mine)]


def test_a_task_with_neither_tag_nor_seed_proves_nothing(ark: Ark, server: Server) -> None:
    job = made(ark)
    server.jobs[job].extra |= {"safety_identifier": None, "seed": None}
    with pytest.raises(ProviderFault, match="may be ours"):
        ark.find("key-1", 1001, began(server))


def test_a_lagging_list_shows_a_job_later(ark: Ark, server: Server) -> None:
    server.lag = 60
    since = began(server)
    job = made(ark)
    assert ark.find("key-1", 1001, since) == []
    server.advance(ark.capabilities(MODEL).quiet_s)
    assert ark.find("key-1", 1001, since) == [Ticket(job)]


def test_a_doubt_older_than_the_list_is_not_called_absent(ark: Ark, server: Server) -> None:
    since = began(server)
    server.advance(7 * 86400)
    with pytest.raises(ProviderFault, match="seven days"):
        ark.find("key-1", 1001, since)
    assert ark.capabilities(MODEL).window_s == 7 * 86400


def crowd(server: Server, count: int, minutes_apart: float) -> None:
    """Other people's tasks before now, all under one key."""
    for n in range(count):
        content = {"model": MODEL, "seed": 5, "duration": 5, "resolution": "720p", "ratio": "16:9"}
        job = server.accept(content, state="queued", micro=0, name=f"cgt-other-{n:04d}")
        job.made_at = server.time() - 60 * minutes_apart * n


def lists(server: Server) -> list[str]:
    return [call.query["page_num"][0] for call in server.calls_to("GET", LIST)]


def test_pages_are_read_until_they_are_older_than_the_doubt_and_not_faster_than_allowed(
    server: Server, tmp_path: Path
) -> None:
    clock = ServerClock(server)
    ark = Ark(site_of(tmp_path, server, clock=clock))
    crowd(server, 450, minutes_apart=1)
    since = datetime.fromtimestamp(server.time(), UTC) - timedelta(minutes=230)
    assert ark.find("key-1", 1001, since) == []
    assert lists(server) == ["1", "2", "3"]
    assert clock.slept == [1.1, 1.1]


def test_a_list_in_another_order_is_read_to_its_end(ark: Ark, server: Server) -> None:
    server.newest_first = False
    crowd(server, 250, minutes_apart=1)
    mine = made(ark)
    assert ark.find("key-1", 1001, began(server)) == [Ticket(mine)]
    assert lists(server) == ["1", "2", "3"]


def _shorter(answer: Any) -> Any:
    return {**answer, "total": 3, "items": answer["items"][:3]}


@pytest.mark.parametrize(
    "change",
    [
        lambda found: {**found, "items": []},
        lambda found: {**found, "items": None},
        lambda found: {**found, "total": None},
        lambda found: {**found, "total": "250"},
        lambda found: {"items": found["items"]},
        lambda found: {**found, "items": [*found["items"], {"id": "../x"}]},
        lambda found: {**found, "items": ["cgt-1"]},
        _shorter,
    ],
)
def test_a_listing_that_is_not_whole_proves_nothing(ark: Ark, server: Server, change: Any) -> None:
    crowd(server, 250, minutes_apart=0.001)
    server.script("GET", LIST, Altered(lambda found: found))
    server.script("GET", LIST, Altered(change))
    with pytest.raises(ProviderFault):
        ark.find("key-1", 1001, began(server))


# -- the key


def test_an_account_is_active_without_a_balance_or_blocked_with_a_reason(ark: Ark, server: Server) -> None:
    account = ark.account()
    assert (account.state, account.balance) == ("active", None)
    assert account.said
    for status, code in ((401, "AuthenticationError"), (403, "AccountOverdueError"), (403, "AccessDenied")):
        server.script("GET", LIST, refuse(code, status, "pay the bill"))
        blocked = ark.account()
        assert (blocked.state, blocked.said) == ("blocked", "pay the bill")


def test_the_addresss_name_is_told_where_it_cannot_be_used(server: Server, tmp_path: Path) -> None:
    site = site_of(tmp_path, server)
    site.base_urls["ARK_BASE_URL"] = "http://ark.example.com"  # type: ignore[index]
    with pytest.raises(BadInput) as raised:
        Ark(site)
    assert raised.value.where == "ARK_BASE_URL"
