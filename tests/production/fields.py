"""Every command that takes a text: where the text is kept, or that it is refused. `T` stands for the text."""

from __future__ import annotations

from dataclasses import dataclass

T = "<text>"
SEAM, CUT = "S003/S004", "Film_v001.mp4"


@dataclass(frozen=True)
class Kept:
    """A command, and the columns its text must stand in afterwards: `table.column` of the newest row."""

    words: tuple[str, ...]
    columns: tuple[str, ...]
    codes: tuple[int, ...] = (0,)


def kept(line: str, *columns: str, codes: tuple[int, ...] = (0,)) -> Kept:
    return Kept(tuple(T if word == "T" else word.replace("_", " ") for word in line.split()), columns, codes)


_FAILURE = ("failure.broke", "failure.cause", "failure.workaround", "failure.lesson")
_FAILED = "--category camera --broke T --cause T --workaround T --lesson T"
KEPT: tuple[Kept, ...] = (
    kept("approve S001 --note T", "verdict.note"),
    kept("reject S002 --note T", "verdict.note"),
    kept("hold S003 --note T", "verdict.note"),
    kept(f"reject {SEAM} --fix trim --note T", "verdict.note", "note.text"),
    kept("hold board v1 --note T", "verdict.note"),
    Kept(("approve", "cut", CUT, "--note", T), ("verdict.note",)),
    Kept(("approve", "delivery", CUT, "--note", T), ("verdict.note",)),
    kept("note S001 T", "note.text"),
    kept("note S001 T --take 1 --at 0.5", "note.text"),
    kept("note --resolve 1 T", "note.text"),
    kept("promise client T --link T", "commitment.text", "commitment.link"),
    kept("promise --evidence 1 T --link T", "commitment_row.text", "commitment_row.link"),
    kept("promise --evidence 1 T --model T", "commitment_row.text", "commitment_row.model"),
    kept("promise --close 1 --why T", "commitment_row.text"),
    kept("promise --reopen 1 --why T", "commitment_row.text"),
    kept("score shot S001 --item story --score 3 --note T", "score.note"),
    kept("score board v1 --item story --score 3 --note T", "score.note"),
    kept(f"fail S001 {_FAILED}", *_FAILURE),
    kept("fail --amend 1 --broke T --cause T --lesson T", *_FAILURE),
    # Number 1 was proposed by the reject above.
    kept(f"suggestions accept 1 --why T {_FAILED}", *_FAILURE, "suggestion_decision.why"),
    kept(
        "suggest T --source shot:S001 --reason T --next T --model T",
        *("suggestion.text", "suggestion.reason", "suggestion.next_action", "suggestion.model"),
    ),
    kept("suggestions reject 2 --why T", "suggestion_decision.why"),
    kept("suggest T --source document:script.md --reason T", "suggestion.text", "suggestion.reason"),
    kept("suggestions accept 3 --why T --task T", "suggestion_decision.why", "task.owner", "task.title"),
    kept(
        "task T --owner T --source shot:S001 --consequence T --review-path T --output T --approval",
        *("task.title", "task.owner", "task.consequence", "task.review_path", "task.output"),
    ),
    kept("task --refuse 1 --why T", "event.why", codes=(2,)),  # it asks for no approval
    kept("task --refuse 3 --why T", "event.why"),
    kept("task --done 3 --why T", "event.why"),
    kept("task --reopen 3 --why T", "event.why"),
    kept("task --owner 1 T", "event.text"),
    kept("log started T", "event.text"),
    kept("log pivoted T", "event.text"),
    kept("retake S002 --note T", "event.text"),
    kept("retake S004 --accept balance-short --why T", "gate_decision.why"),
    kept("run --accept quote --why T", "gate_decision.why"),
    kept("assemble --accept seams-unresolved --why T", "gate_decision.why", codes=(2, 3, 4)),
    kept("import take S001 {clip} --approach elsewhere --source T --note T", "rescue.source", "rescue.note"),
    kept("import take S001 {other} --approach plate --model T", "rescue.original_model"),
)
REFUSED: tuple[tuple[tuple[str, ...], tuple[int, ...]], ...] = tuple(
    (tuple(T if word == "T" else word.replace(":T", f":{T}") for word in line.split()), codes)
    for codes, lines in {
        (2,): (
            *("run --chain T", "run --from T", "run --to T", "run --pass T", "run --accept T"),
            *("attach --theme T", "attach --pictures T", "status --width T"),
            *("estimate --chain T", "estimate --from T", "estimate --to T", "pause --chain T"),
            *(
                "resume --chain T",
                "stop --chain T",
                "schema T",
                "failures --by T",
                "since T",
                "frame T",
                "prompt T",
            ),
            *("suggest x --source T --reason y", "suggest x --source shot:T --reason y"),
            *("suggestions accept T", "suggestions accept 1 --origin T", "suggestions accept 1 --cost T"),
            *("suggestions accept 1 --category T", "suggestions accept 1 --outcome T"),
            *("task x --due T", "task x --source T", "task --done T", "task --drop T", "task --reopen T"),
            *("task --approve T", "task --refuse T --why x", "task --link 1 T"),
            *("approve T", "approve board T", "approve cut T", "approve seam T", "reject T", "hold T"),
            *("reject S003/S004 --fix T", "score T S001", "score shot T", "score cut T --item x --score 1"),
            *("score shot S001 --item T --score 3", "promise T x", "retake T", "retake S001 --accept T"),
            *("fail T --category camera --broke x", "fail S001 --category T --broke x"),
            *("fail S001 --category camera --broke x --origin T", "reconceive T", "note T x"),
            *("fail S001 --category camera --broke x --outcome T", "note S001 x --at T"),
            *("fail S001 --category camera --broke x --cost T", "reconcile T", "reconcile S001 --adopt T"),
            *("insert T S009 x", "insert S001 T x", "omit T", "lock T", "log T x"),
            *("import take T {clip} --approach plate", "import take S001 T --approach plate"),
            *("import take S001 {clip} --approach T", "import take S001 {clip} --approach trim --from T"),
            *("import take S001 {clip} --approach plate --cost T", "init new --from T", "frame S001 --at T"),
        ),
        (0, 1): ("takes T", "failures --shot T", "suggestions T", "rescues T"),
        # Paths, and texts of files: what fits is written.
        (0, 2, 4): ("init T", "init titled --title T", "demo T --headless", "insert S001 S009 T"),
        (0, 2, 3, 4): ("frame S001 --at last --out T",),
    }.items()
    for line in lines
)
READING: tuple[str, ...] = (
    *(
        "status",
        "status --plain",
        "status --line",
        "status --tmux --width 40",
        "takes",
        "takes S001",
        "spend",
        "accounts",
        "failures",
    ),
    *("failures --by category", "failures --by model", "failures --prompts", "suggestions"),
    *("suggestions --all", "suggestions S001", "tasks", "tasks --open", "tasks --mine", "checklist", "log"),
    *("gaps", "gaps --all", "since 2020-01-01", "since 2020-01-01 --events", "seams", "promises", "rescues"),
    *("score shot S001", f"score cut {CUT}", "score board v1", "check", "estimate", "prompt S001", "audit"),
)
