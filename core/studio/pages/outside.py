"""Programs beside the board: a player, an editor; over SSH the lines to type instead."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from core.base.errors import BadInput
from core.base.redact import environment_without_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import FrameType

_SSH_PORT = "22"


class Offer(NamedTuple):
    """A line to copy, and what it does in a word or two."""

    does: str
    line: str


class Ways(NamedTuple):
    """How a person here can see a clip: by `argv`, or by a line typed on their own machine."""

    argv: tuple[str, ...]
    """The player and the clip; empty where this machine has no screen of its own for it."""
    offers: tuple[Offer, ...]
    """Beginning with the bare path."""
    why: str = ""
    """Why there is no `argv`, in a sentence."""


def ways_to_see(
    clip: Path, environment: Mapping[str, str], player: str, *, platform: str = sys.platform
) -> Ways:
    """`environment`: of the board; `player`: as in settings.toml. Starts nothing and looks for nothing.

    SSH_CONNECTION is "client port server port" (ssh(1)). Raises BadInput where `player` has an open quote.
    """
    path = str(clip.absolute())
    offers = (Offer("path", path),)
    connection = environment.get("SSH_CONNECTION", "").split()
    if len(connection) == 4:
        user = environment.get("USER") or environment.get("LOGNAME", "")
        return Ways((), (*offers, *_over_ssh(path, user, *connection[2:])), "the board runs over SSH")
    if environment.get("SSH_TTY") or environment.get("SSH_CLIENT"):
        return Ways((), offers, "the board runs over SSH")
    if platform != "darwin" and not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        return Ways((), offers, "there is no display here")
    return Ways((*_words("player", player), path), offers)


def _over_ssh(path: str, user: str, server: str, port: str) -> tuple[Offer, ...]:
    """Lines for the machine at the other end, quoted for its shell."""
    at = f"{user}@" if user else ""
    bare = f"[{server}]" if ":" in server else server
    scp_port, ssh_port = ("", "") if port == _SSH_PORT else (f"-P {port} ", f"-p {port} ")
    # What ssh(1) is given is read by a second shell, at the far end.
    read = shlex.quote(f"cat {shlex.quote(path)}")
    sftp = f"sftp://{at}{bare}:{port}{quote(path)}"
    return (
        Offer("copy", f"scp {scp_port}{shlex.quote(f'{at}{bare}:{path}')} ."),
        Offer("play", f"ssh {ssh_port}{shlex.quote(f'{at}{server}')} {read} | mpv -"),
        Offer("play by sftp", f"mpv {shlex.quote(sftp)}"),
    )


_PLUS_LINE = frozenset(
    (
        *("vi", "vim", "nvim", "view", "nano", "pico", "mg", "ne", "joe"),
        *("emacs", "emacsclient", "kak", "micro", "mcedit"),
    )
)
_COLON_LINE = {"hx": (), "helix": (), "subl": (), "zed": (), "code": ("--goto",), "codium": ("--goto",)}
"""How editors are told a line: `+12 file`, or `file:12` after these arguments. Others get the file alone."""


def editor_argv(
    path: Path, environment: Mapping[str, str], editor: str = "", line: int = 0
) -> tuple[str, ...]:
    """`editor` of settings.toml, else $VISUAL, $EDITOR, vi; and the file, at `line` (from 1; 0: wherever).

    Raises BadInput where the first of them that is set has an open quote.
    """
    named = (("editor", editor), *((name, environment.get(name, "")) for name in ("VISUAL", "EDITOR")))
    for name, words in named:
        if words.strip():
            return _at_line(_words(name, words), path, line)
    return _at_line(("vi",), path, line)


def _at_line(argv: tuple[str, ...], path: Path, line: int) -> tuple[str, ...]:
    program = argv[0].rpartition("/")[2]
    if line > 0 and program in _PLUS_LINE:
        return (*argv, f"+{line}", str(path))
    if line > 0 and program in _COLON_LINE:
        return (*argv, *_COLON_LINE[program], f"{path}:{line}")
    return (*argv, str(path))


def _words(name: str, line: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(line))
    except ValueError as error:
        raise BadInput(
            f"{name} is not a program and its arguments: {error}", todo="close its quote"
        ) from error
    if not words:
        raise BadInput(f"{name} names no program", todo=f"set {name} in settings.toml, in [board]")
    return words


def run(argv: tuple[str, ...]) -> str:
    """Runs a program on this terminal until it ends. Returns an empty string, or what went wrong.

    On the main thread, with the board suspended. It gets no keys of providers. Ctrl+c is the program's
    alone meanwhile: it reaches everything on the terminal, and the board would leave.
    """
    name = os.path.basename(argv[0])  # noqa: PTH119 - a word of a command, not a file of ours
    if shutil.which(argv[0]) is None:
        return f"there is no program '{argv[0]}' here: name another in settings.toml, in [board]"
    before = signal.signal(signal.SIGINT, _let_pass)
    try:
        code = subprocess.run(argv, check=False, env=environment_without_secrets()).returncode
    except OSError as error:
        return f"{name} cannot be started: {(error.strerror or 'unknown reason').lower()}"
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
    if code < 0:
        return f"{name} was ended by {_signal_name(-code)}"
    return f"{name} ended with code {code}" if code else ""


def _let_pass(_number: int, _frame: FrameType | None) -> None:
    """A handler of ours, for to ignore a signal would be inherited by the program."""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
