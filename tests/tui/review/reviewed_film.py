"""A small real film with takes worth judging: true hashes, real prompts, frames that differ."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from core.base.clock import SystemClock
from core.film.load import load_plan
from core.ledger import takes
from core.ledger.append import Ledger
from core.ledger.tables import Take
from core.studio.desk import StudioDesk
from core.studio.pages.sight import Sight
from tests.support.films import write_film
from tests.tui.real_film import RealFilm

SHOTS: list[dict[str, Any]] = [
    {"id": "S101", "description": "a quay at dawn"},
    {"id": "S102", "description": "a lamp goes out", "kind": "hero"},
    {"id": "S103", "description": "she runs", "kind": "action"},
    {"id": "S104", "description": "the boat turns"},
    {"id": "S105", "description": "nobody waits"},
    {"id": "S106", "description": "an empty quay"},
]
PROMPT = "A quay at dawn, nets drying. She wears a {coat} coat and turns {turn} to the sea."
IDS = [one["id"] for one in SHOTS]


def picture(path: Path, shade: int) -> str:
    """A frame with edges in it; its hash."""
    image = Image.new("RGB", (160, 90), (shade, 90, 120))
    ImageDraw.Draw(image).ellipse((shade % 90, 20, shade % 90 + 50, 70), fill=(240, 200, shade))
    image.save(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def add_take(
    film: RealFilm,
    shot: str,
    n: int = 1,
    *,
    state: str = "review",
    source: int | None = None,
    prompt: str = PROMPT.format(coat="green", turn="slowly"),
    shades: tuple[int, int] = (40, 60),
    **more: Any,
) -> int:
    """A take that lies there whole, with its sidecar; its id."""
    folder = film.root / "takes" / shot
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{shot}_t{n:03d}"
    clip = folder / f"{stem}.mp4"
    clip.write_bytes(f"clip of {shot} {n}".encode())
    first, last = (
        picture(folder / f"{stem}_{end}.png", shade)
        for end, shade in zip(("first", "last"), shades, strict=True)
    )
    probe = {"seconds": 1.0, "frames": 24, "fps": "24", "width": 320, "height": 180, "has_audio": False}
    facts = {"rushes_sidecar": 1, "probe": probe, "board_version": more.pop("board", None)}
    (folder / f"{stem}.json").write_text(json.dumps(facts))
    row = Take(
        chain="quay",
        shot=shot,
        n=n,
        state="planned",
        order_id=f"o{n}",
        position=IDS.index(shot),
        seam=more.pop("seam", "last" if source else "text"),
        provider="animatic",
        model=more.pop("model", ""),
        seed=more.pop("seed", 100 + n),
        prompt=prompt,
        source_take=source,
        **{"frames": 24, "fps": "24", "width": 320, "height": 180, **more},
    )
    sha = hashlib.sha256(clip.read_bytes()).hexdigest()
    with film.ledger.write() as w:
        made = takes.plan(w, row)
        told = {"sha": sha, "first_sha": first, "last_sha": last} if state != "planned" else {}
        if state != "planned":
            takes.step(
                w,
                take_id=made,
                chain="quay",
                shot=shot,
                was="planned",
                to=state,
                text=f"take {n} is here",
                fields=told,
            )
    return made


def reviewed_film(root: Path, **profile: Any) -> RealFilm:
    """Six shots of one chain: five to review, S101 with three takes, S106 without any."""
    write_film(root, {"quay": SHOTS}, title="The Quay", **profile)
    load_plan(root)
    (root / ".rushes").mkdir()
    film = RealFilm(root, Ledger(root / ".rushes" / "ledger.db", SystemClock()))
    add_take(film, "S101", 1, state="rejected")
    add_take(film, "S101", 2, state="rejected", model="draft-1")
    prompt = PROMPT.format(coat="grey", turn="quickly and once only")
    source = add_take(film, "S101", 3, prompt=prompt, board="v2")
    for shot in IDS[1:5]:
        source = add_take(film, shot, source=source, shades=(60, 80))
    return film


def sight_of(desk: StudioDesk) -> Sight:
    return desk.read(lambda sight: sight)
