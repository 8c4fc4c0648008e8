"""What helped before is said before a shot of that kind is fired: this film first, then earlier ones."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.base import settings
from core.desk import failures, workarounds
from core.desk.failures import Broke
from core.desk.workarounds import Case, Of, best_known, others, said
from core.engine.orders import Scope, quote
from core.studio import preflight
from tests.support.fakes import FakeProvider
from tests.support.films import shots
from tests.support.stage import ADA, Build, Stage, stages

HERO = Of("hero", "lab", "m1")


@pytest.fixture
def build() -> Iterator[Build]:
    with stages() as builder:
        yield builder


def case(workaround: str, outcome: str = "saved", film: str = "", **more: Any) -> Case:
    facts = {
        "at": "2026-01-01",
        "shot": "S1",
        "category": "camera",
        "broke": "it flips",
        "lesson": "",
        **more,
    }
    return Case(HERO, workaround=workaround, outcome=outcome, film=film, **facts)


def best(*cases: Case, category: str | None = None) -> str:
    found = best_known(cases, *HERO, category)
    return found.workaround if found else ""


def test_the_better_outcome_goes_first() -> None:
    assert best(case("b", "regenerated"), case("a", "saved"), case("c", "rewritten")) == "a"
    assert best(case("b", "open"), case("c", "rewritten")) == "c"


def test_this_film_goes_before_earlier_ones_but_not_before_what_helped_there() -> None:
    assert best(case("theirs", "saved", film="Old"), case("ours", "rewritten")) == "ours"
    assert best(case("theirs", "saved", film="Old"), case("ours", "open")) == "theirs"


def test_what_helped_oftener_then_newer_goes_first() -> None:
    twice = (case("Lock it off"), case("lock  it off"))
    assert best(case("pan slowly", at="2026-02-01"), *twice).casefold() == "lock it off"
    assert best(case("old"), case("new", at="2026-02-01")) == "new"


def test_what_ended_in_a_dropped_shot_is_no_workaround() -> None:
    assert best(case("hope", "dropped")) == ""
    assert "no workaround is known" in said([case("hope", "dropped")], [HERO])[0]


def test_another_kind_model_or_category_teaches_nothing() -> None:
    assert best_known([case("a")], "action", "lab", "m1") is None
    assert best_known([case("a")], "hero", "lab", "m2") is None
    assert best_known([case("a")], "hero", "other", "m1") is None
    assert best(case("a"), category="sound") == ""


def test_a_line_says_what_failed_and_what_helped() -> None:
    assert said([case("lock it off")], [HERO, HERO]) == (
        "hero shots on lab:m1 failed before: it flips; what helped: lock it off",
    )
    (line,) = said([case("lock it off", "open", film="Salt")], [HERO])
    assert line == "hero shots on lab:m1 failed before (in 'Salt'): it flips; what was tried: lock it off"


def test_at_most_five_lines_are_said_one_for_each_kind_first() -> None:
    kinds = [Of("hero", "lab", f"m{n}") for n in range(4)]
    cases = [case("a", category=f"c{n}")._replace(of=of) for of in kinds for n in range(3)]
    lines = said(cases, kinds)
    assert len(lines) == 5
    assert {line.split(" failed")[0] for line in lines[:4]} == {str(of) for of in kinds}


def logged(film: Stage, broke: str = "it flips", **more: Any) -> int:
    return failures.log(film.p, "A001", None, Broke("camera", broke, "", "lock it off", **more), ADA)


def test_an_earlier_film_warns_beside_the_quote_of_the_next(build: Build) -> None:
    first = build({"a": shots("A", 1)}, title="Salt")
    number = logged(first)
    failures.amend(first.p, number, {"outcome": "saved"}, ADA)
    second = build({"a": shots("A", 2)}, provider=FakeProvider(price=5))
    lines = preflight.warnings(second.p, quote(second.p, Scope()))
    assert lines[0] == (
        "establisher shots on animatic:animatic-1 failed before (in 'Salt'): it flips;"
        " what helped: lock it off"
    )
    assert len(others(second.root)) == 1  # the amended row took the place of the first


def test_a_film_hears_its_own_failures_from_its_ledger_alone(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    logged(film, outcome="saved")
    assert others(film.root) == []
    (line,) = preflight.warnings(film.p, quote(film.p, Scope()))
    assert line.endswith("failed before: it flips; what helped: lock it off")


def test_a_rehearsal_teaches_nothing_and_is_not_warned(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.p.rehearsal = True
    logged(film, outcome="saved")
    assert not workarounds.place().exists()
    assert preflight.warnings(film.p, quote(film.p, Scope())) == ()


def test_the_file_is_the_users_alone_and_holds_no_key_and_no_path(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "a-very-secret-value")
    film = build({"a": shots("A", 1)})
    logged(film, broke="with a-very-secret-value and sk-or-v1-0123456789abcdef0123")
    path = workarounds.place()
    assert path == settings.state_dir() / "catalogue.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert not any(word in text for word in ("a-very-secret", "sk-or-v1-0123", str(film.root)))


def test_the_file_stays_bounded(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workarounds, "MOST_BYTES", 4000)
    film, next_film = build({"a": shots("A", 1)}), build({"a": shots("A", 1)})
    for number in range(40):
        logged(film, broke=f"{number:03d} {'x' * 50_000}")
    files = list(settings.state_dir().glob("catalogue*.jsonl"))
    assert sum(path.stat().st_size for path in files) <= 8000
    assert others(next_film.root)[0].broke.startswith("039 ")


def test_a_torn_or_foreign_line_tells_nothing(build: Build) -> None:
    film, next_film = build({"a": shots("A", 1)}), build({"a": shots("A", 1)})
    path = workarounds.place()
    path.parent.mkdir(parents=True)
    rubbish = [b"{", b"[]", b"\xff\xfe", b'{"id": 1}', b'{"id": "x"}', b"[" * 100_000, b"null", b""]
    path.write_bytes(b"\n".join(rubbish) + b"\n")
    logged(film)
    held = json.loads(path.read_bytes().splitlines()[-1])
    with path.open("ab") as file:
        file.write(json.dumps({**held, "id": True}).encode() + b"\n")
        file.write(json.dumps({**held, "broke": 7}).encode() + b"\n" + b'{"half')
    assert [one.broke for one in others(next_film.root)] == ["it flips"]


@pytest.mark.parametrize("stands", ["folder", "link"])
def test_a_failure_is_logged_where_the_file_cannot_be_written(
    build: Build, stands: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    film = build({"a": shots("A", 1)})
    path = workarounds.place()
    path.parent.mkdir(parents=True)
    if stands == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "elsewhere")
    assert logged(film) == 1
    assert "were not told" in caplog.text
    assert not (tmp_path / "elsewhere").exists()
    assert others(tmp_path) == []


def test_two_that_write_at_once_lose_no_line(build: Build) -> None:
    film, next_film = build({"a": shots("A", 1)}), build({"a": shots("A", 1)})
    row = dict.fromkeys(("shot", "category", "broke", "workaround", "outcome", "lesson", "at"), "x")

    def write(first: int) -> None:
        for number in range(first, first + 20):
            workarounds.keep(film.root, "Salt", HERO, {**row, "first": number})

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(others(next_film.root)) == 40
