"""The failure catalogue as its screen reads it: rows, categories with their costs, one failure whole.

Acts: amend a failure. Logging one is the board's own order. No postponed annotations: `NamedTuple`
compiles each postponed one anew.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from core.base.errors import BadInput, nearest
from core.base.paths import sha256_text
from core.desk import failure_guess, failure_words, losses
from core.desk.failure_words import OUTCOMES as OUTCOMES
from core.ledger import records
from core.ledger.views import Reader
from core.studio.pages.sight import Sight

if TYPE_CHECKING:
    from core.studio.assembly import Opened

PROMPT = 4000
"""Characters of a prompt that the page carries; `rushes failures --prompts` shows it whole."""
FIELDS = ("category", "shot", "kind", "outcome", "model")
"""What a filter may ask for by name."""


class Failed(NamedTuple):
    """One failure; texts are as people and providers wrote them."""

    id: int
    first: int
    """What its id was before anybody amended it: the same for good."""
    at: str
    """When it was logged, UTC ISO-8601."""
    shot: str
    take: int | None
    kind: str
    """Of the shot; empty where the plan has none of that id."""
    category: str
    broke: str
    cause: str
    workaround: str
    outcome: str
    """saved regenerated dropped rewritten open."""
    cost: int | None
    """Micro-dollars lost; None is unknown."""
    certainty: str
    """exact estimated unknown: of `cost`."""
    model: str


class Category(NamedTuple):
    """A category, and what came of it."""

    name: str
    times: int
    open: int
    known: int | None
    """Micro-dollars that are known; None where no cost is."""
    estimated: bool
    """Part of `known` is an estimate."""
    unknown: int
    """Costs nobody knows: with any, `known` is not the whole."""
    workaround: str
    """The best one known, or an empty string."""
    helped: int
    tried: int
    """How often that workaround was tried and has ended; `helped` of these brought the shot into the film."""


class Before(NamedTuple):
    """What was said of a failure before it was amended."""

    at: str
    person: str
    category: str
    broke: str
    cause: str
    workaround: str
    outcome: str


class Tried(NamedTuple):
    """A later take of the shot."""

    take: int
    state: str
    note: str


class Detail(NamedTuple):
    """All that is known of one failure beside its row."""

    first: int
    person: str
    origin: str
    lesson: str
    minutes: int | None
    cost_from: str
    """given, take, or empty: nobody knows."""
    provider: str
    request: str
    """Hash of the request its take was sent with; empty where none was."""
    prompt_sha: str
    prompt: str
    before: tuple[Before, ...]
    """Oldest first."""
    refused: tuple[tuple[str, str], ...]
    """(moment, what the provider said), oldest first."""
    tried: tuple[Tried, ...]
    """What came after the take that failed."""
    framed: bool = False
    """First and last frame of its take lie there."""


class Filter(NamedTuple):
    """What a person wants to see; `meant` makes one of what they typed."""

    words: tuple[str, ...] = ()
    """Folded; each stands somewhere in the row."""
    category: str = ""
    shot: str = ""
    kind: str = ""
    outcome: str = ""
    model: str = ""


ALL = Filter()


class FailuresPage(NamedTuple):
    rows: tuple[Failed, ...]
    """Newest first, those of the filter."""
    total: int
    """Without the filter."""
    categories: tuple[Category, ...]
    """Of all rows, the most frequent first."""
    shown: Category
    """The rows of the filter together."""
    names: tuple[str, ...]
    """Every category a failure may have in this film."""
    detail: Detail | None
    proposed: int = 0
    """Drafts that wait for a person among the suggestions."""


class _Shelf(NamedTuple):
    """What one reading of the ledger gave. Rows are only ever added, so their newest ids tell its age."""

    reader: Reader
    marks: tuple[object, ...]
    raw: tuple[Mapping[str, Any], ...]
    rows: tuple[Failed, ...]
    texts: tuple[str, ...]
    """Folded, for words to be found in."""
    categories: tuple[Category, ...]
    whole: Category


_shelf: _Shelf | None = None
"""The last reading: 10,000 failures take 150 ms to read, and a chain at work has the page read at 5 Hz."""


def read(sight: Sight, wanted: Filter = ALL, chosen: int | None = None) -> FailuresPage:
    """The catalogue; `chosen` is the first id of the failure to tell whole, None: the filter's newest."""
    own = tuple(sight.snapshot.film.get("failures", ())) if sight.snapshot else ()
    names = failure_words.with_own(own)
    if sight.reader is None:
        return FailuresPage((), 0, (), _category("", ()), names, None)
    shelf = _read(sight.reader, sight)
    rows, shown = shelf.rows, shelf.whole
    if wanted != ALL:
        places = [at for at, row in enumerate(shelf.rows) if _fits(wanted, row, shelf.texts[at])]
        rows = tuple(shelf.rows[at] for at in places)
        shown = _category("all", [shelf.raw[at] for at in places])
    if chosen is None or all(row.first != chosen for row in rows):
        chosen = rows[0].first if rows else None
    told = None if chosen is None else detail(sight, chosen)
    proposed = records.failures_proposed(sight.reader)
    return FailuresPage(rows, len(shelf.rows), shelf.categories, shown, names, told, proposed)


def detail(sight: Sight, first: int) -> Detail | None:
    """One failure whole, by its first id; None where there is none."""
    if sight.reader is None:
        return None
    raw = next((row for row in _read(sight.reader, sight).raw if row["first"] == first), None)
    if raw is None:
        return None
    take = sight.reader.take(raw["take_id"]) if raw["take_id"] is not None else None
    prompt = sight.reader.prompt_of(take.id) if take else ""
    later = sight.reader.takes_of(raw["shot"]) if take else []
    return Detail(
        first=first,
        person=raw["person"],
        origin=raw["origin"],
        lesson=raw["lesson"],
        minutes=raw["minutes"],
        cost_from=raw["cost_from"],
        provider=raw["provider"] or "",
        request=take.request_hash if take else "",
        prompt_sha=sha256_text(prompt) if prompt else "",
        prompt=prompt[:PROMPT],
        before=_before(sight.reader, raw),
        refused=tuple(records.refusals(sight.reader, take.id)) if take else (),
        tried=tuple(Tried(one.n, one.state, one.note) for one in later if take and one.n > take.n),
        framed=bool(take and take.last_sha),
    )


def _before(reader: Reader, raw: Mapping[str, Any]) -> tuple[Before, ...]:
    """The rows this one superseded: they are of the same shot."""
    if raw["supersedes"] is None:
        return ()
    said = {row["id"]: row for row in reader.table("failure", "WHERE shot=?", raw["shot"])}
    found, at = [], raw["supersedes"]
    while at in said:
        found.append(Before(*(said[at][name] for name in Before._fields)))
        at = said[at]["supersedes"]
    return tuple(reversed(found))


# Reading.


def _read(reader: Reader, sight: Sight) -> _Shelf:
    """The catalogue as it stands, read anew only when something was added."""
    global _shelf  # noqa: PLW0603 - one film a board; whoever loses a race has read twice
    marks = (*records.failure_marks(reader), sight.snapshot.signature if sight.snapshot else "")
    held = _shelf
    if held is None or held.reader is not reader or held.marks != marks:
        # By when it was logged: a row that is amended keeps its place.
        raw = tuple(sorted(records.failures(reader), key=lambda row: -row["first"]))
        said = records.first_said(reader)
        kinds = {shot.id: shot.kind for shot in sight.snapshot.shots} if sight.snapshot else {}
        rows = tuple(_failed(row, said, kinds.get(row["shot"], "")) for row in raw)
        texts = tuple(_text(row) for row in rows)
        held = _Shelf(reader, marks, raw, rows, texts, _categories(raw), _category("all", raw))
        _shelf = held
    return held


def _failed(row: Mapping[str, Any], said: Mapping[int, str], kind: str) -> Failed:
    head = (row["id"], row["first"], said.get(row["first"], row["at"]), row["shot"], row["n"], kind)
    told = (row["category"], row["broke"], row["cause"], row["workaround"], row["outcome"])
    about = (row["cost"], row["certainty"], row["model"] or "")
    return Failed(*head, *told, *about)


def _text(row: Failed) -> str:
    texts = (row.shot, row.kind, row.category, row.broke, row.cause, row.workaround, row.outcome, row.model)
    return "\n".join(texts).casefold()


def _categories(raw: Iterable[Mapping[str, Any]]) -> tuple[Category, ...]:
    held: dict[str, list[Mapping[str, Any]]] = {}
    for row in raw:
        held.setdefault(row["category"], []).append(row)
    found = [_category(name, rows) for name, rows in held.items()]
    return tuple(sorted(found, key=lambda one: (-one.times, one.name)))


def _category(name: str, rows: Iterable[Mapping[str, Any]]) -> Category:
    mine = list(rows)
    one = losses.group(name, mine)
    waiting = sum(row["outcome"] == "open" for row in mine)
    often = losses.how_often(mine, one.workaround)
    sums = (one.known, bool(one.estimated), one.unknown)
    return Category(name, one.times, waiting, *sums, one.workaround, *often)


# The filter.

_PART = re.compile(r'(?:(?P<field>[a-zA-Z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>\S+))')


def meant(text: str) -> Filter:
    """A filter of what was typed: words, `category:drift`, `shot:S104`, `kind:hero`, `outcome:saved`,
    `model:..`, and `open`. Values may stand in quotes, and be begun. Raises BadInput with the nearest."""
    found: dict[str, str] = {}
    words = []
    for part in _PART.finditer(text):
        value = part["quoted"] if part["quoted"] is not None else part["bare"]
        field = (part["field"] or "").casefold()
        if not field:
            words.append(value.casefold())
        elif field in FIELDS:
            found[field] = value.casefold()
        else:
            raise BadInput(
                f"failures have no '{field[:20]}'", nearest=nearest(field, FIELDS), todo=f"one of: {_forms()}"
            )
    if "open" in words:
        words.remove("open")
        found["outcome"] = "open"
    return Filter(tuple(word for word in words if word), **found)


def _forms() -> str:
    return f"{', '.join(f'{field}:..' for field in FIELDS)}, open, or words"


def _fits(wanted: Filter, row: Failed, text: str) -> bool:
    """Shots and categories by their beginning, for they are typed that way; words anywhere."""
    return (
        all(word in text for word in wanted.words)
        and row.category.casefold().startswith(wanted.category)
        and row.shot.casefold().startswith(wanted.shot)
        and row.kind.casefold().startswith(wanted.kind)
        and row.outcome.startswith(wanted.outcome)
        and wanted.model in row.model.casefold()
    )


# Writing.


def guess(words: str, names: tuple[str, ...]) -> str:
    """The category that what broke names or hints at, or an empty string. `names`: those of the film."""
    own = tuple(name for name in names if name not in failure_words.CATEGORIES)
    return failure_guess.of_words(words, own)


def amend(film: "Opened", ident: int, change: Mapping[str, str]) -> str:
    """Writes a row that supersedes `ident`. Raises BadInput for an unknown number or word, or no change."""
    from core.studio import failing  # noqa: PLC0415 - sqlmodel and pydantic, only to write

    return failing.amend(film.production, ident, change)
