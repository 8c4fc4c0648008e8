"""The table that every list is drawn with: pages, columns, marks, and what a draw costs."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.tui.films import HOSTILE
from tui.theme import Look
from tui.widgets.lines import Line, Span
from tui.widgets.table import Column, fit_columns, page_room, table_lines, visible

LOOK = Look()
COLUMNS = (
    Column("id", "shot", 6),
    Column("state", "state", 14, rank=1),
    Column("takes", "takes", 5, right=True, rank=2),
    Column("about", "description", 20, least=12, share=1, rank=3),
    Column("note", "note", 20, least=8, share=2, rank=4),
)
SIZES = ((80, 24), (120, 36), (200, 60))


def text_of(line: Line) -> str:
    return "".join(span.text for span in line.spans)


def row(index: int) -> tuple[Span | tuple[Span, ...], ...]:
    return (
        Span(f"S{index + 1}", "bright"),
        (Span("◆ ", "need"), Span("for review", "text")),
        Span(f"{index % 30}"),
        Span("gulls lift from the water"),
        Span("her coat turns from grey to green"),
    )


def drawn(
    count: int = 100,
    selected: int | None = 0,
    size: tuple[int, int] = (80, 24),
    marked: frozenset[int] | None = frozenset(),
    **more: object,
) -> list[Line]:
    return table_lines(COLUMNS, count, row, selected, marked, *size, LOOK, name="SHOTS", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", SIZES)
def test_no_line_is_wider_than_the_table_and_there_are_no_more_than_fit(size: tuple[int, int]) -> None:
    lines = drawn(10_000, 57, size)
    assert len(lines) == size[1]
    assert all(line.width <= size[0] for line in lines)


def test_only_the_rows_on_screen_are_composed() -> None:
    asked: list[int] = []

    def counting(index: int) -> tuple[Span, ...]:
        asked.append(index)
        return (Span(str(index)),)

    table_lines((Column("id", "", 6),), 10_000, counting, 5_000, None, 80, 24, LOOK, name="SHOTS")
    assert len(asked) == 22
    assert 5_000 in asked


def test_the_page_stands_still_while_the_selection_moves_on_it() -> None:
    pages = {visible(10_000, 24, at) for at in range(44, 66)}
    assert pages == {range(44, 66)}
    assert visible(10_000, 24, 66).start == 66
    assert page_room(24) == 22


def test_the_last_page_is_full() -> None:
    assert visible(100, 24, 99) == range(78, 100)


def test_a_selection_that_is_gone_shows_the_last_page() -> None:
    assert visible(50, 24, 4_000) == range(28, 50)


def test_the_title_says_which_rows_are_shown_of_how_many() -> None:
    assert text_of(drawn(10_000, 44)[0]) == " SHOTS  45 to 66 of 10,000"
    assert text_of(drawn(12, 0)[0]) == " SHOTS  12"
    assert text_of(drawn(412, 0, total=10_000)[0]) == " SHOTS  1 to 22 of 412, 10,000 in all"
    assert text_of(drawn(12, 0, more=(Span("  3 marked", "bright"),))[0]) == " SHOTS  12  3 marked"


def test_an_empty_table_says_what_to_press() -> None:
    lines = drawn(0, 0, empty="No shot fits. esc shows them all.", total=62)
    assert [text_of(line) for line in lines] == [
        " SHOTS  0 of 62",
        " No shot fits. esc shows them all.",
    ]


def test_the_column_that_sorts_carries_the_sign_of_its_direction() -> None:
    assert "takes▲" in text_of(drawn(sort=("takes", False))[1])
    assert "takes▼" in text_of(drawn(sort=("takes", True))[1])
    ascii_only = table_lines(
        COLUMNS, 9, row, 0, None, 80, 24, Look(ascii=True), name="SHOTS", sort=("takes", True)
    )
    assert "takesv" in text_of(ascii_only[1])


def test_the_sign_of_the_sort_moves_no_column() -> None:
    plain, sort = drawn()[2], drawn(sort=("state", True))[2]
    assert text_of(plain) == text_of(sort)


def test_numbers_stand_at_the_right_of_their_column() -> None:
    lines = drawn(30)
    end = text_of(lines[1]).index("takes") + len("takes")
    assert {text_of(line)[end - 1 : end].isdigit() for line in lines[2:]} == {True}


def test_the_selected_row_is_chosen_and_marked_ones_carry_a_sign() -> None:
    lines = drawn(30, 3, marked=frozenset({1, 3}))
    assert [at for at, line in enumerate(lines) if line.chosen] == [5]
    assert [at - 2 for at, line in enumerate(lines) if "* S" in text_of(line)] == [1, 3]
    assert text_of(lines[5]).startswith("›* S4")


def test_narrow_windows_leave_out_the_least_important_columns_first() -> None:
    kept = {width: [one.column.id for one in fit_columns(COLUMNS, width)] for width in (100, 60, 44, 30, 5)}
    assert kept[100] == ["id", "state", "takes", "about", "note"]
    assert kept[60] == ["id", "state", "takes", "about", "note"]
    assert kept[44] == ["id", "state", "takes", "about"]
    assert kept[30] == ["id", "state", "takes"]
    assert kept[5] == ["id"]


def test_columns_with_a_share_fill_the_width_and_none_goes_over_it() -> None:
    for width in range(6, 220):
        fitted = fit_columns(COLUMNS, width)
        used = sum(one.width for one in fitted) + 2 * (len(fitted) - 1)
        assert used <= width
        assert used == width or not any(one.column.share for one in fitted)


def test_spare_cells_go_to_the_columns_with_a_share() -> None:
    wide = {one.column.id: one.width for one in fit_columns(COLUMNS, 200)}
    assert wide["id"] == 6
    assert wide["takes"] == 6  # its title and the sign of the sort
    assert wide["note"] - 20 >= wide["about"] - 20 > 0


def test_text_is_cut_between_words() -> None:
    words = {"gulls", "lift", "from", "the", "water"}
    for width in range(40, 120):
        line = text_of(drawn(3, 0, (width, 10))[2])
        cut = [part for part in line.split() if part.endswith("…")]
        assert all(part[:-1] in words or part[:-1] in "her coat turns from grey to green" for part in cut)
        if "gulls" in line:
            assert all(part.rstrip("…") in words for part in line[line.index("gulls") :].split()[:2])


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_foreign_text_in_every_cell_keeps_the_columns_in_place(text: str) -> None:
    def foreign(_index: int) -> tuple[Span | tuple[Span, ...], ...]:
        return (Span(text), (Span(text), Span(text)), Span(text), Span(text), Span(text))

    for size in SIZES:
        lines = table_lines(COLUMNS, 5, foreign, 0, frozenset(), *size, LOOK, name="SHOTS")
        assert {line.width for line in lines[2:]} == {lines[1].width}
        assert all(char.isprintable() for line in lines for char in text_of(line))


def test_runs_of_several_inks_share_one_cell() -> None:
    line = drawn(1)[2]
    assert [span.ink for span in line.spans if "◆" in span.text] == ["need"]
    assert "◆ for review" in text_of(line)


@pytest.mark.parametrize("height", range(4))
def test_a_table_of_hardly_any_height_keeps_to_it(height: int) -> None:
    assert len(drawn(50, 7, (80, height))) == height


def test_a_row_with_fewer_cells_than_columns_is_filled_with_air() -> None:
    lines = table_lines(COLUMNS, 1, lambda _: (Span("S1"),), 0, None, 80, 24, LOOK, name="SHOTS")
    assert text_of(lines[2]).split() == ["›", "S1"]
    assert cell_len(text_of(lines[2])) == cell_len(text_of(lines[1]))
