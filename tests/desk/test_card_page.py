"""The card on attach: what `rushes since` tells, told once, and the next three things that wait."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.desk.failures import Broke
from core.studio import acts, verdicts, whatsnew
from core.studio.assembly import Opened
from core.studio.glance import glance
from core.studio.pages import card
from core.studio.pages.sight import Sight
from core.studio.snapshot import current
from tests.tui.real_film import RealFilm


def read(film: RealFilm) -> card.CardPage:
    reader = film.reader()
    snapshot, _ = current(film.places)
    try:
        return card.read(Sight(film.places, snapshot, reader, glance(film.places, reader)))
    finally:
        reader.close()


def test_it_tells_what_since_tells(film: RealFilm, opened: Opened) -> None:
    film.take("S103", state="in_doubt")
    acts.fail(opened.production, "S102", 1, Broke("physics", "the lamp floats"))
    page = read(film)
    at, _ = whatsnew.last_asked(film.places, "A Director", datetime.now(UTC))
    told = whatsnew.whats_new(film.places, at)
    assert [(row.shot, row.take) for row in page.landed] == [("S101", 1), ("S102", 1)]
    assert page.failures == told.failures
    assert [row.what for row in page.failures] == ["the lamp floats"]
    assert (page.in_doubt, len(page.doubts)) == (760_000, 1)
    assert (page.waiting, page.waiting_total) == (told.waiting, told.waiting_total)
    assert {row.shot for row in page.waiting} == {"S101", "S102", "S103"}
    assert not page.asked
    assert page.worth


def test_what_was_seen_is_told_once(film: RealFilm, opened: Opened) -> None:
    first = read(film)
    card.seen(opened, first.until)
    again = read(film)
    assert (again.since, again.asked, again.happened) == (first.until, True, False)
    assert again.worth  # two takes still wait
    assert whatsnew.last_asked(film.places, "A Director", datetime.now(UTC)) == (first.until, True)
    film.take("S103")
    assert [row.shot for row in read(film).landed] == ["S103"]


def test_seen_never_goes_back_and_writes_nothing_where_nothing_is_new(film: RealFilm, opened: Opened) -> None:
    until = read(film).until
    card.seen(opened, until)
    version = opened.production.reader.data_version()
    card.seen(opened, until)
    card.seen(opened, "2020-01-01T00:00:00.000Z")
    assert opened.production.reader.data_version() == version
    assert read(film).since == until


def test_ones_own_verdicts_are_no_news_and_those_of_others_are(
    film: RealFilm, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts.judge(opened.production, "approve", "S101", 1, "mine")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(film.root / "bea"))
    (film.root / "bea").write_text("[user]\n\tname = Bea\n")
    verdicts.judge(opened.production, "reject", "S102", 1, "the lamp floats")
    assert [(row.name, row.person) for row in read(film).verdicts] == [("S101", "A Director")]


def test_the_next_three_are_the_first_of_all_that_wait(film: RealFilm) -> None:
    for n in (2, 3, 4):
        film.take("S103", n, state="in_doubt")
    page = read(film)
    assert len(page.waiting) == 3
    assert page.waiting_total > 3


def test_pauses_go_by_the_title_of_their_chain(film: RealFilm, opened: Opened) -> None:
    from core.ledger import takes

    with film.ledger.write() as w:
        takes.set_chain(w, "quay", "paused", "in_doubt", "S103")
    (pause,) = read(film).pauses
    titles = {chain.id: chain.title for chain in glance(film.places, opened.production.reader).chains}
    assert pause.chain == titles["quay"]
    assert not pause.lifted_at
