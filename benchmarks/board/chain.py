"""A chain at work, as the worker writes it: `python -m benchmarks.board.chain FILM ...`.

Holds the film as a worker does, unless told not to. Each commit is told on the standard output with
the moment after it: `<time.monotonic> <what>`. Ends at the end of its standard input, or when done.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

from core.base.clock import SystemClock
from core.base.hold import hold
from core.ledger import takes
from core.ledger.append import Ledger, Writer
from core.ledger.tables import Take
from core.ledger.views import Reader, TakeRow
from core.studio.places import Places

LIFE = (
    *("planned", "ready", "gated", "reserved", "intent", "submitted", "running"),
    *("remote_ok", "downloading", "downloaded", "verified", "framed", "review"),
)
QUARTERS = (0.25, 0.5, 0.75)
"""What a running take tells of itself, an event each."""
EVENTS_A_TAKE = len(LIFE) + len(QUARTERS)
Step = Callable[[Writer], str]


def told(running: list[TakeRow]) -> Iterator[Step]:
    """Progress of one running take, a percent at a time: one value on the screen changes, no other."""
    take = running[0]
    for number in range(1, 1_000_000):

        def step(w: Writer, percent: int = 1 + number % 99) -> str:
            data = {"progress": percent / 100}
            w.event("take.progress", "", chain=take.chain, shot=take.shot, take_id=take.id, data=data)
            return f"{percent} %"

        yield step


def lived(newest: list[TakeRow]) -> Iterator[Step]:
    """Take after take, from its order to a person: the state of a shot changes with each event."""
    count = {take.shot: take.n for take in newest}
    while True:
        for take in newest:
            count[take.shot] += 1
            yield from _life(take, count[take.shot])


def _life(before: TakeRow, n: int) -> Iterator[Step]:
    ident = [0]

    def begin(w: Writer) -> str:
        row = Take(
            chain=before.chain,
            shot=before.shot,
            n=n,
            state="planned",
            order_id="again",
            position=before.position,
            seam=before.seam,
            provider=before.provider,
            model=before.model,
            seed=n,
        )
        ident[0] = takes.plan(w, row)
        return f"{before.shot} planned"

    def step(w: Writer, was: str, to: str) -> str:
        fields = {"sha": "x", "first_sha": "y", "last_sha": "z"} if to == "framed" else {}
        about = {"take_id": ident[0], "chain": before.chain, "shot": before.shot}
        takes.step(w, was=was, to=to, text=f"take {n} {to}", fields=fields, **about)  # type: ignore[arg-type]
        return f"{before.shot} {to}"

    def quarter(w: Writer, share: float) -> str:
        about = {"chain": before.chain, "shot": before.shot, "take_id": ident[0]}
        w.event("take.progress", "", data={"progress": share}, **about)  # type: ignore[arg-type]
        return f"{before.shot} {share:.0%}"

    yield begin
    for was, to in pairwise(LIFE):
        yield lambda w, was=was, to=to: step(w, was, to)  # type: ignore[misc]
        if to == "running":
            for share in QUARTERS:
                yield lambda w, share=share: quarter(w, share)  # type: ignore[misc]


def _wait_for_end(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


def main(argv: list[str]) -> int:
    args = _parser().parse_args(argv)
    places = Places(args.film)
    ended = threading.Event()
    threading.Thread(target=_wait_for_end, args=[ended], daemon=True).start()
    with nullcontext() if args.unheld else hold(places.lock) as held:
        ledger, reader = Ledger(places.ledger, SystemClock()), Reader(places.ledger)
        every = reader.all_takes()
        steps = told([take for take in every if take.state == "running"]) if args.told else lived(every)
        dice, due = random.Random(1), time.monotonic() + 1 / args.hz
        for number in range(-(-args.events // args.batch)):
            if ended.wait(max(0.0, due - time.monotonic())):
                break
            # Apart by chance, so that no poll falls into step with it.
            due = max(due, time.monotonic() - 1.0) + dice.uniform(1 - args.jitter, 1 + args.jitter) / args.hz
            with ledger.write() as w:
                words = [next(steps)(w) for _ in range(args.batch)]
            print(f"{time.monotonic():.6f} {words[-1]}", flush=True)
            if held is not None and number % max(1, int(args.hz)) == 0:
                held.beat()
        reader.close()
        ledger.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("film", type=Path)
    parser.add_argument("--told", action="store_true", help="progress of one take instead of whole lives")
    parser.add_argument("--hz", type=float, required=True, help="commits a second")
    parser.add_argument("--jitter", type=float, default=0.0, help="share of a turn")
    parser.add_argument("--batch", type=int, default=1, help="events a commit")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--unheld", action="store_true", help="no worker: as a command writes")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
