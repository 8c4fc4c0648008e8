"""Commands that only read: nothing heavy is imported, nothing is written but a cache."""

from __future__ import annotations

import argparse
import gc
from typing import TYPE_CHECKING, Any

from core.base.text import one_line
from core.studio import status as documents
from core.studio.record import Record
from tui.commands import plain, talk
from tui.commands.statusline import status_line

if TYPE_CHECKING:
    from core.studio.places import Places

MOST_CELLS = 1000


def _status_arguments(parser: argparse.ArgumentParser) -> None:
    talk.reading(parser)
    parser.add_argument("--line", action="store_true", help="one line, for a tmux status bar")
    parser.add_argument("--width", type=_width, metavar="N", help="the line in at most N cells")
    parser.add_argument("--tmux", action="store_true", help="the line with every # doubled, as tmux wants it")
    parser.add_argument("--plain", action="store_true", help="sentences, for screen readers")
    parser.add_argument("--watch", action="store_true", help="print a line whenever something happens")


def _width(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:6]) <= MOST_CELLS:
        raise argparse.ArgumentTypeError(f"cells from 1 to {MOST_CELLS}, like 60")
    return int(text)


def _status(args: argparse.Namespace) -> int:
    places = talk.film_of(args)
    if args.watch:
        return _watch(places)
    gc.disable()  # it lives for some 60 ms: collecting costs more than it frees
    line = args.line or args.tmux or args.width is not None
    if not (args.json or line):
        return plain.once(places)
    found = Record(places).glance()
    if args.json:
        from core.studio.judged import Judged  # noqa: PLC0415 - `--line` is asked every few seconds

        talk.document({**documents.document(found), "void": Judged(places).void()})
    else:
        talk.out(status_line(found, args.width, tmux=args.tmux))
    return 1 if found.faults else 0


def _watch(places: Places) -> int:
    """One appended line an event, no cursor movement; ends with ctrl+c."""
    import time  # noqa: PLC0415 - only to watch

    record = Record(places)
    record.version()
    last, version = max((event["id"] for event in record.events()), default=0), -1
    while True:
        now = record.version()
        if now != version:
            version = now
            for event in record.events(after=last):
                last = event["id"]
                what = event["text"] or event["kind"]
                talk.out(f"{event['at'][11:19]} {event['shot'] or event['chain']} {what}")
            talk.flush()  # through a pipe too, a line is there when it happens
        time.sleep(0.2)


def _takes_arguments(parser: argparse.ArgumentParser) -> None:
    talk.reading(parser)
    parser.add_argument("shot", nargs="?", help="one shot's takes")
    parser.add_argument("--copy", action="store_true", help="write review copies with slate and timecode")
    parser.add_argument("--take", type=int, metavar="N", help="with --copy: only this take")


def _takes(args: argparse.Namespace) -> int:
    places = talk.film_of(args)
    record = Record(places)
    shown, said = record.takes(args.shot), record.said(args.shot)
    if args.copy:
        return _copies(places, [take for take in shown if args.take in (None, take["take"])])
    if args.json:
        talk.document([{**take, "said": _said_of(take, said)} for take in shown])
        return 0
    head = ("shot", "take", "state", "seam", "model", "settled", "would cost", "note")
    rows = [[str(row[name] if row[name] is not None else "") for name in _TAKE] for row in shown]
    talk.out(talk.table(head, rows, right=frozenset({1, 5, 6})))
    if args.shot:
        for take in shown:
            if take["clip"]:
                talk.out(f"take {take['take']}: {take['clip']}")
    for word in said:
        talk.out(_said_line(word))
    return 0


def _said_line(word: dict[str, Any]) -> str:
    """`S101 take 2 at 00:00:01:12, note 7 by Ada: the boat is late`"""
    of = f" take {word['take']}" if word["take"] else ""
    at = f" at {word['timecode']}" if word.get("timecode") else ""
    kind = f"{word['kind']} {word.get('resolves') or word.get('id') or ''}".strip()
    return f"{word['shot']}{of}{at}, {kind} by {one_line(word['person'])}: {one_line(word['text'], 400)}"


def _said_of(take: dict[str, Any], said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was said of a take, or of its shot as a whole."""
    return [w for w in said if w["shot"] == take["shot"] and w["take"] in (None, take["take"])]


def _copies(places: Places, takes: list[dict[str, Any]]) -> int:
    """The paths of review copies, one a line; 1 where there is no clip to copy."""
    with_clip = [take for take in takes if take["clip"]]
    if not with_clip:
        talk.say("no clip to copy: `rushes takes` shows what there is, `rushes run` makes takes")
        return 1
    from core.studio import acts, cutting  # noqa: PLC0415 - ffmpeg, only to write copies

    with acts.opened(places) as film:
        names = [(take["shot"], take["take"]) for take in with_clip]
        for path in cutting.review_copies(film.production, places, names):
            talk.out(str(path))
    return 0


_TAKE = ("shot", "take", "state", "seam", "model", "settled_usd", "would_have_cost_usd", "note")


def _spend(args: argparse.Namespace) -> int:
    found = Record(talk.film_of(args)).spend()
    if args.json:
        talk.document(found)
        return 0
    shown = [
        [row["shot"], str(row["take"]), row["provider"], row["state"], _booked(row["money"])]
        for row in found["submissions"]
    ]
    talk.out(talk.table(("shot", "take", "provider", "state", "money"), shown, right=frozenset({1})))
    sums = found["totals"]
    held = f"${sums['committed_usd']} committed, ${sums['reserved_usd']} reserved"
    talk.out(f"settled ${sums['settled_usd']}, {held}, of that ${sums['in_doubt_usd']} in doubt")
    return 0


def _booked(money: dict[str, tuple[int, str]]) -> str:
    for kind in ("settle", "writeoff", "release", "commit", "reserve"):
        if kind in money:
            micro, certainty = money[kind]
            sign = "" if certainty == "exact" else "~"
            return f"{kind} {sign}${documents.usd(micro)}"
    return "nothing"


def _accounts_arguments(parser: argparse.ArgumentParser) -> None:
    talk.reading(parser)
    parser.add_argument("--refresh", action="store_true", help="ask the providers first; free")


def _accounts(args: argparse.Namespace) -> int:
    places = talk.film_of(args)
    if args.refresh:
        _refresh(places)
    found = documents.document(Record(places).glance())["accounts"]
    if args.json:
        talk.document(found)
        return 0
    rows = [
        [
            a["provider"],
            a["state"],
            _balance(a),
            "" if a["free"] else a["limit_remaining_usd"] or "unknown",
            a["read_at"] or "never",
        ]
        for a in found
    ]
    talk.out(talk.table(("provider", "state", "balance", "left of limit", "read"), rows))
    return 0


def _refresh(places: Places) -> None:
    from core.studio import accounts, acts  # noqa: PLC0415 - heavy, only to ask

    with acts.opened(places) as film:
        asked = accounts.used(film.production)
        accounts.discover(asked, lambda: False)
        accounts.note_accounts(film.production, asked, lambda: False)


def _balance(account: dict[str, Any]) -> str:
    return "free" if account["free"] else account["balance_usd"] or "unknown"


COMMANDS: dict[str, talk.Command] = {
    "status": (_status_arguments, _status),
    "takes": (_takes_arguments, _takes),
    "spend": (talk.reading, _spend),
    "accounts": (_accounts_arguments, _accounts),
}
