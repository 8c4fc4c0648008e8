"""The envelopes that Textual carries; what is in them is ours."""

from __future__ import annotations

from textual.message import Message

from tui.bridge.values import Do, Order, Quote, Still, Value, Want


class News(Message, bubble=False):
    """Carries one frozen value from a thread to the app. The envelope is Textual's, the value ours."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class Post(Message):
    """Carries an order, or a question, from a screen up to the app."""

    def __init__(self, order: Order | Quote | Do | Want) -> None:
        super().__init__()
        self.order = order


class WantPictures(Message):
    """A screen has room for pictures; they are drawn when they come, and nothing waits for them."""

    def __init__(self, stills: tuple[Still, ...]) -> None:
        super().__init__()
        self.stills = stills
