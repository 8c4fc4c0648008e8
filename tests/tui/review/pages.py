"""Invented pages: a full one, a bare one, one with the same text in every field that people write."""

from __future__ import annotations

from core.desk.standing import SeamRow
from core.studio.pages.changes import Changed
from core.studio.pages.review_rows import (
    Broke,
    FrameRow,
    Measure,
    Neighbour,
    NoteLine,
    ReviewPage,
    ScoreLine,
    TakeLine,
)
from core.studio.pages.seam import SeamPage
from tests.tui.films import salt_road

FRAMES = (
    FrameRow("handed", "S105", 11, "last"),
    FrameRow("first", "S106", 3, "first"),
    FrameRow("last", "S106", 3, "last"),
    FrameRow("next", "S107", 1, "first"),
)


def take(n: int, state: str = "rejected", **more: object) -> TakeLine:
    values: dict[str, object] = {
        "word": "",
        "at": "2026-11-20T10:41:00Z",
        "verdict": "reject" if state == "rejected" else "",
        "person": "Ada" if state == "rejected" else "",
        "role": "",
        "said": "the coat is green",
        "cost": 760_000,
        "certainty": "exact",
        "provider": "openrouter",
        "model": "seedance-2.0",
        "seed": 800 + n,
        "framed": True,
        "stands": state == "review",
        **more,
    }
    return TakeLine(n=n, state=state, **values)  # type: ignore[arg-type]


def full_page() -> ReviewPage:
    shot = next(row for row in salt_road().shots if row.id == "S106")
    return ReviewPage(
        shot,
        chain="Harbour",
        place=6,
        of=16,
        takes=(
            take(3, "review", certainty="estimated"),
            take(2),
            take(1, "failed", word="written off", cost=None, certainty="unknown"),
        ),
        take=3,
        against=2,
        changed=(
            Changed("prompt", "a green coat", "a grey coat"),
            Changed("seed", "802", "803"),
            Changed("begins from", "S105 t10", "S105 t11"),
        ),
        before=Neighbour("S105", "circled", 11, "last"),
        after=Neighbour("S107", "running", 1, "last"),
        frames=FRAMES,
        measures=(Measure("length", "4.00 s, 96 frames at 24"), Measure("drift", "0.12")),
        notes=(
            NoteLine("note", 7, 3, "2026-11-20T10:42:00Z", "00:00:03:05", "the hand slips", "Ada", "", ""),
            NoteLine("note", 4, None, "2026-11-19T10:42:00Z", "", "mind the ring", "Ben", "seen", "Ada"),
            NoteLine("asked", 0, None, "2026-11-19T11:42:00Z", "", "make the coat grey", "Ada", "", ""),
        ),
        scores=(
            ScoreLine("visual continuity", 4, "Ada", "it holds", False),
            ScoreLine("story clarity", None, "", "", False),
        ),
        broke=(Broke(1, 2, "character drift", "her coat turns green", "re-anchor", "open"),),
        known=(
            "action shots on openrouter:seedance-2.0 failed before: she runs backwards; what helped: shorter",
        ),
        warnings=("take 3 is stale: it no longer follows from what stands before it",),
        clip="/films/salt-road/takes/S106/S106_t003.mp4",
        plan="/films/salt-road/shots/harbour.toml",
        waiting=4,
    )


def bare_page() -> ReviewPage:
    shot = next(row for row in salt_road().shots if row.id == "S109")
    return ReviewPage(
        shot, chain="Harbour", place=9, of=16, before=Neighbour("S108", "planned", None, "last")
    )


def hostile_page(text: str) -> ReviewPage:
    page = full_page()
    assert page.shot is not None
    words = {"word": text, "person": text, "role": text, "said": text, "provider": text, "model": text}
    return page._replace(
        shot=page.shot._replace(id=text, kind=text, description=text, note=text, source=text, seam=text),
        chain=text,
        takes=tuple(line._replace(**words, at=text) for line in page.takes),
        changed=tuple(Changed(text, text, text) for _ in page.changed),
        measures=(Measure(text, text),),
        notes=tuple(
            note._replace(timecode=text, text=text, person=text, resolved=text, resolved_by=text, at=text)
            for note in page.notes
        ),
        scores=(ScoreLine(text, 3, text, text, True),),
        broke=(Broke(1, 2, text, text, text, text),),
        known=(text, text),
        warnings=(text,),
        frames=tuple(frame._replace(shot=text) for frame in page.frames),
        before=Neighbour(text, text, None, text),
    )


def full_seam(**more: object) -> SeamPage:
    shots = {row.id: row for row in salt_road().shots}
    values: dict[str, object] = {
        "id": "S105/S106",
        "left": "S105",
        "right": "S106",
        "chain": "harbour",
        "seam": "last",
        "left_take": 11,
        "right_take": 3,
        "state": "unresolved",
        "sha": "ab",
        "verdict": "",
        "fix": "",
        "note": "",
        "person": "",
        "role": "",
        "at": "",
        "task": None,
        **more,
    }
    return SeamPage(
        SeamRow(**values),  # type: ignore[arg-type]
        at=5,
        total=60,
        unjudged=12,
        earlier="S104/S105",
        later="S106/S107",
        open_after=("S106/S107",),
        continues="S105 t11",
        frames=(FrameRow("last", "S105", 11, "last"), FrameRow("next", "S106", 3, "first")),
        left=shots["S105"],
        right=shots["S106"],
        scores=(ScoreLine("visual continuity", 4, "Ada", "it holds", False),),
    )


def hostile_seam(text: str) -> SeamPage:
    page = full_seam(
        id=text,
        left=text,
        right=text,
        seam=text,
        verdict="reject",
        fix=text,
        note=text,
        person=text,
        role=text,
        at=text,
        state="fix",
        task=3,
    )
    assert page.left is not None
    shot = page.left._replace(id=text, description=text, kind=text)
    return page._replace(
        left=shot, right=shot, continues=text, scores=(ScoreLine(text, 3, text, text, True),)
    )
