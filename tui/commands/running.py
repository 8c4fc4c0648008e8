"""Commands that move the worker, and the one that opens the dashboard."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING

from core.base import settings
from core.base.units import Money
from tui.commands import talk

if TYPE_CHECKING:
    import argparse

    from core.studio.acts import RunQuote
    from core.studio.desk import StudioDesk
    from core.studio.places import Places
    from core.studio.rows import Glance


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chain", default="", metavar="C", help="only this chain")
    parser.add_argument("--from", dest="from_shot", default="", metavar="SHOT", help="new takes from here on")
    parser.add_argument("--to", dest="to_shot", default="", metavar="SHOT", help="up to this shot")
    parser.add_argument("--pass", dest="pass_name", default="", metavar="P", help="a pass of film.json")
    parser.add_argument("--detach", action="store_true", help="leave the worker running and come back")
    parser.add_argument("--rehearse", action="store_true", help="the same film, at no cost")
    parser.add_argument("--accept", action="append", default=[], metavar="CODE", help="`quote`: agree to it")
    parser.add_argument("--why", default="", help="with --accept: the reason, kept with your name")


def _run(args: argparse.Namespace) -> int:
    from core.studio import acts, preflight  # noqa: PLC0415 - heavy, only to run

    args.rehearsal = args.rehearse
    places = talk.film_of(args)
    with acts.opened(places) as film:
        scope = acts.scope_of(
            film.production, acts.Scope(args.chain, args.from_shot, args.to_shot, (), args.pass_name)
        )
        acts.agree(film.production, args.accept, args.why)
        acts.refuse_if_held(places)
        show = _show_rehearsed if places.rehearsal else _show_quote
        agreed = "quote" in args.accept

        def quote(asked: RunQuote) -> None:
            # Before the sum: what helped last time is worth knowing while nothing has been decided.
            for warning in preflight.warnings(film.production, asked):
                talk.say(f"note: {warning}")
            show(asked)

        quoted = acts.order(film.production, scope, agreed=agreed, accepted=args.accept, show=quote)
        chains = (scope.chain,) if scope.chain else ()
        stuck = acts.lift_pauses(film.production, chains)
        if stuck:
            talk.say(stuck)
        if not quoted.wanted and not quoted.unfinished and not acts.anything_left(film.production):
            talk.say("every shot has a take: `rushes retake SHOT` or `run --from SHOT` makes new ones")
            return acts.waiting_code(film.production)
    if args.detach:
        return _detach(places, chains)
    from tui.commands.follow import follow  # noqa: PLC0415 - rich, only in the foreground

    return follow(places, lambda: acts.launch(places, linger=False, chains=chains))


def _show_quote(quoted: RunQuote) -> None:
    """Before anything is written: what will be ordered, and what it may cost."""
    count = len(quoted.wanted)
    most, likely = quoted.upper, quoted.expected
    cost = "an unknown sum" if most is None else f"at most {Money(most)}"
    if most and likely is not None:
        cost += f", likely {Money(likely)}"
    first = f" ({quoted.wanted[0].shot} to {quoted.wanted[-1].shot})" if count else ""
    talk.say(f"quote: {count} take{'s' if count != 1 else ''}{first}, {cost}")
    _show_takes(quoted, [str(want.quote.upper) if want.quote else "unknown" for want in quoted.wanted])


def _show_rehearsed(quoted: RunQuote) -> None:
    """An animatic's zero is not the price of the model it stands in for."""
    count = len(quoted.wanted)
    talk.say(f"rehearsal: {count} take{'s' if count != 1 else ''} as animatics, $0.00")
    of_another = "as an animatic, $0.00; the real one: unknown"
    _show_takes(quoted, ["$0.00" if w.provider == "animatic" else of_another for w in quoted.wanted])


def _show_takes(quoted: RunQuote, prices: list[str]) -> None:
    for want, price in zip(quoted.wanted[:8], prices, strict=False):
        talk.say(f"  {want.shot} take {want.n}  {want.provider}:{want.model}  {price}")
    if len(quoted.wanted) > 8:
        talk.say(f"  and {len(quoted.wanted) - 8} more")
    if quoted.unfinished:
        talk.say(f"  {quoted.unfinished} ordered earlier are picked up")


def _detach(places: Places, chains: tuple[str, ...]) -> int:
    from core.studio import acts  # noqa: PLC0415
    from core.studio.spawn import wait_for_worker  # noqa: PLC0415

    # One that works a single chain must not linger: nobody would work what is ordered for the others.
    code = wait_for_worker(places, acts.launch(places, linger=not chains, chains=chains))
    if code not in (None, 0, 3):
        from tui.commands.follow import why_it_ended  # noqa: PLC0415 - rich, only for bad endings

        talk.say(why_it_ended(places, code or 4))
        return code or 4
    talk.say("the worker runs: `rushes` shows it, `rushes stop` ends it")
    return 0


def _control_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chain", default="", metavar="C", help="only this chain")
    parser.add_argument("--rehearsal", action="store_true")


def _control(kind: str) -> talk.Command:
    def run(args: argparse.Namespace) -> int:
        from core.studio import acts  # noqa: PLC0415 - heavy, only to act

        places = talk.film_of(args)
        with acts.opened(places) as film:
            talk.say(acts.control(film.production, places, kind, args.chain or None))
        return 0

    return _control_arguments, run


def attach_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rehearsal", action="store_true", help="the rehearsal's board")
    parser.add_argument(
        "--read-only", action="store_true", help="a second screen: shows, and acts on nothing"
    )
    parser.add_argument("--plain", action="store_true", help="sentences instead, for screen readers")
    parser.add_argument(
        "--theme", type=_theme, metavar="NAME", help="its colours; settings.toml sets them for good"
    )
    parser.add_argument("--pictures", choices=settings.PICTURES, help="how frames are drawn")
    parser.add_argument("--no-pictures", action="store_true", help="no frames, for thin lines")
    parser.add_argument("--ascii", action="store_true", help="ASCII signs")


def _theme(name: str) -> str:
    """Raises BadInput with the nearest, whether or not this terminal could wear it."""
    from tui.wardrobe import palette  # noqa: PLC0415 - Textual, only where a theme is named

    return palette(name).name


def attach(args: argparse.Namespace) -> int:
    """The dashboard, or the film in sentences."""
    places = talk.film_of(args)
    if args.plain:
        from tui.commands import plain  # noqa: PLC0415 - the dashboard does without

        return plain.follow(places)
    return show(places, looks(args, settings.load()), read_only=args.read_only)


def show(places: Places, worn: settings.Settings, *, read_only: bool = False) -> int:
    """The dashboard; without a terminal that can show one, the plain status."""
    if not can_draw():
        from tui.commands import plain  # noqa: PLC0415 - see above

        talk.say("this terminal cannot show the dashboard: here is `rushes status`")
        return plain.once(places)
    gc.disable()  # up to the first paint, which it delays by a fifth: `follow` switches it on again
    from core.studio.desk import StudioDesk  # noqa: PLC0415

    desk = StudioDesk(places)
    reading = _FirstReading(desk)
    reading.start()
    from tui.opening import run_board  # noqa: PLC0415 - Textual, only to draw

    return run_board(desk, worn.board, first=reading.result, ascii_signs=worn.ascii, read_only=read_only)


class _FirstReading(Thread):
    """Reads the film while the board is imported: SQLite works without Python's lock."""

    def __init__(self, desk: StudioDesk) -> None:
        super().__init__(name="rushes-first-reading", daemon=True)
        self._desk = desk
        self._found: Glance | None = None
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            self._found = self._desk.glance()
        except Exception as error:  # noqa: BLE001 - raised again by `result`, where it is told
            self._error = error

    def result(self) -> Glance:
        """Waits for the reading, and gives it away. Raises what it raised."""
        self.join()
        if self._error is not None:
            raise self._error
        found, self._found = self._found, None
        assert found is not None  # noqa: S101 - it ended with the one or the other
        return found


def looks(args: argparse.Namespace, held: settings.Settings) -> settings.Settings:
    """A person's settings with what this one command says instead. Pure."""
    kind = args.pictures or ("off" if args.no_pictures else held.board.pictures)
    board = replace(held.board, theme=args.theme or held.board.theme, pictures=kind)
    return replace(held, ascii=True if args.ascii else held.ascii, board=board)


def can_draw() -> bool:
    """A terminal on both ends that can move its cursor."""
    dumb = os.environ.get("TERM", "") in ("", "dumb")
    return sys.stdin.isatty() and sys.stdout.isatty() and not dumb


COMMANDS: dict[str, talk.Command] = {
    "run": (_run_arguments, _run),
    "pause": _control("pause"),
    "resume": _control("resume"),
    "stop": _control("stop"),
    "attach": (attach_arguments, attach),
}
