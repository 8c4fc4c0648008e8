"""The dashboard: a screen, and threads that ask the desk.

The app moves messages: orders down to the desk, readings up to the board. It decides nothing.
"""

from __future__ import annotations

import os
import shlex
import sys
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.worker import Worker, WorkerState

from core.base.settings import BoardSettings
from core.studio.index import index_of
from tui import keymap
from tui.bridge import (
    Categories,
    Desk,
    Do,
    Glanced,
    News,
    Order,
    Paged,
    Picture,
    Post,
    Quoted,
    Said,
    Unreadable,
    Want,
    WantPictures,
    kept,
)
from tui.driver import BoardDriver, let_go
from tui.screens.board import BoardScreen
from tui.screens.cursor import Cursor
from tui.screens.frame import FrameScreen
from tui.screens.shared import Shared
from tui.theme import Look, few_colours, signs_must_be_ascii, wear
from tui.threads import ThreadedApp
from tui.widgets.foot import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from textual.actions import ActionParseResult
    from textual.binding import BindingType
    from textual.dom import DOMNode
    from textual.driver import Driver
    from textual.timer import Timer

    from core.studio.pages.card import CardPage
    from tui.bridge import Glance

KEEP_S = 1.0
"""How long the keys rest before a person's place is written."""
RESTART_S = 2.0
"""Before a reader that fell over inside Rushes is started again."""


class BoardApp(ThreadedApp, inherit_bindings=False):
    """One board on one desk."""

    TITLE = "Rushes"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings(keymap.ALWAYS)]

    def __init__(
        self,
        desk: Desk,
        look: Look,
        board: BoardSettings | None = None,
        *,
        few: bool = False,
        read_only: bool = False,
        driver_class: type[Driver] | None = None,
    ) -> None:
        """`few`: the terminal shows 16 colours or none, and its own are used."""
        super().__init__(desk, ansi=True if few else None, driver_class=driver_class)
        # Whatever moves sends bytes; nothing here needs to move.
        self.animation_level = "none"
        wanted = board or BoardSettings()
        kind = wanted.pictures_on(ascii_signs=look.ascii or few)
        self.shared = Shared(look, wanted, kind, kind != "off", read_only=read_only)
        self._few = few
        self._kept: Path | None = None
        """Where a person's place on this film is kept, once the film is known."""
        self._keeping: Timer | None = None
        self._carded = False
        self.board = BoardScreen(self.shared)
        self._frames: dict[str, FrameScreen] = {self.board.NAME: self.board}
        self._remembered: dict[str, Mapping[str, str]] = {}
        self._last_kept: kept.Kept | None = None
        self._before: list[str] = []
        """Names of the screens that lead back from here."""
        self._began = False

    def on_mount(self) -> None:
        theme = wear(self.shared.board.theme, few=self._few)
        self.register_theme(theme)
        self.theme = theme.name
        self.set_keymap(dict(self.shared.board.keys))
        self.install_screen(self.board, self.board.NAME)
        self.push_screen(self.board.NAME)
        self.begin_following()
        self.begin_acting()

    def on_unmount(self) -> None:
        self._keep()
        self.stop_threads()

    def action_leave(self) -> None:
        self.exit(0)

    # Screens.

    @property
    def frame(self) -> FrameScreen:
        """The screen in front, or under what is laid over it."""
        stack = reversed(self.screen_stack)
        return next((screen for screen in stack if isinstance(screen, FrameScreen)), self.board)

    def open(self, name: str) -> None:
        """Shows the named screen; its module is imported the first time."""
        if name == self.frame.NAME or name not in keymap.screens():
            return
        self._before = [one for one in self._before if one != name] + [self.frame.NAME]
        self._show(name)

    def back(self) -> None:
        """The screen before this one, in the end the board."""
        if self.frame is not self.board:
            self._show(self._before.pop() if self._before else self.board.NAME)

    def _show(self, name: str) -> None:
        if name not in self._frames:
            module, _, kind = keymap.action(name).opens.partition(":")
            made: FrameScreen = getattr(import_module(module), kind)(self.shared)
            made.restore(dict(self._remembered.get(name, {})))
            self._frames[name] = made
            self.install_screen(made, name)
        self.switch_screen(name)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Every key comes through here: it may be explained instead of done, and ends a count."""
        frame = default_namespace
        name = keymap.name_of(action) if isinstance(action, str) else action[1]
        if not isinstance(frame, FrameScreen) or not keymap.is_action(name):
            return await super().run_action(action, default_namespace, namespaces)
        if not frame.check_action("go_to" if keymap.action(name).opens else name, ()):
            return False
        if frame.stops(name, action if isinstance(action, str) else action[1]):
            return True
        done = await super().run_action(action, default_namespace, namespaces)
        frame.did(name)
        return done

    def repaint(self) -> None:
        """Everything anew: another program may have written over the screen."""
        driver = BoardDriver.of(self)
        if driver is not None:
            driver.repaint()
        self.frame.refresh(layout=True)

    # Where a person was.

    def _restore(self, glance: Glance) -> None:
        """The first reading is here: back to where they left."""
        self._kept = kept.place_of(self.desk.root, rehearsal=glance.rehearsal)
        found = kept.load(self._kept)
        shared = self.shared
        shared.pictures = shared.pictures and found.pictures
        if index_of(glance).shot(found.shot) is not None:
            shared.cursor = Cursor(found.shot)
        self._remembered = dict(found.screens)
        self.board.restore(dict(self._remembered.get(self.board.NAME, {})))
        if found.screen != self.board.NAME and found.screen in keymap.screens():
            shared.glance, shared.notice = glance, Notice()
            self.open(found.screen)

    def keep_soon(self) -> None:
        """After a key: what is kept is written once the keys rest."""
        if self._keeping is not None:
            self._keeping.stop()
        self._keeping = self.set_timer(KEEP_S, self._keep)

    def _keep(self) -> None:
        """A second screen on the wall keeps nothing: it would move the first one's place."""
        if self._kept is None or self.shared.read_only:
            return
        screens = {name: frame.kept() for name, frame in self._frames.items()}
        now = kept.Kept(
            self.frame.NAME, self.shared.cursor.shot, self.shared.pictures, {**self._remembered, **screens}
        )
        if now != self._last_kept:
            self._last_kept = now
            self._write_kept(self._kept, now) if self.is_running else kept.save(self._kept, now)

    @work(thread=True, group="kept", exit_on_error=False)
    def _write_kept(self, path: Path, now: kept.Kept) -> None:
        kept.save(path, now)

    # The card on attach.

    def _ask_for_card(self) -> None:
        """After the first rows are on screen."""
        from core.studio.pages import card  # noqa: PLC0415 - 10 ms, never before the first rows

        self.read(Want("card", card.read))

    def _show_card(self, page: CardPage) -> None:
        if page.worth and self.shared.card is None:
            self.shared.card = page
            self.frame.redraw()

    def close_card(self) -> None:
        page, self.shared.card = self.shared.card, None
        self.frame.redraw()
        if page is not None and not self.shared.read_only:
            from core.studio.pages import card  # noqa: PLC0415 - see above

            self.order(Do("", partial(card.seen, until=page.until)))

    # Messages.

    @on(Post)
    def _take_order(self, event: Post) -> None:
        order = event.order
        if isinstance(order, Want):
            self.read(order)
        elif isinstance(order, Order) and order.act == "assemble":
            self.frame.begin_cut()
            self.cut(order)
        else:
            self.order(order)

    @on(WantPictures)
    def _take_wish(self, event: WantPictures) -> None:
        self.look_for(event.stills)

    @on(News)
    def _take_news(self, event: News) -> None:
        match event.value:
            case Glanced(glance):
                if self.shared.glance is None:
                    self._restore(glance)
                self.frame.show_glance(glance)
                self._begin_watching()
            case Unreadable() as fault:
                self.frame.show_fault(fault)
                self._begin_watching()
            case Said() as said:
                self.frame.show_said(said)
            case Quoted() as quoted:
                self.frame.show_quote(quoted)
            case Paged("card", page):
                if isinstance(page, tuple):
                    self._show_card(cast("CardPage", page))
            case Paged() as paged:
                if paged.key in self._frames:
                    self._frames[paged.key].show_page(paged)
            case Picture() as picture:
                self.frame.show_picture(picture)
            case Categories(names):
                self.shared.categories = names

    def _begin_watching(self) -> None:
        """The watcher costs an import: it waits until something is on screen."""
        if not self._began:
            self._began = True
            self.watch_film()
            self._ask_for_card()

    @on(Worker.StateChanged)
    def _see_to_thread(self, event: Worker.StateChanged) -> None:
        """A fault inside Rushes is said, and the thread is started again."""
        if event.state is not WorkerState.ERROR or self.stopping.is_set():
            return
        if event.worker.group == "page":
            for frame in self._frames.values():
                frame.page_lost()
        error = event.worker.error
        self.frame.show_said(Said(f"a fault inside Rushes: {type(error).__name__}: {error}", good=False))
        again = {"follow": self.begin_following, "folder": self.watch_film, "acts": self.begin_acting}.get(
            event.worker.group
        )
        if again is not None:
            self.set_timer(RESTART_S, again)


def run_board(
    desk: Desk,
    board: BoardSettings | None = None,
    *,
    ascii_signs: bool | None = None,
    read_only: bool = False,
) -> int:
    """Shows the board until a person leaves or the terminal goes. Returns the exit code.

    `ascii_signs`: None asks the locale. The caller has made sure that there is a terminal.
    Raises BadInput for a theme or a key that is not to be had.
    """
    board = board or BoardSettings()
    keymap.remap(board.keys)
    few = few_colours(os.environ)
    wear(board.theme, few=few)
    look = Look(signs_must_be_ascii() if ascii_signs is None else ascii_signs)
    app = BoardApp(desk, look, board, few=few, read_only=read_only, driver_class=BoardDriver)
    try:
        result = app.run(mouse=False)
    finally:
        desk.close()
    glance = app.shared.glance
    if glance is not None and glance.worker.running and not app.return_code:
        sys.stderr.write(f"the worker goes on; to come back: {_way_back(desk, rehearsal=glance.rehearsal)}\n")
    let_go()
    return result if isinstance(result, int) else app.return_code or 0


def _way_back(desk: Desk, *, rehearsal: bool) -> str:
    """What to type on a shell, in whatever folder."""
    return f"rushes --film {shlex.quote(str(desk.root))}{' --rehearsal' if rehearsal else ''}"
