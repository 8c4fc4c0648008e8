"""The Gaps screen: tasks, suggestions, and everything about the film that is not certain yet.

`read` is light and quick. `read_all` is light while the film's files stand still; after a change of
them it looks through the parsed plan (pydantic and all adapters, seconds), so it is asked for by
itself, on a thread. No postponed annotations: `NamedTuple` compiles each postponed one anew.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from core.desk import drafts
from core.desk.gap import KINDS as KINDS
from core.desk.gap import Gap as Gap
from core.ledger import records
from core.studio.pages.sight import Sight

if TYPE_CHECKING:
    from core.ledger.views import Reader
    from core.studio.assembly import Opened

_MOVED: dict[str, str] = {
    "drop": "dropped",
    "reopen": "opened again",
    "approve": "approved",
    "refuse": "refused",
    "owner": "given to another owner",
}
"""How a task is moved to what is said of many."""
_SCREENS: dict[str, str] = {
    "in_doubt": "money",
    "cost": "money",
    "seam": "review",
    "approval": "review",
    "note": "review",
    "stale": "review",
    "shot": "board",
    "pause": "board",
    "task": "tasks",
    "unlinked": "tasks",
}
"""Kind of a gap to the screen where it is answered; of any other the command says what to do."""


class TaskLine(NamedTuple):
    id: int
    title: str
    owner: str
    """Empty: nobody's."""
    due: str
    overdue: bool
    state: str
    """open, done, dropped."""
    approval: str
    """waiting, approved, refused; empty: none is needed."""
    approved_by: str
    source: str
    """Where it comes from, a link."""
    consequence: str
    """What hangs on it."""
    review_path: str
    output: str


class Decided(NamedTuple):
    decision: str
    """accept or reject."""
    person: str
    at: str
    why: str


class LikeLine(NamedTuple):
    """An earlier suggestion that says nearly the same."""

    id: int
    likeness: float
    state: str
    why: str


class SuggestionLine(NamedTuple):
    id: int
    text: str
    link: str
    """Where it comes from."""
    reason: str
    next_action: str
    model: str
    """Who suggests it; empty: a person or Rushes."""
    kind: str
    shot: str
    take: int | None
    upper: int | None
    """Micro-dollars at most; None is unknown, or it costs nothing by itself."""
    expected: int | None
    priced: bool
    """It is an order with a price, known or not."""
    state: str
    """open, accepted, rejected."""
    decided: tuple[Decided, ...]
    """Oldest first."""
    like: tuple[LikeLine, ...]


class Place(NamedTuple):
    """Where a gap is answered."""

    screen: str
    """board, review, money, tasks, suggestions; empty: nowhere on screen, the command says how."""
    shot: str = ""
    take: int | None = None
    ident: int | None = None
    """Number of a task or a suggestion."""
    chain: str = ""


class GapsPage(NamedTuple):
    tasks: tuple[TaskLine, ...] = ()
    """Open ones by their day, the overdue first; then those that wait for a yes; with `ended`, the rest."""
    suggestions: tuple[SuggestionLine, ...] = ()
    """Newest first; with `ended` those that were decided too."""
    ended: bool = False
    gaps: tuple[Gap, ...] | None = None
    """None: not looked through yet."""


def read(sight: Sight, ended: bool = False) -> GapsPage:
    """Tasks and suggestions. `ended`: those that are done or decided too."""
    if sight.reader is None:
        return GapsPage(ended=ended)
    return GapsPage(_tasks(sight.reader, ended), _suggestions(sight.reader, ended), ended)


def read_all(sight: Sight, ended: bool = False) -> GapsPage:
    """As `read`, with everything uncertain. Raises BadInput, LedgerFault."""
    from core.desk.gaps import gaps as found  # noqa: PLC0415 - not needed for tasks and suggestions
    from core.studio import uncertain  # noqa: PLC0415 - reads the film's documents and hashes its frames

    facts = uncertain.facts_of(sight.places, sight.reader, sight.glance)
    return read(sight, ended)._replace(gaps=found(facts))


def place_of(gap: Gap) -> Place:
    """Where a gap is answered: its screen, and what is to be selected there. Pure."""
    kind, _, rest = gap.where.partition(":")
    if kind in ("task", "suggestion") and rest.isdigit():
        return Place(f"{kind}s", ident=int(rest))
    screen = _SCREENS.get(gap.kind, "")
    if kind == "chain":
        return Place(screen, chain=rest)
    if gap.kind in ("shot", "approval", "note") and gap.take is None and gap.shot:
        return Place("board" if gap.kind == "shot" else "review", gap.shot)
    if screen == "money" or gap.shot:
        return Place(screen, gap.shot, gap.take)
    return Place("")


def place_of_link(link: str) -> Place:
    """Where the source of a task or a suggestion is looked at: `shot:S101`, `take:S101/2`. Pure."""
    kind, _, rest = link.partition(":")
    if kind == "shot":
        return Place("review", rest)
    shot, _, number = rest.partition("/")
    if kind == "take":
        return Place("review", shot, int(number) if number.isdigit() else None)
    if kind in ("task", "suggestion") and rest.isdigit():
        return Place(f"{kind}s", ident=int(rest))
    return Place("")


# Reading.


def _tasks(reader: "Reader", ended: bool) -> tuple[TaskLine, ...]:
    # The day where the person is: a task is late once their own day is over.
    today = datetime.now().astimezone().date().isoformat()
    lines = [_task(row, today) for row in reader.table("task", "ORDER BY id")]
    shown = [line for line in lines if ended or line.state == "open" or line.approval == "waiting"]
    return tuple(sorted(shown, key=_place_of_task))


def _place_of_task(line: TaskLine) -> tuple[bool, bool, bool, str, int]:
    waits = line.approval == "waiting" and line.state != "dropped"
    return (line.state != "open" and not waits, line.state != "open", not line.due, line.due, line.id)


def _task(row: dict[str, Any], today: str) -> TaskLine:
    late = row["state"] == "open" and bool(row["due"]) and row["due"] < today
    return TaskLine(
        id=row["id"],
        title=row["title"],
        owner=row["owner"],
        due=row["due"],
        overdue=late,
        state=row["state"],
        approval=row.get("approval", ""),
        approved_by=row.get("approved_by", ""),
        source=row.get("link") or row["source"],
        consequence=row["consequence"],
        review_path=row["review_path"],
        output=row.get("output", ""),
    )


def _suggestions(reader: "Reader", ended: bool) -> tuple[SuggestionLine, ...]:
    if not reader.table("suggestion", "LIMIT 1"):
        return ()  # the log of events is long, and says nothing of them
    found = records.suggestions(reader, everything=ended)
    decided = records.decisions(reader)
    return tuple(_suggestion(row, decided) for row in found)


def _suggestion(row: dict[str, Any], decided: dict[int, list[dict[str, Any]]]) -> SuggestionLine:
    mine = decided.get(row["id"], [])
    return SuggestionLine(
        id=row["id"],
        text=row["text"],
        link=row.get("link", ""),
        reason=row["reason"],
        next_action=row["next_action"],
        model=row["model"],
        kind=row["kind"],
        shot=row["shot"],
        take=row["n"],
        upper=row["upper"],
        expected=row["expected"],
        priced=row["source"] == "moderation",
        state=drafts.state_of(mine),
        decided=tuple(Decided(one["decision"], one["person"], one["at"], one["why"]) for one in mine),
        like=tuple(_like(ident, likeness, decided) for ident, likeness in row.get("like", ())),
    )


def _like(ident: int, likeness: float, decided: dict[int, list[dict[str, Any]]]) -> LikeLine:
    earlier = decided.get(ident, [])
    return LikeLine(ident, likeness, drafts.state_of(earlier), earlier[-1]["why"] if earlier else "")


# What a person does: as `rushes task` and `rushes suggestions` do it.


def add_task(film: "Opened", title: str, owner: str = "", due: str = "", source: str = "") -> str:
    """Raises BadInput for a due day or a link that is none."""
    from core.studio import tasking  # noqa: PLC0415 - the writing side, only to act

    return tasking.add_task(film.production, tasking.NewTask(title, owner, due, source))


def move_task(film: "Opened", how: str, task: int, word: str = "", why: str = "") -> str:
    """`how`: done, drop, reopen, approve, refuse, owner or link; `word`: the new owner or link."""
    from core.studio import tasking  # noqa: PLC0415 - the writing side, only to act

    return tasking.move_task(film.production, how, task, word=word, why=why)


def move_tasks(film: "Opened", how: str, tasks: Sequence[int], word: str = "", why: str = "") -> str:
    """The same with each of several, in their order; what was done before a refusal stays done."""
    said = [move_task(film, how, task, word, why) for task in tasks]
    return said[-1] if len(said) == 1 else f"{len(said)} tasks: {_MOVED.get(how, how)}"


def decide(
    film: "Opened", decision: str, suggestions: Sequence[int], why: str, task_for: str | None = None
) -> str:
    """`accept` or `reject`, all or none. `task_for`: accepted ones become tasks of this owner.

    Raises BadInput for a rejection without a reason, and what an acceptance's effect refuses.
    """
    from core.studio import tasking  # noqa: PLC0415 - the writing side, only to act

    return tasking.decide(film.production, decision, suggestions, why, None, task_for)


def start_checklist(film: "Opened") -> str:
    """The seven steps of a production as tasks, each once."""
    from core.studio import tasking  # noqa: PLC0415 - the writing side, only to act

    return tasking.start_checklist(film.production)
