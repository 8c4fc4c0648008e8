"""Whatever is no clip is refused in a sentence, and nothing of it stays."""

from __future__ import annotations

import os
import socket
import wave
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput, DiskFull
from core.base.text import clean
from core.engine import footage
from tests.fakes.clips import clip_bytes, picture_bytes
from tests.support.stage import Stage


def nothing_stays(stage: Stage) -> None:
    assert stage.p.reader.all_takes() == []
    assert not list((stage.root / "takes").glob("**/*"))
    assert "take.brought" not in stage.events()


def refused(stage: Stage, bring: Any, file: Path, said: str) -> None:
    with pytest.raises(BadInput, match=said) as error:
        bring(stage, "A001", file)
    assert ".import-" not in str(error.value), "named as the person did"
    nothing_stays(stage)


def test_links_folders_pipes_sockets_and_devices(stage: Stage, bin_: Any, bring: Any) -> None:
    link, pipe, plug = bin_.folder / "l.mp4", bin_.folder / "p.mp4", bin_.folder / "s"
    link.symlink_to(bin_.clip())
    os.mkfifo(pipe)
    refused(stage, bring, link, "this is a link")
    refused(stage, bring, pipe, "a pipe, a socket or a device")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(plug))
        refused(stage, bring, plug, "a pipe, a socket or a device")
    for device in ("/dev/zero", "/dev/null", "/dev/tty"):
        refused(stage, bring, Path(device), "a pipe, a socket or a device|link|no such file")
    refused(stage, bring, bin_.folder, "a folder")
    refused(stage, bring, bin_.folder / "none.mp4", "no such file")
    refused(stage, bring, bin_.folder / ("x" * 300), "cannot be read")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "ffconcat playlist"),
        (b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", "HLS playlist"),
        (b'<?xml version="1.0"?><MPD></MPD>', "DASH manifest"),
        (picture_bytes(), "PNG"),
        (clip_bytes(24, 320, 180)[:900], "cannot be read|no picture|not one picture"),
        (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 4000, "cannot be read|no picture"),
    ],
    ids=["empty", "ffconcat", "hls", "dash", "png", "head only", "zeros"],
)
def test_a_file_that_is_no_clip_whatever_its_name(
    stage: Stage, bin_: Any, bring: Any, data: bytes, said: str
) -> None:
    file = bin_.folder / "clip.mp4"
    file.write_bytes(data)
    refused(stage, bring, file, said)


def test_sound_alone(stage: Stage, bin_: Any, bring: Any) -> None:
    tone = bin_.folder / "tone.wav"
    with wave.open(str(tone), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"\x00\x01" * 8000)
    refused(stage, bring, tone, "RIFF")
    sound = ("-f", "lavfi", "-t", "1", "-i", "sine", "-map", "1:a", "-c:a", "aac")
    refused(stage, bring, bin_.remade("sound.mp4", *sound), "no picture but sound")


def test_a_clip_without_a_picture_to_show(stage: Stage, bin_: Any, bring: Any) -> None:
    refused(
        stage, bring, bin_.remade("none.mp4", "-c", "copy", "-frames:v", "0"), "no picture|cannot be read"
    )


def test_ten_gigabytes_are_not_even_read(stage: Stage, bin_: Any, bring: Any) -> None:
    file = bin_.folder / "huge.mp4"
    with file.open("wb") as out:
        out.truncate(10 * 10**9)
    refused(stage, bring, file, r"10\.0 GB, and a clip is at most 8 GiB")


def test_a_disk_without_room(film: Any, bin_: Any, bring: Any) -> None:
    stage = film(free_bytes=lambda: 1 << 20)
    with pytest.raises(DiskFull, match="does not fit"):
        bring(stage, "A001", bin_.clip())
    nothing_stays(stage)


def test_a_file_that_grows_while_it_is_copied(
    stage: Stage, bin_: Any, bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, real = bin_.clip(), os.read

    def growing(handle: int, count: int) -> bytes:
        with file.open("ab") as out:
            out.write(b"more")
        return real(handle, min(count, 4096))

    monkeypatch.setattr(footage.os, "read", growing)
    refused(stage, bring, file, "changed while it was copied")


def test_an_approach_nobody_knows_a_shot_nobody_has_and_one_that_is_omitted(
    stage: Stage, bin_: Any, bring: Any
) -> None:
    with pytest.raises(BadInput, match="is no approach") as error:
        bring(stage, "A001", bin_.clip(), "relite")
    assert error.value.nearest == "relight"
    with pytest.raises(BadInput, match="no shot 'A0O1'"):
        bring(stage, "A0O1", bin_.clip())
    stage.rewrite({"a": [{"id": "A001", "omitted": True}, {"id": "A002"}]})
    with pytest.raises(BadInput, match="A001 is omitted"):
        bring(stage, "A001", bin_.clip())


def test_a_cost_in_a_rehearsal_is_refused(stage: Stage, bin_: Any, bring: Any) -> None:
    stage.p.rehearsal = True
    with pytest.raises(BadInput, match="a rehearsal spends nothing"):
        bring(stage, "A001", bin_.clip(), cost="1")


def test_a_file_already_at_the_name_is_never_written_over(
    stage: Stage, bin_: Any, bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.engine import orders

    clip = stage.p.files("A001", 1).clip
    clip.parent.mkdir(parents=True)
    clip.write_bytes(b"somebody's own")
    monkeypatch.setattr(orders, "highest_file", lambda _p, _shot: 0)
    landed = bring(stage, "A001", bin_.clip())
    assert landed.take.state == "broken"
    assert "another file stands" in landed.take.note
    assert clip.read_bytes() == b"somebody's own"
    clip.unlink()
    assert bring(stage, "A001", bin_.clip()).take.state == "review"


def test_hostile_words_are_kept_as_they_are(stage: Stage, bin_: Any, bring: Any) -> None:
    words = "[red]x[/] \x1b[2J\x1b]0;t\x07 \u202egnp\u202c " + "ä" * 5_000_000
    bring(stage, "A001", bin_.clip(), source=words, note=words)
    row = stage.p.reader.table("rescue")[0]
    assert (row["source"], row["note"]) == (words, words)
    assert stage.p.files("A001", 1).sidecar.stat().st_size < 1 << 20
    assert "\x1b" not in clean(row["note"])
