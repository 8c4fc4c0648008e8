"""A film folder from elsewhere: its orders are not this user's yes, and its prices are not believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.engine import orders
from core.engine.orders import Scope
from core.studio import acts
from core.studio.assembly import open_film
from core.studio.places import Places
from tests.nights.brisk import RouterNight
from tests.nights.room import write_night
from tests.support.work import rushes

YES = ("--accept", "quote", "--why", "the producer agreed")
CHEAP = (
    '[[price]]\nprovider = "openrouter"\nmodel = "bytedance/seedance-2.0"\nunit = "second"\n'
    'price = "0.000001"\nsource = "a friend"\nas_of = "2026-11-01"\n'
)


@pytest.fixture
def film(shelf: Path, router: RouterNight) -> Path:
    shots = [{"id": f"S{n:03d}", "seconds": 15, "seam": "text"} for n in range(1, 4)]
    return write_night(shelf / "film", {"a": shots})


def test_orders_of_somebody_else_are_not_sent_with_this_users_keys(film: Path, router: RouterNight) -> None:
    """As a folder looks that was cloned with its `.rushes`: takes ordered, nothing agreed to here."""
    opened = open_film(Places(film))
    orders.place(opened.production, Scope())
    opened.close()
    refused = rushes("run", film=film)
    assert refused.returncode == 3
    assert "ordered here by somebody else" in refused.stderr
    assert "--accept earlier-orders" in refused.stderr
    yes_to_nothing = rushes("run", *YES, film=film)
    assert yes_to_nothing.returncode == 3, "a yes to a quote of nothing is no yes to what lies there"
    assert not router.bill


def test_a_worker_that_is_started_all_the_same_sends_none_of_them(film: Path, router: RouterNight) -> None:
    opened = open_film(Places(film))
    orders.place(opened.production, Scope())
    opened.close()
    assert acts.launch(Places(film), linger=False).wait(60) == 3
    with acts.opened(Places(film)) as again:
        assert again.production.reader.chain("a")[:2] == ("paused", "budget")
        assert "somebody else" in again.production.reader.chain("a")[2]
    assert not router.bill


def test_a_price_far_below_what_is_known_is_asked_about(film: Path, router: RouterNight) -> None:
    (film / "prices.toml").write_text(CHEAP)
    refused = rushes("run", *YES, film=film)
    assert refused.returncode == 3
    assert "--accept price-low" in refused.stderr
    assert "prices.toml" in refused.stderr
    assert not router.bill


def test_a_limit_for_a_provider_nobody_knows_is_named(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "rushes"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.toml").write_text('[keys.openruter]\nlimit_usd = "5.00"\n')
    refused = rushes("run", *YES, film=film)
    assert refused.returncode == 2
    assert "did you mean 'openrouter'" in refused.stderr


def test_a_link_in_place_of_the_state_folder_is_refused_before_anything_is_written(
    film: Path, shelf: Path
) -> None:
    elsewhere = shelf / "elsewhere"
    elsewhere.mkdir()
    state = film / ".rushes"
    if state.exists():
        state.rename(shelf / "kept")
    state.symlink_to(elsewhere)
    assert rushes("run", *YES, film=film).returncode == 2
    assert rushes("note", "S001", "hello", film=film).returncode == 2
    assert list(elsewhere.iterdir()) == []
