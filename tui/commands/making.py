"""Commands that make a film folder, a cut, a diary, or the whole sample film."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core.base import settings
from core.studio import acts, scaffold
from core.studio.places import Places
from core.studio.record import stale_shots
from tui.commands import running, talk

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from core.post.render import Rendered


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dir", nargs="?", default="demo-film", metavar="DIR")
    parser.add_argument("--headless", action="store_true", help="no dashboard: end with a finished cut")


def _demo(args: argparse.Namespace) -> int:
    """The sample film; where it lies already, whatever is missing is made."""
    places = Places(Path(args.dir).absolute())
    if not (places.root / "film.json").is_file():
        scaffold.copy("sample", places.root)
        scaffold.begin_today(places.root)
        talk.say(f"the sample film lies in {places.root}")
    headless = args.headless or not running.can_draw()
    if headless:
        return _demo_headless(places)
    with acts.opened(places) as film:
        talk.say(acts.go(film.production, places, None))
    code = running.show(places, settings.load())
    talk.say(f"the board again: `{_called()} --film {_shown(places.root)}`; all else: `{_called()} --help`")
    return code


def _demo_headless(places: Places) -> int:
    from tui.commands.follow import follow  # noqa: PLC0415 - rich, only in the foreground

    with acts.opened(places) as film:
        acts.refuse_if_held(places)
        quoted = acts.order(film.production, acts.Scope(), agreed=False)
        acts.lift_pauses(film.production, ())
        talk.say(f"{len(quoted.wanted)} takes ordered on the local animatic provider, free of charge")
        left = acts.anything_left(film.production)
    code = follow(places, lambda: acts.launch(places, linger=False)) if left else 0
    if code:
        return code
    made = _cut(places, rough=True)
    talk.say(f"look at it shot by shot: `{_called()} --film {_shown(places.root)}`")
    talk.out(str(made.path))
    return 0


def _called() -> str:
    """How a person calls this program: by its name where the PATH knows it, else by its path."""
    ours = Path(sys.argv[0])
    found = shutil.which("rushes")
    same = found is not None and ours.is_file() and Path(found).samefile(ours)
    return "rushes" if same or ours.name != "rushes" else _shown(ours.absolute())


def _shown(path: Path) -> str:
    """As it can be typed from here."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


def _init_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dir", metavar="DIR")
    parser.add_argument(
        "--from", dest="source", metavar="FILM", help="with this film's profile, blocks and board"
    )
    parser.add_argument("--title", default="", help="the film's title")


def _init(args: argparse.Namespace) -> int:
    root = Path(args.dir).absolute()
    if args.source:
        made = scaffold.copy_from(Path(args.source).absolute(), root)
    else:
        made = scaffold.copy("empty", root)
    scaffold.begin_today(root)
    if args.title:
        scaffold.set_title(root, args.title)
    talk.say(f"{len(made)} files written; write shots/, then `rushes check`")
    talk.out(str(root))
    return 0


def _assemble_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rough", action="store_true", help="the newest takes too, with slate and timecode")
    parser.add_argument("--rehearsal", action="store_true")
    codes = ("seams-unresolved", "takes-void")
    parser.add_argument("--accept", action="append", default=[], choices=codes, help="cut all the same")
    parser.add_argument("--why", default="", help="with --accept: the reason, kept with your name")


def _assemble(args: argparse.Namespace) -> int:
    places = talk.film_of(args)
    made = _cut(places, rough=args.rough, accepted=args.accept, why=args.why)
    _say_what_is_in_it(places, made)
    if not args.rough:
        _say_what_was_not_seen(places)
    talk.say(f"{made.seconds:.1f} s, {made.frames} frames; manifest {made.manifest.name}")
    talk.out(str(made.path))
    return 0


def _say_what_is_in_it(places: Places, made: Rendered) -> None:
    if made.left_out:
        talk.say(f"left out, with nothing to show yet: {', '.join(made.left_out)}")
    stale = [shot for shot in stale_shots(places) if shot not in made.left_out]
    if stale:
        count = talk.count(len(stale), "stale take")
        talk.say(f"{count} in it, the plan has changed since: {', '.join(stale)}")


def _say_what_was_not_seen(places: Places) -> None:
    """Seams nobody has decided on: a finding before the final cut, and no reason to refuse it."""
    from core.studio.judged import Judged  # noqa: PLC0415 - with the cut

    unseen = [seam["id"] for seam in Judged(places).seams() if seam["state"] == "unresolved"]
    if unseen:
        count = talk.count(len(unseen), "seam")
        talk.say(f"nobody has decided on {count}: {', '.join(unseen[:8])}{', ..' if unseen[8:] else ''}")


def _cut(places: Places, *, rough: bool, accepted: Sequence[str] = (), why: str = "") -> Rendered:
    from core.studio import cutting  # noqa: PLC0415 - ffmpeg and rich, only to cut
    from tui.commands.follow import counting  # noqa: PLC0415

    with acts.opened(places) as film, counting("cutting") as count:
        acts.agree(film.production, list(accepted), why)
        return cutting.assemble(film.production, places, rough=rough, accepted=accepted, progress=count)


def _diary_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rehearsal", action="store_true")


def _diary(args: argparse.Namespace) -> int:
    from core.studio import cutting  # noqa: PLC0415 - with the desk, only to write

    places = talk.film_of(args)
    with acts.opened(places) as film:
        talk.out(str(cutting.write_diary(film.production, places)))
    return 0


COMMANDS: dict[str, talk.Command] = {
    "demo": (_demo_arguments, _demo),
    "init": (_init_arguments, _init),
    "assemble": (_assemble_arguments, _assemble),
    "diary": (_diary_arguments, _diary),
}
