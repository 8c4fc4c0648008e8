"""`rushes` itself, from its start to the line that drops, and beside a second one on the same film."""

from __future__ import annotations

import signal
import termios
from contextlib import closing
from functools import partial

import pytest

from core.ledger import records
from tests.support.terminal import modes_left_on
from tests.tui.pty.conftest import Set
from tests.tui.pty.house import PERSON, begun, on, press, repainted, see, selected

SIZES = ((80, 24), (200, 60), (120, 36), (140, 40))


def whole(cols: int, rows: list[str]) -> bool:
    """A board of this width from its rule to its key line."""
    ruled = len(rows[1]) == cols and rows[1][0] == "─"
    return ruled and any("S101" in row for row in rows[2:]) and "quit" in rows[-1]


def test_it_starts_moves_and_leaves_the_terminal_as_it_was(stage: Set) -> None:
    with stage.house.board() as one:
        begun(one)
        press(one, "down")
        on(one, "S102")
        press(one, "up")
        on(one, "S101")
        press(one, "help")
        one.until("SIGNS")
        press(one, "help_close")
        on(one, "S101")
        press(one, "quit")
        assert one.ends() == 0
        assert modes_left_on(one.sent) == set()
        assert termios.tcgetattr(one.slave) == one.before
        assert b"Traceback" not in one.sent


def test_what_is_on_screen_after_a_resize_is_what_a_repaint_draws(stage: Set) -> None:
    with stage.house.board() as one:
        begun(one)
        for cols, rows in SIZES:
            one.resize(cols, rows)
            see(one, partial(whole, cols))
            one.drain(0.6)
            shown = one.rows
            assert repainted(one) == shown, (cols, rows)
        press(one, "down")
        on(one, "S102")


def test_a_verdict_given_as_the_line_drops_is_kept_and_a_person_comes_back_to_where_they_were(
    stage: Set,
) -> None:
    with stage.house.board() as one:
        begun(one)
        press(one, "approve")
        on(one, "S102")
        assert one.hang_up() == 128 + signal.SIGHUP
    with closing(stage.film.reader()) as reader:
        given = [(row["shot"], row["verdict"], row["person"]) for row in records.verdicts(reader)]
    assert given == [("S101", "approve", PERSON)]
    with stage.house.board() as one:
        begun(one, "S102")
        press(one, "review")
        see(one, lambda rows: not selected(rows) and any("S102" in row for row in rows))
        one.drain()
        before = one.rows
        assert one.hang_up() == 128 + signal.SIGHUP
    with stage.house.board() as one:
        see(one, lambda rows: rows[2:6] == before[2:6])


def test_two_boards_on_one_film_see_each_other_s_verdicts_and_end_apart(stage: Set) -> None:
    with stage.house.board() as one, stage.house.board(120, 36) as other:
        begun(one)
        begun(other)
        press(one, "approve")
        see(other, lambda rows: any("S101" in row and "circled" in row for row in rows))
        press(other, "down")
        on(other, "S102")
        press(one, "quit")
        assert one.ends() == 0
        press(other, "up")
        on(other, "S101")
        press(other, "quit")
        assert other.ends() == 0
        assert modes_left_on(other.sent) == set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_real_program_leaves_no_mode_on(stage: Set, number: signal.Signals) -> None:
    with stage.house.board() as one:
        begun(one)
        one.process.send_signal(number)
        assert one.ends() == 128 + number
        assert modes_left_on(one.sent) == set()
        assert termios.tcgetattr(one.slave) == one.before
