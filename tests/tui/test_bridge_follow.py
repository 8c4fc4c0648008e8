"""Reading: once at the start, after each change, and never for nothing."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from core.base.errors import BadInput, RushesError, WaitsForPerson
from tests.tui.fake_desk import FakeDesk
from tests.tui.films import salt_road, short_film
from tui.bridge import (
    Committed,
    Glanced,
    Order,
    Quoted,
    Said,
    Unreadable,
    Value,
    carry_out,
    follow,
    same_film,
    watch_folder,
)


@contextmanager
def following(desk: FakeDesk) -> Iterator[tuple[list[Value], Event]]:
    seen: list[Value] = []
    stop, nudge = Event(), Event()
    thread = Thread(target=follow, args=(desk, seen.append, stop, nudge))
    thread.start()
    try:
        yield seen, nudge
    finally:
        stop.set()
        nudge.set()
        thread.join(5)
        assert not thread.is_alive()


def wait(true: Callable[[], object]) -> None:
    for _ in range(500):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("never came about")


def test_the_film_is_read_once_at_the_start_and_again_after_a_change() -> None:
    desk = FakeDesk(short_film())
    with following(desk) as (seen, _):
        wait(lambda: seen)
        looks = desk.looks
        wait(lambda: desk.looks >= looks + 3)
        assert desk.readings == 1
        desk.becomes(salt_road())
        wait(lambda: len(seen) == 2)
    assert seen == [Glanced(short_film()), Glanced(salt_road())]


def test_a_reading_that_differs_in_nothing_but_elapsed_time_is_not_sent_but_its_commit_is_told() -> None:
    """What a screen's own page shows may have changed with it."""
    film = salt_road()
    later = film._replace(
        chains=tuple(row._replace(current_since_s=99.0) for row in film.chains),
        worker=film.worker._replace(heartbeat_age_s=3.0),
    )
    assert same_film(film, later)
    desk = FakeDesk(film)
    with following(desk) as (seen, _):
        wait(lambda: seen)
        desk.becomes(later)
        wait(lambda: len(seen) == 2)
    assert desk.readings == 2
    assert seen == [Glanced(film), Committed()]


def test_a_burst_of_changes_is_read_at_most_five_times_a_second() -> None:
    desk = FakeDesk(salt_road())
    with following(desk) as (seen, _):
        wait(lambda: seen)
        before, began = desk.readings, time.monotonic()
        while time.monotonic() - began < 1.0:
            desk.touch()
            time.sleep(0.005)
        assert desk.readings - before <= 6


def test_a_film_that_cannot_be_read_is_said_once_and_read_again_at_the_next_change() -> None:
    desk = FakeDesk(salt_road())
    with following(desk) as (seen, nudge):
        wait(lambda: seen)
        desk.fault = BadInput("unknown key 'moood'", where="shots/harbour.toml:12", nearest="mood")
        desk.touch()
        wait(lambda: len(seen) == 2)
        nudge.set()
        wait(lambda: desk.readings >= 3)
        desk.fault = None
        nudge.set()
        wait(lambda: len(seen) == 3)
    fault = seen[1]
    assert isinstance(fault, Unreadable)
    assert fault.lines == ("shots/harbour.toml:12: unknown key 'moood' (did you mean 'mood'?)",)
    assert seen[2] == Glanced(salt_road())


def test_every_refusal_becomes_a_clean_sentence() -> None:
    desk = FakeDesk(salt_road())
    desk.refuse.append(RushesError("the key is \x1b[31mblocked", todo="wait until Monday"))
    said = carry_out(desk, Order("go", chain="harbour"))
    assert said == Said("the key is blocked  → wait until Monday", False, "go")


def test_what_the_system_refuses_is_a_sentence_with_a_short_path() -> None:
    desk = FakeDesk(salt_road(), Path("/films/salt"))
    clip = "/films/salt/takes/S1/S1_t001.mp4"
    cases = {
        OSError(errno.ENOSPC, "No space left on device", clip): "the disk is full",
        OSError(errno.EACCES, "Permission denied", clip): "no permission to write here",
        OSError(errno.EIO, "Input/output error", clip): "input/output error",
    }
    for error, words in cases.items():
        desk.refuse.append(error)
        said = carry_out(desk, Order("pause"))
        assert isinstance(said, Said)
        assert not said.good
        assert said.text.startswith(words)
        assert said.text.endswith("(takes/S1/S1_t001.mp4)")


def test_a_reading_that_the_system_refuses_is_tried_again_by_itself() -> None:
    desk = FakeDesk(salt_road())
    desk.fault = PermissionError(errno.EACCES, "Permission denied", "/films/salt-road/shots")
    with following(desk) as (seen, _):
        wait(lambda: seen)
        desk.fault = None
        wait(lambda: len(seen) == 2)
    assert isinstance(seen[0], Unreadable)
    assert seen[0].lines[0] == "no permission to write here"
    assert seen[1] == Glanced(salt_road())


def test_a_sum_that_grew_after_the_yes_is_put_to_the_person_again() -> None:
    desk = FakeDesk(salt_road())
    desk.price = 820_000
    desk.refuse.append(WaitsForPerson("it costs more by now"))
    order = Order("retake", shot="S1", agreed=True, most=760_000)
    assert carry_out(desk, order) == Quoted(order, 820_000, "S1 take 4: at most $0.82", again=True)


def test_every_act_reaches_the_desk_with_its_arguments() -> None:
    desk = FakeDesk(salt_road())
    orders = [
        Order("go", chain="harbour", agreed=True, most=5),
        Order("pause", chain="harbour"),
        Order("approve", shot="S1", take=2, note="good"),
        Order("reject", shot="S1", take=2, note="bad"),
        Order("hold", shot="S1", take=2),
        Order("retake", shot="S1", note="again", agreed=True),
        Order("settle", shot="S1", how="adopt", job="j-1"),
        Order("assemble", rough=True),
        Order("fail", shot="S1", take=2, category="hands", broke="six", cause="c", workaround="w"),
    ]
    answers = [carry_out(desk, order) for order in orders]
    assert all(isinstance(said, Said) and said.good for said in answers)
    assert desk.calls == [
        ("go", "harbour", True, 5),
        ("pause", "harbour"),
        ("approve", "S1", 2, "good"),
        ("reject", "S1", 2, "bad"),
        ("hold", "S1", 2, ""),
        ("retake", "S1", "again", True, None),
        ("settle", "S1", "adopt", "j-1"),
        ("assemble", True),
        ("fail", "S1", 2, "hands", "six", "c", "w"),
    ]


def test_a_saved_shot_file_and_a_replaced_film_json_are_hinted_at(tmp_path: Path) -> None:
    (tmp_path / "shots").mkdir()
    film = tmp_path / "film.json"
    film.write_text("{}")
    stop, nudge = Event(), Event()
    thread = Thread(target=watch_folder, args=(FakeDesk(salt_road(), tmp_path), stop, nudge))
    thread.start()

    def hinted(act: Callable[[int], object]) -> None:
        # The watch stands some milliseconds after the thread does, so the act is done again.
        for turn in range(40):
            act(turn)
            if nudge.wait(0.25):
                break
        assert nudge.is_set()
        time.sleep(0.5)
        nudge.clear()

    def swap(turn: int) -> None:
        part = tmp_path / "shots" / ".part"
        part.write_text(f'{{"turn": {turn}}}')
        part.replace(film)

    try:
        hinted(lambda turn: (tmp_path / "shots" / "harbour.toml").write_text(str(turn)))
        hinted(swap)
        hinted(lambda turn: film.write_text(str(turn)))
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
