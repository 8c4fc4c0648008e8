"""What the Money screen is told: sums with how well they are known, gates with who decided what."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.base import settings
from core.base.clock import SystemClock
from core.base.errors import BadInput, WaitsForPerson
from core.engine.keys import KeyRing
from core.ledger import commands, outlay, spend
from core.ledger.tables import Gate, Submission
from core.ledger.views import Reader
from core.studio.assembly import Opened, open_film
from core.studio.glance import glance
from core.studio.pages import money
from core.studio.pages.sight import Sight
from core.studio.places import Places
from core.studio.snapshot import current
from tests.support.films import write_film
from tests.tui.real_film import RealFilm, real_film

M = 1_000_000
KEY = "a1b2c3"


@pytest.fixture
def film(tmp_path: Path) -> Iterator[RealFilm]:
    made = real_film(tmp_path)
    budget = {"film_usd": "20.00", "chain_usd": "5.00", "day_usd": "10.00"}
    shots = [{"id": "S101"}, {"id": "S102", "kind": "hero"}, {"id": "S103", "kind": "action"}]
    roles = {"roles": {"board": ["producer"]}}
    write_film(tmp_path, {"quay": shots}, title="The Quay", budget=budget, gates=roles)
    yield made
    made.ledger.close()


def sight_of(film: RealFilm) -> Sight:
    reader = film.reader()
    snapshot, _ = current(film.places)
    return Sight(film.places, snapshot, reader, glance(film.places, reader))


def read(film: RealFilm, by: str = "kind") -> money.MoneyPage:
    return money.read(sight_of(film), by)


def pay(
    film: RealFilm, shot: str, n: int, micro: int, certainty: str = "exact", *, how: str = "settle"
) -> int:
    """A submission of a take that lies there, brought as far as `how`."""
    take = film.take_of(shot, n)
    row = Submission(
        subject_kind="take",
        subject_id=take.id,
        chain="quay",
        shot=shot,
        state="reserved",
        provider="openrouter",
        key=f"{shot}-{n}-{how}-{micro}",
        request_hash="h",
        key_id=KEY,
    )
    with film.ledger.write() as w:
        ident = spend.open_submission(w, row, micro, "estimated")
        if how == "reserve":
            return ident
        spend.move(w, ident, "reserved", "intent", intent_at=w.now)
        if how == "in_doubt":
            spend.move(w, ident, "intent", "in_doubt", note="the reply never came")
        elif how == "release":
            spend.release(w, ident)
            spend.move(w, ident, "intent", "refused")
        else:
            spend.move(w, ident, "intent", "accepted", job_id=f"job-{ident}")
            spend.commit(w, ident, "estimated")
            if how == "settle":
                spend.settle(w, ident, micro, certainty)
                spend.move(w, ident, "accepted", "closed", done_at=w.now)
    return ident


def everything(film: RealFilm) -> None:
    pay(film, "S101", 1, 2 * M)
    pay(film, "S102", 1, 1 * M, "estimated")
    pay(film, "S102", 1, 700_000, "unknown")
    film.take("S103")
    pay(film, "S103", 1, 400_000, how="release")
    pay(film, "S103", 1, 500_000, how="in_doubt")
    film.take("S103", 2)
    pay(film, "S103", 2, 300_000, how="commit")


def test_budgets_are_what_the_engine_tests_against_and_say_how_well_they_are_known(film: RealFilm) -> None:
    everything(film)
    page = read(film)
    by_scope = {(line.scope, line.name): line for line in page.budgets}
    whole = by_scope["film", ""]
    assert (whole.limit, whole.spent, whole.held, whole.in_doubt) == (20 * M, 3_700_000, 300_000, 500_000)
    assert whole.left == 20 * M - 4_500_000
    assert (whole.certainty, whole.unknown) == ("estimated", 1)
    reader = film.reader()
    sums = reader.sums()
    assert whole.spent == sums.settled
    assert whole.held + whole.in_doubt == sums.committed + sums.reserved
    reader.close()
    assert by_scope["chain", "quay"].limit == 5 * M
    today = next(line for line in page.budgets if line.scope == "day")
    assert (today.name, today.left) == (datetime.now(UTC).strftime("%Y-%m-%d"), 10 * M - 4_500_000)
    assert by_scope["take", "S101 take 1"].certainty == "exact"
    assert by_scope["take", "S101 take 1"].left is None


def test_every_way_of_telling_spend_apart_comes_to_the_same_sum(film: RealFilm) -> None:
    everything(film)
    for by in money.WAYS:
        whole = outlay.summed("", [line.part for line in read(film, by).spend])
        assert (whole.known, whole.unknown, whole.unknown_held) == (3 * M, 1, 700_000), by
        assert (whole.owed, whole.in_doubt, whole.requests) == (300_000, 500_000, 3), by
        assert whole.estimated


def test_spend_by_kind_knows_the_kind_of_each_shot_and_what_left_the_plan(film: RealFilm) -> None:
    everything(film)
    named = {line.name: line.part for line in read(film).spend}
    assert named["establisher"].known == 2 * M
    assert not named["establisher"].estimated
    assert (named["hero"].known, named["hero"].unknown) == (1 * M, 1)
    write_film(film.root, {"quay": [{"id": "S101"}]}, title="The Quay")
    assert {"establisher", "not in the plan"} == {line.name for line in read(film).spend}


def test_unknown_is_no_zero_and_no_number(film: RealFilm) -> None:
    pay(film, "S101", 1, 700_000, "unknown")
    page = read(film)
    part = page.spend[0].part
    assert (part.known, part.unknown, part.requests) == (0, 1, 1)
    assert page.charges[0].certainty == "unknown"
    write_film(film.root, {"quay": [{"id": "S101"}]}, title="The Quay")
    unlimited = read(film).budgets[0]
    assert (unlimited.limit, unlimited.left) == (None, None)


def test_charges_are_the_newest_first_with_what_was_booked_last(film: RealFilm) -> None:
    everything(film)
    page = read(film)
    assert [(row.shot, row.booked, row.state) for row in page.charges] == [
        ("S103", "commit", "accepted"),
        ("S103", "reserve", "in_doubt"),
        ("S103", "release", "refused"),
        ("S102", "settle", "closed"),
        ("S102", "settle", "closed"),
        ("S101", "settle", "closed"),
    ]
    assert page.charges_in_all == 6
    few = money.read(sight_of(film), charges=2)
    assert [row.id for row in few.charges] == [row.id for row in page.charges[:2]]
    assert few.charges_in_all == 6


def test_a_doubt_comes_with_what_is_known_here_and_nobody_is_asked(film: RealFilm) -> None:
    everything(film)
    key = KeyRing(settings.state_dir(), {}, SystemClock()).of("openrouter", KEY)
    now = datetime.now(UTC)
    key.note_account(now - timedelta(hours=1), None, 88_200_000, None, None)
    key.note_account(now + timedelta(minutes=1), None, 88_700_000, None, None)
    (doubt,) = read(film).doubts
    assert (doubt.shot, doubt.take, doubt.held) == ("S103", 1, 500_000)
    assert doubt.evidence[0] == "the reply never came"
    assert [said.rpartition(": ")[2] for said in doubt.evidence[1:]] == ["$88.20", "$88.70"]


def test_what_was_left_falls_day_by_day(film: RealFilm) -> None:
    everything(film)
    (day,) = read(film).days
    assert (day.spent, day.left) == (4_500_000, 20 * M - 4_500_000)


def test_an_account_says_what_was_read_and_when_and_one_never_read_says_nothing(film: RealFilm) -> None:
    pay(film, "S101", 1, 1 * M)
    with film.ledger.write() as w:
        commands.note_account(
            w,
            "openrouter",
            state="blocked",
            reason="limit reached",
            balance=None,
            limit_remaining=3 * M,
            resets_at="",
            read_at=w.now,
            free=0,
        )
    named = {line.provider: line for line in read(film).accounts}
    told = named["openrouter"]
    assert (told.state, told.reason, told.balance, told.limit_left) == (
        "blocked",
        "limit reached",
        None,
        3 * M,
    )
    assert told.age_s is not None
    assert told.age_s < 60
    assert named["animatic"].free


def test_this_machines_limits_and_the_keys_own_book_are_shown(film: RealFilm) -> None:
    pay(film, "S101", 1, 1 * M)
    folder = settings.config_dir()
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text('[keys.openrouter]\nlimit_usd = "50.00"\nin_flight = 4\n')
    key = KeyRing(settings.state_dir(), settings.load().keys, SystemClock()).of("openrouter", KEY)
    key.hold("other", "/films/other", 2 * M)
    key.settle("other", 2 * M)
    key.block("key_limit", "the key's limit is reached", None)
    line = next(one for one in read(film).accounts if one.provider == "openrouter").key
    assert line is not None
    assert (line.limit, line.day, line.in_flight) == (50 * M, None, 4)
    assert (line.spent, line.left, line.blocked) == (2 * M, 48 * M, "the key's limit is reached")


def test_settings_that_cannot_be_read_are_said_and_hide_nothing_else(film: RealFilm) -> None:
    everything(film)
    folder = settings.config_dir()
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text("[keys.openrouter]\nlimit_usd = 5\n")
    page = read(film)
    assert "limit_usd" in page.keys_fault
    assert page.budgets[0].spent == 3_700_000


def test_without_a_ledger_there_is_a_page_without_sums(tmp_path: Path) -> None:
    write_film(tmp_path, {"quay": [{"id": "S101"}]}, title="The Quay")
    places = Places(tmp_path)
    snapshot, _ = current(places)
    page = money.read(Sight(places, snapshot, None, glance(places, None)))
    assert [line.spent for line in page.budgets] == [0, 0]
    assert page.free
    assert page.charges == ()


# Gates.


@pytest.fixture
def opened(film: RealFilm) -> Iterator[Opened]:
    made = open_film(film.places)
    yield made
    made.close()


def gate(film: RealFilm, kind: str = "switch") -> int:
    with film.ledger.write() as w:
        return w.add(Gate(kind=kind, subject="S102", question="switch of model, +18 %", micro=31 * M))


def test_a_gate_is_open_until_a_person_answers_and_the_newest_answer_counts(
    film: RealFilm, opened: Opened
) -> None:
    number = gate(film)
    assert read(film).gates[0].state == "open"
    said = money.answer_gate(opened, number, "approve", "within the plan")
    assert said == f"gate {number} approved: switch of model, +18 %"
    money.answer_gate(opened, number, "deny", "the price rose")
    (line,) = read(film).gates
    assert line.state == "deny"
    assert [(one[0], one[1], one[3]) for one in line.gate.decisions] == [
        ("approve", "A Director", "within the plan"),
        ("deny", "A Director", "the price rose"),
    ]
    reader = film.reader()
    assert [event["text"] for event in reader.events(kinds=("person.decided",))] == [
        "A Director denied switch of model, +18 %: the price rose",
        "A Director approved switch of model, +18 %: within the plan",
    ]
    reader.close()


def test_the_same_answer_twice_is_one_row(film: RealFilm, opened: Opened) -> None:
    number = gate(film)
    money.answer_gate(opened, number, "approve", "fine")
    assert "already" in money.answer_gate(opened, number, "approve", "fine")
    assert len(read(film).gates[0].gate.decisions) == 1


def test_a_gate_needs_a_reason_a_known_word_and_to_be_there(film: RealFilm, opened: Opened) -> None:
    number = gate(film)
    with pytest.raises(BadInput, match="say why"):
        money.answer_gate(opened, number, "approve", "  ")
    with pytest.raises(BadInput, match="not answered with"):
        money.answer_gate(opened, number, "maybe", "x")
    with pytest.raises(BadInput, match="no gate 99"):
        money.answer_gate(opened, 99, "approve", "x")
    assert read(film).gates[0].state == "open"


def test_a_gate_that_the_film_leaves_to_another_role_stays_open(film: RealFilm, opened: Opened) -> None:
    number = gate(film, "board")
    with pytest.raises(WaitsForPerson, match="producer"):
        money.answer_gate(opened, number, "approve", "x")
    assert read(film).gates[0].state == "open"


def test_asking_for_accounts_names_who_was_asked(film: RealFilm, opened: Opened) -> None:
    assert money.ask_accounts(opened) == "asked for their accounts: animatic"
    reader = film.reader()
    assert [row["provider"] for row in reader.table("account")] == ["animatic"]
    reader.close()


def test_reading_imports_nothing_heavy(film: RealFilm) -> None:
    everything(film)
    read(film)  # the plan's snapshot is kept
    heavy = "{'pydantic', 'sqlmodel', 'sqlalchemy', 'numpy', 'PIL', 'httpx', 'textual'}"
    script = (
        "import sys; from pathlib import Path; from core.studio.desk import StudioDesk;"
        "from core.studio.pages import money, gaps, card; from core.studio.places import Places;"
        f"desk = StudioDesk(Places(Path({str(film.root)!r})));"
        "pages = [desk.read(page) for page in (money.read, gaps.read, card.read)];"
        f"print(len(pages[0].charges), sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["6", "[]"]


def test_a_large_ledger_is_summed_inside_sqlite(film: RealFilm) -> None:
    """Rows that come out grow with names, not with submissions."""
    everything(film)
    reader = Reader(film.places.ledger)
    assert len(outlay.parts(reader, "provider")) == 1
    assert len(outlay.parts(reader, "shot", group=lambda _shot: "all")) == 1
    assert outlay.parts(reader, "day", "1999-01-01") == ()
    reader.close()


def test_a_film_whose_files_were_never_whole_shows_sums_and_knows_no_limit(film: RealFilm) -> None:
    everything(film)
    page = money.read(sight_of(film)._replace(snapshot=None), "chain")
    assert not page.limits_known
    assert [(line.scope, line.limit, line.left) for line in page.budgets[:2]] == [
        ("film", None, None),
        ("day", None, None),
    ]
    assert page.budgets[0].spent == 3_700_000
    assert [line.name for line in page.spend] == ["quay"]
