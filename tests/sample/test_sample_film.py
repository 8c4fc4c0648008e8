"""The sample film as a newcomer makes it: `demo --headless`, then its seams, measured."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from core.ledger.views import Reader, TakeRow
from core.media.frames import first_frame, last_frame
from core.media.probe import probe
from core.media.similarity import luma, ssim
from core.studio.places import Places
from tests.support.work import assert_sound, rushes

SEAM = 0.98
"""Luma SSIM (Gaussian 11, sigma 1.5) a seam must keep, decoded from the clips as they are shipped."""

Pair = tuple[np.ndarray, np.ndarray]


def clip(root: Path, take: TakeRow) -> Path:
    return root / "takes" / take.shot / f"{take.shot}_t{take.n:03d}.mp4"


def seams(root: Path) -> list[tuple[str, Pair]]:
    """(shot, (end of the take before, beginning of this one)) of every `last` seam, as luma."""
    with closing(Reader(Places(root).ledger)) as reader:
        made = reader.all_takes()
    by_id = {take.id: take for take in made}
    return [
        (
            take.shot,
            (
                luma(last_frame(clip(root, by_id[take.source_take])).pixels),
                luma(first_frame(clip(root, take)).pixels),
            ),
        )
        for take in made
        if take.seam == "last" and take.source_take
    ]


def assert_seams_hold_and_shuffled_ones_do_not(pairs: list[tuple[str, Pair]]) -> None:
    held = {shot: ssim(end, begin) for shot, (end, begin) in pairs}
    assert min(held.values()) > SEAM, held
    ends = [end for _, (end, _) in pairs]
    shuffled = ends[1:] + ends[:1]
    wrong = [ssim(end, begin) for end, (_, (_, begin)) in zip(shuffled, pairs, strict=True)]
    assert max(wrong) < SEAM, wrong


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sample film and its cut. One film for the whole module: it takes most of a minute."""
    root = tmp_path_factory.mktemp("demo") / "film"
    done = rushes("demo", str(root), "--headless", timeout=600)
    assert done.returncode == 0, done.stderr
    return root, Path(done.stdout.strip().splitlines()[-1])


def test_the_demo_ends_with_a_playable_film_whose_path_is_the_last_line(demo: tuple[Path, Path]) -> None:
    root, film = demo
    assert film.parent == root / "cuts"
    with closing(Reader(Places(root).ledger)) as reader:
        takes = reader.all_takes()
    assert len(takes) == 12
    joined = sum(take.seam == "last" for take in takes)
    frames = sum(probe(clip(root, take)).frames for take in takes)
    made = probe(film)
    assert made.frames == frames - joined, "each doubled seam frame is shown once"
    assert (made.width, made.height) == (1280, 720)
    assert film.with_suffix(".otio").is_file()
    assert "S101" in (root / "diary.md").read_text()
    assert_sound(root)


def test_every_seam_of_the_sample_holds_and_shuffled_takes_do_not(demo: tuple[Path, Path]) -> None:
    pairs = seams(demo[0])
    assert len(pairs) >= 6
    assert_seams_hold_and_shuffled_ones_do_not(pairs)


def test_the_demo_run_again_makes_nothing_new_and_cuts_again(demo: tuple[Path, Path]) -> None:
    root, film = demo
    before = {path: path.stat().st_mtime_ns for path in (root / "takes").rglob("*.mp4")}
    again = rushes("demo", str(root), "--headless", timeout=600)
    assert again.returncode == 0, again.stderr
    assert Path(again.stdout.strip().splitlines()[-1]) != film
    assert {path: path.stat().st_mtime_ns for path in (root / "takes").rglob("*.mp4")} == before


def test_the_sample_film_has_nothing_to_mend(demo: tuple[Path, Path]) -> None:
    found = rushes("check", film=demo[0])
    assert found.returncode == 0, found.stdout


def test_clips_are_clean_and_only_the_rough_cut_carries_a_slate(demo: tuple[Path, Path]) -> None:
    root, film = demo
    first = root / "takes" / "S101" / "S101_t001.mp4"
    clean, burned = first_frame(first).pixels, first_frame(film).pixels
    foot = clean.shape[0] * 95 // 100
    assert np.abs(clean[: foot // 2].astype(int) - burned[: foot // 2]).mean() < 3
    assert np.abs(clean[foot:].astype(int) - burned[foot:]).mean() > 10
