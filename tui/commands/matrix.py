"""Commands that change the matrix: the chain's file, with its comments kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.studio import matrix
from tui.commands import talk

if TYPE_CHECKING:
    import argparse


def _shot(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shot")


def _insert_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("after", help="the shot it follows")
    parser.add_argument("shot", help="the new id, like 12A: nothing is renumbered")
    parser.add_argument("description")


def _insert(args: argparse.Namespace) -> int:
    matrix.insert(talk.film_of(args).root, args.after, args.shot, args.description)
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
