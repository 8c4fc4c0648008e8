"""Frames in true pixels, for the terminals whose owners say that they can: kitty's protocol, and sixel.

Both are plain bytes that end by themselves. Nothing here asks the terminal anything.
"""

from __future__ import annotations

import io
import re
from base64 import standard_b64encode
from typing import TYPE_CHECKING

from PIL import Image

from core.media.images import load_rgb

if TYPE_CHECKING:
    from pathlib import Path

WIDEST = 640
"""Pixels of a picture's width at most: it is sent over a line, and looked at beside others."""
KITTY_COLOURS = 128
SIXEL_COLOURS = 64
_CHUNK = 4096
"""Bytes of base64 in one kitty command (its documentation: at most 4096, a multiple of 4)."""
_BAND = 6
"""Rows in a sixel."""
_RUN = re.compile(rb"(.)\1{3,}")


def kitty(path: Path, cols: int, rows: int, cell: tuple[int, int], number: int) -> tuple[str, str, int, int]:
    """(what shows the picture, what takes it off, columns, rows) in kitty's graphics protocol.

    `a=T` sends and shows, `f=100` is PNG, `C=1` leaves the cursor, `q=2` forbids answers
    (sw.kovidgoyal.net/kitty/graphics-protocol). `number`: the picture's own, 1 to 2**32 - 1.
    Raises BadInput as `load_rgb`.
    """
    picture, wide, high = _fitted(path, cols, rows, cell)
    buffer = io.BytesIO()
    few = picture.quantize(KITTY_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(buffer, format="PNG", compress_level=9)
    text = standard_b64encode(buffer.getvalue()).decode("ascii")
    chunks = [text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK)]
    heads = [f"a=T,f=100,q=2,C=1,i={number},c={wide},r={high},", *["q=2,"] * (len(chunks) - 1)]
    more = [1] * (len(chunks) - 1) + [0]
    shown = "".join(
        f"\x1b_G{head}m={go};{chunk}\x1b\\" for head, go, chunk in zip(heads, more, chunks, strict=True)
    )
    return shown, f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\", wide, high


def sixel(path: Path, cols: int, rows: int, cell: tuple[int, int]) -> tuple[str, int, int]:
    """(one sixel sequence, columns, rows), after DEC's VT330/340 manual, chapter 14.

    Raises BadInput as `load_rgb`.
    """
    picture, wide, high = _fitted(path, cols, rows, cell)
    few = picture.quantize(SIXEL_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    flat = few.getpalette() or []
    used = sorted(set(few.tobytes()))
    colours = "".join(
        f"#{at};2;" + ";".join(str(round(part * 100 / 255)) for part in flat[3 * at : 3 * at + 3])
        for at in used
    )
    # P2 = 1: pixels that are not named keep what was there.
    head = f'\x1bP0;1;0q"1;1;{few.width};{few.height}'
    return f"{head}{colours}{_bands(few)}\x1b\\", wide, high


def _bands(few: Image.Image) -> str:
    """The picture in bands of six rows, each colour of a band drawn over the band from its left."""
    width, data = few.width, few.tobytes()
    bands = []
    for top in range(0, few.height, _BAND):
        rows = [data[at * width : (at + 1) * width] for at in range(top, min(top + _BAND, few.height))]
        bands.append(b"$".join(_layer(rows, colour, width) for colour in sorted(set(b"".join(rows)))))
    return b"-".join(bands).decode("ascii")


def _layer(rows: list[bytes], colour: int, width: int) -> bytes:
    """One colour of a band: a byte a column, its bit n for row n, 63 added; runs are written as counts."""
    found = 0
    for bit, row in enumerate(rows):
        found |= int.from_bytes(row.translate(_only(colour, 1 << bit)), "big")
    signs = found.to_bytes(width, "big").translate(_SIGNS).rstrip(b"?")
    return b"#%d" % colour + _RUN.sub(lambda run: b"!%d%b" % (len(run[0]), run[1]), signs)


def _only(colour: int, bit: int) -> bytes:
    """A table for `translate`: `bit` for this colour, 0 for the others."""
    return bytes(colour) + bytes([bit]) + bytes(255 - colour)


_SIGNS = bytes(63 + (value & 63) for value in range(256))


def _fitted(path: Path, cols: int, rows: int, cell: tuple[int, int]) -> tuple[Image.Image, int, int]:
    """The picture shrunk into so many characters, never beyond, and how many it fills."""
    picture = Image.fromarray(load_rgb(path))
    room = (min(cols * cell[0], WIDEST), min(rows * cell[1], WIDEST))
    scale = min(room[0] / picture.width, room[1] / picture.height, 1.0)
    share = min(cols * cell[0] / picture.width, rows * cell[1] / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    wide = min(cols, max(1, round(picture.width * share / cell[0])))
    high = min(rows, max(1, round(picture.height * share / cell[1])))
    return picture.resize(size, Image.Resampling.BOX, reducing_gap=3.0), wide, high
