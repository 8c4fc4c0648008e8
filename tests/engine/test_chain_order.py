"""A chain from order to review: who begins with what, and what waits for whom."""

from __future__ import annotations

import hashlib

import pytest

from core.base import crash
from core.ledger.views import Reader
from tests.support.films import shots
from tests.support.stage import Build, failed


class Died(BaseException):
    """The worker is dead at a named point."""


def test_five_shots_are_made_in_order_each_from_the_last_frame_of_the_one_before(build: Build) -> None:
    film = build({"a": shots("A", 5)})
    film.make()
    names = [f"A{n:03d}" for n in range(1, 6)]
    assert film.posted() == [(name, 1) for name in names]
    assert [film.states(name) for name in names] == [["review"]] * 5
    takes = [film.take(name) for name in names]
    assert takes[0].in_sha == ""
    for before, after, post in zip(takes, takes[1:], film.provider.posts[1:], strict=False):
        last = film.p.files(before.shot, 1).last
        assert hashlib.sha256(last.read_bytes()).hexdigest() == before.last_sha
        assert after.in_sha == before.last_sha == post.body["first"]
        assert after.source_take == before.id


def test_the_frame_goes_back_with_what_the_provider_left_beside_it(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.make()
    first = film.provider.requests[-1].first_frame
    assert first is not None
    assert first.carried == {"fake": "job-1"}


def test_the_next_shot_is_ready_in_the_same_transaction_as_the_frame(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.order()
    outside = Reader(film.p.reader.path)
    seen = set()

    def look(point: str) -> None:
        if not point.endswith(".in"):  # a rollback journal lets a reader in between transactions
            states = [outside.takes_of(name)[0].state for name in ("A001", "A002")]
            seen.add((states[0] in ("framed", "review"), states[1] != "planned"))

    crash.hook = look
    film.run()
    outside.close()
    assert seen == {(False, False), (True, True)}


def test_a_death_inside_the_frames_transaction_leaves_neither_half(build: Build) -> None:
    for place, framed, following in (("in", "verified", "planned"), ("after", "framed", "ready")):
        film = build({"a": shots("A", 2)})
        film.order()

        def die(point: str, at: str = f"take.framed.{place}") -> None:
            if point == at:
                raise Died

        crash.hook = die
        try:
            film.run()
        except Died:
            crash.hook = None
        assert film.all_states() == {"A001": framed, "A002": following}


def test_an_omitted_shot_hands_through_from_the_one_before(build: Build) -> None:
    plan = shots("A", 4)
    plan[1]["omitted"] = True
    film = build({"a": plan})
    film.make()
    assert film.posted() == [("A001", 1), ("A003", 1), ("A004", 1)]
    assert film.take("A003").in_sha == film.take("A001").last_sha


def test_a_shot_omitted_after_it_was_ordered_is_cancelled_and_handed_through(build: Build) -> None:
    plan = shots("A", 3)
    film = build({"a": plan})
    film.order()
    plan[1]["omitted"] = True
    film.rewrite({"a": plan})
    film.run()
    assert film.all_states() == {"A001": "review", "A002": "cancelled", "A003": "review"}
    assert film.take("A003").in_sha == film.take("A001").last_sha


def test_a_shot_taken_out_of_the_film_after_it_was_ordered_is_cancelled(build: Build) -> None:
    film = build({"a": shots("A", 3)})
    film.order()
    film.rewrite({"a": shots("A", 2)})
    film.run()
    assert film.all_states() == {"A001": "review", "A002": "review", "A003": "cancelled"}


def test_an_inserted_shot_is_picked_up_by_the_next_run_and_nothing_else_is(build: Build) -> None:
    plan = shots("A", 3)
    film = build({"a": plan})
    film.make()
    film.rewrite({"a": [*plan[:2], {"id": "A002A"}, plan[2]]})
    quoted = film.order()
    assert [want.shot for want in quoted.wanted] == ["A002A"]
    film.run()
    assert film.posted()[3:] == [("A002A", 1)]
    assert film.take("A002A").in_sha == film.take("A002").last_sha


def test_board_and_text_shots_go_on_while_what_hangs_on_a_failure_waits(build: Build) -> None:
    plan = shots("A", 4)
    plan[2]["seam"], plan[3]["seam"] = "text", "board"
    plan[3]["environment"] = "quay"
    film = build({"a": plan}, board="quay")
    film.provider.statuses.append(failed())
    film.make()
    assert film.all_states() == {
        "A001": "remote_failed",
        "A002": "planned",
        "A003": "review",
        "A004": "review",
    }
    assert film.take("A003").in_sha == ""
    assert film.take("A004").source_take is None


def test_a_board_shot_takes_its_plate_along(build: Build) -> None:
    film = build({"a": shots("A", 1, seam="board", environment="quay")}, board="quay")
    film.make()
    pictures = film.provider.requests[-1].references
    assert [(picture.role, picture.path.name) for picture in pictures] == [("board", "quay.jpg")]


def test_an_anchored_shot_waits_for_its_shot_in_another_chain(build: Build) -> None:
    film = build(
        {"a": shots("A", 2), "b": shots("B", 2, seam="anchor")}, heads={"b": 'anchor = "A002:first"'}
    )
    film.order()
    film.run("b")
    assert film.posted() == []
    assert film.pause_of("b") == "", "it will come: nobody has to act"
    film.run("a", "b")
    assert film.all_states() == dict.fromkeys(("A001", "A002", "B001", "B002"), "review")
    assert [film.take(name).in_sha for name in ("B001", "B002")] == [film.take("A002").first_sha] * 2


def test_an_anchor_in_a_file_needs_no_other_shot(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    (film.root / "refs").mkdir()
    (film.root / "refs/master.png").write_bytes(b"a picture")
    film.rewrite({"a": shots("A", 1, seam="anchor")}, heads={"a": 'anchor = "refs/master.png"'})
    film.make()
    assert film.take("A001").in_sha == hashlib.sha256(b"a picture").hexdigest()


def test_an_anchor_whose_frames_are_gone_is_cut_again_from_its_clip(build: Build) -> None:
    film = build({"a": shots("A", 1), "b": shots("B", 1, seam="anchor")}, heads={"b": 'anchor = "A001"'})
    film.make(chain="a")
    last = film.p.files("A001", 1).last
    last.unlink()
    film.make(chain="b")
    assert film.states("B001") == ["review"]
    assert hashlib.sha256(last.read_bytes()).hexdigest() == film.take("B001").in_sha


def test_a_lost_clip_holds_what_would_begin_from_it_and_says_so(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.make(to_shot="A001")
    files = film.p.files("A001", 1)
    files.last.unlink()
    files.clip.unlink()
    film.make()
    assert film.states("A002") == ["planned"]
    assert "clip of A001 take 1 is gone" in film.p.reader.chain("a")[2]


@pytest.mark.parametrize("board", ["", "quay"], ids=["words only", "a plate to fall back on"])
def test_a_bridge_waits_for_the_shot_it_must_arrive_at(build: Build, board: str) -> None:
    plan = shots("A", 3, environment=board)
    plan[1]["seam"], plan[2]["seam"] = "bridge", "text"
    film = build({"a": plan}, board=board)
    film.make()
    assert film.posted() == [("A001", 1), ("A003", 1), ("A002", 1)]
    request = film.provider.requests[-1]
    assert request.shot == "A002"
    assert request.first_frame is not None
    assert request.first_frame.sha == film.take("A001").last_sha
    assert request.last_frame is not None
    assert request.last_frame.sha == film.take("A003").first_sha
    assert film.events().count("take.planned") == 3, "ordered, and never put back"


def test_a_bridge_to_a_shot_nobody_ordered_arrives_at_its_plate(build: Build) -> None:
    plan = shots("A", 3, environment="quay")
    plan[1]["seam"], plan[2]["seam"] = "bridge", "text"
    film = build({"a": plan}, board="quay")
    film.make(to_shot="A002")
    arrival = film.provider.requests[-1].last_frame
    assert arrival is not None
    assert arrival.path.name == "quay.jpg"


def test_a_keyframe_shot_gets_the_key_frame_and_no_carried_state(build: Build) -> None:
    plan = shots("A", 2)
    plan[1]["seam"] = "keyframe"
    film = build({"a": plan})
    film.make()
    first = film.provider.requests[-1].first_frame
    assert first is not None
    assert first.path == film.p.files("A001", 1).key
    assert first.carried is None
    assert film.take("A002").in_sha == first.sha != film.take("A001").last_sha


def test_a_shot_waits_for_the_shots_it_refers_to(build: Build) -> None:
    film = build({"a": [{"id": "A001", "references": ["B001"]}], "b": shots("B", 1)})
    film.order()
    film.run("a")
    assert film.posted() == []
    film.run("b", "a")
    assert [picture.role for picture in film.provider.requests[-1].references] == ["reference"]
    assert film.provider.requests[-1].references[0].sha == film.take("B001").last_sha


def test_a_shot_whose_reference_failed_waits_for_a_person(build: Build) -> None:
    film = build({"a": [{"id": "A001", "references": ["B001"]}], "b": shots("B", 1)})
    film.provider.statuses.append(failed())
    film.order()
    film.run("b", "a")
    assert film.posted() == [("B001", 1)]
    assert film.pause_of("a") == "refused"


def test_a_restart_in_the_middle_makes_nothing_again(build: Build) -> None:
    film = build({"a": shots("A", 4)})
    film.order()
    film.run(stop=lambda: len(film.provider.posts) >= 2)
    assert len(film.provider.posts) == 2
    film.reopen()
    film.run()
    assert film.posted() == [(f"A{n:03d}", 1) for n in range(1, 5)]


def test_a_chain_that_is_told_to_stop_sends_nothing_more(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.order()
    film.run(stop=lambda: True)
    assert film.posted() == []
    assert film.pause_of() == ""
