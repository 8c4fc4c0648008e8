"""Verdicts, notes, scores and promises as commands: exit codes, sentences, data, and who it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.films import shots, write_film
from tests.support.work import REPO, rushes, takes
from tui.cli import main

HOSTILE = "[/] boom \x1b[2J\x1b]52;c;ZXZpbA==\x07\u202egnp.exe\x9b31m"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shots with a take each; the tests below go on from one another's ground only where they say so."""
    root = tmp_path_factory.mktemp("verdicts") / "film"
    write_film(
        root,
        {"a": shots("A", 2, seconds=0.5)},
        width=160,
        height=90,
        campaign={"rubric": ["brand tone"]},
        gates={"roles": {"delivery": ["producer"]}},
    )
    done = rushes("run", film=root)
    assert done.returncode == 0, done.stderr
    return root


class Said(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Rushes = Callable[..., Said]


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Rushes:
    """The command line in this process: a start of Python for each would take most of the time."""

    def call(*words: str, film: Path, **env: str) -> Said:
        with monkeypatch.context() as patch:
            for name, value in env.items():
                patch.setenv(name, value)
            capsys.readouterr()
            code = main([*words, "--film", str(film)])
        shown = capsys.readouterr()
        return Said(code, shown.out, shown.err)

    return call


def data(shell: Rushes, film: Path, *words: str) -> Any:
    said = shell(*words, "--json", film=film)
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


def do(shell: Rushes, film: Path, *words: str) -> str:
    said = shell(*words, film=film)
    assert said.returncode == 0, said.stderr
    assert said.stdout == "", "talk goes to stderr"
    return said.stderr


def test_a_seam_from_unresolved_to_void_and_the_cut_that_waits_for_it(shell: Rushes, film: Path) -> None:
    assert [row["state"] for row in data(shell, film, "seams")] == ["unresolved"]
    do(shell, film, "approve", "A001", "A002")
    do(shell, film, "reject", "A001/A002", "--fix", "trim", "--note", HOSTILE)
    (row,) = data(shell, film, "seams")
    assert (row["state"], row["fix"], row["person"], row["note"]) == ("fix", "trim", "A Director", HOSTILE)
    shown = shell("seams", film=film).stdout
    assert "fix: trim (task 1)" in shown
    assert not {"\x1b", "\u202e", "\x9b"} & set(shown)
    refused = shell("assemble", film=film)
    assert refused.returncode == 3
    assert "A001/A002 (trim)" in refused.stderr
    assert "rushes assemble --accept seams-unresolved --why" in refused.stderr
    assert shell("assemble", "--accept", "seams-unresolved", film=film).returncode == 2, "say why"
    made = shell("assemble", "--accept", "seams-unresolved", "--why", "the client saw it", film=film)
    assert made.returncode == 0, made.stderr
    do(shell, film, "hold", "A001/A002")
    made = shell("assemble", film=film)
    assert made.returncode == 0, made.stderr
    assert "nobody has decided on 1 seam: A001/A002" in made.stderr
    do(shell, film, "approve", "seam", "A001/A002")
    assert data(shell, film, "status")["void"] == []
    frame = film / "takes" / "A001" / "A001_t001_last.png"
    before = frame.read_bytes()
    frame.write_bytes(before + b"\0")
    (one,) = data(shell, film, "status")["void"]
    assert (one["kind"], one["id"], one["person"]) == ("seam", "A001/A002", "A Director")
    assert [row["state"] for row in data(shell, film, "seams")] == ["void"]
    assert shell("assemble", film=film).returncode == 3
    frame.write_bytes(before)


def test_a_cut_then_its_delivery_by_whoever_may(shell: Rushes, film: Path, tmp_path: Path) -> None:
    (film / "cuts").mkdir(exist_ok=True)
    (film / "cuts" / "master.mp4").write_bytes(b"a film")
    do(shell, film, "promise", "client", "no logo in the first minute")
    wrong = shell("approve", "delivery", "master.mp4", film=film)
    assert wrong.returncode == 3
    assert "a delivery is decided by producer, and A Director has no role" in wrong.stderr
    settings = tmp_path / "rushes" / "settings.toml"
    settings.parent.mkdir()
    settings.write_text('name = "Bo"\nrole = "producer"\n')
    bo = {"XDG_CONFIG_HOME": str(tmp_path)}
    early = shell("approve", "delivery", "master.mp4", film=film, **bo)
    assert early.returncode == 3
    assert "rushes approve cut master.mp4" in early.stderr
    do(shell, film, "approve", "cut", "cuts/master.mp4")
    done = shell("approve", "delivery", "master.mp4", film=film, **bo)
    assert done.returncode == 0, done.stderr
    assert "promises still open: 1" in done.stderr
    settings.write_text('role = "producr"\n')
    unknown = shell("approve", "A001", film=film, **bo)
    assert unknown.returncode == 2
    assert "did you mean 'producer'?" in unknown.stderr


def test_notes_scores_and_promises_are_kept_and_shown_literally(shell: Rushes, film: Path) -> None:
    number = do(shell, film, "note", "A001", HOSTILE, "--take", "1", "--at", "0.25").split()[1]
    said = data(shell, film, "takes", "A001")[0]["said"]
    assert {"text": HOSTILE, "timecode": "00:00:00:06", "take": 1}.items() <= said[-1].items()
    late = shell("note", "A001", "late", "--at", "00:00:00:12", film=film)
    assert late.returncode == 2
    assert "its last moment is 00:00:00:11" in late.stderr
    do(shell, film, "note", "--resolve", number, "done")
    assert f"resolve {number} by A Director: done" in shell("takes", "A001", film=film).stdout
    assert shell("note", "A001", "two", "words", film=film).returncode == 2

    do(shell, film, "score", "shot", "A001", "--item", "brand", "--score", "5", "--note", HOSTILE)
    found = {row["item"]: row["given"] for row in data(shell, film, "score", "shot", "A001")}
    assert found["brand tone"][0]["score"] == 5
    assert found["brand tone"][0]["note"] == HOSTILE
    assert found["story clarity"] == []
    assert shell("score", "shot", "A001", "--item", "brand", film=film).returncode == 2
    assert "did you mean 'A001'" in shell("score", "shot", "A0001", film=film).stderr

    do(shell, film, "promise", "legal", HOSTILE, "--link", "refs/release.pdf")
    held = data(shell, film, "promises")[-1]
    do(shell, film, "promise", "--evidence", str(held["id"]), "signed", "--model", "some/model")
    assert (
        shell("promise", "--close", str(held["id"]), "--why", "x", "--model", "m", film=film).returncode == 2
    )
    do(shell, film, "promise", "--close", str(held["id"]), "--why", "seen on paper")
    held = data(shell, film, "promises")[-1]
    assert (held["state"], held["closed_by"], held["evidence"][0]["model"]) == (
        "closed",
        "A Director",
        "some/model",
    )
    shown = "".join(shell(*words, film=film).stdout for words in (("promises",), ("score", "shot", "A001")))
    assert "boom" in shown
    assert not {"\x1b", "\u202e", "\x9b", "\x07"} & set(shown)


def test_held_takes_lose_their_circle(shell: Rushes, film: Path) -> None:
    do(shell, film, "approve", "A001")
    assert "A001 take 1 held" in do(shell, film, "hold", "A001", "--note", "once more")
    assert [take.state for take in takes(film) if take.shot == "A001"] == ["review"]
    do(shell, film, "approve", "A001")


def test_reading_the_desk_imports_nothing_heavy() -> None:
    script = (
        "import sys; import tui.cli; import tui.commands.deciding; import core.studio.judged;"
        "heavy = {'pydantic', 'sqlmodel', 'sqlalchemy', 'textual', 'numpy', 'PIL', 'av', 'rtoml', 'rich'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=REPO, check=True
    )
    assert done.stdout.strip() == "[]"


def at_a_terminal(film: Path, config: Path, typed: str, *words: str) -> tuple[int, str]:
    """Exit code and what was shown of a command whose person types into a real terminal."""
    terminal, inside = os.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "tui.cli", *words, "--film", str(film)],
        cwd=film,
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env={
            **os.environ,
            "PYTHONPATH": str(REPO),
            "XDG_CONFIG_HOME": str(config),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_CEILING_DIRECTORIES": str(film.parent),
        },
    )
    os.close(inside)
    os.write(terminal, typed.encode())
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    return child.wait(60), shown.decode()


def test_a_person_nobody_knows_is_asked_once_and_never_in_a_pipe(
    shell: Rushes, film: Path, tmp_path: Path
) -> None:
    path = tmp_path / "rushes" / "settings.toml"
    path.parent.mkdir()
    path.write_text("# mine\nascii = true\n\n[keys.openrouter]\nin_flight = 2 # enough\n")
    code, shown = at_a_terminal(film, tmp_path, "Mara\ndirecter\neditor\n", "note", "A001", "hello")
    assert code == 0, shown
    assert "did you mean 'director'?" in shown
    assert path.read_text() == (
        'name = "Mara"\nrole = "editor"\n# mine\nascii = true\n\n[keys.openrouter]\nin_flight = 2 # enough\n'
    )
    code, shown = at_a_terminal(film, tmp_path, "", "note", "A001", "hello again")
    assert code == 0
    assert "name:" not in shown
    people = {
        word["person"]
        for word in data(shell, film, "takes", "A001")[0]["said"]
        if word["text"][:5] == "hello"
    }
    assert people == {"Mara"}
    path.unlink()
    nobody = {"XDG_CONFIG_HOME": str(tmp_path), "GIT_CONFIG_GLOBAL": "/dev/null", "USER": "login"}
    piped = shell("note", "A001", "piped", film=film, **nobody)
    assert piped.returncode == 0
    assert "name:" not in piped.stderr
    assert not path.exists()
