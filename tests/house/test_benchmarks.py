"""What a benchmark's row promises, and what its terminal can read."""

from __future__ import annotations

import math

import pytest

from benchmarks.__main__ import main
from benchmarks.report import Row, show
from tests.support.terminal import Readable, drawn, modes_left_on


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (Row("told only", "3 ms"), True),
        (Row("at its limit", "3 ms", 1.5, 1.5), True),
        (Row("over it", "3 ms", 1.51, 1.5), False),
        (Row("no byte allowed", "1 B", 1, 0, "B"), False),
        (Row("never measured", "", math.inf, None, lost="no network"), False),
    ],
)
def test_a_row_is_met_only_within_its_limit_and_never_unmeasured(row: Row, met: bool) -> None:
    assert row.met is met


def test_what_could_not_be_measured_is_said_aloud(capsys: pytest.CaptureFixture[str]) -> None:
    show("board", [Row("against a peer", "", lost="it could not be installed")])
    said = capsys.readouterr().out
    assert "NOT MEASURED  it could not be installed" in said


def test_an_unknown_benchmark_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bord"]) == 2
    assert "board, board-quick" in capsys.readouterr().err


STRANGE = b"a\x1b[>25ub\x1b]0;a title\x07c\x1bP+q544e\x1b\\d\x1b[?2026$pe\x1b[<uf\x1b_Gi=1;AAAA\x1b\\g"


@pytest.mark.parametrize("at", range(1, len(STRANGE)))
def test_what_is_no_text_is_taken_out_at_any_split_of_the_stream(at: int) -> None:
    readable = Readable()
    assert readable.feed(STRANGE[:at]) + readable.feed(STRANGE[at:]) == b"abcdefg"


def test_colours_and_moves_are_left_to_the_emulator() -> None:
    assert drawn(b"\x1b[2;3H\x1b[38;2;1;2;3mquay\x1b[0m", 8, 2) == [" " * 8, "  quay  "]


def test_a_mode_that_stays_on_is_found() -> None:
    assert modes_left_on(b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?2004l\x1b[?25h") == {b"1049"}
    assert modes_left_on(b"\x1b[>1u") == {b"kitty"}
