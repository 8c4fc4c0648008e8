"""A small real film: its folder, its ledger, clips that are a few bytes and frames of one colour."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from core.base.clock import SystemClock
from core.film.load import load_plan
from core.ledger import spend, takes
from core.ledger.append import Ledger
from core.ledger.tables import Submission, Take
from core.ledger.views import Reader, TakeRow
from core.studio.places import Places
from tests.support.films import write_film

SHOTS = [
    {"id": "S101", "description": "a quay at dawn"},
    {"id": "S102", "description": "a lamp goes out", "kind": "hero"},
    {"id": "S103", "description": "she runs", "kind": "action"},
]


@dataclass
class RealFilm:
    root: Path
    ledger: Ledger

    @property
    def places(self) -> Places:
        return Places(self.root)

    def reader(self) -> Reader:
        return Reader(self.places.ledger)

    def take(self, shot: str, n: int = 1, state: str = "review", source: int | None = None) -> int:
        """A take that lies there whole, in `state`."""
        folder = self.root / "takes" / shot
        folder.mkdir(parents=True, exist_ok=True)
        stem = folder / f"{shot}_t{n:03d}"
        clip = stem.with_name(f"{stem.name}.mp4")
        clip.write_bytes(f"clip of {shot} {n}".encode())
        for end, colour in (("first", (60, 80, 120)), ("last", (190, 150, 90))):
            Image.new("RGB", (160, 90), colour).save(stem.with_name(f"{stem.name}_{end}.png"))
        row = Take(
            chain="quay",
            shot=shot,
            n=n,
            state="planned",
            order_id="o1",
            position=[one["id"] for one in SHOTS].index(shot),
            seam="last",
            provider="animatic",
            model="",
            seed=hash((shot, n)) & 0xFFFF,
            source_take=source,
        )
        sha = hashlib.sha256(clip.read_bytes()).hexdigest()
        with self.ledger.write() as w:
            made = takes.plan(w, row)
            takes.step(
                w,
                take_id=made,
                chain="quay",
                shot=shot,
                was="planned",
                to=state,
                text=f"take {n} is here",
                fields={"sha": sha, "first_sha": "f", "last_sha": "l"} if state != "in_doubt" else {},
            )
            if state == "in_doubt":
                self._doubt(w, made, shot)
        return made

    @staticmethod
    def _doubt(w: object, made: int, shot: str) -> None:
        held = Submission(
            subject_kind="take",
            subject_id=made,
            chain="quay",
            shot=shot,
            state="reserved",
            provider="animatic",
            key=f"k{made}",
            request_hash="h",
        )
        ident = spend.open_submission(w, held, 760_000, "estimated")  # type: ignore[arg-type]
        spend.move(w, ident, "reserved", "intent")  # type: ignore[arg-type]
        spend.move(w, ident, "intent", "in_doubt")  # type: ignore[arg-type]

    def take_of(self, shot: str, n: int = 1) -> TakeRow:
        reader = self.reader()
        try:
            found = reader.take_of(shot, n)
        finally:
            reader.close()
        assert found is not None
        return found


def real_film(root: Path) -> RealFilm:
    """Three shots of one chain: two takes to review and one shot without."""
    write_film(root, {"quay": SHOTS}, title="The Quay")
    load_plan(root)
    (root / ".rushes").mkdir()
    film = RealFilm(root, Ledger(root / ".rushes" / "ledger.db", SystemClock()))
    first = film.take("S101")
    film.take("S102", source=first)
    return film
