"""The Gaps screen, drawn."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from core.studio.pages.gaps import KINDS, GapsPage, Place, place_of, place_of_link
from tests.tui.desk_pages import gaps_page, hostile
from tests.tui.films import HOSTILE
from tests.tui.places import inside
from tui.screens.gaps_lists import SECTIONS, together_places
from tui.screens.layout import under_strip
from tui.theme import Look
from tui.widgets import gaps as drawn
from tui.widgets.lines import Line
from tui.widgets.region import Region

LOOK = Look()


def text(lines: list[Line]) -> str:
    return "\n".join("".join(span.text for span in line.spans) for line in lines)


def lines_of(
    name: str, page: GapsPage, at: int | None, width: int, height: int, look: Look = LOOK
) -> list[Line]:
    if name == "tasks":
        return drawn.task_lines(page, at, {1}, width, height, look)
    if name == "suggestions":
        return drawn.suggestion_lines(page, at, set(), width, height, look)
    return drawn.gap_lines(page, KINDS, at, width, height, look)


def _fits(lines: list[Line], width: int, height: int, *, plain: bool = False) -> None:
    assert len(lines) <= height
    for line in lines:
        shown = "".join(span.text for span in line.spans)
        assert cell_len(shown) <= width, shown
        assert shown.isprintable(), shown
        assert not plain or shown.isascii(), shown


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
@pytest.mark.parametrize("plain", [False, True])
def test_every_list_stays_in_its_place_at_every_size(size: tuple[int, int], plain: bool) -> None:
    page, area = gaps_page(), Region(0, 2, size[0], size[1] - 5)
    found = [under_strip(area, name) for name in SECTIONS] + [together_places(area, page)]
    for places in found:
        regions = list(places.values())
        for at, region in enumerate(regions):
            assert inside(region, area)
            assert not any(region.overlaps(other) for other in regions[at + 1 :])
        for name in SECTIONS:
            if name in places:
                region = places[name]
                lines = lines_of(name, page, 0, region.width, region.height, Look(plain))
                _fits(lines, region.width, region.height, plain=plain)


@pytest.mark.parametrize("foreign", HOSTILE)
def test_hostile_text_stands_in_every_list_as_plain_words(foreign: str) -> None:
    page = hostile(gaps_page(), foreign)
    for width, height in ((80, 19), (44, 9), (120, 40), (80, 3)):
        for name in SECTIONS:
            for at in (0, None):
                _fits(lines_of(name, page, at, width, height), width, height)


def test_a_late_task_and_one_without_an_owner_need_somebody() -> None:
    lines = lines_of("tasks", gaps_page(), None, 120, 19)
    late = next(line for line in lines if "grade S101" in text([line]))
    nobody = next(line for line in lines if "clear the song" in text([line]))
    assert {"late", "2026-11-18"} <= {span.text.strip() for span in late.spans if span.ink == "need"}
    assert {"nobody"} == {span.text.strip() for span in nobody.spans if span.ink == "need"}


def test_the_chosen_task_says_what_hangs_on_it_and_where_it_comes_from() -> None:
    shown = text(lines_of("tasks", gaps_page(), 0, 80, 19))
    assert "the client sees it cold" in shown
    assert "shot:S101" in shown
    without = text(lines_of("tasks", gaps_page(), 1, 80, 19))
    assert "nobody said what hangs on it" in without
    assert "why does this exist?" in without


def test_a_suggestion_shows_its_price_its_reason_and_an_earlier_verdict_on_the_like() -> None:
    shown = text(lines_of("suggestions", gaps_page(), 0, 120, 25))
    assert "max $0.82" in shown
    assert "about $0.76" in shown
    assert "moderation of openrouter" in shown
    assert "#4 (91%), rejected: too vague" in shown
    assert "unknown" in text(lines_of("suggestions", gaps_page(), 1, 120, 25))
    assert "rejected" in shown


def test_what_is_uncertain_says_why_and_what_to_type() -> None:
    shown = text(lines_of("uncertain", gaps_page(), 0, 80, 19))
    assert "it counts as spent" in shown
    assert "rushes reconcile S205" in shown
    assert "~$0.76" in shown


def test_a_files_path_is_cut_from_its_left() -> None:
    shown = text(lines_of("uncertain", gaps_page(), None, 60, 19))
    assert "…bour.toml:41" in shown


def test_what_was_not_looked_through_yet_is_not_said_to_be_nothing() -> None:
    page = gaps_page()._replace(gaps=None)
    assert "looking through" in text(lines_of("uncertain", page, 0, 80, 19))
    assert "No gap" in text(lines_of("uncertain", page._replace(gaps=()), 0, 80, 19))


def test_empty_lists_say_what_to_press() -> None:
    empty = GapsPage()
    assert "i adds one" in text(lines_of("tasks", empty, 0, 80, 19))
    assert "Nothing is suggested" in text(lines_of("suggestions", empty, 0, 80, 19))


def test_each_gap_leads_to_the_place_where_it_is_answered() -> None:
    places = [place_of(gap) for gap in gaps_page().gaps or ()]
    assert places == [
        Place("money", "S205", 1),
        Place("board", chain="salt-pan"),
        Place("board", "S108"),
        Place("board", "S109"),
        Place("review", "S102"),
        Place("tasks", ident=5),
        Place(""),
    ]


def test_a_source_leads_to_its_shot_and_take_and_a_document_nowhere() -> None:
    assert place_of_link("take:S101/2") == Place("review", "S101", 2)
    assert place_of_link("shot:S101") == Place("review", "S101")
    assert place_of_link("task:3") == Place("tasks", ident=3)
    assert place_of_link("document:script.md#pitch") == Place("")
    assert place_of_link("") == Place("")
    assert place_of_link("take:S101/x") == Place("review", "S101", None)
