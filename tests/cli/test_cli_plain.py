"""The film in sentences: for screen readers, dumb terminals and pipes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from core.base.settings import BoardSettings, Settings
from core.studio.rows import EventRow, WaitingRow, WorkerRow
from tests.support.films import shots, write_film
from tests.support.work import REPO, order, rushes
from tests.tui.films import HOSTILE, empty_film, hostile_film, salt_road, short_film
from tui.commands import running, spoken

ROAD = salt_road()
SIGNS = re.compile("[─│┌└█▇▀◆●◐✕‼‖↻·○›|`*_=~]|  ")
"""Signs, boxes and columns: what a voice spells out or runs over."""


def said(lines: list[str]) -> str:
    return "\n".join(lines)


def test_the_three_questions_are_answered_first_each_with_the_command_to_type() -> None:
    lines = spoken.film(ROAD)
    assert lines[:7] == [
        "SALT ROAD, day 12 of 42.",
        "A worker is running. It makes S107.",
        "4 things need you.",
        "1. S205: paid or not? about $0.76. To answer, type: rushes reconcile S205",
        "2. S106: take 2 to review. To answer, type: rushes approve S106, or reject in place of approve",
        "3. S410: the provider refused the text. To answer, type: rushes retake S410",
        "4. switch of model, +18 %, $31.40. To answer, type: rushes gaps",
    ]
    assert "Money: about $99.04 of $250 is spent or promised. $150.96 is left." in lines
    assert "The whole film costs about $148, and probably not over $171." in lines
    assert (
        "Chain Salt pan, id salt-pan: 12 of 16 shots made, 3 circled. It is paused: in doubt, S205." in lines
    )
    assert any(line.startswith("11 failures were logged") and "re-anchor" in line for line in lines)


@pytest.mark.parametrize("film", [ROAD, short_film(), empty_film()], ids=["long", "short", "empty"])
def test_nothing_is_a_sign_a_box_or_a_column(film: object) -> None:
    for line in spoken.film(film):  # type: ignore[arg-type]
        assert not SIGNS.search(line), line


@pytest.mark.parametrize("hostile", HOSTILE)
def test_foreign_text_is_one_printable_line(hostile: str) -> None:
    film = hostile_film(hostile)
    before = film._replace(events=(), waiting=())
    for line in (*spoken.film(film), *spoken.news(before, film)):
        assert not [char for char in line if unicodedata.category(char) in ("Cc", "Zl", "Zp")]
        assert not {"\u202e", "\u2066"} & set(line)


def test_a_film_that_needs_nobody_and_costs_nothing_says_so() -> None:
    lines = spoken.film(short_film())
    assert "Nothing needs you." in lines
    assert "Every provider of this film is free." in lines
    assert "No worker runs. To start one, type: rushes run." in lines
    assert "No failure was logged." in lines


def test_money_that_will_not_last_is_said_in_words() -> None:
    money = ROAD.money._replace(forecast_p90=300_000_000)
    assert "over $300: more than the budget." in said(spoken.film(ROAD._replace(money=money)))
    gone = ROAD.money._replace(remaining=-1)
    assert "It is used up." in said(spoken.film(ROAD._replace(money=gone)))
    unknown = ROAD.money._replace(forecast_p50=None, forecast_p90=None)
    assert "Nobody can say yet" in said(spoken.film(ROAD._replace(money=unknown)))
    blocked = ROAD.accounts[0]._replace(state="blocked")
    assert "blocked by its provider" in said(spoken.film(ROAD._replace(accounts=(blocked,))))


@pytest.mark.parametrize(
    ("row", "command"),
    [
        (WaitingRow("review", "1", "S106", 2, "q"), "rushes approve S106,"),
        (WaitingRow("review", "1", "S101", 3, "q"), "rushes approve S101 --take 3,"),
        (WaitingRow("in_doubt", "1", "S205", 1, "q"), "rushes reconcile S205"),
        (WaitingRow("rejected", "1", "S410", 4, "q"), "rushes retake S410"),
        (WaitingRow("pause", "harbour", "", None, "q"), "rushes resume --chain harbour"),
        (WaitingRow("fault", "film.json:3", "", None, "q"), "rushes check"),
    ],
)
def test_each_question_has_its_command(row: WaitingRow, command: str) -> None:
    assert command in spoken.question(row, ROAD)


def test_a_long_list_is_counted_and_a_rehearsal_answers_its_own() -> None:
    many = ROAD._replace(waiting=ROAD.waiting[:2] * 20, rehearsal=True)
    lines = spoken.needs(many)
    assert lines[0] == "40 things need you."
    assert lines[-1].startswith("And 20 more.")
    assert "rushes reconcile S205 --rehearsal" in lines[1]
    assert len(spoken.film(many)[-1]) < 400


def test_news_are_what_came_since_oldest_first_and_what_newly_needs_you() -> None:
    event = EventRow(10, "2026-11-20T10:43:00Z", "take.review", "S107", "take 9 is here to be looked at")
    later = event._replace(id=11, text="S107 is stale")
    row = WaitingRow("review", "S107_t09", "S107", 9, "take 9 to review")
    now = ROAD._replace(events=(later, event, *ROAD.events), waiting=(*ROAD.waiting, row))
    told = spoken.news(ROAD, now)
    assert [line.partition(", ")[2] or line.partition(": ")[2] for line in told[:2]] == [
        "S107: take 9 is here to be looked at.",
        "S107 is stale.",
    ]
    assert told[2].startswith("It needs you. S107: take 9 to review. To answer, type: rushes approve S107")
    assert len(told) == 3
    assert spoken.news(now, now) == []


def test_a_worker_that_went_without_a_word_is_missed() -> None:
    gone = ROAD._replace(worker=WorkerRow(False, None, None))
    assert spoken.news(ROAD, gone) == ["The worker is gone. What ran is picked up by: rushes run."]
    told = gone._replace(events=(EventRow(99, "", "worker.ended", "", "it ended"), *ROAD.events))
    assert spoken.news(ROAD, told) == ["Now: it ended."]


# The commands.


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_film(tmp_path / "film", {"a": shots("A", 2)}, title="Salt")


@pytest.mark.parametrize("words", [("--plain",), ("status", "--plain"), ("status",), ()])
def test_the_plain_status_is_said_once(film: Path, words: tuple[str, ...]) -> None:
    shown = rushes(*words, film=film)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("Salt.\nNo worker runs.")


def test_a_fault_of_the_files_needs_you_and_makes_the_exit_code_one(film: Path) -> None:
    rushes("status", film=film)
    (film / "shots" / "a.toml").write_text("[[shot]\n")
    shown = rushes("--plain", film=film)
    assert shown.returncode == 1
    assert "1 thing needs you." in shown.stdout
    assert "shots/a.toml" in shown.stdout
    assert "To answer, type: rushes check" in shown.stdout


def follow(root: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tui.cli", *words, "--film", str(root)],
        cwd=REPO,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"TERM": "dumb"},
    )


def heard(
    child: subprocess.Popen[bytes], enough: Callable[[str], bool], act: Callable[[], None] = lambda: None
) -> str:
    """What was said until it is enough; a child that never says it ends the test with what it said.

    `act` is done again every 2 s: a child that says nothing at its start may have missed the first.
    """
    assert child.stdout is not None
    os.set_blocking(child.stdout.fileno(), False)
    got, again, until = b"", 0.0, time.monotonic() + 60
    while time.monotonic() < until:
        if time.monotonic() >= again:
            act()
            again = time.monotonic() + 2
        got += child.stdout.read() or b""
        if enough(got.decode()):
            return got.decode()
        time.sleep(0.05)
    raise AssertionError(got.decode())


@pytest.mark.parametrize("words", [("attach", "--plain"), ("status", "--watch")])
def test_following_appends_a_line_an_event_through_a_pipe_until_it_is_interrupted(
    film: Path, words: tuple[str, ...]
) -> None:
    order(film)

    def log() -> None:
        said = rushes("fail", "A001", "--category", "camera", "--broke", "it shakes", film=film)
        assert said.returncode == 0, said.stderr

    child = follow(film, *words)
    try:
        if "--plain" in words:
            heard(child, lambda text: "Following." in text)
        text = heard(child, lambda text: "camera: it shakes" in text, log)
        assert "\x1b" not in text
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == 130
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()


def test_the_boards_options_stand_over_the_settings() -> None:
    import argparse

    held = Settings(board=BoardSettings(theme="nord", pictures="kitty"))

    def asked(*words: str) -> Settings:
        parser = argparse.ArgumentParser()
        running.attach_arguments(parser)
        return running.looks(parser.parse_args(words), held)

    assert asked().board == held.board
    assert asked("--theme", "rushes", "--pictures", "half").board == BoardSettings()
    assert asked("--no-pictures").board.pictures == "off"
    assert asked("--pictures", "sixel", "--no-pictures").board.pictures == "sixel"
    assert asked("--ascii").ascii is True
    assert asked().ascii is None
    assert rushes("attach", "--pictures", "oil").returncode == 2
