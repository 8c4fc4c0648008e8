"""Moderation says no, at the POST or once the job runs: what depends on it waits, the rest goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.desk import review, suggestions
from core.desk.person import Person
from core.studio.rates import priced_models
from tests.fakes.loopback import Refuse
from tests.fakes.openrouter import error
from tests.nights.brisk import ReplicateNight, RouterNight
from tests.nights.conftest import Open
from tests.nights.room import ON_REPLICATE, Room, a_shift, write_night
from tui.cli import main

DIRECTOR = Person("Ada", "director")
CAVE = "the bone cave of the tribe"
SHOTS: list[dict[str, Any]] = [
    {"id": "M001", "seconds": 4, "description": "the quay at dawn"},
    {"id": "M002", "seconds": 4, "seam": "text", "description": CAVE},
    {"id": "M003", "seconds": 4, "seam": "last", "description": "the boat turns"},
    {"id": "M004", "seconds": 4, "seam": "text", "description": "rain on the roofs"},
]
"""M003 begins with M002's last frame; M004 depends on nothing."""
FLAGGED = error(
    403,
    "Your chosen model requires moderation and your input was flagged",
    reasons=["violence/graphic"],
    flagged_input="the bone cave...",
    provider_name="Seed",
)
E005 = "The input or output was flagged as sensitive. Please try again with different inputs. (E005) (k3Jz)"


def refusals(room: Room) -> list[dict[str, Any]]:
    return room.p.reader.events(limit=1000, kinds=("take.refused",))


def propose(room: Room, shot: str) -> list[dict[str, Any]]:
    """As the worker does after a refusal; asked twice, it says nothing new."""
    made = suggestions.propose(room.p, room.take(shot), priced_models())
    assert suggestions.propose(room.p, room.take(shot), priced_models()) == 0
    rows = room.p.reader.table("suggestion")
    assert len(rows) == made
    return rows


def test_a_refusal_at_the_post_costs_nothing_and_is_sent_again_by_a_person_only(
    shelf: Path, router: RouterNight, open_room: Open
) -> None:
    room = open_room(write_night(shelf / "film", {"m": SHOTS}))
    room.order()
    room.run(stop=lambda: bool(router.bill) and room.states()["M001"] == "review")
    router.script("POST", "/videos$", Refuse(403, FLAGGED))
    room.run()

    assert room.states() == {"M001": "review", "M002": "ready", "M003": "planned", "M004": "review"}
    reason, note = room.pause("m")
    assert reason == "moderation"
    assert note.startswith("M002 take 1 was refused (prompt flagged): ")
    (event,) = refusals(room)
    assert event["take_id"] == room.take("M002").id
    assert (event["data"]["class"], event["data"]["flagged"]) == ("moderation", "prompt")
    assert len(router.bill) == 2
    assert room.sums() == (0, 0, sum(router.bill.values()))
    assert room.key().blocked() is None, "a refusal of one take says nothing of the key"

    rows = propose(room, "M002")
    assert rows, "what may help is proposed"
    said = " ".join(str(row["text"]) for row in rows)
    assert "other words" in said
    assert "$0.6" in said, "each with its price"

    posts = len(router.calls_to("POST", "/videos$"))
    for _ in range(3):  # the worker is started again and again
        room.run()
    assert len(router.calls_to("POST", "/videos$")) == posts, "nothing is sent until a person says so"

    room.resume()
    room.run()
    assert set(room.states().values()) == {"review"}
    assert len(router.bill) == 4
    assert room.sums() == (0, 0, sum(router.bill.values()))
    assert len(room.p.reader.takes_of("M002")) == 1, "nothing was ever made of it: it is the same take"


def test_the_worker_itself_proposes_ways_round_a_refusal_once(
    shelf: Path, router: RouterNight, open_room: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    room = open_room(write_night(shelf / "film", {"m": SHOTS[1:2]}))
    room.order()
    router.script("POST", "/videos$", Refuse(403, FLAGGED))
    room.run()  # the worker before this one ended right after the refusal
    assert a_shift(room.root) == 3
    rows = room.p.reader.table("suggestion")
    assert rows
    assert a_shift(room.root) == 3, "a restart finds the pause, and proposes nothing anew"
    assert room.p.reader.table("suggestion") == rows
    assert len(router.calls_to("POST", "/videos$")) == 1
    assert main(["suggestions", "--film", str(room.root)]) == 0
    shown = capsys.readouterr().out
    assert "other words" in shown
    assert "$0.6" in shown


def test_a_refusal_of_a_running_job_is_counted_and_a_new_take_needs_a_person(
    shelf: Path, replicate: ReplicateNight, open_room: Open
) -> None:
    film = write_night(shelf / "film", {"m": SHOTS}, defaults={"establisher": ON_REPLICATE})
    room = open_room(film)
    room.order()
    replicate.ends[2] = ("failed", E005)
    room.run()

    assert room.states() == {"M001": "review", "M002": "remote_failed", "M003": "planned", "M004": "review"}
    assert room.pause("m")[0] == "moderation"
    assert "was flagged as sensitive" in room.take("M002").note
    (event,) = refusals(room)
    assert (event["data"]["class"], event["data"]["code"]) == ("moderation", "E005")
    assert event["take_id"] == room.take("M002").id
    assert len(replicate.sent) == 3
    hold, certainty = room.p.reader.money_of(room.take("M002").id)["settle"]
    assert (hold, certainty) == (720_000, "unknown"), "what it cost is unknown, and counts as spent"
    rows = propose(room, "M002")
    assert any("other words" in str(row["text"]) for row in rows)

    for _ in range(2):
        room.run()
    room.resume()  # a person who only resumes has not ordered anything
    room.run()
    assert len(replicate.sent) == 3, "a failed take is never sent again"
    assert room.pause("m")[0] == "moderation"

    review.retake(room.p, "M002", "other words", DIRECTOR)
    room.run()
    assert len(replicate.sent) == 5
    assert [take.state for take in room.p.reader.takes_of("M002")] == ["remote_failed", "review"]
    assert room.states() == dict.fromkeys(("M001", "M002", "M003", "M004"), "review"), room.pause("m")
    made = room.take("M003")
    assert made.source_take == room.take("M002").id, "it begins with the new take's frame"


@pytest.mark.parametrize("policy", ["carry-last-good", "reanchor"])
def test_no_policy_for_unattended_nights_sends_a_refused_take_again(
    shelf: Path, replicate: ReplicateNight, open_room: Open, policy: str
) -> None:
    more = {"defaults": {"establisher": ON_REPLICATE}, "on_fail": policy}
    room = open_room(write_night(shelf / "film", {"m": SHOTS}, **more))
    room.order()
    replicate.ends[2] = ("failed", E005)
    for _ in range(2):
        room.run()
    sent = [call.json["input"]["prompt"] for call in replicate.calls_to("POST", "/predictions$")]
    assert sum(CAVE in prompt for prompt in sent) == 1
    assert room.states()["M004"] == "review"
