"""The Review screen as lines: everything has its place at every size, and foreign text stays text."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from core.studio.pages.outside import Offer
from core.studio.pages.review_rows import FrameRow, ReviewPage
from core.studio.pages.seam import Alike
from tests.tui.films import HOSTILE, salt_road
from tests.tui.review.pages import FRAMES, bare_page, full_page, full_seam, hostile_page, hostile_seam
from tui.theme import STYLES, Look
from tui.widgets import (
    review,
    review_columns,
    review_measures,
    review_offers,
    review_places,
    review_seam,
    review_sheet,
)
from tui.widgets.lines import Line
from tui.widgets.region import Region

SIZES = ((80, 24), (120, 36), (200, 60))
LOOK, PLAIN = Look(), Look(ascii=True)
ALIKE = [("hand-over", "SSIM 0.998, S105 t11 and S106 t03")]


def text_of(lines: list[Line]) -> str:
    return "\n".join("".join(span.text for span in line.spans).rstrip() for line in lines)


def panels(page: ReviewPage, size: tuple[int, int], look: Look, frames: int = 3) -> dict[str, list[Line]]:
    """Every panel of the take view as it is drawn at a size."""
    area = Region(0, 2, size[0], size[1] - 5)
    at = review_places.places(area, pictures=frames, seam=False, warned=bool(page.warnings))
    right = at["right"]
    found = {"head": review.head_lines(page, at["head"].width, at["head"].height, look)}
    if "left" in at:
        found["left"] = review_columns.left_lines(page, at["left"].width, at["left"].height, look)
        found["right"] = review_columns.right_lines(page, ALIKE, right.width, right.height, look)
    else:
        found["right"] = review_columns.narrow_lines(page, ALIKE, right.width, right.height, look)
    return found


def inside(region: Region, area: Region) -> bool:
    across = area.x <= region.x and region.right <= area.right
    return across and area.y <= region.y and region.bottom <= area.bottom


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("frames", [0, 3])
def test_the_places_fill_the_room_and_do_not_overlap(size: tuple[int, int], frames: int) -> None:
    area = Region(0, 2, size[0], size[1] - 5)
    for seam in (False, True):
        for warned in (False, True):
            at = review_places.places(area, pictures=frames, seam=seam, warned=warned)
            regions = list(at.values())
            assert all(inside(region, area) and region.area for region in regions)
            for index, one in enumerate(regions):
                assert not any(one.overlaps(other) for other in regions[index + 1 :])
            assert at["right"].bottom == area.bottom
            assert at["right"].height >= 8
            assert sum(name in at for name in review_places.PICTURES) == (
                0 if not frames else 2 if seam else 3
            )


def test_the_contact_sheet_stands_only_where_text_keeps_its_room() -> None:
    for width, height in SIZES:
        area = Region(0, 2, width, height - 5)
        at = review_places.places(area, pictures=3, seam=False, warned=True, sheet=4)
        assert sum(name in at for name in review_places.SHEET) == (4 if width == 200 else 0)
        assert at["right"].height >= (18 if width == 200 else 8)
        regions = list(at.values())
        assert all(inside(region, area) for region in regions)
        for index, one in enumerate(regions):
            assert not any(one.overlaps(other) for other in regions[index + 1 :])
        assert "sheet_0" not in review_places.places(area, pictures=0, seam=False, sheet=4)


def test_the_contact_sheet_shows_the_takes_beginning_then_other_takes_then_the_chain() -> None:
    chain = [row for row in salt_road().shots if row.chain == "harbour"][:7]
    found = review_sheet.sheet(full_page(), chain, 5)
    assert [(one.shot, one.take, one.end) for one in found[:3]] == [
        ("S106", 3, "first"),
        ("S106", 2, "last"),
        ("S106", 1, "last"),
    ]
    assert found[1].caption == "S106 t02 ends, rejected"
    assert found[2].caption == "S106 t01 ends, written off"
    assert len(found) == 5
    assert {one.shot for one in found[3:]} <= {row.id for row in chain} - {"S106"}
    assert review_sheet.sheet(full_page()._replace(take=None), chain, 5) == ()
    unframed = full_page()._replace(takes=tuple(line._replace(framed=False) for line in full_page().takes))
    assert {one.shot for one in review_sheet.sheet(unframed, (), 5)} == {"S106"}


def test_a_take_that_was_lost_calls_a_person_only_while_none_came_after_it() -> None:
    page = full_page()
    lost = review.take_lines(page, 100, 10, LOOK)[4]
    assert [span.ink for span in lost.spans if "✕" in span.text] == ["rejected"]
    newest = review.take_lines(page._replace(takes=page.takes[2:], take=1), 100, 10, LOOK)[2]
    assert [span.ink for span in newest.spans if "✕" in span.text] == ["need"]


def test_a_seed_is_never_cut() -> None:
    page = full_page()
    long = page._replace(takes=(page.takes[0]._replace(seed=4_294_967_295), *page.takes[1:]))
    assert "4294967295" in text_of(review.take_lines(long, 80, 10, LOOK))
    assert "seedance-2.0" in text_of(review.take_lines(page, 80, 10, LOOK))


def test_a_caption_in_few_cells_keeps_the_take() -> None:
    handed = full_page().frames[0]
    assert review.caption_of(handed) == "handed over by S105 t11"
    assert review.caption_of(handed, 21) == "from S105 t11"


def test_pictures_grow_with_the_window() -> None:
    rows = [
        review_places.places(Region(0, 2, width, height - 5), pictures=3, seam=False)["left_frame"].height
        for width, height in SIZES
    ]
    assert rows == sorted(rows)
    assert rows[0] >= review_places.LOW
    assert rows[2] >= 15


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("look", [LOOK, PLAIN])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_and_no_line_is_too_wide(
    text: str, look: Look, size: tuple[int, int]
) -> None:
    page = hostile_page(text)
    area = Region(0, 2, size[0], size[1] - 5)
    at = review_places.places(area, pictures=3, seam=False, warned=True)
    for frames in (0, 3):
        for name, lines in panels(page, size, look, frames).items():
            check(lines, at[name].width)
    width = at["right"].width
    check(review_columns.before_lines(page, width, 12, look), width)
    check(review.rubric_lines(page.scores, width, 12, look), width)
    check(review_offers.offer_lines((Offer(text, text),), 0, width, 12, look), width)
    seam = hostile_seam(text)
    check(review_seam.head_lines(seam, size[0], 3, look), size[0])
    check(review_seam.body_lines(seam, [(text, text)], width, 12, look), width)
    check(review_seam.side_lines(seam, width, 12, look), width)
    for frame in page.frames:
        assert review.caption_of(frame).isprintable()


def check(lines: list[Line], width: int) -> None:
    for line in lines:
        for span in line.spans:
            assert span.text.isprintable(), repr(span.text)
            assert span.ink in STYLES
        assert line.width <= width, text_of([line])


@pytest.mark.parametrize("size", SIZES)
def test_what_matters_most_stands_there_at_every_size(size: tuple[int, int]) -> None:
    shown = "\n".join(text_of(lines) for lines in panels(full_page(), size, LOOK).values())
    for said in ("S106", "for review", "t03", "WHAT CHANGED", "a green coat", "a grey coat", "is stale"):
        assert said in shown


def test_a_large_window_shows_everything() -> None:
    shown = "\n".join(text_of(lines) for lines in panels(full_page(), (200, 60), LOOK).values())
    for said in (
        "Harbour 6 of 16",
        "begins with the last frame of S105",
        "~$0.76",
        "$0.76",
        "unknown",
        "written off",
        "seedance-2.0",
        "20 Nov 10:41",
        "4 in the film wait for a verdict",
        "7     00:00:03:05  the hand slips (Ada)",
        "mind the ring (Ben); done: seen (Ada)",
        "asked make the coat grey (Ada)",
        "NOTES  1 open",
        "begins from   S105 t10",
        "length        4.00 s, 96 frames at 24",
        "hand-over     SSIM 0.998",
        "t02 character drift: her coat turns green; helped: re-anchor (open)",
        "she runs backwards; what helped: shorter",
        "visual continuity   4 of 5  Ada it holds",
        "SCORES  1 not scored",
    ):
        assert said in shown, f"{said}\n{shown}"


def test_only_what_needs_a_person_wears_the_accent() -> None:
    for size in SIZES:
        for page in (full_page(), bare_page()):
            spans = [s for lines in panels(page, size, LOOK).values() for line in lines for s in line.spans]
            assert {s.text.strip() for s in spans if s.ink == "need"} <= {"◆", "✕", "‼"}


def test_a_shot_without_a_take_says_which_key_starts_it() -> None:
    page = bare_page()
    shown = "\n".join(text_of(lines) for lines in panels(page, (120, 36), LOOK).values())
    said = "No take yet. g starts the chain; once S108 has one it is made."
    assert said in " ".join(shown.split())
    assert "nothing waits for a verdict" in shown
    assert "WHAT CHANGED" not in shown


def test_a_film_without_shots_says_what_to_write() -> None:
    assert "write one in shots/" in text_of(review.head_lines(ReviewPage(None), 80, 2, LOOK))
    for size in SIZES:
        assert panels(ReviewPage(None), size, LOOK)


def test_a_request_that_was_sent_again_is_said_to_be_the_same() -> None:
    assert "the same request" in text_of(review.change_lines(full_page()._replace(changed=()), 60, LOOK))


def test_a_part_that_is_cut_says_how_much_is_left_out() -> None:
    part = [Line() for _ in range(10)]
    lines = review_columns.stacked([part, part], 9)
    assert len(lines) == 9
    told = [text_of([line]).strip() for line in lines if line.spans]
    assert told == ["and 6 more lines", "and 8 more lines"]
    assert len(review_columns.stacked([part[:2], [], part[:2]], 9)) == 5


@pytest.mark.parametrize(
    ("cost", "certainty", "said"),
    [(760_000, "exact", "$0.76"), (760_000, "estimated", "~$0.76"), (0, "exact", "free"),
     (None, "unknown", "unknown"), (None, "", ""), (0, "estimated", "~$0.00")],
)  # fmt: skip
def test_a_cost_is_said_with_its_certainty(cost: int | None, certainty: str, said: str) -> None:
    line = full_page().takes[0]._replace(cost=cost, certainty=certainty)
    assert review.cost_of(line) == said


def test_the_end_of_the_take_is_shown_before_all_else() -> None:
    def roles(frames: tuple[FrameRow, ...], room: int) -> list[str]:
        return [frame.role for frame in review.pictured(frames, room)]

    assert roles(FRAMES, 3) == ["handed", "last", "next"]
    assert roles(FRAMES, 2) == ["handed", "last"]
    assert roles(FRAMES[1:], 3) == ["first", "last", "next"]
    assert roles(FRAMES[1:3], 3) == ["first", "last"]
    assert roles((), 3) == []


def test_frames_that_touch_are_measured_and_told() -> None:
    page = full_page()
    pairs = review_measures.pairs_of(page)
    assert [(left.role, right.role) for left, right in pairs] == [("handed", "first"), ("last", "next")]
    told = review_measures.likeness(
        [
            Alike(*pairs[0], 0.9981, (410.4, 380.0)),
            Alike(*pairs[1], None, (None, None), "this picture is missing"),
            Alike(pairs[1][1], pairs[1][0], 0.5, (1.0, 1.0)),
        ],
        pairs,
    )
    assert told == [
        ("hand-over", "SSIM 0.998, S105 t11 and S106 t03"),
        ("sharpness", "410 before, 380 after"),
        ("next opening", "not measured: this picture is missing"),
    ]
    assert review_measures.pairs_of(None) == ()


@pytest.mark.parametrize(
    ("more", "sign", "said"),
    [
        ({}, "◆", "to judge"),
        ({"sha": ""}, "·", "not there yet"),
        ({"verdict": "hold", "person": "Ada"}, "◆", "held"),
        ({"state": "good", "verdict": "approve", "person": "Ada"}, "●", "good"),
        ({"state": "fix", "verdict": "reject", "fix": "trim", "person": "Ada", "task": 4}, "✕", "to mend"),
        ({"state": "void", "verdict": "approve", "person": "Ada"}, "↻", "void"),
    ],
)
def test_a_seam_says_how_it_stands(more: dict[str, object], sign: str, said: str) -> None:
    head = text_of(review_seam.head_lines(full_seam(**more), 120, 3, LOOK))
    assert f"S105 / S106  {sign} {said}" in head
    assert "5 of 60  12 to judge in the film" in head
    body = text_of(review_seam.body_lines(full_seam(**more), ALIKE, 80, 14, LOOK))
    assert ("by Ada" in body) == ("person" in more)
    assert ("to mend by trim, task 4" in body) == ("task" in more)
    assert ("void, for a frame has changed since" in body) == (said == "void")
    assert ("before both frames lie there" in body) == ("sha" in more)


def test_a_seam_whose_take_began_elsewhere_says_so() -> None:
    page = full_seam()
    assert "began from this frame (last)" in text_of(review_seam.head_lines(page, 120, 3, LOOK))
    other = text_of(review_seam.head_lines(page._replace(continues="S105 t09"), 120, 3, LOOK))
    assert "began from S105 t09, not from what stands beside it" in other
    none = text_of(review_seam.head_lines(full_seam(right_take=None, sha=""), 120, 3, LOOK))
    assert "S106 has no take yet" in none


def test_a_line_to_copy_is_shown_whole() -> None:
    line = "scp -P 2222 ada@5.6.7.8:" + "/a_long_way" * 20 + " ."
    lines = review_offers.offer_lines((Offer("copy", line),), 0, 40, 40, LOOK)
    assert line in "".join(text_of([one])[1:] for one in lines)
    assert all(cell_len(text_of([one])) <= 40 for one in lines)
