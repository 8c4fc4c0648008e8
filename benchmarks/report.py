"""One line a figure: what, value, against what, limit, met or missed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    value: str
    ratio: float | None = None
    """Against the peer named in `what`, or the figure itself in `unit`; None: reported only."""
    limit: float | None = None
    unit: str = "x"
    """`x`: a ratio. Anything else: `ratio` and `limit` are in it."""
    lost: str = ""
    """Why nothing could be measured, where something should have been: never met."""

    @property
    def met(self) -> bool:
        if self.lost:
            return False
        return self.limit is None or self.ratio is None or self.ratio <= self.limit


def show(name: str, rows: list[Row]) -> None:
    print(f"\n{name}")
    for row in rows:
        print(_line(row), flush=True)


def _line(row: Row) -> str:
    if row.lost:
        return f"  {row.what:<76} {'NOT MEASURED':>16}  {row.lost}"
    ratio = f"{row.ratio:6.2f}x" if row.ratio is not None and row.unit == "x" else ""
    unit = row.unit if row.unit == "x" else f" {row.unit}"
    limit = "" if row.limit is None else f"limit {row.limit:g}{unit}  {'met' if row.met else 'MISSED'}"
    return f"  {row.what:<76} {row.value:>16}  {ratio:>8}  {limit}"
