"""The door to ffmpeg: what it writes is whole and repeatable, what it starts is dead afterwards."""

from __future__ import annotations

import stat
import threading
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.base.errors import BadInput, DiskFull, ProviderFault
from core.media import ffmpeg as door
from core.media.ffmpeg import EncodeSpec, Ffmpeg, encode_args, encode_frames, find_ffmpeg, input_args
from core.media.frames import first_frame, iter_luma, last_frame
from core.media.probe import probe
from core.media.similarity import luma, ssim

SMALL = EncodeSpec(64, 48, Fraction(24), frames=5)


def pictures(count=5, width=64, height=48):
    rng = np.random.default_rng(7)
    return [rng.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(count)]


def fake(tmp_path, script):
    """A program in ffmpeg's place, so that a test can look at how it was treated."""
    path = tmp_path / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return Ffmpeg(path)


def is_gone(pid):
    """True once no such process runs; one that is dead and not yet buried runs no more."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def files(folder):
    return sorted(path.name for path in folder.iterdir())


# --- what is written


def test_the_same_pictures_give_the_same_bytes(tmp_path, ffmpeg):
    for name in ("a.mp4", "b.mp4"):
        encode_frames(ffmpeg, pictures(), SMALL, tmp_path / name)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert files(tmp_path) == ["a.mp4", "b.mp4"]


def test_a_clip_says_what_it_is_and_starts_at_once(tmp_path, ffmpeg):
    out = tmp_path / "new" / "clip.mp4"
    encode_frames(ffmpeg, (frame.tobytes() for frame in pictures()), SMALL, out)
    found, data = probe(out), out.read_bytes()
    assert (found.codec, found.pix_fmt, found.frames, found.fps) == ("h264", "yuv420p", 5, 24)
    assert (found.matrix, found.matrix_assumed, found.range) == ("bt709", False, "tv")
    assert data.find(b"moov") < data.find(b"mdat")
    # No version of the muxer and no time of creation: the bytes depend on the pictures.
    assert b"Lavf" not in data
    assert data[data.find(b"mvhd") + 8 :][:8] == bytes(8)
    with av.open(str(out)) as clip:
        context = clip.streams.video[0].codec_context
        assert (context.color_primaries, context.color_trc) == (1, 1)


@pytest.mark.parametrize("fps", ["24", "25", "24000/1001", "30000/1001", "60"])
def test_every_field_rate_is_exact_to_the_tick(tmp_path, ffmpeg, fps):
    out = tmp_path / "clip.mp4"
    encode_frames(ffmpeg, pictures(), EncodeSpec(64, 48, Fraction(fps), frames=5), out)
    assert probe(out).fps == Fraction(fps)
    with av.open(str(out)) as clip:
        times = sorted(packet.pts for packet in clip.demux(video=0) if packet.size)
        assert clip.streams.video[0].time_base == Fraction(1, 120_000)
    assert times == [int(n * 120_000 / Fraction(fps)) for n in range(5)]


def test_one_picture_is_a_clip(tmp_path, ffmpeg):
    encode_frames(ffmpeg, pictures(1), EncodeSpec(64, 48, Fraction(24), frames=1), tmp_path / "one.mp4")
    assert probe(tmp_path / "one.mp4").frames == 1


def test_progress_counts_the_pictures(tmp_path, ffmpeg):
    heard = []
    encode_frames(ffmpeg, pictures(), SMALL, tmp_path / "clip.mp4", heard.append)
    assert heard == [1, 2, 3, 4, 5]
    heard.clear()
    copy = [*input_args(tmp_path / "clip.mp4"), "-f", "null", "-"]
    ffmpeg.run(copy, timeout_s=30, progress=heard.append)
    assert heard[-1] == 5


def grainy_move(count=24, width=640, height=360):
    """Strong film grain over fine texture under a sub-pixel camera move."""
    rng = np.random.default_rng(3)
    rows, cols = np.mgrid[:height, :width].astype(np.float32)
    for number in range(count):
        x, y = cols + 0.63 * number, rows + 0.37 * number
        base = 120 + 45 * np.sin(x / 41 + y / 67) + 25 * np.sin(x * 1.9 + y * 0.3) * np.sin(y * 1.7)
        grain = rng.normal(0, 12, (height, width, 1))
        yield np.clip(base[..., None] + grain + (0, 8, -6), 0, 255).astype(np.uint8)


def seam(ffmpeg, folder, spec):
    """SSIM over the cut between two takes of which one ends and the other begins with one picture."""
    take = list(grainy_move())
    encode_frames(ffmpeg, take, spec, folder / "a.mp4")
    encode_frames(ffmpeg, take[::-1], spec, folder / "b.mp4")
    return ssim(list(iter_luma(folder / "a.mp4"))[-1], next(iter_luma(folder / "b.mp4")))


@pytest.mark.parametrize("frames", [24, None])
def test_a_seam_holds_through_strong_grain_and_a_moving_camera(tmp_path, ffmpeg, frames):
    assert seam(ffmpeg, tmp_path, EncodeSpec(640, 360, Fraction(24), frames=frames)) > 0.98


def test_the_seam_footage_is_hard_enough_to_break_a_plain_encode(tmp_path, ffmpeg):
    assert seam(ffmpeg, tmp_path, EncodeSpec(640, 360, Fraction(24), crf=18)) < 0.97


def test_a_hand_over_frame_begins_the_next_take_as_it_was(tmp_path, ffmpeg):
    spec = EncodeSpec(640, 360, Fraction(24), frames=24)
    take = list(grainy_move())
    encode_frames(ffmpeg, take, spec, tmp_path / "a.mp4")
    handed = last_frame(tmp_path / "a.mp4").pixels
    encode_frames(ffmpeg, [handed, *take[:23]], spec, tmp_path / "b.mp4")
    assert ssim(luma(handed), luma(first_frame(tmp_path / "b.mp4").pixels)) > 0.99


# --- what is refused, and what stays behind


@pytest.mark.parametrize(
    "bad",
    [
        lambda: pictures(4),
        lambda: pictures(6),
        list,
        lambda: [*pictures(4), np.zeros((48, 62, 3), np.uint8)],
        lambda: [*pictures(4), np.zeros((64, 48, 3), np.uint8)],
        lambda: [*pictures(4), b"short"],
    ],
)
def test_pictures_that_do_not_fit_leave_the_old_clip_and_no_part(tmp_path, ffmpeg, bad):
    out = tmp_path / "clip.mp4"
    out.write_bytes(b"the take before")
    with pytest.raises(BadInput, match=r"picture"):
        encode_frames(ffmpeg, bad(), SMALL, out)
    assert files(tmp_path) == ["clip.mp4"]
    assert out.read_bytes() == b"the take before"


@pytest.mark.parametrize(("width", "height", "fps"), [(63, 48, 24), (64, 49, 24), (8, 8, 24), (64, 48, 0)])
def test_a_size_or_rate_that_cannot_be_written_is_refused(width, height, fps):
    with pytest.raises(BadInput):
        EncodeSpec(width, height, Fraction(fps))


def test_a_failure_tells_ffmpegs_reason(tmp_path, ffmpeg):
    with pytest.raises(ProviderFault, match="No such filter"):
        ffmpeg.run(["-f", "lavfi", "-i", "nosuchsource", "-f", "null", "-"], timeout_s=30)


def test_an_encoder_that_dies_early_is_a_fault_and_leaves_no_part(tmp_path):
    broken = fake(tmp_path, 'for last; do :; done; touch "${last#file:}"; echo "boom" >&2; exit 3')
    with pytest.raises(ProviderFault, match="boom"):
        encode_frames(broken, pictures(), SMALL, tmp_path / "clip.mp4")
    assert files(tmp_path) == ["ffmpeg"]


def test_a_full_disk_is_said_as_such(tmp_path):
    full = fake(tmp_path, 'echo "av_interleaved_write_frame(): No space left on device" >&2; exit 1')
    with pytest.raises(DiskFull):
        full.run([], timeout_s=30)


def test_a_really_full_disk_is_said_as_such(tmp_path, ffmpeg):
    with pytest.raises(DiskFull):
        ffmpeg.run(
            ["-f", "lavfi", "-i", "testsrc=duration=1", "-f", "rawvideo", "-y", "/dev/full"], timeout_s=30
        )


def test_a_flood_of_words_is_bounded_and_cleaned(tmp_path):
    loud = fake(
        tmp_path,
        "head -c 3000000 /dev/zero | tr '\\0' 'x' >&2\n"
        "printf '\\033]0;owned\\007\\033[2J the end' >&2; exit 1",
    )
    with pytest.raises(ProviderFault) as fault:
        loud.run([], timeout_s=60)
    assert "the end" in str(fault.value)
    assert "\x1b" not in str(fault.value)
    assert "owned" not in str(fault.value)
    assert len(str(fault.value)) < 2000


def test_a_missing_binary_is_a_fault_not_a_traceback(tmp_path):
    with pytest.raises(ProviderFault, match="could not be started"):
        Ffmpeg(tmp_path / "nowhere").run([], timeout_s=1)


# --- how a child is treated


def test_a_child_that_hangs_is_killed_with_its_children(tmp_path):
    hangs = fake(tmp_path, f"sleep 300 & echo $! > {tmp_path}/grandchild; echo $$ > {tmp_path}/child; wait")
    with pytest.raises(ProviderFault, match="stopped after"):
        hangs.run([], timeout_s=0.7)
    assert is_gone(int((tmp_path / "child").read_text()))
    assert is_gone(int((tmp_path / "grandchild").read_text()))


def test_a_child_that_reads_nothing_cannot_hold_the_writer(tmp_path):
    deaf = fake(tmp_path, f"echo $$ > {tmp_path}/child; sleep 300")
    with pytest.raises(ProviderFault, match="stopped after"):
        deaf.run([], timeout_s=0.7, frames=[bytes(10_000_000)])
    assert is_gone(int((tmp_path / "child").read_text()))


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_an_exception_while_drawing_kills_the_child(tmp_path, stop):
    waits = fake(tmp_path, f"echo $$ > {tmp_path}/child; cat > /dev/null; sleep 300")

    def drawn():
        yield bytes(100)
        while not (tmp_path / "child").exists():
            time.sleep(0.01)
        raise stop

    with pytest.raises(stop):
        waits.run([], timeout_s=60, frames=drawn())
    assert is_gone(int((tmp_path / "child").read_text()))


def test_an_exception_in_the_progress_call_stops_the_run(tmp_path, ffmpeg):
    def stop(_frame):
        raise InterruptedError

    endless = ["-re", "-f", "lavfi", "-i", "testsrc=rate=24", "-f", "null", "-"]
    with pytest.raises(InterruptedError):
        ffmpeg.run(endless, timeout_s=60, progress=stop)


def test_no_thread_and_no_pipe_stay_behind(tmp_path, ffmpeg):
    encode_frames(ffmpeg, pictures(), SMALL, tmp_path / "warm.mp4")
    before = (threading.active_count(), len(list(Path("/proc/self/fd").iterdir())))
    for _ in range(3):
        encode_frames(ffmpeg, pictures(), SMALL, tmp_path / "clip.mp4")
        with pytest.raises(ProviderFault):
            ffmpeg.run(["-i", "nowhere"], timeout_s=30)
    assert (threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))) == before


def test_no_key_reaches_the_child(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-canary")
    fake(tmp_path, f"env > {tmp_path}/seen").run([], timeout_s=30)
    seen = (tmp_path / "seen").read_text()
    assert "canary" not in seen
    assert "PATH=" in seen


def test_a_child_runs_in_its_own_group_under_limits(tmp_path):
    script = f"sleep 0.5; ps -o pgid= -p $$ > {tmp_path}/group; (ulimit -f; ulimit -t) > {tmp_path}/limits"
    script += f"; echo $$ > {tmp_path}/child"
    fake(tmp_path, script).run([], timeout_s=30)
    assert (tmp_path / "group").read_text().strip() == (tmp_path / "child").read_text().strip()
    assert "unlimited" not in (tmp_path / "limits").read_text()


def test_a_child_cannot_read_the_keyboard(tmp_path):
    fake(tmp_path, f'cat > {tmp_path}/typed; echo "$*" > {tmp_path}/args').run(["-x"], timeout_s=30)
    assert (tmp_path / "typed").read_bytes() == b""
    assert (tmp_path / "args").read_text().split() == ["-hide_banner", "-v", "error", "-nostdin", "-x"]


# --- which ffmpeg


def test_the_pinned_binary_is_found_and_nothing_else(monkeypatch, tmp_path):
    pinned = find_ffmpeg()
    assert "imageio_ffmpeg" in str(pinned)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/usr/bin/true")
    assert find_ffmpeg() == pinned
    monkeypatch.setattr("core.media.ffmpeg.imageio_ffmpeg.__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(BadInput, match="was not found"):
        find_ffmpeg()


def test_a_named_ffmpeg_is_tried_before_it_is_believed(tmp_path):
    pinned = find_ffmpeg()
    assert find_ffmpeg(str(pinned)) == pinned
    with pytest.raises(BadInput, match="no ffmpeg here"):
        find_ffmpeg(str(tmp_path / "nowhere"))
    with pytest.raises(BadInput, match="no ffmpeg here"):
        find_ffmpeg(str(tmp_path))
    with pytest.raises(BadInput, match="not ffmpeg"):
        find_ffmpeg(str(fake(tmp_path, "echo hello").binary))
    (tmp_path / "plain").write_text("not a program")
    with pytest.raises(BadInput, match="does not run"):
        find_ffmpeg(str(tmp_path / "plain"))


# --- arguments


def test_an_input_is_opened_by_the_demuxer_its_bytes_name(tmp_path):
    odd = tmp_path / "-i:x.mp4"
    odd.write_bytes(b"\0\0\0\x18ftypisom")
    assert input_args(odd) == ["-protocol_whitelist", "file", "-f", "mov", "-i", f"file:{odd}"]
    (tmp_path / "a.mp4").write_bytes(b"\x1a\x45\xdf\xa3....")
    assert input_args(tmp_path / "a.mp4")[3] == "matroska"
    (tmp_path / "list.mp4").write_bytes(b"ffconcat version 1.0\nfile /etc/passwd\n")
    with pytest.raises(BadInput, match="ffconcat"):
        input_args(tmp_path / "list.mp4")


def test_encode_arguments_pin_both_ends_only_where_the_count_is_known(tmp_path):
    known = encode_args(SMALL, tmp_path / "x.mp4")
    assert known[known.index("-x264-params") + 1] == "zones=0,0,q=10/4,4,q=10"
    assert known[known.index("-crf") + 1] == "18"
    open_end = encode_args(EncodeSpec(64, 48, Fraction(24)), tmp_path / "x.mp4")
    assert "-x264-params" not in open_end
    assert open_end[open_end.index("-crf") + 1] == "10"
    named = encode_args(EncodeSpec(64, 48, Fraction(24), crf=23, preset="medium"), tmp_path / "x.mp4")
    assert (named[named.index("-crf") + 1], named[named.index("-preset") + 1]) == ("23", "medium")


def test_the_door_offers_what_others_build_on():
    assert {"EncodeSpec", "Ffmpeg", "encode_args", "encode_frames", "find_ffmpeg"} <= set(door.__all__)
