"""`import take` and `rescues`, as a person types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.films import shots, write_film
from tui.cli import main

LIGHT = """
import sys
from tui.cli import main
main(["rescues", "--film", sys.argv[1], "--json"])
heavy = [name for name in ("sqlmodel", "sqlalchemy", "pydantic", "numpy", "av", "PIL") if name in sys.modules]
sys.exit(f"loaded: {heavy}" if heavy else 0)
"""


@pytest.fixture
def film(film_root: Path) -> str:
    return str(write_film(film_root, {"a": shots("A", 2)}, budget={"film_usd": "1.00"}))


def test_a_take_is_imported_listed_judged_and_listed_again(
    film: str, bin_: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["import", "take", "A001", str(bin_.clip()), "--film", film, "--approach", "background-fix"]
    assert (
        main([*words, "--model", "m", "--cost", "2.50", "--source", "the\x1b[2J lab", "--note", "sky"]) == 0
    )
    said = capsys.readouterr()
    assert said.out.strip() == str(Path(film) / "takes/A001/A001_t001.mp4")
    assert "A001 take 1 is here to be looked at" in said.err
    assert "the film budget of $1.00 is broken" in said.err
    assert "--from names it" in said.err
    assert main(["rescues", "--film", film, "--json"]) == 0
    row = json.loads(capsys.readouterr().out)[0]
    assert (row["approach"], row["outcome"], row["cost_usd"], row["person"]) == (
        "background fix",
        "open",
        "2.50",
        "A Director",
    )
    assert row["source"] == "the\x1b[2J lab"
    main(["approve", "A001", "--film", film])
    capsys.readouterr()
    assert main(["rescues", "A001", "--film", film]) == 0
    shown = capsys.readouterr().out
    assert "saved" in shown
    assert "$2.50" in shown
    assert "\x1b" not in shown


def test_an_unknown_cost_is_shown_as_unknown(
    film: str, bin_: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import", "take", "A001", str(bin_.clip()), "--film", film, "--approach", "plate"])
    assert "its cost is unknown: no money is booked" in capsys.readouterr().err
    main(["rescues", "--film", film])
    assert "unknown" in capsys.readouterr().out
    main(["rescues", "--film", film, "--json"])
    assert json.loads(capsys.readouterr().out)[0]["cost_usd"] is None


def test_a_clip_that_does_not_fit_is_a_finding(
    film: str, bin_: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    long = str(bin_.clip(frames=72))
    assert main(["import", "take", "A001", long, "--film", film, "--approach", "elsewhere"]) == 1
    assert "A001 take 1 cannot be used: it lasts 3.00 s" in capsys.readouterr().err


@pytest.mark.parametrize(
    "more", [["--cost", "-1"], ["--cost", "1,50"], ["--from", "9"], ["--approach", "polish"]]
)
def test_bad_words_are_told_with_exit_code_two(
    film: str, bin_: Any, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["import", "take", "A001", str(bin_.clip()), "--film", film, "--approach", "relight"]
    try:
        code: Any = main([*words, *more])
    except SystemExit as ended:  # argparse, for a value that looks like a flag
        code = ended.code
    assert code == 2
    assert "Traceback" not in capsys.readouterr().err
    assert not (Path(film) / "takes").exists()


def test_a_film_without_a_ledger_has_no_rescues(film: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rescues", "--film", film, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_list_is_light(film: str, bin_: Any) -> None:
    main(["import", "take", "A001", str(bin_.clip()), "--film", film, "--approach", "plate"])
    ran = subprocess.run(
        [sys.executable, "-c", LIGHT, film], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)[0]["shot"] == "A001"
