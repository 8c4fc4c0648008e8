"""After a refusal: what helped others, with its price and the seam it costs; a person decides."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from core.base.units import Certainty, Money
from core.desk.advice import Option, Proposal, Refusal, Variant, proposals
from core.desk.suggestions import propose
from core.film.load import load_plan
from core.film.plan import Plan
from core.ledger import records
from core.ledger.tables import SuggestionDecision
from core.providers.base import Capabilities, Quote, VideoRequest
from tests.support.fakes import FakeProvider
from tests.support.films import shots, write_film
from tests.support.stage import Stage, stages

SEEDANCE = ("replicate", "bytedance/seedance-2.0")
REFUSED = Refusal("A2", 1, *SEEDANCE, "", "E005", "She enters the cave", had_picture=True, audio=True)
ALL = Capabilities(
    seconds=(1, 20), first_frame=True, last_frame=True, references=9, audio=True, native_last_frame=True
)


def priced(micro: int) -> Quote:
    return Quote(Money(micro), Money(micro // 2), Certainty.ESTIMATED, "a row of 2026-06-01")


def by_kind(variant: Variant) -> Quote | None:
    return priced(
        {"text only": 700_000, "silent": 500_000, "other words": 760_000}.get(variant.kind, 900_000)
    )


def film(root: Path, second: dict[str, Any] | None = None, **profile: Any) -> Plan:
    plain = {"action": "She enters the cave", "seconds": 5.0}
    chain = [
        {"id": "A1"},
        {"id": "A2", **plain, **(second or {})},
        {"id": "A3", "kind": "hero", "seam": "text"},
    ]
    return load_plan(write_film(root, {"a": chain}, **profile))


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return film(tmp_path)


def kinds(made: tuple[Proposal, ...]) -> list[str]:
    return [one.kind for one in made]


def of(kind: str, made: tuple[Proposal, ...]) -> Proposal:
    return next(one for one in made if one.kind == kind)


def made_for(
    plan: Plan,
    refused: Refusal = REFUSED,
    models: tuple[Option, ...] = (),
    quote: Callable[[Variant], Quote | None] = by_kind,
) -> tuple[Proposal, ...]:
    return proposals(plan, refused, quote, models)


VEO = Option("openrouter", "google/veo-3.1", ALL)


@pytest.mark.parametrize(
    ("flagged", "order"),
    [
        ("", ["text only", "silent", "other words", "other model"]),
        ("output", ["text only", "silent", "other words", "other model"]),
        ("audio", ["silent", "other words", "other model", "text only"]),
        ("image", ["text only", "other model", "other words", "silent"]),
        ("prompt", ["other words", "text only", "other model", "silent"]),
    ],
)
def test_what_was_flagged_says_what_comes_first(plan: Plan, flagged: str, order: list[str]) -> None:
    assert kinds(made_for(plan, replace(REFUSED, flagged=flagged), (VEO,))) == order


def test_silent_is_proposed_only_where_there_was_sound(plan: Plan) -> None:
    assert "silent" not in kinds(made_for(plan, replace(REFUSED, audio=False, flagged="audio")))


def test_text_only_is_proposed_only_where_a_picture_went_along(plan: Plan) -> None:
    assert "text only" not in kinds(made_for(plan, replace(REFUSED, had_picture=False)))


def test_text_only_names_its_price_and_the_seam_it_costs(plan: Plan) -> None:
    one = of("text only", made_for(plan))
    assert (one.upper, one.expected) == (Money(700_000), Money(350_000))
    assert "the seam A1 > A2 (last) is lost" in one.seam_cost
    assert one.todo == 'shots/a.toml, A2: seam = "text", then `rushes retake A2`'
    assert (
        str(one) == f"text only: words without any picture (at most $0.70, $0.35 expected; {one.seam_cost})"
    )


def test_text_only_gives_up_references_of_shot_and_characters_too(tmp_path: Path) -> None:
    people = tmp_path / "blocks" / "characters"
    people.mkdir(parents=True)
    (tmp_path / "refs").mkdir()
    (tmp_path / "refs" / "ada.png").write_bytes(b"png")
    head = '+++\nname = "Ada"\nkind = "character"\nreferences = ["refs/ada.png"]\n+++\n\nAda.\n'
    (people / "ada.md").write_text(head)
    plan = film(tmp_path, {"references": ["A1:first"], "characters": ["ada"], "seam": "bridge"})
    one = of("text only", made_for(plan))
    assert "(bridge) is lost" in one.seam_cost
    assert "no longer arrives at the opening of A3" in one.seam_cost
    assert "without its references: A1:first, refs/ada.png" in one.seam_cost
    assert 'seam = "text" and references = []' in one.todo
    assert "blocks/characters/ada.md" in one.todo


def test_silent_says_which_other_shots_the_films_setting_reaches(tmp_path: Path) -> None:
    plan = film(tmp_path)
    one = of("silent", made_for(plan))
    assert one.upper == Money(500_000)
    assert "no seam is lost" in one.seam_cost
    assert "the takes of other establisher shots go stale too: 1" in one.seam_cost
    assert one.todo.startswith("film.json: defaults.establisher.audio = false")


def test_other_words_names_the_words_of_the_vocabulary(plan: Plan) -> None:
    one = of("other words", made_for(plan, replace(REFUSED, prompt="Caves and a cave, caves")))
    assert one.what == "without 'Caves', 'cave', 'caves'"
    assert one.seam_cost == "no seam is lost"
    unknown = of("other words", made_for(plan, replace(REFUSED, prompt="a lamp")))
    assert unknown.what == "which words were meant is not known"
    assert "`rushes prompt A2`" in unknown.todo


def test_words_of_a_block_change_every_shot_that_names_it(tmp_path: Path) -> None:
    places = tmp_path / "blocks" / "environments"
    places.mkdir(parents=True)
    (places / "den.md").write_text('+++\nname = "Den"\nkind = "environment"\n+++\n\nA dry cave.\n')
    plan = film(tmp_path, {"environment": "den"})
    refused = replace(REFUSED, prompt="A dry cave.\n\na place\nShe enters the cave")
    one = of("other words", made_for(plan, refused))
    assert "every shot that names environment:den changes with it" in one.seam_cost


def test_an_unpriced_way_is_proposed_with_its_price_unknown_but_an_unpriced_model_is_not(plan: Plan) -> None:
    made = made_for(plan, models=(VEO,), quote=lambda _variant: None)
    assert kinds(made) == ["text only", "silent", "other words"]
    assert {one.price for one in made} == {"price unknown"}


def test_the_three_cheapest_other_models_come_cheapest_first(plan: Plan) -> None:
    prices = {"dear": 9, "cheap": 1, "middle": 5, "fair": 3, "bytedance/seedance-2.0": 0}
    models = tuple(Option("replicate", name, ALL) for name in prices)
    made = made_for(plan, models=models, quote=lambda variant: priced(prices[variant.model] * 100_000))
    others = [one for one in made if one.kind == "other model"]
    assert [one.model for one in others] == ["replicate:cheap", "replicate:fair", "replicate:middle"]
    assert [one.upper for one in others] == [Money(100_000), Money(300_000), Money(500_000)]


def test_a_model_that_cannot_make_the_length_is_not_proposed(plan: Plan) -> None:
    short = Option("fal", "short", replace(ALL, seconds=(1, 4)))
    assert "other model" not in kinds(made_for(plan, models=(short,)))


@pytest.mark.parametrize(
    ("second", "able", "told"),
    [
        ({}, replace(ALL, first_frame=False), "the seam A1 > A2 (last) is lost"),
        ({"seam": "native"}, replace(ALL, native_last_frame=False), "cannot go on from A1 by itself"),
        ({"seam": "bridge"}, replace(ALL, last_frame=False), "the opening of A3 is not met"),
        ({"seam": "keyframe"}, replace(ALL, references=0), "it takes 0 of 1 references"),
        ({"references": ["A1:first"]}, replace(ALL, references=0), "it takes 0 of 1 references"),
        (
            {"references": ["A1:first"]},
            replace(ALL, frames_exclude_references=True),
            "references that stay behind: 1",
        ),
        ({}, replace(ALL, audio=False), "it makes no sound"),
        ({}, None, "is not known"),
        ({}, ALL, "no seam is lost"),
    ],
)
def test_another_model_says_what_it_cannot_take(
    tmp_path: Path, second: dict[str, Any], able: Capabilities | None, told: str
) -> None:
    one = of("other model", made_for(film(tmp_path, second), models=(Option("fal", "kling", able),)))
    assert told in one.seam_cost
    assert one.todo == 'shots/a.toml, A2: model = "fal:kling", then `rushes retake A2`'


def test_another_model_says_which_words_it_minds_and_which_key_it_lacks(plan: Plan) -> None:
    refused = replace(REFUSED, provider="fal", model="kling")
    one = of("other model", made_for(plan, refused, (Option(*SEEDANCE, ALL, "REPLICATE_API_TOKEN"),)))
    assert "refuses 'cave' too" in one.what
    assert "REPLICATE_API_TOKEN in the environment" in one.todo


def test_proposals_change_nothing(plan: Plan) -> None:
    files = {path: path.read_bytes() for path in plan.root.rglob("*") if path.is_file()}
    assert made_for(plan, models=(VEO,)) == made_for(plan, models=(VEO,))
    assert files == {path: path.read_bytes() for path in plan.root.rglob("*") if path.is_file()}


# Kept in the ledger.


@dataclass
class Priced(FakeProvider):
    """Prices by model, sound and pictures, and remembers for what it was asked."""

    name: str = "replicate"
    rates: dict[str, int] | None = None

    def quote(self, request: VideoRequest) -> Quote | None:  # type: ignore[override]
        rate = (self.rates or {}).get(request.model)
        if rate is None:
            return None
        frames = 10_000 if request.first_frame or request.references else 0
        return priced(rate + frames + (100_000 if request.audio else 0))


RATES = {"bytedance/seedance-2.0": 700_000, "kling": 900_000, "wan": 300_000}


@pytest.fixture
def stage() -> Iterator[Stage]:
    defaults = {
        "establisher": {"provider": "replicate", "model": "bytedance/seedance-2.0", "audio": True},
        "hero": {"provider": "replicate", "model": "kling"},
        "action": {"provider": "animatic", "model": "animatic-1"},
        "character": {"provider": "nobody", "model": "unheard-of"},
    }
    with stages() as build:
        provider = Priced(rates=RATES)
        chain = shots("A", 2, action="She enters the cave", seconds=5.0)
        yield build({"a": chain}, provider=provider, defaults=defaults, budget={"film_usd": "90.00"})


def refuse(film: Stage, shot: str = "A002", **more: Any) -> None:
    take = film.take(shot)
    data = {"class": "moderation", "code": "E005", "flagged": "", "picture": True, **more}
    data |= {"provider": take.provider, "model": take.model}
    with film.p.ledger.write() as w:
        w.event("take.refused", "refused", chain="a", shot=shot, take_id=take.id, data=data)


def kept(film: Stage) -> list[dict[str, Any]]:
    return records.suggestions(film.p.reader)


def test_a_refusal_becomes_suggestions_with_their_prices_in_one_transaction(stage: Stage) -> None:
    stage.order()
    refuse(stage)
    before = len(stage.events())
    assert propose(stage.p, stage.take("A002"), [("replicate", "wan")]) == 5
    assert stage.events()[before:] == ["suggestion.made"]
    found = [(one["kind"], one["upper"], one["model"]) for one in kept(stage)]
    seedance = "replicate:bytedance/seedance-2.0"
    assert found == [
        ("text only", 800_000, seedance),
        ("silent", 710_000, seedance),
        ("other words", 810_000, seedance),
        ("other model", 310_000, "replicate:wan"),
        ("other model", 910_000, "replicate:kling"),
    ]
    assert "it makes no sound" in kept(stage)[3]["text"], "so it is priced without"
    first = kept(stage)[0]
    assert (first["shot"], first["n"], first["source"], first["expected"]) == (
        "A002",
        1,
        "moderation",
        400_000,
    )
    assert "the seam A001 > A002 (last) is lost" in first["text"]
    assert first["reason"] == f"A002 take 1: moderation of {seedance} refused it (E005)"
    assert first["next_action"].endswith("`rushes retake A002`")


def test_a_refusal_is_answered_once_and_the_next_one_again(stage: Stage) -> None:
    stage.order()
    refuse(stage)
    take = stage.take("A002")
    assert propose(stage.p, take) == 4
    assert propose(stage.p, take) == 0
    stage.reopen()
    assert propose(stage.p, take) == 0
    refuse(stage, flagged="audio")
    assert propose(stage.p, take) == 4
    assert [one["kind"] for one in kept(stage)][:4] == ["silent", "other words", "other model", "text only"]
    assert "audio flagged" in kept(stage)[0]["reason"]


@pytest.mark.parametrize("cause", [{"class": "bad_request"}, {"class": "provider_fault"}])
def test_only_moderation_is_answered(stage: Stage, cause: dict[str, str]) -> None:
    stage.order()
    assert propose(stage.p, stage.take("A002")) == 0
    refuse(stage, **cause)
    assert propose(stage.p, stage.take("A002")) == 0
    assert kept(stage) == []


def test_nothing_but_the_ledgers_suggestions_changes(stage: Stage) -> None:
    stage.order()
    refuse(stage)
    states, files = stage.all_states(), {p: p.read_bytes() for p in stage.root.glob("**/*.[tj][os]*")}
    propose(stage.p, stage.take("A002"))
    assert stage.all_states() == states
    assert stage.posted() == []
    assert stage.film_sums() == (0, 0, 0)
    assert {p: p.read_bytes() for p in stage.root.glob("**/*.[tj][os]*")} == files


def test_a_shot_that_left_the_film_is_left_alone(stage: Stage) -> None:
    stage.order()
    refuse(stage)
    take = stage.take("A002")
    stage.rewrite({"a": shots("A", 1)})
    assert propose(stage.p, take) == 0


def test_what_was_learned_from_the_film_is_named_in_its_proposals(stage: Stage) -> None:
    stage.order()
    for number, prompt in enumerate(("skull here", "skull there", "here there")):
        with stage.p.ledger.write() as w:
            from core.ledger.tables import Take
            from core.ledger.takes import plan

            plan(w, Take(
                chain="a", shot=f"B{number}", n=1, state="ready" if number < 2 else "approved", order_id="o9",
                position=number, seam="last", provider="replicate", model="bytedance/seedance-2.0",
                seed=900 + number, prompt=prompt, in_sha="f",
            ))  # fmt: skip
    refuse(stage, "B0")
    refuse(stage, "B1")
    refuse(stage, "A002", prompt="A skull in a cave")
    propose(stage.p, stage.take("A002"))
    words = next(one for one in kept(stage) if one["kind"] == "other words")
    assert "without 'skull', 'cave'" in words["text"]


def test_a_decided_suggestion_is_no_longer_open(stage: Stage) -> None:
    stage.order()
    refuse(stage)
    propose(stage.p, stage.take("A002"))
    first = kept(stage)[0]["id"]
    with stage.p.ledger.write() as w:
        w.add(SuggestionDecision(suggestion_id=first, decision="reject", person="Ada"))
    assert first not in [one["id"] for one in kept(stage)]
    assert len(kept(stage)) == 3


def test_the_command_lists_open_suggestions_with_why_and_what_next(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    from tui.cli import main

    where = ["--film", str(stage.root)]
    assert main(["suggestions", *where]) == 0
    assert "no open suggestion" in capsys.readouterr().err
    stage.order()
    refuse(stage, code="E005\x1b[31m")
    propose(stage.p, stage.take("A002"))
    assert main(["suggestions", "A002", *where]) == 0
    shown = capsys.readouterr().out
    lines = shown.splitlines()
    assert lines[0].startswith("A002 take 1: moderation of replicate:bytedance/seedance-2.0 refused it (E005")
    assert "  #1 text only:" in lines[1]
    assert "at most $0.80" in lines[1]
    assert lines[2].strip().startswith("→ shots/a.toml, A002")
    assert "\x1b" not in shown
    assert main(["suggestions", "A001", *where]) == 0
    assert capsys.readouterr().out == ""
    assert main(["suggestions", "--json", *where]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [one["kind"] for one in data] == ["text only", "silent", "other words", "other model"]
    assert (data[0]["shot"], data[0]["take"], data[0]["upper_usd"], data[0]["expected_usd"]) == (
        "A002", 1, "0.80", "0.40",
    )  # fmt: skip
