"""What a cut is made of, and what ffmpeg is told: pure."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput
from core.post.graph import Footage, Frame, Leg, concat_list, encoder, filters, fit, lasts, samples_at
from core.post.naming import next_version, slug
from core.post.segments import CutShot, leg_of, plan_cut

F24 = Fraction(24)


def footage(**more: Any) -> Footage:
    fields: dict[str, Any] = {"width": 1280, "height": 720, "frames": 48, "fps": F24, "seconds": 2.0}
    return Footage(**{**fields, **more})


def shot(number: int, **more: Any) -> CutShot:
    fields: dict[str, Any] = {
        "shot": f"S{number}",
        "chain": "a",
        "take": 1,
        "take_id": number,
        "clip": Path(f"S{number}_t001.mp4"),
        "sha": "0" * 64,
        "footage": footage(),
        "seam": "last",
        "source_take": number - 1 or None,
    }
    return CutShot(**{**fields, **more})


def firsts(*shots: CutShot) -> list[int]:
    return [piece.first for piece in plan_cut(shots, width=1280, height=720, fps=F24).pieces]


def test_the_doubled_picture_is_dropped_where_a_take_began_from_the_one_before_it() -> None:
    assert firsts(shot(1), shot(2), shot(3)) == [0, 1, 1]


def test_a_take_that_began_from_another_take_keeps_its_first_picture() -> None:
    assert firsts(shot(1), shot(2, source_take=99), shot(3, source_take=None)) == [0, 0, 0]


def test_the_take_before_counts_only_if_it_stands_directly_before_in_this_cut() -> None:
    assert firsts(shot(1), shot(3, source_take=1)) == [0, 1]
    assert firsts(shot(1), shot(2, source_take=None), shot(3, source_take=1)) == [0, 0, 0]


@pytest.mark.parametrize(
    ("seam", "joins_end", "dropped"),
    [
        ("native", True, 1),
        ("bridge", True, 1),
        ("anchor", True, 1),
        ("anchor", False, 0),
        ("keyframe", True, 0),
        ("board", True, 0),
        ("text", True, 0),
    ],
)
def test_only_a_seam_that_shows_the_very_frame_again_is_shortened(
    seam: str, joins_end: bool, dropped: int
) -> None:
    assert firsts(shot(1), shot(2, seam=seam, joins_end=joins_end)) == [0, dropped]


def test_a_take_of_one_picture_is_not_cut_to_nothing() -> None:
    assert firsts(shot(1), shot(2, footage=footage(frames=1, seconds=1 / 24))) == [0, 0]


def test_a_slower_clip_loses_its_whole_first_picture() -> None:
    slow = footage(frames=24, fps=Fraction(12))
    (_, piece) = plan_cut([shot(1), shot(2, footage=slow)], width=1280, height=720, fps=F24).pieces
    assert (piece.whole, piece.first, piece.frames) == (48, 2, 46)


def test_pieces_stand_end_to_end_and_the_cut_knows_its_length() -> None:
    cut = plan_cut([shot(1), shot(2), shot(3)], width=1280, height=720, fps=F24)
    assert [piece.at for piece in cut.pieces] == [0, 48, 95]
    assert cut.frames == 142
    assert cut.seconds == pytest.approx(142 / 24)


def test_an_empty_cut_is_refused_with_what_to_do() -> None:
    with pytest.raises(BadInput, match="no take to cut"):
        plan_cut([], width=1280, height=720, fps=F24)


def test_sound_is_counted_from_the_start_of_the_film_so_that_no_rounding_adds_up() -> None:
    ntsc = Fraction(30000, 1001)
    loud = footage(frames=7, fps=ntsc, has_audio=True)
    cut = plan_cut(
        [shot(n, footage=loud, source_take=None) for n in range(1, 301)], width=1280, height=720, fps=ntsc
    )
    taken = [leg.sound[1] for piece in cut.pieces if (leg := leg_of(cut, piece, None)).sound]
    assert len(set(taken)) > 1, "1601.6 samples a picture cannot be the same whole number in every piece"
    assert sum(taken) == samples_at(2100, ntsc) == 3363360


def test_one_loud_clip_gives_every_piece_a_sound_track() -> None:
    cut = plan_cut([shot(1), shot(2, footage=footage(has_audio=True))], width=1280, height=720, fps=F24)
    graphs = [filters(leg_of(cut, piece, None)) for piece in cut.pieces]
    assert "anullsrc" in graphs[0]
    assert "[0:a:0]" in graphs[1]
    silent = plan_cut([shot(1), shot(2)], width=1280, height=720, fps=F24)
    assert "[a]" not in filters(leg_of(silent, silent.pieces[0], None))


def test_a_clip_of_another_shape_is_padded_and_never_stretched() -> None:
    film = Frame(1280, 720, F24)
    tall = fit(footage(width=720, height=1280), film)
    assert (tall.height, tall.y) == (720, 0)
    assert abs(tall.width - 405) <= 1
    assert tall.x == pytest.approx((1280 - tall.width) / 2, abs=2)
    wide = fit(footage(width=2048, height=858), film)
    assert (wide.width, wide.x) == (1280, 0)
    assert abs(wide.height - 536) <= 1
    squeezed = fit(footage(width=960, height=720, sar=Fraction(4, 3)), film)
    assert (squeezed.width, squeezed.height) == (1280, 720)
    for box in (tall, wide, squeezed):
        assert not any(side % 2 for side in (box.width, box.height, box.x, box.y))


def test_a_clip_that_is_as_the_film_wants_it_is_not_scaled() -> None:
    film = Frame(1280, 720, F24)
    assert "scale=" not in filters(Leg(footage(), film, 0, 48))
    assert "in_color_matrix=bt601" in filters(Leg(footage(matrix="bt601"), film, 0, 48))
    assert "in_range=pc" in filters(Leg(footage(range="pc"), film, 0, 48))


def test_an_unsteady_clip_is_measured_by_its_seconds() -> None:
    assert lasts(footage(steady=False, frames=10, seconds=3.0), F24) == 72


def test_colours_are_tagged_and_groups_are_closed() -> None:
    said = " ".join(encoder(F24))
    assert "-colorspace bt709" in said
    assert "-color_range tv" in said
    assert "open-gop=0" in said


def test_the_thousandth_piece_of_a_join_stands_as_exactly_as_the_first() -> None:
    ntsc = Fraction(24000, 1001)
    text = concat_list([f"{n}.mov" for n in range(1000)], [1] * 1000, ntsc)
    micro = [int(line.split()[1].removesuffix("us")) for line in text.splitlines() if "duration" in line]
    assert abs(sum(micro) - 1000 / ntsc * 1_000_000) <= 1


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("The Late Boat", "The_Late_Boat"),
        ("Łódź 東京", "Łódź_東京"),
        ("../../etc/passwd", "etc_passwd"),
        (".hidden", "hidden"),
        ("-rf", "rf"),
        ("a/b\\c:d*e?f\"g<h>i|j'k%l", "a_b_c_d_e_f_g_h_i_j_k_l"),
        ("\x1b[31mred\x1b[0m\n", "red"),
        ("nul", "film_nul"),
        ("   ", "film"),
        ("🎬", "film"),
    ],
)
def test_any_title_becomes_a_safe_name(title: str, stem: str) -> None:
    assert slug(title) == stem


def test_a_long_title_fits_every_file_system() -> None:
    assert len(slug("x" * 500)) == 80
    assert len(slug("東" * 500).encode()) <= 180


def test_the_next_number_follows_the_highest_of_films_and_manifests(tmp_path: Path) -> None:
    assert next_version(tmp_path / "none", "a") == 1
    for name in ("a_v001.mp4", "a_v007.otio", "b_v099.mp4", "a_v1.mp4", "a_v008.mp4.part"):
        (tmp_path / name).touch()
    assert next_version(tmp_path, "a") == 8
