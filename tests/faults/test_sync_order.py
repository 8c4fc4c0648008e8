"""What a power cut must not take: the order of syncs, seen from outside by strace."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.common import Scene
from tests.faults.drive import Stable
from tests.faults.trace import CALLS, Order


@pytest.fixture
def disk() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="rushes-order-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def may_trace(folder: Path) -> bool:
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(
        ["strace", "-o", str(folder / "tried"), "true"], capture_output=True, timeout=30, check=False
    )
    return tried.returncode == 0


def traced(folder: Path, *scenes: Scene) -> list[Order]:
    """Each process that sent something paid, and its order."""
    under = ["strace", "-ff", "-y", "-s", "64", "-e", f"trace={CALLS}", "-o", str(folder / "trace")]
    stable = Stable(folder / "stable", under)
    try:
        for scene in scenes:
            assert stable.play(scene).broken == ()
    finally:
        stable.close()
    orders = [
        Order().walk(path.read_text("utf-8", "replace").splitlines()) for path in folder.glob("trace.*")
    ]
    return [order for order in orders if order.posts]


def test_all_is_on_disk_before_what_depends_on_it(disk: Path) -> None:
    if not may_trace(disk):
        pytest.skip("NOT PROVEN HERE: strace is missing, or this machine does not allow ptrace")
    orders = traced(disk, Scene(real=True), Scene("accept-then-reset", 1, 2, real=True))
    assert orders
    assert sum(order.posts for order in orders) >= 4
    assert all(order.renames and order.commits for order in orders)
    assert [broken for order in orders for broken in order.broken] == []


SOUND = """\
pwrite64(3</f/.rushes/ledger.db>, "x", 1, 0) = 1
fdatasync(3</f/.rushes/ledger.db>) = 0
sendto(9<TCP:[1]>, "POST /jobs HTTP/1.1", 19, 0, NULL, 0) = 19
write(4</f/takes/A/.a.part>, "x", 1) = 1
fsync(4</f/takes/A/.a.part>) = 0
rename("/f/takes/A/.a.part", "/f/takes/A/a.mp4") = 0
fsync(5</f/takes/A>) = 0
pwrite64(3</f/.rushes/ledger.db>, "x", 1, 0) = 1
"""


def test_a_sound_order_is_seen_as_sound() -> None:
    order = Order().walk(SOUND.splitlines())
    assert (order.broken, order.posts, order.renames, order.commits) == ([], 1, 1, 2)


@pytest.mark.parametrize("line", [1, 4, 6], ids=["intent", "file", "folder"])
def test_a_sync_that_is_missing_is_seen(line: int) -> None:
    lines = SOUND.splitlines()
    del lines[line]
    assert len(Order().walk(lines).broken) >= 1
