"""Seams, scores and promises: what people have decided and stand for, and how they say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput
from core.base.text import one_line
from core.studio.judged import KINDS, Judged
from tui.commands import talk

if TYPE_CHECKING:
    import argparse

    from core.desk.promises import Promise

SHOWN = 400


def _seams(args: argparse.Namespace) -> int:
    found = Judged(talk.film_of(args)).seams()
    if args.json:
        talk.document(found)
        return 0
    head = ("seam", "begins", "takes", "verdict", "by", "note")
    talk.out(talk.table(head, [_seam(row) for row in found]))
    states = [row["state"] for row in found]
    told = [f"{states.count(state)} {state}" for state in ("good", "fix", "unresolved", "void")]
    talk.say(", ".join(told) if found else "a film of one shot has no seam")
    return 0


def _seam(row: dict[str, Any]) -> tuple[str, ...]:
    takes = " / ".join(str(row[side] or "-") for side in ("left_take", "right_take"))
    state = f"fix: {row['fix']}" if row["state"] == "fix" else row["state"]
    task = f" (task {row['task']})" if row["task"] and row["state"] != "good" else ""
    by = f"{one_line(row['person'], 24)} {row['role']}".strip()
    return row["id"], row["seam"], takes, f"{state}{task}", by, one_line(row["note"], 60)


def _score_arguments(parser: argparse.ArgumentParser) -> None:
    talk.reading(parser)
    parser.add_argument("kind", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument(
        "id", metavar="ID", help="as in `approve`: S101, S101/S102, a version, a file of cuts/"
    )
    parser.add_argument("--item", default="", help="of the rubric; its beginning is enough")
    parser.add_argument("--score", type=int, metavar="1..5", help="5 is best")
    parser.add_argument("--note", default="", help="why")
    parser.add_argument("--take", type=int, metavar="N", help="of a shot")


def _score(args: argparse.Namespace) -> int:
    places = talk.film_of(args)
    kind = "shot" if args.kind == "take" else args.kind
    if kind not in KINDS:
        raise BadInput(
            f"'{one_line(args.kind, 40)}' is nothing that is scored", todo=f"one of: {', '.join(KINDS)}"
        )
    if bool(args.item) != (args.score is not None):
        raise BadInput("--item and --score go together", todo='like: --item "story clarity" --score 4')
    if args.item:
        from core.studio import acts, verdicts  # noqa: PLC0415 - heavy, only to write
        from tui.commands import introduce  # noqa: PLC0415

        introduce.once()
        with acts.opened(places) as film:
            talk.say(
                verdicts.score(film.production, kind, args.id, args.take, args.item, args.score, args.note)
            )
        return 0
    found = Judged(places).scores(kind, args.id, args.take)
    if args.json:
        talk.document(found)
        return 0
    talk.out(talk.table(("item", "score", "by", "note"), [line for item in found for line in _lines(item)]))
    return 0


def _lines(item: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            item["item"],
            f"{one['score']} of 5{', void' if one['void'] else ''}",
            f"{one_line(one['person'], 24)} {one['role']}".strip(),
            one["note"],
        )
        for one in item["given"]
    ] or [(item["item"], "none", "", "")]


def _promise_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", metavar="KIND TEXT", help="legal, safety or client, and what")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--close", type=int, metavar="ID", help="it is kept; with --why")
    way.add_argument("--reopen", type=int, metavar="ID", help="it is not, after all; with --why")
    way.add_argument("--evidence", type=int, metavar="ID", help="TEXT speaks for it")
    parser.add_argument("--why", default="", help="with --close and --reopen")
    parser.add_argument("--link", default="", help="where it is written")
    parser.add_argument("--model", default="", metavar="M", help="the model that found the evidence")


def _promise(args: argparse.Namespace) -> int:
    from core.studio import acts, verdicts  # noqa: PLC0415 - heavy, only to write
    from tui.commands import introduce  # noqa: PLC0415

    _check_promise(args)
    places = talk.film_of(args)
    introduce.once()
    with acts.opened(places) as film:
        p = film.production
        if args.close is not None:
            said = verdicts.close(p, args.close, args.why)
        elif args.reopen is not None:
            said = verdicts.reopen(p, args.reopen, args.why)
        elif args.evidence is not None:
            said = verdicts.attach(p, args.evidence, args.words[0], args.link, args.model)
        else:
            said = verdicts.promise(p, args.words[0], args.words[1], args.link)
    talk.say(said)
    return 0


def _check_promise(args: argparse.Namespace) -> None:
    """Raises BadInput where words and flags do not fit together."""
    turns = args.close is not None or args.reopen is not None
    wanted = 0 if turns else 1 if args.evidence is not None else 2
    if len(args.words) != wanted:
        how = {
            0: '--close 3 --why "signed"',
            1: '--evidence 3 "release signed"',
            2: 'client "no logo in the first minute"',
        }
        raise BadInput(
            "the words do not fit: a text of more than one stands in quotes",
            todo=f"like: rushes promise {how[wanted]}",
        )
    if args.model and args.evidence is None:
        raise BadInput(
            "a model attaches evidence and nothing else", todo="a person makes and closes a promise"
        )
    if args.link and turns:
        raise BadInput("--link goes with a promise or its evidence", todo="say it in --why")


def _promises(args: argparse.Namespace) -> int:
    found = Judged(talk.film_of(args)).promises()
    if args.json:
        talk.document(found)
        return 0
    for held in found:
        _print_promise(held)
    if not found:
        talk.say("nothing was promised")
    return 0


def _print_promise(held: Promise) -> None:
    link = f" ({one_line(held['link'], SHOWN)})" if held["link"] else ""
    by = one_line(held["person"], 80)
    talk.out(f"{held['id']} {held['state']}, {held['kind']} by {by}: {one_line(held['text'], SHOWN)}{link}")
    for one in held["evidence"]:
        link = f" ({one_line(one['link'], SHOWN)})" if one["link"] else ""
        who = one_line(one["model"] or one["person"], 80)
        talk.out(f"    evidence by {who}: {one_line(one['text'], SHOWN)}{link}")
    if held["why"]:
        by = f"closed by {one_line(held['closed_by'], 80)}" if held["closed_by"] else "open again"
        talk.out(f"    {by}: {one_line(held['why'], SHOWN)}")


COMMANDS: dict[str, talk.Command] = {
    "seams": (talk.reading, _seams),
    "score": (_score_arguments, _score),
    "promise": (_promise_arguments, _promise),
    "promises": (talk.reading, _promises),
}
