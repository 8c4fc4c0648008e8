"""From plan, take and hand-over frame to one frozen request. Pure but for hashing pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.base.paths import inside
from core.base.units import frames_of
from core.film.choice import choose_model
from core.film.continuity import references_of
from core.film.prompts import assemble, camera_of, request_hash
from core.providers.base import CameraMove, Picture, VideoRequest

if TYPE_CHECKING:
    from core.engine.production import Production
    from core.film.continuity import Reference
    from core.film.matrix import Shot


@dataclass(frozen=True, slots=True)
class Opening:
    """What a take begins with: frames handed over and the take they came from."""

    first: Picture | None = None
    last: Picture | None = None
    """Bridge: the picture it must arrive at."""
    references: tuple[Picture, ...] = ()
    source_take: int | None = None

    @property
    def in_sha(self) -> str:
        return self.first.sha if self.first else ""


NOTHING = Opening()


def draft(
    p: Production,
    shot: Shot,
    n: int,
    seed: int,
    opening: Opening = NOTHING,
    ordered: tuple[str, str] | None = None,
) -> VideoRequest:
    """The request for take `n` of a shot. Raises BadInput where a picture is missing.

    `ordered`: the provider and model a person said yes to, whatever the film names by now.
    """
    plan = p.plan
    choice = choose_model(plan, shot)
    provider, model = ordered or ("animatic" if p.rehearsal else choice.provider, choice.model)
    prompt = assemble(plan, shot.id, handed_over=opening.first is not None)
    plate = _plate(p, shot)
    camera = camera_of(plan, shot)
    references = (*opening.references, *_references(p, shot))
    frames = frames_of(shot.seconds, plan.profile.fps)
    digest = request_hash(
        prompt=prompt.text,
        references=[picture.sha for picture in references],
        first_frame_sha=opening.first.sha if opening.first else None,
        last_frame_sha=opening.last.sha if opening.last else None,
        plate_sha=plate.sha if plate else None,
        camera=(camera.move, camera.easing, camera.amount) if camera else None,
        model=model,
        provider=provider,
        frames=frames,
        fps=plan.profile.fps,
        width=plan.profile.width,
        height=plan.profile.height,
        resolution=choice.resolution,
        audio=choice.audio,
        seed=seed,
        # What the provider left with the frame decides the picture as much as the frame does.
        settings={
            "carried": dict(opening.first.carried) if opening.first and opening.first.carried else None
        },
    )
    return VideoRequest(
        shot=shot.id,
        take=n,
        model=model,
        prompt=prompt.text,
        frames=frames,
        fps=plan.profile.fps,
        width=plan.profile.width,
        height=plan.profile.height,
        seed=seed,
        request_hash=digest,
        resolution=choice.resolution,
        audio=choice.audio,
        first_frame=opening.first,
        last_frame=opening.last,
        references=references,
        plate=plate,
        camera=CameraMove(camera.move, camera.easing, camera.amount) if camera else None,
    )


def expecting(request: VideoRequest, seam: str) -> VideoRequest:
    """The same request with the frame its seam will bring: a yes is to what will be asked for, and some
    models bill a picture."""
    if seam in ("text", "board") or request.first_frame:
        return request
    return replace(request, first_frame=Picture(Path(), "", "first_frame"))


def file_picture(p: Production, relative: str, role: str) -> Picture:
    """A picture of the film folder, hashed as it lies there now."""
    path = inside(p.root, relative)
    if not path.is_file():
        raise BadInput("this picture is missing", where=relative, todo="bring it back, or take its name out")
    return Picture(path, p.clips.picture_sha(path), role)


def _plate(p: Production, shot: Shot) -> Picture | None:
    image = p.plan.plate_of(shot.environment)
    return file_picture(p, image.file, "plate") if image else None


def _references(p: Production, shot: Shot) -> tuple[Picture, ...]:
    found = [_reference(p, reference) for reference in references_of(p.plan, shot.id)]
    return tuple(picture for picture in found if picture)


def _reference(p: Production, reference: Reference) -> Picture | None:
    if reference.file:
        return file_picture(p, reference.file, "reference")
    return shot_frame(p, reference, "reference")


def shot_frame(p: Production, reference: Reference, role: str) -> Picture | None:
    """The frame of a shot's best take, or None while there is none."""
    takes = [take for take in p.reader.takes_of(reference.shot) if take.state in ("approved", "review")]
    if not takes:
        return None
    take = next((take for take in reversed(takes) if take.state == "approved"), takes[-1])
    files = p.files(take.shot, take.n)
    path, sha = (files.first, take.first_sha) if reference.at == "first" else (files.last, take.last_sha)
    return Picture(path, sha, role) if path.is_file() else None
