"""Money under any sequence of steps: never above a limit but by a recorded overrun, never a
micro-dollar lost. The ledger is held against plain arithmetic that shares nothing with it."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from core.base.errors import IllegalStep, LedgerFault
from core.base.units import Money
from core.engine import gates
from core.film.profile import Budget
from core.ledger import spend
from core.ledger.append import Ledger
from core.ledger.db import connect_read_only
from tests.ledger.money_model import LEGAL, STEPS, Model, Scope
from tests.ledger.rows import submission
from tests.support.fakes import MovingClock

if TYPE_CHECKING:
    from core.ledger.append import Writer

SEQUENCES = 2_000
STEPS_IN_ALL = 100_000
MEMORY_DISK = Path("/dev/shm")
DAY_S = 86_400


def test_100_000_seeded_steps_never_break_a_limit_nor_lose_a_micro_dollar() -> None:
    done = refused = overruns = seed = 0
    while done < STEPS_IN_ALL:  # film after film, so that some live with room and some at their limit
        seed += 1
        dice = random.Random(seed)
        limits = {"film": dice.randrange(60_000_000), "chain": 15_000_000, "take": 900_000, "day": 9_000_000}
        model = Model(limits)
        for number in range(2_000):
            step = dice.choice((*STEPS, "reserve"))
            if step == "reserve":
                scopes = (
                    ("film", ""),
                    ("chain", f"c{dice.randrange(4)}"),
                    ("day", f"d{number // 500}"),
                    ("take", f"t{dice.randrange(120)}"),
                )
                above = any(model.running.get(s, 0) > limits[s[0]] for s in scopes)
                booked = model.reserve(number, scopes, dice.choice((0, 1, dice.randrange(200_000))))
                assert not (booked and above), "after an overrun nothing is held until there is room"
                refused += not booked
            else:
                legal = [n for n in list(model.booked)[-60:] if model.legal(n, step)]
                if not legal:
                    continue
                ident = dice.choice(legal)
                held = model.booked[ident]["reserve"]
                cost = dice.choice((held, held, dice.randrange(held + 1), held + dice.randrange(50_000)))
                model.step(ident, step, cost)
                overruns += step == "settle" and cost > held
            for scope, sum_ in model.running.items():
                assert 0 <= sum_ <= limits[scope[0]] + model.over.get(scope, 0)
            done += 1
        for scope, sum_ in model.running.items():
            assert sum(model.balance(scope)) == sum_, "the running sum forgot something"
        assert model.lost() == 0
    assert min(refused, overruns) > 1_000, "limits were met, and were overrun"


class Film:
    """One ledger for all sequences. Each has its own chains, takes and day, and a film budget that
    begins at what was spent before it."""

    def __init__(self, path: Path) -> None:
        self.clock = MovingClock()
        self.ledger = Ledger(path, self.clock)
        self.told = self.made = 0
        self.seen = Counter[str]()
        self.spent = (0, 0, 0)
        self.other = connect_read_only(path)

    def balance(self, scope: Scope) -> tuple[int, int, int]:
        """(reserved, committed, settled) as another process sees them."""
        sql = "SELECT reserved, committed, settled FROM balance WHERE scope=? AND id=?"
        found: tuple[int, int, int] | None = self.other.execute(sql, scope).fetchone()
        return found or (0, 0, 0)


@pytest.fixture(scope="module")
def film() -> Iterator[Film]:
    base = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="rushes-money-", dir=base))
    made = Film(folder / "ledger.db")
    yield made
    made.other.close()
    made.ledger.close()
    shutil.rmtree(folder, ignore_errors=True)


class _Undo(Exception):
    """A process dies before the commit."""


class Sequence:
    """One sequence on the ledger and on the model at once."""

    def __init__(self, film: Film, limit: int) -> None:
        film.told += 1
        film.clock.sleep(DAY_S)
        self.film, self.base = film, film.spent
        self.chain, self.day = f"c{film.told}", film.clock.now().strftime("%Y-%m-%d")
        self.first_take = film.told * 10
        self.model = Model({"film": limit, "chain": limit, "day": limit, "take": limit // 2})
        self.budget = Budget(
            film_usd=Money(sum(self.base) + limit).usd(),
            chain_usd=Money(limit).usd(),
            day_usd=Money(limit).usd(),
            take_usd=Money(limit // 2).usd(),
        )
        self.idents: list[tuple[int, int]] = []
        """(submission, take) in the order they were made."""

    def scopes(self, take: int) -> tuple[Scope, ...]:
        return (("film", ""), ("chain", self.chain), ("day", self.day), ("take", f"take:{take}"))

    def live(self, take: int) -> bool:
        done = {"settle", "release", "writeoff"}
        return any(t == take and not self.model.booked[i].keys() & done for i, t in self.idents)

    def tell(self, step: str, which: int, micro: int, kept: bool) -> None:
        """One step on the ledger, one on the model; both say the same, whatever it was."""
        if step == "reserve":
            self._reserve(self.first_take + which % 3, micro, kept)
        elif self.idents:
            self._move(step, *self.idents[which % len(self.idents)], micro, kept)
        self.agree()

    def _reserve(self, take: int, upper: int, kept: bool) -> None:
        if self.live(take):
            self.film.seen["second of a take"] += 1
            with pytest.raises(LedgerFault, match="UNIQUE"):
                self._open(take, upper, kept=True)
            return
        fits = self.model.fits(self.scopes(take), upper)
        self.film.seen[f"reserve {'fits' if fits else 'over'}"] += 1
        if not kept and fits:
            with pytest.raises(_Undo):
                self._open(take, upper, kept=False)
            return
        ident = self._open(take, upper, kept=True)
        assert (ident is not None) is fits, "the gate and the arithmetic disagree"
        if ident is not None:
            self.model.reserve(ident, self.scopes(take), upper)
            self.idents.append((ident, take))

    def _open(self, take: int, upper: int, *, kept: bool) -> int | None:
        """Gate and reserve in one transaction, as `engine.reserve` has them."""
        self.film.made += 1
        with self.film.ledger.write() as w:
            row = submission(f"k{self.film.made}", take, chain=self.chain)
            if not self.live(take) and gates.over_budget(w, self.budget, self.chain, take, upper):
                return None
            ident = spend.open_submission(w, row, upper, "estimated")
            if not kept:
                raise _Undo
            return ident

    def _move(self, step: str, ident: int, take: int, cost: int, kept: bool) -> None:
        legal = self.model.legal(ident, step)
        self.film.seen[f"{step} {'legal' if legal else 'illegal'}{'' if kept else ', undone'}"] += 1
        if not legal:
            with pytest.raises(IllegalStep, match=f"no {step} on"), self.film.ledger.write() as w:
                ACT[step](w, ident, cost)
        elif not kept:
            with pytest.raises(_Undo):
                self._die(step, ident, cost)
        else:
            with self.film.ledger.write() as w:
                over = ACT[step](w, ident, cost)
                for was, to in MOVES[step, "commit" in self.model.booked[ident]]:
                    spend.move(w, ident, was, to)
            self.model.step(ident, step, cost)
            if step == "settle":
                assert over == cost - self.model.booked[ident]["reserve"]

    def _die(self, step: str, ident: int, cost: int) -> None:
        with self.film.ledger.write() as w:
            ACT[step](w, ident, cost)
            raise _Undo

    def agree(self) -> None:
        """Every balance is what the arithmetic says, and within its limit but for recorded overruns."""
        takes = {take for _, take in self.idents}
        for scope in {scope for take in takes or {self.first_take} for scope in self.scopes(take)}:
            found = self.film.balance(scope)
            before = self.base if scope[0] == "film" else (0, 0, 0)
            ours = tuple(now - then for now, then in zip(found, before, strict=True))
            assert ours == self.model.balance(scope)
            assert sum(ours) <= self.model.limits[scope[0]] + self.model.over.get(scope, 0)
        self.film.spent = self.film.balance(("film", ""))
        assert self.model.lost() == 0


def _writeoff(w: Writer, ident: int, _: int) -> None:
    spend.write_off(w, ident)


ACT = {
    "commit": lambda w, ident, _: spend.commit(w, ident, "estimated"),
    "settle": lambda w, ident, cost: spend.settle(w, ident, cost, "exact"),
    "release": lambda w, ident, _: spend.release(w, ident),
    "writeoff": _writeoff,
}
MOVES = {
    ("commit", False): (("reserved", "intent"), ("intent", "accepted")),
    ("settle", True): (("accepted", "closed"),),
    ("release", False): (("reserved", "cancelled"),),
    ("release", True): (("accepted", "closed"),),
    ("writeoff", False): (("reserved", "intent"), ("intent", "in_doubt"), ("in_doubt", "written_off")),
}
"""How a submission goes along with its money; the second part of a name: a job was accepted."""
assert ACT.keys() == LEGAL.keys()

STEP = st.tuples(
    st.sampled_from(("reserve", "reserve", *STEPS)),
    st.integers(0, 5),
    st.one_of(st.sampled_from((0, 1, 500, 501)), st.integers(0, 1_200)),
    st.sampled_from((True, True, True, False)),
)


@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=SEQUENCES,
    phases=[Phase.generate, Phase.shrink],
)
@given(steps=st.lists(STEP, min_size=1, max_size=12), limit=st.integers(0, 2_000))
def test_2_000_sequences_on_a_real_ledger_agree_with_plain_arithmetic(
    film: Film, steps: list[tuple[str, int, int, bool]], limit: int
) -> None:
    sequence = Sequence(film, limit)
    for step in steps:
        sequence.tell(*step)


def test_the_sequences_went_everywhere(film: Film) -> None:
    if not film.told:
        pytest.skip("only this test was chosen")
    assert film.told >= SEQUENCES
    ways = {f"{step} {how}" for step in LEGAL for how in ("legal", "illegal", "legal, undone")}
    for way in (*ways, "second of a take", "reserve fits", "reserve over"):
        # What is drawn hangs on the constants of the modules that are loaded, so on the tests run before.
        assert film.seen[way] >= 5, way
