"""What breaks is proposed for the catalogue once a cause, and a person's yes makes the row."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from core.base.errors import BadInput, LedgerFault
from core.base.hold import hold
from core.desk import catalogue, failures, proposing
from core.desk.failure_guess import of_drift, of_loss, of_refusal, of_words
from core.desk.failures import Broke
from core.desk.person import Person
from core.engine import orders
from core.ledger import records
from core.ledger.tables import Measurement
from core.providers.base import ErrorClass, JobState, ProviderError, Sent, Status, SubmitOutcome
from core.studio.assembly import Opened
from core.studio.places import Places
from core.studio.plans import PlanKeeper
from core.worker.shift import Shift
from tests.support.fakes import FakeProvider
from tests.support.films import shots
from tests.support.stage import ADA, DOLLAR, Build, Stage, stages

BEA = Person("Bea", "editor")


@pytest.fixture
def build() -> Iterator[Build]:
    with stages() as builder:
        yield builder


@pytest.fixture
def film(build: Build) -> Stage:
    return build({"a": shots("A", 2)}, provider=FakeProvider(price=DOLLAR))


def drafts(film: Stage) -> list[dict[str, Any]]:
    found = film.p.reader.table("suggestion", "WHERE kind='failure' ORDER BY id")
    return [{**row, "data": json.loads(row["data"])} for row in found]


def refuse(film: Stage, flagged: str = "prompt") -> None:
    error = ProviderError(ErrorClass.MODERATION, "not allowed: blood", flagged=flagged)
    film.provider.outcomes.append(SubmitOutcome(Sent.REFUSED, error=error))


def lose(film: Stage, state: JobState = JobState.FAILED, said: str = "internal error") -> None:
    error = ProviderError(ErrorClass.PROVIDER_FAULT, said)
    film.provider.statuses.append([Status(state, error=error)])


def measure(film: Stage, name: str, value: float) -> None:
    take = film.take("A001")
    with film.p.ledger.write() as w:
        w.add(
            Measurement(subject_kind="take", subject_id=str(take.id), take_id=take.id, name=name, value=value)
        )


def test_a_refusal_is_proposed_with_what_the_provider_said_and_a_known_zero(film: Stage) -> None:
    refuse(film)
    film.make()
    assert catalogue.propose_failures(film.p) == 1
    (row,) = drafts(film)
    assert (row["source"], row["link"]) == ("refusal", "take:A001/1")
    said = {name: row["data"][name] for name in ("shot", "n", "category", "origin", "broke", "micro")}
    assert said == {
        "shot": "A001",
        "n": 1,
        "category": "moderation",
        "origin": "prompt section",
        "broke": "not allowed: blood",
        "micro": 0,
    }


def test_a_lost_take_is_proposed(film: Stage) -> None:
    lose(film)
    film.make()
    assert catalogue.propose_failures(film.p) == 1
    (row,) = drafts(film)
    assert (row["source"], row["data"]["of"]) == ("lost take", f"take:{film.take('A001').id}")
    assert (row["data"]["category"], row["data"]["broke"]) == ("provider", "internal error")


def test_a_job_that_moderation_ended_is_one_failure_not_two(film: Stage) -> None:
    error = ProviderError(ErrorClass.MODERATION, "flagged", flagged="output")
    film.provider.statuses.append([Status(JobState.FAILED, error=error)])
    film.make()
    catalogue.propose_failures(film.p)
    (row,) = drafts(film)
    assert (row["source"], row["data"]["origin"]) == ("refusal", "model")


def test_a_reject_is_proposed_with_the_persons_words(film: Stage) -> None:
    film.make()
    film.reject("A001", note="six fingers on the left hand")
    assert catalogue.propose_failures(film.p) == 1
    (row,) = drafts(film)
    assert (row["source"], row["data"]["category"]) == ("reject", "anatomy")
    assert row["data"]["broke"] == "six fingers on the left hand"


def test_a_reject_that_is_in_the_catalogue_is_not_proposed(film: Stage) -> None:
    film.make()
    failures.log(film.p, "A001", 1, Broke("anatomy", "six fingers"), ADA)
    film.reject("A001", note="six fingers")
    assert catalogue.propose_failures(film.p) == 0


def test_drift_is_proposed_from_the_films_own_threshold_on(build: Build) -> None:
    film = build({"a": shots("A", 1)}, drift={"thresholds": {"colour": 0.3}})
    film.make()
    measure(film, "drift.colour", 0.29)
    measure(film, "sharpness", 9.0)
    assert catalogue.propose_failures(film.p) == 0
    measure(film, "drift.colour", 0.31)
    measure(film, "drift.face", 0.2)
    assert catalogue.propose_failures(film.p) == 2
    assert [row["data"]["category"] for row in drafts(film)] == ["style", "character drift"]
    assert drafts(film)[0]["data"]["broke"] == "drift.colour 0.31 (drifted from 0.3)"


def test_a_cause_is_proposed_once_whoever_asks(film: Stage) -> None:
    refuse(film)
    lose(film)
    film.make()
    film.resume()
    film.run()
    proposer = catalogue.Proposer(film.p)
    first = proposer()
    assert first == len(drafts(film)) == 2
    assert (proposer(), catalogue.propose_failures(film.p), len(drafts(film))) == (0, 0, 2)
    film.retake("A001")
    film.run()
    film.reject("A001", note="the colour is off")
    assert (proposer(), catalogue.propose_failures(film.p), len(drafts(film))) == (1, 0, 3)


def test_a_proposer_that_could_not_write_tries_again(film: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(film)
    film.make()
    proposer = catalogue.Proposer(film.p)

    def busy() -> Any:
        raise LedgerFault("held by another process")

    with monkeypatch.context() as patched:
        patched.setattr(film.p.ledger, "write", busy)
        with pytest.raises(LedgerFault):
            proposer()
        catalogue.propose_soon(film.p)  # a person's act does not fail for it
    assert proposer() == 1


def test_what_is_rejected_as_a_draft_is_not_proposed_again(film: Stage) -> None:
    lose(film)
    film.make()
    catalogue.propose_failures(film.p)
    proposing.decide(film.p, [drafts(film)[0]["id"]], "reject", "known outage", ADA)
    assert catalogue.propose_failures(film.p) == 0
    assert records.failures(film.p.reader) == []


def test_accepting_writes_the_failure_in_the_name_of_who_accepts(film: Stage) -> None:
    lose(film)
    film.make()
    catalogue.propose_failures(film.p)
    proposing.decide(film.p, [drafts(film)[0]["id"]], "accept", "", BEA, {"category": "transport"})
    (row,) = records.failures(film.p.reader)
    wanted = ("transport", "provider", "internal error", "A001", 1, "Bea")
    assert tuple(row[name] for name in ("category", "origin", "broke", "shot", "n", "person")) == wanted


def test_a_refused_take_that_is_sent_again_does_not_charge_its_refusal(film: Stage) -> None:
    refuse(film)
    film.make()
    catalogue.propose_failures(film.p)
    film.resume()
    film.run()
    assert film.money("A001")["settle"][0] == DOLLAR
    catalogue.accept_draft(film.p, film.p.reader.table("suggestion", "WHERE kind='failure'")[0], ADA, {})
    assert records.failures(film.p.reader)[0]["cost"] == 0


def test_a_draft_without_a_category_wants_one_and_writes_nothing_before(film: Stage) -> None:
    film.make()
    film.reject("A001", note="nein")
    catalogue.propose_failures(film.p)
    ident = drafts(film)[0]["id"]
    with pytest.raises(BadInput, match="add --category, one of: character drift"):
        proposing.decide(film.p, [ident], "accept", "", ADA)
    assert (records.failures(film.p.reader), records.decisions(film.p.reader)) == ([], {})


def test_drafts_are_tied_to_their_shot(film: Stage) -> None:
    lose(film)
    film.make()
    catalogue.propose_failures(film.p)
    found = [row for row in records.suggestions(film.p.reader) if row["kind"] == "failure"]
    assert [(row["shot"], row["n"]) for row in found] == [("A001", 1)]


def test_hostile_words_stay_words(film: Stage) -> None:
    film.make()
    hostile = '"}[/]\x1b[2J\u202e' + "x" * 5000
    film.reject("A001", note=hostile)
    catalogue.propose_failures(film.p)
    (row,) = drafts(film)
    assert row["data"]["broke"] == hostile[: catalogue.MOST_CHARACTERS]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("her face is someone else's", "character drift"),
        ("lips do not match the line", "lip-sync"),
        ("two left hands", "anatomy"),
        ("the cup floats", "physics"),
        ("camera shakes", "camera"),
        ("too bright", "style"),
        ("the caption is misspelt", "text"),
        ("hiss in the audio", "sound"),
        ("the handle of the door", ""),
        ("", ""),
        ("crusted salt again", "salt"),
    ],
)
def test_words_hint_at_a_category(text: str, category: str) -> None:
    assert of_words(text, ("salt",)) == category


def test_every_guess_is_a_word_of_the_catalogue() -> None:
    guessed = [
        of_refusal({"class": word, "flagged": f}) for word in ErrorClass for f in ("", "image", "audio")
    ]
    guessed += [of_loss(event, "x", ()) for event in ("take.expired", "take.broken", "take.remote_failed")]
    guessed += [of_drift(name) for name in ("drift", "drift.colour", "drift_face")]
    assert {category for category, _ in guessed} <= set(failures.CATEGORIES)
    assert {origin for _, origin in guessed} <= set(failures.ORIGINS)


def test_a_retake_of_one_shot_thirty_two_times_keeps_every_refusal(film: Stage) -> None:
    for _ in range(32):
        refuse(film)
    orders.place(film.p, orders.Scope(shots=("A001",)))
    for _ in range(32):
        film.resume()
        film.run()
    assert catalogue.propose_failures(film.p) == 32


def test_a_worker_proposes_what_broke_before_it_ends(film: Stage) -> None:
    lose(film)
    film.order()
    places = Places(film.root)
    with hold(places.lock) as held:
        work = Shift(
            Opened(film.p, PlanKeeper(places)),
            places,
            held,
            threading.Event(),
            linger=False,
            chains=(),
            since="2020",
        )
        work.run()
    assert [row["source"] for row in drafts(film)] == ["lost take"]
    assert film.events()[-1] == "worker.ended"
