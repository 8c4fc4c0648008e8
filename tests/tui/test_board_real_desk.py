"""The real desk on a small real film: what is written, what is noticed, what is refused in sentences."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from core.base.hold import hold
from core.ledger import records
from core.post.pieces import CutStopped
from core.studio import cutting
from core.studio.desk import StudioDesk
from core.studio.pages.pictures import Wish
from tests.tui.real_film import RealFilm, real_film
from tests.tui.terminal import Terminal, terminal
from tui.bridge import Glanced, Order, Quote, Quoted, Said, Unreadable, Value, carry_out, follow


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealFilm]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    settings = tmp_path / "config" / "rushes" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('name = "Ada"\nrole = "director"\n')
    made = real_film(tmp_path / "film")
    yield made
    made.ledger.close()


@pytest.fixture
def desk(film: RealFilm) -> Iterator[StudioDesk]:
    made = StudioDesk(film.places)
    yield made
    made.close()


def wait(true: Callable[[], object]) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until, "never came about"
        time.sleep(0.02)


@contextmanager
def following(desk: StudioDesk) -> Iterator[tuple[list[Value], Event]]:
    seen: list[Value] = []
    stop, nudge = Event(), Event()
    thread = Thread(target=follow, args=(desk, seen.append, stop, nudge))
    thread.start()
    try:
        wait(lambda: seen)
        yield seen, nudge
    finally:
        stop.set()
        nudge.set()
        thread.join(10)
        assert not thread.is_alive()


def said(desk: StudioDesk, order: Order) -> Said:
    answer = carry_out(desk, order)
    assert isinstance(answer, Said)
    return answer


def last(seen: list[Value]) -> Value:
    return seen[-1]


def test_a_row_says_how_a_shot_begins_and_which_frames_there_are(desk: StudioDesk) -> None:
    first, second, third = desk.glance().shots
    assert (first.seam, first.source, first.framed, first.usable) == ("text", "", 1, 1)
    assert (second.seam, second.source, second.framed, second.usable) == ("last", "S101", 1, 1)
    assert (third.seam, third.source, third.framed, third.usable) == ("last", "S102", None, None)
    assert desk.glance().last_frame == ("S102", 1)
    drawn = desk.frame("S102", 1, "first", Wish("half", 16, 4))
    assert drawn.cells[0][0] == ((60, 80, 120), (60, 80, 120))


def test_a_worker_that_starts_and_one_that_ends_are_noticed(desk: StudioDesk, film: RealFilm) -> None:
    def running(seen: list[Value]) -> bool:
        value = last(seen)
        return isinstance(value, Glanced) and value.glance.worker.running

    with following(desk) as (seen, _):
        assert not running(seen)
        with hold(film.places.lock):
            wait(lambda: running(seen))
        wait(lambda: not running(seen))


def test_the_progress_of_a_running_take_is_shown(desk: StudioDesk, film: RealFilm) -> None:
    film.take("S103", state="running")
    made = film.take_of("S103")
    with following(desk) as (seen, _), film.ledger.write() as w:
        w.event("take.progress", chain="quay", shot="S103", take_id=made.id, data={"progress": 0.5})
    assert desk.glance().chains[0].current == "S103"
    assert desk.glance().chains[0].current_progress == 0.5
    assert isinstance(last(seen), Glanced)


def test_a_shot_file_saved_mid_edit_is_named_and_the_last_good_plan_stays(
    desk: StudioDesk, film: RealFilm
) -> None:
    path = film.root / "shots" / "quay.toml"
    good = path.read_text()

    def faults(seen: list[Value]) -> int:
        value = last(seen)
        assert isinstance(value, Glanced)
        return len(value.glance.faults)

    with following(desk) as (seen, nudge):
        path.write_text(good.replace("kind", "knd", 1) + "\n[[shot")
        nudge.set()
        wait(lambda: faults(seen))
        value = last(seen)
        assert isinstance(value, Glanced)
        assert [shot.id for shot in value.glance.shots] == ["S101", "S102", "S103"]
        assert value.glance.faults[0].file == "shots/quay.toml"
        path.write_text(good)
        nudge.set()
        wait(lambda: not faults(seen))


def test_a_clip_deleted_by_hand_is_a_sentence_and_nothing_is_written(
    desk: StudioDesk, film: RealFilm
) -> None:
    (film.root / "takes" / "S101" / "S101_t001.mp4").unlink()
    answer = said(desk, Order("approve", shot="S101", take=1))
    assert not answer.good
    assert answer.text.startswith("the clip of S101 take 1 is gone")
    assert film.take_of("S101").state == "review"


def test_a_ledger_that_is_deleted_is_missed_and_never_begun_anew(desk: StudioDesk, film: RealFilm) -> None:
    aside = film.root / "aside.db"
    with following(desk) as (seen, _):
        assert said(desk, Order("hold", shot="S101", take=1)).good
        film.places.ledger.rename(aside)
        wait(lambda: isinstance(last(seen), Unreadable))
        value = last(seen)
        assert isinstance(value, Unreadable)
        assert value.lines[0] == "the ledger is gone"
        answer = said(desk, Order("approve", shot="S101", take=1))
        assert (answer.good, answer.text.split("  ")[0]) == (False, "the ledger is gone")
        assert not film.places.ledger.exists()
        aside.rename(film.places.ledger)
        wait(lambda: isinstance(last(seen), Glanced))
    assert said(desk, Order("approve", shot="S101", take=1)).good
    assert film.take_of("S101").state == "approved"


def test_a_free_film_quotes_an_exact_zero(desk: StudioDesk) -> None:
    order = Order("retake", shot="S101")
    assert carry_out(desk, Quote(order)) == Quoted(order, 0, "S101 take 2: free")
    order = Order("go", chain="quay")
    assert carry_out(desk, Quote(order)) == Quoted(order, 0, "S103 take 1: free")
    answer = carry_out(desk, Quote(Order("retake", shot="S10")))
    assert isinstance(answer, Said)
    assert "did you mean 'S10" in answer.text


def test_a_doubt_is_quoted_with_what_is_held_and_written_off(desk: StudioDesk, film: RealFilm) -> None:
    film.take("S103", state="in_doubt")
    order = Order("settle", shot="S103")
    assert carry_out(desk, Quote(order)) == Quoted(order, 760_000, "S103 take 1 in doubt, $0.76 held")
    waits = next(row for row in desk.glance().waiting if row.kind == "in_doubt")
    assert waits.question == "take 1 in doubt, $0.76 held"
    answer = said(desk, Order("settle", shot="S103", how="write_off"))
    assert answer.good, answer.text
    assert film.take_of("S103").state == "written_off"


def test_a_cut_lets_verdicts_pass_refuses_a_second_and_is_given_up_when_the_board_is_left(
    desk: StudioDesk, film: RealFilm, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = Event()

    def assemble(_p: object, _places: object, *, rough: bool, stop: Callable[[], bool]) -> None:
        begun.set()
        wait(stop)
        raise CutStopped("the cut was stopped")

    monkeypatch.setattr(cutting, "assemble", assemble)
    answers: list[Said] = []
    order = Order("assemble", rough=True)
    thread = Thread(target=lambda: answers.append(said(desk, order)))
    thread.start()
    assert begun.wait(30)
    assert said(desk, order).text.startswith("a cut is being assembled already")
    assert said(desk, Order("approve", shot="S101", take=1)).good
    desk.stop()
    thread.join(30)
    assert answers == [Said("the cut was stopped", False, "assemble")]


def rows_of_frames(one: Terminal) -> int:
    """Rows in which both frames of the film stand, each of its one colour."""
    grounds = [{cell.bg for cell in row.values()} for row in one.screen.buffer.values()]
    return sum({"3c5078", "be965a"} <= found for found in grounds)


def test_the_board_on_a_terminal_shows_judges_and_follows(film: RealFilm) -> None:
    with terminal(["-m", "tui.cli", "--film", str(film.root)]) as one:
        one.until("S103")
        one.until("a circle")
        one.until(lambda _rows: rows_of_frames(one) >= 7)
        one.drain()
        assert one.read(2.0) == b""

        one.type(b"a")
        one.until("S101 take 1 circled")
        one.until(lambda rows: any("1/3" in row for row in rows))
        one.type(b"x")
        one.until("Reject S102 t01?")
        one.type(b"n")
        one.until_gone("Reject S102")

        one.type(b"flip\rmouth moves\r")  # typed ahead, in one go
        one.until("logged for S102: mouth moves")
        one.until("FAILURES  1")

        film.take("S103", source=film.take_of("S102").id)  # another process's commit
        one.until(lambda rows: any("S103" in row and "to review" in row for row in rows))
        one.type(b"q")
        assert one.ends() == 0

    reader = film.reader()
    try:
        verdict = records.verdicts(reader)[0]
        failure = records.failures(reader)[0]
    finally:
        reader.close()
    circled = film.take_of("S101")
    assert circled.state == "approved"
    assert (verdict["verdict"], verdict["person"], verdict["role"]) == ("approve", "Ada", "director")
    assert (verdict["take_id"], verdict["sha"]) == (circled.id, circled.sha)
    assert (failure["category"], failure["broke"], failure["shot"]) == ("lip-sync", "mouth moves", "S102")


def test_a_rejected_shot_goes_on_waiting_until_there_is_another_take(
    desk: StudioDesk, film: RealFilm
) -> None:
    assert said(desk, Order("reject", shot="S101", take=1, note="too dark")).good
    rows = desk.glance().waiting
    assert [(row.kind, row.shot) for row in rows] == [("review", "S102"), ("rejected", "S101")]
    assert rows[1].question == "take 1 rejected: too dark"
    film.take("S101", n=2)
    assert desk.glance().waiting[0][:3:2] == ("review", "S101")
    assert said(desk, Order("approve", shot="S101", take=1)).good
    assert said(desk, Order("reject", shot="S101", take=2)).good
    assert "S101" not in [row.shot for row in desk.glance().waiting if row.kind == "rejected"]


def test_a_take_that_is_only_ordered_is_no_take_yet(desk: StudioDesk, film: RealFilm) -> None:
    for state in ("planned", "ready", "gated"):
        film.take("S103", n=1 + len(film.reader().takes_of("S103")), state=state)
        shot = desk.glance().shots[2]
        assert (shot.takes, shot.newest_take) == (0, None), state


def test_a_pause_is_told_with_the_title_of_its_chain_and_never_by_its_code(
    desk: StudioDesk, film: RealFilm
) -> None:
    path = film.root / "shots" / "quay.toml"
    path.write_text(path.read_text().replace('title = "quay"', 'title = "Old Quay"'))
    assert said(desk, Order("pause", chain="quay")).good
    glance = desk.glance()
    assert [row.question for row in glance.waiting if row.kind == "pause"] == ["Old Quay: paused by you"]
    assert (glance.events[0].shot, glance.events[0].text) == ("Old Quay", "paused by you")


def test_the_log_keeps_what_a_person_asks_about_and_drops_the_steps_between(
    desk: StudioDesk, film: RealFilm
) -> None:
    with film.ledger.write() as w:
        for kind in ("take.submitted", "take.running", "take.framed", "worker.started", "take.broken"):
            w.event(kind, kind, chain="quay", shot="S101")
    kinds = [row.kind for row in desk.glance().events]
    assert kinds[:2] == ["take.broken", "worker.started"]
    assert set(kinds) == {"take.broken", "worker.started", "take.review"}


def test_the_clip_of_a_shot_lies_where_its_row_says(desk: StudioDesk) -> None:
    first, _, third = desk.glance().shots
    assert Path(first.clip).is_file()
    assert third.clip == ""
