"""How news reach a screen, and what it asks for. What it shows is in `drawn`, its keys in `frame`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tui.bridge import Do, Glance, Order, Paged, Picture, Quote, Said, Unreadable, Want
from tui.bridge.posts import Post
from tui.screens import cursor as moves
from tui.screens.acts import left_for_retake
from tui.screens.drawn import DrawnScreen
from tui.screens.shared import ONLY_LOOKS, Shared
from tui.widgets.foot import Notice

if TYPE_CHECKING:
    from core.studio.pages.sight import Sight

Page = TypeVar("Page")


class BaseScreen(DrawnScreen, inherit_bindings=False):
    """Follows the film, reads its page anew after each change, and gives orders."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._page: object | None = None
        self._reading = False
        """A page was asked for and is not here yet."""
        self._again = False
        """The film changed meanwhile."""

    # What a screen of its own says.

    def page(self) -> Callable[[Sight], object] | None:
        """What it reads beside the board's reading, again after each change; None: nothing."""
        return None

    def turned(self, page: object) -> None:
        """A page has come: the last one is kept, and drawn."""
        self._page = page

    def last_page(self, kind: type[Page]) -> Page | None:
        """The page as it was last read; None until there is one."""
        return self._page if isinstance(self._page, kind) else None

    def kept(self) -> dict[str, str]:
        """What to find again after a reconnect, as short texts."""
        return {}

    def restore(self, kept: dict[str, str]) -> None:
        """What `kept` once gave; foreign text, for the file may have been edited."""

    # What a screen may use.

    def may_act(self) -> bool:
        """Whether this board acts at all; one that only looks says so."""
        if self.shared.read_only:
            self.say(ONLY_LOOKS, "quiet")
        return not self.shared.read_only

    def send(self, what: Order | Quote | Do) -> None:
        """Gives an order, where the board acts."""
        if self.may_act():
            self.post_message(Post(what))

    def want(self) -> None:
        """Asks for the page; while one is under way, once more after it."""
        page = self.page()
        if page is None or self.glance is None:
            return
        if self._reading:
            self._again = True
            return
        self._reading = True
        self.post_message(Post(Want(self.NAME, page)))

    # What arrives.

    def on_screen_resume(self) -> None:
        self.redraw()
        self.want()

    def show_glance(self, glance: Glance) -> None:
        """Draws a new reading; what did not change is not sent."""
        first, self.shared.glance = self.shared.glance is None, glance
        self.cursor = moves.settle(glance, self.cursor)
        if first or self.shared.fault:
            self.shared.notice = Notice()
        self.shared.fault = None
        self.redraw()
        self.want()

    def show_fault(self, fault: Unreadable) -> None:
        """The film cannot be read: says so, and keeps the last good reading."""
        self.shared.fault = fault
        self.redraw()

    def show_said(self, said: Said) -> None:
        if said.act == "assemble":
            self.shared.cutting = False
        left = left_for_retake(self.glance) if said.act == "go" and said.good and self.glance else ""
        if said.text:
            self.say(f"{said.text}; {left}" if left else said.text, "text" if said.good else "need")
        self.want()

    def show_page(self, paged: Paged) -> None:
        self._reading = False
        if paged.fault:
            self.say("  ".join(paged.fault), "need")
        else:
            self.turned(paged.page)
            self.redraw()
        if self._again:
            self._again = False
            self.want()

    def page_lost(self) -> None:
        """A reading fell over inside Rushes: the next change asks anew."""
        self._reading = self._again = False

    def show_picture(self, picture: Picture) -> None:
        """A frame that was wished for."""

    def begin_cut(self) -> None:
        """Says so until the cut is there, whatever else is said meanwhile."""
        self.shared.cutting = True
        self._draw_foot()
