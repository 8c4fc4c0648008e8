"""`rushes`: finds the command's module, parses, runs, and turns every error into a sentence.

Only the named command's module is imported: `status` answers in milliseconds.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from core.base.errors import BadInput, RushesError, nearest
from core.base.text import clean
from tui.commands import talk

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("making", "make the sample film on the local animatic provider, then open the dashboard"),
    "init": ("making", "begin a film folder"),
    "check": ("looking", "every fault and finding of the film's files, with file and line"),
    "estimate": ("looking", "what the next run would order and may cost"),
    "doctor": ("looking", "machine, disk, terminal and the film's health"),
    "schema": ("looking", "JSON Schemas of the film's files, for editors"),
    "run": ("running", "run the chains, in the foreground or detached"),
    "pause": ("running", "send nothing new; what runs is still fetched"),
    "resume": ("running", "go on after a pause"),
    "stop": ("running", "end the worker; the next run picks up where it was"),
    "attach": ("running", "open the dashboard on this film"),
    "status": ("reading", "the film at a glance"),
    "takes": ("reading", "the takes of a shot, or of all"),
    "spend": ("reading", "money by submission, with its certainty"),
    "failures": ("failing", "the failure catalogue: rows, counts and costs, prompts"),
    "suggest": ("tasking", "keep what a model suggests, with its source and reason"),
    "suggestions": ("tasking", "what is proposed, with its price; accept or reject it"),
    "task": ("tasking", "a task: add it, give it to somebody, end it, approve what came of it"),
    "tasks": ("tasking", "what is to be done, by whom, until when, and what hangs on it"),
    "checklist": ("tasking", "the steps of a production, each with its owner, output and review"),
    "log": ("tasking", "what was started, stopped or pivoted, in one line"),
    "accounts": ("reading", "credit of each provider's account"),
    "gaps": ("overview", "everything uncertain: what, where, why it matters, what to type"),
    "since": ("overview", "what happened while you were away, and what waits for you"),
    "approve": ("judging", "circle a take; or approve a seam, a board, a cut, a delivery"),
    "reject": ("judging", "reject a take, or a seam with its --fix, a board, a cut, a delivery"),
    "hold": ("judging", "keep it before you, with a reason: decided neither way yet"),
    "seams": ("deciding", "every seam of the film with its verdict"),
    "score": ("deciding", "score a take, seam, board, cut or delivery by the rubric, or list its scores"),
    "promise": ("deciding", "a legal, safety or client promise: make it, attach evidence, close it"),
    "promises": ("deciding", "what was promised, what speaks for it, and who closed it"),
    "retake": ("judging", "order a new take of a shot"),
    "fail": ("failing", "log a failure, or amend one"),
    "reconceive": ("failing", "a shot that cannot be saved: other ways to tell it, each with its cost"),
    "note": ("judging", "a note on a shot, or on a moment of a take; or resolve one"),
    "reconcile": ("judging", "settle a take in doubt"),
    "insert": ("matrix", "a new shot after another"),
    "omit": ("matrix", "take a shot out; its id stays"),
    "lock": ("matrix", "keep a shot from being remade"),
    "import": ("importing", "bring a clip made elsewhere in as a take"),
    "rescues": ("importing", "takes that were brought or made of others, and what became of them"),
    "prompt": ("looking", "the prompt of a shot, word for word"),
    "frame": ("looking", "a frame of a take as PNG"),
    "assemble": ("making", "cut the film"),
    "diary": ("making", "bring diary.md up to date"),
    "audit": ("looking", "hold ledger, files and sums against each other"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. Never a traceback for anything a person can mend."""
    words = list(sys.argv[1:] if argv is None else argv)
    _open_closed()
    try:
        return _run_and_flush(words)
    except RushesError as error:
        talk.say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        talk.say("interrupted")
        return 130
    except BrokenPipeError:
        # The reader of our output went away (`rushes status | head`): nothing to say, nobody to hear it.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - the interpreter flushes it at exit
        return 0
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        # Looking for a file asks the system, and nobody expects an answer but yes and no.
        where = clean(str(error.filename or ""), 80)
        talk.say(str(BadInput("no file can have so long a name", where=where, todo="name a shorter one")))
        return BadInput.exit_code


def _run_and_flush(words: list[str]) -> int:
    code = _run(words)
    talk.flush()  # a full disk is met here and said, not at the interpreter's end
    return code


def _open_closed() -> None:
    """Streams the shell closed (`>&-`) lead to /dev/null: else the next file opened takes their place."""
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(handle, True)
    os.close(handle)
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115 - stays open to the end
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


def _check_text(words: list[str]) -> None:
    """Bytes that are no text can be kept in no ledger and no file of the film. Raises BadInput."""
    for word in words:
        if "\x00" in word:
            raise BadInput(f"'{clean(word, 40)}' holds a NUL", todo="leave it away: no text has one")
        try:
            word.encode("utf-8")
        except UnicodeEncodeError as error:
            shown = word.encode("utf-8", "replace").decode("utf-8")
            raise BadInput(
                f"'{clean(shown, 40)}' is not UTF-8", todo="type it in a terminal that is set to UTF-8"
            ) from error


def _film_first(words: list[str]) -> list[str]:
    """`--film DIR COMMAND ..` means `COMMAND --film DIR ..`."""
    taken = 2 if words[:1] == ["--film"] else 1 if words and words[0].startswith("--film=") else 0
    rest = words[taken:]
    if taken and rest and not rest[0].startswith("-"):
        return [rest[0], *words[:taken], *rest[1:]]
    return words


def _run(words: list[str]) -> int:
    _check_text(words)
    words = _film_first(words)
    first = next((word for word in words if not word.startswith("-")), "")
    if words and words[0] in ("-h", "--help", "help"):
        talk.out(_help())
        return 0
    if words and words[0] == "--version":
        talk.out(_version())
        return 0
    if not words or (words[0].startswith("-") and first not in COMMANDS):
        return _board(words)
    name = words[0]
    if name not in COMMANDS:
        raise BadInput(
            f"unknown command '{clean(name, 40)}'", nearest=nearest(name, COMMANDS), todo="rushes --help"
        )
    module = import_module(f"tui.commands.{COMMANDS[name][0]}")
    arguments, run = module.COMMANDS[name]
    parser = argparse.ArgumentParser(prog=f"rushes {name}", description=COMMANDS[name][1])
    parser.add_argument("--film", metavar="DIR", help="the film folder (default: this one, or above it)")
    arguments(parser)
    return int(run(parser.parse_args(words[1:])))


def _board(words: list[str]) -> int:
    from tui.commands import plain, running  # noqa: PLC0415 - only the dashboard needs them

    parser = argparse.ArgumentParser(prog="rushes", description="Opens the dashboard.")
    parser.add_argument("--film", metavar="DIR")
    running.attach_arguments(parser)
    args = parser.parse_args(words)
    if args.plain:
        return plain.once(talk.film_of(args))
    return running.attach(args)


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415 - 20 ms, only when asked

    return f"rushes {version('rushes')}"


def _help() -> str:
    width = max(len(name) for name in COMMANDS)
    lines = [f"  {name:<{width}}  {what}" for name, (_, what) in COMMANDS.items()]
    return "\n".join(
        [
            "rushes: production dashboard for films made with AI video models",
            "",
            "usage: rushes [--film DIR]            open the dashboard; --plain says it in sentences",
            "       rushes [--film DIR] COMMAND    see `rushes COMMAND --help`",
            "",
            *lines,
            "",
            "exit codes: 0 done, 1 findings, 2 bad input, 3 waiting for a person, 4 provider or disk fault,",
            "            5 another worker holds the film, 130 interrupted",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
