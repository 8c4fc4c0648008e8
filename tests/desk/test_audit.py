"""The audit finds what was broken on purpose; repair and rebuild bring back what was there."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.base import crash
from core.base.errors import BadInput, FilmHeld, LedgerFault, ProviderFault
from core.base.hold import hold
from core.base.units import ZERO, Amount
from core.desk import review
from core.desk.audit import Finding, Severity, audit, rebuild, repair, restore_ledger
from core.desk.person import Person
from core.engine import orders, reconcile
from core.engine.production import Production
from core.film.load import load_plan
from core.ledger import records, takes
from core.ledger.db import back_up
from core.providers.base import Fetched, JobState, Status, SubmitOutcome
from core.studio.places import Places
from tests.support.fakes import FakeProvider, MovingClock, StubClips

ANNA = Person("Anna", "director")
Open = Callable[..., Production]
Run = Callable[..., None]


def codes(found: tuple[Finding, ...]) -> list[str]:
    return sorted(finding.code for finding in found if finding.code != "backup.missing")


def scribble(p: Production, statement: str, *values: object) -> None:
    """What no code of ours would do to the rows."""
    with closing(sqlite3.connect(p.reader.path)) as link:
        link.execute(statement, values)
        link.commit()


def close(p: Production) -> None:
    p.reader.close()
    p.ledger.close()


def ruin(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096 : len(data) - 4096] = b"\x5a" * max(0, len(data) - 8192)
    path.write_bytes(data)


def told(p: Production) -> list[dict[str, Any]]:
    """Takes as they are told, without what a rebuild cannot know: verdicts, row numbers, times."""
    takes = p.reader.all_takes()
    names = {take.id: (take.shot, take.n) for take in takes}
    gone = ("id", "state", "state_at", "source_take", "plan_hash")
    found = []
    for take in takes:
        facts = {name: getattr(take, name) for name in take._fields if name not in gone}
        jobs = [(row.job_id, row.key, row.provider) for row in p.reader.submissions_of("take", take.id)]
        facts |= {
            "source": names.get(take.source_take or 0),
            "prompt": p.reader.prompt_of(take.id),
            "jobs": jobs,
        }
        found.append(facts)
    return sorted(found, key=lambda facts: (facts["shot"], facts["n"]))


def test_a_whole_film_has_no_findings(made: Production, places: Places, run: Run) -> None:
    back_up(places.ledger, places.backups, made.clock.now())
    review.reject(made, "A002", 1, "no", ANNA)
    run(made, "A002")
    review.approve(made, "A002", 2, "", ANNA)
    assert audit(made, places) == ()


def test_a_missing_backup_is_said(made: Production, places: Places) -> None:
    assert [finding.code for finding in audit(made, places)] == ["backup.missing"]


def test_a_backup_that_cannot_be_used_is_said(made: Production, places: Places) -> None:
    ruin(back_up(places.ledger, places.backups, made.clock.now()))
    assert codes(audit(made, places)) == ["backup.damaged"]


FILE_FAULTS: dict[str, tuple[Callable[[Production], object], str]] = {
    "clip gone": (lambda p: p.files("A001", 1).clip.unlink(), "clip.missing"),
    "clip changed": (lambda p: p.files("A001", 1).clip.write_bytes(b"x"), "clip.changed"),
    "first gone": (lambda p: p.files("A001", 1).first.unlink(), "frame.missing"),
    "last changed": (lambda p: p.files("A001", 1).last.write_bytes(b"x"), "frame.changed"),
    "sidecar gone": (lambda p: p.files("A001", 1).sidecar.unlink(), "sidecar.missing"),
    "sidecar cut": (lambda p: p.files("A001", 1).sidecar.write_bytes(b"{"), "sidecar.missing"),
    "orphan": (lambda p: (p.home / "takes" / "A001" / "A001_t009.mp4").write_bytes(b"x"), "file.orphan"),
}


@pytest.mark.parametrize("fault", FILE_FAULTS)
def test_each_fault_of_a_file_is_found_and_only_that(made: Production, places: Places, fault: str) -> None:
    act, code = FILE_FAULTS[fault]
    act(made)
    found = audit(made, places)
    assert codes(found) == [code]
    assert "A001" in found[0].text
    assert found[0].todo


@pytest.mark.parametrize("field", ["seed", "request_hash", "job", "chain", "model"])
def test_a_sidecar_that_says_otherwise_is_found(made: Production, places: Places, field: str) -> None:
    path = made.files("A002", 1).sidecar
    path.write_text(json.dumps({**json.loads(path.read_text()), field: "another"}))
    (finding, *_) = audit(made, places)
    assert (finding.code, finding.shot, finding.take) == ("sidecar.changed", "A002", 1)
    assert field in finding.text


def test_the_clip_of_a_rejected_take_may_be_cleared_away(made: Production, places: Places) -> None:
    review.reject(made, "B001", 1, "no", ANNA)
    made.files("B001", 1).clip.unlink()
    assert {finding.severity for finding in audit(made, places)} <= {Severity.NOTE, Severity.WARNING}
    assert repair(made, places) == ()


ROW_FAULTS = {
    "UPDATE balance SET settled = settled + 1 WHERE scope = 'film'": "balance.wrong",
    "DELETE FROM balance WHERE scope = 'chain' AND id = 'b'": "balance.wrong",
    "UPDATE take SET state = 'nonsense' WHERE shot = 'B001'": "state.illegal",
    "UPDATE take SET state = 'running' WHERE shot = 'B001'": "state.mismatch",
    "UPDATE submission SET state = 'accepted' WHERE shot = 'B001'": "state.mismatch",
}


@pytest.mark.parametrize("statement", ROW_FAULTS)
def test_each_fault_of_the_rows_is_found(made: Production, places: Places, statement: str) -> None:
    scribble(made, statement)
    assert set(codes(audit(made, places))) - {"file.orphan"} == {ROW_FAULTS[statement]}


def test_two_live_requests_for_one_take_are_found(made: Production, places: Places) -> None:
    scribble(made, "DROP INDEX one_live_submission")
    columns = "subject_kind, subject_id, chain, shot, provider, request_hash, day"
    copied = f"SELECT {columns}, 'intent', ? FROM submission WHERE shot = 'B001' LIMIT 1"  # noqa: S608
    copy = f"INSERT INTO submission ({columns}, state, key) {copied}"
    for key in ("k1", "k2"):
        scribble(made, copy, key)
    assert "submission.double" in codes(audit(made, places))


def test_an_orphan_row_is_found(made: Production, places: Places) -> None:
    scribble(made, "PRAGMA foreign_keys=OFF")
    scribble(made, "UPDATE take SET source_take = 999 WHERE shot = 'A002'")
    (finding, *_) = audit(made, places)
    assert finding.code == "ledger.damaged"
    assert "orphan row" in finding.text


def test_a_take_in_doubt_is_said(open_film: Open, run: Run, places: Places) -> None:
    provider = FakeProvider(outcomes=deque([ProviderFault("who knows")]))
    p = open_film({"a": [{"id": "A001"}]}, provider=provider)
    run(p)
    assert codes(audit(p, places)) == ["take.in_doubt"]


def test_a_job_the_ledger_does_not_know_is_said(made: Production, places: Places) -> None:
    folder = places.home / ".rushes" / "outcomes"
    (folder / "k.json").write_text(json.dumps({"job_id": "job-\x1b[2Jlost"}))
    (folder / "broken.json").write_text("[")
    (finding, *_) = audit(made, places)
    assert finding.code == "job.unknown"
    assert "job-lost" in finding.text


def test_a_worker_that_was_killed_left_its_number(made: Production, places: Places) -> None:
    places.lock.write_text("4242\n")
    (finding, *_) = [found for found in audit(made, places) if found.code != "backup.missing"]
    assert finding.code == "worker.died"
    assert "4242" in finding.text
    with hold(places.lock):
        assert "worker.died" not in codes(audit(made, places))


def test_only_old_part_files_are_stray_and_repair_removes_them(made: Production, places: Places) -> None:
    old = made.home / "takes" / "A001" / ".A001_t002.mp4.77.part"
    young = made.home / "takes" / "A001" / "A001_t003.part"
    for part in (old, young):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert codes(audit(made, places)) == ["file.part"]
    repair(made, places)
    assert not old.exists()
    assert young.exists()


def test_a_missing_clip_is_fetched_again_byte_for_byte(made: Production, places: Places) -> None:
    files = made.files("A002", 1)
    was = files.clip.read_bytes()
    posts = len(made.provider("animatic").posts)  # type: ignore[attr-defined]
    for path in (files.clip, files.last, files.sidecar):
        path.unlink()
    assert codes(repair(made, places)) == ["clip.missing", "frame.missing", "sidecar.missing"]
    assert files.clip.read_bytes() == was
    assert codes(audit(made, places)) == []
    assert json.loads(files.sidecar.read_text())["carried"] == {"fake": "job-2"}
    assert len(made.provider("animatic").posts) == posts, "nothing is generated again"  # type: ignore[attr-defined]
    assert not list(files.folder.glob(".*"))


class _Forgetful(FakeProvider):
    def fetch(self, job_id: str, status: Status, dest: Path) -> Fetched:
        dest.write_bytes(b"another clip")
        return Fetched(dest, "0" * 64, 12)


@pytest.mark.parametrize("how", ["another clip", "expired", "no answer"])
def test_what_the_provider_no_longer_has_is_said_and_nothing_is_put_there(
    open_film: Open, run: Run, places: Places, how: str
) -> None:
    p = open_film()
    run(p)
    provider = p.provider("animatic")
    assert isinstance(provider, FakeProvider)
    if how == "another clip":
        liar = _Forgetful(jobs=provider.jobs)
        p.providers = {"animatic": liar}
    elif how == "expired":
        for job in provider.jobs.values():
            job.status = deque([Status(JobState.EXPIRED)])
    else:
        provider.jobs.clear()
    files = p.files("A001", 1)
    files.clip.unlink()
    (said,) = repair(p, places)
    assert (said.severity, said.code) == (Severity.ERROR, "clip.missing")
    assert not files.clip.exists()
    assert not list(files.folder.glob(".*"))


def test_frames_cut_in_other_bytes_are_told_to_the_rows(made: Production, places: Places) -> None:
    take = made.reader.take_of("A001", 1)
    assert take
    scribble(made, "UPDATE take SET first_sha = ? WHERE id = ?", "f" * 64, take.id)
    (said, *_) = repair(made, places)
    assert "other bytes" in said.text
    assert codes(audit(made, places)) == []
    assert made.reader.events(kinds=["take.recut"])[0]["data"]["was"]["first"] == "f" * 64


def test_wrong_balances_are_counted_again(made: Production, places: Places) -> None:
    before = records.balances(made.reader)
    scribble(made, "UPDATE balance SET settled = 7, reserved = 9")
    repair(made, places)
    assert records.balances(made.reader) == {scope: sums for scope, sums in before.items() if any(sums)}
    assert codes(audit(made, places)) == []


def test_nothing_is_repaired_while_a_worker_runs(made: Production, places: Places) -> None:
    with hold(places.lock):
        with pytest.raises(FilmHeld):
            repair(made, places)
        with pytest.raises(FilmHeld):
            rebuild(places, made.clock, made.plan)


def test_a_damaged_ledger_comes_back_from_its_newest_sound_backup(
    made: Production, places: Places, run: Run
) -> None:
    back_up(places.ledger, places.backups, made.clock.now())
    whole = told(made)
    ruin(back_up(places.ledger, places.backups, made.clock.now()))
    ruin(places.ledger)
    assert "ledger.damaged" in codes(audit(made, places))
    said = repair(made, places)
    assert said[0].code == "ledger.restored"
    assert told(made) == whole
    assert list(places.state.glob("ledger.db.broken-*"))
    assert {state for state, _, _ in made.reader.chains().values()} == {"paused"}
    assert codes(audit(made, places)) == ["backup.damaged"]


def test_a_ledger_that_is_no_database_is_restored_without_being_opened(
    made: Production, places: Places
) -> None:
    back_up(places.ledger, places.backups, made.clock.now())
    close(made)
    places.ledger.write_bytes(b"garbage " * 1000)
    assert "ledger.damaged" in codes(audit(None, places))
    assert restore_ledger(places, made.clock)[0].code == "ledger.restored"
    assert codes(audit(made, places)) == []


def test_without_a_sound_backup_repair_names_the_rebuild_and_leaves_the_file(
    made: Production, places: Places
) -> None:
    close(made)
    places.ledger.write_bytes(b"garbage " * 1000)
    with pytest.raises(LedgerFault, match="no sound backup") as caught:
        restore_ledger(places, made.clock)
    assert "--rebuild" in caught.value.todo
    assert places.ledger.read_bytes() == b"garbage " * 1000


def test_a_sound_ledger_is_never_rebuilt_unless_a_person_forces_it(made: Production, places: Places) -> None:
    before = told(made)
    with pytest.raises(BadInput, match="sound"):
        rebuild(places, made.clock, made.plan)
    assert told(made) == before
    close(made)
    assert rebuild(places, made.clock, made.plan, force=True).takes == 4


def test_a_strangers_database_is_not_replaced(made: Production, places: Places) -> None:
    close(made)
    places.ledger.unlink()
    with closing(sqlite3.connect(places.ledger)) as link:
        link.execute("CREATE TABLE recipes (id)")
    with pytest.raises(LedgerFault, match="not a Rushes ledger"):
        rebuild(places, made.clock, made.plan)


def test_a_newer_ledger_is_neither_restored_nor_rebuilt(made: Production, places: Places) -> None:
    back_up(places.ledger, places.backups, made.clock.now())
    scribble(made, "INSERT INTO migration (name, at) VALUES ('9999_future', 'x')")
    close(made)
    before = places.ledger.read_bytes()
    for act in (restore_ledger, lambda *args: rebuild(*args, made.plan)):
        with pytest.raises(LedgerFault, match="newer Rushes"):
            act(places, made.clock)
    assert places.ledger.read_bytes() == before


@pytest.mark.parametrize("how", ["missing", "damaged", "empty"])
def test_a_rebuilt_ledger_holds_the_takes_that_were_made(
    made: Production, places: Places, open_film: Open, run: Run, how: str
) -> None:
    review.reject(made, "A002", 1, "no", ANNA)
    run(made, "A002")
    review.approve(made, "B001", 1, "", ANNA)
    whole, orders = told(made), {take.order_id for take in made.reader.all_takes()}
    close(made)
    if how == "missing":
        places.ledger.unlink()
    elif how == "empty":
        places.ledger.write_bytes(b"")
    else:
        ruin(places.ledger)
    back = rebuild(places, made.clock, made.plan)
    assert back.takes == 5
    assert (back.aside is not None) == (how != "missing")
    assert back.findings == ()
    p = open_film()
    assert [{**facts, "note": ""} for facts in told(p)] == [{**facts, "note": ""} for facts in whole]
    assert {take.state for take in p.reader.all_takes()} == {"review"}
    assert {state[:2] for state in p.reader.chains().values()} == {("paused", "manual")}
    assert p.reader.events(kinds=["ledger.rebuilt"])
    assert codes(audit(p, places)) == []
    run(p, "A002")
    newest = p.reader.takes_of("A002")[-1]
    assert newest.n == 3
    assert newest.order_id not in orders


def test_a_new_order_is_never_taken_for_one_that_came_back(
    made: Production, places: Places, open_film: Open, run: Run
) -> None:
    close(made)
    path = made.files("A001", 1).sidecar
    path.write_text(json.dumps({**json.loads(path.read_text()), "order": "o5000"}))
    places.ledger.unlink()
    rebuild(places, made.clock, made.plan)
    p = open_film()
    run(p, "B001")
    assert int(p.reader.takes_of("B001")[-1].order_id.removeprefix("o")) > 5000


def test_money_comes_back_as_unknown_and_only_an_exact_zero_as_exact(
    open_film: Open, run: Run, places: Places
) -> None:
    p = open_film({"a": [{"id": "A001"}, {"id": "A002"}]}, provider=FakeProvider(price=300_000))
    run(p)
    close(p)
    for shot, money in (("A001", {"settle": {"micro_usd": 0, "certainty": "exact"}}), ("A002", None)):
        path = p.files(shot, 1).sidecar
        facts = json.loads(path.read_text())
        path.write_text(json.dumps({**facts, "money": money or facts["money"]}))
    places.ledger.unlink()
    rebuild(places, p.clock, p.plan)
    p = open_film()
    booked = {take.shot: p.reader.money_of(take.id)["settle"] for take in p.reader.all_takes()}
    assert booked == {"A001": (0, "exact"), "A002": (300_000, "unknown")}
    assert p.reader.sums().settled == 300_000
    assert (p.reader.sums().reserved, p.reader.sums().committed) == (0, 0)
    assert p.reader.sums("day", "2026-03-01").settled == 300_000, "on the day it was spent"


def test_a_take_without_a_whole_sidecar_keeps_its_number_and_its_clip(
    made: Production, places: Places, open_film: Open, run: Run
) -> None:
    close(made)
    half, lost = made.files("A003", 1), made.files("B001", 1)
    half.sidecar.write_text(json.dumps({"rushes_sidecar": 1, "carried": None}))
    for path in (lost.clip, lost.sidecar, lost.last):
        path.unlink()
    for reply in (places.home / ".rushes" / "outcomes").glob("*.json"):
        facts = json.loads(reply.read_text())
        if facts["shot"] == "B001":
            reply.write_text(json.dumps({"job_id": facts["job_id"]}))
    places.ledger.unlink()
    back = rebuild(places, made.clock, made.plan)
    assert {finding.code for finding in back.findings} == {"sidecar.half", "job.unknown"}
    p = open_film()
    states = {take.shot: take.state for take in p.reader.all_takes()}
    assert states == {"A001": "review", "A002": "review", "A003": "downloaded", "B001": "expired"}
    run(p, "B001")
    assert p.reader.takes_of("B001")[-1].n == 2
    assert p.reader.takes_of("A003")[0].state == "review", "the worker went on with the clip"


HOSTILE_SIDECARS: dict[str, Callable[[dict[str, Any]], object]] = {
    "no json": lambda facts: "{",
    "a list": lambda facts: [1],
    "deep": lambda facts: "[" * 100_000,
    "another shot": lambda facts: {**facts, "shot": "../../evil"},
    "a chain with a path": lambda facts: {**facts, "chain": "../a"},
    "a seed too large": lambda facts: {**facts, "seed": 2**40},
    "text for a number": lambda facts: {**facts, "position": "1; DROP TABLE take"},
    "true for a number": lambda facts: {**facts, "seed": True},
}


@pytest.mark.parametrize("how", HOSTILE_SIDECARS)
def test_a_hostile_sidecar_costs_only_its_own_take(
    made: Production, places: Places, open_film: Open, how: str
) -> None:
    close(made)
    path = made.files("B001", 1).sidecar
    bad = HOSTILE_SIDECARS[how](json.loads(path.read_text()))
    path.write_text(bad if isinstance(bad, str) else json.dumps(bad))
    places.ledger.unlink()
    back = rebuild(places, made.clock, made.plan)
    assert "sidecar.half" in {finding.code for finding in back.findings}
    p = open_film()
    assert len(p.reader.all_takes()) == 4
    assert records.damage(places.ledger) == []


def test_odd_values_in_a_sidecar_are_left_out(made: Production, places: Places, open_film: Open) -> None:
    close(made)
    path = made.files("A001", 1).sidecar
    odd = {
        "prompt": "\ud800 lone",
        "money": {"settle": {"micro_usd": -5, "certainty": "exact"}},
        "made_at": "yesterday",
        "job": "a job/with a path",
        "input": {"from": {"shot": "A001", "take": 1}},
        "order": "o99999999999999999999",
    }
    path.write_text(json.dumps({**json.loads(path.read_text()), **odd}))
    places.ledger.unlink()
    rebuild(places, made.clock, made.plan)
    p = open_film()
    take = p.reader.take_of("A001", 1)
    assert take
    assert (take.state, take.source_take) == ("review", None)
    assert p.reader.money_of(take.id)["settle"] == (0, "unknown")


def test_a_rebuild_that_fails_leaves_the_old_file_where_it_is(
    made: Production, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(made)
    places.ledger.write_bytes(b"garbage")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.ledger.rebuild.pause", full)
    with pytest.raises(OSError, match="No space"):
        rebuild(places, made.clock, made.plan)
    assert places.ledger.read_bytes() == b"garbage"
    assert sorted(path.name for path in places.state.glob("*ledger*")) == ["ledger.db", "ledger.db-journal"]


def test_a_rebuild_needs_no_takes(tmp_path: Path, open_film: Open, places: Places) -> None:
    p = open_film()
    close(p)
    places.ledger.unlink()
    assert rebuild(places, MovingClock(), load_plan(places.root)).takes == 0


def test_free_takes_and_refused_ones_leave_balances_that_add_up(
    open_film: Open, run: Run, places: Places
) -> None:
    from core.providers.base import ErrorClass, ProviderError, Sent

    refused = SubmitOutcome(Sent.REFUSED, error=ProviderError(ErrorClass.MODERATION, "no"))
    failed = [Status(JobState.FAILED, cost=Amount.exact(ZERO))]
    provider = FakeProvider(price=100_000, outcomes=deque([refused]), statuses=deque([failed]))
    p = open_film(provider=provider)
    run(p)
    assert codes(audit(p, places)) == []
    assert replace(audit(p, places)[0]).code == "backup.missing"


def restored(
    places: Places, open_film: Open, run: Run, tamper: Callable[[Production], None] = lambda p: None
) -> Production:
    """A backup of an order, everything made and paid for, the ledger torn, and `audit --repair`."""
    provider = FakeProvider(price=250_000)
    p = open_film({"a": [{"id": "A001"}, {"id": "A002"}]}, provider=provider)
    orders.place(p, orders.Scope())
    back_up(places.ledger, places.backups, p.clock.now())
    run(p)
    assert len(provider.posts) == 2
    tamper(p)
    close(p)
    places.ledger.write_bytes(b"torn" * 100)
    assert "ledger.restored" in codes(restore_ledger(places, MovingClock()))
    return open_film(provider=provider)


def go_on(p: Production, run: Run, *remake: str) -> None:
    """A person lifts the pause and runs."""
    reconcile.wake(p)
    reconcile.settle_doubts(p)
    with p.ledger.write() as w:
        takes.set_chain(w, "a", "active")
    run(p, *remake)


def test_a_take_that_was_paid_after_the_backup_owns_its_job_again_and_is_not_sent(
    places: Places, open_film: Open, run: Run
) -> None:
    p = restored(places, open_film, run)
    assert {take.state for take in p.reader.all_takes()} == {"submitted"}
    assert p.reader.sums().committed == 500_000, "what was held for them"
    go_on(p, run)
    assert {take.state for take in p.reader.all_takes()} == {"review"}
    assert len(p.provider("animatic").posts) == 2  # type: ignore[attr-defined]
    assert p.reader.sums()[:3] == (0, 0, 500_000)
    assert audit(p, places) == audit(p, places)
    assert not [finding for finding in audit(p, places) if finding.severity is Severity.ERROR]


def test_a_reserved_take_of_the_backup_is_adopted_under_its_own_submission(
    places: Places, open_film: Open, run: Run
) -> None:
    p = open_film({"a": [{"id": "A001"}]}, provider=FakeProvider(price=250_000))
    orders.place(p, orders.Scope())

    def kept(point: str) -> None:
        if point == "take.reserved.after":
            crash.hook = None
            back_up(places.ledger, places.backups, p.clock.now())

    crash.hook = kept
    run(p)
    close(p)
    places.ledger.unlink()
    restore_ledger(places, MovingClock())
    p = open_film(provider=p.provider("animatic"))
    (row,) = p.reader.submissions_of("take", p.reader.all_takes()[0].id)
    assert (row.state, row.job_id) == ("accepted", "job-1")
    assert p.reader.sums()[:3] == (0, 250_000, 0)


def test_a_retake_the_backup_does_not_know_comes_back_with_its_number_and_its_clip(
    places: Places, open_film: Open, run: Run
) -> None:
    p = open_film({"a": [{"id": "A001"}]}, provider=FakeProvider(price=250_000))
    run(p)
    back_up(places.ledger, places.backups, p.clock.now())
    run(p, "A001")
    clip = p.files("A001", 2).clip.read_bytes()
    close(p)
    places.ledger.unlink()
    restore_ledger(places, MovingClock())
    p = open_film(provider=p.provider("animatic"))
    assert [(take.n, take.state) for take in p.reader.takes_of("A001")] == [(1, "review"), (2, "submitted")]
    go_on(p, run, "A001")
    assert [take.state for take in p.reader.takes_of("A001")] == ["review"] * 3
    assert p.files("A001", 2).clip.read_bytes() == clip


def test_a_file_without_any_job_puts_its_take_in_doubt(places: Places, open_film: Open, run: Run) -> None:
    def tamper(p: Production) -> None:
        for reply in (places.home / ".rushes" / "outcomes").glob("*.json"):
            reply.unlink()
        p.files("A001", 1).sidecar.unlink()

    p = restored(places, open_film, run, tamper)
    assert {take.shot: take.state for take in p.reader.all_takes()} == {
        "A001": "in_doubt",
        "A002": "submitted",
    }
    go_on(p, run)
    assert len(p.provider("animatic").posts) == 2  # type: ignore[attr-defined]
    assert p.reader.takes_of("A002")[0].state == "review", p.reader.chains()


def test_a_rebuild_gives_a_job_without_any_file_its_take_again(
    made: Production, places: Places, open_film: Open, run: Run
) -> None:
    close(made)
    for path in made.files("B001", 1).folder.iterdir():
        path.unlink()
    places.ledger.unlink()
    back = rebuild(places, made.clock, made.plan)
    assert [finding.code for finding in back.findings] == ["take.adopted"]
    p = open_film(provider=made.provider("animatic"))
    assert [take.state for take in p.reader.takes_of("B001")] == ["submitted"]
    run(p)
    assert [take.state for take in p.reader.takes_of("B001")] == ["review"]


def test_a_clip_called_broken_by_mistake_is_looked_at_again_by_a_repair(
    places: Places, open_film: Open, run: Run
) -> None:
    clips = StubClips()
    clips.broken.add("A001_t001")
    p = open_film({"a": [{"id": "A001"}]}, clips=clips)
    run(p)
    assert p.reader.all_takes()[0].state == "broken"
    repair(p, places)
    assert p.reader.all_takes()[0].state == "broken"
    clips.broken.clear()
    assert "take.broken" in codes(repair(p, places))
    with p.ledger.write() as w:
        takes.set_chain(w, "a", "active")
    run(p)
    assert p.reader.all_takes()[0].state == "review"
