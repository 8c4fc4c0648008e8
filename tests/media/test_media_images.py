"""Stills: what is loaded, what is refused, what is written."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from core.base.errors import BadInput
from core.media.images import MAX_PIXELS, load_rgb, save_png


def photo(height=48, width=64):
    rows, cols = np.mgrid[:height, :width]
    return np.stack([rows * 4 % 256, cols * 3 % 256, (rows + cols) % 256], axis=-1).astype(np.uint8)


def encoded(kind, **options):
    buffer = io.BytesIO()
    Image.fromarray(photo()).save(buffer, format=kind, **options)
    return buffer.getvalue()


def png_header_of(width, height):
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(100))
    chunks = [
        struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (body, data, b"IEND")
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_a_png_comes_back_to_the_last_bit_and_its_bytes_repeat(tmp_path):
    save_png(tmp_path / "a.png", photo())
    save_png(tmp_path / "b.png", photo())
    assert (load_rgb(tmp_path / "a.png") == photo()).all()
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "b.png"]


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_jpeg_and_webp_are_read(tmp_path, kind):
    (tmp_path / "still").write_bytes(encoded(kind, quality=95))
    assert np.abs(load_rgb(tmp_path / "still").astype(int) - photo()).mean() < 12


def test_exif_orientation_is_applied(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "phone.jpg").write_bytes(encoded("JPEG", exif=exif, quality=95))
    seen = load_rgb(tmp_path / "phone.jpg")
    assert seen.shape == (64, 48, 3)
    assert np.abs(seen.astype(int) - np.rot90(photo(), -1)).mean() < 12


def test_transparency_lies_over_black_and_grey_of_16_bits_is_scaled(tmp_path):
    rgba = np.dstack([photo(), np.zeros((48, 64), np.uint8)])
    save_png(tmp_path / "clear.png", rgba)
    assert load_rgb(tmp_path / "clear.png").max() == 0
    Image.fromarray(np.full((8, 8), 32768, np.uint16)).save(tmp_path / "grey.png")
    assert load_rgb(tmp_path / "grey.png").tolist() == np.full((8, 8, 3), 128).tolist()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_half_a_file_is_refused(tmp_path, kind):
    data = encoded(kind)
    (tmp_path / "half").write_bytes(data[: len(data) // 2])
    with pytest.raises(BadInput, match=r"damaged|not a PNG"):
        load_rgb(tmp_path / "half")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_random_damage_ends_in_a_picture_or_a_refusal(tmp_path, kind):
    rng, data = np.random.default_rng(2), encoded(kind)
    for _ in range(150):
        hurt = bytearray(data)
        for position in rng.integers(0, len(hurt), 4):
            hurt[position] = rng.integers(0, 256)
        (tmp_path / "hurt").write_bytes(hurt)
        try:
            load_rgb(tmp_path / "hurt")
        except BadInput:
            continue


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_other_formats_are_refused_whatever_the_name_says(tmp_path, kind):
    (tmp_path / "still.png").write_bytes(encoded(kind))
    with pytest.raises(BadInput, match="not a PNG, JPEG or WebP"):
        load_rgb(tmp_path / "still.png")


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused(tmp_path, kind):
    other = Image.fromarray(255 - photo())
    (tmp_path / "moving.png").write_bytes(encoded(kind, save_all=True, append_images=[other]))
    with pytest.raises(BadInput, match="animation"):
        load_rgb(tmp_path / "moving.png")


@pytest.mark.parametrize("side", [6400, 12_000, 20_000])
def test_a_bomb_is_refused_by_its_header(tmp_path, side):
    assert side * side > MAX_PIXELS
    (tmp_path / "bomb.png").write_bytes(png_header_of(side, side))
    with pytest.raises(BadInput, match="pixels"):
        load_rgb(tmp_path / "bomb.png")


def test_a_missing_picture_a_folder_and_text_are_refused(tmp_path):
    (tmp_path / "text.png").write_text("<svg/>")
    for path in (tmp_path / "no.png", tmp_path, tmp_path / "text.png"):
        with pytest.raises(BadInput):
            load_rgb(path)
