"""A link resolves, or is refused with the nearest that does."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest

from core.base.errors import BadInput
from core.desk import links
from core.desk.headings import headings_of, scenes_of
from tests.support.stage import Stage
from tests.support.work import REPO


def refused(text: str, ground: links.Ground) -> BadInput:
    with pytest.raises(BadInput) as caught:
        links.resolve(text, ground)
    return caught.value


@pytest.fixture
def ground(seen: Stage) -> links.Ground:
    return links.ground_of(seen.p)


@pytest.mark.parametrize(
    ("text", "canonical", "said", "shot"),
    [
        ("shot:S001", "shot:S001", "shot S001", "S001"),
        (" Shot : S001 ", "shot:S001", "shot S001", "S001"),
        ("take:S001/1", "take:S001/1", "S001 take 1, approved", "S001"),
        ("scene:1", "scene:1", "scene 1: EXT. BAY - SUNSET", ""),
        ("scene:8", "scene:8", "scene 8: chain b", ""),
        ("note:1", "note:1", "note 1 on S002 by Ben: the boat is late", "S002"),
        ("note:001", "note:1", "note 1 on S002 by Ben: the boat is late", "S002"),
        ("verdict:2", "verdict:2", "verdict 2 (hold) by Ada", ""),
        ("document:script.md", "document:script.md", "document script.md", ""),
        ("document:script.md#Pitch", "document:script.md#Pitch", "document script.md: Pitch", ""),
        ("document:script.md#pitch-1", "document:script.md#pitch-1", "document script.md: Pitch", ""),
        ("document:shots/a.toml", "document:shots/a.toml", "document shots/a.toml", ""),
    ],
)
def test_each_kind_of_link_resolves(
    ground: links.Ground, text: str, canonical: str, said: str, shot: str
) -> None:
    found = links.resolve(text, ground)
    assert (str(found), found.said, found.shot) == (canonical, said, shot)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("shot:S003", "shot:S002"),
        ("shot:s001", "shot:S001"),
        ("take:S001/9", "take:S001/1"),
        ("take:S001/1x", "take:S001/1"),
        ("take:S0001/1", "take:S001/1"),
        ("scene:l", ""),
        ("note:40", "note:1"),
        ("note:" + "9" * 40, "note:1"),
        ("note:1.5", "note:1"),
        ("task:1", ""),
        ("document:scrpt.md", "document:script.md"),
        ("document:script.md#pich", "document:script.md#pitch"),
        ("document:film.json#title", "document:film.json"),
        ("shto:S001", "shot:S001"),
        ("S001", "shot:S001"),
        ("S001/1", "take:S001/1"),
        ("script.md", "document:script.md"),
        ("", ""),
        ("note:", ""),
    ],
)
def test_what_leads_nowhere_is_refused_with_the_nearest(ground: links.Ground, text: str, near: str) -> None:
    found = refused(text, ground)
    assert found.nearest == near
    assert found.todo
    assert links.leads(text, ground) is None
    if near:
        links.resolve(near, ground)


@pytest.mark.parametrize(
    "way", ["../outside.md", "/etc/passwd", "shots", "out", "pipe", "a\x00b", "x" * 5000]
)
def test_a_document_is_a_plain_file_of_the_film(ground: links.Ground, way: str) -> None:
    (ground.root.parent / "outside.md").write_text("# x")
    if not (ground.root / "pipe").exists():
        (ground.root / "out").symlink_to(ground.root.parent / "outside.md")
        os.mkfifo(ground.root / "pipe")
    refused(f"document:{way}", ground)


def test_what_was_seen_is_the_hash_of_the_clip_or_of_the_document(
    taken: Stage,
) -> None:
    ground = links.ground_of(taken.p)
    assert links.resolve("take:S001/1", ground).sha == taken.take("S001").sha != ""
    script = (taken.root / "script.md").read_bytes()
    assert links.resolve("document:script.md#pitch", ground).sha == hashlib.sha256(script).hexdigest()


def test_a_take_of_a_shot_that_has_none_points_at_the_shot(stage: Stage) -> None:
    assert refused("take:S001/1", links.ground_of(stage.p)).nearest == "shot:S001"


def test_a_name_with_a_hash_sign_is_found_before_a_heading(taken: Stage) -> None:
    (taken.root / "refs").mkdir()
    (taken.root / "refs/mood#2.txt").write_text("blue")
    found = links.resolve("document:refs/mood#2.txt", links.ground_of(taken.p))
    assert str(found) == "document:refs/mood#2.txt"


def test_a_film_without_a_ledger_has_shots_and_documents_to_link_to(stage: Stage) -> None:
    ground = links.Ground(stage.root, {"S001"}, None)
    assert links.resolve("shot:S001", ground).shot == "S001"
    assert refused("note:1", ground).nearest == ""


def test_front_matter_and_fences_hold_no_headings() -> None:
    text = "+++\n# no\n+++\n# Yes #\n```\n# no\n~~~\n```\n## Yes\n####### no\n#no\n"
    assert [(heading.text, heading.anchor) for heading in headings_of(text)] == [
        ("Yes", "yes"),
        ("Yes", "yes-1"),
    ]


def test_scenes_without_numbers_go_by_their_heading() -> None:
    text = "# Film\n## Scenes\n### The quay\n### 2A) The hill\n## After\n### Not a scene\n"
    assert scenes_of(text) == {"the-quay": "The quay", "2A": "The hill"}


def test_links_are_read_by_commands_that_must_stay_light() -> None:
    heavy = (
        "{'pydantic', 'sqlmodel', 'sqlalchemy', 'textual', 'numpy', 'rtoml', 'rich', 'jinja2', 'subprocess'}"
    )
    script = f"import sys, tui.cli, tui.commands.tasking; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=REPO, check=True
    )
    assert done.stdout.strip() == "[]"
