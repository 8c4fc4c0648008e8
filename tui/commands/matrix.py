"""Commands that change the matrix: the chain's file, with its comments kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base.errors import BadInput, PlanFaults
from core.film.load import load_plan
from core.studio import matrix
from tui.commands import talk

if TYPE_CHECKING:
    import argparse

LONGEST = 50_000
"""Characters of a description: no model reads more, and TOML's escapes are written slowly."""


def _shot(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shot")


def _insert_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("after", help="the shot it follows")
    parser.add_argument("shot", help="the new id, like 12A: nothing is renumbered")
    parser.add_argument("description")


def _insert(args: argparse.Namespace) -> int:
    root = talk.film_of(args).root
    if len(args.description) > LONGEST:
        raise BadInput(
            f"a description of {len(args.description)} characters is no description",
            todo=f"at most {LONGEST}; nothing was written",
        )
    plan = load_plan(root)  # faults that are there already are told as what they are
    if plan.has(args.shot):
        raise BadInput(
            f"the id '{args.shot}' is taken",
            where=plan.chain_of(args.shot).file,
            todo=f"choose another, like {args.after}A; nothing was written",
        )
    try:
        matrix.insert(root, args.after, args.shot, args.description)
    except PlanFaults as faults:
        # The line at fault is the one we would have written: nobody has to mend it.
        raise BadInput(f"nothing was written: {'; '.join(f.what for f in faults.faults)}") from faults
    talk.say(f"{args.shot} stands after {args.after}")
    return 0


def _omit(args: argparse.Namespace) -> int:
    matrix.omit(talk.film_of(args).root, args.shot)
    talk.say(f"{args.shot} is omitted; it hands through from the shot before")
    return 0


def _lock(args: argparse.Namespace) -> int:
    matrix.lock(talk.film_of(args).root, args.shot)
    talk.say(f"{args.shot} is locked: runs leave it as it is")
    return 0


COMMANDS: dict[str, talk.Command] = {
    "insert": (_insert_arguments, _insert),
    "omit": (_shot, _omit),
    "lock": (_shot, _lock),
}
