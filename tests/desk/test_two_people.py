"""Two people in two processes, on the same takes at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.engine.production import Production
from core.ledger.db import integrity
from tests.support.films import shots
from tests.support.stage import stages
from tests.support.work import REPO

EACH = 250
WRITER = """
import json, sys
from pathlib import Path
from core.base.errors import BadInput, IllegalStep
from core.studio import verdicts
from core.studio.assembly import open_film
from core.studio.places import Places

root, tag, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
film = open_film(Places(Path(root)))
p = film.production
shots = [shot.id for shot in p.plan.shots()]
kept, moved = [], 0
print("ready", flush=True)
sys.stdin.readline()
for number in range(count):
    shot, said = shots[number % len(shots)], f"{tag}-{number:03d}"
    acts = ["note"] if number % 2 else [("approve", "reject", "hold")[number // 2 % 3], "approve"]
    while True:
        try:
            if acts[0] == "note":
                verdicts.note(p, shot, said)
            else:
                verdicts.judge(p, acts[0], shot, 1, said)
            kept.append([acts[0], shot, said])
            break
        except IllegalStep:
            moved += 1  # the other one was quicker: look again, and say it again
        except BadInput:
            acts = acts[1:]  # a take that the other one rejected cannot be held
    if number in (1, count - 3):  # a note each at the beginning, and again before the end: they meet there
        print("there", flush=True)
        sys.stdin.readline()
print(json.dumps({"kept": kept, "moved": moved}))
film.close()
"""


def settings_of(home: Path, toml: str) -> dict[str, str]:
    """The environment of a person with settings of their own."""
    (home / "rushes").mkdir(parents=True)
    (home / "rushes" / "settings.toml").write_text(toml)
    return {**os.environ, "XDG_CONFIG_HOME": str(home)}


def writer(root: Path, tag: str, env: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), tag, str(EACH)],
        cwd=REPO,
        env=env,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def meet(writers: Iterable[subprocess.Popen[str]], word: str) -> None:
    """Each has said the word before any goes on: on a busy machine one would have ended before the other's
    first turn."""
    for process in writers:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{word}\n", process.communicate()[1]
    for process in writers:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()


def both_at_once(root: Path, envs: dict[str, dict[str, str]]) -> dict[str, list[list[str]]]:
    """What each was told was kept: (act, shot, words)."""
    writers = {tag: writer(root, tag, env) for tag, env in envs.items()}
    kept = {}
    try:
        for word in ("ready", "there", "there"):
            meet(writers.values(), word)
        for tag, process in writers.items():
            out, err = process.communicate(timeout=120)
            assert (process.returncode, err) == (0, "")
            kept[tag] = json.loads(out)["kept"]
    finally:
        for process in writers.values():
            process.kill()
            process.communicate()
    return kept


@pytest.fixture
def p() -> Iterator[Production]:
    """A film of four takes before a person, in memory where there is such a disk: each act is synced."""
    with stages() as build:
        film = build({"a": shots("A", 3), "b": shots("B", 1)})
        film.make()
        yield film.p


def test_five_hundred_verdicts_and_notes_of_two_people_are_all_kept_in_order(
    p: Production, tmp_path: Path
) -> None:
    before = {name: last_id(p, name) for name in ("event", "verdict", "note")}
    envs = {
        "ada": settings_of(tmp_path / "one", 'name = "Ada Ártúr"\nrole = "director"\n'),
        "bo": settings_of(tmp_path / "two", 'name = "Bo Lund"\n'),
    }
    kept = both_at_once(p.root, envs)
    rows = {name: p.reader.table(name, "WHERE id>? ORDER BY id", last) for name, last in before.items()}

    names = {"ada": "Ada Ártúr", "bo": "Bo Lund"}
    told = Counter((act, shot, said, names[tag]) for tag, acts in kept.items() for act, shot, said in acts)
    found = Counter(as_told(row) for row in [*rows["verdict"], *rows["note"]])
    assert sum(told.values()) == 2 * EACH
    assert found == told, "each was kept, and once"

    for name, table in rows.items():
        ids, moments = [row["id"] for row in table], [row["at"] for row in table]
        assert ids == list(range(before[name] + 1, before[name] + 1 + len(table))), "no hole"
        assert moments == sorted(moments)
    people = [row["person"] for row in rows["note"]]
    assert people.index("Ada Ártúr") < last(people, "Bo Lund"), "they wrote at once"
    assert people.index("Bo Lund") < last(people, "Ada Ártúr")
    for tag in kept:
        for table in (rows["verdict"], rows["note"]):
            mine = [as_told(row)[2] for row in table if row["person"] == names[tag]]
            assert mine == sorted(mine), "each person's own order"
    assert {row["role"] for row in rows["verdict"] if row["person"] == "Ada Ártúr"} == {"director"}
    assert {row["role"] for row in rows["verdict"] if row["person"] == "Bo Lund"} == {""}

    events = {row["at"] for row in rows["event"]}
    assert {row["at"] for row in [*rows["verdict"], *rows["note"]]} <= events, "each act has its event"
    assert all(row["sha"] for row in rows["verdict"])
    assert integrity(p.reader.path) == []


def last(names: list[str], name: str) -> int:
    return len(names) - 1 - names[::-1].index(name)


def last_id(p: Production, table: str) -> int:
    return max((row["id"] for row in p.reader.table(table)), default=0)


def as_told(row: dict[str, Any]) -> tuple[str, str, str, str]:
    if "verdict" in row:
        return row["verdict"], row["shot"], row["note"], row["person"]
    return "note", row["shot"], row["text"], row["person"]
