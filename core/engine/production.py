"""What the engine works with, built once by the studio and handed in.

`root` is the film folder people write in; `home` is where takes and the ledger live: the film
folder itself, or its rehearsal.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.base.crash import reach
from core.base.errors import BadInput, LedgerFault, nearest
from core.engine.states import TakeState, check_step
from core.ledger import takes
from core.ledger.append import Ledger, Writer
from core.ledger.views import Reader, TakeRow
from core.providers.base import Capabilities

if TYPE_CHECKING:
    from fractions import Fraction

    from core.base.clock import Clock
    from core.engine.keys import KeyRing
    from core.film.plan import Plan
    from core.providers.base import VideoProvider


class Clips(Protocol):
    """What the engine needs done to a clip; the real one is `engine.clips`."""

    def verify(self, clip: Path, *, frames: int, fps: Fraction, width: int, height: int) -> dict[str, Any]:
        """Facts of the probe. Raises BadInput naming what does not hold."""
        ...

    def frame(self, clip: Path, first: Path, last: Path) -> None:
        """Writes the exact first and last picture as PNG, whole or not at all."""
        ...

    def keyframe(self, clip: Path, out: Path) -> None:
        """Writes the sharpest picture near the end as PNG."""
        ...

    def picture_sha(self, picture: Path) -> str: ...


@dataclass(frozen=True, slots=True)
class TakeFiles:
    """Where a take's files lie. Names are ours: shot, take, part."""

    folder: Path
    stem: str

    @property
    def clip(self) -> Path:
        return self.folder / f"{self.stem}.mp4"

    @property
    def first(self) -> Path:
        return self.folder / f"{self.stem}_first.png"

    @property
    def last(self) -> Path:
        return self.folder / f"{self.stem}_last.png"

    @property
    def key(self) -> Path:
        return self.folder / f"{self.stem}_key.png"

    @property
    def native(self) -> Path:
        """The last frame as the provider itself hands it over."""
        return self.folder / f"{self.stem}.native.png"

    @property
    def sidecar(self) -> Path:
        return self.folder / f"{self.stem}.json"


def take_name(shot: str, n: int) -> str:
    return f"{shot}_t{n:03d}"


BROUGHT = ".import-"
"""Part files of clips a person brings begin so: their take is finished from them, whoever died."""
STOP_LAG_S = 0.5
"""Nobody who stops a worker waits longer for a sleeping chain."""


@dataclass
class Production:
    """One film at work."""

    root: Path
    home: Path
    ledger: Ledger
    reader: Reader
    clock: Clock
    providers: Mapping[str, VideoProvider]
    clips: Clips
    keys: KeyRing
    """What belongs to the keys of this user, shared by all films."""
    current_plan: Callable[[], Plan]
    """The plan as the files stand; the last good one while a file is broken."""
    rehearsal: bool = False
    free_bytes: Callable[[], int] = field(default=lambda: 1 << 40)
    """Free disk space at `home`."""

    unknown_here: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Key to (requests, micro-dollars) that its book has of this film and this ledger does not know."""
    ours: Callable[[], bool] = field(default=lambda: True)
    """Whether this user has agreed to a sum in this film; a yes in its ledger may be somebody else's."""
    empty_since: dict[int, float] = field(default_factory=dict)
    """Submission to when this process first found the provider's listing empty of it, monotonic seconds."""

    booking: threading.Lock = field(default_factory=threading.Lock)
    """Held while a key's hold and the film's are made: half of the two is nobody's orphan."""

    @property
    def plan(self) -> Plan:
        return self.current_plan()

    def provider(self, name: str) -> VideoProvider:
        """Raises BadInput for a provider nobody has an adapter for."""
        found = self.providers.get("animatic" if self.rehearsal else name)
        if found is None:
            raise BadInput(
                f"there is no adapter for the provider '{name[:40]}'",
                where="film.json",
                nearest=nearest(name, self.providers),
                todo=f"there is: {', '.join(sorted(self.providers))}; or rehearse: `rushes run --rehearse`",
            )
        return found

    def able(self, provider: str, model: str) -> Capabilities:
        """What a model can do; for one that its provider does not know any more, nothing: a doubt about
        it is then a person's."""
        try:
            return self.provider(provider).capabilities(model)
        except BadInput:
            return Capabilities(seconds=(0.0, 0.0))

    def rest(self, seconds: float, stop: Callable[[], bool]) -> None:
        """Sleeps, and wakes soon after `stop` says so."""
        until = self.clock.monotonic() + seconds
        while not stop() and (left := until - self.clock.monotonic()) > 0:
            self.clock.sleep(min(left, STOP_LAG_S))

    def sweep_parts(self) -> int:
        """Removes half files a killed worker left; only whoever holds the film may call it."""
        left = [*(self.home / "takes").glob("*/*.part*"), *(self.home / "takes").glob("*/.*.part*")]
        left += (self.home / ".rushes" / "outcomes").glob(".*.part*")
        # An import may be at work beside us; what nobody finishes, `audit --repair` removes.
        left = [part for part in left if not part.name.startswith(BROUGHT)]
        for part in left:
            part.unlink(missing_ok=True)
        return len(left)

    def files(self, shot: str, n: int) -> TakeFiles:
        return TakeFiles(self.home / "takes" / shot, take_name(shot, n))

    def outcome_file(self, key: str) -> Path:
        return self.home / ".rushes" / "outcomes" / f"{key}.json"

    def take(self, take_id: int) -> TakeRow:
        found = self.reader.take(take_id)
        if found is None:
            raise LedgerFault(f"the ledger has no take with id {take_id}", todo="run `rushes audit`")
        return found

    def step(
        self,
        take: TakeRow,
        to: TakeState,
        text: str,
        also: Callable[[Writer], None] | None = None,
        **fields: Any,
    ) -> TakeRow:
        """One legal step with its event, and whatever belongs to the same transaction."""
        check_step(TakeState(take.state), to)
        reach(f"take.{to}.before")
        with self.ledger.write() as w:
            write_step(w, take, to, text, **fields)
            if also:
                also(w)
            reach(f"take.{to}.in")
        reach(f"take.{to}.after")
        return self.take(take.id)


def write_step(w: Writer, take: TakeRow, to: TakeState, text: str, **fields: Any) -> None:
    """A legal step inside a transaction that is open already."""
    check_step(TakeState(take.state), to)
    takes.step(
        w, take_id=take.id, chain=take.chain, shot=take.shot, was=take.state, to=to, text=text, fields=fields
    )


_PLACES = ("before", "in", "after")
_STOPS = ("intent", "in_doubt", "submitted", "running", "remote_ok", "downloading", "downloaded", "verified")
CRASH_POINTS: tuple[str, ...] = (
    *(f"take.{state}.{place}" for state in ("reserved", *_STOPS, "framed", "review") for place in _PLACES),
    "key.held",
    "post.before",
    "post.after",
    "outcome.written",
    "fetch.after",
    "frames.written",
    "sidecar.written",
)
"""Every named place where a drill may stop the worker dead."""
