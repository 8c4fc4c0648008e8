"""What a person brings becomes a take like any other."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from core.base.errors import BadInput
from core.desk.rescued import rescued
from core.engine import orders
from core.engine.clips import MediaClips
from core.ledger.tables import Take
from core.media.frames import last_frame
from core.post.pick import pick
from core.post.segments import plan_cut
from tests.imports.hands import Real
from tests.support.stage import Stage, failed

Film = Callable[..., Stage]


def sidecar_of(stage: Stage, shot: str, n: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stage.p.files(shot, n).sidecar.read_text())
    return found


def test_a_clip_made_elsewhere_is_before_a_person_with_frames_sidecar_and_hash(
    stage: Stage, bin_: Any, bring: Any
) -> None:
    file = bin_.clip()
    landed = bring(stage, "A001", file, model="other-1", source="the lab", note="shot on 35")
    take, files = landed.take, stage.p.files("A001", 1)
    assert (take.state, take.provider, take.model, take.n) == ("review", "elsewhere", "other-1", 1)
    assert files.clip.read_bytes() == file.read_bytes(), "copied, bit by bit"
    assert take.sha == sha256(file.read_bytes()).hexdigest()
    assert MediaClips().picture_sha(files.last) == take.last_sha
    facts = sidecar_of(stage, "A001", 1)
    assert (facts["provider"], facts["clip"]["sha"], facts["job"], facts["money"]) == (
        "elsewhere",
        take.sha,
        None,
        {},
    )
    assert facts["rescue"]["approach"] == "elsewhere"
    assert facts["probe"]["frames"] == 24
    assert stage.p.reader.submissions_of("take", take.id) == []
    assert file.exists(), "never moved"
    assert [path.name for path in files.folder.iterdir() if ".part" in path.name] == []


def test_its_life_is_written_step_by_step(stage: Stage, bin_: Any, bring: Any) -> None:
    bring(stage, "A001", bin_.clip())
    kinds = [kind for kind in stage.events() if kind.startswith("take.")]
    assert kinds == [
        f"take.{k}" for k in ("brought", "planned", "downloaded", "verified", "framed", "review")
    ]


def test_the_next_shot_begins_on_its_last_frame_once_it_is_circled(film: Film, bin_: Any, bring: Any) -> None:
    stage = film(provider=Real(), review={"policy": "each"})
    landed = bring(stage, "A001", bin_.clip())
    stage.order()
    stage.run()
    assert stage.states("A002") == ["planned"], "nobody has looked at it yet"
    stage.approve("A001")
    stage.run()
    second = stage.take("A002")
    assert (second.state, second.source_take, second.in_sha) == (
        "review",
        landed.take.id,
        landed.take.last_sha,
    )
    assert stage.posted() == [("A002", 1)]
    assert last_frame(stage.p.files("A001", 1).clip).pixels.shape == (180, 320, 3)


def test_it_takes_the_place_of_a_take_that_failed(film: Film, bin_: Any, bring: Any) -> None:
    provider = Real(statuses=deque([failed()]))
    stage = film(provider=provider)
    stage.make()
    assert stage.states("A001") == ["remote_failed"]
    landed = bring(stage, "A001", bin_.clip(), "regenerate", of="1")
    stage.approve("A001")
    stage.resume()
    stage.run()
    assert stage.take("A002").source_take == landed.take.id
    assert stage.states("A003") == ["review"]


def test_a_relit_take_follows_from_the_same_frame_as_its_original(film: Film, bin_: Any, bring: Any) -> None:
    stage = film(provider=Real())
    stage.make()
    original = stage.take("A002")
    for approach, follows in (("relight", True), ("trim", False)):
        landed = bring(stage, "A002", bin_.clip(f"{approach}.mp4", 24 if follows else 20), approach, of="1")
        same = (landed.take.source_take, landed.take.in_sha) == (original.source_take, original.in_sha)
        assert same is follows
        assert landed.take.state == "review", landed.take.note
    rows = rescued(stage.p.reader)
    assert [(row["of"], row["original_model"]) for row in rows] == [
        ({"shot": "A002", "take": 1}, original.model)
    ] * 2


@pytest.mark.parametrize(
    ("approach", "state"), [("elsewhere", "broken"), ("trim", "review"), ("plate", "review")]
)
def test_a_clip_of_another_length_is_broken_unless_its_length_is_the_point(
    stage: Stage, bin_: Any, bring: Any, approach: str, state: str
) -> None:
    landed = bring(stage, "A001", bin_.clip(frames=72), approach)
    assert landed.take.state == state
    if state == "broken":
        assert "it lasts 3.00 s, not 1.00 s" in landed.take.note
        assert not stage.p.files("A001", 1).last.exists()
        with pytest.raises(BadInput, match="cannot be circled"):
            stage.approve("A001", 1)


def test_another_shape_is_broken_and_another_size_is_said(stage: Stage, bin_: Any, bring: Any) -> None:
    assert bring(stage, "A001", bin_.clip("tall.mp4", width=180, height=320)).take.state == "broken"
    landed = bring(stage, "A001", bin_.clip("large.mp4", width=640, height=360))
    assert landed.take.state == "review"
    assert "it is 640x360, the film is 320x180: the cut scales it" in landed.notes


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("a.mov", ("-c", "copy")),
        ("a.mkv", ("-c", "copy")),
        ("a.webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")),
    ],
)
def test_mov_mkv_and_webm_are_read_to_their_last_picture_and_cut_whole(
    stage: Stage, bin_: Any, bring: Any, name: str, args: tuple[str, ...]
) -> None:
    landed = bring(stage, "A001", bin_.remade(name, *args))
    assert landed.take.state == "review"
    assert any("Matroska" in note for note in landed.notes) is not name.endswith("mov")
    picked = pick(stage.p.plan, [landed.take], lambda shot, n: stage.p.files(shot, n).clip, rough=True)
    cut = plan_cut(picked.shots, width=320, height=180, fps=stage.p.plan.profile.fps, rough=True)
    assert cut.frames == 24


def test_the_same_file_brought_again_is_the_take_that_is_there(stage: Stage, bin_: Any, bring: Any) -> None:
    first = bring(stage, "A001", bin_.clip(), cost="2.00")
    again = bring(stage, "A001", bin_.clip("copy.mp4"), cost="2.00")
    assert (again.new, again.take.id) == (False, first.take.id)
    assert stage.film_sums() == (0, 0, 2_000_000)
    assert len(rescued(stage.p.reader)) == 1


def test_our_own_clip_is_no_rescue_of_itself(film: Film, bring: Any) -> None:
    stage = film(provider=Real())
    stage.make()
    with pytest.raises(BadInput, match="A001 take 1 itself, byte for byte"):
        bring(stage, "A001", stage.p.files("A001", 1).clip, "relight", of="1")
    assert stage.states("A001") == ["review"]


def test_a_clip_that_went_missing_comes_back_with_the_same_file(stage: Stage, bin_: Any, bring: Any) -> None:
    landed = bring(stage, "A001", bin_.clip())
    stage.approve("A001")
    stage.p.files("A001", 1).clip.unlink()
    assert bring(stage, "A001", bin_.clip()).take.state == "approved"
    assert sha256(stage.p.files("A001", 1).clip.read_bytes()).hexdigest() == landed.take.sha


def test_a_number_is_never_used_twice_whoever_orders_meanwhile(
    stage: Stage, bin_: Any, bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.p.files("A001", 1).folder.mkdir(parents=True)
    (stage.p.files("A001", 1).folder / "A001_t004.json").write_text("{}")  # of a take that the ledger forgot
    real = orders.used_numbers

    def a_retake_comes_in_between(p: Any) -> dict[str, int]:
        found = real(p)
        with p.ledger.write() as w:
            w.add(
                Take(
                    chain="a",
                    shot="A001",
                    n=6,
                    state="planned",
                    order_id="o9",
                    position=0,
                    seam="text",
                    provider="animatic",
                    model="m",
                    seed=1,
                )
            )
        return found

    monkeypatch.setattr(orders, "used_numbers", a_retake_comes_in_between)
    assert bring(stage, "A001", bin_.clip()).take.n == 7


def test_outcomes_follow_the_verdicts_with_who_when_and_hash(stage: Stage, bin_: Any, bring: Any) -> None:
    for number, shot in enumerate(("A001", "A002", "A003")):
        bring(stage, shot, bin_.clip(f"{number}.mp4", 24 + number))
    stage.approve("A001")
    stage.reject("A002", note="too dark")
    rows = rescued(stage.p.reader)
    assert [row["outcome"] for row in rows] == ["saved", "dropped", "open"]
    assert [row["verdict"] and row["verdict"]["person"] for row in rows] == ["Ada", "Ada", None]
    assert rows[0]["verdict"]["sha"] == rows[0]["sha"]
    assert rows[1]["verdict"]["note"] == "too dark"
    assert rescued(stage.p.reader, "A003") == rows[2:]


def test_a_plan_run_orders_nothing_for_a_shot_that_has_a_brought_take(
    stage: Stage, bin_: Any, bring: Any
) -> None:
    bring(stage, "A001", bin_.clip())
    assert [want.shot for want in stage.order().wanted] == ["A002", "A003"]


@pytest.mark.parametrize(
    ("named", "said"), [("7", "has no take 7"), ("x", "names no take"), ("Z9/1", "no shot")]
)
def test_an_original_that_is_not_there_is_refused_before_anything_is_copied(
    stage: Stage, bin_: Any, bring: Any, named: str, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        bring(stage, "A001", bin_.clip(), "relight", of=named)
    assert not (stage.root / "takes").exists()
