"""Players and editors: what is run here, what is typed there, and a real editor on a real terminal."""

from __future__ import annotations

import os
import shlex
import signal
import stat
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from core.base.errors import BadInput
from core.studio.pages.outside import Offer, editor_argv, run, ways_to_see
from tests.support.terminal import modes_left_on, terminal
from tui.screens.outside import MOST

HERE = Path(__file__).resolve().parent
CLIP = Path("/films/salt road/takes/S101_t001.mp4")
AFAR = {"SSH_CONNECTION": "10.0.0.7 51234 203.0.113.9 22", "USER": "ada", "DISPLAY": ":0"}


def lines(environment: dict[str, str], clip: Path = CLIP) -> dict[str, str]:
    return {
        offer.does: offer.line for offer in ways_to_see(clip, environment, "mpv", platform="linux").offers
    }


@pytest.mark.parametrize("screen", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_at_a_screen_the_player_gets_the_clip(screen: str) -> None:
    ways = ways_to_see(CLIP, {screen: ":0"}, "mpv --fs '--title=a b'", platform="linux")
    assert ways.argv == ("mpv", "--fs", "--title=a b", str(CLIP))
    assert ways.offers == (Offer("path", str(CLIP)),)
    assert not ways.why


def test_a_mac_has_a_screen_unless_it_is_far_away() -> None:
    assert ways_to_see(CLIP, {}, "mpv", platform="darwin").argv == ("mpv", str(CLIP))
    assert ways_to_see(CLIP, AFAR, "mpv", platform="darwin").argv == ()


def test_without_a_display_the_path_is_offered_and_the_reason_said() -> None:
    ways = ways_to_see(CLIP, {}, "mpv", platform="linux")
    assert (ways.argv, ways.why) == ((), "there is no display here")
    assert ways.offers == (Offer("path", str(CLIP)),)


def test_over_ssh_each_line_can_be_pasted_as_it_is() -> None:
    ways = ways_to_see(CLIP, AFAR, "mpv", platform="linux")
    assert (ways.argv, ways.why) == ((), "the board runs over SSH")
    assert shlex.split(lines(AFAR)["copy"]) == ["scp", f"ada@203.0.113.9:{CLIP}", "."]
    assert shlex.split(lines(AFAR)["play by sftp"]) == [
        "mpv",
        "sftp://ada@203.0.113.9:22/films/salt%20road/takes/S101_t001.mp4",
    ]


def test_the_far_shell_reads_the_path_as_one_word(tmp_path: Path) -> None:
    clip = tmp_path / 'it\'s $HOME; `id` "x".mp4'
    clip.write_text("the clip")
    fakes = tmp_path / "bin"
    fakes.mkdir()
    # ssh gives its words to a shell at the far end.
    for name, body in {"ssh": 'shift; exec sh -c "$*"', "mpv": "exec cat"}.items():
        (fakes / name).write_text(f"#!/bin/sh\n{body}\n")
        (fakes / name).chmod(0o755)
    line = lines(AFAR, clip)["play"]
    path = f"{fakes}:{os.environ['PATH']}"
    said = subprocess.run(["sh", "-c", line], env={"PATH": path}, capture_output=True, text=True, check=True)
    assert said.stdout == "the clip"


def test_another_port_and_an_address_of_version_six_are_written_as_each_program_wants() -> None:
    found = lines({"SSH_CONNECTION": "fe80::2 5 2001:db8::1 2222", "LOGNAME": "ada"})
    assert shlex.split(found["copy"]) == ["scp", "-P", "2222", f"ada@[2001:db8::1]:{CLIP}", "."]
    assert shlex.split(found["play"])[:4] == ["ssh", "-p", "2222", "ada@2001:db8::1"]
    assert "sftp://ada@[2001:db8::1]:2222/" in found["play by sftp"]


@pytest.mark.parametrize(
    "environment", [{"SSH_TTY": "/dev/pts/1"}, {"SSH_CONNECTION": "x", "SSH_CLIENT": "y"}]
)
def test_ssh_that_does_not_say_from_where_offers_the_path(environment: dict[str, str]) -> None:
    ways = ways_to_see(CLIP, {**environment, "DISPLAY": ":0"}, "mpv", platform="linux")
    assert (ways.argv, [offer.does for offer in ways.offers]) == ((), ["path"])


def test_the_editor_is_the_settings_then_visual_then_editor_then_vi() -> None:
    everything = {"VISUAL": "code -w", "EDITOR": "nano"}
    file = Path("shots/S101.toml")
    assert editor_argv(file, everything, "hx --log x") == ("hx", "--log", "x", "shots/S101.toml")
    assert editor_argv(file, everything) == ("code", "-w", "shots/S101.toml")
    assert editor_argv(file, {**everything, "VISUAL": " "}) == ("nano", "shots/S101.toml")
    assert editor_argv(file, {}) == ("vi", "shots/S101.toml")


def test_an_open_quote_is_told_with_the_name_of_its_setting() -> None:
    with pytest.raises(BadInput, match="EDITOR is not a program"):
        editor_argv(Path("x"), {"EDITOR": "vi 'x"})
    with pytest.raises(BadInput, match="player is not a program"):
        ways_to_see(CLIP, {"DISPLAY": ":0"}, 'mpv "', platform="linux")
    with pytest.raises(BadInput, match="player names no program"):
        ways_to_see(CLIP, {"DISPLAY": ":0"}, " ", platform="linux")


def script(folder: Path, body: str, name: str = "fake") -> str:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def test_how_a_program_ends_is_said(tmp_path: Path) -> None:
    assert run((script(tmp_path, "exit 0", "good"),)) == ""
    assert run((script(tmp_path, "exit 3", "bad"),)) == "bad ended with code 3"
    assert run((script(tmp_path, "kill -TERM $$", "shot"),)) == "shot was ended by SIGTERM"
    assert run(("no-such-player", "x")).startswith("there is no program 'no-such-player' here")
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fELF nothing")
    broken.chmod(0o755)
    assert "cannot be started" in run((str(broken),))


def test_a_program_gets_no_keys_and_its_own_interrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-not-a-real-one")
    before = signal.getsignal(signal.SIGINT)
    out = tmp_path / "out"
    body = f'env > {out}\nkill -INT "$PPID"\nkill -INT $$'
    assert run((script(tmp_path, body),)).endswith("was ended by SIGINT")
    assert "OPENROUTER" not in out.read_text()
    assert "PATH=" in out.read_text()
    assert signal.getsignal(signal.SIGINT) is before


# On a real terminal.

EDITOR = """
printf 'EDITING %s\\r\\n' "$1"
read answer
printf '%s' "$answer" > "$1"
"""


def test_an_editor_gets_the_terminal_and_gives_it_back(tmp_path: Path) -> None:
    editor, file = script(tmp_path, EDITOR, "editor"), tmp_path / "S101.toml"
    file.write_text("before")
    with terminal([str(HERE / "show_outside.py"), str(file)], cols=80, rows=20, EDITOR=editor) as one:
        one.until("the board")
        one.type(b"e")
        one.until(f"EDITING {file}"[:60])
        assert not modes_left_on(one.sent)
        one.type(b"q is no key here\r")
        one.until("done: fine")
        one.drain()
        assert file.read_text() == "q is no key here"
        assert any("the board" in row for row in one.rows)
        one.type(b"q")
        one.process.wait(20)
        one.drain()
        assert not modes_left_on(one.sent)


@pytest.mark.parametrize(
    ("editor", "said"),
    [("/no/such/editor", "there is no program"), ("false", "false ended with code 1")],
)
def test_an_editor_that_fails_leaves_the_board_and_a_sentence(tmp_path: Path, editor: str, said: str) -> None:
    with terminal(
        [str(HERE / "show_outside.py"), str(tmp_path / "x")], cols=80, rows=20, EDITOR=editor
    ) as one:
        one.until("the board")
        one.type(b"e")
        one.until(f"done: {said}")
        one.type(b"q")
        one.process.wait(20)


def test_ctrl_c_inside_the_editor_ends_the_editor_and_not_the_board(tmp_path: Path) -> None:
    editor = script(tmp_path, "printf 'EDITING\\r\\n'; exec cat", "editor")
    with terminal(
        [str(HERE / "show_outside.py"), str(tmp_path / "x")], cols=80, rows=20, EDITOR=editor
    ) as one:
        one.until("the board")
        one.type(b"e")
        one.until("EDITING")
        one.type(b"\x03")
        one.until("was ended by SIGINT")
        one.until("the board")
        one.type(b"q")
        one.process.wait(20)


def test_what_is_copied_leaves_by_osc_52(tmp_path: Path) -> None:
    with terminal([str(HERE / "show_outside.py"), str(tmp_path / "S101.toml")], cols=80, rows=20) as one:
        one.until("the board")
        one.type(b"c")
        one.until("done: copied")
        text = b64encode(str(tmp_path / "S101.toml").encode())
        assert b"\x1b]52;c;" + text + b"\x07" in one.sent
        before = len(one.sent)
        one.type(b"l")
        one.until("done: that is too long to copy")
        assert b"\x1b]52" not in one.sent[before:]
        assert MOST < 100_000
        one.type(b"q")
