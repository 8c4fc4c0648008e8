"""What every screen shows around its own panels. News are in `base`, keys in `frame`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.screen import Screen

from tui import keymap
from tui.bridge import Glance, Quoted
from tui.screens import panels
from tui.screens.acts import Ask, possible
from tui.screens.cursor import Cursor
from tui.screens.layout import Places, around, below_card, is_small
from tui.screens.shared import Shared
from tui.screens.standing import standing
from tui.theme import Look
from tui.widgets.card import Card, rows_of
from tui.widgets.foot import Notice
from tui.widgets.lines import Line, Span, literal, wrap
from tui.widgets.panel import LinePanel
from tui.widgets.region import Region

if TYPE_CHECKING:
    from textual.widget import AwaitMount

    from tui.dialogs.fail_form import FailForm

FURNISH_S = 0.05
"""From a screen's first frame to what it can do without."""
TOLD = 6
"""Lines that a long sentence may take above the key line."""


class DrawnScreen(Screen[None], inherit_bindings=False):
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
        self._ask: Ask | None = None
        self._doubt: Quoted | None = None
        """The doubt that is being settled."""
        self._prompt = Notice()
        self._line_does = ""
        """What stands before the line that is written in, and what its end does."""
        self._places: Places = {}
        self._covered = False
        self._drawing = False
        """A drawing stands in the queue."""
        self._furniture: AwaitMount | None = None
        self._furnished = False

    # What a screen of its own says.

    def body(self) -> Iterable[LinePanel]:
        """Its panels; each is drawn by `draw` and placed by `places`."""
        return ()

    def later(self) -> Iterable[LinePanel]:
        """Those of its panels that the first frame does without."""
        return ()

    def places(self, area: Region) -> Places:
        """Where its panels stand in `area`, by their names; one that is missing is off."""
        return {}

    def draw(self) -> None:
        """Shows in every panel what is known now. Called with a reading there."""

    def possible(self) -> tuple[str, ...]:
        """The keys that do something now, in the order of the key line."""
        return possible(self.glance, self.cursor) if self.glance else ()

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

    # Drawing.

    def compose(self) -> ComposeResult:
        yield LinePanel("header")
        yield LinePanel("rule_top")
        yield from self.body()
        yield LinePanel("rule_low")
        yield LinePanel("notice")
        yield LinePanel("keys")
        yield LinePanel("small")

    def on_mount(self) -> None:
        self.set_timer(FURNISH_S, self.furnish)

    async def furnish(self) -> None:
        """Mounts what no first frame needs, once: fields to write in, and what lies over the panels.

        A third of the time to the first paint; every key waits for it.
        """
        if self._furnished:
            return
        if self._furniture is None:
            from tui.dialogs.fail_form import FailForm  # noqa: PLC0415 - Textual's inputs, see above
            from tui.dialogs.line import LineInput  # noqa: PLC0415
            from tui.widgets.palette import Palette  # noqa: PLC0415

            panels = (
                *self.later(),
                LinePanel("told"),
                Card("card"),
                LinePanel("card_rule"),
                Palette("palette"),
            )
            for panel in panels:
                panel.place(None)  # where nothing moves, no redraw takes it off the first cell
            self._furniture = self.mount(
                *panels,
                LineInput("line"),
                FailForm("form", self.look, self.shared.lately),
            )
            await self._furniture
            self._furnished = True
            self._places = {}  # what came late has no place yet
            self.redraw()
        else:
            await self._furniture

    def on_resize(self) -> None:
        self.redraw()

    def redraw(self) -> None:
        """Puts every panel in its place, then draws."""
        if not self.is_current:
            return
        before, self._places = self._places, self._all_places()
        covered = self.mode == keymap.FORM
        if before == self._places and covered == self._covered:
            self._draw_soon()
            return
        self._covered = covered
        hidden = self.covered_by_form() if covered else ()
        for panel in self.children:
            if isinstance(panel, LinePanel):
                panel.place(None if panel.id in hidden else self._places.get(panel.id or ""))
        if covered:
            cast("FailForm", self.query_one("#form")).place(self.form_region())
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
        if not self._furnished:
            return places
        told = self._told_rows()
        if told:
            places["told"] = Region(0, height - 2 - told, width, told)
        if self.shared.card is not None:
            rows = min(height - 6, rows_of(self.shared.card))
            places = below_card(places, Region(0, 2, width, rows + 1))
            places["card"] = Region(0, 2, width, rows)
            places["card_rule"] = Region(0, 2 + rows, width, 1)
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

    def under_form(self) -> tuple[str, ...]:
        """Its own panels, `<NAME>_..`, that the form would lie over."""
        form, own = self.form_region(), f"{self.NAME}_"
        return tuple(
            name for name, place in self._places.items() if name.startswith(own) and place.overlaps(form)
        )

    def _draw_soon(self) -> None:
        """Draws once, after all that arrived with what is being handled: readings and keys come together."""
        if not self._drawing:
            self._drawing = True
            self.call_later(self._draw_all)

    def _draw_all(self) -> None:
        self._drawing = False
        if not self.app.is_running or not self.children or not self.is_current:
            return  # the app is closing and takes its panels one by one, or another screen is in front
        look, glance = self.look, self.glance
        if is_small(self.size.width, self.size.height):
            self._show("small", panels.small(glance, look))
            return
        for name in ("rule_top", "rule_low", *(("card_rule",) if self._furnished else ())):
            self._show(name, panels.rule(look))
        self._draw_foot()
        if glance is None:
            return
        self._show("header", panels.header(glance, look))
        if self.shared.card is not None and self._furnished:
            self.query_one("#card", Card).rows(self.shared.card, look)
        if self.mode == keymap.PALETTE:
            self.draw_palette()
        self.draw()

    def draw_palette(self) -> None:
        """Shows what the letters typed so far find; `frame` knows them."""

    def _show(self, name: str, shows: panels.Shows) -> None:
        self.panel(name).show(shows.compose, of=shows.of)

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
        silent = not notice.text and self.mode == keymap.NORMAL and self.glance is not None
        self._show(
            "notice", panels.where(self.NAME, self.look) if silent else panels.notice(notice, self.look)
        )
        does = {"line_done": self._line_does} if self.mode == keymap.LINE else self.words()
        self._show("keys", panels.keys(self._standing_keys(), self.look, does))

    def words(self) -> Mapping[str, str]:
        """What keys of the key line do on this screen now, where the table's word would mislead."""
        return {}

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
        if self.mode in {keymap.LINE, keymap.PALETTE}:
            return self._prompt
        if self._ask is not None:
            return Notice(self._ask.text, "need")
        if self.mode == keymap.SETTLE and self._doubt is not None:
            return Notice(f"{self._doubt.text}. How is it settled?", "need")
        return standing(self.shared)

    def _standing_keys(self) -> tuple[str, ...]:
        if self.mode == keymap.ASK and self._ask is not None:
            return self._ask.choices
        if self.mode != keymap.NORMAL:
            return tuple(row.id for row in keymap.of_mode(self.mode) if row.label)
        return panels.key_names(self.shared, self.possible())
