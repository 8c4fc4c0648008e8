"""TLS and proxies: who is spoken to, and what of a paid request can be proven not to have left."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.providers.base import ErrorClass, Sent, SubmitOutcome
from core.providers.wire import transport
from core.providers.wire.addresses import take_apart
from core.providers.wire.client import Magic, Wire
from core.providers.wire.limits import Limits
from core.providers.wire.reply import WireFault
from tests.wire.servers import (
    KEY,
    Heard,
    Play,
    RawServer,
    answer,
    drip,
    explain,
    hang,
    job_of,
    raw,
    reset,
    wire,
)

NAME = "api.example.com"
pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="no openssl to make a certificate with"
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for api.example.com that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1".split()  # noqa: SIM905
    words += ["-nodes", "-days", "30", "-subj", "/CN=test", "-addext", f"subjectAltName=DNS:{NAME}"]
    words += ["-out", str(cert), "-keyout", str(key)]
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    return cert, key


@pytest.fixture
def context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*certificate)
    return made


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    transport._trust_of.cache_clear()
    yield
    transport._trust_of.cache_clear()


def here(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def post(there: Wire, **more: Any) -> SubmitOutcome:
    return there.post("/videos", {"p": 1}, explain=explain, job_of=job_of, **more)


def secure(server: RawServer, name: str = NAME) -> Wire:
    return wire(f"https://{name}:{server.port}", resolver=here)


@pytest.mark.usefixtures("trusted")
def test_the_checked_address_is_asked_under_its_own_name(context: ssl.SSLContext) -> None:
    asked: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    with RawServer([answer(200, {"id": "a"})], context) as server:
        assert post(secure(server)).sent is Sent.ACCEPTED
    assert asked == [NAME]
    assert server.heard[0].headers["host"] == f"{NAME}:{server.port}"


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_is_proven_not_sent(context: ssl.SSLContext) -> None:
    with RawServer([answer(200, {"id": "a"})], context) as server:
        outcome = post(secure(server, "other.example.com"))
        assert not server.heard
    assert outcome.sent is Sent.NOT_SENT


def test_a_certificate_nobody_signed_is_proven_not_sent(context: ssl.SSLContext) -> None:
    transport._trust_of.cache_clear()
    with RawServer([answer(200, {"id": "a"})], context) as server:
        outcome = post(secure(server))
        assert not server.heard
    assert outcome.sent is Sent.NOT_SENT
    assert outcome.error is not None
    assert "certificate" in outcome.error.message


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("scene", [reset, raw(), raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")])
def test_tls_that_breaks_after_the_request_began_is_unclear(scene: Play, context: ssl.SSLContext) -> None:
    with RawServer([scene], context) as server:
        assert post(secure(server)).sent is Sent.UNCLEAR
        assert server.connections == 1


@pytest.mark.usefixtures("trusted")
def test_a_handshake_that_hangs_ends_with_the_deadline_and_is_not_sent() -> None:
    with RawServer([hang], read_body=False) as server:
        outcome = post(secure(server), deadline_s=0.3)
    assert outcome.sent is Sent.NOT_SENT
    assert outcome.error is not None
    assert outcome.error.kind is ErrorClass.TIMEOUT


@pytest.mark.usefixtures("trusted")
def test_a_byte_now_and_then_over_tls_does_not_outlive_the_deadline(context: ssl.SSLContext) -> None:
    with RawServer([drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", b" ", 0.02)], context) as server:
        assert post(secure(server), deadline_s=0.5).sent is Sent.UNCLEAR


@pytest.fixture
def through(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Starts a proxy that plays the scenes given, and names it in the environment."""
    with contextlib.ExitStack() as stack:

        def start(*scenes: Play, user: str = "") -> RawServer:
            proxy = stack.enter_context(RawServer(list(scenes)))
            monkeypatch.setenv("HTTPS_PROXY", f"http://{user}127.0.0.1:{proxy.port}")
            return proxy

        yield start


def never(host: str, _port: int) -> list[str]:
    if host == "127.0.0.1":
        return [host]
    raise OSError("this machine resolves nothing itself")


@pytest.mark.parametrize(
    ("scene", "more"),
    [
        (raw(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"), {}),
        (raw(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nhello"), {}),
        (raw(b"HTTP/1.1 502 Bad Gateway\r\n\r\n"), {}),
        (raw(b"HTTP/1.1 200 Connection established\r\n\r\n", b"no tls at all" * 20), {}),
        (raw(b"HTTP/1.1 200 Connection established\r\n\r\n"), {}),
        (raw(b"garbage\r\n\r\n"), {}),
        (raw(), {}),
        (reset, {}),
        (hang, {"deadline_s": 0.3}),
    ],
    ids=["407", "403", "502", "no-tls", "closed-tunnel", "garbage", "closed", "reset", "hang"],
)
def test_a_proxy_that_opens_no_tunnel_proves_that_nothing_was_sent(
    scene: Play, more: dict[str, float], through: Any
) -> None:
    proxy = through(scene)
    outcome = post(wire(f"https://{NAME}", resolver=never), **more)
    assert outcome.sent is Sent.NOT_SENT
    assert proxy.heard[0].line == f"CONNECT {NAME}:443 HTTP/1.1"
    assert KEY not in str(proxy.heard[0])


def tunnel_to(port: int) -> Play:
    """Opens the tunnel and carries bytes both ways until one side ends."""

    def play(connection: socket.socket, _: Heard) -> None:
        with socket.create_connection(("127.0.0.1", port)) as far:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=carry, args=(far, connection), daemon=True)
            back.start()
            carry(connection, far)

    def carry(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    return play


@pytest.mark.usefixtures("trusted")
def test_a_proxy_carries_the_request_and_does_not_see_the_key(context: ssl.SSLContext, through: Any) -> None:
    with RawServer([answer(200, {"id": "a"})], context) as server:
        proxy = through(tunnel_to(server.port), user="bob:s%40cret@")
        outcome = post(wire(f"https://{NAME}:{server.port}", resolver=never))
    assert outcome.sent is Sent.ACCEPTED
    assert KEY not in str(proxy.heard)
    assert proxy.heard[0].headers["proxy-authorization"].startswith("Basic ")
    assert server.heard[0].headers["authorization"] == f"Bearer {KEY}"
    assert "proxy-authorization" not in server.heard[0].headers


@pytest.mark.usefixtures("trusted")
def test_a_tunnel_that_is_cut_once_the_request_began_is_unclear(
    context: ssl.SSLContext, through: Any
) -> None:
    with RawServer([reset], context) as server:
        through(tunnel_to(server.port))
        assert post(wire(f"https://{NAME}:{server.port}", resolver=never)).sent is Sent.UNCLEAR


def test_this_machine_is_never_asked_through_a_proxy(through: Any) -> None:
    proxy = through(hang)
    with RawServer([answer(200, {"id": "a"})]) as server:
        assert post(wire(server.base)).sent is Sent.ACCEPTED
        for name in ("localhost", "127.0.0.1"):
            at_home = wire(f"https://{name}:{server.port}", resolver=here)
            assert post(at_home, deadline_s=0.2).sent is Sent.NOT_SENT
    assert proxy.connections == 0


def test_a_host_on_the_no_proxy_list_is_asked_directly(through: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = through(hang)
    monkeypatch.setenv("NO_PROXY", "example.com")
    assert post(wire(f"https://{NAME}", resolver=never)).sent is Sent.NOT_SENT
    assert proxy.connections == 0


@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:1080", "http://[bad", "http://127.0.0.1:notaport", "http://"]
)
def test_a_proxy_that_cannot_be_used_is_said(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    outcome = post(wire(f"https://{NAME}", resolver=never))
    assert outcome.sent is Sent.NOT_SENT
    assert outcome.error is not None
    assert "proxy" in outcome.error.message


def test_a_name_our_resolver_knows_to_be_near_is_refused_even_behind_a_proxy(
    through: Any, tmp_path: Path
) -> None:
    proxy = through(hang)
    there = wire("https://api.example.com", resolver=lambda _h, _p: ["10.1.2.3"])
    with pytest.raises(WireFault, match="open internet"):
        there.download(
            "https://cdn.example.com/a",
            tmp_path / "a.mp4",
            hosts=("cdn.example.com",),
            with_key=False,
            magic=Magic.MP4,
            max_bytes=100,
            deadline_s=5,
        )
    assert proxy.connections == 0


@pytest.mark.usefixtures("trusted")
def test_a_late_tail_is_counted_over_tls_as_well(context: ssl.SSLContext) -> None:
    body = b"0123456789"
    with RawServer([raw(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n" + body)], context) as server:
        limits = Limits(5, 5)
        address = take_apart(f"https://{NAME}:{server.port}/x")
        with transport.exchange("GET", address, headers={}, limits=limits, resolver=here) as response:
            connection = transport.wire_of_response(response)
            assert connection is not None
            assert b"".join(response.iter_raw()) == body[:6]
        assert connection.body_bytes == 10
        assert limits.sent
