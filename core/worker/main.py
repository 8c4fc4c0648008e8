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
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.base.clock import stamp
from core.base.errors import DiskFull, RushesError
from core.base.hold import hold
from core.base.paths import open_plain
from core.base.redact import RedactFilter, secret_values
from core.studio.assembly import open_film, require_film
from core.studio.places import Places
from core.worker.shift import Shift

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from io import TextIOWrapper
    from types import FrameType

log = logging.getLogger("rushes.worker")


DISK_FULL_CODE = DiskFull.exit_code
"""4, and nothing else ends a worker with it: a full disk may leave no room for a word in the log."""
FAULT_CODE = 70
"""EX_SOFTWARE of sysexits(3): the worker itself is at fault, and its log holds the traceback."""


def main(argv: Sequence[str]) -> int:
    """0 all done · 2 bad input · 3 waits for a person · 4 the disk is full · 5 film is held · 70 our fault.

    2 and 5 also end a shift: a damaged ledger, a lock that was replaced.
    """
    args = _parser().parse_args(argv)
    places = Places(Path(args.film).absolute(), rehearsal=args.rehearse)
    with suppress(OSError):
        os.setsid()  # a no-op where the studio has done so already
    stop = threading.Event()
    _signals(stop)
    try:
        return _work(args, places, stop)
    except DiskFull as error:
        _say(str(error))
        return DISK_FULL_CODE
    except RushesError as error:
        _say(str(error))
        return error.exit_code
    except Exception:  # noqa: BLE001 - told in the log where it happened
        _say(f"the worker ended by a fault of its own, written to {places.log}")
        return FAULT_CODE


def _work(args: argparse.Namespace, places: Places, stop: threading.Event) -> int:
    """One shift, between taking the film and letting it go."""
    require_film(places)
    since = stamp(datetime.now(UTC))
    with hold(places.lock) as held, _logging(places):
        try:
            opened = open_film(places)
            try:
                chains = tuple(args.chain)
                shift = Shift(opened, places, held, stop, linger=args.linger, chains=chains, since=since)
                return shift.run()
            finally:
                opened.close()
        except RushesError as error:
            log.error("%s", error)  # noqa: TRY400 - a sentence for a person, not a traceback
            raise
        except Exception:
            log.exception("the worker ended")
            raise


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


class _Log(logging.FileHandler):
    """The worker's log: a plain file of the film's own; a line that finds no room is left out."""

    def _open(self) -> TextIOWrapper:
        handle = open_plain(Path(self.baseFilename), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        return os.fdopen(handle, "a", encoding="utf-8")

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, RushesError):
            super().emit(record)


@contextmanager
def _logging(places: Places) -> Iterator[None]:
    handler = _Log(places.log, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(RedactFilter(secret_values()))
    root = logging.getLogger("rushes")
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    root.propagate = False
    logging.raiseExceptions = False  # a full disk must not turn a log line into a second fault
    try:
        yield
    finally:
        root.removeHandler(handler)
        with suppress(OSError):
            handler.close()


def _say(text: str) -> None:
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
