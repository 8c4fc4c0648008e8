"""Several chains at once, a thread each, on one ledger and one provider."""

from __future__ import annotations

import threading
from collections import Counter

from core.engine.chain import ChainRunner
from core.ledger.db import integrity
from core.ledger.records import balances, spend_rows
from tests.support.fakes import FakeProvider
from tests.support.films import shots
from tests.support.stage import DOLLAR, Build, never

CHAINS, SHOTS = 6, 20


def test_six_chains_of_twenty_run_side_by_side(build: Build) -> None:
    names = "abcdef"[:CHAINS]
    film = build({name: shots(name.upper(), SHOTS) for name in names}, provider=FakeProvider(price=DOLLAR))
    film.order()
    threads = [threading.Thread(target=ChainRunner(film.p, name, never).run) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    made = film.p.reader.all_takes()
    assert Counter(take.state for take in made) == {"review": CHAINS * SHOTS}
    assert Counter(Counter(film.posted()).values()) == {1: CHAINS * SHOTS}, "no take is sent twice"
    jobs = [row["job_id"] for row in spend_rows(film.p.reader)]
    assert sorted(jobs) == sorted(film.provider.jobs), "each job has one owner"
    assert film.film_sums() == (0, 0, CHAINS * SHOTS * DOLLAR)
    sums = balances(film.p.reader)
    assert {sums["chain", name] for name in names} == {(0, 0, SHOTS * DOLLAR)}
    assert integrity(film.p.ledger.path) == []
    by_shot = {take.shot: take for take in made}
    for name in names:
        for number in range(2, SHOTS + 1):
            before, after = by_shot[f"{name.upper()}{number - 1:03d}"], by_shot[f"{name.upper()}{number:03d}"]
            assert (after.source_take, after.in_sha) == (before.id, before.last_sha)
    assert all(film.pause_of(name) == "" for name in names)
