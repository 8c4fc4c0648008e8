"""Small film folders, written as a person would write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.engine.keys import KeyRing
from core.engine.production import Production
from core.film.load import load_plan
from core.ledger.append import Ledger
from core.ledger.views import Reader
from tests.support.fakes import FakeProvider, MovingClock, StubClips


def write_film(
    root: Path,
    chains: dict[str, list[dict[str, Any]]],
    *,
    heads: dict[str, str] | None = None,
    **profile: Any,
) -> Path:
    """A film of text shots; each shot is its fields, with sensible ones filled in."""
    film = {"rushes": 1, "title": "A Test", "width": 320, "height": 180, "fps": "24", **profile}
    film.setdefault("review", {"policy": "end"})
    (root / "shots").mkdir(parents=True, exist_ok=True)
    (root / "film.json").write_text(json.dumps(film))
    for chain, shots in chains.items():
        lines = ["[chain]", f'title = "{chain}"', (heads or {}).get(chain, "")]
        for shot in shots:
            fields = {"kind": "establisher", "description": "a place", "seconds": 1.0, **shot}
            lines.append("[[shot]]")
            lines += [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
        (root / "shots" / f"{chain}.toml").write_text("\n".join(lines) + "\n")
    return root


def shots(prefix: str, count: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"id": f"{prefix}{number:03d}", **fields} for number in range(1, count + 1)]


def production(
    root: Path, provider: FakeProvider | None = None, *, clock: MovingClock | None = None, **more: Any
) -> Production:
    """A production on fakes: real ledger, real plan, no video."""
    clock = clock or MovingClock()
    ledger_path = root / ".rushes" / "ledger.db"
    provider = provider or FakeProvider()
    plan = load_plan(root)
    return Production(
        root=root,
        home=root,
        ledger=Ledger(ledger_path, clock),
        reader=Reader(ledger_path),
        clock=clock,
        providers={provider.name: provider},
        keys=more.pop("keys", None) or KeyRing(root / ".rushes" / "user", {}, clock),
        clips=more.pop("clips", None) or StubClips(),
        current_plan=lambda: plan,
        **more,
    )
