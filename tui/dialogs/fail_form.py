"""Logging a failure beside the board: category by its letters, what broke, and that is enough.

Inline, not a modal: it costs less to paint, and the board stays in sight. The same form amends a
failure later: cause, workaround and outcome are often known only then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from tui.bridge import Order
from tui.dialogs.lately import Lately
from tui.dialogs.line import Field
from tui.theme import Look
from tui.widgets.lines import Line, Span, fit, literal, wrap
from tui.widgets.panel import LinePanel
from tui.widgets.region import Region

_FIELDS = (
    ("category", "category, by its first letters"),
    ("broke", "what broke"),
    ("cause", "cause, if known"),
    ("workaround", "what helped, if anything"),
    ("outcome", "outcome, by its first letters"),
)
_NAMES = tuple(name for name, _ in _FIELDS)
_LONGEST = 2000
"""Characters of a text that is amended."""
_LOGGED = _NAMES[:4]
"""Fields of a new failure; how it ends is said later."""


def matches(typed: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Names that begin with, then those that hold, what was typed. No letters match all."""
    want = typed.strip().casefold()
    first = [name for name in names if name.casefold().startswith(want)]
    return (*first, *(name for name in names if want in name.casefold() and name not in first))


def _nobody(_words: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the form may offer."""

    names: tuple[str, ...]
    """The categories of the film."""
    outcomes: tuple[str, ...] = ()
    helped: Mapping[str, str] = field(default_factory=dict)
    """Category to the best workaround known."""
    guess: Callable[[str], str] = _nobody
    """What broke to the category its words hint at, or an empty string."""


class FailForm(Vertical):
    """A new failure needs its first two fields. Posts `Filled`, or `Amended` for one that was logged."""

    DEFAULT_CSS = """
    FailForm { position: absolute; display: none; padding: 0 1; }
    FailForm LinePanel { position: relative; width: 100%; height: 1; }
    FailForm #form_names { height: 1fr; margin-top: 1; }
    FailForm Field { margin-bottom: 1; background: $panel; }
    FailForm.-low Field { margin-bottom: 0; }
    FailForm.-low #form_names { margin-top: 0; }
    """

    class Filled(Message):
        """The form of a new failure is complete."""

        def __init__(self, order: Order) -> None:
            super().__init__()
            self.order = order

    class Amended(Message):
        """What is to be said otherwise of a failure: only the fields a person changed; maybe none."""

        def __init__(self, ident: int, said: dict[str, str]) -> None:
            super().__init__()
            self.ident, self.said = ident, said

    def __init__(self, name: str, look: Look, lately: Lately | None = None) -> None:
        super().__init__(id=name)
        self._look = look
        self._lately = lately or Lately()
        self._order = Order("fail")
        self._ident: int | None = None
        """The failure that is amended."""
        self._was: dict[str, str] = {}
        """What its fields held when it was taken up."""
        self._known = Known(())
        self._shown = _LOGGED
        self._complaint = ""

    def compose(self) -> ComposeResult:
        yield LinePanel("form_title")
        for name in _NAMES:
            yield LinePanel(f"label_{name}")
            yield Field(f"field_{name}")
        yield LinePanel("form_names")

    def field(self, name: str) -> Field:
        return self.query_one(f"#field_{name}", Field)

    def panel(self, name: str) -> LinePanel:
        return self.query_one(f"#{name}", LinePanel)

    def said(self, name: str) -> str:
        return self.field(name).value.strip()

    # Opening and closing.

    def open(self, order: Order, known: Known | tuple[str, ...], region: Region) -> None:
        """Begins a new failure of the order's shot and take."""
        self._order, self._ident = order, None
        take = f" t{order.take:02d}" if order.take is not None else ""
        labels = dict(_FIELDS)
        if self._lately.category:
            labels["category"] = f"category; enter: {literal(self._lately.category, 40)} again"
        head = ("LOG A FAILURE  ", f"{literal(order.shot)}{take}")
        self._begin(head, labels, _LOGGED, known if isinstance(known, Known) else Known(known), region)
        self.field("category").take_focus()

    def amend(self, ident: int, slate: str, was: Mapping[str, str], known: Known, region: Region) -> None:
        """Takes up failure `ident` again, with what `was` said of it in the fields; begins at the cause."""
        self._ident = ident
        self._begin(("AMEND A FAILURE  ", literal(slate)), dict(_FIELDS), _NAMES, known, region)
        # Shown as it can be drawn, and compared with that: who changes nothing must amend nothing.
        self._was = {name: literal(was.get(name, ""), _LONGEST) for name in _NAMES}
        for name in _NAMES:
            self.field(name).value = self._was[name]
        self._show_names()
        self.field("cause").take_focus()

    def _begin(
        self,
        head: tuple[str, str],
        labels: Mapping[str, str],
        shown: tuple[str, ...],
        known: Known,
        region: Region,
    ) -> None:
        self._known, self._shown, self._complaint = known, shown, ""
        self.place(region)
        self.display = True
        line = Line((Span(head[0], "quiet"), Span(head[1], "bright")))
        self.panel("form_title").show(lambda _width, _height: [line])
        for name in _NAMES:
            here = name in shown
            self.field(name).display = self.panel(f"label_{name}").display = here
            self.field(name).value = ""
            words = Line((Span(labels[name], "quiet"),))
            self.panel(f"label_{name}").show(lambda _width, _height, words=words: [words])  # type: ignore[misc]
        self._show_names()

    def place(self, region: Region) -> None:
        self.set_class(region.height < 20, "-low")
        self.styles.offset = (region.x, region.y)
        self.styles.width, self.styles.height = region.width, region.height

    def close(self) -> None:
        self.display = False
        self.screen.set_focus(None)

    # Keys.

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._complaint = ""
        self._show_names()

    async def step(self, by: int) -> None:
        """To another field; leaving a field of words that are known completes it."""
        name = self._at()
        await self.field(name).settled()
        if self._ident is None or self.said(name) != self._was[name].strip():
            self._complete(name)
        self._go(self._shown[(self._shown.index(name) + by) % len(self._shown)])

    async def enter(self) -> None:
        """On the category: complete and go on, an empty one is the last. Elsewhere: log it, or say what
        is missing."""
        name = self._at()
        await self.field(name).settled()
        if self._ident is not None:
            self._amend()
        elif name == "category":
            if not self.said(name) and self._lately.category in self._known.names:
                self.field(name).value = self._lately.category
            self._complete(name)
            self._go("broke")
        else:
            self._log()

    def _go(self, name: str) -> None:
        self.field(name).take_focus()
        self._show_names()

    def _log(self) -> None:
        category, broke = self._complete("category") or self._guessed(), self.said("broke")
        if not category:
            self._complain("category", "Which category? Begin one of these:")
        elif not broke:
            self._complain("broke", "Say in a few words what broke.")
        else:
            self._lately.category = category
            self.post_message(
                self.Filled(
                    replace(
                        self._order,
                        category=category,
                        broke=broke,
                        cause=self.said("cause"),
                        workaround=self.said("workaround"),
                    )
                )
            )

    def _amend(self) -> None:
        for name in ("category", "outcome"):
            # A category that film.json has dropped since stays what it was until somebody changes it.
            if self.said(name) != self._was[name].strip() and not self._complete(name):
                self._complain(name, f"Which {name}? Begin one of these:")
                return
        if not self.said("broke"):
            self._complain("broke", "Say in a few words what broke.")
        elif self._ident is not None:
            said = {name: self.said(name) for name in _NAMES}
            changed = {name: text for name, text in said.items() if text != self._was[name].strip()}
            self.post_message(self.Amended(self._ident, changed))

    def _at(self) -> str:
        focused = self.screen.focused
        return next((name for name in self._shown if focused is self.field(name)), self._shown[0])

    # Words that are known.

    def _words(self, name: str) -> tuple[str, ...]:
        """What a field may say; nothing where it may say anything."""
        return {"category": self._known.names, "outcome": self._known.outcomes}.get(name, ())

    def _complete(self, name: str) -> str:
        """The word meant, written out; an empty string where none or nothing was typed."""
        typed, words = self.field(name).value, self._words(name)
        if not words:
            return typed.strip()
        found = matches(typed, words) if typed.strip() else ()
        if found and found[0] != typed:
            self.field(name).value = found[0]
        return found[0] if found else ""

    def _guessed(self) -> str:
        """What the words of the failure hint at; only where a person left the category out."""
        found = "" if self.said("category") else self._known.guess(self.said("broke"))
        return found if found in self._known.names else ""

    def _complain(self, name: str, words: str) -> None:
        self._complaint = words
        self._go(name)

    # What stands below the fields.

    def _show_names(self) -> None:
        name, typed = self._at(), self.field(self._at()).value
        words = self._words(name)
        found = matches(typed, words) or words
        hint = "" if words else self._hint()

        def lines(width: int, height: int) -> list[Line]:
            said = [Line((Span(row, "need"),)) for row in wrap(self._complaint, width, 2)]
            said += [Line((Span(row, "bright"),)) for row in wrap(hint, width, 4, self._look.dots)]
            # Before a key was pressed the first match is no choice yet.
            rows = [self._row(one, width, typed=bool(typed) and not at) for at, one in enumerate(found)]
            room = max(1, height - len(said))
            if len(rows) <= room:
                return [*said, *rows]
            seen = max(1, room - 1)
            more = Span(f"1-{seen} of {len(rows)}, more letters show fewer", "quiet")
            return [*said, *rows[:seen], Line((more,))][:height]

        self.panel("form_names").show(lines)

    def _row(self, name: str, width: int, *, typed: bool) -> Line:
        """A word, and beside a category what helped best against it."""
        shown = fit(literal(name), width, self._look.dots)
        helped = literal(self._known.helped.get(name, ""), 200)
        room = width - cell_len(shown) - 3
        tail = f"   {fit(helped, room, self._look.dots)}" if helped and room > 8 else ""
        return Line((Span(shown, "bright" if typed else "quiet"), Span(tail, "quiet")))

    def _hint(self) -> str:
        """Under what broke: the category its words hint at, and what helped against it."""
        category = self.said("category") or self._guessed()
        helped = literal(self._known.helped.get(category, ""), 300)
        guessed = f"{category}, by your words. " if category and not self.said("category") else ""
        return f"{guessed}{f'Against {category} helped: {helped}' if helped else ''}".strip()
