"""The one border where foreign text becomes showable.

Provider errors, file names and prompts may hold terminal escapes, bidi overrides and markup.
`clean` drops what a terminal would act on; whatever draws must still treat the result as
literal text (Rich `Text`, `markup=False`), because markup is not a control character.
"""

from __future__ import annotations

import re

# C0 but tab and newline, DEL, C1, bidi controls, line and paragraph separators, lone surrogates, BOM.
_ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
# Whole escape sequences go first, so that their printable tails do not stay behind as noise.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC
    r"|(?:\x1b[P^_X]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)?"  # DCS, PM, APC, SOS
    r"|\x1b[ -/]*[0-~]",  # two-character escapes
    re.DOTALL,
)


def clean(text: str, limit: int = 2000) -> str:
    """`text` without anything a terminal acts on, cut at `limit` characters with an ellipsis."""
    # A generous slice first: a 5 MB error body must not be scanned whole to show one line of it.
    cut = text[: limit * 4]
    shown = _ACTS.sub("", _SEQUENCE.sub("", cut.replace("\r\n", "\n").replace("\r", "\n")))
    return shown if len(shown) <= limit and len(cut) == len(text) else shown[: max(0, limit - 1)] + "…"


def one_line(text: str, limit: int = 200) -> str:
    """`clean`, on a single line: runs of white space become one space."""
    return re.sub(r"\s+", " ", clean(text, limit)).strip()


def cut_left(text: str, width: int) -> str:
    """A path is cut from the left: its end is what tells files apart."""
    if len(text) <= width:
        return text
    return "…" + text[len(text) - width + 1 :] if width > 1 else text[-width:] if width else ""
