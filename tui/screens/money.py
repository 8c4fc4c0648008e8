"""The Money screen: what is left, what it went on, what a person has to answer about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from core.studio.pages import money
from core.studio.pages.money import MoneyPage
from tui import keymap
from tui.bridge import Do
from tui.screens.frame import FrameScreen
from tui.screens.layout import Places, is_wide, under_strip
from tui.screens.shared import Shared
from tui.widgets import money_lists, money_page, plots
from tui.widgets.figures import usd
from tui.widgets.lines import Line, lit_by, literal, reading, wall_lines
from tui.widgets.panel import LinePanel
from tui.widgets.region import Region

if TYPE_CHECKING:
    from core.studio.pages.sight import Sight
    from tui.theme import Look

SECTIONS = tuple(name for name, _ in money_page.SECTIONS)
LISTS = ("budgets", "gates", "doubts", "spend", "charges")
"""Sections with a line to choose."""
WIDE = ("budgets", "spend", "charges", "accounts", "gates", "doubts")
"""Sections in the order of tab where all are on screen."""


class MoneyScreen(FrameScreen):
    """One section at a time in a small window, all of them in a large one."""

    NAME: ClassVar[str] = "money"

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._section = SECTIONS[0]
        self._by = money.WAYS[0]
        self._at: dict[str, int] = dict.fromkeys(LISTS, 0)
        """Section to the line the keys act on."""
        self._curves = False
        """What draws curves is loaded."""

    def on_mount(self) -> None:
        self.run_worker(self._load_curves, thread=True, group="curves", exit_on_error=False)

    def _load_curves(self) -> None:
        """On a thread: it is a costly import, and the first key is not kept waiting for it."""
        plots.load()
        self.call_later(self._draw_curves)

    def _draw_curves(self) -> None:
        self._curves = True
        self.redraw()

    def body(self) -> Iterable[LinePanel]:
        for name in ("strip", "wall", *SECTIONS):
            yield LinePanel(f"money_{name}")

    def places(self, area: Region) -> Places:
        wide = is_wide(self.size.width, self.size.height)
        found = wide_places(area, self._held, self._section) if wide else under_strip(area, self._section)
        return {f"money_{name}": region for name, region in found.items()}

    def covered_by_form(self) -> tuple[str, ...]:
        return self.under_form()

    def page(self) -> Callable[[Sight], object]:
        return partial(money.read, by=self._by)

    @property
    def _held(self) -> MoneyPage | None:
        return self.last_page(MoneyPage)

    def turned(self, page: object) -> None:
        """The line that was chosen stays chosen, wherever it stands by now."""
        before = self._held
        chosen = {name: _key(before, name, at) for name, at in self._at.items()} if before else {}
        super().turned(page)
        for name, at in self._at.items():
            keys = _keys(self._held, name)
            self._at[name] = (
                keys.index(chosen[name]) if chosen.get(name) in keys else max(0, min(at, len(keys) - 1))
            )

    # Drawing.

    def draw(self) -> None:
        look, page, wide = self.look, self._held, is_wide(self.size.width, self.size.height)
        self.panel("money_wall").show(lambda _width, height: wall_lines(height, look.wall))
        strip = partial(money_page.strip_line, self._section, page, look=look)
        self.panel("money_strip").show(lambda width, _height: [strip(width)])
        for name in SECTIONS:
            at = self._at.get(name) if not wide or name == self._section else None
            shown = page if name != "burn" or self._curves else None
            lines = partial(section_lines, name, shown, at, look=look)
            here = wide and name == self._section
            self.panel(f"money_{name}").show(lit_by(lines, keymap.key_of("area")) if here else lines)

    def possible(self) -> tuple[str, ...]:
        page, own = self._held, list[str]()
        if page is None:
            return super().possible()
        if self._section == "gates" and page.gates:
            own += ["money_yes", "money_no"]
        if self._copies():
            own.append("money_copy")
        if page.spend:
            own.append("money_by")
        return (*own, "money_ask", *super().possible())

    # Moving.

    def step(self, by: int) -> None:
        count = len(_keys(self._held, self._section))
        if count:
            self._at[self._section] = max(0, min(count - 1, self._at[self._section] + by))
        self._follow_shot()

    def _follow_shot(self) -> None:
        """The keys that act on shots mean the shot of the chosen line."""
        self.follow(*self._slate())

    def _slate(self) -> tuple[str, int | None]:
        page, at = self._held, self._at.get(self._section, 0)
        rows: Sequence[object] = ()
        if page is not None:
            rows = {"doubts": page.doubts, "charges": page.charges}.get(self._section, ())
        row = rows[at] if at < len(rows) else None
        return getattr(row, "shot", ""), getattr(row, "take", None)

    def action_area(self) -> None:
        wide = is_wide(self.size.width, self.size.height)
        names = WIDE if wide else SECTIONS
        at = names.index(self._section) if self._section in names else -1
        self._section = names[(at + 1) % len(names)]
        self._follow_shot()

    def sideways(self, by: int) -> None:
        """Between the sections, as the tab goes."""
        names = WIDE if is_wide(self.size.width, self.size.height) else SECTIONS
        at = names.index(self._section) if self._section in names else 0
        self._section = names[max(0, min(len(names) - 1, at + by))]
        self._follow_shot()

    def open_selected(self) -> None:
        if self._section == "doubts":
            self.action_settle()
        elif self._section == "gates":
            self.say("y approves the gate, d denies it; both ask why", "quiet")
        elif self._slate()[0]:
            self.board.open("review")

    def action_settle(self) -> None:
        if self._section == "doubts" and self._held and self._held.doubts and not self._slate()[0]:
            self.say("it is of no shot: `rushes reconcile` settles it", "quiet")
        else:
            super().action_settle()

    # Keys of its own.

    def action_money_by(self) -> None:
        at = money.WAYS.index(self._by)
        self._by = money.WAYS[(at + 1) % len(money.WAYS)]
        if not is_wide(self.size.width, self.size.height):
            self._section = "spend"
        self._at["spend"] = 0
        self.redraw()
        self.want()

    def _copies(self) -> str:
        """The job of the chosen line, else what it is about."""
        page, at = self._held, self._at.get(self._section, 0)
        if page is None:
            return ""
        if self._section == "charges" and at < len(page.charges):
            return page.charges[at].job
        if self._section == "doubts" and at < len(page.doubts):
            return page.doubts[at].job
        return ""

    def action_money_copy(self) -> None:
        job = literal(self._copies())
        if not job:
            self.say("there is no job to copy on this line", "quiet")
            return
        self.app.copy_to_clipboard(job)
        self.say(f"copied {job}", "quiet")

    def action_money_ask(self) -> None:
        """Free, and it takes as long as the providers take."""
        self.say("asking the providers for their accounts", "quiet")
        self.send(Do("ask for the accounts", money.ask_accounts))

    def action_money_yes(self) -> None:
        self._answer_gate("approve")

    def action_money_no(self) -> None:
        self._answer_gate("deny")

    def _answer_gate(self, decision: str) -> None:
        """With a reason and the sum before the eye: a letter alone decides nothing."""
        page, at = self._held, self._at["gates"]
        if page is None or self._section != "gates" or at >= len(page.gates):
            self.say("choose a gate first: tab goes to them", "quiet")
            return
        gate = page.gates[at].gate
        sum_ = f" {usd(gate.micro)}" if gate.micro is not None else ""

        def answer(why: str) -> None:
            if why:
                self.do(
                    f"{decision} the gate",
                    partial(money.answer_gate, gate=gate.id, decision=decision, why=why),
                )
            else:
                self.say("nothing was decided: a gate needs a reason", "quiet")

        asked = literal(gate.question, max(20, self.size.width // 2))
        self.open_line(f"{decision}{sum_}, {asked}: why?", f"{decision} it", answer)

    # What outlives a disconnect.

    def kept(self) -> dict[str, str]:
        return {"section": self._section, "by": self._by}

    def restore(self, kept: dict[str, str]) -> None:
        self._section = kept["section"] if kept.get("section") in SECTIONS else self._section
        self._by = kept["by"] if kept.get("by") in money.WAYS else self._by


def section_lines(
    name: str, page: MoneyPage | None, at: int | None, width: int, height: int, look: Look
) -> Sequence[Line]:
    """One section in its place."""
    if page is None:
        return reading(dict(money_page.SECTIONS)[name].upper())
    if name == "burn":
        return money_lists.burn_lines(page, width, height, look)
    if name == "accounts":
        return money_page.account_lines(page, width, height, look)
    draws = {
        "budgets": money_page.budget_lines,
        "gates": money_page.gate_lines,
        "doubts": money_page.doubt_lines,
        "spend": money_lists.spend_lines,
        "charges": money_lists.charge_lines,
    }
    return draws[name](page, at, width, height, look)


def wide_places(area: Region, page: MoneyPage | None, section: str) -> Places:
    """Two columns: the lists at the left, what is asked and what is left at the right.

    The section the keys act on has its room first.
    """
    wall = area.width * 6 // 10
    left, right = wall - 1, area.width - wall - 3
    lists = (("budgets", len(page.budgets) if page else 0), ("spend", len(page.spend) if page else 0))
    most = max(4, area.height // 3)
    tables = [(name, min(max(4, count + 2), most)) for name, count in lists]
    tables.append(("charges", area.height - 2 - sum(rows for _, rows in tables)))
    places = {"wall": Region(area.x + wall, area.y, 1, area.height)}
    places |= _stack(area.x, area.y, left, tables)
    return places | _stack(area.x + wall + 2, area.y, right, _beside(page, right, area.height, section))


def _beside(page: MoneyPage | None, width: int, height: int, section: str) -> list[tuple[str, int]]:
    """The right column: what each section has at least, then what it wants, in order of need."""
    gates, doubts = (len(page.gates), len(page.doubts)) if page else (0, 0)
    told, few = height // 6, page is not None and len(page.days) < 2
    burn = 2 if few else max(7, height // 4)
    wants = {
        "burn": burn,
        "accounts": money_page.account_rows(page, width) if page else 3,
        "gates": min(gates + 2, 8) + (told if gates and section == "gates" else 0),
        "doubts": min(doubts + 2, 8) + (told if doubts and section == "doubts" else 0),
    }
    rows = {"burn": min(6, burn), "accounts": 3, "gates": 3, "doubts": 3}
    free = height - 3 - sum(rows.values())
    for name in sorted(wants, key=lambda name: (name != section, _NEED.index(name))):
        more = max(0, min(free, wants[name] - rows[name]))
        rows[name] += more
        free -= more
    # What is left: a curve to a third of the height, and the gates all they have.
    more = 0 if few else max(0, min(free, height // 3 - rows["burn"]))
    rows["burn"] += more
    rows["gates"] += max(0, min(free - more, gates + 2 - rows["gates"]))
    return list(rows.items())


_NEED = ("doubts", "accounts", "gates", "burn")


def _stack(x: int, y: int, width: int, rows: Iterable[tuple[str, int]]) -> Places:
    """Sections one below the other with a line of air between them."""
    places = {}
    for name, height in rows:
        places[name] = Region(x, y, width, max(0, height))
        y += height + 1
    return places


def _keys(page: MoneyPage | None, section: str) -> list[object]:
    """What tells the lines of a list apart from one reading to the next."""
    if page is None:
        return []
    if section == "budgets":
        return [(one.scope, one.name) for one in page.budgets]
    if section == "gates":
        return [one.gate.id for one in page.gates]
    if section == "doubts":
        return [one.submission for one in page.doubts]
    if section == "spend":
        return [one.name for one in page.spend]
    return [one.id for one in page.charges] if section == "charges" else []


def _key(page: MoneyPage, section: str, at: int) -> object:
    keys = _keys(page, section)
    return keys[at] if at < len(keys) else None
