"""What the dashboard is handed: cheap to build, heavy only when a person acts."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from core.base.hold import holder
from core.film.signature import signature
from core.ledger.views import Reader
from core.studio.glance import glance

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.studio.assembly import Opened
    from core.studio.places import Places
    from core.studio.rows import Glance

_T = TypeVar("_T")
Cells = tuple[tuple[tuple[tuple[int, int, int], tuple[int, int, int]], ...], ...]


class StudioDesk:
    """One film behind the board. Acts come from many threads and are done one at a time."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._acting = threading.Lock()
        self._reader: Reader | None = None
        self._opened: Opened | None = None
        self._seen: tuple[object, ...] = ()
        self._plan_mark = signature(places.root)

    @property
    def root(self) -> Path:
        return self.places.root

    def _reading(self) -> Reader | None:
        if self._reader is None and self.places.ledger.exists():
            self._reader = Reader(self.places.ledger)
        return self._reader

    def glance(self) -> Glance:
        """The film now. Raises RushesError in sentences."""
        self._seen = self._marks()
        return glance(self.places, self._reading())

    def changed(self) -> bool:
        """Whether the ledger, the plan or the worker moved since the last glance."""
        return self._marks() != self._seen

    def _marks(self) -> tuple[object, ...]:
        reader = self._reading()
        version = reader.data_version() if reader else None
        return (version, self._plan_mark, holder(self.places.lock).running)

    def plan_changed(self) -> bool:
        """Looks at the files: whether they are others than at the last look."""
        mark = signature(self.places.root)
        if mark == self._plan_mark:
            return False
        self._plan_mark = mark
        return True

    def _act(self, do: Callable[[Opened], _T]) -> _T:
        """Opens the film for the first act: 0.7 s of imports that the first paint never waits for."""
        with self._acting:
            if self._opened is None:
                from core.studio.assembly import open_film  # noqa: PLC0415 - see above

                self._opened = open_film(self.places)
            self._opened.plans.refresh()
            return do(self._opened)

    def go(self, chain: str | None) -> str:
        from core.studio import acts  # noqa: PLC0415 - sqlmodel and pydantic, only to act

        return self._act(lambda film: acts.go(film.production, self.places, chain))

    def pause(self, chain: str | None) -> str:
        from core.studio import acts  # noqa: PLC0415

        return self._act(lambda film: acts.control(film.production, self.places, "pause", chain))

    def approve(self, shot: str, take: int | None, note: str) -> str:
        return self._judge("approve", shot, take, note)

    def reject(self, shot: str, take: int | None, note: str) -> str:
        return self._judge("reject", shot, take, note)

    def hold(self, shot: str, take: int | None, note: str) -> str:
        return self._judge("hold", shot, take, note)

    def _judge(self, verdict: str, shot: str, take: int | None, note: str) -> str:
        from core.studio import acts  # noqa: PLC0415

        return self._act(lambda film: acts.judge(film.production, verdict, shot, take, note))

    def retake(self, shot: str, note: str) -> str:
        from core.studio import acts  # noqa: PLC0415

        return self._act(lambda film: acts.retake(film.production, self.places, shot, note))

    def fail(
        self, shot: str, take: int | None, category: str, broke: str, cause: str, workaround: str
    ) -> str:
        from core.desk.failures import Broke  # noqa: PLC0415
        from core.studio import acts  # noqa: PLC0415

        what = Broke(category, broke, cause, workaround)
        return self._act(lambda film: acts.fail(film.production, shot, take, what))

    def assemble(self, rough: bool) -> str:
        from core.studio import cutting  # noqa: PLC0415

        made = self._act(lambda film: cutting.assemble(film.production, self.places, rough=rough))
        return f"{made.path.name}: {made.seconds:.1f} s, {made.frames} frames"

    def categories(self) -> tuple[str, ...]:
        from core.desk.failures import CATEGORIES  # noqa: PLC0415

        return CATEGORIES

    def thumbnail(self, path: str, cols: int, rows: int) -> Cells:
        from core.media.images import half_blocks  # noqa: PLC0415 - Pillow, only for pictures

        return half_blocks(Path(path), cols, rows)

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        if self._reader is not None:
            self._reader.close()
