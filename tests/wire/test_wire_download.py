"""A download is whole, is what it should be, and comes from where it may; or there is no file at all."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpcore
import pytest

from core.base import crash
from core.base.errors import BadInput, DiskFull, ProviderFault
from core.providers.base import ErrorClass
from core.providers.wire import download as downloads
from core.providers.wire.client import Downloaded, Magic, Wire
from core.providers.wire.reply import WireFault
from tests.wire.servers import KEY, Play, RawServer, answer, drip, hang, raw, reset, serving, wire

CLIP = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 800
PICTURE = b"\x89PNG\r\n\x1a\n" + b"p" * 500
PUBLIC = "93.184.216.34"


def get(there: Wire, url: str, folder: Path, **more: Any) -> Downloaded:
    asked: dict[str, Any] = {
        "hosts": ("cdn.example.com", ".media.example.com"),
        "with_key": False,
        "magic": Magic.MP4,
        "max_bytes": 1 << 20,
        "deadline_s": 20.0,
    }
    return there.download(url, folder / "takes" / "clip.mp4", **{**asked, **more})


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    assert not [path for path in files(tmp_path) if path.name.endswith(".part")], "a part file was left"


def chunked(data: bytes) -> Play:
    parts = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (data[:5], data[5:9], data[9:])]
    return raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *parts, b"0\r\n\r\n")


def late_tail(connection: Any, _: Any) -> None:
    """All that was announced, and a moment later more."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n" + CLIP[:40])
    threading.Event().wait(0.05)
    connection.sendall(CLIP[40:])


@pytest.mark.parametrize("scene", [answer(200, CLIP), chunked(CLIP)], ids=["length", "chunked"])
def test_a_whole_clip_arrives_with_its_hash_for_this_user_only(scene: Play, folder: Path) -> None:
    with serving(scene) as (server, there):
        found = get(there, f"{server.base}/out/1.mp4?sig=a%2Fb", folder)
    assert found.path.read_bytes() == CLIP
    assert found.sha == hashlib.sha256(CLIP).hexdigest()
    assert found.size == len(CLIP)
    assert found.kind is Magic.MP4
    assert stat.S_IMODE(found.path.stat().st_mode) == 0o600
    assert server.heard[0].line == "GET /out/1.mp4?sig=a%2Fb HTTP/1.1"
    assert server.heard[0].headers["accept-encoding"] == "identity"
    assert "authorization" not in server.heard[0].headers


def test_an_older_file_is_replaced_only_by_a_whole_one(folder: Path) -> None:
    old = folder / "takes" / "clip.mp4"
    old.parent.mkdir()
    old.write_bytes(b"old")
    with serving(answer(200, CLIP[:50], content_length="60"), answer(200, CLIP)) as (server, there):
        with pytest.raises(WireFault):
            get(there, f"{server.base}/1", folder)
        assert old.read_bytes() == b"old"
        get(there, f"{server.base}/1", folder)
    assert old.read_bytes() == CLIP


@pytest.mark.parametrize(
    "scene",
    [
        answer(200, CLIP, content_length=str(len(CLIP) + 7)),
        answer(200, CLIP, content_length=str(len(CLIP) - 7)),
        answer(200, CLIP, content_length=str(20)),
        answer(200, CLIP, content_length="-1"),
        answer(200, CLIP, content_length="1e3"),
        answer(200, CLIP, content_length=str(10 << 30)),
        answer(200, CLIP, content_length=""),
        answer(200, b""),
        answer(200, CLIP[:7]),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10\r\n" + CLIP[:16] + b"\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", CLIP),
        late_tail,
        reset,
        raw(),
        answer(206, CLIP),
        answer(204, b""),
        answer(404, b"gone"),
        answer(503, CLIP),
        answer(302, b""),
    ],
    ids=[
        "shorter", "longer", "much-longer", "negative", "float", "10GB", "no-length", "empty", "tiny",
        "no-last-chunk", "two-lengths", "late-tail", "reset", "closed", "206", "204", "404", "503",
        "302-nowhere",
    ],
)  # fmt: skip
def test_a_file_that_is_not_whole_is_never_published(scene: Play, folder: Path) -> None:
    with serving(scene) as (server, there), pytest.raises(WireFault) as caught:
        get(there, f"{server.base}/1", folder)
    assert files(folder) == []
    assert isinstance(caught.value, ProviderFault)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html>expired</html>",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"#EXTM3U\n#EXT-X-VERSION:3\nx",
        b'<?xml version="1.0"?><MPD></MPD>',
        b"\x1aE\xdf\xa3" + b"m" * 100,
        b'{"error": "not found"}     ',
        PICTURE,
    ],
)
def test_what_is_no_clip_is_refused_whatever_it_calls_itself(body: bytes, folder: Path) -> None:
    with serving(answer(200, body, content_type="video/mp4")) as (server, there), pytest.raises(WireFault):
        get(there, f"{server.base}/clip.mp4", folder)
    assert files(folder) == []


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", Magic.PNG),
        (b"\xff\xd8\xff\xe0", Magic.JPEG),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", Magic.WEBP),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(head: bytes, kind: Magic, folder: Path) -> None:
    with serving(answer(200, head + b"d" * 40, content_type="text/plain")) as (server, there):
        assert get(there, f"{server.base}/1", folder, magic=Magic.IMAGE).kind is kind


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "x"])
def test_a_packed_file_is_refused(encoding: str, folder: Path) -> None:
    bomb = zlib.compress(b"\0" * (8 << 20))
    with (
        serving(answer(200, bomb, content_encoding=encoding)) as (server, there),
        pytest.raises(WireFault) as caught,
    ):
        get(there, f"{server.base}/1", folder)
    assert "packed" in str(caught.value)
    assert files(folder) == []


def test_a_body_without_end_is_cut_at_its_size(folder: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"18\r\n" + CLIP[:24] + b"\r\n"
    scene = drip(head, b"8000\r\n" + b"v" * 0x8000 + b"\r\n", 0)
    with serving(scene) as (server, there), pytest.raises(WireFault, match="longer than 1048576 bytes"):
        get(there, f"{server.base}/1", folder)
    assert files(folder) == []


@pytest.mark.parametrize(
    "scene",
    [
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + CLIP[:20], b"v", 0.02),
        drip(b"HTTP/1.1 200 OK\r\nX-A: ", b"v", 0.02),
        hang,
    ],
    ids=["slow-body", "slow-head", "silent"],
)
def test_a_slow_server_is_left_at_the_deadline(scene: Play, folder: Path) -> None:
    with serving(scene) as (server, there), pytest.raises(WireFault) as caught:
        get(there, f"{server.base}/1", folder, deadline_s=0.4)
    assert caught.value.error is not None
    assert caught.value.error.kind is ErrorClass.TIMEOUT
    assert files(folder) == []


def test_a_silence_longer_than_the_stall_limit_ends_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "STALL_S", 0.2)

    def stall(connection: Any, heard: Any) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + CLIP[:20])
        hang(connection, heard)

    with serving(stall) as (server, there), pytest.raises(WireFault, match="no answer in time"):
        get(there, f"{server.base}/1", folder)
    assert files(folder) == []


BAD_ADDRESSES = [
    "http://169.254.169.254/",
    "http://[::ffff:127.0.0.1]/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://127.1/",
    "https://017700000001/",
    "https://[64:ff9b::7f00:1]/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://localhost/",
    "file:///etc/passwd",
    "ftp://cdn.example.com/a",
    "data:video/mp4;base64,AAAA",
    "https://ok@evil.example/",
    "https://cdn.example.com@evil.example/",
    "https://cdn.example.com:pw@cdn.example.com/",
    "https://evil.example/?cdn.example.com",
    "https://cdn.example.com.evil.example/",
    "https://evilmedia.example.com/",
    "https://media.example.com/",
    "https://.media.example.com/",
    "http://cdn.example.com/a",
    "https://cdn.example.com:8443/a",
    "https://cdn.example.com:0/a",
    "https://cdn.example.com:99999/a",
    "https://cdn.example.com\\@evil.example/",
    "https://cdn.example.com/a b",
    "https://cdn.example.com/\r\nX: y",
    "https://cdn.example.com\t/",
    "https://cdn.example.com%2eevil.example/",
    "https://ｃdn.example.com/",
    "https:/cdn.example.com/",
    "//cdn.example.com/a",
    "cdn.example.com/a",
    "https://",
    "",
    "https://cdn.example.com/" + "a" * 9000,
]


@pytest.mark.parametrize("url", BAD_ADDRESSES, ids=lambda url: url[:40] or "empty")
def test_an_address_that_may_not_be_asked_is_refused_before_any_name_is_resolved(
    url: str, folder: Path
) -> None:
    asked = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return [PUBLIC]

    with pytest.raises(WireFault):
        get(wire("https://api.example.com", resolver=resolver), url, folder)
    assert asked == []
    assert files(folder) == []


NEAR = [
    "127.0.0.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",  # noqa: S104
    "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:93.184.216.34",
    "64:ff9b::7f00:1", "64:ff9b::5db8:d822", "64:ff9b:1::1", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2001::1", "nonsense", "",
]  # fmt: skip


@pytest.mark.parametrize("address", NEAR)
@pytest.mark.parametrize("company", [[], [PUBLIC]], ids=["alone", "behind-a-good-one"])
def test_a_listed_host_that_leads_nearer_than_the_internet_is_never_connected(
    address: str, company: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected = record_connects(monkeypatch)
    there = wire("https://api.example.com", resolver=lambda _h, _p: [*company, address])
    with pytest.raises(WireFault, match="not on the open internet"):
        get(there, "https://cdn.example.com/a", folder)
    assert connected == []


def record_connects(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    connected: list[tuple[str, int]] = []

    def connect(_self: object, host: str, port: int, *_: Any) -> Any:
        connected.append((host, port))
        raise httpcore.ConnectError("not in a test")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return connected


def test_a_name_that_changes_its_mind_is_connected_where_it_was_judged(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected = record_connects(monkeypatch)
    answers = iter([["2606:2800:220:1::1", PUBLIC], ["127.0.0.1"]])
    there = wire("https://api.example.com", resolver=lambda _h, _p: next(answers))
    with pytest.raises(WireFault):
        get(there, "https://a.media.example.com/clip?sig=1", folder)
    assert connected == [("2606:2800:220:1::1", 443), (PUBLIC, 443)]


def test_the_base_on_the_loopback_opens_its_own_origin_and_nothing_else_there(folder: Path) -> None:
    with RawServer([answer(200, CLIP)]) as other, serving(answer(200, CLIP)) as (server, there):
        get(there, f"{server.base}/1", folder)
        for url in (
            f"{other.base}/1",
            f"http://localhost:{server.port}/1",
            f"https://127.0.0.1:{server.port}/1",
        ):
            with pytest.raises(WireFault):
                get(there, url, folder, hosts=("127.0.0.1", "localhost"))
        assert other.connections == 0


def moved(to: str, status: int = 302) -> Play:
    return answer(status, b"", location=to)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_at_home_is_followed_with_the_key(status: int, folder: Path) -> None:
    with serving(moved("/signed?x=1", status), answer(200, CLIP)) as (server, there):
        get(there, f"{server.base}/content", folder, with_key=True)
    assert [heard.line for heard in server.heard] == ["GET /content HTTP/1.1", "GET /signed?x=1 HTTP/1.1"]
    assert [heard.headers["authorization"] for heard in server.heard] == [f"Bearer {KEY}"] * 2


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1:1/x",
        "https://evil.example/",
        "file:///etc/passwd",
        "//evil.example/x",
        "http://[bad",
        "a b",
        "\xff",
    ],
)
def test_a_redirect_to_where_results_never_lie_is_refused(to: str, folder: Path) -> None:
    with serving(moved(to), answer(200, CLIP)) as (server, there), pytest.raises(WireFault):
        get(there, f"{server.base}/content", folder, with_key=True)
    assert len(server.heard) == 1
    assert files(folder) == []


def test_a_redirect_to_a_listed_host_goes_there_without_key_or_headers_of_ours(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, str]] = []
    plain = downloads.exchange

    def watch(method: str, address: Any, **more: Any) -> Any:
        told.append(dict(more["headers"]))
        return plain(method, address, **more)

    monkeypatch.setattr(downloads, "exchange", watch)
    with RawServer([moved("https://cdn.example.com/clip.mp4?sig=1")]) as server:
        there = wire(
            server.base,
            headers={"X-Api-Key": KEY, "X-Title": "Rushes"},
            resolver=lambda host, _p: ["127.0.0.1"] if host == "127.0.0.1" else ["10.0.0.1"],
        )
        with pytest.raises(WireFault, match="open internet"):
            get(there, f"{server.base}/content", folder, with_key=True)
    assert told[0]["Authorization"] == f"Bearer {KEY}"
    assert KEY not in str(told[1])
    assert sorted(told[1]) == ["Accept", "User-Agent"]


def test_a_circle_of_redirects_ends_at_three(folder: Path) -> None:
    with serving(moved("/again")) as (server, there), pytest.raises(WireFault, match="more than 3 redirects"):
        get(there, f"{server.base}/content", folder)
    assert server.connections == 4


def test_without_leave_the_key_stays_even_at_home(folder: Path) -> None:
    with serving(answer(200, CLIP)) as (server, there):
        get(there, f"{server.base}/1", folder, with_key=False)
    assert "authorization" not in server.heard[0].headers


def test_a_signed_address_is_not_in_the_error(folder: Path) -> None:
    with serving(answer(403, b"denied")) as (server, there), pytest.raises(WireFault) as caught:
        get(there, f"{server.base}/secret-path?X-Amz-Signature=abcdef123", folder)
    assert "abcdef123" not in repr(caught.value) + str(caught.value)
    assert caught.value.status == 403


def test_a_full_disk_is_said_and_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: Any, _piece: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(downloads, "_write_all", full)
    with serving(answer(200, CLIP)) as (server, there), pytest.raises(DiskFull):
        get(there, f"{server.base}/1", folder)
    assert files(folder) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_write_that_the_system_refuses_is_a_full_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = os.open
    monkeypatch.setattr(
        downloads.os,
        "open",
        lambda path, flags, *mode, **more: (
            plain("/dev/full", os.O_WRONLY)
            if str(path).endswith(".part")
            else plain(path, flags, *mode, **more)
        ),
    )
    with serving(answer(200, CLIP)) as (server, there), pytest.raises(DiskFull):
        get(there, f"{server.base}/1", folder)


def test_a_folder_that_cannot_be_made_is_said(folder: Path) -> None:
    (folder / "takes").write_text("a file")
    with serving(answer(200, CLIP)) as (server, there), pytest.raises(BadInput):
        get(there, f"{server.base}/1", folder)


def test_death_before_and_after_the_rename_leaves_no_part(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    reached = []

    def die(point: str) -> None:
        reached.append(point)
        raise Died

    monkeypatch.setattr(crash, "hook", die)
    with serving(answer(200, CLIP)) as (server, there), pytest.raises(Died):
        get(there, f"{server.base}/1", folder)
    assert reached == ["download.part"]
    assert files(folder) == []


def test_the_hop_that_carries_the_key_is_not_in_its_printed_form() -> None:
    errand = downloads.Errand(
        base=wire("https://a.example").origin,
        hosts=(),
        key={"Authorization": KEY},
        headers={},
        magic=Magic.MP4,
        max_bytes=1,
        deadline_s=1,
        resolver=lambda _h, _p: [],
        secrets=(KEY,),
    )
    assert KEY not in repr(errand)
