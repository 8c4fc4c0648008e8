"""A film whose plate is all grain and fine texture: the hardest picture for a seam to survive."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
from PIL import Image

from tests.sample.test_sample_film import assert_seams_hold_and_shuffled_ones_do_not, seams
from tests.support.films import shots, write_film
from tests.support.work import assert_sound, rushes


def grainy_plate(path: Path) -> str:
    """A picture of soft hills under strong film grain and hair-fine lines. Returns its hash."""
    dice = np.random.default_rng(7)
    height, width = 1080, 1920
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    hills = 90 + 60 * np.sin(x / 210) * np.cos(y / 160) + 25 * np.sin((x + y) / 37)
    lines = 14 * np.sin(x * 1.9) * (y > height / 2)
    grain = dice.normal(0, 16, (height, width)).astype(np.float32)
    base = hills + lines + grain
    rgb = np.stack([base * 1.05, base, base * 0.9], axis=-1)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8)).save(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_seams_hold_over_grain_and_fine_texture_under_every_kind_of_move(film_root: Path) -> None:
    sha = grainy_plate(film_root / "board" / "field.png")
    # Handheld stands last: it comes back to where it began, so its end is the picture before it again.
    moves = ["pan-right", "dolly-in", "crane-up", "zoom-out", "handheld"]
    for folder, name, head in [
        ("environments", "field", 'name = "Field"\nkind = "environment"'),
        *(("cameras", move, f'name = "{move}"\nkind = "camera"\nmove = "{move}"') for move in moves),
    ]:
        block = film_root / "blocks" / folder / f"{name}.md"
        block.parent.mkdir(parents=True, exist_ok=True)
        block.write_text(f"+++\n{head}\n+++\nA field.\n")
    image = {"file": "board/field.png", "sha": sha, "role": "environment", "name": "field"}
    lines = [f"{key} = {json.dumps(value)}" for key, value in image.items()]
    (film_root / "board" / "board.toml").write_text(
        '[[version]]\nid = "v1"\nstatus = "approved"\n[[version.image]]\n' + "\n".join(lines) + "\n"
    )
    made = shots("G", len(moves), seconds=1.5, environment="field")
    for shot, move in zip(made, moves, strict=True):
        shot["camera"] = move
    write_film(film_root, {"g": made}, width=1280, height=720)
    done = rushes("run", film=film_root, timeout=300)
    assert done.returncode == 0, done.stderr
    assert_sound(film_root)
    pairs = seams(film_root)
    assert len(pairs) == len(moves) - 1
    assert_seams_hold_and_shuffled_ones_do_not(pairs)
