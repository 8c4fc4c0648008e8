"""What a clip is, and what is not one. Refusals name the reason."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest

from core.base.errors import BadInput
from core.media.frames import first_frame, frame_at, iter_luma, last_frame, sharpest_frame
from core.media.probe import probe

READERS = [
    probe,
    first_frame,
    last_frame,
    sharpest_frame,
    lambda p: frame_at(p, 0),
    lambda p: next(iter_luma(p)),
]

NOT_CLIPS = {
    "an HTML page": b"<!DOCTYPE html><html><body>404</body></html>",
    "an ffconcat playlist": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
    "a DASH manifest": b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
    "an HLS playlist": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
    "an SVG drawing": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"></svg>',
    "JSON text": b'{"error": "expired"}',
    "a PNG picture": b"\x89PNG\r\n\x1a\n" + bytes(40),
    "a RIFF file": b"RIFF\0\0\0\0AVI LIST",
    "of no kind known here": bytes(range(200, 256)) * 4,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", NOT_CLIPS)
def test_what_is_not_a_clip_is_refused_by_name_whatever_it_is_called(tmp_path, reader, name):
    path = tmp_path / "clip.mp4"
    path.write_bytes(NOT_CLIPS[name])
    with pytest.raises(BadInput, match=name) as refusal:
        reader(path)
    assert str(path) in str(refusal.value)
    assert "\n  →" in str(refusal.value)


def test_a_file_of_no_bytes_a_folder_a_pipe_and_nothing_at_all_are_refused(tmp_path):
    (tmp_path / "empty.mp4").touch()
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "folder.mp4").mkdir()
    for name, reason in (
        ("empty", "the file is empty"),
        ("pipe", "not a regular file"),
        ("folder", "not a regular file"),
        ("nothing", "no such file"),
    ):
        with pytest.raises(BadInput, match=reason):
            probe(tmp_path / f"{name}.mp4")


def test_sound_without_a_picture_is_refused(clips):
    out = clips.folder / "sound.mp4"
    clips.ffmpeg.run(["-f", "lavfi", "-i", "sine=duration=1", "-y", str(out)], timeout_s=30)
    with pytest.raises(BadInput, match="no picture but sound"):
        probe(out)


def test_a_header_without_pictures_is_refused(clips):
    fragments = clips.remade("frag.mp4", "-movflags", "frag_keyframe+empty_moov+default_base_moof")
    bare = clips.patched("bare.mp4", lambda data: bytes(data[: data.find(b"moof") - 4]), fragments)
    for reader in READERS:
        with pytest.raises(BadInput, match=r"no pictures|not one picture|outside|cannot be read"):
            reader(bare)


def test_a_header_of_noise_is_refused_without_a_word_on_the_terminal(clips, capfd):
    rng = np.random.default_rng(5)

    def noise_in_the_index(data):
        start = data.find(b"stsd")
        data[start : start + 200] = rng.integers(0, 256, 200, dtype=np.uint8).tobytes()
        return bytes(data)

    for name, patch in (
        ("noise.mp4", lambda data: bytes(data[:40]) + rng.bytes(5000)),
        ("index.mp4", noise_in_the_index),
        ("head.mp4", lambda data: bytes(data[:24])),
    ):
        for reader in READERS:
            with pytest.raises(BadInput):
                reader(clips.patched(name, patch))
    assert capfd.readouterr() == ("", "")


def test_random_damage_ends_in_an_answer_or_a_refusal_never_in_a_traceback(clips):
    rng = np.random.default_rng(11)
    for round_ in range(25):

        def damage(data):
            for position in rng.integers(8, len(data), 12):
                data[position] = rng.integers(0, 256)
            return bytes(data)

        clip = clips.patched(f"hurt_{round_ % 2}.mp4", damage)
        for reader in (probe, last_frame):
            try:
                reader(clip)
            except BadInput:
                continue


@pytest.mark.parametrize(("width", "height"), [(8704, 32), (8, 64)])
def test_an_absurd_picture_size_is_refused(clips, width, height):
    out = clips.folder / f"size_{width}.mp4"
    source = f"color=size={width}x{height}:rate=24:duration=0.1"
    clips.ffmpeg.run(["-f", "lavfi", "-i", source, "-y", str(out)], timeout_s=60)
    with pytest.raises(BadInput, match=f"{width}x{height}"):
        probe(out)


def test_a_clip_of_ten_hours_is_refused(clips):
    long = clips.remade("long.mp4", "-vf", "select='lt(n,2)',setpts=N*36000/TB", "-fps_mode", "passthrough")
    with pytest.raises(BadInput, match="hours"):
        probe(long)


def test_a_clip_with_sound_tells_its_rate(clips):
    found = probe(clips.sound("tone.mp4", 5.0))
    assert (found.has_audio, found.audio_rate) == (True, 44100)
    assert found.seconds == pytest.approx(61 / 24, abs=1e-3)
    assert (found.width, found.height, found.container) == (320, 192, "mov")
    assert found.size == (clips.folder / "tone.mp4").stat().st_size


def test_a_silent_clip_says_so(clips):
    found = probe(clips.plain())
    assert (found.has_audio, found.audio_rate, found.vfr, found.notes) == (False, None, False, ())


@pytest.mark.parametrize("fps", ["24000/1001", "25", "30000/1001"])
def test_matroska_milliseconds_are_a_steady_exact_rate(clips, fps):
    name = f"rate_{fps.replace('/', '-')}.mkv"
    found = probe(clips.remade(name, "-c", "copy", source=clips.plain(fps=fps)))
    assert (str(found.fps), found.vfr, found.container) == (fps, False, "matroska")


def test_a_dropped_picture_makes_the_rate_variable(clips):
    keep = clips.remade("gap.mp4", "-vf", "select='not(eq(n,30))'", "-fps_mode", "passthrough")
    found = probe(keep)
    assert (found.frames, found.vfr) == (60, True)
    assert found.seconds == pytest.approx(61 / 24, abs=1e-3)


def test_stretched_pixels_and_missing_tags_are_noted(clips):
    wide = clips.remade("wide.mp4", "-vf", "setsar=4/3,setparams=colorspace=unknown")
    found = probe(wide)
    assert any("not square" in note for note in found.notes)
    assert (found.matrix, found.matrix_assumed) == ("bt601", True)


def test_a_name_with_a_dash_and_a_colon_is_only_a_name(clips, tmp_path, monkeypatch):
    shutil.copy(clips.plain(), tmp_path / "-x:y%20z.mp4")
    monkeypatch.chdir(tmp_path)
    assert probe((tmp_path / "-x:y%20z.mp4").relative_to(tmp_path)).frames == 61
