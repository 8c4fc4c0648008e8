"""Orders from keys: what is asked before them, what is written with them, what came of it.

Exactly one mode holds at a time (`keymap`), and a key of another mode does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len

from tui import keymap
from tui.bridge import Do, Order, Quote, Quoted, Said
from tui.screens import cursor as moves
from tui.screens.acts import Ask, Meaning, Refused, meaning, meaning_of_many, of_doubt, of_quote
from tui.screens.base import BaseScreen
from tui.screens.layout import is_small
from tui.screens.shared import Shared
from tui.widgets.foot import Notice
from tui.widgets.lines import literal, slate
from tui.widgets.region import Region

if TYPE_CHECKING:
    from tui.dialogs.fail_form import FailForm, Known
    from tui.dialogs.line import LineInput

_LINE = 24
"""Cells that a line to write in has at least."""


class AskingScreen(BaseScreen, inherit_bindings=False):
    """The acts on shots: each key means one thing, in one mode, about what is under the cursor."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._asked: Order | None = None
        """What the desk was asked the price of, or was given, with no key since."""
        self._later = Notice()
        """What went wrong while a line was written or a question stood: said after it."""
        self._then: Callable[[str], None] = lambda _text: None
        """What becomes of the line that is being written."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key acts only in its own mode; an answer only where it was offered."""
        if action == "go_to":
            return self.mode == keymap.NORMAL
        if not keymap.is_action(action):
            return True
        if keymap.action(action).mode != self.mode:
            return False
        if self.mode != keymap.ASK:
            return True
        # In a window too small for the question nobody has read it: it can only be left.
        readable = action == "no" or not is_small(*self.size)
        return readable and self._ask is not None and action in self._ask.choices

    def enter(self, mode: str) -> None:
        self.mode = mode
        self._say_later()
        self.redraw()

    def _say_later(self) -> None:
        if self.mode == keymap.NORMAL and self._later.text:
            self.shared.notice, self._later = self._later, Notice()

    def show_said(self, said: Said) -> None:
        if not said.good and self.mode != keymap.NORMAL:
            self._later = Notice(said.text, "need")
        super().show_said(said)

    # What a screen may use.

    def ask(self, ask: Ask) -> None:
        """A question: only its answers act until it is answered."""
        self._ask = ask
        self.enter(keymap.ASK)

    def do(self, name: str, act: Callable[..., str], shot: str = "") -> None:
        """An act of one screen: `act` is given the open film, on a thread, and says what came of it."""
        self.send(Do(name, act, shot))

    def open_line(self, words: str, does: str, then: Callable[[str], None], text: str = "") -> None:
        """A line to write in behind `words`; the key line says what its end `does`, `then` gets the text."""
        self._prompt, self._line_does = Notice(words, "need" if self._ask else "text"), does
        self._then = then
        self.shared.notice = Notice()
        self.enter(keymap.LINE)
        self._show_line(words, text)

    def _show_line(self, words: str, text: str) -> None:
        after = min(cell_len(words) + 2, max(0, self.size.width - _LINE))
        self._line.open(Region(after, self.size.height - 2, self.size.width - after, 1), text)

    def mean(self, act: str) -> None:
        """Carries out what a key means here: asks, posts, or says why not."""
        if self.glance is None:
            return
        what = self._meaning(act)
        self.shared.notice, self._asked = Notice(), None
        if isinstance(what, Refused):
            self.say(what.why, "quiet")
        elif not self.may_act():
            return
        elif isinstance(what, Quote) and act == "retake":
            order = what.order
            named = f"{len(order.several)} shots" if order.several else literal(order.shot, 32)
            self.open_line(
                f"retake {named}: what should change?",
                "order it",
                lambda text: self._price(replace(order, note=text)),
            )
        elif isinstance(what, Ask):
            self.ask(what)
        elif isinstance(what, Quote):
            self._price(what.order)
        else:
            self._give(what)

    def _meaning(self, act: str) -> Meaning:
        assert self.glance is not None  # noqa: S101 - its callers have looked
        shots = self.targets()
        if len(shots) > 1:
            return meaning_of_many(act, self.glance, shots)
        alone = replace(self.cursor, shot=shots[0]) if shots and shots[0] != self.cursor.shot else self.cursor
        return meaning(act, self.glance, alone)

    def targets(self) -> tuple[str, ...]:
        """The shots an act means: the marked ones, so many from the cursor on, or the one under it."""
        return (self.cursor.shot,) if self.cursor.shot else ()

    # Prices and answers.

    def _price(self, order: Order) -> None:
        """Asks the desk what it would cost; `show_quote` goes on."""
        self._asked = order
        self.say("asking what is held" if order.act == "settle" else "asking what it costs", "quiet")
        self.send(Quote(order))

    def show_quote(self, quoted: Quoted) -> None:
        """The answer to a question of money: becomes a question, or is done at once where it is free."""
        if self.glance is None:
            return
        if self.mode != keymap.NORMAL or quoted.order != self._asked:
            # A question that comes up under a finger on its way to another key would be answered unread.
            if quoted.again:
                self.show_said(Said(f"nothing was ordered, it costs more by now: {quoted.text}", good=False))
            return
        self._asked, self.shared.notice = None, Notice()
        if quoted.order.act == "settle":
            self._doubt = quoted
            self.enter(keymap.SETTLE)
            return
        what = of_quote(quoted, self.glance)
        if isinstance(what, Ask):
            self.ask(what)
        else:
            self._give(what)

    def _give(self, order: Order) -> None:
        self.send(order)
        self._asked = order
        if order.several:
            self.shared.marked, self.shared.range_from = frozenset(), ""
        elif self.glance and order.act == "reject":
            # A new take of the same shot is what mostly comes next.
            self.cursor = replace(self.cursor, in_waiting=False)
        elif self.glance and order.act in {"approve", "hold", "retake", "settle"}:
            waited = any(row.shot == order.shot for row in self.glance.waiting)
            self.cursor = moves.after_answer(self.glance, self.cursor, order.shot) if waited else self.cursor
        self.redraw()

    def _answer(self, order: Order | Do | None) -> None:
        self._ask = None
        self.enter(keymap.NORMAL)
        if isinstance(order, Do):
            self.send(order)
        elif order is not None:
            self._give(order)

    def action_yes(self) -> None:
        self._answer(self._ask.order if self._ask else None)

    def action_no(self) -> None:
        self._answer(None)

    def action_circled(self) -> None:
        self._answer(self._ask.order if self._ask else None)

    def action_rough(self) -> None:
        if self._ask is not None and isinstance(self._ask.order, Order):
            self._answer(replace(self._ask.order, rough=True))

    def action_why(self) -> None:
        if self._ask is None or not isinstance(self._ask.order, Order):
            return
        order = self._ask.order
        named = f"{len(order.several)} shots" if order.several else slate(order.shot, order.take)
        self.open_line(
            f"{order.act} {named}: why?",
            f"{order.act} it",
            lambda text: self._answer(replace(order, note=text)),
        )

    # Keys of the acts.

    def action_go(self) -> None:
        self.mean("go")

    def action_pause(self) -> None:
        self.mean("pause")

    def action_approve(self) -> None:
        self.mean("approve")

    def action_reject(self) -> None:
        self.mean("reject")

    def action_hold(self) -> None:
        self.mean("hold")

    def action_retake(self) -> None:
        self.mean("retake")

    def action_settle(self) -> None:
        self.mean("settle")

    def action_assemble(self) -> None:
        self.mean("assemble")

    def action_undo(self) -> None:
        made = self.glance is not None and any(shot.takes for shot in self.glance.shots)
        if made:
            self.send(Order("undo"))
        else:
            self.say("nothing was judged yet: there is nothing to take back", "quiet")

    # A take in doubt.

    def _settle(self, how: str, job: str = "") -> None:
        if self._doubt is not None:
            self.ask(of_doubt(self._doubt, how, job))

    def action_settle_ask(self) -> None:
        self._settle("ask")

    def action_settle_absent(self) -> None:
        self._settle("absent")

    def action_settle_off(self) -> None:
        self._settle("write_off")

    def action_settle_adopt(self) -> None:
        if self._doubt is not None:
            self.open_line(
                f"the provider's job of {literal(self._doubt.order.shot, 32)}:",
                "take it",
                lambda text: self._settle("adopt", text) if text else None,
            )

    def action_settle_leave(self) -> None:
        self._answer(None)

    # The line.

    @property
    def _line(self) -> LineInput:
        return cast("LineInput", self.query_one("#line"))

    async def action_line_done(self) -> None:
        await self._line.settled()
        text = self._line.close()
        self.shared.notice = Notice()
        self.mode = keymap.NORMAL
        self._then(text)
        self._say_later()
        self.redraw()

    def action_line_cancel(self) -> None:
        self._line.close()
        self.shared.notice = Notice()
        self._answer(None)

    # The form.

    @property
    def _form(self) -> FailForm:
        return cast("FailForm", self.query_one("#form"))

    def action_fail(self) -> None:
        if self.glance is None:
            return
        what = meaning("fail", self.glance, self.cursor)
        if not isinstance(what, Order) or self.shared.read_only:
            self.mean("fail")
            return
        self.shared.notice = Notice()
        self.enter(keymap.FORM)
        self._form.open(what, self.form_knows(), self.form_region())

    def form_knows(self) -> Known:
        """What the failure form may offer: the film's categories, what helped, what words hint at."""
        from core.studio.pages.failures import OUTCOMES, guess  # noqa: PLC0415 - 5 ms, when a form is opened
        from tui.dialogs.fail_form import Known  # noqa: PLC0415

        names, known = self.shared.categories, self.glance.failure_categories if self.glance else ()
        helped = {name: workaround for name, _, _, workaround in known if workaround}
        return Known(names, OUTCOMES, helped, partial(guess, names=names))

    async def action_form_done(self) -> None:
        await self._form.enter()

    async def action_form_next(self) -> None:
        await self._form.step(1)

    async def action_form_back(self) -> None:
        await self._form.step(-1)

    def action_form_cancel(self) -> None:
        self._form.close()
        self.enter(keymap.NORMAL)

    def on_fail_form_filled(self, event: FailForm.Filled) -> None:
        event.stop()
        self._form.close()
        self.enter(keymap.NORMAL)
        self._give(event.order)
