"""A prompt is the blocks word for word in a fixed order; a hash covers all that was asked."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from core.film.prompts import SEPARATOR, assemble, plan_hash, prompt_of, request_hash

if TYPE_CHECKING:
    from .conftest import Film

HARBOUR = "shots/harbour.toml"


def sha(path: str) -> str:
    return f"sha of {path}"


def full(film: Film) -> Film:
    film.board().block("sound", "sea", "sound", "Waves, no music.").block(
        "avoid", "text", "avoid", "No lettering."
    )
    return film.swap(
        HARBOUR,
        "seconds = 6.5\n",
        'seconds = 6.5\ncamera = "slow"\naction = "She stops."\nmood = "uneasy"\nsound = "gulls"\n',
    )


def test_sections_stand_in_their_order(film: Film) -> None:
    prompt = assemble(full(film).load(), "S102", handed_over=False)
    assert prompt.text == SEPARATOR.join(text for _, text in prompt.sections)
    assert prompt.sections == (
        ("character:ada", "Ada, thirty, a grey coat."),
        ("environment:harbour", "A small stone harbour."),
        ("camera:slow", "Slow push in."),
        ("style:film", "35mm, grain."),
        ("board", "Grey sea, no sun."),
        ("action", "Ada walks along the quay\nShe stops.\nMood: uneasy"),
        ("beats", "Moments, in order:\n1. she walks\n2. she stops"),
        ("sound", "Sound: gulls"),
        ("sound:sea", "Waves, no music."),
        ("continuity", "Continuity: props: lamp; colour temperature: 4300 K."),
        ("avoid:text", "No lettering."),
    )


def test_what_has_no_words_has_no_section(film: Film) -> None:
    names = [name for name, _ in assemble(film.load(), "S103", handed_over=True).sections]
    assert names == ["character:ada", "environment:harbour", "style:film", "action"]


def test_blocks_go_in_byte_for_byte_into_every_shot(film: Film) -> None:
    body = "Ada:  two  spaces,\n\n\ttab, ünïcode [/] {x} %s \\n"
    film.block("characters", "ada", "character", body)
    plan = film.load()
    for shot in ("S102", "S103"):
        assert dict(assemble(plan, shot, handed_over=False).sections)["character:ada"] == body


def test_the_carried_form_is_used_only_behind_a_hand_over_frame(film: Film) -> None:
    film.block("characters", "ada", "character", "Ada, thirty, a grey coat.", 'carried = "The same woman."\n')
    plan = film.load()
    assert dict(assemble(plan, "S102", handed_over=True).sections)["character:ada"] == "The same woman."
    assert dict(assemble(plan, "S102", handed_over=False).sections)["character:ada"].startswith("Ada, thirty")
    assert (
        dict(assemble(plan, "S102", handed_over=True).sections)["environment:harbour"]
        == "A small stone harbour."
    )
    assert "The same woman." in prompt_of(plan, "S102").text


def test_purpose_and_planning_words_are_never_sent(film: Film) -> None:
    film.swap(HARBOUR, "seconds = 4\n", 'seconds = 4\npurpose = "NEVER SENT"\nintentional = ["NEVER SENT"]\n')
    assert "NEVER SENT" not in prompt_of(film.load(), "S103").text


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (HARBOUR, "Ada walks", "Ada runs"),
        (HARBOUR, "seconds = 6.5", "seconds = 7"),
        (HARBOUR, "S101:first", "S101"),
        (HARBOUR, '["refs/master.png", ', "["),
        (HARBOUR, 'id = "S102"\n', 'id = "S102"\nseam = "keyframe"\n'),
        (HARBOUR, 'id = "S102"\n', 'id = "S102"\nmodel = "other"\n'),
        (HARBOUR, 'id = "S102"\n', 'id = "S102"\nplate = "composite"\n'),
        (HARBOUR, "kelvin = 4300", "kelvin = 4301"),
        ("film.json", "1280", "1282"),
        ("film.json", '"24"', '"25"'),
        ("film.json", '"budget"', '"defaults": {"character": {"audio": true}}, "budget"'),
        ("blocks/style/film.md", "35mm", "16mm"),
        ("blocks/cameras/slow.md", "0.3", "0.4"),
        ("board/board.toml", "Grey sea", "Blue sea"),
    ],
)
def test_the_plan_hash_sees_all_that_is_asked(film: Film, path: str, old: str, new: str) -> None:
    full(film)
    before = plan_hash(film.load(), "S102", sha)
    assert plan_hash(film.swap(path, old, new).load(), "S102", sha) != before


def test_the_plan_hash_sees_the_pictures_bytes(film: Film) -> None:
    plan = film.load()
    assert plan_hash(plan, "S102", sha) != plan_hash(plan, "S102", lambda path: "other")


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("film.json", "Salt Road", "Sugar Road"),
        ("film.json", "250.00", "300.00"),
        (HARBOUR, 'id = "S103"', 'id = "S103"\nlocked = true\npurpose = "x"'),
        (HARBOUR, "Ada walks", "Ada runs"),
        (HARBOUR, '[chain]\ntitle = "Harbour"', '[chain]\ntitle = "Port"'),
    ],
)
def test_the_plan_hash_does_not_see_what_is_not_asked(film: Film, path: str, old: str, new: str) -> None:
    before = plan_hash(film.load(), "S103", sha)
    assert plan_hash(film.swap(path, old, new).load(), "S103", sha) == before


def test_another_shot_to_begin_from_is_another_plan(film: Film) -> None:
    before = plan_hash(film.load(), "S103", sha)
    film.swap(HARBOUR, 'id = "S102"\n', 'id = "S102"\nomitted = true\n')
    assert plan_hash(film.load(), "S103", sha) != before


REQUEST: dict[str, Any] = {
    "prompt": "a harbour",
    "references": ["a", "b"],
    "first_frame_sha": None,
    "last_frame_sha": None,
    "plate_sha": None,
    "camera": ("static", "linear", 0.5),
    "model": "m",
    "provider": "p",
    "frames": 144,
    "fps": Fraction(24),
    "width": 1280,
    "height": 720,
    "resolution": "",
    "audio": False,
    "seed": 1,
    "settings": {"b": 1, "a": [1, "x"]},
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("prompt", "a harbour "),
        ("references", ["b", "a"]),
        ("first_frame_sha", "x"),
        ("last_frame_sha", "x"),
        ("plate_sha", "x"),
        ("camera", None),
        ("model", "n"),
        ("provider", "q"),
        ("frames", 145),
        ("fps", Fraction(25)),
        ("width", 1282),
        ("height", 722),
        ("resolution", "720p"),
        ("audio", True),
        ("seed", 2),
        ("settings", {"a": [1, "x"]}),
    ],
)
def test_the_request_hash_sees_every_field(name: str, value: object) -> None:
    assert request_hash(**{**REQUEST, name: value}) != request_hash(**REQUEST)


def test_the_request_hash_is_the_same_whatever_order_settings_come_in() -> None:
    turned = {**REQUEST, "settings": {"a": [1, "x"], "b": 1}}
    assert request_hash(**turned) == request_hash(**REQUEST)


def test_the_request_hash_is_pinned() -> None:
    """Takes on disk carry it: another algorithm would make every one of them stale."""
    assert request_hash(**REQUEST) == "6d5911c1fb1c69ff96de5284ec9ec41a36ad6b1fd8c86499fadf0e0213a4b9d2"


@pytest.mark.parametrize("settings", [{"x": float("nan")}, {"x": {1, 2}}])
def test_settings_that_json_cannot_say_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="JSON"):
        request_hash(**{**REQUEST, "settings": settings})
