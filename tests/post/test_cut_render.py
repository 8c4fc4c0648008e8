"""Real clips, really joined: every picture of the film is read back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from core.base.errors import BadInput, ProviderFault, RushesError
from core.base.paths import sha256_file
from core.media.arguments import input_args
from core.media.lettering import SlateText
from core.media.probe import probe
from core.post import manifest, naming
from core.post.pieces import CutStopped
from core.post.render import Rendered, render, review_copy
from core.post.segments import Cut, CutShot, plan_cut

if TYPE_CHECKING:
    from core.media.ffmpeg import Ffmpeg

Numbers = Callable[..., list[int]]


def cut_of(shots: list[CutShot], *, fps: str = "24", rough: bool = False) -> Cut:
    return plan_cut(shots, width=160, height=96, fps=Fraction(fps), rough=rough)


def made(ffmpeg: Ffmpeg, root: Path, cut: Cut, title: str = "A Film", **more: Any) -> Rendered:
    return render(ffmpeg, cut, out_dir=root / "cuts", cache=root / "cache", title=title, **more)


def leftovers(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if ".part" in path.name]


def chain(maker: Any) -> list[CutShot]:
    """Three takes of 12 pictures; each begins with the picture the one before ended with."""
    starts = (0, 11, 22)
    clips = [maker.clip(f"c{start}", start, 12) for start in starts]
    return [maker.shot(number, clip) for number, clip in enumerate(clips, 1)]


def test_hard_cuts_show_every_picture_once(
    ffmpeg: Ffmpeg, maker: Any, tmp_path: Path, read_numbers: Numbers
) -> None:
    film = made(ffmpeg, tmp_path, cut_of(chain(maker)))
    assert read_numbers(film.path) == list(range(34))
    facts = probe(film.path)
    assert (facts.frames, facts.fps, facts.vfr, facts.has_audio) == (34, 24, False, False)
    assert (facts.matrix, facts.matrix_assumed, facts.range) == ("bt709", False, "tv")
    assert not leftovers(tmp_path)


def test_a_take_from_elsewhere_keeps_its_first_picture(
    ffmpeg: Ffmpeg, maker: Any, tmp_path: Path, read_numbers: Numbers
) -> None:
    one, two, three = chain(maker)
    retaken = maker.shot(2, two.clip, source_take=77)
    film = made(ffmpeg, tmp_path, cut_of([one, retaken, three]))
    assert read_numbers(film.path) == [*range(12), *range(11, 23), *range(23, 34)]


def test_mixed_sizes_rates_and_sound_become_one_steady_film(
    ffmpeg: Ffmpeg, maker: Any, tmp_path: Path, read_numbers: Numbers, decode: Any
) -> None:
    tall = maker.clip("tall", 300, 10, size=(48, 96))
    fast = maker.with_tone(maker.clip("fast", 100, 30, fps="30", size=(320, 192)), 1.4, channels=2)
    shots = [
        maker.shot(1, maker.clip("plain", 0, 12)),
        maker.shot(2, fast, seam="text", source_take=None),
        maker.shot(3, tall, seam="board", source_take=None),
    ]
    film = made(ffmpeg, tmp_path, cut_of(shots))
    facts = probe(film.path)
    assert (facts.frames, facts.fps, facts.vfr, facts.audio_rate) == (12 + 24 + 10, 24, False, 48000)
    numbers = read_numbers(film.path)
    assert numbers[:12] == list(range(12))
    assert numbers[12] == 100
    assert numbers[12:36] == sorted(set(numbers[12:36]))
    pictures = decode(film.path)[36:]
    assert read_numbers(film.path, 56, 104)[36:] == list(range(300, 310)), "in the middle, not stretched"
    assert max(picture[:, :54].max() for picture in pictures) < 20, "black beside it"


def test_sound_lies_under_its_own_pictures(ffmpeg: Ffmpeg, maker: Any, tmp_path: Path) -> None:
    loud = maker.with_tone(maker.clip("loud", 0, 24), 3.0)
    quiet = maker.clip("quiet", 50, 24)
    shots = [
        maker.shot(1, quiet),
        maker.shot(2, loud, seam="text", source_take=None),
        maker.shot(3, quiet, seam="text", source_take=None),
    ]
    film = made(ffmpeg, tmp_path, cut_of(shots))
    with av.open(str(film.path)) as opened:
        blocks = [frame.to_ndarray()[0] for frame in opened.decode(audio=0)]
    level = np.abs(np.concatenate(blocks))
    second = [level[int((n + 0.1) * 48000) : int((n + 0.9) * 48000)].mean() for n in range(3)]
    assert second[1] > 0.02
    assert max(second[0], second[2]) < second[1] / 100
    assert abs(len(level) / 48000 - 3.0) < 0.05


def test_sound_loses_what_its_dropped_picture_had(ffmpeg: Ffmpeg, maker: Any, tmp_path: Path) -> None:
    clip, late = maker.clip("late", 0, 24), maker.folder / "late_tone.mp4"
    beep = ("-f", "lavfi", "-t", "1", "-i", r"aevalsrc=gt(t\,0.5)*sin(2764*t):s=48000")
    ffmpeg.run(
        [*input_args(clip), *beep, "-map", "0:v", "-map", "1:a", "-c:v", "copy", str(late)], timeout_s=60
    )
    film = made(ffmpeg, tmp_path, cut_of([maker.shot(1, clip), maker.shot(2, late)]))
    with av.open(str(film.path)) as opened:
        level = np.abs(np.concatenate([frame.to_ndarray()[0] for frame in opened.decode(audio=0)]))
    onset = int(np.argmax(level > 0.3)) / 48000
    assert onset == pytest.approx(1.5 - 1 / 24, abs=0.012)


def test_an_odd_rate_stays_exact_over_many_pieces(
    ffmpeg: Ffmpeg, maker: Any, tmp_path: Path, read_numbers: Numbers
) -> None:
    clip = maker.with_tone(maker.clip("odd", 40, 5, fps="24000/1001"), 1)
    shots = [maker.shot(n, clip, seam="text", source_take=None) for n in range(1, 41)]
    film = made(ffmpeg, tmp_path, cut_of(shots, fps="24000/1001"))
    facts = probe(film.path)
    assert (facts.frames, facts.fps, facts.vfr) == (200, Fraction(24000, 1001), False)
    assert facts.seconds == pytest.approx(float(200 * Fraction(1001, 24000)), abs=2e-5)
    assert read_numbers(film.path) == [40, 41, 42, 43, 44] * 40


def test_a_second_cut_takes_the_next_number_and_reuses_every_piece(
    ffmpeg: Ffmpeg, maker: Any, tmp_path: Path
) -> None:
    shots = chain(maker)
    first = made(ffmpeg, tmp_path, cut_of(shots))
    before = {path: (path.stat().st_mtime_ns, sha256_file(path)) for path in (tmp_path / "cache").iterdir()}
    second = made(ffmpeg, tmp_path, cut_of(shots))
    after = {path: (path.stat().st_mtime_ns, sha256_file(path)) for path in (tmp_path / "cache").iterdir()}
    assert [first.path.name, second.path.name] == ["A_Film_v001.mp4", "A_Film_v002.mp4"]
    assert before == after
    assert len(before) == 3
    assert sha256_file(first.path) == sha256_file(second.path)


def test_a_replaced_take_costs_its_own_piece_only(ffmpeg: Ffmpeg, maker: Any, tmp_path: Path) -> None:
    one, two, three = chain(maker)
    made(ffmpeg, tmp_path, cut_of([one, two, three]))
    kept = set((tmp_path / "cache").iterdir())
    other = maker.shot(2, maker.clip("again", 11, 12, fps="24", size=(320, 192)))
    made(ffmpeg, tmp_path, cut_of([one, other, three]))
    assert len(set((tmp_path / "cache").iterdir()) - kept) == 1


def test_a_stopped_render_leaves_no_film_and_goes_on_where_it_was(
    ffmpeg: Ffmpeg, maker: Any, tmp_path: Path, read_numbers: Numbers
) -> None:
    told: list[tuple[int, int, str]] = []
    with pytest.raises(CutStopped):
        made(
            ffmpeg,
            tmp_path,
            cut_of(chain(maker)),
            progress=lambda *what: told.append(what),
            stop=lambda: any(text.startswith("S003") for _, _, text in told),
        )
    assert not list((tmp_path / "cuts").iterdir())
    assert not leftovers(tmp_path)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").iterdir()}
    assert len(kept) == 2
    told.clear()
    film = made(ffmpeg, tmp_path, cut_of(chain(maker)), progress=lambda *what: told.append(what))
    assert read_numbers(film.path) == list(range(34))
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())
    assert told[-1] == (34, 34, "joining")
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)


_KILLED = """
import sys, os, signal
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
from fractions import Fraction
from conftest import Ffmpeg, Maker, find_ffmpeg
from core.post.render import render
from core.post.segments import plan_cut
root, ffmpeg = Path(sys.argv[3]), Ffmpeg(find_ffmpeg())
maker = Maker(root / "takes", ffmpeg)
shots = [maker.shot(n, root / "takes" / f"c{start}.mp4") for n, start in enumerate((0, 11, 22), 1)]
def told(done, total, text):
    if text.startswith("S003") and done > 23:
        os.kill(os.getpid(), signal.SIGKILL)
cut = plan_cut(shots, width=160, height=96, fps=Fraction(24))
render(ffmpeg, cut, out_dir=root / "cuts", cache=root / "cache", title="A Film", progress=told)
"""


def test_a_killed_render_leaves_no_film_and_the_next_one_reuses_what_was_done(
    ffmpeg: Ffmpeg, maker: Any, tmp_path: Path, read_numbers: Numbers
) -> None:
    shots = chain(maker)
    here = Path(__file__).parent
    paths = (str(here), str(here.parents[1]), str(tmp_path))
    killed = subprocess.run([sys.executable, "-c", _KILLED, *paths], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert not [path for path in (tmp_path / "cuts").iterdir() if path.suffix in (".mp4", ".otio")]
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").glob("*.mov")}
    assert len([path for path in kept if not path.name.startswith(".")]) == 2
    for left in leftovers(tmp_path):
        os.utime(left, (0, 0))  # as it will be ten minutes later
    film = made(ffmpeg, tmp_path, cut_of(shots))
    assert film.path.name == "A_Film_v001.mp4"
    assert read_numbers(film.path) == list(range(34))
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())
    assert not leftovers(tmp_path)


def test_a_damaged_piece_in_the_cache_is_made_again(
    ffmpeg: Ffmpeg, maker: Any, tmp_path: Path, read_numbers: Numbers
) -> None:
    made(ffmpeg, tmp_path, cut_of(chain(maker)))
    pieces = sorted((tmp_path / "cache").iterdir(), key=lambda piece: probe(piece).frames)
    assert [probe(piece).frames for piece in pieces] == [11, 11, 12]
    pieces[0].write_bytes(pieces[2].read_bytes())  # whole, and too long
    pieces[1].write_bytes(b"not a clip")
    pieces[2].write_bytes(pieces[2].read_bytes()[:900])
    film = made(ffmpeg, tmp_path, cut_of(chain(maker)))
    assert read_numbers(film.path) == list(range(34))


def test_a_piece_of_another_kind_in_the_cache_is_never_copied_into_a_film(
    ffmpeg: Ffmpeg, maker: Any, tmp_path: Path
) -> None:
    made(ffmpeg, tmp_path, cut_of(chain(maker)))
    piece = sorted((tmp_path / "cache").iterdir())[0]
    count = probe(piece).frames
    piece.write_bytes(maker.clip("alien", 0, count, fps="25", size=(320, 192)).read_bytes())
    with pytest.raises(ProviderFault, match="encoded differently"):
        made(ffmpeg, tmp_path, cut_of(chain(maker)))
    assert len(list((tmp_path / "cuts").glob("*.mp4"))) == 1


def test_missing_and_changed_clips_are_named_all_at_once(ffmpeg: Ffmpeg, maker: Any, tmp_path: Path) -> None:
    shots = chain(maker)
    shots[0].clip.unlink()
    shots[2].clip.unlink()
    shots[1].clip.write_bytes(b"other bytes")
    with pytest.raises(BadInput) as caught:
        made(ffmpeg, tmp_path, cut_of(shots))
    for name in ("S001 take 1", "S003 take 1", "S002 take 1"):
        assert name in str(caught.value)
    assert not (tmp_path / "cuts").exists()


def test_a_full_disk_leaves_no_half_film(
    ffmpeg: Ffmpeg, maker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shots = chain(maker)
    made(ffmpeg, tmp_path, cut_of(shots))
    monkeypatch.setattr("core.media.ffmpeg.MAX_FILE_BYTES", 4096)
    with pytest.raises(RushesError, match="disk is full"):
        made(ffmpeg, tmp_path, cut_of(shots, rough=True))
    assert sorted(path.name for path in (tmp_path / "cuts").iterdir()) == [
        "A_Film_v001.mp4",
        "A_Film_v001.otio",
    ]
    assert not leftovers(tmp_path)


def test_a_number_taken_meanwhile_is_not_written_over(
    ffmpeg: Ffmpeg, maker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = naming.next_version, []

    def late(folder: Path, stem: str) -> int:
        asked.append(real(folder, stem))
        if len(asked) == 1:
            (folder / f"{stem}_v001.mp4").write_bytes(b"somebody was first")
        return asked[-1]

    monkeypatch.setattr("core.post.render.next_version", late)
    film = made(ffmpeg, tmp_path, cut_of(chain(maker)))
    assert film.path.name == "A_Film_v002.mp4"
    assert (tmp_path / "cuts" / "A_Film_v001.mp4").read_bytes() == b"somebody was first"
    assert manifest.read(film.manifest).film == film.path.name
    assert not leftovers(tmp_path)


def test_the_manifest_says_what_the_film_shows(ffmpeg: Ffmpeg, maker: Any, tmp_path: Path) -> None:
    shots = chain(maker)
    film = made(ffmpeg, tmp_path, cut_of(shots), "Łódź / at night")
    told = manifest.read(film.manifest)
    assert (told.title, told.film, told.version) == ("Łódź / at night", film.path.name, 1)
    assert told.frames == film.frames == probe(film.path).frames
    assert not told.rough
    assert [(entry.first, entry.frames) for entry in told.entries] == [(0, 12), (1, 11), (1, 11)]
    assert [entry.media for entry in told.entries] == [shot.clip for shot in shots]
    assert [entry.sha for entry in told.entries] == [shot.sha for shot in shots]
    assert [entry.seam for entry in told.entries] == ["last"] * 3
    assert str(tmp_path) not in film.manifest.read_text("utf-8"), "the film folder may be moved"


def test_a_rough_cut_says_so_and_carries_its_burn_in(
    ffmpeg: Ffmpeg, maker: Any, tmp_path: Path, read_numbers: Numbers, decode: Any
) -> None:
    shots = chain(maker)
    shots[1] = maker.shot(2, shots[1].clip, circled=False)
    clean = made(ffmpeg, tmp_path, cut_of(shots))
    rough = made(ffmpeg, tmp_path, cut_of(shots, rough=True))
    assert read_numbers(rough.path) == list(range(34))
    told = manifest.read(rough.manifest)
    assert told.rough
    assert [entry.circled for entry in told.entries] == [True, False, True]
    shown, plain = decode(rough.path), decode(clean.path)
    foot = [np.abs(a[-10:].astype(int) - b[-10:]).mean() for a, b in zip(shown, plain, strict=True)]
    head = [np.abs(a[:70].astype(int) - b[:70]).mean() for a, b in zip(shown, plain, strict=True)]
    assert min(foot) > 8
    assert max(head) < 3


def test_the_timecode_runs_through_the_whole_rough_cut(
    ffmpeg: Ffmpeg, maker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    from core.post import burn

    real = burn.overlay

    def listening(width: int, height: int, text: SlateText) -> Any:
        seen.append(f"{text.shot} {text.take} {text.timecode}")
        return real(width, height, text)

    monkeypatch.setattr(burn, "overlay", listening)
    made(ffmpeg, tmp_path, cut_of(chain(maker), rough=True))
    assert "S001 t01 00:00:00:11" in seen
    assert "S002 t01 00:00:00:12" in seen
    assert "S003 t01 00:00:01:09" in seen
    assert "S003 t01 00:00:01:10" not in seen


def test_a_review_copy_keeps_pictures_rate_and_sound(
    ffmpeg: Ffmpeg, maker: Any, tmp_path: Path, read_numbers: Numbers
) -> None:
    clip = maker.with_tone(maker.clip("look", 500, 20, fps="25"), 0.8)
    out = review_copy(ffmpeg, clip, SlateText("S001", "t03", film="A Film"), tmp_path / "review" / "a.mp4")
    facts = probe(out)
    assert (facts.frames, facts.fps, facts.has_audio) == (20, 25, True)
    assert read_numbers(out) == list(range(500, 520))
    assert [path.name for path in out.parent.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize("text", ["", "{}", "[1, 2]", '{"OTIO_SCHEMA": "Timeline.1"}', "\x00"])
def test_a_foreign_manifest_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.otio"
    path.write_text(text)
    with pytest.raises(BadInput, match="not a manifest"):
        manifest.read(path)
