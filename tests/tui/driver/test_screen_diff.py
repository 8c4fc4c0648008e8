"""What a screen sends: only what differs, in few bytes, and never what a terminal may take otherwise."""

from __future__ import annotations

import subprocess
import sys
from random import Random

import pytest
from rich.cells import cell_len

from tests.tui.driver.emulator import Emulator
from tests.tui.driver.variety import WORDS
from tui.terminal.cells import cells_of
from tui.terminal.screen import Screen
from tui.terminal.shown import move
from tui.terminal.style import PLAIN, Style, pen, turned

BEGIN = "\x1b[?1049h\x1b[?7l\x1b[?25l"
EVERYTHING = 1 << 20
SGR = ("0", "1", "2", "3", "4", "7", "9", "21", "22", "23", "24", "27", "29", "31", "39", "49", "53", "55")
SGR += ("104", "38;5;9", "48;2;1;2;3", "97")


class Line:
    """A screen with both terminals at its ends."""

    def __init__(self, width: int = 40, height: int = 8, encoding: str = "utf-8", **kind: bool) -> None:
        self.screen = Screen(width, height, encoding, bce=kind.get("bce", False))
        self.stock = Emulator(width, height, rubbish=False)
        self.ours = Emulator(width, height, **kind)
        self.say(BEGIN + "".join(f"\x1b[{y + 1};1H{'.' * width}" for y in range(height)) + "\x1b[H")

    def say(self, data: str, limit: int = EVERYTHING) -> str:
        """Writes; gives what is sent."""
        self.stock.feed(data)
        self.screen.write(data)
        return self.send(limit)

    def send(self, limit: int = EVERYTHING) -> str:
        sent = self.screen.piece(limit)
        self.ours.feed(sent)
        return sent

    @property
    def same(self) -> bool:
        return self.stock.rows == self.ours.rows


def size(sent: str) -> int:
    return len(sent.encode())


def test_the_same_frame_again_sends_nothing() -> None:
    line = Line()
    frame = "\x1b[1;1H\x1b[1;38;2;9;9;9mtake 2\x1b[0m 砂丘 ❤\ufe0f\n\x1b[2;1H" + "." * 40 + "\x1b[1;1H"
    assert line.say(frame)
    assert line.say(frame) == ""
    assert line.same


def test_one_changed_cell_is_at_most_40_bytes_wherever_it_is_and_whatever_its_colours() -> None:
    line = Line(200, 60)
    look = "\x1b[1;38;2;224;175;104;48;2;120;123;127m{}\x1b[0m"
    for y in (1, 30, 60):
        line.say("\x1b[60;1H..\x1b[1;1H")
        row = "." * 198 + "y."
        sent = line.say(f"\x1b[{y};1H" + "." * 198 + look.format("y") + ".\x1b[1;1H")
        assert 0 < size(sent) <= 60, sent  # a first look of a place has its colours to bring
        again = line.say(f"\x1b[{y};1H" + "." * 198 + look.format("z") + ".\x1b[1;1H")
        assert 0 < size(again) <= 40, again
        assert line.same, row


def test_a_piece_keeps_to_its_limit_and_the_rest_follows() -> None:
    line = Line(100, 30)
    line.say("".join(f"\x1b[{y};1H{'x' * 100}" for y in range(1, 31)) + "\x1b[H", limit=200)
    pieces = 0
    while sent := line.send(200):
        assert size(sent) < 300
        pieces += 1
    assert pieces > 10
    assert line.same


def test_what_was_said_last_is_sent_first_and_no_row_waits_for_ever() -> None:
    line = Line(100, 30)
    line.screen.write("".join(f"\x1b[{y};1H{'x' * 100}" for y in range(1, 31)))
    line.send(150)
    line.screen.write("\x1b[20;1Hpressed")
    assert "pressed" in line.send(150)
    for number in range(400):
        line.screen.write(f"\x1b[{number % 5 + 20};1H{number:050d}")
        line.send(60)
    assert line.ours.text[9] == "x" * 100


def test_frames_that_a_slow_line_missed_are_never_sent() -> None:
    line = Line()
    for number in range(1000):
        line.screen.write(f"\x1b[3;1H{number:06d}\x1b[1;1H")
    sent = line.send()
    assert "000999" in sent or line.ours.text[2].startswith("000999")
    assert size(sent) < 40


def test_what_is_passed_on_keeps_its_place_between_frames() -> None:
    line = Line()
    line.screen.write("\x1b[1;1Hfirst\x07\x1b]52;c;dGFrZQ==\x07\x1b[2;1Hsecond\x1b]2;title\x1b\\")
    sent = line.send()
    order = [
        sent.index(word) for word in ("first", "\x07", "\x1b]52;c;dGFrZQ==\x07", "second", "\x1b]2;title")
    ]
    assert order == sorted(order)


def test_the_modes_do_not_wait_for_a_screen_that_is_left() -> None:
    line = Line()
    line.screen.write("\x1b[1;1Hnever to be seen\x1b[?2004l\x1b[?7h\x1b[?1049l\x1b[?25h")
    sent = line.send()
    assert "never" not in sent
    assert sent.endswith("\x1b[?2004l\x1b[?7h\x1b[?1049l\x1b[?25h")
    assert not line.screen.pending


def test_the_pen_and_the_link_are_put_back_before_the_screen_is_left() -> None:
    line = Line()
    line.say("\x1b[1;1H\x1b]8;;https://example.org\x1b\\\x1b[1;31mred\x1b[0m\x1b]8;;\x1b\\")
    line.say("\x1b[?1049l")
    assert line.ours.pen == line.stock.pen


def test_bells_that_fall_together_are_one() -> None:
    line = Line()
    line.screen.write("\x07" * 500)
    assert line.send() == "\x07"


@pytest.mark.parametrize(
    "question",
    [
        "\x1b[c", "\x1b[>c", "\x1b[>0c", "\x1b[=c", "\x1b[6n", "\x1b[?6n", "\x1b[5n", "\x1b[?2026$p",
        "\x1b[?2048$p", "\x1b[14t", "\x1b[16t", "\x1b[18t", "\x1b[?u", "\x1b[>25u", "\x1b[<u", "\x1b[>q",
        "\x1b]11;?\x07", "\x1b]52;c;?\x1b\\", "\x1bP+q544e\x1b\\", "\x1bP$qm\x1b\\",
        "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\",
    ],
    ids=repr,
)  # fmt: skip
def test_no_question_reaches_the_terminal_whole_or_split(question: str) -> None:
    for at in range(len(question)):
        line = Line(20, 2)
        line.screen.write(question[:at])
        line.screen.write(question[at:] + "\x1b[1;1Hstill here")
        sent = line.send()
        assert "still here" in sent
        assert question[1:3] not in sent.replace("\x1b[H", ""), (at, sent)


def test_a_sequence_split_anywhere_means_the_same() -> None:
    data = "\x1b[2;3H\x1b[1;31mred 砂\x1b[0m\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\\x07\x1b]2;t\x1b\\"
    for at in range(len(data)):
        line = Line()
        line.screen.write(data[:at])
        line.screen.write(data[at:])
        line.stock.feed(data)
        line.send()
        assert line.same, at
        assert line.ours.heard == line.stock.heard


def test_control_characters_in_a_text_reach_no_terminal() -> None:
    line = Line()
    line.screen.write("\x1b[1;1Ha\x00b\x9b31mc\x1a\x7fd")
    sent = line.send().replace("\x1b[", "")
    assert not set(sent) & set(map(chr, [*range(0x1B), *range(0x7F, 0xA0)])) - {"\r", "\b"}


# Wide characters.


def test_widths_are_those_that_rich_counts() -> None:
    draw = Random(4)
    for _ in range(300):
        text = "".join(draw.choice(WORDS) for _ in range(draw.randint(1, 6)))
        before, cells = cells_of(text, PLAIN)
        assert not before
        assert len(cells) == cell_len(text), ascii(text)


def test_half_of_a_wide_character_can_be_overwritten_from_both_sides() -> None:
    line = Line()
    line.say("\x1b[1;5H砂丘砂丘")
    for text in ("\x1b[1;6Hx", "\x1b[1;9Hy", "\x1b[1;5H砂砂", "\x1b[1;4H丘", "\x1b[1;8H丘丘"):
        line.say(text)
        assert line.same, text


@pytest.mark.parametrize("bce", [False, True])
def test_any_text_over_any_other_gives_what_the_last_one_says(bce: bool) -> None:
    draw = Random(8)
    line = Line(24, 3, bce=bce)
    for number in range(1500):
        text = draw.choice((*WORDS, " " * 9, " " * 14))
        x = draw.randint(1, 25 - cell_len(text))
        look = draw.choice(("", "1;31", "4;44", "7", "38;5;93;48;2;1;2;3", "9;53"))
        line.say(f"\x1b[{draw.randint(1, 3)};{x}H\x1b[{look}m{text}\x1b[0m")
        assert line.same, number


def test_an_emoji_that_a_terminal_takes_for_narrow_moves_nothing_beside_it() -> None:
    line = Line(emoji_are_narrow=True)
    line.say("\x1b[1;1H" + "#" * 20)
    line.say("\x1b[1;1H🎬 take 2 👍 ok")
    assert line.ours.text[0].startswith("🎬  take 2 👍  ok###")


def test_a_latin_1_terminal_gets_a_question_mark_in_as_many_cells() -> None:
    line = Line(encoding="iso8859-1")
    line.say("\x1b[1;1H砂 é ▀ ok")
    assert line.ours.text[0].startswith("?  é ? ok")


# Erasing and moving.


def test_blanks_are_erased_only_in_the_terminals_own_colours() -> None:
    line = Line()
    assert size(line.say("\x1b[1;1H" + " " * 40)) < 12
    coloured = line.say("\x1b[2;1H\x1b[48;2;1;2;3m" + " " * 40 + "\x1b[0m")
    assert " " * 40 in coloured
    assert line.same


def test_a_terminal_that_erases_in_the_pens_colour_is_sent_no_coloured_air() -> None:
    line = Line(bce=True)
    assert size(line.say("\x1b[2;1H\x1b[48;2;1;2;3m" + " " * 40 + "\x1b[0m")) < 40
    assert line.same
    underlined = line.say("\x1b[3;1H\x1b[4m" + " " * 40 + "\x1b[0m")
    assert " " * 40 in underlined, "what can be seen of air is written"
    assert line.same


@pytest.mark.parametrize(
    ("environment", "sure"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "screen-256color"}, False),
        ({"TERM": "xterm-256color", "STY": "1.pts"}, False),
        ({"TERM": "no-such-terminal"}, False),
        ({}, False),
    ],
)
def test_erasing_in_colour_is_believed_of_terminfo_alone(environment: dict[str, str], sure: bool) -> None:
    # Terminfo is read once a process.
    ask = f"from tui.terminal.around import erases_in_colour; print(erases_in_colour({environment!r}))"
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert said.stdout == f"{sure}\n"


def test_every_move_arrives_and_none_feeds_a_line() -> None:
    draw = Random(3)
    for _ in range(2000):
        was, want = [(draw.randint(0, 199), draw.randint(0, 59)) for _ in range(2)]
        terminal = Emulator(200, 60)
        terminal.x, terminal.y = was
        words = move(was, *want)
        terminal.feed(words)
        assert (terminal.x, terminal.y) == want
        assert "\n" not in words
        assert len(words) <= len(f"\x1b[{want[1] + 1};{want[0] + 1}H")


def test_every_turn_of_the_pen_arrives_and_is_no_longer_than_a_reset() -> None:
    draw = Random(5)
    looks = [PLAIN]
    for _ in range(200):
        numbers = draw.choices(SGR, k=draw.randint(1, 4))
        looks.append(turned(looks[-1], ";".join(numbers)))
    for before, after in zip(looks, draw.sample(looks, len(looks)), strict=True):
        terminal = Emulator(10, 2)
        terminal.feed(pen(None, before))
        assert (terminal.pen.fg, terminal.pen.bg, terminal.pen.on) == before[:3]
        words = pen(before, after)
        terminal.feed(words)
        assert (terminal.pen.fg, terminal.pen.bg, terminal.pen.on) == after[:3], (before, after, words)
        assert len(words) <= len(pen(None, after))


def test_what_is_not_known_of_a_look_is_sent_as_it_came() -> None:
    style = turned(PLAIN, "4:3;58;2;1;2;3")
    assert pen(PLAIN, style) in {"\x1b[4:3;58;2;1;2;3m", "\x1b[0;4:3;58;2;1;2;3m"}
    assert pen(style, PLAIN) == "\x1b[m"
    assert turned(style, "24;59") == Style()


def test_no_link_is_closed_that_was_not_opened() -> None:
    line = Line()
    line.screen.repaint()
    assert "\x1b]8" not in line.say("\x1b[1;1Hplain") + line.send()


# Repaints, sizes, cursor.


def test_a_repaint_clears_and_sends_everything() -> None:
    line = Line()
    line.say("\x1b[1;1H\x1b[31mtake\x1b[0m")
    line.ours.feed("\x1b[5;5Hrubbish of another program\x1b[m")
    line.screen.repaint()
    assert "\x1b[2J" in line.send()
    # The terminal's cursor was moved behind our back; a clear says where it is.
    assert line.same


@pytest.mark.parametrize("size_now", [(40, 8), (30, 5), (60, 12), (41, 8)])
def test_after_a_resize_nothing_is_taken_for_known(size_now: tuple[int, int]) -> None:
    line = Line()
    line.say("\x1b[3;30H砂丘砂丘砂")
    width, height = size_now
    line.ours.resize(width, height)
    line.screen.resize(width, height)
    line.stock = Emulator(width, height, rubbish=False)
    line.say("".join(f"\x1b[{y + 1};1H{'砂' * (width // 2)}{'.' * (width % 2)}" for y in range(height)))
    assert line.same


def test_a_cursor_that_is_used_stands_where_textual_puts_it() -> None:
    line = Line()
    line.say("\x1b[1;1Htext\x1b[4;7H")
    assert (line.ours.x, line.ours.y) == (6, 3)
    line.say("\x1b[?25h\x1b[1;1Htexts\x1b[1;1H")
    assert (line.ours.x, line.ours.y) == (0, 0)


# Pictures.

SIXEL = "\x1bPq#0;2;0;0;0~~@@vv\x1b\\"


def test_a_picture_comes_after_its_text_and_is_left_alone_until_the_text_changes() -> None:
    line = Line()
    line.screen.write("\x1b[2;1H" + " " * 40)
    line.screen.place(4, 1, 6, 1, (SIXEL,))
    sent = line.send()
    assert sent.index("\x1b[K") < sent.index(SIXEL)
    assert sent.endswith("\x1b[4C" + SIXEL)  # from the beginning of the row, where erasing left the cursor
    assert line.say("\x1b[2;1H" + " " * 40) == ""
    beside = line.say("\x1b[2;1Hab" + " " * 10 + "cd" + " " * 26)
    assert " " * 6 not in beside
    assert "\x1b[K" not in beside
    assert "X" in line.say("\x1b[2;7HX")


def test_a_dropped_picture_is_text_again() -> None:
    line = Line()
    line.screen.place(4, 1, 6, 2, (SIXEL,))
    line.send()
    line.screen.drop(4, 1, 6, 2, "\x1b_Ga=d\x1b\\")
    sent = line.send()
    assert sent.startswith("\x1b_Ga=d\x1b\\")
    assert sent.count("......") == 2


def test_a_picture_that_was_not_sent_yet_can_be_taken_back() -> None:
    line = Line()
    line.screen.place(4, 1, 6, 2, (SIXEL,))
    line.screen.drop(3, 0, 2, 2)
    assert SIXEL not in line.send()


def test_newer_text_passes_between_the_parts_of_a_picture_and_a_begun_one_is_ended() -> None:
    line = Line()
    line.screen.place(4, 1, 6, 1, ("\x1b_Gm=1;AA\x1b\\", "\x1b_Gm=0;BB\x1b\\"))
    assert line.send(1).endswith("\x1b_Gm=1;AA\x1b\\")
    line.screen.drop(4, 1, 6, 1)
    sent = line.send()
    assert "\x1b[2;5H\x1b_Gm=0;BB\x1b\\" in sent
    assert "......" in sent  # and its place is text again


def test_a_repaint_sends_a_picture_again_while_its_text_is_the_same_and_a_resize_forgets_it() -> None:
    line = Line()
    line.screen.place(4, 1, 6, 1, (SIXEL,))
    line.send()
    line.screen.repaint()
    assert line.send().count(SIXEL) == 1
    line.say("\x1b[2;6Hother")
    line.screen.repaint()
    assert SIXEL not in line.send()
    line.screen.place(4, 4, 6, 1, (SIXEL,))
    line.screen.resize(41, 8)
    assert SIXEL not in line.send()
