"""Logging a failure beside the board: category by its letters, what broke, and that is enough.

Inline, not a modal: it costs less to paint, and the board stays in sight.
"""

from __future__ import annotations

from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Input

from tui.bridge import Order
from tui.dialogs.line import Field
from tui.theme import Look
from tui.widgets.lines import Line, LinePanel, Span, fit, literal, wrap

_FIELDS = (
    ("category", "category, by its first letters"),
    ("broke", "what broke"),
    ("cause", "cause, if known"),
    ("workaround", "what helped, if anything"),
)


def matches(typed: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Categories that begin with, then those that hold, what was typed. No letters match all."""
    want = typed.strip().casefold()
    first = [name for name in names if name.casefold().startswith(want)]
    return (*first, *(name for name in names if want in name.casefold() and name not in first))


class FailForm(Vertical):
    """Four fields; the first two are needed. Posts `Filled` once they are."""

    DEFAULT_CSS = """
    FailForm { position: absolute; display: none; padding: 0 1; }
    FailForm LinePanel { position: relative; width: 100%; height: 1; }
    FailForm #form_names { height: 1fr; margin-top: 1; }
    FailForm Field { margin-bottom: 1; background: $panel; }
    FailForm.-low Field { margin-bottom: 0; }
    FailForm.-low #form_names { margin-top: 0; }
    """

    class Filled(Message):
        """The form is complete."""

        def __init__(self, order: Order) -> None:
            super().__init__()
            self.order = order

    def __init__(self, name: str, look: Look) -> None:
        super().__init__(id=name)
        self._look = look
        self._order = Order("fail")
        self._names: tuple[str, ...] = ()
        self._complaint = ""

    def compose(self) -> ComposeResult:
        yield LinePanel("form_title")
        for name, _ in _FIELDS:
            yield LinePanel(f"label_{name}")
            yield Field(f"field_{name}")
        yield LinePanel("form_names")

    def field(self, name: str) -> Field:
        return self.query_one(f"#field_{name}", Field)

    def panel(self, name: str) -> LinePanel:
        return self.query_one(f"#{name}", LinePanel)

    def open(self, order: Order, names: tuple[str, ...], region: Region) -> None:
        """Begins a new failure of the order's shot and take."""
        self._order, self._names, self._complaint = order, names, ""
        self.place(region)
        self.display = True
        take = f" t{order.take:02d}" if order.take is not None else ""
        head = Line((Span("LOG A FAILURE  ", "quiet"), Span(f"{literal(order.shot)}{take}", "bright")))
        self.panel("form_title").show(lambda _width, _height: [head])
        for name, label in _FIELDS:
            self.field(name).value = ""
            words = Line((Span(label, "quiet"),))
            self.panel(f"label_{name}").show(lambda _width, _height, words=words: [words])  # type: ignore[misc]
        self._show_names()
        self.field("category").take_focus()

    def place(self, region: Region) -> None:
        self.set_class(region.height < 16, "-low")
        self.styles.offset = region.offset
        self.styles.width, self.styles.height = region.size

    def close(self) -> None:
        self.display = False
        self.screen.set_focus(None)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._complaint = ""
        self._show_names()

    async def step(self, by: int) -> None:
        """To another field; leaving the category completes it."""
        at = self._at()
        await self.field(_FIELDS[at][0]).settled()
        if at == 0:
            self._complete()
        self.field(_FIELDS[(at + by) % len(_FIELDS)][0]).take_focus()

    async def enter(self) -> None:
        """On the category: complete and go on. Elsewhere: log it, or say what is missing."""
        if self._at() == 0:
            await self.step(1)
            return
        await self.field(_FIELDS[self._at()][0]).settled()
        category = self._complete()
        broke = self.field("broke").value.strip()
        if not category:
            self._complain("category", "Which category? Begin one of these:")
        elif not broke:
            self._complain("broke", "Say in a few words what broke.")
        else:
            cause, helped = self.field("cause").value.strip(), self.field("workaround").value.strip()
            order = replace(self._order, category=category, broke=broke, cause=cause, workaround=helped)
            self.post_message(self.Filled(order))

    def _at(self) -> int:
        focused = self.screen.focused
        return next((i for i, row in enumerate(_FIELDS) if focused is self.field(row[0])), 0)

    def _complete(self) -> str:
        """The category meant, written out; an empty string where none or nothing was typed."""
        typed = self.field("category").value
        if not self._names:
            return typed.strip()
        found = matches(typed, self._names) if typed.strip() else ()
        if found and found[0] != typed:
            self.field("category").value = found[0]
        return found[0] if found else ""

    def _complain(self, name: str, words: str) -> None:
        self._complaint = words
        self._show_names()
        self.field(name).take_focus()

    def _show_names(self) -> None:
        typed = self.field("category").value
        found = matches(typed, self._names) or self._names

        def lines(width: int, height: int) -> list[Line]:
            complaint = [Line((Span(row, "need"),)) for row in wrap(self._complaint, width, 2)]
            rows = [
                Line(
                    (
                        Span(
                            fit(literal(name), width, self._look.dots),
                            "bright" if index == 0 and typed else "quiet",
                        ),
                    )
                )
                for index, name in enumerate(found)
            ]
            room = max(1, height - len(complaint))
            if len(rows) <= room:
                return [*complaint, *rows]
            seen = max(1, room - 1)
            more = Span(f"1-{seen} of {len(rows)}, more letters show fewer", "quiet")
            return [*complaint, *rows[:seen], Line((more,))][:height]

        self.panel("form_names").show(lines)
