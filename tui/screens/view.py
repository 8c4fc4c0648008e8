"""What the board shows: panels in their places, drawn from one reading. Keys are in `board`."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen

from tui import keymap
from tui.bridge import Glance, Picture, Said, Unreadable, WantPicture
from tui.dialogs.fail_form import FailForm
from tui.dialogs.line import LineInput
from tui.screens import cursor as moves
from tui.screens.acts import Ask, possible
from tui.screens.cursor import Cursor, waiting_at
from tui.screens.layout import Places, Wants, arrange, is_small, is_wide
from tui.theme import Look
from tui.widgets.chains import Chains
from tui.widgets.failures import Failures
from tui.widgets.foot import Events, Keys, Notice, NoticeLine, faults_of
from tui.widgets.header import Header
from tui.widgets.lines import Line, LinePanel, Span
from tui.widgets.money import MoneyPanel
from tui.widgets.picture import Frame
from tui.widgets.shot import Detail, ShotPanel
from tui.widgets.small import Small
from tui.widgets.takes import Takes
from tui.widgets.waiting import Waiting


class BoardView(Screen[None], inherit_bindings=False):
    """Holds the last good reading, the cursor and the mode."""

    CSS_PATH = "board.tcss"
    AUTO_FOCUS = ""
    """No field takes the keys before a person opens it."""

    def __init__(self, look: Look, pictures: bool) -> None:
        super().__init__()
        self.look = look
        self.glance: Glance | None = None
        self.cursor = Cursor()
        self.mode = keymap.BOARD
        self.categories: tuple[str, ...] = ()
        self._notice = Notice("reading the film", "quiet")
        self._fault: Unreadable | None = None
        self._ask: Ask | None = None
        self._detail = False
        self._takes = False
        self._pictures = pictures and not look.ascii
        self._wanted: tuple[str, int, int] | None = None
        self._places: Places = {}
        self._side_hidden = False

    def compose(self) -> ComposeResult:
        yield Header("header")
        yield LinePanel("rule_top")
        yield Chains("chains")
        yield Takes("takes")
        yield Frame("picture")
        yield ShotPanel("shot")
        yield LinePanel("wall")
        yield Waiting("waits")
        yield MoneyPanel("money")
        yield Failures("failures")
        yield Detail("side")
        yield LinePanel("rule_low")
        yield Events("events")
        yield NoticeLine("notice")
        yield Keys("keys")
        yield Small("small")
        yield LineInput("line")
        yield FailForm("form", self.look)

    # What arrives.

    def show_glance(self, glance: Glance) -> None:
        """Draws a new reading; what did not change is not sent."""
        first = self.glance is None
        self.glance = glance
        self.cursor = moves.settle(glance, self.cursor)
        if first or self._fault:
            self._notice = Notice()
        self._fault = None
        self._arrange()

    def show_fault(self, fault: Unreadable) -> None:
        """The film cannot be read: says so, and keeps the last good reading."""
        self._fault = fault
        self._draw()

    def show_said(self, said: Said) -> None:
        self._say(said.text, "text" if said.good else "need")

    def show_picture(self, picture: Picture) -> None:
        if self._wanted == (picture.path, picture.cols, picture.rows):
            self.query_one("#picture", Frame).draw(picture)

    # Drawing.

    def on_resize(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Puts every panel in its place, then draws."""
        glance = self.glance
        wants = Wants(
            chains=len(glance.chains) if glance else 0,
            longest=max((len(row.shots) for row in glance.chains), default=0) if glance else 0,
            accounts=len(glance.accounts) if glance else 0,
            side=self._detail or self.mode == keymap.FORM,
            takes=self._takes,
            picture=self._pictures and bool(glance and glance.last_frame),
        )
        before, self._places = self._places, arrange(self.size.width, self.size.height, wants)
        hide_side = self.mode == keymap.FORM
        if before == self._places and hide_side == self._side_hidden:
            self._draw()
            return
        self._side_hidden = hide_side
        for panel in self.children:
            if isinstance(panel, LinePanel):
                hidden = panel.id == "side" and hide_side
                panel.place(None if hidden else self._places.get(panel.id or ""))
        if hide_side and "side" in self._places:
            self.query_one("#form", FailForm).place(self._places["side"])
        # Sizes are known after the layout; drawing before it would compose every panel twice.
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        look, glance = self.look, self.glance
        if is_small(self.size.width, self.size.height):
            self.query_one("#small", Small).rows(glance, look)
            return
        for name in ("rule_top", "rule_low"):
            self._panel(name).show(lambda width, _height: [Line((Span(look.rule * width, "faint"),))])
        self._panel("wall").show(lambda _width, height: [Line((Span(look.wall, "faint"),))] * height)
        self._draw_foot()
        if glance is None:
            return
        shot = self.cursor.shot
        self.query_one("#header", Header).rows(glance, look)
        self.query_one("#chains", Chains).rows(glance, shot, look)
        self.query_one("#takes", Takes).rows(glance, shot, look)
        self.query_one("#shot", ShotPanel).rows(glance, shot, look)
        at = self.cursor.waiting if self.cursor.in_waiting else None
        self.query_one("#waits", Waiting).rows(glance, at, look)
        self.query_one("#money", MoneyPanel).rows(glance, look)
        self.query_one("#failures", Failures).rows(glance, look)
        self.query_one("#side", Detail).rows(glance, shot, waiting_at(glance, self.cursor), look)
        self.query_one("#events", Events).rows(glance.events, look)
        self._want_picture(glance)

    def _panel(self, name: str) -> LinePanel:
        return self.query_one(f"#{name}", LinePanel)

    def _draw_foot(self) -> None:
        self.query_one("#notice", NoticeLine).rows(self._standing_notice(), self.look)
        self.query_one("#keys", Keys).rows(self._standing_keys(), self.look)

    def _standing_notice(self) -> Notice:
        """A question first, then what was just said, then whatever is wrong with the film."""
        if self._ask is not None:
            return Notice(self._ask.text, "need")
        if self._notice.text:
            return self._notice
        if self._fault is not None:
            return Notice("  ".join(self._fault.lines), "need")
        return faults_of(self.glance) if self.glance else Notice()

    def _standing_keys(self) -> tuple[str, ...]:
        if self.mode == keymap.ASK and self._ask is not None:
            return self._ask.choices
        if self.mode != keymap.BOARD:
            return tuple(row.id for row in keymap.of_mode(self.mode) if row.label)
        if self.glance is None:
            return ("help", "quit")
        wide = is_wide(self.size.width, self.size.height)
        waits = ("next_waiting",) if self.glance.waiting else ()
        detail = ("detail",) if self.glance.shots else ()
        small = () if wide else ("takes",)
        return (*possible(self.glance, self.cursor), *detail, *waits, *small, "find", "help", "quit")

    def _want_picture(self, glance: Glance) -> None:
        """Asks for the picture once everything else is on screen."""
        place = self._places.get("picture")
        if place is None or not place.area:
            return
        wanted = (glance.last_frame, place.width, place.height - 1)
        if wanted != self._wanted:
            self._wanted = wanted
            self.post_message(WantPicture(*wanted))

    def _say(self, text: str, ink: str = "text") -> None:
        self._notice = Notice(text, ink)
        self._draw_foot()
