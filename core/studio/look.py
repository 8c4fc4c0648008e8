"""What a person may look at before anything is made: findings, prompts, frames, the machine."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from core.base.errors import BadInput, PlanFaults
from core.desk.suggestions import vocabularies_of
from core.film.load import load_plan
from core.film.prompts import Prompt, prompt_of
from core.film.readiness import findings, placed
from core.film.schema import schemas as schemas
from core.ledger.views import Reader
from core.media.frames import first_frame, frame_at, last_frame
from core.media.images import save_png
from core.studio.health import Sight as Sight
from core.studio.health import doctor as doctor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.engine.production import Production
    from core.film.finding import Finding
    from core.film.moderation import Vocabulary
    from core.film.plan import Plan
    from core.studio.places import Places


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
