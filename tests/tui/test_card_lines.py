"""The card on attach, drawn."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from core.studio.pages.card import CardPage
from tests.tui.desk_pages import card_page, hostile
from tests.tui.films import HOSTILE
from tui.theme import Look
from tui.widgets.card import card_lines, rows_of
from tui.widgets.lines import Line

LOOK = Look()


def text(lines: list[Line]) -> str:
    return "\n".join("".join(span.text for span in line.spans) for line in lines)


def _fits(lines: list[Line], width: int, height: int) -> None:
    assert len(lines) <= height
    for line in lines:
        shown = "".join(span.text for span in line.spans)
        assert cell_len(shown) <= width, shown
        assert shown.isprintable(), shown


def test_it_tells_what_happened_and_what_waits_on_which_key() -> None:
    lines = card_lines(card_page(), 80, 19, LOOK)
    shown = text(lines)
    assert "S106 t03, S105 t02" in shown
    assert "S101 t02 circled by Bea: the light is right" in shown
    assert "openrouter ~$12.30 for 16 requests, 2 requests of unknown cost" in shown
    assert "it still stands" in shown
    keys = [line.spans[0].text.strip() for line in lines if line.spans and line.spans[0].ink == "bright"]
    assert keys == ["1", "2", "3", "esc"]


@pytest.mark.parametrize("height", [1, 3, 6, 9, 12, 19, 40])
def test_what_waits_stays_where_there_is_no_room_for_what_happened(height: int) -> None:
    lines = card_lines(card_page(), 80, height, LOOK)
    _fits(lines, 80, height)
    if height >= 9:
        assert "take 3 to review" in text(lines)
        assert "esc" in text(lines)
    if height == 12:
        assert "rushes since" in text(lines)


@pytest.mark.parametrize("foreign", HOSTILE)
def test_hostile_text_stands_on_the_card_as_plain_words(foreign: str) -> None:
    page = hostile(card_page(), foreign)
    for width, height in ((80, 19), (120, 31), (200, 55), (40, 8)):
        _fits(card_lines(page, width, height, LOOK), width, height)


def test_it_says_its_own_height() -> None:
    assert len(card_lines(card_page(), 120, 40, LOOK)) == rows_of(card_page())


def test_a_card_without_news_is_not_worth_showing_and_says_so_all_the_same() -> None:
    nothing = CardPage(since="2026-11-19T18:40:00.000Z", asked=False, until="")
    assert not nothing.worth
    assert "nothing happened" in text(card_lines(nothing, 80, 10, LOOK))
    assert card_page().worth
    assert nothing._replace(waiting=card_page().waiting).worth
