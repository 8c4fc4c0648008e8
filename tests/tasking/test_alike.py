"""What says nearly the same is found, whatever its dress; what does not is left alone."""

from __future__ import annotations

import random

import pytest

from core.desk.alike import COMPARED, THRESHOLD, likeness, most_alike, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Use a wider lens in S101", "use a WIDER lens in S101!"),
        ("Use a wider lens in S101", "Use a wider lens on S101, please"),
        ("Make the light warmer at dusk", "make the light at dusk warmer"),
        ("Café at dawn, slow push", "Cafe\u0301 at dawn: slow push"),
        ("镜头拉远一点让船出画", "镜头拉远一点，让船出画吧"),
    ],
)
def test_near_duplicates_are_alike(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one) >= THRESHOLD
    assert most_alike(one, [(4, "something else"), (9, other)]) == [(9, likeness(one, other))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cut the shot", "drop the shot"),
        ("Use a wider lens in S101", "Use a keyframe seam at the start of S205"),
        ("...", "!!!"),
        ("", ""),
    ],
)
def test_other_things_are_not(one: str, other: str) -> None:
    assert likeness(one, other) < THRESHOLD
    assert most_alike(one, [(1, other)]) == []


def test_the_quick_look_leaves_nothing_out() -> None:
    draw = random.Random(7)
    words = [f"w{number}" for number in range(12)]
    texts = [(n, " ".join(draw.choices(words, k=draw.randint(1, 9)))) for n in range(400)]
    for _, text in texts[:40]:
        plain = {n for n, other in texts if likeness(text, other) >= THRESHOLD}
        found = most_alike(text, texts)
        assert {n for n, _ in found} <= plain
        assert len(found) == min(3, len(plain))
        assert found[0][1] == 1.0


def test_of_equals_the_newest_is_named_first_and_only_three() -> None:
    same = [(number, "a wider lens") for number in range(1, 6)]
    assert [number for number, _ in most_alike("A wider lens.", same)] == [5, 4, 3]


def test_five_megabytes_cost_no_more_than_their_beginning() -> None:
    assert len(words_of("a " * 3_000_000)) == COMPARED / 2
