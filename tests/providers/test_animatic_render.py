"""From a spec to pixels: seams, dissolves, smoothness, plates of all kinds."""

import hashlib
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.base.errors import BadInput
from core.providers.animatic.camera import Window
from core.providers.animatic.moves import MOVES
from core.providers.animatic.render import Scene, frames
from core.providers.animatic.spec import Carried, RenderSpec, Still
from core.providers.base import CameraMove

WIDTH, HEIGHT = 192, 108


@pytest.fixture(scope="module")
def plates(tmp_path_factory):
    """Two different detailed plates, saved as PNG."""
    folder = tmp_path_factory.mktemp("plates")
    for number in (1, 2):
        rng = np.random.default_rng(number)
        rough = Image.fromarray(rng.integers(0, 255, (54, 96, 3), dtype=np.uint8))
        rough.resize((384, 216), Image.Resampling.BICUBIC).save(folder / f"plate{number}.png")
    return [still(folder / f"plate{number}.png") for number in (1, 2)]


def still(path, carried=None):
    return Still(path, hashlib.sha256(path.read_bytes()).hexdigest(), carried)


def spec_of(**changes):
    spec = RenderSpec("ab" * 32, 24, Fraction(24), WIDTH, HEIGHT, 7, CameraMove("pan-right"))
    return replace(spec, **changes)


def clip(spec):
    return list(frames(spec))


def saved(folder, name, frame):
    path = folder / f"{name}.png"
    Image.fromarray(frame).save(path)
    return path


def test_a_spec_gives_the_same_frames_byte_for_byte(plates):
    for move in MOVES:
        spec = spec_of(plate=plates[0], camera=CameraMove(move), frames=6)
        one, two = clip(spec), clip(spec)
        assert [f.tobytes() for f in one] == [f.tobytes() for f in two]
        assert all(f.dtype == np.uint8 and f.shape == (HEIGHT, WIDTH, 3) for f in one)
        assert len(one) == 6


def test_twelve_mixed_moves_on_one_plate_join_without_a_seam(plates, tmp_path):
    first = last = None
    for number, move in enumerate(MOVES):
        spec = spec_of(plate=plates[0], camera=CameraMove(move), seed=50 + number, frames=12, first=first)
        shown = clip(spec)
        if first is not None:
            assert np.array_equal(shown[0], last), move
        last = shown[-1]
        # What hands over is what an encoder leaves of the frame: other bytes, another sha.
        path = saved(tmp_path, f"last{number}", np.clip(last.astype(int) + 2, 0, 255).astype(np.uint8))
        carried = Carried.of(Scene.of(spec).carried.raw())
        first = still(path, carried)


def test_a_move_does_move(plates):
    for move in MOVES:
        shown = clip(spec_of(plate=plates[0], camera=CameraMove(move, amount=1.0), frames=48))
        middle = np.abs(shown[24].astype(int) - shown[0]).mean()
        assert middle > (0.3 if move == "static" else 1.5), move


def test_a_foreign_frame_is_shown_whole_and_dissolves_into_the_plate(plates, tmp_path):
    foreign = clip(spec_of(plate=plates[1], frames=1))[0]
    first = still(saved(tmp_path, "foreign", foreign), Carried("0" * 64, Window(0.5, 0.5, 0.8)))
    spec = spec_of(plate=plates[0], first=first, frames=48)
    shown, plain = clip(spec), clip(replace(spec, first=None))
    assert np.array_equal(shown[0], foreign)
    # 0.6 s at 24 frames a second: from frame 14 on only the plate is seen.
    assert all(np.array_equal(a, b) for a, b in zip(shown[14:], plain[14:], strict=True))
    shares = [np.abs(a.astype(int) - b).mean() for a, b in zip(shown[:14], plain[:14], strict=True)]
    assert shares[1] > shares[6] > shares[12] > 0


def test_a_damaged_carried_window_is_taken_for_a_foreign_frame(plates, tmp_path):
    path = saved(tmp_path, "handed", clip(spec_of(plate=plates[0], frames=1))[0])
    good = {"animatic": 1, "plate": plates[0].sha, "window": [0.5, 0.5, 0.8, 0.0]}
    bad = [None, {}, {**good, "animatic": 2}, {**good, "window": [0.5, 0.5, 0.8]}, {**good, "plate": 3}]
    bad += [{**good, "window": [0.5, float("nan"), 0.8, 0]}, {**good, "window": [0.5, 0.5, -1, 0]}]
    assert Carried.of(good) is not None
    assert [Carried.of(raw) for raw in bad] == [None] * len(bad)
    shown = clip(spec_of(plate=plates[0], first=still(path, Carried.of(bad[-1])), frames=3))
    assert np.array_equal(shown[0], np.asarray(Image.open(path)))


def test_without_a_plate_the_hand_over_frame_is_the_plate(plates, tmp_path):
    handed = clip(spec_of(plate=plates[0], frames=1))[0]
    first = still(saved(tmp_path, "handed", handed))
    scene = Scene.of(spec_of(first=first, camera=CameraMove("dolly-in", amount=1.0)))
    assert np.array_equal(np.asarray(scene.frame(0)), handed)
    assert scene.carried.plate == first.sha
    assert 0.9 < scene.carried.window.width < 1.0


def test_a_bridge_ends_exactly_on_the_picture_it_leads_to(plates, tmp_path):
    goal = clip(spec_of(plate=plates[1], frames=1))[0]
    last = still(saved(tmp_path, "goal", goal))
    for count in (1, 2, 3, 30):
        spec = spec_of(plate=plates[0], last=last, frames=count)
        assert np.array_equal(clip(spec)[-1], goal)
        assert Scene.of(spec).carried == Carried(last.sha, Window(0.5, 0.5, 1.0))


def test_a_bridge_between_two_foreign_pictures_shows_both_whole(plates, tmp_path):
    one, two = (clip(spec_of(plate=plate, frames=1))[0] for plate in plates)
    ends = {"first": still(saved(tmp_path, "one", one)), "last": still(saved(tmp_path, "two", two))}
    for count in (2, 5, 30):
        shown = clip(spec_of(**ends, frames=count))
        assert np.array_equal(shown[0], one)
        assert np.array_equal(shown[-1], two)


def test_a_bridge_to_a_window_of_the_same_plate_travels_there_without_a_dissolve(plates, tmp_path):
    goal = Scene.of(spec_of(plate=plates[0], camera=CameraMove("zoom-in"), seed=3))
    path = saved(tmp_path, "goal", np.asarray(goal.frame(23)))
    scene = Scene.of(spec_of(plate=plates[0], last=still(path, goal.carried)))
    assert scene.closing is None
    assert scene.frame(23).tobytes() == goal.frame(23).tobytes()


def test_a_bridge_hands_over_to_a_shot_on_its_own_picture_without_a_seam(plates, tmp_path):
    """The picture it led to is the next shot's plate, larger than the frame."""
    bridge = Scene.of(spec_of(plate=plates[0], last=plates[1]))
    handed = still(saved(tmp_path, "handed", np.asarray(bridge.frame(23))), bridge.carried)
    following = Scene.of(spec_of(plate=plates[1], first=handed))
    assert following.frame(0).tobytes() == bridge.frame(23).tobytes()


def test_a_shot_without_any_picture_gets_a_quiet_card():
    cards = [clip(spec_of(seed=seed, camera=CameraMove("dolly-in"), frames=4)) for seed in (1, 2, 3)]
    for shown in cards:
        assert 50 < shown[0].mean() < 160
        assert 4 < shown[0].std() < 40
        red, _, blue = shown[0].reshape(-1, 3).mean(0)
        assert blue > red
        assert not np.array_equal(shown[0], shown[-1])
    assert not np.array_equal(cards[0][0], cards[1][0])


def test_a_chain_on_a_card_goes_on_with_the_same_card(tmp_path):
    one = Scene.of(spec_of(seed=5, camera=CameraMove("dolly-in")))
    handed = still(saved(tmp_path, "card", np.asarray(one.frame(23))), one.carried)
    two = Scene.of(spec_of(seed=6, first=handed, camera=CameraMove("pan-left")))
    assert two.frame(0).tobytes() == one.frame(23).tobytes()
    assert two.plate.tobytes() == one.plate.tobytes()


def dots(path):
    """Soft white dots at known places on a dark plate of twice the picture's size."""
    y, x = np.mgrid[0:720, 0:1280] + 0.5
    places = [(x0, y0) for x0 in range(100, 1280, 180) for y0 in range(90, 720, 180)]
    light = sum(np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / (2 * 5.0**2)) for x0, y0 in places)
    Image.fromarray(
        np.repeat((20 + 220 * np.clip(light, 0, 1))[..., None], 3, 2).round().astype(np.uint8)
    ).save(path)
    return places


def measured_error(scene, places, count):
    """Distances, in picture pixels, of each dot's centroid from where the window puts it."""
    stage, errors = scene.path.stage, []
    shrink = stage.plate_width / 1280
    for index in range(count):
        window = scene.path.frame(index, count)
        picture = np.asarray(scene.frame(index))[..., 0].astype(float) - 20
        scale = stage.width / (window.width * stage.plate_width)
        turn = np.exp(-1j * np.radians(window.roll))
        for x0, y0 in places:
            off = complex(
                x0 * shrink - window.cx * stage.plate_width, y0 * shrink - window.cy * stage.plate_height
            )
            off = off * scale * turn
            px, py = off.real + stage.width / 2, off.imag + stage.height / 2
            if not (20 < px < stage.width - 20 and 20 < py < stage.height - 20):
                continue
            left, top = int(px) - 14, int(py) - 14
            patch = picture[top : top + 29, left : left + 29]
            ys, xs = np.mgrid[top : top + 29, left : left + 29] + 0.5
            errors.append(((patch * xs).sum() / patch.sum() - px, (patch * ys).sum() / patch.sum() - py))
    return np.array(errors)


@pytest.mark.parametrize(("move", "limit"), [("pan-left", 0.05), ("crane-up", 0.05), ("handheld", 0.08)])
def test_a_slow_move_is_smooth_below_a_pixel(tmp_path, move, limit):
    places = dots(tmp_path / "dots.png")
    spec = spec_of(
        plate=still(tmp_path / "dots.png"),
        width=640,
        height=360,
        frames=25,
        camera=CameraMove(move, amount=0.3),
    )
    errors = measured_error(Scene.of(spec), places, 25)
    assert len(errors) > 100
    assert np.sqrt((errors**2).mean()) < limit


def plate_file(folder, kind):
    path = folder / kind
    picture = Image.new("RGB", (300, 200), (180, 40, 40))
    ImageDraw.Draw(picture).rectangle((0, 0, 149, 199), fill=(40, 40, 180))
    if kind == "grey16.png":
        ramp = np.full((200, 300), 180 * 257, dtype=np.uint16)
        Image.fromarray(ramp).save(path)
    elif kind == "clear.png":
        Image.new("RGBA", (300, 200), (0, 0, 0, 0)).save(path)
    elif kind == "turned.jpg":
        exif = Image.Exif()
        exif[0x0112] = 6
        picture.save(path, exif=exif, quality=95)
    elif kind == "inks.jpg":
        picture.convert("CMYK").save(path, quality=95)
    elif kind == "palette.png":
        picture.quantize(8).save(path)
    else:
        picture.save(path, lossless=True) if kind.endswith("webp") else picture.save(path)
    return path


@pytest.mark.parametrize(
    ("kind", "left", "right"),
    [
        ("plain.webp", (40, 40, 180), (180, 40, 40)),
        ("palette.png", (40, 40, 180), (180, 40, 40)),
        ("inks.jpg", (40, 40, 180), (180, 40, 40)),
        ("grey16.png", (180, 180, 180), (180, 180, 180)),
        ("clear.png", (72, 80, 92), (72, 80, 92)),
    ],
)
def test_plates_of_many_kinds_keep_their_colours(tmp_path, kind, left, right):
    path = plate_file(tmp_path, kind)
    frame = clip(spec_of(plate=still(path), camera=CameraMove("static"), frames=1))[0]
    assert np.abs(frame[50, 20].astype(int) - left).max() < 12
    assert np.abs(frame[50, -20].astype(int) - right).max() < 12


def test_a_turned_photograph_stands_upright(tmp_path):
    frame = clip(
        spec_of(plate=still(plate_file(tmp_path, "turned.jpg")), camera=CameraMove("static"), frames=1)
    )[0]
    assert frame[5, 96, 2] > 150
    assert frame[-5, 96, 0] > 150


def bad_gif(path):
    Image.new("RGB", (50, 50)).save(path, "GIF")


def bad_half(path):
    Image.effect_noise((200, 200), 50).save(path, "PNG")
    path.write_bytes(path.read_bytes()[:9000])


def bad_huge(path):
    Image.new("L", (12000, 12000)).save(path, "PNG", compress_level=1)


def bad_large(path):
    Image.new("L", (9200, 9200)).save(path, "PNG", compress_level=1)


def bad_tiny(path):
    Image.new("RGB", (8, 200)).save(path, "PNG")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (bad_gif, "not a whole PNG, JPEG or WEBP"),
        (bad_half, "not a whole"),
        (bad_huge, "megapixels"),
        (bad_large, "megapixels"),
        (bad_tiny, "16 pixels a side"),
        (lambda path: path.write_bytes(b""), "not a whole"),
    ],
)
def test_an_unfit_plate_is_refused_by_name(tmp_path, make, said):
    path = tmp_path / "plate.png"
    make(path)
    with pytest.raises(BadInput, match=said) as caught:
        frames(spec_of(plate=still(path)))
    assert caught.value.where == str(path)


def test_a_plate_changed_or_gone_since_planning_is_refused(tmp_path):
    path = plate_file(tmp_path, "plain.png")
    planned = still(path)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(BadInput, match="changed since"):
        frames(spec_of(plate=planned))
    path.unlink()
    with pytest.raises(BadInput, match="cannot be read"):
        frames(spec_of(plate=planned))
