"""Can the chosen model make this shot? Its limits come up as a value from whoever knows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.film.choice import choose_model
from core.film.continuity import references_of, seam_of
from core.film.finding import Finding

if TYPE_CHECKING:
    from core.film.matrix import Chain, Shot
    from core.film.plan import Plan

HALF_A_FRAME = 0.021
"""Seconds, at 24 frames a second: what a whole length may be off in a film of 23.976."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What `check` needs of a model's capabilities; fields as in `providers.base.Capabilities`."""

    seconds: tuple[float, float]
    lengths: tuple[int, ...] = ()
    """The only whole seconds it makes; empty: any in `seconds`."""
    resolutions: tuple[str, ...] = ()
    """Empty: any."""
    aspects: tuple[str, ...] = ()
    """Like 16:9; empty: any."""
    first_frame: bool = True
    last_frame: bool = False
    references: int = 0
    frames_exclude_references: bool = False
    audio: bool = False

    @classmethod
    def read(cls, capabilities: object) -> Limits:
        """From any object with these attributes; those it does not have keep their defaults.

        Raises AttributeError where `seconds` is missing.
        """
        names = cls.__slots__
        given = {name: getattr(capabilities, name) for name in names if hasattr(capabilities, name)}
        if "seconds" not in given:
            raise AttributeError("capabilities without seconds")
        return cls(**given)


def limit_findings(plan: Plan, chain: Chain, shot: Shot, limits: Limits | None) -> Iterator[Finding]:
    """What the shot asks for and its model cannot give."""
    choice = choose_model(plan, shot)
    if limits is None:
        yield Finding.error(
            "unknown-model",
            chain.file,
            f"nobody here knows {choice}",
            "`rushes doctor` lists the providers; set model, or defaults in film.json",
            shot=shot.id,
            field="model",
        )
        return
    shortest, longest = limits.seconds
    if not shortest <= shot.seconds <= longest:
        yield Finding.error(
            "seconds-do-not-fit",
            chain.file,
            f"{shot.seconds:g} s, but {choice} makes {shortest:g} to {longest:g} s",
            "change seconds, or the model",
            shot=shot.id,
            field="seconds",
        )
    elif limits.lengths and not any(abs(shot.seconds - length) < HALF_A_FRAME for length in limits.lengths):
        yield Finding.error(
            "seconds-do-not-fit",
            chain.file,
            f"{shot.seconds:g} s, but {choice} makes {', '.join(map(str, limits.lengths))} s only",
            f"set seconds to {min(limits.lengths, key=lambda length: abs(length - shot.seconds))}",
            shot=shot.id,
            field="seconds",
        )
    if limits.aspects and plan.profile.aspect not in limits.aspects:
        yield Finding.error(
            "aspect",
            chain.file,
            f"{choice} has no {plan.profile.aspect}: it has {', '.join(limits.aspects)}",
            "change aspect in film.json, or the model",
            shot=shot.id,
            field="model",
        )
    if choice.resolution and limits.resolutions and choice.resolution not in limits.resolutions:
        yield Finding.error(
            "resolution",
            chain.file,
            f"{choice} has no {choice.resolution}: it has {', '.join(limits.resolutions)}",
            f"change defaults.{shot.kind}.resolution in film.json",
            shot=shot.id,
            field="kind",
        )
    if choice.audio and not limits.audio:
        yield Finding.warning(
            "no-audio",
            chain.file,
            f"{choice} makes no sound",
            f"set defaults.{shot.kind}.audio to false, or change the model",
            shot=shot.id,
            field="kind",
        )
    yield from _pictures(plan, chain, shot, limits)


def _pictures(plan: Plan, chain: Chain, shot: Shot, limits: Limits) -> Iterator[Finding]:
    """Frames and references the model takes."""
    seam, count = seam_of(plan, shot.id), len(references_of(plan, shot.id))
    choice = choose_model(plan, shot)
    begins_on_frame = seam.source is not None and seam.seam != "keyframe"
    if begins_on_frame and not limits.first_frame:
        yield Finding.error(
            "no-first-frame",
            chain.file,
            f"seam '{seam.seam}' needs a first frame, and {choice} takes none",
            "use seam text, or another model",
            shot=shot.id,
            field="seam",
        )
    if seam.into and not limits.last_frame:
        yield Finding.error(
            "no-last-frame",
            chain.file,
            f"seam 'bridge' needs a last frame, and {choice} takes none",
            "use another seam, or another model",
            shot=shot.id,
            field="seam",
        )
    if begins_on_frame and count and limits.frames_exclude_references:
        yield Finding.warning(
            "frame-or-references",
            chain.file,
            f"{choice} takes a frame or references, not both: the frame is sent, {count} references stay",
            "use seam text to send the references instead",
            shot=shot.id,
            field="references",
        )
    elif count > limits.references:
        yield Finding.warning(
            "too-many-references",
            chain.file,
            f"{count} references, and {choice} takes {limits.references}: the first ones are sent",
            "name fewer, or change the model",
            shot=shot.id,
            field="references",
        )
