"""A disk that fills up at any moment: the ledger stays sound, nothing is lost, and it goes on with room."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.common import Ran, Scene
from tests.faults.drive import Stable
from tests.support.stage import MEMORY_DISK

PAGE = 4096
FAULTS = (("none", 0), ("accept-then-reset", 0), ("accept-then-reset", 2))
TINY = "3m"
"""A disk that holds a small film and little else."""


@pytest.fixture
def folder() -> Iterator[Path]:
    base = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    made = Path(tempfile.mkdtemp(prefix="rushes-full-", dir=base))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def play(stable: Stable, scenes: list[Scene]) -> list[Ran]:
    try:
        ran = [stable.play(scene) for scene in scenes]
    finally:
        stable.close()
    broken = [f"{scene}: {what}" for scene, one in zip(scenes, ran, strict=True) for what in one.broken]
    assert broken == []
    return ran


def test_a_file_that_may_not_grow_loses_nothing(folder: Path) -> None:
    scenes = [
        Scene(fault, 1, level, room=pages * PAGE)
        for number, pages in enumerate((0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24))
        for fault, level in (FAULTS[number % 3],)
    ]
    ran = play(Stable(folder / "stable"), scenes)
    assert any("disk" in one.pauses for one in ran)


def may_mount(folder: Path) -> bool:
    """Whether a namespace of our own and a disk in it are allowed."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    words = ["unshare", "-m", "mount", "-t", "tmpfs", "-o", f"size={TINY}", "tmpfs", str(folder)]
    return subprocess.run(words, capture_output=True, timeout=30, check=False).returncode == 0


def test_a_disk_that_is_full_loses_nothing(folder: Path) -> None:
    if not may_mount(folder):
        pytest.skip("NOT PROVEN HERE: mounting a small disk is not allowed on this machine")
    mount = f'mount -t tmpfs -o size={TINY} tmpfs "$0" && exec "$@"'
    under = ["unshare", "-m", "sh", "-c", mount, str(folder)]
    scenes = [
        Scene(fault, 1, level, room=pages * PAGE, tiny=True)
        for number, pages in enumerate(range(0, 112, 8))
        for fault, level in (FAULTS[number % 3],)
    ]
    ran = play(Stable(folder / "stable", under), scenes)
    assert any("disk" in one.pauses for one in ran)
