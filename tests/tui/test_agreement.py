"""A yes is bound to the sum that was shown, and kept with who said it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.base.errors import WaitsForPerson
from core.base.hold import hold
from core.engine.production import Production
from core.studio import acts
from core.studio.places import Places
from tests.support.fakes import FakeProvider
from tests.support.films import production, shots, write_film

PRICE = 760_000


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Production]:
    """Two paid shots without a take, and a worker that is there already."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    settings = tmp_path / "config" / "rushes" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('name = "Ada"\n')
    root = write_film(tmp_path / "film", {"quay": shots("S", 2)})
    with hold(Places(root).lock):
        p = production(root, FakeProvider(price=PRICE))
        with p.ledger.write() as w:
            w.event("worker.started", "the worker started")
        yield p
        p.reader.close()
        p.ledger.close()


def decisions(p: Production) -> list[tuple[str, str]]:
    return [(row["person"], row["why"]) for row in p.reader.table("gate_decision")]


def test_the_sum_is_told_before_anything_is_written(film: Production) -> None:
    assert acts.told(film, "go", "quay") == (2 * PRICE, "2 takes, S001 to S002: at most $1.52")
    assert acts.told(film, "retake", "S001") == (PRICE, "S001 take 1: at most $0.76")
    assert film.reader.all_takes() == []


def test_nothing_paid_is_ordered_without_a_yes(film: Production) -> None:
    with pytest.raises(WaitsForPerson, match="2 takes may cost up to"):
        acts.go(film, Places(film.root), "quay")
    with pytest.raises(WaitsForPerson, match="a take of S001 may cost"):
        acts.retake(film, Places(film.root), "S001", "")
    assert film.reader.all_takes() == []


def test_a_yes_to_less_than_it_costs_by_now_orders_nothing(film: Production) -> None:
    with pytest.raises(WaitsForPerson, match="by now"):
        acts.go(film, Places(film.root), "quay", agreed=True, most=2 * PRICE - 1)
    with pytest.raises(WaitsForPerson, match="by now"):
        acts.retake(film, Places(film.root), "S001", "", agreed=True, most=PRICE - 1)
    assert film.reader.all_takes() == []
    assert decisions(film) == []


def test_a_yes_to_the_sum_orders_and_is_kept_with_the_name(film: Production) -> None:
    assert acts.go(film, Places(film.root), "quay", agreed=True, most=2 * PRICE).startswith("2 takes ordered")
    assert [take.shot for take in film.reader.all_takes()] == ["S001", "S002"]
    assert decisions(film) == [("Ada", "saw it before saying yes: 2 takes, at most $1.52")]
    acts.retake(film, Places(film.root), "S001", "", agreed=True, most=PRICE)
    assert len(film.reader.all_takes()) == 3
    assert len(decisions(film)) == 2
