"""The machine, the terminal, the disk and the film's health: what `rushes doctor` and the board's doctor say.

`light` imports nothing heavy; `doctor` also asks for the encoder and the adapters.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from core.base import settings
from core.base.errors import RushesError
from core.base.hold import holder
from core.ledger.db import integrity, sqlite_version
from core.studio.rows import WorkerRow

if TYPE_CHECKING:
    from core.studio.places import Places

LOW_DISK = 2 << 30
PACKAGES = ("textual", "sqlmodel", "av", "pillow", "numpy")
FREE_PROVIDER = "animatic"


@dataclass(frozen=True, slots=True)
class Sight:
    """One line of `check`, `doctor` or `audit`."""

    severity: str
    """error, warning, ok."""
    where: str
    text: str
    todo: str = ""
    code: str = ""

    def data(self) -> dict[str, Any]:
        return asdict(self)


def doctor(places: Places | None, providers: tuple[str, ...]) -> tuple[Sight, ...]:
    """All of it. `places`: the film, where there is one; `providers`: the names of those there are."""
    machine, film = machine_rows(), film_rows(places) if places is not None else ()
    return (*machine[:2], ffmpeg_row(), *machine[2:], keys_row(), providers_row(providers), *film)


def light(places: Places) -> tuple[Sight, ...]:
    """What is known without importing anything heavy."""
    return (*machine_rows(), *film_rows(places))


def machine_rows() -> tuple[Sight, ...]:
    return (
        Sight("ok", "python", f"{platform.python_version()} at {sys.prefix}"),
        Sight("ok", "sqlite", sqlite_version()),
        _terminal(),
        _settings(),
        *(_package(name) for name in PACKAGES),
    )


def film_rows(places: Places) -> tuple[Sight, ...]:
    free = shutil.disk_usage(places.root).free
    disk = f"{free / (1 << 30):.1f} GB free"
    held = holder(places.lock)
    found = [
        Sight("warning", "disk", disk, "free some space") if free < LOW_DISK else Sight("ok", "disk", disk),
        _worker(WorkerRow(held.running, held.pid, held.heartbeat_age_s)),
    ]
    if not os.access(places.root, os.W_OK):
        found.append(Sight("error", "folder", "cannot be written", "give yourself write access"))
    if places.ledger.exists():
        broken = integrity(places.ledger)
        found.append(
            Sight("error", "ledger", broken[0], "`rushes audit --repair`")
            if broken
            else Sight("ok", "ledger", "sound")
        )
    return tuple(found)


def _worker(worker: WorkerRow) -> Sight:
    if worker.stalled:
        said = f"pid {worker.pid}, no heartbeat for {worker.heartbeat_age_s:.0f} s"
        return Sight("warning", "worker", said, "`rushes stop`, then `rushes run` goes on where it was")
    return Sight("ok", "worker", f"runs, pid {worker.pid}" if worker.running else "none runs")


def ffmpeg_row() -> Sight:
    from core.media.ffmpeg import find_ffmpeg  # noqa: PLC0415 - numpy, 0.1 s: not for what is light

    try:
        named = settings.load().ffmpeg
        path = find_ffmpeg(named or None)
    except RushesError as error:
        return Sight("error", "ffmpeg", error.what, error.todo)
    return Sight("ok", "ffmpeg", f"{'named by you: ' if named else 'pinned: '}{path.name}")


def keys_row() -> Sight:
    from core.providers.table import KEY_NAMES  # noqa: PLC0415 - every adapter, 0.1 s

    there = [name for name in KEY_NAMES if os.environ.get(name)]
    missing = [name for name in KEY_NAMES if name not in there]
    said = f"in the environment: {', '.join(there)}" if there else "none; animatic needs none"
    return Sight("ok", "keys", f"{said} (not set: {', '.join(missing)})" if missing else said)


def providers_row(names: tuple[str, ...]) -> Sight:
    said = [f"{name} (free, on this machine)" if name == FREE_PROVIDER else name for name in names]
    return Sight("ok", "providers", ", ".join(said))


def _terminal() -> Sight:
    term = os.environ.get("TERM", "")
    # The interpreter's own stream: while the dashboard draws, `sys.stdout` is not the terminal's.
    out = sys.__stdout__
    if out is None or out.closed or not out.isatty():
        return Sight("ok", "terminal", "none: the dashboard gives way to `rushes status`")
    if term in ("", "dumb"):
        return Sight(
            "warning", "terminal", f"TERM is '{term}': no dashboard", "set TERM, like xterm-256color"
        )
    size = shutil.get_terminal_size()
    small = size.columns < 80 or size.lines < 24
    return Sight(
        "warning" if small else "ok",
        "terminal",
        f"{term}, {size.columns}x{size.lines}",
        "80x24 shows the whole board" if small else "",
    )


def _settings() -> Sight:
    path = settings.config_dir() / "settings.toml"
    try:
        settings.load()
    except RushesError as error:
        return Sight("error", "settings", str(error).partition("\n")[0], error.todo or f"mend {path}")
    return Sight("ok", "settings", str(path) if path.exists() else "none; every default holds")


def _package(name: str) -> Sight:
    try:
        return Sight("ok", name, version(name))
    except PackageNotFoundError:
        return Sight("error", name, "missing", "install Rushes again")
