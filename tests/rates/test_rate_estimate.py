"""`rushes estimate`: sums by chain and in all, the rows they come from, and what to write where none is."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from core.base.rates import Ask, RateCard
from core.film.plan import Plan
from core.providers.base import Quote, VideoRequest
from core.studio import estimate
from core.studio.acts import Scope
from core.studio.places import Places
from core.studio.rates import card_of
from tests.support.fakes import FakeProvider
from tests.support.films import write_film
from tui.cli import main

SEEDANCE = {"provider": "openrouter", "model": "bytedance/seedance-2.0", "resolution": "720p"}
UNKNOWN = {"provider": "openrouter", "model": "some/model", "resolution": "720p"}
LENGTHS = [4, 15] + 31 * [11] + 29 * [10]


@dataclass
class ByTheCard(FakeProvider):
    """Quotes by a rate card as an adapter does."""

    name: str = "openrouter"
    card: RateCard = field(default_factory=RateCard)

    def quote(self, request: VideoRequest) -> Quote | None:  # type: ignore[override]
        ask = Ask(
            self.name,
            request.model,
            Fraction(request.frames) / request.fps,
            request.width,
            request.height,
            request.resolution,
            request.audio,
        )
        found = self.card.price(ask)
        return Quote(found.upper, found.expected, found.certainty, found.row) if found else None


@pytest.fixture(autouse=True)
def _adapters(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the place of the real adapters: none is asked for a key, none reaches out."""

    def providers(_places: Places, plan: Callable[[], Plan]) -> dict[str, Any]:
        card = card_of(plan().prices, today=datetime.now(UTC).date())
        return {"openrouter": ByTheCard(card=card), "animatic": FakeProvider()}

    monkeypatch.setattr(estimate, "providers_of", providers)


def film(root: Path, chains: dict[str, list[float]], **of: dict[str, Any]) -> Path:
    """Chains of establishers of these lengths; `of`: kind to its defaults."""
    shots = {
        chain: [{"id": f"{chain[0].upper()}{n:03d}", "seconds": s} for n, s in enumerate(lengths, 1)]
        for chain, lengths in chains.items()
    }
    defaults = {"establisher": SEEDANCE, **of}
    return write_film(root, shots, width=1280, height=720, defaults=defaults)


def ask(root: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["estimate", *words, "--film", str(root)])
    return code, capsys.readouterr().out


def as_data(root: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    code, text = ask(root, capsys, "--json", *words)
    assert code == 0
    found: dict[str, Any] = json.loads(text)
    return found


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_film_of_the_seeds_is_estimated_by_chain_and_in_all(
    film_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film(film_root, {"able": LENGTHS[:20], "baker": LENGTHS[20:]})
    found = as_data(film_root, capsys)
    assert (found["expected_usd"], found["upper_usd"]) == ("98.28", "98.6706")
    assert (found["takes_count"], found["seconds"], found["unpriced_takes"]) == (62, 650, 0)
    able, baker = found["chains"]
    assert (able["chain"], able["takes_count"], able["seconds"]) == ("able", 20, 217)
    assert float(able["expected_usd"]) + float(baker["expected_usd"]) == pytest.approx(98.28)
    (row,) = found["price_rows"]
    assert row["takes"] == 62
    assert row["row"].endswith("720p $0.1512/second (shipped, as of 2026-10-09)")
    code, text = ask(film_root, capsys)
    assert code == 0
    assert "$98.28" in text
    assert "62 takes, at most $98.6706; 0 shots kept as they are" in text
    assert "as of 2026-10-09" in text


def test_one_chain_is_estimated_alone(film_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film(film_root, {"able": [5], "baker": [14]})
    found = as_data(film_root, capsys, "--chain", "baker")
    assert [held["chain"] for held in found["chains"]] == ["baker"]
    assert found["expected_usd"] == "2.1168"
    assert main(["estimate", "--film", str(film_root), "--chain", "bakr"]) == 2
    assert "did you mean 'baker'?" in capsys.readouterr().err


def test_a_model_without_a_price_is_unknown_and_its_lines_make_it_known(
    film_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film(film_root, {"able": [5, 5]}, establisher=UNKNOWN)
    found = as_data(film_root, capsys)
    assert (found["expected_usd"], found["upper_usd"], found["unpriced_takes"]) == (None, None, 2)
    (case,) = found["unpriced"]
    assert (case["model"], case["shots"]) == ("some/model", ["A001", "A002"])
    _, text = ask(film_root, capsys)
    assert "at most unknown" in text
    assert all(line in text for line in case["prices_toml"])
    lines = "\n".join(case["prices_toml"])
    (film_root / "prices.toml").write_text(lines)
    assert main(["estimate", "--film", str(film_root)]) == 2  # `?` is no price
    assert "prices.toml:6: 'price': '?' is not a price" in capsys.readouterr().err
    (film_root / "prices.toml").write_text(lines.replace('"?"', '"0.10"'))
    assert as_data(film_root, capsys)["expected_usd"] == "1.00"


def test_a_sum_that_is_not_the_whole_says_so(film_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = film(film_root, {"able": [5, 5]})
    matrix = root / "shots" / "able.toml"
    matrix.write_text(
        matrix.read_text().replace('id = "A002"', 'id = "A002"\nmodel = "openrouter:some/model"')
    )
    found = as_data(root, capsys)
    assert (found["expected_usd"], found["priced_expected_usd"], found["unpriced_takes"]) == (
        None,
        "0.756",
        1,
    )
    _, text = ask(root, capsys)
    assert "$0.756 + unknown" in text


def test_a_model_that_is_priced_for_another_resolution_is_told_its_rows(
    film_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film(film_root, {"able": [5]}, establisher={**SEEDANCE, "resolution": "1440p"})
    (case,) = as_data(film_root, capsys)["unpriced"]
    assert "720p $0.1512/second" in case["why"]
    assert tomllib.loads("\n".join(case["prices_toml"]))["price"][0]["resolution"] == "1440p"


def test_a_price_in_another_currency_asks_for_the_exchange_rate(
    film_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film(film_root, {"able": [5]}, establisher=UNKNOWN)
    row = '[[price]]\nprovider = "openrouter"\nmodel = "some/model"\nunit = "second"\nprice = "1"\n'
    (film_root / "prices.toml").write_text(
        row + 'currency = "CNY"\nsource = "a page"\nas_of = "2026-10-09"\n'
    )
    (case,) = as_data(film_root, capsys)["unpriced"]
    assert "CNY" in case["why"]
    assert case["prices_toml"][0] == "[currency]"


def test_a_provider_nobody_can_speak_to_is_not_helped_by_a_price(
    film_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film(film_root, {"able": [5]}, establisher={"provider": "nobody", "model": "m"})
    (case,) = as_data(film_root, capsys)["unpriced"]
    assert "no adapter" in case["why"]
    assert case["prices_toml"] == []


def test_an_old_price_is_said(film_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film(film_root, {"able": [5]}, establisher=UNKNOWN)
    row = '[[price]]\nprovider = "openrouter"\nmodel = "some/model"\nunit = "second"\nprice = "0.1"\n'
    (film_root / "prices.toml").write_text(row + 'source = "a page"\nas_of = "2025-01-01"\n')
    assert "days ago" in as_data(film_root, capsys)["price_rows"][0]["old"]
    assert "days ago" in ask(film_root, capsys)[1]


def test_an_estimate_writes_nothing(film_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film(film_root, {"able": [5]})
    before = tree(film_root)
    assert ask(film_root, capsys)[0] == 0
    assert tree(film_root) == before
    assert not (film_root / ".rushes").exists()


def test_what_is_asked_in_an_estimate_cannot_be_written_through(film_root: Path) -> None:
    film(film_root, {"able": [5]})
    with estimate.looking(Places(film_root)) as p:
        assert p.ledger is None
        assert not p.reader.all_takes()
        assert estimate.estimate(Places(film_root), Scope()).total.takes == 1
