"""An edit keeps comments and order, and writes nothing that would not load."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.base.errors import BadInput, PlanFaults
from core.film import edit
from core.film.edit import insert_shot, lock, omit, set_shot_field, set_shot_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from core.film.plan import Plan

    from .conftest import Film

HARBOUR = "shots/harbour.toml"


def test_a_field_is_changed_and_every_other_line_stays(film: Film) -> None:
    before = film.read(HARBOUR)
    set_shot_field(film.root, "S102", "seconds", 5.5)
    assert film.read(HARBOUR) == before.replace("seconds = 6.5", "seconds = 5.5")
    assert film.load().shot("S102").seconds == 5.5


def test_a_field_of_the_continuity_can_be_set_where_there_is_none(film: Film) -> None:
    set_shot_field(film.root, "S103", "continuity.props", ("lamp", "rope"))
    set_shot_field(film.root, "S102", "continuity.kelvin", None)
    plan = film.load()
    assert plan.shot("S103").continuity.props == ("lamp", "rope")
    assert plan.shot("S102").continuity.kelvin is None
    assert "# Ada comes in here." in film.read(HARBOUR)


def test_a_shot_is_omitted_and_locked(film: Film) -> None:
    omit(film.root, "S103")
    lock(film.root, "S102")
    plan = film.load()
    assert plan.shot("S103").omitted
    assert plan.shot("S102").locked


def test_a_locked_shot_is_not_changed_until_it_is_unlocked(film: Film) -> None:
    lock(film.root, "S102")
    before = film.read(HARBOUR)
    with pytest.raises(BadInput, match="locked"):
        set_shot_field(film.root, "S102", "seconds", 5)
    assert film.read(HARBOUR) == before
    set_shot_field(film.root, "S102", "locked", False)
    set_shot_field(film.root, "S102", "seconds", 5)


def test_what_would_be_a_fault_is_not_written(film: Film) -> None:
    before = film.read(HARBOUR)
    attempts: list[Callable[[], None]] = [
        lambda: set_shot_field(film.root, "S102", "seconds", 500),
        lambda: set_shot_field(film.root, "S102", "seam", "keyfrm"),
        lambda: set_shot_field(film.root, "S102", "environment", "harbor"),
        lambda: omit(film.root, "S101"),  # S102 refers to its opening frame
        lambda: insert_shot(film.root, "S101", "s103", "a twin"),
        lambda: insert_shot(film.root, "S101", "S101A", "bad \x00 words"),
    ]
    for attempt in attempts:
        with pytest.raises(PlanFaults):
            attempt()
        assert film.read(HARBOUR) == before
    assert sorted(path.name for path in (film.root / "shots").iterdir()) == ["harbour.toml"]


@pytest.mark.parametrize(
    ("field", "near"), [("secnds", "seconds"), ("id", ""), ("continuity.kelvn", "continuity.kelvin")]
)
def test_a_field_that_cannot_be_set_names_the_nearest(film: Film, field: str, near: str) -> None:
    with pytest.raises(BadInput) as caught:
        set_shot_field(film.root, "S102", field, 1)
    assert caught.value.nearest == near or field == "id"


def test_an_unknown_shot_names_the_nearest(film: Film) -> None:
    with pytest.raises(BadInput) as caught:
        lock(film.root, "S1O2")
    assert caught.value.nearest in ("S101", "S102", "S103")


@pytest.mark.parametrize("after", ["S101", "S102", "S103"])
def test_a_shot_is_inserted_right_after_another(film: Film, after: str) -> None:
    before = film.read(HARBOUR)
    insert_shot(film.root, after, f"{after}A", 'Gulls "lift"\nfrom the boats')
    plan = film.load()
    order = [shot.id for shot in plan.shots()]
    assert order[order.index(after) + 1] == f"{after}A"
    new, old = plan.shot(f"{after}A"), plan.shot(after)
    assert (new.kind, new.seconds, new.environment, new.characters) == (
        old.kind,
        old.seconds,
        old.environment,
        old.characters,
    )
    assert new.description == 'Gulls "lift"\nfrom the boats'
    assert set(before.splitlines()) <= set(film.read(HARBOUR).splitlines())
    assert '# Ada comes in here.\n[[shot]]\nid = "S102"' in film.read(HARBOUR)


def test_windows_line_ends_stay(film: Film) -> None:
    film.write(HARBOUR, film.read(HARBOUR).replace("\n", "\r\n"))
    set_shot_field(film.root, "S103", "seconds", 5)
    insert_shot(film.root, "S102", "S102A", "x")
    text = film.read(HARBOUR)
    assert text.count("\n") == text.count("\r\n")
    assert film.load().shot("S102A").seconds == 6.5


def test_shots_written_inline_are_left_to_an_editor(film: Film) -> None:
    film.write(
        HARBOUR,
        'shot = [\n  {id = "A", kind = "hero", description = "x", seconds = 2},\n'
        '  {id = "B", kind = "hero", description = "x", seconds = 2},\n]\n',
    )
    before = film.read(HARBOUR)
    with pytest.raises(BadInput, match="editor"):
        insert_shot(film.root, "A", "A1", "y")
    assert film.read(HARBOUR) == before


def test_a_file_saved_by_someone_else_meanwhile_is_not_overwritten(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = edit.load_with

    def slow(root: Path, instead: Mapping[str, str]) -> Plan:
        film.swap(HARBOUR, "She looks back", "She runs")
        return load(root, instead)

    monkeypatch.setattr(edit, "load_with", slow)
    with pytest.raises(BadInput, match="meanwhile"):
        set_shot_field(film.root, "S102", "seconds", 5)
    assert "She runs" in film.read(HARBOUR)
    assert "seconds = 6.5" in film.read(HARBOUR)


def test_a_new_field_stands_above_the_comments_of_the_next_shot(film: Film) -> None:
    text = film.read(HARBOUR)
    assert text.count("[[shot]]") > 1
    before = text.replace("[[shot]]", "# --- what follows\n[[shot]]")
    film.write(HARBOUR, before)
    for shot in ("S101", "S102", "S103"):
        lock(film.root, shot)
        assert film.read(HARBOUR).replace("locked = true\n", "") == before
        assert "# --- what follows\nlocked" not in film.read(HARBOUR)
        set_shot_field(film.root, shot, "locked", None)
        assert film.read(HARBOUR) == before


@pytest.mark.parametrize(
    "more",
    [
        'action = """\n[shot.continuity]\n[[shot]]\n"""\n',
        'action = """\n[[shot]]\nis what she reads"""\n',
        "action = '''\n  [[ shot ]]\n'''\n",
    ],
    ids=["both", "basic", "literal"],
)
def test_a_header_within_a_text_is_no_header(film: Film, more: str) -> None:
    film.write(HARBOUR, film.read(HARBOUR).replace('id = "S101"\n', f'id = "S101"\n{more}'))
    before = film.read(HARBOUR)
    set_shot_field(film.root, "S102", "seconds", 5.5)
    assert film.read(HARBOUR) == before.replace("seconds = 6.5", "seconds = 5.5")


def test_fields_of_several_files_are_written_together_or_not_at_all(film: Film) -> None:
    film.write(
        "shots/pier.toml", '[[shot]]\nid = "S900"\nkind = "hero"\ndescription = "a pier"\nseconds = 4\n'
    )
    set_shot_fields(film.root, ("S102", "S900"), "mood", "dim")
    plan = film.load()
    assert (plan.shot("S102").mood, plan.shot("S900").mood) == ("dim", "dim")
    before = (film.read(HARBOUR), film.read("shots/pier.toml"))
    with pytest.raises(BadInput, match="no shot 'S99'"):
        set_shot_fields(film.root, ("S102", "S99"), "mood", "bright")
    with pytest.raises(PlanFaults):
        set_shot_fields(film.root, ("S102", "S900"), "seconds", 500)
    assert (film.read(HARBOUR), film.read("shots/pier.toml")) == before
