"""The exact picture, whatever the container does. Every picture of these clips carries its number."""

from __future__ import annotations

import av
import numpy as np
import pytest

from core.base.errors import BadInput
from core.media.frames import first_frame, frame_at, iter_luma, last_frame, sharpest_frame
from core.media.probe import probe
from core.media.sharpness import sharpness

LAST = 60


def garbage_in_the_last_packet(source):
    def patch(data):
        with av.open(str(source)) as clip:
            end = max((p for p in clip.demux(video=0) if p.size), key=lambda p: p.pos)
            start, size = end.pos, end.size
        noise = np.random.default_rng(0).integers(0, 256, size - 4, dtype=np.uint8)
        data[start + 4 : start + size] = noise.tobytes()
        return bytes(data)

    return patch


def test_the_last_frame_is_exact_with_b_frames(clips, number):
    clip = clips.plain()
    assert number(last_frame(clip).pixels) == LAST
    assert last_frame(clip).pts == pytest.approx(LAST / 24, abs=1e-3)
    assert last_frame(clip).notes == ()


@pytest.mark.parametrize("longer", [1.0, 4.0])
def test_the_last_frame_is_exact_when_audio_runs_longer(clips, number, longer):
    clip = clips.sound(f"longer_{longer}.mp4", 61 / 24 + longer)
    assert number(last_frame(clip).pixels) == LAST


@pytest.mark.parametrize("name", ["longer.mkv", "longer.mov"])
def test_the_last_frame_is_exact_when_audio_runs_longer_in_other_containers(clips, number, name):
    clip = clips.sound(name, 7.0)
    assert number(last_frame(clip).pixels) == LAST


def test_the_last_frame_is_exact_when_audio_is_shorter(clips, number):
    assert number(last_frame(clips.sound("shorter.mp4", 0.8)).pixels) == LAST


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("open_gop.mp4", ("-x264-params", "open-gop=1:keyint=12:bframes=5:b-pyramid=normal")),
        ("one_gop.mp4", ("-x264-params", "keyint=infinite:bframes=16:b-adapt=0")),
        ("all_key.mp4", ("-g", "1")),
        ("fragments.mp4", ("-movflags", "frag_keyframe+empty_moov+default_base_moof")),
        ("copy.mkv", ("-c", "copy")),
        ("no_duration.mkv", ("-c", "copy", "-live", "1")),
        ("vp9.webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")),
        ("no_duration.webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-live", "1")),
        ("hevc10.mp4", ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le",
                        "-x265-params", "log-level=none")),
        ("lossless_rgb.mkv", ("-c:v", "libx264rgb", "-qp", "0", "-preset", "ultrafast")),
    ],
)  # fmt: skip
def test_first_last_and_count_are_exact_in_every_structure(clips, number, name, args):
    clip = clips.remade(name, *args)
    assert number(last_frame(clip).pixels) == LAST
    assert number(first_frame(clip).pixels) == 0
    assert number(frame_at(clip, 31 / 24).pixels) == 31
    assert probe(clip).frames == LAST + 1
    assert probe(clip).fps == 24


def test_an_edit_list_that_cuts_the_end_is_honoured(clips, number, cut_by_edit_list):
    clip = clips.patched("edit_end.mp4", cut_by_edit_list(2.0))
    assert number(last_frame(clip).pixels) == 47
    assert probe(clip).frames == 48
    assert probe(clip).seconds == pytest.approx(2.0, abs=0.01)
    assert sum(1 for _ in iter_luma(clip)) == 48


def test_an_edit_list_that_cuts_the_beginning_is_honoured(clips, number):
    clip = clips.remade("edit_start.mp4", "-c", "copy", before=("-ss", "1.0"))
    first = first_frame(clip)
    assert number(first.pixels) == 24
    assert first.pts == pytest.approx(0, abs=1e-3)
    assert number(frame_at(clip, 0.5).pixels) == 36
    assert number(last_frame(clip).pixels) == LAST
    assert probe(clip).frames == 37


def test_a_picture_held_for_seconds_is_still_the_last(clips, number):
    keep = "select='lt(n,30)+eq(n,60)',setpts='if(eq(N,30),N+48,N)/24/TB'"
    clip = clips.remade("hold.mp4", "-vf", keep, "-fps_mode", "passthrough")
    assert number(last_frame(clip).pixels) == 60
    assert number(frame_at(clip, 2.5).pixels) == 29
    found = probe(clip)
    assert (found.frames, found.vfr) == (31, True)


def test_a_truncated_file_gives_its_last_whole_picture_and_says_so(clips, number, picture):
    whole = clips.plain()
    clip = clips.patched("truncated.mp4", lambda data: bytes(data[: int(len(data) * 0.8)]))
    frame, found = last_frame(clip), probe(clip)
    assert 0 < number(frame.pixels) < LAST
    assert np.abs(frame.pixels.astype(int) - frame_at(whole, frame.pts).pixels).max() == 0
    assert found.frames == number(frame.pixels) + 1
    assert any("cut short" in note for note in found.notes)


def test_garbage_in_the_last_packet_costs_one_picture_and_says_so(clips, number):
    source = clips.remade("p_frames.mp4", "-bf", "0", "-c:v", "libx264")
    clip = clips.patched("garbage.mp4", garbage_in_the_last_packet(source), source)
    frame = last_frame(clip)
    assert number(frame.pixels) == LAST - 1
    assert any("damaged" in note for note in frame.notes)
    for wanted in (56, 59):
        assert number(frame_at(clip, wanted / 24).pixels) == wanted
    lost = frame_at(clip, LAST / 24)
    assert number(lost.pixels) == LAST - 1
    assert any("damaged" in note for note in lost.notes)


def test_good_pictures_behind_a_bad_one_are_not_lost_to_decoder_threads(clips, number):
    # The last packet of this clip is a B frame, 59: threads drop 58 and 60 with it, without an error.
    source = clips.plain()
    clip = clips.patched("garbage_b.mp4", garbage_in_the_last_packet(source), source)
    assert number(last_frame(clip).pixels) == LAST
    assert number(frame_at(clip, 58 / 24).pixels) == 58
    assert number(frame_at(clip, 60 / 24).pixels) == 60


def test_damage_in_the_middle_leaves_the_end_exact(clips, number):
    source = clips.remade("keyed.mp4", "-g", "12", "-c:v", "libx264")

    def patch(data):
        with av.open(str(source)) as clip:
            packets = [p for p in clip.demux(video=0) if p.size]
            start, size = packets[20].pos, packets[20].size
        data[start + 4 : start + size] = bytes(size - 4)
        return bytes(data)

    clip = clips.patched("middle.mp4", patch, source)
    assert number(last_frame(clip).pixels) == LAST
    assert number(frame_at(clip, 30 / 24).pixels) == 30
    assert frame_at(clip, 10 / 24).notes == ()


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_rotated_clip_is_shown_upright_as_ffmpeg_shows_it(clips, degrees):
    clip = clips.remade(f"turned_{degrees}.mp4", "-c", "copy", before=("-display_rotation", str(degrees)))
    # ffmpeg's own turn is the reference: raw pixels of every picture, of which the last is compared.
    raw = clips.remade(f"turned_{degrees}.rgb", "-f", "rawvideo", "-pix_fmt", "rgb24", source=clip)
    shown = raw.read_bytes()
    frame = last_frame(clip)
    expected = np.frombuffer(shown[-frame.pixels.size :], dtype=np.uint8).reshape(frame.pixels.shape)
    assert np.abs(frame.pixels.astype(int) - expected).mean() < 3
    found = probe(clip)
    assert (found.height, found.width) == frame.pixels.shape[:2]
    assert found.rotation == degrees
    assert next(iter_luma(clip)).shape == frame.pixels.shape[:2]


def test_frame_at_hits_every_picture_by_its_number(clips, number):
    clip = clips.plain(fps="24000/1001")
    for wanted in (0, 1, 29, 59, 60):
        assert number(frame_at(clip, wanted * 1001 / 24000).pixels) == wanted


def test_frame_at_survives_matroska_milliseconds(clips, number):
    clip = clips.remade("ms.mkv", "-c", "copy", source=clips.plain(fps="24000/1001"))
    for wanted in range(0, 61, 7):
        assert number(frame_at(clip, wanted * 1001 / 24000).pixels) == wanted


@pytest.mark.parametrize("seconds", [-0.1, 2.7, 1e9, float("nan")])
def test_a_time_outside_the_clip_is_refused(clips, seconds):
    with pytest.raises(BadInput):
        frame_at(clips.plain(), seconds)


def test_the_sharpest_picture_of_the_tail_is_found_with_its_time(clips, number):
    # Only picture 50 stays sharp in the last second; 10 is as sharp and too early.
    blurred = clips.remade("blur.mp4", "-vf", "boxblur=4:2:enable='not(eq(n,50)+eq(n,10))'", "-crf", "12")
    frame = sharpest_frame(blurred)
    assert frame.pts == pytest.approx(50 / 24, abs=1e-3)
    assert sharpness(list(iter_luma(blurred))[50]) > 1.2 * sharpness(list(iter_luma(blurred))[49])
    assert sharpest_frame(blurred, tail_s=0.2).pts > 50 / 24
    assert number(frame.pixels) == 50
    assert number(sharpest_frame(blurred, tail_s=99).pixels) in {10, 50}


def test_the_tail_reaches_over_a_key_frame(clips):
    blurred = clips.remade(
        "blur_keys.mp4", "-vf", "boxblur=4:2:enable='not(eq(n,40))'", "-crf", "12", "-g", "6"
    )
    assert sharpest_frame(blurred).pts == pytest.approx(40 / 24, abs=1e-3)


def test_a_clip_written_here_is_read_back_in_true_colours(clips, picture):
    seen = first_frame(clips.plain()).pixels.astype(int)
    assert np.abs(seen - picture(0)).mean() < 3


def flat(clips, name, *args):
    """Saturated patches, lossless, written with the given colour arguments."""
    source = ("-f", "lavfi", "-i", "color=0xE02010:size=1280x720:rate=24:duration=0.25,format=gbrp")
    out = clips.folder / name
    if not out.exists():
        clips.ffmpeg.run([*source, *args, "-c:v", "libx264", "-qp", "0", str(out)], timeout_s=60)
    return out


UNTAG = "setparams=colorspace=unknown:color_primaries=unknown:color_trc=unknown"
TAGS = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")


@pytest.mark.parametrize(
    ("name", "args", "assumed"),
    [
        ("tagged709.mp4", ("-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
                           *TAGS, "-color_range", "tv"), False),
        ("full709.mp4", ("-vf", "scale=out_color_matrix=bt709:out_range=pc,format=yuv420p",
                         *TAGS, "-color_range", "pc"), False),
        # Ten bits have no full-range format by name: the tag alone says it.
        ("full709_10.mp4", ("-vf", "scale=out_color_matrix=bt709:out_range=pc,format=yuv420p10le",
                            *TAGS, "-color_range", "pc"), False),
        ("tagged601.mp4", ("-vf", "scale=out_color_matrix=bt601:out_range=tv,format=yuv420p",
                           "-colorspace", "smpte170m", "-color_range", "tv"), False),
        ("untagged709.mp4", ("-vf", f"scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,{UNTAG}"),
         True),
    ],
)  # fmt: skip
def test_colours_are_read_as_tagged_and_assumed_709_when_not(clips, name, args, assumed):
    clip = flat(clips, name, *args)
    frame = last_frame(clip)
    assert np.abs(frame.pixels[300, 600].astype(int) - (0xE0, 0x20, 0x10)).max() <= 2
    assert any("assumed" in note for note in frame.notes) is assumed
    assert probe(clip).matrix_assumed is assumed
    assert probe(clip).range == ("pc" if "full" in name else "tv")


def test_luma_is_limited_range_whatever_the_clip_stores(clips):
    planes = [
        next(iter_luma(flat(clips, name, *args)))
        for name, args in (
            ("grey_tv.mp4", ("-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p")),
            ("grey_pc.mp4", ("-vf", "scale=out_color_matrix=bt709:out_range=pc,format=yuv420p",
                             "-color_range", "pc")),
            ("grey_10.mp4", ("-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p10le")),
        )
    ]  # fmt: skip
    # 16 + 219/255 * (0.2126*0xE0 + 0.7152*0x20 + 0.0722*0x10)
    for plane in planes:
        assert plane.shape == (720, 1280)
        assert abs(int(plane[300, 600]) - 77) <= 1


def test_luma_comes_once_a_picture_in_order(clips, number):
    planes = list(iter_luma(clips.plain()))
    assert [number(np.repeat(plane[..., None], 3, axis=2)) for plane in planes] == list(range(61))
