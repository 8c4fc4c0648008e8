"""What can be meant but is unwise: each finding appears, and goes away when it is called intentional."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from core.film.readiness import findings, placed

if TYPE_CHECKING:
    from core.film.finding import Finding

    from .conftest import Film

HARBOUR = "shots/harbour.toml"


@dataclass
class Model:
    """Stands for providers.base.Capabilities."""

    seconds: tuple[float, float] = (1.0, 20.0)
    lengths: tuple[int, ...] = ()
    aspects: tuple[str, ...] = ()
    resolutions: tuple[str, ...] = ()
    first_frame: bool = True
    last_frame: bool = True
    references: int = 9
    frames_exclude_references: bool = False
    audio: bool = True


def look(film: Film, model: Model | None = None) -> tuple[Finding, ...]:
    return findings(film.load(), lambda provider, name: model or Model())


def codes(film: Film, model: Model | None = None) -> list[str]:
    return [finding.code for finding in look(film, model)]


def test_a_sound_film_has_no_findings(film: Film) -> None:
    assert look(film) == ()


def with_state(film: Film, before: str, after: str, extra: str = "") -> Film:
    film.swap(HARBOUR, 'props = ["lamp"]\nkelvin = 4300\n', before + "\n")
    film.write(HARBOUR, film.read(HARBOUR) + extra + f"\n[shot.continuity]\n{after}\n")
    return film


JUMPS = [
    ("kelvin = 4300", "kelvin = 5600", "kelvin-jump", "kelvin"),
    ('props = ["lamp", "rope"]', 'props = ["lamp"]', "props-change", "rope"),
    ('props = ["lamp"]', 'props = ["lamp", "rope"]', "props-change", "props"),
    ('costume = "grey coat"', 'costume = "red coat"', "costume-change", "costume"),
    ('screen_direction = "left to right"', 'screen_direction = "left"', "direction-flip", "screen_direction"),
]


@pytest.mark.parametrize(("before", "after", "code", "name"), JUMPS)
def test_a_jump_between_neighbours_is_found(
    film: Film, before: str, after: str, code: str, name: str
) -> None:
    found = look(with_state(film, before, after))
    assert [(finding.code, finding.severity, finding.shot) for finding in found] == [
        (code, "warning", "S103")
    ]


@pytest.mark.parametrize(("before", "after", "code", "name"), JUMPS)
def test_a_jump_that_is_meant_is_not_a_finding(
    film: Film, before: str, after: str, code: str, name: str
) -> None:
    assert codes(with_state(film, before, after, f'intentional = ["{name}"]')) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("kelvin = 4300", "kelvin = 4800"),
        ('props = ["rope", "lamp"]', 'props = ["lamp", "rope"]'),
        ('costume = "grey coat"', 'costume = ""'),
        ('screen_direction = "left to right"', 'screen_direction = "right"'),
        ('screen_direction = "left"', 'screen_direction = "towards camera"'),
    ],
)
def test_what_stays_is_not_a_finding(film: Film, before: str, after: str) -> None:
    assert codes(with_state(film, before, after)) == []


def test_a_change_expected_inside_the_shot_before_is_not_a_finding(film: Film) -> None:
    with_state(film, 'costume = "grey coat"', 'costume = "red coat"')
    film.swap(HARBOUR, "seconds = 6.5", 'seconds = 6.5\nexpect_change = ["costume"]')
    assert codes(film) == []


def test_neighbours_are_compared_over_omitted_shots(film: Film) -> None:
    film.swap(HARBOUR, "seconds = 6\n", "seconds = 6\ncontinuity = {kelvin = 2000}\n")
    with_state(film, "kelvin = 4300", "kelvin = 5600")
    film.swap(HARBOUR, 'id = "S102"\n', 'id = "S102"\nomitted = true\n')
    assert [finding.text for finding in look(film)] == ["light jumps from 2000 K to 5600 K after S101"]


def test_too_many_beats_for_the_seconds(film: Film) -> None:
    film.swap(HARBOUR, '"she stops"', '"b", "c", "d"')
    assert codes(film) == []
    film.swap(HARBOUR, '"b", "c", "d"', '"b", "c", "d", "e"')
    assert codes(film) == ["too-many-beats"]


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        (HARBOUR, "seconds = 6\n", "seconds = 15.5\n", "long-shot"),
        (HARBOUR, 'environment = "harbour"\n', "", "no-environment"),
        (HARBOUR, "The harbour before dawn", " ", "no-words"),
        ("blocks/characters/ada.md", '"refs/master.png"', "", "character-without-reference"),
        ("blocks/style/film.md", "+++\n\n", "locked = false\n+++\n\n", "block-unlocked"),
        ("film.json", '"budget": {"film_usd": "250.00"}', '"budget": {}', "no-budget"),
        ("film.json", '"budget"', '"planned": {"hero": 3}, "budget"', "planned-count"),
        ("film.json", '"budget"', '"planned": {"character": 3}, "budget"', "planned-count"),
        ("film.json", "1280", "720", "aspect"),
        ("film.json", '"budget"', '"start": "2025-05-01", "due": "2025-04-01", "budget"', "due-before-start"),
        (HARBOUR, "seconds = 4", 'seconds = 4\ntransition = "dissolve"', "dissolve-on-seam"),
    ],
)
def test_each_unwise_line_is_found(film: Film, path: str, old: str, new: str, code: str) -> None:
    found = look(film.swap(path, old, new))
    assert [(finding.code, finding.file) for finding in found] == [(code, path)]
    assert all(finding.text and finding.todo for finding in found)


def test_a_picture_on_the_board_is_a_characters_reference(film: Film) -> None:
    film.board(name="ada").swap("board/board.toml", 'role = "environment"', 'role = "character"')
    film.swap("blocks/characters/ada.md", '"refs/master.png"', "")
    assert codes(film) == []


def test_blocks_nobody_uses_are_left_alone(film: Film) -> None:
    film.block("characters", "eve", "character", "Eve.", "locked = false\n")
    assert codes(film) == []


def test_a_paid_provider_without_a_budget_is_an_error(film: Film) -> None:
    film.swap(
        "film.json",
        '"budget": {"film_usd": "250.00"}',
        '"defaults": {"character": {"provider": "fal", "model": "x"}}',
    )
    assert [(f.code, f.severity) for f in look(film)] == [("no-budget", "error")]


def test_a_film_without_shots_is_an_error(film: Film) -> None:
    assert codes(film.write(HARBOUR, "[chain]\n")) == ["no-shots"]


def test_a_long_chain_reviewed_one_by_one_is_found(film: Film) -> None:
    shots = "".join(
        f'[[shot]]\nid = "T{n}"\nkind = "hero"\ndescription = "x"\nseconds = 2\nenvironment = "harbour"\n'
        for n in range(21)
    )
    film.board().write("shots/two.toml", shots)
    assert codes(film) == ["review-each-long-chain"]
    film.swap("film.json", '"budget"', '"review": {"policy": "every-n", "n": 5}, "budget"')
    assert codes(film) == []


@pytest.mark.parametrize(
    ("model", "code", "shots"),
    [
        (Model(seconds=(5.0, 10.0)), "seconds-do-not-fit", ["S103"]),
        (Model(first_frame=False), "no-first-frame", ["S102", "S103"]),
        (Model(references=1), "too-many-references", ["S102"]),
        (Model(frames_exclude_references=True), "frame-or-references", ["S102", "S103"]),
    ],
)
def test_a_shot_is_held_against_what_its_model_can_do(
    film: Film, model: Model, code: str, shots: list[str]
) -> None:
    found = look(film, model)
    assert {finding.code for finding in found} == {code}
    assert [finding.shot for finding in found] == shots


def test_a_bridge_needs_a_model_that_takes_a_last_frame(film: Film) -> None:
    film.swap(HARBOUR, 'id = "S102"', 'id = "S102"\nseam = "bridge"').swap(
        HARBOUR, 'id = "S103"', 'id = "S103"\nseam = "text"'
    )
    assert codes(film, Model(last_frame=False)) == ["no-last-frame"]


def test_resolution_and_sound_are_held_against_the_model(film: Film) -> None:
    film.swap(
        "film.json", '"budget"', '"defaults": {"establisher": {"resolution": "4k", "audio": true}}, "budget"'
    )
    assert codes(film, Model(resolutions=("720p",), audio=False)) == ["resolution", "no-audio"]


def test_a_model_nobody_knows_is_an_error_and_asked_for_once(film: Film) -> None:
    asked: list[tuple[str, str]] = []

    def nobody(provider: str, model: str) -> None:
        asked.append((provider, model))

    found = findings(film.load(), nobody)
    assert {finding.code for finding in found} == {"unknown-model"}
    assert asked == [("animatic", "animatic-1")]


def test_errors_come_first(film: Film) -> None:
    film.swap(HARBOUR, 'environment = "harbour"\n', "").swap(HARBOUR, "She looks back", "")
    assert [finding.severity for finding in look(film)] == ["error", "warning"]


def test_placed_findings_have_the_line_of_what_they_speak_of(film: Film) -> None:
    film.swap(HARBOUR, "seconds = 6\n", "seconds = 15.5\n")
    (finding,) = placed(film.load(), look(film))
    text = film.read(HARBOUR)
    assert finding.line == text[: text.index("seconds = 15.5")].count("\n") + 1


def test_a_file_that_went_away_leaves_the_finding_without_its_line(film: Film) -> None:
    plan = film.swap(HARBOUR, "seconds = 6\n", "seconds = 15.5\n").load()
    found = findings(plan, lambda provider, name: Model())
    (film.root / HARBOUR).unlink()
    assert [finding.code for finding in placed(plan, found)] == ["long-shot"]


def test_an_environment_without_a_plate_is_told_once_that_its_animatics_are_a_plain_card(film: Film) -> None:
    shot = '[[shot]]\nid = "{}"\nkind = "hero"\ndescription = "x"\nseconds = 2\nenvironment = "harbour"\n'
    film.write("shots/two.toml", shot.format("T1") + shot.format("T2"))
    found = look(film)
    assert [(f.code, f.severity) for f in found] == [("environment-without-plate", "warning")]
    assert "plain card" in found[0].text
    assert "harbour" in found[0].text
    film.write("shots/two.toml", '[chain]\nanchor = "T1"\n' + shot.format("T1"))
    assert codes(film) == ["environment-without-plate"], "a shot of its own is no picture to begin with"
    film.board()
    assert codes(film) == []


def test_lengths_and_shapes_are_held_against_the_model_with_the_nearest(film: Film) -> None:
    film.swap(HARBOUR, "seconds = 6\n", "seconds = 5\n")
    (found,) = [one for one in look(film, Model(lengths=(4, 6, 8))) if one.shot == "S101"]
    assert found.code == "seconds-do-not-fit"
    assert "4, 6, 8 s only" in found.text
    assert found.todo in ("set seconds to 4", "set seconds to 6")
    assert set(codes(film, Model(aspects=("9:16",)))) == {"aspect"}
    assert codes(film, Model(aspects=("16:9",))) == []
