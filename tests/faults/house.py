"""The provider: an HTTP server in a process of its own, which outlives every worker and keeps the bill.

It looks into the ledger from outside whenever a paid request arrives, before it plays the fault.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.clips import clip_bytes
from tests.fakes.loopback import (
    AcceptThenHtml,
    AcceptThenReset,
    Altered,
    Answer,
    Call,
    CutBody,
    Fault,
    Html,
    Job,
    Line,
    Loopback,
    Raw,
    Redirect,
    Refuse,
    Reset,
    Truncated,
    WrongLength,
)
from tests.faults.common import ASKED, BLOCKS, DEAR, LAG_S, PRICE, Scene, Shared, SharedClock

CONTROL = "/-/"
CLIP = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"clip of "
SMALL, LARGE = 40, 60_000
"""How often the job's name is repeated in its clip; a large one is more than a cramped disk holds."""
IN_ALL_S = 5.0
"""Real seconds until a request that left a dead worker must have arrived."""


def said(kind: str, message: str = "no") -> dict[str, Any]:
    """The house's own error shape."""
    return {"error": {"type": kind, "message": message}}


class EchoKey(Fault):
    """An error that repeats what it was sent, key and all. Some proxies do."""

    def __init__(self, accepted: bool, status: int) -> None:
        self.accepted = accepted
        self.status = status

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        if self.accepted:
            server.answer(call)
        heads = json.dumps(call.headers)
        line.send(Answer.of(said("odd", f"cannot serve {heads} with {call.body.decode()}"), self.status))


POSTS: dict[str, Fault] = {
    "accept-then-reset": AcceptThenReset(),
    "reset-before": Reset(),
    "502-page-accepted": AcceptThenHtml(502),
    "500-accepted": Altered(lambda _: said("server"), 500),
    "503-refused": Refuse(503, said("server", "come back")),
    "truncated-accepted": Truncated(),
    "cut-accepted": CutBody(9),
    "no-id-accepted": Altered(lambda _: {}),
    "page-403": Html(403),
    "redirect-302": Redirect("https://elsewhere.invalid/jobs"),
    "conflict-409": Refuse(409, said("conflict")),
    "empty-200": Raw(b""),
    "throttled-429": Refuse(429, said("rate_limited", "slower"), {"Retry-After": "7"}),
    "key-limit-403": Refuse(403, said("key_limit", "Key limit exceeded (total limit)")),
    "no-credit-402": Refuse(402, said("no_credit", "add credits")),
    "moderation": Refuse(400, said("moderation", "the prompt was flagged")),
    "bad-request": Refuse(400, said("bad_request", "no such thing")),
    "echo-502-accepted": EchoKey(True, 502),
    "echo-400": EchoKey(False, 400),
}
POLLS: dict[str, Fault] = {
    "poll-500": Refuse(500, said("server")),
    "poll-page": Html(403),
    "poll-reset": Reset(),
    "poll-cut": Truncated(),
    "poll-other-job": Altered(lambda body: {**body, "id": "job-999"}),
    "poll-strange-state": Altered(lambda body: {**body, "status": "pondering"}),
    "poll-echo": EchoKey(False, 500),
}
FETCHES: dict[str, Fault] = {
    "fetch-cut": CutBody(20),
    "fetch-page": Html(200),
    "fetch-long": WrongLength(3),
    "fetch-expired": Refuse(403, said("expired")),
    "fetch-404": Html(404),
}
ENDS = ("ends-failed", "ends-dear", "ends-cost-nan", "ends-cost-negative", "ends-no-cost", "ends-expired")
"""How the nth job ends; the rest end well."""
LISTS = ("list-lag", "list-lag-lost")
"""The list lags; with `lost`, a reply is lost at the same time."""
OTHER = ("none", "no-name", "adapter-raises")
"""`no-name`: the address is not found, so no byte leaves. `adapter-raises`: its own fault, key and all,
after the house has accepted."""


@dataclass
class Paid:
    """A job as the house bills it."""

    key: str
    shot: str
    take: int
    polls: int = 0
    end: str = ""


class House(Loopback):
    """One API: POST /jobs, GET /jobs, GET /jobs/ID, GET /clips/ID, and `/billing` for a person's eyes."""

    def __init__(self, shared: Shared) -> None:
        super().__init__()
        self.shared = shared
        self.clock = SharedClock(shared)
        self.scene = Scene()
        self.ledger = Path()
        self.book = Path()
        self.paid: dict[str, Paid] = {}
        self.sent: list[dict[str, Any]] = []
        self.broken: list[str] = []
        self.limited = False
        self.kept_on = 0
        self._struck = False
        self._met = threading.Condition()
        self._seen = self._posts = self._polls = self._fetches = self._inside = 0

    def time(self) -> float:
        return self.clock.stamp

    # -- the side of the harness

    def _control(self, call: Call) -> Answer:
        verb, facts = call.path.removeprefix(CONTROL), call.json
        if verb == "begin":
            self._begin(facts)
        elif verb == "quiet":
            self._wait_for_all()
        elif verb == "lift":
            self.limited = False
        return Answer.of(self._state())

    def _begin(self, facts: dict[str, Any]) -> None:
        self.forget()
        self.scene = Scene.of(facts["scene"])
        self.ledger, self.book = Path(facts["ledger"]), Path(facts["book"])
        for held in (self.jobs, self.bill, self.calls, self.paid, self.sent, self.broken):
            held.clear()
        self.limited = False
        self.kept_on = 0
        self._struck = False
        self.lag = LAG_S if self.scene.fault in LISTS else 0
        self._seen = self._posts = self._polls = self._fetches = 0

    def _wait_for_all(self) -> None:
        """Until what a dead worker sent has been dealt with."""
        with self._met:
            if not self._met.wait_for(lambda: self._seen >= self.shared[ASKED], IN_ALL_S):
                self.broken.append("harness: a request that was begun never came")

    def _state(self) -> dict[str, Any]:
        with self._lock:
            return {
                "bill": dict(self.bill),
                "jobs": {
                    name: {"key": job.key, "shot": job.shot, "take": job.take}
                    for name, job in self.paid.items()
                },
                "posts": len(self.sent),
                "limited": self.limited,
                "kept_on": self.kept_on,
                "broken": [
                    *self.broken,
                    *(f"harness: the house failed: {error!r}" for error in self._broken),
                ],
            }

    def meet(self, call: Call, line: Line) -> None:
        if call.path.startswith(CONTROL):
            line.send(self._control(call))
            return
        short = len(call.body) < int(call.headers.get("content-length") or 0)
        try:
            if not short:  # else its sender died in the middle of it
                self._arm(call)
                super().meet(call, line)
        finally:
            with self._met:
                self._seen += 1
                self._met.notify_all()

    def _arm(self, call: Call) -> None:
        scene = self.scene
        if call.method == "POST":
            self._watch(call)
            self._posts += 1
            fault, number = POSTS.get(scene.fault), self._posts
            if scene.fault == "list-lag-lost":
                fault = AcceptThenReset()
        elif call.path.startswith("/jobs/"):
            self._polls += 1
            fault, number = POLLS.get(scene.fault), self._polls
        elif call.path.startswith("/clips/"):
            self._fetches += 1
            self.kept_on += self.limited
            fault, number = FETCHES.get(scene.fault), self._fetches
        else:
            return
        if fault is None or (number != scene.nth and not (self.limited and call.method == "POST")):
            return
        if scene.fault in BLOCKS:
            self.limited = self._struck = True
        self.script(call.method, call.path, fault)

    # -- what a paid request must never meet

    def _watch(self, call: Call) -> None:
        with self._met:
            self._inside += 1
            self._met.notify_all()
            crowd = self._inside > 1
        if crowd:
            self.broken.append("I6: two paid requests at once with one key")
        if self.limited and self._was_told():
            self.broken.append("I11: sent after the key was refused")
        try:
            with closing(sqlite3.connect(f"{self.ledger.as_uri()}?mode=ro", uri=True, timeout=5)) as link:
                link.row_factory = sqlite3.Row
                self._look(link, call.json, call.headers.get("idempotency-key", ""))
            self._look_at_key()
        except sqlite3.Error as error:
            self.broken.append(f"I5: the ledger cannot be read at a paid request: {error}")
        self.sent.append({**call.json, "key": call.headers.get("idempotency-key", "")})
        with self._met:
            if self.scene.crowd and not crowd:
                # Long enough for a second one to come, were it let. A mutant lets it: however late it is.
                self._met.wait_for(lambda: self._inside > 1, 5.0 if self._awaits_another() else 0.05)
            self._inside -= 1

    def _awaits_another(self) -> bool:
        return self.scene.mutant == "no-turn" and not any(what.startswith("I6:") for what in self.broken)

    def _was_told(self) -> bool:
        """Whether a refusal of the key got to the film's disk: one that died with its worker is news."""
        folder = self.ledger.parent / "outcomes"
        return any(b'"refused"' in path.read_bytes() for path in folder.glob("*.json"))

    def _look(self, link: sqlite3.Connection, body: dict[str, Any], key: str) -> None:
        sql = "SELECT * FROM submission WHERE key=? OR key GLOB ? ORDER BY id DESC LIMIT 1"
        row = link.execute(sql, (key, f"{key}~*")).fetchone()
        if row is None or row["state"] != "intent":
            self.broken.append(f"I5: sent without an intent ({row['state'] if row else 'no row'})")
            return
        if any(post["key"] == key for post in self.sent) and self.scene.level != 3:
            self.broken.append("I5: one submission was sent twice")
        take = link.execute("SELECT * FROM take WHERE id=?", (row["subject_id"],)).fetchone()
        if not row["request_hash"] == take["request_hash"] == body["request_hash"]:
            self.broken.append("I6: what was sent is not what was agreed to")
        if take["sha"]:
            self.broken.append("I10: sent for a take that is made")
        paused = link.execute("SELECT 1 FROM chain WHERE id=? AND state='paused'", (row["chain"],)).fetchone()
        if paused:
            self.broken.append("I6: sent while the chain is paused")
        if body["first"] and not self._handed_over(link, take, body["first"]):
            self.broken.append("I7: it begins with a frame nobody handed over")

    @staticmethod
    def _handed_over(link: sqlite3.Connection, take: sqlite3.Row, sha: str) -> bool:
        sql = "SELECT last_sha FROM take WHERE id=?"
        source = link.execute(sql, (take["source_take"],)).fetchone()
        return source is not None and source["last_sha"] == sha == take["in_sha"]

    def _look_at_key(self) -> None:
        if not self.book.exists():
            self.broken.append("I6: sent without the key's book")
            return
        with closing(sqlite3.connect(f"{self.book.as_uri()}?mode=ro", uri=True, timeout=5)) as link:
            last = link.execute("SELECT kind FROM block ORDER BY id DESC LIMIT 1").fetchone()
        if last and last[0] == "block":
            self.broken.append("I6: sent while the key is blocked")

    # -- the API

    def handle(self, call: Call) -> Answer:
        if call.method == "POST":
            return self._accept(call)
        if call.path == "/jobs":
            seen = [job for job in self.jobs.values() if self.shown(job)]
            return Answer.of({"jobs": [{"id": job.id, "seed": job.body["seed"]} for job in seen]})
        if call.path == "/account":
            return Answer.of({"usage": sum(self.bill.values()) / 1e6})
        if call.path == "/billing":
            rows = [
                {"job": job.id, "at": job.made_at, "usd": self.bill[job.id] / 1e6}
                for job in self.jobs.values()
            ]
            return Answer.of({"rows": rows})
        name = call.path.rsplit("/", 1)[-1]
        job = self.jobs.get(name)
        if job is None:
            return Answer.of(said("not_found"), 404)
        if call.path.startswith("/clips/"):
            size = LARGE if self.scene.room >= 0 else SMALL
            return Answer.file(clip_bytes() if self.scene.real else CLIP + name.encode() * size)
        return Answer.of(self._status(job))

    def _accept(self, call: Call) -> Answer:
        key = call.headers.get("idempotency-key", "")
        if self.scene.level == 3:
            for name, paid in self.paid.items():
                if paid.key == key:
                    return Answer.of({"id": name, "status": "queued"}, 202)
        job = self.accept(call.json, state="queued", micro=PRICE)
        end = self.scene.fault if self.scene.fault in ENDS and len(self.jobs) == self.scene.nth else ""
        self.paid[job.id] = Paid(key, call.json["shot"], call.json["take"], end=end)
        return Answer.of({"id": job.id, "status": "queued"}, 202)

    def _patience(self) -> int:
        """At which poll a job is done. In a crowd others come meanwhile: a refusal of their key for sure."""
        if self.scene.crowd and self.scene.fault in BLOCKS and not self._struck:
            return 400
        return 8 if self.scene.crowd else 2

    def _status(self, job: Job) -> dict[str, Any]:
        paid = self.paid[job.id]
        paid.polls += 1
        if paid.polls < self._patience():
            return {"id": job.id, "status": "running", "progress": 0.5}
        done: dict[str, Any] = {"id": job.id, "status": "done", "url": f"{self.base}/clips/{job.id}?sig=s3"}
        if paid.end == "ends-failed":
            self.bill[job.id] = 0
            return {"id": job.id, "status": "failed", "cost": 0, "error": said("server")["error"]}
        if paid.end == "ends-expired" and paid.polls > 2:
            return {"id": job.id, "status": "expired", "cost": PRICE / 1e6}
        if paid.end == "ends-dear":
            self.bill[job.id] = DEAR
            return {**done, "cost": DEAR / 1e6}
        if paid.end == "ends-no-cost":
            return done
        odd = {"ends-cost-nan": "NaN", "ends-cost-negative": -5}
        return {**done, "cost": odd.get(paid.end, PRICE / 1e6)}


def serve(shared: Shared, tell: Callable[[str], None], ended: int) -> None:
    """Runs until the other end of `ended` closes; tells its address first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with House(shared) as house:
        tell(house.base)
        os.read(ended, 1)


def every_fault() -> tuple[str, ...]:
    return (*OTHER, *POSTS, *POLLS, *FETCHES, *ENDS, *LISTS)
