"""The seeds' film through a worker that is killed again and again: paid once, owned, and the bill agrees.

The worker is the real one, in a process of its own; the provider lives on in this one. What is in doubt is
settled by a person who sees the provider's page of charges and nothing else.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from core.ledger.db import integrity
from core.studio import acts
from core.studio.places import Places
from tests.nights.brisk import ACTIVITY, RouterNight
from tests.nights.conftest import Open
from tests.nights.deaths import Death, Workers, draw
from tests.nights.room import SEEDS_FILM, chained, write_night

SEED = int(os.environ.get("RUSHES_NIGHT_SEED", "59"))
KILLS = 30
DONE, WAITS = 0, 3


@pytest.fixture
def workers(router: RouterNight) -> Iterator[Workers]:
    found = Workers()
    yield found
    found.close()


class Person:
    """Somebody with a browser on the provider's page and a terminal on the film."""

    def __init__(self, film: Path, router: RouterNight) -> None:
        self.places = Places(film)
        self.router = router
        self.answers: list[str] = []

    def page(self) -> list[dict[str, object]]:
        """What the provider charged, some while after the last request: nothing is on its way any more."""
        self.router.rest()
        with urlopen(self.router.base + ACTIVITY) as reply:  # noqa: S310 - the loopback
            rows: list[dict[str, object]] = json.load(reply)["rows"]
        return rows

    def see_to_it(self) -> None:
        """Settles what is in doubt, sees to the key at the provider, and lets the chains go on."""
        with acts.opened(self.places) as film:
            p = film.production
            doubtful = [take for take in p.reader.all_takes() if take.state == "in_doubt"]
            for take in doubtful:
                owned = {row.job_id for row in p.reader.paid() if row.job_id}
                mine = [
                    str(row["generation"])
                    for row in self.page()
                    if row["seed"] == take.seed and row["generation"] not in owned
                ]
                assert len(mine) <= 1, f"{take.shot} was paid for twice: {mine}"
                said = acts.settle_doubt(p, take.shot, adopt="".join(mine), absent=not mine)
                self.answers.append(said)
            if any(reason == "key_limit" for _, reason, _ in p.reader.chains().values()):
                self.router.lift()
            acts.control(p, self.places, "resume", None)


def play(film: Path, router: RouterNight, workers: Workers, deaths: list[Death]) -> Person:
    """Kills and restarts until every death was died and the film is done."""
    person, left = Person(film, router), list(deaths)
    with acts.opened(person.places) as opened:
        acts.order(opened.production, acts.Scope(), agreed=True)
    for _ in range(4 * len(deaths) + 10):
        code = workers.run(film, left[0] if left else None)
        if code is None:
            left.pop(0)
            router.rest()
            continue
        if code == DONE:
            assert not left, (
                f"the film was done before {len(left)} of its deaths: {', '.join(map(str, left))}"
            )
            return person
        assert code == WAITS, f"the worker ended with {code}"
        person.see_to_it()
    raise AssertionError("it does not end")


def assert_paid_once_and_owned(film: Path, router: RouterNight, open_room: Open) -> None:
    room = open_room(film)
    assert integrity(Places(film).ledger) == []
    assert set(room.states().values()) == {"review"}
    owned = room.owned()
    assert set(owned) == set(router.bill), "every charged job has an owner, and nobody owns another"
    assert len(set(owned.values())) == len(router.bill) == len(SEEDS_FILM), "one job a take"
    seeds = [job.body["seed"] for job in router.jobs.values()]
    assert len(seeds) == len(set(seeds))
    whole = sum(router.bill.values())
    assert whole == 98_280_000
    assert room.sums() == (0, 0, whole), "the ledger is the bill, to the micro-dollar"
    assert room.p.reader.unclear() == [], "nothing is in doubt"
    book = room.key().sums()
    assert (book.held, book.committed, book.settled_all) == (0, 0, whole), "the key's book too"
    for take in room.p.reader.all_takes():
        clip = room.p.files(take.shot, take.n).clip
        job = next(name for name, shot in owned.items() if shot == take.shot)
        assert clip.read_bytes().endswith(job.encode()), f"{clip.name} is not the clip of its job"
    assert not list((film / "takes").rglob("*.part*"))


@pytest.mark.parametrize(
    "seed", [SEED, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 11))]
)
def test_30_kills_of_a_62_shot_night_cost_nothing_twice_and_leave_nothing_in_doubt(
    shelf: Path,
    router: RouterNight,
    workers: Workers,
    open_room: Open,
    capsys: pytest.CaptureFixture[str],
    seed: int,
) -> None:
    film = write_night(shelf / "film", {"night": chained("N", SEEDS_FILM)}, poll_seconds=0.05)
    router.exhaust(59)
    person = play(film, router, workers, draw(seed, KILLS))
    assert_paid_once_and_owned(film, router, open_room)
    assert router.refused >= 1, "the key's limit struck as well"
    adopted = sum("submitted" in said for said in person.answers)
    with capsys.disabled():
        print(
            f"\nseed {seed}: {KILLS} kills, {len(person.answers)} questions to the person"
            f" ({adopted} adopted, {len(person.answers) - adopted} absent); 62 jobs, $98.28",
            file=sys.stderr,  # where it is seen from a worker of pytest-xdist too
        )
