"""The least a Textual program can do: one line of text. What a start is compared with."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

LINE = "one line of text"


class Minimal(App[None]):
    def compose(self) -> ComposeResult:
        yield Static(LINE)


if __name__ == "__main__":
    Minimal().run()
