"""Commands that look at the film, the machine and the record."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, Findings, nearest
from core.base.units import Money
from core.studio import acts, look
from core.studio.places import Places
from tui.commands import talk

if TYPE_CHECKING:
    import argparse

    from core.studio.estimate import Estimate, Sum, Unpriced, Wanted
    from core.studio.look import Sight


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as data")


def _check(args: argparse.Namespace) -> int:
    """Exit 2 for faults, 1 for findings, 0 for a film that is ready."""
    places = talk.film_of(args)
    found = look.check(places, acts.capabilities(places), acts.providers(places))
    if args.json:
        talk.document([sight.data() for sight in found])
    else:
        _print(found)
        faults = sum(1 for sight in found if sight.severity == "error")
        talk.say(
            f"{talk.count(faults, 'fault')}, {talk.count(len(found) - faults, 'finding')}"
            if found
            else "ready"
        )
    if any(sight.severity == "error" for sight in found):
        return BadInput.exit_code
    return Findings.exit_code if found else 0


def _print(found: tuple[Sight, ...]) -> None:
    for sight in found:
        todo = f"\n    → {sight.todo}" if sight.todo else ""
        talk.out(f"{sight.severity:<7} {sight.where}: {sight.text}{todo}")


def _estimate_arguments(parser: argparse.ArgumentParser) -> None:
    _json(parser)
    parser.add_argument("--chain", default="", metavar="C", help="only this chain")
    parser.add_argument("--from", dest="from_shot", default="", metavar="SHOT", help="new takes from here on")
    parser.add_argument("--to", dest="to_shot", default="", metavar="SHOT", help="up to this shot")


def _estimate(args: argparse.Namespace) -> int:
    from core.studio import estimate  # noqa: PLC0415 - only to estimate

    found = estimate.estimate(talk.film_of(args), acts.Scope(args.chain, args.from_shot, args.to_shot))
    if args.json:
        talk.document(_estimate_data(found))
        return 0
    for line in found.failed_before:
        talk.say(f"note: {line}")
    if found.quoted.wanted:
        head = ("chain", "takes", "seconds", "expected", "at most")
        sums = [_sum_row(held, held.chain) for held in found.chains]
        talk.out(talk.table(head, [*sums, _sum_row(found.total, "in all")], right=frozenset({1, 2, 3, 4})))
    for used in found.rows:
        talk.out(f"price: {used.row}, {talk.count(used.takes, 'take')}")
        if used.age_said:
            talk.out(f"    → {used.age_said}")
    for case in found.unpriced:
        _print_unpriced(case)
    quoted = found.quoted
    most = "unknown" if quoted.upper is None else str(Money(quoted.upper))
    takes, kept = talk.count(len(quoted.wanted), "take"), talk.count(len(quoted.kept), "shot")
    talk.out(f"{takes}, at most {most}; {kept} kept as {'they are' if len(quoted.kept) != 1 else 'it is'}")
    if quoted.upper is None:
        talk.say("what has no price is not sent; `rushes run --rehearse` makes animatics at no cost")
    return 0


def _sum_row(held: Sum, name: str) -> tuple[str, ...]:
    more = " + unknown" if held.unpriced else ""
    sums = (f"{held.expected}{more}", f"{held.upper}{more}")
    if held.unpriced == held.takes:
        sums = ("unknown", "unknown")
    return (name, str(held.takes), f"{held.seconds:g}", *sums)


def _print_unpriced(case: Unpriced) -> None:
    first, more = case.shots[0], len(case.shots) - 1
    shots = f"{first} and {more} more" if more else first
    talk.out(f"no price: {case.provider}:{case.model} ({shots}): {case.why}")
    if case.lines:
        talk.out("    → add to prices.toml, with what a person knows in place of the `?`:")
        talk.out("\n".join(f"      {line}" for line in case.lines))


def _estimate_data(found: Estimate) -> dict[str, Any]:
    quoted = found.quoted
    return {
        "takes": [_want_data(want) for want in quoted.wanted],
        "chains": [{"chain": held.chain, **_sum_data(held)} for held in found.chains],
        **_sum_data(found.total),
        "price_rows": [
            {"row": used.row, "takes": used.takes, "old": used.age_said or None} for used in found.rows
        ],
        "unpriced": [
            {
                "provider": case.provider,
                "model": case.model,
                "shots": list(case.shots),
                "why": case.why,
                "prices_toml": list(case.lines),
            }
            for case in found.unpriced
        ],
        "failed_before": list(found.failed_before),
        "kept": len(quoted.kept),
        "unfinished": quoted.unfinished,
    }


def _want_data(want: Wanted) -> dict[str, Any]:
    return {
        "shot": want.shot,
        "take": want.n,
        "provider": want.provider,
        "model": want.model,
        "upper_usd": want.quote.upper.usd() if want.quote else None,
        "expected_usd": want.quote.expected.usd() if want.quote else None,
        "price_row": want.quote.price_row if want.quote else None,
    }


def _sum_data(held: Sum) -> dict[str, Any]:
    """Unknown is null; what is known of it stands beside it."""
    whole = not held.unpriced
    return {
        "takes_count": held.takes,
        "seconds": held.seconds,
        "expected_usd": held.expected.usd() if whole else None,
        "upper_usd": held.upper.usd() if whole else None,
        "priced_expected_usd": held.expected.usd(),
        "priced_upper_usd": held.upper.usd(),
        "unpriced_takes": held.unpriced,
    }


def _doctor(args: argparse.Namespace) -> int:
    try:
        places = talk.film_of(args)
    except BadInput:
        if args.film:
            raise
        places = None
    found = look.doctor(places, acts.providers(places or Places(Path.cwd())))
    if args.json:
        talk.document([sight.data() for sight in found])
    else:
        _print(found)
    return Findings.exit_code if any(sight.severity != "ok" for sight in found) else 0


def _schema_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", nargs="?", help="film, shots, board, prices, script, block, character, camera"
    )


def _schema(args: argparse.Namespace) -> int:
    found = look.schemas()
    if args.name is None:
        talk.document(found)
        return 0
    if args.name not in found:
        raise BadInput(f"no schema '{args.name}'", nearest=nearest(args.name, found), todo=", ".join(found))
    talk.document(found[args.name])
    return 0


def _prompt_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shot")
    parser.add_argument("--diff", type=int, metavar="TAKE", help="against the prompt this take was made with")


def _prompt(args: argparse.Namespace) -> int:
    places = talk.film_of(args)
    now = look.prompt(places, args.shot).text
    if args.diff is None:
        talk.out(now)
        return 0
    with acts.opened(places) as film:
        then = look.old_prompt(film.production, args.shot, args.diff)
    lines = difflib.unified_diff(
        then.split("\n"), now.split("\n"), f"take {args.diff}", "as it stands", lineterm=""
    )
    talk.out("\n".join(lines) or "the same, word for word")
    return 0


def _frame_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shot")
    parser.add_argument("--at", default="last", help="first, last, or seconds")
    parser.add_argument("--take", type=int, metavar="N")
    parser.add_argument("--out", metavar="PNG", help="default: a file in refs/")
    parser.add_argument("--rehearsal", action="store_true", help="of a rehearsed take")


def _frame(args: argparse.Namespace) -> int:
    out = Path(args.out).absolute() if args.out else None
    with acts.opened(talk.film_of(args)) as film:
        talk.out(str(look.frame(film.production, args.shot, args.take, args.at, out)))
    return 0


def _audit_arguments(parser: argparse.ArgumentParser) -> None:
    _json(parser)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--repair", action="store_true", help="fetch and cut again what is missing")
    choice.add_argument("--rebuild", action="store_true", help="a new ledger from the sidecars")
    parser.add_argument("--force", action="store_true", help="with --rebuild: although the ledger is sound")
    parser.add_argument("--rehearsal", action="store_true")


def _audit(args: argparse.Namespace) -> int:
    from core.studio import auditing  # noqa: PLC0415 - only to audit

    places = talk.film_of(args)
    if args.rebuild:
        _print(auditing.rebuild(places, force=args.force))
        return 0
    if args.repair:
        _print(auditing.repair(places))
    found = auditing.audit(places)
    if args.json:
        talk.document([sight.data() for sight in found])
    else:
        _print(found)
        talk.say(talk.count(len(found), "finding") if found else "ledger, files and sums agree")
    return Findings.exit_code if found else 0


COMMANDS: dict[str, talk.Command] = {
    "check": (_json, _check),
    "estimate": (_estimate_arguments, _estimate),
    "doctor": (_json, _doctor),
    "schema": (_schema_arguments, _schema),
    "prompt": (_prompt_arguments, _prompt),
    "frame": (_frame_arguments, _frame),
    "audit": (_audit_arguments, _audit),
}
