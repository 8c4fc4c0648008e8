"""The two phases of money as plain arithmetic: what the ledger must say, without a ledger.

    reserve > commit > settle      reserve > release      reserve > commit > release      reserve > writeoff

Every sum is recomputed from what was booked, so that nothing a running sum could forget is shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Scope = tuple[str, str]
LEGAL = {
    "commit": ({"reserve"},),
    "settle": ({"reserve", "commit"},),
    "release": ({"reserve"}, {"reserve", "commit"}),
    "writeoff": ({"reserve"},),
}
STEPS = ("reserve", *LEGAL)


@dataclass
class Model:
    """Submissions by number, each with the sums booked on it and the scopes it counts in."""

    limits: Mapping[str, int] = field(default_factory=dict)
    """By kind of scope: film, chain, day, take."""
    booked: dict[int, dict[str, int]] = field(default_factory=dict)
    counts_in: dict[int, tuple[Scope, ...]] = field(default_factory=dict)
    over: dict[Scope, int] = field(default_factory=dict)
    """Recorded overruns: by how much settled sums exceed what was held for them."""
    running: dict[Scope, int] = field(default_factory=dict)

    def fits(self, scopes: tuple[Scope, ...], upper: int) -> bool:
        return all(
            self.running.get(scope, 0) + upper <= self.limits[scope[0]]
            for scope in scopes
            if scope[0] in self.limits
        )

    def reserve(self, number: int, scopes: tuple[Scope, ...], upper: int) -> bool:
        """False, and nothing booked, where a budget says no."""
        if not self.fits(scopes, upper):
            return False
        self.booked[number], self.counts_in[number] = {"reserve": upper}, scopes
        self._add(number, upper)
        return True

    def legal(self, number: int, step: str) -> bool:
        return self.booked.get(number, {}).keys() in LEGAL[step]

    def step(self, number: int, step: str, cost: int) -> None:
        sums = self.booked[number]
        held = sums["reserve"]
        sums[step] = cost if step == "settle" else held
        if step == "settle":
            self._add(number, cost - held)
            for scope in self.counts_in[number]:
                self.over[scope] = self.over.get(scope, 0) + max(0, cost - held)
        elif step == "release":
            self._add(number, -held)

    def _add(self, number: int, micro: int) -> None:
        for scope in self.counts_in[number]:
            self.running[scope] = self.running.get(scope, 0) + micro

    def balance(self, scope: Scope) -> tuple[int, int, int]:
        """(reserved, committed, settled) from nothing but what was booked."""
        reserved = committed = settled = 0
        for number, sums in self.booked.items():
            if scope in self.counts_in[number]:
                if sums.keys() & {"settle", "release", "writeoff"}:
                    settled += sums.get("settle", 0) + sums.get("writeoff", 0)
                elif "commit" in sums:
                    committed += sums["commit"]
                else:
                    reserved += sums["reserve"]
        return reserved, committed, settled

    def lost(self) -> int:
        """Micro-dollars that were reserved and are nowhere: not held, not freed, not spent."""
        reserved, committed, settled = self.balance(("film", ""))
        all_ = self.booked.values()
        freed = sum(sums.get("release", 0) for sums in all_)
        surplus = sum(sums["settle"] - sums["reserve"] for sums in all_ if "settle" in sums)
        return sum(sums["reserve"] for sums in all_) - reserved - committed - freed - (settled - surplus)
