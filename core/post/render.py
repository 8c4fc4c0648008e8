"""From an edit to a film: pieces from the cache, copied together, counted, published whole.

Nothing is ever overwritten: each film takes the next free number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.base.errors import BadInput, ProviderFault
from core.base.paths import disk_errors, publish, publish_new, sha256_file, write_atomic
from core.media.arguments import input_args
from core.media.probe import probe
from core.post import manifest
from core.post.burn import strip_frames, strip_size
from core.post.graph import Frame, Leg, concat_list, copy_args, join_args, lasts, samples_at
from core.post.naming import next_version, slug
from core.post.pick import footage
from core.post.pieces import Telling, check_alike, part_file, parts_of, patience, provide, sweep

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.media.ffmpeg import Ffmpeg
    from core.media.lettering import SlateText
    from core.post.pieces import Part
    from core.post.segments import Cut

JOIN_TIMEOUT_S = 3600.0


@dataclass(frozen=True, slots=True)
class Rendered:
    """A film that lies whole on disk."""

    path: Path
    manifest: Path
    frames: int
    seconds: float
    version: int
    left_out: tuple[str, ...] = ()
    """Shots that are not in it because they have nothing to show yet."""


def render(
    ffmpeg: Ffmpeg,
    cut: Cut,
    *,
    out_dir: Path,
    cache: Path,
    title: str,
    progress: Callable[[int, int, str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Rendered:
    """Writes `<title>_vNNN.mp4` and its manifest under the next free number in `out_dir`.

    `progress` hears (pictures done, pictures in all, what is being made); `stop` is asked between
    and during pieces. Raises BadInput naming every clip that is missing or changed, CutStopped,
    ProviderFault, DiskFull; no half film is left.
    """
    _check_sources(cut)
    for folder in (out_dir, cache):
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
    told = Telling(cut.frames, progress, stop)
    parts = parts_of(ffmpeg, cut, cache, title)
    looks = [provide(ffmpeg, part, told) for part in parts]
    check_alike(parts, looks)
    told.say(0, "joining")
    return _join(ffmpeg, cut, parts, out_dir, title)


def _check_sources(cut: Cut) -> None:
    gone, changed = [], []
    for piece in cut.pieces:
        source = piece.source
        name = f"{source.shot} take {source.take} ({source.clip.name})"
        if not source.clip.is_file():
            gone.append(name)
        elif source.sha != sha256_file(source.clip):
            changed.append(name)
    if gone or changed:
        said = [f"missing: {', '.join(gone)}"] if gone else []
        said += [f"not the clip that was downloaded: {', '.join(changed)}"] if changed else []
        raise BadInput(
            f"clips of this cut cannot be used; {'; '.join(said)}",
            todo="`rushes audit` shows what changed, `rushes audit --repair` fetches what is missing",
        )


def _join(ffmpeg: Ffmpeg, cut: Cut, parts: list[Part], out_dir: Path, title: str) -> Rendered:
    stem = slug(title)
    listing = parts[0].path.with_name(f".{stem}.ffconcat")
    names = [part.path.name for part in parts]
    text = concat_list(names, [part.leg.frames for part in parts], cut.film.fps)
    with part_file(listing) as written, part_file(out_dir / f"{stem}.mp4") as film:
        write_atomic(written, text.encode("utf-8"))
        # By its bare name, from its own folder: the concat demuxer reads names beside the list as
        # URLs and would cut a folder's name at `?` or `#`.
        args = join_args(written.name, film.absolute(), sound=cut.sound)
        ffmpeg.run(args, timeout_s=JOIN_TIMEOUT_S, cwd=written.parent)
        _check_film(film, cut)
        return _publish(film, cut, out_dir, stem, title)


def _check_film(film: Path, cut: Cut) -> None:
    facts = probe(film)
    if facts.frames != cut.frames or facts.vfr or facts.has_audio != cut.sound:
        raise ProviderFault(
            f"the joined film has {facts.frames} pictures, not {cut.frames}, or lost its rate or sound",
            todo="remove .rushes/cache/segments and assemble again",
        )


def _publish(film: Path, cut: Cut, out_dir: Path, stem: str, title: str) -> Rendered:
    """Film and manifest under one number. The manifest is written first, so that a full disk is met
    before the film has its name."""
    while True:
        version = next_version(out_dir, stem)
        name = f"{stem}_v{version:03d}"
        path, beside = out_dir / f"{name}.mp4", out_dir / f"{name}.otio"
        text = manifest.compose(cut, title=title, film=path.name, version=version, folder=out_dir)
        with part_file(beside) as written:
            write_atomic(written, text.encode("utf-8"))
            if publish_new(film, path):
                publish(written, beside)
                return Rendered(path, beside, cut.frames, cut.seconds, version, cut.left_out)


def review_copy(ffmpeg: Ffmpeg, clip: Path, text: SlateText, out: Path) -> Path:
    """One take with slate and running timecode burned in, in its own size and rate, as an mp4 at `out`.

    Replaces `out`. Raises BadInput for what is not a clip, ProviderFault, DiskFull.
    """
    facts = footage(clip)
    frame = Frame(max(16, facts.width // 2 * 2), max(16, facts.height // 2 * 2), facts.fps)
    count = lasts(facts, facts.fps)
    sound = (0, samples_at(count, facts.fps)) if facts.has_audio else None
    leg = Leg(facts, frame, 0, count, sound, strip_size(frame, text))
    with disk_errors(out):
        out.parent.mkdir(parents=True, exist_ok=True)
    with part_file(out) as part:
        strips = strip_frames(frame, text, 0, count)
        ffmpeg.run(copy_args(input_args(clip), leg, part), timeout_s=patience(leg), frames=strips)
        publish(part, out)
    return out
