"""Every key of the dashboard: one frozen table. Nothing else binds a key.

The key line, the help and the bindings are all read from `ACTIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

BOARD, ASK, SETTLE, LINE, FORM, HELP, ALWAYS = "board", "ask", "settle", "line", "form", "help", "always"
"""The modes. Exactly one holds at a time, and a key acts only in its own; `ALWAYS` is beside them."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key does."""

    id: str
    keys: str
    """Default keys, comma-separated, as Textual names them."""
    label: str
    """One or two words for the key line; empty keeps it off that line."""
    help: str
    mode: str
    destructive: bool = False
    """Spends money or sets work aside: asks y/n first, naming the shot and the sum."""
    shown: str = ""
    """How help and key line write the keys, where Textual's names are not what is on the cap."""


ACTIONS: tuple[Action, ...] = (
    Action("go", "g", "go", "Start or resume the selected chain. Paid work asks first.", BOARD, True),
    Action("pause", "p", "pause", "Pause the selected chain. What is running is still fetched.", BOARD),
    Action("approve", "a", "circle", "Circle the newest take, then move to the next that waits.", BOARD),
    Action("reject", "x", "reject", "Reject the newest take; later takes on it go stale.", BOARD, True),
    Action("hold", "o", "hold", "Hold the newest take: decided neither way yet.", BOARD),
    Action(
        "retake",
        "r",
        "retake",
        "Order a new take, with a line on what should change. Paid work asks.",
        BOARD,
        True,
    ),
    Action("settle", "s", "settle", "Settle a take in doubt: was it sent, was it paid?", BOARD, True),
    Action("fail", "f", "fail", "Log what broke in the failure catalogue.", BOARD),
    Action("assemble", "c", "cut", "Assemble the cut, rough or of circled takes.", BOARD),
    Action("detail", "enter", "detail", "Show or close all that is known of the selected shot.", BOARD),
    Action("takes", "t", "takes", "Show the takes of the chain in a small window.", BOARD),
    Action("next_waiting", "n", "next", "Go to the next that waits for you.", BOARD),
    Action("find", "slash", "find", "Find a shot by id or description.", BOARD, shown="/"),
    Action("up", "up,k", "", "The shot before.", BOARD, shown="up k"),
    Action("down", "down,j", "", "The shot after.", BOARD, shown="down j"),
    Action("left", "left,h", "", "The chain before.", BOARD, shown="left h"),
    Action("right", "right,l", "", "The chain after.", BOARD, shown="right l"),
    Action("page_up", "pageup", "", "Ten shots back.", BOARD, shown="pgup"),
    Action("page_down", "pagedown", "", "Ten shots on.", BOARD, shown="pgdn"),
    Action("first", "home", "", "The first shot of the film.", BOARD),
    Action("last", "end", "", "The last shot of the film.", BOARD),
    Action("area", "tab,shift+tab", "", "Between the shots and the list that waits.", BOARD, shown="tab"),
    Action("picture", "v", "", "Show or hide the frames of the selected shot.", BOARD),
    Action("repaint", "ctrl+l", "", "Draw the whole screen again.", BOARD),
    Action("close", "escape", "", "Close what is open beside the board.", BOARD, shown="esc"),
    Action("help", "question_mark", "help", "All keys and the legend of signs.", BOARD, shown="?"),
    Action("quit", "q", "quit", "Leave the dashboard. The worker goes on.", BOARD),
    Action("leave", "ctrl+c,ctrl+q", "", "Leave the dashboard from anywhere.", ALWAYS, shown="ctrl+c"),
    Action("yes", "y", "yes", "Do it.", ASK),
    Action("why", "w", "with a note", "Say why first.", ASK),
    Action("circled", "c", "circled takes", "Cut the circled takes only.", ASK),
    Action("rough", "r", "rough", "Cut with the newest usable takes.", ASK),
    Action("no", "n,escape", "no", "Leave it.", ASK, shown="n esc"),
    Action("settle_ask", "a", "ask the provider", "Ask the provider again; nothing is sent anew.", SETTLE),
    Action("settle_adopt", "j", "name its job", "The job exists: name it, and it is fetched.", SETTLE),
    Action("settle_absent", "u", "never sent", "Nothing was sent: what is held is freed.", SETTLE),
    Action("settle_off", "w", "write it off", "Give up on it: what is held counts as spent.", SETTLE),
    Action("settle_leave", "escape", "leave it", "It stays in doubt.", SETTLE, shown="esc"),
    Action("line_done", "enter", "take it", "Take what is written.", LINE),
    Action("line_cancel", "escape", "leave it", "Leave it.", LINE, shown="esc"),
    Action("form_done", "enter", "next, then log it", "Next field; on the last needed one, log it.", FORM),
    Action("form_next", "tab", "complete", "Complete the category, go to the next field.", FORM),
    Action("form_back", "shift+tab", "", "The field before.", FORM),
    Action("form_cancel", "escape", "leave it", "Leave the form; nothing is logged.", FORM, shown="esc"),
    Action("help_close", "escape,q,question_mark", "back", "Back to the board.", HELP, shown="esc ?"),
    Action("help_up", "up,k", "", "Scroll up.", HELP, shown="up k"),
    Action("help_down", "down,j", "", "Scroll down.", HELP, shown="down j"),
)
_BY_ID = {action.id: action for action in ACTIONS}
_NAMED = {"slash": "/", "question_mark": "?", "escape": "esc"}


def action(name: str) -> Action:
    return _BY_ID[name]


def key_of(name: str) -> str:
    """The key as a person reads it: `a`, `tab`, `/`."""
    row = _BY_ID[name]
    first = row.keys.split(",")[0]
    return row.shown or _NAMED.get(first, first)


def hint(name: str) -> str:
    """`a circle`: a key with its label."""
    return f"{key_of(name)} {_BY_ID[name].label}"


def of_mode(mode: str) -> tuple[Action, ...]:
    return tuple(row for row in ACTIONS if row.mode == mode)


def bindings(*modes: str) -> list[Binding]:
    """Textual's bindings for the named modes; ids let a user's keymap move them.

    One key may stand for several actions of different modes: `check_action` picks.
    All are bound with priority: an input cannot swallow them, and each acts before the next key is
    looked at, so that what is typed ahead lands where it was meant.
    """
    return [
        Binding(row.keys, row.id, row.label, show=False, id=row.id, priority=True)
        for row in ACTIONS
        if row.mode in modes
    ]


def is_action(name: str) -> bool:
    return name in _BY_ID
