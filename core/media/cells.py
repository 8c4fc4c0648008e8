"""Frames in character cells: half blocks in few colours, or a ramp of ASCII signs.

Over SSH a picture costs what its changes of colour cost. So a frame gets a palette of its own, and each
cell takes the colours of its neighbour wherever that is cheaper than it is wrong (rate against distortion).
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from core.media.images import load_rgb

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from core.media.drawn import Cells

COLOURS = 40
"""Of one picture. More cannot be told apart at this size, and fewer show as bands in a sky."""
BYTES_A_CELL = 15.0
"""Aim for the mean: a frame of 40 by 12 cells comes to about 6 kB."""
_NEAR = 3
"""How many of the palette's colours a pixel may take."""
_CHANGE = 17.0
"""Bytes of `ESC[38;2;r;g;bm`, the middle between short and long numbers."""
_SIGN = 3.0
"""Bytes of a half block in UTF-8."""
_ROUNDS = 9
"""Halvings of the price of a byte: the aim is met within a few per cent."""
_PRICES = (0.02, 60.0)
"""Of a byte, in the measure of `_Choices.wrong`: from hardly any to more than a wrong colour costs."""
RAMP = " .:-=+*#%@"
"""From dark to light, as on a dark ground."""


class _Choices(NamedTuple):
    """What each cell may show. Arrays are (rows, cols, choices)."""

    front: NDArray[np.int64]
    back: NDArray[np.int64]
    """Palette numbers of the sign's colour and of its ground."""
    upper: NDArray[np.int64]
    lower: NDArray[np.int64]
    wrong: NDArray[np.float64]
    """Squared distance from the picture, in OKLab times 100."""


def half_blocks(path: Path, cols: int, rows: int, aim: float = BYTES_A_CELL) -> Cells:
    """The picture as cells for half block signs, in at most `COLOURS` colours.

    It keeps its aspect and fits inside `cols` by `rows`, so it may be smaller. `aim`: bytes a cell.
    Raises BadInput as `load_rgb`.
    """
    if cols < 1 or rows < 1:
        return ()
    small = _fitted(Image.fromarray(load_rgb(path)), cols, rows)
    palette, near = _palette(small)
    upper, lower = _cheap(palette, near, np.asarray(small), aim)
    colours = [(int(red), int(green), int(blue)) for red, green, blue in palette]
    return tuple(
        tuple((colours[top], colours[bottom]) for top, bottom in zip(*pair, strict=True))
        for pair in zip(upper.tolist(), lower.tolist(), strict=True)
    )


def ascii_lines(path: Path, cols: int, rows: int) -> tuple[str, ...]:
    """The picture's brightness in ASCII signs, stretched to use them all: the more ink, the brighter.

    Raises BadInput as `load_rgb`.
    """
    if cols < 1 or rows < 1:
        return ()
    small = _fitted(Image.fromarray(load_rgb(path)), cols, rows)
    grey = np.asarray(small.convert("L").resize((small.width, small.height // 2), Image.Resampling.BOX))
    low, high = np.percentile(grey, (2, 98))
    share = (
        np.clip((grey - low) / (high - low), 0, 1)
        if high - low >= 8
        else np.full(grey.shape, grey.mean() / 255)
    )
    steps = np.minimum((share * len(RAMP)).astype(int), len(RAMP) - 1)
    return tuple("".join(RAMP[step] for step in row) for row in steps.tolist())


def _fitted(picture: Image.Image, cols: int, rows: int) -> Image.Image:
    """Shrunk to two pixels a cell, one above the other."""
    scale = min(cols / picture.width, 2 * rows / picture.height)
    width = min(cols, max(1, round(picture.width * scale)))
    height = min(rows, max(1, round(picture.height * scale / 2)))
    return picture.resize((width, 2 * height), Image.Resampling.BOX)


def _palette(small: Image.Image) -> tuple[NDArray[np.int64], int]:
    """Colours as (n, 3), and among how many of them a pixel may choose. Few enough are kept as they are."""
    exact = small.getcolors(COLOURS)
    if exact is not None:
        return np.array([colour for _, colour in exact], dtype=np.int64), 1
    flat = small.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, kmeans=2)
    used = flat.getpalette() or []
    return np.array(used, dtype=np.int64).reshape(-1, 3)[:COLOURS], _NEAR


def _cheap(
    palette: NDArray[np.int64], near: int, pixels: NDArray[np.uint8], aim: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Palette numbers of the upper and the lower pixels, as true as `aim` bytes a cell allow."""
    choices = _choices(palette, near, pixels)
    best = _walk(choices, 0.0)
    if best[2] <= aim:
        return best[:2]
    low, high = _PRICES
    best = _walk(choices, high)
    for _ in range(_ROUNDS):
        price = sqrt(low * high)
        tried = _walk(choices, price)
        if tried[2] > aim:
            low = price
        else:
            high, best = price, tried
    return best[:2]


def _choices(palette: NDArray[np.int64], near: int, pixels: NDArray[np.uint8]) -> _Choices:
    lab = _oklab(palette)
    gaps = ((_oklab(pixels)[:, :, None, :] - lab) ** 2).sum(axis=-1)
    numbers = np.argsort(gaps, axis=-1)[:, :, :near]
    errors = np.take_along_axis(gaps, numbers, axis=-1)
    above, below = np.divmod(np.arange(near * near), near)
    upper, lower = numbers[0::2][:, :, above], numbers[1::2][:, :, below]
    wrong = errors[0::2][:, :, above] + errors[1::2][:, :, below]
    # Each pair can be drawn in two ways: the upper half over the lower, or the lower over the upper.
    return _Choices(
        np.concatenate((upper, lower), axis=-1),
        np.concatenate((lower, upper), axis=-1),
        np.concatenate((upper, upper), axis=-1),
        np.concatenate((lower, lower), axis=-1),
        np.concatenate((wrong, wrong), axis=-1),
    )


def _walk(choices: _Choices, price: float) -> tuple[NDArray[np.int64], NDArray[np.int64], float]:
    """The best way through each row (Viterbi) at `price` a byte, all rows at once; and its bytes a cell."""
    rows, cols, count = choices.front.shape
    total = choices.wrong[:, 0] + price * 2 * _CHANGE
    came = np.zeros((rows, cols, count), dtype=np.int64)
    for col in range(1, cols):
        cost = total[:, :, None] + price * _step(choices, col)
        came[:, col] = cost.argmin(axis=1)
        total = cost.min(axis=1) + choices.wrong[:, col]
    chosen = np.zeros((rows, cols), dtype=np.int64)
    chosen[:, -1] = total.argmin(axis=1)
    every = np.arange(rows)
    for col in range(cols - 1, 0, -1):
        chosen[:, col - 1] = came[every, col, chosen[:, col]]

    def taken(of: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.take_along_axis(of, chosen[:, :, None], axis=2)[:, :, 0]

    front, back = taken(choices.front), taken(choices.back)
    changes = (front[:, 1:] != front[:, :-1]).sum() + (back[:, 1:] != back[:, :-1]).sum() + 2 * rows
    return taken(choices.upper), taken(choices.lower), _SIGN + _CHANGE * float(changes) / (rows * cols)


def _step(choices: _Choices, col: int) -> NDArray[np.float64]:
    """Bytes from each choice of the cell before to each of this one: (rows, before, now)."""
    front = choices.front[:, col - 1, :, None] != choices.front[:, col, None, :]
    back = choices.back[:, col - 1, :, None] != choices.back[:, col, None, :]
    return np.asarray(_CHANGE * (front.astype(np.float64) + back), dtype=np.float64)


def _oklab(rgb: NDArray[np.uint8] | NDArray[np.int64]) -> NDArray[np.float64]:
    """sRGB of 0 to 255 in OKLab times 100 (Ottosson, 2020): equal distances look equally far."""
    share = rgb.astype(np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(linear @ _TO_CONES.T)
    return np.asarray(100 * (cones @ _TO_LAB.T), dtype=np.float64)


_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
