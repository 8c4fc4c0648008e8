"""The production itself, act by act: everything a person does in it is a command."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

from core.base.clock import SystemClock
from core.base.units import Money
from core.ledger.append import Ledger
from core.ledger.tables import Measurement
from core.ledger.views import Reader
from core.studio.places import Places
from tests.fakes.clips import clip_bytes
from tests.nights.brisk import with_name
from tests.production.crew import WALL_AT_POLL, WALL_AT_POST, Walled
from tests.production.story import AT_POLL, AT_POST, HERO, SECONDS, YES, Said, Story, hash_of, live_shots

LIMIT_AT = 18
TAKES_OF_HERO = 32
BROUGHT = {20: "relight", 27: "background fix"}
"""Takes of the hero shot that were made elsewhere of the one before, and how."""
WHY = (
    "her left hand has six fingers",
    "the face drifts, she looks like someone else",
    "the lantern floats, gravity is gone",
    "the camera flips at the end",
    "the grade is too dark",
)
CUT, DELIVERY = "The_Late_Boat_v001.mp4", "The_Late_Boat_v001_final.mp4"


def prepare(story: Story) -> None:
    """Before a dollar is spent: the board, the checklist, promises, and what is to be done."""
    crew = story.crew
    story.judge_thing("Ada", "approve", "board", "v1", "the quay as we want it")
    crew.do("Olga", "checklist", "--start")
    crew.do("Dan", "promise", "legal", "the actor signed the release")
    crew.do("Dan", "promise", "client", "no logo in the first minute")
    crew.do("Dan", "promise", "safety", "no open fire near children")
    crew.do("Dan", "promise", "--evidence", "1", "release.pdf has two signatures", "--model", "reader-1")
    crew.do("Cleo", "promise", "--close", "1", "--why", "I have seen the release")
    crew.do("Cleo", "promise", "--close", "2", "--why", "agreed by phone")
    crew.do("Dan", "promise", "--reopen", "2", "--why", "the tram carries one")
    story.log("Ada", "started", "four chains, one model, hand-over frames everywhere")


def shoot(story: Story, server: Walled) -> None:
    """62 shots: nobody agreed, then a key limit, then two walls of moderation, then all of them are there."""
    crew = story.crew
    crew.do("Olga", "run", code=3)
    assert not server.bill, "a quote is no order"
    server.exhaust(LIMIT_AT)
    crew.do("Olga", "run", *YES, code=3)
    assert len(server.bill) == LIMIT_AT - 1
    stuck = crew.do("Olga", "resume", "--chain", "quay", code=3)
    assert "Key limit exceeded" in stuck.err
    server.lift()
    crew.do("Olga", "resume")
    crew.do("Olga", "run", code=3)
    states = {row["id"]: row["state"] for row in crew.ask("status")["shots"]}
    assert (states[AT_POST], states[AT_POLL]) == ("ready", "failed"), states
    _round_the_walls(story)
    story.takes.update(live_shots())
    crew.do("Olga", "run", *YES)
    found = crew.ask("status")["shots"]
    assert [row["id"] for row in found] == live_shots()
    assert {row["state"] for row in found} == {"review"}


def _round_the_walls(story: Story) -> None:
    """What was refused is written down, said in other words, and asked for again."""
    crew = story.crew
    *twice, post = story.drafts(AT_POST)  # it may have been asked again when the key's limit was lifted
    if twice:
        story.turn_down("Ada", [draft["id"] for draft in twice], "the same wall")
    story.accept("Ada", post, workaround="say sea grotto", outcome="rewritten", lesson="no bones")
    (poll,) = story.drafts(AT_POLL)
    story.accept("Ben", poll, cause="fire on a face", workaround="say lamp", outcome="rewritten")
    for shot, file, old, new in (
        (AT_POST, "bay", WALL_AT_POST, "sea grotto"),
        (AT_POLL, "city", WALL_AT_POLL, "tall lamp"),
    ):
        path = story.root / "shots" / f"{file}.toml"
        path.write_text(path.read_text().replace(old, new))
        rows = [row for row in crew.ask("suggestions", shot) if "other words" in row["text"]]
        act = crew.do("Ada", "suggestions", "accept", str(rows[0]["id"]), "--task", "Olga")
        story.decided.append(Said(act, {"id": rows[0]["id"], "decision": "accept", "why": ""}))
    words = ("--from", AT_POLL, "--to", AT_POLL, "--accept", "quote", "--why", "other words")
    crew.do("Olga", "run", *words)
    story.takes[AT_POLL] = 1


def struggle(story: Story, elsewhere: Path) -> None:
    """The hero shot: 31 takes are rejected with a reason, the 32nd is circled; two were rescued elsewhere."""
    for n in range(1, TAKES_OF_HERO):
        story.judge("Ada", "reject", HERO, note=f"take {n}: {WHY[n % len(WHY)]}")
        if n + 1 in BROUGHT:
            bring(story, "Ben", HERO, elsewhere, BROUGHT[n + 1], of=str(n), cost="0.35", note="by hand")
        else:
            story.shoot_again("Olga", HERO, f"once more, after take {n}")
    assert story.takes[HERO] == TAKES_OF_HERO
    story.judge("Ada", "hold", HERO, note="let Cleo see it")
    story.judge("Ada", "approve", HERO, note="her hands, at last")
    drafts = story.drafts(HERO)
    assert len(drafts) == TAKES_OF_HERO - 1
    for draft in drafts[:10]:
        story.accept("Ben", draft, minutes="7")
    story.accept("Ada", drafts[10], workaround="both hands on the lantern", outcome="regenerated")
    story.turn_down("Ada", [draft["id"] for draft in drafts[11:16]], "I had asked for it so")


def bring(
    story: Story, who: str, shot: str, elsewhere: Path, approach: str, *, of: str = "", **said: str
) -> None:
    """A clip that was worked over elsewhere comes in as a take."""
    n = story.takes[shot] + 1
    file = elsewhere / f"{shot}_{n}.mp4"
    file.write_bytes(with_name(clip_bytes(24 * SECONDS, 128, 72), f"{shot} {n}"))
    words = [word for name, text in said.items() for word in (f"--{name}", text)]
    words += ["--from", of] if of else []
    act = story.crew.do(who, "import", "take", shot, str(file), "--approach", approach, *words)
    story.takes[shot] = n
    what = {"shot": shot, "take": n, "approach": approach, "of": int(of) if of else None}
    what |= {
        "cost_usd": Money.parse(said["cost"]).usd() if "cost" in said else None,
        "note": said.get("note", ""),
    }
    what["source"] = said.get("source", file.name)
    story.rescues.append(Said(act, what, hash_of(file)))


def drift(story: Story) -> None:
    """What the measuring of drift will write: one value over the film's limit, one below it."""
    ledger = Ledger(Places(story.root).ledger, SystemClock())
    with closing(Reader(ledger.path)) as reader, ledger.write() as w:
        for shot, value in (("B009", 0.31), ("B010", 0.05)):
            take = reader.takes_of(shot)[-1]
            about = {"subject_kind": "take", "subject_id": str(take.id), "take_id": take.id}
            w.add(Measurement(**about, name="drift.colour", value=value))
    ledger.close()


def review(story: Story, elsewhere: Path) -> None:
    """Every other shot is looked at; some are not circled."""
    left = {HERO, "B009", "L003", "L004", "C012", "C013"}
    shots = [shot for shot in live_shots() if shot not in left]
    for at in range(0, len(shots), 14):
        story.judge("Ada", "approve", *shots[at : at + 14], note="good")
    story.judge("Cleo", "approve", "Q001", note="the client likes it")
    story.judge("Ben", "hold", "C012", note="is the tram ours?")
    story.judge("Ben", "reject", "C013", note="the sign reads backwards")
    story.judge("Ada", "reject", "B009", note="too red")
    (drifted,) = (draft for draft in story.drafts("B009") if "drift.colour" in draft["text"])
    story.accept("Ada", drifted, workaround="begin from the anchor", outcome="regenerated")
    story.shoot_again("Olga", "B009", "from the anchor")
    story.judge("Ada", "approve", "B009", note="back on the board")
    bring(story, "Ben", "L003", elsewhere, "plate", source="second unit", note="filmed on the pier")
    story.judge("Ada", "approve", "L003", note="a real pier")
    bring(story, "Ben", "L004", elsewhere, "reframe", of="1", cost="0", note="closer")
    story.judge("Ada", "reject", "L004", note="too close")
    for left_, right in (("Q001", "Q002"), ("B001", "B002"), ("C001", "C002")):
        story.judge_seam("Ben", "approve", left_, right)
    story.judge_seam("Ben", "reject", "Q002", "Q003", "--fix", "trim", note="four frames of nothing")
    story.judge_seam("Ben", "reject", "B003", "B004", "--fix", "dissolve", note="a hard cut hurts")
    story.judge_seam("Ben", "reject", "C004", "C005", "--fix", "bridge", note="the tram jumps")
    story.judge_seam("Ben", "reject", "L002", "L003", "--fix", "retake", note="another sky")
    story.judge_seam("Ada", "hold", "L005", "L006", note="after the grade")
    story.judge_seam("Ada", "approve", "B003", "B004", note="Ben dissolved it")


def talk(story: Story) -> None:
    """Notes, what is to be done, what a model suggests, what broke, and how the work is done."""
    crew = story.crew
    first = story.note("Cleo", "Q001", "the boat is late", n=1, at="00:00:01:12")
    second = story.note("Cleo", HERO, "is that our lantern?", n=TAKES_OF_HERO, at="00:00:03:23")
    story.note("Dan", "L001", "who owns this pier?")
    story.resolve("Ada", first, "it is meant to be")
    story.resolve("Ben", second, "yes, from the prop list")
    crew.do("Dan", "task", "clear the tram's logo", "--source", "shot:C004", "--consequence", "no delivery")
    crew.do("Dan", "task", "grade the bay", "--owner", "Ben", "--due", "2026-01-05", "--source", "shot:B009")
    crew.do("Dan", "task", "buy a new lens", "--owner", "Olga")
    owned = ("--owner", "Ben", "--source", "note:3", "--approval", "--review-path", "Dan looks")
    crew.do("Dan", "task", "ask the pier's owner", *owned)
    number = str(crew.ask("tasks")[-1]["id"])
    crew.do("Ben", "task", "--done", number, "--why", "she said yes")
    crew.do("Dan", "task", "--refuse", number, "--why", "in writing, please")
    crew.do("Dan", "task", "--approve", number, "--why", "the letter came")
    suggest(story)
    story.fail("Ben", "C013", category="text", broke="the sign reads backwards", origin="model", minutes="4")
    ident = story.fail("Ben", "C004", category="tram traffic", broke="two trams at once", cost="1.20")
    story.amend("Ada", ident, "two trams at once", workaround="name one tram", outcome="regenerated")
    story.amend("Dan", ident, "two trams at once", lesson="count what moves", cost="0.60")
    story.fail("Olga", "L010", category="provider", broke="an hour in the queue", minutes="60", cost="0")
    story.log("Ada", "stopped", "waiting for the perfect hand: plates first")
    story.log("Ada", "pivoted", "the tram is filmed, not made")


def suggest(story: Story) -> None:
    """A model drafts; people say no, and a draft that comes back is shown with that no."""
    crew = story.crew
    told = ("--reason", "the boat is small", "--model", "critic-1")
    for text, source in (
        ("open on a wider lens for the whole bay", "take:B001/1"),
        ("cut the tram scene", "scene:1"),
        ("end on the lamp going out", "document:script.md#pitch"),
    ):
        crew.do("Olga", "suggest", text, "--source", source, *told)
    rows = [row for row in crew.ask("suggestions") if row["model"] == "critic-1"]
    ids = {row["text"].split()[0]: row["id"] for row in rows}
    story.turn_down("Ada", [ids["open"]], "the lens was locked in March")
    story.turn_down("Cleo", [ids["cut"]], "the client pays for the tram")
    again = "Open on a wider lens, for the whole bay!"
    act = crew.do("Olga", "suggest", again, "--source", "shot:B001", *told)
    assert f"like suggestion {ids['open']} (100%), rejected by Ada" in act.err
    assert "the lens was locked in March" in act.err


def finish(story: Story) -> None:
    """A cut lies there, made in another program; it is judged, scored and delivered by who may."""
    crew = story.crew
    refused = crew.do("Ben", "assemble", code=3)
    assert "seam" in refused.err or "circled" in refused.err
    cut = story.root / "cuts" / CUT
    cut.parent.mkdir(exist_ok=True)
    cut.write_bytes(b"the whole film")
    shutil.copyfile(cut, cut.with_name(DELIVERY))
    story.judge_thing("Ben", "approve", "cut", CUT, "it breathes", hash_of(cut))
    crew.do("Ben", "approve", "delivery", DELIVERY, code=3)
    story.judge_thing("Dan", "approve", "delivery", DELIVERY, "out with it", hash_of(cut))
    story.score("Ben", "cut", CUT, "story clarity", 4, hash_of(cut), "the middle is long")
    story.score("Cleo", "cut", CUT, "brand tone", 5, hash_of(cut), "ours")
    seen = hash_of(story.clip("Q001", 1))
    story.score("Ada", "shot", "Q001", "visual continuity", 3, seen, "the boat is late")
    crew.do("Ada", "diary")
