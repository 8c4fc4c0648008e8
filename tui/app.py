"""The dashboard: a screen, and threads that ask the desk.

The app moves messages: orders down to the desk, readings up to the board. It decides nothing.
"""

from __future__ import annotations

import shlex
import sys
from queue import SimpleQueue
from threading import Event
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App
from textual.worker import Worker, WorkerState

from tui import keymap
from tui.bridge import (
    Categories,
    Desk,
    Glanced,
    News,
    Order,
    Picture,
    Post,
    Quote,
    Quoted,
    Said,
    Still,
    Unreadable,
    Value,
    WantPictures,
    carry_out,
    follow,
    look_at,
    names_of,
    watch_folder,
)
from tui.driver import BoardDriver, let_go
from tui.screens.board import BoardScreen
from tui.theme import THEME, Look, signs_must_be_ascii

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.driver import Driver

RESTART_S = 2.0
"""Before a reader that fell over inside Rushes is started again."""


class BoardApp(App[int], inherit_bindings=False):
    """One board on one desk."""

    TITLE = "Rushes"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings(keymap.ALWAYS)]

    def __init__(
        self, desk: Desk, look: Look, *, pictures: bool = True, driver_class: type[Driver] | None = None
    ) -> None:
        super().__init__(driver_class=driver_class)
        # Whatever moves sends bytes; nothing here needs to move.
        self.animation_level = "none"
        self.desk = desk
        self.board = BoardScreen(look, pictures)
        self._stop = Event()
        self._nudge = Event()
        self._orders: SimpleQueue[Order | Quote | None] = SimpleQueue()
        self._began = False

    def on_mount(self) -> None:
        self.register_theme(THEME)
        self.theme = THEME.name
        self.push_screen(self.board)
        self._follow()
        self._act()

    def on_unmount(self) -> None:
        self._stop_threads()

    def action_leave(self) -> None:
        self.exit(0)

    def _stop_threads(self) -> None:
        """Every loop sees `stop` at its next turn, both waits are woken, and a cut is ended: the
        terminal's prompt waits for all threads."""
        self._stop.set()
        self.desk.stop()
        self._nudge.set()
        self._orders.put(None)

    def _send(self, value: Value) -> None:
        self.post_message(News(value))

    # Threads. Each calls the desk and posts; none touches a widget.

    @work(thread=True, group="follow", exit_on_error=False)
    def _follow(self) -> None:
        follow(self.desk, self._send, self._stop, self._nudge)

    @work(thread=True, group="folder", exit_on_error=False)
    def _watch(self) -> None:
        self._send(names_of(self.desk))
        watch_folder(self.desk, self._stop, self._nudge)

    @work(thread=True, group="acts", exit_on_error=False)
    def _act(self) -> None:
        """One order after the other, in the order of the keys."""
        while (order := self._orders.get()) is not None:
            self._send(carry_out(self.desk, order))
            self._nudge.set()

    @work(thread=True, group="cut", exit_on_error=False)
    def _cut(self, order: Order) -> None:
        """A cut may take minutes: verdicts go on beside it."""
        self._send(carry_out(self.desk, order))
        self._nudge.set()

    @work(thread=True, group="picture", exclusive=True, exit_on_error=False)
    def _look(self, stills: tuple[Still, ...]) -> None:
        for still in stills:
            self._send(look_at(self.desk, still))

    # Messages.

    @on(Post)
    def _take_order(self, event: Post) -> None:
        order = event.order
        if isinstance(order, Order) and order.act == "assemble":
            self.board.begin_cut()
            self._cut(order)
        else:
            self._orders.put(order)

    @on(WantPictures)
    def _take_wish(self, event: WantPictures) -> None:
        self._look(event.stills)

    @on(News)
    def _take_news(self, event: News) -> None:
        match event.value:
            case Glanced(glance):
                self.board.show_glance(glance)
                self._begin_watching()
            case Unreadable() as fault:
                self.board.show_fault(fault)
                self._begin_watching()
            case Said() as said:
                self.board.show_said(said)
            case Quoted() as quoted:
                self.board.show_quote(quoted)
            case Picture() as picture:
                self.board.show_picture(picture)
            case Categories(names):
                self.board.categories = names

    def _begin_watching(self) -> None:
        """The watcher costs an import: it waits until something is on screen."""
        if not self._began:
            self._began = True
            self._watch()

    @on(Worker.StateChanged)
    def _see_to_thread(self, event: Worker.StateChanged) -> None:
        """A fault inside Rushes is said, and the thread is started again."""
        if event.state is not WorkerState.ERROR or self._stop.is_set():
            return
        error = event.worker.error
        self.board.show_said(Said(f"a fault inside Rushes: {type(error).__name__}: {error}", good=False))
        again = {"follow": self._follow, "folder": self._watch, "acts": self._act}.get(event.worker.group)
        if again is not None:
            self.set_timer(RESTART_S, again)


def run_board(desk: Desk, *, ascii_signs: bool | None = None, pictures: bool = True) -> int:
    """Shows the board until a person leaves or the terminal goes. Returns the exit code.

    `ascii_signs`: None asks the locale. The caller has made sure that there is a terminal.
    """
    look = Look(signs_must_be_ascii() if ascii_signs is None else ascii_signs)
    app = BoardApp(desk, look, pictures=pictures, driver_class=BoardDriver)
    try:
        result = app.run(mouse=False)
    finally:
        desk.close()
    glance = app.board.glance
    if glance is not None and glance.worker.running and not app.return_code:
        sys.stderr.write(f"the worker goes on; to come back: {_way_back(desk, rehearsal=glance.rehearsal)}\n")
    let_go()
    return result if isinstance(result, int) else app.return_code or 0


def _way_back(desk: Desk, *, rehearsal: bool) -> str:
    """What to type on a shell, in whatever folder."""
    return f"rushes --film {shlex.quote(str(desk.root))}{' --rehearsal' if rehearsal else ''}"
