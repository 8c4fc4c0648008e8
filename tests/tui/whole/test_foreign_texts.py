"""Bad texts in every place where foreign text can stand, on every panel at three sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

import pytest
from rich.cells import cell_len

from core.studio.pages import matrix
from core.studio.pages.doctor import Check, DoctorPage
from core.studio.pages.failures import Before, Tried
from core.studio.pages.matrix_rows import COLUMNS, MatrixPage, Query
from core.studio.pages.money import MoneyPage
from core.studio.pages.outside import Offer
from core.studio.rows import FaultRow, Glance
from tests.tui.desk_pages import card_page, gaps_page, hostile, money_page
from tests.tui.failures_film import catalogue
from tests.tui.films import hostile_film
from tests.tui.review.pages import hostile_page, hostile_seam
from tests.tui.test_matrix_page import salt_sight
from tests.tui.whole.foreign import ALL, WORST
from tests.tui.whole.gallery import DIARY, SIZES, diary_page
from tui.screens import money
from tui.screens.palette import Found
from tui.screens.shared import Shared
from tui.screens.standing import standing
from tui.theme import Look
from tui.widgets import (
    card,
    chains,
    diary,
    doctor,
    failures,
    failures_page,
    foot,
    gaps,
    header,
    legend,
    palette,
    review,
    review_columns,
    review_offers,
    review_seam,
    shot,
    small,
    takes,
    waiting,
)
from tui.widgets.foot import Notice
from tui.widgets.lines import Line, literal
from tui.widgets.matrix import MatrixView, matrix_lines
from tui.widgets.panel import strip_of

LOOK = Look()
Lines = Sequence[Line]
Panel = Callable[[str, int, int], Iterable[Lines]]
"""Bad text, width and height to what one panel, or each part of one screen, shows."""


def film(text: str) -> Glance:
    """As `hostile_film`, and with faults; ids, which the film's loader refuses, stay."""
    return hostile_film(text)._replace(faults=(FaultRow(text, 3, text, text), FaultRow(text, 0, text, "")))


def board(text: str, width: int, height: int) -> Iterator[Lines]:
    read = film(text)
    yield [header.header_line(read, width, LOOK)]
    yield chains.chain_lines(read, "S106", width, height, LOOK)
    yield waiting.waiting_lines(read, 1, width, height, LOOK)
    yield takes.take_lines(read, "S106", width, height, LOOK, frozenset({"S106"}))
    yield [shot.shot_line(read, "S106", width, LOOK)]
    yield shot.says_lines(read, "S106", width, 4, LOOK)
    yield shot.detail_lines(read, "S106", read.waiting[0], width, height, LOOK)
    yield shot.said_lines(text, width, 6, LOOK)
    yield failures.failure_lines(read, width, height, LOOK)
    yield foot.event_lines(read.events, width, height, LOOK, titled=True)


def small_board(text: str, width: int, height: int) -> Iterator[Lines]:
    yield small.small_lines(film(text), width // 2, height // 2, LOOK)


def notices(text: str, width: int, height: int) -> Iterator[Lines]:
    """Faults of reading and of files, what an act came to, the prompt of a line."""
    yield [foot.notice_line(Notice(text, "need"), width, LOOK)]
    yield [foot.notice_line(foot.faults_of(film(text)), width, LOOK)]
    yield [foot.notice_line(standing(Shared(LOOK, glance=film(text), notice=Notice())), width, LOOK)]


@lru_cache(maxsize=1)
def bad_money(text: str) -> MoneyPage:
    few = money_page()
    page: MoneyPage = hostile(few._replace(charges=few.charges[:20]), text)
    return page


def money_screen(text: str, width: int, height: int) -> Iterator[Lines]:
    page = bad_money(text)
    for section in money.SECTIONS:
        yield money.section_lines(section, page, 0, width, height, LOOK)


def gaps_screen(text: str, width: int, height: int) -> Iterator[Lines]:
    page = hostile(gaps_page(), text)
    yield gaps.task_lines(page, 0, frozenset(), width, height, LOOK)
    yield gaps.suggestion_lines(page, 0, frozenset(), width, height, LOOK)
    yield gaps.gap_lines(page, {}, 0, width, height, LOOK)


def failures_screen(text: str, width: int, height: int) -> Iterator[Lines]:
    page = catalogue()
    words = dict.fromkeys(("kind", "category", "broke", "cause", "workaround", "outcome", "model"), text)
    rows = tuple(row._replace(**words, at=text) for row in page.rows)
    assert page.detail is not None
    detail = page.detail._replace(
        **dict.fromkeys(("person", "origin", "lesson", "prompt", "provider", "request", "prompt_sha"), text),
        before=(Before(*(text,) * 7),),
        refused=((text, text),),
        tried=(Tried(3, text, text),),
    )
    known = tuple(one._replace(name=text, workaround=text) for one in page.categories)
    bad = page._replace(rows=rows, categories=known, detail=detail)
    yield failures_page.row_lines(bad, 0, text, width, height, LOOK)
    yield failures_page.category_lines(bad, 1, width, height, LOOK)
    yield failures_page.cost_lines(bad, width, height, LOOK)
    yield failures_page.detail_lines(rows[0], detail, width, height, LOOK)


def doctor_screen(text: str, width: int, height: int) -> Iterator[Lines]:
    rows = tuple(Check(text, state, text, text) for state in ("ok", "warning", "error", text))
    yield doctor.doctor_lines(DoctorPage(rows, False), 0, width, height, LOOK)


def diary_screen(text: str, width: int, height: int) -> Iterator[Lines]:
    """In a paragraph, a heading, an item, a quote, code and a table; as what is searched, and as a path."""
    one = text.replace("\n", " ")
    parts = (
        f"# {one}",
        text,
        f"- {one}",
        f"> {one}",
        f"```\n{text}\n```",
        f"| a | b |\n|---|---|\n| {one} | x |",
    )
    page = diary_page("\n\n".join(parts) + DIARY)._replace(path=text, trouble=text)
    for needle in ("", literal(text).casefold()):
        view = diary.DiaryView(page, diary.Spot(), needle, diary.count(page, needle))
        yield diary.diary_lines(view, width, height, LOOK)


def review_screen(text: str, width: int, height: int) -> Iterator[Lines]:
    page = hostile_page(text)
    alike = [(text, text)]
    yield review.head_lines(page, width, height, LOOK)
    yield review_columns.left_lines(page, width, height, LOOK)
    yield review_columns.right_lines(page, alike, width, height, LOOK)
    yield review_columns.narrow_lines(page, alike, width, height, LOOK)
    yield review_columns.before_lines(page, width, height, LOOK)
    yield review.rubric_lines(page.scores, width, height, LOOK)
    yield review_offers.offer_lines([Offer("play it", text)], 0, width, height, LOOK)


def seam_screen(text: str, width: int, height: int) -> Iterator[Lines]:
    page = hostile_seam(text)
    yield review_seam.head_lines(page, width, height, LOOK)
    yield review_seam.body_lines(page, [(text, text)], width, height, LOOK)
    yield review_seam.side_lines(page, width, height, LOOK)


@lru_cache(maxsize=1)
def bad_matrix(text: str) -> tuple[MatrixPage, ...]:
    """Every shot, and what the text finds as a filter."""
    sight = salt_sight()
    assert sight.snapshot is not None
    planned = tuple(
        row._replace(description=text, kind=text, provider=text, model=text)
        for row in sight.snapshot.shots[:30]
    )
    sight = sight._replace(glance=film(text), snapshot=sight.snapshot._replace(shots=planned))
    return matrix.read(sight, Query("")), matrix.read(sight, Query(literal(text)))


def matrix_screen(text: str, width: int, height: int) -> Iterator[Lines]:
    for page in bad_matrix(text):
        view = MatrixView(page, COLUMNS, "description", "S106", frozenset())
        yield matrix_lines(view, width, height, LOOK)


def the_card(text: str, width: int, height: int) -> Iterator[Lines]:
    yield card.card_lines(hostile(card_page(), text), width, height, LOOK)


def lists_of_keys(text: str, width: int, height: int) -> Iterator[Lines]:
    """A person's own settings name keys; the palette and the help are searched by foreign words."""
    yield palette.palette_lines(
        (Found("go", literal(text), literal(text), literal(text)),), 0, width, height, LOOK
    )
    yield legend.help_lines(width, "board", text, LOOK)[:height]


PANELS: tuple[Panel, ...] = (
    board,
    small_board,
    notices,
    money_screen,
    gaps_screen,
    failures_screen,
    doctor_screen,
    diary_screen,
    review_screen,
    seam_screen,
    matrix_screen,
    the_card,
    lists_of_keys,
)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.__name__)
def test_every_bad_text_stands_on_every_panel_as_plain_words(panel: Panel) -> None:
    for text in ALL:
        for width, height in SIZES if text in WORST else SIZES[:1]:
            shown = [harmless(lines, text, width, height - 5) for lines in panel(text, width, height - 5)]
            assert literally(text) in "\n".join(shown), (text[:60], width, shown)


def harmless(lines: Sequence[Line], text: str, width: int, height: int) -> str:
    """What the lines say. Raises AssertionError for a control character, a line too many or too wide."""
    assert len(lines) <= max(height, 6), text[:60]
    said = []
    for line in lines:
        own = "".join(span.text for span in line.spans)
        assert own.isprintable(), (text[:60], own)
        assert cell_len(own) <= width, (text[:60], own)
        strip = strip_of(line, width)
        assert strip.cell_length == width
        assert all(segment.control is None for segment in strip)
        said.append(own)
    return "\n".join(said)


def literally(text: str) -> str:
    """The beginning of a text as it must stand somewhere: brackets and all."""
    return literal(text)[:3].strip()
