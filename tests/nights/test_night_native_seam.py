"""Seam `native` over Ark: the next shot begins with the provider's own last frame, byte for byte."""

from __future__ import annotations

import base64
from hashlib import sha256
from pathlib import Path

from tests.nights.brisk import ArkNight
from tests.nights.conftest import Open
from tests.nights.room import ON_ARK, chained, write_night


def frames_sent(ark: ArkNight) -> list[bytes | None]:
    """Per paid request: the first frame's bytes, or None without one."""
    found: list[bytes | None] = []
    for call in ark.calls_to("POST", "/tasks$"):
        parts = [part for part in call.json["content"] if part.get("role") == "first_frame"]
        found.append(base64.b64decode(parts[0]["image_url"]["url"].partition(",")[2]) if parts else None)
    return found


def test_the_next_shot_begins_with_the_providers_own_last_frame(
    shelf: Path, ark: ArkNight, open_room: Open
) -> None:
    film = write_night(
        shelf / "film", {"quay": chained("Q", [4, 5, 4], "native")}, defaults={"establisher": ON_ARK}
    )
    room = open_room(film)
    room.order()
    room.run()
    assert set(room.states().values()) == {"review"}, room.pause("quay")
    assert all(call.json["return_last_frame"] is True for call in ark.calls_to("POST", "/tasks$"))
    theirs = [ark.last_frame(name) for name in ark.bill]
    assert len(set(theirs)) == 3
    assert frames_sent(ark) == [None, theirs[0], theirs[1]]
    for shot, frame in zip(("Q001", "Q002", "Q003"), theirs, strict=True):
        assert room.p.files(shot, 1).native.read_bytes() == frame
    assert room.take("Q002").in_sha == sha256(theirs[0]).hexdigest()
    assert room.take("Q002").in_sha != room.take("Q001").last_sha, "not the frame that was cut here"


def test_a_native_frame_that_cannot_be_had_gives_way_to_the_frame_that_was_cut_here(
    shelf: Path, ark: ArkNight, open_room: Open
) -> None:
    from tests.fakes.loopback import Html

    film = write_night(
        shelf / "film", {"quay": chained("Q", [4, 5], "native")}, defaults={"establisher": ON_ARK}
    )
    room = open_room(film)
    room.order()
    ark.script("GET", r"/out/.*\.png$", Html(404), times=2)
    room.run()
    assert room.states() == {"Q001": "review", "Q002": "review"}, room.pause("quay")
    assert not room.p.files("Q001", 1).native.exists()
    cut = room.p.files("Q001", 1).last.read_bytes()
    assert frames_sent(ark) == [None, cut]
    assert len(ark.bill) == 2, "a frame that is missing costs no second take"
