"""The Review screen: a take beside the frame it was handed, the shots around it, the other takes.

Reading imports nothing heavy. What it hashes or parses is remembered while the files stand still.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core.desk import scores as rubric
from core.desk.shas import Shas
from core.engine.states import IN_FLIGHT, LOST, UNSENT, TakeState
from core.ledger import records, rescues
from core.studio.index import index_of
from core.studio.pages import remembered
from core.studio.pages.changes import changed, sidecar_of, take_folder
from core.studio.pages.review_rows import (
    Broke,
    FrameRow,
    Measure,
    Neighbour,
    NoteLine,
    ReviewPage,
    ScoreLine,
    TakeLine,
)
from core.studio.places import Places

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from core.ledger.views import Reader, TakeRow
    from core.studio.pages.sight import Sight
    from core.studio.rows import Glance, ShotRow

_STATES: dict[str, str] = {
    **dict.fromkeys(UNSENT, "ready"),
    **dict.fromkeys(IN_FLIGHT, "running"),
    **dict.fromkeys(LOST, "failed"),
    TakeState.PLANNED: "planned",
    TakeState.INTENT: "running",
    TakeState.IN_DOUBT: "in_doubt",
    TakeState.REVIEW: "review",
    TakeState.APPROVED: "circled",
    TakeState.REJECTED: "rejected",
    TakeState.CANCELLED: "omitted",
}
"""A take's state as the board's signs have it."""
_SAYS_MORE = frozenset(LOST | {TakeState.DOWNLOADING, TakeState.INTENT})
_SOUND = {True: "with sound", False: "silent"}


def read(sight: Sight, shot: str, take: int | None = None) -> ReviewPage:
    """One shot; `take`: the selected one, None: the one a verdict would be about.

    Raises LedgerFault. A shot that is not in the film is a page without one.
    """
    glance = sight.glance
    row = index_of(glance).shot(shot)
    waiting = sum(one.kind == "review" for one in glance.waiting)
    if row is None:
        return ReviewPage(None, waiting=waiting)
    around = _around(glance, row)
    page = ReviewPage(row, waiting=waiting, plan=_plan_file(sight.places, row.chain), **around)
    if sight.reader is None:
        return page
    made = [one for one in sight.reader.takes_of(shot) if one.state != TakeState.CANCELLED]
    chosen = _chosen(made, take if take is not None else _asked_about(glance, row))
    page = page._replace(
        takes=tuple(_lines(sight.reader, shot, made, row)),
        take=chosen.n if chosen else None,
        frames=_frames(sight.reader, row, chosen, page.before, page.after),
        notes=_notes(sight.reader, shot, made, chosen),
        broke=_broke(remembered.failures(sight, sight.reader).by_shot.get(shot, ())),
        known=_known(sight, sight.reader, shot),
    )
    return _with_take(sight, sight.reader, page, made, chosen) if chosen else page


def _asked_about(glance: Glance, row: ShotRow) -> int | None:
    """The take that waits, else the newest: what a verdict would be about."""
    asked = index_of(glance).asked(row.id)
    return asked.take if asked else row.newest_take


def _chosen(made: list[TakeRow], n: int | None) -> TakeRow | None:
    found = [take for take in made if take.n == n] or made[-1:]
    return found[0] if found else None


def _with_take(
    sight: Sight, reader: Reader, page: ReviewPage, made: list[TakeRow], take: TakeRow
) -> ReviewPage:
    """The page with what is known of one take alone."""
    earlier = [one for one in made if one.n < take.n]
    facts = sidecar_of(sight.places.home, take.shot, take.n)
    clip = _clip(sight.places, take)
    own = sight.snapshot.film.get("rubric", ()) if sight.snapshot else ()
    given = rubric.scores(reader, "take", str(take.id))
    shas = known_shas(sight.places.root)
    sha = shas.of(clip) if clip and (given or take.state == TakeState.APPROVED) else ""
    shas.keep()
    return page._replace(
        against=earlier[-1].n if earlier else None,
        changed=changed(reader, sight.places.home, earlier[-1], take) if earlier else (),
        measures=_measures(reader, take, facts),
        scores=score_rows(rubric.items_of(own), given, sha),
        warnings=_warnings(reader, page, take, sha),
        clip=clip,
    )


@lru_cache(maxsize=4)
def known_shas(root: Path) -> Shas:
    """One memory of hashes a film, for as long as the dashboard runs."""
    return Shas(root)


def _clip(places: Places, take: TakeRow) -> str:
    return str(take_folder(places.home, take.shot) / f"{take.shot}_t{take.n:03d}.mp4") if take.sha else ""


def _plan_file(places: Places, chain: str) -> str:
    path = places.root / "shots" / f"{chain}.toml"
    return str(path) if path.is_file() else ""


# Around the shot.


def _around(glance: Glance, row: ShotRow) -> dict[str, Any]:
    """Where the shot stands in its chain, and the shots before and after it."""
    index = index_of(glance)
    chain = index.chain(row.chain)
    rows = (index.shot(ident) for ident in (chain.shots if chain else (row.id,)))
    live = [one for one in rows if one is not None and one.state != "omitted"]
    at = next((index for index, one in enumerate(live) if one.id == row.id), None)
    if at is None:
        return {"chain": chain.title if chain else row.chain, "of": len(live)}
    return {
        "chain": chain.title if chain else row.chain,
        "place": at + 1,
        "of": len(live),
        "before": _neighbour(live[at - 1]) if at else None,
        "after": _neighbour(live[at + 1]) if at + 1 < len(live) else None,
    }


def _neighbour(row: ShotRow) -> Neighbour:
    return Neighbour(row.id, row.state, row.usable, row.seam)


def _frames(
    reader: Reader, row: ShotRow, take: TakeRow | None, before: Neighbour | None, after: Neighbour | None
) -> tuple[FrameRow, ...]:
    """The frame handed over, the take's own two, the next shot's opening; what is not there is left out."""
    found: list[FrameRow] = []
    source = reader.take(take.source_take) if take and take.source_take else None
    if source is not None and source.last_sha:
        found.append(FrameRow("handed", source.shot, source.n, "last"))
    elif before and before.usable is not None:
        # Without a take, what it would begin from is the nearest thing to look at.
        role = "handed" if take is None and row.source == before.shot else "before"
        found.append(FrameRow(role, before.shot, before.usable, "last"))
    if take is not None and take.last_sha:
        found += [FrameRow(end, take.shot, take.n, end) for end in ("first", "last")]
    if after and after.usable is not None:
        found.append(FrameRow("next", after.shot, after.usable, "first"))
    return tuple(found)


# The takes.


def _lines(reader: Reader, shot: str, made: list[TakeRow], row: ShotRow) -> list[TakeLine]:
    billed = records.billed_of(reader, shot)
    verdicts = {one["take_id"]: one for one in records.verdicts_on(reader, shot)}  # the newest counts
    return [_line(take, row, verdicts.get(take.id, {}), billed.get(take.id)) for take in reversed(made)]


def _line(
    take: TakeRow, row: ShotRow, verdict: dict[str, Any], billed: tuple[int | None, str] | None
) -> TakeLine:
    cost, certainty = billed or (None, "")
    return TakeLine(
        n=take.n,
        state=_STATES[take.state],
        word=take.state.replace("_", " ") if take.state in _SAYS_MORE else "",
        at=take.state_at,
        verdict=verdict.get("verdict", ""),
        person=verdict.get("person", ""),
        role=verdict.get("role", ""),
        said=verdict.get("note") or take.note,
        cost=cost,
        certainty=certainty,
        provider=take.provider,
        model=take.model,
        seed=take.seed,
        framed=bool(take.last_sha),
        stands=take.n == row.usable,
    )


def _measures(reader: Reader, take: TakeRow, sidecar: dict[str, object]) -> tuple[Measure, ...]:
    """How long and how large it came, what was measured on it, and where it comes from if brought."""
    found = _of_probe(sidecar.get("probe"))
    if not found:
        ordered = records.ordered(reader, take.id)
        if ordered.fps:
            found = [Measure("ordered", f"{ordered.frames} frames at {ordered.fps}")]
    told = records.measures_of(reader, take.id)
    took = told.pop("generation_s", None)
    if took is not None:
        found.append(Measure("made in", f"{took:.0f} s"))
    found += [Measure(name.replace("_", " "), f"{value:.3g}") for name, value in told.items()]
    came = rescues.of_take(reader, take.id)
    if came:
        of = f" of {came['of']['shot']} t{came['of']['take']:02d}" if came["of"] else ""
        found.append(Measure("brought", f"{came['approach']}{of} by {came['person']}"))
    return tuple(found)


def _of_probe(probe: object) -> list[Measure]:
    """A sidecar may have been written by anybody: what does not fit is left out."""
    if not isinstance(probe, dict):
        return []
    seconds, frames, fps = (probe.get(name) for name in ("seconds", "frames", "fps"))
    found = []
    if isinstance(seconds, int | float) and isinstance(frames, int) and isinstance(fps, str):
        found.append(Measure("length", f"{seconds:.2f} s, {frames} frames at {fps}"))
    width, height, sound = (probe.get(name) for name in ("width", "height", "has_audio"))
    if isinstance(width, int) and isinstance(height, int):
        heard = f", {_SOUND[sound]}" if isinstance(sound, bool) else ""
        found.append(Measure("picture", f"{width}x{height}{heard}"))
    return found


def _warnings(reader: Reader, page: ReviewPage, take: TakeRow, sha: str) -> tuple[str, ...]:
    found = []
    if page.shot and page.shot.stale and page.shot.usable == take.n:
        found.append(f"take {take.n} is stale: it no longer follows from what stands before it")
    if take.state == TakeState.APPROVED:
        said = records.newest_verdict(reader, "take", str(take.id))
        if said and said["sha"] != sha:
            what = "its clip has changed" if sha else "its clip is gone"
            found.append(f"void: {what} since {said['person']} circled it")
    return tuple(found)


# What was said.


def _notes(reader: Reader, shot: str, made: list[TakeRow], take: TakeRow | None) -> tuple[NoteLine, ...]:
    """Of the shot and of the selected take: open ones first, each part newest first."""
    numbers = {one.id: one.n for one in made}
    rows = records.notes_on(reader, shot)
    ends = {row["resolves"]: row for row in rows if row["resolves"]}
    found = [
        _note(row, numbers.get(row["take_id"]), ends.get(row["id"]))
        for row in rows
        if not row["resolves"] and row["take_id"] in (None, take.id if take else None)
    ]
    found += _asked(reader, shot)
    newest = sorted(found, key=lambda note: note.at, reverse=True)
    return tuple(sorted(newest, key=lambda note: bool(note.resolved) or note.kind == "asked"))


def _note(row: dict[str, Any], take: int | None, end: dict[str, Any] | None) -> NoteLine:
    resolved, by = (end["text"], end["person"]) if end else ("", "")
    return NoteLine(
        "note", row["id"], take, row["at"], row["timecode"], row["text"], row["person"], resolved, by
    )


def _asked(reader: Reader, shot: str) -> list[NoteLine]:
    """What people asked of retakes."""
    found = []
    for event in remembered.retakes_of(reader, shot):
        who, _, what = event["text"].removeprefix("retake ordered by ").partition(": ")
        if what:
            found.append(NoteLine("asked", 0, None, event["at"], "", what, who, "", ""))
    return found


def score_rows(items: tuple[str, ...], given: list[dict[str, Any]], sha: str) -> tuple[ScoreLine, ...]:
    newest = {row["item"]: row for row in given}
    names = dict.fromkeys([*items, *newest])
    blank = {"score": None, "person": "", "note": "", "sha": sha}
    rows = ((name, newest.get(name, blank)) for name in names)
    return tuple(
        ScoreLine(name, row["score"], row["person"], row["note"], row["sha"] != sha) for name, row in rows
    )


def _broke(failures: Iterable[dict[str, Any]]) -> tuple[Broke, ...]:
    names = ("id", "n", "category", "broke", "workaround", "outcome")
    return tuple(Broke(*(row[name] for name in names)) for row in failures)


def _known(sight: Sight, reader: Reader, shot: str) -> tuple[str, ...]:
    """What is known of such shots; a rehearsal learns from no real model."""
    if sight.snapshot is None or sight.places.rehearsal:
        return ()
    here = next((one for one in sight.snapshot.shots if one.id == shot), None)
    return remembered.known(sight, reader, here) if here else ()
