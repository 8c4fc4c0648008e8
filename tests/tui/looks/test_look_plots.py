"""Curves and bars: what they say, in any size, of any numbers."""

from __future__ import annotations

import subprocess
import sys
from itertools import product

import pytest

from tests.tui.films import HOSTILE
from tui.theme import STYLES, Look
from tui.widgets.lines import Line
from tui.widgets.plots import Bar, bars, burn_down, drift

LOOKS = [Look(), Look(ascii=True)]
NAN, INF = float("nan"), float("inf")
SPENT = [(1.0, 0.0), (2.0, 10.0), (4.0, 60.0), (9.0, 98.28)]
LIKENESS = [("S101", 0.97), ("S102", 0.95), ("S103", None), ("S104", 0.9), ("S105", 0.71), ("S106", 0.93)]


def texts(lines: list[Line]) -> list[str]:
    return ["".join(span.text for span in line.spans) for line in lines]


def ink_of(lines: list[Line], words: str) -> str:
    return next(span.ink for line in lines for span in line.spans if words in span.text)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("width", "height"), [*product((1, 5, 23, 24, 40, 79, 200), (0, 1, 3, 4, 5, 12, 40))]
)
def test_every_plot_stays_in_its_place(look: Look, width: int, height: int) -> None:
    for lines in (
        burn_down(SPENT, 250, width, height, look),
        burn_down(SPENT, 50, width, height, look),
        burn_down(SPENT, None, width, height, look),
        drift(LIKENESS, width, height, look, least=0.8),
        burn_down([], 1, width, height, look),
        drift([], width, height, look),
        bars([], width, height, look),
    ):
        assert len(lines) <= height
        assert all(line.width <= width for line in lines), (width, height, texts(lines))
        assert all(span.ink in STYLES for line in lines for span in line.spans)
        if look.ascii:
            assert all(text.isascii() for text in texts(lines))


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    "points",
    [
        [(NAN, 1.0), (1.0, NAN)],
        [(1.0, 5.0), (NAN, NAN), (2.0, INF), (3.0, -INF), (4.0, 6.0)],
        [(1.0, 5.0), (1.0, 5.0)],
        [(1.0, -5.0), (2.0, -9.0)],
        [(1.0, 0.0), (2.0, 0.0)],
        [(5.0, 9.0), (1.0, 3.0)],
        [(1e18, 1e18), (2e18, 1e-300)],
    ],
)
@pytest.mark.parametrize("budget", [None, 0.0, -3.0, NAN, INF, 1e-9, 100.0])
def test_no_number_is_too_strange_for_a_curve(
    look: Look, points: list[tuple[float, float]], budget: float | None
) -> None:
    lines = burn_down(points, budget, 60, 10, look)
    assert lines
    assert all(line.width <= 60 for line in lines)
    labelled = [(f"S{at}", value) for at, (_, value) in enumerate(points)]
    assert drift(labelled, 60, 10, look, least=budget)


def test_a_burn_down_says_what_is_left_and_where_the_pace_leads() -> None:
    lines = burn_down(SPENT, 250, 70, 10, Look())
    said = texts(lines)
    assert len(said) == 10
    assert said[0].startswith("$250 │")
    assert said[7].startswith("  $0 │")
    assert said[8].split() == ["day", "1", "day", "17"]
    assert said[9] == "$152 of $250 left   at this pace beyond day 17"
    curve = [text.partition("│")[2] for text in said[:8]]
    begins = [len(row) - len(row.lstrip()) for row in curve if row.strip()]
    assert begins[0] == 0
    assert begins == sorted(begins)


def test_money_that_ends_soon_is_dated_and_an_overdrawn_budget_needs_a_person() -> None:
    assert texts(burn_down(SPENT, 120, 70, 10, Look()))[-1].endswith("at this pace until day 11")
    over = burn_down(SPENT, 90, 70, 10, Look())
    assert texts(over)[-1] == "$8.28 over the limit of $90.00"
    assert ink_of(over, "over the limit") == "need"
    assert ink_of(burn_down(SPENT, 250, 70, 10, Look()), "left") == "text"


def test_without_a_limit_the_curve_climbs() -> None:
    said = texts(burn_down(SPENT, None, 50, 8, Look(ascii=True)))
    assert said[-1] == "$98.28 spent, no limit"
    assert said[0].rstrip().endswith("*")
    assert said[5].split("|")[1].startswith("*")


def test_a_drift_names_its_lowest_shot_and_calls_only_below_the_line() -> None:
    under = drift(LIKENESS, 60, 9, Look(), least=0.8)
    assert texts(under)[-1] == "lowest S105 0.71   look below 0.80"
    assert ink_of(under, "lowest") == "need"
    assert ink_of(drift(LIKENESS, 60, 9, Look(), least=0.5), "lowest") == "quiet"
    assert texts(drift(LIKENESS, 60, 9, Look()))[-1] == "lowest S105 0.71"
    assert texts(under)[-2].split() == ["S101", "S106"]


def test_what_nobody_measured_is_a_gap_in_the_curve() -> None:
    holed = [("a", 0.9), ("b", 0.9), ("c", None), ("d", None), ("e", 0.9), ("f", 0.9)]
    rows = [text.split("|")[1] for text in texts(drift(holed, 66, 6, Look(ascii=True)))[:4]]
    middle = len(rows[0]) // 2
    assert any("*" in row for row in rows)
    assert all(row[middle - 6 : middle + 6].strip() == "" for row in rows)


def test_bars_stand_under_each_other_and_the_largest_fills_the_room() -> None:
    rows = [Bar("S101", 9, "9"), Bar("S102", 3, "3", "need"), Bar("S103", 0, "0"), Bar("S104", 0.01, "<1")]
    lines = bars(rows, 40, 9, Look())
    assert texts(lines)[0] == "S101 " + "▇" * 31 + "   9"
    assert {line.width for line in lines} == {40}
    assert texts(lines)[2].split() == ["S103", "0"]
    assert texts(lines)[3].split() == ["S104", "▇", "<1"]
    assert [span.ink for span in lines[1].spans if "▇" in span.text] == ["need"]
    assert texts(bars(rows, 40, 3, Look()))[2] == "and 2 more"
    assert "#" in texts(bars(rows, 40, 3, Look(ascii=True)))[0]


def test_strange_values_have_no_bar_and_their_words_stay() -> None:
    rows = [Bar("a", NAN, "?"), Bar("b", INF, "inf"), Bar("c", -4, "-4"), Bar("d", 2, "2")]
    lines = bars(rows, 30, 9, Look())
    assert [("▇" in text) for text in texts(lines)] == [False, False, False, True]
    assert [text.split()[-1] for text in texts(lines)] == ["?", "inf", "-4", "2"]


@pytest.mark.parametrize("foreign", HOSTILE)
def test_foreign_text_is_drawn_as_it_is_on_one_line(foreign: str) -> None:
    lines = [
        *bars([Bar(foreign, 1, "1")], 60, 3, Look()),
        *drift([(foreign, 0.9), (foreign, 0.2)], 60, 8, Look()),
        *drift([(foreign, 0.2)], 60, 8, Look()),
    ]
    assert all(text.isprintable() for text in texts(lines))
    assert all(line.width <= 60 for line in lines)


def test_nothing_to_show_says_what_is_missing() -> None:
    assert texts(burn_down([], 10, 80, 9, Look())) == [
        "nothing is spent yet: the curve begins with the first paid take"
    ]
    assert texts(drift([("S101", None)], 80, 9, Look())) == [
        "no likeness is measured yet: it comes with the takes"
    ]
    assert texts(bars([], 80, 9, Look(), empty="no take failed")) == ["no take failed"]


def test_plotext_is_not_imported_before_the_first_curve() -> None:
    program = (
        "import sys; from tui.widgets.plots import bars, burn_down, Bar; from tui.theme import Look\n"
        "bars([Bar('a', 1, '1')], 40, 3, Look()); burn_down([(1, 2)], 3, 40, 9, Look())\n"
        "print('plotext' in sys.modules); burn_down([(1, 2), (2, 3)], 9, 40, 9, Look())\n"
        "print('plotext' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "True"]
    assert said.stderr == ""
