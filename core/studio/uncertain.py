"""`gaps`: reads what is uncertain about a film, by the standard library alone while its files stand still."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from core.base import settings
from core.desk import gaps, links, promises, standing
from core.desk.gap import Gap
from core.desk.shas import Shas
from core.film.signature import signature
from core.ledger import news, records
from core.ledger.views import Reader
from core.studio.glance import glance
from core.studio.rows import paused
from core.studio.snapshot import current

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.studio.places import Places
    from core.studio.rows import Glance

VERSION = 1
"""Of what is kept; another one is made again."""
MAX_BYTES = 64 << 20
_WAITS_FOR_VERDICT = "review"


def found(places: Places) -> tuple[Gap, ...]:
    """Every gap of the film, grouped. Raises BadInput, LedgerFault."""
    reader = Reader(places.ledger) if places.ledger.exists() else None
    try:
        return gaps.gaps(facts_of(places, reader))
    finally:
        if reader is not None:
            reader.close()


def facts_of(places: Places, reader: Reader | None, seen: Glance | None = None) -> gaps.Facts:
    """The rows that gaps are found in. `reader`: None while there is no ledger; `seen`: a reading that is
    there already."""
    seen = seen or glance(places, reader)
    plan = {} if seen.faults else _examined(places, reader)
    facts = gaps.Facts(
        shots=tuple(_shot(shot) for shot in seen.shots if shot.state != "omitted"),
        pauses=_pauses(seen, reader),
        faults=tuple((fault.file, fault.line, fault.what) for fault in seen.faults),
        findings=plan.get("findings", ()),
        unpriced=plan.get("unpriced", ()),
        today=datetime.now().astimezone().date().isoformat(),
    )
    if reader is None:
        return facts
    promised = promises.listed(reader) if news.has(reader, "commitment") else []
    tasks, suggested = news.rows_of(reader, "task"), records.suggestions(reader)
    seams, voids = _standing(places, reader)
    return facts._replace(
        seams=seams,
        voids=voids,
        promises=cast("list[dict[str, Any]]", promised),
        lost_links=_lost(places, reader, seen, [*tasks, *suggested]),
        spend=records.spend_rows(reader),
        notes=records.notes(reader),
        tasks=tasks,
        suggestions=suggested,
        rescues=news.rows_of(reader, "rescue"),
        takes={take.id: (take.shot, take.n) for take in reader.all_takes()},
        documents=tuple(_documents(places, reader, seen, plan.get("documents", ()))),
    )


def _shot(shot: Any) -> gaps.ShotFact:
    taken = (shot.newest_take, shot.usable, shot.stale, shot.note, shot.source)
    return gaps.ShotFact(shot.id, shot.chain, shot.state, *taken)


def _pauses(seen: Glance, reader: Reader | None) -> tuple[tuple[str, str], ...]:
    """Of all chains, those that left the plan too; a chain that waits for a verdict has shots that wait."""
    titles = {chain.id: chain.title for chain in seen.chains}
    held = reader.chains() if reader else {}
    return tuple(
        (chain, f"{titles.get(chain, chain)} {paused(reason, note)}")
        for chain, (state, reason, note) in held.items()
        if state == "paused" and reason != _WAITS_FOR_VERDICT
    )


def _standing(places: Places, reader: Reader) -> tuple[Sequence[Any], Sequence[Any]]:
    """Seams as they stand, and verdicts that are void. What is hashed is hashed once."""
    snapshot, _ = current(places)
    if snapshot is None:
        return (), ()
    outline, shas = standing.outline_of_snapshot(snapshot, places.root, places.home), Shas(places.root)
    found = standing.seams(reader, outline, shas), standing.verdicts_void(reader, outline, shas)
    shas.keep()
    return found


def _lost(places: Places, reader: Reader, seen: Glance, rows: Iterable[dict[str, Any]]) -> frozenset[str]:
    """Links that lead nowhere: their shot was renamed, their document is gone."""
    named = {str(row["link"]) for row in rows if row.get("link")}
    ground = links.Ground(places.root, {shot.id for shot in seen.shots}, reader)
    return frozenset(link for link in named if links.leads(link, ground) is None)


# What only the parsed plan tells.


def _examined(places: Places, reader: Reader | None) -> dict[str, Any]:
    """From the cache while nothing changed it was made of; else looked at again, which takes seconds."""
    kept = places.cache / ("examined-rehearsal.json" if places.rehearsal else "examined.json")
    mark = _mark(places, reader)
    try:
        if kept.stat().st_size <= MAX_BYTES:
            there = json.loads(kept.read_bytes())
            if isinstance(there, dict) and there.get("mark") == mark:
                return there
    except (OSError, ValueError, RecursionError):
        pass  # none yet, or half of one: it is made anew
    from core.studio.examined import examine  # noqa: PLC0415 - the parsed plan and all adapters, 2 s

    return examine(places, kept, mark)


def _mark(places: Places, reader: Reader | None) -> str:
    """Changes with the plan's files, the words known to be refused, what providers say, and the day: prices
    hold for days."""
    folder = settings.cache_dir() / "catalogue"
    try:
        lists = sorted((entry.name, entry.stat().st_mtime_ns) for entry in os.scandir(folder))
    except OSError:
        lists = []
    refused = news.refusals(reader) if reader else (0, 0)
    return repr((VERSION, datetime.now(UTC).date().isoformat(), refused, lists, signature(places.root)))


# Documents.


def _documents(places: Places, reader: Reader, seen: Glance, written: Iterable[list[str]]) -> Iterable[Gap]:
    named = [gaps.Document(name, day) for name, day in written]
    yield from gaps.documents(named, _in_use(reader, seen) if named else (), _last_cut(reader))
    if _diary_is_behind(places, reader):
        why = "whoever reads it decides by what was so before"
        what = "its tables do not tell the last verdicts"
        yield Gap("document", "diary", what, "file:diary.md", "", None, why, "rushes diary")


def _in_use(reader: Reader, seen: Glance) -> list[tuple[str, int, str]]:
    """Shot, number and moment of order of each take that is handed over today."""
    used = {(shot.id, shot.usable) for shot in seen.shots if shot.usable is not None}
    ordered = {(row["shot"], row["n"]): row["created_at"] for row in reader.table("take")}
    return [(shot, n or 0, ordered.get((shot, n), "")) for shot, n in sorted(used, key=str)]


def _last_cut(reader: Reader) -> tuple[str, str]:
    event = news.last_of(reader, "cut.made")
    return (str(event["text"]).partition(",")[0], str(event["at"])) if event else ("", "")


def _diary_is_behind(places: Places, reader: Reader) -> bool:
    """Whether verdicts came after it was written, and its tables would read otherwise by now."""
    if not (places.home / "diary.md").exists():
        return False
    last = [news.last_of(reader, kind) for kind in ("diary.written", "take.approved", "take.rejected")]
    written, *judged = (event["id"] if event else 0 for event in last)
    if max(judged) <= written:
        return False
    from core.desk import diary  # noqa: PLC0415 - a template engine, only where it may be behind

    snapshot, _ = current(places)
    return snapshot is not None and diary.is_behind(places.home, reader, snapshot)
