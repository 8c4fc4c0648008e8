"""What the Review screen is told: frozen rows, texts as people or providers wrote them.

No postponed annotations: `NamedTuple` compiles each postponed one anew, before the first paint.
"""

from typing import NamedTuple

from core.studio.pages.changes import Changed
from core.studio.rows import ShotRow


class TakeLine(NamedTuple):
    """One take of the shot."""

    n: int
    state: str
    """As the board says it: review circled rejected failed in_doubt running ready planned omitted."""
    word: str
    """The ledger's own word where it says more: `written off`, `cancelled`; else empty."""
    at: str
    """When it came to stand so, UTC ISO-8601."""
    verdict: str
    """approve, reject, hold; empty where nobody judged it."""
    person: str
    role: str
    said: str
    """The words with the verdict, else the take's own note."""
    cost: int | None
    """Micro-dollars billed so far."""
    certainty: str
    """exact, estimated, unknown; empty where nothing was ever sent for it."""
    provider: str
    model: str
    seed: int
    framed: bool
    """Its first and last frame lie there."""
    stands: bool
    """Its last frame is handed over today."""


class FrameRow(NamedTuple):
    """A frame that stands beside the take."""

    role: str
    """handed (what the take began from), before (the end of the shot before, nothing was handed over),
    first, last (of the take), next (the next shot's opening)."""
    shot: str
    take: int
    end: str
    """first or last."""


class Neighbour(NamedTuple):
    """The shot before or after, in its chain."""

    shot: str
    state: str
    usable: int | None
    seam: str


class Measure(NamedTuple):
    name: str
    value: str
    """A phrase: `4.00 s, 96 frames at 24`."""


class NoteLine(NamedTuple):
    """What somebody said of the shot or the take."""

    kind: str
    """note, or asked: what a retake should change."""
    id: int
    """Of a note, to resolve it by; 0 of anything else."""
    take: int | None
    at: str
    timecode: str
    text: str
    person: str
    resolved: str
    """How, in words; empty while it stands open."""
    resolved_by: str


class Broke(NamedTuple):
    """A failure that was logged on this shot."""

    id: int
    take: int | None
    category: str
    broke: str
    workaround: str
    outcome: str


class ScoreLine(NamedTuple):
    item: str
    score: int | None
    """1 to 5, the newest; None: nobody scored it."""
    person: str
    note: str
    void: bool
    """What was seen has changed since."""


class ReviewPage(NamedTuple):
    """One shot and one take of it."""

    shot: ShotRow | None
    """None: the film has no such shot."""
    chain: str = ""
    """Its title."""
    place: int = 0
    """Of the shot in its chain, 1-based, and of how many; omitted ones are not counted."""
    of: int = 0
    takes: tuple[TakeLine, ...] = ()
    """Newest first, cancelled orders left out."""
    take: int | None = None
    """The selected take; None without any."""
    against: int | None = None
    """The take before it, that `changed` is held against."""
    changed: tuple[Changed, ...] = ()
    before: Neighbour | None = None
    after: Neighbour | None = None
    frames: tuple[FrameRow, ...] = ()
    """From left to right."""
    measures: tuple[Measure, ...] = ()
    notes: tuple[NoteLine, ...] = ()
    """Of the selected take and of the shot: open ones first, newest first."""
    scores: tuple[ScoreLine, ...] = ()
    """Of the selected take, every item of the film's rubric in its order."""
    broke: tuple[Broke, ...] = ()
    """Newest first."""
    known: tuple[str, ...] = ()
    """What failed in shots like this one, here or in an earlier film, and what helped."""
    warnings: tuple[str, ...] = ()
    """What a person should know before judging: a verdict that is void, a take that is stale."""
    clip: str = ""
    """Absolute path of the selected take's clip; empty where there is none."""
    plan: str = ""
    """Absolute path of the file the shot is planned in; empty where it is gone."""
    waiting: int = 0
    """Takes of the whole film that wait for a verdict."""

    @property
    def line(self) -> TakeLine | None:
        """The selected take."""
        return next((one for one in self.takes if one.n == self.take), None)

    @property
    def open_notes(self) -> tuple[NoteLine, ...]:
        return tuple(note for note in self.notes if note.kind == "note" and not note.resolved)
