"""The Money screen, drawn: every sum says how well it is known, and no text breaks a line."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.tui.desk_pages import M, hostile, money_page
from tests.tui.films import HOSTILE
from tests.tui.places import inside
from tui.screens.layout import under_strip
from tui.screens.money import SECTIONS, section_lines, wide_places
from tui.theme import Look
from tui.widgets import money_lists
from tui.widgets import money_page as drawn
from tui.widgets.lines import Line
from tui.widgets.region import Region

SIZES = ((80, 24), (120, 36), (200, 60))
LOOK = Look()


def text(lines: list[Line]) -> str:
    return "\n".join("".join(span.text for span in line.spans) for line in lines)


def line_of(lines: list[Line], word: str) -> Line:
    return next(line for line in lines if word in text([line]))


def inks(line: Line) -> set[str]:
    return {span.ink for span in line.spans if span.text.strip()}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("plain", [False, True])
def test_every_section_stays_in_its_place_at_every_size(size: tuple[int, int], plain: bool) -> None:
    page, look = money_page(), Look(plain)
    area = Region(0, 2, size[0], size[1] - 5)
    for section in SECTIONS:
        wide = wide_places(area, page, section)
        for places in (under_strip(area, section), wide if size[0] >= 110 else {}):
            for name, region in places.items():
                assert inside(region, area), (name, region)
                if name not in ("strip", "wall"):
                    _fits(
                        list(section_lines(name, page, 0, region.width, region.height, look)), region, plain
                    )


def _fits(lines: list[Line], region: Region, plain: bool = False) -> None:
    assert len(lines) <= region.height
    for line in lines:
        shown = "".join(span.text for span in line.spans)
        assert cell_len(shown) <= region.width, shown
        assert shown.isprintable(), shown
        assert not plain or shown.isascii(), shown


def test_no_two_sections_of_a_large_window_overlap() -> None:
    for size in SIZES[1:]:
        area = Region(0, 2, size[0], size[1] - 5)
        for section in SECTIONS:
            places = list(wide_places(area, money_page(), section).values())
            for at, one in enumerate(places):
                assert not any(one.overlaps(other) for other in places[at + 1 :])


@pytest.mark.parametrize("foreign", HOSTILE)
def test_hostile_text_stands_in_every_section_as_plain_words(foreign: str) -> None:
    page = hostile(money_page(), foreign)
    for width, height in ((80, 19), (46, 12), (120, 40)):
        for name in SECTIONS:
            for at in (0, None):
                _fits(list(section_lines(name, page, at, width, height, LOOK)), Region(0, 0, width, height))


def test_an_unknown_sum_is_never_a_number() -> None:
    lines = money_lists.spend_lines(money_page(), None, 80, 19, LOOK)
    shown = text([line_of(lines, "establisher")])
    assert "unknown" in shown
    assert "$" not in shown
    charge = next(one for one in money_page().charges if one.certainty == "unknown")
    page = money_page()._replace(charges=(charge,))
    row = text(money_lists.charge_lines(page, None, 80, 19, LOOK)[2:3])
    assert "unknown" in row
    assert "$" not in row


def test_a_sum_that_holds_an_estimate_says_about_and_counts_what_is_unknown() -> None:
    lines = money_lists.spend_lines(money_page(), None, 120, 19, LOOK)
    assert "~$52.10" in text([line_of(lines, "action")])
    assert "+2 unknown" in text([line_of(lines, "action")])
    hero = text([line_of(lines, "hero")])
    assert " $31.40" in hero
    assert "exact" in hero
    assert "~$96.00 + 3 unknown" in text(lines[:1])


def test_a_limit_that_is_reached_needs_a_person_and_no_other_does() -> None:
    lines = drawn.budget_lines(money_page(), None, 120, 19, LOOK)
    assert "need" in inks(line_of(lines, "Harbour"))
    assert "need" not in inks(line_of(lines, "today"))
    assert "-$0.40" in text([line_of(lines, "Harbour")])


def test_without_a_plan_no_limit_is_known_instead_of_there_being_none() -> None:
    page = money_page()
    blind = page._replace(
        limits_known=False, budgets=tuple(one._replace(limit=None, left=None) for one in page.budgets)
    )
    shown = text(drawn.budget_lines(blind, None, 120, 19, LOOK))
    assert "no limit is known" in shown
    assert "no limit " not in shown.replace("no limit is known", "")
    assert "unknown" in shown


def test_an_account_says_how_old_its_reading_is_and_what_nobody_knows() -> None:
    shown = text(drawn.account_lines(money_page(), 100, 30, LOOK))
    assert "key $41.20 left, balance unknown, resets Mon 23 Nov, read 4 min ago" in " ".join(shown.split())
    assert "balance unknown, never read" in shown
    assert "your limits: $200 in all, $30 a day, 4 at once, 10 a minute" in shown


def test_a_blocked_key_says_why_and_which_key_lets_it_go_on() -> None:
    lines = drawn.account_lines(money_page(), 100, 30, LOOK)
    blocked = line_of(lines, "blocked")
    assert "key limit reached" in text([blocked])
    assert "g on its chain lets it go on" in " ".join(text(lines).split())
    assert "need" in inks(blocked)


def test_accounts_that_find_no_room_are_counted() -> None:
    lines = drawn.account_lines(money_page(), 80, 4, LOOK)
    assert len(lines) == 4
    assert "more lines" in text(lines[-1:])


def test_an_open_gate_waits_and_an_answered_one_names_who_and_why() -> None:
    lines = drawn.gate_lines(money_page(), 1, 100, 19, LOOK)
    assert "need" in inks(line_of(lines, "switch of model"))
    assert "$31.40" in text([line_of(lines, "switch of model")])
    assert "approved by Ada (producer) on Thu 19 Nov: within the week's plan" in text(lines)


def test_a_doubt_is_told_with_all_that_is_known_of_it() -> None:
    shown = text(drawn.doubt_lines(money_page(), 0, 100, 19, LOOK))
    assert "3 h ago" in shown
    assert "~$0.76" in shown
    assert "$88.20" in shown
    assert "s settle" in shown


def test_empty_sections_say_so() -> None:
    page = money_page()._replace(gates=(), doubts=(), spend=(), charges=(), days=(), charges_in_all=0)
    assert "Nothing is in doubt" in text(drawn.doubt_lines(page, 0, 80, 10, LOOK))
    assert "No gate" in text(drawn.gate_lines(page, 0, 80, 10, LOOK))
    assert "g on a chain" in text(money_lists.charge_lines(page, 0, 80, 10, LOOK))
    assert "nothing was spent" in text(money_lists.burn_lines(page, 80, 10, LOOK))
    free = page._replace(free=True)
    assert "every provider of this film is free" in text(drawn.budget_lines(free, 0, 80, 10, LOOK))


def test_what_was_left_is_drawn_over_the_days_of_the_production() -> None:
    page = money_page()
    late = page._replace(start="2026-11-01", budget=250 * M)
    assert "LEFT BY DAY" in text(money_lists.burn_lines(late, 80, 12, LOOK))
    assert "SPENT BY DAY" in text(money_lists.burn_lines(page._replace(budget=None), 80, 12, LOOK))
    assert text(money_lists.burn_lines(late, 80, 12, LOOK)) != text(
        money_lists.burn_lines(page, 80, 12, LOOK)
    )


def test_the_strip_counts_what_waits_beside_its_section() -> None:
    line = drawn.strip_line("gates", money_page(), 80, LOOK)
    assert line.width <= 80
    assert "gates 1" in text([line])
    assert next(span for span in line.spans if span.text == "gates").ink == "bright"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "never"), (3.0, "just now"), (240.0, "4 min ago"), (7200.0, "2 h ago"), (2.6e5, "3 days ago")],
)
def test_ages_are_coarse(seconds: float | None, said: str) -> None:
    assert drawn.ago(seconds) == said
