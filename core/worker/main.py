"""The worker's way in: lock, log, signals, and an exit code for each ending.

It holds the film by a kernel lock, beats by the lock file's time, takes its orders as rows, and
lives on when the terminal that started it is gone.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from core.base.errors import FilmHeld, RushesError
from core.base.hold import hold
from core.base.redact import RedactFilter
from core.studio.assembly import open_film
from core.studio.places import Places
from core.worker.shift import Shift

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

log = logging.getLogger("rushes.worker")


def main(argv: Sequence[str]) -> int:
    """0 all done · 2 bad input · 3 waits for a person · 4 provider or disk fault · 5 film is held."""
    args = _parser().parse_args(argv)
    places = Places(Path(args.film).absolute(), rehearsal=args.rehearse)
    with suppress(OSError):
        os.setsid()  # a no-op where the studio has done so already
    stop = threading.Event()
    _signals(stop)
    _logging(places)
    try:
        with hold(places.lock):
            opened = open_film(places)
            try:
                return Shift(opened, places, stop, linger=args.linger, chains=tuple(args.chain)).run()
            finally:
                opened.close()
    except FilmHeld as error:
        _say(str(error))
        return error.exit_code
    except RushesError as error:
        log.error("%s", error)  # noqa: TRY400 - a sentence for a person, not a traceback
        _say(str(error))
        return error.exit_code
    except Exception:
        log.exception("the worker ended")
        return 4


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core.worker", description="Runs a film's chains.")
    parser.add_argument("--film", required=True)
    parser.add_argument("--rehearse", action="store_true")
    parser.add_argument("--linger", action="store_true", help="wait for verdicts instead of ending")
    parser.add_argument("--chain", action="append", default=[], help="only these chains")
    return parser


def _signals(stop: threading.Event) -> None:
    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def _logging(places: Places) -> None:
    places.log.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(places.log, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(RedactFilter())
    root = logging.getLogger("rushes")
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    root.propagate = False
    logging.raiseExceptions = False  # a full disk must not turn a log line into a second fault


def _say(text: str) -> None:
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
