"""A small sound film that each test bends at one place."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from core.base.errors import Fault, PlanFaults
from core.film.load import load_plan
from core.film.plan import Plan

FILM = """{
  "rushes": 1,
  "title": "Salt Road",
  "width": 1280,
  "height": 720,
  "fps": "24",
  "budget": {"film_usd": "250.00"}
}
"""
SHOTS = """# The harbour at dawn.
[chain]
title = "Harbour"
anchor = "refs/master.png"

[[shot]]
id = "S101"
kind = "establisher"
description = "The harbour before dawn"
seconds = 6
environment = "harbour"
camera = "slow"

# Ada comes in here.
[[shot]]
id = "S102"
kind = "character"
description = "Ada walks along the quay"
seconds = 6.5
characters = ["ada"]
environment = "harbour"
references = ["refs/master.png", "S101:first"]
beats = ["she walks", "she stops"]
[shot.continuity]
props = ["lamp"]
kelvin = 4300

[[shot]]
id = "S103"
kind = "character"
description = "She looks back"
seconds = 4
characters = ["ada"]
environment = "harbour"
"""


@dataclass
class Film:
    root: Path

    def write(self, path: str, text: str | bytes) -> Film:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return self

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode("utf-8")

    def swap(self, path: str, old: str, new: str) -> Film:
        text = self.read(path)
        assert old in text
        return self.write(path, text.replace(old, new, 1))

    def block(self, folder: str, stem: str, kind: str, body: str, head: str = "") -> Film:
        text = f'+++\nname = "{stem.title()}"\nkind = "{kind}"\n{head}+++\n\n{body}\n'
        return self.write(f"blocks/{folder}/{stem}.md", text)

    def board(self, *, sha: str | None = None, name: str = "harbour", status: str = "approved") -> Film:
        self.write("board/harbour.jpg", b"a picture of the harbour")
        digest = sha or sha256(b"a picture of the harbour").hexdigest()
        return self.write(
            "board/board.toml",
            f"""[[version]]
id = "v1"
status = "{status}"
[version.blocks]
consistency = "Grey sea, no sun."
[[version.image]]
file = "board/harbour.jpg"
sha = "{digest}"
role = "environment"
name = "{name}"
""",
        )

    def load(self) -> Plan:
        return load_plan(self.root)

    def faults(self) -> tuple[Fault, ...]:
        with pytest.raises(PlanFaults) as caught:
            load_plan(self.root)
        return caught.value.faults

    def fault(self) -> Fault:
        """The one fault there is."""
        faults = self.faults()
        assert len(faults) == 1, faults
        return faults[0]


@pytest.fixture
def film(tmp_path: Path) -> Film:
    made = Film(tmp_path / "film")
    made.write("film.json", FILM).write("shots/harbour.toml", SHOTS).write("refs/master.png", b"png")
    made.block(
        "characters", "ada", "character", "Ada, thirty, a grey coat.", 'references = ["refs/master.png"]\n'
    )
    made.block("environments", "harbour", "environment", "A small stone harbour.")
    made.block("cameras", "slow", "camera", "Slow push in.", 'move = "dolly-in"\namount = 0.3\n')
    made.block("style", "film", "style", "35mm, grain.")
    return made
