"""Text that a terminal would act on, in every field of every command: kept byte for byte, shown literally."""

from __future__ import annotations

import argparse
import io
import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path

import pytest

from core.studio import acts
from tests.fakes.clips import clip_bytes
from tests.nights.brisk import with_name
from tests.production.crew import Ended
from tests.production.fields import CUT, KEPT, READING, REFUSED, T
from tests.support.films import shots
from tests.support.stage import stages
from tui.cli import COMMANDS, main

ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""What a terminal acts on: no such character may leave a command."""
LITERAL = "[/] [bold]b[/bold] [@click=app.quit]q[/] | `x` $(x) %s {0} <!-- /rushes:failures --> </b>"
TEXTS = {
    "markup": LITERAL,
    "ansi": "\x1b[2J\x1b[31mred\x1b(0 \x1bc",
    "osc": "\x1b]0;owned\x07 \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \x1b]52;c;ZXZpbA==\x07 \x1bP$q\x1b\\",
    "c1": "a\x9b31mb\x9d0;t\x9cc\x85d\x90e\x9c",
    "bidi": "\u202egnp.exe\u2066x\u2069\u200f\u061c\ufeff\u2028line",
    "returns": "good\rEVIL\r\nmore\n\tand a tab",
    "spaces": "  \u00a0 kept with its edges \u2003\n ",
    "big": "[/] \x1b[31mred\x1b]52;c;eA==\x07\u202e " * 1000 + "x" * (1 << 20) + "\x1b[2J",
}
HUGE = TEXTS["big"] + "x" * (4 << 20)
"""5 MB: what the 1 MB of the gate says, and some 20 s longer."""
CLIPS = {"{clip}": "clip.mp4", "{other}": "other.mp4"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Four takes before a person, a board, a cut, and two clips from elsewhere."""
    with stages() as build:
        stage = build({"a": shots("S", 4), "b": shots("T", 1)}, board="quay")
        stage.make(chain="a")
        (stage.root / "script.md").write_text("+++\npages = 1\n+++\n# A Film\n\n## Pitch\n\nx\n")
        (stage.root / "cuts").mkdir()
        (stage.root / "cuts" / CUT).write_bytes(b"a cut")
        for name in CLIPS.values():
            (stage.root.parent / name).write_bytes(with_name(clip_bytes(24, 128, 72), name))
        yield stage.root


@pytest.fixture
def film(template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy on the same disk, in a folder that is the current one; no worker is started."""
    folder = template.parent / "copy"
    shutil.copytree(template, folder / "film")
    for name in CLIPS.values():
        shutil.copyfile(template.parent / name, folder / name)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(acts, "start_worker", lambda *_, **__: Ended(0))
    yield folder / "film"
    shutil.rmtree(folder)


Call = Callable[..., tuple[int, str]]


@pytest.fixture
def call(film: Path) -> Call:
    """A command with a text in its fields; whatever it says must be clean, and no traceback leaves it."""

    def calling(words: tuple[str, ...], text: str = "") -> tuple[int, str]:
        typed = [text if word == T else word.replace(T, text) for word in words]
        typed = [str(film.parent / CLIPS[word]) if word in CLIPS else word for word in typed]
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            try:
                code = main([*typed, *([] if words[0] in ("init", "demo") else ["--film", str(film)])])
            except SystemExit as end:  # argparse's own refusal
                code = int(str(end.code))
        said = out.getvalue() + err.getvalue()
        found = ACTS.search(said)
        assert not found, f"{words}: {found and said[max(0, found.start() - 60) : found.end() + 60]!r}"
        assert "Traceback" not in said
        return code, said

    return calling


def rows(film: Path, column: str) -> list[str]:
    """A column of the newest rows; `event.why` is in the event's data."""
    table, name = column.split(".")
    with closing(sqlite3.connect(film / ".rushes" / "ledger.db")) as link:
        if name == "why" and table == "event":
            found = link.execute("SELECT data FROM event ORDER BY id DESC LIMIT 1")
            return [str(json.loads(row[0]).get("why", "")) for row in found]
        return [row[0] for row in link.execute(f"SELECT {name} FROM {table} ORDER BY id DESC LIMIT 4")]  # noqa: S608 - ours


@pytest.mark.parametrize("name", [*TEXTS, pytest.param("huge", marks=pytest.mark.soak)])
def test_text_is_kept_byte_for_byte_and_shown_literally(name: str, film: Path, call: Call) -> None:
    text = HUGE if name == "huge" else TEXTS[name]
    for one in KEPT:
        code, said = call(one.words, text)
        assert code in one.codes, (one.words, code, said[-600:])
        for column in one.columns if code == 0 or "gate_decision" in one.columns[0] else ():
            found = rows(film, column)
            # An owner's and a retake's event say more than the text.
            held = any(text in row for row in found) if column == "event.text" else text in found
            assert held or "--owner 1" in " ".join(one.words), (
                one.words,
                column,
                [row[:80] for row in found],
            )
    shown = ""
    for line in READING:
        # As data it may be anything JSON escapes; of 1 MB in each field that is a long read.
        for more in ((), ("--json",)) if name not in {"big", "huge"} and line != "prompt S001" else ((),):
            code, said = call((*line.split(), *more))
            assert code in (0, 1), (line, code, said[-600:])
            shown += "" if more else said
            if more:
                json.loads(said)
    assert call(("diary",))[0] == 0
    diary = (film / "diary.md").read_text()
    assert not ACTS.search(diary)
    if name == "markup":
        assert shown.count("[@click=app.quit]q[/]") > 40, "markup is text"
        assert diary.count("<!-- /rushes:failures -->") <= 1, "no text ends a table of the diary"


@pytest.mark.parametrize("name", [*TEXTS, "nul", "empty"])
def test_text_where_it_can_mean_nothing_is_refused_in_a_clean_sentence(
    name: str, film: Path, call: Call
) -> None:
    text = {**TEXTS, "nul": "a\x00b", "empty": ""}[name]
    for words, codes in REFUSED:
        code, said = call(words, text)
        # Nothing said is often the default; a NUL gets no further than the border.
        right = {"nul": (2,), "empty": (0, 1, 2, 3)}.get(name, codes)
        assert code in right, (words, code, said[-600:])


@pytest.mark.parametrize("text", ["a\udc9bb", "\ud83d alone"])
def test_what_is_no_text_is_refused_by_every_command_before_it_acts(
    text: str, film: Path, call: Call
) -> None:
    before = (film / ".rushes" / "ledger.db").read_bytes()
    for words in [one.words for one in KEPT] + [words for words, _ in REFUSED]:
        code, said = call(words, text)
        assert (code, "UTF-8" in said) == (2, True), (words, code, said)
    assert (film / ".rushes" / "ledger.db").read_bytes() == before


def test_a_nul_is_refused_by_every_command_that_keeps_a_text(call: Call) -> None:
    """No shell can pass one on; stdin can."""
    for one in KEPT:
        code, said = call(one.words, "a\x00b")
        assert code == 2, (one.words, code, said)


def test_every_text_that_a_command_takes_is_in_the_tables() -> None:
    tabled: dict[str, set[str]] = {}
    for words in [one.words for one in KEPT] + [words for words, _ in REFUSED]:
        for at in (at for at, word in enumerate(words) if T in word):
            # `--why T`, and `--link 7 T`; what no option stands before is a place.
            named = {word for word in words[at - 1 : at] + words[max(1, at - 2) : at - 1] if word[:2] == "--"}
            place = set() if words[at - 1][:2] == "--" else {""}
            tabled.setdefault(words[0], set()).update(named | place)
    for name, (module, _) in COMMANDS.items():
        parser = argparse.ArgumentParser()
        import_module(f"tui.commands.{module}").COMMANDS[name][0](parser)
        for action in parser._actions:
            if action.type is None and action.choices is None and action.nargs != 0:
                ways = set(action.option_strings) or {""}
                assert ways & tabled.get(name, set()), f"{name} {action.dest} is in no table"
