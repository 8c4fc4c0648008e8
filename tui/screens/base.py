"""What every screen shows around its own panels, and how news reach it. Keys are in `frame`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.geometry import Region
from textual.screen import Screen

from tui import keymap
from tui.bridge import Do, Glance, Order, Paged, Picture, Post, Quote, Quoted, Said, Unreadable, Want
from tui.dialogs.fail_form import FailForm
from tui.dialogs.line import LineInput
from tui.screens import cursor as moves
from tui.screens.acts import Ask, left_for_retake, possible
from tui.screens.cursor import Cursor
from tui.screens.layout import Places, around, is_small
from tui.screens.shared import ONLY_LOOKS, Shared
from tui.theme import Look
from tui.widgets.card import Card, rows_of
from tui.widgets.foot import Keys, Notice, NoticeLine, faults_of
from tui.widgets.header import Header
from tui.widgets.lines import Line, LinePanel, Span, literal, wrap
from tui.widgets.palette import Palette
from tui.widgets.small import Small

if TYPE_CHECKING:
    from core.studio.pages.sight import Sight

TOLD = 6
"""Lines that a long sentence may take above the key line."""


class BaseScreen(Screen[None], inherit_bindings=False):
    """Header, rules, the line that speaks, the key line; between them the panels of one screen."""

    CSS_PATH = "board.tcss"
    AUTO_FOCUS = ""
    """No field takes the keys before a person opens it."""
    NAME: ClassVar[str] = ""
    """As in `keymap`: the action that opens it."""

    def __init__(self, shared: Shared) -> None:
        super().__init__()
        self.shared = shared
        self.mode = keymap.NORMAL
        self._page: object | None = None
        self._reading = False
        """A page was asked for and is not here yet."""
        self._again = False
        """The film changed meanwhile."""
        self._ask: Ask | None = None
        self._doubt: Quoted | None = None
        """The doubt that is being settled."""
        self._prompt = Notice()
        self._line_does = ""
        """What stands before the line that is written in, and what its end does."""
        self._places: Places = {}
        self._covered = False

    # What a screen of its own says.

    def body(self) -> Iterable[LinePanel]:
        """Its panels; each is drawn by `draw` and placed by `places`."""
        return ()

    def places(self, area: Region) -> Places:
        """Where its panels stand in `area`, by their names; one that is missing is off."""
        return {}

    def draw(self) -> None:
        """Shows in every panel what is known now. Called with a reading there."""

    def page(self) -> Callable[[Sight], object] | None:
        """What it reads beside the board's reading, again after each change; None: nothing."""
        return None

    def possible(self) -> tuple[str, ...]:
        """The keys that do something now, in the order of the key line."""
        return possible(self.glance, self.cursor) if self.glance else ()

    def turned(self, page: object) -> None:
        """A page has come: the last one is kept, and drawn."""
        self._page = page

    def kept(self) -> dict[str, str]:
        """What to find again after a reconnect, as short texts."""
        return {}

    def restore(self, kept: dict[str, str]) -> None:
        """What `kept` once gave; foreign text, for the file may have been edited."""

    # What a screen may use.

    @property
    def look(self) -> Look:
        return self.shared.look

    @property
    def glance(self) -> Glance | None:
        return self.shared.glance

    @property
    def cursor(self) -> Cursor:
        return self.shared.cursor

    @cursor.setter
    def cursor(self, cursor: Cursor) -> None:
        self.shared.cursor = cursor

    @property
    def marked(self) -> frozenset[str]:
        return self.shared.marked

    def say(self, text: str, ink: str = "text") -> None:
        """One sentence above the keys, until the next key."""
        self.shared.notice = Notice(text, ink)
        self.redraw()

    def send(self, what: Order | Quote | Do) -> None:
        """Gives an order. A screen that only looks says so instead."""
        if self.shared.read_only:
            self.say(ONLY_LOOKS, "quiet")
            return
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
        self._draw_all()

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

    # Drawing.

    def compose(self) -> ComposeResult:
        yield Header("header")
        yield LinePanel("rule_top")
        yield from self.body()
        yield LinePanel("rule_low")
        yield LinePanel("told")
        yield Card("card")
        yield Palette("palette")
        yield NoticeLine("notice")
        yield Keys("keys")
        yield Small("small")
        yield LineInput("line")
        yield FailForm("form", self.look, self.shared.lately)

    def on_resize(self) -> None:
        self.redraw()

    def redraw(self) -> None:
        """Puts every panel in its place, then draws."""
        if not self.is_current:
            return
        before, self._places = self._places, self._all_places()
        covered = self.mode == keymap.FORM
        if before == self._places and covered == self._covered:
            self._draw_all()
            return
        self._covered = covered
        hidden = self.covered_by_form() if covered else ()
        for panel in self.children:
            if isinstance(panel, LinePanel):
                panel.place(None if panel.id in hidden else self._places.get(panel.id or ""))
        if covered:
            self.query_one("#form", FailForm).place(self.form_region())
        # Sizes are known after the layout; drawing before it would compose every panel twice.
        self.call_after_refresh(self._draw_all)

    def arranged(self, width: int, height: int) -> Places:
        """The places of everything, in a window that is large enough."""
        area = Region(0, 2, width, height - 5)
        return around(width, height, height - 3) | self.places(area)

    def _all_places(self) -> Places:
        width, height = self.size
        if is_small(width, height):
            return {"small": Region(0, 0, width, height)}
        places = self.arranged(width, height)
        told = self._told_rows()
        if told:
            places["told"] = Region(0, height - 2 - told, width, told)
        if self.shared.card is not None:
            places["card"] = Region(0, 2, width, min(height - 5, rows_of(self.shared.card)))
        if self.mode == keymap.PALETTE:
            places["palette"] = Region(0, 2, width, height - 4)
        return places

    def form_region(self) -> Region:
        """Where the failure form stands: the right half, or all of a narrow window."""
        width, height = self.size
        cols = width if width < 110 else max(48, width * 4 // 10)
        return Region(width - cols, 2, cols, height - 5)

    def covered_by_form(self) -> tuple[str, ...]:
        """Names of panels that give way to the form."""
        return ()

    def _draw_all(self) -> None:
        if not self.children or not self.is_current:
            return  # the app is closing, or another screen is in front
        look, glance = self.look, self.glance
        if is_small(self.size.width, self.size.height):
            self.query_one("#small", Small).rows(glance, look)
            return
        for name in ("rule_top", "rule_low"):
            self.panel(name).show(lambda width, _height: [Line((Span(look.rule * width, "faint"),))])
        self._draw_foot()
        if glance is None:
            return
        self.query_one("#header", Header).rows(glance, look)
        if self.shared.card is not None:
            self.query_one("#card", Card).rows(self.shared.card, look)
        if self.mode == keymap.PALETTE:
            self.draw_palette()
        self.draw()

    def draw_palette(self) -> None:
        """Shows what the letters typed so far find; `frame` knows them."""

    def panel(self, name: str) -> LinePanel:
        return self.query_one(f"#{name}", LinePanel)

    def _draw_foot(self) -> None:
        if not self.children:
            return
        notice = self._standing_notice()
        if "told" in self._places:
            rows = wrap(literal(notice.text, 1000), self.size.width - 2, TOLD, self.look.dots)
            lines = [Line((Span(f" {row}", notice.ink),)) for row in rows]
            self.panel("told").show(lambda _width, _height: lines[: len(lines) - 1])
            notice = Notice(rows[-1] if rows else "", notice.ink)
        self.query_one("#notice", NoticeLine).rows(notice, self.look)
        does = {"line_done": self._line_does} if self.mode == keymap.LINE else {}
        self.query_one("#keys", Keys).rows(self._standing_keys(), self.look, does)

    def _told_rows(self) -> int:
        """Lines above the notice that a long sentence needs."""
        text = literal(self._standing_notice().text, 1000)
        if not self.tells_at_length() or cell_len(text) <= self.size.width - 2:
            return 0
        return len(wrap(text, self.size.width - 2, TOLD, self.look.dots)) - 1

    def tells_at_length(self) -> bool:
        """Whether long sentences spread upwards; a screen may have a better place for them."""
        return self.mode in {keymap.NORMAL, keymap.ASK, keymap.SETTLE}

    def _standing_notice(self) -> Notice:
        """What is being written or asked, then what was just said, then whatever is wrong with the film."""
        shared = self.shared
        if self.mode in {keymap.LINE, keymap.PALETTE}:
            return self._prompt
        if self._ask is not None:
            return Notice(self._ask.text, "need")
        if self.mode == keymap.SETTLE and self._doubt is not None:
            return Notice(f"{self._doubt.text}. How is it settled?", "need")
        if shared.explaining:
            return Notice("which key? press it, and what it does is said here")
        if shared.count:
            return Notice(shared.count, "bright")
        if shared.notice.text:
            return shared.notice
        if shared.fault is not None:
            return Notice("  ".join(shared.fault.lines), "need")
        if shared.cutting:
            return Notice("assembling the cut", "running")
        faults = faults_of(self.glance) if self.glance else Notice()
        return faults if faults.text else self._standing_marks()

    def _standing_marks(self) -> Notice:
        count = len(self.marked)
        if not count:
            return (
                Notice("it only looks: acts are refused here", "faint") if self.shared.read_only else Notice()
            )
        ranged = ", drawing a range" if self.shared.range_from else ""
        return Notice(f"{count} shot{'' if count == 1 else 's'} marked{ranged}", "bright")

    def _standing_keys(self) -> tuple[str, ...]:
        if self.mode == keymap.ASK and self._ask is not None:
            return self._ask.choices
        if self.mode != keymap.NORMAL:
            return tuple(row.id for row in keymap.of_mode(self.mode) if row.label)
        if self.glance is None:
            return ("help", "quit")
        waits = ("next_waiting",) if self.glance.waiting else ()
        return (*self.possible(), *waits, "find", "help", "quit")
