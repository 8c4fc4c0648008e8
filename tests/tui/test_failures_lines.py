"""The Failures and Doctor screens drawn from pages, without a terminal."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from core.studio.pages.doctor import Check, DoctorPage
from tests.tui.failures_film import EMPTY, catalogue, row
from tests.tui.films import HOSTILE
from tui.theme import Look
from tui.widgets.doctor import doctor_lines, top_of
from tui.widgets.failures_page import (
    alike_of,
    category_lines,
    cost_lines,
    detail_lines,
    lost_of,
    row_lines,
)
from tui.widgets.lines import Line

LOOK = Look()
SIZES = [(46, 5), (80, 12), (118, 30), (198, 50)]


def text(lines: list[Line]) -> str:
    return "\n".join("".join(span.text for span in line.spans).rstrip() for line in lines)


def test_the_table_says_when_where_what_and_what_it_cost() -> None:
    shown = text(row_lines(catalogue(), 0, "", 160, 12, LOOK))
    assert "FAILURES  5  ~$6.80 + 1 unknown lost" in shown
    line = next(line for line in shown.splitlines() if "S410" in line)
    for part in ("20 Nov 09:03", "S410 t04", "moderation", "refused for", "say blade", "saved", "$0.00"):
        assert part in line
    assert "~$1.35" in shown


def test_the_detail_tells_where_else_it_broke_like_this_and_what_helped_there() -> None:
    page = catalogue()
    alike = alike_of(page, page.rows[0])
    assert [one.shot for one in alike] == ["S203"]
    shown = text(detail_lines(page.rows[0], page.detail, 78, 40, LOOK, alike))
    assert "ALSO  character drift" in shown
    assert "S203 t02    older by ten years (helped: re-anchor, saved)" in shown
    assert "ALSO" not in text(detail_lines(page.rows[1], None, 78, 40, LOOK, alike_of(page, page.rows[1])))
    many = catalogue(60)
    told = text(detail_lines(many.rows[0], None, 78, 60, LOOK, alike_of(many, many.rows[0])))
    assert told.count("older by ten years") + told.count("her coat turns") == 9
    assert "and more: tab and enter show the category alone" in told


def test_the_catalogue_gives_the_cause_a_column_only_where_what_broke_keeps_its_room() -> None:
    assert "cause" not in text(row_lines(catalogue(), 0, "", 128, 12, LOOK)).splitlines()[1]
    assert "cause" in text(row_lines(catalogue(), 0, "", 160, 12, LOOK)).splitlines()[1]


def test_ten_thousand_rows_draw_only_the_page_under_the_cursor() -> None:
    drawn: list[int] = []
    page = catalogue(10_000)

    class Rows(tuple):  # type: ignore[type-arg]
        def __getitem__(self, at: object) -> object:
            drawn.append(at)  # type: ignore[arg-type]
            return super().__getitem__(at)  # type: ignore[index]

    shown = text(row_lines(page._replace(rows=Rows(page.rows)), 7_000, "", 120, 20, LOOK))
    assert len(drawn) == 18
    assert 7_000 in drawn
    assert "of 10,000" in shown


def test_a_filter_stands_in_the_title_with_how_many_there_are_in_all() -> None:
    page = catalogue()._replace(total=40)
    shown = text(row_lines(page, 0, "category:lip", 120, 12, LOOK))
    assert "FAILURES  5 of 40" in shown
    assert "/ category:lip" in shown


def test_drafts_that_wait_are_said_with_the_key_that_shows_them() -> None:
    assert "2 proposed: G" in text(row_lines(catalogue(proposed=2), 0, "", 120, 12, LOOK))


def test_an_empty_catalogue_says_what_to_press() -> None:
    assert "f on a shot with a take says what broke" in text(row_lines(EMPTY, 0, "", 80, 12, LOOK))
    nothing = EMPTY._replace(total=9)
    assert "an empty line shows all" in text(row_lines(nothing, 0, "zebra", 80, 12, LOOK))


def test_a_category_says_what_helped_and_how_often_or_that_nothing_is_known() -> None:
    shown = text(category_lines(catalogue(), None, 110, 6, LOOK)).splitlines()
    drift, lips = (next(line for line in shown if name in line) for name in ("character drift", "lip-sync"))
    assert "re-anchor" in drift
    assert drift.endswith("4 of 5")
    assert "$4.10" in drift
    assert "none yet" in lips
    assert "~$2.70" in lips


def test_the_dearest_category_stands_first_in_the_plot() -> None:
    shown = text(cost_lines(catalogue(), 60, 5, LOOK)).splitlines()
    assert [line.split()[0] for line in shown[1:4]] == ["character", "lip-sync", "moderation"]


def test_a_sum_with_unknown_costs_is_not_the_whole() -> None:
    whole = catalogue().shown
    assert lost_of(whole._replace(estimated=False, unknown=0)) == "$6.80"
    assert lost_of(whole._replace(known=None, unknown=2)) == "unknown"
    assert lost_of(EMPTY.shown) == "$0.00"


def test_the_detail_tells_everything_known_and_how_to_say_the_rest() -> None:
    page = catalogue()
    shown = text(detail_lines(page.rows[0], page.detail, 80, 40, LOOK))
    for part in (
        *(
            "her coat turns from grey",
            "not said yet: e says it",
            "re-anchor",
            "what its take was billed, 20 min",
        ),
        *("t03 rejected: still green; t04 approved", "the service was busy", "style: wrong coat [open], Ada"),
        *("4f2a91c0d388", "88aa10b7c2f4", "ark:seedance-2.0", "anchor every third take", "Mara on the quay"),
    ):
        assert part in shown


def test_state_is_a_sign_and_a_word_and_errors_stand_with_what_mends_them() -> None:
    checks = (
        Check("ledger", "error", "orphan row in take", "`rushes audit --repair`"),
        Check("disk", "warning", "0.5 GB free", "free some space"),
        Check("python", "ok", "3.11.7", ""),
    )
    shown = text(doctor_lines(DoctorPage(checks, False), 0, 80, 20, LOOK))
    assert "DOCTOR  2 to see to  asking the encoder and the adapters" in shown
    assert "✕ mend  ledger  orphan row in take" in shown
    assert "`rushes audit --repair`" in shown
    assert "x mend  ledger" in text(doctor_lines(DoctorPage(checks, True), 0, 80, 20, Look(ascii=True)))
    assert "all is well" in text(doctor_lines(DoctorPage(checks[2:], True), 0, 80, 20, LOOK))


def test_the_doctors_pages_never_cut_the_check_under_the_keys() -> None:
    assert top_of([2, 2, 2, 2], 0, 5) == 0
    assert top_of([2, 2, 2, 2], 1, 5) == 0
    assert top_of([2, 2, 2, 2], 2, 5) == 2
    assert top_of([9], 0, 5) == 0


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_foreign_text_is_literal_and_fits_everywhere(hostile: str, width: int, height: int) -> None:
    words = dict.fromkeys(("shot", "category", "broke", "cause", "workaround", "outcome", "model"), hostile)
    bad = row(1, **words)
    page = catalogue(rows=(bad,))
    detail = page.detail
    assert detail is not None
    detail = detail._replace(person=hostile, origin=hostile, lesson=hostile, prompt=hostile, provider=hostile)
    page = page._replace(
        categories=tuple(c._replace(name=hostile, workaround=hostile) for c in page.categories)
    )
    checks = DoctorPage((Check(hostile, "error", hostile, hostile),), True)
    for look in (LOOK, Look(ascii=True)):
        for lines in (
            row_lines(page, 0, hostile, width, height, look),
            category_lines(page, 1, width, height, look),
            cost_lines(page, width, height, look),
            detail_lines(bad, detail, width, height, look),
            doctor_lines(checks, 0, width, height, look),
        ):
            assert len(lines) <= height
            for line in lines:
                shown = "".join(span.text for span in line.spans)
                assert shown.isprintable()
                # The title line alone may run over: the panel cuts it at its edge.
                assert cell_len(shown) <= width or line is lines[0]
