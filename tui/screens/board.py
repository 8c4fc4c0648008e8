"""The board: one screen that answers is it running, does it need me, will the money last.

It draws readings and posts orders; it never works itself. Exactly one mode holds at a time
(`keymap`), and a key of another mode does nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on
from textual.geometry import Region

from tui import keymap
from tui.bridge import Order, Post, Quote, Quoted
from tui.dialogs.fail_form import FailForm
from tui.dialogs.line import LineInput
from tui.screens import cursor as moves
from tui.screens.acts import Ask, Refused, meaning, of_doubt, of_quote
from tui.screens.cursor import Cursor
from tui.screens.help import HelpScreen
from tui.screens.view import BoardView
from tui.widgets.foot import Notice
from tui.widgets.lines import literal

if TYPE_CHECKING:
    from textual.binding import BindingType


_LINE = 24
"""Cells that a line to write in has at least."""


class BoardScreen(BoardView, inherit_bindings=False):
    """The keys: each means one thing, in one mode, about what is under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *keymap.bindings(keymap.BOARD, keymap.ASK, keymap.SETTLE, keymap.LINE, keymap.FORM)
    ]

    # Modes.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key acts only in its own mode; an answer only where it was offered."""
        if not keymap.is_action(action):
            return True
        if keymap.action(action).mode != self.mode:
            return False
        return self.mode != keymap.ASK or (self._ask is not None and action in self._ask.choices)

    def _enter(self, mode: str) -> None:
        self.mode = mode
        self._arrange()

    def _mean(self, act: str) -> None:
        """Carries out what a key means here: asks, posts, or says why not."""
        if self.glance is None:
            return
        what = meaning(act, self.glance, self.cursor)
        self._notice, self._asked = Notice(), None
        if isinstance(what, Refused):
            self._say(what.why, "quiet")
        elif isinstance(what, Quote) and act == "retake":
            self._noting = what.order
            self._open_line(f"retake {literal(what.order.shot, 32)}: what should change?", "order it")
        elif isinstance(what, Ask):
            self._put(what)
        elif isinstance(what, Quote):
            self._price(what.order)
        else:
            self._give(what)

    def _price(self, order: Order) -> None:
        """Asks the desk what it would cost; `show_quote` goes on."""
        self._asked = order
        self._say("asking what is held" if order.act == "settle" else "asking what it costs", "quiet")
        self.post_message(Post(Quote(order)))

    def _put(self, ask: Ask) -> None:
        """A question: only its answers act until it is answered."""
        self._ask = ask
        self._enter(keymap.ASK)

    def show_quote(self, quoted: Quoted) -> None:
        """The answer to a question of money: becomes a question, or is done at once where it is free."""
        late = self.mode != keymap.BOARD or (quoted.order != self._asked and not quoted.again)
        if self.glance is None or late:
            return
        self._asked, self._notice = None, Notice()
        if quoted.order.act == "settle":
            self._doubt = quoted
            self._enter(keymap.SETTLE)
            return
        what = of_quote(quoted, self.glance)
        if isinstance(what, Ask):
            self._put(what)
        else:
            self._give(what)

    def _give(self, order: Order) -> None:
        self.post_message(Post(order))
        if self.glance and order.act == "reject":
            # A new take of the same shot is what mostly comes next.
            self.cursor = replace(self.cursor, in_waiting=False)
        elif self.glance and order.act in {"approve", "hold", "retake", "settle"}:
            waited = any(row.shot == order.shot for row in self.glance.waiting)
            self.cursor = moves.after_answer(self.glance, self.cursor, order.shot) if waited else self.cursor
        self._arrange()

    def _answer(self, order: Order | None) -> None:
        self._ask = None
        self._enter(keymap.BOARD)
        if order is not None:
            self._give(order)

    # Keys of the board.

    def action_go(self) -> None:
        self._mean("go")

    def action_pause(self) -> None:
        self._mean("pause")

    def action_approve(self) -> None:
        self._mean("approve")

    def action_reject(self) -> None:
        self._mean("reject")

    def action_hold(self) -> None:
        self._mean("hold")

    def action_retake(self) -> None:
        self._mean("retake")

    def action_settle(self) -> None:
        self._mean("settle")

    def action_assemble(self) -> None:
        self._mean("assemble")

    def action_fail(self) -> None:
        if self.glance is None:
            return
        what = meaning("fail", self.glance, self.cursor)
        if not isinstance(what, Order):
            self._mean("fail")
            return
        self._notice = Notice()
        self._enter(keymap.FORM)
        self._form.open(what, self.categories, self._places.get("side", Region(0, 0, 1, 1)))

    def action_detail(self) -> None:
        self._notice = Notice()
        self._detail = not self._detail
        self._arrange()

    def action_takes(self) -> None:
        self._notice = Notice()
        self._takes = not self._takes
        self._arrange()

    def action_close(self) -> None:
        self._detail = self._takes = False
        self._notice, self._asked = Notice(), None
        self.cursor = replace(self.cursor, in_waiting=False)
        self._arrange()

    def action_picture(self) -> None:
        if self.look.ascii:
            self._say("pictures need a UTF-8 terminal", "quiet")
            return
        self._notice, self._pictures = Notice(), not self._pictures
        self._arrange()

    def action_repaint(self) -> None:
        self.refresh(layout=True)

    def action_help(self) -> None:
        self._notice = Notice()
        self._arrange()
        self.app.push_screen(HelpScreen(self.look))

    def action_find(self) -> None:
        self._open_line("find a shot:", "find it")

    # Moving.

    def _move(self, to: Cursor) -> None:
        self.cursor = to
        self._notice, self._asked = Notice(), None
        self._arrange()

    def action_up(self) -> None:
        self._step(-1)

    def action_down(self) -> None:
        self._step(1)

    def action_page_up(self) -> None:
        self._step(-10)

    def action_page_down(self) -> None:
        self._step(10)

    def action_first(self) -> None:
        self._step(-10_000)

    def action_last(self) -> None:
        self._step(10_000)

    def _step(self, by: int) -> None:
        if self.glance:
            self._move(moves.step(self.glance, self.cursor, by))

    def action_left(self) -> None:
        if self.glance:
            self._move(moves.step_chain(self.glance, self.cursor, -1))

    def action_right(self) -> None:
        if self.glance:
            self._move(moves.step_chain(self.glance, self.cursor, 1))

    def action_area(self) -> None:
        if self.glance:
            self._move(moves.other_area(self.glance, self.cursor))

    def action_next_waiting(self) -> None:
        if self.glance:
            self._move(moves.next_waiting(self.glance, self.cursor))

    # Answers.

    def action_yes(self) -> None:
        self._answer(self._ask.order if self._ask else None)

    def action_no(self) -> None:
        self._answer(None)

    def action_circled(self) -> None:
        self._answer(self._ask.order if self._ask else None)

    def action_rough(self) -> None:
        self._answer(replace(self._ask.order, rough=True) if self._ask else None)

    def action_why(self) -> None:
        if self._ask is not None:
            order = self._ask.order
            take = f" t{order.take:02d}" if order.take is not None else ""
            self._open_line(f"{order.act} {literal(order.shot, 32)}{take}: why?", f"{order.act} it")

    # A take in doubt.

    def _settle(self, how: str, job: str = "") -> None:
        if self._doubt is not None:
            self._put(of_doubt(self._doubt, how, job))

    def action_settle_ask(self) -> None:
        self._settle("ask")

    def action_settle_absent(self) -> None:
        self._settle("absent")

    def action_settle_off(self) -> None:
        self._settle("write_off")

    def action_settle_adopt(self) -> None:
        if self._doubt is not None:
            self._adopting = True
            self._open_line(f"the provider's job of {literal(self._doubt.order.shot, 32)}:", "take it")

    def action_settle_leave(self) -> None:
        self._answer(None)

    # The line.

    @property
    def _line(self) -> LineInput:
        return self.query_one("#line", LineInput)

    def _open_line(self, words: str, does: str) -> None:
        """A line to write in behind `words`; the key line says what its end `does`."""
        self._prompt, self._line_does = Notice(words, "need" if self._ask else "text"), does
        self._notice = Notice()
        self._enter(keymap.LINE)
        after = min(cell_len(words) + 2, max(0, self.size.width - _LINE))
        self._line.open(Region(after, self.size.height - 2, self.size.width - after, 1))

    async def action_line_done(self) -> None:
        await self._line.settled()
        text = self._line.close()
        self._notice = Notice()
        adopting, self._adopting = self._adopting, False
        noting, self._noting = self._noting, None
        if noting is not None:
            self._enter(keymap.BOARD)
            self._price(replace(noting, note=text))
            return
        if self._ask is not None:
            self._answer(replace(self._ask.order, note=text))
            return
        if adopting and text:
            self._settle("adopt", text)
            return
        self._enter(keymap.BOARD)
        if text and self.glance:
            found = moves.find(self.glance, text)
            self._move(Cursor(found) if found else self.cursor)
            if not found:
                self._say(f"no shot goes by '{text}'", "quiet")

    def action_line_cancel(self) -> None:
        self._line.close()
        self._notice, self._adopting, self._noting = Notice(), False, None
        self._answer(None)

    # The form.

    @property
    def _form(self) -> FailForm:
        return self.query_one("#form", FailForm)

    async def action_form_done(self) -> None:
        await self._form.enter()

    async def action_form_next(self) -> None:
        await self._form.step(1)

    async def action_form_back(self) -> None:
        await self._form.step(-1)

    def action_form_cancel(self) -> None:
        self._form.close()
        self._enter(keymap.BOARD)

    @on(FailForm.Filled)
    def _log_failure(self, event: FailForm.Filled) -> None:
        event.stop()
        self._form.close()
        self._enter(keymap.BOARD)
        self._give(event.order)

    def action_quit(self) -> None:
        self.app.exit(0)
