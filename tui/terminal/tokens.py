"""The words of a stream to a terminal: text, moves, colours, and what is passed on unread."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    Kind = Literal["text", "control", "pen", "move", "link", "other", "unfinished"]


class Token(NamedTuple):
    kind: Kind
    text: str
    """text: characters; control: one C0; pen: the SGR parameters; link: what follows `OSC 8 ;`; the
    others: the whole sequence."""


_TOKEN = re.compile(
    r"""
      (?P<text>[^\x00-\x1f\x7f-\x9f]+)
    | \x1b\[(?P<pen>[0-9;:]*)m
    | (?P<move>\x1b\[[0-9;]*[HfABCDGd])
    | \x1b\]8;(?P<link>[^\x1b\x07]*)(?:\x1b\\|\x07)
    | (?P<other>
          \x1b\[[0-?]*[ -/]*[@-~]
        | \x1b\][^\x1b\x07]*(?:\x1b\\|\x07)
        | \x1b[P_^X](?:[^\x1b]|\x1b(?!\\))*\x1b\\
        | \x1b[ -/]+[0-~]
        | \x1b[0-OQ-WYZ\\`-~]
      )
    | (?P<control>[\x00-\x1a\x1c-\x1f\x7f-\x9f])
    """,
    re.VERBOSE | re.DOTALL,
)
_BEGUN = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*|\][^\x1b\x07]*\x1b?|[P_^X](?:[^\x1b]|\x1b(?!\\))*|[ -/]*)", re.DOTALL
)
_LONGEST = 1 << 20
"""Characters of a sequence after which it is taken for none."""
_QUESTION = re.compile(
    r"""\x1b(?:
      \[[>=]?[0-9;]*c                     # DA 1, 2, 3
    | \[\??[0-9;]*n                       # DSR, CPR
    | \[\??[0-9;]*\$p                     # DECRQM: Textual asks for 2026 and 2048
    | \[(?:1[13-689]|2[01])(?:;[0-9]+)*t  # reports of size and title
    | \[\?u | \[>[0-9;]*q                 # kitty keyboard, XTVERSION
    | \[>[0-9]*u | \[<[0-9]*u             # kitty keyboard: one mode less to leave behind; the pop is its pair
    | \][0-9]+;(?:[^\x1b\x07]*;)?\?(?:\x1b\\|\x07)  # colours, clipboard
    | P[+$]q.*                            # XTGETTCAP, DECRQSS
    | _G(?:[^;\x1b]*,)?a=q[,;\x1b].*      # a picture that is only asked about
    )""",
    re.VERBOSE | re.DOTALL,
)


def tokens(data: str) -> Iterator[Token]:
    """The words of `data` in order. A sequence that `data` does not finish comes last, as `unfinished`."""
    at = 0
    while at < len(data):
        if (found := _TOKEN.match(data, at)) is not None:
            kind: Kind = found.lastgroup  # type: ignore[assignment]
            yield Token(kind, found[kind])
            at = found.end()
        elif len(data) - at < _LONGEST and _BEGUN.fullmatch(data, at):
            yield Token("unfinished", data[at:])
            return
        else:
            at += 1  # an escape that begins nothing


def is_question(sequence: str) -> bool:
    """Whether a terminal would answer, or be put in a mode that only answers need.

    Answers arrive as key presses, late on a slow line, and a key approves.
    """
    return _QUESTION.fullmatch(sequence) is not None
