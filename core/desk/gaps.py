"""Everything about a film that is not certain yet, from rows. Pure, and light: it is read in one breath.

A gap says what, where, why it matters and what to type. No postponed annotations: `NamedTuple`
compiles each one anew.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from shlex import quote
from typing import Any, NamedTuple

from core.desk.gap import KINDS, Gap, of_take

Row = Mapping[str, Any]


class ShotFact(NamedTuple):
    """A shot of the plan, omitted ones left out."""

    id: str
    chain: str
    state: str
    """planned ready running review circled rejected failed in_doubt held stale."""
    newest: int | None
    """Number of its newest take."""
    usable: int | None
    """The take handed over today."""
    stale: bool
    note: str
    source: str
    """The shot whose frame it begins from."""


class Facts(NamedTuple):
    """All rows that gaps are found in."""

    shots: Sequence[ShotFact] = ()
    pauses: Sequence[tuple[str, str]] = ()
    """Chain id, and why it stands still in words. One that waits for a verdict is none: its shots wait."""
    faults: Sequence[tuple[str, int, str]] = ()
    """File, line, what."""
    findings: Sequence[Row] = ()
    """code, severity, file, line, shot, text, todo."""
    unpriced: Sequence[Row] = ()
    """provider, model, shots, why."""
    spend: Sequence[Row] = ()
    """Submissions with shot, take, state, provider and `money`: kind to (micro-dollars, certainty)."""
    notes: Sequence[Row] = ()
    seams: Sequence[Any] = ()
    """Rows of `desk.standing`."""
    voids: Sequence[Any] = ()
    """As above."""
    tasks: Sequence[Row] = ()
    suggestions: Sequence[Row] = ()
    """Those nobody decided."""
    promises: Sequence[Row] = ()
    rescues: Sequence[Row] = ()
    documents: Sequence[Gap] = ()
    lost_links: Collection[str] = ()
    """Links of tasks, suggestions and promises that lead nowhere."""
    takes: Mapping[int, tuple[str, int]] = {}
    """Take id to shot and number."""
    today: str = ""
    """ISO date, the person's own day."""


def gaps(facts: Facts) -> tuple[Gap, ...]:
    """All of them, grouped by kind in KINDS' order, inside a kind in the order of the film or its rows."""
    found = [
        *doubts(facts.spend),
        *(_fault(*fault) for fault in facts.faults),
        *commitments(facts.promises),
        *approvals(facts.voids),
        *(_pause(*pause) for pause in facts.pauses),
        *shots(facts.shots),
        *seams(facts.seams),
        *notes(facts.notes, facts.takes),
        *tasks(facts.tasks, facts.today),
        *unlinked(facts.tasks, facts.suggestions, facts.lost_links),
        *stale(facts.shots),
        *facts.documents,
        *costs(facts.spend, facts.rescues, facts.takes),
        *(_unpriced(row) for row in facts.unpriced),
        *(_finding(row) for row in facts.findings),
    ]
    place = {kind: number for number, kind in enumerate(KINDS)}
    return tuple(sorted(found, key=lambda gap: place[gap.kind]))


# What holds money or people up.


def doubts(spend: Iterable[Row]) -> Iterable[Gap]:
    """Requests of which nobody can say whether they run, with what is held for them."""
    for row in spend:
        if row["state"] == "in_doubt":
            held = row["money"].get("reserve", (None, ""))[0]
            shot, n = row["shot"], row["take"] or None
            what = f"take {n} is in doubt" if n else f"a request of {row['provider']} is in doubt"
            why = "it counts as spent, and it is never sent again before this is settled"
            command = f"rushes reconcile {quote(shot)}"
            yield Gap("in_doubt", "hold", what, of_take(shot, n), shot, n, why, command, held)


def _fault(file: str, line: int, what: str) -> Gap:
    where = f"file:{file}:{line}" if line else f"file:{file}"
    why = "nothing new can be ordered; the board shows the last good plan"
    return Gap("fault", "file", what, where, "", None, why, "rushes check")


def commitments(promises: Iterable[Row]) -> Iterable[Gap]:
    """Promises that no person closed, or that one opened again."""
    for row in promises:
        if row["state"] == "open":
            count = len(row["evidence"])
            told = f"{count} piece{'s' if count != 1 else ''} of evidence" if count else "no evidence"
            why = f"a {row['kind']} promise that only a person can close"
            command = f'rushes promise --close {row["id"]} --why ".."'
            what, where = f"{row['kind']}: {row['text']} ({told})", f"promise:{row['id']}"
            yield Gap("commitment", row["kind"], what, where, "", None, why, command)


def approvals(voids: Iterable[Any]) -> Iterable[Gap]:
    """Verdicts in force on what is no longer what was seen. `voids`: of `desk.standing`."""
    why = "a person decided on something else than what lies there now"
    for void in voids:
        if void.kind == "take":
            where = of_take(void.shot, void.take)
            command = f"rushes approve {quote(void.shot)} --take {void.take}"
        else:
            where, command = f"{void.kind}:{void.id}", f"rushes approve {void.kind} {quote(void.id)}"
        yield Gap("approval", void.kind, void.said, where, void.shot, void.take, why, command)


def _pause(chain: str, said: str) -> Gap:
    why = "nothing of it is sent until a person lets it go on"
    return Gap(
        "pause", "chain", said, f"chain:{chain}", "", None, why, f"rushes resume --chain {quote(chain)}"
    )


# Shots.

_NOT_READY: dict[str, tuple[str, str, str]] = {
    "planned": ("no take yet", "it cannot be cut in", "rushes run --chain {chain}"),
    "ready": ("ordered, nothing sent yet", "it cannot be cut in", "rushes run --chain {chain}"),
    "running": ("being made", "it cannot be cut in yet", "rushes status --watch"),
    "failed": ("its newest take was lost", "no take of it can be cut in", "rushes retake {shot}"),
    "rejected": ("every take was rejected", "no take of it can be cut in", "rushes retake {shot}"),
}
"""State to what, why and command."""


def shots(rows: Iterable[ShotFact]) -> Iterable[Gap]:
    """Those without a usable take; one in doubt has a line of its own."""
    for shot in rows:
        if shot.usable is not None or shot.state == "in_doubt":
            continue
        if shot.state == "held":
            what = f"blocked: it begins from {shot.source}, which has no usable take"
            why, command = "it waits in vain", f"rushes retake {quote(shot.source)}"
        elif shot.state in _NOT_READY:
            what, why, command = _NOT_READY[shot.state]
            command = command.format(chain=shot.chain, shot=shot.id)
            what += f": {shot.note}" if shot.state in ("failed", "rejected") and shot.note else ""
        else:
            continue
        yield Gap("shot", shot.state, what, f"shot:{shot.id}", shot.id, None, why, command)


def stale(rows: Iterable[ShotFact]) -> Iterable[Gap]:
    for shot in rows:
        if shot.stale:
            what = f"take {shot.usable} no longer follows from the plan or from the take before it"
            why = "the cut would show something the film no longer says"
            where, command = of_take(shot.id, shot.usable), f"rushes retake {quote(shot.id)}"
            yield Gap("stale", "take", what, where, shot.id, shot.usable, why, command)


def seams(rows: Iterable[Any]) -> Iterable[Gap]:
    """Seams nobody decided on, or that are still to be mended. One without both takes waits for its shots;
    a void verdict is told with the approvals."""
    why = "the film cannot be cut for good before each seam has its verdict"
    for row in rows:
        if row.state not in ("unresolved", "fix") or row.left_take is None or row.right_take is None:
            continue
        takes = f"take {row.left_take} to take {row.right_take}"
        said = f": {row.note}" if row.note else ""
        judged = f"held by {row.person}" if row.verdict == "hold" else "nobody judged it"
        what = f"{takes}, {judged}{said}"
        if row.state == "fix":
            task = f" (task {row.task})" if row.task else ""
            what = f"{takes}, to be mended, {row.fix or 'nobody said how'}{task}{said}"
        command = f"rushes approve {quote(row.id)}"
        yield Gap("seam", row.state, what, f"seam:{row.id}", row.right, None, why, command)


# What people wrote.


def notes(rows: Sequence[Row], takes: Mapping[int, tuple[str, int]]) -> Iterable[Gap]:
    """Notes that no later row resolves."""
    resolved = {row.get("resolves") for row in rows}
    for row in rows:
        if row["id"] not in resolved and row.get("resolves") is None:
            shot, n = takes.get(row.get("take_id") or 0, (row["shot"], None))
            at = f" at {row['timecode']}" if row["timecode"] else ""
            what = f"{row['person']}{at}: {row['text']}"
            command = f"rushes note --resolve {row['id']} TEXT"
            why = "somebody asked for something, and nobody said what became of it"
            yield Gap("note", row["subject_kind"], what, f"note:{row['id']}", shot, n, why, command)


def tasks(rows: Iterable[Row], today: str) -> Iterable[Gap]:
    """Open tasks that nobody owns, and those whose day has passed."""
    for row in rows:
        if row["state"] != "open":
            continue
        ident, title = row["id"], row["title"]
        late = bool(row["due"]) and row["due"][:10] < today
        why = row["consequence"] or "what hangs on it is written nowhere"
        if not row["owner"]:
            what = f"nobody owns it: {title}" + (f", due {row['due']}" if late else "")
            command = f"rushes task --owner {ident} NAME"
            yield Gap("task", "no-owner", what, f"task:{ident}", "", None, why, command)
        elif late:
            what, command = f"due {row['due']}, {row['owner']}: {title}", f"rushes task --done {ident}"
            yield Gap("task", "overdue", what, f"task:{ident}", "", None, why, command)


WHY_THERE = "rewrite: why does this exist?"


def unlinked(
    task_rows: Iterable[Row], suggestions: Iterable[Row], lost: Collection[str] = ()
) -> Iterable[Gap]:
    """Open tasks and suggestions that nothing of the film leads to, or whose link leads nowhere any more.

    A step of the production checklist has its source in the step; a suggestion may be tied to a shot by
    the event that made it.
    """
    for row in task_rows:
        linked = row.get("link") or row.get("step") or row["source"]
        if row["state"] == "open" and (not linked or row.get("link") in lost):
            command = f"rushes task --link {row['id']} LINK"
            yield _unlinked("task", row, row["title"], command)
    for row in suggestions:
        if row.get("link") in lost or not (row.get("link") or row.get("shot")):
            command = f'rushes suggestions reject {row["id"]} --why ".."'
            yield _unlinked("suggestion", row, row["text"], command)


def _unlinked(kind: str, row: Row, text: str, command: str) -> Gap:
    what = f"{text} (its source, {row['link']}, leads nowhere)" if row.get("link") else text
    return Gap("unlinked", kind, what, f"{kind}:{row['id']}", "", None, WHY_THERE, command)


# Money.

_LATEST = ("settle", "writeoff", "release", "commit", "reserve")
"""What is booked last of a submission says how well its cost is known."""


def costs(
    spend: Iterable[Row], rescues: Iterable[Row], takes: Mapping[int, tuple[str, int]]
) -> Iterable[Gap]:
    """Requests and rescued takes whose cost nobody knows; those in doubt have a line of their own."""
    why = "the film's total is not the whole"
    for row in spend:
        kind = next((name for name in _LATEST if name in row["money"]), "")
        if not kind or kind == "release" or row["state"] == "in_doubt":
            continue
        micro, certainty = row["money"][kind]
        if certainty == "unknown":
            shot, n = row["shot"], row["take"] or None
            word = "settled" if kind in ("settle", "writeoff") else "under way"
            what = f"take {n}, {word}: {row['provider']} did not say what it costs"
            yield Gap("cost", kind, what, of_take(shot, n), shot, n, why, "rushes spend", micro or None)
    for row in rescues:
        if row["micro"] is None:
            shot, n = takes.get(row["take_id"], ("", 0))
            what = f"take {n}, {row['approach']} from elsewhere: nobody said what it cost"
            yield Gap("cost", "rescue", what, of_take(shot, n), shot, n, why, f"rushes takes {quote(shot)}")


def _unpriced(row: Row) -> Gap:
    first, more = row["shots"][0], len(row["shots"]) - 1
    which = f"{first} and {more} more" if more else first
    what = f"{row['provider']}:{row['model']} has no price ({which}): {row['why']}"
    why = "what has no price is not sent"
    return Gap(
        "cost", "model", what, f"model:{row['provider']}:{row['model']}", first, None, why, "rushes estimate"
    )


# Files.


def _finding(row: Row) -> Gap:
    where = f"file:{row['file']}:{row['line']}" if row["line"] else f"file:{row['file']}"
    bad = row["severity"] == "error"
    why = "it will not work" if bad else "it can be meant; if it is not, takes are paid for and thrown away"
    what = f"{row['text']}; {row['todo']}"
    return Gap("finding", row["code"], what, where, row["shot"], None, why, "rushes check")


class Document(NamedTuple):
    """What a document says of its own age, and the takes and the cut that were made from it."""

    name: str
    """script.md, or board/board.toml and its version."""
    day: str
    """ISO date of its last change, as its writer gave it; empty: not given."""


def documents(
    written: Iterable[Document], made: Iterable[tuple[str, int, str]], cut: tuple[str, str]
) -> Iterable[Gap]:
    """Documents newer than what was made from them.

    `made`: shot, number and moment of each take in use; `cut`: name and moment of the last, or empty.
    """
    held = list(made)
    for document in written:
        if not document.day:
            continue
        old = [f"{shot} take {n}" for shot, n, at in held if at[:10] < document.day]
        where, why = f"file:{document.name}", "they may tell what it no longer says"
        if old:
            which = f"{old[0]} and {len(old) - 1} more" if len(old) > 1 else old[0]
            what = f"changed on {document.day}, and {which} were made before"
            yield Gap("document", "takes", what, where, "", None, why, "rushes takes")
        if cut[0] and cut[1][:10] < document.day:
            what = f"changed on {document.day}, and the cut {cut[0]} was made before"
            yield Gap("document", "cut", what, where, "", None, why, "rushes assemble")
