"""`rushes status --line`: one line for a status bar, whatever the film is called."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

from core.studio.rows import FaultRow, WorkerRow
from tests.support.films import shots, write_film
from tests.support.work import rushes
from tests.tui.films import HOSTILE, empty_film, hostile_film, salt_road, short_film
from tui.commands.statusline import status_line

ROAD = salt_road()


def cells(text: str) -> int:
    def wide(char: str) -> int:
        if unicodedata.category(char) in ("Mn", "Me", "Cf"):
            return 0
        return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1

    return sum(map(wide, text))


def test_the_line_says_how_far_who_works_what_waits_and_the_money() -> None:
    assert status_line(ROAD) == "SALT ROAD 22/61 running S107 · 4 wait · ~$99.04 of $250"
    assert status_line(short_film()) == "Lamp 6/12 no worker · free"
    assert status_line(empty_film()) == "Nothing yet 0/0 no worker · free"


def test_an_exact_sum_stands_without_its_tilde_and_a_film_without_budget_has_no_of() -> None:
    money = ROAD.money._replace(settled=98_280_000, committed=0, in_doubt=0, budget=None)
    assert status_line(ROAD._replace(money=money)).endswith("· $98.28")


def test_a_stalled_worker_and_a_rehearsal_are_told() -> None:
    film = ROAD._replace(worker=WorkerRow(True, 1, 23.4), rehearsal=True, waiting=ROAD.waiting[:1])
    assert status_line(film).startswith("SALT ROAD rehearsal 22/61 stalled for 23 s · 1 waits ·")


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (56, "SALT ROAD 22/61 running S107 · 4 wait · ~$99.04 of $250"),
        (54, "SALT… 22/61 running S107 · 4 wait · ~$99.04 of $250"),
        (40, "SALT ROAD 22/61 running S107 · 4 wait"),
        (30, "SALT… 22/61 running · 4 wait"),
        (22, "SALT… 22/61 · 4 wait"),
        (14, "22/61 · 4 wait"),
        (1, "…"),
    ],
)
def test_a_narrow_bar_keeps_what_waits_longest(width: int, line: str) -> None:
    assert status_line(ROAD, width) == line


@pytest.mark.parametrize("hostile", [*HOSTILE, "漢字" * 40, "a\nb\r\nc"])
@pytest.mark.parametrize("width", [None, 1, 17, 60])
def test_a_hostile_title_stays_on_one_line_and_in_its_width(hostile: str, width: int | None) -> None:
    line = status_line(hostile_film(hostile), width)
    assert line.isprintable()
    assert width is None or cells(line) <= width


def test_every_number_sign_is_doubled_for_tmux_after_the_width_was_measured() -> None:
    film = ROAD._replace(title="#(touch x) #[fg=red]#S")
    assert status_line(film, tmux=True).startswith("##(touch x) ##[fg=red]##S 22/61")
    assert len(status_line(film, 20, tmux=True).replace("##", "#")) <= 20


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_tmux_reads_a_foreign_title_as_text_and_runs_nothing_of_it(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    film = ROAD._replace(title=f"#(touch {mark}) #{{pid}} #[fg=red]X")
    socket = str(tmp_path / "tmux")

    def tmux(*words: str) -> str:
        argv = ["tmux", "-S", socket, "-f", "/dev/null", *words]
        return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=20).stdout

    tmux("new-session", "-d", "sleep 60")
    try:
        # What a `#(command)` of the status bar says is read once as a format, like this.
        drawn = tmux("display-message", "-p", status_line(film, 200, tmux=True))
        # `##[` stays until the bar is drawn: there it is one sign, and begins no style.
        assert drawn.strip() == status_line(film, 200).replace("#[", "##[")
        assert "22/61" in drawn
        bare = status_line(film._replace(title="#{pid}"), 200)
        assert "#{pid}" not in tmux("display-message", "-p", bare), "this tmux reads what it is given"
    finally:
        tmux("kill-server")
    assert not mark.exists()


def test_the_command_takes_width_and_tmux_and_its_exit_code_is_that_of_status(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film", {"a": shots("A", 2)}, title="Salt #1 of a long name")
    said = rushes("status", "--tmux", film=film)
    assert said.stdout == "Salt ##1 of a long name 0/2 no worker · free\n"
    narrow = rushes("status", "--line", "--width", "20", film=film)
    assert narrow.stdout == "Salt… 0/2 no worker\n"
    assert narrow.returncode == 0
    (film / "shots" / "a.toml").write_text("[[shot]\n")
    broken = rushes("status", "--line", film=film)
    assert broken.returncode == 1
    assert broken.stdout.count("\n") == 1
    assert "1 waits" in broken.stdout
    for bad in ("0", "-3", "many", "99999999999"):
        assert rushes("status", "--width", bad, film=film).returncode == 2


def test_a_fault_of_the_films_files_counts_as_something_that_waits() -> None:
    film = ROAD._replace(faults=(FaultRow("film.json", 3, "x", ""),))
    assert "4 wait" in status_line(film)
