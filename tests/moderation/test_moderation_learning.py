"""What a film's own refusals teach: words that stood in refused prompts and in no accepted one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from core.base.paths import sha256_text
from core.desk import failures
from core.desk.failures import Broke
from core.desk.suggestions import vocabularies_of
from core.film.moderation import Sent, candidates, learned, lint, shipped
from core.ledger.tables import Take
from core.ledger.takes import plan as plan_take
from tests.support.films import shots
from tests.support.stage import ADA, Build, Stage, stages

MODEL = ("openrouter", "bytedance/seedance-2.0")
DAY = date(2026, 6, 2)


def said(*prompts: str, picture: bool = True, code: str = "") -> list[Sent]:
    return [Sent(prompt, picture, code) for prompt in prompts]


def found(refused: list[Sent], accepted: list[Sent]) -> list[str]:
    return [one.word for one in candidates(refused, accepted)]


def test_a_word_that_stood_in_an_accepted_prompt_is_no_candidate() -> None:
    refused = said("A woman lifts the skull", "The skull on a table")
    assert found(refused, said("A woman lifts a cup", "on a table")) == ["skull"]


def test_words_refused_more_often_come_first_then_those_known_elsewhere_then_by_letter() -> None:
    refused = said("skull zebra", "skull tribe apple")
    one = candidates(refused, [])
    assert [(word.word, word.refusals) for word in one] == [
        ("skull", 2),
        ("tribe", 1),
        ("apple", 1),
        ("zebra", 1),
    ]
    assert [word.known for word in one] == [False, True, False, False]


def test_the_same_prompt_refused_twice_counts_once() -> None:
    (skull,) = candidates(said("skull", "skull", "Skull"), [])
    assert skull.refusals == 2


def test_words_accepted_without_a_picture_stay_suspect_beside_one() -> None:
    refused = said("she finds a bone")
    assert "bone" in found(refused, said("she finds a bone", picture=False))
    assert "bone" not in found(refused, said("she finds a bone", picture=True))


def test_words_refused_alone_are_cleared_by_any_acceptance() -> None:
    refused = said("she finds a skull", picture=False)
    assert found(refused, said("she finds a skull", picture=True)) == []
    assert [one.with_picture for one in candidates(refused, [])] == [False, False]


def test_glue_and_short_words_are_never_blamed() -> None:
    assert found(said("the skull is on it with her and from a X1"), []) == ["skull"]


def test_composed_and_decomposed_letters_are_the_same_word() -> None:
    assert found(said("cr\u00e2ne"), said("cra\u0302ne")) == []


def test_two_refusals_and_something_accepted_make_a_vocabulary() -> None:
    refused = said("skull here", "skull there now", code="E9")
    (made,) = learned(*MODEL, refused, said("here there now"), DAY)
    assert dict(made.words) == {"skull": ()}
    assert (made.provider, made.model, made.with_picture, made.code, made.as_of) == (*MODEL, True, "E9", DAY)
    assert made.source == "refused in 2 prompts of this film"
    assert [hit.word for hit in lint("a Skull", *MODEL, True, (made,))] == ["skull"]
    assert not lint("a skull", *MODEL, False, (made,))


@pytest.mark.parametrize(
    ("refused", "accepted"),
    [
        (said("skull here"), said("here")),
        (said("skull here", "skull here"), said("here")),
        (said("skull here", "skull there"), []),
        (said("skull here", "skull there"), said("cup", picture=False)),
    ],
    ids=["once", "one prompt twice", "nothing passed", "nothing passed beside a picture"],
)
def test_less_evidence_teaches_nothing(refused: list[Sent], accepted: list[Sent]) -> None:
    assert learned(*MODEL, refused, accepted, DAY) == ()


def test_what_worked_is_said_only_where_it_did() -> None:
    refused = said("skull here", "skull there")
    passed = said("here there")
    assert learned(*MODEL, refused, passed, DAY)[0].worked == "nothing yet in this film"
    alone = learned(*MODEL, refused, [*passed, *said("skull here", picture=False)], DAY)[0]
    assert "text only" in alone.worked


def test_a_learned_list_has_an_end() -> None:
    many = " ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(60))
    (made,) = learned(*MODEL, said(many, f"{many} more"), said("cup"), DAY)
    assert len(made.words) == 12


# From a ledger.


@pytest.fixture
def film() -> Iterator[Stage]:
    with stages() as build:
        yield started(build)


def started(build: Build) -> Stage:
    return build({"a": shots("A", 9)})


def add(film: Stage, number: int, prompt: str, state: str = "ready", seam: str = "last", **more: Any) -> int:
    """A take as the engine would leave it."""
    row = Take(
        chain="a",
        shot=f"A{number:03d}",
        n=len(film.p.reader.takes_of(f"A{number:03d}")) + 1,
        state=state,
        order_id="o1",
        position=number,
        seam=seam,
        provider=MODEL[0],
        model=MODEL[1],
        seed=number,
        prompt=prompt,
        **more,
    )
    with film.p.ledger.write() as w:
        return plan_take(w, row)


def refuse(film: Stage, take: int, prompt: str, /, *, sha: bool = True, **more: Any) -> None:
    data = {"class": "moderation", "code": "E9", "flagged": "", "picture": True, **more}
    if sha:
        data["prompt_sha"] = sha256_text(prompt)
    with film.p.ledger.write() as w:
        w.event("take.refused", "refused", chain="a", shot="A001", take_id=take, data=data)


def taught(film: Stage) -> dict[str, Any]:
    return {word: held for held in vocabularies_of(film.p.reader)[len(shipped()) :] for word in held.words}


def test_a_film_without_refusals_has_the_shipped_words_only(film: Stage) -> None:
    add(film, 1, "here", "approved", in_sha="f")
    assert vocabularies_of(film.p.reader) == shipped()


def two_refusals(film: Stage, **more: Any) -> None:
    for number, prompt in ((1, "skull here"), (2, "skull there")):
        refuse(film, add(film, number, prompt), prompt, **more)
    add(film, 3, "here there", "approved", in_sha="f")


def test_the_ledgers_refusals_grow_the_vocabulary_of_their_model(film: Stage) -> None:
    two_refusals(film)
    held = taught(film)
    assert list(held) == ["skull"]
    assert (held["skull"].provider, held["skull"].model, held["skull"].code) == (*MODEL, "E9")
    assert held["skull"].as_of == film.clock.now().date()


@pytest.mark.parametrize(
    "more", [{"flagged": "image"}, {"flagged": "audio"}, {"class": "bad_request"}], ids=str
)
def test_a_flagged_picture_or_sound_and_other_refusals_blame_no_word(
    film: Stage, more: dict[str, str]
) -> None:
    two_refusals(film, **more)
    assert not taught(film)


def test_a_prompt_that_was_changed_since_its_refusal_is_not_taken_for_the_refused_one(film: Stage) -> None:
    for number, prompt in ((1, "skull here"), (2, "skull there")):
        refuse(film, add(film, number, f"lamp {prompt}"), prompt)
    add(film, 3, "here there", "approved", in_sha="f")
    assert not taught(film)


def test_an_event_that_keeps_its_prompt_is_read_by_it(film: Stage) -> None:
    for number, prompt in ((1, "skull here"), (2, "skull there")):
        refuse(
            film, add(film, number, "here there", "approved", in_sha="f"), prompt, sha=False, prompt=prompt
        )
    assert list(taught(film)) == ["skull"]


def test_a_running_take_was_not_accepted_yet(film: Stage) -> None:
    two_refusals(film)
    add(film, 4, "skull alone", "running", in_sha="f")
    assert list(taught(film)) == ["skull"]
    add(film, 5, "skull alone", "review", in_sha="f")
    assert not taught(film)


def test_a_take_of_words_only_that_passed_leaves_the_pair_suspect(film: Stage) -> None:
    two_refusals(film)
    add(film, 4, "skull alone", "approved", seam="text")
    assert "text only" in taught(film)["skull"].worked


def test_another_models_acceptance_clears_nothing(film: Stage) -> None:
    two_refusals(film)
    with film.p.ledger.write() as w:
        other = Take(
            chain="a", shot="A005", n=1, state="approved", order_id="o1", position=5, seam="last",
            provider="fal", model="kling", seed=77, prompt="skull", in_sha="f",
        )  # fmt: skip
        plan_take(w, other)
    assert list(taught(film)) == ["skull"]


def test_a_moderation_failure_a_person_logged_teaches_too(film: Stage) -> None:
    for number, prompt in ((1, "skull here"), (2, "skull there")):
        add(film, number, prompt, "remote_failed", in_sha="f")
        failures.log(film.p, f"A{number:03d}", 1, Broke("moderation", "refused"), ADA)
    add(film, 3, "here there", "approved", in_sha="f")
    assert list(taught(film)) == ["skull"]
