"""One line a figure: what, value, against what, limit, met or missed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    value: str
    ratio: float | None = None
    """Against the peer named in `what`; None: reported only."""
    limit: float | None = None

    @property
    def met(self) -> bool:
        return self.limit is None or self.ratio is None or self.ratio <= self.limit


def show(name: str, rows: list[Row]) -> None:
    print(f"\n{name}")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:6.2f}x"
        limit = "" if row.limit is None else f"limit {row.limit:g}x  {'met' if row.met else 'MISSED'}"
        print(f"  {row.what:<64} {row.value:>16}  {ratio:>8}  {limit}", flush=True)
