"""Help: all keys and the one legend of signs, read from the tables themselves."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from tui import keymap
from tui.theme import STATES, Look
from tui.widgets.lines import EMPTY, Line, Span, cell, fit, literal, title, wrap
from tui.widgets.panel import LinePanel

_HEADS = {
    keymap.ASK: "WHEN ASKED",
    keymap.SETTLE: "A TAKE IN DOUBT",
    keymap.LINE: "IN A LINE",
    keymap.FORM: "IN THE FAILURE FORM",
    keymap.PALETTE: "IN THE PALETTE",
}
_KEYS = 11


class Help(LinePanel):
    def rows(self, top: int, screen: str, words: str, look: Look) -> None:
        self.show(lambda width, height: help_lines(width, screen, words, look)[top : top + height])

    def furthest(self, screen: str, words: str, look: Look) -> int:
        """The last line the top may stand on."""
        return max(0, len(help_lines(self.size.width, screen, words, look)) - self.size.height)


_FOOT = (
    ("help_page_down", "further"),
    ("help_page_up", "back up"),
    ("help_find", "find"),
    ("help_close", "close"),
)


def foot_line(top: int, height: int, count: int) -> Line:
    """The keys of the page, and where in it the window stands."""
    scrolls = count > height
    spans = [Span("  ")]
    for name, does in _FOOT if scrolls else _FOOT[2:]:
        spans += [Span(keymap.key_of(name), "bright"), Span(f" {does}  ", "quiet")]
    where = f"{top + 1} to {min(count, top + height)} of {count}" if scrolls else ""
    return Line((*spans, Span(where, "faint")))


def help_lines(width: int, screen: str, words: str, look: Look) -> list[Line]:
    """Signs first, for they are asked most; in a wide window the keys stand in two columns.

    `words` leaves the keys whose name or help holds them all; without any, everything is shown.
    """
    if words.strip():
        return _matching(width, words)
    lines = [Line((Span(" RUSHES", "bright"), Span("  keys and signs", "quiet"))), EMPTY]
    lines += _legend(width, look) + _figures(width)
    half = (width - 3) // 2 if width >= 110 else width
    here = keymap.of_mode(keymap.NORMAL, screen)
    own = [row for row in here if row.on]
    acts = [row for row in here if row.label and not row.on]
    common = (*here, *keymap.of_mode(keymap.ALWAYS))
    moving = [row for row in common if not (row.label or row.opens or row.on)]
    left = [*(_section(f"ON THIS SCREEN ({screen})", own, half) if own else []), *([EMPTY] if own else [])]
    left += [*_section("EVERYWHERE", acts, half), EMPTY]
    left += _section("SCREENS", list(keymap.screens().values()), half)
    others = [
        line
        for mode in (keymap.ASK, keymap.SETTLE, keymap.LINE, keymap.FORM, keymap.PALETTE)
        for line in [*_section(_HEADS[mode], keymap.of_mode(mode), half), EMPTY]
    ]
    right = [*_section("MOVING AND LOOKING", moving, half), EMPTY, *others]
    lines += _beside(left, right, half) if width >= 110 else [*left, EMPTY, *right]
    paid = "Whatever is paid or sets work aside asks first: no letter alone spends money."
    return [*lines, EMPTY, *(Line((Span(f" {row}", "quiet"),)) for row in wrap(paid, width - 2, 2))]


def _matching(width: int, words: str) -> list[Line]:
    wanted = words.casefold().split()
    found = [row for row in keymap.rows() if all(word in _told(row) for word in wanted)]
    head = f"KEYS WITH '{fit(literal(words), max(8, width - 14))}'"
    return _section(head, found, width) if found else [title(head), Line((Span("  none", "quiet"),))]


def _told(row: keymap.Action) -> str:
    return f"{row.id} {row.label} {row.help} {keymap.key_of(row.id)}".casefold()


def _legend(width: int, look: Look) -> list[Line]:
    column = 2 + 1 + 2 + max(cell_len(state.word) for state in STATES) + 2
    each = max(1, min(6, (width - 1) // column))
    rows = [STATES[at : at + each] for at in range(0, len(STATES), each)]
    lines = [title("SIGNS")]
    for row in rows:
        spans = [Span(" ")]
        for state in row:
            sign = state.ascii if look.ascii else state.sign
            spans += [Span(f" {sign}  ", state.ink), cell(state.word, column - 4, "text")]
        lines.append(Line(tuple(spans)))
    return [*lines, EMPTY]


_FIGURES = (
    ("usual 3-8", "takes a shot of its kind needs as a rule"),
    ("bars", "takes made; the groove begins at the first usual number and ends at the second"),
    ("day 1 of 12", "days since the film's start, of those until it is due"),
)


def _figures(width: int) -> list[Line]:
    lines = [title("NUMBERS")]
    for name, what in _FIGURES:
        rows = wrap(what, width - 17, 2)
        lines += [
            Line((Span("  "), cell(name if at == 0 else "", 13, "bright"), Span(row)))
            for at, row in enumerate(rows)
        ]
    return [*lines, EMPTY]


def _section(head: str, rows: Sequence[keymap.Action], width: int) -> list[Line]:
    lines = [title(head)]
    for row in rows:
        for index, text in enumerate(wrap(row.help, width - _KEYS - 3, 2)):
            key = keymap.key_of(row.id) if index == 0 else ""
            lines.append(Line((Span("  "), cell(key, _KEYS, "bright"), Span(text, "text"))))
    return lines


def _beside(left: list[Line], right: list[Line], half: int) -> list[Line]:
    lines = []
    for index in range(max(len(left), len(right))):
        one = left[index] if index < len(left) else EMPTY
        other = right[index] if index < len(right) else EMPTY
        lines.append(Line((*one.spans, Span(" " * max(0, half - one.width)), *other.spans)))
    return lines
