"""A film that is followed reads like one that is opened anew, whatever happened in between."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from core.base.errors import RushesError
from core.base.units import ZERO, Amount
from core.desk import failures, review
from core.engine import reconcile
from core.film import load
from core.ledger import commands, pulse
from core.ledger.db import back_up, restore
from core.ledger.views import Reader, TakeRow
from core.providers.base import JobState, Status
from core.studio import heard, shotrows, snapshot
from core.studio.following import Following
from core.studio.places import Places
from core.studio.rows import Glance
from tests.support.fakes import UNCLEAR, FakeProvider
from tests.support.films import shots
from tests.support.stage import ADA, Build, Stage, done, failed, stages, usd

SEEDS = range(6)
ACTS = 60


def still(glance: Glance) -> Glance:
    """Without elapsed time."""
    return glance._replace(
        chains=tuple(chain._replace(current_since_s=None) for chain in glance.chains),
        worker=glance.worker._replace(heartbeat_age_s=None),
    )


class Film:
    """A stage with somebody who follows it, and chance."""

    def __init__(self, build: Build, seed: int) -> None:
        self.dice = random.Random(seed)
        self.chains = {
            "a": shots("A", 5),
            "b": [*shots("B", 3, seam="anchor"), *shots("Bx", 2)],
            "c": [*shots("C", 3), {"id": "C9", "seam": "text"}, {"id": "C10"}],
        }
        # An anchor in a later chain: what follows from it stands before it in the film.
        self.heads = {"b": 'anchor = "C002"'}
        self.stage: Stage = build(
            self.chains, heads=self.heads, provider=FakeProvider(price=250_000), budget={"film_usd": "5000"}
        )
        self.places = Places(self.stage.root)
        self.reader = Reader(self.places.ledger)
        self.following = Following(self.places)
        self.failures: list[int] = []

    def close(self) -> None:
        self.reader.close()

    def compare(self, after: str = "") -> Glance:
        followed = self.following.read(self.reader)
        anew = Following(self.places).read(self.reader)
        for name, one, other in zip(Glance._fields, still(followed), still(anew), strict=True):
            assert one == other, f"{name} differs after {after}"
        return followed

    def shot(self) -> str:
        return self.dice.choice([shot["id"] for chain in self.chains.values() for shot in chain])

    def act(self) -> str:
        deed = self.dice.choices(list(DEEDS), list(DEEDS.values()))[0]
        try:
            deed(self)
        except (RushesError, IndexError):
            return f"{deed.__name__}, refused"  # there was no such take, or it was not to be
        return deed.__name__

    def stop(self) -> Callable[[], bool]:
        """Stops a runner somewhere on its way."""
        left = [self.dice.randrange(1, 200)]

        def asked() -> bool:
            left[0] -= 1
            return left[0] < 0

        return asked


def order(film: Film) -> None:
    chain = film.dice.choice(["", "a", "b", "c"])
    film.stage.order(**film.dice.choice([{"chain": chain}, {"chain": chain}, {"shots": (film.shot(),)}]))


def run(film: Film) -> None:
    film.stage.provider.statuses.clear()
    if film.dice.random() < 0.4:
        film.stage.provider.statuses.append(film.dice.choice(SCRIPTS))
    film.stage.run(film.dice.choice("abc"), stop=film.stop())


SCRIPTS: list[list[Status | Exception]] = [
    [Status(JobState.RUNNING, 0.3), Status(JobState.RUNNING, 0.7), *done(usd(90_000))],
    [Status(JobState.RUNNING, 0.5)],
    failed(),
    failed(usd(40_000)),
    done(usd(9_000_000)),
    [Status(JobState.SUCCEEDED, 1.0, Amount.exact(ZERO), ("fake://clip",))],
]


def lose(film: Film) -> None:
    film.stage.provider.outcomes.append(UNCLEAR)
    run(film)


def wake(film: Film) -> None:
    film.stage.wake()
    for chain in film.chains:
        film.stage.resume(chain)


def in_state(film: Film, *states: str) -> TakeRow:
    """One of the takes in these states. Raises IndexError where there is none."""
    return film.dice.choice([take for take in film.stage.p.reader.all_takes() if take.state in states])


def write_off(film: Film) -> None:
    reconcile.write_off(film.stage.p, in_state(film, "in_doubt"), "Ada")


def declare_absent(film: Film) -> None:
    reconcile.declare_absent(film.stage.p, in_state(film, "in_doubt"), "Ada")


def judge(film: Film) -> None:
    verdict = film.dice.choice([review.approve, review.approve, review.reject, review.hold])
    take = in_state(film, "review", "approved", "rejected")
    verdict(film.stage.p, take.shot, take.n, "so be it", ADA)


def log(film: Film) -> None:
    what = failures.Broke("moderation", "it was refused", micro=film.dice.choice([None, 5]))
    film.failures.append(failures.log(film.stage.p, film.shot(), None, what, ADA))


def amend(film: Film) -> None:
    change = {"cause": f"cause {film.dice.random()}"}
    failures.amend(film.stage.p, film.dice.choice(film.failures), change, ADA)


def edit(film: Film) -> None:
    shot = film.dice.choice(film.chains[film.dice.choice("abc")])
    if film.dice.random() < 0.3:
        shot["omitted"] = not shot.get("omitted", False)
    else:
        shot["description"] = f"a place {film.dice.random()}"
    film.stage.rewrite(film.chains, heads=film.heads, budget={"film_usd": "5000"})


def break_plan(film: Film) -> None:
    path = film.stage.root / "shots" / "a.toml"
    whole = path.read_text()
    path.write_text(whole.replace("[[shot]]", "[[shoot]]", 1))
    film.compare("a broken file")
    path.write_text(whole)


def restore_backup(film: Film) -> None:
    """Another file stands where the ledger was."""
    now = film.stage.clock.now()
    kept = back_up(film.places.ledger, film.places.backups, now)
    run(film)
    film.following.read(film.reader)
    restore(kept, film.places.ledger, film.stage.clock.now())
    film.reader.close()
    film.reader = Reader(film.places.ledger)
    film.stage.p.reader.close()
    film.stage.p.ledger.close()
    film.stage.reopen()
    film.failures.clear()


def retake(film: Film) -> None:
    film.stage.retake(film.shot())


def pause(film: Film) -> None:
    film.stage.pause(film.dice.choice(["manual", "budget"]), film.dice.choice("abc"))


def tell_account(film: Film) -> None:
    with film.stage.p.ledger.write() as w:
        facts = {"state": "active", "balance": film.dice.randrange(9), "read_at": w.now}
        commands.note_account(w, "animatic", **facts)


DEEDS: dict[Callable[[Film], object], int] = {
    order: 3,
    run: 8,
    lose: 1,
    wake: 3,
    write_off: 1,
    declare_absent: 1,
    judge: 6,
    log: 1,
    amend: 1,
    edit: 2,
    break_plan: 1,
    restore_backup: 1,
    tell_account: 1,
    retake: 2,
    pause: 1,
}
"""What happens to a film, and how often."""


@pytest.fixture
def make() -> Iterator[Callable[[int], Film]]:
    made: list[Film] = []
    with stages() as build:

        def making(seed: int) -> Film:
            made.append(Film(build, seed))
            return made[-1]

        yield making
        for film in made:
            film.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_film_that_is_followed_reads_like_one_opened_anew(
    make: Callable[[int], Film], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = make(seed)
    if seed % 3 == 2:
        monkeypatch.setattr(heard, "MANY", 12)  # a long absence
    film.compare("the beginning")
    done_: list[str] = []
    for _ in range(ACTS):
        done_.append(film.act())
        if film.dice.random() < 0.8:
            film.compare(", ".join(done_[-3:]))
    film.compare("the end")


LEFT_OUT: dict[str, tuple[object, str, object]] = {
    "staleness downstream": (shotrows.ShotRows, "_restale", lambda _self, _reached: set()),
    "shots that begin from it": (
        shotrows.ShotRows,
        "follow",
        lambda self, moved: self._draw({self.plan.place[shot] for shot in moved}) and self._freeze(),
    ),
    "chains": (shotrows.ShotRows, "_tally", lambda self, _chains: self.__dict__.setdefault("tallies", {})),
    "the choice of a take": (shotrows.ShotRows, "_choose", lambda _self, _shot: None),
    "takes": (pulse, "takes_of", lambda _reader, _shots: {}),
    "progress": (pulse, "progress_in", lambda _reader, _data: 0.1),
    "failures": (heard.Heard, "_costs_other", lambda *_args: False),
}


@pytest.mark.parametrize("what", LEFT_OUT)
def test_what_is_not_followed_is_noticed(
    make: Callable[[int], Film], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison above must be able to fail."""

    def differs() -> bool:
        for seed in SEEDS:
            film = make(seed)
            film.following.read(film.reader)
            for _ in range(ACTS):
                film.act()
                with monkeypatch.context() as mutant:
                    mutant.setattr(*LEFT_OUT[what])
                    film.following.read(film.reader)
                try:
                    film.compare()
                except AssertionError:
                    return True
        return False

    assert differs()


def test_what_did_not_move_is_the_same_object_in_the_next_reading(make: Callable[[int], Film]) -> None:
    film = make(0)
    film.stage.order()
    film.stage.run()
    before = film.compare()
    assert film.compare().shots is before.shots
    assert film.compare().waiting is before.waiting
    film.stage.approve("A002")
    after = film.compare()
    others = [(one, other) for one, other in zip(before.shots, after.shots, strict=True) if one.id != "A002"]
    assert all(one is other for one, other in others)
    assert [row.state for row in after.shots if row.id == "A002"] == ["circled"]
    untouched = [at for at, chain in enumerate(after.chains) if chain.id != "a"]
    assert all(after.chains[at] is before.chains[at] for at in untouched)
    assert after.failures is before.failures


def test_a_reading_that_failed_is_begun_anew(
    make: Callable[[int], Film], monkeypatch: pytest.MonkeyPatch
) -> None:
    film = make(0)
    film.stage.order()
    film.compare()
    film.stage.run()
    with monkeypatch.context() as broken:
        broken.setattr(shotrows, "shot_row", lambda *_args: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            film.following.read(film.reader)
    film.compare("a fault in the middle")


def test_a_film_without_a_ledger_is_followed_into_its_first_order(make: Callable[[int], Film]) -> None:
    film = make(0)
    without = film.following.read(None)
    assert {shot.state for shot in without.shots} == {"planned"}
    assert film.following.read(None).shots is without.shots
    film.stage.order()
    assert film.compare().events
    assert still(film.following.read(None)) == still(Following(film.places).read(None))


def test_a_plan_with_faults_is_parsed_again_when_a_file_moved_or_after_a_while(
    make: Callable[[int], Film], monkeypatch: pytest.MonkeyPatch
) -> None:
    film = make(0)
    whole = film.compare()
    path, parsed = film.stage.root / "shots" / "a.toml", []
    good, real = path.read_text(), load.load_plan
    monkeypatch.setattr(load, "load_plan", lambda root: parsed.append(root) or real(root))
    path.write_text(good.replace("[[shot]]", "[[shoot]]", 1))
    first = film.following.read(film.reader)
    assert first.faults
    assert first.shots is whole.shots, "the last good plan stays"
    assert film.following.read(film.reader).faults == first.faults
    assert len(parsed) == 1
    monkeypatch.setattr(snapshot, "RETRY_S", -1.0)
    film.following.read(film.reader)
    assert len(parsed) == 2
    path.write_text(good)
    assert film.following.read(film.reader).faults == ()
