"""Suggestions, tasks, the checklist and the log: what is proposed, what is to be done, what was changed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput
from core.base.text import one_line
from core.studio.sheets import Sheets
from tui.commands import talk

if TYPE_CHECKING:
    import argparse


TEXT = 1000
"""Characters shown of one text; `--json` has all of it."""
MOVES = ("done", "drop", "reopen", "approve", "refuse")
SET = ("owner", "link")
DECISIONS = ("accept", "reject")
OTHERWISE = ("category", "broke", "cause", "workaround", "origin", "outcome", "lesson")


# Suggestions.


def _suggest_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", help="what is suggested; `-` reads it from stdin")
    parser.add_argument(
        *("--source", "--link"),
        required=True,
        metavar="LINK",
        dest="source",
        help="shot:S101, take:S101/2, ..",
    )
    parser.add_argument("--reason", required=True, help="why")
    parser.add_argument("--next", default="", dest="next_action", help="what follows a yes")
    parser.add_argument("--model", default="", help="who suggests it")
    parser.add_argument("--rehearsal", action="store_true")


def _suggest(args: argparse.Namespace) -> int:
    from core.studio import tasking  # noqa: PLC0415 - heavy, only to act

    text = _stdin() if args.text == "-" else args.text
    with tasking.opened(talk.film_of(args)) as film:
        draft = tasking.Draft(text, args.source, args.reason, args.next_action, args.model)
        talk.say(tasking.suggest(film.production, draft))
    return 0


def _stdin() -> str:
    try:
        text = sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput("what came on stdin is not UTF-8", todo="save it as UTF-8, then try again") from error
    if "\x00" in text:
        raise BadInput("what came on stdin holds a NUL", todo="leave it away: no text has one")
    return text


def _suggestions_arguments(parser: argparse.ArgumentParser) -> None:
    talk.reading(parser)
    parser.add_argument("words", nargs="*", metavar="SHOT", help="a shot; or `accept ID ..`, `reject ID ..`")
    parser.add_argument("--all", action="store_true", dest="everything", help="those that were decided too")
    parser.add_argument("--why", default="", help="of accept or reject; kept with your name")
    parser.add_argument("--task", metavar="OWNER", help="with accept: make a task of it")
    otherwise = parser.add_argument_group("what is drafted as a failure, said otherwise on accept")
    for name in OTHERWISE:
        otherwise.add_argument(f"--{name}")
    otherwise.add_argument("--cost", metavar="USD")
    otherwise.add_argument("--minutes", type=int)


def _suggestions(args: argparse.Namespace) -> int:
    if args.words[:1] and args.words[0] in DECISIONS:
        return _decide(args)
    if len(args.words) > 1:
        raise BadInput(
            "one shot at a time", todo="or `rushes suggestions accept ID`, `.. reject ID --why ..`"
        )
    shot = args.words[0] if args.words else None
    rows = Sheets(talk.film_of(args)).suggestions(shot, everything=args.everything)
    if args.json:
        talk.document(rows)
        return 0
    reason = None
    for row in rows:
        if row["reason"] != reason:
            reason = row["reason"]
            talk.out(one_line(reason, 400))
        talk.out("\n".join(_suggestion_lines(row)))
    if not rows:
        talk.say("no suggestion" if args.everything else "no open suggestion")
    return 0


def _suggestion_lines(row: dict[str, Any]) -> list[str]:
    about = [f"from {row['link']}" if row["link"] else "", f"by {row['model']}" if row["model"] else ""]
    lines = [f"  #{row['id']} {one_line(row['text'], TEXT)}"]
    lines += [f"      → {one_line(row['next_action'], TEXT)}"] if row["next_action"] else []
    lines += [f"      {one_line(', '.join(part for part in about if part), TEXT)}"] if any(about) else []
    for one in row["decisions"]:
        why = f": {one_line(one['why'], TEXT)}" if one["why"].strip() else ""
        lines.append(f"      {one['decision']}ed by {one_line(one['person'], 100)}, {one['at'][:16]}{why}")
    for like in row["like"]:
        verdict = f"{like['state']}{': ' + one_line(like['why'], TEXT) if like['why'].strip() else ''}"
        lines.append(f"      like #{like['id']} ({like['likeness']:.0%}), {verdict}")
    return lines


def _decide(args: argparse.Namespace) -> int:
    from core.studio import tasking  # noqa: PLC0415 - heavy, only to act
    from tui.commands import introduce  # noqa: PLC0415

    decision, *words = args.words
    if not words:
        raise BadInput(f"say which to {decision}", todo="`rushes suggestions` lists them with their numbers")
    idents = [tasking.number(word, "suggestion") for word in words]
    told = {name: getattr(args, name) for name in (*OTHERWISE, "minutes")}
    told["micro"] = tasking.micro_of(args.cost)
    if decision == "reject" and (args.task is not None or any(value is not None for value in told.values())):
        raise BadInput("what is rejected becomes no task and no failure", todo="leave the other options out")
    introduce.once()
    with tasking.opened(talk.film_of(args)) as film:
        talk.say(tasking.decide(film.production, decision, idents, args.why, told, args.task))
    return 0


# Tasks.


def _task_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("title", nargs="?", help="what is to be done; or the number of a task to move")
    new = parser.add_argument_group("a new task")
    new.add_argument("--owner", nargs="+", metavar=("NAME", "NAME"), help="with a number first: a new owner")
    new.add_argument("--due", metavar="YYYY-MM-DD")
    new.add_argument(
        "--source", metavar="LINK", help="where it comes from: shot:S101, take:S101/2, note:7, .."
    )
    new.add_argument("--consequence", help="what happens to the production without it")
    new.add_argument("--review-path", help="who looks at it, and where")
    new.add_argument("--output", help="what comes of it")
    new.add_argument("--approval", action="store_true", help="somebody has to say yes to it")
    move = parser.add_argument_group("a task that is there")
    for name in MOVES:
        move.add_argument(f"--{name}", nargs="?", const="", metavar="ID")
    move.add_argument("--link", nargs="+", metavar=("ID", "LINK"), help="say where it comes from")
    move.add_argument("--why", default="", help="kept with your name")
    parser.add_argument("--rehearsal", action="store_true")


_NEW = ("due", "source", "consequence", "review_path", "output")


def _task(args: argparse.Namespace) -> int:
    from core.studio import tasking  # noqa: PLC0415 - heavy, only to act
    from tui.commands import introduce  # noqa: PLC0415

    move = _move_of(args)
    if move is None:
        new = _new_task(args)
        with tasking.opened(talk.film_of(args)) as film:
            talk.say(tasking.add_task(film.production, new))
        return 0
    how, ident, word = move
    number = tasking.number(ident, "task")
    introduce.once()
    with tasking.opened(talk.film_of(args)) as film:
        talk.say(tasking.move_task(film.production, how, number, word=word, why=args.why))
    return 0


def _move_of(args: argparse.Namespace) -> tuple[str, str, str] | None:
    """What is to be done with which task (`--done 7` and `7 --done` say the same); None for a new one."""
    numbered = args.title is not None and _is_number(args.title)
    found = []
    for how in MOVES:
        value = getattr(args, how)
        if value is not None:
            found.append((how, value or args.title or "", ""))
    for how in SET:
        words = getattr(args, how) or []
        if words and numbered:
            found.append((how, args.title, " ".join(words)))
        elif (how == "link" and words) or (args.title is None and len(words) > 1 and _is_number(words[0])):
            found.append((how, words[0], " ".join(words[1:])))
    if not found and numbered:
        raise BadInput(
            f"say what to do with task {args.title}", todo=f"like `rushes task --done {args.title}`"
        )
    if len(found) > 1 or (found and (args.approval or any(getattr(args, name) for name in _NEW))):
        raise BadInput(
            "one thing at a time", todo="a task is added, or it is moved: see `rushes task --help`"
        )
    return found[0] if found else None


def _is_number(word: str) -> bool:
    plain = word.removeprefix("#")
    return plain.isascii() and plain.isdigit()


def _new_task(args: argparse.Namespace) -> Any:
    from core.studio.tasking import NewTask  # noqa: PLC0415 - heavy, only to act

    title, owner = args.title, args.owner or []
    if title is None and len(owner) > 1:  # `task --owner Ada "the title"`
        *owner, title = owner
    said = {name: getattr(args, name) or "" for name in _NEW}
    return NewTask(title or "", " ".join(owner), approval=args.approval, **said)


def _tasks_arguments(parser: argparse.ArgumentParser) -> None:
    talk.reading(parser)
    parser.add_argument("--mine", action="store_true", help="yours, by name or by role")
    parser.add_argument("--open", action="store_true", dest="only_open", help="what is still to be done")


def _tasks(args: argparse.Namespace) -> int:
    rows = Sheets(talk.film_of(args)).tasks(mine=args.mine, only_open=args.only_open)
    if args.json:
        talk.document(rows)
        return 0
    shown = [
        [
            *(str(row["id"]), _state(row), row["title"], row["owner"] or "nobody", _due(row)),
            *(row["link"] or row["source"], row["consequence"], row["review_path"]),
        ]
        for row in rows
    ]
    head = ("#", "state", "task", "owner", "due", "from", "without it", "review")
    if rows:
        talk.out(talk.table(head, shown, right=frozenset({0})))
    else:
        talk.say("no task")
    return 0


def _state(row: dict[str, Any]) -> str:
    return f"{row['state']}, {_approval(row)}" if row["approval"] else str(row["state"])


def _approval(row: dict[str, Any]) -> str:
    if row["approval"] == "approved":
        return f"approved by {row['approved_by']}"
    return "waits for approval" if row["approval"] == "waiting" else str(row["approval"])


def _due(row: dict[str, Any]) -> str:
    return f"{row['due']} late" if row["overdue"] else str(row["due"])


# The checklist, and the log.


def _checklist_arguments(parser: argparse.ArgumentParser) -> None:
    talk.reading(parser)
    parser.add_argument("--start", action="store_true", help="make its steps tasks, each once")


def _checklist(args: argparse.Namespace) -> int:
    if args.start:
        from core.studio import tasking  # noqa: PLC0415 - heavy, only to act

        with tasking.opened(talk.film_of(args)) as film:
            talk.say(tasking.start_checklist(film.production))
    rows = Sheets(talk.film_of(args)).checklist()
    if args.json:
        talk.document(rows)
        return 0
    shown = [
        [
            *(row["step"], row["owner"], row["output"], row["check"]),
            *(str(row["task"] or ""), _state(row)),
        ]
        for row in rows
    ]
    talk.out(talk.table(("step", "owner", "output", "review check", "task", "state"), shown))
    return 0


def _log_arguments(parser: argparse.ArgumentParser) -> None:
    talk.reading(parser)
    parser.add_argument("words", nargs="*", metavar="WORD", help="started, stopped or pivoted, then one line")


def _log(args: argparse.Namespace) -> int:
    if args.words:
        from core.studio import tasking  # noqa: PLC0415 - heavy, only to act

        kind, *text = args.words
        with tasking.opened(talk.film_of(args)) as film:
            talk.say(tasking.log(film.production, kind, " ".join(text)))
        return 0
    rows = Sheets(talk.film_of(args)).log()
    if args.json:
        talk.document(rows)
        return 0
    for row in rows:
        person = one_line(row["person"], 40)
        talk.out(f"{row['at'][:16]}  {row['kind']:<8} {person}: {one_line(row['text'], TEXT)}")
    if not rows:
        talk.say('nothing was logged yet, like: rushes log started "drawing every plate first"')
    return 0


COMMANDS: dict[str, talk.Command] = {
    "suggest": (_suggest_arguments, _suggest),
    "suggestions": (_suggestions_arguments, _suggestions),
    "task": (_task_arguments, _task),
    "tasks": (_tasks_arguments, _tasks),
    "checklist": (_checklist_arguments, _checklist),
    "log": (_log_arguments, _log),
}
