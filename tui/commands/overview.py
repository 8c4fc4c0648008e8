"""`gaps` and `since`: what is uncertain, and what happened. They only read, but for who asked last."""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.base.errors import Findings
from core.base.text import one_line
from core.desk.gap import KINDS, Gap, counts
from core.studio import uncertain, whatsnew
from core.studio.record import Record
from core.studio.rows import paused
from core.studio.status import usd
from tui.commands import talk

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from core.desk.since import Failed, Judged, News, Pause, Settled, Told

LINES = 10
"""Of one group in the terminal; `--all` and `--json` hold the rest."""
_CELL = 300


def _gaps_arguments(parser: argparse.ArgumentParser) -> None:
    talk.reading(parser)
    parser.add_argument("--kind", choices=sorted(KINDS), help="only one kind")
    parser.add_argument("--all", action="store_true", help=f"more than {LINES} lines of a kind")


def _gaps(args: argparse.Namespace) -> int:
    """Exit 1 where there are gaps."""
    gc.disable()  # it lives for a breath: collecting costs more than it frees
    found = [gap for gap in uncertain.found(talk.film_of(args)) if args.kind in (None, gap.kind)]
    if args.json:
        by_kind = counts(found)
        data = {"total": len(found), "by_kind": by_kind, "gaps": [_gap_data(gap) for gap in found]}
        talk.document(data)
    else:
        _print_gaps(found, LINES if not args.all else len(found))
    return Findings.exit_code if found else 0


def _gap_data(gap: Gap) -> dict[str, Any]:
    return {**_priced(gap._asdict()), "shot": gap.shot or None}


def _print_gaps(found: Sequence[Gap], most: int) -> None:
    for kind, count in counts(found).items():
        talk.out(f"{KINDS[kind]}: {count}")
        shown = [gap for gap in found if gap.kind == kind][:most]
        for number, gap in enumerate(shown):
            # Why and what to type are said once for the lines they are true of: above and below.
            if not number or shown[number - 1].why != gap.why:
                talk.out(f"  · {one_line(gap.why, _CELL)}")
            sum_ = f", ${usd(gap.micro)} held" if gap.micro is not None else ""
            talk.out(f"  {_where(gap)}: {one_line(gap.what, _CELL)}{sum_}")
            if number + 1 == len(shown) or shown[number + 1].command != gap.command:
                talk.out(f"      → {one_line(gap.command, _CELL)}")
        if count > most:
            talk.out(f"  and {count - most} more: `rushes gaps --kind {kind} --all`")
    if not found:
        talk.say("no gap: everything is known, owned and decided")


def _where(gap: Gap) -> str:
    name = one_line(gap.where.removeprefix("file:").removeprefix("shot:").removeprefix("seam:"), _CELL)
    return f"{gap.shot} ({name})" if gap.shot and gap.shot not in gap.where else name


# What happened.


def _since_arguments(parser: argparse.ArgumentParser) -> None:
    talk.reading(parser)
    parser.add_argument(
        "moment", nargs="?", metavar="TIME", help=f"{whatsnew.EXAMPLES}; default: you last asked"
    )
    parser.add_argument("--events", action="store_true", help="every event of the ledger, as it is")


def _since(args: argparse.Namespace) -> int:
    places, now = talk.film_of(args), datetime.now(UTC)
    who = "" if args.moment else whatsnew.person()
    asked = False
    if args.moment:
        at = whatsnew.moment(args.moment, now)
    else:
        at, asked = whatsnew.last_asked(places, who, now)
    if args.events:
        return _events(Record(places), at if args.moment else "", json=args.json)
    found = whatsnew.whats_new(places, at)
    if args.json:
        talk.document(_news_data(found))
        return 0
    talk.out(f"since {_when(at, now, long=True)}{' (you were told all before)' if asked else ''}")
    _print_news(found, now)
    if who:
        talk.flush()  # told is told only once it was
        whatsnew.keep_asked(places, who, found.until)
    return 0


def _events(record: Record, at: str, *, json: bool) -> int:
    events = [event for event in record.events(limit=5000) if event["at"] >= at]
    if json:
        talk.document(events)
        return 0
    for event in events:
        what = one_line(event["text"] or event["kind"], 1000)
        talk.out(f"{event['at']}  {event['shot'] or event['chain']:<10} {what}")
    return 0


def _news_data(found: News) -> dict[str, Any]:
    """Plain data; sums as decimal dollars, null is unknown."""
    data: dict[str, Any] = {"since": found.since, "until": found.until}
    for name in ("landed", "verdicts", "doubts", "pauses", "refusals", "suggestions", "orders", "notes"):
        data[name] = [row._asdict() for row in getattr(found, name)]
    data["settled"] = [_priced(row._asdict()) for row in found.settled]
    data["in_doubt_usd"] = usd(found.in_doubt)
    data["failures"] = [_priced(row._asdict()) for row in found.failures]
    data["waiting"] = {"total": found.waiting_total, "next": [row._asdict() for row in found.waiting]}
    return data


def _priced(row: dict[str, Any]) -> dict[str, Any]:
    sum_ = usd(row.pop("micro"))
    return {**row, "usd": sum_}


def _print_news(found: News, now: datetime) -> None:
    def when(at: str) -> str:
        return _when(at, now)

    _group("takes landed", [f"{when(row.at)}  {_take(row.shot, row.take)}" for row in found.landed])
    _group("verdicts", [f"{when(row.at)}  {_judged(row)}" for row in found.verdicts])
    _group("money settled", [_settled(row) for row in found.settled])
    doubts = [_told(row, when) for row in found.doubts]
    _group("in doubt", doubts)
    if found.in_doubt:
        talk.out(f"${usd(found.in_doubt)} is held in doubt now")
    _group("failures", [f"{when(row.at)}  {_failed(row)}" for row in found.failures])
    _group("pauses", [_pause(row, when) for row in found.pauses])
    _group("refusals", [_told(row, when) for row in found.refusals])
    _group("suggestions", [_told(row, when) for row in found.suggestions])
    _group("orders", [_told(row, when) for row in found.orders])
    _group("notes", [_told(row, when) for row in found.notes])
    if found.nothing:
        talk.out("nothing happened")
    if found.waiting_total:
        talk.out(f"waits for you: {found.waiting_total}")
        for row in found.waiting:
            talk.out(f"  {one_line(row.shot or row.id, 60)}: {one_line(row.question, _CELL)}")


def _group(title: str, lines: Sequence[str]) -> None:
    """The newest of them; what is older is counted."""
    if lines:
        talk.out(f"{title}: {len(lines)}")
        if len(lines) > LINES:
            talk.out(f"  {len(lines) - LINES} before these, `--json` has all")
        for line in lines[-LINES:]:
            talk.out(f"  {one_line(line, _CELL + 100)}")


def _take(shot: str, n: int | None) -> str:
    return f"{shot} take {n}" if n else shot


def _judged(row: Judged) -> str:
    of = _take(row.name, row.take) if row.subject == "take" else f"{row.subject} {row.name}"
    role = f", {row.role}" if row.role else ""
    return f"{of}: {row.verdict} by {row.person}{role}{': ' + row.note if row.note else ''}"


def _settled(row: Settled) -> str:
    about = "about " if row.certainty == "estimated" else ""
    known = f"{row.provider}: {about}${usd(row.micro)} for {talk.count(row.requests, 'request')}"
    return f"{known}, {row.unknown} of unknown cost" if row.unknown else known


def _failed(row: Failed) -> str:
    cost = f", ${usd(row.micro)} lost" if row.micro is not None else ""
    return f"{_take(row.shot, row.take)}: {row.category or 'not logged yet'}: {row.what}{cost}"


def _pause(row: Pause, when: Any) -> str:
    began = when(row.at) if row.at else "before"
    why = paused(row.reason, row.note) if row.at else "paused"
    if not row.lifted_at:
        return f"{began}  {row.chain} {why}; it still stands"
    by = f", {row.lifted_by}" if row.lifted_by else ""
    return f"{began}  {row.chain} {why}; goes on since {when(row.lifted_at)}{by}"


def _told(row: Told, when: Any) -> str:
    head = f"{_take(row.shot, row.take)}: " if row.shot else ""
    return f"{when(row.at)}  {head}{row.text}"


def _when(at: str, now: datetime, *, long: bool = False) -> str:
    """Local; the day only where it is another one."""
    there, here = datetime.fromisoformat(at).astimezone(), now.astimezone()
    return there.strftime("%Y-%m-%d %H:%M" if long or there.date() != here.date() else "%H:%M")


COMMANDS: dict[str, talk.Command] = {
    "gaps": (_gaps_arguments, _gaps),
    "since": (_since_arguments, _since),
}
