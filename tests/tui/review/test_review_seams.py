"""Which seam is meant, from a reading alone."""

from __future__ import annotations

from tests.tui.films import empty_film, salt_road
from tui.screens.seams import beside, seam_at


def test_the_seam_of_a_shot_is_the_one_after_it_and_of_the_last_the_one_before() -> None:
    film = salt_road()
    assert seam_at(film, "S101") == "S101/S102"
    assert seam_at(film, film.shots[-1].id) == f"{film.shots[-2].id}/{film.shots[-1].id}"
    assert seam_at(film, "S999") == ""
    assert seam_at(empty_film(), "S101") == ""


def test_a_seam_goes_from_chain_to_chain_and_over_what_is_omitted() -> None:
    film = salt_road()
    assert seam_at(film, "S212") == "S212/S214"
    assert beside(film, "S212/S214", 1) == "S214/S215"
    assert beside(film, "S214/S215", -1) == "S212/S214"
    last = film.chains[0].shots[-1]
    assert seam_at(film, last) == f"{last}/S201"


def test_walking_ends_at_the_ends_of_the_film() -> None:
    film = salt_road()
    assert beside(film, "S101/S102", -1) == ""
    assert beside(film, "S101/S102", 3) == "S104/S105"
    end = beside(film, "S101/S102", 1_000_000)
    assert end == seam_at(film, film.shots[-1].id)
    assert beside(film, end, 1) == ""
