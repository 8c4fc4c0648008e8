"""What the matrix shows: its rows, and the columns they can be shown, filtered and sorted by.

No postponed annotations: `NamedTuple` compiles each postponed one anew.
"""

from collections.abc import Mapping
from typing import NamedTuple

from core.studio.rows import ShotRow


class MatrixRow(NamedTuple):
    """One shot with what the plan and the ledger know beside the board's reading."""

    shot: ShotRow
    position: int
    """In the film, from 1."""
    title: str
    """Of its chain."""
    provider: str
    model: str
    locked: bool
    spent: int | None
    """Micro-dollars settled or written off; None where some of it is unknown."""
    estimated: bool
    """Some of `spent` was not said by the provider."""


class Query(NamedTuple):
    """What the matrix is asked for."""

    filter: str = ""
    """As a person writes it: `state:review takes>3 -kind:hero harbour`."""
    sort: str = ""
    """A column's id; empty keeps the film's order."""
    reverse: bool = False
    sums: bool = False
    """Sums are shown: reading them takes longest."""


class Written(NamedTuple):
    """A field of a shot as its file says it now: what an edit begins from."""

    shot: str
    field: str
    text: str
    """Empty where the file does not say."""
    file: str
    """Relative to the film folder."""
    line: int
    """Of the shot's own table, from 1."""
    plain: bool
    """It fits one line: else it is changed with an editor."""


class MatrixPage(NamedTuple):
    """The shots that fit, in the order asked for."""

    query: Query
    rows: tuple[MatrixRow, ...]
    places: Mapping[str, int]
    """Shot to its place in `rows`."""
    total: int
    """Shots of the film."""
    faults: tuple[str, ...]
    """What of the filter could not be used, a sentence each."""
    widest: int = 0
    """Characters of the longest id that is shown."""
    written: Written | None = None
    """The field that was asked for with `edit`."""
    refused: str = ""
    """Why there is none."""


COLUMNS: tuple[str, ...] = (
    *("shot", "chain", "kind", "state", "description", "seconds", "seam", "takes", "usual", "circled"),
    *("newest", "spent", "provider", "model", "from", "note", "lock", "position"),
)
"""Ids of all columns, in the order they stand."""
EDITED: Mapping[str, str] = {
    "description": "description",
    "kind": "kind",
    "seconds": "seconds",
    "seam": "seam",
    "model": "model",
}
"""Column to the field of the shot's file that stands behind it."""
