"""An invented catalogue: what the Failures screen reads."""

from __future__ import annotations

from core.desk.failure_words import CATEGORIES
from core.studio.pages.failures import Before, Category, Detail, Failed, FailuresPage, Tried

CENT = 10_000
_SAID = (
    (
        "S106",
        2,
        "character",
        "character drift",
        "her coat turns from grey to green at 2.1 s",
        "",
        "re-anchor",
        "open",
        82,
    ),
    ("S205", 1, "action", "provider", "the reply never came after the job was sent", "", "", "open", None),
    (
        "S410",
        4,
        "hero",
        "moderation",
        "refused for the word 'knife'",
        "the word",
        "say blade of light",
        "saved",
        0,
    ),
    ("S104", 3, "character", "lip-sync", "mouth moves through the pause", "", "", "open", 135),
    ("S203", 2, "action", "character drift", "older by ten years", "no anchor", "re-anchor", "saved", 82),
)


def row(ident: int, at: int = 0, **more: object) -> Failed:
    shot, take, kind, category, broke, cause, helped, outcome, cents = _SAID[at % len(_SAID)]
    cost = None if cents is None else cents * CENT
    sure = "unknown" if cost is None else "estimated" if at == 3 else "exact"
    when = f"2026-11-20T09:{ident % 60:02d}:00Z"
    told = Failed(
        ident,
        ident,
        when,
        shot,
        take,
        kind,
        category,
        broke,
        cause,
        helped,
        outcome,
        cost,
        sure,
        "seedance-2.0",
    )
    return told._replace(**more)  # type: ignore[arg-type]


def catalogue(count: int = 5, **more: object) -> FailuresPage:
    """`count` rows, newest first, in three categories."""
    rows = tuple(row(count - at, at) for at in range(count))
    detail = Detail(
        first=count,
        person="Ada",
        origin="hand-over",
        lesson="anchor every third take",
        minutes=20,
        cost_from="take",
        provider="ark",
        request="4f2a91c0d388" + "0" * 52,
        prompt_sha="88aa10b7c2f4" + "0" * 52,
        prompt="Mara on the quay at dawn, the grey coat buttoned to the neck.",
        before=(Before("2026-11-20T08:59:00Z", "Ada", "style", "wrong coat", "", "", "open"),),
        refused=(("2026-11-20T08:41:00Z", "the service was busy"),),
        tried=(Tried(3, "rejected", "still green"), Tried(4, "approved", "")),
        framed=True,
    )
    categories = (
        Category("character drift", 5, 1, 410 * CENT, False, 0, "re-anchor", 4, 5),
        Category("moderation", 3, 0, 0, False, 0, "say blade of light", 3, 3),
        Category("lip-sync", 2, 2, 270 * CENT, True, 1, "", 0, 0),
    )
    shown = Category("all", count, 3, 680 * CENT, True, 1, "", 0, 0)
    page = FailuresPage(rows, count, categories, shown, CATEGORIES, detail if rows else None)
    return page._replace(**more)  # type: ignore[arg-type]


EMPTY = FailuresPage((), 0, (), Category("all", 0, 0, None, False, 0, "", 0, 0), CATEGORIES, None)
