"""The matrix: what a filter means, how it sorts, and what an edit leaves as it was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from core.base.errors import BadInput, PlanFaults
from core.film import profile
from core.film.load import load_plan
from core.ledger.shapes import PlannedShot, Snapshot
from core.studio.acts import opened
from core.studio.assembly import Opened
from core.studio.glance import glance
from core.studio.pages import matrix, matrix_filter
from core.studio.pages.matrix_rows import COLUMNS, MatrixPage, Query
from core.studio.pages.sight import Sight
from core.studio.places import Places
from core.studio.snapshot import current
from tests.support.films import write_film
from tests.tui.films import HOSTILE, hostile_film, salt_road
from tui.theme import STATES

CHAIN = '''# The quay, in three shots.
[chain]
title = "The quay"   # as it is called

# --- Ada comes
[[shot]]
id = "S101"          # never changes
kind   =   "hero"
description = "a quay at dawn # not a comment"
seconds = 4.0   # long enough

# --- the lamp
[[shot]]
id = "S102"
kind = "hero"
description = """
two
lines"""
seconds = 5

  [shot.continuity]
  props = [
    "lamp",   # lit
    "rope",
  ]

# --- she runs
[[shot]]
id = "S103"
kind = "action"
description = "she runs"
seconds = 5
# last words
'''


def salt_sight() -> Sight:
    film = salt_road()
    planned = tuple(
        PlannedShot(
            at,
            shot.id,
            shot.chain,
            shot.kind,
            shot.description,
            shot.seconds,
            shot.seam,
            shot.source,
            False,
            "",
            "fal" if shot.kind == "hero" else "replicate",
            "seedance-2.0" if shot.kind == "hero" else "wan-2.5",
            shot.id == "S101",
        )
        for at, shot in enumerate(film.shots)
    )
    return Sight(Places(Path("/nowhere")), Snapshot("", {}, (), planned), None, film)


def ids(filter_: str = "", sort: str = "", *, reverse: bool = False) -> list[str]:
    return [row.shot.id for row in matrix.read(salt_sight(), Query(filter_, sort, reverse)).rows]


def page(filter_: str) -> MatrixPage:
    return matrix.read(salt_sight(), Query(filter_))


def test_without_a_filter_every_shot_stands_in_the_films_order() -> None:
    found = page("")
    assert [row.shot.id for row in found.rows] == [shot.id for shot in salt_road().shots]
    assert found.total == len(found.rows) == 62
    assert found.places["S102"] == 1


@pytest.mark.parametrize(
    ("filter_", "holds"),
    [
        ("state:review", lambda shot: shot.state == "review"),
        ("state:rev", lambda shot: shot.state == "review"),
        ("state:doubt", lambda shot: shot.state == "in_doubt"),
        ("state:review,failed", lambda shot: shot.state in {"review", "failed"}),
        ("chain:salt", lambda shot: shot.chain == "salt-pan"),
        ('chain:"Night road"', lambda shot: shot.chain == "night-road"),
        ("kind:hero", lambda shot: shot.kind == "hero"),
        ("-kind:hero", lambda shot: shot.kind != "hero"),
        ("!kind:hero", lambda shot: shot.kind != "hero"),
        ("model:seedance", lambda shot: shot.kind == "hero"),
        ("model:fal:seed", lambda shot: shot.kind == "hero"),
        ("takes>3", lambda shot: shot.takes > 3),
        ("takes<=3", lambda shot: shot.takes <= 3),
        ("takes:0", lambda shot: shot.takes == 0),
        ("-takes>3", lambda shot: shot.takes <= 3),
        ("seconds>=5", lambda shot: shot.seconds >= 5),
        ("is:stale", lambda shot: shot.stale),
        ("is:locked", lambda shot: shot.id == "S101"),
        ("circled>0", lambda shot: shot.approved_take is not None),
        ("gulls kind:est", lambda shot: "Gulls" in shot.description and shot.kind == "establisher"),
        ('"salt sacks"', lambda shot: "salt sacks" in shot.description),
        ("S10", lambda shot: "S10" in shot.id),
        ("shot=s101", lambda shot: shot.id == "S101"),
        ("note:refused", lambda shot: "refused" in shot.note),
    ],
)
def test_a_filter_keeps_what_it_says(filter_: str, holds: object) -> None:
    found = page(filter_)
    assert not found.faults
    assert [row.shot.id for row in found.rows] == [s.id for s in salt_road().shots if holds(s)]  # type: ignore[operator]
    assert found.rows
    assert len(found.rows) < 62


@pytest.mark.parametrize(
    ("filter_", "said"),
    [
        ("stat:review", "did you mean 'state'?"),
        ("state:reveiw", "did you mean 'review'?"),
        ("kind:heroo", "did you mean 'hero'?"),
        ("colour:red", "no field 'colour' to filter by"),
        ("takes>many", "'many' is no number"),
        ("is:stail", "did you mean 'is:stale'?"),
        ("description>3", "'description' is no number"),
    ],
)
def test_what_cannot_be_used_is_said_and_filters_nothing(filter_: str, said: str) -> None:
    found = page(f"{filter_} harbour")
    assert [said in fault for fault in found.faults] == [True]
    assert [row.shot.id for row in found.rows] == ids("harbour")


@pytest.mark.parametrize("half", ["", " ", "-", "state:", "state: ", "takes>", '"', 'chain:"', "!", "-kind:"])
def test_a_term_that_is_still_being_written_filters_nothing_and_is_no_fault(half: str) -> None:
    found = page(half)
    assert (len(found.rows), found.faults) == (62, ())


@pytest.mark.parametrize(
    "text", [*HOSTILE, "((((", "a" * 9000, "state:" * 400, "\\", "[a-z]+:(", "x:y z=1 q>2"]
)
def test_no_filter_is_too_odd_to_be_read(text: str) -> None:
    found = page(text)
    assert len(found.rows) <= 62
    assert all(len(fault) < 300 for fault in found.faults)


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_sorts_both_ways_and_loses_no_shot(column: str) -> None:
    forth, back = ids(sort=column), ids(sort=column, reverse=True)
    assert sorted(forth) == sorted(back) == sorted(ids())


def test_equal_shots_keep_the_films_order_in_both_directions() -> None:
    film = {shot.id: at for at, shot in enumerate(salt_road().shots)}
    kinds = {shot.id: shot.kind for shot in salt_road().shots}
    for reverse in (False, True):
        found = ids(sort="kind", reverse=reverse)
        pairs = [(one, two) for one, two in pairwise(found) if kinds[one] == kinds[two]]
        assert pairs
        assert all(film[one] < film[two] for one, two in pairs)


def test_shots_without_a_value_come_last_in_both_directions() -> None:
    lacking = {shot.id for shot in salt_road().shots if shot.approved_take is None}
    for reverse in (False, True):
        assert set(ids(sort="circled", reverse=reverse)[-len(lacking) :]) == lacking


def test_ids_sort_by_their_numbers() -> None:
    sight = salt_sight()
    few = tuple(
        sight.glance.shots[at]._replace(id=name) for at, name in enumerate(("S10", "S9", "S100", "S10A"))
    )
    found = matrix.read(sight._replace(glance=sight.glance._replace(shots=few)), Query(sort="shot"))
    assert [row.shot.id for row in found.rows] == ["S9", "S10", "S10A", "S100"]


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_a_film_with_foreign_text_everywhere_is_sifted_and_sorted(text: str) -> None:
    sight = salt_sight()._replace(glance=hostile_film(text))
    for column in COLUMNS:
        assert len(matrix.read(sight, Query("", column)).rows) == 62


def test_a_film_without_a_plan_or_a_ledger_still_has_its_rows() -> None:
    found = matrix.read(salt_sight()._replace(snapshot=None), Query("is:locked", sums=True))
    assert found.total == 62
    assert not found.rows


def test_the_names_a_filter_knows_are_those_of_the_film_and_the_board() -> None:
    assert get_args(profile.Kind) == matrix_filter.KINDS
    assert get_args(profile.Seam) == matrix_filter.SEAMS
    assert {state.name for state in STATES} == set(matrix_filter.STATES)


def test_reading_the_matrix_loads_nothing_heavy() -> None:
    code = (
        "import sys; from core.studio.pages import matrix;"
        "heavy = ('sqlmodel', 'pydantic', 'sqlalchemy', 'numpy', 'PIL', 'httpx', 'tomlkit');"
        "print([name for name in heavy if name in sys.modules])"
    )
    made = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert made.stdout.strip() == "[]"


# Edits.


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_film(tmp_path, {"quay": [{"id": "S101"}], "pier": [{"id": "S201"}, {"id": "S202"}]})
    quay(tmp_path).write_bytes(CHAIN.encode())
    return tmp_path


def quay(root: Path) -> Path:
    return root / "shots" / "quay.toml"


@pytest.fixture
def film(root: Path) -> Iterator[Opened]:
    with opened(Places(root)) as made:
        yield made


def sight_of(root: Path) -> Sight:
    places = Places(root)
    return Sight(places, current(places)[0], None, glance(places, None))


def edit(root: Path, film: Opened, shot: str, column: str, text: str) -> str:
    return matrix.set_field(film, matrix.written(sight_of(root), shot, column), text)


@pytest.mark.parametrize(
    ("shot", "column", "text", "old", "new"),
    [
        ("S101", "seconds", "6.5", "seconds = 4.0   #", "seconds = 6.5   #"),
        ("S101", "kind", "action", 'kind   =   "hero"', 'kind   =   "action"'),
        ("S103", "description", 'she "runs" #1', '"she runs"', '"she \\"runs\\" #1"'),
        ("S101", "seam", "text", "# long enough\n", '# long enough\nseam = "text"\n'),
        ("S102", "seconds", "7", "seconds = 5\n\n  [", "seconds = 7\n\n  ["),
    ],
)
def test_an_edit_changes_its_own_line_and_no_other_byte(
    root: Path, film: Opened, shot: str, column: str, text: str, old: str, new: str
) -> None:
    assert shot in edit(root, film, shot, column, text)
    assert quay(root).read_text() == CHAIN.replace(old, new)
    load_plan(root)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_and_a_missing_last_one_are_kept(root: Path, film: Opened, end: str) -> None:
    text = CHAIN.removesuffix("# last words\n").rstrip("\n").replace("\n", end)
    quay(root).write_bytes(text.encode())
    edit(root, film, "S101", "seconds", "6.5")
    assert quay(root).read_bytes() == text.replace("4.0", "6.5").encode()
    matrix.set_flag(film, ["S103"], "locked", True)
    assert load_plan(root).shot("S103").locked


def test_lock_and_unlock_leave_the_file_as_it_was(root: Path, film: Opened) -> None:
    for shot in ("S101", "S102", "S103"):
        assert "locked" in matrix.set_flag(film, [shot], "locked", True)
        assert load_plan(root).shot(shot).locked
        assert matrix.read(sight_of(root), Query("is:locked")).rows[0].shot.id == shot
        matrix.set_flag(film, [shot], "locked", False)
        assert quay(root).read_text() == CHAIN


def test_many_shots_of_several_chains_are_omitted_together_or_not_at_all(root: Path, film: Opened) -> None:
    assert matrix.set_flag(film, ["S103", "S202"], "omitted", True) == "2 shots are omitted"
    plan = load_plan(root)
    assert (plan.shot("S103").omitted, plan.shot("S202").omitted) == (True, True)
    before = quay(root).read_bytes()
    with pytest.raises(BadInput):
        matrix.set_flag(film, ["S101", "S999"], "omitted", True)
    assert quay(root).read_bytes() == before
    matrix.set_flag(film, ["S103", "S202"], "omitted", False)
    assert quay(root).read_text() == CHAIN


@pytest.mark.parametrize(
    ("column", "text", "near", "what"),
    [
        ("kind", "heroo", "hero", "no kind"),
        ("seam", "Last", "last", "no seam"),
        ("seam", "sideways", "", "no seam"),
        ("seconds", "soon", "", "no number of seconds"),
        ("seconds", "6,5", "6.5", "no number of seconds"),
        ("seconds", "900", "", "60"),
        ("description", "", "", "needs its description"),
        ("description", "bad \x00 words", "", "NUL"),
        ("environment", "harbor", "", "harbor"),
    ],
)
def test_a_bad_value_is_told_with_the_nearest_and_nothing_is_written(
    root: Path, film: Opened, column: str, text: str, near: str, what: str
) -> None:
    with pytest.raises(BadInput, match=what) as caught:
        edit(root, film, "S101", column, text)
    assert caught.value.nearest == near
    assert "nothing was written" in caught.value.todo
    assert not isinstance(caught.value, PlanFaults)
    assert quay(root).read_text() == CHAIN
    assert [path.name for path in sorted(quay(root).parent.iterdir())] == ["pier.toml", "quay.toml"]


def test_a_field_that_changed_on_disk_meanwhile_is_not_written_over(root: Path, film: Opened) -> None:
    was = matrix.written(sight_of(root), "S103", "description")
    theirs = CHAIN.replace("she runs", "she walks")
    quay(root).write_text(theirs)
    with pytest.raises(BadInput, match="changed meanwhile, it says 'she walks' now"):
        matrix.set_field(film, was, "she flies")
    assert quay(root).read_text() == theirs


def test_another_field_that_changed_meanwhile_is_kept(root: Path, film: Opened) -> None:
    was = matrix.written(sight_of(root), "S103", "description")
    quay(root).write_text(CHAIN.replace("seconds = 4.0", "seconds = 3.0"))
    matrix.set_field(film, was, "she flies")
    theirs = CHAIN.replace("seconds = 4.0", "seconds = 3.0")
    assert quay(root).read_text() == theirs.replace("she runs", "she flies").replace(
        "# --- she flies", "# --- she runs"
    )


def test_faults_that_were_there_before_are_told_as_what_they_are(root: Path, film: Opened) -> None:
    (root / "shots" / "pier.toml").write_text('[[shot]]\nid = "S201"\nkind = "her"\n')
    with pytest.raises(PlanFaults, match=r"pier\.toml"):
        edit(root, film, "S101", "seconds", "5")
    assert quay(root).read_text() == CHAIN


def test_a_locked_shot_is_not_edited(root: Path, film: Opened) -> None:
    matrix.set_flag(film, ["S103"], "locked", True)
    with pytest.raises(BadInput, match="locked"):
        edit(root, film, "S103", "seconds", "7")


def test_an_unchanged_text_writes_nothing(root: Path, film: Opened) -> None:
    before = quay(root).stat().st_mtime_ns
    assert "stays" in edit(root, film, "S101", "seconds", " 4 ")
    assert quay(root).stat().st_mtime_ns == before


def test_an_emptied_field_with_a_default_leaves_the_file(root: Path, film: Opened) -> None:
    edit(root, film, "S101", "seam", "text")
    edit(root, film, "S101", "seam", "")
    assert quay(root).read_text() == CHAIN


def test_a_text_of_several_lines_is_left_to_the_editor_and_its_line_is_known(root: Path) -> None:
    written = matrix.written(sight_of(root), "S102", "description")
    assert not written.plain
    assert (written.file, written.line) == ("shots/quay.toml", 14)
    assert matrix.written(sight_of(root), "S101", "description").plain


def test_a_shot_nobody_knows_is_told_with_the_nearest(root: Path) -> None:
    with pytest.raises(BadInput) as caught:
        matrix.written(sight_of(root), "S10l", "kind")
    assert caught.value.nearest in {"S101", "S102", "S103"}


def test_a_note_is_kept_with_the_shot(root: Path, film: Opened) -> None:
    assert "S101" in matrix.add_note(film, "S101", "the light is late")


def test_a_new_shot_stands_after_the_one_it_follows(root: Path, film: Opened) -> None:
    assert matrix.insert(film, "S101", "S101A she turns at the gate") == "S101A stands after S101"
    assert [shot.id for shot in load_plan(root).chain("quay").shots] == ["S101", "S101A", "S102", "S103"]
    with pytest.raises(BadInput, match="taken"):
        matrix.insert(film, "S101", "S103 again")
    with pytest.raises(BadInput, match="needs an id and a description"):
        matrix.insert(film, "S101", "S101B")


def test_a_field_of_one_shot_in_ten_thousand_is_written_without_reading_the_others_anew(
    tmp_path: Path,
) -> None:
    from core.film import edit as editing

    many = [{"id": f"S{n:05}"} for n in range(2_000)]
    write_film(tmp_path, {"long": many})
    read: list[int] = []
    parse = editing.tomlkit.parse

    def counting(text: str) -> object:
        read.append(len(text))
        return parse(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(editing.tomlkit, "parse", counting)
        editing.set_shot_field(tmp_path, "S01000", "seconds", 2.5)
    assert sum(read) < 500
    assert load_plan(tmp_path).shot("S01000").seconds == 2.5
