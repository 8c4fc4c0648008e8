"""A key's book: every limit is tested where it is booked, and what was spent stays spent."""

from __future__ import annotations

import math
import os
import random
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput, DiskFull, LedgerFault
from core.base.units import MAX_MICRO, Money
from core.ledger import keybook_schema
from core.ledger.db import journal_of
from core.ledger.keybook import KeyBook, KeyLimits, KeyRow
from core.ledger.keyshapes import PAID, moved
from tests.support.fakes import MovingClock

FREE = KeyLimits()
DAY_S = 86_400


def usd(micro: int) -> KeyLimits:
    return KeyLimits(limit=Money(micro))


def rows(path: Path, table: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as link:
        return link.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()  # noqa: S608


def sealed(path: Path) -> tuple[bytes, int]:
    return path.read_bytes(), path.stat().st_mtime_ns


# --- looking ------------------------------------------------------------------------------------------


def test_looking_into_a_book_that_is_not_there_makes_none(book: KeyBook) -> None:
    assert (book.blocked(), book.sums(), book.rows_of("/film")) == (None, (0, 0, 0, 0), {})
    assert (book.last_post(), book.readings(), book.in_flight(), book.row("s1")) == (None, (), 0, None)
    assert book.available(FREE) is None
    assert book.available(KeyLimits(Money(9), Money(7))) == 7
    assert not book.path.parent.exists()


# --- holding ------------------------------------------------------------------------------------------


def test_a_hold_fits_to_the_last_micro_dollar_over_two_films_and_not_one_more(book: KeyBook) -> None:
    assert book.hold("s1", "/dusk", 70, usd(100)) == ""
    assert book.hold("s2", "/dawn", 31, usd(100)) == (
        "this key's limit is $0.0001 over all films: $0.00003 is left, and this may cost $0.000031 more"
    )
    assert book.hold("s2", "/dawn", 30, usd(100)) == ""
    assert book.available(usd(100)) == 0
    assert book.sums() == (100, 0, 0, 0)
    assert book.rows_of("/dawn") == {"s2": KeyRow("held", 30, 0)}


def test_what_was_settled_and_what_was_committed_counts_and_what_was_released_does_not(
    book: KeyBook,
) -> None:
    for name in ("s1", "s2", "s3", "s4"):
        book.hold(name, "/film", 25, usd(100))
    book.commit("s1")
    book.settle("s2", 20)
    book.write_off("s3")
    assert book.available(usd(100)) == 5
    book.release("s4")
    assert book.available(usd(100)) == 30
    assert book.sums() == (0, 25, 45, 45)


def test_a_submission_held_twice_counts_once_and_a_larger_hold_is_tested_by_its_difference(
    book: KeyBook,
) -> None:
    assert book.hold("s1", "/film", 60, usd(100)) == ""
    assert book.hold("s1", "/film", 60, usd(100)) == ""
    assert book.sums().held == 60
    assert "this may cost $0.000041 more" in book.hold("s1", "/film", 101, usd(100))
    assert book.hold("s1", "/film", 100, usd(100)) == ""
    assert book.sums().held == 100


def test_a_hold_that_was_released_may_be_taken_again_if_there_is_room(
    book: KeyBook, clock: MovingClock
) -> None:
    book.hold("s1", "/film", 60, usd(100))
    book.release("s1")
    clock.sleep(DAY_S)
    book.hold("s2", "/film", 50, usd(100))
    assert "is left" in book.hold("s1", "/film", 60, usd(100))
    assert book.hold("s1", "/film", 50, usd(100)) == ""
    assert book.available(KeyLimits(day=Money(100))) == 0, "it counts for the day it is held on now"


@pytest.mark.parametrize("end", ["settle", "write_off"])
def test_what_is_paid_for_is_never_held_again(book: KeyBook, end: str) -> None:
    book.hold("s1", "/film", 60, FREE)
    book.settle("s1", 5) if end == "settle" else book.write_off("s1")
    assert book.hold("s1", "/film", 60, FREE) == "this request is paid for already"


def test_a_day_limit_is_whole_again_the_next_day_and_counts_by_the_day_of_the_hold(
    book: KeyBook, clock: MovingClock
) -> None:
    limits = KeyLimits(day=Money(100))
    book.hold("s1", "/film", 60, limits)
    book.hold("s2", "/film", 40, limits)
    assert "this key's limit is $0.0001 a day" in book.hold("s3", "/film", 1, limits)
    clock.sleep(DAY_S)
    assert book.available(limits) == 100
    book.settle("s1", 60)
    assert book.available(limits) == 100
    assert book.sums().settled_today == 0
    assert book.hold("s3", "/film", 100, limits) == ""


def test_so_many_jobs_at_once_and_the_next_may_come_when_one_has_ended(book: KeyBook) -> None:
    limits = KeyLimits(in_flight=2)
    book.hold("s1", "/dusk", 0, limits)
    book.hold("s2", "/dawn", 0, limits)
    book.commit("s2")
    assert book.in_flight() == 2
    refused = book.hold("s3", "/dusk", 0, limits)
    assert (refused, refused.passes) == ("2 jobs of this key are under way, and no more may be", True)
    assert book.hold("s1", "/dusk", 0, limits) == "", "who is in already stays in"
    book.settle("s2", 1)
    assert book.hold("s3", "/dusk", 0, limits) == ""


def test_a_refusal_for_money_does_not_pass_by_itself(book: KeyBook) -> None:
    refused = book.hold("s1", "/film", 2, usd(1))
    assert refused
    assert not refused.passes


def test_a_blocked_key_holds_nothing_more(book: KeyBook) -> None:
    book.block("key_limit", "Key limit exceeded\x1b[31m (total limit)", None)
    assert book.hold("s1", "/film", 0, FREE) == "this key is blocked: Key limit exceeded (total limit)"
    book.unblock("Ada")
    assert book.hold("s1", "/film", 0, FREE) == ""


ABSURD: list[Any] = [math.nan, math.inf, -math.inf, -1, 1.0, 0.5, MAX_MICRO + 1, 10**30, True, "5", None]


@pytest.mark.parametrize("value", ABSURD, ids=repr)
def test_a_sum_that_is_none_is_refused_and_nothing_is_booked(book: KeyBook, value: Any) -> None:
    book.hold("s1", "/film", 5, FREE)
    before = sealed(book.path)
    acts: list[Callable[[], object]] = [
        lambda: book.hold("s2", "/film", value, usd(100)),
        lambda: book.settle("s1", value),
        lambda: book.commit("s1", upper=value),
        lambda: book.write_off("s1", upper=value),
    ]
    for act in acts:
        with pytest.raises(BadInput, match="no sum of money"):
            act()
    assert sealed(book.path) == before


@pytest.mark.parametrize("value", [v for v in ABSURD if v is not None], ids=repr)
def test_a_limit_that_is_no_number_cannot_even_be_made(value: Any) -> None:
    for limits in ({"limit": Money(value)}, {"day": Money(value)}):
        with pytest.raises(BadInput, match="no sum of money"):
            KeyLimits(**limits)
    for name in ("in_flight", "per_minute"):
        with pytest.raises(BadInput, match=f"{name} must be a whole number"):
            KeyLimits(**{name: value})


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "a\n", "a'b", "ä"])
def test_a_submissions_key_that_is_none_is_refused(book: KeyBook, key: str) -> None:
    with pytest.raises(BadInput, match="no submission's key"):
        book.hold(key, "/film", 1, FREE)
    assert not book.path.exists()


def test_sums_beyond_what_the_database_can_count_close_the_gate(book: KeyBook) -> None:
    book.commit("s0", upper=1)
    with closing(sqlite3.connect(book.path)) as link, link:
        fields = "'/film', 'settled', 0, ?, '2026-03-01', 'x', 'x', 0"
        for number in range(9300):
            link.execute(f"INSERT INTO spend VALUES (?, {fields})", (f"k{number}", MAX_MICRO))  # noqa: S608
    with pytest.raises(LedgerFault, match="overflow"):
        book.hold("s1", "/film", 1, usd(MAX_MICRO))


# --- moving on ----------------------------------------------------------------------------------------


def test_a_step_said_twice_changes_the_file_once(book: KeyBook) -> None:
    steps: list[Callable[[], object]] = [
        lambda: book.hold("s1", "/film", 9, FREE),
        lambda: book.commit("s1", film="/film", upper=9),
        lambda: book.settle("s1", 8, film="/film"),
        lambda: book.release("s1", film="/film"),
        lambda: book.release("s2", film="/film"),
        lambda: book.block("auth", "no such key", None, "s9"),
    ]
    for step in steps:
        step()
        before = sealed(book.path)
        step()
        assert sealed(book.path) == before


def test_a_submission_the_book_never_heard_of_is_booked_as_it_is_said_to_be(book: KeyBook) -> None:
    book.commit("s1", film="/film", upper=10)
    book.settle("s2", 20, film="/film")
    book.release("s3", film="/film")
    book.write_off("s4", film="/film", upper=40)
    assert book.rows_of("/film") == {
        "s1": KeyRow("committed", 10, 0),
        "s2": KeyRow("settled", 0, 20),
        "s3": KeyRow("released", 0, 0),
        "s4": KeyRow("written_off", 40, 40),
    }
    assert book.sums() == (0, 10, 60, 60)


def test_an_overrun_is_booked_whole_and_closes_the_gate(book: KeyBook) -> None:
    book.hold("s1", "/film", 90, usd(100))
    book.settle("s1", 150)
    assert book.sums().settled_all == 150
    assert book.available(usd(100)) == 0
    assert "$0.00 is left" in book.hold("s2", "/film", 1, usd(100))


def test_a_film_that_moved_takes_its_rows_along(book: KeyBook) -> None:
    book.hold("s1", "/old", 9, FREE)
    book.commit("s1", film="/new", upper=9)
    book.settle("s1", 9)
    assert (book.rows_of("/old"), book.rows_of("/new")) == ({}, {"s1": KeyRow("settled", 9, 9)})


def test_a_folder_with_a_name_no_terminal_should_see_is_found_again(book: KeyBook) -> None:
    film = "/films/\udcffnight\x1b[2J"
    book.hold("s1", film, 9, FREE)
    assert list(book.rows_of(film)) == ["s1"]


STEPS = (("commit", 50), ("settle", 40), ("settle", 60), ("release", 0), ("write_off", 0))


def test_whatever_order_things_are_heard_in_what_was_paid_is_the_same() -> None:
    ends = set()
    for order in permutations(STEPS):
        row: KeyRow | None = KeyRow("held", 50, 0)
        for step, micro in order:
            row = moved(row, step, micro)
        assert row
        ends.add((row.state, row.settled))
    assert ends == {("settled", 60)}


def test_in_100_000_seeded_steps_nothing_spent_is_ever_unspent() -> None:
    dice = random.Random(3)
    rows_: dict[int, KeyRow] = {}
    for _ in range(100_000):
        which = dice.randrange(200)
        step, micro = dice.choice(STEPS)[0], dice.choice((0, 1, dice.randrange(10**6), MAX_MICRO))
        was = rows_.get(which)
        now = moved(was, step, micro)
        assert moved(now, step, micro) == now, "said again"
        assert 0 <= now.counts <= MAX_MICRO
        if was is not None:
            assert now.settled >= was.settled
            assert now.held >= was.held
            if was.state in PAID:
                assert now.counts >= was.counts
            elif step == "release":
                assert now.counts == 0
            else:
                assert now.counts >= (micro if step == "settle" else was.counts)
        rows_[which] = now if dice.random() > 0.05 else KeyRow("held", micro, 0)


def test_a_films_rows_are_sums_of_what_was_said_after_any_sequence(book: KeyBook) -> None:
    dice, model = random.Random(5), dict[str, KeyRow]()
    for number in range(250):
        key = f"s{dice.randrange(12)}"
        step, micro = dice.choice(("hold", "commit", "settle", "release", "write_off")), dice.randrange(100)
        was = model.get(key)
        if step == "hold":
            refused = book.hold(key, "/film", micro, usd(800))
            live = was is not None and was.state in ("held", "committed")
            if not refused and not (live and was and micro <= was.held):
                model[key] = KeyRow(was.state if was and live else "held", micro, 0)
        else:
            act = {"commit": book.commit, "write_off": book.write_off}.get(step)
            if act:
                act(key, film="/film", upper=micro)
            elif step == "settle":
                book.settle(key, micro, film="/film")
            else:
                book.release(key, film="/film")
            model[key] = moved(was, step, micro)
        sums = book.sums()
        assert sum(sums[:2]) + sums.settled_all == sum(row.counts for row in model.values()), number
    assert book.rows_of("/film") == model


# --- what the provider says ---------------------------------------------------------------------------


def test_the_providers_limit_counts_less_what_was_held_or_settled_since_it_was_read(
    book: KeyBook, clock: MovingClock
) -> None:
    book.settle("s0", 500, film="/film")
    book.hold("s1", "/film", 10, FREE)
    book.note_account(clock.now(), 100, 900, None, None)
    assert book.available(FREE) == 90, "a job that runs is charged at its end"
    book.hold("s2", "/film", 30, FREE)
    book.settle("s1", 15)
    assert book.available(FREE) == 55
    assert "the provider left $0.0001 on this key: $0.000055 is left" in book.hold("s3", "/film", 56, FREE)
    assert book.hold("s3", "/film", 55, FREE) == ""
    book.release("s3")
    book.note_account(clock.now(), 85, 915, None, None)
    assert book.available(FREE) == 55, "the new reading holds what was settled; s2 still runs"
    assert book.available(usd(560)) == 15, "500 and 15 are spent and 30 is held: the narrowest counts"


def test_what_settles_while_the_answer_is_on_its_way_is_not_taken_for_counted(
    book: KeyBook, clock: MovingClock
) -> None:
    asked = clock.now()
    book.settle("s1", 40, film="/film")
    book.note_account(asked, 100, None, None, None)
    assert book.available(FREE) == 60


def test_a_clock_that_was_set_back_hides_nothing_settled_since_the_reading(
    book: KeyBook, clock: MovingClock
) -> None:
    book.hold("s1", "/film", 40, FREE)
    book.note_account(clock.now(), 100, None, None, None)
    clock.jump(-DAY_S)
    book.settle("s1", 40)
    assert book.available(FREE) == 60


def test_a_limit_that_was_reset_since_it_was_read_is_not_known_any_more(
    book: KeyBook, clock: MovingClock
) -> None:
    book.note_account(clock.now(), 0, None, None, clock.now() + timedelta(hours=1))
    assert book.hold("s1", "/film", 1, FREE)
    clock.sleep(3601)
    assert book.available(FREE) is None
    assert book.hold("s1", "/film", 1, FREE) == ""


def test_a_provider_that_says_no_limit_sets_none_and_one_below_zero_closes_the_gate(
    book: KeyBook, clock: MovingClock
) -> None:
    book.note_account(clock.now(), None, 5, 7, None)
    assert book.available(FREE) is None
    book.note_account(clock.now(), -3, 5, 7, None)
    assert book.available(FREE) == 0
    assert "$0.00 is left" in book.hold("s1", "/film", 1, FREE)


def test_the_last_two_readings_are_kept_in_sight_the_newest_first(book: KeyBook, clock: MovingClock) -> None:
    for usage in (1, 2, 3):
        book.note_account(clock.now(), None, usage, None, None)
    assert [reading.usage for reading in book.readings()] == [3, 2]
    assert len(rows(book.path, "reading")) == 3


@pytest.mark.parametrize("value", [math.nan, math.inf, 1.5, 10**16, -(10**16), True, "1"], ids=repr)
def test_a_reading_that_is_no_sum_is_refused(book: KeyBook, clock: MovingClock, value: Any) -> None:
    for place in range(3):
        sums: list[Any] = [None, None, None]
        sums[place] = value
        with pytest.raises(BadInput, match="no sum of money"):
            book.note_account(clock.now(), sums[0], sums[1], sums[2], None)
    assert not book.path.exists()


# --- the block ----------------------------------------------------------------------------------------


def test_a_block_stands_with_its_reason_and_reset_until_a_person_lifts_it(
    book: KeyBook, clock: MovingClock
) -> None:
    resets = clock.moment.replace(microsecond=0) + timedelta(hours=2)
    book.block("key_limit", "Key limit exceeded (total limit)", resets, "s1")
    found = book.blocked()
    assert found
    assert (found.reason, found.said) == ("key_limit", "Key limit exceeded (total limit)")
    assert (found.resets_at, found.at <= clock.moment) == (resets, True)
    clock.sleep(3 * 3600)
    assert book.blocked() == found, "a moment that has passed lifts nothing: a person does"
    book.unblock("Ada")
    assert book.blocked() is None
    assert [row[1] for row in rows(book.path, "block")] == ["block", "unblock"]


def test_an_old_refusal_that_is_read_again_does_not_block_a_key_that_a_person_freed(book: KeyBook) -> None:
    book.block("auth", "no such key", None, "s1")
    book.unblock("Ada")
    book.block("auth", "no such key", None, "s1")
    assert book.blocked() is None
    book.block("auth", "no such key", None, "s2")
    assert book.blocked()


def test_the_same_block_is_written_once_and_another_reason_after_it(book: KeyBook) -> None:
    book.block("key_limit", "weekly", None)
    book.block("key_limit", "weekly", None)
    book.block("insufficient_credit", "no credit", None)
    assert len(rows(book.path, "block")) == 2
    found = book.blocked()
    assert found
    assert found.reason == "insufficient_credit"


def test_nobody_unblocks_without_a_name_and_a_free_key_stays_unwritten(book: KeyBook) -> None:
    with pytest.raises(BadInput, match="nobody is named"):
        book.unblock(" \n")
    book.unblock("Ada")
    assert rows(book.path, "block") == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE block SET said='fine'",
        "DELETE FROM block",
        "DELETE FROM spend",
        "UPDATE spend SET settled=0",
        "UPDATE spend SET submission='other'",
        "UPDATE reading SET usage=0",
        "DELETE FROM reading",
        "INSERT INTO spend VALUES ('x', '', 'held', -1, 0, '', '', '', 0)",
        "INSERT INTO spend VALUES ('x', '', 'lost', 1, 0, '', '', '', 0)",
        "INSERT INTO spend VALUES ('x', '', 'held', 'much', 0, '', '', '', 0)",
    ],
)
def test_history_cannot_be_rewritten_even_by_hand(book: KeyBook, clock: MovingClock, statement: str) -> None:
    book.block("auth", "no", None)
    book.settle("s1", 5)
    book.note_account(clock.now(), 1, 1, 1, None)
    with closing(sqlite3.connect(book.path)) as link, pytest.raises(sqlite3.IntegrityError):
        link.execute(statement)


# --- the file -----------------------------------------------------------------------------------------


def test_a_book_is_made_whole_with_a_ledgers_pragmas_and_leaves_no_part(book: KeyBook) -> None:
    book.note_post()
    with keybook_schema.transaction(book.path) as link:
        asked = {
            name: link.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        }
    assert asked == {"journal_mode": "persist", "synchronous": 2}
    assert not [path for path in book.path.parent.iterdir() if path.suffix == ".part"]


@pytest.mark.parametrize(
    "content", [b"", b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 500]
)
def test_a_file_that_is_no_book_is_refused_and_left_as_it_is(book: KeyBook, content: bytes) -> None:
    book.path.parent.mkdir(parents=True)
    book.path.write_bytes(content)
    for act in (book.blocked, book.note_post, lambda: book.hold("s1", "/film", 1, FREE)):
        with pytest.raises(LedgerFault) as refusal:
            act()
        assert "ledger" not in refusal.value.what, "it speaks of the key's book"
        assert refusal.value.where == str(book.path)
        assert refusal.value.todo
    assert book.path.read_bytes() == content


def test_a_films_ledger_in_the_books_place_is_refused(book: KeyBook, clock: MovingClock) -> None:
    from core.ledger.migrations import migrate

    migrate(book.path, clock.now())
    before = book.path.read_bytes()
    with pytest.raises(LedgerFault, match="not a key's book"):
        book.note_post()
    assert book.path.read_bytes() == before


def test_a_newer_book_is_refused_untouched(book: KeyBook) -> None:
    book.note_post()
    with closing(sqlite3.connect(book.path)) as link:
        link.execute("PRAGMA user_version=2")
    before = book.path.read_bytes()
    for act in (book.sums, book.note_post):
        with pytest.raises(LedgerFault, match="newer Rushes") as refusal:
            act()
        assert "update Rushes" in refusal.value.todo
    assert book.path.read_bytes() == before


def test_a_folder_in_the_books_place_is_a_sentence(book: KeyBook) -> None:
    book.path.mkdir(parents=True)
    with pytest.raises(BadInput, match="this key's book should be"):
        book.note_post()


def test_a_book_that_was_moved_away_is_made_anew_and_never_written_to_where_it_went(book: KeyBook) -> None:
    book.settle("s1", 5, film="/film")
    aside = book.path.with_name("aside.db")
    book.path.rename(aside)
    before = aside.read_bytes()
    book.settle("s2", 6, film="/film")
    assert (list(book.rows_of("/film")), aside.read_bytes()) == (["s2"], before)


def test_a_journal_of_a_book_that_is_gone_is_never_rolled_into_a_new_one(book: KeyBook) -> None:
    book.note_post()
    book.path.unlink()
    journal_of(book.path).write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\1" * 600)
    with pytest.raises(LedgerFault, match="taken away in the middle of a write") as refusal:
        book.note_post()
    assert "book.db-journal" in refusal.value.todo
    assert not book.path.exists()
    journal_of(book.path).unlink()
    book.note_post()


def test_a_full_disk_is_a_sentence_and_books_nothing(book: KeyBook, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    def full(*args: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", full)
        with pytest.raises(DiskFull):
            book.hold("s1", "/film", 1, FREE)
    assert not book.path.exists()
    assert book.hold("s1", "/film", 1, FREE) == ""


def test_threads_share_a_book_and_the_last_dollar_goes_to_one_of_them(book: KeyBook) -> None:
    answers: list[str] = []

    def take(number: int) -> None:
        answers.append(book.hold(f"s{number}", f"/film{number}", 10, usd(35)))

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, answers)) == [False] * 3 + [True] * 5
    assert book.sums().held == 30


def test_the_last_post_is_known_to_every_film(book: KeyBook, clock: MovingClock) -> None:
    book.note_post()
    book.note_post()
    last = KeyBook(book.path, clock).last_post()
    assert last
    assert timedelta(0) <= clock.moment - last < timedelta(seconds=1)
    assert len(rows(book.path, "post")) == 1
