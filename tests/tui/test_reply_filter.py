"""Answers of terminals are no keys, however they arrive."""

from __future__ import annotations

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from tui.terminal.replies import GRACE_S, LONE_ESCAPE_S, STRING_S, ReplyFilter

REPLIES = (
    "\x1b[?62;4;22c",
    "\x1b[>41;354;0c",
    "\x1b[=00000000c",
    "\x1b[24;80R",
    "\x1b[?24;80;1R",
    "\x1b[?2026;2$y",
    "\x1b[4;2$y",
    "\x1b[0n",
    "\x1b[8;24;80t",
    "\x1b[48;24;80;480;800t",
    "\x1b[?1u",
    "\x1b[?997;1n",
    "\x1b[2;1;1;112;112;1;0x",
    "\x1b]11;rgb:1414/1717/1b1b\x07",
    "\x1b]11;rgb:1414/1717/1b1b\x1b\\",
    "\x1b]52;c;YXBwcm92ZQ==\x07",
    "\x1bP>|kitty(0.36)\x1b\\",
    "\x1bP1$r0m\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b^a private message\x1b\\",
    "\x9b?62;4c",
    "\x1b[<0;12;5M",
    "\x1b[M aq",
)
KEYS = {
    "a": ["a"],
    "\x1b[A": ["up"],
    "\x1bOB": ["down"],
    "\x1b[5~": ["pageup"],
    "\x1b[Z": ["shift+tab"],
    "\t": ["tab"],
    "\r": ["enter"],
    "\x0c": ["ctrl+l"],
    "é": ["é"],
}


def pressed(text: str) -> list[str]:
    """Names of the keys Textual would make of what passes."""
    parser = XTermParser()
    return [event.key for event in parser.feed(text) if isinstance(event, events.Key)] if text else []


@pytest.mark.parametrize("reply", REPLIES, ids=repr)
def test_an_answer_is_dropped_whole_and_split_at_every_place(reply: str) -> None:
    for at in range(len(reply)):
        filter_ = ReplyFilter()
        passed = filter_.feed(reply[:at], 0.0) + filter_.feed(reply[at:], 0.3) + filter_.feed("q", 0.4)
        assert passed == "q", at


@pytest.mark.parametrize("reply", REPLIES, ids=repr)
def test_an_answer_is_dropped_byte_by_byte(reply: str) -> None:
    filter_ = ReplyFilter()
    assert "".join(filter_.feed(char, index * 0.01) for index, char in enumerate(reply)) == ""


@pytest.mark.parametrize("reply", [reply for reply in REPLIES if reply[0] == "\x1b"], ids=repr)
def test_an_answer_whose_escape_came_long_before_is_dropped(reply: str) -> None:
    filter_ = ReplyFilter()
    assert filter_.feed("\x1b", 0.0) == ""
    assert filter_.rest(LONE_ESCAPE_S + 0.01)
    assert filter_.feed(reply[1:], GRACE_S / 2) == ""


@pytest.mark.parametrize(("sent", "keys"), KEYS.items(), ids=repr)
def test_keys_pass(sent: str, keys: list[str]) -> None:
    filter_ = ReplyFilter()
    assert pressed(filter_.feed(sent, 0.0)) == keys


def test_keys_between_answers_pass_in_order() -> None:
    filter_ = ReplyFilter()
    assert filter_.feed("j" + "k".join(REPLIES[:20]) + "l", 0.0) == "j" + "k" * 19 + "l"


def test_escape_alone_is_the_escape_key_after_a_moment() -> None:
    filter_ = ReplyFilter()
    assert filter_.feed("\x1b", 0.0) == ""
    assert not filter_.rest(LONE_ESCAPE_S / 2)
    assert filter_.rest(LONE_ESCAPE_S)
    assert not filter_.rest(LONE_ESCAPE_S * 2)


def test_an_answer_that_never_ends_gives_the_keyboard_back() -> None:
    filter_ = ReplyFilter()
    assert filter_.feed("\x1b]11;rgb:", 0.0) == ""
    assert not filter_.rest(STRING_S)
    assert filter_.feed("j", STRING_S + 0.1) == "j"


def test_ctrl_c_is_never_swallowed() -> None:
    filter_ = ReplyFilter()
    assert filter_.feed("\x1bP no end \x03", 0.0) == "\x03"


def test_bytes_that_are_no_text_are_dropped() -> None:
    assert ReplyFilter().feed(b"\xff\xfej\x85".decode("utf-8", "replace"), 0.0) == "j"


def test_a_paste_keeps_its_brackets() -> None:
    pasted = "\x1b[200~approve\x1b[201~"
    assert ReplyFilter().feed(pasted, 0.0) == pasted
    assert pressed(pasted) == []


HOSTILE_PASTES = (
    "a\x1bgy\nrrry",
    "\x1b" + "gy" * 40,
    "a\x1b]gy",
    "\x1b[103u\x1b[121u",
    "\x9dgy",
    "gy\x1b",
    "gy\x1bO",
    "gy\x1b[",
    "\x1b[Mgy",
    "\x07\x03\x18\ufffd",
    "\x1b[200~gy\r",
)


@pytest.mark.parametrize("inside", HOSTILE_PASTES, ids=repr)
@pytest.mark.parametrize("step", [1, 3, 1000])
def test_nothing_in_a_paste_becomes_a_key_and_keys_work_after_it(inside: str, step: int) -> None:
    filter_, parser = ReplyFilter(), XTermParser()
    sent = f"\x1b[200~{inside}\x1b[201~q"
    passed = "".join(filter_.feed(sent[at : at + step], at * 0.001) for at in range(0, len(sent), step))
    found = list(parser.feed(passed))
    assert [event.key for event in found if isinstance(event, events.Key)] == ["q"]
    pasted = [event.text for event in found if isinstance(event, events.Paste)]
    assert all(char.isprintable() or char in "\n\r\t" for char in "".join(pasted))


@pytest.mark.parametrize("key", ["\x03", "\x1b"])
def test_a_paste_whose_end_was_lost_gives_the_keyboard_back_to_a_key_that_comes_alone(key: str) -> None:
    filter_ = ReplyFilter()
    assert filter_.feed("\x1b[200~gy\rgy", 0.0) == ""
    assert filter_.feed("gy\x03", 0.1) == "", "that is still the paste"
    assert filter_.feed("g", STRING_S + 1) == ""
    assert filter_.feed(key, 2 * STRING_S + 2) == ("\x03" if key == "\x03" else "")
    assert filter_.rest(2 * STRING_S + 2.5) == (key == "\x1b")
    assert filter_.feed("\x03", 2 * STRING_S + 3) == "\x03"


def test_a_paste_of_megabytes_is_cut_and_ends() -> None:
    filter_ = ReplyFilter()
    passed = filter_.feed("\x1b[200~" + "x" * 3_000_000 + "\x1b[201~j", 0.0)
    assert len(passed) < 200_000
    assert pressed(passed) == ["j"]


BODIES = ("", "1", "5", "200", "201", "1;2", "103;1:3", "121:89;2", "1;2;3;4", "99999", "9999999", "55296")
ENDS = "ABCDEFHPQRSZIOMucnty~"
SEQUENCES = (
    *(f"\x1b{chr(code)}" for code in range(0x20, 0x7F) if chr(code) not in "[O]P_^X"),
    *(f"\x1bO{chr(code)}" for code in range(0x20, 0x7F)),
    *(f"\x1b[{body}{end}" for body in BODIES for end in ENDS if body + end not in {"200~", "M"}),
    "\x1b\r",
    "\x1bé",
)


def test_no_sequence_holds_the_keys_after_it_back_or_becomes_several() -> None:
    """Alt and a letter, or esc and the next key in one packet of a slow line, are such sequences."""
    for sequence in SEQUENCES:
        filter_, parser = ReplyFilter(), XTermParser()
        passed = filter_.feed(sequence, 0.0) + filter_.feed("gy", 0.1)
        keys = [event.key for event in parser.feed(passed) if isinstance(event, events.Key)]
        assert keys[-2:] == ["g", "y"], (sequence, keys)
        assert len(keys) <= 3, (sequence, keys)
        assert not set(keys[:-2]) & set("garxyu"), (sequence, keys)
