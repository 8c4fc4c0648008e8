"""The threads of the dashboard: each calls the desk and posts what came of it; none touches a widget."""

from __future__ import annotations

import gc
from importlib import import_module
from queue import SimpleQueue
from threading import Event
from typing import TYPE_CHECKING

from textual import work
from textual.app import App

from tui.bridge import (
    Desk,
    Do,
    Order,
    Quote,
    Still,
    Value,
    Want,
    carry_out,
    follow,
    look_at,
    names_of,
    turn_to,
    watch_folder,
)
from tui.bridge.posts import News

if TYPE_CHECKING:
    from textual.driver import Driver

WARM_S = 0.1
"""Between two imports ahead of their need: keys and readings come first."""


def _settle_down() -> None:
    """What stands now stays to the end. A collection that walked through it, 70 ms for 10,000 shots, would
    stop every thread, and be felt at a key."""
    gc.freeze()


class ThreadedApp(App[int], inherit_bindings=False):
    """Follows a desk, carries out orders, reads pages and frames."""

    def __init__(self, desk: Desk, *, ansi: bool | None, driver_class: type[Driver] | None) -> None:
        super().__init__(driver_class=driver_class, ansi_color=ansi)
        self.desk = desk
        self.stopping = Event()
        self._nudge = Event()
        self._orders: SimpleQueue[Order | Quote | Do | None] = SimpleQueue()

    def order(self, order: Order | Quote | Do) -> None:
        """Puts an order behind those given before it."""
        self._orders.put(order)

    def stop_threads(self) -> None:
        """Every loop sees `stop` at its next turn, both waits are woken, and a cut is ended: the
        terminal's prompt waits for all threads."""
        self.stopping.set()
        self.desk.stop()
        self._nudge.set()
        self._orders.put(None)

    def _send(self, value: Value) -> None:
        self.post_message(News(value))

    @work(thread=True, group="follow", exit_on_error=False)
    def begin_following(self) -> None:
        follow(self.desk, self._send, self.stopping, self._nudge)

    @work(thread=True, group="folder", exit_on_error=False)
    def watch_film(self) -> None:
        self._send(names_of(self.desk))
        watch_folder(self.desk, self.stopping, self._nudge)

    @work(thread=True, group="acts", exit_on_error=False)
    def begin_acting(self) -> None:
        """One order after the other, in the order of the keys."""
        opened = False
        while (order := self._orders.get()) is not None:
            self._send(carry_out(self.desk, order))
            if not opened:
                opened = True
                _settle_down()  # the first act opens the film, plan and all
            self._nudge.set()

    @work(thread=True, group="cut", exit_on_error=False)
    def cut(self, order: Order) -> None:
        """A cut may take minutes: verdicts go on beside it."""
        self._send(carry_out(self.desk, order))
        self._nudge.set()

    @work(thread=True, group="page", exit_on_error=False)
    def read(self, want: Want) -> None:
        self._send(turn_to(self.desk, want))

    @work(thread=True, group="warm", exit_on_error=False)
    def warm(self, modules: tuple[str, ...]) -> None:
        """Imports what a key may want next, a module at a time: 80 ms of it would be felt at a key."""
        for module in modules:
            if self.stopping.wait(WARM_S):
                return
            import_module(module)
        _settle_down()

    @work(thread=True, group="picture", exclusive=True, exit_on_error=False)
    def look_for(self, stills: tuple[Still, ...]) -> None:
        for still in stills:
            self._send(look_at(self.desk, still))
