"""The dashboard: a screen, and threads that ask the desk.

The app moves messages: orders down to the desk, readings up to the board. It decides nothing.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.worker import Worker, WorkerState

from core.base.settings import BoardSettings
from tui import keymap
from tui.bridge import (
    Categories,
    Committed,
    Desk,
    Do,
    Glanced,
    Order,
    Paged,
    Picture,
    Quoted,
    Said,
    Unreadable,
    Value,
    Want,
    kept,
)
from tui.bridge.posts import News, Post, WantPictures
from tui.driver import BoardDriver
from tui.screens.board import BoardScreen
from tui.screens.frame import FrameScreen
from tui.screens.shared import shared_of
from tui.theme import Look
from tui.threads import ThreadedApp
from tui.wardrobe import wear

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from textual.actions import ActionParseResult
    from textual.binding import BindingType
    from textual.dom import DOMNode
    from textual.driver import Driver
    from textual.theme import Theme
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
        first: Glance | None = None,
        few: bool = False,
        far: bool = False,
        read_only: bool = False,
        driver_class: type[Driver] | None = None,
    ) -> None:
        """`first`: a reading that is there already, so that the first frame shows it. `few`: the terminal
        shows 16 colours or none, and its own are used. `far`: it is reached over a line that may be thin."""
        super().__init__(desk, ansi=True if few else None, driver_class=driver_class)
        # Whatever moves sends bytes; nothing here needs to move.
        self.animation_level = "none"
        wanted = board or BoardSettings()
        self.shared = shared_of(look, wanted, few=few, far=far, read_only=read_only)
        self._kept: Path | None = None
        """Where a person's place on this film is kept, once the film is known."""
        self._keeping: Timer | None = None
        self._first = first
        self._worn = self._dress(wear(wanted.theme, few=few))
        self.board = BoardScreen(self.shared)
        self._frames: dict[str, FrameScreen] = {self.board.NAME: self.board}
        self._in_front = self._opening = self.board.NAME
        self._remembered: dict[str, Mapping[str, str]] = {}
        self._last_kept: kept.Kept | None = None
        self._before: list[str] = []
        """Names of the screens that lead back from here."""
        self._began = False

    def _dress(self, theme: Theme) -> str:
        """Registers the theme and, where it has colours of its own, wears it before any style is parsed:
        to change it later parses them all again."""
        self.register_theme(theme)
        if not theme.ansi:
            self.set_reactive(BoardApp.theme, theme.name)
            self.stylesheet.set_variables(self.get_css_variables())
            self.set_class(theme.dark, "-dark-mode", update=False)
            self.set_class(not theme.dark, "-light-mode", update=False)
        return theme.name

    def on_mount(self) -> None:
        if self.current_theme.name != self._worn:
            self.theme = self._worn
        if self.shared.board.keys:
            self.set_keymap(keymap.overlay(self.shared.board.keys))
        self.install_screen(self.board, self.board.NAME)
        if self._first is not None:
            self._restore(self._first)
            self._first = None
        self._in_front = self._opening
        self.push_screen(self._opening)
        self.begin_acting()
        self.call_after_refresh(self.begin_following)

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
        self._in_front = name
        self._install(name)
        self.switch_screen(name)

    def _install(self, name: str) -> None:
        """Makes the named screen the first time a person goes there."""
        if name in self._frames:
            return
        module, _, kind = keymap.action(name).opens.partition(":")
        made: FrameScreen = getattr(import_module(module), kind)(self.shared)
        made.restore(dict(self._remembered.get(name, {})))
        self._frames[name] = made
        self.install_screen(made, name)

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
        await frame.furnish()
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
        self.shared.begin(glance, found)
        self._remembered = dict(found.screens)
        self.board.restore(dict(self._remembered.get(self.board.NAME, {})))
        if found.screen not in keymap.screens() or found.screen == self.board.NAME:
            return
        self._opening = found.screen
        self._install(found.screen)

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
            self._in_front, self.shared.cursor.shot, self.shared.pictures, {**self._remembered, **screens}
        )
        if now != self._last_kept:
            self._last_kept = now
            if self.is_running:
                self._write_kept(self._kept, now)
            else:
                kept.save(self._kept, now)

    @work(thread=True, group="kept", exit_on_error=False)
    def _write_kept(self, path: Path, now: kept.Kept) -> None:
        kept.save(path, now)

    # The card on attach.

    def _ask_for_card(self) -> None:
        """After the first rows are on screen."""
        from core.studio.pages import card  # noqa: PLC0415 - 10 ms, never before the first rows

        self.read(Want("card", card.read))

    def _show_card(self, page: CardPage) -> None:
        asked = self.frame.mode != keymap.NORMAL
        if page.worth and self.shared.card is None and not asked:
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
                self._take_reading(glance)
            case Committed():
                self.frame.want()
            case Unreadable() as fault:
                self.frame.show_fault(fault)
                self._begin_watching()
            case Categories(names):
                self.shared.categories = names
            case value:
                self._take_answer(value)

    def _take_reading(self, glance: Glance) -> None:
        late = self.shared.glance is None
        if late:
            self._restore(glance)
        self.frame.show_glance(glance)
        if late and self._opening != self.board.NAME:
            self.open(self._opening)
        self._begin_watching()

    def _take_answer(self, value: Value) -> None:
        """What a screen asked for."""
        match value:
            case Said() as said:
                self.frame.show_said(said)
            case Quoted() as quoted:
                self.frame.show_quote(quoted)
            case Picture() as picture:
                self.frame.show_picture(picture)
            case Paged("card", page):
                if isinstance(page, tuple):
                    self._show_card(cast("CardPage", page))
            case Paged(key) as paged if key in self._frames:
                self._frames[key].show_page(paged)

    def _begin_watching(self) -> None:
        """The watcher costs an import: it waits until something is on screen."""
        if not self._began:
            self._began = True
            self.watch_film()
            self._ask_for_card()
            self.warm(tuple(row.opens.partition(":")[0] for row in keymap.screens().values()))

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
