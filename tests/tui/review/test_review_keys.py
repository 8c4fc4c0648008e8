"""Every key of the Review screen, on a real film: what is seen, and what stands in the ledger after it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual import events

from core.ledger.views import Reader
from tests.tui.films import HOSTILE, salt_road
from tests.tui.real_film import RealFilm
from tests.tui.review.pages import full_page, full_seam, hostile_page, hostile_seam
from tests.tui.review.reviewed_film import add_take
from tests.tui.review.stage import ReviewStage, review
from tests.tui.stage import staged
from tui.screens.review import ReviewScreen


def table(film: RealFilm, name: str, tail: str = "ORDER BY id") -> list[dict[str, Any]]:
    reader = Reader(film.places.ledger)
    try:
        return reader.table(name, tail)
    finally:
        reader.close()


def states(film: RealFilm) -> dict[str, str]:
    return {f"{row['shot']}/{row['n']}": row["state"] for row in table(film, "take")}


def verdicts(film: RealFilm) -> list[tuple[str, str, str]]:
    return [(row["subject_kind"], row["subject_id"], row["verdict"]) for row in table(film, "verdict")]


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.studio.acts.see_to_worker", lambda *_: "the worker is at it")


def test_the_screen_opens_on_what_waits_and_escape_leads_back(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.shows("S101  ◆ for review", "TAKES  3", "› t03", "WHAT CHANGED", "quickly and once")
        await stage.press("escape")
        assert stage.app.frame is stage.app.board

    review(film, scene)


def test_five_shots_in_a_row_take_five_keys(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        for _ in range(5):
            stage.app.post_message(events.Key("a", "a"))
        await stage.until(lambda: len(verdicts(film)) == 5, "five verdicts")
        await stage.shows("nothing waits for a verdict")

    review(film, scene)
    circled = {name for name, state in states(film).items() if state == "approved"}
    assert circled == {"S101/3", "S102/1", "S103/1", "S104/1", "S105/1"}
    assert all(row["person"] == "Ada" and row["sha"] for row in table(film, "verdict"))


def test_an_older_take_is_walked_to_and_a_verdict_is_about_it(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("left")
        await stage.shows("› t02", "WHAT CHANGED  t01", "draft-1")
        await stage.press("a")
        await stage.until(lambda: states(film)["S101/2"] == "approved", "the older take circled")

    review(film, scene)
    assert states(film)["S101/3"] == "review"


def test_walking_takes_ends_at_the_oldest_and_comes_back(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("left", "left_square_bracket", "h", "left")
        await stage.shows("› t01")
        await stage.gone("WHAT CHANGED")
        await stage.press("right", "right_square_bracket")
        await stage.shows("› t03")
        await stage.press("2", "left")
        await stage.shows("› t01")

    review(film, scene)


def test_up_and_down_go_over_the_shots_and_forget_the_take(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("left", "down")
        await stage.shows("S102  ◆ for review", "begins with the last frame of S101", "a lamp goes out")
        await stage.settled()
        assert stage.screen.cursor.take is None
        await stage.press("up")
        await stage.shows("S101  ◆", "› t03")
        await stage.press("n")
        await stage.shows("S102  ◆")

    review(film, scene)


def test_a_rejected_take_is_asked_about_and_stays_in_view(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("x")
        await stage.shows("Reject S101 t03?")
        assert states(film)["S101/3"] == "review"
        await stage.press("w")
        await stage.write("too dark")
        await stage.press("enter")
        await stage.until(lambda: states(film)["S101/3"] == "rejected", "rejected")
        await stage.shows("S101  ✕ rejected")

    review(film, scene)
    assert [row["note"] for row in table(film, "verdict")] == ["too dark"]


def test_a_held_take_stays_before_a_person_with_who_held_it(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("o")
        await stage.until(lambda: [row[2] for row in verdicts(film)] == ["hold"], "held")
        await stage.press("up")
        await stage.shows("S101  ◆", "Ada: hold")

    review(film, scene)
    assert states(film)["S101/3"] == "review"


def test_a_retake_shows_what_failed_before_while_it_is_asked_what_should_change(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        stage.desk.fail("S101", 3, "camera", "it tips over", "", "lock it")
        await stage.shows("it tips over; helped: lock it")
        await stage.press("r")
        await stage.shows("retake S101: what should change?", "BEFORE A RETAKE")
        await stage.gone("WHAT CHANGED")
        await stage.write("keep the horizon")
        await stage.press("enter")
        await stage.until(lambda: "S101/4" in states(film), "a new take")
        await stage.press("up")
        await stage.shows("WHAT CHANGED", "asked keep the horizon (Ada)", "t04")

    review(film, scene)


def test_a_failure_is_logged_on_the_take_that_is_selected(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("left", "f")
        await stage.shows("S101")
        await stage.write("camera")
        await stage.press("tab")
        await stage.write("it tips")
        await stage.press("enter")
        await stage.until(lambda: table(film, "failure"), "the failure")
        await stage.shows("t02 camera: it tips")

    review(film, scene)
    (row,) = table(film, "failure")
    assert row["take_id"] == film.take_of("S101", 2).id


def test_a_failure_form_fits_every_window_and_escape_leaves_it(film: RealFilm) -> None:
    for size in ((80, 24), (200, 60)):

        async def scene(stage: ReviewStage) -> None:
            await stage.press("f")
            await stage.settled()
            await stage.press("escape")
            await stage.shows("TAKES  ")

        review(film, scene, size, pictures=True)
    assert not table(film, "failure")


def test_a_note_with_its_moment_is_written_seen_and_settled(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.shows("none; i writes one")
        await stage.press("i")
        await stage.shows("note on S101 t03")
        await stage.write("0:00.5 the hand slips")
        await stage.press("enter")
        await stage.shows("00:00:00:12  the hand slips (Ada)", "1 open")
        await stage.press("d")
        await stage.shows("note 1 is done how?")
        await stage.write("trimmed")
        await stage.press("enter")
        await stage.shows("done: trimmed")
        await stage.gone("1 open")
        await stage.press("d")
        await stage.shows("no note is open here")

    review(film, scene)
    first, second = table(film, "note")
    assert (first["timecode"], first["text"], first["take_id"]) == (
        "00:00:00:12",
        "the hand slips",
        film.take_of("S101", 3).id,
    )
    assert (second["resolves"], second["text"]) == (1, "trimmed")


def test_one_of_several_notes_is_settled_by_its_number(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        for text in ("one", "two"):
            await stage.press("i")
            await stage.write(text)
            await stage.press("enter")
        await stage.shows("NOTES  2 open")
        await stage.press("d")
        await stage.shows("note 2 is done how, or another number first?")
        await stage.write("1 it was cut")
        await stage.press("enter")
        await stage.until(lambda: len(table(film, "note")) == 3, "settled")

    review(film, scene)
    assert table(film, "note")[-1]["resolves"] == 1


def test_a_moment_after_the_end_is_refused_in_a_sentence(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("i")
        await stage.write("0:09 too late")
        await stage.press("enter")
        await stage.shows("after the end")
        await stage.press("i", "escape")
        await stage.press("i", "enter")

    review(film, scene)
    assert not table(film, "note")


def test_a_score_is_written_beside_the_rubric(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("t")
        await stage.shows("score S101 t03", "RUBRIC", "reuse potential")
        await stage.write("story 4 the turn is clear")
        await stage.press("enter")
        await stage.shows("story clarity", "4 of 5  Ada the turn is clear")
        await stage.gone("RUBRIC")
        await stage.press("t")
        await stage.write("story")
        await stage.press("enter")
        await stage.shows("has no points")

    review(film, scene)
    (row,) = table(film, "score")
    assert (row["item"], row["score"], row["subject_kind"]) == ("story clarity", 4, "take")


def test_what_is_known_before_a_retake_is_said_and_orders_nothing(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("b")
        await stage.shows("nothing is known against a new take of S101")

    review(film, scene)
    assert "S101/4" not in states(film)


def test_the_seam_view_comes_and_goes(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("z")
        await stage.shows("SEAM S101 / S102", "1 of 5", "4 to judge in the film", "began from this frame")
        await stage.shows("SSIM 1.000")
        await stage.press("z")
        await stage.shows("TAKES  3")
        await stage.press("tab", "escape")
        await stage.shows("TAKES  3")
        assert stage.app.frame is stage.screen

    review(film, scene)


def test_four_seams_in_a_row_take_four_keys(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("tab")
        await stage.shows("SEAM S101 / S102")
        for _ in range(4):
            stage.app.post_message(events.Key("a", "a"))
        await stage.until(lambda: len(verdicts(film)) == 4, "four verdicts")
        await stage.shows("● good", "none left to judge")

    review(film, scene)
    assert sorted(verdicts(film)) == [
        ("seam", f"S10{n}/S10{n + 1}", "approve") for n in (1, 2, 3, 4)
    ]  # fmt: skip
    assert set(states(film).values()) == {"review", "rejected"}


def test_a_seam_is_rejected_with_its_fix_and_makes_a_task(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("tab", "x")
        await stage.shows("how is S101/S102 mended (trim, dissolve, bridge, retake), and why?")
        await stage.write("trim four frames")
        await stage.press("enter")
        await stage.shows("SEAM S102 / S103")
        await stage.press("left")
        await stage.shows("✕ to mend", "to mend by trim, task 1 by Ada", "four frames")
        await stage.press("x")
        await stage.write("glue it")
        await stage.press("enter")
        await stage.shows("mends no seam")
        await stage.press("x", "enter")
        await stage.shows("nothing was written")

    review(film, scene)
    (row,) = table(film, "verdict")
    assert (row["verdict"], row["fix"], row["note"]) == ("reject", "trim", "four frames")
    assert len(table(film, "task")) == 1


def test_a_held_seam_is_not_offered_again(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("tab", "o")
        await stage.shows("SEAM S102 / S103")
        await stage.until(lambda: len(verdicts(film)) == 1, "held")
        for shot in ("S103 / S104", "S104 / S105"):
            await stage.press("a")
            await stage.shows(f"SEAM {shot}")
        await stage.press("a")
        await stage.until(lambda: len(verdicts(film)) == 4, "all judged")
        await stage.shows("SEAM S104 / S105", "● good", "1 to judge")
        await stage.press("n")
        await stage.shows("SEAM S101 / S102", "held", "held by Ada")

    review(film, scene)


def test_seams_are_walked_and_the_cursor_goes_along(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("tab", "right", "right")
        await stage.shows("SEAM S103 / S104")
        assert stage.screen.cursor.shot == "S103"
        await stage.press("9", "left", "left")
        await stage.shows("SEAM S101 / S102")
        await stage.press("right", "tab")
        await stage.shows("S102  ◆")
        await stage.press("tab", "end")
        await stage.shows("SEAM S105 / S106", "not there yet", "S106 has no take yet")
        await stage.press("a")
        await stage.shows("there is nothing to judge before both frames lie there")
        await stage.press("r")
        await stage.shows("a seam is mended with a fix")

    review(film, scene)
    assert not verdicts(film)


def test_on_the_seams_undo_takes_back_no_verdict_on_a_take_out_of_sight(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("a")
        await stage.until(lambda: len(verdicts(film)) == 1, "the verdict on the take")
        await stage.press("tab")
        await stage.shows("SEAM", "a good", "x needs a fix")
        await stage.press("u")
        await stage.shows("a seam is judged anew instead")

    review(film, scene)
    assert len(verdicts(film)) == 1


def test_a_seam_is_scored_by_the_same_rubric(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("tab")
        await stage.settled()
        await stage.press("t")
        await stage.shows("score S101/S102", "RUBRIC")
        await stage.write("visual 3")
        await stage.press("enter")
        await stage.shows("visual continuity", "3 of 5  Ada")

    review(film, scene)
    (row,) = table(film, "score")
    assert (row["subject_kind"], row["subject_id"]) == ("seam", "S101/S102")


def test_over_ssh_the_lines_to_watch_it_are_shown_and_copied(
    film: RealFilm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "1.2.3.4 99 5.6.7.8 22")

    async def scene(stage: ReviewStage) -> None:
        await stage.press("w")
        await stage.shows("WATCH IT FROM YOUR MACHINE", "the board runs over SSH")
        assert stage.app.clipboard.startswith("mpv sftp://")
        await stage.press("w")
        assert stage.app.clipboard.startswith("ssh ")
        assert "S101_t003.mp4" in stage.app.clipboard
        await stage.press("escape")
        await stage.shows("WHAT CHANGED")
        await stage.press("enter", "down")
        await stage.gone("WATCH IT")

    review(film, scene)


def test_player_and_editor_get_the_take_and_the_chains_file(
    film: RealFilm, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, ...]] = []

    def opened(_app: object, argv: tuple[str, ...]) -> str:
        ran.append(argv)
        plan = film.root / "shots" / "quay.toml"
        plan.write_text(plan.read_text().replace("a quay at dawn", "a quay at dusk"))
        return ""

    for module in ("outside", "review"):
        monkeypatch.setattr(f"tui.screens.{module}.open_outside", opened)
    for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setenv("VISUAL", "ed -s")

    async def scene(stage: ReviewStage) -> None:
        await stage.press("w", "e")
        await stage.shows("a quay at dusk")

    review(film, scene)
    assert [(argv[0], Path(argv[-1]).name) for argv in ran] == [("mpv", "S101_t003.mp4"), ("ed", "quay.toml")]


def test_an_editor_with_an_open_quote_is_said(film: RealFilm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "vi 'x")

    async def scene(stage: ReviewStage) -> None:
        await stage.press("e")
        await stage.shows("VISUAL is not a program")

    review(film, scene)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
def test_pictures_come_and_go_by_one_key_and_all_else_stays(film: RealFilm, size: tuple[int, int]) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("down")
        handed = "from S101 t03" if size[0] == 80 else "handed over by S101 t03"
        await stage.shows("▀", "S102 t01 ends", handed)
        await stage.press("v")
        await stage.gone("▀")
        await stage.shows("S102  ◆ for review", "› t01")
        await stage.press("v", "tab")
        await stage.shows("SEAM S102 / S103", "S103 t01 begins", "▀")

    review(film, scene, size, pictures=True)


def test_a_shot_without_a_take_says_what_to_press(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("end")
        await stage.shows("S106", "No take yet. g starts the chain")
        await stage.settled()
        for key, said in (
            ("a", "there is no take to judge"),
            ("w", "there is no clip to watch yet"),
            ("t", "S106 has no take to score"),
            ("d", "no note is open here"),
        ):
            await stage.press(key)
            await stage.shows(said)
        await stage.press("left", "i")
        await stage.write("begin on the rope")
        await stage.press("enter")
        await stage.shows("begin on the rope (Ada)")

    review(film, scene)
    assert [row["take_id"] for row in table(film, "note")] == [None]


def test_a_new_take_shows_by_itself(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        await stage.press("end")
        await stage.shows("No take yet")
        await asyncio.to_thread(add_take, film, "S106", source=film.take_of("S105").id)
        await stage.shows("S106  ◆ for review", "› t01")

    review(film, scene)


def test_a_board_that_only_looks_writes_nothing(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        for key in ("a", "x", "o", "r", "i", "t"):
            await stage.press(key)
            await stage.shows("only looks")
            await stage.press("escape") if stage.screen.mode != "normal" else None
        await stage.press("tab")
        await stage.settled()
        for key in ("a", "x", "o", "t"):
            await stage.press(key)
            await stage.shows("only looks")

    review(film, scene, read_only=True)
    assert not verdicts(film)
    assert not table(film, "note")


def test_where_one_was_is_kept(film: RealFilm) -> None:
    async def scene(stage: ReviewStage) -> None:
        assert stage.screen.kept() == {"view": "take"}
        await stage.press("tab")
        assert stage.screen.kept() == {"view": "seam"}
        stage.screen.restore({"view": "\x1b[2J"})
        assert stage.screen.kept() == {"view": "take"}
        stage.screen.restore({})

    review(film, scene)


@pytest.mark.soak  # tests/tui/whole says the same of every screen
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_hostile_text_is_drawn_as_it_is_written(size: tuple[int, int]) -> None:
    async def run() -> None:
        async with staged(salt_road(), size) as stage:
            pages, stage.app.shared.pictures = stage.desk.pages, size[0] == 80
            pages["review"], pages["seam"] = full_page(), full_seam()
            await stage.press("R")
            await stage.until(lambda: isinstance(stage.app.frame, ReviewScreen), "the screen")
            screen = stage.app.frame
            for text in HOSTILE:
                pages["review"], pages["seam"] = hostile_page(text), hostile_seam(text)
                for seam in (False, True):
                    if screen._seams != seam:
                        await stage.press("tab")
                    screen.want()
                    await stage.until(lambda seam=seam: screen._page is pages["seam" if seam else "review"])
                    assert ("SEAM" if seam else "TAKES") in stage.text()
                    assert "\x1b" not in stage.text()

    asyncio.run(asyncio.wait_for(run(), 50))


def test_a_page_that_cannot_be_read_is_said_and_nothing_of_another_shot_stands_there() -> None:
    async def run() -> None:
        async with staged(salt_road()) as stage:
            stage.desk.pages["review"] = full_page()
            await stage.press("R")
            await stage.until(lambda: "WHAT CHANGED" in stage.text(), "the page")
            del stage.desk.pages["review"]
            await stage.press("down")
            await stage.until(lambda: "no page of review" in stage.text(), "the fault")
            assert "WHAT CHANGED" not in stage.text()

    asyncio.run(asyncio.wait_for(run(), 50))
