"""`rushes estimate` with the adapters as they are, and no key in the environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.films import write_film
from tui.cli import main


def test_the_film_of_the_seeds_is_estimated_without_a_key_and_nothing_is_written(
    film_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lengths = [4, 15] + 31 * [11] + 29 * [10]
    model = {"provider": "openrouter", "model": "bytedance/seedance-2.0", "resolution": "720p"}
    shots = [{"id": f"S{n:03d}", "seconds": seconds} for n, seconds in enumerate(lengths, 1)]
    write_film(film_root, {"all": shots}, width=1280, height=720, defaults={"establisher": model})
    before = {path: path.stat().st_mtime_ns for path in film_root.rglob("*")}
    assert main(["estimate", "--json", "--film", str(film_root)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["takes_count"], found["seconds"]) == (62, 650)
    assert found["expected_usd"] == "98.28"
    assert 98.28 <= float(found["upper_usd"]) < 99
    assert {path: path.stat().st_mtime_ns for path in film_root.rglob("*")} == before
