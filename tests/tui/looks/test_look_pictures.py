"""Pictures on the board: every cell true, few bytes, no terminal asked, and pixels only where they belong."""

from __future__ import annotations

import fcntl
import os
import random
import re
import struct
import termios
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from rich.color import ColorSystem
from textual.strip import Strip

from tests.support.terminal import terminal
from tui.bridge import CELL, NOTHING, Drawn
from tui.terminal.screen import Screen
from tui.wardrobe import wear
from tui.widgets.picture import cell_size, picture_rows, signs, through_tmux

SHOW = str(Path(__file__).parent / "show_picture.py")
Rgb = tuple[int, int, int]
PALETTE = [(20, 30, 60), (120, 90, 40), (200, 200, 210), (240, 180, 90), (60, 120, 80)]


@pytest.fixture(autouse=True)
def our_own_afterwards() -> Iterator[None]:
    yield
    wear("rushes")


def rows_of(
    seed: int, cols: int = 40, rows: int = 12, colours: int = 5
) -> tuple[tuple[tuple[Rgb, Rgb], ...], ...]:
    drawn = random.Random(seed)
    return tuple(
        tuple((drawn.choice(PALETTE[:colours]), drawn.choice(PALETTE[:colours])) for _ in range(cols))
        for _ in range(rows)
    )


def seen(sign: str, front: Rgb, back: Rgb) -> tuple[Rgb, Rgb]:
    """What an eye sees of a cell: its upper and its lower half."""
    return {"▀": (front, back), "▄": (back, front), "█": (front, front), " ": (back, back)}[sign]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("colours", [1, 2, 5])
def test_whatever_signs_are_chosen_every_half_has_its_colour(seed: int, colours: int) -> None:
    for row in rows_of(seed, colours=colours):
        assert [seen(*cell) for cell in signs(row)] == list(row)


def test_a_flat_sky_is_one_run_and_a_horizon_costs_one_change() -> None:
    sky, sea = (10, 20, 30), (40, 50, 60)
    assert len({(front, back) for _, front, back in signs(((sky, sky),) * 20)}) == 1
    row = ((sky, sky),) * 10 + ((sky, sea),) * 10 + ((sea, sea),) * 10
    assert len({(front, back) for _, front, back in signs(row)}) == 2


def sent(strips: list[Strip]) -> int:
    """Bytes on the wire for these rows, on a board that is blank."""
    screen = Screen(140, 40)
    screen.write("\x1b[?1049h")
    while screen.pending:
        screen.piece(1 << 20)
    for y, strip in enumerate(strips):
        text = "".join(
            style.render(words, color_system=ColorSystem.TRUECOLOR) if style else words
            for words, style, _ in strip
        )
        screen.write(f"\x1b[{y + 2};3H{text}")
    size = 0
    while screen.pending:
        size += len(screen.piece(1 << 20).encode())
    return size


def test_the_choice_of_signs_saves_a_quarter_of_all_changes_of_colour() -> None:
    def changes(rows: list[list[tuple[str, Rgb, Rgb]]]) -> int:
        return sum((one[1] != two[1]) + (one[2] != two[2]) for row in rows for one, two in pairwise(row))

    cells = rows_of(1)
    plain = [[("▀", upper, lower) for upper, lower in row] for row in cells]
    assert changes([signs(row) for row in cells]) < 0.75 * changes(plain)


def test_a_frame_of_40_by_12_cells_stays_below_9_kilobytes(tmp_path: Path) -> None:
    import numpy as np

    from core.media.images import save_png
    from core.media.pictures import draw
    from tui.bridge import Wish

    rows, cols = np.mgrid[:270, :480]
    waves = [128 + 90 * np.sin((cols + 40 * c) / 37 + rows / (23 + 9 * c)) for c in range(3)]
    noise = np.random.default_rng(5).normal(0, 12, (270, 480, 3))
    save_png(tmp_path / "busy.png", np.clip(np.stack(waves, axis=-1) + noise, 0, 255).astype(np.uint8))
    drawn = draw(tmp_path / "busy.png", Wish("half", 40, 12), tmp_path / "cache")
    assert 2_000 < sent(picture_rows(drawn)) <= 9_000


def test_ascii_pictures_are_ascii_and_turned_on_a_light_ground() -> None:
    drawn = Drawn(lines=(" .@", "@. "), cols=3, rows=2)
    wear("rushes")
    assert [strip.text for strip in picture_rows(drawn)] == [" .@", "@. "]
    wear("rushes-light")
    assert [strip.text for strip in picture_rows(drawn)] == ["@% ", " %@"]


def test_beneath_pixels_lie_blanks_and_nothing_is_nothing() -> None:
    drawn = Drawn(raw="\x1bP\x1b\\", cols=4, rows=2)
    assert [strip.text for strip in picture_rows(drawn)] == ["    ", "    "]
    assert picture_rows(NOTHING) == []


def test_inside_tmux_each_sequence_is_wrapped_alone_and_unwraps_to_itself() -> None:
    data = "\x1b_Ga=T,m=1;AAAA\x1b\\\x1b_Gm=0;BB\x1b\\"
    assert through_tmux(data, {}) == data
    wrapped = through_tmux(data, {"TMUX": "/tmp/tmux-1/default,1,0"})
    parts = re.findall(r"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\", wrapped)
    assert len(parts) == 2
    assert "".join(part.replace("\x1b\x1b", "\x1b") for part in parts) == data
    assert through_tmux("", {"TMUX": "x"}) == ""


@pytest.mark.parametrize(
    ("rows", "cols", "wide", "high", "size"),
    [
        (24, 80, 800, 480, (10, 20)),
        (24, 80, 0, 0, CELL),
        (0, 0, 800, 480, CELL),
        (24, 80, 65535, 480, CELL),
    ],
)
def test_the_size_of_a_character_comes_from_the_kernel_or_is_a_small_one(
    rows: int, cols: int, wide: int, high: int, size: tuple[int, int]
) -> None:
    master, slave = os.openpty()
    try:
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, wide, high))
        assert cell_size(slave) == size
    finally:
        os.close(master)
        os.close(slave)


def test_a_file_that_is_no_terminal_has_characters_too(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        assert cell_size(file.fileno()) == CELL


@pytest.mark.parametrize("kind", ["half", "ascii", "kitty", "sixel"])
def test_on_a_real_terminal_a_picture_comes_goes_and_asks_nothing(kind: str, tmp_path: Path) -> None:
    with terminal([SHOW, kind, str(tmp_path)], cols=60, rows=20) as one:
        one.until("the caption")
        one.drain()
        pixels = {"kitty": b"\x1b_Ga=T", "sixel": b"\x1bP0;1;0q"}.get(kind)
        if pixels:
            assert one.sent.count(pixels) == 1
            # The cursor stands at the picture's corner: below the caption, three cells in.
            assert re.search(rb"\x1b\[4;4H(?:\x1b\[[0-9;]*m)?" + re.escape(pixels), one.sent)
        else:
            assert not re.search(rb"\x1b[_P]", one.sent)
            assert any(re.search("[▀▄█]" if kind == "half" else "[.:=+*#%@]", row) for row in one.rows[3:])
        before = len(one.sent)
        one.type(b"n")
        one.until_gone("the caption")
        one.drain()
        assert (b"\x1b_Ga=d,d=I" in one.sent[before:]) is (kind == "kitty")
        assert not any(row.strip() for row in one.rows[3:])
        assert not re.search(rb"a=q|\x1b\[[>=?]?[0-9]*[cn]|\x1b\[1[468]t", one.sent)
        one.type(b"q")


def test_inside_tmux_pixels_leave_wrapped(tmp_path: Path) -> None:
    with terminal([SHOW, "kitty", str(tmp_path)], cols=60, rows=20, TMUX="/tmp/tmux,1,0") as one:
        one.until("the caption")
        one.drain()
        assert b"\x1bPtmux;\x1b\x1b_Ga=T" in one.sent
        assert not re.search(rb"(?<!\x1b)\x1b_G", one.sent)
        one.type(b"q")
