"""Cards stand in for plates: quiet, without text, and each recognisable."""

from __future__ import annotations

import colorsys

import numpy as np

from core.providers.animatic import stills


def test_cards_of_different_seeds_differ_in_hue_and_in_composition() -> None:
    shown = [np.asarray(stills.card(seed, 160, 90)).astype(float) for seed in range(12)]
    hues = [colorsys.rgb_to_hsv(*(picture.reshape(-1, 3).mean(0) / 255))[0] for picture in shown]
    assert max(hues) - min(hues) > 0.15, "one grey for every shot tells nothing"
    rows = [picture.mean((1, 2)) for picture in shown]
    horizons = {int(np.abs(np.diff(row)).argmax()) for row in rows}
    assert len(horizons) > 4


def test_a_card_painted_another_way_is_not_taken_for_one_of_ours() -> None:
    name = stills.card_name(5, 160, 90)
    assert stills.card_seed(name, 160, 90) == 5
    assert stills.card_seed(name.replace(stills.CARD, "card-"), 160, 90) is None
