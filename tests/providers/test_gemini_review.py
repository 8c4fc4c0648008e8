"""What is the review adapter's own: the schema both ways, the bounded price, the cut answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput, ProviderFault
from core.base.ratecard import shipped
from core.base.units import Amount, Certainty, Money
from core.providers.base import ErrorClass, JobState, SubmitOutcome
from core.providers.gemini_review import MAX_OUTPUT, GeminiReview
from tests.fakes.gemini import Gemini as Server
from tests.providers.cases import ANSWER, SCHEMA, fake_key, picture, review_request
from tests.providers.cases_gemini import REVIEW_MODEL, site_of

TODAY = date(2026, 11, 20)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(fake_key("AI"), ANSWER) as running:
        yield running


@pytest.fixture
def review(server: Server, tmp_path: Path) -> GeminiReview:
    return GeminiReview(site_of(tmp_path, server, card=shipped().on(TODAY)))


def sent(review: GeminiReview, n: int = 1, **more: Any) -> SubmitOutcome:
    return review.submit(review.build_payload(review_request(n, REVIEW_MODEL, **more), f"key-{n}"))


def made(review: GeminiReview, **more: Any) -> str:
    outcome = sent(review, **more)
    assert outcome.ticket, outcome
    return outcome.ticket.job_id


def candidate(text: Any, end: str = "STOP") -> list[dict[str, Any]]:
    return [{"content": {"parts": [{"text": text}]}, "finishReason": end}]


def test_pictures_stand_before_the_question_and_the_answer_is_bounded(
    review: GeminiReview, server: Server, tmp_path: Path
) -> None:
    still = picture(tmp_path, "last_frame", "JPEG")
    made(review, pictures=(still,))
    body = server.calls[0].json
    assert body["contents"][0]["parts"] == [
        {
            "inlineData": {
                "mimeType": "image/jpeg",
                "data": base64.b64encode(still.path.read_bytes()).decode(),
            }
        },
        {"text": "Is the coat red? Number 1."},
    ]
    assert body["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": SCHEMA,
        "maxOutputTokens": MAX_OUTPUT,
    }


def test_the_answer_is_what_the_model_said_in_the_schemas_shape(review: GeminiReview) -> None:
    job = made(review)
    status = review.poll(job)
    assert status.state is JobState.SUCCEEDED
    assert review.answer(job, status) == ANSWER
    # 300 tokens in at $0.75 and 120 + 80 out at $3.75 a million.
    assert status.cost == Amount(Money(975), Certainty.ESTIMATED)


def test_the_answer_is_checked_against_the_schema_of_its_own_request(
    review: GeminiReview, server: Server, tmp_path: Path
) -> None:
    job = made(review)
    other = {"type": "object", "properties": {"verdict": {"type": "string"}}, "required": ["verdict"]}
    wrong = made(review, n=2, schema=other)
    again = GeminiReview(site_of(tmp_path, server))
    assert again.answer(job, again.poll(job)) == ANSWER
    with pytest.raises(ProviderFault, match="verdict"):
        again.answer(wrong, again.poll(wrong))


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        '{"pass": true',
        "[]",
        json.dumps({**ANSWER, "score": 11}),
        json.dumps({**ANSWER, "score": "8"}),
        json.dumps({**ANSWER, "more": 1}),
        json.dumps({"pass": True}),
        '{"pass": true, "pass": false, "reason": "", "score": 1}',
        '{"pass": true, "reason": "", "score": NaN}',
    ],
)
def test_an_answer_that_does_not_fit_is_no_answer(review: GeminiReview, server: Server, text: str) -> None:
    server.changes.append({"candidates": candidate(text)})
    job = made(review)
    with pytest.raises(ProviderFault):
        review.answer(job, review.poll(job))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"candidates": candidate('{"pass": tr', "MAX_TOKENS")}, ErrorClass.PROVIDER_FAULT),
        ({"candidates": candidate(json.dumps(ANSWER), "MAX_TOKENS")}, ErrorClass.PROVIDER_FAULT),
        ({"candidates": candidate("", "SAFETY")}, ErrorClass.MODERATION),
        ({"candidates": candidate(json.dumps(ANSWER), "PROHIBITED_CONTENT")}, ErrorClass.MODERATION),
        ({"candidates": ..., "promptFeedback": {"blockReason": "SAFETY"}}, ErrorClass.MODERATION),
        ({"candidates": candidate("")}, ErrorClass.PROVIDER_FAULT),
        ({"candidates": candidate(7)}, ErrorClass.PROVIDER_FAULT),
        ({"candidates": []}, ErrorClass.PROVIDER_FAULT),
        ({"candidates": [None]}, ErrorClass.PROVIDER_FAULT),
    ],
)
def test_a_cut_or_refused_answer_fails_and_is_still_paid_for(
    review: GeminiReview, server: Server, change: dict[str, Any], kind: ErrorClass
) -> None:
    server.changes.append(change)
    job = made(review)
    status = review.poll(job)
    assert status.state is JobState.FAILED
    assert status.error
    assert status.error.kind is kind
    assert status.cost.money == Money(975)
    with pytest.raises(ProviderFault):
        review.answer(job, status)


def test_an_answer_that_was_cut_says_so(review: GeminiReview, server: Server) -> None:
    server.changes.append({"candidates": candidate('{"pass": tr', "MAX_TOKENS")})
    job = made(review)
    with pytest.raises(ProviderFault, match="cut at its longest"):
        review.answer(job, review.poll(job))


def test_a_schema_that_cannot_be_checked_is_refused_before_anything_is_sent(review: GeminiReview) -> None:
    for schema in ({"type": "array"}, {"type": "object", "patternProperties": {}}):
        with pytest.raises(BadInput):
            review.build_payload(review_request(1, REVIEW_MODEL, schema=schema), "k")
    with pytest.raises(BadInput, match="question"):
        review.build_payload(review_request(1, REVIEW_MODEL, prompt=""), "k")


def test_the_quote_covers_the_longest_answer_and_grows_with_its_pictures(
    review: GeminiReview, tmp_path: Path
) -> None:
    bare = review.quote(review_request(1, REVIEW_MODEL))
    seen = review.quote(review_request(1, REVIEW_MODEL, pictures=(picture(tmp_path),)))
    assert bare
    assert seen
    assert bare.expected < bare.upper
    assert bare.upper.micro > MAX_OUTPUT * 3.75
    assert seen.upper.micro - bare.upper.micro == pytest.approx(2240 * 0.75, abs=1)
    assert "gemini-3.8-flash" in bare.price_row
    assert review.quote(review_request(1, "gemini-3.1-pro-preview")) is None


def test_a_bill_that_cannot_be_read_is_unknown(review: GeminiReview, server: Server) -> None:
    for number, thought in enumerate((-1, "80", True, 1e18), 1):
        usage = {"promptTokenCount": 3, "candidatesTokenCount": 4, "thoughtsTokenCount": thought}
        server.changes.append({"usageMetadata": usage})
        assert review.poll(made(review, n=number)).cost == Amount.unknown()


def test_a_question_without_words_back_costs_its_own_words_and_one_that_read_nothing_is_unknown(
    review: GeminiReview, server: Server
) -> None:
    counts = ((300, 0, Amount.estimated(Money(225))), (0, 9, Amount.unknown()))
    for number, (read, wrote, cost) in enumerate(counts, 1):
        server.changes.append({"usageMetadata": {"promptTokenCount": read, "candidatesTokenCount": wrote}})
        assert review.poll(made(review, n=number)).cost == cost


def test_a_reply_without_its_question_is_no_answer(review: GeminiReview, tmp_path: Path) -> None:
    job = made(review)
    path = tmp_path / ".rushes" / "replies" / f"job-{job}.json"
    kept = json.loads(path.read_text())
    kept["asked"]["generationConfig"] = {}
    path.write_text(json.dumps(kept))
    with pytest.raises(ProviderFault, match="what was asked"):
        review.answer(job, review.poll(job))
