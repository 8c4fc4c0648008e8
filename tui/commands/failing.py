"""The failure catalogue: what broke is logged in seconds, counted, and kept with its prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput
from core.base.text import one_line
from core.studio import catalogue
from core.studio.catalogue import Catalogue
from tui.commands import talk

if TYPE_CHECKING:
    import argparse

    from core.studio.places import Places

WIDE = 1 << 20
"""A prompt is shown whole."""


def _fail_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shot", nargs="?", help="which shot; none with --amend")
    parser.add_argument(
        "--amend", type=int, metavar="ID", help="a failure that was logged: only what changes"
    )
    parser.add_argument(
        "--category", metavar="C", help=f"{', '.join(catalogue.CATEGORIES)}, or the film's own"
    )
    parser.add_argument("--broke", help="what broke")
    parser.add_argument("--cause", help="the root cause")
    parser.add_argument("--workaround", help="what helped, or was tried")
    parser.add_argument("--origin", help=", ".join(origin for origin in catalogue.ORIGINS if origin))
    parser.add_argument("--outcome", help=f"{', '.join(catalogue.OUTCOMES)}; open unless told")
    parser.add_argument("--lesson", help="what the next film should know")
    parser.add_argument("--cost", metavar="USD", help="money lost; unless told, what its take was billed")
    parser.add_argument("--minutes", type=int, help="time lost")
    parser.add_argument("--take", type=int, metavar="N", help="default: the shot's newest")
    parser.add_argument("--rehearsal", action="store_true", help="of the rehearsal instead of the film")


_WORDS = ("category", "broke", "cause", "workaround", "origin", "outcome", "lesson")


def _fail(args: argparse.Namespace) -> int:
    from core.studio import failing  # noqa: PLC0415 - sqlmodel and pydantic, only to write
    from tui.commands import introduce  # noqa: PLC0415 - with them

    said = {name: getattr(args, name) for name in _WORDS if getattr(args, name) is not None}
    if args.cost is not None:
        said["micro"] = failing.micro_of(args.cost)
    if args.minutes is not None:
        said["minutes"] = args.minutes
    places = talk.film_of(args)
    introduce.once()
    if args.amend is not None:
        if args.shot:
            raise BadInput("an amended failure keeps its shot", todo="leave the shot away, or log a new one")
        change = said | ({"take": args.take} if args.take is not None else {})
        with failing.opened(places) as film:
            talk.say(failing.amend(film.production, args.amend, change))
        return 0
    for name, given in (("SHOT", args.shot), ("--category", args.category), ("--broke", args.broke)):
        if not given:
            raise BadInput(
                f"a failure needs {name}", todo='like: rushes fail S101 --category camera --broke "it flips"'
            )
    with failing.opened(places) as film:
        talk.say(failing.fail(film.production, args.shot, args.take, failing.Broke(**said)))
    return 0


def _failures_arguments(parser: argparse.ArgumentParser) -> None:
    talk.reading(parser)
    parser.add_argument("--by", metavar="WORD", help=f"count them by {', '.join(catalogue.BY)}")
    parser.add_argument("--shot", metavar="S", help="one shot's failures")
    parser.add_argument(
        "--prompts", action="store_true", help="the prompt of each failed take, and where its clip lies"
    )


def _failures(args: argparse.Namespace) -> int:
    places = talk.film_of(args)
    by = catalogue.meant(args.by) if args.by else ""
    if by and args.prompts:
        raise BadInput("--by counts and --prompts lists", todo="ask for one of them")
    found = Catalogue(places)
    try:
        if args.prompts:
            return _prompts(found.prompts(args.shot), args)
        rows = found.rows(args.shot)
    finally:
        found.close()
    if args.json:
        talk.document(catalogue.groups(rows, by) if by else rows)
    elif by:
        _say_groups(rows, by)
    else:
        _say_rows(rows)
    return 0


_HEAD = ("#", "shot", "take", "category", "what broke", "workaround", "outcome", "lost", "min")


def _say_rows(rows: list[dict[str, Any]]) -> None:
    shown = [
        [
            str(row["id"]),
            row["shot"],
            str(row["take"] or ""),
            row["category"],
            row["broke"],
            row["workaround"],
            row["outcome"],
            _lost(row["cost_usd"], about=row["certainty"] == "estimated"),
            "" if row["minutes"] is None else str(row["minutes"]),
        ]
        for row in rows
    ]
    talk.out(talk.table(_HEAD, shown, right=frozenset({2, 7, 8})))
    if rows:
        talk.out(_said_total(catalogue.total(rows)))


def _lost(usd: str | None, *, about: bool) -> str:
    return "unknown" if usd is None else f"{'~' if about else ''}${usd}"


def _sum(one: dict[str, Any]) -> str:
    """What a group lost: what is known, and how many costs are not."""
    if one["cost_usd"] is None:
        return f"{one['unknown']} unknown"
    known = _lost(one["cost_usd"], about=one["estimated_usd"] != "0.00")
    return f"{known} + {one['unknown']} unknown" if one["unknown"] else known


def _said_total(one: dict[str, Any]) -> str:
    minutes = f", {one['minutes']} min" if one["minutes"] is not None else ""
    return f"{talk.count(one['count'], 'failure')}, lost {_sum(one)}{minutes}"


def _say_groups(rows: list[dict[str, Any]], by: str) -> None:
    shown = [
        [
            one[by],
            str(one["count"]),
            _sum(one),
            "" if one["minutes"] is None else str(one["minutes"]),
            one["workaround"],
        ]
        for one in catalogue.groups(rows, by)
    ]
    head = (by, "failures", "lost", "min", "what helped")
    talk.out(talk.table(head, shown, right=frozenset({1, 2, 3})))
    if rows:
        talk.out(_said_total(catalogue.total(rows)))


def _prompts(takes: list[dict[str, Any]], args: argparse.Namespace) -> int:
    if args.json:
        talk.document(takes)
        return 0
    for take in takes:
        model = f"{take['provider']}:{take['model']}"
        talk.out(f"{take['shot']} take {take['take']} · {take['state']} · {one_line(model)}")
        talk.out(f"  clip: {take['clip'] or 'none'}")
        for word in take["said"]:
            talk.out(
                f"  {one_line(word['kind'])}, {one_line(word['person'])}: {one_line(word['text'], WIDE)}"
            )
        for refused in take["refused"]:
            talk.out(f"  refused {refused['at']}: {one_line(refused['said'], WIDE)}")
        earlier = dict.fromkeys(one["prompt"] for one in take["refused"] if one["prompt"])
        for prompt in dict.fromkeys((*earlier, take["prompt"])):
            _say_prompt(prompt)
    if not takes:
        talk.say("no take failed")
    return 0


def _say_prompt(prompt: str) -> None:
    talk.out("  prompt:")
    for line in (prompt or "none was written yet").split("\n"):
        talk.out(f"    {line}")


def _reconceive_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shot")
    parser.add_argument("--json", action="store_true", help="as data")


def _reconceive(args: argparse.Namespace) -> int:
    from core.studio import failing  # noqa: PLC0415 - sqlmodel and pydantic, only to write

    places: Places = talk.film_of(args)
    with failing.opened(places) as film:
        found = failing.reconceive(film.production, args.shot)
    if args.json:
        talk.document(failing.document(found))
        return 0
    talk.out(f"{found.shot} has cost {found.sunk} so far: nothing of it comes back")
    for kept in found.ways:
        state = "" if kept.state == "open" else f" [{one_line(kept.state)}]"
        talk.out(f"  #{kept.id} {one_line(str(kept.way), 1000)}{state}")
        talk.out(f"      → {one_line(kept.way.todo, 1000)}")
    return 0


COMMANDS: dict[str, talk.Command] = {
    "fail": (_fail_arguments, _fail),
    "failures": (_failures_arguments, _failures),
    "reconceive": (_reconceive_arguments, _reconceive),
}
