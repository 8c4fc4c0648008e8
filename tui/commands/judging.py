"""Commands in which a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.studio import acts
from core.studio.places import Places
from core.studio.record import Record
from tui.commands import talk

if TYPE_CHECKING:
    import argparse


def _verdict_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", help="SHOT, or `shot SHOT`", nargs="+", metavar="SHOT")
    parser.add_argument("--take", type=int, metavar="N", help="default: the take that waits, else the newest")
    parser.add_argument("--note", default="", help="why")
    parser.add_argument("--rehearsal", action="store_true")


def _verdict(verdict: str) -> talk.Command:
    def run(args: argparse.Namespace) -> int:
        with acts.opened(talk.film_of(args)) as film:
            for shot in _shots(args.what):
                try:
                    talk.say(acts.judge(film.production, verdict, shot, args.take, args.note))
                except BadInput as error:
                    _point_at_rehearsal(error, talk.film_of(args), shot)
                    raise
        return 0

    return _verdict_arguments, run


def _point_at_rehearsal(error: BadInput, places: Places, shot: str) -> None:
    """A shot without a take in the film may have one in its rehearsal."""
    there = Places(places.root, rehearsal=True)
    if places.rehearsal or error.nearest or not there.ledger.exists() or Record(places).takes(shot):
        return
    if Record(there).takes(shot):
        error.todo = f"its rehearsal has one: add --rehearsal; {error.todo}"


def _shots(words: list[str]) -> list[str]:
    """`approve shot S101` and `approve S101 S102` say the same kind of thing."""
    return words[1:] if words[0] == "shot" and len(words) > 1 else words


def _retake_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shot")
    parser.add_argument("--note", default="", help="what should change")
    parser.add_argument("--rehearsal", action="store_true")


def _retake(args: argparse.Namespace) -> int:
    places = talk.film_of(args)
    with acts.opened(places) as film:
        talk.say(acts.retake(film.production, places, args.shot, args.note))
    return 0


def _fail_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shot")
    parser.add_argument("--category", required=True, metavar="C", help=", ".join(acts.CATEGORIES))
    parser.add_argument("--broke", required=True, help="what broke")
    parser.add_argument("--cause", default="")
    parser.add_argument("--workaround", default="")
    parser.add_argument("--origin", default="", help=", ".join(origin for origin in acts.ORIGINS if origin))
    parser.add_argument("--take", type=int, metavar="N")


def _fail(args: argparse.Namespace) -> int:
    what = acts.Broke(args.category, args.broke, args.cause, args.workaround, args.origin)
    with acts.opened(talk.film_of(args)) as film:
        talk.say(acts.fail(film.production, args.shot, args.take, what))
    return 0


def _note_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shot")
    parser.add_argument("text")
    parser.add_argument("--at", default="", metavar="TIMECODE")


def _note(args: argparse.Namespace) -> int:
    with acts.opened(talk.film_of(args)) as film:
        talk.say(acts.note(film.production, args.shot, args.text, args.at))
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
    "fail": (_fail_arguments, _fail),
    "note": (_note_arguments, _note),
    "reconcile": (_reconcile_arguments, _reconcile),
}
