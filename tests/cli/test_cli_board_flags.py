"""What the command line tells the board: theme, pictures, signs, and whether it only looks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from core.base.settings import BoardSettings
from core.studio import acts
from tests.support.films import shots, write_film
from tui.cli import main
from tui.commands import running


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The boards that were opened, each by what it was told."""
    import tui.opening

    told: list[dict[str, Any]] = []

    def run_board(desk: Any, board: BoardSettings, **more: Any) -> int:
        told.append({"film": desk.root.name, "board": board, **more, "first": more["first"]()})
        desk.close()
        return 0

    monkeypatch.setattr(tui.opening, "run_board", run_board)
    monkeypatch.setattr(running, "can_draw", lambda: True)
    settings = Path(os.environ["XDG_CONFIG_HOME"]) / "rushes" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('name = "Ada"\nascii = true\n[board]\ntheme = "nord"\npictures = "kitty"\n')
    return told


@pytest.fixture
def film(film_root: Path) -> str:
    return str(write_film(film_root, {"a": shots("A", 1)}))


def test_the_settings_of_the_person_dress_the_board(film: str, shown: list[dict[str, Any]]) -> None:
    assert main(["--film", film]) == main(["attach", "--film", film]) == 0
    wanted = {
        "film": "film",
        "board": BoardSettings("nord", "kitty"),
        "ascii_signs": True,
        "read_only": False,
    }
    assert all(one.pop("first").title == "A Test" for one in shown)
    assert shown == [wanted, wanted]


def test_options_of_the_command_stand_over_the_settings(film: str, shown: list[dict[str, Any]]) -> None:
    words = ["--read-only", "--theme", "rushes-light", "--pictures", "half"]
    assert main([*words, "--film", film]) == 0
    assert main(["attach", "--no-pictures", "--film", film]) == 0
    first, second = shown
    assert (first["board"], first["read_only"]) == (BoardSettings("rushes-light", "half"), True)
    assert (second["board"].pictures, second["read_only"]) == ("off", False)


def test_the_demo_opens_the_board_dressed_the_same_way(
    tmp_path: Path, shown: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "go", lambda *_: "")
    assert main(["demo", str(tmp_path / "demo-film")]) == 0
    assert [(one["film"], one["board"].theme, one["read_only"]) for one in shown] == [
        ("demo-film", "nord", False)
    ]


def test_a_way_to_draw_pictures_that_nobody_knows_is_refused(
    film: str, shown: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["attach", "--pictures", "oil", "--film", film])
    assert ended.value.code == 2
    assert "sixel" in capsys.readouterr().err
    assert shown == []
