"""Invented pages of the Money and Gaps screens and of the card, and the same with hostile texts."""

from __future__ import annotations

from typing import Any

from core.desk.gap import Gap
from core.desk.since import Failed, Judged, Landed, Pause, Settled, Told, Waits
from core.ledger.outlay import Charge, GateRow, Part
from core.studio.pages.card import CardPage
from core.studio.pages.gaps import Decided, GapsPage, LikeLine, SuggestionLine, TaskLine
from core.studio.pages.keys import KeyLine
from core.studio.pages.money import (
    AccountLine,
    BudgetLine,
    DayLine,
    DoubtLine,
    GateLine,
    MoneyPage,
    SpendLine,
)

M = 1_000_000
KEPT = frozenset({"scope", "state", "certainty", "booked", "kind", "by", "day", "subject", "approval"})
"""Fields whose words are Rushes's own: a row with another word there cannot exist."""


def money_page() -> MoneyPage:
    key = KeyLine("a1b2c3", 200 * M, 30 * M, 4, 10, 17_900_000, 101_100_000, 12_100_000, 760_000, "", "", "")
    shut = KeyLine(
        "ffee00", None, None, None, None, None, 4 * M, 0, 0, "key limit reached", "2026-11-20T09:00:00Z", ""
    )
    return MoneyPage(
        budgets=(
            BudgetLine("film", "", 250 * M, 97_520_000, 760_000, 760_000, 150_960_000, "estimated", 2),
            BudgetLine("day", "2026-11-20", 40 * M, 12_100_000, 0, 0, 27_900_000, "exact", 0),
            BudgetLine("chain", "Harbour", 60 * M, 60_400_000, 0, 0, -400_000, "exact", 0),
            BudgetLine("chain", "Salt pan", 60 * M, 20_000_000, 0, 760_000, 39_240_000, "exact", 0),
            BudgetLine("take", "S104 take 3", None, 1_350_000, 0, 0, None, "exact", 0),
        ),
        accounts=(
            AccountLine(
                "openrouter", "active", "", None, 41_200_000, "2026-11-23T00:00:00Z", 240.0, False, key
            ),
            AccountLine(
                "fal", "blocked", "key limit reached", 12_500_000, None, "", 86_400.0 * 3, False, shut
            ),
            AccountLine("replicate", "", "", None, None, "", None, False, None),
        ),
        gates=_gates(),
        spend=(
            SpendLine("action", Part("action", 52_100_000, True, 63, 2, 1_520_000, 760_000, 0, 0)),
            SpendLine("hero", Part("hero", 31_400_000, False, 30, 0, 0, 0, 0, 760_000)),
            SpendLine("character", Part("character", 12_500_000, False, 18, 0, 0, 0, 0, 0)),
            SpendLine("establisher", Part("establisher", 0, False, 1, 1, 760_000, 0, 0, 0)),
        ),
        doubts=(
            DoubtLine(
                *("S205", 1, "openrouter", "seedance-2.0", 760_000, 10_900.0),
                (
                    "the worker ended between intent and answer",
                    "the key's usage before it (2026-11-20 06:40 UTC): $88.20",
                    "the key's usage at the last reading (2026-11-20 10:41 UTC): $98.28",
                ),
                *(205, ""),
            ),
        ),
        charges=tuple(_charge(number) for number in range(120, 0, -1)),
        charges_in_all=2_345,
        days=tuple(
            DayLine(f"2026-11-{day:02d}", (day % 5 + 3) * M, 250 * M - day * 8 * M) for day in range(9, 21)
        ),
        budget=250 * M,
    )


def _gates() -> tuple[GateLine, ...]:
    return (
        GateLine(
            GateRow(8, "2026-11-20T08:00:00Z", "switch", "S3", "switch of model, +18 %", 31_400_000, ()),
            "open",
        ),
        GateLine(
            GateRow(
                7,
                "2026-11-19T08:00:00Z",
                "accept",
                "quote",
                "run although: quote",
                None,
                (("approve", "Ada", "producer", "within the week's plan", "2026-11-19T08:05:00Z"),),
            ),
            "approve",
        ),
    )


def _charge(number: int) -> Charge:
    kinds = (
        ("closed", "settle", "exact"),
        ("closed", "settle", "estimated"),
        ("closed", "settle", "unknown"),
        ("in_doubt", "reserve", "estimated"),
        ("refused", "release", "exact"),
        ("accepted", "commit", "estimated"),
        ("written_off", "writeoff", "estimated"),
    )
    state, booked, certainty = kinds[number % len(kinds)]
    return Charge(
        id=number,
        at=f"2026-11-20T{10 - number // 40:02d}:{number % 60:02d}:00.000Z",
        subject="take",
        shot=f"S{101 + number % 12}",
        take=number % 9 + 1,
        provider="openrouter",
        model="bytedance/seedance-2.0",
        state=state,
        job="" if booked == "reserve" else f"job-{number:06d}-9f8e7d6c",
        booked=booked,
        micro=700_000 + number * 1_000,
        certainty=certainty,
        price_row="openrouter:seedance-2.0 2026-10-01",
    )


def gaps_page() -> GapsPage:
    return GapsPage(tasks=_tasks(), suggestions=_suggestions(), gaps=_gaps())


def _tasks() -> tuple[TaskLine, ...]:
    return (
        TaskLine(
            *(
                3,
                "grade S101 warmer before the client sees it",
                "Ada",
                "2026-11-18",
                True,
                "open",
                "",
                "",
            ),
            *("shot:S101", "the client sees it cold", "Bea, on the projector", "S101 graded"),
        ),
        TaskLine(5, "clear the song of the harbour scene", "", "", False, "open", "", "", "", "", "", ""),
        TaskLine(
            *(4, "board: the look of the night road", "Cem", "2026-12-01", False, "done", "waiting", ""),
            *("checklist", "no plate is drawn", "the director looks", "board v2"),
        ),
    )


def _suggestions() -> tuple[SuggestionLine, ...]:
    return (
        SuggestionLine(
            9,
            "say it without the object: 'a strip of light in her hand'",
            "take:S106/2",
            "S106 take 2: moderation of openrouter:seedance-2.0 refused it",
            "rushes retake S106",
            "openrouter:seedance-2.0",
            *(
                "rephrase",
                "S106",
                2,
                820_000,
                760_000,
                True,
                "open",
                (),
                (LikeLine(4, 0.91, "rejected", "too vague"),),
            ),
        ),
        SuggestionLine(
            *(
                8,
                "begin from the plate of the pier",
                "shot:S203",
                "older by ten years",
                "",
                "",
                "",
                "S203",
                None,
            ),
            *(
                None,
                None,
                True,
                "rejected",
                (Decided("reject", "Ada", "2026-11-19T09:00:00Z", "too wide"),),
                (),
            ),
        ),
    )


def _gap(sort: str, what: str, where: str, why: str, command: str) -> Gap:
    kind, code = sort.split()
    shot = where.partition(":")[2].partition("/")[0] if where.startswith(("take:", "shot:")) else ""
    return Gap(kind, code, what, where, shot, None, why, f"rushes {command}")


def _gaps() -> tuple[Gap, ...]:
    never = "it cannot be cut in"
    return (
        _gap(
            "in_doubt hold", "take 1 is in doubt", "take:S205/1", "it counts as spent", "reconcile S205"
        )._replace(take=1, micro=760_000),
        _gap(
            "pause chain",
            "Salt pan paused: in doubt, S205",
            "chain:salt-pan",
            "nothing of it is sent",
            "resume --chain salt-pan",
        ),
        _gap("shot planned", "no take yet", "shot:S108", never, "run --chain harbour"),
        _gap("shot planned", "no take yet", "shot:S109", never, "run --chain harbour"),
        _gap(
            "seam unresolved",
            "take 3 to take 2, nobody judged it",
            "seam:S101/S102",
            "the film cannot be cut",
            "approve S101/S102",
        )._replace(shot="S102"),
        _gap(
            "task no-owner",
            "nobody owns it: clear the song",
            "task:5",
            "written nowhere",
            "task --owner 5 NAME",
        ),
        _gap(
            "finding long-text",
            "the prompt is long; shorten it",
            "file:shots/harbour.toml:41",
            "it can be meant",
            "check",
        ),
    )


def card_page() -> CardPage:
    at = "2026-11-20T06:00:00.000Z"
    return CardPage(
        since="2026-11-19T18:40:00.000Z",
        asked=True,
        until=at,
        landed=(Landed(at, "S105", 2), Landed(at, "S106", 3)),
        failures=(Failed(at, "S410", 4, "moderation", "refused for the word 'knife'", 820_000, "Ada"),),
        pauses=(Pause(at, "Salt pan", "in_doubt", "S205", "", ""),),
        settled=(Settled("openrouter", 12_300_000, "estimated", 18, 2),),
        doubts=(Told(at, "S205", 1, "S205 in doubt"),),
        in_doubt=760_000,
        verdicts=(Judged(at, "take", "S101", 2, "approve", "Bea", "director", "the light is right", "f"),),
        suggestions=(Told(at, "S106", 2, "#9 say it without the object"),),
        waiting=(
            Waits("in_doubt", "205", "S205", 1, "take 1 in doubt, $0.76 held"),
            Waits("review", "106", "S106", 3, "take 3 to review"),
            Waits("pause", "salt-pan", "", None, "Salt pan: paused: in doubt, S205"),
        ),
        waiting_total=7,
    )


def hostile(value: Any, text: str) -> Any:
    """The same rows with `text` in every field that a person, a provider or a file may have written."""
    if isinstance(value, str):
        return text
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        named = {
            name: getattr(value, name)
            if name in KEPT and not name_is_foreign(value, name)
            else hostile(part, text)
            for name, part in zip(value._fields, value, strict=True)
        }
        return value._replace(**named)
    if isinstance(value, tuple):
        return tuple(hostile(part, text) for part in value)
    return value


def name_is_foreign(row: Any, name: str) -> bool:
    """What is Rushes's own word in one row is a person's text in another."""
    return isinstance(row, GateRow) or (isinstance(row, SuggestionLine) and name == "kind")
