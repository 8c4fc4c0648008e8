"""The seeds' film over the real OpenRouter adapter: the key's limit strikes at shot 59; nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.base.errors import WaitsForPerson
from core.ledger import records
from core.studio import accounts
from tests.nights.brisk import RouterNight
from tests.nights.conftest import Open
from tests.nights.room import SEEDS_FILM, a_shift, chained, write_night
from tests.support.stage import never

WHOLE = 98_280_000
"""Micro-dollars: 650 s at $0.1512."""


def lengths_paid(router: RouterNight) -> int:
    return sum(job.body["duration"] for job in router.jobs.values())


def test_62_shots_pause_at_the_key_limit_and_resume_finishes_them_at_the_very_shot(
    shelf: Path, router: RouterNight, open_room: Open
) -> None:
    room = open_room(write_night(shelf / "film", {"night": chained("N", SEEDS_FILM)}))
    quoted = room.order()
    assert (len(quoted.wanted), quoted.expected) == (62, WHOLE)
    assert quoted.upper is not None
    assert WHOLE < quoted.upper < 115_000_000
    router.exhaust(59)

    room.run()
    reason, note = room.pause("night")
    assert reason == "key_limit"
    assert note.startswith("Key limit exceeded (total limit)")
    states = room.states()
    assert [shot for shot, state in states.items() if state == "review"] == [
        f"N{n:03d}" for n in range(1, 59)
    ]
    assert states["N059"] == "ready"
    assert {states[f"N{n:03d}"] for n in (60, 61, 62)} == {"planned"}
    assert (len(router.bill), router.refused) == (58, 1)
    assert room.sums() == (0, 0, sum(router.bill.values())), "what was refused holds nothing"
    blocked = room.key().blocked()
    assert blocked is not None
    assert blocked.reason == "key_limit"

    for _ in range(2):  # a run that finds the pause, and a person who tries too early
        room.run()
        asked = len(router.calls_to("GET", "/key$"))
        with pytest.raises(WaitsForPerson, match="Key limit exceeded"):
            room.resume()
        assert len(router.calls_to("GET", "/key$")) > asked, "the probe is a free question"
    assert room.key().blocked() is not None
    assert (len(router.calls_to("POST", "/videos$")), router.refused) == (59, 1), "the probe costs nothing"

    router.lift()
    assert room.resume() == "night goes on"
    assert room.key().blocked() is None
    before = len(router.calls_to("POST", "/videos$"))
    room.run()
    assert set(room.states().values()) == {"review"}
    first = router.calls_to("POST", "/videos$")[before].json
    assert first["seed"] == room.take("N059").seed, "it goes on at the very shot"

    assert len(router.bill) == 62
    assert lengths_paid(router) == 650
    assert sum(router.bill.values()) == WHOLE
    assert room.sums() == (0, 0, WHOLE), "the ledger is the bill, to the micro-dollar"
    book = room.key().sums()
    assert (book.held, book.committed, book.settled_all) == (0, 0, WHOLE)
    owned = room.owned()
    assert set(owned) == set(router.bill)
    assert len(set(owned.values())) == 62, "one job a take"
    assert all(len(room.p.reader.takes_of(shot)) == 1 for shot in room.states())


def test_every_shot_begins_with_the_last_frame_of_the_one_before(
    shelf: Path, router: RouterNight, open_room: Open
) -> None:
    room = open_room(write_night(shelf / "film", {"night": chained("N", [4, 5, 6])}))
    room.order()
    room.run()
    bodies = [call.json for call in router.calls_to("POST", "/videos$")]
    assert "frame_images" not in bodies[0]
    for before, body in zip(("N001", "N002"), bodies[1:], strict=True):
        assert [one["frame_type"] for one in body["frame_images"]] == ["first_frame"]
        assert room.take(before).last_sha
        assert room.take(body["trace"]["trace_name"].split()[0]).in_sha == room.take(before).last_sha


def test_a_blocked_key_stops_the_other_films_of_this_user_and_their_running_jobs_come_home(
    shelf: Path, router: RouterNight, open_room: Open
) -> None:
    one = open_room(write_night(shelf / "one", {"one": chained("A", [4, 4])}))
    two = open_room(write_night(shelf / "two", {"two": chained("B", [5, 5])}))
    one.order()
    two.order()
    two.run(stop=lambda: bool(router.bill))  # its worker was told to stop while its first job runs
    assert two.states() == {"B001": "submitted", "B002": "planned"}

    router.exhaust(2)
    one.run()
    assert one.pause("one")[0] == "key_limit"
    assert len(router.bill) == 1

    posts = len(router.calls_to("POST", "/videos$"))
    two.run()
    assert two.states()["B001"] == "review", "what runs is still polled and downloaded"
    assert two.p.files("B001", 1).clip.is_file()
    reason, note = two.pause("two")
    assert reason == "key_limit"
    assert "the openrouter key is blocked: Key limit exceeded" in note
    assert len(router.calls_to("POST", "/videos$")) == posts, "the other film learns it without asking"
    with pytest.raises(WaitsForPerson):
        two.resume()

    router.lift()
    two.resume()  # one probe frees the key for all films; each chain goes on by its own person's word
    assert one.key().blocked() is None
    two.run()
    assert one.states() == {"A001": "ready", "A002": "planned"}
    one.resume()
    one.run()
    assert set(one.states().values()) | set(two.states().values()) == {"review"}
    assert one.sums()[2] + two.sums()[2] == sum(router.bill.values()) == 18 * 151_200
    assert one.key().sums().settled_all == sum(router.bill.values())


def test_a_limit_that_is_raised_too_little_pauses_before_anything_is_sent(
    shelf: Path, router: RouterNight, open_room: Open
) -> None:
    room = open_room(write_night(shelf / "film", {"night": chained("N", [4, 15])}))
    room.order()
    router.exhaust(2)
    room.run()
    assert room.pause("night")[0] == "key_limit"
    router.lift(usd=1.0)  # 15 s are $2.268
    room.resume()
    room.run()
    reason, note = room.pause("night")
    assert reason == "key_limit"
    assert "the provider left $1.00 on this key" in note
    assert len(router.calls_to("POST", "/videos$")) == 2
    router.lift(usd=10.0)
    accounts.note_accounts(room.p, [room.p.provider("openrouter")], never)  # as the worker does at its start
    room.resume()
    room.run()
    assert set(room.states().values()) == {"review"}, room.pause("night")


def test_resume_reads_the_key_anew_where_its_last_reading_is_why_the_chain_paused(
    shelf: Path, router: RouterNight, open_room: Open
) -> None:
    router.account |= {"limit": 10.0, "limit_remaining": 10.0}
    room = open_room(write_night(shelf / "film", {"night": chained("N", [4, 15])}))
    room.order()
    router.account["limit_remaining"] = 1.0  # others spent on the key meanwhile
    accounts.note_accounts(room.p, [room.p.provider("openrouter")], never)
    room.run()
    assert room.pause("night")[0] == "key_limit"
    router.lift(usd=10.0)
    room.resume()
    room.run()
    assert set(room.states().values()) == {"review"}, room.pause("night")


def test_after_a_key_limit_the_film_shows_the_account_blocked(
    shelf: Path, router: RouterNight, open_room: Open
) -> None:
    room = open_room(write_night(shelf / "film", {"night": chained("N", [4])}))
    room.order()
    router.exhaust(1)
    assert a_shift(room.root) == 3
    assert room.pause("night")[0] == "key_limit"
    assert records.accounts(room.p.reader)["openrouter"]["state"] == "blocked"
