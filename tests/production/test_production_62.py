"""A production of 62 shots, driven by commands: what people said is told back with who, when, why and hash.

The script keeps a list of its own (`story`); nothing here reads the ledger to know what should be there.
How it is made, and what of it is light, stands in `crew`.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from core.studio.places import Places
from tests.nights.room import SEEDANCE, chained, write_night
from tests.production.making import BROUGHT, CUT, TAKES_OF_HERO
from tests.production.story import AT_POLL, AT_POST, HERO, Said, Story, hash_of, live_shots
from tests.support.work import rushes

EVER = "2020-01-01"
HASH = re.compile(r"[0-9a-f]{64}")
SEAMS_FIXED = ("C004/C005", "L002/L003", "Q002/Q003")


def told(said: Said, row: dict[str, Any]) -> None:
    """Who, and when: within the time the command took."""
    assert (row["person"], row.get("role", said.act.role)) == (said.act.who, said.act.role), row
    assert said.act.covers(row["at"]), (said.act.words, said.act.began, row["at"], said.act.ended)


def test_the_hero_shot_has_its_32_takes_and_every_shot_one(story: Story) -> None:
    takes = story.crew.ask("takes")
    of_hero = [take for take in takes if take["shot"] == HERO]
    assert [take["take"] for take in of_hero] == list(range(1, TAKES_OF_HERO + 1))
    assert [take["state"] for take in of_hero] == ["rejected"] * (TAKES_OF_HERO - 1) + ["approved"]
    counted = {shot: sum(take["shot"] == shot for take in takes) for shot in live_shots()}
    # The failed job of the wall at the poll was a take too.
    assert counted == {**story.takes, AT_POLL: 2}
    assert all(
        take["sha"] == hash_of(story.clip(take["shot"], take["take"])) for take in takes if take["clip"]
    )


def test_every_verdict_is_told_back_with_who_when_why_and_hash(story: Story) -> None:
    rows = story.crew.ask("since", EVER)["verdicts"]
    assert len(rows) == len(story.verdicts) > 100
    for said, row in zip(story.verdicts, rows, strict=True):
        told(said, row)
        assert said.what == {name: row[name] for name in said.what}
        assert HASH.fullmatch(row["sha"])
        assert row["sha"] == (said.sha or row["sha"]), said.what


def test_what_was_said_of_a_take_stands_beside_it(story: Story) -> None:
    hero = story.crew.ask("takes", HERO)
    for said in story.verdicts:
        about = said.what
        if about["name"] == HERO and about["note"]:
            words = next(take for take in hero if take["take"] == about["take"])["said"]
            (row,) = (w for w in words if (w["kind"], w["text"]) == (about["verdict"], about["note"]))
            assert (row["person"], said.act.covers(row["at"])) == (said.act.who, True)


def test_every_seam_stands_as_it_was_judged_last(story: Story) -> None:
    last = {said.what["name"]: said for said in story.verdicts if said.what["subject"] == "seam"}
    rows = story.crew.ask("seams")
    shots = live_shots()
    assert [row["id"] for row in rows] == [f"{left}/{right}" for left, right in pairwise(shots)]
    states = {"approve": "good", "reject": "fix", "hold": "unresolved", "": "unresolved"}
    for row in rows:
        said = last.get(row["id"])
        assert row["state"] == states[said.what["verdict"] if said else ""], row
        if said:
            told(said, row)
            assert (row["note"], row["sha"]) == (said.what["note"], said.sha)
    assert [row["id"] for row in rows if row["state"] == "fix"] == list(SEAMS_FIXED)
    tasks = {task["id"]: task for task in story.crew.ask("tasks")}
    for row in rows:
        if row["state"] == "fix":
            assert tasks[row["task"]]["link"] == f"shot:{row['right']}"
            assert row["fix"] in tasks[row["task"]]["title"]


def test_every_failure_is_told_back_with_who_said_it_last_and_first(story: Story) -> None:
    rows = story.crew.ask("failures")
    assert len(rows) == len(story.failures)
    clips = {(take["shot"], take["take"]): take["sha"] for take in story.crew.ask("takes")}
    for said in story.failures:
        what = dict(said.what)
        (row,) = (r for r in rows if all(r[name] == what[name] for name in ("shot", "take", "broke")))
        told(said, row)
        before, cost, minutes = what.pop("before", []), what.pop("cost", None), what.pop("minutes", None)
        assert {name: row[name] for name in what} == what
        assert [one["person"] for one in row["amended"]] == before
        assert row["minutes"] == (int(minutes) if minutes else None)
        assert cost is None or float(row["cost_usd"]) == float(cost)
        assert row["sha"] == clips[row["shot"], row["take"]]


def test_a_failed_prompt_is_kept_with_its_clip_and_what_was_said(story: Story) -> None:
    kept = {(row["shot"], row["take"]): row for row in story.crew.ask("failures", "--prompts")}
    assert [kept[HERO, n]["clip"] for n in (1, 31)] == [str(story.clip(HERO, n)) for n in (1, 31)]
    assert "six fingers" in json.dumps(kept[HERO, 5]["said"])
    assert "burning idol" in kept[AT_POLL, 1]["prompt"]
    assert kept[AT_POLL, 1]["clip"] is None
    assert any("bone cave" in one["prompt"] for one in kept[AT_POST, 1]["refused"])


def test_every_decision_on_a_suggestion_is_told_back(story: Story) -> None:
    rows = {row["id"]: row for row in story.crew.ask("suggestions", "--all")}
    for said in story.decided:
        (one,) = rows[said.what["id"]]["decisions"]
        told(said, one)
        assert (one["decision"], one["why"]) == (said.what["decision"], said.what["why"])
        assert HASH.fullmatch(one["sha"])
    decided = {said.what["id"] for said in story.decided}
    assert {row["id"] for row in rows.values() if row["state"] != "open"} == decided
    again = next(row for row in rows.values() if row["text"].startswith("Open on a wider"))
    (like,) = again["like"]
    assert (like["state"], like["person"], like["why"]) == ("rejected", "Ada", "the lens was locked in March")


def test_drift_over_the_films_limit_was_proposed_and_below_it_was_not(story: Story) -> None:
    texts = [row["text"] for row in story.crew.ask("suggestions", "--all") if "drift.colour" in row["text"]]
    assert texts == ["log it as a failure of B009 take 1: style: drift.colour 0.31 (drifted from 0.2)"]


def test_every_note_score_rescue_and_turn_is_told_back(story: Story) -> None:
    said_of = {}
    for take in story.crew.ask("takes"):
        said_of.update({w["id"]: w for w in take["said"] if w["kind"] == "note"})
        said_of.update({-w["resolves"]: w for w in take["said"] if w["kind"] == "resolve"})
    notes = [row for row in said_of.values() if row["kind"] == "note" and row["text"][0] not in "fa"]
    for said in story.notes:
        (row,) = (note for note in notes if note["text"] == said.what["text"])
        told(said, row)
        assert {name: row[name] for name in said.what} == said.what
    assert {-ident for ident in said_of if ident < 0} == set(story.resolved)
    for ident, said in story.resolved.items():
        told(said, said_of[-ident])
        assert said_of[-ident]["text"] == said.what["text"]
    for said in story.scores:
        items = story.crew.ask("score", said.what["kind"], said.what["name"])
        given = next(item for item in items if item["item"] == said.what["item"])["given"]
        (row,) = (one for one in given if one["person"] == said.act.who)
        told(said, row)
        assert (row["score"], row["note"], row["sha"]) == (said.what["score"], said.what["note"], said.sha)
    log = story.crew.ask("log")
    for said, row in zip(story.logged, log, strict=True):
        told(said, row)
        assert (row["kind"], row["text"]) == (said.what["kind"], said.what["text"])


def test_every_rescue_is_told_back_with_what_became_of_it(story: Story) -> None:
    rows = story.crew.ask("rescues")
    for said, row in zip(story.rescues, rows, strict=True):
        told(said, row)
        of = {"shot": said.what["shot"], "take": said.what["of"]} if said.what["of"] else None
        assert {name: row[name] for name in said.what} == {**said.what, "of": of}
        assert row["sha"] == said.sha
    assert [(row["take"], row["approach"]) for row in rows[: len(BROUGHT)]] == list(BROUGHT.items())
    assert [row["outcome"] for row in rows] == ["dropped", "dropped", "saved", "dropped"]


def test_promises_and_tasks_tell_their_whole_way(story: Story) -> None:
    legal, client, safety = story.crew.ask("promises")
    assert (legal["state"], legal["closed_by"], legal["why"]) == ("closed", "Cleo", "I have seen the release")
    assert [(one["model"], one["person"]) for one in legal["evidence"]] == [("reader-1", "")]
    assert (client["state"], client["person"], client["why"]) == ("open", "Dan", "the tram carries one")
    assert (safety["state"], safety["person"]) == ("open", "Dan")
    task = next(row for row in story.crew.ask("tasks") if row["title"] == "ask the pier's owner")
    assert (task["state"], task["approval"], task["approved_by"]) == ("done", "approved", "Dan")
    way = [(one["event"], one["person"], one["role"], one["why"]) for one in task["history"]]
    assert way == [
        ("added", "Dan", "producer", ""),
        ("done", "Ben", "editor", "she said yes"),
        ("refused", "Dan", "producer", "in writing, please"),
        ("approved", "Dan", "producer", "the letter came"),
    ]
    assert [row["task"] for row in story.crew.ask("checklist")] == list(range(1, 8))


def test_the_pauses_tell_the_walls_the_limit_and_who_let_it_go_on(story: Story) -> None:
    found = story.crew.ask("since", EVER)
    reasons = {(row["chain"], row["reason"]) for row in found["pauses"]}
    assert {("bay", "moderation"), ("city", "moderation"), ("quay", "key_limit")} <= reasons
    limit = next(row for row in found["pauses"] if (row["chain"], row["reason"]) == ("quay", "key_limit"))
    assert "Key limit exceeded" in limit["note"]
    assert limit["lifted_by"] == "resume by Olga"
    assert {(row["shot"], row["take"]) for row in found["refusals"]} == {(AT_POST, 1), (AT_POLL, 1)}


def test_every_gap_the_script_left_open_is_there_and_no_other(story: Story) -> None:
    found = story.crew.ask("gaps", code=1)["gaps"]
    by_kind: dict[str, set[str]] = {}
    for gap in found:
        assert gap["why"]
        assert gap["command"].startswith("rushes ")
        by_kind.setdefault(gap["kind"], set()).add(gap["where"])
    judged = {"Q001/Q002", "B001/B002", "C001/C002", "B003/B004"}
    shots = live_shots()
    # A seam without both takes waits for its shots.
    open_seams = {f"seam:{left}/{right}" for left, right in pairwise(shots)}
    open_seams -= {f"seam:{name}" for name in (*judged, "C012/C013", "C013/C014")}
    assert by_kind["commitment"] == {"promise:2", "promise:3"}
    assert by_kind["shot"] == {"shot:C013"}
    assert by_kind["seam"] == open_seams
    assert by_kind["note"] == {f"note:{n}" for n in (1, 2, 3, 4, 7)}
    assert len(by_kind["task"]) == len(SEAMS_FIXED) + 1 + 2  # the mended seam's task is still open
    assert len(by_kind["unlinked"]) == 1
    assert by_kind["cost"] == {f"take:{AT_POLL}/1", "take:L003/2"}
    assert {f"take:{shot}" for shot in ("Q008/1", "B010/1", "L004/1")} <= by_kind["stale"]
    assert "approval" not in by_kind
    assert "pause" not in by_kind
    notes = {gap["where"]: gap["what"] for gap in found if gap["kind"] == "note"}
    assert notes["note:7"] == "Dan: who owns this pier?"


def test_counts_and_costs_of_the_catalogue_equal_plain_sums_over_the_rows(story: Story) -> None:
    with closing(sqlite3.connect(Places(story.root).ledger)) as link:
        link.row_factory = sqlite3.Row
        failures = [dict(row) for row in link.execute("SELECT * FROM failure")]
        takes = {row["id"]: dict(row) for row in link.execute("SELECT * FROM take")}
        bills = {take: _billed(link, take) for take in takes}
    gone = {row["supersedes"] for row in failures}
    standing = [row for row in failures if row["id"] not in gone]
    kinds = {row["id"]: row["kind"] for row in story.crew.ask("status")["shots"] if "kind" in row}
    for by in ("category", "origin", "model", "kind", "outcome"):
        wanted: dict[str, list[Any]] = {}
        paid: set[tuple[str, int]] = set()
        for row in standing:
            take = takes[row["take_id"]]
            words = {"model": take["model"], "kind": kinds.get(row["shot"], "")}
            name = words.get(by, row.get(by, "")) or "not said"
            count = wanted.setdefault(name, [0, 0, 0, 0])
            count[0] += 1
            count[3] += row["minutes"] or 0
            if row["micro"] is not None:
                count[1] += row["micro"]
            elif (name, take["id"]) not in paid:
                paid.add((name, take["id"]))
                known = bills[take["id"]]
                count[1 if known is not None else 2] += 1 if known is None else known
        found = story.crew.ask("failures", "--by", by)
        shown = {
            one[by]: [
                one["count"],
                round(float(one["cost_usd"] or 0) * 1e6),
                one["unknown"],
                one["minutes"] or 0,
            ]
            for one in found
        }
        assert shown == wanted, by
        assert sum(one["count"] for one in found) == len(story.failures)


def _billed(link: sqlite3.Connection, take: int) -> int | None:
    """Micro-dollars of a take by its money rows; None where one of them is unknown."""
    rows = link.execute(
        "SELECT kind, micro, certainty FROM money WHERE kind IN ('settle', 'writeoff') AND submission_id IN"
        " (SELECT id FROM submission WHERE subject_kind='take' AND subject_id=?)",
        (take,),
    ).fetchall()
    return None if any(row["certainty"] == "unknown" for row in rows) else sum(row["micro"] for row in rows)


def test_what_helped_is_said_before_the_quote_of_a_shot_of_that_kind(story: Story) -> None:
    helped = "what helped: both hands on the lantern"
    code, _, err = story.crew.call("run", "--from", HERO, "--to", HERO)
    assert code == 3
    assert 0 <= err.index(helped) < err.index("quote: 1 take (Q007 to Q007)")
    code, _, err = story.crew.call("retake", HERO)
    assert code == 3
    assert 0 <= err.index(helped) < err.index("quote: Q007 take 33: at most $0.6111")
    assert "rushes retake Q007 --accept quote" in err
    assert helped in " ".join(story.crew.ask("estimate", "--from", HERO, "--to", HERO)["failed_before"])
    assert helped in story.crew.call("estimate", "--from", HERO, "--to", HERO)[2]
    assert story.crew.ask("estimate", "--from", "Q001", "--to", "Q001")["failed_before"] != []
    assert story.takes[HERO] == len(story.crew.ask("takes", HERO)), "nothing was ordered by asking"


def test_the_next_film_of_this_user_is_told_before_its_first_quote(story: Story) -> None:
    root = story.root.parent / "next"
    write_night(
        root, {"a": [row | {"kind": "hero"} for row in chained("N", [4])]}, defaults={"hero": SEEDANCE}
    )
    said = rushes("run", film=root, **story.crew.env)
    assert said.returncode == 3, said.stderr
    assert "(in 'The Late Boat')" in said.stderr
    assert said.stderr.index("both hands on the lantern") < said.stderr.index("quote: 1 take")


@contextmanager
def changed(files: dict[Path, bytes]) -> Iterator[None]:
    before = {path: path.read_bytes() for path in files}
    try:
        for path, data in files.items():
            path.write_bytes(data)
        yield
    finally:
        for path, data in before.items():
            path.write_bytes(data)


def test_a_changed_clip_frame_or_cut_makes_its_approval_void_and_visible(story: Story) -> None:
    crew, root = story.crew, story.root
    cut = root / "cuts" / CUT
    files = {
        ("take", "Q001"): story.clip("Q001", 1),
        ("seam", "Q001/Q002"): story.clip("Q002", 1, "_first.png"),
        ("cut", CUT): cut,
    }
    assert crew.ask("status")["void"] == []
    seen = hash_of(cut)
    with changed({path: path.read_bytes() + b"!" for path in files.values()}):
        void = crew.ask("status")["void"]
        named = {(one["kind"], one["shot"] if one["kind"] == "take" else one["id"]): one for one in void}
        assert set(named) == set(files)
        for one in void:
            assert f"since {one['person']} approved it" in one["said"]
            assert HASH.fullmatch(one["seen"])
        now = named["cut", CUT]
        assert (now["person"], now["role"], now["seen"], now["now"]) == ("Ben", "editor", seen, hash_of(cut))
        states = {row["id"]: row["state"] for row in crew.ask("seams")}
        assert states["Q001/Q002"] == "void"
        shown = [gap["what"] for gap in crew.ask("gaps", "--kind", "approval", code=1)["gaps"]]
        assert shown == [one["said"] for one in void]
        given = [one for item in crew.ask("score", "cut", CUT) for one in item["given"]]
        assert [one["void"] for one in given] == [True, True]
        assert crew.call("assemble")[0] == 3
    assert crew.ask("status")["void"] == [], "what was seen lies there again"


def test_a_board_that_changes_is_void_and_its_approval_stays_as_a_row(story: Story) -> None:
    crew = story.crew
    words, picture = (story.root / "board" / name for name in ("board.toml", "quay.jpg"))
    other = words.read_bytes().replace(b"a harbour town", b"a desert town")
    # A picture that is not the pinned one is a fault of the film besides.
    for change, code in (({words: other}, 0), ({picture: b"another quay"}, 1)):
        with changed(change):
            (void,) = crew.ask("status", code=code)["void"]
            assert (void["kind"], void["id"]) == ("board", "v1")
            assert (void["person"], void["role"], void["seen"] != void["now"]) == ("Ada", "director", True)
            assert [gap["where"] for gap in crew.ask("gaps", "--kind", "approval", code=1)["gaps"]] == [
                "board:v1"
            ]
    rows = [row for row in crew.ask("since", EVER)["verdicts"] if row["subject"] == "board"]
    assert [(row["name"], row["note"]) for row in rows] == [("v1", "the quay as we want it")]
    assert crew.ask("status")["void"] == []


def test_as_processes_of_their_own_the_commands_say_the_same(story: Story) -> None:
    for words, code in ((("gaps",), 1), (("since", EVER), 0), (("failures",), 0), (("seams",), 0)):
        said = rushes(*words, "--json", film=story.root, **story.crew.env)
        assert said.returncode == code, said.stderr
        assert json.loads(said.stdout) == story.crew.ask(*words, code=code)
