"""Verdicts on seams, boards, cuts and deliveries: bound to what was seen, void when it changes."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput, WaitsForPerson
from core.desk import barriers, decisions, standing, subjects
from core.desk.person import Person
from core.desk.shas import Shas
from core.engine import orders
from core.film.load import load_plan
from core.ledger import records
from core.studio import preflight
from core.studio.snapshot import of_plan
from tests.support.fakes import FakeProvider
from tests.support.films import shots
from tests.support.stage import ADA, DOLLAR, Build, Stage, stages

BO = Person("Bo", "producer")
BOARD = """[[version]]
id = "v1"
status = "{status}"
date = 2026-03-05
palette = ["#c08040"]
lighting = "{lighting}"
[[version.image]]
file = "board/quay.jpg"
sha = "{sha}"
role = "environment"
name = "quay"
"""


@pytest.fixture
def build() -> Iterator[Build]:
    with stages() as builder:
        yield builder


def made(build: Build, count: int = 3, **more: Any) -> Stage:
    film = build({"a": shots("A", count)}, **more)
    film.make()
    return film


def judge(film: Stage, verdict: str, kind: str, ident: str, **more: Any) -> str:
    what = subjects.find(film.p, kind, ident, None, Shas(film.root))
    told = {"note": "", "fix": "", "person": ADA, **more}
    return decisions.judge(film.p, what, verdict, **told)


def look(film: Stage) -> standing.Outline:
    return subjects.outline(film.p)


def seams(film: Stage) -> dict[str, str]:
    return {row.id: row.state for row in standing.seams(film.p.reader, look(film), Shas(film.root))}


def void(film: Stage) -> list[tuple[str, str]]:
    return [(one.kind, one.id) for one in standing.verdicts_void(film.p.reader, look(film), Shas(film.root))]


def rows(film: Stage, table: str) -> list[dict[str, Any]]:
    return film.p.reader.table(table, "ORDER BY id")


def cut(film: Stage, name: str = "Film_v001.mp4", data: bytes = b"a film") -> Path:
    path = film.root / "cuts" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def draw_board(film: Stage, *, status: str = "draft", lighting: str = "dusk") -> None:
    picture = film.root / "board" / "quay.jpg"
    sha = sha256(picture.read_bytes()).hexdigest()
    text = BOARD.format(status=status, lighting=lighting, sha=sha)
    (film.root / "board" / "board.toml").write_text(text)
    film.reopen()


# seams


def test_every_seam_of_the_film_is_listed_in_its_order_and_begins_unresolved(build: Build) -> None:
    film = build({"a": shots("A", 2), "b": [{"id": "B001"}, {"id": "B002", "omitted": True}, {"id": "B003"}]})
    film.make()
    assert seams(film) == dict.fromkeys(("A001/A002", "A002/B001", "B001/B003"), "unresolved")


def test_a_good_seam_is_bound_to_both_frames_and_to_who_when_why(build: Build) -> None:
    film = made(build)
    judge(film, "approve", "seam", "A001/A002", note="the light holds")
    (row,) = records.verdicts(film.p.reader)
    shas = [film.take("A001").last_sha, film.take("A002").first_sha]
    assert row["sha"] == sha256("\n".join(shas).encode()).hexdigest()
    assert (row["subject_id"], row["shot"], row["take_id"]) == ("A001/A002", "A002", film.take("A002").id)
    assert (row["person"], row["role"], row["note"]) == ("Ada", "director", "the light holds")
    assert row["at"].startswith("2026-03-01T")
    assert seams(film) == {"A001/A002": "good", "A002/A003": "unresolved"}


@pytest.mark.parametrize("side", ["A001_t001_last.png", "A002_t001_first.png"])
def test_a_seam_whose_frame_changes_is_void_and_cannot_be_approved_unseen(build: Build, side: str) -> None:
    film = made(build)
    judge(film, "approve", "seam", "A001/A002")
    path = film.root / "takes" / side[:4] / side
    before = path.read_bytes()
    path.write_bytes(b"another picture")
    assert seams(film)["A001/A002"] == "void"
    assert void(film) == [("seam", "A001/A002")]
    with pytest.raises(BadInput, match="is not the one that was made"):
        judge(film, "approve", "seam", "A001/A002")
    path.unlink()
    assert seams(film)["A001/A002"] == "void"
    path.write_bytes(before)
    assert seams(film)["A001/A002"] == "good", "the verdict is bound to the bytes"


def test_a_new_take_beside_a_seam_makes_its_verdict_void_and_touches_no_other(build: Build) -> None:
    film = made(build)
    for seam in ("A001/A002", "A002/A003"):
        judge(film, "approve", "seam", seam)
    film.approve("A001", 1)
    film.retake("A001")
    film.run()
    assert seams(film) == {"A001/A002": "good", "A002/A003": "good"}, "an uncircled take changes nothing"
    film.approve("A001", 2)
    assert seams(film) == {"A001/A002": "void", "A002/A003": "good"}
    film.approve("A001", 1)
    assert seams(film)["A001/A002"] == "good"


def test_a_reject_with_a_fix_makes_a_task_and_a_note_in_one_transaction(build: Build) -> None:
    film = made(build)
    judge(film, "reject", "seam", "A001/A002", fix="trim", note="two frames of the same wave")
    (verdict,), (task,), (note,) = (rows(film, table) for table in ("verdict", "task", "note"))
    assert (verdict["fix"], verdict["task_id"], verdict["verdict"]) == ("trim", task["id"], "reject")
    assert (task["title"], task["source"], task["state"]) == (
        "trim the seam A001/A002",
        "seam:A001/A002",
        "open",
    )
    assert "final cut" in task["consequence"]
    assert (note["subject_kind"], note["subject_id"]) == ("seam", "A001/A002")
    assert note["text"] == "two frames of the same wave"
    assert seams(film)["A001/A002"] == "fix"


def test_the_same_fix_again_keeps_its_open_task_and_another_makes_a_new_one(build: Build) -> None:
    film = made(build)
    for fix, note in (("trim", "one"), ("trim", "two"), ("retake", "three")):
        judge(film, "reject", "seam", "A001/A002", fix=fix, note=note)
    assert [row["title"] for row in rows(film, "task")] == [
        "trim the seam A001/A002",
        "retake A002: its seam with the shot before A001/A002",
    ]
    assert [row["task_id"] for row in rows(film, "verdict")] == [1, 1, 2]
    assert [row["text"] for row in rows(film, "note")] == ["one", "two", "three"]


def test_the_newest_verdict_counts_and_all_stay(build: Build) -> None:
    film = made(build)
    judge(film, "reject", "seam", "A001/A002", fix="dissolve")
    judge(film, "approve", "seam", "A001/A002", person=BO)
    assert seams(film)["A001/A002"] == "good"
    judge(film, "hold", "seam", "A001/A002")
    assert seams(film)["A001/A002"] == "unresolved"
    told = [(row["verdict"], row["person"]) for row in rows(film, "verdict")]
    assert told == [("reject", "Ada"), ("approve", "Bo"), ("hold", "Ada")]


def test_the_same_word_again_writes_nothing_and_another_person_or_note_does(build: Build) -> None:
    film = made(build)
    judge(film, "approve", "seam", "A001/A002")
    assert "already" in judge(film, "approve", "seam", "A001/A002")
    assert len(rows(film, "verdict")) == 1
    judge(film, "approve", "seam", "A001/A002", note="on the big screen too")
    judge(film, "approve", "seam", "A001/A002", person=BO)
    assert len(rows(film, "verdict")) == 3


@pytest.mark.parametrize(
    ("verdict", "kind", "ident", "fix", "said"),
    [
        ("reject", "seam", "A001/A002", "", "say how the seam is mended"),
        ("reject", "seam", "A001/A002", "tirm", "did you mean 'trim'"),
        ("approve", "seam", "A001/A002", "trim", "goes with the reject of a seam"),
        ("approve", "seam", "A001/A003", "", "did you mean 'A002/A003'"),
        ("approve", "seam", "A001/A0002", "", "did you mean 'A002'"),
        ("approve", "seam", "A002/A001", "", "do not follow one another"),
        ("approve", "board", "v1", "", "the film has no board yet"),
        ("approve", "cut", "Film_v002.mp4", "", "did you mean 'Film_v001.mp4'"),
        ("approve", "cut", "../film.json", "", "leads outside"),
        ("reject", "cut", "Film_v001.mp4", "trim", "goes with the reject of a seam"),
    ],
)
def test_what_cannot_be_judged_is_said_with_the_nearest_and_nothing_is_written(
    build: Build, verdict: str, kind: str, ident: str, fix: str, said: str
) -> None:
    film = made(build)
    cut(film)
    before = film.events()
    with pytest.raises(BadInput) as refused:
        judge(film, verdict, kind, ident, fix=fix)
    assert said in str(refused.value)
    assert (film.events(), rows(film, "verdict"), rows(film, "task")) == (before, [], [])


def test_a_seam_without_a_frame_yet_waits_for_its_take(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.order(shots=("A001",))
    film.run()
    with pytest.raises(BadInput, match="A002 has no take to look at yet"):
        judge(film, "approve", "seam", "A001/A002")


# takes


@pytest.mark.parametrize("gone", [False, True])
def test_a_circled_take_whose_clip_changes_is_void(build: Build, gone: bool) -> None:
    film = made(build)
    film.approve("A001")
    assert void(film) == []
    clip = film.p.files("A001", 1).clip
    clip.unlink() if gone else clip.write_bytes(b"another clip")
    (one,) = standing.verdicts_void(film.p.reader, look(film), Shas(film.root))
    assert (one.kind, one.shot, one.take, one.person, one.role) == ("take", "A001", 1, "Ada", "director")
    assert (one.seen, one.now == "") == (film.take("A001").sha, gone)
    assert one.said == f"A001 take 1: its clip {'is gone' if gone else 'has changed'} since Ada approved it"


def test_a_take_that_is_no_longer_circled_has_no_approval_to_lose(build: Build) -> None:
    film = made(build)
    film.approve("A001")
    film.retake("A001")
    film.run()
    film.approve("A001", 2)
    film.p.files("A001", 1).clip.write_bytes(b"another clip")
    assert void(film) == [], "take 2 is circled instead"
    film.reject("A001", 2)
    film.p.files("A001", 2).clip.write_bytes(b"another clip")
    assert void(film) == []


# the board


def test_a_board_is_bound_to_its_words_and_pictures_and_not_to_its_status(build: Build) -> None:
    film = made(build, board="quay")
    draw_board(film)
    judge(film, "approve", "board", "v1")
    draw_board(film, status="approved")
    assert void(film) == []
    draw_board(film, lighting="noon")
    assert void(film) == [("board", "v1")]
    draw_board(film)
    assert void(film) == []
    (film.root / "board" / "quay.jpg").write_bytes(b"another drawing of the quay")
    assert void(film) == [("board", "v1")]
    draw_board(film)
    assert void(film) == [("board", "v1")], "a picture that was replaced with its hash is another picture"
    (film.root / "board" / "board.toml").write_text("")
    film.reopen()
    assert void(film) == [("board", "v1")]


def test_money_waits_until_the_board_is_approved_as_it_is(build: Build) -> None:
    film = build({"a": shots("A", 1)}, provider=FakeProvider(price=DOLLAR), board="quay")
    asked = orders.quote(film.p, orders.Scope())

    def stopped() -> str:
        stop = barriers.board_stop(film.p)
        return stop.said if stop else ""

    assert stopped() == "nobody has approved the board, version v1"
    with pytest.raises(WaitsForPerson, match="rushes approve board v1"):
        preflight.require(film.p, asked, ())
    preflight.require(film.p, asked, (barriers.BOARD,))
    judge(film, "hold", "board", "v1")
    assert stopped() == "Ada held the board, version v1"
    judge(film, "approve", "board", "v1")
    assert stopped() == ""
    preflight.require(film.p, asked, ())
    draw_board(film, lighting="noon")
    assert stopped() == "board v1 has changed since Ada approved it"
    with pytest.raises(WaitsForPerson, match="--accept board-unapproved"):
        preflight.require(film.p, orders.quote(film.p, orders.Scope()), ())


@pytest.mark.parametrize("price", [0, DOLLAR])
def test_what_is_free_or_rehearsed_waits_for_no_board(build: Build, price: int) -> None:
    film = build({"a": shots("A", 1)}, provider=FakeProvider(price=price), board="quay")
    film.p.rehearsal = price > 0
    film.p.providers = {**film.p.providers, "animatic": film.provider}
    preflight.require(film.p, orders.quote(film.p, orders.Scope()), ())


# cuts and deliveries


def test_a_cut_is_named_as_a_person_names_it_and_bound_to_its_bytes(build: Build) -> None:
    film = made(build)
    path = cut(film)
    for name in ("Film_v001.mp4", "cuts/Film_v001.mp4", str(path)):
        judge(film, "approve", "cut", name, note=name)
    found = {(row["subject_id"], row["sha"]) for row in rows(film, "verdict")}
    assert found == {("Film_v001.mp4", sha256(b"a film").hexdigest())}
    path.write_bytes(b"a film, made longer")
    assert void(film) == [("cut", "Film_v001.mp4")]


def test_a_delivery_waits_for_a_cut_of_the_same_bytes(build: Build) -> None:
    film = made(build)
    cut(film)
    cut(film, "out/master.mp4")
    with pytest.raises(
        WaitsForPerson, match=r"no approved cut is this(.|\n)*rushes approve cut out/master.mp4"
    ):
        judge(film, "approve", "delivery", "out/master.mp4")
    judge(film, "hold", "delivery", "out/master.mp4")
    judge(film, "approve", "cut", "Film_v001.mp4")
    judge(film, "approve", "delivery", "out/master.mp4")
    judge(film, "reject", "cut", "Film_v001.mp4", note="the title is wrong")
    with pytest.raises(WaitsForPerson, match="the cut with these bytes is rejected"):
        judge(film, "approve", "delivery", "out/master.mp4", note="again")
    cut(film, "out/master.mp4", b"another film")
    assert void(film) == [("delivery", "out/master.mp4")]


def test_the_final_cut_waits_for_seams_to_be_mended_or_seen_again(build: Build) -> None:
    film = made(build)
    for shot in ("A001", "A002", "A003"):
        film.approve(shot)
    assert barriers.require_cut(film.p, ()) == ("A001/A002", "A002/A003"), (
        "not looked at is no reason to stop"
    )
    judge(film, "reject", "seam", "A001/A002", fix="trim")
    with pytest.raises(WaitsForPerson, match=r"1 seam is not good: A001/A002 \(trim\)") as waits:
        barriers.require_cut(film.p, ())
    assert "--accept seams-unresolved" in waits.value.todo
    assert barriers.require_cut(film.p, (barriers.SEAMS,)) == ("A002/A003",)
    judge(film, "approve", "seam", "A001/A002")
    assert barriers.require_cut(film.p, ()) == ("A002/A003",)
    film.p.files("A003", 1).clip.write_bytes(b"another clip")
    with pytest.raises(WaitsForPerson, match="A003 take 1: its clip has changed"):
        barriers.require_cut(film.p, (barriers.SEAMS,))
    barriers.require_cut(film.p, (barriers.TAKES,))


# who may


def test_a_gate_may_be_left_to_roles(build: Build) -> None:
    film = made(build, gates={"roles": {"seam": ["director", "editor"]}})
    nobody = Person("Cy")
    for other, said in ((BO, "Bo is producer"), (nobody, "Cy has no role")):
        with pytest.raises(WaitsForPerson, match=f"a seam is decided by director or editor, and {said}"):
            judge(film, "hold", "seam", "A001/A002", person=other)
    assert rows(film, "verdict") == []
    judge(film, "approve", "seam", "A001/A002")
    cut(film)
    judge(film, "approve", "cut", "Film_v001.mp4", person=nobody)


@pytest.mark.parametrize(
    ("roles", "near"),
    [({"seam": ["directer"]}, "director"), ({"seems": ["director"]}, "seam"), ({"seam": []}, "")],
)
def test_roles_in_the_profile_are_strict(build: Build, roles: dict[str, list[str]], near: str) -> None:
    film = build({"a": shots("A", 1)})
    with pytest.raises(BadInput, match=r"film\.json") as refused:
        film.rewrite({"a": shots("A", 1)}, gates={"roles": roles})
    assert near in str(refused.value)


# what readers see


def test_the_snapshot_says_the_same_as_the_plan(build: Build) -> None:
    film = made(build, board="quay")
    plan = load_plan(film.root)
    light = standing.outline_of_snapshot(of_plan(plan, "mark"), film.root, film.root)
    assert light == standing.outline_of_plan(plan, film.root)
    assert light.board is not None
    assert light.board.files == ("board/quay.jpg",)
