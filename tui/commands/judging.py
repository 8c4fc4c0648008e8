"""Commands in which a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.studio import acts, verdicts
from core.studio.places import Places
from core.studio.record import Record
from tui.commands import introduce, talk

if TYPE_CHECKING:
    import argparse


def _verdict_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = "SHOT; a seam like S101/S102; `board VERSION`, `cut FILE`, `delivery FILE` with a file of cuts/"
    parser.add_argument("what", help=kinds, nargs="+", metavar="ID")
    parser.add_argument("--take", type=int, metavar="N", help="default: the take that waits, else the newest")
    parser.add_argument("--note", default="", help="why")
    parser.add_argument("--rehearsal", action="store_true")


def _reject_arguments(parser: argparse.ArgumentParser) -> None:
    _verdict_arguments(parser)
    fixes = ", ".join(verdicts.FIXES)
    parser.add_argument("--fix", default="", metavar="HOW", help=f"of a seam: {fixes} (the next shot)")


def _verdict(verdict: str) -> talk.Command:
    def run(args: argparse.Namespace) -> int:
        places = talk.film_of(args)
        introduce.once()
        fix = getattr(args, "fix", "")
        with acts.opened(places) as film:
            for kind, ident in _named(args.what):
                try:
                    said = verdicts.judge(
                        film.production, verdict, ident, args.take, args.note, kind=kind, fix=fix
                    )
                except BadInput as error:
                    if kind == "shot":
                        _point_at_rehearsal(error, places, ident)
                    raise
                talk.say(said)
        return 0

    return _reject_arguments if verdict == "reject" else _verdict_arguments, run


def _point_at_rehearsal(error: BadInput, places: Places, shot: str) -> None:
    """A shot without a take in the film may have one in its rehearsal."""
    there = Places(places.root, rehearsal=True)
    if places.rehearsal or error.nearest or not there.ledger.exists() or Record(places).takes(shot):
        return
    if Record(there).takes(shot):
        error.todo = f"its rehearsal has one: add --rehearsal; {error.todo}"


def _named(words: list[str]) -> list[tuple[str, str]]:
    """Kind and id: `approve shot S101`, `approve S101 S102`, `approve S101/S102`, `approve board v3`."""
    if words[0] in verdicts.KINDS and len(words) > 1:
        return [(words[0], word) for word in words[1:]]
    return [("seam" if "/" in word else "shot", word) for word in words]


def _retake_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shot")
    parser.add_argument("--note", default="", help="what should change")
    parser.add_argument("--accept", action="append", default=[], metavar="CODE", help="`quote`: agree to it")
    parser.add_argument("--why", default="", help="with --accept: the reason, kept with your name")
    parser.add_argument("--rehearsal", action="store_true")


def _retake(args: argparse.Namespace) -> int:
    places, accept = talk.film_of(args), args.accept
    if accept and not args.why.strip():
        raise BadInput("say why you accept it", todo='like: --accept quote --why "approved by the producer"')
    with acts.opened(places) as film:
        p = film.production
        for line in acts.failed_before(p, args.shot):
            talk.say(f"note: {line}")
        talk.say(f"quote: {acts.told(p, 'retake', args.shot)[1]}")
        acts.agree(p, [code for code in accept if code != "quote"], args.why)
        agreed = "quote" in accept
        talk.say(acts.retake(p, places, args.shot, args.note, agreed=agreed, accepted=accept, why=args.why))
    return 0


def _note_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="SHOT TEXT", help="with --resolve only TEXT")
    parser.add_argument("--take", type=int, metavar="N", help="of this take")
    parser.add_argument("--at", default="", metavar="TIMECODE", help="in the take: HH:MM:SS:FF or seconds")
    parser.add_argument("--resolve", type=int, metavar="ID", help="this note is settled, TEXT says how")
    parser.add_argument("--rehearsal", action="store_true")


def _note(args: argparse.Namespace) -> int:
    wanted = 1 if args.resolve is not None else 2
    if len(args.words) != wanted:
        how = '--resolve 7 "done in take 3"' if wanted == 1 else 'S101 "the boat is late"'
        raise BadInput("the text is one word or stands in quotes", todo=f"like: rushes note {how}")
    if wanted == 1 and (args.at or args.take is not None):
        raise BadInput("a note is resolved where it stands", todo="leave --take and --at away")
    places = talk.film_of(args)
    introduce.once()
    with acts.opened(places) as film:
        if wanted == 1:
            talk.say(verdicts.resolve(film.production, args.resolve, args.words[0]))
        else:
            shot, text = args.words
            try:
                talk.say(verdicts.note(film.production, shot, text, args.take, args.at))
            except BadInput as error:
                if args.take is not None or args.at:
                    _point_at_rehearsal(error, places, shot)
                raise
    return 0


def _reconcile_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shot")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--adopt", default="", metavar="JOB", help="this job is the take's")
    choice.add_argument("--absent", action="store_true", help="nothing was sent")
    choice.add_argument("--write-off", action="store_true", help="count it as spent, and let it go")


def _reconcile(args: argparse.Namespace) -> int:
    with acts.opened(talk.film_of(args)) as film:
        said = acts.settle_doubt(
            film.production, args.shot, adopt=args.adopt, absent=args.absent, off=args.write_off
        )
    talk.say(said)
    return 0


COMMANDS: dict[str, talk.Command] = {
    "approve": _verdict("approve"),
    "reject": _verdict("reject"),
    "hold": _verdict("hold"),
    "retake": (_retake_arguments, _retake),
    "note": (_note_arguments, _note),
    "reconcile": (_reconcile_arguments, _reconcile),
}
