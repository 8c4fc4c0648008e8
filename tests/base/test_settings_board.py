"""The board's table in the settings: what may be said of how it looks, and what each mistake is told."""

from __future__ import annotations

import pytest

from core.base import settings
from core.base.errors import BadInput
from core.base.settings import BoardSettings


def load(text: str) -> settings.Settings:
    path = settings.config_dir() / "settings.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return settings.load()


def test_without_a_table_the_board_is_ours() -> None:
    assert load('name = "Ada"\n').board == BoardSettings("rushes", "half", "mpv", "", {})


def test_every_line_of_the_table_is_taken() -> None:
    board = load(
        '[board]\ntheme = "nord"\npictures = "sixel"\nplayer = "vlc --fullscreen"\neditor = "code -w"\n'
        '[board.keys]\napprove = "a,ctrl+a"\n'
    ).board
    assert board == BoardSettings("nord", "sixel", "vlc --fullscreen", "code -w", {"approve": "a,ctrl+a"})
    assert load('[board]\nkeys = { go = "g" }\n').board.keys == {"go": "g"}


def test_an_empty_word_is_as_if_its_line_were_not_there() -> None:
    assert load('[board]\ntheme = ""\nplayer = " "\n').board == BoardSettings()


def test_the_older_switch_still_turns_pictures_off_and_the_table_goes_before_it() -> None:
    assert load("pictures = false\n").board.pictures == "off"
    assert load("pictures = true\nascii = true\n").board.pictures == "half"
    assert load('pictures = false\n[board]\npictures = "kitty"\n').board.pictures == "kitty"


@pytest.mark.parametrize(
    ("kind", "plain"), [("half", "ascii"), ("ascii", "ascii"), ("kitty", "kitty"), ("off", "off")]
)
def test_half_blocks_are_ascii_where_the_terminal_has_no_signs_for_them(kind: str, plain: str) -> None:
    board = BoardSettings(pictures=kind)
    assert (board.pictures_on(ascii_signs=True), board.pictures_on(ascii_signs=False)) == (plain, kind)


BAD = {
    "them = 'x'": ("unknown setting 'them'", "theme"),
    "theme = 3": ("'theme' must be text in quotes", ""),
    "pictures = true": ("'pictures' must be text in quotes", ""),
    "pictures = 'sixle'": ("'sixle' is no way to draw pictures", "sixel"),
    "pictures = ''": ("'' is no way to draw pictures", ""),
    'player = "mpv \'half"': ("'player' is not a program", ""),
    "editor = ['vi']": ("'editor' must be text in quotes", ""),
    "keys = 'a'": ("'keys' must be a table", ""),
    "keys = { approve = 1 }": ("the keys of 'approve' must be text", ""),
}


@pytest.mark.parametrize("line", BAD)
def test_a_line_that_means_nothing_is_told_with_its_place_and_the_nearest(line: str) -> None:
    words, near = BAD[line]
    with pytest.raises(BadInput, match=words) as refusal:
        load(f"[board]\n{line}\n")
    assert "settings.toml, [board]" in refusal.value.where
    assert refusal.value.nearest == near


def test_a_board_that_is_no_table_is_told() -> None:
    with pytest.raises(BadInput, match=r"'board' must be a table: \[board\]"):
        load("board = 'rushes'\n")
