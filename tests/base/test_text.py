"""Nothing that a terminal acts on passes the border; words do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.text import clean, cut_left, one_line


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b[2Jb", "ab"),
        ("a\x1b]52;c;aGk=\x1b\\b", "ab"),
        ("a\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
        ("a\x9b31mb", "ab"),
        ("a\x1bPq#0\x1b\\b", "ab"),
        ("gpj\u202eexe", "gpjexe"),
        ("a\u2028b\u2066c\ufeffd\x7fe\x00f", "abcdef"),
        ("a\rb\r\nc", "a\nb\nc"),
        ("a\ud800b", "ab"),
        ("[/] [bold] {x} %s\tünïcode", "[/] [bold] {x} %s\tünïcode"),
    ],
)
def test_what_acts_is_dropped_and_words_stay(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


@given(st.text(alphabet=st.characters(), max_size=80))
def test_no_control_character_is_ever_left(text: str) -> None:
    left = clean(text)
    assert all(character in "\n\t" or character.isprintable() or ord(character) > 0x9F for character in left)
    assert "\x1b" not in left
    assert "\x9b" not in left


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clean("x" * 5_000_000, 10) == "xxxxxxxxx…"
    assert clean("x" * 10, 10) == "x" * 10
    assert len(clean("\x00" * 100 + "x" * 100, 10)) <= 10


def test_one_line_has_no_line_ends() -> None:
    assert one_line("a\n\n  b\tc \x1b[1m d ") == "a b c d"


@pytest.mark.parametrize(("width", "shown"), [(20, "takes/S101/x.mp4"), (8, "…1/x.mp4"), (1, "4"), (0, "")])
def test_a_path_is_cut_from_the_left(width: int, shown: str) -> None:
    assert cut_left("takes/S101/x.mp4", width) == shown
