"""The values around the wire: keys, replies, kept answers, catalogue, pictures, addresses."""

from __future__ import annotations

import copy
import hashlib
import os
import pickle
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput
from core.providers.base import Picture
from core.providers.wire.addresses import on_list, public, take_apart, this_machine
from core.providers.wire.catalogue import Catalogue
from core.providers.wire.pictures import data_uri, read_picture
from core.providers.wire.replies import Replies
from core.providers.wire.reply import BEARER, Reply, Unpacker, WireFault, parse, retry_after, showable
from core.providers.wire.secret import Secret
from core.providers.wire.site import Site, wire_of
from tests.wire.servers import KEY, NOW, Stopped


def test_a_key_shows_nothing_of_itself() -> None:
    secret = Secret(KEY)
    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret:>40}",
        f"{secret!r}",
        str([secret]),
    ]
    assert not [text for text in shown if KEY in text or KEY[:8] in text]
    assert secret.reveal() == KEY
    assert not hasattr(secret, "__dict__")


@pytest.mark.parametrize("write", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_key_is_never_written_down(write: Any) -> None:
    with pytest.raises(TypeError, match="never written down"):
        write(Secret(KEY))


@pytest.mark.parametrize(
    "bad", ["", " ", KEY + "\n", " " + KEY, "a b", "a\tb", "a\0b", "clé-123456", "a\x7f", "\u202ea"]
)
def test_a_key_with_anything_strange_in_it_is_refused_without_being_shown(bad: str) -> None:
    with pytest.raises(BadInput) as caught:
        Secret(bad)
    assert len(bad) < 5 or bad not in str(caught.value)
    assert KEY not in str(caught.value)


def test_keys_compare_by_value_and_fingerprints_name_key_and_provider() -> None:
    assert Secret("a1") == Secret("a1")
    assert Secret("a1") != Secret("a2")
    assert Secret("a1") != "a1"
    assert len({Secret("a1"), Secret("a1"), Secret("a2")}) == 2
    print_ = Secret("a1").fingerprint("fal")
    assert print_ == hashlib.sha256(b"fal\0a1").hexdigest()[:20]
    assert len({print_, Secret("a1").fingerprint("ark"), Secret("a2").fingerprint("fal")}) == 3


@pytest.mark.parametrize(
    "good", ["null", "1", '"a"', "[]", '{"a":{"a":1}}', '"\\ud83d\\ude00"', '"\\\\ud800"', "\ufeff{}"]
)
def test_sound_json_is_read(good: str) -> None:
    parse(good.encode())


@pytest.mark.parametrize(
    "bad",
    [
        b"NaN", b"[Infinity]", b"-Infinity", b"1e999", b"-1e999",
        b'{"a":1,"a":1}', b'[{"x":{"a":1,"a":2}}]', b'"\\ud800"', b'{"\\udfff":1}',
        b"[" * 66 + b"]" * 66, b"[" * 100_000, b"{" * 9, b"", b"\xff\xfe{}", b"{}{}",
        b"1" * 5000, b"'a'", b"<html>",
    ],
)  # fmt: skip
def test_json_no_careful_sender_would_send_is_refused(bad: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(bad)


def test_the_deepest_allowed_nesting_is_read() -> None:
    parse(b"[" * 64 + b"]" * 64)


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("3", 3.0),
        ("1.5", 1.5),
        (" 4 ", 4.0),
        ("٣", None),
        ("", None),
        ("-5", None),
        ("+5", None),
        ("nan", None),
        ("999999999999", 3600.0),
        ("1" * 100, None),
        ("Fri, 20 Nov 2026 12:01:00 GMT", 60.0),
        ("Fri, 20 Nov 2026 12:01:00", 60.0),
        ("Fri, 99 Nov 2026 12:01:00 GMT", None),
        ("Fri, 20 Nov 99999999 12:01:00 GMT", None),
    ],
)
def test_a_wait_is_read_as_seconds_or_a_date(said: str, wait: float | None) -> None:
    assert retry_after({"retry-after": said}, NOW) == wait


def test_unpacking_refuses_what_goes_on_after_the_end() -> None:
    unpack = Unpacker("gzip", 1000)
    import gzip

    unpack.feed(gzip.compress(b"{}"))
    with pytest.raises(ValueError, match="longer than"):
        unpack.feed(b"x" * 2000)


def test_shown_text_is_clean_masked_and_cut() -> None:
    shown = showable(
        f"\x1b]0;title\x07 Authorization: Bearer {KEY}\u202e https://x.example/a?sig=1 " + "y" * 9000, (KEY,)
    )
    assert len(shown) == 2000
    assert KEY not in shown
    assert "sig=1" not in shown
    assert not set(shown) & {"\x1b", "\x07", "\u202e"}


def test_a_page_is_recognised_by_its_type_alone() -> None:
    reply = Reply(502, {"content-type": "text/html; charset=x"}, None, "Bad gateway " * 100, 0.0)
    assert reply.said == "a web page instead of an answer"
    assert Reply(500, {}, None, "", 0.0).said == "an empty answer"
    assert Reply(500, {}, [1], "[1]", 0.0).json_object == {}


def test_a_kept_reply_comes_back_and_is_for_this_user_only(tmp_path: Path) -> None:
    replies = Replies(tmp_path / ".rushes" / "replies")
    replies.keep("gen:1.a", {"image": "x" * 100, "n": 1.5})
    assert replies.load("gen:1.a") == {"image": "x" * 100, "n": 1.5}
    assert replies.load("other") is None
    (path,) = (tmp_path / ".rushes" / "replies").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_damaged_kept_reply_is_nothing(tmp_path: Path) -> None:
    replies = Replies(tmp_path / "replies")
    replies.keep("j", {"a": 1})
    (path,) = (tmp_path / "replies").iterdir()
    for data in (b"", b'{"a": ', b"[1]", b"\xff", b'{"a": NaN}'):
        path.write_bytes(data)
        assert replies.load("j") is None
    path.unlink()
    path.symlink_to("/etc/hostname")
    assert replies.load("j") is None


@pytest.mark.parametrize("job", ["", "../x", "a/b", "a\0", "a\n", "x" * 201, "é"])
def test_a_kept_reply_needs_a_sound_name(job: str, tmp_path: Path) -> None:
    replies = Replies(tmp_path / "replies")
    with pytest.raises(BadInput):
        replies.keep(job, {})
    with pytest.raises(BadInput):
        replies.load(job)
    assert not (tmp_path / "replies").exists()


def test_replies_do_not_follow_a_link_out_of_the_film(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / ".rushes").mkdir()
    (tmp_path / ".rushes" / "replies").symlink_to(tmp_path / "outside")
    with pytest.raises(BadInput):
        Replies(tmp_path / ".rushes" / "replies").keep("j", {})
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_catalogue_keeps_the_day_it_was_read(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "catalogue", Stopped())
    assert catalogue.read("fal") is None
    catalogue.keep("fal", {"models": ["a"]})
    assert catalogue.read("fal") == ("2026-11-20", {"models": ["a"]})
    assert catalogue.read("ark") is None


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", b'{"as_of":1,"data":1}', b'{"as_of":"soon","data":1}', b"\xff"]
)
def test_a_broken_catalogue_is_no_catalogue(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "fal.json").write_bytes(data)
    assert Catalogue(tmp_path, Stopped()).read("fal") is None


def test_a_catalogue_that_cannot_be_kept_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    Catalogue(tmp_path / "file" / "below", Stopped()).keep("fal", {})
    catalogue = Catalogue(tmp_path, Stopped())
    for data in (float("nan"), {1, 2}, b"bytes"):
        catalogue.keep("fal", data)
    assert catalogue.read("fal") is None


def still(path: Path, data: bytes = b"picture") -> Picture:
    path.write_bytes(data)
    return Picture(path, hashlib.sha256(data).hexdigest(), "first_frame")


def test_a_picture_is_read_when_it_is_the_one_that_was_planned(tmp_path: Path) -> None:
    picture = still(tmp_path / "a.png")
    assert read_picture(picture, lambda path, _: (path.read_bytes(), "image/png"), 100) == (
        b"picture",
        "image/png",
    )
    assert data_uri(b"picture", "image/png") == "data:image/png;base64,cGljdHVyZQ=="


def test_a_picture_that_changed_is_refused_even_while_it_is_encoded(tmp_path: Path) -> None:
    picture = still(tmp_path / "a.png")

    def swapped(path: Path, _: int) -> tuple[bytes, str]:
        path.write_bytes(b"another")
        return b"another", "image/png"

    with pytest.raises(BadInput, match="not the one"):
        read_picture(picture, swapped, 100)
    with pytest.raises(BadInput, match="not the one"):
        read_picture(picture, lambda _p, _n: (b"", ""), 100)


def test_a_picture_that_is_gone_or_is_no_file_is_refused(tmp_path: Path) -> None:
    picture = still(tmp_path / "a.png")
    picture.path.rename(tmp_path / "b.png")
    for make in (
        lambda: None,
        lambda: picture.path.symlink_to(tmp_path / "b.png"),
        lambda: os.mkfifo(picture.path),
        picture.path.mkdir,
    ):
        make()
        with pytest.raises(BadInput):
            read_picture(picture, lambda path, _: (path.read_bytes(), "image/png"), 100)
        if picture.path.is_dir():
            picture.path.rmdir()
        else:
            picture.path.unlink(missing_ok=True)


def test_a_picture_that_stays_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="smaller than 3 bytes"):
        read_picture(still(tmp_path / "a.png"), lambda _p, _n: (b"1234", "image/png"), 3)


def site(tmp_path: Path, **bases: str) -> Site:
    return Site(
        secret=Secret(KEY),
        base_urls=bases,
        card=lambda: None,  # type: ignore[arg-type,return-value]
        folder=tmp_path,
        catalogue=Catalogue(tmp_path, Stopped()),
        clock=Stopped(),
        encode_picture=lambda path, _: (path.read_bytes(), "image/png"),
    )


def test_an_adapter_gets_its_default_address_or_the_users(tmp_path: Path) -> None:
    default = "https://api.example.com/v1"
    assert wire_of(site(tmp_path), "X_BASE_URL", default, BEARER).origin.host == "api.example.com"
    given = wire_of(site(tmp_path, X_BASE_URL="http://127.0.0.1:81"), "X_BASE_URL", default, BEARER)
    assert given.origin == ("http", "127.0.0.1", 81)
    with pytest.raises(BadInput) as caught:
        wire_of(site(tmp_path, X_BASE_URL="http://example.com"), "X_BASE_URL", default, BEARER)
    assert caught.value.where == "X_BASE_URL"
    assert KEY not in repr(site(tmp_path))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "2a00:1450:4001:82a::200e"]
)
def test_the_open_internet_is_open(address: str) -> None:
    assert public(address)
    assert not this_machine(address)


def test_only_plain_loopback_is_this_machine() -> None:
    assert this_machine("127.0.0.1")
    assert this_machine("::1")
    assert not this_machine("::ffff:127.0.0.1")
    assert not this_machine("localhost")


def test_the_list_of_hosts_is_exact_or_below_a_dot() -> None:
    hosts = ("fal.media", ".fal.run")
    assert on_list("fal.media", hosts)
    assert on_list("v3.fal.run", hosts)
    assert not any(
        on_list(host, hosts)
        for host in ("x.fal.media", "fal.run", ".fal.run", "notfal.run", "fal.media.", "")
    )


def test_an_address_is_taken_apart_and_shown_without_what_is_secret() -> None:
    address = take_apart("HTTPS://API.Example.com/a/b?sig=1#frag")
    assert address.origin == ("https", "api.example.com", 443)
    assert address.url.endswith("/a/b?sig=1")
    assert address.shown == "https://api.example.com"
    assert take_apart("http://[::1]:8080").shown == "http://[::1]:8080"
    with pytest.raises(WireFault) as caught:
        take_apart("https://user:hunter2@x.example/?token=abc")
    assert "hunter2" not in str(caught.value)
    assert "abc" not in str(caught.value)


def test_a_date_far_away_is_still_an_hour() -> None:
    late = NOW + timedelta(days=3650)
    assert retry_after({"retry-after": late.strftime("%a, %d %b %Y %H:%M:%S GMT")}, NOW) == 3600.0
