"""Gaps: everything uncertain, each with what, where, why and what to type; and nothing that is certain."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.base.units import Amount, Certainty, Money
from core.desk import gaps
from core.desk.gap import KINDS, Gap, counts
from core.desk.gaps import Document, Facts, ShotFact
from core.ledger.tables import Commitment, CommitmentRow, Note, Rescue, Suggestion, Task, Verdict
from core.studio import uncertain
from core.studio.places import Places
from tests.support.fakes import UNCLEAR, FakeProvider
from tests.support.films import shots
from tests.support.stage import DOLLAR, Build, Stage, done, failed, stages
from tests.support.work import REPO
from tui.cli import main

HOSTILE = "[/] boom \x1b[2J\x1b]52;c;ZXZpbA==\x07\u202egnp.exe"


@pytest.fixture
def build() -> Iterator[Build]:
    with stages() as builder:
        yield builder


def of_kind(found: tuple[Gap, ...], kind: str) -> list[Gap]:
    return [gap for gap in found if gap.kind == kind]


def here(film: Stage) -> tuple[Gap, ...]:
    return uncertain.found(Places(film.root))


def shot(ident: str, state: str, **more: Any) -> ShotFact:
    fact = ShotFact(ident, "a", state, None, None, stale=False, note="", source="")
    return fact._replace(**more)


def task(ident: int, **more: Any) -> dict[str, Any]:
    plain = {"id": ident, "title": "a task", "owner": "Ada", "due": "", "source": "x", "state": "open"}
    return {**plain, "consequence": "", "link": "", "step": "", **more}


# what is found, from rows


def test_a_film_where_all_is_known_has_no_gap() -> None:
    facts = Facts(
        shots=[shot("A001", "circled", usable=1), shot("A002", "review", usable=3)],
        tasks=[task(1, due="2026-03-02"), task(2, owner="", state="done", source="")],
        spend=[
            {"shot": "A001", "take": 1, "state": "closed", "provider": "x", "money": {"settle": (1, "exact")}}
        ],
        today="2026-03-02",
    )
    assert gaps.gaps(facts) == ()


@pytest.mark.parametrize(
    ("state", "command"),
    [
        ("planned", "rushes run --chain a"),
        ("ready", "rushes run --chain a"),
        ("running", "rushes status --watch"),
        ("failed", "rushes retake A002"),
        ("rejected", "rushes retake A002"),
        ("held", "rushes retake A001"),
    ],
)
def test_a_shot_without_a_usable_take_is_a_gap_with_its_own_command(state: str, command: str) -> None:
    (gap,) = gaps.gaps(Facts(shots=[shot("A002", state, source="A001")]))
    assert (gap.kind, gap.code, gap.where, gap.command) == ("shot", state, "shot:A002", command)
    assert gaps.gaps(Facts(shots=[shot("A002", state, usable=1)])) == (), "an earlier take can be cut in"


def test_a_task_is_a_gap_without_an_owner_and_when_its_day_has_passed() -> None:
    rows = [
        task(1, owner=""),
        task(2, due="2026-03-01"),
        task(3, due="2026-03-02"),
        task(4, owner="", due="2026-02-01"),
    ]
    found = gaps.gaps(Facts(tasks=rows, today="2026-03-02"))
    assert [(gap.code, gap.where) for gap in found] == [
        ("no-owner", "task:1"),
        ("overdue", "task:2"),
        ("no-owner", "task:4"),
    ]
    assert "due 2026-02-01" in found[2].what


def test_what_leads_nowhere_is_asked_why_it_exists() -> None:
    rows = [task(1, source=""), task(2, link="shot:A001", source=""), task(3, step="edit", source="")]
    suggested = [
        {"id": 4, "text": "a dolly", "link": "", "shot": ""},
        {"id": 5, "text": "x", "link": "", "shot": "A001"},
    ]
    found = gaps.gaps(Facts(tasks=rows, suggestions=suggested, lost_links={"shot:A001"}))
    assert [gap.where for gap in found] == ["task:1", "task:2", "suggestion:4"]
    assert {gap.why for gap in found} == {"rewrite: why does this exist?"}
    assert "leads nowhere" in found[1].what


@pytest.mark.parametrize("kind", ["commit", "settle", "writeoff"])
def test_an_unknown_cost_is_a_gap_until_a_later_row_knows_it(kind: str) -> None:
    row = {
        "shot": "A001",
        "take": 2,
        "state": "closed",
        "provider": "x",
        "money": {"reserve": (5, "estimated")},
    }
    known = {**row, "money": {**row["money"], kind: (5, "exact")}}  # type: ignore[dict-item]
    unknown = {**row, "money": {**row["money"], kind: (0, "unknown")}}  # type: ignore[dict-item]
    freed = {**row, "money": {"reserve": (5, "unknown"), "release": (5, "unknown")}}
    assert gaps.gaps(Facts(spend=[known, row, freed])) == ()
    (gap,) = gaps.gaps(Facts(spend=[unknown]))
    assert (gap.kind, gap.where, gap.micro) == ("cost", "take:A001/2", None)


def test_a_document_newer_than_what_was_made_of_it_is_a_gap() -> None:
    takes = [("A001", 1, "2026-03-01T10:00:00.000Z"), ("A002", 1, "2026-03-03T10:00:00.000Z")]
    cut = ("film_v001.mp4", "2026-03-02T10:00:00.000Z")
    written = [Document("script.md", "2026-03-02"), Document("old.md", "2026-03-01"), Document("none.md", "")]
    (gap,) = gaps.documents(written, takes, cut)
    assert "A001 take 1 were made before" in gap.what
    both = list(gaps.documents([Document("script.md", "2026-03-03")], takes, cut))
    assert [gap.code for gap in both] == ["takes", "cut"]


def test_gaps_are_grouped_in_the_order_of_their_kinds() -> None:
    facts = Facts(
        shots=[shot("A001", "planned"), shot("A002", "review", usable=1, stale=True)],
        tasks=[task(1, owner="")],
        faults=[("film.json", 3, "x")],
    )
    kinds = [gap.kind for gap in gaps.gaps(facts)]
    assert kinds == sorted(kinds, key=list(KINDS).index)
    assert counts(gaps.gaps(facts)) == {"fault": 1, "shot": 1, "task": 1, "stale": 1}


# what is found, in a film


def test_a_take_in_doubt_is_a_gap_with_the_sum_that_is_held(build: Build) -> None:
    film = build({"a": shots("A", 1)}, provider=FakeProvider(price=DOLLAR, outcomes=deque([UNCLEAR])))
    film.make()
    (gap,) = of_kind(here(film), "in_doubt")
    assert (gap.shot, gap.take, gap.micro, gap.command) == ("A001", 1, DOLLAR, "rushes reconcile A001")
    assert of_kind(here(film), "shot") == [], "told once"
    assert of_kind(here(film), "cost") == [], "told once"


def test_a_bill_that_names_no_sum_is_a_gap(build: Build) -> None:
    film = build({"a": shots("A", 1)}, provider=FakeProvider(price=DOLLAR))
    film.provider.statuses.append(done(Amount(Money(DOLLAR), Certainty.UNKNOWN)))
    film.make()
    (gap,) = of_kind(here(film), "cost")
    assert (gap.shot, gap.take, gap.code) == ("A001", 1, "settle")


def test_seams_are_gaps_until_a_person_says_they_are_good(build: Build) -> None:
    film = build({"a": shots("A", 3)})
    film.make()
    assert [gap.where for gap in of_kind(here(film), "seam")] == ["seam:A001/A002", "seam:A002/A003"]
    assert main(["approve", "A001/A002", "--film", str(film.root)]) == 0
    assert [gap.where for gap in of_kind(here(film), "seam")] == ["seam:A002/A003"]
    assert main(["reject", "A002/A003", "--fix", "trim", "--film", str(film.root)]) == 0
    (gap,) = of_kind(here(film), "seam")
    assert (gap.code, "trim" in gap.what) == ("fix", True)


def test_a_changed_clip_makes_its_approval_a_gap(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    film.approve("A001")
    assert of_kind(here(film), "approval") == []
    film.p.files("A001", 1).clip.write_bytes(b"another clip")
    (gap,) = of_kind(here(film), "approval")
    assert (gap.shot, gap.take, gap.command) == ("A001", 1, "rushes approve A001 --take 1")
    assert "Ada" in gap.what


def test_notes_are_gaps_until_a_later_one_resolves_them(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    take = film.take("A001").id
    with film.p.ledger.write() as w:
        said = {"subject_kind": "shot", "subject_id": "A001", "shot": "A001", "person": "Ada"}
        first = w.add(Note(**said, text="the boat is late"))
        second = w.add(Note(**said, text="a boom", take_id=take, timecode="00:00:00:12"))
        w.add(Note(**said, text="take 2 has it", resolves=first))
    (gap,) = of_kind(here(film), "note")
    assert (gap.where, gap.take, gap.what) == (f"note:{second}", 1, "Ada at 00:00:00:12: a boom")


def test_commitments_are_gaps_until_a_person_closes_them(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    with film.p.ledger.write() as w:
        closed, again, fresh = (w.add(Commitment(kind="legal", text=t, person="Ada")) for t in "xyz")
        w.add(CommitmentRow(commitment_id=closed, kind="closed", text="done", person="Ada"))
        w.add(CommitmentRow(commitment_id=again, kind="closed", text="done", person="Ada"))
        w.add(CommitmentRow(commitment_id=again, kind="reopened", text="no", person="Bo"))
        w.add(CommitmentRow(commitment_id=fresh, kind="evidence", text="a page", model="m"))
    found = of_kind(here(film), "commitment")
    assert [gap.where for gap in found] == [f"promise:{again}", f"promise:{fresh}"]
    assert "1 piece of evidence" in found[1].what


def test_a_rescue_without_a_cost_is_a_gap(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    with film.p.ledger.write() as w:
        w.add(Rescue(take_id=film.take("A001").id, approach="relight", person="Ada"))
    (gap,) = of_kind(here(film), "cost")
    assert (gap.code, gap.shot, gap.take) == ("rescue", "A001", 1)


def test_pauses_and_lost_takes_are_gaps_and_a_wait_for_a_verdict_is_none(build: Build) -> None:
    film = build({"a": shots("A", 1), "b": shots("B", 2)}, review={"policy": "each"})
    film.provider.statuses.append(failed())
    film.make()
    assert film.pause_of("b") == "review"
    film.pause("budget")
    found = here(film)
    assert [gap.where for gap in of_kind(found, "pause")] == ["chain:a"]
    assert {gap.shot: gap.code for gap in of_kind(found, "shot")}["A001"] == "failed"


def test_a_change_of_plan_makes_takes_gaps(build: Build) -> None:
    plan = shots("A", 2)
    film = build({"a": plan})
    film.make()
    plan[0]["description"] = "another place"
    film.rewrite({"a": plan})
    assert [(gap.where, gap.command) for gap in of_kind(here(film), "stale")] == [
        ("take:A001/1", "rushes retake A001"),
        ("take:A002/1", "rushes retake A002"),
    ]


def test_the_diary_is_behind_once_a_verdict_would_change_it(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    words = ["diary", "--film", str(film.root)]
    assert main(words) == 0
    assert of_kind(here(film), "document") == []
    film.approve("A001")
    assert [gap.code for gap in of_kind(here(film), "document")] == ["diary"]
    assert main(words) == 0
    assert of_kind(here(film), "document") == []
    film.reject("A001")
    film.approve("A001")
    assert of_kind(here(film), "document") == [], "it says the same as before"


def test_a_script_revised_after_its_takes_is_a_gap(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    (film.root / "script.md").write_text("+++\nrevised = 2026-03-05\n+++\n\nA boat.\n")
    (gap,) = of_kind(here(film), "document")
    assert (gap.where, "2026-03-05" in gap.what) == ("file:script.md", True)


def test_a_model_without_a_price_is_a_gap(build: Build) -> None:
    film = build({"a": shots("A", 2, model="nobody:knows")})
    (gap,) = of_kind(here(film), "cost")
    assert (gap.code, gap.where, gap.command) == ("model", "model:nobody:knows", "rushes estimate")
    assert "A001 and 1 more" in gap.what


def test_a_fault_is_a_gap_and_the_rest_is_still_told(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.order()
    here(film)
    (film.root / "film.json").write_text("{")
    found = here(film)
    assert [gap.kind for gap in found] == ["fault", "shot"]
    assert found[0].where.startswith("file:film.json")


# what it costs


def test_what_was_looked_at_once_is_read_from_the_cache(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.studio import examined

    film = build({"a": shots("A", 1)})
    first = here(film)
    assert of_kind(first, "finding")
    looked: list[int] = []
    look: Callable[..., dict[str, Any]] = examined.examine
    monkeypatch.setattr(examined, "examine", lambda *args: looked.append(1) or look(*args))
    assert here(film) == first
    assert looked == []
    film.rewrite({"a": shots("A", 1, environment="")})
    here(film)
    assert looked == [1], "the files changed"
    (Places(film.root).cache / "examined.json").write_text('{"mark": 3')
    assert here(film) == first
    assert looked == [1, 1], "half a file is none"


def test_a_ledger_of_before_the_desk_has_its_gaps_told(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.order()
    with film.p.ledger.write() as w:
        for name in ("rescue", "commitment_row", "commitment", "seen"):
            w.run(text(f"DROP TABLE {name}"))
    assert "shot" in counts(here(film))


# the command


def test_the_command_ends_with_one_while_there_are_gaps_and_says_them_as_data(
    build: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    film = build({"a": shots("A", 2)})
    assert main(["gaps", "--json", "--film", str(film.root)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["total"] == len(told["gaps"]) == sum(told["by_kind"].values())
    assert told["by_kind"]["shot"] == 2
    names = {"kind", "code", "what", "where", "shot", "take", "why", "command", "usd"}
    assert all(set(gap) == names for gap in told["gaps"])
    assert main(["gaps", "--kind", "seam", "--film", str(film.root)]) == 0
    said = capsys.readouterr()
    assert (said.out, "no gap" in said.err) == ("", True)


def test_hostile_words_are_shown_literally(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    long = HOSTILE + "x" * 5_000_000
    with film.p.ledger.write() as w:
        w.add(Note(subject_kind="shot", subject_id="A001", shot="A001", text=long, person=HOSTILE))
        w.add(Task(title=long))
        w.add(Suggestion(text=long, source="x", reason="y"))
        w.add(Commitment(kind="client", text=long, person=HOSTILE))
        w.add(
            Verdict(
                subject_kind="cut", subject_id=f"{HOSTILE};ls", verdict="approve", person=HOSTILE, sha="x"
            )
        )
    assert main(["gaps", "--film", str(film.root)]) == 1
    shown = capsys.readouterr().out
    assert shown.count("[/] boom gnp.exe") >= 6
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert len(shown) < 10_000
    assert main(["gaps", "--json", "--film", str(film.root)]) == 1
    kept = {gap["kind"]: gap for gap in json.loads(capsys.readouterr().out)["gaps"]}
    assert kept["note"]["what"] == f"{HOSTILE}: {long}", "kept as it is"
    assert kept["approval"]["command"].endswith("'"), "a name that a shell would act on is quoted"


def test_reading_gaps_writes_no_ledger_and_needs_none(build: Build, tmp_path: Path) -> None:
    from tests.support.films import write_film

    root = write_film(tmp_path / "fresh", {"a": shots("A", 1)})
    assert counts(uncertain.found(Places(root)))["shot"] == 1
    assert not Places(root).ledger.exists()
    assert [path.name for path in (root / ".rushes").iterdir()] == ["cache"]


def test_reading_what_is_open_imports_nothing_heavy() -> None:
    script = (
        "import sys, tui.cli, tui.commands.overview;"
        "heavy = {'pydantic', 'sqlmodel', 'sqlalchemy', 'textual', 'numpy', 'av', 'rtoml', 'rich', 'jinja2'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=REPO, check=True)
    assert ran.stdout.strip() == "[]"
