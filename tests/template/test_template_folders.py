"""What `rushes init` and `rushes demo` copy: whole, valid, and as the format says."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import project_template
from core.film.load import load_plan

SHOT_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")
MOVES = {
    *("static", "handheld", "dolly-in", "dolly-out", "pan-left", "pan-right"),
    *("tilt-up", "tilt-down", "crane-up", "crane-down", "zoom-in", "zoom-out"),
}
KINDS = ("characters", "environments", "cameras", "style", "sound", "avoid")


def chains(name: str) -> dict[str, dict[str, Any]]:
    folder = project_template.folder(name) / "shots"
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.toml"))}


def shots(name: str) -> list[dict[str, Any]]:
    return [shot for chain in chains(name).values() for shot in chain["shot"]]


def front(path: Path) -> dict[str, Any]:
    _, head, body = path.read_text("utf-8").split("+++\n", 2)
    assert body.strip()
    return tomllib.loads(head)


def board() -> dict[str, Any]:
    text = (project_template.folder("sample") / "board" / "board.toml").read_text("utf-8")
    (version,) = tomllib.loads(text)["version"]
    return version


def test_an_unknown_template_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match="empty, sample"):
        project_template.folder("smaple")


@pytest.mark.parametrize("name", ["empty", "sample"])
def test_the_listing_names_every_file_by_its_place_in_the_film(name: str) -> None:
    listed = dict(project_template.files(name))
    for wanted in ("film.json", "script.md", "diary.md", "README.md", ".gitignore", "board/board.toml"):
        assert wanted in listed
    for place, path in listed.items():
        assert path == project_template.folder(name) / place
        assert path.is_file()
    for folder in ("post", "refs", "audio", "luts", "plates"):
        assert any(place.startswith(f"{folder}/") for place in listed)


def test_listing_a_template_costs_no_numpy() -> None:
    code = "import sys, project_template; project_template.files('sample'); sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["empty", "sample"])
def test_the_strict_loader_takes_the_template_as_it_is(name: str) -> None:
    plan = load_plan(project_template.folder(name))
    assert [shot.id for shot in plan.shots()] == [shot["id"] for shot in shots(name)]


@pytest.mark.parametrize("name", ["empty", "sample"])
def test_every_kind_of_block_has_an_example_that_says_its_kind(name: str) -> None:
    for kind in KINDS:
        blocks = sorted((project_template.folder(name) / "blocks" / kind).glob("*.md"))
        assert blocks, kind
        for path in blocks:
            head = front(path)
            assert head["kind"] == kind.removesuffix("s") if kind.endswith("s") else kind
            assert head["locked"] is True
            assert SHOT_ID.match(path.stem)


@pytest.mark.parametrize("name", ["empty", "sample"])
def test_the_diary_has_room_for_the_table_of_shots(name: str) -> None:
    text = (project_template.folder(name) / "diary.md").read_text("utf-8")
    assert text.index("<!-- rushes:shots -->") < text.index("<!-- /rushes:shots -->")


@pytest.mark.parametrize("name", ["empty", "sample"])
def test_what_rushes_makes_again_is_kept_out_of_git_and_the_ledger_is_not(name: str) -> None:
    lines = (project_template.folder(name) / ".gitignore").read_text("utf-8").splitlines()
    for made in (".rushes/cache/", ".rushes/worker.lock", ".rushes/worker.log", ".rushes/rehearsal/"):
        assert made in lines
    assert not {".rushes/", ".rushes", "takes/"} & set(lines)


def test_the_script_of_an_empty_film_has_its_three_parts() -> None:
    text = (project_template.folder("empty") / "script.md").read_text("utf-8")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Pitch",
        "## Treatment",
        "## Scenes",
    ]


def test_the_sample_is_a_film_of_under_a_minute_in_two_chains_of_twelve_shots() -> None:
    assert len(chains("sample")) == 2
    assert len(shots("sample")) == 12
    seconds = [shot["seconds"] for shot in shots("sample")]
    assert all(3 <= each <= 5 for each in seconds)
    assert 45 <= sum(seconds) <= 60


def test_shot_ids_are_valid_and_unique_without_case() -> None:
    ids = [shot["id"] for shot in shots("sample")]
    assert all(SHOT_ID.match(shot) for shot in ids)
    assert len({shot.lower() for shot in ids}) == len(ids)


def test_one_hero_one_character_one_action_and_the_rest_establish() -> None:
    kinds = [shot["kind"] for shot in shots("sample")]
    assert [kinds.count(kind) for kind in ("hero", "character", "action")] == [1, 1, 1]
    assert kinds.count("establisher") >= 7
    planned = json.loads((project_template.folder("sample") / "film.json").read_text("utf-8"))["planned"]
    assert planned == {kind: kinds.count(kind) for kind in planned}


def test_seams_carry_the_look_on_where_the_place_stays_and_cut_by_the_board_where_it_changes() -> None:
    later = []
    for chain in chains("sample").values():
        assert chain["shot"][0]["seam"] == "text"
        for before, shot in zip(chain["shot"], chain["shot"][1:], strict=False):
            later.append(shot["seam"])
            if shot["seam"] == "last":
                assert shot["environment"] == before["environment"]
            if shot["environment"] != before["environment"]:
                assert shot["seam"] in ("board", "keyframe")
    assert later.count("last") >= 6
    assert "board" in later
    assert {"keyframe", "anchor"} & set(later)


def test_every_shot_says_what_must_carry_over_its_cut() -> None:
    for shot in shots("sample"):
        state = shot["continuity"]
        for wanted in ("position", "lighting", "kelvin", "weather", "emotion", "screen_direction"):
            assert state[wanted], (shot["id"], wanted)
        if shot.get("characters"):
            assert state["costume"], shot["id"]


def test_every_move_of_a_camera_is_used_once_and_every_block_named_is_there() -> None:
    blocks = project_template.folder("sample") / "blocks"
    moves = []
    for shot in shots("sample"):
        moves.append(front(blocks / "cameras" / f"{shot['camera']}.md")["move"])
        assert (blocks / "environments" / f"{shot['environment']}.md").is_file()
        for name in shot.get("characters", []):
            assert (blocks / "characters" / f"{name}.md").is_file()
    assert sorted(moves) == sorted(MOVES)


def test_the_board_pins_every_plate_by_its_hash_and_has_one_for_every_place() -> None:
    version = board()
    assert version["status"] == "approved"
    assert all(version["blocks"].values())
    root = project_template.folder("sample")
    for image in version["image"]:
        data = (root / image["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == image["sha"], image["file"]
        assert len(data) < 900_000
        with Image.open(root / image["file"]) as picture:
            assert image["role"] != "environment" or picture.size == (2560, 1440)
    places = {image["name"] for image in version["image"] if image["role"] == "environment"}
    assert places == {shot["environment"] for shot in shots("sample")}
    named = {image["name"] for image in version["image"]}
    assert {path.stem for path in (root / "board").glob("*.jpg")} == named
    cast = {image["name"] for image in version["image"] if image["role"] == "character"}
    assert cast == {name for shot in shots("sample") for name in shot.get("characters", [])}


def test_the_sample_costs_nothing_and_waits_for_a_person_only_at_its_end() -> None:
    film = json.loads((project_template.folder("sample") / "film.json").read_text("utf-8"))
    assert {kind["provider"] for kind in film["defaults"].values()} == {"animatic"}
    assert film["review"]["policy"] == "end"
    assert film["on_fail"] == "hold"
    assert film["budget"]["film_usd"] == "5.00"
    assert (film["width"], film["height"], film["fps"]) == (1280, 720, "24")
