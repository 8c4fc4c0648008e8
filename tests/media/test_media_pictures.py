"""Frames for the terminal: true enough in few bytes, drawn once, and drawn again when the cache lies."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from base64 import standard_b64decode
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.base.errors import BadInput
from core.media import cells, pictures, pixels
from core.media.drawn import NOTHING, Drawn, Wish, from_bytes, to_bytes
from core.media.images import save_png
from core.media.pictures import draw, prune

HALF = Wish("half", 40, 12)


def scene(seed: int = 1, height: int = 180, width: int = 320) -> np.ndarray:
    """A dusk with hills and a grain: many colours, soft and hard edges."""
    rows, cols = np.mgrid[:height, :width] / np.array([height, width])[:, None, None]
    sky = np.stack([60 + 150 * rows, 70 + 70 * rows, 120 + 20 * rows], axis=-1)
    hills = rows > 0.6 + 0.08 * np.sin(9 * cols + seed)
    ground = np.stack([20 + 30 * cols, 30 + 25 * rows, 25 + 10 * cols], axis=-1)
    noise = np.random.default_rng(seed).normal(0, 6, (height, width, 1))
    return np.clip(np.where(hills[..., None], ground, sky) + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def frame(tmp_path: Path) -> Path:
    save_png(tmp_path / "frame.png", scene())
    return tmp_path / "frame.png"


def grey(level: int, size: int = 10) -> np.ndarray:
    return np.full((size, size, 3), level, np.uint8)


def array_of(drawn: Drawn) -> np.ndarray:
    return np.array([[pair[half] for pair in row] for row in drawn.cells for half in (0, 1)])


# Half blocks.


def test_half_blocks_fit_the_box_and_keep_the_aspect(tmp_path):
    save_png(tmp_path / "wide.png", scene(height=90, width=160))
    rows = cells.half_blocks(tmp_path / "wide.png", 32, 32)
    assert (len(rows), {len(row) for row in rows}) == (9, {32})
    rows = cells.half_blocks(tmp_path / "wide.png", 100, 4)
    assert (len(rows), len(rows[0])) == (4, 14)
    assert cells.half_blocks(tmp_path / "wide.png", 0, 5) == ()


def test_a_picture_of_few_colours_is_exact(tmp_path):
    flag = np.zeros((4, 4, 3), np.uint8)
    flag[:2], flag[2:] = (200, 0, 0), (0, 0, 200)
    save_png(tmp_path / "flag.png", flag)
    assert cells.half_blocks(tmp_path / "flag.png", 2, 1) == ((((200, 0, 0), (0, 0, 200)),) * 2,)


def test_a_frame_has_few_colours_and_stays_near_the_picture(frame, tmp_path):
    drawn = draw(frame, HALF, tmp_path / "cache")
    shown = array_of(drawn)
    assert len({tuple(colour) for colour in shown.reshape(-1, 3)}) <= cells.COLOURS
    true = np.asarray(Image.fromarray(scene()).resize((40, 22), Image.Resampling.BOX), dtype=float)
    assert shown.shape == (22, 40, 3)
    assert np.abs(shown - true).mean() < 8


def test_fewer_bytes_are_had_for_a_coarser_picture_and_no_other_way(frame):
    def changes(aim: float) -> int:
        rows = cells.half_blocks(frame, 40, 12, aim)
        return sum((one[0] != two[0]) + (one[1] != two[1]) for row in rows for one, two in pairwise(row))

    def wrong(aim: float) -> float:
        rows = cells.half_blocks(frame, 40, 12, aim)
        true = np.asarray(Image.fromarray(scene()).resize((40, 22), Image.Resampling.BOX), dtype=float)
        return float(np.abs(array_of(Drawn(rows)) - true).mean())

    assert changes(5) < changes(8) < changes(99)
    assert wrong(99) < wrong(8) < wrong(5) < 25


def test_black_noise_and_one_pixel_are_pictures_too(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    for name, picture in {"black": grey(0), "noise": noise, "dot": grey(7, 1)}.items():
        save_png(tmp_path / f"{name}.png", picture)
        for kind in ("half", "ascii", "kitty", "sixel"):
            drawn = draw(tmp_path / f"{name}.png", Wish(kind, 9, 4), tmp_path / "cache")
            assert 0 < drawn.cols <= 9
            assert 0 < drawn.rows <= 4


# ASCII.


def test_ascii_goes_from_blank_to_the_fullest_sign_with_the_light(tmp_path):
    ramp = np.repeat(np.linspace(0, 255, 200).astype(np.uint8)[None, :, None], 40, axis=0).repeat(3, axis=2)
    save_png(tmp_path / "ramp.png", ramp)
    (line,) = {*cells.ascii_lines(tmp_path / "ramp.png", 40, 4)}
    assert line.isascii()
    assert (line[0], line[-1]) == (" ", "@")
    assert [cells.RAMP.index(sign) for sign in line] == sorted(cells.RAMP.index(sign) for sign in line)


# Pixels.


def test_kitty_is_sent_in_small_chunks_that_ask_for_no_answer_and_make_the_picture(frame):
    raw, erase, cols, rows = pixels.kitty(frame, 40, 12, (8, 16), 77)
    commands = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", raw)
    assert "".join(f"\x1b_G{head};{body}\x1b\\" for head, body in commands) == raw
    assert commands[0][0].startswith("a=T,f=100,q=2,C=1,i=77,c=40,r=11,m=")
    assert all("q=2" in head and len(body) <= 4096 for head, body in commands)
    assert [head.endswith("m=1") for head, _ in commands] == [True] * (len(commands) - 1) + [False]
    with Image.open(BytesIO(standard_b64decode("".join(body for _, body in commands)))) as png:
        assert (png.format, png.width, png.height) == ("PNG", 320, 180)
        near = np.abs(np.asarray(png.convert("RGB"), dtype=float) - scene()).mean()
    assert near < 8
    assert (cols, rows) == (40, 11)
    assert erase == "\x1b_Ga=d,d=I,i=77,q=2\x1b\\"


def unsixel(raw: str) -> np.ndarray:
    """A sixel sequence as pixels, read after the manual."""
    found = re.fullmatch(r'\x1bP0;1;0q"1;1;(\d+);(\d+)((?:#\d+;2;\d+;\d+;\d+)*)(.*)\x1b\\', raw, re.DOTALL)
    assert found is not None
    width, height = int(found[1]), int(found[2])
    colours = {
        int(number): [int(part) * 255 / 100 for part in parts.split(";")]
        for number, parts in re.findall(r"#(\d+);2;(\d+;\d+;\d+)", found[3])
    }
    canvas = np.full((-(-height // 6) * 6, width, 3), -1.0)
    for band, text in enumerate(found[4].split("-")):
        for layer in text.split("$"):
            head = re.match(r"#(\d+)", layer)
            assert head is not None
            x = 0
            for count, sign in re.findall(r"(?:!(\d+))?([?-~])", layer[head.end() :]):
                for _ in range(int(count or 1)):
                    for bit in range(6):
                        if (ord(sign) - 63) >> bit & 1:
                            canvas[6 * band + bit, x] = colours[int(head[1])]
                    x += 1
    return canvas[:height]


def test_a_sixel_read_back_is_the_picture(frame):
    raw, cols, rows = pixels.sixel(frame, 30, 12, (8, 16))
    back = unsixel(raw)
    true = np.asarray(Image.fromarray(scene()).resize(back.shape[1::-1], Image.Resampling.BOX), dtype=float)
    assert back.min() >= 0
    assert np.abs(back - true).mean() < 8
    assert len({tuple(colour) for colour in back.reshape(-1, 3).tolist()}) <= pixels.SIXEL_COLOURS
    assert (cols, rows) == (30, 8)


@pytest.mark.parametrize("kind", ["kitty", "sixel"])
def test_no_picture_in_pixels_holds_a_question_or_a_line_break(frame, tmp_path, kind):
    raw = draw(frame, Wish(kind, 30, 10), tmp_path).raw
    assert raw.isascii()
    assert not re.search(r"[\r\n\x07]|a=q|\x1b\[", raw)
    assert raw.endswith("\x1b\\")


# The cache.


def forget() -> None:
    pictures._kept.cache_clear()


@pytest.mark.parametrize("kind", ["half", "ascii", "kitty", "sixel"])
def test_a_kept_picture_is_the_same_picture(frame, tmp_path, kind):
    wish, cache = Wish(kind, 24, 8), tmp_path / "cache"
    first = draw(frame, wish, cache)
    (file,) = cache.iterdir()
    forget()
    assert draw(frame, wish, cache) == first
    assert [file] == [*cache.iterdir()]
    assert first.cols * first.rows > 0
    assert first.cells or first.lines or first.raw


def test_a_kept_picture_needs_neither_pillow_nor_numpy(frame, tmp_path):
    drawn = draw(frame, HALF, tmp_path / "cache")
    program = (
        "import sys; from pathlib import Path\n"
        "from core.media.drawn import Wish; from core.media.pictures import draw\n"
        "drawn = draw(Path(sys.argv[1]), Wish('half', 40, 12), Path(sys.argv[2]))\n"
        "print(len(drawn.cells), {'PIL', 'numpy'} & set(sys.modules))"
    )
    argv = [sys.executable, "-c", program, str(frame), str(tmp_path / "cache")]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert said.strip() == f"{len(drawn.cells)} set()"


def test_a_picture_written_anew_is_drawn_anew(tmp_path):
    path, wish = tmp_path / "frame.png", Wish("half", 1, 1)
    for level, size in ((10, 10), (99, 20)):
        save_png(path, grey(level, size))
        assert draw(path, wish, tmp_path / "cache").cells[0][0][0] == (level,) * 3
        forget()


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:40],
        lambda data: data.replace(b"rushes-picture 1", b"rushes-picture 2"),
        lambda data: data[:-3] + bytes([data[-3] ^ 1]) + data[-2:],
        lambda data: b"\x00" * len(data),
        lambda data: data.replace(b" 40 11 ", b" 11 40 ", 1) + b"x",
        lambda data: b"rushes-picture 1 99999999 99999999 1 0 0\n",
        lambda data: b"rushes-picture 1 -1 x 1 0 0\n",
        lambda data: b"rushes-picture 1 3 3 0 4 2862207440\nnull",
    ],
)
def test_a_damaged_cache_is_drawn_again_and_mended(frame, tmp_path, harm):
    cache = tmp_path / "cache"
    first = draw(frame, HALF, cache)
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(harm(whole))
    forget()
    assert draw(frame, HALF, cache) == first
    assert file.read_bytes() == whole


@pytest.mark.parametrize(
    "body", [b"null", b"[1,2,3]", b'[["a"],"b"]', b'[[1],"",""]', b'{"a":1}', b"\xff", b'["ab","",""]']
)
def test_text_of_the_wrong_form_is_no_picture(body):
    import zlib

    head = f"rushes-picture 1 3 1 0 {len(body)} {zlib.crc32(body)}\n".encode()
    assert from_bytes(head + body) is None
    assert from_bytes(to_bytes(Drawn(lines=("ab",), cols=2, rows=1))) == Drawn(lines=("ab",), cols=2, rows=1)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_cache_that_cannot_be_written_costs_nothing_but_time(frame, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    assert draw(frame, HALF, tmp_path / "locked" / "cache").cells


def test_a_file_in_the_place_of_the_cache_costs_nothing_but_time(frame, tmp_path):
    (tmp_path / "cache").write_text("mine")
    forget()
    assert draw(frame, HALF, tmp_path / "cache").cells
    assert (tmp_path / "cache").read_text() == "mine"


def test_the_cache_forgets_the_oldest_and_nothing_that_is_not_its_own(tmp_path):
    for number in range(10):
        file = tmp_path / f"{number}.picture"
        file.write_bytes(bytes(100))
        os.utime(file, (number, number))
    (tmp_path / "notes.txt").write_bytes(bytes(10_000))
    assert prune(tmp_path, 1_000) == 0
    assert prune(tmp_path, 900) == 6
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        *(f"{number}.picture" for number in range(6, 10)),
        "notes.txt",
    ]


def test_a_missing_frame_and_one_that_is_none_are_told_and_leave_nothing(tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    for name in ("gone.png", "text.png"):
        with pytest.raises(BadInput):
            draw(tmp_path / name, HALF, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
    assert draw(tmp_path / "gone.png", Wish("half", 0, 9), tmp_path / "cache") == NOTHING


@pytest.mark.parametrize(
    "raw",
    [
        "\x1b]52;c;aGVsbG8=\x07",
        "\x1b_Gi=1;AAAA\x1b\\\x1b]0;title\x07",
        "\x1bPq#0;2;0;0;0\x1b\\\x1b[2J",
        "\x1bP$qm\x1b\\",
        "\x1b_Gi=1;\x1b[6n\x1b\\",
        "text",
    ],
    ids=repr,
)
def test_a_kept_picture_that_says_more_than_a_picture_to_the_terminal_is_none(raw: str) -> None:
    """The cache lies in the film, and a film may come from anywhere."""
    assert from_bytes(to_bytes(Drawn(raw=raw, cols=2, rows=1))) is None
    assert from_bytes(to_bytes(Drawn(raw="\x1b_Gi=1;AAAA\x1b\\", erase=raw, cols=2, rows=1))) is None
    assert from_bytes(to_bytes(Drawn(lines=("\x1b]0;x",), cols=2, rows=1))) is None


@pytest.mark.parametrize("link", ["pictures", "cache", ".rushes"])
def test_nothing_is_kept_where_a_link_leads(tmp_path: Path, link: str) -> None:
    path, elsewhere = tmp_path / "S1_t001_last.png", tmp_path / "elsewhere"
    Image.new("RGB", (32, 18), (190, 150, 90)).save(path)
    elsewhere.mkdir()
    cache = tmp_path / ".rushes" / "cache" / "pictures"
    place = next(one for one in (cache, *cache.parents) if one.name == link)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(elsewhere)
    assert draw(path, Wish("half", 8, 4), cache).cells
    assert list(elsewhere.rglob("*")) == []
