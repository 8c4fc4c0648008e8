"""A shot's prompt and the hashes of what is asked for. Pure.

Sections stand in this order, each only where it has words, one blank line between them:
character:NAME (in the shot's order), environment:NAME, camera:NAME, style:NAME, board, action,
beats, sound, sound:NAME, continuity, avoid:NAME. Blocks go in word for word, so a block that did
not change gives the same bytes in every shot that names it. `style`, `sound` and `avoid` blocks
stand in order of their stems.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.base.paths import sha256_text
from core.base.units import frames_of
from core.film.choice import choose_model
from core.film.continuity import Reference, references_of, seam_of

if TYPE_CHECKING:
    from fractions import Fraction

    from core.film.blocks import Block, Camera
    from core.film.matrix import Continuity, Shot
    from core.film.plan import Plan

SEPARATOR = "\n\n"
LIMIT_BYTES = 100_000
"""No model reads more, and a pasted file is usually a slip."""


@dataclass(frozen=True, slots=True)
class Prompt:
    text: str
    """What is sent, byte for byte."""
    sections: tuple[tuple[str, str], ...]
    """(name, text) in order."""


def assemble(plan: Plan, shot_id: str, *, handed_over: bool) -> Prompt:
    """The prompt of a shot; `handed_over`: a hand-over frame goes along, so carried forms are enough.

    Raises BadInput for an unknown id.
    """
    shot = plan.shot(shot_id)
    sections = tuple((name, text) for name, text in _sections(plan, shot, handed_over) if text)
    return Prompt(SEPARATOR.join(text for _, text in sections), sections)


def prompt_of(plan: Plan, shot_id: str) -> Prompt:
    """`assemble` with the hand-over that the shot's seam says."""
    return assemble(plan, shot_id, handed_over=seam_of(plan, shot_id).handed_over)


def _sections(plan: Plan, shot: Shot, handed_over: bool) -> Iterator[tuple[str, str]]:
    blocks, version = plan.blocks, plan.board_version
    for kind, block in named_blocks(plan, shot):
        yield f"{kind}:{block.stem}", block.text(handed_over=handed_over)
    for block in blocks.style.values():
        yield f"style:{block.stem}", block.text(handed_over=handed_over)
    yield "board", version.blocks.consistency.strip() if version else ""
    yield "action", action_text(shot)
    yield "beats", beats_text(shot.beats)
    yield "sound", f"Sound: {shot.sound.strip()}" if shot.sound.strip() else ""
    for block in blocks.sound.values():
        yield f"sound:{block.stem}", block.text(handed_over=handed_over)
    yield "continuity", continuity_text(shot.continuity)
    for block in blocks.avoid.values():
        yield f"avoid:{block.stem}", block.text(handed_over=handed_over)


def named_blocks(plan: Plan, shot: Shot) -> tuple[tuple[str, Block], ...]:
    """(kind, block) of the blocks a shot names, in the prompt's order."""
    blocks = plan.blocks
    wanted = [("character", blocks.characters.get(name)) for name in shot.characters]
    wanted.append(("environment", blocks.environments.get(shot.environment)))
    wanted.append(("camera", blocks.cameras.get(shot.camera)))
    return tuple((kind, block) for kind, block in wanted if block is not None)


def action_text(shot: Shot) -> str:
    """Description, action and mood, a line each."""
    mood = f"Mood: {shot.mood.strip()}" if shot.mood.strip() else ""
    return "\n".join(line for line in (shot.description.strip(), shot.action.strip(), mood) if line)


def beats_text(beats: Sequence[str]) -> str:
    """Numbered moments under one heading."""
    lines = [f"{number}. {beat.strip()}" for number, beat in enumerate(beats, 1)]
    return "\n".join(["Moments, in order:", *lines]) if lines else ""


def continuity_text(state: Continuity) -> str:
    """One line of what carries over the cut, in a fixed order."""
    parts = [
        ("position", state.position),
        ("props", ", ".join(state.props)),
        ("lighting", state.lighting),
        ("colour temperature", f"{state.kelvin} K" if state.kelvin else ""),
        ("costume", state.costume),
        ("weather", state.weather),
        ("emotion", state.emotion),
        ("screen direction", state.screen_direction),
    ]
    said = "; ".join(f"{name}: {text.strip()}" for name, text in parts if text.strip())
    return f"Continuity: {said}." if said else ""


def camera_of(plan: Plan, shot: Shot) -> Camera | None:
    """The move of the shot's camera block."""
    block = plan.blocks.cameras.get(shot.camera)
    return block.camera if block else None


def plan_hash(plan: Plan, shot_id: str, file_sha: Callable[[str], str]) -> str:
    """SHA-256 over all that the plan asks of a shot: everything but the hand-over frame and the seed.

    `file_sha` gives the SHA-256 of a picture by its path in the film. Raises BadInput for an unknown id.
    """
    shot, seam, profile = plan.shot(shot_id), seam_of(plan, shot_id), plan.profile
    choice = choose_model(plan, shot)
    plate = plan.plate_of(shot.environment)  # the picture the environment is drawn after, at every seam

    def picture(reference: Reference | None) -> str | None:
        if reference is None:
            return None
        return f"sha:{file_sha(reference.file)}" if reference.file else f"shot:{reference}"

    return _digest(
        {
            "prompt": assemble(plan, shot_id, handed_over=seam.handed_over).text,
            "references": [picture(reference) for reference in references_of(plan, shot_id)],
            "seam": [seam.seam, picture(seam.source), seam.into],
            "plate": [shot.plate, plate.sha if plate else None],
            "camera": camera_of(plan, shot),
            "provider": choice.provider,
            "model": choice.model,
            "resolution": choice.resolution,
            "audio": choice.audio,
            "width": profile.width,
            "height": profile.height,
            "fps": str(profile.fps),
            "frames": frames_of(shot.seconds, profile.fps),
        }
    )


def request_hash(
    *,
    prompt: str,
    references: Sequence[str],
    first_frame_sha: str | None,
    last_frame_sha: str | None,
    plate_sha: str | None,
    camera: tuple[str, str, float] | None,
    model: str,
    provider: str,
    frames: int,
    fps: Fraction,
    width: int,
    height: int,
    resolution: str,
    audio: bool,
    seed: int,
    settings: Mapping[str, Any],
) -> str:
    """SHA-256 of one request as canonical JSON: all that its result depends on.

    `references` are the pictures' hashes in their order. Raises ValueError where `settings` holds
    what JSON cannot say (NaN, a set).
    """
    return _digest(
        {
            "prompt": prompt,
            "references": list(references),
            "first_frame": first_frame_sha,
            "last_frame": last_frame_sha,
            "plate": plate_sha,
            "camera": camera,
            "model": model,
            "provider": provider,
            "frames": frames,
            "fps": str(fps),
            "width": width,
            "height": height,
            "resolution": resolution,
            "audio": audio,
            "seed": seed,
            "settings": dict(settings),
        }
    )


def _digest(value: Mapping[str, Any]) -> str:
    """Canonical: keys sorted, no spaces, numbers finite, text as UTF-8."""
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except TypeError as error:
        raise ValueError(f"not sayable in JSON: {error}") from error
    return sha256_text(text)
