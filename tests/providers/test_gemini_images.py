"""What is the image adapter's own: shapes, sizes, the picture out of a reply, refusals in a 200."""

from __future__ import annotations

import base64
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput, DiskFull, ProviderFault
from core.base.rates import RateCard
from core.base.units import Amount, Certainty, Money
from core.providers.base import ErrorClass, JobState, Picture, Sent, Status, SubmitOutcome, Ticket
from core.providers.gemini_api.errors import explain
from core.providers.gemini_images import GeminiImages
from core.providers.wire.replies import Replies
from core.providers.wire.reply import Reply
from tests.fakes.clips import picture_bytes
from tests.fakes.gemini import Gemini as Server
from tests.fakes.gemini import inline
from tests.fakes.loopback import Raw
from tests.providers.cases import fake_key, image_request, picture
from tests.providers.cases_gemini import DELAY, IMAGE_MODEL, QUOTA, ROWS, body, site_of

PRO = "gemini-3-pro-image"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(fake_key("AI")) as running:
        yield running


@pytest.fixture
def images(server: Server, tmp_path: Path) -> GeminiImages:
    return GeminiImages(site_of(tmp_path, server))


def sent(images: GeminiImages, n: int = 1, **more: Any) -> SubmitOutcome:
    return images.submit(images.build_payload(image_request(n, IMAGE_MODEL, **more), f"key-{n}"))


def made(images: GeminiImages, n: int = 1, **more: Any) -> str:
    outcome = sent(images, n, **more)
    assert outcome.ticket, outcome
    return outcome.ticket.job_id


def polled(images: GeminiImages, server: Server, **change: Any) -> Status:
    """The status of a job whose reply had these members laid over it; `...` takes one out."""
    server.changes.append(change)
    return images.poll(made(images, len(server.bill) + 1))


# -- the request


def test_the_request_says_shape_and_size_and_names_references_by_their_hash(
    images: GeminiImages, tmp_path: Path
) -> None:
    ref = picture(tmp_path, "reference")
    payload = images.build_payload(image_request(1, IMAGE_MODEL, references=(ref, ref)), "key-1")
    assert payload.endpoint == f"/v1beta/models/{IMAGE_MODEL}:generateContent"
    assert payload.body == {
        "contents": [
            {
                "role": "user",
                "parts": [
                    {"text": "A lighthouse at dusk, number 1."},
                    {"inlineData": {"mimeType": "", "data": f"sha256:{ref.sha}"}},
                ],
            }
        ],
        "generationConfig": {
            "responseModalities": ["IMAGE"],
            "imageConfig": {"aspectRatio": "16:9", "imageSize": "1K"},
        },
    }
    assert payload.pictures == (ref,)


def test_references_go_out_as_their_bytes(images: GeminiImages, server: Server, tmp_path: Path) -> None:
    one, two = picture(tmp_path, "reference"), picture(tmp_path, "reference", "JPEG", 40)
    made(images, references=(one, two))
    parts = server.calls[0].json["contents"][0]["parts"][1:]
    assert [part["inlineData"]["mimeType"] for part in parts] == ["image/png", "image/jpeg"]
    assert [base64.b64decode(part["inlineData"]["data"]) for part in parts] == [
        one.path.read_bytes(),
        two.path.read_bytes(),
    ]


def test_a_reference_that_changed_is_not_sent(images: GeminiImages, server: Server, tmp_path: Path) -> None:
    ref = picture(tmp_path, "reference")
    payload = images.build_payload(image_request(1, IMAGE_MODEL, references=(ref,)), "key-1")
    ref.path.write_bytes(picture_bytes("PNG", 5))
    outcome = images.submit(payload)
    assert outcome.sent is Sent.REFUSED
    assert outcome.error
    assert ref.path.name in outcome.error.message
    assert server.calls == []


@pytest.mark.parametrize(
    ("model", "width", "height", "ratio", "size"),
    [
        (IMAGE_MODEL, 512, 512, "1:1", "512"),
        (IMAGE_MODEL, 1280, 720, "16:9", "1K"),
        (IMAGE_MODEL, 1920, 1080, "16:9", "2K"),
        (IMAGE_MODEL, 2048, 858, "21:9", "2K"),
        (IMAGE_MODEL, 3840, 2160, "16:9", "4K"),
        (IMAGE_MODEL, 720, 1280, "9:16", "1K"),
        (PRO, 512, 512, "1:1", "1K"),
        (PRO, 8000, 8000, "1:1", "4K"),
    ],
)
def test_width_and_height_become_a_ratio_and_a_size(
    images: GeminiImages, model: str, width: int, height: int, ratio: str, size: str
) -> None:
    request = image_request(1, model, width=width, height=height)
    config = images.build_payload(request, "k").body["generationConfig"]["imageConfig"]
    assert config == {"aspectRatio": ratio, "imageSize": size}


def test_what_the_models_do_not_take_is_said_before_anything_is_sent(images: GeminiImages) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"width": 2900, "height": 1000}, "near none"),
        ({"prompt": " "}, "needs a prompt"),
        (
            {"references": tuple(Picture(Path("x"), f"{n:064x}", "reference") for n in range(15))},
            "14 reference",
        ),
    ]
    for more, said in wrong:
        with pytest.raises(BadInput, match=said):
            images.build_payload(image_request(1, IMAGE_MODEL, **more), "k")
    for model in ("../files", "a/b", "", "gemini?key=1", "a..b"):
        with pytest.raises(BadInput, match="not a model"):
            images.build_payload(image_request(1, model), "k")


def test_a_quote_goes_by_size_and_a_model_without_a_row_has_none(images: GeminiImages) -> None:
    one, four = (
        images.quote(image_request(1, IMAGE_MODEL, width=width, height=height))
        for width, height in ((1280, 720), (3840, 2160))
    )
    assert one
    assert four
    assert (one.expected, four.expected) == (Money(67_200), Money(151_200))
    assert one.upper >= one.expected
    assert images.quote(image_request(1, "gemini-nano-banana-2.1")) is None


# -- errors


def reply(status: int, said: Any) -> Reply:
    return Reply(status, {}, said, "", 0.1)


LATER = (
    (409, body(409, "ABORTED", "conflict"), ErrorClass.PROVIDER_FAULT),
    (500, body(500, "INTERNAL", "An internal error has occurred."), ErrorClass.PROVIDER_FAULT),
    (503, body(503, "UNAVAILABLE", "The model is overloaded."), ErrorClass.PROVIDER_FAULT),
    (504, body(504, "DEADLINE_EXCEEDED", "Deadline expired."), ErrorClass.TIMEOUT),
)


@pytest.mark.parametrize(("status", "said", "kind"), [*ROWS, *LATER])
def test_every_row_of_the_error_table_has_its_class(status: int, said: Any, kind: ErrorClass) -> None:
    error = explain(reply(status, said))
    assert error
    assert error.kind is kind
    assert error.flagged == ("prompt" if kind is ErrorClass.MODERATION else "")


def test_a_limit_that_names_its_end_is_waited_for() -> None:
    error = explain(reply(429, body(429, "RESOURCE_EXHAUSTED", QUOTA, details=DELAY)))
    assert error
    assert error.retry_after_s == 34.0


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        {},
        "no",
        {"error": "no"},
        {"error": {}},
        {"error": {"message": 7, "code": 400}},
        {"error": {"message": "x"}},
    ],
)
def test_another_shape_explains_nothing(said: Any) -> None:
    assert explain(reply(400, said)) is None


# -- the reply


def test_the_picture_is_the_one_it_made_not_one_it_thought_of(
    images: GeminiImages, server: Server, tmp_path: Path
) -> None:
    job = made(images)
    status = images.poll(job)
    assert status.state is JobState.SUCCEEDED
    assert status.cost == Amount(Money(67_200), Certainty.ESTIMATED)
    fetched = images.fetch(job, status, tmp_path / "board" / "key.png")
    assert fetched.path.read_bytes() == server.picture
    assert fetched.carried is None


def test_a_reference_is_in_the_cost_as_it_was_in_the_quote(images: GeminiImages, tmp_path: Path) -> None:
    refs = (picture(tmp_path, "reference"), picture(tmp_path, "reference", shade=9))
    quote = images.quote(image_request(1, IMAGE_MODEL, references=refs))
    cost = images.poll(made(images, references=refs)).cost.money
    assert quote
    assert cost == quote.expected == Money(67_200 + 2 * 1000)


def test_a_job_is_named_by_the_provider_and_found_by_our_key(images: GeminiImages, server: Server) -> None:
    job = made(images)
    assert job == "rE-job-1"
    assert images.find("key-1", 0, images._site.clock.now()) == [Ticket(job)]
    assert images.find("key-2", 0, images._site.clock.now()) is None
    server.changes.append({"responseId": ...})
    ours = made(images, 2)
    assert ours == "sync-key-2"
    assert images.find("key-2", 0, images._site.clock.now()) == [Ticket(ours)]


@pytest.mark.parametrize("name", [7, "", "../x", "a b", "x" * 300, "sync-key-9", None, ["a"]])
def test_a_name_that_is_none_is_replaced_by_ours(images: GeminiImages, server: Server, name: Any) -> None:
    server.changes.append({"responseId": name})
    job = made(images)
    assert job == "sync-key-1"
    assert images.poll(job).state is JobState.SUCCEEDED


def test_a_name_given_twice_does_not_overwrite_the_first_reply(images: GeminiImages, server: Server) -> None:
    server.changes += [{"responseId": "same"}, {"responseId": "same"}]
    assert [made(images, 1), made(images, 2)] == ["same", "sync-key-2"]


def test_replies_outlive_the_adapter_and_are_for_this_user_only(
    server: Server, images: GeminiImages, tmp_path: Path
) -> None:
    job = made(images)
    again = GeminiImages(site_of(tmp_path, server))
    assert again.poll(job).state is JobState.SUCCEEDED
    files = list((tmp_path / ".rushes" / "replies").iterdir())
    assert files
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert all(server.key.encode() not in path.read_bytes() for path in files)


def test_a_reply_that_cannot_be_kept_is_a_doubt(
    images: GeminiImages, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise DiskFull("the disk is full")

    monkeypatch.setattr(Replies, "keep", full)
    outcome = sent(images)
    assert outcome.sent is Sent.UNCLEAR
    assert outcome.error
    assert "the disk is full" in outcome.error.message
    assert len(server.bill) == 1


def test_a_reply_that_is_gone_is_said_to_be_gone(images: GeminiImages, tmp_path: Path) -> None:
    job = made(images)
    status = images.poll(job)
    for path in (tmp_path / ".rushes" / "replies").iterdir():
        path.write_text('{"asked": 1}')
    with pytest.raises(ProviderFault, match="not on this disk"):
        images.poll(job)
    with pytest.raises(ProviderFault, match="not on this disk"):
        images.fetch(job, status, tmp_path / "x.png")


@pytest.mark.parametrize("reason", ["SAFETY", "PROHIBITED_CONTENT", "OTHER", "IMAGE_SAFETY"])
def test_a_blocked_prompt_is_moderation(images: GeminiImages, server: Server, reason: str) -> None:
    feedback = {"blockReason": reason, "blockReasonMessage": "no \x1b[2Jfaces\n" + server.key}
    status = polled(images, server, candidates=..., promptFeedback=feedback)
    assert status.state is JobState.FAILED
    assert status.error
    assert (status.error.kind, status.error.flagged, status.error.code) == (
        ErrorClass.MODERATION,
        "prompt",
        reason,
    )
    assert status.error.message.isprintable()
    assert "faces" in status.error.message
    assert server.key not in status.error.message
    assert status.cost == Amount.unknown()


@pytest.mark.parametrize(
    ("reason", "kind", "flagged"),
    [
        ("SAFETY", ErrorClass.MODERATION, "output"),
        ("IMAGE_SAFETY", ErrorClass.MODERATION, "output"),
        ("PROHIBITED_CONTENT", ErrorClass.MODERATION, "output"),
        ("IMAGE_PROHIBITED_CONTENT", ErrorClass.MODERATION, "output"),
        ("RECITATION", ErrorClass.MODERATION, "output"),
        ("NO_IMAGE", ErrorClass.PROVIDER_FAULT, ""),
        ("MAX_TOKENS", ErrorClass.PROVIDER_FAULT, ""),
        ("OTHER", ErrorClass.PROVIDER_FAULT, ""),
    ],
)
def test_every_other_end_has_its_class(
    images: GeminiImages, server: Server, reason: str, kind: ErrorClass, flagged: str
) -> None:
    status = polled(images, server, candidates=[{"finishReason": reason}])
    assert status.state is JobState.FAILED
    assert status.error
    assert (status.error.kind, status.error.flagged) == (kind, flagged)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [{"text": "I would rather not."}],
        [{"inlineData": {"mimeType": "image/png", "data": "!!!"}}],
        [{"inlineData": {"mimeType": "image/png", "data": ""}}],
        [{"inlineData": {"mimeType": "image/png", "data": None}}],
        [inline(b"<html>no</html>" * 9)],
        [{**inline(picture_bytes()), "thought": True}],
        "none",
    ],
)
def test_done_without_a_picture_is_a_failure_of_the_provider(
    images: GeminiImages, server: Server, tmp_path: Path, parts: Any
) -> None:
    candidate = {"content": {"parts": parts}, "finishReason": "STOP"}
    status = polled(images, server, candidates=[candidate])
    assert status.state is JobState.FAILED
    assert status.error
    assert status.error.kind is ErrorClass.PROVIDER_FAULT
    with pytest.raises(ProviderFault):
        images.fetch("rE-job-1", status, tmp_path / "x.png")
    assert not (tmp_path / "x.png").exists()


@pytest.mark.parametrize(
    "usage", [..., None, {}, {"promptTokenCount": 3}, {"promptTokenCount": 3, "candidatesTokenCount": 0}]
)
def test_a_bill_that_cannot_be_read_is_unknown_and_the_picture_is_there(
    images: GeminiImages, server: Server, usage: Any
) -> None:
    status = polled(images, server, usageMetadata=usage)
    assert status.state is JobState.SUCCEEDED
    assert status.cost == Amount.unknown()


def test_without_a_row_the_cost_is_unknown(server: Server, tmp_path: Path) -> None:
    images = GeminiImages(site_of(tmp_path, server, card=RateCard()))
    assert images.poll(made(images)).cost == Amount.unknown()


def test_a_200_of_another_shape_is_a_doubt(images: GeminiImages, server: Server) -> None:
    for said in (
        b'{"responseId": "x"}',
        b'{"candidates": null}',
        b'{"candidates": {}}',
        b'[{"candidates": []}]',
    ):
        server.script("POST", ".", Raw(said))
        assert sent(images).sent is Sent.UNCLEAR


# -- the key


def test_the_key_is_never_in_an_address(images: GeminiImages, server: Server) -> None:
    made(images)
    images.account()
    assert all("key" not in call.query and server.key not in call.path for call in server.calls)


def test_an_account_is_active_without_a_balance_or_blocked_with_a_reason(
    server: Server, images: GeminiImages, tmp_path: Path
) -> None:
    account = images.account()
    assert (account.state, account.balance) == ("active", None)
    stranger = GeminiImages(site_of(tmp_path, server, key=fake_key("other")))
    blocked = stranger.account()
    assert blocked.state == "blocked"
    assert "not valid" in blocked.said
    outcome = sent(stranger)
    assert (outcome.sent, outcome.error and outcome.error.kind) == (Sent.REFUSED, ErrorClass.AUTH)


def test_an_address_that_is_not_safe_is_named_by_its_variable(server: Server, tmp_path: Path) -> None:
    site = replace(site_of(tmp_path, server), base_urls={"GEMINI_BASE_URL": "http://gemini.example.com"})
    with pytest.raises(BadInput) as raised:
        GeminiImages(site)
    assert raised.value.where == "GEMINI_BASE_URL"
