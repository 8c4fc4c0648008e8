"""From the ledger's circled takes to a film, a review copy or the diary: shaping rows, then rendering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base import settings
from core.desk import barriers, diary
from core.film.signature import signature
from core.media.ffmpeg import Ffmpeg, find_ffmpeg
from core.media.lettering import SlateText
from core.post.pick import pick
from core.post.render import Rendered, render, review_copy
from core.post.segments import plan_cut
from core.studio.snapshot import of_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from core.engine.production import Production
    from core.studio.places import Places


def encoder() -> Ffmpeg:
    """The pinned ffmpeg, or the one the person named."""
    return Ffmpeg(find_ffmpeg(settings.load().ffmpeg or None))


def assemble(
    p: Production,
    places: Places,
    *,
    rough: bool,
    accepted: Collection[str] = (),
    progress: Callable[[int, int, str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Rendered:
    """Circled takes, or with `rough` the newest there is, in matrix order; the diary follows.

    Raises BadInput naming what is missing, ProviderFault, DiskFull; leaves no half film. Unless rough,
    WaitsForPerson for seams that are not good and clips that changed, but those `accepted` by code.
    """
    if not rough:
        barriers.require_cut(p, accepted)
    profile = p.plan.profile
    picked = pick(p.plan, p.reader.all_takes(), lambda shot, n: p.files(shot, n).clip, rough=rough)
    cut = plan_cut(
        picked.shots,
        width=profile.width,
        height=profile.height,
        fps=profile.fps,
        rough=rough,
        left_out=picked.left_out,
    )
    made = render(
        encoder(),
        cut,
        out_dir=places.cuts,
        cache=places.segments,
        title=profile.title,
        progress=progress,
        stop=stop,
    )
    with p.ledger.write() as w:
        kind = "rough" if rough else "circled"
        w.event("cut.made", f"{made.path.name}, {made.seconds:.1f} s, {kind}", data={"rough": rough})
    write_diary(p, places)
    return made


def write_diary(p: Production, places: Places) -> Path:
    """Brings the generated parts of diary.md up to date."""
    return diary.write_diary(p, of_plan(p.plan, signature(places.root)))


def review_copies(p: Production, places: Places, takes: Iterable[tuple[str, int]]) -> list[Path]:
    """Copies with slate and timecode in .rushes/cache/review, made once a clip."""
    folder = places.cache / "review"
    made = []
    for shot, n in takes:
        clip = p.files(shot, n).clip
        out = folder / clip.name
        if clip.is_file() and (not out.exists() or out.stat().st_mtime < clip.stat().st_mtime):
            text = SlateText(shot=shot, take=f"t{n:02d}", film=p.plan.profile.title)
            review_copy(encoder(), clip, text, out)
        if out.exists():
            made.append(out)
    return made
