"""What to do first in a film without a shot. Pure."""

from __future__ import annotations

from tui import keymap
from tui.theme import Look
from tui.widgets.lines import Line, Span, cell, fit

NO_SHOTS = "no shots yet: write shots/<chain>.toml"
FIRST_STEPS = 5
"""Lines of `begin_lines` at most."""
_NAME = 16


def begin_lines(width: int, height: int, look: Look) -> list[Line]:
    """One step a line, the key or the command before it, in at most `height` lines."""
    steps = (
        ("README.md", "in the film's folder: what each file is for"),
        ("rushes check", "finds every fault of the files, with file and line"),
        (keymap.key_of("doctor"), "the doctor: are keys, encoder and disk there"),
        (keymap.key_of("go"), "orders the first takes; if paid, asks with the sum"),
        ("rushes demo", "a sample film to look at, made on this machine for free"),
    )
    return [
        Line(
            (
                Span("  "),
                cell(name, _NAME, "bright", dots=look.dots),
                Span(fit(text, max(1, width - _NAME - 2), look.dots), "quiet"),
            )
        )
        for name, text in steps[: max(0, min(FIRST_STEPS, height))]
    ]
