"""What a person lets a key spend, as they write it in their settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.base import settings
from core.base.errors import BadInput
from core.base.settings import KeyLimits
from core.base.units import Money


@pytest.fixture
def file() -> Path:
    path = settings.config_dir() / "settings.toml"
    path.parent.mkdir(parents=True)
    return path


def test_each_providers_key_has_limits_of_its_own(file: Path) -> None:
    file.write_text(
        'name = "Ada"\n[keys.openrouter]\nlimit_usd = "50.00"\nday_usd = "0"\n'
        "in_flight = 4\nper_minute = 10\n[keys.fal]\n"
    )
    found = settings.load()
    assert found.name == "Ada"
    assert found.keys == {
        "openrouter": KeyLimits(Money(50_000_000), Money(0), 4, 10),
        "fal": KeyLimits(),
    }


def test_without_a_file_nothing_is_limited() -> None:
    assert settings.load().keys == {}


BAD = {
    "limit_usd = nan": "must be a decimal string",
    "limit_usd = inf": "must be a decimal string",
    "limit_usd = 50": "must be a decimal string",
    "limit_usd = 50.0": "must be a decimal string",
    "limit_usd = true": "must be a decimal string",
    'limit_usd = "nan"': "not a sum of money",
    'limit_usd = "inf"': "not a sum of money",
    'limit_usd = "-1"': "not a sum of money",
    'limit_usd = "1e9"': "not a sum of money",
    'limit_usd = "50,00"': "not a sum of money",
    'limit_usd = ""': "not a sum of money",
    'limit_usd = "0.0000001"': "not a sum of money",
    'day_usd = "9999999999"': "more than any film costs",
    'day_usd = "99999999999"': "not a sum of money",
    "in_flight = 0": "in_flight must be a whole number from 1 to 1000",
    "in_flight = 1001": "in_flight must be a whole number from 1 to 1000",
    "in_flight = 2.0": "in_flight must be a whole number",
    "in_flight = nan": "in_flight must be a whole number",
    'in_flight = "4"': "in_flight must be a whole number",
    "in_flight = true": "in_flight must be a whole number",
    "per_minute = -1": "per_minute must be a whole number from 1 to 6000",
    "per_minute = 6001": "per_minute must be a whole number",
    "per_minute = inf": "per_minute must be a whole number",
}


@pytest.mark.parametrize("line", BAD)
def test_a_limit_that_is_none_is_a_sentence_that_names_its_place(file: Path, line: str) -> None:
    file.write_text(f"[keys.openrouter]\n{line}\n")
    with pytest.raises(BadInput, match=BAD[line]) as refusal:
        settings.load()
    assert refusal.value.where == f"{file}, [keys.openrouter]"


def test_an_unknown_setting_of_a_key_is_refused_with_the_nearest_one(file: Path) -> None:
    file.write_text('[keys.openrouter]\nlimit = "5"\n')
    with pytest.raises(BadInput, match="unknown setting 'limit'") as refusal:
        settings.load()
    assert refusal.value.nearest == "limit_usd"


@pytest.mark.parametrize("text", ['keys = "x"\n', "[[keys]]\n"])
def test_keys_that_are_no_table_are_refused(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(BadInput, match="'keys' must be a table"):
        settings.load()


@pytest.mark.parametrize("text", ["[keys]\nopenrouter = 5\n", '[keys."Open Router"]\n', '[keys."../x"]\n'])
def test_a_table_that_is_no_providers_is_refused(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(BadInput, match="no provider's table"):
        settings.load()


def test_the_misspelt_table_is_refused_too(file: Path) -> None:
    file.write_text('[key.openrouter]\nlimit_usd = "5"\n')
    with pytest.raises(BadInput, match="unknown setting 'key'") as refusal:
        settings.load()
    assert refusal.value.nearest == "keys"
