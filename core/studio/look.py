"""What a person may look at before anything is made: findings, prompts, frames, the machine."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from core.base import settings
from core.base.errors import BadInput, PlanFaults, RushesError
from core.base.hold import holder
from core.desk.suggestions import vocabularies_of
from core.film.load import load_plan
from core.film.prompts import Prompt, prompt_of
from core.film.readiness import FREE_PROVIDER, findings, placed
from core.film.schema import schemas as schemas
from core.ledger.db import integrity, sqlite_version
from core.ledger.views import Reader
from core.media.ffmpeg import find_ffmpeg
from core.media.frames import first_frame, frame_at, last_frame
from core.media.images import save_png
from core.providers.table import KEY_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.engine.production import Production
    from core.film.finding import Finding
    from core.film.moderation import Vocabulary
    from core.film.plan import Plan
    from core.studio.places import Places

LOW_DISK = 2 << 30


@dataclass(frozen=True, slots=True)
class Sight:
    """One line of `check` or `doctor`."""

    severity: str
    """error, warning, ok."""
    where: str
    text: str
    todo: str = ""
    code: str = ""

    def data(self) -> dict[str, Any]:
        return asdict(self)


def plan_of(places: Places) -> Plan:
    """Raises PlanFaults."""
    return load_plan(places.root)


def check(
    places: Places, capabilities: Callable[[str, str], object | None], providers: tuple[str, ...] = ()
) -> tuple[Sight, ...]:
    """Every fault and finding of the film's files. `providers`: the names of those there are."""
    try:
        plan = plan_of(places)
    except PlanFaults as faults:
        return tuple(
            Sight(
                "error",
                _place(fault.file, fault.line),
                fault.what,
                f"did you mean '{fault.nearest}'?" if fault.nearest else "",
                fault.code,
            )
            for fault in faults.faults
        )
    learned = _vocabularies(places)
    found = [_with_providers(f, providers) for f in placed(plan, findings(plan, capabilities, learned))]
    return tuple(
        Sight(
            f.severity, f"{f.file}:{f.line}" if f.line else f.file, _of_shot(f.shot, f.text), f.todo, f.code
        )
        for f in found
    )


def _vocabularies(places: Places) -> tuple[Vocabulary, ...] | None:
    """Words that models refuse, those this film found out included; None: the shipped ones alone."""
    if not places.ledger.exists():
        return None
    with closing(Reader(places.ledger)) as reader:
        return vocabularies_of(reader)


def _with_providers(found: Finding, providers: tuple[str, ...]) -> Finding:
    """Who asks for a model nobody knows is told which providers there are, and the way without one."""
    if found.code != "unknown-model" or not providers:
        return found
    there = ", ".join(providers)
    way = "name one in film.json, or rehearse: `rushes run --rehearse`"
    return replace(found, todo=f"there is: {there}; {way}")


def _place(file: str, line: int) -> str:
    return f"{file}:{line}" if line else file


def _of_shot(shot: str, text: str) -> str:
    return f"{shot}: {text}" if shot else text


def prompt(places: Places, shot: str) -> Prompt:
    """The prompt as the next take would send it."""
    return prompt_of(plan_of(places), shot)


def old_prompt(p: Production, shot: str, n: int) -> str:
    """The prompt take `n` was made with. Raises BadInput."""
    take = p.reader.take_of(shot, n)
    if take is None:
        raise BadInput(f"{shot} has no take {n}", todo=f"`rushes takes {shot}` lists them")
    return p.reader.prompt_of(take.id)


def frame(p: Production, shot: str, n: int | None, at: str, out: Path | None) -> Path:
    """A frame of a take as PNG: `first`, `last` or seconds from its start."""
    p.plan.shot(shot)
    made = [take for take in p.reader.takes_of(shot) if take.sha]
    take = next((take for take in reversed(made) if n in (None, take.n)), None)
    if take is None:
        raise BadInput(f"{shot} has no such take with a clip", todo=f"`rushes takes {shot}` lists them")
    clip = p.files(shot, take.n).clip
    if at == "first":
        picture = first_frame(clip)
    elif at == "last":
        picture = last_frame(clip)
    else:
        picture = frame_at(clip, _seconds(at))
    of = "_rehearsal" if p.rehearsal else ""
    target = out or p.root / "refs" / f"{shot}_t{take.n:03d}{of}_{at.replace('.', '-')}.png"
    save_png(target, picture.pixels)
    return target


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise BadInput(
            f"'{text[:20]}' is no moment of a clip", todo="first, last, or seconds like 2.5"
        ) from error
    if not 0 <= value < 86_400:
        raise BadInput(f"{text} s is outside any clip")
    return value


def doctor(places: Places | None, providers: tuple[str, ...]) -> tuple[Sight, ...]:
    """The machine, the terminal, the disk, and the film where there is one."""
    found = [
        Sight("ok", "python", f"{platform.python_version()} at {sys.prefix}"),
        Sight("ok", "sqlite", sqlite_version()),
        _ffmpeg(),
        _terminal(),
        *(_package(name) for name in ("textual", "sqlmodel", "av", "pillow", "numpy")),
        _keys(),
        _providers(providers),
    ]
    if places is not None:
        found += _film(places)
    return tuple(found)


def _ffmpeg() -> Sight:
    named = settings.load().ffmpeg
    try:
        path = find_ffmpeg(named or None)
    except RushesError as error:
        return Sight("error", "ffmpeg", error.what, error.todo)
    return Sight("ok", "ffmpeg", f"{'named by you: ' if named else 'pinned: '}{path.name}")


def _terminal() -> Sight:
    term = os.environ.get("TERM", "")
    if not sys.stdout.isatty():
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


def _package(name: str) -> Sight:
    try:
        return Sight("ok", name, version(name))
    except PackageNotFoundError:
        return Sight("error", name, "missing", "install Rushes again")


def _keys() -> Sight:
    there = [name for name in KEY_NAMES if os.environ.get(name)]
    missing = [name for name in KEY_NAMES if name not in there]
    said = f"in the environment: {', '.join(there)}" if there else "none; animatic needs none"
    return Sight("ok", "keys", f"{said} (not set: {', '.join(missing)})" if missing else said)


def _providers(names: tuple[str, ...]) -> Sight:
    said = [f"{name} (free, on this machine)" if name == FREE_PROVIDER else name for name in names]
    return Sight("ok", "providers", ", ".join(said))


def _film(places: Places) -> list[Sight]:
    free = shutil.disk_usage(places.root).free
    disk = f"{free / (1 << 30):.1f} GB free"
    held = holder(places.lock)
    found = [
        Sight("warning", "disk", disk, "free some space") if free < LOW_DISK else Sight("ok", "disk", disk),
        Sight("ok", "worker", f"runs, pid {held.pid}" if held.running else "none runs"),
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
    return found
