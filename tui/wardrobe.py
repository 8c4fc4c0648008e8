"""Every theme there is: ours as Textual wants them, and Textual's made to fit our inks."""

from __future__ import annotations

from functools import cache
from math import dist

from rich.color import ColorSystem
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from core.base.errors import BadInput, nearest
from tui import theme
from tui.palettes import CONTRAST, LIGHT, OURS, RUSHES, Palette, in_few_colours

READABLE = 4.5
QUIETER = 3.0
_FAINTEST = 3.0
"""For rules, and for what is read once."""
APART = 0.11
"""Least distance of the ink that calls from all others, in OKLab, where black to white is 1."""
_CALLS = 0.12
"""As far from calm text a colour should be to be chosen as the one that calls."""
_STEPS = 24
_VISIBLE = 1.15
"""Least contrast of the selected line's ground to the ground."""


NAMES: tuple[str, ...] = (
    *(palette.name for palette in (RUSHES, LIGHT, CONTRAST)),
    *sorted(BUILTIN_THEMES),
)
"""Every theme there is: ours first, then Textual's."""


def wear(name: str, *, few: bool = False) -> Theme:
    """Puts a theme on, and gives it for Textual to register.

    `few`: the terminal shows 16 colours or none, and its own are used. Raises BadInput for a name that is
    not among `NAMES`, naming the nearest.
    """
    inks = in_few_colours(palette(name)) if few else palette(name)
    theme.put_on(inks)
    return theme_of(inks)


def palette(name: str) -> Palette:
    """The inks of a theme. Raises BadInput with the nearest."""
    word = name.strip().casefold()
    if word not in NAMES:
        raise BadInput(
            f"'{name[:40]}' is no theme", nearest=nearest(word, NAMES), todo=f"one of: {', '.join(NAMES)}"
        )
    return OURS[word] if word in OURS else _derived(word)


def theme_of(inks: Palette) -> Theme:
    """The palette as Textual wants it, for forms and palettes that Textual draws."""
    if inks.ansi:
        return BUILTIN_THEMES[inks.name]
    return Theme(
        name=inks.name,
        primary=inks.running,
        secondary=inks.quiet,
        warning=inks.need,
        error=inks.need,
        success=inks.circled,
        accent=inks.need,
        foreground=inks.text,
        background=inks.ground,
        surface=inks.ground,
        panel=inks.raised,
        dark=inks.dark,
        variables={"input-cursor-background": inks.text, "input-cursor-foreground": inks.ground},
    )


@cache
def _derived(name: str) -> Palette:
    """One of Textual's themes in our inks, each moved until it can be read."""
    source = BUILTIN_THEMES[name]
    given = source.to_color_system().generate()
    ground = Color.parse(given["background"])
    pole = Color.parse("#ffffff" if source.dark else "#000000")
    text = _readable(Color.parse(given["foreground"]), ground, pole, READABLE + 1)
    raised = _raised(Color.parse(given["panel"]), ground, text)
    text = _readable(text, raised, pole, READABLE)
    quiet = _readable(text.blend(ground, 0.4), raised, pole, QUIETER)
    calm = (text, text.blend(pole, 0.6), quiet)
    need = _need(source, raised, pole, calm)
    running, circled, rejected, stale = (
        _state(Color.parse(colour or source.primary), raised, pole, quiet, need)
        for colour in (source.primary, source.success, source.error, source.secondary)
    )
    return Palette(
        name,
        ground=_hex(ground),
        raised=_hex(raised),
        text=_hex(text),
        bright=_hex(calm[1]),
        quiet=_hex(quiet),
        faint=_hex(_readable(text.blend(ground, 0.6), ground, pole, _FAINTEST)),
        need=_hex(need),
        running=_hex(running),
        circled=_hex(circled),
        rejected=_hex(rejected),
        stale=_hex(stale),
        dark=source.dark,
    )


def _hex(colour: Color) -> str:
    return colour.hex6.lower()


def _raised(panel: Color, ground: Color, text: Color) -> Color:
    """The theme's panel, or a breath of its text over the ground where the panel is too near or too far."""
    tries = [ground.blend(text, step / _STEPS) for step in range(1, _STEPS + 1)]
    if contrast(panel, ground) <= _VISIBLE + 0.5:
        tries.insert(0, panel)
    base = _of_256(ground)
    return next(mixed for mixed in tries if contrast(mixed, ground) >= _VISIBLE and _of_256(mixed) != base)


def _of_256(colour: Color) -> int | None:
    """What a terminal of 256 colours shows for it."""
    return colour.rich_color.downgrade(ColorSystem.EIGHT_BIT).number


def _readable(ink: Color, ground: Color, pole: Color, least: float) -> Color:
    """`ink`, moved towards white or black as far as it must to be read on `ground`."""
    tries = (ink.blend(pole, step / _STEPS) for step in range(_STEPS))
    return next((colour for colour in tries if contrast(colour, ground) >= least), pole)


def _need(source: Theme, ground: Color, pole: Color, calm: tuple[Color, ...]) -> Color:
    """The theme's warning colour; where calm text comes near it, its error colour or its accent."""
    asked = (source.warning, source.error, source.accent)
    tries = [_readable(Color.parse(colour), ground, pole, READABLE) for colour in asked if colour]
    # On white, yellow is either unreadable or olive: there the farthest one calls best.
    most = _CALLS if source.dark else 1.0
    return max(tries, key=lambda colour: min(most, *(apart(colour, other) for other in calm)))


def _state(ink: Color, ground: Color, pole: Color, quiet: Color, need: Color) -> Color:
    """Muted, for all is well; and further towards quiet until it is far from the ink that calls."""
    tries = (
        _readable(ink.blend(quiet, 0.25 + 0.75 * step / _STEPS), ground, pole, QUIETER)
        for step in range(_STEPS)
    )
    return next((colour for colour in tries if apart(colour, need) >= APART), quiet)


def contrast(one: Color, other: Color) -> float:
    """WCAG 2.2, "contrast ratio": 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    """WCAG 2.2, "relative luminance"."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: Color) -> tuple[float, float, float]:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in colour.rgb)
    )
    return red, green, blue


def apart(one: Color, other: Color) -> float:
    """How far two colours are from each other for an eye: distance in OKLab (Ottosson, 2020)."""
    return dist(_oklab(one), _oklab(other))


def _oklab(colour: Color) -> tuple[float, float, float]:
    red, green, blue = _linear(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )
