"""What the command line says when streams, words and titles are not as they should be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from core.base.hold import hold
from core.studio.places import Places
from tests.support.films import shots, write_film
from tests.support.work import REPO, order, rushes, takes

TOOL = f"{sys.executable} -m tui.cli"


def small(root: Path, count: int = 2, **more: object) -> Path:
    film = {"a": shots("A", count, seconds=0.5)}
    return write_film(root, film, width=160, height=90, poll_seconds=0.1, **more)


def shell(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, cwd=REPO, check=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small film with two takes; tests only read it."""
    root = small(tmp_path_factory.mktemp("made"))
    assert rushes("run", film=root).returncode == 0
    return root


def test_a_title_with_markup_is_only_text_beside_a_bar(film_root: Path) -> None:
    small(film_root, 1)
    file = film_root / "shots" / "a.toml"
    file.write_text(file.read_text().replace('title = "a"', 'title = "a [/] boom"'))
    terminal, inside = os.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "tui.cli", "run", "--film", str(film_root)],
        cwd=REPO,
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"},
    )
    os.close(inside)
    shown = b""
    while piece := _read(terminal):
        shown += piece
    os.close(terminal)
    assert child.wait(60) == 0, shown.decode()
    assert b"a [/] boom" in shown
    assert b"Traceback" not in shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


@pytest.mark.parametrize(
    "words",
    [
        ("note", "A001"),
        ("approve", "A001", "--note"),
        ("retake", "A001", "--note"),
        ("fail", "A001", "--category", "style", "--broke"),
        ("run", "--accept", "quote", "--why"),
        ("status", "--film"),
    ],
)
def test_words_that_are_no_utf8_get_one_sentence(made: Path, words: tuple[str, ...]) -> None:
    argv = [os.fsencode(word) for word in (sys.executable, "-m", "tui.cli", *words)]
    said = subprocess.run(
        [*argv, b"\xff\xfe lamp"],
        capture_output=True,
        cwd=made,
        env={**os.environ, "PYTHONPATH": str(REPO)},
        check=False,
    )
    assert said.returncode == 2
    assert b"is not UTF-8" in said.stderr
    assert said.stderr.count(b"\n") == 2
    assert len(takes(made)) == 2


def test_a_full_or_closed_stdout_is_a_sentence_or_nothing(made: Path) -> None:
    full = shell(f"{TOOL} status --film {made} >/dev/full")
    assert full.returncode == 4
    assert "stdout cannot be written" in full.stderr
    as_data = shell(f"{TOOL} takes --json --film {made} >/dev/full")
    assert as_data.returncode == 4
    closed = shell(f"{TOOL} status --film {made} >&-")
    assert closed.returncode == 0
    for said in (full, as_data, closed):
        assert "Traceback" not in said.stderr
        assert "Exception ignored" not in said.stderr


def test_a_run_without_stderr_makes_its_takes(film_root: Path) -> None:
    small(film_root, 1)
    assert shell(f"{TOOL} run --film {film_root} 2>&-").returncode == 0
    assert [take.state for take in takes(film_root)] == ["review"]


def test_the_film_may_stand_before_the_command(made: Path) -> None:
    for words in (("--film", str(made), "status"), (f"--film={made}", "status")):
        said = rushes(*words)
        assert said.returncode == 0, said.stderr
        assert "2 of 2 shots made" in said.stdout
    wrong = rushes("--film", str(made), "stauts")
    assert "did you mean 'status'?" in wrong.stderr


def test_a_chain_that_waits_for_verdicts_says_how_to_go_on_and_repeats_no_old_line(film_root: Path) -> None:
    small(film_root, review={"policy": "each"})
    first = rushes("run", film=film_root)
    assert first.returncode == 3
    assert "A001 take 1 is here to be looked at" in first.stderr
    assert "`rushes approve A001`" in first.stderr
    assert "review.policy in film.json" in first.stderr
    again = rushes("run", film=film_root)
    assert again.returncode == 3
    assert "take 1 is here" not in again.stderr, "that was said by the run before"
    assert "`rushes approve A001`" in again.stderr


def test_run_with_a_chain_works_no_other(film_root: Path) -> None:
    write_film(
        film_root, {"a": shots("A", 1, seconds=0.5), "b": shots("B", 1, seconds=0.5)}, width=160, height=90
    )
    order(film_root)
    assert rushes("run", "--chain", "b", film=film_root).returncode in (0, 3)
    assert {take.shot: take.state for take in takes(film_root)} == {"A001": "planned", "B001": "review"}


def test_a_verdict_on_a_shot_that_was_only_rehearsed_points_at_the_rehearsal(film_root: Path) -> None:
    small(film_root, 1)
    done = rushes("run", "--rehearse", film=film_root)
    assert done.returncode == 0, done.stderr
    said = rushes("approve", "A001", film=film_root)
    assert said.returncode == 2
    assert "add --rehearsal" in said.stderr
    frame = rushes("frame", "A001", "--rehearsal", film=film_root)
    assert frame.returncode == 0, frame.stderr
    assert "rehearsal" in Path(frame.stdout.strip()).name
    assert rushes("approve", "A001", "--rehearsal", film=film_root).returncode == 0


def test_a_rough_cut_names_what_is_not_in_it(film_root: Path) -> None:
    small(film_root, review={"policy": "each"})
    rushes("run", film=film_root)
    cut = rushes("assemble", "--rough", film=film_root)
    assert cut.returncode == 0, cut.stderr
    assert "left out, with nothing to show yet: A002" in cut.stderr
    assert "stale" not in cut.stderr
    path = film_root / "shots" / "a.toml"
    path.write_text(path.read_text().replace('"a place"', '"a cold place"'))
    assert "1 stale take in it" in rushes("assemble", "--rough", film=film_root).stderr
    refused = rushes("assemble", film=film_root).stderr.split("\n")
    assert max(len(line) for line in refused) <= 80


@pytest.mark.parametrize("folder", ["what? film", "take #1", "100 % 'salt'"])
def test_a_folder_with_any_name_can_be_cut(tmp_path: Path, folder: str) -> None:
    root = small(tmp_path / folder, 1)
    assert rushes("run", film=root).returncode == 0
    cut = rushes("assemble", "--rough", film=root)
    assert cut.returncode == 0, cut.stderr
    assert Path(cut.stdout.strip()).is_file()


PAID = {
    "budget": {"film_usd": "20.00"},
    "defaults": {"establisher": {"provider": "openrouter", "model": "some/model"}},
}


def test_a_paid_film_is_told_what_there_is_and_what_is_unknown(film_root: Path) -> None:
    small(film_root, **PAID)
    checked = rushes("check", film=film_root)
    assert checked.returncode == 2
    assert "there is: animatic" in checked.stdout
    assert "rushes run --rehearse" in checked.stdout
    assert "providers: animatic" in rushes("doctor", film=film_root).stdout
    asked = rushes("estimate", film=film_root)
    assert asked.returncode == 0, asked.stderr
    assert "openrouter:some/model" in asked.stdout
    assert "at most unknown" in asked.stdout
    as_data = json.loads(rushes("estimate", "--json", film=film_root).stdout)
    assert as_data["upper_usd"] is None
    rehearsed = rushes("run", "--rehearse", film=film_root)
    assert "as an animatic, $0.00; the real one: unknown" in rehearsed.stderr
    assert "some/model  $0.00" not in rehearsed.stderr
    assert rushes("run", film=film_root).returncode == 2


def test_a_new_film_begins_today_and_its_file_keeps_its_form(tmp_path: Path) -> None:
    root = tmp_path / "new"
    rushes("init", str(root), "--title", 'Salt "and" \\ light')
    text = (root / "film.json").read_text()
    template = (REPO / "project_template" / "empty" / "film.json").read_text()
    film = json.loads(text)
    assert film["title"] == 'Salt "and" \\ light'
    assert film["start"] == str(datetime.now().astimezone().date())
    assert film["due"] > film["start"]
    changed = [
        ours for ours, theirs in zip(text.split("\n"), template.split("\n"), strict=True) if ours != theirs
    ]
    assert [line.strip().partition(":")[0] for line in changed] == ['"title"', '"start"', '"due"']
    assert "planned" not in rushes("check", film=root).stdout


def test_takes_of_a_shot_show_where_the_clip_is_and_what_was_said(film_root: Path) -> None:
    small(film_root, 1)
    none = rushes("takes", "A001", "--copy", film=film_root)
    assert none.returncode == 1
    assert "no clip" in none.stderr
    assert rushes("run", film=film_root).returncode == 0
    rushes("note", "A001", "the boat is late", film=film_root)
    rushes("hold", "A001", "--note", "ask Mara", film=film_root)
    shown = rushes("takes", "A001", film=film_root).stdout
    assert str(film_root / "takes" / "A001" / "A001_t001.mp4") in shown
    assert "the boat is late" in shown
    assert "A001 take 1, hold by" in shown
    assert "ask Mara" in shown
    rushes("retake", "A001", "--note", "slower", film=film_root)
    assert "slower" in rushes("takes", "A001", film=film_root).stdout
    rushes("stop", film=film_root)
    as_data = json.loads(rushes("takes", "--json", film=film_root).stdout)
    assert {word["text"] for word in as_data[0]["said"]} == {"the boat is late", "ask Mara", "slower"}


def test_a_taken_id_is_named_and_no_line_that_nobody_wrote(film_root: Path) -> None:
    small(film_root)
    before = (film_root / "shots" / "a.toml").read_bytes()
    for taken in ("A002", "a002"):
        said = rushes("insert", "A001", taken, "again", film=film_root)
        assert said.returncode == 2
        assert "nothing was written" in said.stderr
        assert "lines named below" not in said.stderr
    assert (film_root / "shots" / "a.toml").read_bytes() == before


def test_a_worker_without_a_heartbeat_is_called_stalled(film_root: Path) -> None:
    small(film_root, 1)
    lock = Places(film_root).lock
    with hold(lock):
        long_ago = lock.stat().st_mtime - 23
        os.utime(lock, (long_ago, long_ago))
        assert "stalled for 2" in rushes("status", "--line", film=film_root).stdout
        assert "worker is stalled: no heartbeat for 2" in rushes("status", film=film_root).stdout
        assert "no heartbeat for 2" in rushes("doctor", film=film_root).stdout
        os.utime(lock)
        assert "stalled" not in rushes("status", "--line", film=film_root).stdout


def test_a_worker_that_ends_badly_is_quoted_with_its_last_line(film_root: Path) -> None:
    from tui.commands.follow import why_it_ended

    places = Places(small(film_root))
    assert "it left no word" in why_it_ended(places, 4)
    places.log.parent.mkdir(parents=True, exist_ok=True)
    places.log.write_text("first\n10:42 ERROR the disk is full\n  → free some space\n\n")
    said = why_it_ended(places, 4)
    assert "ended with 4: 10:42 ERROR the disk is full" in said
    assert str(places.log) in said
