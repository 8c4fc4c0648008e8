"""What passes between the board and the studio: frozen values, and the messages around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.studio.assembly import Opened
    from core.studio.pages.pictures import Drawn, Wish
    from core.studio.pages.sight import Sight
    from core.studio.rows import Glance


@dataclass(frozen=True, slots=True)
class Order:
    """One act a person asked for, complete: nothing is read from the screen afterwards."""

    act: str
    """go pause approve reject hold retake settle fail assemble undo."""
    shot: str = ""
    take: int | None = None
    chain: str | None = None
    note: str = ""
    agreed: bool = False
    """A person saw the sum `most` and said yes to it."""
    most: int | None = None
    """Micro-dollars; None is a sum nobody knows."""
    how: str = ""
    """To settle a doubt: ask, adopt, absent, write_off."""
    job: str = ""
    rough: bool = False
    several: tuple[tuple[str, int | None], ...] = ()
    """Shots and their takes, where one act means many; `shot` is empty then."""
    category: str = ""
    broke: str = ""
    cause: str = ""
    workaround: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """What would `order` cost, or what is it about?"""

    order: Order


class Do(NamedTuple):
    """An act of one screen, complete: `do` is given the open film and returns the sentence to show."""

    name: str
    """What is being done, in the words of its key: `close the task`."""
    do: Callable[[Opened], str]
    shot: str = ""


class Want(NamedTuple):
    """A page a screen wants to read; `key` tells its answer from others'."""

    key: str
    page: Callable[[Sight], object]


class Paged(NamedTuple):
    """The answer to a `Want`: the page, or the lines that say why there is none."""

    key: str
    page: object
    fault: tuple[str, ...] = ()


class Still(NamedTuple):
    """A frame, and how it is wanted."""

    shot: str
    take: int
    end: str
    """first or last."""
    wish: Wish


class Glanced(NamedTuple):
    """A new reading of the film."""

    glance: Glance


class Committed(NamedTuple):
    """Something was committed of which the board's reading says nothing; a screen's page may."""


class Unreadable(NamedTuple):
    """The film could not be read; the last good reading stays on screen."""

    lines: tuple[str, ...]


class Said(NamedTuple):
    """What came of an order, or of a fault inside Rushes."""

    text: str
    good: bool
    act: str = ""
    shot: str = ""


class Quoted(NamedTuple):
    """The answer to a `Quote`."""

    order: Order
    most: int | None
    """Micro-dollars at most; None where nobody knows."""
    text: str
    """Like `S106 take 4: at most $0.76`."""
    again: bool = False
    """It was agreed to, and costs more by now."""


class Picture(NamedTuple):
    still: Still
    drawn: Drawn


class Categories(NamedTuple):
    names: tuple[str, ...]


Value = Glanced | Committed | Unreadable | Said | Quoted | Paged | Picture | Categories
