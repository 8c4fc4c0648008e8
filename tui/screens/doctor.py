"""The doctor on the board: the light checks at once, then the encoder and the adapters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from core.studio.pages import doctor
from tui.bridge import Paged
from tui.screens.frame import FrameScreen
from tui.screens.layout import Places
from tui.screens.shared import Shared
from tui.widgets.doctor import doctor_lines
from tui.widgets.lines import Span, title
from tui.widgets.panel import LinePanel
from tui.widgets.region import Region

if TYPE_CHECKING:
    from core.studio.pages.sight import Sight


class DoctorScreen(FrameScreen):
    """Looks when it is opened or told to, never by itself: a whole look reads all of the ledger."""

    NAME: ClassVar[str] = "doctor"

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._next: Callable[[Sight], object] | None = None
        """What is to be read next; None once everything was."""
        self._at = 0

    def body(self) -> Iterable[LinePanel]:
        yield LinePanel("doctor_checks")

    def places(self, area: Region) -> Places:
        return {"doctor_checks": area}

    def page(self) -> Callable[[Sight], object] | None:
        return self._next

    def on_screen_resume(self) -> None:
        self._next = doctor.read
        super().on_screen_resume()

    def turned(self, page: object) -> None:
        super().turned(page)
        whole = isinstance(page, doctor.DoctorPage) and page.whole
        self._next = None if whole else doctor.examine
        self.want()

    def show_page(self, paged: Paged) -> None:
        if paged.fault:
            self._next = None  # it would be read again at every change of the film
        super().show_page(paged)

    def draw(self) -> None:
        page, look = self.last_page(doctor.DoctorPage), self.look
        panel = self.panel("doctor_checks")
        if page is None:
            panel.show(lambda _width, _height: [title("DOCTOR", Span("  looking", "faint"))])
            return
        panel.show(lambda width, height: doctor_lines(page, self._at, width, height, look))

    def possible(self) -> tuple[str, ...]:
        return ("doctor_again",)

    def step(self, by: int) -> None:
        page = self.last_page(doctor.DoctorPage)
        self._at = max(0, min(len(page.rows) - 1 if page else 0, self._at + by))
        self.move(self.cursor)

    def open_selected(self) -> None:
        self.say("what mends it stands under each check", "quiet")

    def action_doctor_again(self) -> None:
        self._next = doctor.read
        self.want()
