"""Readers: cheap, many, never in a writer's way."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.base.errors import LedgerFault
from core.ledger import commands, records, spend, takes
from core.ledger.db import connect, connect_read_only
from core.ledger.tables import Failure, Measurement, Note, Verdict
from core.ledger.views import Reader, Sums
from tests.ledger.rows import submission, take

if TYPE_CHECKING:
    from core.ledger.append import Ledger

ROOT = Path(__file__).parents[2]
ROUGH = {"pass_": "rough"}


@pytest.fixture
def film(ledger: Ledger) -> Ledger:
    """Two chains; S101 has a rejected and a new take, S102 one in doubt, T201 a circled one."""
    with ledger.write() as w:
        takes.plan(w, take("S102", 1, position=1, state="in_doubt", order_id="o2"))
        takes.plan(w, take("S101", 1, position=0, state="rejected"))
        takes.plan(w, take("S101", 2, position=0, state="review", order_id="o2"))
        takes.plan(w, take("T201", 1, chain="two", state="approved", prompt="a quay", **ROUGH))
        first = spend.open_submission(w, submission("k1", 1, shot="S102"), 500, "estimated")
        spend.move(w, first, "reserved", "intent", intent_at=w.now)
        spend.move(w, first, "intent", "in_doubt")
        w.event("take.progress", take_id=3, data={"progress": 0.25})
        w.event("take.progress", take_id=3, data={"progress": 0.5})
    return ledger


def test_takes_are_found_in_the_chains_order(film: Ledger, reader: Reader) -> None:
    assert [(row.shot, row.n) for row in reader.all_takes()] == [
        ("S102", 1),
        ("S101", 1),
        ("S101", 2),
        ("T201", 1),
    ]
    states = ("in_doubt", "rejected", "review", "approved")
    assert [(row.shot, row.n) for row in reader.in_states("one", states)] == [
        ("S101", 1),
        ("S101", 2),
        ("S102", 1),
    ]
    assert [row.n for row in reader.takes_of("S101")] == [1, 2]
    assert reader.take_of("S101", 2) == reader.take(3)
    assert (reader.take(99), reader.take_of("S101", 9)) == (None, None)
    found = reader.take_of("T201", 1)
    assert found
    assert (found.pass_, reader.prompt_of(found.id)) == ("rough", "a quay")
    assert reader.of_order("o2", "S101") == reader.take(3)
    assert reader.of_order("o3", "S101") is None
    assert (reader.count_in("one", "review"), reader.count_in("two", "review")) == (1, 0)


def test_what_waits_before_a_person_is_counted(film: Ledger, reader: Reader) -> None:
    assert (reader.unseen("one"), reader.unseen("two")) == (1, 0)
    lost = reader.newest_lost("one")
    assert lost
    assert lost.shot == "S102"
    assert reader.newest_lost("two") is None
    with film.write() as w:
        takes.plan(w, take("S102", 2, position=1))
    assert reader.newest_lost("one") is None, "a newer take of the shot takes its place"


def test_submissions_and_sums_are_told_apart(film: Ledger, reader: Reader) -> None:
    (row,) = reader.submissions_of("take", 1)
    assert reader.live_submission(1) == row
    assert reader.live_submission(3) is None
    assert reader.unclear() == [row]
    assert reader.sums() == Sums(500, 0, 0, in_doubt=500)
    assert reader.sums("chain", "two") == Sums()
    with film.write() as w:
        spend.move(w, row.id, "in_doubt", "accepted", job_id="job-1")
    assert reader.owner_of("animatic", "job-1") == row.id
    assert reader.owner_of("fal", "job-1") is None


def test_what_people_wrote_comes_back_as_they_wrote_it(film: Ledger, reader: Reader) -> None:
    with film.write() as w:
        w.add(Verdict(subject_kind="take", subject_id="4", take_id=4, verdict="approve", person="A"))
        w.add(Note(subject_kind="take", subject_id="4", text="the [hand] \x1b é", person="A"))
        w.add(Failure(category="hands", shot="S101", take_id=2, broke="six", person="A"))
        w.add(Failure(category="hands", shot="S101", take_id=2, broke="seven", person="A", supersedes=1))
        for value in (0.9, 0.95):
            w.add(Measurement(subject_kind="seam", subject_id="1", name="ssim", value=value))
        commands.note_account(w, "animatic", state="active", free=1)
        commands.note_account(w, "animatic", state="blocked", reason="key", free=0)
    assert [row["verdict"] for row in records.verdicts(reader)] == ["approve"]
    assert [row["text"] for row in records.notes(reader)] == ["the [hand] \x1b é"]
    assert [(row["broke"], row["n"]) for row in records.failures(reader)] == [("seven", 1)]
    assert records.recent(reader, "ssim") == [0.95, 0.9]
    account = records.accounts(reader)["animatic"]
    assert (account["state"], account["reason"], account["balance"]) == ("blocked", "key", None)
    assert (records.progress_of(reader, 3), records.progress_of(reader, 1)) == (0.5, None)


def test_events_come_newest_first_after_a_number_and_of_a_kind(film: Ledger, reader: Reader) -> None:
    numbers = [row["id"] for row in reader.events()]
    assert numbers == sorted(numbers, reverse=True)
    assert [row["id"] for row in reader.events(after=4)] == [6, 5]
    assert [row["id"] for row in reader.events(limit=1)] == [6]
    assert {row["kind"] for row in reader.events(kinds=("take.progress", "x"))} == {"take.progress"}
    assert reader.events(limit=1)[0]["data"] == {"progress": 0.5}


# When something changed


def test_the_version_changes_with_a_commit_of_another_connection_and_with_nothing_else(
    film: Ledger, reader: Reader
) -> None:
    version = reader.data_version()
    reader.all_takes()
    reader.events()
    other = Reader(film.path)
    other.all_takes()
    other.close()
    assert reader.data_version() == version
    with pytest.raises(ZeroDivisionError), film.write() as w:
        w.event("never", data={"x": 1 / 0})
    assert reader.data_version() == version, "what was rolled back is no change"
    with film.write() as w:
        w.event("now")
    changed = reader.data_version()
    assert changed != version
    assert reader.data_version() == changed


def test_reading_leaves_no_lock_behind(film: Ledger, reader: Reader) -> None:
    def read() -> None:
        reader.all_takes()
        reader.events()
        reader.table("take", "LIMIT 1")
        reader.first_in("one", ("review",))
        reader.sums()
        records.spend_rows(reader)
        reader.data_version()

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    read()
    with closing(sqlite3.connect(film.path, timeout=0, isolation_level=None)) as link:
        link.execute("BEGIN EXCLUSIVE")
        link.execute("ROLLBACK")
    with closing(connect_read_only(film.path)) as lazy:
        rows = lazy.execute("SELECT * FROM event")
        rows.fetchone()
        with (
            closing(sqlite3.connect(film.path, timeout=0, isolation_level=None)) as link,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            link.execute("BEGIN EXCLUSIVE")
        rows.close()


# Threads


def test_each_thread_reads_through_a_connection_of_its_own_and_close_closes_all(film: Ledger) -> None:
    reader, links, kept = Reader(film.path), [], []
    gate = threading.Barrier(4)

    def read() -> None:
        reader.all_takes()
        mine = reader.link()
        links.append(mine)
        gate.wait()
        kept.append(reader.link() is mine)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    links.append(reader.link())
    assert reader.link() is links[-1]
    assert len({id(link) for link in links}) == 5
    assert kept == [True] * 4
    reader.close()
    for link in links:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            link.connection.execute("SELECT 1")
    reader.close()


def test_a_reader_closed_under_a_thread_is_a_sentence(film: Ledger) -> None:
    reader = Reader(film.path)
    reader.all_takes()
    held = reader.link()
    held.connection.close()
    with pytest.raises(LedgerFault, match="closed"):
        reader.all_takes()
    reader.close()


def test_a_question_that_is_wrong_is_a_sentence_and_opens_no_further_connection(
    film: Ledger, reader: Reader
) -> None:
    reader.all_takes()
    link = reader.link()
    with pytest.raises(LedgerFault, match="no such table"):
        reader.rows("SELECT * FROM nonsense")
    assert reader.link() is link


def test_a_reader_and_a_writer_leave_nothing_unclosed(film: Ledger) -> None:
    story = (
        "import sys; from pathlib import Path\n"
        "from core.ledger.db import connect, integrity\n"
        "from core.ledger.views import Reader\n"
        "from core.base.errors import RushesError\n"
        "path = Path(sys.argv[1])\n"
        "reader = Reader(path); reader.all_takes(); reader.close(); integrity(path)\n"
        "for name in ('text', 'empty'):\n"
        "    broken = path.with_name(name); broken.write_bytes(b'x' * 900 if name == 'text' else b'')\n"
        "    for opens in (connect, lambda path: Reader(path).link()):\n"
        "        try: opens(broken).close()\n"
        "        except RushesError: pass\n"
        "print(sorted(name for name in sys.modules if name in ('sqlalchemy', 'sqlmodel', 'pydantic')))\n"
    )
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", story, str(film.path)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "[]\n", "and reading imports nothing heavy"


def test_a_connection_that_cannot_be_set_up_is_closed_again(
    film: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[sqlite3.Connection] = []
    real = sqlite3.connect

    def watch(*args: object, **more: object) -> sqlite3.Connection:
        made.append(real(*args, **more))  # type: ignore[call-overload]
        return made[-1]

    monkeypatch.setattr(sqlite3, "connect", watch)
    film.path.with_name("text").write_bytes(b"x" * 900)
    for opens in (connect, connect_read_only):
        with pytest.raises(LedgerFault):
            opens(film.path.with_name("text"))
    assert len(made) == 2
    for link in made:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            link.execute("SELECT 1")


CLOSED_MEANWHILE = """
import sys, threading
from pathlib import Path
from core.base.errors import LedgerFault
from core.ledger.views import Reader

SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000) SELECT i FROM n"
ended = []


def ask(reader, begun):
    begun.set()
    try:
        while reader.rows(SLOW) and not closed.is_set():
            pass
    except LedgerFault:
        pass
    reader.close()
    ended.append(True)


for _ in range(25):
    reader, begun, closed = Reader(Path(sys.argv[1])), threading.Event(), threading.Event()
    asking = threading.Thread(target=ask, args=(reader, begun))
    asking.start()
    begun.wait()
    reader.rows("SELECT 1")
    reader.close()
    closed.set()
    asking.join()
print(len(ended))
"""


def test_a_reader_closed_while_another_thread_reads_ends_no_process(film: Ledger) -> None:
    script = [sys.executable, "-c", CLOSED_MEANWHILE, film.path]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "25"), done.stderr
