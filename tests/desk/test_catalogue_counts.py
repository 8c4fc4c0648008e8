"""Counts and costs of the catalogue, held against a recomputation from the ledger's raw rows."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.desk.failure_words import CATEGORIES, ORIGINS, OUTCOMES
from core.ledger.append import Ledger, Writer
from core.ledger.tables import Failure, Money, Submission, Take
from core.studio import catalogue
from core.studio.catalogue import BY, Catalogue
from core.studio.places import Places
from tests.support.fakes import MovingClock
from tests.support.films import write_film

MODELS = ("hero-1", "hero-2")
KINDS = {"A001": "hero", "A002": "establisher", "A003": "hero"}

ends = st.sampled_from(["settle", "settle", "writeoff", "release", "open", "owed"])
bills = st.lists(
    st.tuples(ends, st.integers(0, 5_000_000), st.sampled_from(["exact", "exact", "estimated", "unknown"])),
    max_size=3,
)
takes_made = st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from(MODELS), bills), max_size=3)
said = st.fixed_dictionaries(
    {
        "take": st.none() | st.integers(0, 2),
        "shot": st.sampled_from([*sorted(KINDS), "GONE"]),
        "category": st.sampled_from(CATEGORIES[:2]),
        "origin": st.sampled_from(ORIGINS),
        "outcome": st.sampled_from(OUTCOMES),
        "micro": st.none() | st.integers(0, 9_000_000),
        "minutes": st.none() | st.integers(0, 90),
        "amends": st.none() | st.integers(0, 11),
    }
)


def write_take(w: Writer, number: int, shot: str, model: str, billed: list[tuple[str, int, str]]) -> int:
    take = w.add(
        Take(
            chain="a",
            shot=shot,
            n=number + 1,
            state="rejected",
            order_id="o",
            position=0,
            seam="text",
            provider="lab",
            model=model,
            seed=number,
        )
    )
    live = False
    for at, (wished, micro, certainty) in enumerate(billed):
        # The ledger itself allows one live submission a take.
        end = "release" if wished in ("open", "owed") and live else wished
        live = live or end in ("open", "owed")
        state = {"open": "reserved", "owed": "accepted"}.get(end, "closed")
        row = w.add(
            Submission(
                subject_kind="take",
                subject_id=take,
                state=state,
                provider="lab",
                key=f"k{number}-{at}",
                request_hash="",
                day=w.day,
            )
        )
        booked = ["reserve", *(["commit"] if end in ("settle", "owed") else [])]
        booked += [end] if end in ("settle", "writeoff", "release") else []
        for kind in booked:
            sure = certainty if kind == "settle" else "estimated" if kind == "writeoff" else "exact"
            w.add(Money(submission_id=row, kind=kind, micro=micro, certainty=sure))
    return take


def write_all(ledger: Ledger, made: Any, failures: list[dict[str, Any]]) -> None:
    with ledger.write() as w:
        takes = [
            (write_take(w, n, shot, model, billed), shot) for n, (shot, model, billed) in enumerate(made)
        ]
        rows: list[int] = []
        superseded: set[int] = set()
        for one in failures:
            number = one["take"]
            take, shot = takes[number] if number is not None and number < len(takes) else (None, one["shot"])
            old = rows[one["amends"]] if one["amends"] is not None and one["amends"] < len(rows) else None
            old = None if old in superseded else old
            if old:
                superseded.add(old)
            words = {name: one[name] for name in ("category", "origin", "outcome", "micro", "minutes")}
            about = {"chain": "a", "shot": shot, "take_id": take, "supersedes": old}
            rows.append(w.add(Failure(**words, **about, broke="it broke", person="Ada")))


def recomputed(path: Path, by: str) -> dict[str, dict[str, Any]]:
    """The same numbers by plain loops over raw rows."""
    with closing(sqlite3.connect(path)) as link:
        link.row_factory = sqlite3.Row
        failures = link.execute("SELECT * FROM failure").fetchall()
        takes = {row["id"]: row for row in link.execute("SELECT * FROM take")}
        submissions = link.execute("SELECT * FROM submission").fetchall()
        money = link.execute("SELECT * FROM money").fetchall()
    gone = {row["supersedes"] for row in failures}
    groups: dict[str, dict[str, Any]] = {}
    counted: dict[str, set[int]] = defaultdict(set)
    for row in failures:
        if row["id"] in gone:
            continue
        take = takes.get(row["take_id"])
        words = {
            "category": row["category"],
            "origin": row["origin"] or "not said",
            "outcome": row["outcome"],
            "model": take["model"] if take else "animatic-1" if row["shot"] in KINDS else "not said",
            "kind": KINDS.get(row["shot"], "not said"),
        }
        group = groups.setdefault(
            words[by], {"count": 0, "exact": 0, "estimated": 0, "unknown": 0, "minutes": 0, "untimed": 0}
        )
        group["count"] += 1
        group["minutes"] += row["minutes"] or 0
        group["untimed"] += row["minutes"] is None
        if row["micro"] is not None:
            group["exact"] += row["micro"]
        elif take is None:
            group["unknown"] += 1
        elif take["id"] not in counted[words[by]]:
            counted[words[by]].add(take["id"])
            amount, certainty = bill(take["id"], submissions, money)
            if amount is None:
                group["unknown"] += 1
            else:
                group[certainty] += amount
    return groups


def bill(take: int, submissions: list[Any], money: list[Any]) -> tuple[int | None, str]:
    mine = [row["id"] for row in submissions if row["subject_kind"] == "take" and row["subject_id"] == take]
    if not mine:
        return None, "unknown"
    amount, sure = 0, "exact"
    for submission in mine:
        booked = {row["kind"]: row for row in money if row["submission_id"] == submission}
        paid = booked.get("settle") or booked.get("writeoff")
        if paid is None and "release" not in booked:
            return None, "unknown"
        if paid is not None:
            if paid["certainty"] == "unknown":
                return None, "unknown"
            amount += paid["micro"]
            sure = "estimated" if paid["certainty"] == "estimated" else sure
    return amount, sure


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Places:
    root = tmp_path_factory.mktemp("counted") / "film"
    write_film(root, {"a": [{"id": shot, "kind": kind} for shot, kind in KINDS.items()]})
    return Places(root)


def micro(usd: str | None) -> int:
    return round(float(usd or 0) * 1_000_000)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=takes_made, failures=st.lists(said, max_size=12))
def test_counts_and_costs_equal_an_independent_recomputation(
    film: Places, made: Any, failures: list[dict[str, Any]]
) -> None:
    for left in film.ledger.parent.glob("ledger.db*"):
        left.unlink()
    ledger = Ledger(film.ledger, MovingClock())
    write_all(ledger, made, failures)
    ledger.close()
    held = Catalogue(film)
    rows = held.rows()
    held.close()
    for by in BY:
        wanted = recomputed(film.ledger, by)
        found = {one[by]: one for one in catalogue.groups(rows, by)}
        assert found.keys() == wanted.keys()
        for name, one in found.items():
            numbers = {
                "count": one["count"],
                "exact": micro(one["exact_usd"]),
                "estimated": micro(one["estimated_usd"]),
                "unknown": one["unknown"],
                "minutes": one["minutes"] or 0,
                "untimed": one["minutes_unknown"],
            }
            assert numbers == wanted[name]


def test_a_sum_of_unknowns_is_unknown_and_a_known_zero_is_zero(film: Places) -> None:
    for left in film.ledger.parent.glob("ledger.db*"):
        left.unlink()
    ledger = Ledger(film.ledger, MovingClock())
    with ledger.write() as w:
        free = write_take(w, 0, "A001", "hero-1", [("release", 900, "exact")])
        nobody = write_take(w, 1, "A001", "hero-1", [("settle", 900, "unknown")])
        for take, category in ((free, "moderation"), (nobody, "camera"), (free, "camera")):
            w.add(Failure(category=category, chain="a", shot="A001", take_id=take, broke="x", person="Ada"))
    ledger.close()
    held = Catalogue(film)
    rows = held.rows()
    held.close()
    found = {one["category"]: (one["cost_usd"], one["unknown"]) for one in catalogue.groups(rows, "category")}
    assert found == {"moderation": ("0.00", 0), "camera": ("0.00", 1)}
    assert [row["cost_usd"] for row in rows] == ["0.00", None, "0.00"]


def test_a_take_that_failed_twice_is_paid_once_in_a_group_and_in_all(film: Places) -> None:
    for left in film.ledger.parent.glob("ledger.db*"):
        left.unlink()
    ledger = Ledger(film.ledger, MovingClock())
    with ledger.write() as w:
        take = write_take(w, 0, "A001", "hero-1", [("settle", 700, "exact"), ("settle", 300, "estimated")])
        for category in ("camera", "camera", "anatomy"):
            w.add(Failure(category=category, chain="a", shot="A001", take_id=take, broke="x", person="Ada"))
    ledger.close()
    held = Catalogue(film)
    rows = held.rows()
    held.close()
    found = {one["category"]: one["estimated_usd"] for one in catalogue.groups(rows, "category")}
    assert found == {"camera": "0.001", "anatomy": "0.001"}
    assert catalogue.total(rows)["cost_usd"] == "0.001"
