"""What the board shows: panels in their places, drawn from one reading. Keys are in `board`."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.screen import Screen
from textual.timer import Timer

from tui import keymap
from tui.bridge import Glance, Order, Picture, Quoted, Said, Still, Unreadable, WantPictures
from tui.dialogs.fail_form import FailForm
from tui.dialogs.line import LineInput
from tui.screens import cursor as moves
from tui.screens.acts import Ask, left_for_retake, possible
from tui.screens.cursor import Cursor, waiting_at
from tui.screens.layout import FRAMES, Places, Wants, arrange, is_small, is_wide
from tui.theme import Look
from tui.widgets import failures, money, takes
from tui.widgets.chains import Chains
from tui.widgets.failures import Failures
from tui.widgets.foot import Events, Keys, Notice, NoticeLine, faults_of
from tui.widgets.header import Header
from tui.widgets.lines import Line, LinePanel, Span, literal
from tui.widgets.money import MoneyPanel
from tui.widgets.picture import Frame
from tui.widgets.shot import Detail, Says, ShotPanel
from tui.widgets.small import Small
from tui.widgets.stills import stills
from tui.widgets.takes import Takes
from tui.widgets.waiting import Waiting

REST_S = 0.15
"""The cursor rests when it has not moved for so long."""


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
        self._frames = {name: Frame(name, look) for name in FRAMES}
        self._asked: Order | None = None
        """What the desk was asked the price of."""
        self._doubt: Quoted | None = None
        """The doubt that is being settled."""
        self._adopting = False
        self._noting: Order | None = None
        """The retake whose note is being written."""
        self._prompt = Notice()
        self._line_does = ""
        """What stands before the line that is written in, and what its end does."""
        self._cutting = False
        self._wanted: dict[str, tuple[Still, str]] = {}
        """By panel: the frame that belongs there now, and its caption."""
        self._look_at: Timer | None = None
        self._places: Places = {}
        self._side_hidden = False

    def compose(self) -> ComposeResult:
        yield Header("header")
        yield LinePanel("rule_top")
        yield Chains("chains")
        yield Takes("takes")
        yield ShotPanel("shot")
        yield from self._frames.values()
        yield Says("says")
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
        if said.act == "assemble":
            self._cutting = False
        left = left_for_retake(self.glance) if said.act == "go" and said.good and self.glance else ""
        self._say(f"{said.text}; {left}" if left else said.text, "text" if said.good else "need")

    def begin_cut(self) -> None:
        """Says so until the cut is there, whatever else is said meanwhile."""
        self._cutting = True
        self._draw_foot()

    def show_picture(self, picture: Picture) -> None:
        for name, (still, caption) in self._wanted.items():
            if still == picture.still:
                self._frames[name].draw(picture.cells, caption)

    # Drawing.

    def on_resize(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Puts every panel in its place, then draws."""
        glance = self.glance
        wants = Wants() if glance is None else self._wants(glance)
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

    def _wants(self, glance: Glance) -> Wants:
        return Wants(
            chains=len(glance.chains),
            shots=takes.rows_of(glance),
            waits=len(glance.waiting),
            money=money.rows_of(glance),
            failures=failures.rows_of(glance),
            side=self._detail or self.mode == keymap.FORM or self._too_long(),
            takes=self._takes,
            picture=self._pictures and glance.last_frame is not None,
        )

    def _draw(self) -> None:
        if not self.children:
            return  # the app is closing, and a reading came all the same
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
        self.query_one("#says", Says).rows(glance, shot, look)
        at = self.cursor.waiting if self.cursor.in_waiting else None
        self.query_one("#waits", Waiting).rows(glance, at, look)
        self.query_one("#money", MoneyPanel).rows(glance, look)
        self.query_one("#failures", Failures).rows(glance, look)
        side = self.query_one("#side", Detail)
        if self._too_long():
            side.say(self._notice.text, look)
        else:
            side.rows(glance, shot, waiting_at(glance, self.cursor), look)
        self.query_one("#events", Events).rows(
            glance.events, look, titled=is_wide(self.size.width, self.size.height)
        )
        self._want_pictures(glance)

    def _panel(self, name: str) -> LinePanel:
        return self.query_one(f"#{name}", LinePanel)

    def _draw_foot(self) -> None:
        if not self.children:
            return
        self.query_one("#notice", NoticeLine).rows(self._standing_notice(), self.look)
        does = {"line_done": self._line_does} if self.mode == keymap.LINE else {}
        self.query_one("#keys", Keys).rows(self._standing_keys(), self.look, does)

    def _standing_notice(self) -> Notice:
        """What is being written or asked, then what was just said, then whatever is wrong with the film."""
        if self.mode == keymap.LINE:
            return self._prompt
        if self._ask is not None:
            return Notice(self._ask.text, "need")
        if self.mode == keymap.SETTLE and self._doubt is not None:
            return Notice(f"{self._doubt.text}. How is it settled?", "need")
        if self._notice.text:
            return self._notice
        if self._fault is not None:
            return Notice("  ".join(self._fault.lines), "need")
        if self._cutting:
            return Notice("assembling the cut", "running")
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

    def _want_pictures(self, glance: Glance) -> None:
        """Asks for the frames of the selected shot once everything else is on screen and the cursor
        rests: a picture is the dearest thing to send."""
        before, self._wanted = self._wanted, {}
        places = [(name, self._places[name]) for name in FRAMES if name in self._places]
        chosen = stills(glance, self.cursor.shot, len(places))
        for (name, place), choice in zip(places, chosen, strict=False):
            still = Still(choice.shot, choice.take, choice.end, place.width, place.height - 1)
            self._wanted[name] = (still, choice.caption)
        for name, _ in places[len(chosen) :]:
            self._frames[name].draw((), "")
        if self._wanted != before and self._wanted:
            if self._look_at is not None:
                self._look_at.stop()
            self._look_at = self.set_timer(REST_S, self._send_wish)

    def _send_wish(self) -> None:
        self.post_message(WantPictures(tuple(still for still, _ in self._wanted.values())))

    def _say(self, text: str, ink: str = "text") -> None:
        self._notice = Notice(text, ink)
        self._arrange()

    def _too_long(self) -> bool:
        """Whether what was said does not fit its line: it is shown whole beside the board until a key."""
        return self.mode == keymap.BOARD and cell_len(literal(self._notice.text, 1000)) > self.size.width - 2
