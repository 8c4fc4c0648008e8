"""The frame all screens share: moving, marking, finding, and going from screen to screen.

A screen is a subclass with a NAME, panels (`body`, `places`, `draw`) and, where the board's reading
does not suffice, a `page`; its own keys are rows of `keymap`. CONTRIBUTING.md shows one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, cast

from textual.events import Key

from tui import keymap
from tui.screens import cursor as moves
from tui.screens.asking import AskingScreen
from tui.screens.cursor import Cursor
from tui.screens.palette import Found, find_actions
from tui.widgets.foot import Notice
from tui.widgets.lines import literal
from tui.widgets.palette import Palette

if TYPE_CHECKING:
    from textual.widgets import Input

    from core.studio.pages.card import Waits
    from tui.bridge import WaitingRow


class Board(Protocol):
    """What a screen asks of the app."""

    def open(self, name: str) -> None: ...
    def back(self) -> None: ...
    def repaint(self) -> None: ...
    def keep_soon(self) -> None: ...
    def close_card(self) -> None: ...


def _is(row: WaitingRow, other: Waits) -> bool:
    told = (other.kind, other.shot, other.take, other.question)
    return (row.kind, row.shot, row.take, row.question) == told


class FrameScreen(AskingScreen, inherit_bindings=False):
    """A screen of the dashboard with every common key."""

    def __init_subclass__(cls, **kwargs: bool) -> None:
        """Every screen binds the common keys and its own, from the one table."""
        modes = (keymap.NORMAL, keymap.ASK, keymap.SETTLE, keymap.LINE, keymap.FORM, keymap.PALETTE)
        cls.BINDINGS = [*keymap.bindings(*modes, screen=cls.NAME)]
        super().__init_subclass__(**{"inherit_bindings": False, **kwargs})

    @property
    def board(self) -> Board:
        return cast("Board", self.app)

    # What a screen may make its own.

    def step(self, by: int) -> None:
        """Up and down, by lines."""
        if self.glance:
            self.move(moves.step(self.glance, self.cursor, by))

    def sideways(self, by: int) -> None:
        """Left and right."""
        if self.glance:
            self.move(moves.step_chain(self.glance, self.cursor, by))

    def shots_in_order(self) -> tuple[str, ...]:
        """The shots that ranges and counts run over, as this screen lists them."""
        return tuple(shot.id for shot in self.glance.shots) if self.glance else ()

    def open_selected(self) -> None:
        """`enter`: a close look at the selected shot."""
        if self.cursor.shot:
            self.board.open("review")

    def shut(self) -> bool:
        """Closes what is open on this screen; False where nothing was."""
        return False

    def move(self, to: Cursor) -> None:
        self.cursor = to
        self.shared.notice, self._asked = Notice(), None
        if self.shared.range_from:
            self._draw_range()
        self.redraw()

    def follow(self, shot: str, take: int | None) -> None:
        """The shot of a line that was chosen: the keys of shots mean it, where the film has it."""
        known = self.glance is not None and moves.shot_at(self.glance, Cursor(shot)) is not None
        self.move(Cursor(shot, take=take) if known else self.cursor)

    # Before and after every key.

    def stops(self, name: str, act: str) -> bool:
        """Whether a key is explained, or answers the card, instead of being done."""
        self._asked = None
        if self.shared.card is not None:
            waits = self.shared.card.waiting
            self.board.close_card()
            digit = int(act[-3]) if name == "count" else 0
            if 0 < digit <= len(waits):
                self.go_to_waiting(waits[digit - 1])
            # The card may have come over a question, and over its sum.
            if digit or name == "close" or self.mode == keymap.ASK:
                return True
        if not self.shared.explaining or name == "close":
            return False
        self.shared.explaining = False
        self.say(f"{keymap.key_of(name)}  {keymap.action(name).help}", "bright")
        return True

    def did(self, name: str) -> None:
        """After a key: a count is used up."""
        if self.shared.count and name != "count":
            self.shared.count = ""
            self._draw_foot()
        self.board.keep_soon()

    def go_to_waiting(self, row: Waits) -> None:
        """To something that waits, named by the card."""
        if self.glance is None:
            return
        at = next((i for i, one in enumerate(self.glance.waiting) if _is(one, row)), None)
        if at is not None:
            self.move(moves.to_waiting(self.glance, self.cursor, at))
        if row.shot and row.kind in {"review", "rejected", "failed"}:
            self.board.open("review")
        else:
            self.board.open("board")

    def on_key(self, event: Key) -> None:
        """A key that is bound to nothing."""
        if self.shared.explaining:
            self.shared.explaining = False
            self.say(f"{keymap.readable(event.key)} does nothing here", "quiet")

    # Moving.

    def action_up(self) -> None:
        self.step(-self.shared.times())

    def action_down(self) -> None:
        self.step(self.shared.times())

    def action_page_up(self) -> None:
        self.step(-10 * self.shared.times())

    def action_page_down(self) -> None:
        self.step(10 * self.shared.times())

    def action_first(self) -> None:
        self.step(-1_000_000)

    def action_last(self) -> None:
        self.step(1_000_000)

    def action_left(self) -> None:
        self.sideways(-self.shared.times())

    def action_right(self) -> None:
        self.sideways(self.shared.times())

    def action_area(self) -> None:
        if self.glance:
            self.move(moves.other_area(self.glance, self.cursor))

    def action_next_waiting(self) -> None:
        if self.glance:
            self.move(moves.next_waiting(self.glance, self.cursor))

    def action_count(self, digit: str) -> None:
        self.shared.count = (self.shared.count + digit).lstrip("0")[:5]
        self.shared.notice = Notice()
        self._draw_foot()

    def action_find(self) -> None:
        self.open_line("find a shot:", "find it", self._find)

    def _find(self, text: str) -> None:
        if not text or self.glance is None:
            return
        found = moves.find(self.glance, text)
        if found:
            self.move(Cursor(found))
        else:
            self.say(f"no shot goes by '{literal(text, 60)}'", "quiet")

    # Marks.

    def targets(self) -> tuple[str, ...]:
        order = self.shots_in_order()
        if self.marked:
            return tuple(shot for shot in order if shot in self.marked) or tuple(sorted(self.marked))
        if self.shared.count and self.cursor.shot in order:
            at = order.index(self.cursor.shot)
            return order[at : at + self.shared.times()]
        return super().targets()

    def action_mark(self) -> None:
        """Marks so many from the cursor on; a single one that is marked loses its mark."""
        order = self.shots_in_order()
        if self.cursor.shot not in order:
            self.say("no shot is selected", "quiet")
            return
        at, times = order.index(self.cursor.shot), self.shared.times()
        shots = frozenset(order[at : at + times])
        takes_away = times == 1 and shots <= self.marked
        self.shared.marked = self.marked - shots if takes_away else self.marked | shots
        self.step(times)

    def action_range(self) -> None:
        shared = self.shared
        shared.range_from = "" if shared.range_from else self.cursor.shot
        if shared.range_from:
            shared.marked |= {shared.range_from}
        self.move(self.cursor)

    def _draw_range(self) -> None:
        order, shared = self.shots_in_order(), self.shared
        if shared.range_from in order and self.cursor.shot in order:
            ends = sorted((order.index(shared.range_from), order.index(self.cursor.shot)))
            shared.marked |= frozenset(order[ends[0] : ends[1] + 1])

    # Looking.

    def action_open(self) -> None:
        self.shared.notice = Notice()
        self.open_selected()

    def action_look(self) -> None:
        """Before an answer: the shot it is about, and the question is left open for later."""
        order = self._ask.order if self._ask else None
        self._answer(None)
        if order is not None and order.shot:
            self.cursor = replace(Cursor(order.shot), take=getattr(order, "take", None))
            self.board.open("review")
        elif order is not None:
            self.board.open("matrix")

    def action_close(self) -> None:
        shared = self.shared
        shared.explaining, shared.notice, self._asked = False, Notice(), None
        if shared.count:
            self.redraw()
        elif shared.range_from or shared.marked:
            shared.range_from, shared.marked = "", frozenset()
            self.redraw()
        elif not self.shut():
            self.board.back()

    def action_picture(self) -> None:
        shared = self.shared
        shared.notice, shared.pictures = Notice(), not shared.pictures
        if shared.kind == "off":
            shared.kind = "ascii" if shared.look.ascii else "half"
        self.redraw()

    def action_repaint(self) -> None:
        self.board.repaint()

    def action_what(self) -> None:
        self.shared.explaining, self.shared.notice = True, Notice()
        self._draw_foot()

    def action_help(self) -> None:
        self.shared.notice = Notice()
        self.redraw()
        from tui.screens.help import HelpScreen  # noqa: PLC0415 - with Textual's inputs, see `furnish`

        self.app.push_screen(HelpScreen(self.look, self.NAME))

    def action_quit(self) -> None:
        self.app.exit(0)

    # The palette.

    def action_palette(self) -> None:
        self._prompt = Notice("do what?")
        self.shared.notice = Notice()
        self._chosen = 0
        self.enter(keymap.PALETTE)
        self._show_line("do what?", "")

    def _found(self) -> tuple[Found, ...]:
        return find_actions(self._line.value, self.NAME)

    def draw_palette(self) -> None:
        found = self._found()
        self._chosen = max(0, min(self._chosen, len(found) - 1))
        self.query_one("#palette", Palette).rows(found, self._chosen, self.look)

    def on_input_changed(self, event: Input.Changed) -> None:
        if self.mode == keymap.PALETTE:
            event.stop()
            self._chosen = 0
            self.draw_palette()

    def action_palette_up(self) -> None:
        self._chosen -= 1
        self.draw_palette()

    def action_palette_down(self) -> None:
        self._chosen += 1
        self.draw_palette()

    async def action_palette_done(self) -> None:
        await self._line.settled()
        found = self._found()
        self._line.close()
        self.enter(keymap.NORMAL)
        if found:
            self.run_later(found[min(self._chosen, len(found) - 1)].id)

    def run_later(self, name: str) -> None:
        """Does an action as its key would, after what is being done now."""
        self.call_later(self.app.run_action, keymap.act_of(name), self)

    def action_palette_cancel(self) -> None:
        self._line.close()
        self.enter(keymap.NORMAL)

    # Screens.

    def action_go_to(self, name: str) -> None:
        self.shared.notice = Notice()
        self.board.open(name)
