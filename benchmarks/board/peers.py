"""Three well-known Textual programs, pinned, each in a venv of its own below the user's cache folder.

Installed once, by pip, from wherever pip installs here. What cannot be installed is told in the row
that would have shown it, and that row is never met.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support.terminal import Seen

PATIENCE_S = 600
LOG_LINE = "one line of a log"


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    python: str
    argv: tuple[str, ...]
    seen: Seen
    """Its first content."""
    lost: str = ""


@dataclass(frozen=True, slots=True)
class _Program:
    name: str
    pins: tuple[str, ...]
    command: str
    words: Callable[[Path], tuple[str, ...]]
    seen: Seen


def _log(scratch: Path) -> tuple[str, ...]:
    file = scratch / "some.log"
    file.write_text(f"{LOG_LINE}\n" * 200, "utf-8")
    return (str(file),)


def _collection(scratch: Path) -> tuple[str, ...]:
    folder = scratch / "collection"
    folder.mkdir(exist_ok=True)
    return ("--collection", str(folder))


PROGRAMS = (
    _Program("toolong 1.5.0", ("toolong==1.5.0",), "tl", _log, LOG_LINE),
    # With a newer tree-sitter this posting dies of SIGSEGV at its start.
    _Program("posting 2.11.1", ("posting==2.11.1", "tree-sitter==0.25.2"), "posting", _collection, "Send"),
    _Program("harlequin 2.17.0", ("harlequin==2.17.0",), "harlequin", lambda _: (), "Data Catalog"),
)


def peers(scratch: Path) -> list[Peer]:
    """Each ready to be started, or with the reason why not. `scratch`: for what they are given to open."""
    return [_peer(program, scratch) for program in PROGRAMS]


def _peer(program: _Program, scratch: Path) -> Peer:
    folder = _cache() / program.name.replace(" ", "-")
    lost = _install(program, folder)
    python = folder / "bin" / "python"
    argv = (str(folder / "bin" / program.command), *program.words(scratch))
    return Peer(program.name, str(python), argv, program.seen, lost)


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "rushes-bench"


def _install(program: _Program, folder: Path) -> str:
    """Why it is not there; empty where it is."""
    done = folder / "installed"
    if done.is_file():
        return ""
    print(f"  installing {program.name} for comparison, once, into {folder}", file=sys.stderr, flush=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    try:
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([*pip, *program.pins], check=True, capture_output=True, text=True, timeout=PATIENCE_S)
    except subprocess.CalledProcessError as error:
        last = (str(error.stderr or error).strip().splitlines() or [""])[-1]
        return f"{program.name} could not be installed: {last[:160]}"
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{program.name} could not be installed: {error}"
    done.touch()
    return ""
