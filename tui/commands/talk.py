"""What commands say: data to stdout, talk to stderr, all of it clean."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.base.errors import DiskFull
from core.base.text import clean
from core.studio.places import Places, find_film

if TYPE_CHECKING:
    import argparse

Command = tuple[Callable[["argparse.ArgumentParser"], None], Callable[["argparse.Namespace"], int]]
LINE = 4000


def out(text: str) -> None:
    """Data. Each line is cleaned; the whole is never cut."""
    with _heard():
        for line in text.split("\n"):
            sys.stdout.write(clean(line, 1 << 20) + "\n")


def flush() -> None:
    """What was said to stdout so far is with its reader. Raises DiskFull where it cannot be."""
    with _heard():
        sys.stdout.flush()


@contextmanager
def _heard() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # a reader that went away is no fault
    except OSError as error:
        # What is still buffered would fail once more at the interpreter's end, and as a traceback.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise DiskFull(
            f"stdout cannot be written: {error.strerror}", todo="send it elsewhere; nothing was lost"
        ) from error


def say(text: str) -> None:
    """Talk; a closed terminal is no reason to fail."""
    with suppress(OSError, ValueError):
        for line in text.split("\n"):
            sys.stderr.write(clean(line, LINE) + "\n")
        sys.stderr.flush()


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def document(data: Any) -> None:
    """JSON on stdout, as it is: escapes are JSON's own."""
    # Indenting takes the slow encoder: 9 ms for 1,000 shots, and only eyes want it.
    with _heard():
        sys.stdout.write(json.dumps(data, indent=1 if sys.stdout.isatty() else None) + "\n")


def film_of(args: argparse.Namespace) -> Places:
    """The film a command is about. Raises BadInput where there is none."""
    root = Path(args.film).absolute() if args.film else find_film(Path.cwd())
    if args.film:
        root = find_film(root) if not (root / "film.json").is_file() else root
    return Places(root, rehearsal=bool(getattr(args, "rehearsal", False)))


def reading(parser: argparse.ArgumentParser) -> None:
    """What every reading command takes."""
    parser.add_argument("--json", action="store_true", help="as data")
    parser.add_argument("--rehearsal", action="store_true", help="of the rehearsal instead of the film")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: frozenset[int] = frozenset()) -> str:
    """Columns as wide as their longest cell, no boxes."""
    cells = [[clean(cell, 60).replace("\n", " ") for cell in row] for row in [head, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = []
    for row in cells:
        shown = [
            cell.rjust(widths[column]) if column in right else cell.ljust(widths[column])
            for column, cell in enumerate(row)
        ]
        lines.append("  ".join(shown).rstrip())
    return "\n".join(lines)
