"""From the ledger's circled takes to post's cut: shaping rows, then rendering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base import settings
from core.desk import diary
from core.engine.stale import chosen
from core.media.ffmpeg import Ffmpeg, find_ffmpeg
from core.post.render import Rendered, render
from core.post.segments import CutShot, plan_cut

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.engine.production import Production
    from core.ledger.views import TakeRow
    from core.studio.places import Places


def assemble(
    p: Production,
    places: Places,
    *,
    rough: bool,
    progress: Callable[[int, int, str], None] = lambda _done, _of, _what: None,
) -> Rendered:
    """Circled takes, or with `rough` the best there is, in matrix order; diary brought up to date."""
    shots = [_cut_shot(p, shot.id, rough=rough) for shot in p.plan.shots() if not shot.omitted]
    cut = plan_cut(shots, profile=p.plan.profile, rough=rough)
    made = render(
        Ffmpeg(find_ffmpeg(settings.load().ffmpeg or None)),
        cut,
        out_dir=places.cuts,
        cache=places.segments,
        title=p.plan.profile.title,
        progress=progress,
    )
    with p.ledger.write() as w:
        w.event("cut.made", f"{made.path.name}, {made.seconds:.1f} s", data={"rough": rough})
    write_diary(p)
    return made


def write_diary(p: Production) -> None:
    diary.write_diary(p)


def _cut_shot(p: Production, shot: str, *, rough: bool) -> CutShot | None:
    take = _pick(p.reader.takes_of(shot), rough=rough)
    raise NotImplementedError(take)


def _pick(takes: list[TakeRow], *, rough: bool) -> TakeRow | None:
    best = chosen(takes)
    return best if best and (rough or best.state == "approved") else None
