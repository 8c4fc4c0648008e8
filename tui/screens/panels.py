"""What the board says, panel by panel, and what stands around any screen. Pure, and nothing of Textual is
imported: the first frame is on the terminal before Textual is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from tui.screens.acts import possible
from tui.screens.layout import Wants, arrange, is_small, is_wide
from tui.screens.standing import standing
from tui.widgets import failures, money, takes
from tui.widgets.chains import chain_lines
from tui.widgets.failures import failure_lines
from tui.widgets.foot import Notice, event_lines, key_line, notice_line, screens_line
from tui.widgets.header import header_line
from tui.widgets.lines import Compose, Line, Span, literal, wall_lines
from tui.widgets.money import money_lines
from tui.widgets.shot import says_lines, shot_line
from tui.widgets.small import small_lines
from tui.widgets.takes import take_lines
from tui.widgets.waiting import waiting_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.bridge import Glance
    from tui.screens.cursor import Cursor
    from tui.screens.layout import Places
    from tui.screens.shared import Shared
    from tui.theme import Look


class Shows(NamedTuple):
    compose: Compose
    of: object = None
    """All that the lines are made of, where that is one object."""


def wants(shared: Shared, *, side: bool = False, opened: bool = False) -> Wants:
    """What the board's places depend on. `opened`: a small window shows the takes."""
    glance = shared.glance
    if glance is None:
        return Wants()
    return Wants(
        chains=len(glance.chains),
        shots=takes.rows_of(glance),
        waits=len(glance.waiting),
        money=money.rows_of(glance),
        failures=failures.rows_of(glance),
        side=side,
        takes=opened,
        picture=shared.pictures and glance.last_frame is not None,
    )


def board_panels(shared: Shared, glance: Glance, *, wide: bool) -> dict[str, Shows]:
    """Every panel of the board by its name."""
    look, shot, marked = shared.look, shared.cursor.shot, shared.marked
    at = shared.cursor.waiting if shared.cursor.in_waiting else None
    return {
        "wall": Shows(lambda _width, height: wall_lines(height, look.wall)),
        "chains": Shows(lambda width, height: chain_lines(glance, shot, width, height, look)),
        "takes": Shows(lambda width, height: take_lines(glance, shot, width, height, look, marked)),
        "shot": Shows(lambda width, _height: [shot_line(glance, shot, width, look)]),
        "says": Shows(lambda width, height: says_lines(glance, shot, width, height, look)),
        "waits": Shows(lambda width, height: waiting_lines(glance, at, width, height, look)),
        "money": Shows(lambda width, height: money_lines(glance, width, height, look), glance),
        "failures": Shows(lambda width, height: failure_lines(glance, width, height, look), glance),
        "events": Shows(lambda width, height: event_lines(glance.events, width, height, look, titled=wide)),
    }


def board_keys(glance: Glance, cursor: Cursor, *, wide: bool) -> tuple[str, ...]:
    """The keys of the board that do something now, in the order of the key line."""
    close = ("open",) if glance.shots else ()
    small = () if wide else ("takes",)
    return (*possible(glance, cursor), *close, *small)


def key_names(shared: Shared, of_screen: tuple[str, ...]) -> tuple[str, ...]:
    """The whole key line while nothing is asked: a screen's own keys, then those that are everywhere."""
    if shared.glance is None:
        return ("help", "quit")
    waits = ("next_waiting",) if shared.glance.waiting else ()
    return (*of_screen, *waits, "find", "help", "quit")


def rule(look: Look) -> Shows:
    return Shows(lambda width, _height: [Line((Span(look.rule * width, "faint"),))])


def header(glance: Glance, look: Look) -> Shows:
    return Shows(lambda width, _height: [header_line(glance, width, look)], glance)


def notice(said: Notice, look: Look) -> Shows:
    return Shows(lambda width, _height: [notice_line(said, width, look)])


def where(here: str, look: Look) -> Shows:
    """With nothing to say: which screen this is, and the keys of the others."""
    return Shows(lambda width, _height: [screens_line(here, width, look)])


def keys(names: tuple[str, ...], look: Look, does: Mapping[str, str]) -> Shows:
    """`does`: what a key does just now, where the table's word says less."""
    return Shows(lambda width, _height: [key_line(names, width, look, does)])


def small(glance: Glance | None, look: Look) -> Shows:
    return Shows(lambda width, height: small_lines(glance, width, height, look))


def first_frame(shared: Shared, glance: Glance, width: int, height: int) -> tuple[Places, dict[str, Shows]]:
    """The board as it stands when nothing has been asked yet: places, and what is said in them."""
    look, wide, said = shared.look, is_wide(width, height), standing(shared)
    if is_small(width, height):
        return arrange(width, height, Wants()), {"small": small(glance, look)}
    names = key_names(shared, board_keys(glance, shared.cursor, wide=wide))
    shows = board_panels(shared, glance, wide=wide)
    shows |= {"header": header(glance, look), "rule_top": rule(look), "rule_low": rule(look)}
    shows |= {"notice": notice(said, look) if said.text else where("board", look)}
    shows |= {"keys": keys(names, look, {})}
    return arrange(width, height, wants(shared)), shows


def too_long(said: Notice, width: int) -> bool:
    """Whether a sentence does not fit its line."""
    return cell_len(literal(said.text, 1000)) > width - 2
