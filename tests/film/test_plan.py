"""The plan as a value: positions, seams, what waits for what."""

from __future__ import annotations

import pickle
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from core.base.errors import BadInput
from core.base.units import Money
from core.film.choice import ModelChoice, choose_model, split_model
from core.film.continuity import (
    Reference,
    depends_on,
    feeds,
    references_of,
    seam_name,
    seam_of,
    source_shot,
)

if TYPE_CHECKING:
    from .conftest import Film

HARBOUR = "shots/harbour.toml"


def omit(film: Film, shot: str) -> Film:
    return film.swap(HARBOUR, f'id = "{shot}"\n', f'id = "{shot}"\nomitted = true\n')


def seam(film: Film, shot: str, name: str) -> Film:
    return film.swap(HARBOUR, f'id = "{shot}"\n', f'id = "{shot}"\nseam = "{name}"\n')


def test_values_come_in_their_own_kinds(film: Film) -> None:
    film.swap("film.json", '"24"', '"24000/1001"')
    profile = film.load().profile
    assert profile.fps == Fraction(24000, 1001)
    assert profile.budget.film_usd == Money(250_000_000)
    assert profile.budget.day_usd is None
    assert profile.gates.switch_share == Decimal("0.15")
    assert (profile.on_fail, profile.review.policy, profile.poll_seconds) == ("hold", "each", 1.0)


def test_a_plan_cannot_be_changed(film: Film) -> None:
    plan = film.load()
    with pytest.raises(ValidationError):
        plan.shot("S101").seconds = 3.0  # type: ignore[misc]
    with pytest.raises(AttributeError):
        plan.profile = plan.profile  # type: ignore[misc]


def test_a_plan_survives_pickling(film: Film) -> None:
    plan = film.board().load()
    assert pickle.loads(pickle.dumps(plan)) == plan  # noqa: S301 - our own bytes


def test_unknown_names_are_answered_with_the_nearest(film: Film) -> None:
    plan = film.load()
    for ask, near in ((plan.shot, "S101"), (plan.position, "S101"), (plan.chain_of, "S101")):
        with pytest.raises(BadInput) as caught:
            ask("S1O1")
        assert caught.value.nearest == near
    with pytest.raises(BadInput) as caught:
        plan.chain("harbor")
    assert caught.value.nearest == "harbour"


def test_positions_know_their_neighbours_over_omitted_shots(film: Film) -> None:
    plan = omit(film, "S102").swap(HARBOUR, '"S101:first"', '"S101"').load()
    place = plan.position("S103")
    assert (place.chain, place.index, place.order, place.before, place.after) == (0, 2, 2, "S101", None)
    assert plan.position("S101").after == "S103"
    assert plan.chain_of("S103").id == "harbour"
    assert [shot.id for shot in plan.chain("harbour").live] == ["S101", "S103"]


def test_chains_stand_in_order_of_file_name_and_order_counts_through(film: Film) -> None:
    film.write("shots/b.toml", '[[shot]]\nid="B1"\nkind="hero"\ndescription="x"\nseconds=2\n')
    film.write("shots/.hidden.toml", "[[shot]]\n").write("shots/notes.txt", "x")
    plan = film.load()
    assert [chain.id for chain in plan.chains] == ["b", "harbour"]
    assert plan.position("S101").order == 1
    assert plan.chain("b").title == ""


def test_a_chain_opens_with_text_and_goes_on_with_the_frame_before(film: Film) -> None:
    plan = film.load()
    assert seam_of(plan, "S101").seam == "text"
    assert seam_of(plan, "S101").source is None
    assert seam_of(plan, "S102").seam == "last"
    assert seam_of(plan, "S102").source == Reference(shot="S101")
    assert seam_of(plan, "S102").handed_over
    assert not seam_of(plan, "S101").handed_over


def test_a_kind_can_have_its_own_default_seam(film: Film) -> None:
    film.swap("film.json", '"budget"', '"defaults": {"character": {"seam": "keyframe"}},\n  "budget"')
    plan = film.load()
    assert [seam_name(plan, shot) for shot in ("S101", "S102", "S103")] == ["text", "keyframe", "keyframe"]


def test_an_omitted_shot_hands_through_from_the_one_before(film: Film) -> None:
    plan = omit(film, "S102").load()
    assert source_shot(plan, "S103") == "S101"


def test_omitting_the_opening_shots_lets_the_next_begin_by_itself(film: Film) -> None:
    film.swap(HARBOUR, ', "S101:first"', "")
    plan = omit(seam(film, "S102", "last"), "S101").load()
    assert seam_of(plan, "S102").seam == "text"
    assert source_shot(plan, "S102") is None


def test_a_bridge_waits_for_both_sides(film: Film) -> None:
    plan = seam(seam(film, "S102", "bridge"), "S103", "text").load()
    found = seam_of(plan, "S102")
    assert (found.source, found.into) == (Reference(shot="S101"), "S103")
    assert depends_on(plan, "S102") == ("S101", "S103")
    assert feeds(plan) == {"S101": ("S102",), "S103": ("S102",)}


def test_board_and_text_wait_for_nobody(film: Film) -> None:
    plan = seam(film.board(), "S103", "board").load()
    assert seam_of(plan, "S103").source == Reference(file="board/harbour.jpg")
    assert depends_on(plan, "S103") == ()
    assert not seam_of(plan, "S103").handed_over


def test_an_anchor_is_a_picture_or_a_shots_frame(film: Film) -> None:
    plan = seam(film, "S103", "anchor").load()
    assert seam_of(plan, "S103").source == Reference(file="refs/master.png")
    film.swap(HARBOUR, 'anchor = "refs/master.png"', 'anchor = "S101:first"')
    plan = film.load()
    assert seam_of(plan, "S103").source == Reference(shot="S101", at="first")
    assert depends_on(plan, "S103") == ("S101",)


def test_references_come_from_the_shot_then_its_characters_each_once(film: Film) -> None:
    film.write("refs/ada.png", b"x").swap(
        "blocks/characters/ada.md", '"refs/master.png"', '"refs/master.png", "refs/ada.png"'
    )
    plan = film.load()
    assert [str(reference) for reference in references_of(plan, "S102")] == [
        "refs/master.png",
        "S101:first",
        "refs/ada.png",
    ]
    assert depends_on(plan, "S102") == ("S101",)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(film: Film) -> None:
    plain = film.load()
    for path in (HARBOUR, "blocks/style/film.md", "film.json"):
        film.write(path, b"\xef\xbb\xbf" + film.read(path).replace("\n", "\r\n").encode())
    assert film.load() == plain


def test_the_model_comes_from_the_shot_then_its_kind_then_the_animatic(film: Film) -> None:
    kind = '{"provider": "openrouter", "model": "a/b", "resolution": "720p", "audio": true}'
    film.swap("film.json", '"budget"', f'"defaults": {{"character": {kind}}},\n  "budget"')
    film.swap(HARBOUR, "seconds = 4\n", 'seconds = 4\nmodel = "fal:c/d"\n')
    plan = film.load()
    assert choose_model(plan, plan.shot("S101")) == ModelChoice("animatic", "animatic-1", "", False)
    assert choose_model(plan, plan.shot("S102")) == ModelChoice("openrouter", "a/b", "720p", True)
    assert choose_model(plan, plan.shot("S103")) == ModelChoice("fal", "c/d", "720p", True)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a/b", ("", "a/b")),
        ("a/b:free", ("", "a/b:free")),
        ("fal:a/b", ("fal", "a/b")),
        ("openrouter:a/b:free", ("openrouter", "a/b:free")),
    ],
)
def test_only_a_plain_name_before_a_colon_is_a_provider(text: str, parts: tuple[str, str]) -> None:
    assert split_model(text) == parts


@pytest.mark.parametrize("model", ["http://evil/x", "a b", "", "fal:http://evil"])
def test_a_model_is_never_an_address(film: Film, model: str) -> None:
    fault = film.swap(HARBOUR, "seconds = 4\n", f'seconds = 4\nmodel = "{model}"\n').fault()
    assert "model" in fault.what
