"""What every adapter owes the engine, asked of each in the same words.

The server on the loopback plays the provider and keeps the bill; `cases.py` says who takes part.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import ProviderFault
from core.base.paths import sha256_file
from core.base.units import Certainty
from core.providers.base import (
    Account,
    ErrorClass,
    JobState,
    Payload,
    ProviderError,
    Reconcile,
    Sent,
    Status,
    SubmitOutcome,
)
from tests.fakes.loopback import (
    HTML,
    AcceptThenHtml,
    AcceptThenReset,
    Altered,
    CutBody,
    Fault,
    Html,
    Raw,
    Redirect,
    Refuse,
    Reset,
    Truncated,
    WrongLength,
)
from tests.providers.cases import Case, Rig, all_cases

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOSTILE = "no \x1b]0;owned\x07\x1b[2J\u202e[/] [bold]boom\r\n\nsecond \x9b31mline "
PENDING = {JobState.QUEUED, JobState.RUNNING}
CASES = all_cases()


def cases(keep: Callable[[Case], bool] = lambda case: True) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in CASES if keep(c)])


every = cases()
over_http = cases(lambda case: case.http)
with_jobs = cases(lambda case: case.http and not case.synchronous)
with_files = cases(lambda case: case.kind != "review")
videos = cases(lambda case: case.kind == "video")


@contextmanager
def opened(case: Case, tmp_path: Path) -> Iterator[Rig]:
    folder = tmp_path / "rig"
    folder.mkdir()
    with case.make(folder) as rig:
        yield rig


def payload_of(rig: Rig, n: int = 1) -> Payload:
    payload: Payload = rig.provider.build_payload(rig.request(n), f"submission-{n}")
    return payload


def submit(rig: Rig, n: int = 1) -> SubmitOutcome:
    outcome: SubmitOutcome = rig.provider.submit(payload_of(rig, n))
    return outcome


def accepted(rig: Rig, n: int = 1) -> str:
    """A job under way; its id."""
    outcome = submit(rig, n)
    assert outcome.sent is Sent.ACCEPTED, outcome
    assert outcome.ticket
    return outcome.ticket.job_id


def paid_calls(rig: Rig) -> int:
    return len(rig.api.calls_to(*rig.submit))


def placed(path: tuple[str, ...], value: Any) -> Callable[[Any], Any]:
    """A change of a JSON body: `value` at `path`; taken out for `...`."""

    def change(body: Any) -> Any:
        inner = body
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value
        if value is ...:
            del inner[path[-1]]
        return body

    return change


def holds(body: Any, dotted: str) -> bool:
    for step in dotted.split("."):
        if isinstance(body, list):
            body = body[int(step)]
        elif step in body:
            body = body[step]
        else:
            return False
    return body is not None


def assert_clean(error: ProviderError | None, rig: Rig) -> None:
    """One line of a sane length, nothing a terminal acts on, no key."""
    assert error
    assert error.message
    assert len(error.message) <= 2000
    assert error.message.isprintable(), error.message
    assert not rig.key or rig.key not in f"{error.message}{error.code}"


def files_of(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# -- before anything is sent


@every
def test_a_payload_is_pure_and_says_every_expensive_default(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        first, again = payload_of(rig), payload_of(rig)
        assert first == again
        text = json.dumps(first.body, allow_nan=False)
        assert not rig.key or rig.key not in text + first.endpoint
        assert [name for name in rig.explicit if not holds(first.body, name)] == []
        assert first.body != payload_of(rig, 2).body
        assert rig.server is None or rig.server.calls == []


@every
def test_a_quote_keeps_its_upper_bound_and_names_its_row(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        quote = rig.provider.quote(rig.request(1))
        assert quote is not None
        assert 0 <= quote.expected.micro <= quote.upper.micro
        assert quote.price_row
        assert quote.certainty is not Certainty.UNKNOWN


@over_http
def test_without_its_key_it_plans_and_prices_and_sends_nothing(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        assert rig.keyless
        bare = rig.keyless()
        assert bare.missing_key
        assert bare.key_id == ""
        payload = bare.build_payload(rig.request(1), "submission-1")  # type: ignore[attr-defined]
        assert payload == payload_of(rig)
        assert bare.quote(rig.request(1)) == rig.provider.quote(rig.request(1))  # type: ignore[attr-defined]
        outcome = bare.submit(payload)
        assert outcome.sent is Sent.NOT_SENT
        assert outcome.error
        assert outcome.error.kind is ErrorClass.AUTH
        assert bare.missing_key in outcome.error.message
        assert bare.account().state == "no key"
        assert rig.api.calls == []
        with pytest.raises(ProviderFault):
            bare.poll("job-1")


@over_http
def test_the_key_is_named_by_a_fingerprint_that_does_not_show_it(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        assert rig.provider.missing_key == ""
        assert len(rig.provider.key_id) == 20
        assert rig.key not in rig.provider.key_id
        assert rig.key not in repr(vars(rig.provider))


# -- the paid call


@every
def test_a_job_is_accepted_under_the_providers_own_id(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        job = accepted(rig)
        assert 0 < len(job) <= 200
        if rig.server:
            assert paid_calls(rig) == 1
            assert len(rig.server.bill) == 1
            assert not rig.id_path or job in rig.server.bill


@over_http
def test_a_reply_that_quotes_the_key_is_not_handed_on_with_it(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        rig.api.script(*rig.submit, Altered(lambda body: {"echo": f"Bearer {rig.key}", **body}))
        outcome = submit(rig)
        assert outcome.ticket
        assert "echo" in outcome.ticket.raw
        assert rig.key not in outcome.ticket.raw


@over_http
def test_no_log_at_any_level_holds_the_key_or_a_signed_address(
    case: Case, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(case, tmp_path) as rig, caplog.at_level(logging.DEBUG):
        rig.api.script("GET", ".", Html(502))
        job = accepted(rig)
        rig.done(job)
        status = rig.provider.poll(job)
        if rig.fetch:
            rig.provider.fetch(job, status, tmp_path / "out" / "take.mp4")
        rig.api.script("GET", ".", Html(502), times=50)
        _account(rig)
        assert rig.key not in caplog.text
        assert "?sig" not in caplog.text


@over_http
def test_the_key_stands_in_its_header_and_nowhere_else(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        job = accepted(rig)
        rig.done(job)
        status = rig.provider.poll(job)
        if rig.fetch:
            rig.provider.fetch(job, status, tmp_path / "out" / "take.mp4")
        rig.provider.account()
        header, prefix = rig.auth
        for call in rig.api.calls:
            assert rig.key not in call.text(without=(header,)), call.path
        for call in rig.api.calls_to(*rig.submit):
            assert call.headers[header] == prefix + rig.key
        if rig.public:
            assert all(rig.key not in call.text() for call in rig.api.calls_to("GET", rig.public))


def _status(rig: Rig, status: int) -> Refuse:
    assert rig.said
    return replace(rig.said("not now"), status=status)


UNCLEAR: dict[str, tuple[Callable[[Rig], Fault], int]] = {
    "reset before a reply": (lambda rig: Reset(), 0),
    "accepted, then reset": (lambda rig: AcceptThenReset(), 1),
    "accepted, then a page": (lambda rig: AcceptThenHtml(502), 1),
    "half a reply": (lambda rig: Truncated(), 1),
    "a reply cut off": (lambda rig: CutBody(9), 1),
    "a reply of another length": (lambda rig: WrongLength(5), 1),
    "403 of a proxy": (lambda rig: Html(403), 0),
    "429 of a proxy": (lambda rig: Html(429), 0),
    "200 of a proxy": (lambda rig: Html(200), 0),
    "an empty reply": (lambda rig: Raw(b""), 0),
    "an empty object": (lambda rig: Raw(b"{}"), 0),
    "a list": (lambda rig: Raw(b"[]"), 0),
    "null": (lambda rig: Raw(b"null"), 0),
    "deep nesting": (lambda rig: Raw(b"[" * 200_000), 0),
    "elsewhere": (lambda rig: Redirect(rig.api.base + "/elsewhere"), 0),
    "elsewhere, with the body": (lambda rig: Redirect(rig.api.base + "/elsewhere", 307), 0),
    **{
        str(code): (lambda rig, code=code: _status(rig, code), 0)  # type: ignore[misc]
        for code in (408, 409, 499, 500, 502, 503, 504)
    },
}


@over_http
@pytest.mark.parametrize("name", UNCLEAR)
def test_what_proves_nothing_is_unclear_and_never_sent_again(case: Case, tmp_path: Path, name: str) -> None:
    with opened(case, tmp_path) as rig:
        make, billed = UNCLEAR[name]
        rig.api.script(*rig.submit, make(rig))
        outcome = submit(rig)
        assert outcome.sent is Sent.UNCLEAR, outcome
        assert outcome.ticket is None
        assert_clean(outcome.error, rig)
        assert paid_calls(rig) == 1
        assert len(rig.api.bill) == billed
        assert rig.api.calls_to("GET", "elsewhere") + rig.api.calls_to("POST", "elsewhere") == []


@with_jobs
@pytest.mark.parametrize("bad", [None, ..., 7, "", "x" * 10_000, "../x", "a b", "a\n", True, ["a"], {}])
def test_a_reply_without_a_usable_id_is_unclear(case: Case, tmp_path: Path, bad: Any) -> None:
    with opened(case, tmp_path) as rig:
        rig.api.script(*rig.submit, Altered(placed(rig.id_path, bad)))
        outcome = submit(rig)
        assert outcome.sent is Sent.UNCLEAR, outcome
        assert paid_calls(rig) == 1


@over_http
def test_nobody_at_the_address_is_proof_that_nothing_was_sent(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        payload = payload_of(rig)
        rig.api.stop()
        outcome = rig.provider.submit(payload)
        assert outcome.sent is Sent.NOT_SENT, outcome
        assert_clean(outcome.error, rig)


@over_http
@pytest.mark.parametrize(
    "after", ["5", "-1", "1000000000", "soon", "nan", "Wed, 21 Oct 2015 07:28:00 GMT", ""]
)
def test_too_many_calls_is_a_wait_however_it_is_said(case: Case, tmp_path: Path, after: str) -> None:
    with opened(case, tmp_path) as rig:
        rig.api.script(*rig.submit, replace(_status(rig, 429), headers={"Retry-After": after}))
        outcome = submit(rig)
        assert outcome.sent is Sent.THROTTLED, outcome
        assert outcome.error
        assert outcome.error.kind is ErrorClass.RATE_LIMITED
        wait = outcome.error.retry_after_s
        assert wait is None or (math.isfinite(wait) and wait >= 0)
        assert after != "5" or wait == 5
        assert paid_calls(rig) == 1
        assert rig.api.bill == {}


@over_http
def test_a_no_in_the_providers_own_words_is_a_refusal_of_the_right_class(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        assert rig.refusals
        wrong = []
        for number, refusal in enumerate(rig.refusals, 1):
            rig.api.script(*rig.submit, refusal.answer)
            outcome = submit(rig)
            assert outcome.error, refusal
            assert_clean(outcome.error, rig)
            if (outcome.sent, outcome.error.kind) != (refusal.sent, refusal.kind):
                wrong.append((refusal, outcome))
            assert paid_calls(rig) == number
        assert wrong == []
        assert rig.api.bill == {}


@over_http
def test_a_hostile_refusal_becomes_one_clean_line_without_the_key(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        assert rig.said
        rig.api.script(*rig.submit, rig.said(HOSTILE + rig.key + " " + "long " * 100_000))
        outcome = submit(rig)
        assert outcome.sent is Sent.REFUSED, outcome
        assert_clean(outcome.error, rig)
        assert outcome.error
        assert "boom" in outcome.error.message


@over_http
def test_many_threads_share_one_adapter(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig, ThreadPoolExecutor(4) as pool:
        jobs = list(pool.map(lambda n: accepted(rig, n), range(1, 9)))
        assert len(set(jobs)) == len(rig.api.bill) == 8


# -- polls


@with_jobs
@pytest.mark.parametrize(
    "fault",
    [Reset(), Truncated(), CutBody(9), Html(403), Html(200), Html(502), Raw(b"[]"), Raw(b"null")],
    ids=str,
)
def test_a_poll_that_fails_says_nothing_about_the_job(case: Case, tmp_path: Path, fault: Fault) -> None:
    with opened(case, tmp_path) as rig:
        job = accepted(rig)
        rig.api.script("GET", rig.poll, fault, times=50)
        with pytest.raises(ProviderFault) as raised:
            rig.provider.poll(job)
        assert rig.key not in str(raised.value)
        rig.api.forget()
        assert rig.provider.poll(job).state in PENDING
        assert paid_calls(rig) == 1


@with_jobs
def test_a_poll_goes_on_over_a_passing_fault(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        job = accepted(rig)
        rig.api.script("GET", rig.poll, Reset())
        rig.api.script("GET", rig.poll, Html(503))
        assert rig.provider.poll(job).state in PENDING


@with_jobs
def test_a_poll_is_not_led_elsewhere(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        job = accepted(rig)
        rig.api.script("GET", rig.poll, Redirect(rig.api.base + "/elsewhere"), times=50)
        with pytest.raises(ProviderFault):
            rig.provider.poll(job)
        assert rig.api.calls_to("GET", "elsewhere") == []


@with_jobs
def test_an_unknown_state_is_a_job_that_still_runs(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        job = accepted(rig)
        rig.api.jobs[job].state = "pondering"
        assert rig.provider.poll(job).state in PENDING


@with_jobs
def test_the_reply_about_another_job_is_no_answer(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        if not rig.poll_id:
            pytest.skip("its polls name no job")
        job = accepted(rig)
        rig.api.script("GET", rig.poll, Altered(placed(rig.poll_id, "another-job")), times=50)
        with pytest.raises(ProviderFault):
            rig.provider.poll(job)


@every
def test_a_job_id_that_leads_elsewhere_is_refused_before_a_call(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        for bad in ("../key", "", "a/b", "a?b=c", "x" * 300):
            with pytest.raises(ProviderFault):
                rig.provider.poll(bad)
        assert rig.server is None or rig.server.calls == []


@with_jobs
def test_done_without_a_result_is_a_failure_of_the_provider(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        job = accepted(rig)
        rig.api.finish(job, rig.words.done, output=False)
        status = rig.provider.poll(job)
        assert status.state is JobState.FAILED
        assert status.error
        assert status.error.kind is ErrorClass.PROVIDER_FAULT


@with_jobs
def test_a_failed_job_says_why_on_one_clean_line(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        if not rig.words.failed:
            pytest.skip("it has no such state")
        job = accepted(rig)
        rig.api.finish(job, rig.words.failed, error=HOSTILE + rig.key, output=False)
        status = rig.provider.poll(job)
        assert status.state is JobState.FAILED
        assert_clean(status.error, rig)
        assert status.error
        assert "boom" in status.error.message


@over_http
def test_a_measure_no_bill_can_have_is_an_unknown_cost(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        for number, cost in enumerate(rig.bad_costs, 1):
            rig.api.cost = cost
            outcome = submit(rig, number)
            # A reply that is no JSON any more (NaN) proves nothing about a synchronous job.
            if case.synchronous and outcome.sent is Sent.UNCLEAR:
                continue
            assert outcome.ticket, cost
            rig.done(outcome.ticket.job_id)
            status = _polled(rig, outcome.ticket.job_id)
            assert status is None or status.cost.certainty is not Certainty.EXACT, cost
            assert status is None or status.cost.money is None, cost


def _polled(rig: Rig, job: str) -> Status | None:
    """None where the reply could not be read at all: then nothing was settled."""
    try:
        status: Status = rig.provider.poll(job)
    except ProviderFault:
        return None
    return status


# -- results


@with_files
def test_a_result_lies_whole_on_disk_under_its_own_hash(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        job = accepted(rig)
        rig.done(job)
        status = rig.provider.poll(job)
        assert status.state is JobState.SUCCEEDED, status
        dest = tmp_path / "out" / "take.bin"
        fetched = rig.provider.fetch(job, status, dest)
        assert fetched.path == dest
        assert fetched.sha == sha256_file(dest)
        assert fetched.size == dest.stat().st_size > 100
        assert len(files_of(dest.parent)) == 1 + bool(fetched.native_last_frame)


BAD_FILES = {
    "cut": CutBody(40),
    "longer than said": WrongLength(7),
    "a page": Raw(HTML, 200, {"Content-Type": "video/mp4"}),
    "empty": Raw(b"", 200, {"Content-Type": "video/mp4"}),
    "gone": Html(410),
    "broken": Html(502),
    "reset": Reset(),
    "to an address inside": Redirect("http://169.254.169.254/latest/meta-data"),
    "to a file": Redirect("file:///etc/passwd"),
}


@cases(lambda case: case.http and not case.synchronous and case.kind != "review")
@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_download_leaves_nothing_behind(case: Case, tmp_path: Path, name: str) -> None:
    with opened(case, tmp_path) as rig:
        job = accepted(rig)
        rig.done(job)
        status = rig.provider.poll(job)
        dest = tmp_path / "out" / "take.mp4"
        dest.parent.mkdir()
        rig.api.script("GET", rig.fetch, BAD_FILES[name], times=50)
        with pytest.raises(ProviderFault) as raised:
            rig.provider.fetch(job, status, dest)
        assert rig.key not in str(raised.value)
        assert files_of(dest.parent) == []
        rig.api.forget()
        assert rig.provider.fetch(job, status, dest).sha == sha256_file(dest)


@cases(lambda case: case.http and not case.synchronous and case.kind != "review")
def test_a_result_that_has_expired_is_said_to_be_gone(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        rig.api.ttl = 3600.0
        job = accepted(rig)
        rig.done(job)
        status = rig.provider.poll(job)
        rig.api.advance(7200)
        dest = tmp_path / "out" / "take.mp4"
        dest.parent.mkdir()
        with pytest.raises(ProviderFault):
            rig.provider.fetch(job, status, dest)
        assert files_of(dest.parent) == []


# -- what it can prove, and what it knows of the key


@every
def test_it_proves_no_more_than_it_says(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        if case.kind == "video":
            assert rig.provider.capabilities(rig.request(1).model).reconcile is rig.level
        mine, other = accepted(rig, 1), accepted(rig, 2)
        if rig.server:
            rig.server.advance(rig.server.lag + 1)
        found = rig.provider.find("submission-1", payload_of(rig, 1).seed, LONG_AGO)
        ids = None if found is None else [ticket.job_id for ticket in found]
        if case.synchronous:
            # Only a reply that was kept can be found.
            assert ids in (None, [mine])
        elif rig.level is Reconcile.NOTHING:
            assert ids is None
        elif rig.level is Reconcile.LIST:
            assert ids is not None
            assert mine in ids
        else:
            assert ids == [mine]
        assert mine != other


@cases(lambda case: case.kind == "video" and not case.synchronous)
def test_the_same_key_is_the_same_job_only_where_that_is_promised(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        if rig.level is not Reconcile.IDEMPOTENT:
            pytest.skip("it promises nothing about a second call")
        assert accepted(rig, 1) == accepted(rig, 1)


@with_jobs
def test_a_list_that_cannot_be_read_proves_nothing(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        if rig.level is Reconcile.NOTHING:
            pytest.skip("it has no list")
        accepted(rig, 1)
        rig.api.script("GET", ".", Html(502), times=50)
        with pytest.raises(ProviderFault):
            rig.provider.find("submission-1", payload_of(rig, 1).seed, LONG_AGO)


@with_jobs
def test_a_cancel_is_true_only_when_the_provider_says_so(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        job = accepted(rig)
        before = len(rig.api.calls)
        if case.kind == "video" and rig.provider.capabilities(rig.request(1).model).cancel:
            assert rig.provider.cancel(job) is True
            assert rig.provider.poll(job).state not in {JobState.SUCCEEDED}
        else:
            assert rig.provider.cancel(job) is False
            assert len(rig.api.calls) == before


@over_http
def test_an_account_that_cannot_be_read_is_unknown_and_not_empty(case: Case, tmp_path: Path) -> None:
    with opened(case, tmp_path) as rig:
        for fault in (Html(502), Raw(b"{}"), Raw(b'{"data": null}'), Reset()):
            rig.api.forget()
            rig.api.script("GET", ".", fault, times=50)
            account = _account(rig)
            assert account is None or (account.balance, account.limit_remaining) == (None, None)
            assert account is None or account.state == "active"


def _account(rig: Rig) -> Account | None:
    try:
        account: Account = rig.provider.account()
    except ProviderFault:
        return None
    return account
