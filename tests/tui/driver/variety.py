"""An app that shows what can be hard to show: for the comparison of two drivers."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import DataTable, Footer, Input, OptionList, RichLog, Static, TabbedContent, TabPane

from tui.widgets.lines import Line, Span
from tui.widgets.panel import LinePanel

WORDS = (
    "take 2", "›", "S206", "砂丘の夜", "e\u0301te\u0301", "👍🏽", "❤\ufe0f", "👩\u200d👩\u200d👧", "ｆｕｌｌ",
    "✓ circled", "…", "한국어", "n\u0303", "🎬", "⚡", "ok", "Ж", "░▒▓", "éàü", "naïve", "12.5 s", "→",
)  # fmt: skip
COLOURS = ("red", "#14171b", "#e0af68", "default", "bright_green", "color(93)", "#ffffff")


def sentence(draw: Random, words: int) -> str:
    return " ".join(draw.choice(WORDS) for _ in range(words))


class Painted(Widget):
    """Random looks, or half blocks, a row at a time."""

    DEFAULT_CSS = "Painted { height: 8; }"

    def __init__(self, seed: int, *, picture: bool) -> None:
        super().__init__()
        self.seed, self.picture = seed, picture

    def change(self, seed: int) -> None:
        self.seed = seed
        self.refresh()

    def render_line(self, y: int) -> Strip:
        draw = Random(self.seed * 100 + y)
        segments = []
        for _ in range(12):
            look = Style(
                color=draw.choice(COLOURS),
                bgcolor=draw.choice(COLOURS),
                bold=draw.random() < 0.2 or None,
                italic=draw.random() < 0.2 or None,
                underline=draw.random() < 0.2 or None,
                reverse=draw.random() < 0.1 or None,
                dim=draw.random() < 0.1 or None,
                strike=draw.random() < 0.1 or None,
                underline2=draw.random() < 0.05 or None,
                overline=draw.random() < 0.05 or None,
                link="https://example.org/take" if draw.random() < 0.1 else None,
            )
            plain = Style(bgcolor="default", color="default") if draw.random() < 0.3 else look
            text = "▀" * draw.randint(1, 9) if self.picture else sentence(draw, 1) + " " * draw.randint(0, 12)
            segments.append(Segment(text, plain))
        return Strip(segments).adjust_cell_length(self.size.width, Style())


class Asking(ModalScreen[None]):
    DEFAULT_CSS = """
    Asking { align: center middle; }
    Asking Static { width: 40; height: 5; border: heavy red; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave")]

    def compose(self) -> ComposeResult:
        yield Static("砂 Really take this one? 👍🏽 yes")

    def action_leave(self) -> None:
        if self.is_current and len(self.app.screen_stack) > 1:
            self.app.pop_screen()


class Variety(App[None]):
    CSS = """
    LinePanel { position: relative; width: 100%; height: 7; }
    DataTable, OptionList, RichLog { height: 9; }
    Toast { width: 40; }
    """

    def compose(self) -> ComposeResult:
        draw = Random(1)
        with TabbedContent():
            with TabPane("Takes", id="takes"):
                yield LinePanel("lines")
                yield Painted(1, picture=False)
                yield Painted(2, picture=True)
            with TabPane("砂丘", id="table"):
                yield DataTable(id="grid", cursor_type="row")
                yield Input(placeholder="what broke", id="words")
            with TabPane("Log", id="log"), Vertical():
                yield OptionList(*(f"{n} {sentence(draw, 4)}" for n in range(40)), id="options")
                yield RichLog(id="said", wrap=True)
            with TabPane("Text", id="text"), VerticalScroll(id="scroll"):
                for n in range(30):
                    yield Static(f"{n} {sentence(draw, 12)}", markup=False)
        yield Footer()

    def get_system_commands(self, screen: Screen[Any]) -> Iterator[SystemCommand]:
        for number, word in enumerate(WORDS):
            yield SystemCommand(f"the {number} {word}", word, self.bell)

    def on_mount(self) -> None:
        self.draw = Random(2)
        table = self.query_one("#grid", DataTable)
        table.add_columns("shot", "state", "what it is about")
        for n in range(60):
            table.add_row(f"S{n}", sentence(self.draw, 1), sentence(self.draw, 4))
        self.lines(1, 2)

    def lines(self, seed: int, chosen: int) -> None:
        def compose(width: int, height: int) -> list[Line]:
            draw = Random(seed)
            inks = ("text", "quiet", "need")
            rows = []
            for y in range(height):
                spans = tuple(Span(draw.choice(WORDS) + " ", draw.choice(inks)) for _ in range(width // 12))
                rows.append(Line(spans, chosen=y == chosen))
            return rows

        self.query_one("#lines", LinePanel).show(compose)
