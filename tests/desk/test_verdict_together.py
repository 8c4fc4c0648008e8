"""Two people at once on one film: every word of both is there, in the order it was said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from core.engine.production import Production
from core.ledger import records
from tests.support.work import REPO

SCRIPT = """
import sys
from pathlib import Path
from core.base.errors import IllegalStep
from core.studio import acts, verdicts
from core.studio.places import Places

root, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with acts.opened(Places(root)) as film:
    p = film.production
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(count):
        verdicts.note(p, "A001", f"{name} {number}", 1)
        shot = f"A00{number % 3 + 1}"
        verdicts.judge(p, "hold", shot, 1, f"{name} {number}")
        seam = ("A001/A002", "A002/A003")[number % 2]
        word = ("approve", "hold")[number // 2 % 2]
        verdicts.judge(p, word, seam, note=f"{name} {number}", kind="seam")
"""
COUNT = 40


def start(root: Path, home: Path, name: str) -> subprocess.Popen[str]:
    folder = home / name / "rushes"
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text(f'name = "{name}"\nrole = "editor"\n')
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(root), name, str(COUNT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPO,
        env={**os.environ, "XDG_CONFIG_HOME": str(home / name)},
    )


def test_two_people_at_once_lose_nothing(made: Production, tmp_path: Path) -> None:
    people = ("Ada", "Bo")
    children = [start(made.root, tmp_path / "people", name) for name in people]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        _, error = child.communicate("go\n", timeout=120)
        assert child.returncode == 0, error
    notes, found = records.notes(made.reader), records.verdicts(made.reader)
    assert len(notes) == 2 * COUNT
    assert len(found) == 4 * COUNT
    for name in people:
        said = [f"{name} {number}" for number in range(COUNT)]
        assert [row["text"] for row in notes if row["person"] == name] == said
        for kind in ("take", "seam"):
            rows = [row for row in found if row["person"] == name and row["subject_kind"] == kind]
            assert [row["note"] for row in rows] == said
    for rows in (notes, found):
        assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
