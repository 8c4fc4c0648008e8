"""`rushes run` with a key in the environment: real worker, real clips; and the key is left nowhere."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from core.media.probe import probe
from tests.fakes.clips import clip_bytes
from tests.nights.brisk import CARD_MICRO_A_SECOND, RouterNight
from tests.nights.room import chained, write_night
from tests.support.work import rushes

YES = ("--accept", "quote", "--why", "the producer agreed")
SECONDS = 4
COST = SECONDS * CARD_MICRO_A_SECOND


class Watch:
    """Looks at every command line of this machine, over and over, while something runs."""

    def __init__(self, word: str) -> None:
        self.seen = ""
        self.looks = 0
        self._word = word.encode()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._end.wait(0.02):
            self.looks += 1
            for line in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    if self._word in line.read_bytes():
                        self.seen = str(line)
                except OSError:
                    continue  # it ended meanwhile

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


def holding(folder: Path, word: str) -> list[str]:
    """Files below a folder whose name or bytes hold a word."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in files if word in str(path) or word.encode() in path.read_bytes()]


def asked(film: Path, *words: str, **env: str) -> dict[str, Any]:
    said = rushes(*words, "--json", film=film, **env)
    assert said.returncode in (0, 1), said.stderr
    found: dict[str, Any] = json.loads(said.stdout)
    return found


@pytest.fixture
def film(shelf: Path, router: RouterNight) -> Path:
    """Three shots of four seconds; the provider makes clips of that length and shape."""
    router.clip = clip_bytes(24 * SECONDS, 128, 72)
    return write_night(shelf / "film", {"quay": chained("Q", [SECONDS] * 3)}, poll_seconds=0.1)


def test_three_shots_are_made_through_the_command_line_and_the_key_is_nowhere(
    film: Path, shelf: Path, router: RouterNight
) -> None:
    unasked = rushes("run", film=film)
    assert unasked.returncode == 3, "it may cost, and nobody agreed"
    assert "may cost up to $1.8333" in unasked.stderr
    assert not router.bill

    with Watch(router.key) as watch:
        done = rushes("run", *YES, film=film)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "quote: 3 takes (Q001 to Q003)" in done.stderr
    assert len(router.bill) == 3
    bodies = [call.json for call in router.calls_to("POST", "/videos$")]
    assert [len(body.get("frame_images", [])) for body in bodies] == [0, 1, 1]
    for shot in ("Q001", "Q002", "Q003"):
        facts = probe(film / "takes" / shot / f"{shot}_t001.mp4")
        assert (facts.width, facts.height, round(facts.seconds)) == (128, 72, SECONDS)
        for end in ("first", "last"):
            assert (film / "takes" / shot / f"{shot}_t001_{end}.png").stat().st_size

    status = asked(film, "status")
    assert [shot["state"] for shot in status["shots"]] == ["review"] * 3
    money = status["money"]
    assert micro(money["settled_usd"]) == 3 * COST == sum(router.bill.values())
    assert {micro(money[name]) for name in ("committed_usd", "reserved_usd", "in_doubt_usd")} == {0}
    (account,) = status["accounts"]
    assert (account["provider"], account["state"]) == ("openrouter", "active")
    assert account["balance_usd"] is None, "an ordinary key is not told the balance: unknown, not zero"
    spend = rushes("spend", film=film)
    assert spend.returncode == 0, spend.stderr
    assert all(shot in spend.stdout for shot in ("Q001", "Q002", "Q003"))

    again = rushes("run", *YES, film=film)
    assert again.returncode == 0, again.stderr
    assert len(router.bill) == 3

    assert watch.looks > 5
    assert not watch.seen, "the key stood on a command line"
    assert holding(shelf, router.key) == []
    said = "".join(one.stdout + one.stderr for one in (unasked, done, spend, again))
    assert router.key not in said


def test_a_key_limit_ends_the_run_with_3_and_resume_says_why_until_it_is_lifted(
    film: Path, shelf: Path, router: RouterNight
) -> None:
    router.exhaust(2)
    stopped = rushes("run", *YES, film=film)
    assert stopped.returncode == 3, stopped.stdout + stopped.stderr
    status = asked(film, "status")
    (chain,) = status["chains"]
    assert (chain["state"], chain["pause_reason"]) == ("paused", "key_limit")
    assert [shot["state"] for shot in status["shots"]] == ["review", "ready", "planned"]

    stuck = rushes("resume", film=film)
    assert stuck.returncode == 3
    (account,) = asked(film, "status")["accounts"]
    assert (account["state"], micro(account["limit_remaining_usd"])) == ("blocked", 0)
    assert "Key limit exceeded (total limit)" in stuck.stderr
    posts = len(router.calls_to("POST", "/videos$"))
    assert posts == 2

    router.lift()
    freed = rushes("resume", film=film)
    assert freed.returncode == 0, freed.stderr
    done = rushes("run", *YES, film=film)
    assert done.returncode == 0, done.stderr
    assert [shot["state"] for shot in asked(film, "status")["shots"]] == ["review"] * 3
    assert len(router.bill) == 3
    assert holding(shelf, router.key) == []
    assert router.key not in stopped.stderr + stuck.stderr + freed.stderr + done.stderr


def test_without_a_key_nothing_is_ordered_and_the_variable_is_named(film: Path, router: RouterNight) -> None:
    said = rushes("run", *YES, film=film, OPENROUTER_API_KEY="")
    assert said.returncode == 2
    assert "OPENROUTER_API_KEY is not set" in said.stderr
    assert not router.calls
    assert [shot["takes"] for shot in asked(film, "status", OPENROUTER_API_KEY="")["shots"]] == [0, 0, 0]


def micro(usd: str) -> int:
    whole, _, part = usd.partition(".")
    return int(whole) * 1_000_000 + int(part.ljust(6, "0")[:6] or 0)
