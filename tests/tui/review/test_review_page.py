"""What the Review screen reads and writes, on a real film: pages, notes, scores, seams."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from core.base.errors import BadInput
from core.desk import decisions
from core.desk.failures import Broke
from core.studio.desk import StudioDesk
from core.studio.pages import changes, review, review_acts, seam
from core.studio.pages.review_rows import ReviewPage
from tests.tui.real_film import RealFilm
from tests.tui.review.reviewed_film import add_take, sight_of


def page_of(desk: StudioDesk, shot: str, take: int | None = None) -> ReviewPage:
    desk.glance()
    return desk.read(lambda sight: review.read(sight, shot, take))


def seam_of(desk: StudioDesk, shot: str, named: str = "") -> seam.SeamPage:
    desk.glance()
    return desk.read(lambda sight: seam.read(sight, shot, named))


def test_a_page_shows_the_take_that_waits_among_the_others_newest_first(desk: StudioDesk) -> None:
    page = page_of(desk, "S101")
    assert (page.take, page.against, page.place, page.of) == (3, 2, 1, 6)
    assert [(line.n, line.state) for line in page.takes] == [(3, "review"), (2, "rejected"), (1, "rejected")]
    assert page.line is not None
    assert (page.line.stands, page.line.framed) == (True, True)
    assert page.waiting == 5


def test_another_take_is_shown_when_it_is_asked_for(desk: StudioDesk) -> None:
    page = page_of(desk, "S101", 1)
    assert (page.take, page.against, page.changed) == (1, None, ())
    assert page.clip.endswith("takes/S101/S101_t001.mp4")


def test_what_changed_is_told_place_by_place_and_nothing_else(desk: StudioDesk) -> None:
    told = {(one.field, one.old, one.new) for one in page_of(desk, "S101").changed}
    assert told == {
        ("prompt", "green", "grey"),
        ("prompt", "slowly", "quickly and once only"),
        ("model", "animatic:draft-1", "animatic"),
        ("seed", "102", "103"),
        ("board", "", "v2"),
    }


def test_a_changed_plan_that_shows_in_no_column_is_said(film: RealFilm, desk: StudioDesk) -> None:
    add_take(film, "S106", 1, plan_hash="a", seed=5)
    add_take(film, "S106", 2, plan_hash="b", seed=5)
    assert [one.field for one in page_of(desk, "S106").changed] == ["plan"]


def test_words_that_change_far_apart_are_told_apart_and_many_are_counted() -> None:
    old = " ".join(f"w{at} is the same here" for at in range(9))
    new = " ".join(f"x{at} is the same here" for at in range(9))
    told = changes.prompt_changes(old, new)
    assert told[0] == ("prompt", "w0", "x0")
    assert (len(told), told[-1].new) == (changes.MOST_PLACES + 1, "and 4 more places")
    assert changes.prompt_changes("one two", "one two") == ()
    assert changes.prompt_changes("a b", "a b c") == (("prompt", "", "c"),)


def test_two_endless_prompts_are_compared_at_once() -> None:
    old = " ".join(f"a{at}" for at in range(20_000))
    new = " ".join(f"b{at}" for at in range(20_000))
    began = time.process_time()
    assert len(changes.prompt_changes(f"same {old}", f"same {new}")) == 1
    assert time.process_time() - began < 2


def test_the_frames_stand_from_left_to_right(desk: StudioDesk) -> None:
    frames = [tuple(frame) for frame in page_of(desk, "S102").frames]
    assert frames == [
        ("handed", "S101", 3, "last"),
        ("first", "S102", 1, "first"),
        ("last", "S102", 1, "last"),
        ("next", "S103", 1, "first"),
    ]


def test_a_shot_without_a_take_shows_what_it_would_begin_from(desk: StudioDesk) -> None:
    page = page_of(desk, "S106")
    assert (page.takes, page.take, page.line) == ((), None, None)
    assert [frame[:3] for frame in page.frames] == [("handed", "S105", 1)]
    assert page.before is not None
    assert (page.before.shot, page.after) == ("S105", None)


def test_a_shot_that_is_not_in_the_film_is_a_page_without_one(desk: StudioDesk) -> None:
    assert page_of(desk, "S999").shot is None


def test_measures_come_from_the_sidecar_and_survive_a_stranger_in_it(
    film: RealFilm, desk: StudioDesk
) -> None:
    told = dict(page_of(desk, "S101").measures)
    assert told == {"length": "1.00 s, 24 frames at 24", "picture": "320x180, silent"}
    sidecar = film.root / "takes" / "S101" / "S101_t003.json"
    for bad in ('{"rushes_sidecar": 1, "probe": {"seconds": "x", "frames": [], "fps": 3}}', "[", "{}"):
        sidecar.write_text(bad)
        assert dict(page_of(desk, "S101").measures) == {"ordered": "24 frames at 24"}


def test_a_verdict_names_who_said_what(desk: StudioDesk) -> None:
    desk.approve("S101", 3, "the light holds")
    line = page_of(desk, "S101").line
    assert line is not None
    assert (line.state, line.verdict, line.person, line.said) == (
        "circled",
        "approve",
        "Ada",
        "the light holds",
    )


def test_a_clip_that_changed_after_its_verdict_is_warned_of(film: RealFilm, desk: StudioDesk) -> None:
    desk.approve("S101", 3, "")
    assert page_of(desk, "S101").warnings == ()
    (film.root / "takes" / "S101" / "S101_t003.mp4").write_bytes(b"another")
    assert page_of(desk, "S101").warnings == ("void: its clip has changed since Ada circled it",)


def test_a_take_that_no_longer_follows_is_said_to_be_stale(desk: StudioDesk) -> None:
    desk.reject("S101", 3, "")
    said = page_of(desk, "S102").warnings
    assert [one.partition(":")[0] for one in said] == ["take 1 is stale"]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("0:03.2 the hand slips", ("3.2", "the hand slips")),
        ("1:02 late", ("62", "late")),
        ("1:00:03.5 late", ("3603.5", "late")),
        ("3.2 slips", ("3.2", "slips")),
        ("3s slips", ("3", "slips")),
        ("00:00:03:12 slips", ("00:00:03:12", "slips")),
        ("3 gulls too many", ("", "3 gulls too many")),
        ("12:77 is no moment", ("", "12:77 is no moment")),
        ("the hand slips at 0:03", ("", "the hand slips at 0:03")),
        ("", ("", "")),
    ],
)
def test_a_moment_is_read_from_the_beginning_of_a_note(line: str, meant: tuple[str, str]) -> None:
    assert review_acts.moment_of(line) == meant


def test_a_note_with_a_moment_lands_in_the_ledger_and_is_resolved(desk: StudioDesk) -> None:
    desk.glance()
    said = desk.act(lambda film: review_acts.add_note(film, "S101", 3, "0:00.5 the hand slips"))
    assert said == "note 1 on S101 take 3 at 00:00:00:12"
    desk.act(lambda film: review_acts.add_note(film, "S101", None, "of the whole shot"))
    page = page_of(desk, "S101")
    assert [(note.id, note.take, note.timecode) for note in page.open_notes] == [
        (2, None, ""),
        (1, 3, "00:00:00:12"),
    ]
    ident, text = review_acts.note_meant("1 trimmed", page.open_notes)
    desk.act(lambda film: review_acts.resolve_note(film, ident, text))
    page = page_of(desk, "S101")
    assert [note.id for note in page.open_notes] == [2]
    assert [(note.id, note.resolved, note.resolved_by) for note in page.notes] == [
        (2, "", ""),
        (1, "trimmed", "Ada"),
    ]


def test_a_note_on_another_take_does_not_stand_here(desk: StudioDesk) -> None:
    desk.act(lambda film: review_acts.add_note(film, "S101", 2, "only of the second"))
    assert page_of(desk, "S101").notes == ()
    assert len(page_of(desk, "S101", 2).notes) == 1


def test_a_moment_after_the_end_is_refused_and_nothing_is_written(desk: StudioDesk) -> None:
    with pytest.raises(BadInput, match="after the end"):
        desk.act(lambda film: review_acts.add_note(film, "S101", 3, "0:09 too late"))
    assert page_of(desk, "S101").notes == ()


def test_a_resolved_note_without_a_number_is_the_first_open_one(desk: StudioDesk) -> None:
    with pytest.raises(BadInput, match="no note is open"):
        review_acts.note_meant("done", ())
    desk.act(lambda film: review_acts.add_note(film, "S101", 3, "a boat too many"))
    notes = page_of(desk, "S101").open_notes
    assert review_acts.note_meant("2 boats is right", notes) == (1, "2 boats is right")
    assert review_acts.note_meant("#1: cut", notes) == (1, "cut")


def test_what_a_retake_was_asked_for_stands_among_the_notes(
    desk: StudioDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.studio.acts.see_to_worker", lambda *_: "the worker started")
    desk.retake("S101", "the coat must be blue", True, 0)
    (asked,) = page_of(desk, "S101").notes
    assert (asked.kind, asked.text, asked.person) == ("asked", "the coat must be blue", "Ada")


def test_a_score_is_kept_and_every_item_has_its_line(desk: StudioDesk) -> None:
    desk.act(lambda film: review_acts.score_take(film, "S101", 3, "story clarity 4 the turn is clear"))
    scores = {one.item: one for one in page_of(desk, "S101").scores}
    assert (scores["story clarity"].score, scores["story clarity"].note) == (4, "the turn is clear")
    assert scores["visual continuity"].score is None
    assert len(scores) == 7


@pytest.mark.parametrize(
    ("line", "what"), [("story", "no points"), ("wrongly 3", "no item"), ("story 9", "no score")]
)
def test_a_score_nobody_can_read_is_refused(desk: StudioDesk, line: str, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        desk.act(lambda film: review_acts.score_take(film, "S101", 3, line))


def test_a_failure_of_the_kind_is_told_with_what_helped(desk: StudioDesk) -> None:
    desk.fail("S101", 3, "camera", "it tips", "", "lock it")
    page = page_of(desk, "S104")
    assert page.broke == ()
    assert [line.partition("failed before: ")[2] for line in page.known] == [
        "it tips; what was tried: lock it"
    ]
    (broke,) = page_of(desk, "S101").broke
    assert (broke.take, broke.broke, broke.workaround, broke.outcome) == (3, "it tips", "lock it", "open")


def test_what_is_known_is_what_the_quote_says(desk: StudioDesk) -> None:
    from core.studio import acts

    desk.act(
        lambda film: acts.fail(
            film.production, "S101", None, Broke("camera", "it tips", workaround="lock it", outcome="saved")
        )
    )
    said = desk.act(lambda film: acts.failed_before(film.production, "S104"))
    assert page_of(desk, "S104").known == said
    assert "what helped: lock it" in said[0]
    assert "lock it" in desk.act(lambda film: review_acts.look_before(film, "S104"))


def test_a_look_before_a_retake_orders_nothing(desk: StudioDesk) -> None:
    assert desk.act(lambda film: review_acts.look_before(film, "S103")) == (
        "nothing is known against a new take of S103"
    )
    assert len(page_of(desk, "S103").takes) == 1


def test_a_seam_shows_the_end_of_one_beside_the_opening_of_the_next(desk: StudioDesk) -> None:
    page = seam_of(desk, "S101")
    assert page.seam is not None
    assert (page.seam.id, page.seam.state, page.seam.left_take, page.seam.right_take) == (
        "S101/S102",
        "unresolved",
        3,
        1,
    )
    assert (page.at, page.total, page.unjudged, page.continues) == (1, 5, 4, "S101 t03")
    assert (page.earlier, page.later) == ("", "S102/S103")
    assert page.open_after == ("S102/S103", "S103/S104", "S104/S105")
    assert [tuple(frame) for frame in page.frames] == [
        ("last", "S101", 3, "last"),
        ("next", "S102", 1, "first"),
    ]


def test_the_last_shot_shows_the_seam_before_it_and_a_seam_can_be_named(desk: StudioDesk) -> None:
    last = seam_of(desk, "S106").seam
    assert last is not None
    assert last.id == "S105/S106"
    named = seam_of(desk, "S106", "S102/S103").seam
    assert named is not None
    assert named.id == "S102/S103"


def test_a_verdict_on_a_seam_lands_in_the_ledger_and_the_count_falls(desk: StudioDesk) -> None:
    said = desk.act(lambda film: seam.judge(film, "S101/S102", "approve", note="it holds"))
    assert said == "seam S101/S102 (takes 3 and 1) approved"
    page = seam_of(desk, "S101")
    assert page.seam is not None
    assert (page.seam.state, page.seam.person, page.seam.note, page.unjudged) == (
        "good",
        "Ada",
        "it holds",
        3,
    )


def test_a_seam_is_rejected_with_a_fix_and_its_task(desk: StudioDesk) -> None:
    desk.act(lambda film: seam.judge(film, "S101/S102", "reject", *seam.fix_of("trim: four frames")))
    row = seam_of(desk, "S101").seam
    assert row is not None
    assert (row.state, row.fix, row.note, row.task) == ("fix", "trim", "four frames", 1)
    with pytest.raises(BadInput, match="mends no seam"):
        desk.act(lambda film: seam.judge(film, "S102/S103", "reject", *seam.fix_of("glue it")))


def test_a_held_seam_stays_open(desk: StudioDesk) -> None:
    desk.act(lambda film: seam.judge(film, "S101/S102", "hold", note="ask Ben"))
    page = seam_of(desk, "S101")
    assert page.seam is not None
    assert (page.seam.state, page.seam.verdict, page.unjudged) == ("unresolved", "hold", 4)


def test_a_seam_is_void_once_its_frames_are_others(film: RealFilm, desk: StudioDesk) -> None:
    desk.act(lambda opened: seam.judge(opened, "S101/S102", "approve"))
    add_take(film, "S102", 2, shades=(70, 90))
    row = seam_of(desk, "S101").seam
    assert row is not None
    assert (row.state, row.right_take) == ("void", 2)


def test_the_words_for_a_fix_are_the_desks() -> None:
    assert seam.FIXES == decisions.FIXES


def test_frames_are_measured_against_one_another(film: RealFilm, desk: StudioDesk) -> None:
    left, right = seam_of(desk, "S101").frames
    other = right._replace(end="last")
    told = desk.read(lambda sight: seam.measured(sight, ((left, right), (left, other))))
    same, apart = told.pairs
    assert same.ssim is not None
    assert apart.ssim is not None
    assert 0 < apart.ssim < same.ssim == pytest.approx(1.0)
    assert same.sharp[0] == same.sharp[1] is not None
    (film.root / "takes" / "S101" / "S101_t003_last.png").unlink()
    (gone,) = desk.read(lambda sight: seam.measured(sight, ((left, right),))).pairs
    assert gone.ssim is None
    assert gone.why


def test_reading_imports_nothing_heavy(film: RealFilm) -> None:
    code = f"""
import json, sys
from pathlib import Path
from core.studio.desk import StudioDesk
from core.studio.pages import review, review_acts, seam
from core.studio.places import Places
from core.studio.snapshot import current
desk = StudioDesk(Places(Path({str(film.root)!r})))
desk.glance()
assert desk.read(lambda sight: review.read(sight, "S101")).take == 3
assert desk.read(lambda sight: seam.read(sight, "S101")).at == 1
heavy = ("sqlmodel", "pydantic", "sqlalchemy", "numpy", "PIL", "httpx", "textual", "av")
print(json.dumps([name for name in heavy if name in sys.modules]))
"""
    first = StudioDesk(film.places)
    first.glance()  # the plan is parsed, once, by whoever finds no snapshot
    first.close()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_a_film_without_a_ledger_has_its_shots_and_no_take(film: RealFilm) -> None:
    film.ledger.close()
    for path in (film.root / ".rushes").glob("ledger.db*"):
        path.unlink()
    desk = StudioDesk(film.places)
    sight = sight_of(desk)
    assert review.read(sight, "S101").takes == ()
    assert seam.read(sight, "S101").unjudged == 0
    desk.close()
