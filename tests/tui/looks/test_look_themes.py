"""Every theme can be read, what needs a person is far from all else, and no state is its colour alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.color import Color
from textual.filter import Monochrome, NoColor
from textual.theme import BUILTIN_THEMES

from core.base.errors import BadInput
from tui import theme
from tui.palettes import Palette, in_few_colours
from tui.theme import INKS, STATES, STYLES, few_colours, styles_of
from tui.wardrobe import APART, NAMES, apart, contrast, palette, wear
from tui.widgets.lines import Line, Span
from tui.widgets.panel import LinePanel, strip_of

IN_COLOUR = [name for name in NAMES if not palette(name).ansi]
CALM = [ink for ink in INKS if ink != "need"]


@pytest.fixture(autouse=True)
def our_own_afterwards() -> Iterator[None]:
    yield
    wear("rushes")


def colour(inks: Palette, ink: str) -> Color:
    return Color.parse(getattr(inks, ink))


def test_ours_come_first_and_all_of_textuals_are_there() -> None:
    assert NAMES[:3] == ("rushes", "rushes-light", "rushes-contrast")
    assert set(NAMES[3:]) == set(BUILTIN_THEMES)


def test_the_measure_of_contrast_is_the_one_of_wcag() -> None:
    assert contrast(Color.parse("#000000"), Color.parse("#ffffff")) == pytest.approx(21.0)
    assert contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", IN_COLOUR)
def test_every_theme_can_be_read_on_its_ground_and_on_the_selected_line(name: str) -> None:
    inks = palette(name)
    for ground in (colour(inks, "ground"), colour(inks, "raised")):
        assert contrast(colour(inks, "text"), ground) >= 4.5
        assert contrast(colour(inks, "bright"), ground) >= 4.5
        assert contrast(colour(inks, "need"), ground) >= 4.5
        for ink in ("quiet", "running", "circled", "rejected", "stale"):
            assert contrast(colour(inks, ink), ground) >= 3.0, ink
    assert contrast(colour(inks, "faint"), colour(inks, "ground")) >= 3.0
    assert contrast(colour(inks, "raised"), colour(inks, "ground")) >= 1.15


@pytest.mark.parametrize("name", NAMES[:3])
def test_ours_can_be_read_down_to_the_quiet_words_on_both_grounds(name: str) -> None:
    inks = palette(name)
    for ground in (colour(inks, "ground"), colour(inks, "raised")):
        for ink in ("text", "quiet", "need", "running", "circled", "rejected", "stale"):
            assert contrast(colour(inks, ink), ground) >= 4.5, ink
        assert contrast(colour(inks, "faint"), ground) >= 3.0


@pytest.mark.parametrize("name", IN_COLOUR)
def test_what_needs_a_person_looks_like_nothing_else(name: str) -> None:
    inks = palette(name)
    for ink in CALM:
        assert apart(colour(inks, "need"), colour(inks, ink)) >= APART - 0.005, ink
    assert STYLES is theme.STYLES
    wear(name)
    assert STYLES["need"].bold


def test_high_contrast_is_seven_to_one_for_every_word_selected_or_not() -> None:
    inks = palette("rushes-contrast")
    for ink in INKS:
        for ground in ("ground", "raised"):
            assert contrast(colour(inks, ink), colour(inks, ground)) >= 7.0, (ink, ground)


@pytest.mark.parametrize("name", IN_COLOUR)
def test_in_256_colours_need_and_the_selected_line_still_differ(name: str) -> None:
    inks = palette(name)

    def shown(ink: str) -> int | None:
        return RichColor.parse(getattr(inks, ink)).downgrade(ColorSystem.EIGHT_BIT).number

    assert shown("need") not in {shown(ink) for ink in (*CALM, "ground", "raised")}
    assert shown("ground") not in {shown(ink) for ink in (*INKS, "raised")}


@pytest.mark.parametrize("name", ["rushes", "rushes-light", "ansi-dark", "ansi-light"])
def test_in_16_colours_the_terminals_own_are_used_and_need_is_alone_in_its_own(name: str) -> None:
    styles = styles_of(in_few_colours(palette(name)))
    need = styles["need"]
    assert all(styles[ink].color != need.color for ink in CALM)
    for ink in INKS:
        assert styles[ink].color == styles[ink].color.downgrade(ColorSystem.STANDARD)  # type: ignore[union-attr]
    assert styles["selected"].reverse
    assert len({(styles[ink].color, styles[ink].bold, styles[ink].dim) for ink in INKS}) == len(INKS) - 1


def test_a_state_is_never_its_colour_alone() -> None:
    assert len({(state.sign, state.word) for state in STATES}) == len(STATES)
    assert len({(state.ascii, state.word) for state in STATES}) == len(STATES)
    assert all(state.word and state.sign.strip() and state.ascii.isascii() for state in STATES)
    assert {state.ink for state in STATES} <= set(INKS)


@pytest.mark.parametrize("name", NAMES)
def test_without_colour_the_chosen_line_and_cell_still_show(name: str) -> None:
    line = Line((Span("S101", "text"), Span("●", "circled", chosen=True)), chosen=True)
    for few in (False, True):
        wear(name, few=few)
        plain = Segment("S101", STYLES["text"])
        strip = list(strip_of(line, 5))
        filters = NoColor() if few or palette(name).ansi else Monochrome()
        before, chosen, cell = filters.apply([plain, strip[0], strip[1]], Color(0, 0, 0))
        assert before.style is not None
        assert chosen.style is not None
        assert cell.style is not None
        assert chosen.style.reverse or chosen.style.bgcolor != before.style.bgcolor
        assert cell.style.underline


def test_to_wear_a_theme_changes_what_every_widget_reads_and_an_unknown_one_changes_nothing() -> None:
    held = STYLES
    wear("rushes-light")
    light = held["text"]
    assert light.bgcolor == Style(bgcolor="#f5f3ee").bgcolor
    with pytest.raises(BadInput, match="'rushs-light' is no theme") as refusal:
        wear("rushs-light")
    assert refusal.value.nearest == "rushes-light"
    assert held["text"] == light
    assert wear(" Nord ").name == "nord"
    assert held["text"] != light


@pytest.mark.parametrize(
    ("environment", "few"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty"}, False),
        ({"TERM": "alacritty", "COLORTERM": "truecolor"}, False),
        ({"TERM": "alacritty"}, True),
        ({"TERM": "linux"}, True),
        ({}, True),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, True),
        ({"TERM": "linux", "TEXTUAL_COLOR_SYSTEM": "truecolor"}, False),
        ({"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "standard"}, True),
    ],
)
def test_few_colours_are_found_as_rich_finds_them(environment: dict[str, str], few: bool) -> None:
    assert few_colours(environment) is few


def test_a_palette_is_frozen() -> None:
    inks = palette("rushes")
    assert replace(inks, text="#ffffff").text == "#ffffff"
    with pytest.raises(AttributeError):
        inks.text = "#000000"  # type: ignore[misc]


class Small(App[None]):
    """One panel, in the theme asked for."""

    def __init__(self, name: str, *, few: bool) -> None:
        super().__init__(ansi_color=True if few else None)
        self.named, self.few = name, few
        self.panel = LinePanel("panel")

    def compose(self) -> ComposeResult:
        yield self.panel

    def on_mount(self) -> None:
        self.dress(self.named)

    def dress(self, name: str) -> None:
        worn = wear(name, few=self.few)
        self.register_theme(worn)
        self.theme = worn.name
        self.panel.styles.width, self.panel.styles.height = 20, 2
        self.panel.show(lambda _width, _height: [Line((Span("now", "need"),)), Line(chosen=True)])


@pytest.mark.parametrize("few", [False, True])
def test_every_theme_is_worn_by_a_running_app(few: bool) -> None:
    async def through_all() -> None:
        app = Small("rushes", few=few)
        async with app.run_test(size=(20, 4)) as pilot:
            for name in NAMES:
                app.dress(name)
                await pilot.pause()
                shown = next(iter(app.panel.render_line(0)))
                assert (shown.text.rstrip(), shown.style) == ("now", STYLES["need"])
                assert app.current_theme.ansi is (few or palette(name).ansi)

    asyncio.run(through_all())
