"""Free reads are asked again where that can help; free changes are asked once; the key stays at home."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from core.base.errors import BadInput
from core.providers.base import ErrorClass, Sent
from core.providers.wire.client import Wire
from core.providers.wire.reply import BEARER, WireFault
from core.providers.wire.secret import Secret
from tests.wire.servers import KEY, Play, RawServer, Stopped, answer, explain, hang, raw, reset, serving, wire

GOOD = answer(200, {"status": "running"})


def test_a_read_gives_the_parsed_reply() -> None:
    with serving(answer(200, {"a": [1, 2]}, x_extra="Y")) as (server, there):
        reply = there.get("/videos/1", params={"q": "a b", "n": [1, 2]}, explain=explain)
    assert reply.json_object == {"a": [1, 2]}
    assert reply.status == 200
    assert reply.headers["x-extra"] == "Y"
    assert server.heard[0].line == "GET /videos/1?q=a+b&n=1&n=2 HTTP/1.1"


@pytest.mark.parametrize(
    "trouble",
    [
        answer(500),
        answer(502, b"<html></html>"),
        answer(503),
        answer(429, {"error": {"message": "slow down", "kind": "rate_limited"}}),
        reset,
        raw(),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{"),
    ],
    ids=["500", "502", "503", "429", "reset", "closed", "cut"],
)
def test_a_read_is_asked_again_after_trouble_that_passes(trouble: Play) -> None:
    clock = Stopped()
    with RawServer([trouble, trouble, trouble, GOOD]) as server:
        assert wire(server.base, clock).get("/j", explain=explain).json_object == {"status": "running"}
        assert server.connections == 4
    assert len(clock.slept) == 3
    assert all(0 < pause <= 5 for pause in clock.slept)


def test_a_read_gives_up_after_its_tries_with_what_was_said_last() -> None:
    with serving(answer(503, {"error": {"message": "overloaded", "kind": "provider_fault"}})) as (
        server,
        there,
    ):
        with pytest.raises(WireFault) as caught:
            there.get("/j", explain=explain, tries=3)
        assert server.connections == 3
    assert caught.value.status == 503
    assert caught.value.error is not None
    assert caught.value.error.message == "overloaded"


def test_a_silent_server_is_a_timeout() -> None:
    with serving(hang) as (server, there):
        with pytest.raises(WireFault) as caught:
            there.get("/j", explain=explain, tries=2, read_s=0.1)
        assert server.connections == 2
    assert caught.value.error is not None
    assert caught.value.error.kind is ErrorClass.TIMEOUT


@pytest.mark.parametrize(
    ("said", "wait"), [("7", 7.0), ("1000000", 60.0), ("Fri, 20 Nov 2026 12:00:09 GMT", 9.0)]
)
def test_a_read_waits_as_long_as_asked_but_a_minute_at_most(said: str, wait: float) -> None:
    clock = Stopped()
    with RawServer([answer(429, b"{}", retry_after=said), GOOD]) as server:
        wire(server.base, clock).get("/j", explain=explain)
    assert clock.slept == [wait]


@pytest.mark.parametrize(
    "scene",
    [
        answer(404, {"error": {"message": "no such job"}}),
        answer(401),
        answer(302, b"", location="/elsewhere"),
        answer(200, b"<html><title>Sign in</title></html>"),
        answer(200, b'{"cost": NaN}'),
        answer(200, b""),
        answer(204),
    ],
)
def test_a_clear_no_or_a_reply_that_is_no_json_is_not_asked_again(scene: Play) -> None:
    with serving(scene) as (server, there):
        with pytest.raises(WireFault):
            there.get("/j", explain=explain)
        assert server.connections == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://127.0.0.1:1/x",
        "HTTP://localhost/x",
        "file:///etc/passwd",
        "/../admin",
        "/a/./b",
        "/a\\b",
        "/a b",
        "/a\r\nHost: evil",
        "/é",
    ],
)
def test_the_key_never_leaves_for_another_origin(url: str) -> None:
    asked = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return []

    there = wire("http://127.0.0.1:9", resolver=resolver)
    with pytest.raises(WireFault):
        there.get(url, explain=explain)
    with pytest.raises(WireFault):
        there.call("POST", url, explain=explain)
    assert there.post(url, {}, explain=explain, job_of=lambda _: "a").sent is Sent.NOT_SENT
    assert asked == []


@pytest.mark.parametrize(
    "path", ["//evil.example/x", "@evil.example/x", ":1/x", "https/x", "x?to=https://evil.example"]
)
def test_a_path_stays_a_path(path: str) -> None:
    with serving(GOOD) as (server, there):
        there.get(path, explain=explain)
        assert server.heard[0].headers["host"] == f"127.0.0.1:{server.port}"


def test_an_absolute_address_of_the_base_is_asked() -> None:
    with serving(GOOD) as (server, there):
        there.get(f"{server.base}/v1/jobs/9?x=1#part", explain=explain)
    assert server.heard[0].line == "GET /v1/jobs/9?x=1 HTTP/1.1"


def test_a_change_is_asked_once_and_may_answer_with_nothing() -> None:
    with serving(answer(204)) as (server, there):
        assert there.call("POST", "/jobs/1/cancel", explain=explain).body is None
    with serving(answer(503)) as (server, there):
        with pytest.raises(WireFault):
            there.call("PUT", "/jobs/1/cancel", explain=explain, body={"a": 1})
        assert server.connections == 1
    assert server.heard[0].line == "PUT /jobs/1/cancel HTTP/1.1"
    assert server.heard[0].body == b'{"a":1}'


def test_an_upload_goes_out_as_a_form() -> None:
    with serving(answer(201, {"id": "f1"})) as (server, there):
        reply = there.call(
            "POST", "/files", files={"content": ("a.png", b"\x89PNG-bytes", "image/png")}, explain=explain
        )
    assert reply.json_object == {"id": "f1"}
    heard = server.heard[0]
    assert heard.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="content"; filename="a.png"' in heard.body
    assert b"\x89PNG-bytes" in heard.body


def test_a_body_that_cannot_be_written_is_said() -> None:
    with serving(GOOD) as (server, there):
        with pytest.raises(WireFault):
            there.call("POST", "/x", body={"a": float("nan")}, explain=explain)
        assert server.connections == 0


@pytest.mark.parametrize(
    "base",
    [
        "http://api.example.com",
        "http://2130706433",
        "http://192.168.0.1",
        "ftp://127.0.0.1",
        "https://user:pw@api.example.com",
        "https://api.example.com/v1?key=1",
        "api.example.com",
        "",
        "https://",
    ],
)
def test_a_base_without_a_lock_is_refused(base: str) -> None:
    with pytest.raises(BadInput) as caught:
        wire(base)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    "base", ["https://api.example.com/v1/", "http://127.0.0.1:9", "http://localhost:9/x", "http://[::1]:9"]
)
def test_a_base_with_a_lock_or_on_this_machine_is_taken(base: str) -> None:
    assert wire(base).origin.port in (443, 9)


def test_nothing_of_a_request_is_logged_and_no_error_holds_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body: dict[str, Any] = {"error": {"message": f"key {KEY} is bad", "kind": "auth"}}
    with serving(answer(401, body)) as (server, there), pytest.raises(WireFault) as caught:
        there.get("/j?signature=topsecret99", explain=explain)
    assert KEY not in str(caught.value) + repr(caught.value) + repr(caught.value.error)
    assert "topsecret99" not in caplog.text
    assert KEY not in caplog.text
    assert server.heard


def test_further_keys_are_masked_too() -> None:
    with RawServer([answer(400, {"error": {"message": "second-key-value-77 leaked"}})]) as server:
        there = Wire(server.base, Secret(KEY), BEARER, clock=Stopped(), secrets=("second-key-value-77",))
        with pytest.raises(WireFault) as caught:
            there.get("/j", explain=explain)
    assert "second-key-value-77" not in str(caught.value)
