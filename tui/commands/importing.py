"""`import take`: a clip made elsewhere becomes a take; `rescues`: what became of those that were brought."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.base.text import one_line
from core.studio import rescuing
from tui.commands import talk

if TYPE_CHECKING:
    import argparse


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("take",), help="what is brought in")
    parser.add_argument("shot", metavar="SHOT")
    parser.add_argument("file", metavar="FILE", help="an mp4, mov, mkv or webm clip; it is copied")
    parser.add_argument(
        "--from", dest="of", default="", metavar="TAKE", help="the take it was made of: 2, S101/2"
    )
    parser.add_argument("--approach", required=True, metavar="A", help=", ".join(rescuing.APPROACHES))
    parser.add_argument("--model", default="", metavar="M", help="what made it")
    parser.add_argument("--cost", metavar="USD", help="what it cost, like 0.76; left out: unknown")
    parser.add_argument("--source", default="", help="who or what it comes from; default: the file's name")
    parser.add_argument("--note", default="")
    parser.add_argument("--rehearsal", action="store_true")


def _import(args: argparse.Namespace) -> int:
    told = rescuing.import_take(
        talk.film_of(args),
        args.shot,
        Path(args.file).absolute(),
        approach=args.approach,
        of=args.of,
        model=args.model,
        cost=args.cost,
        source=args.source,
        note=args.note,
    )
    talk.say(told.text)
    for note in told.notes:
        talk.say(f"  {note}")
    talk.out(told.clip)
    return 1 if told.broken else 0


def _rescues_arguments(parser: argparse.ArgumentParser) -> None:
    talk.reading(parser)
    parser.add_argument("shot", nargs="?", help="one shot's")


def _rescues(args: argparse.Namespace) -> int:
    rows = rescuing.rescues(talk.film_of(args), args.shot)
    if args.json:
        talk.document(rows)
        return 0
    if not rows:
        talk.say("nobody has brought a take yet: `rushes import take SHOT FILE --approach ..`")
        return 0
    head = ("shot", "take", "of", "approach", "original model", "outcome", "cost", "source")
    talk.out(talk.table(head, [_row(row) for row in rows], right=frozenset({1, 6})))
    for row in rows:
        if row["note"]:
            said = one_line(row["note"], 400)
            talk.out(f"{row['shot']} take {row['take']}, by {one_line(row['person'], 60)}: {said}")
    return 0


def _row(row: dict[str, Any]) -> list[str]:
    of = row["of"]
    return [
        row["shot"],
        str(row["take"]),
        f"{of['shot']} take {of['take']}" if of else "",
        row["approach"],
        row["original_model"],
        row["outcome"],
        f"${row['cost_usd']}" if row["cost_usd"] is not None else "unknown",
        row["source"],
    ]


COMMANDS: dict[str, talk.Command] = {
    "import": (_import_arguments, _import),
    "rescues": (_rescues_arguments, _rescues),
}
