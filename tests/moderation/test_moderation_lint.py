"""Words a provider refused before are named before the spend: whole words, with a picture, and no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import PlanFaults
from core.film.load import load_plan
from core.film.moderation import CODE, lint, moderation_findings, read_vocabularies, risks, shipped
from core.film.plan import Plan
from core.film.prompts import prompt_of
from core.film.readiness import findings, placed
from core.providers.base import Capabilities
from project_template import __file__ as template
from tests.support.films import write_film

SEEDANCE = ("replicate", "bytedance/seedance-2.0")
FIVE = ("bone", "cave", "ancestor", "tribe", "prehistoric")
SAMPLE = Path(template).parent / "sample"
ONE = """[[vocabulary]]
provider = "replicate"
model = "bytedance/seedance-2.0*"
with_picture = true
code = "E005"
worked = "text only"
source = "a report"
as_of = 2026-06-01
[vocabulary.words]
cave = ["caves"]
"""


def words(prompt: str, picture: bool = True, model: tuple[str, str] = SEEDANCE) -> list[str]:
    return [hit.word for hit in lint(prompt, *model, picture)]


@pytest.mark.parametrize("word", FIVE)
def test_the_five_words_of_the_report_are_shipped_with_trigger_code_and_what_worked(word: str) -> None:
    (hit,) = lint(f"An old {word} in the rain", *SEEDANCE, True)
    assert (hit.word, hit.said, hit.start, hit.code) == (word, word, 7, "E005")
    assert hit.trigger == "together with a picture"
    assert "text only" in hit.worked
    assert "hand-over" in hit.worked
    assert hit.source


@pytest.mark.parametrize("word", FIVE)
def test_without_a_picture_the_same_words_pass(word: str) -> None:
    assert not words(f"An old {word} in the rain", picture=False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Bones, BONES and a bone.", ["bone", "bone", "bone"]),
        ("the cave's mouth", ["cave"]),
        ("a cave-like hall", ["cave"]),
        ("ancestral tribal masks of two tribes", ["ancestor", "tribe", "tribe"]),
        ("«caves»\ncaves", ["cave", "cave"]),
        ("his backbone", []),
        ("a cavern, a caveman, concave", []),
        ("ancestry of a diatribe", []),
        ("bone_white", []),
        ("bone\u0301", []),
        ("PREH\u0130STORIC", []),
        ("", []),
    ],
)
def test_whole_words_and_their_listed_forms_count_in_any_case_and_nothing_else(
    text: str, found: list[str]
) -> None:
    assert words(text) == found


def test_hits_stand_in_the_prompts_order_with_what_was_said() -> None:
    text = "Tribes meet at the Cave; the cave is cold"
    assert [(hit.said, text[hit.start :][: len(hit.said)]) for hit in lint(text, *SEEDANCE, True)] == [
        ("Tribes", "Tribes"),
        ("Cave", "Cave"),
        ("cave", "cave"),
    ]


@pytest.mark.parametrize(
    ("provider", "model", "covered"),
    [
        ("replicate", "bytedance/seedance-2.0", True),
        ("replicate", "bytedance/seedance-2.0-fast", True),
        ("replicate", "bytedance/seedance-2.0:0a1b", True),
        ("replicate", "bytedance/seedance-2x0", False),
        ("replicate", "bytedance/seedance-1-pro", False),
        ("openrouter", "bytedance/seedance-2.0", False),
        ("animatic", "animatic-1", False),
    ],
)
def test_a_vocabulary_speaks_for_its_provider_and_the_models_of_its_glob(
    provider: str, model: str, covered: bool
) -> None:
    assert bool(lint("a cave", provider, model, True)) is covered


def test_where_two_vocabularies_know_a_word_the_first_one_speaks_once() -> None:
    first, second = (
        read_vocabularies(ONE, "a.toml")[0],
        read_vocabularies(ONE.replace("E005", "X"), "b.toml")[0],
    )
    assert [hit.code for hit in lint("a cave", *SEEDANCE, True, (second, first))] == ["X"]


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("code =", "cod =", 5, "did you mean 'code'?"),
        ('worked = "text only"\n', "", 1, "'worked' is missing"),
        ('source = "a report"', 'source = ""', 7, "'source' must not be empty"),
        ("with_picture = true", 'with_picture = "yes"', 4, "must be true or false"),
        ("as_of = 2026-06-01", 'as_of = "June"', 8, "must be a date"),
        ('cave = ["caves"]', 'Cave = ["caves"]', 10, "is not one word in small letters"),
        ('cave = ["caves"]', 'cave = ["big caves"]', 10, "is not one word in small letters"),
        ('cave = ["caves"]', "", 9, "words"),
        ('model = "bytedance/seedance-2.0*"', 'model = "see dance"', 3, "is not a model's name"),
        ('provider = "replicate"', 'provider = "Replicate"', 2, "is not a provider's name"),
    ],
)
def test_a_vocabulary_file_is_strict_and_its_faults_have_lines(
    old: str, new: str, line: int, told: str
) -> None:
    assert old in ONE
    with pytest.raises(PlanFaults) as caught:
        read_vocabularies(ONE.replace(old, new), "moderation.toml")
    (fault,) = caught.value.faults
    assert fault.line == line
    assert told in str(fault)


def test_every_shipped_vocabulary_says_who_saw_it_and_when() -> None:
    assert shipped()
    assert all(held.source and held.as_of.year >= 2026 and held.worked for held in shipped())


def film(root: Path, shots: list[dict[str, Any]], **profile: Any) -> Plan:
    profile.setdefault(
        "defaults", {"establisher": {"provider": "replicate", "model": "bytedance/seedance-2.0"}}
    )
    return load_plan(write_film(root, {"a": shots}, budget={"film_usd": "9.00"}, **profile))


def warnings(plan: Plan) -> list[Any]:
    model = Capabilities(seconds=(1, 20), references=9, audio=True)
    return [one for one in placed(plan, findings(plan, lambda _p, _m: model)) if one.code == CODE]


def test_check_warns_of_a_word_beside_a_hand_over_frame_at_its_line(tmp_path: Path) -> None:
    plan = film(tmp_path, [{"id": "A1"}, {"id": "A2", "action": "She enters the cave, bones around her"}])
    (warning,) = warnings(plan)
    assert (warning.severity, warning.shot, warning.file) == ("warning", "A2", "shots/a.toml")
    text = (tmp_path / warning.file).read_text().split("\n")[warning.line - 1]
    assert text.startswith("action = ")
    assert "'cave' (action), 'bones' (action) together with a picture" in warning.text
    assert "E005" in warning.text
    assert "replicate:bytedance/seedance-2.0" in warning.text
    assert "text only" in warning.todo


def test_a_shot_of_words_only_is_not_warned_of(tmp_path: Path) -> None:
    cave = {"action": "She enters the cave"}
    plan = film(tmp_path, [{"id": "A1", **cave}, {"id": "A2", "seam": "text", **cave}])
    assert not warnings(plan)
    assert not risks(plan, "A2")


def test_a_reference_is_a_picture_too(tmp_path: Path) -> None:
    plan = film(
        tmp_path, [{"id": "A1"}, {"id": "A2", "seam": "text", "references": ["A1"], "mood": "Tribal"}]
    )
    (warning,) = warnings(plan)
    assert warning.field == "mood"


def test_another_models_shot_is_not_warned_of(tmp_path: Path) -> None:
    plan = film(tmp_path, [{"id": "A1"}, {"id": "A2", "action": "a cave", "model": "openrouter:veo-3.1"}])
    assert not warnings(plan)


def test_a_word_of_a_block_is_named_with_its_block(tmp_path: Path) -> None:
    blocks = tmp_path / "blocks" / "environments"
    blocks.mkdir(parents=True)
    (blocks / "den.md").write_text(
        '+++\nname = "Den"\nkind = "environment"\nlocked = true\n+++\n\nA dry cave.\n'
    )
    plan = film(tmp_path, [{"id": "A1"}, {"id": "A2", "environment": "den"}])
    (warning,) = warnings(plan)
    assert "'cave' (environment:den)" in warning.text
    assert warning.field == "environment"
    assert (tmp_path / warning.file).read_text().split("\n")[warning.line - 1].startswith("environment = ")


def test_the_sample_film_is_not_warned_of() -> None:
    plan = load_plan(SAMPLE)
    model = Capabilities(seconds=(1, 20), references=9)
    assert not [one for one in findings(plan, lambda _p, _m: model) if one.code == CODE]
    for chain in plan.chains:
        for shot in chain.live:
            assert not list(moderation_findings(plan, chain, shot))
            assert not lint(prompt_of(plan, shot.id).text, *SEEDANCE, True), "nor with the model that minds"


def test_check_prints_the_warning_and_its_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tui.cli import main

    film(tmp_path, [{"id": "A1"}, {"id": "A2", "action": "a cave"}])
    main(["check", "--film", str(tmp_path), "--json"])
    found = [one for one in json.loads(capsys.readouterr().out) if one["code"] == CODE]
    assert [(one["severity"], one["text"][:12]) for one in found] == [("warning", "A2: 'cave' (")]
