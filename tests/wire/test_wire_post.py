"""The paid POST: sent once, and every end of it has its class."""

from __future__ import annotations

import json
import socket
import threading
import zlib
from typing import Any

import pytest

from core.providers.base import ErrorClass, ProviderError, Sent, SubmitOutcome
from core.providers.wire.client import Wire
from core.providers.wire.reply import BEARER, GOOGLE, Reply, showable
from tests.wire.servers import (
    KEY,
    Heard,
    Play,
    RawServer,
    Stopped,
    answer,
    drip,
    explain,
    hang,
    job_of,
    raw,
    reset,
    serving,
    wire,
)

PAGE = (
    b"<!DOCTYPE html><html><head><title>403 Forbidden</title></head><body>" + b"x" * 5000 + b"</body></html>"
)
OURS = {"error": {"message": "the prompt was refused", "kind": "moderation"}}


def post(server_wire: Wire, body: Any = None, **more: Any) -> SubmitOutcome:
    return server_wire.post(
        "/videos", {"p": 1} if body is None else body, explain=explain, job_of=job_of, **more
    )


def gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_good_reply_with_an_id_is_accepted_and_kept_as_it_came(status: int) -> None:
    with serving(answer(status, {"id": "job-1:a.b_C"})) as (server, there):
        outcome = post(there)
    assert outcome.sent is Sent.ACCEPTED
    assert outcome.ticket is not None
    assert outcome.ticket.job_id == "job-1:a.b_C"
    assert json.loads(outcome.ticket.raw) == {"id": "job-1:a.b_C"}
    assert server.heard[0].line == "POST /videos HTTP/1.1"
    assert server.heard[0].headers["authorization"] == f"Bearer {KEY}"
    assert server.heard[0].headers["accept-encoding"] == "identity"
    assert json.loads(server.heard[0].body) == {"p": 1}


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": ',
        PAGE,
        b"",
        b"{}",
        b'{"id":null}',
        b'{"id":7}',
        b'{"id":""}',
        b'{"id":"' + b"a" * 10_000 + b'"}',
        b'{"id":"' + b"a" * 201 + b'"}',
        b'{"id":"../x"}',
        b'{"id":".."}',
        b'{"id":"a\\n"}',
        b'{"id":"a b"}',
        b'[{"id":"a"}]',
        b'{"id":"a","id":"b"}',
        b'{"id":"a","cost":NaN}',
        b'{"id":"a","cost":1e999}',
        b'{"id":"a","cost":-Infinity}',
        b'{"id":"a","echo":"\\ud800"}',
        b'{"id":"a","deep":' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"id":"a","deep":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"id":"\xff"}',
    ],
)
def test_a_good_status_without_a_sound_id_is_unclear(body: bytes) -> None:
    with serving(answer(200, body)) as (server, there):
        outcome = post(there)
    assert outcome.sent is Sent.UNCLEAR
    assert outcome.ticket is None
    assert outcome.http_status == 200
    assert server.connections == 1


@pytest.mark.parametrize("status", [203, 204, 205, 206, 226])
def test_a_good_status_that_was_not_expected_is_unclear(status: int) -> None:
    body = b"" if status in (204, 205) else b'{"id":"a"}'
    with serving(answer(status, body)) as (_, there):
        assert post(there).sent is Sent.UNCLEAR


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 413, 415, 422, 451])
def test_a_refusal_in_the_providers_own_shape_is_refused(status: int) -> None:
    with serving(answer(status, OURS)) as (server, there):
        outcome = post(there)
    assert outcome.sent is Sent.REFUSED
    assert outcome.error is not None
    assert outcome.error.kind is ErrorClass.MODERATION
    assert outcome.error.message == "the prompt was refused"
    assert server.connections == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 408, 409, 499, 500, 502, 503, 504, 520, 529])
def test_what_may_come_after_acceptance_is_unclear_even_in_the_providers_shape(status: int) -> None:
    with serving(answer(status, OURS)) as (server, there):
        outcome = post(there)
    assert outcome.sent is Sent.UNCLEAR
    assert outcome.http_status == status
    assert server.connections == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422, 429])
@pytest.mark.parametrize("body", [PAGE, b"", b"no", b'{"detail":"other shape"}', b"null"])
def test_a_refusal_in_anothers_shape_is_unclear(status: int, body: bytes) -> None:
    with serving(answer(status, body)) as (_, there):
        assert post(there).sent is Sent.UNCLEAR


@pytest.mark.parametrize("status", [401, 402, 403, 429])
def test_a_page_is_no_refusal_even_to_an_adapter_that_goes_by_the_status(status: int) -> None:
    def gullible(_: Reply) -> ProviderError:
        return ProviderError(ErrorClass.KEY_LIMIT, "key limit exceeded")

    with serving(answer(status, PAGE)) as (_, there):
        assert there.post("/v", {}, explain=gullible, job_of=job_of).sent is Sent.UNCLEAR


def test_a_web_page_is_named_in_one_short_sentence() -> None:
    with serving(answer(403, PAGE, content_type="text/html")) as (_, there):
        outcome = post(there)
    assert outcome.error is not None
    assert "a web page instead of an answer ('403 Forbidden')" in outcome.error.message
    assert len(outcome.error.message) < 200
    assert outcome.error.kind is not ErrorClass.KEY_LIMIT


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("5", 5.0),
        ("-1", None),
        ("1000000000", 3600.0),
        ("NaN", None),
        ("inf", None),
        ("1e9", None),
        ("0", 0.0),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        ("Fri, 20 Nov 2099 11:00:00 GMT", 3600.0),
        ("soon", None),
        ("9" * 400, None),
    ],
)
@pytest.mark.parametrize("status", [402, 429])
def test_a_limit_that_passes_is_throttled_and_its_wait_is_bounded(
    status: int, said: str, wait: float | None
) -> None:
    body = {"error": {"message": "in flight budget", "kind": "rate_limited"}}
    with serving(answer(status, body, retry_after=said)) as (_, there):
        outcome = post(there)
    assert outcome.sent is Sent.THROTTLED
    assert outcome.error is not None
    assert outcome.error.retry_after_s == wait


def test_a_redirect_is_not_followed() -> None:
    with serving(answer(200, {"id": "a"})) as (elsewhere, _):
        scene = answer(302, b"", location=f"{elsewhere.base}/videos")
        with serving(scene) as (_, there):
            assert post(there).sent is Sent.UNCLEAR
        assert elsewhere.connections == 0


@pytest.mark.parametrize(
    "scene",
    [
        reset,
        raw(),
        raw(b"HTTP/1.1 2"),
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n", b'{"id":"a"'),
        raw(b"HTTP/1.1 400 No\r\ncontent-length: 999\r\n\r\n", json.dumps(OURS).encode()),
        raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b'a\r\n{"id":"a"}\r\n'),
        raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
        raw(b"\x00" * 2000),
        raw(b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 300_000),
    ],
    ids=["reset", "closed", "half-head", "short", "short-4xx", "no-last-chunk", "ssh", "noise", "long-head"],
)
def test_a_reply_that_breaks_off_is_unclear_and_nothing_is_sent_again(scene: Play) -> None:
    with serving(scene) as (server, there):
        outcome = post(there)
    assert outcome.sent is Sent.UNCLEAR
    assert outcome.error is not None
    assert server.connections == 1


def test_silence_is_unclear_and_called_a_timeout() -> None:
    with serving(hang) as (server, there):
        outcome = post(there, read_s=0.2)
    assert outcome.sent is Sent.UNCLEAR
    assert outcome.error is not None
    assert outcome.error.kind is ErrorClass.TIMEOUT
    assert server.connections == 1


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n", b"HTTP/1.1 200 OK\r\nx: "]
)
def test_a_byte_now_and_then_does_not_outlive_the_deadline(head: bytes) -> None:
    with serving(drip(head, b" ", 0.02)) as (_, there):
        outcome = post(there, read_s=30, deadline_s=0.4)
    assert outcome.sent is Sent.UNCLEAR
    assert outcome.error is not None
    assert outcome.error.kind is ErrorClass.TIMEOUT


def test_endless_interim_replies_do_not_outlive_the_deadline() -> None:
    with serving(drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.01)) as (_, there):
        assert post(there, read_s=30, deadline_s=0.4).sent is Sent.UNCLEAR


def test_a_reply_without_end_is_cut_at_the_cap() -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    with serving(drip(head, b"4000\r\n" + b" " * 0x4000 + b"\r\n", 0)) as (_, there):
        outcome = post(there, max_reply=1 << 20)
    assert outcome.sent is Sent.UNCLEAR
    assert outcome.http_status == 200


def test_a_packed_reply_is_read_and_a_bomb_is_not() -> None:
    fine, bomb = gzipped(b'{"id":"a"}'), gzipped(b'{"id":"a","x":"' + b"0" * (64 << 20) + b'"}')
    assert len(bomb) < 100_000
    with serving(answer(200, fine, content_encoding="gzip")) as (_, there):
        assert post(there).sent is Sent.ACCEPTED
    for body, encoding in (
        (bomb, "gzip"),
        (fine[:-4], "gzip"),
        (b"junk", "gzip"),
        (fine, "br"),
        (fine, "gzip, gzip"),
    ):
        with serving(answer(200, body, content_encoding=encoding)) as (_, there):
            assert post(there).sent is Sent.UNCLEAR


def test_nobody_listening_is_proven_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = post(wire(f"http://127.0.0.1:{port}"))
    assert outcome.sent is Sent.NOT_SENT
    assert outcome.error is not None


def test_a_name_that_leads_nowhere_is_proven_not_sent() -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise OSError(f"{host}:{port} is unknown")

    for resolver in (nowhere, lambda _host, _port: []):
        assert post(wire("https://api.example.com", resolver=resolver)).sent is Sent.NOT_SENT


def test_a_resolver_that_hangs_ends_with_the_deadline_and_nothing_is_sent() -> None:
    let_go = threading.Event()

    def stuck(_host: str, _port: int) -> list[str]:
        let_go.wait(30)
        return []

    outcome = post(wire("https://api.example.com", resolver=stuck), deadline_s=0.2)
    let_go.set()
    assert outcome.sent is Sent.NOT_SENT
    assert outcome.error is not None
    assert outcome.error.kind is ErrorClass.TIMEOUT


def test_plain_http_goes_to_this_machine_only_whatever_the_name_says() -> None:
    def elsewhere(_host: str, _port: int) -> list[str]:
        return ["192.168.1.9"]

    assert post(wire("http://localhost:1", resolver=elsewhere)).sent is Sent.NOT_SENT


def test_a_server_that_speaks_no_tls_is_proven_not_sent() -> None:
    def here(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    with RawServer([hang]) as server:
        outcome = post(wire(f"https://api.example.com:{server.port}", resolver=here), deadline_s=0.5)
        assert not server.heard
    assert outcome.sent is Sent.NOT_SENT


@pytest.mark.parametrize("body", [{"x": float("nan")}, {"x": "\ud800"}, {"x": {1, 2}}, {"x": float("inf")}])
def test_a_body_that_is_no_json_is_never_sent(body: Any) -> None:
    with serving(answer(200, {"id": "a"})) as (server, there):
        outcome = post(there, body)
        assert server.connections == 0
    assert outcome.sent is Sent.NOT_SENT
    assert outcome.error is not None
    assert outcome.error.kind is ErrorClass.BAD_REQUEST


def test_a_prompt_goes_out_letter_for_letter() -> None:
    prompt = "[/] [@click=app.quit] {} %s é ☃ \u202e"
    with serving(answer(200, {"id": "a"})) as (server, there):
        post(there, {"prompt": prompt})
    assert json.loads(server.heard[0].body)["prompt"] == prompt


def test_without_a_key_nothing_is_sent() -> None:
    with RawServer([answer(200, {"id": "a"})]) as server:
        outcome = post(Wire(server.base, None, BEARER, clock=Stopped()))
        assert server.connections == 0
    assert outcome.sent is Sent.NOT_SENT
    assert outcome.error is not None
    assert outcome.error.kind is ErrorClass.AUTH


def test_a_server_that_echoes_our_header_does_not_get_the_key_shown() -> None:
    echo = {"error": {"message": f"bad header Authorization: Bearer {KEY} \x1b[2J", "kind": "auth"}}
    for status in (401, 500):
        with serving(answer(status, echo)) as (_, there):
            outcome = post(there)
        assert outcome.error is not None
        assert KEY not in repr(outcome)
        assert "\x1b" not in outcome.error.message
    with serving(
        answer(200, {"id": "a", "echo": KEY, "url": f"https://x.example/a?sig={KEY[:8]}abcdef"})
    ) as (
        _,
        there,
    ):
        outcome = post(there)
    assert outcome.ticket is not None
    assert KEY not in outcome.ticket.raw
    assert "abcdef" not in outcome.ticket.raw


def test_a_huge_error_is_cut_and_no_half_key_is_left_at_the_cut() -> None:
    pad = "https://a.example/x?" + "s" * 30 + " "
    text = pad * 30 + "y" * (1985 - 30 * len("https://a.example/x?[redacted] ")) + KEY + "z" * 5_000_000
    with serving(answer(400, {"error": {"message": text, "kind": "bad_request"}})) as (_, there):
        outcome = post(there)
    assert outcome.error is not None
    assert len(outcome.error.message) <= 2000
    assert "canary" not in outcome.error.message
    assert "canary" not in showable("y" * 1990 + KEY, (KEY,))


def test_an_adapter_that_stumbles_leaves_the_outcome_unclear() -> None:
    def stumble(_: Any) -> Any:
        raise RuntimeError("surprise")

    with serving(answer(200, {"id": "a"})) as (_, there):
        assert there.post("/v", {}, explain=explain, job_of=stumble).sent is Sent.UNCLEAR
    with serving(answer(400, OURS)) as (_, there):
        assert there.post("/v", {}, explain=stumble, job_of=job_of).sent is Sent.UNCLEAR


def test_a_server_that_answers_before_it_has_read_all_is_understood() -> None:
    def early(connection: socket.socket, heard: Heard) -> None:
        answer(413, OURS)(connection, heard)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 20):
            pass

    with RawServer([early], read_body=False) as server:
        assert post(wire(server.base), {"x": "y" * 3_000_000}).sent is Sent.REFUSED


def test_a_reset_in_the_middle_of_our_body_is_unclear() -> None:
    with RawServer([reset], read_body=False) as server:
        assert post(wire(server.base), {"x": "y" * 3_000_000}).sent is Sent.UNCLEAR
        assert server.connections == 1


def test_a_server_that_reads_nothing_does_not_hold_us() -> None:
    gone = threading.Event()

    with RawServer([lambda _c, _h: gone.wait(20)], read_body=False) as server:
        outcome = post(wire(server.base), {"x": "y" * 30_000_000}, deadline_s=0.5)
        gone.set()
    assert outcome.sent is Sent.UNCLEAR
    assert outcome.error is not None
    assert outcome.error.kind is ErrorClass.TIMEOUT


def test_the_key_goes_where_the_provider_wants_it_and_extra_headers_come_along() -> None:
    with RawServer([answer(200, {"id": "a"})]) as server:
        there = wire(server.base + "/v1beta/", auth=GOOGLE, headers={"X-Title": "Rushes"})
        there.post(
            "models/x:generate", {}, explain=explain, job_of=job_of, headers={"Prefer": "respond-async"}
        )
    heard = server.heard[0]
    assert heard.line == "POST /v1beta/models/x:generate HTTP/1.1"
    assert heard.headers["x-goog-api-key"] == KEY
    assert "authorization" not in heard.headers
    assert heard.headers["x-title"] == "Rushes"
    assert heard.headers["prefer"] == "respond-async"
