"""What the dashboard is handed: cheap to build, heavy only when a person acts."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from core.base.errors import BadInput, LedgerFault
from core.base.hold import holder
from core.desk.failure_words import with_own
from core.film.signature import signature
from core.ledger.views import Reader
from core.studio.following import Following
from core.studio.snapshot import current

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.media.drawn import Drawn, Wish
    from core.studio.assembly import Opened
    from core.studio.pages.sight import Sight
    from core.studio.places import Places
    from core.studio.rows import Glance

_T = TypeVar("_T")


class StudioDesk:
    """One film behind the board. Acts come from many threads and are done one at a time."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._acting = threading.Lock()
        self._cutting = threading.Lock()
        self._reading_now = threading.Lock()
        self._following = Following(places)
        self._stopping = threading.Event()
        self._reader: Reader | None = None
        self._read_file: tuple[int, int] | None = None
        self._opened: Opened | None = None
        self._opened_file: tuple[int, int] | None = None
        self._had_ledger = False
        self._latest: Glance | None = None
        self._seen: tuple[object, ...] = ()
        self._plan_mark = signature(places.root)

    @property
    def root(self) -> Path:
        return self.places.root

    # Reading: from one thread.

    def glance(self) -> Glance:
        """The film now. Raises RushesError in sentences."""
        with self._reading_now:
            self._seen = self._marks()
            self._check_ledger()
            self._latest = self._following.read(self._reading())
            return self._latest

    def changed(self) -> bool:
        """Whether the ledger, the plan or the worker moved since the last glance."""
        return self._marks() != self._seen

    def plan_changed(self) -> bool:
        """Looks at the files: whether they are others than at the last look."""
        mark = signature(self.places.root)
        if mark == self._plan_mark:
            return False
        self._plan_mark = mark
        return True

    def _marks(self) -> tuple[object, ...]:
        reader = self._reading()
        version = reader.data_version() if reader else None
        return (version, self._read_file, self._plan_mark, holder(self.places.lock).running)

    def _reading(self) -> Reader | None:
        """The reader of the file that lies there now: a restored ledger is another file."""
        found = self._ledger_file()
        if found != self._read_file:
            if self._reader is not None:
                self._reader.close()
            self._reader = Reader(self.places.ledger) if found else None
            self._read_file = found
        return self._reader

    def _ledger_file(self) -> tuple[int, int] | None:
        """Device and inode of the ledger, or None while there is none."""
        try:
            stat = self.places.ledger.stat()
        except OSError:
            return None
        self._had_ledger = True
        return stat.st_dev, stat.st_ino

    def _check_ledger(self) -> None:
        """A ledger that was there and is gone is never taken for a film without takes."""
        if self._ledger_file() is None and self._had_ledger:
            raise LedgerFault(
                "the ledger is gone",
                where=str(self.places.ledger),
                todo="put it back, or `rushes audit --rebuild` makes it again from the takes",
            )

    def read(self, page: Callable[[Sight], _T]) -> _T:
        """What a screen shows beside the board's reading. From any thread; raises RushesError."""
        from core.studio.pages.sight import Sight  # noqa: PLC0415 - the board does without

        latest = self._latest or self.glance()
        return page(Sight(self.places, self._following.snapshot, self._reader, latest))

    # Acting: from several.

    def _open(self) -> Opened:
        """Opens the film for the first act: 0.7 s of imports that the first paint never waits for."""
        self._check_ledger()
        found = self._ledger_file()
        if self._opened is not None and found != self._opened_file:
            self._opened.close()
            self._opened = None
        if self._opened is None:
            from core.studio.assembly import open_film  # noqa: PLC0415 - see above

            self._opened = open_film(self.places)
            self._opened_file = self._ledger_file()
        self._opened.plans.refresh()
        return self._opened

    def act(self, do: Callable[[Opened], _T]) -> _T:
        """One act on the open film, after those begun before it. Raises RushesError in sentences."""
        with self._acting:
            return do(self._open())

    def quote(self, kind: str, name: str | None) -> tuple[int | None, str]:
        """What `go` (of a chain, None: all), `retake` or `settle` (of a shot) is about.

        Micro-dollars at most, None where nobody knows, and what for. Writes nothing.
        """
        from core.studio import acts  # noqa: PLC0415 - sqlmodel and pydantic, only to act

        return self.act(lambda film: acts.told(film.production, kind, name))

    def go(self, chain: str | None, agreed: bool, most: int | None) -> str:
        from core.studio import acts  # noqa: PLC0415

        return self.act(lambda film: acts.go(film.production, self.places, chain, agreed=agreed, most=most))

    def pause(self, chain: str | None) -> str:
        from core.studio import acts  # noqa: PLC0415

        return self.act(lambda film: acts.control(film.production, self.places, "pause", chain))

    def approve(self, shot: str, take: int | None, note: str) -> str:
        return self._judge("approve", shot, take, note)

    def reject(self, shot: str, take: int | None, note: str) -> str:
        return self._judge("reject", shot, take, note)

    def hold(self, shot: str, take: int | None, note: str) -> str:
        return self._judge("hold", shot, take, note)

    def _judge(self, verdict: str, shot: str, take: int | None, note: str) -> str:
        from core.studio import verdicts  # noqa: PLC0415

        return self.act(lambda film: verdicts.judge(film.production, verdict, shot, take, note))

    def retake(self, shot: str, note: str, agreed: bool, most: int | None) -> str:
        from core.studio import acts  # noqa: PLC0415

        return self.act(
            lambda film: acts.retake(film.production, self.places, shot, note, agreed=agreed, most=most)
        )

    def quote_all(self, shots: tuple[str, ...]) -> tuple[int | None, str]:
        """As `quote` of a retake, of many shots together."""
        from core.studio import bulk  # noqa: PLC0415

        return self.act(lambda film: bulk.told_of_all(film.production, shots))

    def judge_all(self, verdict: str, takes: tuple[tuple[str, int | None], ...], note: str) -> str:
        from core.studio import bulk  # noqa: PLC0415

        return self.act(lambda film: bulk.judge_all(film.production, verdict, takes, note))

    def retake_all(self, shots: tuple[str, ...], note: str, agreed: bool, most: int | None) -> str:
        from core.studio import bulk  # noqa: PLC0415

        return self.act(
            lambda film: bulk.retake_all(film.production, self.places, shots, note, agreed=agreed, most=most)
        )

    def undo(self) -> str:
        """Takes back this person's last verdict, as a row more."""
        from core.studio import bulk  # noqa: PLC0415

        return self.act(lambda film: bulk.undo_last(film.production))

    def settle(self, shot: str, how: str, job: str) -> str:
        """`how`: ask, adopt (with `job`), absent, write_off."""
        from core.studio import acts  # noqa: PLC0415

        return self.act(
            lambda film: acts.settle_doubt(
                film.production,
                shot,
                adopt=job if how == "adopt" else "",
                absent=how == "absent",
                off=how == "write_off",
            )
        )

    def fail(
        self, shot: str, take: int | None, category: str, broke: str, cause: str, workaround: str
    ) -> str:
        from core.desk.failures import Broke  # noqa: PLC0415
        from core.studio import acts  # noqa: PLC0415

        what = Broke(category, broke, cause, workaround)
        return self.act(lambda film: acts.fail(film.production, shot, take, what))

    def assemble(self, rough: bool) -> str:
        """Minutes of work: other acts go on beside it. Raises CutStopped after `stop`."""
        from core.studio import cutting  # noqa: PLC0415

        if not self._cutting.acquire(blocking=False):
            raise BadInput("a cut is being assembled already", todo="wait for it")
        try:
            film = self.act(lambda film: film)
            made = cutting.assemble(film.production, self.places, rough=rough, stop=self._stopping.is_set)
        finally:
            self._cutting.release()
        return f"{made.path.name}: {made.seconds:.1f} s, {made.frames} frames"

    def categories(self) -> tuple[str, ...]:
        snapshot, _ = current(self.places)
        return with_own(snapshot.film.get("failures", ()) if snapshot else ())

    def frame(self, shot: str, take: int, end: str, wish: Wish) -> Drawn:
        """The `first` or `last` frame of a take as it is wished. Raises BadInput where there is none."""
        from core.media.pictures import draw  # noqa: PLC0415 - only for pictures

        path = self.places.home / "takes" / shot / f"{shot}_t{take:03d}_{end}.png"
        return draw(path, wish, self.places.cache / "pictures")

    def stop(self) -> None:
        """Ends what takes long; the pieces of a cut stay in the cache."""
        self._stopping.set()

    def close(self) -> None:
        self.stop()
        if self._opened is not None:
            self._opened.close()
        if self._reader is not None:
            self._reader.close()
