"""The Failures page over a real ledger: rows, categories, the filter, one failure whole, amending."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput
from core.desk import failures as desk
from core.desk import review
from core.desk.catalogue import propose_failures
from core.desk.failures import Broke
from core.desk.person import Person
from core.engine.production import Production
from core.ledger.plan_cache import Snapshot
from core.studio.assembly import Opened
from core.studio.pages import failures
from core.studio.pages.sight import Sight
from core.studio.places import Places

ADA = Person("Ada", "director")
REPO = Path(__file__).parents[2]


@pytest.fixture
def sight(made: Production, places: Places, snapshot: Callable[[], Snapshot]) -> Sight:
    return Sight(places, snapshot(), made.reader, None)  # type: ignore[arg-type]


def log(p: Production, shot: str, category: str, broke: str, **more: Any) -> int:
    return desk.log(p, shot, None, Broke(category, broke, **more), ADA)


def several(p: Production) -> None:
    log(p, "A001", "character drift", "the coat turns green", workaround="re-anchor", outcome="saved")
    log(p, "A002", "character drift", "ten years older", workaround="Re-Anchor ", outcome="dropped")
    log(p, "A003", "character drift", "another face", workaround="re-anchor")
    log(p, "B001", "lip-sync", "the mouth moves on", cause="a pause", micro=1_350_000)


def found(sight: Sight, text: str) -> list[str]:
    return [row.shot for row in failures.read(sight, failures.meant(text)).rows]


def test_rows_stand_newest_first_with_what_the_take_was_billed(made: Production, sight: Sight) -> None:
    several(made)
    page = failures.read(sight)
    assert [(row.shot, row.take, row.cost, row.certainty) for row in page.rows] == [
        ("B001", 1, 1_350_000, "exact"),
        ("A003", 1, 250_000, "exact"),
        ("A002", 1, 250_000, "exact"),
        ("A001", 1, 250_000, "exact"),
    ]
    assert page.total == 4
    assert page.shown.known == 2_100_000
    assert {row.kind for row in page.rows} == {"establisher"}


def test_a_category_says_what_helped_best_and_how_often_it_did(made: Production, sight: Sight) -> None:
    several(made)
    drift, lips = failures.read(sight).categories
    assert (drift.name, drift.times, drift.open, drift.known) == ("character drift", 3, 1, 750_000)
    assert drift.workaround == "re-anchor"
    # One of the two that have ended: the third is open, and nobody knows yet.
    assert (drift.helped, drift.tried) == (1, 2)
    assert (lips.workaround, lips.helped, lips.tried) == ("", 0, 0)


@pytest.mark.parametrize(
    ("text", "shots"),
    [
        ("", ["B001", "A003", "A002", "A001"]),
        ("coat", ["A001"]),
        ("GREEN the", ["A001"]),
        ("category:lip", ["B001"]),
        ('category:"character drift"', ["A003", "A002", "A001"]),
        ("shot:A00", ["A003", "A002", "A001"]),
        ("open", ["B001", "A003"]),
        ("outcome:dropped", ["A002"]),
        ("kind:estab category:char", ["A003", "A002", "A001"]),
        ("kind:hero", []),
        ("open category:lip pause", ["B001"]),
        ('category:"char', ["A003", "A002", "A001"]),
    ],
)
def test_the_filter_takes_words_fields_and_open(
    made: Production, sight: Sight, text: str, shots: list[str]
) -> None:
    several(made)
    assert found(sight, text) == shots


def test_a_filter_of_an_unknown_field_names_the_nearest() -> None:
    with pytest.raises(BadInput) as refused:
        failures.meant("categry:lip")
    assert refused.value.nearest == "category"
    assert failures.meant("at 2:1 the coat").words == ("at", "2:1", "the", "coat")


def test_the_sum_and_the_detail_are_those_of_the_filter(made: Production, sight: Sight) -> None:
    several(made)
    page = failures.read(sight, failures.meant("category:character"))
    assert page.shown.known == 750_000
    assert page.total == 4
    assert page.detail is not None
    assert page.detail.first == page.rows[0].first


def test_an_amended_failure_keeps_its_place_and_says_what_was_said_before(
    made: Production, sight: Sight
) -> None:
    several(made)
    first = failures.read(sight).rows[-1]
    film = Opened(made, None)  # type: ignore[arg-type]
    said = failures.amend(film, ident=first.id, change={"cause": "no anchor", "outcome": "regenerated"})
    assert said.startswith("failure 1 is amended")
    page = failures.read(sight, chosen=first.first)
    now = page.rows[-1]
    assert (now.first, now.at, now.cause, now.outcome) == (first.first, first.at, "no anchor", "regenerated")
    assert now.id != first.id
    assert page.detail is not None
    assert [(one.person, one.outcome, one.cause) for one in page.detail.before] == [("Ada", "saved", "")]


def test_the_detail_tells_the_request_and_what_was_tried_since(
    made: Production, sight: Sight, run: Callable[..., None]
) -> None:
    log(made, "B001", "camera", "it shakes")
    run(made, "B001")
    told = failures.read(sight).detail
    assert told is not None
    take = made.reader.takes_of("B001")[0]
    assert told.request == take.request_hash != ""
    assert told.prompt == made.reader.prompt_of(take.id) != ""
    assert len(told.prompt_sha) == 64
    assert [(one.take, one.state) for one in told.tried] == [(2, "review")]


def test_a_failure_logged_by_another_process_is_in_the_next_reading(made: Production, sight: Sight) -> None:
    assert failures.read(sight).rows == ()
    log(made, "A001", "camera", "it shakes")
    assert [row.broke for row in failures.read(sight).rows] == ["it shakes"]
    assert failures.read(sight).rows is failures.read(sight).rows, "nothing was added: nothing is read anew"


def test_drafts_that_nobody_decided_are_counted(made: Production, sight: Sight) -> None:
    assert failures.read(sight).proposed == 0
    review.reject(made, "A001", None, "the coat turns green", ADA)
    assert propose_failures(made) == failures.read(sight).proposed == 1


def test_a_film_without_a_ledger_has_an_empty_catalogue(places: Places) -> None:
    page = failures.read(Sight(places, None, None, None))  # type: ignore[arg-type]
    assert page.rows == page.categories == ()
    assert "lip-sync" in page.names


def test_words_hint_at_a_category_and_the_films_own_go_first() -> None:
    names = (*failures.failure_words.CATEGORIES, "salt")
    assert failures.guess("her mouth moves on", names) == "lip-sync"
    assert failures.guess("the salt on her mouth", names) == "salt"
    assert failures.guess("hm", names) == ""


def test_reading_the_page_imports_nothing_heavy(made: Production, places: Places) -> None:
    log(made, "A001", "camera", "it shakes")
    script = (
        "import sys; from pathlib import Path;"
        "from core.studio.pages import failures, doctor; from core.studio.pages.sight import Sight;"
        "from core.studio.places import Places; from core.ledger.views import Reader;"
        f"places = Places(Path({str(places.root)!r})); from core.ledger import plan_cache;"
        "from core.studio.rows import Glance, WorkerRow; worker = WorkerRow(False, None, None);"
        "glance = Glance('', '', None, None, (), (), None, (), (), 0, (), (), (), worker);"
        "sight = Sight(places, None, Reader(places.ledger), glance);"
        "assert len(failures.read(sight).rows) == 1; assert doctor.read(sight).rows;"
        "heavy = {'pydantic', 'sqlmodel', 'sqlalchemy', 'numpy', 'PIL', 'httpx', 'av', 'textual'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=REPO, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr
