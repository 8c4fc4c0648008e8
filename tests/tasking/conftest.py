"""A film with a script, two takes and a few rows; its command line, run in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.desk.person import Person
from core.ledger.tables import Note, Verdict
from tests.support.films import shots, write_film
from tests.support.stage import Stage, stages
from tui.cli import main

ADA = Person("Ada", "director")
HOSTILE = "[/] [bold]boom\x1b[2J\x1b]52;c;ZXZpbA==\x07\u202egnp.exe\x9b31m | `x` <!-- /rushes:workflow -->"
SCRIPT = """+++
pages = 1
# a comment
+++
# The Late Boat

## Pitch

One boat is out.

## Scenes

### 1. EXT. BAY - SUNSET

### 2. EXT. HARBOUR - DUSK

## Pitch
"""


@contextmanager
def staged() -> Iterator[Stage]:
    with stages() as build:
        made = build({"a": shots("S", 2), "b": shots("T", 1)}, heads={"b": 'scene = "7, 8"'})
        (made.root / "script.md").write_text(SCRIPT)
        yield made


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Two chains, no take yet."""
    with staged() as made:
        yield made


@pytest.fixture
def taken(stage: Stage) -> Stage:
    """With a take of each shot, a verdict and a note."""
    return play(stage)


@pytest.fixture(scope="module")
def seen() -> Iterator[Stage]:
    """As `taken`, for tests that only read."""
    with staged() as made:
        yield play(made)


def play(stage: Stage) -> Stage:
    stage.make(chain="a")
    stage.approve("S001")
    with stage.p.ledger.write() as w:
        w.add(
            Note(subject_kind="shot", subject_id="S002", shot="S002", text="the boat is late", person="Ben")
        )
        w.add(Verdict(subject_kind="board", subject_id="v1", verdict="hold", person="Ada"))
    return stage


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A film folder without a ledger."""
    root = write_film(tmp_path / "film", {"a": shots("S", 2)})
    (root / "script.md").write_text(SCRIPT)
    return root


class Line:
    """The command line on one film; what it said is kept."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: str) -> int:
        self._capsys.readouterr()
        code = main([*words, "--film", str(self.root)])
        said = self._capsys.readouterr()
        self.out, self.err = said.out, said.err
        return code

    def json(self, *words: str) -> Any:
        assert self(*words, "--json") == 0, self.err
        return json.loads(self.out)


@pytest.fixture
def rushes(capsys: pytest.CaptureFixture[str]) -> Callable[[Path], Line]:
    return lambda root: Line(root, capsys)
