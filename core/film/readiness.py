"""Is the film ready to be made? What can be meant, but is unwise or cannot work with its model.

Faults of files are `load`'s; here every file was read. Pure: no file is opened, so lines are 0 until
`placed` looks them up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.base.locate import Lines
from core.film import profile as profile_files
from core.film.blocks import FOLDERS
from core.film.choice import choose_model
from core.film.finding import Finding
from core.film.flow import flow_findings
from core.film.limits import Limits, limit_findings
from core.film.moderation import moderation_findings

if TYPE_CHECKING:
    from core.film.blocks import Block
    from core.film.matrix import Chain, Shot
    from core.film.moderation import Vocabulary
    from core.film.plan import Plan

SECONDS_A_BEAT = 1.5
"""More moments than one in this time come out half done or not at all."""
LONG_SHOT_S = 15.0
"""Models drift in longer ones: 12 to 15 s with 3 or 4 moments is the practical target."""
LONG_CHAIN = 20
"""Shots; beyond it, waiting for a person after each one stands still for days."""
FREE_PROVIDER = "animatic"
"""Runs on this machine and bills nothing."""


def findings(
    plan: Plan,
    capabilities: Callable[[str, str], object | None],
    vocabularies: Sequence[Vocabulary] | None = None,
) -> tuple[Finding, ...]:
    """All findings, errors first, then in order of the film.

    `capabilities(provider, model)` gives an object with the fields of `providers.base.Capabilities`,
    or None for a model that nobody knows. `vocabularies`: of moderation; the shipped ones unless given.
    """
    found = [*_film(plan), *_blocks(plan), *_plates(plan)]
    limits = _Limits(capabilities)
    for chain in plan.chains:
        found += _chain(plan, chain)
        for shot in chain.live:
            found += _shot(plan, chain, shot)
            found += limit_findings(plan, chain, shot, limits.of(plan, shot))
            found += moderation_findings(plan, chain, shot, vocabularies)
        found += flow_findings(plan, chain)
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))


def placed(plan: Plan, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The same findings with the lines of the shots they speak of. Reads each named file once."""
    lines: dict[str, Lines] = {}
    return tuple(_with_line(plan, finding, lines) for finding in found)


def _with_line(plan: Plan, finding: Finding, lines: dict[str, Lines]) -> Finding:
    if not finding.shot or finding.line or not plan.has(finding.shot):
        return finding
    if finding.file not in lines:
        try:
            text = Path(plan.root, finding.file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            text = ""  # gone or changed since the load: the finding stands, without its line
        lines[finding.file] = Lines.toml(text)
    loc: tuple[str | int, ...] = ("shot", plan.position(finding.shot).index, *finding.field.split("."))
    return replace(finding, line=lines[finding.file].of(loc))


class _Limits:
    """Asks for each model once."""

    def __init__(self, capabilities: Callable[[str, str], object | None]) -> None:
        self._ask = capabilities
        self._known: dict[tuple[str, str], Limits | None] = {}

    def of(self, plan: Plan, shot: Shot) -> Limits | None:
        choice = choose_model(plan, shot)
        key = (choice.provider, choice.model)
        if key not in self._known:
            answer = self._ask(*key)
            self._known[key] = Limits.read(answer) if answer is not None else None
        return self._known[key]


def _film(plan: Plan) -> Iterator[Finding]:
    profile, file = plan.profile, profile_files.FILE
    if not any(chain.live for chain in plan.chains):
        yield Finding.error(
            "no-shots", file, "the film has no shots", "write a chain into shots/, or `rushes demo` shows one"
        )
    paid = {choose_model(plan, shot).provider for chain in plan.chains for shot in chain.live} - {
        FREE_PROVIDER
    }
    if paid and profile.budget.film_usd is None:
        who = ", ".join(sorted(paid))
        yield Finding.error(
            "no-budget", file, f"no budget, and {who} bills", 'set budget.film_usd, like "250.00"'
        )
    elif profile.budget.film_usd is None:
        yield Finding.warning("no-budget", file, "no budget", 'set budget.film_usd, like "250.00"')
    if profile.start and profile.due and profile.due < profile.start:
        yield Finding.warning("due-before-start", file, "due lies before start", "change one of the dates")
    yield from _aspect(plan)
    yield from _planned(plan)


def _aspect(plan: Plan) -> Iterator[Finding]:
    profile = plan.profile
    wide, high = (float(part) for part in profile.aspect.split(":"))
    # A twentieth: 854x480 is called 16:9 and is not quite.
    if not high or abs(profile.width / profile.height - wide / high) > 0.05 * wide / high:
        size = f"{profile.width}x{profile.height}"
        yield Finding.warning(
            "aspect",
            profile_files.FILE,
            f"{size} is not {profile.aspect}",
            "change aspect, or width and height",
        )


def _planned(plan: Plan) -> Iterator[Finding]:
    held = Counter(str(shot.kind) for chain in plan.chains for shot in chain.live)
    for kind, count in plan.profile.planned.items():
        if count != held[str(kind)]:
            text = f"{count} {kind} shots planned, {held[str(kind)]} in the matrix"
            yield Finding.warning("planned-count", profile_files.FILE, text, "change planned, or the matrix")


def _blocks(plan: Plan) -> Iterator[Finding]:
    """Blocks in use that may still change, and characters that nothing shows."""
    used = _used(plan)
    for block in plan.blocks.all():
        if (block.folder, block.stem) not in used:
            continue
        kind = FOLDERS[block.folder]
        if not block.head.locked:
            yield Finding.warning(
                "block-unlocked",
                block.file,
                f"{kind} '{block.stem}' is in use and not locked",
                "lock it before money goes into it: every change makes its shots stale",
            )
        if block.folder == "characters" and not _is_shown(plan, block):
            yield Finding.warning(
                "character-without-reference",
                block.file,
                f"character '{block.stem}' has no reference picture",
                "give references in its front matter, or a picture on the board",
            )


def _plates(plan: Plan) -> Iterator[Finding]:
    """Environments in which a chain has nothing to look at: neither a plate nor its own first picture."""
    bare: dict[str, None] = {}
    for chain in plan.chains:
        if not chain.anchor or plan.has(chain.anchor.partition(":")[0]):
            bare |= dict.fromkeys(shot.environment for shot in chain.live if shot.environment)
    for name in bare:
        if plan.plate_of(name) is None:
            yield Finding.warning(
                "environment-without-plate",
                f"blocks/environments/{name}.md",
                f"environment '{name}' has no plate on the board: its animatics are a plain card",
                "give board/board.toml a picture with role 'environment' and this name",
            )


def _used(plan: Plan) -> set[tuple[str, str]]:
    used = {(folder, stem) for folder in ("style", "sound", "avoid") for stem in plan.blocks.folder(folder)}
    for chain in plan.chains:
        for shot in chain.live:
            used |= {("characters", name) for name in shot.characters}
            used |= {("environments", shot.environment), ("cameras", shot.camera)}
    return used


def _is_shown(plan: Plan, block: Block) -> bool:
    return bool(block.references) or plan.board.image_of("character", block.stem) is not None


def _chain(plan: Plan, chain: Chain) -> Iterator[Finding]:
    count = len(chain.live)
    if plan.profile.review.policy == "each" and count > LONG_CHAIN:
        yield Finding.warning(
            "review-each-long-chain",
            chain.file,
            f"{count} shots wait for a person one by one (review policy 'each')",
            "choose 'every-n', or break the chain in two",
        )


def _shot(plan: Plan, chain: Chain, shot: Shot) -> Iterator[Finding]:
    most = int(shot.seconds / SECONDS_A_BEAT)
    if len(shot.beats) > most:
        yield Finding.warning(
            "too-many-beats",
            chain.file,
            f"{len(shot.beats)} beats in {shot.seconds:g} s: more than one in {SECONDS_A_BEAT:g} s",
            f"keep {max(1, most)}, or make two shots of it",
            shot=shot.id,
            field="beats",
        )
    if shot.seconds > LONG_SHOT_S:
        yield Finding.warning(
            "long-shot",
            chain.file,
            f"{shot.seconds:g} s in one shot: longer than {LONG_SHOT_S:g} s drifts",
            "make two shots with one job each",
            shot=shot.id,
            field="seconds",
        )
    if not shot.environment:
        yield Finding.warning(
            "no-environment",
            chain.file,
            "no environment: its place will be another in every take",
            "name a block of blocks/environments",
            shot=shot.id,
        )
    if not shot.description.strip() and not shot.action.strip():
        yield Finding.error(
            "no-words", chain.file, "neither description nor action", "say what is seen", shot=shot.id
        )
