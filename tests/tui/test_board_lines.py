"""Widths, cuts, sums and times: what makes numbers stand still."""

from __future__ import annotations

from random import Random

import pytest
from rich.cells import cell_len

from tests.tui.films import HOSTILE, hostile_film, salt_road
from tui.screens.layout import Wants, arrange
from tui.theme import STATES, Look
from tui.widgets import panel
from tui.widgets.chains import chain_lines
from tui.widgets.figures import elapsed, share_bar, takes_bar, usd
from tui.widgets.header import header_line
from tui.widgets.lines import Line, Span, cell, fit, literal, window, wrap
from tui.widgets.panel import changed_run, strip_of


def text_of(line: Line) -> str:
    return "".join(span.text for span in line.spans)


def test_nothing_is_cut_inside_a_word() -> None:
    text = "her coat turns from grey to green"
    for width in range(8, len(text)):
        cut = fit(text, width)
        assert cell_len(cut) <= width
        assert text.startswith(cut.removesuffix("…"))
        assert text[len(cut) - 1] == " "


def test_a_word_that_alone_is_wider_than_its_place_is_cut_with_dots() -> None:
    assert fit("antidisestablishmentarianism", 10) == "antidises…"


def test_a_cell_is_as_wide_as_it_says_for_wide_characters_too() -> None:
    for width in range(1, 12):
        assert cell_len(cell("漢字かな mixed", width).text) == width


def test_wrapping_loses_no_word_and_says_when_there_was_more() -> None:
    text = "one two three four five six seven"
    assert " ".join(wrap(text, 10, 9)) == text
    assert wrap(text, 10, 2)[-1].endswith("…")


def test_wrapping_ends_on_a_text_without_spaces() -> None:
    assert "".join(wrap("x" * 95, 10, 20)) == "x" * 95


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_foreign_text_keeps_no_control_character_and_counts_its_cells(text: str) -> None:
    shown = literal(text)
    assert all(char.isprintable() or char == " " for char in shown)
    assert "\u200d" not in shown


def test_the_changed_run_of_a_line_is_as_short_as_the_change() -> None:
    old = strip_of(Line((Span("S107 running 0:40 of about"),)), 40)
    new = strip_of(Line((Span("S107 running 0:50 of about"),)), 40)
    assert changed_run(old, new) == (15, 1)
    assert changed_run(old, old) is None


def test_a_wide_character_is_never_repainted_by_half() -> None:
    old = strip_of(Line((Span("a漢b"),)), 6)
    new = strip_of(Line((Span("a字b"),)), 6)
    assert changed_run(old, new) == (1, 2)


@pytest.mark.parametrize(
    ("micro", "shown"),
    [(98_280_000, "$98.28"), (0, "$0.00"), (4_000, "<$0.01"), (None, "unknown"), (-1_500_000, "-$1.50")],
)
def test_sums_are_said_in_cents_and_unknown_is_not_zero(micro: int | None, shown: str) -> None:
    assert usd(micro) == shown


def test_elapsed_time_moves_in_coarse_steps() -> None:
    assert {elapsed(second) for second in range(70, 80)} == {"1:10"}
    assert elapsed(1000) == "16 min"
    assert elapsed(7500) == "2 h 05"


@pytest.mark.parametrize("plain", [False, True])
def test_bars_keep_their_width(plain: bool) -> None:
    look = Look(plain)
    for part in (0, 1, 7, 100, 900):
        assert sum(cell_len(span.text) for span in share_bar(part, 100, 13, look, "text")) == 13
        assert sum(cell_len(span.text) for span in takes_bar(part, (8, 20), 13, look, "text")) == 13


def test_every_sign_is_one_cell_wide_and_ascii_has_no_double() -> None:
    assert all(cell_len(state.sign) == 1 and len(state.ascii) == 1 for state in STATES)
    distinct = {state.ascii for state in STATES}
    assert len(distinct) == len(STATES) - 1  # failed and rejected share theirs, and differ by word


def test_every_ascii_line_is_ascii() -> None:
    lines = chain_lines(salt_road(), "S107", 78, 6, Look(ascii=True))
    assert all(text_of(line).isascii() for line in lines)


def test_a_window_holds_the_focused_row() -> None:
    for focus in range(30):
        assert focus in window(30, 7, focus)
        assert len(window(30, 7, focus)) == 7


def test_a_long_chain_shows_the_part_around_the_selected_shot() -> None:
    film = salt_road()
    lines = chain_lines(film, "S216", 60, 6, Look())
    assert all(line.width <= 60 for line in lines)
    assert "…" in text_of(lines[2])


@pytest.mark.parametrize("width", range(60, 201, 7))
def test_the_header_fits_and_keeps_the_worker(width: int) -> None:
    for film in (salt_road(), hostile_film("x" * 500)):
        line = header_line(film, width, Look())
        assert line.width <= width
        assert "running" in text_of(line)


@pytest.mark.parametrize(
    "wants",
    [
        Wants(4, 65, 4, 7, 10, picture=True),
        Wants(2, 13, 12, picture=True),
        Wants(),
        Wants(30, 900, 90, 9, 10, side=True),
        Wants(30, 900, 90, 9, 10, takes=True),
        Wants(30, 900, 90, 9, 10, picture=True),
    ],
)
def test_panels_lie_inside_the_window_and_never_on_each_other(wants: Wants) -> None:
    for width in (20, 60, 80, 109, 110, 120, 160, 200):
        for height in (5, 16, 20, 24, 29, 30, 36, 60):
            places = list(arrange(width, height, wants).items())
            for index, (name, region) in enumerate(places):
                where = (width, height, name, region)
                assert region.x >= 0, where
                assert region.y >= 0, where
                assert region.right <= width, where
                assert region.bottom <= height, where
                assert region.height > 0, where
                for other, place in places[index + 1 :]:
                    assert not region.overlaps(place), (where, other, place)


def test_the_run_that_changed_is_the_same_by_segments_and_by_cells() -> None:
    draw = Random(11)
    words = ("S101", "  ", "● ", "take 2", "砂丘", "e\u0301", "› ", "▇▇▁", "in doubt", "")

    def line() -> Line:
        inks = ("text", "quiet", "need", "bright")
        return Line(tuple(Span(draw.choice(words), draw.choice(inks)) for _ in range(draw.randint(0, 7))))

    differed = 0
    for _ in range(3000):
        one, other = strip_of(line(), 40), strip_of(line(), 40)
        if draw.random() < 0.3:
            other = one
        found = panel.changed_run(one, other)
        assert found == (None if one == other else panel._run_of_cells(one, other))
        differed += found is not None
    assert differed > 1000
